/*
 * mm/slot.h -- slots and entries from the inside: for mm/ alone.
 *
 * A slot is 4 MiB of a space.  slot.c says what is in it; regions hang on it
 * by region.c.
 */
#ifndef MM_SLOT_H
#define MM_SLOT_H

#include "../kernel/base/string.h"
#include "space.h"

static inline vaddr_t slot_start(int slot)
{
	return (vaddr_t)slot << SLOT_SHIFT;
}

/* The first byte after a slot; of the last slot of a 4 GiB space, too. */
static inline vaddr_t slot_end(int slot)
{
	return slot_start(slot + 1);
}

/* ---- slots without a region ------------------------------------------ */

/* The first slot in [slot, limit) that is free, is used; `limit`: none. */
int slot_next_free(int space, int slot, int limit);
int slot_next_used(int space, int slot, int limit);
/* The last slot up to `slot` that is; -1: none. */
int slot_previous_free(int space, int slot);
int slot_previous_used(int space, int slot);

static inline bool slots_free(int space, int first, int last)
{
	return slot_next_used(space, first, last + 1) > last;
}

/* ---- the regions of a slot ------------------------------------------- */

/* The slots of `mask` in one word of the bitmap are free now, or used. */
static inline void slots_mark(uint32_t *word, uint32_t mask, bool is_free)
{
	*word = is_free ? *word | mask : *word & ~mask;
}

/* The lowest region of slots [first, last] is `region`, or none (-1). */
void slots_set_many(int space, int first, int last, int region);

/* The same; most often it is one slot, and then it costs next to nothing. */
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

/* The next of the regions in a slot, or -1. */
static inline int slot_next_region(int slot, int region)
{
	const struct region *r = &regions[region];

	return slot_of(r->end - 1) > slot ? -1 : r->next;
}

/* ---- linked or private ----------------------------------------------- */

bool slot_linked(int space, int slot);

/* The one function that turns a linked slot private.  Its table is promised. */
void slot_make_private(int space, int slot);

/* How many tables the slots of `draft` need once it lies there alone. */
int slots_cost(const struct region *draft);
/* Links, or gives a table to, each slot of a draft about to be listed. */
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

/* Clears, flushes, drops what the CPU sees of a region. */
void slots_clear(const struct region *r);
/*
 * What the CPU sees follows the region's rights; borrowed entries are forgotten
 * until the next fault.  The caller flushes.
 */
void slots_refresh(const struct region *r);
/* Frees the tables of private slots without regions. */
void slots_settle(int space, int first, int last);

/* ---- the entries of private slots ------------------------------------ */

uint32_t entry_get(const struct region *r, vaddr_t va);
/* Makes the CPU forget the old one. */
void entry_set(const struct region *r, vaddr_t va, uint32_t word);

/* What a region has in one private table. */
struct piece {
	vaddr_t start, end;
	frame_t directory, table;
};

/*
 * The next piece after p->end; false: none.  Between two is a preemption point,
 * for a region can have a million entries.
 */
bool piece_next(const struct region *r, struct piece *p);
#define for_each_piece(r, p)                                                   \
	for (struct piece p = {.end = (r)->start}; piece_next(r, &p);)

/* As entry_get() and entry_set(). */
uint32_t piece_get(const struct piece *p, vaddr_t va);
void piece_set(const struct piece *p, vaddr_t va, uint32_t word);

#endif
