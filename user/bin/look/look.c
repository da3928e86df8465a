/*
 * user/bin/look/look.c -- a look at the machine, for the demonstrations.
 *
 * The words of the page tables come from /proc/PID/pt; Linux has no such file.
 */
#define _GNU_SOURCE /* strsignal */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "look.h"
#include "pagetable.h"

void fail(const char *what)
{
	perror(what);
	exit(1);
}

void await(volatile int *word, int value)
{
	while (*word != value)
		sched_yield();
}

void await_attaches(int id, unsigned count)
{
	struct shmid_ds ds;

	do {
		sched_yield();
		if (shmctl(id, IPC_STAT, &ds) < 0)
			fail("shmctl IPC_STAT");
	} while (ds.shm_nattch != count);
}

int child_report(const char *name, pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		fail("waitpid");
	if (WIFSIGNALED(status))
		printf("%s was killed by signal %d (%s)\n", name,
		       WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		printf("%s exited with status %d\n", name, WEXITSTATUS(status));
	return status;
}

/* ---- the moment --------------------------------------------------------- */

void look(const char *moment, pid_t a, pid_t b)
{
	printf("\n======== look: %s ========\n", moment);
	segments_show();
	printf("\n");
	pagetables_show(a, b);
}
