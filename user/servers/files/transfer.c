/*
 * user/servers/files/transfer.c -- bytes to and from what is open.
 *
 * The archive is mapped here, so a read is one copy from it into the client's
 * buffer, of at most 64 KiB a native call; a read that needs more loops.  Files
 * of /proc are read from what is made when they are read at their start.
 */
#include "files.h"

#define BUFFER   1 /* the lease of read, write, readv, writev, getdents64 */
#define COPY_MAX 65536u

static bool readable(const struct open *open)
{
	return (open->flags & O_ACCMODE) != O_WRONLY;
}

static bool writable(const struct open *open)
{
	return (open->flags & O_ACCMODE) != O_RDONLY;
}

/* Copies to the client; bytes, or -errno when none could be moved. */
static int give(int token, const uint8_t *from, uint32_t bytes)
{
	uint32_t done = 0;

	while (done < bytes) {
		uint32_t piece = bytes - done;
		int moved = k_lease_write(token, BUFFER, done, from + done,
		                          piece < COPY_MAX ? piece : COPY_MAX);

		if (moved <= 0)
			return done > 0 ? (int)done : moved;
		done += (uint32_t)moved;
	}
	return (int)done;
}

static int give_zeroes(int token, uint32_t bytes)
{
	static const uint8_t zeroes[PAGE_SIZE];
	uint32_t done = 0;

	while (done < bytes) {
		uint32_t piece = bytes - done;
		int moved =
		    k_lease_write(token, BUFFER, done, zeroes,
		                  piece < PAGE_SIZE ? piece : PAGE_SIZE);

		if (moved <= 0)
			return done > 0 ? (int)done : moved;
		done += (uint32_t)moved;
	}
	return (int)done;
}

static int give_from(const struct message *m, struct open *open,
                     const uint8_t *bytes, uint32_t size, uint32_t wanted)
{
	uint32_t left = open->offset < size ? size - open->offset : 0;
	int moved;

	if (wanted > left)
		wanted = left;
	moved = wanted == 0 ? 0 : give(m->token, bytes + open->offset, wanted);
	if (moved > 0)
		open->offset += (uint32_t)moved;
	return moved;
}

int read_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);
	int wanted = k_lease_size(m->token, BUFFER), error;

	if (!readable(open))
		return -EBADF;
	if (node.kind == NODE_DIRECTORY)
		return -EISDIR;
	if (wanted <= 0 || node.kind == NODE_NULL)
		return wanted < 0 ? wanted : 0;
	if (node.kind == NODE_ZERO)
		return give_zeroes(m->token, (uint32_t)wanted);
	if (node.kind == NODE_MADE) {
		error = made_read(open);
		return error < 0
		           ? error
		           : give_from(m, open, (const uint8_t *)open->made,
		                       open->made_bytes, (uint32_t)wanted);
	}
	return give_from(m, open, node.body, node.bytes, (uint32_t)wanted);
}

int write_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);

	if (!writable(open))
		return -EBADF;
	if (node.kind == NODE_MADE)
		return made_write(m, open);
	return k_lease_size(m->token, BUFFER); /* null and zero swallow all */
}

/* ---- position ------------------------------------------------------------ */

/* Moves the offset, of 31 bits: files are small.  0 or -errno. */
static int seek(struct open *open, int high, uint32_t low, uint32_t whence)
{
	struct node node = node_at(open->node);
	int64_t to = ((int64_t)high << 32) + low;

	if (whence > SEEK_END)
		return -EINVAL;
	if (whence == SEEK_END && node.kind == NODE_MADE &&
	    !made_settable(&node))
		return -EINVAL; /* where that is, only who reads it finds */
	if (node.kind == NODE_NULL || node.kind == NODE_ZERO) {
		open->offset = 0;
		return 0;
	}
	if (whence == SEEK_CUR)
		to += open->offset;
	if (whence == SEEK_END)
		to += node.bytes;
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
	error = k_lease_write(m->token, 3, 0, result, sizeof(result));
	if (error < 0) {
		open->offset = before;
		return error;
	}
	return 0;
}

/* ---- directories --------------------------------------------------------- */

#define PIDS 0x10000 /* offsets in /proc from here up: a pid + 1 */

static uint8_t type_of(uint32_t mode)
{
	return (uint8_t)((mode & S_IFMT) >> 12);
}

struct name {
	const char *text;
	uint32_t bytes;
	int node;
};

static bool stored_child(int directory, uint32_t index, struct name *name)
{
	int at = node_at(directory).child;
	struct node node;

	while (at != NO_NODE && index-- > 0)
		at = node_at(at).next;
	if (at == NO_NODE)
		return false;
	node = node_at(at);
	*name = (struct name){node.name, node.name_bytes, at};
	return true;
}

static bool dynamic_child(int directory, uint32_t offset, struct name *name)
{
	static char text[16];

	if (directory >= DYNAMIC)
		name->node = proc_child(directory, (int)offset - 2, text);
	else
		name->node = proc_next_pid(
		    offset > PIDS ? (int)(offset - PIDS) - 1 : 0, text);
	name->text = text;
	name->bytes = strlen(text);
	return name->node != NO_NODE;
}

/* The entry at `offset` of a directory, and the offset after it; 0: the end. */
static uint32_t entry_at(int directory, uint32_t offset, struct name *name)
{
	if (offset < 2) {
		*name = (struct name){"..", offset + 1, directory};
		if (offset == 1)
			name->node = node_at(directory).parent;
		return offset + 1;
	}
	if (directory < DYNAMIC && offset < PIDS &&
	    stored_child(directory, offset - 2, name))
		return offset + 1;
	if (directory < DYNAMIC && directory != proc_root)
		return 0;
	if (!dynamic_child(directory, offset, name))
		return 0;
	return directory >= DYNAMIC
	           ? offset + 1
	           : PIDS + 1 + (uint32_t)node_at(name->node).pid;
}

/* With its NUL, and padded as Linux pads: some programs count on it. */
static uint32_t entry_bytes(const struct name *name)
{
	return (offsetof(struct dirent64, d_name) + name->bytes + 1 + 7) & ~7u;
}

static uint32_t put_entry(uint8_t *to, const struct name *name, uint32_t next)
{
	struct dirent64 *entry = (struct dirent64 *)to;
	uint32_t bytes = entry_bytes(name);

	memset(to, 0, bytes);
	entry->d_ino = (uint32_t)name->node + 1;
	entry->d_off = next;
	entry->d_reclen = (uint16_t)bytes;
	entry->d_type = type_of(node_at(name->node).mode);
	memcpy(entry->d_name, name->text, name->bytes);
	return bytes;
}

int getdents_call(const struct message *m)
{
	static uint8_t buffer[PAGE_SIZE];
	struct open *open = open_at(m->object);
	uint32_t size = m->args[2] < PAGE_SIZE ? m->args[2] : PAGE_SIZE;
	uint32_t used = 0, offset = open->offset, next;
	struct name name;
	int moved;

	if (node_at(open->node).kind != NODE_DIRECTORY)
		return -ENOTDIR;
	while ((next = entry_at(open->node, offset, &name)) != 0) {
		if (used + entry_bytes(&name) > size)
			break;
		used += put_entry(buffer + used, &name, next);
		offset = next;
	}
	if (used == 0)
		return next == 0 ? 0 : -EINVAL;
	moved = k_lease_write(m->token, BUFFER, 0, buffer, used);
	if (moved < 0)
		return moved;
	open->offset = offset;
	return (int)used;
}

/* ---- mmap2, fcntl64 ------------------------------------------------------ */

#define MMAP_LENGTH 1
#define MMAP_PROT   2
#define MMAP_FLAGS  3
#define MMAP_OFFSET 5

static int map_segment(const struct message *m, int segment, uint32_t rights)
{
	int error;

	if (segment < 0)
		return segment;
	error = k_map(m->token, segment, m->args[MMAP_OFFSET] << PAGE_SHIFT,
	              rights);
	k_segment_drop(segment);
	return error < 0 ? error : ANSWERED;
}

int mmap_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);
	bool shared = (m->args[MMAP_FLAGS] & 3) == MAP_SHARED;
	uint32_t rights = PROT_READ | PROT_EXEC | (shared ? 0 : PROT_WRITE);

	if (!readable(open))
		return -EACCES;
	if (node.kind == NODE_ZERO)
		return map_segment(
		    m,
		    k_segment_make(SEGMENT_OF_MEMORY, m->args[MMAP_LENGTH], 0),
		    PROT_READ | PROT_WRITE | PROT_EXEC);
	if (node.kind != NODE_FILE || node.bytes == 0)
		return -ENODEV;
	if (m->args[MMAP_PROT] & ~rights & PROT_WRITE)
		return -EACCES;
	return map_segment(m,
	                   k_segment_make(SEGMENT_OF_ARCHIVE,
	                                  (uint32_t)(node.body - archive),
	                                  node.bytes),
	                   rights);
}

int fcntl_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	int settable = O_NONBLOCK | O_APPEND;

	if (m->args[1] == F_GETFL)
		return open->flags & (O_ACCMODE | settable | O_LARGEFILE |
		                      O_DIRECTORY | O_NOFOLLOW);
	if (m->args[1] != F_SETFL)
		return -EINVAL;
	open->flags = (open->flags & ~settable) | ((int)m->args[2] & settable);
	return 0;
}
