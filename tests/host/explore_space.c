// small
/*
 * tests/host/explore_space.c -- explores spaces exhaustively against a model.
 *
 * The machine is tiny (host.h): 2 spaces of 3 slots of 4 pages, 2 segments, one
 * of fixed and one of changing size.  The model is simple and slow: for each
 * space and page, what is mapped there and what would be read.  From each state
 * every operation of a scene is tried, and tried again with the first, second,
 * ... promise refused, until none is left to refuse.  After each:
 *
 *	the result is the model's, and a refused operation changed nothing
 *	each entry the CPU could use shows what the model says, and lets write
 *	    no more than the model allows
 *	mm_check() finds no breach
 *	the TLB remembers nothing that the tables no longer give, and no frame
 *	    was freed while it was remembered
 *
 * States are told apart by a hash in which frames and objects have no numbers.
 * A scene ends when no new state is found, or at its depth; then a long random
 * walk goes with all operations where the depth did not reach.
 */
#include "../../abi/errno.h"
#include "../../mm/region.h"

#include <stdio.h>
#include <stdlib.h>

#define SPACES        2
#define SEGMENTS      2
#define PAGES         ((int)(USER_LIMIT / PAGE_SIZE))
#define SEGMENT_PAGES 6
#define SERIALS       40
#define R             RIGHT_READ
#define RW            (RIGHT_READ | RIGHT_WRITE)
#define RWX           (RW | RIGHT_EXEC)

enum { NONE, SHARED, PRIVATE, HEAP, STACK };

/* ---- the model ------------------------------------------------------- */

struct page {
	uint8_t kind, rights, ceiling;
	int8_t segment, shown; /* PRIVATE of a segment, too */
	uint8_t own, token;    /* private: its own contents */
	uint8_t serial;        /* of its attach; 0: none */
};

struct model {
	struct {
		int8_t alive, index; /* index: in `spaces` */
		struct page page[PAGES];
		uint16_t heap_break;
	} space[SPACES];
	struct {
		int8_t index, held, pages; /* held: by the test's handle */
		uint8_t token[SEGMENT_PAGES];
	} segment[SEGMENTS];
	uint8_t base[SERIALS]; /* page of each attach's base */
	uint8_t next_serial;
};

static struct model m;

static int segment_alive(int g)
{
	if (m.segment[g].held)
		return 1;
	for (int s = 0; s < SPACES; s++) {
		for (int p = 0; m.space[s].alive && p < PAGES; p++)
			if (m.space[s].page[p].kind &&
			    m.space[s].page[p].segment == g)
				return 1;
	}
	return 0;
}

static int free_range(int s, int from, int to)
{
	for (int p = from; p < to && p < PAGES; p++)
		if (m.space[s].page[p].kind)
			return 0;
	return 1;
}

/* What a read of a page gives, or the error. */
static int expected_read(int s, int p)
{
	const struct page *page = &m.space[s].page[p];

	if (page->kind == NONE || page->rights == 0)
		return -EFAULT;
	if (page->kind != SHARED && page->own)
		return page->token;
	if (page->segment < 0)
		return 0;
	if (page->shown >= m.segment[page->segment].pages)
		return -ENXIO;
	return m.segment[page->segment].token[page->shown];
}

static void model_write(int s, int p, int token)
{
	struct page *page = &m.space[s].page[p];

	if (page->kind == SHARED) {
		m.segment[page->segment].token[page->shown] = (uint8_t)token;
	} else {
		page->own = 1;
		page->token = (uint8_t)token;
	}
}

/* The lowest and the highest page that the stack may have. */
#define STACK_LOW ((int)(STACK_FLOOR / PAGE_SIZE))

/* A touch below the stack: does it grow, and from where on? */
static int stack_grows(int s, int p)
{
	int q = p;

	while (q < PAGES && m.space[s].page[q].kind == NONE)
		q++;
	return p >= STACK_LOW && q < PAGES && q > p &&
	       m.space[s].page[q].kind == STACK &&
	       m.space[s].page[p - 1].kind == NONE;
}

static void grow_stack(int s, int p)
{
	int q = p;

	while (m.space[s].page[q].kind == NONE)
		q++;
	for (int i = p; i < q; i++) {
		m.space[s].page[i] = m.space[s].page[q];
		m.space[s].page[i].own = m.space[s].page[i].token = 0;
	}
}

/* ---- operations ------------------------------------------------------ */

enum op_kind {
	LOAD,
	ATTACH,
	DETACH,
	MAP,
	MAP_SEGMENT,
	MAP_STACK,
	UNMAP,
	PROTECT,
	TOUCH,
	FORK,
	DROP,
	HANDLE,
	RESIZE,
	BRK
};

static const char *const op_names[] = {
    "load",    "attach", "detach", "map",  "map_segment", "map_stack", "unmap",
    "protect", "touch",  "fork",   "drop", "handle",      "resize",    "brk"};

/* a, b, c: by kind; s: which space. */
struct op {
	uint8_t kind, s, a, b, c, d;
};

static vaddr_t va_of(int page)
{
	return (vaddr_t)page * PAGE_SIZE;
}

static int possible(const struct op *op)
{
	if (op->kind == HANDLE)
		return m.segment[op->a].held;
	if (op->kind == RESIZE)
		return m.segment[1].held && op->a != m.segment[1].pages;
	if (op->kind == FORK)
		return m.space[op->s].alive && !m.space[!op->s].alive;
	if (op->kind == DROP)
		return m.space[op->s].alive && m.space[!op->s].alive;
	if (!m.space[op->s].alive)
		return 0;
	if (op->kind == ATTACH) {
		return m.segment[op->a].held && m.segment[op->a].pages > 0 &&
		       m.next_serial < SERIALS;
	}
	if (op->kind == MAP || op->kind == MAP_STACK)
		return free_range(op->s, op->a, op->a + op->b);
	if (op->kind == MAP_SEGMENT) {
		return m.segment[op->b].held &&
		       free_range(op->s, op->a, op->a + 2);
	}
	return 1;
}

/* What the model says of an attach at a given address. */
static int attach_error(int s, int from, int pages, int remap)
{
	if (!remap && !free_range(s, from, from + pages))
		return -EINVAL;
	if (from + pages > PAGES)
		return -ENOMEM;
	return va_of(from) < USER_FIRST ? -EPERM : 0;
}

static int exists_hole(int s, int pages)
{
	int floor = (int)((m.space[s].heap_break + PAGE_SIZE - 1) / PAGE_SIZE);

	if (floor < (int)(USER_FIRST / PAGE_SIZE))
		floor = USER_FIRST / PAGE_SIZE;
	for (int p = floor; p + pages <= (int)(PRIVATE_TOP / PAGE_SIZE); p++)
		if (free_range(s, p, p + pages))
			return 1;
	return 0;
}

static void check(int condition, const char *what);

static int do_attach(const struct op *op)
{
	int pages = m.segment[op->a].pages, s = op->s;
	int rights = op->c & 1 ? R : RW, remap = op->c & 2;
	int wanted = op->b ? attach_error(s, op->b, pages, remap)
	             : exists_hole(s, pages) ? 0
	                                     : -ENOMEM;
	vaddr_t base = va_of(op->b);
	int result = space_attach(m.space[s].index, m.segment[op->a].index,
	                          &base, rights, rights, remap, m.next_serial);
	int from = (int)(base / PAGE_SIZE);

	if (result < 0 || wanted < 0)
		return result == wanted ? result : result ? result : 1;
	check(op->b == 0 || from == op->b, "attach: another address");
	check(op->b != 0 || free_range(s, from, from + pages),
	      "attach: chose a place that is taken");
	m.base[m.next_serial] = (uint8_t)from;
	for (int p = 0; p < pages; p++) {
		m.space[s].page[from + p] =
		    (struct page){.kind = SHARED,
		                  .rights = (uint8_t)rights,
		                  .ceiling = (uint8_t)rights,
		                  .segment = (int8_t)op->a,
		                  .shown = (int8_t)p,
		                  .serial = m.next_serial};
	}
	m.next_serial++;
	return 0;
}

/* The attach that shmdt(base) means: the one there, else the newest. */
static int serial_of(int s, int base)
{
	int found = m.space[s].page[base].serial;

	if (found && m.base[found] == base)
		return found;
	found = 0;
	for (int p = 0; p < PAGES; p++) {
		int serial = m.space[s].page[p].serial;

		if (serial > found && m.base[serial] == base)
			found = serial;
	}
	return found;
}

static int do_detach(const struct op *op)
{
	int serial = serial_of(op->s, op->a);
	int result = space_detach(m.space[op->s].index, va_of(op->a));

	if (!serial)
		return result == -EINVAL ? result : 1;
	for (int p = 0; p < PAGES && result == 0; p++)
		if (m.space[op->s].page[p].serial == serial)
			m.space[op->s].page[p] = (struct page){0};
	return result;
}

/* op->c: 0 rw, 1 r, 2 rw noreserve. */
static int do_map(const struct op *op)
{
	int rights = op->c == 1 ? R : RW;
	int kind = op->kind == MAP_STACK ? STACK : PRIVATE;
	struct mapping mapping = {.kind = kind == STACK ? REGION_STACK
	                                                : REGION_PRIVATE,
	                          .start = va_of(op->a),
	                          .pages = op->b,
	                          .segment = -1,
	                          .rights = rights,
	                          .ceiling = RWX,
	                          .promise = op->c != 2};
	int result = space_map(m.space[op->s].index, &mapping);

	for (int p = op->a; result == 0 && p < op->a + op->b; p++) {
		m.space[op->s].page[p] =
		    (struct page){.kind = (uint8_t)kind,
		                  .rights = (uint8_t)rights,
		                  .ceiling = RWX,
		                  .segment = -1};
	}
	return result;
}

/* Two pages of a segment from page op->d; op->c: shared, or 1: private. */
static int do_map_segment(const struct op *op)
{
	struct mapping mapping = {.kind =
	                              op->c ? REGION_PRIVATE : REGION_SHARED,
	                          .start = va_of(op->a),
	                          .pages = 2,
	                          .segment = m.segment[op->b].index,
	                          .offset = op->d,
	                          .rights = RW,
	                          .ceiling = RW,
	                          .promise = true};
	int result = space_map(m.space[op->s].index, &mapping);

	for (int p = 0; result == 0 && p < 2; p++) {
		m.space[op->s].page[op->a + p] =
		    (struct page){.kind = op->c ? PRIVATE : SHARED,
		                  .rights = RW,
		                  .ceiling = RW,
		                  .segment = (int8_t)op->b,
		                  .shown = (int8_t)(op->d + p)};
	}
	return result;
}

static int do_unmap(const struct op *op)
{
	int result =
	    space_unmap(m.space[op->s].index, va_of(op->a), va_of(op->b));

	for (int p = op->a; result == 0 && p < op->b; p++)
		m.space[op->s].page[p] = (struct page){0};
	return result;
}

static int do_protect(const struct op *op)
{
	int wanted = 0;
	int result = space_protect(m.space[op->s].index, va_of(op->a),
	                           va_of(op->b), op->c);

	for (int p = op->a; p < op->b && wanted == 0; p++) {
		const struct page *page = &m.space[op->s].page[p];

		wanted = page->kind == NONE              ? -ENOMEM
		         : (op->c & ~page->ceiling) != 0 ? -EACCES
		                                         : 0;
	}
	if (wanted < 0)
		return result == wanted ? result : 1;
	for (int p = op->a; p < op->b && result == 0; p++)
		m.space[op->s].page[p].rights = op->c;
	return result;
}

/* op->b: 0 reads, else the token to write. */
static int do_touch(const struct op *op)
{
	int space = m.space[op->s].index, s = op->s, p = op->a;
	int grows = stack_grows(s, p), wanted, result;
	uint32_t value = 0;

	result = op->b ? host_store(space, va_of(p), op->b)
	               : host_load(space, va_of(p), &value);
	if (grows && (result == 0 || !free_range(s, p, p + 1) ||
	              region_at(space, va_of(p)) >= 0))
		grow_stack(s, p);
	wanted = expected_read(s, p);
	if (op->b && wanted >= 0 && !(m.space[s].page[p].rights & RIGHT_WRITE))
		wanted = -EFAULT;
	/* Own contents never end, but a write copies what may be gone. */
	if (op->b && wanted == -ENXIO &&
	    !(m.space[s].page[p].rights & RIGHT_WRITE))
		wanted = -EFAULT;
	if (result < 0 || wanted < 0)
		return result == wanted ? result : result ? result : 1;
	check(op->b || (int)value == wanted, "touch: read something else");
	if (op->b)
		model_write(s, p, op->b);
	return 0;
}

static int do_fork(const struct op *op)
{
	int to = !op->s;
	int result = space_copy(m.space[op->s].index, LEVEL_USER);

	if (result < 0)
		return result;
	m.space[to] = m.space[op->s];
	m.space[to].index = (int8_t)result;
	/* The child's attaches are its own, in the same order of age. */
	for (int serial = 1, end = m.next_serial; serial < end; serial++) {
		int used = 0;

		for (int p = 0; p < PAGES; p++) {
			if (m.space[to].page[p].serial == serial) {
				m.space[to].page[p].serial = m.next_serial;
				used = 1;
			}
		}
		if (used)
			m.base[m.next_serial++] = m.base[serial];
	}
	return 0;
}

static void settle(int space)
{
	while (space_take_ended(space) >= 0)
		;
}

static int do_drop(const struct op *op)
{
	int index = m.space[op->s].index;

	space_clear(index);
	settle(index);
	space_drop(index);
	m.space[op->s].alive = 0;
	memset(m.space[op->s].page, 0, sizeof(m.space[op->s].page));
	return 0;
}

static int do_resize(const struct op *op)
{
	int result = segment_resize(m.segment[1].index, op->a, LEVEL_USER);

	if (result < 0)
		return result;
	for (int p = op->a; p < SEGMENT_PAGES; p++)
		m.segment[1].token[p] = 0;
	m.segment[1].pages = (int8_t)op->a;
	return 0;
}

/* op->a: the new break, in half pages from the start of the heap. */
static int do_brk(const struct op *op)
{
	int s = op->s, space = m.space[s].index;
	vaddr_t start = USER_FIRST, to = start + op->a * PAGE_SIZE / 2;
	int from = (m.space[s].heap_break + PAGE_SIZE - 1) / PAGE_SIZE;
	int end = (int)((to + PAGE_SIZE - 1) / PAGE_SIZE);
	vaddr_t result = space_brk(space, to);

	if (result != to) {
		check(result == m.space[s].heap_break, "brk: another break");
		return -ENOMEM;
	}
	check(from >= end || free_range(s, from, end), "brk: over a mapping");
	for (int p = from; p < end; p++) {
		m.space[s].page[p] = (struct page){
		    .kind = HEAP, .rights = RW, .ceiling = RWX, .segment = -1};
	}
	for (int p = end; p < from; p++)
		m.space[s].page[p] = (struct page){0};
	m.space[s].heap_break = (uint16_t)to;
	return 0;
}

static int do_load(const struct op *op)
{
	space_load(m.space[op->s].index);
	return 0;
}

static int do_handle(const struct op *op)
{
	segment_drop(m.segment[op->a].index);
	m.segment[op->a].held = 0;
	return 0;
}

static int (*const doers[])(const struct op *) = {
    do_load, do_attach, do_detach,  do_map,   do_map_segment,
    do_map,  do_unmap,  do_protect, do_touch, do_fork,
    do_drop, do_handle, do_resize,  do_brk};

/* ---- judging --------------------------------------------------------- */

static struct op path[4096]; /* how we came here */
static int path_length, failures;

static void print_path(void)
{
	int first = path_length > 40 ? path_length - 40 : 0;

	for (int i = first; i < path_length; i++) {
		const struct op *op = &path[i];

		printf("#   %s space %d: %d %d %d %d\n", op_names[op->kind],
		       op->s, op->a, op->b, op->c, op->d);
	}
}

static void check(int condition, const char *what)
{
	if (condition)
		return;
	if (failures++ == 0) {
		printf("# %s; after:\n", what);
		print_path();
	}
}

/* What the CPU could do at a page now, without a fault. */
static void compare_page(int s, int p)
{
	const struct space *space = &spaces[m.space[s].index];
	const struct page *page = &m.space[s].page[p];
	int r = region_at(m.space[s].index, va_of(p));
	uint32_t pde = page_get(space->directory, slot_of(va_of(p))), pte;

	check((r >= 0) == (page->kind != NONE), "mapped, or not");
	if (r < 0 || !(pde & PTE_P))
		return;
	check(regions[r].rights == page->rights, "rights of a region");
	pte = page_get(word_frame(pde), entry_of(va_of(p)));
	if (!(pte & PTE_P))
		return;
	check(expected_read(s, p) == *(int *)frame_to_kernel(word_frame(pte)),
	      "an entry shows something else");
	check(!(pde & pte & PTE_RW) || (page->rights & RIGHT_WRITE),
	      "an entry may be written");
}

static void compare(void)
{
	check(mm_check() == 0, "mm_check");
	check(host_stale() == 0, "the TLB is stale");
	check(host_stale_free == 0, "a frame was freed and not flushed");
	for (int s = 0; s < SPACES; s++)
		for (int p = 0; m.space[s].alive && p < PAGES; p++)
			compare_page(s, p);
	for (int g = 0; g < SEGMENTS; g++) {
		check((segments[m.segment[g].index].kind != SEGMENT_FREE) ==
		          segment_alive(g),
		      "a segment lives, or not");
	}
	host_stale_free = 0;
}

/* ---- hashing --------------------------------------------------------- */

static uint64_t hash;
static uint8_t frame_name[HOST_FRAMES];
static int frame_names;

static void mix(uint32_t value)
{
	hash = (hash ^ value) * 0x100000001b3u;
	hash ^= hash >> 29;
}

static void mix_word(uint32_t word)
{
	frame_t frame = word_frame(word);

	mix(word & 0xfff & ~(PTE_A | PTE_D));
	if (word == 0)
		return;
	if (!frame_name[frame])
		frame_name[frame] = (uint8_t)++frame_names;
	mix(frame_name[frame]);
}

static void mix_space(int s)
{
	const struct space *space = &spaces[m.space[s].index];

	mix(m.space[s].alive);
	if (!m.space[s].alive)
		return;
	mix(space->heap_break);
	mix(space->directory == page_loaded);
	for (int r = region_from(m.space[s].index, 0); r >= 0;
	     r = region_after(r)) {
		mix(regions[r].start), mix(regions[r].end);
		mix(regions[r].kind + 16 * regions[r].rights);
		mix(regions[r].ceiling + 16 * regions[r].promised +
		    32 * regions[r].noreserve + 64 * regions[r].whole);
		mix(regions[r].offset);
		mix(regions[r].segment < 0
		        ? 9
		        : regions[r].segment == m.segment[1].index);
		mix(regions[r].attach < 0 ? 0
		                          : attaches[regions[r].attach].base);
	}
	for (int slot = 0; slot < (int)USER_SLOTS; slot++) {
		uint32_t pde = page_get(space->directory, slot);

		mix_word(pde);
		for (int i = 0; pde && i < (int)TABLE_ENTRIES; i++)
			mix_word(page_get(word_frame(pde), i));
	}
}

static uint64_t state_hash(void)
{
	hash = 0xcbf29ce484222325u;
	memset(frame_name, 0, sizeof(frame_name));
	frame_names = 0;
	mix_space(0);
	mix_space(1);
	for (int g = 0; g < SEGMENTS; g++) {
		mix(m.segment[g].held), mix(m.segment[g].pages);
		for (int p = 0; segment_alive(g) && p < SEGMENT_PAGES; p++) {
			frame_t table = segment_table_of(m.segment[g].index, p);

			mix(m.segment[g].token[p] + 16 * (table >= 0));
		}
	}
	for (int s = 0; s < SPACES; s++) {
		for (int p = 0; p < PAGES; p++) {
			const struct page *page = &m.space[s].page[p];

			mix(page->kind + 8 * page->own + 16 * page->token);
			mix(page->serial ? m.base[page->serial] : 99);
		}
	}
	return hash;
}

/* ---- one step -------------------------------------------------------- */

static struct host_state *before;
static struct model model_before;
static uint64_t steps;

static void go_back(void)
{
	host_restore(before);
	m = model_before;
}

/* Does `op`, first with each of its promises refused.  Leaves it done. */
static int step(const struct op *op)
{
	int result;

	host_save(before);
	model_before = m;
	path[path_length++] = *op;
	for (int nth = 1;; nth++) {
		promise_fail_nth = nth;
		result = doers[op->kind](op);
		steps++;
		if (promise_fail_nth > 0)
			break;
		check(result < 0, "a refused promise, and no error");
		compare();
		go_back();
	}
	promise_fail_nth = 0;
	check(result <= 0, "the model expects another result");
	check(result != -ENOMEM || op->kind == ATTACH || op->kind == PROTECT ||
	          op->kind == BRK,
	      "refused without a reason");
	for (int s = 0; s < SPACES; s++)
		if (m.space[s].alive)
			settle(m.space[s].index);
	compare();
	path_length--;
	return result;
}

/* ---- the world and its scenes ---------------------------------------- */

static void make_world(void)
{
	memset(&m, 0, sizeof(m));
	host_start();
	m.next_serial = 1;
	m.space[0].index = (int8_t)space_make(LEVEL_USER);
	m.space[0].alive = 1;
	m.space[0].heap_break = USER_FIRST;
	spaces[m.space[0].index].heap_start = USER_FIRST;
	spaces[m.space[0].index].heap_break = USER_FIRST;
	m.segment[0].pages = 5; /* a whole table and one page of the next */
	m.segment[0].index = (int8_t)segment_make(5, true, false, LEVEL_USER);
	m.segment[1].pages = 4;
	m.segment[1].index = (int8_t)segment_make(4, false, true, LEVEL_USER);
	m.segment[0].held = m.segment[1].held = 1;
	space_load(m.space[0].index);
}

#define MAX_OPS 2000
static struct op ops[MAX_OPS];
static int op_count;

static void add(int kind, int s, int a, int b, int c, int d)
{
	if (op_count < MAX_OPS) {
		ops[op_count++] =
		    (struct op){(uint8_t)kind, (uint8_t)s, (uint8_t)a,
		                (uint8_t)b,    (uint8_t)c, (uint8_t)d};
	}
}

static void add_attaches(int s, int segment, int flags)
{
	for (int base = 0; base < PAGES; base++)
		add(ATTACH, s, segment, base, flags, 0);
}

static void add_ranges(int kind, int s, int rights)
{
	for (int from = USER_FIRST / PAGE_SIZE; from < PAGES; from++)
		for (int to = from + 1; to <= PAGES; to++)
			add(kind, s, from, to, rights, 0);
}

static void add_touches(int s, int token)
{
	for (int p = 0; p < PAGES; p++)
		add(TOUCH, s, p, token, 0, 0);
}

static void add_each_space(void (*what)(int s))
{
	what(0);
	what(1);
}

static void add_all_of(int s)
{
	for (int g = 0; g < SEGMENTS; g++) {
		add_attaches(s, g, 0);
		add_attaches(s, g, 1);
		add_attaches(s, g, 2);
	}
	for (int p = 2; p < PAGES; p++) {
		add(DETACH, s, p, 0, 0, 0);
		for (int c = 0; c < 3; c++) {
			add(MAP, s, p, 1, c, 0);
			add(MAP, s, p, p <= 8 ? 4 : 1, c, 0);
		}
		for (int d = 0; d < 3 && p < PAGES - 1; d++) {
			add(MAP_SEGMENT, s, p, d % 2, d > 0, d);
			add(MAP_SEGMENT, s, p, 1, 0, 2 * d);
		}
	}
	add(MAP_STACK, s, PAGES - 1, 1, 0, 0);
	add_ranges(UNMAP, s, 0);
	add_ranges(PROTECT, s, 0);
	add_ranges(PROTECT, s, R);
	add_ranges(PROTECT, s, RW);
	for (int i = 0; i < 14; i++)
		add_touches(s, i % 3);
	for (int i = 0; i < 8; i++)
		add(BRK, s, i, 0, 0, 0);
	add(FORK, s, 0, 0, 0, 0);
	add(FORK, s, 0, 0, 0, 0);
	add(DROP, s, 0, 0, 0, 0);
	for (int i = 0; i < 9; i++) {
		add(LOAD, s, 0, 0, 0, 0);
		add(RESIZE, s, i % (SEGMENT_PAGES + 1), 0, 0, 0);
	}
}

/* Attach, detach, unmap and touch, aligned or not, in two spaces. */
static void scene_attach(int s)
{
	static const uint8_t bases[] = {0, 4, 5, 7};

	for (int i = 0; i < 4; i++) {
		add(ATTACH, s, 0, bases[i], i == 1 ? 1 : 0, 0);
		add(DETACH, s, bases[i] ? bases[i] : 6, 0, 0, 0);
	}
	add(ATTACH, s, 0, 3, 2, 0);
	add(UNMAP, s, 4, 8, 0, 0);
	add(UNMAP, s, 5, 6, 0, 0);
	add(TOUCH, s, 5, 1, 0, 0);
	add(TOUCH, s, 8, 0, 0, 0);
	add(FORK, s, 0, 0, 0, 0);
	add(DROP, s, 0, 0, 0, 0);
	add(LOAD, s, 0, 0, 0, 0);
}

/* A segment that changes size under linked and private slots. */
static void scene_resize(int s)
{
	add(ATTACH, s, 1, 4, 0, 0);
	add(ATTACH, s, 1, 9, 0, 0);
	add(MAP_SEGMENT, s, 2, 1, 1, 2);
	add(DETACH, s, 4, 0, 0, 0);
	add(TOUCH, s, 7, 1, 0, 0);
	add(TOUCH, s, 3, 2, 0, 0);
	add(TOUCH, s, 10, 0, 0, 0);
	add(FORK, s, 0, 0, 0, 0);
	add(DROP, s, 0, 0, 0, 0);
	add(LOAD, s, 0, 0, 0, 0);
	for (int pages = 0; pages <= SEGMENT_PAGES; pages += 2)
		add(RESIZE, s, pages, 0, 0, 0);
	add(RESIZE, s, 3, 0, 0, 0);
	add(HANDLE, s, 1, 0, 0, 0);
}

/* Private memory: copy-on-write, rights, heap and stack. */
static void scene_private(int s)
{
	add(MAP, s, 4, 2, 0, 0);
	add(MAP, s, 6, 2, 2, 0);
	add(MAP_STACK, s, PAGES - 1, 1, 0, 0);
	add(TOUCH, s, PAGES - 2, 1, 0, 0);
	add(UNMAP, s, 5, 7, 0, 0);
	add(PROTECT, s, 4, 6, 0, 0);
	add(PROTECT, s, 4, 6, RW, 0);
	add(TOUCH, s, 4, 1, 0, 0);
	add(TOUCH, s, 5, 0, 0, 0);
	add(TOUCH, s, 6, 2, 0, 0);
	add(BRK, s, 3, 0, 0, 0);
	add(BRK, s, 1, 0, 0, 0);
	add(TOUCH, s, 2, 1, 0, 0);
	add(FORK, s, 0, 0, 0, 0);
	add(DROP, s, 0, 0, 0, 0);
	add(LOAD, s, 0, 0, 0, 0);
}

/* ---- searching ------------------------------------------------------- */

struct node {
	int parent;
	int16_t op;
	uint16_t depth;
};

#define MAX_NODES 400000
#define SEEN      (1 << 21)
static struct node nodes[MAX_NODES];
static int node_count;
static uint64_t seen[SEEN];

static int is_new(uint64_t key)
{
	uint32_t i = (uint32_t)(key >> 20) & (SEEN - 1);

	key |= 1;
	while (seen[i] && seen[i] != key)
		i = (i + 1) & (SEEN - 1);
	if (seen[i])
		return 0;
	seen[i] = key;
	return 1;
}

static void enter(int parent, int op)
{
	if (node_count < MAX_NODES && is_new(state_hash())) {
		nodes[node_count] = (struct node){
		    parent, (int16_t)op,
		    (uint16_t)(parent < 0 ? 0 : nodes[parent].depth + 1)};
		node_count++;
	}
}

/* Replays the way to a node: everything is a function of the operations. */
static void arrive(int node)
{
	int way[64], length = 0;

	for (int n = node; nodes[n].parent >= 0; n = nodes[n].parent)
		way[length++] = nodes[n].op;
	make_world();
	path_length = 0;
	while (length-- > 0) {
		const struct op *op = &ops[way[length]];

		doers[op->kind](op);
		for (int s = 0; s < SPACES; s++)
			if (m.space[s].alive)
				settle(m.space[s].index);
		path[path_length++] = *op;
	}
}

static int tests;

static void verdict(const char *sentence)
{
	printf("%sok %d - %s\n", failures ? "not " : "", ++tests, sentence);
	fflush(stdout);
}

static void explore(const char *name, void (*scene)(int s), int depth,
                    int limit)
{
	struct host_state *here = host_new_state();
	struct model model_here;
	char sentence[160];
	int n;

	op_count = node_count = 0;
	memset(seen, 0, sizeof(seen));
	steps = 0;
	add_each_space(scene);
	make_world();
	enter(-1, -1);
	for (n = 0; n < node_count && n < limit && !failures; n++) {
		if (nodes[n].depth >= depth)
			break;
		arrive(n);
		host_save(here);
		model_here = m;
		for (int i = 0; i < op_count && !failures; i++) {
			if (possible(&ops[i])) {
				step(&ops[i]);
				enter(n, i);
				host_restore(here);
				m = model_here;
			}
		}
	}
	snprintf(sentence, sizeof(sentence),
	         "explore: %s agrees with the model, %s: %d states, depth %d, "
	         "%llu steps",
	         name, n == node_count ? "every state" : "to its depth",
	         node_count, nodes[n < node_count ? n : n - 1].depth,
	         (unsigned long long)steps);
	verdict(sentence);
	free(here);
}

static uint32_t seed = 1;

static uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static void walk(int length)
{
	char sentence[100];
	int done = 0;

	op_count = 0;
	steps = 0;
	add_each_space(add_all_of);
	for (int i = 0; i < length && !failures; i++) {
		const struct op *op;

		if (i % 200 == 0 || m.next_serial > SERIALS - 20) {
			make_world();
			path_length = 0;
		}
		op = &ops[next_random() % (uint32_t)op_count];
		if (possible(op)) {
			step(op);
			path[path_length++] = *op;
			done++;
		}
	}
	snprintf(sentence, sizeof(sentence),
	         "explore: a random walk of %d operations agrees with the "
	         "model",
	         done);
	verdict(sentence);
}

int main(int argc, char **argv)
{
	int scale = argc > 1 ? atoi(argv[1]) : 4;

	before = host_new_state();
	explore("attaching", scene_attach, 7, 1200 * scale);
	explore("changing size", scene_resize, 9, 1200 * scale);
	explore("private memory", scene_private, 9, 1200 * scale);
	explore("everything", add_all_of, 2, 40 * scale);
	walk(20000 * scale);
	printf("1..%d\n", tests);
	return failures != 0;
}
