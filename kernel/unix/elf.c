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
 * A file of type ET_EXEC lies where its headers say.  One of type ET_DYN, which
 * is a program that can be moved, or a dynamic linker, lies at its caller's
 * choice: `bias` is added to each of its addresses.  A file is never trusted;
 * each number in it is checked before it is used.
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

	if (offset > e->file.bytes || bytes > e->file.bytes - offset)
		return false;
	while (bytes > 0) {
		uint32_t n = min(bytes, PAGE_SIZE - offset % PAGE_SIZE);

		if (segment_frame(e->file.segment, pages_in(offset),
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
	    s->offset > e->file.bytes || s->filesz > e->file.bytes - s->offset)
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
	    .segment = e->file.segment,
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
	e->top = max(e->top, end);
	return result;
}

static bool header_valid(const struct elf_header *h)
{
	return strncmp((char *)h->ident, "\177ELF\1\1\1", 7) == 0 &&
	       (h->type == ET_EXEC || h->type == ET_DYN) &&
	       h->machine == EM_386 &&
	       h->phentsize == sizeof(struct elf_segment) &&
	       h->phnum <= PHNUM_MAX;
}

static bool read_segment(const struct elf *e, int i, struct elf_segment *s)
{
	return read_image(e, s, e->header.phoff + i * sizeof(*s), sizeof(*s));
}

/* Is what the file has there a path with its NUL? */
static bool path_valid(const struct elf *e, const struct elf_segment *s)
{
	char last;

	return s->offset > 0 && s->filesz > 1 && s->filesz <= INTERPRETER_MAX &&
	       read_image(e, &last, s->offset + s->filesz - 1, 1) && !last;
}

int elf_read(struct elf *e)
{
	struct elf_segment s;

	if (!read_image(e, &e->header, 0, sizeof(e->header)) ||
	    !header_valid(&e->header))
		return -ENOEXEC;
	e->low = PRIVATE_TOP;
	for (int i = 0; i < e->header.phnum; i++) {
		if (!read_segment(e, i, &s))
			return -ENOEXEC;
		if (s.type == PT_INTERP && !e->path) {
			if (!path_valid(e, &s))
				return -ENOEXEC;
			e->path = s.offset;
		}
		if (s.type == PT_LOAD && s.memsz > 0) {
			e->low = min(e->low, page_down(s.vaddr));
			e->high = max(e->high, s.vaddr + s.memsz);
		}
	}
	return e->high == 0 ? -ENOEXEC : 0;
}

int elf_map(struct elf *e)
{
	struct elf_segment s;
	int result = 0;

	for (int i = 0; i < e->header.phnum && result == 0; i++) {
		if (!read_segment(e, i, &s))
			return -ENOEXEC;
		s.vaddr += e->bias;
		if (s.type == PT_LOAD && s.memsz > 0)
			result = map_segment(e, &s);
	}
	if (result == 0 && e->header.entry + e->bias >= USER_LIMIT)
		return -ENOEXEC;
	return result;
}
