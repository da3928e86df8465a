/*
 * ipc/sysv/shm_check.c -- self-check of System V shared memory.
 *
 * Recomputes from scratch what ipc/sysv/shm.c keeps: walks every space, counts
 * the attaches there, and compares.  The invariants I1 to I5 are listed at the
 * top of ipc/sysv/shm.c; a report begins with the number of the one that is
 * broken.
 */
#include "shm.h"

#include "../../kernel/base/klog.h"

#define BATCH 256 /* objects whose attaches are counted in one walk */

/* How many attaches one walk has found, of each object from first on. */
static uint32_t found[BATCH];

static int report(const char *what, int index, uint32_t is, uint32_t should)
{
	klog(KLOG_ERROR, "%s: segment %d has %u, should have %u", what, index,
	     is, should);
	return 1;
}

static void count_in_space(int space, int first)
{
	int each = attach_first(space);

	for (; each >= 0; each = attach_next(each)) {
		int index = regions[each].tag;

		if (index >= first && index < first + BATCH)
			found[index - first]++;
	}
}

static void count_attaches(int first)
{
	for (int i = 0; i < BATCH; i++)
		found[i] = 0;
	for (int space = 0; space < space_rows.fresh; space++)
		if (spaces[space].holders > 0)
			count_in_space(space, first);
}

/* An attach of an object that is none would be counted nowhere. */
static int check_tags(int space)
{
	int breaches = 0;
	int each = attach_first(space);

	for (; each >= 0; each = attach_next(each)) {
		int index = regions[each].tag;

		if (!ids_used(&shm_ids, index))
			breaches +=
			    report("I1: attach of a dead one", index, 1, 0);
	}
	return breaches;
}

static int check_object(int index, uint32_t nattch)
{
	const struct shm *shm = &shms[index];
	const struct shmid_ds *ds = &shm->ds;
	uint32_t pages = pages_for(ds->shm_segsz);
	int breaches = 0;

	if (ds->shm_nattch != nattch)
		breaches += report("I1: nattch", index, ds->shm_nattch, nattch);
	if ((ds->shm_perm.mode & SHM_DEST) && nattch == 0)
		breaches += report("I2: removed, attaches", index, 0, 1);
	if ((ds->shm_perm.mode & SHM_DEST) && shm->slot.key != IPC_PRIVATE)
		breaches += report("I2: removed, key", index, shm->slot.key,
		                   IPC_PRIVATE);
	if (ds->shm_perm.key != shm->slot.key ||
	    ds->shm_perm.seq != shm->slot.id >> IDS_SHIFT)
		breaches += report("I3: key shown", index, ds->shm_perm.key,
		                   shm->slot.key);
	if (segments[shm->segment].kind != SEGMENT_MEMORY ||
	    segments[shm->segment].pages != (int)pages)
		breaches += report("I4: pages", index,
		                   segments[shm->segment].pages, pages);
	return breaches;
}

static int check_total(void)
{
	uint32_t pages = 0;

	for (int i = 0; i < shm_ids.rows.fresh; i++) {
		uint32_t size = shms[i].ds.shm_segsz;

		if (ids_used(&shm_ids, i))
			pages += pages_for(size);
	}
	return pages == shm_pages
	           ? 0
	           : report("I5: all pages, sum", -1, shm_pages, pages);
}

int shm_check(void)
{
	int breaches = ids_check(&shm_ids, "shm") + check_total();

	for (int i = 0; i < shm_ids.rows.fresh; i++) {
		if (i % BATCH == 0)
			count_attaches(i);
		if (ids_used(&shm_ids, i))
			breaches += check_object(i, found[i % BATCH]);
	}
	for (int space = 0; space < space_rows.fresh; space++)
		if (spaces[space].holders > 0)
			breaches += check_tags(space);
	return breaches;
}
