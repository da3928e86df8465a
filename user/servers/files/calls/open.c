/*
 * user/servers/files/calls/open.c -- open: a name becomes an open object.
 *
 * A file of the archive gets bytes of its own when it is opened for writing
 * (bytes/bytes.c).  There is no device behind a file, so O_DIRECT is EINVAL, as
 * tmpfs has it; a file that it was to make is made.  With O_PATH only the name
 * is of interest: no rights are asked for, and the object is good for the calls
 * that look at a file or start at a directory, and for no others (main.c).
 */
#include "calls.h"

#include "../pipes/pipe.h"
#include "../proc/proc.h"

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
	if (may(who, node, wanted) < 0)
		return -EACCES;
	return (flags & O_NOATIME) && !owns(who, node) ? -EPERM : 0;
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
	if (bytes->where == BYTES_SEGMENT)
		return cut_begin(m, node, 0, flags & ~(O_CREAT | O_EXCL));
	error = seals_of_resize(node_look(node), 0);
	if (error == 0)
		error = bytes_resize(bytes, 0, m->token);
	if (error == 0)
		node_changed(node_edit(node), m->euid);
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
	if (flags & O_DIRECT)
		return -EINVAL;
	if (node.kind == NODE_FILE)
		error = make_writable(m, number, flags);
	if (node.kind == NODE_MADE && !(flags & O_PATH))
		error = made_admits(&node, who);
	if (error < 0)
		return error;
	flags &= ~(O_CREAT | O_EXCL);
	if (node.kind == NODE_FIFO && !(flags & O_PATH))
		return fifo_open(m, number, flags);
	if (node.kind == NODE_QUEUE && !(flags & O_PATH))
		return queue_open(m, number, flags);
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
	error = flags & O_DIRECT
	            ? -EINVAL
	            : open_reply(m, made, flags & ~(O_CREAT | O_EXCL));
	if (error != ANSWERED && !(flags & O_DIRECT))
		entry_remove(
		    entry_find(walk->directory, walk->last, walk->last_bytes));
	node_release(made);
	return error;
}

/*
 * O_TMPFILE: makes a file in a directory, but without a name.  link(2) can give
 * it one, unless it was opened with O_EXCL.
 */
static int open_unnamed(const struct message *m, const struct who *who,
                        int directory, uint32_t mode, int flags)
{
	int error, made;

	if (node_look(directory)->kind != NODE_DIRECTORY)
		return -ENOTDIR;
	if (may(who, node_look(directory), MAY_WRITE | MAY_EXECUTE) < 0)
		return -EACCES;
	if (proc_has(directory))
		return -EOPNOTSUPP;
	if (flags & O_DIRECT)
		return -EINVAL;
	made = node_create_unnamed(who, directory, S_IFREG | (mode & 07777));
	if (made < 0)
		return made;
	node_edit(made)->linkable = !(flags & O_EXCL);
	error = open_reply(m, made, flags & ~O_EXCL);
	node_release(made);
	return error;
}

/* Do the flags contradict each other? */
static bool is_nonsense(int flags)
{
	bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;

	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return true;
	return unnamed && (flags & O_ACCMODE) == O_RDONLY;
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

	if (is_nonsense(r.flags))
		return -EINVAL;
	if (error < 0)
		return error;
	found = path_find(&walk, path);
	if (found < 0 && walk.creates && walk.last_missing)
		return open_new(m, &walk, r.mode, r.flags);
	if (found >= 0 && (r.flags & O_TMPFILE) == O_TMPFILE)
		return open_unnamed(m, &walk.who, found, r.mode, r.flags);
	return found < 0 ? found : open_node(m, &walk.who, found, r.flags);
}
