/*
 * mm/page.c -- page directories and page tables: the words the CPU reads.
 *
 * Only this file writes PDEs, PTEs and CR3.  It knows words and frames, and
 * nothing of regions.  mm/slot.c and mm/fault.c decide who may see what.
 *
 *	         CR3
 *	          |
 *	    +-----v-----+   linked: PDE_LINKED   +----------------+
 *	  0 | PDE       |----------------------->| a segment's    |
 *	    | PDE       |----+                   | own table      |
 *	    |  ...      |    | private           +----------------+
 *	767 | PDE       |    |    +----------------+
 *	    +-----------+    +--->| this space's   |
 *	768 | kernel's, |         | own table      |
 *	    | the same  |         +----------------+
 *	1023| in all    |
 *	    +-----------+
 *
 * The CPU takes the AND of the R/W bits in PDE and PTE (SDM 3A 4.6), so one
 * table can serve readers and writers.
 *
 * The CPU remembers these words until invlpg or until CR3 is loaded.  So a
 * caller that clears a word calls a page_flush function *before* it drops the
 * frame behind it.  Otherwise a process could reach that frame by its old
 * translation when the frame belongs to another process already.
 */
#include "page.h"

#include "../kernel/base/cpu.h"
#include "../kernel/base/panic.h"
#include "../kernel/base/trace.h"
#include "rows.h"

frame_t zero_frame = NO_FRAME;
uint32_t count_cr3;

static frame_t kernel_directory = NO_FRAME;
frame_t page_loaded = NO_FRAME;

/* The words of a table or a directory, to write. */
static uint32_t *words(frame_t table)
{
	return frame_to_kernel(table);
}

/* ---- the kernel's own half ---------------------------------------------- */

void page_init(frame_t directory)
{
	int refused =
	    promise_take(WINDOW_TABLES + 1, LEVEL_SERVER, LEVEL_SERVER);

	assert(!refused);
	kernel_frames += WINDOW_TABLES + 1;
	kernel_directory = page_loaded = directory;
	for (int i = 0; i < WINDOW_TABLES; i++) {
		words(directory)[slot_of(WINDOW_START) + i] =
		    kernel_word(frame_alloc_zeroed(), PTE_RW);
	}
	zero_frame = frame_alloc_zeroed();
}

void page_map_kernel(vaddr_t address, frame_t frame)
{
	uint32_t pde = page_get(kernel_directory, slot_of(address));

	assert(address >= WINDOW_START);
	words(word_frame(pde))[entry_of(address)] =
	    kernel_word(frame, PTE_G | PTE_RW);
	cpu_invlpg(address);
}

bool page_kernel_mapped(vaddr_t address)
{
	uint32_t word = page_walk(kernel_directory, address);

	if (word & PTE_PS)
		return word_frame(word) + entry_of(address) < frame_limit;
	return word & PTE_P;
}

/* ---- directories -------------------------------------------------------- */

frame_t page_copy_directory(frame_t from)
{
	frame_t directory = frame_alloc();

	if (from == NO_FRAME)
		from = kernel_directory; /* its user half is empty */
	cpu_copy_words(words(directory), words(from), DIRECTORY_ENTRIES);
	return directory;
}

/* ---- CR3 and what the CPU remembers ------------------------------------- */

void page_load(frame_t directory)
{
	page_loaded = directory;
	count_cr3++;
	cpu_load_cr3(page_bytes(directory));
}

void page_load_kernel(void)
{
	page_load(kernel_directory);
}

void page_flush(frame_t directory, vaddr_t va)
{
	if (directory == page_loaded)
		cpu_invlpg(va);
}

void page_flush_all(frame_t directory)
{
	if (directory == page_loaded)
		page_load(page_loaded);
}

/* ---- the walk ----------------------------------------------------------- */

/*
 *	linear address    31       22 21       12 11        0
 *	                 +-----------+-----------+-----------+
 *	                 | directory |   table   |  offset   |
 *	                 +-----------+-----------+-----------+
 *	                   10 bits:    10 bits:    12 bits:
 *	                   the slot    the entry   in the page
 *
 *	directory[slot] -> PDE -> table[entry] -> PTE -> frame
 */
uint32_t page_walk(frame_t directory, vaddr_t va)
{
	uint32_t pde = page_get(directory, slot_of(va));

	if (pde == 0 || (pde & PTE_PS))
		return pde;
	return page_get(word_frame(pde), entry_of(va)) &
	       (pde | ~(PTE_P | PTE_RW | PTE_US));
}

/* ---- words -------------------------------------------------------------- */

void page_set(frame_t table, int entry, uint32_t word)
{
	words(table)[entry] = word;
}

void page_make_table(frame_t directory, int slot)
{
	words(directory)[slot] = user_word(frame_alloc_zeroed(), PTE_RW);
}

void page_clear_slots(frame_t directory, int slot, int count)
{
	cpu_zero_words(words(directory) + slot, count);
	trace(TRACE_UNLINK, slot, count, 0, directory);
}

void page_link(frame_t directory, int slot, int count, const uint32_t *from)
{
	cpu_copy_words(words(directory) + slot, from, count);
	trace(TRACE_LINK, slot, count, *from, directory);
}

void page_link_rights(frame_t directory, int slot, int count, int rights)
{
	uint32_t *word = words(directory) + slot;
	uint32_t bits = 0;

	if (rights)
		bits = rights & RIGHT_WRITE ? PTE_P | PTE_RW : PTE_P;
	for (int i = 0; i < count; i++) {
		assert(word_linked(word[i]));
		word[i] = (word[i] & ~(PTE_P | PTE_RW)) | bits;
	}
	trace(TRACE_RIGHTS, slot, count, rights, directory);
}
