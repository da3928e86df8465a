/*
 * ipc/sysv/sem.h -- System V semaphores.
 *
 * Sets and their commands are in sem.c, semop and its sleepers in semop.c, and
 * what the end of a process takes back (SEM_UNDO) in semadj.c.
 * Sources: semget(2), semop(2), semctl(2), svipc(7).
 */
#ifndef IPC_SEM_H
#define IPC_SEM_H

#include "../../abi/sem.h"
#include "pool.h"
#include "object.h"
#include "../../kernel/process/wait.h"

/*
 * Tunables, as IPC_INFO shows them: the kernel command line and
 * /proc/sys/kernel/sem set semmsl, semmns, semopm and semmni.
 */
extern struct seminfo sem_limits;

#define SEMMSL_MAX 65535 /* sem_num has 16 bits */
#define SEMOPM_MAX 512   /* struct operation: a page */

struct semaphore {
	uint16_t value; /* 0..SEMVMX */
	uint16_t pid;   /* of the process that operated on it last, or 0 */
};

/* A struct sembuf in the kernel's memory, and what it takes to undo it. */
struct operation {
	uint16_t sem_num;
	int16_t sem_op, sem_flg;
	uint16_t old_pid; /* once it is done: the pid before */
};

/*
 * Where the semaphores of a set lie: a few in a cell of the pool, more of them
 * in a segment of their own, which no process attaches.
 */
struct semaphores {
	int cell, segment;       /* one of the two, the other is -1 */
	struct semaphore *first; /* the first page of them, for the kernel */
};

struct sem_set {
	struct ids_slot slot;
	struct semid_ds ds; /* at every moment what IPC_STAT gives out */
	struct semaphores all;
	struct line zeroes;      /* processes that wait for zeroes alone */
	struct line changers;    /* processes that wait to change a value */
	int rows;                /* semadj.c: the first in its list, or -1 */
	struct sem_set *owed;    /* semadj.c: the next set to be served, or 0 */
} __attribute__((aligned(128))); /* so that &sems[i] is a shift */

extern struct sem_set sems[]; /* at a fixed address (linker.ld) */
extern struct ids sem_ids;
extern const struct object_kind sem_kind;
extern uint32_t sem_count; /* semaphores of all sets, for SEMMNS */
extern int sem_cells;      /* of the pool, that sets have */

/*
 * semtimedop(2).  `timeout` is the address of a struct timespec, `wide` or of
 * 32 bits, or 0: the call is semop(2).
 */
int semtimedop(int id, vaddr_t ops, uint32_t count, vaddr_t timeout, bool wide);

#define SEMS_A_PAGE (PAGE_SIZE / sizeof(struct semaphore))
#ifndef SEMS_A_CELL /* host tests make it small */
#define SEMS_A_CELL (CELL_BYTES / sizeof(struct semaphore))
#endif

/* Semaphore `num` in a segment, which has one page table. */
struct semaphore *sem_of(int segment, uint32_t num);

static inline struct semaphore *sem_among(const struct semaphores *all,
                                          uint32_t num)
{
	if (num < SEMS_A_PAGE)
		return &all->first[num];
	return sem_of(all->segment, num);
}

static inline struct semaphore *sem_at(const struct sem_set *set, uint32_t num)
{
	return sem_among(&set->all, num);
}

/* ---- semop.c ------------------------------------------------------------ */

/*
 * The operations op..end were done, or (op is 0) any value may have changed:
 * the sleepers that can go on now do.  Has preemption points.
 */
void sem_serve(struct sem_set *set, const struct operation *op,
               const struct operation *end);

/* How many processes wait until `num` is 0, or (not `zero`) until it grows. */
int sem_count_waiting(int index, int num, bool zero);

/* ---- semadj.c ----------------------------------------------------------- */

/*
 * What the end of a process adds to a semaphore.  A process has a row for each
 * semaphore that it has used SEM_UNDO on, until the set ends.  See semadj.c for
 * the picture.
 */
struct semadj {
	int link;         /* mm/rows.c: the next free row */
	int below[2];     /* in the tree of its process; -1 */
	int next, before; /* in the list of its set; -1 */
	uint32_t key;     /* of the semaphore: its place in the tree */
	uint16_t set, num;
	uint16_t proc;
	int16_t value;
};
extern struct semadj semadjs[];
extern struct rows semadj_rows;

/* The process's row for semaphore `num` of the set at this index, or 0. */
struct semadj *semadj_find(const struct proc *p, int set, int num);
/* Makes sure that the current process has such a row: 0, or -ENOMEM. */
int semadj_make(int set, int num);

/* SETVAL, SETALL: what was counted for `num` is forgotten; -1: for all. */
void semadj_clear(int set, int num);
/* IPC_RMID: the rows of the set end. */
void semadj_forget(int set);

/* The current process ends: adds its rows, and serves the lines. */
void sem_exit(void);

int sem_check(void); /* self-check: how many breaches it has logged */

#endif
