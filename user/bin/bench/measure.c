/*
 * user/bin/bench/measure.c -- how a row is measured.
 *
 * Under `qemu -icount shift=0` the time-stamp counter counts retired guest
 * instructions, so every figure is exact, and two runs give the same ones:
 *
 *	rdtsc, call operation, rdtsc        the least of several
 *	rdtsc, call nothing,   rdtsc        minus this
 *
 * For the other columns the operation runs ROUNDS times more, each time
 * between two readings of /proc/counters.  They are the traps, page faults,
 * CR3 loads, and frames zeroed and copied of one operation, rounded, without
 * those of the readings.  If that file is missing, page faults come from
 * getrusage(2), and the other columns are "-".
 */
#include <stdarg.h>
#include "bench.h"
#include "string.h"

#define ROUNDS    4
#define GETRUSAGE 77 /* Linux's number; abi/syscalls.tbl has no such call */
#define RU_MINFLT 8  /* its word in struct rusage */

struct counters {
	uint32_t value[COUNTERS];
};

static const char *const counter_names[COUNTERS] = {"traps", "faults", "cr3",
                                                    "zeroed", "copied"};
static uint32_t cost_of_nothing;
static struct counters counts_of_nothing;
static bool have_counters;

/* ---- saying ------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char buffer[160];
	struct text text = {buffer, sizeof(buffer), 0};
	va_list list;

	va_start(list, format);
	text_add_list(&text, format, list);
	va_end(list);
	unix_write(1, buffer, text.used);
}

void say_value(const char *name, uint32_t value)
{
	say("%-24s%12u\n", name, value);
}

void give_up(const char *what)
{
	say("bench: failed: %s\n", what);
	unix_exit(1);
}

/* ---- counting ----------------------------------------------------------- */

/* The number after the word `name` in `text`, or 0. */
static uint32_t find_number(const char *text, const char *name)
{
	size_t bytes = strlen(name);

	for (; *text; text++)
		if (strncmp(text, name, bytes) == 0 && text[bytes] == ' ')
			return number_parse(text + bytes + 1, 10);
	return 0;
}

static void counters_read(struct counters *counters)
{
	static char text[1024];
	uint32_t usage[18] = {0};
	int fd = unix_open("/proc/counters", O_RDONLY);

	*counters = (struct counters){0};
	if (fd < 0) {
		unix_call(GETRUSAGE, 0, unix_address(usage), 0);
		counters->value[FAULTS] = usage[RU_MINFLT];
		return;
	}
	if (unix_read(fd, text, sizeof(text) - 1) <= 0)
		give_up("/proc/counters");
	unix_close(fd);
	for (int i = 0; i < COUNTERS; i++)
		counters->value[i] = find_number(text, counter_names[i]);
}

uint32_t faults_now(void)
{
	struct counters now;

	counters_read(&now);
	return now.value[FAULTS];
}

/* Counts ROUNDS operations, with the readings around them. */
static void count(const struct row *row, struct counters *sum)
{
	struct counters from, to;

	*sum = (struct counters){0};
	for (int i = 0; i < ROUNDS; i++) {
		if (row->before)
			row->before();
		counters_read(&from);
		row->operation();
		counters_read(&to);
		if (row->after)
			row->after();
		for (int k = 0; k < COUNTERS; k++)
			sum->value[k] += to.value[k] - from.value[k];
	}
}

static void say_counts(const struct counters *sum)
{
	for (int k = 0; k < COUNTERS; k++) {
		int n = (int)(sum->value[k] - counts_of_nothing.value[k]);

		if (have_counters || k == FAULTS)
			say("%12u",
			    n < 0 ? 0 : ((uint32_t)n + ROUNDS / 2) / ROUNDS);
		else
			say("%12s", "-");
	}
}

/* ---- timing ------------------------------------------------------------- */

/* Not inline, so that it is the same code around each operation. */
__attribute__((noinline)) static uint32_t time_once(void (*operation)(void))
{
	uint32_t before = rdtsc();

	operation();
	return rdtsc() - before;
}

static uint32_t time_least(const struct row *row)
{
	uint32_t least = UINT32_MAX;

	for (int i = 0; i < row->times; i++) {
		uint32_t cost;

		if (row->before)
			row->before();
		cost = time_once(row->operation);
		if (row->after)
			row->after();
		if (cost < least)
			least = cost;
	}
	return least;
}

static void nothing(void)
{
}

void measure_nothing(void)
{
	static const struct row row = {"nothing", nothing, 0, 0, 100, 1};

	have_counters =
	    unix_call(SYS_access, unix_address("/proc/counters"), 0, 0) == 0;
	count(&row, &counts_of_nothing); /* this one touches all memory */
	count(&row, &counts_of_nothing);
	cost_of_nothing = time_least(&row);
	say("%-24s%12s%12s%12s%12s%12s%12s\n", "# row", "instructions", "traps",
	    "faults", "cr3", "zeroed", "copied");
}

void measure(const struct row *row)
{
	uint32_t cost = time_least(row) - cost_of_nothing;
	struct counters sum;

	count(row, &sum);
	say("%-24s%12u", row->name, cost / row->per);
	say_counts(&sum);
	say("\n");
}
