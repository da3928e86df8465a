/*
 * mm/slot.c -- slots: 4 MiB of a space, each empty, linked or private.
 *
 *	               slots_fill                    slots_fill
 *	  +---------+ <--------- linked   empty ----------> +---------+
 *	  | LINKED  |                                       | PRIVATE |
 *	  +---------+ ------------------------------------> +---------+
 *	                     slot_make_private
 *
 * Linked: the PDE points at a table that belongs to a segment, and all spaces
 * that are linked see the same entries.  This is allowed only while exactly one
 * region lies in the slot, address and offset agree modulo 4 MiB, and the
 * region covers the whole slot or all that the segment has there.  A resizable
 * segment could get more pages there, so it is linked by whole slots only.
 *
 * Private: the table belongs to the space.  It has *own* entries, which count
 * their frames, and *borrowed* entries, which show a segment's pages and do not
 * count them.
 *
 * A linked slot whose condition breaks turns private in slot_make_private()
 * and nowhere else, and never back.  To write a stranger's entry into a shared
 * table would be the worst mistake this kernel could make.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"
#include "../kernel/base/trace.h"

/* ---- the bitmap --------------------------------------------------------- */

int slot_next(int space, uint32_t wanted, int slot, int limit)
{
	const uint32_t *bits = spaces[space].free_slots;

	while (slot < limit) {
		uint32_t word = (bits[slot / 32] ^ ~wanted) >> (slot % 32);

		if (word) {
			slot += __builtin_ctz(word);
			return slot < limit ? slot : limit;
		}
		slot = (slot / 32 + 1) * 32;
	}
	return limit;
}

int slot_previous(int space, uint32_t wanted, int slot)
{
	const uint32_t *bits = spaces[space].free_slots;

	while (slot >= 0) {
		uint32_t word = (bits[slot / 32] ^ ~wanted) << (31 - slot % 32);

		if (word)
			return slot - __builtin_clz(word);
		slot = slot / 32 * 32 - 1;
	}
	return -1;
}

void slots_set_many(int space, int first, int last, int region)
{
	struct space *s = &spaces[space];

	cpu_fill_halves(&s->slot_region[first], region + 1, last - first + 1);
	for (int slot = first; slot <= last; slot = (slot | 31) + 1) {
		int left = last - slot; /* after this one */
		uint32_t mask = left < 31 ? (2u << left) - 1 : ~0u;

		slots_mark(&s->free_slots[slot / 32], mask << slot % 32,
		           region < 0);
	}
}

/* ---- linked or not ------------------------------------------------------ */

bool slot_linked(int space, int slot)
{
	return word_linked(page_get(spaces[space].directory, slot));
}

void slot_make_private(int space, int slot)
{
	int r = slot_first_region(space, slot);
	frame_t directory = spaces[space].directory;

	assert(slot_linked(space, slot));
	assert(r >= 0 && slot_of(regions[r].start) <= slot);
	assert(slot_of(regions[r].end - 1) > slot || regions[r].next < 0);
	page_make_table(directory, slot);
	trace(TRACE_UNLINK, slot, 1, page_get(directory, slot), directory);
	page_flush_all(directory);
	regions[r].whole = false;
}

/* May `r` be linked in `slot`, if no other region is there? */
static bool linkable(const struct region *r, int slot)
{
	vaddr_t start = slot_start(slot);
	vaddr_t end = min(r->end, slot_end(slot));
	const struct segment *s;
	int page;

	if (r->kind != REGION_SHARED || r->start > start)
		return false;
	s = &segments[r->segment];
	page = region_page(r, start);
	if (!segment_linkable(r->segment) || page % TABLE_ENTRIES != 0 ||
	    page >= s->pages)
		return false;
	return end == slot_end(slot) ||
	       (!s->resizable && page + pages_in(end - start) >= s->pages);
}

/* Will `draft` share this slot with another region? */
static bool has_others(const struct region *draft, int slot)
{
	return regions_overlap(draft->space, slot_start(slot), draft->start) ||
	       regions_overlap(draft->space, draft->end, slot_end(slot));
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
		slot_make_private(space, slot);
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

/* ---- entries ------------------------------------------------------------ */

uint32_t entry_get(const struct region *r, vaddr_t va)
{
	return page_walk(spaces[r->space].directory, va);
}

void entry_set(const struct region *r, vaddr_t va, uint32_t word)
{
	frame_t directory = spaces[r->space].directory;
	frame_t table = private_table(directory, slot_of(va));

	assert(table != NO_FRAME);
	page_set(table, entry_of(va), word);
	page_flush(directory, va);
}

bool piece_next(const struct region *r, struct piece *p)
{
	p->directory = spaces[r->space].directory;
	while (p->end < r->end) {
		if (p->end > r->start)
			preemption_point();
		p->start = p->end;
		p->end = min(r->end, slot_end(slot_of(p->start)));
		p->table = private_table(p->directory, slot_of(p->start));
		if (p->table != NO_FRAME)
			return true;
	}
	return false;
}

uint32_t piece_get(const struct piece *p, vaddr_t va)
{
	return page_get(p->table, entry_of(va));
}

void piece_set(const struct piece *p, vaddr_t va, uint32_t word)
{
	page_set(p->table, entry_of(va), word);
	page_flush(p->directory, va);
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

void slots_clear(const struct region *r)
{
	frame_t directory = spaces[r->space].directory;
	int first = slot_of(r->start), last = slot_of(r->end - 1);

	if (r->whole) {
		page_clear_slots(directory, first, last - first + 1);
		page_flush_all(directory);
		return;
	}
	for (int slot = first; slot <= last; slot++) {
		if (slot_linked(r->space, slot)) {
			page_clear_slots(directory, slot, 1);
			page_flush_all(directory);
		}
	}
	for_each_piece(r, p) clear_entries(r, &p);
}

/* A word under new rights.  Without any it keeps its frame, not present. */
static uint32_t with_rights(uint32_t word, int rights)
{
	if (word & PTE_BORROWED)
		return 0; /* the next fault borrows it again */
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

void slots_refresh(const struct region *r)
{
	frame_t directory = spaces[r->space].directory;
	int last = slot_of(r->end - 1);

	for (int slot = slot_of(r->start); slot <= last; slot++)
		if (slot_linked(r->space, slot))
			page_link_rights(directory, slot, 1, r->rights);
	for_each_piece(r, p) refresh_entries(r, &p);
}
