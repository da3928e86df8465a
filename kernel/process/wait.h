/*
 * kernel/process/wait.h -- standing in line: how semop, msgsnd and msgrcv
 * sleep.
 *
 * A set has two lines of processes that wait for it: who will change nothing,
 * and who will.  A queue has two as well: who sends, and who receives.  Whoever
 * changes the object serves its lines, first come first served: he does the
 * sleeper's work for him, takes him out of the line and gives him his result.
 * So a sleeper that was served has nothing to try again.
 *
 *	wait_join --> in line --> wait_serve(result)  --> wait_sleep answers it
 *	                     \--> time is up: -EAGAIN,
 *	                          he is to stop or die: -EINTR, nothing done
 */
#ifndef IPC_WAIT_H
#define IPC_WAIT_H

#include "process.h"

#define WAITING (-1001) /* no errno: a result that is not there yet */

struct line {
	struct proc *first, *last; /* 0: nobody */
};

/* The current process stands in line, last; its result is WAITING. */
void wait_join(struct line *line);

/*
 * The current process sleeps until it is served, and not longer than to count
 * `*until` of the clock (0: for ever).  Its result.
 */
int wait_sleep(struct line *line, const uint64_t *until);

/*
 * msgsnd and msgrcv begin again after a stop (semop does not): if `result` says
 * so the process stops here, and the answer is true when it is continued.
 */
bool wait_again(int result);

/* `p` leaves the line, with its result, and goes on; wait.next stays. */
void wait_serve(struct line *line, struct proc *p, int result);

/* Everybody leaves the line, with the same result. */
void wait_dismiss(struct line *line, int result);

/*
 * Self-check of one line, named so in reports; then, when all were shown, of
 * who stands in them.  How many breaches.
 */
int line_check(const struct line *line, const char *name, int index);
int wait_check(void);

#endif
