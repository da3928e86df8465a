/*
 * kernel/signal/caused.c -- signals that tell a process what it has run into:
 * the end of a pipe, or a limit of getrlimit(2).
 */
#include "signal.h"

#include "../process/clock.h"
#include "../process/schedule.h"

/*
 * RLIMIT_FSIZE, if it is finite, is reached before the end of what a file can
 * have.  So it is the limit that a file has met.
 */
void signal_of_error(int error)
{
	if (error == -EPIPE)
		signal_send(self(), SIGPIPE, signal_from_me(SI_USER));
	if (error == -EFBIG && self()->limits.own[RLIMIT_FSIZE][0] <= INT32_MAX)
		signal_send(self(), SIGXFSZ, signal_from_me(SI_USER));
}

/* As on Linux, the soft limit of the CPU moves on by a second each time. */
void limit_tick(struct proc *p)
{
	const uint32_t *limit = p->limits.own[RLIMIT_CPU];
	uint32_t used = (p->sched.used.user + p->sched.used.system) / HZ;
	int signal = used >= limit[1] ? SIGKILL : SIGXCPU;

	if (used < limit[0])
		return;
	p->limits.own[RLIMIT_CPU][0]++;
	signal_send(p, signal, (struct signal_news){.code = SI_KERNEL});
}
