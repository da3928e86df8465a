/*
 * user/servers/files/calls/posix_timer.c -- timer_create(2) and its kin.
 *
 * A user has as many of these timers as RLIMIT_SIGPENDING says, as on Linux.
 * An id is never given twice (until 2^31 were given).
 */
#include "timer.h"

/* ---- making and deleting ------------------------------------------------ */

/* struct sigevent, as far as the kernel looks: the rest is the library's. */
struct event {
	uint32_t value, signal, notify;
	int tid;
	uint32_t unused[12];
};
_Static_assert(sizeof(struct event) == 64, "Linux i386 sigevent");

/* The clock that a timer of the client goes by; or -EPERM and kin. */
static int find_clock(const struct message *m, int *clock)
{
	int pid = ~(*clock >> CPU_CLOCK_SHIFT);

	switch (*clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_TAI:
		return 0;
	case CLOCK_BOOTTIME:
		*clock = CLOCK_MONOTONIC;
		return 0;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		*clock = *clock == CLOCK_REALTIME_ALARM ? CLOCK_REALTIME
		                                        : CLOCK_MONOTONIC;
		return m->euid == 0 ? 0 : -EPERM;
	case CLOCK_PROCESS_CPUTIME:
	case CLOCK_THREAD_CPUTIME:
		*clock = cpu_clock(m->pid, CPU_CLOCK_SCHED);
		return 0;
	}
	if (*clock >= 0)
		return *clock < CLOCK_NONE ? -EOPNOTSUPP : -EINVAL;
	if ((*clock & CPU_CLOCK_THREAD) && pid != 0 && pid != m->pid)
		return -EINVAL;
	*clock = cpu_clock(pid ? pid : m->pid, *clock & CPU_CLOCK_KIND);
	return clock_now(*clock) == NEVER ? -EINVAL : 0;
}

/* A thread is one of the own process, and a process has one. */
static bool event_valid(const struct event *event, int pid)
{
	switch (event->notify) {
	case SIGEV_NONE:
		return true;
	case SIGEV_THREAD_ID:
		if (event->tid != pid)
			return false; /* fall through */
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		return event->signal >= 1 && event->signal <= SIGNAL_MAX;
	}
	return false;
}

static int timers_of(uint32_t uid)
{
	const struct timer *t;
	int count = 0;

	for (int i = 0; (t = timer_next(&i)) != 0;)
		count += t->uid == uid && t->id != 0;
	return count;
}

/* Those of processes that are gone do not count. */
static bool has_enough(uint32_t uid)
{
	const struct timer *t;

	if (timers_of(uid) < NEWS_OF_ONE)
		return false;
	for (int i = 0; (t = timer_next(&i)) != 0;)
		if (t->uid == uid && !timer_lives(t))
			timer_drop(t);
	return timers_of(uid) >= NEWS_OF_ONE;
}

int timer_create_call(const struct message *m)
{
	static uint32_t last;
	const uint32_t id = last == INT32_MAX ? 1 : last + 1;
	struct event event = {id, SIGALRM, SIGEV_SIGNAL, 0, {0}};
	int clock = (int)m->args[0], error = 0;
	struct timer *t;

	if (m->args[1])
		error = k_lease_read(m->token, 1, 0, &event, sizeof(event));
	if (error >= 0)
		error = find_clock(m, &clock);
	if (error < 0)
		return error;
	if (has_enough(m->uid))
		return -EAGAIN;
	if (!event_valid(&event, m->pid))
		return -EINVAL;
	error = give(m->token, 2, &id, sizeof(id));
	if (error < 0)
		return error;
	t = timer_make(m);
	if (!t)
		return -EAGAIN;
	t->id = last = id;
	t->notify = event.notify;
	t->signal = event.signal;
	t->value = event.value;
	t->clock = t->base = clock;
	return 0;
}

/* The one that the call names, which is none of setitimer(2)'s; or 0. */
static struct timer *named(const struct message *m)
{
	return m->args[0] ? timer_find(m, m->args[0], 0) : 0;
}

int timer_delete_call(const struct message *m)
{
	const struct timer *t = named(m);

	if (!t)
		return -EINVAL;
	timer_drop(t);
	return 0;
}

int timer_getoverrun_call(const struct message *m)
{
	const struct timer *t = named(m);
	uint64_t count;

	if (!t)
		return -EINVAL;
	count = timer_waits(t) ? t->delivered : t->waiting;
	return count < INT32_MAX ? (int)count : INT32_MAX;
}

/* ---- setting and looking ------------------------------------------------ */

/* A struct timespec of so many words: nanoseconds, or NEVER; -1: it is none. */
static int64_t time_in(const uint32_t *words, int size)
{
	uint64_t high = size == 4 ? words[1] : 0, rest = words[size / 2];
	uint64_t seconds = high << 32 | words[0];

	if ((int32_t)words[size / 2 - 1] < 0 || rest >= SECOND)
		return -1;
	if (seconds >= NEVER / SECOND)
		return (int64_t)NEVER;
	return (int64_t)(seconds * SECOND + rest);
}

static void time_out(uint32_t *words, int size, uint64_t time)
{
	uint64_t seconds = time / SECOND;

	words[size / 2] = (uint32_t)(time % SECOND);
	words[0] = (uint32_t)seconds;
	if (size == 4)
		words[1] = (uint32_t)(seconds >> 32);
}

/* Gives a struct itimerspec to the client: 0 or -EFAULT. */
static int put(const struct message *m, int argument, int size,
               struct setting setting)
{
	uint32_t words[8] = {0};

	time_out(words, size, setting.period);
	time_out(words + size, size, setting.value);
	return give(m->token, argument, words, (uint32_t)size * 8);
}

int timer_settime_call(const struct message *m)
{
	int size = m->type == SYS_timer_settime64 ? 4 : 2, error = -EINVAL;
	struct setting old;
	struct timer *t;
	uint32_t words[8];
	int64_t period, value;

	if (m->args[2])
		error = k_lease_read(m->token, 2, 0, words, (uint32_t)size * 8);
	if (error < 0)
		return error;
	period = time_in(words, size);
	value = time_in(words + size, size);
	t = period < 0 || value < 0 ? 0 : named(m);
	if (!t)
		return -EINVAL;
	old = timer_left(t);
	timer_set(t, m->args[1] & TIMER_ABSTIME,
	          (struct setting){(uint64_t)period, (uint64_t)value});
	return m->args[3] ? put(m, 3, size, old) : 0;
}

int timer_gettime_call(const struct message *m)
{
	const struct timer *t = named(m);

	if (!t)
		return -EINVAL;
	return put(m, 1, m->type == SYS_timer_gettime64 ? 4 : 2, timer_left(t));
}
