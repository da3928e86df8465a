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
#include "screen.h"

#define YIELDS 1000  /* before a wait becomes a sleep */
#define NAP    10000 /* microseconds */

void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Gives up the CPU, and sleeps if it has waited for long. */
static void pause_for(int *waited)
{
	if (++*waited < YIELDS)
		sched_yield();
	else
		usleep(NAP);
}

void await(volatile int *word, int value)
{
	int waited = 0;

	while (*word != value)
		pause_for(&waited);
}

void await_attaches(int id, unsigned count)
{
	struct shmid_ds ds;
	int waited = 0;

	do {
		pause_for(&waited);
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
	screen_end();
	screen_lines(1);
	printf("======== look: %s ========\n", moment);
	segments_show();
	pagetables_show(a, b);
	screen_end();
}

void look_objects(void)
{
	sets_show();
	queues_show();
	screen_end();
}
