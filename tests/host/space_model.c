/*
 * tests/host/space_model.c -- the model of spaces, and each operation on it and
 * on mm.
 */
#include "space_model.h"

#include "../../abi/errno.h"

#include <stdio.h>

struct model m;
const struct segment_plan *plans;

static int refuse_nth; /* the promise that is refused now, or 0 */

/* Was it refused in the operation under way? */
static bool refused(void)
{
	return refuse_nth > 0 && promise_fail_nth == 0;
}

/* While find_end() looks for the model that agrees, nothing fails. */
static bool looking, agrees;

void check_at(bool condition, const char *what, const char *file, int line)
{
	if (looking)
		agrees &= condition;
	else
		tap_expect(condition, true, what, file, line);
}

/* ---- what is where ------------------------------------------------------ */

static const uint8_t zeroes[PAGE_SIZE];

static struct page *page_of(int s, int p)
{
	return &m.space[s].page[p];
}

bool segment_alive(int g)
{
	if (m.segment[g].held)
		return true;
	for (int s = 0; s < SPACES; s++) {
		for (int p = 0; m.space[s].alive && p < PAGES; p++)
			if (page_of(s, p)->kind && page_of(s, p)->segment == g)
				return true;
	}
	return false;
}

static bool free_range(int s, int from, int to)
{
	for (int p = from; p < to && p < PAGES; p++)
		if (page_of(s, p)->kind)
			return false;
	return true;
}

/* What a touch of this page answers: 0, -EFAULT or -ENXIO. */
static int access_error(int s, int p, bool write)
{
	const struct page *page = page_of(s, p);

	if (page->kind == NONE || page->rights == 0 ||
	    (write && !(page->rights & RIGHT_WRITE)))
		return -EFAULT;
	if (page->own || page->segment < 0)
		return 0;
	return page->shown >= m.segment[page->segment].pages ? -ENXIO : 0;
}

/* The bytes that a read would find if it were allowed. */
static const uint8_t *bytes_of(int s, int p)
{
	const struct page *page = page_of(s, p);

	if (page->own)
		return page->bytes;
	return page->segment < 0 ? zeroes
	                         : m.segment[page->segment].bytes[page->shown];
}

/* Where a write goes; a private page gets its own bytes by it. */
static uint8_t *bytes_to_write(int s, int p)
{
	struct page *page = page_of(s, p);

	if (page->kind == SHARED)
		return m.segment[page->segment].bytes[page->shown];
	if (!page->own)
		memcpy(page->bytes, bytes_of(s, p), PAGE_SIZE);
	page->own = 1;
	return page->bytes;
}

/* A byte that is nowhere else, so that every mix-up is seen. */
static uint8_t fresh_byte(void)
{
	bool used[256] = {false};

	for (int s = 0; s < SPACES; s++)
		for (int p = 0; p < PAGES; p++)
			used[page_of(s, p)->bytes[0]] = true;
	for (int g = 0; g < SEGMENTS; g++)
		for (int p = 0; p < MODEL_PAGES; p++)
			used[m.segment[g].bytes[p][0]] = true;
	for (int i = 1;; i++)
		if (!used[i])
			return (uint8_t)i;
}

static struct page new_page(int kind, int rights, int segment, int shown)
{
	return (struct page){.kind = (uint8_t)kind,
	                     .rights = (uint8_t)rights,
	                     .ceiling = RWX,
	                     .segment = (int8_t)segment,
	                     .shown = (int8_t)shown};
}

static void clear_pages(int s, int from, int to)
{
	for (int p = from; p < to; p++)
		*page_of(s, p) = (struct page){0};
}

/* ---- the stack ---------------------------------------------------------- */

/* May the stack grow down to `p`, which is touched?  Then it does. */
static bool stack_grows(int s, int p)
{
	int q = p;

	while (q < PAGES && page_of(s, q)->kind == NONE)
		q++;
	return p >= (int)(STACK_FLOOR / PAGE_SIZE) && q < PAGES && q > p &&
	       page_of(s, q)->kind == STACK && page_of(s, p - 1)->kind == NONE;
}

static void grow_stack(int s, int p)
{
	int q = p;

	while (page_of(s, q)->kind == NONE)
		q++;
	for (int i = p; i < q; i++) {
		*page_of(s, i) = *page_of(s, q);
		page_of(s, i)->own = 0;
		memset(page_of(s, i)->bytes, 0, PAGE_SIZE);
	}
}

/* ---- judging ------------------------------------------------------------ */

/* The result is `wanted`, or `error` where a promise was refused. */
static int judge(int result, int wanted, int error, const char *what)
{
	if (refused() && wanted == 0)
		check(result == error, what);
	else
		check(result == wanted, what);
	return result;
}

/* The CPU could do at a page, without a fault, no more than is right. */
static void compare_page(int s, int p)
{
	const struct space *space = &spaces[m.space[s].index];
	const struct page *page = page_of(s, p);
	int r = region_at(m.space[s].index, va_of_page(p));
	uint32_t pde = page_get(space->directory, slot_of(va_of_page(p))), pte;

	check((r >= 0) == (page->kind != NONE), "mapped, or not");
	if (r < 0)
		return;
	check(regions[r].rights == page->rights, "rights of a region");
	check(regions[r].ceiling == page->ceiling, "ceiling of a region");
	if (pde == 0)
		return;
	pte = page_get(word_frame(pde), entry_of(va_of_page(p)));
	if (pte == 0)
		return;
	check(!memcmp(frame_to_kernel(word_frame(pte)), bytes_of(s, p),
	              PAGE_SIZE),
	      "an entry shows something else");
	if (!(pde & pte & PTE_P))
		return;
	check(access_error(s, p, false) == 0, "an entry may be read");
	check(!(pde & pte & PTE_RW) || access_error(s, p, true) == 0,
	      "an entry may be written");
}

/* Bytes that nobody maps, or nobody may read, are kept, too. */
static void compare_segment(int g)
{
	int index = m.segment[g].index, pages = m.segment[g].pages;
	const struct segment *segment = &segments[index < 0 ? 0 : index];

	if (plans[g].kind == SEGMENT_DEVICE) {
		check(!memcmp(phys_to_kernel(DEVICE_START), m.segment[g].bytes,
		              (size_t)pages * PAGE_SIZE),
		      "a device's memory");
	}
	if (plans[g].kind == SEGMENT_ARCHIVE) {
		check(!memcmp(phys_to_kernel(ARCHIVE_START), m.segment[g].bytes,
		              plans[g].bytes),
		      "the archive's memory");
	}
	if (m.segment[g].index < 0 || plans[g].kind != SEGMENT_MEMORY)
		return;
	check(segment->kind == SEGMENT_MEMORY, "a segment has died");
	check(segment->pages == pages, "a segment's size");
	for (int p = 0; p < pages; p++) {
		frame_t table = segment_table_of(m.segment[g].index, p);
		uint32_t word =
		    table < 0 ? 0 : page_get(table, p % TABLE_ENTRIES);

		check(!memcmp(word ? frame_to_kernel(word_frame(word)) : zeroes,
		              m.segment[g].bytes[p], PAGE_SIZE),
		      "a segment's bytes");
	}
}

/* nattch, as ipc/sysv/shm.c keeps it, is what a count of the pages gives. */
static int count_attaches(int g)
{
	bool found[SERIALS] = {false};
	int count = 0;

	for (int s = 0; s < SPACES; s++) {
		for (int p = 0; m.space[s].alive && p < PAGES; p++) {
			const struct page *page = page_of(s, p);

			if (page->serial && page->segment == g &&
			    !found[page->serial]) {
				found[page->serial] = true;
				count++;
			}
		}
	}
	return count;
}

void model_compare(void)
{
	check(mm_check() == 0, "mm_check");
	check(host_stale() == 0, "the TLB is stale");
	check(host_stale_free == 0, "a frame was freed and not flushed");
	check(!memcmp(frame_to_kernel(zero_frame), zeroes, PAGE_SIZE),
	      "the page of zeroes");
	host_stale_free = 0;
	for (int s = 0; s < SPACES; s++)
		for (int p = 0; m.space[s].alive && p < PAGES; p++)
			compare_page(s, p);
	for (int g = 0; g < SEGMENTS; g++) {
		compare_segment(g);
		check(m.segment[g].attaches == count_attaches(g),
		      "the count of attaches");
	}
}

/* ---- attaches ----------------------------------------------------------- */

/* What an attach at a given address should answer. */
static int attach_error(int s, int from, int pages, bool remap)
{
	if (!remap && !free_range(s, from, from + pages))
		return -EINVAL;
	if (from + pages > PAGES)
		return -ENOMEM;
	return va_of_page(from) < USER_FIRST ? -EPERM : 0;
}

static int lowest_page(int s)
{
	int floor = (int)((m.space[s].heap_break + PAGE_SIZE - 1) / PAGE_SIZE);

	return floor < (int)(USER_FIRST / PAGE_SIZE)
	           ? (int)(USER_FIRST / PAGE_SIZE)
	           : floor;
}

static bool exists_hole(int s, int pages)
{
	for (int p = lowest_page(s);
	     p + pages <= (int)(PRIVATE_TOP / PAGE_SIZE); p++)
		if (free_range(s, p, p + pages))
			return true;
	return false;
}

static void put_attach(int s, int g, int from, int rights)
{
	m.base[m.next_serial] = (uint8_t)from;
	for (int p = 0; p < m.segment[g].pages; p++) {
		*page_of(s, from + p) = new_page(SHARED, rights, g, p);
		page_of(s, from + p)->ceiling =
		    rights & RIGHT_WRITE ? RWX : R | RIGHT_EXEC;
		page_of(s, from + p)->serial = m.next_serial;
	}
	m.next_serial++;
	m.segment[g].attaches++;
}

/* a: segment, b: page of the base or 0, c: 1 read-only, 2 remap. */
static void do_attach(const struct op *op)
{
	int pages = m.segment[op->a].pages, s = op->s;
	int rights = op->c & 1 ? R : RW;
	bool remap = op->c & 2;
	int wanted = op->b ? attach_error(s, op->b, pages, remap)
	             : exists_hole(s, pages) ? 0
	                                     : -ENOMEM;
	vaddr_t base = va_of_page(op->b);
	int result = space_attach(m.space[s].index, m.segment[op->a].index,
	                          &base, rights, remap, op->a);
	int from = (int)(base / PAGE_SIZE);

	if (judge(result, wanted, -ENOMEM, "attach: its answer") < 0)
		return;
	check(op->b == 0 || from == op->b, "attach: another address");
	check(op->b != 0 ||
	          (from >= lowest_page(s) && free_range(s, from, from + pages)),
	      "attach: chose a place that is taken");
	put_attach(s, op->a, from, rights);
}

/* The attach that shmdt(base) means: the lowest that has this base. */
static int serial_of(int s, int base)
{
	for (int p = base; p < PAGES; p++) {
		int serial = page_of(s, p)->serial;

		if (serial && m.base[serial] == base)
			return serial;
	}
	return 0;
}

static void do_detach(const struct op *op)
{
	int serial = serial_of(op->s, op->a);
	int result = space_detach(m.space[op->s].index, va_of_page(op->a));

	judge(result, serial ? 0 : -EINVAL, 0, "detach: its answer");
	for (int p = 0; serial && p < PAGES; p++)
		if (page_of(op->s, p)->serial == serial)
			clear_pages(op->s, p, p + 1);
}

/* ---- mapping ------------------------------------------------------------ */

/* a: page, b: pages, c: 0 rw, 1 r, 2 rw noreserve, 3 none; d: may replace. */
static void do_map(const struct op *op)
{
	int kind = op->kind == MAP_STACK ? STACK : PRIVATE;
	int rights = op->c == 1 ? R : op->c == 3 ? 0 : RW;
	struct region wanted = {.kind = kind == STACK ? REGION_STACK
	                                              : REGION_PRIVATE,
	                        .start = va_of_page(op->a),
	                        .end = va_of_page(op->a + op->b),
	                        .segment = -1,
	                        .rights = rights,
	                        .ceiling = RWX,
	                        .noreserve = op->c == 2,
	                        .space = m.space[op->s].index};
	int result = space_map(&wanted);

	if (judge(result, 0, -ENOMEM, "map: its answer") == 0)
		for (int p = op->a; p < op->a + op->b; p++)
			*page_of(op->s, p) = new_page(kind, rights, -1, 0);
}

/* Two pages, a: page, b: segment, c: 1 private, 2 read-only; d: offset. */
static void do_map_segment(const struct op *op)
{
	bool private = op->c & 1,
	     archive = plans[op->b].kind == SEGMENT_ARCHIVE;
	int rights = op->c & 2 ? R : RW, ceiling = RW;
	struct region wanted = {.kind =
	                            private ? REGION_PRIVATE : REGION_SHARED,
	                        .start = va_of_page(op->a),
	                        .end = va_of_page(op->a + 2),
	                        .segment = m.segment[op->b].index,
	                        .offset = op->d,
	                        .rights = rights,
	                        .ceiling = ceiling,
	                        .space = m.space[op->s].index};
	int result = space_map(&wanted);
	bool device = private && plans[op->b].kind == SEGMENT_DEVICE;

	if (judge(result, device ? -EINVAL : 0, -ENOMEM,
	          "map a segment: its answer") < 0)
		return;
	if (archive && !private) /* it is never written */
		rights = ceiling = R;
	for (int p = 0; p < 2; p++) {
		struct page *page = page_of(op->s, op->a + p);

		*page = new_page(private ? PRIVATE : SHARED, rights, op->b,
		                 op->d + p);
		page->ceiling = (uint8_t)ceiling;
	}
}

static void do_unmap(const struct op *op)
{
	int result = space_unmap(m.space[op->s].index, va_of_page(op->a),
	                         va_of_page(op->b));

	if (judge(result, 0, -ENOMEM, "unmap: its answer") == 0)
		clear_pages(op->s, op->a, op->b);
}

static int protect_error(const struct op *op)
{
	for (int p = op->a; p < op->b; p++) {
		if (page_of(op->s, p)->kind == NONE)
			return -ENOMEM;
		if (op->c & ~page_of(op->s, p)->ceiling)
			return -EACCES;
	}
	return 0;
}

static void do_protect(const struct op *op)
{
	int wanted = protect_error(op);
	int result = space_protect(m.space[op->s].index, va_of_page(op->a),
	                           va_of_page(op->b), op->c);

	if (judge(result, wanted, -ENOMEM, "protect: its answer") == 0)
		for (int p = op->a; p < op->b; p++)
			page_of(op->s, p)->rights = op->c;
}

/*
 * a: the new break, in half pages from the start of the heap.  The page above
 * must be free, too.
 */
static void do_brk(const struct op *op)
{
	int s = op->s, space = m.space[s].index;
	vaddr_t to = USER_FIRST + op->a * PAGE_SIZE / 2;
	int from = (m.space[s].heap_break + PAGE_SIZE - 1) / PAGE_SIZE;
	int end = (int)((to + PAGE_SIZE - 1) / PAGE_SIZE);
	vaddr_t wanted = to, result = space_brk(space, to);

	if (to > PRIVATE_TOP || (from < end && !free_range(s, from, end + 1)))
		wanted = m.space[s].heap_break;
	if (refused())
		wanted = m.space[s].heap_break;
	check(result == wanted, "brk: its answer");
	if (result != to)
		return;
	for (int p = from; p < end; p++)
		*page_of(s, p) = new_page(HEAP, RW, -1, 0);
	clear_pages(s, end, from);
	m.space[s].heap_break = (uint16_t)to;
}

/* ---- touching ----------------------------------------------------------- */

/* One touch in the model, by which a stack may grow: 0 or its error. */
static int touch(int s, int p, bool write)
{
	if (p < PAGES && stack_grows(s, p) &&
	    (!refused() || region_at(m.space[s].index, va_of_page(p)) >= 0))
		grow_stack(s, p);
	return p < PAGES ? access_error(s, p, write) : -EFAULT;
}

/* b: 1 writes the whole page. */
static void touch_page(int s, int p, bool write)
{
	int space = m.space[s].index;
	bool grows = stack_grows(s, p);
	uint32_t value = fresh_byte() * 0x01010101u, read = 0, last = 0;
	int result = write ? host_store(space, va_of_page(p), value)
	                   : host_load(space, va_of_page(p), &read);
	int wanted = touch(s, p, write);

	if (grows && refused() && result == -EFAULT)
		return;
	if (judge(result, wanted, -ENXIO, "touch: its answer") < 0)
		return;
	for (vaddr_t i = 4; i < PAGE_SIZE; i += 4) {
		result = write ? host_store(space, va_of_page(p) + i, value)
		               : host_load(space, va_of_page(p) + i, &last);
		check(result == 0, "touch: once more");
	}
	if (write)
		memset(bytes_to_write(s, p), (int)value & 0xff, PAGE_SIZE);
	else
		check(!memcmp(&read, bytes_of(s, p), 4) &&
		          !memcmp(&last, bytes_of(s, p) + PAGE_SIZE - 4, 4),
		      "touch: read something else");
}

static void do_touch(const struct op *op)
{
	touch_page(op->s, op->a, op->b);
}

static void do_touch_all(const struct op *op)
{
	for (int p = 0; p < PAGES && !refused(); p++)
		if (page_of(op->s, p)->kind)
			touch_page(op->s, p, op->b);
}

/* ---- copies ------------------------------------------------------------- */

struct copy {
	int s, from_s;
	vaddr_t to, from;
	int bytes;
};

/* Writes at most `limit` bytes of `data` in their order: 0 or -EFAULT. */
static int copy_to(const struct copy *c, const uint8_t *data, int limit)
{
	uint8_t *page = 0;

	for (int i = 0; i < c->bytes; i++) {
		vaddr_t va = c->to + (vaddr_t)i;
		int p = (int)(va / PAGE_SIZE);

		if (i >= limit)
			return -EFAULT;
		if (i == 0 || va % PAGE_SIZE == 0) {
			if (touch(c->s, p, true) < 0)
				return -EFAULT;
			page = bytes_to_write(c->s, p);
		}
		page[va % PAGE_SIZE] = data[i];
	}
	return 0;
}

/* Reads up to the first byte that cannot be read.  How many it has read. */
static int copy_from(int s, vaddr_t from, int bytes, uint8_t *data)
{
	for (int i = 0; i < bytes; i++) {
		vaddr_t va = from + (vaddr_t)i;
		int p = (int)(va / PAGE_SIZE);

		if (va >= USER_LIMIT ||
		    ((i == 0 || va % PAGE_SIZE == 0) && touch(s, p, false) < 0))
			return i;
		data[i] = bytes_of(s, p)[va % PAGE_SIZE];
	}
	return bytes;
}

static int to_page_end(vaddr_t va, int bytes)
{
	int left = (int)(PAGE_SIZE - va % PAGE_SIZE);

	return left < bytes ? left : bytes;
}

/* Copies in pieces, each up to the next start of a page on either side. */
static int copy_between(const struct copy *c, int limit)
{
	uint8_t piece[PAGE_SIZE];
	int done = 0;

	while (done < c->bytes) {
		struct copy one = {c->s, c->from_s, c->to + (vaddr_t)done,
		                   c->from + (vaddr_t)done, c->bytes - done};

		one.bytes = to_page_end(one.to, one.bytes);
		one.bytes = to_page_end(one.from, one.bytes);
		if (done >= limit ||
		    touch(c->s, (int)(one.to / PAGE_SIZE), true) < 0 ||
		    copy_from(c->from_s, one.from, one.bytes, piece) <
		        one.bytes)
			return -EFAULT;
		bytes_to_write(c->s, (int)(one.to / PAGE_SIZE));
		copy_from(c->from_s, one.from, one.bytes, piece);
		if (copy_to(&one, piece, one.bytes) < 0)
			return -EFAULT;
		done += one.bytes;
	}
	return 0;
}

static bool outside(vaddr_t start, int bytes)
{
	return start + (vaddr_t)bytes > USER_LIMIT;
}

/*
 * A refusal has ended the copy at the start of some page, with all before it
 * done.
 */
static void find_end(const struct copy *c, const uint8_t *data)
{
	const struct model start = m;
	int n = 0;

	looking = true;

	for (; n < c->bytes; n++) {
		bool at_start = n == 0 || (c->to + n) % PAGE_SIZE == 0 ||
		                (c->from + n) % PAGE_SIZE == 0;

		m = start;
		if (!at_start)
			continue;
		if (data)
			copy_to(c, data, n);
		else
			copy_between(c, n);
		agrees = true;
		model_compare();
		if (agrees)
			break;
	}
	looking = false;
	check(n < c->bytes, "copy: refused, and the bytes are elsewhere");
}

static void do_write(const struct op *op, const struct copy *c)
{
	uint8_t data[256];
	int space = m.space[c->s].index, result;
	int wanted = outside(c->to, c->bytes) ? -EFAULT : 0;

	for (int i = 0; i < c->bytes; i++)
		data[i] = (uint8_t)(fresh_byte() + i % 3 * 64);
	result = op->c == COPY_OUT
	             ? copy_out(c->to, data, (uint32_t)c->bytes)
	             : space_write(space, c->to, data, (uint32_t)c->bytes);
	if (refused()) {
		check(result == -EFAULT, "copy: refused, and its answer");
		find_end(c, data);
		return;
	}
	if (wanted == 0)
		wanted = copy_to(c, data, c->bytes);
	check(result == wanted, "copy: -EFAULT where the model says");
}

static void do_read(const struct op *op, const struct copy *c)
{
	uint8_t data[256], wanted[256];
	int bytes = c->bytes, result, count = 0;

	memset(data, 0xcc, sizeof(data));
	result = op->c == COPY_IN ? copy_in(data, c->from, (uint32_t)bytes)
	                          : space_read(m.space[c->s].index, data,
	                                       c->from, (uint32_t)bytes);
	for (int i = bytes; i < (int)sizeof(data); i++)
		check(data[i] == 0xcc, "copy: more bytes than asked for");
	if (refused()) {
		check(result == -EFAULT, "copy: refused, and its answer");
		return;
	}
	if (!outside(c->from, bytes))
		count = copy_from(c->s, c->from, bytes, wanted);
	check(result == (count == bytes ? 0 : -EFAULT),
	      "copy: -EFAULT where the model says");
	check(result < 0 || !memcmp(data, wanted, (size_t)bytes),
	      "copy: other bytes");
}

/* The length of a string, or the error that should be answered. */
static int string_answer(const struct copy *c)
{
	for (int i = 0; i < c->bytes; i++) {
		uint8_t byte;

		if (copy_from(c->s, c->from + (vaddr_t)i, 1, &byte) < 1)
			return -EFAULT;
		if (byte == 0)
			return i + 1;
	}
	return c->bytes + 1;
}

static void do_string(const struct copy *c)
{
	int result = space_string_bytes(m.space[c->s].index, c->from,
	                                (uint32_t)c->bytes);

	check(result == (refused() ? -EFAULT : string_answer(c)),
	      "string: its answer");
}

static void do_transfer(const struct copy *c)
{
	int wanted, result;

	result =
	    space_transfer(m.space[c->s].index, c->to, m.space[c->from_s].index,
	                   c->from, (uint32_t)c->bytes);
	if (refused()) {
		check(result == -EFAULT, "copy: refused, and its answer");
		find_end(c, 0);
		return;
	}
	wanted = outside(c->to, c->bytes) || outside(c->from, c->bytes)
	             ? -EFAULT
	             : copy_between(c, c->bytes);
	check(result == wanted, "transfer: -EFAULT where the model says");
}

/* a: address, b: bytes, c: which copy; d: address in the other space. */
static void do_copy(const struct op *op)
{
	const struct copy c = {op->s, !op->s, op->a,
	                       op->c == TRANSFER ? op->d : op->a, op->b};

	switch (op->c) {
	case COPY_OUT:
	case WRITE:
		do_write(op, &c);
		break;
	case COPY_IN:
	case READ:
		do_read(op, &c);
		break;
	case TRANSFER:
		do_transfer(&c);
		break;
	default:
		do_string(&c);
	}
}

/* ---- spaces and segments ------------------------------------------------ */

/* A child does not inherit devices, and its attaches are its own. */
static void inherit(int from, int to)
{
	uint8_t twin[SERIALS] = {0};

	for (int serial = 1, end = m.next_serial; serial < end; serial++) {
		for (int p = 0; p < PAGES; p++) {
			if (page_of(from, p)->serial != serial)
				continue;
			if (!twin[serial]) {
				twin[serial] = m.next_serial++;
				m.base[twin[serial]] = m.base[serial];
				m.segment[page_of(from, p)->segment].attaches++;
			}
		}
	}
	for (int p = 0; p < PAGES; p++) {
		struct page *page = page_of(to, p);

		*page = *page_of(from, p);
		page->serial = twin[page->serial];
		if (page->kind && page->segment >= 0 &&
		    plans[page->segment].kind == SEGMENT_DEVICE)
			clear_pages(to, p, p + 1);
	}
}

static void do_fork(const struct op *op)
{
	int to = !op->s;
	int result = space_copy(m.space[op->s].index, LEVEL_USER);

	if (result < 0) {
		judge(result, 0, -ENOMEM, "fork: its answer");
		return;
	}
	check(!refused(), "fork: refused, and no error");
	m.space[to] = m.space[op->s];
	m.space[to].index = (int8_t)result;
	inherit(op->s, to);
}

void attach_ended(int space, int tag)
{
	(void)space;
	m.segment[tag].attaches--;
}

static void init_space(int s, int index)
{
	m.space[s].index = (int8_t)index;
	m.space[s].alive = 1;
	m.space[s].heap_break = USER_FIRST;
	spaces[index].heap_start = spaces[index].heap_break = USER_FIRST;
}

static void do_birth(const struct op *op)
{
	int result = space_make(LEVEL_USER);

	if (result < 0)
		judge(result, 0, -ENOMEM, "birth: its answer");
	else
		init_space(op->s, result);
}

static void do_drop(const struct op *op)
{
	int index = m.space[op->s].index;

	space_drop(index);
	m.space[op->s].alive = 0;
	m.space[op->s].heap_break = 0;
	clear_pages(op->s, 0, PAGES);
}

static void fill_segment(int g)
{
	int nth = promise_fail_nth;
	frame_t frame;

	promise_fail_nth = 0;
	for (int p = 0; p < plans[g].pages; p++) {
		segment_frame(m.segment[g].index, p, LEVEL_USER, &frame);
		memset(m.segment[g].bytes[p], 200 + 10 * g + p, PAGE_SIZE);
		memset(frame_to_kernel(frame), 200 + 10 * g + p, PAGE_SIZE);
	}
	promise_fail_nth = nth;
}

static int make_segment(int g)
{
	const struct segment_plan *plan = &plans[g];

	if (plan->kind == SEGMENT_ARCHIVE)
		return segment_make_outside(SEGMENT_ARCHIVE, ARCHIVE_START,
		                            plan->bytes, LEVEL_USER);
	if (plan->kind == SEGMENT_DEVICE)
		return segment_make_outside(SEGMENT_DEVICE, DEVICE_START,
		                            page_bytes(plan->pages),
		                            LEVEL_USER);
	return segment_make(plan->pages, plan->promised, plan->resizable,
	                    LEVEL_USER);
}

static void do_make(const struct op *op)
{
	int result = make_segment(op->a);

	if (result < 0) {
		judge(result, 0, -ENOMEM, "make: its answer");
		return;
	}
	check(!refused(), "make: refused, and no error");
	m.segment[op->a].index = (int8_t)result;
	m.segment[op->a].held = 1;
	m.segment[op->a].pages = (int8_t)plans[op->a].pages;
	if (plans[op->a].kind == SEGMENT_MEMORY)
		memset(m.segment[op->a].bytes, 0, sizeof(m.segment[0].bytes));
	if (plans[op->a].full)
		fill_segment(op->a);
}

static void do_handle(const struct op *op)
{
	segment_drop(m.segment[op->a].index);
	m.segment[op->a].held = 0;
}

static void do_resize(const struct op *op)
{
	int result = segment_resize(m.segment[1].index, op->a, LEVEL_USER);
	bool can = plans[1].resizable;

	if (judge(result, can ? 0 : -EINVAL, -ENOMEM, "resize: its answer") < 0)
		return;
	for (int p = op->a; p < MODEL_PAGES; p++)
		memset(m.segment[1].bytes[p], 0, PAGE_SIZE);
	m.segment[1].pages = (int8_t)op->a;
}

static void do_load(const struct op *op)
{
	space_load(op->a ? -1 : m.space[op->s].index);
}

/* ---- any operation ------------------------------------------------------ */

static void (*const doers[])(const struct op *) = {
    [LOAD] = do_load,     [ATTACH] = do_attach,
    [DETACH] = do_detach, [MAP] = do_map,
    [MAP_STACK] = do_map, [MAP_SEGMENT] = do_map_segment,
    [UNMAP] = do_unmap,   [PROTECT] = do_protect,
    [TOUCH] = do_touch,   [TOUCH_ALL] = do_touch_all,
    [FORK] = do_fork,     [BIRTH] = do_birth,
    [DROP] = do_drop,     [MAKE] = do_make,
    [HANDLE] = do_handle, [RESIZE] = do_resize,
    [BRK] = do_brk,       [COPY] = do_copy,
};

void print_op(const struct op *op)
{
	static const char *const names[] = {
	    "load",   "attach", "detach",  "map",   "map a segment",
	    "stack",  "unmap",  "protect", "touch", "touch all",
	    "fork",   "birth",  "drop",    "make",  "let go of",
	    "resize", "brk",    "copy"};

	printf("%s space %d: %d %d %d %d", names[op->kind], op->s, op->a, op->b,
	       op->c, op->d);
}

static bool possible_copy(const struct op *op)
{
	bool loaded = spaces[m.space[op->s].index].directory == page_loaded;

	if (op->c == TRANSFER)
		return m.space[!op->s].alive;
	return loaded || op->c >= WRITE;
}

bool model_possible(const struct op *op)
{
	if (op->kind == HANDLE)
		return m.segment[op->a].held;
	if (op->kind == MAKE)
		return !segment_alive(op->a);
	if (op->kind == RESIZE)
		return m.segment[1].held && op->a != m.segment[1].pages;
	if (op->kind == BIRTH)
		return !m.space[op->s].alive;
	if (!m.space[op->s].alive)
		return false;
	switch (op->kind) {
	case FORK:
		return !m.space[!op->s].alive;
	case ATTACH:
		return m.segment[op->a].held && m.segment[op->a].pages > 0;
	case MAP:
	case MAP_STACK:
		return op->d || free_range(op->s, op->a, op->a + op->b);
	case MAP_SEGMENT:
		return m.segment[op->b].held &&
		       free_range(op->s, op->a, op->a + 2);
	case COPY:
		return possible_copy(op);
	default:
		return true;
	}
}

/* Attaches are named by their age: the oldest is number 1. */
static void renumber_attaches(void)
{
	uint8_t now[SERIALS] = {0}, count = 0;

	for (int s = 0; s < SPACES; s++)
		for (int p = 0; p < PAGES; p++)
			now[page_of(s, p)->serial] = 1;
	for (int serial = 1; serial < m.next_serial; serial++) {
		if (now[serial]) {
			now[serial] = ++count;
			m.base[count] = m.base[serial];
		}
	}
	now[0] = 0;
	for (int s = 0; s < SPACES; s++)
		for (int p = 0; p < PAGES; p++)
			page_of(s, p)->serial = now[page_of(s, p)->serial];
	m.next_serial = (uint8_t)(count + 1);
}

/* A segment that nobody holds is gone. */
static void bury_segment(int g)
{
	if (m.segment[g].index < 0 || segment_alive(g))
		return;
	check(segments[m.segment[g].index].kind == SEGMENT_FREE,
	      "a segment lives without a holder");
	m.segment[g].index = -1;
	if (plans[g].kind == SEGMENT_MEMORY)
		memset(m.segment[g].bytes, 0, sizeof(m.segment[g].bytes));
}

bool model_do(const struct op *op, int nth)
{
	bool was_refused;

	host_look_ahead();
	refuse_nth = promise_fail_nth = nth;
	doers[op->kind](op);
	was_refused = refused();
	refuse_nth = promise_fail_nth = 0;
	renumber_attaches();
	for (int g = 0; g < SEGMENTS; g++)
		bury_segment(g);
	return was_refused;
}

/* ---- the world ---------------------------------------------------------- */

static void make_outside(void)
{
	uint8_t *bytes = phys_to_kernel(ARCHIVE_START);

	memset(bytes, 0xee, HOST_OUTSIDE * PAGE_SIZE);
	for (int g = 0; g < SEGMENTS; g++) {
		const struct segment_plan *plan = &plans[g];
		int size = plan->pages * (int)PAGE_SIZE;

		for (int i = 0; i < size; i++)
			m.segment[g].bytes[i / PAGE_SIZE][i % PAGE_SIZE] =
			    (uint8_t)(180 + i / PAGE_SIZE);
		if (plan->kind == SEGMENT_DEVICE)
			memcpy(phys_to_kernel(DEVICE_START), m.segment[g].bytes,
			       (size_t)size);
		if (plan->kind == SEGMENT_ARCHIVE) {
			memcpy(bytes, m.segment[g].bytes, plan->bytes);
			memset(&m.segment[g].bytes[0][0] + plan->bytes, 0,
			       (size_t)(size - plan->bytes));
		}
	}
}

void model_make_world(void)
{
	struct op op = {.kind = MAKE};

	memset(&m, 0, sizeof(m));
	host_start();
	m.next_serial = 1;
	init_space(0, space_make(LEVEL_USER));
	make_outside();
	for (; op.a < SEGMENTS; op.a++)
		do_make(&op);
	space_load(m.space[0].index);
}
