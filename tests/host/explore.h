/*
 * tests/host/explore.h -- the search of the explorers: from state to state,
 * breadth first, until there is no new one.
 *
 * The things that may happen are the moves, which have numbers.  From each
 * state that is known every possible move is made: with its first promise
 * broken, then with its second, and so on until none is left to be broken.  A
 * move leads to a state, and if that is new, it is explored in its turn.
 *
 * An explorer with `hash` returns to a state by a replay: it begins again, and
 * makes the moves that led there.  It knows a state by its hash.  For an
 * explorer without `hash` every state is stored, and is known by all its bytes.
 */
#ifndef TESTS_HOST_EXPLORE_H
#define TESTS_HOST_EXPLORE_H

#include "tap.h"

#include <stddef.h>
#include <stdint.h>

struct explorer {
	int moves;
	int most; /* more states than these are a failure */
	bool (*possible)(int move);

	/* Promise `nth` is broken (0: none).  Was there one to break? */
	bool (*make)(int move, int nth);

	/* Either may be 0.  A leaf is judged, but not explored further. */
	void (*judge)(void); /* checks what must hold after a move */
	bool (*is_leaf)(int move);
	void (*print)(int move);

	/* Makes the first state; the hash of the present one. */
	void (*begin)(void);
	uint64_t (*hash)(void);

	/*
	 * Stores the present state, and returns to it.  With `hash` these may
	 * be 0; otherwise they spare a replay for each move from one state.
	 */
	size_t bytes; /* a multiple of STATE_ALIGNED */
	void (*save)(void *state);
	void (*restore)(const void *state);
};

#define STATE_ALIGNED 128 /* as the kernel's objects in a state are */

struct explored {
	int states, from;  /* that are known; from which moves were made */
	int depth;         /* how many moves led to the last one */
	long made, broken; /* moves, and promises */
};

/* Without begin() the present state is the first. */
struct explored explore(const struct explorer *explorer);

/*
 * The command line is explore_NAME [STATES [SCENE]].  In each scene moves are
 * made from the first STATES states only (0: from all), and only that SCENE is
 * explored (1: the first; 0: each).
 */
extern int explore_limit;
void explore_words(int argc, char **argv);
bool explore_wanted(int scene);

/* ---- hashing ------------------------------------------------------------ */

#define HASH_OF_NOTHING 0xcbf29ce484222325u

static inline uint64_t hash_with(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

extern uint64_t explore_hash;

/* hash() mixes in all facts that matter, one after another. */
static inline void mix(int64_t value)
{
	explore_hash = hash_with(explore_hash, (uint64_t)value);
}

#endif
