/*
 * ipc/message/handle.c -- the segments that a server holds.
 *
 * A server names a segment by a handle, which is the segment's index + 1.  A
 * handle is good while the segment's `channel` is the server's, so it is of no
 * use to another server.  A server that dies lets go of all its segments
 * (handles_exit).
 *
 * Memory that a server takes for a client is promised at the level of that
 * client, so no client can use up what is kept for servers.
 */
#include "message.h"

#include "../../abi/errno.h"
#include "../../kernel/base/string.h"

int segment_of(uint32_t handle)
{
	int segment = (int)(handle - 1); /* as unsigned: it may wrap */

	if (segment < 0 || segment >= segment_rows.fresh ||
	    segments[segment].kind == SEGMENT_FREE ||
	    segments[segment].channel != self()->message.channel)
		return -EINVAL;
	return segment;
}

static int make_archive(uint32_t offset, uint32_t bytes, int level)
{
	if (offset % PAGE_SIZE || bytes == 0 || offset >= archive_bytes ||
	    bytes > archive_bytes - offset)
		return -EINVAL;
	return segment_make_outside(SEGMENT_ARCHIVE, archive_start + offset,
	                            bytes, level);
}

/* A device has no frame of RAM, and its addresses do not wrap around. */
static int make_device(paddr_t start, uint32_t bytes, int level)
{
	int first = pages_in(start);

	if (start % PAGE_SIZE || bytes == 0 || start + (bytes - 1) < start)
		return -EINVAL;
	for (int i = first; i < first + pages_for(bytes); i++)
		if (frame_is_ram(i))
			return -EPERM;
	return segment_make_outside(SEGMENT_DEVICE, start, page_up(bytes),
	                            level);
}

int native_segment_make(uint32_t kind, uint32_t a, uint32_t b,
                        const struct proc *whom)
{
	bool promised = !(kind & SEGMENT_UNPROMISED);
	int segment = -EINVAL, level = proc_level(whom);

	kind &= ~(uint32_t)SEGMENT_UNPROMISED;
	if (kind == SEGMENT_OF_MEMORY && a > 0)
		segment = segment_make(pages_for(a), promised, true, level);
	else if (kind == SEGMENT_OF_ARCHIVE)
		segment = make_archive(a, b, level);
	else if (kind == SEGMENT_OF_DEVICE)
		segment = make_device(a, b, level);
	if (segment < 0)
		return segment;
	segments[segment].channel = self()->message.channel;
	return segment + 1;
}

int native_segment_resize(int segment, uint32_t bytes, const struct proc *whom)
{
	return segment_resize(segment, pages_for(bytes), proc_level(whom));
}

int native_segment_drop(int segment)
{
	segments[segment].channel = -1;
	segment_drop(segment);
	return 0;
}

void handles_exit(const struct proc *server)
{
	int channel = server->message.channel;

	for (int i = 0; i < segment_rows.fresh && channel >= 0; i++)
		if (segments[i].kind != SEGMENT_FREE &&
		    segments[i].channel == channel)
			native_segment_drop(i);
}

/* ---- their bytes -------------------------------------------------------- */

/*
 * Moves bytes, page by page, between a segment and what `copy` reaches.
 * Returns how many it has moved, or the error of the first page.
 */
static int copy_segment(int segment, uint32_t offset, struct lease_use *use,
                        int (*copy)(const struct lease_use *))
{
	uint32_t wanted = min(use->bytes, LEASE_MAX), done = 0;
	int moved;

	if (!segment_in_ram(segment))
		return -EINVAL;
	if (!segment_writable(segment) && !use->to_client)
		return -EACCES;
	do {
		uint32_t in_page = offset % PAGE_SIZE;
		frame_t frame;

		moved = segment_frame(segment, pages_in(offset),
		                      proc_level(use->client), &frame);
		if (moved == 0) {
			use->kernel =
			    (uint8_t *)frame_to_kernel(frame) + in_page;
			use->bytes = min(PAGE_SIZE - in_page, wanted - done);
			moved = copy(use);
		}
		if (moved < 0)
			return done ? (int)done : moved;
		use->offset += (uint32_t)moved;
		offset += (uint32_t)moved;
		done += (uint32_t)moved;
		/* A segment may end at 2^32. */
	} while (moved > 0 && done < wanted && offset > 0);
	return (int)done;
}

int segment_lease(int segment, uint32_t offset, struct lease_use *use)
{
	return copy_segment(segment, offset, use, lease_copy);
}

/* Reaches the caller's own memory: `buffer`, from `offset` on. */
static int own_copy(const struct lease_use *use)
{
	vaddr_t buffer = use->buffer + use->offset;
	int error = use->to_client ? copy_out(buffer, use->kernel, use->bytes)
	                           : copy_in(use->kernel, buffer, use->bytes);

	return error < 0 ? error : (int)use->bytes;
}

int native_segment_load(int segment, uint32_t offset, vaddr_t buffer,
                        uint32_t bytes)
{
	struct lease_use use = {.client = self(), .bytes = bytes};

	use.buffer = buffer;
	use.to_client = true;
	return copy_segment(segment, offset, &use, own_copy);
}

int native_segment_store(int segment, uint32_t offset, vaddr_t buffer,
                         uint32_t bytes)
{
	struct lease_use use = {.client = self(), .bytes = bytes};

	use.buffer = buffer;
	return copy_segment(segment, offset, &use, own_copy);
}
