/*
 * ipc/sysv/pool.c -- small pieces of kernel memory, in chains of cells.
 *
 * A cell has 128 bytes; its name is its physical address divided by that.
 * Cells are taken in their order from one page; the first cell of a page counts
 * how many of the others are in use, and with the last of them the page goes.
 *
 *	page A  [ 3 | x . . . . . x x ]    the rest of it is lost until ...
 *	page B  [ 1 | . . . . x . . . ]    ... the last cell comes back
 *	page C  [ 2 | x . x ^         ]    the next cell is taken here
 *
 *	a chain    cell 67 --> cell 66 --> cell 7 --> -1
 *
 * A cell is never moved: what lies in one piece there may be pointed at.
 *
 * Every page is promised at the level of the one who needs it, so no user's
 * messages can take what is kept for others (mm/frame.h), and stays on that
 * account, whoever has the last cells of it.  It counts among the kernel's own
 * frames, as the pages of rows do.
 */
#include "pool.h"

#include "../../abi/errno.h"
#include "../../kernel/base/cpu.h"
#include "../../kernel/base/seldom.h"
#include "../../kernel/base/string.h"
#include "../../mm/page.h"
#include "../../mm/usercopy.h"

struct cell {
	int next; /* in its chain, or -1; a page's first: cells in use */
	union {
		uint8_t bytes[CELL_BYTES];
		int level; /* a page's first: of the one who pays for it */
	};
};

#define CELLS_A_PAGE (PAGE_SIZE / sizeof(struct cell))

int pool_cells;
int pool_fresh; /* the cell that is taken next; 0 modulo a page: no page */

/*
 * A chain may be as long as root allows (msgmax): once in each page of cells
 * interrupts are let in.  They know nothing of the pool.
 */
static inline void pause_at(int cell)
{
	if ((uint32_t)cell % CELLS_A_PAGE == 1)
		preemption_point();
}

static struct cell *cell_at(int cell)
{
	return phys_to_kernel((paddr_t)cell * sizeof(struct cell));
}

/* The cell that counts for the page of this one. */
static int first_of(int cell)
{
	return cell - (uint32_t)cell % CELLS_A_PAGE;
}

int pool_next(int cell)
{
	return cell_at(cell)->next;
}

void *pool_first(int chain)
{
	return cell_at(chain)->bytes;
}

/* One more page: 0 or -ENOMEM. */
SELDOM static int add_page(int level)
{
	if (promise_take(1, level, level) < 0)
		return -ENOMEM;
	kernel_frames++;
	pool_fresh = frame_alloc() * CELLS_A_PAGE;
	cell_at(pool_fresh)->level = level;
	cell_at(pool_fresh++)->next = 0;
	return 0;
}

static int take_cell(int level)
{
	if ((uint32_t)pool_fresh % CELLS_A_PAGE == 0 && add_page(level) < 0)
		return -ENOMEM;
	cell_at(first_of(pool_fresh))->next++;
	pool_cells++;
	return pool_fresh++;
}

/* None of its other cells is in use. */
SELDOM static void drop_page(int first)
{
	promise_give(1, cell_at(first)->level);
	kernel_frames--;
	frame_drop(first / CELLS_A_PAGE);
}

static void give_cell(int cell)
{
	int first = first_of(cell);

	pool_cells--;
	if (--cell_at(first)->next > 0)
		return;
	if (first == first_of(pool_fresh - 1))
		pool_fresh = first + 1; /* cells are taken from this page */
	else
		drop_page(first);
}

int pool_take(uint32_t bytes, int level)
{
	int chain = -1;

	for (;;) {
		int cell = take_cell(level);

		if (cell < 0) {
			pool_give(chain);
			return -ENOMEM;
		}
		cell_at(cell)->next = chain;
		chain = cell;
		if (bytes <= CELL_BYTES)
			return chain;
		pause_at(cell);
		bytes -= CELL_BYTES;
	}
}

void pool_give(int chain)
{
	while (chain >= 0) {
		int after = cell_at(chain)->next;

		if (after >= 0)
			pause_at(chain);
		give_cell(chain);
		chain = after;
	}
}

/* It is inline: each caller knows `out`, and most messages are short. */
inline int pool_move(int chain, uint32_t offset, uint32_t bytes, vaddr_t user,
                     bool out)
{
	while (bytes > 0) {
		void *at = cell_at(chain)->bytes + offset;
		void *program = (void *)(uintptr_t)user;
		uint32_t count = min(bytes, CELL_BYTES - offset);

		if (!in_user_space(user, count) ||
		    usercopy_move(out ? program : at, out ? at : program,
		                  count) < 0)
			return -EFAULT;
		bytes -= count;
		if (bytes == 0)
			break;
		pause_at(chain);
		user += count;
		offset = 0;
		chain = pool_next(chain);
	}
	return 0;
}
