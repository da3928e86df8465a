/*
 * tests/guest/shmat.c -- shmat(2): every row of 1.3.
 *
 * The tests say where a segment may be attached and with which rights, which of
 * two errors comes first, what an attach writes in the segment's fields, and
 * that an attach that fails leaves nothing behind.
 */
#include "test.h"

#define AT ((char *)0x50000000)

BOTH("1.3-null the kernel chooses a free, page-aligned address")
{
	int id = make(2 * PAGE);
	char *p = attach(id), *q = attach(id);

	EQ(P(p) & 4095, 0);
	EQ(P(q) & 4095, 0);
	TRUE(p + 2 * PAGE <= q || q + 2 * PAGE <= p);
	OK(shm_dt(p));
	OK(shm_dt(q));
	removed(id);
}

BOTH("1.3-null the kernel's choice avoids what is mapped")
{
	int id = make(64 * PAGE);
	char *m = memory(64 * PAGE, PROT_READ | PROT_WRITE), *p;

	memset(m, 'm', 64 * PAGE);
	for (int i = 0; i < 20; i++) {
		p = attach(id);
		memset(p, 's', 64 * PAGE);
	}
	for (unsigned i = 0; i < 64 * PAGE; i++)
		EQ(m[i], 'm');
	removed(id);
}

BOTH("1.3-address a page-aligned address is taken as it is")
{
	int id = make(PAGE);
	char *p = ADDRESS(shm_at(id, AT + 5 * PAGE, 0));

	EQ(P(p), P(AT + 5 * PAGE));
	p[PAGE - 1] = 1;
	OK(shm_dt(p));
	removed(id);
}

BOTH("1.3-align an unaligned address is EINVAL")
{
	int id = make(PAGE);

	ERR(shm_at(id, AT + 1, 0), EINVAL);
	ERR(shm_at(id, AT + PAGE - 1, 0), EINVAL);
	ERR(shm_at(id, AT + 1, SHM_RDONLY), EINVAL);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.3-rnd SHM_RND rounds the address down to SHMLBA")
{
	int id = make(PAGE);

	EQ(shm_at(id, AT + 1, SHM_RND), P(AT));
	EQ(shm_at(id, AT + SLOT + PAGE - 1, SHM_RND), P(AT + SLOT));
	EQ(shm_at(id, AT + 2 * SLOT, SHM_RND), P(AT + 2 * SLOT));
	ERR(shm_dt(AT + 1), EINVAL);
	OK(shm_dt(AT));
	removed(id);
}

BOTH("DEV7 SHM_RND that rounds to 0 is EINVAL, for root too")
{
	int id;

	need_tessera();
	id = make(PAGE);
	ERR(shm_at(id, (void *)1, SHM_RND), EINVAL);
	ERR(shm_at(id, (void *)4095, SHM_RND), EINVAL);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("DEV7 what lies below 0x110000 is never mapped: EPERM, for root too")
{
	int id;

	need_tessera();
	id = make(PAGE);
	ERR(shm_at(id, (void *)0x1000, 0), EPERM);
	ERR(shm_at(id, (void *)0xF000, 0), EPERM);
	ERR(shm_at(id, (void *)0xFFFF, SHM_RND), EPERM);
	ERR(shm_at(id, (void *)0x10000, 0), EPERM);
	ERR(shm_at(id, (void *)0x10F000, 0), EPERM);
	EQ(shm_at(id, (void *)0x110000, 0), 0x110000);
	OK(shm_dt((void *)0x110000));
	removed(id);
}

BOTH("1.3-low below mmap_min_addr an ordinary user gets EPERM")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0666));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_at(id, (void *)0x1000, 0), EPERM);
		ERR(shm_at(id, (void *)0xF000, 0), EPERM);
	}
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.3-remap SHM_REMAP with SHM_RND that rounds to 0 is EINVAL")
{
	int id = make(PAGE);

	ERR(shm_at(id, (void *)1, SHM_RND | SHM_REMAP), EINVAL);
	removed(id);
}

BOTH("1.3-remap SHM_REMAP without an address is EINVAL")
{
	int id = make(PAGE);

	ERR(shm_at(id, NULL, SHM_REMAP), EINVAL);
	ERR(shm_at(id, NULL, SHM_REMAP | SHM_RND), EINVAL);
	removed(id);
}

BOTH("1.3-overlap an address where something is mapped is EINVAL")
{
	int id = make(2 * PAGE), local;
	char *m = mmap(AT, 4 * PAGE, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	TRUE(m == AT);
	ERR(shm_at(id, AT, 0), EINVAL);
	ERR(shm_at(id, AT + 3 * PAGE, 0), EINVAL);
	ERR(shm_at(id, AT - PAGE, 0), EINVAL);
	ERR(shm_at(id, &local, SHM_RND), EINVAL);
	ERR(shm_at(id, (void *)0x08048000, 0), EINVAL);
	EQ(nattch(id), 0);
	OK(shm_at(id, AT + 4 * PAGE, 0));
	OK(shm_at(id, AT - 2 * PAGE, 0));
	removed(id);
}

BOTH("1.3-overlap an address inside another attach is EINVAL")
{
	int id = make(3 * PAGE);

	OK(shm_at(id, AT, 0));
	ERR(shm_at(id, AT, 0), EINVAL);
	ERR(shm_at(id, AT + PAGE, 0), EINVAL);
	ERR(shm_at(id, AT - PAGE, 0), EINVAL);
	EQ(nattch(id), 1);
	OK(shm_at(id, AT + 3 * PAGE, 0));
	removed(id);
}

BOTH("1.3-remap SHM_REMAP replaces anonymous memory")
{
	int id = make(2 * PAGE);
	char *m = mmap(AT, 4 * PAGE, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char *s = attach(id);

	memset(m, 'm', 4 * PAGE);
	strcpy(s, "segment");
	EQ(shm_at(id, m + PAGE, SHM_REMAP), P(m + PAGE));
	EQ(m[0], 'm');
	EQ(strcmp(m + PAGE, "segment"), 0);
	EQ(m[3 * PAGE], 'm');
	removed(id);
}

BOTH("1.3-remap SHM_REMAP replaces another attach, which ends")
{
	int a = make(PAGE), b = make(PAGE);
	char *p = ADDRESS(shm_at(a, AT, 0));

	*p = 'a';
	EQ(shm_at(b, AT, SHM_REMAP), P(AT));
	EQ(*p, 0);
	EQ(nattch(a), 0);
	EQ(nattch(b), 1);
	OK(shm_dt(AT));
	EQ(nattch(b), 0);
	removed(a);
	removed(b);
}

BOTH("1.3-remap SHM_REMAP over the same attach nets to nothing")
{
	int id = make(2 * PAGE);
	char *p = ADDRESS(shm_at(id, AT, 0));

	p[PAGE] = 'x';
	EQ(shm_at(id, AT, SHM_REMAP), P(AT));
	EQ(nattch(id), 1);
	EQ(p[PAGE], 'x');
	OK(shm_dt(AT));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.3-remap SHM_REMAP where nothing is mapped is a plain attach")
{
	int id = make(PAGE);

	EQ(shm_at(id, AT, SHM_REMAP), P(AT));
	EQ(nattch(id), 1);
	removed(id);
}

BOTH("1.3-remap an attach that SHM_REMAP ends completes a removal")
{
	int a = make(PAGE), b = make(PAGE);

	OK(shm_at(a, AT, 0));
	removed(a);
	OK(shm_at(b, AT, SHM_REMAP));
	ERR(shm_ctl(a, IPC_STAT, &(struct shm_ds){0}), EINVAL);
	removed(b);
}

BOTH("DEV4 SHM_REMAP over a part of an attach splits it: nattch stays")
{
	int a, b;

	need_tessera();
	a = make(3 * PAGE);
	b = make(PAGE);
	OK(shm_at(a, AT, 0));
	AT[0] = 'a';
	AT[2 * PAGE] = 'c';
	EQ(shm_at(b, AT + PAGE, SHM_REMAP), P(AT + PAGE));
	EQ(nattch(a), 1);
	EQ(nattch(b), 1);
	EQ(AT[0], 'a');
	EQ(AT[PAGE], 0);
	EQ(AT[2 * PAGE], 'c');
	OK(shm_dt(AT));
	EQ(nattch(a), 0);
	EQ(AT[PAGE], 0);
	EQ(nattch(b), 1);
	OK(shm_dt(AT + PAGE));
	removed(a);
	removed(b);
}

BOTH("1.3-wrap address and size that wrap around are EINVAL")
{
	int id = make(3 * PAGE);

	ERR(shm_at(id, (void *)0xFFFFE000, 0), EINVAL);
	ERR(shm_at(id, (void *)0xFFFFF000, 0), EINVAL);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.3-wrap the exact size wraps, or else it is ENOMEM; with SHM_REMAP, too")
{
	char *last = (char *)0xFFFFF000;
	int page = make(PAGE), less = make(PAGE - 1);

	ERR(shm_at(page, last, 0), EINVAL);
	ERR(shm_at(less, last, 0), ENOMEM);
	ERR(shm_at(page, last, SHM_REMAP), ENOMEM);
	EQ(nattch(page) + nattch(less), 0);
	removed(page);
	removed(less);
}

BOTH("1.3-high an address in the kernel's part is ENOMEM")
{
	int id = make(PAGE);

	ERR(shm_at(id, (void *)0xC0000000, 0), ENOMEM);
	ERR(shm_at(id, (void *)0xE0000000, 0), ENOMEM);
	ERR(shm_at(id, (void *)0xC0000000, SHM_REMAP), ENOMEM);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.3-high a segment that would reach into the kernel is ENOMEM")
{
	int id = make(32 * 1024 * 1024);

	ERR(shm_at(id, (void *)0xBF000000, SHM_REMAP), ENOMEM);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.3-id a negative id is EINVAL, before the address")
{
	ERR(shm_at(-1, NULL, 0), EINVAL);
	ERR(shm_at((int)0x80000000, NULL, 0), EINVAL);
	ERR(shm_at(-1, AT + 1, 0), EINVAL);
}

BOTH("1.3-id ids that do not exist are EINVAL")
{
	int id = make(PAGE);

	ERR(shm_at(id + 1, NULL, 0), EINVAL);
	ERR(shm_at(id + 32768, NULL, 0), EINVAL);
	ERR(shm_at(id + 65536, NULL, 0), EINVAL);
	ERR(shm_at(0x7FFFFFFF, NULL, 0), EINVAL);
	removed(id);
}

BOTH("1.3-order an unaligned address is EINVAL before EACCES")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_at(id, AT + 1, 0), EINVAL);
		ERR(shm_at(id, NULL, SHM_REMAP), EINVAL);
		ERR(shm_at(id, AT, 0), EACCES);
	}
	removed(id);
}

BOTH("1.3-order EACCES comes before an overlap and the kernel's part")
{
	int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_at(id, (void *)0x08048000, 0), EACCES);
		ERR(shm_at(id, (void *)0xC0000000, 0), EACCES);
		ERR(shm_at(id, (void *)0xFFFFF000, 0), EACCES);
		ERR(shm_at(id, (void *)0x1000, 0), EACCES);
	}
	removed(id);
}

BOTH("1.3-access reading needs r, writing needs r and w")
{
	static const struct {
		int mode, ro, rw;
	} rows[] = {
	    {0000, EACCES, EACCES}, {0200, EACCES, EACCES},
	    {0400, 0, EACCES},      {0600, 0, 0},
	    {0100, EACCES, EACCES}, {0300, EACCES, EACCES},
	};

	AS(1000, 1000)
	{
		for (unsigned i = 0; i < ALL(rows); i++) {
			int id = OK(shm_get(IPC_PRIVATE, PAGE, rows[i].mode));
			long r = shm_at(id, NULL, SHM_RDONLY);
			long w = shm_at(id, NULL, 0);

			if (rows[i].ro)
				ERR(r, rows[i].ro);
			else
				OK(shm_dt(ADDRESS(r)));
			if (rows[i].rw)
				ERR(w, rows[i].rw);
			else
				OK(shm_dt(ADDRESS(w)));
			removed(id);
		}
	}
}

BOTH("1.3-exec SHM_EXEC needs x as well")
{
	AS(1000, 1000)
	{
		int id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));

		ERR(shm_at(id, NULL, SHM_EXEC), EACCES);
		ERR(shm_at(id, NULL, SHM_EXEC | SHM_RDONLY), EACCES);
		removed(id);
		id = OK(shm_get(IPC_PRIVATE, PAGE, 0700));
		OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_EXEC))));
		removed(id);
		id = OK(shm_get(IPC_PRIVATE, PAGE, 0500));
		OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_EXEC | SHM_RDONLY))));
		ERR(shm_at(id, NULL, SHM_EXEC), EACCES);
		removed(id);
	}
}

BOTH("1.3-exec code in a segment attached with SHM_EXEC runs")
{
	static const unsigned char code[] = {0xB8, 42, 0, 0, 0, 0xC3};
	int id = make(PAGE);
	char *p = ADDRESS(shm_at(id, NULL, SHM_EXEC));

	OK(shm_ctl(id, IPC_STAT, &(struct shm_ds){0}));
	memcpy(p, code, sizeof code);
	EQ(((int (*)(void))(void *)p)(), 42);
	OK(shm_dt(p));
	removed(id);
}

BOTH("1.3-flags unknown flags are ignored")
{
	int id = make(PAGE);

	OK(shm_dt(ADDRESS(shm_at(id, NULL, 1))));
	OK(shm_dt(ADDRESS(shm_at(id, NULL, 0777))));
	OK(shm_dt(ADDRESS(shm_at(id, NULL, 0x40000000))));
	removed(id);
}

BOTH("1.3-rdonly a store through SHM_RDONLY is SIGSEGV")
{
	int id = make(2 * PAGE);
	char *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	FAULTS_ON_STORE(r);
	FAULTS_ON_STORE(r + PAGE);
	EQ(r[PAGE], 0);
	FAULTS_ON_STORE(r + PAGE);
	removed(id);
}

BOTH("1.3-rdonly read(2) into a SHM_RDONLY attach is EFAULT")
{
	int id = make(PAGE), fd = OK(open("/dev/zero", O_RDONLY));
	char *w = attach(id), *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	memset(w, 'x', PAGE);
	ERR(SYS(NR_read, fd, P(r), 1), EFAULT);
	ERR(SYS(NR_read, fd, P(r), PAGE), EFAULT);
	EQ(w[0], 'x');
	EQ(w[PAGE - 1], 'x');
	EQ(SYS(NR_read, fd, P(w), PAGE), PAGE);
	EQ(r[0], 0);
	removed(id);
}

BOTH("1.3-rdonly a reader sees what a writer writes, in any order of touch")
{
	int id = make(3 * PAGE);
	char *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY)), *w;

	EQ(r[0], 0);
	w = attach(id);
	w[0] = 'a';
	w[PAGE] = 'b';
	EQ(r[0], 'a');
	EQ(r[PAGE], 'b');
	EQ(r[2 * PAGE], 0);
	w[2 * PAGE] = 'c';
	EQ(r[2 * PAGE], 'c');
	FAULTS_ON_STORE(r + 2 * PAGE);
	removed(id);
}

BOTH("1.3-tail the tail of the last page is zero, usable and shared")
{
	int id = make(PAGE + 1);
	char *p = attach(id), *q = attach(id);

	for (unsigned i = PAGE + 1; i < 2 * PAGE; i++)
		EQ(p[i], 0);
	p[2 * PAGE - 1] = 't';
	EQ(q[2 * PAGE - 1], 't');
	removed(id);
}

BOTH("1.3-again each attach counts and has its own address")
{
	int id = make(PAGE);
	char *p[10];

	for (int i = 0; i < 10; i++) {
		p[i] = attach(id);
		EQ(nattch(id), i + 1);
		for (int k = 0; k < i; k++)
			TRUE(p[i] != p[k]);
	}
	p[0][7] = 7;
	for (int i = 0; i < 10; i++)
		EQ(p[i][7], 7);
	for (int i = 9; i >= 0; i--) {
		OK(shm_dt(p[i]));
		EQ(nattch(id), i);
	}
	removed(id);
}

BOTH("1.3-dest an attach by id works after the removal, while attached")
{
	int id = make(PAGE);
	char *p = attach(id), *q;

	strcpy(p, "dying");
	removed(id);
	q = attach(id);
	EQ(strcmp(q, "dying"), 0);
	EQ(nattch(id), 2);
	OK(shm_dt(p));
	EQ(nattch(id), 1);
	OK(shm_dt(q));
	ERR(shm_at(id, NULL, 0), EINVAL);
}

BOTH("1.3-brk shmat moves no break")
{
	int id = make(PAGE);
	char *end = sbrk(0);

	attach(id);
	EQ(P(sbrk(0)), P(end));
	removed(id);
}

BOTH("1.3-brk the break cannot grow into an attach")
{
	int id = make(PAGE);
	char *end = (char *)SYS(NR_brk, 0);
	char *at = (char *)(((long)end + 4 * PAGE) & ~4095L);

	EQ(shm_at(id, at, 0), P(at));
	EQ(SYS(NR_brk, P(at + PAGE)), P(end));
	EQ(SYS(NR_brk, P(at + 1)), P(end));
	EQ(SYS(NR_brk, 0), P(end));
	OK(shm_dt(at));
	removed(id);
}

BOTH("1.3-fields an attach writes atime, lpid and nattch alone")
{
	int id = make(PAGE);
	struct shm_ds before = stat_of(id), after;
	long now = time(NULL);

	IN_CHILD
	{
		shared->value[0] = getpid();
		attach(id);
		after = stat_of(id);
		EQ(after.lpid, getpid());
		TRUE(after.atime >= now && after.atime <= now + 1);
		EQ(after.nattch, 1);
		EQ(after.dtime, 0);
		EQ(after.ctime, before.ctime);
		EQ(after.cpid, before.cpid);
		EQ(after.mode, before.mode);
	}
	removed(id);
}

BOTH("1.3-fail an attach that fails changes no field")
{
	int id = make(2 * PAGE);
	struct shm_ds before = stat_of(id), after;

	ERR(shm_at(id, AT + 1, 0), EINVAL);
	ERR(shm_at(id, (void *)0x08048000, 0), EINVAL);
	ERR(shm_at(id, (void *)0xC0000000, 0), ENOMEM);
	ERR(shm_at(id, NULL, SHM_REMAP), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_at(id, NULL, 0), EACCES);
	}
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	removed(id);
}

TEST("2.2-raddr DEV9 ipc SHMAT with a bad result pointer is EFAULT")
{
	int id = make(PAGE);

	ERR(SYS(NR_ipc, IPCOP_shmat, id, 0, 0x30000000, 0), EFAULT);
	ERR(SYS(NR_ipc, IPCOP_shmat, id, 0, 0, 0), EFAULT);
	ERR(SYS(NR_ipc, IPCOP_shmat, id, 0, (long)0xC0000000, 0), EFAULT);
	EQ(nattch(id), HERE(3, 0));
	removed(id);
}

TEST("2.2-raddr DEV9 the refused attach left atime and lpid alone")
{
	int id;
	struct shm_ds before, after;

	need_tessera();
	id = make(PAGE);
	before = stat_of(id);
	ERR(SYS(NR_ipc, IPCOP_shmat, id, 0, 0x30000000, 0), EFAULT);
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	removed(id);
}

TEST("2.2-version ipc SHMAT of version 1 is EINVAL, 2 works like 0")
{
	int id = make(PAGE);
	long result = 0;

	ERR(SYS(NR_ipc, 1 << 16 | IPCOP_shmat, id, 0, P(&result), 0), EINVAL);
	EQ(nattch(id), 0);
	EQ(SYS(NR_ipc, 2 << 16 | IPCOP_shmat, id, 0, P(&result), 0), 0);
	EQ(nattch(id), 1);
	OK(shm_dt((void *)result));
	removed(id);
}

TEST("2.2-result ipc SHMAT returns 0, 397 the address itself")
{
	int id = make(PAGE);
	long result = 0;

	EQ(SYS(NR_ipc, IPCOP_shmat, id, 0, P(&result), P(AT)), 0);
	EQ(result, P(AT));
	EQ(SYS(NR_shmat, id, P(AT + SLOT), 0), P(AT + SLOT));
	removed(id);
}

TEST("2.2-result a direct attach above 2 GiB is an address, no error")
{
	int id = make(PAGE);
	char *p = (char *)0x90000000;

	EQ(SYS(NR_shmat, id, P(p), 0), P(p));
	*p = 1;
	EQ(SYS(NR_shmdt, P(p)), 0);
	removed(id);
}

TEST("2.2-fields ipc SHMAT that fails stores nothing")
{
	long result = 0x1234;

	ERR(SYS(NR_ipc, IPCOP_shmat, -1, 0, P(&result), 0), EINVAL);
	EQ(result, 0x1234);
}

TEST("2.2-ops other operations of ipc(117) are ENOSYS")
{
	ERR(SYS(NR_ipc, 0), ENOSYS);
	ERR(SYS(NR_ipc, 5), ENOSYS);
	ERR(SYS(NR_ipc, 20), ENOSYS);
	ERR(SYS(NR_ipc, 25), ENOSYS);
	ERR(SYS(NR_ipc, 0xFFFF), ENOSYS);
}

TEST("2.1-doors what one door makes the other finds")
{
	int id = OK(SYS(NR_shmget, 0x77, PAGE, IPC_CREAT | 0600));
	char *p;

	EQ(SYS(NR_ipc, IPCOP_shmget, 0x77, 0, 0), id);
	p = ADDRESS(SYS(NR_shmat, id, 0, 0));
	EQ(SYS(NR_ipc, IPCOP_shmdt, 0, 0, 0, P(p)), 0);
	EQ(SYS(NR_ipc, IPCOP_shmctl, id, IPC_RMID), 0);
	ERR(SYS(NR_shmctl, id, IPC_RMID, 0), EINVAL);
}

/* --- sizes and slots: 4 MiB is what one page table maps ------------------ */

BOTH("1.3-slot a segment of several slots is one memory")
{
	int id = make(9 * 1024 * 1024);
	char *p = attach(id), *q = attach(id);

	for (unsigned i = 0; i < 9 * 1024 * 1024; i += 512 * 1024)
		p[i] = (char)(i >> 19);
	for (unsigned i = 0; i < 9 * 1024 * 1024; i += 512 * 1024)
		EQ(q[i], (char)(i >> 19));
	removed(id);
}

BOTH("1.3-slot attaches at odd addresses and slot-aligned ones are coherent")
{
	int id = make(SLOT + 3 * PAGE);
	char *a = ADDRESS(shm_at(id, (void *)0x50000000, 0));
	char *b = ADDRESS(shm_at(id, (void *)0x51001000, 0));
	char *c = ADDRESS(shm_at(id, (void *)0x523FF000, SHM_RDONLY));

	for (unsigned i = 0; i < SLOT + 3 * PAGE; i += 255 * PAGE) {
		a[i] = 'a';
		EQ(b[i], 'a');
		b[i + 1] = 'b';
		EQ(c[i + 1], 'b');
		EQ(a[i + 1], 'b');
	}
	FAULTS_ON_STORE(c);
	FAULTS_ON_STORE(c + SLOT);
	removed(id);
}

BOTH("1.3-slot two segments in one slot do not meet")
{
	int a = make(3 * PAGE), b = make(3 * PAGE);
	char *p = ADDRESS(shm_at(a, (void *)0x50000000, 0));
	char *q = ADDRESS(shm_at(b, (void *)0x50003000, 0)), *r;

	memset(p, 'a', 3 * PAGE);
	memset(q, 'b', 3 * PAGE);
	r = attach(a);
	for (unsigned i = 0; i < 3 * PAGE; i++)
		EQ(r[i], 'a');
	EQ(p[3 * PAGE - 1], 'a');
	EQ(q[0], 'b');
	FAULTS_ON_LOAD(q + 3 * PAGE);
	removed(a);
	removed(b);
}

BOTH("1.3-slot memory mapped behind an attach does not enter the segment")
{
	int id = make(PAGE);
	char *p = ADDRESS(shm_at(id, (void *)0x50000000, 0)), *q, *m;

	p[0] = 's';
	m = mmap(p + PAGE, PAGE, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EQ(P(m), P(p + PAGE));
	m[0] = 'm';
	EQ(p[0], 's');
	q = ADDRESS(shm_at(id, (void *)0x60000000, 0));
	EQ(q[0], 's');
	FAULTS_ON_LOAD(q + PAGE);
	q[1] = 't';
	EQ(p[1], 't');
	OK(shm_dt(p));
	EQ(m[0], 'm');
	removed(id);
}
