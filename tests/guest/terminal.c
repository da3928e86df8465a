/*
 * tests/guest/terminal.c -- the terminal: its session, settings and clients.
 *
 * The terminal here is /dev/tty1, on which nobody types.  On Tessera it is the
 * screen and COM1; on Linux it is a virtual console.  Nobody reads what is
 * written there.  TTY-lengths is the table of the words that clients pass to
 * the console; TTY-killed and TTY-fair are what an ordinary user can do to it.
 */
#include "test.h"
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define GET2        0x802C542Au
#define SET2        0x402C542Bu
#define GET         0x5401
#define SET         0x5402
#define FLUSH       0x540B
#define WINDOW_SIZE 0x5413
#define COUNT_READ  0x541B
#define CBAUD       0x100Fu
#define B9600       0xDu
#define BOTHER      0x1000u
#define GROUP_TTY   5
#define ICANON      2u

/* The kernel's struct termios2; without the two speeds it is termios. */
struct settings {
	unsigned iflag, oflag, cflag, lflag;
	unsigned char line, cc[19];
	unsigned ispeed, ospeed;
};

_Static_assert(sizeof(struct settings) == 44, "termios2");

static long try_open(const char *path, int flags)
{
	return SYS(NR_open, P(path), flags, 0);
}

static int terminal(int flags)
{
	return OK(open("/dev/tty1", flags | O_NOCTTY));
}

/* Starts a session of our own that has the terminal. */
static int lead(void)
{
	OK(setsid());
	return OK(open("/dev/tty1", O_RDWR));
}

/* ---- its session -------------------------------------------------------- */

TEST("TTY-rights the console is root's, the terminal its owner's and its "
     "group's")
{
	AS(NOBODY, NOBODY)
	{
		ERR(try_open("/dev/console", O_RDONLY), EACCES);
		ERR(try_open("/dev/console", O_WRONLY), EACCES);
		ERR(try_open("/dev/tty1", O_RDONLY), EACCES);
		ERR(try_open("/dev/tty1", O_WRONLY), EACCES);
		ERR(try_open("/dev/tty", O_RDWR), ENXIO);
	}
	AS(NOBODY, GROUP_TTY)
	{
		OK(try_open("/dev/tty1", O_WRONLY | O_NOCTTY));
		ERR(try_open("/dev/tty1", O_RDONLY), EACCES);
		ERR(try_open("/dev/tty1", O_RDWR), EACCES);
	}
}

TEST("TTY-rights what fstat shows is what the name shows, and is enforced")
{
	static const struct {
		const char *name;
		int mode, gid, major, minor;
	} rows[] = {{"/dev/console", 0600, 0, 5, 1},
	            {"/dev/tty1", 0620, GROUP_TTY, 4, 1},
	            {"/dev/tty", 0666, 0, 5, 0}};

	IN_CHILD
	{
		lead();
		for (size_t i = 0; i < ALL(rows); i++) {
			int fd = OK(open(rows[i].name, O_RDWR | O_NOCTTY));
			struct stat name, open;

			OK(stat(rows[i].name, &name));
			OK(fstat(fd, &open));
			EQ(open.st_mode, S_IFCHR | rows[i].mode);
			EQ(name.st_mode, open.st_mode);
			EQ(open.st_uid, 0);
			EQ(open.st_gid, rows[i].gid);
			EQ(name.st_gid, rows[i].gid);
			EQ(major(open.st_rdev), rows[i].major);
			EQ(minor(open.st_rdev), rows[i].minor);
			EQ(name.st_rdev, open.st_rdev);
			TRUE(isatty(fd));
		}
	}
}

TEST("TTY-fchmod an open terminal keeps its rights and its owner")
{
	int fd = terminal(O_RDWR);
	struct stat st;

	OK(fstat(fd, &st));
	EQ(SYS(SYS_fchmod, fd, st.st_mode & 07777), HERE(0, -EPERM));
	EQ(SYS(SYS_fchown32, fd, st.st_uid, st.st_gid), HERE(0, -EPERM));
}

TEST("TTY-name ttyname tells by which name a terminal was opened")
{
	static const char *const names[] = {"/dev/console", "/dev/tty1"};

	for (size_t i = 0; i < ALL(names); i++) {
		int fd = OK(open(names[i], O_RDWR | O_NOCTTY));
		struct stat name, open;
		char link[32], to[32] = {0};

		OK(stat(names[i], &name));
		OK(fstat(fd, &open));
		EQ(name.st_dev, open.st_dev);
		EQ(name.st_ino, open.st_ino);
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		OK(readlink(link, to, sizeof to - 1));
		EQ(strcmp(to, names[i]), 0);
		EQ(strcmp(ttyname(fd), names[i]), 0);
	}
}

TEST("TTY-own a session's leader that opens the terminal has it: /dev/tty")
{
	IN_CHILD
	{
		int fd;

		OK(setsid());
		ERR(try_open("/dev/tty", O_RDWR), ENXIO);
		fd = OK(open("/dev/tty1", O_RDWR));
		OK(try_open("/dev/tty", O_RDWR));
		close(fd);
		OK(try_open("/dev/tty", O_RDWR));
	}
}

TEST("TTY-own its children have it, as other users, too, with what is open")
{
	IN_CHILD
	{
		int fd = lead();

		AS(NOBODY, NOBODY)
		{
			EQ(write(fd, "\r", 1), 1);
			OK(try_open("/dev/tty", O_RDWR));
			ERR(try_open("/dev/console", O_RDWR), EACCES);
			ERR(try_open("/dev/tty1", O_RDWR), EACCES);
		}
	}
}

TEST("TTY-own O_NOCTTY, an open to write only, and no leader: it is not had")
{
	IN_CHILD
	{
		OK(setsid());
		OK(try_open("/dev/tty1", O_RDWR | O_NOCTTY));
		ERR(try_open("/dev/tty", O_RDWR), ENXIO);
		OK(try_open("/dev/tty1", O_WRONLY));
		ERR(try_open("/dev/tty", O_RDWR), ENXIO);
		OK(try_open("/dev/console", O_RDWR));
		ERR(try_open("/dev/tty", O_RDWR), ENXIO);
		IN_CHILD
		{
			OK(try_open("/dev/tty1", O_RDWR));
			ERR(try_open("/dev/tty", O_RDWR), ENXIO);
		}
	}
}

TEST("TTY-own another session has it not, and does not get it")
{
	IN_CHILD
	{
		int fd = lead();

		IN_CHILD
		{
			OK(setsid());
			ERR(try_open("/dev/tty", O_RDWR), ENXIO);
			OK(try_open("/dev/tty1", O_RDWR));
			ERR(try_open("/dev/tty", O_RDWR), ENXIO);
			EQ(write(fd, "\r", 1), 1);
			become(NOBODY, NOBODY);
			ERR(try_open("/dev/tty", O_RDWR), ENXIO);
			ERR(try_open("/dev/console", O_RDWR), EACCES);
		}
		OK(try_open("/dev/tty", O_RDWR));
	}
}

TEST("TTY-own a session that has lost its leader has it no more; the next gets "
     "it")
{
	pid_t leader;

	BACKGROUND(leader)
	{
		lead();
		if (fork() == 0) {
			signal(SIGHUP, SIG_IGN);
			OK(try_open("/dev/tty", O_RDWR));
			reach(1);
			await(2);
			shared->value[0] = try_open("/dev/tty", O_RDWR);
			reach(3);
			await(4);
			shared->value[1] = try_open("/dev/tty", O_RDWR);
			reach(5);
			_exit(0);
		}
		await(1);
	}
	EXITS(leader, 0);
	reach(2);
	await(3);
	ERR(shared->value[0], ENXIO);
	IN_CHILD
	{
		lead();
		OK(try_open("/dev/tty", O_RDWR));
		reach(4);
		await(5);
	}
	ERR(shared->value[1], ENXIO);
}

/* ---- settings ----------------------------------------------------------- */

TEST("TTY-termios2 it is termios, and behind it the speeds that c_cflag says")
{
	int fd = terminal(O_RDWR);
	struct settings old, s, t;

	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	OK(SYS(NR_ioctl, fd, GET, P(&t)));
	EQ(memcmp(&old, &t, 36), 0);
	EQ(old.ospeed, HERE(38400, 115200));
	EQ(old.ispeed, old.ospeed);
	for (unsigned i = 0; i < 3; i++) {
		s = old;
		s.lflag ^= ICANON;
		s.cc[6] = 7 + i;
		OK(SYS(NR_ioctl, fd, SET2 + i, P(&s)));
		OK(SYS(NR_ioctl, fd, GET, P(&t)));
		EQ(memcmp(&s, &t, 36), 0);
		OK(SYS(NR_ioctl, fd, SET, P(&old)));
		OK(SYS(NR_ioctl, fd, GET2, P(&t)));
		EQ(memcmp(&old, &t, sizeof t), 0);
	}
}

TEST("TTY-speeds c_cflag sets c_ospeed and c_ispeed, and BOTHER takes them as "
     "given")
{
	int fd = terminal(O_RDWR);
	struct settings old, s, t;

	need_tessera();
	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	s = old;
	s.cflag = (old.cflag & ~CBAUD) | B9600;
	OK(SYS(NR_ioctl, fd, SET, P(&s)));
	OK(SYS(NR_ioctl, fd, GET2, P(&t)));
	EQ(t.cflag, s.cflag);
	EQ(t.ospeed, 9600);
	EQ(t.ispeed, 9600);
	s.cflag = (old.cflag & ~CBAUD) | BOTHER;
	s.ospeed = s.ispeed = 12345;
	for (unsigned i = 0; i < 3; i++) {
		s.ospeed++;
		OK(SYS(NR_ioctl, fd, SET2 + i, P(&s)));
		OK(SYS(NR_ioctl, fd, GET2, P(&t)));
		EQ(t.cflag, s.cflag);
		EQ(t.ospeed, s.ospeed);
		EQ(t.ispeed, s.ospeed);
	}
	s.cflag |= BOTHER << 16;
	OK(SYS(NR_ioctl, fd, SET2, P(&s)));
	OK(SYS(NR_ioctl, fd, GET2, P(&t)));
	EQ(t.ospeed, s.ospeed);
	EQ(t.ispeed, 12345);
	s.cflag = (old.cflag & ~CBAUD) | BOTHER | B9600 << 16;
	OK(SYS(NR_ioctl, fd, SET, P(&s)));
	OK(SYS(NR_ioctl, fd, GET2, P(&t)));
	EQ(t.ospeed, s.ospeed);
	EQ(t.ispeed, 9600);
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
	OK(SYS(NR_ioctl, fd, GET2, P(&t)));
	EQ(memcmp(&old, &t, sizeof t), 0);
}

TEST("TTY-speeds every code of a speed is that speed")
{
	static const unsigned speeds[] = {
	    0,       50,      75,      110,     134,     150,     200,
	    300,     600,     1200,    1800,    2400,    4800,    9600,
	    19200,   38400,   57600,   115200,  230400,  460800,  500000,
	    576000,  921600,  1000000, 1152000, 1500000, 2000000, 2500000,
	    3000000, 3500000, 4000000};
	int fd = terminal(O_RDWR);
	struct settings old, s;

	need_tessera();
	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	for (unsigned i = 0; i < ALL(speeds); i++) {
		s = old;
		s.cflag =
		    (old.cflag & ~CBAUD) | (i < 16 ? i : BOTHER | (i - 15));
		OK(SYS(NR_ioctl, fd, SET, P(&s)));
		OK(SYS(NR_ioctl, fd, GET2, P(&s)));
		EQ(s.ospeed, speeds[i]);
	}
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
}

/* ---- words that come from a client -------------------------------------- */

#define KERNEL 0xC0000000L

struct buffer {
	long base;
	unsigned long length;
};

TEST("TTY-lengths of every length, count and address each has its answer")
{
	int fd = terminal(O_RDWR | O_NONBLOCK);
	char *page = memory(2 * PAGE, PROT_READ | PROT_WRITE);
	char *end = page + PAGE; /* nothing is mapped from here on */
	struct buffer *in_page = (struct buffer *)page;
	struct settings old;
	const struct {
		long number, a, b, c, d, wanted;
	} rows[] = {
	    {NR_write, fd, KERNEL, 0, 0, 0},
	    {NR_write, fd, 0, 1, 0, -EFAULT},
	    {NR_write, fd, KERNEL, 1, 0, -EFAULT},
	    {NR_write, fd, P(end), 1, 0, -EFAULT},
	    {NR_write, fd, P(end), 0x7FFFFFFF, 0, -EFAULT},
	    {NR_write, fd, P(end), -1, 0, -EFAULT},
	    {NR_write, fd, -1, -1, 0, -EFAULT},
	    {NR_read, fd, KERNEL, 0, 0, 0},
	    {NR_read, fd, P(page), 1, 0, -EAGAIN},
	    {NR_read, fd, P(page), 0x1000000, 0, -EAGAIN},
	    {NR_writev, fd, P(page), 0, 0, 0},
	    {NR_writev, fd, P(page), 1025, 0, -EINVAL},
	    {NR_writev, fd, P(page), -1, 0, -EINVAL},
	    {NR_writev, fd, P(end), 1, 0, -EFAULT},
	    {NR_writev, fd, P(end) - 4, 1, 0, -EFAULT},
	    {NR_writev, fd, P(page), 1, 0, -EINVAL},     /* length -1 */
	    {NR_writev, fd, P(page) + 8, 1, 0, -EFAULT}, /* 0, then long */
	    {NR_writev, fd, P(page) + 8, 2, 0, -EFAULT}, /* beyond 2^31 */
	    {NR_writev, fd, P(page) + 24, 2, 0, 0},      /* length 0 twice */
	    {NR_readv, fd, P(page), 1025, 0, -EINVAL},
	    {NR_readv, fd, P(page), 1, 0, -EINVAL},
	    {NR_readv, fd, P(page) + 24, 2, 0, 0},
	    {NR_ioctl, fd, GET, P(end), 0, -EFAULT},
	    {NR_ioctl, fd, GET, P(end) - 35, 0, -EFAULT},
	    {NR_ioctl, fd, GET, P(end) - 36, 0, 0},
	    {NR_ioctl, fd, GET, KERNEL, 0, -EFAULT},
	    {NR_ioctl, fd, GET2, P(end) - 43, 0, -EFAULT},
	    {NR_ioctl, fd, GET2, P(end) - 44, 0, 0},
	    {NR_ioctl, fd, SET, P(end) - 35, 0, -EFAULT},
	    {NR_ioctl, fd, SET2, P(end) - 43, 0, -EFAULT},
	    {NR_ioctl, fd, SET, 0, 0, -EFAULT},
	    {NR_ioctl, fd, WINDOW_SIZE, P(end) - 7, 0, -EFAULT},
	    {NR_ioctl, fd, COUNT_READ, P(end) - 3, 0, -EFAULT},
	    {NR_ioctl, fd, FLUSH, 3, 0, -EINVAL},
	    {NR_ioctl, fd, FLUSH, -1, 0, -EINVAL},
	    {NR_ioctl, fd, 0x7001, -1, 0, -ENOTTY},
	    {NR_ioctl, fd, -1, -1, 0, -ENOTTY},
	    {NR_open, P("/dev/tty1/x"), 0, 0, 0, -ENOTDIR},
	    {NR_open, P("/dev/tty1"), O_DIRECTORY, 0, 0, -ENOTDIR},
	    {NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, -ENODEV},
	};

	OK(munmap(end, PAGE));
	in_page[0] = (struct buffer){P(page), 0xFFFFFFFF};
	in_page[1] = (struct buffer){P(end), 0x7FFFFFFF};
	in_page[2] = (struct buffer){P(end), 0x7FFFFFFF};
	in_page[3] = in_page[4] = (struct buffer){P(page), 0};
	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	for (size_t i = 0; i < ALL(rows); i++) {
		long result = SYS(rows[i].number, rows[i].a, rows[i].b,
		                  rows[i].c, rows[i].d, fd, 0);

		if (result != rows[i].wanted)
			FAIL("row %d gives %s, not %s", (int)i, outcome(result),
			     outcome(rows[i].wanted));
		ANSWER(result);
	}
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
}

TEST("TTY-lengths VMIN bytes are waited for, but never more than are wanted")
{
	int fd = terminal(O_RDWR | O_NONBLOCK);
	struct settings old, s;
	char byte[300];

	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	s = old;
	s.lflag &= ~ICANON;
	for (int min = 0; min <= 255; min += 51) {
		s.cc[6] = min;
		OK(SYS(NR_ioctl, fd, SET2, P(&s)));
		EQ(SYS(NR_read, fd, P(byte), 300), min ? -EAGAIN : 0);
	}
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
}

/* ---- VTIME -------------------------------------------------------------- */

/* Reads a terminal with this VMIN and VTIME, and says how long it took. */
static int timed_read(int fd, int min, int tenths, char *to, int size, long *ms)
{
	struct settings s;
	struct timespec before, after;
	int result;

	OK(SYS(NR_ioctl, fd, GET2, P(&s)));
	s.lflag &= ~(ICANON | 010); /* ECHO */
	s.cc[6] = min;
	s.cc[5] = tenths;
	OK(SYS(NR_ioctl, fd, SET2, P(&s)));
	OK(clock_gettime(CLOCK_MONOTONIC, &before));
	result = SYS(NR_read, fd, P(to), size);
	OK(clock_gettime(CLOCK_MONOTONIC, &after));
	*ms = (after.tv_sec - before.tv_sec) * 1000 +
	      (after.tv_nsec - before.tv_nsec) / 1000000;
	return result;
}

/* Asks where the cursor is.  The answer comes as if it was typed: 6 bytes. */
static void ask_place(int fd)
{
	OK(SYS(NR_write, fd, P("\033[1;1H\033[6n"), 10));
}

TEST("TTY-vtime without VMIN a read ends at a byte, or when its time is up")
{
	int fd = terminal(O_RDWR);
	struct settings old;
	char byte[20];
	long ms;

	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	EQ(timed_read(fd, 0, 3, byte, 20, &ms), 0);
	TRUE(ms >= 290 && ms < 5000);
	EQ(timed_read(fd, 0, 0, byte, 20, &ms), 0);
	ask_place(fd);
	EQ(timed_read(fd, 0, 200, byte, 4, &ms), 4);
	EQ(timed_read(fd, 0, 200, byte + 4, 20, &ms), 2);
	TRUE(ms < 5000);
	EQ(memcmp(byte, "\033[1;1R", 6), 0);
	EQ(timed_read(fd, 0, 1, byte, 20, &ms), 0);
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
}

TEST("TTY-vtime with VMIN the time is that between two bytes")
{
	int fd = terminal(O_RDWR);
	struct settings old;
	char byte[20];
	long ms;
	pid_t pid;

	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	ask_place(fd);
	EQ(timed_read(fd, 6, 200, byte, 20, &ms), 6);
	TRUE(ms < 5000);
	ask_place(fd);
	EQ(timed_read(fd, 4, 200, byte, 3, &ms), 3);
	EQ(timed_read(fd, 4, 3, byte, 20, &ms), 3);
	TRUE(ms >= 290 && ms < 5000);
	BACKGROUND(pid)
	{
		sleep_ms(600);
		ask_place(fd);
	}
	EQ(timed_read(fd, 20, 3, byte, 20, &ms), 6); /* no byte, no time */
	TRUE(ms >= 850);
	EXITS(pid, 0);
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
}

TEST("TTY-vtime O_NONBLOCK waits for no time, and takes what is there")
{
	int fd = terminal(O_RDWR | O_NONBLOCK);
	struct settings old;
	char byte[20];
	long ms;

	OK(SYS(NR_ioctl, fd, GET2, P(&old)));
	ERR(timed_read(fd, 0, 3, byte, 20, &ms), EAGAIN);
	ERR(timed_read(fd, 3, 3, byte, 20, &ms), EAGAIN);
	ask_place(fd);
	sleep_ms(50);
	EQ(timed_read(fd, 20, 3, byte, 20, &ms), 6);
	ERR(timed_read(fd, 20, 0, byte, 20, &ms), EAGAIN);
	OK(SYS(NR_ioctl, fd, SET2, P(&old)));
}

/* ---- clients that are killed -------------------------------------------- */

#define MANY 1100 /* more than there can be processes */
#define SOME 64   /* children that keep the console busy */

static int line; /* the terminal, for the children */
static char text[65536];

/* Starts children that call act(), one by one, and kills each of them. */
static void kill_many(int many, void (*act)(void))
{
	pid_t child;

	for (int i = 0; i < many; i++) {
		shared->value[0] = 0;
		BACKGROUND(child)
		{
			shared->value[0] = 1;
			act();
		}
		TRUE(child > 0);
		for (int turns = i % 8; turns > 0; turns--)
			sched_yield();
		while (i % 8 > 3 && !shared->value[0])
			sched_yield();
		OK(kill(child, SIGKILL));
		if (i % 16 == 15) /* so that many slots are used */
			while (waitpid(-1, NULL, 0) > 0)
				;
	}
}

static void wait_for_input(void)
{
	char byte;

	read(line, &byte, 1);
}

static void write_much(void)
{
	for (;;)
		write(line, text, sizeof text);
}

static void open_often(void)
{
	for (;;)
		close(open("/dev/tty", O_RDWR));
}

static void look_often(void)
{
	struct stat st;

	for (;;)
		fstat(line, &st);
}

/* Root still has the terminal. */
static void still_works(void)
{
	int fd = terminal(O_RDWR | O_NONBLOCK);
	char byte;

	EQ(write(fd, "\r", 1), 1);
	EQ(SYS(NR_read, fd, P(&byte), 1), -EAGAIN);
	EQ(write(2, "\n", 1), 1);
}

static void killed(int many, void (*act)(void))
{
	need_tessera();
	IN_CHILD
	{
		line = lead();
		AS(NOBODY, NOBODY)
		{
			kill_many(many, act);
		}
		still_works();
	}
}

TEST("TTY-killed a thousand that waited for input shut nobody out")
{
	killed(MANY, wait_for_input);
}

TEST("TTY-killed dozens in the middle of a write shut nobody out")
{
	killed(SOME, write_much);
}

TEST("TTY-killed dozens that were to get a descriptor shut nobody out")
{
	killed(SOME, open_often);
}

TEST("TTY-killed dozens that asked about the terminal shut nobody out")
{
	killed(SOME, look_often);
}

TEST("TTY-killed a thousand opens are no limit for others")
{
	need_tessera();
	for (int i = 0; i < 5; i++) {
		pid_t pid;

		BACKGROUND(pid)
		{
			for (int n = 0; n < 240; n++)
				terminal(O_RDWR);
			reach(i + 1);
			for (;;)
				pause();
		}
		await(i + 1);
		shared->value[i] = pid;
	}
	still_works();
	for (int i = 0; i < 5; i++) {
		OK(kill(shared->value[i], SIGKILL));
		KILLED(shared->value[i], SIGKILL);
	}
	still_works();
}

/* ---- clients that go on for long ---------------------------------------- */

#define LONG_MS 250 /* a turn is 5 ms; the host may be busy */

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#define QUICK(call)                                                            \
	do {                                                                   \
		long long start_ = now_ns(), took_;                            \
		OK(call);                                                      \
		took_ = (now_ns() - start_) / 1000000;                         \
		if (took_ > LONG_MS)                                           \
			FAIL("%s took %lld ms", #call, took_);                 \
	} while (0)

/* User nobody writes megabytes of `byte`; meanwhile root's calls are quick. */
static void fair(int byte)
{
	size_t bytes = 16 << 20;
	char *much;
	struct stat st;
	pid_t pid;
	int fd;

	need_tessera();
	much = memory(bytes, PROT_READ | PROT_WRITE);
	memset(much, byte, bytes);
	fd = terminal(O_RDWR);
	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		reach(1);
		write(fd, much, bytes);
	}
	await(1);
	sleep_ms(50);
	for (int i = 0; i < 3; i++) {
		QUICK(write(2, "\n", 1));
		QUICK(write(fd, "\r", 1));
		QUICK(fstat(fd, &st));
		QUICK(close(open("/dev/tty1", O_RDWR | O_NOCTTY)));
		QUICK(close(open("/dev/null", O_RDWR)));
	}
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("TTY-fair beside another user's 16 MiB each call has its turn")
{
	fair('x');
}

TEST("TTY-fair beside another user's 16 million lines, too")
{
	fair('\n');
}
