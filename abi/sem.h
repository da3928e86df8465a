/*
 * abi/sem.h -- System V semaphores, as they cross the Unix door.
 *
 * The names are POSIX's, <sys/sem.h>.  Times are seconds since 1970.
 * Source: semget(2), semop(2), semctl(2).
 */
#ifndef ABI_SEM_H
#define ABI_SEM_H

#include "sysv.h"

/* semctl: what it does to one semaphore, or to all of a set. */
#define GETPID  11
#define GETVAL  12
#define GETALL  13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL  16
#define SETALL  17

#define SEM_STAT     18
#define SEM_INFO     19
#define SEM_STAT_ANY 20

#define SEM_UNDO 0x1000 /* semop: taken back when the process ends */
#ifndef SEMVMX          /* host tests make it small */
#define SEMVMX 32767    /* the greatest value */
#endif

struct sembuf {
	uint16_t sem_num;
	int16_t sem_op;
	int16_t sem_flg; /* IPC_NOWAIT, SEM_UNDO */
};

struct semid_ds {
	struct ipc_perm sem_perm;
	uint32_t sem_otime, otime_high; /* last semop */
	uint32_t sem_ctime, ctime_high; /* made, or last changed by semctl */
	uint32_t sem_nsems;
	uint32_t unused[2];
};

struct seminfo {
	uint32_t semmap; /* not used, as on Linux; so are semmnu, semume */
	uint32_t semmni; /* sets in the system */
	uint32_t semmns; /* semaphores in the system */
	uint32_t semmnu;
	uint32_t semmsl; /* semaphores in a set */
	uint32_t semopm; /* operations of a semop */
	uint32_t semume;
	uint32_t semusz; /* SEM_INFO: sets that there are */
	uint32_t semvmx; /* SEMVMX */
	uint32_t semaem; /* SEM_INFO: semaphores that there are */
};

_Static_assert(sizeof(struct sembuf) == 6, "struct sembuf");
_Static_assert(sizeof(struct semid_ds) == 64, "Linux i386 semid64_ds");
_Static_assert(offsetof(struct semid_ds, sem_nsems) == 52, "sem_nsems");
_Static_assert(sizeof(struct seminfo) == 40, "Linux i386 seminfo");

#endif
