/*
 * abi/types.h -- the address types, by name.
 *
 * paddr_t is a physical address, vaddr_t a linear address of user space (what
 * a program calls a pointer), and a C pointer is always kernel memory.  They
 * are never mixed by accident: phys_to_kernel() and kernel_to_phys() in
 * mm/page.h are the only conversions, and user memory is reached through
 * mm/usercopy.c alone.
 */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t paddr_t;
typedef uint32_t vaddr_t;

/* The host's explorer has a smaller machine; the real one is this. */
#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#define SLOT_SHIFT 22 /* what one page table maps: 4 MiB */

/*
 * Below lies all that virtual-8086 code can reach, 1 MiB and 64 KiB, and it is
 * never mapped: NULL faults always, and so does such code
 * (kernel/entry/trap.c).
 */
#define USER_FIRST 0x00110000u
#define USER_LIMIT 0xC0000000u /* first address above user space */
#endif
#define PAGE_SIZE (1u << PAGE_SHIFT)
#define SLOT_SIZE (1u << SLOT_SHIFT)

#endif
