/*
 * tests/guest/files.c -- names, open files and rights: what a libc relies on.
 *
 * The tests look at three places.  The tree that tests/guest/make_tree makes is
 * at /tests/tree, and only root can write there.  The others are /dev, and
 * /proc as far as both systems have it.  Trees that change are in names.c.
 */
#include "test.h"
#include <dirent.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#define TREE    "/tests/tree/"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define BIG     70000
#define FILES   40 /* in TREE sub */

enum {
	NR_lseek = 19,
	NR_dup = 41,
	NR_dup2 = 63,
	NR_fchdir = 133,
	NR_fcntl64 = 221,
	NR_setxattr = 226,
	NR_getxattr = 229,
	NR_lgetxattr = 230,
	NR_fgetxattr = 231,
	NR_dup3 = 330,
	NR_close_range = 436,
};

struct entry {
	unsigned long long ino, next;
	unsigned short bytes;
	unsigned char type;
	char name[];
} __attribute__((packed));

static int opened(const char *path, int flags)
{
	return OK(SYS(NR_open, P(path), flags, 0));
}

/* The result of open: 0 or -errno. */
static long try_open(const char *path, int flags)
{
	long fd = SYS(NR_open, P(path), flags, 0);

	return fd < 0 ? fd : SYS(NR_close, fd);
}

/* ---- read, write, seek -------------------------------------------------- */

TEST("FILE-read pieces of any size join to the whole, then comes 0")
{
	static const int sizes[] = {17, 4096, 65536, 65537, 100000};
	static unsigned char bytes[100000];

	for (size_t i = 0; i < ALL(sizes); i++) {
		int fd = opened(TREE "big", O_RDONLY), at = 0, got;

		while ((got = OK(SYS(NR_read, fd, P(bytes), sizes[i]))) > 0)
			for (int k = 0; k < got; k++, at++)
				EQ(bytes[k], at % 251);
		EQ(at, BIG);
		EQ(SYS(NR_read, fd, P(bytes), 1), 0);
		OK(close(fd));
	}
}

TEST("FILE-read an empty file, and nothing of a full one, is 0")
{
	char c;

	EQ(SYS(NR_read, opened(TREE "empty", O_RDONLY), P(&c), 1), 0);
	EQ(SYS(NR_read, opened(TREE "plain", O_RDONLY), P(&c), 0), 0);
	ERR(SYS(NR_read, opened(TREE "sub", O_RDONLY), P(&c), 1), EISDIR);
	ERR(SYS(NR_read, 99, P(&c), 1), EBADF);
	ERR(SYS(NR_read, -1, P(&c), 1), EBADF);
}

TEST("FILE-readv fills its buffers in order")
{
	int fd = opened(TREE "plain", O_RDONLY);
	char a[5], b[30];
	struct iovec iov[3] = {{a, 5}, {NULL, 0}, {b, 30}};

	EQ(SYS(NR_readv, fd, P(iov), 3), 26);
	EQ(memcmp(a, LETTERS, 5), 0);
	EQ(memcmp(b, LETTERS + 5, 21), 0);
	EQ(SYS(NR_readv, fd, P(iov), 0), 0);
	ERR(SYS(NR_readv, fd, P(iov), -1), EINVAL);
	ERR(SYS(NR_readv, fd, P(iov), 1025), EINVAL);
	iov[0].iov_len = (size_t)-1;
	ERR(SYS(NR_readv, fd, P(iov), 3), EINVAL);
}

TEST("FILE-write to what was opened for reading is EBADF, of any kind")
{
	static const char *const names[] = {TREE "plain", TREE "sub",
	                                    "/dev/null", "/dev/zero",
	                                    "/proc/meminfo"};
	struct iovec iov = {"x", 1};

	for (size_t i = 0; i < ALL(names); i++) {
		int fd = opened(names[i], O_RDONLY);

		ERR(SYS(NR_write, fd, P("x"), 1), EBADF);
		ERR(SYS(NR_writev, fd, P(&iov), 1), EBADF);
		ERR(SYS(NR_write, fd, P("x"), 0), EBADF);
	}
	ERR(SYS(NR_write, 99, P("x"), 1), EBADF);
	ERR(SYS(NR_write, -1, P("x"), 1), EBADF);
}

TEST("FILE-null swallows all and has nothing")
{
	int fd = opened("/dev/null", O_RDWR);
	struct iovec iov[2] = {{"ab", 2}, {"cde", 3}};
	char bytes[10];

	EQ(SYS(NR_write, fd, P("0123456789"), 10), 10);
	EQ(SYS(NR_writev, fd, P(iov), 2), 5);
	EQ(SYS(NR_write, fd, P("x"), 0), 0);
	EQ(SYS(NR_read, fd, P(bytes), 10), 0);
	ERR(SYS(NR_read, opened("/dev/null", O_WRONLY), P(bytes), 10), EBADF);
}

TEST("FILE-zero gives zeroes, as many as asked, and swallows all")
{
	int fd = opened("/dev/zero", O_RDWR);
	char *bytes = memory(100000, PROT_READ | PROT_WRITE);

	memset(bytes, 1, 100000);
	EQ(SYS(NR_read, fd, P(bytes), 99999), 99999);
	for (int i = 0; i < 99999; i++)
		EQ(bytes[i], 0);
	EQ(bytes[99999], 1);
	EQ(SYS(NR_write, fd, P(bytes), 100000), 100000);
}

TEST("FILE-endless a full device has zeroes to read and no space to write")
{
	int fd = opened("/dev/full", O_RDWR);
	char bytes[100];

	memset(bytes, 1, 100);
	EQ(SYS(NR_read, fd, P(bytes), 100), 100);
	for (int i = 0; i < 100; i++)
		EQ(bytes[i], 0);
	ERR(SYS(NR_write, fd, P("x"), 1), ENOSPC);
	ERR(SYS(NR_write, fd, P("x"), 0), ENOSPC);
	EQ(SYS(NR_lseek, fd, 5, SEEK_END), 0);
}

TEST(
    "FILE-endless random devices give as many bytes as asked, others each time")
{
	static const char *const names[] = {"/dev/random", "/dev/urandom"};
	static unsigned char bytes[2][100000];

	for (size_t i = 0; i < ALL(names); i++) {
		int fd = opened(names[i], O_RDWR), seen[256] = {0};

		EQ(SYS(NR_read, fd, P(bytes[0]), 100000), 100000);
		EQ(SYS(NR_read, fd, P(bytes[1]), 100000), 100000);
		for (int at = 0; at < 100000; at += 100)
			TRUE(memcmp(bytes[0] + at, bytes[1] + at, 100) != 0);
		for (int at = 0; at < 100000; at++)
			seen[bytes[0][at]]++;
		for (int value = 0; value < 256; value++)
			TRUE(seen[value] > 200 && seen[value] < 600);
		EQ(SYS(NR_write, fd, P("x"), 1), 1);
	}
}

TEST("FILE-xattr there are no attributes beyond stat's, and ls -l is content")
{
	char value[10];
	int fd = opened(TREE "plain", O_RDONLY);

	ERR(SYS(NR_getxattr, P(TREE "plain"), P("user.a"), P(value), 10),
	    EOPNOTSUPP);
	ERR(SYS(NR_lgetxattr, P(TREE "plain"), P("user.a"), P(value), 10),
	    EOPNOTSUPP);
	ERR(SYS(NR_fgetxattr, fd, P("user.a"), P(value), 10), EOPNOTSUPP);
	ERR(SYS(NR_setxattr, P(TREE "plain"), P("user.a"), P("x"), 1, 0),
	    EOPNOTSUPP);
}

#define HUGE (3 << 20)

TEST("FILE-read of three megabytes is given whole, to each who asks")
{
	int fd = opened(TREE "huge", O_RDONLY);
	char *p = memory(HUGE, PROT_READ | PROT_WRITE);
	static struct iovec v[1024];
	pid_t pids[2];

	EQ(SYS(NR_read, fd, P(p), HUGE + 5), HUGE);
	for (int i = 0; i < HUGE; i++)
		if ((unsigned char)p[i] != i % 251)
			FAIL("byte %d is %d", i, p[i]);
	EQ(SYS(NR_read, fd, P(p), HUGE), 0);
	for (int i = 0; i < 1024; i++)
		v[i] = (struct iovec){p + i * (HUGE / 1024), HUGE / 1024};
	memset(p, 1, HUGE);
	EQ(readv(opened("/dev/zero", O_RDONLY), v, 1024), HUGE);
	for (int i = 0; i < HUGE; i += 511)
		EQ(p[i], 0);
	/*
	 * Two readers that share the file's position read different parts of
	 * the file, and each part is one piece.
	 */
	EQ(SYS(NR_lseek, fd, 0, SEEK_SET), 0);
	for (int k = 0; k < 2; k++)
		BACKGROUND(pids[k])
		{
			EQ(SYS(NR_read, fd, P(p), HUGE / 2), HUGE / 2);
			for (int i = 1; i < HUGE / 2; i++)
				if ((unsigned char)p[i] !=
				    ((unsigned char)p[i - 1] + 1) % 251)
					FAIL("byte %d is %d", i, p[i]);
		}
	for (int k = 0; k < 2; k++)
		EXITS(pids[k], 0);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), HUGE);
	/* The buffer ends in a hole.  What was moved before it counts. */
	EQ(SYS(NR_lseek, fd, 0, SEEK_SET), 0);
	OK(munmap(p + (HUGE - 2 * PAGE), 2 * PAGE));
	TRUE(OK(SYS(NR_read, fd, P(p), HUGE)) <= HUGE - 2 * (long)PAGE);
	TRUE(SYS(NR_lseek, fd, 0, SEEK_CUR) <= HUGE - 2 * (long)PAGE);
}

TEST("FILE-read of two gigabytes holds up nobody, and a kill ends it")
{
	static struct iovec v[1024];
	char *p = ADDRESS(mmap(0, 1 << 21, PROT_READ | PROT_WRITE,
	                       MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	pid_t pids[8];

	for (int i = 0; i < 1024; i++)
		v[i] = (struct iovec){p, 1 << 21};
	for (int k = 0; k < 8; k++)
		BACKGROUND(pids[k])
		{
			readv(opened("/dev/zero", O_RDONLY), v, 1024);
		}
	sleep_ms(20);
	for (int i = 0; i < 100; i++)
		OK(close(opened("/dev/null", O_RDONLY)));
	for (int k = 0; k < 8; k++) {
		OK(kill(pids[k], SIGKILL));
		KILLED(pids[k], SIGKILL);
	}
	OK(close(opened("/dev/null", O_RDONLY)));
}

TEST("FILE-lseek goes anywhere but before the start, and reads there")
{
	int fd = opened(TREE "plain", O_RDONLY);
	char c = 0;

	EQ(SYS(NR_lseek, fd, 3, SEEK_SET), 3);
	EQ(SYS(NR_read, fd, P(&c), 1), 1);
	EQ(c, 'd');
	EQ(SYS(NR_lseek, fd, 2, SEEK_CUR), 6);
	EQ(SYS(NR_lseek, fd, -1, SEEK_END), 25);
	EQ(SYS(NR_read, fd, P(&c), 1), 1);
	EQ(c, 'z');
	EQ(SYS(NR_lseek, fd, 100, SEEK_END), 126);
	EQ(SYS(NR_read, fd, P(&c), 1), 0);
	ERR(SYS(NR_lseek, fd, -1, SEEK_SET), EINVAL);
	ERR(SYS(NR_lseek, fd, -127, SEEK_CUR), EINVAL);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 126);
	ERR(SYS(NR_lseek, fd, 0, 9), EINVAL);
	ERR(SYS(NR_lseek, 99, 0, SEEK_SET), EBADF);
}

TEST("FILE-lseek _llseek stores the place, and leaves it when it cannot")
{
	int fd = opened(TREE "plain", O_RDONLY);
	long long place = -1;

	EQ(SYS(NR_llseek, fd, 0, 5, P(&place), SEEK_SET), 0);
	EQ(place, 5);
	EQ(SYS(NR_llseek, fd, -1, -2, P(&place), SEEK_CUR), 0);
	EQ(place, 3);
	ERR(SYS(NR_llseek, fd, -1, -9, P(&place), SEEK_CUR), EINVAL);
	ERR(SYS(NR_llseek, fd, 0, 0, P(&place), 9), EINVAL);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 3);
}

TEST("FILE-lseek to data and to a hole: all of a file is data, its end a hole")
{
	int fd = opened(TREE "plain", O_RDONLY), fds[2];
	long long place = -1;

	EQ(SYS(NR_lseek, fd, 3, SEEK_DATA), 3);
	EQ(SYS(NR_lseek, fd, 3, SEEK_HOLE), 26);
	EQ(SYS(NR_lseek, fd, 25, SEEK_DATA), 25);
	ERR(SYS(NR_lseek, fd, 26, SEEK_DATA), ENXIO);
	ERR(SYS(NR_lseek, fd, 26, SEEK_HOLE), ENXIO);
	ERR(SYS(NR_lseek, fd, -1, SEEK_DATA), ENXIO);
	ERR(SYS(NR_lseek, fd, -1, SEEK_HOLE), ENXIO);
	ERR(SYS(NR_llseek, fd, 1, 0, P(&place), SEEK_DATA), ENXIO);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 25);
	EQ(SYS(NR_llseek, fd, 0, 0, P(&place), SEEK_HOLE), 0);
	EQ(place, 26);
	ERR(SYS(NR_lseek, fd, 0, 5), EINVAL);
	OK(pipe(fds));
	ERR(SYS(NR_lseek, fds[0], 0, SEEK_DATA), ESPIPE);
	ERR(SYS(NR_lseek, opened("/", O_RDONLY), 0, SEEK_DATA), EINVAL);
	ERR(SYS(NR_lseek, opened("/proc/uptime", O_RDONLY), 0, SEEK_DATA),
	    EINVAL);
	EQ(SYS(NR_lseek, opened("/dev/null", O_RDONLY), 7, SEEK_DATA), 0);
}

TEST("FILE-lseek dup and fork share the place, another open does not")
{
	int fd = opened(TREE "plain", O_RDONLY), copy = OK(SYS(NR_dup, fd));
	int other = opened(TREE "plain", O_RDONLY);
	char c;

	EQ(SYS(NR_lseek, fd, 4, SEEK_SET), 4);
	EQ(SYS(NR_lseek, copy, 0, SEEK_CUR), 4);
	IN_CHILD
	{
		EQ(SYS(NR_read, fd, P(&c), 1), 1);
		EQ(c, 'e');
	}
	EQ(SYS(NR_lseek, copy, 0, SEEK_CUR), 5);
	EQ(SYS(NR_lseek, other, 0, SEEK_CUR), 0);
	OK(close(fd));
	EQ(SYS(NR_read, copy, P(&c), 1), 1);
	EQ(c, 'f');
}

/* ---- descriptors -------------------------------------------------------- */

TEST("FILE-dup the lowest free one; dup2 and dup3 the one that is named")
{
	int a = opened("/dev/null", O_RDONLY), b = OK(SYS(NR_dup, a));
	int c = OK(SYS(NR_dup, a));

	EQ(b, a + 1);
	OK(close(b));
	EQ(SYS(NR_dup, a), b);
	EQ(SYS(NR_dup2, a, 100), 100);
	EQ(SYS(NR_dup2, a, a), a);
	EQ(SYS(NR_dup2, a, c), c);
	EQ(SYS(NR_dup3, a, 100, O_CLOEXEC), 100);
	EQ(SYS(NR_fcntl64, 100, F_GETFD, 0), FD_CLOEXEC);
	ERR(SYS(NR_dup3, a, a, 0), EINVAL);
	ERR(SYS(NR_dup3, a, 100, 1), EINVAL);
	ERR(SYS(NR_dup, 99), EBADF);
	ERR(SYS(NR_dup2, 99, 99), EBADF);
	ERR(SYS(NR_dup2, 99, 98), EBADF);
	ERR(SYS(NR_dup2, a, -1), EBADF);
	ERR(SYS(NR_dup2, a, 0x7FFFFFFF), EBADF);
	ERR(SYS(NR_close, 99), EBADF);
	ERR(SYS(NR_close, -1), EBADF);
	EQ(SYS(NR_fcntl64, a, F_DUPFD, 50), 50);
	EQ(SYS(NR_fcntl64, a, F_GETFD, 0), 0);
	EQ(SYS(NR_fcntl64, a, F_DUPFD_CLOEXEC, 50), 51);
	EQ(SYS(NR_fcntl64, 51, F_GETFD, 0), FD_CLOEXEC);
	EQ(SYS(NR_fcntl64, 51, F_SETFD, 0), 0);
	EQ(SYS(NR_fcntl64, 51, F_GETFD, 0), 0);
	ERR(SYS(NR_fcntl64, a, F_DUPFD, -1), EINVAL);
	ERR(SYS(NR_fcntl64, 99, F_GETFD, 0), EBADF);
	ERR(SYS(NR_fcntl64, a, 9999, 0), EINVAL);
}

TEST("FILE-flags F_GETFL says how it was opened, F_SETFL changes some")
{
	int fd = opened("/dev/null", O_WRONLY | O_APPEND);

	EQ(SYS(NR_fcntl64, fd, F_GETFL, 0) & ~0100000, O_WRONLY | O_APPEND);
	EQ(SYS(NR_fcntl64, fd, F_SETFL, O_NONBLOCK | O_RDWR), 0);
	EQ(SYS(NR_fcntl64, fd, F_GETFL, 0) & ~0100000, O_WRONLY | O_NONBLOCK);
	fd = opened(TREE "plain", O_RDONLY | O_CREAT | O_NOFOLLOW);
	EQ(SYS(NR_fcntl64, fd, F_GETFL, 0) & ~0100000, O_RDONLY | O_NOFOLLOW);
	fd = opened(TREE "plain", O_RDONLY | O_SYNC | O_NOATIME);
	EQ(SYS(NR_fcntl64, fd, F_GETFL, 0) & ~0100000, O_SYNC | O_NOATIME);
	OK(SYS(NR_fcntl64, fd, F_SETFL, 0));
	EQ(SYS(NR_fcntl64, fd, F_GETFL, 0) & ~0100000, O_SYNC);
}

TEST("FILE-ioctl FIONBIO sets O_NONBLOCK, of a pipe, a file and a device")
{
	int on = 1, off = 0, ends[2];
	char byte;

	OK(pipe(ends));
	OK(SYS(NR_ioctl, ends[0], FIONBIO, P(&on)));
	ERR(SYS(NR_read, ends[0], P(&byte), 1), EAGAIN);
	EQ(fcntl(ends[0], F_GETFL), O_NONBLOCK);
	EQ(fcntl(ends[1], F_GETFL), O_WRONLY);
	OK(SYS(NR_ioctl, ends[0], FIONBIO, P(&off)));
	EQ(fcntl(ends[0], F_GETFL), 0);
	ERR(SYS(NR_ioctl, ends[0], FIONBIO, 4), EFAULT);
	OK(SYS(NR_ioctl, opened("/dev/null", O_RDONLY), FIONBIO, P(&on)));
	OK(SYS(NR_ioctl, opened(TREE "plain", O_RDONLY), FIONBIO, P(&on)));
}

TEST("FILE-ioctl FIONREAD counts the bytes from the offset to the end")
{
	struct stat64 st;
	int fd = opened(TREE "plain", O_RDONLY), left;

	OK(fstat64(fd, &st));
	TRUE(st.st_size > 10);
	OK(SYS(NR_ioctl, fd, FIONREAD, P(&left)));
	EQ(left, st.st_size);
	EQ(lseek(fd, 10, SEEK_SET), 10);
	OK(SYS(NR_ioctl, fd, FIONREAD, P(&left)));
	EQ(left, st.st_size - 10);
	EQ(lseek(fd, 5, SEEK_END), st.st_size + 5);
	OK(SYS(NR_ioctl, fd, FIONREAD, P(&left)));
	EQ(left, -5);
	ERR(SYS(NR_ioctl, opened("/dev/null", O_RDONLY), FIONREAD, P(&left)),
	    ENOTTY);
	ERR(SYS(NR_ioctl, opened(TREE, O_RDONLY), FIONREAD, P(&left)), ENOTTY);
}

static int cloexec(int fd)
{
	return (int)SYS(NR_fcntl64, fd, F_GETFD, 0);
}

TEST("FILE-close_range closes what is open between two, and nothing else")
{
	int fd = opened("/dev/null", O_RDONLY);

	for (int copy = 40; copy < 46; copy++)
		EQ(SYS(NR_dup2, fd, copy), copy);
	OK(SYS(NR_close, 43));
	OK(SYS(NR_close_range, 41, 44, 0));
	EQ(cloexec(40), 0);
	for (int copy = 41; copy < 45; copy++)
		ERR(SYS(NR_fcntl64, copy, F_GETFD, 0), EBADF);
	EQ(cloexec(45), 0);
	OK(SYS(NR_close_range, 45, 0xFFFFFFFF, 0));
	ERR(SYS(NR_fcntl64, 45, F_GETFD, 0), EBADF);
	OK(SYS(NR_close_range, 100000, 0xFFFFFFFF, 0));
	EQ(cloexec(fd), 0);
}

TEST("FILE-close_range CLOEXEC keeps them until an exec; UNSHARE closes")
{
	int fd = opened("/dev/null", O_RDONLY);

	for (int copy = 40; copy < 46; copy += 2)
		EQ(SYS(NR_dup2, fd, copy), copy);
	OK(SYS(NR_close_range, 41, 0x7FFFFFFF, 4));
	EQ(cloexec(40), 0);
	EQ(cloexec(42), FD_CLOEXEC);
	EQ(cloexec(44), FD_CLOEXEC);
	EQ(SYS(NR_dup2, fd, 43), 43);
	EQ(cloexec(43), 0);
	OK(SYS(NR_close_range, 42, 42, 2));
	ERR(SYS(NR_fcntl64, 42, F_GETFD, 0), EBADF);
}

TEST("FILE-close_range a range that ends before it begins, unknown flags: "
     "EINVAL")
{
	int fd = opened("/dev/null", O_RDONLY);

	ERR(SYS(NR_close_range, 45, 44, 0), EINVAL);
	ERR(SYS(NR_close_range, -1, 3, 0), EINVAL);
	ERR(SYS(NR_close_range, 3, 100, 1), EINVAL);
	ERR(SYS(NR_close_range, 3, 100, 8 | 4), EINVAL);
	EQ(cloexec(fd), 0);
}

TEST("FILE-ioctl FIOCLEX and FIONCLEX set and clear the flag of any descriptor")
{
	int ends[2];

	OK(pipe(ends));
	OK(SYS(NR_ioctl, ends[0], FIOCLEX, 0));
	EQ(cloexec(ends[0]), FD_CLOEXEC);
	EQ(cloexec(ends[1]), 0);
	OK(SYS(NR_ioctl, ends[0], FIOCLEX, 1));
	OK(SYS(NR_ioctl, ends[0], FIONCLEX, 0));
	EQ(cloexec(ends[0]), 0);
	OK(SYS(NR_ioctl, opened("/", O_RDONLY), FIOCLEX, 0));
	ERR(SYS(NR_ioctl, 99, FIOCLEX, 0), EBADF);
	ERR(SYS(NR_ioctl, 99, FIONCLEX, 0), EBADF);
}

TEST("FILE-limit one descriptor too many is EMFILE, and none is lost")
{
	int first = opened("/dev/null", O_RDONLY), n = 0, last;

	for (last = first; SYS(NR_dup, first) >= 0; n++)
		last++;
	TRUE(n >= 200);
	ERR(SYS(NR_dup, first), EMFILE);
	ERR(SYS(NR_open, P("/dev/null"), O_RDONLY), EMFILE);
	ERR(SYS(NR_fcntl64, first, F_DUPFD, 5), EMFILE);
	OK(SYS(NR_close, last));
	EQ(SYS(NR_open, P("/dev/null"), O_RDONLY), last);
}

/* ---- names -------------------------------------------------------------- */

TEST("FILE-open errors of a path, each for its reason")
{
	static char name[300], path[5000];

	memset(name, 'n', 256);
	memset(path, '/', 4096);
	ERR(try_open("", O_RDONLY), ENOENT);
	ERR(try_open(TREE "nowhere", O_RDONLY), ENOENT);
	ERR(try_open(TREE "nowhere/x", O_RDONLY), ENOENT);
	ERR(try_open(TREE "plain/x", O_RDONLY), ENOTDIR);
	ERR(try_open(TREE "plain/", O_RDONLY), ENOTDIR);
	ERR(try_open(TREE "plain/.", O_RDONLY), ENOTDIR);
	ERR(try_open(TREE "plain/..", O_RDONLY), ENOTDIR);
	ERR(try_open(TREE "plain", O_RDONLY | O_DIRECTORY), ENOTDIR);
	ERR(try_open(TREE "loop", O_RDONLY), ELOOP);
	ERR(try_open(TREE "dangling", O_RDONLY), ENOENT);
	ERR(try_open(TREE "link", O_RDONLY | O_NOFOLLOW), ELOOP);
	ERR(try_open(name, O_RDONLY), ENAMETOOLONG);
	ERR(try_open(path, O_RDONLY), ENAMETOOLONG);
	path[4095] = '\0';
	OK(try_open(path, O_RDONLY));
	name[255] = '\0';
	ERR(try_open(name, O_RDONLY), ENOENT);
}

TEST("FILE-open what cannot be written: EACCES, EISDIR, EEXIST")
{
	AS(NOBODY, NOBODY)
	{
		ERR(try_open(TREE "plain", O_WRONLY), EACCES);
		ERR(try_open(TREE "plain", O_RDWR), EACCES);
		ERR(try_open(TREE "plain", O_RDONLY | O_TRUNC), EACCES);
		ERR(try_open(TREE "new", O_WRONLY | O_CREAT), EACCES);
	}
	OK(try_open(TREE "plain", O_RDWR));
	ERR(try_open(TREE "sub", O_WRONLY), EISDIR);
	ERR(try_open(TREE "new/x", O_WRONLY | O_CREAT), ENOENT);
	ERR(try_open(TREE "plain", O_RDONLY | O_CREAT | O_EXCL), EEXIST);
	ERR(try_open(TREE "link", O_RDONLY | O_CREAT | O_EXCL), EEXIST);
	ERR(try_open(TREE "sub", O_RDONLY | O_CREAT), EISDIR);
	OK(try_open(TREE "plain", O_RDONLY | O_CREAT));
}

TEST("FILE-open O_CREAT of what is not there: in /proc nothing is made")
{
	static const struct {
		const char *name;
		int plain, exclusive;
	} rows[] = {{"/proc/x", ENOENT, ENOENT},
	            {"/proc/..x", ENOENT, ENOENT},
	            {"/proc/99999", ENOENT, ENOENT},
	            {"/proc/99999/x", ENOENT, ENOENT},
	            {"/proc/1/x", ENOENT, ENOENT},
	            {"/proc/self/x", ENOENT, ENOENT},
	            {"/proc/sys/x", ENOENT, ENOENT},
	            {"/proc/sys/kernel/x", ENOENT, ENOENT},
	            {"/proc/sysvipc/x", ENOENT, ENOENT},
	            {"/proc/x/y", ENOENT, ENOENT},
	            {"/proc/x/", EISDIR, EISDIR},
	            {"/proc/self", EISDIR, EEXIST},
	            {"/proc/sys/kernel", EISDIR, EEXIST},
	            {"/proc/meminfo/x", ENOTDIR, ENOTDIR},
	            {"/proc/meminfo", 0, EEXIST},
	            {"/proc/meminfo/", EISDIR, EISDIR},
	            {TREE "nothing/", EISDIR, EISDIR},
	            {TREE "plain/", EISDIR, EISDIR},
	            {TREE "sub/", EISDIR, EISDIR},
	            {TREE "plain/x", ENOTDIR, ENOTDIR},
	            {TREE "nothing/x/", ENOENT, ENOENT},
	            {"/", EISDIR, EEXIST}};

	for (int who = 0; who <= NOBODY; who += NOBODY)
		AS(who, who)
		{
			for (size_t i = 0; i < ALL(rows); i++) {
				const char *name = rows[i].name;

				EQ(try_open(name, O_RDONLY | O_CREAT),
				   -rows[i].plain);
				EQ(try_open(name, O_RDWR | O_CREAT | O_EXCL),
				   -rows[i].exclusive);
				ERR(try_open(name, O_CREAT | O_DIRECTORY),
				    EINVAL);
			}
		}
}

TEST("FILE-path dots, slashes and links lead where they should")
{
	static const char *const names[] = {TREE "plain",
	                                    TREE "./plain",
	                                    TREE "sub/../plain",
	                                    "//tests///tree/plain",
	                                    TREE "link",
	                                    TREE "up",
	                                    TREE "absolute",
	                                    TREE "to_sub/../plain",
	                                    "/../../tests/tree/plain",
	                                    TREE "sub/./../sub/../link"};
	struct stat a, b;

	OK(stat(TREE "plain", &a));
	for (size_t i = 0; i < ALL(names); i++) {
		OK(stat(names[i], &b));
		EQ(b.st_ino, a.st_ino);
		OK(try_open(names[i], O_RDONLY));
	}
}

TEST("FILE-openat starts at its directory; an absolute path does not")
{
	int sub = opened(TREE "sub", O_RDONLY | O_DIRECTORY);
	int plain = opened(TREE "plain", O_RDONLY);

	OK(SYS(NR_openat, sub, P("f00"), O_RDONLY));
	OK(SYS(NR_openat, sub, P("../plain"), O_RDONLY));
	ERR(SYS(NR_openat, sub, P("plain"), O_RDONLY), ENOENT);
	ERR(SYS(NR_openat, plain, P("f00"), O_RDONLY), ENOTDIR);
	ERR(SYS(NR_openat, 99, P("f00"), O_RDONLY), EBADF);
	ERR(SYS(NR_openat, sub, P(""), O_RDONLY), ENOENT);
	OK(SYS(NR_openat, 99, P(TREE "plain"), O_RDONLY));
	OK(SYS(NR_openat, -1, P(TREE "plain"), O_RDONLY));
	OK(SYS(NR_openat, plain, P(TREE "plain"), O_RDONLY));
	OK(SYS(NR_openat, 0, P(TREE "plain"), O_RDONLY));
	ERR(SYS(NR_openat, 99, 0xC0000000, O_RDONLY), EFAULT);
	OK(SYS(NR_faccessat, 99, P(TREE "plain"), R_OK));
}

TEST("FILE-readlink gives the target, cut to the buffer, without a NUL")
{
	char to[20];

	memset(to, '#', sizeof to);
	EQ(SYS(NR_readlink, P(TREE "link"), P(to), sizeof to), 5);
	EQ(memcmp(to, "plain##", 7), 0);
	memset(to, '#', sizeof to);
	EQ(SYS(NR_readlink, P(TREE "link"), P(to), 3), 3);
	EQ(memcmp(to, "pla#", 4), 0);
	ERR(SYS(NR_readlink, P(TREE "link"), P(to), 0), EINVAL);
	ERR(SYS(NR_readlink, P(TREE "link"), P(to), -1), EINVAL);
	ERR(SYS(NR_readlink, P(TREE "plain"), P(to), 9), EINVAL);
	ERR(SYS(NR_readlink, P(TREE "nowhere"), P(to), 9), ENOENT);
	EQ(SYS(NR_readlinkat, opened(TREE "sub", O_RDONLY), P("../link"), P(to),
	       9),
	   5);
}

TEST("FILE-readlink of no path is the link that is open, with O_PATH")
{
	char to[20];
	int fd = opened(TREE "link", O_PATH | O_NOFOLLOW);

	EQ(SYS(NR_readlinkat, fd, P(""), P(to), 9), 5);
	fd = opened(TREE "plain", O_RDONLY);
	ERR(SYS(NR_readlinkat, fd, P(""), P(to), 9), ENOENT);
	ERR(SYS(NR_readlinkat, fd, P("x"), P(to), 9), ENOTDIR);
	ERR(SYS(NR_readlink, P(""), P(to), 9), ENOENT);
	ERR(SYS(NR_readlink, P("."), P(to), 9), EINVAL);
}

/* ---- directories -------------------------------------------------------- */

/*
 * Reads directory `fd` to its end with buffers of `size` bytes.  Counts each
 * name in `seen`.
 */
static int list(int fd, int size, unsigned char seen[FILES], int *dots)
{
	static char buffer[5000];
	int got, n = 0;

	while ((got = OK(SYS(NR_getdents64, fd, P(buffer), size))) > 0) {
		for (int at = 0; at < got;) {
			struct entry *e = (struct entry *)(buffer + at);

			if (e->name[0] == '.')
				++*dots;
			else
				seen[atoi(e->name + 1)]++;
			at += e->bytes;
			n++;
		}
	}
	return n;
}

TEST("FILE-getdents every name once, whatever the buffer's size")
{
	static const int sizes[] = {24, 32, 100, 4096, 5000};

	for (size_t i = 0; i < ALL(sizes); i++) {
		int fd = opened(TREE "sub", O_RDONLY), dots = 0;
		unsigned char seen[FILES] = {0};

		EQ(list(fd, sizes[i], seen, &dots), FILES + 2);
		EQ(dots, 2);
		for (int k = 0; k < FILES; k++)
			EQ(seen[k], 1);
		EQ(SYS(NR_lseek, fd, 0, SEEK_SET), 0);
		EQ(list(fd, sizes[i], seen, &dots), FILES + 2);
		OK(close(fd));
	}
}

TEST("FILE-getdents a buffer too small for one is EINVAL, a file ENOTDIR")
{
	int fd = opened(TREE "sub", O_RDONLY);
	char buffer[100];

	ERR(SYS(NR_getdents64, fd, P(buffer), 23), EINVAL);
	ERR(SYS(NR_getdents64, fd, P(buffer), 0), EINVAL);
	ERR(SYS(NR_getdents64, opened(TREE "plain", O_RDONLY), P(buffer), 100),
	    ENOTDIR);
	ERR(SYS(NR_getdents64, opened("/dev/null", O_RDONLY), P(buffer), 100),
	    ENOTDIR);
}

TEST("FILE-getdents d_off is where lseek goes on; types and numbers agree")
{
	static char buffer[4096];
	struct entry *e = (struct entry *)buffer;
	int fd = opened(TREE ".", O_RDONLY), got;
	struct stat st;

	while ((got = OK(SYS(NR_getdents64, fd, P(buffer), 60))) > 0) {
		OK(fstatat(fd, e->name, &st, AT_SYMLINK_NOFOLLOW));
		if (strcmp(e->name, "..") != 0) /* on Linux a mount is there */
			EQ(e->ino, st.st_ino);
		EQ(e->type, st.st_mode >> 12);
		EQ(SYS(NR_lseek, fd, (long)e->next, SEEK_SET), (long)e->next);
	}
}

TEST("FILE-cwd chdir, fchdir and getcwd agree; fork takes it along")
{
	char path[100];

	OK(SYS(NR_chdir, P(TREE "sub")));
	EQ(SYS(NR_getcwd, P(path), sizeof path), 16);
	EQ(strcmp(path, TREE "sub"), 0);
	OK(try_open("f00", O_RDONLY));
	OK(SYS(NR_chdir, P("..")));
	OK(try_open("plain", O_RDONLY));
	OK(SYS(NR_fchdir, opened("/", O_RDONLY)));
	EQ(SYS(NR_getcwd, P(path), sizeof path), 2);
	OK(SYS(NR_chdir, P(TREE "to_sub")));
	IN_CHILD
	{
		EQ(SYS(NR_getcwd, P(path), sizeof path), 16);
		OK(SYS(NR_chdir, P("/")));
	}
	EQ(SYS(NR_getcwd, P(path), 16), 16);
	ERR(SYS(NR_getcwd, P(path), 15), ERANGE);
	ERR(SYS(NR_getcwd, P(path), 0), ERANGE);
}

TEST("FILE-cwd chdir to what is no directory, or may not be searched")
{
	ERR(SYS(NR_chdir, P(TREE "plain")), ENOTDIR);
	ERR(SYS(NR_chdir, P(TREE "nowhere")), ENOENT);
	ERR(SYS(NR_chdir, P("/dev/null")), ENOTDIR);
	ERR(SYS(NR_fchdir, opened(TREE "plain", O_RDONLY)), ENOTDIR);
	ERR(SYS(NR_fchdir, 99), EBADF);
	AS(NOBODY, NOBODY)
	{
		ERR(SYS(NR_chdir, P(TREE "closed")), EACCES);
	}
}

/* ---- stat --------------------------------------------------------------- */

TEST("FILE-stat type, mode, owner, size and links are what was made")
{
	static const struct {
		const char *name;
		int mode, size;
	} files[] = {{"plain", 0100644, 26},   {"empty", 0100644, 0},
	             {"big", 0100644, BIG},    {"group", 0100640, 26},
	             {"program", 0100711, 26}, {"class", 0100604, 26},
	             {"link", 0120777, 5},     {"absolute", 0120777, 17}};
	struct stat st, again;

	for (size_t i = 0; i < ALL(files); i++) {
		char path[100];

		snprintf(path, sizeof path, TREE "%s", files[i].name);
		OK(lstat(path, &st));
		EQ(st.st_mode, files[i].mode);
		EQ(st.st_size, files[i].size);
		EQ(st.st_nlink, 1);
		EQ(st.st_uid, 0);
		EQ(st.st_gid, 0);
		TRUE(st.st_ino != 0);
		TRUE(st.st_blksize >= 512);
		OK(lstat(path, &again));
		EQ(again.st_ino, st.st_ino);
		EQ(again.st_dev, st.st_dev);
	}
	OK(stat(TREE "sub", &st));
	EQ(st.st_mode, 040755);
	OK(stat(TREE "closed", &again));
	EQ(again.st_mode, 040750);
	EQ(again.st_dev, st.st_dev);
	TRUE(again.st_ino != st.st_ino);
}

TEST("FILE-stat by name, by link, by descriptor and statx say the same")
{
	struct stat a, b;
	struct statx x;
	int fd = opened(TREE "link", O_RDONLY);

	OK(stat(TREE "plain", &a));
	OK(fstat(fd, &b));
	EQ(b.st_ino, a.st_ino);
	EQ(b.st_size, a.st_size);
	OK(fstatat(AT_FDCWD, TREE "link", &b, 0));
	EQ(b.st_ino, a.st_ino);
	OK(fstatat(AT_FDCWD, TREE "link", &b, AT_SYMLINK_NOFOLLOW));
	TRUE(S_ISLNK(b.st_mode));
	OK(statx(AT_FDCWD, TREE "plain", 0, STATX_BASIC_STATS, &x));
	EQ(x.stx_ino, a.st_ino);
	EQ(x.stx_size, 26);
	EQ(x.stx_mode, a.st_mode);
	EQ(makedev(x.stx_dev_major, x.stx_dev_minor), a.st_dev);
	OK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x));
	EQ(x.stx_ino, a.st_ino);
	ERR(SYS(NR_statx, fd, P(""), 0, 0x7ff, P(&x)), ENOENT);
	ERR(SYS(NR_statx, AT_FDCWD, P("/"), 0x6000, 0x7ff, P(&x)), EINVAL);
	ERR(SYS(NR_statx, AT_FDCWD, P("/"), 0, 0x80000000, P(&x)), EINVAL);
	ERR(SYS(NR_fstatat64, AT_FDCWD, P("/"), P(&b), 1), EINVAL);
	ERR(SYS(NR_fstat64, 99, P(&b)), EBADF);
	ERR(SYS(NR_stat64, P(TREE "loop"), P(&b)), ELOOP);
	OK(SYS(NR_lstat64, P(TREE "loop"), P(&b)));
	ERR(SYS(NR_stat64, P(TREE "plain/"), P(&b)), ENOTDIR);
	ERR(SYS(NR_lstat64, P(TREE "nowhere"), P(&b)), ENOENT);
}

TEST("FILE-stat devices are character devices with Linux's numbers")
{
	static const struct {
		const char *name;
		int major, minor;
	} devices[] = {{"/dev/null", 1, 3},    {"/dev/zero", 1, 5},
	               {"/dev/full", 1, 7},    {"/dev/random", 1, 8},
	               {"/dev/urandom", 1, 9}, {"/dev/console", 5, 1}};
	struct stat st;

	for (size_t i = 0; i < ALL(devices); i++) {
		OK(stat(devices[i].name, &st));
		TRUE(S_ISCHR(st.st_mode));
		EQ(major(st.st_rdev), devices[i].major);
		EQ(minor(st.st_rdev), devices[i].minor);
		EQ(st.st_size, 0);
	}
}

/* ---- rights ------------------------------------------------------------- */

TEST("FILE-access owner, group and others have each their bits")
{
	AS(NOBODY, NOBODY)
	{
		OK(try_open(TREE "plain", O_RDONLY));
		ERR(try_open(TREE "group", O_RDONLY), EACCES);
		OK(try_open(TREE "class", O_RDONLY));
		ERR(try_open(TREE "program", O_RDONLY), EACCES);
		ERR(try_open(TREE "closed", O_RDONLY), EACCES);
		ERR(try_open(TREE "closed/inside", O_RDONLY), EACCES);
		ERR(try_open(TREE "closed/nowhere", O_RDONLY), EACCES);
	}
	AS(NOBODY, 0)
	{
		OK(try_open(TREE "group", O_RDONLY));
		ERR(try_open(TREE "class", O_RDONLY), EACCES);
		OK(try_open(TREE "closed/inside", O_RDONLY));
	}
}

TEST("FILE-access a supplementary group counts as the group does")
{
	gid_t groups[3] = {77, 0, 88};

	IN_CHILD
	{
		OK(setgroups(3, groups));
		OK(setresgid(NOBODY, NOBODY, NOBODY));
		OK(setresuid(NOBODY, NOBODY, NOBODY));
		OK(try_open(TREE "group", O_RDONLY));
		ERR(try_open(TREE "class", O_RDONLY), EACCES);
		OK(try_open(TREE "closed/inside", O_RDONLY));
		OK(SYS(NR_chdir, P(TREE "closed")));
		EQ(SYS(NR_access, P("inside"), R_OK), 0);
		EQ(SYS(NR_access, P(TREE "group"), R_OK), 0);
		ERR(SYS(NR_access, P(TREE "class"), R_OK), EACCES);
	}
	IN_CHILD
	{
		OK(setgroups(1, groups));
		OK(setresgid(NOBODY, NOBODY, NOBODY));
		OK(setresuid(NOBODY, NOBODY, NOBODY));
		ERR(try_open(TREE "group", O_RDONLY), EACCES);
		ERR(try_open(TREE "closed/inside", O_RDONLY), EACCES);
	}
}

TEST("FILE-access access(2) asks for the real ids, open for the effective")
{
	IN_CHILD
	{
		OK(setgroups(0, NULL));
		OK(setresgid(NOBODY, 0, 0));
		OK(setresuid(NOBODY, NOBODY, NOBODY));
		ERR(SYS(NR_access, P(TREE "group"), R_OK), EACCES);
		OK(try_open(TREE "group", O_RDONLY));
	}
	EQ(SYS(NR_access, P(TREE "plain"), F_OK), 0);
	EQ(SYS(NR_access, P(TREE "plain"), R_OK), 0);
	ERR(SYS(NR_access, P(TREE "plain"), X_OK), EACCES);
	EQ(SYS(NR_access, P(TREE "program"), X_OK), 0);
	EQ(SYS(NR_access, P(TREE "sub"), R_OK | X_OK), 0);
	EQ(SYS(NR_access, P(TREE "plain"), W_OK), 0);
	EQ(SYS(NR_access, P(TREE "sub"), W_OK), 0);
	ERR(SYS(NR_access, P(TREE "nowhere"), F_OK), ENOENT);
	ERR(SYS(NR_access, P(TREE "plain"), 8), EINVAL);
	EQ(SYS(NR_access, P("/dev/null"), R_OK | W_OK), 0);
	AS(NOBODY, NOBODY)
	{
		ERR(SYS(NR_access, P(TREE "group"), R_OK), EACCES);
		EQ(SYS(NR_access, P(TREE "group"), F_OK), 0);
		ERR(SYS(NR_access, P(TREE "plain"), W_OK), EACCES);
		ERR(SYS(NR_access, P(TREE "sub"), W_OK), EACCES);
		EQ(SYS(NR_access, P(TREE "program"), X_OK), 0);
		ERR(SYS(NR_access, P(TREE "program"), R_OK), EACCES);
	}
}

TEST("FILE-users /etc has root and nobody")
{
	static char text[5000];

	OK(read_file("/etc/passwd", text, sizeof text));
	TRUE(strstr(text, "root:x:0:0:"));
	TRUE(strstr(text, "nobody:x:65534:65534:"));
	OK(read_file("/etc/group", text, sizeof text));
	TRUE(strstr(text, "root:x:0:"));
}

/* ---- mmap of a file ----------------------------------------------------- */

TEST("FILE-mmap shows the file, its last page filled with zeroes")
{
	int fd = opened(TREE "big", O_RDONLY);
	unsigned char *p =
	    ADDRESS(SYS(NR_mmap2, 0, BIG, PROT_READ, MAP_PRIVATE, fd, 0));
	unsigned char *q =
	    ADDRESS(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 2));
	unsigned char *w = ADDRESS(
	    SYS(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));

	OK(close(fd));
	for (int i = 0; i < BIG; i++)
		EQ(p[i], i % 251);
	for (unsigned i = BIG; i % PAGE; i++)
		EQ(p[i], 0);
	for (unsigned i = 0; i < PAGE; i++)
		EQ(q[i], (2 * PAGE + i) % 251);
	w[0] = 99;
	EQ(p[0], 0);
	FAULTS_ON_STORE((char *)p);
}

TEST("FILE-mmap errors: rights, kinds, places")
{
	int fd = opened(TREE "plain", O_RDONLY);

	ERR(SYS(NR_mmap2, 0, PAGE, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED,
	        opened("/dev/null", O_RDWR), 0),
	    ENODEV);
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED,
	        opened(TREE "sub", O_RDONLY), 0),
	    ENODEV);
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, 99, 0), EBADF);
	ERR(SYS(NR_mmap2, 0, 0, PROT_READ, MAP_SHARED, fd, 0), EINVAL);
	DIES(SIGBUS)
	{
		volatile char *p = ADDRESS(
		    SYS(NR_mmap2, 0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0));

		(void)p[PAGE];
	}
}

/* Returns 0 if the file can be mapped, and -errno if not. */
static long try_map(int fd, unsigned long bytes, int flags, unsigned long page)
{
	long p = SYS(NR_mmap2, 0, bytes, PROT_READ, flags, fd, page);

	if (p < 0 && p >= -4095)
		return p;
	DIES(SIGBUS)
	{
		(void)*(volatile char *)p;
	}
	return SYS(NR_munmap, p, bytes);
}

TEST("FILE-mmap an offset beyond the file's end, and beyond all ends")
{
	enum { P = MAP_PRIVATE, S = MAP_SHARED, A = MAP_ANONYMOUS };
	/* What a plain file answers; what /dev/zero answers. */
	static const struct {
		unsigned long bytes, page;
		int flags, plain, other;
	} rows[] = {{PAGE, 0x100000, P, 0, EOVERFLOW},
	            {PAGE, 0x100000, S, 0, EOVERFLOW},
	            {PAGE, 0x7FFFFFFF, P, 0, EOVERFLOW},
	            {PAGE, 0x80000000, P, 0, EOVERFLOW},
	            {PAGE, 0xFFFFFFFE, P, 0, EOVERFLOW},
	            {PAGE, 0xFFFFFFFF, P, EOVERFLOW, EOVERFLOW},
	            {2 * PAGE, 0xFFFFFFFE, S, EOVERFLOW, EOVERFLOW},
	            {PAGE + 1, 0xFFFFFFFF, S, EOVERFLOW, EOVERFLOW},
	            {PAGE - 1, 0xFFFFFFFF, S, EOVERFLOW, EOVERFLOW},
	            {PAGE, 0xFFFFFFFF, 0, EOVERFLOW, EOVERFLOW},
	            {0, 0xFFFFFFFF, S, EINVAL, EINVAL},
	            {0xC0000000, 0xFFFFFFFF, S, EOVERFLOW, EOVERFLOW},
	            {0xFFFFF001, 0xFFFFFFFF, S, ENOMEM, ENOMEM},
	            {0xFFFFFFFF, 0, S, ENOMEM, ENOMEM},
	            {PAGE, 0xFFFFFFFF, P | A, EOVERFLOW, EOVERFLOW},
	            {2 * PAGE, 0xFFFFFFFF, S | A, EOVERFLOW, EOVERFLOW}};
	int plain = opened(TREE "plain", O_RDONLY);
	int zero = opened("/dev/zero", O_RDONLY);
	int null = opened("/dev/null", O_RDONLY);
	int made = opened("/proc/meminfo", O_RDONLY);

	for (size_t i = 0; i < ALL(rows); i++) {
		unsigned long bytes = rows[i].bytes, page = rows[i].page;
		int flags = rows[i].flags;

		EQ(try_map(plain, bytes, flags, page), -rows[i].plain);
		EQ(try_map(zero, bytes, flags, page), -rows[i].other);
		EQ(try_map(null, bytes, flags, page), -rows[i].other);
		ERR(SYS(NR_mmap2, 0, bytes, PROT_READ, flags & ~A, 99, page),
		    EBADF);
	}
	ERR(try_map(zero, 0x40000000, P, 0xC0000), EOVERFLOW);
	ERR(try_map(made, PAGE, P, 0), EIO);
	ERR(try_map(made, PAGE, P, 0xFFFFFFFE), EIO);
	ERR(try_map(made, PAGE, P, 0xFFFFFFFF), EOVERFLOW);
}

/* ---- /proc -------------------------------------------------------------- */

/* The `n`th field of /proc/PID/stat; proc(5) counts from 1. */
static long long stat_field(const char *text, int n)
{
	const char *at = strrchr(text, ')') + 2;

	for (int i = 3; i < n; i++)
		at = strchr(at, ' ') + 1;
	return n == 3 ? at[0] : atoll(at);
}

static int fields_of(const char *text)
{
	int n = 2;

	for (const char *at = strrchr(text, ')'); *at; at++)
		n += *at == ' ';
	return n;
}

TEST("FILE-proc stat has the 52 fields of proc(5)")
{
	char path[40], text[2000], name[40];

	snprintf(path, sizeof path, "/proc/%d/stat", getpid());
	OK(read_file(path, text, sizeof text));
	EQ(fields_of(text), 52);
	EQ(text[strlen(text) - 1], '\n');
	EQ(atoi(text), getpid());
	EQ(sscanf(text, "%*d (%39[^)])", name), 1);
	EQ(strcmp(name, "files"), 0);
	EQ(stat_field(text, 3), 'R');
	EQ(stat_field(text, 4), getppid());
	EQ(stat_field(text, 5), getpgrp());
	EQ(stat_field(text, 6), getsid(0));
	EQ(stat_field(text, 20), 1); /* threads */
	TRUE(stat_field(text, 22) > 0);
	TRUE(stat_field(text, 23) > 100000); /* virtual memory, in bytes */
	TRUE(stat_field(text, 24) > 10);     /* resident pages */
}

TEST("FILE-proc stat the state and the times of others are told")
{
	char path[40], text[2000];
	int status;
	pid_t pid;

	BACKGROUND(pid)
	{
		struct timespec start, now;

		clock_gettime(CLOCK_MONOTONIC, &start);
		do
			clock_gettime(CLOCK_MONOTONIC, &now);
		while (now.tv_sec * 1000L + now.tv_nsec / 1000000 <
		       start.tv_sec * 1000L + start.tv_nsec / 1000000 + 300);
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	sleep_ms(20);
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	OK(read_file(path, text, sizeof text));
	EQ(stat_field(text, 3), 'S');
	TRUE(stat_field(text, 14) + stat_field(text, 15) >= 5);
	OK(kill(pid, SIGKILL));
	sleep_ms(20);
	OK(read_file(path, text, sizeof text));
	EQ(stat_field(text, 3), 'Z');
	EQ(stat_field(text, 23), 0);
	EQ(waitpid(pid, &status, 0), pid);
	ERR(try_open(path, O_RDONLY), ENOENT);
}

TEST("FILE-proc the pids of the living are listed, and self is one")
{
	char path[40], text[2000], target[20];
	struct dirent *e;
	DIR *proc;
	int found = 0, files = 0;

	snprintf(path, sizeof path, "%d", getpid());
	proc = opendir("/proc");
	TRUE(proc != NULL);
	while ((e = readdir(proc)) != NULL) {
		found += strcmp(e->d_name, path) == 0;
		files += strcmp(e->d_name, "meminfo") == 0;
	}
	closedir(proc);
	EQ(found, 1);
	EQ(files, 1);
	EQ(SYS(NR_readlink, P("/proc/self"), P(target), 20),
	   (long)strlen(path));
	EQ(memcmp(target, path, strlen(path)), 0);
	OK(read_file("/proc/self/stat", text, sizeof text));
	EQ(atoi(text), getpid());
	ERR(try_open("/proc/99999/stat", O_RDONLY), ENOENT);
	ERR(try_open("/proc/nobody", O_RDONLY), ENOENT);
	ERR(try_open("/proc/self/nothing", O_RDONLY), ENOENT);
}

#define SHM_FILE "/proc/sysvipc/shm"

static char whole[9000], parts[9000];

/* Reads the whole file in pieces of `size` bytes.  Returns its length. */
static int read_parts(int fd, int size)
{
	int at = 0, got;

	while ((got = OK(SYS(NR_read, fd, P(parts + at), size))) > 0)
		at += got;
	return at;
}

TEST("FILE-proc a file read in pieces of any size is the file read at once")
{
	static const char *const names[] = {SHM_FILE, "/proc/sysvipc/sem",
	                                    "/proc/sysvipc/msg",
	                                    "/proc/self/maps"};
	static const int sizes[] = {1, 2, 7, 100, 4096};
	int shm = OK(shmget(IPC_PRIVATE, 1, 0600));
	int sem = OK(semget(IPC_PRIVATE, 1, 0600));
	int msg = OK(msgget(IPC_PRIVATE, 0600));

	for (size_t i = 0; i < ALL(names); i++) {
		int bytes = OK(read_file(names[i], whole, sizeof whole));

		for (size_t k = 0; k < ALL(sizes); k++) {
			int fd = opened(names[i], O_RDONLY);

			EQ(read_parts(fd, sizes[k]), bytes);
			EQ(memcmp(whole, parts, bytes), 0);
			OK(close(fd));
		}
	}
	OK(shmctl(shm, IPC_RMID, NULL));
	OK(semctl(sem, 0, IPC_RMID));
	OK(msgctl(msg, IPC_RMID, NULL));
}

static int free_kib(const char *text)
{
	const char *line = strstr(text, "MemFree:");

	TRUE(line != NULL);
	return atoi(line + 8);
}

TEST("FILE-proc a long file is the same, wherever lseek begins to read it")
{
	static char text[120000];
	static int ids[400];
	int fd = opened("/proc/sysvipc/msg", O_RDONLY), bytes = 0, got;

	for (size_t i = 0; i < ALL(ids); i++)
		ids[i] = OK(msgget(IPC_PRIVATE, 0600));
	while ((got = OK(SYS(NR_read, fd, P(text + bytes), 5000))) > 0)
		bytes += got;
	TRUE(bytes > 40000);
	EQ(text[bytes - 1], '\n');
	for (int at = 0; at < bytes + 5000; at += 4999) {
		int left = at < bytes ? bytes - at : 0;

		EQ(SYS(NR_lseek, fd, at, SEEK_SET), at);
		got = OK(SYS(NR_read, fd, P(parts), 50));
		EQ(got > 0, left > 0);
		EQ(memcmp(parts, text + at, got), 0);
	}
	for (int at = bytes - 10; at > 0; at -= 7001) {
		EQ(SYS(NR_lseek, fd, at, SEEK_SET), at);
		got = OK(SYS(NR_read, fd, P(parts), 10));
		TRUE(got > 0);
		EQ(memcmp(parts, text + at, got), 0);
	}
	for (size_t i = 0; i < ALL(ids); i++)
		OK(msgctl(ids[i], IPC_RMID, NULL));
}

TEST("FILE-proc a line is of one moment, the next one of another")
{
	int a = OK(msgget(IPC_PRIVATE, 0600)),
	    b = OK(msgget(IPC_PRIVATE, 0600));
	int fd = opened("/proc/sysvipc/msg", O_RDONLY), bytes;
	struct msqid_ds ds;

	OK(read_file("/proc/sysvipc/msg", whole, sizeof whole));
	bytes = strchr(whole, '\n') + 40 - whole; /* inside the line of a */
	EQ(SYS(NR_read, fd, P(parts), bytes), bytes);
	OK(msgctl(a, IPC_STAT, &ds));
	ds.msg_perm.uid = ds.msg_perm.gid = 77777;
	OK(msgctl(a, IPC_SET, &ds));
	OK(msgctl(b, IPC_SET, &ds));
	while (SYS(NR_read, fd, P(parts + bytes), 1) == 1)
		bytes++;
	parts[bytes] = '\0';
	EQ(memcmp(parts, whole, strchr(strchr(whole, '\n') + 1, '\n') - whole),
	   0);
	TRUE(strstr(parts, "77777 77777") != NULL);
	OK(msgctl(a, IPC_RMID, NULL));
	OK(msgctl(b, IPC_RMID, NULL));
}

TEST("FILE-proc what is read in pieces is of the moment of the first")
{
	int fd = opened("/proc/meminfo", O_RDONLY), bytes = 1;

	EQ(SYS(NR_read, fd, P(parts), 1), 1);
	memset(memory(24 << 20, PROT_READ | PROT_WRITE), 1, 24 << 20);
	while (SYS(NR_read, fd, P(parts + bytes), 1) == 1)
		bytes++;
	EQ(memcmp(parts + bytes - 4, " kB\n", 4), 0);
	OK(read_file("/proc/meminfo", whole, sizeof whole));
	TRUE(free_kib(parts) - free_kib(whole) > 6 << 10);
}

TEST("FILE-proc a file is made when it is read, and again at its start")
{
	int fd = opened(SHM_FILE, O_RDONLY);
	int empty = OK(read_file(SHM_FILE, whole, sizeof whole));
	int a = OK(shmget(IPC_PRIVATE, 1, 0600)), b, one, two;

	one = OK(SYS(NR_read, fd, P(parts), sizeof parts));
	TRUE(one > empty);
	b = OK(shmget(IPC_PRIVATE, 1, 0600));
	EQ(SYS(NR_lseek, fd, 0, SEEK_SET), 0);
	two = OK(SYS(NR_read, fd, P(parts), sizeof parts));
	EQ(two - one, one - empty);
	OK(shmctl(a, IPC_RMID, NULL));
	OK(shmctl(b, IPC_RMID, NULL));
	EQ(SYS(NR_lseek, fd, 0, SEEK_SET), 0);
	EQ(SYS(NR_read, fd, P(parts), sizeof parts), empty);
}

TEST("FILE-proc-end a segment that is made when all was read")
{
	int fd = opened(SHM_FILE, O_RDONLY), id;

	while (OK(SYS(NR_read, fd, P(parts), sizeof parts)) > 0)
		;
	id = OK(shmget(IPC_PRIVATE, 1, 0600));
	answer(OK(SYS(NR_read, fd, P(parts), sizeof parts)) ? "shown" : "not");
	OK(shmctl(id, IPC_RMID, NULL));
}

TEST("FILE-proc lseek goes anywhere but to the end, which nobody knows")
{
	int bytes = OK(read_file(SHM_FILE, whole, sizeof whole));
	int fd = opened(SHM_FILE, O_RDONLY);

	EQ(SYS(NR_lseek, fd, 5, SEEK_SET), 5);
	EQ(SYS(NR_read, fd, P(parts), 4), 4);
	EQ(memcmp(parts, whole + 5, 4), 0);
	ERR(SYS(NR_lseek, fd, 0, SEEK_END), EINVAL);
	ERR(SYS(NR_lseek, fd, -1, SEEK_END), EINVAL);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 9);
	EQ(SYS(NR_lseek, fd, bytes, SEEK_SET), bytes);
	EQ(SYS(NR_read, fd, P(parts), 4), 0);
}

TEST("FILE-proc root may open it for writing, but a write is EIO or EINVAL")
{
	static const struct {
		const char *name;
		int error;
	} files[] = {{SHM_FILE, EIO},
	             {"/proc/sysvipc/sem", EIO},
	             {"/proc/sysvipc/msg", EIO},
	             {"/proc/meminfo", EIO},
	             {"/proc/self/maps", EINVAL},
	             {"/proc/self/stat", EINVAL}};

	for (size_t i = 0; i < ALL(files); i++) {
		int fd = opened(files[i].name, O_WRONLY | O_TRUNC);

		ERR(SYS(NR_write, fd, P("1"), 1), files[i].error);
		ERR(SYS(NR_write, fd, P("1"), 0), files[i].error);
		ERR(SYS(NR_write, fd, 0, 1), files[i].error);
		ERR(SYS(NR_read, fd, P(parts), 1), EBADF);
		fd = opened(files[i].name, O_RDWR);
		ERR(SYS(NR_write, fd, P("1"), 1), files[i].error);
		EQ(SYS(NR_read, fd, P(parts), 1), 1);
		EQ(SYS(NR_access, P(files[i].name), W_OK), 0);
	}
	AS(NOBODY, NOBODY)
	{
		ERR(try_open(SHM_FILE, O_WRONLY), EACCES);
		ERR(try_open(SHM_FILE, O_RDONLY | O_TRUNC), EACCES);
		ERR(SYS(NR_access, P(SHM_FILE), W_OK), EACCES);
	}
}

TEST("FILE-proc what a process was is ESRCH when it is gone")
{
	char path[40];
	int status, fd;
	pid_t pid;

	BACKGROUND(pid)
	{
		await(1);
	}
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	fd = opened(path, O_RDONLY);
	reach(1);
	EQ(waitpid(pid, &status, 0), pid);
	ERR(SYS(NR_read, fd, P(parts), sizeof parts), ESRCH);
}

/* ---- /proc/sys ---------------------------------------------------------- */

#define LIMIT "/proc/sys/kernel/msgmax"

static int limit_is(void)
{
	OK(read_file(LIMIT, parts, sizeof parts));
	return atoi(parts);
}

/* The result of writing `text` at the start of LIMIT. */
static long limit_written(const char *text, size_t bytes)
{
	int fd = opened(LIMIT, O_WRONLY);
	long result = SYS(NR_write, fd, P(text), bytes);

	OK(close(fd));
	return result;
}

TEST("FILE-sys a write says how far it looked: behind the number it stops")
{
	static const struct {
		const char *text;
		int taken, value;
	} writes[] = {{"5 6\n", 2, 5},    {"6\n7\n", 2, 6}, {"7 x", 2, 7},
	              {"  8", 3, 8},      {"9 \n\n", 4, 9}, {"10  \t7", 5, 10},
	              {"\r\v\f11", 5, 11}};

	for (size_t i = 0; i < ALL(writes); i++) {
		const char *text = writes[i].text;

		EQ(limit_written(text, strlen(text)), writes[i].taken);
		EQ(limit_is(), writes[i].value);
	}
	EQ(limit_written("8192\n", 5), 5);
}

TEST("FILE-sys what is no number, or not alone, is EINVAL and sets nothing")
{
	static const char *const texts[] = {
	    "5x",  "\n", "  ",  "5,",   "+5",
	    "5\r", "-5", "- 5", "5-6 ", "000000000000000000005"};
	int fd = opened(LIMIT, O_WRONLY);

	for (size_t i = 0; i < ALL(texts); i++)
		ERR(SYS(NR_write, fd, P(texts[i]), strlen(texts[i])), EINVAL);
	ERR(SYS(NR_write, fd, P("5"), 2), EINVAL); /* with its NUL */
	ERR(SYS(NR_write, fd, 0, 3), EFAULT);
	EQ(SYS(NR_write, fd, P("5"), 0), 0);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 0);
	EQ(limit_is(), 8192);
}

TEST("FILE-sys a write anywhere but at the start is taken and sets nothing")
{
	int fd = opened(LIMIT, O_RDWR);

	EQ(SYS(NR_write, fd, P("12\n"), 3), 3);
	EQ(SYS(NR_write, fd, P("13\n"), 3), 3);
	EQ(limit_is(), 12);
	EQ(SYS(NR_write, fd, P("x"), 1), 1);
	EQ(SYS(NR_lseek, fd, 0, SEEK_CUR), 7);
	ERR(SYS(NR_write, fd, 0, 3), EFAULT);
	EQ(SYS(NR_lseek, fd, 0, SEEK_SET), 0);
	EQ(SYS(NR_write, fd, P("14 0\n"), 5), 3);
	EQ(SYS(NR_write, fd, P("0\n"), 2), 2);
	EQ(limit_is(), 14);
	fd = opened(LIMIT, O_WRONLY | O_APPEND);
	EQ(SYS(NR_write, fd, P("8192\n"), 5), 5);
	EQ(limit_is(), 8192);
}

TEST("FILE-sys of a long write the first 4,095 bytes are looked at")
{
	memset(whole, ' ', sizeof whole);
	whole[3000] = '9';
	EQ(limit_written(whole, 3001), 3001);
	EQ(limit_is(), 9);
	whole[3000] = ' ';
	whole[4094] = '7';
	whole[4095] = '7';
	EQ(limit_written(whole, sizeof whole), sizeof whole);
	EQ(limit_is(), 7);
	whole[4094] = ' ';
	ERR(limit_written(whole, sizeof whole), EINVAL);
	EQ(limit_written("8192\n", 5), 5);
	EQ(limit_is(), 8192);
}

TEST("FILE-sys a limit is read at the start, as much as fits, or not at all")
{
	int fd = opened(LIMIT, O_RDONLY);

	EQ(SYS(NR_read, fd, P(parts), 2), 2);
	EQ(memcmp(parts, "81", 2), 0);
	EQ(SYS(NR_read, fd, P(parts), 2), 0);
	EQ(SYS(NR_lseek, fd, 1, SEEK_SET), 1);
	EQ(SYS(NR_read, fd, P(parts), 2), 0);
	EQ(SYS(NR_lseek, fd, 0, SEEK_END), 0);
	EQ(SYS(NR_read, fd, P(parts), 9), 5);
	EQ(memcmp(parts, "8192\n", 5), 0);
	ERR(SYS(NR_lseek, fd, -1, SEEK_END), EINVAL);
}
