/*
 * tests/guest/shm_uw.c -- the seventeen sentences of the UnixWare overview.
 *
 * This project began with a manual page, "Interprocess communication: Shared
 * memory".  It says seventeen things about shared memory.  Each of them is a
 * test here, under its number, UW-S1 to UW-S17, through both doors.
 */
#include "test.h"

BOTH("UW-S1 two processes share memory and the data in it")
{
	int id = make(PAGE);
	char *p = attach(id);

	IN_CHILD
	{
		EQ(p[0], 0);
		strcpy(p, "from the child");
	}
	EQ(strcmp(p, "from the child"), 0);
	OK(shm_dt(p));
	removed(id);
}

BOTH("UW-S1 four processes share one segment")
{
	int id = make(PAGE);
	volatile int *p = ADDRESS(shm_at(id, NULL, 0));
	pid_t pid[4];

	for (int i = 0; i < 4; i++)
		BACKGROUND(pid[i])
	p[i] = 100 + i;
	for (int i = 0; i < 4; i++)
		EXITS(pid[i], 0);
	for (int i = 0; i < 4; i++)
		EQ(p[i], 100 + i);
	OK(shm_dt(p));
	removed(id);
}

BOTH("UW-S2 two processes at different addresses see each other's writes")
{
	int id = make(PAGE);
	char *p = ADDRESS(shm_at(id, (void *)0x50000000, 0));

	p[100] = 'a';
	IN_CHILD
	{
		char *q;

		OK(shm_dt(p));
		q = ADDRESS(shm_at(id, (void *)0x60000000, 0));
		EQ(P(q), 0x60000000);
		EQ(q[100], 'a');
		q[101] = 'b';
	}
	EQ(p[101], 'b');
	OK(shm_dt(p));
	removed(id);
}

BOTH("UW-S2 one process at two addresses sees one memory")
{
	int id = make(3 * PAGE);
	volatile char *p = attach(id), *q = attach(id);

	TRUE(p != q);
	for (unsigned i = 0; i < 3 * PAGE; i += 977) {
		p[i] = (char)i;
		EQ(q[i], (char)i);
		q[i] = (char)(i + 1);
		EQ(p[i], (char)(i + 1));
	}
	OK(shm_dt(p));
	OK(shm_dt(q));
	removed(id);
}

BOTH("UW-S3 sharing is by the page: attach addresses are multiples of SHMLBA")
{
	int id = make(1);
	char *p = attach(id);

	EQ((unsigned long)p % SHMLBA, 0);
	ERR(shm_at(id, p + SLOT + 1, 0), EINVAL);
	ERR(shm_at(id, p + SLOT + PAGE - 1, 0), EINVAL);
	OK(shm_dt(p));
	removed(id);
}

BOTH("UW-S4 shmget creates a segment; IPC_PRIVATE makes a new one each time")
{
	int a = make(PAGE), b = make(PAGE);

	TRUE(a != b);
	EQ(stat_of(a).key, 0);
	removed(a);
	removed(b);
}

BOTH("UW-S4 processes that know the key reach the same segment")
{
	int id = OK(shm_get(0x1234, PAGE, IPC_CREAT | 0600));
	char *p = attach(id);

	strcpy(p, "by key");
	IN_CHILD
	{
		int same = OK(shm_get(0x1234, 0, 0));
		char *q;

		EQ(same, id);
		OK(shm_dt(p));
		q = attach(same);
		EQ(strcmp(q, "by key"), 0);
	}
	OK(shm_dt(p));
	removed(id);
}

BOTH("UW-S5 the creator sets the operation permissions for everyone")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0604));

	EQ(stat_of(id).mode, 0604);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_at(id, NULL, 0), EACCES);
		OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_RDONLY))));
	}
	removed(id);
}

BOTH("UW-S6 the creator sets the size in bytes, kept exactly")
{
	static const unsigned sizes[] = {1, 4095, 4096, 4097, 5000, 1048577};

	for (unsigned i = 0; i < ALL(sizes); i++) {
		int id = make(sizes[i]);
		char *p = ADDRESS(shm_at(id, (void *)0x50000000, 0));
		unsigned end = (sizes[i] + PAGE - 1) / PAGE * PAGE;

		EQ(stat_of(id).segsz, sizes[i]);
		p[sizes[i] - 1] = 1;
		p[end - 1] = 1;
		FAULTS_ON_LOAD(p + end);
		OK(shm_dt(p));
		removed(id);
	}
}

BOTH("UW-S7 a segment attached for reference only can be read")
{
	int id = make(PAGE);
	char *w = attach(id), *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	strcpy(w, "look, do not touch");
	EQ(strcmp(r, w), 0);
	OK(shm_dt(w));
	OK(shm_dt(r));
	removed(id);
}

BOTH("UW-S7 a store to a segment attached for reference only kills")
{
	int id = make(PAGE);
	char *w = attach(id), *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	FAULTS_ON_STORE(r);
	EQ(w[0], 0);
	w[0] = 7;
	FAULTS_ON_STORE(r);
	EQ(r[0], 7);
	OK(shm_dt(w));
	OK(shm_dt(r));
	removed(id);
}

BOTH("UW-S7 the kernel does not write there for the process, either")
{
	int id = make(PAGE);
	char *w = attach(id), *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	memset(w, 'x', PAGE);
	ERR(shm_ctl(id, IPC_STAT, r), EFAULT);
	ERR(SYS(NR_uname, P(r)), EFAULT);
	for (unsigned i = 0; i < PAGE; i++)
		EQ(w[i], 'x');
	OK(shm_dt(w));
	OK(shm_dt(r));
	removed(id);
}

BOTH("UW-S7 mode without write bits makes a segment for reference only")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0444));

	AS(NOBODY, NOBODY)
	{
		char *r;

		ERR(shm_at(id, NULL, 0), EACCES);
		r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));
		EQ(r[0], 0);
		FAULTS_ON_STORE(r);
	}
	removed(id);
}

BOTH("UW-S8 otherwise all processes with permission read and write")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	AS(1000, 1000)
	{
		strcpy(attach(id), "1000");
	}
	AS(2000, 2000)
	{
		char *p = attach(id);

		EQ(strcmp(p, "1000"), 0);
		strcpy(p, "2000");
	}
	EQ(strcmp(attach(id), "2000"), 0);
	removed(id);
}

BOTH("UW-S9 shmat and shmdt operate on a segment, and nattch follows")
{
	int id = make(PAGE);
	char *p;

	EQ(nattch(id), 0);
	p = attach(id);
	EQ(nattch(id), 1);
	OK(shm_dt(p));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("UW-S10 shmat associates the segment with the data space, if permitted")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_at(id, NULL, 0), EACCES);
		ERR(shm_at(id, NULL, SHM_RDONLY), EACCES);
	}
	EQ(nattch(id), 0);
	set_owner(id, NOBODY, NOBODY, 0600);
	AS(NOBODY, NOBODY)
	{
		attach(id)[0] = 1;
	}
	removed(id);
}

BOTH("UW-S11 shmdt: after a detach reading and writing kill")
{
	int id = make(PAGE);
	char *p = attach(id);

	p[0] = 1;
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p);
	FAULTS_ON_STORE(p);
	removed(id);
}

BOTH("UW-S11 shmdt: one of two attaches goes, the other stays")
{
	int id = make(PAGE);
	char *p = attach(id), *q = attach(id);

	p[0] = 5;
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p);
	EQ(q[0], 5);
	EQ(nattch(id), 1);
	OK(shm_dt(q));
	removed(id);
}

BOTH("UW-S11 shmdt: another process keeps its attachment")
{
	int id = make(PAGE);
	char *p = attach(id);
	pid_t pid;

	BACKGROUND(pid)
	{
		reach(1);
		await(2);
		EQ(p[0], 9);
	}
	await(1);
	p[0] = 9;
	OK(shm_dt(p));
	EQ(nattch(id), 1);
	reach(2);
	EXITS(pid, 0);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("UW-S12 the owner relinquishes ownership through shmctl")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));

	set_owner(id, 1000, 1001, 0640);
	EQ(stat_of(id).uid, 1000);
	EQ(stat_of(id).gid, 1001);
	EQ(stat_of(id).mode, 0640);
	AS(1000, 7)
	{
		attach(id)[0] = 1;
		set_owner(id, 2000, 1001, 0640);
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
	}
	EQ(stat_of(id).uid, 2000);
	removed(id);
}

BOTH("UW-S13 the creator remains the creator, and can still control it")
{
	int id;

	AS(1000, 1001)
	{
		shared->value[0] = OK(shm_get(IPC_PRIVATE, PAGE, 0600));
		set_owner(shared->value[0], 2000, 2001, 0600);
	}
	id = shared->value[0];
	EQ(stat_of(id).cuid, 1000);
	EQ(stat_of(id).cgid, 1001);
	EQ(stat_of(id).uid, 2000);
	AS(1000, 1001)
	{
		attach(id)[0] = 1;
		set_owner(id, 1000, 1001, 0600);
		set_owner(id, 2000, 2001, 0600);
	}
	AS(2000, 2001)
	{
		attach(id)[0] = 2;
		EQ(stat_of(id).cuid, 1000);
	}
	AS(1000, 1001)
	{
		removed(id);
	}
}

BOTH("UW-S14 another process with permission uses the other shmctl functions")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0604));

	AS(NOBODY, NOBODY)
	{
		struct shm_ds ds = stat_of(id);

		EQ(ds.segsz, PAGE);
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
		ERR(shm_ctl(id, IPC_SET, &ds), EPERM);
		ERR(shm_ctl(id, SHM_LOCK, NULL), EPERM);
	}
	removed(id);
}

BOTH("UW-S15 the calls take arguments and succeed or fail")
{
	int id = OK(shm_get(0x15, PAGE, IPC_CREAT | IPC_EXCL | 0600));

	ERR(shm_get(0x15, PAGE, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	ERR(shm_get(0x16, PAGE, 0600), ENOENT);
	ERR(shm_at(id, (void *)0x40000001, 0), EINVAL);
	ERR(shm_dt((void *)0x40000000), EINVAL);
	ERR(shm_ctl(id, 99, NULL), EINVAL);
	removed(id);
}

BOTH("UW-S16 success returns id, address and zero")
{
	int id = make(PAGE);
	char *p;

	TRUE(id >= 0);
	p = attach(id);
	TRUE(p != NULL);
	EQ(shm_dt(p), 0);
	EQ(shm_ctl(id, IPC_RMID, NULL), 0);
}

TEST("UW-S17 failure gives -1 and errno, through the C library")
{
	errno = 0;
	EQ(shmget(0x17, 0, 0), -1);
	EQ(errno, ENOENT);
	EQ(P(shmat(-1, NULL, 0)), -1);
	EQ(errno, EINVAL);
	EQ(shmdt((void *)0x40001000), -1);
	EQ(errno, EINVAL);
	EQ(shmctl(123456, IPC_RMID, NULL), -1);
	EQ(errno, EINVAL);
}

TEST("UW-S16 the C library's calls work as the manual says")
{
	struct shmid_ds ds;
	int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0640);
	char *p = shmat(id, NULL, 0);

	TRUE(id >= 0 && p != (char *)-1);
	EQ(shmctl(id, IPC_STAT, &ds), 0);
	EQ(ds.shm_segsz, 5000);
	EQ(ds.shm_nattch, 1);
	EQ(ds.shm_perm.mode, 0640);
	EQ(ds.shm_cpid, getpid());
	EQ(shmdt(p), 0);
	EQ(shmctl(id, IPC_RMID, NULL), 0);
}
