/*
 * kernel/wait/itimer.c -- alarm(2), setitimer(2), getitimer(2).
 *
 *	ITIMER_REAL     an alarm of the clock            SIGALRM
 *	ITIMER_VIRTUAL  ticks that find it in user mode  SIGVTALRM
 *	ITIMER_PROF     and those in the kernel          SIGPROF
 *
 * A timer fires once, or again and again.  exec keeps it, a child has none.
 */
#include "time.h"

#include "../base/string.h"
#include "../process/schedule.h"
#include "../signal/signal.h"

enum { REAL, VIRTUAL, PROF, TIMERS };

static void send(struct proc *p, int signal)
{
	signal_send(p, signal, (struct signal_news){.code = SI_KERNEL});
}

void timer_fires(struct proc *p)
{
	uint64_t next = p->timers.real.at + p->timers.period[REAL];

	if (p->timers.period[REAL]) /* what was missed is not made up for */
		sleep_join(&p->timers.real,
		           next > clock_counts ? next : clock_counts + 1);
	send(p, SIGALRM);
}

void timers_tick(struct proc *p, uint32_t ticks, bool user)
{
	uint64_t counts = ticks * (PIT_HZ / HZ);

	for (int which = user ? VIRTUAL : PROF; which < TIMERS; which++) {
		uint64_t *left = &p->timers.left[which];

		if (*left > counts) {
			*left -= counts;
		} else if (*left) {
			*left = p->timers.period[which];
			send(p, which == PROF ? SIGPROF : SIGVTALRM);
		}
	}
}

void timers_exit(struct proc *p)
{
	if (p->timers.real.place)
		sleep_leave(&p->timers.real);
}

/* ---- looking and setting ------------------------------------------------ */

/* struct itimerval: every so often, and how long until the next time */
enum { EVERY, NEXT = 2, WORDS = 4 }; /* each has seconds and microseconds */

/*
 * clock_deadline() has added two counts.  With one of them the microseconds are
 * those that were given.  What is left is not 0.
 */
static void say(uint32_t time[2], uint64_t counts)
{
	struct timespec32 left = clock_duration(counts ? counts - 1 : 0);

	time[0] = left.seconds;
	time[1] = left.nanoseconds / 1000;
	if (counts && !time[0] && !time[1])
		time[1] = 1;
}

static void look(uint32_t which, uint32_t now[WORDS])
{
	const struct proc *p = self();
	uint64_t left = p->timers.left[which], at = p->timers.real.at;

	clock_read();
	if (which == REAL && p->timers.real.place)
		left = at > clock_counts ? at - clock_counts : 1;
	say(now + EVERY, p->timers.period[which]);
	say(now + NEXT, left);
}

static uint64_t counts_of(const uint32_t time[2])
{
	uint64_t over =
	    clock_deadline((struct timespec32){time[0], time[1] * 1000});

	return over - clock_counts;
}

static void set(uint32_t which, const uint32_t wanted[WORDS])
{
	struct proc *p = self();
	uint64_t left = counts_of(wanted + NEXT);

	p->timers.period[which] = counts_of(wanted + EVERY);
	if (which != REAL) {
		p->timers.left[which] = left;
		return;
	}
	timers_exit(p);
	if (left == 0) {
		p->timers.period[REAL] = 0; /* as on Linux, of this one */
	} else {
		sleep_join(&p->timers.real, clock_counts + left);
		clock_alarm(p->timers.real.at);
	}
}

int sys_setitimer(uint32_t which, vaddr_t from, vaddr_t to)
{
	uint32_t wanted[WORDS] = {0}, old[WORDS];

	if (from && copy_in(wanted, from, sizeof(wanted)) < 0)
		return -EFAULT;
	for (int i = 0; i < WORDS; i += 2)
		if ((int)wanted[i] < 0 || wanted[i + 1] > 999999)
			return -EINVAL;
	if (which >= TIMERS)
		return -EINVAL;
	look(which, old);
	set(which, wanted);
	return to ? copy_out(to, old, sizeof(old)) : 0;
}

int sys_getitimer(uint32_t which, vaddr_t to)
{
	uint32_t now[WORDS];

	if (which >= TIMERS)
		return -EINVAL;
	look(which, now);
	return copy_out(to, now, sizeof(now));
}

int sys_alarm(uint32_t seconds)
{
	uint32_t old[WORDS];

	look(REAL, old);
	set(REAL, (uint32_t[WORDS]){[NEXT] = min(seconds, INT32_MAX)});
	/* to the nearest second, but not to 0 */
	return (int)old[NEXT] +
	       (old[NEXT + 1] >= 500000 || (!old[NEXT] && old[NEXT + 1]));
}
