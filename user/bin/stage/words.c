/*
 * user/bin/stage/words.c -- which page-table words have changed.
 *
 * After each line the words of every process are read again, from /proc/PID/pt,
 * and compared with those of the line before.  A table that is linked belongs
 * to a segment and is looked at once, however many processes link it.
 *
 * Some words are nobody's subject: the program itself (its text, data and
 * stack), the strings, and the director's memory.  Everything else is shown,
 * one line for a run of neighbours that have changed in the same bits.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../../abi/page.h"
#include "stage.h"

#define PROGRAM_AT 0x08000000u
#define STACK_SLOT 767u
#define KERNEL_AT  0xc0000000u
#define FLAGS      0xfffu
#define ENTRIES    1024u
#define TABLES     512
#define RUNS       256
#define RUNS_SHOWN 12

/* A word of a process: its PDEs, and the PTEs of its own tables. */
struct word {
	uint32_t key; /* slot * 1025, and for a PTE 1 + its index */
	uint32_t value;
};

struct page_words {
	struct word *list;
	int count, room;
};

static struct page_words *now, *before; /* of each actor */

/* A table of a segment. */
struct table {
	uint32_t frame;
	int id;
	unsigned round; /* when it was last linked by somebody */
	uint32_t *words;
};

static uint32_t *cr3; /* the frame of each directory */
static struct table tables[TABLES];
static int table_count;
static unsigned round_now;

/* ---- memory of the director alone --------------------------------------- */

static char *arena_next, *arena_end;

void *arena(size_t bytes)
{
	char *got = arena_next;

	bytes = (bytes + 15) & ~(size_t)15;
	if (bytes > (size_t)(arena_end - arena_next))
		return NULL;
	arena_next += bytes;
	return got;
}

void words_start(void)
{
	arena_next = mmap((void *)ARENA_AT, ARENA_SIZE, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena_next == MAP_FAILED) {
		perror("stage: memory");
		exit(1);
	}
	arena_end = arena_next + ARENA_SIZE;
	now = arena(STAGE_ACTORS * sizeof(*now));
	before = arena(STAGE_ACTORS * sizeof(*before));
	cr3 = arena(STAGE_ACTORS * sizeof(*cr3));
}

static bool add_word(struct page_words *words, uint32_t key, uint32_t value)
{
	if (words->count == words->room) {
		int room = words->room ? 4 * words->room : 32;
		struct word *list = arena((size_t)room * sizeof(*list));

		if (!list)
			return false;
		if (words->count)
			memcpy(list, words->list,
			       (size_t)words->count * sizeof(*list));
		words->list = list;
		words->room = room;
	}
	words->list[words->count].key = key;
	words->list[words->count++].value = value;
	return true;
}

/* ---- runs of equal changes ---------------------------------------------- */

enum owner { DIRECTORY, OWN_TABLE, SEGMENT_TABLE };

struct run {
	enum owner owner;
	int who; /* an actor, or the id of a segment */
	uint32_t frame;
	uint32_t page; /* PDE: the slot; PTE: the number of its page */
	uint32_t count, old, new; /* of the first word */
	uint32_t set, cleared;
};

static struct run runs[RUNS];
static int run_count;
static unsigned left_out;

static bool continues(const struct run *run, const struct run *next)
{
	return run->owner == next->owner && run->who == next->who &&
	       run->page + run->count == next->page && run->set == next->set &&
	       run->cleared == next->cleared && !run->old == !next->old &&
	       !run->new == !next->new;
}

static void add_change(enum owner owner, int who, uint32_t frame, uint32_t page,
                       uint32_t old, uint32_t new)
{
	struct run next = {.owner = owner,
	                   .who = who,
	                   .frame = frame,
	                   .page = page,
	                   .count = 1,
	                   .old = old,
	                   .new = new,
	                   .set = new & ~old &FLAGS,
	                   .cleared = old & ~new &FLAGS};

	for (int i = run_count - 1; i >= 0 && i > run_count - 4; i--)
		if (continues(&runs[i], &next)) {
			runs[i].count++;
			return;
		}
	if (run_count == RUNS)
		left_out++;
	else
		runs[run_count++] = next;
}

/* Writes "+P +W +U" or "-W". */
static const char *bits_text(const struct run *run)
{
	static const char *const names[12] = {
	    "P", "W",  "U", "PWT",      "PCD",    "A",
	    "D", "PS", "G", "borrowed", "linked", "11"};
	static char text[96];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < 12; i++) {
		bool set = run->set >> i & 1;

		if (set || run->cleared >> i & 1)
			used += (size_t)snprintf(
			    text + used, sizeof(text) - used, "%s%c%s",
			    used ? " " : "", set ? '+' : '-', names[i]);
	}
	if (run->old && run->new && (run->old ^ run->new) >> 12)
		snprintf(text + used, sizeof(text) - used, "%sframe",
		         used ? " " : "");
	return text;
}

static const char *owner_text(const struct run *run)
{
	static char text[40];

	if (run->owner == DIRECTORY)
		snprintf(text, sizeof(text), "%s's directory",
		         cast[run->who].name);
	else if (run->owner == OWN_TABLE)
		snprintf(text, sizeof(text), "%s's own table",
		         cast[run->who].name);
	else if (run->who < 0)
		snprintf(text, sizeof(text), "shared table %05x", run->frame);
	else
		snprintf(text, sizeof(text), "id %d's table", run->who);
	return text;
}

static void run_print(const struct run *run)
{
	bool pde = run->owner == DIRECTORY;
	unsigned index = pde ? run->page : run->page % ENTRIES;
	char where[32];

	snprintf(where, sizeof(where), "%s %u", pde ? "PDE" : "PTE", index);
	if (run->count > 1)
		snprintf(where + strlen(where), 16, " (+%u)", run->count - 1);
	say("    %-16s %-8s  %08x -> %08x  %s\n", owner_text(run), where,
	    run->old, run->new, run->new ? bits_text(run) : "cleared");
}

static void runs_print(bool expected)
{
	unsigned more = left_out;

	for (int i = 0; i < run_count; i++)
		if (i < RUNS_SHOWN)
			run_print(&runs[i]);
		else
			more += runs[i].count;
	if (more)
		say("    ... and %u more words\n", more);
	if (!run_count && expected)
		say("    no page-table word has changed\n");
}

/* ---- whose word it is --------------------------------------------------- */

/* Is this address of a process nobody's subject? */
static bool hidden(const struct actor *actor, uint32_t address, bool pde)
{
	uint32_t heap = (uint32_t)actor->heap;

	if (address >> 22 == STACK_SLOT)
		return true;
	if (address >= (uint32_t)STRINGS_AT && address < (uint32_t)OURS_END)
		return true;
	if (pde)
		return address >> 22 >= PROGRAM_AT >> 22 &&
		       address >> 22 <= heap >> 22;
	return address >= PROGRAM_AT && address < heap;
}

static struct table *table_find(uint32_t frame, int id)
{
	struct table *table = tables;

	while (table < tables + table_count &&
	       (table->frame != frame || table->id != id))
		table++;
	return table < tables + table_count ? table : NULL;
}

/* A table that was not seen before is empty if its segment is ours. */
static struct table *table_make(uint32_t frame, int id)
{
	struct table *table = NULL;

	for (int i = 0; i < table_count && !table; i++)
		if (tables[i].frame == frame) /* the frame is used again */
			table = &tables[i];
	if (!table) {
		if (table_count == TABLES)
			return NULL;
		table = &tables[table_count];
		table->words = arena(ENTRIES * sizeof(uint32_t));
		if (!table->words)
			return NULL;
		table_count++;
	}
	memset(table->words, 0, ENTRIES * sizeof(uint32_t));
	table->frame = frame;
	table->id = id;
	table->round = 0;
	return table;
}

/* ---- reading ------------------------------------------------------------ */

struct reader {
	int index; /* the actor */
	uint32_t slot;
	struct table *table; /* of the last PDE, if it is a segment's */
	bool look;           /* its words are to be compared */
	bool quiet;          /* its words are no news */
	uint32_t next;       /* the PTE that is expected */
};

/* The words of a table up to `end` that the file did not have are 0. */
static void table_skip(struct reader *r, uint32_t end)
{
	for (; r->look && r->next < end; r->next++) {
		uint32_t *word = &r->table->words[r->next];

		if (*word && !r->quiet)
			add_change(SEGMENT_TABLE, r->table->id, r->table->frame,
			           r->slot * ENTRIES + r->next, *word, 0);
		*word = 0;
	}
}

static void table_word(struct reader *r, uint32_t index, uint32_t value)
{
	uint32_t *word = &r->table->words[index];

	table_skip(r, index);
	r->next = index + 1;
	if (*word != value && !r->quiet)
		add_change(SEGMENT_TABLE, r->table->id, r->table->frame,
		           r->slot * ENTRIES + index, *word, value);
	*word = value;
}

static void table_begin(struct reader *r, uint32_t value, int id)
{
	r->table = table_find(value >> 12, id);
	/* What mmap shares may have the frame of an earlier table. */
	if (r->table && id < 0 && r->table->round + 1 < round_now)
		r->table = NULL;
	r->quiet = false;
	if (!r->table) {
		r->table = table_make(value >> 12, id);
		r->quiet = id >= 0 && !object_ours(id);
	}
	r->look = r->table && r->table->round != round_now;
	if (r->look)
		r->table->round = round_now;
	r->next = 0;
}

static void read_pde(struct reader *r, uint32_t slot, uint32_t value,
                     const char *rest)
{
	const char *id = strstr(rest, " id ");

	table_skip(r, ENTRIES);
	r->slot = slot;
	r->table = NULL;
	r->look = false;
	if (hidden(&cast[r->index], slot << 22, true))
		return;
	add_word(&now[r->index], slot * 1025, value);
	if (value & PDE_LINKED)
		table_begin(r, value, id ? atoi(id + 4) : -1);
}

static void read_pte(struct reader *r, uint32_t index, uint32_t value)
{
	uint32_t address = r->slot << 22 | index << 12;

	if (r->look)
		table_word(r, index, value);
	else if (!r->table && !hidden(&cast[r->index], address, false))
		add_word(&now[r->index], r->slot * 1025 + 1 + index, value);
}

static uint32_t hex_number(const char **at)
{
	uint32_t value = 0;

	while (**at == ' ')
		(*at)++;
	for (;; (*at)++) {
		unsigned c = (unsigned char)**at;

		if (c - '0' < 10)
			value = value << 4 | (c - '0');
		else if (c - 'a' < 6)
			value = value << 4 | (c - 'a' + 10);
		else
			return value;
	}
}

/* "PDE 256 40000000 00113467 ..." */
static void read_line(struct reader *r, const char *line)
{
	uint32_t index = 0, value;
	bool pde = line[1] == 'D';

	if (line[0] == 'C') {
		line += 4;
		cr3[r->index] = hex_number(&line) >> 12;
	}
	if (line[0] != 'P')
		return;
	for (line += 4; *line >= '0' && *line <= '9'; line++)
		index = 10 * index + (uint32_t)(*line - '0');
	hex_number(&line);
	value = hex_number(&line);
	if (pde)
		read_pde(r, index, value, line);
	else
		read_pte(r, index, value);
}

/* Reads the words of one process; a dead one has none. */
static void read_words(int index)
{
	static char buffer[8192 + 1];
	struct reader r = {.index = index};
	char path[32], *line, *end;
	int file, used = 0, bytes;

	cr3[index] = 0;
	snprintf(path, sizeof(path), "/proc/%d/pt", (int)cast[index].pid);
	file = cast[index].state == DEAD ? -1 : open(path, O_RDONLY);
	if (file < 0)
		return;
	while ((bytes = (int)read(file, buffer + used,
	                          sizeof(buffer) - 1 - (size_t)used)) > 0) {
		used += bytes;
		buffer[used] = '\0';
		for (line = buffer; (end = strchr(line, '\n'));
		     line = end + 1) {
			*end = '\0';
			read_line(&r, line);
		}
		used = (int)strlen(line);
		memmove(buffer, line, (size_t)used);
	}
	table_skip(&r, ENTRIES);
	close(file);
}

/* ---- comparing ---------------------------------------------------------- */

static void compare_word(int who, uint32_t key, uint32_t old, uint32_t new)
{
	uint32_t slot = key / 1025, entry = key % 1025;

	if (old == new)
		return;
	if (entry == 0)
		add_change(DIRECTORY, who, 0, slot, old, new);
	else
		add_change(OWN_TABLE, who, 0, slot * ENTRIES + entry - 1, old,
		           new);
}

/* Both lists are in the order of addresses. */
static void compare(int who)
{
	const struct page_words *a = &before[who], *b = &now[who];
	int i = 0, j = 0;

	while (i < a->count || j < b->count) {
		uint32_t x = i < a->count ? a->list[i].key : UINT32_MAX;
		uint32_t y = j < b->count ? b->list[j].key : UINT32_MAX;
		uint32_t key = x < y ? x : y;

		compare_word(who, key, x == key ? a->list[i].value : 0,
		             y == key ? b->list[j].value : 0);
		i += x == key;
		j += y == key;
	}
}

static void turn_page(int who)
{
	struct page_words old = before[who];

	before[who] = now[who];
	now[who] = old;
	now[who].count = 0;
}

void words_look(bool show, bool expected)
{
	if (!on_tessera)
		return;
	run_count = 0;
	left_out = 0;
	round_now++;
	for (int i = 0; i < cast_count; i++) {
		if (cast[i].state == ABSENT)
			continue;
		turn_page(i);
		read_words(i);
		compare(i);
	}
	if (show)
		runs_print(expected);
}

void words_born(int index)
{
	if (!on_tessera)
		return;
	before[index].count = now[index].count = 0;
	read_words(index);
	run_count = 0;
}

unsigned words_cr3(int index)
{
	return cr3[index];
}

void words_forget(void)
{
	for (int i = 0; i < STAGE_ACTORS; i++)
		before[i].count = now[i].count = 0;
}

/* ---- one address -------------------------------------------------------- */

struct sought {
	uint32_t slot, index; /* of the address */
	uint32_t pde, pte;
};

static void seek(void *to, const struct shown_word *word)
{
	struct sought *sought = to;

	if (word->slot != sought->slot)
		return;
	if (word->index == ENTRIES)
		sought->pde = word->value;
	else if (word->index == sought->index)
		sought->pte = word->value;
}

/* The kernel shows all of memory from KERNEL_AT on. */
static void entry_print(const char *kind, uint32_t index, uint32_t value,
                        uint32_t physical)
{
	struct run run = {.set = value & FLAGS};

	say("    %s %-4u  %08x  %-22s at %08x, gdb 0x%x\n", kind, index, value,
	    value ? bits_text(&run) : "not there", physical,
	    physical + KERNEL_AT);
}

void words_entry(int index, unsigned long address)
{
	struct sought sought = {.slot = (uint32_t)address >> 22,
	                        .index = (uint32_t)address >> 12 & 1023};

	words_each(index, seek, &sought);
	entry_print("PDE", sought.slot, sought.pde,
	            cr3[index] << 12 | sought.slot << 2);
	if (sought.pde)
		entry_print("PTE", sought.index, sought.pte,
		            (sought.pde & ~FLAGS) | sought.index << 2);
}

/* ---- for the picture ---------------------------------------------------- */

static void each_of_table(const struct word *pde, const struct table *table,
                          void (*each)(void *, const struct shown_word *),
                          void *to)
{
	for (uint32_t i = 0; table && i < ENTRIES; i++) {
		struct shown_word word = {pde->key / 1025, i, table->words[i],
		                          table->id};

		if (word.value)
			each(to, &word);
	}
}

void words_each(int index, void (*each)(void *to, const struct shown_word *),
                void *to)
{
	for (int i = 0; i < now[index].count; i++) {
		const struct word *word = &now[index].list[i];
		uint32_t entry = word->key % 1025;
		struct table *table = NULL;
		struct shown_word shown = {word->key / 1025,
		                           entry ? entry - 1 : ENTRIES,
		                           word->value, -1};

		if (!entry && word->value & PDE_LINKED)
			for (int t = 0; t < table_count; t++)
				if (tables[t].frame == word->value >> 12 &&
				    tables[t].round == round_now)
					table = &tables[t];
		if (table)
			shown.id = table->id;
		each(to, &shown);
		each_of_table(word, table, each, to);
	}
}
