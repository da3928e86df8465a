/*
 * tests/programs/limits.c -- the limits of shared memory, as a program finds
 * them.
 *
 * The kernel's command line has set them.  This tells their values, or where
 * each of them stops a program.
 *
 *	limits              MAX MIN MNI ALL SEG, as IPC_INFO gives them
 *	limits SIZE COUNT   makes and attaches COUNT segments of SIZE bytes: how
 *	                    many there are in the end, and what stopped the next
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>

static void print_limits(void)
{
	struct shminfo info;

	if (shmctl(0, IPC_INFO, (struct shmid_ds *)&info) < 0)
		exit(1);
	printf("max %lu min %lu mni %lu all %lu seg %lu\n", info.shmmax,
	       info.shmmin, info.shmmni, info.shmall, info.shmseg);
}

int main(int argc, char **argv)
{
	int made = 0;

	if (argc < 3) {
		print_limits();
		return 0;
	}
	for (; made < atoi(argv[2]); made++) {
		int id = shmget(IPC_PRIVATE, strtoul(argv[1], 0, 0), 0600);

		if (id < 0) {
			printf("%d, then shmget: %m\n", made);
			return 0;
		}
		if (shmat(id, 0, 0) == (void *)-1) {
			printf("%d, then shmat: %m\n", made);
			return 0;
		}
	}
	printf("%d\n", made);
	return 0;
}
