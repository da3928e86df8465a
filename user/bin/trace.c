/*
 * user/bin/trace.c -- switches the kernel's trace on and off.
 *
 * The trace goes to port 0xE9, together with the log, and not to the screen.
 * `tools/run --trace FILE` and the web page read it there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "look/command.h"

#define SWITCH "/proc/sys/kernel/trace"

static int failed(void)
{
	if (errno == EACCES || errno == EPERM)
		fprintf(stderr, "trace: only root may switch it\n");
	else
		fprintf(stderr, "trace: %s: %s\n", SWITCH, strerror(errno));
	return 1;
}

static int show(void)
{
	FILE *file = fopen(SWITCH, "r");
	int on;

	if (!file || fscanf(file, "%d", &on) != 1)
		return failed();
	fclose(file);
	printf("trace: %s\n", on ? "on, to port 0xE9" : "off");
	return 0;
}

int main(int argc, char **argv)
{
	bool on = argc == 2 && strcmp(argv[1], "on") == 0;
	bool off = argc == 2 && strcmp(argv[1], "off") == 0;
	FILE *file;

	if (argc == 1)
		return show();
	if (!on && !off)
		return usage("trace [on|off]");
	file = fopen(SWITCH, "w");
	if (!file || fprintf(file, "%d\n", on) < 0 || fclose(file) != 0)
		return failed();
	return show();
}
