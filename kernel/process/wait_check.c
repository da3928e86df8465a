/*
 * kernel/process/wait_check.c -- self-check of the lines.
 *
 *	W1  a process in line is alive and waits: it sleeps, or it was woken
 *	    and has not run yet
 *	W2  a line has an end, and its last process stands there
 *	W3  a process that waits stands in a line
 *
 * sem_check.c and msg_check.c call line_check() for each of their lines; then
 * wait_check() compares their number with the processes that wait.
 */
#include "wait.h"

#include "../base/klog.h"

static int standing; /* processes in the lines that were checked */

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
		if (p->wait.result != UNSERVED)
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
	int waiting = 0, lost, breaches = 0;

	for (int i = 0; i < HASHED_LINES; i++)
		breaches += line_check(&hashed_lines[i], "hashed line", i);
	for (int i = 0; i < proc_rows.fresh; i++)
		waiting += procs[i].state != PROC_FREE &&
		           procs[i].wait.result == UNSERVED;
	lost = waiting - standing;
	standing = 0;
	if (lost != 0)
		breaches += report("W3: waiting", "less standing", lost, procs);
	return breaches;
}
