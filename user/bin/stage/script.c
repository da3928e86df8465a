/*
 * user/bin/stage/script.c -- plays a file.
 *
 * A script is lines as one would type them; main.c says what else there is in
 * it.  Its last line must end: if it does not, somebody has cut the file, and
 * what is left of the line is not done.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "stage.h"

#define SCRIPT_MAX 65536

/* ---- a key -------------------------------------------------------------- */

/* Reads one key as it is pressed. */
static char read_key(void)
{
	struct termios normal, raw;
	char key = 'q';

	if (tcgetattr(0, &normal) < 0)
		return '\n';
	raw = normal;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(0, TCSANOW, &raw);
	if (read(0, &key, 1) != 1)
		key = 'q';
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

/* The file of beat `number` in a directory.  False: there is none. */
static bool find_beat(const char *directory, int number, char *path, int size)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	bool found = false;

	while (stream && !found && (entry = readdir(stream)) != NULL)
		if (atoi(entry->d_name) == number &&
		    strstr(entry->d_name, ".stage")) {
			snprintf(path, (size_t)size, "%s/%.40s", directory,
			         entry->d_name);
			found = true;
		}
	if (stream)
		closedir(stream);
	return found;
}

static void find_script(const char *name, char *path, int size)
{
	char *end;
	long number = strtol(name, &end, 10);

	if (*end || number < 1 ||
	    (!find_beat("/beats", (int)number, path, size) &&
	     !find_beat("docs/beats", (int)number, path, size)))
		snprintf(path, (size_t)size, "%s", name);
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

int script_play(const char *name)
{
	static char *text, path[128];
	int bytes;

	if (!text)
		text = arena(SCRIPT_MAX);
	find_script(name, path, sizeof(path));
	bytes = file_read(path, text, SCRIPT_MAX);
	if (bytes < 0) {
		say("stage: %s: %s\n", path, strerror(errno));
		return 2;
	}
	if (bytes == SCRIPT_MAX - 1) {
		say("stage: %s: a script has at most %d bytes\n", path,
		    SCRIPT_MAX - 2);
		return 2;
	}
	if (memchr(text, '\0', (size_t)bytes)) {
		say("stage: %s: this is no text\n", path);
		return 2;
	}
	return play(path, text);
}
