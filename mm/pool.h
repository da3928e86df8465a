/*
 * mm/pool.h -- the pool: small pieces of kernel memory, in chains of cells.
 *
 * For what comes in any size and does not stay: messages that wait in a queue,
 * operations that wait for a semaphore.  A chain is named by its first cell
 * (-1: none).  A page goes back to everybody when its last chain is given.
 */
#ifndef MM_POOL_H
#define MM_POOL_H

#include "segment.h"

#define CELL_BYTES 124 /* a cell less its link */

/* How bytes get into a cell or out of it: 0, or -errno, which ends the move. */
typedef int mover(void *in_cell, uintptr_t outside, uint32_t bytes);

/* A chain with room for `bytes`, its contents undefined; or -ENOMEM. */
int pool_take(uint32_t bytes, int level);
void pool_give(int chain);

/* The cell behind this one, or -1.  The first bytes of a chain: CELL_BYTES in
 * one piece. */
int pool_next(int cell);
void *pool_first(int chain);

/*
 * Moves `bytes` between a chain, from `offset` (below CELL_BYTES) on, and
 * memory from `outside` on, a cell at a time.  0, or what the mover answered.
 */
int pool_move(int chain, uint32_t offset, uint32_t bytes, mover *move,
              uintptr_t outside);

/* The movers: a program's memory (-EFAULT), the kernel's own. */
int pool_from_user(void *in_cell, uintptr_t from, uint32_t bytes);
int pool_to_user(void *in_cell, uintptr_t to, uint32_t bytes);
int pool_from_kernel(void *in_cell, uintptr_t from, uint32_t bytes);
int pool_to_kernel(void *in_cell, uintptr_t to, uint32_t bytes);

/* A row for each page of the pool: how many of its cells are in use. */
struct pool_page {
	int link;
	int used;
};
extern struct pool_page pool_pages[];
extern struct table pool_table;

/* Its memory, an ordinary segment that nobody attaches; -1 before first use. */
extern int pool_segment;

/* pool_check.c: how many cells a chain has. */
int pool_length(int chain);
/* Self-check, when all chains together should have so many: breaches. */
int pool_check(int cells);

#endif
