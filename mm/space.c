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

#define MAX_SPACES 1000

struct table space_table = TABLE(spaces, MAX_SPACES);

/* ---- birth ----------------------------------------------------------- */

static void init(int space, int level)
{
	struct space *s = &spaces[space];

	s->holders = 1;
	s->level = level;
	s->directory = NO_FRAME;
	for (int i = 0; i < (int)(sizeof(s->free_slots) / 4); i++)
		s->free_slots[i] = ~0u;
}

int space_make(int level)
{
	int space;

	if (table_reserve(&space_table, 1, level) < 0 ||
	    promise_take(1, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	space = table_take(&space_table, level);
	init(space, level);
	spaces[space].promised = 1;
	spaces[space].directory = page_make_directory();
	return space;
}

/* ---- fork ------------------------------------------------------------ */

/* Devices are not inherited. */
static bool inherited(int region)
{
	int segment = regions[region].segment;

	return segment < 0 || segments[segment].kind != SEGMENT_DEVICE;
}

static bool slot_inherits(int space, int slot)
{
	int r = slot_first_region(space, slot);

	while (r >= 0 && !inherited(r))
		r = slot_of(regions[r].end - 1) > slot ? -1 : regions[r].next;
	return r >= 0;
}

/* The frames that a region without a promise has taken so far. */
static int own_frames(int region)
{
	const struct region *r = &regions[region];
	frame_t directory = spaces[r->space].directory;
	int count = 0;

	for (vaddr_t va = r->start; va < r->end; va += PAGE_SIZE) {
		frame_t table = private_table(directory, slot_of(va));
		uint32_t word =
		    table == NO_FRAME ? 0 : page_get(table, entry_of(va));

		count += word && !(word & PTE_BORROWED);
	}
	return count;
}

/* What the child will need; counts its regions, too. */
static int copy_cost(int from, int *count)
{
	frame_t directory = spaces[from].directory;
	int cost = 1;

	for (int slot = slot_next_used(from, 0); slot < (int)USER_SLOTS;
	     slot = slot_next_used(from, slot + 1))
		if (private_table(directory, slot) != NO_FRAME &&
		    slot_inherits(from, slot))
			cost++;
	*count = 0;
	for (int r = region_from(from, 0); r >= 0; r = region_after(r)) {
		*count += inherited(r);
		if (regions[r].promised)
			cost += region_pages(&regions[r]);
		else if (regions[r].noreserve)
			cost += own_frames(r);
	}
	return cost;
}

static void copy_regions(int from, int to)
{
	for (int r = region_from(from, 0); r >= 0; r = region_after(r)) {
		struct region draft = regions[r];

		draft.space = to;
		if (inherited(r))
			regions[r].link = region_make(&draft);
	}
	/* The parts of an attach are a ring in the child, too. */
	for (int r = region_from(to, 0); r >= 0; r = region_after(r))
		if (regions[r].tag >= 0)
			regions[r].part = regions[regions[r].part].link;
	spaces[to].attaches = spaces[from].attaches;
}

/* One frame, two entries: neither may be written. */
static void share_entry(frame_t from, frame_t to, int entry)
{
	uint32_t word = page_get(from, entry);

	if (word && !(word & PTE_BORROWED)) {
		word &= ~PTE_RW;
		page_set(from, entry, word);
		frame_hold(word_frame(word));
	}
	page_set(to, entry, word);
}

static void copy_entries(int region, int slot, frame_t from, frame_t to)
{
	const struct region *r = &regions[region];
	vaddr_t va = later(r->start, slot_start(slot));
	vaddr_t end = earlier(r->end, slot_end(slot));

	for (; va < end; va += PAGE_SIZE)
		share_entry(from, to, entry_of(va));
}

static void copy_slot(int from, int to, int slot)
{
	frame_t table = private_table(spaces[from].directory, slot);
	int r = slot_first_region(from, slot);
	frame_t copy;

	if (table == NO_FRAME)
		return; /* linked: the word is there */
	if (!slot_inherits(from, slot)) {
		page_clear_slots(spaces[to].directory, slot, 1);
		return;
	}
	copy = page_make_table();
	page_set_private(spaces[to].directory, slot, copy);
	while (r >= 0) {
		if (inherited(r))
			copy_entries(r, slot, table, copy);
		r = slot_of(regions[r].end - 1) > slot ? -1 : regions[r].next;
	}
}

int space_copy(int from, int level)
{
	int count, cost = copy_cost(from, &count), to;

	if (table_reserve(&space_table, 1, level) < 0 ||
	    table_reserve(&region_table, count, level) < 0 ||
	    promise_take(cost, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	to = table_take(&space_table, level);
	init(to, level);
	spaces[to].promised = cost;
	spaces[to].heap_start = spaces[from].heap_start;
	spaces[to].heap_break = spaces[from].heap_break;
	spaces[to].directory = page_copy_directory(spaces[from].directory);
	copy_regions(from, to);
	for (int slot = slot_next_used(from, 0); slot < (int)USER_SLOTS;
	     slot = slot_next_used(from, slot + 1))
		copy_slot(from, to, slot);
	page_flush_all(spaces[from].directory);
	return to;
}

/* ---- death ----------------------------------------------------------- */

void space_clear(int space)
{
	struct space *s = &spaces[space];

	if (s->directory == NO_FRAME)
		return;
	/* Flush before free: then nothing below is reached by the CPU. */
	page_unload(s->directory);
	for (int r = region_from(space, 0); r >= 0; r = region_from(space, 0))
		region_remove(r);
	frame_drop(s->directory);
	s->directory = NO_FRAME;
	space_refund(space, 1);
	assert(s->promised == 0 && s->attaches == 0);
}

void space_hold(int space)
{
	assert(spaces[space].holders > 0);
	spaces[space].holders++;
}

void space_drop(int space)
{
	assert(spaces[space].holders > 0);
	if (--spaces[space].holders > 0)
		return;
	space_clear(space);
	table_put(&space_table, space);
}

void space_load(int space)
{
	page_load(space < 0 ? NO_FRAME : spaces[space].directory);
}
