/*
 * tests/programs/lines.c -- tells what each read of the terminal gives.
 *
 * tests/run types on the serial line and looks at what the program prints:
 *
 *	read 6 "hello\n"
 *
 * The line "raw N" asks for N bytes without a line discipline; byte i must be
 * (i * 7 + i / 256) % 256.  Between the lines "storm" and "calm" a child
 * interrupts, stops and continues the reads all the time.  "eintr N" and
 * "restart N" read N single bytes, without a line discipline and under a storm
 * of SIGALRM, and write each one back.  The line "quit" ends the program with
 * the exit status of a program that does not exist.  ^C and ^\ do not end it.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define NO_SUCH_PROGRAM 127 /* init then starts the menu */

static void say(const char *bytes, int n)
{
	printf("read %d \"", n);
	for (int i = 0; i < n; i++)
		if (bytes[i] == '\n')
			printf("\\n");
		else if (isprint((unsigned char)bytes[i]))
			putchar(bytes[i]);
		else
			printf("\\%03o", (unsigned char)bytes[i]);
	printf("\"\n");
	fflush(stdout);
}

static void read_raw(int wanted)
{
	struct termios cooked, raw;
	unsigned char bytes[1000];
	int at = 0, wrong = -1, got;

	tcgetattr(0, &cooked);
	raw = cooked;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
	write(1, "raw ready\r\n", 11);
	while (at < wanted && (got = read(0, bytes, sizeof bytes)) > 0)
		for (int i = 0; i < got; i++, at++)
			if (bytes[i] != ((at * 7 + at / 256) & 0xff) &&
			    wrong < 0)
				wrong = at;
	tcsetattr(0, TCSANOW, &cooked);
	printf("raw got %d, first wrong %d\n", at, wrong);
	fflush(stdout);
}

static volatile int caught;

static void catch (int signal)
{
	(void)signal;
	caught++;
}

static pid_t storm(void)
{
	struct sigaction action = {.sa_handler = catch, .sa_flags = SA_RESTART};
	pid_t reader = getpid(), child;

	sigaction(SIGUSR1, &action, NULL);
	child = fork();
	while (child == 0) {
		kill(reader, SIGUSR1);
		sched_yield();
		kill(reader, SIGSTOP);
		sched_yield();
		kill(reader, SIGCONT);
		usleep(1000);
	}
	return child;
}

static void calm(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("%s after the storm\n", caught > 10 ? "calm" : "no storm");
	fflush(stdout);
}

/* A call that moves one byte, again after each EINTR. */
static int one_byte(ssize_t (*call)(int, void *, size_t), int fd, char *c)
{
	int tries = 0;

	while (call(fd, c, 1) != 1)
		if (errno != EINTR)
			exit(1);
		else
			tries++;
	return tries;
}

static ssize_t put(int fd, void *c, size_t bytes)
{
	return write(fd, c, bytes);
}

/* Writes back what it reads, byte by byte, while SIGALRM comes. */
static void echo_bytes(int wanted, int flags)
{
	struct sigaction action = {.sa_handler = catch, .sa_flags = flags};
	struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0}, {0}};
	struct termios cooked, raw;
	pid_t reader = getpid(), child;
	int again = 0;
	char c;

	tcgetattr(0, &cooked);
	raw = cooked;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
	sigaction(SIGALRM, &action, NULL);
	child = fork();
	while (child == 0) {
		kill(reader, SIGALRM);
		usleep(1);
	}
	setitimer(ITIMER_REAL, &often, NULL);
	for (c = '<'; wanted >= 0; wanted--) {
		again += one_byte(put, 1, &c);
		if (wanted > 0)
			again += one_byte(read, 0, &c);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	tcsetattr(0, TCSANOW, &cooked);
	printf(">\nstorm: %s\n", again ? "EINTR" : "no EINTR");
	fflush(stdout);
}

int main(void)
{
	pid_t child = 0;
	static char line[5000];
	int got;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	printf("lines are read\n");
	fflush(stdout);
	while ((got = read(0, line, sizeof line - 1)) >= 0) {
		line[got] = '\0';
		if (strncmp(line, "raw ", 4) == 0)
			read_raw(atoi(line + 4));
		else if (strncmp(line, "eintr ", 6) == 0)
			echo_bytes(atoi(line + 6), 0);
		else if (strncmp(line, "restart ", 8) == 0)
			echo_bytes(atoi(line + 8), SA_RESTART);
		else if (strcmp(line, "storm\n") == 0)
			child = storm();
		else if (strcmp(line, "calm\n") == 0)
			calm(child);
		else if (strcmp(line, "quit\n") == 0)
			return NO_SUCH_PROGRAM;
		else
			say(line, got);
	}
	return 1;
}
