/*
 * user/bin/look/screen.c -- what a person reads comes a screen at a time.
 *
 * The lines are counted as they are announced.  The last line of the screen is
 * for the question, which is wiped out when a key has been typed:
 *
 *	lines of a picture, at most 23
 *	-- any key goes on, q leaves --
 */
#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "screen.h"

#define ESCAPE    27
#define INTERRUPT 3 /* ^C */

static int used; /* lines of this screen */

static bool person_reads(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* A large terminal is used like a screen of 24 lines. */
static int lines_of_screen(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 4 ||
	    size.ws_row > SCREEN_LINES)
		return SCREEN_LINES;
	return size.ws_row;
}

/*
 * In the background the settings of the terminal are those of the shell, which
 * edits a line.  A program that read them there would bring them back at its
 * end.  So it stops before that, until it is in the foreground.
 */
static void wait_for_foreground(void)
{
	pid_t foreground = tcgetpgrp(STDIN_FILENO);

	if (foreground > 0 && foreground != getpgrp())
		kill(0, SIGTTIN);
}

/*
 * A key, without its echo and without an Enter; 0 at the end of the input.  An
 * arrow sends several bytes, of which the first is ESCAPE.
 */
static char key_read(void)
{
	struct termios before, now;
	char key = 0, more;

	wait_for_foreground();
	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return 0;
	now = before;
	now.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	now.c_cc[VMIN] = 1;
	now.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &now);
	if (read(STDIN_FILENO, &key, 1) != 1)
		key = 0;
	now.c_cc[VMIN] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &now);
	while (key == ESCAPE && read(STDIN_FILENO, &more, 1) == 1)
		;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return key;
}

void screen_end(void)
{
	static const char question[] = "-- any key goes on, q leaves --";
	char key;

	used = 0;
	if (!person_reads())
		return;
	printf("%s", question);
	fflush(stdout);
	key = key_read();
	printf("\r%*s\r", (int)strlen(question), "");
	fflush(stdout);
	if ((key == 'q' || key == INTERRUPT) &&
	    !freopen("/dev/null", "w", stdout))
		_exit(1);
}

void screen_lines(int lines)
{
	if (used > 0 && used + lines >= lines_of_screen())
		screen_end();
	used += lines;
}

void drop_keys(char *line)
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
