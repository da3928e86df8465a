/*
 * kernel/process/schedule.c -- one process gives up the CPU, the next gets it.
 *
 * ready.c says which one that is.  A quantum ends at the next tick, or at the
 * next of so many ticks that quantum= on the command line says.
 *
 * When no process is ready, the one that gave up the CPU idles here until an
 * interrupt wakes a process, which may be itself.  The idle loop is the one
 * preemption point at which the running process is not in PROC_RUNNING.
 */
#include "schedule.h"

#include "../base/klog.h"
#include "../base/cpu.h"
#include "../base/seldom.h"
#include "../base/trace.h"
#include "clock.h"
#include "gdt.h"

uint32_t count_switches;
static uint32_t last_tick; /* ticks up to here were counted as somebody's */
uint32_t quantum = 1;

/*
 * What a switch seldom has to do.  It returns `old`, so that its caller need
 * not keep it in a register that the common path would have to save.
 */
SELDOM static struct proc *switch_seldom(struct proc *old, struct proc *new)
{
	trace(TRACE_SWITCH, old->life.pid, new->life.pid);
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

/*
 * No process is ready.  Sleeps until the next interrupt, which may change that:
 * then a quantum begins, and the alarm is set to the next tick.
 */
SELDOM static void idle(void)
{
	cpu_idle();
	if (turn == &nobody && !run_queues[SERVERS].first)
		return;
	clock_read();
	last_tick = ticks; /* no process has run since then */
	clock_alarm(clock_next_tick);
}

/*
 * Others run before schedule() returns, and ticks may come.  gcc sees nothing
 * of that, and would let a caller keep `ticks` in a register: noipa forbids it.
 */
__attribute__((noipa)) void schedule(void)
{
	struct proc *old, *new;

	while (!(new = ready_take()))
		idle();
	old = self();
	proc_change(new, PROC_READY, PROC_RUNNING);
	/* It obeys the signals that came while it waited on its way out. */
	need_resched = new->signal.attention;
	if (new != old)
		switch_from_to(old, new);
}

void preempt(void)
{
	struct proc *p = self();

	proc_change(p, PROC_RUNNING, PROC_READY);
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

/* ---- time --------------------------------------------------------------- */

struct cpu_time clock_used;

/* `passed` ticks of the CPU went to user mode, or to the kernel. */
static void count_clock(struct cpu_time *time, bool user, uint32_t passed)
{
	*(user ? &time->user : &time->system) += passed;
}

/*
 * The alarm has come: because a sleeper is to wake up, or because a process has
 * run until the next tick, or early, because the clock must be read in time.
 */
void clock_tick(bool user)
{
	struct proc *p = self();
	const struct alarm *first;
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
	clock_alarm(first ? first->at : NEVER);
	if (idle || passed == 0)
		return;
	count_clock(&p->sched.used, user, passed);
	count_clock(&clock_used, user, passed);
	limit_tick(p);
	if (ticks % quantum < passed)
		quantum_ends(p);
}
