/*
 * ipc/semadj.c -- SEM_UNDO: what the end of a process takes back.
 *
 * A semop with SEM_UNDO counts the opposite of what it does in a row of the
 * process, one for each semaphore.  However the process ends, its rows are
 * added to their semaphores, which then are as if it had never done anything:
 *
 *	process --> semadj  set 32769, semaphore 2: +1  --> semadj ... --> -1
 *
 * Rows are kept by exec, not inherited by fork.  A row names its set by id, and
 * ids do not come again: the undo of an old set never finds a new one.
 */
#include "sem.h"

#include "../abi/errno.h"
#include "../kernel/clock.h"
#include "../kernel/panic.h"

#define ROWS_MAX 32768

struct table semadj_table = TABLE(semadjs, ROWS_MAX);

struct semadj *semadj_find(const struct proc *p, int id, int num)
{
	for (int i = p->semadj; i >= 0; i = semadjs[i].next)
		if (semadjs[i].id == id && semadjs[i].num == num)
			return &semadjs[i];
	return 0;
}

int semadj_make(int id, int num)
{
	int i;

	if (semadj_find(self(), id, num))
		return 0;
	i = table_take(&semadj_table, object_level());
	if (i < 0)
		return -ENOMEM;
	semadjs[i].id = id;
	semadjs[i].num = num;
	semadjs[i].next = self()->semadj;
	self()->semadj = i;
	return 0;
}

void semadj_clear(int id, int num)
{
	for (int proc = 0; proc < proc_table.fresh; proc++) {
		int i =
		    procs[proc].state == PROC_FREE ? -1 : procs[proc].semadj;

		for (; i >= 0; i = semadjs[i].next)
			if (semadjs[i].id == id &&
			    (num < 0 || semadjs[i].num == num))
				semadjs[i].value = 0;
	}
}

/* Takes the rows of set `id` from the list that begins at *place. */
static void forget(int *place, int id)
{
	while (*place >= 0) {
		int i = *place;

		if (semadjs[i].id == id) {
			*place = semadjs[i].next;
			table_put(&semadj_table, i);
		} else {
			place = &semadjs[i].next;
		}
	}
}

void semadj_forget(int id)
{
	for (int proc = 0; proc < proc_table.fresh; proc++)
		if (procs[proc].state != PROC_FREE)
			forget(&procs[proc].semadj, id);
}

/* Never waits and never fails: a value stays in its range. */
static void apply(const struct semadj *row)
{
	int index = ids_find(&sem_ids, row->id);
	struct semaphore *s = sem_at(&sems[index], row->num);
	int value = s->value + row->value;

	sems[index].ds.sem_otime = clock_now;
	if (row->value == 0)
		return;
	s->value = value < 0 ? 0 : value > SEMVMX ? SEMVMX : value;
	s->pid = self()->pid;
}

void sem_exit(void)
{
	int i;

	/* All of it before anybody sees: what semop did, it did at once. */
	for (i = self()->semadj; i >= 0; i = semadjs[i].next)
		apply(&semadjs[i]);
	while ((i = self()->semadj) >= 0) {
		int id = semadjs[i].id;

		forget(&self()->semadj, id);
		sem_serve(&sems[ids_index(id)]);
	}
}
