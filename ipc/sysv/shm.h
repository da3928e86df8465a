/*
 * ipc/sysv/shm.h -- System V shared memory.
 *
 * This is *System V* IPC: everything that is shared is a segment.  (Message IPC
 * is ipc/message/message.h.)  Sources: shmget(2), shmop(2), shmctl(2),
 * svipc(7).
 */
#ifndef IPC_SHM_H
#define IPC_SHM_H

#include "../../abi/shm.h"
#include "object.h"

/*
 * Tunables, as IPC_INFO shows them: the kernel command line and
 * /proc/sys/kernel set them.  A shmseg of 0 is no limit.
 */
extern struct shminfo shm_limits;
extern uint32_t shm_rmid_forced; /* 0, or 1: see shm.c */

/* An object: a segment of mm/segment.c with a name, an owner and a history. */
struct shm {
	struct ids_slot slot;
	struct shmid_ds ds; /* at every moment what IPC_STAT gives out */
	int segment;        /* of mm/segment.c; -1: the slot is free */
	int creator;        /* index of the process, or -1: it has ended */
	uint32_t locker;    /* real uid of who locked it + 1, or 0 */
};

extern struct shm shms[];  /* at a fixed address (linker.ld) */
extern struct ids shm_ids; /* finds them by index, id and key */
extern uint32_t shm_pages; /* that all of them have, for SHMALL */

/*
 * shmat(2) in two steps, so that ipc(2) can look between them whether its
 * answer can be written.  First the checks: -EINVAL, -EACCES or -EMFILE
 * (SHMSEG), in this order; else the index of the object.
 */
int shm_may_attach(int id, vaddr_t address, int flags);
/* Then the mapping: 0 and where it begins, -EINVAL, -ENOMEM or -EPERM. */
int shm_attach(int index, vaddr_t address, int flags, vaddr_t *result);

/* A child space has inherited the caller's attaches: counts them. */
void shm_fork(int child_space);

/* The running process ends; its space has been dropped. */
void shm_exit(void);

/* Destroys what shm_rmid_forced does not let live.  After it was set. */
void shm_destroy_orphans(void);

int shm_check(void); /* self-check: how many breaches it has logged */

#endif
