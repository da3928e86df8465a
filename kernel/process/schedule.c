/*
 * kernel/process/schedule.c -- one process gives up the CPU, the next gets it.
 *
 * Which one that is, ready.c says.  A quantum ends at the next tick.
 *
 * When nobody is ready, the process that gave up the CPU sleeps here until an
 * interrupt wakes somebody: the one place in the kernel where interrupts are
 * let in while a process waits (a preemption point; no other process runs).
 */
#include "schedule.h"

#include "../../abi/errno.h"
#include "../base/klog.h"
#include "../base/panic.h"
#include "gdt.h"

#include "clock.h"
#include "../base/cpu.h"
#include "../base/trace.h"

uint32_t count_switches;
static uint32_t last_tick; /* whose quantum was counted */

/* What a switch seldom has to do.  Gives back `old`: nobody has to keep it. */
__attribute__((noinline)) static struct proc *switch_seldom(struct proc *old,
                                                            struct proc *new)
{
	if (trace_on) {
		trace_pid = new->life.pid;
		trace_event(TRACE_SWITCH, old->life.pid, new->life.pid, 0);
	}
	if (old->gdt.used | new->gdt.used)
		gdt_load(new);
	return old;
}

static void switch_from_to(struct proc *old, struct proc *new)
{
	uintptr_t *from, to;

	count_switches++;
	running = new;
	gdt_set_stack(proc_stack_top(new));
	if (trace_on | old->gdt.used | new->gdt.used) {
		old = switch_seldom(old, new);
		new = self();
	}
	space_load(new->life.space);
	__asm__ volatile("fxsave %0\n\t"
	                 "fxrstor %1"
	                 : "=m"(old->fpu)
	                 : "m"(new->fpu));
	from = &old->sched.kernel_esp;
	to = new->sched.kernel_esp;
	__asm__ volatile("call switch_to"
	                 : "+a"(from), "+d"(to)
	                 :
	                 : "ebx", "ecx", "esi", "edi", "ebp", "memory", "cc");
}

/* Nobody is ready: until the next interrupt, which may change that. */
__attribute__((noinline)) static void idle(void)
{
	cpu_idle();
	if (turn == &nobody && !run_queues[SERVERS].first)
		return;
	clock_read();
	last_tick = ticks; /* nobody has run since then */
	clock_alarm(clock_next_tick);
}

/*
 * Others run before it returns, and a tick may come: noipa, for gcc does not
 * see them called and would let a caller keep `ticks` in a register.
 */
__attribute__((noipa)) void schedule(void)
{
	struct proc *old, *new;

	while (!(new = ready_take()))
		idle();
	old = self();
	proc_set_running(new);
	/* What was asked of it while it waited, it sees on its way out. */
	need_resched = new->signal.attention;
	if (new != old)
		switch_from_to(old, new);
}

void preempt(void)
{
	struct proc *p = self();

	proc_set_ready(p);
	ready_rejoin(p);
	schedule();
}

int sys_sched_yield(void)
{
	if (!self()->sched.queue->first)
		turn_yield();
	preempt();
	return 0;
}

/* ---- time ------------------------------------------------------------ */

/* An alarm: somebody is to wake up, or a process has run until the next tick.
 */
void clock_tick(bool user)
{
	struct proc *p = self();
	const struct proc *first;
	bool idle = p->state != PROC_RUNNING;
	static uint32_t second;
	uint32_t passed;

	clock_read();
	if (second != clock_now) {
		second = clock_now;
		klog_second();
	}
	passed = ticks - last_tick;
	last_tick = ticks;
	sleep_wake();
	clock_alarm_over();
	first = sleep_first();
	if (!idle)
		clock_alarm(clock_next_tick);
	clock_alarm(first ? first->sched.wake_at : NEVER);
	if (idle || passed == 0)
		return;
	if (user)
		p->sched.user_ticks += passed;
	else
		p->sched.system_ticks += passed;
	quantum_ends(p);
}
