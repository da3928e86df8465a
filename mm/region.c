/*
 * mm/region.c -- regions, hung on the slots of their space.
 *
 * A region is (start, end, segment, offset, rights).  Each slot knows the
 * lowest region that lies in it.  Each region knows the next one in the slot
 * where it ends, and the one before it in the slot where it starts.  So finding
 * a region costs the same with one attach as with six hundred, which have a
 * slot each.  A walk goes from each region to the next in a few steps, however
 * many lie in a slot (at most 1,024, of one page each).
 *
 *	slot        0           1           2           3
 *	        +-----------+-----------+-----------+-----------+
 *	        |  A   BB   | BBBBBBBBB | BB  C  D  |           |
 *	        +-----------+-----------+-----------+-----------+
 *	first       A           B           B          none, bit set
 *	next        A -> B                  B -> C -> D
 *	previous    A <- B                  B <- C <- D
 *
 * A region whose slots are all linked is alone in each of them (`whole`).
 */
#include "region.h"

#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"

#define MAX_REGIONS 60000

struct rows region_rows = ROWS_OF(regions, MAX_REGIONS);

/* ---- looking ------------------------------------------------------------ */

/* As region_from(), but only a region that begins below slot `limit`. */
static int region_below_slot(int space, vaddr_t va, int limit)
{
	int r, slot;

	if (va >= USER_LIMIT)
		return -1;
	slot = slot_of(va);
	r = slot_first_region(space, slot);
	while (r >= 0 && regions[r].end <= va)
		r = regions[r].next;
	if (r < 0) {
		slot = slot_next(space, SLOT_USED, slot + 1, limit);
		r = slot < limit ? slot_first_region(space, slot) : -1;
	}
	return r;
}

int region_from(int space, vaddr_t va)
{
	return region_below_slot(space, va, USER_SLOTS);
}

int region_at(int space, vaddr_t va)
{
	int r = region_from(space, va);

	return r >= 0 && regions[r].start <= va ? r : -1;
}

bool regions_overlap(int space, vaddr_t start, vaddr_t end)
{
	int limit = slot_of(end - 1) + 1, r;

	if (start >= end)
		return false;
	r = region_below_slot(space, start, limit);
	return r >= 0 && regions[r].start < end;
}

int region_after(int region)
{
	const struct region *r = &regions[region];
	int slot;

	if (r->next >= 0)
		return r->next;
	slot =
	    slot_next(r->space, SLOT_USED, slot_of(r->end - 1) + 1, USER_SLOTS);
	return slot < USER_SLOTS ? slot_first_region(r->space, slot) : -1;
}

/* A region below `region`; if one ends where it starts, that one.  Or -1. */
static int region_below(int region)
{
	const struct region *r = &regions[region];

	if (r->start % SLOT_SIZE)
		return r->previous;
	return r->start ? region_at(r->space, r->start - 1) : -1;
}

/* The last region of a slot's list that starts below `va`. */
static int last_below(int space, int slot, vaddr_t va)
{
	int r = slot_first_region(space, slot), found = -1;

	while (r >= 0 && regions[r].start < va) {
		found = r;
		r = slot_next_region(slot, r);
	}
	return found;
}

/* ---- the lists ---------------------------------------------------------- */

/* In a slot, `high` (-1: none) now follows `low` (-1: it is the lowest). */
static void chain(int space, int slot, int low, int high)
{
	if (low < 0)
		slots_set_first(space, slot, slot, high);
	else
		regions[low].next = high;
	if (high >= 0 && slot_of(regions[high].start) == slot)
		regions[high].previous = low;
}

/* The region's end has moved beyond slot `first`: lists it in those slots. */
static void list_end(int region, int first)
{
	struct region *r = &regions[region];
	int last = slot_of(r->end - 1);
	int after = slot_first_region(r->space, last);

	slots_set_first(r->space, first + 1, last, region);
	chain(r->space, last, region, after);
}

void region_list(int region, int before)
{
	struct region *r = &regions[region];
	int first = slot_of(r->start), last = slot_of(r->end - 1);
	int after;

	assert(region >= 0);
	if (r->whole) {
		r->next = r->previous = -1;
		slots_set_first(r->space, first, last, region);
		return;
	}
	after = before < 0 ? slot_first_region(r->space, first)
	                   : regions[before].next;
	chain(r->space, first, before, region);
	if (last > first)
		list_end(region, first);
	else
		chain(r->space, first, region, after);
}

void region_unlist(int region)
{
	struct region *r = &regions[region];
	int first = slot_of(r->start), last = slot_of(r->end - 1);
	int after = r->next;

	if (r->whole) {
		slots_set_first(r->space, first, last, -1);
		return;
	}
	if (last > first) {
		slots_set_first(r->space, first + 1, last - 1, -1);
		chain(r->space, last, -1, after);
		after = -1;
	}
	chain(r->space, first, r->previous, after);
}

/* ---- life --------------------------------------------------------------- */

int region_make_after(const struct region *draft, int before)
{
	int i = rows_pick(&region_rows);

	regions[i] = *draft;
	if (draft->segment >= 0)
		segments[draft->segment].holders++;
	attach_begin(i);
	region_list(i, before);
	return i;
}

int region_make(const struct region *draft)
{
	int slot = slot_of(draft->start);

	return region_make_after(draft,
	                         last_below(draft->space, slot, draft->start));
}

void region_end(int region)
{
	if (regions[region].segment >= 0)
		segment_drop(regions[region].segment);
	attach_leave(region);
	regions[region].kind = REGION_FREE;
	rows_put(&region_rows, region);
}

void region_remove(int region)
{
	const struct region *r = &regions[region];

	hole_made(r);
	slots_clear(r);
	region_unlist(region);
	if (!r->whole)
		slots_settle(r->space, slot_of(r->start), slot_of(r->end - 1));
	if (r->promised)
		space_refund(r->space, region_pages(r));
	region_end(region);
}

int region_split(int region, vaddr_t at)
{
	struct region upper = regions[region];
	int high;

	assert(at > upper.start && at < upper.end);
	region_unlist(region);
	regions[region].end = at;
	region_list(region, upper.previous);
	upper.offset = region_page(&upper, at);
	upper.start = at;
	high = region_make(&upper);
	if (upper.tag >= 0)
		attach_join(high, region);
	return high;
}

static bool mergeable(int low, int high)
{
	const struct region *a = &regions[low], *b = &regions[high];

	return a->end == b->start && a->kind == b->kind && b->segment < 0 &&
	       a->segment < 0 && a->rights == b->rights &&
	       a->ceiling == b->ceiling && a->promised == b->promised &&
	       a->noreserve == b->noreserve;
}

static int merge(int low, int high)
{
	int first = slot_of(regions[low].end - 1);

	region_unlist(high);
	regions[low].end = regions[high].end;
	if (slot_of(regions[low].end - 1) > first)
		list_end(low, first);
	region_end(high);
	return low;
}

int region_merge(int region)
{
	int low, high;

	if (regions[region].segment >= 0)
		return region;
	low = region_below(region);
	high = region_after(region);
	if (high >= 0 && mergeable(region, high))
		region = merge(region, high);
	if (low >= 0 && mergeable(low, region))
		region = merge(low, region);
	return region;
}
