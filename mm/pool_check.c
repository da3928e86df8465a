/*
 * mm/pool_check.c -- self-check of the pool.
 *
 *	L1  the cells in use are those of all chains: none is lost
 *	L2  the pool has the frames of the pages in use, and of no other
 */
#include "pool.h"

#include "../kernel/klog.h"

#define LONGEST 1000000 /* cells: far beyond any message */

int pool_length(int chain)
{
	int cells = 0;

	for (; chain >= 0 && cells < LONGEST; chain = pool_next(chain))
		cells++;
	return cells;
}

static int expect(const char *what, int is, int should)
{
	if (is == should)
		return 0;
	klog(KLOG_ERROR, "%s: is %d, should be %d", what, is, should);
	return 1;
}

static bool has_page(int page)
{
	frame_t table = segment_table_of(pool_segment, page);

	return table != NO_FRAME &&
	       page_get(table, page % (int)TABLE_ENTRIES) != 0;
}

int pool_check(int cells)
{
	int used = 0, pages = 0;

	for (int page = 0; page < pool_table.fresh; page++) {
		if (has_page(page)) {
			used += pool_pages[page].used;
			pages++;
		}
	}
	return expect("L1: cells in use", used, cells) +
	       expect("L2: pages of the pool", pool_table.live, pages);
}
