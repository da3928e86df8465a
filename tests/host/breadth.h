/*
 * tests/host/breadth.h -- what the explorers of messages and of leases share:
 * the first failure, with the path that led to it, and the states known.
 *
 * A state is known by a hash of all that matters of it: hash_begin(), mix() for
 * each fact, hash_end().
 */
#ifndef TESTS_HOST_BREADTH_H
#define TESTS_HOST_BREADTH_H

#include <stdio.h>

#define SEEN_SLOTS (1 << 21)

static int failures;

/* The includer's: how it came here, a line a step. */
static void print_path(void);

static void fail(const char *what, int line)
{
	if (failures++ == 0) {
		printf("# line %d: %s, after:\n", line, what);
		print_path();
	}
}

#define REQUIRE(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))

static uint64_t hash;
static uint64_t seen[SEEN_SLOTS]; /* hashes; 0: a free slot */

static void hash_begin(void)
{
	hash = 0xcbf29ce484222325u;
}

static void mix(int64_t value)
{
	hash = (hash ^ (uint64_t)value) * 0x9e3779b97f4a7c15u;
	hash ^= hash >> 29;
}

static uint64_t hash_end(void)
{
	return hash ? hash : 1;
}

/* Is it the first time? */
static bool add_seen(uint64_t h)
{
	uint32_t i = (uint32_t)(h >> 20) % SEEN_SLOTS;

	while (seen[i] && seen[i] != h)
		i = (i + 1) % SEEN_SLOTS;
	if (seen[i] == h)
		return false;
	seen[i] = h;
	return true;
}

#endif
