/*
 * ipc/sysv/pool.h -- small pieces of kernel memory, in chains of cells.
 *
 * The pool is for messages that wait in a queue, which come in any size, and
 * for small semaphore sets, which have a cell each.  A chain is named by its
 * first cell (-1: none).  A page is free for other uses when its last cell is
 * given back.
 */
#ifndef IPC_POOL_H
#define IPC_POOL_H

#include "../../mm/rows.h"

#define CELL_BYTES 124 /* a cell less its link */

/* A chain with room for `bytes`, their contents undefined; or -ENOMEM. */
int pool_take(uint32_t bytes, int level);
void pool_give(int chain);

/* The cell behind this one, or -1. */
int pool_next(int cell);
/* The first CELL_BYTES of a chain, which lie in one piece. */
void *pool_first(int chain);

/*
 * Moves `bytes` between a chain, from `offset` (below CELL_BYTES) on, and the
 * loaded space's memory from `user` on, out to it or in.  0, or -EFAULT with a
 * part moved.
 */
int pool_move(int chain, uint32_t offset, uint32_t bytes, vaddr_t user,
              bool out);

extern int pool_cells; /* in use, of all chains */
extern int pool_fresh; /* pool.c alone: the next one; host tests reset it */

#endif
