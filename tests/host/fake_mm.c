/*
 * tests/host/fake_mm.c -- memory in place of mm.
 *
 * What is free, or was never written, holds 0xEE.
 */
#include "fake_mm.h"

#include "../../kernel/process/process.h"

#include <string.h>

#define FAKE __attribute__((weak))

struct space spaces[2];
struct rows space_rows = ROWS_OF(spaces, 2);

/* ---- promises ----------------------------------------------------------- */

int refuse;
bool refused;

bool promised(void)
{
	bool broken = refuse > 0 && --refuse == 0;

	refused |= broken;
	return !broken;
}

/* ---- user memory -------------------------------------------------------- */

FAKE void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	(void)va, (void)bytes, (void)out;
	return 0;
}

int copy_in(void *to, vaddr_t from, uint32_t bytes)
{
	const void *where = user_memory(from, bytes, false);

	if (!where)
		return -EFAULT;
	memcpy(to, where, bytes);
	return 0;
}

int copy_out(vaddr_t to, const void *from, uint32_t bytes)
{
	void *where = user_memory(to, bytes, true);

	if (!where)
		return -EFAULT;
	memcpy(where, from, bytes);
	return 0;
}

/* ---- rows --------------------------------------------------------------- */

FAKE int rows_reserve(struct rows *rows, int count, int level)
{
	(void)rows, (void)count, (void)level;
	return promised() ? 0 : -ENOMEM;
}

FAKE int rows_grow(struct rows *rows, int index, int level)
{
	if (index < rows->fresh)
		return 0;
	if (rows_reserve(rows, 1, level) < 0)
		return -ENOMEM;
	rows->fresh = index + 1;
	return 0;
}

FAKE int rows_take(struct rows *rows, int level)
{
	int index;

	if (rows_reserve(rows, 1, level) < 0)
		return -1;
	index = rows_pick(rows);
	memset(rows_at(rows, index), 0, rows->stride);
	return index;
}

FAKE void rows_put(struct rows *rows, int index)
{
	*rows_at(rows, index) = rows->free;
	rows->free = index;
	rows->live--;
}

/* ---- the pool ----------------------------------------------------------- */

struct chain chains[CHAINS];
int pool_cells;

int pool_take(uint32_t bytes, int level)
{
	int i = 0;

	assert(bytes > 0 && bytes <= CELL_BYTES);
	assert(level == proc_level(self()));
	if (!promised())
		return -ENOMEM;
	for (; chains[i].used; i++)
		assert(i < CHAINS - 1);
	memset(&chains[i], 0xEE, sizeof(chains[i]));
	chains[i].used = bytes;
	pool_cells++;
	return i;
}

void pool_give(int chain)
{
	assert(chains[chain].used);
	memset(&chains[chain], 0xEE, sizeof(chains[chain]));
	chains[chain].used = 0;
	pool_cells--;
}

void *pool_first(int chain)
{
	assert(chains[chain].used);
	return chains[chain].words;
}

int pool_next(int cell)
{
	assert(chains[cell].used);
	return -1;
}

int pool_move(int chain, uint32_t offset, uint32_t bytes, vaddr_t user,
              bool out)
{
	char *text = (char *)pool_first(chain) + offset;

	assert(offset + bytes <= chains[chain].used);
	if (bytes == 0)
		return 0;
	return out ? copy_out(user, text, bytes) : copy_in(text, user, bytes);
}

/* ---- segments ----------------------------------------------------------- */

struct segment segments[SEGMENTS];
uint32_t memory[2 * SEGMENTS][PAGE_SIZE / 4];

void *phys_to_kernel(paddr_t address)
{
	return (char *)memory + address;
}

void segment_remake(int segment, int pages)
{
	segments[segment] = (struct segment){
	    .kind = SEGMENT_MEMORY,
	    .holders = 1,
	    .pages = pages,
	    .word = (uint32_t)(2 * segment) << PAGE_SHIFT,
	    .directory = NO_FRAME,
	};
}

int segment_make(int pages, bool is_promised, bool resizable, int level)
{
	int i = 0;

	(void)level;
	if (!promised())
		return -ENOMEM;
	for (; segments[i].kind != SEGMENT_FREE; i++)
		assert(i < SEGMENTS - 1);
	segment_remake(i, pages);
	segments[i].promised = is_promised;
	segments[i].resizable = resizable;
	return i;
}

/* Its only page. */
int segment_frame(int segment, int page, int level, frame_t *frame)
{
	(void)level;
	assert(page == 0);
	*frame = 2 * segment + 1;
	memory[2 * segment][page] = (uint32_t)*frame << PAGE_SHIFT;
	memset(memory[*frame], 0, PAGE_SIZE);
	return 0;
}

void segment_drop(int segment)
{
	assert(segments[segment].holders > 0);
	if (--segments[segment].holders > 0)
		return;
	segments[segment] = (struct segment){0};
	memset(memory[2 * segment], 0xEE, 8);
	memset(memory[2 * segment + 1], 0xEE, 64);
}
