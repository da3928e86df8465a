/*
 * user/servers/files/transfer.c -- bytes to and from what is open.
 *
 * The archive is mapped here, so a read copies from it to the client's buffer:
 * at most 64 KiB with each native call, and TURN bytes in each turn (turns.c).
 * The contents of files of /proc are made when they are read (made.c).
 */
#include "files.h"

#define TURN 0x100000u

static bool readable(const struct open *open)
{
	return (open->flags & O_ACCMODE) != O_WRONLY;
}

static bool writable(const struct open *open)
{
	return (open->flags & O_ACCMODE) != O_RDONLY;
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
	return r->done < r->total && !r->hurried ? LATER : (int)r->done;
}

/* Does one turn of a read of zeroes. */
static int give_zeroes(struct wait *r)
{
	static const uint8_t zeroes[PAGE_SIZE];
	uint32_t turn = min(r->total - r->done, TURN), done = 0;

	while (done < turn) {
		int moved = k_lease_write(r->token, BUFFER, r->done + done,
		                          zeroes, min(turn - done, PAGE_SIZE));

		if (moved <= 0)
			return turn_over(r, turn, done > 0 ? (int)done : moved);
		done += (uint32_t)moved;
	}
	return turn_over(r, turn, (int)done);
}

/*
 * A read of a file begins: the offset moves behind all of its bytes, so that
 * no other process that shares the open file reads them, too.
 */
static void claim(struct wait *r, struct open *open, uint32_t bytes)
{
	uint32_t left = open->offset < bytes ? bytes - open->offset : 0;

	r->from = open->offset;
	r->total = min(r->total, left);
	open->offset += r->total;
}

/* Does one turn of a read of a file. */
static int give_file(struct wait *r, struct open *open, struct node *node)
{
	uint32_t end = r->from + r->total;
	struct span span = {.token = r->token,
	                    .argument = BUFFER,
	                    .lease_offset = r->done,
	                    .offset = r->from + r->done,
	                    .bytes = min(r->total - r->done, TURN)};
	int result = turn_over(r, span.bytes, bytes_read(&node->bytes, span));

	if (result != LATER && open->offset == end)
		open->offset = r->from + r->done; /* it read less */
	return result;
}

int read_on(struct wait *r)
{
	struct open *open = open_at(r->at);
	struct node node = node_at(open->node);

	switch (node.kind) {
	case NODE_ZERO:
		return give_zeroes(r);
	case NODE_MADE:
		return r->hurried ? -EINTR : made_read(r, open);
	default:
		return give_file(r, open, &node);
	}
}

int read_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);
	struct wait reading = room_client(m);
	int wanted = buffer_bytes(m);

	if (!readable(open))
		return -EBADF;
	if (node.kind == NODE_DIRECTORY)
		return -EISDIR;
	if (wanted <= 0 || node.kind == NODE_NULL)
		return wanted < 0 ? wanted : 0;
	reading.at = m->object;
	reading.total = (uint32_t)wanted;
	if (node.kind == NODE_FILE)
		claim(&reading, open, node.bytes.size);
	return turns_begin(&reading);
}

int write_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);

	if (!writable(open))
		return -EBADF;
	if (node.kind == NODE_MADE)
		return made_write(m, open);
	/* null and zero take everything. */
	return buffer_bytes(m);
}

/* ---- position ----------------------------------------------------------- */

/* Moves the offset, which has 31 bits: files are small.  0 or -errno. */
static int seek(struct open *open, int high, uint32_t low, uint32_t whence)
{
	struct node node = node_at(open->node);
	int64_t to = ((int64_t)high << 32) + low;

	if (whence > SEEK_END)
		return -EINVAL;
	if (whence == SEEK_END && node.kind == NODE_MADE &&
	    !made_settable(&node))
		return -EINVAL; /* the end is unknown before it is read */
	if (node.kind == NODE_NULL || node.kind == NODE_ZERO) {
		open->offset = 0;
		return 0;
	}
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

/* ---- directories -------------------------------------------------------- */

/*
 * The offset in a directory says what comes next: 0 is ".", 1 is "..", and
 * NAMES + c is the stored name with the cookie c or the next one.  In /proc,
 * PIDS + n is process n or the next one.  So each call continues at once,
 * however many names there are.
 */
#define NAMES 2u
#define PIDS  0x40000000u

static uint8_t type_of(uint32_t mode)
{
	return (uint8_t)((mode & S_IFMT) >> 12);
}

struct name {
	const char *text;
	uint32_t bytes;
	int node;
	uint32_t next; /* the offset after it */
	int hint;      /* an entry that may well be there */
};

static bool stored_child(int directory, uint32_t offset, struct name *name)
{
	int at = entry_from(directory, offset - NAMES, name->hint);
	const struct entry *entry;

	if (at == NO_ENTRY)
		return false;
	entry = entry_at(at);
	*name = (struct name){entry_name(at), entry->name_bytes, entry->node,
	                      NAMES + entry->cookie + 1, entry->after};
	return true;
}

static bool dynamic_child(int directory, uint32_t offset, struct name *name)
{
	static char text[16];

	if (directory >= DYNAMIC)
		name->node = proc_child(directory, (int)(offset - NAMES), text);
	else
		name->node = proc_next_pid(
		    offset > PIDS ? (int)(offset - PIDS) : 1, text);
	if (name->node == NO_NODE)
		return false;
	name->text = text;
	name->bytes = strlen(text);
	name->next = directory >= DYNAMIC
	                 ? offset + 1
	                 : PIDS + 1 + (uint32_t)node_at(name->node).pid;
	return true;
}

/* Finds the entry at `offset`.  False: the end. */
static bool entry_at_offset(int directory, uint32_t offset, struct name *name)
{
	if (offset < NAMES) {
		*name = (struct name){"..", offset + 1, directory, offset + 1,
		                      name->hint};
		if (offset == 1)
			name->node = node_at(directory).parent;
		return true;
	}
	if (directory < DYNAMIC && offset < PIDS &&
	    stored_child(directory, offset, name))
		return true;
	if (directory < DYNAMIC && directory != proc_root)
		return false;
	return dynamic_child(directory, offset, name);
}

/* With its NUL, and padded as by Linux: some programs need that. */
static uint32_t entry_bytes(const struct name *name)
{
	return (offsetof(struct dirent64, d_name) + name->bytes + 1 + 7) & ~7u;
}

static uint32_t put_entry(uint8_t *to, const struct name *name)
{
	struct dirent64 *entry = (struct dirent64 *)to;
	uint32_t bytes = entry_bytes(name);

	memset(to, 0, bytes);
	entry->d_ino = (uint32_t)name->node + 1;
	entry->d_off = name->next;
	entry->d_reclen = (uint16_t)bytes;
	entry->d_type = type_of(node_at(name->node).mode);
	memcpy(entry->d_name, name->text, name->bytes);
	return bytes;
}

int getdents_call(const struct message *m)
{
	static uint8_t buffer[PAGE_SIZE];
	struct open *open = open_at(m->object);
	uint32_t size = min(m->args[2], PAGE_SIZE);
	uint32_t used = 0, offset = open->offset;
	struct name name = {.hint = open->hint};
	int hint = open->hint, moved;
	bool more;

	if (node_at(open->node).kind != NODE_DIRECTORY)
		return -ENOTDIR;
	while ((more = entry_at_offset(open->node, offset, &name))) {
		if (used + entry_bytes(&name) > size)
			break;
		used += put_entry(buffer + used, &name);
		offset = name.next;
		hint = name.hint;
	}
	if (used == 0)
		return more ? -EINVAL : 0;
	moved = k_lease_write(m->token, BUFFER, 0, buffer, used);
	if (moved < 0)
		return moved;
	open->offset = offset;
	open->hint = hint;
	return (int)used;
}

/* ---- mmap2, fcntl64 ----------------------------------------------------- */

#define MMAP_LENGTH 1
#define MMAP_PROT   2
#define MMAP_FLAGS  3
#define MMAP_OFFSET 5

static int map_zero(const struct message *m)
{
	uint32_t kind = SEGMENT_OF_MEMORY;
	int segment, error;

	if (m->args[MMAP_FLAGS] & MAP_NORESERVE)
		kind |= SEGMENT_UNPROMISED;
	segment =
	    k_segment_make(kind, m->args[MMAP_LENGTH], 0, (uint32_t)m->token);
	if (segment < 0)
		return segment;
	error = k_map(m->token, segment, m->args[MMAP_OFFSET],
	              PROT_READ | PROT_WRITE | PROT_EXEC);
	k_segment_drop(segment);
	return error < 0 ? error : ANSWERED;
}

/* Does it reach beyond 4 GiB?  On Linux only mappings of plain files may. */
static bool reaches_too_far(const struct message *m)
{
	uint32_t length = (m->args[MMAP_LENGTH] + PAGE_SIZE - 1) & -PAGE_SIZE;

	return m->args[MMAP_OFFSET] > (UINT32_MAX - length) >> PAGE_SHIFT;
}

static bool is_shared(const struct message *m)
{
	return (m->args[MMAP_FLAGS] & MAP_TYPE) != MAP_PRIVATE;
}

/*
 * Maps a file.  One that is mapped shared has to have bytes of its own: what
 * another process writes into it is seen there.
 */
static int map_file(const struct message *m, struct bytes *bytes,
                    uint32_t rights)
{
	int segment = is_shared(m) ? bytes_own_segment(bytes, m->token)
	                           : bytes_segment(bytes, m->token);
	int error;

	if (segment < 0)
		return -ENOMEM;
	error = k_map(m->token, segment, m->args[MMAP_OFFSET], rights);
	bytes_release(bytes, segment);
	return error < 0 ? error : ANSWERED;
}

int mmap_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);
	uint32_t rights = PROT_READ | PROT_EXEC;

	if (writable(open) || !is_shared(m))
		rights |= PROT_WRITE;
	if (node.kind != NODE_FILE && node.kind != NODE_MADE &&
	    reaches_too_far(m))
		return -EOVERFLOW;
	if (!readable(open))
		return -EACCES;
	if (node.kind == NODE_MADE)
		return -EIO;
	if (node.kind == NODE_ZERO)
		return map_zero(m);
	if (node.kind != NODE_FILE)
		return -ENODEV;
	if (m->args[MMAP_PROT] & ~rights & PROT_WRITE)
		return -EACCES;
	return map_file(m, &node_edit(open->node)->bytes, rights);
}

int fcntl_call(const struct message *m)
{
	return flags_call(m, &open_at(m->object)->flags);
}
