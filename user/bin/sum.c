/*
 * user/bin/sum.c -- a parent and four children sum an array in place.
 *
 * No number is copied from one process to another.  The parent fills the
 * array, each child adds its quarter to the quarter's first element, and the
 * parent adds four numbers.
 *
 *	| child 0     | child 1     | child 2     | child 3     |
 *	|^            |^            |^            |^            |
 *	 sum           sum           sum           sum
 *
 * The children inherit the attach from fork: five directories link one table,
 * and no child has a page fault for a page that the parent has touched.
 */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/look.h"

#define CHILDREN 4
#define QUARTER  32768
#define NUMBERS  (CHILDREN * QUARTER)

struct work {
	volatile int done[CHILDREN];
	volatile int go_home;
	unsigned number[NUMBERS];
};

static void child(struct work *work, int which)
{
	unsigned *mine = work->number + which * QUARTER;

	for (int i = 1; i < QUARTER; i++)
		mine[0] += mine[i];
	work->done[which] = 1;
	await(&work->go_home, which + 1);
	_exit(0);
}

static unsigned gather(struct work *work)
{
	unsigned sum = 0;

	for (int i = 0; i < CHILDREN; i++) {
		await(&work->done[i], 1);
		printf("child %d: %u\n", i, work->number[i * QUARTER]);
		sum += work->number[i * QUARTER];
	}
	return sum;
}

int main(void)
{
	int id = shmget(IPC_PRIVATE, sizeof(struct work), 0600);
	unsigned sum, want = 0;
	struct work *work;
	pid_t pid[CHILDREN];

	if (id < 0)
		fail("shmget");
	setbuf(stdout, NULL);
	work = shmat(id, NULL, 0);
	if (work == (void *)-1)
		fail("shmat");
	if (shmctl(id, IPC_RMID, NULL) < 0) /* it ends with the last process */
		fail("shmctl IPC_RMID");
	for (int i = 0; i < NUMBERS; i++) {
		work->number[i] = (unsigned)i % 1000;
		want += work->number[i];
	}
	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			child(work, i);
	}
	sum = gather(work);
	look("five processes, one array", getpid(), pid[0]);
	for (int i = 0; i < CHILDREN; i++) {
		work->go_home = i + 1; /* one after the other */
		child_report("a child", pid[i]);
	}
	printf("parent: the sum is %u, it should be %u\n", sum, want);
	return sum == want ? 0 : 1;
}
