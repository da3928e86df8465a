/*
 * kernel/signal/signal.c -- what signals do, and when.
 *
 * A signal ends, stops or continues a process, runs its handler, or does
 * nothing (signal(7)).  What it does by default is decided when it is
 * delivered: the process is marked, as killed or as stopping.  A signal with a
 * handler stays pending until the process is on its way to user mode.
 *
 *	send --> pending --> deliver --> killed       ends on its way out
 *	   |      (blocked: until the    stopping     stops there, or in block()
 *	   |       mask lets it go)      (handler)    its frame is made there
 *	   `--> nothing
 *
 * In all three cases signal.attention is set, and a process that waits is told
 * (interrupt() below).  Nothing that a process or its server does can stop a
 * kill: a process that waits is woken, cleans up on its own stack, and ends on
 * its way to user mode.  SIGKILL and SIGSTOP cannot be blocked, caught or
 * ignored.
 */
#include "signal.h"

#include "../base/cpu.h"
#include "../base/klog.h"
#include "../process/schedule.h"
#include "../process/trapframe.h"
#include "../../ipc/message/message.h"

static const uint64_t ignored_by_default =
    BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH);
static const uint64_t stops_by_default =
    BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU);
const uint64_t never_blocked = BIT(SIGKILL) | BIT(SIGSTOP);

bool signal_ignored(const struct proc *p, int signal)
{
	uint64_t by_default = ignored_by_default & ~p->signal.caught;

	return ((p->signal.ignored | by_default) & BIT(signal)) != 0;
}

bool signal_acts(const struct proc *p, int signal)
{
	return !(p->signal.mask & BIT(signal)) && !signal_ignored(p, signal);
}

/* ---- doing what a signal asks ------------------------------------------- */

/*
 * The process has something to attend to before it goes on in user mode.  If it
 * waits, its wait is to end: at once, or by its server's answer.
 */
static void interrupt(struct proc *p)
{
	proc_review(p);
	if (p->state == PROC_RUNNING)
		need_resched |= 1;
	else if (message_waits(p) && !p->signal.killed)
		message_unblock(p);
	else if (proc_blocked(p) && (p->signal.killed || wakes_early(p->state)))
		wake(p);
}

/* The signal is pending and not blocked. */
static void deliver(struct proc *p, int signal)
{
	if (p->state == PROC_STOPPED)
		return; /* it is pending until SIGCONT */
	if (p->signal.caught & BIT(signal)) {
		interrupt(p);
		return;
	}
	signal_withdraw(p, BIT(signal));
	if (signal_ignored(p, signal) || p->life.pid == INIT_PID ||
	    p->signal.killed)
		return;
	if (!(stops_by_default & BIT(signal)))
		p->signal.killed = signal;
	else if (signal != SIGSTOP && group_orphaned(p->identity.pgid))
		return; /* nobody is left who would continue it */
	else
		p->signal.stopping = signal;
	interrupt(p);
}

void signal_deliver(struct proc *p)
{
	uint64_t due = p->signal.pending & ~p->signal.mask;

	for (int signal = 1; due; signal++, due >>= 1)
		if (due & 1)
			deliver(p, signal);
}

/*
 * The process goes on, if it was stopped or was to stop: to end, or as its
 * parent hears.
 */
static void resume(struct proc *p, bool continued)
{
	p->signal.stopping = 0;
	signal_withdraw(p, stops_by_default);
	if (p->state != PROC_STOPPED)
		return;
	if (continued) {
		p->signal.stop_report = STATUS_CONTINUED;
		proc_notify_parent(p);
	}
	wake(p);
}

void signal_send(struct proc *p, int signal, struct signal_news news)
{
	if (p->state == PROC_ZOMBIE || signal == 0)
		return;
	if (signal == SIGCONT || signal == SIGKILL)
		resume(p, signal == SIGCONT);
	if (stops_by_default & BIT(signal))
		signal_withdraw(p, BIT(SIGCONT));
	if ((p->signal.mask & BIT(signal)) || !signal_ignored(p, signal))
		signal_queue(p, signal, news);
	if ((p->signal.awaited & BIT(signal)) && p->state == PROC_PAUSED)
		wake(p);
	if (signal == SIGKILL) /* it comes before all others */
		deliver(p, SIGKILL);
	signal_deliver(p);
}

int signal_send_to(int pid, int signal, struct signal_news news)
{
	int result = -ESRCH;

	for (int i = 1; i < proc_rows.fresh; i++) {
		if (!proc_is(&procs[i], pid))
			continue;
		signal_send(&procs[i], signal, news);
		preemption_point();
		result = 0;
	}
	return result;
}

/* ---- on the way to user mode -------------------------------------------- */

/* A fault comes before all others: its frame must hold the faulting eip. */
int signal_next(struct proc *p, struct signal_news *news)
{
	int signal = p->signal.fault, code = p->signal.fault_code;
	uint32_t address = code == SI_KERNEL ? 0 : p->signal.crime >> 32;

	if (!signal) {
		signal = signal_lowest(p->signal.pending & ~p->signal.mask &
		                       p->signal.caught);
		*news = signal_take(p, signal);
		return signal;
	}
	*news = (struct signal_news){code, address, 0, 0};
	p->signal.fault = 0;
	proc_review(p);
	return signal;
}

/* ---- the mask ----------------------------------------------------------- */

void signal_set_mask(uint64_t mask)
{
	self()->signal.mask = mask & ~never_blocked;
	self()->signal.mask_saved = false;
	proc_review(self());
	signal_deliver(self());
}

void signal_mask_for_wait(uint64_t mask)
{
	self()->signal.saved_mask = self()->signal.mask;
	signal_set_mask(mask);
	self()->signal.mask_saved = true;
}

int signal_mask_after_wait(int result)
{
	if (result != -EINTR)
		signal_set_mask(self()->signal.saved_mask);
	return result;
}

/* ---- faults ------------------------------------------------------------- */

static void remember(struct proc *p, uint32_t address)
{
	const struct trapframe *tf = proc_trapframe(p);

	p->signal.crime =
	    (uint64_t)address << 32 | tf->vector << 16 | (tf->error & 0xffff);
}

void proc_dies_of(int signal, const char *reason, uint32_t address)
{
	struct proc *p = self();

	remember(p, address);
	klog_caused("pid %d (%s) killed by signal %d: %s at %08x", p->life.pid,
	            p->program.name, signal, reason, address);
	p->signal.killed = signal; /* even if the mask blocks it */
	interrupt(p);
}

void proc_crime(int signal, int code, const char *reason, uint32_t address)
{
	struct proc *p = self();

	remember(p, address);
	p->signal.fault_code = code;
	if (p->signal.caught & ~p->signal.mask & BIT(signal))
		p->signal.fault = signal;
	else
		proc_dies_of(signal, reason, address);
	interrupt(p);
}
