/*
 * tests/programs/turns.c -- requests that could hold a server for long.
 *
 *	turns [CASE]      one case, or all of them
 *
 * Each case is the worst one known of a kind of request that a process without
 * privilege can make: the work that it asks for grows with something that the
 * process chooses.  tests/jobs/turns.py runs it with servers that measure
 * their turns (tests/turns/turns.h).  What the requests answer does not matter.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define LINKS 40 /* as many as a path may lead through */
#define PAGE  4096
#define MIB   (1 << 20)

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

#define MUST(call)                                                             \
	do {                                                                   \
		if ((call) < 0)                                                \
			fail(#call);                                           \
	} while (0)

static void write_file(const char *name, const char *text, int mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, mode);

	MUST(fd);
	MUST(write(fd, text, strlen(text)));
	close(fd);
}

/* ---- paths -------------------------------------------------------------- */

/* Makes links NAME0 to NAME39, each a path of `part`s to the next one. */
static void make_links(const char *name, const char *start, const char *part)
{
	static char target[PAGE];
	char from[16], last[32];

	for (int i = 0; i < LINKS; i++) {
		int room =
		    PAGE - 64 -
		    snprintf(last, sizeof last, "/tmp/%s%d", name, i + 1);

		strcpy(target, start);
		while ((int)(strlen(target) + strlen(part)) < room - 10)
			strcat(target, part);
		strcat(target, "../../../../..");
		target[room - 1] = '\0';
		strcat(target, last);
		snprintf(from, sizeof from, "%s%d", name, i);
		MUST(symlink(target, from));
	}
	snprintf(from, sizeof from, "%s%d", name, LINKS);
	MUST(mkdir(from, 0700));
}

static void links(void)
{
	MUST(mkdir("d", 0700));
	make_links("l", "/tmp/", "d/../");
	access("l0", F_OK);
	mkdir("l40/a", 0700);
	for (int i = 0; i < 3; i++) {
		rename("l0/a", "l0/b");
		rename("l0/b", "l0/a");
	}
	link("l0/b", "l0/c");
}

static void long_names(void)
{
	char part[300] = "";

	memset(part, 'n', 255);
	MUST(mkdir(part, 0700));
	strcat(part, "/../");
	make_links("n", "/tmp/", part);
	access("n0", F_OK);
}

static void scripts(void)
{
	char name[16], line[64];
	char *argv[] = {"x", 0};

	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "l40/s%d", i);
		snprintf(line, sizeof line, "#!l0/s%d\n", i + 1);
		write_file(name, line, 0700);
	}
	execv("l0/s0", argv);
}

static void in_proc(void)
{
	make_links("p", "/proc/", "1/../");
	access("p0", F_OK);
	make_links("q", "/proc/self/", "fd/0/../../");
	access("q0", F_OK);
}

static void readlinks(void)
{
	char to[32], target[PAGE];

	for (int i = 0; i < 3; i++) {
		snprintf(to, sizeof to, "/proc/self/fd/%d", i);
		readlink(to, target, sizeof target);
	}
}

/* ---- /proc -------------------------------------------------------------- */

static void read_all(const char *name)
{
	static char bytes[64 * 1024];
	int fd = open(name, O_RDONLY);

	while (read(fd, bytes, sizeof bytes) > 0)
		continue;
	/* From far behind, what comes before is made and dropped. */
	lseek(fd, 16 * MIB, SEEK_SET);
	read(fd, bytes, 1);
	close(fd);
}

static void regions(void)
{
	char *at = mmap(0, 14000 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
	                -1, 0);

	if (at == MAP_FAILED)
		fail("mmap");
	for (int i = 0; i < 14000; i += 2)
		MUST(mprotect(at + i * PAGE, PAGE, PROT_READ));
	read_all("/proc/self/maps");
	read_all("/proc/self/smaps");
	read_all("/proc/self/status");
	read_all("/proc/self/stat");
	munmap(at, 14000 * PAGE);
}

static void zeroes(void)
{
	size_t bytes = 1u << 30;
	char *at = mmap(0, bytes, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		fail("mmap");
	for (size_t i = 0; i < bytes; i += PAGE)
		*(volatile char *)(at + i);
	read_all("/proc/self/statm");
	read_all("/proc/self/smaps");
	read_all("/proc/self/pt");
	read_all("/proc/counters");
	read_all("/proc/stat");
	read_all("/proc/meminfo");
	/* A file is mapped in place of all that. */
	write_file("f", "x", 0600);
	if (mmap(at, bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED,
	         open("f", O_RDONLY), 0) == MAP_FAILED)
		fail("mmap");
	munmap(at, bytes);
}

/* The strings of argv are long, or the shortest, or have lost their NULs. */
static void command_line(void)
{
	static char string[128 * 1024 - 1];
	char *argv[17], name[32];
	int pid;

	memset(string, 'x', sizeof string - 1);
	for (int i = 0; i < 15; i++)
		argv[i] = string;
	argv[0] = "turns";
	argv[1] = "sleep";
	argv[15] = 0;
	for (int i = 0; i < 5; i++) {
		pid = fork();
		if (pid == 0) {
			execv("/proc/self/exe", argv);
			_exit(1);
		}
		sleep(1);
		snprintf(name, sizeof name, "/proc/%d/cmdline", pid);
		read_all(name);
		kill(pid, SIGKILL);
		waitpid(pid, 0, 0);
	}
}

/* ---- crowds ------------------------------------------------------------- */

#define CROWD 1500

static int crowd[CROWD], crowd_size;

static void gather(int count, void (*each)(void))
{
	for (crowd_size = 0; crowd_size < count; crowd_size++) {
		crowd[crowd_size] = fork();
		if (crowd[crowd_size] < 0)
			break;
		if (crowd[crowd_size] == 0) {
			each();
			_exit(0);
		}
	}
	printf("# a crowd of %d\n", crowd_size);
	fflush(stdout);
	sleep(3);
}

static void disperse(void)
{
	for (int i = 0; i < crowd_size; i++)
		kill(crowd[i], SIGKILL);
	while (wait(0) > 0)
		continue;
}

static void await_lock(void)
{
	flock(open("lock", O_RDWR), LOCK_SH);
	pause();
}

static void locks(void)
{
	int fd = open("lock", O_CREAT | O_RDWR, 0600);

	flock(fd, LOCK_EX);
	gather(CROWD, await_lock);
	flock(fd, LOCK_UN);
	disperse();
}

static void await_writer(void)
{
	open("fifo", O_RDONLY);
	pause();
}

static void openers(void)
{
	MUST(mkfifo("fifo", 0600));
	gather(CROWD, await_writer);
	open("fifo", O_WRONLY);
	disperse();
	gather(CROWD, await_writer);
	unlink("fifo");
	disperse();
}

static void watch(void)
{
	struct pollfd all[240];

	for (int i = 0; i < 240; i++)
		all[i] = (struct pollfd){open("many", O_RDONLY | O_NONBLOCK),
		                         POLLIN, 0};
	poll(all, 240, -1);
	pause();
}

static void watchers(void)
{
	static char bytes[65536];
	int fd;

	MUST(mkfifo("many", 0600));
	fd = open("many", O_RDWR | O_NONBLOCK);
	gather(33, watch);
	for (int i = 0; i < 4; i++) {
		write(fd, bytes, sizeof bytes);
		read(fd, bytes, sizeof bytes);
	}
	disperse();
	close(fd);
}

static void await_bytes(void)
{
	char byte;

	read(open("bytes", O_RDONLY), &byte, 1);
	pause();
}

static void readers(void)
{
	int fd;

	MUST(mkfifo("bytes", 0600));
	fd = open("bytes", O_RDWR | O_NONBLOCK);
	gather(CROWD, await_bytes);
	write(fd, crowd, sizeof crowd);
	disperse();
	close(fd);
}

/* ---- bytes -------------------------------------------------------------- */

static void vectors(void)
{
	char *bytes = malloc(2 * MIB);
	static struct iovec parts[1024];
	int zero = open("/dev/zero", O_RDWR), fd;

	for (int i = 0; i < 1024; i++)
		parts[i] = (struct iovec){bytes + i * 2048 + 1, 1023};
	readv(zero, parts, 1024);
	readv(open("/dev/urandom", O_RDONLY), parts, 1024);
	fd = open("vectors", O_CREAT | O_RDWR, 0600);
	writev(fd, parts, 1024);
	lseek(fd, 0, SEEK_SET);
	readv(fd, parts, 1024);
	read(zero, bytes, 2 * MIB);
	pwrite(fd, bytes, 2 * MIB, 40 * MIB);
	ftruncate(fd, 1);
	ftruncate(fd, 40 * MIB);
	ftruncate(fd, 0);
	close(fd);
}

#define VIEWS     6 /* of each process of a crowd, at odd places */
#define VIEW      (255 * MIB)
#define VIEW_SLOT (4 * MIB)

static void look_at_cut(void)
{
	int fd = open("cut", O_RDONLY);

	for (int i = 0; i < VIEWS; i++) {
		char *at = (char *)0x10000000 + (VIEW + MIB) * (size_t)i + PAGE;

		if (mmap(at, VIEW, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) !=
		    at)
			fail("mmap");
		for (size_t j = 0; j < VIEW; j += VIEW_SLOT)
			*(volatile char *)(at + j);
	}
	pause();
}

/* A file becomes shorter, which many show in tables of their own. */
static void cuts(void)
{
	int fd = open("cut", O_CREAT | O_RDWR, 0600);

	MUST(fd);
	MUST(ftruncate(fd, VIEW));
	gather(60, look_at_cut);
	ftruncate(fd, VIEW - MIB);
	ftruncate(fd, MIB);
	disperse();
	MUST(ftruncate(fd, VIEW));
	gather(60, look_at_cut);
	close(open("cut", O_RDWR | O_TRUNC));
	disperse();
	close(fd);
	unlink("cut");
}

/* A shared map of a file of the archive copies it. */
static void archive(void)
{
	struct stat st;
	int fd = open("/tests/archive", O_RDONLY);

	if (fd < 0)
		return;
	fstat(fd, &st);
	printf("# %ld bytes\n", (long)st.st_size);
	if (mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		fail("mmap");
}

static void names(void)
{
	static char entries[64 * 1024];
	char name[32];
	int fd;

	MUST(mkdir("names", 0700));
	write_file("one", "", 0600);
	for (int i = 0; i < 60000; i++) {
		snprintf(name, sizeof name, "names/%d", i);
		if (link("one", name) < 0)
			break;
	}
	fd = open("names", O_RDONLY | O_DIRECTORY);
	for (int i = 1; i < 4; i++) {
		lseek(fd, i * 15000, SEEK_SET);
		syscall(SYS_getdents64, fd, entries, sizeof entries);
	}
	for (int i = 0; i < 60000; i++) {
		snprintf(name, sizeof name, "names/%d", i);
		unlink(name);
	}
	close(fd);
}

static void depth(void)
{
	char path[PAGE];
	int home = open("/tmp", O_RDONLY);

	for (int i = 0; i < 20000; i++)
		if (mkdir("x", 0700) < 0 || chdir("x") < 0)
			break;
	getcwd(path, sizeof path);
	rename("/tmp/one", "one");
	MUST(mkdir("from", 0700));
	rename("from", "/tmp/to");
	rename("/tmp/d", "d");
	for (int i = 0; i < 20000; i++)
		if (chdir("..") < 0 || rmdir("x") < 0)
			break;
	fchdir(home);
}

/* ---- the terminal ------------------------------------------------------- */

static void screens(void)
{
	static const char *const costly[] = {
	    "\n",       "\033M",    "\033[L",         "\033[M", "\033[S",
	    "\033[2J",  "\033[@",   "\033[P",         "\033c",  "\t",
	    "\033[4hx", "\033[99T", "\033[1;1H\033[L"};
	static char text[4096];
	int tty = open("/dev/console", O_RDWR | O_NOCTTY);

	if (tty < 0)
		fail("/dev/console");
	for (size_t i = 0; i < sizeof costly / sizeof *costly; i++) {
		text[0] = '\0';
		while (strlen(text) + 16 < 1024)
			strcat(text, costly[i]);
		write(tty, text, strlen(text));
	}
	close(tty);
}

/* The terminal's own answers are typed, and edit a full line. */
static void edits(void)
{
	static char text[4096];
	int tty = open("/dev/console", O_RDWR | O_NOCTTY);
	struct termios before, raw;

	if (tty < 0 || tcgetattr(tty, &before) < 0)
		fail("/dev/console");
	raw = before;
	raw.c_lflag |=
	    ICANON | ECHO | ECHOE | ECHOK | ECHOKE | ECHOCTL | IEXTEN;
	for (int i = 0; i < 19; i++)
		raw.c_cc[i] = 0;
	for (int i = 0; i < 300; i++)
		strcat(text, "\033[6n");
	tcsetattr(tty, TCSANOW, &raw);
	for (int i = 0; i < 3; i++)
		write(tty, text, strlen(text));
	for (int which = 0; which < 3; which++) {
		memset(raw.c_cc, 0, sizeof raw.c_cc);
		raw.c_cc[which == 0   ? VREPRINT
		         : which == 1 ? VKILL
		                      : VWERASE] = 'R';
		tcsetattr(tty, TCSANOW, &raw);
		write(tty, text, 400);
		memset(raw.c_cc, 0, sizeof raw.c_cc);
		tcsetattr(tty, TCSANOW, &raw);
		write(tty, text, strlen(text));
		write(tty, text, strlen(text));
		write(tty, text, strlen(text));
	}
	tcsetattr(tty, TCSAFLUSH, &before);
	close(tty);
}

/* ---- all ---------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
    {"links", links},     {"names", names},     {"long", long_names},
    {"scripts", scripts}, {"proc", in_proc},    {"readlinks", readlinks},
    {"regions", regions}, {"zeroes", zeroes},   {"cmdline", command_line},
    {"locks", locks},     {"openers", openers}, {"watchers", watchers},
    {"readers", readers}, {"vectors", vectors}, {"archive", archive},
    {"depth", depth},     {"cuts", cuts},       {"screens", screens},
    {"edits", edits},
};

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "sleep") == 0)
		pause();
	MUST(chdir("/tmp"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int named = argc == 1;

		for (int arg = 1; arg < argc; arg++)
			named |= strcmp(argv[arg], cases[i].name) == 0;
		if (!named)
			continue;
		printf("%s\n", cases[i].name);
		fflush(stdout);
		cases[i].run();
	}
	puts("over");
	return 0;
}
