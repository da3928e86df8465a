/*
 * user/bin/pt.c -- the words of a process's page tables.
 *
 *	pt PID            what is shared: linked tables and borrowed pages
 *	pt -a PID         every word
 *	pt PID ADDRESS    the two words that translate ADDRESS, bit by bit
 *
 * Pages whose frames lie in the same order are one line, even if some between
 * them are not present; -a has a line for each.  A page is borrowed if its
 * word is in a table of the process's own and shows a frame of a segment.  The
 * boot archive is one, so the text of every program is borrowed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "look/command.h"
#include "look/screen.h"
#include "look/words.h"

#define KERNEL_HALF 0xC0000000u
#define RUN_LEAST   3 /* pages that become one line */

static void head_print(const struct words *words)
{
	screen_lines(1);
	printf("process %d, directory in frame %05x\n", (int)words->pid,
	       words->cr3);
}

static const char *mark(const struct word *word)
{
	return !word_shared(word) ? ""
	       : word->pde        ? "  a segment's"
	                          : "  borrowed";
}

static int all_show(const struct words *words)
{
	head_print(words);
	for (int i = 0; i < words->count; i++)
		word_print(&words->word[i], mark(&words->word[i]));
	return 0;
}

/* ---- what is shared ----------------------------------------------------- */

/* How many PTEs from `pte` on lie in their frames as in the table? */
static int run_length(const struct word *pte, int most)
{
	const unsigned alike = PTE_RW | PTE_US | PTE_BORROWED;
	int n = 1;

	while (n < most &&
	       word_frame(&pte[n]) - word_frame(pte) ==
	           pte[n].index - pte->index &&
	       ((pte[n].value ^ pte->value) & alike) == 0)
		n++;
	return n;
}

static void run_print(const struct word *pte, int n)
{
	char range[24];

	snprintf(range, sizeof(range), "%u..%u", pte->index, pte[n - 1].index);
	screen_lines(1);
	printf("    PTE %-10s 0x%08x  %d pages in frames %05x..%05x  %s%s\n",
	       range, pte->address, n, word_frame(pte), word_frame(&pte[n - 1]),
	       pte->value & PTE_RW ? "rw" : "r-", mark(pte));
}

static void slot_show(const struct word *pde, int words)
{
	bool linked = word_shared(pde);
	int n;

	word_print(pde, linked ? mark(pde) : "  its own");
	for (int i = 1; i < words; i += n) {
		n = 1;
		if (!linked && !word_shared(&pde[i]))
			continue;
		n = run_length(&pde[i], words - i);
		if (n >= RUN_LEAST) {
			run_print(&pde[i], n);
		} else {
			n = 1;
			word_print(&pde[i], mark(&pde[i]));
		}
	}
}

static int shared_show(const struct words *words)
{
	int n;

	head_print(words);
	for (int i = 0; i < words->count; i += n) {
		bool shared = false;

		n = words_of_slot(words, i);
		for (int j = 0; j < n; j++)
			shared |= word_shared(&words->word[i + j]);
		if (shared)
			slot_show(&words->word[i], n);
	}
	return 0;
}

/* ---- one address -------------------------------------------------------- */

/* The bits that Tessera uses, and what a 1 in them says. */
static const struct {
	const char *bit, *name;
	unsigned mask;
	bool in_pde, in_pte;
	const char *one, *zero; /* of both words together */
} bits[] = {
    {"10", "linked", PDE_LINKED, true, false, "the table is a segment's",
     "the table is the process's own"},
    {" 9", "borrowed", PTE_BORROWED, false, true, "the page is a segment's",
     ""},
    {" 6", "D   dirty", PTE_D, false, true, "somebody has stored here",
     "nobody has stored here"},
    {" 5", "A   accessed", PTE_A, true, true, "the CPU has used both",
     "the CPU has not used both"},
    {" 2", "U/S user", PTE_US, true, true, "a program may come here",
     "only the kernel may come here"},
    {" 1", "R/W writable", PTE_RW, true, true, "to read and to write",
     "to read only"},
    {" 0", "P   present", PTE_P, true, true, "there is a page",
     "no page: a touch is a fault"},
};

static char digit(bool used, unsigned value, unsigned mask)
{
	return !used ? '-' : value & mask ? '1' : '0';
}

static void bits_print(unsigned pde, unsigned pte)
{
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		unsigned mask = bits[i].mask;
		bool in_pde = bits[i].in_pde && pde & PTE_P;
		bool in_pte = bits[i].in_pte && pte & PTE_P;
		bool one = (!bits[i].in_pde || pde & mask) &&
		           (!bits[i].in_pte || pte & mask);
		bool says = mask == PTE_P || (bits[i].in_pte ? in_pte : in_pde);

		const char *said = !says ? ""
		                   : one ? bits[i].one
		                         : bits[i].zero;

		printf("  %s     %-14s %c          %c%s%s\n", bits[i].bit,
		       bits[i].name, digit(in_pde, pde, mask),
		       digit(in_pte, pte, mask), *said ? "         " : "",
		       said);
	}
}

/* The value of the word that is present for that address, or 0. */
static unsigned word_value(const struct words *words, bool pde,
                           unsigned address)
{
	struct word wanted = {.pde = pde, .address = address};
	const struct word *found = words_at(words, &wanted);

	return found ? found->value : 0;
}

static int address_show(const struct words *words, unsigned address)
{
	unsigned pde = word_value(words, true, address & ~0x3fffffu);
	unsigned pte = word_value(words, false, address & ~0xfffu);

	screen_lines(15);
	printf("process %d, linear address 0x%08x, directory in frame %05x\n\n",
	       (int)words->pid, address, words->cr3);
	printf("  bit    means          PDE %-4u   PTE %-4u  both together\n",
	       address >> 22, address >> 12 & 1023);
	printf("  31..0  the word       %08x   %08x\n", pde, pte);
	printf("  31..12 frame          %05x      %05x     %s\n", pde >> 12,
	       pte >> 12,
	       pte & PTE_P   ? "of the table, of the page"
	       : pde & PTE_P ? "of the table"
	                     : "there is no table");
	bits_print(pde, pte);
	if (pte & PTE_P)
		printf("\nthe byte is at 0x%03x in frame %05x\n",
		       address & 0xfff, pte >> 12);
	else
		printf("\nno byte is there until a page fault is served\n");
	return 0;
}

/* ---- */

static int show(const struct words *words, bool all, bool one, long address)
{
	return one   ? address_show(words, (unsigned)address)
	       : all ? all_show(words)
	             : shared_show(words);
}

int main(int argc, char **argv)
{
	bool all = argc > 1 && strcmp(argv[1], "-a") == 0;
	char **given = argv + 1 + all;
	int count = argc - 1 - all, result;
	long pid, address = 0;
	struct words words;

	if (count < 1 || count > 2 - all || !number(given[0], &pid) ||
	    (count == 2 && !number(given[1], &address)))
		return usage("pt [-a] PID | pt PID ADDRESS");
	if (count == 2 && (unsigned)address >= KERNEL_HALF) {
		fprintf(stderr,
		        "pt: 0x%08x is the kernel's, for which all "
		        "processes have the same words\n",
		        (unsigned)address);
		return 1;
	}
	if (!words_read(&words, (pid_t)pid))
		return not_shown("pt", pid);
	result = show(&words, all, count == 2, address);
	words_drop(&words);
	return result;
}
