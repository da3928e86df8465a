/*
 * ipc/sysv/shm.c -- System V shared memory.
 *
 * A segment has physical frames in order, and the page tables that map them; it
 * belongs to no process.  An attach writes one word for each 4 MiB: a PDE that
 * points at the segment's own table.  Two processes that attach it can have
 * different linear addresses for the same bytes.  Nothing is ever copied.
 *
 *	process A                segment                 process B
 *	0x40000000 --PDE--> [ page table: f1 f2 f3 ] <--PDE-- 0x50000000
 *	                                  |  |  |
 *	                              frame frame frame
 *
 * mm/ does that part.  Here a segment gets what System V adds: an id and a key,
 * an owner and a creator, a mode, and its history (struct shmid_ds).
 *
 * A segment dies when it has been removed (IPC_RMID) *and* no process has it
 * attached, whichever comes last.  So two facts decide: SHM_DEST, and
 * shm_nattch, which is at every moment the number of its attaches in all
 * processes.  Only attach() and detach() below change it.  While
 * shm_rmid_forced is set, every segment counts as removed, but for one thing:
 * one that nobody has attached yet lives as long as its creator.
 *
 * ipc/sysv/shm_check.c recounts:
 *
 *	I1  shm_nattch is the number of attaches found in all spaces
 *	I2  a removed segment has attaches, and no key
 *	I3  keys are unique, and every id and key finds its object
 *	I4  an object holds a segment of its size
 *	I5  shm_pages is the sum of their pages
 *
 *	sys_shmget   find or make            sys_shmctl   look, change, remove
 *	sys_shmat    attach                  shm_fork     a child inherits
 *	sys_shmdt    detach                  attach_ended one less, by any way
 *	shm_exit     a creator has ended
 *
 * This is in the kernel and not in a server, because shm_nattch counts what
 * page tables have, and a count is only right beside what it counts.
 */
#include "shm.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/cpu.h"
#include "../../kernel/base/panic.h"
#include "../../kernel/base/seldom.h"
#include "permission.h"

struct shminfo shm_limits = {
    .shmmax = 0xFEFFFFFF, .shmmin = 1, .shmmni = 4096, .shmall = 0xFEFFFFFF};

struct ids shm_ids = IDS(shms);
uint32_t shm_pages, shm_rmid_forced;

_Static_assert(sizeof(struct shm) <= 128, "32,768 of them have 4 MiB");

static const struct object_kind kind = {
    .ids = &shm_ids,
    .most = &shm_limits.shmmni,
    .ds_bytes = sizeof(struct shmid_ds),
    .ctime = offsetof(struct shmid_ds, shm_ctime),
    .stat = SHM_STAT};

/* ---- birth and death ---------------------------------------------------- */

/*
 * The flags hold the logarithm of the size that is wanted, or 0: the only size
 * that this CPU has.
 */
static bool is_huge_size(int flags)
{
	uint32_t size = (uint32_t)flags >> SHM_HUGE_SHIFT;

	return size == 0 || size == SLOT_SHIFT;
}

/*
 * The reasons to refuse a new segment before any memory is asked for, in the
 * order in which they are reported.  0: there is none.
 */
static int refuse(uint32_t size, int flags)
{
	uint32_t pages = pages_for(size);

	if (size < shm_limits.shmmin || size > shm_limits.shmmax || size == 0)
		return -EINVAL;
	/* The last page may not end beyond 4 GiB. */
	if (page_bytes(pages) < size || pages > shm_limits.shmall ||
	    shm_pages > shm_limits.shmall - pages)
		return -ENOSPC;
	if ((flags & SHM_HUGETLB) && !is_huge_size(flags))
		return -EINVAL;
	/* No huge page is in stock, and only root and group 0 may ask. */
	if (flags & SHM_HUGETLB)
		return self()->identity.euid && !in_group(&self()->identity, 0)
		           ? -EPERM
		           : -ENOMEM;
	return 0;
}

static int create(int key, uint32_t size, int flags)
{
	int error = refuse(size, flags);
	int segment, index, id;

	if (error < 0)
		return error;
	segment = segment_make(pages_for(size), !(flags & SHM_NORESERVE), false,
	                       proc_level(self()));
	if (segment < 0)
		return segment;
	/* A full table is the last thing to be reported, after -ENOMEM. */
	index = object_place(&kind);
	if (index < 0) {
		segment_drop(segment);
		return index;
	}

	/* Nothing below can fail. */
	id = object_begin(&kind, index, key, flags);
	shms[index].segment = segment;
	shms[index].ds.shm_segsz = size;
	shms[index].ds.shm_cpid = self()->life.pid;
	shms[index].creator = self_index();
	self()->shm_creator = true;
	shm_pages += pages_for(size);
	return id;
}

static void destroy(int index)
{
	struct shm *shm = &shms[index];

	ids_remove(&shm_ids, index);
	shm_pages -= pages_for(shm->ds.shm_segsz);
	segment_drop(shm->segment);
	shm->segment = -1;
	shm->locker = 0;
}

/* ---- the count ---------------------------------------------------------- */

/* There is one more attach of this object: I1. */
static void attach(int index)
{
	shms[index].ds.shm_nattch++;
}

static void stamp_attach(int index)
{
	shms[index].ds.shm_lpid = self()->life.pid;
	shms[index].ds.shm_atime = clock_now;
}

/* There is one attach less, or it was not made after all: I1. */
static void detach(int index)
{
	assert(shms[index].ds.shm_nattch > 0);
	shms[index].ds.shm_nattch--;
}

/* Does no attach keep it, and nothing else? */
static bool is_due(const struct shmid_ds *ds)
{
	return ds->shm_nattch == 0 &&
	       (shm_rmid_forced || (ds->shm_perm.mode & SHM_DEST));
}

/* The last attach of a removed object ends the object, too: I2. */
void attach_ended(int space, int tag)
{
	struct shmid_ds *ds = &shms[tag].ds;

	detach(tag);
	ds->shm_lpid = spaces[space].pid;
	ds->shm_dtime = clock_now;
	if (is_due(ds))
		destroy(tag);
}

void shm_destroy_orphans(void)
{
	for (int i = 0; shm_rmid_forced && i < shm_ids.rows.fresh; i++) {
		if (ids_used(&shm_ids, i) && shms[i].creator < 0 &&
		    is_due(&shms[i].ds))
			destroy(i);
		preemption_point();
	}
}

void shm_exit(void)
{
	if (!self()->shm_creator)
		return;
	for (int i = 0; i < shm_ids.rows.fresh; i++)
		if (ids_used(&shm_ids, i) && shms[i].creator == self_index())
			shms[i].creator = -1;
	shm_destroy_orphans();
}

void shm_fork(int child_space)
{
	int each = attach_first(child_space);

	for (; each >= 0; each = attach_next(each)) {
		attach(regions[each].tag);
		stamp_attach(regions[each].tag);
	}
}

/* ---- shmget(2) ---------------------------------------------------------- */

int sys_shmget(int key, uint32_t size, int flags)
{
	int index = object_lookup(&kind, key, flags);

	if (index == OBJECT_NEW)
		return create(key, size, flags);
	if (index < 0)
		return index;
	if (size > shms[index].ds.shm_segsz)
		return -EINVAL;
	return object_open(&kind, index, flags);
}

/* ---- shmat(2), shmdt(2) ------------------------------------------------- */

static int rights_of(int flags)
{
	return RIGHT_READ | (flags & SHM_RDONLY ? 0 : RIGHT_WRITE) |
	       (flags & SHM_EXEC ? RIGHT_EXEC : 0);
}

/* There is no attach for writing alone: a write needs both. */
static int asked_of(int flags)
{
	return ASK_READ | (flags & SHM_RDONLY ? 0 : ASK_WRITE) |
	       (flags & SHM_EXEC ? ASK_EXEC : 0);
}

/* An address of 0 means anywhere; one that is rounded down to 0 does not. */
static bool address_is_good(vaddr_t address, int flags)
{
	if (address == 0)
		return !(flags & SHM_REMAP);
	if (address % SHMLBA == 0)
		return true;
	return (flags & SHM_RND) && address >= SHMLBA;
}

/* It is inline, because every shmat passes here. */
inline int shm_may_attach(int id, vaddr_t address, int flags)
{
	int index;

	if (!address_is_good(address, flags))
		return -EINVAL;
	index = object_find(&kind, id, asked_of(flags));
	if (index < 0)
		return index;
	/* SHMSEG comes after the permission, and before the mapping. */
	if (shm_limits.shmseg != 0 &&
	    (uint32_t)spaces[self()->life.space].attaches >= shm_limits.shmseg)
		return -EMFILE;
	return index;
}

int shm_attach(int index, vaddr_t address, int flags, vaddr_t *result)
{
	vaddr_t base = address & ~(SHMLBA - 1);
	int error;

	/*
	 * Counted before it is made: what it replaces may be the last attach
	 * of the same, removed, segment.
	 */
	attach(index);
	error = space_attach(self()->life.space, shms[index].segment, &base,
	                     rights_of(flags), flags & SHM_REMAP, index);
	if (error < 0) {
		bool wraps = base + shms[index].ds.shm_segsz < base;

		detach(index);
		return wraps && !(flags & SHM_REMAP) ? -EINVAL : error;
	}
	stamp_attach(index);
	*result = base;
	return 0;
}

int sys_shmat(int id, vaddr_t address, int flags, vaddr_t *result)
{
	int index = shm_may_attach(id, address, flags);

	return index < 0 ? index : shm_attach(index, address, flags, result);
}

int sys_shmdt(vaddr_t address)
{
	return space_detach(self()->life.space, address);
}

/* ---- shmctl(2) ---------------------------------------------------------- */

/* IPC_RMID: it dies now, or at the last detach; its key is free now. */
static int remove(int id)
{
	int index = object_find_to_change(&kind, id);

	if (index < 0)
		return index;
	if (shms[index].ds.shm_nattch == 0) {
		destroy(index);
		return 0;
	}
	ids_forget_key(&shm_ids, index);
	shms[index].ds.shm_perm.key = IPC_PRIVATE;
	shms[index].ds.shm_perm.mode |= SHM_DEST;
	return 0;
}

/* RLIMIT_MEMLOCK bounds what a user has locked: `index`, or -errno. */
static int may_lock(int index)
{
	uint32_t limit = self()->limits.own[RLIMIT_MEMLOCK][0];
	uint32_t uid = self()->identity.uid;
	int pages = 0;

	for (int i = 0; i < shm_ids.rows.fresh; i++)
		if (i == index || shms[i].locker == uid + 1)
			pages += pages_for(shms[i].ds.shm_segsz);
	if (self()->identity.euid == 0 ||
	    (limit && (shms[index].locker || pages <= pages_in(limit))))
		return index;
	return limit ? -ENOMEM : -EPERM;
}

/* SHM_LOCK, SHM_UNLOCK: frames never leave memory here; the mode says it. */
static int lock(int id, int locked)
{
	int index = object_find_to_change(&kind, id);
	struct ipc_perm *perm;

	if (index >= 0 && locked)
		index = may_lock(index);
	if (index < 0)
		return index;
	if (!locked || !shms[index].locker)
		shms[index].locker = locked ? self()->identity.uid + 1 : 0;
	perm = &shms[index].ds.shm_perm;
	perm->mode = (perm->mode & ~SHM_LOCKED) | locked;
	return 0;
}

SELDOM static int tell_limits(vaddr_t buf)
{
	struct shminfo info = shm_limits;

	if (info.shmseg == 0) /* no limit of its own */
		info.shmseg = info.shmmni;
	return object_tell(&kind, buf, &info, sizeof(info));
}

SELDOM static int tell_usage(vaddr_t buf)
{
	struct shm_info info = {.used_ids = shm_ids.rows.live,
	                        .shm_tot = shm_pages};

	for (int i = 0; i < shm_ids.rows.fresh; i++)
		if (ids_used(&shm_ids, i))
			info.shm_rss += segments[shms[i].segment].resident;
	return object_tell(&kind, buf, &info, sizeof(info));
}

int sys_shmctl(int id, int command, vaddr_t buf)
{
	if (id < 0)
		return -EINVAL;
	switch (command) {
	case IPC_RMID:
		return remove(id);
	case IPC_INFO:
		return tell_limits(buf);
	case SHM_LOCK:
		return lock(id, SHM_LOCKED);
	case SHM_UNLOCK:
		return lock(id, 0);
	case SHM_INFO:
		return tell_usage(buf);
	default:
		return object_control(&kind, id, command, buf);
	}
}
