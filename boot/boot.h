/*
 * boot/boot.h -- what the files of boot share.
 */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "../abi/types.h"

/* boot/entry.asm: the first directory, and the first 4 MiB. */
extern uint32_t boot_directory[], boot_table[];

/* ---- archive.c ------------------------------------------------------- */

#define ARCHIVE_END "TRAILER!!!" /* the last one's name */

/*
 * Where the body of the file at `path` (without the leading slash) is, and its
 * length; 0 when it is not there, or something unsound is in front of it.  A
 * body whose sum is wrong ends the machine: nobody starts a damaged program.
 */
paddr_t archive_find(const char *path, uint32_t *bytes);

/* ---- cmdline.c ------------------------------------------------------- */

#define SERVERS_MAX 5
extern const char *cmdline_servers[SERVERS_MAX]; /* of rank 2: paths */
extern int cmdline_server_count;
extern char cmdline_words[]; /* "init" and all words, each with its NUL */
extern int cmdline_bytes;

void cmdline_parse(const char *text, bool first_is_file);

/* ---- main.c ---------------------------------------------------------- */

/* Where boot/entry.asm goes. */
__attribute__((noreturn)) void kmain(uint32_t magic, paddr_t info_address);

#endif
