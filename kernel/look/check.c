/*
 * kernel/look/check.c -- runs every room's checker, and checks the processes.
 *
 * Each checker recomputes its truth from scratch and reports every difference
 * in the log.  The checkers run on demand (/proc/check) and at a panic.
 *
 *	P1  a pid is one process's
 *	P2  a process that is not a zombie has a space
 *	P3  a process stands in a run queue once if it is READY, else not
 *	P4  the processes of a user are counted
 *	P5  a queue of the ring stands there once; each user with a READY
 *	    process, and each server that ran too long, is in the ring
 *	P6  the sleepers: kernel/process/sleep.c
 *	P7  a space's holders are the processes that have it
 *	P8  half of each kernel stack was never used
 */
#include "machine.h"

#include "../base/klog.h"
#include "../process/schedule.h"
#include "../process/wait.h"
#include "../signal/signal.h"
#include "../../ipc/message/message.h"
#include "../../ipc/sysv/msg.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"

#define STACK_WORDS (int)(PAGE_SIZE / sizeof(uint32_t))
#define STACK_SPARE (int)(PAGE_SIZE / 2)

/* How many processes have this pid. */
static int times_named(int pid)
{
	int times = 0;

	for (int i = 1; i < proc_rows.fresh; i++)
		times += procs[i].state != PROC_FREE &&
		         procs[i].state != PROC_NEW && procs[i].life.pid == pid;
	return times;
}

/* How often `proc` stands in a run queue; -1: one of them has no end. */
static int times_queued(const struct proc *proc)
{
	int times = 0, steps = 0;

	for (int q = 0; q < run_queues_used; q++)
		for (struct proc *p = run_queues[q].first; p;
		     p = p->sched.next) {
			times += p == proc;
			if (++steps > proc_rows.fresh)
				return -1;
		}
	return times;
}

/* How often `queue` stands in the ring; -1: it has no end. */
static int times_in_ring(const struct run_queue *queue)
{
	int times = 0, steps = 0;

	for (struct run_queue *q = turn; q != &nobody; q = q->next) {
		times += q == queue;
		if (++steps > run_queues_used)
			return -1;
	}
	return times;
}

static int processes_of(const struct run_queue *queue)
{
	int n = 0;

	for (int i = 1; i < proc_rows.fresh; i++)
		n +=
		    procs[i].state != PROC_FREE && procs[i].sched.user == queue;
	return n;
}

static int users_check(void)
{
	int breaches = 0;

	for (int i = SERVERS + 1; i < run_queues_used; i++) {
		const struct run_queue *q = &run_queues[i];
		int times = times_in_ring(q);

		if (q->processes != processes_of(q)) {
			klog(KLOG_ERROR, "P4: uid %d, %d processes, %d found",
			     (int)q->uid, q->processes, processes_of(q));
			breaches++;
		}
		if (times != q->in_ring || (q->first && times != 1)) {
			klog(KLOG_ERROR, "P5: uid %d, %d times in the ring",
			     (int)q->uid, times);
			breaches++;
		}
	}
	return breaches;
}

static int holders_check(void)
{
	int breaches = 0;

	for (int space = 0; space < space_rows.fresh; space++) {
		int holders = 0;

		for (int i = 0; i < proc_rows.fresh; i++)
			holders += procs[i].state != PROC_FREE &&
			           procs[i].life.space == space;
		if (spaces[space].holders != holders) {
			klog(KLOG_ERROR, "P7: space %d, %d holders, %d found",
			     space, spaces[space].holders, holders);
			breaches++;
		}
	}
	return breaches;
}

/* A kernel stack begins with zeroes.  How many bytes of it are zeroes still? */
static int stack_left(const struct proc *p)
{
	const uint32_t *end = (const uint32_t *)proc_stack_top(p) - STACK_WORDS;
	int words = 0;

	while (words < STACK_WORDS && end[words] == 0)
		words++;
	return words * (int)sizeof(end[0]);
}

static int stacks_check(void)
{
	int breaches = 0;

	for (int i = 0; i < proc_rows.fresh; i++) {
		const struct proc *p = &procs[i];

		if (p->life.pid == 0 || stack_left(p) >= STACK_SPARE)
			continue; /* without a pid it may have no stack */
		klog(KLOG_ERROR, "P8: row %d, %d bytes of its stack are left",
		     i, stack_left(p));
		breaches++;
	}
	return breaches;
}

static int process_check(void)
{
	int breaches =
	    users_check() + sleep_check() + holders_check() + stacks_check();

	for (int i = 1; i < proc_rows.fresh; i++) {
		const struct proc *p = &procs[i];

		if (p->state == PROC_FREE || p->state == PROC_NEW)
			continue;
		if (times_named(p->life.pid) != 1) {
			klog(KLOG_ERROR, "P1: pid %d is taken twice",
			     p->life.pid);
			breaches++;
		}
		if ((p->state == PROC_ZOMBIE) != (p->life.space < 0)) {
			klog(KLOG_ERROR, "P2: pid %d, state %d, space %d",
			     p->life.pid, p->state, p->life.space);
			breaches++;
		}
		if ((p->state == PROC_READY) != times_queued(p)) {
			klog(KLOG_ERROR, "P3: pid %d, state %d, queued %d",
			     p->life.pid, p->state, times_queued(p));
			breaches++;
		}
	}
	return breaches;
}

int check_all(void)
{
	int breaches = mm_check() + shm_check() + sem_check() + msg_check();

	breaches += signal_check();
	return breaches + wait_check() + message_check() + process_check();
}
