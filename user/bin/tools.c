/*
 * user/bin/tools.c -- our own commands, as one program with several names.
 *
 *	pt PID                   the words of a process's page tables
 *	pmap PID                 what is mapped where
 *	ipcs [-m]                the segments, in the columns of util-linux
 *	ipcrm -m ID | -M KEY     remove a segment, by id or by key
 *	poweroff                 end the machine
 *
 * The name it is called by says which; or the first argument does, as in
 * `tools ipcs`.  0: done; 1: could not; 2: called wrongly.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/reboot.h>
#include <sys/shm.h>

#include "look/look.h"
#include "look/pagetable.h"

/* A number written in `text`, by C's rules (0x1f, 017, 15), alone. */
static bool number(const char *text, long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 0);
	return *text && !*end && errno == 0;
}

static int bad_number(const char *command, const char *what, const char *text)
{
	fprintf(stderr, "%s: %s: not %s\n", command, text, what);
	return 2;
}

static int pt(int argc, char **argv)
{
	long pid;

	if (argc != 2 || !number(argv[1], &pid))
		return bad_number("pt", "one process id",
		                  argc > 1 ? argv[1] : "");
	if (pagetable_show((pid_t)pid) == 0)
		return 0;
	fprintf(stderr, "pt: /proc/%ld/pt: %s\n", pid, strerror(errno));
	return 1;
}

/* One line of /proc/PID/maps as pmap(1) shows it; the size in KiB. */
static unsigned map_print(const char *line)
{
	unsigned start, end;
	char rights[5], name[128] = "";

	if (sscanf(line, "%x-%x %4s %*x %*s %*u %127[^\n]", &start, &end,
	           rights, name) < 3)
		return 0;
	printf("%08x %7uK %s  %s\n", start, (end - start) / 1024, rights,
	       name[0] ? name : "[ anon ]");
	return (end - start) / 1024;
}

static int pmap(int argc, char **argv)
{
	char path[32], line[512];
	unsigned total = 0;
	FILE *file;
	long pid;

	if (argc != 2 || !number(argv[1], &pid))
		return bad_number("pmap", "one process id",
		                  argc > 1 ? argv[1] : "");
	snprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "pmap: %s: %s\n", path, strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), file))
		total += map_print(line);
	fclose(file);
	printf("   total %7uK\n", total);
	return 0;
}

static int ipcs(int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-m") != 0)) {
		fprintf(stderr, "usage: ipcs [-m]\n");
		return 2;
	}
	return segments_show() == 0 ? 0 : 1;
}

/* Removes one segment; ipcrm's words when it cannot. */
static int remove_segment(bool by_key, long value)
{
	const char *what = by_key ? "key" : "id";
	int id = by_key ? shmget((key_t)value, 0, 0) : (int)value;

	if (id >= 0 && shmctl(id, IPC_RMID, NULL) == 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		fprintf(stderr, "ipcrm: permission denied for %s (%ld)\n", what,
		        value);
	else if (errno == EINVAL || errno == ENOENT || id < 0)
		fprintf(stderr, "ipcrm: invalid %s (%ld)\n", what, value);
	else
		fprintf(stderr, "ipcrm: %s (%ld): %s\n", what, value,
		        strerror(errno));
	return 1;
}

static int ipcrm(int argc, char **argv)
{
	int failed = argc < 3 || argc % 2 == 0 ? 2 : 0;

	for (int i = 1; i + 1 < argc && failed != 2; i += 2) {
		bool by_key = strcmp(argv[i], "-M") == 0;
		long value;

		if (!by_key && strcmp(argv[i], "-m") != 0)
			failed = 2;
		else if (!number(argv[i + 1], &value))
			return bad_number("ipcrm", "a number", argv[i + 1]);
		else
			failed |= remove_segment(by_key, value);
	}
	if (failed == 2)
		fprintf(stderr, "usage: ipcrm -m ID | -M KEY ...\n");
	return failed;
}

static int poweroff(int argc, char **argv)
{
	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: poweroff\n");
		return 2;
	}
	reboot(RB_POWER_OFF);
	perror("poweroff");
	return 1;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"pt", pt},       {"pmap", pmap},         {"ipcs", ipcs},
    {"ipcrm", ipcrm}, {"poweroff", poweroff},
};

int main(int argc, char **argv)
{
	for (int shift = 0; shift < 2 && shift < argc; shift++) {
		const char *slash = strrchr(argv[shift], '/');
		const char *name = slash ? slash + 1 : argv[shift];

		for (size_t i = 0; i < sizeof(commands) / sizeof(*commands);
		     i++)
			if (strcmp(name, commands[i].name) == 0)
				return commands[i].run(argc - shift,
				                       argv + shift);
	}
	fprintf(stderr, "tools: pt, pmap, ipcs, ipcrm or poweroff?\n");
	return 2;
}
