/*
 * user/servers/files/calls/transfer.c -- bytes to and from what is open.
 *
 * A turn of a read moves TURN bytes at most, and then the read waits in line
 * (open/turns.c).  A write has one turn, and its answer says how many bytes it
 * has written.  The bytes of files are in bytes/; the contents of files of
 * /proc are made when they are read (proc/made.c).
 */
#include "calls.h"

#include "../pipes/pipe.h"
#include "../proc/proc.h"

/* Random bytes cost more than copied ones. */
#define RANDOM_TURN 0x10000u

bool readable(const struct open *open)
{
	int mode = open->flags & O_ACCMODE;

	return mode == O_RDONLY || mode == O_RDWR;
}

bool writable(const struct open *open)
{
	int mode = open->flags & O_ACCMODE;

	return mode == O_WRONLY || mode == O_RDWR;
}

/*
 * After a turn of a read that has moved so much.  LATER or the call's answer:
 * the number of bytes, or -errno if none could be moved.
 */
static int turn_over(struct wait *r, uint32_t wanted, int moved)
{
	if (moved > 0)
		r->done += (uint32_t)moved;
	if (moved < (int)wanted)
		return r->done > 0 ? (int)r->done : moved;
	return r->done < r->total ? LATER : (int)r->done;
}

/*
 * Does one turn of a read of a device that has as many bytes as one wants.
 * Only such a read gives less when a signal comes.
 */
static int give_endless(struct wait *r, enum node_kind kind)
{
	static const uint8_t zeroes[PAGE_SIZE];
	static uint8_t random[PAGE_SIZE];
	uint32_t most = kind == NODE_RANDOM ? RANDOM_TURN : TURN;
	uint32_t turn = min(r->total - r->done, most), done = 0;

	if (r->hurried)
		return (int)r->done;
	while (done < turn) {
		uint32_t bytes = min(turn - done, PAGE_SIZE);
		int moved;

		if (kind == NODE_RANDOM)
			unix_call(SYS_getrandom, unix_address(random), bytes,
			          0);
		moved =
		    k_lease_write(r->token, BUFFER, r->done + done,
		                  kind == NODE_RANDOM ? random : zeroes, bytes);
		if (moved <= 0)
			return turn_over(r, turn, done > 0 ? (int)done : moved);
		done += (uint32_t)moved;
	}
	return turn_over(r, turn, (int)done);
}

/* ---- where -------------------------------------------------------------- */

/* Does the call say itself where in the file it begins? */
static bool is_placed(const struct message *m)
{
	if (m->type == SYS_preadv2 || m->type == SYS_pwritev2)
		return m->args[3] != UINT32_MAX || m->args[4] != UINT32_MAX;
	return m->type == SYS_pread64 || m->type == SYS_pwrite64 ||
	       m->type == SYS_preadv || m->type == SYS_pwritev;
}

/* The flags of preadv2 and pwritev2, of which not all have a meaning here. */
static uint32_t flags_of(const struct message *m)
{
	return m->type == SYS_preadv2 || m->type == SYS_pwritev2 ? m->args[5]
	                                                         : 0;
}

static bool flags_known(const struct message *m)
{
	uint32_t known = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND;

	return !(flags_of(m) & ~known);
}

/* Finds where it begins.  0; -EINVAL; -ESPIPE. */
static int find_place(const struct message *m, const struct open *open,
                      uint32_t *from)
{
	enum node_kind kind = node_at(open->node).kind;

	*from = open->offset;
	if (!is_placed(m))
		return 0;
	if ((int)m->args[4] < 0)
		return -EINVAL;
	*from = m->args[4] > 0 ? UINT32_MAX : m->args[3];
	return kind == NODE_FIFO ? -ESPIPE : 0;
}

/* ---- reading ------------------------------------------------------------ */

/*
 * A read of a file begins: the offset moves behind all of its bytes, so that
 * no other process that shares the open file reads them, too.
 */
static void claim(struct wait *r, struct open *open, uint32_t size)
{
	uint32_t left = r->from < size ? size - r->from : 0;

	r->total = min(r->total, left);
	if (r->what == WAIT_READ)
		open->offset += r->total;
}

/* Does one turn of a read of a file. */
static int give_file(struct wait *r, struct open *open)
{
	uint32_t end = r->from + r->total;
	struct span span = {.token = r->token,
	                    .argument = BUFFER,
	                    .lease_offset = r->done,
	                    .offset = r->from + r->done,
	                    .bytes = min(r->total - r->done, TURN)};
	int moved = bytes_read(&node_edit(open->node)->bytes, span);
	int result = turn_over(r, span.bytes, moved);

	if (result != LATER && r->what == WAIT_READ && open->offset == end)
		open->offset = r->from + r->done; /* it read less */
	return result;
}

/* A read that says where it begins leaves the offset as it is. */
static int give_made(struct wait *r, struct open *open)
{
	uint32_t offset = open->offset;
	int result;

	open->offset = r->what == WAIT_READ ? offset : r->from;
	result = made_read(r, open);
	if (r->what != WAIT_READ)
		open->offset = offset;
	return result;
}

static int read_of(struct wait *r)
{
	struct open *open = open_at(r->at);
	enum node_kind kind = node_at(open->node).kind;

	switch (kind) {
	case NODE_DIRECTORY:
		return names_on(r);
	case NODE_ZERO:
	case NODE_FULL:
	case NODE_RANDOM:
		return give_endless(r, kind);
	case NODE_MADE:
		return give_made(r, open);
	case NODE_QUEUE:
		return queue_read(r, open);
	default:
		return give_file(r, open);
	}
}

int read_on(struct wait *r)
{
	if (r->what == WAIT_HOLE)
		return hole_on(r);
	return r->what == WAIT_CUT || r->what == WAIT_CUT_OPEN ? cut_on(r)
	                                                       : read_of(r);
}

static int read_object(const struct message *m, struct open *open)
{
	struct node node = node_at(open->node);
	struct wait reading = room_client(m);
	int error = find_place(m, open, &reading.from);
	int wanted = buffer_bytes(m);

	if (error < 0)
		return error;
	if (!readable(open))
		return -EBADF;
	if (node.kind == NODE_DIRECTORY)
		return -EISDIR;
	if (wanted == 0)
		open_accessed(open);
	if (wanted <= 0)
		return wanted;
	if (!flags_known(m))
		return -EOPNOTSUPP;
	if (node.kind == NODE_NULL)
		return 0;
	reading.what = is_placed(m) ? WAIT_PREAD : WAIT_READ;
	reading.at = m->object;
	reading.total = (uint32_t)wanted;
	open_accessed(open);
	if (node.kind == NODE_FILE)
		claim(&reading, open, node.bytes.size);
	return turns_begin(&reading);
}

int read_call(const struct message *m)
{
	struct open *open = open_at(m->object);

	if (open->pipe == 0 || is_placed(m))
		return read_object(m, open);
	return flags_known(m) ? pipe_read(m, open) : -EOPNOTSUPP;
}

/* ---- writing ------------------------------------------------------------ */

int file_write(struct node *node, struct span span)
{
	int written = seals_of_write(node, &span);
	struct client client;

	if (written < 0)
		return written;
	if (k_client(span.token, &client) < 0)
		return -ESRCH;
	if (span.offset >= client.file_limit)
		return -EFBIG;
	span.bytes = min(span.bytes, client.file_limit - span.offset);
	written = bytes_write(&node->bytes, span);
	if (written > 0)
		node_changed(node, client.euid);
	return written;
}

/*
 * Writes to a file, in one turn: no other write comes between.  What is more
 * than a turn is left to the client's next call.
 */
static int write_file(const struct message *m, struct open *open, uint32_t from,
                      int wanted)
{
	struct node *node = node_edit(open->node);
	struct span span = {.token = m->token,
	                    .argument = BUFFER,
	                    .offset = from,
	                    .bytes = min((uint32_t)wanted, TURN)};
	int written;

	if ((open->flags & O_APPEND) || (flags_of(m) & RWF_APPEND))
		span.offset = node->bytes.size;
	written = file_write(node, span);
	if (written > 0 && !is_placed(m))
		open->offset = span.offset + (uint32_t)written;
	return written;
}

static int write_made(const struct message *m, struct open *open, uint32_t from)
{
	int written = made_write(m, open, from);

	if (written > 0 && !is_placed(m))
		open->offset += (uint32_t)written;
	return written;
}

static int write_object(const struct message *m, struct open *open)
{
	enum node_kind kind = node_at(open->node).kind;
	uint32_t from;
	int error = find_place(m, open, &from);
	int wanted = buffer_bytes(m);

	if (error < 0)
		return error;
	if (!writable(open))
		return -EBADF;
	if (kind == NODE_QUEUE)
		return -EINVAL;
	if (wanted > 0 && !flags_known(m))
		return -EOPNOTSUPP;
	if (kind == NODE_MADE)
		return write_made(m, open, from);
	if (wanted > 0 && kind == NODE_FILE)
		return write_file(m, open, from, wanted);
	return kind == NODE_FULL ? -ENOSPC : wanted; /* all of it, to nowhere */
}

int write_call(const struct message *m)
{
	struct open *open = open_at(m->object);

	if (open->pipe == 0 || is_placed(m))
		return write_object(m, open);
	return flags_known(m) ? pipe_write(m, open) : -EOPNOTSUPP;
}

/* ---- position ----------------------------------------------------------- */

/* Only of a directory and of what /proc makes the end is unknown. */
static bool has_end(const struct node *node)
{
	return node->kind != NODE_DIRECTORY &&
	       (node->kind != NODE_MADE || made_settable(node));
}

/* Moves the offset, which has 31 bits: files are small.  0 or -errno. */
static int seek(struct open *open, int high, uint32_t low, uint32_t whence)
{
	struct node node = node_at(open->node);
	int64_t to = ((int64_t)high << 32) + low;

	if (whence > SEEK_HOLE)
		return -EINVAL;
	if (node.kind == NODE_FIFO)
		return -ESPIPE;
	if (whence >= SEEK_END && !has_end(&node))
		return -EINVAL;
	if (node.kind >= NODE_NULL && node.kind <= NODE_RANDOM) {
		open->offset = 0;
		return 0;
	}
	/* A hole takes its memory: all is data, and the one hole is the end. */
	if (whence > SEEK_END && (to < 0 || to >= node.bytes.size))
		return -ENXIO;
	if (whence == SEEK_HOLE)
		to = node.bytes.size;
	if (whence == SEEK_CUR)
		to += open->offset;
	if (whence == SEEK_END)
		to += node.bytes.size;
	if (to < 0)
		return -EINVAL;
	if (to > INT32_MAX)
		return -EOVERFLOW;
	open->offset = (uint32_t)to;
	return 0;
}

int lseek_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	int high = (int)m->args[1] < 0 ? -1 : 0;
	int error = seek(open, high, m->args[1], m->args[2]);

	return error < 0 ? error : (int)open->offset;
}

int llseek_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	uint32_t before = open->offset;
	int error = seek(open, (int)m->args[1], m->args[2], m->args[4]);
	uint32_t result[2] = {open->offset, 0};

	if (error < 0)
		return error;
	error = give(m->token, 3, result, sizeof(result));
	if (error < 0)
		open->offset = before;
	return error;
}

/* ---- fcntl64 ------------------------------------------------------------ */

int fcntl_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct who who = who_effective(m);
	bool size = m->args[1] == F_GETPIPE_SZ || m->args[1] == F_SETPIPE_SZ;

	if (size && open_is_end(open))
		return pipe_fcntl(m, open);
	if (m->args[1] == F_ADD_SEALS || m->args[1] == F_GET_SEALS)
		return seals_call(m, open);
	if (m->args[1] == F_SETFL && (m->args[2] & O_DIRECT) &&
	    !open_is_end(open))
		return -EINVAL;
	if (m->args[1] == F_SETFL && (m->args[2] & ~open->flags & O_NOATIME) &&
	    !owns(&who, node_look(open->node)))
		return -EPERM;
	return flags_call(m, &open->flags);
}

/* ---- ioctl -------------------------------------------------------------- */

int ioctl_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);
	uint32_t left = node.bytes.size - open->offset;

	if (m->args[1] == FIONBIO)
		return nonblock_call(m, &open->flags);
	if (open->pipe != 0)
		return pipe_ioctl(m, open);
	if (m->args[1] != FIONREAD ||
	    (node.kind != NODE_FILE && node.kind != NODE_QUEUE))
		return -ENOTTY;
	return give(m->token, ARGUMENT, &left, sizeof(left));
}
