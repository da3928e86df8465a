/*
 * kernel/unix/exec.c -- a process becomes a program.  Only the kernel parses
 * ELF.
 *
 * The new space is built aside: the segments of the image are mapped (as
 * private views of the file's segment, so nothing is copied yet), then the
 * stack is filled from the strings in the old space.  Everything that can fail
 * happens there.  Then comes the commit, which cannot fail, and the old space
 * is let go.  Strings and then words are pushed from the top of the stack down.
 * The last string is the lowest, and its word is the first to be pushed.
 *
 *	0xC0000000  execfn, 16 random bytes, argv's strings, envp's strings
 *	            auxiliary vector, 0 | envp words, 0 | argv words, 0 | argc
 *	            <- esp, 16-byte aligned: what _start finds (System V ABI)
 *	            ... grows down to 8 MiB ...
 *	            heap, after the last byte of bss
 *	0x08048000  the program's own segments, where its headers say
 *
 * Source: the System V i386 psABI, execve(2), getauxval(3).
 */
#include "lifecycle.h"

#include "../base/cpu.h"
#include "../process/gdt.h"
#include "../process/clock.h"
#include "../../abi/elf.h"
#include "../../ipc/message/message.h"

#define PHNUM_MAX      64
#define STACK_PROMISED 32       /* pages: 128 KiB, counted at exec */
#define STRINGS_MAX    0x200000 /* argv and envp with their words: 2 MiB */
#define STRING_MAX     0x20000  /* one of them, with its NUL: 128 KiB */
#define STRINGS_MOST   65536    /* of both: nobody else runs meanwhile */
#define SHORT          64       /* bytes of a string that is quickly copied */
#define AUXV_WORDS     32

/* What is being built. */
struct build {
	int space; /* the new one */
	int old;   /* where argv and envp lie, or -1 */
	const struct exec_image *image;
	struct elf_header header;
	vaddr_t phdr;        /* where the program headers are mapped, or 0 */
	vaddr_t top;         /* end of the highest segment so far */
	vaddr_t sp;          /* what is pushed lies from here up */
	int room;            /* for strings and their words */
	int strings;         /* so many more may come */
	struct window stack; /* where it is being written */
	bool full;           /* there was no memory for what was pushed */
};

/* ---- ELF ------------------------------------------------------------- */

/* Copies from the file; false beyond its end. */
static bool read_image(const struct build *b, void *to, uint32_t offset,
                       uint32_t bytes)
{
	frame_t frame;

	if (offset > b->image->bytes || bytes > b->image->bytes - offset)
		return false;
	while (bytes > 0) {
		uint32_t n = min(bytes, PAGE_SIZE - offset % PAGE_SIZE);

		if (segment_frame(b->image->segment, offset / PAGE_SIZE,
		                  spaces[b->space].level, &frame) < 0)
			return false;
		memcpy(to, (char *)frame_to_kernel(frame) + offset % PAGE_SIZE,
		       n);
		to = (char *)to + n;
		offset += n;
		bytes -= n;
	}
	return true;
}

/* Checks of one PT_LOAD, in the order of their errors: execve(2). */
static int check_segment(const struct build *b, const struct elf_segment *s)
{
	if (s->filesz > s->memsz ||
	    s->offset % PAGE_SIZE != s->vaddr % PAGE_SIZE ||
	    s->offset > b->image->bytes ||
	    s->filesz > b->image->bytes - s->offset)
		return -ENOEXEC;
	if (s->vaddr < USER_FIRST || s->vaddr > PRIVATE_TOP ||
	    s->memsz > PRIVATE_TOP - s->vaddr)
		return -ENOMEM;
	return 0;
}

/* The bytes after the file's part, in its last page, are bss: zero. */
static int zero_tail(const struct build *b, const struct elf_segment *s)
{
	vaddr_t from = s->vaddr + s->filesz;

	if (s->memsz > s->filesz && (s->flags & PF_W) &&
	    space_write(b->space, from, frame_to_kernel(zero_frame),
	                page_up(from) - from) < 0)
		return -ENOMEM;
	return 0;
}

/* Maps from the region's start to `end`, where nothing may lie yet. */
static int map(const struct build *b, struct region *region, vaddr_t end)
{
	if (end <= region->start)
		return 0;
	if (space_overlaps(b->space, region->start, end))
		return -ENOEXEC;
	region->end = end;
	region->ceiling = RIGHT_ALL;
	region->space = b->space;
	return space_map(region);
}

static int map_segment(struct build *b, const struct elf_segment *s)
{
	vaddr_t end = page_up(s->vaddr + s->memsz);
	struct region part = {
	    .kind = REGION_PRIVATE,
	    .start = s->vaddr & ~(PAGE_SIZE - 1),
	    .segment = b->image->segment,
	    .offset = s->offset / PAGE_SIZE,
	    .rights = (s->flags & PF_R ? RIGHT_READ : 0) |
	              (s->flags & PF_W ? RIGHT_WRITE : 0) |
	              (s->flags & PF_X ? RIGHT_EXEC : 0),
	};
	int result = check_segment(b, s);

	if (result == 0 && s->filesz) {
		result = map(b, &part, page_up(s->vaddr + s->filesz));
		part.start = page_up(s->vaddr + s->filesz);
	}
	part.segment = -1;
	part.offset = 0;
	if (result == 0)
		result = map(b, &part, end);
	if (result == 0 && s->filesz)
		result = zero_tail(b, s);
	if (b->header.phoff >= s->offset &&
	    b->header.phoff < s->offset + s->filesz)
		b->phdr = s->vaddr + b->header.phoff - s->offset;
	if (end > b->top)
		b->top = end;
	return result;
}

static int map_image(struct build *b)
{
	struct elf_header *h = &b->header;
	struct elf_segment s;
	int result = 0;

	if (!read_image(b, h, 0, sizeof(*h)) ||
	    strncmp((char *)h->ident, "\177ELF\1\1\1", 7) != 0 ||
	    h->type != ET_EXEC || h->machine != EM_386 ||
	    h->phentsize != sizeof(s) || h->phnum > PHNUM_MAX)
		return -ENOEXEC;
	for (int i = 0; i < h->phnum && result == 0; i++) {
		if (!read_image(b, &s, h->phoff + i * sizeof(s), sizeof(s)))
			return -ENOEXEC;
		if (s.type == PT_INTERP)
			return -ENOEXEC; /* programs are static */
		if (s.type == PT_LOAD && s.memsz > 0)
			result = map_segment(b, &s);
	}
	if (result == 0 && (b->top == 0 || h->entry >= USER_LIMIT))
		return -ENOEXEC;
	return result;
}

/* ---- the stack ------------------------------------------------------- */

/* From `va` to the end of its page, and `most` at most. */
static uint32_t in_page(vaddr_t va, uint32_t most)
{
	return min(most, PAGE_SIZE - va % PAGE_SIZE);
}

/* Puts bytes of the kernel's on the new stack; where they lie. */
static vaddr_t push(struct build *b, const void *bytes, uint32_t count)
{
	b->sp -= count;
	if (space_write(b->space, b->sp, bytes, count) < 0)
		b->full = true;
	return b->sp;
}

/* Bytes of a string with its NUL; more than STRING_MAX; or -EFAULT. */
static int string_bytes(struct window *text, vaddr_t va)
{
	int length = 0;

	while (length <= STRING_MAX) {
		const char *byte = window_at(text, va + length);

		if (!byte)
			return -EFAULT;
		do
			length++;
		while (*byte++ && !page_aligned((uintptr_t)byte));
		if (!byte[-1])
			break;
	}
	return length;
}

/* From the old space to the new stack.  False: there is no memory. */
static bool push_text(struct build *b, struct window *text, vaddr_t va,
                      uint32_t bytes)
{
	vaddr_t sp = b->sp -= bytes;

	while (bytes > 0) {
		uint32_t count = in_page(sp, in_page(va, bytes));
		char *to = window_at(&b->stack, sp);
		const char *from = window_at(text, va);

		if (!to || !from)
			return false;
		sp += count;
		va += count;
		bytes -= count;
		while (count-- > 0)
			*to++ = *from++;
	}
	return true;
}

/* Counts, copies: 0 or -errno.  One that is skipped counts, too. */
static int push_string(struct build *b, struct window *text, vaddr_t va,
                       bool skip)
{
	int bytes = string_bytes(text, va);

	if (bytes < 0)
		return bytes;
	b->room -= bytes + sizeof(va);
	if (bytes > STRING_MAX || b->room < 0)
		return -E2BIG;
	return skip || push_text(b, text, va, bytes) ? 0 : -ENOMEM;
}

/*
 * The same for a short one in a page that was seen, when its place was, too;
 * false: it is none.  There can be 65,536, and nothing here is called.
 */
static bool push_short(struct build *b, const struct window *text, vaddr_t va)
{
	uint32_t offset = va - text->page, place = b->sp - b->stack.page;
	const char *from = text->kernel + offset;
	uint32_t bytes = 0;
	char *to;

	if (offset + SHORT > text->bytes || offset >= PAGE_SIZE ||
	    place > b->stack.bytes || place < SHORT ||
	    b->room < SHORT + (int)sizeof(va))
		return false;
	do
		if (bytes == SHORT)
			return false;
	while (from[bytes++]);
	b->room -= bytes + sizeof(va);
	b->sp -= bytes;
	to = b->stack.kernel + place - bytes;
	do
		*to++ = *from;
	while (*from++);
	return true;
}

/* A word, which may lie across the end of a page. */
static bool word_at(struct window *words, vaddr_t va, uint32_t *word)
{
	const char *at;

	if (va % PAGE_SIZE > PAGE_SIZE - sizeof(*word))
		return space_read(words->space, word, va, sizeof(*word)) == 0;
	at = window_at(words, va);
	if (at)
		*word = *(const uint32_t *)at;
	return at;
}

/* Pushes an array's strings but the first `skip`; how many, or -errno. */
static int push_strings(struct build *b, vaddr_t array, int skip)
{
	struct window words = {.space = b->old}, text = {.space = b->old};
	int count = 0, result;
	uint32_t va;

	if (!array)
		return 0; /* Linux takes a null argv or envp for an empty one */
	for (;; count++, array += sizeof(va)) {
		if (!word_at(&words, array, &va))
			return -EFAULT;
		if (!va)
			return count < skip ? 0 : count - skip;
		if (b->strings-- == 0)
			return -E2BIG;
		if (count >= skip && push_short(b, &text, va))
			continue;
		result = push_string(b, &text, va, count < skip);
		if (result < 0)
			return result;
	}
}

static void push_word(struct build *b, uint32_t word)
{
	char *at = window_at(&b->stack, b->sp -= sizeof(word));

	if (at)
		*(uint32_t *)at = word;
	else
		b->full = true;
}

/* A 0, and words that point to `count` strings from `va` up; their end. */
static vaddr_t push_words(struct build *b, vaddr_t va, int count)
{
	struct window text = {.space = b->space};
	vaddr_t start = va;

	push_word(b, 0);
	while (count > 0) {
		const char *byte = window_at(&text, va);
		vaddr_t end = va + in_page(va, PAGE_SIZE);

		if (!byte)
			return va; /* full */
		while (va < end && count > 0) {
			va++;
			if (*byte++)
				continue;
			push_word(b, start);
			start = va;
			count--;
		}
	}
	return va;
}

/* Sixteen bytes nobody should guess: as good as the time-stamp counter is. */
static vaddr_t push_random(struct build *b)
{
	uint64_t now = cpu_cycles();
	uint32_t words[4], mixed = (uint32_t)now;

	for (int i = 0; i < 4; i++) {
		mixed = (mixed ^ now >> 32 ^ ticks << 20) * 2654435761u;
		words[i] = mixed ^= mixed >> 15;
	}
	return push(b, words, sizeof(words));
}

static void push_auxv(struct build *b, const struct identity *cred,
                      vaddr_t random, vaddr_t path)
{
	const uint32_t auxv[AUXV_WORDS] = {
	    3,  b->phdr,                    /* AT_PHDR */
	    4,  sizeof(struct elf_segment), /* AT_PHENT */
	    5,  b->header.phnum,            /* AT_PHNUM */
	    6,  PAGE_SIZE,                  /* AT_PAGESZ */
	    7,  0,                          /* AT_BASE: no interpreter */
	    8,  0,                          /* AT_FLAGS */
	    9,  b->header.entry,            /* AT_ENTRY */
	    11, cred->uid,                  /* AT_UID */
	    12, cred->euid,                 /* AT_EUID */
	    13, cred->gid,                  /* AT_GID */
	    14, cred->egid,                 /* AT_EGID */
	    17, HZ,                         /* AT_CLKTCK */
	    23, 0,                          /* AT_SECURE */
	    25, random,                     /* AT_RANDOM */
	    31, path,                       /* AT_EXECFN */
	    0,  0,                          /* AT_NULL */
	};

	push(b, auxv, sizeof(auxv));
}

/* All that _start finds at b->sp, from its top down. */
static int fill_stack(struct build *b, const struct identity *cred,
                      vaddr_t argv, vaddr_t envp)
{
	const struct exec_image *image = b->image;
	const char *prefix = image->prefix;
	vaddr_t path = push(b, image->path, strlen(image->path) + 1);
	vaddr_t random = push_random(b), string;
	int prefixes = 0, argc, envc, words;

	for (; prefix < image->prefix + image->prefix_bytes; prefixes++) {
		push(b, prefix, strlen(prefix) + 1);
		prefix += strlen(prefix) + 1;
	}
	argc = push_strings(b, argv, prefixes > 0);
	envc = argc < 0 ? argc : push_strings(b, envp, 0);
	if (envc < 0)
		return envc;
	argc += prefixes;

	string = b->sp;
	words = 1 + argc + 1 + envc + 1 + AUXV_WORDS;
	b->sp = ((b->sp - words * 4) & ~15u) + words * 4;
	push_auxv(b, cred, random, path);
	string = push_words(b, string, envc);
	push_words(b, string, argc);
	push(b, &argc, sizeof(argc));
	return b->full ? -ENOMEM : 0;
}

/* ---- commit ---------------------------------------------------------- */

/* The last part of the path, as far as there is room. */
static void set_name(struct proc *p, const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/' && path[1])
			name = path + 1;
	format(p->program.name, sizeof(p->program.name), "%s", name);
}

static void reset_registers(struct proc *p, vaddr_t entry, vaddr_t esp)
{
	struct trapframe *tf = proc_trapframe(p);
	struct switch_frame *frame = (struct switch_frame *)p->sched.kernel_esp;
	/* fxsave's area: the control word, and MXCSR at byte 24. */
	static const uint16_t clean_fpu[256] = {0x37f, [12] = 0x1f80};

	memset(tf, 0, sizeof(*tf));
	tf->eip = entry;
	tf->esp = esp;
	tf->cs = USER_CS;
	tf->ds = tf->es = tf->ss = USER_DS;
	tf->eflags = 0x202;
	frame->fs = frame->gs = 0;
	memset(p->gdt.tls, 0, sizeof(p->gdt.tls));
	memcpy(p->fpu, clean_fpu, sizeof(p->fpu));
}

int proc_exec(struct proc *p, const struct exec_image *image, vaddr_t argv,
              vaddr_t envp)
{
	struct build b = {
	    .image = image,
	    .old = p->life.space,
	    .sp = STACK_TOP,
	    .room = STRINGS_MAX,
	    .strings = STRINGS_MOST,
	};
	struct region stack = {
	    .kind = REGION_STACK,
	    .start = STACK_TOP - STACK_PROMISED * PAGE_SIZE,
	    .segment = -1,
	    .rights = RIGHT_ALL,
	};
	int result;

	assert(p != self());
	b.space = space_make(b.old < 0 ? LEVEL_SERVER : spaces[b.old].level);
	if (b.space < 0)
		return -ENOMEM;
	b.stack = (struct window){.space = b.space, .write = true};
	result = map_image(&b);
	if (result == 0)
		result = map(&b, &stack, STACK_TOP);
	if (result == 0)
		result = fill_stack(&b, &p->identity, argv, envp);
	if (result < 0) {
		space_drop(b.space);
		return result;
	}

	/* Nothing below can fail. */
	p->life.space = b.space;
	spaces[b.space].owner = p->life.pid;
	spaces[b.space].heap_start = spaces[b.space].heap_break = b.top;
	p->program.executed = true;
	p->identity.suid = p->identity.euid;
	p->identity.sgid = p->identity.egid;
	set_name(p, image->path);
	reset_registers(p, b.header.entry, b.sp);
	if (b.old >= 0) {
		space_drop(b.old);
		message_exec(proc_index(p));
	}
	return 0;
}
