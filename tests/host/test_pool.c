// with: ipc/sysv/pool.c
/*
 * tests/host/test_pool.c -- the pool over the real mm, against a list of what
 * every chain should hold.
 *
 * A chain is filled from a program's memory with a piece of a text that does
 * not repeat itself, and read again when it is given back.  After each step all
 * chains are walked: no cell belongs to two, no page is held without a cell in
 * use (except the page that cells are taken from), and all bytes are intact.
 */
#include "../../abi/errno.h"
#include "../../ipc/sysv/pool.h"
#include "../../mm/space.h"
#include "tap.h"

#define TEXT    0x08048000u /* the program's: 2 pages to send, 2 to receive */
#define BACK    (TEXT + 2 * PAGE_SIZE)
#define ALL     (RIGHT_READ | RIGHT_WRITE)
#define CHAINS  40
#define LONGEST 5000
#define PAGE    32 /* cells of a page; the first is the pool's own */

static struct {
	int chain; /* -1: none */
	uint32_t bytes, from;
} model[CHAINS];

static uint8_t text[2 * PAGE_SIZE];
static int space, frames_at_start, tables_at_start;

static uint32_t random_below(uint32_t limit)
{
	static uint32_t state = 1;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

static void start(void)
{
	uint32_t word;

	host_start();
	space = space_make(LEVEL_USER);
	EXPECT(host_map(space, TEXT, 4, ALL, true), 0);
	space_load(space);
	for (uint32_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)random_below(256);
	for (uint32_t i = 0; i < sizeof(text); i += 4) {
		memcpy(&word, text + i, 4);
		EXPECT(host_store(space, TEXT + i, word), 0);
		EXPECT(host_store(space, BACK + i, 0), 0);
	}
	for (int i = 0; i < CHAINS; i++)
		model[i].chain = -1;
	frames_at_start = frames_free;
	tables_at_start = kernel_frames;
}

/* ---- what must hold ----------------------------------------------------- */

static int pages_held(void)
{
	return kernel_frames - tables_at_start;
}

/* Marks the cells of a chain in `seen`; its bytes must be those of the text. */
static int walk(int i, uint8_t *seen)
{
	uint32_t at = 0;
	int cells = 0, differ = 0;

	for (int cell = model[i].chain; cell >= 0; cell = pool_next(cell)) {
		const uint8_t *bytes = pool_first(cell);

		EXPECT(cell % PAGE != 0 && !seen[cell], true);
		if (seen[cell])
			return cells;
		seen[cell] = 1;
		cells++;
		for (int k = 0; k < CELL_BYTES && at < model[i].bytes; k++)
			differ += bytes[k] != text[model[i].from + at++];
	}
	EXPECT(differ, 0);
	EXPECT(at, model[i].bytes);
	return cells;
}

static void check(void)
{
	static uint8_t seen[HOST_FRAMES * PAGE];
	int cells = 0, pages = 0, empty;

	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < CHAINS; i++)
		cells += model[i].chain < 0 ? 0 : walk(i, seen);
	for (int page = 0; page < HOST_FRAMES; page++)
		pages += memchr(seen + page * PAGE, 1, PAGE) != 0;
	empty = pages_held() - pages;
	EXPECT(empty == 0 || empty == 1, true);
	EXPECT(frames_at_start - frames_free, pages_held());
	EXPECT(pool_cells, cells);
}

/* ---- steps -------------------------------------------------------------- */

static int take(int i, uint32_t bytes, int level)
{
	int chain = pool_take(bytes, level);

	if (chain < 0)
		return chain;
	model[i].chain = chain;
	model[i].bytes = bytes;
	model[i].from = random_below(sizeof(text) - bytes);
	EXPECT(pool_move(chain, 0, bytes, TEXT + model[i].from, false), 0);
	return 0;
}

/* Its bytes go to the program, and its cells back to the pool. */
static void give(int i)
{
	static uint32_t words[LONGEST / 4 + 2];
	uint32_t bytes = model[i].bytes;

	EXPECT(pool_move(model[i].chain, 0, bytes, BACK, true), 0);
	for (uint32_t k = 0; k * 4 < bytes; k++)
		EXPECT(host_load(space, BACK + k * 4, &words[k]), 0);
	EXPECT(memcmp(words, text + model[i].from, bytes), 0);
	pool_give(model[i].chain);
	model[i].chain = -1;
}

static void give_all(void)
{
	for (int i = 0; i < CHAINS; i++)
		if (model[i].chain >= 0)
			give(i);
	check();
	EXPECT(pages_held() <= 1, true);
}

static void end(const char *sentence)
{
	give_all();
	EXPECT(mm_check(), 0);
	tap(sentence);
}

/* ---- sentences ---------------------------------------------------------- */

static void test_sizes(void)
{
	const uint32_t sizes[] = {0,   1,   123,  124,  125,    247,
	                          248, 249, 3844, 3845, LONGEST};

	for (int i = 0; i < 11; i++) {
		int before = pool_cells, cells = (int)(sizes[i] + 123) / 124;

		EXPECT(take(i, sizes[i], LEVEL_USER), 0);
		EXPECT(pool_cells - before, cells ? cells : 1);
		check();
	}
	end("a chain has a cell for each 124 bytes, and never none");
}

static void test_random(void)
{
	int most = 0;

	for (int step = 0; step < 20000 && !tap_bad; step++) {
		int i = (int)random_below(CHAINS);
		uint32_t bytes = random_below(random_below(8) ? 400 : LONGEST);

		if (model[i].chain >= 0)
			give(i);
		else
			EXPECT(take(i, bytes, LEVEL_USER), 0);
		most = pages_held() > most ? pages_held() : most;
		if (step % 8 == 0)
			check();
	}
	EXPECT(most > 5, true);
	end("20,000 chains come and go: each is intact, each page goes back");
}

static void test_refused(void)
{
	int broken = 0, result;

	for (int round = 0; round < 200 && !tap_bad; round++) {
		int i = (int)random_below(CHAINS);

		if (model[i].chain >= 0)
			give(i);
		do {
			int before = pool_cells;

			promise_fail_nth = ++broken;
			result = take(i, LONGEST, LEVEL_USER);
			if (result < 0)
				EXPECT(pool_cells, before);
			check();
		} while (result < 0 && !tap_bad);
		EXPECT(result, 0);
		EXPECT(broken >= 2, true); /* it needs two pages at least */
		promise_fail_nth = broken = 0;
	}
	end("whichever promise is broken: -ENOMEM, and nothing has changed");
}

/* One cell keeps its page, so a little in many pages keeps all of them. */
static void test_holes(void)
{
	int cell[CHAINS][PAGE - 1];

	give_all();
	for (int i = 0; i < CHAINS; i++)
		for (int k = 0; k < PAGE - 1; k++)
			cell[i][k] = pool_take(1, LEVEL_USER);
	for (int i = 0; i < CHAINS; i++)
		for (int k = 0; k < PAGE - 1; k++)
			if (k != i % (PAGE - 1))
				pool_give(cell[i][k]);
	EXPECT(pool_cells, CHAINS);
	EXPECT(pages_held(), CHAINS);
	for (int i = 0; i < CHAINS; i++) {
		EXPECT(pages_held() >= CHAINS - i, true);
		EXPECT(pages_held() <= CHAINS - i + 1, true);
		pool_give(cell[i][i % (PAGE - 1)]);
	}
	end("a page goes back with its last cell, whichever that is");
}

static void test_levels(void)
{
	static int taken[HOST_FRAMES * PAGE];
	int count = 0;

	while ((taken[count] = pool_take(CELL_BYTES, LEVEL_USER)) >= 0)
		count++;
	EXPECT(taken[count], -ENOMEM);
	EXPECT(frames_free >= frames_total / 32, true);
	EXPECT(pool_take(CELL_BYTES, LEVEL_USER), -ENOMEM);
	EXPECT(take(0, LONGEST, LEVEL_ROOT), 0);
	EXPECT(mm_check(), 0);
	while (count > 0)
		pool_give(taken[--count]);
	end("when users have taken all they may, root still has its share");
}

/* The page of one user's cell, filled by another user. */
static void test_accounts(void)
{
	int cell[PAGE];

	for (int i = 0; i < PAGE; i++)
		cell[i] = pool_take(1, i == 0 ? 1 : 2);
	EXPECT(promised_to[1], 1);
	EXPECT(promised_to[2], 1);
	pool_give(cell[0]);
	EXPECT(promised_to[1], 1);
	for (int i = 1; i < PAGE - 1; i++)
		pool_give(cell[i]);
	EXPECT(promised_to[1], 0);
	EXPECT(promised_to[2], 1);
	pool_give(cell[PAGE - 1]);
	end("a page counts at the account of the one who needed it");
}

static void test_faults(void)
{
	int chain = pool_take(1000, LEVEL_USER);
	uint32_t word;

	EXPECT(pool_move(chain, 0, 1000, 0, false), -EFAULT);
	EXPECT(pool_move(chain, 12, 988, BACK + 2 * PAGE_SIZE - 500, true),
	       -EFAULT);
	EXPECT(pool_move(chain, 12, 988, USER_LIMIT - 500, false), -EFAULT);
	EXPECT(pool_move(chain, 12, 0, 0, true), 0);
	EXPECT(pool_move(chain, 12, 988, TEXT + 3, false), 0);
	EXPECT(pool_move(chain, 120, 8, BACK, true), 0);
	EXPECT(host_load(space, BACK, &word), 0);
	EXPECT(memcmp(&word, text + 3 + 108, 4), 0);
	EXPECT(host_load(space, BACK + 4, &word), 0);
	EXPECT(memcmp(&word, text + 3 + 112, 4), 0);
	pool_give(chain);
	end("moves begin anywhere in the first cell, and end at a bad address");
}

int main(void)
{
	start();
	test_accounts();
	test_sizes();
	test_random();
	test_refused();
	test_holes();
	test_levels();
	test_faults();
	return tap_end();
}
