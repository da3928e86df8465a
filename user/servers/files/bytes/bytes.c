/*
 * user/servers/files/bytes/bytes.c -- reading, writing and resizing files.
 *
 * Each change has the order "prepare, then commit": memory is taken first,
 * bytes are copied into it, and `size` is set last.  What a call cannot finish
 * it gives back, so a full memory tears nothing.
 *
 *	          old size            page
 *	|  bytes  |. . . . . . . . . .|      an append beyond the old size
 *	          +--------+==========+===   first zeroes the gap: a mapping may
 *	             gap     new bytes       have written there
 *
 * A piece is 64 KiB, what one native call moves.  Where a piece meets a page
 * that is not there, halves of it are tried: the count is exact to the byte.
 */
#include "bytes.h"

#include "../../../lib/inspect.h"

#define BLOCK 512u
/* Entries that a turn takes from all who map a file; 70 instructions each. */
#define CUT 200000u

const uint8_t *archive;

static const uint8_t zeroes[PAGE_SIZE];

/* ---- moving ------------------------------------------------------------- */

int bytes_load(const struct bytes *b, uint32_t offset, void *to, uint32_t bytes)
{
	uint32_t left = offset < b->size ? b->size - offset : 0;

	bytes = min(bytes, left);
	if (bytes == 0)
		return 0;
	if (b->where == BYTES_SEGMENT)
		return k_segment_load(b->segment, offset, to, bytes);
	memcpy(to,
	       (b->where == BYTES_SMALL ? arena_at(b->small) : b->archive) +
	           offset,
	       bytes);
	return (int)bytes;
}

/* A piece from our own memory; the file has room for it. */
static int store_piece(const struct bytes *b, uint32_t offset,
                       const uint8_t *from, uint32_t bytes)
{
	if (b->where == BYTES_SEGMENT)
		return k_segment_store(b->segment, offset, from, bytes);
	memcpy(arena_at(b->small) + offset, from, bytes);
	return (int)bytes;
}

static int move_piece(const struct bytes *b, const struct span *s,
                      bool to_client)
{
	uint8_t *from = s->memory + s->lease_offset;

	if (s->memory != 0)
		return to_client ? bytes_load(b, s->offset, from, s->bytes)
		                 : store_piece(b, s->offset, from, s->bytes);
	if (b->where == BYTES_SEGMENT)
		return to_client ? k_segment_read(b->segment, s->offset,
		                                  s->token, s->argument,
		                                  s->lease_offset, s->bytes)
		                 : k_segment_write(b->segment, s->offset,
		                                   s->token, s->argument,
		                                   s->lease_offset, s->bytes);
	if (b->where == BYTES_ARCHIVE)
		return k_lease_write(s->token, s->argument, s->lease_offset,
		                     b->archive + s->offset, s->bytes);
	from = arena_at(b->small) + s->offset;
	return to_client ? k_lease_write(s->token, s->argument, s->lease_offset,
	                                 from, s->bytes)
	                 : k_lease_read(s->token, s->argument, s->lease_offset,
	                                from, s->bytes);
}

static int read_piece(struct bytes *b, const struct span *span)
{
	return move_piece(b, span, true);
}

/*
 * Moves a span by pieces.  A piece that is refused, by the client's memory or
 * by ours, is tried by halves.  How many bytes, or the error of the first one.
 */
static int move(struct bytes *b, struct span span,
                int (*piece)(struct bytes *, const struct span *))
{
	uint32_t done = 0, left = span.bytes, step = PIECE;
	int moved = 0;

	while (left > 0 && step > 0) {
		span.bytes = min(step, left);
		moved = piece(b, &span);
		if (moved == 0 ||
		    (moved < 0 && moved != -EFAULT && moved != -ENOSPC))
			break;
		if (moved < (int)span.bytes)
			step = span.bytes / 2;
		if (moved < 0)
			continue;
		span.lease_offset += (uint32_t)moved;
		span.offset += (uint32_t)moved;
		done += (uint32_t)moved;
		left -= (uint32_t)moved;
	}
	return done > 0 ? (int)done : moved;
}

int bytes_read(struct bytes *b, struct span span)
{
	uint32_t left = span.offset < b->size ? b->size - span.offset : 0;

	span.bytes = min(span.bytes, left);
	return span.bytes == 0 ? 0 : move(b, span, read_piece);
}

/* ---- room --------------------------------------------------------------- */

/* Makes a segment that has room for `room` bytes.  Its handle or -ENOSPC. */
static int segment_make(uint32_t room, int whom, int account)
{
	uint32_t bytes = room > 0 ? room : PAGE_SIZE;
	int segment;

	if (!quota_take(&files_quota, pages_for(room), whom, account))
		return -ENOSPC;
	segment = k_segment_make(SEGMENT_OF_MEMORY, bytes, 0, (uint32_t)whom);
	if (segment < 0) {
		quota_give(&files_quota, pages_for(room), account);
		return -ENOSPC;
	}
	if (room == 0)
		k_segment_resize(segment, 0, (uint32_t)whom);
	return segment;
}

/* Copies memory of this server into a segment that has room for it. */
static void store(int segment, const uint8_t *from, uint32_t bytes)
{
	for (uint32_t done = 0; done < bytes; done += PIECE)
		k_segment_store(segment, done, from + done,
		                min(bytes - done, PIECE));
}

/* The first `kept` bytes move to a segment with `room`.  0 or -ENOSPC. */
static int to_segment(struct bytes *b, uint32_t kept, uint32_t room, int whom)
{
	int segment = segment_make(room, whom, b->account);

	if (segment < 0)
		return segment;
	if (b->where == BYTES_ARCHIVE)
		store(segment, b->archive, kept);
	else if (b->small != 0)
		store(segment, arena_at(b->small), kept);
	if (b->where == BYTES_SMALL && b->small != 0)
		arena_drop(b->small);
	b->where = BYTES_SEGMENT;
	b->segment = segment;
	return 0;
}

/* The first `kept` bytes move to a cell with `room`, 1 to CELL_MAX. */
static int to_cell(struct bytes *b, uint32_t kept, uint32_t room, int whom)
{
	int cell = arena_take(room, whom, b->account);

	if (cell < 0)
		return cell;
	if (kept > 0)
		bytes_load(b, 0, arena_at(cell), kept);
	if (b->where == BYTES_SMALL && b->small != 0)
		arena_drop(b->small);
	b->where = BYTES_SMALL;
	b->small = cell;
	return 0;
}

/* The segment gets other pages: `have` and `room` are in bytes. */
static int resize_segment(const struct bytes *b, uint32_t have, uint32_t room,
                          int whom)
{
	uint32_t before = pages_for(have), after = pages_for(room);
	uint32_t more = after > before ? after - before : 0;

	if (after == before)
		return 0;
	if (!quota_take(&files_quota, more, whom, b->account))
		return -ENOSPC;
	if (k_segment_resize(b->segment, after * PAGE_SIZE, (uint32_t)whom) <
	    0) {
		quota_give(&files_quota, more, b->account);
		return -ENOSPC;
	}
	quota_give(&files_quota, after < before ? before - after : 0,
	           b->account);
	return 0;
}

/*
 * There is room for `have` bytes or more; makes room for `room` more than
 * that.  0 or -ENOSPC.
 */
static int make_room(struct bytes *b, uint32_t have, uint32_t room, int whom)
{
	if (b->where == BYTES_SEGMENT)
		return resize_segment(b, have, room, whom);
	if (room > CELL_MAX)
		return to_segment(b, b->size, room, whom);
	if (b->small != 0 && arena_bytes(b->small) >= room)
		return 0;
	return to_cell(b, b->size, room, whom);
}

/*
 * Writes zeroes into [from, to), where there is room.  Of a segment only the
 * page of `from` needs that: pages are new when they come.
 */
static void zero(const struct bytes *b, uint32_t from, uint32_t to)
{
	uint32_t page_end = page_up(from);

	if (b->where == BYTES_SMALL)
		memset(arena_at(b->small) + from, 0, to - from);
	else if (from < page_end)
		k_segment_store(b->segment, from, zeroes,
		                min(to, page_end) - from);
}

/* ---- writing ------------------------------------------------------------ */

/* After a piece: `have` bytes have room, `size` are the file's from now on. */
static void settle(struct bytes *b, uint32_t have, uint32_t size)
{
	if (b->where == BYTES_SEGMENT && have > size) {
		zero(b, size, UINT32_MAX);
		resize_segment(b, have, size, TOKEN_SELF);
	}
	b->size = size;
}

static int write_piece(struct bytes *b, const struct span *span)
{
	uint32_t old = b->size, end = span->offset + span->bytes;
	uint32_t have = end > old ? end : old, size = old;
	int moved = 0;

	if (end > old)
		moved = make_room(b, old, end, span->token);
	if (moved < 0)
		return moved;
	if (span->offset > old)
		zero(b, old, span->offset);
	moved = move_piece(b, span, false);
	if (moved > 0 && span->offset + (uint32_t)moved > old)
		size = span->offset + (uint32_t)moved;
	settle(b, have, size);
	return moved;
}

int bytes_write(struct bytes *b, struct span span)
{
	int error = 0;

	if (span.offset >= BYTES_MAX && span.bytes > 0)
		return -EFBIG;
	span.bytes = min(span.bytes, BYTES_MAX - span.offset);
	if (span.bytes > 0)
		error = bytes_copy_up(b, span.token);
	return error < 0 ? error : move(b, span, write_piece);
}

/* ---- the size ----------------------------------------------------------- */

static int grow(struct bytes *b, uint32_t size, int whom)
{
	int error = make_room(b, b->size, size, whom);

	if (error < 0)
		return error;
	zero(b, b->size, size);
	b->size = size;
	return 0;
}

static void shrink(struct bytes *b, uint32_t size)
{
	if (size == 0 && b->where == BYTES_SMALL) {
		bytes_drop(b);
		return;
	}
	settle(b, b->size, size);
}

int bytes_resize(struct bytes *b, uint32_t size, int whom)
{
	int error = 0;

	if (size > BYTES_MAX)
		return -EFBIG;
	if (size == 0 && b->where == BYTES_ARCHIVE)
		bytes_drop(b);
	if (b->where == BYTES_ARCHIVE)
		error = bytes_copy_up(b, whom);
	if (error < 0)
		return error;
	if (size > b->size)
		return grow(b, size, whom);
	if (size < b->size)
		shrink(b, size);
	return 0;
}

uint32_t bytes_cut(const struct bytes *b, uint32_t size)
{
	uint32_t have = pages_for(b->size), pages;
	struct row row;

	if (b->where != BYTES_SEGMENT ||
	    !row_read(&row, SEGMENTS, b->segment - 1))
		return size;
	pages = CUT / row_get(&row, SEGMENT_HOLDERS) + 1;
	return have <= pages_for(size) + pages ? size
	                                       : (have - pages) * PAGE_SIZE;
}

int bytes_zero(struct bytes *b, uint32_t from, uint32_t to, int whom)
{
	int error = bytes_copy_up(b, whom);

	to = min(to, b->size);
	while (error >= 0 && from < to) {
		uint32_t bytes = min(to - from, PAGE_SIZE);

		if (b->where == BYTES_SEGMENT)
			error =
			    k_segment_store(b->segment, from, zeroes, bytes);
		else
			memset(arena_at(b->small) + from, 0, bytes);
		from += bytes;
	}
	return error < 0 ? error : 0;
}

/* ---- where they lie ----------------------------------------------------- */

int bytes_segment(struct bytes *b, int whom)
{
	if (b->where == BYTES_ARCHIVE && b->size > 0)
		return k_segment_make(SEGMENT_OF_ARCHIVE,
		                      (uint32_t)(b->archive - archive), b->size,
		                      (uint32_t)whom);
	return bytes_own_segment(b, whom);
}

int bytes_own_segment(struct bytes *b, int whom)
{
	int error = 0;

	if (b->where != BYTES_SEGMENT)
		error = to_segment(b, b->size, b->size, whom);
	return error < 0 ? error : b->segment;
}

void bytes_release(const struct bytes *b, int handle)
{
	if (b->where == BYTES_ARCHIVE)
		k_segment_drop(handle);
}

int bytes_copy_up(struct bytes *b, int whom)
{
	if (b->where != BYTES_ARCHIVE)
		return 0;
	if (b->size > CELL_MAX)
		return to_segment(b, b->size, b->size, whom);
	if (b->size > 0)
		return to_cell(b, b->size, b->size, whom);
	bytes_drop(b);
	return 0;
}

void bytes_drop(struct bytes *b)
{
	if (b->where == BYTES_SMALL && b->small != 0)
		arena_drop(b->small);
	if (b->where == BYTES_SEGMENT) {
		quota_give(&files_quota, pages_for(b->size), b->account);
		k_segment_drop(b->segment);
	}
	*b = (struct bytes){.account = b->account};
}

/* A cell stays where it is, and counts there until it is dropped. */
void bytes_own(struct bytes *b, int account)
{
	uint32_t pages = b->where == BYTES_SEGMENT ? pages_for(b->size) : 0;

	files_quota.taken[b->account] -= pages;
	files_quota.taken[account] += pages;
	b->account = (uint16_t)account;
}

uint32_t bytes_blocks(const struct bytes *b)
{
	struct row row;

	if (b->where == BYTES_ARCHIVE)
		return (b->size + BLOCK - 1) / BLOCK;
	if (b->where == BYTES_SMALL)
		return b->small == 0
		           ? 0
		           : (arena_bytes(b->small) + BLOCK - 1) / BLOCK;
	if (!row_read(&row, SEGMENTS, b->segment - 1))
		return 0;
	return row_get(&row, SEGMENT_RESIDENT) * (PAGE_SIZE / BLOCK);
}
