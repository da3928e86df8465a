/*
 * mm/space.c -- spaces: born, copied, emptied, loaded.
 *
 * A space is what one process sees: 768 slots of 4 MiB and the regions that
 * hang on them.
 *
 *	slot       32            256           257          766   767
 *	       +-----------+ +-----------+ +-----------+      +-----------+
 *	       | private   | | linked    | | linked    |  ... | private   |
 *	       | text data | | segment 3 | | segment 3 |      | stack     |
 *	       | heap      | | table 0   | | table 1   |      |           |
 *	       +-----------+ +-----------+ +-----------+      +-----------+
 *
 *	region.c  the lists         map.c     map, unmap, protect, brk
 *	slot.c    linked, private   hole.c    where is room
 *	attach.c  shmat, shmdt      fault.c   touching
 *
 * fork copies the words of linked slots, so parent and child share the tables;
 * of private slots it copies the entries, takes the right to write from both,
 * and whoever writes first gets a copy (mm/fault.c).
 *
 * `promised` is the sum of what was promised in the space's name: its
 * directory, its private tables, the pages of its promised regions, and each
 * own frame of a region without a promise.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/panic.h"

#define MAX_SPACES 1056 /* one for each process, and for one that execs */

struct table space_table = TABLE(spaces, MAX_SPACES);

/* ---- birth ----------------------------------------------------------- */

/* A new space with a directory like this one; what it needs was taken. */
static int begin(int level, int promised, frame_t directory)
{
	int space = table_take(&space_table, level);
	struct space *s = &spaces[space];

	s->holders = 1;
	s->level = level;
	s->directory = page_copy_directory(directory);
	s->promised = promised;
	s->packed = PRIVATE_TOP;
	for (int i = 0; i < (int)(sizeof(s->free_slots) / 4); i++)
		s->free_slots[i] = ~0u;
	return space;
}

int space_make(int level)
{
	if (table_reserve(&space_table, 1, level) < 0 ||
	    promise_take(1, level) < 0)
		return -ENOMEM;
	return begin(level, 1, NO_FRAME);
}

/* ---- fork ------------------------------------------------------------ */

/* Devices are not inherited. */
static bool inherited(int region)
{
	int segment = regions[region].segment;

	return segment < 0 || segments[segment].kind != SEGMENT_DEVICE;
}

/* The child has the PDEs of its parent: a private table becomes a new one. */
static void copy_tables(const struct region *r, frame_t mine)
{
	int last = slot_of(r->end - 1);

	for (int slot = slot_of(r->start); !r->whole && slot <= last; slot++) {
		uint32_t word = page_get(spaces[r->space].directory, slot);

		if (!word_linked(word) && page_get(mine, slot) == word)
			page_make_table(mine, slot);
	}
}

/* One frame, two entries: neither may be written. */
static void share_entries(const struct region *r, const struct region *child)
{
	for_each_entry(r, va, r->start)
	{
		uint32_t word = entry_get(r, va);
		bool own = !(word & PTE_BORROWED);

		if (own && (word & PTE_RW)) {
			word &= ~PTE_RW;
			entry_set(r, va, word);
		}
		if (own)
			frame_hold(word_frame(word));
		entry_set(child, va, word);
	}
}

static void copy_region(int region, int to)
{
	struct region draft = regions[region];

	copy_tables(&draft, spaces[to].directory);
	if (!inherited(region))
		return;
	draft.space = to;
	region_make(&draft);
	share_entries(&regions[region], &draft);
}

int space_copy(int from, int level)
{
	int cost = spaces[from].promised, count = 0, devices = 0, to;

	for (int r = region_from(from, 0); r >= 0; r = region_after(r)) {
		count++;
		devices += !inherited(r);
	}
	if (table_reserve(&space_table, 1, level) < 0 ||
	    table_reserve(&region_table, count, level) < 0 ||
	    promise_take(cost, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	to = begin(level, cost, spaces[from].directory);
	spaces[to].heap_start = spaces[from].heap_start;
	spaces[to].heap_break = spaces[from].heap_break;
	spaces[to].attaches = spaces[from].attaches;
	for (int r = region_from(from, 0); r >= 0; r = region_after(r))
		copy_region(r, to);
	if (devices) /* their tables are not needed */
		slots_settle(to, 0, USER_SLOTS - 1);
	return to;
}

/* ---- death ----------------------------------------------------------- */

void space_clear(int space)
{
	struct space *s = &spaces[space];

	if (s->directory == NO_FRAME)
		return;
	/* Flush before free: then nothing below is reached by the CPU. */
	if (s->directory == page_loaded)
		page_load_kernel();
	for (int r = region_from(space, 0); r >= 0; r = region_from(space, 0))
		region_remove(r);
	frame_drop(s->directory);
	s->directory = NO_FRAME;
	space_refund(space, 1);
	assert(s->promised == 0 && s->attaches == 0);
}

void space_drop(int space)
{
	assert(spaces[space].holders == 1);
	space_clear(space);
	spaces[space].holders = 0;
	table_put(&space_table, space);
}

void space_load(int space)
{
	page_load(spaces[space].directory);
}
