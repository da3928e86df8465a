/*
 * user/servers/files/calls/itimer.c -- alarm(2), setitimer(2), getitimer(2).
 *
 *	ITIMER_REAL     the clock                     SIGALRM
 *	ITIMER_VIRTUAL  the CPU's time in user mode   SIGVTALRM
 *	ITIMER_PROF     and also in the kernel        SIGPROF
 *
 * They are timers without an id.  Their signals come from the kernel, and say
 * no overruns: what was missed is not made up for.
 */
#include "timer.h"

#define REAL         0
#define MICROSECONDS 1000000u

/* By ITIMER_REAL, ITIMER_VIRTUAL and ITIMER_PROF. */
static const struct {
	int signal, kind; /* of its CPU clock */
} kinds[] = {
    {SIGALRM, 0}, {SIGVTALRM, CPU_CLOCK_USER}, {SIGPROF, CPU_CLOCK_SCHED}};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int clock_of(const struct message *m, uint32_t which)
{
	return which == REAL ? CLOCK_MONOTONIC
	                     : cpu_clock(m->pid, kinds[which].kind);
}

static struct setting left_of(const struct message *m, uint32_t which)
{
	const struct timer *t = timer_find(m, 0, clock_of(m, which));

	return t ? timer_left(t) : (struct setting){0, 0};
}

/* Sets the client's timer: 0 or -ENOMEM.  One that is off takes no room. */
static int set(const struct message *m, uint32_t which, struct setting setting)
{
	struct timer *t = timer_find(m, 0, clock_of(m, which));

	if (setting.value == 0 && (which == REAL || setting.period == 0)) {
		if (t)
			timer_drop(t);
		return 0;
	}
	if (!t)
		t = timer_make(m);
	if (!t)
		return -ENOMEM;
	t->clock = clock_of(m, which);
	t->signal = (uint32_t)kinds[which].signal;
	timer_set(t, false, setting);
	return 0;
}

/* What is left is not 0 in microseconds either. */
static int give_setting(const struct message *m, int argument,
                        struct setting setting)
{
	const uint64_t each[2] = {setting.period, setting.value};
	uint32_t words[4]; /* struct itimerval */

	for (int i = 0; i < 2; i++) {
		uint64_t all = (each[i] + 999) / 1000;

		words[2 * i] = (uint32_t)(all / MICROSECONDS);
		words[2 * i + 1] = (uint32_t)(all % MICROSECONDS);
	}
	return give(m->token, argument, words, sizeof(words));
}

static uint64_t time_of(const uint32_t words[2])
{
	return ((uint64_t)words[0] * MICROSECONDS + words[1]) * 1000;
}

/* Without a new setting it is off. */
int setitimer_call(const struct message *m)
{
	uint32_t which = m->args[0], words[4] = {0};
	struct setting old;
	int error = 0;

	if (m->args[1])
		error = k_lease_read(m->token, 1, 0, words, sizeof(words));
	if (error < 0)
		return error;
	for (int i = 0; i < 4; i += 2)
		if ((int)words[i] < 0 || words[i + 1] >= MICROSECONDS)
			return -EINVAL;
	if (which >= KINDS)
		return -EINVAL;
	old = left_of(m, which);
	error =
	    set(m, which, (struct setting){time_of(words), time_of(words + 2)});
	return error < 0 || !m->args[2] ? error : give_setting(m, 2, old);
}

int getitimer_call(const struct message *m)
{
	if (m->args[0] >= KINDS)
		return -EINVAL;
	return give_setting(m, 1, left_of(m, m->args[0]));
}

/* To the nearest second, but not to 0. */
int alarm_call(const struct message *m)
{
	uint64_t seconds = min(m->args[0], INT32_MAX);
	uint64_t left = left_of(m, REAL).value;
	int error = set(m, REAL, (struct setting){0, seconds * SECOND});

	if (error < 0)
		return error;
	return left > 0 && left < SECOND ? 1
	                                 : (int)((left + SECOND / 2) / SECOND);
}
