/*
 * tests/guest/bytes.c -- the bytes of files: written, cut, appended, mapped.
 *
 * The files have no name (memfd_create), or one in /tmp.  Sizes cross the
 * places where a file is kept in another way: a few bytes, a page, and more.
 */
#include "test.h"
#include <semaphore.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum {
	NR_lseek = 19,
	NR_sync = 36,
	NR_ftruncate = 93,
	NR_fstatfs = 100,
	NR_fsync = 118,
	NR_msync = 144,
	NR_fdatasync = 148,
	NR_pread64 = 180,
	NR_pwrite64 = 181,
	NR_truncate64 = 193,
	NR_ftruncate64 = 194,
	NR_fcntl64 = 221,
	NR_fadvise64 = 250,
	NR_statfs64 = 268,
	NR_fstatfs64 = 269,
	NR_fadvise64_64 = 272,
	NR_fallocate = 324,
	NR_preadv = 333,
	NR_pwritev = 334,
	NR_syncfs = 344,
	NR_memfd_create = 356,
	NR_preadv2 = 378,
	NR_pwritev2 = 379,
	NR_sendfile = 187,
	NR_splice = 313,
	NR_copy_file_range = 377,
};

#define LETTERS "abcdefghijklmnopqrstuvwxyz"

static int new_file(void)
{
	return OK(SYS(NR_memfd_create, P("bytes"), 0));
}

static long size_of_file(int fd)
{
	struct stat st;

	OK(fstat(fd, &st));
	return st.st_size;
}

/* Writes `bytes` bytes at `offset`: the byte at n is n + salt, modulo 251. */
static void fill(int fd, long offset, long bytes, int salt)
{
	static unsigned char buffer[65536];

	while (bytes > 0) {
		long n = bytes < 65536 ? bytes : 65536;

		for (long i = 0; i < n; i++)
			buffer[i] = (offset + i + salt) % 251;
		EQ(SYS(NR_pwrite64, fd, P(buffer), n, offset, 0), n);
		offset += n;
		bytes -= n;
	}
}

/* The bytes of [offset, offset + bytes) are as fill() has written them. */
static void check_filled(int fd, long offset, long bytes, int salt)
{
	static unsigned char buffer[65536];

	while (bytes > 0) {
		long n = bytes < 65536 ? bytes : 65536;

		EQ(SYS(NR_pread64, fd, P(buffer), n, offset, 0), n);
		for (long i = 0; i < n; i++)
			EQ(buffer[i], (offset + i + salt) % 251);
		offset += n;
		bytes -= n;
	}
}

static void check_zero(int fd, long offset, long bytes)
{
	static unsigned char buffer[65536];

	while (bytes > 0) {
		long n = bytes < 65536 ? bytes : 65536;

		EQ(SYS(NR_pread64, fd, P(buffer), n, offset, 0), n);
		for (long i = 0; i < n; i++)
			EQ(buffer[i], 0);
		offset += n;
		bytes -= n;
	}
}

static unsigned char *map(int fd, long bytes, int protection, int flags)
{
	return ADDRESS(SYS(NR_mmap2, 0, bytes, protection, flags, fd, 0));
}

/* ---- reading and writing ------------------------------------------------ */

TEST("FILE-write what is written is read, whatever its length")
{
	static const long sizes[] = {1,     31,    32,     33,    100,   2048,
	                             4095,  4096,  4097,   8192,  65535, 65536,
	                             65537, 70000, 262144, 500001};

	for (size_t i = 0; i < ALL(sizes); i++) {
		int fd = new_file();

		fill(fd, 0, sizes[i], i);
		EQ(size_of_file(fd), sizes[i]);
		check_filled(fd, 0, sizes[i], i);
		OK(close(fd));
	}
}

TEST("FILE-write a file that grows byte by byte keeps what it had")
{
	int fd = new_file(), end = 0;

	for (int i = 0; end < 9000; i++) {
		fill(fd, end, 1 + i % 7, 3);
		end += 1 + i % 7;
		EQ(size_of_file(fd), end);
	}
	check_filled(fd, 0, end, 3);
}

TEST("FILE-write the offset moves by the bytes, and dup and fork share it")
{
	int fd = new_file(), other = OK(dup(fd));
	char text[10] = "";

	EQ(SYS(NR_write, fd, P("abc"), 3), 3);
	EQ(SYS(NR_write, other, P("def"), 3), 3);
	IN_CHILD EQ(SYS(NR_write, fd, P("ghi"), 3), 3);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 9);
	EQ(SYS(NR_lseek, fd, 1, SEEK_SET), 1);
	EQ(SYS(NR_read, other, P(text), 10), 8);
	TRUE(memcmp(text, "bcdefghi", 8) == 0);
}

TEST("FILE-write behind the end leaves a hole of zeroes")
{
	static const long ends[] = {10, 5000, 4096, 100000};

	for (size_t i = 0; i < ALL(ends); i++) {
		int fd = new_file();

		fill(fd, 0, 5, 0);
		fill(fd, ends[i], 7, 0);
		EQ(size_of_file(fd), ends[i] + 7);
		check_filled(fd, 0, 5, 0);
		check_zero(fd, 5, ends[i] - 5);
		check_filled(fd, ends[i], 7, 0);
		OK(close(fd));
	}
}

TEST("FILE-write no bytes change nothing, not even behind the end")
{
	int fd = new_file();

	EQ(SYS(NR_pwrite64, fd, P("x"), 0, 5000, 0), 0);
	EQ(SYS(NR_write, fd, P("x"), 0), 0);
	EQ(size_of_file(fd), 0);
}

TEST("FILE-pread a place of its own leaves the offset where it is")
{
	char text[8] = "";
	int fd = new_file();

	EQ(SYS(NR_write, fd, P(LETTERS), 26), 26);
	EQ(SYS(NR_pread64, fd, P(text), 3, 7, 0), 3);
	TRUE(memcmp(text, "hij", 3) == 0);
	EQ(SYS(NR_pwrite64, fd, P("XY"), 2, 1, 0), 2);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 26);
	EQ(SYS(NR_pread64, fd, P(text), 4, 0, 0), 4);
	TRUE(memcmp(text, "aXYd", 4) == 0);
	EQ(SYS(NR_pread64, fd, P(text), 4, 26, 0), 0);
	EQ(SYS(NR_pread64, fd, P(text), 4, 24, 0), 2);
	EQ(SYS(NR_pread64, fd, P(text), 4, 0, 1), 0);
	ERR(SYS(NR_pread64, fd, P(text), 4, -1, -1), EINVAL);
	ERR(SYS(NR_pwrite64, fd, P(text), 4, 0, 0x80000000), EINVAL);
	ERR(SYS(NR_pread64, 99, P(text), 4, 0, 0), EBADF);
}

TEST("FILE-pread arrays of buffers have places of their own, too")
{
	char a[3], b[5];
	struct iovec out[2] = {{(void *)"hello ", 6}, {(void *)"world", 5}};
	struct iovec in[2] = {{a, 3}, {b, 5}};
	int fd = new_file();

	EQ(SYS(NR_writev, fd, P(out), 2), 11);
	EQ(SYS(NR_pwritev, fd, P(out), 2, 20, 0), 11);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 11);
	EQ(SYS(NR_preadv, fd, P(in), 2, 23, 0), 8);
	TRUE(memcmp(a, "lo ", 3) == 0 && memcmp(b, "world", 5) == 0);
	EQ(SYS(NR_preadv, fd, P(in), 2, 28, 0), 3);
	ERR(SYS(NR_preadv, fd, P(in), 2, -1, -1), EINVAL);
	ERR(SYS(NR_preadv, fd, P(in), -1, 0, 0), EINVAL);
	EQ(SYS(NR_preadv, fd, P(in), 0, 0, 0), 0);
}

TEST("FILE-append each write goes to the end, pwrite as well")
{
	int fd = new_file();
	char text[12] = "";

	EQ(SYS(NR_write, fd, P("1234"), 4), 4);
	OK(SYS(NR_fcntl64, fd, F_SETFL, O_APPEND));
	OK(SYS(NR_lseek, fd, 0, SEEK_SET));
	EQ(SYS(NR_write, fd, P("56"), 2), 2);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 6);
	EQ(SYS(NR_pwrite64, fd, P("78"), 2, 0, 0), 2);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 6);
	EQ(SYS(NR_pread64, fd, P(text), 12, 0, 0), 8);
	TRUE(memcmp(text, "12345678", 8) == 0);
}

TEST("FILE-append writers at once tear no record")
{
	int fd = new_file(), pids[3];
	char record[100], back[100];

	OK(SYS(NR_fcntl64, fd, F_SETFL, O_APPEND));
	for (int k = 0; k < 3; k++) {
		BACKGROUND(pids[k])
		for (int i = 0; i < 100; i++) {
			memset(record, 'a' + k, 100);
			EQ(SYS(NR_write, fd, P(record), 100), 100);
			if (i % 10 == k)
				sched_yield();
		}
	}
	for (int k = 0; k < 3; k++)
		EXITS(pids[k], 0);
	EQ(size_of_file(fd), 30000);
	for (int i = 0; i < 300; i++) {
		EQ(SYS(NR_pread64, fd, P(back), 100, i * 100, 0), 100);
		for (int n = 1; n < 100; n++)
			EQ(back[n], back[0]);
	}
}

TEST("FILE-write a buffer that ends early is written as far as it goes")
{
	/* With an odd part of a page, Linux 6.1 for the i686 does not end. */
	static const int before[] = {4096, 8192, 69632, 1, 100, 4095, 70000};

	for (size_t i = 0; i < HERE(3, ALL(before)); i++) {
		int fd = new_file();
		char *p = memory(20 * PAGE, PROT_READ | PROT_WRITE);
		char *end = p + 18 * PAGE;

		memset(p, 'x', 18 * PAGE);
		OK(munmap(end, 2 * PAGE));
		EQ(SYS(NR_write, fd, P(end - before[i]), before[i] + 500),
		   before[i]);
		EQ(size_of_file(fd), before[i]);
		ERR(SYS(NR_write, fd, P(end), 500), EFAULT);
		ERR(SYS(NR_pwrite64, fd, P(end), 500, 99999, 0), EFAULT);
		EQ(size_of_file(fd), before[i]);
		OK(ftruncate(fd, before[i] + 600));
		check_zero(fd, before[i], 600);
		OK(close(fd));
	}
}

TEST("FILE-read a buffer that ends early is filled as far as it goes")
{
	static const int before[] = {1, 100, 4095, 5000, 70000};
	int fd = new_file();

	fill(fd, 0, 80000, 0);
	for (size_t i = 0; i < ALL(before); i++) {
		char *p = memory(20 * PAGE, PROT_READ | PROT_WRITE);
		char *end = p + 18 * PAGE;

		OK(munmap(end, 2 * PAGE));
		EQ(SYS(NR_pread64, fd, P(end - before[i]), before[i] + 500, 0,
		       0),
		   before[i]);
		ERR(SYS(NR_read, fd, P(end), 500), EFAULT);
		EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 0);
	}
}

TEST("FILE-write more than a megabyte may be written in parts")
{
	static char big[3 << 20];
	int fd = new_file();
	long done = 0, wrote;

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = i % 251;
	EQ(SYS(NR_write, fd, P(big), sizeof big), HERE(3 << 20, 1 << 20));
	for (done = size_of_file(fd); done < 3 << 20; done += wrote)
		wrote = OK(SYS(NR_write, fd, P(big + done), (3 << 20) - done));
	check_filled(fd, 0, 3 << 20, 0);
}

TEST("FILE-write a file has 2^31 - 1 bytes at most")
{
	int fd = new_file();

	need_tessera();
	ERR(SYS(NR_pwrite64, fd, P("xy"), 2, 0x7fffffff, 0), EFBIG);
	ERR(SYS(NR_pwrite64, fd, P("xy"), 2, 0, 1), EFBIG);
	ERR(SYS(NR_ftruncate64, fd, 0x80000000, 0), EFBIG);
	ERR(SYS(NR_fallocate, fd, 0, 0x7fffffff, 0, 1, 0), EFBIG);
	EQ(size_of_file(fd), 0);
}

/* ---- the size ----------------------------------------------------------- */

TEST("FILE-truncate what is cut off comes back as zeroes")
{
	static const long sizes[][2] = {
	    {50, 10},     {4000, 100}, {4096, 4095},    {9000, 5000},
	    {9000, 4096}, {70000, 1},  {200000, 70000}, {5000, 0}};

	for (size_t i = 0; i < ALL(sizes); i++) {
		int fd = new_file();
		long all = sizes[i][0], left = sizes[i][1];

		fill(fd, 0, all, 1);
		OK(SYS(NR_ftruncate64, fd, left, 0));
		EQ(size_of_file(fd), left);
		check_filled(fd, 0, left, 1);
		OK(SYS(NR_ftruncate, fd, all + 100));
		EQ(size_of_file(fd), all + 100);
		check_filled(fd, 0, left, 1);
		check_zero(fd, left, all + 100 - left);
		OK(close(fd));
	}
}

TEST("FILE-truncate a size below zero is EINVAL, and so is no file")
{
	int fd = new_file(), null = OK(open("/dev/null", O_RDWR));

	ERR(SYS(NR_ftruncate, fd, -1), EINVAL);
	ERR(SYS(NR_ftruncate64, fd, 0, -1), EINVAL);
	ERR(SYS(NR_ftruncate, null, 5), EINVAL);
	ERR(SYS(NR_ftruncate, 99, 5), EBADF);
	ERR(SYS(NR_truncate64, P("/dev"), 5, 0), EISDIR);
	ERR(SYS(NR_truncate64, P("/dev/null"), 5, 0), EINVAL);
	ERR(SYS(NR_truncate64, P("/no"), 5, 0), ENOENT);
	ERR(SYS(NR_truncate64, P("/dev/null"), 0, -1), EINVAL);
	OK(SYS(NR_ftruncate, fd, 0));
}

TEST("FILE-fallocate makes a file longer, never shorter")
{
	int fd = new_file(), null = OK(open("/dev/null", O_RDWR));

	OK(SYS(NR_fallocate, fd, 0, 1000, 0, 500, 0));
	EQ(size_of_file(fd), 1500);
	OK(SYS(NR_fallocate, fd, 0, 0, 0, 10, 0));
	EQ(size_of_file(fd), 1500);
	ERR(SYS(NR_fallocate, fd, 0, 0, 0, 0, 0), EINVAL);
	ERR(SYS(NR_fallocate, fd, 0, -1, -1, 5, 0), EINVAL);
	ERR(SYS(NR_fallocate, fd, 0, 0, 0, -1, -1), EINVAL);
	ERR(SYS(NR_fallocate, fd, 0x4000, 0, 0, 5, 0), EOPNOTSUPP);
	ERR(SYS(NR_fallocate, null, 0, 0, 0, 5, 0), ENODEV);
	EQ(size_of_file(fd), 1500);
	check_zero(fd, 0, 1500);
}

#define KEEP  1
#define PUNCH 2

static long fall(int fd, int mode, long offset, long bytes)
{
	return SYS(NR_fallocate, fd, mode, offset, 0, bytes, 0);
}

TEST("FILE-fallocate a hole reads as zeroes, and the rest stays")
{
	static const struct {
		long from, bytes;
	} holes[] = {{100, 5},        {4000, 200},   {8192, 4096},
	             {20000, 100000}, {131072, 1},   {262143, 65538},
	             {399999, 1},     {399990, 999}, {500000, 4096}};
	int fd = new_file(), small = new_file();

	fill(small, 0, 50, 1);
	OK(fall(small, KEEP | PUNCH, 10, 20));
	check_filled(small, 0, 10, 1);
	check_zero(small, 10, 20);
	check_filled(small, 30, 20, 1);
	for (unsigned i = 0; i < ALL(holes); i++) {
		long from = holes[i].from, to = from + holes[i].bytes;

		fill(fd, 0, 400000, 7);
		OK(fall(fd, KEEP | PUNCH, from, to - from));
		EQ(size_of_file(fd), 400000);
		if (from > 400000)
			from = 400000;
		if (to > 400000)
			to = 400000;
		check_filled(fd, 0, from, 7);
		check_zero(fd, from, to - from);
		check_filled(fd, to, 400000 - to, 7);
	}
}

TEST("FILE-fallocate a hole of many megabytes, and others read meanwhile")
{
	int fd = new_file();
	pid_t pid;

	OK(SYS(NR_ftruncate, fd, 12 << 20));
	fill(fd, 0, 5000, 3);
	fill(fd, (12 << 20) - 5000, 5000, 3);
	BACKGROUND(pid)
	{
		check_filled(fd, (12 << 20) - 100, 100, 3);
	}
	EXITS(pid, 0);
	OK(fall(fd, KEEP | PUNCH, 4096, (12 << 20) - 8192));
	check_filled(fd, 0, 4096, 3);
	check_zero(fd, 4096, (12 << 20) - 8192);
	check_filled(fd, (12 << 20) - 4096, 4096, 3);
}

TEST("FILE-fallocate a mapping shows the hole")
{
	int fd = new_file();
	unsigned char *p, *q;

	fill(fd, 0, 3 * PAGE, 1);
	p = map(fd, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	q = map(fd, 3 * PAGE, PROT_READ, MAP_PRIVATE);
	EQ(q[PAGE + 9], (PAGE + 10) % 251);
	OK(fall(fd, KEEP | PUNCH, PAGE, PAGE + 10));
	EQ(p[PAGE - 1], PAGE % 251);
	EQ(p[PAGE], 0);
	EQ(p[2 * PAGE + 9], 0);
	EQ(p[2 * PAGE + 10], (2 * PAGE + 11) % 251);
	EQ(q[PAGE + 9], 0);
	p[PAGE + 5] = 77;
	EQ(q[PAGE + 5], 77);
}

TEST("FILE-fallocate with KEEP_SIZE the size stays")
{
	int fd = new_file(), to_read;

	fill(fd, 0, 6000, 1);
	OK(fall(fd, KEEP, 100, 5900));
	check_filled(fd, 0, 6000, 1);
	EQ(size_of_file(fd), 6000);
	EQ(fall(fd, KEEP, 5999, 2), HERE(0, -EOPNOTSUPP));
	EQ(size_of_file(fd), 6000);
	to_read = OK(open("/proc/self/exe", O_RDONLY));
	ERR(fall(to_read, KEEP | PUNCH, 0, 10), EBADF);
}

TEST("FILE-fallocate flags that a tmpfs has not, and those that contradict")
{
	static const struct {
		int mode, error;
	} bad[] = {{PUNCH, EOPNOTSUPP},
	           {4, EOPNOTSUPP},
	           {0x80, EOPNOTSUPP},
	           {0x40000000, EOPNOTSUPP},
	           {PUNCH | KEEP | 0x10, EOPNOTSUPP},
	           {PUNCH | KEEP | 8, EINVAL},
	           {8, EOPNOTSUPP},
	           {8 | KEEP, EINVAL},
	           {0x10, EOPNOTSUPP},
	           {0x10 | KEEP, EOPNOTSUPP},
	           {0x20, EOPNOTSUPP},
	           {0x20 | KEEP, EINVAL},
	           {0x40, EOPNOTSUPP},
	           {0x40 | KEEP, EOPNOTSUPP},
	           {0x40 | 8, EINVAL}};
	int fd = new_file();

	fill(fd, 0, 100, 1);
	for (unsigned i = 0; i < ALL(bad); i++)
		EQ(fall(fd, bad[i].mode, 0, 10), -bad[i].error);
	ERR(fall(fd, PUNCH, 0, 0), EINVAL);
	check_filled(fd, 0, 100, 1);
	EQ(fall(fd, PUNCH | KEEP, 50, -5), 0);
	check_filled(fd, 0, 50, 1);
	check_zero(fd, 50, 50);
}

/* ---- preadv2 and pwritev2 ----------------------------------------------- */

TEST("FILE-preadv2 at a place, and without one at the file's offset")
{
	char a[4], b[8];
	struct iovec in[2] = {{a, 4}, {b, 8}}, out[2] = {{"wxyz", 4}, {"!", 1}};
	int fd = new_file(), fds[2];

	EQ(write(fd, LETTERS, 26), 26);
	EQ(SYS(NR_preadv2, fd, P(in), 2, 3, 0, 0), 12);
	EQ(a[0], 'd');
	EQ(b[7], 'o');
	EQ(lseek(fd, 0, SEEK_CUR), 26);
	EQ(lseek(fd, 5, SEEK_SET), 5);
	EQ(SYS(NR_preadv2, fd, P(in), 2, -1, -1, 0), 12);
	EQ(a[0], 'f');
	EQ(lseek(fd, 0, SEEK_CUR), 17);
	EQ(SYS(NR_pwritev2, fd, P(out), 2, -1, -1, 0), 5);
	EQ(lseek(fd, 0, SEEK_CUR), 22);
	EQ(SYS(NR_pwritev2, fd, P(out), 2, 1, 0, 0), 5);
	EQ(SYS(NR_preadv2, fd, P(in), 1, 2, 0, 0), 4);
	EQ(memcmp(a, "xyz!", 4), 0);
	ERR(SYS(NR_preadv2, fd, P(in), 2, -2, -1, 0), EINVAL);
	ERR(SYS(NR_pwritev2, fd, P(out), 2, 0, 0x80000000, 0), EINVAL);
	OK(pipe(fds));
	EQ(SYS(NR_pwritev2, fds[1], P(out), 2, -1, -1, 0), 5);
	ERR(SYS(NR_pwritev2, fds[1], P(out), 2, 0, 0, 0), ESPIPE);
	EQ(SYS(NR_preadv2, fds[0], P(in), 2, -1, -1, 0), 5);
	EQ(memcmp(a, "wxyz", 4), 0);
	ERR(SYS(NR_preadv2, fds[1], P(in), 2, -1, -1, 0), EBADF);
}

TEST("FILE-preadv2 flags: those that ask for nothing, RWF_APPEND, and others")
{
	char a[4];
	struct iovec in = {a, 4}, out = {"wxyz", 4};
	int fd = new_file();

	EQ(write(fd, LETTERS, 26), 26);
	for (int flags = 1; flags < 8; flags++) {
		EQ(SYS(NR_preadv2, fd, P(&in), 1, 0, 0, flags), 4);
		EQ(SYS(NR_pwritev2, fd, P(&out), 1, 0, 0, flags), 4);
	}
	EQ(SYS(NR_pwritev2, fd, P(&out), 1, 3, 0, 0x10), 4);
	EQ(size_of_file(fd), 30);
	EQ(lseek(fd, 2, SEEK_SET), 2);
	EQ(SYS(NR_pwritev2, fd, P(&out), 1, -1, -1, 0x10), 4);
	EQ(lseek(fd, 0, SEEK_CUR), 34);
	ERR(SYS(NR_preadv2, fd, P(&in), 1, 0, 0, 8), EOPNOTSUPP);
	ERR(SYS(NR_pwritev2, fd, P(&out), 1, 0, 0, 8), EOPNOTSUPP);
	ERR(SYS(NR_preadv2, fd, P(&in), 1, 0, 0, 0x10000), EOPNOTSUPP);
	ERR(SYS(NR_pwritev2, fd, P(&out), 1, 0, 0, 0x10000), EOPNOTSUPP);
	EQ(SYS(NR_preadv2, fd, P(&in), 0, 0, 0, 0x10000), 0);
	EQ(size_of_file(fd), 34);
}

/* ---- O_DIRECT, O_PATH, and the time of access --------------------------- */

static long errno_of(long result)
{
	return result < 0 ? -errno : result;
}

TEST("FILE-open O_DIRECT is EINVAL, but a file that is made is there")
{
	int direct = 040000,
	    fd = OK(open("/tmp/plain", O_RDWR | O_CREAT, 0600));

	EQ(write(fd, "here", 4), 4);
	ERR(errno_of(open("/tmp/plain", O_RDWR | direct)), EINVAL);
	ERR(errno_of(open("/tmp/plain", O_RDWR | O_TRUNC | direct)), EINVAL);
	EQ(size_of_file(fd), 4);
	ERR(errno_of(open("/tmp", O_RDONLY | direct)), EINVAL);
	ERR(errno_of(open("/tmp", O_TMPFILE | O_RDWR | direct, 0600)), EINVAL);
	ERR(errno_of(open("/tmp/new", O_RDWR | O_CREAT | direct, 0600)),
	    EINVAL);
	OK(unlink("/tmp/new"));
	OK(close(OK(open("/tmp/plain", O_PATH | direct))));
	ERR(errno_of(fcntl(fd, F_SETFL, direct)), EINVAL);
	OK(fcntl(fd, F_SETFL, 0));
	OK(unlink("/tmp/plain"));
}

TEST("FILE-path poll of an O_PATH descriptor is POLLNVAL, for select it is "
     "ready")
{
	int fd = OK(open("/tmp", O_PATH));
	struct pollfd polled = {fd, POLLIN | POLLOUT, 0};
	struct timeval now = {0, 0};
	fd_set set;

	EQ(poll(&polled, 1, 0), 1);
	EQ(polled.revents, POLLNVAL);
	FD_ZERO(&set);
	FD_SET(fd, &set);
	EQ(select(fd + 1, &set, 0, 0, &now), 1);
	FD_SET(fd, &set);
	EQ(select(fd + 1, 0, &set, 0, &now), 1);
	close(fd);
	ERR(errno_of(select(fd + 1, &set, 0, 0, &now)), EBADF);
}

TEST("FILE-read of no bytes moves the time of access as well")
{
	static const struct timespec old[2] = {{1000, 0}, {2000, 0}};
	int fd = OK(open("/tmp/looked", O_RDWR | O_CREAT, 0600));
	struct stat st;
	char byte;

	EQ(write(fd, "here", 4), 4);
	OK(futimens(fd, old));
	EQ(read(fd, &byte, 0), 0);
	OK(fstat(fd, &st));
	TRUE(st.st_atime > 2000);
	OK(unlink("/tmp/looked"));
}

/* ---- mapped ------------------------------------------------------------- */

TEST("FILE-mmap a shared mapping shows what is written, and is read")
{
	static const long sizes[] = {10, 5000, 300000};

	for (size_t i = 0; i < ALL(sizes); i++) {
		int fd = new_file();
		unsigned char *p, c;

		fill(fd, 0, sizes[i], 5);
		p = map(fd, sizes[i], PROT_READ | PROT_WRITE, MAP_SHARED);
		for (long n = 0; n < sizes[i]; n++)
			EQ(p[n], (n + 5) % 251);
		EQ(SYS(NR_pwrite64, fd, P("Q"), 1, sizes[i] - 1, 0), 1);
		EQ(p[sizes[i] - 1], 'Q');
		p[0] = 'R';
		EQ(SYS(NR_pread64, fd, P(&c), 1, 0, 0), 1);
		EQ(c, 'R');
		OK(munmap(p, sizes[i]));
		OK(close(fd));
	}
}

TEST("FILE-mmap a child inherits a shared mapping")
{
	int fd = new_file();
	volatile unsigned char *p;

	OK(ftruncate(fd, 2 * PAGE));
	p = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	IN_CHILD p[PAGE] = 7;
	EQ(p[PAGE], 7);
	p[0] = 9;
	IN_CHILD EQ(p[0], 9);
}

TEST("FILE-mmap two processes map one file at two addresses")
{
	int fd = new_file();
	volatile unsigned char *p;

	OK(ftruncate(fd, PAGE));
	p = map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	IN_CHILD
	{
		volatile unsigned char *q =
		    map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);

		TRUE(q != p);
		q[10] = 'q';
		EQ(p[10], 'q');
	}
	EQ(p[10], 'q');
}

TEST("FILE-mmap a private mapping is copied when it is written")
{
	int fd = new_file();
	unsigned char *p, *q, c;

	fill(fd, 0, 2 * PAGE, 0);
	p = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	q = map(fd, 2 * PAGE, PROT_READ, MAP_PRIVATE);
	EQ(p[PAGE], PAGE % 251);
	p[PAGE] = 200;
	EQ(q[PAGE], PAGE % 251);
	EQ(SYS(NR_pread64, fd, P(&c), 1, PAGE, 0), 1);
	EQ(c, PAGE % 251);
	EQ(SYS(NR_pwrite64, fd, P("Z"), 1, PAGE, 0), 1);
	EQ(p[PAGE], 200);
}

TEST("FILE-mmap a file lives as long as it is mapped")
{
	int fd = new_file();
	unsigned char *p;

	fill(fd, 0, 3 * PAGE, 0);
	p = map(fd, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	OK(close(fd));
	for (unsigned n = 0; n < 3 * PAGE; n++)
		EQ(p[n], n % 251);
	p[5] = 1;
	IN_CHILD EQ(p[5], 1);
}

TEST("FILE-mmap a file that is mapped shares its st_ino with no other")
{
	int fd = OK(shm_open("/bytes", O_RDWR | O_CREAT | O_EXCL, 0600));
	struct stat mapped, made;

	OK(ftruncate(fd, PAGE));
	OK(fstat(fd, &mapped));
	map(fd, PAGE, PROT_READ, MAP_SHARED);
	OK(close(fd));
	OK(shm_unlink("/bytes"));
	for (int i = 0; i < 5; i++) {
		fd = OK(shm_open("/bytes", O_RDWR | O_CREAT | O_EXCL, 0600));
		OK(fstat(fd, &made));
		EQ(made.st_dev, mapped.st_dev);
		TRUE(made.st_ino != mapped.st_ino);
		OK(close(fd));
		OK(shm_unlink("/bytes"));
	}
}

TEST("FILE-mmap behind the end: zeroes in the last page, then SIGBUS")
{
	int fd = new_file();
	unsigned char *p, *q;

	fill(fd, 0, PAGE + 10, 0);
	p = map(fd, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	q = map(fd, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	EQ(p[PAGE + 9], (PAGE + 9) % 251);
	for (unsigned n = PAGE + 10; n < 2 * PAGE; n++)
		EQ(p[n], 0);
	DIES(SIGBUS) p[2 * PAGE] = 1;
	DIES(SIGBUS) q[2 * PAGE] = 1;
	DIES(SIGBUS) EQ(p[3 * PAGE], 0);
	OK(ftruncate(fd, 3 * PAGE));
	EQ(p[2 * PAGE], 0);
	p[2 * PAGE] = 5;
	DIES(SIGBUS) p[3 * PAGE] = 1;
}

TEST("FILE-mmap what is cut off is SIGBUS, and new when it comes back")
{
	int fd = new_file();
	volatile unsigned char *p;

	fill(fd, 0, 3 * PAGE, 0);
	p = map(fd, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	p[2 * PAGE] = 1;
	OK(ftruncate(fd, PAGE));
	DIES(SIGBUS) p[2 * PAGE] = 2;
	EQ(p[PAGE - 1], (PAGE - 1) % 251);
	OK(ftruncate(fd, 3 * PAGE));
	EQ(p[2 * PAGE], 0);
	OK(ftruncate(fd, 0));
	DIES(SIGBUS) EQ(p[0], 0);
	fill(fd, 0, 10, 0);
	EQ(p[9], 9);
}

TEST("FILE-mmap an empty file can be mapped, and is SIGBUS to touch")
{
	int fd = new_file();
	volatile unsigned char *p =
	    map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);

	DIES(SIGBUS) p[0] = 1;
	fill(fd, 0, 5, 1);
	EQ(p[4], 5);
}

TEST("FILE-mmap bytes behind the end do not become the file's")
{
	int fd = new_file();
	unsigned char *p;

	need_tessera();
	fill(fd, 0, 10, 0);
	p = map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	memset(p + 10, 0xEE, PAGE - 10);
	fill(fd, 100, 1, 0);
	check_zero(fd, 10, 90);
	memset(p + 101, 0xEE, PAGE - 101);
	OK(ftruncate(fd, 2 * PAGE));
	check_zero(fd, 101, 2 * PAGE - 101);
}

TEST("FILE-mmap a part of a file, by pages")
{
	int fd = new_file();
	unsigned char *p;

	fill(fd, 0, 5 * PAGE, 0);
	p = ADDRESS(SYS(NR_mmap2, 0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 2));
	for (unsigned n = 0; n < 2 * PAGE; n++)
		EQ(p[n], (2 * PAGE + n) % 251);
	p = ADDRESS(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 1000));
	DIES(SIGBUS) EQ(p[0], 0);
}

TEST("FILE-mmap many files share slots, and each has its own bytes")
{
	int fds[40];
	unsigned char *p[40];

	for (int i = 0; i < 40; i++) {
		fds[i] = new_file();
		fill(fds[i], 0, PAGE + i, i);
		p[i] =
		    map(fds[i], PAGE + i, PROT_READ | PROT_WRITE, MAP_SHARED);
	}
	for (int i = 0; i < 40; i++)
		for (unsigned n = 0; n < PAGE + i; n++)
			EQ(p[i][n], (n + i) % 251);
}

TEST("FILE-mmap 9 MiB are linked by whole slots, and shared")
{
	int fd = new_file();
	volatile unsigned char *p;

	OK(ftruncate(fd, 9 << 20));
	p = map(fd, 9 << 20, PROT_READ | PROT_WRITE, MAP_SHARED);
	for (int i = 0; i < 9; i++)
		p[i << 20] = i + 1;
	IN_CHILD for (int i = 0; i < 9; i++) EQ(p[i << 20], i + 1);
	OK(ftruncate(fd, 5 << 20));
	DIES(SIGBUS) p[5 << 20] = 1;
	p[(5 << 20) - 1] = 9;
	OK(ftruncate(fd, 9 << 20));
	EQ(p[8 << 20], 0);
	check_zero(fd, 8 << 20, 65536);
}

TEST("FILE-msync only wants a range that is mapped")
{
	int fd = new_file();
	unsigned char *p;

	fill(fd, 0, 2 * PAGE, 0);
	p = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	OK(SYS(NR_msync, P(p), 2 * PAGE, MS_SYNC));
	OK(SYS(NR_msync, P(p), PAGE + 1, MS_ASYNC | MS_INVALIDATE));
	OK(SYS(NR_msync, P(p), 0, 0));
	ERR(SYS(NR_msync, P(p), PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	ERR(SYS(NR_msync, P(p), PAGE, 8), EINVAL);
	ERR(SYS(NR_msync, P(p) + 1, PAGE, MS_SYNC), EINVAL);
	ERR(SYS(NR_msync, P(hole(PAGE)), PAGE, MS_SYNC), ENOMEM);
	ERR(SYS(NR_msync, P(p), 0xFFFFF000, MS_SYNC), ENOMEM);
}

TEST("FILE-mmap a private page of one's own stays when the file is cut")
{
	int fd = new_file();
	unsigned char *p;

	need_tessera();
	fill(fd, 0, 2 * PAGE, 0);
	p = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	p[PAGE] = 77;
	OK(ftruncate(fd, 0));
	EQ(p[PAGE], 77);
	DIES(SIGBUS) p[0] = 1;
}

TEST("FILE-mmap a private page of a file cannot be forgotten")
{
	int fd = new_file();
	unsigned char *p;

	fill(fd, 0, PAGE, 0);
	p = map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	p[9] = 77;
	EQ(SYS(SYS_madvise, P(p), PAGE, MADV_DONTNEED), HERE(0, -EINVAL));
	EQ(p[9], HERE(9, 77));
}

TEST("FILE-mmap a store through a shared mapping is no time of change")
{
	static const struct timespec old[2] = {{1000, 0}, {1000, 0}};
	int fd = new_file();
	struct stat st;

	fill(fd, 0, PAGE, 0);
	OK(futimens(fd, old));
	map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED)[9] = 77;
	OK(fstat(fd, &st));
	EQ(st.st_mtime == 1000, HERE(0, 1));
}

/* ---- with a name -------------------------------------------------------- */

#define NAME  "/tmp/bytes"
#define NAME2 "/tmp/bytes.2"

static int named(const char *name, int flags)
{
	return OK(SYS(NR_open, P(name), flags, 0755));
}

TEST("FILE-open for reading cannot be written or cut, for writing not read")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_WRONLY), to_read;
	char c;

	EQ(SYS(NR_write, fd, P("abc"), 3), 3);
	ERR(SYS(NR_read, fd, P(&c), 1), EBADF);
	ERR(SYS(NR_pread64, fd, P(&c), 1, 0, 0), EBADF);
	to_read = named(NAME, O_RDONLY);
	ERR(SYS(NR_write, to_read, P("x"), 1), EBADF);
	ERR(SYS(NR_pwrite64, to_read, P("x"), 1, 0, 0), EBADF);
	ERR(SYS(NR_ftruncate, to_read, 0), EINVAL);
	ERR(SYS(NR_fallocate, to_read, 0, 0, 0, 9, 0), EBADF);
	EQ(SYS(NR_read, to_read, P(&c), 1), 1);
	EQ(c, 'a');
	OK(unlink(NAME));
}

TEST("FILE-open O_TRUNC empties a file, also under a mapping")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR);
	volatile unsigned char *p;

	fill(fd, 0, 5000, 0);
	p = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	EQ(p[4999], 4999 % 251);
	OK(close(named(NAME, O_WRONLY | O_TRUNC)));
	EQ(size_of_file(fd), 0);
	DIES(SIGBUS) p[0] = 1;
	fill(fd, 0, 10, 4);
	EQ(p[9], 13);
	EQ(p[10], 0);
	OK(unlink(NAME));
}

#define LONG  0x1000000 /* bytes of a file */
#define VIEWS 90        /* of it in each process, at odd places */

static volatile unsigned char *view(int n)
{
	return (unsigned char *)0x50001000 + n * (size_t)(LONG + PAGE);
}

/* Looks at a file that begins with a 7, and at what others make of it. */
static void watch_cuts(void)
{
	for (int i = 0; i < VIEWS; i++) {
		EQ(view(i)[0], 7);
		EQ(view(i)[PAGE], 0);
		EQ(view(i)[LONG - 1], 0);
	}
	__sync_fetch_and_add(&shared->value[0], 1);
	await(1);
	EQ(view(VIEWS / 2)[0], 7);
	DIES(SIGBUS) EQ(view(0)[LONG - 1], 0);
	DIES(SIGBUS) EQ(view(VIEWS - 1)[PAGE], 0);
	__sync_fetch_and_add(&shared->value[0], 1);
	await(2);
	DIES(SIGBUS) EQ(view(0)[0], 0);
	DIES(SIGBUS) EQ(view(VIEWS - 1)[0], 0);
}

static void await_watchers(int sum)
{
	while (shared->value[0] < sum)
		sleep_ms(1);
}

TEST("FILE-cut what a file loses is lost to all who show it, however often")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR);
	pid_t watchers[3];

	OK(ftruncate(fd, LONG));
	EQ(SYS(NR_pwrite64, fd, P("\7"), 1, 0, 0), 1);
	for (int i = 0; i < VIEWS; i++)
		EQ(SYS(NR_mmap2, P(view(i)), LONG, PROT_READ,
		       MAP_SHARED | MAP_FIXED, fd, 0),
		   P(view(i)));
	for (int i = 0; i < 3; i++)
		BACKGROUND(watchers[i]) watch_cuts();
	await_watchers(3);
	OK(ftruncate(fd, PAGE));
	EQ(size_of_file(fd), PAGE);
	reach(1);
	await_watchers(6);
	OK(ftruncate(fd, LONG));
	EQ(view(1)[LONG - 1], 0);
	fd = named(NAME, O_WRONLY | O_TRUNC);
	EQ(size_of_file(fd), 0);
	reach(2);
	for (int i = 0; i < 3; i++)
		EXITS(watchers[i], 0);
	EQ(SYS(NR_write, fd, P("abc"), 3), 3);
	EQ(view(VIEWS - 1)[2], 'c');
	OK(unlink(NAME));
}

TEST("FILE-truncate by a path needs the right to write")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR);

	fill(fd, 0, 100, 0);
	OK(SYS(NR_truncate64, P(NAME), 50, 0));
	EQ(size_of_file(fd), 50);
	AS(NOBODY, NOBODY)
	ERR(SYS(NR_truncate64, P(NAME), 0, 0), EACCES);
	OK(chmod(NAME, 0666));
	AS(NOBODY, NOBODY)
	OK(SYS(NR_truncate64, P(NAME), 10, 0));
	EQ(size_of_file(fd), 10);
	OK(unlink(NAME));
}

TEST("FILE-write by another user takes the s-bits away")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR);
	struct stat st;

	OK(fchmod(fd, 06777));
	fill(fd, 0, 10, 0);
	OK(fstat(fd, &st));
	EQ(st.st_mode & 07777, 06777);
	AS(NOBODY, NOBODY)
	EQ(SYS(NR_pwrite64, fd, P("x"), 1, 0, 0), 1);
	OK(fstat(fd, &st));
	EQ(st.st_mode & 07777, 0777);
	OK(unlink(NAME));
}

TEST("FILE-mmap cannot do more than the file was opened for")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR), to_read, to_write;
	unsigned char *p;

	fill(fd, 0, PAGE, 0);
	to_read = named(NAME, O_RDONLY);
	to_write = named(NAME, O_WRONLY);
	ERR(SYS(NR_mmap2, 0, PAGE, 3, MAP_SHARED, to_read, 0), EACCES);
	ERR(SYS(NR_mmap2, 0, PAGE, 3, MAP_SHARED_VALIDATE, to_read, 0), EACCES);
	ERR(SYS(NR_mmap2, 0, PAGE, 1, MAP_SHARED, to_write, 0), EACCES);
	ERR(SYS(NR_mmap2, 0, PAGE, 2, MAP_SHARED, to_write, 0), EACCES);
	ERR(SYS(NR_mmap2, 0, PAGE, 1, MAP_PRIVATE, to_write, 0), EACCES);
	p = map(to_read, PAGE, PROT_READ, MAP_SHARED);
	ERR(SYS(NR_mprotect, P(p), PAGE, PROT_READ | PROT_WRITE), EACCES);
	FAULTS_ON_STORE(p);
	p = map(fd, PAGE, PROT_READ, MAP_SHARED);
	OK(SYS(NR_mprotect, P(p), PAGE, PROT_READ | PROT_WRITE));
	p[0] = 9;
	p = map(to_read, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	EQ(p[0], 9);
	p[0] = 10;
	check_filled(fd, 1, 100, 0);
	OK(unlink(NAME));
}

TEST("FILE-unlink a file lives while it is open, and while it is mapped")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR);
	struct stat st;
	unsigned char *p;

	fill(fd, 0, 3 * PAGE, 0);
	OK(unlink(NAME));
	ERR(SYS(NR_open, P(NAME), O_RDONLY, 0), ENOENT);
	OK(fstat(fd, &st));
	EQ(st.st_nlink, 0);
	check_filled(fd, 0, 3 * PAGE, 0);
	fill(fd, 3 * PAGE, 100, 0);
	p = map(fd, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	OK(close(fd));
	EQ(p[3 * PAGE - 1], (3 * PAGE - 1) % 251);
	p[0] = 1;
}

TEST("FILE-link two names and two opens are one file")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR), other;

	OK(link(NAME, NAME2));
	other = named(NAME2, O_RDWR);
	fill(fd, 0, 100, 0);
	check_filled(other, 0, 100, 0);
	fill(other, 100, 5000, 0);
	check_filled(fd, 0, 5100, 0);
	OK(unlink(NAME));
	check_filled(named(NAME2, O_RDONLY), 0, 5100, 0);
	OK(unlink(NAME2));
}

/* Copies the program that runs to `to`. */
static void copy_myself(const char *to)
{
	static char bytes[65536];
	int from = OK(open("/proc/self/exe", O_RDONLY)), n;
	int fd = named(to, O_CREAT | O_EXCL | O_WRONLY);

	while ((n = OK(read(from, bytes, sizeof bytes))) > 0)
		EQ(write(fd, bytes, n), n);
	OK(close(fd));
	OK(close(from));
}

/* What is printed from now on goes nowhere. */
static void quiet(void)
{
	OK(dup2(OK(open("/dev/null", O_WRONLY)), 1));
}

TEST("FILE-exec a program that was written runs, and its copies are equal")
{
	copy_myself(NAME);
	IN_CHILD
	{
		char *words[] = {(char *)NAME, (char *)"nothing", NULL};

		quiet();
		OK(SYS(NR_execve, P(NAME), P(words), P(words + 2)));
	}
	OK(unlink(NAME));
}

TEST("FILE-exec a script that was written names its interpreter")
{
	static const char line[] = "#!" NAME " nothing\n";
	int fd;

	copy_myself(NAME);
	fd = named(NAME2, O_CREAT | O_EXCL | O_WRONLY);
	EQ(write(fd, line, sizeof line - 1), (int)sizeof line - 1);
	OK(close(fd));
	IN_CHILD
	{
		char *words[] = {(char *)"x", NULL};

		quiet();
		OK(SYS(NR_execve, P(NAME2), P(words), P(words + 1)));
	}
	OK(unlink(NAME));
	OK(unlink(NAME2));
}

TEST("FILE-exec what is empty, short or no program is ENOEXEC")
{
	char *words[] = {(char *)"x", NULL};
	int fd = named(NAME, O_CREAT | O_EXCL | O_WRONLY);

	EQ(SYS(NR_execve, P(NAME), P(words), P(words + 1)),
	   HERE(-ETXTBSY, -ENOEXEC));
	OK(close(fd));
	ERR(SYS(NR_execve, P(NAME), P(words), P(words + 1)), ENOEXEC);
	fd = named(NAME, O_WRONLY);
	fill(fd, 0, 9000, 0);
	OK(close(fd));
	ERR(SYS(NR_execve, P(NAME), P(words), P(words + 1)), ENOEXEC);
	OK(chmod(NAME, 0644));
	ERR(SYS(NR_execve, P(NAME), P(words), P(words + 1)), EACCES);
	OK(unlink(NAME));
}

TEST("FILE-ftok a file keeps its key, whatever happens to its bytes")
{
	int fd = named(NAME, O_CREAT | O_EXCL | O_RDWR);
	key_t key = ftok(NAME, 'x');

	TRUE(key != -1);
	fill(fd, 0, 100000, 0);
	EQ(ftok(NAME, 'x'), key);
	OK(ftruncate(fd, 0));
	OK(rename(NAME, NAME2));
	EQ(ftok(NAME2, 'x'), key);
	TRUE(ftok(NAME2, 'y') != key);
	OK(unlink(NAME2));
}

TEST("FILE-lock of records: EINVAL, and a program must not believe it")
{
	struct flock lock = {.l_type = F_WRLCK};
	int fd = new_file();

	EQ(SYS(NR_fcntl64, fd, F_SETLK, P(&lock)), HERE(0, -EINVAL));
	EQ(SYS(NR_fcntl64, fd, 13, P(&lock)), HERE(0, -EINVAL));
}

/* ---- shared memory and semaphores of POSIX ------------------------------ */

TEST("FILE-shm shm_open makes a file in /dev/shm, which is shared memory")
{
	int fd = OK(shm_open("/bytes", O_CREAT | O_EXCL | O_RDWR, 0600));
	struct stat st;
	volatile unsigned char *p;

	ERR(shm_open("/bytes", O_CREAT | O_EXCL | O_RDWR, 0600) < 0 ? -errno
	                                                            : 0,
	    EEXIST);
	OK(fstat(fd, &st));
	EQ(st.st_size, 0);
	EQ(st.st_mode & 0777, 0600);
	OK(ftruncate(fd, 10 * PAGE));
	p = map(fd, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	IN_CHILD
	{
		int mine = OK(shm_open("/bytes", O_RDWR, 0));
		volatile unsigned char *q =
		    map(mine, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);

		q[9 * PAGE] = 9;
	}
	EQ(p[9 * PAGE], 9);
	OK(shm_unlink("/bytes"));
	p[0] = 1;
	ERR(shm_open("/bytes", O_RDWR, 0) < 0 ? -errno : 0, ENOENT);
}

TEST("FILE-sem sem_open: a post in one process wakes a wait in another")
{
	sem_t *sem = sem_open("/bytes", O_CREAT | O_EXCL, 0600, 1);
	int pid, value;

	TRUE(sem != SEM_FAILED);
	OK(sem_wait(sem));
	EQ(sem_trywait(sem), -1);
	EQ(errno, EAGAIN);
	BACKGROUND(pid)
	{
		sem_t *mine = sem_open("/bytes", 0);

		TRUE(mine != SEM_FAILED);
		reach(1);
		OK(sem_wait(mine));
		OK(sem_close(mine));
	}
	await(1);
	await_asleep(pid);
	OK(sem_post(sem));
	EXITS(pid, 0);
	OK(sem_getvalue(sem, &value));
	EQ(value, 0);
	OK(sem_close(sem));
	OK(sem_unlink("/bytes"));
	TRUE(sem_open("/bytes", 0) == SEM_FAILED);
	EQ(errno, ENOENT);
}

TEST("FILE-sem sem_open: a name that is made again is another semaphore")
{
	sem_t *old = sem_open("/bytes", O_CREAT | O_EXCL, 0600, 1), *new;
	int value;

	TRUE(old != SEM_FAILED);
	OK(sem_unlink("/bytes"));
	new = sem_open("/bytes", O_CREAT | O_EXCL, 0600, 3);
	TRUE(new != SEM_FAILED &&new != old);
	OK(sem_getvalue(old, &value));
	EQ(value, 1);
	OK(sem_getvalue(new, &value));
	EQ(value, 3);
	OK(sem_close(old));
	OK(sem_close(new));
	OK(sem_unlink("/bytes"));
}

TEST("FILE-sem 3 processes take turns 300 times each, and none is lost")
{
	sem_t *sem = sem_open("/bytes", O_CREAT | O_EXCL, 0600, 1);
	int pids[3];

	TRUE(sem != SEM_FAILED);
	shared->value[0] = 0;
	for (int k = 0; k < 3; k++) {
		BACKGROUND(pids[k])
		for (int i = 0; i < 300; i++) {
			long now;

			OK(sem_wait(sem));
			now = shared->value[0];
			if (i % 50 == k)
				sched_yield();
			shared->value[0] = now + 1;
			OK(sem_post(sem));
		}
	}
	for (int k = 0; k < 3; k++)
		EXITS(pids[k], 0);
	EQ(shared->value[0], 900);
	OK(sem_close(sem));
	OK(sem_unlink("/bytes"));
}

/* ---- no name ------------------------------------------------------------ */

TEST("FILE-memfd is a file for reading and writing, without a name")
{
	struct stat st;
	int fd = new_file();

	OK(fstat(fd, &st));
	TRUE(S_ISREG(st.st_mode));
	EQ(st.st_mode & 07777, 0777);
	EQ(st.st_nlink, 0);
	EQ(st.st_uid, geteuid());
	EQ(SYS(NR_fcntl64, fd, F_GETFL, 0) & (O_ACCMODE | O_APPEND), O_RDWR);
	EQ(SYS(NR_fcntl64, fd, F_GETFD, 0), 0);
	fd = OK(SYS(NR_memfd_create, P("x"), 1));
	EQ(SYS(NR_fcntl64, fd, F_GETFD, 0), FD_CLOEXEC);
}

TEST("FILE-memfd a name has 249 bytes, and unknown flags are EINVAL")
{
	static char name[260];

	memset(name, 'n', 249);
	OK(SYS(NR_memfd_create, P(name), 0));
	OK(SYS(NR_memfd_create, P(""), 0));
	name[249] = 'n';
	ERR(SYS(NR_memfd_create, P(name), 0), EINVAL);
	ERR(SYS(NR_memfd_create, P("x"), 0x100), EINVAL);
	ERR(SYS(NR_memfd_create, 0, 0), EFAULT);
	ERR(SYS(NR_memfd_create, P(hole(PAGE)), 0), EFAULT);
}

/* ---- seals -------------------------------------------------------------- */

enum { ADD_SEALS = 1033, GET_SEALS };
enum { SEAL = 1, SHRINK = 2, GROW = 4, WRITE = 8, FUTURE = 16 };

/* A file of two pages that can be sealed. */
static int sealable(void)
{
	int fd = OK(SYS(NR_memfd_create, P("sealed"), 2));

	fill(fd, 0, 2 * PAGE, 0);
	return fd;
}

static long add_seals(int fd, int seals)
{
	return SYS(NR_fcntl64, fd, ADD_SEALS, seals);
}

static long map_page(int fd, int prot, int flags)
{
	return SYS(NR_mmap2, 0, PAGE, prot, flags, fd, 0);
}

TEST("FILE-seal seals are added, until F_SEAL_SEAL")
{
	int fd = sealable(), plain = new_file(), twin;
	char path[32];

	EQ(SYS(NR_fcntl64, fd, GET_SEALS), 0);
	OK(add_seals(fd, SHRINK));
	OK(add_seals(fd, SHRINK | GROW));
	EQ(SYS(NR_fcntl64, fd, GET_SEALS), SHRINK | GROW);
	ERR(add_seals(fd, 0x40), EINVAL);
	ERR(add_seals(fd, -1), EINVAL);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	twin = OK(open(path, O_RDONLY));
	EQ(SYS(NR_fcntl64, twin, GET_SEALS), SHRINK | GROW);
	ERR(add_seals(twin, WRITE), EPERM);
	OK(add_seals(fd, SEAL));
	ERR(add_seals(fd, WRITE), EPERM);
	ERR(add_seals(fd, 0), EPERM);
	EQ(SYS(NR_fcntl64, fd, GET_SEALS), SEAL | SHRINK | GROW);
	EQ(SYS(NR_fcntl64, plain, GET_SEALS), SEAL);
	ERR(add_seals(plain, WRITE), EPERM);
}

TEST("FILE-seal other kinds have none")
{
	int ends[2], others[4];

	OK(pipe(ends));
	others[0] = ends[0];
	others[1] = ends[1];
	others[2] = OK(open("/dev/null", O_RDWR));
	others[3] = OK(open("/proc/version", O_RDONLY));
	for (unsigned i = 0; i < ALL(others); i++)
		ERR(SYS(NR_fcntl64, others[i], GET_SEALS), EINVAL);
	ERR(add_seals(ends[0], WRITE), EPERM);
	ERR(add_seals(ends[1], WRITE), EINVAL);
	ERR(add_seals(others[2], WRITE), EINVAL);
	ERR(add_seals(others[3], WRITE), EPERM);
	ERR(add_seals(99, WRITE), EBADF);
	ERR(SYS(NR_fcntl64, 99, GET_SEALS), EBADF);
}

TEST("FILE-seal F_SEAL_SHRINK and F_SEAL_GROW keep the size")
{
	int fd = sealable();
	char path[32];

	OK(add_seals(fd, SHRINK));
	ERR(SYS(NR_ftruncate, fd, PAGE), EPERM);
	ERR(SYS(NR_ftruncate64, fd, 0, 0), EPERM);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ERR(SYS(NR_open, P(path), O_RDWR | O_TRUNC), EPERM);
	OK(SYS(NR_ftruncate, fd, 2 * PAGE));
	OK(SYS(NR_ftruncate, fd, 2 * PAGE + 100));
	OK(add_seals(fd, GROW));
	ERR(SYS(NR_ftruncate, fd, 3 * PAGE), EPERM);
	ERR(SYS(NR_fallocate, fd, 0, 0, 0, 4 * PAGE, 0), EPERM);
	OK(SYS(NR_fallocate, fd, 0, 0, 0, PAGE, 0));
	EQ(SYS(NR_pwrite64, fd, P(LETTERS), 26, 2 * PAGE + 74, 0), 26);
	ERR(SYS(NR_pwrite64, fd, P(LETTERS), 26, 2 * PAGE + 75, 0), EPERM);
	EQ(SYS(NR_pwrite64, fd, P(LETTERS), 26, 2 * PAGE - 20, 0), 26);
	ERR(SYS(NR_pwrite64, fd, P(LETTERS), 26, 5 * PAGE, 0), EPERM);
	EQ(size_of_file(fd), 2 * PAGE + 100);
}

TEST("FILE-seal F_SEAL_GROW lets the pages before the last one be written")
{
	int fd = sealable(), end = OK(dup(fd));
	static char bytes[PAGE + 100];

	OK(SYS(NR_ftruncate, fd, 2 * PAGE + 50));
	OK(add_seals(fd, GROW));
	EQ(SYS(NR_pwrite64, end, P(bytes), sizeof bytes, PAGE, 0), PAGE);
	ERR(SYS(NR_pwrite64, end, P(bytes), sizeof bytes, 2 * PAGE, 0), EPERM);
}

TEST("FILE-seal F_SEAL_WRITE: nobody writes, and none maps it to write")
{
	int fd = sealable(), reads;
	char path[32], *p;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	reads = OK(open(path, O_RDONLY));
	OK(add_seals(fd, WRITE));
	ERR(SYS(NR_write, fd, P("x"), 1), EPERM);
	ERR(SYS(NR_pwrite64, fd, P("x"), 1, 0, 0), EPERM);
	ERR(SYS(NR_fallocate, fd, 3, 0, 0, PAGE, 0), EPERM);
	ERR(map_page(fd, PROT_READ | PROT_WRITE, MAP_SHARED), EPERM);
	ERR(map_page(reads, PROT_WRITE, MAP_SHARED), EACCES);
	for (int i = 0; i < 2; i++) {
		p = ADDRESS(map_page(i ? fd : reads, PROT_READ, MAP_SHARED));
		EQ(p[5], 5);
		ERR(SYS(NR_mprotect, P(p), PAGE, PROT_READ | PROT_WRITE),
		    EACCES);
	}
	p = ADDRESS(map_page(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE));
	p[5] = 6;
	check_filled(fd, 0, 2 * PAGE, 0);
	OK(SYS(NR_ftruncate, fd, PAGE));
	OK(SYS(NR_ftruncate, fd, 3 * PAGE));
}

TEST("FILE-seal F_SEAL_WRITE waits for no mapping: EBUSY")
{
	int fd = sealable();
	char *p = ADDRESS(map_page(fd, PROT_READ | PROT_WRITE, MAP_SHARED));
	pid_t pid;

	ERR(add_seals(fd, WRITE), EBUSY);
	ERR(add_seals(fd, WRITE | SHRINK), EBUSY);
	EQ(SYS(NR_fcntl64, fd, GET_SEALS), 0);
	OK(add_seals(fd, GROW));
	BACKGROUND(pid)
	{
		await(2);
	}
	OK(munmap(p, PAGE));
	ERR(add_seals(fd, WRITE), EBUSY); /* the child has it still */
	reach(2);
	EXITS(pid, 0);
	p = ADDRESS(map_page(fd, PROT_READ, MAP_SHARED));
	ERR(add_seals(fd, WRITE), EBUSY); /* mprotect could make it so */
	OK(munmap(p, PAGE));
	p = ADDRESS(map_page(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE));
	OK(add_seals(fd, WRITE));
}

TEST("FILE-seal F_SEAL_FUTURE_WRITE keeps the mappings that there are")
{
	int fd = sealable();
	char *p = ADDRESS(map_page(fd, PROT_READ | PROT_WRITE, MAP_SHARED)), *q;

	OK(add_seals(fd, FUTURE));
	p[5] = 77;
	ERR(SYS(NR_pwrite64, fd, P("x"), 1, 0, 0), EPERM);
	ERR(map_page(fd, PROT_READ | PROT_WRITE, MAP_SHARED), EPERM);
	q = ADDRESS(map_page(fd, PROT_READ, MAP_SHARED));
	EQ(q[5], 77);
	ERR(SYS(NR_mprotect, P(q), PAGE, PROT_READ | PROT_WRITE), EACCES);
	ERR(SYS(NR_fallocate, fd, 3, 0, 0, PAGE, 0), EPERM);
}

TEST("FILE-seal sendfile, splice and copy_file_range ask as well")
{
	int from = sealable(), fd = sealable(), ends[2];

	OK(pipe(ends));
	EQ(write(ends[1], "hello", 5), 5);
	EQ(lseek(from, 0, SEEK_SET), 0);
	OK(add_seals(fd, WRITE));
	ERR(SYS(NR_sendfile, fd, from, 0, 10), EPERM);
	ERR(SYS(NR_copy_file_range, from, 0, fd, 0, 10, 0), EPERM);
	ERR(SYS(NR_splice, ends[0], 0, fd, 0, 10, 0), EPERM);
	check_filled(fd, 0, 2 * PAGE, 0);
}

/* ---- what is free ------------------------------------------------------- */

TEST("FILE-fsync is for files and directories")
{
	int fd = new_file(), null = OK(open("/dev/null", O_RDWR));

	OK(SYS(NR_fsync, fd));
	OK(SYS(NR_fdatasync, fd));
	OK(SYS(NR_syncfs, fd));
	EQ(SYS(NR_sync), 0);
	OK(SYS(NR_fsync, OK(open("/", O_RDONLY))));
	ERR(SYS(NR_fsync, null), EINVAL);
	ERR(SYS(NR_fdatasync, null), EINVAL);
	ERR(SYS(NR_fsync, 99), EBADF);
}

TEST("FILE-fadvise is heard, of a file and of a device")
{
	int fd = new_file();

	OK(SYS(NR_fadvise64, fd, 0, 0, 0, 2));
	OK(SYS(NR_fadvise64_64, fd, 0, 0, 4096, 0, 4));
	ERR(SYS(NR_fadvise64_64, fd, 0, 0, 4096, 0, 6), EINVAL);
	ERR(SYS(NR_fadvise64, 99, 0, 0, 0, 0), EBADF);
}

TEST("FILE-statfs the pages of a file are not free any more")
{
	int fd = new_file();
	struct statfs before, after;

	OK(fstatfs(fd, &before));
	EQ(before.f_type, 0x01021994);
	EQ(before.f_bsize, 4096);
	EQ(before.f_namelen, 255);
	need_tessera();
	OK(ftruncate(fd, 100 * PAGE));
	OK(fstatfs(fd, &after));
	TRUE(before.f_bfree - after.f_bfree >= 100);
	TRUE(before.f_bfree - after.f_bfree <= 103);
	TRUE(after.f_bfree > after.f_bavail);
	TRUE(after.f_blocks > after.f_bfree);
	OK(ftruncate(fd, 0));
	OK(fstatfs(fd, &after));
	TRUE(before.f_bfree - after.f_bfree <= 3);
}

TEST("FILE-statfs of a path, of a descriptor, and of no size")
{
	static char buffer[84];

	OK(SYS(NR_statfs64, P("/dev/null"), 84, P(buffer)));
	OK(SYS(NR_fstatfs64, OK(open("/", O_RDONLY)), 84, P(buffer)));
	ERR(SYS(NR_statfs64, P("/"), 83, P(buffer)), EINVAL);
	ERR(SYS(NR_statfs64, P("/no"), 84, P(buffer)), ENOENT);
	ERR(SYS(NR_statfs64, P("/"), 84, 0), EFAULT);
	ERR(SYS(NR_fstatfs64, 99, 84, P(buffer)), EBADF);
	OK(SYS(NR_statfs64, P("/proc"), 84, P(buffer)));
	EQ(*(unsigned *)buffer, 0x9FA0);
}

TEST("FILE-blocks count the memory that a file takes")
{
	struct stat st;
	int fd = new_file();

	OK(fstat(fd, &st));
	EQ(st.st_blocks, 0);
	fill(fd, 0, 3 * PAGE, 0);
	OK(fstat(fd, &st));
	EQ(st.st_blocks, 24);
	OK(ftruncate(fd, PAGE));
	OK(fstat(fd, &st));
	EQ(st.st_blocks, 8);
	OK(ftruncate(fd, 10 * PAGE));
	OK(fstat(fd, &st));
	EQ(st.st_blocks, 8);
}

TEST("FILE-blocks of the hundredth file are as many as of the first")
{
	struct stat st;

	for (int i = 0; i < 100; i++) {
		int fd = new_file();

		fill(fd, 0, 3 * PAGE, 0);
		OK(fstat(fd, &st));
		EQ(st.st_blocks, 24);
	}
}

/* ---- a full memory ------------------------------------------------------ */

/* Writes until there is no memory.  How many bytes there are then. */
static long write_all_memory(int fd)
{
	static unsigned char piece[100000];
	long done = 0, wrote;

	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = i % 251;
	while ((wrote = SYS(NR_write, fd, P(piece), sizeof piece)) > 0)
		done += wrote;
	EQ(wrote, -ENOSPC);
	return done;
}

TEST("FILE-full a write is short, then ENOSPC, and nothing is torn")
{
	long first = 0;

	need_tessera();
	for (int times = 0; times < 3; times++) {
		int fd = new_file(), other;
		long all = write_all_memory(fd);
		unsigned char c;

		EQ(size_of_file(fd), all);
		TRUE(all > 1 << 20);
		for (long at = 0; at < all; at += 99991) {
			EQ(SYS(NR_pread64, fd, P(&c), 1, at, 0), 1);
			EQ(c, at % 100000 % 251);
		}
		EQ(all % 4096, 0);
		ERR(SYS(NR_ftruncate, fd, all + 1), ENOSPC);
		ERR(SYS(NR_fallocate, fd, 0, all, 0, 1, 0), ENOSPC);
		ERR(SYS(NR_pwrite64, fd, P("x"), 1, all + 9000, 0), ENOSPC);
		EQ(SYS(NR_pwrite64, fd, P("xyz"), 3, all - 1, 0), 1);
		EQ(size_of_file(fd), all);
		other = SYS(NR_memfd_create, P("more"), 0);
		if (other >= 0) {
			long wrote = SYS(NR_write, other, P("x"), 1);

			TRUE(wrote == 1 || wrote == -ENOSPC);
			OK(close(other));
		}
		OK(close(fd));
		if (times == 0)
			first = all;
		TRUE(all >= first - 64 * 1024 && all <= first + 64 * 1024);
	}
}

TEST("FILE-full the last part of the memory is root's")
{
	int fd = new_file();
	long of_user = 0, pid;

	need_tessera();
	shared->stage = 0;
	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		shared->stage = write_all_memory(fd) / 4096;
	}
	EXITS(pid, 0);
	of_user = shared->stage;
	TRUE(of_user * 4096 == size_of_file(fd));
	EQ(SYS(NR_lseek, fd, 0, SEEK_END), of_user * 4096);
	TRUE(write_all_memory(fd) >= of_user * 4096 / 40);
}
