/*
 * mm/frame.h -- page frames, their counts, and the promise.
 *
 * A frame is named by its number (physical address / 4096; -1: none).  Its
 * count is the number of page-table entries and tables that hold it.
 *
 * The promise: reserve pages with promise_take() before anything is changed.
 * Once they are granted, frame_alloc() cannot fail.  As a result promise_take()
 * is the only place that refuses memory.  See mm/frame.c.
 */
#ifndef MM_FRAME_H
#define MM_FRAME_H

#include "../abi/types.h"

typedef int frame_t;
#define NO_FRAME (-1)

/*
 * On whose behalf memory is promised.  Each level has an account.  Those below
 * LEVEL_ROOT are users', by their number, so two users may have the same one.
 * A user may take neither the last 1/32 nor the servers' reserve, and of the
 * rest at most seven times what it leaves:
 *
 *	| taken by others | taken by a user | left for all | kept |
 *	                  |<-- at most 7x ->|<---- x ----->|
 *
 * Root (euid 0) may take all but that reserve, and a server may take all.
 */
#define LEVEL_USER 0 /* the first of them */
#ifndef LEVEL_ROOT   /* explorers make it small */
#define LEVEL_ROOT 1024
#endif
#define LEVEL_SERVER (LEVEL_ROOT + 1)
#define LEVELS       (LEVEL_ROOT + 2)

struct frame {
	int count;    /* entries that hold it; 0: free */
	frame_t next; /* free: the next free frame; held: for mm_check.c */
};

extern struct frame *frames;    /* one for each frame below frame_limit */
extern int frame_limit;         /* frames in the table */
extern int frames_total;        /* frames ever given to frame_add() */
extern int frames_free;         /* of these, free now */
extern int frames_promised;     /* pages that are promised now */
extern int promised_to[LEVELS]; /* the parts of frames_promised */
extern int server_reserve;      /* pages only LEVEL_SERVER may use (tunable) */

extern frame_t frame_first_free;

/* Makes `table` the array of `limit` frames.  None of them is there yet. */
void frame_init(struct frame *table, int limit);

/* Gives `count` frames of RAM from `first` to the allocator. */
void frame_add(frame_t first, int count);

/*
 * Reserves `pages` >= 0, which count at the account of `payer`: 0, or -ENOMEM
 * with nothing changed.  `level` is who asks; if that is a user, and the payer
 * is none, it may have no more than if it paid.
 */
int promise_take(int pages, int level, int payer);
void promise_give(int pages, int payer);

/*
 * A frame with count 1.  A promise must cover it.  Its contents are undefined,
 * zeroes, or those of `from`.
 */
frame_t frame_alloc(void);
frame_t frame_alloc_zeroed(void);
frame_t frame_alloc_copy(frame_t from);

/* Is it below the end of memory, and not in the PC's hole for devices? */
bool frame_is_ram(frame_t frame);

void frame_hold(frame_t frame); /* one more entry holds it */
void frame_drop(frame_t frame); /* one less; the last one frees it */

/* For tests: the nth promise from now is refused (0: none). */
extern int promise_fail_nth;

extern uint32_t count_zeroed, count_copied; /* frames since boot */

#endif
