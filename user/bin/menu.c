/*
 * user/bin/menu.c -- the demonstrations by number.  It is a command of the
 * shell, and what `make run` shows where there is no shell.
 *
 * It reads a line, starts a program, waits for it, and says how it ended.
 * That is the main loop of a shell, without the rest of one.  The menu is
 * printed once, so that it does not push what a program has shown from the
 * screen; ? prints it again.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "look/screen.h"

#define BIN   "/bin/"
#define WORDS 8
#define WIDTH 80

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
	printf("Tessera: one frame, set into many pictures.\n\n");
	for (unsigned i = 0; i < DEMONSTRATIONS; i++)
		printf("  %u  %-14s %s\n", i + 1, demonstrations[i].program,
		       demonstrations[i].says);
	printf(
	    "\n"
	    "  stage           processes on strings: do calls by hand\n"
	    "  stage 1         the lecture's first beat; there are 11\n"
	    "\n"
	    "  ps              the processes      frames       where memory "
	    "is\n"
	    "  pt PID          its shared words   pt-diff A B  what two of "
	    "them share\n"
	    "  pt PID ADDRESS  two words by bits  pmap PID     what is mapped "
	    "where\n"
	    "  ipcs -m         the segments       ipcrm -m ID  remove one\n"
	    "  trace on        tell port 0xE9 of each call, fault and switch; "
	    "trace off\n"
	    "  sh              a shell; ^D leads back\n"
	    "\n"
	    "  ?  this menu    q  power off (in QEMU's terminal, Ctrl-A X "
	    "leaves at once)\n");
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

/* Says what there is in /bin, because `word` is not. */
static void say_what_there_is(const char *word)
{
	DIR *bin = opendir(BIN);
	struct dirent *entry;
	int column = WIDTH;

	printf("%s: there is no such command.  These are there:", word);
	while (bin && (entry = readdir(bin)) != NULL) {
		int length = (int)strlen(entry->d_name) + 1;

		if (entry->d_name[0] == '.')
			continue;
		column = column + length < WIDTH ? column + length : 1 + length;
		printf("%s %s", column == 1 + length ? "\n " : "",
		       entry->d_name);
	}
	if (bin)
		closedir(bin);
	printf("\n");
}

static void run(char **words)
{
	char path[128];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s%s", strchr(words[0], '/') ? "" : BIN,
	         words[0]);
	if (access(path, F_OK) < 0) {
		say_what_there_is(words[0]);
		return;
	}
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execv(path, words);
		fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
		_exit(127);
	}
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

	signal(SIGINT, SIG_IGN); /* ^C ends a program, and not the menu */
	signal(SIGQUIT, SIG_IGN);
	show_menu();
	for (;;) {
		printf("\n? for the menu, your choice: ");
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			break;
		drop_keys(line);
		if (split(line, words) == 0)
			continue;
		expand(words);
		if (strcmp(words[0], "?") == 0 || strcmp(words[0], "help") == 0)
			show_menu();
		else
			run(words);
	}
	printf("\n");
	return 0;
}
