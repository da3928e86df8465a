/*
 * ipc/sem.h -- System V semaphores.
 *
 * Sets and their commands are sem.c; semop, its sleepers and who wakes them
 * semop.c; what the end of a process takes back (SEM_UNDO) semadj.c.
 * Sources: semget(2), semop(2), semctl(2), svipc(7).
 */
#ifndef IPC_SEM_H
#define IPC_SEM_H

#include "../abi/sem.h"
#include "object.h"
#include "wait.h"

/*
 * Tunables, as IPC_INFO shows them: the kernel command line and
 * /proc/sys/kernel/sem set semmsl, semmns, semopm and semmni.
 */
extern struct seminfo sem_limits;

#define SEMMSL_MAX 65535 /* sem_num has 16 bits */
#define SEMOPM_MAX 512   /* struct operation: a page */

struct semaphore {
	uint16_t value; /* 0..SEMVMX */
	uint16_t pid;   /* of the last process that did something to it; 0 */
};

/* A struct sembuf in the kernel's memory; it is done, it can be undone. */
struct operation {
	uint16_t sem_num;
	int16_t sem_op, sem_flg;
	uint16_t old_pid; /* what the semaphore had, when it is done */
};

/* Its semaphores lie in a segment of their own, which nobody attaches. */
struct sem_set {
	struct ids_slot slot;
	struct semid_ds ds; /* at every moment what IPC_STAT gives out */
	int segment;
	struct semaphore *first_page; /* of it, as the kernel sees it */
	struct line zeroes;   /* who sleeps in semop and will change nothing */
	struct line changers; /* ... and the others */
} __attribute__((aligned(128))); /* so that &sems[i] is a shift */

extern struct sem_set sems[]; /* at a fixed address (linker.ld) */
extern struct ids sem_ids;
extern const struct object_kind sem_kind;
extern uint32_t sem_count; /* semaphores of all sets, for SEMMNS */

/* semop(2), semtimedop(2) with a struct timespec of 32 bits, or none (0). */
int sem_operate(int id, vaddr_t ops, uint32_t count, vaddr_t timeout);

#define SEMS_A_PAGE (PAGE_SIZE / sizeof(struct semaphore))

/* Semaphore `num` of a segment of them: one page table is enough. */
struct semaphore *sem_of(int segment, uint32_t num);

static inline struct semaphore *sem_at(const struct sem_set *set, uint32_t num)
{
	if (__builtin_expect(num < SEMS_A_PAGE, true))
		return &set->first_page[num];
	return sem_of(set->segment, num);
}

/* ---- semop.c ------------------------------------------------------------- */

/* The values have changed: whoever in line can go on now does. */
void sem_serve(struct sem_set *set);

/* How many wait until `num` grows (`zero` false), or until it is 0. */
int sem_count_waiting(int index, int num, bool zero);

/* ---- semadj.c ------------------------------------------------------------ */

/*
 * What a process's end adds to semaphore `num` of the set named `id`: there are
 * rows for those it has used SEM_UNDO on.
 */
struct semadj {
	int link; /* table */
	int next; /* of the same process; -1 */
	int id, num;
	int value;
};
extern struct semadj semadjs[];
extern struct table semadj_table;

/* The process's row for this semaphore, or 0; ... made if need be: index or
 * -ENOMEM. */
struct semadj *semadj_find(const struct proc *p, int id, int num);
int semadj_make(int id, int num);

/* SETVAL, SETALL: nobody's end changes `num` any more; -1: any of the set. */
void semadj_clear(int id, int num);
/* IPC_RMID: the rows go. */
void semadj_forget(int id);

/* The current process ends: adds what it must, serves the lines. */
void sem_exit(void);

int sem_check(void); /* self-check: how many breaches */

#endif
