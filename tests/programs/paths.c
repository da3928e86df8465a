/*
 * tests/programs/paths.c -- the two calls whose paths README draws.
 *
 * It attaches a segment that nobody has attached before, and writes a line.  It
 * does both TIMES times, because an interrupt may come in some of the calls.
 * tests/jobs/paths.py runs it in a kernel that records where they go.
 */
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_shmat
#define SYS_shmat 397 /* the direct call; a libc goes by ipc(117) */
#endif

#define TIMES 5

int main(void)
{
	for (int i = 0; i < TIMES; i++) {
		int id = shmget(IPC_PRIVATE, 4096, 0600);

		if (syscall(SYS_shmat, id, 0, 0) == -1)
			return 1;
		if (syscall(SYS_write, 1, "hello\n", 6) != 6)
			return 1;
		shmctl(id, IPC_RMID, 0);
	}
	return 0;
}
