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
 * moves the slot's sequence on, so that a program which still holds the old id
 * is told so, and never reaches a stranger's object.  When a slot has used up
 * its sequence it is retired: better to lose a slot than to repeat an id.
 *
 * Three searches, none of which grows with the number of objects:
 *   by id      the slot is in the id; its sequence must be the same
 *   by key     heads[hash] -> slot -> slot, two on average for 4,096 keys
 *   for room   the lowest index free: three words of a tree of bits
 *
 *	word 0                [ 1 2 ... 32 ]         node n is a bit: it leads
 *	words 1..32     [ 33 ... 64 ] [ 65 ... 96 ]  to word n, all of whose
 *	words 33..1056  [ slots 0..31 ] ...          bits are set, or to a slot
 *
 * A slot keeps the id of its object: that is the whole search by id.  Without
 * an object it keeps the complement of the id that the next one gets, or, when
 * it is retired, of one with sequence 0.  That is no id, and no number that a
 * program may ask for leads to the slot where it would be found: its last 15
 * bits are complemented, too.  Slots from table.fresh on were never used: their
 * memory may not even be there; those below it were, for who grows the table
 * has an object begin there at once.
 */
#include "ids.h"

#define HASH_SHIFT 21 /* leaves the 11 bits that count IDS_HEADS */

_Static_assert(IDS_HEADS == 1 << (32 - HASH_SHIFT), "hash covers the heads");
_Static_assert(IDS_LIMIT <= 65535, "index + 1 fits in 16 bits");
_Static_assert(IDS_SEQ_MAX <= 65535, "an id is a positive int");

static struct ids_slot *slot_at(const struct ids *ids, int index)
{
	return (struct ids_slot *)((char *)ids->rows.base +
	                           index * ids->rows.stride);
}

/* Fibonacci hashing: keys of ftok(3) differ in their high bits and their low.
 */
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
		const struct ids_slot *slot = slot_at(ids, place - 1);

		if (slot->key == key)
			return place - 1;
		place = slot->next;
	}
	return -1;
}

bool ids_used(const struct ids *ids, int index)
{
	return index >= 0 && index < ids->rows.fresh &&
	       slot_at(ids, index)->id > 0;
}

int ids_id(const struct ids *ids, int index)
{
	return slot_at(ids, index)->id;
}

int ids_highest(const struct ids *ids)
{
	int index = ids->rows.fresh - 1;

	while (index > 0 && !ids_used(ids, index))
		index--;
	return index < 0 ? 0 : index;
}

/* ---- which slots may be given out ------------------------------------- */

#define FIRST_SLOT IDS_MAP_WORDS /* the node of slot 0 */

int ids_lowest_free(const struct ids *ids)
{
	uint32_t node = 0;

	if (ids->taken[0] == UINT32_MAX)
		return -1;
	while (node < FIRST_SLOT)
		node = 32 * node + 1 + __builtin_ctz(~ids->taken[node]);
	return (int)(node - FIRST_SLOT);
}

static void take(struct ids *ids, int index)
{
	uint32_t node = FIRST_SLOT + index;

	do {
		uint32_t bit = 1u << (node - 1) % 32;

		node = (node - 1) / 32;
		ids->taken[node] |= bit;
	} while (node > 0 && ids->taken[node] == UINT32_MAX);
}

static void give_back(struct ids *ids, int index)
{
	uint32_t node = FIRST_SLOT + index;

	for (; node > 0; node = (node - 1) / 32)
		ids->taken[(node - 1) / 32] &= ~(1u << (node - 1) % 32);
}

/* ---- a slot's life ----------------------------------------------------- */

void ids_insert(struct ids *ids, int index, int key)
{
	struct ids_slot *slot = slot_at(ids, index);
	uint16_t *head = &ids->heads[hash(key)];

	slot->id = slot->id == 0 ? IDS_LIMIT + index /* it was never used */
	                         : ~slot->id;
	take(ids, index);
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
	struct ids_slot *slot = slot_at(ids, index);
	uint16_t *place = &ids->heads[hash(slot->key)];

	if (slot->key == IPC_PRIVATE)
		return;
	while (*place != index + 1)
		place = &slot_at(ids, *place - 1)->next;
	*place = slot->next;
	slot->next = 0;
	slot->key = IPC_PRIVATE;
}

void ids_remove(struct ids *ids, int index)
{
	struct ids_slot *slot = slot_at(ids, index);

	ids_forget_key(ids, index);
	ids->rows.live--;
	if (slot->id >> IDS_SHIFT == IDS_SEQ_MAX) {
		slot->id = ~index; /* retired: its bit in `taken` stays */
		return;
	}
	slot->id = ~(slot->id + IDS_LIMIT);
	give_back(ids, index);
}
