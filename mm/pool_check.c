/*
 * mm/pool_check.c -- self-check of the pool.
 *
 *	L1  the cells in use are those of all chains: none is lost
 *	L2  a page's row counts its free cells, and all of them are its own
 *	L3  the pool has the frames of its pages and no more
 */
#include "pool.h"

#include "../kernel/klog.h"

#define CELLS_A_PAGE ((int)(PAGE_SIZE / (CELL_BYTES + sizeof(int))))

int pool_length(int chain)
{
	int cells = 0;

	for (; chain >= 0 && cells <= pool_cells; chain = pool_next(chain))
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
	int used = 0, pages = 0, breaches = 0;

	for (int page = 0; page < pool_table.fresh; page++) {
		int free = 0;

		if (!has_page(page))
			continue;
		for (int i = pool_pages[page].free;
		     i >= 0 && free <= CELLS_A_PAGE; i = pool_next(i)) {
			free++;
			breaches += expect("L2: page of a free cell",
			                   i / CELLS_A_PAGE, page);
		}
		breaches += expect("L2: used cells of a page",
		                   pool_pages[page].used, CELLS_A_PAGE - free);
		used += pool_pages[page].used;
		pages++;
	}
	breaches += expect("L3: pages of the pool", pool_table.live, pages);
	breaches += expect("L1: cells counted", pool_cells, used);
	return breaches + expect("L1: cells of all chains", used, cells);
}
