/*
 * tests/guest/badptr.c -- every pointer argument against the table of bad ones.
 *
 * The table is in bad_pointers.h.  The pointers of semaphores and queues are in
 * sysv_badptr.c.
 */
#include "bad_pointers.h"
#include <sys/uio.h>

enum {
	NR_sigaction = 67,
	NR_sigpending = 73,
	NR_truncate = 92,
	NR_statfs = 99,
	NR_fstatfs = 100,
	NR_sigprocmask = 126,
	NR_rt_sigaction = 174,
	NR_rt_sigpending = 176,
	NR_rt_sigtimedwait = 177,
	NR_rt_sigqueueinfo = 178,
	NR_rt_sigsuspend = 179,
	NR_pread64 = 180,
	NR_sigaltstack = 186,
	NR_pwrite64 = 181,
	NR_truncate64 = 193,
	NR_statfs64 = 268,
	NR_fstatfs64 = 269,
	NR_preadv = 333,
	NR_pwritev = 334,
	NR_getcpu = 318,
	NR_memfd_create = 356,
};

static int zero_fd(void)
{
	return OK(open("/dev/zero", O_RDONLY));
}

static int root_fd(void)
{
	return OK(open("/", O_RDONLY | O_DIRECTORY));
}

static int file_fd(void)
{
	return OK(open("/proc/meminfo", O_RDONLY));
}

/* Of letters, and no name. */
static int letters_fd(void)
{
	int fd = OK(SYS(NR_memfd_create, P("letters"), 0));

	EQ(write(fd, "abcdefghijkl", 12), 12);
	return fd;
}

BAD("read buf", OUT, 1, 0, NR_read, 2, {zero_fd(), 0, 1})
BAD("write buf", IN, 1, 0, NR_write, 2, {1, 0, 1})
BAD("readv iov", IN, 8, 0, NR_readv, 2, {zero_fd(), 0, 1})
BAD("writev iov", IN, 8, 0, NR_writev, 2, {1, 0, 1})
BAD("open path", STRING, 2, 0, NR_open, 1, {0, O_RDONLY, 0})
BAD("openat path", STRING, 2, 0, NR_openat, 2, {AT_FDCWD, 0, O_RDONLY})
BAD("access path", STRING, 2, 0, NR_access, 1, {0, 0})
BAD("faccessat path", STRING, 2, 0, NR_faccessat, 2, {AT_FDCWD, 0, 0})
BAD("chdir path", STRING, 2, 0, NR_chdir, 1, {0})
BAD("readlink path", STRING, 2, 0, NR_readlink, 1, {0, P(private_page), 64})
BAD("readlinkat path", STRING, 2, 0, NR_readlinkat, 2,
    {AT_FDCWD, 0, P(private_page), 64})
BAD("execve path", STRING, 2, 0, NR_execve, 1, {0, 0, 0})
BAD("getcwd buf", OUT, 2, 0, NR_getcwd, 1, {0, 64})
BAD("stat64 path", STRING, 2, 0, NR_stat64, 1, {0, P(private_page)})
BAD("stat64 buf", OUT, 96, 0, NR_stat64, 2, {P("/"), 0})
BAD("lstat64 path", STRING, 2, 0, NR_lstat64, 1, {0, P(private_page)})
BAD("lstat64 buf", OUT, 96, 0, NR_lstat64, 2, {P("/"), 0})
BAD("fstat64 buf", OUT, 96, 0, NR_fstat64, 2, {zero_fd(), 0})
BAD("fstatat64 path", STRING, 2, 0, NR_fstatat64, 2,
    {AT_FDCWD, 0, P(private_page), 0})
BAD("fstatat64 buf", OUT, 96, 0, NR_fstatat64, 3, {AT_FDCWD, P("/"), 0, 0})
BAD("statx path", STRING, 2, 0, NR_statx, 2,
    {AT_FDCWD, 0, 0, 0x7FF, P(private_page)})
BAD("statx buf", OUT, 256, 0, NR_statx, 5, {AT_FDCWD, P("/"), 0, 0x7FF, 0})
BAD("getdents64 buf", OUT, 21, 0, NR_getdents64, 2, {root_fd(), 0, 4096})
BAD("_llseek result", OUT, 8, 0, NR_llseek, 4, {file_fd(), 0, 0, 0, 0})
BAD("pread64 buf", OUT, 1, 0, NR_pread64, 2, {letters_fd(), 0, 1, 0, 0})
BAD("pwrite64 buf", IN, 1, 0, NR_pwrite64, 2, {letters_fd(), 0, 1, 0, 0})
BAD("preadv iov", IN, 8, 0, NR_preadv, 2, {letters_fd(), 0, 1, 0, 0})
BAD("pwritev iov", IN, 8, 0, NR_pwritev, 2, {letters_fd(), 0, 1, 0, 0})
BAD("truncate path", STRING, 2, 0, NR_truncate, 1, {0, 0})
BAD("truncate64 path", STRING, 2, 0, NR_truncate64, 1, {0, 0, 0})
BAD("statfs path", STRING, 2, 0, NR_statfs, 1, {0, P(private_page)})
BAD("statfs buf", OUT, 64, 0, NR_statfs, 2, {P("/"), 0})
BAD("fstatfs buf", OUT, 64, 0, NR_fstatfs, 2, {root_fd(), 0})
BAD("statfs64 path", STRING, 2, 0, NR_statfs64, 1, {0, 84, P(private_page)})
BAD("statfs64 buf", OUT, 84, 0, NR_statfs64, 3, {P("/"), 84, 0})
BAD("fstatfs64 buf", OUT, 84, 0, NR_fstatfs64, 3, {root_fd(), 84, 0})
BAD("memfd_create name", STRING, 2, 0, NR_memfd_create, 1, {0, 0})
BAD("time result", OUT, 4, 1, NR_time, 1, {0})
BAD("gettimeofday tv", OUT, 8, 1, NR_gettimeofday, 1, {0, 0})
BAD("gettimeofday tz", OUT, 8, 1, NR_gettimeofday, 2, {0, 0})
BAD("clock_gettime tp", OUT, 8, 0, NR_clock_gettime, 2, {0, 0})
BAD("clock_gettime64 tp", OUT, 16, 0, NR_clock_gettime64, 2, {0, 0})
BAD("clock_getres tp", OUT, 8, 1, NR_clock_getres, 2, {0, 0})
BAD("clock_getres64 tp", OUT, 16, 1, NR_clock_getres64, 2, {0, 0})
BAD("nanosleep request", IN, 8, 0, NR_nanosleep, 1, {0, 0})
BAD("clock_nanosleep request", IN, 8, 0, NR_clock_nanosleep, 3, {0, 0, 0, 0})
BAD("clock_nanosleep64 request", IN, 16, 0, NR_clock_nanosleep64, 3,
    {0, 0, 0, 0})
BAD("getcpu cpu", OUT, 4, 1, NR_getcpu, 1, {0, 0, 0})
BAD("getcpu node", OUT, 4, 1, NR_getcpu, 2, {0, 0, 0})
BAD("uname buf", OUT, 390, 0, NR_uname, 1, {0})
BAD("rt_sigprocmask set", IN, 8, 1, NR_rt_sigprocmask, 2, {0, 0, 0, 8})
BAD("rt_sigprocmask oldset", OUT, 8, 1, NR_rt_sigprocmask, 3, {0, 0, 0, 8})
BAD("sigprocmask set", IN, 4, 1, NR_sigprocmask, 2, {0, 0, 0})
BAD("sigprocmask oldset", OUT, 4, 1, NR_sigprocmask, 3, {0, 0, 0})
BAD("rt_sigaction new", IN, 20, 1, NR_rt_sigaction, 2, {SIGUSR1, 0, 0, 8})
BAD("rt_sigaction old", OUT, 20, 1, NR_rt_sigaction, 3, {SIGUSR1, 0, 0, 8})
BAD("sigaction new", IN, 16, 1, NR_sigaction, 2, {SIGUSR1, 0, 0})
BAD("sigaction old", OUT, 16, 1, NR_sigaction, 3, {SIGUSR1, 0, 0})
BAD("rt_sigpending set", OUT, 8, 0, NR_rt_sigpending, 1, {0, 8})
BAD("sigpending set", OUT, 4, 0, NR_sigpending, 1, {0})
BAD("rt_sigsuspend set", IN, 8, 0, NR_rt_sigsuspend, 1, {0, 8})
BAD("rt_sigtimedwait set", IN, 8, 0, NR_rt_sigtimedwait, 1, {0, 0, 0, 8})
BAD("rt_sigqueueinfo info", IN, 128, 0, NR_rt_sigqueueinfo, 3, {getpid(), 0, 0})
BAD("sigaltstack new", IN, 12, 1, NR_sigaltstack, 1, {0, 0})
BAD("sigaltstack old", OUT, 12, 1, NR_sigaltstack, 2, {0, 0})
BAD("getresuid ruid", OUT, 4, 0, NR_getresuid32, 1,
    {0, P(private_page + 64), P(private_page + 68)})
BAD("getresuid euid", OUT, 4, 0, NR_getresuid32, 2,
    {P(private_page + 64), 0, P(private_page + 68)})
BAD("getresuid suid", OUT, 4, 0, NR_getresuid32, 3,
    {P(private_page + 64), P(private_page + 68), 0})
BAD("getresgid rgid", OUT, 4, 0, NR_getresgid32, 1,
    {0, P(private_page + 64), P(private_page + 68)})
BAD("getresgid egid", OUT, 4, 0, NR_getresgid32, 2,
    {P(private_page + 64), 0, P(private_page + 68)})
BAD("getresgid sgid", OUT, 4, 0, NR_getresgid32, 3,
    {P(private_page + 64), P(private_page + 68), 0})
BAD("setgroups list", IN, 8, 0, NR_setgroups32, 2, {2, 0})
BAD("set_thread_area desc", IN, 16, 0, NR_set_thread_area, 1, {0})

TEST("SEC-S10 getgroups list")
{
	struct row row = {OUT, 12, 0, NR_getgroups32, 2, {16, 0}};
	gid_t three[] = {1, 2, 3};

	OK(setgroups(3, three));
	try_row(&row);
}

#define SHM_ROW(what, size, side, command)                                     \
	TEST("SEC-S10 shmctl " what " buf [ipc 117]")                          \
	{                                                                      \
		struct row row = {                                             \
		    side, size,                                                \
		    0,    NR_ipc,                                              \
		    5,    {IPCOP_shmctl, make(PAGE), (command) | IPC_64}};     \
		try_row(&row);                                                 \
		removed(row.args[1]);                                          \
	}                                                                      \
	TEST_AS("SEC-S10 shmctl " what " buf [396]", 1,                        \
	        TEST_NAME(__LINE__, d))                                        \
	{                                                                      \
		struct row row = {side,      size, 0,                          \
		                  NR_shmctl, 3,    {make(PAGE), command}};     \
		try_row(&row);                                                 \
		removed(row.args[0]);                                          \
	}

SHM_ROW("IPC_STAT", 84, OUT, IPC_STAT)
SHM_ROW("IPC_SET", 84, IN, IPC_SET)
SHM_ROW("IPC_INFO", 36, OUT, IPC_INFO)
SHM_ROW("SHM_INFO", 24, OUT, SHM_INFO)

TEST("SEC-S10 wait4 status")
{
	static const unsigned long bad[] = {1,          0xFFFF,     0x30000000,
	                                    0xC0000000, 0xBFFFFFFF, 0xFFFFFFFF};

	for (unsigned i = 0; i < ALL(bad); i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		ERR(SYS(NR_wait4, pid, bad[i], 0, 0), EFAULT);
		waitpid(pid, NULL, 0);
	}
}

TEST("SEC-S10 execve argv and envp")
{
	static const unsigned long bad[] = {1, 0xFFFF, 0x30000000, 0xC0000000,
	                                    0xFFFFFFFF};
	char *good[] = {"x", NULL};

	for (unsigned i = 0; i < ALL(bad); i++) {
		char *list[] = {(char *)bad[i], NULL};

		ERR(SYS(NR_execve, P("/tests/bad/good"), bad[i], 0), EFAULT);
		ERR(SYS(NR_execve, P("/tests/bad/good"), P(good), bad[i]),
		    EFAULT);
		ERR(SYS(NR_execve, P("/tests/bad/good"), P(list), 0), EFAULT);
		ERR(SYS(NR_execve, P("/tests/bad/good"), P(good), P(list)),
		    EFAULT);
	}
}

TEST("SEC-S10 the buffers behind an iovec")
{
	struct iovec v[2] = {{(void *)0xC0000000, 1}, {NULL, 0}};

	ERR(SYS(NR_writev, 1, P(v), 1), EFAULT);
	ERR(SYS(NR_readv, zero_fd(), P(v), 1), EFAULT);
	v[0].iov_base = hole(PAGE);
	ERR(SYS(NR_writev, 1, P(v), 1), EFAULT);
	ERR(SYS(NR_readv, zero_fd(), P(v), 1), EFAULT);
}

TEST("SEC-S10 an iovec of a negative or absurd length is EINVAL")
{
	struct iovec v = {private_page, 0x80000000};

	ERR(SYS(NR_writev, 1, P(&v), 1), EINVAL);
	ERR(SYS(NR_readv, zero_fd(), P(&v), 1), EINVAL);
	ERR(SYS(NR_readv, zero_fd(), P(&v), -1), EINVAL);
	ERR(SYS(NR_readv, zero_fd(), P(&v), 1025), EINVAL);
}

TEST("SEC-S11 a structure whose second page is missing is EFAULT, untorn ids")
{
	int id = make(PAGE);
	char *end = page_before_hole();
	struct shm_ds *ds = (void *)(end - 40), before = stat_of(id), after;

	memset(end - 40, 0x11, 40);
	ERR(shm_ctl(id, IPC_SET, ds), EFAULT);
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	ERR(shm_ctl(id, IPC_STAT, ds), EFAULT);
	removed(id);
}

TEST("SEC-S11 a structure across two pages, neither touched before, is filled")
{
	int id = make(PAGE);
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);
	struct shm_ds *ds = (void *)(p + PAGE - 40);

	OK(shm_ctl(id, IPC_STAT, ds));
	EQ(ds->segsz, PAGE);
	EQ(ds->unused5, 0);
	removed(id);
}

TEST("SEC-S10 a path of 4,096 bytes without an end is ENAMETOOLONG")
{
	char *p = memory(3 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 'a', 3 * PAGE);
	ERR(SYS(NR_open, P(p), O_RDONLY), ENAMETOOLONG);
	ERR(SYS(NR_access, P(p), 0), ENAMETOOLONG);
	ERR(SYS(NR_execve, P(p), 0, 0), ENAMETOOLONG);
}

TEST("SEC-S10 a path that ends with its page, before a hole, is good")
{
	char *end = page_before_hole();

	memcpy(end - 2, "/", 2);
	EQ(SYS(NR_access, P(end - 2), 0), 0);
	EQ(SYS(NR_stat64, P(end - 2), P(private_page)), 0);
}
