/*
 * mm/segment.h -- segments: rows of frames, and the page tables that map them.
 *
 * A segment is named by its index in the table `segments` (-1: none).  It lives
 * while somebody holds it: a region of a space, a System V identifier, a
 * server's handle.  See mm/segment.c for the picture.
 */
#ifndef MM_SEGMENT_H
#define MM_SEGMENT_H

#include "page.h"
#include "rows.h"

/*
 * What the kinds differ in is asked by fact, with the functions below:
 *
 *	           in RAM   writable   inherited   linkable
 *	memory      yes       yes         yes        yes
 *	archive     yes       no          yes        no
 *	device      no        yes         no         no
 */
enum segment_kind {
	SEGMENT_FREE,
	/* Frames of its own, filled with zeroes at the first touch. */
	SEGMENT_MEMORY,
	/* Pages of the boot archive, where it lies. */
	SEGMENT_ARCHIVE,
	/* Frames outside RAM, which are never counted, zeroed or freed. */
	SEGMENT_DEVICE,
};

#define SEGMENT_PAGES (1 << 20) /* at most: 4 GiB */

struct segment {
	int link; /* mm/rows.c: the next free row */
	enum segment_kind kind;
	int holders;  /* regions + ids + handles */
	int owner;    /* tag for the holder of a handle; mm never looks */
	int pages;    /* its size now; the bytes are the holder's business */
	int resident; /* frames it holds now */

	/* Of memory; of the others: 0, and directory NO_FRAME. */
	bool resizable;    /* linked by whole slots only */
	bool promised;     /* in full; false: NORESERVE, each touch asks */
	int tables;        /* page tables it has: of all its pages, or none */
	uint32_t word;     /* the PDE word of its only table */
	frame_t directory; /* or a frame of PDE words, one for each table */

	/* Of an archive and of a device. */
	paddr_t start; /* where it begins */

	/* Of an archive. */
	uint32_t bytes;     /* where its last page ends */
	uint32_t last_page; /* the word of its last page's copy, or 0 */
};

extern struct segment segments[];
extern struct rows segment_rows;

/* Can the kernel reach its pages, and the cache keep them?  Then they can be
 * copied, and mapped private. */
static inline bool segment_in_ram(int segment)
{
	return segments[segment].kind != SEGMENT_DEVICE;
}

/* May who shows it shared write to it? */
static inline bool segment_writable(int segment)
{
	return segments[segment].kind != SEGMENT_ARCHIVE;
}

/* Does a child get the regions that show it?  A device is for one process. */
static inline bool segment_inherited(int segment)
{
	return segments[segment].kind != SEGMENT_DEVICE;
}

/* Has it page tables of its own, at which a PDE can point? */
static inline bool segment_linkable(int segment)
{
	return segments[segment].kind == SEGMENT_MEMORY;
}

/*
 * A new segment of memory, held once.  Unless `promised` is false its pages
 * are promised in full here.  -ENOMEM, or its index.  1 <= pages <= 2^20.
 */
int segment_make(int pages, bool promised, bool resizable, int level);

/* `bytes` of the boot archive from physical address `start` (page-aligned). */
int segment_make_archive(paddr_t start, uint32_t bytes, int level);

/* Frames outside RAM from `start` (page-aligned): shared, not inherited. */
int segment_make_device(paddr_t start, int pages, int level);

/*
 * Grow or shrink a resizable segment.  Shrinking clears its own and every
 * borrowed entry beyond, flushes, and only then frees.  -ENOMEM when growing,
 * -EINVAL when it cannot be resized.
 */
int segment_resize(int segment, int pages, int level);

void segment_drop(int segment); /* the last one frees frames and tables */

/*
 * The frame of page `page`, made (zeroed, filled) if absent.  -ENXIO beyond the
 * end or when an unpromised touch finds no memory.
 */
int segment_frame(int segment, int page, int level, frame_t *frame);

/* Makes the page tables of all its pages: 0, or -ENOMEM.  They stay. */
int segment_make_tables(int segment, int level);

/*
 * The word of page `page` in the segment's own table, 0: it has no frame; and
 * to set it, where there is a table.
 */
uint32_t segment_get(int segment, int page);
void segment_set(int segment, int page, uint32_t word);

/* The table of page `page`, or NO_FRAME. */
frame_t segment_table_of(int segment, int page);

/* The PDE words of its tables. */
static inline const uint32_t *segment_words(const struct segment *s)
{
	return s->directory == NO_FRAME ? &s->word : table_words(s->directory);
}

/* How many page tables the pages of a segment need. */
static inline int tables_for(int pages)
{
	return (pages + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
}

/* Where the boot archive is, page-aligned; boot/main.c says it once. */
extern paddr_t archive_start;
extern uint32_t archive_bytes;

#endif
