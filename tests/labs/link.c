/*
 * tests/labs/link.c -- two processes attach a segment, in every way: lab 3.
 *
 * The segment has one page table or three.  The one process or the other
 * attaches it first, and one of them may attach it beside a multiple of 4 MiB,
 * where nothing can be linked.
 */
#include "lab.h"

static void meet(int number)
{
	int tables = number & 1 ? 3 : 1, first = number >> 1 & 1;
	int beside = number / 4 - 1; /* who is: -1, 0 or 1 */
	int id = segment(tables == 1 ? 2 * PAGE : THREE_TABLES);
	char *at = NULL;

	PART(first)
	{
		at = attach(id, addresses[me][beside == me], 0);
		for (int i = 0; i < tables; i++)
			store(at + touched[i], 100 + i);
	}
	PART(!first)
	{
		at = attach(id, addresses[me][beside == me], 0);
		for (int i = 0; i < tables; i++) {
			load(at + touched[i]);
			store(at + touched[i] + 4, 200 + i);
		}
	}
	PART(first)
	{
		for (int i = 0; i < tables; i++)
			load(at + touched[i] + 4);
		detach(at);
	}
	PART(!first)
	{
		detach(at);
		removed(id);
	}
}

static void read_only(int number)
{
	int id;
	char *at;

	(void)number;
	PART(0)
	{
		id = segment(THREE_TABLES);
		at = attach(id, 0x60000000, SHM_RDONLY);
		load(at + touched[2]);
		detach(at);
		removed(id);
	}
}

/* One attach takes the place of another. */
static void replace(int number)
{
	int old, id;
	char *at;

	(void)number;
	PART(0)
	{
		old = shmget(IPC_PRIVATE, PAGE, 0600);
		id = segment(THREE_TABLES);
		at = attach(old, 0x40000000, 0);
		store(at, 1);
		removed(old);
		at = attach(id, 0x40000000, SHM_REMAP);
		store(at + touched[1], 2);
		detach(at);
		removed(id);
	}
}

int main(void)
{
	for (int number = 0; number < 12; number++)
		scene(number, meet);
	scene(12, read_only);
	scene(13, replace);
	moment(FINISHED, 0, 0, 0);
	return 0;
}
