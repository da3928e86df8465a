/*
 * tests/guest/lifecycle.c -- processes: how they start, run and end.
 *
 * The first part asks what fork, exec, exit and kill do to an attachment at
 * each of its stages.  The other parts are about the calls around them: exit
 * statuses and wait, the default actions of signals and the stored mask,
 * memory, time, thread-local storage, and the registers of the FPU and SSE
 * across switches.
 *
 * Tests that exec run this same program with "helper" and a word.
 */
#define OWN_MAIN
#include "test.h"
#include <sys/syscall.h>

#include <sys/resource.h>
#include <sys/times.h>

#define AT ((char *)0x50000000)

enum {
	NR_getpriority = 96,
	NR_setpriority = 97,
	NR_sethostname = 74,
	NR_setdomainname = 121,
	NR_sysinfo = 116,
	NR_sched_setparam = 154,
	NR_sched_getparam = 155,
	NR_sched_setscheduler = 156,
	NR_sched_getscheduler = 157,
	NR_sched_get_priority_max = 159,
	NR_sched_get_priority_min = 160,
	NR_sched_rr_get_interval = 161,
	NR_rt_sigpending = 176,
	NR_sched_setaffinity = 241,
	NR_sched_getaffinity = 242,
};

static char *own_path;

/* Address 8, hidden from the compiler. */
static volatile char *null_plus_8(void)
{
	volatile unsigned long address = 8;

	return (volatile char *)address;
}

static void exec_helper(const char *what, const char *more)
{
	char *argv[] = {own_path, "helper", (char *)what, (char *)more, NULL};
	char *envp[] = {"ONE=1", "TWO=2", NULL};

	execve(own_path, argv, envp);
	FAIL("exec of %s gives %s", own_path, errno_name(errno));
}

static const char *number(long value)
{
	static char text[16];

	snprintf(text, sizeof text, "%ld", value);
	return text;
}

/* --- kill, exec and exit at each stage of an attachment ------------------ */

static const char *const stages[] = {
    "before the attach", "attached",       "touched",
    "attached twice",    "after a fork",   "part unmapped",
    "removed",           "detached again", "read-only"};

/* Brings this process to the given stage. */
static void go_to(unsigned stage, int id)
{
	char *p = NULL;

	if (stage == 0)
		return;
	p = ADDRESS(shm_at(id, AT, stage == 8 ? SHM_RDONLY : 0));
	if (stage == 2)
		memset(p, 1, 5 * PAGE);
	if (stage == 3)
		attach(id)[SLOT] = 1;
	if (stage == 4)
		IN_CHILD
		{
			p[SLOT] = 1;
		}
	if (stage == 5)
		OK(munmap(p + PAGE, PAGE));
	if (stage == 7)
		OK(shm_dt(p));
}

enum end { END_EXIT, END_KILL, END_EXEC, END_FAULT };

static void end_here(enum end end)
{
	if (end == END_EXIT)
		_exit(0);
	if (end == END_KILL)
		kill(getpid(), SIGKILL);
	if (end == END_EXEC)
		exec_helper("exit", "0");
	if (end == END_FAULT)
		null_plus_8()[0] = 1;
	_exit(1);
}

static void end_at_each_stage(enum end end)
{
	for (unsigned stage = 0; stage < ALL(stages); stage++) {
		int id = make(SLOT + 5 * PAGE), status;
		pid_t pid;

		BACKGROUND(pid)
		{
			go_to(stage, id);
			if (stage == 6)
				removed(id);
			end_here(end);
		}
		status = wait_status(pid);
		if (end == END_KILL || end == END_FAULT)
			TRUE(WIFSIGNALED(status));
		else
			EQ(status, 0);
		if (stage == 6) {
			ERR(shm_ctl(id, IPC_RMID, NULL), EINVAL);
			continue;
		}
		if (nattch(id) != 0)
			FAIL("%s: nattch is %u", stages[stage], nattch(id));
		removed(id);
	}
}

BOTH("LIFE-exit at each of nine stages of an attachment detaches")
{
	end_at_each_stage(END_EXIT);
}

BOTH("LIFE-kill at each of nine stages of an attachment detaches")
{
	end_at_each_stage(END_KILL);
}

BOTH("LIFE-exec at each of nine stages of an attachment detaches")
{
	end_at_each_stage(END_EXEC);
}

BOTH("LIFE-fault at each of nine stages of an attachment detaches")
{
	end_at_each_stage(END_FAULT);
}

BOTH("LIFE-kill at forty moments of attach, touch and detach")
{
	int id = make(2 * SLOT);

	for (int i = 0; i < 40; i++) {
		volatile int *go = (volatile int *)&shared->stage;
		pid_t pid;

		*go = 0;
		BACKGROUND(pid)
		{
			for (;;) {
				char *p = attach(id);

				p[*go % 7 * PAGE] = 1;
				p[SLOT] = 1;
				++*go;
				OK(shm_dt(p));
			}
		}
		for (int k = 0; k < i % 4; k++)
			sched_yield();
		kill(pid, SIGKILL);
		KILLED(pid, SIGKILL);
		EQ(nattch(id), 0);
	}
	removed(id);
}

BOTH("LIFE-fork the child has every attach, same address, same rights, shared")
{
	int id = make(2 * PAGE);
	char *w = attach(id), *r = ADDRESS(shm_at(id, NULL, SHM_RDONLY));

	IN_CHILD
	{
		w[0] = 'c';
		EQ(r[0], 'c');
		FAULTS_ON_STORE(r);
		OK(shm_dt(w));
		OK(shm_dt(r));
		EQ(nattch(id), 2);
	}
	EQ(w[0], 'c');
	EQ(nattch(id), 2);
	removed(id);
}

BOTH("LIFE-fork a grandchild shares as well, and a page first touched there")
{
	int id = make(4 * PAGE);
	char *p = attach(id);

	IN_CHILD
	{
		IN_CHILD
		{
			IN_CHILD
			{
				EQ(nattch(id), 4);
				p[3 * PAGE] = 'g';
			}
		}
		EQ(p[3 * PAGE], 'g');
	}
	EQ(p[3 * PAGE], 'g');
	removed(id);
}

BOTH("LIFE-fork parts unmapped before the fork are missing in the child")
{
	int id = make(3 * PAGE);
	char *p = attach(id);

	OK(munmap(p + PAGE, PAGE));
	IN_CHILD
	{
		p[0] = p[2 * PAGE] = 'c';
		FAULTS_ON_LOAD(p + PAGE);
		OK(shm_dt(p));
		FAULTS_ON_LOAD(p + 2 * PAGE);
	}
	EQ(p[2 * PAGE], 'c');
	OK(shm_dt(p));
	EQ(nattch(id), 0);
	removed(id);
}

BOTH("LIFE-exec then the same address can be attached again")
{
	int id = make(PAGE);

	OK(shm_at(id, AT, 0));
	strcpy(AT, "kept");
	IN_CHILD
	{
		exec_helper("attach", number(id));
	}
	EQ(strcmp(AT, "seen"), 0);
	EQ(nattch(id), 1);
	removed(id);
}

BOTH("LIFE-exec the last detach by exec completes a removal")
{
	int id = make(PAGE);

	IN_CHILD
	{
		attach(id);
		removed(id);
		exec_helper("exit", "0");
	}
	ERR(shm_ctl(id, IPC_STAT, &(struct shm_ds){0}), EINVAL);
}

BOTH("LIFE-exec one that fails keeps the attaches")
{
	int id = make(PAGE);
	char *p = attach(id);

	ERR(SYS(NR_execve, P("/no/such/file"), 0, 0), ENOENT);
	p[0] = 1;
	EQ(nattch(id), 1);
	removed(id);
}

/* --- exec ---------------------------------------------------------------- */

TEST("LIFE-exec arguments and environment arrive")
{
	IN_CHILD
	{
		exec_helper("arguments", "more words than one");
	}
}

#define MANY 2000

TEST("LIFE-exec a megabyte of arguments arrives, four megabytes are E2BIG")
{
	static char text[MANY][500], *argv[3 + 4 * MANY + 1];

	argv[0] = own_path;
	argv[1] = "helper";
	argv[2] = "many";
	for (int i = 0; i < 4 * MANY; i++) {
		argv[3 + i] = text[i % MANY];
		memset(text[i % MANY], 'a' + i % MANY % 26, sizeof text[0] - 1);
	}
	ERR(SYS(NR_execve, P(own_path), P(argv), 0), E2BIG);
	argv[3 + MANY] = NULL;
	IN_CHILD
	{
		FAIL("it is %s",
		     errno_name(-SYS(NR_execve, P(own_path), P(argv), 0)));
	}
}

TEST("LIFE-exec a string may have 128 KiB, and is E2BIG if it has more")
{
	static char digits[128 * 1024 + 1];
	char *exit_one[] = {own_path, "helper", "exit", digits, NULL};
	char *too_long[] = {digits, NULL};
	char *last = digits + sizeof digits - 2;

	memset(digits, '0', sizeof digits - 1);
	*last = '1';
	IN_CHILD
	{
		ERR(SYS(NR_execve, P(own_path), P(exit_one), 0), E2BIG);
		exit_one[3] = "1";
		ERR(SYS(NR_execve, P(own_path), P(exit_one), P(too_long)),
		    E2BIG);
		*last = '0';
		exec_helper("exit", digits + 1);
	}
}

#define STRINGS_MOST 65536
#define EMPTIES      (STRINGS_MOST - 4)

TEST("LIFE-exec sixty-five thousand empty strings arrive")
{
	static char *argv[] = {NULL, "helper", "empties", "", NULL};
	char **envp = (char **)memory((EMPTIES + 1) * sizeof *envp,
	                              PROT_READ | PROT_WRITE);

	argv[0] = own_path;
	for (int i = 0; i < EMPTIES; i++)
		envp[i] = "";
	IN_CHILD
	{
		FAIL("it is %s", errno_name(-SYS(NR_execve, P(own_path),
		                                 P(argv), P(envp))));
	}
}

TEST("LIFE-strings more than 65,536 strings in all are too many")
{
	char *argv[] = {own_path, "helper", "exit", "1", NULL};
	char **envp = (char **)memory((400000 + 1) * sizeof *envp,
	                              PROT_READ | PROT_WRITE);

	need_tessera(); /* Linux counts bytes alone */
	for (int i = 0; i < STRINGS_MOST - 3; i++)
		envp[i] = "";
	ERR(SYS(NR_execve, P(own_path), P(argv), P(envp)), E2BIG);
	for (int i = 0; i < 400000; i++)
		envp[i] = "";
	ERR(SYS(NR_execve, P(own_path), P(argv), P(envp)), E2BIG);
}

/* Execs the helper with an argv that lies at `at` and ends it with `code`. */
static long exec_from(char *at, char *code)
{
	char *words[] = {own_path, "helper", "exit", code, NULL};

	memcpy(at, words, sizeof words);
	return SYS(NR_execve, P(own_path), P(at), 0);
}

TEST("LIFE-exec words and strings may lie across pages, all of which it reads")
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);
	char *edge = p + PAGE;

	for (int before = 20; before >= 0; before--) {
		IN_CHILD
		{
			FAIL("it is %s",
			     errno_name(-exec_from(edge - before, "0")));
		}
		if (before % 4 == 2)
			IN_CHILD
			{
				strcpy(edge - before, "00000000");
				FAIL("it is %s",
				     errno_name(-exec_from(p, edge - before)));
			}
	}
	memset(p, '0', PAGE);
	OK(mprotect(edge, PAGE, PROT_NONE));
	ERR(exec_from(p, edge - 3), EFAULT);
	ERR(exec_from(p, edge), EFAULT);
	edge[-1] = '\0';
	IN_CHILD
	{
		FAIL("it is %s", errno_name(-exec_from(p, edge - 3)));
	}
	for (int words = 1; words <= 4; words++) {
		char *argv[] = {own_path, "helper", "exit", "0"};
		char *at = edge - words * sizeof *argv;

		memcpy(at, argv, words * sizeof *argv);
		ERR(SYS(NR_execve, P(own_path), P(at), 0), EFAULT);
	}
}

TEST("LIFE-exec pid, parent, ids and blocked signals stay")
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	shared->value[0] = getpid();
	IN_CHILD
	{
		OK(sigprocmask(SIG_BLOCK, &set, NULL));
		OK(setresgid(4, 5, 5));
		OK(setresuid(1, 2, 2));
		exec_helper("ids", number(shared->value[0]));
	}
}

TEST("LIFE-exec the saved ids become the effective ones")
{
	IN_CHILD
	{
		OK(setresgid(4, 5, 0));
		OK(setresuid(1, 2, 0));
		exec_helper("saved", "");
	}
}

TEST("LIFE-exec thirty times over, each from the one before")
{
	IN_CHILD
	{
		exec_helper("again", "30");
	}
}

TEST("LIFE-exec a process can be stopped and killed at any moment of it")
{
	static char word[100000];
	int status;

	memset(word, 'a', sizeof word - 1);
	for (int i = 0; i < 20; i++) {
		pid_t pid;

		BACKGROUND(pid)
		{
			exec_helper("forever", word);
		}
		for (int stops = 0; stops < 5; stops++) {
			sleep_ms(1 + (i + stops) % 7);
			OK(kill(pid, SIGSTOP));
			EQ(waitpid(pid, &status, WUNTRACED), pid);
			EQ(status, SIGSTOP << 8 | 0x7f);
			OK(kill(pid, SIGCONT));
		}
		OK(kill(pid, SIGKILL));
		KILLED(pid, SIGKILL);
	}
}

/* --- exit and wait ------------------------------------------------------- */

TEST("LIFE-wait every exit status arrives, its low eight bits")
{
	static const int codes[] = {0, 1, 42, 127, 128, 255, 256, 257, -1};

	for (unsigned i = 0; i < ALL(codes); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			SYS(i % 2 ? NR_exit : 252, codes[i]);
			_exit(9);
		}
		EQ(wait_status(pid), (codes[i] & 255) << 8);
	}
}

TEST("LIFE-wait without children is ECHILD, at once")
{
	int status = 77;

	ERR(SYS(NR_wait4, -1, P(&status), 0, 0), ECHILD);
	ERR(SYS(NR_wait4, -1, P(&status), WNOHANG, 0), ECHILD);
	ERR(SYS(NR_wait4, 1, P(&status), 0, 0), ECHILD);
	ERR(SYS(NR_wait4, getpid(), P(&status), 0, 0), ECHILD);
	ERR(SYS(NR_wait4, 999999, P(&status), 0, 0), ECHILD);
	EQ(status, 77);
}

TEST("LIFE-wait WNOHANG answers 0 while the child lives, then its pid")
{
	int status = 77;
	long got;
	pid_t pid;

	BACKGROUND(pid)
	{
		await(1);
	}
	EQ(SYS(NR_wait4, pid, P(&status), WNOHANG, 0), 0);
	EQ(status, 77);
	reach(1);
	while ((got = SYS(NR_wait4, -1, P(&status), WNOHANG, 0)) == 0)
		sched_yield();
	EQ(got, pid);
	EQ(status, 0);
}

TEST("LIFE-wait a chosen child is waited for, the others stay")
{
	pid_t a = fork(), b;

	if (a == 0)
		_exit(1);
	b = fork();
	if (b == 0)
		_exit(2);
	EQ(wait_status(b), 2 << 8);
	EQ(wait_status(a), 1 << 8);
	ERR(SYS(NR_wait4, -1, 0, 0, 0), ECHILD);
}

TEST("LIFE-wait bad options are EINVAL")
{
	ERR(SYS(NR_wait4, -1, 0, 0x1000, 0), EINVAL);
	ERR(SYS(NR_wait4, -1, 0, 0x100, 0), EINVAL);
}

static long used_ms(pid_t pid)
{
	struct rusage used;
	int status;

	EQ(SYS(NR_wait4, pid, P(&status), 0, P(&used)), pid);
	EQ(status, 0);
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

TEST("LIFE-wait rusage has the time a child ran, not the time it slept")
{
	struct timespec now;
	pid_t pid;
	long ms;

	BACKGROUND(pid)
	{
		do
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
		while (now.tv_sec == 0 && now.tv_nsec < 200000000);
	}
	ms = used_ms(pid);
	TRUE(ms >= 180 && ms < 400);
	BACKGROUND(pid)
	{
		sleep_ms(200);
	}
	TRUE(used_ms(pid) < 100);
}

TEST("LIFE-waitid siginfo says how a child ended, and WNOWAIT leaves it")
{
	siginfo_t info;
	pid_t pid;

	BACKGROUND(pid)
	{
		_exit(5);
	}
	for (int last = 0; last < 2; last++) {
		memset(&info, 7, sizeof info);
		OK(waitid(P_PID, pid, &info, WEXITED | (last ? 0 : WNOWAIT)));
		EQ(info.si_signo, SIGCHLD);
		EQ(info.si_code, CLD_EXITED);
		EQ(info.si_pid, pid);
		EQ(info.si_status, 5);
	}
	ERR(SYS(NR_waitid, P_ALL, 0, P(&info), WEXITED, 0), ECHILD);
}

TEST("LIFE-waitid a stop, a continue and a kill are told when asked for")
{
	siginfo_t info;
	pid_t pid;

	BACKGROUND(pid)
	{
		pause();
	}
	OK(waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG));
	EQ(info.si_signo, 0);
	EQ(info.si_pid, 0);
	OK(kill(pid, SIGSTOP));
	OK(waitid(P_PGID, 0, &info, WSTOPPED));
	EQ(info.si_code, CLD_STOPPED);
	EQ(info.si_status, SIGSTOP);
	OK(kill(pid, SIGCONT));
	OK(waitid(P_PID, pid, &info, WCONTINUED));
	EQ(info.si_code, CLD_CONTINUED);
	OK(kill(pid, SIGKILL));
	OK(waitid(P_PID, pid, &info, WEXITED));
	EQ(info.si_code, CLD_KILLED);
	EQ(info.si_status, SIGKILL);
}

TEST("LIFE-waitid bad options, ids and addresses are errors")
{
	siginfo_t info;

	ERR(SYS(NR_waitid, P_ALL, 0, P(&info), 0, 0), EINVAL);
	ERR(SYS(NR_waitid, P_ALL, 0, P(&info), WEXITED | 0x100, 0), EINVAL);
	ERR(SYS(NR_waitid, P_PID, 0, P(&info), WEXITED, 0), EINVAL);
	ERR(SYS(NR_waitid, P_PGID, -1, P(&info), WEXITED, 0), EINVAL);
	ERR(SYS(NR_waitid, 9, 1, P(&info), WEXITED, 0), EINVAL);
	ERR(SYS(NR_waitid, P_PIDFD, -1, P(&info), WEXITED, 0), EINVAL);
	ERR(SYS(NR_waitid, P_PIDFD, 0, P(&info), WEXITED, 0), EBADF);
	ERR(SYS(NR_waitid, P_PIDFD, 999, P(&info), WEXITED, 0), EBADF);
	ERR(SYS(NR_waitid, P_ALL, 0, 8, WEXITED, 0), EFAULT);
	ERR(SYS(NR_waitid, P_ALL, 0, 0, WEXITED, 0), ECHILD);
}

TEST("LIFE-cpu getcpu names the CPU and its node, and only what is asked for")
{
	unsigned cpu = 7, node = 7;

	OK(SYS(SYS_getcpu, P(&cpu), 0, 0));
	EQ(cpu, 0);
	EQ(node, 7);
	OK(SYS(SYS_getcpu, 0, P(&node), 0));
	EQ(node, 0);
	OK(SYS(SYS_getcpu, 0, 0, 0));
	ERR(SYS(SYS_getcpu, 0xC0000000, 0, 0), EFAULT);
	ERR(SYS(SYS_getcpu, P(&cpu), 1, 0), EFAULT);
}

TEST("LIFE-fsid setfsuid and setfsgid answer the effective ids")
{
	EQ(SYS(SYS_setfsuid32, -1), 0);
	EQ(SYS(SYS_setfsgid32, -1), 0);
	AS(NOBODY, 7)
	{
		EQ(SYS(SYS_setfsuid32, 0), NOBODY);
		EQ(SYS(SYS_setfsuid32, -1), NOBODY);
		EQ(SYS(SYS_setfsgid32, 0), 7);
		EQ(SYS(SYS_setfsgid32, -1), 7);
	}
	IN_CHILD
	{
		OK(setresgid(-1, 4, -1));
		OK(setresuid(-1, 5, -1));
		EQ(SYS(SYS_setfsuid32, -1), 5);
		EQ(SYS(SYS_setfsgid32, -1), 4);
	}
}

TEST("LIFE-fsid root sets another id to open files by")
{
	IN_CHILD
	{
		EQ(SYS(SYS_setfsuid32, 5), 0);
		EQ(SYS(SYS_setfsuid32, -1), HERE(5, 0));
	}
}

/* Uses the CPU until the process has had it for this many ticks. */
static void burn(clock_t wanted)
{
	struct tms now;

	do
		for (volatile int i = 0; i < 10000; i++)
			;
	while (times(&now) == -1 || now.tms_utime + now.tms_stime < wanted);
}

/* Field 19 of /proc/PID/stat, and what field 18 is above it. */
static int shown_nice(int pid)
{
	char path[32], text[500], *at;
	long priority, nice;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	TRUE(read_file(path, text, sizeof text) > 0);
	at = strrchr(text, ')') + 2;
	for (int field = 3; field < 18; field++)
		at = strchr(at, ' ') + 1;
	priority = strtol(at, &at, 10);
	nice = strtol(at, &at, 10);
	EQ(priority - nice, 20);
	return nice;
}

TEST("LIFE-nice is 0 at first; it is kept, cut to -20 and 19, and inherited")
{
	pid_t pid;

	EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 20);
	EQ(SYS(NR_getpriority, PRIO_PROCESS, getpid()), 20);
	OK(SYS(NR_setpriority, PRIO_PROCESS, 0, 5));
	EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 15);
	EQ(shown_nice(getpid()), 5);
	OK(SYS(NR_setpriority, PRIO_PROCESS, getpid(), 100));
	EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 1);
	OK(SYS(NR_setpriority, PRIO_PROCESS, 0, -100));
	EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 40);
	EQ(shown_nice(getpid()), -20);
	BACKGROUND(pid)
	{
		EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 40);
		OK(SYS(NR_setpriority, PRIO_PROCESS, 0, 7));
	}
	EXITS(pid, 0);
	EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 40);
	ERR(SYS(NR_getpriority, 3, 0), EINVAL);
	ERR(SYS(NR_getpriority, -1, 0), EINVAL);
	ERR(SYS(NR_setpriority, 3, 0, 0), EINVAL);
	ERR(SYS(NR_getpriority, PRIO_PROCESS, 30000), ESRCH);
	ERR(SYS(NR_setpriority, PRIO_PROCESS, -5, 0), ESRCH);
	ERR(SYS(NR_getpriority, PRIO_PGRP, 30000), ESRCH);
	ERR(SYS(NR_getpriority, PRIO_USER, 54321), ESRCH);
}

TEST("LIFE-nice only root can lower it, and only one's own can be raised")
{
	int root = getpid();

	AS(NOBODY, NOBODY)
	{
		ERR(SYS(NR_setpriority, PRIO_PROCESS, 0, -1), EACCES);
		OK(SYS(NR_setpriority, PRIO_PROCESS, 0, 3));
		OK(SYS(NR_setpriority, PRIO_PROCESS, 0, 3));
		ERR(SYS(NR_setpriority, PRIO_PROCESS, 0, 2), EACCES);
		ERR(SYS(NR_setpriority, PRIO_PROCESS, root, 19), EPERM);
		EQ(SYS(NR_getpriority, PRIO_PROCESS, root), 20);
		EQ(SYS(NR_getpriority, PRIO_PROCESS, 0), 17);
	}
}

TEST("LIFE-nice a group and a user are set together; the highest is told")
{
	int fds[2], pid;
	char byte;

	OK(setpgid(0, 0));
	OK(pipe(fds));
	BACKGROUND(pid)
	{
		OK(setuid(12345));
		close(fds[1]);
		read(fds[0], &byte, 1);
	}
	await_asleep(pid);
	OK(SYS(NR_setpriority, PRIO_PGRP, 0, 4));
	EQ(SYS(NR_getpriority, PRIO_PROCESS, pid), 16);
	OK(SYS(NR_setpriority, PRIO_USER, 12345, 9));
	EQ(SYS(NR_getpriority, PRIO_PROCESS, pid), 11);
	EQ(SYS(NR_getpriority, PRIO_USER, 12345), 11);
	EQ(SYS(NR_getpriority, PRIO_PGRP, getpid()), 16);
	close(fds[1]);
	EXITS(pid, 0);
}

TEST("LIFE-sched every process has SCHED_OTHER and priority 0, and a turn")
{
	struct sched_param p = {.sched_priority = 7};
	struct timespec turn = {-1, -1};

	OK(SYS(NR_sched_getscheduler, 0));
	OK(SYS(NR_sched_getscheduler, 1));
	OK(SYS(NR_sched_getparam, getpid(), P(&p)));
	EQ(p.sched_priority, 0);
	OK(SYS(NR_sched_setparam, 0, P(&p)));
	OK(SYS(NR_sched_setscheduler, 0, SCHED_OTHER, P(&p)));
	OK(SYS(NR_sched_rr_get_interval, 0, P(&turn)));
	TRUE(turn.tv_sec >= 0 && turn.tv_nsec >= 0 &&
	     turn.tv_nsec < 1000000000);
	ERR(SYS(NR_sched_getscheduler, -1), EINVAL);
	ERR(SYS(NR_sched_getscheduler, 30000), ESRCH);
	ERR(SYS(NR_sched_getparam, 0, 0), EINVAL);
	ERR(SYS(NR_sched_getparam, -1, P(&p)), EINVAL);
	ERR(SYS(NR_sched_getparam, 30000, P(&p)), ESRCH);
	ERR(SYS(NR_sched_getparam, 0, -100), EFAULT);
	ERR(SYS(NR_sched_setparam, 0, 0), EINVAL);
	ERR(SYS(NR_sched_setparam, 0, -100), EFAULT);
	ERR(SYS(NR_sched_setscheduler, 0, SCHED_OTHER, 0), EINVAL);
	ERR(SYS(NR_sched_setscheduler, 0, -1, P(&p)), EINVAL);
	ERR(SYS(NR_sched_setscheduler, 0, 77, P(&p)), EINVAL);
	ERR(SYS(NR_sched_setscheduler, 30000, 77, P(&p)), ESRCH);
	ERR(SYS(NR_sched_setscheduler, 0, SCHED_FIFO, P(&p)), EINVAL);
	p.sched_priority = 1;
	ERR(SYS(NR_sched_setparam, 0, P(&p)), EINVAL);
	ERR(SYS(NR_sched_setscheduler, 0, SCHED_OTHER, P(&p)), EINVAL);
	p.sched_priority = 100;
	ERR(SYS(NR_sched_setscheduler, 0, SCHED_RR, P(&p)), EINVAL);
	ERR(SYS(NR_sched_rr_get_interval, -1, P(&turn)), EINVAL);
	ERR(SYS(NR_sched_rr_get_interval, 30000, P(&turn)), ESRCH);
	ERR(SYS(NR_sched_rr_get_interval, 0, -100), EFAULT);
}

TEST("LIFE-sched a user cannot have a real-time policy")
{
	int root = getpid();

	AS(NOBODY, NOBODY)
	{
		struct sched_param p = {.sched_priority = 1};

		ERR(SYS(NR_sched_setscheduler, 0, SCHED_FIFO, P(&p)), EPERM);
		ERR(SYS(NR_sched_setscheduler, 0, SCHED_RR, P(&p)), EPERM);
		p.sched_priority = 0;
		OK(SYS(NR_sched_setscheduler, 0, SCHED_OTHER, P(&p)));
		ERR(SYS(NR_sched_setscheduler, root, SCHED_OTHER, P(&p)),
		    EPERM);
	}
}

TEST("LIFE-sched root's real-time policies, and those of the background")
{
	struct sched_param p = {.sched_priority = 1};

	EQ(SYS(NR_sched_setscheduler, 0, SCHED_FIFO, P(&p)), HERE(0, -EPERM));
	p.sched_priority = 0;
	EQ(SYS(NR_sched_setscheduler, 0, SCHED_BATCH, P(&p)), HERE(0, -EPERM));
	EQ(SYS(NR_sched_setscheduler, 0, SCHED_IDLE, P(&p)), HERE(0, -EPERM));
}

TEST("LIFE-sched the priorities of each policy")
{
	static const struct {
		int policy, most, least;
	} rows[] = {
	    {SCHED_OTHER, 0, 0}, {SCHED_FIFO, 99, 1},   {SCHED_RR, 99, 1},
	    {SCHED_BATCH, 0, 0}, {4, -EINVAL, -EINVAL}, {SCHED_IDLE, 0, 0},
	    {6, 0, 0},           {7, -EINVAL, -EINVAL}, {-1, -EINVAL, -EINVAL}};

	for (size_t i = 0; i < ALL(rows); i++) {
		EQ(SYS(NR_sched_get_priority_max, rows[i].policy),
		   rows[i].most);
		EQ(SYS(NR_sched_get_priority_min, rows[i].policy),
		   rows[i].least);
	}
}

TEST("LIFE-names root gives the system its name and its domain")
{
	struct utsname old, now;
	char name[65];

	memset(name, 'n', sizeof name);
	OK(SYS(NR_uname, P(&old)));
	OK(SYS(NR_sethostname, P("marble\0x"), 8));
	OK(SYS(NR_setdomainname, P("example"), 3));
	OK(SYS(NR_uname, P(&now)));
	EQ(strcmp(now.nodename, "marble"), 0);
	EQ(strcmp(now.domainname, "exa"), 0);
	EQ(strcmp(now.release, old.release), 0);
	TRUE(read_file("/proc/sys/kernel/hostname", name, sizeof name) > 0);
	EQ(strncmp(name, "marble", 6), 0);
	memset(name, 'n', sizeof name);
	OK(SYS(NR_sethostname, P(name), 64));
	OK(SYS(NR_uname, P(&now)));
	EQ(strlen(now.nodename), 64);
	ERR(SYS(NR_sethostname, P(name), 65), EINVAL);
	ERR(SYS(NR_sethostname, P(name), -1), EINVAL);
	ERR(SYS(NR_sethostname, -100, 5), EFAULT);
	ERR(SYS(NR_setdomainname, -100, 65), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(SYS(NR_sethostname, P(name), 65), EPERM);
		ERR(SYS(NR_setdomainname, P(name), 3), EPERM);
	}
	OK(SYS(NR_sethostname, 0, 0));
	OK(SYS(NR_uname, P(&now)));
	EQ(strlen(now.nodename), 0);
	OK(SYS(NR_sethostname, P(old.nodename), strlen(old.nodename)));
	OK(SYS(NR_setdomainname, P(old.domainname), strlen(old.domainname)));
}

TEST("LIFE-times a child's time is its parent's after wait4, with its own")
{
	struct rusage used;
	struct tms now;
	int status, pid = fork();

	if (pid == 0) {
		int grandchild = fork();

		if (grandchild > 0)
			waitpid(grandchild, &status, 0);
		burn(5);
		_exit(0);
	}
	OK(times(&now));
	EQ(now.tms_cutime + now.tms_cstime, 0);
	EQ(waitpid(pid, &status, 0), pid);
	OK(times(&now));
	TRUE(now.tms_cutime + now.tms_cstime >= 10);
	OK(getrusage(RUSAGE_CHILDREN, &used));
	TRUE(used.ru_utime.tv_sec + used.ru_stime.tv_sec > 0 ||
	     used.ru_utime.tv_usec + used.ru_stime.tv_usec >= 100000);
	OK(getrusage(RUSAGE_SELF, &used));
	ERR(SYS(NR_getrusage, 3, P(&used)), EINVAL);
	ERR(SYS(NR_getrusage, 0, 4), EFAULT);
	ERR(SYS(NR_times, 4), EFAULT);
	TRUE(SYS(NR_times, 0) > 0);
}

TEST("LIFE-wait rusage or status at a bad address is EFAULT")
{
	pid_t pid;

	BACKGROUND(pid)
	{
	}
	ERR(SYS(NR_wait4, pid, 0, 0, 8), EFAULT);
	BACKGROUND(pid)
	{
	}
	ERR(SYS(NR_wait4, pid, 8, 0, 0), EFAULT);
	ERR(SYS(NR_wait4, -1, 0, 0, 0), ECHILD);
}

TEST("LIFE-wait a dead child can be signalled until it is waited for")
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	sleep_ms(30);
	EQ(kill(pid, 0), 0);
	EXITS(pid, 0);
	ERR(SYS(NR_kill, pid, 0), ESRCH);
}

TEST("LIFE-orphan a child whose parent dies has the parent 1")
{
	IN_CHILD
	{
		pid_t parent = getpid(), pid = fork();

		if (pid == 0) {
			while (getppid() == parent)
				sched_yield();
			shared->value[0] = getppid();
			reach(1);
			_exit(0);
		}
	}
	await(1);
	EQ(shared->value[0], 1);
}

TEST("LIFE-fork two hundred children one after the other")
{
	for (int i = 0; i < 200; i++)
		IN_CHILD
		{
		}
}

TEST("LIFE-fork thirty children at once, each with its own memory")
{
	pid_t pid[30];
	volatile int own = -1;

	for (int i = 0; i < 30; i++) {
		BACKGROUND(pid[i])
		{
			own = i;
			await(1);
			EQ(own, i);
			_exit(i);
		}
	}
	reach(1);
	for (int i = 0; i < 30; i++)
		EXITS(pid[i], i);
	EQ(own, -1);
}

TEST("LIFE-fork by number 2 and by clone, and by clone of other kinds not")
{
	long pid = SYS(NR_fork);

	if (pid == 0)
		_exit(5);
	EXITS(OK(pid), 5);
	pid = SYS(NR_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(6);
	EXITS(OK(pid), 6);
}

/* --- signals ------------------------------------------------------------- */

TEST("LIFE-signal default actions that kill, kill, and say which")
{
	static const int deadly[] = {
	    SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,
	    SIGBUS,  SIGFPE,  SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2,
	    SIGPIPE, SIGALRM, SIGTERM, 34,      64};

	for (unsigned i = 0; i < ALL(deadly); i++) {
		pid_t pid;

		BACKGROUND(pid)
		{
			for (;;)
				pause();
		}
		OK(SYS(NR_kill, pid, deadly[i]));
		KILLED(pid, deadly[i]);
	}
}

TEST("LIFE-signal default actions that ignore, ignore")
{
	static const int mild[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};

	for (unsigned i = 0; i < ALL(mild); i++) {
		pid_t pid;

		shared->stage = 0;
		BACKGROUND(pid)
		{
			await(1);
		}
		OK(SYS(NR_kill, pid, mild[i]));
		sched_yield();
		reach(1);
		EXITS(pid, 0);
	}
}

TEST("LIFE-signal one sent to itself kills before the call returns")
{
	DIES(SIGTERM)
	{
		kill(getpid(), SIGTERM);
		_exit(3);
	}
	DIES(SIGABRT)
	{
		abort();
	}
	DIES(SIGUSR1)
	{
		SYS(270, getpid(), getpid(), SIGUSR1);
		_exit(3);
	}
}

TEST("LIFE-signal a blocked one waits, and kills when it is let in")
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	DIES(SIGTERM)
	{
		OK(sigprocmask(SIG_BLOCK, &set, NULL));
		kill(getpid(), SIGTERM);
		shared->value[0] = 1;
		OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
		shared->value[0] = 2;
	}
	EQ(shared->value[0], 1);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	IN_CHILD
	{
		OK(sigprocmask(SIG_BLOCK, NULL, &old));
		EQ(sigismember(&old, SIGTERM), 1);
		EQ(sigismember(&old, SIGUSR1), 0);
	}
}

TEST("LIFE-signal SIGKILL cannot be blocked")
{
	sigset_t set, old;

	sigfillset(&set);
	DIES(SIGKILL)
	{
		OK(sigprocmask(SIG_SETMASK, &set, NULL));
		OK(sigprocmask(SIG_SETMASK, NULL, &old));
		EQ(sigismember(&old, SIGKILL), 0);
		EQ(sigismember(&old, SIGTERM), 1);
		kill(getpid(), SIGTERM);
		kill(getpid(), SIGKILL);
	}
}

TEST("LIFE-signal a fault kills though SIGSEGV is blocked")
{
	sigset_t set;

	sigfillset(&set);
	DIES(SIGSEGV)
	{
		OK(sigprocmask(SIG_SETMASK, &set, NULL));
		null_plus_8()[0] = 1;
	}
}

TEST("LIFE-signal bad numbers EINVAL, nobody there ESRCH, others' EPERM")
{
	unsigned long set[2] = {0, 0};

	ERR(SYS(NR_kill, getpid(), 65), EINVAL);
	ERR(SYS(NR_kill, getpid(), -1), EINVAL);
	ERR(SYS(NR_kill, 999999, 0), ESRCH);
	ERR(SYS(NR_kill, 999999, SIGTERM), ESRCH);
	ERR(SYS(NR_kill, -999999, 0), ESRCH);
	ERR(SYS(270, getpid(), 999999, 0), ESRCH);
	ERR(SYS(270, 0, getpid(), 0), EINVAL);
	ERR(SYS(NR_rt_sigprocmask, 9, P(set), 0, 8), EINVAL);
	ERR(SYS(NR_rt_sigprocmask, SIG_BLOCK, P(set), 0, 4), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(SYS(NR_kill, getppid(), SIGTERM), EPERM);
		ERR(SYS(NR_kill, getppid(), 0), EPERM);
		EQ(SYS(NR_kill, getpid(), 0), 0);
	}
}

TEST("LIFE-signal tgkill and tkill mean one process by both its numbers")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		for (;;)
			pause();
	}
	ERR(SYS(270, getpid(), pid, SIGTERM), ESRCH);
	ERR(SYS(270, pid, getpid(), SIGTERM), ESRCH);
	ERR(SYS(270, pid, pid, 65), EINVAL);
	ERR(SYS(270, pid, 0, SIGTERM), EINVAL);
	ERR(SYS(238, 0, SIGTERM), EINVAL);
	ERR(SYS(238, -1, SIGTERM), EINVAL);
	ERR(SYS(238, 999999, SIGTERM), ESRCH);
	EQ(SYS(270, pid, pid, 0), 0);
	EQ(SYS(238, pid, SIGWINCH), 0);
	EQ(SYS(238, pid, SIGUSR2), 0);
	KILLED(pid, SIGUSR2);
}

TEST("LIFE-signal kill(-1) is 0 though nobody may be signalled")
{
	AS(NOBODY, NOBODY)
	{
		EQ(SYS(NR_kill, -1, SIGTERM), 0);
		EQ(SYS(NR_kill, -1, 0), 0);
		ERR(SYS(NR_kill, -1, 65), EINVAL);
	}
}

TEST("LIFE-signal one to a group reaches all of it, and nobody else")
{
	pid_t pid[3];

	for (int i = 0; i < 3; i++) {
		BACKGROUND(pid[i])
		{
			for (;;)
				pause();
		}
		if (i < 2)
			OK(setpgid(pid[i], pid[0]));
	}
	OK(kill(-pid[0], SIGTERM));
	KILLED(pid[0], SIGTERM);
	KILLED(pid[1], SIGTERM);
	ERR(SYS(NR_kill, -pid[0], SIGTERM), ESRCH);
	EQ(SYS(NR_waitpid, pid[2], 0, WNOHANG), 0);
	OK(kill(pid[2], SIGHUP));
	KILLED(pid[2], SIGHUP);
}

TEST("LIFE-stop SIGSTOP stops, SIGCONT goes on, wait4 reports both")
{
	volatile long *turns = &shared->value[0];
	sigset_t all;
	int status;
	pid_t pid;
	long before;

	BACKGROUND(pid)
	{
		sigfillset(&all);
		OK(sigprocmask(SIG_SETMASK, &all, NULL));
		for (reach(1);;)
			++*turns;
	}
	await(1);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(status, SIGSTOP << 8 | 0x7f);
	EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	before = *turns;
	sleep_ms(50);
	EQ(*turns, before);
	OK(kill(pid, SIGCONT));
	EQ(waitpid(pid, &status, WCONTINUED), pid);
	EQ(status, 0xffff);
	sleep_ms(50);
	TRUE(*turns > before);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

/* A child that does nothing and has been stopped. */
static pid_t stopped_child(void)
{
	pid_t pid;
	int status;

	BACKGROUND(pid)
	for (;;)
		pause();
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	return pid;
}

TEST("LIFE-stop what would kill waits until the process is continued")
{
	pid_t pid = stopped_child();
	int status;

	OK(kill(pid, SIGTERM));
	OK(kill(pid, SIGCHLD));
	EQ(waitpid(pid, &status, WNOHANG), 0);
	OK(kill(pid, SIGCONT));
	KILLED(pid, SIGTERM);
}

TEST("LIFE-stop SIGKILL kills a stopped process, before all signals that wait")
{
	pid_t pid = stopped_child();

	OK(kill(pid, SIGHUP));
	OK(kill(pid, SIGTERM));
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("LIFE-signal a sleeping, a waiting and a spinning process can be killed")
{
	for (int i = 0; i < 3; i++) {
		pid_t pid;

		BACKGROUND(pid)
		{
			reach(i + 1);
			if (i == 0)
				sleep_ms(100000);
			if (i == 1)
				for (;;)
					pause();
			for (;;)
				;
		}
		await(i + 1);
		OK(kill(pid, SIGTERM));
		KILLED(pid, SIGTERM);
	}
}

TEST("LIFE-signal one sent to a child that has not run yet kills it at once")
{
	for (int i = 0; i < 20; i++) {
		pid_t pid = OK(SYS(NR_fork));

		if (pid == 0) {
			SYS(29); /* pause; after an EINTR it would go on */
			_exit(3);
		}
		OK(kill(pid, SIGTERM));
		KILLED(pid, SIGTERM);
	}
}

/* --- identity ------------------------------------------------------------ */

TEST("LIFE-ids pid, parent, group and session hang together")
{
	pid_t me = getpid(), group;

	EQ(SYS(224), me);
	EQ(getpgrp(), me);
	IN_CHILD
	{
		EQ(getppid(), me);
		EQ(getpgrp(), me);
		OK(setpgid(0, 0));
		EQ(getpgrp(), getpid());
	}
	IN_CHILD
	{
		group = OK(setsid());
		EQ(group, getpid());
		EQ(getsid(0), getpid());
		ERR(setsid() < 0 ? -errno : 0, EPERM);
	}
	ERR(getpgid(999999) < 0 ? -errno : 0, ESRCH);
}

TEST("LIFE-ids a zombie has its group and session until it is waited for")
{
	pid_t child = fork();

	if (child == 0)
		_exit(setsid() == getpid() ? 0 : 1);
	usleep(50000);
	EQ(getpgid(child), child);
	EQ(getsid(child), child);
	EXITS(child, 0);
	ERR(SYS(132, child), ESRCH);
}

TEST("LIFE-ids umask answers the old one and keeps nine bits")
{
	IN_CHILD
	{
		umask(0123);
		EQ(umask(07777), 0123);
		EQ(umask(0), 0777);
	}
}

/* --- memory -------------------------------------------------------------- */

TEST("LIFE-fork private memory is copied when written, both ways")
{
	char *p = memory(8 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 'p', 8 * PAGE);
	IN_CHILD
	{
		memset(p, 'c', 4 * PAGE);
		EQ(p[5 * PAGE], 'p');
		reach(1);
	}
	for (unsigned i = 0; i < 8 * PAGE; i++)
		EQ(p[i], 'p');
}

TEST("LIFE-fork shared anonymous memory stays shared")
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	TRUE(p != MAP_FAILED);
	IN_CHILD
	{
		p[PAGE] = 'c';
	}
	EQ(p[PAGE], 'c');
	OK(munmap(p, 2 * PAGE));
}

TEST("LIFE-brk grows with zeros, shrinks, and forgets")
{
	char *start = (char *)SYS(NR_brk, 0), *end = start + 3 * PAGE;

	EQ(SYS(NR_brk, P(end)), P(end));
	for (char *p = start; p < end; p++)
		EQ(*p, 0);
	memset(start, 'x', 3 * PAGE);
	EQ(SYS(NR_brk, P(start)), P(start));
	EQ(SYS(NR_brk, P(end)), P(end));
	EQ(start[2 * PAGE], 0);
	EQ(SYS(NR_brk, P(start)), P(start));
	EQ(SYS(NR_brk, 1), P(start));
	EQ(SYS(NR_brk, (long)0xC0000000), P(start));
	EQ(SYS(NR_brk, -1), P(start));
}

TEST("LIFE-mmap errors: length 0, unaligned, no kind, too long")
{
	int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

	ERR(SYS(NR_mmap2, 0, 0, PROT_READ, anonymous, -1, 0), EINVAL);
	ERR(SYS(NR_mmap2, 0x50000001, PAGE, PROT_READ, anonymous | MAP_FIXED,
	        -1, 0),
	    EINVAL);
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
	ERR(SYS(NR_mmap2, 0, 0xFFFFFFFF, PROT_READ, anonymous, -1, 0), ENOMEM);
	ERR(SYS(NR_mmap2, 0, 0xC0000000, PROT_READ, anonymous, -1, 0), ENOMEM);
	ERR(SYS(NR_mmap2, (long)0xC0000000, PAGE, PROT_READ,
	        anonymous | MAP_FIXED, -1, 0),
	    ENOMEM);
	ERR(SYS(NR_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, 99, 0), EBADF);
}

TEST("LIFE-mmap MAP_FIXED replaces what is there, a hint does not")
{
	char *p = memory(4 * PAGE, PROT_READ | PROT_WRITE), *q;

	memset(p, 'p', 4 * PAGE);
	q = mmap(p + PAGE, PAGE, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TRUE(q != MAP_FAILED && q != p + PAGE);
	q = mmap(p + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EQ(P(q), P(p + PAGE));
	EQ(p[0], 'p');
	EQ(p[PAGE], 0);
	EQ(p[3 * PAGE], 'p');
}

TEST("LIFE-munmap errors, and holes are fine")
{
	char *p = memory(3 * PAGE, PROT_READ | PROT_WRITE);

	ERR(SYS(NR_munmap, P(p) + 1, PAGE), EINVAL);
	ERR(SYS(NR_munmap, P(p), 0), EINVAL);
	ERR(SYS(NR_munmap, P(p), 0xFFFFF000), EINVAL);
	ERR(SYS(NR_munmap, (long)0xC0000000, PAGE), EINVAL);
	EQ(SYS(NR_munmap, 0x30000000, PAGE), 0);
	EQ(SYS(NR_munmap, P(p) + PAGE, 1), 0);
	FAULTS_ON_LOAD(p + PAGE);
	p[0] = p[2 * PAGE] = 1;
	EQ(SYS(NR_munmap, P(p), 3 * PAGE), 0);
	FAULTS_ON_LOAD(p);
}

TEST("LIFE-mprotect errors, and each protection")
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	p[0] = 'x';
	ERR(SYS(NR_mprotect, P(p) + 1, PAGE, PROT_READ), EINVAL);
	ERR(SYS(NR_mprotect, 0x30000000, PAGE, PROT_READ), ENOMEM);
	EQ(SYS(NR_mprotect, P(p), 0, PROT_READ), 0);
	OK(mprotect(p, PAGE, PROT_READ));
	EQ(p[0], 'x');
	FAULTS_ON_STORE(p);
	OK(mprotect(p, PAGE, PROT_NONE));
	FAULTS_ON_LOAD(p);
	OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	EQ(p[0], 'x');
	p[0] = 'y';
	OK(mprotect(p, PAGE, PROT_READ));
	IN_CHILD
	{
		OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
		p[0] = 'c';
	}
	EQ(p[0], 'y');
}

TEST("LIFE-text program text cannot be written, nor by the kernel")
{
	FAULTS_ON_STORE((char *)(void *)exec_helper);
	ERR(SYS(NR_uname, P(exec_helper)), EFAULT);
}

/* --- time ---------------------------------------------------------------- */

static long long now_us(clockid_t clock)
{
	struct timespec t;

	OK(clock_gettime(clock, &t));
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

TEST("LIFE-clock the monotonic clock never goes back")
{
	long long before = now_us(CLOCK_MONOTONIC), after;

	for (int i = 0; i < 2000; i++) {
		after = now_us(CLOCK_MONOTONIC);
		TRUE(after >= before);
		before = after;
	}
}

TEST("LIFE-clock a sleep lasts as long as was asked, and not much longer")
{
	static const int ms[] = {1, 15, 50};

	for (unsigned i = 0; i < ALL(ms); i++) {
		long long start = now_us(CLOCK_MONOTONIC), took;

		sleep_ms(ms[i]);
		took = now_us(CLOCK_MONOTONIC) - start;
		TRUE(took >= ms[i] * 1000);
		TRUE(took < ms[i] * 1000 + 500000);
	}
}

TEST("LIFE-clock sleep arguments: EINVAL for bad times and clocks")
{
	struct timespec bad = {0, 1000000000}, negative = {-1, 0},
	                none = {0, 0};

	ERR(SYS(NR_nanosleep, P(&bad), 0), EINVAL);
	ERR(SYS(NR_nanosleep, P(&negative), 0), EINVAL);
	EQ(SYS(NR_nanosleep, P(&none), 0), 0);
	ERR(SYS(NR_clock_nanosleep, 99, 0, P(&none), 0), EINVAL);
	ERR(SYS(NR_clock_gettime, 99, P(&none)), EINVAL);
	ERR(SYS(NR_clock_getres, 99, P(&none)), EINVAL);
	EQ(SYS(NR_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, P(&none), 0),
	   0);
}

TEST("LIFE-clock all calls tell the same time of day")
{
	struct timespec t;
	long long wide[2];
	int day[2];

	OK(SYS(NR_clock_gettime, CLOCK_REALTIME, P(&t)));
	OK(SYS(NR_clock_gettime64, CLOCK_REALTIME, P(wide)));
	OK(SYS(NR_gettimeofday, P(day), 0));
	TRUE(wide[0] - t.tv_sec >= 0 && wide[0] - t.tv_sec <= 1);
	TRUE(day[0] - t.tv_sec >= 0 && day[0] - t.tv_sec <= 1);
	TRUE(SYS(NR_time, 0) - t.tv_sec <= 1);
	TRUE(t.tv_nsec >= 0 && t.tv_nsec < 1000000000);
}

/* --- what a switch must keep --------------------------------------------- */

TEST("LIFE-tls each process has its own thread-local storage")
{
	static __thread int mine = 5;

	EQ(mine, 5);
	mine = 6;
	IN_CHILD
	{
		EQ(mine, 6);
		mine = 7;
		sched_yield();
		EQ(mine, 7);
	}
	EQ(mine, 6);
}

TEST(
    "LIFE-group setpgid of a child that has exec'd is EACCES, before it is not")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		await(1);
		exec_helper("exit", "0");
	}
	EQ(SYS(57, pid, pid), 0);
	EQ(SYS(57, pid, getpgrp()), 0);
	reach(1);
	for (int tries = 0; tries < 1000 && SYS(57, pid, 0) == 0; tries++)
		sleep_ms(2);
	ERR(SYS(57, pid, 0), EACCES);
	ERR(SYS(57, pid, getpgrp()), EACCES);
	ERR(SYS(57, pid, -1), EINVAL);
	EXITS(pid, 0);
}

static unsigned long long pending(void)
{
	unsigned long long set = 0;

	OK(SYS(NR_rt_sigpending, P(&set), sizeof set));
	return set;
}

TEST("LIFE-signal a stop drops a pending SIGCONT, and SIGCONT pending stops")
{
	static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	unsigned long long all = ~0ull, bad[2];

	OK(SYS(NR_rt_sigprocmask, SIG_SETMASK, P(&all), 0, 8));
	for (unsigned i = 0; i < ALL(stops); i++) {
		unsigned long long cont = 1ull << (SIGCONT - 1),
		                   stop = 1ull << (stops[i] - 1);

		kill(getpid(), SIGCONT);
		EQ(pending(), cont);
		kill(getpid(), stops[i]);
		EQ(pending(), stop);
		kill(getpid(), SIGCONT);
		EQ(pending(), cont);
	}
	ERR(SYS(NR_rt_sigpending, P(bad), 9), EINVAL);
	ERR(SYS(NR_rt_sigpending, 0xC0000000, 8), EFAULT);
	EQ(SYS(NR_rt_sigpending, P(bad), 4), 0);
}

TEST("LIFE-cpu sched_getaffinity shows one CPU, sched_setaffinity takes it")
{
	unsigned mask[4] = {0, 0, 0, 0}, none = 2, both = 3;

	EQ(SYS(NR_sched_getaffinity, 0, 16, P(mask)), 4);
	EQ(mask[0], 1);
	EQ(SYS(NR_sched_getaffinity, getppid(), 4, P(mask)), 4);
	ERR(SYS(NR_sched_getaffinity, 0, 0, P(mask)), EINVAL);
	ERR(SYS(NR_sched_getaffinity, 0, 5, P(mask)), EINVAL);
	ERR(SYS(NR_sched_getaffinity, 999999, 4, P(mask)), ESRCH);
	ERR(SYS(NR_sched_getaffinity, -1, 4, P(mask)), ESRCH);
	ERR(SYS(NR_sched_getaffinity, 0, 4, 0xC0000000), EFAULT);
	EQ(SYS(NR_sched_setaffinity, 0, 4, P(mask)), 0);
	EQ(SYS(NR_sched_setaffinity, 0, 1, P(&both)), 0);
	ERR(SYS(NR_sched_setaffinity, 0, 4, P(&none)), EINVAL);
	ERR(SYS(NR_sched_setaffinity, 0, 0, P(mask)), EINVAL);
	ERR(SYS(NR_sched_setaffinity, 999999, 4, P(mask)), ESRCH);
	ERR(SYS(NR_sched_setaffinity, 999999, 4, 0xC0000000), EFAULT);
	AS(NOBODY, NOBODY)
	{
		ERR(SYS(NR_sched_setaffinity, 1, 4, P(&none)), EPERM);
		EQ(SYS(NR_sched_getaffinity, 1, 4, P(mask)), 4);
	}
}

TEST("LIFE-sysinfo tells memory, processes and seconds as /proc does")
{
	struct {
		unsigned up, loads[3], total, free, shared, more[3];
		unsigned short processes, pad;
		unsigned high[2], unit, unused[2];
	} before, after;
	static char text[4096];
	int id = make(1024 * PAGE);
	pid_t pid;

	ERR(SYS(NR_sysinfo, 0xC0000000), EFAULT);
	OK(SYS(NR_sysinfo, P(&before)));
	EQ(before.unit, 1);
	TRUE(before.total > 0x1000000 && before.free < before.total);
	TRUE(read_file("/proc/meminfo", text, sizeof text) > 0);
	EQ(before.total / 1024, meminfo(text, "MemTotal:"));
	memset(attach(id), 1, 1024 * PAGE);
	BACKGROUND(pid)
	{
		pause();
	}
	sleep_ms(1100);
	OK(SYS(NR_sysinfo, P(&after)));
	TRUE(after.shared >= before.shared + HERE(1024 * PAGE, 0));
	TRUE(after.shared >= 1024 * PAGE);
	TRUE(after.free < before.free);
	TRUE(after.processes > 2 && after.up > before.up);
	kill(pid, SIGKILL);
	KILLED(pid, SIGKILL);
	removed(id);
}

TEST("LIFE-tls set_thread_area: bad entries are EINVAL, a good one works")
{
	struct {
		int entry;
		unsigned base, limit, flags;
	} d = {1000, 0, 0xFFFFF, 0x51};
	unsigned short gs;

	ERR(SYS(NR_set_thread_area, P(&d)), EINVAL);
	d.entry = 0;
	ERR(SYS(NR_set_thread_area, P(&d)), EINVAL);
	__asm__ volatile("mov %%gs, %0" : "=r"(gs));
	EQ(gs & 7, 3);
	IN_CHILD
	{
		static int words[4] = {11, 22, 33, 44};
		int seen;

		d.entry = gs >> 3;
		d.base = (unsigned)words;
		__asm__ volatile("int $0x80\n\t"
		                 "mov %3, %%gs\n\t"
		                 "movl %%gs:8, %1"
		                 : "+a"((int){NR_set_thread_area}), "=&r"(seen)
		                 : "b"(&d), "r"((unsigned)gs)
		                 : "memory");
		SYS(252, seen == 33 ? 0 : 1);
	}
}

/* Loads the FPU and SSE with values of `seed`, spins, and compares. */
static int keeps_registers(int seed)
{
	double in = seed + 0.5, out = 0;
	int four[4]
	    __attribute__((aligned(16))) = {seed, seed + 1, seed + 2, seed + 3};
	int back[4] __attribute__((aligned(16)));

	for (int i = 0; i < 300; i++) {
		__asm__ volatile("fldl %2\n\t"
		                 "movaps %3, %%xmm7\n\t"
		                 "movl $158, %%eax\n\t"
		                 "int $0x80\n\t"
		                 "movaps %%xmm7, %1\n\t"
		                 "fstpl %0"
		                 : "=m"(out), "=m"(back)
		                 : "m"(in), "m"(four)
		                 : "eax", "memory");
		if (out != in || memcmp(four, back, sizeof four))
			return 0;
	}
	return 1;
}

TEST("LIFE-fpu x87 and SSE registers survive switches among three processes")
{
	pid_t pid[3];

	for (int i = 0; i < 3; i++) {
		BACKGROUND(pid[i])
		{
			reach(shared->stage + 1);
			await(3);
			TRUE(keeps_registers(1000 * i));
		}
	}
	for (int i = 0; i < 3; i++)
		EXITS(pid[i], 0);
}

TEST("LIFE-fpu control words are inherited by fork and fresh after exec")
{
	unsigned short word = 0x0F7F, seen = 0;
	unsigned mxcsr = 0x7F80, seen_mxcsr = 0;

	IN_CHILD
	{
		__asm__ volatile("fldcw %0\n\tldmxcsr %1" ::"m"(word),
		                 "m"(mxcsr));
		IN_CHILD
		{
			__asm__ volatile("fnstcw %0\n\tstmxcsr %1"
			                 : "=m"(seen), "=m"(seen_mxcsr));
			EQ(seen, word);
			EQ(seen_mxcsr, mxcsr);
			exec_helper("fpu", "");
		}
	}
}

TEST("LIFE-preempt a process that spins takes no other's turn away")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		for (;;)
			;
	}
	sleep_ms(30);
	for (volatile int i = 0; i < 1000; i++)
		continue;
	kill(pid, SIGKILL);
	KILLED(pid, SIGKILL);
}

TEST("LIFE-preempt three that spin have a third of the time each")
{
	struct timespec start, now;
	pid_t pid[3];

	for (int i = 0; i < 3; i++) {
		BACKGROUND(pid[i])
		{
			await(1);
			for (;;)
				shared->value[i]++;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	reach(1);
	do {
		sleep_ms(50);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 2);
	for (int i = 0; i < 3; i++) {
		OK(kill(pid[i], SIGKILL));
		KILLED(pid[i], SIGKILL);
	}
	for (int i = 0; i < 3; i++)
		TRUE(shared->value[i] > shared->value[(i + 1) % 3] / 2);
}

/* --- the helper: what an exec'd program does ----------------------------- */

extern char **environ;

static int helper_arguments(int argc, char **argv)
{
	return argc == 4 && strcmp(argv[3], "more words than one") == 0 &&
	       !argv[4] && strcmp(environ[0], "ONE=1") == 0 &&
	       strcmp(environ[1], "TWO=2") == 0 && !environ[2];
}

static int helper_many(int argc, char **argv)
{
	for (int i = 0; i < MANY; i++)
		if (strlen(argv[3 + i]) != 499 ||
		    argv[3 + i][0] != 'a' + i % 26 ||
		    argv[3 + i][498] != 'a' + i % 26)
			return 0;
	return argc == 3 + MANY && !argv[argc] && !environ[0];
}

static int helper_empties(void)
{
	int n = 0;

	while (environ[n] && !environ[n][0])
		n++;
	return n == EMPTIES && !environ[n];
}

static int helper_ids(const char *parent)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return getppid() == atoi(parent) && getuid() == 1 && geteuid() == 2 &&
	       getgid() == 4 && getegid() == 5 && sigismember(&set, SIGUSR1) &&
	       !sigismember(&set, SIGUSR2);
}

static int helper_saved(void)
{
	uid_t u[3];
	gid_t g[3];

	OK(getresuid(&u[0], &u[1], &u[2]));
	OK(getresgid(&g[0], &g[1], &g[2]));
	return u[0] == 1 && u[1] == 2 && u[2] == 2 && g[0] == 4 && g[1] == 5 &&
	       g[2] == 5 && setuid(0) == -1 && errno == EPERM;
}

static int helper_attach(const char *id)
{
	long got = shm_at(atoi(id), AT, 0);

	if (got != P(AT) || strcmp(AT, "kept") != 0 || nattch(atoi(id)) != 2)
		return 0;
	strcpy(AT, "seen");
	return 1;
}

static int helper_fpu(void)
{
	unsigned short word;
	unsigned mxcsr;

	__asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(word), "=m"(mxcsr));
	return word == 0x37F && mxcsr == 0x1F80;
}

static int helper(int argc, char **argv)
{
	const char *what = argv[2];
	int good = 0;

	own_path = argv[0];
	if (strcmp(what, "exit") == 0)
		return atoi(argv[3]);
	if (strcmp(what, "again") == 0) {
		if (atoi(argv[3]) > 0)
			exec_helper("again", number(atoi(argv[3]) - 1));
		good = 1;
	}
	if (strcmp(what, "forever") == 0)
		exec_helper("forever", argv[3]);
	if (strcmp(what, "arguments") == 0)
		good = helper_arguments(argc, argv);
	if (strcmp(what, "many") == 0)
		good = helper_many(argc, argv);
	if (strcmp(what, "empties") == 0)
		good = helper_empties();
	if (strcmp(what, "ids") == 0)
		good = helper_ids(argv[3]);
	if (strcmp(what, "saved") == 0)
		good = helper_saved();
	if (strcmp(what, "attach") == 0)
		good = helper_attach(argv[3]);
	if (strcmp(what, "fpu") == 0)
		good = helper_fpu();
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "helper") == 0)
		return helper(argc, argv);
	own_path = argv[0];
	return test_main(argc, argv);
}
