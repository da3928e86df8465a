/*
 * user/servers/files/calls/dirops.c -- names are made, removed and moved.
 *
 * Each call walks to the directory of its path's last component, and looks for
 * that name there.  The place that it finds says both:
 *
 *	mkdir("/tmp/a/new/")     directory /tmp/a, name "new", no node, a slash
 *	rmdir("/tmp/a/.")        directory /tmp/a, LAST_DOT
 *
 * All is checked first, in Linux's order of errors, and then all is changed: a
 * call takes the memory for its new name before it removes an old one.
 *
 * In /proc no name can be made (ENOENT), removed (EPERM) or moved (EXDEV).
 */
#include "calls.h"

enum last { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

struct place {
	struct who who;
	int directory;
	int node; /* NO_NODE: there is no such name */
	enum last last;
	char name[NAME_MAX];
	uint32_t bytes;
	bool slash; /* slashes come after the name */
};

static enum last kind_of_last(const struct walk *walk)
{
	if (walk->last_bytes == 0)
		return LAST_ROOT;
	if (walk->last[0] != '.')
		return LAST_NAME;
	if (walk->last_bytes == 1)
		return LAST_DOT;
	return walk->last_bytes == 2 && walk->last[1] == '.' ? LAST_DOTDOT
	                                                     : LAST_NAME;
}

/* Finds the place that a path names, which starts at an object.  0, -errno. */
static int find_place(struct place *place, const struct message *m,
                      int argument, int object)
{
	struct open *open = open_at(object);
	struct walk walk = {.who = who_effective(m), .parent = true};
	char *path;
	int error = path_lease(m, argument, &path);

	if (error < 0)
		return error;
	if (open == 0)
		return -EBADF;
	walk.start = open->node;
	place->who = walk.who;
	place->node = path_find(&walk, path);
	if (place->node < 0 && !walk.last_missing)
		return place->node;
	if (place->node < 0)
		place->node = NO_NODE;
	place->directory = walk.directory;
	place->last = kind_of_last(&walk);
	place->slash = walk.slash;
	place->bytes = walk.last_bytes;
	memcpy(place->name, walk.last, walk.last_bytes);
	return 0;
}

static int entry_at_place(const struct place *place)
{
	return entry_find(place->directory, place->name, place->bytes);
}

static bool is_directory(int node)
{
	return node_at(node).kind == NODE_DIRECTORY;
}

/* Names have come to a directory, or have gone. */
static void directory_changed(int directory)
{
	node_edit(directory)->mtime = moment_now();
	node_edit(directory)->ctime = moment_now();
}

/* ---- making ------------------------------------------------------------- */

int may_create(const struct who *who, int directory)
{
	struct node node = node_at(directory);

	if (proc_has(directory))
		return -ENOENT;
	if (node.links == 0)
		return -ENOENT; /* it is removed itself */
	return may(who, &node, MAY_WRITE | MAY_EXECUTE);
}

/* May that name be made?  Only a directory's may have a slash behind it. */
static int check_new(const struct place *place, bool directory)
{
	if (place->last != LAST_NAME || place->node != NO_NODE)
		return -EEXIST;
	if (place->slash && !directory)
		return -ENOENT;
	return may_create(&place->who, place->directory);
}

/*
 * In a set-group-id directory a file has the directory's group, and a directory
 * is one, too.  Nobody makes a set-group-id program of a group of others.
 */
static void set_owner(int made, const struct who *who,
                      const struct node *directory)
{
	struct node *node = node_edit(made);
	uint32_t program = S_ISGID | S_IXGRP;

	node_own(made, who->uid, who->gid);
	if (!(directory->mode & S_ISGID))
		return;
	node->gid = directory->gid;
	if (node->kind == NODE_DIRECTORY)
		node->mode |= S_ISGID;
	else if ((node->mode & program) == program && who->uid != 0 &&
	         !who_in_group(who, node->gid))
		node->mode &= ~S_ISGID;
}

int node_create_unnamed(const struct who *who, int directory, uint32_t mode)
{
	struct node parent = node_at(directory);
	int made;

	if ((mode & S_IFMT) != S_IFLNK)
		mode &= ~who_client(who)->umask;
	made = node_make(mode, who->token);
	if (made >= 0)
		set_owner(made, who, &parent);
	return made;
}

int node_create(const struct who *who, int directory, const char *name,
                uint32_t bytes, uint32_t mode)
{
	int made = node_create_unnamed(who, directory, mode), entry;

	if (made < 0)
		return made;
	entry = entry_add(directory, name, bytes, made, who->token);
	if (entry < 0) {
		node_release(made);
		return entry;
	}
	directory_changed(directory);
	return made;
}

/* Makes a node at that place.  0 or -errno. */
static int make_at(const struct place *place, uint32_t mode)
{
	int made = node_create(&place->who, place->directory, place->name,
	                       place->bytes, mode);

	if (made < 0)
		return made;
	node_release(made);
	return 0;
}

int mkdir_call(const struct message *m)
{
	int at = m->type == SYS_mkdir ? 0 : 1;
	struct place place;
	int error = find_place(&place, m, at, m->object);

	if (error == 0)
		error = check_new(&place, true);
	if (error < 0)
		return error;
	return make_at(&place, S_IFDIR | (m->args[at + 1] & 01777));
}

/* Devices belong to their servers: nobody makes a name for one. */
int mknod_call(const struct message *m)
{
	int at = m->type == SYS_mknod ? 0 : 1;
	uint32_t mode = m->args[at + 1], kind = mode & S_IFMT;
	struct place place;
	int error;

	if (kind == S_IFDIR)
		return -EPERM;
	if (kind != 0 && kind != S_IFREG && kind != S_IFIFO &&
	    kind != S_IFCHR && kind != S_IFBLK && kind != S_IFSOCK)
		return -EINVAL;
	error = find_place(&place, m, at, m->object);
	if (error == 0)
		error = check_new(&place, false);
	if (error < 0)
		return error;
	if (kind == S_IFCHR || kind == S_IFBLK || kind == S_IFSOCK)
		return -EPERM;
	return make_at(&place, (kind ? kind : S_IFREG) | (mode & 07777));
}

/* Makes a link at that place; its target is in a cell of the arena. */
static int make_link(const struct place *place, int cell, uint32_t bytes)
{
	struct node *node;
	int made = node_create(&place->who, place->directory, place->name,
	                       place->bytes, S_IFLNK | 0777);

	if (made < 0)
		return made;
	node = node_edit(made);
	node->bytes.where = BYTES_SMALL;
	node->bytes.small = cell;
	node->bytes.size = bytes;
	node_release(made);
	return 0;
}

int symlink_call(const struct message *m)
{
	static char target[PATH_MAX];
	int at = m->type == SYS_symlink ? 1 : 2;
	struct place place;
	int bytes = k_lease_string(m->token, 0, target, sizeof(target));
	int error, cell;

	if (bytes <= 0)
		return bytes < 0 ? bytes : -ENOENT;
	error = find_place(&place, m, at, m->object);
	if (error == 0)
		error = check_new(&place, false);
	if (error < 0)
		return error;
	cell = arena_take((uint32_t)bytes, m->token, account_of(m->token));
	if (cell < 0)
		return cell;
	memcpy(arena_at(cell), target, (uint32_t)bytes);
	error = make_link(&place, cell, (uint32_t)bytes);
	if (error < 0)
		arena_drop(cell);
	return error;
}

/* ---- links -------------------------------------------------------------- */

/* Where the second path of a call with two begins: an object. */
static int second_object(const struct message *m, bool has_directories)
{
	return has_directories ? (int)m->args[2] : m->object;
}

/*
 * A user cannot make another name for a file of somebody else that the user may
 * not write, or for a set-id program: its owner could never get rid of it.
 */
static bool is_kept_apart(const struct who *who, const struct node *node)
{
	uint32_t program = S_ISGID | S_IXGRP;

	if (who->uid == 0 || who->uid == node->uid)
		return false;
	return node->kind != NODE_FILE || (node->mode & S_ISUID) ||
	       (node->mode & program) == program ||
	       may(who, node, MAY_READ | MAY_WRITE) < 0;
}

/* May the node have one more name there?  0 or -errno. */
static int check_link(const struct place *place, int node)
{
	struct node known = node_at(node);
	int error =
	    place->last != LAST_NAME || place->node != NO_NODE ? -EEXIST : 0;

	if (error == 0 && place->slash)
		error = -ENOENT;
	if (error == 0 && (known.kind == NODE_QUEUE ||
	                   proc_has(place->directory) != proc_has(node)))
		error = -EXDEV;
	if (error == 0 && is_kept_apart(&place->who, &known))
		error = -EPERM;
	if (error == 0)
		error = may_create(&place->who, place->directory);
	if (error == 0 && known.kind == NODE_DIRECTORY)
		error = -EPERM;
	if (error == 0 && known.links == 0 && !known.linkable)
		error = -ENOENT;
	return error;
}

int link_call(const struct message *m)
{
	bool at = m->type == SYS_linkat;
	uint32_t flags = at ? m->args[4] : 0;
	uint32_t known = AT_SYMLINK_FOLLOW | AT_EMPTY_PATH;
	struct place place;
	int node, error;

	if (flags & ~known)
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && m->euid != 0)
		return -ENOENT;
	node = node_named(
	    m, at ? 1 : 0,
	    flags & AT_SYMLINK_FOLLOW ? flags : flags | AT_SYMLINK_NOFOLLOW);
	if (node < 0)
		return node;
	error = find_place(&place, m, at ? 3 : 1, second_object(m, at));
	if (error == 0)
		error = check_link(&place, node);
	if (error == 0)
		error = entry_add(place.directory, place.name, place.bytes,
		                  node, m->token);
	if (error < 0)
		return error;
	node_edit(node)->linkable = false;
	node_edit(node)->ctime = moment_now();
	directory_changed(place.directory);
	return 0;
}

/* ---- removing ----------------------------------------------------------- */

/* In a sticky directory only the owner of a file or of it removes the name. */
static bool sticks(const struct who *who, const struct node *directory,
                   const struct node *node)
{
	return (directory->mode & S_ISVTX) && who->uid != 0 &&
	       who->uid != directory->uid && who->uid != node->uid;
}

/* Where nothing is moved or removed: the root, /dev and /proc. */
static bool is_fixed(int node)
{
	return node == ROOT || node == proc_root ||
	       node == node_find(ROOT, "dev", 3);
}

/* May that name be removed, as a directory or as something else? */
static int check_remove(const struct place *place, bool as_directory)
{
	struct node directory = node_at(place->directory);
	struct node node = node_at(place->node);

	if (may(&place->who, &directory, MAY_WRITE | MAY_EXECUTE) < 0)
		return -EACCES;
	if (sticks(&place->who, &directory, &node))
		return -EPERM;
	if (as_directory && node.kind != NODE_DIRECTORY)
		return -ENOTDIR;
	if (!as_directory && node.kind == NODE_DIRECTORY)
		return -EISDIR;
	if (is_fixed(place->node))
		return -EBUSY;
	return proc_has(place->directory) ? -EPERM : 0;
}

static void remove_at(const struct place *place)
{
	if (!is_directory(place->node))
		node_edit(place->node)->ctime = moment_now();
	entry_remove(entry_at_place(place));
	directory_changed(place->directory);
}

static int remove_directory(const struct message *m, int argument)
{
	static const int errors[] = {
	    [LAST_DOT] = -EINVAL,
	    [LAST_DOTDOT] = -ENOTEMPTY,
	    [LAST_ROOT] = -EBUSY,
	};
	struct place place;
	int error = find_place(&place, m, argument, m->object);

	if (error < 0)
		return error;
	if (place.last != LAST_NAME)
		return errors[place.last];
	if (place.node == NO_NODE)
		return -ENOENT;
	error = check_remove(&place, true);
	if (error < 0)
		return error;
	if (node_at(place.node).count > 0)
		return -ENOTEMPTY;
	remove_at(&place);
	return 0;
}

static int remove_file(const struct message *m, int argument)
{
	struct place place;
	int error = find_place(&place, m, argument, m->object);

	if (error < 0)
		return error;
	if (place.last != LAST_NAME)
		return -EISDIR;
	if (place.node == NO_NODE)
		return -ENOENT;
	if (place.slash)
		return is_directory(place.node) ? -EISDIR : -ENOTDIR;
	error = check_remove(&place, false);
	if (error == 0)
		remove_at(&place);
	return error;
}

int rmdir_call(const struct message *m)
{
	return remove_directory(m, 0);
}

int unlink_call(const struct message *m)
{
	return remove_file(m, 0);
}

int unlinkat_call(const struct message *m)
{
	if (m->args[2] & ~(uint32_t)AT_REMOVEDIR)
		return -EINVAL;
	return m->args[2] & AT_REMOVEDIR ? remove_directory(m, 1)
	                                 : remove_file(m, 1);
}

/* ---- rename ------------------------------------------------------------- */

/*
 * Nobody waits until a longer way to the root has been walked: a directory is
 * not moved to a place so deep, nor over another one from there.
 */
#define DEPTH_MAX 4096

/* Is `node` the directory `above`, or below it?  0, `inside` or -ELOOP. */
static int check_above(int node, int above, int inside)
{
	for (int i = 0; i < DEPTH_MAX; i++) {
		if (node == above)
			return inside;
		if (node == ROOT)
			return 0;
		node = node_look(node)->parent;
	}
	return -ELOOP;
}

/* What the two names are.  0 or -errno. */
static int check_names(const struct place *from, const struct place *to,
                       uint32_t flags)
{
	bool no_replace = flags == RENAME_NOREPLACE;
	bool exchange = flags == RENAME_EXCHANGE;
	int error = 0;

	if (proc_has(from->directory) != proc_has(to->directory))
		return -EXDEV;
	if (from->last != LAST_NAME)
		return -EBUSY;
	if (to->last != LAST_NAME)
		return no_replace ? -EEXIST : -EBUSY;
	if (from->node == NO_NODE || (exchange && to->node == NO_NODE))
		return -ENOENT;
	if (no_replace && to->node != NO_NODE)
		return -EEXIST;
	if (from->slash && !is_directory(from->node))
		return -ENOTDIR;
	if (to->slash && !is_directory(exchange ? to->node : from->node))
		return -ENOTDIR;
	if (from->directory == to->directory)
		return 0;
	if (is_directory(from->node)) /* into itself? */
		error = check_above(to->directory, from->node, -EINVAL);
	if (error == 0 && to->node != NO_NODE && is_directory(to->node))
		error = check_above(from->directory, to->node,
		                    exchange ? -EINVAL : -ENOTEMPTY);
	return error;
}

/* A directory's ".." changes if it moves to another one.  0 or -EACCES. */
static int check_parent(const struct place *from, const struct place *to)
{
	if (from->directory == to->directory || !is_directory(from->node))
		return 0;
	return may(&from->who, node_look(from->node), MAY_WRITE);
}

/* May the client have the two exchanged?  0 or -errno. */
static int check_exchange(const struct place *from, const struct place *to)
{
	int error = check_remove(from, is_directory(from->node));

	if (error == 0)
		error = check_remove(to, is_directory(to->node));
	if (error == 0)
		error = check_parent(from, to);
	return error < 0 ? error : check_parent(to, from);
}

/* May the client move the one to the other?  0 or -errno. */
static int check_rename(const struct place *from, const struct place *to)
{
	bool directory = is_directory(from->node);
	int error = check_remove(from, directory);

	if (error == 0 && to->node == NO_NODE)
		error = may_create(&to->who, to->directory);
	if (error == 0 && to->node != NO_NODE)
		error = check_remove(to, directory);
	if (error == 0)
		error = check_parent(from, to);
	if (error < 0)
		return error;
	if (to->node != NO_NODE && node_at(to->node).count > 0)
		return -ENOTEMPTY;
	return 0;
}

static int move(const struct place *from, const struct place *to)
{
	int old = entry_at_place(from);
	int replaced = to->node == NO_NODE ? NO_ENTRY : entry_at_place(to);
	int made = entry_add(to->directory, to->name, to->bytes, from->node,
	                     to->who.token);

	if (made < 0)
		return made;
	if (replaced != NO_ENTRY) {
		node_edit(to->node)->ctime = moment_now();
		entry_remove(replaced);
	}
	entry_remove(old);
	node_edit(from->node)->ctime = moment_now();
	directory_changed(from->directory);
	directory_changed(to->directory);
	return 0;
}

static void exchange(const struct place *from, const struct place *to)
{
	entry_exchange(entry_at_place(from), entry_at_place(to));
	node_edit(from->node)->ctime = moment_now();
	node_edit(to->node)->ctime = moment_now();
	directory_changed(from->directory);
	directory_changed(to->directory);
}

int rename_call(const struct message *m)
{
	static struct place from, to;
	bool at = m->type != SYS_rename;
	uint32_t flags = m->type == SYS_renameat2 ? m->args[4] : 0;
	int error;

	if (flags > RENAME_EXCHANGE)
		return -EINVAL;
	error = find_place(&from, m, at ? 1 : 0, m->object);
	if (error == 0)
		error = find_place(&to, m, at ? 3 : 1, second_object(m, at));
	if (error == 0)
		error = check_names(&from, &to, flags);
	if (error < 0)
		return error;
	if (from.node == to.node)
		return 0;
	if (flags != RENAME_EXCHANGE) {
		error = check_rename(&from, &to);
		return error < 0 ? error : move(&from, &to);
	}
	error = check_exchange(&from, &to);
	if (error == 0)
		exchange(&from, &to);
	return error;
}
