/*
 * user/bin/stage/main.c -- processes on strings: the director.
 *
 *	stage          lines from the terminal; `help` says which
 *	stage FILE     plays a script
 *	stage N        plays beat N of the lecture
 *
 * A line either names the process that is to do a call, or it is one of the
 * director's own, below.  These belong to scripts:
 *
 *	# text         shows the text
 *	? text         asks for a prediction, and waits for a key
 *	= text         the answer
 *	---            waits for a key
 *	@ line         does the line and shows nothing
 *	; text         is for whoever reads the script
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../look/screen.h"
#include "stage.h"

#define WIDTH     66  /* of a sentence behind its mark */
#define SLEEP_MAX 600 /* Tessera's console has no ^C */

static bool over, quiet, asking, playing;
static char mark, last_mark; /* of this line and the last one: # ? = or 0 */

/* ---- output and input --------------------------------------------------- */

static char output[8192];
static size_t output_used;

void say_flush(void)
{
	size_t done = 0;
	ssize_t bytes;

	while (done < output_used &&
	       (bytes = write(1, output + done, output_used - done)) > 0)
		done += (size_t)bytes;
	output_used = 0;
}

void say(const char *format, ...)
{
	char text[1024];
	va_list list;
	size_t bytes;

	if (quiet)
		return;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	bytes = strlen(text);
	if (output_used + bytes > sizeof(output))
		say_flush();
	memcpy(output + output_used, text, bytes);
	output_used += bytes;
}

void say_wrapped(const char *mark, const char *text)
{
	while (*text) {
		int bytes = (int)strlen(text), end = bytes;

		if (bytes > WIDTH)
			for (end = WIDTH;
			     end > WIDTH / 2 && !strchr(" |", text[end]); end--)
				;
		say("%s%.*s\n", mark, end, text);
		text += end + (text[end] == ' ');
		mark = "      ";
	}
}

int input_line(char *to, int size)
{
	static char buffer[1024];
	static int next, count;
	int used = 0, seen = 0;

	for (;; seen++) {
		if (next == count) {
			count = (int)read(0, buffer, sizeof(buffer));
			next = 0;
			if (count <= 0) {
				count = 0;
				break;
			}
		}
		if (buffer[next++] == '\n') {
			to[used] = '\0';
			drop_keys(to);
			return seen > used ? -2 : (int)strlen(to);
		}
		if (used < size - 1)
			to[used++] = buffer[next - 1];
	}
	to[used] = '\0';
	return seen ? -3 : -1;
}

/* ---- the director's own lines ------------------------------------------- */

static bool do_help(struct line *line)
{
	if (line_more(line) && line_next(line))
		return (line_end(line) && call_help(line->word)) ||
		       line_wrong(line, "%.20s is no call", line->word);
	say("    A: id = shmget 42 16K creat 0600   process A does a call; id "
	    "keeps the result\n"
	    "    A: p = shmat id                    A is born when it is first "
	    "named\n"
	    "    A: poke p \"hello\"                  a store; peek p loads\n"
	    "    A: fork C                          C is a child of A\n\n");
	call_help(NULL);
	say("\n\n    help CALL   how it is written\n"
	    "    look        the picture        ps     who is on the stage\n"
	    "    names       what names keep    ipcs   the System V objects\n"
	    "    play FILE   plays a script; play 3: beat 3 of the lecture\n"
	    "    entry A p   the words of an address, and where they are\n"
	    "    sleep N     lets N seconds go by\n"
	    "    clear       ends all processes, removes their objects\n"
	    "    quit        clears the stage and leaves\n");
	return true;
}

static void do_look(void)
{
	objects_look();
	words_look(false, false);
	picture_show();
}

/* Where the words of an address are, for whoever has a hand in the machine. */
static bool do_entry(struct line *line)
{
	long address;
	int index;

	if (!line_next(line))
		return line_wrong(line, "entry: of which process? entry A p");
	index = cast_find(line->word);
	if (index < 0)
		return line_wrong(line, "there is no process %.20s",
		                  line->word);
	if (!line_number(line, "address", &address) || !line_end(line))
		return false;
	if (on_tessera) {
		words_look(false, false);
		words_entry(index, (unsigned long)address);
	} else {
		say("    Linux does not show its page tables\n");
	}
	return true;
}

static void do_ps(void)
{
	cast_show();
}

static void do_ipcs(void)
{
	objects_look();
	objects_show();
}

static void do_names(void)
{
	names_show();
}

static void do_clear(void)
{
	int processes = cast_count;
	int objects;

	cast_clear();
	objects = objects_clear();
	names_forget();
	words_forget();
	if (processes || objects)
		say("The stage is empty again: %d process%s ended, %d "
		    "object%s removed.\n",
		    processes, processes == 1 ? " has" : "es have", objects,
		    objects == 1 ? " was" : "s were");
}

static void do_quit(void)
{
	over = true;
}

static bool do_sleep(struct line *line)
{
	long seconds, nanoseconds;
	struct timespec time;

	if (!line_time(line, &seconds, &nanoseconds) || !line_end(line))
		return false;
	if (seconds > SLEEP_MAX)
		return line_wrong(line,
		                  "sleep: %d seconds at most, because nothing "
		                  "ends a sleep early",
		                  SLEEP_MAX);
	time.tv_sec = seconds;
	time.tv_nsec = nanoseconds;
	say_flush();
	nanosleep(&time, NULL);
	return true;
}

static bool do_play(struct line *line)
{
	char name[128];
	int status;

	if (!line_next(line))
		return line_wrong(line, "play: which script? A file, or the "
		                        "number of a beat");
	if (playing)
		return line_wrong(line, "a script cannot play another one");
	snprintf(name, sizeof(name), "%.127s", line->word);
	if (!line_end(line))
		return false;
	playing = true;
	status = script_play(name);
	playing = false;
	return status == 0 ||
	       line_wrong(line, status == 2 ? "nothing was played"
	                                    : "the script had mistakes");
}

static const struct {
	const char *word;
	void (*run)(void);
} bare[] = {
    {"look", do_look},   {"ps", do_ps},       {"ipcs", do_ipcs},
    {"names", do_names}, {"clear", do_clear}, {"quit", do_quit},
    {"exit", do_quit},   {"q", do_quit},
};
#define BARE ((int)(sizeof(bare) / sizeof(*bare)))

/* Those that take something read their line to its end before they begin. */
static const struct {
	const char *word;
	bool (*run)(struct line *line);
} own[] = {
    {"entry", do_entry},
    {"help", do_help},
    {"sleep", do_sleep},
    {"play", do_play},
};
#define OWN ((int)(sizeof(own) / sizeof(*own)))

/* No process is named, and no line of the director's is meant. */
static bool unknown(struct line *line)
{
	const char *words[OWN + BARE + OPS] = {NULL}, *near;
	int calls = call_names(words, OPS), all = calls;

	for (int i = 0; i < calls; i++)
		if (strcmp(words[i], line->word) == 0)
			return line_wrong(line,
			                  "who is to do this? Say, for "
			                  "example, A: %.40s",
			                  line->text);
	for (int i = 0; i < OWN; i++)
		words[all++] = own[i].word;
	for (int i = 0; i < BARE; i++)
		words[all++] = bare[i].word;
	near = nearest(line->word, words, all);
	if (near)
		return line_wrong(line,
		                  "%.40s is nothing that I know: did you "
		                  "mean %s?",
		                  line->word, near);
	return line_wrong(line,
	                  "%.40s is nothing that I know; `help` says "
	                  "what there is",
	                  line->word);
}

static bool own_line(struct line *line)
{
	if (!line_next(line))
		return true;
	for (int i = 0; i < OWN; i++)
		if (strcmp(own[i].word, line->word) == 0)
			return own[i].run(line);
	for (int i = 0; i < BARE; i++)
		if (strcmp(bare[i].word, line->word) == 0) {
			if (!line_end(line))
				return false;
			bare[i].run();
			return true;
		}
	return unknown(line);
}

/* ---- a line that a process is to do ------------------------------------- */

/* A mistake changes nothing: all is read before anybody is born or acts. */
static bool acted_line(struct line *line)
{
	struct request request;
	int index = cast_find(line->actor);

	if ((index >= 0 && !cast_ready(line, index)) ||
	    !call_parse(line, &request))
		return false;
	index = cast_named(line);
	if (index < 0)
		return false;
	cast_act(index, &request, line->target);
	objects_look();
	words_look(true, stage_calls[request.op].words);
	objects_changes();
	return true;
}

static bool do_line(const char *text)
{
	static struct line line;
	bool good;

	good = line_begin(&line, text);
	if (good)
		good = line.actor[0] ? acted_line(&line) : own_line(&line);
	if (!good) {
		quiet = false;
		say_wrapped("    ! ", line.mistake);
		if (line.usage)
			say_wrapped("      it is: ", line.usage);
	}
	return good;
}

/* ---- lines of a script -------------------------------------------------- */

static bool shown_text(const char *text)
{
	if (mark == '#')
		say("%s\n", text);
	else
		say("%s%s\n",
		    mark == last_mark ? "         "
		    : mark == '?'     ? "Predict: "
		                      : "Answer:  ",
		    text);
	asking = mark == '?';
	return true;
}

/* After the last line of a question one thinks. */
static void question_ends(void)
{
	if (!asking)
		return;
	asking = false;
	if (!script_pause())
		over = true;
}

bool stage_line(const char *text)
{
	bool good;

	text += strspn(text, " \t");
	if (!*text || *text == ';')
		return true;
	if (strchr("#?=", *text)) {
		if (*text != '?')
			question_ends();
		last_mark = mark;
		mark = *text;
		return shown_text(text + 1 + (text[1] == ' '));
	}
	mark = 0;
	question_ends();
	if (over)
		return true;
	if (strcmp(text, "---") == 0) {
		if (!script_pause())
			over = true;
		return true;
	}
	if (*text == '@')
		quiet = true;
	else if (!isatty(0) || playing)
		say("stage> %s\n", text);
	good = do_line(text + (*text == '@'));
	quiet = false;
	return good;
}

bool stage_over(void)
{
	return over;
}

static int interactive(void)
{
	static char text[STAGE_LINE];
	bool terminal = isatty(0);
	int bytes = 0, status = 0;

	if (terminal)
		say("Processes on strings: `help` says what there is, `quit` "
		    "leaves.\n");
	while (!over) {
		cast_settle();
		if (terminal)
			say("stage> ");
		say_flush();
		bytes = input_line(text, sizeof(text));
		if (bytes == -1)
			break;
		if (bytes == -2)
			say("    ! a line has at most %d bytes\n",
			    STAGE_LINE - 1);
		else if (bytes == -3)
			say("    ! the input ends in the middle of this line, "
			    "so it is not done: %.40s\n",
			    text);
		status |= bytes < 0 || !stage_line(text);
	}
	if (terminal && bytes == -1)
		say("\n");
	return terminal ? 0 : status;
}

int main(int argc, char **argv)
{
	char path[32];
	int status;

	if (argc == 2 && strcmp(argv[1], "--rest") == 0)
		return puppet_rest();
	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: stage [FILE | NUMBER]\n");
		return 2;
	}
	if (!strings_make()) {
		perror("stage: the strings");
		return 1;
	}
	words_start();
	cast_start();
	snprintf(path, sizeof(path), "/proc/%d/pt", (int)getpid());
	on_tessera = access(path, R_OK) == 0;
	objects_look();
	playing = argc == 2;
	status = playing ? script_play(argv[1]) : interactive();
	do_clear();
	say_flush();
	return status;
}
