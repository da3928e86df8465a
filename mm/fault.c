/*
 * mm/fault.c -- touching memory.
 *
 * A page fault comes here when an entry is missing or does not allow what was
 * tried.  The kernel itself calls space_page() for memory of a space that is
 * not loaded.  Both get the same answer, which rests on the region and not on
 * the entry: 0, -EFAULT (no region allows it), or -ENXIO (it is allowed, but
 * there is no page or no frame any more).
 *
 *	slot      region    entry      read                write
 *	linked    shared    -          the segment's page, for all linked spaces
 *	private   shared    -          borrow              borrow, may write
 *	private   private   none       own zeroes, borrow  own zeroes, own copy
 *	private   private   borrowed   -                   own copy
 *	private   private   own        -                   alone: may write now
 *	                                                   shared: own copy
 */
#include "region.h"

#include "../abi/errno.h"
#include "../kernel/base/panic.h"

static bool may(const struct region *r, bool write)
{
	/* On this CPU, memory that is writable or executable is readable. */
	return write ? r->rights & RIGHT_WRITE : r->rights != 0;
}

/* ---- the stack ---------------------------------------------------------- */

uint32_t count_faults;

/* How far down a stack may grow: the program's, or one of mmap's. */
static vaddr_t floor_of(const struct region *r)
{
	if (r->end > STACK_FLOOR)
		return STACK_FLOOR;
	return r->end > USER_FIRST + STACK_LIMIT ? r->end - STACK_LIMIT
	                                         : USER_FIRST;
}

/*
 * Grows a stack down to `va`.  The stack's region, or < 0.  One page between it
 * and what lies below it stays free.
 */
static int grow_stack(int space, vaddr_t va)
{
	vaddr_t start = page_down(va);
	int r = region_from(space, va);
	struct region draft;

	if (r < 0 || regions[r].kind != REGION_STACK ||
	    va < floor_of(&regions[r]) ||
	    regions_overlap(space, start - PAGE_SIZE, start))
		return -1;
	draft = regions[r];
	draft.end = draft.start;
	draft.start = start;
	return map_place(&draft);
}

/* ---- what is not its own ------------------------------------------------ */

/* The frame that a region shows at `va` while it has no own frame there. */
static int original(const struct region *r, vaddr_t va, frame_t *frame)
{
	if (r->segment < 0) {
		*frame = zero_frame;
		return 0;
	}
	return segment_frame(r->segment, region_page(r, va),
	                     spaces[r->space].level, frame);
}

/* Shows the original in a borrowed entry.  A linked slot shows it anyway. */
static int show(const struct region *r, vaddr_t va, frame_t *frame)
{
	bool shared = r->kind == REGION_SHARED;
	int error = original(r, va, frame);
	uint32_t bits = PTE_BORROWED;

	if (error < 0 || slot_linked(r->space, slot_of(va)))
		return error;
	if (shared && (r->rights & RIGHT_WRITE))
		bits |= PTE_RW;
	if (shared && !segment_in_ram(r->segment))
		bits |= PTE_PCD;
	entry_set(r, va, user_word(*frame, bits));
	return 0;
}

/* ---- private memory ----------------------------------------------------- */

static int make_own(const struct region *r, vaddr_t va, frame_t *frame)
{
	int error = original(r, va, frame);

	/* The frame was promised with the region, or is asked for now. */
	if (error < 0 || (!r->promised && space_charge(r->space, 1) < 0))
		return -ENXIO;
	*frame = *frame == zero_frame ? frame_alloc_zeroed()
	                              : frame_alloc_copy(*frame);
	entry_set(r, va, user_word(*frame, PTE_RW));
	return 0;
}

/* Uses an own frame.  A write to one that a fork has shared copies it first. */
static void use_own(const struct region *r, vaddr_t va, bool write,
                    frame_t *frame)
{
	frame_t old = *frame;
	bool alone = frames[old].count == 1;

	if (write && !alone) {
		*frame = frame_alloc_copy(old);
		entry_set(r, va, user_word(*frame, PTE_RW));
		frame_drop(old);
	} else {
		bool writable = alone && (r->rights & RIGHT_WRITE);

		entry_set(r, va, user_word(old, writable ? PTE_RW : 0));
	}
}

static int touch_private(const struct region *r, vaddr_t va, bool write,
                         frame_t *frame)
{
	uint32_t word = entry_get(r, va);

	*frame = word_frame(word);
	if (word && !(word & PTE_BORROWED)) {
		use_own(r, va, write, frame);
		return 0;
	}
	/* A process that reads its own zeroes mostly writes there next. */
	if (write || (word == 0 && r->segment < 0 && r->promised &&
	              (r->rights & RIGHT_WRITE)))
		return make_own(r, va, frame);
	return word ? 0 : show(r, va, frame);
}

/* ---- all of it ---------------------------------------------------------- */

int space_page(int space, vaddr_t va, bool write, frame_t *frame)
{
	int r = region_at(space, va);

	if (r < 0)
		r = grow_stack(space, va);
	if (r < 0 || !may(&regions[r], write))
		return -EFAULT;
	va = page_down(va);
	if (regions[r].kind == REGION_SHARED)
		return show(&regions[r], va, frame);
	return touch_private(&regions[r], va, write, frame);
}

int space_fill(int space, vaddr_t *va, vaddr_t end)
{
	vaddr_t at = page_down(*va);
	const struct region *r;
	frame_t f;

	if (!regions_overlap(space, at, end))
		return 0;
	r = &regions[region_from(space, at)];
	at = max(at, r->start);
	*va = at + PAGE_SIZE;
	return space_page(space, at, r->rights & RIGHT_WRITE, &f) ? -ENXIO : 1;
}
