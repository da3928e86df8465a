/*
 * mm/frame.c -- page frames, their counts, and the promise.
 *
 * A frame is free or held.  Free frames form a list.  A held frame counts the
 * page-table entries, page tables and directories that hold it.
 *
 *	      frame_alloc            frame_hold
 *	 free ----------> count 1 <------------> count 2 ...
 *	   ^                 |       frame_drop
 *	   +-----------------+
 *	      frame_drop
 *
 * The promise keeps memory from running out where no error could be returned,
 * as in a page fault.  A caller that wants memory reserves pages *before* it
 * changes anything.  Once they are granted it takes the frames when it needs
 * them, perhaps never.  As a result one function can refuse, promise_take(),
 * and nothing after it fails:
 *
 *	F1  frames taken by promise <= frames_promised <= frames_total
 *
 * (mm/mm_check.c checks it, with F2 to F7.)
 *
 * A frame that several spaces hold after a fork was promised to each of them,
 * so each can have a copy of its own.
 */
#include "frame.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"
#include "page.h"

#define SHARE 7 /* so many times what it leaves a user may take */

struct frame *frames;
int frame_limit;
int frames_total;
int frames_free;
int frames_promised;
int promised_to[LEVELS];
int server_reserve;
int promise_fail_nth;
uint32_t count_zeroed, count_copied;

frame_t frame_first_free = NO_FRAME;

void frame_init(struct frame *table, int limit)
{
	frames = table;
	frame_limit = limit;
	frames_total = frames_free = frames_promised = 0;
	frame_first_free = NO_FRAME;
	for (int i = 0; i < limit; i++)
		frames[i] = (struct frame){.count = 0, .next = NO_FRAME};
}

static void put(frame_t frame)
{
	frames[frame].next = frame_first_free;
	frame_first_free = frame;
	frames_free++;
}

/* The lowest frame comes first in the list, so memory is used from below. */
void frame_add(frame_t first, int count)
{
	assert(first >= 0 && count >= 0 && count <= frame_limit - first);
	for (int i = count - 1; i >= 0; i--)
		put(first + i);
	frames_total += count;
}

int promise_take(int pages, int level, int payer)
{
	int left = frames_total - frames_promised - pages;
	int mine = promised_to[payer < LEVEL_ROOT ? payer : level] + pages;

	assert(pages >= 0);
	if (pages == 0)
		return 0;
	if (promise_fail_nth > 0 && --promise_fail_nth == 0)
		return -ENOMEM;
	if (level < LEVEL_SERVER)
		left -= server_reserve;
	if (level < LEVEL_ROOT)
		left -= frames_total / 32;
	if (left < 0 || (level < LEVEL_ROOT && mine > SHARE * left))
		return -ENOMEM;
	frames_promised += pages;
	promised_to[payer] += pages;
	return 0;
}

void promise_give(int pages, int payer)
{
	assert(pages >= 0 && pages <= promised_to[payer]);
	frames_promised -= pages;
	promised_to[payer] -= pages;
}

frame_t frame_alloc(void)
{
	frame_t frame = frame_first_free;

	assert(frame != NO_FRAME); /* F1: a promise covers it */
	frame_first_free = frames[frame].next;
	frames[frame].count = 1;
	frames_free--;
	return frame;
}

frame_t frame_alloc_zeroed(void)
{
	frame_t frame = frame_alloc();

	cpu_zero_words(frame_to_kernel(frame), PAGE_SIZE / 4);
	count_zeroed++;
	return frame;
}

frame_t frame_alloc_copy(frame_t from)
{
	frame_t frame = frame_alloc();

	cpu_copy_words(frame_to_kernel(frame), frame_to_kernel(from),
	               PAGE_SIZE / 4);
	count_copied++;
	return frame;
}

void frame_hold(frame_t frame)
{
	assert(frames[frame].count > 0);
	frames[frame].count++;
}

void frame_drop(frame_t frame)
{
	assert(frames[frame].count > 0);
	if (--frames[frame].count == 0)
		put(frame);
}

#define HOLE_FIRST 0xA0 /* video memory and ROMs: 640 KiB to 1 MiB */
#define HOLE_END   0x100

bool frame_is_ram(frame_t frame)
{
	return frame < frame_limit && (frame < HOLE_FIRST || frame >= HOLE_END);
}
