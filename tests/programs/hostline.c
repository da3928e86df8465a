/*
 * tests/programs/hostline.c -- what tests/run asks of tools/run's line.
 *
 *	hostline out N        N bytes of a pattern to standard output
 *	hostline turns N      N lines, by turns to output and error
 *	hostline read N...    reads of these sizes: what each gave
 *	hostline now          a read with O_NONBLOCK: its errno; then without it
 *	hostline withdrawn    a reader is killed; the bytes it waited for stay
 *	hostline heir         a reader is killed; the next reader gets its bytes
 *	hostline both         a child writes on and on, its parent reads a line
 *	hostline terminals    which descriptors are terminals, and the size
 *	hostline talk         a conversation with a person at a terminal
 *	hostline keys         keys as they are typed, and when there is none
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char buffer[1 << 20];

static void say(int n)
{
	dprintf(1, n < 0 ? "errno %d\n" : "%d\n", n < 0 ? errno : n);
}

static void out(long left)
{
	for (int i = 0; i < 65536; i++)
		buffer[i] = (char)(i * 7 + (i >> 8));
	while (left > 0) {
		ssize_t done =
		    write(1, buffer, left < 65536 ? (size_t)left : 65536);

		if (done <= 0)
			exit(1);
		left -= done;
	}
}

static void read_again(int size)
{
	say((int)read(0, buffer, (size_t)size));
}

static void now(void)
{
	fcntl(0, F_SETFL, O_NONBLOCK);
	read_again(10);
	fcntl(0, F_SETFL, 0);
	read_again(10);
}

static void kill_reader(void)
{
	pid_t child = fork();

	if (child == 0)
		for (;;)
			read_again(10);
	sleep(1);
	kill(child, SIGKILL);
	wait(NULL);
	dprintf(1, "killed\n");
}

static void heir(void)
{
	kill_reader();
	read_again(10);
	read_again(10);
}

static void withdrawn(void)
{
	kill_reader();
	sleep(3);
}

static void both(void)
{
	pid_t child = fork();

	while (child == 0)
		out(65536);
	sleep(2); /* now the child waits for room */
	buffer[read(0, buffer, 10)] = '\0';
	dprintf(2, "%s", buffer);
	kill(child, SIGKILL);
	wait(NULL);
}

static void size(int descriptor)
{
	struct winsize size;

	if (ioctl(descriptor, TIOCGWINSZ, &size) == 0)
		printf("%d rows of %d\n", size.ws_row, size.ws_col);
	else
		printf("errno %d\n", errno);
}

static void terminals(void)
{
	printf("%d %d %d\n", isatty(0), isatty(1), isatty(2));
	for (int i = 0; i < 3; i++)
		size(i);
}

static void set_flags(unsigned flags, int least)
{
	struct termios settings;

	tcgetattr(0, &settings);
	settings.c_lflag &= ~flags;
	settings.c_cc[VMIN] = (cc_t)least;
	settings.c_cc[VTIME] = 0;
	if (tcsetattr(0, TCSAFLUSH, &settings) != 0)
		printf("errno %d\n", errno);
}

/* Standard output is a terminal, so a prompt without a newline can be seen. */
static void talk(void)
{
	char line[100];

	terminals();
	printf("name? ");
	if (fgets(line, sizeof(line), stdin) != NULL)
		printf("hello %s", line);
	set_flags(ECHO, 1);
	printf("secret? ");
	if (fgets(line, sizeof(line), stdin) != NULL)
		printf("it was %s", line);
	size(1);
	read_again(100);
	read_again(100);
	read_again(100);
	pause();
}

static void keys(void)
{
	set_flags(ECHO | ICANON | ISIG, 0);
	read_again(1);
	set_flags(0, 1);
	dprintf(1, "ready\n");
	for (int i = 0; i < 2; i++) {
		read(0, buffer, 1);
		dprintf(1, "key %d\n", buffer[0]);
	}
	pause();
}

static void turns(int n)
{
	for (int i = 0; i < n; i++)
		dprintf(1 + i % 2, "line %d\n", i);
}

static const struct {
	const char *word;
	void (*run)(void);
} words[] = {
    {"now", now},   {"withdrawn", withdrawn}, {"heir", heir},
    {"both", both}, {"terminals", terminals}, {"talk", talk},
    {"keys", keys},
};

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			words[i].run();
	if (strcmp(word, "out") == 0)
		out(atol(argv[2]));
	if (strcmp(word, "turns") == 0)
		turns(atoi(argv[2]));
	for (int i = 2; strcmp(word, "read") == 0 && i < argc; i++)
		read_again(atoi(argv[i]));
	return 0;
}
