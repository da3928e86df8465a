/*
 * user/servers/console/stat.c -- what the console's objects look like.
 *
 * Character devices, root's, with the numbers that Linux gives them: the
 * terminal is 5:1; the host line's objects, which Linux has not, are 60:n.
 */
#include "console.h"

#define DEVICE_FILES 2u /* st_dev of everything the console owns */
#define TTY_RDEV     0x0501u
#define HOST_MAJOR   60u

static uint32_t rdev(int object)
{
	enum kind kind = open_at(object)->kind;

	return kind == KIND_TTY ? TTY_RDEV : HOST_MAJOR << 8 | (uint32_t)kind;
}

static uint32_t mode(int object)
{
	return S_IFCHR | (open_at(object)->kind == KIND_TTY ? 0666 : 0600);
}

static int give_stat(const struct message *m, int argument)
{
	struct stat64 st = {.st_dev = DEVICE_FILES,
	                    .st_ino = open_at(m->object)->kind,
	                    .st_nlink = 1,
	                    .st_blksize = 4096};
	int moved;

	st.ino_low = st.st_ino;
	st.st_mode = mode(m->object);
	st.st_rdev = rdev(m->object);
	moved = k_lease_write(m->token, argument, 0, &st, sizeof(st));
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
	struct statx stx = {.stx_mask = STATX_BASIC_STATS,
	                    .stx_ino = open_at(m->object)->kind,
	                    .stx_nlink = 1,
	                    .stx_blksize = 4096,
	                    .dev_minor = DEVICE_FILES};
	int moved;

	if (!(m->args[2] & AT_EMPTY_PATH))
		return -ENOTDIR;
	stx.stx_mode = (uint16_t)mode(m->object);
	stx.rdev_major = rdev(m->object) >> 8;
	stx.rdev_minor = rdev(m->object) & 0xFF;
	moved = k_lease_write(m->token, 4, 0, &stx, sizeof(stx));
	return moved < 0 ? moved : 0;
}
