/*
 * ipc/sysv/object.h -- what the three kinds of System V objects have in common.
 *
 * Segments, semaphore sets and message queues are made and found by key, named
 * by id, guarded by owner, creator and mode, and looked at, changed and removed
 * by the same commands.  What differs between them is in shm.c, sem.c, msg.c.
 *
 * An object begins with its slot.  Then comes its description (struct shmid_ds
 * and its kin), which begins with a struct ipc_perm.  The rest is its kind's:
 *
 *	+------+---------------------------------+----------------+
 *	| slot | perm    | size, times, counts   | segment, ...   |
 *	+------+---------------------------------+----------------+
 *	       |<- what IPC_STAT copies out ---->|
 */
#ifndef IPC_OBJECT_H
#define IPC_OBJECT_H

#include "../../kernel/process/process.h"
#include "ids.h"

struct object {
	struct ids_slot slot;
	struct ipc_perm perm;
};

struct object_kind {
	struct ids *ids;      /* where they are, by id and by key */
	const uint32_t *most; /* objects in the system: SHMMNI and its kin */
	uint32_t ds_bytes;    /* of the description ... */
	uint32_t ctime;       /* ... and where in it: made, or last set */
	int stat;             /* SHM_STAT and its kin; SHM_STAT_ANY is two up */
};

/* ---- birth and death ---------------------------------------------------- */

#define OBJECT_NEW (-1000) /* no errno: an object is to be made */

/*
 * The first question of shmget(2) and its kin: the index of the object with
 * this key, OBJECT_NEW, -EEXIST (IPC_CREAT and IPC_EXCL) or -ENOENT.
 */
int object_lookup(const struct object_kind *kind, int key, int flags);

/* The last question, when an object was found: its id, or -EACCES. */
int object_open(const struct object_kind *kind, int index, int flags);

/* The index for one more object, whose memory is there: or -ENOSPC, -ENOMEM. */
int object_place(const struct object_kind *kind);

/*
 * An object of the caller's begins at `index`, which object_place() has just
 * answered.  Its description is zero, but for permissions and ctime.  Answers
 * the id.  (The object ends with ids_remove().)
 */
int object_begin(const struct object_kind *kind, int index, int key, int mode);

/* ---- permission --------------------------------------------------------- */

/* Has the caller what is asked?  `asked` is mode bits; see permission.h. */
bool object_grants(const struct object_kind *kind, int index, int asked);

/* The index of the object, if `asked` is granted.  -EINVAL, -EACCES. */
int object_find(const struct object_kind *kind, int id, int asked);

/* The same, if the caller may change or remove it; or -EINVAL, -EPERM. */
int object_find_to_change(const struct object_kind *kind, int id);

/* ---- commands of shmctl(2) and its kin ---------------------------------- */

/*
 * The commands that mean the same for all kinds; -EINVAL for any other.
 *
 *	IPC_STAT      the description: 0, -EINVAL, -EACCES, -EFAULT
 *	SHM_STAT      the same, of an index; answers the id
 *	SHM_STAT_ANY  the same, and needs no permission
 *	IPC_SET       object_set()
 *
 * Errors are reported in this order.
 */
int object_control(const struct object_kind *kind, int id, int command,
                   vaddr_t buf);

/*
 * IPC_SET: the owner and nine bits of the mode, and no more, from a description
 * at `buf`.  0, -EFAULT, -EINVAL, -EPERM; -EINVAL for an owner of -1.
 */
int object_set(const struct object_kind *kind, int id, vaddr_t buf);

/* IPC_INFO, SHM_INFO: copies `info` out; the highest index, or -EFAULT. */
int object_tell(const struct object_kind *kind, vaddr_t buf, const void *info,
                uint32_t bytes);

#endif
