/*
 * tests/programs/filmed.c -- what is hard to film.
 *
 *	faults N    N page faults, in private memory
 *	crowd N     N children at a time, which have inherited a segment
 *	show FILE   its bytes
 *	wait        until a signal ends it
 *	alone       no shared memory at all
 *	echo        a line from its input, to output and to error; status 3
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096
#define PAGES 4096 /* that are touched before they are given back */

static int faults(int count)
{
	int done = 0;

	while (done < count) {
		char *p = mmap(0, PAGES * PAGE, PROT_READ | PROT_WRITE,
		               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return 1;
		for (int i = 0; i < PAGES && done < count; i++, done++)
			p[i * PAGE] = 1;
		munmap(p, PAGES * PAGE);
	}
	printf("%d faults\n", done);
	return 0;
}

static int crowd(int count)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600), made = 0;
	int *word = shmat(id, 0, 0);
	pid_t child[1000];

	if (word == (void *)-1)
		return 1;
	shmctl(id, IPC_RMID, 0);
	*word = count;
	while (made < count && (child[made] = fork()) > 0)
		made++;
	if (made < count && child[made] == 0)
		for (;;)
			pause();
	for (int i = 0; i < made; i++)
		kill(child[i], SIGKILL);
	while (wait(0) > 0)
		;
	printf("%d children\n", made);
	return made != count;
}

static int echo(void)
{
	char line[100];

	if (!fgets(line, sizeof(line), stdin))
		return 1;
	fputs(line, stdout);
	fflush(stdout);
	fputs(line, stderr);
	return 3;
}

static int show(const char *name)
{
	FILE *file = fopen(name, "r");
	int byte;

	while (file && (byte = getc(file)) != EOF)
		putchar(byte);
	return !file;
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 1;

	if (argc > 1 && strcmp(argv[1], "faults") == 0)
		return faults(count);
	if (argc > 1 && strcmp(argv[1], "crowd") == 0 && count <= 1000)
		return crowd(count);
	if (argc > 1 && strcmp(argv[1], "echo") == 0)
		return echo();
	if (argc > 2 && strcmp(argv[1], "show") == 0)
		return show(argv[2]);
	while (argc > 1 && strcmp(argv[1], "wait") == 0)
		pause();
	printf("I am alone.\n");
	return 0;
}
