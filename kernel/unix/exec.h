/*
 * kernel/unix/exec.h -- a process becomes a program.  This header declares what
 * exec.c and elf.c have.
 */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "../../abi/elf.h"
#include "../process/process.h"

/* ---- exec.c ------------------------------------------------------------- */

/* An ELF file: its segment, and its length. */
struct elf_file {
	int segment;
	uint32_t bytes;
};

/* What a process is to become.  The strings are kernel copies. */
struct exec_image {
	struct elf_file program;
	struct elf_file interpreter; /* segment -1: not given */
	int file;                    /* the program's name at its server */
	uint32_t uid, gid;           /* the effective ids it gets, or ID_KEPT */
	const char *prefix;          /* strings in place of argv[0], for "#!" */
	uint32_t prefix_bytes;
	const char *path;
};

/*
 * `p` becomes the image.  It is not the running process: it is a client that
 * waits for the server that calls exec, or at boot a process without a space.
 * argv and envp are addresses in its old space; 0: there are none.  0, or
 * -errno with the process intact.  Above 0: nothing has happened, because the
 * program has an interpreter, which was not given.  Its path stands at this
 * place of the program's file, and has at most INTERPRETER_MAX bytes.
 */
int proc_exec(struct proc *p, const struct exec_image *image, vaddr_t argv,
              vaddr_t envp);

/* ---- elf.c -------------------------------------------------------------- */

/* A file that is being mapped.  The first two members are given. */
struct elf {
	struct elf_file file;
	int space; /* the new one */
	struct elf_header header;
	uint32_t path;     /* where the path of its interpreter stands, or 0 */
	vaddr_t low, high; /* what its segments span, by its headers */
	uint32_t bias;     /* added to all its addresses; the caller sets it */
	vaddr_t phdr;      /* where the program headers are mapped, or 0 */
	vaddr_t top;       /* end of the highest segment */
};

/* Reads the headers: 0, or -ENOEXEC: it is no i386 program. */
int elf_read(struct elf *e);

/*
 * Maps the segments, after elf_read().  0; -ENOEXEC: they are wrong; -ENOMEM:
 * they do not fit, or there is no memory.  After an error the space is to be
 * dropped.
 */
int elf_map(struct elf *e);

#endif
