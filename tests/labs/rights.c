/*
 * tests/labs/rights.c -- a writer and a reader of one segment: lab 5.
 *
 * Player 0 may write, and player 1 attaches with SHM_RDONLY.  Who attaches
 * first decides what is in the segment's table when the other one comes.
 */
#include "lab.h"

#define WRITERS ((uint32_t)0x40000000)
#define READERS ((uint32_t)0x50000000)

static char *attach_mine(int id, int tables)
{
	char *at =
	    me == 0 ? attach(id, WRITERS, 0) : attach(id, READERS, SHM_RDONLY);

	for (int i = 0; i < tables; i++)
		if (me == 0)
			store(at + touched[i], 100 + i);
		else
			load(at + touched[i]);
	return at;
}

static void meet(int number)
{
	int tables = number & 1 ? 3 : 1, first = number >> 1 & 1;
	int id = segment(tables == 1 ? 2 * PAGE : THREE_TABLES);
	char *at = NULL;

	PART(first)
	{
		at = attach_mine(id, tables);
	}
	PART(!first)
	{
		at = attach_mine(id, tables);
	}
	PART(1)
	{
		for (int i = 0; i < tables; i++)
			in_a_copy(store_in_vain, at + touched[i], 0);
	}
	PART(0)
	{
		store(at + touched[tables - 1], 200);
	}
	PART(1)
	{
		load(at + touched[tables - 1]);
		detach(at);
	}
	PART(0)
	{
		detach(at);
		removed(id);
	}
}

static void protect(char *at, uint32_t bytes, int rights)
{
	mprotect(at, bytes, rights);
	moment(PROTECTED, number_of(at), (long)bytes, rights);
}

/* mprotect(2) changes the same words. */
static void change_rights(int number)
{
	int id;
	char *at;

	(void)number;
	PART(0)
	{
		id = segment(THREE_TABLES);
		at = attach(id, WRITERS, 0);
		store(at + touched[1], 1);
		protect(at, THREE_TABLES, PROT_READ);
		in_a_copy(store_in_vain, at + touched[1], 0);
		protect(at, THREE_TABLES, PROT_NONE);
		protect(at, THREE_TABLES, PROT_READ | PROT_WRITE);
		store(at + touched[1], 2);
		detach(at);
		removed(id);
	}
}

int main(void)
{
	for (int number = 0; number < 4; number++)
		scene(number, meet);
	scene(4, change_rights);
	moment(FINISHED, 0, 0, 0);
	return 0;
}
