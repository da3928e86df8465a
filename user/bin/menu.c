/*
 * user/bin/menu.c -- what `make run` shows: the demonstrations by number.
 *
 * It reads a line, starts a program, waits for it, and says how it ended.
 * That is the main loop of a shell, without the rest of one.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIN   "/bin/"
#define WORDS 8

/* A demonstration is chosen by its number; other commands are typed. */
static const struct {
	const char *program, *says;
} demonstrations[] = {
    {"two_addresses", "two processes, one segment, two addresses"},
    {"reader", "a read-only reader, which dies when it writes"},
    {"ownership", "a segment is given away, its creator stays"},
    {"removal", "a segment is removed while two processes use it"},
    {"sum", "a parent and four children sum an array in place"},
    {"ring", "blocks through a segment, with semaphores and messages"},
};
#define DEMONSTRATIONS (sizeof(demonstrations) / sizeof(*demonstrations))

static void show_menu(void)
{
	printf("\nTessera: one frame, set into many pictures.\n\n");
	for (unsigned i = 0; i < DEMONSTRATIONS; i++)
		printf("  %u  %-14s %s\n", i + 1, demonstrations[i].program,
		       demonstrations[i].says);
	printf(
	    "\n"
	    "  ipcs -m        the segments      pt PID    page-table words\n"
	    "  ipcrm -m ID    remove one        pmap PID  what is mapped\n"
	    "\n"
	    "  q  power off (in QEMU's terminal, Ctrl-A X leaves at once)\n");
}

/*
 * Removes control characters from a line, and the sequences that arrows and
 * other keys without a character send ("ESC [ ... letter", ECMA-48).
 */
static void drop_keys(char *line)
{
	char *to = line;

	for (const char *from = line; *from; from++)
		if (from[0] == '\033' && from[1] == '[') {
			from += 2;
			while (*from && (*from < '@' || *from > '~'))
				from++;
			if (!*from)
				break;
		} else if (!iscntrl((unsigned char)*from) || isspace(*from)) {
			*to++ = *from;
		}
	*to = '\0';
}

/* Splits a line into words.  Returns their number. */
static int split(char *line, char **words)
{
	int n = 0;

	for (char *word = strtok(line, " \t\n"); word && n < WORDS;
	     word = strtok(NULL, " \t\n"))
		words[n++] = word;
	words[n] = NULL;
	return n;
}

static void start(char **words)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", strchr(words[0], '/') ? "" : BIN,
	         words[0]);
	execv(path, words);
	fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
	_exit(127);
}

static void run(char **words)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		start(words);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		perror(words[0]);
	else if (WIFSIGNALED(status))
		printf("%s: killed by signal %d (%s)\n", words[0],
		       WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		printf("%s: exit status %d\n", words[0], WEXITSTATUS(status));
	else
		printf("%s: done\n", words[0]);
}

/* Replaces a number by its demonstration, and q by poweroff. */
static void expand(char **words)
{
	char *end;
	unsigned long number = strtoul(words[0], &end, 10);

	if (strcmp(words[0], "q") == 0)
		words[0] = "poweroff";
	else if (!*end && number >= 1 && number <= DEMONSTRATIONS)
		words[0] = (char *)demonstrations[number - 1].program;
}

int main(void)
{
	char line[256], *words[WORDS + 1];

	for (;;) {
		show_menu();
		printf("\nyour choice: ");
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			break;
		drop_keys(line);
		if (split(line, words) == 0)
			continue;
		expand(words);
		run(words);
	}
	printf("\n");
	return 0;
}
