/*
 * mm/segment.h -- segments: frames in order, and the page tables that map them.
 *
 * A segment is named by its index in `segments` (-1: none).  It lives while it
 * is held: by a region of a space, by a System V identifier, by a server's
 * handle.  See mm/segment.c for the picture.
 */
#ifndef MM_SEGMENT_H
#define MM_SEGMENT_H

#include "../abi/inspect.h"
#include "page.h"
#include "rows.h"

/*
 * The kinds (abi/inspect.h) differ in three facts, which the functions below
 * answer:
 *
 *	           in RAM   writable   linkable
 *	memory      yes       yes        yes
 *	archive     yes       no         no
 *	device      no        yes        no
 */

#define SEGMENT_PAGES (1 << 20) /* at most: 4 GiB */

struct segment {
	int link; /* mm/rows.c: the next free row */
	enum segment_kind kind;
	int holders;  /* regions + ids + handles */
	int level;    /* of its maker: it pays */
	int channel;  /* of the server that has a handle, or -1; not for mm */
	int pages;    /* its size now; its holders know the size in bytes */
	int resident; /* frames it holds now */

	/* Of memory.  In the other kinds: 0, and NO_FRAME. */
	bool resizable;    /* linked by whole slots only */
	bool promised;     /* in full; false: each first touch asks */
	int tables;        /* its page tables: for all its pages, or none */
	uint32_t word;     /* the PDE word of its only table */
	frame_t directory; /* or a frame of PDE words, one for each table */

	/* Of an archive and of a device. */
	paddr_t start;      /* where it begins */
	uint32_t bytes;     /* of an archive: where its last page ends */
	uint32_t last_page; /* of an archive: the word of its copy, or 0 */
};

extern struct segment segments[];
extern struct rows segment_rows;

/*
 * Are its pages in RAM?  Then the kernel can reach and copy them, a private
 * mapping can show them, the cache may keep them, and a child inherits its
 * regions.  A device is for one process.
 */
static inline bool segment_in_ram(int segment)
{
	return segments[segment].kind != SEGMENT_DEVICE;
}

/* May a shared mapping of it be written to? */
static inline bool segment_writable(int segment)
{
	return segments[segment].kind != SEGMENT_ARCHIVE;
}

/* Does it have page tables of its own, at which a PDE can point? */
static inline bool segment_linkable(int segment)
{
	return segments[segment].kind == SEGMENT_MEMORY;
}

/*
 * Makes a segment of memory, held once.  Its index, or -ENOMEM.  If `promised`,
 * this reserves all of its pages.  1 <= pages <= SEGMENT_PAGES.
 */
int segment_make(int pages, bool promised, bool resizable, int level);

/*
 * Makes one of `bytes` of the boot archive, or of a device in whole pages, from
 * `start` on, which is aligned.  Its index, or -ENOMEM.
 */
int segment_make_outside(enum segment_kind kind, paddr_t start, uint32_t bytes,
                         int level);

/*
 * Makes a resizable segment longer or shorter (mm/resize.c).  0; -ENOMEM when
 * it grows; -EINVAL if it cannot be resized, or not to that size.
 */
int segment_resize(int segment, int pages, int level);

void segment_drop(int segment); /* the last drop frees frames and tables */

/*
 * The frame of page `page`, which is made and zeroed if there is none yet.  0;
 * -ENXIO beyond the end, or if nothing was promised and there is no memory.
 */
int segment_frame(int segment, int page, int level, frame_t *frame);

/* Makes the page tables of all its pages, which then stay.  0 or -ENOMEM. */
int segment_make_tables(int segment, int level);

/*
 * The word of page `page` in the segment's own table.  0: the page has no
 * frame.  It is set only where there is a table.
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

/* Where the boot archive is, page-aligned.  boot/main.c sets it once. */
extern paddr_t archive_start;
extern uint32_t archive_bytes;

#endif
