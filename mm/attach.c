/*
 * mm/attach.c -- attaches: what shm_nattch counts.
 *
 * One shmat makes one attach.  An attach is nothing but its parts: the regions
 * that are left of it after munmap and mprotect cut it.  Each part knows the
 * tag and the base of its attach, and the parts form a ring in order of
 * address.  A part that is alone in its ring is the last one.
 *
 *	shmat        [ A A A A A A ]    1 attach, 1 region
 *	munmap       [ A ] . [ A A ]    1 attach, 2 regions, same base
 *	another      [ A ] B [ A A ]    B is not A's
 *	shmdt(base)    .   B    .       the last region gone ends the attach
 *
 * mm knows neither ids nor shm_nattch.  It calls attach_ended() at each end, so
 * that ipc/sysv/shm.c can count.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/panic.h"

/* ---- parts -------------------------------------------------------------- */

void attach_begin(int region)
{
	regions[region].part_after = regions[region].part_before = region;
}

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

/* The lowest part of an attach stands for all of them. */
static bool stands_for_attach(int region)
{
	const struct region *r = &regions[region];

	return r->tag >= 0 && regions[r->part_before].start >= r->start;
}

int attach_next(int region)
{
	do
		region = region_after(region);
	while (region >= 0 && !stands_for_attach(region));
	return region;
}

int attach_first(int space)
{
	int r = spaces[space].attaches ? region_from(space, 0) : -1;

	return r < 0 || stands_for_attach(r) ? r : attach_next(r);
}

/* ---- attaching ---------------------------------------------------------- */

/* May `pages` be attached at `base`?  0, or the error of space_attach(). */
static int check_place(int space, vaddr_t base, int pages, bool remap)
{
	uint32_t room = base < USER_LIMIT ? USER_LIMIT - base : 0;
	bool fits = pages <= pages_in(room);
	vaddr_t end = fits ? base + page_bytes(pages) : USER_LIMIT;

	if (!remap && regions_overlap(space, base, end))
		return -EINVAL;
	if (!fits)
		return -ENOMEM;
	return base < USER_FIRST ? -EPERM : 0;
}

/* Are the slots free, and can each be linked?  It is nearly always so. */
static bool fits_whole(const struct region *draft)
{
	const struct segment *s = &segments[draft->segment];

	return draft->start % SLOT_SIZE == 0 &&
	       segment_linkable(draft->segment) && !s->resizable &&
	       slots_free(draft->space, slot_of(draft->start),
	                  slot_of(draft->end - 1));
}

static int place_whole(struct region *draft)
{
	const struct segment *s = &segments[draft->segment];
	int level = spaces[draft->space].level;

	if (rows_reserve(&region_rows, 1, level) < 0 ||
	    (s->tables == 0 && segment_make_tables(draft->segment, level) < 0))
		return -ENOMEM;

	/* Nothing below can fail. */
	draft->whole = true;
	slots_link(draft, slot_of(draft->start), s->tables);
	return region_make_after(draft, -1);
}

int space_attach(int space, int segment, vaddr_t *base, int rights, bool remap,
                 int tag)
{
	int pages = segments[segment].pages, result;
	vaddr_t start = *base ? *base : space_find_shared(space, pages);
	struct region draft = {.kind = REGION_SHARED,
	                       .start = start,
	                       .end = start + page_bytes(pages),
	                       .segment = segment,
	                       .rights = rights,
	                       .ceiling = rights | RIGHT_READ | RIGHT_EXEC,
	                       .space = space,
	                       .tag = tag,
	                       .base = start};

	assert(start % PAGE_SIZE == 0);
	if (start == 0)
		return -ENOMEM;
	result = *base ? check_place(space, start, pages, remap) : 0;
	if (result == 0)
		result = fits_whole(&draft) ? place_whole(&draft)
		                            : map_place(&draft);
	if (result < 0)
		return result;
	spaces[space].attaches++;
	*base = start;
	return 0;
}

/* ---- detaching ---------------------------------------------------------- */

/* The lowest part of the lowest attach with this base; or -1. */
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
