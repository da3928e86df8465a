/*
 * user/servers/files/open.c -- open, and what is open.
 *
 * An object is one open file description: a node, an offset and flags.  When
 * its last descriptor is closed, the kernel sends a pulse.  Object 0 is the
 * root directory, which is always open: it is init's working directory, and
 * init cannot have opened it.
 *
 * The archive cannot be written: an open for writing is EROFS, as on a
 * read-only file system.  Devices can be written, as there.
 */
#include "files.h"

struct objects opens = {.bytes = sizeof(struct open)};

bool open_start(void)
{
	if (!objects_start(&opens))
		return false;
	open_at(0)->node = ROOT;
	open_at(0)->flags = O_RDONLY | O_DIRECTORY;
	return true;
}

void open_close(int object)
{
	struct open *open = open_at(object);

	if (open == 0 || object == 0)
		return;
	made_forget(open);
	if (node_at(open->node).kind == NODE_FIFO)
		end_close(object);
	node_release(open->node);
	objects_drop(&opens, object);
}

int open_make(int node, int flags, int token)
{
	int object = objects_take(&opens, token);

	if (object < 0)
		return object;
	node_hold(node);
	open_at(object)->node = node;
	open_at(object)->flags = flags;
	return object;
}

int open_reply(const struct message *m, int node, int flags)
{
	int object = open_make(node, flags, m->token), error;

	if (object < 0)
		return object;
	open_at(object)->started = process_started(node_at(node).pid);
	error = reply_open(m->token, object, POLLIN | POLLOUT);
	if (error >= 0)
		return ANSWERED;
	open_close(object);
	return error;
}

int object_node(const struct message *m)
{
	struct open *open = open_at(m->object);

	return open == 0 ? -EBADF : open->node;
}

int path_lease(const struct message *m, int argument, char **path)
{
	static char buffer[PATH_MAX];

	*path = buffer;
	return k_lease_string(m->token, argument, buffer, sizeof(buffer));
}

/* ---- open --------------------------------------------------------------- */

static uint32_t wanted_rights(int flags)
{
	static const uint32_t rights[4] = {
	    MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};
	uint32_t wanted = rights[flags & O_ACCMODE];

	return flags & O_TRUNC ? wanted | MAY_WRITE : wanted;
}

/* May `node` be opened with these flags?  0 or -errno, in Linux's order. */
static int check(const struct who *who, const struct node *node, int flags)
{
	uint32_t wanted = wanted_rights(flags);
	bool directory = node->kind == NODE_DIRECTORY;

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if ((flags & O_CREAT) && directory)
		return -EISDIR;
	if ((flags & O_DIRECTORY) && !directory)
		return -ENOTDIR;
	if (node->kind == NODE_LINK)
		return -ELOOP;
	if (directory && (wanted & MAY_WRITE))
		return -EISDIR;
	if (node->kind == NODE_FILE && (wanted & MAY_WRITE))
		return -EROFS;
	return may(who, node, wanted);
}

/*
 * The error of an open with O_CREAT.  A missing file can be made nowhere: in
 * /proc that is ENOENT, elsewhere EROFS.
 */
static int cannot_create(const struct walk *walk, int error)
{
	if (error != -ENOENT || !walk->last_missing)
		return error;
	return proc_has(walk->directory) ? -ENOENT : -EROFS;
}

/* Removes slashes at the end of a path, but not from "/".  Were there any? */
static bool strip_slashes(char *path)
{
	uint32_t bytes = strlen(path), all = bytes;

	while (bytes > 1 && path[bytes - 1] == '/')
		bytes--;
	path[bytes] = '\0';
	return bytes < all;
}

int open_call(const struct message *m)
{
	int at = m->type == SYS_open ? 0 : 1; /* the path's argument */
	int flags = (int)m->args[at + 1];
	bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);
	struct walk walk = {.who = who_effective(m),
	                    .start = object_node(m),
	                    .nofollow = (flags & O_NOFOLLOW) || exclusive};
	struct node node;
	char *path;
	int error = path_lease(m, at, &path);
	bool slashes;
	int found;

	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return -EINVAL;
	if (error < 0)
		return error;
	if (walk.start < 0)
		return walk.start;
	slashes = (flags & O_CREAT) && strip_slashes(path);
	found = path_find(&walk, path);
	if (slashes && (found >= 0 || walk.last_missing))
		return -EISDIR; /* no file can have that name */
	if (found < 0)
		return flags & O_CREAT ? cannot_create(&walk, found) : found;
	node = node_at(found);
	error = check(&walk.who, &node, flags);
	if (error < 0)
		return error;
	if (node.kind == NODE_FIFO)
		return fifo_open(m, found, flags & ~O_CREAT);
	if (node.kind != NODE_PASS)
		return open_reply(m, found, flags & ~O_CREAT);
	error = k_pass(m->token, node.value);
	return error < 0 ? error : ANSWERED;
}
