/*
 * tests/guest/spawn.c -- vfork, and what C libraries build on it: posix_spawn
 * and system.  Beside them, what a shell asks of its process: prctl, getrandom.
 *
 * A child of vfork runs in its parent's memory, so what it writes there can be
 * seen.  It uses the parent's stack, too: between vfork and exec it does
 * little. Tests that exec run this same program with "helper" and a word.
 */
#define OWN_MAIN
#include "test.h"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum {
	NR_prctl = 172,
	NR_vfork = 190,
	NR_getrandom = 355,
};

extern char **environ;
static char *own_path;
static volatile int note; /* what a child leaves in its parent's memory */

/* Becomes the helper; 99: it could not. */
static void exec_helper(const char *what, const char *more)
{
	char *argv[] = {own_path, "helper", (char *)what, (char *)more, NULL};

	execve(own_path, argv, environ);
	_exit(99);
}

/* posix_spawn of the helper.  Its pid, or -errno. */
static int spawn_helper(const char *what, const char *more,
                        const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes)
{
	char *argv[] = {own_path, "helper", (char *)what, (char *)more, NULL};
	pid_t pid;
	int error =
	    posix_spawn(&pid, own_path, actions, attributes, argv, environ);

	return error ? -error : pid;
}

/* --- vfork --------------------------------------------------------------- */

TEST(
    "SPAWN-vfork the child writes its parent's memory, which waits for its end")
{
	pid_t pid;

	note = 1;
	pid = vfork();
	if (pid == 0) {
		sleep_ms(20);
		note++;
		_exit(7);
	}
	EQ(note, 2);
	EXITS(pid, 7);
}

TEST("SPAWN-vfork the parent goes on when its child becomes a program")
{
	pid_t pid = vfork();

	if (pid == 0)
		exec_helper("sleep", "60");
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("SPAWN-vfork an exec that fails gives the memory back only at the exit")
{
	pid_t pid;

	note = 0;
	pid = vfork();
	if (pid == 0) {
		char *argv[] = {"/nobody/home", NULL};

		execve(argv[0], argv, environ);
		note = errno;
		_exit(3);
	}
	EQ(note, ENOENT);
	EXITS(pid, 3);
}

TEST("SPAWN-vfork what the child maps and unmaps is its parent's")
{
	volatile char *gone = memory(PAGE, PROT_READ), *shown = hole(PAGE);
	void *old = sbrk(0);
	pid_t pid = vfork();

	if (pid == 0) {
		char *p = mmap((void *)shown, PAGE, PROT_READ | PROT_WRITE,
		               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

		*p = 'x';
		munmap((void *)gone, PAGE);
		sbrk((intptr_t)PAGE);
		_exit(0);
	}
	EXITS(pid, 0);
	EQ(*shown, 'x');
	EQ((char *)sbrk(0) - (char *)old, PAGE);
	FAULTS_ON_LOAD(gone);
}

TEST("SPAWN-vfork descriptors, mask and name are the child's own")
{
	int fd = OK(open(own_path, O_RDONLY));
	char name[16];
	sigset_t all, old;
	pid_t pid;

	OK(prctl(PR_SET_NAME, "parent"));
	sigfillset(&all);
	pid = vfork();
	if (pid == 0) {
		close(fd);
		prctl(PR_SET_NAME, "child");
		sigprocmask(SIG_SETMASK, &all, NULL);
		_exit(0);
	}
	EXITS(pid, 0);
	OK(fcntl(fd, F_GETFD));
	OK(prctl(PR_GET_NAME, name));
	EQ(strcmp(name, "parent"), 0);
	OK(sigprocmask(SIG_SETMASK, NULL, &old));
	EQ(sigismember(&old, SIGUSR1), 0);
}

TEST("SPAWN-vfork a child may do it again, and each parent waits for its own")
{
	pid_t pid;

	note = 0;
	pid = vfork();
	if (pid == 0) {
		pid_t inner = vfork();

		if (inner == 0) {
			note = 10;
			_exit(0);
		}
		note++;
		_exit(0);
	}
	EQ(note, 11);
	EXITS(pid, 0);
}

/* A parent that waits in vfork, for a child that waits for stage 2. */
static void wait_in_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		reach(1);
		await(2);
		note = 5;
		_exit(0);
	}
	_exit(note);
}

TEST("SPAWN-vfork a parent that is killed leaves the memory to its child")
{
	int id = make(PAGE);
	pid_t pid;

	BACKGROUND(pid)
	{
		attach(id)[0] = 1;
		wait_in_vfork();
	}
	await(1);
	EQ(nattch(id), 1);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(nattch(id), 1);
	reach(2);
	for (int tries = 0; nattch(id) && tries < 2000; tries++)
		sleep_ms(5);
	EQ(nattch(id), 0);
	removed(id);
}

TEST("SPAWN-vfork a parent that is to stop does so when its child has ended")
{
	int status;
	pid_t pid;

	BACKGROUND(pid)
	wait_in_vfork();
	await(1);
	OK(kill(pid, SIGSTOP));
	sleep_ms(20);
	EQ(waitpid(pid, &status, WNOHANG | WUNTRACED), 0);
	reach(2);
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	TRUE(WIFSTOPPED(status));
	OK(kill(pid, SIGCONT));
	EXITS(pid, 5);
}

BOTH("1.6-vfork vfork and _exit change no count and no time")
{
	int id = make(PAGE);
	struct shm_ds before, after;
	pid_t pid;

	attach(id);
	sleep_ms(1100);
	before = stat_of(id);
	pid = vfork();
	if (pid == 0)
		_exit(0);
	EXITS(pid, 0);
	after = stat_of(id);
	EQ(after.nattch, 1);
	EQ(after.atime, before.atime);
	EQ(after.dtime, before.dtime);
	EQ(after.lpid, before.lpid);
	removed(id);
}

BOTH("1.6-vfork an exec after vfork takes no attach from its parent")
{
	int id = make(PAGE);
	char *p = attach(id);
	pid_t pid = vfork();

	if (pid == 0)
		exec_helper("exit", "0");
	EXITS(pid, 0);
	EQ(nattch(id), 1);
	p[0] = 1;
	OK(shm_dt(p));
	removed(id);
}

BOTH("1.6-vfork a shmdt by the child is its parent's, with the child's pid")
{
	int id = make(PAGE);
	char *p = attach(id);
	pid_t pid = vfork();

	if (pid == 0) {
		shm_dt(p);
		_exit(0);
	}
	EXITS(pid, 0);
	EQ(nattch(id), 0);
	EQ(stat_of(id).lpid, pid);
	ERR(shm_dt(p), EINVAL);
	removed(id);
}

TEST("SPAWN-vfork counts in the user's number of processes")
{
	AS(1234, 1234)
	{
		struct rlimit one = {1, 1};

		OK(setrlimit(RLIMIT_NPROC, &one));
		ERR(SYS(NR_vfork), EAGAIN);
	}
}

TEST("SPAWN-clone with CLONE_VM and without CLONE_VFORK is a thread")
{
	need_tessera();
	ERR(SYS(NR_clone, CLONE_VM | SIGCHLD, P(memory(PAGE, 3) + PAGE)),
	    EINVAL);
	ERR(SYS(NR_clone, CLONE_VM | CLONE_VFORK), EINVAL);
}

/* Promised memory until there is no more for this user. */
static void take_all(void)
{
	unsigned long bytes = 16 << 20;

	while (bytes >= PAGE)
		if (mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			bytes /= 2;
}

TEST("SPAWN-level a child that becomes nobody leaves root's memory to root")
{
	pid_t hog, pid;

	need_tessera();
	BACKGROUND(hog)
	{
		become(NOBODY, NOBODY);
		take_all();
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	pid = vfork();
	if (pid == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
		           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	}
	EXITS(pid, 0);
	memory(16 * PAGE, PROT_READ | PROT_WRITE);
	IN_CHILD
	{
	}
	OK(kill(hog, SIGKILL));
	KILLED(hog, SIGKILL);
}

/* --- posix_spawn --------------------------------------------------------- */

TEST("SPAWN-posix a program runs, and its exit status comes back")
{
	EXITS(OK(spawn_helper("exit", "42", NULL, NULL)), 42);
}

TEST("SPAWN-posix a program that is not there is an errno, and no child")
{
	char *argv[] = {"/nobody/home", NULL};
	pid_t pid;

	EQ(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ), ENOENT);
	EQ(waitpid(-1, NULL, 0), -1);
	EQ(errno, ECHILD);
}

TEST("SPAWN-posix file actions open, copy and close the child's descriptors")
{
	posix_spawn_file_actions_t actions;

	OK(posix_spawn_file_actions_init(&actions));
	OK(posix_spawn_file_actions_addopen(&actions, 40, own_path, O_RDONLY,
	                                    0));
	OK(posix_spawn_file_actions_adddup2(&actions, 40, 41));
	OK(posix_spawn_file_actions_addclose(&actions, 40));
	EXITS(OK(spawn_helper("open", "41", &actions, NULL)), 0);
	EXITS(OK(spawn_helper("open", "40", &actions, NULL)), 1);
	EXITS(OK(spawn_helper("open", "41", NULL, NULL)), 1);
	posix_spawn_file_actions_destroy(&actions);
}

TEST("SPAWN-posix a mask and a group are given to the child alone")
{
	posix_spawnattr_t attributes;
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	OK(posix_spawnattr_init(&attributes));
	OK(posix_spawnattr_setsigmask(&attributes, &mask));
	OK(posix_spawnattr_setpgroup(&attributes, 0));
	OK(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
	                                             POSIX_SPAWN_SETPGROUP));
	EXITS(OK(spawn_helper("masked", "12", NULL, &attributes)), 0);
	EXITS(OK(spawn_helper("masked", "12", NULL, NULL)), 1);
	posix_spawnattr_destroy(&attributes);
}

TEST("SPAWN-posix RESETIDS takes the effective ids from the child alone")
{
	posix_spawnattr_t attributes;

	OK(posix_spawnattr_init(&attributes));
	OK(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_RESETIDS));
	OK(setresuid(1234, 0, 0));
	EXITS(OK(spawn_helper("euid", "1234", NULL, &attributes)), 0);
	EQ(geteuid(), 0);
	EXITS(OK(spawn_helper("euid", "0", NULL, NULL)), 0);
	posix_spawnattr_destroy(&attributes);
}

TEST("SPAWN-system where there is no shell, says 127")
{
	if (access("/bin/sh", X_OK) == 0)
		EQ(WEXITSTATUS(system("exit 5")), 5);
	else
		EQ(WEXITSTATUS(system("exit 5")), 127);
}

/* --- prctl, getrandom ---------------------------------------------------- */

TEST("SPAWN-prctl a name has 15 bytes, and is what /proc says")
{
	char name[20] = "", path[32], text[400];

	OK(prctl(PR_SET_NAME, "a name that is too long"));
	OK(prctl(PR_GET_NAME, name));
	EQ(strcmp(name, "a name that is "), 0);
	snprintf(path, sizeof path, "/proc/%d/stat", getpid());
	TRUE(read_file(path, text, sizeof text) > 0);
	TRUE(strstr(text, "(a name that is )"));
	OK(prctl(PR_SET_NAME, ""));
	OK(prctl(PR_GET_NAME, name));
	EQ(name[0], '\0');
}

static volatile sig_atomic_t heard;

static void hear(int signal)
{
	heard = signal;
}

TEST(
    "SPAWN-prctl a child hears of its parent's end, and its own child does not")
{
	int signal = -1;

	EQ(SYS(NR_prctl, PR_GET_PDEATHSIG, P(&signal)), 0);
	EQ(signal, 0);
	ERR(SYS(NR_prctl, PR_SET_PDEATHSIG, 65), EINVAL);
	ERR(SYS(NR_prctl, PR_SET_PDEATHSIG, -1), EINVAL);
	ERR(SYS(NR_prctl, PR_GET_PDEATHSIG, 8), EFAULT);
	IN_CHILD
	{
		OK(SYS(NR_prctl, PR_SET_PDEATHSIG, SIGUSR1));
		EQ(SYS(NR_prctl, PR_GET_PDEATHSIG, P(&signal)), 0);
		EQ(signal, SIGUSR1);
		if (fork() > 0) {
			await(1);
			_exit(0);
		}
		EQ(SYS(NR_prctl, PR_GET_PDEATHSIG, P(&signal)), 0);
		EQ(signal, 0); /* not inherited */
		OK(SYS(NR_prctl, PR_SET_PDEATHSIG, SIGUSR2));
		OK(setresuid(NOBODY, NOBODY, NOBODY));
		EQ(SYS(NR_prctl, PR_GET_PDEATHSIG, P(&signal)), 0);
		EQ(signal, 0); /* ids have changed */
		OK(SYS(NR_prctl, PR_SET_PDEATHSIG, SIGUSR2));
		signal = SIGUSR2;
		sigaction(signal, &(struct sigaction){.sa_handler = hear}, 0);
		reach(1);
		while (!heard)
			sleep_ms(5);
		EQ(heard, signal);
		reach(2);
	}
	await(2);
}

TEST("SPAWN-prctl a subreaper is the parent of orphans below it")
{
	int reaps = -1, status = 0;

	EQ(SYS(NR_prctl, PR_GET_CHILD_SUBREAPER, P(&reaps)), 0);
	EQ(reaps, 0);
	OK(SYS(NR_prctl, PR_SET_CHILD_SUBREAPER, 9));
	EQ(SYS(NR_prctl, PR_GET_CHILD_SUBREAPER, P(&reaps)), 0);
	EQ(reaps, 1);
	ERR(SYS(NR_prctl, PR_GET_CHILD_SUBREAPER, 8), EFAULT);
	IN_CHILD
	{
		EQ(SYS(NR_prctl, PR_GET_CHILD_SUBREAPER, P(&reaps)), 0);
		EQ(reaps, 0); /* not inherited */
		if (fork() == 0) {
			if (fork() == 0) {
				await(1);
				shared->value[0] = getppid();
				_exit(7);
			}
			_exit(0);
		}
		OK(wait(NULL));
		reach(1);
	}
	OK(wait(&status));
	EQ(WEXITSTATUS(status), 7);
	EQ(shared->value[0], getpid());
}

TEST("SPAWN-prctl dumpable is inherited, and ids that change end it")
{
	EQ(SYS(NR_prctl, PR_GET_DUMPABLE), 1);
	ERR(SYS(NR_prctl, PR_SET_DUMPABLE, 2), EINVAL);
	ERR(SYS(NR_prctl, PR_SET_DUMPABLE, -1), EINVAL);
	OK(SYS(NR_prctl, PR_SET_DUMPABLE, 0));
	EQ(SYS(NR_prctl, PR_GET_DUMPABLE), 0);
	IN_CHILD
	{
		EQ(SYS(NR_prctl, PR_GET_DUMPABLE), 0);
		OK(SYS(NR_prctl, PR_SET_DUMPABLE, 1));
		EQ(SYS(NR_prctl, PR_GET_DUMPABLE), 1);
		OK(setresuid(-1, NOBODY, -1));
		EQ(SYS(NR_prctl, PR_GET_DUMPABLE), 0);
	}
}

TEST("SPAWN-prctl bad options and bad addresses")
{
	ERR(SYS(NR_prctl, 9999, 0), EINVAL);
	ERR(SYS(NR_prctl, PR_SET_NAME, 8), EFAULT);
	ERR(SYS(NR_prctl, PR_SET_NAME, P(0xC0100000)), EFAULT);
	ERR(SYS(NR_prctl, PR_GET_NAME, 0), EFAULT);
	ERR(SYS(NR_prctl, PR_GET_NAME, P(memory(PAGE, PROT_READ))), EFAULT);
}

TEST("SPAWN-prctl a name that ends at a hole is read up to its NUL")
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	OK(munmap(p + PAGE, PAGE));
	memcpy(p + PAGE - 3, "ab", 3);
	OK(SYS(NR_prctl, PR_SET_NAME, P(p + PAGE - 3)));
	memcpy(p + PAGE - 3, "abc", 3);
	ERR(SYS(NR_prctl, PR_SET_NAME, P(p + PAGE - 3)), EFAULT);
}

TEST("SPAWN-random no two answers are equal, and each byte is given")
{
	static unsigned char one[100000], two[100000];
	int counts[256] = {0};

	EQ(SYS(NR_getrandom, P(one), sizeof one, 0), (long)sizeof one);
	EQ(SYS(NR_getrandom, P(two), sizeof two, 1), (long)sizeof two);
	TRUE(memcmp(one, two, 16) != 0);
	TRUE(memcmp(one, one + 32, 32) != 0);
	for (unsigned i = 0; i < sizeof one; i++)
		counts[one[i]]++;
	for (int i = 0; i < 256; i++)
		TRUE(counts[i] > 200 && counts[i] < 600);
	EQ(SYS(NR_getrandom, P(one), 0, 0), 0);
}

TEST("SPAWN-random bad flags and bad addresses; before a hole all is given")
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	ERR(SYS(NR_getrandom, P(p), 16, 8), EINVAL);
	ERR(SYS(NR_getrandom, P(p), 16, 6), EINVAL);
	ERR(SYS(NR_getrandom, 0, 16, 0), EFAULT);
	ERR(SYS(NR_getrandom, P(0xC0100000), 16, 0), EFAULT);
	OK(munmap(p + PAGE, PAGE));
	EQ(SYS(NR_getrandom, P(p + PAGE - 16), 16, 0), 16);
	EQ(SYS(NR_getrandom, P(p + PAGE - 16), 40, 0), 16);
	EQ(SYS(NR_getrandom, P(p + 33), 2 * PAGE, 0), PAGE - 33);
	ERR(SYS(NR_getrandom, P(p + PAGE), 40, 0), EFAULT);
}

/* --- the helper: what an exec'd program does ----------------------------- */

static int helper(const char *what, int number)
{
	sigset_t mask;

	if (strcmp(what, "sleep") == 0)
		sleep_ms(1000L * number);
	if (strcmp(what, "open") == 0)
		return fcntl(number, F_GETFD) < 0;
	if (strcmp(what, "euid") == 0)
		return (int)geteuid() != number;
	if (strcmp(what, "masked") == 0)
		return sigprocmask(SIG_SETMASK, NULL, &mask) ||
		       !sigismember(&mask, number) || getpgrp() != getpid();
	return number;
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc > 3 && strcmp(argv[1], "helper") == 0)
		return helper(argv[2], atoi(argv[3]));
	return test_main(argc, argv);
}
