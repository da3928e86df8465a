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

enum segment_kind {
	SEGMENT_FREE,
	/* zero-filled on first touch */
	SEGMENT_MEMORY,
	/* pages of the boot archive; no tables, never linked */
	SEGMENT_ARCHIVE,
	/* frames outside RAM: never counted, zeroed or freed */
	SEGMENT_DEVICE,
};

#define SEGMENT_PAGES (1 << 20) /* at most: 4 GiB */

struct segment {
	int link; /* free list of the table */
	enum segment_kind kind;
	int holders;    /* regions + ids + handles */
	int pages;      /* its size now; the bytes are the holder's business */
	bool resizable; /* linked by whole slots only */
	bool promised;  /* false: NORESERVE, each touch asks */
	int resident;   /* frames it holds now */
	int tables;     /* page tables it has: of all its pages, or none */
	uint32_t word;  /* the PDE word of its only table; archive: last page */
	frame_t directory; /* or a frame of PDE words, one for each table */
	paddr_t start;     /* archive, device: where it begins */
	uint32_t bytes;    /* archive: where its last page ends */
	int owner;         /* tag for the holder of a handle; mm never looks */
};

extern struct segment segments[];
extern struct rows segment_rows;

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
	return (int)((pages + TABLE_ENTRIES - 1) / TABLE_ENTRIES);
}

/* Where the boot archive is, page-aligned; boot/main.c says it once. */
extern paddr_t archive_start;
extern uint32_t archive_bytes;

#endif
