/*
 * tests/guest/calls_badptr.c -- bad pointers in the calls about limits, times,
 * timers, the CPU, pipes, message queues, and bytes that go from file to file.
 *
 * The table of them is in bad_pointers.h.  Where the kernel writes a timer's
 * words the row says IN all the same: for OUT a child would make the call, too,
 * and a child has none of its parent's timers.
 */
#include "bad_pointers.h"

#include <sys/resource.h>

enum {
	NR_stime = 25,
	NR_pipe = 42,
	NR_sethostname = 74,
	NR_setrlimit = 75,
	NR_getrlimit = 76,
	NR_settimeofday = 79,
	NR_setitimer = 104,
	NR_getitimer = 105,
	NR_sysinfo = 116,
	NR_setdomainname = 121,
	NR_adjtimex = 124,
	NR_sched_setparam = 154,
	NR_sched_getparam = 155,
	NR_sched_setscheduler = 156,
	NR_sched_rr_get_interval = 161,
	NR_prctl = 172,
	NR_sendfile = 187,
	NR_ugetrlimit = 191,
	NR_sendfile64 = 239,
	NR_sched_setaffinity = 241,
	NR_sched_getaffinity = 242,
	NR_timer_create = 259,
	NR_timer_settime = 260,
	NR_timer_gettime = 261,
	NR_clock_settime = 264,
	NR_mq_open = 277,
	NR_mq_unlink = 278,
	NR_mq_timedsend = 279,
	NR_mq_timedreceive = 280,
	NR_mq_notify = 281,
	NR_mq_getsetattr = 282,
	NR_splice = 313,
	NR_pipe2 = 331,
	NR_rt_tgsigqueueinfo = 335,
	NR_prlimit64 = 340,
	NR_clock_adjtime = 343,
	NR_getrandom = 355,
	NR_memfd_create = 356,
	NR_copy_file_range = 377,
	NR_preadv2 = 378,
	NR_pwritev2 = 379,
	GET_NAME = 16,
	BYTES_TO_READ = 0x541b, /* FIONREAD */
};

static int letters_fd(void)
{
	int fd = OK(SYS(NR_memfd_create, P("letters"), 0));

	EQ(write(fd, "abcdefghijkl", 12), 12);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int pipe_end(int which)
{
	int ends[2];

	OK(pipe(ends));
	return ends[which];
}

static long new_timer(void)
{
	int id;

	OK(SYS(NR_timer_create, CLOCK_MONOTONIC, 0, P(&id)));
	return id;
}

/* A queue without a name. */
static int queue_fd(void)
{
	int fd = OK(SYS(NR_mq_open, P("badptr"), O_RDWR | O_CREAT, 0600, 0));

	OK(SYS(NR_mq_unlink, P("badptr")));
	return fd;
}

/* --- what is told, and limits -------------------------------------------- */

BAD("times buf", OUT, 16, 1, NR_times, 1, {0})
BAD("sysinfo info", OUT, 64, 0, NR_sysinfo, 1, {0})
BAD("getrusage usage", OUT, 72, 0, NR_getrusage, 2, {RUSAGE_SELF, 0})
BAD("getrlimit limit", OUT, 8, 0, NR_getrlimit, 2, {RLIMIT_CORE, 0})
BAD("ugetrlimit limit", OUT, 8, 0, NR_ugetrlimit, 2, {RLIMIT_CORE, 0})
BAD("setrlimit limit", IN, 8, 0, NR_setrlimit, 2, {RLIMIT_CORE, 0})
BAD("prlimit64 new", IN, 16, 1, NR_prlimit64, 3, {0, RLIMIT_CORE, 0, 0})
BAD("prlimit64 old", OUT, 16, 1, NR_prlimit64, 4, {0, RLIMIT_CORE, 0, 0})
BAD("prctl name", OUT, 16, 0, NR_prctl, 2, {GET_NAME, 0})
BAD("getrandom buf", OUT, 1, 0, NR_getrandom, 1, {0, 1, 0})
BAD("sethostname name", IN, 4, 0, NR_sethostname, 1, {0, 4})
BAD("setdomainname name", IN, 4, 0, NR_setdomainname, 1, {0, 4})
BAD("rt_tgsigqueueinfo info", IN, 128, 0, NR_rt_tgsigqueueinfo, 4,
    {getpid(), getpid(), 0, 0})

/* --- the CPU ------------------------------------------------------------- */

BAD("sched_getaffinity mask", OUT, 4, 0, NR_sched_getaffinity, 3, {0, 4, 0})
BAD("sched_setaffinity mask", IN, 4, 0, NR_sched_setaffinity, 3, {0, 4, 0})
BAD("sched_getparam param", OUT, 4, 1, NR_sched_getparam, 2, {0, 0})
BAD("sched_setparam param", IN, 4, 1, NR_sched_setparam, 2, {0, 0})
BAD("sched_setscheduler param", IN, 4, 1, NR_sched_setscheduler, 3, {0, 0, 0})
BAD("sched_rr_get_interval time", OUT, 8, 0, NR_sched_rr_get_interval, 2,
    {0, 0})

/* --- clocks and timers --------------------------------------------------- */

BAD("stime time", IN, 4, 0, NR_stime, 1, {0})
BAD("settimeofday tv", IN, 8, 1, NR_settimeofday, 1, {0, 0})
BAD("settimeofday tz", IN, 8, 1, NR_settimeofday, 2, {0, 0})
BAD("clock_settime tp", IN, 8, 0, NR_clock_settime, 2, {CLOCK_REALTIME, 0})
BAD("adjtimex timex", IN, 128, 0, NR_adjtimex, 1, {0})
BAD("clock_adjtime timex", IN, 128, 0, NR_clock_adjtime, 2, {CLOCK_REALTIME, 0})
BAD("getitimer value", OUT, 16, 0, NR_getitimer, 2, {0, 0})
BAD("setitimer new", IN, 16, 1, NR_setitimer, 2, {0, 0, 0})
BAD("setitimer old", OUT, 16, 1, NR_setitimer, 3, {0, 0, 0})
BAD("timer_create event", IN, 64, 1, NR_timer_create, 2,
    {CLOCK_MONOTONIC, 0, P(private_page)})
BAD("timer_create id", OUT, 4, 0, NR_timer_create, 3, {CLOCK_MONOTONIC, 0, 0})
BAD("timer_settime new", IN, 16, 1, NR_timer_settime, 3, {new_timer(), 0, 0, 0})
BAD("timer_settime old", IN, 16, 1, NR_timer_settime, 4,
    {new_timer(), 0, P(private_page), 0})
BAD("timer_gettime value", IN, 16, 0, NR_timer_gettime, 2, {new_timer(), 0})

/* --- pipes, and from file to file ---------------------------------------- */

BAD("pipe fds", OUT, 8, 0, NR_pipe, 1, {0})
BAD("pipe2 fds", OUT, 8, 0, NR_pipe2, 1, {0, 0})
BAD("ioctl bytes to read", OUT, 4, 0, NR_ioctl, 3,
    {pipe_end(0), BYTES_TO_READ, 0})
BAD("preadv2 iov", IN, 8, 0, NR_preadv2, 2, {letters_fd(), 0, 1, 0, 0, 0})
BAD("pwritev2 iov", IN, 8, 0, NR_pwritev2, 2, {letters_fd(), 0, 1, 0, 0, 0})
BAD("sendfile offset", IN, 4, 1, NR_sendfile, 3,
    {letters_fd(), letters_fd(), 0, 4})
BAD("sendfile64 offset", IN, 8, 1, NR_sendfile64, 3,
    {letters_fd(), letters_fd(), 0, 4})
BAD("splice offset", IN, 8, 1, NR_splice, 2,
    {letters_fd(), 0, pipe_end(1), 0, 4, 0})
BAD("copy_file_range from", IN, 8, 1, NR_copy_file_range, 2,
    {letters_fd(), 0, letters_fd(), 0, 4, 0})
BAD("copy_file_range to", IN, 8, 1, NR_copy_file_range, 4,
    {letters_fd(), 0, letters_fd(), 0, 4, 0})

/* --- message queues ------------------------------------------------------ */

BAD("mq_open name", STRING, 2, 0, NR_mq_open, 1, {0, O_RDONLY, 0, 0})
BAD("mq_open attributes", IN, 32, 1, NR_mq_open, 4,
    {P("badptr"), O_RDWR | O_CREAT, 0600, 0})
BAD("mq_unlink name", STRING, 2, 0, NR_mq_unlink, 1, {0})
BAD("mq_timedsend message", IN, 4, 0, NR_mq_timedsend, 2,
    {queue_fd(), 0, 4, 0, 0})
BAD("mq_timedsend timeout", IN, 8, 1, NR_mq_timedsend, 5,
    {queue_fd(), P(private_page), 4, 0, 0})
BAD("mq_timedreceive timeout", IN, 8, 1, NR_mq_timedreceive, 5,
    {queue_fd(), P(private_page), 8192, 0, 0})
BAD("mq_notify event", IN, 64, 1, NR_mq_notify, 2, {queue_fd(), 0})
BAD("mq_getsetattr new", IN, 32, 1, NR_mq_getsetattr, 2, {queue_fd(), 0, 0})
BAD("mq_getsetattr old", OUT, 32, 1, NR_mq_getsetattr, 3, {queue_fd(), 0, 0})
