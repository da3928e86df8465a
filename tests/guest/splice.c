/*
 * tests/guest/splice.c -- bytes from one open file to another: sendfile,
 * splice, copy_file_range.
 */
#include "handlers.h"
#include <sys/resource.h>
#include <sys/syscall.h>

enum {
	NR_lseek = 19,
	NR_sendfile = 187,
	NR_sendfile64 = 239,
	NR_splice = 313,
	NR_copy_file_range = 377,
};

#define NONBLOCK 2 /* SPLICE_F_NONBLOCK */
#define BIG      300000l

/* A new file with a name, empty and open for both. */
static int new_file(const char *path)
{
	unlink(path);
	return OK(open(path, O_RDWR | O_CREAT | O_EXCL, 0644));
}

/* The byte at n is n modulo 251. */
static int filled(const char *path, long bytes)
{
	static unsigned char buffer[BIG];
	int fd = new_file(path);

	for (long i = 0; i < bytes; i++)
		buffer[i] = i % 251;
	EQ(write(fd, buffer, bytes), bytes);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* `bytes` bytes at `at` are those of filled() from `from` on. */
static void check(int fd, long at, long bytes, long from)
{
	static unsigned char buffer[BIG];

	EQ(pread(fd, buffer, bytes, at), bytes);
	for (long i = 0; i < bytes; i++)
		if (buffer[i] != (from + i) % 251)
			FAIL("byte %ld is %d", at + i, buffer[i]);
}

static long offset_of(int fd)
{
	return lseek(fd, 0, SEEK_CUR);
}

static long size_of(int fd)
{
	struct stat st;

	OK(fstat(fd, &st));
	return st.st_size;
}

static void done(void)
{
	unlink("/tmp/a");
	unlink("/tmp/b");
}

/* A call has moved `bytes` bytes, perhaps not all in one turn. */
static void all(long bytes, long (*call)(long left))
{
	while (bytes > 0) {
		long moved = OK(call(bytes));

		TRUE(moved > 0 && moved <= bytes);
		bytes -= moved;
	}
}

static int from, to;

static long send_rest(long left)
{
	return SYS(NR_sendfile, to, from, 0, left);
}

static long copy_rest(long left)
{
	return SYS(NR_copy_file_range, from, 0, to, 0, left, 0);
}

/* ---- sendfile ----------------------------------------------------------- */

TEST("FILE-sendfile moves bytes and both offsets, to the end of the file")
{
	from = filled("/tmp/a", BIG);
	to = new_file("/tmp/b");
	OK(lseek(from, 10, SEEK_SET));
	EQ(SYS(NR_sendfile, to, from, 0, 5), 5);
	EQ(offset_of(from), 15);
	EQ(offset_of(to), 5);
	all(BIG - 15, send_rest);
	EQ(SYS(NR_sendfile, to, from, 0, 100), 0);
	EQ(SYS(NR_sendfile, to, from, 0, 0), 0);
	EQ(size_of(to), BIG - 10);
	check(to, 0, BIG - 10, 10);
	done();
}

TEST("FILE-sendfile more than a megabyte arrives")
{
	from = new_file("/tmp/a");
	to = new_file("/tmp/b");
	OK(ftruncate(from, 3000000));
	EQ(pwrite(from, "end", 3, 2999997), 3);
	all(3000000, send_rest);
	EQ(size_of(to), 3000000);
	{
		char text[4] = "";

		EQ(pread(to, text, 3, 2999997), 3);
		EQ(strcmp(text, "end"), 0);
	}
	done();
}

TEST("FILE-sendfile an offset that is given moves in place of the file's own")
{
	int a = filled("/tmp/a", 5000), b = new_file("/tmp/b");
	long long wide = 4000;
	int narrow[2] = {100, 77};

	EQ(SYS(NR_sendfile64, b, a, P(&wide), 3000), 1000);
	EQ(wide, 5000);
	EQ(SYS(NR_sendfile, b, a, P(narrow), 50), 50);
	EQ(narrow[0], 150);
	EQ(narrow[1], 77);
	EQ(offset_of(a), 0);
	EQ(offset_of(b), 1050);
	check(b, 0, 1000, 4000);
	check(b, 1000, 50, 100);
	wide = 5000;
	EQ(SYS(NR_sendfile64, b, a, P(&wide), 3000), 0);
	wide = 0x100000000;
	EQ(SYS(NR_sendfile64, b, a, P(&wide), 3000), 0);
	wide = -1;
	ERR(SYS(NR_sendfile64, b, a, P(&wide), 3000), EINVAL);
	narrow[0] = -1;
	ERR(SYS(NR_sendfile, b, a, P(narrow), 3000), EINVAL);
	ERR(SYS(NR_sendfile, b, a, 0, -1), EINVAL);
	done();
}

TEST("FILE-sendfile what it cannot do is EBADF, ESPIPE or EINVAL")
{
	int a = filled("/tmp/a", 100), b = new_file("/tmp/b"), ends[2];
	int only_reads = OK(open("/tmp/b", O_RDONLY));
	int only_writes = OK(open("/tmp/a", O_WRONLY));
	int appends = OK(open("/tmp/b", O_WRONLY | O_APPEND));
	int directory = OK(open("/tmp", O_RDONLY));
	int path = OK(open("/tmp/a", O_PATH));
	int place = 0;

	OK(pipe(ends));
	ERR(SYS(NR_sendfile, 200, a, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, -1, a, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, 200, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, -1, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, path, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, path, a, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, only_reads, a, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, only_writes, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, ends[0], a, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, ends[1], 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, ends[0], P(&place), 10), ESPIPE);
	ERR(SYS(NR_sendfile, b, ends[0], 0, 10), EINVAL);
	ERR(SYS(NR_sendfile, appends, a, 0, 10), EINVAL);
	ERR(SYS(NR_sendfile, b, directory, 0, 10), EINVAL);
	ERR(SYS(NR_sendfile, directory, a, 0, 10), EBADF);
	ERR(SYS(NR_sendfile, b, OK(open("/dev/zero", O_RDONLY)), 0, 10),
	    EINVAL);
	ERR(SYS(NR_sendfile, b, a, 1, 10), EFAULT);
	ERR(SYS(NR_sendfile64, b, a, 0xC0100000, 10), EFAULT);
	EQ(size_of(b), 0);
	done();
}

TEST("FILE-sendfile other kinds: then a program reads and writes")
{
	int a = filled("/tmp/a", 100), b = new_file("/tmp/b");
	int null = OK(open("/dev/null", O_WRONLY));
	int made = OK(open("/proc/version", O_RDONLY));

	EQ(SYS(NR_sendfile, null, a, 0, 10), HERE(10, -EINVAL));
	EQ(SYS(NR_sendfile, b, made, 0, 10), HERE(10, -EINVAL));
	done();
}

TEST("FILE-sendfile RLIMIT_FSIZE holds: EFBIG, and SIGXFSZ")
{
	struct rlimit limit = {70, RLIM_INFINITY};
	int a = filled("/tmp/a", 100), b = new_file("/tmp/b");

	IN_CHILD
	{
		set_plain(SIGXFSZ, count_run, 0);
		OK(setrlimit(RLIMIT_FSIZE, &limit));
		EQ(SYS(NR_sendfile, b, a, 0, 100), 70);
		ERR(SYS(NR_sendfile, b, a, 0, 100), EFBIG);
		TRUE(runs > 0);
	}
	EQ(offset_of(a), 70);
	done();
}

TEST("FILE-sendfile whoever is not root takes the set-id bit from a file")
{
	int a = filled("/tmp/a", 100), b = new_file("/tmp/b");
	struct stat st;

	OK(fchown(b, 1000, 100));
	OK(fchmod(b, 04755));
	AS(1000, 100)
	{
		EQ(SYS(NR_sendfile, b, a, 0, 1), 1);
	}
	OK(fstat(b, &st));
	EQ(st.st_mode & 07777, 0755);
	done();
}

/* ---- copy_file_range ---------------------------------------------------- */

TEST("FILE-copy copy_file_range moves bytes and both offsets")
{
	long long in = 1000, out = 20000;

	from = filled("/tmp/a", BIG);
	to = new_file("/tmp/b");
	all(BIG, copy_rest);
	EQ(SYS(NR_copy_file_range, from, 0, to, 0, 10, 0), 0);
	EQ(offset_of(from), BIG);
	EQ(offset_of(to), BIG);
	check(to, 0, BIG, 0);
	EQ(SYS(NR_copy_file_range, from, P(&in), to, P(&out), 500, 0), 500);
	EQ(in, 1500);
	EQ(out, 20500);
	EQ(offset_of(to), BIG);
	check(to, 20000, 500, 1000);
	EQ(SYS(NR_copy_file_range, from, 0, to, 0, 0, 0), 0);
	done();
}

TEST("FILE-copy of one file: what overlaps is EINVAL, and nothing is copied")
{
	int a = filled("/tmp/a", 1000);
	long long in = 0, out = 499;

	ERR(SYS(NR_copy_file_range, a, P(&in), a, P(&out), 500, 0), EINVAL);
	out = 500;
	EQ(SYS(NR_copy_file_range, a, P(&in), a, P(&out), 500, 0), 500);
	check(a, 0, 500, 0);
	check(a, 500, 500, 0);
	in = 600, out = 599;
	ERR(SYS(NR_copy_file_range, a, P(&in), a, P(&out), 5, 0), EINVAL);
	done();
}

TEST("FILE-copy what it cannot do is EBADF, EISDIR or EINVAL")
{
	int a = filled("/tmp/a", 100), b = new_file("/tmp/b"), ends[2];
	int only_reads = OK(open("/tmp/b", O_RDONLY));
	int only_writes = OK(open("/tmp/a", O_WRONLY));
	int appends = OK(open("/tmp/b", O_WRONLY | O_APPEND));
	int directory = OK(open("/tmp", O_RDONLY));
	long long place = -1;

	OK(pipe(ends));
	ERR(SYS(NR_copy_file_range, 200, 0, b, 0, 10, 0), EBADF);
	ERR(SYS(NR_copy_file_range, a, 0, 200, 0, 10, 0), EBADF);
	ERR(SYS(NR_copy_file_range, only_writes, 0, b, 0, 10, 0), EBADF);
	ERR(SYS(NR_copy_file_range, a, 0, only_reads, 0, 10, 0), EBADF);
	ERR(SYS(NR_copy_file_range, a, 0, appends, 0, 10, 0), EBADF);
	ERR(SYS(NR_copy_file_range, a, 0, directory, 0, 10, 0), EISDIR);
	ERR(SYS(NR_copy_file_range, directory, 0, b, 0, 10, 0), EISDIR);
	ERR(SYS(NR_copy_file_range, a, 0, ends[1], 0, 10, 0), EINVAL);
	ERR(SYS(NR_copy_file_range, ends[0], 0, b, 0, 10, 0), EINVAL);
	ERR(SYS(NR_copy_file_range, a, 0, b, 0, 10, 1), EINVAL);
	ERR(SYS(NR_copy_file_range, a, P(&place), b, 0, 10, 0), EOVERFLOW);
	ERR(SYS(NR_copy_file_range, a, 0, b, P(&place), 10, 0), EOVERFLOW);
	place = -100;
	ERR(SYS(NR_copy_file_range, a, P(&place), b, 0, 10, 0), EINVAL);
	ERR(SYS(NR_copy_file_range, a, 1, b, 0, 10, 0), EFAULT);
	ERR(SYS(NR_copy_file_range, a, 0, b, 0xC0100000, 10, 0), EFAULT);
	EQ(size_of(b), 0);
	done();
}

/* ---- splice ------------------------------------------------------------- */

TEST("PIPE-splice a file's bytes go through a pipe into another file")
{
	int a = filled("/tmp/a", BIG), b = new_file("/tmp/b"), ends[2];
	long moved = 1, in = 0, out = 0;

	OK(pipe(ends));
	while (moved > 0) {
		moved = OK(SYS(NR_splice, a, 0, ends[1], 0, BIG, 0));
		TRUE(moved <= 65536);
		in += moved;
		for (long left = moved; left > 0;) {
			long n = OK(SYS(NR_splice, ends[0], 0, b, 0, left, 0));

			TRUE(n > 0);
			left -= n;
			out += n;
		}
	}
	EQ(in, BIG);
	EQ(out, BIG);
	EQ(offset_of(a), BIG);
	EQ(offset_of(b), BIG);
	check(b, 0, BIG, 0);
	done();
}

TEST("PIPE-splice offsets that are given move, and the files' own stay")
{
	int a = filled("/tmp/a", 5000), b = new_file("/tmp/b"), ends[2];
	long long in = 4500, out = 7;

	OK(pipe(ends));
	EQ(SYS(NR_splice, a, P(&in), ends[1], 0, 1000, 0), 500);
	EQ(in, 5000);
	EQ(SYS(NR_splice, ends[0], 0, b, P(&out), 1000, 0), 500);
	EQ(out, 507);
	EQ(offset_of(a), 0);
	EQ(offset_of(b), 0);
	EQ(size_of(b), 507);
	check(b, 7, 500, 4500);
	done();
}

TEST("PIPE-splice waits for bytes, and for room")
{
	int a = filled("/tmp/a", 1000), b = new_file("/tmp/b"), ends[2];
	static char page[65536];
	pid_t pid;

	OK(pipe(ends));
	BACKGROUND(pid)
	{
		EQ(SYS(NR_splice, ends[0], 0, b, 0, 1000, 0), 5);
	}
	await_asleep(pid);
	EQ(write(ends[1], "hello", 5), 5);
	EXITS(pid, 0);
	EQ(size_of(b), 5);
	EQ(write(ends[1], page, 65536), 65536);
	BACKGROUND(pid)
	{
		EQ(SYS(NR_splice, a, 0, ends[1], 0, 1000, 0), 1000);
	}
	await_asleep(pid);
	EQ(read(ends[0], page, 65536), 65536);
	EXITS(pid, 0);
	EQ(read(ends[0], page, 65536), 1000);
	for (int i = 0; i < 1000; i++)
		EQ(page[i], (char)(i % 251));
	done();
}

TEST("PIPE-splice does not wait with SPLICE_F_NONBLOCK, or for nobody")
{
	int a = filled("/tmp/a", 1000), b = new_file("/tmp/b"), ends[2];
	static char page[65536];

	OK(pipe(ends));
	ERR(SYS(NR_splice, ends[0], 0, b, 0, 10, NONBLOCK), EAGAIN);
	EQ(write(ends[1], page, 65536), 65536);
	ERR(SYS(NR_splice, a, 0, ends[1], 0, 10, NONBLOCK), EAGAIN);
	OK(fcntl(ends[1], F_SETFL, O_NONBLOCK));
	ERR(SYS(NR_splice, a, 0, ends[1], 0, 10, 0), EAGAIN);
	EQ(read(ends[0], page, 65536), 65536);
	OK(close(ends[1]));
	EQ(SYS(NR_splice, ends[0], 0, b, 0, 10, 0), 0);
	OK(pipe(ends));
	OK(close(ends[0]));
	signal(SIGPIPE, SIG_IGN);
	ERR(SYS(NR_splice, a, 0, ends[1], 0, 10, 0), EPIPE);
	ERR(SYS(NR_sendfile, ends[1], a, 0, 10), EPIPE);
	signal(SIGPIPE, SIG_DFL);
	DIES(SIGPIPE)
	{
		SYS(NR_sendfile, ends[1], a, 0, 10);
	}
	done();
}

TEST("PIPE-splice a handler ends a wait, and a killed client takes nothing")
{
	int b = new_file("/tmp/b"), ends[2];
	char c[8];
	pid_t pid;

	OK(pipe(ends));
	BACKGROUND(pid)
	{
		set_plain(SIGUSR1, count_run, 0);
		ERR(SYS(NR_splice, ends[0], 0, b, 0, 10, 0), EINTR);
		EQ(runs, 1);
	}
	await_asleep(pid);
	OK(kill(pid, SIGUSR1));
	EXITS(pid, 0);
	BACKGROUND(pid)
	{
		SYS(NR_splice, ends[0], 0, b, 0, 10, 0);
	}
	await_asleep(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(write(ends[1], "hello", 5), 5);
	EQ(read(ends[0], c, 8), 5);
	EQ(size_of(b), 0);
	done();
}

TEST("PIPE-splice sendfile into a pipe gives what fits")
{
	int a = filled("/tmp/a", BIG), ends[2];
	long moved;

	OK(pipe(ends));
	moved = OK(SYS(NR_sendfile, ends[1], a, 0, BIG));
	EQ(moved, 65536);
	EQ(offset_of(a), moved);
	done();
}

TEST("PIPE-splice what it cannot do is EBADF, ESPIPE or EINVAL")
{
	int a = filled("/tmp/a", 100), b = new_file("/tmp/b"), ends[2];
	int only_reads = OK(open("/tmp/b", O_RDONLY));
	int only_writes = OK(open("/tmp/a", O_WRONLY));
	int appends = OK(open("/tmp/b", O_WRONLY | O_APPEND));
	int directory = OK(open("/tmp", O_RDONLY));
	long long place = 0;

	OK(pipe(ends));
	EQ(write(ends[1], "bytes", 5), 5);
	EQ(SYS(NR_splice, a, 0, a, 0, 0, 99), 0);
	ERR(SYS(NR_splice, a, 0, ends[1], 0, 10, 16), EINVAL);
	ERR(SYS(NR_splice, 200, 0, ends[1], 0, 10, 0), EBADF);
	ERR(SYS(NR_splice, a, 0, 200, 0, 10, 0), EBADF);
	ERR(SYS(NR_splice, only_writes, 0, ends[1], 0, 10, 0), EBADF);
	ERR(SYS(NR_splice, ends[0], 0, only_reads, 0, 10, 0), EBADF);
	ERR(SYS(NR_splice, ends[1], 0, b, 0, 10, 0), EBADF);
	ERR(SYS(NR_splice, a, 0, ends[0], 0, 10, 0), EBADF);
	ERR(SYS(NR_splice, ends[0], P(&place), b, 0, 10, 0), ESPIPE);
	ERR(SYS(NR_splice, a, 0, ends[1], P(&place), 10, 0), ESPIPE);
	ERR(SYS(NR_splice, a, 0, b, 0, 10, 0), EINVAL);
	ERR(SYS(NR_splice, ends[0], 0, ends[1], 0, 10, 0), EINVAL);
	ERR(SYS(NR_splice, ends[0], 0, appends, 0, 10, 0), EINVAL);
	ERR(SYS(NR_splice, directory, 0, ends[1], 0, 10, 0), EINVAL);
	ERR(SYS(NR_splice, a, 1, ends[1], 0, 10, 0), EFAULT);
	ERR(SYS(NR_splice, ends[0], 0, b, 0xC0100000, 10, 0), EFAULT);
	place = -1;
	ERR(SYS(NR_splice, a, P(&place), ends[1], 0, 10, 0), EINVAL);
	ERR(SYS(NR_splice, ends[0], 0, b, P(&place), 10, 0), EINVAL);
	EQ(size_of(b), 0);
	done();
}
