/*
 * tests/host/test_mm_check.c -- the checker of memory sees each kind of damage.
 *
 * A parent and its child have one of everything: private pages, some of them
 * still shared by copy-on-write; a linked segment of two tables; and a segment
 * that is shown in a private slot, page by page.  One word after the other is
 * spoilt.
 */
#include "../../abi/errno.h"
#include "../../mm/region.h"
#include "sees.h"

#include <unistd.h>

/* Their headers and those of abi/ have names in common. */
pid_t wait(int *status);
int setrlimit(int which, const unsigned long limits[2]);

#define TEXT     0x08048000u
#define BORROWS  (TEXT + 0x10000)
#define BIG      (TABLE_ENTRIES + 8) /* pages: two tables */
#define READ     (RIGHT_READ)
#define ALL      (RIGHT_READ | RIGHT_WRITE)
#define TAG_BIG  1
#define TAG_FEW  2
#define UNMAPPED (BORROWS + 0x10000)

static int parent, child, big, few;

static void attach(int segment, vaddr_t at, int rights, int tag)
{
	EXPECT(space_attach(parent, segment, &at, rights, false, tag), 0);
	segment_drop(segment); /* the attach holds it now */
}

static void start(void)
{
	uint32_t word;

	host_start();
	parent = space_make(LEVEL_USER);
	space_load(parent);
	EXPECT(host_map(parent, TEXT, 4, ALL, true), 0);
	big = segment_make(BIG, true, false, LEVEL_USER);
	few = segment_make(4, true, false, LEVEL_USER);
	attach(big, ATTACH_FIRST, ALL, TAG_BIG);
	attach(few, BORROWS, READ, TAG_FEW);
	for (int i = 0; i < 3; i++)
		EXPECT(host_store(parent, TEXT + i * PAGE_SIZE, 1), 0);
	EXPECT(host_load(parent, TEXT + 3 * PAGE_SIZE, &word), 0);
	EXPECT(host_store(parent, ATTACH_FIRST, 1), 0);
	EXPECT(host_store(parent, ATTACH_FIRST + SLOT_SIZE, 1), 0);
	EXPECT(host_load(parent, BORROWS, &word), 0);
	child = space_copy(parent, LEVEL_USER);
	EXPECT(child >= 0, true);
	EXPECT(host_store(parent, TEXT, 2), 0);
	EXPECT(mm_check(), 0);
}

static void end(const char *sentence)
{
	space_drop(child);
	space_drop(parent);
	EXPECT(mm_check(), 0);
	EXPECT(segments[big].kind, SEGMENT_FREE);
	tap(sentence);
}

/* The word itself; in the kernel only page.c may write it. */
static uint32_t *word_of(frame_t table, int entry)
{
	return (uint32_t *)frame_to_kernel(table) + entry;
}

static uint32_t *pde_of(vaddr_t va)
{
	return word_of(spaces[parent].directory, slot_of(va));
}

static uint32_t *pte_of(vaddr_t va)
{
	return word_of(word_frame(*pde_of(va)), entry_of(va));
}

static struct region *at(vaddr_t va)
{
	return &regions[region_at(parent, va)];
}

/* `word` with the frame of another entry, which holds it alone. */
static uint32_t other_frame(uint32_t word)
{
	return (word & 0xFFF) | (*pte_of(TEXT) & ~0xFFFu);
}

static void test_frames(void)
{
	frame_t own, both;

	start();
	own = word_frame(*pte_of(TEXT));
	both = word_frame(*pte_of(TEXT + PAGE_SIZE));
	EXPECT(frames[own].count, 1);
	EXPECT(frames[both].count, 2);
	SEES(mm_check, "F2: count of frame", frames[own].count, 2);
	SEES(mm_check, "F2: count of frame", frames[both].count, 1);
	SEES(mm_check, "F2: a frame that is free", frames[own].count, 0);
	SEES(mm_check, "F2: count of frame", *pte_of(TEXT + 2 * PAGE_SIZE), 0);
	SEES(mm_check, "F2: frames nobody", *pte_of(TEXT), 0);
	SEES(mm_check, "F2: frames nobody", kernel_frames, kernel_frames + 1);
	SEES(mm_check, "F2: frames held", frames_free, frames_free - 1);
	SEES(mm_check, "F1: promised to a", spaces[parent].promised, 5);
	SEES(mm_check, "F1: promised in all", frames_promised,
	     frames_promised + 1);
	SEES(mm_check, "F1: promised to the kernel", segments[big].promised,
	     false);
	SEES(mm_check, "F1: promised to the kernel", promised_to[LEVEL_SERVER],
	     3);
	SEES(mm_check, "F1: promised to a level", promised_to[LEVEL_USER], 3);
	SEES(mm_check, "F1: promised to a level", segments[big].level, 5);
	SEES(mm_check, "F1: promised to a level", spaces[child].level, 5);
	SEES(mm_check, "F1: more frames", frames_promised, 3);
	end("mm_check: sees each breach of F1 and F2: the promise, frames");
}

/* ---- whose memory it is: mm/frame.h ------------------------------------- */

#define ONE     1
#define TWO     2
#define THREE   3
#define NO_ROOM (-ENOMEM)

static void test_accounts(void)
{
	int space, segment;

	host_start();
	space = space_make(ONE);
	EXPECT(host_map(space, TEXT, 4, ALL, true), 0);
	segment = segment_make(4, true, true, ONE);
	EXPECT(promised_to[ONE], 1 + 1 + 4 + 4 + 1);
	space_set_level(space, TWO);
	EXPECT(promised_to[ONE], 4 + 1);
	EXPECT(promised_to[TWO], 1 + 1 + 4);
	EXPECT(segment_resize(segment, 9, TWO), 0);
	EXPECT(promised_to[ONE], 9 + 1);
	EXPECT(segment_resize(segment, 7, TWO), 0);
	EXPECT(promised_to[ONE], 7 + 1);
	EXPECT(promised_to[TWO], 1 + 1 + 4);
	EXPECT(mm_check(), 0);
	space_drop(space);
	EXPECT(promised_to[TWO], 0);
	EXPECT(promised_to[ONE], 7 + 1);
	segment_drop(segment);
	EXPECT(promised_to[ONE], 0);
	EXPECT(mm_check(), 0);
	tap("accounts: a space's go along with its user, a segment's stay");
}

static int take_all(int level, int payer)
{
	int pages = 0;

	while (promise_take(1, level, payer) == 0)
		pages++;
	return pages;
}

static void test_shares(void)
{
	int kept, left, taken;

	host_start();
	kept = frames_total / 32;
	left = frames_total - frames_promised - kept;
	for (int level = ONE; level <= THREE; level++) {
		EXPECT(promise_take(left, level, level), NO_ROOM);
		taken = take_all(level, level);
		left -= taken;
		EXPECT(taken <= 7 * left && taken + 1 > 7 * (left - 1), true);
		EXPECT(take_all(level, LEVEL_ROOT), 0);
	}
	promise_give(1, THREE);
	EXPECT(promise_take(1, TWO, ONE), NO_ROOM); /* the payer has its part */
	EXPECT(promise_take(1, TWO, THREE), 0);
	EXPECT(promise_take(1, LEVEL_ROOT, ONE), 0);
	promise_give(1, ONE);
	server_reserve = 10;
	EXPECT(take_all(LEVEL_ROOT, LEVEL_ROOT), left + kept - 10);
	EXPECT(take_all(LEVEL_SERVER, LEVEL_SERVER), 10);
	EXPECT(frames_promised, frames_total);
	tap("shares: a user takes seven times what it leaves, and so the next");
}

static void test_slots(void)
{
	struct space *s;
	struct region *linked, *own;

	start();
	s = &spaces[parent];
	linked = at(ATTACH_FIRST);
	own = at(TEXT);
	SEES(mm_check, "F3: free bit", s->free_slots[slot_of(TEXT) / 32], ~0u);
	SEES(mm_check, "F3: free bit", s->free_slots[slot_of(UNMAPPED) / 32],
	     0);
	SEES(mm_check, "F3: free bit", s->slot_region[slot_of(ATTACH_FIRST)],
	     0);
	SEES(mm_check, "F3: slot among the filled", s->filled, USER_SLOTS);
	SEES(mm_check, "F3: region's space", own->space, child);
	SEES(mm_check, "F3: region out of", own->end, own->start);
	SEES(mm_check, "F3: region out of", own->kind, REGION_FREE);
	SEES(mm_check, "F3: region out of", own->end, BORROWS + PAGE_SIZE);
	SEES(mm_check, "F4: slot with a PDE", *pde_of(ATTACH_FIRST), 0);
	SEES(mm_check, "F4: slot with a PDE", *pde_of(ATTACH_FIRST - 1),
	     *pde_of(ATTACH_FIRST));
	SEES(mm_check, "F4: linked slot without", linked->kind, REGION_PRIVATE);
	SEES(mm_check, "F4: linked slot without", linked->start,
	     ATTACH_FIRST + PAGE_SIZE);
	SEES(mm_check, "F4: linked page", linked->offset, 1);
	SEES(mm_check, "F4: linked, and not all", linked->end,
	     linked->end - PAGE_SIZE);
	SEES(mm_check, "F4: region called whole", own->whole, true);
	SEES(mm_check, "F3: region before", own->previous, 0);
	SEES(mm_check, "F6: the next part", linked->part_after,
	     region_at(parent, TEXT));
	SEES(mm_check, "F6: the next part", at(BORROWS)->part_before,
	     region_at(parent, ATTACH_FIRST));
	SEES(mm_check, "F6: page of a part", at(BORROWS)->base,
	     BORROWS + PAGE_SIZE);
	SEES(mm_check, "F6: attaches", s->attaches, 1);
	SEES(mm_check, "F6: attaches", s->attaches, 3);
	end("mm_check: sees each breach of F3, F4 and F6: slots, attaches");
}

static void test_entries(void)
{
	uint32_t *pde, *borrowed;

	start();
	pde = pde_of(ATTACH_FIRST);
	borrowed = pte_of(BORROWS);
	SEES(mm_check, "F5: rights of a linked PDE", *pde, *pde & ~PTE_RW);
	SEES(mm_check, "F5: rights of a linked PDE", at(ATTACH_FIRST)->rights,
	     READ);
	SEES(mm_check, "F5: table of a linked PDE", *pde,
	     *pde_of(ATTACH_FIRST + SLOT_SIZE));
	SEES(mm_check, "F5: borrowed frame", *borrowed, other_frame(*borrowed));
	SEES(mm_check, "F5: rights of a borrowed", *borrowed,
	     *borrowed | PTE_RW);
	SEES(mm_check, "F5: an own frame in a", *borrowed,
	     *borrowed & ~PTE_BORROWED);
	SEES(mm_check, "F5: rights of an own", at(TEXT)->rights, READ);
	SEES(mm_check, "F5: rights of an own", *pte_of(TEXT + PAGE_SIZE),
	     *pte_of(TEXT + PAGE_SIZE) | PTE_RW);
	SEES(mm_check, "F5: an entry without", *pte_of(UNMAPPED), *borrowed);
	end("mm_check: sees each breach of F5: what the CPU is told");
}

static void test_segments(void)
{
	struct segment *s;
	uint32_t *word, *table;

	start();
	s = &segments[big];
	table = word_of(s->directory, 1);
	word = word_of(word_frame(*table), 0);
	SEES(mm_check, "F7: bits", *word, *word & ~PTE_RW);
	SEES(mm_check, "F7: bits", *word, *word | PTE_BORROWED);
	SEES(mm_check, "F7: a page beyond", s->pages, TABLE_ENTRIES);
	SEES(mm_check, "F7: a segment's PDE", *table, *table & ~PTE_RW);
	SEES(mm_check, "F7: a segment's PDE", *table, 0);
	SEES(mm_check, "F7: a segment's PDE", s->tables, 1);
	SEES(mm_check, "F7: a segment's PDE", s->tables, 3);
	SEES(mm_check, "F7: resident", s->resident, 1);
	SEES(mm_check, "F7: resident", *word, 0);
	end("mm_check: sees each breach of F7: the tables of segments");
}

static void test_holders(void)
{
	int live;

	start();
	live = frames_free;
	space_hold(child);
	space_load(child);
	space_drop(child);
	EXPECT(spaces[child].holders, 1);
	EXPECT(page_loaded, spaces[child].directory);
	EXPECT(region_at(child, TEXT) >= 0, true);
	EXPECT(frames_free, live);
	EXPECT(host_store(child, TEXT, 3), 0);
	EXPECT(mm_check(), 0);
	end("space_drop: a space with two holders lives until the last");
}

/* What a child process says that does a store, until it panics. */
static void said_by_store(vaddr_t va, char *text, int size)
{
	const unsigned long no_core[2] = {0, 0};
	int ends[2], length = 0, got;

	fflush(stdout);
	EXPECT(pipe(ends), 0);
	if (fork() == 0) {
		dup2(ends[1], 1);
		setrlimit(RLIMIT_CORE, no_core);
		host_store(parent, va, 1);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], text + length, size - 1 - length)) > 0)
		length += got;
	text[length] = '\0';
	close(ends[0]);
	wait(NULL);
}

/* 0xBFFFF000, the user's stack, is where NO_FRAME would lie. */
static void test_no_table(void)
{
	uint32_t *pde, kept;
	char text[400];

	start();
	pde = pde_of(TEXT);
	kept = *pde;
	*pde = 0;
	space_load(parent); /* the CPU forgets the word */
	said_by_store(TEXT, text, sizeof(text));
	if (!REQUIRE(strstr(text, "table != NO_FRAME") != 0))
		printf("# it said: %s\n", text);
	*pde = kept;
	end("entry_set: an entry without a table is a panic, not a stray "
	    "store");
}

int main(void)
{
	test_holders();
	test_no_table();
	test_frames();
	test_accounts();
	test_shares();
	test_slots();
	test_entries();
	test_segments();
	return tap_end();
}
