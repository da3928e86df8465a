/*
 * user/bin/look/pagetable.c -- page-table words, drawn so that sharing can be
 * seen.
 *
 * A word is a frame number and flags (Intel SDM 3A 4.3, tables 4-4 to 4-6):
 *
 *	| 31..12 frame | borrowed 9, linked 10 | D 6 | A 5 | U/S 2 R/W 1 P 0 |
 *
 * A PDE with bit 10 is *linked*: its table belongs to a segment, and every
 * process that attaches the segment links the same table.  A PTE with bit 9 is
 * *borrowed*: it is in a table of the process's own and shows a frame of a
 * segment.  Every other word concerns one process alone.  Of two processes,
 * only those two kinds are shown, from 0x40000000 on, with a mark at the
 * frames that both of them reach.  Below is the program, whose text is
 * borrowed from the boot archive by every process that runs it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pagetable.h"

#define RW           0x002u
#define US           0x004u
#define ACCESSED     0x020u
#define DIRTY        0x040u
#define BORROWED     0x200u
#define LINKED       0x400u
#define ATTACH_FIRST 0x40000000u
#define PTES_SHOWN   4

struct word {
	bool pde;
	unsigned index, address, value;
};

struct picture {
	pid_t pid;
	unsigned cr3;
	int words, room;
	struct word *word;
};

static bool picture_add(struct picture *picture, const struct word *word)
{
	if (picture->words == picture->room) {
		int room = 2 * picture->room + 256;
		void *more = realloc(picture->word, room * sizeof(*word));

		if (!more)
			return false;
		picture->word = more;
		picture->room = room;
	}
	picture->word[picture->words++] = *word;
	return true;
}

/* Reads the words of a process.  False: they cannot be read. */
static bool picture_read(struct picture *picture, pid_t pid)
{
	struct word word;
	char name[32], kind[4], line[256];
	FILE *file;

	memset(picture, 0, sizeof(*picture));
	picture->pid = pid;
	snprintf(name, sizeof(name), "/proc/%d/pt", (int)pid);
	file = fopen(name, "r");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "CR3 %x", &picture->cr3);
		if (sscanf(line, "%3s %u %x %x", kind, &word.index,
		           &word.address, &word.value) != 4)
			continue;
		word.pde = strcmp(kind, "PDE") == 0;
		if (!picture_add(picture, &word))
			break;
	}
	fclose(file);
	return true;
}

static unsigned frame_of(const struct word *word)
{
	return word->value >> 12;
}

/* The word of the other process that reaches the same frame, or NULL. */
static const struct word *twin(const struct picture *other,
                               const struct word *word)
{
	for (int i = 0; other && i < other->words; i++)
		if (other->word[i].pde == word->pde &&
		    frame_of(&other->word[i]) == frame_of(word))
			return &other->word[i];
	return NULL;
}

static void word_print(const struct word *word, const char *mark)
{
	unsigned value = word->value;

	printf("  %s %4u  0x%08x  %08x  %s %s %s%s  %s frame %05x%s\n",
	       word->pde ? "PDE" : "  PTE", word->index, word->address, value,
	       value & US ? "u" : "-", value & RW ? "rw" : "r-",
	       value & ACCESSED ? "A" : "-",
	       value & DIRTY && !word->pde ? "D" : "-",
	       word->pde ? "table in" : "page in ", frame_of(word), mark);
}

/* The number of words, from the PDE at `first` on, that belong to its slot. */
static int slot_words(const struct picture *picture, int first)
{
	int n = 1;

	while (first + n < picture->words && !picture->word[first + n].pde)
		n++;
	return n;
}

static void slot_show(const struct word *pde, int words,
                      const struct picture *other)
{
	bool linked = pde->value & LINKED;
	int shown = 0, left = 0;

	word_print(pde, !linked            ? "  its own"
	                : twin(other, pde) ? "  <== shared table"
	                                   : "  a segment's");
	for (int i = 1; i < words; i++) {
		if (!linked && !(pde[i].value & BORROWED))
			continue;
		if (shown == PTES_SHOWN) {
			left++;
			continue;
		}
		word_print(&pde[i], twin(other, &pde[i]) ? "  <== shared" : "");
		shown++;
	}
	if (left)
		printf("    ... and %d more pages\n", left);
}

static bool slot_is_interesting(const struct word *pde, int words)
{
	bool interesting = pde->value & LINKED;

	for (int i = 1; i < words; i++)
		interesting |= (pde[i].value & BORROWED) != 0;
	return interesting && pde->address >= ATTACH_FIRST;
}

static void picture_show(const struct picture *picture,
                         const struct picture *other)
{
	int words;

	printf("process %d, directory in frame %05x\n", (int)picture->pid,
	       picture->cr3 >> 12);
	for (int i = 0; i < picture->words; i += words) {
		words = slot_words(picture, i);
		if (slot_is_interesting(&picture->word[i], words))
			slot_show(&picture->word[i], words, other);
	}
	printf("\n");
}

/* Prints a line for each table that both directories link. */
static void tables_show(const struct picture *a, const struct picture *b)
{
	for (int i = 0; i < a->words; i++) {
		const struct word *one = &a->word[i], *two;

		if (!one->pde || !(one->value & LINKED))
			continue;
		two = twin(b, one);
		if (two)
			printf("process %d, PDE %u %s --> [ table %05x ] <-- "
			       "%s PDE %u, process %d\n",
			       (int)a->pid, one->index,
			       one->value & RW ? "rw" : "r-", frame_of(one),
			       two->value & RW ? "rw" : "r-", two->index,
			       (int)b->pid);
	}
	printf("\n");
}

void pagetables_show(pid_t a, pid_t b)
{
	struct picture one, two = {0};
	bool both;

	if (!picture_read(&one, a))
		return;
	both = b && picture_read(&two, b);
	picture_show(&one, both ? &two : NULL);
	if (both) {
		picture_show(&two, &one);
		tables_show(&one, &two);
	}
	free(one.word);
	free(two.word);
}

int pagetable_show(pid_t pid)
{
	struct picture picture;

	if (!picture_read(&picture, pid))
		return -1;
	printf("process %d, directory in frame %05x\n", (int)pid,
	       picture.cr3 >> 12);
	for (int i = 0; i < picture.words; i++)
		word_print(&picture.word[i],
		           picture.word[i].value & LINKED && picture.word[i].pde
		               ? "  a segment's"
		           : picture.word[i].value & BORROWED ? "  borrowed"
		                                              : "");
	free(picture.word);
	return 0;
}
