/*
 * kernel/exec.c -- a process becomes a program.  Only the kernel parses ELF.
 *
 * The new space is built aside: the segments of the image are mapped (as
 * private views of the file's segment, so nothing is copied yet), then the
 * stack is filled from the strings in the old space.  Everything that can fail
 * happens there.  Then comes the commit, after which nothing can fail, and the
 * old space is let go.
 *
 *	0xC0000000  strings: execfn, envp[], argv[]; 16 random bytes
 *	            auxiliary vector, 0 | envp words, 0 | argv words, 0 | argc
 *	            <- esp, 16-byte aligned: what _start finds (System V ABI)
 *	            ... grows down to 8 MiB ...
 *	            heap, after the last byte of bss
 *	0x08048000  the program's own segments, where its headers say
 *
 * Source: the System V i386 psABI, execve(2), getauxval(3).
 */
#include "lifecycle.h"

#include "../abi/elf.h"
#include "../ipc/message.h"
#include "../ipc/shm.h"

/* ---- ELF ------------------------------------------------------------- */

#define PHNUM_MAX   64
#define IMAGE_LIMIT (STACK_TOP - STACK_LIMIT - PAGE_SIZE)

/* ---- what is being built --------------------------------------------- */

#define STACK_PROMISED 32        /* pages: 128 KiB, counted at exec */
#define STRINGS_MAX    0x200000u /* argv and envp with their words: 2 MiB */
#define AUXV_WORDS     32

struct build {
	int space, level; /* the new one */
	int old;          /* where argv and envp lie, or -1 */
	const struct exec_image *image;
	struct elf_header header;
	vaddr_t phdr; /* where the program headers are mapped, or 0 */
	vaddr_t top;  /* end of the highest segment so far */
	vaddr_t sp;   /* strings grow down from here */
	vaddr_t word; /* words grow up from here */
	int argc, envc, prefixes;
	uint32_t bytes; /* of all strings and words */
};

/* Copies from the file; false beyond its end. */
static bool read_image(const struct build *b, void *to, uint32_t offset,
                       uint32_t bytes)
{
	frame_t frame;

	if (offset > b->image->bytes || bytes > b->image->bytes - offset)
		return false;
	while (bytes > 0) {
		uint32_t in_page = PAGE_SIZE - offset % PAGE_SIZE;
		uint32_t n = bytes < in_page ? bytes : in_page;

		if (segment_frame(b->image->segment, offset / PAGE_SIZE,
		                  b->level, &frame) < 0)
			return false;
		memcpy(to, (char *)frame_to_kernel(frame) + offset % PAGE_SIZE,
		       n);
		to = (char *)to + n;
		offset += n;
		bytes -= n;
	}
	return true;
}

static bool header_is_ours(const struct elf_header *h)
{
	static const uint8_t magic[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};

	return memcmp(h->ident, magic, sizeof(magic)) == 0 &&
	       h->type == ET_EXEC && h->machine == EM_386 &&
	       h->phentsize == sizeof(struct elf_segment) && h->phnum > 0 &&
	       h->phnum <= PHNUM_MAX;
}

/* Checks of one PT_LOAD, in the order of their errors: execve(2). */
static int check_segment(const struct build *b, const struct elf_segment *s)
{
	if (s->filesz > s->memsz ||
	    s->offset % PAGE_SIZE != s->vaddr % PAGE_SIZE)
		return -ENOEXEC;
	if (s->offset > b->image->bytes ||
	    s->filesz > b->image->bytes - s->offset)
		return -ENOEXEC; /* the file is cut off */
	if (s->vaddr < USER_FIRST || s->vaddr > IMAGE_LIMIT ||
	    s->memsz > IMAGE_LIMIT - s->vaddr)
		return -ENOMEM;
	return 0;
}

static int rights_of(const struct elf_segment *s)
{
	return (s->flags & PF_R ? RIGHT_READ : 0) |
	       (s->flags & PF_W ? RIGHT_WRITE : 0) |
	       (s->flags & PF_X ? RIGHT_EXEC : 0);
}

/* The bytes after the file's part, in its last page, are bss: zero. */
static int zero_tail(const struct build *b, const struct elf_segment *s)
{
	static char zeros[PAGE_SIZE];
	vaddr_t from = s->vaddr + s->filesz;

	if (s->memsz == s->filesz || !(s->flags & PF_W))
		return 0;
	return space_write(b->space, from, zeros, page_up(from) - from) < 0
	           ? -ENOMEM
	           : 0;
}

static int map_part(const struct build *b, const struct elf_segment *s,
                    vaddr_t start, vaddr_t end)
{
	bool from_file = start < page_up(s->vaddr + s->filesz);
	struct mapping mapping = {
	    .kind = REGION_PRIVATE,
	    .start = start,
	    .pages = (end - start) / PAGE_SIZE,
	    .segment = from_file ? b->image->segment : -1,
	    .offset = from_file ? (int)(s->offset / PAGE_SIZE) : 0,
	    .rights = rights_of(s),
	    .ceiling = RIGHT_ALL,
	    .promise = true,
	};

	if (start >= end)
		return 0;
	if (space_overlaps(b->space, start, end))
		return -ENOEXEC;
	return space_map(b->space, &mapping);
}

static int map_segment(struct build *b, const struct elf_segment *s)
{
	vaddr_t start = s->vaddr & ~(PAGE_SIZE - 1);
	vaddr_t middle = s->filesz ? page_up(s->vaddr + s->filesz) : start;
	vaddr_t end = page_up(s->vaddr + s->memsz);
	int result = check_segment(b, s);

	if (result == 0)
		result = map_part(b, s, start, middle);
	if (result == 0)
		result = map_part(b, s, middle, end);
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
	struct elf_segment s;
	int result = 0;

	if (!read_image(b, &b->header, 0, sizeof(b->header)) ||
	    !header_is_ours(&b->header))
		return -ENOEXEC;
	for (int i = 0; i < b->header.phnum && result == 0; i++) {
		if (!read_image(b, &s, b->header.phoff + i * sizeof(s),
		                sizeof(s)))
			return -ENOEXEC;
		if (s.type == PT_INTERP)
			return -ENOEXEC; /* programs are static */
		if (s.type == PT_LOAD && s.memsz > 0)
			result = map_segment(b, &s);
	}
	if (result == 0 && (b->top == 0 || b->header.entry >= USER_LIMIT))
		return -ENOEXEC;
	return result;
}

/* ---- strings --------------------------------------------------------- */

/* How many strings an array has; adds their bytes to b->bytes. */
static int count_strings(struct build *b, vaddr_t array)
{
	uint32_t va;
	int n = 0, bytes;

	if (!array)
		return 0; /* Linux takes a null argv or envp for an empty one */
	for (;; n++) {
		if (space_read(b->old, &va, array + n * 4, 4) < 0)
			return -EFAULT;
		if (!va)
			return n;
		bytes = space_string_bytes(b->old, va, STRINGS_MAX);
		if (bytes < 0)
			return bytes;
		b->bytes += bytes + 4;
		if (b->bytes > STRINGS_MAX)
			return -E2BIG;
	}
}

static int count_all(struct build *b, vaddr_t argv, vaddr_t envp)
{
	const struct exec_image *image = b->image;

	for (uint32_t i = 0; i < image->prefix_bytes; i++)
		b->prefixes += image->prefix[i] == 0;
	b->bytes = strlen(image->path) + 1 + 16 + AUXV_WORDS * 4 + 64 +
	           image->prefix_bytes + b->prefixes * 4;
	b->argc = count_strings(b, argv);
	if (b->argc < 0)
		return b->argc;
	b->envc = count_strings(b, envp);
	return b->envc < 0 ? b->envc : 0;
}

/* Puts kernel bytes on the new stack; where they lie. */
static vaddr_t push(struct build *b, const void *bytes, uint32_t count)
{
	b->sp -= count;
	if (space_write(b->space, b->sp, bytes, count) < 0)
		panic("the new stack, promised, cannot be written");
	return b->sp;
}

/* The next word of the table at the bottom of the stack. */
static void put_word(struct build *b, uint32_t word)
{
	if (space_write(b->space, b->word, &word, sizeof(word)) < 0)
		panic("the new stack, promised, cannot be written");
	b->word += sizeof(word);
}

/* Strings first..count-1 of an array, and the words that point to them. */
static void push_strings(struct build *b, vaddr_t array, int first, int count)
{
	for (int i = first; i < count; i++) {
		uint32_t va = 0, bytes;

		space_read(b->old, &va, array + i * 4, 4);
		bytes = space_string_bytes(b->old, va, STRINGS_MAX);
		b->sp -= bytes;
		if (space_transfer(b->space, b->sp, b->old, va, bytes) < 0)
			panic("an argument string changed under exec");
		put_word(b, b->sp);
	}
}

/* The kernel's own strings: "#!" and its words in place of argv[0]. */
static void push_prefix(struct build *b)
{
	const char *text = b->image->prefix;

	for (int i = 0; i < b->prefixes; i++) {
		put_word(b, push(b, text, strlen(text) + 1));
		text += strlen(text) + 1;
	}
}

/* ---- the stack ------------------------------------------------------- */

static int map_stack(struct build *b)
{
	int pages = page_up(b->bytes) / PAGE_SIZE + STACK_PROMISED;
	struct mapping mapping = {
	    .kind = REGION_STACK,
	    .start = STACK_TOP - pages * PAGE_SIZE,
	    .pages = pages,
	    .segment = -1,
	    .rights = RIGHT_ALL,
	    .ceiling = RIGHT_ALL,
	    .promise = true,
	};
	int result = space_map(b->space, &mapping);
	vaddr_t va = STACK_TOP - page_up(b->bytes);
	frame_t frame;

	/* Touch what will be written, so that writing it cannot fail. */
	for (; result == 0 && va < STACK_TOP; va += PAGE_SIZE)
		result = space_page(b->space, va, true, &frame);
	return result;
}

static void push_auxv(struct build *b, const struct credentials *cred,
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

	for (int i = 0; i < AUXV_WORDS; i++)
		put_word(b, auxv[i]);
}

/* Sixteen bytes nobody should guess: as good as the time-stamp counter is. */
static vaddr_t push_random(struct build *b)
{
	uint32_t words[4], low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	for (int i = 0; i < 4; i++) {
		low = (low ^ high ^ ticks << 20) * 2654435761u;
		words[i] = low ^= low >> 15;
	}
	return push(b, words, sizeof(words));
}

/* Fills the new stack; the process's first esp.  Nothing here can fail. */
static vaddr_t fill_stack(struct build *b, const struct credentials *cred,
                          vaddr_t argv, vaddr_t envp)
{
	int skip = b->prefixes > 0 && b->argc > 0 ? 1 : 0;
	vaddr_t table = (STACK_TOP - b->bytes) & ~15u, path, random;

	b->sp = STACK_TOP - 4;
	path = push(b, b->image->path, strlen(b->image->path) + 1);
	random = push_random(b);

	/* The table of words lies at the bottom, the strings above it. */
	b->word = table;
	put_word(b, b->argc - skip + b->prefixes);
	push_prefix(b);
	push_strings(b, argv, skip, b->argc);
	put_word(b, 0);
	push_strings(b, envp, 0, b->envc);
	put_word(b, 0);
	push_auxv(b, cred, random, path);
	assert(b->word <= b->sp);
	return table;
}

/* ---- commit ---------------------------------------------------------- */

/* The last part of the path, as far as there is room. */
static void set_name(struct proc *p, const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/' && path[1])
			name = path + 1;
	format(p->name, sizeof(p->name), "%s", name);
}

static void reset_registers(int proc, vaddr_t entry, vaddr_t esp)
{
	struct trapframe *tf = proc_trapframe(proc);
	struct switch_frame *frame =
	    (struct switch_frame *)procs[proc].kernel_esp;
	/* fxsave's area: the control word, and MXCSR at byte 24. */
	static const uint16_t clean_fpu[16] = {0x37f, [12] = 0x1f80};

	memset(tf, 0, sizeof(*tf));
	tf->eip = entry;
	tf->esp = esp;
	tf->cs = USER_CS;
	tf->ds = tf->es = tf->ss = USER_DS;
	tf->eflags = 0x202;
	frame->fs = frame->gs = 0;
	memset(procs[proc].tls, 0, sizeof(procs[proc].tls));
	memset(procs[proc].fpu, 0, sizeof(procs[proc].fpu));
	memcpy(procs[proc].fpu, clean_fpu, sizeof(clean_fpu));
}

static void commit(int proc, struct build *b, vaddr_t esp)
{
	struct proc *p = &procs[proc];

	p->space = b->space;
	spaces[p->space].owner = p->pid;
	set_name(p, b->image->path);
	reset_registers(proc, b->header.entry, esp);
	spaces[b->space].heap_start = spaces[b->space].heap_break = b->top;
	if (b->old >= 0) {
		space_drop(b->old);
		message_exec(proc);
	}
}

int proc_exec(int proc, const struct exec_image *image, vaddr_t argv,
              vaddr_t envp)
{
	struct build b = {.image = image,
	                  .old = procs[proc].space,
	                  .level = procs[proc].space < 0
	                               ? LEVEL_SERVER
	                               : spaces[procs[proc].space].level};
	int result;

	assert(proc != current);
	if (image->interpreter >= 0)
		return -ENOEXEC; /* programs are static */
	b.space = space_make(b.level);
	if (b.space < 0)
		return -ENOMEM;
	result = map_image(&b);
	if (result == 0)
		result = count_all(&b, argv, envp);
	if (result == 0)
		result = map_stack(&b);
	if (result < 0) {
		space_drop(b.space);
		return result;
	}

	/* Nothing below can fail. */
	commit(proc, &b, fill_stack(&b, &procs[proc].cred, argv, envp));
	return 0;
}
