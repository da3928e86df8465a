/*
 * tests/programs/spawning.c -- a program that starts others, as a C library
 * does it: posix_spawn, system, vfork and exec.
 *
 * It prints the same on Linux and on Tessera, with glibc and with musl.  What
 * it starts is itself, with a word.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *own_path;

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void spawn(const char *what, const char *word)
{
	char *argv[] = {own_path, (char *)word, NULL};
	pid_t pid;
	int error = posix_spawn(&pid, own_path, NULL, NULL, argv, environ);

	printf("%s: error %d, status %d\n", what, error,
	       error ? 0 : status_of(pid));
}

static void spawn_with_actions(void)
{
	char *argv[] = {own_path, "read", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t mask;
	pid_t pid;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/etc/passwd", O_RDONLY,
	                                 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 9);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &mask);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
	                                          POSIX_SPAWN_SETPGROUP);
	if (posix_spawn(&pid, own_path, &actions, &attributes, argv, environ))
		printf("posix_spawn with actions fails\n");
	else
		printf("with actions: status %d\n", status_of(pid));
}

static void spawn_nothing(void)
{
	char *argv[] = {"/nobody/home", NULL};
	pid_t pid;

	printf("nothing to spawn: %s\n",
	       strerror(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ)));
	printf("no child is left: %d\n",
	       waitpid(-1, NULL, 0) < 0 && errno == ECHILD);
}

static void by_vfork(void)
{
	volatile int seen = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		seen = 1;
		execl(own_path, own_path, "7", (char *)NULL);
		_exit(99);
	}
	printf("vfork: memory %d, status %d\n", seen, status_of(pid));
}

/* By /bin/sh, if there is one: system() without a shell answers 127. */
static void by_shell(void)
{
	int status = WEXITSTATUS(system("exit 5")), good;
	char line[40] = "";
	FILE *from;

	good = status == 127;
	if (access("/bin/sh", X_OK) == 0) {
		from = popen("echo from a shell", "r");
		good = status == 5 && from && fgets(line, sizeof line, from) &&
		       pclose(from) == 0 && strcmp(line, "from a shell\n") == 0;
	}
	printf("system and popen: %s\n", good ? "as they should" : line);
}

/* What a program that was started does. */
static int started(const char *word)
{
	char byte;
	sigset_t mask;

	if (strcmp(word, "read") == 0)
		return read(0, &byte, 1) != 1 || byte != 'r' ||
		       fcntl(9, F_GETFD) < 0 || getpgrp() != getpid() ||
		       sigprocmask(SIG_SETMASK, NULL, &mask) ||
		       !sigismember(&mask, SIGUSR1);
	if (strcmp(word, "abort") == 0)
		abort();
	return atoi(word);
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc > 1)
		return started(argv[1]);
	setvbuf(stdout, NULL, _IONBF, 0);
	spawn("a status", "42");
	spawn("a signal", "abort");
	spawn_with_actions();
	spawn_nothing();
	by_vfork();
	by_shell();
	return 0;
}
