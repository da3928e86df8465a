/*
 * mm/slot.c -- slots: 4 MiB of a space, each empty, linked or private.
 *
 *	               slots_fill                    slots_fill
 *	  +---------+ <--------- linked   empty ----------> +---------+
 *	  | LINKED  |                                       | PRIVATE |
 *	  +---------+ ------------------------------------> +---------+
 *	                     space_make_private
 *
 * Linked: the PDE points to a table that belongs to a segment, and everybody
 * who is linked sees the same entries.  Allowed only while exactly one region
 * lies in the slot, address and offset agree modulo 4 MiB, and the region
 * covers the whole slot or all that the segment has there (which a segment that
 * can be resized could change, so that one links by whole slots only).
 *
 * Private: the table is the space's.  It holds the space's own frames, each
 * counted, and *borrowed* entries for pages of segments, which are not.
 *
 * A linked slot whose condition breaks turns private in space_make_private()
 * and nowhere else, and never back.  To write a stranger's entry into a shared
 * table would be the worst mistake this kernel could make.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"

int space_charge(int space, int pages)
{
	if (promise_take(pages, spaces[space].level) < 0)
		return -ENOMEM;
	spaces[space].promised += pages;
	return 0;
}

void space_refund(int space, int pages)
{
	assert(spaces[space].promised >= pages);
	spaces[space].promised -= pages;
	promise_give(pages);
}

bool slot_linked(int space, int slot)
{
	return word_linked(page_get(spaces[space].directory, slot));
}

/* ---- linked or not --------------------------------------------------- */

void space_make_private(int space, int slot)
{
	int r = slot_first_region(space, slot);
	frame_t directory = spaces[space].directory;

	assert(slot_linked(space, slot));
	assert(r >= 0 && slot_of(regions[r].start) <= slot);
	assert(slot_of(regions[r].end - 1) > slot || regions[r].next < 0);
	page_make_table(directory, slot);
	page_flush_all(directory);
	regions[r].whole = false;
}

/* May `r` be linked in `slot`, if it is alone there? */
static bool linkable(const struct region *r, int slot)
{
	vaddr_t start = slot_start(slot);
	vaddr_t end = earlier(r->end, slot_end(slot));
	const struct segment *s;
	int page;

	if (r->kind != REGION_SHARED || r->start > start)
		return false;
	s = &segments[r->segment];
	page = region_page(r, start);
	if (s->kind != SEGMENT_MEMORY || page % TABLE_ENTRIES != 0 ||
	    page >= s->pages)
		return false;
	return end == slot_end(slot) ||
	       (!s->resizable &&
	        page + (int)((end - start) >> PAGE_SHIFT) >= s->pages);
}

/* Will a region have a part of the slot beside the draft? */
static bool has_others(const struct region *draft, int slot)
{
	return space_overlaps(draft->space, slot_start(slot), draft->start) ||
	       space_overlaps(draft->space, draft->end, slot_end(slot));
}

int slots_cost(const struct region *draft)
{
	int last = slot_of(draft->end - 1), cost = 0;

	for (int slot = slot_of(draft->start); slot <= last; slot++)
		cost += has_others(draft, slot)
		            ? slot_linked(draft->space, slot)
		            : !linkable(draft, slot);
	return cost;
}

void slots_unlink(const struct region *r)
{
	frame_t directory = spaces[r->space].directory;
	int first = slot_of(r->start), last = slot_of(r->end - 1);

	slots_set_first(r->space, first, last, -1);
	page_clear_slots(directory, first, last - first + 1);
	page_flush_all(directory);
}

static void fill_slot(struct region *draft, int slot)
{
	int space = draft->space;
	bool alone = slot_first_region(space, slot) < 0;

	if (alone && linkable(draft, slot)) {
		slots_link(draft, slot, 1);
		return;
	}
	draft->whole = false;
	if (alone)
		page_make_table(spaces[space].directory, slot);
	else if (slot_linked(space, slot))
		space_make_private(space, slot);
}

void slots_fill(struct region *draft)
{
	int last = slot_of(draft->end - 1);

	draft->whole = true;
	for (int slot = slot_of(draft->start); slot <= last; slot++)
		fill_slot(draft, slot);
}

void slots_settle(int space, int first, int last)
{
	frame_t directory = spaces[space].directory;

	for (int slot = first; slot <= last; slot++) {
		frame_t table = private_table(directory, slot);

		if (table == NO_FRAME || slot_first_region(space, slot) >= 0)
			continue;
		page_clear_slots(directory, slot, 1);
		page_flush(directory, slot_start(slot));
		frame_drop(table);
		space_refund(space, 1);
	}
}

/* ---- entries --------------------------------------------------------- */

bool piece_next(const struct region *r, struct piece *p)
{
	p->directory = spaces[r->space].directory;
	while (p->end < r->end) {
		if (p->end > r->start)
			preemption_point();
		p->start = p->end;
		p->end = earlier(r->end, slot_end(slot_of(p->start)));
		p->table = private_table(p->directory, slot_of(p->start));
		if (p->table != NO_FRAME)
			return true;
	}
	return false;
}

/* Clear, flush, and only then drop: the CPU may still remember the frame. */
static void clear_entries(const struct region *r, const struct piece *p)
{
	for (vaddr_t va = p->start; va < p->end; va += PAGE_SIZE) {
		uint32_t word = piece_get(p, va);

		if (word == 0)
			continue;
		piece_set(p, va, 0);
		if (word & PTE_BORROWED)
			continue;
		frame_drop(word_frame(word));
		if (!r->promised)
			space_refund(r->space, 1);
	}
}

void region_clear(int region)
{
	const struct region *r = &regions[region];
	frame_t directory = spaces[r->space].directory;
	int last = slot_of(r->end - 1);

	for (int slot = slot_of(r->start); slot <= last; slot++) {
		if (slot_linked(r->space, slot)) {
			page_clear_slots(directory, slot, 1);
			page_flush_all(directory);
		}
	}
	for_each_piece(r, p) clear_entries(r, &p);
}

/* PROT_NONE keeps the frame in an entry that is not present. */
static uint32_t with_rights(uint32_t word, int rights)
{
	if (word & PTE_BORROWED)
		return 0; /* the next fault borrows it anew */
	if (rights == 0)
		return word & ~(PTE_P | PTE_RW);
	word |= PTE_P;
	return rights & RIGHT_WRITE ? word : word & ~PTE_RW;
}

static void refresh_entries(const struct region *r, const struct piece *p)
{
	for (vaddr_t va = p->start; va < p->end; va += PAGE_SIZE) {
		uint32_t word = piece_get(p, va);

		if (word)
			piece_set(p, va, with_rights(word, r->rights));
	}
}

void region_refresh(int region)
{
	const struct region *r = &regions[region];
	frame_t directory = spaces[r->space].directory;
	int last = slot_of(r->end - 1);

	for (int slot = slot_of(r->start); slot <= last; slot++)
		if (slot_linked(r->space, slot))
			page_link_rights(directory, slot, 1, r->rights);
	for_each_piece(r, p) refresh_entries(r, &p);
}
