/*
 * ipc/sysv/ids_check.c -- self-check of an id table: the truth from scratch.
 *
 * What ids.c keeps twice must agree: the chains and the keys, the map and the
 * slots, the counts and what is counted.
 *
 * A report says I3 for all three kinds.  In sets that is S4, and in queues Q4.
 */
#include "../../kernel/base/klog.h"
#include "ids.h"

static int report(const char *name, int index, const char *what)
{
	klog(KLOG_ERROR, "I3: %s %d %s", name, index, what);
	return 1;
}

static bool taken(const struct ids *ids, int index)
{
	return ids->taken[index / 32] >> index % 32 & 1;
}

static int check_slot(const struct ids *ids, int index, const char *name)
{
	const struct ids_slot *slot = ids_slot_at(ids, index);
	bool used = ids_used(ids, index);
	int breaches = 0;

	if (taken(ids, index) != (used || slot->id == ~index))
		breaches += report(name, index, "is wrong in the map");
	if (slot->id != 0 && ids_index(used ? slot->id : ~slot->id) != index)
		breaches += report(name, index, "has the id of another");
	if (used && ids_find(ids, ids_id(ids, index)) != index)
		breaches += report(name, index, "is not found by its id");
	/* If two had one key, one of them would not be found. */
	if (used && slot->key != IPC_PRIVATE &&
	    ids_find_key(ids, slot->key) != index)
		breaches += report(name, index, "is not found by its key");
	return breaches;
}

/* A slot that was never used is not taken; the first words are full. */
static int check_map(const struct ids *ids, const char *name)
{
	int breaches = 0;

	for (int i = ids->rows.fresh; i < IDS_LIMIT; i++)
		if (taken(ids, i))
			breaches += report(name, i, "is taken, never used");
	for (int word = 0; word < ids->full; word++)
		if (ids->taken[word] != UINT32_MAX)
			breaches += report(name, word, "is a word not full");
	return breaches;
}

/* Every member of a chain is an object with a key, and there are no others. */
static int count_chained(const struct ids *ids)
{
	int chained = 0;

	for (int i = 0; i < IDS_HEADS; i++) {
		int place = ids->heads[i];

		while (ids_used(ids, place - 1) && chained <= ids->rows.live) {
			chained++;
			place = ids_slot_at(ids, place - 1)->next;
		}
	}
	return chained;
}

int ids_check(const struct ids *ids, const char *name)
{
	int used = 0, keyed = 0;
	int breaches = check_map(ids, name);

	for (int i = 0; i < ids->rows.fresh; i++) {
		breaches += check_slot(ids, i, name);
		used += ids_used(ids, i);
		keyed +=
		    ids_used(ids, i) && ids_slot_at(ids, i)->key != IPC_PRIVATE;
	}
	if (used != ids->rows.live)
		breaches +=
		    report(name, ids->rows.live, "are counted, not found");
	if (keyed != count_chained(ids))
		breaches += report(name, keyed, "keys are not the chained");
	return breaches;
}
