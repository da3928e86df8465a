/*
 * user/bin/tools.c -- Tessera's commands, as one program with several names.
 *
 *	pt PID                   the words of a process's page tables
 *	pmap PID                 what is mapped where
 *	ipcs [-m] [-q] [-s] [-a] segments, queues, sets, in util-linux's columns
 *	ipcrm -m ID | -M KEY     remove a segment, by id or by key; with q and Q
 *	                         a queue, with s and S a set
 *	poweroff                 end the machine
 *
 * The name by which it is called says which command is meant; or the first
 * argument does, as in `tools ipcs`.  The exit status is 0 for success, 1 for
 * a failure and 2 for wrong usage.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/reboot.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/look.h"
#include "look/pagetable.h"

/* Is `text` a number and nothing else?  C's notation: 0x1f, 017, 15. */
static bool number(const char *text, long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 0);
	return *text && !*end && errno == 0;
}

static int not_number(const char *text)
{
	fprintf(stderr, "ipcrm: %s: not a number\n", text);
	return 2;
}

static int pid_wanted(const char *command)
{
	fprintf(stderr, "usage: %s PID\n", command);
	return 2;
}

/* Says why /proc/PID cannot be shown. */
static int not_shown(const char *command, long pid)
{
	if (errno == ENOENT || errno == ESRCH)
		fprintf(stderr, "%s: there is no process %ld\n", command, pid);
	else if (errno == EACCES)
		fprintf(stderr, "%s: process %ld is not yours to look at\n",
		        command, pid);
	else
		fprintf(stderr, "%s: process %ld: %s\n", command, pid,
		        strerror(errno));
	return 1;
}

static int pt(int argc, char **argv)
{
	long pid;

	if (argc != 2 || !number(argv[1], &pid))
		return pid_wanted("pt");
	return pagetable_show((pid_t)pid) == 0 ? 0 : not_shown("pt", pid);
}

/* Prints a line of /proc/PID/maps as pmap(1) does.  Returns the size in KiB. */
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
		return pid_wanted("pmap");
	snprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	file = fopen(path, "r");
	if (!file)
		return not_shown("pmap", pid);
	while (fgets(line, sizeof(line), file))
		total += map_print(line);
	fclose(file);
	printf("   total %7uK\n", total);
	return 0;
}

static int ipcs(int argc, char **argv)
{
	bool queues = argc == 1, segments = argc == 1, sets = argc == 1;
	bool wrong = false;
	int result = 0, letter;

	while ((letter = getopt(argc, argv, "mqsa")) != -1) {
		queues |= letter == 'q' || letter == 'a';
		segments |= letter == 'm' || letter == 'a';
		sets |= letter == 's' || letter == 'a';
		wrong |= letter == '?';
	}
	if (wrong || optind != argc) {
		fprintf(stderr, "usage: ipcs [-m] [-q] [-s] [-a]\n");
		return 2;
	}
	if (queues)
		result |= queues_show();
	if (segments)
		result |= segments_show();
	if (sets)
		result |= sets_show();
	printf("\n");
	return result == 0 ? 0 : 1;
}

static int find(char kind, key_t key)
{
	errno = EINVAL;
	if (key == IPC_PRIVATE)
		return -1; /* many objects have it, so it finds none */
	return kind == 'm'   ? shmget(key, 0, 0)
	       : kind == 'q' ? msgget(key, 0)
	                     : semget(key, 0, 0);
}

static int remove_by_id(char kind, int id)
{
	return kind == 'm'   ? shmctl(id, IPC_RMID, NULL)
	       : kind == 'q' ? msgctl(id, IPC_RMID, NULL)
	                     : semctl(id, 0, IPC_RMID);
}

/* Removes an object by its id or, after a capital letter, by its key. */
static int remove_object(int letter, long value)
{
	bool by_key = isupper(letter);
	char kind = (char)tolower(letter);
	const char *what = by_key ? "key" : "id";
	int id = by_key ? find(kind, (key_t)value) : (int)value;

	if (id >= 0 && remove_by_id(kind, id) == 0)
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
	int failed = 0, letter = 0;

	while (letter != '?' &&
	       (letter = getopt(argc, argv, "m:M:q:Q:s:S:")) != -1) {
		long value;

		if (letter == '?')
			continue;
		if (!number(optarg, &value))
			return not_number(optarg);
		failed |= remove_object(letter, value);
	}
	if (argc == 1 || letter == '?' || optind != argc) {
		fprintf(stderr,
		        "usage: ipcrm -m|-q|-s ID | -M|-Q|-S KEY ...\n");
		return 2;
	}
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
