/*
 * mm/usercopy.h -- copies between the kernel and the space that is loaded.
 *
 * Bytes are moved directly, by instructions whose addresses are known.  Each
 * piece of assembly that moves them leaves a row in a section of the kernel:
 *
 *	first ... end    these instructions touch user memory and may fault
 *	fixup            here it goes on, with EFLAGS.AC clear, if the fault is
 *	                 not served
 *
 * A fault there goes to space_page(), as the program's own faults do.  If it is
 * served, the instruction starts again.  Only if no region allows the access
 * does it go on at the fix-up, and the copy answers -EFAULT.  CR0.WP makes the
 * CPU refuse stores to pages that are read-only for the program.  On a CPU with
 * SMAP, only these instructions may reach user pages, between stac and clac,
 * which boot writes over the no-ops here.
 */
#ifndef MM_USERCOPY_H
#define MM_USERCOPY_H

#include "../abi/errno.h"
#include "page.h"

/* 0 or -EFAULT. */
int copy_in(void *to, vaddr_t from, uint32_t bytes);
int copy_out(vaddr_t to, const void *from, uint32_t bytes);
/* The same, if the caller has asked whether it is in_user_space(). */
int usercopy_move(void *to, const void *from, uint32_t bytes);

/* Where to go on after a fault at `eip`; 0: that is in no copy. */
uintptr_t usercopy_fixup(uintptr_t eip);
/* Writes stac and clac into the copies.  Kernel text must be writable still. */
void usercopy_enable_smap(void);

/* Does it lie in user space, and not wrap? */
static inline bool in_user_space(vaddr_t start, uint32_t bytes)
{
	return bytes <= USER_LIMIT && start <= USER_LIMIT - bytes;
}

#ifdef __i386__

/* What is written over a no-op, its first byte lowest: SDM 2. */
#define BYTES_STAC 0xcb010f
#define BYTES_CLAC 0xca010f

/* clang-format off */
#define SMAP_SITE(kind)                                                        \
	"88:	.byte 0x0f, 0x1f, 0x00\n" /* a no-op of three bytes */         \
	"	.pushsection .smap_sites, \"a\"\n"                             \
	"	.long 88b, %c[" #kind "]\n"                                    \
	"	.popsection\n"

#define USERCOPY_SITE(first, end, fixup)                                       \
	"	.pushsection .usercopy_sites, \"a\"\n"                         \
	"	.long " first ", " end ", " fixup "\n"                         \
	"	.popsection\n"

/*
 * copy_in() of 4 or 6 bytes, with which each message and each semop begins.
 * With copy_in() itself a semop takes an eighth longer.  Always inline, because
 * the assembler must know `bytes`.
 */
static inline __attribute__((always_inline)) int
copy_in_few(void *to, vaddr_t from, uint32_t bytes)
{
	if (!in_user_space(from, bytes))
		return -EFAULT;
	__asm__ goto(
	SMAP_SITE(stac)
	"1:	movl (%[from]), %%eax\n"
	"	movl %%eax, (%[to])\n"
	"	.if %c[bytes] > 4\n"
	"	movw 4(%[from]), %%ax\n"
	"	movw %%ax, 4(%[to])\n"
	"	.endif\n"
	"2:\n"
	SMAP_SITE(clac)
	USERCOPY_SITE("1b", "2b", "%l[fault]")
	:
	: [to] "r"(to), [from] "r"(from), [bytes] "i"(bytes),
	  [stac] "i"(BYTES_STAC), [clac] "i"(BYTES_CLAC)
	: "eax", "memory" /* which a fault may change, too */
	: fault);
	return 0;
fault:
	return -EFAULT;
}
/* clang-format on */

#else /* a host test: its own way */
#define copy_in_few copy_in
#endif

#endif
