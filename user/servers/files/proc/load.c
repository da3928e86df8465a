/*
 * user/servers/files/proc/load.c -- how much work there is: /proc/loadavg and
 * sysinfo(2).
 *
 * The load is the number of processes that run or could run.  Every five
 * seconds they are counted, and three averages move towards their number: an
 * old count weighs less with each new one, by a factor of e in one, five and
 * fifteen minutes.  Linux defines them so, with eleven bits behind the point.
 *
 *	average = average * weight + count * (1 - weight)
 */
#include "made.h"

#define SECONDS     5u
#define NANOSECONDS 1000000000u
#define POINT       11 /* bits behind it */
#define ONE         (1u << POINT)

static uint32_t averages[3];

/* The new average; it is rounded up as it grows, so that it gets there. */
static uint32_t mix(uint32_t average, uint32_t weight, uint32_t count)
{
	uint64_t sum =
	    (uint64_t)average * weight + (uint64_t)count * (ONE - weight);

	return (uint32_t)((sum + (count >= average ? ONE - 1 : 0)) >> POINT);
}

uint64_t load_look(uint64_t now)
{
	/* e to the power of -5/60, -5/300 and -5/900 */
	static const uint16_t weights[3] = {1884, 2014, 2037};
	static uint64_t next;
	uint32_t count;

	if (now < next)
		return next;
	inspect_now();
	count = (made_running() - 1) * ONE; /* without this server */
	for (; next <= now; next += (uint64_t)SECONDS * NANOSECONDS)
		for (int i = 0; i < 3; i++)
			averages[i] = mix(averages[i], weights[i], count);
	return next;
}

/* Two digits behind the point, rounded. */
static void put_average(struct text *text, uint32_t average)
{
	uint32_t rounded = average + ONE / 200;

	text_add(text, "%u.%02u ", rounded >> POINT,
	         (rounded & (ONE - 1)) * 100 >> POINT);
}

void make_loadavg(struct text *text, int pid)
{
	const struct inspection *now = inspect_now();

	(void)pid;
	for (int i = 0; i < 3; i++)
		put_average(text, averages[i]);
	text_add(text, "%u/%u %u\n", made_running(), table_live(PROCS),
	         now->counters[INSPECT_COUNT_PROCESSES]);
}

/* There is no swap: what is not set here is 0. */
int sysinfo_call(const struct message *m)
{
	const struct inspection *now = inspect_now();
	struct sysinfo info = {
	    .uptime = (now->ticks + now->hz - 1) / now->hz,
	    .total = now->frames_total * PAGE_SIZE,
	    .free = now->frames_free * PAGE_SIZE,
	    .shared = (now->counters[INSPECT_COUNT_SHM] + files_quota.used) *
	              PAGE_SIZE,
	    .processes = (uint16_t)(table_live(PROCS) - 1), /* not boot's */
	    .unit = 1,
	};

	for (int i = 0; i < 3; i++)
		info.loads[i] = averages[i] << (16 - POINT);
	return give(m->token, 0, &info, sizeof(info));
}
