/*
 * tests/labs/predict.c -- A and B share a segment, as the arguments say: lab 1.
 *
 *	predict BYTES A B RIGHTS STORES LOADS LAST STAYS
 *
 * A attaches a segment of BYTES at address A, and stores to the pages STORES.
 * B attaches it at B, with RIGHTS `rw' or `r', and loads from the pages LOADS.
 * Then C, a child of B, stores to the page LAST; before that A has detached,
 * unless STAYS is 1.  Pages are numbers with commas between them.
 */
#include "lab.h"

#include <string.h>

static char **words;

static uint32_t number(int which)
{
	return (uint32_t)strtoul(words[which], NULL, 0);
}

/* Goes to the next of the pages in a list; false: there is none. */
static bool next_page(const char **list, uint32_t *page)
{
	char *end;

	if (**list == '\0')
		return false;
	*page = (uint32_t)strtoul(*list, &end, 0);
	*list = *end == ',' ? end + 1 : end;
	return true;
}

static void last_store(char *at)
{
	moment(POINT, 6, 0, 0);
	store_in_vain(at);
}

static void play(int scene)
{
	int rights = strcmp(words[4], "rw") == 0 ? 0 : SHM_RDONLY, id;
	const char *stores = words[5], *loads = words[6];
	char *at = NULL;
	uint32_t page;

	(void)scene;
	PART(0)
	{
		moment(POINT, 0, 0, 0);
		id = segment(number(1));
		moment(POINT, 1, 0, 0);
		at = attach(id, number(2), 0);
		moment(POINT, 2, 0, 0);
		while (next_page(&stores, &page))
			store(at + page * PAGE, 1);
		moment(POINT, 3, 0, 0);
	}
	PART(1)
	{
		at = attach(segment(number(1)), number(3), rights);
		moment(POINT, 4, 0, 0);
		while (next_page(&loads, &page))
			(void)*(volatile int *)(at + page * PAGE);
		moment(POINT, 5, 0, 0);
	}
	PART(0)
	{
		if (number(8) == 0)
			detach(at);
	}
	PART(1)
	{
		in_a_copy(last_store, at + number(7) * PAGE, 0);
	}
}

int main(int count, char **arguments)
{
	if (count != 9)
		return 1;
	words = arguments;
	scene(0, play);
	moment(FINISHED, 0, 0, 0);
	return 0;
}
