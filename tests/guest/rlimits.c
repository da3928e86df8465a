/*
 * tests/guest/rlimits.c -- what a process and a user may have at most, and what
 * happens there: getrlimit and its kin, descriptors, crowds and bombs.
 *
 * Tessera tells limits that hold.  One that nothing enforces is infinite or 0,
 * and cannot be set to another value.
 */
#define OWN_MAIN
#include "test.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/uio.h>

enum {
	NR_setrlimit = 75,
	NR_old_getrlimit = 76,
	NR_getrlimit = 191,
	NR_prlimit64 = 340,
};

static char *own_path;

static struct rlimit limit_of(int resource)
{
	struct rlimit limit;

	OK(getrlimit(resource, &limit));
	return limit;
}

static long set(int resource, unsigned soft, unsigned hard)
{
	unsigned long limit[2] = {soft, hard};

	return SYS(NR_setrlimit, resource, P(limit));
}

/* --- the table ----------------------------------------------------------- */

TEST("LIMIT-table what is told is what holds")
{
	static const struct {
		int resource;
		rlim_t soft;
	} rows[] = {
	    {RLIMIT_CPU, RLIM_INFINITY},  {RLIMIT_FSIZE, RLIM_INFINITY},
	    {RLIMIT_DATA, RLIM_INFINITY}, {RLIMIT_STACK, 8 << 20},
	    {RLIMIT_AS, RLIM_INFINITY},   {RLIMIT_CORE, 0},
	};

	for (unsigned i = 0; i < ALL(rows); i++)
		if (limit_of(rows[i].resource).rlim_cur != rows[i].soft)
			FAIL("resource %d: %llu", rows[i].resource,
			     (unsigned long long)limit_of(rows[i].resource)
			         .rlim_cur);
}

TEST("LIMIT-table of Tessera")
{
	need_tessera();
	EQ(limit_of(RLIMIT_SIGPENDING).rlim_max, 128);
	EQ(limit_of(RLIMIT_NICE).rlim_max, 0);
	EQ(limit_of(RLIMIT_RTPRIO).rlim_max, 0);
	EQ(limit_of(RLIMIT_NOFILE).rlim_max, 256);
	EQ(limit_of(RLIMIT_NPROC).rlim_cur, 2048);
}

TEST("LIMIT-set what changes nothing is 0, for every resource and everybody")
{
	AS(NOBODY, NOBODY)
	{
		for (int resource = 0; resource < 16; resource++) {
			struct rlimit limit = limit_of(resource);

			OK(setrlimit(resource, &limit));
		}
	}
}

TEST("LIMIT-set a hard limit is raised by root alone")
{
	AS(NOBODY, NOBODY)
	{
		EQ(set(RLIMIT_CORE, 0, 0xFFFFFFFF), HERE(0, -EPERM));
		OK(set(RLIMIT_NPROC, 100, 100));
		ERR(set(RLIMIT_NPROC, 100, 101), EPERM);
		OK(set(RLIMIT_NOFILE, 50, 50));
		ERR(set(RLIMIT_NOFILE, 50, 51), EPERM);
	}
}

TEST("LIMIT-set what nothing enforces cannot be lowered")
{
	static const int not[] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_AS,
	                          RLIMIT_RSS};

	for (unsigned i = 0; i < ALL(not); i++)
		EQ(set(not[i], 1 << 20, 1 << 20), HERE(0, -EINVAL));
}

TEST("LIMIT-set bad resources, bad orders, bad addresses")
{
	unsigned long wide[4] = {5, 0, 4, 0};

	ERR(set(16, 1, 1), EINVAL);
	ERR(set(-1, 1, 1), EINVAL);
	ERR(set(RLIMIT_NOFILE, 5, 4), EINVAL);
	ERR(SYS(NR_prlimit64, 0, RLIMIT_NOFILE, P(wide), 0), EINVAL);
	ERR(SYS(NR_getrlimit, RLIMIT_NOFILE, 1), EFAULT);
	ERR(SYS(NR_old_getrlimit, RLIMIT_NOFILE, P(0xC0100000)), EFAULT);
	ERR(SYS(NR_setrlimit, RLIMIT_NOFILE, 1), EFAULT);
	ERR(SYS(NR_prlimit64, 0, RLIMIT_NOFILE, 1, 0), EFAULT);
	ERR(SYS(NR_prlimit64, 0, RLIMIT_NOFILE, 0, 1), EFAULT);
	ERR(SYS(NR_prlimit64, 99999, RLIMIT_NOFILE, 0, 0), ESRCH);
}

TEST("LIMIT-prlimit sets another process's, if it is the caller's user's")
{
	unsigned long wide[4] = {40, 0, 60, 0}, old[4];
	pid_t pid, other;

	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	OK(SYS(NR_prlimit64, pid, RLIMIT_NOFILE, P(wide), 0));
	BACKGROUND(other)
	{
		become(NOBODY, NOBODY);
		OK(SYS(NR_prlimit64, pid, RLIMIT_NOFILE, 0, P(old)));
		EQ(old[0], 40);
		EQ(old[2], 60);
		wide[0] = wide[2] = 30;
		OK(SYS(NR_prlimit64, pid, RLIMIT_NOFILE, P(wide), P(old)));
		EQ(old[0], 40);
		ERR(SYS(NR_prlimit64, getppid(), RLIMIT_NOFILE, 0, P(old)),
		    EPERM);
	}
	EXITS(other, 0);
	OK(SYS(NR_prlimit64, pid, RLIMIT_NOFILE, 0, P(old)));
	EQ(old[2], 30);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("LIMIT-prlimit sets none of a program's that has more rights, or others")
{
	static const int ids[][3] = {
	    {NOBODY, NOBODY, NOBODY}, {NOBODY, 0, NOBODY}, {NOBODY, NOBODY, 0}};
	unsigned long wide[4] = {3, 0, 3, 0};
	pid_t pid, other;

	for (int i = 0; i < 4; i++) {
		const int *user = ids[i < 2 ? i + 1 : 0];
		const int *group = ids[i < 2 ? 0 : i - 1];

		BACKGROUND(pid)
		{
			OK(setresgid(group[0], group[1], group[2]));
			OK(setresuid(user[0], user[1], user[2]));
			reach(i + 1);
			for (;;)
				pause();
		}
		await(i + 1);
		BACKGROUND(other)
		{
			become(NOBODY, NOBODY);
			ERR(SYS(NR_prlimit64, pid, RLIMIT_NOFILE, P(wide), 0),
			    EPERM);
		}
		EXITS(other, 0);
		OK(kill(pid, SIGKILL));
		KILLED(pid, SIGKILL);
	}
}

/* --- descriptors --------------------------------------------------------- */

/* Closes what the program was started with, but for 0 to 2. */
static void close_others(void)
{
	for (int fd = 3; fd < 256; fd++)
		close(fd);
}

TEST("LIMIT-nofile no descriptor is made at the limit or above")
{
	close_others();
	OK(set(RLIMIT_NOFILE, 10, 20));
	for (int fd = 3; fd < 10; fd++)
		EQ(OK(dup(0)), fd);
	ERR(-(dup(0) < 0 ? errno : 0), EMFILE);
	ERR(-(open("/dev/null", O_RDONLY) < 0 ? errno : 0), EMFILE);
	ERR(-(dup2(0, 10) < 0 ? errno : 0), EBADF);
	ERR(-(dup3(0, 10, 0) < 0 ? errno : 0), EBADF);
	ERR(-(fcntl(0, F_DUPFD, 10) < 0 ? errno : 0), EINVAL);
	EQ(dup2(0, 9), 9);
	OK(set(RLIMIT_NOFILE, 20, 20));
	EQ(OK(dup2(0, 19)), 19);
	EQ(sysconf(_SC_OPEN_MAX), 20);
}

TEST("LIMIT-nofile what is open above a new limit stays open")
{
	close_others();
	EQ(OK(dup2(0, 100)), 100);
	OK(set(RLIMIT_NOFILE, 5, 5));
	OK(fcntl(100, F_GETFD));
	EQ(OK(dup(100)), 3);
	IN_CHILD
	{
		OK(fcntl(100, F_GETFD));
		OK(close(100));
	}
	OK(close(100));
}

TEST("LIMIT-nofile a child and a program inherit it")
{
	char *argv[] = {own_path, "helper", "7", NULL}, *envp[] = {NULL};

	OK(set(RLIMIT_NOFILE, 7, 7));
	IN_CHILD
	{
		EQ(limit_of(RLIMIT_NOFILE).rlim_cur, 7);
		execve(own_path, argv, envp);
		_exit(1);
	}
}

TEST("LIMIT-nofile 0 allows no new descriptor, and nothing else changes")
{
	OK(set(RLIMIT_NOFILE, 0, 0));
	ERR(-(dup(0) < 0 ? errno : 0), EMFILE);
	ERR(-(dup2(0, 0) < 0 ? errno : 0), 0);
	OK(fcntl(0, F_GETFD));
}

TEST("LIMIT-nofile not even root has more than 256")
{
	need_tessera();
	ERR(set(RLIMIT_NOFILE, 256, 257), EPERM);
	OK(set(RLIMIT_NOFILE, 256, 256));
}

/* --- the CPU ------------------------------------------------------------- */

static volatile int times_told;

static void told(int signal)
{
	(void)signal;
	times_told++;
}

static void compute(void)
{
	for (;;)
		for (volatile int i = 0; i < 10000; i++)
			;
}

TEST("LIMIT-cpu SIGXCPU comes at the soft limit and ends a process")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(set(RLIMIT_CPU, 1, 10));
		compute();
	}
	KILLED(pid, SIGXCPU);
}

TEST("LIMIT-cpu it comes every second, and at the hard limit SIGKILL does")
{
	struct rusage rusage;
	pid_t pid;
	int status;

	BACKGROUND(pid)
	{
		signal(SIGXCPU, told);
		OK(set(RLIMIT_CPU, 1, 3));
		while (times_told < 2)
			;
		EQ(limit_of(RLIMIT_CPU).rlim_cur, 3);
		shared->value[0] = times_told;
		compute();
	}
	EQ(wait4(pid, &status, 0, &rusage), pid);
	EQ(status, SIGKILL);
	EQ(shared->value[0], 2);
	TRUE(rusage.ru_utime.tv_sec + rusage.ru_stime.tv_sec >= 2);
}

TEST("LIMIT-cpu a child inherits it, but not the time that was used")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		signal(SIGXCPU, told);
		OK(set(RLIMIT_CPU, 1, 100));
		while (times_told == 0)
			;
		EQ(limit_of(RLIMIT_CPU).rlim_cur, 2);
		IN_CHILD
		{
			EQ(limit_of(RLIMIT_CPU).rlim_cur, 2);
			sleep_ms(100);
			EQ(times_told, 1);
		}
	}
	EXITS(pid, 0);
}

/* --- the size of files --------------------------------------------------- */

/* A file of `bytes` bytes, without a name, open for both. */
static int file_of(int bytes)
{
	int fd = OK(open("/tmp", O_TMPFILE | O_RDWR, 0600));

	OK(ftruncate(fd, bytes));
	return fd;
}

static long result(long of)
{
	return of < 0 ? -errno : of;
}

TEST("LIMIT-fsize a write up to the limit is cut, and one there is EFBIG")
{
	static char bytes[3000];
	struct iovec parts[2] = {{bytes, 600}, {bytes, 600}};
	int fd = file_of(0);

	signal(SIGXFSZ, told);
	OK(set(RLIMIT_FSIZE, 1000, 5000));
	EQ(result(write(fd, bytes, 900)), 900);
	EQ(result(write(fd, bytes, 900)), 100);
	EQ(times_told, 0);
	EQ(result(write(fd, bytes, 1)), -EFBIG);
	EQ(times_told, 1);
	EQ(result(write(fd, bytes, 0)), 0);
	EQ(result(pwrite(fd, bytes, 10, 990)), 10);
	EQ(result(pwrite(fd, bytes, 10, 995)), 5);
	EQ(result(pwrite(fd, bytes, 10, 4000)), -EFBIG);
	EQ(times_told, 2);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	EQ(result(writev(fd, parts, 2)), 1000);
	EQ(lseek(fd, 0, SEEK_END), 1000);
	OK(set(RLIMIT_FSIZE, 0xFFFFFFFF, 0xFFFFFFFF));
	EQ(result(write(fd, bytes, 3000)), 3000);
	OK(set(RLIMIT_FSIZE, 100, 0xFFFFFFFF));
	EQ(result(pwrite(fd, bytes, 1, 2000)), -EFBIG);
	EQ(result(read(fd, bytes, 10)), 0);
	EQ(result(pread(fd, bytes, 10, 2000)), 10);
	EQ(times_told, 3);
}

TEST("LIMIT-fsize the end of an append counts")
{
	int fd = file_of(99);

	signal(SIGXFSZ, told);
	OK(fcntl(fd, F_SETFL, O_APPEND));
	OK(set(RLIMIT_FSIZE, 100, 100));
	EQ(result(write(fd, "ab", 2)), 1);
	EQ(result(write(fd, "ab", 2)), -EFBIG);
	EQ(times_told, 1);
}

TEST("LIMIT-fsize truncate and fallocate make no file longer than it")
{
	int fd = file_of(2000);

	signal(SIGXFSZ, told);
	OK(set(RLIMIT_FSIZE, 1000, 1000));
	OK(ftruncate(fd, 1500));
	EQ(result(ftruncate(fd, 1501)), -EFBIG);
	EQ(times_told, 1);
	OK(ftruncate(fd, 10));
	OK(ftruncate(fd, 1000));
	EQ(result(ftruncate(fd, 1001)), -EFBIG);
	EQ(times_told, 2);
	EQ(result(fallocate(fd, 0, 0, 1001)), -EFBIG);
	EQ(times_told, 3);
	OK(fallocate(fd, 0, 900, 100));
	OK(close(OK(open("/tmp/limited", O_CREAT | O_WRONLY, 0600))));
	EQ(result(truncate("/tmp/limited", 1001)), -EFBIG);
	EQ(times_told, 4);
	OK(unlink("/tmp/limited"));
}

TEST("LIMIT-fsize SIGXFSZ ends a process that has no handler")
{
	int fd = file_of(0);
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(set(RLIMIT_FSIZE, 0, 0));
		write(fd, "x", 1);
	}
	KILLED(pid, SIGXFSZ);
}

TEST("LIMIT-fsize a pipe has no such limit")
{
	int fds[2];

	OK(set(RLIMIT_FSIZE, 0, 0));
	OK(pipe(fds));
	EQ(result(write(fds[1], "x", 1)), 1);
}

TEST("LIMIT-proc /proc/PID/limits has a line for each, with its unit")
{
	char text[3000];
	int fd;

	OK(set(RLIMIT_FSIZE, 1000, 0xFFFFFFFF));
	OK(set(RLIMIT_NOFILE, 77, 99));
	fd = OK(open("/proc/self/limits", O_RDONLY));
	text[OK(read(fd, text, sizeof text - 1))] = 0;
	TRUE(strncmp(text,
	             "Limit                     Soft Limit           "
	             "Hard Limit           Units     \n"
	             "Max cpu time              unlimited            "
	             "unlimited            seconds   \n"
	             "Max file size             1000                 "
	             "unlimited            bytes     \n",
	             3 * 79) == 0);
	TRUE(strstr(text, "\nMax open files            77                   "
	                  "99                   files     \n") != 0);
	TRUE(strstr(text, "\nMax realtime timeout      unlimited            "
	                  "unlimited            us        \n") != 0);
	TRUE(strstr(text, "\nMax nice priority         0                    "
	                  "0                    \n") != 0);
}

/* --- crowds and bombs ---------------------------------------------------- */

#define CROWD HERE(500, 2000) /* Linux has no memory for more there */

static int processes_in_proc(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int count = 0;

	TRUE(proc != NULL);
	while ((entry = readdir(proc)) != NULL)
		count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	closedir(proc);
	return count;
}

/* Forks until there are CROWD children, which wait.  How many there are. */
static int gather(void)
{
	int n = 0;

	for (; n < CROWD; n++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0) {
			__atomic_add_fetch(&shared->value[0], 1,
			                   __ATOMIC_SEQ_CST);
			for (;;)
				pause();
		}
	}
	return n;
}

/* Tessera promises each of them its memory: that needs 700 MiB. */
TEST("LIMIT-crowd one user has two thousand processes, and each of them runs")
{
	int before = processes_in_proc();
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(setpgid(0, 0));
		become(NOBODY, NOBODY);
		shared->value[1] = gather();
		for (int i = 0; i < 1000; i++)
			if (shared->value[0] < shared->value[1])
				sleep_ms(10);
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	EQ(shared->value[0], CROWD);
	EQ(processes_in_proc(), before + CROWD + 1);
	OK(kill(-pid, SIGKILL));
	KILLED(pid, SIGKILL);
	for (int i = 0; i < 1000 && kill(-pid, 0) == 0; i++)
		sleep_ms(10);
	EQ(kill(-pid, 0), -1);
}

TEST("LIMIT-bomb one that never stops ends when root kills its group")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(setpgid(0, 0));
		OK(set(RLIMIT_NPROC, 100, 100));
		become(NOBODY - 3, NOBODY - 3);
		for (;;)
			if (fork() < 0) {
				shared->value[0] = errno;
				reach(1);
				sleep_ms(5);
			}
	}
	await(1);
	EQ(shared->value[0], EAGAIN);
	for (int i = 0; i < 20; i++)
		IN_CHILD
		{
		}
	OK(kill(-pid, SIGKILL));
	KILLED(pid, SIGKILL);
	for (int i = 0; i < 500 && kill(-pid, 0) == 0; i++)
		sleep_ms(10);
	EQ(kill(-pid, 0), -1);
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc == 3 && strcmp(argv[1], "helper") == 0)
		return limit_of(RLIMIT_NOFILE).rlim_cur !=
		       (rlim_t)atoi(argv[2]);
	return test_main(argc, argv);
}
