/*
 * user/servers/files/calls/stat.c -- questions about names and what is open.
 *
 * The calls of the stat family make the facts of a node and write them in
 * their layout (user/lib/server.h).  st_dev is 1 for every node, and st_ino is
 * the node's (tree/node.c): both stay the same, as ftok(3) needs it.  Of the
 * console's devices both are what the console says (user/lib/devices.h).
 */
#include "calls.h"

#include "../../../lib/devices.h"

/* Which device of the console the node is, or -1. */
static int device_of(const struct node *node)
{
	for (int i = 0; node->kind == NODE_PASS && i < DEVICES; i++)
		if (devices[i].rdev == node->rdev)
			return i;
	return -1;
}

/* A directory's size is tmpfs's: 20 bytes for each name in it. */
static struct facts facts_of(int number)
{
	struct node node = node_at(number);
	bool directory = node.kind == NODE_DIRECTORY;
	int device = device_of(&node);

	if (number >= DYNAMIC) /* of a process: as of now */
		node.atime = node.mtime = node.ctime = moment_now();
	return (struct facts){
	    .dev = device < 0 ? DEVICE : DEVICE_FILES,
	    .ino = device < 0 ? node.ino : (uint32_t)device + 1,
	    .mode = node.mode,
	    .nlink = node.links,
	    .uid = node.uid,
	    .gid = node.gid,
	    .rdev = node.rdev,
	    .bytes = directory ? (node.count + 2) * 20 : node.bytes.size,
	    .blocks = bytes_blocks(&node.bytes),
	    .atime = node.atime,
	    .mtime = node.mtime,
	    .ctime = node.ctime,
	    .btime = node.btime};
}

static int answer_stat(const struct message *m, int argument, int node)
{
	struct facts facts = facts_of(node);

	if (m->type == SYS_stat || m->type == SYS_lstat || m->type == SYS_fstat)
		return give_old_stat(m->token, argument, &facts);
	return give_stat(m->token, argument, &facts);
}

static int node_named_for(const struct who *who, const struct message *m,
                          int argument, uint32_t flags)
{
	struct walk walk = {.who = *who,
	                    .start = object_node(m),
	                    .nofollow = flags & AT_SYMLINK_NOFOLLOW};
	char *path;
	int error = path_lease(m, argument, &path);

	if (error < 0)
		return error;
	if (walk.start < 0)
		return walk.start;
	if (*path == '\0' && (flags & AT_EMPTY_PATH))
		return walk.start;
	return path_find(&walk, path);
}

int node_named(const struct message *m, int argument, uint32_t flags)
{
	struct who who = who_effective(m);

	return node_named_for(&who, m, argument, flags);
}

int stat_call(const struct message *m)
{
	bool link = m->type == SYS_lstat64 || m->type == SYS_lstat;
	int node = node_named(m, 0, link ? AT_SYMLINK_NOFOLLOW : 0);

	return node < 0 ? node : answer_stat(m, 1, node);
}

int fstat_call(const struct message *m)
{
	return answer_stat(m, 1, object_node(m));
}

int fstatat_call(const struct message *m)
{
	uint32_t known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
	int node;

	if (m->args[3] & ~known)
		return -EINVAL;
	node = node_named(m, 1, m->args[3]);
	return node < 0 ? node : answer_stat(m, 2, node);
}

int statx_call(const struct message *m)
{
	uint32_t known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
	                 AT_STATX_SYNC_TYPE;
	struct facts facts;
	int node;

	if ((m->args[2] & ~known) || (m->args[3] & 0x80000000u) ||
	    (m->args[2] & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	node = node_named(m, 1, m->args[2]);
	if (node < 0)
		return node;
	facts = facts_of(node);
	return give_statx(m->token, 4, &facts);
}

/* access and faccessat use the real ids; faccessat2 has a choice. */
int access_call(const struct message *m)
{
	int at = m->type == SYS_access ? 0 : 1;
	uint32_t wanted = m->args[at + 1];
	uint32_t flags = m->type == SYS_faccessat2 ? m->args[3] : 0;
	uint32_t known = AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
	struct who who = flags & AT_EACCESS ? who_effective(m) : who_real(m);
	struct node node;
	int found;

	if ((wanted & ~7u) || (flags & ~known))
		return -EINVAL;
	found = node_named_for(&who, m, at, flags);
	if (found < 0)
		return found;
	node = node_at(found);
	return may(&who, &node, wanted);
}

int readlink_call(const struct message *m)
{
	static char target[PATH_MAX];
	int at = m->type == SYS_readlink ? 0 : 1;
	uint32_t size = m->args[at + 2];
	struct who who = who_effective(m);
	char *path;
	int node, bytes;

	if ((int)size <= 0)
		return -EINVAL;
	node = node_named(m, at, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
	if (node < 0)
		return node;
	if (node_at(node).kind != NODE_LINK)
		return path_lease(m, at, &path) == 0 ? -ENOENT : -EINVAL;
	node_accessed(node);
	bytes = link_target(node, &who, target, sizeof(target));
	if (bytes < 0)
		return bytes;
	return k_lease_write(m->token, at + 1, 0, target,
	                     min((uint32_t)bytes, size));
}

/* ---- the working directory ---------------------------------------------- */

int getcwd_call(const struct message *m)
{
	static char buffer[PATH_MAX];
	char *end = buffer + sizeof(buffer), *path;
	int node = object_node(m);

	if (node < 0)
		return node;
	if (node_at(node).links == 0)
		return -ENOENT; /* it is removed */
	path = node_path(node, buffer, end);
	if (path == 0)
		return -ENAMETOOLONG;
	if ((uint32_t)(end - path) > m->args[1])
		return -ERANGE;
	return k_lease_write(m->token, 0, 0, path, (uint32_t)(end - path));
}

static int change_to(const struct message *m, int number)
{
	struct who who = who_effective(m);
	struct node node = node_at(number);

	if (node.kind != NODE_DIRECTORY)
		return -ENOTDIR;
	if (may(&who, &node, MAY_EXECUTE) < 0)
		return -EACCES;
	return open_reply(m, number, O_RDONLY | O_DIRECTORY);
}

int chdir_call(const struct message *m)
{
	int node = node_named(m, 0, 0);

	return node < 0 ? node : change_to(m, node);
}

int fchdir_call(const struct message *m)
{
	return change_to(m, object_node(m));
}
