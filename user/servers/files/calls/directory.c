/*
 * user/servers/files/calls/directory.c -- what is in a directory.
 *
 * A call gives a page of entries at most, in the form of getdents64 or in that
 * of getdents, which is older and has the file's type in its last byte.  It is
 * done in turns (open/turns.c), because after an lseek, or when the next name
 * has been removed, the place in a long list has to be looked for.
 */
#include "calls.h"

#include "../proc/proc.h"

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

/* What the search for a name has found. */
enum found { THE_END, A_NAME, NOT_YET };

static enum found stored_child(int directory, uint32_t offset,
                               struct name *name)
{
	int at = entry_from(directory, offset - NAMES, &name->hint);
	const struct entry *entry;

	if (at < 0)
		return at == FURTHER ? NOT_YET : THE_END;
	entry = entry_at(at);
	*name = (struct name){entry_name(at), entry->name_bytes, entry->node,
	                      NAMES + entry->cookie + 1, entry->after};
	return A_NAME;
}

static enum found dynamic_child(int directory, uint32_t offset,
                                struct name *name)
{
	static char text[16];
	int index = (int)(offset - NAMES);

	if (directory >= DYNAMIC)
		name->node = proc_child(directory, &index, text);
	else
		name->node = proc_next_pid(
		    offset > PIDS ? (int)(offset - PIDS) : 1, text);
	if (name->node == NO_NODE)
		return THE_END;
	name->text = text;
	name->bytes = strlen(text);
	name->next = directory >= DYNAMIC
	                 ? NAMES + (uint32_t)index + 1
	                 : PIDS + 1 + (uint32_t)node_at(name->node).pid;
	return A_NAME;
}

/* Finds the name at `offset`. */
static enum found name_at(int directory, uint32_t offset, struct name *name)
{
	enum found found = THE_END;

	if (offset < NAMES) {
		*name = (struct name){"..", offset + 1, directory, offset + 1,
		                      name->hint};
		if (offset == 1)
			name->node = node_at(directory).parent;
		return A_NAME;
	}
	if (directory < DYNAMIC && offset < PIDS)
		found = stored_child(directory, offset, name);
	if (found == THE_END &&
	    (directory >= DYNAMIC || directory == proc_root))
		found = dynamic_child(directory, offset, name);
	return found;
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
	entry->d_ino = node_look(name->node)->ino;
	entry->d_off = name->next;
	entry->d_reclen = (uint16_t)bytes;
	entry->d_type = type_of(node_look(name->node)->mode);
	memcpy(entry->d_name, name->text, name->bytes);
	return bytes;
}

static uint32_t put_old_entry(uint8_t *to, const struct name *name)
{
	struct dirent32 *entry = (struct dirent32 *)to;
	uint32_t bytes = entry_bytes(name, true);

	memset(to, 0, bytes);
	entry->d_ino = node_look(name->node)->ino;
	entry->d_off = name->next;
	entry->d_reclen = (uint16_t)bytes;
	memcpy(entry->d_name, name->text, name->bytes);
	to[bytes - 1] = type_of(node_look(name->node)->mode);
	return bytes;
}

/* ---- the call ----------------------------------------------------------- */

/* Fills a page with what is at the offset, which moves on.  Bytes, or LATER. */
static int fill(uint8_t *page, uint32_t size, bool old, struct open *open)
{
	struct name name = {.hint = open->hint};
	uint32_t used = 0;
	enum found found;

	while ((found = name_at(open->node, open->offset, &name)) == A_NAME) {
		if (used + entry_bytes(&name, old) > size)
			break;
		used += old ? put_old_entry(page + used, &name)
		            : put_entry(page + used, &name);
		open->offset = name.next;
		open->hint = name.hint;
	}
	if (found == NOT_YET) {
		open->hint = name.hint;
		return used > 0 ? (int)used : LATER;
	}
	return used > 0 || found == THE_END ? (int)used : -EINVAL;
}

int names_on(struct wait *r)
{
	static uint8_t page[PAGE_SIZE];
	struct open *open = open_at(r->at);
	uint32_t before = open->offset;
	int used, moved;

	if (node_at(open->node).links == 0)
		return -ENOENT; /* it is removed */
	used = fill(page, r->total, r->what == WAIT_OLD_NAMES, open);
	if (used <= 0)
		return used;
	moved = k_lease_write(r->token, BUFFER, 0, page, (uint32_t)used);
	if (moved < 0)
		open->offset = before;
	return moved < 0 ? moved : used;
}

int getdents_call(const struct message *m)
{
	struct wait reading = room_client(m);
	int node = object_node(m);

	if (node_at(node).kind != NODE_DIRECTORY)
		return -ENOTDIR;
	open_accessed(open_at(m->object));
	reading.what = m->type == SYS_getdents ? WAIT_OLD_NAMES : WAIT_NAMES;
	reading.at = m->object;
	reading.total = min(m->args[2], PAGE_SIZE);
	return turns_begin(&reading);
}
