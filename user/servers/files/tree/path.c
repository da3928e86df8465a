/*
 * user/servers/files/tree/path.c -- from a path to a node, and back.
 *
 * The walk follows POSIX 4.13.  The part of the path that is still to be walked
 * is in `rest`.  A symbolic link puts its target in front of it, so a link is
 * followed without recursion:
 *
 *	/bin/sh/x    at /bin, rest "sh/x", sh -> ../sbin/ash
 *	             at /bin, rest "../sbin/ash/x"
 *
 * The errors of a component, in their order, are ENOTDIR (what it is looked up
 * in is no directory), EACCES (no search permission there), ENAMETOOLONG and
 * ENOENT.  After forty links the error is ELOOP.  An empty path is ENOENT.
 *
 * In a sticky directory that everybody may write, such as /tmp, a link at the
 * end of a path is followed only if it belongs to the follower or to the
 * directory's owner: nobody is led elsewhere by a link of a stranger.
 */
#include "path.h"

#define LINKS_MAX 40

/*
 * All paths of a request together have so many components at most, as they are
 * walked: links can lead through tens of thousands, and a rename or a script
 * has several paths.  What is looked up in /proc costs more.
 */
#define STEPS_MAX  65536u
#define PROC_STEPS 32u

static uint32_t steps;

struct who who_effective(const struct message *m)
{
	return (struct who){m->euid, m->egid, m->pid, m->token};
}

/*
 * The kernel is asked once a request at most: a path may have two thousand
 * components.  A client that has died meanwhile has no rights.
 */
static struct client client;
static bool client_known;

void request_forget(void)
{
	client_known = false;
	steps = 0;
}

const struct client *who_client(const struct who *who)
{
	if (!client_known && k_client(who->token, &client) < 0)
		client = (struct client){.gid = ID_KEPT, .umask = 0777};
	client_known = true;
	return &client;
}

struct who who_real(const struct message *m)
{
	struct who who = who_effective(m);

	return (struct who){m->uid, who_client(&who)->gid, m->pid, m->token};
}

bool who_in_group(const struct who *who, uint32_t gid)
{
	const struct client *known;

	if (who->gid == gid)
		return true;
	known = who_client(who);
	for (int i = 0; i < known->ngroups; i++)
		if (known->groups[i] == gid)
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
	else if (who_in_group(who, node->gid))
		bits >>= 3;
	return (wanted & ~bits & 7) == 0 ? 0 : -EACCES;
}

int link_target(int node, const struct who *who, char *to, uint32_t size)
{
	struct node link = node_at(node);
	struct text text = {to, size, 0};

	if (node >= DYNAMIC)
		return proc_link(node, who, to, size);
	if (link.bytes.size == 0)
		text_add(&text, "%d", who->pid); /* /proc/self */
	else
		bytes_load(&link.bytes, 0, to, min(link.bytes.size, size));
	return (int)(link.bytes.size + text.used);
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
	const struct node *directory = node_look(at);

	if (directory->kind != NODE_DIRECTORY)
		return -ENOTDIR;
	if (may(&walk->who, directory, MAY_EXECUTE) < 0)
		return -EACCES;
	if (bytes > NAME_MAX)
		return -ENAMETOOLONG;
	if (bytes == 1 && name[0] == '.')
		return at;
	if (bytes == 2 && name[0] == '.' && name[1] == '.')
		return directory->parent;
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
	if (node_look(next)->kind != NODE_LINK)
		return false;
	if (walk->parent && *skip_slashes(tail) == '\0')
		return false;
	return *tail != '\0' || !walk->nofollow;
}

/* Is the link, in the last component, a stranger's: see above. */
static bool leads_astray(const struct walk *walk, int at, int next)
{
	uint32_t everybodys = S_ISVTX | 0002;
	struct node directory = node_at(at), link = node_at(next);

	return (directory.mode & everybodys) == everybodys &&
	       link.uid != walk->who.uid && link.uid != directory.uid;
}

/* Is it the last component, of a file to be made, with slashes after it? */
static bool names_no_file(const struct walk *walk, const char *name,
                          uint32_t bytes)
{
	const char *tail = name + bytes;
	bool dots =
	    name[0] == '.' && (bytes == 1 || (bytes == 2 && name[1] == '.'));

	return walk->creates && !dots && *tail == '/' &&
	       *skip_slashes(tail) == '\0';
}

/* Walks the component at *name.  The node that it leads to, or -errno. */
static int walk_on(struct walk *walk, int at, const char **name, int *links)
{
	uint32_t bytes = component_bytes(*name);
	const char *tail = *name + bytes;
	int next, target, error;

	steps += at >= DYNAMIC || at == proc_root ? PROC_STEPS : 1;
	if (steps > STEPS_MAX)
		return -ELOOP;
	next = step(walk, at, *name, bytes);
	walk->directory = at;
	walk->last = *name;
	walk->last_bytes = bytes;
	walk->slash = *tail == '/';
	if (next != -ENOTDIR && next != -EACCES &&
	    names_no_file(walk, *name, bytes))
		return -EISDIR;
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
	if (*skip_slashes(tail) == '\0' && leads_astray(walk, at, next))
		return -EACCES;
	target = proc_target(next, &walk->who);
	if (target != NO_NODE) {
		*name = tail;
		return target;
	}
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

	walk->last_missing = walk->slash = false;
	walk->last_bytes = 0;
	if (*path == '\0')
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(rest, path, strlen(path) + 1);
	for (;;) {
		bool slash = *name == '/';

		name = skip_slashes(name);
		if (*name == '\0' && slash && !walk->parent &&
		    node_look(at)->kind != NODE_DIRECTORY)
			return -ENOTDIR;
		if (*name == '\0')
			return at;
		at = walk_on(walk, at, &name, &links);
		if (at < 0)
			return at;
	}
}

/* ---- and back ----------------------------------------------------------- */

/* A name of a node: in the directory `*parent`.  Its length, or 0. */
static uint32_t name_of(int number, int *parent, char name[NAME_MAX])
{
	int entry;

	*parent = node_at(number).parent;
	if (number >= DYNAMIC)
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
