/*
 * mm/slot.h -- slots and entries from the inside: for mm/ alone.
 *
 * A slot is 4 MiB of a space, and mm/slot.c says what is in it.  mm/region.c
 * hangs regions on slots.
 */
#ifndef MM_SLOT_H
#define MM_SLOT_H

#include "../kernel/base/string.h"
#include "space.h"

static inline vaddr_t slot_start(int slot)
{
	return (vaddr_t)slot << SLOT_SHIFT;
}

/* The first byte after a slot. */
static inline vaddr_t slot_end(int slot)
{
	return slot_start(slot + 1);
}

/* ---- slots without a region --------------------------------------------- */

/* Which slots are wanted: their words in the bitmap. */
#define SLOT_FREE ~0u
#define SLOT_USED 0u

/* The first slot in [slot, limit) that is as wanted; else `limit`. */
int slot_next(int space, uint32_t wanted, int slot, int limit);
/* The last slot up to `slot` that is as wanted; or -1. */
int slot_previous(int space, uint32_t wanted, int slot);

static inline bool slots_free(int space, int first, int last)
{
	return slot_next(space, SLOT_USED, first, last + 1) > last;
}

/* ---- the regions of a slot ---------------------------------------------- */

/* Sets, in one word of the bitmap, whether the slots of `mask` are free. */
static inline void slots_mark(uint32_t *word, uint32_t mask, bool is_free)
{
	*word = is_free ? *word | mask : *word & ~mask;
}

/* Makes `region`, or none (-1), the lowest region of slots [first, last]. */
void slots_set_many(int space, int first, int last, int region);

/* As slots_set_many(), but fast for one slot, which is most frequent. */
static inline void slots_set_first(int space, int first, int last, int region)
{
	struct space *s = &spaces[space];

	if (first != last) {
		slots_set_many(space, first, last, region);
		return;
	}
	s->slot_region[first] = region + 1;
	slots_mark(&s->free_slots[first / 32], 1u << first % 32, region < 0);
}

/* The lowest region that has a part of the slot, or -1. */
static inline int slot_first_region(int space, int slot)
{
	return spaces[space].slot_region[slot] - 1;
}

/* The region after `region` in a slot, or -1. */
static inline int slot_next_region(int slot, int region)
{
	const struct region *r = &regions[region];

	return slot_of(r->end - 1) > slot ? -1 : r->next;
}

/* ---- linked or private -------------------------------------------------- */

/* Does its PDE point at a segment's own table? */
bool slot_linked(int space, int slot);

/* Turns a linked slot private.  A promise must cover its table. */
void slot_make_private(int space, int slot);

/* How many tables placing `draft` takes, once it has replaced what is there. */
int slots_cost(const struct region *draft);
/* Links each slot of a draft about to be listed, or gives it a table. */
void slots_fill(struct region *draft);
/* Points the PDEs of `count` slots at the tables of the region's segment. */
static inline void slots_link(const struct region *r, int slot, int count)
{
	frame_t directory = spaces[r->space].directory;
	int first = region_page(r, slot_start(slot)) / TABLE_ENTRIES;

	page_link(directory, slot, count,
	          segment_words(&segments[r->segment]) + first);
	if (!(r->rights & RIGHT_WRITE))
		page_link_rights(directory, slot, count, r->rights);
}

/* Clears what the CPU sees of a region, flushes, and drops the own frames. */
void slots_clear(const struct region *r);
/*
 * Makes what the CPU sees of a region follow its rights.  Borrowed entries are
 * cleared until the next fault.  The caller flushes.
 */
void slots_refresh(const struct region *r);
/* Frees the tables of those private slots that have no region. */
void slots_settle(int space, int first, int last);

/* ---- the entries of private slots --------------------------------------- */

/* The entry of `va`.  entry_set() also makes the CPU forget the old one. */
uint32_t entry_get(const struct region *r, vaddr_t va);
void entry_set(const struct region *r, vaddr_t va, uint32_t word);

/* What a region has in one private table. */
struct piece {
	vaddr_t start, end;
	frame_t directory, table;
};

/*
 * Finds the next piece from p->end on; false: there is none.  Between two
 * pieces is a preemption point, because a region can have a million entries.
 */
bool piece_next(const struct region *r, struct piece *p);
#define for_each_piece(r, p)                                                   \
	for (struct piece p = {.end = (r)->start}; piece_next(r, &p);)

/* As entry_get() and entry_set(), without the walk. */
uint32_t piece_get(const struct piece *p, vaddr_t va);
void piece_set(const struct piece *p, vaddr_t va, uint32_t word);

#endif
