/*
 * user/bin/bench/bench.h -- a row of the performance table.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "unix.h"

enum { TRAPS, FAULTS, CR3, ZEROED, COPIED, COUNTERS };

struct row {
	const char *name;
	void (*operation)(void);
	void (*before)(void); /* runs before each operation, uncounted; or 0 */
	void (*after)(void);  /* runs after each operation, uncounted; or 0 */
	int times;            /* measurements, of which the least counts */
	uint32_t per;         /* units in one operation, such as pages */
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

/* Measures a row and prints it (measure.c). */
void measure(const struct row *row);
/* Prints a row that was measured elsewhere. */
void say_value(const char *name, uint32_t value);
/* Prints what is wrong, and ends the program. */
__attribute__((noreturn)) void give_up(const char *what);
/* Page faults since boot; without /proc/counters, those of this process. */
uint32_t faults_now(void);
/* Measures the cost of measuring nothing.  It must be called first. */
void measure_nothing(void);

/*
 * Measures calls in their longest cases (longest.c); `program` is the path of
 * this program.  A case gives the start of each of its calls to note_call().
 */
void measure_longest(const char *program);
/* Measures the longest calls of semaphores and queues (longest_ipc.c). */
void longest_ipc(void);
/* Measures the longest calls about names (longest_files.c). */
void longest_files(void);
void note_call(const char *name, uint64_t from);

#endif
