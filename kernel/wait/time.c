/*
 * kernel/wait/time.c -- the calls that ask for the time or wait for it.
 *
 * The clocks are those of clock_gettime(2).  CLOCK_REALTIME is the time that
 * the RTC had at boot, and the uptime.  It cannot be set and knows of no leap
 * seconds, so CLOCK_TAI is equal to it.  The coarse clocks and the CPU times
 * count ticks.  A sleep never ends before its time, and at most a tenth of a
 * millisecond after it.
 */
#include "time.h"

#include "../../abi/errno.h"
#include "../base/cpu.h"
#include "../process/schedule.h"

/*
 * Which clocks there are.  A fine one counts in parts of a tick; one that is
 * since_1970 adds the time of boot; a process may sleep by some of them.
 */
static const struct {
	bool exists, fine, since_1970, may_sleep;
} clocks[] = {
    [CLOCK_REALTIME] = {true, true, true, true},
    [CLOCK_MONOTONIC] = {true, true, false, true},
    [CLOCK_PROCESS_CPUTIME] = {true, false, false, false},
    [CLOCK_THREAD_CPUTIME] = {true, false, false, false},
    [CLOCK_MONOTONIC_RAW] = {true, true, false, false},
    [CLOCK_REALTIME_COARSE] = {true, false, true, false},
    [CLOCK_MONOTONIC_COARSE] = {true, false, false, false},
    [CLOCK_BOOTTIME] = {true, true, false, true},
    [CLOCK_TAI] = {true, true, true, true},
};

static bool clock_exists(int clock)
{
	return clock >= 0 && clock < (int)(sizeof(clocks) / sizeof(*clocks)) &&
	       clocks[clock].exists;
}

static struct timespec32 of_ticks(uint32_t n)
{
	return (struct timespec32){n / HZ, n % HZ * NANOSECONDS_PER_TICK};
}

static int read_clock(int clock, struct timespec32 *now)
{
	if (!clock_exists(clock))
		return -EINVAL;
	if (clock == CLOCK_PROCESS_CPUTIME || clock == CLOCK_THREAD_CPUTIME)
		*now = of_ticks(self()->sched.used.user +
		                self()->sched.used.system);
	else
		*now = clocks[clock].fine ? clock_uptime() : of_ticks(ticks);
	if (clocks[clock].since_1970)
		now->seconds += clock_boot_time;
	return 0;
}

int timespec_out(vaddr_t to, struct timespec32 time, bool wide)
{
	struct timespec64 both = {.seconds = time.seconds,
	                          .nanoseconds = time.nanoseconds};

	return wide ? copy_out(to, &both, sizeof(both))
	            : copy_out(to, &time, sizeof(time));
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
	if (tv && timespec_out(tv, now, false) < 0)
		return -EFAULT;
	return tz ? copy_out(tz, utc, sizeof(utc)) : 0;
}

/* clock_gettime(2), with 32 or 64 bits of seconds */
int sys_gettime(int clock, vaddr_t tp, int wide)
{
	struct timespec32 now;
	int result = read_clock(clock, &now);

	return result < 0 ? result : timespec_out(tp, now, wide);
}

/*
 * clock_getres(2), with 32 or 64 bits of seconds.  A fine clock moves by a
 * count of the PIT, the others by a tick.
 */
int sys_getres(int clock, vaddr_t tp, int wide)
{
	struct timespec32 time = {0, NANOSECONDS_PER_TICK};

	if (!clock_exists(clock))
		return -EINVAL;
	if (clocks[clock].fine)
		time.nanoseconds = 1000000000u / PIT_HZ;
	return tp ? timespec_out(tp, time, wide) : 0;
}

struct timespec32 clock_duration(uint64_t counts)
{
	struct timespec32 time;
	uint32_t rest;

	time.seconds = cpu_divide(counts, PIT_HZ, &rest);
	time.nanoseconds =
	    cpu_divide((uint64_t)rest * 1000000000u, PIT_HZ, &rest);
	return time;
}

struct timespec32 clock_uptime(void)
{
	clock_read();
	return clock_duration(clock_counts);
}

/* Without the two counts that clock_deadline() has added. */
struct timespec32 clock_left(uint64_t deadline)
{
	clock_read();
	return clock_duration(
	    deadline > clock_counts + 2 ? deadline - clock_counts - 2 : 0);
}

/* ---- the CPU's time ----------------------------------------------------- */

#define MICROSECONDS_PER_TICK (1000000u / HZ)

int give_rusage(struct cpu_time used, vaddr_t rusage)
{
	const uint32_t words[RUSAGE_WORDS] = {
	    used.user / HZ,
	    used.user % HZ * MICROSECONDS_PER_TICK,
	    used.system / HZ,
	    used.system % HZ * MICROSECONDS_PER_TICK,
	};

	return copy_out(rusage, words, sizeof(words));
}

int sys_getrusage(int who, vaddr_t rusage)
{
	if (who == RUSAGE_CHILDREN)
		return give_rusage(self()->sched.children, rusage);
	if (who != RUSAGE_SELF && who != RUSAGE_THREAD)
		return -EINVAL;
	return give_rusage(self()->sched.used, rusage);
}

/* times(2): its ticks are those of the kernel.  The answer is the uptime. */
int sys_times(vaddr_t tms)
{
	const struct cpu_time both[2] = {self()->sched.used,
	                                 self()->sched.children};

	if (tms && copy_out(tms, both, sizeof(both)) < 0)
		return -EFAULT;
	return ticks & INT32_MAX;
}

/* ---- sleeping ----------------------------------------------------------- */

/* How long it is from `now` to `until`; zero when that is past. */
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

uint64_t deadline_at(int clock, struct timespec32 time)
{
	struct timespec32 now;

	read_clock(clock, &now);
	return clock_deadline(from_now(time, now));
}

/* clock_nanosleep(2).  A handler ends it; a duration leaves a rest then. */
int sys_sleep(int clock, int flags, vaddr_t request, vaddr_t remain, int wide)
{
	bool until_time = flags & TIMER_ABSTIME;
	struct timespec32 now, time;
	uint64_t until;
	int result;

	if (timespec_in(&time, request, wide) < 0)
		return -EFAULT;
	if (read_clock(clock, &now) < 0)
		return -EINVAL;
	if (!clocks[clock].may_sleep)
		return -EOPNOTSUPP;
	if (!timespec_valid(time))
		return -EINVAL;
	until = until_time ? deadline_at(clock, time) : clock_deadline(time);
	result = sleep_until(until);
	if (result < 0 && !until_time && remain &&
	    timespec_out(remain, clock_left(until), wide) < 0)
		return -EFAULT;
	return result;
}
