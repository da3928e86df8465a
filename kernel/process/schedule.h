/*
 * kernel/process/schedule.h -- which process runs next, and which sleeps until
 * when.  This header declares what ready.c, sleep.c and schedule.c have.
 */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include "process.h"

/* ---- ready.c: the processes that could run ------------------------------ */

/*
 * READY processes in the order in which they will run: the servers, or those of
 * one user.  A server has a queue of its own as well, for when its quantum is
 * used up.
 */
struct run_queue {
	struct proc *first;     /* or 0 */
	struct proc **end;      /* where the next to join goes */
	struct run_queue *next; /* whose turn is after this one's */
	bool in_ring;           /* it has the turn, or waits for it */
	bool ticked;   /* the next to join at its front joins at its end */
	uint32_t uid;  /* real uid of the user, or OF_A_SERVER */
	int processes; /* of its user, with zombies; 0: a free row */
};
#define OF_A_SERVER UINT32_MAX /* the uid of no user */
enum { SERVERS, RUN_QUEUES = SERVERS + 1 + PROCS_MAX };
extern struct run_queue run_queues[RUN_QUEUES];
extern int run_queues_used;

/*
 * The queue that has the turn.  Its `next` has it afterwards, and so on as far
 * as `nobody`, which ends the ring and is always empty.
 */
extern struct run_queue *turn, nobody;

/* The ticks that all processes together have used since boot. */
extern struct cpu_time clock_used;

/*
 * When it is not 0, attend() is called before the CPU returns to user mode: the
 * running process has signals to obey (1), or others may run (LET_OTHERS).
 */
#define LET_OTHERS 2
extern int need_resched;

/* To be called once, before the first process is made. */
void ready_init(void);

/*
 * `p` has just become READY: it joins the queue of its kind, at the end or at
 * the front.  A server joins the servers' queue and runs before all users.
 */
void ready_join(struct proc *p);
void ready_join_first(struct proc *p);

/* `p` has given up the CPU and is READY: it joins the end of sched.queue. */
void ready_rejoin(struct proc *p);

/* Takes the next process to run out of its queue.  0: no process is READY. */
struct proc *ready_take(void);

/*
 * A tick has found `p` at work.  Another process may run now, and another
 * user's if this turn has been long enough.
 */
void quantum_ends(struct proc *p);
extern uint32_t quantum; /* ticks: 1, or what quantum= says */

/*
 * The running process yields, and no other of its user is READY: the turn
 * passes on to the next user.
 */
void turn_yield(void);

/*
 * From now on `p` counts as a process of its real uid, or as a server.  After
 * user_leave() it counts for nobody.  `p` must not be READY.
 */
void user_join(struct proc *p);
void user_leave(struct proc *p);

/* ---- sleep.c: the processes that wait for a time ------------------------ */

/*
 * block() without a peer, and no longer than until the clock has counted to
 * `*until`; 0: without a limit.  Like block() it may return early: the caller
 * looks at clock_counts.
 */
enum block_answer block_until(enum proc_state state, const uint64_t *until);

/*
 * From now on the clock has `a` in mind, until it has counted to `until`, or no
 * longer.  It joins only when it has no place among them, and leaves only when
 * it has one.  The caller sees to it that the clock interrupts (clock_alarm).
 */
void sleep_join(struct alarm *a, uint64_t until);
void sleep_leave(struct alarm *a);

/* The first one, or 0. */
struct alarm *sleep_first(void);

/* Wakes the sleepers, and tells the servers, whose time has come. */
void sleep_wake(void);
void server_alarm(const struct proc *p); /* ipc/message/alarm.c */

/* wait/time.c: has it used the CPU for as long as RLIMIT_CPU allows? */
void limit_tick(struct proc *p);

/*
 * The heap of sleepers, from 1 on, for sleep_check.c.  It returns how many
 * breaches it has logged.
 */
extern struct alarm *asleep[1 + PROCS_MAX];
extern int sleepers;
int sleep_check(void);

/* ---- schedule.c: from one process to the next --------------------------- */

/*
 * Gives the CPU to the next READY process, and returns when the caller gets it
 * back.  The caller's state says already why it does not run.
 */
void schedule(void);

/* On the way back to user mode, when need_resched: others may run first. */
void preempt(void);

extern uint32_t count_switches; /* since boot */

/* The timer's interrupt; `user`: it found the CPU in user mode. */
void clock_tick(bool user);

#endif
