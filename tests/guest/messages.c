/*
 * tests/guest/messages.c -- messages: servers that do right, and wrong.
 *
 * Tessera only.  tests/servers/testserver.c does on order what a server can do
 * to the kernel and to its clients; here is what must come of it.  It runs with
 *
 *	-f sbin/t1=build/tests/testserver -a server=/sbin/t1
 *
 * and the same for t2, t3 and t4: t1 lives, t2 loops, t3 crashes, t4 leaves.
 */
#include "test.h"
#include <sys/ioctl.h>
#include "../servers/orders.h"

static int words[ORDER_WORDS];

static int server(const char *name)
{
	return OK(open(name, O_RDWR));
}

static long order(int fd, int what)
{
	return ioctl(fd, what, words) < 0 ? -errno : 0;
}

/* A child that is stalled or loops with the server, for good. */
static pid_t child_with(const char *name, int what)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		ioctl(open(name, O_RDWR), what, words);
	}
	sleep_ms(50);
	return pid;
}

TEST("3-lease a server reads and writes what the row declares")
{
	int fd = server("/dev/t1");

	for (int i = 0; i < ORDER_WORDS; i++)
		words[i] = i;
	EQ(order(fd, ORDER_ADD), 0);
	for (int i = 0; i < ORDER_WORDS; i++)
		EQ(words[i], i + 1);
}

TEST("3-lease none reaches beyond its end or another argument")
{
	EQ(order(server("/dev/t1"), ORDER_LEASES), 0);
	EQ(words[0], 64);
	EQ(words[1], 4);
	EQ(words[2], 0);
	EQ(words[3], 0);
	for (int i = 4; i < 8; i++)
		EQ(words[i], -EINVAL);
	EQ(words[8], 64);
	EQ(words[9], -EFAULT);
}

TEST("3-token a wrong one is ESRCH")
{
	EQ(order(server("/dev/t1"), ORDER_TOKENS), 0);
	EQ(words[0], 0);
	EQ(words[1], -ESRCH);
}

TEST("3-token a second reply is ESRCH, and harmless")
{
	int fd = server("/dev/t1");

	EQ(ioctl(fd, ORDER_TWICE, words), 5);
	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[0], 0);
	EQ(words[1], -ESRCH);
}

TEST("3-token a killed client's is ESRCH to copy, map and reply")
{
	pid_t pid = child_with("/dev/t1", ORDER_STALL);

	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(order(server("/dev/t1"), ORDER_STALLED), 0);
	for (int i = 0; i < 5; i++)
		EQ(words[i], -ESRCH);
}

TEST("4-segments a handle is made, resized, copied and dropped")
{
	EQ(order(server("/dev/t1"), ORDER_SEGMENTS), 0);
	EQ(words[0], 1);
	EQ(words[1], 8);
	EQ(words[2], 8);
	EQ(words[3], 0);
	EQ(words[5], 0);
	EQ(words[6], 0);
	EQ(words[7], 0);
	EQ(words[8], 0);
	EQ(words[9], -EINVAL);
	EQ(words[10], -ENOMEM);
	EQ(words[11], -EINVAL);
}

TEST("4-map two processes see one another's writes in a server's segment")
{
	int fd = server("/dev/t1");
	volatile int *p =
	    mmap(0, MAPPED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	TRUE(p != MAP_FAILED);
	IN_CHILD
	{
		p[1024] = 42;
	}
	EQ(p[1024], 42);
	p[1024] = 0;
}

TEST("4-map a private mapping keeps its writes to itself")
{
	int fd = server("/dev/t1");
	volatile int *p =
	    mmap(0, MAPPED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	TRUE(p != MAP_FAILED);
	p[0] = 7;
	words[0] = 0;
	EQ(ioctl(fd, ORDER_PEEK, words), 64);
	EQ(words[0], 0);
}

TEST("4-resize a touch beyond the new end is SIGBUS")
{
	int fd = server("/dev/t1");
	volatile int *p =
	    mmap(0, MAPPED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	TRUE(p != MAP_FAILED);
	p[1024] = 1;
	words[0] = 4096;
	EQ(order(fd, ORDER_RESIZE), 0);
	EQ(words[1], 0);
	DIES(SIGBUS)
	{
		p[1024] = 2;
	}
	words[0] = MAPPED_BYTES;
	EQ(order(fd, ORDER_RESIZE), 0);
	EQ(p[1024], 0);
}

TEST("3-close the last one of dup and fork reaches the server, once")
{
	int fd = server("/dev/t1"), other = OK(open("/dev/t1", O_RDWR)), before;

	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[1];
	IN_CHILD
	{
		OK(dup(other));
	}
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before);
	OK(close(other));
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before + 1);
}

TEST("3-ready a server writes its own connections' words, no other's")
{
	EQ(order(server("/dev/t1"), ORDER_READY), 0);
	EQ(words[0], 0);
	TRUE(words[1] < 0);
	TRUE(words[2] < 0);
	TRUE(words[3] < 0);
}

TEST("4-door int 0x81 is EPERM for an ordinary process")
{
	int result;

	for (int number = 0; number < 24; number++) {
		__asm__ volatile("int $0x81"
		                 : "=a"(result)
		                 : "a"(number), "b"(0), "c"(0), "d"(0)
		                 : "memory");
		EQ(result, -EPERM);
	}
}

TEST("3-copy EFAULT loses nothing and moves no byte")
{
	int fd = server("/dev/t1");

	ERR(SYS(3, fd, 0xC0000000, 16), EFAULT);
	ERR(SYS(54, fd, ORDER_ADD, 0), EFAULT);
	EQ(order(fd, ORDER_ADD), 0);
}

TEST("3-loop a looping server's client is killed at once, others run on")
{
	pid_t pid = child_with("/dev/t2", ORDER_LOOP);
	pid_t next = child_with("/dev/t2", ORDER_ADD);

	OK(kill(next, SIGKILL));
	KILLED(next, SIGKILL);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("3-death a crashed server's clients get EIO, and so do later calls")
{
	int fd = server("/dev/t3");

	EQ(order(fd, ORDER_CRASH), -EIO);
	EQ(order(fd, ORDER_ADD), -EIO);
	ERR(open("/dev/t3", O_RDWR) < 0 ? -errno : 0, EIO);
}

TEST("3-death a server that leaves gives EIO, too")
{
	EQ(order(server("/dev/t4"), ORDER_EXIT), -EIO);
}
