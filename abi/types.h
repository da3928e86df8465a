/*
 * abi/types.h -- the address types, by name.
 *
 * paddr_t is a physical address, vaddr_t a linear address of user space (what
 * a program calls a pointer), and a C pointer is always kernel memory.  Only
 * phys_to_kernel() and kernel_to_phys() in mm/page.h turn one into another, and
 * only mm reaches user memory (mm/usercopy.h, mm/space.h).
 */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t paddr_t;
typedef uint32_t vaddr_t;

/* These are the real machine's; the host tests have a smaller one. */
#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#define SLOT_SHIFT 22 /* what one page table maps: 4 MiB */

/*
 * The first address that may be mapped.  Below it lies all that virtual-8086
 * code can reach, 1 MiB and 64 KiB.  So NULL always faults, and that code does
 * as well (kernel/entry/trap.c).
 */
#define USER_FIRST 0x00110000u
#define USER_LIMIT 0xC0000000u /* first address above user space */
#endif
#define PAGE_SIZE (1u << PAGE_SHIFT)
#define SLOT_SIZE (1u << SLOT_SHIFT)

#endif
