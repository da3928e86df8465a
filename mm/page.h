/*
 * mm/page.h -- page directories and page tables: the words the CPU reads.
 *
 * Only mm/page.c writes PDEs, PTEs and CR3, but for the first directory, which
 * boot makes.  abi/page.h has the bits of a word.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "../abi/page.h"
#include "frame.h"

/* Page-fault error code, SDM 3A figure 4-12. */
#define PF_P  0x1u /* the page was present: a rights violation */
#define PF_WR 0x2u /* it was a write */
#define PF_US 0x4u /* in user mode */

/*
 * An own entry whose region has PROT_NONE is not present but keeps its frame.
 * So a word that is not 0 holds the frame that it names, present or not.
 */

#define TABLE_ENTRIES (1 << (SLOT_SHIFT - PAGE_SHIFT))
#ifndef DIRECTORY_ENTRIES
#define DIRECTORY_ENTRIES 1024
#endif
#define USER_SLOTS ((int)(USER_LIMIT >> SLOT_SHIFT))

/* The kernel's windows: rows of objects, kernel stacks (linker.ld). */
#ifndef WINDOW_START
#define WINDOW_START  0xF8000000u
#define WINDOW_TABLES 19
#endif

/* Rights of a region: PROT_* values of mmap(2). */
#define RIGHT_READ  1
#define RIGHT_WRITE 2
#define RIGHT_EXEC  4
#define RIGHT_ALL   (RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC)

#define DIRECT_MAP       0xC0000000u
#define DIRECT_MAP_LIMIT (896u << 20) /* physical memory beyond is unused */

#ifdef TESSERA_HOST
void *phys_to_kernel(paddr_t address);
#else
static inline void *phys_to_kernel(paddr_t address)
{
	return (void *)(uintptr_t)(address + DIRECT_MAP);
}

static inline paddr_t kernel_to_phys(const void *address)
{
	return (paddr_t)(uintptr_t)address - DIRECT_MAP;
}
#endif

static inline bool page_aligned(uint32_t address)
{
	return address % PAGE_SIZE == 0;
}

/* Addresses and bytes are unsigned; pages are counted and named by an int. */

static inline uint32_t page_down(uint32_t address)
{
	return address & ~(PAGE_SIZE - 1);
}

/* 0 for what lies in the last page of 4 GiB. */
static inline uint32_t page_up(uint32_t address)
{
	return page_down(address + PAGE_SIZE - 1);
}

/* How many whole pages are in `bytes`?  Also: in which page is that offset? */
static inline int pages_in(uint32_t bytes)
{
	return (int)(bytes >> PAGE_SHIFT);
}

/* How many pages hold `bytes` bytes? */
static inline int pages_for(uint32_t bytes)
{
	return pages_in(bytes) + (bytes % PAGE_SIZE != 0);
}

static inline uint32_t page_bytes(int pages)
{
	return (uint32_t)pages << PAGE_SHIFT;
}

static inline void *frame_to_kernel(frame_t frame)
{
	return phys_to_kernel(page_bytes(frame));
}

/* The words of a table or a directory.  They are read only: page.c writes. */
static inline const uint32_t *table_words(frame_t table)
{
	return frame_to_kernel(table);
}

static inline frame_t word_frame(uint32_t word)
{
	return (frame_t)(word >> 12);
}

/* A word that only the kernel may follow.  User mode may follow user_word(). */
static inline uint32_t kernel_word(frame_t frame, uint32_t bits)
{
	return ((uint32_t)frame << 12) | PTE_P | bits;
}

static inline uint32_t user_word(frame_t frame, uint32_t bits)
{
	return kernel_word(frame, PTE_US | bits);
}

static inline int slot_of(vaddr_t va)
{
	return (int)(va >> SLOT_SHIFT);
}

static inline int entry_of(vaddr_t va)
{
	return pages_in(va) % TABLE_ENTRIES;
}

extern frame_t zero_frame;  /* one page of zeroes, lent read-only */
extern frame_t page_loaded; /* the directory in CR3 */
extern uint32_t count_cr3;  /* loads of CR3, since boot */

/* Before all else: makes the windows' tables and the zero frame. */
void page_init(frame_t kernel_directory);

/* Maps a page of the kernel's windows, whose tables are there from boot. */
void page_map_kernel(vaddr_t address, frame_t frame);

/* Any kernel address: is memory there to be read? */
bool page_kernel_mapped(vaddr_t address);

/*
 * Makes a directory like `from`, or (NO_FRAME) like the kernel's.  A promise
 * must cover it.
 */
frame_t page_copy_directory(frame_t from);

/* Puts a directory in CR3.  The CPU forgets all that is not global. */
void page_load(frame_t directory);
void page_load_kernel(void); /* the directory without user memory */

/* Makes the CPU forget `va`, or all, if `directory` is in CR3. */
void page_flush(frame_t directory, vaddr_t va);
void page_flush_all(frame_t directory);

/*
 * The one walk, which finds and never makes: the PTE of `va`, with P, R/W and
 * U/S only where the PDE has them, too, as the CPU does it (SDM 3A 4.6).  0:
 * there is no table.  A PDE of 4 MiB stands for all of its pages.
 */
uint32_t page_walk(frame_t directory, vaddr_t va);

/* One PTE (slot private) or any word of a segment's table. */
static inline uint32_t page_get(frame_t table, int entry)
{
	return table_words(table)[entry];
}
void page_set(frame_t table, int entry, uint32_t word);

/* Makes a private table, whose PDE has all rights.  A promise must cover it. */
void page_make_table(frame_t directory, int slot);
void page_clear_slots(frame_t directory, int slot, int count);
/* Copies `count` PDE words of a segment's tables, which have all rights. */
void page_link(frame_t directory, int slot, int count, const uint32_t *words);
/* Gives linked PDEs these rights.  With rights 0 they are not present. */
void page_link_rights(frame_t directory, int slot, int count, int rights);

/* The PDE word of a segment's table. */
static inline uint32_t link_word(frame_t table)
{
	return user_word(table, PDE_LINKED | PTE_RW);
}

static inline bool word_linked(uint32_t pde)
{
	return pde & PDE_LINKED;
}

/* The table of a private slot, or NO_FRAME. */
static inline frame_t private_table(frame_t directory, int slot)
{
	uint32_t word = page_get(directory, slot);

	return word && !word_linked(word) ? word_frame(word) : NO_FRAME;
}

#endif
