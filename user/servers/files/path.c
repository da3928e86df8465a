/*
 * user/servers/files/path.c -- from a path to a node, as POSIX 4.13 says.
 *
 * The part of the path that is still to be walked is in `rest`.  A symbolic
 * link puts its target in front of it, so a link is followed without
 * recursion:
 *
 *	/bin/sh/x    at /bin, rest "sh/x", sh -> ../sbin/ash
 *	             at /bin, rest "../sbin/ash/x"
 *
 * The errors of a component, in their order, are ENOTDIR (what it is looked up
 * in is no directory), EACCES (no search permission there), ENAMETOOLONG and
 * ENOENT.  After forty links the error is ELOOP.  An empty path is ENOENT.
 */
#include "files.h"

#define LINKS_MAX 40

struct who who_effective(const struct message *m)
{
	return (struct who){m->euid, m->egid, m->pid, m->token};
}

struct who who_real(const struct message *m)
{
	struct client client = {.gid = m->egid};

	k_client(m->token, &client);
	return (struct who){m->uid, client.gid, m->pid, m->token};
}

static bool in_group(const struct who *who, uint32_t gid)
{
	struct client client;

	if (who->gid == gid)
		return true;
	if (k_client(who->token, &client) < 0)
		return false;
	for (int i = 0; i < client.ngroups; i++)
		if (client.groups[i] == gid)
			return true;
	return false;
}

/*
 * Only the first class that fits counts.  Root may do everything, but it can
 * run no file without an x.
 */
int may(const struct who *who, const struct node *node, uint32_t wanted)
{
	uint32_t bits = node->mode;

	if (who->uid == 0) {
		bool runs = (node->mode & S_IFMT) == S_IFDIR ||
		            (node->mode & 0111) != 0;

		return !(wanted & MAY_EXECUTE) || runs ? 0 : -EACCES;
	}
	if (who->uid == node->uid)
		bits >>= 6;
	else if (in_group(who, node->gid))
		bits >>= 3;
	return (wanted & ~bits & 7) == 0 ? 0 : -EACCES;
}

int link_target(int node, const struct who *who, char *to, uint32_t size)
{
	struct node link = node_at(node);
	struct text text = {to, size, 0};

	if (node >= DYNAMIC && who->uid != 0 && who->uid != link.uid)
		return -EACCES;
	if (node >= DYNAMIC)
		return proc_link(node, to, size);
	if (link.bytes.size > 0)
		text_bytes(&text, (const char *)link.bytes.archive,
		           link.bytes.size);
	else
		text_add(&text, "%d", who->pid); /* /proc/self */
	return (int)text.used;
}

static char rest[PATH_MAX]; /* the part that is still to be walked */

/* Puts a link's target before `tail`. */
static int put_before(int link, const struct who *who, const char *tail)
{
	static char longer[PATH_MAX];
	int bytes = link_target(link, who, longer, PATH_MAX);
	uint32_t tail_bytes = strlen(tail);

	if (bytes <= 0)
		return bytes < 0 ? bytes : -ENOENT;
	if ((uint32_t)bytes + tail_bytes >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(longer + bytes, tail, tail_bytes + 1);
	memcpy(rest, longer, (uint32_t)bytes + tail_bytes + 1);
	return 0;
}

static int step(const struct walk *walk, int at, const char *name,
                uint32_t bytes)
{
	struct node directory = node_at(at);

	if (directory.kind != NODE_DIRECTORY)
		return -ENOTDIR;
	if (may(&walk->who, &directory, MAY_EXECUTE) < 0)
		return -EACCES;
	if (bytes > NAME_MAX)
		return -ENAMETOOLONG;
	if (bytes == 1 && name[0] == '.')
		return at;
	if (bytes == 2 && name[0] == '.' && name[1] == '.')
		return directory.parent;
	at = node_find(at, name, bytes);
	return at == NO_NODE ? -ENOENT : at;
}

static uint32_t component_bytes(const char *name)
{
	uint32_t bytes = 0;

	while (name[bytes] != '\0' && name[bytes] != '/')
		bytes++;
	return bytes;
}

static const char *skip_slashes(const char *path)
{
	while (*path == '/')
		path++;
	return path;
}

/* Is `next`, which a component before `tail` names, a link to be followed? */
static bool goes_through(const struct walk *walk, int next, const char *tail)
{
	if (node_at(next).kind != NODE_LINK)
		return false;
	return *tail != '\0' || !walk->nofollow;
}

/* Walks the component at *name.  The node that it leads to, or -errno. */
static int walk_on(struct walk *walk, int at, const char **name, int *links)
{
	uint32_t bytes = component_bytes(*name);
	const char *tail = *name + bytes;
	int next = step(walk, at, *name, bytes);
	int error;

	walk->directory = at;
	if (next < 0) {
		walk->last_missing =
		    next == -ENOENT && *skip_slashes(tail) == '\0';
		return next;
	}
	if (!goes_through(walk, next, tail)) {
		*name = tail;
		return next;
	}
	if (++*links > LINKS_MAX)
		return -ELOOP;
	error = put_before(next, &walk->who, tail);
	if (error)
		return error;
	*name = rest;
	return *rest == '/' ? ROOT : at;
}

int path_find(struct walk *walk, const char *path)
{
	int at = *path == '/' ? ROOT : walk->start;
	const char *name = rest;
	int links = 0;

	walk->last_missing = false;
	if (*path == '\0')
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(rest, path, strlen(path) + 1);
	for (;;) {
		bool slash = *name == '/';

		name = skip_slashes(name);
		if (*name == '\0' && slash &&
		    node_at(at).kind != NODE_DIRECTORY)
			return -ENOTDIR;
		if (*name == '\0')
			return at;
		at = walk_on(walk, at, &name, &links);
		if (at < 0)
			return at;
	}
}
