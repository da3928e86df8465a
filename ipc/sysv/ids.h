/*
 * ipc/sysv/ids.h -- identifiers and keys: one id table, three users.
 *
 * Shared memory, semaphores and message queues name their objects alike: a
 * program chooses a key, and the kernel answers with an id.  An object lives in
 * a slot of its kind's rows.  The slot begins with a struct ids_slot, through
 * which this file finds it by key or by id.  How many objects there are hardly
 * matters to the time.  See ipc/sysv/ids.c for the picture.
 */
#ifndef IPC_IDS_H
#define IPC_IDS_H

#include "../../abi/sysv.h"
#include "../../mm/rows.h"

#define IDS_SHIFT     15
#define IDS_LIMIT     (1 << IDS_SHIFT) /* slots of a kind, at most */
#define IDS_HEADS     2048             /* chains of keys; a power of two */
#define IDS_MAP_WORDS (IDS_LIMIT / 32)

/* How often a slot is used before it is retired; host tests make it small. */
#ifndef IDS_SEQ_MAX
#define IDS_SEQ_MAX 65535
#endif

/* What an object begins with.  Written by ids.c alone. */
struct ids_slot {
	int key; /* IPC_PRIVATE: not to be found by key */
	int id;  /* of the object here; below 0: there is none, see ids.c */
	uint16_t next; /* in its chain: index + 1; 0: the last */
};

struct ids {
	struct rows rows;              /* of the objects; `live` counts them */
	uint32_t taken[IDS_MAP_WORDS]; /* a bit: not to be given out */
	int full;                      /* so many words of it are full */
	int next_id; /* the id that the next object is to have, or -1 */
	uint16_t heads[IDS_HEADS]; /* index + 1 of a chain's first; 0: empty */
};

/* clang-format off */
#define IDS(array)                                                             \
	{                                                                      \
		.rows = ROWS_OF(array, IDS_LIMIT), .next_id = -1               \
	}
/* clang-format on */

static inline int ids_index(int id)
{
	return id & (IDS_LIMIT - 1);
}

/* The slot at `index`, which was used once: it is below rows.fresh. */
static inline struct ids_slot *ids_slot_at(const struct ids *ids, int index)
{
	return (struct ids_slot *)rows_at(&ids->rows, index);
}

/* The object that has this id, or 0. */
static inline void *ids_at(const struct ids *ids, int id)
{
	int index = ids_index(id);
	struct ids_slot *slot;

	if (index >= ids->rows.fresh)
		return 0;
	slot = ids_slot_at(ids, index);
	return slot->id == id ? slot : 0;
}

/* The index of the object with this id, or with this key; or -1. */
int ids_find(const struct ids *ids, int id);
int ids_find_key(const struct ids *ids, int key); /* not IPC_PRIVATE */

/* Is there an object at `index`? */
bool ids_used(const struct ids *ids, int index);

/* The id of the object at `index`. */
int ids_id(const struct ids *ids, int index);

/* The highest index of an object, or 0 when there is none. */
int ids_highest(const struct ids *ids);

/*
 * The index that the next object gets: the lowest free one, or from that of
 * `next_id` on.  -1: every slot there is used or retired.
 */
int ids_place(const struct ids *ids);

/*
 * An object begins at `index`, which ids_place() has just answered, and whose
 * memory is there.  The key must be IPC_PRIVATE or not in use.
 */
void ids_insert(struct ids *ids, int index, int key);

/* The key of the object at `index` is free for another; the id stays. */
void ids_forget_key(struct ids *ids, int index);

/* The object at `index` ends: its id is never valid again. */
void ids_remove(struct ids *ids, int index);

/* Self-check: logs each breach, and answers how many there are. */
int ids_check(const struct ids *ids, const char *name);

#endif
