/*
 * user/servers/files/calls/priority.c -- getpriority(2), setpriority(2),
 * sched(7).
 *
 * These calls are about other processes.  This server knows them, because it
 * makes /proc, so it finds whom a call means and says what the caller may.  The
 * kernel keeps a process's nice value, and a child inherits it.
 *
 * A nice value has no weight: turns are fair among users, and within a user
 * among processes.  The one policy is SCHED_OTHER.  Nobody is put before
 * others, so real-time policies are refused as Linux refuses them to a user
 * without privileges, and root gets the same answer.
 */
#include "calls.h"

#include "../../../lib/inspect.h"

enum { PRIO_PROCESS, PRIO_PGRP, PRIO_USER };
/* sched(7) */
enum {
	SCHED_OTHER,
	SCHED_FIFO,
	SCHED_RR,
	SCHED_BATCH,
	SCHED_IDLE = 5,
	SCHED_DEADLINE
};

#define NICE_LEAST          (-20)
#define NICE_MOST           19
#define PRIORITY_MOST       99 /* of a real-time policy */
#define SCHED_RESET_ON_FORK 0x40000000u
#define NANOSECONDS         1000000000u

/* ---- nice values -------------------------------------------------------- */

/* Does `which` and `who` mean the process?  0 means the caller's own. */
static bool means(const struct message *m, const struct row *row)
{
	uint32_t who = m->args[1];

	if (m->args[0] == PRIO_PROCESS)
		return row_get(row, PROC_PID) == (who ? who : (uint32_t)m->pid);
	if (m->args[0] == PRIO_PGRP)
		return row_get(row, PROC_PGID) ==
		       (who ? who : (uint32_t)m->pgid);
	return row_get(row, PROC_UID) == (who ? who : m->uid);
}

/* Is it the client's, or is the client root? */
static bool may_set(const struct message *m, const struct row *row)
{
	return m->euid == 0 || m->euid == row_get(row, PROC_UID) ||
	       m->euid == row_get(row, PROC_EUID);
}

/* The next row from *i up that the call means, or 0. */
static const struct row *next_meant(const struct message *m, int *i)
{
	const struct row *row;

	while ((row = row_ahead(PROCS, (*i)++)) != 0)
		if (row_get(row, PROC_STATE) > PROC_NEW &&
		    row_get(row, PROC_PID) != 0 && means(m, row))
			return row;
	return 0;
}

/* The kernel's own value, 20 - nice: 1 to 40.  Of several, the highest. */
int getpriority_call(const struct message *m)
{
	const struct row *row;
	int i = 0, highest = -ESRCH;

	if (m->args[0] > PRIO_USER)
		return -EINVAL;
	inspect_now();
	while ((row = next_meant(m, &i)) != 0) {
		int value = 20 - (int)row_get(row, PROC_NICE);

		if (value > highest)
			highest = value;
	}
	return highest;
}

/* Each one that may be set is set.  The last error is the answer. */
int setpriority_call(const struct message *m)
{
	const struct row *row;
	int i = 0, nice = (int)m->args[2], result = -ESRCH;

	if (m->args[0] > PRIO_USER)
		return -EINVAL;
	if (nice < NICE_LEAST)
		nice = NICE_LEAST;
	if (nice > NICE_MOST)
		nice = NICE_MOST;
	inspect_now();
	while ((row = next_meant(m, &i)) != 0)
		if (!may_set(m, row))
			result = -EPERM;
		else if (m->euid != 0 && nice < (int)row_get(row, PROC_NICE))
			result = -EACCES;
		else if (k_nice(row_get(row, PROC_PID), (uint32_t)nice) == 0 &&
		         result == -ESRCH)
			result = 0;
	return result;
}

/* ---- policies ----------------------------------------------------------- */

static bool is_real_time(uint32_t policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_policy(uint32_t policy)
{
	return policy <= SCHED_BATCH || policy == SCHED_IDLE ||
	       policy == SCHED_DEADLINE;
}

int policy_call(const struct message *m)
{
	if (!is_policy(m->args[0]))
		return -EINVAL;
	if (!is_real_time(m->args[0]))
		return 0;
	return m->type == SYS_sched_get_priority_max ? PRIORITY_MOST : 1;
}

/* Sets a policy and a priority: 0, if they are what every process has. */
static int set_policy(const struct message *m, const struct row *row,
                      uint32_t policy, uint32_t priority)
{
	if (!is_policy(policy) || policy == SCHED_DEADLINE ||
	    priority > PRIORITY_MOST || is_real_time(policy) != (priority > 0))
		return -EINVAL;
	return policy == SCHED_OTHER && may_set(m, row) ? 0 : -EPERM;
}

/* The time of a turn, in the layout of the call. */
static int give_turn(const struct message *m)
{
	uint32_t each = NANOSECONDS / inspect_now()->hz;
	uint32_t ticks = inspect_now()->tunables[TUNABLE_QUANTUM];
	uint32_t second = NANOSECONDS / each;
	uint32_t narrow[2] = {ticks / second, ticks % second * each};
	uint32_t wide[4] = {narrow[0], 0, narrow[1], 0};

	if (m->type == SYS_sched_rr_get_interval)
		return give(m->token, 1, narrow, sizeof(narrow));
	return give(m->token, 1, wide, sizeof(wide));
}

int scheduler_call(const struct message *m)
{
	static struct row row;
	bool sets = m->type == SYS_sched_setscheduler;
	int pid = m->args[0] ? (int)m->args[0] : m->pid;
	int at = sets ? 2 : 1; /* struct sched_param */
	bool has_param = sets || m->type == SYS_sched_setparam ||
	                 m->type == SYS_sched_getparam;
	uint32_t priority = 0;
	int error = 0;

	if (pid < 0 || (has_param && m->args[at] == 0) ||
	    (sets && (int)m->args[1] < 0))
		return -EINVAL;
	if (sets || m->type == SYS_sched_setparam)
		error = k_lease_read(m->token, at, 0, &priority, 4);
	if (error < 0)
		return error;
	if (!process_read(&row, pid))
		return -ESRCH;
	switch (m->type) {
	case SYS_sched_getscheduler:
		return SCHED_OTHER;
	case SYS_sched_getparam:
		return give(m->token, at, &priority, sizeof(priority));
	case SYS_sched_setparam:
		return set_policy(m, &row, SCHED_OTHER, priority);
	case SYS_sched_setscheduler:
		return set_policy(m, &row, m->args[1] & ~SCHED_RESET_ON_FORK,
		                  priority);
	}
	return give_turn(m);
}

/* ---- the CPU's time ----------------------------------------------------- */

enum { USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM, USES }; /* struct tms */

/* How many ticks the client and its children have had. */
static void read_uses(const struct message *m, uint32_t ticks[USES])
{
	static struct row row;

	process_read(&row, m->pid);
	ticks[USER] = row_get(&row, PROC_USER);
	ticks[SYSTEM] = row_get(&row, PROC_SYSTEM);
	memcpy(ticks + CHILDREN_USER, row_bytes(&row, PROC_CHILDREN),
	       2 * sizeof(*ticks));
}

/* In struct rusage all but the CPU time is 0. */
int getrusage_call(const struct message *m)
{
	uint32_t words[RUSAGE_WORDS] = {0}, ticks[USES], hz = inspect_now()->hz;
	int who = (int)m->args[0];
	const uint32_t *of = ticks;

	if (who == RUSAGE_CHILDREN)
		of = ticks + CHILDREN_USER;
	else if (who != RUSAGE_SELF && who != RUSAGE_THREAD)
		return -EINVAL;
	read_uses(m, ticks);
	for (int i = 0; i < 2; i++) {
		words[2 * i] = of[i] / hz;
		words[2 * i + 1] = of[i] % hz * (1000000 / hz);
	}
	return give(m->token, 1, words, sizeof(words));
}

/* times(2): its ticks are those of the kernel.  The answer is the uptime. */
int times_call(const struct message *m)
{
	uint32_t ticks[USES];
	int error = 0;

	read_uses(m, ticks);
	if (m->args[0])
		error = give(m->token, 0, ticks, sizeof(ticks));
	return error < 0 ? error : (int)(inspect_now()->ticks & INT32_MAX);
}

/* ---- the one CPU -------------------------------------------------------- */

#define AFFINITY_MASK 2 /* the argument */
#define THE_CPU       1u

static bool find_process(const struct message *m, struct row *row)
{
	return process_read(row, m->args[0] ? (int)m->args[0] : m->pid);
}

/* A mask that is longer than a word is looked at as far as there are CPUs. */
int set_affinity_call(const struct message *m)
{
	static struct row row;
	uint32_t cpus = 0, bytes = min(m->args[1], sizeof(cpus));
	int error = 0;

	if (bytes > 0)
		error = k_lease_read(m->token, AFFINITY_MASK, 0, &cpus, bytes);
	if (error < 0)
		return error;
	if (!find_process(m, &row))
		return -ESRCH;
	if (!may_set(m, &row))
		return -EPERM;
	return cpus & THE_CPU ? 0 : -EINVAL;
}

int get_affinity_call(const struct message *m)
{
	static struct row row;
	const uint32_t cpus = THE_CPU;
	int error;

	if (m->args[1] == 0 || m->args[1] % sizeof(cpus))
		return -EINVAL;
	if (!find_process(m, &row))
		return -ESRCH;
	error = give(m->token, AFFINITY_MASK, &cpus, sizeof(cpus));
	return error < 0 ? error : (int)sizeof(cpus);
}

/* It runs on the one CPU, which is on the one node. */
int getcpu_call(const struct message *m)
{
	const uint32_t first = 0;

	for (int i = 0; i < 2; i++)
		if (m->args[i] != 0 &&
		    give(m->token, i, &first, sizeof(first)) < 0)
			return -EFAULT;
	return 0;
}
