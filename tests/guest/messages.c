/*
 * tests/guest/messages.c -- messages: servers that behave well, and badly.
 *
 * These tests are for Tessera only.  tests/servers/testserver.c does to the
 * kernel and to its clients, on order, what a server can do; the tests say what
 * must come of it.  The program runs with
 *
 *	-f sbin/t1=build/tests/testserver -a server=/sbin/t1
 *
 * and the same for t2, t3 and t4: t1 lives, t2 loops, t3 crashes, t4 exits.
 *
 * Some cases cannot be tested here, because no call of the table carries two
 * connections yet, and no server of rank 2 has a connection to pass on.
 * tests/host/explore_messages.c tests them on the same code: a pair in a reply,
 * a connection of a higher server in a reply, and the unblock pulse, each with
 * a kill, a handler or a stop at every step.
 */
#define OWN_MAIN
#include "test.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include "../servers/orders.h"

#define RESET_VECTOR 0xFF0 /* offset in the BIOS's last page; a far jump */
#define FAR_JUMP     0xEA
#define SENDING      4 /* enum proc_state, kernel/process/process.h */
#define REPLY_WAIT   5

static const char *own_path;
static int words[ORDER_WORDS];

static int server(const char *name)
{
	return OK(open(name, O_RDWR));
}

static long order(int fd, int what)
{
	return ioctl(fd, what, words) < 0 ? -errno : 0;
}

/*
 * A child that is stalled by the server, or loops with it, until it is killed.
 */
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
	EQ(words[2], -ESRCH);
	EQ(words[3], -ESRCH);
}

/* The token of the client that t1 keeps waiting. */
static int stalled_token(void)
{
	EQ(order(server("/dev/t1"), ORDER_TOLD), 0);
	return words[0];
}

TEST("3-token a killed client's is ESRCH to copy, map, exec, pass and reply")
{
	pid_t pid = child_with("/dev/t1", ORDER_STALL);
	int token = stalled_token();

	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	words[0] = token;
	EQ(order(server("/dev/t1"), ORDER_TOKEN), 0);
	for (int i = 0; i < 9; i++)
		EQ(words[i], -ESRCH);
}

TEST("3-token another server's is ESRCH, and its client waits on")
{
	pid_t pid = child_with("/dev/t1", ORDER_STALL);
	int token = stalled_token();

	words[0] = token;
	EQ(order(server("/dev/t2"), ORDER_TOKEN), 0);
	for (int i = 0; i < 9; i++)
		EQ(words[i], -ESRCH);
	EQ(order(server("/dev/t1"), ORDER_ANSWER), 0);
	EQ(words[0], 0);
	EQ(words[1], -ESRCH);
	EXITS(pid, 0);
}

TEST("3-token it is nobody's descriptor, handle or call: each has its errno")
{
	EQ(order(server("/dev/t1"), ORDER_TOKENS), 0);
	EQ(words[2], -EBADF);
	EQ(words[3], -EINVAL);
	EQ(words[4], -EINVAL);
	EQ(words[5], -EINVAL);
	EQ(words[6], -EINVAL);
	EQ(words[7], -EINVAL);
}

/* This needs memory for all processes; tests/run has a job for it. */
TEST("3-token the last slot of the process table is answered, too")
{
	static pid_t pids[4200];
	int n = 0;

	for (int i = 0; i < 2500; i++) /* zombies have a slot but no space */
		if (fork() == 0)
			_exit(0);
	while ((pids[n] = fork()) > 0 && n < 4199)
		n++;
	if (pids[n] == 0) {
		close(OK(open("/dev/null", O_RDONLY)));
		__atomic_add_fetch(&shared->value[0], 1, __ATOMIC_SEQ_CST);
		for (;;)
			pause();
	}
	if (errno == ENOMEM)
		shared->value[1] = SKIPPED;
	for (int i = 0; i < 200 && shared->value[0] < n; i++)
		sleep_ms(50);
	EQ(shared->value[0], n);
	for (int i = 0; i < n; i++) {
		OK(kill(pids[i], SIGKILL));
		KILLED(pids[i], SIGKILL);
	}
	_exit(shared->value[1]);
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
	EQ(words[12], -EINVAL);
}

TEST("4-segments a copy stops at the end, and beyond it is ENXIO")
{
	EQ(order(server("/dev/t1"), ORDER_SEGMENTS), 0);
	EQ(words[13], 4);
	EQ(words[14], -ENXIO);
	EQ(words[15], 0);
}

TEST("4-segments between a lease and a segment, over a page's end")
{
	int fd = server("/dev/t1");

	for (int i = 1; i < ORDER_WORDS; i++)
		words[i] = i * 0x01010101;
	words[0] = 4096 - 18;
	EQ(ioctl(fd, ORDER_POKE, words), 60);
	memset(words, 0, sizeof words);
	words[0] = 4096 - 18;
	EQ(ioctl(fd, ORDER_PEEK, words), 64);
	for (int i = 0; i < 15; i++)
		EQ(words[i], (i + 1) * 0x01010101);
	memset(words, 0, sizeof words);
	EQ(ioctl(fd, ORDER_POKE, words), 60);
	words[0] = 4096 - 60;
	EQ(ioctl(fd, ORDER_POKE, words), 60);
	words[0] = 4096;
	EQ(ioctl(fd, ORDER_POKE, words), 60);
	words[0] = MAPPED_BYTES;
	EQ(order(fd, ORDER_PEEK), -ENXIO);
}

TEST("4-segments the archive is read and mapped, never written or resized")
{
	EQ(order(server("/dev/t1"), ORDER_KINDS), 0);
	EQ(words[0], 6);
	EQ(words[1], 0);
	EQ(words[2], 0);
	EQ(words[3], -EACCES);
	EQ(words[4], -EINVAL);
	EQ(words[5], -EACCES);
	EQ(words[6], -EINVAL);
	EQ(words[7], -EINVAL);
}

TEST("4-segments a device's lie outside RAM, whole, and are not copied")
{
	EQ(order(server("/dev/t1"), ORDER_KINDS), 0);
	EQ(words[8], 1);
	EQ(words[9], -EINVAL);
	EQ(words[10], -EPERM);
	EQ(words[11], -EPERM);
	EQ(words[12], -EINVAL);
	EQ(words[13], -EINVAL);
	EQ(words[14], 0);
	EQ(words[15], 0);
}

/* From now on t1 maps its segment, or the BIOS, with at most these rights. */
static void show(int fd, int rights, int device)
{
	words[0] = rights;
	words[1] = device;
	EQ(order(fd, ORDER_SHOW), 0);
}

static long map_of(int fd, unsigned long bytes, int prot, int flags)
{
	return SYS(NR_mmap2, 0, (long)bytes, prot, flags, fd, 0);
}

TEST("4-segments a device is shared, read where it lies, not inherited")
{
	int fd = server("/dev/t1");
	volatile unsigned char *p;

	show(fd, PROT_READ, 1);
	p = ADDRESS(map_of(fd, PAGE, PROT_READ, MAP_SHARED));
	ERR(map_of(fd, PAGE, PROT_READ, MAP_PRIVATE), EINVAL);
	show(fd, PROT_READ | PROT_WRITE, 0);
	EQ(p[RESET_VECTOR], FAR_JUMP);
	DIES(SIGSEGV)
	{
		(void)p[RESET_VECTOR];
	}
}

TEST("4-segments servers have a reserve when clients have taken all")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		for (unsigned long bytes = 1 << 26; bytes >= PAGE; bytes /= 2)
			while (mmap(0, bytes, PROT_READ | PROT_WRITE,
			            MAP_PRIVATE | MAP_ANONYMOUS, -1,
			            0) != MAP_FAILED)
				continue;
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	EQ(order(server("/dev/t1"), ORDER_SEGMENTS), 0);
	EQ(words[0], 1);
	EQ(words[1], 8);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("4-map rights are never above what the server gave")
{
	int fd = server("/dev/t1");
	char *p;

	show(fd, PROT_READ, 0);
	ERR(map_of(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED), EACCES);
	p = ADDRESS(map_of(fd, PAGE, PROT_READ, MAP_SHARED));
	EQ(mprotect(p, PAGE, PROT_READ | PROT_WRITE) ? errno : 0, EACCES);
	p = ADDRESS(map_of(fd, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE));
	p[0] = 1;
	show(fd, 0, 0);
	ERR(map_of(fd, PAGE, PROT_NONE, MAP_SHARED), EACCES);
	show(fd, PROT_READ | PROT_WRITE, 0);
	p = ADDRESS(map_of(fd, PAGE, PROT_READ, MAP_SHARED));
	EQ(p[0], 0);
	OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
}

TEST("4-map a wrong length or kind is the client's errno, and it goes on")
{
	int fd = server("/dev/t1");

	ERR(map_of(fd, 0, PROT_READ, MAP_SHARED), EINVAL);
	ERR(map_of(fd, PAGE, PROT_READ, 0), EINVAL);
	ERR(map_of(fd, 0xC0000001u, PROT_READ, MAP_SHARED), ENOMEM);
	EQ(order(fd, ORDER_ADD), 0);
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

TEST("3-close of a killed process's descriptors none is lost")
{
	int fd = server("/dev/t1"), before;
	pid_t pid;

	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[1];
	BACKGROUND(pid)
	{
		for (int i = 0; i < 200; i++)
			OK(open("/dev/t1", O_RDWR));
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before + 200);
}

TEST("3-close dup2 onto it and exec with FD_CLOEXEC are last closes, too")
{
	int fd = server("/dev/t1"), before;
	int a = OK(open("/dev/t1", O_RDWR));
	int b = OK(open("/dev/t1", O_RDWR | O_CLOEXEC));
	pid_t pid;

	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[1];
	OK(dup2(fd, a));
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before + 1);
	OK(fcntl(a, F_SETFD, FD_CLOEXEC));
	OK(fcntl(b, F_SETFD, 0));
	OK(close(OK(open("/dev/t1", O_RDWR))));
	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[1];
	pid = fork();
	if (pid == 0) {
		int c = OK(open("/dev/t1", O_RDWR | O_CLOEXEC));
		char text[3][8];

		sprintf(text[0], "%d", a);
		sprintf(text[1], "%d", b);
		sprintf(text[2], "%d", c);
		execl(own_path, own_path, "fds", text[0], text[1], text[2],
		      NULL);
		_exit(1);
	}
	EXITS(pid, 0);
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before + 1);
}

/* Runs in the program after exec: a and c must be closed, and b must work. */
static int look_at_descriptors(char **argv)
{
	int a = atoi(argv[0]), b = atoi(argv[1]), c = atoi(argv[2]);

	if (fcntl(a, F_GETFD) != -1 || fcntl(c, F_GETFD) != -1)
		return 2;
	return fcntl(b, F_GETFD) == 0 && order(b, ORDER_ADD) == 0 ? 0 : 3;
}

TEST("3-ready a server writes its own connections' words, no other's")
{
	int fd = server("/dev/t1");

	words[0] = 0x5A;
	EQ(order(fd, ORDER_READY), 0);
	EQ(words[0], 0);
	for (int i = 1; i < 4; i++)
		EQ(words[i], -EBADF);
	words[0] = getpid();
	EQ(order(fd, ORDER_LOOK), 0);
	EQ(words[4], 0x5A);
}

TEST("3-ready a new connection has the word that its reply said")
{
	words[0] = getpid();
	EQ(order(server("/dev/t1"), ORDER_LOOK), 0);
	EQ(words[4], 4); /* POLLOUT */
}

static void ready(int fd, int word)
{
	words[0] = word;
	EQ(order(fd, ORDER_READY), 0);
	EQ(words[0], 0);
}

/* What poll answers at once about POLLIN. */
static int input(int fd)
{
	struct pollfd one = {fd, POLLIN, 0};

	return (int)OK(poll(&one, 1, 0));
}

/* `n` processes poll for input of `fd`, each until it is there. */
static void poll_in_background(pid_t *pids, int n, int fd)
{
	for (int i = 0; i < n; i++) {
		BACKGROUND(pids[i])
		{
			struct pollfd one = {fd, POLLIN, 0};

			EQ(poll(&one, 1, -1), 1);
			EQ(one.revents, POLLIN);
		}
	}
	for (int i = 0; i < n; i++)
		await_asleep(pids[i]);
}

TEST("3-poll a hundred that poll sleep on until one word rises")
{
	int fd = server("/dev/t1"), other = server("/dev/t1");
	pid_t pids[100];

	poll_in_background(pids, 100, fd);
	ready(fd, POLLOUT);
	ready(fd, 0);
	ready(fd, POLLOUT);   /* rises, but they do not want it */
	ready(other, POLLIN); /* rises, but nobody polls there */
	for (int i = 0; i < 100; i++)
		await_asleep(pids[i]);
	ready(fd, POLLIN);
	for (int i = 0; i < 100; i++)
		EXITS(pids[i], 0);
}

TEST("3-poll one waits for the words of different servers")
{
	int first = server("/dev/t1"), second = server("/dev/t4");
	struct pollfd both[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(poll(both, 2, -1), 1);
		EQ(both[1].revents, POLLIN);
	}
	await_asleep(pid);
	ready(second, POLLIN);
	EXITS(pid, 0);
}

TEST("3-poll a word that falls before the reply is not seen by the client")
{
	int fd = server("/dev/t1");

	ready(fd, POLLIN | POLLOUT);
	EQ(input(fd), 1);
	words[0] = 0;
	EQ(order(fd, ORDER_LOWER), 0);
	EQ(input(fd), 0);
	ready(fd, POLLIN | POLLOUT);
	words[0] = 1; /* this is why servers must not do so */
	EQ(order(fd, ORDER_LOWER), 0);
	EQ(input(fd), 1);
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(input(fd), 0);
}

TEST("3-connection dup and fork add to its count; its object stays")
{
	int fd = server("/dev/t1");
	int copy = OK(dup(fd));

	words[0] = getpid();
	EQ(order(copy, ORDER_LOOK), 0);
	EQ(words[5], 3); /* two descriptors, and the message itself */
	EQ(words[6], words[7]);
	IN_CHILD
	{
		words[0] = getpid();
		EQ(order(fd, ORDER_LOOK), 0);
		EQ(words[5], 5);
	}
	OK(close(copy));
	words[0] = getpid();
	EQ(order(fd, ORDER_LOOK), 0);
	EQ(words[5], 2);
}

TEST("3-reply one that does not fit changes nothing: the token lives on")
{
	int fd = OK(open("/dev/t1", O_RDWR | OPEN_WRONG));

	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[0], -EINVAL);
	EQ(words[1], -EINVAL);
	EQ(words[2], -EINVAL);
	EQ(words[3], -EBADF);
	EQ(words[4], -EFAULT);
	TRUE(words[7] >= 0);
	EQ(order(fd, ORDER_CARRY), 0);
	EQ(words[0], -EINVAL);
	EQ(words[1], -EINVAL);
	EQ(words[2], -EINVAL);
	EQ(words[3], -EFAULT);
}

TEST("3-reply without room for a descriptor the message is not sent: EMFILE")
{
	int fd = server("/dev/t1"), last = fd, before;

	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[0];
	while ((last = dup(fd)) >= 0)
		continue;
	EQ(errno, EMFILE);
	EQ(open("/dev/t1", O_RDWR) < 0 ? errno : 0, EMFILE);
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[0], before);
	OK(close(77));
	EQ(open("/dev/t1", O_RDWR | O_CLOEXEC), 77);
	EQ(fcntl(77, F_GETFD), FD_CLOEXEC);
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[0], before + 1);
}

TEST("3-header a message tells its client's pid, ids and umask")
{
	int fd = server("/dev/t1");

	gid_t groups[2] = {76, 77};

	umask(027);
	OK(setgroups(2, groups));
	OK(setresgid(11, 12, 13));
	OK(setresuid(21, 22, 23));
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[3], getpid());
	EQ(words[4], 21);
	EQ(words[5], 22);
	EQ(words[6], 11);
	EQ(words[7], 12);
	EQ(words[8], 027);
	EQ(words[10], 1);
	EQ(words[11], 0);
	EQ(words[12], -EFAULT);
	EQ(words[13], 0);
	EQ(words[14], getpgid(0));
	EQ(words[15], getsid(0));
}

TEST("3-rank a send goes only upward: a server's open is EDEADLK")
{
	EQ(order(server("/dev/t1"), ORDER_SEND), 0);
	EQ(words[0], -EDEADLK);
	EQ(words[1], -EBADF);
	EQ(words[2], -EPERM); /* a server cannot fork either */
}

TEST("3-dir a path goes to the server behind its directory's descriptor")
{
	int fd = server("/dev/t1"), before;

	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[0];
	OK(openat(fd, "anything", O_RDWR));
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[0], before + 1);
	ERR(SYS(NR_openat, 200, P("x"), O_RDONLY), EBADF);
	EQ(fchdir(fd) < 0 ? errno : 0, ENOSYS);
}

TEST("4-door int 0x81 is EPERM for an ordinary process")
{
	int result;

	for (int number = -1; number < 30; number++) {
		__asm__ volatile("int $0x81"
		                 : "=a"(result)
		                 : "a"(number), "b"(0), "c"(0), "d"(0)
		                 : "memory");
		EQ(result, -EPERM);
	}
}

TEST("4-door a number that is no call is ENOSYS for a server")
{
	EQ(order(server("/dev/t1"), ORDER_MACHINE), 0);
	EQ(words[13], -ENOSYS);
	EQ(words[14], -ENOSYS);
}

TEST("4-machine lines and ports of others are EBUSY, EINVAL; the rest works")
{
	EQ(order(server("/dev/t1"), ORDER_MACHINE), 0);
	EQ(words[0], -EBUSY);
	EQ(words[1], -EINVAL);
	EQ(words[2], -EBUSY);
	EQ(words[3], 0);
	EQ(words[4], 0);
	EQ(words[5], 0);
	EQ(words[6], -EINVAL);
	EQ(words[7], -EINVAL);
	EQ(words[8], 18);
	EQ(words[9], -EFAULT);
	EQ(words[10], -EINVAL);
	EQ(words[11], -EINVAL);
	EQ(words[12], 0);
}

TEST("4-inspect kernel memory is copied out, one page at most")
{
	EQ(order(server("/dev/t1"), ORDER_INSPECT), 0);
	EQ(words[0], -EFAULT);
	EQ(words[1], 0);
	EQ(words[2], -EINVAL);
	EQ(words[3], -EFAULT);
	EQ(words[4], -EFAULT);
	EQ(words[5], 1);
	EQ(words[6], 100);
}

/* ---- the arithmetic of what a server passes to the kernel --------------- */

#define SOME  1 /* wanted: a result above zero */
#define ANY   2 /* wanted: any result */
#define TOP   0x80000000u
#define LAST  0xFFFFFFFFu
#define BELOW 0xFFFFF001u /* the least that rounds up to 2^32 */
#define ME    0           /* TOKEN_SELF */
#define T     NATIVE_TOKEN
#define H     NATIVE_HANDLE
#define B     NATIVE_BUFFER

enum {
	LEASE_READ = 3,
	LEASE_WRITE,
	LEASE_STRING,
	LEASE_SIZE,
	READY,
	MAKE,
	RESIZE,
	DROP,
	SEG_READ,
	SEG_WRITE,
	MAP,
	MAP_SELF,
	EXEC,
	INTERRUPT,
	PORTS,
	LOG,
	INSPECT,
	TUNABLE,
	CHECK,
	CLIENT,
	REPLY_RECEIVE = 24,
	LEADER,
	PROCESS,
	SEG_LOAD,
	SEG_STORE,
	LEASE_MOVE = 32,
};

static const struct edge {
	unsigned number, args[6];
	int wanted;
} edges[] = {
    /* clang-format off */
	{MAKE, {1, 0, 0, ME}, -EINVAL},
	{MAKE, {1, 1, 0, ME}, SOME},
	{MAKE, {1, TOP, 0, ME}, -ENOMEM},
	{MAKE, {1, BELOW, 0, ME}, -ENOMEM},
	{MAKE, {1, LAST, 0, ME}, -ENOMEM},
	{MAKE, {0x11, TOP, 0, ME}, SOME},
	{MAKE, {0x11, BELOW, 0, ME}, SOME},
	{MAKE, {0x11, LAST, 0, ME}, SOME},
	{MAKE, {LAST, PAGE, 0, ME}, -EINVAL},
	{MAKE, {1, PAGE, 0, LAST}, -ESRCH},
	{MAKE, {2, 0, 0, ME}, -EINVAL},
	{MAKE, {2, 0, LAST, ME}, -EINVAL},
	{MAKE, {2, 0xFFFFF000, PAGE, ME}, -EINVAL},
	{MAKE, {2, PAGE, 0xFFFFF000, ME}, -EINVAL},
	{MAKE, {3, 0, LAST, ME}, -EPERM},
	{MAKE, {3, 0xB8000, LAST, ME}, -EINVAL},
	{MAKE, {3, 0xB8000, 0, ME}, -EINVAL},
	{MAKE, {3, 0xFFFFF000, PAGE + 1, ME}, -EINVAL},
	{RESIZE, {H, 0, ME}, 0},
	{RESIZE, {H, TOP, ME}, -ENOMEM},
	{RESIZE, {H, BELOW, ME}, -ENOMEM},
	{RESIZE, {H, LAST, ME}, -ENOMEM},
	{RESIZE, {H, 1, ME}, 0},
	{RESIZE, {H, MAPPED_BYTES, ME}, 0},
	{DROP, {0}, -EINVAL},
	{DROP, {TOP}, -EINVAL},
	{DROP, {0x7FFFFFFF}, -EINVAL},
	{DROP, {LAST}, -EINVAL},
	{MAP_SELF, {H, 0, 0, 1}, -EINVAL},
	{MAP_SELF, {H, 0, TOP, 1}, -EINVAL},
	{MAP_SELF, {H, 0, LAST, 1}, -EINVAL},
	{MAP_SELF, {H, PAGE, BELOW, 1}, -EINVAL},
	{MAP_SELF, {H, 0xFFFFF000, PAGE, 1}, -EINVAL},
	{MAP_SELF, {H, 0xFFFFF000, 2 * PAGE, 1}, -EINVAL},
	{MAP_SELF, {H, MAPPED_BYTES, PAGE, 1}, -EINVAL},
	{MAP_SELF, {H, 0, PAGE, LAST}, -EINVAL},
	{LEASE_READ, {T, 2, 0, B, 0}, 0},
	{LEASE_READ, {T, 2, 0, B, TOP}, 64},
	{LEASE_READ, {T, 2, 0, B, LAST}, 64},
	{LEASE_READ, {T, 2, 63, B, LAST}, 1},
	{LEASE_READ, {T, 2, 64, B, LAST}, 0},
	{LEASE_READ, {T, 2, TOP, B, TOP}, 0},
	{LEASE_READ, {T, 2, LAST, B, 1}, 0},
	{LEASE_READ, {T, 2, LAST, B, LAST}, 0},
	{LEASE_READ, {T, 2, 0, LAST, 64}, -EFAULT},
	{LEASE_READ, {T, 2, 0, 0xFFFFFFE0, 64}, -EFAULT},
	{LEASE_READ, {T, 2, 0, 0xBFFFFFF0, 64}, -EFAULT},
	{LEASE_READ, {T, TOP, 0, B, 1}, -EINVAL},
	{LEASE_READ, {T, LAST, 0, B, 1}, -EINVAL},
	{LEASE_WRITE, {T, 2, TOP, B, TOP}, 0},
	{LEASE_WRITE, {T, 2, LAST, B, LAST}, 0},
	{LEASE_WRITE, {T, 2, 0, 0xFFFFFFE0, 64}, -EFAULT},
	{LEASE_STRING, {T, LAST, B, LAST}, -EINVAL},
	{LEASE_SIZE, {T, TOP}, -EINVAL},
	{LEASE_SIZE, {T, 2}, 64},
	{READY, {TOP, LAST}, -EBADF},
	{SEG_LOAD, {H, MAPPED_BYTES - 1, B, LAST}, 1},
	{SEG_LOAD, {H, MAPPED_BYTES, B, 1}, -ENXIO},
	{SEG_LOAD, {H, TOP, B, 1}, -ENXIO},
	{SEG_LOAD, {H, LAST, B, LAST}, -ENXIO},
	{SEG_LOAD, {H, 0, 0xC0000000, 4}, -EFAULT},
	{SEG_LOAD, {H, 0, LAST, 4}, -EFAULT},
	{LEASE_MOVE, {ME, T, 2, 0, 4}, -ESRCH},
	{LEASE_MOVE, {T, ME, 2, 0, 4}, -ESRCH},
	{LEASE_MOVE, {T, T, LAST, 0, 4}, -EINVAL},
	{SEG_READ, {H, 0, ME, 2, 0, 4}, -ESRCH},
	{SEG_READ, {H, MAPPED_BYTES, T, 2, 0, 1}, -ENXIO},
	{SEG_READ, {H, LAST, T, 2, 0, LAST}, -ENXIO},
	{SEG_READ, {H, 0, T, 2, LAST, LAST}, 0},
	{SEG_STORE, {H, MAPPED_BYTES - 1, B, LAST}, 1},
	{SEG_STORE, {H, 0xFFFFF000, B, PAGE}, -ENXIO},
	{SEG_STORE, {H, LAST, B, LAST}, -ENXIO},
	{SEG_WRITE, {H, MAPPED_BYTES - 1, T, 2, 0, LAST}, 1},
	{SEG_WRITE, {H, LAST, T, 2, 0, LAST}, -ENXIO},
	{SEG_WRITE, {H, 0, T, 2, TOP, 4}, 0},
	{MAP, {T, H, LAST, 1}, -EINVAL},
	{EXEC, {T, LAST}, -EINVAL},
	{INTERRUPT, {16, 1}, -EINVAL},
	{INTERRUPT, {32, 1}, -EINVAL},
	{INTERRUPT, {LAST, 1}, -EINVAL},
	{INTERRUPT, {TOP, 0}, -EINVAL},
	{PORTS, {0x301, 0x300}, -EINVAL},
	{PORTS, {0x300, 0xD00}, -EINVAL},
	{PORTS, {0xD00, 0xD00}, -EINVAL},
	{PORTS, {0, LAST}, -EINVAL},
	{PORTS, {LAST, 0}, -EINVAL},
	{PORTS, {TOP, 0x7FFFFFFF}, -EINVAL},
	{LOG, {B, 0}, 0},
	{LOG, {LAST, 2}, -EFAULT},
	{LOG, {0xC0000000, LAST}, -EFAULT},
	{INSPECT, {0xC0100000, B, PAGE}, 0},
	{INSPECT, {0xC0100000, B, LAST}, -EINVAL},
	{INSPECT, {0xC0100000, B, TOP}, -EINVAL},
	{INSPECT, {0xBFFFFFFF, B, 2}, -EFAULT},
	{INSPECT, {TOP, B, 1}, -EFAULT},
	{INSPECT, {LAST, B, 2}, -EFAULT},
	{INSPECT, {0xFFFFF001, B, PAGE}, -EFAULT},
	{INSPECT, {0xC0100000, 0xFFFFF001, PAGE}, -EFAULT},
	{TUNABLE, {22, 0}, -EINVAL},
	{TUNABLE, {LAST, 0}, -EINVAL},
	{TUNABLE, {1, 0}, -EINVAL},
	{TUNABLE, {2, LAST}, -EINVAL},
	{TUNABLE, {6, TOP}, -EINVAL},
	{TUNABLE, {12, TOP}, -EINVAL},
	{TUNABLE, {15, 2}, -EINVAL},
	{TUNABLE, {16, 1}, -EINVAL},
	{TUNABLE, {17, 1}, -EINVAL},
	{TUNABLE, {18, LAST}, -EINVAL},
	{TUNABLE, {19, LAST}, -EINVAL},
	{TUNABLE, {20, 2}, -EINVAL},
	{TUNABLE, {21, 0}, -EINVAL},
	{CLIENT, {T, B}, 0},
	{CLIENT, {T, LAST}, -EFAULT},
	{CLIENT, {LAST, B}, -ESRCH},
	{REPLY_RECEIVE, {T, (unsigned)-4096, B}, -EINVAL},
	{REPLY_RECEIVE, {T, TOP, B}, -EINVAL},
	{LEADER, {LAST}, -ESRCH},
	{LEADER, {TOP}, -ESRCH},
	{LEADER, {0x7FFFFFFF}, -ESRCH},
	{PROCESS, {0x7FFFFFFF}, -ESRCH},
	{PROCESS, {TOP}, ANY},
	{CHECK, {0}, 0},
    /* clang-format on */
};

static int native_call(int fd, unsigned number, const unsigned args[6])
{
	words[0] = (int)number;
	memcpy(words + 1, args, 6 * sizeof *args);
	EQ(order(fd, ORDER_NATIVE), 0);
	return words[7];
}

static int fits(int wanted, int got)
{
	return wanted == ANY || got == wanted || (wanted == SOME && got > 0);
}

TEST("4-edges each length, count and address has its answer at its edges")
{
	int fd = server("/dev/t1"), bad = 0;

	for (unsigned i = 0; i < ALL(edges); i++) {
		const struct edge *e = &edges[i];
		int got = native_call(fd, e->number, e->args);

		if (!fits(e->wanted, got)) {
			printf("# row %u: call %u says %d, not %d\n", i,
			       e->number, got, e->wanted);
			bad++;
		}
		if (e->number == MAKE && got > 0)
			native_call(fd, DROP, (unsigned[6]){(unsigned)got});
	}
	EQ(bad, 0);
}

#undef T
#undef H
#undef B

TEST("4-edges a page offset at the end of all segments is SIGBUS to touch")
{
	static const unsigned pages[] = {
	    2, 1 << 19, (1 << 20) - 1, 1 << 20, (1u << 31) - 1, TOP, LAST - 1};
	int fd = server("/dev/t1");

	for (unsigned i = 0; i < ALL(pages); i++) {
		volatile char *p = ADDRESS(SYS(NR_mmap2, 0, PAGE, PROT_READ,
		                               MAP_SHARED, fd, pages[i]));

		DIES(SIGBUS)
		{
			(void)p[0];
		}
	}
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, LAST), EOVERFLOW);
}

TEST("4-level what a server takes for a client is refused as the client is")
{
	int fd = server("/dev/t1");

	IN_CHILD
	{
		OK(setresuid(NOBODY, NOBODY, NOBODY));
		for (unsigned long bytes = 1 << 26; bytes >= PAGE; bytes /= 2)
			while (mmap(0, bytes, PROT_READ | PROT_WRITE,
			            MAP_PRIVATE | MAP_ANONYMOUS, -1,
			            0) != MAP_FAILED)
				continue;
		EQ(order(fd, ORDER_BEHALF), 0);
		EQ(words[0], -ENOMEM);
		EQ(words[1], -ENOMEM);
		EQ(words[2], -ENXIO);
		EQ(words[3], 0);
		EQ(words[4], 0);
		EQ(words[5], 4);
	}
}

/* The number of clock interrupts that t1 has received. */
static int clock_interrupts(int fd)
{
	EQ(order(fd, ORDER_COUNTS), 0);
	return words[9];
}

static int clock_of(const char *name, int on)
{
	words[0] = on;
	EQ(order(server(name), ORDER_CLOCK), 0);
	return words[1];
}

TEST("3-interrupt a line's reach the server that asked for it, as pulses")
{
	int fd = server("/dev/t1"), before = clock_interrupts(fd), after;

	EQ(clock_of("/dev/t1", 1), 0);
	sleep_ms(200);
	EQ(clock_of("/dev/t2", 1), -EBUSY);
	EQ(clock_of("/dev/t1", 0), 0);
	after = clock_interrupts(fd);
	TRUE(after > before + 10);
	sleep_ms(50);
	EQ(clock_interrupts(fd), after);
}

TEST("3-receive a bad address of the server's own loses no message")
{
	int fd = server("/dev/t1"), other = OK(open("/dev/t1", O_RDWR)), before;

	words[0] = 1;
	EQ(order(fd, ORDER_CARELESS), 0);
	EQ(order(fd, ORDER_ADD), 0);
	EQ(order(fd, ORDER_COUNTS), 0);
	before = words[1];
	OK(close(other));
	EQ(order(fd, ORDER_COUNTS), 0);
	EQ(words[1], before + 1);
	words[0] = 0;
	EQ(order(fd, ORDER_CARELESS), 0);
}

TEST("3-lease bad addresses of the server's own are EFAULT, wrong ones EINVAL")
{
	int fd = server("/dev/t1");

	EQ(order(fd, ORDER_BAD_BUFFERS), 0);
	EQ(words[0], -EFAULT);
	EQ(words[1], -EFAULT);
	for (int i = 2; i < 7; i++)
		EQ(words[i], -EINVAL);
	EQ(words[7], -EFAULT);
	EQ(words[8], -EFAULT);
}

TEST("3-lease in is read only, out is written only")
{
	int fd = server("/dev/t1");
	char bytes[300];

	EQ(read(fd, bytes, sizeof bytes), 256);
	for (int i = 0; i < 256; i++)
		EQ((unsigned char)bytes[i], i);
	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[0], 300);
	EQ(words[1], -EPERM);
	EQ(write(fd, "abc", 3), 3);
	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[0], 3);
	EQ(words[1], -EPERM);
	EQ(words[2], 'a' + 'b' + 'c');
}

TEST("3-lease one gives no more than its client has")
{
	int fd = server("/dev/t1");
	char *text = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	memset(text, 1, 2 * PAGE);
	OK(mprotect(text, PAGE, PROT_READ));
	ERR(SYS(NR_read, fd, P(text), 10), EFAULT);
	EQ(write(fd, text, 2 * PAGE), (long)(2 * PAGE));
	OK(mprotect(text, PAGE, PROT_NONE));
	ERR(SYS(NR_write, fd, P(text), 10), EFAULT);
	ERR(SYS(NR_read, fd, P(text), 10), EFAULT);
	OK(munmap(text, PAGE));
	ERR(SYS(NR_write, fd, P(text + PAGE - 1), 10), EFAULT);
	EQ(write(fd, text + PAGE, 10), 10);
}

TEST("3-lease a copy moves 64 KiB at most, and the next goes on behind it")
{
	int fd = server("/dev/t1");
	char *text = memory(150000, PROT_READ | PROT_WRITE);

	memset(text, 1, 150000);
	EQ(write(fd, text, 150000), 150000);
	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[2], 150000);
	EQ(words[3], 150000 - 2 * 65536);
}

TEST("3-lease an iov is one lease of all its buffers in a row")
{
	int fd = server("/dev/t1");
	char a[10], b[300];
	struct iovec out[4] = {{a, 10}, {NULL, 0}, {b, 100}, {b + 100, 200}};
	struct iovec in[3] = {{"ab", 2}, {"", 0}, {"cde", 3}};

	EQ(readv(fd, out, 4), 256);
	for (int i = 0; i < 256; i++)
		EQ((unsigned char)(i < 10 ? a[i] : b[i - 10]), i);
	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[0], 310);
	EQ(writev(fd, in, 3), 5);
	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[2], 'a' + 'b' + 'c' + 'd' + 'e');
	ERR(SYS(NR_writev, fd, P(in), 1025), EINVAL);
	ERR(SYS(NR_writev, fd, P(in), -1), EINVAL);
	ERR(SYS(NR_writev, fd, 0xC0000000, 2), EFAULT);
	in[2] = (struct iovec){(void *)0xC0000000, 3};
	EQ(SYS(NR_writev, fd, P(in), 3), 2);
	in[1].iov_len = (size_t)-1;
	ERR(SYS(NR_writev, fd, P(in), 3), EINVAL);
	EQ(SYS(NR_writev, fd, P(in), 0), 0);
}

TEST("3-lease a path is read as a string, into what room there is")
{
	int fd = OK(open("/dev/t1", O_RDWR | OPEN_PATH));

	EQ(order(fd, ORDER_TOLD), 0);
	EQ(words[0], 7);
	EQ(words[1], '/');
	EQ(words[2], -ENAMETOOLONG);
	EQ(words[3], -EFAULT);
	EQ(words[4], -EINVAL);
	EQ(words[5], -EINVAL);
	EQ(words[6], -ENAMETOOLONG);
}

TEST("3-copy EFAULT loses nothing and moves no byte")
{
	int fd = server("/dev/t1");

	ERR(SYS(3, fd, 0xC0000000, 16), EFAULT);
	ERR(SYS(54, fd, ORDER_ADD, 0), EFAULT);
	EQ(order(fd, ORDER_ADD), 0);
}

TEST("3-wait a blocked process's state names the server it waits for")
{
	pid_t pid = child_with("/dev/t1", ORDER_STALL);

	words[0] = pid;
	EQ(order(server("/dev/t1"), ORDER_LOOK), 0);
	EQ(words[1], REPLY_WAIT);
	TRUE(words[2] > 1);
	EQ(words[3], 2);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

/* A child that only computes, until it is killed. */
static pid_t spinner(void)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		for (;;)
			continue;
	}
	return pid;
}

TEST("3-switch a call does not wait for the turns of those that compute")
{
	int fd = server("/dev/t1");
	struct timespec a, b;
	pid_t pids[4];

	for (int i = 0; i < 4; i++)
		pids[i] = spinner();
	OK(clock_gettime(CLOCK_MONOTONIC, &a));
	for (int i = 0; i < 200; i++)
		EQ(order(fd, ORDER_ADD), 0);
	OK(clock_gettime(CLOCK_MONOTONIC, &b));
	for (int i = 0; i < 4; i++) {
		OK(kill(pids[i], SIGKILL));
		KILLED(pids[i], SIGKILL);
	}
	/*
	 * If each call waited for the turns of four others, 200 calls would
	 * take 8 seconds.
	 */
	TRUE((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 <
	     2000);
}

TEST("3-loop a looping server's client is killed at once, others run on")
{
	pid_t pid = child_with("/dev/t2", ORDER_LOOP);
	pid_t next = child_with("/dev/t2", ORDER_ADD);

	words[0] = next;
	EQ(order(server("/dev/t1"), ORDER_LOOK), 0);
	EQ(words[1], SENDING);
	OK(kill(next, SIGKILL));
	KILLED(next, SIGKILL);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

static volatile int runs;

static void count_run(int signal)
{
	(void)signal;
	runs++;
}

/* A child with a handler; its exit status says what became of its order. */
static pid_t child_with_handler(const char *name, int what)
{
	pid_t pid = OK(fork());
	long result;
	int fd;

	if (pid == 0) {
		struct sigaction action = {.sa_handler = count_run};

		sigaction(SIGUSR1, &action, NULL);
		fd = open(name, O_RDWR); /* a message to that server, too */
		result = fd < 0 ? -1 : ioctl(fd, what, words);
		_exit(runs * 16 + (result < 0 ? errno : result));
	}
	sleep_ms(50);
	return pid;
}

TEST("3-unblock a handler waits for a server that ignores the pulse")
{
	pid_t pid = child_with_handler("/dev/t1", ORDER_STALL);

	OK(kill(pid, SIGUSR1));
	OK(kill(pid, SIGSTOP));
	OK(kill(pid, SIGCONT));
	sleep_ms(20);
	words[0] = pid;
	EQ(order(server("/dev/t1"), ORDER_LOOK), 0);
	EQ(words[1], REPLY_WAIT);
	EQ(order(server("/dev/t1"), ORDER_ANSWER), 0);
	EXITS(pid, 16 + 7); /* the answer stands, and the handler has run */
	pid = child_with_handler("/dev/t1", ORDER_STALL);
	OK(kill(pid, SIGUSR1));
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("3-unblock a message stays in the queue when a signal comes, but for a "
     "kill")
{
	pid_t pid = child_with("/dev/t2", ORDER_LOOP);
	pid_t next = child_with_handler("/dev/t2", ORDER_ADD);

	OK(kill(next, SIGUSR1));
	OK(kill(next, SIGSTOP));
	OK(kill(next, SIGCONT));
	sleep_ms(20);
	words[0] = next;
	EQ(order(server("/dev/t1"), ORDER_LOOK), 0);
	EQ(words[1], SENDING);
	OK(kill(next, SIGKILL));
	KILLED(next, SIGKILL);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("3-loop the looping server has a client's share of the CPU, not more")
{
	struct rusage used;
	pid_t pid = spinner();
	int status;

	sleep_ms(600);
	OK(kill(pid, SIGKILL));
	OK(wait4(pid, &status, 0, &used));
	TRUE(used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000 >= 200);
	EQ(order(server("/dev/t1"), ORDER_ADD), 0);
}

TEST("3-death a crashed server's clients get EIO, and so do later calls")
{
	int fd = server("/dev/t3");
	volatile char *p = ADDRESS(
	    map_of(fd, MAPPED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED));
	struct pollfd one = {fd, POLLIN, 0};
	pid_t pid, poller;

	EQ(clock_of("/dev/t3", 1), 0);
	p[0] = 1;
	BACKGROUND(poller)
	{
		EQ(poll(&one, 1, -1), 1);
		EQ(one.revents, POLLERR | POLLHUP);
	}
	BACKGROUND(pid)
	{
		EQ(order(OK(open("/dev/t3", O_RDWR)), ORDER_STALL), -EIO);
	}
	sleep_ms(50);
	EQ(order(fd, ORDER_CRASH), -EIO);
	EXITS(pid, 0);
	EXITS(poller, 0);
	EQ(poll(&one, 1, -1), 1);
	EQ(one.revents, POLLERR | POLLHUP);
	EQ(p[0], 1);
	p[4096] = 2; /* what it had mapped outlives it */
	EQ(clock_of("/dev/t1", 0), 0);
	EQ(order(fd, ORDER_ADD), -EIO);
	ERR(open("/dev/t3", O_RDWR) < 0 ? -errno : 0, EIO);
}

TEST("3-death a server that leaves gives EIO, too")
{
	EQ(order(server("/dev/t4"), ORDER_EXIT), -EIO);
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc == 5 && strcmp(argv[1], "fds") == 0)
		return look_at_descriptors(argv + 2);
	return test_main(argc, argv);
}
