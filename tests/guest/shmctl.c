/*
 * tests/guest/shmctl.c -- shmctl(2), 1.5, and which event writes what, 1.6.
 *
 * The tests say for each command who may use it, what it changes and what it
 * leaves, and which of two errors comes first.  Then comes the table of events.
 * There is a second between two events, so that a time that is written can be
 * told from one that is not.
 */
#include "test.h"
#include <sys/resource.h>

#define KEY 0x53C7
#define AT  ((char *)0x50000000)

static struct shm_ds scratch;

/* --- IPC_RMID ------------------------------------------------------------ */

BOTH("1.5-rmid an unattached segment is gone at once")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));

	EQ(shm_ctl(id, IPC_RMID, NULL), 0);
	ERR(shm_ctl(id, IPC_STAT, &scratch), EINVAL);
	ERR(shm_get(KEY, 0, 0), ENOENT);
	ERR(shm_ctl(id, IPC_RMID, NULL), EINVAL);
}

BOTH("1.5-rmid an attached one lives until the last detach")
{
	int id = make(PAGE);
	char *p = attach(id);

	strcpy(p, "alive");
	removed(id);
	EQ(strcmp(p, "alive"), 0);
	EQ(nattch(id), 1);
	OK(shm_dt(p));
	ERR(shm_ctl(id, IPC_STAT, &scratch), EINVAL);
}

BOTH("1.5-rmid it lives in its attachers when the remover has gone")
{
	int id = make(PAGE);
	pid_t pid;

	BACKGROUND(pid)
	{
		char *p = attach(id);

		reach(1);
		await(2);
		strcpy(p, "alive");
		EQ(strcmp(p, "alive"), 0);
		EQ(nattch(id), 1);
	}
	await(1);
	removed(id);
	reach(2);
	EXITS(pid, 0);
	ERR(shm_ctl(id, IPC_STAT, &scratch), EINVAL);
}

BOTH("1.5-rmid the mode gains SHM_DEST and the key becomes IPC_PRIVATE")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0640));
	struct shm_ds ds;

	attach(id);
	removed(id);
	ds = stat_of(id);
	EQ(ds.mode, 0640 | SHM_DEST_BIT);
	EQ(ds.key, IPC_PRIVATE);
}

BOTH("1.5-rmid the key is free at once, for another segment")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600)), other;
	char *p = attach(id);

	removed(id);
	ERR(shm_get(KEY, 0, 0), ENOENT);
	other = OK(shm_get(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600));
	TRUE(other != id);
	p[0] = 'x';
	EQ(attach(other)[0], 0);
	EQ(shm_get(KEY, 0, 0), other);
	removed(other);
}

BOTH("1.5-rmid a second removal answers 0, too")
{
	int id = make(PAGE);

	attach(id);
	EQ(shm_ctl(id, IPC_RMID, NULL), 0);
	EQ(shm_ctl(id, IPC_RMID, NULL), 0);
	EQ(nattch(id), 1);
}

BOTH("1.5-rmid the id stays good for attach, stat, set, until the last detach")
{
	int id = make(PAGE);

	attach(id);
	removed(id);
	OK(shm_dt(attach(id)));
	set_owner(id, 5, 6, 0444);
	EQ(stat_of(id).uid, 5);
	EQ(stat_of(id).mode, 0444 | SHM_DEST_BIT);
	OK(shm_ctl(id, SHM_LOCK, NULL));
	EQ(stat_of(id).mode, 0444 | SHM_DEST_BIT | SHM_LOCKED_BIT);
}

BOTH("1.5-rmid buf is ignored")
{
	EQ(shm_ctl(make(1), IPC_RMID, (void *)0xC0000000), 0);
	EQ(shm_ctl(make(1), IPC_RMID, (void *)1), 0);
}

BOTH("1.5-rmid owner and creator may, others get EPERM")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	set_owner(id, 1000, 1000, 0666);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
	}
	AS(1001, 1000)
	{
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
	}
	AS(1000, 7)
	{
		EQ(shm_ctl(id, IPC_RMID, NULL), 0);
	}
	ERR(shm_ctl(id, IPC_STAT, &scratch), EINVAL);
}

BOTH("1.5-rmid EINVAL for the id comes before EPERM")
{
	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(12345, IPC_RMID, NULL), EINVAL);
		ERR(shm_ctl(-1, IPC_RMID, NULL), EINVAL);
	}
}

/* --- IPC_SET ------------------------------------------------------------- */

BOTH("1.5-set uid, gid and nine bits of mode, nothing else")
{
	int id = OK(shm_get(KEY, 5000, IPC_CREAT | 0600));
	struct shm_ds ds = stat_of(id), after;

	ds.uid = 1;
	ds.gid = 2;
	ds.cuid = 3;
	ds.cgid = 4;
	ds.mode = 0451;
	ds.key = 99;
	ds.seq = 77;
	ds.segsz = 1;
	ds.atime = ds.dtime = ds.ctime = 5;
	ds.cpid = ds.lpid = 6;
	ds.nattch = 7;
	EQ(shm_ctl(id, IPC_SET, &ds), 0);
	after = stat_of(id);
	EQ(after.uid, 1);
	EQ(after.gid, 2);
	EQ(after.mode, 0451);
	EQ(after.cuid, 0);
	EQ(after.cgid, 0);
	EQ(after.key, KEY);
	EQ(after.segsz, 5000);
	EQ(after.atime, 0);
	EQ(after.dtime, 0);
	EQ(after.cpid, getpid());
	EQ(after.lpid, 0);
	EQ(after.nattch, 0);
	EQ(after.seq, id / 32768);
	EQ(shm_get(KEY, 0, 0), id);
	removed(id);
}

BOTH("1.5-set high bits of mode are kept and cannot be set")
{
	int id = make(PAGE);

	set_owner(id, 0, 0, 0177777);
	EQ(stat_of(id).mode, 0777);
	OK(shm_ctl(id, SHM_LOCK, NULL));
	set_owner(id, 0, 0, 0);
	EQ(stat_of(id).mode, SHM_LOCKED_BIT);
	set_owner(id, 0, 0, 0177777);
	EQ(stat_of(id).mode, SHM_LOCKED_BIT | 0777);
	removed(id);
}

BOTH("1.5-set a bad buffer is EFAULT, before the id and the permission")
{
	int id = make(PAGE);

	ERR(shm_ctl(id, IPC_SET, NULL), EFAULT);
	ERR(shm_ctl(-1, IPC_SET, NULL), EINVAL);
	ERR(shm_ctl(12345, IPC_SET, (void *)0xC0000000), EFAULT);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_SET, NULL), EFAULT);
		ERR(shm_ctl(id, IPC_SET, &scratch), EPERM);
	}
	ERR(shm_ctl(12345, IPC_SET, &scratch), EINVAL);
	ERR(shm_ctl(-1, IPC_SET, &scratch), EINVAL);
	removed(id);
}

BOTH("1.5-set uid or gid -1 is EINVAL, after EPERM")
{
	int id = make(PAGE);
	struct shm_ds ds = stat_of(id), after;

	ds.uid = (unsigned)-1;
	ERR(shm_ctl(id, IPC_SET, &ds), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_SET, &ds), EPERM);
	}
	ds.uid = 7;
	ds.gid = (unsigned)-1;
	ds.mode = 0123;
	ERR(shm_ctl(id, IPC_SET, &ds), EINVAL);
	after = stat_of(id);
	EQ(after.uid, 0);
	EQ(after.mode, 0600);
	removed(id);
}

BOTH("1.5-set owner and creator may, others get EPERM")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	set_owner(id, 1000, 1000, 0666);
	AS(1001, 1000)
	{
		ERR(shm_ctl(id, IPC_SET, &scratch), EPERM);
	}
	AS(1000, 7)
	{
		set_owner(id, 1001, 1001, 0666);
	}
	AS(1001, 7)
	{
		set_owner(id, 1000, 1000, 0600);
	}
	EQ(stat_of(id).uid, 1000);
	removed(id);
}

BOTH("1.5-set a mode that is taken away leaves attached processes alone")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	AS(1000, 1000)
	{
		char *p = attach(id);

		reach(1);
		IN_CHILD
		{
			p[0] = 1;
		}
		p[0] = 2;
	}
	set_owner(id, 0, 0, 0600);
	AS(1000, 1000)
	{
		ERR(shm_at(id, NULL, SHM_RDONLY), EACCES);
	}
	removed(id);
}

/* --- IPC_STAT, SHM_STAT, SHM_STAT_ANY ------------------------------------ */

BOTH("1.5-stat needs reading: EACCES without")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0602));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_STAT, &scratch), EACCES);
	}
	set_owner(id, 0, 0, 0604);
	AS(NOBODY, NOBODY)
	{
		EQ(stat_of(id).segsz, PAGE);
	}
	removed(id);
}

BOTH("1.5-stat order: EINVAL, then EACCES, and EFAULT last")
{
	int id = make(PAGE);

	ERR(shm_ctl(-1, IPC_STAT, NULL), EINVAL);
	ERR(shm_ctl(12345, IPC_STAT, NULL), EINVAL);
	ERR(shm_ctl(id, IPC_STAT, NULL), EFAULT);
	ERR(shm_ctl(id, IPC_STAT, (void *)0xC0000000), EFAULT);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_STAT, NULL), EACCES);
	}
	removed(id);
}

BOTH("1.5-stat the creator has the user's rights after giving away")
{
	AS(1000, 1000)
	{
		int id = OK(shm_get(IPC_PRIVATE, PAGE, 0400));

		set_owner(id, 2000, 2000, 0400);
		EQ(stat_of(id).uid, 2000);
		OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_RDONLY))));
		removed(id);
	}
}

static long index_of(int id)
{
	struct shm_totals totals;
	struct shm_ds ds;
	long last = OK(shm_ctl(0, SHM_INFO, &totals));

	for (long i = 0; i <= last; i++)
		if (shm_ctl(i, SHM_STAT_ANY, &ds) == id)
			return i;
	FAIL("id %d has no index up to %ld", id, last);
}

BOTH("1.5-shm_stat takes an index and returns the id")
{
	int id = OK(shm_get(KEY, 5000, IPC_CREAT | 0640));
	struct shm_ds ds;

	EQ(index_of(id), id % 32768);
	memset(&ds, 0xCC, sizeof ds);
	EQ(shm_ctl(index_of(id), SHM_STAT, &ds), id);
	EQ(ds.key, KEY);
	EQ(ds.segsz, 5000);
	EQ(ds.mode, 0640);
	EQ(ds.pad1 | ds.pad2, 0);
	removed(id);
}

BOTH("1.5-shm_stat needs reading, SHM_STAT_ANY nothing")
{
	int id = OK(shm_get(IPC_PRIVATE, 5000, 0600)), index = index_of(id);

	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(index, SHM_STAT, &scratch), EACCES);
		EQ(shm_ctl(index, SHM_STAT_ANY, &scratch), id);
		EQ(scratch.segsz, 5000);
	}
	removed(id);
}

BOTH("1.5-shm_stat an index that is not used is EINVAL")
{
	ERR(shm_ctl(4095, SHM_STAT, &scratch), EINVAL);
	ERR(shm_ctl(32767, SHM_STAT, &scratch), EINVAL);
	ERR(shm_ctl(-1, SHM_STAT, &scratch), EINVAL);
	ERR(shm_ctl(4095, SHM_STAT_ANY, &scratch), EINVAL);
	ERR(shm_ctl(-1, SHM_STAT_ANY, &scratch), EINVAL);
}

BOTH("1.5-shm_stat a bad buffer is EFAULT")
{
	int id = make(PAGE), index = index_of(id);

	ERR(shm_ctl(index, SHM_STAT, NULL), EFAULT);
	ERR(shm_ctl(index, SHM_STAT_ANY, (void *)0xC0000000), EFAULT);
	removed(id);
}

/* --- IPC_INFO, SHM_INFO -------------------------------------------------- */

BOTH("1.5-ipc_info answers the limits and the highest index")
{
	struct shm_limits limits;
	int id = make(PAGE);

	memset(&limits, 0xCC, sizeof limits);
	EQ(shm_ctl(0, IPC_INFO, &limits), id % 32768);
	EQ(limits.max, 0xFEFFFFFFu);
	EQ(limits.min, 1);
	EQ(limits.mni, 4096);
	EQ(limits.all, 0xFEFFFFFFu);
	for (int i = 0; i < 4; i++)
		EQ(limits.unused[i], 0);
	removed(id);
}

BOTH("1.5-ipc_info needs no permission, but an id that is not negative")
{
	struct shm_limits limits;

	AS(NOBODY, NOBODY)
	{
		EQ(shm_ctl(0, IPC_INFO, &limits), 0);
		EQ(shm_ctl(12345, IPC_INFO, &limits), 0);
		ERR(shm_ctl(-1, IPC_INFO, &limits), EINVAL);
	}
	ERR(shm_ctl(0, IPC_INFO, NULL), EFAULT);
	ERR(shm_ctl(-1, IPC_INFO, NULL), EINVAL);
}

BOTH("1.5-shm_info counts segments and their pages")
{
	struct shm_totals totals;
	int a = make(3 * PAGE + 1), b = make(1);

	memset(&totals, 0xCC, sizeof totals);
	TRUE(OK(shm_ctl(0, SHM_INFO, &totals)) >= 1);
	EQ(totals.used_ids, 2);
	EQ(totals.tot, 5);
	EQ(totals.rss, 0);
	EQ(totals.swp, 0);
	attach(a)[PAGE] = 1;
	attach(b)[0] = 1;
	OK(shm_ctl(0, SHM_INFO, &totals));
	EQ(totals.rss, 2);
	removed(a);
	removed(b);
	OK(shm_ctl(0, SHM_INFO, &totals));
	EQ(totals.used_ids, 2);
	EQ(totals.tot, 5);
	ERR(shm_ctl(0, SHM_INFO, NULL), EFAULT);
	ERR(shm_ctl(-1, SHM_INFO, &totals), EINVAL);
}

BOTH("1.5-shm_info the highest index is 0 when nothing exists")
{
	struct shm_totals totals;

	EQ(shm_ctl(0, SHM_INFO, &totals), 0);
	EQ(totals.used_ids, 0);
	EQ(totals.tot, 0);
	EQ(totals.rss, 0);
}

/* --- SHM_LOCK, SHM_UNLOCK ------------------------------------------------ */

BOTH("1.5-lock sets and clears SHM_LOCKED, and does not nest")
{
	int id = make(PAGE);
	struct shm_ds before = stat_of(id);

	EQ(shm_ctl(id, SHM_UNLOCK, NULL), 0);
	EQ(stat_of(id).mode, 0600);
	EQ(shm_ctl(id, SHM_LOCK, NULL), 0);
	EQ(stat_of(id).mode, 0600 | SHM_LOCKED_BIT);
	EQ(shm_ctl(id, SHM_LOCK, (void *)1), 0);
	EQ(shm_ctl(id, SHM_UNLOCK, NULL), 0);
	EQ(stat_of(id).mode, 0600);
	EQ(stat_of(id).ctime, before.ctime);
	removed(id);
}

BOTH("1.5-lock owner and creator may, others get EPERM")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, SHM_LOCK, NULL), EPERM);
		ERR(shm_ctl(id, SHM_UNLOCK, NULL), EPERM);
		ERR(shm_ctl(12345, SHM_LOCK, NULL), EINVAL);
		ERR(shm_ctl(12345, SHM_UNLOCK, NULL), EINVAL);
	}
	set_owner(id, 1000, 1000, 0666);
	AS(1000, 7)
	{
		EQ(shm_ctl(id, SHM_LOCK, NULL), 0);
		EQ(shm_ctl(id, SHM_UNLOCK, NULL), 0);
	}
	removed(id);
}

BOTH("1.5-lock a locked segment that is removed gives its pages back")
{
	int id = make(8 * PAGE);

	memset(attach(id), 1, 8 * PAGE);
	OK(shm_ctl(id, SHM_LOCK, NULL));
	removed(id);
}

static void limit_locks(rlim_t bytes)
{
	struct rlimit limit = {bytes, bytes};

	OK(setrlimit(RLIMIT_MEMLOCK, &limit));
}

BOTH("1.5-memlock SHM_LOCK with RLIMIT_MEMLOCK 0 and no privilege is EPERM")
{
	AS(NOBODY, NOBODY)
	{
		int id = make(PAGE);

		OK(shm_ctl(id, SHM_LOCK, NULL));
		limit_locks(0);
		ERR(shm_ctl(id, SHM_LOCK, NULL), EPERM);
		OK(shm_ctl(id, SHM_UNLOCK, NULL));
		ERR(shm_ctl(id, SHM_LOCK, NULL), EPERM);
		ERR(shm_ctl(12345, SHM_LOCK, NULL), EINVAL);
		EQ(stat_of(id).mode, 0600);
		removed(id);
	}
}

BOTH("1.5-memlock SHM_LOCK beyond RLIMIT_MEMLOCK is ENOMEM")
{
	AS(NOBODY, NOBODY)
	{
		int big = make(5 * PAGE), small = make(3 * PAGE);
		int one = make(1);

		limit_locks(9 * PAGE - 1);
		OK(shm_ctl(big, SHM_LOCK, NULL));
		OK(shm_ctl(small, SHM_LOCK, NULL));
		ERR(shm_ctl(one, SHM_LOCK, NULL), ENOMEM);
		EQ(stat_of(one).mode, 0600);
		OK(shm_ctl(big, SHM_LOCK, NULL));
		OK(shm_ctl(small, SHM_UNLOCK, NULL));
		OK(shm_ctl(one, SHM_LOCK, NULL));
		removed(big);
		OK(shm_ctl(small, SHM_LOCK, NULL));
		limit_locks(PAGE);
		removed(small);
		removed(one);
	}
}

BOTH("1.5-memlock the limit is for all that a user has locked, not for root")
{
	int of_root = make(4 * PAGE), id;

	limit_locks(4 * PAGE);
	OK(shm_ctl(of_root, SHM_LOCK, NULL));
	AS(NOBODY, NOBODY)
	{
		id = shared->value[0] = make(3 * PAGE);
		OK(shm_ctl(id, SHM_LOCK, NULL));
	}
	AS(NOBODY, NOBODY)
	{
		id = make(2 * PAGE);
		ERR(shm_ctl(id, SHM_LOCK, NULL), ENOMEM);
		removed(id);
	}
	AS(1000, 1000)
	{
		id = make(2 * PAGE);
		OK(shm_ctl(id, SHM_LOCK, NULL));
		removed(id);
	}
	limit_locks(0);
	OK(shm_ctl((int)shared->value[0], SHM_LOCK, NULL));
	removed((int)shared->value[0]);
	removed(of_root);
}

/* --- other commands ------------------------------------------------------ */

BOTH("1.5-cmd other and negative commands are EINVAL")
{
	static const int bad[] = {4,  5,  10, 16,    17,
	                          18, 99, -1, 10000, (int)0x80000002};
	int id = make(PAGE);

	for (unsigned i = 0; i < ALL(bad); i++)
		ERR(shm_ctl(id, bad[i] & ~IPC_64, &scratch), EINVAL);
	ERR(shm_ctl(-1, 99, &scratch), EINVAL);
	removed(id);
}

TEST("2.3-ipc64 the direct call does not know IPC_64: EINVAL")
{
	int id = make(PAGE);

	ERR(SYS(NR_shmctl, id, IPC_STAT | IPC_64, P(&scratch)), EINVAL);
	ERR(SYS(NR_shmctl, id, IPC_RMID | IPC_64, P(&scratch)), EINVAL);
	EQ(SYS(NR_shmctl, id, IPC_STAT, P(&scratch)), 0);
	removed(id);
}

TEST("DEV3 the layouts from before IPC_64 are not offered: EINVAL")
{
	int id;

	need_tessera();
	id = make(PAGE);
	ERR(SYS(NR_ipc, IPCOP_shmctl, id, IPC_STAT, 0, P(&scratch)), EINVAL);
	ERR(SYS(NR_ipc, IPCOP_shmctl, id, IPC_SET, 0, P(&scratch)), EINVAL);
	removed(id);
}

TEST("2.3-width IPC_STAT writes 84 bytes, IPC_INFO 36, SHM_INFO 24")
{
	static const struct {
		int command, bytes;
	} rows[] = {{IPC_STAT, 84}, {IPC_INFO, 36}, {SHM_INFO, 24}};
	unsigned char buf[128];
	int id = make(PAGE);

	for (unsigned i = 0; i < ALL(rows); i++) {
		memset(buf, 0xA5, sizeof buf);
		OK(shm_ctl(id, rows[i].command, buf));
		for (unsigned k = rows[i].bytes; k < sizeof buf; k++)
			EQ(buf[k], 0xA5);
		TRUE(buf[rows[i].bytes - 1] != 0xA5);
	}
	removed(id);
}

/* --- 1.6: which event writes which field --------------------------------- */

enum { ATIME = 1, DTIME = 2, CTIME = 4 };

/* Exactly the times in `mask` are later in `b`; no time is earlier. */
static void times_moved(struct shm_ds a, struct shm_ds b, int mask)
{
	EQ(b.atime > a.atime, (mask & ATIME) != 0);
	EQ(b.dtime > a.dtime, (mask & DTIME) != 0);
	EQ(b.ctime > a.ctime, (mask & CTIME) != 0);
	TRUE(b.atime >= a.atime && b.dtime >= a.dtime && b.ctime >= a.ctime);
}

/* Returns what stat says, and waits for the next second. */
static struct shm_ds next_second(int id)
{
	struct shm_ds ds = stat_of(id);
	long start = time(NULL);

	while (time(NULL) == start)
		sleep_ms(20);
	return ds;
}

TEST("1.6-events shmat, shmdt, IPC_SET write one time each, RMID none")
{
	int id = make(PAGE);
	struct shm_ds a = next_second(id), b;
	char *p = attach(id);

	b = next_second(id);
	times_moved(a, b, ATIME);
	a = b;
	OK(shm_dt(p));
	b = next_second(id);
	times_moved(a, b, DTIME);
	a = b;
	set_owner(id, 0, 0, 0640);
	b = next_second(id);
	times_moved(a, b, CTIME);
	a = b;
	OK(shm_ctl(id, SHM_LOCK, NULL));
	OK(shm_ctl(id, SHM_UNLOCK, NULL));
	stat_of(id);
	ERR(shm_at(id, (void *)1, 0), EINVAL);
	ERR(shm_dt(p), EINVAL);
	b = stat_of(id);
	times_moved(a, b, 0);
	EQ(a.lpid, b.lpid);
	removed(id);
}

TEST("1.6-events RMID of an attached segment writes no time")
{
	int id = make(PAGE);
	struct shm_ds a, b;

	attach(id);
	a = next_second(id);
	removed(id);
	b = stat_of(id);
	times_moved(a, b, 0);
	EQ(a.lpid, b.lpid);
}

TEST(
    "1.6-events fork writes atime and the parent's pid, exit dtime and its own")
{
	int id = make(PAGE);
	struct shm_ds a, b;
	pid_t pid;

	attach(id);
	IN_CHILD
	{
		OK(shm_dt(attach(id)));
	}
	a = next_second(id);
	TRUE(a.lpid != getpid());
	BACKGROUND(pid)
	{
		await(1);
	}
	b = next_second(id);
	times_moved(a, b, ATIME);
	EQ(b.nattch, 2);
	EQ(b.lpid, getpid());
	a = b;
	reach(1);
	EXITS(pid, 0);
	b = stat_of(id);
	times_moved(a, b, DTIME);
	EQ(b.nattch, 1);
	EQ(b.lpid, pid);
	removed(id);
}

TEST("1.6-events SIGKILL detaches like exit: dtime and the dead pid")
{
	int id = make(PAGE);
	struct shm_ds a, b;
	pid_t pid;

	BACKGROUND(pid)
	{
		attach(id);
		attach(id);
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	EQ(nattch(id), 2);
	a = next_second(id);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	b = stat_of(id);
	times_moved(a, b, DTIME);
	EQ(b.nattch, 0);
	EQ(b.lpid, pid);
	removed(id);
}

TEST("1.6-events fork with three attaches counts three")
{
	int id = make(PAGE);
	pid_t pid;

	attach(id);
	attach(id);
	OK(shm_at(id, NULL, SHM_RDONLY));
	BACKGROUND(pid)
	{
		await(1);
	}
	EQ(nattch(id), 6);
	reach(1);
	EXITS(pid, 0);
	EQ(nattch(id), 3);
	removed(id);
}

TEST("1.6-events munmap of everything writes dtime and lpid")
{
	int id = make(PAGE);
	struct shm_ds a, b;
	char *p = attach(id);

	IN_CHILD
	{
		OK(shm_dt(p));
	}
	a = next_second(id);
	OK(munmap(p, PAGE));
	b = stat_of(id);
	times_moved(a, b, DTIME);
	EQ(b.lpid, getpid());
	EQ(b.nattch, 0);
	removed(id);
}

TEST("1.6-events SHM_REMAP over itself writes atime, dtime, and nets to 0")
{
	int id = make(PAGE);
	struct shm_ds a, b;

	OK(shm_at(id, AT, 0));
	a = next_second(id);
	OK(shm_at(id, AT, SHM_REMAP));
	b = stat_of(id);
	times_moved(a, b, ATIME | DTIME);
	EQ(b.nattch, 1);
	EQ(b.lpid, getpid());
	removed(id);
}

/* --- /proc --------------------------------------------------------------- */

static char text[16384];

static const char *proc_line(int id)
{
	char *line, *next;
	int key, shmid;

	OK(read_file("/proc/sysvipc/shm", text, sizeof text));
	for (line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (sscanf(line, "%d %d", &key, &shmid) == 2 && shmid == id)
			return line;
	}
	FAIL("no line for id %d in /proc/sysvipc/shm", id);
}

TEST("1.8-proc /proc/sysvipc/shm has a heading and a line a segment")
{
	int id = OK(shm_get(-2, 5000, IPC_CREAT | 0641)), f[15];
	unsigned atime, ctime;

	attach(id)[0] = 1;
	set_owner(id, 7, 8, 0641);
	EQ(sscanf(proc_line(id), "%d %d %o %d %d %d %d %d %d %d %d %u %d %u %d",
	          &f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6], &f[7], &f[8],
	          &f[9], &f[10], &atime, &f[11], &ctime, &f[12]),
	   15);
	EQ(f[0], -2);
	EQ(f[1], id);
	EQ(f[2], 0641);
	EQ(f[3], 5000);
	EQ(f[4], getpid());
	EQ(f[5], getpid());
	EQ(f[6], 1);
	EQ(f[7], 7);
	EQ(f[8], 8);
	EQ(f[9], 0);
	EQ(f[10], 0);
	EQ(atime, stat_of(id).atime);
	EQ(f[11], 0);
	EQ(ctime, stat_of(id).ctime);
	EQ(f[12], PAGE);
	EQ(strncmp(text, "       key      shmid perms ", 28), 0);
	removed(id);
}

TEST("1.8-proc perms show 01000 after the removal, the key 0")
{
	int id = OK(shm_get(0x99, 1, IPC_CREAT | 0600)), key, shmid;
	unsigned perms;

	attach(id);
	removed(id);
	EQ(sscanf(proc_line(id), "%d %d %o", &key, &shmid, &perms), 3);
	EQ(perms, 01600);
	EQ(key, 0);
}

TEST("1.8-proc everyone may read it, unfiltered")
{
	int id = OK(shm_get(IPC_PRIVATE, 1, 0600));

	AS(NOBODY, NOBODY)
	{
		TRUE(proc_line(id) != NULL);
	}
	removed(id);
}

TEST("1.8-proc /proc/sys/kernel has shmmax, shmall and shmmni")
{
	static const struct {
		const char *name;
		unsigned long value;
	} rows[] = {{"/proc/sys/kernel/shmmax", 0xFEFFFFFF},
	            {"/proc/sys/kernel/shmall", 0xFEFFFFFF},
	            {"/proc/sys/kernel/shmmni", 4096}};

	for (unsigned i = 0; i < ALL(rows); i++) {
		OK(read_file(rows[i].name, text, sizeof text));
		EQ(strtoul(text, NULL, 10), rows[i].value);
		EQ(text[strlen(text) - 1], '\n');
	}
}
