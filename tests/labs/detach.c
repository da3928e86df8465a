/*
 * tests/labs/detach.c -- every way in which an attach ends: lab 4.
 *
 * Player 0 attaches a segment and detaches it by shmdt.  Copies of it, which
 * have inherited the attach by fork, end theirs by exit, by a signal and by
 * exec.  Player 1 stays attached, and nothing of its words may change.
 */
#include "lab.h"

#include <string.h>

static char **arguments;

/* What a copy does.  The attach is where its parent has it. */

static void just_exit(char *at)
{
	(void)at;
}

static void be_killed(char *at)
{
	(void)at;
	kill(getpid(), SIGKILL);
}

static void run_another(char *at)
{
	char *words[] = {arguments[0], "again", NULL};

	(void)at;
	execv(arguments[0], words);
}

/* The CPU has its word when it detaches, and must have forgotten it then. */
static void store_after_detach(char *at)
{
	load(at);
	detach(at);
	store_in_vain(at);
}

static void meet(int number)
{
	int tables = number & 1 ? 3 : 1, beside = number >> 1;
	int id = segment(tables == 1 ? 2 * PAGE : THREE_TABLES);
	char *at = NULL;

	PART(0)
	{
		at = attach(id, addresses[0][beside], 0);
		for (int i = 0; i < tables; i++)
			store(at + touched[i], 100 + i);
	}
	PART(1)
	{
		at = attach(id, addresses[1][0], 0);
		for (int i = 0; i < tables; i++)
			load(at + touched[i]);
	}
	PART(0)
	{
		in_a_copy(just_exit, at, 0);
		in_a_copy(be_killed, at, SIGKILL);
		in_a_copy(run_another, at, 0);
		in_a_copy(store_after_detach, at, 0);
		detach(at);
	}
	PART(1)
	{
		for (int i = 0; i < tables; i++)
			load(at + touched[i]);
		detach(at);
		removed(id);
	}
}

static void unmap(char *at, uint32_t bytes)
{
	munmap(at, bytes);
	moment(UNMAPPED, number_of(at), (long)bytes, 0);
}

/* An attach with a hole is one attach, and its last page ends it. */
static void make_holes(int number)
{
	int id = segment(8 * PAGE);
	char *at = NULL;

	(void)number;
	PART(1)
	{
		at = attach(id, addresses[1][0], 0);
		store(at, 1);
	}
	PART(0)
	{
		at = attach(id, addresses[0][0], 0);
		store(at + 7 * PAGE, 2);
		unmap(at + 2 * PAGE, PAGE);
		unmap(at + 5 * PAGE, PAGE);
		load(at + 7 * PAGE);
		detach(at);
		at = attach(id, addresses[0][1], 0);
		unmap(at, 8 * PAGE);
	}
	PART(1)
	{
		load(at + 7 * PAGE);
		detach(at);
		removed(id);
	}
}

/* Of three slots the middle one turns private, and the others stay linked. */
static void make_hole_between(int number)
{
	int id = segment(THREE_TABLES);
	char *at = NULL;

	(void)number;
	PART(0)
	{
		at = attach(id, addresses[0][0], 0);
		for (int i = 0; i < 3; i++)
			store(at + touched[i], 100 + i);
		unmap(at + SLOT + 8 * PAGE, PAGE);
		load(at + touched[1]);
		detach(at);
		removed(id);
	}
}

/* It is removed while both are attached, and they end without shmdt. */
static void end_attached(int number)
{
	int id = segment(THREE_TABLES);
	char *at = NULL;

	(void)number;
	PART(0)
	{
		at = attach(id, addresses[0][0], 0);
		store(at + touched[2], 1);
	}
	PART(1)
	{
		at = attach(id, addresses[1][0], 0);
		load(at + touched[2]);
		removed(id);
	}
	PART(0)
	{
		load(at + touched[2]);
		detach(at);
	}
	PART(1)
	{
		store(at + touched[0], 3);
	}
}

int main(int count, char **words)
{
	if (count > 1) {
		moment(EXECED, 0, 0, 0);
		return 0;
	}
	arguments = words;
	for (int number = 0; number < 4; number++)
		scene(number, meet);
	scene(4, make_holes);
	scene(5, make_hole_between);
	scene(6, end_attached);
	moment(FINISHED, 0, 0, 0);
	return 0;
}
