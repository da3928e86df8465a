/*
 * mm/table.c -- kernel tables: arrays at fixed addresses that grow by use.
 *
 *	base                    fresh                  limit
 *	 | used | free | used ... |  never used yet ...  |
 *	 |<-- pages are there: promised, never given back -->|  no page yet
 *
 * A slot that is given back goes to the front of the table's free list, through
 * its first member.  A slot never used costs nothing but address space.  An
 * array that lies below the kernel's windows is a plain one, whole from the
 * start; that is so for small ones, and for all of them on the host.
 */
#include "table.h"

#include "../abi/errno.h"
#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"
#include "page.h"

int table_frames;

static bool in_window(const struct table *table)
{
	uintptr_t base = (uintptr_t)table->base;

	return base >= WINDOW_START &&
	       base < WINDOW_START + (uintptr_t)WINDOW_TABLES * SLOT_SIZE;
}

/* Makes the pages of the first `slots` slots. */
static int make_pages(struct table *table, int slots, int level)
{
	uint32_t bytes = (uint32_t)slots * table->stride;
	int wanted = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;

	if (wanted <= table->pages || !in_window(table))
		return 0;
	if (promise_take(wanted - table->pages, level) < 0)
		return -ENOMEM;

	/* Nothing below can fail. */
	table_frames += wanted - table->pages;
	for (; table->pages < wanted; table->pages++) {
		page_map_kernel((uintptr_t)table->base +
		                    (uintptr_t)table->pages * PAGE_SIZE,
		                frame_alloc_zeroed());
	}
	return 0;
}

int table_reserve(struct table *table, int slots, int level)
{
	int needed = table->live + slots;

	if (table_full(table, slots, level))
		return -ENOMEM;
	return needed <= table->fresh ? 0 : make_pages(table, needed, level);
}

int table_grow(struct table *table, int index, int level)
{
	assert(index >= 0);
	if (index < table->fresh)
		return 0;
	if (index >= table->limit || make_pages(table, index + 1, level) < 0)
		return -ENOMEM;
	table->fresh = index + 1;
	return 0;
}

int table_take(struct table *table, int level)
{
	int index;

	if (table_reserve(table, 1, level) < 0)
		return -1;
	index = table_pick(table);
	cpu_zero_words(table_slot(table, index), table->stride / 4);
	return index;
}

void table_put(struct table *table, int index)
{
	assert(index >= 0 && index < table->fresh && table->live > 0);
	*table_slot(table, index) = table->free;
	table->free = index;
	table->live--;
}
