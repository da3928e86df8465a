/*
 * user/bin/pt.c -- the words of a process's page tables.
 */
#include "look/command.h"
#include "look/pagetable.h"

int main(int argc, char **argv)
{
	long pid;

	if (argc != 2 || !number(argv[1], &pid))
		return usage("pt PID");
	return pagetable_show((pid_t)pid) == 0 ? 0 : not_shown("pt", pid);
}
