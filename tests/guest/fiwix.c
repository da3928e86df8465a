/*
 * tests/guest/fiwix.c -- thirteen points in which another system differs.
 *
 * Fiwix is a small Unix for the i386 that has System V shared memory behind the
 * same ipc(117).  In thirteen points (FX-1 to FX-13) it differs from the
 * standard and from Linux.  Each test here checks one of these points.
 */
#include "test.h"

#define KEY 0xF1F1
#define AT  ((char *)0x50000000)

BOTH("FX-1 a stale id never reaches a new segment in the same slot")
{
	int old = make(PAGE), id[200];

	removed(old);
	for (int i = 0; i < 200; i++)
		id[i] = make(PAGE);
	for (int i = 0; i < 200; i++)
		TRUE(id[i] != old);
	ERR(shm_at(old, NULL, 0), EINVAL);
	ERR(shm_ctl(old, IPC_RMID, NULL), EINVAL);
	for (int i = 0; i < 200; i++)
		removed(id[i]);
}

BOTH("FX-2 shmdt of a wrong, a foreign or an inner address is EINVAL")
{
	int id = make(2 * PAGE);
	char *p = attach(id), *m = memory(PAGE, PROT_READ);

	ERR(shm_dt(AT), EINVAL);
	ERR(shm_dt(m), EINVAL);
	ERR(shm_dt(p + PAGE), EINVAL);
	EQ(nattch(id), 1);
	removed(id);
}

BOTH("FX-3 one shmdt takes one from nattch, whoever else is at that address")
{
	int id = make(PAGE);
	pid_t pid;

	OK(shm_at(id, AT, 0));
	BACKGROUND(pid)
	{
		reach(1);
		await(2);
		*AT = 1;
	}
	await(1);
	EQ(nattch(id), 2);
	OK(shm_dt(AT));
	EQ(nattch(id), 1);
	reach(2);
	EXITS(pid, 0);
	removed(id);
}

BOTH("FX-4 shmdt sets dtime and lpid")
{
	int id = make(PAGE);
	long now = time(NULL);
	char *p = attach(id);

	EQ(stat_of(id).dtime, 0);
	IN_CHILD
	{
		OK(shm_dt(p));
		EQ(stat_of(id).lpid, getpid());
	}
	TRUE(stat_of(id).dtime >= now);
	removed(id);
}

BOTH("FX-5 a SHM_RDONLY mapping refuses a store")
{
	int id = make(PAGE);
	char *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	FAULTS_ON_STORE(r);
	removed(id);
}

BOTH("FX-6 IPC_RMID makes the key unfindable at once")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));

	attach(id);
	removed(id);
	ERR(shm_get(KEY, 0, 0), ENOENT);
}

BOTH("FX-7 an attach that fails leaves nattch as it was")
{
	int id = make(PAGE);

	OK(shm_at(id, AT, 0));
	for (int i = 0; i < 100; i++)
		ERR(shm_at(id, AT, 0), EINVAL);
	EQ(nattch(id), 1);
	OK(shm_dt(AT));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("FX-8 a lookup with a size above SHMMAX and no such key is ENOENT")
{
	ERR(shm_get(KEY, 0xFFFFFFFF, 0), ENOENT);
	ERR(shm_get(KEY, 0xFFFFFFFF, IPC_EXCL), ENOENT);
}

BOTH("FX-9 IPC_STAT checks id, then permission, then the buffer")
{
	int id = make(PAGE);

	ERR(shm_ctl(id + 1, IPC_STAT, NULL), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_STAT, NULL), EACCES);
	}
	ERR(shm_ctl(id, IPC_STAT, NULL), EFAULT);
	removed(id);
}

TEST("FX-10 IPC_64, the direct calls and SHM_LOCK exist")
{
	struct shm_ds ds;
	int id = OK(SYS(NR_shmget, IPC_PRIVATE, PAGE, 0600));

	EQ(SYS(NR_ipc, IPCOP_shmctl, id, IPC_STAT | IPC_64, 0, P(&ds)), 0);
	EQ(SYS(NR_ipc, IPCOP_shmctl, id, SHM_LOCK | IPC_64, 0, 0), 0);
	EQ(SYS(NR_shmctl, id, SHM_UNLOCK, 0), 0);
	EQ(SYS(NR_shmctl, id, IPC_RMID, 0), 0);
}

BOTH("FX-11 a mapping ends on a page: the last page works to its end")
{
	int id = make(PAGE + 10);
	char *p = ADDRESS(shm_at(id, AT, 0));

	p[2 * PAGE - 1] = 1;
	FAULTS_ON_LOAD(p + 2 * PAGE);
	OK(munmap(p, PAGE + 10));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("FX-12 an owner that gives it away has the user's rights as creator")
{
	AS(1000, 1000)
	{
		int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));

		set_owner(id, 2000, 2000, 0600);
		OK(shm_dt(attach(id)));
		EQ(stat_of(id).uid, 2000);
		removed(id);
	}
}

BOTH("FX-12 a request to read and write needs both bits")
{
	AS(1000, 1000)
	{
		int r = OK(shm_get(IPC_PRIVATE, PAGE, 0400));
		int w = OK(shm_get(IPC_PRIVATE, PAGE, 0200));

		ERR(shm_at(r, NULL, 0), EACCES);
		ERR(shm_at(w, NULL, 0), EACCES);
		removed(r);
		removed(w);
	}
}

TEST("FX-13 the sixth argument arrives: mmap2 takes its offset from ebp")
{
	char *p;

	/* The offset of anonymous memory is ignored: ebp may be wrong. */
	p = ADDRESS(SYS(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS, -1, 12345));
	p[0] = 1;
	EQ(SYS(NR_munmap, P(p), PAGE), 0);
}

TEST("FX-13 ipc(117) has its five arguments in registers, the pointer in edi")
{
	long result = 0;
	int id = make(PAGE);

	EQ(SYS(NR_ipc, IPCOP_shmat, id, SHM_RDONLY, P(&result), P(AT), 0x5555),
	   0);
	EQ(result, P(AT));
	FAULTS_ON_STORE(AT);
	EQ(SYS(NR_ipc, IPCOP_shmdt, 99, 98, 97, P(AT), 96), 0);
	removed(id);
}
