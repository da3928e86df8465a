// with: tests/host/space_model.c
// small: 2 4
// fast: 150
/*
 * tests/host/explore_space.c -- every state of spaces, against the model.
 *
 * The machine is tiny (host.h), and so is each scene: a world of 2 spaces of 3
 * slots and 2 segments, and the operations that may happen there.  From each
 * state every operation is tried whole, and with each of its promises refused
 * alone; each state so reached is explored in turn, until there is no new one.
 * After each operation:
 *
 *	the answer is the model's, and a refused operation changed nothing
 *	each entry that the CPU could use shows what the model says, byte for
 *	    byte, and lets write no more than the model allows
 *	mm_check() finds no breach; as many attaches live as were counted
 *	the TLB, which looks as far ahead as it may, remembers nothing that the
 *	    tables no longer give; no frame was freed while it was remembered
 *
 * States are the same when they differ only in the numbers of frames and
 * objects, in which byte was written (mm never looks at one; written or not
 * remains), or in which of the two spaces is which.  The TLB is a function of
 * the tables.  A leaf is an operation that is judged in each state of its
 * scene, and whose outcome is not explored further there.
 *
 * No scene has a limit: one that does not end is `not ok`.
 */
#include "space_model.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the operations of a scene ---------------------------------------- */

#define MAX_OPS 2000
static struct op ops[MAX_OPS];
static int op_count;
static bool leaves; /* what is added now is a leaf */

static void add(int kind, int s, int a, int b, int c, int d)
{
	if (op_count == MAX_OPS)
		abort();
	ops[op_count++] =
	    (struct op){(uint8_t)kind, (uint8_t)s, (uint8_t)a, (uint8_t)b,
	                (uint8_t)c,    (uint8_t)d, leaves};
}

static void add_ranges(int kind, int s, int from, int to, int rights)
{
	for (int a = from; a < to; a++)
		for (int b = a + 1; b <= to; b++)
			add(kind, s, a, b, rights, 0);
}

static void add_touches(int s, int from, int to)
{
	for (int p = from; p < to; p++) {
		add(TOUCH, s, p, 0, 0, 0);
		add(TOUCH, s, p, 1, 0, 0);
	}
}

/* Of both spaces: born, copied, gone, loaded. */
static void add_lives(int s)
{
	add(FORK, s, 0, 0, 0, 0);
	add(BIRTH, s, 0, 0, 0, 0);
	add(DROP, s, 0, 0, 0, 0);
	add(LOAD, s, 0, 0, 0, 0);
}

/* Both ways of touching all there is, as leaves; and a fork. */
static void add_looks(int s)
{
	leaves = true;
	add(TOUCH_ALL, s, 0, 0, 0, 0);
	add(TOUCH_ALL, s, 0, 1, 0, 0);
	add(FORK, s, 0, 0, 0, 0);
	leaves = false;
}

/* Copies from near the end of each page on, 1 to 4 pages long. */
static void add_copies(int s, int from, int to)
{
	static const uint8_t bytes[] = {3, 9, 16, 37};

	leaves = true;
	for (int p = from; p < to; p++) {
		int at = p * (int)PAGE_SIZE + 11;

		for (int kind = COPY_OUT; kind <= TRANSFER; kind++)
			add(COPY, s, at, bytes[(p + kind) % 4], kind,
			    (at / 2 + 25) % (int)USER_LIMIT);
	}
	leaves = false;
}

#include "scenes.h"

/* ---- hashing ---------------------------------------------------------- */

static uint64_t hash;
static uint8_t frame_name[HOST_FRAMES + HOST_OUTSIDE];
static int frame_names;

static void mix(uint32_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	hash ^= hash >> 29;
}

/* Own frames have names, since two spaces may have the same one. */
static void mix_entry(uint32_t word)
{
	frame_t frame = word_frame(word);

	mix(word & 0xfff & ~(PTE_A | PTE_D));
	if (word == 0 || (word & PTE_BORROWED))
		return;
	if (!frame_name[frame])
		frame_name[frame] = (uint8_t)++frame_names;
	mix(frame_name[frame]);
}

/* The lowest page of an attach: it tells those with the same base apart. */
static int lowest_page(int s, int serial)
{
	int p = 0;

	while (m.space[s].page[p].serial != serial)
		p++;
	return p;
}

static void mix_region(int s, const struct region *r)
{
	const struct page *page = &m.space[s].page[r->start / PAGE_SIZE];

	mix(r->start + (r->end << 16));
	mix((uint32_t)(r->kind + 16 * r->rights + 128 * r->ceiling +
	               1024 * r->promised + 2048 * r->noreserve +
	               4096 * r->whole + 8192 * r->offset));
	mix(r->segment < 0 ? 9 : r->segment == m.segment[1].index);
	if (r->tag >= 0) {
		mix(r->base + 512u * lowest_page(s, page->serial));
		mix(regions[r->part_after].start);
	}
}

static void mix_slots(const struct space *space)
{
	for (int slot = 0; slot < USER_SLOTS; slot++) {
		uint32_t pde = page_get(space->directory, slot);

		mix(pde & 0xfff & ~(PTE_A | PTE_D));
		if (pde == 0 || word_linked(pde))
			continue;
		for (int i = 0; i < TABLE_ENTRIES; i++)
			mix_entry(page_get(word_frame(pde), i));
	}
}

static void mix_space(int s)
{
	const struct space *space = &spaces[m.space[s].index];

	mix(m.space[s].alive);
	if (!m.space[s].alive)
		return;
	mix(space->heap_break);
	mix(space->directory == page_loaded);
	for (int r = region_from(m.space[s].index, 0); r >= 0;
	     r = region_after(r))
		mix_region(s, &regions[r]);
	mix_slots(space);
	for (int p = 0; p < PAGES; p++) {
		const struct page *page = &m.space[s].page[p];

		mix(page->kind + 8 * page->own + 16 * (page->bytes[0] != 0));
	}
}

static void mix_segment(int g)
{
	int index = m.segment[g].index;

	mix(index < 0 ? 99 : (uint32_t)m.segment[g].held);
	if (index < 0)
		return;
	mix((uint32_t)m.segment[g].pages);
	mix((segments[index].word != 0) + 2 * (segments[index].directory >= 0) +
	    4 * (uint32_t)segments[index].tables);
	for (int p = 0; p < SEGMENT_PAGES; p++) {
		frame_t table = plans[g].kind == SEGMENT_MEMORY
		                    ? segment_table_of(index, p)
		                    : NO_FRAME;

		mix((table >= 0) + 4 * (m.segment[g].bytes[p][0] != 0));
		if (table >= 0)
			mix(page_get(table, p % TABLE_ENTRIES) != 0);
	}
}

static uint64_t hash_from(int first)
{
	hash = 0xcbf29ce484222325u;
	memset(frame_name, 0, sizeof(frame_name));
	frame_names = 0;
	mix_space(first);
	mix_space(!first);
	for (int g = 0; g < SEGMENTS; g++)
		mix_segment(g);
	mix(region_rows.free >= 0);
	return hash | 1;
}

static uint64_t state_hash(bool symmetric)
{
	uint64_t one = hash_from(0), other = symmetric ? hash_from(1) : one;

	return one < other ? one : other;
}

/* ---- searching -------------------------------------------------------- */

struct node {
	int parent;
	int16_t op;
	uint8_t nth, depth;
};

#define MAX_NODES 2000000
#define SEEN      (1 << 22)
static struct node nodes[MAX_NODES];
static int node_count;
static uint64_t seen[SEEN];
static uint64_t transitions;

static const struct op *path[256]; /* how we came here */
static int path_nth[256], path_length;

void print_path(void)
{
	for (int i = 0; i < path_length; i++) {
		print_op(path[i]);
		if (path_nth[i])
			printf("#       refused promise %d\n", path_nth[i]);
	}
}

static bool is_new(uint64_t key)
{
	uint32_t i = (uint32_t)(key >> 20) & (SEEN - 1);

	while (seen[i] && seen[i] != key)
		i = (i + 1) & (SEEN - 1);
	if (seen[i])
		return false;
	seen[i] = key;
	return true;
}

static bool perform(int op, int nth)
{
	path[path_length] = &ops[op];
	path_nth[path_length++] = nth;
	return model_do(&ops[op], nth);
}

/* Replays the way to a node: everything is a function of the operations. */
static void arrive(int node)
{
	int way[256], length = 0;

	for (int n = node; nodes[n].parent >= 0; n = nodes[n].parent)
		way[length++] = n;
	model_make_world();
	path_length = 0;
	while (length-- > 0)
		perform(nodes[way[length]].op, nodes[way[length]].nth);
}

static struct host_state *here;
static struct model model_here;

static void enter(const struct scene *scene, int parent, int op, int nth)
{
	int depth = parent < 0 ? 0 : nodes[parent].depth + 1;

	if (!is_new(state_hash(scene->symmetric)))
		return;
	check(node_count < MAX_NODES && depth < 250, "too many states");
	if (node_count < MAX_NODES)
		nodes[node_count++] = (struct node){
		    parent, (int16_t)op, (uint8_t)nth, (uint8_t)depth};
}

/*
 * One operation from `node`, its nth promise refused.  False: it has none, and
 * was done whole.
 */
static bool step(const struct scene *scene, int node, int op, int nth)
{
	bool was_refused = perform(op, nth);

	if (!was_refused)
		path_nth[path_length - 1] = nth = 0;
	transitions++;
	model_compare();
	if (!ops[op].leaf)
		enter(scene, node, op, nth);
	host_restore(here);
	m = model_here;
	path_length--;
	return was_refused;
}

static void expand(const struct scene *scene, int node)
{
	arrive(node);
	host_save(here);
	model_here = m;
	for (int op = 0; op < op_count && !model_failures; op++) {
		int nth = 1;

		while (model_possible(&ops[op]) && step(scene, node, op, nth) &&
		       !model_failures)
			nth++;
	}
}

static void begin(const struct scene *scene)
{
	memset(seen, 0, sizeof(seen));
	transitions = 0;
	op_count = node_count = model_failures = 0;
	plans = scene->plans;
	scene->add(0);
	scene->add(1);
	model_make_world();
	enter(scene, -1, -1, 0);
}

/* Until nothing is new; with a limit, so many states.  0, or 1: it failed. */
static int explore(const struct scene *scene, int number, int limit)
{
	int n;

	begin(scene);
	for (n = 0; n < node_count && !model_failures; n++)
		if (limit == 0 || n < limit)
			expand(scene, n);
	check(limit || node_count >= scene->at_least, "so few states");
	printf("%sok %d - spaces: %s: as the model: %s%d states, %llu "
	       "transitions\n",
	       model_failures ? "not " : "", number, scene->name,
	       limit ? "the first " : "all ",
	       limit && limit < node_count ? limit : node_count,
	       (unsigned long long)transitions);
	printf("# the deepest after %d operations%s\n",
	       nodes[node_count - 1].depth, limit ? " of those found" : "");
	fflush(stdout);
	return model_failures != 0;
}

int main(int argc, char **argv)
{
	int limit = argc > 1 ? atoi(argv[1]) : 0, failed = 0, number = 0;
	int only = argc > 2 ? atoi(argv[2]) : 0;

	here = host_new_state();
	host_tables_refuse = 1;
	for (int i = 0; i < SCENES; i++)
		if (scenes[i].entries == HOST_SMALL && (!only || only == i + 1))
			failed |= explore(&scenes[i], ++number, limit);
	printf("1..%d\n", number);
	return failed;
}
