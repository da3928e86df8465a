/*
 * mm/table.h -- kernel tables: arrays at fixed addresses that grow by use.
 *
 * Every kind of kernel object lives in one array whose address is fixed
 * (linker.ld) and whose pages come as slots are first used.  On the host the
 * same arrays are plain ones.  An object is named by its index; its first
 * member is an int, `link`, which is the table's while the slot is free.
 */
#ifndef MM_TABLE_H
#define MM_TABLE_H

#include "../abi/types.h"
#include "../kernel/base/panic.h"
#include "frame.h"

struct table {
	const char *name;
	void *base;
	int stride; /* bytes of one object */
	int limit;  /* slots at most */
	int fresh;  /* slots ever used */
	int pages;  /* memory that is there, from `base` */
	int free;   /* first slot given back, -1: none */
	int live;   /* slots in use */
};

/* clang-format off */
#define TABLE(array, slots)                                                    \
	{                                                                      \
		.name = #array, .base = array, .stride = sizeof(array[0]),     \
		.limit = slots, .free = -1                                     \
	}
/* clang-format on */

/*
 * Users leave the last 1/32 of a table alone, as they do of memory: a full
 * machine can be mended.
 */
#define TABLE_FOR_USERS(limit) ((limit) - (limit) / 32)

/* Has it no room for `slots` more? */
static inline bool table_full(const struct table *table, int slots, int level)
{
	int most =
	    level < LEVEL_ROOT ? TABLE_FOR_USERS(table->limit) : table->limit;

	return slots > most - table->live;
}

/*
 * A free slot, zeroed; its index, or -1 when the table is full or its next
 * page was refused (promise_take at `level`).
 */
int table_take(struct table *table, int level);
void table_put(struct table *table, int index);

/* Makes sure that the next `slots` of table_take() succeed.  0 or -ENOMEM. */
int table_reserve(struct table *table, int slots, int level);

/* Makes slot `index` usable without taking it (tables with their own order). */
int table_grow(struct table *table, int index, int level);

/* An object, by its first member. */
static inline int *table_slot(const struct table *table, int index)
{
	return (int *)((char *)table->base + (size_t)index * table->stride);
}

/*
 * A slot that table_reserve() made sure of, or one known to be given back: not
 * zeroed, and nothing can fail.
 */
static inline int table_pick(struct table *table)
{
	int index = table->free;

	if (index >= 0)
		table->free = *table_slot(table, index);
	else
		index = table->fresh++;
	table->live++;
	return index;
}

extern int table_frames; /* the kernel's own: of tables, stacks, the pool */

#endif
