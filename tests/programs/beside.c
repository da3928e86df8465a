/*
 * tests/programs/beside.c -- runs a command beside processes to look at.
 *
 *	beside dead COMMAND [ARGUMENT ...]     A has ended, and nobody waits
 *	beside sharing COMMAND [ARGUMENT ...]  A and B have attached a segment
 *	beside user COMMAND [ARGUMENT ...]     A is root's; B and it are not
 *
 * In the arguments, "A" and "B" become the pids of those processes.  A of
 * "sharing" writes to the segment where the kernel has attached it, and B
 * reads it at 0x50000000 and may not write.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER 1000

static int segment;

static void writer(void)
{
	int *number = shmat(segment, NULL, 0);

	*number = 42;
}

static void reader(void)
{
	volatile int *number = shmat(segment, (void *)0x50000000, SHM_RDONLY);

	if (*number != 42)
		_exit(1);
}

/* A process that does what it is told, and then stops.  Its pid. */
static pid_t stopped(void (*what)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		if (what)
			what();
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	return pid;
}

/* A process that has ended, as its /proc/PID/stat says.  Its pid. */
static pid_t dead(void)
{
	char path[32], state = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (state != 'Z') {
		FILE *file = fopen(path, "r");

		if (!file || fscanf(file, "%*d %*s %c", &state) != 1)
			_exit(1);
		fclose(file);
	}
	return pid;
}

/* Puts the pid in the place of each argument that is `name`. */
static void put(char **argv, const char *name, pid_t pid)
{
	static char texts[2][16];
	char *text = texts[*name - 'A'];

	snprintf(text, sizeof(texts[0]), "%d", (int)pid);
	for (; *argv; argv++)
		if (strcmp(*argv, name) == 0)
			*argv = text;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "dead") == 0) {
		put(argv, "A", dead());
	} else if (strcmp(argv[1], "user") == 0) {
		put(argv, "A", stopped(NULL));
		if (setgid(USER) < 0 || setuid(USER) < 0)
			return 1;
		put(argv, "B", stopped(NULL));
	} else {
		segment = shmget(IPC_PRIVATE, 4096, 0600);
		put(argv, "A", stopped(writer));
		put(argv, "B", stopped(reader));
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
