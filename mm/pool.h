/*
 * mm/pool.h -- the pool: small pieces of kernel memory, in chains of cells.
 *
 * For what comes in any size and does not stay: messages that wait in a queue.
 * A chain is named by its first cell (-1: none).  A page goes back to everybody
 * when its last cell is given.
 */
#ifndef MM_POOL_H
#define MM_POOL_H

#include "table.h"

#define CELL_BYTES 124 /* a cell less its link */

/* A chain with room for `bytes`, their contents undefined; or -ENOMEM. */
int pool_take(uint32_t bytes, int space);
void pool_give(int chain);

/* The cell behind this one, or -1.  The first bytes of a chain: CELL_BYTES in
 * one piece. */
int pool_next(int cell);
void *pool_first(int chain);

/*
 * Moves `bytes` between a chain, from `offset` (below CELL_BYTES) on, and the
 * loaded space's memory from `user` on, out to it or in.  0, or -EFAULT with a
 * part moved.
 */
int pool_move(int chain, uint32_t offset, uint32_t bytes, vaddr_t user,
              bool out);

extern int pool_cells; /* in use, of all chains */

#endif
