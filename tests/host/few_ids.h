/*
 * tests/host/few_ids.h -- System V ids of which two are left: all slots but the
 * first two are retired.
 *
 * KEY is the only key that is ever given, so that one chain of keys is enough.
 */
#ifndef TESTS_HOST_FEW_IDS_H
#define TESTS_HOST_FEW_IDS_H

#include "../../ipc/sysv/ids.h"

#define KEY 77

/* All that calls can change of them, except the slots in the objects. */
struct few_ids {
	int fresh, live;
	uint32_t taken, full, all_full;
	uint16_t head;
};

/* `fresh` is IDS(objects).  The first object is zeroed. */
void few_ids_begin(struct ids *ids, struct ids fresh);

/* Stores what calls change, and returns to it. */
void few_ids_save(struct few_ids *to, const struct ids *ids);
void few_ids_restore(struct ids *ids, const struct few_ids *from);

#endif
