/*
 * user/bin/pmap.c -- what is mapped where in a process, as pmap(1) shows it.
 */
#include <errno.h>
#include <stdio.h>

#include "look/command.h"
#include "look/screen.h"

/* Prints a line of /proc/PID/maps.  Returns the region's size in KiB. */
static unsigned map_print(const char *line)
{
	unsigned start, end;
	char rights[5], name[128] = "";

	if (sscanf(line, "%x-%x %4s %*x %*s %*u %127[^\n]", &start, &end,
	           rights, name) < 3)
		return 0;
	screen_lines(1);
	printf("%08x %7uK %s  %s\n", start, (end - start) / 1024, rights,
	       name[0] ? name : "[ anon ]");
	return (end - start) / 1024;
}

int main(int argc, char **argv)
{
	char path[32], line[512];
	unsigned total = 0;
	FILE *file;
	long pid;

	if (argc != 2 || !number(argv[1], &pid))
		return usage("pmap PID");
	snprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	file = fopen(path, "r");
	if (!file)
		return not_shown("pmap", pid);
	while (fgets(line, sizeof(line), file))
		total += map_print(line);
	fclose(file);
	if (total == 0) {
		errno = ESRCH; /* a zombie's file is empty */
		return not_shown("pmap", pid);
	}
	screen_lines(1);
	printf("   total %7uK\n", total);
	return 0;
}
