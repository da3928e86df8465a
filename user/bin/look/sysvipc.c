/*
 * user/bin/look/sysvipc.c -- the System V objects, shown like ipcs(1).
 *
 * The objects come from /proc/sysvipc.  Without /proc, the segments come from
 * shmctl(2): SHM_INFO says how many there are, and SHM_STAT shows each.
 */
#define _GNU_SOURCE /* fgetpwent, SHM_STAT */
#include <pwd.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "look.h"
#include "screen.h"

struct row {
	int key, id;
	unsigned mode, uid;
	unsigned first, second; /* bytes, nattch; nsems; bytes, messages */
};

/* The name of a user, or the number.  getpwuid would need shared libraries. */
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

static void row_begin(const struct row *row)
{
	screen_lines(1);
	printf("0x%08x %-10d %-10.10s %-10o ", (unsigned)row->key, row->id,
	       user_name(row->uid), row->mode & 0777);
}

static void segment_print(const struct row *row)
{
	row_begin(row);
	printf("%-10u %-10u %-6s %-6s\n", row->first, row->second,
	       row->mode & SHM_DEST ? "dest" : " ",
	       row->mode & SHM_LOCKED ? "locked" : " ");
}

static void set_print(const struct row *row)
{
	row_begin(row);
	printf("%-10u\n", row->first);
}

static void queue_print(const struct row *row)
{
	row_begin(row);
	printf("%-12u %-12u\n", row->first, row->second);
}

/* Prints the lines of a file of /proc/sysvipc; `format` reads a row. */
static int rows_show(const char *path, const char *format,
                     void (*print)(const struct row *))
{
	FILE *file = fopen(path, "r");
	struct row row = {.second = 0};
	char line[256];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, format, &row.key, &row.id, &row.mode,
		           &row.first, &row.uid, &row.second) >= 5)
			print(&row);
	fclose(file);
	return 0;
}

static int segments_from_kernel(void)
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
		row.first = (unsigned)ds.shm_segsz;
		row.second = (unsigned)ds.shm_nattch;
		row.uid = ds.shm_perm.uid;
		segment_print(&row);
	}
	return last;
}

/* Says why `what` could not be shown, if `result` is negative.  0 or -1. */
static int shown(const char *what, int result)
{
	if (result < 0)
		perror(what);
	return result < 0 ? -1 : 0;
}

int segments_show(void)
{
	int result;

	screen_lines(3);
	printf("\n------ Shared Memory Segments --------\n"
	       "%-10s %-10s %-10s %-10s %-10s %-10s %-12s\n",
	       "key", "shmid", "owner", "perms", "bytes", "nattch", "status");
	result =
	    rows_show("/proc/sysvipc/shm",
	              "%1$d %2$d %3$o %4$u %*u %*u %6$u %5$u", segment_print);
	if (result < 0)
		result = segments_from_kernel();
	return shown("shmctl SHM_INFO", result);
}

int sets_show(void)
{
	screen_lines(3);
	printf("\n------ Semaphore Arrays --------\n"
	       "%-10s %-10s %-10s %-10s %-10s\n",
	       "key", "semid", "owner", "perms", "nsems");
	return shown("/proc/sysvipc/sem",
	             rows_show("/proc/sysvipc/sem", "%1$d %2$d %3$o %4$u %5$u",
	                       set_print));
}

int queues_show(void)
{
	screen_lines(3);
	printf("\n------ Message Queues --------\n"
	       "%-10s %-10s %-10s %-10s %-12s %-12s\n",
	       "key", "msqid", "owner", "perms", "used-bytes", "messages");
	return shown("/proc/sysvipc/msg",
	             rows_show("/proc/sysvipc/msg",
	                       "%1$d %2$d %3$o %4$u %6$u %*u %*u %5$u",
	                       queue_print));
}
