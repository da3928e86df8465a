/*
 * kernel/unix/memory.c -- brk, mmap2, munmap, mprotect, msync, mlock, madvise,
 * mremap: what a process wants of its own memory.
 *
 * Each is a few checks, in the order that mmap(2) has on Linux, and one call of
 * mm.
 */
#include "lifecycle.h"

#include "../../abi/mman.h"
#include "../../ipc/message/message.h"

/*
 * Fills each page that is mapped in [start, end), so that no touch of it finds
 * it missing.  0; -ENOMEM: one of them may not be touched, or has no frame.
 */
static int fill(vaddr_t start, vaddr_t end)
{
	int error = 0, result;

	while (!self()->signal.killed &&
	       (result = space_fill(self()->life.space, &start, end)) != 0) {
		if (result < 0)
			error = -ENOMEM;
		if (need_resched)
			preempt();
	}
	return error;
}

/* [start, end) is new if `error` is 0: it is filled after MCL_FUTURE. */
static int new_memory(int error, vaddr_t start, vaddr_t end)
{
	if (error == 0 && spaces[self()->life.space].fills)
		fill(start, end);
	return error;
}

int sys_brk(vaddr_t address, vaddr_t *result)
{
	vaddr_t before = spaces[self()->life.space].heap_break;

	*result = space_brk(self()->life.space, address);
	return new_memory(0, before, *result);
}

/*
 * Where the mapping goes: 0 and an address.  Given a fixed one: -ENOMEM,
 * -EINVAL, -EPERM or -EEXIST, in this order; else -ENOMEM.
 */
static int choose(int space, vaddr_t address, uint32_t bytes, uint32_t flags,
                  vaddr_t *where)
{
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
	             ? space_find_private(space, pages_in(bytes))
	             : space_find_shared(space, pages_in(bytes));
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
	int level = proc_level(self()), error;
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
	error = (flags & MAP_TYPE) == MAP_PRIVATE
	            ? mmap_segment(self(), -1, 0, RIGHT_ALL, args, result)
	            : map_shared(args, result);
	if (error == 0 && (flags & (MAP_LOCKED | MAP_POPULATE)))
		fill(*result, *result + length);
	return new_memory(error, *result, *result + length);
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
	int space = self()->life.space, r;
	vaddr_t end = address + page_up(length);

	if (!page_aligned(address))
		return -EINVAL;
	if (length == 0)
		return 0;
	if (end <= address)
		return -ENOMEM; /* it wraps */
	if (prot & ~(RIGHT_ALL | PROT_SEM | PROT_GROWSDOWN))
		return -EINVAL;
	if (prot & PROT_GROWSDOWN) {
		r = region_at(space, address);
		if (r < 0)
			return -ENOMEM;
		if (regions[r].kind != REGION_STACK)
			return -EINVAL;
		address = regions[r].start;
	}
	return space_protect(space, address, end, prot & RIGHT_ALL);
}

/* Is all of [start, end) mapped? */
static bool is_mapped(vaddr_t start, vaddr_t end)
{
	while (start < end) {
		int region = region_at(self()->life.space, start);

		if (region < 0)
			return false;
		start = regions[region].end;
	}
	return true;
}

/* A mapping shows the file's own pages: there is nothing to write back. */
int sys_msync(vaddr_t address, uint32_t length, uint32_t flags)
{
	uint32_t known = MS_ASYNC | MS_INVALIDATE | MS_SYNC;
	vaddr_t end = address + page_up(length);

	if ((flags & ~known) || !page_aligned(address) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	return end < address || !is_mapped(address, end) ? -ENOMEM : 0;
}

/* ---- mlock -------------------------------------------------------------- */

/*
 * No page that is there is ever taken away.  So memory is locked once it has
 * been filled, and to unlock it there is nothing to do.  RLIMIT_MEMLOCK bounds
 * what one call may ask for: 0, -EPERM or -ENOMEM.
 */
static int may_lock(uint32_t bytes)
{
	uint32_t limit = self()->limits.own[RLIMIT_MEMLOCK][0];

	if (self()->identity.euid == 0 || (limit && bytes <= limit))
		return 0;
	return limit ? -ENOMEM : -EPERM;
}

int sys_munlock(vaddr_t address, uint32_t length)
{
	vaddr_t start = page_down(address), end = page_up(address + length);

	if (end < start)
		return -EINVAL;
	return is_mapped(start, end) ? 0 : -ENOMEM;
}

int sys_mlock(vaddr_t address, uint32_t length)
{
	vaddr_t start = page_down(address), end = page_up(address + length);
	int error = may_lock(end - start);

	if (error == 0)
		error = sys_munlock(address, length); /* the same checks */
	return error ? error : fill(start, end);
}

int sys_mlockall(uint32_t flags)
{
	int space = self()->life.space, error, r;
	uint32_t bytes = 0;
	vaddr_t at = 0;

	if (flags == 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE)))
		return -EINVAL;
	for (; (r = region_from(space, at)) >= 0; at = regions[r].end)
		bytes += regions[r].end - regions[r].start;
	error = may_lock(flags & MCL_CURRENT ? bytes : 0);
	if (error)
		return error;
	spaces[space].fills = flags & MCL_FUTURE;
	if (flags & MCL_CURRENT)
		fill(0, USER_LIMIT); /* as far as it may be touched */
	return 0;
}

int sys_munlockall(void)
{
	spaces[self()->life.space].fills = false;
	return 0;
}

/* ---- madvise ------------------------------------------------------------ */

/*
 * Private memory of [start, end) becomes what it was when it was mapped.  What
 * is shared keeps its bytes.  -EINVAL: a file's private pages do not forget.
 */
static int forget(vaddr_t start, vaddr_t end)
{
	int space = self()->life.space, error = 0;

	while (error == 0 && regions_overlap(space, start, end)) {
		struct region part = regions[region_from(space, start)];

		part.start = max(part.start, start);
		part.end = start = min(part.end, end);
		part.promised = false;
		if (part.kind != REGION_SHARED)
			error = part.segment < 0 ? space_map(&part) : -EINVAL;
	}
	return error;
}

/*
 * A bit for each advice that is known: MADV_DONTNEED, and those that only say
 * what is likely or wanted (0 to 3, FREE, DONTDUMP, DODUMP, COLD, PAGEOUT).
 */
#define ADVICES 0x33011fu

int sys_madvise(vaddr_t address, uint32_t length, int advice)
{
	vaddr_t end = address + page_up(length);
	int error = 0;

	if (advice < 0 || advice > 31 || !(ADVICES >> advice & 1) ||
	    !page_aligned(address) || end < address ||
	    (length && end == address))
		return -EINVAL;
	if (advice == MADV_DONTNEED)
		error = forget(address, end);
	return error == 0 && !is_mapped(address, end) ? -ENOMEM : error;
}

/* ---- mremap ------------------------------------------------------------- */

/*
 * The first `old` bytes from `address` on, which are of region `r`, become
 * `length` bytes at *to, or where there is room if that is 0.
 */
static int move(int r, vaddr_t address, uint32_t old, uint32_t length,
                vaddr_t *to)
{
	struct region draft = regions[r];

	if (*to == 0)
		*to = draft.kind == REGION_SHARED
		          ? space_find_shared(draft.space, pages_in(length))
		          : space_find_private(draft.space, pages_in(length));
	if (*to == 0)
		return -ENOMEM;
	draft.offset = region_page(&draft, address);
	draft.start = draft.base = *to;
	draft.end = *to + length;
	return new_memory(space_move(r, address, old, &draft), *to, draft.end);
}

/* Private memory of no file grows where it is: 0; -ENOMEM: there is no room. */
static int grow(int r, vaddr_t end)
{
	struct region more = regions[r];

	more.start = more.end;
	more.end = end;
	more.promised = false;
	if (more.kind == REGION_SHARED || more.segment >= 0 ||
	    end < more.start || end > USER_LIMIT ||
	    regions_overlap(more.space, more.start, end))
		return -ENOMEM;
	return new_memory(space_map(&more), more.start, end);
}

int sys_mremap(vaddr_t address, uint32_t old_length, uint32_t new_length,
               uint32_t flags, vaddr_t to, vaddr_t *result)
{
	int space = self()->life.space, r = region_at(space, address), error;
	uint32_t old = page_up(old_length), length = page_up(new_length);
	bool moves = flags & MREMAP_MAYMOVE, fixed = flags & MREMAP_FIXED;

	if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) || (fixed && !moves) ||
	    !page_aligned(address) || length == 0)
		return -EINVAL;
	if (r < 0)
		return -EFAULT;
	if (!in_user_space(address, old) ||
	    (fixed && (!page_aligned(to) || to < USER_FIRST ||
	               !in_user_space(to, length) ||
	               (address + old > to && to + length > address))))
		return -EINVAL;
	*result = address;
	if (length < old) {
		error = space_unmap(space, address + length, address + old);
		if (error)
			return error;
		old = length;
	}
	if (old == length && !fixed)
		return 0;
	if (old == 0)
		return -EINVAL;
	if (old > regions[r].end - address)
		return -EFAULT;
	if (!fixed && old == regions[r].end - address &&
	    grow(r, address + length) == 0)
		return 0;
	*result = fixed ? to : 0;
	return moves ? move(r, address, old, length, result) : -ENOMEM;
}
