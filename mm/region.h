/*
 * mm/region.h -- regions and slots from the inside: for mm/ alone.
 *
 * Two numbers serve every operation that may fail: the tables and pages it will
 * need (its cost, charged to the space in one go) and the regions it will make
 * (reserved in the table).  After that nothing fails.
 */
#ifndef MM_REGION_H
#define MM_REGION_H

#include "space.h"

#define MAX_REGIONS 30000

/* ---- region.c: the lists --------------------------------------------- */

/*
 * Puts a region into the lists of its slots, after `before`: the last one that
 * starts below it in its first slot, or -1.  And takes it out.
 */
void region_list(int region, int before);
void region_unlist(int region);

/* The next region of a space after `region`, in order of address; -1. */
int region_after(int region);

/* The first slot from `slot` on that is free, is used; USER_SLOTS: none. */
int slot_next_free(int space, int slot);
int slot_next_used(int space, int slot);
/* The last slot up to `slot` that is; -1: none. */
int slot_previous_free(int space, int slot);
int slot_previous_used(int space, int slot);
bool slots_free(int space, int first, int last);
/* The lowest region of slots [first, last] is `region`, or none. */
void slots_set_range(int space, int first, int last, int region);

static inline void slots_set_first(int space, int first, int last, int region)
{
	struct space *s = &spaces[space];

	if (first != last) {
		slots_set_range(space, first, last, region);
		return;
	}
	s->slot_region[first] = (uint16_t)(region + 1);
	if (region < 0)
		s->free_slots[first / 32] |= 1u << (first % 32);
	else
		s->free_slots[first / 32] &= ~(1u << (first % 32));
}

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

static inline int region_pages(const struct region *r)
{
	return (int)((r->end - r->start) >> PAGE_SHIFT);
}

static inline vaddr_t slot_start(int slot)
{
	return (vaddr_t)slot << SLOT_SHIFT;
}

/* The first byte after a slot; of the last slot of a 4 GiB space, too. */
static inline vaddr_t slot_end(int slot)
{
	return slot_start(slot + 1);
}

static inline vaddr_t later(vaddr_t a, vaddr_t b)
{
	return a > b ? a : b;
}

static inline vaddr_t earlier(vaddr_t a, vaddr_t b)
{
	return a < b ? a : b;
}

/* A listed copy of `draft`, a slot of the table being reserved for it. */
int region_make(const struct region *draft);
/* The same, where it is known after which one it is listed. */
int region_make_after(const struct region *draft, int before);
/* Of an unlisted one: lets go of segment and attach. */
void region_end(int region);
/* [start, at) stays; [at, end) becomes a region of its own: its index. */
int region_split(int region, vaddr_t at);
/* Joins it with equal neighbours; what it is now. */
int region_merge(int region);

/* The page of its segment that a region shows at `va`. */
static inline int region_page(const struct region *r, vaddr_t va)
{
	return r->offset + (int)((va - r->start) >> PAGE_SHIFT);
}

/* ---- slot.c: what is in a slot --------------------------------------- */

/* Promises `pages` in the name of a space.  0 or -ENOMEM; and back. */
int space_charge(int space, int pages);
void space_refund(int space, int pages);

bool slot_linked(int space, int slot);

/* The one function that turns a linked slot private.  Its table is promised. */
void space_make_private(int space, int slot);

/* Tables that the slots of `draft` need when what lies there now is gone. */
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
/* And back, of a whole region: clears, flushes, takes it out of the lists. */
void slots_unlink(const struct region *r);
/* Frees the tables of private slots without regions. */
void slots_settle(int space, int first, int last);

/* An entry of a private slot.  Changing it makes the CPU forget the old one. */
static inline uint32_t entry_get(const struct region *r, vaddr_t va)
{
	frame_t directory = spaces[r->space].directory;

	return page_get(private_table(directory, slot_of(va)), entry_of(va));
}

static inline void entry_set(const struct region *r, vaddr_t va, uint32_t word)
{
	frame_t directory = spaces[r->space].directory;

	page_set(private_table(directory, slot_of(va)), entry_of(va), word);
	page_flush(directory, va);
}

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

static inline uint32_t piece_get(const struct piece *p, vaddr_t va)
{
	return page_get(p->table, entry_of(va));
}

/* As entry_set(). */
static inline void piece_set(const struct piece *p, vaddr_t va, uint32_t word)
{
	page_set(p->table, entry_of(va), word);
	page_flush(p->directory, va);
}

/* Clears, flushes, drops what the CPU sees of a region that is not whole. */
void region_clear(int region);
/*
 * What the CPU sees follows the region's rights; borrowed entries are forgotten
 * until the next fault.  The caller flushes.
 */
void region_refresh(int region);

/* ---- hole.c ---------------------------------------------------------- */

/* The first of `count` free slots for attaching, or -1. */
int slots_find(int space, int count);

/* ---- attach.c -------------------------------------------------------- */

/* The ring of a new attach: one part.  And a part of it comes, above `low`. */
static inline void attach_begin(int region)
{
	regions[region].part_after = regions[region].part_before = region;
}

void attach_join(int region, int low);
/* A region goes, out of the lists already; the last of an attach ends it. */
void attach_leave(int region);

/* ---- map.c ----------------------------------------------------------- */

/*
 * Makes a region of `draft`, in place of what lies there, or joins it with
 * equal neighbours: its index, or -ENOMEM with nothing changed.
 */
int draft_place(struct region *draft);
/* Removes one region whole: cannot fail, takes nothing. */
void region_remove(int region);

#endif
