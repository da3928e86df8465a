/*
 * mm/map.c -- mapping, unmapping and protecting parts of a space.
 *
 * Each operation has two phases.  The first one only looks: is the operation
 * allowed, how many pages and tables will it need, and how many regions will it
 * split?  All of that is reserved at once, or the operation is refused with
 * nothing changed.  The second phase acts and cannot fail.
 *
 *	cost of cutting [from, to):    a table for each linked slot that an
 *	                               edge tears, a region for a cut inside one
 *	cost of placing a region:      its pages, if they are promised; a table
 *	                               for each slot that cannot be linked
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/panic.h"

/* ---- cutting ------------------------------------------------------------ */

/* The region that an edge at `at` cuts in two, or -1. */
static int cut_by(int space, vaddr_t at)
{
	int r = region_at(space, at);

	return r >= 0 && regions[r].start < at ? r : -1;
}

/* Does an edge at `at` tear a linked slot?  It then costs a table. */
static bool tears(int space, vaddr_t at)
{
	return at % SLOT_SIZE && cut_by(space, at) >= 0 &&
	       slot_linked(space, slot_of(at));
}

/*
 * Reserves what it takes to cut at both edges of [from, to), and `pages` more.
 * 0, or -ENOMEM with nothing changed.
 */
static int prepare_edges(int space, vaddr_t from, vaddr_t to, int pages)
{
	int tables = tears(space, from) + tears(space, to);

	if (tables == 2 && slot_of(from) == slot_of(to))
		tables = 1;
	/* Two edges may cut two regions. */
	if (rows_reserve(&region_rows, 2, spaces[space].level) < 0)
		return -ENOMEM;
	return space_charge(space, pages + tables);
}

/* After this no region and no linked slot crosses `at`.  It is reserved. */
static void cut_edge(int space, vaddr_t at)
{
	int r = cut_by(space, at);

	if (tears(space, at))
		slot_make_private(space, slot_of(at));
	if (r >= 0)
		region_split(r, at);
}

static void cut(int space, vaddr_t from, vaddr_t to)
{
	int r, next;

	cut_edge(space, from);
	cut_edge(space, to);
	for (r = region_from(space, from); r >= 0 && regions[r].start < to;
	     r = next) {
		next = region_after(r);
		region_remove(r);
	}
}

int space_unmap(int space, vaddr_t start, vaddr_t end)
{
	assert(page_aligned(start) && page_aligned(end));
	end = min(end, USER_LIMIT);
	if (!regions_overlap(space, start, end))
		return 0;
	if (prepare_edges(space, start, end, 0) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	cut(space, start, end);
	return 0;
}

/* ---- placing ------------------------------------------------------------ */

static int prepare(const struct region *draft)
{
	int level = spaces[draft->space].level;
	int cost = slots_cost(draft);

	if (draft->promised)
		cost += region_pages(draft);
	if (rows_reserve(&region_rows, 3, level) < 0 ||
	    space_charge(draft->space, cost) < 0)
		return -ENOMEM;
	if (draft->segment >= 0 &&
	    segment_make_tables(draft->segment, level) < 0) {
		space_refund(draft->space, cost);
		return -ENOMEM;
	}
	return 0;
}

int map_place(struct region *draft)
{
	int space = draft->space;

	if (prepare(draft) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	if (regions_overlap(space, draft->start, draft->end))
		cut(space, draft->start, draft->end);
	slots_fill(draft);
	return region_merge(region_make(draft));
}

/*
 * Must the private pages be promised?  Yes, once they can be written to, unless
 * the region is MAP_NORESERVE.
 */
static bool needs_promise(const struct region *r, int rights)
{
	return r->kind != REGION_SHARED && (rights & RIGHT_WRITE) &&
	       !r->promised && !r->noreserve;
}

int space_map(const struct region *wanted)
{
	struct region draft = *wanted;
	bool shared = draft.kind == REGION_SHARED;

	assert(page_aligned(draft.start) && draft.end > draft.start);
	assert(draft.end <= USER_LIMIT);
	if (!shared && draft.segment >= 0 && !segment_in_ram(draft.segment))
		return -EINVAL;
	if (shared && !segment_writable(draft.segment)) {
		draft.rights &= ~RIGHT_WRITE;
		draft.ceiling &= ~RIGHT_WRITE;
	}
	draft.promised = needs_promise(&draft, draft.rights);
	draft.tag = -1;
	return map_place(&draft) < 0 ? -ENOMEM : 0;
}

/* ---- protecting --------------------------------------------------------- */

/* How many pages must be promised for it; or the error of space_protect(). */
static int protect_cost(int space, vaddr_t start, vaddr_t end, int rights)
{
	vaddr_t va = start, to;
	int r = region_from(space, va), cost = 0;

	for (; va < end; r = region_after(r)) {
		if (r < 0 || regions[r].start > va)
			return -ENOMEM;
		if (rights & ~regions[r].ceiling)
			return -EACCES;
		to = min(regions[r].end, end);
		if (needs_promise(&regions[r], rights))
			cost += pages_in(to - va);
		va = to;
	}
	return cost;
}

static void protect_region(int region, int rights)
{
	struct region *r = &regions[region];

	r->promised |= needs_promise(r, rights);
	r->rights = rights;
	slots_refresh(r);
}

int space_protect(int space, vaddr_t start, vaddr_t end, int rights)
{
	int cost, r;

	assert(page_aligned(start) && page_aligned(end));
	if (start >= end)
		return 0;
	cost = end > USER_LIMIT ? -ENOMEM
	                        : protect_cost(space, start, end, rights);
	if (cost < 0)
		return cost;
	if (prepare_edges(space, start, end, cost) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	cut_edge(space, start);
	cut_edge(space, end);
	for (r = region_at(space, start); r >= 0 && regions[r].start < end;
	     r = region_after(r))
		protect_region(r, rights);
	page_flush_all(spaces[space].directory);
	for (r = region_at(space, start); r >= 0 && regions[r].start < end;
	     r = region_after(r))
		r = region_merge(r);
	return 0;
}

/* ---- moving ------------------------------------------------------------- */

int space_move(int region, vaddr_t from, uint32_t bytes, struct region *draft)
{
	const struct region *r = &regions[region];
	struct region part = *r;

	part.start = from;
	part.end = from + bytes;
	if ((r->kind == REGION_SHARED &&
	     (r->start != from || r->end != part.end ||
	      r->part_after != region)) ||
	    rows_reserve(&region_rows, 5, spaces[r->space].level) < 0 ||
	    map_place(draft) < 0)
		return -ENOMEM;

	/* Nothing below can fail.  Own frames get an entry at the new place. */
	for_each_piece(&part, p) for (vaddr_t va = p.start; va < p.end;
	                              va += PAGE_SIZE)
	{
		uint32_t word = piece_get(&p, va);

		if (word == 0 || (word & PTE_BORROWED))
			continue;
		piece_set(&p, va, 0);
		entry_set(&part, draft->start + (va - from), word);
	}
	regions[region_at(part.space, from)].tag = -1; /* it has moved */
	cut(part.space, from, part.end);
	return 0;
}

/* ---- brk ---------------------------------------------------------------- */

static int grow_heap(int space, vaddr_t from, vaddr_t to)
{
	struct region heap = {.kind = REGION_HEAP,
	                      .start = from,
	                      .end = to,
	                      .segment = -1,
	                      .rights = RIGHT_READ | RIGHT_WRITE,
	                      .ceiling = RIGHT_ALL,
	                      .space = space};

	/* One page between the heap and what lies above it stays free. */
	if (regions_overlap(space, from, to + PAGE_SIZE))
		return -ENOMEM;
	return space_map(&heap);
}

vaddr_t space_brk(int space, vaddr_t address)
{
	struct space *s = &spaces[space];
	vaddr_t from = page_up(s->heap_break), to;
	int result = 0;

	if (address < s->heap_start || address > PRIVATE_TOP)
		return s->heap_break;
	to = page_up(address);
	if (to > from)
		result = grow_heap(space, from, to);
	else if (to < from)
		result = space_unmap(space, to, from);
	if (result == 0)
		s->heap_break = address;
	return s->heap_break;
}
