/*
 * ipc/syscall_table.h -- what a row of abi/syscalls.tbl is in C.
 *
 * tools/mksyscalls.awk writes the table itself (build/syscall_table.c): one row
 * for each number, all zero where there is no call.
 */
#ifndef IPC_SYSCALL_TABLE_H
#define IPC_SYSCALL_TABLE_H

#include "../abi/types.h"

enum owner { OWNER_NONE, OWNER_KERNEL, OWNER_FD, OWNER_NAME };

enum lease_kind {
	LEASE_NONE,
	LEASE_IN,     /* the server may read the client's buffer */
	LEASE_OUT,    /* the server may write it */
	LEASE_INOUT,  /* both */
	LEASE_IN_IOV, /* an array of struct iovec, to read from */
	LEASE_OUT_IOV,
	LEASE_PATH, /* a NUL-terminated string that is a path */
	LEASE_STR,  /* ... that is none */
	LEASE_DIR,  /* no pointer: a directory's descriptor or AT_FDCWD */
};

enum result_kind { RESULT_STATUS, RESULT_FD, RESULT_FD2, RESULT_CWD };

struct lease {
	uint8_t kind;
	uint8_t argument;       /* 0..5: the word that is the pointer */
	int8_t length_argument; /* the word that is its length; -1: constant */
	uint16_t length;        /* the constant */
};

struct syscall {
	const char *name;
	int (*run)(const uint32_t *args); /* owner kernel; else 0 */
	uint8_t owner;                    /* who is asked (first) */
	uint8_t second;                   /* who is asked after FORWARD */
	int8_t fd_argument;               /* owner or second fd: which word */
	uint8_t result;                   /* what a reply may carry */
	int8_t flags_argument;            /* O_CLOEXEC stands in it; -1 */
	struct lease leases[3];
	uint16_t number;
};

#include "../build/gen/syscall_numbers.h" /* SYS_name, SYSCALL_LIMIT */

extern const struct syscall syscalls[SYSCALL_LIMIT];

/* The lease of `row` on argument `argument`, or 0. */
const struct lease *syscall_lease(const struct syscall *row, int argument);

#endif
