/*
 * mm/space.c -- spaces: made, copied, ended, loaded.
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
 * A fork copies the PDEs of linked slots, so parent and child share the tables.
 * Of private slots it copies the entries and takes the right to write from both
 * processes.  The first that writes gets a copy (mm/fault.c).
 *
 * `promised` is the sum of what was promised to the space: its directory, its
 * private tables, the pages of its promised regions, and each own frame of a
 * region without a promise.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/panic.h"
#include "../kernel/base/string.h"

#define MAX_SPACES 4128 /* one for each process, and for one that execs */

struct rows space_rows = ROWS_OF(spaces, MAX_SPACES);

/* ---- what is promised to it --------------------------------------------- */

int space_charge(int space, int pages)
{
	if (promise_take(pages, spaces[space].level, spaces[space].level) < 0)
		return -ENOMEM;
	spaces[space].promised += pages;
	return 0;
}

void space_refund(int space, int pages)
{
	assert(spaces[space].promised >= pages);
	spaces[space].promised -= pages;
	promise_give(pages, spaces[space].level);
}

void space_set_level(int space, int level)
{
	struct space *s = &spaces[space];

	promised_to[s->level] -= s->promised;
	promised_to[level] += s->promised;
	s->level = level;
}

/* ---- birth -------------------------------------------------------------- */

/* A new space with a directory like this one.  All it needs was reserved. */
static int begin(int level, int promised, frame_t directory)
{
	int space = rows_take(&space_rows, level);
	struct space *s = &spaces[space];

	s->holders = 1;
	s->level = level;
	s->directory = page_copy_directory(directory);
	s->promised = promised;
	s->packed = PRIVATE_TOP;
	s->filled = slot_of(ATTACH_FIRST);
	memset(s->free_slots, 0xff, sizeof(s->free_slots));
	return space;
}

int space_make(int level)
{
	if (rows_reserve(&space_rows, 1, level) < 0 ||
	    promise_take(1, level, level) < 0)
		return -ENOMEM;
	return begin(level, 1, NO_FRAME);
}

/* ---- fork --------------------------------------------------------------- */

/*
 * What a child inherits, by the kind of region:
 *
 *	shared, of a device    nothing.
 *	shared, linked slots   the PDEs, which came with the directory: parent
 *	                       and child use the segment's own tables.
 *	shared, private slots  the borrowed entries: they show the same pages.
 *	private, stack, heap   the entries.  An own frame is held by both, and
 *	                       neither may write to it.  The first that does
 *	                       gets a copy (mm/fault.c).
 */
static bool inherited(int region)
{
	int segment = regions[region].segment;

	return segment < 0 || segment_in_ram(segment);
}

/* The child has the PDEs of its parent.  It gets its own private tables. */
static void copy_tables(const struct region *r, frame_t mine)
{
	int last = slot_of(r->end - 1);

	for (int slot = slot_of(r->start); !r->whole && slot <= last; slot++) {
		uint32_t word = page_get(spaces[r->space].directory, slot);

		if (!word_linked(word) && page_get(mine, slot) == word)
			page_make_table(mine, slot);
	}
}

/* One frame has two entries now, and neither may be written. */
static void share_entries(const struct piece *p, frame_t mine)
{
	for (vaddr_t va = p->start; va < p->end; va += PAGE_SIZE) {
		uint32_t word = piece_get(p, va);

		if (word == 0)
			continue;
		if (!(word & PTE_BORROWED)) {
			if (word & PTE_RW) {
				word &= ~PTE_RW;
				piece_set(p, va, word);
			}
			frame_hold(word_frame(word));
		}
		page_set(mine, entry_of(va), word);
	}
}

/* The copy of a part is a part of the copy of its attach. */
static void copy_part(const struct region *r, int copy)
{
	const struct region *low = &regions[r->part_before];

	if (r->tag >= 0 && low->start < r->start)
		attach_join(copy, low->link);
}

/* `last`: the copy made before this one, or -1.  The copy made last. */
static int copy_region(int region, int to, int last)
{
	struct region *r = &regions[region];
	frame_t mine = spaces[to].directory;
	struct region draft = *r;

	copy_tables(r, mine);
	if (!inherited(region))
		return last;
	draft.space = to;
	if (last >= 0 && slot_of(regions[last].end - 1) < slot_of(r->start))
		last = -1;
	last = r->link = region_make_after(&draft, last);
	copy_part(r, last);
	for_each_piece(r, p)
	    share_entries(&p, private_table(mine, slot_of(p.start)));
	return last;
}

int space_copy(int from, int level)
{
	int cost = spaces[from].promised, count = 0, devices = 0, to;
	int last = -1;

	for (int r = region_from(from, 0); r >= 0; r = region_after(r)) {
		count++;
		devices += !inherited(r);
	}
	if (rows_reserve(&space_rows, 1, level) < 0 ||
	    rows_reserve(&region_rows, count, level) < 0 ||
	    promise_take(cost, level, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	to = begin(level, cost, spaces[from].directory);
	spaces[to].heap_start = spaces[from].heap_start;
	spaces[to].heap_break = spaces[from].heap_break;
	spaces[to].attaches = spaces[from].attaches;
	for (int r = region_from(from, 0); r >= 0; r = region_after(r))
		last = copy_region(r, to, last);
	if (devices) /* the tables of their slots may be empty */
		slots_settle(to, 0, USER_SLOTS - 1);
	return to;
}

/* ---- death -------------------------------------------------------------- */

void space_hold(int space)
{
	assert(spaces[space].holders > 0);
	spaces[space].holders++;
}

/* Unmaps everything, which ends all attaches. */
static void end(int space)
{
	struct space *s = &spaces[space];

	/* Flush before free: then nothing below is reached by the CPU. */
	if (s->directory == page_loaded)
		page_load_kernel();
	for (int r = region_from(space, 0), next; r >= 0; r = next) {
		next = region_after(r);
		region_remove(r);
	}
	frame_drop(s->directory);
	space_refund(space, 1);
	assert(s->promised == 0 && s->attaches == 0);
}

void space_drop(int space)
{
	struct space *s = &spaces[space];

	assert(s->holders > 0);
	if (s->holders == 1)
		end(space); /* it is held meanwhile: interrupts come in */
	if (--s->holders == 0)
		rows_put(&space_rows, space);
}

void space_load(int space)
{
	page_load(spaces[space].directory);
}
