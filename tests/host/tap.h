/*
 * tests/host/tap.h -- a host test's output, in TAP: one sentence a line.
 *
 * A sentence that holds for many cases is checked with EXPECT in each and
 * printed once by tap(); the first case that fails is named under it.
 */
#ifndef TESTS_HOST_TAP_H
#define TESTS_HOST_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int tap_bad; /* cases that failed since the last sentence */

/* A test sets it to say how the first of these cases came about. */
extern void (*tap_explain)(void);

/* One case: `is` must be `wanted`.  Its value says whether it is. */
#define EXPECT(is, wanted) tap_expect(is, wanted, #is, __FILE__, __LINE__)

/* One case: the condition must hold. */
#define REQUIRE(condition)                                                     \
	tap_expect(!!(condition), true, #condition, __FILE__, __LINE__)

void tap_failed(long long is, long long wanted, const char *what,
                const char *file, int line);

static inline bool tap_expect(long long is, long long wanted, const char *what,
                              const char *file, int line)
{
	if (is != wanted)
		tap_failed(is, wanted, what, file, line);
	return is == wanted;
}

/* Prints a sentence, which stands for all cases since the last one. */
__attribute__((format(printf, 1, 2))) void tap(const char *sentence, ...);

/* Prints the plan.  Returns the exit status. */
int tap_end(void);

#endif
