/*
 * ipc/syscall_table.h -- what a row of abi/syscalls.tbl is in C.
 *
 * tools/mksyscalls.awk writes the table itself (build/syscall_table.c): one row
 * for each number; where there is no call, it runs unknown_call.
 */
#ifndef IPC_SYSCALL_TABLE_H
#define IPC_SYSCALL_TABLE_H

#include "../abi/types.h"

enum owner { OWNER_NONE, OWNER_KERNEL, OWNER_FD, OWNER_NAME };

/* Bits, and what a row may say of an argument. */
enum lease_kind {
	LEASE_NONE = 0,
	LEASE_IN = 1,  /* the server may read the client's buffer */
	LEASE_OUT = 2, /* the server may write it */
	LEASE_INOUT = LEASE_IN | LEASE_OUT,
	LEASE_IOV = 4, /* ... an array of struct iovec */
	LEASE_IN_IOV = LEASE_IN | LEASE_IOV,
	LEASE_OUT_IOV = LEASE_OUT | LEASE_IOV,
	LEASE_STR = 8, /* a NUL-terminated string */
	LEASE_PATH = LEASE_STR,
	LEASE_DIR = 16, /* no pointer: a directory's descriptor or AT_FDCWD */
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
	const char *name;
	int (*run)(uint32_t number, const uint32_t *args);
	uint8_t owner;         /* who is asked (first) */
	uint8_t second;        /* who is asked after FORWARD */
	int8_t fd_argument;    /* owner or second fd: which word */
	uint8_t result;        /* what a reply may carry */
	int8_t flags_argument; /* O_CLOEXEC stands in it; -1 */
	struct lease leases[3];
};

#include "../build/gen/syscall_numbers.h" /* SYS_name, SYSCALL_LIMIT */

extern const struct syscall syscalls[SYSCALL_LIMIT];

/* syscall.c: what a row runs whose number is no call's: -ENOSYS, a log line. */
int unknown_call(uint32_t number, const uint32_t *args);

#endif
