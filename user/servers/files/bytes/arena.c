/*
 * user/servers/files/bytes/arena.c -- cells for the bytes of small files.
 *
 * A segment for each file would cost a page and a page table, even for ten
 * bytes.  So small files share chunks.  A chunk is a segment whose cells are
 * all of one size, which is a power of two from 32 to 4,096:
 *
 *	chunk   [ used | free | used | free | fresh ...          ]
 *	                  |              ^
 *	        free -----+    +---------+   the first bytes of a free cell
 *	                  +----+             name the next one
 *
 * A cell's number says where it is: the chunk, and the unit of 32 bytes where
 * it starts.  Chunks that have room are in a list for each size; a chunk
 * without used cells is given back at once.  A chunk counts at the level of the
 * client that needs it, and all its cells are of one account: so nobody
 * keeps another user's chunk by a cell in it.
 *
 * Each chunk takes a slot of 4 MiB of this server's addresses, of which there
 * are 768.  So a chunk has 64 KiB on a small machine, and more on a large one:
 * CHUNKS of them are all that files may take.
 *
 * The rows of the chunks are the only memory that stays (user/lib/server.h,
 * struct objects).  Row 0 is no chunk, so that no cell has the number 0.
 */
#include "bytes.h"

#define CHUNK_LEAST 0x10000u
#define CHUNK_MOST  0x400000u
#define CHUNKS      512u
#define SMALLEST    32u
#define ORDERS      8 /* 32, 64, 128 ... 4,096 */
#define NO_UNIT     UINT32_MAX

struct chunk {
	struct object object;
	int segment; /* its handle */
	uint8_t *start;
	int account;
	int order;           /* its cells have SMALLEST << order bytes */
	uint32_t used;       /* cells */
	uint32_t fresh;      /* units from here on were never used */
	uint32_t free;       /* the unit of the first free cell, or NO_UNIT */
	int previous, after; /* of its order, with room; 0: none */
};

static struct {
	struct objects chunks;
	uint32_t bytes;                  /* of a chunk */
	uint32_t units;                  /* of SMALLEST in a chunk */
	int with_room[ACCOUNTS][ORDERS]; /* the first; 0: none */
} arena = {.chunks.bytes = sizeof(struct chunk)};

bool arena_start(uint32_t pages)
{
	arena.bytes = CHUNK_LEAST;
	while (arena.bytes < CHUNK_MOST &&
	       pages / CHUNKS > arena.bytes / PAGE_SIZE)
		arena.bytes *= 2;
	arena.units = arena.bytes / SMALLEST;
	return objects_start(&arena.chunks);
}

static struct chunk *chunk_at(int chunk)
{
	return objects_at(&arena.chunks, chunk);
}

static struct chunk *chunk_of(int cell)
{
	return chunk_at(cell / (int)arena.units);
}

/* ---- the lists ---------------------------------------------------------- */

/* The first chunk with room among those of its account and order. */
static int *with_room(const struct chunk *c)
{
	return &arena.with_room[c->account][c->order];
}

static void list(int chunk)
{
	struct chunk *c = chunk_at(chunk);
	int first = *with_room(c);

	c->previous = 0;
	c->after = first;
	if (first != 0)
		chunk_at(first)->previous = chunk;
	*with_room(c) = chunk;
}

static void unlist(int chunk)
{
	const struct chunk *c = chunk_at(chunk);

	if (c->after != 0)
		chunk_at(c->after)->previous = c->previous;
	if (c->previous != 0)
		chunk_at(c->previous)->after = c->after;
	else
		*with_room(c) = c->after;
}

/* ---- chunks ------------------------------------------------------------- */

/* Makes its segment and maps it.  The address, or -errno. */
static int map_chunk(int whom, int *segment)
{
	int address;

	*segment =
	    k_segment_make(SEGMENT_OF_MEMORY, arena.bytes, 0, (uint32_t)whom);
	if (*segment < 0)
		return *segment;
	address = k_map_self(*segment, 0, arena.bytes, PROT_READ | PROT_WRITE);
	if (unix_failed(address))
		k_segment_drop(*segment);
	return address;
}

/* Makes a chunk, lists it, and returns its number, or -ENOSPC. */
static int chunk_make(int order, int whom, int account)
{
	uint32_t pages = arena.bytes / PAGE_SIZE;
	int chunk, segment, address;

	if (!quota_take(&files_quota, pages, whom, account))
		return -ENOSPC;
	address = map_chunk(whom, &segment);
	chunk =
	    unix_failed(address) ? -ENOSPC : objects_take(&arena.chunks, whom);
	if (chunk < 0) {
		if (!unix_failed(address)) {
			unix_unmap((void *)(uintptr_t)address, arena.bytes);
			k_segment_drop(segment);
		}
		quota_give(&files_quota, pages, account);
		return -ENOSPC;
	}
	chunk_at(chunk)->segment = segment;
	chunk_at(chunk)->start = (uint8_t *)(uintptr_t)address;
	chunk_at(chunk)->account = account;
	chunk_at(chunk)->order = order;
	chunk_at(chunk)->free = NO_UNIT;
	list(chunk);
	return chunk;
}

static void chunk_end(int chunk)
{
	const struct chunk *c = chunk_at(chunk);

	unlist(chunk);
	unix_unmap(c->start, arena.bytes);
	k_segment_drop(c->segment);
	quota_give(&files_quota, arena.bytes / PAGE_SIZE, c->account);
	objects_drop(&arena.chunks, chunk);
}

static bool full(const struct chunk *c)
{
	return c->free == NO_UNIT && c->fresh == arena.units;
}

/* ---- cells -------------------------------------------------------------- */

static int order_of(uint32_t bytes)
{
	int order = 0;

	while (SMALLEST << order < bytes)
		order++;
	return order;
}

uint8_t *arena_at(int cell)
{
	return chunk_of(cell)->start + (uint32_t)cell % arena.units * SMALLEST;
}

uint32_t arena_bytes(int cell)
{
	return SMALLEST << chunk_of(cell)->order;
}

/* Takes a unit of a chunk that has room. */
static uint32_t take_unit(struct chunk *c)
{
	uint32_t unit = c->free;

	if (unit != NO_UNIT) {
		memcpy(&c->free, c->start + unit * SMALLEST, sizeof(c->free));
	} else {
		unit = c->fresh;
		c->fresh += 1u << c->order;
	}
	c->used++;
	return unit;
}

int arena_take(uint32_t bytes, int whom, int account)
{
	int order = order_of(bytes), chunk = arena.with_room[account][order];
	uint32_t unit;

	if (chunk == 0)
		chunk = chunk_make(order, whom, account);
	if (chunk < 0)
		return chunk;
	unit = take_unit(chunk_at(chunk));
	if (full(chunk_at(chunk)))
		unlist(chunk);
	return chunk * (int)arena.units + (int)unit;
}

void arena_drop(int cell)
{
	int chunk = cell / (int)arena.units;
	struct chunk *c = chunk_at(chunk);

	if (full(c))
		list(chunk);
	memcpy(arena_at(cell), &c->free, sizeof(c->free));
	c->free = (uint32_t)cell % arena.units;
	if (--c->used == 0)
		chunk_end(chunk);
}
