/*
 * user/bin/ownership.c -- a segment is given away, and its creator stays.
 *
 * A segment has a creator (cuid, cgid), which never changes, and an owner
 * (uid, gid), which IPC_SET can change.  The first three bits of the mode are
 * for both of them, and both may control the segment.  So user 1000 can give
 * its segment to user 2000 and still use it; and user 2000 may remove it,
 * although it did not make it.
 *
 *	           mode 600          before   after IPC_SET uid=2000
 *	user 1000  cuid              yes      yes
 *	user 2000                    EACCES   yes, and IPC_RMID too
 *
 * The program starts as root, because it becomes two other users.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/look.h"

#define CREATOR 1000
#define OWNER   2000

struct board {
	volatile int greeting;
	volatile int go;
};

/* Starts a process of user OWNER, which attaches, greets, and removes it. */
static pid_t start_owner(int id)
{
	struct board *board;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (seteuid(0) < 0 || setuid(OWNER) < 0)
		fail("setuid");
	board = shmat(id, NULL, 0);
	if (board == (void *)-1) {
		printf("%d:   shmat: %s\n", OWNER, strerror(errno));
		_exit(1);
	}
	printf("%d:   shmat: attached, greets\n", OWNER);
	board->greeting = OWNER;
	await(&board->go, 1);
	printf("%d:   IPC_RMID: %s\n", OWNER,
	       shmctl(id, IPC_RMID, NULL) < 0 ? strerror(errno) : "done");
	_exit(0);
}

static void give_away(int id)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) < 0)
		fail("shmctl IPC_STAT");
	ds.shm_perm.uid = OWNER;
	if (shmctl(id, IPC_SET, &ds) < 0)
		fail("shmctl IPC_SET");
	if (shmctl(id, IPC_STAT, &ds) < 0)
		fail("shmctl IPC_STAT");
	printf("%d:   IPC_SET: uid is %d now, cuid stays %d\n", CREATOR,
	       (int)ds.shm_perm.uid, (int)ds.shm_perm.cuid);
}

int main(void)
{
	struct board *board;
	pid_t pid;
	int id;

	setbuf(stdout, NULL);
	if (seteuid(CREATOR) < 0)
		fail("seteuid (this demonstration starts as root)");
	id = shmget(IPC_PRIVATE, sizeof(struct board), 0600);
	if (id < 0)
		fail("shmget");
	child_report("the stranger", start_owner(id));
	give_away(id);
	pid = start_owner(id);
	board = shmat(id, NULL, 0);
	if (board == (void *)-1)
		fail("shmat as the creator");
	await(&board->greeting, OWNER);
	printf("%d:   attached too, reads the greeting %d\n", CREATOR, OWNER);
	if (seteuid(0) < 0) /* to look into another user's tables */
		fail("seteuid");
	look("the owner and the creator", getpid(), pid);
	board->go = 1;
	return child_report("the owner", pid) == 0 ? 0 : 1;
}
