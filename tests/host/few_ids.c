/*
 * tests/host/few_ids.c -- System V ids of which two are left.
 */
#include "few_ids.h"

#include <string.h>

static uint16_t *head; /* of KEY's chain */

void few_ids_begin(struct ids *ids, struct ids fresh)
{
	*ids = fresh;
	ids_insert(ids, 0, KEY); /* to learn where its chain begins */
	for (int i = 0; i < IDS_HEADS; i++)
		if (ids->heads[i])
			head = &ids->heads[i];
	memset(rows_at(&fresh.rows, 0), 0, fresh.rows.stride);
	*ids = fresh;
	memset(ids->taken, 0xFF, sizeof(ids->taken));
	ids->taken[IDS_LEAF] = ~3u;
	ids->taken[1] = ids->taken[0] = ~1u;
}

void few_ids_save(struct few_ids *to, const struct ids *ids)
{
	*to = (struct few_ids){.fresh = ids->rows.fresh,
	                       .live = ids->rows.live,
	                       .taken = ids->taken[IDS_LEAF],
	                       .full = ids->taken[1],
	                       .all_full = ids->taken[0],
	                       .head = *head};
}

void few_ids_restore(struct ids *ids, const struct few_ids *from)
{
	ids->rows.fresh = from->fresh;
	ids->rows.live = from->live;
	ids->taken[IDS_LEAF] = from->taken;
	ids->taken[1] = from->full;
	ids->taken[0] = from->all_full;
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
