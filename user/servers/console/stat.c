/*
 * user/servers/console/stat.c -- what the console's objects look like.
 *
 * They are character devices that belong to root; rights and numbers are those
 * of the name by which they were opened.
 */
#include "console.h"

#include "../../lib/devices.h"

static struct facts facts_of(const struct message *m)
{
	int device = open_at(m->object)->device;

	return (struct facts){.dev = DEVICE_FILES,
	                      .ino = (uint32_t)device + 1,
	                      .mode = S_IFCHR | devices[device].rights,
	                      .nlink = 1,
	                      .gid = devices[device].gid,
	                      .rdev = devices[device].rdev};
}

static int answer_stat(const struct message *m, int argument)
{
	struct facts facts = facts_of(m);

	return give_stat(m->token, argument, &facts);
}

int stat_call(const struct message *m)
{
	return answer_stat(m, 1);
}

/* fstatat64 and statx reach an object only to do what fstat does. */
int statat_call(const struct message *m)
{
	return m->args[3] & AT_EMPTY_PATH ? answer_stat(m, 2) : -ENOTDIR;
}

int statx_call(const struct message *m)
{
	struct facts facts = facts_of(m);

	if (!(m->args[2] & AT_EMPTY_PATH))
		return -ENOTDIR;
	return give_statx(m->token, 4, &facts);
}
