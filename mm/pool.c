/*
 * mm/pool.c -- the pool: small pieces of kernel memory, in chains of cells.
 *
 * The pool is a segment like any other, but nobody attaches it.  Each of its
 * pages is cut into cells of 128 bytes; the table `pool_pages` has a row for
 * each page.  Pages with a free cell stand in a list, so a cell is found
 * at once; a page whose last cell comes back is given up.
 *
 *	room --> page 0 <--> page 3        a page's row: used 30, free --+
 *	           |                                                     v
 *	           +-- cells   [ chain | chain | free | chain | ... | free ]
 *	                                          +------------------->
 *	a chain    cell 7 --> cell 96 --> cell 5 --> -1
 *
 * The segment is promised nothing: every page it takes is asked for at the
 * level of the process that needs it, so that no user's messages can eat what
 * is kept for others (mm/frame.c).
 */
#include "pool.h"

#include "../abi/errno.h"
#include "../kernel/string.h"
#include "space.h"

struct cell {
	int next; /* in its chain, or of the free cells of its page; -1 */
	uint8_t bytes[CELL_BYTES];
};

#define CELLS_A_PAGE ((int)(PAGE_SIZE / sizeof(struct cell)))
#define PAGES_MAX    32768 /* 128 MiB */

int pool_segment = -1;
int pool_cells;
struct table pool_table = TABLE(pool_pages, PAGES_MAX);

static int room = -1; /* the first page with a free cell */

static struct cell *cell_at(int cell)
{
	int page = cell / CELLS_A_PAGE;
	frame_t table = segment_table_of(pool_segment, page);
	uint32_t word = page_get(table, page % (int)TABLE_ENTRIES);

	return (struct cell *)frame_to_kernel(word_frame(word)) +
	       cell % CELLS_A_PAGE;
}

int pool_next(int cell)
{
	return cell_at(cell)->next;
}

void *pool_first(int chain)
{
	return cell_at(chain)->bytes;
}

/* ---- pages --------------------------------------------------------------- */

static void enter_room(int page)
{
	pool_pages[page].previous = -1;
	pool_pages[page].next = room;
	if (room >= 0)
		pool_pages[room].previous = page;
	room = page;
}

static void leave_room(int page)
{
	const struct pool_page *p = &pool_pages[page];

	if (p->previous >= 0)
		pool_pages[p->previous].next = p->next;
	else
		room = p->next;
	if (p->next >= 0)
		pool_pages[p->next].previous = p->previous;
}

/* One more page, all its cells free: 0 or -ENOMEM. */
static int add_page(int level)
{
	frame_t frame;
	int page;

	if (pool_segment < 0)
		pool_segment =
		    segment_make(PAGES_MAX, false, false, LEVEL_SERVER);
	if (pool_segment < 0)
		return -ENOMEM;
	page = table_take(&pool_table, level);
	if (page < 0)
		return -ENOMEM;
	if (segment_frame(pool_segment, page, level, &frame) < 0) {
		table_put(&pool_table, page);
		return -ENOMEM;
	}
	for (int i = 0; i < CELLS_A_PAGE; i++)
		((struct cell *)frame_to_kernel(frame))[i].next =
		    i + 1 < CELLS_A_PAGE ? page * CELLS_A_PAGE + i + 1 : -1;
	pool_pages[page].free = page * CELLS_A_PAGE;
	enter_room(page);
	return 0;
}

/* ---- cells --------------------------------------------------------------- */

static int take_cell(int level)
{
	struct pool_page *p;
	int cell;

	if (room < 0 && add_page(level) < 0)
		return -ENOMEM;
	p = &pool_pages[room];
	cell = p->free;
	p->free = cell_at(cell)->next;
	p->used++;
	pool_cells++;
	if (p->free < 0)
		leave_room(room);
	return cell;
}

static void give_cell(int cell)
{
	int page = cell / CELLS_A_PAGE;
	struct pool_page *p = &pool_pages[page];

	if (p->free < 0)
		enter_room(page);
	cell_at(cell)->next = p->free;
	p->free = cell;
	pool_cells--;
	if (--p->used > 0 || (p->next < 0 && p->previous < 0))
		return;
	leave_room(page);
	segment_give_page(pool_segment, page);
	table_put(&pool_table, page);
}

int pool_take(uint32_t bytes, int level)
{
	int chain = -1;

	do {
		int cell = take_cell(level);

		if (cell < 0) {
			pool_give(chain);
			return -ENOMEM;
		}
		cell_at(cell)->next = chain;
		chain = cell;
		bytes -= bytes < CELL_BYTES ? bytes : CELL_BYTES;
	} while (bytes > 0);
	return chain;
}

void pool_give(int chain)
{
	while (chain >= 0) {
		int next = cell_at(chain)->next;

		give_cell(chain);
		chain = next;
	}
}

/* ---- moving -------------------------------------------------------------- */

int pool_move(int chain, uint32_t offset, uint32_t bytes, mover *move,
              uintptr_t outside)
{
	while (bytes > 0) {
		struct cell *cell = cell_at(chain);
		uint32_t count = CELL_BYTES - offset;
		int error;

		if (count > bytes)
			count = bytes;
		error = move(cell->bytes + offset, outside, count);
		if (error < 0)
			return error;
		outside += count;
		bytes -= count;
		offset = 0;
		chain = cell->next;
	}
	return 0;
}

int pool_from_user(void *in_cell, uintptr_t from, uint32_t bytes)
{
	return copy_in(in_cell, (vaddr_t)from, bytes);
}

int pool_to_user(void *in_cell, uintptr_t to, uint32_t bytes)
{
	return copy_out((vaddr_t)to, in_cell, bytes);
}

int pool_from_kernel(void *in_cell, uintptr_t from, uint32_t bytes)
{
	memcpy(in_cell, (const void *)from, bytes);
	return 0;
}

int pool_to_kernel(void *in_cell, uintptr_t to, uint32_t bytes)
{
	memcpy((void *)to, in_cell, bytes);
	return 0;
}
