/*
 * tests/host/explore.c -- the search of the explorers.
 *
 * The nodes are the states that are known, in the order in which they were
 * found.  They are explored in that order; those that are still to come are the
 * frontier.  A node names the move that found it, so there is a way to each
 * from the first.
 */
#include "explore.h"

#define NODES (2 << 20)
#define SLOTS (1 << 22)

static struct node {
	int parent; /* -1: the first */
	int16_t move, depth;
	uint8_t nth;
} nodes[NODES];

static uint64_t sums[NODES]; /* of their states: a hash */
static int slots[SLOTS];     /* hash table: the node + 1; 0: free */
static int known;
static char *states; /* all of them; or the one that is kept */
static int kept;     /* the node of that one; -1: none */
static const struct explorer *e;
static struct node now; /* the move under way, from its parent */

uint64_t explore_hash;
int explore_limit;
static int only;

/* ---- ways --------------------------------------------------------------- */

static void print_move(const struct node *node)
{
	printf("#   ");
	e->print(node->move);
	printf(node->nth ? ", promise %d broken\n" : "\n", node->nth);
}

static void print_way(int at)
{
	if (at <= 0)
		return;
	print_way(nodes[at].parent);
	print_move(&nodes[at]);
}

static void explain(void)
{
	if (now.parent < 0)
		return;
	print_way(now.parent);
	print_move(&now);
}

static void replay(int at)
{
	if (at == 0) {
		e->begin();
		return;
	}
	replay(nodes[at].parent);
	e->make(nodes[at].move, nodes[at].nth);
}

static char *state_at(int at)
{
	return states + (size_t)at * e->bytes;
}

static void arrive(int at)
{
	if (!e->hash) {
		e->restore(state_at(at));
	} else if (at == kept) {
		e->restore(states);
	} else {
		replay(at);
		if (e->save)
			e->save(states), kept = at;
	}
}

/* ---- states that are known ---------------------------------------------- */

static uint64_t sum_of(const char *state)
{
	const uint64_t *word = (const uint64_t *)state;
	uint64_t hash = HASH_OF_NOTHING;

	for (size_t i = 0; i < e->bytes / sizeof(*word); i++)
		hash = hash_with(hash, word[i]);
	return hash;
}

static bool same(int at, int other)
{
	return sums[at] == sums[other] &&
	       (e->hash || !memcmp(state_at(at), state_at(other), e->bytes));
}

/* The state that is now becomes a node, if it is new. */
static void remember(void)
{
	uint32_t slot;

	if (!EXPECT(known < e->most && known < NODES, true))
		return;
	if (!e->hash)
		e->save(state_at(known));
	sums[known] = e->hash ? e->hash() : sum_of(state_at(known));
	slot = (uint32_t)(sums[known] >> 20) % SLOTS;
	for (; slots[slot]; slot = (slot + 1) % SLOTS)
		if (same(slots[slot] - 1, known))
			return;
	nodes[known] = now;
	slots[slot] = ++known;
}

/* ---- the search --------------------------------------------------------- */

static void begin(const struct explorer *explorer)
{
	e = explorer;
	memset(slots, 0, sizeof(slots));
	known = 0;
	kept = -1;
	states = aligned_alloc(STATE_ALIGNED,
	                       e->hash ? e->bytes
	                               : ((size_t)e->most + 1) * e->bytes);
	now = (struct node){.parent = -1};
	if (e->hash)
		e->begin();
	remember();
	tap_explain = explain;
}

/* One move, one promise broken: is there another one to break? */
static bool try(struct explored *result)
{
	bool broken = e->make(now.move, now.nth);

	if (!broken)
		now.nth = 0;
	result->made++;
	result->broken += broken;
	if (e->judge)
		e->judge();
	if (!tap_bad && !(e->is_leaf && e->is_leaf(now.move)))
		remember();
	return broken;
}

static void expand(int at, struct explored *result)
{
	bool here = false, more;

	for (int move = 0; move < e->moves && !tap_bad; move++) {
		more = true;
		for (int nth = 1; more && !tap_bad; nth++) {
			if (!here)
				arrive(at);
			now = (struct node){at, (int16_t)move,
			                    (int16_t)(nodes[at].depth + 1),
			                    (uint8_t)nth};
			here = !e->possible(move);
			more = !here && try(result);
		}
	}
}

struct explored explore(const struct explorer *explorer)
{
	struct explored result = {0};

	begin(explorer);
	for (; result.from < known && !tap_bad; result.from++) {
		if (explore_limit && result.from == explore_limit)
			break;
		expand(result.from, &result);
	}
	tap_explain = 0;
	free(states);
	result.states = known;
	result.depth = nodes[known - 1].depth;
	return result;
}

void explore_words(int argc, char **argv)
{
	explore_limit = argc > 1 ? atoi(argv[1]) : 0;
	only = argc > 2 ? atoi(argv[2]) : 0;
}

bool explore_wanted(int scene)
{
	return only == 0 || only == scene;
}
