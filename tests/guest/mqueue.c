/*
 * tests/guest/mqueue.c -- message queues of POSIX (MQ-): mq_overview(7).
 *
 * The calls are the kernel's, whose names have no slash.
 */
#include "handlers.h"
#include <poll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>

enum {
	NR_mq_open = 277,
	NR_mq_unlink,
	NR_mq_timedsend,
	NR_mq_timedreceive,
	NR_mq_notify,
	NR_mq_getsetattr,
	NR_mq_timedsend64 = 418,
	NR_mq_timedreceive64,
};

#define MODE 0600

struct attributes {
	long flags, most, size, count, reserved[4];
};

static const char name[] = "guest";
static char big[8192];

static int open_queue(int flags, long most, long size)
{
	struct attributes a = {.most = most, .size = size};

	SYS(NR_mq_unlink, P(name)); /* what a failed test has left */
	return OK(SYS(NR_mq_open, P(name), flags, MODE, P(&a)));
}

/* Opens a new one to read and write, with some messages of up to 64 bytes. */
static int new_queue(long most)
{
	return open_queue(O_CREAT | O_EXCL | O_RDWR, most, 64);
}

static void remove_queue(void)
{
	OK(SYS(NR_mq_unlink, P(name)));
}

static long send(int fd, const char *text, unsigned priority)
{
	return SYS(NR_mq_timedsend, fd, P(text), strlen(text), priority, 0);
}

static void set_nonblock(int fd, int on)
{
	struct attributes a = {.flags = on ? O_NONBLOCK : 0};

	OK(SYS(NR_mq_getsetattr, fd, P(&a), 0));
}

static struct attributes attributes_of(int fd)
{
	struct attributes a;

	memset(&a, 0xCC, sizeof a);
	OK(SYS(NR_mq_getsetattr, fd, 0, P(&a)));
	return a;
}

static long count_of(int fd)
{
	return attributes_of(fd).count;
}

/* Receives a message, which must be this one. */
static void expect(int fd, const char *text, unsigned wanted)
{
	char got[65] = "";
	unsigned priority = 77;
	long bytes =
	    OK(SYS(NR_mq_timedreceive, fd, P(got), 64, P(&priority), 0));

	EQ(bytes, strlen(text));
	if (memcmp(got, text, bytes))
		FAIL("\"%s\" comes, not \"%s\"", got, text);
	EQ(priority, wanted);
}

/* A page of memory; the address behind it, where nothing is. */
static char *end_of_memory(void)
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	OK(munmap(p + PAGE, PAGE));
	return p + PAGE;
}

static int ready(int fd)
{
	struct pollfd one = {fd, POLLIN | POLLOUT, 0};

	OK(SYS(SYS_poll, P(&one), 1, 0));
	return one.revents;
}

/* The path of a descriptor in /proc. */
static const char *link_of(int fd)
{
	static char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return path;
}

/* ---- names -------------------------------------------------------------- */

TEST("MQ-name a name is looked up, made once, and gone when it is removed")
{
	int fd, other;

	ERR(SYS(NR_mq_open, P(name), O_RDWR, 0, 0), ENOENT);
	ERR(SYS(NR_mq_unlink, P(name)), ENOENT);
	fd = new_queue(2);
	ERR(SYS(NR_mq_open, P(name), O_CREAT | O_EXCL | O_RDWR, MODE, 0),
	    EEXIST);
	other = OK(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, 0));
	EQ(attributes_of(other).most, 2);
	OK(send(fd, "seen", 1));
	expect(other, "seen", 1);
	remove_queue();
	ERR(SYS(NR_mq_open, P(name), O_RDWR, 0, 0), ENOENT);
	OK(send(fd, "still", 0));
	expect(other, "still", 0);
}

TEST("MQ-name what is no name: empty, with a slash, with dots, too long")
{
	char longest[4200];

	ERR(SYS(NR_mq_open, P(""), O_CREAT | O_RDWR, MODE, 0), ENOENT);
	ERR(SYS(NR_mq_unlink, P("")), ENOENT);
	ERR(SYS(NR_mq_open, P("/"), O_CREAT | O_RDWR, MODE, 0), EACCES);
	ERR(SYS(NR_mq_open, P("/a"), O_CREAT | O_RDWR, MODE, 0), EACCES);
	ERR(SYS(NR_mq_open, P("a/b"), O_CREAT | O_RDWR, MODE, 0), EACCES);
	ERR(SYS(NR_mq_open, P("."), O_CREAT | O_RDWR, MODE, 0), EACCES);
	ERR(SYS(NR_mq_open, P(".."), O_RDWR, MODE, 0), EACCES);
	ERR(SYS(NR_mq_unlink, P("a/")), EACCES);
	memset(longest, 'n', sizeof longest);
	longest[256] = '\0';
	ERR(SYS(NR_mq_open, P(longest), O_RDWR, 0, 0), ENAMETOOLONG);
	ERR(SYS(NR_mq_open, P(longest), O_CREAT | O_RDWR, MODE, 0),
	    ENAMETOOLONG);
	ERR(SYS(NR_mq_unlink, P(longest)), ENAMETOOLONG);
	longest[256] = '/';
	longest[4096] = '\0';
	ERR(SYS(NR_mq_open, P(longest), O_RDWR, 0, 0), ENAMETOOLONG);
	longest[4095] = '\0';
	ERR(SYS(NR_mq_open, P(longest), O_RDWR, 0, 0), EACCES);
	longest[255] = '\0';
	OK(SYS(NR_mq_open, P(longest), O_CREAT | O_RDWR, MODE, 0));
	OK(SYS(NR_mq_unlink, P(longest)));
}

TEST("MQ-name no path leads to a queue, and none out of it")
{
	int fd = new_queue(1), twin;
	const char *link = link_of(fd);

	ERR(SYS(NR_open, P(name), O_RDWR), ENOENT);
	twin = OK(SYS(NR_open, P(link), O_RDWR));
	OK(send(twin, "by the other", 0));
	expect(fd, "by the other", 0);
	ERR(SYS(SYS_linkat, AT_FDCWD, P(link), AT_FDCWD, P("/tmp/queue"),
	        AT_SYMLINK_FOLLOW),
	    EXDEV);
	remove_queue();
}

TEST("MQ-name the link of a descriptor in /proc says the name")
{
	char text[32] = "";

	EQ(SYS(NR_readlink, P(link_of(new_queue(1))), P(text), 31), 6);
	EQ(strcmp(text, "/guest"), 0);
	remove_queue();
}

/* ---- rights ------------------------------------------------------------- */

TEST("MQ-rights a queue has an owner, and a mode without the umask's bits")
{
	struct stat st;
	int fd;

	umask(027);
	AS(1000, 100)
	{
		fd = OK(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, 01666, 0));
		OK(fstat(fd, &st));
		EQ(st.st_mode, S_IFREG | 01640);
		EQ(st.st_uid, 1000);
		EQ(st.st_gid, 100);
		EQ(st.st_nlink, 1);
		EQ(st.st_size, 80);
		EQ(st.st_blocks, 0);
	}
	AS(1001, 100)
	{
		OK(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0));
		ERR(SYS(NR_mq_open, P(name), O_WRONLY, 0, 0), EACCES);
		ERR(SYS(NR_mq_open, P(name), O_RDWR, 0, 0), EACCES);
		ERR(SYS(NR_mq_unlink, P(name)), EPERM);
	}
	AS(1002, 101)
	{
		ERR(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0), EACCES);
		ERR(SYS(NR_mq_open, P(name), O_CREAT | O_EXCL, 0, 0), EEXIST);
	}
	AS(1000, 100)
	{
		remove_queue();
	}
}

TEST("MQ-rights whoever makes a queue has it open as wished, whatever its mode")
{
	AS(1000, 100)
	{
		int fd = OK(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, 0, 0));

		OK(send(fd, "mine", 0));
		ERR(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0), EACCES);
		OK(fchmod(fd, 0400));
		OK(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0));
		remove_queue();
	}
}

TEST("MQ-rights the direction is that of the descriptor")
{
	int both = new_queue(1);
	int in = OK(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0));
	int out = OK(SYS(NR_mq_open, P(name), O_WRONLY, 0, 0));
	char c[64];
	int none;

	ERR(send(in, "no", 0), EBADF);
	OK(send(out, "yes", 0));
	ERR(SYS(NR_mq_timedreceive, out, P(c), 64, 0, 0), EBADF);
	expect(in, "yes", 0);
	ERR(SYS(NR_mq_open, P(name), O_RDWR | O_WRONLY, 0, 0), EINVAL);
	remove_queue();
	none = OK(SYS(NR_mq_open, P(name), O_CREAT | 3, MODE, 0));
	ERR(send(none, "no", 0), EBADF);
	ERR(SYS(NR_mq_timedreceive, none, P(big), 8192, 0, 0), EBADF);
	EQ(attributes_of(none).most, 10);
	remove_queue();
	(void)both;
}

/* ---- attributes and limits ---------------------------------------------- */

TEST("MQ-attributes without a wish there are ten messages of 8,192 bytes")
{
	int fd = OK(
	    SYS(NR_mq_open, P(name), O_CREAT | O_RDWR | O_NONBLOCK, MODE, 0));
	struct attributes a = attributes_of(fd);

	EQ(a.most, 10);
	EQ(a.size, 8192);
	EQ(a.count, 0);
	EQ(a.flags, O_NONBLOCK);
	EQ(a.reserved[0] | a.reserved[3], 0);
	for (int i = 0; i < 10; i++) {
		big[0] = 'a' + i;
		OK(SYS(NR_mq_timedsend, fd, P(big), 8192, 0, 0));
	}
	ERR(send(fd, "one more", 0), EAGAIN);
	for (int i = 0; i < 10; i++) {
		EQ(SYS(NR_mq_timedreceive, fd, P(big), 8192, 0, 0), 8192);
		EQ(big[0], 'a' + i);
	}
	remove_queue();
}

TEST("MQ-attributes bad ones make no queue")
{
	static const long bad[][2] = {{0, 64},  {-1, 64},    {1, 0},
	                              {1, -64}, {65537, 64}, {1, 16777217}};
	static const long beyond[][2] = {{11, 64}, {1, 8193}};

	for (unsigned i = 0; i < ALL(bad); i++) {
		struct attributes a = {.most = bad[i][0], .size = bad[i][1]};

		ERR(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, P(&a)),
		    EINVAL);
		ERR(SYS(NR_mq_unlink, P(name)), ENOENT);
	}
	for (unsigned i = 0; i < ALL(beyond); i++) {
		AS(1000, 100)
		{
			struct attributes a = {.most = beyond[i][0],
			                       .size = beyond[i][1]};

			ERR(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE,
			        P(&a)),
			    EINVAL);
		}
		OK(SYS(NR_close, open_queue(O_CREAT | O_RDWR, beyond[i][0],
		                            beyond[i][1])));
		remove_queue();
	}
}

TEST("MQ-attributes mq_getsetattr sets O_NONBLOCK and nothing else")
{
	int fd = new_queue(3), twin = OK(dup(fd));
	struct attributes new = {O_NONBLOCK, 7, 7, 7, {7}}, old;

	OK(send(fd, "x", 0));
	OK(SYS(NR_mq_getsetattr, fd, P(&new), P(&old)));
	EQ(old.flags, 0);
	EQ(old.most, 3);
	EQ(old.count, 1);
	EQ(attributes_of(twin).flags, O_NONBLOCK);
	EQ(attributes_of(twin).most, 3);
	EQ(OK(fcntl(fd, F_GETFL)) & (O_ACCMODE | O_NONBLOCK),
	   O_RDWR | O_NONBLOCK);
	OK(fcntl(fd, F_SETFL, 0));
	EQ(attributes_of(fd).flags, 0);
	new.flags = O_NONBLOCK | O_APPEND;
	ERR(SYS(NR_mq_getsetattr, fd, P(&new), P(&old)), EINVAL);
	OK(SYS(NR_mq_getsetattr, fd, 0, 0));
	remove_queue();
}

TEST("MQ-limits RLIMIT_MSGQUEUE bounds what a user's queues have room for")
{
	struct rlimit limit = {3 * (10 * (64 + 24) + 10 * 24), 819200};
	char each[3][8] = {"one", "two", "three"};
	struct attributes a = {.most = 10, .size = 64};

	AS(1000, 100)
	{
		int fds[3];

		OK(setrlimit(RLIMIT_MSGQUEUE, &limit));
		for (int i = 0; i < 3; i++)
			fds[i] = OK(SYS(NR_mq_open, P(each[i]),
			                O_CREAT | O_RDWR, MODE, P(&a)));
		ERR(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, P(&a)),
		    EMFILE);
		OK(SYS(NR_mq_unlink, P("two")));
		ERR(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, P(&a)),
		    EMFILE);
		OK(SYS(NR_close, fds[1]));
		OK(SYS(NR_mq_open, P("two"), O_CREAT | O_RDWR, MODE, P(&a)));
	}
	AS(1001, 100)
	{
		setrlimit(RLIMIT_MSGQUEUE, &limit);
		OK(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, P(&a)));
		remove_queue();
	}
	for (int i = 0; i < 3; i++)
		OK(SYS(NR_mq_unlink, P(each[i])));
}

TEST("MQ-limits the limit is 819,200 bytes, of root's queues as well")
{
	struct rlimit limit, more = {RLIM_INFINITY, RLIM_INFINITY};
	char each[16];
	int made = 0;

	OK(getrlimit(RLIMIT_MSGQUEUE, &limit));
	EQ(limit.rlim_cur, 819200);
	EQ(limit.rlim_max, 819200);
	for (long fd = 0; fd >= 0; made += fd >= 0) {
		snprintf(each, sizeof each, "q%d", made);
		fd = SYS(NR_mq_open, P(each), O_CREAT | O_RDWR, MODE, 0);
		if (fd < 0)
			ERR(fd, EMFILE);
	}
	EQ(made, 9);
	OK(setrlimit(RLIMIT_MSGQUEUE, &more));
	OK(SYS(NR_mq_open, P(each), O_CREAT | O_RDWR, MODE, 0));
	for (int i = 0; i <= made; i++) {
		snprintf(each, sizeof each, "q%d", i);
		OK(SYS(NR_mq_unlink, P(each)));
	}
}

static int file_of(const char *limit)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/sys/fs/mqueue/%s", limit);
	return OK(open(path, O_RDWR));
}

/* What a limit says; then it is set to `value`, unless that is NULL. */
static long limit(const char *which, const char *value, long *error)
{
	char text[32] = "";
	int fd = file_of(which);
	long wrote = 0;

	TRUE(read(fd, text, 31) > 0);
	if (value)
		wrote = SYS(SYS_pwrite64, fd, P(value), strlen(value), 0, 0);
	if (error)
		*error = wrote;
	OK(close(fd));
	return atol(text);
}

TEST("MQ-limits the machine's limits are in /proc/sys/fs/mqueue")
{
	long error;

	EQ(limit("queues_max", "0", NULL), 256);
	AS(1000, 100)
	{
		ERR(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, 0),
		    ENOSPC);
	}
	OK(SYS(NR_close,
	       OK(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, 0))));
	remove_queue();
	EQ(limit("queues_max", "256", NULL), 0);
	EQ(limit("msg_max", "5", NULL), 10);
	EQ(limit("msgsize_max", "128", NULL), 8192);
	EQ(limit("msg_default", "7", NULL), 10);
	EQ(limit("msgsize_default", "200", NULL), 8192);
	AS(1000, 100)
	{
		struct attributes a = {.most = 6, .size = 1};

		ERR(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, P(&a)),
		    EINVAL);
		a = attributes_of(
		    OK(SYS(NR_mq_open, P(name), O_CREAT | O_RDWR, MODE, 0)));
		EQ(a.most, 5);
		EQ(a.size, 128);
		remove_queue();
	}
	EQ(limit("msg_max", "0", &error), 5);
	ERR(error, EINVAL);
	EQ(limit("msg_max", "65537", &error), 5);
	ERR(error, EINVAL);
	EQ(limit("msgsize_max", "127", &error), 128);
	ERR(error, EINVAL);
	limit("msg_max", "10", NULL);
	limit("msgsize_max", "8192", NULL);
	limit("msg_default", "10", NULL);
	limit("msgsize_default", "8192", NULL);
}

/* ---- order and contents ------------------------------------------------- */

TEST("MQ-order the highest priority comes first, and of one the oldest")
{
	static const struct {
		const char *text;
		unsigned priority;
	} in[] = {{"a", 3}, {"b", 0}, {"c", 32767}, {"d", 3},
	          {"e", 9}, {"f", 0}, {"g", 3},     {"h", 32767}},
	  out[] = {{"c", 32767}, {"h", 32767}, {"e", 9}, {"a", 3},
	           {"d", 3},     {"g", 3},     {"b", 0}, {"f", 0}};
	int fd = new_queue(8);

	for (unsigned i = 0; i < ALL(in); i++)
		OK(send(fd, in[i].text, in[i].priority));
	for (unsigned i = 0; i < ALL(out); i++)
		expect(fd, out[i].text, out[i].priority);
	ERR(send(fd, "x", 32768), EINVAL);
	ERR(send(fd, "x", 0xFFFFFFFF), EINVAL);
	remove_queue();
}

TEST("MQ-order a thousand messages of random priorities come out in order")
{
	struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	unsigned seed = 1, last = 32768, priority, number, last_number = 0;
	int fd;

	OK(setrlimit(RLIMIT_MSGQUEUE, &more));
	fd = open_queue(O_CREAT | O_RDWR | O_NONBLOCK, 1000, 8);
	for (number = 0; number < 1000; number++) {
		seed = seed * 1103515245 + 12345;
		priority = seed >> 16 & (number % 2 ? 7 : 32767);
		OK(SYS(NR_mq_timedsend, fd, P(&number), 4, priority, 0));
	}
	ERR(send(fd, "x", 0), EAGAIN);
	for (int i = 0; i < 1000; i++) {
		EQ(SYS(NR_mq_timedreceive, fd, P(big), 8, P(&priority), 0), 4);
		memcpy(&number, big, 4);
		TRUE(priority < last ||
		     (priority == last && number > last_number));
		last = priority;
		last_number = number;
	}
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 8, 0, 0), EAGAIN);
	remove_queue();
}

TEST("MQ-order a message of no bytes is one; a longer one than allowed is not")
{
	int fd = new_queue(2);

	OK(SYS(NR_mq_timedsend, fd, 0, 0, 5, 0));
	EQ(count_of(fd), 1);
	expect(fd, "", 5);
	memset(big, 'x', 65);
	ERR(SYS(NR_mq_timedsend, fd, P(big), 65, 0, 0), EMSGSIZE);
	ERR(SYS(NR_mq_timedsend, fd, P(big), -1, 0, 0), EMSGSIZE);
	OK(SYS(NR_mq_timedsend, fd, P(big), 64, 0, 0));
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 63, 0, 0), EMSGSIZE);
	EQ(SYS(NR_mq_timedreceive, fd, P(big), 8192, 0, 0), 64);
	remove_queue();
}

TEST("MQ-order a queue of one message of a byte is filled again and again")
{
	int fd = open_queue(O_CREAT | O_RDWR | O_NONBLOCK, 1, 1);
	char c;

	for (int i = 0; i < 300; i++) {
		c = (char)i;
		OK(SYS(NR_mq_timedsend, fd, P(&c), 1, i, 0));
		ERR(SYS(NR_mq_timedsend, fd, P(&c), 1, i, 0), EAGAIN);
		EQ(SYS(NR_mq_timedreceive, fd, P(&c), 1, 0, 0), 1);
		EQ(c, (char)i);
		ERR(SYS(NR_mq_timedreceive, fd, P(&c), 1, 0, 0), EAGAIN);
	}
	remove_queue();
}

/* ---- a descriptor ------------------------------------------------------- */

TEST("MQ-fd the lowest descriptor, with FD_CLOEXEC, whatever the flags say")
{
	int lowest = OK(dup(0)), fd;

	OK(close(lowest));
	fd = new_queue(1);
	EQ(fd, lowest);
	EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	OK(SYS(NR_close, fd));
	ERR(send(fd, "x", 0), EBADF);
	ERR(SYS(NR_mq_getsetattr, fd, 0, 0), EBADF);
	remove_queue();
}

TEST("MQ-fd no other descriptor is a queue")
{
	int ends[2], file = OK(open("/proc/self/exe", O_RDONLY)), path;
	int others[] = {0, file, -1, 200, 0, 0};

	OK(pipe(ends));
	others[4] = ends[0];
	path = OK(open(link_of(new_queue(1)), O_PATH));
	others[5] = path;
	for (unsigned i = 0; i < ALL(others); i++) {
		ERR(send(others[i], "x", 0), EBADF);
		ERR(SYS(NR_mq_timedreceive, others[i], P(big), 8192, 0, 0),
		    EBADF);
		ERR(SYS(NR_mq_notify, others[i], 0), EBADF);
		ERR(SYS(NR_mq_getsetattr, others[i], 0, 0), EBADF);
	}
	remove_queue();
}

TEST("MQ-fd read gives a line about the queue, and write nothing")
{
	static const char empty[] =
	    "QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n";
	static const char full[] = "QSIZE:7          NOTIFY:0     SIGNO:0 ";
	int fd = new_queue(2);
	char text[100] = "";

	EQ(SYS(NR_read, fd, P(text), 99), strlen(empty));
	EQ(strcmp(text, empty), 0);
	EQ(SYS(NR_read, fd, P(text), 99), 0);
	OK(send(fd, "abc", 0));
	OK(send(fd, "defg", 0));
	EQ(lseek(fd, 0, SEEK_SET), 0);
	EQ(SYS(NR_read, fd, P(text), 10), 10);
	EQ(SYS(NR_read, fd, P(text + 10), 80), strlen(empty) - 10);
	EQ(memcmp(text, full, strlen(full)), 0);
	EQ(pread(fd, text, 1, 6), 1);
	EQ(text[0], '7');
	EQ(lseek(fd, 0, SEEK_END), 80);
	ERR(SYS(NR_write, fd, P("x"), 1), EINVAL);
	ERR(SYS(SYS_ftruncate, fd, 0), HERE(0, EINVAL));
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
	remove_queue();
}

TEST(
    "MQ-fd poll and select say when there is a message, and when there is room")
{
	struct timeval none = {0, 0};
	int fd = new_queue(2), in;
	fd_set set;

	in = OK(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0));
	EQ(ready(fd), POLLOUT);
	EQ(ready(in), POLLOUT);
	OK(send(fd, "1", 0));
	EQ(ready(fd), POLLIN | POLLOUT);
	OK(send(fd, "2", 0));
	EQ(ready(fd), POLLIN);
	EQ(ready(in), POLLIN);
	FD_ZERO(&set);
	FD_SET(in, &set);
	EQ(select(in + 1, &set, NULL, NULL, &none), 1);
	expect(in, "1", 0);
	EQ(ready(in), POLLIN | POLLOUT);
	EQ(ready(OK(SYS(NR_mq_open, P(name), O_WRONLY, 0, 0))),
	   POLLIN | POLLOUT);
	expect(in, "2", 0);
	EQ(ready(fd), POLLOUT);
	remove_queue();
}

TEST("MQ-fd poll waits for a message")
{
	int fd = new_queue(2);
	struct pollfd one = {fd, POLLIN, 0};
	pid_t pid;

	BACKGROUND(pid)
	{
		await_asleep(getppid());
		OK(send(fd, "x", 0));
	}
	EQ(SYS(SYS_poll, P(&one), 1, -1), 1);
	EQ(one.revents, POLLIN);
	EXITS(pid, 0);
	remove_queue();
}

TEST("MQ-fd a child inherits the descriptor, and exec closes it")
{
	int fd = new_queue(2);

	IN_CHILD
	{
		OK(send(fd, "from the child", 2));
		set_nonblock(fd, 1);
	}
	EQ(attributes_of(fd).flags, O_NONBLOCK);
	expect(fd, "from the child", 2);
	remove_queue();
}

TEST("MQ-fd a queue has times and locks as a file has")
{
	static const struct timespec old[2] = {{1000000000, 0},
	                                       {1000000000, 0}};
	int fd = new_queue(2);
	struct stat st;

	OK(futimens(fd, old));
	OK(fstat(fd, &st));
	EQ(st.st_mtime, 1000000000);
	OK(send(fd, "x", 0));
	OK(fstat(fd, &st));
	TRUE(st.st_mtime > 1000000000);
	TRUE(st.st_atime > 1000000000);
	OK(flock(fd, LOCK_EX));
	ERR(SYS(SYS_flock, OK(SYS(NR_mq_open, P(name), O_RDONLY, 0, 0)),
	        LOCK_EX | LOCK_NB),
	    EAGAIN);
	remove_queue();
	OK(fstat(fd, &st));
	EQ(st.st_nlink, 0);
}

/* ---- waiting ------------------------------------------------------------ */

/* A process that waits for that message, and one that waits to send it. */
static pid_t receiver(int fd, const char *text, unsigned priority)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		expect(fd, text, priority);
	}
	await_asleep(pid);
	return pid;
}

static pid_t sender(int fd, const char *text, unsigned priority)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(send(fd, text, priority));
	}
	await_asleep(pid);
	return pid;
}

TEST("MQ-wait a receiver waits for a message")
{
	int fd = new_queue(2);
	pid_t pid;

	pid = receiver(fd, "at last", 4);
	OK(send(fd, "at last", 4));
	EXITS(pid, 0);
	EQ(count_of(fd), 0);
	remove_queue();
}

TEST("MQ-wait a sender waits for room, and its message takes its place")
{
	int fd = new_queue(2);
	pid_t pid;

	OK(send(fd, "one", 1));
	OK(send(fd, "two", 1));
	pid = sender(fd, "urgent", 9);
	EQ(count_of(fd), 2);
	expect(fd, "one", 1);
	EXITS(pid, 0);
	expect(fd, "urgent", 9);
	expect(fd, "two", 1);
	remove_queue();
}

static void receivers_in_order(int first_nice, int second_nice,
                               const char *first, const char *second)
{
	int fd = new_queue(2);
	pid_t one, two;

	BACKGROUND(one)
	{
		nice(first_nice);
		expect(fd, first, 0);
	}
	await_asleep(one);
	BACKGROUND(two)
	{
		nice(second_nice);
		expect(fd, second, 0);
	}
	await_asleep(two);
	OK(send(fd, "1", 0));
	OK(send(fd, "2", 0));
	EXITS(one, 0);
	EXITS(two, 0);
	remove_queue();
}

TEST("MQ-wait who has waited longest is served first")
{
	receivers_in_order(0, 0, "1", "2");
}

TEST("MQ-wait a process of a lower nice value is served before")
{
	receivers_in_order(5, 0, "2", "1");
}

TEST("MQ-wait senders are served in their order, whatever their priorities")
{
	int fd = new_queue(1);
	pid_t one, two;

	OK(send(fd, "full", 0));
	one = sender(fd, "first", 0);
	two = sender(fd, "second", 9);
	expect(fd, "full", 0);
	EXITS(one, 0);
	expect(fd, "first", 0);
	EXITS(two, 0);
	expect(fd, "second", 9);
	remove_queue();
}

/* A turn of the CPU may end just then, so not each time. */
TEST("MQ-wait a receiver goes on before the sender that it makes room for")
{
	int fd = new_queue(1), before = 0;
	pid_t pid;

	OK(send(fd, "full", 0));
	for (int i = 0; i < 20; i++) {
		shared->value[0] = 0;
		BACKGROUND(pid)
		{
			OK(send(fd, "next", 0));
			shared->value[0] = 1;
		}
		await_asleep(pid);
		OK(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, 0));
		before += shared->value[0] == 0;
		EXITS(pid, 0);
	}
	TRUE(before > 10);
	remove_queue();
}

TEST("MQ-wait O_NONBLOCK is asked when the wait would begin")
{
	int fd = new_queue(1);
	pid_t pid;

	pid = receiver(fd, "x", 0);
	set_nonblock(fd, 1);
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, 0), EAGAIN);
	OK(send(fd, "x", 0));
	EXITS(pid, 0);
	remove_queue();
}

TEST("MQ-wait a queue that nobody can open any more still serves who waits")
{
	int fd = new_queue(1);
	pid_t pid;

	pid = receiver(fd, "x", 0);
	remove_queue();
	OK(send(fd, "x", 0));
	OK(SYS(NR_close, fd));
	EXITS(pid, 0);
}

TEST("MQ-wait a killed receiver takes no message, a killed sender sends none")
{
	int fd = new_queue(1);
	pid_t pid;

	pid = receiver(fd, "never", 0);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	OK(send(fd, "x", 0));
	EQ(count_of(fd), 1);
	pid = sender(fd, "never", 9);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	expect(fd, "x", 0);
	EQ(count_of(fd), 0);
	remove_queue();
}

TEST("MQ-wait a stopped receiver goes on to wait when it is continued")
{
	int fd = new_queue(1), status;
	pid_t pid;

	pid = receiver(fd, "x", 0);
	OK(kill(pid, SIGSTOP));
	EQ(OK(waitpid(pid, &status, WUNTRACED)), pid);
	OK(kill(pid, SIGCONT));
	await_asleep(pid);
	OK(send(fd, "x", 0));
	EXITS(pid, 0);
	remove_queue();
}

static void wait_with_handler(int flags, int sends)
{
	int fd = new_queue(1);
	pid_t pid;

	if (sends)
		OK(send(fd, "full", 0));
	BACKGROUND(pid)
	{
		set_plain(SIGUSR1, count_run, flags);
		reach(1);
		if (flags & SA_RESTART) {
			sends ? (void)OK(send(fd, "x", 0)) : expect(fd, "x", 0);
			EQ(runs, 1);
		} else {
			ERR(sends
			        ? send(fd, "x", 0)
			        : SYS(NR_mq_timedreceive, fd, P(big), 64, 0, 0),
			    EINTR);
		}
	}
	await(1);
	await_asleep(pid);
	OK(kill(pid, SIGUSR1));
	if (flags & SA_RESTART) {
		sleep_ms(20);
		await_asleep(pid);
		if (sends)
			expect(fd, "full", 0);
		else
			OK(send(fd, "x", 0));
	}
	EXITS(pid, 0);
	remove_queue();
}

TEST("MQ-signal a handler ends a wait: EINTR")
{
	wait_with_handler(0, 0);
	wait_with_handler(0, 1);
}

TEST("MQ-signal a handler with SA_RESTART does not")
{
	wait_with_handler(SA_RESTART, 0);
	wait_with_handler(SA_RESTART, 1);
}

/* ---- time --------------------------------------------------------------- */

static struct timespec in_ms(long ms)
{
	struct timespec t;

	OK(clock_gettime(CLOCK_REALTIME, &t));
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

TEST("MQ-time a wait ends at its time, and not before")
{
	int fd = new_queue(1);
	long long start = now_ms();
	struct timespec end = in_ms(60);

	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&end)), ETIMEDOUT);
	TRUE(now_ms() - start >= 59);
	OK(send(fd, "full", 0));
	start = now_ms();
	end = in_ms(60);
	ERR(SYS(NR_mq_timedsend, fd, P("x"), 1, 0, P(&end)), ETIMEDOUT);
	TRUE(now_ms() - start >= 59);
	expect(fd, "full", 0);
	EQ(count_of(fd), 0);
	remove_queue();
}

TEST("MQ-time a time that has passed ends a wait at once, and no other call")
{
	struct timespec end = in_ms(-1000), zero = {0, 0};
	int fd = new_queue(1);

	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&end)), ETIMEDOUT);
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&zero)), ETIMEDOUT);
	OK(SYS(NR_mq_timedsend, fd, P("x"), 1, 0, P(&end)));
	ERR(SYS(NR_mq_timedsend, fd, P("x"), 1, 0, P(&end)), ETIMEDOUT);
	EQ(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&end)), 1);
	set_nonblock(fd, 1);
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&end)), EAGAIN);
	remove_queue();
}

TEST("MQ-time a bad time is EINVAL, even where nobody waits")
{
	static const struct timespec bad[] = {
	    {0, -1}, {0, 1000000000}, {-1, 0}};
	int fd = new_queue(2);

	for (unsigned i = 0; i < ALL(bad); i++) {
		ERR(SYS(NR_mq_timedsend, fd, P("x"), 1, 0, P(&bad[i])), EINVAL);
		ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&bad[i])),
		    EINVAL);
	}
	EQ(count_of(fd), 0);
	ERR(SYS(NR_mq_timedsend, fd, P("x"), 1, 0, 1), EFAULT);
	ERR(SYS(NR_mq_timedsend, fd, P("x"), 65, 32768, 1), EFAULT);
	ERR(SYS(NR_mq_timedsend, fd, P("x"), 65, 32768, 0), EINVAL);
	ERR(SYS(NR_mq_timedsend, fd, 1, 65, 0, 0), EMSGSIZE);
	ERR(SYS(NR_mq_timedsend, fd, 1, 64, 0, 0), EFAULT);
	remove_queue();
}

TEST("MQ-time the calls of 64 bits of seconds are the same")
{
	struct timespec t = in_ms(40);
	long long end[2] = {t.tv_sec, t.tv_nsec}, never[2] = {1ll << 40, 5},
	          bad[2] = {-1, 0};
	int fd = new_queue(1);
	pid_t pid;

	ERR(SYS(NR_mq_timedreceive64, fd, P(big), 64, 0, P(end)), ETIMEDOUT);
	OK(SYS(NR_mq_timedsend64, fd, P("x"), 1, 7, P(end)));
	ERR(SYS(NR_mq_timedsend64, fd, P("x"), 1, 7, P(end)), ETIMEDOUT);
	ERR(SYS(NR_mq_timedsend64, fd, P("x"), 1, 7, P(bad)), EINVAL);
	EQ(SYS(NR_mq_timedreceive64, fd, P(big), 64, 0, P(never)), 1);
	BACKGROUND(pid)
	{
		EQ(SYS(NR_mq_timedreceive64, fd, P(big), 64, 0, P(never)), 1);
	}
	await_asleep(pid);
	OK(send(fd, "y", 0));
	EXITS(pid, 0);
	remove_queue();
}

TEST("MQ-time each of several waits ends at its own time")
{
	static const int waits[] = {90, 30, 60, 30};
	int fd = new_queue(1);
	pid_t pids[4];

	for (unsigned i = 0; i < ALL(waits); i++)
		BACKGROUND(pids[i])
		{
			struct timespec end = in_ms(waits[i]);
			long long start = now_ms();

			ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&end)),
			    ETIMEDOUT);
			TRUE(now_ms() - start >= waits[i] - 1);
		}
	for (unsigned i = 0; i < ALL(waits); i++)
		EXITS(pids[i], 0);
	OK(send(fd, "x", 0));
	EQ(count_of(fd), 1);
	remove_queue();
}

TEST("MQ-time a wait with a time is served, and another one ends, in any order")
{
	int fd = new_queue(1);
	struct timespec soon = in_ms(50), late = in_ms(20000);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&late)), 1);
	}
	await_asleep(pid);
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 0, P(&soon)), ETIMEDOUT);
	OK(send(fd, "x", 0));
	EXITS(pid, 0);
	remove_queue();
}

/* ---- notices ------------------------------------------------------------ */

static struct sigevent by_signal(int signal, int value)
{
	return (struct sigevent){.sigev_notify = SIGEV_SIGNAL,
	                         .sigev_signo = signal,
	                         .sigev_value.sival_int = value};
}

static long notify(int fd, int signal, int value)
{
	struct sigevent event = by_signal(signal, value);

	return SYS(NR_mq_notify, fd, P(&event));
}

TEST("MQ-notify the first message in the empty queue sends the signal, once")
{
	int fd = new_queue(3);
	pid_t pid;

	set(SIGUSR1, keep_info, 0);
	OK(notify(fd, SIGUSR1, 4711));
	BACKGROUND(pid)
	{
		if (setresuid(1000, 0, 0))
			_exit(1);
		OK(send(fd, "1", 0));
	}
	EXITS(pid, 0);
	EQ(runs, 1);
	EQ(last_info.si_signo, SIGUSR1);
	EQ(last_info.si_code, SI_MESGQ);
	EQ(last_info.si_value.sival_int, 4711);
	EQ(last_info.si_pid, pid);
	EQ(last_info.si_uid, 1000);
	OK(send(fd, "2", 0));
	expect(fd, "1", 0);
	expect(fd, "2", 0);
	OK(send(fd, "3", 0));
	EQ(runs, 1);
	OK(notify(fd, SIGUSR1, 0));
	OK(send(fd, "4", 0));
	EQ(runs, 1);
	expect(fd, "3", 0);
	expect(fd, "4", 0);
	OK(send(fd, "5", 0));
	EQ(runs, 2);
	remove_queue();
}

TEST("MQ-notify a receiver that waits comes before the notice")
{
	int fd = new_queue(3);
	pid_t pid;

	set(SIGUSR1, keep_info, 0);
	OK(notify(fd, SIGUSR1, 1));
	pid = receiver(fd, "1", 0);
	OK(send(fd, "1", 0));
	EXITS(pid, 0);
	EQ(runs, 0);
	OK(send(fd, "2", 0));
	EQ(runs, 1);
	remove_queue();
}

TEST("MQ-notify one process at a time has a notice, and only it takes it back")
{
	int fd = new_queue(3);

	set(SIGUSR1, keep_info, 0);
	OK(notify(fd, SIGUSR1, 1));
	ERR(notify(fd, SIGUSR2, 1), EBUSY);
	IN_CHILD
	{
		ERR(notify(fd, SIGUSR2, 1), EBUSY);
		OK(SYS(NR_mq_notify, fd, 0));
		ERR(notify(fd, SIGUSR2, 1), EBUSY);
	}
	OK(SYS(NR_mq_notify, fd, 0));
	OK(SYS(NR_mq_notify, fd, 0));
	OK(send(fd, "x", 0));
	EQ(runs, 0);
	IN_CHILD
	{
		OK(notify(fd, SIGUSR2, 1));
	}
	OK(notify(fd, SIGUSR1, 1));
	remove_queue();
}

TEST("MQ-notify closing the descriptor ends the notice, though others have it")
{
	int fd = new_queue(3), other;
	pid_t pid;

	set(SIGUSR1, keep_info, 0);
	other = OK(SYS(NR_mq_open, P(name), O_RDWR, 0, 0));
	OK(notify(fd, SIGUSR1, 1));
	BACKGROUND(pid)
	{
		await(1);
	}
	OK(SYS(NR_close, fd));
	OK(notify(other, SIGUSR1, 2));
	OK(SYS(NR_close, other));
	reach(1);
	EXITS(pid, 0);
	other = OK(SYS(NR_mq_open, P(name), O_RDWR, 0, 0));
	OK(send(other, "x", 0));
	EQ(runs, 0);
	remove_queue();
}

TEST("MQ-notify a child's close leaves the parent's notice alone")
{
	int fd = new_queue(3);

	set(SIGUSR1, keep_info, 0);
	OK(notify(fd, SIGUSR1, 1));
	IN_CHILD
	{
		OK(SYS(NR_close, fd));
	}
	OK(send(fd, "x", 0));
	EQ(runs, 1);
	remove_queue();
}

TEST("MQ-notify SIGEV_NONE and signal 0 take the place and send nothing")
{
	struct sigevent none = {.sigev_notify = SIGEV_NONE};
	int fd = new_queue(3);

	set(SIGUSR1, keep_info, 0);
	OK(SYS(NR_mq_notify, fd, P(&none)));
	ERR(notify(fd, SIGUSR1, 1), EBUSY);
	OK(send(fd, "x", 0));
	OK(notify(fd, 0, 1));
	ERR(notify(fd, SIGUSR1, 1), EBUSY);
	expect(fd, "x", 0);
	OK(send(fd, "x", 0));
	OK(notify(fd, SIGUSR1, 1));
	EQ(runs, 0);
	remove_queue();
}

TEST("MQ-notify what is no notice is EINVAL; one for a thread needs a socket")
{
	struct sigevent event = by_signal(65, 1);
	char cookie[32];
	int fd = new_queue(3);

	ERR(SYS(NR_mq_notify, fd, P(&event)), EINVAL);
	event.sigev_signo = -1;
	ERR(SYS(NR_mq_notify, fd, P(&event)), EINVAL);
	event.sigev_notify = 3;
	ERR(SYS(NR_mq_notify, fd, P(&event)), EINVAL);
	event.sigev_notify = SIGEV_THREAD_ID;
	ERR(SYS(NR_mq_notify, fd, P(&event)), EINVAL);
	event.sigev_notify = SIGEV_THREAD;
	event.sigev_signo = fd;
	event.sigev_value.sival_ptr = cookie;
	ERR(SYS(NR_mq_notify, fd, P(&event)), ENOTSOCK);
	OK(notify(fd, 64, 1));
	remove_queue();
}

TEST("MQ-notify read says who has a notice")
{
	char text[100] = "", wanted[100];
	int fd = new_queue(3);

	OK(notify(fd, SIGUSR1, 1));
	TRUE(pread(fd, text, 99, 0) > 0);
	snprintf(wanted, sizeof wanted,
	         "QSIZE:%-10u NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", 0, 0,
	         SIGUSR1, (int)getpid());
	EQ(strcmp(text, wanted), 0);
	remove_queue();
}

/* ---- what goes wrong ---------------------------------------------------- */

TEST("MQ-fault a receiver with a bad buffer loses no message")
{
	int fd = new_queue(2);
	char *gap = end_of_memory();
	pid_t pid;

	OK(send(fd, "hello", 3));
	ERR(SYS(NR_mq_timedreceive, fd, P(gap - 2), 64, 0, 0), EFAULT);
	EQ(count_of(fd), HERE(0, 1));
	if (on_tessera())
		expect(fd, "hello", 3);
	OK(send(fd, "hi", 3));
	EQ(SYS(NR_mq_timedreceive, fd, P(gap - 2), 64, 0, 0), 2);
	BACKGROUND(pid)
	{
		ERR(SYS(NR_mq_timedreceive, fd, P(gap), 64, 0, 0), EFAULT);
	}
	await_asleep(pid);
	OK(send(fd, "next", 3));
	EXITS(pid, 0);
	EQ(count_of(fd), HERE(0, 1));
	remove_queue();
}

TEST("MQ-fault a sender with a bad buffer does not wait")
{
	int fd = new_queue(1);
	char *gap = end_of_memory();

	ERR(SYS(NR_mq_timedsend, fd, P(gap - 2), 3, 0, 0), EFAULT);
	EQ(count_of(fd), 0);
	OK(SYS(NR_mq_timedsend, fd, P(gap - 2), 2, 0, 0));
	ERR(SYS(NR_mq_timedsend, fd, P(gap - 2), 3, 0, 0), EFAULT);
	set_nonblock(fd, 1);
	ERR(SYS(NR_mq_timedsend, fd, P(gap - 2), 3, 0, 0), EFAULT);
	ERR(SYS(NR_mq_timedsend, fd, P(gap - 2), 2, 0, 0), EAGAIN);
	remove_queue();
}

TEST("MQ-fault what is no queue is found after bad arguments")
{
	int file = OK(open("/proc/self/exe", O_RDONLY)), ends[2];
	struct timespec bad = {0, -1};
	int others[] = {file, 0, -1, 200};

	OK(pipe(ends));
	others[1] = ends[1];
	for (unsigned i = 0; i < ALL(others); i++) {
		int fd = others[i], closed = i >= 2;

		ERR(SYS(NR_mq_timedsend, fd, P(big), 1, 32768, 0),
		    closed ? HERE(EINVAL, EBADF) : EINVAL);
		ERR(SYS(NR_mq_timedreceive, fd, P(big), 1, 0, P(&bad)),
		    closed ? HERE(EINVAL, EBADF) : EINVAL);
		ERR(SYS(NR_mq_timedreceive, fd, P(big), 1, 0, 1),
		    closed ? HERE(EFAULT, EBADF) : EFAULT);
		ERR(SYS(NR_mq_notify, fd, 1),
		    closed ? HERE(EFAULT, EBADF) : EFAULT);
		ERR(SYS(NR_mq_getsetattr, fd, 1, 0),
		    closed ? HERE(EFAULT, EBADF) : EFAULT);
	}
}

TEST("MQ-fault bad pointers of all calls")
{
	struct attributes a = {.most = 1, .size = 1};
	int fd = new_queue(1);

	ERR(SYS(NR_mq_open, 1, O_CREAT | O_RDWR, MODE, P(&a)), EFAULT);
	ERR(SYS(NR_mq_open, 0, O_CREAT | O_RDWR, MODE, P(&a)), EFAULT);
	ERR(SYS(NR_mq_open, P("/"), O_CREAT | O_RDWR, MODE, 1), EFAULT);
	ERR(SYS(NR_mq_open, P(name), O_RDWR, MODE, 0xC0100000), EFAULT);
	ERR(SYS(NR_mq_unlink, 0xC0100000), EFAULT);
	ERR(SYS(NR_mq_notify, fd, 1), EFAULT);
	ERR(SYS(NR_mq_notify, fd, P(end_of_memory() - 60)), EFAULT);
	ERR(SYS(NR_mq_getsetattr, fd, 1, 0), EFAULT);
	ERR(SYS(NR_mq_getsetattr, fd, 0, 1), EFAULT);
	OK(send(fd, "x", 0));
	ERR(SYS(NR_mq_timedreceive, fd, P(big), 64, 1, 0), EFAULT);
	remove_queue();
}

TEST("MQ-many clients send and receive at once, and nothing is lost or doubled")
{
	enum { EACH = 40, CLIENTS = 4 };
	int fd = open_queue(O_CREAT | O_RDWR, 3, 8);
	pid_t pids[2 * CLIENTS];

	for (int i = 0; i < CLIENTS; i++)
		BACKGROUND(pids[i])
		{
			for (int n = 0; n < EACH; n++) {
				char c = (char)(i * EACH + n);

				OK(SYS(NR_mq_timedsend, fd, P(&c), 1, n % 3,
				       0));
			}
		}
	for (int i = 0; i < CLIENTS; i++)
		BACKGROUND(pids[CLIENTS + i])
		{
			for (int n = 0; n < EACH; n++) {
				unsigned char got[8];

				EQ(SYS(NR_mq_timedreceive, fd, P(got), 8, 0, 0),
				   1);
				__sync_fetch_and_add(
				    (long *)&shared->value[got[0] / 4],
				    1l << got[0] % 4 * 8);
			}
		}
	for (int i = 0; i < 2 * CLIENTS; i++)
		EXITS(pids[i], 0);
	for (int i = 0; i < EACH * CLIENTS / 4; i++)
		EQ(shared->value[i], 0x01010101);
	EQ(count_of(fd), 0);
	remove_queue();
}
