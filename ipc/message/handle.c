/*
 * ipc/message/handle.c -- the segments that a server holds.
 *
 * A server names a segment by a handle, which is the segment's index + 1.  A
 * handle is good while the segment's owner is the server's channel, so it is of
 * no use to another server.  When a server dies, it lets go of all that it held
 * (handles_exit).
 *
 * Memory that a server takes for a client is promised at the level of that
 * client, so no client can use up what is kept for servers.
 */
#include "message.h"

#include "../../abi/errno.h"
#include "../../kernel/base/string.h"

/* The segment of a handle of the caller's, or -EINVAL. */
int segment_of(uint32_t handle)
{
	int segment = (int)(handle - 1); /* as unsigned: it may wrap */

	if (segment < 0 || segment >= segment_rows.fresh ||
	    segments[segment].kind == SEGMENT_FREE ||
	    segments[segment].owner != self()->message.channel)
		return -EINVAL;
	return segment;
}

/* On whose behalf memory is taken: mm/frame.h. */
static int level_of(int proc)
{
	return spaces[procs[proc].life.space].level;
}

static int make_archive(uint32_t offset, uint32_t bytes, int level)
{
	if (offset % PAGE_SIZE || bytes == 0 || offset >= archive_bytes ||
	    bytes > archive_bytes - offset)
		return -EINVAL;
	return segment_make_archive(archive_start + offset, bytes, level);
}

/* Frames that the allocator has never had, and that do not wrap. */
static int make_device(paddr_t start, uint32_t bytes, int level)
{
	int first = (int)(start >> PAGE_SHIFT);

	if (start % PAGE_SIZE || bytes == 0 || start + (bytes - 1) < start)
		return -EINVAL;
	for (int i = first; i < first + pages_for(bytes); i++)
		if (frame_is_ram(i))
			return -EPERM;
	return segment_make_device(start, pages_for(bytes), level);
}

int native_segment_make(uint32_t kind, uint32_t a, uint32_t b, int whom)
{
	bool promised = !(kind & SEGMENT_UNPROMISED);
	int segment = -EINVAL, level = level_of(whom);

	kind &= ~(uint32_t)SEGMENT_UNPROMISED;
	if (kind == SEGMENT_OF_MEMORY && a > 0)
		segment = segment_make(pages_for(a), promised, true, level);
	else if (kind == SEGMENT_OF_ARCHIVE)
		segment = make_archive(a, b, level);
	else if (kind == SEGMENT_OF_DEVICE)
		segment = make_device(a, b, level);
	if (segment < 0)
		return segment;
	segments[segment].owner = self()->message.channel;
	return segment + 1;
}

int native_segment_resize(int segment, uint32_t bytes, int whom)
{
	if (bytes == 0)
		return -EINVAL;
	return segment_resize(segment, pages_for(bytes), level_of(whom));
}

int native_segment_drop(int segment)
{
	segments[segment].owner = -1;
	segment_drop(segment);
	return 0;
}

void handles_exit(int channel)
{
	for (int i = 0; i < segment_rows.fresh; i++)
		if (segments[i].kind != SEGMENT_FREE &&
		    segments[i].owner == channel)
			native_segment_drop(i);
}

/* Between a segment and a lease, page by page: bytes moved, or why none. */
int copy_segment(int segment, uint32_t offset, struct lease_use *use)
{
	uint32_t wanted = min(use->bytes, LEASE_MAX), done = 0;
	int moved;

	if (segments[segment].kind == SEGMENT_DEVICE)
		return -EINVAL;
	if (segments[segment].kind == SEGMENT_ARCHIVE && !use->to_client)
		return -EACCES;
	do {
		frame_t frame;

		moved = segment_frame(segment, (int)(offset >> PAGE_SHIFT),
		                      level_of(use->client), &frame);
		if (moved < 0)
			break;
		use->kernel =
		    (uint8_t *)phys_to_kernel((paddr_t)frame << PAGE_SHIFT) +
		    offset % PAGE_SIZE;
		use->bytes = min(PAGE_SIZE - offset % PAGE_SIZE, wanted - done);
		moved = lease_copy(use);
		if (moved < 0)
			break;
		use->offset += (uint32_t)moved;
		offset += (uint32_t)moved;
		done += (uint32_t)moved;
	} while (moved > 0 && done < wanted && offset > 0);
	return done > 0 || moved >= 0 ? (int)done : moved;
}
