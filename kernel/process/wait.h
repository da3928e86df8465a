/*
 * kernel/process/wait.h -- standing in line: how semop, msgsnd, msgrcv and
 * futex sleep.  This header declares what wait.c and wait_check.c have.
 *
 * A semaphore set has two lines: of processes that wait for zero, and of
 * processes that wait to change a value.  A message queue has two as well: of
 * senders, and of receivers.  The process that changes the object serves its
 * lines, first come first served.  To serve means to do the sleeper's work for
 * it, to take it out of the line and to give it its result.  So a sleeper that
 * was served has nothing to try again.
 *
 *	wait_join --> in line --> wait_serve(result)  --> wait_sleep answers it
 *	                     \--> its time is up: -EAGAIN,
 *	                          a signal comes: -EINTR, nothing done
 */
#ifndef KERNEL_WAIT_H
#define KERNEL_WAIT_H

#include "process.h"

#define UNSERVED (-1001) /* no errno: a result that is not there yet */

struct line {
	struct proc *first, *last; /* 0: the line is empty */
};

/*
 * Lines for sleepers whose object has no row of its own: a hash of what they
 * wait for chooses one.
 */
#define HASHED_LINES 64
extern struct line hashed_lines[HASHED_LINES];

/* The running process joins the line, at its end.  Its result is UNSERVED. */
void wait_join(struct line *line);

/*
 * The running process, which has joined `line`, sleeps until it is served, and
 * no longer than to count `*until` of the clock (0: without a limit).  Answers
 * the result that it was given.  Unserved it leaves the line: -EAGAIN, its time
 * is up; -EINTR, it is to run a handler, to stop or to die.
 */
int wait_sleep(struct line *line, const uint64_t *until);

/*
 * msgsnd, msgrcv and futex begin again after a stop; semop does not.  If
 * `result` is the -EINTR of a stop, the process stops here.  True: it was
 * continued, and is to begin again.
 */
bool wait_again(int result);

/*
 * `p`, which stands in `line` and waits, leaves it with this result and goes
 * on.  Its wait.next stays, so a caller that walks the line may go on with it.
 */
void wait_serve(struct line *line, struct proc *p, int result);

/* Every process leaves the line with this result: the object is gone. */
void wait_dismiss(struct line *line, int result);

/*
 * The checkers.  line_check() checks one line, which its reports call `name`
 * and `index`.  After it has seen all lines, wait_check() checks that no
 * process waits outside of them.  Each returns how many breaches it has logged.
 */
int line_check(const struct line *line, const char *name, int index);
int wait_check(void);

#endif
