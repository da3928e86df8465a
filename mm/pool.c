/*
 * mm/pool.c -- the pool: small pieces of kernel memory, in chains of cells.
 *
 * The pool is a segment like any other, but nobody attaches it.  Each of its
 * pages is cut into cells of 128 bytes, which are taken in their order; so the
 * pool remembers the page it takes from, and for each page how many of its
 * cells are in use.  A page with none is given up, or taken from again.
 *
 *	page 0  [ x x . . . . . x ]  3 in use    the rest is lost until
 *	page 4  [ . . . . . . . . ]  0 in use    ... they come back: given up
 *	page 2  [ x . x x ^       ]  3 in use    the next cell is taken here
 *
 *	a chain    cell 67 --> cell 66 --> cell 7 --> -1
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
	int next; /* in its chain, or -1 */
	uint8_t bytes[CELL_BYTES];
};

#define CELLS_A_PAGE ((int)(PAGE_SIZE / sizeof(struct cell)))
#define PAGES_MAX    32768 /* 128 MiB */

int pool_segment = -1;
struct table pool_table = TABLE(pool_pages, PAGES_MAX);

static int page = -1;           /* that cells are taken from */
static int next = CELLS_A_PAGE; /* of them */

static struct cell *cell_at(int cell)
{
	int number = cell / CELLS_A_PAGE;
	frame_t table = segment_table_of(pool_segment, number);
	uint32_t word = page_get(table, number % (int)TABLE_ENTRIES);

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

/* ---- cells --------------------------------------------------------------- */

/* One more page: 0 or -ENOMEM. */
static int add_page(int level)
{
	frame_t frame;
	int new;

	if (pool_segment < 0)
		pool_segment =
		    segment_make(PAGES_MAX, false, false, LEVEL_SERVER);
	if (pool_segment < 0)
		return -ENOMEM;
	new = table_take(&pool_table, level);
	if (new < 0)
		return -ENOMEM;
	if (segment_frame(pool_segment, new, level, &frame) < 0) {
		table_put(&pool_table, new);
		return -ENOMEM;
	}
	page = new;
	next = 0;
	return 0;
}

static int take_cell(int level)
{
	if (next == CELLS_A_PAGE && add_page(level) < 0)
		return -ENOMEM;
	pool_pages[page].used++;
	return page * CELLS_A_PAGE + next++;
}

static void give_cell(int cell)
{
	int number = cell / CELLS_A_PAGE;

	if (--pool_pages[number].used > 0)
		return;
	if (number == page) {
		next = 0;
		return;
	}
	segment_give_page(pool_segment, number);
	table_put(&pool_table, number);
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
