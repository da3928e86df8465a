// with: tests/host/space_model.c tests/host/explore.c
// small: 2 4
// fast: 150
/*
 * tests/host/explore_space.c -- every state of spaces, against the model.
 *
 * The machine is tiny (host.h), and so is each scene: a world of 2 spaces of 3
 * slots and 2 segments, and the operations that may happen there.  Each of them
 * is tried whole, and with each of its promises refused alone.  After each
 * operation:
 *
 *	the answer is the model's, and a refused operation changed nothing
 *	each entry that the CPU could use shows what the model says, byte for
 *	    byte, and lets write no more than the model allows
 *	mm_check() finds no breach; as many attaches live as were counted
 *	the TLB, which looks as far ahead as it may, remembers nothing that the
 *	    tables no longer give; no frame was freed while it was remembered
 *
 * Two states count as one when they differ only in the numbers of frames and
 * objects, in which byte was written (whether one was written counts, for mm
 * never looks at bytes), or in which of the two spaces is which.  The TLB is a
 * function of the tables.  A leaf is an operation that is judged in each state
 * of its scene, but whose outcome is not explored further.
 */
#include "explore.h"
#include "space_model.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the operations of a scene ------------------------------------------ */

#define MAX_OPS    2000
#define STATES_MAX 1000000
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

/* Each space is born, copied, dropped and loaded. */
static void add_lives(int s)
{
	add(FORK, s, 0, 0, 0, 0);
	add(BIRTH, s, 0, 0, 0, 0);
	add(DROP, s, 0, 0, 0, 0);
	add(LOAD, s, 0, 0, 0, 0);
}

/* Both ways of touching all there is, and a fork, as leaves. */
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

/* ---- hashing ------------------------------------------------------------ */

static uint8_t frame_name[HOST_FRAMES + HOST_OUTSIDE];
static int frame_names;

/* Private frames have names, since two spaces may have the same one. */
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

/* The lowest page of an attach tells those with the same base apart. */
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
	mix((segments[index].word || segments[index].last_page) +
	    2 * (segments[index].directory >= 0) +
	    4 * (uint32_t)segments[index].tables);
	for (int p = 0; p < MODEL_PAGES; p++) {
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
	explore_hash = HASH_OF_NOTHING;
	memset(frame_name, 0, sizeof(frame_name));
	frame_names = 0;
	mix_space(first);
	mix_space(!first);
	for (int g = 0; g < SEGMENTS; g++)
		mix_segment(g);
	mix(region_rows.free >= 0);
	return explore_hash;
}

/* ---- a scene and its moves ---------------------------------------------- */

static const struct scene *scene;
static struct host_state *here;
static struct model model_here;

static uint64_t state_hash(void)
{
	uint64_t one = hash_from(0);
	uint64_t other = scene->symmetric ? hash_from(1) : one;

	return one < other ? one : other;
}

static bool possible(int move)
{
	return model_possible(&ops[move]);
}

static bool make(int move, int nth)
{
	return model_do(&ops[move], nth);
}

static bool is_leaf(int move)
{
	return ops[move].leaf;
}

static void print(int move)
{
	print_op(&ops[move]);
}

static void save(void *state)
{
	(void)state;
	host_save(here);
	model_here = m;
}

static void restore(const void *state)
{
	(void)state;
	host_restore(here);
	m = model_here;
}

static void explore_scene(void)
{
	struct explorer explorer = {.most = STATES_MAX,
	                            .possible = possible,
	                            .make = make,
	                            .judge = model_compare,
	                            .is_leaf = is_leaf,
	                            .print = print,
	                            .begin = model_make_world,
	                            .hash = state_hash,
	                            .save = save,
	                            .restore = restore};
	struct explored found;

	op_count = 0;
	plans = scene->plans;
	scene->add(0);
	scene->add(1);
	explorer.moves = op_count;
	found = explore(&explorer);
	check(explore_limit || found.states >= scene->at_least,
	      "so few states");
	tap("spaces: %s: as the model: %s%d states, %ld transitions",
	    scene->name, explore_limit ? "the first " : "all ", found.from,
	    found.made);
	printf("# the deepest after %d operations%s\n", found.depth,
	       explore_limit ? " of those found" : "");
}

int main(int argc, char **argv)
{
	explore_words(argc, argv);
	here = host_new_state();
	host_tables_refuse = 1;
	for (scene = scenes; scene < scenes + SCENES; scene++)
		if (scene->entries == HOST_SMALL &&
		    explore_wanted((int)(scene - scenes) + 1))
			explore_scene();
	return tap_end();
}
