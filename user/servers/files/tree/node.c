/*
 * user/servers/files/tree/node.c -- files of all kinds, without their names.
 *
 * The nodes are rows of a table that grows, and a node's number is its row.
 * st_ino counts the nodes that were made.  So it is the same at each boot of
 * the same archive, as ftok(3) needs it, and it does not come back when a file
 * ends that is still mapped: sem_open(3) knows by it what it has open.  Their
 * names are in entry.c.  What the tables take is a part of what all files may
 * take (bytes/quota.c).  It stays theirs, and counts at the account of the
 * client for whom they grew.
 *
 * The nodes of /proc/PID are not stored; proc/proc.c makes them from their
 * number.
 */
#include "node.h"

#include "../../../lib/room.h"

int row_take(struct objects *table, int token)
{
	uint32_t pages = objects_growth(table) / PAGE_SIZE;
	int row;

	if (pages > 0 &&
	    !quota_take(&files_quota, pages, token, account_of(token)))
		return -ENOSPC;
	row = objects_take(table, token);
	if (row < 0 && pages > 0)
		quota_give(&files_quota, pages, account_of(token));
	return row < 0 ? -ENOSPC : row;
}

struct objects nodes = {.bytes = sizeof(struct node)};

const struct node *node_dynamic(int node)
{
	static struct node dynamic;

	dynamic = proc_node(node);
	return &dynamic;
}

int node_with(bool (*fits)(const struct node *, uint32_t), uint32_t what)
{
	for (int i = 0; i < nodes.fresh; i++)
		if (node_edit(i) != 0 && fits(node_edit(i), what))
			return i;
	return NO_NODE;
}

int node_room(void)
{
	return nodes.fresh;
}

bool proc_has(int node)
{
	return node >= DYNAMIC || node_edit(node)->in_proc;
}

struct node node_at(int node)
{
	return *node_look(node);
}

static enum node_kind kind_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return NODE_DIRECTORY;
	case S_IFLNK:
		return NODE_LINK;
	case S_IFIFO:
		return NODE_FIFO;
	default:
		return NODE_FILE;
	}
}

/* Those of /proc/PID have the numbers from DYNAMIC on. */
static uint32_t next_ino(void)
{
	static uint32_t last;

	last = last % (DYNAMIC - 1) + 1;
	return last;
}

static void fill(struct node *node, uint32_t mode)
{
	struct moment now = moment_now();

	node->kind = kind_of(mode);
	node->mode = mode;
	node->ino = next_ino();
	node->atime = node->mtime = node->ctime = node->btime = now;
	node->parent = NO_NODE;
	node->lockers = NOBODY;
	node->seals = F_SEAL_SEAL;
	node->entry = node->first = node->last = NO_ENTRY;
}

bool node_start(void)
{
	if (!objects_start(&nodes) || !entry_start())
		return false;
	fill(node_edit(ROOT), S_IFDIR | 0755);
	node_edit(ROOT)->parent = ROOT;
	node_edit(ROOT)->links = 2;
	return true;
}

int node_make(uint32_t mode, int token)
{
	int made = row_take(&nodes, token);

	if (made < 0)
		return made;
	fill(node_edit(made), mode);
	node_edit(made)->opens = 1;
	return made;
}

void node_own(int number, uint32_t uid, uint32_t gid)
{
	struct node *node = node_edit(number);

	node->uid = uid;
	node->gid = gid;
	bytes_own(&node->bytes, account_of_user(uid));
}

void node_hold(int node)
{
	if (node < DYNAMIC)
		node_edit(node)->opens++;
}

/*
 * A directory that is removed has held its parent (entry.c, forget_name()), so
 * the end of one can be the end of fifty thousand above it.  Those that are
 * left after some steps are a list, by `first`, and end later, a few at a time.
 */
#define STEPS 1000

int nodes_ending = NO_NODE;

/* Frees a node.  The parent that it has held, or NO_NODE. */
static int end(int number)
{
	struct node *node = node_edit(number);
	int parent = node->parent;

	bytes_drop(&node->bytes);
	room_dismiss(&node->lockers, -EINTR); /* all are dead */
	if (node->kind == NODE_FIFO && node->value != 0)
		pipe_end(node->value);
	if (node->kind == NODE_QUEUE)
		queue_end(node->value);
	objects_drop(&nodes, number);
	return parent;
}

void node_release(int number)
{
	int steps = 0;

	while (number != NO_NODE && number < DYNAMIC) {
		struct node *node = node_edit(number);

		node->opens--;
		if (node->opens > 0 || node->links > 0)
			return;
		if (steps++ == STEPS) {
			node->first = nodes_ending;
			nodes_ending = number;
			return;
		}
		number = end(number);
	}
}

void nodes_next(void)
{
	int number = nodes_ending;

	if (number == NO_NODE)
		return;
	nodes_ending = node_edit(number)->first;
	node_release(end(number));
}

static int add(int parent, const char *name, uint32_t bytes, uint32_t mode)
{
	int made = node_make(mode, TOKEN_SELF), entry;

	if (made < 0)
		return NO_NODE;
	entry = entry_add(parent, name, bytes, made, TOKEN_SELF);
	node_release(made);
	return entry < 0 ? NO_NODE : made;
}

int node_add_path(const char *path, uint32_t bytes, uint32_t mode)
{
	int at = ROOT;

	for (uint32_t i = 0; i < bytes;) {
		uint32_t end = i;
		int next;

		while (end < bytes && path[end] != '/')
			end++;
		next = node_find(at, path + i, end - i);
		if (end == i || (end == i + 1 && path[i] == '.'))
			next = at;
		else if (next == NO_NODE)
			next = add(at, path + i, end - i,
			           end < bytes ? S_IFDIR | 0755 : mode);
		if (next == NO_NODE)
			return NO_NODE;
		at = next;
		i = end + 1;
	}
	return at;
}
