/*
 * tests/programs/paint.c -- writes to the terminal what each line says.
 *
 * A line is written as it is, without its newline, and nothing is echoed.  In
 * it "\033" is the byte of that octal number.  Four lines are orders:
 *
 *	keys      shows the bytes of each key, in octal, until "q" is typed
 *	where     asks the terminal where the cursor is, and shows the answer
 *	noise     writes sequences at random, then the screen is as at first
 *	quit      ends the program, with the exit status of a program that does
 *	          not exist
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define NO_SUCH_PROGRAM 127 /* init then starts the menu */

static void write_decoded(const char *line)
{
	for (; *line; line++) {
		char digits[4] = {0};

		if (*line != '\\') {
			putchar(*line);
			continue;
		}
		memcpy(digits, line + 1, strnlen(line + 1, 3));
		putchar((int)strtol(digits, NULL, 8));
		line += strlen(digits);
	}
	fflush(stdout);
}

/* Writes `question`, and shows what comes as far as `last`. */
static void show_bytes(const char *question, unsigned char last)
{
	struct termios cooked, raw;
	unsigned char byte = 0;

	tcgetattr(0, &cooked);
	raw = cooked;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
	printf("keys:%s", question);
	fflush(stdout);
	while (byte != last && read(0, &byte, 1) == 1) {
		printf(" %03o", byte);
		fflush(stdout);
	}
	tcsetattr(0, TCSANOW, &cooked);
	printf(" end\r\n");
	fflush(stdout);
}

static void make_noise(void)
{
	static const char some[] = "\033\033\033[[[[;;??0123456789@"
	                           "ABCDEFGHJKLMPSTXdfhlmrsux78c\n\r\t\b";
	static char bytes[1 << 16];
	unsigned long state = 1;

	for (int i = 0; i < (int)sizeof bytes; i++) {
		state = state * 1103515245 + 12345;
		bytes[i] = some[state / 65536 % (sizeof some - 1)];
	}
	fwrite(bytes, 1, sizeof bytes, stdout);
	printf("\030\033c");
	fflush(stdout);
	tcflush(0, TCIFLUSH);
	printf("quiet");
	fflush(stdout);
}

int main(void)
{
	static char line[4096];
	struct termios settings;

	tcgetattr(0, &settings);
	settings.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(0, TCSANOW, &settings);
	printf("it paints\n");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "keys") == 0)
			show_bytes("", 'q');
		else if (strcmp(line, "noise") == 0)
			make_noise();
		else if (strcmp(line, "where") == 0)
			show_bytes("\033[7;9H\033[6n", 'R');
		else if (strcmp(line, "quit") == 0)
			return NO_SUCH_PROGRAM;
		else
			write_decoded(line);
	}
	return 1;
}
