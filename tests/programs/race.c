/*
 * tests/programs/race.c -- two processes add to one word: docs/race.md.
 *
 *	race              load, think, add, store: additions are lost
 *	race semaphore    the same, with a semaphore around each addition
 *	race instruction  one instruction loads, adds and stores
 *
 * The CPU can be taken away between any two instructions.  An emulator takes
 * it away only between two blocks of instructions, and a jump ends a block.  So
 * between the load and the store there is a loop; without it nothing would be
 * lost there, and much on a real CPU.
 */
#include <stdio.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMES    300000 /* of each process */
#define GUARDED  20000  /* with the semaphore, which takes longer */
#define THINKING 20     /* turns of the loop */

union semun {
	int val;
};

static volatile int *word;
static int semaphore = -1;

static void wait_and_add(int by)
{
	struct sembuf op = {0, (short)by, 0};

	if (semaphore >= 0)
		semop(semaphore, &op, 1);
}

static void add_one(void)
{
	int seen = *word;

	for (volatile int i = 0; i < THINKING; i++)
		;
	*word = seen + 1;
}

static void add_one_at_once(void)
{
	__asm__ volatile("incl %0" : "+m"(*word));
}

static void add(int times, void (*one)(void))
{
	for (int i = 0; i < times; i++) {
		wait_and_add(-1);
		one();
		wait_and_add(1);
	}
}

static void tell(int times)
{
	printf("2 processes have added %d each\n", times);
	if (*word == 2 * times)
		printf("and the word is 2 * %d\n", times);
	else if (*word < 2 * times)
		printf("and the word is less than 2 * %d\n", times);
	else
		printf("and the word is more than 2 * %d\n", times);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	int id = shmget(IPC_PRIVATE, sizeof(*word), 0600), times = TIMES;
	void (*one)(void) = add_one;

	word = shmat(id, NULL, 0);
	if (strcmp(how, "instruction") == 0)
		one = add_one_at_once;
	if (strcmp(how, "semaphore") == 0) {
		times = GUARDED;
		semaphore = semget(IPC_PRIVATE, 1, 0600);
		semctl(semaphore, 0, SETVAL, (union semun){1});
	}
	if (fork() == 0) {
		add(times, one);
		return 0;
	}
	add(times, one);
	wait(NULL);
	tell(times);
	if (semaphore >= 0)
		semctl(semaphore, 0, IPC_RMID);
	return shmctl(id, IPC_RMID, NULL);
}
