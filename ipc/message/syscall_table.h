/*
 * ipc/message/syscall_table.h -- a row of abi/syscalls.tbl, in C.
 *
 * tools/mktables writes the table itself (build/gen/syscall_table.c).  It has a
 * row for each number; where there is no call, the row runs unknown_call.
 */
#ifndef IPC_SYSCALL_TABLE_H
#define IPC_SYSCALL_TABLE_H

#include "../../abi/types.h"

/* Bits: what a row says of an argument. */
enum lease_kind {
	LEASE_IN = 1,  /* the server may read the client's buffer */
	LEASE_OUT = 2, /* the server may write it */
	LEASE_INOUT = LEASE_IN | LEASE_OUT,
	LEASE_IOV = 4, /* it is an array of struct iovec */
	LEASE_STR = 8, /* it is a string that ends with a NUL */
};

/*
 * What a reply carries: none, one or two connections that become descriptors,
 * or one that becomes the working directory.
 */
enum result_kind { RESULT_STATUS, RESULT_FD, RESULT_FD2, RESULT_CWD };

struct lease {
	uint8_t kind;
	uint8_t argument;       /* 0..5: the word that is the pointer */
	int8_t length_argument; /* the word that is its length; -1: constant */
	uint16_t length;        /* the constant */
};

struct syscall {
	int8_t fd_argument;    /* the descriptor to ask by; -1: by the cwd */
	bool is_dir;           /* it is a directory, and a path comes next */
	uint8_t second_dir;    /* the argument that is another one; 0: none */
	uint8_t result;        /* enum result_kind */
	int8_t flags_argument; /* where O_CLOEXEC stands; -1: nowhere */
	uint32_t cloexec;      /* that bit of it */
	struct lease leases[3];
};

#include "../../build/gen/syscall_numbers.h" /* SYS_name, SYSCALL_LIMIT */

extern const struct syscall syscalls[SYSCALL_LIMIT];

/* What runs for each number; `args` are in the caller's frame. */
extern int (*const syscall_run[SYSCALL_LIMIT])(uint32_t number,
                                               const uint32_t *args);

#endif
