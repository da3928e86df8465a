/*
 * user/servers/files/node.c -- the tree of names.
 *
 * The nodes are in one array, which is made once, of the size that the archive
 * needs.  A node's number is its index; the children of a directory are a
 * list.  st_ino is the index + 1, so it is the same at each boot of the same
 * archive, as ftok(3) needs it.  Names are not copied: they are in the archive
 * or in this program.
 *
 * The nodes of /proc/PID are not stored; proc.c makes them from their number.
 */
#include "files.h"

static struct node *nodes;
static int room, count;

bool node_start(int wanted)
{
	nodes = unix_map((uint32_t)wanted * sizeof(*nodes));
	if (nodes == 0)
		return false;
	room = wanted;
	count = 1;
	nodes[ROOT] = (struct node){.mode = S_IFDIR | 0755,
	                            .child = NO_NODE,
	                            .next = NO_NODE,
	                            .name = "/"};
	return true;
}

struct node node_at(int node)
{
	return node >= DYNAMIC ? proc_node(node) : nodes[node];
}

struct node *node_edit(int node)
{
	return &nodes[node];
}

int node_find(int parent, const char *name, uint32_t bytes)
{
	if (parent >= DYNAMIC)
		return proc_find(parent, name, bytes);
	for (int i = nodes[parent].child; i != NO_NODE; i = nodes[i].next)
		if (nodes[i].name_bytes == bytes &&
		    memcmp(nodes[i].name, name, bytes) == 0)
			return i;
	return parent == proc_root ? proc_find(parent, name, bytes) : NO_NODE;
}

int node_after(int directory, int node)
{
	if (node == ROOT)
		return nodes[directory].child;
	if (node < 0 || node >= count || nodes[node].parent != directory)
		return NO_NODE;
	return nodes[node].next;
}

static enum node_kind kind_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return NODE_DIRECTORY;
	case S_IFLNK:
		return NODE_LINK;
	default:
		return NODE_FILE;
	}
}

int node_add(int parent, const char *name, uint32_t bytes, uint32_t mode)
{
	int *link = &nodes[parent].child;

	if (count == room)
		return NO_NODE;
	while (*link != NO_NODE)
		link = &nodes[*link].next;
	*link = count;
	nodes[count] = (struct node){.kind = kind_of(mode),
	                             .mode = mode,
	                             .parent = parent,
	                             .child = NO_NODE,
	                             .next = NO_NODE,
	                             .name = name,
	                             .name_bytes = bytes};
	return count++;
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
			next = node_add(at, path + i, end - i,
			                end < bytes ? S_IFDIR | 0755 : mode);
		if (next == NO_NODE)
			return NO_NODE;
		at = next;
		i = end + 1;
	}
	return at;
}
