/*
 * user/bin/ps.c -- the processes: pid, name, state, directory.
 *
 * The state is the kernel's own word (abi/inspect.h).  "send to 3" and "reply
 * from 3" name the process that this one waits for.  CR3 is the address of the
 * page directory; it is shown for the processes whose page tables the caller
 * may see, and a zombie has none.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look/command.h"
#include "look/screen.h"

struct process {
	char name[32], state[32];
	int parent;
};

/* Reads /proc/PID/status.  False: the process has gone meanwhile. */
static bool status_read(struct process *process, long pid)
{
	char path[40], line[128];
	FILE *file;

	memset(process, 0, sizeof(*process));
	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "Name: %31[^\n]", process->name);
		sscanf(line, "State: %*c (%31[^)]", process->state);
		sscanf(line, "PPid: %d", &process->parent);
	}
	if (file)
		fclose(file);
	return process->state[0] != '\0';
}

/* The address of its directory; 0: there is none, or it may not be seen. */
static unsigned cr3(long pid)
{
	unsigned address = 0;
	char path[40];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/pt", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	setvbuf(file, NULL, _IOFBF, 16); /* the first line is enough */
	if (fscanf(file, "CR3 %x", &address) != 1)
		address = 0;
	fclose(file);
	return address;
}

static void process_print(long pid)
{
	struct process process;
	unsigned directory = cr3(pid);

	if (!status_read(&process, pid))
		return;
	screen_lines(1);
	printf("%5ld  %6d  %-15s  %-20s  ", pid, process.parent, process.name,
	       process.state);
	if (directory)
		printf("%08x\n", directory);
	else
		printf("-\n");
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *proc;

	(void)argv;
	if (argc != 1)
		return usage("ps");
	proc = opendir("/proc");
	if (!proc) {
		perror("ps: /proc");
		return 1;
	}
	screen_lines(1);
	printf("%5s  %6s  %-15s  %-20s  %s\n", "pid", "parent", "name", "state",
	       "CR3");
	while ((entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			process_print(atol(entry->d_name));
	closedir(proc);
	return 0;
}
