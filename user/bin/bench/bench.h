/*
 * user/bin/bench/bench.h -- a row of the performance table, and the door.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "unix.h"

enum { TRAPS, FAULTS, CR3, ZEROED, COPIED, COUNTERS };

struct row {
	const char *name;
	void (*operation)(void);
	void (*before)(void),
	    (*after)(void); /* around each, not counted; or 0 */
	int times;          /* the least of so many */
	uint32_t per;       /* operations in one: pages, mostly */
};

static inline uint64_t rdtsc64(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint32_t rdtsc(void)
{
	return (uint32_t)rdtsc64();
}

/* measure.c: measures a row and prints it. */
void measure(const struct row *row);
/* Prints a row that was counted elsewhere. */
void say_value(const char *name, uint32_t value);
/* Says what is wrong, and ends the program. */
__attribute__((noreturn)) void give_up(const char *what);
/* Page faults since boot, or of this process where /proc/counters is absent. */
uint32_t faults_now(void);
/* The cost of measuring nothing; to be called first. */
void measure_nothing(void);

/*
 * longest.c: the rows of calls that are made as long as may be, and of the
 * longest; `program` is where this one lies.  A case says what each of its
 * calls took since `from`.
 */
void measure_longest(const char *program);
/* longest_ipc.c: those of semaphores and queues among them. */
void longest_ipc(void);
void note_call(const char *name, uint64_t from);

#endif
