/*
 * user/servers/files/open.c -- open, and what is open.
 *
 * An object is one open file description: a node, an offset and flags.  Its
 * number names it in messages; the kernel tells us by a pulse when its last
 * descriptor is closed.  Object 0 is the root directory, always there: init's
 * working directory before anybody could open one.
 *
 * The array of objects is a segment that grows at the level of the client who
 * needs room in it, and stays: at most 64 pages, for there are not more
 * connections (ipc/message/connection.c, 8,192, of which root has the last
 * 1/32).
 *
 * The archive cannot be written: an open for writing is EROFS, as on a file
 * system mounted read-only, where devices can be written all the same.
 */
#include "files.h"

#define FIRST_ROOM (PAGE_SIZE / sizeof(struct open))

static struct open *opens;
static int segment; /* that they lie in */
static int room;
static int free_object; /* the first of a list, by its `node`; 0: none */

/* Looks at all the segment; false: no memory for that. */
static bool look_at(int objects)
{
	uint32_t bytes = (uint32_t)objects * sizeof(*opens);
	int address = k_map_self(segment, 0, bytes, PROT_READ | PROT_WRITE);

	if (unix_failed(address))
		return false;
	if (opens != 0)
		unix_unmap(opens, (uint32_t)room * sizeof(*opens));
	opens = (struct open *)(uintptr_t)address;
	for (int i = room > 0 ? room : 1; i < objects; i++) {
		opens[i].node = free_object;
		free_object = i;
	}
	room = objects;
	return true;
}

bool open_start(void)
{
	segment = k_segment_make(SEGMENT_OF_MEMORY, PAGE_SIZE, 0, TOKEN_SELF);
	if (segment < 0 || !look_at(FIRST_ROOM))
		return false;
	opens[0] = (struct open){
	    .used = true, .node = ROOT, .flags = O_RDONLY | O_DIRECTORY};
	return true;
}

struct open *open_at(int object)
{
	if (object < 0 || object >= room || !opens[object].used)
		return 0;
	return &opens[object];
}

/* An object for the client of `token`, or -ENFILE. */
static int new_object(int token)
{
	uint32_t more = 2 * (uint32_t)room * sizeof(*opens);
	int object;

	if (free_object == 0 &&
	    (k_segment_resize(segment, more, (uint32_t)token) < 0 ||
	     !look_at(2 * room)))
		return -ENFILE;
	object = free_object;
	free_object = opens[object].node;
	return object;
}

void open_close(int object)
{
	struct open *open = open_at(object);

	if (open == 0 || object == 0)
		return;
	turns_forget(object);
	made_forget(open);
	open->used = false;
	open->node = free_object;
	free_object = object;
}

int open_reply(const struct message *m, int node, int flags)
{
	int object = new_object(m->token), error;

	if (object < 0)
		return object;
	opens[object] =
	    (struct open){.used = true, .node = node, .flags = flags};
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

/* May `node` be opened so?  0 or -errno, in Linux's order. */
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

/* What is not there: in the archive it cannot be made, in /proc nothing can. */
static int cannot_create(const struct walk *walk, int error)
{
	if (error != -ENOENT || !walk->last_missing)
		return error;
	return proc_has(walk->directory) ? -ENOENT : -EROFS;
}

/* Takes the slashes off its end; were there any?  "/" stays. */
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
	int at = m->type == SYS_open ? 0 : 1; /* the path's position */
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
		return -EISDIR; /* no file is made under that name */
	if (found < 0)
		return flags & O_CREAT ? cannot_create(&walk, found) : found;
	node = node_at(found);
	error = check(&walk.who, &node, flags);
	if (error < 0)
		return error;
	if (node.kind != NODE_PASS)
		return open_reply(m, found, flags & ~O_CREAT);
	error = k_pass(m->token, node.value);
	return error < 0 ? error : ANSWERED;
}
