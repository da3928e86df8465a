/*
 * ipc/sysv/ids.c -- identifiers and keys: one id table, three users.
 *
 *	  30             15 14            0
 *	+------------------+---------------+     id = seq * 32768 + index
 *	|  sequence of the |   index of    |
 *	|  slot, 1..65535  |   the slot    |     always positive
 *	+------------------+---------------+
 *
 * A removed object's index is soon used again, but its id is not: each removal
 * moves the slot's sequence on.  So a program that still holds the old id gets
 * an error, and never a stranger's object.  A slot that has used up its
 * sequence is retired: it is better to lose a slot than to repeat an id.  Only
 * root can make an id come again, by /proc/sys/kernel/shm_next_id and its like:
 * a program that restores saved objects asks so for the ids that they had.
 *
 * Three searches:
 *   by id      the slot is in the id; its sequence must be the same
 *   by key     heads[hash] -> slot -> slot, two on average for 4,096 keys
 *   for room   the lowest free index: 1,024 words of bits at the most, and
 *              the words that are known to be full are not looked at
 *
 * A slot keeps the id of its object.  A free slot keeps the complement of the
 * next id: it is negative, so no id that a program passes leads to that slot
 * and equals it.  A retired slot keeps the complement of its index.  Slots from
 * rows.fresh on were never used, and their memory may not even be there.  A
 * slot below that keeps 0 if it was never used.
 */
#include "ids.h"

#define HASH_SHIFT 21 /* leaves the 11 bits that count IDS_HEADS */

_Static_assert(IDS_HEADS == 1 << (32 - HASH_SHIFT), "hash covers the heads");
_Static_assert(IDS_LIMIT <= 65535, "index + 1 fits in 16 bits");
_Static_assert(IDS_SEQ_MAX <= 65535, "an id is a positive int");

/* Fibonacci hashing: keys of ftok(3) differ in high bits and in low ones. */
static uint32_t hash(int key)
{
	return ((uint32_t)key * 0x9E3779B1u) >> HASH_SHIFT;
}

int ids_find(const struct ids *ids, int id)
{
	return ids_at(ids, id) ? ids_index(id) : -1;
}

int ids_find_key(const struct ids *ids, int key)
{
	int place = ids->heads[hash(key)];

	while (place > 0) {
		const struct ids_slot *slot = ids_slot_at(ids, place - 1);

		if (slot->key == key)
			return place - 1;
		place = slot->next;
	}
	return -1;
}

bool ids_used(const struct ids *ids, int index)
{
	return index >= 0 && index < ids->rows.fresh &&
	       ids_slot_at(ids, index)->id > 0;
}

int ids_id(const struct ids *ids, int index)
{
	return ids_slot_at(ids, index)->id;
}

int ids_highest(const struct ids *ids)
{
	int index = ids->rows.fresh - 1;

	while (index > 0 && !ids_used(ids, index))
		index--;
	return index < 0 ? 0 : index;
}

/* ---- which slots may be given out --------------------------------------- */

int ids_place(const struct ids *ids)
{
	int from = ids->next_id < 0 ? 32 * ids->full : ids_index(ids->next_id);
	uint32_t below = (1u << from % 32) - 1; /* bits not to be looked at */

	for (int word = from / 32; word < IDS_MAP_WORDS; word++, below = 0)
		if ((ids->taken[word] | below) != UINT32_MAX)
			return 32 * word +
			       __builtin_ctz(~(ids->taken[word] | below));
	return -1;
}

/* If `index` was the lowest free one, all words below its own are full. */
static void take(struct ids *ids, int index)
{
	ids->taken[index / 32] |= 1u << index % 32;
	if (ids->next_id < 0)
		ids->full = index / 32;
}

/* The id of an object that begins at `index`. */
static int new_id(const struct ids *ids, int index)
{
	int old = ids_slot_at(ids, index)->id;

	if (ids->next_id >= IDS_LIMIT || (ids->next_id >= 0 && index > 0))
		return (ids->next_id & ~(IDS_LIMIT - 1)) | index;
	return old == 0 ? IDS_LIMIT + index /* it was never used */
	                : ~old;
}

/*
 * The wish for an id is fulfilled once.  If slot 0 was passed by and was never
 * used, it gets its next id now: the id 0 must not find it.
 */
static void forget_wish(struct ids *ids)
{
	struct ids_slot *first = ids_slot_at(ids, 0);

	if (first->id == 0)
		first->id = ~IDS_LIMIT;
	ids->next_id = -1;
}

static void give_back(struct ids *ids, int index)
{
	ids->taken[index / 32] &= ~(1u << index % 32);
	if (index / 32 < ids->full)
		ids->full = index / 32;
}

/* ---- a slot's life ------------------------------------------------------ */

void ids_insert(struct ids *ids, int index, int key)
{
	struct ids_slot *slot = ids_slot_at(ids, index);
	uint16_t *head = &ids->heads[hash(key)];

	take(ids, index);
	slot->id = new_id(ids, index);
	if (ids->next_id >= 0)
		forget_wish(ids);
	ids->rows.live++;
	slot->key = key;
	slot->next = 0;
	if (key != IPC_PRIVATE) {
		slot->next = *head;
		*head = index + 1;
	}
}

void ids_forget_key(struct ids *ids, int index)
{
	struct ids_slot *slot = ids_slot_at(ids, index);
	uint16_t *place = &ids->heads[hash(slot->key)];

	if (slot->key == IPC_PRIVATE)
		return;
	while (*place != index + 1)
		place = &ids_slot_at(ids, *place - 1)->next;
	*place = slot->next;
	slot->next = 0;
	slot->key = IPC_PRIVATE;
}

void ids_remove(struct ids *ids, int index)
{
	struct ids_slot *slot = ids_slot_at(ids, index);

	ids_forget_key(ids, index);
	ids->rows.live--;
	if (slot->id >> IDS_SHIFT >= IDS_SEQ_MAX) {
		slot->id = ~index; /* retired: its bit in `taken` stays */
		return;
	}
	slot->id = ~(slot->id + IDS_LIMIT);
	give_back(ids, index);
}
