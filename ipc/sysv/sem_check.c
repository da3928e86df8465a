/*
 * ipc/sysv/sem_check.c -- self-check of System V semaphores.
 *
 * Recomputes from scratch what sem.c, semop.c and semadj.c keep.  The
 * invariants S1 to S6 are listed at the top of ipc/sysv/sem.c.
 */
#include "sem.h"

#include "../../kernel/base/klog.h"

static int breaches;

static void expect(const char *what, int index, int is, int should)
{
	if (is == should)
		return;
	klog(KLOG_ERROR, "%s: set %d has %d, should have %d", what, index, is,
	     should);
	breaches++;
}

/* Checks the list of its rows: how many there are. */
static int check_rows(int index)
{
	int before = -1, rows = 0;

	for (int i = sems[index].rows; i >= 0 && rows <= semadj_rows.live;
	     i = semadjs[i].next) {
		const struct semadj *row = &semadjs[i];

		expect("S3: a row of another set", index, row->set, index);
		expect("S3: a row without its semaphore", index,
		       row->num >= sems[index].ds.sem_nsems, 0);
		expect("S3: the row before", index, row->before, before);
		expect("S3: a row that its process lacks", index,
		       semadj_find(&procs[row->proc], index, row->num) != row,
		       0);
		before = i;
		rows++;
	}
	return rows;
}

/* Checks where its semaphores lie: how many cells of the pool they have. */
static int check_place(int index)
{
	const struct semaphores *all = &sems[index].all;
	bool few = sems[index].ds.sem_nsems <= SEMS_A_CELL;
	const struct semaphore *first = 0;

	expect("S5: a cell", index, all->cell >= 0, few);
	expect("S5: a segment", index, all->segment >= 0, !few);
	if (few && all->cell >= 0)
		first = pool_first(all->cell);
	else if (all->segment >= 0)
		first = sem_of(all->segment, 0);
	expect("S5: seen elsewhere", index, all->first != first, 0);
	return few;
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
	expect("S6: not served", index, set->owed != 0, 0);
}

static int rooted; /* rows in trees */

/* No row is deeper than a key has bits.  Stops in a tree without an end. */
static void count_tree(int row, int depth)
{
	if (row < 0 || depth > 32 || rooted > semadj_rows.live)
		return;
	rooted++;
	count_tree(semadjs[row].below[0], depth + 1);
	count_tree(semadjs[row].below[1], depth + 1);
}

int sem_check(void)
{
	int listed = 0, cells = 0;
	uint32_t count = 0;

	breaches = ids_check(&sem_ids, "sem");
	rooted = 0;
	for (int i = 0; i < proc_rows.fresh; i++) {
		if (procs[i].state == PROC_FREE)
			continue;
		count_tree(procs[i].semadj, 0);
		expect("S6: a sleeper not asked", -1, procs[i].wait.called, 0);
	}
	expect("S3: rows in trees", -1, rooted, semadj_rows.live);
	if (rooted != semadj_rows.live)
		return breaches; /* a search might not end */
	for (int i = 0; i < sem_ids.rows.fresh; i++) {
		if (ids_used(&sem_ids, i)) {
			check_set(i);
			cells += check_place(i);
			listed += check_rows(i);
			count += sems[i].ds.sem_nsems;
		}
	}
	expect("S3: rows in lists", -1, listed, semadj_rows.live);
	expect("S4: semaphores of all", -1, (int)sem_count, (int)count);
	expect("S5: cells of all", -1, sem_cells, cells);
	return breaches;
}
