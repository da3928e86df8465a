/*
 * kernel/process/wait.c -- standing in line: how semop, msgsnd, msgrcv and
 * futex sleep.
 *
 * A process may be served after a stop, or the end of its time, has woken it,
 * and before it runs.  Then it finds its result when it runs.  A process that
 * runs unserved leaves the line, so it never stops while it stands there.  One
 * that is to die is passed by: what it waited for is not done.
 */
#include "wait.h"

#include "../../abi/errno.h"
#include "../base/panic.h"
#include "clock.h"
#include "schedule.h"

struct line hashed_lines[HASHED_LINES];

void wait_join(struct line *line)
{
	struct proc *p = self();

	p->wait.next = 0;
	p->wait.before = line->last;
	p->wait.result = UNSERVED;
	if (line->first)
		line->last->wait.next = p;
	else
		line->first = p;
	line->last = p;
}

static inline void leave(struct line *line, struct proc *p)
{
	struct proc *next = p->wait.next, *before = p->wait.before;

	if (before)
		before->wait.next = next;
	else
		line->first = next;
	if (next)
		next->wait.before = before;
	else
		line->last = before;
}

/*
 * It is inline, because every call that ends a wait passes here.  It knows in
 * which state the process is, so it need not ask as wake() must.
 */
inline void wait_serve(struct line *line, struct proc *p, int result)
{
	assert(p->wait.result == UNSERVED && result != UNSERVED);
	leave(line, p);
	p->wait.result = result;
	if (p->state == PROC_IN_LINE) {
		proc_change(p, PROC_IN_LINE, PROC_READY);
		ready_join(p);
	}
}

void wait_dismiss(struct line *line, int result)
{
	while (line->first)
		wait_serve(line, line->first, result);
}

/* It is inline, because every call that waits in line passes here. */
inline int wait_sleep(struct line *line, const uint64_t *until)
{
	struct proc *p = self();
	int error = 0;

	while (p->wait.result == UNSERVED && error == 0)
		if (until && *until <= clock_counts)
			error = -EAGAIN;
		else if (block_until(PROC_IN_LINE, until) != GO_ON)
			error = -EINTR;
	if (p->wait.result == UNSERVED)
		wait_serve(line, p, error);
	return p->wait.result;
}

bool wait_again(int result)
{
	if (result != -EINTR || self()->signal.killed ||
	    !self()->signal.stopping)
		return false;
	proc_stop();
	return !self()->signal.killed;
}
