/*
 * kernel/unix/memory.c -- brk, mmap2, munmap, mprotect: what a process wants of
 * its own memory.
 *
 * Each is a few checks, in the order that mmap(2) has on Linux, and one call of
 * mm.
 */
#include "lifecycle.h"

#include "../../abi/mman.h"
#include "../../ipc/message/message.h"

int sys_brk(vaddr_t address, vaddr_t *result)
{
	*result = space_brk(self()->life.space, address);
	return 0;
}

/*
 * Where the mapping goes: 0 and an address.  Given a fixed one: -ENOMEM,
 * -EINVAL, -EPERM or -EEXIST, in this order; else -ENOMEM.
 */
static int choose(int space, vaddr_t address, uint32_t bytes, uint32_t flags,
                  vaddr_t *where)
{
	int pages = pages_in(bytes);

	*where = address;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!in_user_space(address, bytes))
			return -ENOMEM;
		if (!page_aligned(address))
			return -EINVAL;
		if (address < USER_FIRST)
			return -EPERM;
		if ((flags & MAP_FIXED_NOREPLACE) &&
		    regions_overlap(space, address, address + bytes))
			return -EEXIST;
		return 0;
	}
	*where = page_down(address); /* a hint */
	if (*where >= USER_FIRST && in_user_space(*where, bytes) &&
	    !regions_overlap(space, *where, *where + bytes))
		return 0;
	*where = (flags & MAP_TYPE) == MAP_PRIVATE
	             ? space_find_private(space, pages)
	             : space_find_shared(space, pages);
	return *where ? 0 : -ENOMEM;
}

int mmap_segment(const struct proc *client, int segment, int offset, int rights,
                 const uint32_t args[6], vaddr_t *result)
{
	uint32_t length = args[1], prot = args[2], flags = args[3];
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
	int space = client->life.space, error;
	struct region wanted = {
	    .kind = shared                  ? REGION_SHARED
	            : flags & MAP_GROWSDOWN ? REGION_STACK
	                                    : REGION_PRIVATE,
	    .segment = segment,
	    .offset = offset,
	    .rights = prot & RIGHT_ALL,
	    .ceiling = shared ? rights : RIGHT_ALL,
	    .noreserve = flags & MAP_NORESERVE,
	    .space = space,
	};

	if (length == 0 || length > USER_LIMIT || offset < 0)
		return -EINVAL;
	if (shared && !segment_writable(segment))
		rights &= ~RIGHT_WRITE;
	if (!(rights & RIGHT_READ) ||
	    (shared && (wanted.rights & ~(rights | RIGHT_EXEC))))
		return -EACCES;
	length = page_up(length);
	error = choose(space, args[0], length, flags, &wanted.start);
	wanted.end = wanted.start + length;
	if (error == 0)
		error = space_map(&wanted);
	*result = wanted.start;
	return error;
}

/* The errors of mmap2 before a place is looked for, in Linux's order; or 0. */
static int check_mmap(uint32_t length, uint32_t flags, uint32_t pgoffset)
{
	uint32_t type = flags & MAP_TYPE;
	bool anonymous = flags & MAP_ANONYMOUS;

	if (length == 0)
		return -EINVAL;
	if (page_up(length) == 0)
		return -ENOMEM;
	if (pgoffset + pages_for(length) < pgoffset)
		return -EOVERFLOW; /* as on Linux, of anonymous memory too */
	if (type != MAP_SHARED && type != MAP_PRIVATE &&
	    (type != MAP_SHARED_VALIDATE || anonymous))
		return -EINVAL;
	if ((flags & MAP_GROWSDOWN) && (type != MAP_PRIVATE || !anonymous))
		return -EINVAL; /* a stack is private, and of no file */
	return length > USER_LIMIT ? -ENOMEM : 0;
}

/* Maps shared memory of no file: a segment that its region alone holds. */
static int map_shared(const uint32_t args[6], vaddr_t *result)
{
	int level = spaces[self()->life.space].level, error;
	int segment = segment_make(pages_for(args[1]),
	                           !(args[3] & MAP_NORESERVE), false, level);

	if (segment < 0)
		return segment;
	error = mmap_segment(self(), segment, 0, RIGHT_ALL, args, result);
	segment_drop(segment);
	return error;
}

int sys_mmap2(vaddr_t address, uint32_t length, uint32_t prot, uint32_t flags,
              int fd, uint32_t pgoffset, vaddr_t *result)
{
	const uint32_t args[6] = {address, length, prot, flags};
	bool anonymous = flags & MAP_ANONYMOUS;
	int error;

	if (!anonymous && descriptor_connection(self(), fd) < 0)
		return -EBADF;
	error = check_mmap(length, flags, pgoffset);
	if (error < 0)
		return error;
	if (!anonymous)
		return FORWARD; /* the file's server completes it by map() */
	if ((flags & MAP_TYPE) != MAP_PRIVATE)
		return map_shared(args, result);
	return mmap_segment(self(), -1, 0, RIGHT_ALL, args, result);
}

int sys_munmap(vaddr_t address, uint32_t length)
{
	if (!page_aligned(address) || length == 0 ||
	    !in_user_space(address, length))
		return -EINVAL;
	return space_unmap(self()->life.space, address,
	                   address + page_up(length));
}

int sys_mprotect(vaddr_t address, uint32_t length, uint32_t prot)
{
	if (!page_aligned(address))
		return -EINVAL;
	if (length == 0)
		return 0;
	if (address + page_up(length) <= address)
		return -ENOMEM; /* it wraps */
	if (prot & ~(RIGHT_ALL | PROT_SEM))
		return -EINVAL;
	if (!in_user_space(address, length))
		return -ENOMEM;
	return space_protect(self()->life.space, address,
	                     address + page_up(length), prot & RIGHT_ALL);
}

/* A mapping shows the file's own pages: there is nothing to write back. */
int sys_msync(vaddr_t address, uint32_t length, uint32_t flags)
{
	uint32_t known = MS_ASYNC | MS_INVALIDATE | MS_SYNC;
	vaddr_t end = address + page_up(length);

	if ((flags & ~known) || !page_aligned(address) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (end < address)
		return -ENOMEM;
	while (address < end) {
		int region = region_at(self()->life.space, address);

		if (region < 0)
			return -ENOMEM;
		address = regions[region].end;
	}
	return 0;
}
