/*
 * mm/usercopy.c -- the only way from the kernel to user memory.
 *
 * Of the space that is loaded, bytes are moved directly, by one piece of
 * assembly whose addresses are known:
 *
 *	usercopy_start ... usercopy_end    may fault
 *	usercopy_fixup                     goes on here when it is not served
 *
 * A fault there goes to space_fault() like the program's own; served, the
 * instruction starts again.  Only what no region allows ends at the fix-up, and
 * the copy answers -EFAULT.  CR0.WP makes the CPU refuse what is read-only for
 * the program, too.  Where the CPU has SMAP, these instructions alone may reach
 * user pages, between stac and clac, which boot writes over the no-ops here.
 *
 * Of spaces that are not loaded, pages are reached through the direct map;
 * space_page() has checked the region's rights, since the CPU does not.
 */
#include "space.h"

#include "../abi/errno.h"
#include "../kernel/string.h"

int usercopy_move(void *to, const void *from, uint32_t bytes);

#ifdef __i386__
extern char usercopy_start[], usercopy_end[], usercopy_fault[];
extern const uintptr_t smap_sites_start[], smap_sites_end[];

/* What is written over a no-op, its first byte lowest: SDM 2. */
#define BYTES_STAC 0xcb010f
#define BYTES_CLAC 0xca010f

/* clang-format off */
#define SMAP_SITE(kind)                                                        \
	"88:	.byte 0x0f, 0x1f, 0x00\n" /* a no-op of three bytes */         \
	"	.pushsection .smap_sites, \"a\"\n"                             \
	"	.long 88b, %c[" #kind "]\n"                                    \
	"	.popsection\n"

/* 0 or -EFAULT.  Its labels may be there but once. */
__attribute__((noinline, noclone))
int usercopy_move(void *to, const void *from, uint32_t bytes)
{
	uint32_t words = bytes / 4;
	int result = 0;

	__asm__ volatile(
	"	.global usercopy_start, usercopy_end, usercopy_fault\n"
	SMAP_SITE(stac)
	"usercopy_start:\n"
	"	rep movsl\n"
	"	movl %[rest], %%ecx\n"
	"	rep movsb\n"
	"	jmp usercopy_end\n"
	"usercopy_fault:\n"
	"	movl %[efault], %[result]\n"
	"usercopy_end:\n"
	SMAP_SITE(clac)
	: "+D"(to), "+S"(from), "+c"(words), [result] "+r"(result)
	: [rest] "r"(bytes % 4), [efault] "i"(-EFAULT), [stac] "i"(BYTES_STAC),
	  [clac] "i"(BYTES_CLAC)
	: "memory");
	return result;
}
/* clang-format on */

uintptr_t usercopy_fixup(uintptr_t eip)
{
	if (eip >= (uintptr_t)usercopy_start && eip < (uintptr_t)usercopy_end)
		return (uintptr_t)usercopy_fault;
	return 0;
}

void usercopy_enable_smap(void)
{
	const uintptr_t *site = smap_sites_start;

	for (; site < smap_sites_end; site += 2)
		memcpy((void *)site[0], &site[1], 3);
}
#endif

/* Within user space, and without wrapping. */
static bool in_user_space(vaddr_t start, uint32_t bytes)
{
	return bytes <= USER_LIMIT && start <= USER_LIMIT - bytes;
}

/* ---- of the space that is loaded ------------------------------------- */

int copy_in(void *to, vaddr_t from, uint32_t bytes)
{
	if (!in_user_space(from, bytes))
		return -EFAULT;
	return usercopy_move(to, (const void *)(uintptr_t)from, bytes);
}

int copy_out(vaddr_t to, const void *from, uint32_t bytes)
{
	if (!in_user_space(to, bytes))
		return -EFAULT;
	return usercopy_move((void *)(uintptr_t)to, from, bytes);
}

/* ---- of any space ---------------------------------------------------- */

/* The kernel's view of `va`; at most `*bytes`, made less at the page's end. */
static int reach(int space, vaddr_t va, bool write, uint32_t *bytes,
                 char **where)
{
	uint32_t offset = va % PAGE_SIZE;
	frame_t frame;

	if (space_page(space, va, write, &frame) < 0 ||
	    (uint32_t)frame >= DIRECT_MAP_LIMIT >> PAGE_SHIFT)
		return -EFAULT;
	if (*bytes > PAGE_SIZE - offset)
		*bytes = PAGE_SIZE - offset;
	*where = (char *)frame_to_kernel(frame) + offset;
	return 0;
}

/* Between kernel memory and a space, one way or the other. */
static int move(int space, vaddr_t va, char *kernel, uint32_t bytes, bool write)
{
	if (!in_user_space(va, bytes))
		return -EFAULT;
	while (bytes > 0) {
		uint32_t count = bytes;
		char *user;

		if (reach(space, va, write, &count, &user) < 0)
			return -EFAULT;
		/* What is called kernel's may be the same page. */
		memmove(write ? user : kernel, write ? kernel : user, count);
		kernel += count;
		va += count;
		bytes -= count;
	}
	return 0;
}

int space_read(int space, void *to, vaddr_t from, uint32_t bytes)
{
	return move(space, from, to, bytes, false);
}

int space_write(int space, vaddr_t to, const void *from, uint32_t bytes)
{
	return move(space, to, (char *)(uintptr_t)from, bytes, true);
}

int space_string_bytes(int space, vaddr_t va, uint32_t limit)
{
	uint32_t length = 0;

	while (length < limit) {
		uint32_t count = limit - length;
		char *text;

		if (!in_user_space(va + length, 1) ||
		    reach(space, va + length, false, &count, &text) < 0)
			return -EFAULT;
		for (uint32_t i = 0; i < count; i++)
			if (text[i] == '\0')
				return length + i + 1;
		length += count;
	}
	return limit + 1;
}

int space_transfer(int to_space, vaddr_t to, int from_space, vaddr_t from,
                   uint32_t bytes)
{
	if (!in_user_space(to, bytes) || !in_user_space(from, bytes))
		return -EFAULT;
	while (bytes > 0) {
		uint32_t count = bytes;
		char *target;

		/* The target first: breaking a copy may move the source. */
		if (reach(to_space, to, true, &count, &target) < 0 ||
		    space_read(from_space, target, from, count) < 0)
			return -EFAULT;
		to += count;
		from += count;
		bytes -= count;
	}
	return 0;
}
