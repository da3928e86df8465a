/*
 * mm/space.h -- spaces: what one process sees, as 768 slots of 4 MiB.
 *
 * A space is an object apart from the process, named by its index in `spaces`
 * (-1: none).  It consists of regions, which hang on slots.  A slot is empty,
 * linked (its PDE points at a segment's own page table) or private (its table
 * belongs to the space).  See mm/space.c for the picture.
 *
 * A function called region_, slot_, attach_, hole_ or map_ is in the file of
 * that name.  A function called space_ is in one of these:
 *
 *	space.c     make copy hold drop load        its life
 *	            charge refund set_level         what was promised to it
 *	map.c       map unmap protect move brk      mapping
 *	hole.c      find_private find_shared        where there is room
 *	attach.c    attach detach                   shmat and shmdt
 *	fault.c     page fill                       touching memory
 *	usercopy.c  read write transfer             reading and writing it
 *	            string_bytes
 */
#ifndef MM_SPACE_H
#define MM_SPACE_H

#include "../abi/inspect.h"
#include "segment.h"
#include "rows.h"
#include "usercopy.h"

#ifndef ATTACH_FIRST
#define ATTACH_FIRST 0x40000000u /* attachments grow upward from here */
#define STACK_LIMIT  0x800000u   /* 8 MiB, guard page below */
#endif
#define STACK_TOP   USER_LIMIT
#define STACK_FLOOR (STACK_TOP - STACK_LIMIT)
/* Private mappings are packed downward from here; the guard is in between. */
#define PRIVATE_TOP (STACK_FLOOR - PAGE_SIZE)

struct region {
	int link; /* mm/rows.c: the next free row; during a fork: its copy */
	enum region_kind kind;
	vaddr_t start, end; /* page-aligned; end is the first byte after */
	int segment;        /* what it shows, or -1 */
	int offset;         /* page of the segment at `start` */
	int rights;         /* RIGHT_*: what the process may do now */
	int ceiling;        /* RIGHT_*: what mprotect may give at most */
	bool promised;      /* its private pages were promised in full */
	bool noreserve;     /* MAP_NORESERVE: each first touch asks */
	bool whole;         /* every slot of it is linked */
	int next;           /* the next one in the slot where this one ends */
	int previous;       /* the one before in the slot where it starts */
	int space;          /* to which it belongs */

	/* If it is a part of an attach, which is what shm_nattch counts: */
	int tag;      /* ipc/sysv/shm.c's index, mm never looks; -1: no part */
	vaddr_t base; /* where shmat mapped the attach */
	int part_after, part_before; /* the ring of its parts, by address */
};

struct space {
	int link;          /* mm/rows.c: the next free row */
	int holders;       /* processes that have it; 0: the row is free */
	int level;         /* LEVEL_*, of the promises made for it */
	frame_t directory; /* its page directory */
	int attaches;      /* how many it has; SHMSEG is their limit */
	int pid;           /* of its process; not for mm */
	bool fills;   /* mlockall(2): what is mapped is filled; not for mm */
	int promised; /* pages promised to it: private memory, tables */
	/* exec sets both; space_brk() moves the break. */
	vaddr_t heap_start, heap_break;
	vaddr_t packed; /* private slots have no hole from here on: hole.c */
	int filled;     /* slots from ATTACH_FIRST to here are used: hole.c */
	/* A bit for each slot: it has no region. */
	uint32_t free_slots[(USER_SLOTS + 31) / 32];
	/* The lowest region in each slot + 1; 0: none. */
	uint16_t slot_region[USER_SLOTS];
};

extern struct space spaces[];
extern struct region regions[];
extern struct rows space_rows, region_rows;

/* ---- regions ------------------------------------------------------------ */

static inline int region_pages(const struct region *r)
{
	return pages_in(r->end - r->start);
}

/* The page of its segment that a region shows at `va`. */
static inline int region_page(const struct region *r, vaddr_t va)
{
	return r->offset + pages_in(va - r->start);
}

/* The region that covers `va`, or -1. */
int region_at(int space, vaddr_t va);
/* The lowest region that ends above `va`, or -1. */
int region_from(int space, vaddr_t va);
/* Is anything mapped in [start, end)? */
bool regions_overlap(int space, vaddr_t start, vaddr_t end);

/* ---- a space's life ----------------------------------------------------- */

/* Makes an empty space, held once.  Its index, or -ENOMEM. */
int space_make(int level);

/*
 * fork: makes a space with every region and attach of `from`, but for devices.
 * Linked slots link the same tables, and private frames become copy-on-write in
 * both.  Its index, or -ENOMEM with nothing changed.
 */
int space_copy(int from, int level);

/*
 * One more process has this space; one less has it.  The last drop ends it with
 * all that is mapped and all attaches, and cannot fail.
 */
void space_hold(int space);
void space_drop(int space);

/* Puts the space's directory in CR3. */
void space_load(int space);

/* Whoever had it, all that was promised to the space now counts at `level`. */
void space_set_level(int space, int level);

/* Reserves `pages` for a space: 0 or -ENOMEM.  space_refund() gives back. */
int space_charge(int space, int pages);
void space_refund(int space, int pages);

/* ---- mapping ------------------------------------------------------------ */

/*
 * Makes a region like `wanted` in its space, in place of what lies there, and
 * holds its segment.  It decides `promised`; the attach and the lists of
 * `wanted` are ignored.  A shared region of an archive becomes read-only.  0;
 * -EINVAL: a private region of a device; -ENOMEM.  On error nothing has
 * changed.
 */
int space_map(const struct region *wanted);

/*
 * Removes what is mapped in [start, end): flushes, then frees.  0, or -ENOMEM
 * with nothing changed: a linked slot or a region has to be split, and there is
 * no memory for that.
 */
int space_unmap(int space, vaddr_t start, vaddr_t end);

/*
 * mprotect(2).  0; -ENOMEM: a hole, or no memory; -EACCES: the rights are above
 * a region's ceiling.  On error nothing has changed.
 */
int space_protect(int space, vaddr_t start, vaddr_t end, int rights);

/*
 * mremap(2): what a region shows in [from, from + bytes) goes into a region of
 * `draft`, which is like it but for its place, with the frames that it has.
 * Both are promised for a moment.  0, or -ENOMEM with nothing changed: of a
 * shared region only the whole moves, and of an attach, too.
 */
int space_move(int region, vaddr_t from, uint32_t bytes, struct region *draft);

/* brk(2): moves the heap's end to `address` if it can.  Where it is now. */
vaddr_t space_brk(int space, vaddr_t address);

/* The highest hole below the stack's limit, for private memory; 0: none. */
vaddr_t space_find_private(int space, int pages);

/* A hole for a shared mapping, at a free slot if there is one; 0: none. */
vaddr_t space_find_shared(int space, int pages);

/* ---- attaches ----------------------------------------------------------- */

/*
 * Attaches all of `segment` at *base, or where it fits if *base is 0, and
 * stores the address in *base.  `remap` replaces what lies there.  It takes
 * every page table that the attach can ever need, and holds the segment.  0, or
 * in this order: -EINVAL: overlaps without `remap`; -ENOMEM: beyond user space,
 * no room, no memory; -EPERM: below USER_FIRST.  On error nothing has changed.
 */
int space_attach(int space, int segment, vaddr_t *base, int rights, bool remap,
                 int tag);

/*
 * Removes what is left of the attach whose base is `base`.  If several have it,
 * because munmap removed their first pages, the lowest goes.  0, or -EINVAL:
 * there is none.
 */
int space_detach(int space, vaddr_t base);

/*
 * mm calls this when an attach ends, in whatever way: its last region is out of
 * the space.  ipc/sysv/shm.c, which counts attaches, defines it.  It may drop
 * segments.
 */
void attach_ended(int space, int tag);

/*
 * The attaches of a space, each by its lowest region: the first one, and the
 * next after one.  -1: there is none.
 */
int attach_first(int space);
int attach_next(int region);

/* ---- touching memory ---------------------------------------------------- */

/*
 * Serves a touch of `va`, by a page fault or by the kernel itself, in any
 * space: checks the region's rights, and fills the page or breaks
 * copy-on-write.  0, and the frame that is there now.  -EFAULT: no region
 * allows it (SIGSEGV).  -ENXIO: it is allowed, but no frame is left, or the
 * segment has no such page any more (SIGBUS).
 */
int space_page(int space, vaddr_t va, bool write, frame_t *frame);
/*
 * Touches the lowest page that is mapped in [*va, end), as its process would,
 * and moves *va behind it.  1; 0: there is none; -ENXIO: it may not be touched,
 * or has no frame.
 */
int space_fill(int space, vaddr_t *va, vaddr_t end);
extern uint32_t count_faults; /* entry/trap.c counts all page faults */

/* ---- usercopy.c: the only way to user memory (and usercopy.h) ----------- */

/* Copy from and to any space, loaded or not.  0 or -EFAULT. */
int space_read(int space, void *to, vaddr_t from, uint32_t bytes);
int space_write(int space, vaddr_t to, const void *from, uint32_t bytes);
/* How many bytes a string has with its NUL.  limit + 1: more; or -EFAULT. */
int space_string_bytes(int space, vaddr_t va, uint32_t limit);
/* Copies between two spaces.  0 or -EFAULT.  At most 64 KiB a call. */
int space_transfer(int to_space, vaddr_t to, int from_space, vaddr_t from,
                   uint32_t bytes);

/*
 * One page of a space as the kernel sees it, kept from one address to the next.
 * It serves a caller that goes through much memory a word at a time, and is
 * valid while nothing else writes to the space.  Each move is a preemption
 * point.
 */
struct window {
	int space;
	bool write;
	vaddr_t page;
	uint32_t bytes; /* PAGE_SIZE; 0: there is no page yet */
	char *kernel;
};

char *window_move(struct window *w, vaddr_t va);

/* Where the byte at `va` is, and those after it in its page; 0: nowhere. */
static inline char *window_at(struct window *w, vaddr_t va)
{
	uint32_t offset = va - w->page;

	return offset < w->bytes ? w->kernel + offset : window_move(w, va);
}

/* ---- self-check --------------------------------------------------------- */

/* Recomputes the truth and reports each breach to the log.  How many. */
int mm_check(void);

#endif
