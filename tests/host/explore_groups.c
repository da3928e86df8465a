// with: kernel/signal/pid.c kernel/unix/group.c
// alone
// fast: 3
/*
 * tests/host/explore_groups.c -- every small family of processes, and the end
 * of each member: which groups are orphaned by it, and hear of it?
 *
 * Process 0 is init; each of the others has a parent with a lower number, one
 * of two sessions, any group, and runs, is stopped or is dead.  POSIX says when
 * a group is orphaned (3.264, "Orphaned Process Group"), and exit(3) that one
 * which becomes so and has a stopped member is sent SIGHUP and then SIGCONT.
 * Families of four have no dead member: there are a million of them without.
 */
#include "../../kernel/unix/lifecycle.h"
#include "../../ipc/message/message.h"
#include "fake_kernel.h"
#include "tap.h"

#define MOST  5
#define PID   10        /* process i has pid PID + i, but init has 1 */
#define GROUP (PID + 1) /* of process 1 */

static int members; /* with init */
static int hups[MOST], conts[MOST], others;
static bool acts = true;

int signal_send_to(int pid, int signal, struct signal_news news)
{
	int pgid = -pid;
	int *count = signal == SIGHUP ? hups : signal == SIGCONT ? conts : 0;

	EXPECT(news.code, SI_KERNEL);
	if (count && pgid >= PID && pgid < PID + MOST)
		count[pgid - PID]++;
	else
		others++;
	return 0;
}

bool signal_acts(const struct proc *p, int signal)
{
	(void)p, (void)signal;
	return acts;
}

static bool lives(const struct proc *p)
{
	return p->state != PROC_ZOMBIE;
}

/* In POSIX's words: no member's parent is elsewhere in the session. */
static bool is_orphaned(int pgid)
{
	for (int i = 1; i < members; i++) {
		const struct proc *p = &procs[i], *parent;

		parent = &procs[p->life.parent];
		if (lives(p) && p->identity.pgid == pgid &&
		    p->life.parent != 0 && lives(parent) &&
		    parent->identity.pgid != pgid &&
		    parent->identity.sid == p->identity.sid)
			return false;
	}
	return true;
}

static bool has_stopped(int pgid)
{
	for (int i = 1; i < members; i++)
		if (procs[i].identity.pgid == pgid &&
		    procs[i].state == PROC_STOPPED)
			return true;
	return false;
}

/* As proc_exit() does it (kernel/unix/lifecycle.c). */
static void end(struct proc *p)
{
	for (int i = 1; i < members; i++)
		if (procs[i].life.parent == proc_index(p)) {
			procs[i].life.parent = 0;
			if (lives(&procs[i]))
				group_parent_lost(&procs[i], p);
		}
	p->state = PROC_ZOMBIE;
	group_exit(p);
}

static void try_end(int index)
{
	struct proc kept[MOST];
	bool before[MOST];

	memcpy(kept, procs, sizeof(kept));
	memset(hups, 0, sizeof(hups));
	memset(conts, 0, sizeof(conts));
	for (int i = 1; i < members; i++)
		before[i] = is_orphaned(PID + i);
	end(&procs[index]);
	for (int i = 1; i < members; i++) {
		bool wanted =
		    !before[i] && is_orphaned(PID + i) && has_stopped(PID + i);

		EXPECT(hups[i], wanted);
		EXPECT(conts[i], wanted);
		EXPECT(group_orphaned(PID + i) > 0, is_orphaned(PID + i));
	}
	memcpy(procs, kept, sizeof(kept));
}

/* Chooses the rest of the family from process `next` on. */
static long families(int next)
{
	static const enum proc_state states[] = {PROC_SLEEPING, PROC_STOPPED,
	                                         PROC_ZOMBIE};
	static int sessions[MOST]; /* of each group, while it is chosen */
	struct proc *p = &procs[next];
	long count = 0;

	if (next == members) {
		for (int i = 1; i < members; i++)
			if (lives(&procs[i]))
				try_end(i);
		return 1;
	}
	for (int parent = 0; parent < next; parent++)
		for (int group = 1; group < members; group++)
			for (int choice = 0; choice < 6; choice++) {
				int sid = 100 + choice % 2, had;

				if (choice / 2 == 2 && members == MOST)
					continue;
				had = sessions[group];
				if (had && had != sid)
					continue;
				sessions[group] = sid;
				p->life.parent =
				    lives(&procs[parent]) ? parent : 0;
				p->identity.pgid = PID + group;
				p->identity.sid = sid;
				p->state = states[choice / 2];
				count += families(next + 1);
				sessions[group] = had;
			}
	return count;
}

static void orphans(int count)
{
	members = count;
	fake_procs(members);
	for (int i = 0; i < members; i++)
		procs[i].life.pid = i ? PID + i : INIT_PID;
	procs[0].state = PROC_SLEEPING;
	procs[0].identity.pgid = procs[0].identity.sid = INIT_PID;
	tap("the end of each member of %ld families: a group that it orphans "
	    "is told, if it has a stopped member, and no other",
	    families(1));
	EXPECT(others, 0);
}

/* Group 1 has process 1; 2 leads another group, and 3 is a job of it there. */
static void first_group(void)
{
	members = 4;
	fake_procs(members);
	for (int i = 0; i < members; i++) {
		procs[i].life.pid = i ? PID + i : INIT_PID;
		procs[i].life.parent = i == 3 ? 2 : 0;
		procs[i].identity.sid = INIT_PID;
		procs[i].identity.pgid = i < 2 ? INIT_PID : PID + i;
		procs[i].state = PROC_STOPPED;
	}
	EXPECT(group_orphaned(INIT_PID), 2);
	EXPECT(group_orphaned(PID + 2), 2);
	EXPECT(group_orphaned(PID + 3), 0);
	EXPECT(proc_is(&procs[1], -INIT_PID), true);
	EXPECT(proc_is(&procs[2], -INIT_PID), false);
	EXPECT(proc_named(&procs[2], -1), true);
	tap("group 1 has its members, and not all processes as -1 has");
}

/* Process 1 leads the session, 2 is in its group, 3 in one of its own. */
static void foreground(void)
{
	members = 4;
	fake_procs(members);
	for (int i = 0; i < members; i++) {
		procs[i].life.pid = i ? PID + i : INIT_PID;
		procs[i].life.parent = i > 1;
		procs[i].identity.sid = i ? GROUP : INIT_PID;
		procs[i].identity.pgid = i == 3 ? PID + 3
		                         : i    ? GROUP
		                                : INIT_PID;
		procs[i].state = PROC_SLEEPING;
	}
	EXPECT(native_foreground(GROUP, 0), 0);
	EXPECT(native_background(&procs[3], SIGTTIN), 0);
	EXPECT(native_foreground(GROUP, GROUP), 0);
	EXPECT(native_foreground(GROUP, 0), GROUP);
	procs[2].identity.pgid = procs[2].identity.sid = PID + 2;
	EXPECT(native_foreground(GROUP, PID + 2), -EPERM);
	procs[2].identity.pgid = procs[2].identity.sid = GROUP;
	EXPECT(native_foreground(GROUP, 99), -ESRCH);
	EXPECT(native_foreground(PID + 3, 0), -ESRCH);
	tap("the leader's row says which group is in front");

	EXPECT(native_background(&procs[2], SIGTTIN), 0);
	EXPECT(native_background(&procs[3], SIGTTIN), -EINTR);
	acts = false;
	EXPECT(native_background(&procs[3], SIGTTIN), -EIO);
	EXPECT(native_background(&procs[3], SIGTTOU), 0);
	acts = true;
	procs[3].life.parent = 0;
	EXPECT(native_background(&procs[3], SIGTTOU), -EIO);
	procs[3].life.parent = 1;
	EXPECT(others, 1);
	tap("who is not in front is stopped, if it can be stopped");

	EXPECT(native_foreground(GROUP, PID + 3), 0);
	memset(hups, 0, sizeof(hups));
	end(&procs[1]);
	EXPECT(hups[3], 1);
	EXPECT(hups[1], 0);
	EXPECT(native_foreground(GROUP, 0), -ESRCH);
	EXPECT(native_background(&procs[2], SIGTTIN), 0);
	tap("the leader's end is told to who is in front, and to nobody else");
}

int main(int argc, char **argv)
{
	orphans(4);
	if (argc < 2)
		orphans(MOST);
	(void)argv;
	first_group();
	foreground();
	return tap_end();
}
