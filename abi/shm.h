/*
 * abi/shm.h -- System V shared memory, as it crosses the Unix door.
 *
 * The names are POSIX's, <sys/shm.h>; the layout is Linux i386's 64-bit-clean
 * one ("IPC_64").  Every pad is zero on the way out.  Sizes are bytes, times
 * are seconds since 1970, and each limit names its unit.
 *
 * Source: shmget(2), shmop(2), shmctl(2), svipc(7).
 */
#ifndef ABI_SHM_H
#define ABI_SHM_H

#include "sysv.h"

#define SHM_LOCK     11
#define SHM_UNLOCK   12
#define SHM_STAT     13
#define SHM_INFO     14
#define SHM_STAT_ANY 15

#define SHM_HUGE_SHIFT 26     /* the size's logarithm, in the bits from here */
#define SHM_HUGETLB    04000  /* shmget: huge pages; there are none */
#define SHM_NORESERVE  010000 /* shmget: promise no memory for it */

#define SHM_RDONLY 010000  /* shmat: reference only */
#define SHM_RND    020000  /* shmat: round the address down to SHMLBA */
#define SHM_REMAP  040000  /* shmat: replace what is mapped there */
#define SHM_EXEC   0100000 /* shmat: ask for execution as well */
#define SHMLBA     4096u

#define SHM_DEST   01000 /* mode: removed, dies at the last detach */
#define SHM_LOCKED 02000 /* mode: locked in memory */

struct shmid_ds {
	struct ipc_perm shm_perm;
	uint32_t shm_segsz; /* bytes, exactly as asked */
	uint32_t shm_atime, atime_high;
	uint32_t shm_dtime, dtime_high;
	uint32_t shm_ctime, ctime_high;
	int shm_cpid; /* creator */
	int shm_lpid; /* last shmat or shmdt */
	uint32_t shm_nattch;
	uint32_t unused[2];
};

struct shminfo {
	uint32_t shmmax; /* bytes */
	uint32_t shmmin; /* bytes */
	uint32_t shmmni; /* segments */
	uint32_t shmseg; /* attaches per process */
	uint32_t shmall; /* pages */
	uint32_t unused[4];
};

struct shm_info {
	int used_ids;
	uint32_t shm_tot, shm_rss, shm_swp; /* pages */
	uint32_t swap_attempts, swap_successes;
};

_Static_assert(sizeof(struct shmid_ds) == 84, "Linux i386 shmid64_ds");
_Static_assert(offsetof(struct shmid_ds, shm_nattch) == 72, "shm_nattch");
_Static_assert(sizeof(struct shminfo) == 36, "Linux i386 shminfo64");
_Static_assert(sizeof(struct shm_info) == 24, "Linux i386 shm_info");

#endif
