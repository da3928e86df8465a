/*
 * mm/usercopy.c -- the only way from the kernel to user memory.
 *
 * Between the kernel and the space that is loaded, bytes are moved directly
 * (usercopy.h).
 *
 * Pages of other spaces are reached through the direct map, where the CPU
 * checks nothing.  So space_page() checks the region's rights first.
 */
#include "space.h"

#include "../kernel/base/cpu.h"
#include "../kernel/base/string.h"
#include "../kernel/base/trace.h"

#ifdef __i386__
extern const uintptr_t smap_sites_start[], smap_sites_end[];
extern const struct {
	uintptr_t first, end, fixup;
} usercopy_sites_start[], usercopy_sites_end[];

/* clang-format off */
/* 0 or -EFAULT. */
int usercopy_move(void *to, const void *from, uint32_t bytes)
{
	uint32_t words = bytes / 4;
	int result = 0;

	__asm__ volatile(
	SMAP_SITE(stac)
	"1:	rep movsl\n"
	"	movl %[rest], %%ecx\n"
	"	rep movsb\n"
	"2:\n"
	SMAP_SITE(clac)
	"	.subsection 1\n"
	"3:	movl %[efault], %[result]\n"
	"	jmp 4f\n"
	"	.previous\n"
	"4:\n"
	USERCOPY_SITE("1b", "2b", "3b")
	: "+D"(to), "+S"(from), "+c"(words), [result] "+r"(result)
	: [rest] "r"(bytes % 4), [efault] "i"(-EFAULT), [stac] "i"(BYTES_STAC),
	  [clac] "i"(BYTES_CLAC)
	: "memory");
	return result;
}
/* clang-format on */

uintptr_t usercopy_fixup(uintptr_t eip)
{
	for (int i = 0; &usercopy_sites_start[i] < usercopy_sites_end; i++)
		if (eip >= usercopy_sites_start[i].first &&
		    eip < usercopy_sites_start[i].end)
			return usercopy_sites_start[i].fixup;
	return 0;
}

void usercopy_enable_smap(void)
{
	const uintptr_t *site = smap_sites_start;

	for (; site < smap_sites_end; site += 2)
		memcpy((void *)site[0], &site[1], 3);
}
#endif

/* ---- of the space that is loaded ---------------------------------------- */

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

/* ---- of any space ------------------------------------------------------- */

/* Can the process itself read `va` as it is?  Then no region is asked. */
static bool can_be_read(int space, vaddr_t va, frame_t *frame)
{
	uint32_t word = page_walk(spaces[space].directory, va);

	*frame = word_frame(word);
	return word & PTE_P;
}

/* Where the kernel sees `va`.  *bytes is made less if the page ends before. */
static int reach(int space, vaddr_t va, bool write, uint32_t *bytes,
                 char **where)
{
	uint32_t offset = va % PAGE_SIZE;
	frame_t frame;

	if (va >= USER_LIMIT)
		return -EFAULT;
	if (write || !can_be_read(space, va, &frame)) {
		if (space_page(space, va, write, &frame) < 0)
			return -EFAULT;
		trace(TRACE_SERVED, va, 0, spaces[space].directory);
	}
	if (frame >= pages_in(DIRECT_MAP_LIMIT))
		return -EFAULT;
	*bytes = min(*bytes, PAGE_SIZE - offset);
	*where = (char *)frame_to_kernel(frame) + offset;
	return 0;
}

/* Copies between kernel memory and a space, in either direction. */
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

char *window_move(struct window *w, vaddr_t va)
{
	preemption_point();
	w->page = page_down(va);
	w->bytes = PAGE_SIZE;
	if (reach(w->space, w->page, w->write, &w->bytes, &w->kernel) < 0) {
		w->bytes = 0;
		return 0;
	}
	return w->kernel + va % PAGE_SIZE;
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

		if (reach(space, va + length, false, &count, &text) < 0)
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
