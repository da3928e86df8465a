/*
 * mm/attach.c -- attaches: what shm_nattch counts.
 *
 * One shmat makes one attach.  It is nothing but the regions that are left of
 * it after parts were unmapped or protected otherwise: each knows the tag and
 * the base of its attach, and they form a ring, in order of address.  What is
 * alone in its ring is the last part; no other mapping is ever looked at.
 *
 *	shmat        [ A A A A A A ]    1 attach, 1 region
 *	munmap       [ A ] . [ A A ]    1 attach, 2 regions, same base
 *	another      [ A ] B [ A A ]    B is not A's
 *	shmdt(base)    .   B    .       the last region gone ends the attach
 *
 * Whoever counts attaches hears of each end by attach_ended(): mm knows neither
 * ids nor counts.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/panic.h"

/* ---- parts ----------------------------------------------------------- */

void attach_join(int region, int low)
{
	struct region *r = &regions[region];

	r->part_before = low;
	r->part_after = regions[low].part_after;
	regions[low].part_after = region;
	regions[r->part_after].part_before = region;
}

void attach_leave(int region)
{
	const struct region *r = &regions[region];

	if (r->tag < 0)
		return;
	regions[r->part_before].part_after = r->part_after;
	regions[r->part_after].part_before = r->part_before;
	if (r->part_after != region)
		return;
	spaces[r->space].attaches--;
	attach_ended(r->space, r->tag);
}

/* The lowest part of an attach stands for all. */
static bool stands_for_attach(int region)
{
	const struct region *r = &regions[region];

	return r->tag >= 0 && regions[r->part_before].start >= r->start;
}

int space_next_attach(int region)
{
	do
		region = region_after(region);
	while (region >= 0 && !stands_for_attach(region));
	return region;
}

int space_first_attach(int space)
{
	int r = spaces[space].attaches ? region_from(space, 0) : -1;

	return r < 0 || stands_for_attach(r) ? r : space_next_attach(r);
}

/* ---- attaching ------------------------------------------------------- */

/* Who attached for reading can never gain writing: mprotect(2). */
static int ceiling_of(int rights)
{
	return rights & RIGHT_WRITE ? RIGHT_ALL : RIGHT_READ | RIGHT_EXEC;
}

/* Chooses the place, or says why the wanted one will not do. */
static int find_place(int space, int pages, vaddr_t *base, bool remap)
{
	uint32_t room = *base < USER_LIMIT ? USER_LIMIT - *base : 0;
	bool fits = (uint32_t)pages <= room >> PAGE_SHIFT;
	vaddr_t end = fits ? *base + pages * PAGE_SIZE : USER_LIMIT;

	if (*base == 0) {
		*base = space_find_shared(space, pages);
		return *base ? 0 : -ENOMEM;
	}
	if (!remap && space_overlaps(space, *base, end))
		return -EINVAL;
	if (!fits)
		return -ENOMEM;
	return *base < USER_FIRST ? -EPERM : 0;
}

/*
 * What is nearly always so, at an address of our choice or another's: whole
 * free slots, a segment whose tables are all there, and a region that was given
 * back.  Nothing is to be promised, so nothing can be refused.
 */
static bool fits_whole(const struct region *draft)
{
	const struct segment *s = &segments[draft->segment];

	return draft->start % SLOT_SIZE == 0 && s->tables > 0 &&
	       !s->resizable && region_rows.free >= 0 &&
	       region_rows.live < ROWS_FOR_USERS(MAX_REGIONS) &&
	       slots_free(draft->space, slot_of(draft->start),
	                  slot_of(draft->end - 1));
}

static void place_whole(struct region *draft)
{
	draft->whole = true;
	slots_link(draft, slot_of(draft->start),
	           tables_for(segments[draft->segment].pages));
	region_make_after(draft, -1);
}

int space_attach(int space, int segment, vaddr_t *base, int rights, bool remap,
                 int tag)
{
	int pages = segments[segment].pages;
	vaddr_t start = *base;
	int error = find_place(space, pages, &start, remap);
	struct region draft = {.kind = REGION_SHARED,
	                       .start = start,
	                       .end = start + ((vaddr_t)pages << PAGE_SHIFT),
	                       .segment = segment,
	                       .rights = rights,
	                       .ceiling = ceiling_of(rights),
	                       .space = space,
	                       .tag = tag,
	                       .base = start};

	assert(start % PAGE_SIZE == 0);
	if (error < 0)
		return error;
	if (fits_whole(&draft))
		place_whole(&draft);
	else if (draft_place(&draft) < 0)
		return -ENOMEM;
	spaces[space].attaches++;
	*base = start;
	return 0;
}

/* ---- detaching ------------------------------------------------------- */

/* The lowest region of the attach at `base`, the lowest such attach; or -1. */
static int find_attach(int space, vaddr_t base)
{
	int r = region_from(space, base);

	while (r >= 0 && (regions[r].tag < 0 || regions[r].base != base))
		r = region_after(r);
	return r;
}

int space_detach(int space, vaddr_t base)
{
	int r = find_attach(space, base), next;

	if (r < 0)
		return -EINVAL;
	for (;; r = next) {
		next = regions[r].part_after;
		region_remove(r);
		if (next == r)
			return 0;
	}
}
