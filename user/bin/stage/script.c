/*
 * user/bin/stage/script.c -- plays a file.
 *
 * A script is lines as one would type them; main.c says what else there is in
 * it.  Its last line must end: if it does not, somebody has cut the file, and
 * what is left of the line is not done.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "stage.h"

#define SCRIPT_MAX 65536
#define LECTURE    "/lecture" /* all beats, one behind the other */
#define BEAT       "; Beat "
#define ESCAPE     27

/* ---- a key -------------------------------------------------------------- */

/* Reads one key as it is pressed. */
static char read_key(void)
{
	struct termios normal, raw;
	char key = 'q', more;

	if (tcgetpgrp(0) > 0 && tcgetpgrp(0) != getpgrp())
		kill(0, SIGTTIN); /* the settings there are the shell's */
	if (tcgetattr(0, &normal) < 0)
		return '\n';
	raw = normal;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(0, TCSANOW, &raw);
	if (read(0, &key, 1) != 1)
		key = 'q';
	raw.c_cc[VMIN] = 0; /* an arrow is one key, of several bytes */
	tcsetattr(0, TCSANOW, &raw);
	while (key == ESCAPE && read(0, &more, 1) == 1)
		;
	tcsetattr(0, TCSANOW, &normal);
	return key;
}

/* Lines that somebody types in the middle of a script, up to an empty one. */
static void aside(void)
{
	static char text[STAGE_LINE];

	for (;;) {
		say("stage> ");
		say_flush();
		if (input_line(text, sizeof(text)) <= 0)
			return;
		stage_line(text);
	}
}

bool script_pause(void)
{
	if (!isatty(0) || !isatty(1))
		return true;
	for (;;) {
		char key;

		say("-- a key goes on, : takes a line, q leaves --");
		say_flush();
		key = read_key();
		say("\r%46s\r", "");
		if (key == ':')
			aside();
		else
			return key != 'q' && key != 3 && key != 4;
	}
}

/* ---- a file ------------------------------------------------------------- */

/* The number of the beat that begins with this line, or 0: "; Beat 3: ..." */
static int beat_begins(const char *line)
{
	return strncmp(line, BEAT, strlen(BEAT)) == 0
	           ? atoi(line + strlen(BEAT))
	           : 0;
}

/* Leaves only beat `number` of a text that has all.  False: it has none. */
static bool cut_beat(char **text, int number)
{
	char *start = NULL, *end;

	for (char *at = *text; at; at = end ? end + 1 : NULL) {
		int begins = beat_begins(at);

		if (start && begins) {
			*at = '\0';
			break;
		}
		if (begins == number)
			start = at;
		end = strchr(at, '\n');
	}
	if (start)
		*text = start;
	return start != NULL;
}

/* Does the lines of a text.  Returns 0, or 1 if one was wrong. */
static int play(const char *path, char *text)
{
	int number = 0, status = 0;
	char *end;

	for (char *at = text; *at && !stage_over(); at = end + 1) {
		number++;
		end = strchr(at, '\n');
		if (!end) {
			say("%s:%d: the file ends in the middle of this line, "
			    "so it is not done: %.60s\n",
			    path, number, at);
			return 1;
		}
		*end = '\0';
		if (end - at >= STAGE_LINE)
			at[STAGE_LINE - 1] = '\0';
		if (!stage_line(at)) {
			say("    (%s, line %d)\n", path, number);
			status = 1;
		}
	}
	return status;
}

/* Reads a script into memory that stays, or says why not: NULL. */
static char *script_read(const char *path)
{
	static char *text;
	int bytes;

	if (!text)
		text = arena(SCRIPT_MAX);
	bytes = file_read(path, text, SCRIPT_MAX);
	if (bytes >= 0 && bytes < SCRIPT_MAX - 1 &&
	    !memchr(text, '\0', (size_t)bytes))
		return text;
	if (bytes < 0)
		say("stage: %s: %s\n", path, strerror(errno));
	else if (bytes < SCRIPT_MAX - 1)
		say("stage: %s: this is no text\n", path);
	else
		say("stage: %s: a script has less than %d bytes\n", path,
		    SCRIPT_MAX - 1);
	return NULL;
}

int script_play(const char *name)
{
	char *end, *text;
	long number = strtol(name, &end, 10);

	if (*end || number < 1) {
		text = script_read(name);
		return text ? play(name, text) : 2;
	}
	text = script_read(LECTURE);
	if (!text)
		return 2;
	if (!cut_beat(&text, (int)number)) {
		say("stage: the lecture has no beat %ld\n", number);
		return 2;
	}
	return play("beat", text);
}
