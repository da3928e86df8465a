/*
 * user/bin/reader.c -- a read-only reader, which dies when it writes.
 *
 * The parent attaches a segment to read and write, the child with SHM_RDONLY.
 * They share one page table, and its PTEs say R/W.  So "read-only" is in the
 * directory: the CPU allows a store only if the PDE *and* the PTE allow it
 * (Intel SDM 3A 4.6), and each process has a PDE of its own.
 *
 *	parent  PDE ..7  rw ---+--> [ PTE ..7 rw ] --> frame
 *	child   PDE ..5  r- ---+
 *
 * The child's store is a page fault with error code 7: present, write, user.
 * The fault kills the child; the segment and the parent do not change.
 */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "look/look.h"

/* The words of the segment; only the parent can store there. */
struct board {
	volatile int value;
	volatile int go;
};

static struct board *attach(int id, int flags)
{
	struct board *board = shmat(id, NULL, flags);

	if (board == (void *)-1)
		fail("shmat");
	return board;
}

static void child(int id)
{
	struct board *board = attach(id, SHM_RDONLY);

	await(&board->go, 1);
	printf("child:  attached read-only at %p, reads %d\n", (void *)board,
	       board->value);
	printf("child:  and now I store 43 there ...\n");
	board->value = 43;
	printf("child:  still alive, and that is wrong\n");
	_exit(1);
}

int main(void)
{
	int id = shmget(IPC_PRIVATE, sizeof(struct board), 0600);
	struct board *board;
	int status, value;
	pid_t pid;

	if (id < 0)
		fail("shmget");
	setbuf(stdout, NULL);
	pid = fork(); /* before shmat, so that the child inherits no attach */
	if (pid == 0)
		child(id);

	board = attach(id, 0);
	await_attaches(id, 2);
	printf("parent: attached at %p, stores 42\n", (void *)board);
	board->value = 42;
	look("a writer and a reader", getpid(), pid);
	board->go = 1;
	status = child_report("the reader", pid);

	await_attaches(id, 1); /* the kernel has detached the child */
	value = board->value;
	printf("parent: shm_nattch is 1 again, the value is %d\n", value);
	if (shmctl(id, IPC_RMID, NULL) < 0)
		fail("shmctl IPC_RMID");
	return WIFSIGNALED(status) && value == 42 ? 0 : 1;
}
