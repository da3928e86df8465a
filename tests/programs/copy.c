/*
 * tests/programs/copy.c -- the program that tests/run gives to tools/run.
 *
 *	copy             standard input to standard output, unchanged
 *	copy file PATH   that file to standard output
 *	copy both        "out" to standard output, "err" to standard error
 *	copy exit N      exit status N
 *	copy kill N      dies by signal N
 *	copy loop        never ends
 *	copy args ...    its arguments, one in a line, in brackets
 *	copy env NAME... these variables of its environment
 *	copy write ADDRESS  stores a word there
 *	copy unknown     calls Tessera does not have: a socket, twice; a thread
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void write_all(const char *from, ssize_t left)
{
	while (left > 0) {
		ssize_t done = write(1, from, left);

		if (done < 0)
			exit(1);
		from += done;
		left -= done;
	}
}

static int copy(int from)
{
	static char buffer[5000];
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		write_all(buffer, got);
	return got < 0;
}

static void variable(const char *name)
{
	const char *value = getenv(name);

	printf(value ? "%s=%s\n" : "%s\n", name, value);
}

static int is(char **argv, const char *word)
{
	return argv[1] != NULL && strcmp(argv[1], word) == 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return copy(0);
	if (is(argv, "file"))
		return copy(open(argv[2], O_RDONLY));
	if (is(argv, "both")) {
		write(1, "out\n", 4);
		write(2, "err\n", 4);
	}
	if (is(argv, "exit"))
		return atoi(argv[2]);
	if (is(argv, "kill"))
		kill(getpid(), atoi(argv[2]));
	while (is(argv, "loop"))
		continue;
	for (int i = 2; is(argv, "args") && i < argc; i++)
		printf("[%s]\n", argv[i]);
	for (int i = 2; is(argv, "env") && i < argc; i++)
		variable(argv[i]);
	if (is(argv, "write"))
		*(volatile int *)strtoul(argv[2], NULL, 0) = 1;
	if (is(argv, "unknown")) {
		syscall(359, 2, 1, 0);
		syscall(359, 2, 1, 0);
		syscall(SYS_clone, 0x3d0f00, 0, 0, 0, 0);
	}
	return 0;
}
