/*
 * user/bin/removal.c -- a segment is removed while two processes use it.
 *
 * IPC_RMID removes the name at once, and the memory when the last process has
 * detached.  Two facts decide: removed, and shm_nattch.
 *
 *	               key        removed  nattch   memory
 *	shmat, shmat   0x7e55e4a  no       2        there
 *	IPC_RMID       0          yes      2        there, still shared
 *	child exits    0          yes      1        there
 *	shmdt          --         --       0        free
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/look.h"

#define KEY 0x7e55e4a

static void child(volatile int *word)
{
	await(word, 1);
	printf("child:  the segment is gone by name, I store 2 in it\n");
	*word = 2;
	await(word, 3);
	_exit(0); /* without shmdt: exit detaches */
}

/* Prints what a process can still learn about the segment. */
static int report(int id)
{
	struct shmid_ds ds;
	int found = shmget(KEY, 0, 0);

	printf("parent: shmget(KEY): %s\n",
	       found < 0 ? strerror(errno) : "found");
	if (shmctl(id, IPC_STAT, &ds) < 0) {
		printf("parent: IPC_STAT: %s\n", strerror(errno));
		return -1;
	}
	printf("parent: IPC_STAT: shm_nattch %d, %s\n", (int)ds.shm_nattch,
	       ds.shm_perm.mode & SHM_DEST ? "to be destroyed" : "alive");
	return (int)ds.shm_nattch;
}

int main(void)
{
	int id = shmget(KEY, 16384, IPC_CREAT | IPC_EXCL | 0600);
	volatile int *word;
	pid_t pid;

	if (id < 0)
		fail("shmget");
	setbuf(stdout, NULL);
	word = shmat(id, NULL, 0);
	if (word == (void *)-1)
		fail("shmat");
	pid = fork(); /* the child inherits the attach */
	if (pid == 0)
		child(word);
	report(id);

	printf("parent: IPC_RMID, while both are attached\n");
	if (shmctl(id, IPC_RMID, NULL) < 0)
		fail("shmctl IPC_RMID");
	*word = 1;
	await(word, 2);
	printf("parent: I read 2: it is still one memory\n");
	report(id);
	look("removed, and still shared", getpid(), pid);

	*word = 3;
	child_report("the child", pid);
	report(id);
	printf("parent: shmdt, the last one\n");
	if (shmdt((void *)word) < 0)
		fail("shmdt");
	return report(id) == -1 ? 0 : 1;
}
