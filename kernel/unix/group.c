/*
 * kernel/unix/group.c -- groups of processes, sessions, and who is in front.
 *
 * A session is what one person has started at one terminal; a group is one of
 * its jobs.  The group in the foreground may read the terminal and gets what is
 * typed as ^C.  Which one that is stands in the row of the session's leader,
 * because only the kernel knows who is in which group, and when the leader
 * dies:
 *
 *	session 7: leader 7, foreground 9
 *	    group 7: the shell    group 9: cat | sort    group 12: sleep
 *	                          reads, gets ^C         a read stops it
 *
 * Whose terminal is which is the console's matter.  It asks by the native calls
 * foreground, signal and background.
 *
 * A group is orphaned when no member has a parent that is in another group of
 * the session: then no shell is left that could continue it.  So terminal stops
 * do nothing there, and a member that is stopped when it happens is sent SIGHUP
 * and SIGCONT.
 */
#include "lifecycle.h"

#include "../../ipc/message/message.h"

static const struct signal_news from_kernel = {.code = SI_KERNEL};

/* The session of a group of processes; -ESRCH: there is no such group. */
static int group_session(int pgid)
{
	for (int i = 1; i < proc_rows.fresh; i++)
		if (procs[i].state != PROC_FREE &&
		    procs[i].identity.pgid == pgid)
			return procs[i].identity.sid;
	return -ESRCH;
}

/* The leader of a session, if it lives. */
static struct proc *leader_of(int sid)
{
	struct proc *p = proc_find(sid);

	return p && p->identity.sid == sid && p->state != PROC_ZOMBIE ? p : 0;
}

/* ---- setpgid(2) and its kin --------------------------------------------- */

int sys_setpgid(int pid, int pgid)
{
	struct proc *p = proc_find_or_self(pid);
	int sid = self()->identity.sid;

	if ((pgid ? pgid : pid) < 0)
		return -EINVAL;
	if (!p || (p != self() && p->life.parent != self_index()))
		return -ESRCH;
	if (pgid == 0)
		pgid = p->life.pid;
	if (p->identity.sid != sid)
		return -EPERM;
	if (p != self() && p->program.executed)
		return -EACCES;
	if (p->identity.sid == p->life.pid)
		return -EPERM; /* it leads a session */
	if (pgid != p->life.pid && group_session(pgid) != sid)
		return -EPERM;
	p->identity.pgid = pgid;
	return 0;
}

/* getpgid(2), getsid(2) */
int sys_getpgid_or_sid(int session, int pid)
{
	struct proc *p = proc_find_or_self(pid);

	if (!p)
		return -ESRCH;
	return session ? p->identity.sid : p->identity.pgid;
}

int sys_setsid(void)
{
	struct proc *p = self();

	if (group_session(p->life.pid) >= 0)
		return -EPERM; /* there is a group of that number */
	p->identity.pgid = p->identity.sid = p->life.pid;
	return p->life.pid;
}

/* ---- what the console asks ---------------------------------------------- */

int native_leader(int pid)
{
	const struct proc *p = leader_of(pid);

	return p ? (int)(p->sched.start_tick & INT32_MAX) : -ESRCH;
}

int native_foreground(int sid, int pgid)
{
	struct proc *leader = leader_of(sid);
	int session = group_session(pgid);

	if (!leader)
		return -ESRCH;
	if (pgid == 0)
		return leader->foreground;
	if (pgid != NO_FOREGROUND && session != sid)
		return session < 0 ? session : -EPERM;
	leader->foreground = pgid == NO_FOREGROUND ? 0 : pgid;
	return 0;
}

int native_background(struct proc *client, int signal)
{
	const struct proc *leader = leader_of(client->identity.sid);
	int pgid = client->identity.pgid;

	if (!leader || !leader->foreground || leader->foreground == pgid)
		return 0;
	if (!signal_acts(client, signal))
		return signal == SIGTTOU ? 0 : -EIO;
	if (group_orphaned(pgid))
		return -EIO;
	signal_send_to(-pgid, signal, from_kernel);
	return -EINTR;
}

/* ---- a process ends ----------------------------------------------------- */

static void hang_up(int pgid)
{
	signal_send_to(-pgid, SIGHUP, from_kernel);
	signal_send_to(-pgid, SIGCONT, from_kernel);
}

void group_parent_lost(const struct proc *p, const struct proc *parent)
{
	int pgid = p->identity.pgid;

	if (parent->identity.sid == p->identity.sid &&
	    parent->identity.pgid != pgid && group_orphaned(pgid) > 1)
		hang_up(pgid);
}

void group_exit(struct proc *p)
{
	if (p->foreground)
		hang_up(p->foreground);
	p->foreground = 0;
	if (p->life.parent >= 0)
		group_parent_lost(p, &procs[p->life.parent]);
}
