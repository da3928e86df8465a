/*
 * ipc/wait.c -- standing in line: how semop, msgsnd and msgrcv sleep.
 *
 * A process may be served while it does not sleep: a stop, or the end of its
 * time, has woken it, and it has not run yet.  It finds its result all the
 * same.  When it runs unserved it leaves the line: it does not stop in there.
 * A process that is to die is passed by: what it waited for is not done.
 */
#include "wait.h"

#include "../abi/errno.h"
#include "../kernel/panic.h"

void wait_join(struct line *line)
{
	self()->wait.next = -1;
	self()->wait.result = WAITING;
	if (line->first < 0)
		line->first = current;
	else
		procs[line->last].wait.next = current;
	line->last = current;
}

static void leave(struct line *line, int proc)
{
	int *place = &line->first, previous = -1;

	while (*place != proc) {
		assert(*place >= 0); /* it stands in this line */
		previous = *place;
		place = &procs[previous].wait.next;
	}
	*place = procs[proc].wait.next;
	if (line->last == proc)
		line->last = previous;
}

void wait_serve(struct line *line, int proc, int result)
{
	assert(procs[proc].wait.result == WAITING && result != WAITING);
	leave(line, proc);
	procs[proc].wait.result = result;
	if (procs[proc].state == PROC_IN_LINE)
		wake(proc);
}

void wait_dismiss(struct line *line, int result)
{
	while (line->first >= 0)
		wait_serve(line, line->first, result);
}

int wait_next(int proc)
{
	while (proc >= 0 && procs[proc].killed)
		proc = procs[proc].wait.next;
	return proc;
}

int wait_sleep(struct line *line, const uint32_t *until)
{
	struct proc *p = self();
	int error = 0;

	while (p->wait.result == WAITING && error == 0)
		if (p->stopping)
			error = -EINTR;
		else if (until && (int32_t)(*until - ticks) <= 0)
			error = -EAGAIN;
		else
			error = block_until(PROC_IN_LINE, until);
	if (p->wait.result == WAITING)
		wait_serve(line, current, error);
	return p->wait.result;
}

bool wait_again(int result)
{
	return result == -EINTR && block(PROC_IN_LINE, -1) == 0;
}
