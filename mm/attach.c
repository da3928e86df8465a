/*
 * mm/attach.c -- attaches: what shm_nattch counts.
 *
 * One shmat makes one attach.  It remembers its base, and it owns the regions
 * that are left of it after parts were unmapped or protected otherwise.
 *
 *	shmat        [ A A A A A A ]    1 attach, 1 region
 *	munmap       [ A ] . [ A A ]    1 attach, 2 regions, same base
 *	another      [ A ] B [ A A ]    B is not A's
 *	shmdt(base)    .   B    .       the last region gone ends the attach
 *
 * An attach that has ended waits in a list of its space until whoever counts
 * (ipc/shm.c) has taken its tag: mm knows neither ids nor counts.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/panic.h"

#define MAX_ATTACHES 50000

struct table attach_table = TABLE(attaches, MAX_ATTACHES);

/* ---- the lists of a space -------------------------------------------- */

int attach_make(int space, vaddr_t base, int tag)
{
	struct space *s = &spaces[space];
	int i = table_pick(&attach_table); /* it was reserved */

	attaches[i].space = space;
	attaches[i].base = base;
	attaches[i].tag = tag;
	attaches[i].regions = 0;
	attaches[i].previous = -1;
	attaches[i].next = s->first_attach;
	if (s->first_attach >= 0)
		attaches[s->first_attach].previous = i;
	s->first_attach = i;
	s->attaches++;
	return i;
}

void attach_lost_region(int attach)
{
	struct attach *a = &attaches[attach];
	struct space *s = &spaces[a->space];

	assert(a->regions > 0);
	if (--a->regions > 0)
		return;
	if (a->next >= 0)
		attaches[a->next].previous = a->previous;
	if (a->previous >= 0)
		attaches[a->previous].next = a->next;
	else
		s->first_attach = a->next;
	s->attaches--;
	a->next = s->ended;
	s->ended = attach;
}

int space_take_ended(int space)
{
	int attach = spaces[space].ended, tag;

	if (attach < 0)
		return -1;
	tag = attaches[attach].tag;
	spaces[space].ended = attaches[attach].next;
	table_unpick(&attach_table, attach);
	return tag;
}

int space_first_attach(int space)
{
	return spaces[space].first_attach;
}

int space_next_attach(int attach)
{
	return attaches[attach].next;
}

/* ---- attaching ------------------------------------------------------- */

/* Chooses the place, or says why the wanted one will not do. */
static int find_place(int space, int pages, vaddr_t *base, bool remap)
{
	uint32_t bytes = (uint32_t)pages << PAGE_SHIFT;

	if (*base == 0) {
		*base = space_find_shared(space, pages);
		return *base ? 0 : -ENOMEM;
	}
	/* 4 GiB is 0 bytes: that wraps, too. */
	if (bytes == 0 || *base + bytes < *base)
		return -EINVAL;
	if (!remap &&
	    space_overlaps(space, *base, earlier(*base + bytes, USER_LIMIT)))
		return -EINVAL;
	if (*base >= USER_LIMIT || bytes > USER_LIMIT - *base)
		return -ENOMEM;
	return *base < USER_FIRST ? -EPERM : 0;
}

/* ---- the short way --------------------------------------------------- */

/*
 * What is nearly always asked: a segment whose tables are all there, anywhere,
 * into free slots, with objects that were given back.  Nothing is promised, so
 * nothing is refused.  The first of the slots, or -1: go the long way.
 */
static int short_way(int space, int segment, vaddr_t base)
{
	const struct segment *s = &segments[segment];

	if (base != 0 || !s->whole || s->resizable || region_table.free < 0 ||
	    attach_table.free < 0)
		return -1;
	return slots_find(space, tables_for(s->pages));
}

/* Most segments have one slot. */
static inline void set_slots(int space, int first, int count, int region)
{
	struct space *s = &spaces[space];

	if (count > 1) {
		slots_set_first(space, first, first + count - 1, region);
		return;
	}
	s->slot_region[first] = (uint16_t)(region + 1);
	s->free_slots[first / 32] ^= 1u << (first % 32); /* it changes */
}

/* Links free slots to all of a segment: a region, its words, its bits. */
static void link_all(struct region *r, int slot)
{
	struct segment *s = &segments[r->segment];
	frame_t directory = spaces[r->space].directory;
	uint32_t word = link_word(s->table);
	int count = tables_for(s->pages);

	r->kind = REGION_SHARED;
	r->start = slot_start(slot);
	r->end = r->start + ((vaddr_t)s->pages << PAGE_SHIFT);
	r->offset = 0;
	r->promised = r->noreserve = false;
	r->whole = true;
	r->next = r->sibling = r->elder = -1;
	s->holders++;
	set_slots(r->space, slot, count, (int)(r - regions));
	page_link(directory, slot, count,
	          s->directory == NO_FRAME ? &word : table_words(s->directory));
	if (!(r->rights & RIGHT_WRITE))
		page_link_rights(directory, slot, count, r->rights);
}

/* And back: a region that is alone in all its slots, all of them linked. */
static void unlink_all(struct region *r)
{
	struct segment *s = &segments[r->segment];
	frame_t directory = spaces[r->space].directory;
	int first = slot_of(r->start);
	int count = slot_of(r->end - 1) - first + 1;

	page_clear_slots(directory, first, count);
	page_flush_all(directory);
	set_slots(r->space, first, count, -1);
	if (s->holders > 1 && !s->resizable) {
		s->holders--;
		attach_lost_region(r->attach);
		r->kind = REGION_FREE;
		table_unpick(&region_table, (int)(r - regions));
	} else {
		region_end((int)(r - regions));
	}
}

/* ---- the long way ---------------------------------------------------- */

static int attach_long(int space, int segment, vaddr_t *base, int rights,
                       int ceiling, bool remap, int tag)
{
	int pages = segments[segment].pages;
	vaddr_t start = *base;
	int error = find_place(space, pages, &start, remap);
	struct region draft = {.kind = REGION_SHARED,
	                       .start = start,
	                       .end = start + ((vaddr_t)pages << PAGE_SHIFT),
	                       .segment = segment,
	                       .rights = rights,
	                       .ceiling = ceiling,
	                       .attach = -1,
	                       .next = -1,
	                       .space = space,
	                       .sibling = -1,
	                       .elder = -1};

	assert(start % PAGE_SIZE == 0);
	if (error < 0)
		return error;
	if (table_reserve(&attach_table, 1, spaces[space].level) < 0 ||
	    draft_prepare(&draft) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	draft.attach = attach_make(space, start, tag);
	draft_place(&draft);
	*base = start;
	return 0;
}

int space_attach(int space, int segment, vaddr_t *base, int rights, int ceiling,
                 bool remap, int tag)
{
	int slot = short_way(space, segment, *base);
	struct region *r;

	if (slot < 0) {
		return attach_long(space, segment, base, rights, ceiling, remap,
		                   tag);
	}
	*base = slot_start(slot);
	r = &regions[table_pick(&region_table)];
	r->segment = segment;
	r->rights = rights;
	r->ceiling = ceiling;
	r->space = space;
	r->attach = attach_make(space, *base, tag);
	attaches[r->attach].regions = 1;
	link_all(r, slot);
	return 0;
}

/* ---- detaching ------------------------------------------------------- */

/* Where it should be it is, unless its first pages were unmapped. */
static int find_attach(int space, vaddr_t base)
{
	int r = region_at(space, base);
	int a = r < 0 ? -1 : regions[r].attach;

	if (a >= 0 && attaches[a].base == base)
		return a;
	a = spaces[space].first_attach;
	while (a >= 0 && attaches[a].base != base)
		a = attaches[a].next;
	return a;
}

/* The region that is all of the attach at `base`, all linked; or -1. */
static int lone_region(int space, vaddr_t base)
{
	const struct region *r;
	int first;

	if (base >= USER_LIMIT)
		return -1;
	first = slot_first_region(space, slot_of(base));
	r = &regions[first < 0 ? 0 : first];
	return first >= 0 && r->whole && r->start == base && r->attach >= 0 &&
	               attaches[r->attach].base == base &&
	               attaches[r->attach].regions == 1
	           ? first
	           : -1;
}

int space_detach(int space, vaddr_t base)
{
	int r = lone_region(space, base), attach;

	if (r >= 0) {
		unlink_all(&regions[r]);
		return 0;
	}
	attach = find_attach(space, base);
	if (attach < 0)
		return -EINVAL;
	r = region_from(space, base);
	for (int left = attaches[attach].regions; left > 0;) {
		bool mine = regions[r].attach == attach;
		int next = mine && left == 1 ? -1 : region_after(r);

		if (mine) {
			region_remove(r);
			left--;
		}
		r = next;
	}
	return 0;
}
