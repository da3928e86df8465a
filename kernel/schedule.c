/*
 * kernel/schedule.c -- one process gives up the CPU, the next gets it.
 *
 * Which one that is, ready.c says.  A quantum ends at the next tick.
 *
 * When nobody is ready, the process that gave up the CPU sleeps here until an
 * interrupt wakes somebody: the one place in the kernel where interrupts are
 * let in while a process waits (a preemption point; no other process runs).
 */
#include "lifecycle.h"

#include "clock.h"
#include "cpu.h"
#include "trace.h"

uint32_t ticks;
uint32_t count_switches;
static uint32_t next_wake = UINT32_MAX; /* the earliest sleeper's tick */

/* What a switch seldom has to do.  Gives back `old`: nobody has to keep it. */
__attribute__((noinline)) static struct proc *switch_seldom(struct proc *old,
                                                            struct proc *new)
{
	if (trace_on)
		trace_event(TRACE_SWITCH, old->pid, new->pid, 0);
	if (old->segments_used | new->segments_used)
		segments_load(new);
	return old;
}

static void switch_from_to(struct proc *old, struct proc *new)
{
	uintptr_t *from, to;

	count_switches++;
	running = new;
	segments_set_stack(proc_stack_top(new));
	if (trace_on | old->segments_used | new->segments_used) {
		old = switch_seldom(old, new);
		new = self();
	}
	space_load(new->space);
	__asm__ volatile("fxsave %0\n\t"
	                 "fxrstor %1"
	                 : "=m"(old->fpu)
	                 : "m"(new->fpu));
	from = &old->kernel_esp;
	to = new->kernel_esp;
	__asm__ volatile("call switch_to"
	                 : "+a"(from), "+d"(to)
	                 :
	                 : "ebx", "ecx", "esi", "edi", "ebp", "memory", "cc");
}

/*
 * Others run before it returns, and a tick may come: noipa, for gcc does not
 * see them called and would let a caller keep `ticks` in a register.
 */
__attribute__((noipa)) void schedule(void)
{
	struct proc *old = self(), *new;

	while (!(new = dequeue()))
		cpu_idle();
	proc_set_running(new);
	/* What was asked of it while it waited, it sees on its way out. */
	need_resched = new->killed | new->stopping;
	if (new != old)
		switch_from_to(old, new);
}

/* `sti` lets interrupts in only after the instruction behind it. */
void preemption_point(void)
{
	__asm__ volatile("sti; nop; cli" : : : "memory");
}

void preempt(void)
{
	struct proc *p = self();

	proc_set_ready(p);
	enqueue_again(p);
	schedule();
}

int sys_sched_yield(void)
{
	if (!self()->queue->first)
		turn_yield();
	preempt();
	return 0;
}

/* ---- time ------------------------------------------------------------ */

int block_until(enum proc_state state, const uint32_t *until)
{
	struct proc *p = self();
	int result;

	if (!until)
		return block(state, -1);
	p->timed = true;
	p->wake_tick = *until;
	if (*until < next_wake)
		next_wake = *until;
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
			wake(&procs[i]);
		else if (procs[i].wake_tick < next_wake)
			next_wake = procs[i].wake_tick;
	}
}

void clock_tick(bool user)
{
	struct proc *p = self();

	ticks++;
	if (ticks % HZ == 0) {
		clock_now++;
		klog_second();
	}
	if (ticks >= next_wake)
		wake_sleepers();
	if (p->state != PROC_RUNNING)
		return; /* idle */
	if (user)
		p->user_ticks++;
	else
		p->system_ticks++;
	quantum_ends(p);
}
