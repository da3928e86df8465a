/*
 * tests/host/explore_line.h -- what the explorers of semaphores and of message
 * queues share: processes that sleep in line, promises that are broken, and
 * the states known.
 *
 * A call that sleeps is left by longjmp() at the moment it gives up the CPU:
 * all it has to say by then is in its row of `procs` and in the object.  It
 * goes on, when its turn comes, with wait_sleep(): the explorer's RUN.
 *
 *	RUNNING   in user mode: may make any call
 *	IN_LINE   asleep
 *	READY     served, or its time is up, or it is to die: has not run yet
 *
 * Every call is made from every state, first with its first promise broken,
 * then with its second, and so on until none is left to be broken.
 */
#ifndef TESTS_HOST_EXPLORE_LINE_H
#define TESTS_HOST_EXPLORE_LINE_H

#include "../../abi/errno.h"
#include "../../ipc/sysv/object.h"
#include "../../kernel/process/wait.h"
#include "fake_kernel.h"
#include "fake_mm.h"
#include "tap.h"

#include <setjmp.h>

#ifndef PROCS
#define PROCS 3
#endif
#define OLD 1 /* every time and pid of a state that is known */
#define NOW 7

/* test_ids.c has seen to ids.c; the maps here are full but for a slot or two.
 */
int ids_check(const struct ids *ids, const char *name)
{
	(void)ids, (void)name;
	return 0;
}

/* Where a call that sleeps is left; `may_sleep`: there is one. */
static jmp_buf asleep;
static bool may_sleep;

/* The includer's: what the row of who sleeps names on his stack, it keeps. */
static void keep_stack(void);

static void fall_asleep(void)
{
	EXPECT(may_sleep, true);
	keep_stack();
	longjmp(asleep, 1);
}

/* The process that was woken runs; `late`: its time is up. */
static int go_on(int proc, struct line *line, bool late)
{
	uint64_t until = clock_counts;

	running = &procs[proc];
	may_sleep = false;
	told_in_vain = 0;
	procs[proc].state = PROC_RUNNING;
	return wait_sleep(line, late ? &until : 0);
}

/*
 * Processes 0 to alike - 1 may be exchanged: of all states that differ only in
 * who is who, the one is kept in which they stand in order.
 */
static int alike;
static int order[PROCS], place_of[PROCS];
static bool comes_before(int a, int b); /* the includer's */

static void find_order(void)
{
	for (int i = 0; i < PROCS; i++) {
		int at = i;

		for (; i < alike && at > 0 && comes_before(i, order[at - 1]);
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (int i = 0; i < PROCS; i++)
		place_of[order[i]] = i;
}

static struct proc *place(const struct proc *p)
{
	return p ? &procs[place_of[proc_index(p)]] : 0;
}

static struct line place_line(struct line line)
{
	return (struct line){place(line.first), place(line.last)};
}

/* ---- how a scene begins -------------------------------------------- */

/* Which processes make the calls that are added. */
static int first_caller, last_caller;

static void begin_procs(bool strangers)
{
	fake_procs(PROCS + 1); /* the last is nobody's: it has no meaning */
	fake_switch = fall_asleep;
	clock_now = NOW;
	for (int i = 0; i < PROCS; i++) {
		procs[i].state = PROC_RUNNING;
		procs[i].identity.euid = 100 + (strangers ? i : 0);
		procs[i].identity.egid = 200 + (strangers ? i : 0);
	}
	memset(&procs[PROCS], 0x5A, sizeof(procs[PROCS]));
	procs[PROCS].state = PROC_FREE;
	alike = strangers ? 0 : 3; /* a scene may ask for more */
	first_caller = 0;
	last_caller = 2;
}

#define KEY 77
static uint16_t *head; /* the only chain of keys there can be: KEY's */

/* All slots but the first two are retired already. */
static void begin_ids(struct ids *ids, struct ids fresh)
{
	*ids = fresh;
	ids_insert(ids, 0, KEY); /* to learn where its chain begins */
	for (int i = 0; i < IDS_HEADS; i++)
		if (ids->heads[i])
			head = &ids->heads[i];
	*ids = fresh;
	memset(ids->taken, 0xFF, sizeof(ids->taken));
	ids->taken[IDS_LEAF] = ~3u;
	ids->taken[1] = ids->taken[0] = ~1u;
}

/* ---- the states ---------------------------------------------------- */

#define BUCKETS       (1 << 20)
#define STATE_ALIGNED 128 /* as the objects in it are */

/* The includer's: a state, all that calls can change; and the calls. */
static void save(void *state);
static void restore(const void *state);
static int calls_made;
static bool make_call(int call); /* false: it cannot be made in this state */
static void explain(int call);

static struct {
	char *all;
	size_t bytes; /* of one */
	int known, limit;
	int *buckets;
} states;

static char *state_at(int i)
{
	return states.all + (size_t)i * states.bytes;
}

/* Is the state at the end of the list new?  Then it stays there. */
static bool remember(void)
{
	const char *last = state_at(states.known);
	const uint64_t *word = (const uint64_t *)last;
	uint64_t sum = 14695981039346656037u;
	uint32_t hash;

	for (size_t i = 0; i < states.bytes / 8; i++)
		sum = (sum ^ word[i]) * 1099511628211u, sum ^= sum >> 29;
	hash = (uint32_t)(sum ^ sum >> 32) % BUCKETS;
	for (; states.buckets[hash]; hash = (hash + 1) % BUCKETS)
		if (!memcmp(state_at(states.buckets[hash] - 1), last,
		            states.bytes))
			return false;
	states.buckets[hash] = ++states.known;
	return true;
}

/* `bytes`, a multiple of STATE_ALIGNED; the first is as it is now. */
static void states_begin(size_t bytes, int limit)
{
	states.bytes = bytes;
	states.limit = limit;
	states.known = 0;
	states.all = aligned_alloc(STATE_ALIGNED, ((size_t)limit + 1) * bytes);
	states.buckets = calloc(BUCKETS, sizeof(int));
	save(state_at(0));
	remember();
}

/* One call with promise `nth` broken: was there such a promise? */
static bool explore_call(int at, int call, int nth)
{
	restore(state_at(at));
	refuse = nth;
	refused = false;
	if (!make_call(call))
		return false;
	if (tap_bad) {
		printf("# state %d, promise %d: ", at, nth);
		explain(call);
	}
	save(state_at(states.known));
	remember();
	return refused;
}

/*
 * From state to state, until no call leads to one that is not known; or calls
 * from the first `most` states only (0: all).  How many calls.
 */
static long explore(const char *name, int at_least, int most)
{
	long calls = 0, broken = 0;
	char sentence[160];
	int at = 0;

	for (; at < states.known && (most == 0 || at < most) && !tap_bad; at++)
		for (int call = 0; call < calls_made && !tap_bad; call++) {
			for (int nth = 1; explore_call(at, call, nth); nth++)
				broken++;
			calls++;
			EXPECT(states.known < states.limit, true);
		}
	if (most == 0)
		EXPECT(states.known >= at_least, true);
	snprintf(sentence, sizeof(sentence),
	         "%s: each call from %d of %d states, %ld promises broken",
	         name, at, states.known, broken);
	tap(sentence);
	free(states.all);
	free(states.buckets);
	return calls;
}

#endif
