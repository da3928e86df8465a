/*
 * kernel/process/wait_check.c -- self-check of the lines.
 *
 *	W1  who stands in line lives, and waits: he sleeps, or was woken and
 *	    has not run yet
 *	W2  a line ends, and with its last
 *	W3  who waits stands in a line
 *
 * sem_check.c and msg_check.c show us their lines; then wait_check() looks at
 * the processes.
 */
#include "wait.h"

#include "../base/klog.h"

static int standing; /* in the lines that were shown */

static int report(const char *what, const char *name, int index,
                  const struct proc *p)
{
	klog(KLOG_ERROR, "%s: %s %d, process %d", what, name, index,
	     proc_index(p));
	return 1;
}

int line_check(const struct line *line, const char *name, int index)
{
	const struct proc *before = 0;
	int breaches = 0, length = 0;

	for (struct proc *p = line->first; p; p = p->wait.next) {
		if (length++ == proc_rows.fresh)
			return report("W2: no end", name, index, p);
		if (p->wait.before != before)
			breaches += report("W2: before", name, index, p);
		if (p->wait.result != WAITING)
			breaches += report("W1: served", name, index, p);
		if (p->state == PROC_FREE || p->state == PROC_ZOMBIE)
			breaches += report("W1: dead", name, index, p);
		before = p;
	}
	if (line->last != before)
		breaches += report("W2: the last", name, index, before);
	standing += length;
	return breaches;
}

int wait_check(void)
{
	int waiting = 0, lost;

	for (int i = 0; i < proc_rows.fresh; i++)
		waiting += procs[i].state != PROC_FREE &&
		           procs[i].wait.result == WAITING;
	lost = waiting - standing;
	standing = 0;
	return lost == 0 ? 0
	                 : report("W3: waiting", "less standing", lost, procs);
}
