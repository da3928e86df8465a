/*
 * mm/hole.c -- where is room?
 *
 * Two kinds of mapping should not meet in a slot, because a slot that holds
 * both can no longer be linked.  So attachments get slots of their own,
 *
 *	heap ... <-- then these |0x40000000 --> first these ... | stack
 *
 * and private mappings are packed page by page downward from the stack's limit.
 * Only when one kind has filled its side does it take what the other has left.
 */
#include "region.h"

/* No mapping of our choice goes below the heap's end. */
static vaddr_t lowest(int space)
{
	return later(page_up(spaces[space].heap_break), USER_FIRST);
}

/* ---- private --------------------------------------------------------- */

/* A linked slot counts as full as long as there is room elsewhere. */
static vaddr_t end_of(int region, bool spare_linked)
{
	const struct region *r = &regions[region];
	int slot = slot_of(r->end - 1);

	return spare_linked && slot_linked(r->space, slot) ? slot_end(slot)
	                                                   : r->end;
}

/* Does [start, end) have room for `bytes`? */
static bool fits(vaddr_t start, vaddr_t end, uint32_t bytes)
{
	return start < end && end - start >= bytes;
}

/*
 * The highest hole that begins above a region of `slot` and ends at the next
 * one, or at `top`, where the lowest region of the slots above begins; 0: none.
 */
static vaddr_t find_in_slot(int space, int slot, vaddr_t top, uint32_t bytes,
                            bool spare_linked)
{
	vaddr_t floor = lowest(space), found = 0;
	int r = slot_first_region(space, slot);

	while (r >= 0) {
		int next = slot_next_region(slot, r);
		vaddr_t start = later(end_of(r, spare_linked), floor);
		vaddr_t end =
		    next < 0 ? top : earlier(top, regions[next].start);

		if (fits(start, end, bytes))
			found = end - bytes;
		r = next;
	}
	return found;
}

/*
 * The highest `bytes` without a region that end at `top` or lower.  Each slot's
 * list is walked once.
 */
static vaddr_t find_below(int space, vaddr_t top, uint32_t bytes,
                          bool spare_linked)
{
	vaddr_t found;

	for (int slot = slot_of(top - 1); slot >= slot_of(USER_FIRST); slot--) {
		int first = slot_first_region(space, slot);

		if (first < 0)
			continue;
		found = find_in_slot(space, slot, top, bytes, spare_linked);
		if (found)
			return found;
		top = earlier(top, regions[first].start);
	}
	return fits(lowest(space), top, bytes) ? top - bytes : 0;
}

/*
 * Single pages are taken one below the other; `packed` remembers how far, so
 * that the thousandth is found where the one before it was.
 */
vaddr_t space_find_private(int space, int pages)
{
	uint32_t bytes = (uint32_t)pages << PAGE_SHIFT;
	vaddr_t *packed = spaces[space].packed, start = 0;

	assert(pages > 0);
	if ((uint32_t)pages > PRIVATE_TOP >> PAGE_SHIFT)
		return 0;
	for (int i = 0; i < 2 && !start; i++) {
		start = find_below(space, packed[i] ? packed[i] : PRIVATE_TOP,
		                   bytes, i == 0);
		if (pages == 1)
			packed[i] = start ? start + PAGE_SIZE : USER_FIRST;
	}
	return start;
}

/* ---- shared ---------------------------------------------------------- */

static int slots_upward(int space, int count)
{
	int limit = slot_of(PRIVATE_TOP - 1);
	vaddr_t from =
	    later(ATTACH_FIRST, spaces[space].heap_break + SLOT_SIZE - 1);
	int slot = slot_next_free(space, slot_of(from));

	while (slot + count <= limit) {
		if (count == 1 || slots_free(space, slot, slot + count - 1))
			return slot;
		slot = slot_next_free(space, slot_next_used(space, slot));
	}
	return -1;
}

static int slots_downward(int space, int count)
{
	int floor = slot_of(lowest(space)) + 1;
	int slot = slot_of(ATTACH_FIRST) - count;

	for (; slot >= floor; slot--)
		if (slots_free(space, slot, slot + count - 1))
			return slot;
	return -1;
}

int slots_find(int space, int count)
{
	int slot = slots_upward(space, count);

	return slot >= 0 ? slot : slots_downward(space, count);
}

vaddr_t space_find_shared(int space, int pages)
{
	int slot = slots_find(space, tables_for(pages));

	return slot >= 0 ? slot_start(slot) : space_find_private(space, pages);
}
