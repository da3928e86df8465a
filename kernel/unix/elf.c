/*
 * kernel/unix/elf.c -- reads an executable and maps it into a new space.
 *
 * The file is a segment (mm/segment.h).  Each PT_LOAD of it is mapped as a
 * private view of the file's pages, so nothing is copied until it is written.
 * It may be longer in memory than in the file.  The rest is bss, and zero:
 *
 *	file       offset |---- filesz ----|
 *	memory      vaddr |---- filesz ----|-------- bss --------|
 *	mapped   |--- pages of the file ------|----- new pages ------|
 *
 * Programs are static: one that names an interpreter is refused.  A file is
 * never trusted; each number in it is checked before it is used.
 *
 * Source: the System V ABI, chapters 4 and 5; execve(2).
 */
#include "exec.h"

#include "../../abi/errno.h"
#include "../base/string.h"
#include "../../mm/segment.h"

#define PHNUM_MAX 64

/* Copies from the file.  False: beyond its end, or there is no memory. */
static bool read_image(const struct elf *e, void *to, uint32_t offset,
                       uint32_t bytes)
{
	frame_t frame;

	if (offset > e->image->bytes || bytes > e->image->bytes - offset)
		return false;
	while (bytes > 0) {
		uint32_t n = min(bytes, PAGE_SIZE - offset % PAGE_SIZE);

		if (segment_frame(e->image->segment, pages_in(offset),
		                  spaces[e->space].level, &frame) < 0)
			return false;
		memcpy(to, (char *)frame_to_kernel(frame) + offset % PAGE_SIZE,
		       n);
		to = (char *)to + n;
		offset += n;
		bytes -= n;
	}
	return true;
}

/* May this PT_LOAD be mapped?  The order of the errors is that of execve(2). */
static int check_segment(const struct elf *e, const struct elf_segment *s)
{
	if (s->filesz > s->memsz ||
	    s->offset % PAGE_SIZE != s->vaddr % PAGE_SIZE ||
	    s->offset > e->image->bytes ||
	    s->filesz > e->image->bytes - s->offset)
		return -ENOEXEC;
	if (s->vaddr < USER_FIRST || s->vaddr > PRIVATE_TOP ||
	    s->memsz > PRIVATE_TOP - s->vaddr)
		return -ENOMEM;
	return 0;
}

/*
 * Zeroes what follows the file's part in its last page, which is bss.  Where it
 * is not writable, or there is no bss, it stays what the file has there.
 */
static int zero_tail(const struct elf *e, const struct elf_segment *s)
{
	vaddr_t from = s->vaddr + s->filesz;

	if (s->memsz > s->filesz && (s->flags & PF_W) &&
	    space_write(e->space, from, frame_to_kernel(zero_frame),
	                page_up(from) - from) < 0)
		return -ENOMEM;
	return 0;
}

/* Maps from the region's start to `end`, where nothing may lie yet. */
static int map(struct region *region, vaddr_t end)
{
	if (end <= region->start)
		return 0;
	if (regions_overlap(region->space, region->start, end))
		return -ENOEXEC;
	region->end = end;
	return space_map(region);
}

/*
 * Maps one PT_LOAD: first the pages that the file has a part in, then those
 * that it has none in.
 */
static int map_segment(struct elf *e, const struct elf_segment *s)
{
	vaddr_t file_end = page_up(s->vaddr + s->filesz);
	vaddr_t end = page_up(s->vaddr + s->memsz);
	struct region part = {
	    .kind = REGION_PRIVATE,
	    .start = page_down(s->vaddr),
	    .segment = e->image->segment,
	    .offset = pages_in(s->offset),
	    .rights = (s->flags & PF_R ? RIGHT_READ : 0) |
	              (s->flags & PF_W ? RIGHT_WRITE : 0) |
	              (s->flags & PF_X ? RIGHT_EXEC : 0),
	    .ceiling = RIGHT_ALL,
	    .space = e->space,
	};
	int result = check_segment(e, s);

	if (result == 0 && s->filesz) {
		result = map(&part, file_end);
		part.start = file_end;
	}
	part.segment = -1;
	part.offset = 0;
	if (result == 0)
		result = map(&part, end);
	if (result == 0 && s->filesz)
		result = zero_tail(e, s);
	if (e->header.phoff >= s->offset &&
	    e->header.phoff < s->offset + s->filesz)
		e->phdr = s->vaddr + e->header.phoff - s->offset;
	if (end > e->top)
		e->top = end;
	return result;
}

static bool header_valid(const struct elf_header *h)
{
	return strncmp((char *)h->ident, "\177ELF\1\1\1", 7) == 0 &&
	       h->type == ET_EXEC && h->machine == EM_386 &&
	       h->phentsize == sizeof(struct elf_segment) &&
	       h->phnum <= PHNUM_MAX;
}

int elf_map(struct elf *e)
{
	const struct elf_header *h = &e->header;
	struct elf_segment s;
	int result = 0;

	if (!read_image(e, &e->header, 0, sizeof(*h)) || !header_valid(h))
		return -ENOEXEC;
	for (int i = 0; i < h->phnum && result == 0; i++) {
		if (!read_image(e, &s, h->phoff + i * sizeof(s), sizeof(s)))
			return -ENOEXEC;
		if (s.type == PT_INTERP)
			return -ENOEXEC; /* programs are static */
		if (s.type == PT_LOAD && s.memsz > 0)
			result = map_segment(e, &s);
	}
	if (result == 0 && (e->top == 0 || h->entry >= USER_LIMIT))
		return -ENOEXEC;
	return result;
}
