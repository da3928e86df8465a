/*
 * ipc/sysv/object.c -- what the three kinds of System V objects have in common.
 *
 * The order in which errors are reported is part of the contract, because
 * programs try a call to learn what is there.  When the object exists, the
 * first question is whether it should (-EEXIST), then comes what the kind asks
 * (its size), then permission.  For a new object, what the kind asks comes
 * first, then memory, and a full table last.
 */
#include "object.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/string.h"
#include "permission.h"

#define DS_MOST 88 /* of all descriptions, msqid_ds is the longest */

_Static_assert(sizeof(struct object) == 48, "perm follows the slot at once");

static struct object *object_at(const struct object_kind *kind, int index)
{
	return (struct object *)ids_slot_at(kind->ids, index);
}

bool object_grants(const struct object_kind *kind, int index, int asked)
{
	return permission_grants(&object_at(kind, index)->perm,
	                         &self()->identity, asked);
}

static void stamp_ctime(const struct object_kind *kind, int index)
{
	char *ds = (char *)&object_at(kind, index)->perm;

	*(uint32_t *)(ds + kind->ctime) = clock_now;
}

/* ---- birth and death ---------------------------------------------------- */

int object_lookup(const struct object_kind *kind, int key, int flags)
{
	int index = key == IPC_PRIVATE ? -1 : ids_find_key(kind->ids, key);

	if (index < 0)
		return key == IPC_PRIVATE || (flags & IPC_CREAT) ? OBJECT_NEW
		                                                 : -ENOENT;
	if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
		return -EEXIST;
	return index;
}

int object_open(const struct object_kind *kind, int index, int flags)
{
	return object_grants(kind, index, flags) ? ids_id(kind->ids, index)
	                                         : -EACCES;
}

int object_place(const struct object_kind *kind)
{
	int index = ids_place(kind->ids);

	if (index < 0 || (uint32_t)kind->ids->rows.live >= *kind->most)
		return -ENOSPC;
	if (rows_grow(&kind->ids->rows, index, proc_level(self())) < 0)
		return -ENOMEM;
	return index;
}

int object_begin(const struct object_kind *kind, int index, int key, int mode)
{
	const struct identity *creator = &self()->identity;
	struct object *object = object_at(kind, index);

	ids_insert(kind->ids, index, key);
	memset(&object->perm, 0, kind->ds_bytes);
	object->perm = (struct ipc_perm){.key = key,
	                                 .uid = creator->euid,
	                                 .gid = creator->egid,
	                                 .cuid = creator->euid,
	                                 .cgid = creator->egid,
	                                 .mode = mode & 0777,
	                                 .seq = object->slot.id >> IDS_SHIFT};
	stamp_ctime(kind, index);
	return ids_id(kind->ids, index);
}

/* ---- permission --------------------------------------------------------- */

int object_find(const struct object_kind *kind, int id, int asked)
{
	int index = ids_find(kind->ids, id);

	if (index < 0)
		return -EINVAL;
	return object_grants(kind, index, asked) ? index : -EACCES;
}

int object_find_to_change(const struct object_kind *kind, int id)
{
	int index = ids_find(kind->ids, id);

	if (index < 0)
		return -EINVAL;
	if (!permission_controls(&object_at(kind, index)->perm,
	                         &self()->identity))
		return -EPERM;
	return index;
}

/* ---- commands ----------------------------------------------------------- */

static int tell(const struct object_kind *kind, int id, int asked, vaddr_t buf)
{
	int index = object_find(kind, id, asked);

	if (index < 0)
		return index;
	return copy_out(buf, &object_at(kind, index)->perm, kind->ds_bytes);
}

static int tell_index(const struct object_kind *kind, int index, int asked,
                      vaddr_t buf)
{
	int id, error;

	if (!ids_used(kind->ids, index))
		return -EINVAL;
	id = ids_id(kind->ids, index);
	error = tell(kind, id, asked, buf);
	return error < 0 ? error : id;
}

int object_set(const struct object_kind *kind, int id, vaddr_t buf)
{
	struct {
		struct ipc_perm perm;
		char rest[DS_MOST - sizeof(struct ipc_perm)];
	} new;
	int error = copy_in(&new, buf, kind->ds_bytes);
	int index = error < 0 ? error : object_find_to_change(kind, id);
	struct ipc_perm *own;

	if (index < 0)
		return index;
	if (new.perm.uid == UINT32_MAX || new.perm.gid == UINT32_MAX)
		return -EINVAL;
	own = &object_at(kind, index)->perm;
	own->uid = new.perm.uid;
	own->gid = new.perm.gid;
	own->mode = (own->mode & ~0777) | (new.perm.mode & 0777);
	stamp_ctime(kind, index);
	return 0;
}

int object_control(const struct object_kind *kind, int id, int command,
                   vaddr_t buf)
{
	if (command == IPC_STAT)
		return tell(kind, id, ASK_READ, buf);
	if (command == IPC_SET)
		return object_set(kind, id, buf);
	if (command == kind->stat)
		return tell_index(kind, id % IDS_LIMIT, ASK_READ, buf);
	if (command == kind->stat + 2)
		return tell_index(kind, id % IDS_LIMIT, ASK_NOTHING, buf);
	return -EINVAL;
}

int object_tell(const struct object_kind *kind, vaddr_t buf, const void *info,
                uint32_t bytes)
{
	int error = copy_out(buf, info, bytes);

	return error < 0 ? error : ids_highest(kind->ids);
}
