/*
 * user/bin/stage/picture.c -- `look`: processes left and right, and between
 * them the tables that they link.
 *
 *	A    40000000 PDE 256 rw A --> [ table 00277 of id 32768 ]
 *	                               [   0: frame 00278 rw AD  ]
 *
 * A table is drawn once, however many processes link it.  The picture has 22
 * lines at most, and 80 columns.
 */
#include <stdio.h>
#include <string.h>

#include "../../../abi/page.h"
#include "stage.h"

#define PDE    1024u
#define LINKS  256
#define LINES  14 /* for tables */
#define SIDES  16 /* more than LINES */
#define PTES   4
#define SIDE   24
#define MIDDLE 26
#define TEXT   80 /* of a cell: its columns, and room for any number */

struct link {
	int who;
	struct shown_word word;
};

static struct link links[LINKS];
static int link_count, collected, lines_left, lines_cut, alive;

static unsigned frame_of(const struct shown_word *word)
{
	return word->value >> 12;
}

static bool linked(const struct shown_word *word)
{
	return word->index == PDE && word->value & PDE_LINKED;
}

static void collect(void *to, const struct shown_word *word)
{
	(void)to;
	if (link_count == LINKS)
		return;
	links[link_count].who = collected;
	links[link_count++].word = *word;
}

/* The first half of those who live stands on the left. */
static bool left_side(int who)
{
	int before = 0;

	for (int i = 0; i < who; i++)
		before += cast[i].state != ABSENT && cast[i].state != DEAD;
	return before < (alive + 1) / 2;
}

static const char *rights_text(unsigned value)
{
	static char text[8];

	snprintf(text, sizeof(text), "%s%c", value & 2 ? "rw" : "r-",
	         value & 0x20 ? 'A' : '-');
	return text;
}

static void side_text(char *to, const struct link *link, bool left)
{
	const struct shown_word *word = &link->word;
	unsigned address = word->slot << 22;
	bool pde = word->index == PDE;
	unsigned index = pde ? word->slot : word->index;

	if (!pde)
		address |= word->index << 12;
	if (left)
		snprintf(to, TEXT, "%-3.3s %08x %s%4u %s", cast[link->who].name,
		         address, pde ? "PDE" : "PTE", index,
		         rights_text(word->value));
	else
		snprintf(to, TEXT, "%s %s%4u %08x %s", rights_text(word->value),
		         pde ? "PDE" : "PTE", index, address,
		         cast[link->who].name);
}

/* ---- a block: what both sides link, in the middle ------------------------ */

static char left[SIDES][TEXT], right[SIDES][TEXT], middle[8][TEXT];
static int lefts, rights, middles;

static void block_print(void)
{
	int rows = lefts > rights ? lefts : rights;

	if (middles > rows)
		rows = middles;
	lines_cut += rows > lines_left ? rows - lines_left : 0;
	for (int i = 0; i < rows && lines_left > 0; i++, lines_left--)
		say("%-*s%-3s%-*s%3s%s\n", SIDE, i < lefts ? left[i] : "",
		    i < lefts ? "-->" : "", MIDDLE,
		    i < middles ? middle[i] : "", i < rights ? "<--" : "",
		    i < rights ? right[i] : "");
}

static void block_side(const struct link *link)
{
	if (left_side(link->who)) {
		if (lefts < SIDES)
			side_text(left[lefts], link, true);
		lefts++;
	} else {
		if (rights < SIDES)
			side_text(right[rights], link, false);
		rights++;
	}
}

/* The table of a link, with its first pages, which follow the link. */
static void block_table(int first)
{
	const struct shown_word *pde = &links[first].word;
	int more = 0;

	snprintf(middle[0], TEXT,
	         pde->id < 0 ? "[ table %05x, shared ]"
	                     : "[ table %05x id %d ]",
	         frame_of(pde), pde->id);
	middles = 1;
	for (int i = first + 1; i < link_count && links[i].word.index != PDE;
	     i++) {
		const struct shown_word *pte = &links[i].word;

		if (middles > PTES)
			more++;
		else
			snprintf(middle[middles++], TEXT,
			         "[ %4u: frame %05x %s%c ]", pte->index,
			         frame_of(pte), rights_text(pte->value),
			         pte->value & 0x40 ? 'D' : '-');
	}
	if (more)
		snprintf(middle[middles++], TEXT, "[ and %d more ]", more);
	if (middles == 1)
		snprintf(middle[middles++], TEXT, "[ no page yet ]");
}

static bool drawn_before(int first)
{
	for (int i = 0; i < first; i++)
		if (linked(&links[i].word) &&
		    frame_of(&links[i].word) == frame_of(&links[first].word))
			return true;
	return false;
}

static void draw_table(int first)
{
	if (drawn_before(first))
		return;
	lefts = rights = 0;
	block_table(first);
	for (int i = first; i < link_count; i++)
		if (linked(&links[i].word) &&
		    frame_of(&links[i].word) == frame_of(&links[first].word))
			block_side(&links[i]);
	block_print();
}

/* A word of a process's own table, to one frame. */
static void draw_own(int i)
{
	const struct shown_word *word = &links[i].word;

	lefts = rights = 0;
	snprintf(middle[0], TEXT, "[ frame %05x %s ]", frame_of(word),
	         word->value & PTE_BORROWED ? "borrowed" : "its own");
	middles = 1;
	block_side(&links[i]);
	block_print();
}

static void draw_all(void)
{
	bool own = false;

	for (int i = 0; i < link_count; i++)
		if (links[i].word.index == PDE) {
			own = !linked(&links[i].word);
			if (!own)
				draw_table(i);
		} else if (own) {
			draw_own(i);
		}
}

/* ---- who there is ------------------------------------------------------- */

static void draw_actor(int i)
{
	say("%-4s pid %-5d ", cast[i].name, (int)cast[i].pid);
	if (words_cr3(i))
		say("CR3 %05x000  ", words_cr3(i));
	say("%s\n", cast_doing(&cast[i]));
}

static void draw_cast(void)
{
	int shown = 0;

	for (int i = 0; i < cast_count; i++)
		if (cast[i].state != ABSENT && shown++ < 5)
			draw_actor(i);
	if (shown > 5)
		say("... and %d more processes\n", shown - 5);
}

void picture_show(void)
{
	if (!on_tessera) {
		cast_show();
		objects_show();
		return;
	}
	link_count = alive = 0;
	for (int i = 0; i < cast_count; i++)
		alive += cast[i].state != ABSENT && cast[i].state != DEAD;
	for (collected = 0; collected < cast_count; collected++)
		if (cast[collected].state != ABSENT &&
		    cast[collected].state != DEAD)
			words_each(collected, collect, NULL);
	lines_left = LINES;
	say("------- processes ------   ---- physical memory -----   "
	    "------ processes ------\n");
	lines_cut = 0;
	draw_all();
	if (lines_cut)
		say("%-*s   ... and %d more lines\n", SIDE, "", lines_cut);
	if (!link_count)
		say("%-*s nothing is attached or mapped\n", SIDE, "");
	draw_cast();
	objects_show();
}
