/*
 * tests/guest/regress.c -- bugs that other systems had, each with a test.
 *
 * The numbers B1 to B23 are those of the list in the specification.  B3, B12
 * and B20 are about semaphores (sem_undo.c, semop.c), B11 is about namespaces,
 * B14 about threads, and B19 and B21 are about limits of other systems.  Those
 * that wait for calls that do not exist yet are in tests/WAITING.
 */
#include "test.h"

#define KEY 0xB0B0
#define AT  ((char *)0x50000000)

static struct shm_ds scratch;

TEST("B1 a stranger never attaches a segment that is being made")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		for (int i = 0; shared->stage == 0; i++) {
			struct shm_ds ds;
			long id = shm_ctl(i % 8, SHM_STAT_ANY, &ds);

			if (id < 0)
				continue;
			TRUE(shm_at(id, NULL, 0) == -EACCES ||
			     shm_at(id, NULL, 0) == -EINVAL);
			shared->value[0]++;
		}
	}
	for (int i = 0; i < 300; i++) {
		int id = OK(shm_get(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600));

		if (i % 4 == 0)
			sched_yield();
		removed(id);
	}
	reach(1);
	EXITS(pid, 0);
}

/* Makes random calls on one id until it is told to stop. */
static void hammer(int id, unsigned seed)
{
	struct shm_ds ds;
	long r = 0;

	for (int i = 0; i < 400; i++) {
		seed = seed * 1103515245 + 12345;
		switch (seed >> 16 & 3) {
		case 0:
			r = shm_ctl(id, IPC_STAT, &ds);
			break;
		case 1:
			r = shm_ctl(id, SHM_LOCK, NULL);
			break;
		case 2:
			r = shm_at(id, NULL, 0);
			if (r > 0 || r < -4095) {
				*(volatile char *)r = 1;
				r = shm_dt((void *)r);
			}
			break;
		case 3:
			sched_yield();
		}
		TRUE(r == 0 || r == -EINVAL || r == -EIDRM);
	}
}

BOTH("B2 processes that hammer an id while it is removed lose nothing")
{
	pid_t pid[4];
	int id = make(4 * PAGE);

	for (int i = 0; i < 4; i++) {
		BACKGROUND(pid[i])
		{
			hammer(id, i + 1);
		}
	}
	sched_yield();
	removed(id);
	for (int i = 0; i < 4; i++)
		EXITS(pid[i], 0);
	ERR(shm_ctl(id, IPC_STAT, &scratch), EINVAL);
}

BOTH("B4 SHM_RND with SHM_REMAP that rounds to page 0 is EINVAL")
{
	int id = make(PAGE);

	ERR(shm_at(id, (void *)1, SHM_RND | SHM_REMAP), EINVAL);
	removed(id);
}

BOTH("B5 when one sharer detaches, its old address faults, tables and all")
{
	int id = make(2 * SLOT);
	char *p = ADDRESS(shm_at(id, AT, 0));
	pid_t pid;

	memset(p, 'x', 16 * PAGE);
	p[SLOT] = 'y';
	BACKGROUND(pid)
	{
		EQ(p[SLOT], 'y');
		OK(shm_dt(p));
		reach(1);
		FAULTS_ON_LOAD(p);
		FAULTS_ON_LOAD(p + SLOT);
		await(2);
		FAULTS_ON_STORE(p + SLOT);
	}
	await(1);
	OK(shm_dt(p));
	removed(id);
	memset(memory(64 * PAGE, PROT_READ | PROT_WRITE), 'z', 64 * PAGE);
	reach(2);
	EXITS(pid, 0);
}

TEST("B6 an unprivileged loop of shmget ends with ENOSPC or ENOMEM")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		long r;

		become(NOBODY, NOBODY);
		while ((r = shm_get(IPC_PRIVATE, 16 * PAGE, 0600)) >= 0)
			continue;
		TRUE(r == -ENOSPC || r == -ENOMEM);
	}
	EXITS(pid, 0);
	IN_CHILD
	{
		EQ(getpid() > 0, 1);
	}
	TRUE(sweep_segments() > 100);
}

BOTH("B7 thousands of attaches that fail leave count and frames as before")
{
	int id = make(PAGE);

	OK(shm_at(id, AT, 0));
	for (int i = 0; i < 3000; i++)
		ERR(shm_at(id, AT, 0), EINVAL);
	EQ(nattch(id), 1);
	removed(id);
	OK(shm_dt(AT));
	ERR(shm_ctl(id, IPC_STAT, &scratch), EINVAL);
}

BOTH("B8 sizes that overflow when rounded make no tiny segment")
{
	static const unsigned long sizes[] = {
	    0xFFFFF001, 0xFFFFFFFF, 0xFFFFF000, 0xFEFFFFFF, 0xF0000001};
	struct shm_totals totals;

	for (unsigned i = 0; i < ALL(sizes); i++) {
		long r = shm_get(IPC_PRIVATE, sizes[i], IPC_CREAT | 0600);

		TRUE(r == -EINVAL || r == -ENOSPC || r == -ENOMEM);
	}
	OK(shm_ctl(0, SHM_INFO, &totals));
	EQ(totals.used_ids, 0);
}

BOTH("B9 mprotect of parts, then shmdt: nattch is 0 again")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	OK(mprotect(p + PAGE, PAGE, PROT_NONE));
	OK(mprotect(p, 2 * PAGE, PROT_WRITE));
	OK(shm_dt(p));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("B10 a kept stale id never touches the segment that took its slot")
{
	int stale = make(PAGE);

	removed(stale);
	for (int i = 0; i < 300; i++) {
		int id = make(PAGE);

		TRUE(id != stale);
		ERR(shm_at(stale, NULL, 0), EINVAL);
		ERR(shm_ctl(stale, IPC_STAT, &scratch), EINVAL);
		ERR(shm_ctl(stale, IPC_RMID, NULL), EINVAL);
		EQ(nattch(id), 0);
		removed(id);
	}
}

/* Fills the stack below us with a pattern, which a leak would show. */
static void poison_stack(void)
{
	volatile char junk[2048];

	for (unsigned i = 0; i < sizeof junk; i++)
		junk[i] = 0x5A;
}

BOTH("B13 no byte of the kernel's stack comes out in a structure's pads")
{
	int id = make(PAGE);
	unsigned char buf[84];

	poison_stack();
	memset(buf, 0xCC, sizeof buf);
	OK(shm_ctl(id, IPC_STAT, buf));
	for (int i = 22; i < 24; i++)
		EQ(buf[i], 0);
	for (int i = 26; i < 36; i++)
		EQ(buf[i], 0);
	for (int i = 76; i < 84; i++)
		EQ(buf[i], 0);
	removed(id);
}

BOTH("B16 a detach writes dtime, and not atime")
{
	int id = make(PAGE);
	char *p = attach(id);
	struct shm_ds before = stat_of(id);

	EQ(before.dtime, 0);
	OK(shm_dt(p));
	TRUE(stat_of(id).dtime != 0);
	EQ(stat_of(id).atime, before.atime);
	removed(id);
}

BOTH("B16 300 attaches are 300, not 44")
{
	int id = make(PAGE);

	for (int i = 0; i < 300; i++)
		attach(id);
	EQ(nattch(id), 300);
	removed(id);
	EQ(nattch(id), 300);
}

BOTH("B16 the key is gone after the removal")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));

	attach(id);
	removed(id);
	ERR(shm_get(KEY, 0, 0), ENOENT);
}

BOTH("B16 shmdt of memory that is no segment is EINVAL")
{
	ERR(shm_dt(memory(PAGE, PROT_READ)), EINVAL);
}

BOTH("B17 a stranger cannot remove: EPERM, and SHM_RND is heard")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_ctl(id, IPC_RMID, NULL), EPERM);
	}
	EQ(shm_at(id, AT + 5, SHM_RND), P(AT));
	removed(id);
}

BOTH("B18 a store right after shmdt faults: no stale translation")
{
	int id = make(PAGE);

	for (int i = 0; i < 20; i++) {
		DIES(SIGSEGV)
		{
			volatile char *p = (volatile char *)attach(id);

			*p = 1;
			OK(shm_dt(p));
			*p = 2;
		}
	}
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("B18 ids just past the table are EINVAL")
{
	static const int bad[] = {127,  128,  129,   4095,
	                          4096, 4097, 32767, 32768 * 40000};

	for (unsigned i = 0; i < ALL(bad); i++) {
		ERR(shm_at(bad[i], NULL, 0), EINVAL);
		ERR(shm_ctl(bad[i], IPC_STAT, &scratch), EINVAL);
	}
}

BOTH("B18 two hundred attachers that exit give everything back")
{
	int id = make(4 * PAGE);

	for (int i = 0; i < 200; i++) {
		IN_CHILD
		{
			attach(id)[i % (4 * PAGE)] = 1;
		}
	}
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("B22 a new segment shows nothing of the one that had its frames")
{
	for (int round = 0; round < 10; round++) {
		int id = make(7 * PAGE + 9);
		char *p = attach(id);

		for (unsigned i = 0; i < 8 * PAGE; i++)
			EQ(p[i], 0);
		memset(p, 0xA5, 8 * PAGE);
		OK(shm_dt(p));
		removed(id);
	}
}

BOTH("B22 nor does fresh private memory")
{
	for (int round = 0; round < 5; round++) {
		int id = make(8 * PAGE);
		char *p = attach(id), *m;

		memset(p, 0xA5, 8 * PAGE);
		OK(shm_dt(p));
		removed(id);
		m = memory(8 * PAGE, PROT_READ | PROT_WRITE);
		for (unsigned i = 0; i < 8 * PAGE; i++)
			EQ(m[i], 0);
		memset(m, 0x5A, 8 * PAGE);
		OK(munmap(m, 8 * PAGE));
	}
}

BOTH("B23 read(2) into a SHM_RDONLY attach is EFAULT, and no byte changes")
{
	int id = make(PAGE), fd = OK(open("/dev/zero", O_RDONLY));
	char *w = attach(id), *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	w[0] = 'w';
	ERR(SYS(NR_read, fd, P(r), 1), EFAULT);
	EQ(r[0], 'w');
	removed(id);
}

TEST("STYLE-7 buffers inside an attached segment are good arguments")
{
	int id = make(PAGE), fd = OK(open("/dev/zero", O_RDONLY));
	char *p = attach(id);
	struct shm_ds *ds = (struct shm_ds *)(p + PAGE - sizeof *ds);

	memset(p, 'x', PAGE);
	EQ(SYS(NR_read, fd, P(p), 100), 100);
	EQ(p[99], 0);
	EQ(p[100], 'x');
	OK(shm_ctl(id, IPC_STAT, ds));
	EQ(ds->segsz, PAGE);
	removed(id);
}
