/*
 * user/lib/native.c -- what servers share beside the stubs.
 */
#include "native.h"
#include "string.h"

void log_line(const char *format, const char *word, int number)
{
	char buffer[120];
	struct text text = {buffer, sizeof(buffer), 0};

	for (; *format != '\0'; format++)
		if (*format != '%')
			text_byte(&text, *format);
		else if (*++format == 's')
			text_add(&text, "%s", word);
		else
			text_add(&text, "%d", number);
	if (text.used > text.size)
		text.used = text.size;
	k_log(buffer, text.used);
}

int surroundings(char **argv, const char *name)
{
	size_t length = strlen(name);

	for (argv++; *argv != 0; argv++)
		if (strncmp(*argv, name, length) == 0 && (*argv)[length] == '=')
			return (int)number_parse(*argv + length + 1, 10);
	return -1;
}
