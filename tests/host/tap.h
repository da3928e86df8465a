/*
 * tests/host/tap.h -- a host test's output, in TAP: one sentence a line.
 *
 * A sentence that holds for many cases is checked with EXPECT in each and
 * printed once by tap(); the first case that fails is named under it.
 */
#ifndef TESTS_HOST_TAP_H
#define TESTS_HOST_TAP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count, tap_failures, tap_bad;

/* One case: `is` must be `wanted`. */
#define EXPECT(is, wanted) tap_expect(is, wanted, #is, __FILE__, __LINE__)

static inline int tap_expect(long long is, long long wanted, const char *what,
                             const char *file, int line)
{
	if (is == wanted)
		return 1;
	if (tap_bad++ == 0)
		printf("# %s:%d: %s is %lld, wanted %lld\n", file, line, what,
		       is, wanted);
	return 0;
}

/* All cases since the last sentence belong to this one. */
static inline void tap(const char *sentence)
{
	tap_count++;
	printf("%sok %d - %s\n", tap_bad ? "not " : "", tap_count, sentence);
	if (tap_bad > 1)
		printf("# %d cases failed\n", tap_bad);
	tap_failures += tap_bad != 0;
	tap_bad = 0;
}

static inline int tap_end(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures != 0;
}

#endif
