/*
 * user/servers/files/open.c -- open, and what is open.
 *
 * An object is one open file description: a node, an offset and flags.  When
 * its last descriptor is closed, the kernel sends a pulse.  Object 0 is the
 * root directory, which is always open: it is init's working directory, and
 * init cannot have opened it.
 *
 * A file of the archive gets bytes of its own when it is opened for writing
 * (bytes.c).  With O_PATH only the name is of interest: no rights are asked
 * for, and the object is good for the calls that look at a file or start at a
 * directory, and for no others (main.c).
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

bool open_is_end(const struct open *open)
{
	return node_at(open->node).kind == NODE_FIFO && !(open->flags & O_PATH);
}

void open_close(int object)
{
	struct open *open = open_at(object);

	if (open == 0 || object == 0)
		return;
	made_forget(open);
	if (open_is_end(open))
		end_close(object);
	lock_drop(open);
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

	if (flags & O_PATH)
		return (flags & O_DIRECTORY) && !directory ? -ENOTDIR : 0;
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
	return may(who, node, wanted);
}

/* A file that is opened for writing gets bytes that can be written. */
static int make_writable(const struct message *m, int node, int flags)
{
	struct bytes *bytes = &node_edit(node)->bytes;
	int error;

	if (!(wanted_rights(flags) & MAY_WRITE))
		return 0;
	if (!(flags & O_TRUNC))
		return bytes->where == BYTES_ARCHIVE
		           ? bytes_copy_up(bytes, m->token)
		           : 0;
	error = bytes_resize(bytes, 0, m->token);
	if (error == 0)
		node_changed(node_edit(node), m);
	return error;
}

/* Opens what is there.  ANSWERED or -errno. */
static int open_node(const struct message *m, const struct who *who, int number,
                     int flags)
{
	struct node node = node_at(number);
	int error = check(who, &node, flags);

	if (error < 0)
		return error;
	if (node.kind == NODE_FILE)
		error = make_writable(m, number, flags);
	if (node.kind == NODE_MADE && !(flags & O_PATH))
		error = made_admits(&node, who);
	if (error < 0)
		return error;
	flags &= ~(O_CREAT | O_EXCL);
	if (node.kind == NODE_FIFO && !(flags & O_PATH))
		return fifo_open(m, number, flags);
	if (node.kind != NODE_PASS || (flags & O_PATH))
		return open_reply(m, number, flags);
	error = k_pass(m->token, node.value, node.device);
	return error < 0 ? error : ANSWERED;
}

/* Makes the file that the walk did not find, and opens it. */
static int open_new(const struct message *m, const struct walk *walk,
                    uint32_t mode, int flags)
{
	int error = may_create(&walk->who, walk->directory), made;

	if (error < 0)
		return error;
	made = node_create(&walk->who, walk->directory, walk->last,
	                   walk->last_bytes, S_IFREG | (mode & 07777));
	if (made < 0)
		return made;
	error = open_reply(m, made, flags & ~(O_CREAT | O_EXCL));
	if (error != ANSWERED)
		entry_remove(
		    entry_find(walk->directory, walk->last, walk->last_bytes));
	node_release(made);
	return error;
}

struct request {
	int path; /* its argument */
	int flags;
	uint32_t mode;
};

static struct request request_of(const struct message *m)
{
	int at = m->type == SYS_openat ? 1 : 0;
	struct request r = {at, (int)m->args[at + 1], m->args[at + 2]};

	if (m->type == SYS_creat) {
		r.flags = O_CREAT | O_WRONLY | O_TRUNC;
		r.mode = m->args[1];
	}
	if (r.flags & O_PATH)
		r.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
	return r;
}

int open_call(const struct message *m)
{
	struct request r = request_of(m);
	bool exclusive = (r.flags & O_CREAT) && (r.flags & O_EXCL);
	struct walk walk = {.who = who_effective(m),
	                    .start = object_node(m),
	                    .nofollow = (r.flags & O_NOFOLLOW) || exclusive,
	                    .creates = r.flags & O_CREAT};
	char *path;
	int error = path_lease(m, r.path, &path);
	int found;

	if ((r.flags & O_CREAT) && (r.flags & O_DIRECTORY))
		return -EINVAL;
	if ((r.flags & O_TMPFILE) == O_TMPFILE)
		return -EOPNOTSUPP;
	if (error < 0)
		return error;
	found = path_find(&walk, path);
	if (found < 0 && walk.creates && walk.last_missing)
		return open_new(m, &walk, r.mode, r.flags);
	return found < 0 ? found : open_node(m, &walk.who, found, r.flags);
}
