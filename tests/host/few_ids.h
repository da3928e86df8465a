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

/* All that calls can change of them but for the objects' slots. */
struct few_ids {
	int fresh, live;
	uint32_t taken, full, all_full;
	uint16_t head;
};

/* `fresh` is IDS(of the objects), which must be zero then and are so after it.
 */
void few_ids_begin(struct ids *ids, struct ids fresh);

/* What calls have changed, and back to it. */
void few_ids_save(struct few_ids *to, const struct ids *ids);
void few_ids_restore(struct ids *ids, const struct few_ids *from);

#endif
