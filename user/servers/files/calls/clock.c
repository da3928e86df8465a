/*
 * user/servers/files/calls/clock.c -- the time of day is set: stime(2),
 * settimeofday(2), clock_settime(2), adjtimex(2).  And clock_getres(2).
 *
 * Root may set CLOCK_REALTIME, and nothing else can be set.  The kernel has the
 * clock (k_clock_set) and wakes the processes that sleep until a time of day;
 * this server looks again at its timers, which may be for a time of day.
 *
 * The clock jumps or goes on as the crystal does.  It cannot be made faster or
 * slower, so adjtimex(2) looks, or moves the clock by an offset at once.
 */
#include "calls.h"

#include "../../../../abi/time.h"

#define MICROSECONDS 1000000u
#define NANOSECONDS  1000000000u

/* The kernel counts seconds in 31 bits. */
#define LAST_SECOND INT32_MAX

/* Reads a clock of 64 bits, which exists. */
static struct moment read_clock(uint32_t clock)
{
	uint64_t words[2] = {0, 0};

	unix_call(SYS_clock_gettime64, clock, unix_address(words), 0);
	return (struct moment){(int64_t)words[0], (uint32_t)words[1]};
}

/*
 * Sets the clock: 0; -EINVAL: that is no time, or it is more than the clock can
 * say, or less than the time since boot; -EPERM.
 */
static int set_clock(const struct message *m, struct moment time)
{
	if (time.seconds < 0 || time.nsec >= NANOSECONDS)
		return -EINVAL;
	if (m->euid != 0)
		return -EPERM;
	if (time.seconds > LAST_SECOND ||
	    time.seconds <= read_clock(CLOCK_MONOTONIC).seconds)
		return -EINVAL;
	k_clock_set((uint32_t)time.seconds, time.nsec);
	moment_forget();
	timers_clock_set();
	return 0;
}

int stime_call(const struct message *m)
{
	int32_t seconds;
	int error = k_lease_read(m->token, 0, 0, &seconds, sizeof(seconds));

	if (error < 0)
		return error;
	if (m->euid != 0)
		return -EPERM;
	set_clock(m, (struct moment){seconds, 0});
	return 0; /* as on Linux, even if that is no time */
}

/* There is no zone but UTC: one of no minutes may be set. */
int settimeofday_call(const struct message *m)
{
	int32_t time[2] = {0}, zone[2] = {0};
	int error = 0;

	if (m->args[0])
		error = k_lease_read(m->token, 0, 0, time, sizeof(time));
	if (error >= 0 && (uint32_t)time[1] > MICROSECONDS)
		return -EINVAL;
	if (error >= 0 && m->args[1])
		error = k_lease_read(m->token, 1, 0, zone, sizeof(zone));
	if (error < 0)
		return error;
	if (!m->args[0] && m->euid != 0)
		return -EPERM;
	if (zone[0] != 0)
		return m->euid != 0 ? -EPERM : -EINVAL;
	if (!m->args[0])
		return 0;
	return set_clock(m,
	                 (struct moment){time[0], (uint32_t)time[1] * 1000u});
}

/* Is it a clock of CPU time that exists?  Nobody may set one. */
static bool is_cpu_clock(uint32_t clock)
{
	uint32_t time[2] = {0};

	return unix_call(SYS_clock_gettime, clock, unix_address(time), 0) == 0;
}

int clock_settime_call(const struct message *m)
{
	bool wide = m->type == SYS_clock_settime64;
	uint32_t words[4], clock = m->args[0];
	struct moment time;
	int error;

	if (clock != CLOCK_REALTIME && (int)clock >= 0)
		return -EINVAL;
	error = k_lease_read(m->token, 1, 0, words, wide ? 16 : 8);
	if (error < 0)
		return error;
	if (clock != CLOCK_REALTIME)
		return is_cpu_clock(clock) ? -EPERM : -EINVAL;
	time = (struct moment){(int32_t)words[0], words[1]};
	if (wide)
		time = (struct moment){
		    (int64_t)((uint64_t)words[1] << 32 | words[0]), words[2]};
	return set_clock(m, time);
}

/* A fine clock moves by a count of the PIT, the others by a tick. */
int clock_getres_call(const struct message *m)
{
	uint32_t words[4] = {0}, clock = m->args[0], each = 10000000;
	bool wide = m->type == SYS_clock_getres64;

	/* Its thread is the client, and not this server. */
	if ((int)clock < 0 && ~(int)clock >> CPU_CLOCK_SHIFT == m->pid)
		clock &= ~(uint32_t)CPU_CLOCK_THREAD;
	if (unix_call(SYS_clock_gettime, clock, unix_address(words), 0) < 0)
		return -EINVAL;
	if (clock <= CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
	    (clock >= CLOCK_BOOTTIME && clock <= CLOCK_TAI))
		each = 838;
	memset(words, 0, sizeof(words));
	words[wide ? 2 : 1] = each;
	return m->args[1] ? give(m->token, 1, words, wide ? 16 : 8) : 0;
}

/* ---- adjtimex(2) -------------------------------------------------------- */

#define ADJ_SETOFFSET  0x0100u
#define ADJ_NANO       0x2000u
#define ADJ_SINGLESHOT 0x8001u /* adjtime(3) */
#define ADJ_READONLY   0xA001u /* ... that only asks */
#define STA_UNSYNC     64
#define TIME_ERROR     5 /* nobody has set it right */

/* struct timex: words of 32 bits here, of 64 in clock_adjtime64(2). */
enum {
	MODES,
	OFFSET,
	FREQUENCY,
	MOST_ERROR,
	ERROR,
	STATUS,
	CONSTANT,
	PRECISION,
	TOLERANCE,
	TIME_SECONDS,
	TIME_REST,
	TICK_MICROSECONDS,
	TIMEX_WORDS = 32,
	TIMEX_BYTES_WIDE = 208
};

/* Moves the clock by what the call asks for: 0 or -errno. */
static int move_clock(const struct message *m, uint32_t modes, int64_t seconds,
                      uint32_t rest)
{
	struct moment now;

	if (modes == ADJ_READONLY)
		return 0;
	if (m->euid != 0)
		return -EPERM;
	if ((modes & ~ADJ_NANO) != ADJ_SETOFFSET)
		return -EINVAL;
	if (rest >= (modes & ADJ_NANO ? NANOSECONDS : MICROSECONDS))
		return -EINVAL;
	now = read_clock(CLOCK_REALTIME);
	now.seconds += seconds;
	now.nsec += modes & ADJ_NANO ? rest : rest * 1000;
	if (now.nsec >= NANOSECONDS) {
		now.seconds++;
		now.nsec -= NANOSECONDS;
	}
	return set_clock(m, now);
}

/* What Linux says of a clock that no program keeps right. */
static void fill(uint32_t words[], uint32_t each)
{
	const struct moment now = read_clock(CLOCK_REALTIME);
	const uint32_t says[] = {
	    [MOST_ERROR] = 16000000,
	    [ERROR] = 16000000,
	    [STATUS] = STA_UNSYNC,
	    [CONSTANT] = 2,
	    [PRECISION] = 1,
	    [TOLERANCE] = 32768000,
	    [TIME_SECONDS] = (uint32_t)now.seconds,
	    [TIME_REST] = now.nsec / 1000,
	    [TICK_MICROSECONDS] = 10000,
	};

	memset(words + each, 0, each == 1 ? 124 : TIMEX_BYTES_WIDE - 8);
	for (uint32_t i = 1; i < sizeof(says) / sizeof(says[0]); i++)
		words[i * each] = says[i];
}

/* adjtimex(2), and clock_adjtime(2) with 32 and 64 bits of seconds */
int adjtimex_call(const struct message *m)
{
	bool wide = m->type == SYS_clock_adjtime64;
	int argument = m->type == SYS_adjtimex ? 0 : 1, error = 0;
	uint32_t words[TIMEX_BYTES_WIDE / 4], each = wide ? 2 : 1;
	uint32_t bytes = wide ? TIMEX_BYTES_WIDE : TIMEX_WORDS * 4;
	uint32_t time[2] = {0};
	int64_t seconds;

	error = k_lease_read(m->token, argument, 0, words, bytes);
	if (error < 0)
		return error;
	if (argument == 1 && m->args[0] != CLOCK_REALTIME)
		return unix_call(SYS_clock_gettime, m->args[0],
		                 unix_address(time), 0) < 0
		           ? -EINVAL
		           : -EOPNOTSUPP;
	seconds = (int32_t)words[TIME_SECONDS * each];
	if (wide)
		seconds =
		    (int64_t)((uint64_t)words[TIME_SECONDS * 2 + 1] << 32 |
		              words[TIME_SECONDS * 2]);
	if (words[MODES] != 0)
		error = move_clock(m, words[MODES], seconds,
		                   words[TIME_REST * each]);
	if (error < 0)
		return error;
	fill(words, each);
	error = give(m->token, argument, words, bytes);
	return error < 0 ? error : TIME_ERROR;
}
