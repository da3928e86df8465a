/*
 * kernel/check.c -- runs every room's checker, and checks the processes.
 *
 * Each checker recomputes its truth from scratch and reports every difference
 * in the log.  They run on demand (/proc/check), after each test, at a panic.
 */
#include "lifecycle.h"

#include "../ipc/message.h"
#include "../ipc/msg.h"
#include "../ipc/sem.h"
#include "../ipc/shm.h"
#include "../ipc/wait.h"

/* How often it stands in a run queue; -1: one goes in a circle. */
static int times_queued(const struct proc *proc)
{
	int times = 0, steps = 0;

	for (int q = 0; q < RUN_QUEUES; q++)
		for (struct proc *p = run_queues[q].first; p; p = p->next) {
			times += p == proc;
			if (++steps > proc_table.fresh)
				return -1;
		}
	return times;
}

/*
 * P1: a pid is unique.  P2: who is alive has a space.  P3: who is ready, and
 * nobody else, stands in a run queue, once.
 */
static int process_check(void)
{
	int breaches = 0;

	for (int i = 1; i < proc_table.fresh; i++) {
		const struct proc *p = &procs[i];

		if (p->state == PROC_FREE || p->state == PROC_NEW)
			continue;
		if (proc_find(p->pid) != i) {
			klog(KLOG_ERROR, "P1: pid %d is taken twice", p->pid);
			breaches++;
		}
		if ((p->state == PROC_ZOMBIE) != (p->space < 0)) {
			klog(KLOG_ERROR, "P2: pid %d, state %d, space %d",
			     p->pid, p->state, p->space);
			breaches++;
		}
		if ((p->state == PROC_READY) != times_queued(p)) {
			klog(KLOG_ERROR, "P3: pid %d, state %d, queued %d",
			     p->pid, p->state, times_queued(p));
			breaches++;
		}
	}
	return breaches;
}

int check_all(void)
{
	int breaches = mm_check() + shm_check() + sem_check() + msg_check();

	return breaches + wait_check() + message_check() + process_check();
}
