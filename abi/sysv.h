/*
 * abi/sysv.h -- what the three kinds of System V objects have in common.
 *
 * The names are POSIX's, <sys/ipc.h>; the layouts here and in shm.h, sem.h and
 * msg.h are Linux i386's 64-bit-clean ones ("IPC_64").  Every pad is zero on
 * the way out.  Source: svipc(7).
 */
#ifndef ABI_SYSV_H
#define ABI_SYSV_H

#include "types.h"

#define IPC_PRIVATE 0
#define IPC_CREAT   01000
#define IPC_EXCL    02000
#define IPC_NOWAIT  04000

#define IPC_RMID 0
#define IPC_SET  1
#define IPC_STAT 2
#define IPC_INFO 3
#define IPC_64   0x100 /* or-ed into cmd by ipc(2) callers */

/* ipc(2): which call is meant. */
enum ipc_call {
	SEMOP = 1,
	SEMGET,
	SEMCTL,
	SEMTIMEDOP,
	MSGSND = 11,
	MSGRCV,
	MSGGET,
	MSGCTL,
	SHMAT = 21,
	SHMDT,
	SHMGET,
	SHMCTL,
};

struct ipc_perm {
	int key;
	uint32_t uid, gid;   /* the owner */
	uint32_t cuid, cgid; /* the creator */
	uint16_t mode, pad1;
	uint16_t seq, pad2;
	uint32_t unused[2];
};

_Static_assert(sizeof(struct ipc_perm) == 36, "Linux i386 ipc64_perm");

#endif
