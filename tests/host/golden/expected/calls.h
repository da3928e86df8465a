/* The Unix calls the kernel owns: made by tools/mktables from abi/syscalls.tbl. */
/*
 * Each does what its man page (section 2) says, as far as
 * its row and the limits in README.md go: 0 or a positive
 * result, or -errno.
 */
#ifndef CALLS_H
#define CALLS_H

#include "../../abi/types.h"

int sys_end(int status);
int sys_wide(int id, uint32_t first, uint32_t second, uint32_t third, uint32_t fourth, int fifth);
int sys_setid(int word0, uint32_t uid);
int sys_nothing(void);
int sys_start(int word0, int word1);
int sys_brk(uint32_t address, vaddr_t *result);
int sys_where(vaddr_t *result);
int sys_mmap(uint32_t address, uint32_t length, int fd, vaddr_t *result);
int sys_fcntl(int fd, int command, uint32_t arg);

#endif
