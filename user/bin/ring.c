/*
 * user/bin/ring.c -- blocks go through a segment, a writer to three readers.
 *
 * The bytes are never copied.  A semaphore for each slot sets the pace.
 * Messages report the results; their types are the readers' numbers.
 *
 *	segment     [ block 6 ]  [ block 1 ]  [ block 2 ]  [ block 3 ] ..
 *	semaphore        2            1            0            2
 *	                full      being read     empty         full
 *
 * The writer waits for 0 and adds 2.  A reader takes 2 and adds 1, in one semop
 * that waits until it can do both; when it has read, it takes the 1.
 */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/look.h"

#define READERS 3
#define SLOTS   6     /* two for each reader: one is filled, one is read */
#define HOME    SLOTS /* the semaphore that sends readers home */
#define BLOCKS  12
#define WORDS   1024 /* a block is a page */

static int set, queue;
static struct report {
	long reader; /* the type: 1, 2, 3 */
	unsigned block, sum;
} report;
#define SIZE (sizeof(report) - sizeof(long))

/* One semop on one semaphore: adds `first` and then, if it is not 0, `then`. */
static void pace(unsigned short semaphore, short first, short then)
{
	struct sembuf both[] = {{semaphore, first, 0}, {semaphore, then, 0}};

	if (semop(set, both, then ? 2 : 1) < 0)
		fail("semop");
}

static void reader(int me, unsigned ring[SLOTS][WORDS])
{
	for (int n = me; n < BLOCKS; n += READERS) {
		pace(n % SLOTS, -2, 1);
		report = (struct report){me + 1, n, 0};
		for (int i = 0; i < WORDS; i++)
			report.sum += ring[n % SLOTS][i];
		if (msgsnd(queue, &report, SIZE, 0) < 0)
			fail("msgsnd");
		pace(n % SLOTS, -1, 0);
	}
	pace(HOME, -1, 0);
	_exit(0);
}

int main(void)
{
	int segment = shmget(IPC_PRIVATE, SLOTS * WORDS * 4, 0600), right = 0;
	unsigned(*ring)[WORDS] = shmat(segment, NULL, 0);
	pid_t pid[READERS];

	set = semget(IPC_PRIVATE, SLOTS + 1, 0600); /* all values are 0 */
	queue = msgget(IPC_PRIVATE, 0600);
	if (ring == (void *)-1 || set < 0 || queue < 0)
		fail("a segment, a set, a queue");
	setbuf(stdout, NULL);
	printf("writer: %d blocks through %d slots to %d readers\n", BLOCKS,
	       SLOTS, READERS);
	for (int i = 0; i < READERS; i++)
		if ((pid[i] = fork()) == 0)
			reader(i, ring);
	for (int n = 0; n < BLOCKS; n++) {
		pace(n % SLOTS, 0, 0);
		for (int i = 0; i < WORDS; i++)
			ring[n % SLOTS][i] = n;
		pace(n % SLOTS, 2, 0);
	}
	for (int i = 0; i < SLOTS; i++)
		pace(i, 0, 0); /* the slot has been read, and reported */
	look("a writer and one of its readers", getpid(), pid[0]);
	look_objects();
	pace(HOME, READERS, 0);
	for (int n = 0; n < BLOCKS; n++) { /* by reader: 1 1 1 1 2 2 2 2 .. */
		if (msgrcv(queue, &report, SIZE, n * READERS / BLOCKS + 1, 0) <
		    0)
			fail("msgrcv");
		printf("reader %ld: the sum of block %u is %u\n", report.reader,
		       report.block, report.sum);
		right += report.sum == report.block * WORDS;
	}
	for (int i = 0; i < READERS; i++)
		child_report("a reader", pid[i]);
	shmctl(segment, IPC_RMID, NULL);
	semctl(set, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
	return right == BLOCKS ? 0 : 1;
}
