/*
 * tests/guest/memory.c -- the promise: memory that was promised is there.
 *
 * Each call that makes memory counts it at once, and answers ENOMEM if there is
 * not that much; then nothing has changed.  On Linux overcommit mode 2 does
 * this, and `make compare` sets that mode.  Here SHM_NORESERVE and
 * MAP_NORESERVE count nothing; in that mode Linux counts them all the same
 * (DEV10).
 */
#include "test.h"
#include <sys/resource.h>
#include <sys/syscall.h>

#define MIB (1024 * 1024ul)
#define AT  ((char *)0x50000000)

/* Takes private memory until none is left, in smaller and smaller pieces. */
static unsigned long take_all(char **pieces, unsigned long *sizes, int *count)
{
	unsigned long total = 0;
	int n = 0;

	for (unsigned long size = 32 * MIB; size >= PAGE; size /= 2) {
		char *p;

		while (n < 400 && (p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		                            MAP_PRIVATE | MAP_ANONYMOUS, -1,
		                            0)) != MAP_FAILED) {
			pieces[n] = p;
			sizes[n++] = size;
			total += size;
		}
	}
	*count = n;
	return total;
}

static char *pieces[400];
static unsigned long sizes[400];
static int piece_count;

TEST("MEM-shmget a segment larger than memory is ENOMEM, and nothing is made")
{
	struct shm_totals totals;

	ERR(shm_get(IPC_PRIVATE, 3000 * MIB, 0600), ENOMEM);
	ERR(shm_get(0xEE, 3000 * MIB, IPC_CREAT | 0600), ENOMEM);
	ERR(shm_get(0xEE, 0, 0), ENOENT);
	OK(shm_ctl(0, SHM_INFO, &totals));
	EQ(totals.used_ids, 0);
	EQ(totals.tot, 0);
}

TEST("MEM-shmget segments until ENOMEM: all that were promised can be filled")
{
	static int ids[400];
	int n = 0;
	long id = 0;

	need_tessera();
	while (n < 400 && (id = shm_get(IPC_PRIVATE, MIB, 0600)) >= 0)
		ids[n++] = id;
	ERR(id, ENOMEM);
	TRUE(n > 8);
	removed(ids[--n]); /* shmat takes page tables: leave room for them */
	for (int i = 0; i < n; i++) {
		char *p = attach(ids[i]);

		for (unsigned long k = 0; k < MIB; k += PAGE)
			p[k] = 1;
		OK(shm_dt(p));
	}
	for (int i = 0; i < n; i++)
		removed(ids[i]);
}

TEST("MEM-mmap more private memory than there is is ENOMEM")
{
	char *p = mmap(NULL, 2500 * MIB, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	TRUE(p == MAP_FAILED);
	ERR(-errno, ENOMEM);
	take_all(pieces, sizes, &piece_count);
	ERR(SYS(NR_mmap2, 0, MIB, PROT_READ | PROT_WRITE,
	        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	    ENOMEM);
	ERR(SYS(NR_mmap2, 0, MIB, PROT_READ | PROT_WRITE,
	        MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	    ENOMEM);
	ERR(shm_get(IPC_PRIVATE, MIB, 0600), ENOMEM);
	OK(munmap(pieces[0], sizes[0]));
	removed(OK(shm_get(IPC_PRIVATE, MIB, 0600)));
}

TEST("MEM-mmap is shared or private; for anonymous memory nothing else")
{
	unsigned anonymous[] = {0, 3, 4, 15}; /* 3: MAP_SHARED_VALIDATE */

	for (int i = 0; i < 4; i++)
		ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ,
		        MAP_ANONYMOUS | anonymous[i], -1, 0),
		    EINVAL);
}

TEST("MEM-brk a break beyond the promise answers the old break")
{
	long end = SYS(NR_brk, 0);

	take_all(pieces, sizes, &piece_count);
	EQ(SYS(NR_brk, end + 4 * MIB), end);
	EQ(SYS(NR_brk, 0), end);
	OK(munmap(pieces[0], sizes[0]));
	EQ(SYS(NR_brk, end + MIB), end + (long)MIB);
	EQ(SYS(NR_brk, end), end);
}

TEST("MEM-mmap memory that was promised can be filled to the last page")
{
	need_tessera();
	take_all(pieces, sizes, &piece_count);
	for (int i = 0; i < piece_count; i++)
		for (unsigned long k = 0; k < sizes[i]; k += PAGE)
			pieces[i][k] = 1;
}

TEST("MEM-fork a child whose private part finds no room is ENOMEM")
{
	unsigned long total = take_all(pieces, sizes, &piece_count);
	pid_t pid;

	/* Keep two thirds: there is no room for a second copy of that. */
	for (int i = piece_count - 1; i >= 0 && total; i--)
		if (sizes[i] < 2 * MIB)
			OK(munmap(pieces[i], sizes[i]));
	pid = fork();
	if (pid == 0)
		_exit(0);
	TRUE(pid == -1);
	ERR(-errno, ENOMEM);
	for (int i = 0; i < piece_count; i++)
		munmap(pieces[i], sizes[i]);
	IN_CHILD
	{
		take_all(pieces, sizes, &piece_count);
	}
}

TEST("MEM-fork read-only and shared memory are not counted again")
{
	int id = make(8 * MIB);
	char *p = attach(id);

	p[0] = 1;
	for (int i = 0; i < 20; i++) {
		IN_CHILD
		{
			EQ(p[0], 1);
		}
	}
	removed(id);
}

/* Uses `kib` KiB of stack below its caller. */
static __attribute__((noinline)) int deep(int kib)
{
	volatile char room[1024];

	room[0] = room[1023] = (char)kib;
	return kib > 1 ? deep(kib - 1) + room[0] : room[1023];
}

TEST("MEM-stack the stack grows, page by page, to megabytes")
{
	deep(4096);
}

TEST("MEM-stack growth that is refused is SIGSEGV, for this process alone")
{
	DIES(SIGSEGV)
	{
		take_all(pieces, sizes, &piece_count);
		deep(2048);
	}
	deep(1024);
}

TEST("MEM-stack the stack's limit is SIGSEGV")
{
	DIES(SIGSEGV)
	{
		deep(9 * 1024);
	}
}

TEST("MEM-mprotect making read-only memory writable counts it: ENOMEM")
{
	char *p =
	    mmap(NULL, 8 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	TRUE(p != MAP_FAILED);
	take_all(pieces, sizes, &piece_count);
	ERR(SYS(NR_mprotect, P(p), 8 * MIB, PROT_READ | PROT_WRITE), ENOMEM);
	for (int i = 0; i < piece_count; i++)
		OK(munmap(pieces[i], sizes[i]));
	FAULTS_ON_STORE(p);
	OK(mprotect(p, 8 * MIB, PROT_READ | PROT_WRITE));
	p[0] = 1;
}

TEST("DEV10 MEM-norsv SHM_NORESERVE makes a segment larger than memory")
{
	int id;

	need_tessera();
	id = OK(shm_get(IPC_PRIVATE, 700 * MIB, SHM_NORESERVE | 0600));
	EQ(stat_of(id).segsz, 700 * MIB);
	attach(id)[699 * MIB] = 1;
	removed(id);
}

TEST("DEV10 MEM-norsv a touch that finds no frame is SIGBUS")
{
	int id;

	need_tessera();
	id = OK(shm_get(IPC_PRIVATE, 700 * MIB, SHM_NORESERVE | 0600));
	DIES(SIGBUS)
	{
		char *p = attach(id);

		for (unsigned long k = 0; k < 700 * MIB; k += PAGE)
			p[k] = 1;
	}
	removed(id);
}

TEST("DEV10 MEM-norsv the kernel's own touch that finds no frame is EFAULT")
{
	int id, fd;
	long r = 0;
	char *p;

	need_tessera();
	fd = OK(open("/dev/zero", O_RDONLY));
	id = OK(shm_get(IPC_PRIVATE, 700 * MIB, SHM_NORESERVE | 0600));
	p = attach(id);
	for (unsigned long k = 0; k < 700 * MIB && r >= 0; k += 16 * PAGE)
		r = SYS(NR_read, fd, P(p + k), 16 * PAGE);
	ERR(r, EFAULT);
	removed(id);
}

TEST("DEV10 MEM-norsv it takes no frame that was promised to another")
{
	int id, own;
	char *p;

	need_tessera();
	own = make(4 * MIB);
	p = attach(own);
	id = OK(shm_get(IPC_PRIVATE, 700 * MIB, SHM_NORESERVE | 0600));
	DIES(SIGBUS)
	{
		char *q = attach(id);

		for (unsigned long k = 0; k < 700 * MIB; k += PAGE)
			q[k] = 1;
	}
	for (unsigned long k = 0; k < 4 * MIB; k += PAGE)
		p[k] = 1;
	IN_CHILD
	{
		deep(64);
	}
	removed(id);
	removed(own);
}

TEST("DEV10 MEM-norsv MAP_NORESERVE counts nothing, and a touch is SIGBUS")
{
	char *p;

	need_tessera();
	DIES(SIGBUS)
	{
		p = mmap(NULL, 700 * MIB, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		TRUE(p != MAP_FAILED);
		for (unsigned long k = 0; k < 700 * MIB; k += PAGE)
			p[k] = 1;
	}
}

TEST("DEV10 MEM-shmat an attach that finds no page table is ENOMEM, unchanged")
{
	struct shm_ds before, after;
	int id;

	need_tessera();
	id = make(PAGE);
	take_all(pieces, sizes, &piece_count);
	before = stat_of(id);
	ERR(shm_at(id, AT + PAGE, 0), ENOMEM);
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	removed(id);
}

TEST("MEM-root the last part of the promise is root's")
{
	need_tessera();
	AS(NOBODY, NOBODY)
	{
		take_all(pieces, sizes, &piece_count);
		shared->value[0] = 1;
		reach(1);
	}
	IN_CHILD
	{
		pid_t pid;

		BACKGROUND(pid)
		{
			become(NOBODY, NOBODY);
			take_all(pieces, sizes, &piece_count);
			reach(2);
			await(3);
		}
		await(2);
		removed(OK(shm_get(IPC_PRIVATE, 64 * 1024, 0600)));
		IN_CHILD
		{
			shared->value[1] = 1;
		}
		reach(3);
		EXITS(pid, 0);
	}
	EQ(shared->value[1], 1);
}

TEST("MEM-fixed a MAP_FIXED that is refused leaves what was there")
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	char *p = mmap(AT, 2 * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);

	need_tessera(); /* on Linux the page is gone: SIGSEGV */
	EQ(P(p), P(AT));
	p[PAGE] = 7;
	ERR(SYS(NR_mmap2, P(AT), 1024 * MIB, PROT_READ | PROT_WRITE, flags, -1),
	    ENOMEM);
	EQ(p[PAGE], 7);
}

TEST("MEM-brk a page between the heap and what lies above it stays free")
{
	unsigned long top = (SYS(NR_brk, 0) + PAGE - 1) & ~(PAGE - 1ul);
	long id = OK(shm_get(IPC_PRIVATE, PAGE, 0600)), end = SYS(NR_brk, top);

	EQ(end, (long)top);
	EQ(shm_at(id, (void *)(top + 3 * PAGE), 0), (long)(top + 3 * PAGE));
	EQ(SYS(NR_brk, top + 3 * PAGE), end);
	EQ(SYS(NR_brk, top + 2 * PAGE + 1), end);
	EQ(SYS(NR_brk, top + 2 * PAGE), (long)(top + 2 * PAGE));
	EQ(SYS(NR_brk, top + 2 * PAGE + 1), (long)(top + 2 * PAGE));
	removed(id);
}

/* A child stores at `p` and dies of signal `wanted`; 0: it succeeds. */
static void child_stores(volatile char *p, int wanted)
{
	pid_t pid;

	BACKGROUND(pid)
	*p = 1;
	if (wanted)
		KILLED(pid, wanted);
	else
		EXITS(pid, 0);
}

TEST("MEM-halfway an mprotect that meets a hole, or what may not be written, "
     "has changed nothing")
{
	char *p = memory(3 * PAGE, PROT_READ | PROT_WRITE);
	int id = make(PAGE);

	OK(munmap(p + PAGE, PAGE));
	ERR(SYS(NR_mprotect, P(p), 3 * PAGE, PROT_READ), ENOMEM);
	child_stores(p, HERE(SIGSEGV, 0));
	OK(SYS(NR_mprotect, P(p), PAGE, PROT_READ));
	EQ(shm_at(id, p + PAGE, SHM_RDONLY), P(p + PAGE));
	ERR(SYS(NR_mprotect, P(p), 3 * PAGE, PROT_READ | PROT_WRITE), EACCES);
	child_stores(p, HERE(0, SIGSEGV));
	removed(id);
}

TEST("MEM-brk a heap that shrinks over an attach ends it")
{
	unsigned long top = (SYS(NR_brk, 0) + PAGE - 1) & ~(PAGE - 1ul);
	long id;

	id = OK(shm_get(IPC_PRIVATE, PAGE, 0600));
	EQ(SYS(NR_brk, top + 8 * PAGE), (long)(top + 8 * PAGE));
	EQ(shm_at(id, (void *)(top + 4 * PAGE), SHM_REMAP),
	   (long)(top + 4 * PAGE));
	EQ(nattch(id), 1u);
	EQ(SYS(NR_brk, top), (long)top);
	EQ(nattch(id), 0u);
	removed(id);
}

#define SEM_LIMITS "/proc/sys/kernel/sem"

static void set_limits(const char *text)
{
	int fd = OK(open(SEM_LIMITS, O_WRONLY));

	EQ(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
}

TEST("MEM-order semget asks SEMMNS, then for memory, then SEMMNI")
{
	need_tessera();
	set_limits("32000 1024000000 500 0\n");
	ERR(SYS(NR_semget, IPC_PRIVATE, 100, 0600), ENOSPC);
	take_all(pieces, sizes, &piece_count);
	ERR(SYS(NR_semget, IPC_PRIVATE, 100, 0600), ENOMEM);
	set_limits("32000 99 500 0\n");
	ERR(SYS(NR_semget, IPC_PRIVATE, 100, 0600), ENOSPC);
	ERR(SYS(NR_semget, IPC_PRIVATE, 0, 0600), EINVAL);
	set_limits("32000 1024000000 500 32000\n");
	ERR(SYS(NR_semget, IPC_PRIVATE, 100, 0600), ENOMEM);
	OK(munmap(pieces[0], sizes[0]));
	OK(SYS(NR_semctl, OK(SYS(NR_semget, IPC_PRIVATE, 100, 0600)), 0,
	       IPC_RMID, 0));
}

/* A page at the top of 16 MiB that are free, mapped to grow down. */
static char *growing(unsigned long room)
{
	char *base = hole(room);
	long top = P(base) + room - PAGE;

	EQ(SYS(NR_mmap2, top, PAGE, PROT_READ | PROT_WRITE,
	       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   top);
	return (char *)top;
}

TEST("MEM-grow memory mapped with MAP_GROWSDOWN grows down where it is touched")
{
	char *top = growing(16 << 20);

	for (long down = 1; down <= 3 * 1024 * 1024; down += 100000) {
		top[-down] = 1;
		EQ(top[-down], 1);
	}
	FAULTS_ON_STORE(top - (9 << 20));
	IN_CHILD
	{
		TRUE(SYS(NR_getcwd, P(top - (4 << 20)), 64) > 0);
	}
}

/* A C library makes its stack executable so, when a library asks for it. */
TEST("MEM-grow mprotect with PROT_GROWSDOWN begins where the stack does")
{
	char *other = memory(PAGE, PROT_READ);
	char *top = growing(16 << 20), *low = top - 3 * PAGE;

	*low = 1; /* it has grown */
	OK(SYS(NR_mprotect, P(top) - PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
	FAULTS_ON_STORE(low);
	FAULTS_ON_STORE(top - PAGE);
	*top = 2; /* behind what was named, nothing has changed */
	ERR(SYS(NR_mprotect, P(other), PAGE, PROT_READ | PROT_GROWSDOWN),
	    EINVAL);
	OK(munmap(other, PAGE));
	ERR(SYS(NR_mprotect, P(other), PAGE, PROT_READ | PROT_GROWSDOWN),
	    ENOMEM);
	IN_CHILD
	{
		long page = P(&top) & ~(PAGE - 1L);

		OK(SYS(NR_mprotect, page, PAGE,
		       PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN));
	}
}

TEST("MEM-grow MAP_GROWSDOWN is for private memory of no file: EINVAL")
{
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE,
	        MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0),
	    EINVAL);
	ERR(SYS(NR_mmap2, 0, 0, PROT_READ | PROT_WRITE,
	        MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0),
	    EINVAL);
}

/* --- each length and address at an edge ---------------------------------- */

#define FIRST    0x110000u   /* of user space; on Linux 0x10000: DEV7 */
#define TOP      0xC0000000u /* the end of user space */
#define MAP_HERE (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define MAP_SAFE (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)
#define MAP_HINT (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW       (PROT_READ | PROT_WRITE)

struct row {
	const char *says;
	long words[7];
	int error; /* 0: the call succeeds */
};

/* User nobody makes each call, and nothing is mapped at AT before it. */
/* clang-format off */
static const struct row rows[] = {
    {"mmap of 0 bytes", {NR_mmap2, 0, 0, RW, MAP_HINT, -1, 0}, EINVAL},
    {"mmap of 0 bytes at AT", {NR_mmap2, P(AT), 0, RW, MAP_HERE, -1, 0}, EINVAL},
    {"mmap of 1", {NR_mmap2, P(AT), 1, RW, MAP_HERE, -1, 0}, 0},
    {"mmap of a page less 1", {NR_mmap2, P(AT), PAGE - 1, RW, MAP_HERE, -1, 0}, 0},
    {"mmap of a page", {NR_mmap2, P(AT), PAGE, RW, MAP_HERE, -1, 0}, 0},
    {"mmap of 2^31", {NR_mmap2, 0, 0x80000000u, RW, MAP_HINT, -1, 0}, ENOMEM},
    {"mmap of all", {NR_mmap2, 0, TOP, RW, MAP_HINT, -1, 0}, ENOMEM},
    {"mmap of all and 1", {NR_mmap2, 0, TOP + 1, RW, MAP_HINT, -1, 0}, ENOMEM},
    {"mmap of 2^32 - page", {NR_mmap2, 0, -PAGE, RW, MAP_HINT, -1, 0}, ENOMEM},
    {"mmap of 2^32 - page + 1", {NR_mmap2, 0, 1 - PAGE, RW, MAP_HINT, -1, 0}, ENOMEM},
    {"mmap of 2^32 - 1", {NR_mmap2, 0, -1, RW, MAP_HINT, -1, 0}, ENOMEM},
    {"the same, shared", {NR_mmap2, 0, -1, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0}, ENOMEM},
    {"the same, fixed", {NR_mmap2, P(AT), -1, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap fixed at 0", {NR_mmap2, 0, PAGE, RW, MAP_HERE, -1, 0}, EPERM},
    {"mmap fixed below the first", {NR_mmap2, 0xF000, PAGE, RW, MAP_HERE, -1, 0}, EPERM},
    {"mmap fixed at the first", {NR_mmap2, FIRST, PAGE, RW, MAP_SAFE, -1, 0}, 0},
    {"mmap fixed, odd", {NR_mmap2, P(AT) + 1, PAGE, RW, MAP_HERE, -1, 0}, EINVAL},
    {"mmap fixed, odd, too long", {NR_mmap2, P(AT) + 1, 0x80000000u, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap fixed over the top", {NR_mmap2, TOP - PAGE, 2 * PAGE, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap fixed a byte over the top", {NR_mmap2, TOP - PAGE, PAGE + 1, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap fixed at the top", {NR_mmap2, TOP, PAGE, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap fixed at the last page", {NR_mmap2, -PAGE, PAGE, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap fixed, wraps", {NR_mmap2, -PAGE, 2 * PAGE, RW, MAP_HERE, -1, 0}, ENOMEM},
    {"mmap with a hint over the top", {NR_mmap2, TOP - PAGE, 2 * PAGE, RW, MAP_HINT, -1, 0}, 0},
    {"mmap with a hint at the top", {NR_mmap2, TOP, PAGE, RW, MAP_HINT, -1, 0}, 0},
    {"mmap with the last byte as a hint", {NR_mmap2, -1, PAGE, RW, MAP_HINT, -1, 0}, 0},
    {"mmap with a hint below the first", {NR_mmap2, 1, PAGE, RW, MAP_HINT, -1, 0}, 0},
    {"mmap with an odd hint", {NR_mmap2, P(AT) + 1, PAGE, RW, MAP_HINT, -1, 0}, 0},
    {"mmap whose offset ends at 2^32 pages", {NR_mmap2, P(AT), PAGE, RW, MAP_HERE, -1, -1}, EOVERFLOW},
    {"mmap whose offset goes beyond", {NR_mmap2, P(AT), 2 * PAGE, RW, MAP_HERE, -1, -1}, EOVERFLOW},

    {"munmap of 0 bytes", {NR_munmap, P(AT), 0}, EINVAL},
    {"munmap of 1", {NR_munmap, P(AT), 1}, 0},
    {"munmap of a hole", {NR_munmap, P(AT), PAGE}, 0},
    {"munmap, odd", {NR_munmap, P(AT) + 1, PAGE}, EINVAL},
    {"munmap of 2^31 over the top", {NR_munmap, P(AT), 0x80000000u}, EINVAL},
    {"munmap of 2^32 - 1", {NR_munmap, P(AT), -1}, EINVAL},
    {"munmap of 2^32 - page", {NR_munmap, P(AT), -PAGE}, EINVAL},
    {"munmap of all and 1", {NR_munmap, 0, TOP + 1}, EINVAL},
    {"munmap at 0", {NR_munmap, 0, PAGE}, 0},
    {"munmap at the top", {NR_munmap, TOP, PAGE}, EINVAL},
    {"munmap over the top", {NR_munmap, TOP - PAGE, PAGE + 1}, EINVAL},
    {"munmap of the last page", {NR_munmap, -PAGE, PAGE}, EINVAL},
    {"munmap, wraps", {NR_munmap, -PAGE, 2 * PAGE}, EINVAL},

    {"mprotect of 0 bytes", {NR_mprotect, P(AT), 0, PROT_READ}, 0},
    {"mprotect of 0 bytes at the top", {NR_mprotect, TOP, 0, PROT_READ}, 0},
    {"mprotect of 0 bytes, odd", {NR_mprotect, P(AT) + 1, 0, PROT_READ}, EINVAL},
    {"mprotect of 0 bytes, no such right", {NR_mprotect, P(AT), 0, 0x100}, 0},
    {"mprotect, no such right", {NR_mprotect, P(AT), PAGE, 0x100}, EINVAL},
    {"mprotect of 2^32 - 1, no such right", {NR_mprotect, P(AT), -1, 0x100}, ENOMEM},
    {"mprotect of a hole", {NR_mprotect, P(AT), 1, PROT_READ}, ENOMEM},
    {"mprotect of 2^31", {NR_mprotect, P(AT), 0x80000000u, PROT_READ}, ENOMEM},
    {"mprotect of 2^32 - 1", {NR_mprotect, P(AT), -1, PROT_READ}, ENOMEM},
    {"mprotect of 2^32 - page", {NR_mprotect, P(AT), -PAGE, PROT_READ}, ENOMEM},
    {"mprotect at 0", {NR_mprotect, 0, PAGE, PROT_READ}, ENOMEM},
    {"mprotect at the top", {NR_mprotect, TOP, PAGE, PROT_READ}, ENOMEM},
    {"mprotect over the top", {NR_mprotect, TOP - PAGE, PAGE + 1, PROT_READ}, ENOMEM},
    {"mprotect of the last page", {NR_mprotect, -PAGE, PAGE, PROT_READ}, ENOMEM},
    {"mprotect, wraps", {NR_mprotect, -PAGE, 2 * PAGE, PROT_READ}, ENOMEM},
};
/* clang-format on */

TEST("MEM-rows mmap, munmap, mprotect: each length and address at an edge")
{
	become(NOBODY, NOBODY);
	for (unsigned i = 0; i < ALL(rows); i++) {
		long result = raw_call(rows[i].words);
		long error = result < 0 && result >= -4095 ? -result : 0;

		if (error != rows[i].error)
			FAIL("%s: %s, wanted %s", rows[i].says,
			     errno_name(error), errno_name(rows[i].error));
		if (error == 0 && rows[i].words[0] == NR_mmap2)
			OK(SYS(NR_munmap, result, PAGE));
	}
}

TEST("MEM-rows brk: a break at an edge is refused, and nothing moves")
{
	static const unsigned long breaks[] = {
	    0,       1,           PAGE,
	    0x10000, 0x80000000u, TOP - 1,
	    TOP,     TOP + 1,     -(unsigned long)PAGE,
	    -1ul};
	long end = SYS(NR_brk, 0);

	become(NOBODY, NOBODY);
	for (unsigned i = 0; i < ALL(breaks); i++)
		EQ(SYS(NR_brk, breaks[i]), end);
	EQ(SYS(NR_brk, end + 1), end + 1);
	*(char *)end = 1;
	EQ(SYS(NR_brk, end), end);
}

/* Attaching a segment of two pages; the flags are 0, SHM_RND and SHM_REMAP. */
static const struct {
	unsigned long at;
	int flags, error;
} places[] = {
    {1, 0, EINVAL},
    {0, SHM_REMAP, EINVAL},
    {PAGE, 0, EPERM},
    {0xF000, SHM_RND, EPERM},
    {FIRST, 0, 0},
    {FIRST + PAGE - 1, SHM_RND, 0},
    {0x50000001, 0, EINVAL},
    {TOP - PAGE, SHM_REMAP, ENOMEM},
    {TOP, 0, ENOMEM},
    {TOP, SHM_REMAP, ENOMEM},
    {TOP + PAGE, 0, ENOMEM},
    {TOP - 1, SHM_RND | SHM_REMAP, ENOMEM},
    {-2 * (unsigned long)PAGE, 0, EINVAL}, /* its end is 0 */
    {-3 * (unsigned long)PAGE, 0, ENOMEM},
    {-(unsigned long)PAGE, 0, EINVAL}, /* it wraps */
    {-(unsigned long)PAGE, SHM_REMAP, ENOMEM},
    {-1ul, SHM_RND, EINVAL},
};

BOTH("MEM-rows shmat: each address at an edge")
{
	int id = OK(shm_get(IPC_PRIVATE, 2 * PAGE, 0666));

	AS(NOBODY, NOBODY)
	for (unsigned i = 0; i < ALL(places); i++) {
		long result = shm_at(id, (void *)places[i].at, places[i].flags);
		long error = result < 0 && result >= -4095 ? -result : 0;

		if (error != places[i].error)
			FAIL("shmat at %lx, flags %o: %s, wanted %s",
			     places[i].at, places[i].flags, errno_name(error),
			     errno_name(places[i].error));
		if (error == 0)
			OK(shm_dt((void *)result));
	}
	removed(id);
}

/* --- mremap, madvise ------------------------------------------------------ */

#define RW  (PROT_READ | PROT_WRITE)
#define MAY MREMAP_MAYMOVE
#define FIX (MREMAP_MAYMOVE | MREMAP_FIXED)

#define DONTUNMAP 4 /* musl has no name for it */

static long moved(const void *at, unsigned long old, unsigned long length,
                  int flags, const void *to)
{
	return SYS(SYS_mremap, P(at), (long)old, (long)length, flags, P(to));
}

/* Each page of memory says which one it is. */
static void number(char *p, int first, int pages)
{
	for (int i = 0; i < pages; i++)
		*(int *)(p + i * PAGE) = first + i;
}

static void numbered(const char *p, int first, int pages)
{
	for (int i = 0; i < pages; i++)
		EQ(*(const int *)(p + i * PAGE), first + i);
}

static void zeroes(const char *p, int pages)
{
	for (int i = 0; i < pages; i++)
		EQ(*(const int *)(p + i * PAGE), 0);
}

/* Private memory at a place with `more` pages of nothing behind it. */
static char *with_room(int pages, int more)
{
	char *p = hole((pages + more) * PAGE);

	EQ(P(mmap(p, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	          -1, 0)),
	   P(p));
	return p;
}

TEST("MEM-mremap memory grows where it is if there is room")
{
	char *p = with_room(3, 5);

	number(p, 1, 3);
	EQ(moved(p, 3 * PAGE, 8 * PAGE, 0, NULL), P(p));
	numbered(p, 1, 3);
	zeroes(p + 3 * PAGE, 5);
	number(p, 1, 8);
	EQ(moved(p, 8 * PAGE, 2 * PAGE, 0, NULL), P(p));
	numbered(p, 1, 2);
	FAULTS_ON_LOAD(p + 2 * PAGE);
	EQ(moved(p + PAGE, PAGE, 4 * PAGE, 0, NULL), P(p + PAGE));
	numbered(p, 1, 2);
	zeroes(p + 2 * PAGE, 3);
}

TEST("MEM-mremap without room it moves, with what it has, if it may")
{
	char *p = with_room(4, 1), *wall, *to;

	wall = mmap(p + 4 * PAGE, PAGE, PROT_READ,
	            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EQ(P(wall), P(p + 4 * PAGE));
	number(p, 1, 3); /* the fourth was never touched */
	ERR(moved(p, 4 * PAGE, 6 * PAGE, 0, NULL), ENOMEM);
	numbered(p, 1, 3);
	to = ADDRESS(moved(p, 4 * PAGE, 2000 * PAGE, MAY, NULL));
	TRUE(to != p);
	numbered(to, 1, 3);
	zeroes(to + 3 * PAGE, 1997);
	for (int i = 0; i < 4; i++)
		FAULTS_ON_LOAD(p + i * PAGE);
	EQ(*wall, 0);
	to = ADDRESS(moved(to, 2000 * PAGE, PAGE, MAY, NULL));
	numbered(to, 1, 1);
}

TEST("MEM-mremap to a fixed place it replaces what lies there")
{
	char *p = memory(6 * PAGE, RW), *to = memory(4 * PAGE, RW);

	number(p, 1, 6);
	number(to, 50, 4);
	EQ(moved(p + PAGE, 2 * PAGE, 3 * PAGE, FIX, to + PAGE), P(to + PAGE));
	numbered(p, 1, 1);
	FAULTS_ON_LOAD(p + PAGE);
	FAULTS_ON_LOAD(p + 2 * PAGE);
	numbered(p + 3 * PAGE, 4, 3);
	numbered(to, 50, 1);
	numbered(to + PAGE, 2, 2);
	zeroes(to + 3 * PAGE, 1);
	/* within one mapping */
	EQ(moved(p + 3 * PAGE, PAGE, PAGE, FIX, p + 5 * PAGE), P(p + 5 * PAGE));
	numbered(p + 4 * PAGE, 5, 1);
	numbered(p + 5 * PAGE, 4, 1);
	/* and less than there was */
	EQ(moved(p + 4 * PAGE, 2 * PAGE, PAGE, FIX, to), P(to));
	numbered(to, 5, 1);
	FAULTS_ON_LOAD(p + 5 * PAGE);
}

TEST("MEM-mremap what was shared by a fork stays apart when it moves")
{
	char *p = memory(3 * PAGE, RW), *to = hole(8 * PAGE);
	pid_t pid;

	number(p, 1, 3);
	BACKGROUND(pid)
	{
		await(1);
		numbered(p, 1, 3);
		number(p, 70, 3);
		reach(2);
		await(3);
		numbered(p, 70, 3);
	}
	EQ(moved(p, 3 * PAGE, 5 * PAGE, FIX, to), P(to));
	reach(1);
	await(2);
	numbered(to, 1, 3);
	number(to, 90, 5);
	reach(3);
	EXITS(pid, 0);
	numbered(to, 90, 5);
}

TEST("MEM-mremap rights move along")
{
	char *p = memory(2 * PAGE, RW), *to = hole(4 * PAGE);

	number(p, 1, 2);
	OK(mprotect(p, 2 * PAGE, PROT_READ));
	EQ(moved(p, 2 * PAGE, 4 * PAGE, FIX, to), P(to));
	numbered(to, 1, 2);
	zeroes(to + 2 * PAGE, 2);
	FAULTS_ON_STORE(to);
	FAULTS_ON_STORE(to + 3 * PAGE);
	OK(mprotect(to, 4 * PAGE, PROT_NONE));
	p = ADDRESS(moved(to, 4 * PAGE, 5 * PAGE, MAY, NULL));
	FAULTS_ON_LOAD(p);
	OK(mprotect(p, 5 * PAGE, RW));
	numbered(p, 1, 2);
	number(p, 1, 5);
}

TEST("MEM-mremap memory that is shared moves as a whole, the same for all")
{
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *to = hole(2 * PAGE);

	TRUE(p != MAP_FAILED);
	number(p, 1, 2);
	EQ(moved(p, 2 * PAGE, 2 * PAGE, FIX, to), P(to));
	numbered(to, 1, 2);
	IN_CHILD
	{
		number(to, 5, 2);
	}
	numbered(to, 5, 2);
	FAULTS_ON_LOAD(p);
}

TEST("MEM-mremap a part of what is shared does not move, and none is copied")
{
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *q = memory(PAGE, RW), *to = hole(PAGE);

	TRUE(p != MAP_FAILED);
	EQ(moved(p, 0, PAGE, FIX, to), HERE(P(to), -EINVAL));
	EQ(moved(q, PAGE, PAGE, FIX | DONTUNMAP, to), HERE(P(to), -EINVAL));
	number(p, 1, 2);
	EQ(moved(p, PAGE, PAGE, FIX, to), HERE(P(to), -ENOMEM));
	numbered(p + PAGE, 2, 1);
}

TEST("MEM-mremap the errors, in their order")
{
	char *p = with_room(2, 4), *gap = hole(2 * PAGE);

	ERR(moved(gap, PAGE, PAGE, 8, NULL), EINVAL);
	ERR(moved(gap, PAGE, PAGE, MREMAP_FIXED, p), EINVAL);
	ERR(moved(gap + 1, PAGE, PAGE, 0, NULL), EINVAL);
	ERR(moved(gap, PAGE, 0, 0, NULL), EINVAL);
	ERR(moved(gap, PAGE, 0xFFFFFFFF, 0, NULL), EINVAL);
	ERR(moved(gap, PAGE, PAGE, 0, NULL), EFAULT);
	ERR(moved((void *)0xC0000000, PAGE, PAGE, 0, NULL), EFAULT);
	ERR(moved(p, 3 * PAGE, 4 * PAGE, MAY, NULL), EFAULT);
	ERR(moved(p, 2 * PAGE, PAGE, FIX, gap + 1), EINVAL);
	ERR(moved(p, 2 * PAGE, PAGE, FIX, (void *)0xC0000000), EINVAL);
	ERR(moved(p, 2 * PAGE, 2 * PAGE, FIX, (void *)0xBFFFF000), EINVAL);
	ERR(moved(p, 2 * PAGE, 2 * PAGE, FIX, p + PAGE), EINVAL);
	ERR(moved(p + PAGE, PAGE, 2 * PAGE, FIX, p), EINVAL);
	ERR(moved(p, 2 * PAGE, 3000 * MIB, MAY, NULL), ENOMEM);
	ERR(moved(p, 0, PAGE, MAY, NULL), EINVAL);
	number(p, 1, 2);
	EQ(moved(p, 2 * PAGE - 5, 2 * PAGE, 0, NULL), P(p));
	numbered(p, 1, 2);
}

TEST("MEM-mremap realloc of large blocks keeps their bytes")
{
	unsigned char *p = NULL;

	for (unsigned long size = 200000; size <= 6 * MIB; size += 300000) {
		p = realloc(p, size);
		TRUE(p != NULL);
		memset(p + size - 200000, (int)(size / 100000), 200000);
		for (unsigned long at = 200000; at <= size; at += 300000)
			EQ(p[at - 1], (unsigned char)(at / 100000));
	}
	free(p);
}

TEST("MEM-madvise DONTNEED makes private memory zero again, a part too")
{
	char *p = memory(5 * PAGE, RW);

	number(p, 1, 5);
	OK(SYS(SYS_madvise, P(p + PAGE), 2 * PAGE - 7, MADV_DONTNEED));
	numbered(p, 1, 1);
	zeroes(p + PAGE, 2);
	numbered(p + 3 * PAGE, 4, 2);
	number(p, 11, 5);
	numbered(p, 11, 5);
	IN_CHILD
	{
		OK(SYS(SYS_madvise, P(p), 5 * PAGE, MADV_DONTNEED));
		zeroes(p, 5);
	}
	numbered(p, 11, 5);
	OK(mprotect(p, 5 * PAGE, PROT_READ));
	OK(SYS(SYS_madvise, P(p), 5 * PAGE, MADV_DONTNEED));
	zeroes(p, 5);
}

TEST("MEM-madvise a hole is ENOMEM, and what is mapped is zero all the same")
{
	char *p = memory(3 * PAGE, RW);

	number(p, 1, 3);
	OK(munmap(p + PAGE, PAGE));
	ERR(SYS(SYS_madvise, P(p), 3 * PAGE, MADV_DONTNEED), ENOMEM);
	zeroes(p, 1);
	zeroes(p + 2 * PAGE, 1);
	ERR(SYS(SYS_madvise, P(p), 3 * PAGE, MADV_NORMAL), ENOMEM);
}

TEST("MEM-madvise advice that is none is EINVAL, other changes nothing")
{
	static const int good[] = {MADV_NORMAL,   MADV_RANDOM, MADV_SEQUENTIAL,
	                           MADV_WILLNEED, MADV_DODUMP, MADV_DONTDUMP};
	static const int bad[] = {-1, 5, 6, 7, 30, 64, 99, INT32_MIN};
	char *p = memory(PAGE, RW);

	number(p, 1, 1);
	for (size_t i = 0; i < ALL(good); i++)
		OK(SYS(SYS_madvise, P(p), PAGE, good[i]));
	numbered(p, 1, 1);
	for (size_t i = 0; i < ALL(bad); i++)
		ERR(SYS(SYS_madvise, P(p), PAGE, bad[i]), EINVAL);
	ERR(SYS(SYS_madvise, P(p + 1), PAGE, MADV_DONTNEED), EINVAL);
	ERR(SYS(SYS_madvise, P(p), -1, MADV_DONTNEED), EINVAL);
	ERR(SYS(SYS_madvise, P(p), 0xFFFFF000l - P(p) + PAGE, MADV_NORMAL),
	    EINVAL);
	OK(SYS(SYS_madvise, P(p), 0, MADV_DONTNEED));
	OK(SYS(SYS_madvise, P(hole(PAGE)), 0, MADV_DONTNEED));
	numbered(p, 1, 1);
}

/* ---- locked memory ------------------------------------------------------ */

#define MANY 400 /* pages; Linux's count may lag 64 behind */

/* How many pages of the caller are there: field 24 of proc(5). */
static long resident(void)
{
	static char text[1024];
	int fd = OK(open("/proc/self/stat", O_RDONLY));
	char *at = text;

	TRUE(read(fd, text, sizeof text - 1) > 0);
	OK(close(fd));
	at = strrchr(text, ')') + 2;
	for (int field = 3; field < 24; field++)
		at = strchr(at, ' ') + 1;
	return atol(at);
}

/* Has it grown since then by about MANY pages, or by nearly none? */
static int filled(long before)
{
	long more = resident() - before;

	if (more > 100 && more < MANY - 100)
		FAIL("%ld pages more", more);
	return more >= MANY - 100;
}

static long mlocked(const void *p, unsigned long bytes)
{
	return SYS(SYS_mlock, P(p), (long)bytes);
}

TEST("MEM-mlock what is locked is there, private, shared and of a fork")
{
	char *p = memory(MANY * PAGE, RW), *shared;
	long before = resident();

	TRUE(!filled(before));
	OK(mlocked(p, MANY * PAGE));
	TRUE(filled(before));
	zeroes(p, MANY);
	shared = mmap(NULL, MANY * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	TRUE(shared != MAP_FAILED);
	before = resident();
	OK(mlocked(shared + 1, MANY * PAGE - 1));
	TRUE(filled(before));
	number(p, 1, 3);
	IN_CHILD
	{
		OK(mlocked(p, 3 * PAGE));
		number(p, 11, 3);
	}
	numbered(p, 1, 3);
	OK(SYS(SYS_munlock, P(p), MANY * PAGE));
	numbered(p, 1, 3);
}

TEST("MEM-mlock what cannot be locked: ENOMEM, EINVAL; nothing is no error")
{
	char *p = memory(3 * PAGE, RW);

	OK(munmap(p + PAGE, PAGE));
	ERR(mlocked(p, 3 * PAGE), ENOMEM);
	ERR(SYS(SYS_munlock, P(p), 3 * PAGE), ENOMEM);
	ERR(mlocked(p + PAGE, 1), ENOMEM);
	ERR(mlocked((void *)0xC0000000, PAGE), ENOMEM);
	ERR(mlocked((void *)0xFFFFE000, PAGE), ENOMEM);
	ERR(mlocked((void *)0xA0000000, 0xA0000000), EINVAL);
	ERR(SYS(SYS_munlock, 0xA0000000, 0xA0000000), EINVAL);
	OK(mlocked(p + PAGE, 0));
	OK(mlocked(p + PAGE - 1, 1));
	OK(SYS(SYS_munlock, P(p + 7), PAGE - 7));
	OK(mprotect(p, PAGE, PROT_NONE));
	ERR(mlocked(p, PAGE), ENOMEM);
	OK(SYS(SYS_munlock, P(p), PAGE));
	OK(mprotect(p, PAGE, PROT_READ));
	OK(mlocked(p, PAGE));
}

TEST("MEM-mlock RLIMIT_MEMLOCK bounds it for all but root")
{
	struct rlimit few = {4 * PAGE, 4 * PAGE}, none = {0, 0};
	char *p = memory(8 * PAGE, RW);

	AS(NOBODY, NOBODY)
	{
		OK(setrlimit(RLIMIT_MEMLOCK, &few));
		ERR(mlocked(p, 5 * PAGE), ENOMEM);
		ERR(mlocked(p + 1, 4 * PAGE), ENOMEM);
		ERR(SYS(SYS_mlockall, MCL_CURRENT), ENOMEM);
		OK(SYS(SYS_mlockall, MCL_FUTURE));
		OK(SYS(SYS_munlockall));
		OK(mlocked(p, 4 * PAGE));
		OK(mlocked(p + 1, 4 * PAGE - 1));
		OK(setrlimit(RLIMIT_MEMLOCK, &none));
		ERR(mlocked(p, PAGE), EPERM);
		ERR(SYS(SYS_mlockall, MCL_CURRENT), EPERM);
		ERR(SYS(SYS_mlockall, MCL_FUTURE), EPERM);
		OK(SYS(SYS_munlock, P(p), 8 * PAGE));
		OK(SYS(SYS_munlockall));
	}
	OK(setrlimit(RLIMIT_MEMLOCK, &none));
	OK(mlocked(p, 8 * PAGE));
}

TEST("MEM-mlock two of them: each is within the limit")
{
	struct rlimit few = {4 * PAGE, 4 * PAGE};
	char *p = memory(8 * PAGE, RW);

	AS(NOBODY, NOBODY)
	{
		OK(setrlimit(RLIMIT_MEMLOCK, &few));
		OK(mlocked(p, 4 * PAGE));
		EQ(mlocked(p + 4 * PAGE, 4 * PAGE), HERE(-ENOMEM, 0));
	}
}

TEST("MEM-mlockall CURRENT fills all that may be touched, FUTURE what comes")
{
	char *p = memory(MANY * PAGE, RW), *q;
	long before;

	OK(mprotect(p, PAGE, PROT_NONE));
	before = resident();
	OK(SYS(SYS_mlockall, MCL_CURRENT));
	TRUE(filled(before));
	before = resident();
	memory(MANY * PAGE, RW);
	TRUE(!filled(before));
	OK(SYS(SYS_mlockall, MCL_FUTURE));
	TRUE(!filled(before));
	q = memory(MANY * PAGE, RW);
	TRUE(filled(before));
	before = resident();
	q = mremap(q, MANY * PAGE, 2 * MANY * PAGE, MREMAP_MAYMOVE);
	TRUE(q != MAP_FAILED);
	TRUE(filled(before));
	before = resident();
	TRUE(sbrk(MANY * PAGE) != (void *)-1);
	TRUE(filled(before));
}

TEST("MEM-mlockall FUTURE ends with munlockall, CURRENT, and in a child")
{
	long before;

	OK(SYS(SYS_mlockall, MCL_CURRENT | MCL_FUTURE));
	IN_CHILD
	{
		before = resident();
		memory(MANY * PAGE, RW);
		TRUE(!filled(before));
	}
	OK(SYS(SYS_mlockall, MCL_CURRENT));
	before = resident();
	memory(MANY * PAGE, RW);
	TRUE(!filled(before));
	OK(SYS(SYS_mlockall, MCL_FUTURE));
	OK(SYS(SYS_munlockall));
	memory(MANY * PAGE, RW);
	TRUE(!filled(before));
}

TEST("MEM-mlockall flags that are none, or unknown, are EINVAL")
{
	ERR(SYS(SYS_mlockall, 0), EINVAL);
	ERR(SYS(SYS_mlockall, 4), EINVAL);
	ERR(SYS(SYS_mlockall, 8 | MCL_CURRENT), EINVAL);
	ERR(SYS(SYS_mlockall, -1), EINVAL);
}

TEST("MEM-mlockall ONFAULT is for memory that is counted when it is touched")
{
	EQ(SYS(SYS_mlockall, MCL_CURRENT | 4), HERE(0, -EINVAL));
}

TEST("MEM-mlock MAP_POPULATE and MAP_LOCKED fill what they map")
{
	long before = resident();

	TRUE(mmap(NULL, MANY * PAGE, RW,
	          MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
	          0) != MAP_FAILED);
	TRUE(filled(before));
	before = resident();
	TRUE(mmap(NULL, MANY * PAGE, RW,
	          MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1,
	          0) != MAP_FAILED);
	TRUE(filled(before));
}
