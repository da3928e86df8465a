/*
 * kernel/signal/signal.c -- kill, and what signals do by default.
 *
 * There are no handlers yet: a signal ends, stops or continues a process, or
 * does nothing (signal(7), "Standard signals").  A blocked signal is kept until
 * the mask lets it through.  SIGKILL and SIGSTOP cannot be blocked.  Nothing
 * that a process or its server does can stop a kill: a process that waits is
 * woken, cleans up on its own stack, and ends on its way to user mode.
 *
 *	send --> pending --> deliver --> killed (signal_attend says so)
 *	                             --> stopping (stops there)
 *	                             --> continues, or nothing
 */
#include "signal.h"

#include "../../abi/process.h"
#include "../base/klog.h"
#include "../process/schedule.h"
#include "../process/trapframe.h"

#define BIT(signal) (1ull << (-1 + (signal)))

static const uint64_t ignored_by_default =
    BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH);
static const uint64_t stops_by_default =
    BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU);
static const uint64_t never_blocked = BIT(SIGKILL) | BIT(SIGSTOP);

/* ---- doing what a signal asks ------------------------------------------- */

/* The process is continued, if it was stopped or was to stop. */
static void resume(struct proc *p)
{
	p->signal.stopping = 0;
	proc_review(p);
	p->signal.pending &= ~stops_by_default;
	if (p->state == PROC_STOPPED) {
		p->signal.stop_report = STATUS_CONTINUED;
		proc_notify_parent(p);
		wake(p);
	}
}

/*
 * Does what the signal does by default.  A process that is to stop or to die is
 * only marked: it does so on its way to user mode.  If it waits in a state that
 * may end early, it is woken, so that it gets there.
 */
static void deliver(struct proc *p, int signal)
{
	if (p->state == PROC_STOPPED)
		return; /* it is pending until SIGCONT */
	p->signal.pending &= ~BIT(signal);
	if ((ignored_by_default & BIT(signal)) || p->life.pid == INIT_PID ||
	    p->signal.killed)
		return;
	if (!(stops_by_default & BIT(signal)))
		p->signal.killed = signal;
	else
		p->signal.stopping = signal;
	proc_review(p);
	if (p->state == PROC_RUNNING)
		need_resched = 1;
	else if (proc_blocked(p) && (p->signal.killed || wakes_early(p->state)))
		wake(p);
}

/* Delivers what is pending and not blocked, the lowest number first. */
static void deliver_pending(struct proc *p)
{
	for (int signal = 1; signal <= SIGNAL_MAX; signal++)
		if (p->signal.pending & ~p->signal.mask & BIT(signal))
			deliver(p, signal);
}

/* Makes the signal pending and delivers what can be; 0 is no signal. */
static void send(struct proc *p, int signal)
{
	if (p->state == PROC_ZOMBIE || signal == 0)
		return;
	if (signal == SIGCONT || signal == SIGKILL)
		resume(p);
	if (stops_by_default & BIT(signal))
		p->signal.pending &= ~BIT(SIGCONT);
	p->signal.pending |= BIT(signal);
	if (signal == SIGKILL) /* it comes before all others */
		deliver(p, SIGKILL);
	deliver_pending(p);
}

int signal_attend(void)
{
	struct proc *p = self();

	if (p->signal.stopping && !p->signal.killed)
		proc_stop();
	return p->signal.killed;
}

void proc_crime(int signal, const char *reason, uint32_t address)
{
	const struct trapframe *tf = proc_trapframe(self());

	klog_caused("pid %d (%s) killed by signal %d: %s at %08x",
	            self()->life.pid, self()->program.name, signal, reason,
	            address);
	self()->signal.crime =
	    (uint64_t)address << 32 | tf->vector << 16 | (tf->error & 0xffff);
	self()->signal.killed = signal; /* even if the mask blocks it */
	proc_review(self());
	need_resched = 1;
}

/* ---- kill(2) ------------------------------------------------------------ */

/* kill(2): by ids, and SIGCONT to every process of the own session. */
static bool may_signal(const struct proc *target, int signal)
{
	const struct identity *me = &self()->identity;
	const struct identity *it = &target->identity;

	if (me->euid == 0 || me->euid == it->suid || me->euid == it->uid ||
	    me->uid == it->suid || me->uid == it->uid)
		return true;
	return signal == SIGCONT && me->sid == it->sid;
}

/* kill(-1) does not signal its caller, init and the servers. */
static bool spared(const struct proc *p)
{
	return p == self() || p->life.pid == INIT_PID || proc_is_server(p);
}

int sys_kill(int pid, int signal)
{
	int result = -ESRCH;

	if (signal < 0 || signal > SIGNAL_MAX)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	for (int i = 1; i < proc_rows.fresh; i++) {
		struct proc *p = &procs[i];

		if (!proc_named(p, pid) || (pid == -1 && spared(p)))
			continue;
		if (may_signal(p, signal)) {
			send(p, signal);
			result = 0;
		} else if (result == -ESRCH) {
			result = pid == -1 ? 0 : -EPERM;
		}
	}
	return result;
}

int sys_tgkill(int tgid, int tid, int signal)
{
	if (tgid <= 0 || tid <= 0 || signal < 0 || signal > SIGNAL_MAX)
		return -EINVAL;
	return tgid != tid ? -ESRCH : sys_kill(tid, signal);
}

int sys_pause(void)
{
	while (block(PROC_PAUSED, -1) == GO_ON)
		;
	return -EINTR;
}

/* ---- the mask ----------------------------------------------------------- */

int sys_rt_sigprocmask(int how, vaddr_t set, vaddr_t oldset, uint32_t size)
{
	struct proc *p = self();
	uint64_t given, old = p->signal.mask;

	if (size != sizeof(given))
		return -EINVAL;
	if (set && copy_in(&given, set, sizeof(given)) < 0)
		return -EFAULT;
	if (set && (how < SIG_BLOCK || how > SIG_SETMASK))
		return -EINVAL;
	if (set) {
		given &= ~never_blocked;
		p->signal.mask = how == SIG_SETMASK ? given
		                 : how == SIG_BLOCK ? old | given
		                                    : old & ~given;
		deliver_pending(self());
	}
	if (oldset && copy_out(oldset, &old, sizeof(old)) < 0)
		return -EFAULT;
	return 0;
}

int sys_rt_sigpending(vaddr_t set, uint32_t size)
{
	uint64_t pending = self()->signal.pending & self()->signal.mask;

	if (size > sizeof(pending))
		return -EINVAL;
	return copy_out(set, &pending, size);
}
