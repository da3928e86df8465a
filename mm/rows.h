/*
 * mm/rows.h -- rows: arrays of kernel objects that grow by use.
 *
 * Every kind of kernel object lives in one array whose address is fixed
 * (linker.ld) and whose pages come as its rows are first used.  On the host
 * the same arrays are plain ones.  An object is named by the index of its row.
 * Its first member is an int, `link`, which belongs to rows.c while the row is
 * free.
 */
#ifndef MM_ROWS_H
#define MM_ROWS_H

#include "../abi/types.h"
#include "../kernel/base/panic.h"
#include "frame.h"

struct rows {
	const char *name;
	void *base;
	int stride; /* bytes of one row */
	int limit;  /* rows at most: a constant of the kind */
	int fresh;  /* rows ever used */
	int pages;  /* memory that is there, from `base` */
	int free;   /* first row given back, -1: none */
	int live;   /* rows in use */
};

/* clang-format off */
#define ROWS_OF(array, most)                                                   \
	{                                                                      \
		.name = #array, .base = array, .stride = sizeof(array[0]),     \
		.limit = most, .free = -1                                      \
	}
/* clang-format on */

/*
 * Users leave the last 1/32 of the rows alone, as they do of memory: so a
 * machine that is full can be mended.
 */
#define ROWS_FOR_USERS(limit) ((limit) - (limit) / 32)

/* Is there no room for `count` rows more, at this level? */
static inline bool rows_full(const struct rows *rows, int count, int level)
{
	int most =
	    level < LEVEL_ROOT ? ROWS_FOR_USERS(rows->limit) : rows->limit;

	return count > most - rows->live;
}

/*
 * Takes a free row and zeroes it.  Its index, or -1: all rows are in use, or
 * there is no memory for the next page of them (promise_take at `level`).
 */
int rows_take(struct rows *rows, int level);
void rows_put(struct rows *rows, int index);

/* Makes sure that the next `count` of rows_take() succeed.  0 or -ENOMEM. */
int rows_reserve(struct rows *rows, int count, int level);

/* Makes row `index` usable without taking it (kinds with their own order). */
int rows_grow(struct rows *rows, int index, int level);

/* A row, by its first member. */
static inline int *rows_at(const struct rows *rows, int index)
{
	return (int *)((char *)rows->base + (size_t)index * rows->stride);
}

/*
 * Takes a row that is known to be there: reserved by rows_reserve(), or on the
 * free list.  It cannot fail.  What the row contains is undefined.
 */
static inline int rows_pick(struct rows *rows)
{
	int index = rows->free;

	if (index >= 0)
		rows->free = *rows_at(rows, index);
	else
		index = rows->fresh++;
	rows->live++;
	return index;
}

/* Frames that are the kernel's own: of rows, page tables, stacks, the pool. */
extern int kernel_frames;

#endif
