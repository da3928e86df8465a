/*
 * tests/guest/poll.c -- poll, ppoll, select, pselect (POLL-).
 *
 * A time that is left may be any time between 0 and the whole: machines are
 * slow.  What other servers' words do to a process that polls is in messages.c.
 */
#include "bad_pointers.h"
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>

#define ANY   0x7FFF
#define FILES (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
#define LONG  100 /* seconds: more than a test may take */

struct wide {
	long long seconds, nanoseconds;
};

static long poll_one(int fd, int events, int timeout, int *revents)
{
	struct pollfd one = {fd, (short)events, 0x5555};
	long result = SYS(SYS_poll, P(&one), 1, timeout);

	*revents = one.revents;
	EQ(one.fd, fd);
	EQ(one.events, (short)events);
	return result;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int null_fd(void)
{
	return OK(open("/dev/null", O_RDWR));
}

TEST("POLL-files a file and the null device are ready for all that is asked")
{
	static const char *const names[] = {"/dev/null", "/dev/zero",
	                                    "/proc/self/stat", "/"};
	int revents;

	for (size_t i = 0; i < ALL(names); i++) {
		int fd = OK(open(names[i], O_RDONLY));

		EQ(poll_one(fd, ANY, -1, &revents), 1);
		EQ(revents & ~(POLLRDBAND | POLLWRBAND), FILES);
		EQ(poll_one(fd, POLLIN, -1, &revents), 1);
		EQ(revents, POLLIN);
		EQ(poll_one(fd, POLLWRNORM, 0, &revents), 1);
		EQ(revents, POLLWRNORM);
		EQ(poll_one(fd, 0, 0, &revents), 0);
		EQ(revents, 0);
		close(fd);
	}
}

TEST("POLL-terminal a terminal takes output, and input is not there")
{
	int fd = OK(open("/dev/tty1", O_RDWR | O_NOCTTY)), revents;

	EQ(poll_one(fd, POLLIN | POLLOUT, -1, &revents), 1);
	EQ(revents, POLLOUT);
	EQ(poll_one(fd, POLLIN, 20, &revents), 0);
	EQ(revents, 0);
}

TEST("POLL-fds descriptors below 0 are left out, and closed ones are POLLNVAL")
{
	struct pollfd fds[4] = {{-1, ANY, 0x5555},
	                        {200, ANY, 0x5555},
	                        {null_fd(), POLLOUT, 0x5555},
	                        {INT32_MIN, ANY, 0x5555}};

	EQ(SYS(SYS_poll, P(fds), 4, -1), 2);
	EQ(fds[0].revents, 0);
	EQ(fds[1].revents, POLLNVAL);
	EQ(fds[2].revents, POLLOUT);
	EQ(fds[3].revents, 0);
	fds[1].fd = INT32_MAX;
	fds[1].events = 0;
	EQ(SYS(SYS_poll, P(fds), 2, -1), 1);
	EQ(fds[1].revents, POLLNVAL);
	EQ(SYS(SYS_poll, P(fds), 1, 0), 0);
}

TEST("POLL-twice the same descriptor may stand there more than once")
{
	int fd = null_fd();
	struct pollfd fds[3] = {
	    {fd, POLLIN, 0}, {fd, POLLOUT, 0}, {fd, POLLPRI, 0}};

	EQ(SYS(SYS_poll, P(fds), 3, -1), 2);
	EQ(fds[0].revents, POLLIN);
	EQ(fds[1].revents, POLLOUT);
	EQ(fds[2].revents, 0);
}

TEST("POLL-time a wait lasts as long as it was given, and 0 does not wait")
{
	static const int times[] = {0, 1, 30};
	long long start;

	for (size_t i = 0; i < ALL(times); i++) {
		start = now();
		EQ(SYS(SYS_poll, P(NULL), 0, times[i]), 0);
		TRUE(now() - start >= times[i] * 1000000ll);
	}
}

TEST("POLL-number more descriptors than a process can have are EINVAL")
{
	struct pollfd one = {-1, 0, 0};

	ERR(SYS(SYS_poll, P(&one), 0xFFFFFFFF, 0), EINVAL);
	ERR(SYS(SYS_poll, P(&one), 0x20000000, 0), EINVAL);
	ERR(SYS(SYS_poll, P(&one), 0x10000000, 0), EINVAL);
	ERR(SYS(SYS_ppoll, P(&one), 0x10000000, 0, 0, 0), EINVAL);
}

/* A child waits in `words`.  It must be asleep, and is then killed. */
static void waits_for_ever(const long words[7])
{
	pid_t pid;

	BACKGROUND(pid)
	{
		raw_call(words);
	}
	await_asleep(pid);
	sleep_ms(30);
	await_asleep(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("POLL-ever below 0, without a time, and 68 years are a long wait")
{
	struct timespec most = {INT32_MAX, 999999999};
	struct wide wide = {INT64_MAX, 999999999};
	struct timeval micro = {INT32_MAX, 999999};

	waits_for_ever((long[7]){SYS_poll, 0, 0, -1});
	waits_for_ever((long[7]){SYS_poll, 0, 0, INT32_MIN});
	waits_for_ever((long[7]){SYS_poll, 0, 0, INT32_MAX});
	waits_for_ever((long[7]){SYS_ppoll, 0, 0, 0, 0, 0});
	waits_for_ever((long[7]){SYS_ppoll, 0, 0, P(&most), 0, 0});
	waits_for_ever((long[7]){SYS_ppoll_time64, 0, 0, P(&wide), 0, 0});
	waits_for_ever((long[7]){SYS__newselect, 0, 0, 0, 0, 0});
	waits_for_ever((long[7]){SYS__newselect, 0, 0, 0, 0, P(&micro)});
	waits_for_ever((long[7]){SYS_pselect6, 0, 0, 0, 0, 0, 0});
	waits_for_ever((long[7]){SYS_pselect6_time64, 0, 0, 0, 0, P(&wide)});
}

TEST("POLL-invalid times that are none are EINVAL")
{
	static const struct timespec wrong[] = {
	    {-1, 0}, {0, -1}, {0, 1000000000}, {INT32_MIN, 5}};
	static const struct timeval below[] = {
	    {-1, 0}, {0, -1}, {-2, 1000000}, {INT32_MAX, 1000000}};
	struct timeval over = {0, 1500000}, carried = {-1, 1000000};
	long long start = now();

	for (size_t i = 0; i < ALL(wrong); i++) {
		struct wide wide = {wrong[i].tv_sec, wrong[i].tv_nsec};

		ERR(SYS(SYS_ppoll, 0, 0, P(&wrong[i]), 0, 0), EINVAL);
		ERR(SYS(SYS_ppoll_time64, 0, 0, P(&wide), 0, 0), EINVAL);
		ERR(SYS(SYS_pselect6, 0, 0, 0, 0, P(&wrong[i]), 0), EINVAL);
		ERR(SYS(SYS_pselect6_time64, 0, 0, 0, 0, P(&wide), 0), EINVAL);
	}
	for (size_t i = 0; i < ALL(below); i++)
		ERR(SYS(SYS__newselect, 0, 0, 0, 0, P(&below[i])), EINVAL);
	EQ(SYS(SYS__newselect, 0, 0, 0, 0, P(&carried)), 0);
	EQ(SYS(SYS__newselect, 0, 0, 0, 0, P(&over)), 0);
	TRUE(now() - start >= 1500000000);
	EQ(over.tv_sec, 0);
	EQ(over.tv_usec, 0);
}

/* Is it at most `LONG` seconds, and less than what was given? */
static void is_left(long long seconds, long long rest, long long parts)
{
	TRUE(rest >= 0 && rest < parts);
	TRUE(seconds >= 0 && seconds <= LONG);
	TRUE(seconds < LONG || rest == 0);
}

TEST("POLL-left all but poll say how much time is left")
{
	int fd = null_fd();
	struct pollfd one = {fd, POLLIN, 0};
	struct timespec time = {LONG, 0};
	struct timeval micro = {LONG, 0};
	struct wide wide = {LONG, 0};
	fd_set set;
	long args[5] = {fd + 1, P(&set), 0, 0, P(&micro)};

	FD_ZERO(&set);
	FD_SET(fd, &set);
	EQ(SYS(SYS_ppoll, P(&one), 1, P(&time), 0, 0), 1);
	is_left(time.tv_sec, time.tv_nsec, 1000000000);
	EQ(SYS(SYS_ppoll_time64, P(&one), 1, P(&wide), 0, 0), 1);
	is_left(wide.seconds, wide.nanoseconds, 1000000000);
	EQ(SYS(SYS_pselect6, fd + 1, P(&set), 0, 0, P(&time), 0), 1);
	is_left(time.tv_sec, time.tv_nsec, 1000000000);
	EQ(SYS(SYS_pselect6_time64, fd + 1, P(&set), 0, 0, P(&wide), 0), 1);
	is_left(wide.seconds, wide.nanoseconds, 1000000000);
	EQ(SYS(SYS__newselect, fd + 1, P(&set), 0, 0, P(&micro)), 1);
	is_left(micro.tv_sec, micro.tv_usec, 1000000);
	EQ(SYS(SYS_select, P(args)), 1);
	is_left(micro.tv_sec, micro.tv_usec, 1000000);
	time = (struct timespec){0, 2000000};
	EQ(SYS(SYS_ppoll, 0, 0, P(&time), 0, 0), 0);
	EQ(time.tv_sec, 0);
	EQ(time.tv_nsec, 0);
}

TEST("POLL-constant a time in memory that cannot be written is good enough")
{
	struct timespec *time = (void *)memory(PAGE, PROT_READ | PROT_WRITE);

	time->tv_nsec = 1000;
	OK(mprotect(time, PAGE, PROT_READ));
	EQ(SYS(SYS_ppoll, 0, 0, P(time), 0, 0), 0);
	EQ(SYS(SYS_pselect6, 0, 0, 0, 0, P(time), 0), 0);
}

TEST("POLL-sets select leaves in each set those that are ready, and counts all")
{
	int file = null_fd(),
	    terminal = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));
	int n = (file > terminal ? file : terminal) + 1;
	fd_set in, out, except;

	FD_ZERO(&in);
	FD_SET(file, &in);
	FD_SET(terminal, &in);
	out = except = in;
	EQ(SYS(SYS__newselect, n, P(&in), P(&out), P(&except), 0), 3);
	TRUE(FD_ISSET(file, &in) && !FD_ISSET(terminal, &in));
	TRUE(FD_ISSET(file, &out) && FD_ISSET(terminal, &out));
	TRUE(!FD_ISSET(file, &except) && !FD_ISSET(terminal, &except));
}

TEST("POLL-empty when the time is up, all sets are empty")
{
	int fd = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));
	struct timeval time = {0, 10000};
	fd_set in, except;

	FD_ZERO(&in);
	FD_SET(fd, &in);
	except = in;
	EQ(SYS(SYS__newselect, fd + 1, P(&in), 0, P(&except), P(&time)), 0);
	TRUE(!FD_ISSET(fd, &in) && !FD_ISSET(fd, &except));
}

TEST("POLL-badf a closed descriptor in a set is EBADF, and the sets stay")
{
	int fd = null_fd();
	fd_set in;

	FD_ZERO(&in);
	FD_SET(0, &in);
	FD_SET(fd, &in);
	close(fd);
	ERR(SYS(SYS__newselect, fd + 1, P(&in), 0, 0, 0), EBADF);
	TRUE(FD_ISSET(0, &in) && FD_ISSET(fd, &in));
	ERR(SYS(SYS__newselect, -1, P(&in), 0, 0, 0), EINVAL);
	ERR(SYS(SYS__newselect, INT32_MIN, P(&in), 0, 0, 0), EINVAL);
}

TEST("POLL-beyond bits from the number on are not looked at")
{
	struct timeval none = {0, 0};
	unsigned words[2] = {0x80000000u, 0x5555AAAAu};

	close(31);
	EQ(SYS(SYS__newselect, 31, P(words), 0, 0, P(&none)), 0);
	EQ(words[0], 0);
	EQ(words[1], 0x5555AAAA);
	EQ(SYS(SYS__newselect, 0, P(words + 1), 0, 0, P(&none)), 0);
	EQ(words[1], 0x5555AAAA);
	memset(words, 0, sizeof words);
	EQ(SYS(SYS__newselect, 64, P(words), 0, 0, P(&none)), 0);
}

TEST("POLL-stop a process that is stopped in poll polls on, to the same end")
{
	pid_t pid;
	long long start = now();

	BACKGROUND(pid)
	{
		EQ(SYS(SYS_poll, 0, 0, 300), 0);
	}
	await_asleep(pid);
	OK(kill(pid, SIGSTOP));
	TRUE(waitpid(pid, NULL, WUNTRACED) == pid);
	OK(kill(pid, SIGCONT));
	EXITS(pid, 0);
	TRUE(now() - start >= 300000000);
}

TEST("POLL-mask the mask's size is checked, and its place, before the rest")
{
	struct timespec none = {0, 0};
	unsigned mask[2] = {0, 0};
	long wrong[2] = {P(mask), 4}, good[2] = {P(mask), 8}, no[2] = {0, 4};

	EQ(SYS(SYS_ppoll, 0, 0, P(&none), P(mask), 8), 0);
	EQ(SYS(SYS_ppoll, 0, 0, P(&none), 0, 4), 0);
	ERR(SYS(SYS_ppoll, 1, 1, P(&none), P(mask), 4), EINVAL);
	ERR(SYS(SYS_ppoll, 1, 1, P(&none), P(mask), 16), EINVAL);
	EQ(SYS(SYS_pselect6, 0, 0, 0, 0, P(&none), P(good)), 0);
	EQ(SYS(SYS_pselect6, 0, 0, 0, 0, P(&none), P(no)), 0);
	ERR(SYS(SYS_pselect6, -1, 0, 0, 0, P(&none), P(wrong)), EINVAL);
	good[0] = 1;
	ERR(SYS(SYS_pselect6, -1, 0, 0, 0, P(&none), P(good)), EFAULT);
	ERR(SYS(SYS_ppoll, 0, -1, P(&none), 1, 8), EFAULT);
}

/* ---- pipes -------------------------------------------------------------- */

static int in, out; /* the ends of a pipe */

static void make_pipe(int flags)
{
	int ends[2];

	OK(pipe2(ends, flags));
	in = ends[0];
	out = ends[1];
}

static int ready(int fd)
{
	int revents;

	poll_one(fd, POLLIN | POLLOUT, 0, &revents);
	return revents;
}

TEST("POLL-pipe an end is ready for what a read or a write would do at once")
{
	static char page[4096];
	char byte;

	make_pipe(O_NONBLOCK);
	EQ(ready(in), 0);
	EQ(ready(out), POLLOUT);
	EQ(write(out, "ab", 2), 2);
	EQ(ready(in), POLLIN);
	EQ(read(in, &byte, 1), 1);
	EQ(ready(in), POLLIN);
	EQ(read(in, &byte, 1), 1);
	EQ(ready(in), 0);
	while (write(out, page, sizeof page) > 0)
		;
	EQ(ready(out), 0);
	EQ(ready(in), POLLIN);
	EQ(read(in, page, sizeof page), 4096);
	EQ(ready(out), POLLOUT);
}

TEST("POLL-hang an end whose other end is closed says so, whatever was asked")
{
	int revents;

	make_pipe(0);
	close(out);
	EQ(poll_one(in, 0, -1, &revents), 1);
	EQ(revents, POLLHUP);
	make_pipe(0);
	EQ(write(out, "a", 1), 1);
	close(out);
	EQ(ready(in), POLLIN | POLLHUP);
	make_pipe(0);
	close(in);
	EQ(poll_one(out, 0, -1, &revents), 1);
	EQ(revents, POLLERR);
	EQ(ready(out), POLLOUT | POLLERR);
}

/* A child polls `fd` for `events`, and must find `wanted`. */
static pid_t poller(int fd, int events, int wanted, int other)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		int revents;

		close(other);
		EQ(poll_one(fd, events, -1, &revents), 1);
		EQ(revents, wanted);
	}
	await_asleep(pid);
	return pid;
}

TEST("POLL-wake a write, a read and a close wake those who poll for them")
{
	static char page[65536];
	pid_t pid;

	make_pipe(0);
	pid = poller(in, POLLIN, POLLIN, out);
	EQ(write(out, "a", 1), 1);
	EXITS(pid, 0);
	EQ(read(in, page, 1), 1);
	pid = poller(in, POLLIN, POLLHUP, out);
	close(out);
	EXITS(pid, 0);
	make_pipe(0);
	EQ(write(out, page, sizeof page), 65536);
	pid = poller(out, POLLOUT, POLLOUT, in);
	EQ(read(in, page, sizeof page), 65536);
	EXITS(pid, 0);
	EQ(write(out, page, sizeof page), 65536);
	pid = poller(out, POLLOUT, POLLERR, in);
	close(in);
	EXITS(pid, 0);
}

TEST("POLL-select the ends of pipes in sets, and a wake among twenty")
{
	int ins[20], outs[20], n = 0;
	fd_set set;
	pid_t pid;

	FD_ZERO(&set);
	for (int i = 0; i < 20; i++) {
		make_pipe(0);
		ins[i] = in;
		outs[i] = out;
		FD_SET(in, &set);
		n = in + 1;
	}
	BACKGROUND(pid)
	{
		EQ(SYS(SYS__newselect, n, P(&set), 0, 0, 0), 1);
		TRUE(FD_ISSET(ins[13], &set) && !FD_ISSET(ins[12], &set));
	}
	await_asleep(pid);
	EQ(write(outs[13], "x", 1), 1);
	EXITS(pid, 0);
}

TEST("POLL-stale what a read has taken is never ready afterwards")
{
	pid_t noise[4];
	char byte;

	for (int i = 0; i < 4; i++)
		BACKGROUND(noise[i])
		{
			make_pipe(0);
			for (;;) /* so that the server is busy */
				if (write(out, "abc", 3) != 3 ||
				    read(in, &byte, 1) + read(in, &byte, 1) +
				            read(in, &byte, 1) !=
				        3)
					_exit(1);
		}
	make_pipe(O_NONBLOCK);
	for (int i = 0; i < 1500; i++) {
		EQ(write(out, "a", 1), 1);
		EQ(ready(in), POLLIN);
		EQ(read(in, &byte, 1), 1);
		EQ(ready(in), 0);
	}
	for (int i = 0; i < 4; i++) {
		OK(kill(noise[i], SIGKILL));
		KILLED(noise[i], SIGKILL);
	}
}

/* ---- bad pointers ------------------------------------------------------- */

static struct pollfd ready_fd = {1, POLLOUT, 0};
static struct timespec no_time;
static struct wide no_time64;

BAD("poll fds", IN, 8, 0, SYS_poll, 1, {0, 1, 0})
BAD("ppoll fds", IN, 8, 0, SYS_ppoll, 1, {0, 1, P(&no_time), 0, 0})
BAD("ppoll timeout", IN, 8, 1, SYS_ppoll, 3, {P(&ready_fd), 1, 0, 0, 0})
BAD("ppoll_time64 timeout", IN, 16, 1, SYS_ppoll_time64, 3,
    {P(&ready_fd), 1, 0, 0, 0})
BAD("ppoll mask", IN, 8, 1, SYS_ppoll, 4, {0, 0, P(&no_time), 0, 8})
BAD("select arguments", IN, 20, 0, SYS_select, 1, {0})
BAD("_newselect in", IN, 4, 1, SYS__newselect, 2, {3, 0, 0, 0, P(&no_time)})
BAD("_newselect out", IN, 4, 1, SYS__newselect, 3, {3, 0, 0, 0, P(&no_time)})
BAD("_newselect except", IN, 4, 1, SYS__newselect, 4, {3, 0, 0, 0, P(&no_time)})
BAD("_newselect timeout", IN, 8, 1, SYS__newselect, 5, {0, 0, 0, 0, 0})
BAD("pselect6 timeout", IN, 8, 1, SYS_pselect6, 5, {0, 0, 0, 0, 0, 0})
BAD("pselect6_time64 timeout", IN, 16, 1, SYS_pselect6_time64, 5,
    {0, 0, 0, 0, 0, 0})
BAD("pselect6 pair", IN, 8, 1, SYS_pselect6, 6, {0, 0, 0, 0, P(&no_time), 0})
BAD("pselect6_time64 in", IN, 4, 1, SYS_pselect6_time64, 2,
    {3, 0, 0, 0, P(&no_time64), 0})

TEST("SEC-S10 poll's and select's answers are written to good memory alone")
{
	struct timeval none = {0, 0};
	char *page = memory(PAGE, PROT_READ | PROT_WRITE);
	struct pollfd *one = (void *)page;
	fd_set *set = (void *)page;

	*one = ready_fd;
	OK(mprotect(page, PAGE, PROT_READ));
	ERR(SYS(SYS_poll, P(one), 1, 0), EFAULT);
	OK(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	FD_ZERO(set);
	FD_SET(1, set);
	OK(mprotect(page, PAGE, PROT_READ));
	ERR(SYS(SYS__newselect, 2, 0, P(set), 0, P(&none)), EFAULT);
}
