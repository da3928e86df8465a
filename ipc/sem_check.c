/*
 * ipc/sem_check.c -- self-check of System V semaphores.
 *
 * Recomputes from scratch what sem.c, semop.c and semadj.c keep.  The
 * invariants S1 to S4 are listed at the top of ipc/sem.c.
 */
#include "sem.h"

#include "../kernel/klog.h"

static int breaches;

static void expect(const char *what, int index, int is, int should)
{
	if (is == should)
		return;
	klog(KLOG_ERROR, "%s: set %d has %d, should have %d", what, index, is,
	     should);
	breaches++;
}

static void check_set(int index)
{
	const struct sem_set *set = &sems[index];

	expect("S4: key shown", index, set->ds.sem_perm.key, set->slot.key);
	expect("S4: seq shown", index, set->ds.sem_perm.seq,
	       set->slot.id >> IDS_SHIFT);
	for (int i = 0; i < (int)set->ds.sem_nsems; i++)
		expect("S1: a value out of range", index,
		       sem_at(set, i)->value > SEMVMX, 0);
	breaches += line_check(&set->zeroes, "set", index);
	breaches += line_check(&set->changers, "set", index);
}

/* Its rows: how many. */
static int check_rows(int proc)
{
	int rows = 0;

	for (int i = procs[proc].semadj; i >= 0 && rows <= semadj_table.live;
	     i = semadjs[i].next) {
		int index = ids_find(&sem_ids, semadjs[i].id);

		if (index < 0 || semadjs[i].num < 0 ||
		    semadjs[i].num >= (int)sems[index].ds.sem_nsems)
			expect("S3: a row without its semaphore", index, 1, 0);
		rows++;
	}
	return rows;
}

int sem_check(void)
{
	uint32_t count = 0;
	int rows = 0;

	breaches = ids_check(&sem_ids, "sem");
	for (int i = 0; i < sem_ids.table.fresh; i++) {
		if (ids_used(&sem_ids, i)) {
			check_set(i);
			count += sems[i].ds.sem_nsems;
		}
	}
	expect("S4: semaphores of all", -1, (int)sem_count, (int)count);
	for (int i = 0; i < proc_table.fresh; i++)
		if (procs[i].state != PROC_FREE)
			rows += check_rows(i);
	expect("S3: rows of all", -1, semadj_table.live, rows);
	return breaches;
}
