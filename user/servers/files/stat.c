/*
 * user/servers/files/stat.c -- questions about names and about what is open.
 *
 * The calls of the stat family make the facts of a node and write them in
 * their layout (user/lib/server.h).  st_dev is 1 for every node, and st_ino is
 * the node's number + 1: both stay the same, as ftok(3) needs it.
 */
#include "files.h"

#define DEVICE 1u

static struct facts facts_of(int number)
{
	struct node node = node_at(number);

	return (struct facts){.dev = DEVICE,
	                      .ino = (uint32_t)number + 1,
	                      .mode = node.mode,
	                      .nlink = node.links,
	                      .uid = node.uid,
	                      .gid = node.gid,
	                      .rdev = node.rdev,
	                      .bytes = node.bytes.size,
	                      .blocks = bytes_blocks(&node.bytes),
	                      .atime = node.atime,
	                      .mtime = node.mtime,
	                      .ctime = node.ctime,
	                      .btime = node.btime};
}

static int answer_stat(int token, int argument, int node)
{
	struct facts facts = facts_of(node);

	return give_stat(token, argument, &facts);
}

/*
 * The node that a call's path names, or -errno.  With AT_EMPTY_PATH, an empty
 * path names the call's object.
 */
static int find(const struct message *m, int argument, uint32_t flags)
{
	struct walk walk = {.who = who_effective(m),
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

int stat_call(const struct message *m)
{
	int node = find(m, 0, m->type == SYS_lstat64 ? AT_SYMLINK_NOFOLLOW : 0);

	return node < 0 ? node : answer_stat(m->token, 1, node);
}

int fstat_call(const struct message *m)
{
	return answer_stat(m->token, 1, object_node(m));
}

int fstatat_call(const struct message *m)
{
	uint32_t known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
	int node;

	if (m->args[3] & ~known)
		return -EINVAL;
	node = find(m, 1, m->args[3]);
	return node < 0 ? node : answer_stat(m->token, 2, node);
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
	node = find(m, 1, m->args[2]);
	if (node < 0)
		return node;
	facts = facts_of(node);
	return give_statx(m->token, 4, &facts);
}

/* access and faccessat use the real ids. */
int access_call(const struct message *m)
{
	int at = m->type == SYS_access ? 0 : 1;
	uint32_t wanted = m->args[at + 1];
	struct walk walk = {.who = who_real(m), .start = object_node(m)};
	struct node node;
	char *path;
	int error, found;

	if (wanted & ~7u)
		return -EINVAL;
	error = path_lease(m, at, &path);
	if (error < 0 || walk.start < 0)
		return error < 0 ? error : walk.start;
	found = path_find(&walk, path);
	if (found < 0)
		return found;
	node = node_at(found);
	if ((wanted & MAY_WRITE) &&
	    (node.kind == NODE_FILE || node.kind == NODE_DIRECTORY))
		return -EROFS;
	return may(&walk.who, &node, wanted);
}

int readlink_call(const struct message *m)
{
	static char target[PATH_MAX];
	int at = m->type == SYS_readlink ? 0 : 1;
	uint32_t size = m->args[at + 2];
	struct who who = who_effective(m);
	int node, bytes;

	if ((int)size <= 0)
		return -EINVAL;
	node = find(m, at, AT_SYMLINK_NOFOLLOW);
	if (node < 0)
		return node;
	if (node_at(node).kind != NODE_LINK)
		return -EINVAL;
	bytes = link_target(node, &who, target, sizeof(target));
	if (bytes < 0)
		return bytes;
	return k_lease_write(m->token, at + 1, 0, target,
	                     min((uint32_t)bytes, size));
}

/* ---- the working directory ---------------------------------------------- */

/* A name of a node: in the directory `*parent`.  Its length, or 0. */
static uint32_t name_of(int number, int *parent, char name[NAME_MAX])
{
	int entry;

	*parent = node_at(number).parent;
	if (number >= DYNAMIC || node_at(number).kind == NODE_DIRECTORY)
		return node_name(number, name);
	entry = entry_of(number);
	if (entry == NO_ENTRY)
		return 0;
	*parent = entry_at(entry)->directory;
	memcpy(name, entry_name(entry), entry_at(entry)->name_bytes);
	return entry_at(entry)->name_bytes;
}

char *node_path(int number, char *start, char *end)
{
	char *at = end;

	*--at = '\0';
	if (number == ROOT)
		*--at = '/';
	while (number != ROOT) {
		char name[NAME_MAX];
		uint32_t bytes = name_of(number, &number, name);

		if (bytes == 0 || (uint32_t)(at - start) < bytes + 1)
			return 0;
		at -= bytes;
		memcpy(at, name, bytes);
		*--at = '/';
	}
	return at;
}

int getcwd_call(const struct message *m)
{
	static char buffer[PATH_MAX];
	char *end = buffer + sizeof(buffer), *path;
	int node = object_node(m);

	if (node < 0)
		return node;
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
	int node = find(m, 0, 0);

	return node < 0 ? node : change_to(m, node);
}

int fchdir_call(const struct message *m)
{
	return change_to(m, object_node(m));
}
