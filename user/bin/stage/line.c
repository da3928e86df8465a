/*
 * user/bin/stage/line.c -- a line of text: words, values and names.
 *
 *	A: id = shmget 42 16K creat 0600
 *	|  |    |      |
 *	|  |    |      values and flags, which calls.c reads
 *	|  |    the call
 *	|  the name that keeps the result
 *	who does it
 *
 * A value is a number in C's notation, with K, M or G behind it if it is a
 * size; or a name; or such joined by + and -, without blanks: p+4096.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

#define NAMES 256

static struct {
	char name[STAGE_NAME];
	long value;
} names[NAMES];
static int name_count;

/* ---- names -------------------------------------------------------------- */

bool name_get(const char *name, long *value)
{
	for (int i = 0; i < name_count; i++)
		if (strcmp(names[i].name, name) == 0) {
			*value = names[i].value;
			return true;
		}
	return false;
}

bool name_set(const char *name, long value)
{
	int i = 0;

	while (i < name_count && strcmp(names[i].name, name) != 0)
		i++;
	if (i == NAMES)
		return false;
	if (i == name_count)
		name_count++;
	snprintf(names[i].name, STAGE_NAME, "%s", name);
	names[i].value = value;
	return true;
}

void names_forget(void)
{
	name_count = 0;
}

void names_show(void)
{
	if (!name_count)
		say("    no name keeps a result yet\n");
	for (int i = 0; i < name_count; i++)
		say("    %-15s %ld = 0x%lx\n", names[i].name, names[i].value,
		    names[i].value);
}

/* ---- mistakes ----------------------------------------------------------- */

bool line_wrong(struct line *line, const char *format, ...)
{
	va_list list;

	if (line->mistake[0])
		return false;
	va_start(list, format);
	vsnprintf(line->mistake, sizeof(line->mistake), format, list);
	va_end(list);
	return false;
}

/* How many letters must be changed, put in or left out. */
static int distance(const char *a, const char *b)
{
	int row[32], length = (int)strlen(b);

	if (length > 30 || strlen(a) > 30)
		return 99;
	for (int i = 0; i <= length; i++)
		row[i] = i;
	for (int i = 0; a[i]; i++) {
		int corner = row[0];

		row[0] = i + 1;
		for (int j = 0; j < length; j++) {
			int best = corner + (a[i] != b[j]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j + 1] + 1 < best)
				best = row[j + 1] + 1;
			corner = row[j + 1];
			row[j + 1] = best;
		}
	}
	return row[length];
}

const char *nearest(const char *word, const char *const *list, int count)
{
	const char *found = NULL;
	int best = strlen(word) < 4 ? 2 : 3;

	for (int i = 0; i < count; i++) {
		int far = distance(word, list[i]);

		if (far < best && far < (int)strlen(list[i])) {
			best = far;
			found = list[i];
		}
	}
	return found;
}

/* ---- words -------------------------------------------------------------- */

static void skip_blanks(struct line *line)
{
	while (isspace((unsigned char)*line->at))
		line->at++;
}

bool line_more(const struct line *line)
{
	const char *at = line->at;

	while (isspace((unsigned char)*at))
		at++;
	return *at != '\0';
}

bool line_more_number(const struct line *line)
{
	char name[STAGE_NAME];
	const char *at = line->at;
	size_t n = 0;
	long value;

	while (isspace((unsigned char)*at))
		at++;
	if (isdigit((unsigned char)*at) || *at == '-' || *at == '+')
		return true;
	while (n < sizeof(name) - 1 &&
	       (isalnum((unsigned char)at[n]) || at[n] == '_')) {
		name[n] = at[n];
		n++;
	}
	name[n] = '\0';
	return name_get(name, &value);
}

/* One character of a string, with C's escapes. */
static char escaped(struct line *line)
{
	static const char from[] = "ntr0\\\"", to[] = "\n\t\r\0\\\"";
	const char *found;

	if (*line->at != '\\' || !line->at[1])
		return *line->at++;
	found = strchr(from, line->at[1]);
	line->at += 2;
	return found ? to[found - from] : line->at[-1];
}

static bool read_string(struct line *line)
{
	size_t n = 0;

	line->at++;
	line->quoted = true;
	while (*line->at && *line->at != '"')
		line->word[n++] = escaped(line);
	line->word[n] = '\0';
	if (*line->at != '"')
		return line_wrong(line,
		                  "the string \"%.20s is not closed: "
		                  "a \" is missing",
		                  line->word);
	line->at++;
	return true;
}

bool line_next(struct line *line)
{
	size_t n = 0;

	skip_blanks(line);
	line->quoted = false;
	if (!*line->at)
		return false;
	if (*line->at == '"')
		return read_string(line);
	if (*line->at == ',' || *line->at == '=')
		line->word[n++] = *line->at++;
	else
		while (*line->at && !isspace((unsigned char)*line->at) &&
		       !strchr(",=\"", *line->at))
			line->word[n++] = *line->at++;
	line->word[n] = '\0';
	return true;
}

/* ---- values ------------------------------------------------------------- */

/* Reads a number with its unit.  False: it is too large, or none. */
static bool read_digits(struct line *line, const char **at, long *value)
{
	static const char units[] = "kKmMgG";
	char *end;
	unsigned long long number;
	const char *unit;

	errno = 0;
	number = strtoull(*at, &end, 0);
	unit = *end ? strchr(units, *end) : NULL;
	if (errno)
		return line_wrong(line, "%.40s is too large a number", *at);
	if (unit) {
		number <<= 10 * ((unit - units) / 2 + 1);
		end++;
	}
	if (number > (unsigned long)-1)
		return line_wrong(line,
		                  "%.40s is too large: an address and a "
		                  "size have %d bits",
		                  *at, (int)sizeof(long) * 8);
	*at = end;
	*value = (long)number;
	return true;
}

static bool read_name(struct line *line, const char **at, const char *what,
                      long *value)
{
	char name[STAGE_NAME];
	size_t n = 0;

	while (n < sizeof(name) - 1 &&
	       (isalnum((unsigned char)**at) || **at == '_'))
		name[n++] = *(*at)++;
	name[n] = '\0';
	if (name_get(name, value))
		return true;
	return line_wrong(line,
	                  "%s: there is no name %s yet; a name keeps a "
	                  "result, as in A: %s = shmget 42 16K creat 0600",
	                  what, name, name);
}

static bool read_term(struct line *line, const char **at, const char *what,
                      long *value)
{
	if (isdigit((unsigned char)**at))
		return read_digits(line, at, value);
	if (isalpha((unsigned char)**at) || **at == '_')
		return read_name(line, at, what, value);
	return line_wrong(line, "%s: %.40s is no number and no name", what,
	                  line->word);
}

static bool read_value(struct line *line, const char *what, long *value)
{
	const char *at = line->word;
	int sign = 1;

	*value = 0;
	if (*at == '-' || *at == '+')
		sign = *at++ == '-' ? -1 : 1;
	for (;;) {
		long term = 0;

		if (!read_term(line, &at, what, &term))
			return false;
		*value = (long)((unsigned long)*value +
		                (unsigned long)sign * (unsigned long)term);
		if (!*at)
			return true;
		if (*at != '+' && *at != '-')
			return line_wrong(line,
			                  "%s: %.40s is no number and "
			                  "no name",
			                  what, line->word);
		sign = *at++ == '-' ? -1 : 1;
	}
}

bool line_number(struct line *line, const char *what, long *value)
{
	if (!line_next(line))
		return line_wrong(line, "the %s is missing", what);
	if (line->quoted)
		return line_wrong(line, "%s: a number is wanted, not a string",
		                  what);
	return read_value(line, what, value);
}

/* Digits behind the point, up to nine, in nanoseconds. */
static const char *read_fraction(const char *at, long *nanoseconds)
{
	long digit = 100000000;

	for (; isdigit((unsigned char)*at); at++, digit /= 10)
		*nanoseconds += (*at - '0') * digit;
	return at;
}

bool line_time(struct line *line, long *seconds, long *nanoseconds)
{
	const char *at;
	char *end;

	*nanoseconds = 0;
	if (!line_next(line))
		return line_wrong(line, "how many seconds? As in 0.5");
	*seconds = strtol(line->word, &end, 10);
	at = *end == '.' ? read_fraction(end + 1, nanoseconds) : end;
	if (*at || at == line->word || *seconds < 0 || *seconds > 100000)
		return line_wrong(line, "%.20s is no number of seconds",
		                  line->word);
	return true;
}

/* ---- the parts of a line ------------------------------------------------ */

static bool is_name(const char *word)
{
	size_t n = 0;

	while (isalnum((unsigned char)word[n]) || word[n] == '_')
		n++;
	return n > 0 && !word[n] && !isdigit((unsigned char)word[0]);
}

/* "A:" or "A :".  False: there is none, and nothing was read. */
static bool read_actor(struct line *line)
{
	const char *colon = strchr(line->at, ':');
	const char *quote = strchr(line->at, '"');
	size_t n;

	if (!colon || (quote && quote < colon))
		return false;
	n = strcspn(line->at, " \t:");
	if (line->at + n + strspn(line->at + n, " \t") != colon)
		return false;
	if (n == 0 || n >= STAGE_NAME)
		line_wrong(line,
		           "a process has a name of 1 to %d letters "
		           "before its colon, such as A",
		           STAGE_NAME - 1);
	else
		snprintf(line->actor, STAGE_NAME, "%.*s", (int)n, line->at);
	line->at = colon + 1;
	return true;
}

/* "id =" after the actor. */
static bool read_target(struct line *line)
{
	const char *start = line->at;

	if (!line_next(line))
		return true;
	skip_blanks(line);
	if (*line->at != '=') {
		line->at = start;
		return true;
	}
	line->at++;
	if (!is_name(line->word) || strlen(line->word) >= STAGE_NAME)
		return line_wrong(line,
		                  "%.40s cannot be a name: letters and "
		                  "digits, at most %d",
		                  line->word, STAGE_NAME - 1);
	if (flag_is_word(line->word) || strcmp(line->word, "private") == 0)
		return line_wrong(line,
		                  "%s is a word of the stage and cannot "
		                  "be a name",
		                  line->word);
	strcpy(line->target, line->word); /* it was measured above */
	return true;
}

bool line_begin(struct line *line, const char *text)
{
	memset(line, 0, offsetof(struct line, word));
	line->word[0] = line->mistake[0] = '\0';
	line->usage = NULL;
	snprintf(line->text, sizeof(line->text), "%s", text);
	line->at = line->text;
	skip_blanks(line);
	if (read_actor(line) && !line->mistake[0])
		read_target(line);
	return !line->mistake[0];
}

bool line_end(struct line *line)
{
	if (line->mistake[0])
		return false;
	if (!line_more(line))
		return true;
	line_next(line);
	return line_wrong(line, "%.40s is too much", line->word);
}
