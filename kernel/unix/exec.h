/*
 * kernel/unix/exec.h -- a process becomes a program.  This header declares what
 * exec.c and elf.c have.
 */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "../../abi/elf.h"
#include "../process/process.h"

/* ---- exec.c ------------------------------------------------------------- */

/* What a process is to become.  The strings are kernel copies. */
struct exec_image {
	int segment;        /* the ELF file's */
	uint32_t bytes;     /* its length */
	const char *prefix; /* strings in place of argv[0], for "#!" */
	uint32_t prefix_bytes;
	const char *path;
};

/*
 * `p` becomes the image.  It is not the running process: it is a client that
 * waits for the server that calls exec, or at boot a process without a space.
 * argv and envp are addresses in its old space; 0: there are none.  0, or
 * -errno with the process intact.
 */
int proc_exec(struct proc *p, const struct exec_image *image, vaddr_t argv,
              vaddr_t envp);

/* ---- elf.c -------------------------------------------------------------- */

/* A program that is being mapped: the first two members are given. */
struct elf {
	const struct exec_image *image;
	int space; /* the new one */
	struct elf_header header;
	vaddr_t phdr; /* where the program headers are mapped, or 0 */
	vaddr_t top;  /* end of the highest segment */
};

/*
 * Maps the segments of the image.  0; -ENOEXEC: it is no static i386 program;
 * -ENOMEM: it does not fit, or there is no memory.  After an error the space is
 * to be dropped.
 */
int elf_map(struct elf *e);

#endif
