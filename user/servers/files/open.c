/*
 * user/servers/files/open.c -- open, and what is open.
 *
 * An object is one open file description: a node, an offset and flags.  Its
 * number names it in messages; the kernel tells us by a pulse when its last
 * descriptor is closed.  Object 0 is the root directory, always there: init's
 * working directory before anybody could open one.
 *
 * The archive cannot be written: an open for writing is EROFS, as on a file
 * system mounted read-only, where devices can be written all the same.
 */
#include "files.h"

#define FIRST_ROOM 128

static struct open *opens;
static int room;

bool open_start(void)
{
	opens = unix_map(FIRST_ROOM * sizeof(*opens));
	if (opens == 0)
		return false;
	room = FIRST_ROOM;
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

static bool grow(void)
{
	uint32_t bytes = (uint32_t)room * sizeof(*opens);
	struct open *more = unix_map(2 * bytes);

	if (more == 0)
		return false;
	memcpy(more, opens, bytes);
	unix_unmap(opens, bytes);
	opens = more;
	room *= 2;
	return true;
}

static int free_object(void)
{
	for (int i = 1; i < room; i++)
		if (!opens[i].used)
			return i;
	return grow() ? room / 2 : -ENFILE;
}

void open_close(int object)
{
	struct open *open = open_at(object);

	if (open == 0 || object == 0)
		return;
	if (open->made != 0)
		unix_unmap(open->made, open->made_room);
	open->used = false;
}

int open_reply(const struct message *m, int node, int flags)
{
	struct reply reply = {.count = 1};
	int object = free_object(), error;

	if (object < 0)
		return object;
	opens[object] =
	    (struct open){.used = true, .node = node, .flags = flags};
	reply.connection[0].descriptor = -1;
	reply.connection[0].object = object;
	reply.connection[0].readiness = POLLIN | POLLOUT;
	error = k_reply(m->token, 0, &reply);
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
	int found;

	if (error < 0)
		return error;
	if (walk.start < 0)
		return walk.start;
	found = path_find(&walk, path);
	if (found == -ENOENT && walk.last_missing && (flags & O_CREAT))
		return -EROFS;
	if (found < 0)
		return found;
	node = node_at(found);
	error = check(&walk.who, &node, flags);
	if (error < 0)
		return error;
	if (node.kind != NODE_PASS)
		return open_reply(m, found, flags & ~O_CREAT);
	error = k_pass(m->token, node.value);
	return error < 0 ? error : ANSWERED;
}
