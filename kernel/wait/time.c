/*
 * kernel/wait/time.c -- the calls that ask for the time or wait for it.
 *
 * The clocks are those of clock_gettime(2).  CLOCK_REALTIME is the time that
 * the RTC had at boot, or what it was set to, and the uptime.  It knows of no
 * leap seconds, so CLOCK_TAI is equal to it.  The machine never sleeps, so its
 * ALARM clocks are the others.  The coarse clocks and the CPU times count
 * ticks. A sleep never ends before its time, and at most a tenth of a
 * millisecond after it.
 */
#include "time.h"

#include "../../abi/errno.h"
#include "../base/cpu.h"
#include "../process/schedule.h"
#include "../signal/signal.h"

/*
 * Which clocks there are.  A fine one counts in parts of a tick; one that is
 * since_1970 adds the time of boot; a process may sleep by some of them.
 */
static const struct {
	bool exists, fine, since_1970, may_sleep;
} clocks[] = {
    [CLOCK_REALTIME] = {true, true, true, true},
    [CLOCK_MONOTONIC] = {true, true, false, true},
    [CLOCK_PROCESS_CPUTIME] = {true, false, false, true},
    [CLOCK_THREAD_CPUTIME] = {true, false, false, false},
    [CLOCK_MONOTONIC_RAW] = {true, true, false, false},
    [CLOCK_REALTIME_COARSE] = {true, false, true, false},
    [CLOCK_MONOTONIC_COARSE] = {true, false, false, false},
    [CLOCK_BOOTTIME] = {true, true, false, true},
    [CLOCK_REALTIME_ALARM] = {true, true, true, true},
    [CLOCK_BOOTTIME_ALARM] = {true, true, false, true},
    [CLOCK_TAI] = {true, true, true, true},
};

/* Its row in `clocks`, or -1. */
static int clock_row(int clock)
{
	if (clock < 0)
		return CLOCK_PROCESS_CPUTIME; /* of the process that it names */
	return clock < (int)(sizeof(clocks) / sizeof(*clocks)) &&
	               clocks[clock].exists
	           ? clock
	           : -1;
}

static struct timespec32 of_ticks(uint32_t n)
{
	return (struct timespec32){n / HZ, n % HZ * NANOSECONDS_PER_TICK};
}

static struct timespec32 sum(struct timespec32 a, struct timespec32 b)
{
	a.seconds += b.seconds;
	a.nanoseconds += b.nanoseconds;
	if (a.nanoseconds >= 1000000000u) {
		a.seconds++;
		a.nanoseconds -= 1000000000u;
	}
	return a;
}

/* A thread's clock is the caller's own: a process is no thread of another. */
static int read_cpu_time(int clock, struct timespec32 *used)
{
	int number = clock < 0 ? clock : -(1 << CPU_CLOCK_SHIFT);
	const struct proc *p = proc_find_or_self(~number >> CPU_CLOCK_SHIFT);

	if (!p || (number & CPU_CLOCK_KIND) == CPU_CLOCK_KIND ||
	    ((number & CPU_CLOCK_THREAD) && p != self()))
		return -EINVAL;
	*used = of_ticks(p->sched.used.user +
	                 ((number & CPU_CLOCK_KIND) == CPU_CLOCK_USER
	                      ? 0
	                      : p->sched.used.system));
	return 0;
}

static int read_clock(int clock, struct timespec32 *now)
{
	int row = clock_row(clock);

	if (row < 0)
		return -EINVAL;
	if (row == CLOCK_PROCESS_CPUTIME || row == CLOCK_THREAD_CPUTIME)
		return read_cpu_time(clock, now);
	*now = clocks[row].fine ? clock_uptime() : of_ticks(ticks);
	if (clocks[row].since_1970) {
		*now = sum(*now, clock_duration(clock_rest));
		now->seconds += clock_boot_time;
	}
	return 0;
}

/* What is less than a count more than nothing is one: no time goes back. */
int native_clock_set(uint32_t seconds, uint32_t nanoseconds)
{
	uint64_t parts = (uint64_t)nanoseconds * PIT_HZ + 999999999u;
	uint32_t rest;

	clock_set(seconds, cpu_divide(parts, 1000000000u, &rest));
	for (int i = 0; i < proc_rows.fresh; i++)
		if (procs[i].state == PROC_SLEEPING)
			wake(&procs[i]); /* it may sleep until a time of day */
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

/* ---- what a server signals ---------------------------------------------- */

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

int native_signal(int pid, int signal, uint32_t value, const struct proc *whom)
{
	struct signal_news news = {.code = SI_KERNEL};

	if (pid == 0 || pid == -1 || signal <= 0 || signal > SIGNAL_MAX)
		return -EINVAL;
	if (whom != self())
		news = (struct signal_news){SI_MESGQ, whom->life.pid,
		                            whom->identity.uid, value};
	return signal_send_to(pid, signal, news);
}

int native_timer(int pid, uint32_t born, int signal, uint32_t id,
                 uint32_t value, uint32_t times)
{
	struct proc *p = proc_find(pid);

	if (!p || p->sched.start_tick != born || p->state == PROC_ZOMBIE)
		return -ESRCH;
	if (id && signal_overrun(p, id, times))
		return 1;
	if (times == 0 || signal <= 0 || signal > SIGNAL_MAX)
		return 0;
	if (id && signal_queue_full(p))
		return -EAGAIN;
	signal_send(p, signal,
	            id ? (struct signal_news){SI_TIMER, id, times - 1, value}
	               : (struct signal_news){.code = SI_KERNEL});
	return 0;
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
	struct timespec32 now = {0, 0}; /* of a process that is gone */

	read_clock(clock, &now);
	return clock_deadline(from_now(time, now));
}

/*
 * The count at which a sleep until `time` is to look again.  CPU time passes no
 * faster than the clock, and a tick at a time.
 */
static uint64_t next_look(int clock, struct timespec32 time)
{
	uint64_t until = deadline_at(clock, time);

	if (clock_row(clock) == CLOCK_PROCESS_CPUTIME && until > clock_counts &&
	    until < clock_next_tick)
		until = clock_next_tick;
	return until;
}

/*
 * clock_nanosleep(2).  A handler ends it; a duration leaves a rest then.  A
 * duration of CPU time is slept as the time at which it will be over.
 */
int sys_sleep(int clock, int flags, vaddr_t request, vaddr_t remain, int wide)
{
	bool until_time = flags & TIMER_ABSTIME;
	int row = clock_row(clock);
	bool cpu = row == CLOCK_PROCESS_CPUTIME;
	struct timespec32 now, time;
	uint64_t until;

	if (row < 0)
		return -EINVAL;
	if (!clocks[row].may_sleep ||
	    (clock < 0 && (clock & 7) == CPU_CLOCK_DEVICE))
		return -EOPNOTSUPP;
	if (timespec_in(&time, request, wide) < 0)
		return -EFAULT;
	if (!timespec_valid(time) || read_clock(clock, &now) < 0 ||
	    (clock < 0 && (clock & CPU_CLOCK_THREAD)))
		return -EINVAL;
	if ((row == CLOCK_REALTIME_ALARM || row == CLOCK_BOOTTIME_ALARM) &&
	    self()->identity.euid != 0)
		return -EPERM;
	if (cpu && !until_time)
		time = sum(now, time);
	until = clock_deadline(time);
	do {
		if (cpu || until_time)
			until = next_look(clock, time);
		if (until <= clock_counts)
			return 0;
	} while (block_until(PROC_SLEEPING, &until) == GO_ON);
	if (until_time || !remain)
		return -EINTR;
	if (cpu)
		until = deadline_at(clock, time);
	return timespec_out(remain, clock_left(until), wide) < 0 ? -EFAULT
	                                                         : -EINTR;
}
