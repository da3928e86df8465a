/*
 * mm/frame.h -- page frames, their counts, and the promise.
 *
 * A frame is named by its number (physical address / 4096; -1: none).  Its
 * count is the number of page-table entries and tables that hold it.
 *
 * The promise: who wants memory asks promise_take() first, in pages; who was
 * granted can always have its frames.  So frame_alloc() never fails, and the
 * only place where memory is refused is promise_take().  See mm/frame.c.
 */
#ifndef MM_FRAME_H
#define MM_FRAME_H

#include "../abi/types.h"

typedef int frame_t;
#define NO_FRAME (-1)

/*
 * On whose behalf memory is promised.  A user leaves the last 1/32 alone, and
 * the servers' reserve; root (euid 0) only that reserve; a server may use all.
 */
#define LEVEL_USER   0
#define LEVEL_ROOT   1
#define LEVEL_SERVER 2

struct frame {
	int count;    /* entries that hold it; 0: free */
	frame_t next; /* free: the next free frame; held: the checker's own */
};

extern struct frame *frames; /* one for each frame below frame_limit */
extern int frame_limit;      /* frames in the table */
extern int frames_total;     /* frames ever given to frame_add() */
extern int frames_free;      /* of these, free now */
extern int frames_promised;  /* pages promised and not given back */
extern int server_reserve;   /* pages only LEVEL_SERVER may use (tunable) */

extern frame_t frame_first_free;

/* The table of `limit` frames, all absent, at `table` (limit entries). */
void frame_init(struct frame *table, int limit);

/* Gives `count` frames of RAM from `first` to the allocator. */
void frame_add(frame_t first, int count);

/* 0, or -ENOMEM with nothing changed.  pages >= 0. */
int promise_take(int pages, int level);
void promise_give(int pages);

/* A frame with count 1, contents undefined.  A promise must cover it. */
frame_t frame_alloc(void);
frame_t frame_alloc_zeroed(void);
frame_t frame_alloc_copy(frame_t from); /* ... with the contents of `from` */

/* Below the end of memory, and not in the PC's hole for devices and ROMs. */
bool frame_is_ram(frame_t frame);

void frame_hold(frame_t frame); /* one more entry holds it */
void frame_drop(frame_t frame); /* one less; the last frees it */

/* For tests: the nth promise from now is refused (0: none). */
extern int promise_fail_nth;

extern uint32_t count_zeroed, count_copied; /* frames, since boot */

#endif
