/*
 * tests/guest/test.h -- a test is one sentence of the specification.
 *
 *	TEST("UW-S11 shmdt: a detached address faults")
 *	{
 *		int id = OK(shm_get(IPC_PRIVATE, 4096, 0600));
 *		char *p = ADDRESS(shm_at(id, 0, 0));
 *
 *		OK(shm_dt(p));
 *		FAULTS_ON_LOAD(p);
 *		ERR(shm_dt(p), EINVAL);
 *		OK(shm_ctl(id, IPC_RMID, 0));
 *	}
 *
 * Each test runs in a process of its own, a child of the program.  Before and
 * after the test the program counts segments, pages of segments, semaphore
 * sets, message queues, processes and, on Tessera, free frames.  A test that
 * leaves something behind, or loses frames, fails.
 *
 * The first check that fails prints the sentence, the two values and file:line,
 * and ends the test.  The output is TAP; the plan comes first:
 *
 *	1..2
 *	ok 1 - UW-S11 shmdt: a detached address faults
 *	# answer: EINVAL
 *
 * An answer line holds what ERR and ANSWER saw, in order; a repeated word is
 * written once.  The answers of Linux are recorded in tests/answers, and
 * Tessera must give the same.
 *
 * BOTH("...") makes two tests of one.  The first goes through ipc(117), the
 * second through the direct calls 395..398; those of semaphores and queues are
 * in sysv.h.  shm_get, shm_at, shm_dt and shm_ctl below go through the door of
 * the test that runs.  All calls whose error matters are raw (SYS), because
 * libc would touch a bad pointer first, and hides what the kernel says.
 *
 * These are ordinary POSIX programs: the same ELF runs on Tessera and on Linux.
 * tests/DEVIATIONS lists the differences that are wanted; a test states both
 * values with HERE(linux, tessera).
 */
#ifndef TEST_H
#define TEST_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SHM_EXEC
#define SHM_EXEC 0100000
#endif
#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#ifndef MSG_COPY
#define MSG_COPY 040000
#endif
#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif
#ifndef SHM_NORESERVE
#define SHM_NORESERVE 010000
#endif
#define SHM_DEST_BIT   01000
#define SHM_LOCKED_BIT 02000

#ifndef TIME_OUT
#define TIME_OUT 40 /* seconds for one test */
#endif
#ifndef DIRECT_DOOR
#define DIRECT_DOOR " [395..398]"
#endif

#define UNUSED    __attribute__((unused))
#define PAGE      4096u
#define SLOT      0x400000u /* what one page table maps */
#define SKIPPED   77        /* exit status of a test that does not apply */
#define NOBODY    65534
#define P(thing)  ((long)(thing))
#define ALL(list) (sizeof(list) / sizeof((list)[0]))

/* --- system calls -------------------------------------------------------- */

/*
 * Makes call words[0] with the arguments words[1..6].  Returns eax as it is:
 * -errno after an error.
 */
UNUSED static long raw_call(const long words[7])
{
	long result;

	__asm__ volatile("pushl %%ebp\n\t"
	                 "movl 4(%%eax), %%ebx\n\t"
	                 "movl 8(%%eax), %%ecx\n\t"
	                 "movl 12(%%eax), %%edx\n\t"
	                 "movl 16(%%eax), %%esi\n\t"
	                 "movl 20(%%eax), %%edi\n\t"
	                 "movl 24(%%eax), %%ebp\n\t"
	                 "movl (%%eax), %%eax\n\t"
	                 "int $0x80\n\t"
	                 "popl %%ebp"
	                 : "=a"(result)
	                 : "a"(words)
	                 : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
	return result;
}

#define SYS(...) raw_call((const long[7]){__VA_ARGS__})

enum {
	NR_exit = 1,
	NR_fork = 2,
	NR_read = 3,
	NR_write = 4,
	NR_open = 5,
	NR_close = 6,
	NR_waitpid = 7,
	NR_execve = 11,
	NR_chdir = 12,
	NR_time = 13,
	NR_kill = 37,
	NR_times = 43,
	NR_brk = 45,
	NR_ioctl = 54,
	NR_getrusage = 77,
	NR_gettimeofday = 78,
	NR_readlink = 85,
	NR_munmap = 91,
	NR_wait4 = 114,
	NR_ipc = 117,
	NR_clone = 120,
	NR_waitid = 284,
	NR_uname = 122,
	NR_mprotect = 125,
	NR_llseek = 140,
	NR_readv = 145,
	NR_writev = 146,
	NR_nanosleep = 162,
	NR_rt_sigprocmask = 175,
	NR_getcwd = 183,
	NR_mmap2 = 192,
	NR_stat64 = 195,
	NR_lstat64 = 196,
	NR_fstat64 = 197,
	NR_getgroups32 = 205,
	NR_setgroups32 = 206,
	NR_getresuid32 = 209,
	NR_getresgid32 = 211,
	NR_getdents64 = 220,
	NR_set_thread_area = 243,
	NR_clock_gettime = 265,
	NR_clock_getres = 266,
	NR_clock_nanosleep = 267,
	NR_openat = 295,
	NR_fstatat64 = 300,
	NR_readlinkat = 305,
	NR_faccessat = 307,
	NR_access = 33,
	NR_statx = 383,
	NR_semget = 393,
	NR_semctl = 394,
	NR_shmget = 395,
	NR_shmctl = 396,
	NR_shmat = 397,
	NR_shmdt = 398,
	NR_msgget = 399,
	NR_msgsnd = 400,
	NR_msgrcv = 401,
	NR_msgctl = 402,
	NR_clock_gettime64 = 403,
	NR_clock_getres64 = 406,
	NR_clock_nanosleep64 = 407,
	NR_semtimedop64 = 420,
};

enum {
	IPCOP_semop = 1,
	IPCOP_semget,
	IPCOP_semctl,
	IPCOP_semtimedop,
	IPCOP_msgsnd = 11,
	IPCOP_msgrcv,
	IPCOP_msgget,
	IPCOP_msgctl,
	IPCOP_shmat = 21,
	IPCOP_shmdt,
	IPCOP_shmget,
	IPCOP_shmctl
};
#define IPC_64 0x100

enum door { DOOR_IPC, DOOR_DIRECT };
static enum door door = DOOR_IPC;

UNUSED static long shm_get(int key, unsigned long size, int flags)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_shmget, key, (long)size, flags);
	return SYS(NR_ipc, IPCOP_shmget, key, (long)size, flags);
}

UNUSED static long shm_at(int id, const volatile void *address, int flags)
{
	long result = 0, error;

	if (door == DOOR_DIRECT)
		return SYS(NR_shmat, id, P(address), flags);
	error = SYS(NR_ipc, IPCOP_shmat, id, flags, P(&result), P(address));
	return error ? error : result;
}

UNUSED static long shm_dt(const volatile void *address)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_shmdt, P(address));
	return SYS(NR_ipc, IPCOP_shmdt, 0, 0, 0, P(address));
}

UNUSED static long shm_ctl(int id, int command, void *buf)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_shmctl, id, command, P(buf));
	return SYS(NR_ipc, IPCOP_shmctl, id, command | IPC_64, 0, P(buf));
}

/* The kernel's 84 bytes, as they cross the door (IPC_64). */
struct shm_ds {
	int key;
	unsigned uid, gid, cuid, cgid;
	unsigned short mode, pad1, seq, pad2;
	unsigned unused1, unused2;
	unsigned segsz;
	int atime, atime_high, dtime, dtime_high, ctime, ctime_high;
	int cpid, lpid;
	unsigned nattch, unused4, unused5;
};

struct shm_totals {
	int used_ids;
	unsigned tot, rss, swp, swap_attempts, swap_successes;
};

struct shm_limits {
	unsigned max, min, mni, seg, all, unused[4];
};

struct sem_ds {
	int key;
	unsigned uid, gid, cuid, cgid;
	unsigned short mode, pad1, seq, pad2;
	unsigned unused1, unused2;
	int otime, otime_high, ctime, ctime_high;
	unsigned nsems, unused3, unused4;
};

/* For SEM_INFO usz counts sets and aem semaphores. */
struct sem_limits {
	int map, mni, mns, mnu, msl, opm, ume, usz, vmx, aem;
};

struct msg_ds {
	int key;
	unsigned uid, gid, cuid, cgid;
	unsigned short mode, pad1, seq, pad2;
	unsigned unused1, unused2;
	int stime, stime_high, rtime, rtime_high, ctime, ctime_high;
	unsigned cbytes, qnum, qbytes;
	int lspid, lrpid;
	unsigned unused4, unused5;
};

/* For MSG_INFO pool counts queues, map counts messages and tql bytes. */
struct msg_limits {
	int pool, map, max, mnb, mni, ssz, tql;
	unsigned short seg, pad;
};

_Static_assert(sizeof(struct shm_ds) == 84, "Linux i386 shmid64_ds");
_Static_assert(offsetof(struct shm_ds, nattch) == 72, "shm_nattch");
_Static_assert(sizeof(struct sem_ds) == 64, "Linux i386 semid64_ds");
_Static_assert(offsetof(struct sem_ds, nsems) == 52, "sem_nsems");
_Static_assert(sizeof(struct sem_limits) == 40, "Linux seminfo");
_Static_assert(sizeof(struct msg_ds) == 88, "Linux i386 msqid64_ds");
_Static_assert(offsetof(struct msg_ds, qbytes) == 68, "msg_qbytes");
_Static_assert(sizeof(struct msg_limits) == 32, "Linux msginfo");

/* --- what is shared with the program and with a test's children ---------- */

struct shared {
	volatile int stage;
	volatile long value[64];
	int answer_bytes, answer_repeats;
	char answer[4096], answer_last[32];
	int answering; /* a process writes to the answer */
};

static struct shared *shared;
static const char *test_sentence = "?";
static volatile pid_t test_process;

UNUSED static int on_tessera(void)
{
	static struct utsname u;

	if (!u.sysname[0])
		uname(&u);
	return strcmp(u.sysname, "Tessera") == 0;
}

#define HERE(on_linux, here) (on_tessera() ? (here) : (on_linux))

/* --- output -------------------------------------------------------------- */

UNUSED __attribute__((format(printf, 1, 2))) static void say(const char *form,
                                                             ...)
{
	char line[5000];
	va_list list;
	int n;

	va_start(list, form);
	n = vsnprintf(line, sizeof line, form, list);
	va_end(list);
	if (n > (int)sizeof line - 1)
		n = sizeof line - 1;
	if (write(1, line, n) != n)
		_exit(3);
}

static const char *errno_name(long error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
	    {EPERM, "EPERM"},
	    {ENOENT, "ENOENT"},
	    {ESRCH, "ESRCH"},
	    {EINTR, "EINTR"},
	    {EIO, "EIO"},
	    {ENXIO, "ENXIO"},
	    {E2BIG, "E2BIG"},
	    {ENOEXEC, "ENOEXEC"},
	    {EBADF, "EBADF"},
	    {ECHILD, "ECHILD"},
	    {EAGAIN, "EAGAIN"},
	    {ENOMEM, "ENOMEM"},
	    {EACCES, "EACCES"},
	    {EFAULT, "EFAULT"},
	    {EEXIST, "EEXIST"},
	    {ENOTDIR, "ENOTDIR"},
	    {EISDIR, "EISDIR"},
	    {EINVAL, "EINVAL"},
	    {EMFILE, "EMFILE"},
	    {ENOTTY, "ENOTTY"},
	    {ENOSPC, "ENOSPC"},
	    {ESPIPE, "ESPIPE"},
	    {EROFS, "EROFS"},
	    {ERANGE, "ERANGE"},
	    {ENAMETOOLONG, "ENAMETOOLONG"},
	    {ENOSYS, "ENOSYS"},
	    {ELOOP, "ELOOP"},
	    {EFBIG, "EFBIG"},
	    {ENOMSG, "ENOMSG"},
	    {EIDRM, "EIDRM"},
	    {EOVERFLOW, "EOVERFLOW"},
	    {EOPNOTSUPP, "EOPNOTSUPP"},
	};
	static char other[24];

	for (size_t i = 0; i < ALL(names); i++)
		if (names[i].number == error)
			return names[i].name;
	snprintf(other, sizeof other, "errno %ld", error);
	return other;
}

/* What a call returned: the name of an errno, or the number. */
UNUSED static const char *outcome(long result)
{
	static char text[2][32];
	static int turn;

	turn ^= 1;
	if (result < 0 && result > -4096)
		return errno_name(-result);
	snprintf(text[turn], sizeof text[turn], "%ld", result);
	return text[turn];
}

/*
 * Adds a word to the test's answer, unless it is the same as the last one.
 * Children answer as well, so only one process writes at a time; else a
 * repetition would be missed.  A process killed while it writes does not hold
 * up the others for long: each tries a thousand times, and then goes on.
 */
UNUSED static void answer(const char *word)
{
	int room;

	for (int tries = 0; tries < 1000; tries++) {
		if (!__sync_lock_test_and_set(&shared->answering, 1))
			break;
		sched_yield();
	}
	room = sizeof shared->answer - shared->answer_bytes;
	if (strcmp(word, shared->answer_last) == 0) {
		__sync_lock_release(&shared->answering);
		return;
	}
	snprintf(shared->answer_last, sizeof shared->answer_last, "%s", word);
	if (room > (int)strlen(word) + 2)
		shared->answer_bytes += snprintf(
		    shared->answer + shared->answer_bytes, room, " %s", word);
	__sync_lock_release(&shared->answering);
}

#define ANSWER(result) answer(outcome(result))

/* --- checks -------------------------------------------------------------- */

__attribute__((format(printf, 3, 4), noreturn)) static void
fail(const char *file, int line, const char *form, ...)
{
	char text[400];
	va_list list;

	va_start(list, form);
	vsnprintf(text, sizeof text, form, list);
	va_end(list);
	say("# %s\n#   %s (%s:%d)\n", test_sentence, text,
	    strrchr(file, '/') ? strrchr(file, '/') + 1 : file, line);
	_exit(1);
}

#define FAIL(...) fail(__FILE__, __LINE__, __VA_ARGS__)

#define TRUE(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			FAIL("not so: %s", #condition);                        \
	} while (0)

#define EQ(actual, wanted)                                                     \
	do {                                                                   \
		long long a_ = (long long)(actual), w_ = (long long)(wanted);  \
		if (a_ != w_)                                                  \
			FAIL("%s is %lld (%#llx), not %lld (%#llx): %s",       \
			     #actual, a_, a_, w_, w_, #wanted);                \
	} while (0)

/* The call must fail with this errno. */
#define ERR(call, wanted)                                                      \
	do {                                                                   \
		long r_ = (long)(call);                                        \
		int e_ = (wanted);                                             \
		if (r_ != -(long)e_)                                           \
			FAIL("%s gives %s, not %s", #call, outcome(r_),        \
			     errno_name(e_));                                  \
		ANSWER(r_);                                                    \
	} while (0)

UNUSED static long check_ok(long result, const char *call, const char *file,
                            int line)
{
	if (result < 0 && result > -4096)
		fail(file, line, "%s gives %s", call, errno_name(-result));
	return result;
}

/* The call must succeed; this is its result. */
#define OK(call)      check_ok((long)(call), #call, __FILE__, __LINE__)
#define ADDRESS(call) ((void *)OK(call))

/* --- children ------------------------------------------------------------ */

UNUSED static int wait_status(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -1;
	return status;
}

UNUSED static void check_exit(pid_t pid, int wanted, const char *file, int line)
{
	int status = wait_status(pid);

	if (WIFSIGNALED(status))
		fail(file, line, "the child died of signal %d, not exit %d",
		     WTERMSIG(status), wanted);
	if (WEXITSTATUS(status) != wanted)
		fail(file, line, "the child's exit status is %d, not %d",
		     WEXITSTATUS(status), wanted);
}

UNUSED static void check_killed(pid_t pid, int wanted, const char *file,
                                int line)
{
	int status = wait_status(pid);

	if (!WIFSIGNALED(status))
		fail(file, line, "the child lived (exit %d), not signal %d",
		     WEXITSTATUS(status), wanted);
	if (WTERMSIG(status) != wanted)
		fail(file, line, "the child died of signal %d, not %d",
		     WTERMSIG(status), wanted);
}

#define EXITS(pid, status)  check_exit(pid, status, __FILE__, __LINE__)
#define KILLED(pid, signal) check_killed(pid, signal, __FILE__, __LINE__)

UNUSED static int child_runs(const char *file, int line, int signal)
{
	pid_t pid = fork();

	if (pid < 0)
		fail(file, line, "fork gives %s", errno_name(errno));
	if (pid == 0)
		return 1;
	if (signal)
		check_killed(pid, signal, file, line);
	else
		check_exit(pid, 0, file, line);
	return 0;
}

/* IN_CHILD { body }: a child runs the body and must exit with 0. */
#define IN_CHILD                                                               \
	for (int go_ = child_runs(__FILE__, __LINE__, 0); go_; _exit(0))

/* DIES(SIGSEGV) { body }: a child runs the body and must die of this signal. */
#define DIES(signal)                                                           \
	for (int go_ = child_runs(__FILE__, __LINE__, signal); go_; _exit(0))

/*
 * BACKGROUND(pid) { body }: a child runs the body beside the test.  The test
 * waits for it with EXITS(pid, 0).
 */
#define BACKGROUND(pid) for ((pid) = fork(); (pid) == 0; _exit(0))

#define FAULTS_ON_LOAD(address)                                                \
	DIES(SIGSEGV)                                                          \
	{                                                                      \
		(void)*(volatile char *)(address);                             \
	}

#define FAULTS_ON_STORE(address)                                               \
	DIES(SIGSEGV)                                                          \
	{                                                                      \
		*(volatile char *)(address) = 1;                               \
	}

UNUSED static void become(int uid, int gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		FAIL("cannot become uid %d gid %d: %s", uid, gid,
		     errno_name(errno));
}

/*
 * AS(uid, gid) { body }: a child with these ids and no other groups runs the
 * body, and must exit with 0.
 */
#define AS(uid, gid)                                                           \
	for (int go_ =                                                         \
	         child_runs(__FILE__, __LINE__, 0) && (become(uid, gid), 1);   \
	     go_; _exit(0))

UNUSED static void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Stages: one process says how far it is, and another one waits for that. */
UNUSED static void reach(int stage)
{
	shared->stage = stage;
}

UNUSED static void await(int stage)
{
	for (int tries = 0; shared->stage < stage; tries++)
		if (tries < 200)
			sched_yield();
		else
			sleep_ms(1);
}

UNUSED static int read_file(const char *name, char *text, int size);

/* Waits until the process sleeps in a call (state S), for ten seconds. */
UNUSED static void await_asleep(pid_t pid)
{
	char path[32], text[400];
	const char *end = NULL;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int tries = 0; tries < 10000; tries++) {
		if (read_file(path, text, sizeof text) > 0)
			end = strrchr(text, ')');
		if (end && end[2] == 'S')
			return;
		if (end && end[2] == 'Z')
			break;
		if (tries < 100)
			sched_yield();
		else
			sleep_ms(1);
	}
	FAIL("process %d does not sleep: %s", (int)pid, end ? end : "gone");
}

/* --- helpers about segments ---------------------------------------------- */

UNUSED static struct shm_ds stat_of(int id)
{
	struct shm_ds ds;

	memset(&ds, 0xCC, sizeof ds);
	OK(shm_ctl(id, IPC_STAT, &ds));
	return ds;
}

UNUSED static unsigned nattch(int id)
{
	return stat_of(id).nattch;
}

UNUSED static void set_owner(int id, int uid, int gid, int mode)
{
	struct shm_ds ds = stat_of(id);

	ds.uid = uid;
	ds.gid = gid;
	ds.mode = mode;
	OK(shm_ctl(id, IPC_SET, &ds));
}

UNUSED static int make(unsigned long size)
{
	return (int)OK(shm_get(IPC_PRIVATE, size, 0600));
}

UNUSED static char *attach(int id)
{
	return ADDRESS(shm_at(id, NULL, 0));
}

UNUSED static void removed(int id)
{
	OK(shm_ctl(id, IPC_RMID, NULL));
}

/* The address of `bytes` bytes where nothing is mapped. */
UNUSED static char *hole(unsigned long bytes)
{
	char *p = mmap(NULL, bytes, PROT_NONE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || munmap(p, bytes))
		FAIL("no hole of %lu bytes: %s", bytes, errno_name(errno));
	return p;
}

UNUSED static char *memory(unsigned long bytes, int protection)
{
	char *p =
	    mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		FAIL("no memory of %lu bytes: %s", bytes, errno_name(errno));
	return p;
}

UNUSED static void need_tessera(void)
{
	if (!on_tessera())
		_exit(SKIPPED);
}

/* Reads the text of a small file.  Returns its length or -errno. */
UNUSED static int read_file(const char *name, char *text, int size)
{
	int fd = open(name, O_RDONLY), n, all = 0;

	if (fd < 0)
		return -errno;
	while (all < size - 1 && (n = read(fd, text + all, size - 1 - all)) > 0)
		all += n;
	text[all] = '\0';
	close(fd);
	return all;
}

/* --- the program: one child for each test, counts before and after ------- */

struct test {
	const char *sentence, *source;
	void (*run)(void);
	int doors;
};

#define MOST_TESTS 600
static struct test tests[MOST_TESTS];
static int test_count;

UNUSED static void add_test(const char *sentence, const char *source,
                            void (*run)(void), int doors)
{
	if (test_count == MOST_TESTS)
		abort();
	tests[test_count++] = (struct test){sentence, source, run, doors};
}

#define TEST_NAME2(a, b) a##b
#define TEST_NAME(a, b)  TEST_NAME2(a, b)
#define TEST_AS(sentence, doors, n)                                            \
	static void TEST_NAME(test_, n)(void);                                 \
	__attribute__((constructor)) static void TEST_NAME(add_, n)(void)      \
	{                                                                      \
		add_test(sentence, __FILE__, TEST_NAME(test_, n), doors);      \
	}                                                                      \
	static void TEST_NAME(test_, n)(void)
#define TEST(sentence) TEST_AS(sentence, 1, __LINE__)
#define BOTH(sentence) TEST_AS(sentence, 2, __LINE__)

struct counts {
	long segments, pages, sets, queues, frames;
};

static long meminfo(const char *text, const char *label)
{
	const char *at = strstr(text, label);

	return at ? atol(at + strlen(label)) : 0;
}

static struct counts count(void)
{
	struct shm_totals totals = {0};
	struct sem_limits sets = {0};
	struct msg_limits queues = {0};
	static char text[2048];
	struct counts c;

	SYS(NR_ipc, IPCOP_shmctl, 0, SHM_INFO | IPC_64, 0, P(&totals));
	SYS(NR_semctl, 0, 0, SEM_INFO, P(&sets));
	SYS(NR_msgctl, 0, MSG_INFO, P(&queues));
	c.segments = totals.used_ids;
	c.pages = totals.tot;
	c.sets = sets.usz;
	c.queues = queues.pool;
	c.frames = 0;
	if (on_tessera() && read_file("/proc/meminfo", text, sizeof text) > 0)
		c.frames = (meminfo(text, "MemFree:") +
		            meminfo(text, "KernelTables:")) /
		           4;
	return c;
}

/* Waits until the test ends.  After TIME_OUT seconds it is killed. */
static int wait_for_test(pid_t pid)
{
	struct timespec now, start;
	int status = 0, tries = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= TIME_OUT) {
			say("# %s\n#   no end after %d seconds\n",
			    test_sentence, TIME_OUT);
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			return wait_status(pid);
		}
		if (++tries < 100)
			sched_yield();
		else
			sleep_ms(2);
	}
	return status;
}

/* Removes all segments.  Returns how many there were. */
static int sweep_segments(void)
{
	struct shm_totals totals;
	struct shm_ds ds;
	long last, id;
	int found = 0;

	last = SYS(NR_ipc, IPCOP_shmctl, 0, SHM_INFO | IPC_64, 0, P(&totals));
	for (int i = 0; i <= last && totals.used_ids; i++) {
		id = SYS(NR_ipc, IPCOP_shmctl, i, SHM_STAT_ANY | IPC_64, 0,
		         P(&ds));
		if (id >= 0 && SYS(NR_ipc, IPCOP_shmctl, id, IPC_RMID) == 0)
			found++;
	}
	return found;
}

/* Removes what a test left behind. */
static void sweep(void)
{
	struct sem_limits sets;
	struct msg_limits queues;
	struct sem_ds set;
	struct msg_ds queue;
	long last;

	sweep_segments();
	last = SYS(NR_semctl, 0, 0, SEM_INFO, P(&sets));
	for (int i = 0; i <= last; i++)
		SYS(NR_semctl, SYS(NR_semctl, i, 0, SEM_STAT_ANY, P(&set)), 0,
		    IPC_RMID);
	last = SYS(NR_msgctl, 0, MSG_INFO, P(&queues));
	for (int i = 0; i <= last; i++)
		SYS(NR_msgctl, SYS(NR_msgctl, i, MSG_STAT_ANY, P(&queue)),
		    IPC_RMID);
}

/*
 * Reports and removes processes and objects that a test left behind; `lost` is
 * the number of frames that are missing.  Returns 1 if there was anything to
 * remove.
 */
static int left_behind(pid_t group, struct counts before, long *lost)
{
	struct counts after;
	int bad = 0;

	*lost = 0;

	for (int tries = 0; tries < 50 && kill(-group, 0) == 0; tries++)
		sleep_ms(2);
	if (kill(-group, 0) == 0) {
		say("# %s\n#   left processes behind\n", test_sentence);
		kill(-group, SIGKILL);
		bad = 1;
	}
	after = count();
	for (int tries = 0; tries < 20 && after.frames < before.frames;
	     tries++) {
		sleep_ms(5);
		after = count();
	}
	*lost = before.frames - after.frames;
	if (after.segments == before.segments && after.pages == before.pages &&
	    after.sets == before.sets && after.queues == before.queues)
		return bad;
	say("# %s\n#   left behind: %ld segments, %ld of their pages, %ld "
	    "sets, "
	    "%ld queues\n",
	    test_sentence, after.segments - before.segments,
	    after.pages - before.pages, after.sets - before.sets,
	    after.queues - before.queues);
	sweep();
	return 1;
}

static int run_in_child(void (*body)(void))
{
	pid_t pid;

	memset(shared, 0, sizeof *shared);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		test_process = getpid();
		body();
		_exit(0);
	}
	if (pid > 0)
		setpgid(pid, pid);
	test_process = pid;
	return pid < 0 ? -1 : wait_for_test(pid);
}

/*
 * Runs the test once.  Returns whether it failed, its status, and the number of
 * frames that it lost.
 */
static int run_once(const struct test *test, int *status, long *lost)
{
	struct counts before = count();

	*status = run_in_child(test->run);
	if (WIFSIGNALED(*status))
		say("# %s\n#   died of signal %d\n", test_sentence,
		    WTERMSIG(*status));
	return left_behind(test_process, before, lost) ||
	       (*status != 0 && *status != SKIPPED << 8);
}

/*
 * A test that lost frames runs again.  A server may have touched a page of its
 * own for the first time, which happens only once; a leak happens again.
 */
static int run_test(int number, const struct test *test, const char *suffix)
{
	static char sentence[300];
	int status, bad;
	long lost;

	snprintf(sentence, sizeof sentence, "%s%s", test->sentence, suffix);
	test_sentence = sentence;
	bad = run_once(test, &status, &lost);
	for (int again = 0; !bad && lost > 0 && again < 2; again++)
		bad = run_once(test, &status, &lost);
	if (lost > 0) {
		say("# %s\n#   lost %ld frames each time\n", sentence, lost);
		bad = 1;
	}
	say("%s %d - %s%s\n", bad ? "not ok" : "ok", number, sentence,
	    status == SKIPPED << 8 ? " # SKIP" : "");
	if (shared->answer_bytes)
		say("# answer:%s\n", shared->answer);
	return bad;
}

static void nothing(void)
{
}

static int wanted_test(const struct test *test, int argc, char **argv)
{
	if (argc < 2)
		return 1;
	for (int i = 1; i < argc; i++)
		if (strstr(test->sentence, argv[i]))
			return 1;
	return 0;
}

static int run_all(int argc, char **argv)
{
	int number = 0, bad = 0;

	for (int i = 0; i < test_count; i++) {
		if (!wanted_test(&tests[i], argc, argv))
			continue;
		door = DOOR_IPC;
		bad += run_test(++number, &tests[i],
		                tests[i].doors == 2 ? " [ipc 117]" : "");
		if (tests[i].doors != 2)
			continue;
		door = DOOR_DIRECT;
		bad += run_test(++number, &tests[i], DIRECT_DOOR);
	}
	return bad;
}

static int others_exist(void)
{
	struct counts c = count();

	return c.segments || c.sets || c.queues;
}

/* Does the count of frames move?  One that stands still would find no leak. */
static int frames_are_counted(void)
{
	long before = count().frames, after;
	char *p = memory(64 * PAGE, PROT_READ | PROT_WRITE);

	for (int i = 0; i < 64; i++)
		p[i * PAGE] = 1;
	after = count().frames;
	munmap(p, 64 * PAGE);
	return !on_tessera() || (before - after >= 64 && after > 0);
}

/* main, after a program that execs itself (OWN_MAIN) has looked at argv. */
static int test_main(int argc, char **argv)
{
	struct timespec start, end;
	int plan = 0, bad;

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || others_exist()) {
		say("Bail out! %s\n",
		    shared == MAP_FAILED
		        ? "no shared memory"
		        : "segments, sets or queues of others exist here");
		return 2;
	}
	if (!frames_are_counted()) {
		say("Bail out! /proc/meminfo does not count frames\n");
		return 2;
	}
	for (int i = 0; i < test_count; i++)
		if (wanted_test(&tests[i], argc, argv))
			plan += tests[i].doors;
	say("1..%d\n", plan);
	run_in_child(nothing);
	count();
	clock_gettime(CLOCK_MONOTONIC, &start);
	bad = run_all(argc, argv);
	clock_gettime(CLOCK_MONOTONIC, &end);
	say("# took %ld ms\n", (long)(end.tv_sec - start.tv_sec) * 1000 +
	                           (end.tv_nsec - start.tv_nsec) / 1000000);
	return bad ? 1 : 0;
}

#ifndef OWN_MAIN
int main(int argc, char **argv)
{
	return test_main(argc, argv);
}
#endif

#endif
