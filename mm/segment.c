/*
 * mm/segment.c -- segments: frames in order, and the page tables that map them.
 *
 * A segment belongs to no process.  One of memory has page tables of its own,
 * each for 4 MiB, whose entries always allow everything.  A process that
 * attaches the segment at a suitable address points a PDE at each table, and
 * the PDE says whether it may write.  As a result a page that one process
 * touches first is there for all of them.
 *
 *	up to 4 MiB:                  word ---> [ f f . f . . ]
 *
 *	beyond:        directory -> [ word ]--> [ f f f f f f ]
 *	                            [ word ]--> [ f . . . f f ]
 *
 * The words are the PDEs that an attach copies.  All tables are made when the
 * first is needed.  They stay until the segment dies, because PDEs may point at
 * them.
 *
 * A resizable segment has the tables of all its pages from the start, because
 * it grows under regions that are already there.  segment_resize() is in
 * mm/resize.c, because it must know which regions show the segment.
 */
#include "segment.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"
#include "../kernel/base/seldom.h"
#include "../kernel/base/string.h"

paddr_t archive_start;
uint32_t archive_bytes;

#define MAX_SEGMENTS 30000

struct rows segment_rows = ROWS_OF(segments, MAX_SEGMENTS);

/* ---- birth -------------------------------------------------------------- */

/* A segment of `pages`, for which `promise` pages are reserved. */
static int make(enum segment_kind kind, int pages, int promise, int level)
{
	int i;

	assert(pages >= 0 && pages <= SEGMENT_PAGES);
	if (rows_reserve(&segment_rows, 1, level) < 0 ||
	    promise_take(promise, level, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	i = rows_take(&segment_rows, level);
	segments[i].kind = kind;
	segments[i].holders = 1;
	segments[i].level = level;
	segments[i].pages = pages;
	segments[i].directory = NO_FRAME;
	segments[i].channel = -1;
	return i;
}

int segment_make(int pages, bool promised, bool resizable, int level)
{
	int i = make(SEGMENT_MEMORY, pages, promised ? pages : 0, level);

	if (i < 0)
		return -ENOMEM;
	segments[i].promised = promised;
	segments[i].resizable = resizable;
	if (resizable && segment_make_tables(i, level) < 0) {
		segment_drop(i);
		return -ENOMEM;
	}
	return i;
}

int segment_make_outside(enum segment_kind kind, paddr_t start, uint32_t bytes,
                         int level)
{
	int pages = pages_for(bytes);
	int i = make(kind, pages, pages - pages_in(bytes), level);

	assert(start % PAGE_SIZE == 0);
	if (i < 0)
		return -ENOMEM;
	segments[i].start = start;
	segments[i].bytes = bytes;
	return i;
}

/* ---- tables ------------------------------------------------------------- */

frame_t segment_table_of(int segment, int page)
{
	const struct segment *s = &segments[segment];
	int n = page / TABLE_ENTRIES;

	return n < s->tables ? word_frame(segment_words(s)[n]) : NO_FRAME;
}

uint32_t segment_get(int segment, int page)
{
	frame_t table = segment_table_of(segment, page);

	return table == NO_FRAME ? 0 : page_get(table, page % TABLE_ENTRIES);
}

void segment_set(int segment, int page, uint32_t word)
{
	page_set(segment_table_of(segment, page), page % TABLE_ENTRIES, word);
}

int segment_make_tables(int segment, int level)
{
	struct segment *s = &segments[segment];
	int missing = tables_for(s->pages) - s->tables;
	bool directory = s->directory == NO_FRAME && s->pages > TABLE_ENTRIES;

	if (s->kind != SEGMENT_MEMORY || missing <= 0)
		return 0;
	if (promise_take(missing + directory, level, s->level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	if (directory) {
		s->directory = frame_alloc_zeroed();
		page_set(s->directory, 0, s->word);
	}
	for (; missing > 0; missing--) {
		uint32_t word = link_word(frame_alloc_zeroed());

		if (s->directory == NO_FRAME)
			s->word = word;
		else
			page_set(s->directory, s->tables, word);
		s->tables++;
	}
	return 0;
}

/* ---- frames ------------------------------------------------------------- */

static int memory_frame(int segment, int page, int level, frame_t *frame)
{
	struct segment *s = &segments[segment];
	int entry = page % TABLE_ENTRIES;
	frame_t table;
	uint32_t word;

	if (s->tables == 0 && segment_make_tables(segment, level) < 0)
		return -ENXIO;
	table = segment_table_of(segment, page);
	word = page_get(table, entry);
	if (word == 0) {
		if (!s->promised && promise_take(1, level, s->level) < 0)
			return -ENXIO;
		word = user_word(frame_alloc_zeroed(), PTE_RW);
		page_set(table, entry, word);
		s->resident++;
	}
	*frame = word_frame(word);
	return 0;
}

/*
 * The frame of a page of an archive or of a device.  The last page of a file in
 * the archive also has bytes of the next file, so that page is copied.
 */
static frame_t outside_frame(struct segment *s, int page)
{
	frame_t from = pages_in(s->start) + page;
	uint32_t tail = s->bytes % PAGE_SIZE;
	frame_t to;

	if (tail == 0 || page < s->pages - 1)
		return from;
	if (s->last_page == 0) {
		to = frame_alloc_zeroed();
		memcpy(frame_to_kernel(to), frame_to_kernel(from), tail);
		s->last_page = user_word(to, 0);
		s->resident = 1;
	}
	return word_frame(s->last_page);
}

int segment_frame(int segment, int page, int level, frame_t *frame)
{
	struct segment *s = &segments[segment];

	if (page < 0 || page >= s->pages)
		return -ENXIO;
	if (s->kind == SEGMENT_MEMORY)
		return memory_frame(segment, page, level, frame);
	*frame = outside_frame(s, page);
	return 0;
}

/* ---- death -------------------------------------------------------------- */

/*
 * `resident` is how many frames this table and those after it have.  Returns
 * how many those after it have.
 */
static int free_table(frame_t table, int resident)
{
	for (int i = 0; i < TABLE_ENTRIES && resident > 0; i++) {
		uint32_t word = page_get(table, i);

		if (word) {
			frame_drop(word_frame(word));
			resident--;
		}
	}
	frame_drop(table);
	return resident;
}

/* No region shows it any more: every PDE to it was cleared, and flushed. */
static void free_memory(int segment)
{
	const struct segment *s = &segments[segment];
	int resident = s->resident;

	promise_give((s->promised ? s->pages : s->resident) + s->tables +
	                 (s->directory != NO_FRAME),
	             s->level);
	for (int n = 0; n < s->tables; n++) {
		if (n > 0)
			preemption_point();
		resident =
		    free_table(word_frame(segment_words(s)[n]), resident);
	}
	if (s->directory != NO_FRAME)
		frame_drop(s->directory);
}

static void free_outside(const struct segment *s)
{
	promise_give(s->bytes % PAGE_SIZE ? 1 : 0, s->level);
	if (s->last_page)
		frame_drop(word_frame(s->last_page));
}

SELDOM static void end(int segment)
{
	struct segment *s = &segments[segment];

	if (s->kind == SEGMENT_MEMORY)
		free_memory(segment);
	else
		free_outside(s);
	s->kind = SEGMENT_FREE;
	rows_put(&segment_rows, segment);
}

void segment_drop(int segment)
{
	assert(segments[segment].holders > 0);
	if (--segments[segment].holders == 0)
		end(segment);
}
