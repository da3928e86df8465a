/*
 * boot/boot.h -- what the files of boot share.  This header declares what
 * entry.asm, archive.c, cmdline.c and main.c have; multiboot.h is for
 * multiboot.c.
 */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "../abi/types.h"

/* ---- entry.asm ---------------------------------------------------------- */

/* The first page directory, and the page table of the first 4 MiB. */
extern uint32_t boot_directory[], boot_table[];

/* ---- main.c ------------------------------------------------------------- */

/*
 * Where entry.asm goes, in the higher half: `magic` and the physical address of
 * the loader's information are what the loader left in eax and ebx.
 */
__attribute__((noreturn)) void kmain(uint32_t magic, paddr_t info_address);

/* ---- cmdline.c ---------------------------------------------------------- */

/*
 * Reads the kernel's command line and does what its words say.  If
 * `first_is_file` its first word is the kernel's own name, and is skipped.
 */
void cmdline_parse(const char *text, bool first_is_file);

/* The paths of the servers of rank 2, the console first. */
#define SERVERS_MAX 5
extern const char *cmdline_fs; /* "fs=MIB", for the server of files */
extern const char *cmdline_servers[SERVERS_MAX];
extern int cmdline_server_count;

/* The arguments of init: "init" and all words, each with its NUL. */
extern char cmdline_words[];
extern int cmdline_bytes;

/* ---- archive.c ---------------------------------------------------------- */

#define ARCHIVE_END "TRAILER!!!" /* the name of the last entry */

/*
 * Finds the file at `path`, which has no leading slash: where its body is, and
 * how long.  0: it is not there, or an entry before it is unsound.  If the sum
 * of the body is wrong, the machine ends: a damaged program must not start.
 */
paddr_t archive_find(const char *path, uint32_t *bytes);

#endif
