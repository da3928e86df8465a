/*
 * user/bin/look/pagetable.c -- the words of two processes, drawn so that
 * sharing can be seen.
 *
 * Of two processes, only linked PDEs and borrowed PTEs are shown, from
 * 0x40000000 on, with a mark at the frames that both of them reach.  Below is
 * the program, whose text is borrowed from the boot archive by every process
 * that runs it.
 */
#include <stdbool.h>
#include <stdio.h>

#include "pagetable.h"
#include "screen.h"
#include "words.h"

#define ATTACH_FIRST 0x40000000u
#define PTES_SHOWN   3

static const struct word *twin(const struct words *other,
                               const struct word *word)
{
	return other ? words_twin(other, word) : NULL;
}

static void slot_show(const struct word *pde, int words,
                      const struct words *other)
{
	bool linked = word_shared(pde);
	int shown = 0, left = 0;

	word_print(pde, !linked            ? "  its own"
	                : twin(other, pde) ? "  <== shared table"
	                                   : "  a segment's");
	for (int i = 1; i < words; i++) {
		if (!linked && !word_shared(&pde[i]))
			continue;
		if (shown == PTES_SHOWN) {
			left++;
			continue;
		}
		word_print(&pde[i], twin(other, &pde[i]) ? "  <== shared" : "");
		shown++;
	}
	if (left) {
		screen_lines(1);
		printf("    ... and %d more pages\n", left);
	}
}

static bool slot_is_interesting(const struct word *pde, int words)
{
	bool interesting = word_shared(pde);

	for (int i = 1; i < words; i++)
		interesting |= word_shared(&pde[i]);
	return interesting && pde->address >= ATTACH_FIRST;
}

static void picture_show(const struct words *words, const struct words *other)
{
	int count;

	screen_lines(3);
	printf("\nprocess %d, directory in frame %05x\n", (int)words->pid,
	       words->cr3);
	for (int i = 0; i < words->count; i += count) {
		count = words_of_slot(words, i);
		if (slot_is_interesting(&words->word[i], count))
			slot_show(&words->word[i], count, other);
	}
}

/* Prints a line for each table that both directories link. */
static void tables_show(const struct words *a, const struct words *b)
{
	screen_lines(2);
	printf("\n");
	for (int i = 0; i < a->count; i++) {
		const struct word *one = &a->word[i], *two;

		if (!one->pde || !word_shared(one))
			continue;
		two = words_twin(b, one);
		if (two)
			printf("process %d, PDE %u %s --> [ table %05x ] <-- "
			       "%s PDE %u, process %d\n",
			       (int)a->pid, one->index,
			       one->value & PTE_RW ? "rw" : "r-",
			       word_frame(one),
			       two->value & PTE_RW ? "rw" : "r-", two->index,
			       (int)b->pid);
	}
}

void pagetables_show(pid_t a, pid_t b)
{
	struct words one, two = {0};
	bool both;

	if (!words_read(&one, a))
		return;
	both = b && words_read(&two, b);
	picture_show(&one, both ? &two : NULL);
	if (both) {
		picture_show(&two, &one);
		tables_show(&one, &two);
	}
	words_drop(&one);
	words_drop(&two);
}
