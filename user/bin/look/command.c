/*
 * user/bin/look/command.c -- what the commands share: numbers and complaints.
 *
 * Their exit status is 0 for success, 1 for a failure, 2 for wrong usage.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

bool number(const char *text, long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 0);
	return *text && !*end && errno == 0;
}

int usage(const char *text)
{
	fprintf(stderr, "usage: %s\n", text);
	return 2;
}

int not_shown(const char *command, long pid)
{
	if (errno == ENOENT)
		fprintf(stderr, "%s: there is no process %ld\n", command, pid);
	else if (errno == ESRCH)
		fprintf(stderr,
		        "%s: process %ld is dead and has no memory any more\n",
		        command, pid);
	else if (errno == EACCES)
		fprintf(stderr, "%s: process %ld is not yours to look at\n",
		        command, pid);
	else
		fprintf(stderr, "%s: process %ld: %s\n", command, pid,
		        strerror(errno));
	return 1;
}
