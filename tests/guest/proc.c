/*
 * tests/guest/proc.c -- /proc: what it says about the machine and processes.
 *
 * proc(5).  Only what Linux has, too, is asked here; tests/guest/files.c has
 * the rest.
 */
#define OWN_MAIN
#include "test.h"
#include <sys/sysinfo.h>

#include <dirent.h>
#include <sys/times.h>

static char text[9000];

#define CHECK "compare-arguments"
#define LOOK  "wait"
#define SPOIL "write-over-arguments"
#define WORDS "compare-environment"
#define TITLE "write-a-title"

/* Reads a whole file, and puts a NUL behind it. */
static int contents(const char *path)
{
	int fd = OK(open(path, O_RDONLY)), bytes = 0, got;

	while ((got = read(fd, text + bytes, sizeof text - 1 - bytes)) > 0)
		bytes += got;
	close(fd);
	EQ(got, 0);
	text[bytes] = 0;
	return bytes;
}

static pid_t run_a_child(void)
{
	pid_t pid;

	BACKGROUND(pid)
	{
	}
	return pid;
}

/* The number behind `name` in the text. */
static long number_of(const char *name)
{
	char *at = strstr(text, name);

	if (at == 0)
		FAIL("there is no %s", name);
	return strtol(at + strlen(name), 0, 10);
}

static void link_is(const char *path, const char *wanted)
{
	char target[4096];
	int bytes = OK(readlink(path, target, sizeof target - 1));

	target[bytes] = 0;
	if (strcmp(target, wanted) != 0)
		FAIL("%s is %s, not %s", path, target, wanted);
}

/* Field `n` of /proc/PID/stat; the name in field 2 may have blanks. */
static long long stat_field(int pid, int n)
{
	char path[32], *at;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	contents(path);
	at = strrchr(text, ')') + 2;
	for (; n > 3; n--)
		at = strchr(at, ' ') + 1;
	return n < 3 ? 0 : *at >= 'A' ? *at : strtoll(at, 0, 10);
}

/* ---- the machine -------------------------------------------------------- */

TEST("PROC-stat the ticks of the CPU, the time of boot, the forks")
{
	long before, user;

	contents("/proc/stat");
	user = number_of("cpu  ");
	before = number_of("processes ");
	TRUE(number_of("btime ") > 1000000000);
	TRUE(number_of("ctxt ") > 0);
	TRUE(number_of("procs_running ") >= 1);
	TRUE(strstr(text, "\ncpu0 ") != 0);
	for (int i = 0; i < 3; i++)
		wait_status(run_a_child());
	contents("/proc/stat");
	TRUE(number_of("processes ") >= before + 3);
	TRUE(number_of("cpu  ") >= user);
}

TEST("PROC-stat a process that computes adds to the ticks of user mode")
{
	long before;
	struct tms now;

	contents("/proc/stat");
	before = number_of("cpu  ");
	do
		for (volatile int i = 0; i < 10000; i++)
			;
	while (times(&now) == -1 || now.tms_utime < 10);
	contents("/proc/stat");
	TRUE(number_of("cpu  ") >= before + 5);
}

TEST("PROC-uptime the machine is up, and idle while everybody sleeps")
{
	double up[2], idle[2];

	for (int i = 0; i < 2; i++) {
		contents("/proc/uptime");
		EQ(sscanf(text, "%lf %lf\n", &up[i], &idle[i]), 2);
		sleep_ms(300);
	}
	TRUE(up[1] - up[0] >= 0.2);
	TRUE(idle[1] > idle[0]);
}

TEST("PROC-version it has the name and the release of uname(2)")
{
	struct utsname name;
	char wanted[256];

	OK(uname(&name));
	contents("/proc/version");
	snprintf(wanted, sizeof wanted, "%s version %s ", name.sysname,
	         name.release);
	EQ(strncmp(text, wanted, strlen(wanted)), 0);
	contents("/proc/sys/kernel/osrelease");
	snprintf(wanted, sizeof wanted, "%s\n", name.release);
	EQ(strcmp(text, wanted), 0);
	contents("/proc/sys/kernel/ostype");
	snprintf(wanted, sizeof wanted, "%s\n", name.sysname);
	EQ(strcmp(text, wanted), 0);
}

TEST("PROC-loadavg three loads, running and all processes, the last pid")
{
	float a, b, c;
	int running, all, last;

	contents("/proc/loadavg");
	EQ(sscanf(text, "%f %f %f %d/%d %d", &a, &b, &c, &running, &all, &last),
	   6);
	TRUE(running >= 1 && running <= all);
	TRUE(last > 1);
}

static float load(void)
{
	contents("/proc/loadavg");
	return strtof(text, NULL);
}

TEST("PROC-loadavg the load grows with those that run, and sysinfo says so")
{
	float before = load(), after;
	struct sysinfo info;
	pid_t pids[4];

	for (size_t i = 0; i < ALL(pids); i++)
		BACKGROUND(pids[i])
		{
			for (;;)
				;
		}
	sleep_ms(5500); /* they are counted every five seconds */
	after = load();
	OK(sysinfo(&info));
	for (size_t i = 0; i < ALL(pids); i++) {
		OK(kill(pids[i], SIGKILL));
		KILLED(pids[i], SIGKILL);
	}
	TRUE(after > before * 0.9f + 0.2f);
	TRUE(after < before + 4);
	TRUE(info.loads[0] / 65536.0f > after - 0.02f);
	TRUE(info.loads[2] / 65536.0f < after);
}

TEST("PROC-mounts the root and /proc are there, in six columns")
{
	char device[64], where[64], type[64], options[64];
	int a, b;

	contents("/proc/mounts");
	EQ(sscanf(text, "%63s %63s %63s %63s %d %d", device, where, type,
	          options, &a, &b),
	   6);
	EQ(strcmp(where, "/"), 0);
	TRUE(strstr(text, " /proc proc ") != 0);
	contents("/proc/self/mounts");
	TRUE(strstr(text, " /proc proc ") != 0);
	contents("/proc/filesystems");
	TRUE(strstr(text, "nodev\tproc\n") != 0);
	TRUE(strstr(text, "nodev\ttmpfs\n") != 0);
}

TEST("PROC-mounts mountinfo has eleven columns, and the root is mounted")
{
	char where[64], type[64];
	int id, parent, major, minor;

	contents("/proc/self/mountinfo");
	EQ(sscanf(text, "%d %d %d:%d / %63s rw", &id, &parent, &major, &minor,
	          where),
	   5);
	EQ(strcmp(where, "/"), 0);
	EQ(sscanf(strstr(text, " - "), " - %63s", type), 1);
	TRUE(strstr(text, " / /proc ") != 0);
	TRUE(strstr(strstr(text, " / /proc "), " - proc ") != 0);
}

TEST("PROC-vmstat faults are counted, and there is no swap")
{
	long before;
	char *fresh;

	contents("/proc/vmstat");
	TRUE(number_of("nr_free_pages ") > 100);
	EQ(number_of("pswpin ") + number_of("pswpout "), 0);
	before = number_of("pgfault ");
	fresh = mmap(0, 20 * PAGE, PROT_READ | PROT_WRITE,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 20; i++)
		fresh[i * PAGE] = 1;
	contents("/proc/vmstat");
	TRUE(number_of("pgfault ") >= before + 20);
	contents("/proc/swaps");
	TRUE(strncmp(text, "Filename\t", 9) == 0);
	TRUE(strchr(text, '\n') == text + strlen(text) - 1);
}

TEST("PROC-limits files, descriptors and pipes have limits to read")
{
	contents("/proc/sys/fs/file-max");
	TRUE(atol(text) > 1000);
	contents("/proc/sys/fs/nr_open");
	TRUE(atol(text) >= 256);
	contents("/proc/sys/fs/pipe-max-size");
	TRUE(atol(text) >= 65536);
}

TEST("PROC-cpuinfo one processor, with a vendor and flags")
{
	contents("/proc/cpuinfo");
	EQ(number_of("processor\t: "), 0);
	TRUE(strstr(text, "vendor_id\t: ") != 0);
	TRUE(strstr(text, " fpu ") != 0);
	TRUE(strstr(text, " sse2") != 0);
	TRUE(contents("/proc/cmdline") > 0);
	TRUE(strchr(text, '\n') == text + strlen(text) - 1);
}

TEST("PROC-limits pid_max and threads-max: root sets them, within bounds")
{
	long pid_max, threads;
	int fd;

	contents("/proc/sys/kernel/pid_max");
	pid_max = atol(text);
	TRUE(pid_max >= 32768);
	contents("/proc/sys/kernel/threads-max");
	threads = atol(text);
	TRUE(threads > 100);
	fd = OK(open("/proc/sys/kernel/pid_max", O_WRONLY));
	EQ(write(fd, "20000\n", 6), 6);
	close(fd);
	contents("/proc/sys/kernel/pid_max");
	EQ(strcmp(text, "20000\n"), 0);
	wait_status(run_a_child());
	fd = OK(open("/proc/sys/kernel/pid_max", O_WRONLY));
	EQ(write(fd, "1\n", 2), -1);
	EQ(errno, EINVAL);
	snprintf(text, sizeof text, "%ld\n", pid_max);
	EQ(pwrite(fd, text, strlen(text), 0), (int)strlen(text));
	close(fd);
}

TEST("PROC-limits pwrite says itself where it begins: at 0 it sets the limit")
{
	int fd = OK(open("/proc/sys/kernel/pid_max", O_RDWR));
	char old[16] = "";
	long length = OK(read(fd, old, 15));

	EQ(pwrite(fd, "20000\n", 6, 0), 6);
	EQ(pread(fd, text, 15, 0), 6);
	EQ(memcmp(text, "20000\n", 6), 0);
	EQ(lseek(fd, 0, SEEK_CUR), length);
	EQ(pwrite(fd, "30000\n", 6, 1), 6);
	EQ(pread(fd, text, 15, 0), 6);
	EQ(memcmp(text, "20000\n", 6), 0);
	EQ(pwrite(fd, old, length, 0), length);
	close(fd);
}

/* ---- a process ---------------------------------------------------------- */

TEST("PROC-self the links of the process itself")
{
	char path[4096], target[64];
	int fd;

	snprintf(target, sizeof target, "%d", (int)getpid());
	link_is("/proc/self", target);
	OK(chdir("/proc/sys/kernel"));
	link_is("/proc/self/cwd", "/proc/sys/kernel");
	link_is("/proc/self/root", "/");
	OK(readlink("/proc/self/exe", path, sizeof path));
	EQ(path[0], '/');
	OK(access("/proc/self/exe", X_OK));
	fd = OK(open("/proc/meminfo", O_RDONLY));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	link_is(path, "/proc/meminfo");
	close(fd);
	ERR(readlink(path, target, sizeof target) < 0 ? -errno : 0, ENOENT);
	ERR(SYS(NR_readlink, P("/proc/self/fd/x"), P(target), 10), ENOENT);
}

TEST("PROC-fd the directory has the open descriptors, and no others")
{
	char seen[256] = {0};
	struct dirent *entry;
	DIR *directory;
	int a = OK(open("/proc/meminfo", O_RDONLY));
	int b = OK(dup2(a, 200));

	directory = opendir("/proc/self/fd");
	TRUE(directory != 0);
	while ((entry = readdir(directory)) != 0)
		if (entry->d_name[0] != '.') {
			int fd = atoi(entry->d_name);

			EQ(entry->d_type, DT_LNK);
			TRUE(fd >= 0 && fd < 256 && !seen[fd]);
			seen[fd] = 1;
		}
	for (int fd = 0; fd < 256; fd++)
		EQ(seen[fd], fcntl(fd, F_GETFD) >= 0);
	closedir(directory);
	TRUE(seen[b]);
}

TEST("PROC-cmdline the strings of argv, each with its NUL")
{
	int bytes = contents("/proc/self/cmdline");

	TRUE(bytes > 1);
	EQ(text[bytes - 1], 0);
	EQ(strcmp(text, program_invocation_name), 0);
}

TEST("PROC-cmdline a long argument, an empty one, and their order")
{
	static char large[6001];
	pid_t pid;

	memset(large, 'y', 6000);
	BACKGROUND(pid)
	{
		execl("/proc/self/exe", "name", CHECK, "", large, (char *)0);
	}
	EQ(wait_status(pid), 7 << 8);
}

TEST("PROC-environ the strings of envp, each with its NUL")
{
	static char large[6001];
	char *argv[] = {"name", WORDS, 0};
	char *envp[] = {"A=first", "", large, "Z=last", 0}, *none[] = {0};
	pid_t pid;

	memset(large, 'y', 6000);
	for (int i = 0; i < 2; i++) {
		BACKGROUND(pid)
		{
			execve("/proc/self/exe", argv, i ? none : envp);
		}
		EQ(wait_status(pid), 7 << 8);
	}
}

TEST("PROC-cmdline it ends, even if a process writes over its NULs")
{
	static char large[120001];
	char *argv[] = {"name", SPOIL, large, large, large, large,
	                large,  large, large, large, large, 0};
	pid_t pid;

	memset(large, 'y', 120000);
	BACKGROUND(pid)
	{
		execv("/proc/self/exe", argv);
	}
	EQ(wait_status(pid), 7 << 8);
}

TEST("PROC-cmdline a title that lies over the arguments and the environment")
{
	char *argv[] = {"name", TITLE, "", "last", 0};
	char *envp[] = {"A=first", "", "Z=last", 0};
	pid_t pid;

	BACKGROUND(pid)
	{
		execve("/proc/self/exe", argv, envp);
	}
	EQ(wait_status(pid), 7 << 8);
}

TEST("PROC-pid stat has state, parent, group, session and times")
{
	int pid = OK(fork());

	if (pid == 0) {
		pause();
		_exit(0);
	}
	sleep_ms(50);
	EQ(stat_field(pid, 3), 'S');
	EQ(stat_field(pid, 4), getpid());
	EQ(stat_field(pid, 5), getpgrp());
	EQ(stat_field(pid, 6), getsid(0));
	EQ(stat_field(pid, 20), 1);
	TRUE(stat_field(pid, 23) > 100000);
	TRUE(stat_field(pid, 24) > 5);
	EQ(stat_field(getpid(), 3), 'R');
	OK(kill(pid, SIGKILL));
	sleep_ms(50);
	EQ(stat_field(pid, 3), 'Z');
	EQ(waitpid(pid, 0, 0), pid);
	snprintf(text, sizeof text, "/proc/%d/stat", pid);
	ERR(SYS(NR_open, P(text), 0, 0), ENOENT);
}

TEST("PROC-pid status has the name, the pids and four ids each")
{
	unsigned a, b, c, d;

	OK(setresuid(11, 12, 13));
	contents("/proc/self/status");
	EQ(sscanf(strstr(text, "Uid:"), "Uid:\t%u\t%u\t%u\t%u", &a, &b, &c, &d),
	   4);
	EQ(a, 11);
	EQ(b, 12);
	EQ(c, 13);
	EQ(d, 12);
	EQ(number_of("\nPid:\t"), getpid());
	EQ(number_of("\nTgid:\t"), getpid());
	EQ(number_of("\nPPid:\t"), getppid());
	EQ(number_of("\nThreads:\t"), 1);
	TRUE(number_of("\nVmSize:\t") > 100);
	EQ(strncmp(text, "Name:\t", 6), 0);
}

TEST("PROC-pid status has the umask and the supplementary groups")
{
	static const gid_t groups[] = {7, 65533, 12};
	gid_t got[3];

	umask(027);
	OK(setgroups(3, groups));
	EQ(getgroups(3, got), 3);
	EQ(got[0], 7);
	EQ(got[2], 65533);
	contents("/proc/self/status");
	TRUE(strstr(text, "\nUmask:\t0027\n") != 0);
	TRUE(strstr(text, "\nGroups:\t7 12 65533 \n") != 0);
	EQ(number_of("\nTracerPid:\t"), 0);
	TRUE(number_of("\nFDSize:\t") >= 32);
	OK(setgroups(0, 0));
	contents("/proc/self/status");
	TRUE(strstr(text, "\nGroups:\t \n") != 0);
}

static void caught(int signal)
{
	(void)signal;
}

/* A line of /proc/self/status that has a set of signals. */
static unsigned long long set_of(const char *name)
{
	char *at;

	contents("/proc/self/status");
	at = strstr(text, name);
	if (at == 0 || at[strlen(name) + 16] != '\n')
		FAIL("there is no line %s with 16 digits", name);
	return strtoull(at + strlen(name), 0, 16);
}

TEST("PROC-pid status has the signals: blocked, pending, ignored and caught")
{
	sigset_t set;
	union sigval value = {.sival_int = 1};

	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGUSR2, caught);
	signal(64, caught);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 40);
	OK(sigprocmask(SIG_SETMASK, &set, 0));
	EQ(set_of("SigPnd:\t"), 0);
	EQ(set_of("ShdPnd:\t"), 0);
	EQ(set_of("SigBlk:\t") == (1ull << 39 | 1ull << (SIGUSR1 - 1)), 1);
	EQ(set_of("SigIgn:\t") & 1, 1);
	EQ(set_of("SigIgn:\t") >> (SIGCHLD - 1) & 1, 0);
	EQ(set_of("SigCgt:\t") == (1ull << 63 | 1ull << (SIGUSR2 - 1)), 1);
	EQ(number_of("SigQ:\t"), 0);
	OK(kill(getpid(), SIGUSR1));
	OK(sigqueue(getpid(), 40, value));
	OK(sigqueue(getpid(), 40, value));
	EQ(set_of("ShdPnd:\t") == (1ull << 39 | 1ull << (SIGUSR1 - 1)), 1);
	EQ(number_of("SigQ:\t"), 3);
	TRUE(strtol(strchr(strstr(text, "SigQ:\t"), '/') + 1, 0, 10) >= 32);
}

TEST("PROC-pid comm is the program's name, and prctl changes it")
{
	OK(SYS(172, 15, P("ren am)ed")));
	EQ(contents("/proc/self/comm"), 10);
	EQ(strcmp(text, "ren am)ed\n"), 0);
	EQ(stat_field(getpid(), 4), getppid());
	contents("/proc/self/statm");
	TRUE(atoi(text) > 10);
}

TEST("PROC-pid another user's descriptors and links are not to be looked at")
{
	int pid = OK(fork());

	if (pid == 0) {
		pause();
		_exit(0);
	}
	OK(seteuid(NOBODY));
	snprintf(text, sizeof text, "/proc/%d/fd", pid);
	ERR(SYS(NR_open, P(text), O_DIRECTORY, 0), EACCES);
	snprintf(text, sizeof text, "/proc/%d/exe", pid);
	ERR(SYS(NR_readlink, P(text), P(text + 100), 10), EACCES);
	snprintf(text, sizeof text, "/proc/%d/cwd", pid);
	ERR(SYS(NR_readlink, P(text), P(text + 100), 10), EACCES);
	snprintf(text, sizeof text, "/proc/%d/maps", pid);
	ERR(SYS(NR_open, P(text), O_RDONLY, 0), EACCES);
	OK(SYS(NR_access, P(text), R_OK));
	snprintf(text, sizeof text, "/proc/%d/environ", pid);
	ERR(SYS(NR_open, P(text), O_RDONLY, 0), EACCES);
	snprintf(text, sizeof text, "/proc/%d/status", pid);
	OK(SYS(NR_open, P(text), O_RDONLY, 0));
	OK(SYS(NR_open, P("/proc/self/maps"), O_RDONLY, 0));
	OK(seteuid(0));
	snprintf(text, sizeof text, "/proc/%d/maps", pid);
	OK(SYS(NR_open, P(text), O_RDONLY, 0));
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, 0, 0), pid);
}

TEST("1.7-maps /proc/self/maps names an attach SYSV%08x")
{
	int id = OK(shm_get(0x1234abcd, 3 * PAGE, IPC_CREAT | 0600));
	char *p = ADDRESS(shm_at(id, 0, 0)), *line, wanted[80];

	contents("/proc/self/maps");
	snprintf(wanted, sizeof wanted, "%08lx-%08lx rw-s 00000000 ", P(p),
	         P(p + 3 * PAGE));
	line = strstr(text, wanted);
	TRUE(line != 0);
	*strchr(line, '\n') = 0;
	TRUE(strstr(line, " /SYSV1234abcd (deleted)") != 0);
	OK(shm_dt(p));
	contents("/proc/self/maps");
	TRUE(strstr(text, "SYSV") == 0);
	removed(id);
}

/* The line of /proc/self/maps for the region that begins at `at`. */
static char *map_line(const char *at)
{
	static char line[5000];
	char start[10], *found;

	contents("/proc/self/maps");
	snprintf(start, sizeof start, "%08lx-", P(at));
	found = strstr(text, start);
	if (found == 0)
		FAIL("no region begins at %s", start);
	snprintf(line, sizeof line, "%.*s", (int)strcspn(found, "\n"), found);
	return line;
}

TEST("PROC-maps a mapping of a file has its offset, device, number and path")
{
	int fd = OK(open("/tmp/mapped", O_RDWR | O_CREAT | O_EXCL, 0600));
	char *p, *line, rights[5], path[64];
	unsigned start, end, offset, major, minor, number;
	struct stat st;

	OK(ftruncate(fd, 3 * PAGE));
	OK(fstat(fd, &st));
	for (int shared = 0; shared < 2; shared++) {
		p = mmap(0, 2 * PAGE, PROT_READ,
		         shared ? MAP_SHARED : MAP_PRIVATE, fd, PAGE);
		line = map_line(p);
		EQ(sscanf(line, "%x-%x %4s %x %x:%x %u %63s", &start, &end,
		          rights, &offset, &major, &minor, &number, path),
		   8);
		EQ(end - start, 2 * PAGE);
		EQ(strcmp(rights, shared ? "r--s" : "r--p"), 0);
		EQ(offset, PAGE);
		EQ(number, (unsigned)st.st_ino);
		EQ(major << 8 | minor, (unsigned)st.st_dev);
		EQ(strcmp(path, "/tmp/mapped"), 0);
		OK(munmap(p, 2 * PAGE));
	}
	p = mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	OK(rename("/tmp/mapped", "/tmp/other"));
	TRUE(strstr(map_line(p), " /tmp/other") != 0);
	OK(unlink("/tmp/other"));
	TRUE(strstr(map_line(p), " (deleted)") != 0);
}

TEST("PROC-maps the text of the program has the path of /proc/self/exe")
{
	char path[4096] = "", wanted[4200];

	OK(readlink("/proc/self/exe", path, sizeof path - 1));
	contents("/proc/self/maps");
	snprintf(wanted, sizeof wanted, " %s\n", path);
	TRUE(strstr(text, wanted) != 0);
}

TEST("PROC-fd a descriptor's link opens what is behind it, even a pipe")
{
	char path[64], byte = 0;
	int fds[2], again;

	OK(pipe(fds));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
	again = OK(open(path, O_RDONLY | O_NONBLOCK));
	EQ(write(fds[1], "x", 1), 1);
	EQ(read(again, &byte, 1), 1);
	EQ(byte, 'x');
	OK(readlink(path, text, sizeof text));
	EQ(strncmp(text, "pipe:[", 6), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fds[1]);
	again = OK(open(path, O_WRONLY));
	EQ(write(again, "y", 1), 1);
	EQ(read(fds[0], &byte, 1), 1);
	EQ(byte, 'y');
	close(fds[1]);
	close(again);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
	again = OK(open(path, O_RDONLY)); /* it does not wait for a writer */
	EQ(read(again, &byte, 1), 0);
}

TEST("PROC-fd a file without a name can be opened by its descriptor's link")
{
	char path[64], word[8] = "";
	int fd = OK(open("/tmp/gone", O_RDWR | O_CREAT | O_EXCL, 0600));

	EQ(write(fd, "here", 4), 4);
	OK(unlink("/tmp/gone"));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	OK(readlink(path, text, sizeof text));
	TRUE(strstr(text, " (deleted)") != 0);
	fd = OK(open(path, O_RDONLY));
	EQ(read(fd, word, sizeof word), 4);
	EQ(strcmp(word, "here"), 0);
}

TEST("PROC-fd the link of a removed file has a number, and no path")
{
	static const char there[] = "/tmp/gone (deleted)";
	char path[64];
	int fd = OK(open("/tmp/gone", O_RDWR | O_CREAT | O_EXCL, 0600));
	struct stat st;

	OK(unlink("/tmp/gone"));
	OK(fstat(fd, &st));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	memset(text, 0, 100);
	OK(readlink(path, text, 99));
	snprintf(path, sizeof path, "/%lu (deleted)", (unsigned long)st.st_ino);
	EQ(strcmp(text, HERE(there, path)), 0);
}

/* The kilobytes behind `word` in smaps, of the region at `start`; -1: none. */
static long smaps_of(const void *start, const char *word)
{
	static char all[60000];
	char head[16], *region, *at;
	int fd = OK(open("/proc/self/smaps", O_RDONLY)), bytes = 0, got;

	while ((got = read(fd, all + bytes, sizeof all - 1 - bytes)) > 0)
		bytes += got;
	all[bytes] = 0;
	OK(close(fd));
	snprintf(head, sizeof head, "%08lx-", (unsigned long)start);
	region = strstr(all, head);
	at = region ? strstr(region, word) : 0;
	return at ? strtol(at + strlen(word), 0, 10) : -1;
}

TEST("PROC-smaps says how much of a region is there")
{
	int all = PROT_READ | PROT_WRITE | PROT_EXEC;
	char *p = mmap(0, 10 * PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	TRUE(p != MAP_FAILED);
	EQ(smaps_of(p, "\nSize:"), 40);
	EQ(smaps_of(p, "\nRss:"), 0);
	for (int i = 2; i < 5; i++)
		p[i * PAGE] = 1;
	EQ(smaps_of(p, "\nRss:"), 12);
	EQ(smaps_of(p, "\nReferenced:"), 12);
	EQ(smaps_of(p, "\nAnonymous:"), 12);
	EQ(smaps_of(p, "\nSwap:"), 0);
	EQ(smaps_of(p, "\nKernelPageSize:"), 4);
	IN_CHILD
	{
		EQ(smaps_of(p, "\nAnonymous:"), 12);
	}
}

TEST("PROC-smaps what is shared, or a file's, is not anonymous")
{
	int fd = OK(open("/proc/self/exe", O_RDONLY));
	volatile char *file = mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	char *p = mmap(0, 6 * PAGE, PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	TRUE(p != MAP_FAILED && file != MAP_FAILED);
	p[0] = p[PAGE] = file[0];
	EQ(smaps_of(p, "\nSize:"), 24);
	EQ(smaps_of(p, "\nRss:"), 8);
	EQ(smaps_of(p, "\nAnonymous:"), 0);
	EQ(smaps_of((void *)file, "\nRss:"), 4);
	EQ(smaps_of((void *)file, "\nAnonymous:"), 0);
}

/* What lstat says of a descriptor's link. */
static struct stat link_stat(int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	OK(lstat(path, &st));
	return st;
}

TEST("PROC-fd the mode of a link says how the file is open")
{
	int ends[2];

	OK(pipe(ends));
	EQ(link_stat(OK(open("/proc/version", O_RDONLY))).st_mode,
	   S_IFLNK | 0500);
	EQ(link_stat(OK(open("/dev/null", O_WRONLY))).st_mode, S_IFLNK | 0300);
	EQ(link_stat(OK(open("/dev/null", O_RDWR))).st_mode, S_IFLNK | 0700);
	EQ(link_stat(OK(open("/dev/null", O_PATH))).st_mode, S_IFLNK);
	EQ(link_stat(ends[0]).st_mode, S_IFLNK | 0500);
	EQ(link_stat(ends[1]).st_mode, S_IFLNK | 0300);
}

TEST("PROC-fd a link has a size, an owner, and times of today")
{
	struct stat st = link_stat(OK(open("/dev/null", O_RDWR)));
	time_t now = time(0);

	EQ(st.st_size, 64);
	EQ(st.st_nlink, 1);
	EQ(st.st_uid, geteuid());
	TRUE(st.st_mtime <= now && st.st_mtime > now - 60);
	TRUE(st.st_atime <= now && st.st_atime > now - 60);
	TRUE(st.st_ctime <= now && st.st_ctime > now - 60);
	OK(stat("/proc/self/stat", &st));
	TRUE(st.st_mtime <= now + 60 && st.st_mtime > now - 60);
}

TEST("PROC-fd a link that is open itself has its own path")
{
	char path[64], wanted[64];
	int fd = OK(open("/proc/self/fd/0", O_PATH | O_NOFOLLOW));

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	snprintf(wanted, sizeof wanted, "/proc/%d/fd/0", getpid());
	memset(text, 0, 100);
	OK(readlink(path, text, 99));
	EQ(strcmp(text, wanted), 0);
}

/* The number behind `word` in a descriptor's fdinfo, in a base; -1: none. */
static long info(int fd, const char *word, int base)
{
	char path[64], *at;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	contents(path);
	at = strstr(text, word);
	return at ? strtol(at + strlen(word), 0, base) : -1;
}

TEST("PROC-fdinfo says the offset and the flags of what is open")
{
	int fd = OK(
	        open("/tmp/info", O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0600)),
	    copy = OK(fcntl(fd, F_DUPFD_CLOEXEC, 100)), ends[2];
	long flags = fcntl(fd, F_GETFL);
	struct stat st;

	OK(fstat(fd, &st));
	EQ(write(fd, "hello", 5), 5);
	EQ(info(fd, "pos:\t", 10), 5);
	EQ(info(fd, "flags:\t", 8), flags);
	EQ(info(copy, "pos:\t", 10), 5);
	EQ(info(copy, "flags:\t", 8), flags | O_CLOEXEC);
	EQ(info(fd, "ino:\t", 10), st.st_ino);
	TRUE(info(fd, "mnt_id:\t", 10) > 0);
	OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	EQ(lseek(copy, 2, SEEK_SET), 2);
	EQ(info(fd, "pos:\t", 10), 2);
	EQ(info(fd, "flags:\t", 8), (flags & ~O_APPEND) | O_NONBLOCK);
	OK(pipe(ends));
	EQ(info(ends[0], "pos:\t", 10), 0);
	EQ(info(ends[1], "flags:\t", 8), O_WRONLY);
	OK(unlink("/tmp/info"));
}

TEST("PROC-fdinfo the directory has the open descriptors, as files")
{
	int fd = OK(open("/dev/null", O_RDWR)), found = 0;
	DIR *directory = opendir("/proc/self/fdinfo");
	struct dirent *entry;
	struct stat st;
	char path[64];

	TRUE(directory != 0);
	while ((entry = readdir(directory)) != 0)
		if (entry->d_name[0] != '.') {
			EQ(entry->d_type, DT_REG);
			found += atoi(entry->d_name) == fd;
			OK(fcntl(atoi(entry->d_name), F_GETFD));
		}
	closedir(directory);
	EQ(found, 1);
	OK(stat("/proc/self/fdinfo", &st));
	EQ(st.st_mode, S_IFDIR | 0555);
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	OK(stat(path, &st));
	EQ(st.st_mode, S_IFREG | 0444);
	EQ(st.st_size, 0);
	ERR(SYS(NR_open, P("/proc/self/fdinfo/250"), O_RDONLY), ENOENT);
	ERR(SYS(NR_open, P("/proc/self/fdinfo/x"), O_RDONLY), ENOENT);
	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", getpid(), fd);
	AS(1000, 100)
	{
		ERR(SYS(NR_open, P(path), O_RDONLY), EACCES);
	}
}

TEST("PROC-cwd a directory that is removed is still the process's own")
{
	OK(mkdir("/tmp/gone", 0700));
	OK(chdir("/tmp/gone"));
	OK(rmdir("/tmp/gone"));
	memset(text, 0, 100);
	OK(readlink("/proc/self/cwd", text, sizeof text));
	TRUE(strstr(text, " (deleted)") != 0);
	OK(chdir("/proc/self/cwd"));
	ERR(open("x", O_WRONLY | O_CREAT, 0600) < 0 ? -errno : 0, ENOENT);
	OK(chdir("/"));
}

TEST("PROC-exe a program whose file is gone runs on")
{
	static char body[1 << 16];
	int from, to, n;
	pid_t pid;

	from = OK(open("/proc/self/exe", O_RDONLY));
	to = OK(open("/tmp/program", O_WRONLY | O_CREAT | O_EXCL, 0700));
	while ((n = read(from, body, sizeof body)) > 0)
		EQ(write(to, body, n), n);
	close(from);
	close(to);
	BACKGROUND(pid)
	{
		execl("/tmp/program", "name", LOOK, (char *)0);
	}
	sleep_ms(200);
	OK(unlink("/tmp/program"));
	snprintf(text + 200, 64, "/proc/%d/exe", pid);
	memset(text, 0, 100);
	readlink(text + 200, text, 100);
	TRUE(strstr(text, "(deleted)") != 0 || text[0] == 0);
	OK(kill(pid, SIGKILL));
	EQ(wait_status(pid), SIGKILL);
	ERR(readlink("/tmp/program", text, 10) < 0 ? -errno : 0, ENOENT);
}

/* PROC-environ: is its own environment what /proc has? */
static int environment(void)
{
	int bytes = contents("/proc/self/environ"), at = 0;

	for (char **word = environ; *word != 0; word++) {
		int length = strlen(*word) + 1;

		if (memcmp(text + at, *word, length) != 0)
			return 1;
		at += length;
	}
	return at == bytes ? 7 : 2;
}

/* The strings of `words` lie one behind the other from `at` on: their end. */
static char *in_order(char **words, char *at)
{
	for (; *words != 0 && at == *words; words++)
		at += strlen(at) + 1;
	return *words == 0 ? at : 0;
}

/* PROC-cmdline: a title over all its strings, and one that is short. */
static int title(char **argv)
{
	static const char longer[] = "a title, longer than the arguments";
	char *end = in_order(argv, argv[0]);
	int bytes;

	if (end == 0 || in_order(environ, end) == 0)
		return 1;
	strcpy(argv[0], longer);
	bytes = contents("/proc/self/cmdline");
	if (bytes != sizeof longer || memcmp(text, longer, bytes) != 0)
		return 2;
	memset(argv[0], 0, end - argv[0]);
	strcpy(argv[0], "short");
	bytes = contents("/proc/self/cmdline");
	return bytes == end - argv[0] && memcmp(text, argv[0], bytes) == 0 ? 7
	                                                                   : 3;
}

/* PROC-cmdline: are its own arguments what /proc has? */
int main(int argc, char **argv)
{
	int bytes = 0, at = 0;

	if (argc == 2 && strcmp(argv[1], LOOK) == 0)
		pause();
	if (argc == 2 && strcmp(argv[1], WORDS) == 0)
		return environment();
	if (argc == 4 && strcmp(argv[1], TITLE) == 0)
		return title(argv);
	if (argc > 2 && strcmp(argv[1], SPOIL) == 0) {
		int fd = open("/proc/self/cmdline", O_RDONLY);

		for (int i = 0; i < argc; i++)
			argv[i][strlen(argv[i])] = 'y';
		for (int got = 1; got > 0 && bytes < 4 << 20; bytes += got)
			got = read(fd, text, 4096);
		return bytes < 4 << 20 ? 7 : 3;
	}
	if (argc < 2 || strcmp(argv[1], CHECK) != 0)
		return test_main(argc, argv);
	bytes = contents("/proc/self/cmdline");
	for (int i = 0; i < argc; at += strlen(argv[i++]) + 1)
		if (memcmp(text + at, argv[i], strlen(argv[i]) + 1) != 0)
			return 1;
	return at == bytes ? 7 : 2;
}
