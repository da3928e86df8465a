/*
 * tests/host/host.c -- the machine under the core: memory, MMU and TLB.
 *
 * The linker wraps frame_drop(), so that the moment is seen in which a frame
 * becomes free: the TLB may not remember it then.  It wraps rows_reserve(),
 * too, which on the host is never short of memory by itself.
 */
#include "../../kernel/base/panic.h"
#include "../../mm/region.h"

#include <stdio.h>
#include <stdlib.h>

#define HOST_REGIONS  64
#define HOST_SEGMENTS 64
#define HOST_SPACES   8
#ifdef HOST_SMALL
#define HOST_TLB ((int)(USER_LIMIT >> PAGE_SHIFT)) /* one for each page */
#else
#define HOST_TLB 64
#undef HOST_REGIONS
#define HOST_REGIONS 4096
#endif

struct region regions[HOST_REGIONS];
struct segment segments[HOST_SEGMENTS];
struct space spaces[HOST_SPACES];

struct translation {
	vaddr_t va;
	frame_t frame; /* NO_FRAME: unused */
	bool writable;
};

static struct frame frame_table[HOST_FRAMES];
static uint32_t memory[HOST_FRAMES + HOST_OUTSIDE][PAGE_SIZE / 4];
static struct translation tlb[HOST_TLB];

int host_stale_free, host_tables_refuse;

/* ---- memory and MMU ----------------------------------------------------- */

void *phys_to_kernel(paddr_t address)
{
	assert(address >> PAGE_SHIFT < HOST_FRAMES + HOST_OUTSIDE);
	return (char *)memory + address;
}

/* The translation that the CPU reads below this PDE (SDM 3A 4.3). */
static struct translation walk_from(uint32_t pde, vaddr_t va)
{
	struct translation none = {va, NO_FRAME, false};
	uint32_t pte;

	if (!(pde & PTE_P))
		return none;
	pte = page_get(word_frame(pde), entry_of(va));
	if (!(pte & PTE_P))
		return none;
	return (struct translation){va, word_frame(pte), pde & pte & PTE_RW};
}

static struct translation walk(frame_t directory, vaddr_t va)
{
	return walk_from(page_get(directory, slot_of(va)), va);
}

#ifdef HOST_SMALL
static uint32_t pdes[USER_SLOTS]; /* remembered, where present */

static void remember_pdes(void)
{
	for (int slot = 0; slot < USER_SLOTS; slot++) {
		pdes[slot] = page_get(page_loaded, slot);
		if (!(pdes[slot] & PTE_P))
			pdes[slot] = 0;
	}
}

void host_look_ahead(void)
{
	remember_pdes();
	for (int i = 0; i < HOST_TLB; i++)
		tlb[i] = walk(page_loaded, (vaddr_t)i << PAGE_SHIFT);
}

void cpu_load_cr3(paddr_t directory)
{
	(void)directory; /* page_loaded */
	host_look_ahead();
}

/* invlpg forgets all PDEs, whatever the address (SDM 3A 4.10.4.1). */
void cpu_invlpg(vaddr_t va)
{
	remember_pdes();
	if (va < USER_LIMIT)
		tlb[va >> PAGE_SHIFT] = walk(page_loaded, va);
}

/* One try: the frame, or NO_FRAME for a fault, which forgets the page. */
static frame_t translate(vaddr_t va, bool write)
{
	struct translation *t = &tlb[va >> PAGE_SHIFT];
	uint32_t pde = pdes[slot_of(va)];

	if (t->frame == NO_FRAME)
		*t = pde ? walk_from(pde, va) : walk(page_loaded, va);
	if (t->frame == NO_FRAME || (write && !t->writable)) {
		cpu_invlpg(va);
		return NO_FRAME;
	}
	return t->frame;
}

/* A PDE that is remembered is stale when the directory gives less. */
static int stale_pdes(void)
{
	int stale = 0;

	for (int slot = 0; slot < USER_SLOTS; slot++) {
		uint32_t now = page_get(page_loaded, slot);

		if (pdes[slot]) {
			stale += !(now & PTE_P) ||
			         word_frame(now) != word_frame(pdes[slot]) ||
			         (pdes[slot] & ~now & PTE_RW);
		}
	}
	return stale;
}

static int tables_remembered(frame_t frame)
{
	int count = 0;

	for (int slot = 0; slot < USER_SLOTS; slot++)
		count += pdes[slot] && word_frame(pdes[slot]) == frame;
	return count;
}
#else
void cpu_load_cr3(paddr_t directory)
{
	(void)directory;
	for (int i = 0; i < HOST_TLB; i++)
		tlb[i].frame = NO_FRAME;
}

void cpu_invlpg(vaddr_t va)
{
	for (int i = 0; i < HOST_TLB; i++)
		if (tlb[i].va >> PAGE_SHIFT == va >> PAGE_SHIFT)
			tlb[i].frame = NO_FRAME;
}

static struct translation *remembered(vaddr_t va)
{
	for (int i = 0; i < HOST_TLB; i++)
		if (tlb[i].frame != NO_FRAME &&
		    tlb[i].va >> PAGE_SHIFT == va >> PAGE_SHIFT)
			return &tlb[i];
	return 0;
}

/* One try: the frame, or NO_FRAME for a fault, which forgets the page. */
static frame_t translate(vaddr_t va, bool write)
{
	struct translation *t = remembered(va);
	struct translation now = t ? *t : walk(page_loaded, va);

	if (now.frame == NO_FRAME || (write && !now.writable)) {
		cpu_invlpg(va);
		return NO_FRAME;
	}
	for (int i = 0; !t && i < HOST_TLB; i++) {
		if (tlb[i].frame == NO_FRAME) {
			tlb[i] = now;
			break;
		}
	}
	return now.frame;
}

static int stale_pdes(void)
{
	return 0;
}

static int tables_remembered(frame_t frame)
{
	(void)frame;
	return 0;
}
#endif

static int reach(int space, vaddr_t va, bool write, uint32_t **where)
{
	frame_t frame;
	int error;

	if (page_loaded != spaces[space].directory) {
		error = space_page(space, va, write, &frame);
		if (error < 0)
			return error;
	} else {
		frame = translate(va, write);
		if (frame == NO_FRAME) {
			error = space_page(space, va, write, &frame);
			if (error < 0)
				return error;
			frame = translate(va, write);
		}
	}
	assert(frame != NO_FRAME); /* the fault was served */
	*where = &memory[frame][va % PAGE_SIZE / 4];
	return 0;
}

int host_map(int space, vaddr_t start, int pages, int rights, bool promised)
{
	const struct region wanted = {.kind = REGION_PRIVATE,
	                              .start = start,
	                              .end = start + (vaddr_t)pages * PAGE_SIZE,
	                              .segment = -1,
	                              .rights = rights,
	                              .ceiling = rights,
	                              .noreserve = !promised,
	                              .space = space};

	return space_map(&wanted);
}

int host_load(int space, vaddr_t va, uint32_t *value)
{
	uint32_t *where;
	int error = reach(space, va, false, &where);

	if (error == 0)
		*value = *where;
	return error;
}

int host_store(int space, vaddr_t va, uint32_t value)
{
	uint32_t *where;
	int error = reach(space, va, true, &where);

	if (error == 0)
		*where = value;
	return error;
}

int host_stale(void)
{
	int stale = stale_pdes();

	for (int i = 0; i < HOST_TLB; i++) {
		struct translation now;

		if (tlb[i].frame == NO_FRAME)
			continue;
		now = walk(page_loaded, tlb[i].va);
		stale += now.frame != tlb[i].frame ||
		         (tlb[i].writable && !now.writable);
	}
	return stale;
}

void __real_frame_drop(frame_t frame);
void __wrap_frame_drop(frame_t frame);

void __wrap_frame_drop(frame_t frame)
{
	if (frames[frame].count == 1)
		host_stale_free += tables_remembered(frame);
	for (int i = 0; frames[frame].count == 1 && i < HOST_TLB; i++)
		host_stale_free += tlb[i].frame == frame;
	__real_frame_drop(frame);
}

/* ---- tables that are full ----------------------------------------------- */

int __real_rows_reserve(struct rows *rows, int count, int level);
int __wrap_rows_reserve(struct rows *rows, int count, int level);

static bool table_refused(void)
{
	return host_tables_refuse && promise_fail_nth > 0 &&
	       --promise_fail_nth == 0;
}

int __wrap_rows_reserve(struct rows *rows, int count, int level)
{
	return table_refused() ? -12 : __real_rows_reserve(rows, count, level);
}

/* ---- the kernel's copies, through the MMU of the model ------------------ */

static bool is_user(const void *pointer)
{
	return (uintptr_t)pointer < USER_LIMIT;
}

static int loaded_space(void)
{
	int space = 0;

	while (spaces[space].holders == 0 ||
	       spaces[space].directory != page_loaded) {
		space++;
		assert(space < HOST_SPACES);
	}
	return space;
}

static char *byte_at(const void *pointer, bool write)
{
	vaddr_t va = (vaddr_t)(uintptr_t)pointer;
	uint32_t *where;

	if (!is_user(pointer))
		return (char *)(uintptr_t)pointer;
	if (reach(loaded_space(), va & ~3u, write, &where) < 0)
		return 0;
	return (char *)where + va % 4;
}

int usercopy_move(void *to, const void *from, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++) {
		char *source = byte_at((const char *)from + i, false);
		char *target = byte_at((char *)to + i, true);

		if (!source || !target)
			return -14;
		*target = *source;
	}
	return 0;
}

/* ---- the whole machine -------------------------------------------------- */

static struct part {
	void *what;
	size_t bytes;
} parts[] = {{regions, sizeof(regions)},
             {segments, sizeof(segments)},
             {spaces, sizeof(spaces)},
             {frame_table, sizeof(frame_table)},
             {memory, sizeof(memory)},
             {tlb, sizeof(tlb)},
#ifdef HOST_SMALL
             {pdes, sizeof(pdes)},
#endif
             {&region_rows, sizeof(struct rows)},
             {&segment_rows, sizeof(struct rows)},
             {&space_rows, sizeof(struct rows)},
             {&frames_total, sizeof(int)},
             {&frames_free, sizeof(int)},
             {&frames_promised, sizeof(int)},
             {&promised_to[LEVEL_USER], sizeof(int)},
             {&promised_to[LEVEL_SERVER], sizeof(int)},
             {&frame_first_free, sizeof(frame_t)},
             {&page_loaded, sizeof(frame_t)},
             {&kernel_frames, sizeof(int)}};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* Only what was ever used of an array is saved. */
static size_t part_bytes(size_t i)
{
	const struct rows *tables[] = {&region_rows, &segment_rows,
	                               &space_rows};

	return i < 3 ? (size_t)tables[i]->fresh * tables[i]->stride
	             : parts[i].bytes;
}

static size_t whole(void)
{
	size_t bytes = 0;

	for (size_t i = 0; i < PARTS; i++)
		bytes += parts[i].bytes;
	return bytes;
}

struct host_state *host_new_state(void)
{
	return malloc(whole());
}

void host_save(struct host_state *state)
{
	char *to = (char *)state;

	for (size_t i = 0; i < PARTS; i++) {
		memcpy(to, parts[i].what, part_bytes(i));
		to += parts[i].bytes;
	}
}

void host_restore(const struct host_state *state)
{
	const char *from = (const char *)state + whole();

	/* From the end: the sizes of arrays come back before the arrays. */
	for (size_t i = PARTS; i-- > 0;) {
		from -= parts[i].bytes;
		memcpy(parts[i].what, from, part_bytes(i));
	}
}

static void reset_rows(struct rows *rows, int limit)
{
	memset(rows->base, 0, (size_t)limit * rows->stride);
	rows->limit = limit;
	rows->free = -1;
	rows->fresh = rows->live = rows->pages = 0;
}

void host_start(void)
{
	memset(promised_to, 0, sizeof(promised_to));
	frame_init(frame_table, HOST_FRAMES);
	frame_add(1, HOST_FRAMES - 1);
	reset_rows(&region_rows, HOST_REGIONS);
	reset_rows(&segment_rows, HOST_SEGMENTS);
	reset_rows(&space_rows, HOST_SPACES);
	server_reserve = promise_fail_nth = kernel_frames = 0;
	page_loaded = 0;
	cpu_load_cr3(0);
	page_init(0);
}
