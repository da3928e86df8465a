/*
 * user/bin/two_addresses.c -- one segment, two processes, two addresses.
 *
 * An address is a fact about a process, not about memory.  The parent attaches
 * a segment where the kernel chooses, the child attaches it at ELSEWHERE; what
 * one writes, the other reads.  Two directories share one page table:
 *
 *	parent 0x40000000 --PDE--+
 *	                         +--> [ page table: frame ] --> "from ..."
 *	child  0x50000000 --PDE--+
 *
 * The frames of the tables are the same: nothing was copied, and the second
 * process had no page fault.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/look.h"

#define ELSEWHERE ((void *)0x50000000)

struct talk {
	volatile int turn; /* 1: the child is attached, 2: it may end */
	char text[60];
};

static struct talk *attach(int id, void *address)
{
	struct talk *talk = shmat(id, address, 0);

	if (talk == (void *)-1)
		fail("shmat");
	return talk;
}

static int child(int id)
{
	struct talk *talk = attach(id, ELSEWHERE);

	printf("child:  attached at %p, reads \"%s\"\n", (void *)talk,
	       talk->text);
	strcpy(talk->text, "from the child");
	talk->turn = 1;
	await(&talk->turn, 2);
	return shmdt(talk) == 0 ? 0 : 1;
}

int main(void)
{
	int id = shmget(IPC_PRIVATE, sizeof(struct talk), 0600);
	struct talk *talk;
	pid_t pid;

	if (id < 0)
		fail("shmget");
	setbuf(stdout, NULL);
	talk = attach(id, NULL);
	strcpy(talk->text, "from the parent");
	printf("parent: attached at %p, wrote \"%s\"\n", (void *)talk,
	       talk->text);

	pid = fork();
	if (pid == 0) {
		shmdt(talk); /* fork gave it; the child wants its own address */
		_exit(child(id));
	}
	await(&talk->turn, 1);
	printf("parent: reads at %p \"%s\"\n", (void *)talk, talk->text);
	look("both are attached", getpid(), pid);

	talk->turn = 2;
	child_report("the child", pid);
	if (shmctl(id, IPC_RMID, NULL) < 0)
		fail("shmctl IPC_RMID");
	return 0;
}
