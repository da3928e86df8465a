/*
 * user/servers/console/stat.c -- what the console's objects look like.
 *
 * Character devices, root's, as the name says by which they were opened.
 */
#include "console.h"

#include "../../lib/devices.h"

#define DEVICE_FILES 2u /* st_dev of everything the console owns */

static int give_stat(const struct message *m, int argument)
{
	int device = open_at(m->object)->device;
	struct stat64 st = {.st_dev = DEVICE_FILES,
	                    .ino_low = (uint32_t)device + 1,
	                    .st_ino = (uint32_t)device + 1,
	                    .st_mode = S_IFCHR | devices[device].rights,
	                    .st_nlink = 1,
	                    .st_gid = devices[device].gid,
	                    .st_rdev = devices[device].rdev,
	                    .st_blksize = 4096};
	int moved = k_lease_write(m->token, argument, 0, &st, sizeof(st));

	return moved < 0 ? moved : 0;
}

int stat_call(const struct message *m)
{
	return give_stat(m, 1);
}

/* fstatat64 and statx come here for fstat's sake alone. */
int statat_call(const struct message *m)
{
	return m->args[3] & AT_EMPTY_PATH ? give_stat(m, 2) : -ENOTDIR;
}

int statx_call(const struct message *m)
{
	int device = open_at(m->object)->device;
	struct statx stx = {.stx_mask = STATX_BASIC_STATS,
	                    .stx_ino = (uint32_t)device + 1,
	                    .stx_mode =
	                        (uint16_t)(S_IFCHR | devices[device].rights),
	                    .stx_nlink = 1,
	                    .stx_gid = devices[device].gid,
	                    .stx_blksize = 4096,
	                    .rdev_major = devices[device].rdev >> 8,
	                    .rdev_minor = devices[device].rdev & 0xFF,
	                    .dev_minor = DEVICE_FILES};
	int moved;

	if (!(m->args[2] & AT_EMPTY_PATH))
		return -ENOTDIR;
	moved = k_lease_write(m->token, 4, 0, &stx, sizeof(stx));
	return moved < 0 ? moved : 0;
}
