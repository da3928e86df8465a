/*
 * kernel/unix/exec.c -- a process becomes a program.
 *
 * A new space is built beside the old one.  elf.c maps the image into it, then
 * the stack is filled from the strings in the old space.  Everything that can
 * fail happens there.  Then comes the commit, which cannot fail: the process
 * takes the new space and lets go of the old one.
 *
 * Strings are pushed from the top of the stack down, the last one first.  So
 * they lie in order, envp's behind argv's, and a program may write a title over
 * them, as setproctitle(3) does.
 *
 *	0xC0000000  execfn, 16 random bytes, envp's strings, argv's strings
 *	            auxiliary vector, 0 | envp words, 0 | argv words, 0 | argc
 *	            <- esp, 16-byte aligned: what _start finds (System V ABI)
 *	            ... grows down to 8 MiB ...
 *	            the interpreter, if the program has one
 *	            heap, after the last byte of bss
 *	0x56555000  the program's own segments, if it can be moved, or
 *	0x08048000  where its headers say
 *
 * A dynamic program names its interpreter, the dynamic linker.  Both are mapped
 * and the interpreter runs first.  It finds the program by the auxiliary
 * vector, and the libraries by system calls.  The kernel reads the name, but
 * only the files server can find the file.  So the first exec of a dynamic
 * program answers where the name is, and the second one brings both files.
 *
 * Source: the System V i386 psABI, execve(2), getauxval(3).
 */
#include "exec.h"

#include "lifecycle.h"

#include "../base/cpu.h"
#include "../base/trace.h"
#include "../process/clock.h"
#include "../process/gdt.h"
#include "../signal/signal.h"
#include "../../ipc/message/message.h"

#define STACK_PROMISED 32       /* pages, promised at exec: 128 KiB */
#define STRINGS_MAX    0x200000 /* argv and envp with their words: 2 MiB */
#define STRING_MAX     0x20000  /* one of them, with its NUL: 128 KiB */
#define STRINGS_MOST   65536    /* of both; copying them is not preempted */
#define SHORT          64       /* bytes of a short string, at most */
#define AUXV_WORDS     36
#define PROGRAM_PLACE  0x56555000u /* of a program that can be moved */

/* What is being built. */
struct build {
	const struct exec_image *image;
	struct elf elf, interpreter;
	struct identity ids;            /* that the process will have */
	vaddr_t entry;                  /* where it begins */
	vaddr_t path, random, platform; /* for the auxiliary vector */
	/* Where argv's strings lie, and above them envp's. */
	vaddr_t arguments, environment, environment_end;
	int old;             /* space where argv and envp lie, or -1 */
	vaddr_t sp;          /* what is pushed lies from here up */
	int room;            /* bytes left for strings and their words */
	int strings;         /* how many more may come */
	struct window stack; /* where it is being written */
	bool full;           /* there was no memory for something pushed */
};

/* ---- the stack ---------------------------------------------------------- */

/* Bytes from `va` to the end of its page, and `most` at most. */
static uint32_t in_page(vaddr_t va, uint32_t most)
{
	return min(most, PAGE_SIZE - va % PAGE_SIZE);
}

/* Pushes bytes of the kernel's.  Returns where they lie on the new stack. */
static vaddr_t push(struct build *b, const void *bytes, uint32_t count)
{
	b->sp -= count;
	if (space_write(b->elf.space, b->sp, bytes, count) < 0)
		b->full = true;
	return b->sp;
}

/* Pushes bytes of the old space.  False: there is no memory. */
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
		memcpy(to, from, count);
	}
	return true;
}

/* Counts a string, and pushes it unless it is to be skipped.  0 or -errno. */
static int push_string(struct build *b, struct window *text, vaddr_t va,
                       bool skip)
{
	int bytes = space_string_bytes(text->space, va, STRING_MAX);

	if (bytes < 0)
		return bytes;
	b->room -= bytes + sizeof(va);
	if (bytes > STRING_MAX || b->room < 0)
		return -E2BIG;
	return skip || push_text(b, text, va, bytes) ? 0 : -ENOMEM;
}

/*
 * push_string() for a short string, when the pages that it lies in and goes to
 * are those of the windows.  False: it is no such string.  There can be 65,536
 * strings, so this calls nothing.
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

/* Reads a word, which may lie across the end of a page.  False: it faults. */
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

/*
 * Pushes the strings of an array, without the first `skip`, the last one first.
 * How many, or -errno.
 */
static int push_strings(struct build *b, vaddr_t array, int skip)
{
	struct window words = {.space = b->old}, text = {.space = b->old};
	int count = 0, result;
	uint32_t va;

	/* Linux takes a null argv or envp for an empty one. */
	for (; array; count++) {
		if (!word_at(&words, array + count * sizeof(va), &va))
			return -EFAULT;
		if (!va)
			break;
		if (b->strings-- == 0)
			return -E2BIG;
	}
	for (int i = count - 1; i >= 0; i--) {
		if (!word_at(&words, array + i * sizeof(va), &va))
			return -EFAULT;
		if (i >= skip && push_short(b, &text, va))
			continue;
		result = push_string(b, &text, va, i < skip);
		if (result < 0)
			return result;
	}
	return count < skip ? 0 : count - skip;
}

/* Writes the next word, which b->sp moves over. */
static void put_word(struct build *b, uint32_t word)
{
	char *at = window_at(&b->stack, b->sp);

	if (at)
		*(uint32_t *)at = word;
	else
		b->full = true;
	b->sp += sizeof(word);
}

/*
 * Writes a word for each of `count` strings, which lie from `va` up, and a 0.
 * Returns where the last string ends.
 */
static vaddr_t put_words(struct build *b, vaddr_t va, int count)
{
	struct window text = {.space = b->elf.space};
	vaddr_t start = va;

	while (count > 0) {
		const char *byte = window_at(&text, va);
		vaddr_t end = va + in_page(va, PAGE_SIZE);

		if (!byte)
			return va; /* full */
		for (; va < end && *byte; byte++)
			va++;
		if (va == end)
			continue;
		put_word(b, start);
		start = ++va;
		count--;
	}
	put_word(b, 0);
	return va;
}

static void put_auxv(struct build *b)
{
	const struct identity *ids = &b->ids;
	uint32_t cpu[4];

	cpu_cpuid(1, cpu);
	const uint32_t auxv[AUXV_WORDS] = {
	    AT_PHDR,     b->elf.phdr,
	    AT_PHENT,    sizeof(struct elf_segment),
	    AT_PHNUM,    b->elf.header.phnum,
	    AT_PAGESZ,   PAGE_SIZE,
	    AT_BASE,     b->interpreter.bias,
	    AT_FLAGS,    0,
	    AT_ENTRY,    b->elf.header.entry + b->elf.bias,
	    AT_UID,      ids->uid,
	    AT_EUID,     ids->euid,
	    AT_GID,      ids->gid,
	    AT_EGID,     ids->egid,
	    AT_PLATFORM, b->platform,
	    AT_HWCAP,    cpu[3],
	    AT_CLKTCK,   HZ,
	    AT_SECURE,   ids->uid != ids->euid || ids->gid != ids->egid,
	    AT_RANDOM,   b->random,
	    AT_EXECFN,   b->path,
	    AT_NULL,     0,
	};

	for (int i = 0; i < AUXV_WORDS; i++)
		put_word(b, auxv[i]);
}

/* Pushes all that _start finds at b->sp. */
static int fill_stack(struct build *b, vaddr_t argv, vaddr_t envp)
{
	const char *prefix = b->image->prefix;
	uint8_t random[RANDOM_BLOCK];
	int prefixes = 0, argc, envc;
	vaddr_t esp;

	b->path = push(b, b->image->path, strlen(b->image->path) + 1);
	random_bytes(random);
	b->random = push(b, random, 16); /* that no program should guess */
	b->platform = push(b, "i686", 5);
	b->environment_end = b->sp;
	for (uint32_t i = 0; i < b->image->prefix_bytes; i++)
		prefixes += !prefix[i];
	envc = push_strings(b, envp, 0);
	argc = envc < 0 ? envc : push_strings(b, argv, prefixes > 0);
	if (argc < 0)
		return argc;
	if (argc + prefixes == 0) /* no main() is without an argv[0] */
		argc = push(b, "", 1) != 0;
	b->arguments = push(b, prefix, b->image->prefix_bytes);
	argc += prefixes;

	esp = (b->sp - 4 * (1 + argc + 1 + envc + 1 + AUXV_WORDS)) & ~15u;
	b->sp = esp;
	put_word(b, argc);
	b->environment = put_words(b, b->arguments, argc);
	put_words(b, b->environment, envc);
	put_auxv(b);
	b->sp = esp;
	return b->full ? -ENOMEM : 0;
}

/* ---- the new space ------------------------------------------------------ */

/* Maps the interpreter where private memory has room: 0 or -errno. */
static int map_interpreter(struct build *b)
{
	struct elf *e = &b->interpreter;
	int error = elf_read(e);

	if (error < 0 || e->high <= e->low)
		return -ELIBBAD;
	if (e->header.type == ET_DYN) {
		e->bias =
		    space_find_private(e->space, pages_for(e->high - e->low));
		if (!e->bias)
			return -ENOMEM;
		e->bias -= e->low;
	}
	b->entry = e->header.entry + e->bias;
	return elf_map(e);
}

/* All that can fail: maps the files and the stack, and fills the stack. */
static int build(struct build *b, vaddr_t argv, vaddr_t envp)
{
	struct region stack = {
	    .kind = REGION_STACK,
	    .start = STACK_TOP - STACK_PROMISED * PAGE_SIZE,
	    .end = STACK_TOP,
	    .segment = -1,
	    .rights = RIGHT_ALL,
	    .ceiling = RIGHT_ALL,
	    .space = b->elf.space,
	};
	int result;

	if (b->elf.header.type == ET_DYN)
		b->elf.bias = PROGRAM_PLACE - b->elf.low;
	b->entry = b->elf.header.entry + b->elf.bias;
	result = elf_map(&b->elf);
	if (result == 0 && regions_overlap(stack.space, stack.start, stack.end))
		result = -ENOEXEC;
	if (result == 0)
		result = space_map(&stack);
	if (result == 0 && b->elf.path)
		result = map_interpreter(b);
	if (result == 0)
		result = fill_stack(b, argv, envp);
	return result;
}

/* ---- commit ------------------------------------------------------------- */

/* The process is named by the last part of the path, cut off to fit. */
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

	*tf = (struct trapframe){
	    .vector = tf->vector, /* its call, execve(2), is not over */
	    .eip = entry,
	    .esp = esp,
	    .cs = USER_CS,
	    .ds = USER_DS,
	    .es = USER_DS,
	    .ss = USER_DS,
	    .eflags = 0x202,
	};
	frame->fs = frame->gs = 0;
	memset(p->gdt.tls, 0, sizeof(p->gdt.tls));
	memcpy(p->fpu, clean_fpu, sizeof(p->fpu));
}

/* Nothing here can fail: the process lets go of its old space. */
static void commit(const struct build *b, struct proc *p)
{
	struct space *space = &spaces[b->elf.space];

	p->life.space = b->elf.space;
	space->pid = p->life.pid;
	space->heap_start = space->heap_break = b->elf.top;
	p->program.executed = true;
	p->program.hidden =
	    b->ids.uid != b->ids.euid || b->ids.gid != b->ids.egid;
	if (p->program.hidden)
		p->life.parent_signal = 0;
	p->program.file = b->image->file;
	p->program.arguments = b->arguments;
	p->program.environment = b->environment;
	p->program.environment_end = b->environment_end;
	p->identity = b->ids;
	if (b->old < 0)
		limits_first(p);
	set_name(p, b->image->path);
	reset_registers(p, b->entry, b->sp);
	trace(TRACE_EXEC, p->life.pid, space->directory);
	signals_exec(p);
	if (b->old >= 0) {
		proc_ids_changed(p);
		space_drop(b->old);
		vfork_over(p);
		descriptors_exec(p);
	}
}

/* The ids after an exec: a file may give its owner's, and they are saved. */
static struct identity new_ids(const struct proc *p,
                               const struct exec_image *image)
{
	struct identity ids = p->identity;

	if (image->uid != ID_KEPT)
		ids.euid = image->uid;
	if (image->gid != ID_KEPT)
		ids.egid = image->gid;
	ids.suid = ids.euid;
	ids.sgid = ids.egid;
	return ids;
}

int proc_exec(struct proc *p, const struct exec_image *image, vaddr_t argv,
              vaddr_t envp)
{
	int old = p->life.space;
	int level = old < 0 ? LEVEL_SERVER : spaces[old].level;
	int space = space_make(level), result;
	struct build b = {
	    .image = image,
	    .elf = {.file = image->program, .space = space},
	    .interpreter = {.file = image->interpreter, .space = space},
	    .ids = new_ids(p, image),
	    .old = old,
	    .sp = STACK_TOP,
	    .room = STRINGS_MAX,
	    .strings = STRINGS_MOST,
	    .stack = {.space = space, .write = true},
	};

	assert(p != self());
	if (space < 0)
		return -ENOMEM;
	result = elf_read(&b.elf);
	if (result == 0 && b.elf.path && image->interpreter.segment < 0)
		result = (int)b.elf.path;
	else if (result == 0)
		result = build(&b, argv, envp);
	if (result != 0)
		space_drop(space);
	else
		commit(&b, p);
	return result;
}
