/*
 * ipc/message/syscall_table.h -- what a row of abi/syscalls.tbl is in C.
 *
 * tools/mktables writes the table itself (build/gen/syscall_table.c): one row
 * for each number; where there is no call, it runs unknown_call.
 */
#ifndef IPC_SYSCALL_TABLE_H
#define IPC_SYSCALL_TABLE_H

#include "../../abi/types.h"

/* Bits: what a row may say of an argument. */
enum lease_kind {
	LEASE_IN = 1,  /* the server may read the client's buffer */
	LEASE_OUT = 2, /* the server may write it */
	LEASE_INOUT = LEASE_IN | LEASE_OUT,
	LEASE_IOV = 4, /* ... an array of struct iovec */
	LEASE_STR = 8, /* a NUL-terminated string */
};

/* So many new descriptors; or a connection that is the working directory. */
enum result_kind { RESULT_STATUS, RESULT_FD, RESULT_FD2, RESULT_CWD };

struct lease {
	uint8_t kind;
	uint8_t argument;       /* 0..5: the word that is the pointer */
	int8_t length_argument; /* the word that is its length; -1: constant */
	uint16_t length;        /* the constant */
};

struct syscall {
	int8_t fd_argument;    /* the word that says to whom; -1: by the cwd */
	bool is_dir;           /* a directory; the next word is the path */
	uint8_t result;        /* what a reply may carry */
	int8_t flags_argument; /* O_CLOEXEC stands in it; -1 */
	struct lease leases[3];
};

#include "../../build/gen/syscall_numbers.h" /* SYS_name, SYSCALL_LIMIT */

extern const struct syscall syscalls[SYSCALL_LIMIT];

/* What a call does, by its number: the words are on the caller's stack. */
extern int (*const syscall_run[SYSCALL_LIMIT])(uint32_t number,
                                               const uint32_t *args);

/*
 * syscall.c: what runs for a number that is no call's: -ENOSYS, and a log line
 * the first time that a process uses it.  For a row of owner `none`: -ENOSYS.
 */
int unknown_call(uint32_t number, const uint32_t *args);
int missing_call(uint32_t number, const uint32_t *args);

#endif
