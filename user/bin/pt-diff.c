/*
 * user/bin/pt-diff.c -- the words that two processes share, and the others.
 *
 *	pt-diff A B
 *
 * Each present word of A and of B is in one of four lists: both lead to the
 * same frame; both are for the same address but lead to different frames; and
 * the words that only one of them has.  Pages of one table
 * are one line, if their frames, where they are shared, lie in the same order.
 */
#include <stdbool.h>
#include <stdio.h>

#include "look/command.h"
#include "look/screen.h"
#include "look/words.h"

enum relation { SAME_FRAME, OTHER_FRAME, ONLY_ONE };

/* A line: `n` words of one process, and those of the other, if it has any. */
struct run {
	const struct word *a, *b;           /* the first ones */
	const struct word *last_a, *last_b; /* if n > 1 */
	int n;
};

static enum relation relation(const struct word *a, const struct word *b)
{
	return !b                               ? ONLY_ONE
	       : word_frame(a) == word_frame(b) ? SAME_FRAME
	                                        : OTHER_FRAME;
}

/* What has `other` for a word?  It may be at another address. */
static const struct word *partner(const struct words *other,
                                  const struct word *word)
{
	const struct word *twin = words_twin(other, word);

	return twin ? twin : words_at(other, word);
}

/* Are they PTEs of one table with the same rights? */
static bool alike(const struct word *first, const struct word *next)
{
	return !first->pde && !next->pde &&
	       first->address >> 22 == next->address >> 22 &&
	       ((first->value ^ next->value) & PTE_RW) == 0;
}

/* Are the frames as far from each other as the words? */
static bool in_order(const struct word *first, const struct word *next)
{
	return word_frame(next) - word_frame(first) ==
	       next->index - first->index;
}

/* Does the pair a, b go on with the run? */
static bool joins(const struct run *run, const struct word *a,
                  const struct word *b)
{
	if (!run->a || !run->b != !b || !alike(run->a, a))
		return false;
	if (!b)
		return true;
	return relation(run->a, run->b) == relation(a, b) && alike(run->b, b) &&
	       a->address - run->a->address == b->address - run->b->address &&
	       (relation(a, b) == OTHER_FRAME || in_order(run->a, a));
}

/* Prints "PTE 72..258 rw", or the whole word if there is only one. */
static void side_print(const struct word *first, const struct word *last)
{
	char text[32];

	if (last != first)
		snprintf(text, sizeof(text), "%4u..%-4u", first->index,
		         last->index);
	else
		snprintf(text, sizeof(text), "%4u %08x", first->index,
		         first->value);
	printf("%s %-13s %s", first->pde ? "PDE  " : "  PTE", text,
	       first->value & PTE_RW ? "rw" : "r-");
}

static void middle_print(const struct run *run)
{
	unsigned frame = word_frame(run->a);

	if (relation(run->a, run->b) == OTHER_FRAME)
		printf("  <> %3d other %s <>  ", run->n,
		       run->a->pde ? "table" : "page ");
	else if (run->n > 1)
		printf(" --> %3d: %05x..%05x <-- ", run->n, frame,
		       word_frame(run->last_a));
	else
		printf(" --> [ %s %05x  ] <-- ",
		       run->a->pde ? "table" : "page ", frame);
}

static void run_print(const struct run *run)
{
	if (!run->a)
		return;
	screen_lines(1);
	printf("  ");
	side_print(run->a, run->last_a);
	if (run->b) {
		middle_print(run);
		side_print(run->b, run->last_b);
	} else if (run->n > 1) {
		printf("  %d pages", run->n);
	}
	printf("\n");
}

/* Prints a list under its title.  Returns how many words of `from` it has. */
static int list_print(const char *title, const struct words *from,
                      const struct words *other, enum relation wanted)
{
	struct run run = {NULL, NULL, NULL, NULL, 0};
	int words = 0;

	for (int i = 0; i < from->count; i++) {
		const struct word *a = &from->word[i];
		const struct word *b = partner(other, a);

		if (relation(a, b) != wanted)
			continue;
		if (words++ == 0) {
			screen_lines(2);
			printf("%s\n", title);
		}
		if (joins(&run, a, b)) {
			run.n++;
			run.last_a = a;
			run.last_b = b;
			continue;
		}
		run_print(&run);
		run = (struct run){a, b, a, b, 1};
	}
	run_print(&run);
	return words;
}

static void compare(const struct words *a, const struct words *b)
{
	char only[2][40];
	int same, differ, in_a, in_b;

	screen_lines(1);
	printf("process %d, directory in frame %05x   "
	       "process %d, directory in frame %05x\n",
	       (int)a->pid, a->cr3, (int)b->pid, b->cr3);
	snprintf(only[0], sizeof(only[0]), "only in process %d:", (int)a->pid);
	snprintf(only[1], sizeof(only[1]), "only in process %d:", (int)b->pid);
	same = list_print("the same frame:", a, b, SAME_FRAME);
	differ = list_print("the same address, but another frame:", a, b,
	                    OTHER_FRAME);
	in_a = list_print(only[0], a, b, ONLY_ONE);
	in_b = list_print(only[1], b, a, ONLY_ONE);
	screen_lines(1);
	printf("words: %d shared, %d differ, %d only in %d, %d only in %d\n",
	       same, differ, in_a, (int)a->pid, in_b, (int)b->pid);
}

int main(int argc, char **argv)
{
	struct words a, b;
	long pid[2];

	if (argc != 3 || !number(argv[1], &pid[0]) || !number(argv[2], &pid[1]))
		return usage("pt-diff PID PID");
	if (!words_read(&a, (pid_t)pid[0]))
		return not_shown("pt-diff", pid[0]);
	if (!words_read(&b, (pid_t)pid[1])) {
		words_drop(&a);
		return not_shown("pt-diff", pid[1]);
	}
	compare(&a, &b);
	words_drop(&a);
	words_drop(&b);
	return 0;
}
