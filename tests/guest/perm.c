/*
 * tests/guest/perm.c -- who may do what to a segment: 1.1 as a matrix.
 *
 * A segment has an owner (uid, gid) and a creator (cuid, cgid).  The first
 * class that matches decides.  It is user if the caller is the owner or the
 * creator, group if one of the caller's groups is that of the owner or the
 * creator, and other if not.  Euid 0 may do everything.  The tests try every
 * mode of a class against every way of asking, for each kind of caller, and
 * expect what allowed() says.
 */
#include "test.h"

#define OWNER   1000
#define GROUP   1001
#define CREATOR 2000
#define CGROUP  2001

/* A segment with all four ids different; its mode is 0777 at first. */
static int four_ids(void)
{
	AS(CREATOR, CGROUP)
	{
		shared->value[0] = OK(shm_get(IPC_PRIVATE, PAGE, 0777));
		set_owner(shared->value[0], OWNER, GROUP, 0777);
	}
	return shared->value[0];
}

/* Do `bits`, those of the caller's class, allow an attach with these flags? */
static int allowed(int bits, int flags)
{
	int need = flags & SHM_RDONLY ? 4 : 6;

	if (flags & SHM_EXEC)
		need |= 1;
	return (bits & need) == need;
}

/* Tries each of the 8 modes of the class that begins at bit `shift`. */
static void try_modes(int id, int shift)
{
	static const int flags[] = {SHM_RDONLY, 0, SHM_RDONLY | SHM_EXEC,
	                            SHM_EXEC};

	for (int bits = 0; bits < 8; bits++) {
		/* The other classes have the opposite bits. */
		int mode = (0777 & ~(7 << shift)) | bits << shift;
		long result;

		shared->value[1] = mode;
		while (shared->value[2] != mode)
			sched_yield();
		for (unsigned i = 0; i < ALL(flags); i++) {
			result = shm_at(id, NULL, flags[i]);
			if (allowed(bits, flags[i]))
				OK(shm_dt(ADDRESS(result)));
			else
				ERR(result, EACCES);
		}
	}
	shared->value[1] = -1;
}

/* As root, sets each mode that the child asks for, until the child ends. */
static void serve_modes(int id, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		long mode = shared->value[1];

		if (mode != -1 && mode != shared->value[2]) {
			set_owner(id, OWNER, GROUP, mode);
			shared->value[2] = mode;
		}
		sched_yield();
	}
	EQ(status, 0);
}

static void matrix(int uid, int gid, int extra, int shift)
{
	int id = four_ids();
	gid_t group = extra;
	pid_t pid;

	shared->value[1] = shared->value[2] = 0777;
	BACKGROUND(pid)
	{
		OK(setgroups(extra ? 1 : 0, &group));
		OK(setresgid(gid, gid, gid));
		OK(setresuid(uid, uid, uid));
		try_modes(id, shift);
	}
	serve_modes(id, pid);
	removed(id);
}

BOTH("1.1-matrix the owner has the user's bits, 8 modes x 4 attaches")
{
	matrix(OWNER, 7, 0, 6);
}

BOTH("1.1-matrix the owner has only these, though in the group as well")
{
	matrix(OWNER, GROUP, 0, 6);
}

BOTH("1.1-matrix the creator has the user's bits")
{
	matrix(CREATOR, 7, 0, 6);
}

BOTH("1.1-matrix the owner's group has the group's bits")
{
	matrix(3000, GROUP, 0, 3);
}

BOTH("1.1-matrix the creator's group has the group's bits")
{
	matrix(3000, CGROUP, 0, 3);
}

BOTH("1.1-matrix a supplementary group counts as the owner's group")
{
	matrix(3000, 7, GROUP, 3);
}

BOTH("1.1-matrix a supplementary group counts as the creator's group")
{
	matrix(3000, 7, CGROUP, 3);
}

BOTH("1.1-matrix everyone else has the others' bits")
{
	matrix(3000, 3001, 0, 0);
}

BOTH("1.1-matrix another supplementary group does not count")
{
	matrix(3000, 3001, 4000, 0);
}

BOTH("1.1-root root attaches a segment of mode 0 in every way")
{
	int id = four_ids();

	set_owner(id, OWNER, GROUP, 0);
	OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_RDONLY))));
	OK(shm_dt(ADDRESS(shm_at(id, NULL, 0))));
	OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_EXEC))));
	removed(id);
}

BOTH("1.1-euid the effective uid decides, not the real or the saved one")
{
	int id = four_ids();

	set_owner(id, OWNER, GROUP, 0600);
	IN_CHILD
	{
		OK(setgroups(0, NULL));
		OK(setresgid(7, 7, 7));
		OK(setresuid(OWNER, 3000, OWNER));
		ERR(shm_at(id, NULL, 0), EACCES);
		OK(setresuid(-1, OWNER, -1));
		OK(shm_dt(attach(id)));
	}
	IN_CHILD
	{
		OK(setgroups(0, NULL));
		OK(setresgid(7, 7, 7));
		OK(setresuid(0, 3000, 0));
		ERR(shm_at(id, NULL, 0), EACCES);
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
		OK(seteuid(0));
		OK(shm_dt(attach(id)));
	}
	removed(id);
}

BOTH("1.1-egid the effective gid decides, not the real or the saved one")
{
	int id = four_ids();

	set_owner(id, OWNER, GROUP, 0060);
	IN_CHILD
	{
		OK(setgroups(0, NULL));
		OK(setresgid(GROUP, 7, GROUP));
		OK(setresuid(3000, 3000, 3000));
		ERR(shm_at(id, NULL, 0), EACCES);
		OK(setresgid(-1, GROUP, -1));
		OK(shm_dt(attach(id)));
	}
	removed(id);
}

BOTH("1.1-control the group may not SET, RMID or LOCK, whatever the mode")
{
	int id = four_ids();

	AS(3000, GROUP)
	{
		struct shm_ds ds = stat_of(id);

		ERR(shm_ctl(id, IPC_SET, &ds), EPERM);
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
		ERR(shm_ctl(id, SHM_LOCK, NULL), EPERM);
		ERR(shm_ctl(id, SHM_UNLOCK, NULL), EPERM);
	}
	removed(id);
}

BOTH("1.1-control owner and creator may SET though the mode is 0")
{
	int id = four_ids();

	set_owner(id, OWNER, GROUP, 0);
	AS(OWNER, 7)
	{
		struct shm_ds ds = {.uid = OWNER, .gid = GROUP, .mode = 0400};

		ERR(shm_ctl(id, IPC_STAT, &ds), EACCES);
		ds = (struct shm_ds){.uid = OWNER, .gid = GROUP, .mode = 0400};
		OK(shm_ctl(id, IPC_SET, &ds));
		EQ(stat_of(id).mode, 0400);
	}
	AS(CREATOR, 7)
	{
		struct shm_ds ds = {.uid = OWNER, .gid = GROUP, .mode = 0};

		OK(shm_ctl(id, IPC_SET, &ds));
		ERR(shm_ctl(id, IPC_STAT, &ds), EACCES);
		removed(id);
	}
}

BOTH("1.1-kept an attach made with permission survives a change of ids")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));
	char *p = attach(id);

	AS(NOBODY, NOBODY)
	{
		p[0] = 'n';
		ERR(shm_at(id, NULL, 0), EACCES);
		OK(shm_dt(p));
	}
	EQ(p[0], 'n');
	removed(id);
}

BOTH("SEC-S19 a process that does not own it cannot gain by IPC_SET")
{
	int id = four_ids();

	AS(NOBODY, NOBODY)
	{
		struct shm_ds ds = stat_of(id);

		ds.uid = NOBODY;
		ds.mode = 0777;
		ERR(shm_ctl(id, IPC_SET, &ds), EPERM);
		EQ(stat_of(id).uid, OWNER);
	}
	removed(id);
}

TEST("1.1-ids setgroups is root's alone, and the groups are as set")
{
	gid_t in[3] = {5, 6, 7}, out[8];

	IN_CHILD
	{
		OK(setgroups(3, in));
		EQ(getgroups(0, NULL), 3);
		EQ(getgroups(8, out), 3);
		EQ(memcmp(in, out, sizeof in), 0);
		ERR(SYS(NR_getgroups32, 2, P(out)), EINVAL);
		ERR(SYS(NR_getgroups32, -1, P(out)), EINVAL);
		OK(setresuid(9, 9, 9));
		ERR(SYS(NR_setgroups32, 0, 0), EPERM);
		ERR(setresuid(0, -1, -1) ? -errno : 0, EPERM);
		ERR(setuid(0) ? -errno : 0, EPERM);
		EQ(geteuid(), 9);
	}
}

TEST("1.1-ids setuid of root sets three ids, of another the effective one")
{
	uid_t r, e, s;

	IN_CHILD
	{
		OK(setresuid(1, 2, 3));
		OK(setuid(3));
		OK(getresuid(&r, &e, &s));
		EQ(r, 1);
		EQ(e, 3);
		EQ(s, 3);
	}
	IN_CHILD
	{
		OK(setuid(4));
		OK(getresuid(&r, &e, &s));
		EQ(r, 4);
		EQ(e, 4);
		EQ(s, 4);
	}
}

TEST("1.1-ids setresuid takes one of the three ids, others are EPERM")
{
	IN_CHILD
	{
		OK(setresuid(1, 2, 3));
		OK(setresuid(3, 1, 2));
		ERR(setresuid(4, -1, -1) ? -errno : 0, EPERM);
		ERR(setresuid(-1, 4, -1) ? -errno : 0, EPERM);
		OK(setresuid(-1, -1, -1));
		EQ(getuid(), 3);
		EQ(geteuid(), 1);
	}
}
