/*
 * tests/guest/bad_pointers.h -- the table of bad pointers.
 *
 * A row is a call, the position of its pointer, the number of bytes that the
 * kernel reads or writes there, and good values for the other arguments.  Each
 * row is a test.  The call must answer EFAULT for every pointer of the table at
 * which there are not that many bytes.  If the kernel writes, it must break
 * copy-on-write instead of writing through it.
 *
 *	last byte before a hole        [ page ...... x][ hole ]
 *	                                             ^ pointer, 2 bytes or more
 */
#ifndef BAD_POINTERS_H
#define BAD_POINTERS_H

#include "test.h"

enum way { IN, OUT, STRING };

struct row {
	enum way way;
	int bytes;      /* how many the kernel touches */
	int null_is_ok; /* NULL is accepted: no result is wanted */
	int nr, which;  /* the call; which argument is the pointer, from 1 */
	long args[6];   /* the other arguments */
};

struct bad {
	const char *what;
	unsigned long address;
};

static long call(const struct row *row, unsigned long pointer)
{
	long words[7] = {row->nr};

	memcpy(words + 1, row->args, sizeof row->args);
	words[row->which] = pointer;
	return raw_call(words);
}

/* Maps a page with a hole behind it.  Returns the address of the hole. */
static char *page_before_hole(void)
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 'a', PAGE);
	OK(munmap(p + PAGE, PAGE));
	return p + PAGE;
}

static int bad_for_all(struct bad *bad, const struct row *row)
{
	int n = 0, b = row->bytes;
	char *hole_at = page_before_hole();

	if (!row->null_is_ok)
		bad[n++] = (struct bad){"NULL", 0};
	bad[n++] = (struct bad){"1", 1};
	bad[n++] = (struct bad){"the first page's end", 0xFFF - b + 1};
	bad[n++] = (struct bad){"64 KiB - 1", 0xFFFF};
	bad[n++] = (struct bad){"unmapped", 0x30000000};
	bad[n++] = (struct bad){"kernel", 0xC0000000};
	bad[n++] = (struct bad){"kernel text", 0xC0100000};
	bad[n++] = (struct bad){"kernel, high", 0xF8000000};
	bad[n++] = (struct bad){"last page", 0xFFFFF000};
	bad[n++] = (struct bad){"last byte", 0xFFFFFFFF};
	bad[n++] = (struct bad){"hole", (unsigned long)hole_at};
	bad[n++] =
	    (struct bad){"no rights", (unsigned long)memory(PAGE, PROT_NONE)};
	if (b < 2)
		return n;
	if (row->way != STRING) /* a lone NUL may end the stack */
		bad[n++] = (struct bad){"into the kernel", 0xC0000000 - 1};
	bad[n++] = (struct bad){"wraps", 0xFFFFFFFFu - b / 2};
	bad[n++] =
	    (struct bad){"last byte before a hole", (unsigned long)hole_at - 1};
	bad[n++] =
	    (struct bad){"one byte too late", (unsigned long)hole_at - b + 1};
	return n;
}

static int bad_for_writing(struct bad *bad)
{
	int id = make(PAGE), n = 0;

	bad[n++] = (struct bad){"read-only memory",
	                        (unsigned long)memory(PAGE, PROT_READ)};
	bad[n++] = (struct bad){"program text", 0x08049000};
	bad[n++] = (struct bad){
	    "SHM_RDONLY", (unsigned long)OK(shm_at(id, NULL, SHM_RDONLY))};
	removed(id);
	return n;
}

static char private_page[2 * PAGE] __attribute__((aligned(4096)));

/* The kernel writes to a page that is shared with the parent since fork. */
static void breaks_copy_on_write(const struct row *row)
{
	memset(private_page, 'p', sizeof private_page);
	IN_CHILD
	{
		char *p = private_page + PAGE - row->bytes / 2;

		OK(call(row, (unsigned long)p));
	}
	for (unsigned i = 0; i < sizeof private_page; i++)
		EQ(private_page[i], 'p');
}

static void try_row(const struct row *row)
{
	struct bad bad[24];
	int n = bad_for_all(bad, row);

	if (row->way == OUT)
		n += bad_for_writing(bad + n);
	for (int i = 0; i < n; i++) {
		long result = call(row, bad[i].address);

		if (result != -EFAULT)
			FAIL("pointer %s (%#lx) gives %s, not EFAULT",
			     bad[i].what, bad[i].address, outcome(result));
		ANSWER(result);
	}
	if (row->way == OUT)
		breaks_copy_on_write(row);
}

#define BAD(sentence, ...)                                                     \
	TEST("SEC-S10 " sentence)                                              \
	{                                                                      \
		struct row row = {__VA_ARGS__};                                \
		try_row(&row);                                                 \
	}

#endif
