/*
 * tests/labs/forensics.c -- three processes and two segments: lab 2.
 *
 *	forensics A1 A2 B1 B2
 *
 * A attaches a small segment at A1 and a large one at A2.  B attaches the
 * small one at B1 for reading, and the large one at B2, beside 4 MiB.  C is
 * a child of B.  Then all of them stand still.
 */
#include "lab.h"

static const uint32_t pages[] = {0, PAGE, SLOT + PAGE, 2 * SLOT + 4 * PAGE};

static char **words;

static uint32_t address(int which)
{
	return (uint32_t)strtoul(words[which], NULL, 0);
}

static void stand_still(char *at)
{
	(void)*(volatile int *)at;
	moment(POINT, 0, 0, 0);
}

static void play(int scene)
{
	int small, large;
	char *at;

	(void)scene;
	PART(0)
	{
		small = segment(3 * PAGE);
		large = shmget(KEY + 1, THREE_TABLES, IPC_CREAT | 0600);
		at = attach(small, address(1), 0);
		for (int i = 0; i < 3; i++)
			store(at + (uint32_t)i * PAGE, 100 + i);
		at = attach(large, address(2), 0);
		for (int i = 0; i < 4; i++)
			store(at + pages[i], 200 + i);
	}
	PART(1)
	{
		at = attach(shmget(KEY, 0, 0), address(3), SHM_RDONLY);
		load(at);
		at = attach(shmget(KEY + 1, 0, 0), address(4), 0);
		for (int i = 0; i < 4; i++)
			load(at + pages[i]);
		in_a_copy(stand_still, at, 0);
	}
}

int main(int count, char **arguments)
{
	if (count != 5)
		return 1;
	words = arguments;
	scene(0, play);
	moment(FINISHED, 0, 0, 0);
	return 0;
}
