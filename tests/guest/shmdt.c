/*
 * tests/guest/shmdt.c -- shmdt(2): rows of 1.4, and 1.7's munmap and mprotect.
 *
 * The tests say what counts as the address of an attach, what a detach writes,
 * and what happens to an attach when parts of it are unmapped or protected.
 * Tessera counts attaches where Linux counts pieces of mappings; those tests
 * are DEV4.
 */
#include "test.h"
#include <sys/syscall.h>

#define AT ((char *)0x50000000)

BOTH("1.4-einval an address where nothing is attached is EINVAL")
{
	int local;

	ERR(shm_dt(NULL), EINVAL);
	ERR(shm_dt(AT), EINVAL);
	ERR(shm_dt((void *)0x08048000), EINVAL);
	ERR(shm_dt((void *)((long)&local & ~4095L)), EINVAL);
	ERR(shm_dt((void *)0xC0000000), EINVAL);
	ERR(shm_dt((void *)0xFFFFF000), EINVAL);
}

BOTH("1.4-einval an unaligned address is EINVAL")
{
	int id = make(PAGE);
	char *p = attach(id);

	ERR(shm_dt(p + 1), EINVAL);
	ERR(shm_dt(p + PAGE - 1), EINVAL);
	ERR(shm_dt((void *)1), EINVAL);
	ERR(shm_dt((void *)0xFFFFFFFF), EINVAL);
	EQ(nattch(id), 1);
	removed(id);
}

BOTH("1.4-einval an inner page of an attach is EINVAL")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	ERR(shm_dt(p + PAGE), EINVAL);
	ERR(shm_dt(p + 2 * PAGE), EINVAL);
	ERR(shm_dt(p + 3 * PAGE), EINVAL);
	ERR(shm_dt(p - PAGE), EINVAL);
	p[0] = p[2 * PAGE] = 1;
	EQ(nattch(id), 1);
	removed(id);
}

BOTH("1.4-einval ordinary memory is no attach")
{
	char *m = memory(PAGE, PROT_READ | PROT_WRITE);
	char *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ERR(shm_dt(m), EINVAL);
	ERR(shm_dt(s), EINVAL);
	m[0] = s[0] = 1;
}

BOTH("1.4-twice a second detach of the same address is EINVAL")
{
	int id = make(PAGE);
	char *p = attach(id);

	OK(shm_dt(p));
	ERR(shm_dt(p), EINVAL);
	removed(id);
}

BOTH("1.4-rnd the unrounded address of an SHM_RND attach is EINVAL")
{
	int id = make(PAGE);

	OK(shm_at(id, AT + 100, SHM_RND));
	ERR(shm_dt(AT + 100), EINVAL);
	OK(shm_dt(AT));
	removed(id);
}

BOTH("1.4-other another process's attach is not ours to detach")
{
	int id = make(PAGE);
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(shm_at(id, AT, 0));
		reach(1);
		await(2);
		*AT = 1;
	}
	await(1);
	ERR(shm_dt(AT), EINVAL);
	EQ(nattch(id), 1);
	reach(2);
	EXITS(pid, 0);
	removed(id);
}

BOTH("1.4-two two attaches are independent")
{
	int id = make(PAGE);
	char *p = attach(id), *q = attach(id);

	OK(shm_dt(q));
	p[0] = 1;
	FAULTS_ON_LOAD(q);
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p);
	removed(id);
}

BOTH("1.4-fields a detach writes dtime, lpid and nattch alone")
{
	int id = make(PAGE);
	struct shm_ds before, after;
	char *p = attach(id), *q = attach(id);
	long now;

	before = stat_of(id);
	now = time(NULL);
	OK(shm_dt(p));
	after = stat_of(id);
	EQ(after.nattch, 1);
	EQ(after.lpid, getpid());
	TRUE(after.dtime >= now && after.dtime <= now + 1);
	EQ(after.atime, before.atime);
	EQ(after.ctime, before.ctime);
	OK(shm_dt(q));
	removed(id);
}

BOTH("1.4-fields a detach that fails changes no field")
{
	int id = make(2 * PAGE);
	char *p = attach(id);
	struct shm_ds before = stat_of(id), after;

	IN_CHILD
	{
		OK(shm_dt(p));
		ERR(shm_dt(p), EINVAL);
	}
	before = stat_of(id);
	ERR(shm_dt(p + 1), EINVAL);
	ERR(shm_dt(p + PAGE), EINVAL);
	ERR(shm_dt(NULL), EINVAL);
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	removed(id);
}

BOTH("1.4-last the last detach of a removed segment destroys it")
{
	int id = make(PAGE);
	char *p = attach(id), *q = attach(id);

	removed(id);
	OK(shm_dt(p));
	EQ(nattch(id), 1);
	OK(shm_dt(q));
	ERR(shm_ctl(id, IPC_STAT, &(struct shm_ds){0}), EINVAL);
}

BOTH("1.4-stay the last detach of a segment that stays keeps its bytes")
{
	int id = make(PAGE);
	char *p = attach(id);

	strcpy(p, "kept");
	OK(shm_dt(p));
	EQ(nattch(id), 0);
	EQ(strcmp(attach(id), "kept"), 0);
	removed(id);
}

BOTH("1.4-reuse after a detach the address is free again")
{
	int a = make(PAGE), b = make(2 * PAGE);

	for (int i = 0; i < 50; i++) {
		EQ(shm_at(a, AT, 0), P(AT));
		*AT = 'a';
		OK(shm_dt(AT));
		EQ(shm_at(b, AT, 0), P(AT));
		EQ(*AT, 0);
		OK(shm_dt(AT));
	}
	removed(a);
	removed(b);
}

/* --- munmap -------------------------------------------------------------- */

BOTH("1.7-munmap munmap of everything ends the attach")
{
	int id = make(3 * PAGE);
	char *p = attach(id);
	long now = time(NULL);
	struct shm_ds ds;

	OK(munmap(p, 3 * PAGE));
	ds = stat_of(id);
	EQ(ds.nattch, 0);
	EQ(ds.lpid, getpid());
	TRUE(ds.dtime >= now);
	ERR(shm_dt(p), EINVAL);
	FAULTS_ON_LOAD(p);
	removed(id);
}

BOTH("1.7-munmap munmap of everything completes a removal")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	removed(id);
	OK(munmap(p, 3 * PAGE));
	ERR(shm_ctl(id, IPC_STAT, &(struct shm_ds){0}), EINVAL);
}

BOTH("DEV4 munmap of the middle changes no count, no time, no pid")
{
	int id;
	struct shm_ds before, after;
	char *p;

	need_tessera();
	id = make(3 * PAGE);
	IN_CHILD
	{
		p = attach(id);
		shared->value[0] = P(p);
	}
	p = ADDRESS(shm_at(id, AT, 0));
	before = stat_of(id);
	OK(munmap(p + PAGE, PAGE));
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	FAULTS_ON_LOAD(p + PAGE);
	p[0] = p[2 * PAGE] = 1;
	OK(shm_dt(p));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-munmap after munmap of the middle shmdt removes both ends")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	OK(munmap(p + PAGE, PAGE));
	p[0] = 1;
	p[2 * PAGE] = 2;
	FAULTS_ON_LOAD(p + PAGE);
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p);
	FAULTS_ON_LOAD(p + 2 * PAGE);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-munmap after munmap of the first page shmdt wants the old base")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	OK(munmap(p, PAGE));
	ERR(shm_dt(p + PAGE), EINVAL);
	p[PAGE] = 1;
	EQ(nattch(id), 1);
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p + PAGE);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-munmap after munmap of the last page the rest works and detaches")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	OK(munmap(p + 2 * PAGE, PAGE));
	p[PAGE] = 1;
	FAULTS_ON_LOAD(p + 2 * PAGE);
	EQ(nattch(id), 1);
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-munmap parts unmapped one by one end the attach with the last")
{
	int id = make(4 * PAGE);
	char *p = attach(id);

	OK(munmap(p + 2 * PAGE, PAGE));
	OK(munmap(p, PAGE));
	OK(munmap(p + 3 * PAGE, PAGE));
	TRUE(nattch(id) >= 1);
	OK(munmap(p + PAGE, PAGE));
	EQ(nattch(id), 0);
	ERR(shm_dt(p), EINVAL);
	removed(id);
}

BOTH("1.7-munmap shmdt leaves what was mapped into the attach's holes")
{
	int id = make(3 * PAGE);
	char *p = ADDRESS(shm_at(id, AT, 0)), *m;

	OK(munmap(p + PAGE, PAGE));
	m = mmap(p + PAGE, PAGE, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EQ(P(m), P(p + PAGE));
	m[0] = 'm';
	OK(shm_dt(p));
	EQ(m[0], 'm');
	FAULTS_ON_LOAD(p);
	FAULTS_ON_LOAD(p + 2 * PAGE);
	removed(id);
}

BOTH("1.7-munmap the page that is gone here is still there for others")
{
	int id = make(3 * PAGE);
	char *p = attach(id), *q = attach(id);

	p[PAGE] = 'x';
	OK(munmap(p + PAGE, PAGE));
	EQ(q[PAGE], 'x');
	q[PAGE] = 'y';
	q[0] = 'z';
	EQ(p[0], 'z');
	OK(shm_dt(p));
	OK(shm_dt(q));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-munmap one munmap over two attaches ends both")
{
	int id = make(2 * PAGE);

	OK(shm_at(id, AT, 0));
	OK(shm_at(id, AT + 2 * PAGE, 0));
	OK(munmap(AT, 4 * PAGE));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-munmap a hole in a linked slot leaves the other slots linked")
{
	int id = make(3 * SLOT);
	char *p = ADDRESS(shm_at(id, AT, 0)), *q = attach(id);

	OK(munmap(p + SLOT + PAGE, PAGE));
	p[0] = 'a';
	p[SLOT] = 'b';
	p[2 * SLOT] = 'c';
	EQ(q[0], 'a');
	EQ(q[SLOT], 'b');
	EQ(q[2 * SLOT], 'c');
	q[SLOT + 2 * PAGE] = 'd';
	EQ(p[SLOT + 2 * PAGE], 'd');
	FAULTS_ON_LOAD(p + SLOT + PAGE);
	OK(shm_dt(p));
	OK(shm_dt(q));
	removed(id);
}

/* --- mprotect ------------------------------------------------------------ */

BOTH("1.7-mprotect a SHM_RDONLY attach never gains writing: EACCES")
{
	int id = make(2 * PAGE);
	char *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	ERR(SYS(NR_mprotect, P(r), PAGE, PROT_READ | PROT_WRITE), EACCES);
	ERR(SYS(NR_mprotect, P(r), 2 * PAGE, PROT_WRITE), EACCES);
	FAULTS_ON_STORE(r);
	OK(mprotect(r, PAGE, PROT_NONE));
	ERR(SYS(NR_mprotect, P(r), PAGE, PROT_READ | PROT_WRITE), EACCES);
	OK(mprotect(r, PAGE, PROT_READ));
	EQ(r[0], 0);
	removed(id);
}

BOTH("1.7-mprotect PROT_NONE on an attach takes reading and writing")
{
	int id = make(3 * PAGE);
	char *p = attach(id), *q = attach(id);

	p[PAGE] = 'x';
	OK(mprotect(p + PAGE, PAGE, PROT_NONE));
	FAULTS_ON_LOAD(p + PAGE);
	FAULTS_ON_STORE(p + PAGE);
	EQ(q[PAGE], 'x');
	q[PAGE] = 'y';
	OK(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
	EQ(p[PAGE], 'y');
	removed(id);
}

BOTH("1.7-mprotect a part made read-only faults, the rest does not")
{
	int id = make(3 * PAGE);
	char *p = attach(id), *q = attach(id);

	OK(mprotect(p + PAGE, PAGE, PROT_READ));
	p[0] = 'a';
	p[2 * PAGE] = 'c';
	EQ(p[PAGE], 0);
	FAULTS_ON_STORE(p + PAGE);
	q[PAGE] = 'b';
	EQ(p[PAGE], 'b');
	FAULTS_ON_STORE(p + PAGE);
	OK(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
	p[PAGE] = 'd';
	EQ(q[PAGE], 'd');
	removed(id);
}

BOTH("1.7-mprotect PROT_EXEC on an attach without SHM_EXEC is allowed")
{
	int id = make(PAGE);
	char *p = attach(id);

	OK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	EQ(p[0], 0);
	FAULTS_ON_STORE(p);
	removed(id);
}

BOTH("DEV4 mprotect of a part changes no count, no time, no pid")
{
	int id;
	struct shm_ds before, after;
	char *p;

	need_tessera();
	id = make(3 * PAGE);
	p = attach(id);
	before = stat_of(id);
	OK(mprotect(p + PAGE, PAGE, PROT_READ));
	OK(mprotect(p, PAGE, PROT_NONE));
	OK(mprotect(p, 3 * PAGE, PROT_READ | PROT_WRITE));
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	OK(shm_dt(p));
	removed(id);
}

BOTH("1.7-mprotect after it shmdt removes all the pieces")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	OK(mprotect(p + PAGE, PAGE, PROT_READ));
	OK(shm_dt(p));
	for (int i = 0; i < 3; i++)
		FAULTS_ON_LOAD(p + i * PAGE);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-mprotect across the end of an attach is ENOMEM")
{
	int id = make(2 * PAGE);
	char *p = ADDRESS(shm_at(id, AT, 0));

	ERR(SYS(NR_mprotect, P(p), 3 * PAGE, PROT_READ), ENOMEM);
	OK(mprotect(p, 2 * PAGE, PROT_READ | PROT_WRITE));
	p[0] = 1;
	removed(id);
}

BOTH("1.7-mprotect one sharer's protection does not touch another's")
{
	int id = make(PAGE);
	char *p = attach(id);

	p[0] = 'p';
	IN_CHILD
	{
		OK(mprotect(p, PAGE, PROT_NONE));
		FAULTS_ON_LOAD(p);
	}
	p[0] = 'q';
	EQ(p[0], 'q');
	removed(id);
}

/* --- mremap, madvise ------------------------------------------------------ */

static long moved(void *at, unsigned long old, unsigned long length, int flags,
                  const void *to)
{
	return SYS(SYS_mremap, P(at), (long)old, (long)length, flags, P(to));
}

BOTH("1.4-mremap after mremap shmdt(old) is EINVAL and shmdt(new) works")
{
	int id = make(3 * PAGE);
	char *p = attach(id), *to = hole(8 * PAGE);

	p[0] = 'a';
	p[2 * PAGE] = 'c';
	EQ(moved(p, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to),
	   P(to));
	EQ(nattch(id), 1);
	ERR(shm_dt(p), EINVAL);
	FAULTS_ON_LOAD(p);
	EQ(to[0], 'a');
	EQ(to[2 * PAGE], 'c');
	IN_CHILD
	{
		EQ(nattch(id), 2);
		to[1] = 'b';
	}
	EQ(nattch(id), 1);
	EQ(to[1], 'b');
	OK(shm_dt(to));
	FAULTS_ON_LOAD(to);
	EQ(nattch(id), 0);
	ERR(shm_dt(to), EINVAL);
	removed(id);
}

BOTH("1.4-mremap a removed segment lives on where its attach has moved to")
{
	int id = make(PAGE);
	char *p = attach(id), *to = hole(PAGE);

	*p = 'x';
	removed(id);
	EQ(moved(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), P(to));
	EQ(*to, 'x');
	EQ(nattch(id), 1);
	OK(shm_dt(to));
	ERR(shm_ctl(id, IPC_STAT, NULL), EINVAL);
}

BOTH("1.4-mremap an attach moves over another one, which ends")
{
	int first = make(2 * PAGE), second = make(2 * PAGE);
	char *p = attach(first), *q = attach(second);

	p[PAGE] = 'p';
	EQ(moved(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q),
	   P(q));
	EQ(nattch(first), 1);
	EQ(nattch(second), 0);
	EQ(q[PAGE], 'p');
	OK(shm_dt(q));
	removed(first);
	removed(second);
}

BOTH("1.7-mremap an attach grown by mremap: a touch beyond the segment is "
     "SIGBUS")
{
	int id = make(2 * PAGE);
	char *p = attach(id);

	p[PAGE] = 'b';
	p = ADDRESS(moved(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, NULL));
	EQ(p[PAGE], 'b');
	p[2 * PAGE - 1] = 'c';
	EQ(nattch(id), 1);
	DIES(SIGBUS)
	{
		p[2 * PAGE] = 1;
	}
	DIES(SIGBUS)
	{
		(void)*(volatile char *)(p + 3 * PAGE);
	}
	FAULTS_ON_LOAD(p + 4 * PAGE);
	OK(shm_dt(p));
	FAULTS_ON_LOAD(p + 3 * PAGE);
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-mremap an attach that shrinks keeps its first pages, and detaches")
{
	int id = make(4 * PAGE);
	char *p = attach(id);

	p[0] = 'a';
	EQ(moved(p, 4 * PAGE, PAGE, 0, NULL), P(p));
	EQ(p[0], 'a');
	FAULTS_ON_LOAD(p + PAGE);
	EQ(nattch(id), 1);
	OK(shm_dt(p));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("1.7-madvise MADV_DONTNEED keeps the data of an attach")
{
	int id = make(2 * PAGE);
	char *p = attach(id);

	p[0] = 'a';
	p[PAGE] = 'b';
	OK(SYS(SYS_madvise, P(p), 2 * PAGE, MADV_DONTNEED));
	EQ(p[0], 'a');
	EQ(p[PAGE], 'b');
	EQ(nattch(id), 1);
	removed(id);
}
