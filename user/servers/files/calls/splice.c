/*
 * user/servers/files/calls/splice.c -- bytes that go from one open file to
 * another, and do not pass through the program.
 *
 *	sendfile           file ----> file, or pipe
 *	copy_file_range    file ----> file
 *	splice             file ----> pipe ----> file
 *
 * A program that cannot do so reads and writes.  So EINVAL is the answer to
 * everything else: to what is neither a file nor a pipe, to two pipes, and to
 * what belongs to another server, such as a terminal.
 *
 * The message has one of the two objects.  The other one is found by its
 * descriptor, in the kernel's table of the client, which waits meanwhile.
 *
 * A file has an offset of its own, or the client has given a pointer to one.
 * It moves with the bytes.
 *
 * Between files one turn moves at most half a megabyte, because each byte is
 * copied twice; the answer says how many they were.  At a pipe the client is a
 * reader or a writer, whose buffer is a file (wait.partner).  It waits there
 * for the first bytes, or for the first room, and then has its answer.
 */
#include "calls.h"

#include "../pipes/pipe.h"
#include "../proc/made.h"

#define SPLICE_NONBLOCK 2u
#define SPLICE_FLAGS    15u /* all that there are */
#define SPLICE_TURN     (TURN / 2)

/* One of the two objects. */
struct side {
	int object; /* or -errno */
	struct open *open;
	int place;   /* the argument with the pointer to an offset */
	bool placed; /* there is such a pointer */
	uint32_t at; /* the offset; UINT32_MAX: beyond what a file can have */
};

/* ---- which objects ------------------------------------------------------ */

static struct side side_of(const struct message *m, int object, int place)
{
	struct side side = {.object = object, .place = place};

	side.open = object < 0 ? 0 : open_at(object);
	if (object >= 0 && (side.open == 0 || (side.open->flags & O_PATH)))
		side.object = -EBADF;
	side.placed = place && m->args[place] != 0;
	side.at = side.object < 0 ? 0 : side.open->offset;
	return side;
}

/* The object behind a descriptor of the client: -EBADF, -EINVAL if not ours. */
static int object_behind(const struct message *m, uint32_t descriptor)
{
	int fd = (int)descriptor, connection, object;

	if (fd < 0)
		return -EBADF;
	connection = process_descriptor(m->pid, &fd);
	if (connection < 0 || fd != (int)descriptor)
		return -EBADF;
	object = process_object(connection);
	return object < 0 ? -EINVAL : object;
}

static bool is_file(const struct side *side)
{
	return node_at(side->open->node).kind == NODE_FILE;
}

/* Has it the rights?  0; -EBADF, or what object_behind() says. */
static int check_rights(const struct side *in, const struct side *out)
{
	if (in->object < 0 || out->object < 0)
		return in->object < 0 ? in->object : out->object;
	return readable(in->open) && writable(out->open) ? 0 : -EBADF;
}

/* ---- where -------------------------------------------------------------- */

static bool is_narrow(const struct message *m)
{
	return m->type == SYS_sendfile;
}

/* Does the copy from a negative offset end above zero? */
static bool overflows(const struct message *m, const uint32_t words[2])
{
	return m->type == SYS_copy_file_range && words[1] == UINT32_MAX &&
	       words[0] + m->args[4] < words[0];
}

/*
 * Reads the offset that the client has given.  0; -EFAULT; below zero -EINVAL,
 * or what Linux says.
 */
static int find_place(const struct message *m, struct side *side)
{
	uint32_t words[2] = {0}, bytes = is_narrow(m) ? 4 : 8;
	int moved;

	if (!side->placed)
		return 0;
	moved = k_lease_read(m->token, side->place, 0, words, bytes);
	if (moved < (int)bytes)
		return moved < 0 ? moved : -EFAULT;
	if (is_narrow(m) && (int)words[0] < 0)
		return -EINVAL;
	if ((int)words[1] < 0)
		return overflows(m, words) ? -EOVERFLOW : -EINVAL;
	side->at = words[1] > 0 || words[0] > BYTES_MAX ? UINT32_MAX : words[0];
	return 0;
}

/* So many bytes have moved.  0 or -EFAULT. */
static int move_place(const struct message *m, const struct side *side,
                      uint32_t bytes)
{
	uint32_t words[2] = {side->at + bytes, 0};

	if (side->placed)
		return give(m->token, side->place, words, is_narrow(m) ? 4 : 8);
	side->open->offset = words[0];
	return 0;
}

/* ---- file to file ------------------------------------------------------- */

/* Moves a piece.  Bytes, or -errno. */
static int move_piece(const struct message *m, const struct side *in,
                      const struct side *out, uint32_t done, uint32_t bytes)
{
	static uint8_t buffer[PIECE];
	struct span span = {.token = m->token,
	                    .memory = buffer,
	                    .offset = in->at + done,
	                    .bytes = min(bytes, PIECE)};
	int got = bytes_read(&node_edit(in->open->node)->bytes, span);

	if (got <= 0)
		return got;
	span.offset = out->at + done;
	span.bytes = (uint32_t)got;
	return file_write(node_edit(out->open->node), span);
}

static int move_bytes(const struct message *m, const struct side *in,
                      const struct side *out, uint32_t bytes)
{
	uint32_t done = 0;
	int moved = 0, error;

	while (done < bytes) {
		moved = move_piece(m, in, out, done, bytes - done);
		if (moved <= 0)
			break;
		done += (uint32_t)moved;
	}
	open_accessed(in->open);
	if (done == 0)
		return moved;
	error = move_place(m, in, done);
	if (error == 0)
		error = move_place(m, out, done);
	return error < 0 ? error : (int)done;
}

/* The bytes that one turn moves; no more than there are now. */
static uint32_t bytes_of_turn(const struct side *in, uint32_t wanted)
{
	uint32_t size = node_at(in->open->node).bytes.size;

	return min(min(wanted, SPLICE_TURN), in->at < size ? size - in->at : 0);
}

/* ---- at a pipe ---------------------------------------------------------- */

int splice_move(const struct wait *client, uint8_t *memory, uint32_t done,
                uint32_t bytes, bool to_file)
{
	struct span span = {
	    .token = client->token, .memory = memory, .bytes = bytes};
	uint32_t words[2] = {0};
	struct open *open;
	int moved;

	if (!room_lives(client))
		return -ESRCH; /* its file may be closed */
	open = open_at(client->partner);
	span.offset = client->place ? client->from + done : open->offset;
	moved = to_file ? file_write(node_edit(open->node), span)
	                : bytes_read(&node_edit(open->node)->bytes, span);
	if (moved <= 0)
		return moved;
	words[0] = span.offset + (uint32_t)moved;
	if (client->place == 0)
		open->offset = words[0];
	else if (give(client->token, client->place, words,
	              client->place_bytes) < 0)
		return -EFAULT;
	return moved;
}

/* The client reads or writes a pipe, with a file in place of a buffer. */
static int move_at_pipe(const struct message *m, const struct side *file,
                        const struct side *end, uint32_t bytes, bool to_file)
{
	struct wait client = room_client(m);
	uint32_t size = node_at(file->open->node).bytes.size;

	client.partner = file->object;
	client.place = file->placed ? (uint8_t)file->place : 0;
	client.place_bytes = is_narrow(m) ? 4 : 8;
	client.from = file->at;
	client.total = min(bytes, COUNT_MAX);
	client.now = end->open->flags & O_NONBLOCK;
	if (m->type == SYS_splice && (m->args[5] & SPLICE_NONBLOCK))
		client.now = true;
	if (to_file)
		return pipe_take(&client, end->open->pipe);
	open_accessed(file->open);
	if (file->at >= size)
		return 0;
	client.total = min(client.total, size - file->at);
	return pipe_put(&client, end->open->pipe);
}

/* ---- the calls ---------------------------------------------------------- */

int sendfile_call(const struct message *m)
{
	struct side in = side_of(m, m->object, 2);
	struct side out = side_of(m, object_behind(m, m->args[0]), 0);
	uint32_t bytes = m->args[3];
	int error;

	if (!readable(in.open))
		return -EBADF;
	if (in.placed && in.open->pipe != 0)
		return -ESPIPE;
	error = find_place(m, &in);
	if (error == 0 && (int)bytes < 0)
		error = -EINVAL;
	if (error == 0)
		error = check_rights(&in, &out);
	if (error < 0)
		return error;
	if (!is_file(&in) || (out.open->flags & O_APPEND))
		return -EINVAL;
	if (out.open->pipe != 0)
		return move_at_pipe(m, &in, &out, bytes, false);
	if (!is_file(&out))
		return -EINVAL;
	return move_bytes(m, &in, &out, bytes_of_turn(&in, bytes));
}

int splice_call(const struct message *m)
{
	struct side in = side_of(m, m->object, 1);
	struct side out = side_of(m, object_behind(m, m->args[2]), 3);
	int error;

	if (m->args[4] == 0)
		return 0;
	if (m->args[5] & ~SPLICE_FLAGS)
		return -EINVAL;
	error = check_rights(&in, &out);
	if (error < 0)
		return error;
	if ((in.placed && in.open->pipe != 0) ||
	    (out.placed && out.open->pipe != 0))
		return -ESPIPE;
	error = find_place(m, &in);
	if (error == 0)
		error = find_place(m, &out);
	if (error < 0)
		return error;
	if (in.open->pipe != 0 && is_file(&out))
		return out.open->flags & O_APPEND
		           ? -EINVAL
		           : move_at_pipe(m, &out, &in, m->args[4], true);
	return out.open->pipe != 0 && is_file(&in)
	           ? move_at_pipe(m, &in, &out, m->args[4], false)
	           : -EINVAL;
}

static bool overlap(const struct side *in, const struct side *out,
                    uint32_t bytes)
{
	uint32_t apart = in->at < out->at ? out->at - in->at : in->at - out->at;

	return in->open->node == out->open->node && apart < bytes;
}

/* Are both files that may be copied so?  0 or -errno, in Linux's order. */
static int check_files(const struct side *in, const struct side *out)
{
	const struct side *both[] = {in, out};

	for (int i = 0; i < 2; i++)
		if (both[i]->object < 0)
			return both[i]->object;
	for (int i = 0; i < 2; i++)
		if (node_at(both[i]->open->node).kind == NODE_DIRECTORY)
			return -EISDIR;
	if (!is_file(in) || !is_file(out))
		return -EINVAL;
	return out->open->flags & O_APPEND ? -EBADF : check_rights(in, out);
}

int copy_range_call(const struct message *m)
{
	struct side in = side_of(m, m->object, 1);
	struct side out = side_of(m, object_behind(m, m->args[2]), 3);
	int error = find_place(m, &in);
	uint32_t bytes;

	if (error == 0)
		error = find_place(m, &out);
	if (error == 0 && m->args[5] != 0)
		error = -EINVAL;
	if (error == 0)
		error = check_files(&in, &out);
	if (error < 0)
		return error;
	bytes = bytes_of_turn(&in, m->args[4]);
	if (overlap(&in, &out, bytes))
		return -EINVAL;
	return move_bytes(m, &in, &out, bytes);
}
