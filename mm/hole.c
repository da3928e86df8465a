/*
 * mm/hole.c -- where there is room.
 *
 * Attaches and private mappings should not meet in a slot, because a slot that
 * has both cannot be linked.  So an attach gets slots of its own,
 *
 *	heap ... <-- then these |0x40000000 --> first these ... | stack
 *
 * and private mappings are packed page by page downward from the stack's limit.
 * When one kind has filled its side, it takes what the other has left.
 */
#include "region.h"

/* Where no address is given, nothing is mapped below the heap's end. */
static vaddr_t lowest(int space)
{
	return max(page_up(spaces[space].heap_break), USER_FIRST);
}

/* ---- private ------------------------------------------------------------ */

/* Does [start, end) have room for `bytes`? */
static bool fits(vaddr_t start, vaddr_t end, uint32_t bytes)
{
	return start < end && end - start >= bytes;
}

/*
 * The highest place for `bytes` between two regions of `slot`, or between the
 * last one and `top`, that begins at or above `floor`; 0: none.
 */
static vaddr_t find_in_slot(int space, int slot, vaddr_t floor, vaddr_t top,
                            uint32_t bytes)
{
	vaddr_t found = 0;
	int r = slot_first_region(space, slot), next;

	for (; r >= 0 && regions[r].start < top; r = next) {
		vaddr_t start = max(regions[r].end, floor), end = top;

		next = slot_next_region(slot, r);
		if (next >= 0)
			end = min(top, regions[next].start);
		if (fits(start, end, bytes))
			found = end - bytes;
	}
	return found;
}

/*
 * The highest place for `bytes` that ends at or below `top`; 0: none.  Each
 * slot's list is walked once.  With `spare_linked`, linked slots count as full:
 * to use the rest of one would make it private.
 */
static vaddr_t find_below(int space, vaddr_t top, uint32_t bytes,
                          bool spare_linked)
{
	for (int slot = slot_of(top - 1); slot >= slot_of(USER_FIRST); slot--) {
		int first = slot_first_region(space, slot);
		vaddr_t floor = lowest(space), found;

		if (first < 0)
			continue;
		if (spare_linked && slot_linked(space, slot))
			floor = max(floor, slot_end(slot));
		found = find_in_slot(space, slot, floor, top, bytes);
		if (found)
			return found;
		top = min(top, regions[first].start);
	}
	return fits(lowest(space), top, bytes) ? top - bytes : 0;
}

/*
 * Single pages are taken one below the other.  `packed` remembers how far, so
 * the thousandth is found as fast as the first.
 */
vaddr_t space_find_private(int space, int pages)
{
	uint32_t bytes = page_bytes(pages);
	struct space *s = &spaces[space];
	vaddr_t start;

	assert(pages > 0);
	if (pages > pages_in(PRIVATE_TOP))
		return 0;
	start = find_below(space, s->packed, bytes, true);
	if (start == 0)
		start = find_below(space, PRIVATE_TOP, bytes, false);
	if (pages == 1)
		s->packed = start ? start + PAGE_SIZE : USER_FIRST;
	return start;
}

/* ---- shared ------------------------------------------------------------- */

/* `filled` remembers from where a slot can be free, as `packed` does above. */
static int slots_upward(int space, int count)
{
	struct space *s = &spaces[space];
	int limit = slot_of(PRIVATE_TOP - 1);
	int from = slot_of(max(ATTACH_FIRST, s->heap_break + SLOT_SIZE - 1));
	int slot = slot_next(space, SLOT_FREE, max(from, s->filled), limit);

	if (from <= s->filled)
		s->filled = slot;
	while (slot + count <= limit) {
		int next = slot_next(space, SLOT_USED, slot + 1, slot + count);

		if (next == slot + count)
			return slot;
		slot = slot_next(space, SLOT_FREE, next, limit);
	}
	return -1;
}

static int slots_downward(int space, int count)
{
	int floor = slot_of(lowest(space)) + 1;
	int last = slot_previous(space, SLOT_FREE, slot_of(ATTACH_FIRST) - 1);

	while (last - count + 1 >= floor) {
		int below = slot_previous(space, SLOT_USED, last);

		if (last - below >= count)
			return last - count + 1;
		last = slot_previous(space, SLOT_FREE, below);
	}
	return -1;
}

vaddr_t space_find_shared(int space, int pages)
{
	int count = tables_for(pages);
	int slot = slots_upward(space, count);

	if (slot < 0)
		slot = slots_downward(space, count);
	return slot >= 0 ? slot_start(slot) : space_find_private(space, pages);
}

/* ---- both --------------------------------------------------------------- */

void hole_made(const struct region *r)
{
	struct space *s = &spaces[r->space];
	int first = slot_of(r->start), last = slot_of(r->end - 1);
	/* What was spared of a linked slot is free now. */
	vaddr_t free = slot_linked(r->space, last) ? slot_end(last) : r->end;

	if (free > s->packed)
		s->packed = min(free, PRIVATE_TOP);
	if (first < s->filled)
		s->filled = max(first, slot_of(ATTACH_FIRST));
}
