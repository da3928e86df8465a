/*
 * user/servers/files/open/object.c -- what is open.
 *
 * When the last descriptor of an object is closed, the kernel sends a pulse.
 * Object 0 is the root directory, which is always open: it is init's working
 * directory, and init cannot have opened it.
 */
#include "open.h"

#include "../../../lib/inspect.h"

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

void open_accessed(const struct open *open)
{
	if (!(open->flags & O_NOATIME))
		node_accessed(open->node);
}

void open_close(int object)
{
	struct open *open = open_at(object);

	if (open == 0 || object == 0)
		return;
	made_forget(open);
	if (open_is_end(open))
		end_close(object);
	if (node_look(open->node)->kind == NODE_QUEUE &&
	    !(open->flags & O_PATH))
		queue_close(object);
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
	open_at(object)->running = process_running(node_at(node).pid);
	error = reply_open(m->token, object,
	                   flags & O_PATH ? POLL_PATH : POLLIN | POLLOUT);
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
