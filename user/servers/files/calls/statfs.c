/*
 * user/servers/files/calls/statfs.c -- what the file system has, and what is
 * left.
 *
 * There are two bounds (bytes/quota.c): the pages that files may take, and the
 * pages that the kernel still promises.  What is free is the smaller one, and
 * what is free for a user is less: a part is root's, and a user leaves
 * something to others.  So f_bavail is what the caller itself may take.  There
 * is no limit on the number of files, so f_files and f_ffree are 0.
 */
#include "calls.h"

#include "../../../lib/inspect.h"

/* statfs(2): f_type and f_flags */
#define TMPFS_MAGIC      0x01021994u
#define PROC_SUPER_MAGIC 0x00009FA0u
#define ST_VALID         0x0020u
#define ST_RELATIME      0x1000u

#define ROOT_PART 32u /* the last part of the promise is root's: mm/frame.h */

struct statfs {
	uint32_t f_type, f_bsize;
	uint32_t f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	uint32_t f_fsid[2], f_namelen, f_frsize, f_flags, f_spare[4];
};

struct statfs64 {
	uint32_t f_type, f_bsize;
	uint32_t f_blocks, blocks_high, f_bfree, bfree_high;
	uint32_t f_bavail, bavail_high, f_files, files_high;
	uint32_t f_ffree, ffree_high;
	uint32_t f_fsid[2], f_namelen, f_frsize, f_flags, f_spare[4];
};

_Static_assert(sizeof(struct statfs) == 64, "Linux i386 statfs");
_Static_assert(sizeof(struct statfs64) == 84, "Linux i386 statfs64");

struct volume {
	uint32_t type, blocks, free, available;
};

static uint32_t without(uint32_t pages, uint32_t others)
{
	return pages > others ? pages - others : 0;
}

static struct volume volume_of(int node, int whom)
{
	const struct inspection *now = inspect_now();
	const struct quota *quota = &files_quota;
	uint32_t promise =
	    without(now->frames_total,
	            now->frames_promised + now->tunables[TUNABLE_RESERVE]);
	uint32_t of_user = without(promise, now->frames_total / ROOT_PART);
	uint32_t left = quota->limit - quota->used;
	uint32_t mine = quota_left(quota, whom, account_of(whom));

	if (proc_has(node))
		return (struct volume){.type = PROC_SUPER_MAGIC};
	mine = min(mine, without(left, quota->kept));
	return (struct volume){TMPFS_MAGIC, quota->limit, min(left, promise),
	                       min(mine, of_user)};
}

/* Answers with either layout.  0 or -errno. */
static int give_statfs(const struct message *m, int node, bool wide)
{
	struct volume v = volume_of(node, m->token);
	struct statfs narrow = {.f_type = v.type,
	                        .f_bsize = PAGE_SIZE,
	                        .f_blocks = v.blocks,
	                        .f_bfree = v.free,
	                        .f_bavail = v.available,
	                        .f_namelen = NAME_MAX,
	                        .f_frsize = PAGE_SIZE,
	                        .f_flags = ST_VALID | ST_RELATIME};
	struct statfs64 all = {.f_type = v.type,
	                       .f_bsize = PAGE_SIZE,
	                       .f_blocks = v.blocks,
	                       .f_bfree = v.free,
	                       .f_bavail = v.available,
	                       .f_namelen = NAME_MAX,
	                       .f_frsize = PAGE_SIZE,
	                       .f_flags = ST_VALID | ST_RELATIME};

	return wide ? give(m->token, 2, &all, sizeof(all))
	            : give(m->token, 1, &narrow, sizeof(narrow));
}

int statfs_call(const struct message *m)
{
	bool wide = m->type == SYS_statfs64;
	int node;

	if (wide && m->args[1] != sizeof(struct statfs64))
		return -EINVAL;
	node = node_named(m, 0, 0);
	return node < 0 ? node : give_statfs(m, node, wide);
}

int fstatfs_call(const struct message *m)
{
	bool wide = m->type == SYS_fstatfs64;

	if (wide && m->args[1] != sizeof(struct statfs64))
		return -EINVAL;
	return give_statfs(m, object_node(m), wide);
}
