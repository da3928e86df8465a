/*
 * ipc/object.c -- what the three kinds of System V objects have in common.
 *
 * The order in which errors are reported is part of the contract: programs
 * try a call to learn what is there.  Of an object that exists, first whether
 * it should (-EEXIST), then what the kind asks (its size), then permission; of
 * a new one, first what the kind asks, then memory, and a full table last.
 */
#include "object.h"

#include "../abi/errno.h"
#include "../kernel/string.h"
#include "permission.h"

_Static_assert(sizeof(struct object) == 44, "perm follows the slot at once");

static struct object *object_at(const struct object_kind *kind, int index)
{
	return (struct object *)(kind->ids->slots + index * kind->ids->stride);
}

bool object_grants(const struct object_kind *kind, int index, int asked)
{
	return permission_grants(&object_at(kind, index)->perm, &self()->cred,
	                         asked);
}

int object_level(void)
{
	return spaces[self()->space].level;
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
	int index = ids_lowest_free(kind->ids);

	if (index < 0 || (uint32_t)kind->ids->used >= *kind->most)
		return -ENOSPC;
	if (table_grow(kind->table, index, object_level()) < 0)
		return -ENOMEM;
	return index;
}

int object_begin(const struct object_kind *kind, int index, int key, int mode)
{
	const struct credentials *creator = &self()->cred;
	struct object *object = object_at(kind, index);

	ids_insert(kind->ids, index, key);
	kind->table->live++;
	memset(&object->perm, 0, kind->ds_bytes);
	object->perm = (struct ipc_perm){.key = key,
	                                 .uid = creator->euid,
	                                 .gid = creator->egid,
	                                 .cuid = creator->euid,
	                                 .cgid = creator->egid,
	                                 .mode = mode & 0777,
	                                 .seq = object->slot.seq};
	return ids_id(kind->ids, index);
}

void object_end(const struct object_kind *kind, int index)
{
	ids_remove(kind->ids, index);
	kind->table->live--;
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
	if (!permission_controls(&object_at(kind, index)->perm, &self()->cred))
		return -EPERM;
	return index;
}

/* ---- commands ----------------------------------------------------------- */

int object_stat(const struct object_kind *kind, int id, int asked, vaddr_t buf)
{
	int index = object_find(kind, id, asked);

	if (index < 0)
		return index;
	return copy_out(buf, &object_at(kind, index)->perm, kind->ds_bytes);
}

int object_stat_index(const struct object_kind *kind, int id, int asked,
                      vaddr_t buf)
{
	int index = id & (IDS_LIMIT - 1), error;

	if (!ids_used(kind->ids, index))
		return -EINVAL;
	id = ids_id(kind->ids, index);
	error = object_stat(kind, id, asked, buf);
	return error < 0 ? error : id;
}

int object_set(const struct object_kind *kind, int index,
               const struct ipc_perm *perm)
{
	struct ipc_perm *own = &object_at(kind, index)->perm;

	if (perm->uid == UINT32_MAX || perm->gid == UINT32_MAX)
		return -EINVAL;
	own->uid = perm->uid;
	own->gid = perm->gid;
	own->mode = (own->mode & ~0777) | (perm->mode & 0777);
	return 0;
}
