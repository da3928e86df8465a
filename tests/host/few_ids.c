/*
 * tests/host/few_ids.c -- System V objects of which there are two at the most.
 */
#include "few_ids.h"

#include "../../abi/errno.h"
#include "../../kernel/process/process.h"
#include "tap.h"

static uint16_t *head; /* of KEY's chain */
static struct m_object *objects;

void few_ids_begin(struct ids *ids, struct ids fresh, struct m_object *model)
{
	objects = model;
	for (int i = 0; i < FEW; i++)
		objects[i].next_seq = 1;
	*ids = fresh;
	ids_insert(ids, 0, KEY); /* to learn where its chain begins */
	for (int i = 0; i < IDS_HEADS; i++)
		if (ids->heads[i])
			head = &ids->heads[i];
	memset(rows_at(&fresh.rows, 0), 0, fresh.rows.stride);
	*ids = fresh;
	memset(ids->taken, 0xFF, sizeof(ids->taken));
	ids->taken[0] = ~3u;
}

void few_ids_save(struct few_ids *to, const struct ids *ids)
{
	*to = (struct few_ids){.fresh = ids->rows.fresh,
	                       .live = ids->rows.live,
	                       .taken = ids->taken[0],
	                       .head = *head};
}

void few_ids_restore(struct ids *ids, const struct few_ids *from)
{
	ids->rows.fresh = from->fresh;
	ids->rows.live = from->live;
	ids->taken[0] = from->taken;
	*head = from->head;
}

/*
 * test_ids.c has seen to ids.c; most of these maps are full.  A program with
 * ids_check.c has the real one.
 */
__attribute__((weak)) int ids_check(const struct ids *ids, const char *name)
{
	(void)ids, (void)name;
	return 0;
}

/* ---- the model ---------------------------------------------------------- */

int m_id(int object)
{
	return objects[object].next_seq * 32768 + object;
}

int m_find(int id)
{
	for (int i = 0; i < FEW; i++)
		if (objects[i].alive && id == m_id(i))
			return i;
	return -1;
}

bool m_owns(int object, int proc)
{
	int uid = (int)procs[proc].identity.euid;

	return uid == objects[object].owner || uid == objects[object].creator;
}

bool m_may(int object, int proc, int rw)
{
	int mode = objects[object].mode;
	int granted = m_owns(object, proc) ? mode / 0100 : mode % 010;

	return (rw & ~granted) == 0;
}

int m_lookup(int key, int flags)
{
	int i = 0;

	if (key == IPC_PRIVATE)
		return M_NEW;
	while (i < FEW && !(objects[i].alive && objects[i].key == key))
		i++;
	if (i == FEW)
		return flags & IPC_CREAT ? M_NEW : -ENOENT;
	return (flags & IPC_CREAT) && (flags & IPC_EXCL) ? -EEXIST : i;
}

int m_open(int object, int flags)
{
	int request = (flags | flags >> 3 | flags >> 6) & 7;

	return m_may(object, self_index(), request) ? m_id(object) : -EACCES;
}

int m_new(int key, int flags)
{
	int i = 0, uid = (int)self()->identity.euid;

	while (i < FEW && (objects[i].alive || objects[i].next_seq == 0))
		i++;
	if (i == FEW)
		return -ENOSPC;
	objects[i] = (struct m_object){.alive = 1,
	                               .next_seq = objects[i].next_seq,
	                               .key = key,
	                               .owner = uid,
	                               .creator = uid,
	                               .mode = flags & 0777};
	return i;
}

void m_bury(int object)
{
	int seq = objects[object].next_seq;

	objects[object] =
	    (struct m_object){.next_seq = seq == IDS_SEQ_MAX ? 0 : seq + 1};
}

bool compare_object(const struct ids *ids, int object,
                    const struct ipc_perm *perm)
{
	const struct m_object *o = &objects[object];

	EXPECT(ids_used(ids, object), o->alive);
	if (!o->alive)
		return false;
	EXPECT(ids_id(ids, object), m_id(object));
	EXPECT(perm->key, o->key);
	EXPECT(perm->uid, o->owner);
	EXPECT(perm->cuid, o->creator);
	return true;
}
