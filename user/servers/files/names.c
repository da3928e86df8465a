/*
 * user/servers/files/names.c -- the names of files are kept here.
 *
 * Names are of very different length, and most are short.  So there are three
 * tables of rows, and a name is in the first one whose rows are long enough.
 */
#include "files.h"

#define SIZES 3

struct name {
	struct object object;
	char text[];
};

static const uint32_t room[SIZES] = {24, 72, NAME_MAX + 1};

static struct objects names[SIZES] = {
    {.bytes = sizeof(struct name) + 24},
    {.bytes = sizeof(struct name) + 72},
    {.bytes = sizeof(struct name) + NAME_MAX + 1},
};

static struct objects *table_for(uint32_t bytes)
{
	int size = 0;

	while (room[size] < bytes)
		size++;
	return &names[size];
}

bool names_start(void)
{
	for (int i = 0; i < SIZES; i++)
		if (!objects_start(&names[i]))
			return false;
	return true;
}

int name_keep(const char *name, uint32_t bytes, int token)
{
	struct objects *table = table_for(bytes);
	int kept = objects_take(table, token);
	struct name *row;

	if (kept < 0)
		return -ENOSPC;
	row = objects_at(table, kept);
	memcpy(row->text, name, bytes);
	return kept;
}

const char *name_at(int name, uint32_t bytes)
{
	struct name *row = objects_at(table_for(bytes), name);

	return row->text;
}

void name_drop(int name, uint32_t bytes)
{
	objects_drop(table_for(bytes), name);
}
