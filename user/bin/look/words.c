/*
 * user/bin/look/words.c -- reads the words of /proc/PID/pt.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "words.h"

static bool word_add(struct words *words, const struct word *word)
{
	if (words->count == words->room) {
		int room = 2 * words->room + 256;
		void *more = realloc(words->word, room * sizeof(*word));

		if (!more)
			return false;
		words->word = more;
		words->room = room;
	}
	words->word[words->count++] = *word;
	return true;
}

/* Takes a line of the file.  False: there is no memory. */
static bool line_parse(struct words *words, const char *line)
{
	struct word word;
	unsigned cr3;
	char kind[4];

	if (sscanf(line, "CR3 %x", &cr3) == 1)
		words->cr3 = cr3 >> 12;
	if (sscanf(line, "%3s %u %x %x", kind, &word.index, &word.address,
	           &word.value) != 4)
		return true;
	word.pde = strcmp(kind, "PDE") == 0;
	return word_add(words, &word);
}

static int compare(bool pde, bool other_pde, unsigned value, unsigned other)
{
	if (pde != other_pde)
		return pde ? -1 : 1;
	return value < other ? -1 : value > other;
}

/* Words with equal frames are in the order of their addresses. */
static int by_frame(const void *a, const void *b)
{
	const struct word *one = *(struct word *const *)a;
	const struct word *two = *(struct word *const *)b;
	int order =
	    compare(one->pde, two->pde, word_frame(one), word_frame(two));

	return order ? order : one < two ? -1 : one > two;
}

/* Sorts the words by frame.  False: there is no memory. */
static bool sort(struct words *words)
{
	words->by_frame = malloc((words->count + 1) * sizeof(struct word *));
	if (!words->by_frame)
		return false;
	for (int i = 0; i < words->count; i++)
		words->by_frame[i] = &words->word[i];
	qsort(words->by_frame, words->count, sizeof(struct word *), by_frame);
	return true;
}

bool words_read(struct words *words, pid_t pid)
{
	char name[32], line[256];
	FILE *file;
	int error = 0;

	memset(words, 0, sizeof(*words));
	words->pid = pid;
	snprintf(name, sizeof(name), "/proc/%d/pt", (int)pid);
	file = fopen(name, "r");
	if (!file)
		return false;
	while (error == 0 && fgets(line, sizeof(line), file))
		if (!line_parse(words, line))
			error = ENOMEM;
	fclose(file);
	if (error == 0 && words->cr3 == 0)
		error = ESRCH;
	if (error == 0 && !sort(words))
		error = ENOMEM;
	if (error != 0)
		words_drop(words);
	errno = error;
	return error == 0;
}

void words_drop(struct words *words)
{
	free(words->word);
	free(words->by_frame);
	words->word = NULL;
	words->by_frame = NULL;
	words->count = 0;
}

int words_of_slot(const struct words *words, int first)
{
	int n = 1;

	while (first + n < words->count && !words->word[first + n].pde)
		n++;
	return n;
}

/* The number of words in by_frame that come before a PDE or PTE of `frame`. */
static int before(const struct words *words, bool pde, unsigned frame)
{
	int low = 0, high = words->count;

	while (low < high) {
		int middle = (low + high) / 2;
		const struct word *word = words->by_frame[middle];

		if (compare(word->pde, pde, word_frame(word), frame) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct word *words_twin(const struct words *other,
                              const struct word *word)
{
	int first = before(other, word->pde, word_frame(word));
	const struct word *at = words_at(other, word), *found;

	if (at && word_frame(at) == word_frame(word))
		return at;
	if (first == other->count)
		return NULL;
	found = other->by_frame[first];
	return found->pde == word->pde && word_frame(found) == word_frame(word)
	           ? found
	           : NULL;
}

const struct word *words_at(const struct words *other, const struct word *word)
{
	int low = 0, high = other->count;

	/* A PDE comes before the PTE of the same address. */
	while (low < high) {
		int middle = (low + high) / 2;
		const struct word *found = &other->word[middle];

		if (found->address < word->address ||
		    (found->address == word->address && found->pde &&
		     !word->pde))
			low = middle + 1;
		else
			high = middle;
	}
	return low < other->count && other->word[low].pde == word->pde &&
	               other->word[low].address == word->address
	           ? &other->word[low]
	           : NULL;
}

unsigned word_frame(const struct word *word)
{
	return word->value >> 12;
}

bool word_shared(const struct word *word)
{
	return word->value & (word->pde ? PDE_LINKED : PTE_BORROWED);
}

void word_print(const struct word *word, const char *mark)
{
	unsigned value = word->value;

	screen_lines(1);
	printf("  %s %4u 0x%08x %08x  %s %s %s%s  %s frame %05x%s\n",
	       word->pde ? "PDE" : "  PTE", word->index, word->address, value,
	       value & PTE_US ? "u" : "-", value & PTE_RW ? "rw" : "r-",
	       value & PTE_A ? "A" : "-",
	       value & PTE_D && !word->pde ? "D" : "-",
	       word->pde ? "table in" : "page in ", word_frame(word), mark);
}
