/*
 * user/servers/files/calls/size.c -- how long files are.
 *
 *	truncate, ftruncate    a file becomes longer or shorter
 *	fallocate              it has so many bytes at least
 *	fsync, sync            there is no disk: all is where it will be
 *
 * A file gets its pages when its size grows, also those of a hole.  So in a
 * file fallocate has nothing to add, and a hole is zeroes.  Behind the end of a
 * file nothing is kept: FALLOC_FL_KEEP_SIZE there is EOPNOTSUPP.
 *
 * What a file loses is taken from all who map it before its pages are free.
 * Where many do, that takes turns, from the end of the file: others may see the
 * sizes between.  A client that is killed meanwhile leaves the size of its last
 * turn.
 */
#include "calls.h"

#define POSIX_FADV_NOREUSE 5u /* the highest of posix_fadvise(2) */

/* ---- truncate, fallocate ------------------------------------------------ */

/*
 * The size that a call of 32 or of 64 bits asks for, in `args`.  -EINVAL below
 * zero, -EFBIG beyond what a file can have.
 */
static int size_of(const struct message *m, int at)
{
	bool wide = m->type == SYS_truncate64 || m->type == SYS_ftruncate64;
	int low = (int)m->args[at];
	int high = wide ? (int)m->args[at + 1] : 0;

	if (wide ? high < 0 : low < 0)
		return -EINVAL;
	return high > 0 || low < 0 ? -EFBIG : low;
}

uint32_t file_limit(int token)
{
	struct client client;

	return k_client(token, &client) < 0 ? 0 : client.file_limit;
}

int cut_on(struct wait *cut)
{
	struct node *node = node_edit(cut->at);
	bool there = node != 0 && node->ino == (uint32_t)cut->until;
	uint32_t next = cut->from;
	int error = 0;

	if (there && node->bytes.size > cut->from) {
		next = bytes_cut(&node->bytes, cut->from);
		error = seals_of_resize(node, next);
		if (error == 0)
			error = bytes_resize(&node->bytes, next, cut->token);
	}
	if (error == 0 && next > cut->from) {
		cut->done++;
		return LATER;
	}
	if (error < 0 || cut->what == WAIT_CUT || cut->done == 0)
		return error;
	return there ? open_reply(&(struct message){.token = cut->token},
	                          cut->at, (int)cut->total)
	             : -ENOENT;
}

int cut_begin(const struct message *m, int node, uint32_t size, int flags)
{
	int error = seals_of_resize(node_edit(node), size);
	struct wait cut = room_client(m);

	if (error < 0)
		return error;
	cut.what = flags ? WAIT_CUT_OPEN : WAIT_CUT;
	cut.at = node;
	cut.from = size;
	cut.total = (uint32_t)flags;
	cut.until = node_edit(node)->ino;
	node_changed(node_edit(node), m->euid);
	return turns_begin(&cut);
}

static int resize(const struct message *m, int number, int size)
{
	struct node *node = node_edit(number);
	int error = size < 0 ? size : seals_of_resize(node, (uint32_t)size);

	if (size >= 0 && (uint32_t)size < node->bytes.size)
		return cut_begin(m, number, (uint32_t)size, 0);
	if (error >= 0 && size > (int)node->bytes.size &&
	    (uint32_t)size > file_limit(m->token))
		error = -EFBIG;
	if (error >= 0)
		error = bytes_resize(&node->bytes, (uint32_t)size, m->token);
	if (error == 0)
		node_changed(node, m->euid);
	return error;
}

int ftruncate_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	int size = size_of(m, 1);

	if (size == -EINVAL)
		return size;
	if (!writable(open) || node_at(open->node).kind != NODE_FILE)
		return -EINVAL;
	return resize(m, open->node, size);
}

int truncate_call(const struct message *m)
{
	struct who who = who_effective(m);
	int size = size_of(m, 1), found, error;
	struct node node;

	if (size == -EINVAL)
		return size;
	found = node_named(m, 0, 0);
	if (found < 0)
		return found;
	node = node_at(found);
	if (node.kind != NODE_FILE)
		return node.kind == NODE_DIRECTORY ? -EISDIR : -EINVAL;
	error = may(&who, &node, MAY_WRITE);
	return error < 0 ? error : resize(m, found, size);
}

/* Do the flags mean something?  0; -EINVAL; -EOPNOTSUPP, as Linux answers. */
static int check_mode(uint32_t mode)
{
	static const uint32_t alone[] = {FALLOC_FL_COLLAPSE_RANGE,
	                                 FALLOC_FL_INSERT_RANGE};
	uint32_t known = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE;
	uint32_t others = FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE |
	                  FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE;

	if (mode & ~(known | others))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) &&
	    (!(mode & FALLOC_FL_KEEP_SIZE) || (mode & FALLOC_FL_ZERO_RANGE)))
		return -EOPNOTSUPP;
	for (int i = 0; i < 2; i++)
		if ((mode & alone[i]) && mode != alone[i])
			return -EINVAL;
	if ((mode & FALLOC_FL_UNSHARE_RANGE) &&
	    (mode & ~(FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE)))
		return -EINVAL;
	return 0;
}

/* A hole has as many turns as it needs, and no signal ends it. */
int hole_on(struct wait *making)
{
	struct node *node = node_edit(open_at(making->at)->node);
	uint32_t end = making->done + min(making->total - making->done, TURN);
	int error = is_sealed(node, F_SEAL_WRITES) ? -EPERM : 0;

	for (; error == 0 && making->done < end; making->done += PIECE)
		error =
		    bytes_zero(&node->bytes, making->from + making->done,
		               making->from + min(making->done + PIECE, end),
		               making->token);
	return error == 0 && making->done < making->total ? LATER : error;
}

/* FALLOC_FL_PUNCH_HOLE: so many bytes of the file read as zeroes. */
static int punch(const struct message *m, struct node *node, int64_t from,
                 uint64_t bytes)
{
	struct wait making = room_client(m);

	if (is_sealed(node, F_SEAL_WRITES))
		return -EPERM;
	if (from >= node->bytes.size)
		return 0;
	making.what = WAIT_HOLE;
	making.at = m->object;
	making.from = (uint32_t)from;
	making.total = node->bytes.size - making.from;
	if (making.total > bytes)
		making.total = (uint32_t)bytes;
	node_changed(node, m->euid);
	return turns_begin(&making);
}

int fallocate_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	int64_t offset = (int64_t)((uint64_t)m->args[3] << 32 | m->args[2]);
	int64_t length = (int64_t)((uint64_t)m->args[5] << 32 | m->args[4]);
	uint32_t mode = m->args[1];
	struct node *node;
	int error = check_mode(mode);

	if (offset < 0 || length <= 0)
		return -EINVAL;
	if (error < 0)
		return error;
	if (!writable(open))
		return -EBADF;
	if (node_at(open->node).kind != NODE_FILE)
		return node_at(open->node).kind == NODE_FIFO ? -ESPIPE
		                                             : -ENODEV;
	node = node_edit(open->node);
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if (mode & FALLOC_FL_PUNCH_HOLE)
		return punch(m, node, offset, (uint64_t)length);
	if (length > BYTES_MAX || offset > BYTES_MAX - length)
		return -EFBIG;
	if ((mode & FALLOC_FL_KEEP_SIZE) && offset + length > node->bytes.size)
		return -EOPNOTSUPP;
	if (offset + length <= node->bytes.size)
		return resize(m, open->node, (int)node->bytes.size);
	return resize(m, open->node, (int)(offset + length));
}

/* ---- no disk ------------------------------------------------------------ */

int sync_call(const struct message *m)
{
	(void)m;
	return 0;
}

/* All is in memory, whatever a program says that it will read next. */
int fadvise_call(const struct message *m)
{
	uint32_t advice = m->args[m->type == SYS_fadvise64 ? 4 : 5];

	if (node_at(open_at(m->object)->node).kind == NODE_FIFO)
		return -ESPIPE;
	return advice <= POSIX_FADV_NOREUSE ? 0 : -EINVAL;
}

int fsync_call(const struct message *m)
{
	enum node_kind kind = node_at(open_at(m->object)->node).kind;

	return kind == NODE_FILE || kind == NODE_DIRECTORY ? 0 : -EINVAL;
}
