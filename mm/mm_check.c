/*
 * mm/mm_check.c -- self-check of memory: recomputes the truth from scratch.
 *
 * It walks every table from its root and compares what it finds with what
 * frame.c, segment.c, slot.c and region.c keep.  A report begins with the
 * invariant's number.
 *
 *	F1  the promise is the sum of what spaces, segments and the kernel were
 *	    promised, which covers all frames in use, and at most all there are;
 *	    a space's sum is right; an account has what its spaces and segments
 *	    were promised, and in all accounts the rest is the kernel's
 *	F2  a frame's count is the number of entries and tables that hold it;
 *	    kernel_frames are in use and held by none
 *	F3  slot_region, the bitmap and `filled` agree with the regions of each
 *	    slot
 *	F4  a slot is empty, linked or private as its regions demand
 *	F5  no linked PDE and no entry has a right that its region lacks, and
 *	    each shows the page that its region says
 *	F6  the parts of an attach are a ring in order of address, and each
 *	    shows its part of the segment; a space's attaches are counted
 *	F7  a segment's entries allow everything; its resident pages and its
 *	    tables are counted; no page is beyond its end
 *
 * The checker uses `next` of each held frame to count the holders it finds.
 */
#include "region.h"

#include "../kernel/base/klog.h"
#include "../kernel/base/string.h"

static int breaches;
static int due[LEVELS]; /* to each account, for what was found */

static void report(const char *what, int index, int is, int should)
{
	klog(KLOG_ERROR, "%s: %d: is %d, should be %d", what, index, is,
	     should);
	breaches++;
}

static void expect(const char *what, int index, int is, int should)
{
	if (is != should)
		report(what, index, is, should);
}

static void found(frame_t frame)
{
	if (frame < 0 || frame >= frame_limit || frames[frame].count == 0) {
		report("F2: a frame that is free is held", frame, 0, 1);
		return;
	}
	frames[frame].next++;
}

/* ---- segments ----------------------------------------------------------- */

static int check_segment_table(int segment, int first, frame_t table)
{
	int resident = 0;

	found(table);
	for (int i = 0; i < TABLE_ENTRIES; i++) {
		uint32_t word = page_get(table, i);

		if (word == 0)
			continue;
		resident++;
		found(word_frame(word));
		expect("F7: bits of a segment's entry", segment,
		       word & (PTE_BORROWED | PTE_US | PTE_RW | PTE_P),
		       PTE_US | PTE_RW | PTE_P);
		if (first + i >= segments[segment].pages) {
			report("F7: a page beyond the end", segment, first + i,
			       segments[segment].pages);
		}
	}
	return resident;
}

/* The pages promised for it. */
static int check_memory(int segment)
{
	const struct segment *s = &segments[segment];
	int resident = 0, words = s->directory == NO_FRAME ? 1 : PAGE_SIZE / 4;

	if (s->directory != NO_FRAME)
		found(s->directory);
	for (int n = 0; n < words; n++) {
		uint32_t word = segment_words(s)[n];

		expect("F7: a segment's PDE word", segment, (int)word,
		       n < s->tables ? (int)link_word(word_frame(word)) : 0);
		if (word)
			resident += check_segment_table(
			    segment, n * TABLE_ENTRIES, word_frame(word));
	}
	expect("F7: resident", segment, s->resident, resident);
	return (s->promised ? s->pages : resident) + s->tables +
	       (s->directory != NO_FRAME);
}

static void check_segment(int segment)
{
	const struct segment *s = &segments[segment];

	if (s->kind == SEGMENT_MEMORY)
		due[s->level] += check_memory(segment);
	else if (s->kind == SEGMENT_ARCHIVE)
		due[s->level] += s->bytes % PAGE_SIZE ? 1 : 0;
	if (s->last_page)
		found(word_frame(s->last_page));
}

/* ---- slots and regions -------------------------------------------------- */

/* F3: the slot's list is in order, and each region reaches into the slot. */
static void check_list(int space, int slot)
{
	int r = slot_first_region(space, slot), next;
	bool is_free = spaces[space].free_slots[slot / 32] >> (slot % 32) & 1;
	vaddr_t from = USER_FIRST;

	expect("F3: free bit of slot", slot, is_free, r < 0);
	for (int before = -1; r >= 0; before = r, r = next) {
		const struct region *q = &regions[r];

		expect("F3: region's space", r, q->space, space);
		if (slot_of(q->start) == slot)
			expect("F3: region before", r, q->previous, before);
		if (q->kind == REGION_FREE || q->start >= q->end ||
		    q->start < from || q->start >= slot_end(slot) ||
		    q->end <= slot_start(slot)) {
			report("F3: region out of place", r, (int)q->start,
			       (int)from);
			return;
		}
		from = q->end;
		next = slot_next_region(slot, r);
	}
}

static int region_bits(const struct region *r)
{
	uint32_t bits = 0;

	if (r->rights)
		bits = r->rights & RIGHT_WRITE ? PTE_P | PTE_RW : PTE_P;
	return (int)bits;
}

static void check_linked(int space, int slot)
{
	uint32_t word = page_get(spaces[space].directory, slot);
	int r = slot_first_region(space, slot);
	const struct region *q = r < 0 ? 0 : &regions[r];

	if (!q || q->kind != REGION_SHARED || q->start > slot_start(slot) ||
	    (slot_of(q->end - 1) == slot && q->next >= 0)) {
		report("F4: linked slot without its region", slot, r, 0);
		return;
	}
	expect("F5: rights of a linked PDE", slot, word & (PTE_P | PTE_RW),
	       region_bits(q));
	expect("F5: table of a linked PDE", slot, word_frame(word),
	       segment_table_of(q->segment, region_page(q, slot_start(slot))));
	expect("F4: linked page", slot,
	       region_page(q, slot_start(slot)) % TABLE_ENTRIES, 0);
	if (q->end < slot_end(slot) &&
	    (segments[q->segment].resizable ||
	     region_page(q, q->end) < segments[q->segment].pages))
		report("F4: linked, and not all is covered", slot, 0, 1);
}

static frame_t source(const struct region *r, vaddr_t va)
{
	frame_t frame = NO_FRAME;
	int page = region_page(r, va);

	if (r->segment < 0)
		return zero_frame;
	if (page >= segments[r->segment].pages)
		return NO_FRAME;
	if (segments[r->segment].kind == SEGMENT_MEMORY) {
		uint32_t word = segment_get(r->segment, page);

		return word ? word_frame(word) : NO_FRAME;
	}
	segment_frame(r->segment, page, LEVEL_SERVER, &frame);
	return frame;
}

static void check_entry(int region, vaddr_t va, uint32_t word)
{
	const struct region *r = &regions[region];
	int allowed = region_bits(r);

	if (word & PTE_BORROWED) {
		expect("F5: borrowed frame", region, word_frame(word),
		       source(r, va));
		if (r->kind != REGION_SHARED)
			allowed &= ~(int)PTE_RW;
		expect("F5: rights of a borrowed entry", region,
		       word & (PTE_P | PTE_RW), allowed);
		return;
	}
	found(word_frame(word));
	if (r->kind == REGION_SHARED)
		report("F5: an own frame in a shared region", region, 1, 0);
	if (((int)word & (int)(PTE_P | PTE_RW) & ~allowed) ||
	    ((word & PTE_RW) && frames[word_frame(word)].count > 1)) {
		report("F5: rights of an own entry", region, (int)word,
		       allowed);
	}
}

/* How many pages of a private slot were promised one by one. */
static int check_private(int space, int slot, frame_t table)
{
	int single = 0;

	found(table);
	for (int i = 0; i < TABLE_ENTRIES; i++) {
		vaddr_t va = slot_start(slot) + page_bytes(i);
		uint32_t word = page_get(table, i);
		int r = region_at(space, va);

		if (word == 0)
			continue;
		if (r < 0) {
			report("F5: an entry without a region", slot, i, -1);
			continue;
		}
		check_entry(r, va, word);
		single += !(word & PTE_BORROWED) && !regions[r].promised;
	}
	return single;
}

/* Checks one slot.  The pages promised for it. */
static int check_slot(int space, int slot)
{
	uint32_t word = page_get(spaces[space].directory, slot);
	bool is_used = slot_first_region(space, slot) >= 0;

	check_list(space, slot);
	if (slot >= slot_of(ATTACH_FIRST) && slot < spaces[space].filled)
		expect("F3: slot among the filled ones", slot, is_used, true);
	expect("F4: slot with a PDE", slot, word != 0, is_used);
	if (word == 0)
		return 0;
	if (word_linked(word)) {
		check_linked(space, slot);
		return 0;
	}
	return 1 + check_private(space, slot, word_frame(word));
}

/* F6: a part shows its part of the segment and is in the ring. */
static void check_part(int region)
{
	const struct region *r = &regions[region];
	const struct region *after = &regions[r->part_after];

	expect("F6: page of a part", region, r->offset,
	       pages_in(r->start - r->base));
	if (after->kind != REGION_SHARED || after->part_before != region ||
	    after->space != r->space || after->tag != r->tag ||
	    after->base != r->base)
		report("F6: the next part of an attach", region, r->part_after,
		       -1);
}

static void check_attaches(int space)
{
	int count = 0;

	for (int r = attach_first(space); r >= 0; r = attach_next(r))
		count++;
	for (int r = region_from(space, 0); r >= 0; r = region_after(r))
		if (regions[r].tag >= 0)
			check_part(r);
	expect("F6: attaches of a space", space, spaces[space].attaches, count);
}

static void check_space(int space)
{
	int promised = 1;

	found(spaces[space].directory);
	for (int slot = 0; slot < USER_SLOTS; slot++)
		promised += check_slot(space, slot);
	for (int r = region_from(space, 0); r >= 0; r = region_after(r)) {
		if (regions[r].promised)
			promised += region_pages(&regions[r]);
		if (regions[r].whole &&
		    !(slot_linked(space, slot_of(regions[r].start)) &&
		      slot_linked(space, slot_of(regions[r].end - 1))))
			report("F4: region called whole", r, 1, 0);
	}
	check_attaches(space);
	expect("F1: promised to a space", space, spaces[space].promised,
	       promised);
	due[spaces[space].level] += promised;
}

/* ---- frames ------------------------------------------------------------- */

static void forget_found(void)
{
	for (int i = 0; i < frame_limit; i++)
		if (frames[i].count > 0)
			frames[i].next = 0;
}

static void check_frames(void)
{
	int kernel = 0, held = 0;

	for (int i = 0; i < frame_limit; i++) {
		if (frames[i].count == 0)
			continue;
		held++;
		if (frames[i].next == 0 && frames[i].count == 1) {
			kernel++;
		} else {
			expect("F2: count of frame", i, frames[i].count,
			       frames[i].next);
		}
	}
	expect("F2: frames nobody holds", -1, kernel, kernel_frames);
	expect("F2: frames held", -1, held, frames_total - frames_free);
}

/* The kernel's own pages are at the accounts of those who needed them. */
static void check_accounts(void)
{
	int promised = 0, kernel = 0;

	for (int level = 0; level < LEVELS; level++) {
		promised += promised_to[level];
		kernel += promised_to[level] - due[level];
		if (promised_to[level] < due[level])
			report("F1: promised to a level", level,
			       promised_to[level], due[level]);
	}
	expect("F1: promised to the kernel", -1, kernel, kernel_frames);
	expect("F1: promised in all", -1, frames_promised, promised);
}

int mm_check(void)
{
	breaches = 0;
	memset(due, 0, sizeof(due));
	forget_found();
	for (int i = 0; i < segment_rows.fresh; i++)
		if (segments[i].kind != SEGMENT_FREE)
			check_segment(i);
	for (int i = 0; i < space_rows.fresh; i++)
		if (spaces[i].holders > 0)
			check_space(i);
	check_frames();
	check_accounts();
	if (frames_promised > frames_total ||
	    frames_total - frames_free > frames_promised) {
		report("F1: more frames taken than promised", -1,
		       frames_total - frames_free, frames_promised);
	}
	return breaches;
}
