/*
 * user/bin/stage/objects.c -- which rows of ipcs have changed.
 *
 * The rows come from /proc/sysvipc, which Linux has as well.  The values of a
 * set of semaphores are asked for by semctl(2), because no row has them.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "stage.h"

#define ROWS       1024
#define ROWS_SHOWN 4
#define VALUES     8

struct row {
	char kind; /* m, s, q, as ipcs has them */
	bool ours;
	int key, id;
	unsigned mode, uid;
	unsigned long first, second; /* bytes, nattch; nsems; bytes, messages */
	unsigned short values[VALUES];
};

static struct row *now, *before;
static int now_count, before_count;
static bool started, ours_begin;

static void add_values(struct row *row)
{
	unsigned short values[256] = {0};
	union {
		int val;
		unsigned short *array;
	} arg = {.array = values};

	if (row->first <= 256 && semctl(row->id, 0, GETALL, arg) == 0)
		memcpy(row->values, values,
		       sizeof(*values) *
		           (row->first < VALUES ? row->first : VALUES));
}

static const struct row *row_find(const struct row *rows, int count, char kind,
                                  int id)
{
	for (int i = 0; i < count; i++)
		if (rows[i].kind == kind && rows[i].id == id)
			return &rows[i];
	return NULL;
}

static void add_row(const char *line, char kind)
{
	static const char *const formats[] = {
	    "%1$d %2$d %3$o %4$lu %*u %*u %6$lu %5$u",
	    "%1$d %2$d %3$o %4$lu %5$u",
	    "%1$d %2$d %3$o %4$lu %6$lu %*u %*u %5$u"};
	struct row row = {.kind = kind};
	const struct row *old;

	if (now_count == ROWS || sscanf(line,
	                                formats[kind == 'm'   ? 0
	                                        : kind == 's' ? 1
	                                                      : 2],
	                                &row.key, &row.id, &row.mode,
	                                &row.first, &row.uid, &row.second) < 5)
		return;
	if (kind == 's')
		add_values(&row);
	old = row_find(before, before_count, kind, row.id);
	row.ours = old ? old->ours : ours_begin;
	now[now_count++] = row;
}

static void read_rows(const char *path, char kind)
{
	char line[256];
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		add_row(line, kind);
	if (file)
		fclose(file);
}

static void row_print(const struct row *row)
{
	char key[16] = "private";

	if (row->key)
		snprintf(key, sizeof(key), "0x%x", (unsigned)row->key);
	say("    ipcs -%c: key %s  id %d  uid %u  %03o  ", row->kind, key,
	    row->id, row->uid, row->mode & 0777);
	if (row->kind == 'm')
		say("%lu bytes  nattch %lu%s\n", row->first, row->second,
		    row->mode & SHM_DEST ? "  dest" : "");
	if (row->kind == 'q')
		say("%lu bytes in %lu messages\n", row->first, row->second);
	if (row->kind != 's')
		return;
	say("values");
	for (unsigned i = 0; i < row->first && i < VALUES; i++)
		say(" %u", row->values[i]);
	say(row->first > VALUES ? " ...\n" : "\n");
}

static bool same(const struct row *a, const struct row *b)
{
	return a->key == b->key && a->mode == b->mode && a->uid == b->uid &&
	       a->first == b->first && a->second == b->second &&
	       memcmp(a->values, b->values, sizeof(a->values)) == 0;
}

void objects_changes(void)
{
	int shown = 0;

	for (int i = 0; i < now_count; i++) {
		const struct row *old =
		    row_find(before, before_count, now[i].kind, now[i].id);

		if ((!old || !same(old, &now[i])) && shown++ < ROWS_SHOWN)
			row_print(&now[i]);
	}
	for (int i = 0; i < before_count; i++)
		if (!row_find(now, now_count, before[i].kind, before[i].id) &&
		    shown++ < ROWS_SHOWN)
			say("    ipcs -%c: id %d is gone\n", before[i].kind,
			    before[i].id);
	if (shown > ROWS_SHOWN)
		say("    ipcs: ... and %d more rows\n", shown - ROWS_SHOWN);
}

void objects_look(void)
{
	struct row *old = before;

	if (!started) {
		now = arena(ROWS * sizeof(*now));
		before = arena(ROWS * sizeof(*before));
		started = now && before;
		if (!started)
			return;
	} else {
		before = now;
		before_count = now_count;
		now = old;
	}
	now_count = 0;
	read_rows("/proc/sysvipc/shm", 'm');
	read_rows("/proc/sysvipc/sem", 's');
	read_rows("/proc/sysvipc/msg", 'q');
	ours_begin = true;
}

void objects_show(void)
{
	if (!now_count)
		say("    ipcs: there is no segment, no set and no queue\n");
	for (int i = 0; i < now_count && i < 8; i++)
		row_print(&now[i]);
	if (now_count > 8)
		say("    ... and %d more\n", now_count - 8);
}

bool object_ours(int shmid)
{
	const struct row *row = row_find(now, now_count, 'm', shmid);

	return !row || row->ours;
}

int objects_clear(void)
{
	int removed = 0;

	objects_look();
	for (int i = 0; i < now_count; i++) {
		if (!now[i].ours)
			continue;
		if (now[i].kind == 'm')
			removed += shmctl(now[i].id, IPC_RMID, NULL) == 0;
		else if (now[i].kind == 's')
			removed += semctl(now[i].id, 0, IPC_RMID) == 0;
		else
			removed += msgctl(now[i].id, IPC_RMID, NULL) == 0;
	}
	objects_look();
	return removed;
}
