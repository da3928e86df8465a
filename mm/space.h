/*
 * mm/space.h -- spaces: what one process sees, as 768 slots of 4 MiB.
 *
 * A space is an object apart from the process, named by its index in `spaces`
 * (-1: none).  It consists of regions; regions hang off slots; a slot
 * is empty, linked (its PDE points to a segment's own page table) or private
 * (its table belongs to the space).  See mm/space.c for the picture.
 *
 * What is called region_, slot_, attach_ or map_ is in the file of that name.
 * What is called space_ is here:
 *
 *	space.c     make copy hold drop load       its life
 *	            charge refund                   what was promised to it
 *	map.c       map unmap protect brk           mapping
 *	hole.c      find_private find_shared        where there is room
 *	attach.c    attach detach                   shmat and shmdt
 *	fault.c     page                            touching memory
 *	usercopy.c  read write transfer             reading and writing it
 *	            string_bytes
 */
#ifndef MM_SPACE_H
#define MM_SPACE_H

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

enum region_kind {
	REGION_FREE,
	REGION_SHARED,  /* of a segment, as everybody sees it */
	REGION_PRIVATE, /* of a segment, or (-1) of zeroes; copy-on-write */
	REGION_STACK,   /* private zeroes that grow down, by STACK_LIMIT */
	REGION_HEAP,    /* private zeroes that brk moves */
};

struct region {
	int link; /* free list of the table; during fork, its copy */
	enum region_kind kind;
	vaddr_t start, end; /* page-aligned; end is the first byte after */
	int segment;        /* what it shows, or -1 */
	int offset;         /* page of the segment at `start` */
	int rights;         /* RIGHT_*: what the process may do now */
	int ceiling;        /* RIGHT_*: what mprotect may give at most */
	bool promised;      /* private pages counted in full */
	bool noreserve;     /* MAP_NORESERVE: each touch asks */
	bool whole;         /* every slot of it is linked */
	int next;           /* the next one in the slot where this one ends */
	int previous;       /* the one before in the slot where it starts */
	int space;          /* whose it is */

	/* Of the attach it is a part of: what shm_nattch counts, one shmat. */
	int tag; /* an index of ipc/sysv/shm.c, which mm never looks at; or -1
	          */
	vaddr_t base;                /* where shmat mapped it */
	int part_after, part_before; /* a ring, in order of address */
};

struct space {
	int link;
	int holders;       /* processes that have it; 0: the row is free */
	int level;         /* LEVEL_*, for promises made in its name */
	frame_t directory; /* its page directory */
	int attaches;      /* attaches alive (SHMSEG counts them) */
	int owner;         /* pid of whom it belongs to; mm never looks */
	int promised;      /* pages in its name: private memory and tables */
	/* set by exec; the break is moved by space_brk */
	vaddr_t heap_start, heap_break;
	vaddr_t packed; /* private slots have no hole from here on: hole.c */
	int filled;     /* slots from ATTACH_FIRST to here are used: hole.c */
	/* a bit for each slot: it has no region */
	uint32_t free_slots[(USER_SLOTS + 31) / 32];
	/* the lowest region in each slot + 1; 0: none */
	uint16_t slot_region[USER_SLOTS];
};

extern struct space spaces[];
extern struct region regions[];
extern struct rows space_rows, region_rows;

/* ---- regions --------------------------------------------------------- */

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

/* ---- a space's life -------------------------------------------------- */

/* An empty space, held once.  Its index, or -ENOMEM. */
int space_make(int level);

/*
 * fork: a child space with every region and attach of `from` (device regions
 * apart).  Linked slots link the same tables; private frames become
 * copy-on-write in both.  Its index, or -ENOMEM with nothing changed.
 */
int space_copy(int from, int level);

/* One more process has this space.  And one less: the last one ends it, with
 * all that is mapped and all attaches.  They cannot fail. */
void space_hold(int space);
void space_drop(int space);

/* Puts the space's directory in CR3. */
void space_load(int space);

/* Promises `pages` in the name of a space: 0 or -ENOMEM.  And gives back. */
int space_charge(int space, int pages);
void space_refund(int space, int pages);

/* ---- mapping --------------------------------------------------------- */

/*
 * Makes a region like `wanted` in its space (promise, attach and lists apart),
 * in place of what lies there.  0, or -ENOMEM with nothing changed.  Holds the
 * segment.  -EINVAL for a private one of a device.  What shows an archive
 * shared is read-only.
 */
int space_map(const struct region *wanted);

/*
 * Removes what is mapped in [start, end): flushes, then frees.  -ENOMEM when a
 * linked slot or a region would have to be split and there is no memory;
 * nothing changed.
 */
int space_unmap(int space, vaddr_t start, vaddr_t end);

/* mprotect(2): 0, -ENOMEM (a hole, or no memory), -EACCES (above a ceiling). */
int space_protect(int space, vaddr_t start, vaddr_t end, int rights);

/*
 * brk(2): moves the heap's end to `address` if it can; in any case returns
 * where it is now.
 */
vaddr_t space_brk(int space, vaddr_t address);

/* The highest hole below the stack's limit, for private ones; 0: none. */
vaddr_t space_find_private(int space, int pages);

/* A hole for a shared mapping: a free slot while there is one; 0: none. */
vaddr_t space_find_shared(int space, int pages);

/* ---- attaches -------------------------------------------------------- */

/*
 * Attaches all of `segment` at *base, or where it fits when *base is 0, and
 * stores the address there.  `remap` replaces what lies there.  Takes every
 * page table it can ever need.  In this order: -EINVAL (wraps; overlaps without
 * remap), -ENOMEM (beyond user space, no room, no memory), -EPERM (below
 * USER_FIRST).  On error nothing has changed.  Held: the segment, once.
 */
int space_attach(int space, int segment, vaddr_t *base, int rights, bool remap,
                 int tag);

/*
 * Ends the attach whose base is `base` (the lowest, if what other shmats left
 * has the same): removes what is left of it.  -EINVAL: there is none.
 */
int space_detach(int space, vaddr_t base);

/*
 * An attach with this tag has ended: the last region of it is out of the space,
 * by whatever way.  ipc/sysv/shm.c, which counts, defines it; it may drop
 * segments.
 */
void attach_ended(int space, int tag);

/* The attaches of a space: a region of the first, of the next; -1: no more. */
int attach_first(int space);
int attach_next(int region);

/* ---- touching memory ------------------------------------------------- */

/*
 * Serves a touch of `va`, by a page fault or by the kernel itself, in any
 * space: checks the region's rights, fills the page or breaks copy-on-write.
 * 0, and the frame that is there now.  -EFAULT: no region allows it (SIGSEGV).
 * -ENXIO: it is allowed, but there is no frame, or no page of the segment there
 * any more (SIGBUS).
 */
int space_page(int space, vaddr_t va, bool write, frame_t *frame);
extern uint32_t count_faults; /* entry/trap.c counts all page faults */

/* ---- usercopy.c: the only way to user memory (and usercopy.h) -------- */

/* Of any space, by space_page(): 0 or -EFAULT. */
int space_read(int space, void *to, vaddr_t from, uint32_t bytes);
int space_write(int space, vaddr_t to, const void *from, uint32_t bytes);
/* Bytes of a string with its NUL; limit + 1: it is longer; or -EFAULT. */
int space_string_bytes(int space, vaddr_t va, uint32_t limit);
/* Between two spaces: 0 or -EFAULT.  At most 64 KiB a call. */
int space_transfer(int to_space, vaddr_t to, int from_space, vaddr_t from,
                   uint32_t bytes);

/*
 * One page of a space as the kernel sees it, kept from one address to the next:
 * for who goes through much memory, a word at a time.  Good while nobody writes
 * to the space in another way.  It moves with a preemption point.
 */
struct window {
	int space;
	bool write;
	vaddr_t page;
	uint32_t bytes; /* PAGE_SIZE; 0: there is no page yet */
	char *kernel;
};

char *window_move(struct window *w, vaddr_t va);

/* The byte at `va`, and what follows in its page; 0: -EFAULT. */
static inline char *window_at(struct window *w, vaddr_t va)
{
	uint32_t offset = va - w->page;

	return offset < w->bytes ? w->kernel + offset : window_move(w, va);
}

/* ---- self-check ------------------------------------------------------ */

/* Recomputes the truth; reports each breach through klog; how many. */
int mm_check(void);

#endif
