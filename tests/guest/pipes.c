/*
 * tests/guest/pipes.c -- pipes and FIFOs (PIPE-), and flock (FLOCK-).
 *
 * The rows are those of POSIX's tables of read(2) and write(2) for pipes.
 */
#define OWN_MAIN
#include "bad_pointers.h"
#include <limits.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

#define WHOLE 65536 /* bytes that a pipe has room for */

static char big[4 * WHOLE];

struct ends {
	int r, w;
};

static struct ends new_pipe(int flags)
{
	int fds[2];

	OK(SYS(SYS_pipe2, P(fds), flags));
	return (struct ends){fds[0], fds[1]};
}

static void close_both(struct ends p)
{
	OK(SYS(NR_close, p.r));
	OK(SYS(NR_close, p.w));
}

static void fill(char *to, int bytes, unsigned seed)
{
	for (int i = 0; i < bytes; i++)
		to[i] = (char)(seed + (unsigned)i * 7 + (unsigned)i / 251);
}

static void set_nonblock(int fd, int on)
{
	int flags = OK(fcntl(fd, F_GETFL));

	OK(fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

/* Reads all of `bytes` bytes. */
static void read_all(int fd, char *to, int bytes)
{
	for (int n, at = 0; at < bytes; at += n) {
		n = (int)OK(SYS(NR_read, fd, P(to + at), bytes - at));
		TRUE(n > 0);
	}
}

static int readable_bytes(int fd)
{
	int bytes = -1;

	OK(SYS(NR_ioctl, fd, FIONREAD, P(&bytes)));
	return bytes;
}

static int ready(int fd)
{
	struct pollfd one = {fd, POLLIN | POLLOUT, 0};

	OK(SYS(SYS_poll, P(&one), 1, 0));
	return one.revents;
}

/* ---- bytes -------------------------------------------------------------- */

TEST("PIPE-order bytes come out in the order in which they went in")
{
	struct ends p = new_pipe(0);
	char got[16] = "";

	EQ(SYS(NR_write, p.w, P("abc"), 3), 3);
	EQ(SYS(NR_write, p.w, P("defg"), 4), 4);
	EQ(readable_bytes(p.r), 7);
	EQ(readable_bytes(p.w), 7);
	EQ(SYS(NR_read, p.r, P(got), 2), 2);
	EQ(memcmp(got, "ab", 2), 0);
	EQ(SYS(NR_read, p.r, P(got), 16), 5);
	EQ(memcmp(got, "cdefg", 5), 0);
	EQ(readable_bytes(p.r), 0);
	close_both(p);
}

TEST("PIPE-lowest the two lowest descriptors, the one to read first")
{
	int fds[2], one = OK(dup(0));

	OK(SYS(NR_close, one));
	OK(SYS(SYS_pipe, P(fds)));
	EQ(fds[0], one);
	EQ(fds[1], one + 1);
	close_both((struct ends){fds[0], fds[1]});
}

TEST("PIPE-vector readv and writev move what lies in several buffers")
{
	struct ends p = new_pipe(0);
	char a[3], b[5];
	struct iovec out[3] = {{"one", 3}, {NULL, 0}, {"three", 5}};
	struct iovec in[2] = {{a, 3}, {b, 5}};

	EQ(SYS(NR_writev, p.w, P(out), 3), 8);
	EQ(SYS(NR_readv, p.r, P(in), 2), 8);
	EQ(memcmp(a, "one", 3), 0);
	EQ(memcmp(b, "three", 5), 0);
	close_both(p);
}

TEST("PIPE-round a pipe is used round and round, by pieces of every size")
{
	static char got[20000];
	struct ends p = new_pipe(0);
	unsigned sent = 0, received = 0;
	int used = 0;

	for (int round = 0; round < 400; round++) {
		int n = round * 37 % 9000 + 1, m;

		if (used + n <= WHOLE - 2 * (int)PAGE) {
			fill(big, n, (unsigned)round);
			EQ(SYS(NR_write, p.w, P(big), n), n);
			for (int i = 0; i < n; i++)
				sent = sent * 31 + (unsigned char)big[i];
			used += n;
		}
		m = round % 3 == 2 ? 19000 : round * 53 % 7000 + 1;
		if (used == 0)
			continue;
		m = (int)OK(SYS(NR_read, p.r, P(got), m));
		for (int i = 0; i < m; i++)
			received = received * 31 + (unsigned char)got[i];
		used -= m;
	}
	while (used > 0) {
		int m = (int)OK(SYS(NR_read, p.r, P(got), sizeof got));

		for (int i = 0; i < m; i++)
			received = received * 31 + (unsigned char)got[i];
		used -= m;
	}
	EQ(received, sent);
	close_both(p);
}

TEST("PIPE-large a write of 256 KiB waits, and all of it arrives")
{
	static char got[sizeof big];
	struct ends p = new_pipe(0);
	pid_t pid;

	fill(big, sizeof big, 5);
	BACKGROUND(pid)
	{
		OK(SYS(NR_close, p.r));
		EQ(SYS(NR_write, p.w, P(big), sizeof big), sizeof big);
	}
	OK(SYS(NR_close, p.w));
	read_all(p.r, got, sizeof got);
	EQ(memcmp(got, big, sizeof big), 0);
	EQ(SYS(NR_read, p.r, P(got), 1), 0);
	EXITS(pid, 0);
	OK(SYS(NR_close, p.r));
}

TEST("PIPE-waiting a large write goes to readers that wait for it")
{
	static char got[sizeof big];
	struct ends p = new_pipe(0);
	pid_t pid;

	fill(big, sizeof big, 9);
	BACKGROUND(pid)
	{
		OK(SYS(NR_close, p.w));
		read_all(p.r, got, sizeof got);
		EQ(memcmp(got, big, sizeof big), 0);
		EQ(SYS(NR_read, p.r, P(got), 1), 0);
	}
	OK(SYS(NR_close, p.r));
	await_asleep(pid);
	EQ(SYS(NR_write, p.w, P(big), sizeof big), sizeof big);
	OK(SYS(NR_close, p.w));
	EXITS(pid, 0);
}

TEST("PIPE-few a reader that waits for many bytes gets the few that come")
{
	struct ends p = new_pipe(0);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SYS(NR_read, p.r, P(big), sizeof big), 3);
		EQ(memcmp(big, "xyz", 3), 0);
	}
	await_asleep(pid);
	EQ(SYS(NR_write, p.w, P("xyz"), 3), 3);
	EXITS(pid, 0);
	close_both(p);
}

TEST("PIPE-many a write serves all the readers that wait, each its part")
{
	struct ends p = new_pipe(0);
	pid_t pids[4];
	char rest[8];

	for (int i = 0; i < 4; i++) {
		BACKGROUND(pids[i])
		{
			char c[2];

			EQ(SYS(NR_read, p.r, P(c), 2), 2);
			EQ(c[1], c[0] + 1);
		}
		await_asleep(pids[i]);
	}
	EQ(SYS(NR_write, p.w, P("abcdefghij"), 10), 10);
	for (int i = 0; i < 4; i++)
		EXITS(pids[i], 0);
	EQ(SYS(NR_read, p.r, P(rest), 8), 2);
	EQ(memcmp(rest, "ij", 2), 0);
	close_both(p);
}

/* ---- POSIX's tables ----------------------------------------------------- */

TEST("PIPE-read-empty a read of an empty pipe waits, or is EAGAIN")
{
	struct ends p = new_pipe(0);
	pid_t pid;
	char c = 0;

	set_nonblock(p.r, 1);
	ERR(SYS(NR_read, p.r, P(&c), 1), EAGAIN);
	set_nonblock(p.r, 0);
	BACKGROUND(pid)
	{
		EQ(SYS(NR_read, p.r, P(&c), 1), 1);
		EQ(c, 'w');
	}
	await_asleep(pid);
	EQ(SYS(NR_write, p.w, P("w"), 1), 1);
	EXITS(pid, 0);
	close_both(p);
}

TEST("PIPE-read-end without writers a read gets what is left, then 0")
{
	for (int nonblock = 0; nonblock < 2; nonblock++) {
		struct ends p = new_pipe(nonblock ? O_NONBLOCK : 0);
		char got[8];

		EQ(SYS(NR_write, p.w, P("left"), 4), 4);
		OK(SYS(NR_close, p.w));
		EQ(SYS(NR_read, p.r, P(got), 8), 4);
		EQ(SYS(NR_read, p.r, P(got), 8), 0);
		EQ(SYS(NR_read, p.r, P(got), 8), 0);
		OK(SYS(NR_close, p.r));
	}
}

TEST("PIPE-read-close a reader that waits gets 0 when the last writer closes")
{
	struct ends p = new_pipe(0);
	int second = OK(dup(p.w));
	pid_t pids[3];
	char c;

	for (int i = 0; i < 3; i++) {
		BACKGROUND(pids[i])
		{
			OK(SYS(NR_close, p.w));
			OK(SYS(NR_close, second));
			reach(1);
			EQ(SYS(NR_read, p.r, P(&c), 1), 0);
		}
		await_asleep(pids[i]);
	}
	OK(SYS(NR_close, p.w));
	sleep_ms(20);
	EQ(waitpid(pids[0], NULL, WNOHANG), 0);
	OK(SYS(NR_close, second));
	for (int i = 0; i < 3; i++)
		EXITS(pids[i], 0);
	OK(SYS(NR_close, p.r));
}

TEST("PIPE-write-none without readers a write is EPIPE")
{
	for (int nonblock = 0; nonblock < 2; nonblock++) {
		struct ends p = new_pipe(nonblock ? O_NONBLOCK : 0);

		signal(SIGPIPE, SIG_IGN);
		OK(SYS(NR_close, p.r));
		ERR(SYS(NR_write, p.w, P("x"), 1), EPIPE);
		ERR(SYS(NR_write, p.w, P(big), sizeof big), EPIPE);
		EQ(SYS(NR_write, p.w, P("x"), 0), 0);
		OK(SYS(NR_close, p.w));
	}
}

TEST("PIPE-write-close a writer that waits is EPIPE when the last reader goes")
{
	struct ends p = new_pipe(0);
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	EQ(SYS(NR_write, p.w, P(big), WHOLE), WHOLE);
	BACKGROUND(pid)
	{
		OK(SYS(NR_close, p.r));
		ERR(SYS(NR_write, p.w, P("x"), 1), EPIPE);
	}
	await_asleep(pid);
	OK(SYS(NR_close, p.r));
	EXITS(pid, 0);
	OK(SYS(NR_close, p.w));
}

TEST("PIPE-write-full a full pipe: a write waits, or is EAGAIN")
{
	struct ends p = new_pipe(O_NONBLOCK);
	pid_t pid;

	EQ(SYS(NR_write, p.w, P(big), sizeof big), WHOLE);
	ERR(SYS(NR_write, p.w, P("x"), 1), EAGAIN);
	ERR(SYS(NR_write, p.w, P(big), sizeof big), EAGAIN);
	set_nonblock(p.w, 0);
	BACKGROUND(pid)
	{
		EQ(SYS(NR_write, p.w, P("x"), 1), 1);
	}
	await_asleep(pid);
	EQ(SYS(NR_read, p.r, P(big), WHOLE), WHOLE);
	EXITS(pid, 0);
	EQ(SYS(NR_read, p.r, P(big), WHOLE), 1);
	EQ(big[0], 'x');
	close_both(p);
}

TEST("PIPE-write-nonblock of PIPE_BUF bytes all or none is written, of more a "
     "part")
{
	struct ends p = new_pipe(O_NONBLOCK);

	EQ(SYS(NR_write, p.w, P(big), WHOLE - PAGE), WHOLE - PAGE);
	EQ(SYS(NR_write, p.w, P(big), 10), 10);
	ERR(SYS(NR_write, p.w, P(big), PIPE_BUF), EAGAIN);
	EQ(readable_bytes(p.r), WHOLE - PAGE + 10);
	EQ(SYS(NR_read, p.r, P(big), 2 * PAGE), 2 * PAGE);
	EQ(SYS(NR_write, p.w, P(big), PIPE_BUF), PIPE_BUF);
	TRUE(OK(SYS(NR_write, p.w, P(big), sizeof big)) > 0);
	ERR(SYS(NR_write, p.w, P(big), sizeof big), EAGAIN);
	close_both(p);
}

TEST("PIPE-write-waits a write of PIPE_BUF bytes waits for room for all of it")
{
	struct ends p = new_pipe(0);
	pid_t pid;

	EQ(SYS(NR_write, p.w, P(big), WHOLE), WHOLE);
	BACKGROUND(pid)
	{
		EQ(SYS(NR_write, p.w, P(big), PIPE_BUF), PIPE_BUF);
	}
	await_asleep(pid);
	EQ(SYS(NR_read, p.r, P(big), 100), 100);
	sleep_ms(20);
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	EQ(readable_bytes(p.r), WHOLE - 100);
	EQ(SYS(NR_read, p.r, P(big), 2 * PAGE), 2 * PAGE);
	EXITS(pid, 0);
	close_both(p);
}

TEST("PIPE-atomic the writes of two processes are never mixed")
{
	static char got[PIPE_BUF];
	struct ends p = new_pipe(0);
	pid_t pids[2];
	int seen[2] = {0, 0};

	for (int i = 0; i < 2; i++) {
		BACKGROUND(pids[i])
		{
			memset(big, 'a' + i, PIPE_BUF);
			for (int n = 0; n < 100; n++)
				EQ(SYS(NR_write, p.w, P(big), PIPE_BUF),
				   PIPE_BUF);
		}
	}
	for (int n = 0; n < 200; n++) {
		read_all(p.r, got, PIPE_BUF);
		for (int i = 1; i < PIPE_BUF; i++)
			EQ(got[i], got[0]);
		seen[got[0] - 'a']++;
	}
	EQ(seen[0], 100);
	EQ(seen[1], 100);
	for (int i = 0; i < 2; i++)
		EXITS(pids[i], 0);
	close_both(p);
}

TEST("PIPE-page room for a full pipe of single bytes is 65,536")
{
	struct ends p = new_pipe(O_NONBLOCK);
	int n = 0;

	while (SYS(NR_write, p.w, P("z"), 1) == 1)
		n++;
	EQ(n, WHOLE);
	EQ(readable_bytes(p.r), WHOLE);
	close_both(p);
}

TEST("PIPE-zero a read or a write of nothing is 0 at once")
{
	struct ends p = new_pipe(0);

	EQ(SYS(NR_read, p.r, P(big), 0), 0);
	EQ(SYS(NR_write, p.w, P(big), 0), 0);
	EQ(readable_bytes(p.r), 0);
	close_both(p);
}

/* ---- what is wrong ------------------------------------------------------ */

TEST("PIPE-direction each end goes one way")
{
	struct ends p = new_pipe(0);
	char c;

	ERR(SYS(NR_write, p.r, P("x"), 1), EBADF);
	ERR(SYS(NR_read, p.w, P(&c), 1), EBADF);
	EQ(fcntl(p.r, F_GETFL) & O_ACCMODE, O_RDONLY);
	EQ(fcntl(p.w, F_GETFL) & O_ACCMODE, O_WRONLY);
	close_both(p);
	ERR(SYS(NR_read, p.r, P(&c), 1), EBADF);
	ERR(SYS(NR_write, p.w, P(&c), 1), EBADF);
}

TEST("PIPE-seek a pipe has no offset, no mapping and no names")
{
	struct ends p = new_pipe(0);
	long long at;

	ERR(SYS(SYS_lseek, p.r, 0, SEEK_CUR), ESPIPE);
	ERR(SYS(SYS_lseek, p.w, 0, SEEK_END), ESPIPE);
	ERR(SYS(NR_llseek, p.r, 0, 0, P(&at), SEEK_SET), ESPIPE);
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, p.r, 0), ENODEV);
	ERR(SYS(NR_getdents64, p.r, P(big), 100), ENOTDIR);
	ERR(SYS(SYS_fchdir, p.r), ENOTDIR);
	close_both(p);
}

TEST("PIPE-flags pipe2 knows O_CLOEXEC and O_NONBLOCK, and refuses others")
{
	struct ends p = new_pipe(O_CLOEXEC | O_NONBLOCK);
	int fds[2];

	EQ(fcntl(p.r, F_GETFD), FD_CLOEXEC);
	EQ(fcntl(p.w, F_GETFD), FD_CLOEXEC);
	TRUE(fcntl(p.r, F_GETFL) & O_NONBLOCK);
	TRUE(fcntl(p.w, F_GETFL) & O_NONBLOCK);
	close_both(p);
	p = new_pipe(0);
	EQ(fcntl(p.r, F_GETFD), 0);
	EQ(fcntl(p.w, F_GETFD), 0);
	EQ(fcntl(p.r, F_GETFL) & O_NONBLOCK, 0);
	close_both(p);
	ERR(SYS(SYS_pipe2, P(fds), O_CREAT), EINVAL);
	ERR(SYS(SYS_pipe2, P(fds), O_RDWR), EINVAL);
	ERR(SYS(SYS_pipe2, P(fds), -1), EINVAL);
}

TEST("PIPE-own-flags O_NONBLOCK of one end is not the other's, but a dup's")
{
	struct ends p = new_pipe(0);
	int twin = OK(dup(p.r));

	set_nonblock(p.r, 1);
	EQ(fcntl(p.w, F_GETFL) & O_NONBLOCK, 0);
	TRUE(fcntl(twin, F_GETFL) & O_NONBLOCK);
	ERR(SYS(NR_read, twin, P(big), 1), EAGAIN);
	close_both(p);
	OK(SYS(NR_close, twin));
}

TEST("PIPE-pointers where the descriptors cannot be stored, there are none")
{
	int lowest = OK(dup(0));

	OK(SYS(NR_close, lowest));
	ERR(SYS(SYS_pipe, 0), EFAULT);
	ERR(SYS(SYS_pipe2, 0xC0000000, 0), EFAULT);
	EQ(dup(0), lowest);
	OK(SYS(NR_close, lowest));
}

TEST("PIPE-fault a bad buffer is EFAULT, and the pipe stays as it was")
{
	struct ends p = new_pipe(0);
	char *end = page_before_hole(), got[8];

	EQ(SYS(NR_write, p.w, P("abcd"), 4), 4);
	ERR(SYS(NR_read, p.r, 0x1000, 4), EFAULT);
	ERR(SYS(NR_write, p.w, 0x1000, 4), EFAULT);
	ERR(SYS(NR_write, p.w, P(end - 2), 4), EFAULT);
	EQ(readable_bytes(p.r), 4);
	EQ(SYS(NR_read, p.r, P(got), 8), 4);
	EQ(memcmp(got, "abcd", 4), 0);
	close_both(p);
}

TEST("PIPE-fault-waits a writer whose bytes are not there harms no reader")
{
	struct ends p = new_pipe(0);
	pid_t pid;
	char c = 0;

	BACKGROUND(pid)
	{
		EQ(SYS(NR_read, p.r, P(&c), 1), 1);
		EQ(c, 'g');
	}
	await_asleep(pid);
	ERR(SYS(NR_write, p.w, 0x1000, 4), EFAULT);
	EQ(SYS(NR_write, p.w, P("g"), 1), 1);
	EXITS(pid, 0);
	BACKGROUND(pid)
	{
		ERR(SYS(NR_read, p.r, 0x1000, 4), EFAULT);
	}
	await_asleep(pid);
	EQ(SYS(NR_write, p.w, P("hi"), 2), 2);
	EXITS(pid, 0);
	EQ(readable_bytes(p.r), 2);
	close_both(p);
}

BAD("pipe stores two descriptors", OUT, 8, 0, SYS_pipe, 1, {0})
BAD("pipe2 stores two descriptors", OUT, 8, 0, SYS_pipe2, 1, {0, O_CLOEXEC})

/* ---- sizes, facts ------------------------------------------------------- */

TEST("PIPE-size its size can be asked for and set, in pages")
{
	struct ends p = new_pipe(O_NONBLOCK);

	EQ(fcntl(p.r, F_GETPIPE_SZ), WHOLE);
	EQ(fcntl(p.w, F_SETPIPE_SZ, 1), PAGE);
	EQ(fcntl(p.r, F_GETPIPE_SZ), PAGE);
	EQ(SYS(NR_write, p.w, P(big), sizeof big), PAGE);
	ERR(SYS(NR_write, p.w, P(big), 1), EAGAIN);
	EQ(fcntl(p.w, F_SETPIPE_SZ, 3 * PAGE), 4 * PAGE);
	EQ(SYS(NR_write, p.w, P(big), sizeof big), 3 * PAGE);
	ERR(SYS(SYS_fcntl64, p.w, F_SETPIPE_SZ, PAGE), EBUSY);
	ERR(SYS(SYS_fcntl64, p.w, F_SETPIPE_SZ, -1), EINVAL);
	EQ(fcntl(p.w, F_GETPIPE_SZ), 4 * PAGE);
	close_both(p);
	ERR(SYS(SYS_fcntl64, 0, F_GETPIPE_SZ), EBADF);
}

TEST("PIPE-stat fstat says FIFO, its maker's, mode 0600, empty")
{
	struct ends p = new_pipe(0);
	struct stat a, b;

	EQ(SYS(NR_write, p.w, P("abc"), 3), 3);
	OK(fstat(p.r, &a));
	OK(fstat(p.w, &b));
	EQ(a.st_mode, S_IFIFO | 0600);
	EQ(b.st_mode, S_IFIFO | 0600);
	EQ(a.st_ino, b.st_ino);
	EQ(a.st_dev, b.st_dev);
	EQ(a.st_size, 0);
	EQ(a.st_uid, getuid());
	EQ(a.st_gid, getgid());
	close_both(p);
	AS(1000, 100)
	{
		p = new_pipe(0);
		OK(fstat(p.r, &a));
		EQ(a.st_uid, 1000);
		EQ(a.st_gid, 100);
	}
}

TEST("PIPE-ready poll says what can be read and written, and who has gone")
{
	struct ends p = new_pipe(O_NONBLOCK);

	EQ(ready(p.r), 0);
	EQ(ready(p.w), POLLOUT);
	EQ(SYS(NR_write, p.w, P("x"), 1), 1);
	EQ(ready(p.r), POLLIN);
	EQ(ready(p.w), POLLOUT);
	EQ(SYS(NR_write, p.w, P(big), sizeof big) > 0, 1);
	EQ(ready(p.w), 0);
	while (SYS(NR_read, p.r, P(big), sizeof big) > 0)
		;
	EQ(ready(p.r), 0);
	EQ(ready(p.w), POLLOUT);
	EQ(SYS(NR_write, p.w, P("x"), 1), 1);
	OK(SYS(NR_close, p.w));
	EQ(ready(p.r), POLLIN | POLLHUP);
	EQ(SYS(NR_read, p.r, P(big), 8), 1);
	EQ(ready(p.r), POLLHUP);
	OK(SYS(NR_close, p.r));
	p = new_pipe(0);
	OK(SYS(NR_close, p.r));
	EQ(ready(p.w), POLLOUT | POLLERR);
	OK(SYS(NR_close, p.w));
}

TEST(
    "PIPE-ready-wakes a process that polls wakes up for a byte and for a close")
{
	struct ends p = new_pipe(0);
	pid_t pid;

	BACKGROUND(pid)
	{
		struct pollfd one = {p.r, POLLIN, 0};

		OK(SYS(NR_close, p.w));
		EQ(SYS(SYS_poll, P(&one), 1, -1), 1);
		EQ(one.revents, POLLIN);
		EQ(SYS(NR_read, p.r, P(big), 10), 1);
		EQ(SYS(SYS_poll, P(&one), 1, -1), 1);
		EQ(one.revents, POLLHUP);
	}
	await_asleep(pid);
	EQ(SYS(NR_write, p.w, P("x"), 1), 1);
	sleep_ms(10);
	OK(SYS(NR_close, p.w));
	EXITS(pid, 0);
	OK(SYS(NR_close, p.r));
}

/* ---- fork, dup, death --------------------------------------------------- */

TEST("PIPE-dup an end is open until its last duplicate is closed")
{
	struct ends p = new_pipe(0);
	int twin = OK(dup(p.w));
	char got[4];

	OK(SYS(NR_close, p.w));
	EQ(SYS(NR_write, twin, P("t"), 1), 1);
	EQ(SYS(NR_read, p.r, P(got), 4), 1);
	EQ(dup2(twin, 100), 100);
	OK(SYS(NR_close, twin));
	EQ(SYS(NR_write, 100, P("u"), 1), 1);
	OK(SYS(NR_close, 100));
	EQ(SYS(NR_read, p.r, P(got), 4), 1);
	EQ(SYS(NR_read, p.r, P(got), 4), 0);
	OK(SYS(NR_close, p.r));
}

TEST("PIPE-fork a child has both ends, and its death closes them")
{
	struct ends p = new_pipe(0);
	pid_t pid;
	char c;

	BACKGROUND(pid)
	{
		EQ(SYS(NR_write, p.w, P("c"), 1), 1);
		reach(1);
		await(2);
		kill(getpid(), SIGKILL);
	}
	OK(SYS(NR_close, p.w));
	EQ(SYS(NR_read, p.r, P(&c), 1), 1);
	await(1);
	set_nonblock(p.r, 1);
	ERR(SYS(NR_read, p.r, P(&c), 1), EAGAIN);
	set_nonblock(p.r, 0);
	reach(2);
	EQ(SYS(NR_read, p.r, P(&c), 1), 0);
	KILLED(pid, SIGKILL);
	OK(SYS(NR_close, p.r));
}

TEST("PIPE-cloexec exec closes what has FD_CLOEXEC, so a reader sees the end")
{
	struct ends p = new_pipe(O_CLOEXEC);
	pid_t pid;
	char c;

	BACKGROUND(pid)
	{
		char *argv[] = {(char *)"none", NULL};

		execv("/nothing/like/this", argv);
	}
	EXITS(pid, 0);
	BACKGROUND(pid)
	{
		char *argv[] = {(char *)"pipes", (char *)"exec-and-leave",
		                NULL};

		execv("/proc/self/exe", argv);
	}
	OK(SYS(NR_close, p.w));
	EQ(SYS(NR_read, p.r, P(&c), 1), 0);
	wait_status(pid);
	OK(SYS(NR_close, p.r));
}

TEST("PIPE-killed a reader that is killed while it waits takes no byte along")
{
	struct ends p = new_pipe(0);
	pid_t pid;
	char c = 0;

	for (int i = 0; i < 20; i++) {
		BACKGROUND(pid)
		{
			SYS(NR_read, p.r, P(&c), 1);
		}
		await_asleep(pid);
		OK(kill(pid, SIGKILL));
		if (i % 2 || !on_tessera())
			KILLED(pid, SIGKILL);
		EQ(SYS(NR_write, p.w, P("k"), 1), 1);
		if (i % 2 == 0 && on_tessera())
			KILLED(pid, SIGKILL);
		EQ(SYS(NR_read, p.r, P(&c), 1), 1);
		EQ(c, 'k');
	}
	close_both(p);
}

TEST("PIPE-killed-writer a writer that is killed while it waits lets others on")
{
	struct ends p = new_pipe(0);
	pid_t first, second;

	EQ(SYS(NR_write, p.w, P(big), WHOLE), WHOLE);
	BACKGROUND(first)
	{
		SYS(NR_write, p.w, P(big), PIPE_BUF);
	}
	await_asleep(first);
	BACKGROUND(second)
	{
		EQ(SYS(NR_write, p.w, P("2"), 1), 1);
	}
	await_asleep(second);
	OK(kill(first, SIGKILL));
	KILLED(first, SIGKILL);
	EQ(SYS(NR_read, p.r, P(big), WHOLE), WHOLE);
	EQ(SYS(NR_read, p.r, P(big), 1), 1);
	EQ(big[0], '2');
	EXITS(second, 0);
	close_both(p);
}

TEST("PIPE-close-race bytes written before a close arrive before the end")
{
	for (int i = 0; i < 100; i++) {
		struct ends p = new_pipe(0);
		pid_t pid;
		char got[4];

		BACKGROUND(pid)
		{
			OK(SYS(NR_close, p.r));
			SYS(NR_write, p.w, P("end"), 3);
		}
		OK(SYS(NR_close, p.w));
		EQ(SYS(NR_read, p.r, P(got), 4), 3);
		EQ(SYS(NR_read, p.r, P(got), 4), 0);
		EXITS(pid, 0);
		OK(SYS(NR_close, p.r));
	}
}

TEST("PIPE-ping-pong a thousand bytes go to a child and back, one by one")
{
	struct ends to = new_pipe(0), from = new_pipe(0);
	pid_t pid;
	char c;

	BACKGROUND(pid)
	{
		for (int i = 0; i < 1000; i++) {
			EQ(SYS(NR_read, to.r, P(&c), 1), 1);
			EQ(SYS(NR_write, from.w, P(&c), 1), 1);
		}
	}
	for (int i = 0; i < 1000; i++) {
		char sent = (char)i;

		EQ(SYS(NR_write, to.w, P(&sent), 1), 1);
		EQ(SYS(NR_read, from.r, P(&c), 1), 1);
		EQ(c, sent);
	}
	EXITS(pid, 0);
	close_both(to);
	close_both(from);
}

/* ---- SIGPIPE ------------------------------------------------------------ */

static volatile sig_atomic_t pipes_broken, broken_code, broken_pid;

static void broken(int signal, siginfo_t *info, void *context)
{
	(void)context;
	pipes_broken += signal == SIGPIPE;
	broken_code = info->si_code;
	broken_pid = info->si_pid;
}

/* A pipe that nobody reads; its end to write. */
static int broken_pipe(void)
{
	struct ends p = new_pipe(0);

	OK(SYS(NR_close, p.r));
	return p.w;
}

TEST("PIPE-sigpipe a write that nobody can read kills by SIGPIPE")
{
	DIES(SIGPIPE)
	{
		SYS(NR_write, broken_pipe(), P("x"), 1);
	}
	IN_CHILD
	{
		EQ(SYS(NR_write, broken_pipe(), P("x"), 0), 0);
	}
}

TEST("PIPE-sigpipe-handled a handler runs before the write answers EPIPE")
{
	struct sigaction act = {.sa_sigaction = broken, .sa_flags = SA_SIGINFO};
	int w = broken_pipe();

	OK(sigaction(SIGPIPE, &act, NULL));
	ERR(SYS(NR_write, w, P("x"), 1), EPIPE);
	EQ(pipes_broken, 1);
	EQ(broken_code, SI_USER);
	EQ(broken_pid, getpid());
	act.sa_flags |= SA_RESTART;
	OK(sigaction(SIGPIPE, &act, NULL));
	ERR(SYS(NR_write, w, P("x"), 1), EPIPE);
	EQ(pipes_broken, 2);
	OK(SYS(NR_close, w));
}

TEST("PIPE-sigpipe-blocked a blocked SIGPIPE is pending, an ignored one is not")
{
	int w = broken_pipe();
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	ERR(SYS(NR_write, w, P("x"), 1), EPIPE);
	OK(sigpending(&set));
	EQ(sigismember(&set, SIGPIPE), 1);
	signal(SIGPIPE, SIG_IGN);
	OK(sigpending(&set));
	EQ(sigismember(&set, SIGPIPE), 0);
	OK(SYS(NR_close, w));
}

TEST("PIPE-sigpipe-waits a writer that waits is killed by SIGPIPE")
{
	struct ends p = new_pipe(0);
	pid_t pid;

	EQ(SYS(NR_write, p.w, P(big), WHOLE), WHOLE);
	BACKGROUND(pid)
	{
		OK(SYS(NR_close, p.r));
		SYS(NR_write, p.w, P("x"), 1);
	}
	await_asleep(pid);
	OK(SYS(NR_close, p.r));
	KILLED(pid, SIGPIPE);
	OK(SYS(NR_close, p.w));
}

/* ---- interrupted -------------------------------------------------------- */

static volatile sig_atomic_t alarms;

static void count_alarm(int signal)
{
	alarms += signal == SIGALRM;
}

static void on_alarm(int flags)
{
	struct sigaction act = {.sa_handler = count_alarm, .sa_flags = flags};

	OK(sigaction(SIGALRM, &act, NULL));
}

/* A signal in `us` microseconds, and then each time; 0: none any more. */
static void storm(long us)
{
	struct itimerval t = {{0, us}, {0, us}};

	OK(setitimer(ITIMER_REAL, &t, NULL));
}

TEST("PIPE-eintr a handler ends a read that waits with EINTR")
{
	struct ends p = new_pipe(0);
	char c;

	on_alarm(0);
	storm(20000);
	ERR(SYS(NR_read, p.r, P(&c), 1), EINTR);
	storm(0);
	TRUE(alarms > 0);
	close_both(p);
}

TEST("PIPE-eintr-full a handler ends a write that waits with EINTR")
{
	struct ends p = new_pipe(0);

	EQ(SYS(NR_write, p.w, P(big), WHOLE), WHOLE);
	on_alarm(0);
	storm(20000);
	ERR(SYS(NR_write, p.w, P("x"), 1), EINTR);
	storm(0);
	EQ(readable_bytes(p.r), WHOLE);
	close_both(p);
}

TEST("PIPE-eintr-part a handler ends a write that is half done with its bytes")
{
	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		struct ends p = new_pipe(0);

		on_alarm(flags);
		storm(20000);
		EQ(SYS(NR_write, p.w, P(big), WHOLE + 10), WHOLE);
		storm(0);
		EQ(readable_bytes(p.r), WHOLE);
		close_both(p);
	}
}

TEST("PIPE-restart after a handler with SA_RESTART a read goes on to wait")
{
	struct ends p = new_pipe(0);
	pid_t pid;
	char c = 0;

	BACKGROUND(pid)
	{
		await_asleep(getppid());
		while (shared->value[0] < 3) {
			OK(kill(getppid(), SIGALRM));
			sleep_ms(10);
			shared->value[0]++;
		}
		EQ(SYS(NR_write, p.w, P("r"), 1), 1);
	}
	on_alarm(SA_RESTART);
	EQ(SYS(NR_read, p.r, P(&c), 1), 1);
	EQ(c, 'r');
	TRUE(alarms > 0);
	EXITS(pid, 0);
	close_both(p);
}

TEST("PIPE-stop a reader that is stopped and continued goes on to wait")
{
	struct ends p = new_pipe(0);
	pid_t pid;
	int status;
	char c = 0;

	BACKGROUND(pid)
	{
		EQ(SYS(NR_read, p.r, P(&c), 1), 1);
		EQ(c, 's');
	}
	for (int i = 0; i < 5; i++) {
		await_asleep(pid);
		OK(kill(pid, SIGSTOP));
		EQ(waitpid(pid, &status, WUNTRACED), pid);
		TRUE(WIFSTOPPED(status));
		OK(kill(pid, SIGCONT));
	}
	await_asleep(pid);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(SYS(NR_write, p.w, P("s"), 1), 1);
	EQ(readable_bytes(p.r), 1);
	OK(kill(pid, SIGCONT));
	EXITS(pid, 0);
	close_both(p);
}

#define MANY_BYTES 10000

/* Moves one byte, again after each EINTR; which ones, is counted. */
static void one_byte(int nr, int fd, unsigned char *c)
{
	long n;

	while ((n = SYS(nr, fd, P(c), 1)) == -EINTR)
		shared->value[0]++;
	EQ(n, 1);
}

/* Uses the CPU for some milliseconds: a signal does not end that. */
static void compute(int ms)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000 +
	           (now.tv_nsec - start.tv_nsec) / 1000000 <
	       ms);
}

/* Each byte of 0 to 9,999 goes through, and both ends have a storm. */
static void through_a_storm(int flags)
{
	struct ends p = new_pipe(0);
	unsigned char c;
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(SYS(NR_close, p.r));
		on_alarm(flags);
		storm(1000);
		for (int i = 0; i < MANY_BYTES; i++) {
			c = (unsigned char)(i % 251);
			one_byte(NR_write, p.w, &c);
			if (i % 1000 == 0)
				compute(20); /* the other end waits */
		}
		storm(0);
	}
	OK(SYS(NR_close, p.w));
	on_alarm(flags);
	storm(1300);
	for (int i = 0; i < MANY_BYTES; i++) {
		one_byte(NR_read, p.r, &c);
		EQ(c, i % 251);
		if (i % 1000 == 0)
			sleep_ms(10); /* the other end runs into a full pipe */
	}
	storm(0);
	EQ(SYS(NR_read, p.r, P(&c), 1), 0);
	EXITS(pid, 0);
	OK(SYS(NR_close, p.r));
}

TEST("PIPE-storm 10,000 bytes under SIGALRM: none is lost, none comes twice")
{
	through_a_storm(0);
	TRUE(shared->value[0] > 0);
	shared->value[0] = 0;
	through_a_storm(SA_RESTART);
	EQ(shared->value[0], 0);
}

/* Sends signals to both until they have ended. */
static void bombard(pid_t a, pid_t b)
{
	while (kill(a, SIGALRM) == 0 && kill(b, SIGALRM) == 0)
		sched_yield();
	_exit(0);
}

TEST("PIPE-storm-back bytes go there and back while signals come without end")
{
	struct ends to = new_pipe(0), from = new_pipe(0);
	pid_t pid, enemy;
	unsigned char c;

	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		on_alarm(flags);
		BACKGROUND(pid)
		{
			for (int i = 0; i < MANY_BYTES / 20; i++) {
				one_byte(NR_read, to.r, &c);
				one_byte(NR_write, from.w, &c);
			}
		}
		BACKGROUND(enemy)
		{
			bombard(getppid(), pid);
		}
		for (int i = 0; i < MANY_BYTES / 20; i++) {
			unsigned char sent = (unsigned char)(i % 253);

			one_byte(NR_write, to.w, &sent);
			one_byte(NR_read, from.r, &c);
			EQ(c, sent);
		}
		OK(kill(enemy, SIGKILL));
		KILLED(enemy, SIGKILL);
		EXITS(pid, 0);
		EQ(readable_bytes(to.r), 0);
		EQ(readable_bytes(from.r), 0);
	}
	TRUE(alarms > 0);
	close_both(to);
	close_both(from);
}

/* ---- FIFOs -------------------------------------------------------------- */

#define NAME "/tmp/pipes-fifo"

static void make_fifo(void)
{
	unlink(NAME);
	OK(mkfifo(NAME, 0600));
}

static int open_fifo(int flags)
{
	return (int)OK(SYS(NR_open, P(NAME), flags));
}

TEST("PIPE-fifo the two that open a FIFO wait for each other")
{
	pid_t pid;
	char got[8];
	int fd;

	make_fifo();
	for (int round = 0; round < 2; round++) {
		BACKGROUND(pid)
		{
			fd = open_fifo(round ? O_WRONLY : O_RDONLY);
			if (round) {
				EQ(SYS(NR_write, fd, P("fifo"), 4), 4);
			} else {
				EQ(SYS(NR_read, fd, P(got), 8), 4);
				EQ(SYS(NR_read, fd, P(got), 8), 0);
			}
		}
		await_asleep(pid);
		fd = open_fifo(round ? O_RDONLY : O_WRONLY);
		if (round) {
			EQ(SYS(NR_read, fd, P(got), 8), 4);
			EQ(memcmp(got, "fifo", 4), 0);
			EQ(SYS(NR_read, fd, P(got), 8), 0);
		} else {
			EQ(SYS(NR_write, fd, P("fifo"), 4), 4);
		}
		OK(SYS(NR_close, fd));
		EXITS(pid, 0);
	}
	OK(unlink(NAME));
}

TEST("PIPE-fifo-nonblock to read it opens at once, to write it is ENXIO")
{
	int r, w;
	char c;

	make_fifo();
	ERR(SYS(NR_open, P(NAME), O_WRONLY | O_NONBLOCK), ENXIO);
	r = open_fifo(O_RDONLY | O_NONBLOCK);
	EQ(SYS(NR_read, r, P(&c), 1), 0);
	EQ(ready(r), 0);
	w = open_fifo(O_WRONLY | O_NONBLOCK);
	ERR(SYS(NR_read, r, P(&c), 1), EAGAIN);
	EQ(SYS(NR_write, w, P("n"), 1), 1);
	EQ(ready(r), POLLIN);
	OK(SYS(NR_close, w));
	EQ(ready(r), POLLIN | POLLHUP);
	EQ(SYS(NR_read, r, P(&c), 1), 1);
	EQ(SYS(NR_read, r, P(&c), 1), 0);
	EQ(ready(r), POLLHUP);
	w = open_fifo(O_WRONLY);
	EQ(ready(r), 0);
	OK(SYS(NR_close, r));
	EQ(ready(w), POLLOUT | POLLERR);
	OK(SYS(NR_close, w));
	OK(unlink(NAME));
}

TEST("PIPE-fifo-both O_RDWR opens at once, and is both ends")
{
	int fd;
	char c;

	make_fifo();
	fd = open_fifo(O_RDWR);
	EQ(SYS(NR_write, fd, P("b"), 1), 1);
	EQ(ready(fd), POLLIN | POLLOUT);
	EQ(SYS(NR_read, fd, P(&c), 1), 1);
	EQ(ready(fd), POLLOUT);
	OK(SYS(NR_close, open_fifo(O_RDONLY)));
	OK(SYS(NR_close, open_fifo(O_WRONLY)));
	EQ(ready(fd), POLLOUT);
	OK(SYS(NR_close, fd));
	OK(unlink(NAME));
}

TEST("PIPE-fifo-empties what nobody has read is gone with the last close")
{
	int fd;
	char c;

	make_fifo();
	fd = open_fifo(O_RDWR);
	EQ(SYS(NR_write, fd, P("gone"), 4), 4);
	OK(SYS(NR_close, fd));
	fd = open_fifo(O_RDWR | O_NONBLOCK);
	ERR(SYS(NR_read, fd, P(&c), 1), EAGAIN);
	OK(SYS(NR_close, fd));
	OK(unlink(NAME));
}

TEST("PIPE-fifo-many a writer lets in all the readers that wait to open")
{
	pid_t pids[4];
	int w;

	make_fifo();
	for (int i = 0; i < 4; i++) {
		BACKGROUND(pids[i])
		{
			char c;
			int fd = open_fifo(O_RDONLY);

			EQ(SYS(NR_read, fd, P(&c), 1), 1);
		}
		await_asleep(pids[i]);
	}
	OK(kill(pids[1], SIGKILL));
	KILLED(pids[1], SIGKILL);
	w = open_fifo(O_WRONLY | O_NONBLOCK);
	EQ(SYS(NR_write, w, P("abc"), 3), 3);
	EXITS(pids[0], 0);
	EXITS(pids[2], 0);
	EXITS(pids[3], 0);
	OK(SYS(NR_close, w));
	OK(unlink(NAME));
}

TEST("PIPE-fifo-eintr a handler ends an open that waits")
{
	for (int write = 0; write < 2; write++) {
		make_fifo();
		on_alarm(0);
		storm(20000);
		ERR(SYS(NR_open, P(NAME), write ? O_WRONLY : O_RDONLY), EINTR);
		storm(0);
		ERR(SYS(NR_open, P(NAME), O_WRONLY | O_NONBLOCK), ENXIO);
		OK(unlink(NAME));
	}
}

/* More than there can be pipes in 64 MiB. */
#define OPENERS 40
#define EACH    30

TEST("PIPE-fifo-eintr opens that were ended leave nothing that fills a table")
{
	pid_t pids[OPENERS];
	char name[40];

	for (int i = 0; i < OPENERS; i++)
		BACKGROUND(pids[i])
		{
			for (int n = 0; n < EACH; n++) {
				snprintf(name, sizeof name, NAME "-%d-%d", i,
				         n);
				OK(mkfifo(name, 0600));
			}
			on_alarm(0);
			storm(20000);
			for (int n = 0; n < EACH; n++) {
				snprintf(name, sizeof name, NAME "-%d-%d", i,
				         n);
				ERR(SYS(NR_open, P(name), O_RDONLY), EINTR);
			}
		}
	for (int i = 0; i < OPENERS; i++)
		EXITS(pids[i], 0);
	close_both(new_pipe(0));
	for (int i = 0; i < OPENERS * EACH; i++) {
		snprintf(name, sizeof name, NAME "-%d-%d", i / EACH, i % EACH);
		OK(unlink(name));
	}
}

TEST("PIPE-fifo-unlinked an open that waits ends when the name goes")
{
	pid_t pid;

	make_fifo();
	BACKGROUND(pid)
	{
		ERR(SYS(NR_open, P(NAME), O_RDONLY), ENOENT);
	}
	await_asleep(pid);
	OK(unlink(NAME));
	if (on_tessera()) {
		EXITS(pid, 0);
		return;
	}
	await_asleep(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("PIPE-fifo-stat it stays a FIFO of no bytes, and its rights count")
{
	struct stat st;
	int fd;

	make_fifo();
	fd = open_fifo(O_RDWR);
	EQ(SYS(NR_write, fd, P("12345"), 5), 5);
	OK(fstat(fd, &st));
	EQ(st.st_mode, S_IFIFO | 0600);
	EQ(st.st_size, 0);
	EQ(st.st_nlink, 1);
	AS(1000, 100)
	{
		ERR(SYS(NR_open, P(NAME), O_RDONLY | O_NONBLOCK), EACCES);
	}
	ERR(SYS(NR_open, P(NAME), O_RDONLY | O_DIRECTORY), ENOTDIR);
	OK(unlink(NAME));
	EQ(SYS(NR_read, fd, P(big), 10), 5);
	OK(SYS(NR_close, fd));
}

/* ---- flock -------------------------------------------------------------- */

#define LOCKED "/tmp/pipes-locked"

static int open_locked(void)
{
	return (int)OK(open(LOCKED, O_RDWR | O_CREAT, 0600));
}

static long lock(int fd, int operation)
{
	return SYS(SYS_flock, fd, operation);
}

TEST("FLOCK-kinds many may share a lock, and one may have it alone")
{
	int a = open_locked(), b = open_locked(), c = open_locked();

	EQ(lock(a, LOCK_SH), 0);
	EQ(lock(b, LOCK_SH | LOCK_NB), 0);
	ERR(lock(c, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	EQ(lock(a, LOCK_UN), 0);
	ERR(lock(c, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	EQ(lock(b, LOCK_UN), 0);
	EQ(lock(c, LOCK_EX | LOCK_NB), 0);
	EQ(lock(c, LOCK_EX | LOCK_NB), 0);
	ERR(lock(a, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	ERR(lock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	EQ(lock(a, LOCK_UN), 0);
	EQ(lock(c, LOCK_SH), 0);
	EQ(lock(a, LOCK_SH | LOCK_NB), 0);
	ERR(lock(a, LOCK_SH | LOCK_EX), EINVAL);
	ERR(lock(a, 0), EINVAL);
	ERR(lock(a, LOCK_NB), EINVAL);
	ERR(lock(99, LOCK_SH), EBADF);
	OK(close(a));
	OK(close(b));
	OK(close(c));
	OK(unlink(LOCKED));
}

TEST("FLOCK-upgrade an upgrade that cannot be gives up the lock it had")
{
	int a = open_locked(), b = open_locked(), c = open_locked();

	EQ(lock(a, LOCK_SH), 0);
	EQ(lock(b, LOCK_SH), 0);
	ERR(lock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	EQ(lock(b, LOCK_EX | LOCK_NB), 0);
	EQ(lock(b, LOCK_UN), 0);
	EQ(lock(c, LOCK_EX | LOCK_NB), 0);
	OK(close(a));
	OK(close(b));
	OK(close(c));
	OK(unlink(LOCKED));
}

TEST("FLOCK-open the lock is the open file's: dup and fork share it")
{
	int a = open_locked(), twin = OK(dup(a)), other = open_locked();

	EQ(lock(a, LOCK_EX), 0);
	EQ(lock(twin, LOCK_EX | LOCK_NB), 0);
	ERR(lock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	OK(close(a));
	ERR(lock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	IN_CHILD
	{
		EQ(lock(twin, LOCK_SH | LOCK_NB), 0);
	}
	ERR(lock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	EQ(lock(other, LOCK_SH | LOCK_NB), 0);
	OK(close(twin));
	EQ(lock(other, LOCK_EX | LOCK_NB), 0);
	OK(close(other));
	OK(unlink(LOCKED));
}

TEST("FLOCK-waits a client waits for its lock, until it is free or its holder "
     "dead")
{
	int a = open_locked();
	pid_t pids[3];

	EQ(lock(a, LOCK_EX), 0);
	for (int i = 0; i < 3; i++) {
		BACKGROUND(pids[i])
		{
			int b = open_locked();

			EQ(lock(b, i == 1 ? LOCK_SH : LOCK_EX), 0);
			EQ(__sync_fetch_and_add(&shared->value[1], 1), 0);
			sleep_ms(5);
			__sync_fetch_and_sub(&shared->value[1], 1);
			if (i == 0)
				kill(getpid(), SIGKILL);
		}
		await_asleep(pids[i]);
	}
	EQ(shared->value[1], 0);
	EQ(lock(a, LOCK_UN), 0);
	KILLED(pids[0], SIGKILL);
	EXITS(pids[1], 0);
	EXITS(pids[2], 0);
	OK(close(a));
	OK(unlink(LOCKED));
}

TEST("FLOCK-killed a client that is killed while it waits gets no lock")
{
	int a = open_locked(), c = open_locked();
	pid_t pid;

	EQ(lock(a, LOCK_EX), 0);
	BACKGROUND(pid)
	{
		lock(open_locked(), LOCK_EX);
	}
	await_asleep(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(lock(a, LOCK_UN), 0);
	EQ(lock(c, LOCK_EX | LOCK_NB), 0);
	OK(close(a));
	OK(close(c));
	OK(unlink(LOCKED));
}

TEST("FLOCK-eintr a handler ends the wait for a lock, or it goes on after it")
{
	int a = open_locked(), b = open_locked();
	pid_t pid;

	EQ(lock(a, LOCK_EX), 0);
	on_alarm(0);
	storm(20000);
	ERR(lock(b, LOCK_SH), EINTR);
	storm(0);
	BACKGROUND(pid)
	{
		await_asleep(getppid());
		OK(kill(getppid(), SIGALRM));
		sleep_ms(10);
		EQ(lock(a, LOCK_UN), 0);
	}
	on_alarm(SA_RESTART);
	alarms = 0;
	EQ(lock(b, LOCK_SH), 0);
	EQ(alarms, 1);
	EXITS(pid, 0);
	OK(close(a));
	OK(close(b));
	OK(unlink(LOCKED));
}

/* ---- full tables -------------------------------------------------------- */

TEST("PIPE-emfile without two free descriptors pipe is EMFILE, and takes none")
{
	int fds[2], last = 0, fd;

	while ((fd = dup(0)) >= 0)
		last = fd;
	ERR(SYS(SYS_pipe, P(fds)), EMFILE);
	OK(SYS(NR_close, last));
	ERR(SYS(SYS_pipe, P(fds)), EMFILE);
	EQ(dup(0), last);
	OK(SYS(NR_close, last));
	OK(SYS(NR_close, last - 1));
	OK(SYS(SYS_pipe, P(fds)));
	for (fd = 3; fd <= last; fd++)
		SYS(NR_close, fd);
}

/* Pipes until there is no more; and the error. */
static int pipes_until_refused(int *error)
{
	int n = 0, fds[2];

	while ((*error = (int)SYS(SYS_pipe, P(fds))) == 0)
		n++;
	return n;
}

TEST("PIPE-enfile when a user has all the pipes it gets, others still get some")
{
	pid_t pids[64];
	int n = 0, error = -EMFILE;
	struct ends p;

	need_tessera();
	while (n < 64 && error == -EMFILE) {
		shared->stage = 0;
		BACKGROUND(pids[n])
		{
			become(1000, 100);
			pipes_until_refused(&error);
			shared->value[0] = error;
			reach(1);
			for (;;)
				pause();
		}
		TRUE(pids[n++] > 0);
		await(1);
		error = (int)shared->value[0];
	}
	EQ(error, -ENFILE);
	AS(1001, 100)
	{
		p = new_pipe(0);
		EQ(SYS(NR_write, p.w, P(big), 4 * PIPE_BUF), 4 * PIPE_BUF);
		EQ(SYS(NR_read, p.r, P(big), sizeof big), 4 * PIPE_BUF);
		close_both(p);
	}
	p = new_pipe(0);
	EQ(SYS(NR_write, p.w, P(big), PIPE_BUF), PIPE_BUF);
	EQ(SYS(NR_read, p.r, P(big), sizeof big), PIPE_BUF);
	close_both(p);
	for (int i = 0; i < n; i++) {
		OK(kill(pids[i], SIGKILL));
		KILLED(pids[i], SIGKILL);
	}
	AS(1000, 100)
	{
		p = new_pipe(0);
		EQ(SYS(NR_write, p.w, P(big), WHOLE), WHOLE);
		close_both(p);
	}
}

TEST("PIPE-held a client that holds full pipes for ever disturbs no other one")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		struct ends held[40];

		become(1000, 100);
		for (int i = 0; i < 40; i++) {
			held[i] = new_pipe(O_NONBLOCK);
			OK(SYS(NR_write, held[i].w, P(big), sizeof big));
		}
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	for (int i = 0; i < 40; i++) {
		struct ends p = new_pipe(0);

		EQ(SYS(NR_write, p.w, P(big), PIPE_BUF), PIPE_BUF);
		EQ(SYS(NR_read, p.r, P(big), sizeof big), PIPE_BUF);
		close_both(p);
	}
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("PIPE-random processes on one pipe are killed at random, and it still "
     "works")
{
	struct ends p = new_pipe(0);
	unsigned seed = 12345;
	pid_t pids[6];

	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 6; i++) {
			BACKGROUND(pids[i])
			{
				static char mine[9000];
				int n = i % 3 == 2 ? 9000 : 700;

				for (;;)
					if (i % 2)
						SYS(NR_read, p.r, P(mine), n);
					else
						SYS(NR_write, p.w, P(mine), n);
			}
		}
		seed = seed * 1103515245 + 12345;
		sleep_ms(seed >> 16 & 3);
		for (int i = 0; i < 6; i++)
			OK(kill(pids[(i + seed / 65536) % 6], SIGKILL));
		for (int i = 0; i < 6; i++)
			KILLED(pids[i], SIGKILL);
	}
	set_nonblock(p.r, 1);
	while (SYS(NR_read, p.r, P(big), sizeof big) > 0)
		;
	EQ(readable_bytes(p.r), 0);
	EQ(SYS(NR_write, p.w, P("alive"), 5), 5);
	EQ(SYS(NR_read, p.r, P(big), sizeof big), 5);
	close_both(p);
}

/* exec-and-leave: what PIPE-cloexec's child becomes, for a while. */
int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exec-and-leave") == 0) {
		sleep_ms(200);
		return 0;
	}
	return test_main(argc, argv);
}
