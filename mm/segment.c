/*
 * mm/segment.c -- segments: rows of frames, and the page tables that map them.
 *
 * A segment belongs to no process.  One of memory has page tables of its own,
 * each for 4 MiB, whose entries always allow everything; whoever attaches the
 * segment at a suitable address points a PDE at them, and the PDE says whether
 * he may write.  So a page that one process touches first is there for all.
 *
 *	up to 4 MiB:   table -----------------> [ f f . f . . ]
 *
 *	beyond:        directory -> [ word ]--> [ f f f f f f ]
 *	                            [ word ]--> [ f . . . f f ]
 *	                            [  0   ]    not needed so far
 *
 * The words of the directory are the PDEs that an attach copies.  Tables are
 * made (promised, zeroed) when they are first needed and stay until the segment
 * dies, because a PDE somewhere may point at them.
 *
 * A segment that can be resized has the tables of all its pages from the start:
 * it grows under regions that are already there.  Changing size is in
 * mm/resize.c, because it must know who looks.
 */
#include "segment.h"

#include "../abi/errno.h"
#include "../kernel/panic.h"
#include "../kernel/string.h"

#define MAX_SEGMENTS 30000

struct table segment_table = TABLE(segments, MAX_SEGMENTS);

/* ---- birth ----------------------------------------------------------- */

/* `promise`: of its pages, so many are promised. */
static int make(enum segment_kind kind, int pages, int promise, int level)
{
	int i;

	assert(pages >= 0 && pages <= 1 << 20);
	if (table_reserve(&segment_table, 1, level) < 0 ||
	    promise_take(promise, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	i = table_take(&segment_table, level);
	segments[i].kind = kind;
	segments[i].holders = 1;
	segments[i].pages = pages;
	segments[i].table = segments[i].directory = NO_FRAME;
	segments[i].owner = -1;
	return i;
}

int segment_make(int pages, bool promised, bool resizable, int level)
{
	int i = make(SEGMENT_MEMORY, pages, promised ? pages : 0, level);

	if (i < 0)
		return -ENOMEM;
	segments[i].promised = promised;
	segments[i].resizable = resizable;
	if (resizable && segment_make_tables(i, 0, pages, level) < 0) {
		segment_drop(i);
		return -ENOMEM;
	}
	return i;
}

int segment_make_archive(paddr_t start, uint32_t bytes, int level)
{
	int tail = bytes % PAGE_SIZE ? 1 : 0;
	int pages = (int)(bytes / PAGE_SIZE) + tail;
	int i = make(SEGMENT_ARCHIVE, pages, tail, level);

	assert(start % PAGE_SIZE == 0);
	if (i < 0)
		return -ENOMEM;
	segments[i].promised = true;
	segments[i].start = start;
	segments[i].bytes = bytes;
	return i;
}

int segment_make_device(paddr_t start, int pages, int level)
{
	int i = make(SEGMENT_DEVICE, pages, 0, level);

	assert(start % PAGE_SIZE == 0);
	if (i >= 0)
		segments[i].start = start;
	return i;
}

/* ---- tables ---------------------------------------------------------- */

frame_t segment_table_of(int segment, int page)
{
	const struct segment *s = &segments[segment];
	int n = page / TABLE_ENTRIES;
	uint32_t word;

	if (s->directory == NO_FRAME)
		return n == 0 ? s->table : NO_FRAME;
	word = page_get(s->directory, n);
	return word ? word_frame(word) : NO_FRAME;
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

const uint32_t *segment_words(int segment, int page)
{
	const struct segment *s = &segments[segment];

	assert(s->directory != NO_FRAME);
	return table_words(s->directory) + page / TABLE_ENTRIES;
}

static bool lacks_table(int segment, int n)
{
	return segment_table_of(segment, n * TABLE_ENTRIES) == NO_FRAME;
}

/* When the first page beyond one table is wanted. */
static void make_directory(struct segment *s)
{
	s->directory = frame_alloc_zeroed();
	s->tables++;
	if (s->table != NO_FRAME)
		page_set(s->directory, 0, link_word(s->table));
	s->table = NO_FRAME;
}

static void make_table(struct segment *s, int n)
{
	frame_t table = frame_alloc_zeroed();

	s->tables++;
	if (s->directory == NO_FRAME)
		s->table = table;
	else
		page_set(s->directory, n, link_word(table));
}

int segment_make_tables(int segment, int first, int count, int level)
{
	struct segment *s = &segments[segment];
	int end = first + count < s->pages ? first + count : s->pages;
	bool directory = s->directory == NO_FRAME && end > TABLE_ENTRIES;
	int missing = directory;

	if (s->whole || s->kind != SEGMENT_MEMORY || first >= end)
		return 0;
	for (int n = first / TABLE_ENTRIES; n < tables_for(end); n++)
		missing += lacks_table(segment, n);
	if (promise_take(missing, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	if (directory)
		make_directory(s);
	for (int n = first / TABLE_ENTRIES; n < tables_for(end); n++)
		if (lacks_table(segment, n))
			make_table(s, n);
	s->whole = first == 0 && end == s->pages;
	return 0;
}

/* ---- frames ---------------------------------------------------------- */

static int memory_frame(int segment, int page, int level, frame_t *frame)
{
	struct segment *s = &segments[segment];
	uint32_t word;

	if (segment_make_tables(segment, page, 1, level) < 0)
		return -ENXIO;
	word = segment_get(segment, page);
	if (word == 0) {
		if (!s->promised && promise_take(1, level) < 0)
			return -ENXIO;
		word = user_word(frame_alloc_zeroed(), PTE_RW);
		segment_set(segment, page, word);
		s->resident++;
	}
	*frame = word_frame(word);
	return 0;
}

/* In its last page the next file follows: that page is copied. */
static frame_t archive_frame(struct segment *s, int page)
{
	frame_t from = (frame_t)(s->start >> PAGE_SHIFT) + page;
	uint32_t tail = s->bytes % PAGE_SIZE;
	char *to;

	if (tail == 0 || page < s->pages - 1)
		return from;
	if (s->table == NO_FRAME) {
		s->table = frame_alloc_zeroed();
		to = frame_to_kernel(s->table);
		memcpy(to, frame_to_kernel(from), tail);
		s->resident = 1;
	}
	return s->table;
}

int segment_frame(int segment, int page, int level, frame_t *frame)
{
	struct segment *s = &segments[segment];

	if (page < 0 || page >= s->pages)
		return -ENXIO;
	switch (s->kind) {
	case SEGMENT_MEMORY:
		return memory_frame(segment, page, level, frame);
	case SEGMENT_ARCHIVE:
		*frame = archive_frame(s, page);
		return 0;
	default:
		*frame = (frame_t)(s->start >> PAGE_SHIFT) + page;
		return 0;
	}
}

/* ---- death ----------------------------------------------------------- */

static void free_table(frame_t table)
{
	for (int i = 0; i < TABLE_ENTRIES; i++) {
		uint32_t word = page_get(table, i);

		if (word)
			frame_drop(word_frame(word));
	}
	frame_drop(table);
}

/* Nobody looks any more: every PDE to it was cleared, and flushed. */
static void free_memory(int segment)
{
	struct segment *s = &segments[segment];
	int most = s->directory == NO_FRAME ? 1 : (int)(PAGE_SIZE / 4);

	promise_give((s->promised ? s->pages : s->resident) + s->tables);
	for (int n = 0; n < most; n++) {
		frame_t table = segment_table_of(segment, n * TABLE_ENTRIES);

		if (table != NO_FRAME)
			free_table(table);
	}
	if (s->directory != NO_FRAME)
		frame_drop(s->directory);
}

static void free_archive(struct segment *s)
{
	promise_give(s->bytes % PAGE_SIZE ? 1 : 0);
	if (s->table != NO_FRAME)
		frame_drop(s->table);
}

void segment_hold(int segment)
{
	assert(segments[segment].holders > 0);
	segments[segment].holders++;
}

__attribute__((noinline)) static void end(int segment)
{
	struct segment *s = &segments[segment];

	if (s->kind == SEGMENT_MEMORY)
		free_memory(segment);
	else if (s->kind == SEGMENT_ARCHIVE)
		free_archive(s);
	s->kind = SEGMENT_FREE;
	table_put(&segment_table, segment);
}

void segment_drop(int segment)
{
	assert(segments[segment].holders > 0);
	if (--segments[segment].holders == 0)
		end(segment);
}
