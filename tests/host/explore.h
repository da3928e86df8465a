/*
 * tests/host/explore.h -- the search of the explorers: from state to state,
 * breadth first, until there is no new one.
 *
 * What may happen is numbered: the moves.  From each state that is known every
 * move which is possible there is made: with its first promise broken, then
 * with its second, and so on until none is left to be broken.  What a move
 * leads to is a state again; if it is new, it is explored in its turn.
 *
 * An explorer with `hash` comes back to a state by making the moves that lead
 * there once more, from begin() on, and knows it again by its hash.  One
 * without has every state stored, `bytes` long, and knows it again by each
 * byte.
 */
#ifndef TESTS_HOST_EXPLORE_H
#define TESTS_HOST_EXPLORE_H

#include "tap.h"

#include <stddef.h>
#include <stdint.h>

struct explorer {
	int moves;
	int most; /* states: more of them are a failure */
	bool (*possible)(int move);

	/* Promise `nth` is broken (0: none).  Was there one to break? */
	bool (*make)(int move, int nth);

	void (*judge)(void);       /* what must hold after a move; or 0 */
	bool (*is_leaf)(int move); /* judged, not explored further; or 0 */
	void (*print)(int move);

	/* The first state, and the hash of the state that is now. */
	void (*begin)(void);
	uint64_t (*hash)(void);

	/*
	 * The state that is now, and back to it.  With `hash` these serve, if
	 * they are there, to make several moves from one state.
	 */
	size_t bytes; /* a multiple of STATE_ALIGNED */
	void (*save)(void *state);
	void (*restore)(const void *state);
};

#define STATE_ALIGNED 128 /* as the kernel's objects in a state are */

struct explored {
	int states, from; /* found; from which moves were made */
	int depth;        /* moves that lead to the last of them */
	long made, broken;
};

/* The first state is as it is now, or as begin() makes it. */
struct explored explore(const struct explorer *explorer);

/*
 * The words of a command line: explore_NAME [STATES [SCENE]].  Of each scene
 * moves are made from so many states at the most, 0: from all; and of all
 * scenes, 1 the first, only this one is explored, 0: each.
 */
extern int explore_limit;
void explore_words(int argc, char **argv);
bool explore_wanted(int scene);

/* ---- hashing ---------------------------------------------------------- */

#define HASH_OF_NOTHING 0xcbf29ce484222325u

static inline uint64_t hash_with(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

extern uint64_t explore_hash;

/* What hash() answers: of all facts that matter, one mixed in after another. */
static inline void mix(int64_t value)
{
	explore_hash = hash_with(explore_hash, (uint64_t)value);
}

#endif
