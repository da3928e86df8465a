/*
 * kernel/time.c -- the calls that ask for the time or wait for it.
 *
 * Clocks 0..7 as in clock_gettime(2).  The real-time clock is the uptime since
 * the RTC was read; it cannot be set.  Sleeps end at the first tick (10 ms)
 * after their time, never earlier.
 */
#include "lifecycle.h"

#include "clock.h"

#define LONGEST_SLEEP (INT32_MAX / HZ) /* seconds: ticks count them */

static int read_clock(int clock, struct timespec32 *now)
{
	uint32_t used = self()->user_ticks + self()->system_ticks;

	if (clock < CLOCK_REALTIME || clock > CLOCK_BOOTTIME)
		return -EINVAL;
	*now = clock_uptime();
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		now->seconds += clock_boot_time;
	if (clock == CLOCK_PROCESS_CPUTIME || clock == CLOCK_THREAD_CPUTIME)
		*now = (struct timespec32){used / HZ,
		                           used % HZ * NANOSECONDS_PER_TICK};
	return 0;
}

static int give(struct timespec32 time, vaddr_t tp, bool wide)
{
	struct timespec64 both = {.seconds = time.seconds,
	                          .nanoseconds = time.nanoseconds};

	return wide ? copy_out(tp, &both, sizeof(both))
	            : copy_out(tp, &time, sizeof(time));
}

int sys_time(vaddr_t result)
{
	uint32_t now = clock_now;

	if (result && copy_out(result, &now, sizeof(now)) < 0)
		return -EFAULT;
	return now;
}

int sys_gettimeofday(vaddr_t tv, vaddr_t tz)
{
	static const uint32_t utc[2];
	struct timespec32 now;

	read_clock(CLOCK_REALTIME, &now);
	now.nanoseconds /= 1000; /* struct timeval: microseconds */
	if (tv && give(now, tv, false) < 0)
		return -EFAULT;
	return tz ? copy_out(tz, utc, sizeof(utc)) : 0;
}

/* clock_gettime(2), with 32 or 64 bits of seconds */
int sys_gettime(int clock, vaddr_t tp, int wide)
{
	struct timespec32 now;
	int result = read_clock(clock, &now);

	return result < 0 ? result : give(now, tp, wide);
}

/* A tick, or one count of the PIT for the clocks that are as fine as it. */
int sys_getres(int clock, vaddr_t tp, int wide)
{
	struct timespec32 time;
	int result = read_clock(clock, &time);
	bool fine = clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ||
	            clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;

	time = (struct timespec32){0, fine ? 838 : NANOSECONDS_PER_TICK};
	return result < 0 || !tp ? result : give(time, tp, wide);
}

/* ---- sleeping -------------------------------------------------------- */

int timespec_in(struct timespec32 *time, vaddr_t from, bool wide)
{
	struct timespec64 given;

	if (!wide)
		return copy_in(time, from, sizeof(*time));
	if (copy_in(&given, from, sizeof(given)) < 0)
		return -EFAULT;
	*time = (struct timespec32){given.seconds, given.nanoseconds};
	if ((int32_t)given.seconds_high < 0)
		time->seconds = -1u;
	else if (given.seconds_high || (int32_t)given.seconds < 0)
		time->seconds = INT32_MAX;
	return 0;
}

bool timespec_valid(struct timespec32 time)
{
	return (int32_t)time.seconds >= 0 && time.nanoseconds <= 999999999u;
}

uint32_t clock_deadline(struct timespec32 duration)
{
	uint32_t seconds = duration.seconds;
	uint32_t parts = (duration.nanoseconds + NANOSECONDS_PER_TICK - 1) /
	                 NANOSECONDS_PER_TICK;

	if (seconds == 0 && parts == 0)
		return ticks;
	if (seconds >= LONGEST_SLEEP)
		seconds = LONGEST_SLEEP - 1;
	return ticks + seconds * HZ + parts + 1;
}

/* until - now, or zero when it is past. */
static struct timespec32 from_now(struct timespec32 until,
                                  struct timespec32 now)
{
	struct timespec32 left = {until.seconds - now.seconds,
	                          until.nanoseconds - now.nanoseconds};

	if (until.nanoseconds < now.nanoseconds) {
		left.seconds--;
		left.nanoseconds += 1000000000u;
	}
	if ((int32_t)left.seconds < 0)
		return (struct timespec32){0, 0};
	return left;
}

/* clock_nanosleep(2); only a handled signal would leave something to sleep. */
int sys_sleep(int clock, int flags, vaddr_t request, int wide)
{
	struct timespec32 now, time;

	if (timespec_in(&time, request, wide) < 0)
		return -EFAULT;
	if (clock == CLOCK_THREAD_CPUTIME || read_clock(clock, &now) < 0)
		return -EINVAL;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_BOOTTIME)
		return -EOPNOTSUPP;
	if (!timespec_valid(time))
		return -EINVAL;
	if (flags & TIMER_ABSTIME)
		time = from_now(time, now);
	return sleep_until(clock_deadline(time));
}
