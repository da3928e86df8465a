/*
 * user/bin/look/look.c -- a look at the machine, for the demonstrations.
 *
 * The segment table comes from /proc/sysvipc/shm, and where there is no /proc
 * from shmctl(2) itself: SHM_INFO says how many, SHM_STAT shows each.  It is
 * printed in the columns of ipcs(1).
 *
 * The words of the page tables come from /proc/PID/pt, which Linux has not.
 */
#define _GNU_SOURCE /* fgetpwent, SHM_STAT */
#include <errno.h>
#include <pwd.h>
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

/* ---- the segment table ------------------------------------------------- */

struct row {
	int key, id;
	unsigned mode, bytes, nattch, uid;
};

/* The name of a user, or its number.  (getpwuid would want shared libraries.)
 */
static const char *user_name(unsigned uid)
{
	static char name[32];
	FILE *file = fopen("/etc/passwd", "r");
	struct passwd *entry;

	snprintf(name, sizeof(name), "%u", uid);
	while (file && (entry = fgetpwent(file)) != NULL)
		if (entry->pw_uid == uid) {
			snprintf(name, sizeof(name), "%s", entry->pw_name);
			break;
		}
	if (file)
		fclose(file);
	return name;
}

static void row_print(const struct row *row)
{
	printf("0x%08x %-10d %-10.10s %-10o %-10u %-10u %-6s %-6s\n",
	       (unsigned)row->key, row->id, user_name(row->uid),
	       row->mode & 0777, row->bytes, row->nattch,
	       row->mode & SHM_DEST ? "dest" : " ",
	       row->mode & SHM_LOCKED ? "locked" : " ");
}

static void rows_from_proc(FILE *file)
{
	struct row row;
	char line[256];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%d %d %o %u %*u %*u %u %u", &row.key, &row.id,
		           &row.mode, &row.bytes, &row.nattch, &row.uid) == 6)
			row_print(&row);
}

static int rows_from_kernel(void)
{
	struct shm_info info;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);

	for (int i = 0; i <= last; i++) {
		struct shmid_ds ds;
		struct row row = {.id = shmctl(i, SHM_STAT, &ds)};

		if (row.id < 0)
			continue;
		row.key = ds.shm_perm.__key;
		row.mode = ds.shm_perm.mode;
		row.bytes = (unsigned)ds.shm_segsz;
		row.nattch = (unsigned)ds.shm_nattch;
		row.uid = ds.shm_perm.uid;
		row_print(&row);
	}
	return last;
}

int segments_show(void)
{
	FILE *file = fopen("/proc/sysvipc/shm", "r");
	int result = 0;

	printf("\n------ Shared Memory Segments --------\n"
	       "%-10s %-10s %-10s %-10s %-10s %-10s %-12s\n",
	       "key", "shmid", "owner", "perms", "bytes", "nattch", "status");
	if (file) {
		rows_from_proc(file);
		fclose(file);
	} else if (rows_from_kernel() < 0) {
		perror("shmctl SHM_INFO");
		result = -1;
	}
	printf("\n");
	return result;
}

/* ---- the moment -------------------------------------------------------- */

void look(const char *moment, pid_t a, pid_t b)
{
	printf("\n======== look: %s ========\n", moment);
	segments_show();
	pagetables_show(a, b);
}
