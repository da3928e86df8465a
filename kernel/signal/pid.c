/*
 * kernel/signal/pid.c -- pids: the numbers by which user space knows processes.
 *
 * Below this floor a process is a row of `procs`, and its index is its name.
 * A pid lasts longer: it is not given again soon, and it may be the number of a
 * group or a session that outlives its leader.
 */
#include "signal.h"

#include "../base/string.h"

int pid_max = PIDS;

/*
 * A new pid must not be the number of a process, a group or a session.  Each
 * process keeps at most three numbers, so of PID_WINDOW numbers some are free.
 * All numbers from next_free on, and below next_taken, are free.
 */
static int next_free = 3, next_taken = 3; /* a second round begins at 2 */

/* Marks the number as taken, if it lies in the window. */
static void take_number(uint32_t *taken, int number)
{
	uint32_t at = (uint32_t)(number - next_free);

	if (at < PID_WINDOW)
		taken[at / 32] |= 1u << at % 32;
}

/*
 * Finds the first free numbers from next_free on.  They may all lie beyond
 * pid_max: then pid_next() begins again at 2, and its second try succeeds.
 */
static void find_free_numbers(void)
{
	static uint32_t taken[PID_WINDOW / 32];
	int from = 0, to;

	memset(taken, 0, sizeof(taken));
	for (int i = 0; i < proc_rows.fresh; i++) {
		const struct proc *p = &procs[i];

		if (p->state == PROC_FREE)
			continue;
		take_number(taken, p->life.pid);
		take_number(taken, p->identity.pgid);
		take_number(taken, p->identity.sid);
	}
	while (from < PID_WINDOW && (taken[from / 32] >> from % 32 & 1))
		from++;
	for (to = from; to < PID_WINDOW; to++)
		if (taken[to / 32] >> to % 32 & 1)
			break;
	next_taken = next_free + to;
	next_free += from;
}

int pid_next(void)
{
	while (next_free >= (int)min(next_taken, pid_max)) {
		if (next_free >= pid_max)
			next_free = 2; /* 1 is init's */
		find_free_numbers();
	}
	return next_free++;
}

struct proc *proc_find(int pid)
{
	for (int i = 0; i < proc_rows.fresh; i++)
		if (procs[i].state != PROC_FREE && procs[i].life.pid == pid)
			return &procs[i];
	return 0;
}

bool proc_is(const struct proc *p, int pid)
{
	return (pid > 0 ? p->life.pid == pid : p->identity.pgid == -pid) &&
	       p->state != PROC_FREE && p->state != PROC_NEW;
}

bool proc_named(const struct proc *p, int pid)
{
	if (pid == -1)
		return p->state != PROC_FREE && p->state != PROC_NEW;
	return proc_is(p, pid ? pid : -self()->identity.pgid);
}

struct proc *proc_find_or_self(int pid)
{
	return pid == 0 ? self() : proc_find(pid);
}

/* Could the parent of `p` continue it, as a shell does with its jobs? */
static bool has_keeper(const struct proc *p)
{
	const struct proc *parent = &procs[p->life.parent];

	return p->state != PROC_ZOMBIE && p->life.parent >= 0 &&
	       parent->state != PROC_ZOMBIE && parent->life.pid != INIT_PID &&
	       parent->identity.sid == p->identity.sid &&
	       parent->identity.pgid != p->identity.pgid;
}

int group_orphaned(int pgid)
{
	int answer = 1;

	for (int i = 1; i < proc_rows.fresh; i++) {
		if (!proc_is(&procs[i], -pgid))
			continue;
		if (has_keeper(&procs[i]))
			return 0;
		answer += procs[i].state == PROC_STOPPED;
	}
	return answer;
}
