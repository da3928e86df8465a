/*
 * kernel/memory.c -- brk, mmap2, munmap, mprotect: the process's own wishes.
 *
 * Each is a few checks in mmap(2)'s order and one call of mm.
 */
#include "lifecycle.h"

#include "../abi/mman.h"
#include "../ipc/message.h"

int sys_brk(vaddr_t address, vaddr_t *result)
{
	*result = space_brk(self()->space, address);
	return 0;
}

/* Where the mapping goes: an address, -EINVAL, -EPERM, -EEXIST, -ENOMEM. */
static int choose(int space, vaddr_t address, uint32_t pages, uint32_t flags,
                  vaddr_t *where)
{
	uint32_t bytes = pages * PAGE_SIZE;
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (bytes > USER_LIMIT || address > USER_LIMIT - bytes)
			return -ENOMEM;
		if (!page_aligned(address))
			return -EINVAL;
		if (address < USER_FIRST)
			return -EPERM;
		if ((flags & MAP_FIXED_NOREPLACE) &&
		    space_overlaps(space, address, address + bytes))
			return -EEXIST;
		*where = address;
		return 0;
	}
	address &= ~(PAGE_SIZE - 1); /* a hint */
	if (address >= USER_FIRST && bytes <= USER_LIMIT &&
	    address <= USER_LIMIT - bytes &&
	    !space_overlaps(space, address, address + bytes)) {
		*where = address;
		return 0;
	}
	*where = shared ? space_find_shared(space, pages)
	                : space_find_private(space, pages);
	return *where ? 0 : -ENOMEM;
}

/* MAP_SHARED | MAP_ANONYMOUS: a segment without a name. */
static int map_shared(int space, struct mapping *mapping)
{
	int result;

	mapping->segment = segment_make(mapping->pages, mapping->promise, false,
	                                spaces[space].level);
	if (mapping->segment < 0)
		return mapping->segment;
	mapping->kind = REGION_SHARED;
	result = space_map(space, mapping);
	segment_drop(mapping->segment); /* the region holds it */
	return result;
}

static int map_anonymous(vaddr_t address, uint32_t pages, uint32_t prot,
                         uint32_t flags, vaddr_t *result)
{
	int space = self()->space, error;
	struct mapping mapping = {
	    .kind = REGION_PRIVATE,
	    .pages = pages,
	    .segment = -1,
	    .rights = prot & RIGHT_ALL,
	    .ceiling = RIGHT_ALL,
	    .promise = !(flags & MAP_NORESERVE),
	    .replace = flags & MAP_FIXED,
	};

	error = choose(space, address, pages, flags, &mapping.start);
	if (error < 0)
		return error;
	if ((flags & MAP_TYPE) == MAP_PRIVATE)
		error = space_map(space, &mapping);
	else
		error = map_shared(space, &mapping);
	*result = mapping.start;
	return error;
}

int sys_mmap2(vaddr_t address, uint32_t length, uint32_t prot, uint32_t flags,
              int fd, uint32_t pgoffset, vaddr_t *result)
{
	uint32_t type = flags & MAP_TYPE;
	uint32_t pages = length / PAGE_SIZE + (length % PAGE_SIZE != 0);

	(void)fd;
	(void)pgoffset;
	if (type != MAP_SHARED && type != MAP_PRIVATE &&
	    type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (flags & MAP_GROWSDOWN)
		return -EINVAL; /* the stack is the only one that grows */
	if (length == 0)
		return -EINVAL;
	if (pages >= 1u << 20 || pages * PAGE_SIZE > USER_LIMIT)
		return -ENOMEM;
	if (!(flags & MAP_ANONYMOUS))
		return FORWARD; /* the file's server completes it: map() */
	return map_anonymous(address, pages, prot, flags, result);
}

int mmap_segment(int client, int segment, int offset, int rights,
                 const uint32_t args[6], vaddr_t *result)
{
	uint32_t length = args[1], prot = args[2], flags = args[3];
	uint32_t pages = length / PAGE_SIZE + (length % PAGE_SIZE != 0);
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
	int space = procs[client].space, error;
	struct mapping mapping = {
	    .kind = shared ? REGION_SHARED : REGION_PRIVATE,
	    .pages = pages,
	    .segment = segment,
	    .offset = offset,
	    .rights = prot & RIGHT_ALL,
	    .ceiling = shared ? rights : RIGHT_ALL,
	    .promise = !(flags & MAP_NORESERVE),
	    .replace = flags & MAP_FIXED,
	};

	if (pages == 0 || pages >= 1u << 20 || offset < 0)
		return -EINVAL;
	if (!(rights & RIGHT_READ) ||
	    (shared && (mapping.rights & ~(rights | RIGHT_EXEC))))
		return -EACCES;
	if (shared && segments[segment].kind == SEGMENT_ARCHIVE &&
	    (prot & RIGHT_WRITE))
		return -EACCES;
	if (!shared && segments[segment].kind == SEGMENT_DEVICE)
		return -EINVAL; /* device memory is never copied */
	error = choose(space, args[0], pages, flags, &mapping.start);
	if (error == 0)
		error = space_map(space, &mapping);
	*result = mapping.start;
	return error;
}

int sys_munmap(vaddr_t address, uint32_t length)
{
	uint32_t bytes = (length + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	if (!page_aligned(address) || length == 0 || length > USER_LIMIT ||
	    address > USER_LIMIT - bytes)
		return -EINVAL;
	return space_unmap(self()->space, address, address + bytes);
}

int sys_mprotect(vaddr_t address, uint32_t length, uint32_t prot)
{
	uint32_t bytes = (length + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	if (prot & ~(RIGHT_ALL | PROT_SEM) || !page_aligned(address))
		return -EINVAL;
	if (length == 0)
		return 0;
	if (bytes < length || bytes > USER_LIMIT ||
	    address > USER_LIMIT - bytes)
		return -ENOMEM;
	return space_protect(self()->space, address, address + bytes,
	                     prot & RIGHT_ALL);
}
