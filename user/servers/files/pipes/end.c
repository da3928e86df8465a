/*
 * user/servers/files/pipes/end.c -- how the ends of pipes open and close,
 * and how ready they are.
 *
 * An end is an open object on a node of kind NODE_FIFO.  The ends of a pipe are
 * a list (open.sibling).
 *
 *	pipe(2)              a node without a name, with two ends
 *	open(2) of a FIFO    one end; it waits for one of the other direction
 *
 * A client that opens a FIFO and waits is no end yet.  The one that it waits
 * for opens first; then the waiting clients get their ends; then the first is
 * answered.  So nobody finds an end whose other side seems to be closed.
 *
 * R1  A readiness word that an answer makes untrue is written before that
 *     answer.  It may rise at any time before the server receives again.
 */
#include "pipe.h"

static bool reads(int flags)
{
	return (flags & O_ACCMODE) != O_WRONLY;
}

static bool writes(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY;
}

/* ---- readiness ---------------------------------------------------------- */

static bool has_room(const struct pipe *p)
{
	return p->capacity - p->used >= PIPE_BUF && !p->starved;
}

static uint32_t word_of(const struct pipe *p, const struct open *open)
{
	uint32_t word = 0;

	if (reads(open->flags)) {
		word |= p->used > 0 ? POLLIN : 0;
		if (p->writers == 0 && p->writers_ever != open->writers_before)
			word |= POLLHUP;
	}
	if (writes(open->flags)) {
		word |= has_room(p) ? POLLOUT : 0;
		word |= p->readers == 0 ? POLLERR : 0;
	}
	return word;
}

void ends_tell(struct pipe *p)
{
	uint32_t now = (p->used > 0) | (uint32_t)has_room(p) << 1 |
	               (p->writers == 0) << 2 | (p->readers == 0) << 3;

	if (now == p->told)
		return;
	p->told = now;
	for (int end = p->ends; end != 0; end = open_at(end)->sibling)
		k_ready(open_at(end)->connection, word_of(p, open_at(end)));
}

/* ---- opening ------------------------------------------------------------ */

/* Makes an end for the client of `token`.  Its object, or -ENFILE. */
static int end_make(int pipe, int flags, int token)
{
	struct pipe *p = pipe_at(pipe);
	int object = open_make(p->node, flags, token);
	struct open *open = open_at(object);

	if (object < 0)
		return object;
	open->connection = -1; /* until it is answered */
	if ((flags & O_NONBLOCK) && p->writers == 0)
		open->writers_before = p->writers_ever;
	open->pipe = pipe;
	open->sibling = p->ends;
	p->ends = object;
	p->readers += reads(flags);
	p->writers += writes(flags);
	p->writers_ever += writes(flags);
	return object;
}

/* Answers an open with an end that was made.  0, or -errno: it is closed. */
static int end_reply(int object, int token)
{
	struct open *open = open_at(object);
	struct pipe *p = pipe_at(open->pipe);
	int connection = reply_open(token, object, word_of(p, open));

	open->connection = connection;
	if (connection >= 0)
		return 0;
	open_close(object);
	return connection;
}

void end_if_unused(int pipe)
{
	struct pipe *p = pipe_at(pipe);

	if (p->ends != 0 || p->queues[WAIT_OPEN_READ - WAIT_PIPE] != NOBODY ||
	    p->queues[WAIT_OPEN_WRITE - WAIT_PIPE] != NOBODY)
		return;
	node_edit(p->node)->value = 0;
	pipe_end(pipe);
}

/* The pipe of a node, which is made if there is none.  -ENFILE. */
static int pipe_of(int node, const struct message *m)
{
	int pipe = node_edit(node)->value;

	if (pipe == 0)
		pipe = pipe_make(node, m);
	if (pipe > 0)
		node_edit(node)->value = pipe;
	return pipe;
}

/* The two ends of a new pipe; -ENFILE. */
static int both_ends(int node, int flags, const struct message *m, int ends[2])
{
	int pipe = pipe_of(node, m);

	if (pipe < 0)
		return pipe;
	ends[0] = end_make(pipe, O_RDONLY | flags, m->token);
	ends[1] =
	    ends[0] < 0 ? ends[0] : end_make(pipe, O_WRONLY | flags, m->token);
	if (ends[1] >= 0)
		return 0;
	if (ends[0] >= 0)
		open_close(ends[0]);
	else
		end_if_unused(pipe);
	return ends[1];
}

static int reply_both(const int ends[2], int token)
{
	struct reply reply = {
	    .count = 2,
	    .connection = {{-1, ends[0], 0}, {-1, ends[1], POLLOUT}}};
	int made = k_reply(token, 0, &reply);

	for (int i = 0; i < 2; i++)
		if (made < 0)
			open_close(ends[i]);
		else
			open_at(ends[i])->connection = made >> 16 * i & 0xFFFF;
	return made < 0 ? made : ANSWERED;
}

int pipe_call(const struct message *m)
{
	int flags = m->type == SYS_pipe2 ? (int)m->args[1] : 0;
	int node, error, ends[2];

	if (flags & ~(int)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	node = node_make(S_IFIFO | 0600, m->token);
	if (node < 0)
		return -ENFILE;
	node_own(node, m->euid, m->egid);
	error = both_ends(node, flags & O_NONBLOCK, m, ends);
	node_release(node);
	return error < 0 ? error : reply_both(ends, m->token);
}

/* ---- FIFOs -------------------------------------------------------------- */

/* Does a living client wait to open the pipe in this direction? */
static bool is_awaited(const struct pipe *p, int what)
{
	const int *queue = &p->queues[what - WAIT_PIPE];
	struct wait *wait;

	while ((wait = room_first(queue)) != 0 && !room_lives(wait))
		room_leave(wait);
	return wait != 0;
}

/* Must a client that opens a FIFO wait for the other side? */
static bool must_wait(const struct pipe *p, int flags)
{
	if ((flags & O_ACCMODE) == O_RDONLY)
		return p->writers == 0 && !(flags & O_NONBLOCK) &&
		       !is_awaited(p, WAIT_OPEN_WRITE);
	return (flags & O_ACCMODE) == O_WRONLY && p->readers == 0 &&
	       !is_awaited(p, WAIT_OPEN_READ);
}

/* Gives the clients that wait to open it in this direction their ends. */
static void welcome(int pipe, int what)
{
	const int *queue = &pipe_at(pipe)->queues[what - WAIT_PIPE];
	struct wait *wait;

	while ((wait = room_first(queue)) != 0) {
		struct wait client = *wait;
		int object;

		room_leave(wait);
		object = end_make(pipe, (int)client.from, client.token);
		if (object >= 0)
			object = end_reply(object, client.token);
		if (object < 0)
			k_reply(client.token, object, 0);
	}
}

static int wait_to_open(const struct message *m, int pipe, int flags)
{
	struct wait wait = room_client(m);

	if (flags & O_NONBLOCK) {
		end_if_unused(pipe);
		return -ENXIO;
	}
	wait.what = reads(flags) ? WAIT_OPEN_READ : WAIT_OPEN_WRITE;
	wait.at = pipe;
	wait.from = (uint32_t)flags;
	room_join(&wait);
	return ANSWERED;
}

int fifo_open(const struct message *m, int node, int flags)
{
	int pipe, object, error;

	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	pipe = pipe_of(node, m);
	if (pipe < 0)
		return pipe;
	/* Nobody waits at a pipe, which has no name: /proc/PID/fd. */
	if (node_at(node).links > 0 && must_wait(pipe_at(pipe), flags))
		return wait_to_open(m, pipe, flags);
	object = end_make(pipe, flags, m->token);
	if (object < 0) {
		end_if_unused(pipe);
		return object;
	}
	ends_tell(pipe_at(pipe));
	if (reads(flags))
		welcome(pipe, WAIT_OPEN_WRITE);
	if (writes(flags))
		welcome(pipe, WAIT_OPEN_READ);
	error = end_reply(object, m->token);
	return error < 0 ? error : ANSWERED;
}

/* ---- closing ------------------------------------------------------------ */

static void remove_end(struct pipe *p, int object)
{
	int *link = &p->ends;

	while (*link != object)
		link = &open_at(*link)->sibling;
	*link = open_at(object)->sibling;
}

/* Clients that wait at an end hold it, so those of closed ends are dead. */
void end_close(int object)
{
	const struct open *open = open_at(object);
	int pipe = open->pipe;
	struct pipe *p = pipe_at(pipe);

	remove_end(p, object);
	p->readers -= reads(open->flags);
	p->writers -= writes(open->flags);
	if (p->readers == 0)
		room_dismiss(&p->queues[WAIT_PIPE_READ - WAIT_PIPE], 0);
	if (p->writers == 0)
		room_dismiss(&p->queues[WAIT_PIPE_WRITE - WAIT_PIPE], -EPIPE);
	pipe_go_on(pipe);
	end_if_unused(pipe);
}

/* ---- fcntl and ioctl ---------------------------------------------------- */

static int set_size(int pipe, uint32_t wanted)
{
	struct pipe *p = pipe_at(pipe);
	uint32_t size = PAGE_SIZE;

	if (wanted > 1u << 31)
		return -EINVAL;
	if (wanted > PIPE_SIZE)
		return -EPERM;
	while (size < wanted)
		size *= 2;
	if (p->used > size)
		return -EBUSY;
	p->capacity = size;
	pipe_go_on(pipe);
	return (int)size;
}

int pipe_fcntl(const struct message *m, const struct open *open)
{
	int pipe = open->pipe;

	if (m->args[1] == F_SETPIPE_SZ)
		return set_size(pipe, m->args[2]);
	return (int)pipe_at(pipe)->capacity;
}

int pipe_ioctl(const struct message *m, const struct open *open)
{
	struct pipe *p = pipe_at(open->pipe);

	if (m->args[1] != FIONREAD)
		return -ENOTTY;
	return give(m->token, ARGUMENT, &p->used, sizeof(p->used));
}
