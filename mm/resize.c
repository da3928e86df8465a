/*
 * mm/resize.c -- segments that change size.
 *
 * Growing needs pages and tables, which are promised first.  Shrinking is
 * delicate, because spaces may show the pages that go: in linked slots by the
 * segment's own entries, in private slots by borrowed entries.  So it has four
 * steps, in this order:
 *
 *	1  the segment's entries beyond the new end become not present
 *	2  every region of the segment forgets its borrowed entries
 *	3  flush
 *	4  the frames are dropped
 *
 * Regions stay as they are, and a touch beyond the segment's end is SIGBUS.
 * Tables stay too, because PDEs may point at them.
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"

static int grow(int segment, int pages, int level)
{
	struct segment *s = &segments[segment];
	int old = s->pages, more = s->promised ? pages - old : 0;

	if (promise_take(more, level, s->level) < 0)
		return -ENOMEM;
	s->pages = pages;
	if (segment_make_tables(segment, level) == 0)
		return 0;
	s->pages = old;
	promise_give(more, s->level);
	return -ENOMEM;
}

static void release(int segment, int page)
{
	struct segment *s = &segments[segment];
	uint32_t word = segment_get(segment, page);

	if (word == 0)
		return;
	segment_set(segment, page, 0);
	frame_drop(word_frame(word));
	s->resident--;
	if (!s->promised)
		promise_give(1, s->level);
}

/* A region forgets what it has borrowed of the pages in [from, to). */
static void forget(const struct region *r, int from, int to)
{
	from = from > r->offset ? from - r->offset : 0;
	for (; from < to - r->offset && from < region_pages(r); from++)
		if (entry_get(r, r->start + page_bytes(from)) & PTE_BORROWED)
			entry_set(r, r->start + page_bytes(from), 0);
	preemption_point();
}

static void shrink(int segment, int pages)
{
	struct segment *s = &segments[segment];

	for (int page = pages; page < s->pages; page++)
		segment_set(segment, page, segment_get(segment, page) & ~PTE_P);
	/* One holder is the server that resizes it: no region shows it. */
	for (int r = 0; s->holders > 1 && r < region_rows.fresh; r++)
		if (regions[r].kind && regions[r].segment == segment)
			forget(&regions[r], pages, s->pages);
	page_flush_all(page_loaded);
	for (int page = pages; page < s->pages; page++)
		release(segment, page);
	if (s->promised)
		promise_give(s->pages - pages, s->level);
	s->pages = pages;
}

int segment_resize(int segment, int pages, int level)
{
	struct segment *s = &segments[segment];

	if (!s->resizable || pages < 0 || pages > SEGMENT_PAGES)
		return -EINVAL;
	if (pages > s->pages)
		return grow(segment, pages, level);
	shrink(segment, pages);
	return 0;
}
