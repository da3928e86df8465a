/*
 * ipc/sysv/semadj.c -- SEM_UNDO: what the end of a process takes back.
 *
 * A semop with SEM_UNDO counts the opposite of what it does in a row of the
 * process, one for each semaphore.  However the process ends, its rows are
 * added to their semaphores, which then are as if it had never done anything.
 * Rows are kept by exec, not inherited by fork, and they end with their set.
 *
 * A row is found from two sides.  From its process it is found in a tree, by
 * the key of the semaphore: the first bit of the key says on which side of the
 * first row it is, the second bit on which side of the next, and so on.  So no
 * row is more than 32 steps away, whatever rows a user has made.  Keys are
 * scattered, so it is mostly as near as in any tree.  From its set it is found
 * in a list:
 *
 *	process 7 --> row +1            set 2 --> row +1 <--> row -3 <--> row +1
 *	             /      \                    of process 7       8          7
 *	        row +1      row -2
 *
 *	operation     find or make    a step for each bit, at most
 *	SETVAL        clear           a step for each row of the set
 *	IPC_RMID      forget          for each row of the set, one such find
 *	exit          sem_exit        for each row of the process, a few steps
 */
#include "sem.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/cpu.h"
#include "../../kernel/base/panic.h"

#define ROWS_MAX 32768

struct rows semadj_rows = ROWS_OF(semadjs, ROWS_MAX);

_Static_assert(sizeof(struct semadj) == 32, "32,768 of them have 1 MiB");

/* Each semaphore has a key of its own (the factor is odd), well scattered. */
static uint32_t key_of(int set, int num)
{
	return ((uint32_t)set << 16 | (uint32_t)num) * 0x9E3779B1u;
}

/* The place in the tree that names the row with this key, or has -1 for it. */
static int *place_of(int *at, uint32_t key)
{
	for (uint32_t bits = key; *at >= 0 && semadjs[*at].key != key;
	     bits <<= 1)
		at = &semadjs[*at].below[bits >> 31];
	return at;
}

struct semadj *semadj_find(const struct proc *p, int set, int num)
{
	int root = p->semadj, *at = place_of(&root, key_of(set, num));

	return *at < 0 ? 0 : &semadjs[*at];
}

int semadj_make(int set, int num)
{
	uint32_t key = key_of(set, num);
	int *at = place_of(&self()->semadj, key), *first = &sems[set].rows;
	struct semadj *row;
	int i;

	if (*at >= 0)
		return 0;
	i = rows_take(&semadj_rows, proc_level(self()));
	if (i < 0)
		return -ENOMEM;
	row = &semadjs[i];
	row->below[0] = row->below[1] = row->before = -1;
	row->next = *first;
	row->key = key;
	row->set = (uint16_t)set;
	row->num = (uint16_t)num;
	row->proc = (uint16_t)self_index();
	if (*first >= 0)
		semadjs[*first].before = i;
	*at = *first = i;
	return 0;
}

void semadj_clear(int set, int num)
{
	for (int i = sems[set].rows; i >= 0; i = semadjs[i].next)
		if (num < 0 || semadjs[i].num == num)
			semadjs[i].value = 0;
}

/*
 * The row named at *at leaves its tree.  Any row below it may take its place,
 * because their keys begin alike.  One that has no row below itself does.
 */
static void leave_tree(int *at)
{
	int *leaf = at, side, i;

	while (semadjs[*leaf].below[side = 0] >= 0 ||
	       semadjs[*leaf].below[side = 1] >= 0)
		leaf = &semadjs[*leaf].below[side];
	i = *leaf;
	*leaf = -1;
	if (leaf == at)
		return;
	semadjs[i].below[0] = semadjs[*at].below[0];
	semadjs[i].below[1] = semadjs[*at].below[1];
	*at = i;
}

static void leave_set(const struct semadj *row)
{
	if (row->next >= 0)
		semadjs[row->next].before = row->before;
	if (row->before >= 0)
		semadjs[row->before].next = row->next;
	else
		sems[row->set].rows = row->next;
}

/* The row named at *at is no more. */
static void end_row(int *at)
{
	int i = *at;

	assert(i >= 0); /* S3: a row in the list of a set is in a tree */
	leave_tree(at);
	leave_set(&semadjs[i]);
	rows_put(&semadj_rows, i);
}

void semadj_forget(int set)
{
	while (sems[set].rows >= 0) {
		const struct semadj *row = &semadjs[sems[set].rows];

		end_row(place_of(&procs[row->proc].semadj, row->key));
	}
}

/* Adds a row to its semaphore, whose value stays in its range. */
static void apply(const struct semadj *row)
{
	struct sem_set *set = &sems[row->set];
	struct semaphore *s = sem_at(set, row->num);
	int value = s->value + row->value;

	set->ds.sem_otime = clock_now;
	if (row->value == 0)
		return;
	s->value = value < 0 ? 0 : value > SEMVMX ? SEMVMX : value;
	s->pid = self()->life.pid;
}

/* Adds all rows, and ends them.  The sets to serve; the last names itself. */
static struct sem_set *apply_all(int *root)
{
	struct sem_set *first = 0;

	while (*root >= 0) {
		struct sem_set *set = &sems[semadjs[*root].set];

		apply(&semadjs[*root]);
		end_row(root);
		if (!set->owed) {
			set->owed = first ? first : set;
			first = set;
		}
	}
	return first;
}

void sem_exit(void)
{
	/* All rows first: a sleeper sees all of it or nothing. */
	struct sem_set *set = apply_all(&self()->semadj);

	while (set) {
		struct sem_set *next = set->owed == set ? 0 : set->owed;

		set->owed = 0;
		sem_serve(set, 0, 0);
		preemption_point();
		set = next;
	}
}
