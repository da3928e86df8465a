/*
 * tests/guest/interrupts.c -- the calls that a signal cuts short.
 *
 * A handler ends a wait.  Some calls begin again if it has SA_RESTART, others
 * answer EINTR always, as signal(7) lists them; no wait ends for a signal that
 * does nothing.  A stop ends no wait but those of semop and sigtimedwait.  The
 * last part is about SIGCHLD, which interrupts most programs.
 */
#include "handlers.h"

#include <poll.h>
#include <setjmp.h>
#include <sys/file.h>
#include <sys/select.h>

enum {
	NR_pause = 29,
	NR_poll = 168,
	NR_futex = 240,
	NR_rt_sigtimedwait = 177,
};

/* A child that sends this process a signal each time it sleeps in a call. */
static pid_t sender(int signal, int times)
{
	pid_t parent = getpid(), pid = OK(fork());

	if (pid > 0)
		return pid;
	for (int i = 1; i <= times; i++) {
		await(i);
		await_asleep(parent);
		kill(parent, signal);
	}
	_exit(0);
}

/* The nth call of this process that is to sleep begins. */
#define SLEEPS(n, call) (reach(n), (call))

static int new_set(int value)
{
	int id = OK(SYS(NR_semget, IPC_PRIVATE, 1, 0600));

	OK(SYS(NR_semctl, id, 0, SETVAL, value));
	return id;
}

static long sem_op(int id, int op, const struct timespec *limit)
{
	struct sembuf one = {0, op, 0};

	if (limit)
		return SYS(NR_ipc, IPCOP_semtimedop, id, 1, P(limit), P(&one));
	return SYS(NR_ipc, IPCOP_semop, id, 1, 0, P(&one));
}

/* --- semaphores and queues ----------------------------------------------- */

TEST("3.2-intr a caught signal ends semop and semtimedop with EINTR, nothing "
     "done, never restarted")
{
	struct timespec long_time = {100, 0};
	int id = new_set(1);
	pid_t pid;

	set_plain(SIGUSR1, count_run, SA_RESTART);
	pid = sender(SIGUSR1, 3);
	ERR(SLEEPS(1, sem_op(id, -2, NULL)), EINTR);
	ERR(SLEEPS(2, sem_op(id, -2, &long_time)), EINTR);
	ERR(SLEEPS(3, sem_op(id, 0, NULL)), EINTR);
	EQ(runs, 3);
	EQ(SYS(NR_semctl, id, 0, GETVAL), 1);
	EQ(SYS(NR_semctl, id, 0, GETNCNT), 0);
	EQ(SYS(NR_semctl, id, 0, GETZCNT), 0);
	EXITS(pid, 0);
	OK(SYS(NR_semctl, id, 0, IPC_RMID));
}

/* A child that sleeps, is sent signals that do nothing, and then goes on. */
TEST("3.2-intr a signal that is ignored or blocked does not wake a sleeper")
{
	int id = new_set(0);
	pid_t pid = OK(fork());

	if (pid == 0) {
		set_plain(SIGUSR1, SIG_IGN, 0);
		set_plain(SIGUSR2, count_run, 0);
		mask(SIG_BLOCK, SIGUSR2);
		_exit(sem_op(id, -1, NULL) == 0 && runs == 0 ? 0 : 1);
	}
	for (int i = 0; i < 5; i++) {
		await_asleep(pid);
		EQ(SYS(NR_semctl, id, 0, GETNCNT), 1);
		OK(kill(pid, SIGUSR1));
		OK(kill(pid, SIGUSR2));
		OK(kill(pid, SIGCHLD));
		OK(kill(pid, SIGWINCH));
		OK(kill(pid, SIGCONT));
	}
	EQ(SYS(NR_semctl, id, 0, GETNCNT), 1);
	OK(sem_op(id, 1, NULL));
	EXITS(pid, 0);
	OK(SYS(NR_semctl, id, 0, IPC_RMID));
}

TEST("3.5-intr a caught signal ends msgsnd and msgrcv with EINTR, never "
     "restarted")
{
	static struct {
		long type;
		char text[8192];
	} message = {1, ""};
	int id = OK(SYS(NR_msgget, IPC_PRIVATE, 0600));
	struct msg_ds ds;
	pid_t pid;

	set_plain(SIGUSR1, count_run, SA_RESTART);
	pid = sender(SIGUSR1, 2);
	ERR(SLEEPS(1, SYS(NR_msgrcv, id, P(&message), 8192, 0, 0)), EINTR);
	OK(SYS(NR_msgsnd, id, P(&message), 8192, 0));
	OK(SYS(NR_msgsnd, id, P(&message), 8192, 0));
	ERR(SLEEPS(2, SYS(NR_msgsnd, id, P(&message), 8192, 0)), EINTR);
	EQ(runs, 2);
	OK(SYS(NR_msgctl, id, IPC_STAT, P(&ds)));
	EQ(ds.qnum, 2);
	EXITS(pid, 0);
	OK(SYS(NR_msgctl, id, IPC_RMID));
}

TEST("1.3-intr shmat and shmdt do not wait: signals never make them EINTR")
{
	pid_t parent = getpid(), pid;
	int id = make(PAGE);

	set_plain(SIGUSR1, count_run, 0);
	pid = OK(fork());
	if (pid == 0)
		for (;;) {
			kill(parent, SIGUSR1);
			sched_yield();
		}
	for (int i = 0; i < 1000 || runs < 5; i++)
		OK(shm_dt(attach(id)));
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(nattch(id), 0);
	removed(id);
}

/* --- sleeping ------------------------------------------------------------ */

TEST("SIG-intr a handler ends nanosleep, pause and poll, restarting or not")
{
	struct timespec long_time = {100, 0};
	struct pollfd nothing = {.fd = -1};
	pid_t pid;

	set_plain(SIGUSR1, count_run, SA_RESTART);
	pid = sender(SIGUSR1, 5);
	ERR(SLEEPS(1, SYS(NR_nanosleep, P(&long_time), 0)), EINTR);
	ERR(SLEEPS(2, SYS(NR_clock_nanosleep, CLOCK_MONOTONIC, 0, P(&long_time),
	                  0)),
	    EINTR);
	ERR(SLEEPS(3, SYS(NR_pause)), EINTR);
	ERR(SLEEPS(4, SYS(NR_poll, P(&nothing), 1, -1)), EINTR);
	ERR(SLEEPS(5, SYS(NR_poll, P(&nothing), 1, 100000)), EINTR);
	EQ(runs, 5);
	EXITS(pid, 0);
}

/* --- what begins again --------------------------------------------------- */

static void write_there(int fd)
{
	if (write(fd, "x", 1) != 1)
		_exit(9);
}

/*
 * A child reads a pipe; when it sleeps it is signalled.  If its read is to
 * begin again, a byte comes then.  Its exit status: what read gave, and how
 * often the handler ran.
 */
static int interrupted_read(int flags)
{
	int ends[2], result, stage = shared->stage;
	pid_t pid;
	char byte;

	OK(pipe(ends));
	pid = OK(fork());
	if (pid == 0) {
		set_plain(SIGUSR1, count_run, flags);
		reach(shared->stage + 1);
		result = SYS(NR_read, ends[0], P(&byte), 1);
		_exit(runs * 16 + (result == -EINTR ? 4 : result));
	}
	await(stage + 1);
	await_asleep(pid);
	OK(kill(pid, SIGUSR1));
	if (flags) {
		await_asleep(pid);
		write_there(ends[1]);
	}
	close(ends[0]);
	close(ends[1]);
	return WEXITSTATUS(wait_status(pid));
}

TEST("SIG-restart a read that waits is EINTR, or begins again with SA_RESTART")
{
	EQ(interrupted_read(0), 16 + 4);
	EQ(interrupted_read(SA_RESTART), 16 + 1);
}

TEST("SIG-restart a full pipe's write is EINTR, or begins again")
{
	static char full[65536];
	int ends[2];
	pid_t pid;

	OK(pipe(ends));
	EQ(write(ends[1], full, sizeof full), (int)sizeof full);
	set_plain(SIGUSR1, count_run, 0);
	pid = sender(SIGUSR1, 2);
	ERR(SLEEPS(1, SYS(NR_write, ends[1], P(full), 1)), EINTR);
	EQ(SLEEPS(2, SYS(NR_write, ends[1], P(full), 1)), -EINTR);
	EQ(runs, 2);
	EXITS(pid, 0);
	EQ(read(ends[0], full, sizeof full), (int)sizeof full);
}

TEST("SIG-restart a write of which a part was done answers that part")
{
	static char big[200000];
	int ends[2];
	pid_t pid;

	OK(pipe(ends));
	set_plain(SIGUSR1, count_run, 0);
	pid = sender(SIGUSR1, 1);
	EQ(SLEEPS(1, SYS(NR_write, ends[1], P(big), sizeof big)), 65536);
	EQ(runs, 1);
	EXITS(pid, 0);
}

TEST("SIG-restart wait4 is EINTR, or begins again with SA_RESTART")
{
	pid_t child = OK(fork()), pid;
	int status;

	if (child == 0) {
		await(3);
		_exit(5);
	}
	set_plain(SIGUSR1, count_run, 0);
	set_plain(SIGUSR2, count_run, SA_RESTART);
	pid = sender(SIGUSR1, 1);
	ERR(SLEEPS(1, SYS(NR_wait4, child, P(&status), 0, 0)), EINTR);
	EXITS(pid, 0);
	pid = OK(fork());
	if (pid == 0) {
		await(2);
		await_asleep(getppid());
		kill(getppid(), SIGUSR2);
		sleep_ms(20);
		reach(3);
		_exit(0);
	}
	EQ(SLEEPS(2, SYS(NR_wait4, child, P(&status), 0, 0)), child);
	EQ(status, 5 << 8);
	EQ(runs, 2);
	EXITS(pid, 0);
}

TEST("SIG-restart wait4 answers a child that ends, and its handler has run")
{
	pid_t child;
	int status;

	set(SIGCHLD, keep_info, 0);
	child = OK(fork());
	if (child == 0) {
		await_asleep(getppid());
		_exit(6);
	}
	EQ(SYS(NR_wait4, -1, P(&status), WUNTRACED, 0), child);
	EQ(status, 6 << 8);
	EQ(runs, 1);
}

TEST("SIG-restart futex is begun again, with a time-out it is EINTR")
{
	struct timespec long_time = {100, 0};
	int word = 1;
	pid_t pid;

	set_plain(SIGUSR1, count_run, 0);
	pid = sender(SIGUSR1, 2);
	ERR(SLEEPS(1, SYS(NR_futex, P(&word), 0, 1, 0)), EINTR);
	ERR(SLEEPS(2, SYS(NR_futex, P(&word), 0, 1, P(&long_time))), EINTR);
	EQ(runs, 2);
	EXITS(pid, 0);
}

/* --- stop and continue --------------------------------------------------- */

/* Stops the process, which sleeps. */
static void stop(pid_t pid)
{
	int status;

	await_asleep(pid);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(status, SIGSTOP << 8 | 0x7f);
}

/* Stops the process, which sleeps and will sleep on, and lets it go on. */
static void stop_and_continue(pid_t pid)
{
	int status;

	stop(pid);
	OK(kill(pid, SIGCONT));
	EQ(waitpid(pid, &status, WCONTINUED), pid);
	EQ(status, 0xffff);
}

TEST("SIG-stop a read, a pause and a wait go on after SIGSTOP and SIGCONT")
{
	int ends[2];
	pid_t pid;
	char byte;

	OK(pipe(ends));
	pid = OK(fork());
	if (pid == 0)
		_exit(SYS(NR_read, ends[0], P(&byte), 1) == 1 ? 0 : 1);
	stop_and_continue(pid);
	stop_and_continue(pid);
	await_asleep(pid);
	write_there(ends[1]);
	EXITS(pid, 0);

	pid = OK(fork());
	if (pid == 0) {
		set_plain(SIGUSR1, count_run, 0);
		_exit(SYS(NR_pause) == -EINTR && runs == 1 ? 0 : 1);
	}
	stop_and_continue(pid);
	await_asleep(pid);
	OK(kill(pid, SIGUSR1));
	EXITS(pid, 0);

	pid = OK(fork());
	if (pid == 0) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			await(1);
			_exit(3);
		}
		_exit(SYS(NR_wait4, child, P(&status), 0, 0) == child ? 0 : 1);
	}
	stop_and_continue(pid);
	reach(1);
	EXITS(pid, 0);
}

/* A child waits in `call`, which must be true at last, through a stop. */
#define GOES_ON(pid, call)                                                     \
	do {                                                                   \
		(pid) = OK(fork());                                            \
		if ((pid) == 0)                                                \
			_exit(!(call));                                        \
		stop_and_continue(pid);                                        \
		await_asleep(pid);                                             \
	} while (0)

#define NAME "/tmp/stopped"

static long select_input(int fd)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, NULL);
}

static long suspend(void)
{
	sigset_t all_but_one;

	set_plain(SIGUSR1, count_run, 0);
	sigfillset(&all_but_one);
	sigdelset(&all_but_one, SIGUSR1);
	return sigsuspend(&all_but_one);
}

TEST("SIG-stop select, sigsuspend and a full pipe's write go on after a stop")
{
	static char full[65536];
	int ends[2];
	pid_t pid;

	OK(pipe(ends));
	GOES_ON(pid, select_input(ends[0]) == 1);
	EQ(write(ends[1], full, sizeof full), (int)sizeof full);
	EXITS(pid, 0);
	GOES_ON(pid, SYS(NR_write, ends[1], P(full), 1) == 1);
	EQ(read(ends[0], full, PAGE), (int)PAGE);
	EXITS(pid, 0);
	GOES_ON(pid, suspend() == -1 && errno == EINTR && runs == 1);
	OK(kill(pid, SIGUSR1));
	EXITS(pid, 0);
}

TEST("SIG-stop the open of a FIFO and the wait for a lock go on after a stop")
{
	int fd;
	pid_t pid;

	OK(mkfifo(NAME, 0600));
	GOES_ON(pid, SYS(NR_open, P(NAME), O_RDONLY) >= 0);
	fd = OK(open(NAME, O_WRONLY));
	EXITS(pid, 0);
	OK(close(fd));
	OK(unlink(NAME));

	fd = OK(open(NAME, O_RDWR | O_CREAT, 0600));
	OK(flock(fd, LOCK_EX));
	GOES_ON(pid, flock(open(NAME, O_RDWR), LOCK_EX) == 0);
	OK(flock(fd, LOCK_UN));
	EXITS(pid, 0);
	OK(unlink(NAME));
}

TEST("SIG-stop msgrcv and msgsnd go on after a stop")
{
	static struct {
		long type;
		char bytes[8192];
	} letter = {.type = 1};
	int id = OK(SYS(NR_msgget, IPC_PRIVATE, 0600));
	pid_t pid;

	GOES_ON(pid, SYS(NR_msgrcv, id, P(&letter), 8192, 0, 0) == 8192);
	OK(SYS(NR_msgsnd, id, P(&letter), 8192, 0));
	EXITS(pid, 0);
	OK(SYS(NR_msgsnd, id, P(&letter), 8192, 0));
	OK(SYS(NR_msgsnd, id, P(&letter), 8192, 0));
	GOES_ON(pid, SYS(NR_msgsnd, id, P(&letter), 8192, 0) == 0);
	EQ(SYS(NR_msgrcv, id, P(&letter), 8192, 0, 0), 8192);
	EXITS(pid, 0);
	OK(SYS(NR_msgctl, id, IPC_RMID, 0));
}

TEST("SIG-stop a stop ends semop, semtimedop and sigtimedwait with EINTR")
{
	struct timespec long_time = {100, 0};
	sigset_t none = only(SIGUSR1);
	int id = new_set(0);

	for (int which = 0; which < 4; which++) {
		pid_t pid = OK(fork());

		if (pid == 0) {
			struct timespec *limit = which & 1 ? &long_time : NULL;

			mask(SIG_BLOCK, SIGUSR1);
			ERR(which < 2 ? sem_op(id, -1, limit)
			              : SYS(NR_rt_sigtimedwait, P(&none), 0,
			                    P(limit), 8),
			    EINTR);
			_exit(0);
		}
		stop(pid);
		OK(kill(pid, SIGCONT));
		EXITS(pid, 0);
	}
	OK(SYS(NR_semctl, id, 0, IPC_RMID));
}

TEST("SIG-stop a sleep goes on to the same moment, a poll to its time-out")
{
	struct timespec start, end, time = {0, 300000000};
	struct pollfd nothing = {.fd = -1};

	for (int which = 0; which < 2; which++) {
		pid_t pid;
		long passed;

		clock_gettime(CLOCK_MONOTONIC, &start);
		pid = OK(fork());
		if (pid == 0)
			_exit(which ? SYS(NR_poll, P(&nothing), 1, 300) != 0
			            : SYS(NR_nanosleep, P(&time), 0) != 0);
		stop_and_continue(pid);
		EXITS(pid, 0);
		clock_gettime(CLOCK_MONOTONIC, &end);
		passed = (end.tv_sec - start.tv_sec) * 1000 +
		         (end.tv_nsec - start.tv_nsec) / 1000000;
		TRUE(passed >= 299);
	}
}

TEST("SIG-stop a handler that waits in a stopped process runs after SIGCONT")
{
	pid_t pid = OK(fork());
	int status;

	if (pid == 0) {
		set_plain(SIGUSR1, count_run, 0);
		reach(1);
		while (!runs)
			sched_yield();
		_exit(runs);
	}
	await(1);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	OK(kill(pid, SIGUSR1));
	sleep_ms(20);
	EQ(waitpid(pid, &status, WNOHANG), 0);
	OK(kill(pid, SIGCONT));
	EXITS(pid, 1);
}

TEST("SIG-stop SIGTERM waits in a stopped process, SIGKILL does not")
{
	pid_t pid = OK(fork());
	int status;

	if (pid == 0) {
		pause();
		_exit(0);
	}
	await_asleep(pid);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	OK(kill(pid, SIGTERM));
	sleep_ms(20);
	EQ(waitpid(pid, &status, WNOHANG), 0);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("SIG-stop a stop takes a waiting SIGCONT away, and the other way round")
{
	sigset_t set;

	set_plain(SIGCONT, count_run, 0);
	mask(SIG_BLOCK, SIGCONT);
	mask(SIG_BLOCK, SIGTSTP);
	OK(raise(SIGCONT));
	OK(raise(SIGTSTP));
	OK(sigpending(&set));
	EQ(sigismember(&set, SIGCONT), 0);
	EQ(sigismember(&set, SIGTSTP), 1);
	OK(raise(SIGCONT));
	OK(sigpending(&set));
	EQ(sigismember(&set, SIGCONT), 1);
	EQ(sigismember(&set, SIGTSTP), 0);
	mask(SIG_UNBLOCK, SIGCONT);
	EQ(runs, 1);
}

/* --- SIGCHLD ------------------------------------------------------------- */

TEST("SIG-child SIGCHLD says which child, and what has become of it")
{
	pid_t pid;
	int status;

	set(SIGCHLD, keep_info, 0);
	pid = OK(fork());
	if (pid == 0)
		_exit(42);
	EXITS(pid, 42);
	EQ(last_info.si_code, CLD_EXITED);
	EQ(last_info.si_pid, pid);
	EQ(last_info.si_uid, getuid());
	EQ(last_info.si_status, 42);
	pid = OK(fork());
	if (pid == 0) {
		pause();
		_exit(0);
	}
	await_asleep(pid);
	OK(kill(pid, SIGSTOP));
	while (waitpid(pid, &status, WUNTRACED) != pid)
		;
	EQ(last_info.si_code, CLD_STOPPED);
	EQ(last_info.si_status, SIGSTOP);
	OK(kill(pid, SIGCONT));
	while (waitpid(pid, &status, WCONTINUED) != pid)
		;
	while (last_info.si_code != CLD_CONTINUED)
		sched_yield(); /* on Linux it comes when the child runs */
	EQ(last_info.si_status, SIGCONT);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(last_info.si_code, CLD_KILLED);
	EQ(last_info.si_status, SIGKILL);
	EQ(last_info.si_pid, pid);
	EQ(runs, 4);
}

TEST("SIG-child a stopped child that is killed has not gone on")
{
	const sigset_t chld = only(SIGCHLD);
	siginfo_t info;
	pid_t pid;
	int status;

	mask(SIG_BLOCK, SIGCHLD);
	set(SIGCHLD, keep_info, 0);
	pid = OK(fork());
	if (pid == 0) {
		pause();
		_exit(0);
	}
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(sigwaitinfo(&chld, &info), SIGCHLD);
	EQ(info.si_code, CLD_STOPPED);
	OK(kill(pid, SIGKILL));
	EQ(sigwaitinfo(&chld, &info), SIGCHLD);
	EQ(info.si_code, CLD_KILLED);
	EQ(info.si_status, SIGKILL);
	EQ(waitpid(pid, &status, WCONTINUED), pid);
	EQ(WTERMSIG(status), SIGKILL);
	EQ(runs, 0);
}

TEST("SIG-child SA_NOCLDSTOP hears of an end, and not of a stop")
{
	pid_t pid;

	set(SIGCHLD, keep_info, SA_NOCLDSTOP);
	pid = OK(fork());
	if (pid == 0) {
		pause();
		_exit(0);
	}
	stop_and_continue(pid);
	EQ(runs, 0);
	OK(kill(pid, SIGTERM));
	KILLED(pid, SIGTERM);
	EQ(runs, 1);
}

TEST("SIG-child a parent that ignores SIGCHLD has no zombies: wait is ECHILD")
{
	pid_t pid;
	int status;

	set_plain(SIGCHLD, SIG_IGN, 0);
	pid = OK(fork());
	if (pid == 0) {
		await_asleep(getppid());
		_exit(0);
	}
	ERR(SYS(NR_wait4, pid, P(&status), 0, 0), ECHILD);
	for (int i = 0; i < 1000 && SYS(NR_kill, pid, 0) == 0; i++)
		sleep_ms(1); /* on Tessera init waits for it */
	ERR(SYS(NR_kill, pid, 0), ESRCH);
	set(SIGCHLD, keep_info, SA_NOCLDWAIT | SA_RESTART);
	pid = OK(fork());
	if (pid == 0) {
		await_asleep(getppid());
		_exit(7);
	}
	ERR(SYS(NR_wait4, -1, P(&status), 0, 0), ECHILD);
	EQ(runs, 1);
	EQ(last_info.si_status, 7);
	set_plain(SIGCHLD, SIG_DFL, 0); /* by default there are zombies */
	pid = OK(fork());
	if (pid == 0)
		_exit(8);
	EXITS(pid, 8);
}

TEST("SIG-child sigsuspend for SIGCHLD, as a shell waits for a job")
{
	sigset_t none, chld;
	pid_t pid;

	sigemptyset(&none);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	set_plain(SIGCHLD, count_run, 0);
	OK(sigprocmask(SIG_BLOCK, &chld, NULL));
	for (int i = 0; i < 50; i++) {
		int before = runs;

		pid = OK(fork());
		if (pid == 0)
			_exit(1);
		while (runs == before)
			sigsuspend(&none);
		EXITS(pid, 1);
	}
	EQ(runs, 50);
}
