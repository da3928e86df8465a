/*
 * user/bin/look/words.h -- the words of a process's page directory and tables.
 *
 * They come from /proc/PID/pt.  The file has one line for each word that is
 * present, in the order of linear addresses, a PDE before the PTEs of its
 * table; numbers after the index are hexadecimal, and what follows the word is
 * for people:
 *
 *	CR3 00116000
 *	PDE 256 40000000 00113467 ...
 *	PTE 0 40000000 0010d067 ...
 *
 * A word is a frame number and flags (Intel SDM 3A 4.3, tables 4-4 to 4-6):
 *
 *	| 31..12 frame | borrowed 9, linked 10 | D 6 | A 5 | U/S 2 R/W 1 P 0 |
 *
 * A PDE with bit 10 is *linked*: its table belongs to a segment, and every
 * process that attaches the segment links the same table.  A PTE with bit 9 is
 * *borrowed*: it is in a table of the process's own and shows a frame of a
 * segment.  Every other word concerns one process alone.
 */
#ifndef LOOK_WORDS_H
#define LOOK_WORDS_H

#include <stdbool.h>
#include <sys/types.h>

#include "../../../abi/page.h"

struct word {
	bool pde;
	unsigned index, address, value;
};

struct words {
	pid_t pid;
	unsigned cr3; /* the frame of the directory */
	int count, room;
	struct word *word;      /* by address */
	struct word **by_frame; /* PDEs before PTEs */
};

/*
 * Reads the words of a process.  False, with errno: they cannot be read.  A
 * process that has ended has none and has no directory: ESRCH.
 */
bool words_read(struct words *words, pid_t pid);
void words_drop(struct words *words);

/* How many words, from the PDE at `first` on, belong to its slot? */
int words_of_slot(const struct words *words, int first);

/*
 * The word of `other` that leads to the same frame, or NULL.  If several do:
 * the one at the same address, or else the first.
 */
const struct word *words_twin(const struct words *other,
                              const struct word *word);

/* The word of `other` for the same address, or NULL. */
const struct word *words_at(const struct words *other, const struct word *word);

unsigned word_frame(const struct word *word);

/* Is it a linked PDE or a borrowed PTE? */
bool word_shared(const struct word *word);

/* Prints a word, and `mark` behind it. */
void word_print(const struct word *word, const char *mark);

#endif
