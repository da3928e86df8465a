/*
 * user/servers/files/directory.c -- what is in a directory.
 *
 * A call gives a page of entries at most, in the form of getdents64 or in that
 * of getdents, which is older and has the file's type in its last byte.
 */
#include "files.h"

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
	int index = (int)(offset - NAMES);

	if (directory >= DYNAMIC)
		name->node = proc_child(directory, &index, text);
	else
		name->node = proc_next_pid(
		    offset > PIDS ? (int)(offset - PIDS) : 1, text);
	if (name->node == NO_NODE)
		return false;
	name->text = text;
	name->bytes = strlen(text);
	name->next = directory >= DYNAMIC
	                 ? NAMES + (uint32_t)index + 1
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

/* ---- the two forms of an entry ------------------------------------------ */

/* With its NUL and the type of the older form, and padded as by Linux. */
static uint32_t entry_bytes(const struct name *name, bool old)
{
	if (old)
		return (offsetof(struct dirent32, d_name) + name->bytes + 2 +
		        3) &
		       ~3u;
	return (offsetof(struct dirent64, d_name) + name->bytes + 1 + 7) & ~7u;
}

static uint32_t put_entry(uint8_t *to, const struct name *name)
{
	struct dirent64 *entry = (struct dirent64 *)to;
	uint32_t bytes = entry_bytes(name, false);

	memset(to, 0, bytes);
	entry->d_ino = (uint32_t)name->node + 1;
	entry->d_off = name->next;
	entry->d_reclen = (uint16_t)bytes;
	entry->d_type = type_of(node_at(name->node).mode);
	memcpy(entry->d_name, name->text, name->bytes);
	return bytes;
}

static uint32_t put_old_entry(uint8_t *to, const struct name *name)
{
	struct dirent32 *entry = (struct dirent32 *)to;
	uint32_t bytes = entry_bytes(name, true);

	memset(to, 0, bytes);
	entry->d_ino = (uint32_t)name->node + 1;
	entry->d_off = name->next;
	entry->d_reclen = (uint16_t)bytes;
	memcpy(entry->d_name, name->text, name->bytes);
	to[bytes - 1] = type_of(node_at(name->node).mode);
	return bytes;
}

/* ---- the call ----------------------------------------------------------- */

int getdents_call(const struct message *m)
{
	static uint8_t buffer[PAGE_SIZE];
	bool old = m->type == SYS_getdents;
	struct open *open = open_at(m->object);
	uint32_t size = min(m->args[2], PAGE_SIZE);
	uint32_t used = 0, offset = open->offset;
	struct name name = {.hint = open->hint};
	int hint = open->hint, moved;
	bool more;

	if (node_at(open->node).kind != NODE_DIRECTORY)
		return -ENOTDIR;
	if (node_at(open->node).links == 0)
		return -ENOENT; /* it is removed */
	while ((more = entry_at_offset(open->node, offset, &name))) {
		if (used + entry_bytes(&name, old) > size)
			break;
		used += old ? put_old_entry(buffer + used, &name)
		            : put_entry(buffer + used, &name);
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
