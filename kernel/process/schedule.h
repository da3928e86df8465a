/*
 * kernel/process/schedule.h -- who runs next, and who sleeps until when.
 */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include "process.h"

/* ---- ready.c --------------------------------------------------------- */

/*
 * READY processes in the order they will run: the servers, or those of a user.
 * A server has a queue of its own, too, for when its quantum is used up.
 */
struct run_queue {
	struct proc *first;     /* or 0 */
	struct proc **end;      /* where the next to join goes */
	struct run_queue *next; /* whose turn is after this one's */
	bool in_ring;           /* it has the turn, or waits for it */
	bool ticked;   /* who next comes to its front goes to the end */
	uint32_t uid;  /* real uid of the user, or OF_A_SERVER */
	int processes; /* they have, zombies too; 0: a free row */
};
#define OF_A_SERVER UINT32_MAX /* nobody's uid */
enum { SERVERS, RUN_QUEUES = SERVERS + 1 + PROCS_MAX };
extern struct run_queue run_queues[RUN_QUEUES];
extern int run_queues_used;
/* Who has the turn, and by `next` who has it then, as far as `nobody`. */
extern struct run_queue *turn, nobody;

/* Not 0: attend() is called before the CPU returns to user mode. */
extern int need_resched;

void ready_init(void);

/* One that was woken joins its queue, at the end or at the front. */
void ready_join(struct proc *p);
void ready_join_first(struct proc *p);
/* One that ran, and is still ready, joins the queue where it was. */
void ready_rejoin(struct proc *p);
/* The next to run, taken from its queue; 0: nobody is ready. */
struct proc *ready_take(void);

/* A tick has found the process at work. */
void quantum_ends(struct proc *p);
/* The current process, the only one of its user, wants others to run. */
void turn_yield(void);

/* The process, which is not READY, counts as its real uid's from now on. */
void user_join(struct proc *p);
void user_leave(struct proc *p);

/* ---- sleep.c --------------------------------------------------------- */

/* block() for nobody, and until the clock's count `*until` (0: for ever). */
enum block_answer block_until(enum proc_state state, const uint64_t *until);
/* Waits until the clock has counted so far: 0, or -EINTR if it is to die. */
int sleep_until(uint64_t until);

/* The process is to be woken when the clock has counted to `until`; or not. */
void sleep_join(struct proc *p, uint64_t until);
void sleep_leave(struct proc *p);
struct proc *sleep_first(void); /* who is to be woken first, or 0 */
void sleep_wake(void);          /* wakes those whose time has come */
int sleep_check(void);          /* how many breaches */

/* ---- schedule.c ------------------------------------------------------ */

void schedule(void); /* picks the next and switches to it */
void preempt(void);  /* on the way back to user mode, when need_resched */
extern uint32_t count_switches;

/* The timer's interrupt, which found the CPU in user mode, or not. */
void clock_tick(bool user);

#endif
