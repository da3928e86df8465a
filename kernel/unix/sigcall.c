/*
 * kernel/unix/sigcall.c -- the calls about signals: sending them, what they do,
 * the mask, taking one that comes, and the alternate stack.
 */
#include "lifecycle.h"

#include "../../abi/sigframe.h"

/* ---- sending ------------------------------------------------------------ */

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

/* To all that `pid` means in kill(2). */
static int send(int pid, int signal, struct signal_news news)
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
			signal_send(p, signal, news);
			preemption_point();
			result = 0;
		} else if (result == -ESRCH) {
			result = pid == -1 ? 0 : -EPERM;
		}
	}
	return result;
}

int sys_kill(int pid, int signal)
{
	return send(pid, signal, signal_from_me(SI_USER));
}

int sys_tgkill(int tgid, int tid, int signal)
{
	if (tgid <= 0 || tid <= 0 || signal < 0 || signal > SIGNAL_MAX)
		return -EINVAL;
	return tgid != tid ? -ESRCH
	                   : send(tid, signal, signal_from_me(SI_TKILL));
}

/* sigqueue(3).  Only to itself may a process speak as the kernel or kill(2). */
int sys_rt_sigqueueinfo(int pid, int signal, vaddr_t from)
{
	const struct proc *p = proc_find(pid);
	struct siginfo info;

	if (copy_in(&info, from, sizeof(info)) < 0)
		return -EFAULT;
	if ((info.code >= 0 || info.code == SI_TKILL) && p != self())
		return -EPERM;
	if (pid <= 0 || !p)
		return -ESRCH;
	if (signal >= SIGRTMIN && signal <= SIGNAL_MAX &&
	    p->state != PROC_ZOMBIE && may_signal(p, signal) &&
	    signal_queue_full(p))
		return -EAGAIN;
	return send(
	    pid, signal,
	    (struct signal_news){info.code, info.pid, info.uid, info.value});
}

int sys_rt_tgsigqueueinfo(int tgid, int tid, int signal, vaddr_t from)
{
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	return tgid != tid ? -ESRCH : sys_rt_sigqueueinfo(tid, signal, from);
}

/* ---- what a signal does -------------------------------------------------- */

int sys_rt_sigaction(int signal, vaddr_t new, vaddr_t old, uint32_t size)
{
	struct sigaction given, before;
	int result;

	if (size != sizeof(given.mask))
		return -EINVAL;
	if (new && copy_in(&given, new, sizeof(given)) < 0)
		return -EFAULT;
	result = signal_set_action(signal, new ? &given : 0, &before);
	return result < 0 || !old ? result
	                          : copy_out(old, &before, sizeof(before));
}

/* sigaction(2) as it was, with 32 signals */
int sys_sigaction(int signal, vaddr_t new, vaddr_t old)
{
	struct old_sigaction words;
	struct sigaction given, before;
	int result;

	if (new && copy_in(&words, new, sizeof(words)) < 0)
		return -EFAULT;
	if (new)
		given = (struct sigaction){words.handler, words.flags,
		                           words.restorer, words.mask};
	result = signal_set_action(signal, new ? &given : 0, &before);
	words = (struct old_sigaction){before.handler, (uint32_t)before.mask,
	                               before.flags, before.restorer};
	return result < 0 || !old ? result
	                          : copy_out(old, &words, sizeof(words));
}

/* signal(2) as it was: one shot, and the handler is not blocked */
int sys_signal(int signal, uint32_t handler)
{
	struct sigaction given = {.handler = handler,
	                          .flags = SA_RESETHAND | SA_NODEFER};
	struct sigaction before;
	int result = signal_set_action(signal, &given, &before);

	return result < 0 ? result : (int)before.handler;
}

/* ---- the mask ----------------------------------------------------------- */

/* rt_sigprocmask(2); sigprocmask(2) leaves the upper half alone */
int sys_sigmask(int how, vaddr_t set, vaddr_t oldset, int size, int right_size)
{
	uint64_t given = 0, old = self()->signal.mask;

	if (size != right_size)
		return -EINVAL;
	if (set && copy_in(&given, set, size) < 0)
		return -EFAULT;
	if (set && (how < SIG_BLOCK || how > SIG_SETMASK))
		return -EINVAL;
	if (how == SIG_BLOCK)
		given |= old;
	else if (how == SIG_UNBLOCK)
		given = old & ~given;
	else if (size < (int)sizeof(old))
		given |= old >> 32 << 32;
	if (set)
		signal_set_mask(given);
	return oldset ? copy_out(oldset, &old, size) : 0;
}

/* ---- waiting ------------------------------------------------------------ */

/*
 * Takes the lowest pending signal of a set, or waits for one, no longer than
 * until `*until` (0: no limit).  A stop ends the wait, as signal(7) says, and
 * the process stops on its way out.
 */
static int await_one(uint64_t set, const uint64_t *until,
                     struct signal_news *news)
{
	struct proc *p = self();
	int result = 0;

	p->signal.awaited = set;
	while (!(p->signal.pending & set) && result == 0)
		if (until && *until <= clock_counts)
			result = -EAGAIN;
		else if (p->signal.stopping ||
		         block_until(PROC_PAUSED, until) != GO_ON)
			result = -EINTR;
	p->signal.awaited = 0;
	if (!(p->signal.pending & set))
		return result;
	result = signal_lowest(p->signal.pending & set);
	*news = signal_take(p, result);
	return result;
}

/* rt_sigtimedwait(2), with 32 or 64 bits of seconds */
int sys_sigtimedwait(vaddr_t from, vaddr_t info_at, vaddr_t timeout,
                     uint32_t size, int wide)
{
	struct signal_news news;
	struct timespec32 time;
	struct siginfo info;
	uint64_t set, until;
	int signal;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_in(&set, from, sizeof(set)) < 0 ||
	    (timeout && timespec_in(&time, timeout, wide) < 0))
		return -EFAULT;
	if (timeout && !timespec_valid(time))
		return -EINVAL;
	until = timeout ? clock_deadline(time) : 0;
	signal = await_one(set & ~never_blocked, timeout ? &until : 0, &news);
	if (signal < 0)
		return signal;
	siginfo_make(&info, signal, &news);
	return info_at && copy_out(info_at, &info, sizeof(info)) < 0 ? -EFAULT
	                                                             : signal;
}

/* ---- the alternate stack ------------------------------------------------ */

int sys_sigaltstack(vaddr_t new, vaddr_t old)
{
	vaddr_t esp = proc_trapframe(self())->esp;
	struct sigstack given, before = self()->signal.stack;
	int result = 0;

	if (before.size == 0)
		before.flags |= SS_DISABLE;
	else if (sigstack_covers(self(), esp))
		before.flags |= SS_ONSTACK;
	if (new && copy_in(&given, new, sizeof(given)) < 0)
		return -EFAULT;
	if (new)
		result = sigstack_set(&given, esp);
	if (result == 0 && old && copy_out(old, &before, sizeof(before)) < 0)
		return -EFAULT;
	return result;
}
