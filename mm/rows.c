/*
 * mm/rows.c -- rows: arrays of kernel objects that grow by use.
 *
 *	base                    fresh                  limit
 *	 | used | free | used ... |  never used yet ...  |
 *	 |<-- pages are there: promised, never given back -->|  no page yet
 *
 * A row that is given back goes to the front of the free list, which runs
 * through the first members.  A row that was never used costs nothing but
 * address space.  An array that lies below the kernel's windows is a plain one,
 * whole from the start: small ones are, and on the host all are.
 */
#include "rows.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"
#include "page.h"

int kernel_frames;

static bool in_window(const struct rows *rows)
{
	uintptr_t base = (uintptr_t)rows->base;

	return base >= WINDOW_START &&
	       base < WINDOW_START + (uintptr_t)WINDOW_TABLES * SLOT_SIZE;
}

/* Makes the pages of the first `count` rows. */
static int make_pages(struct rows *rows, int count, int level)
{
	int wanted = pages_for(count * rows->stride);

	if (wanted <= rows->pages || !in_window(rows))
		return 0;
	if (promise_take(wanted - rows->pages, level, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	kernel_frames += wanted - rows->pages;
	for (; rows->pages < wanted; rows->pages++) {
		page_map_kernel((uintptr_t)rows->base +
		                    (uintptr_t)rows->pages * PAGE_SIZE,
		                frame_alloc_zeroed());
	}
	return 0;
}

int rows_reserve(struct rows *rows, int count, int level)
{
	int needed = rows->live + count;

	if (rows_full(rows, count, level))
		return -ENOMEM;
	return needed <= rows->fresh ? 0 : make_pages(rows, needed, level);
}

int rows_grow(struct rows *rows, int index, int level)
{
	assert(index >= 0);
	if (index < rows->fresh)
		return 0;
	if (index >= rows->limit || make_pages(rows, index + 1, level) < 0)
		return -ENOMEM;
	rows->fresh = index + 1;
	return 0;
}

int rows_take(struct rows *rows, int level)
{
	int index;

	if (rows_reserve(rows, 1, level) < 0)
		return -1;
	index = rows_pick(rows);
	cpu_zero_words(rows_at(rows, index), rows->stride / 4);
	return index;
}

void rows_put(struct rows *rows, int index)
{
	assert(index >= 0 && index < rows->fresh && rows->live > 0);
	*rows_at(rows, index) = rows->free;
	rows->free = index;
	rows->live--;
}
