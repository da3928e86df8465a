/*
 * kernel/schedule.c -- who runs next.
 *
 * Two queues, served in order: servers before clients.  Each is a round robin
 * with a quantum of 10 ms.  A server that uses up its quantum without waiting
 * joins the clients' round robin until it next waits, so a server that loops
 * takes its share and no more.
 *
 * When nobody is ready, the process that gave up the CPU sleeps here until an
 * interrupt wakes somebody: the one place in the kernel where interrupts are
 * let in while a process waits (a preemption point; no other process runs).
 */
#include "lifecycle.h"

#include "cpu.h"
#include "trace.h"

#define SERVERS 0
#define CLIENTS 1

static struct {
	int first, last;
} queues[2] = {{-1, -1}, {-1, -1}};

int need_resched;
uint32_t ticks;
uint32_t count_switches;
static uint32_t next_wake = UINT32_MAX; /* the earliest sleeper's tick */

void enqueue(int proc, bool first)
{
	struct proc *p = &procs[proc];
	int q = p->rank > 0 && p->ticks > 0 ? SERVERS : CLIENTS;

	assert(p->queued < 0);
	p->queued = q;
	p->next = -1;
	if (queues[q].first < 0) {
		queues[q].first = queues[q].last = proc;
	} else if (first) {
		p->next = queues[q].first;
		queues[q].first = proc;
	} else {
		procs[queues[q].last].next = proc;
		queues[q].last = proc;
	}
	if (q == SERVERS && self()->rank == 0)
		need_resched = 1; /* servers run before clients */
}

static int dequeue(void)
{
	for (int q = SERVERS; q <= CLIENTS; q++) {
		int proc = queues[q].first;

		if (proc >= 0) {
			queues[q].first = procs[proc].next;
			procs[proc].queued = procs[proc].next = -1;
			return proc;
		}
	}
	return -1;
}

static void switch_from_to(int from, int to)
{
	struct proc *old = &procs[from], *new = &procs[to];

	if (trace_on)
		trace_event(TRACE_SWITCH, old->pid, new->pid, 0);
	count_switches++;
	current = to;
	trace_pid = new->pid;
	segments_set_stack(proc_stack_top(to));
	segments_load_tls(new->tls);
	if (old->io_bitmap != new->io_bitmap)
		segments_set_ports(new->io_bitmap);
	space_load(new->space);
	__asm__ volatile("fxsave %0\n\t"
	                 "fxrstor %1"
	                 : "=m"(old->fpu)
	                 : "m"(new->fpu));
	switch_to(&old->kernel_esp, new->kernel_esp);
}

void schedule(void)
{
	int from = current, to;
	struct proc *new;

	assert(procs[from].state != PROC_RUNNING);
	while ((to = dequeue()) < 0)
		cpu_idle();
	new = &procs[to];
	/* What was asked of it while it waited, it sees on its way out. */
	need_resched = new->killed | new->stopping;
	if (new->rank == 0 || new->ticks <= 0)
		new->ticks = QUANTUM;
	proc_set_running(to);
	if (to != from)
		switch_from_to(from, to);
}

void preempt(void)
{
	proc_set_ready(current);
	schedule();
}

int sys_sched_yield(void)
{
	preempt();
	return 0;
}

/* ---- time ------------------------------------------------------------ */

int block_until(enum proc_state state, const uint32_t *until)
{
	struct proc *p = self();
	int result;

	if (until) {
		p->timed = true;
		p->wake_tick = *until;
		if (*until < next_wake)
			next_wake = *until;
	}
	result = block(state, -1);
	p->timed = false;
	return result;
}

/* Waits until `tick`; -EINTR when the process is to die. */
int sleep_until(uint32_t tick)
{
	int result = 0;

	while ((int32_t)(tick - ticks) > 0 && result == 0)
		result = block_until(PROC_SLEEPING, &tick);
	return result;
}

static void wake_sleepers(void)
{
	next_wake = UINT32_MAX;
	for (int i = 0; i < proc_table.fresh; i++) {
		if (!procs[i].timed || !may_stop_in(procs[i].state))
			continue;
		if ((int32_t)(procs[i].wake_tick - ticks) <= 0)
			wake(i);
		else if (procs[i].wake_tick < next_wake)
			next_wake = procs[i].wake_tick;
	}
}

void clock_tick(bool user)
{
	struct proc *p = self();

	ticks++;
	if (ticks >= next_wake)
		wake_sleepers();
	if (p->state != PROC_RUNNING)
		return; /* idle */
	if (user)
		p->user_ticks++;
	else
		p->system_ticks++;
	if (--p->ticks <= 0)
		need_resched = 1;
}
