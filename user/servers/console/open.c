/*
 * user/servers/console/open.c -- what clients have open, and by what name.
 *
 * `files` passes on opens of /dev/console, /dev/tty and /dev/host/...: the last
 * component of the path says which.  Each open is an object of its own, because
 * its flags are its own; the object's number is its index here.
 *
 * The table grows.  What bounds it is the kernel's table of connections: each
 * open has one, and the last 1/32 of them are root's.
 */
#include "console.h"

#define FIRST_ROOM 128

static struct open *opens;
static int room;
static int free_list = -1; /* of those not in use, by `next` */

static uint32_t told[KINDS]; /* the readiness that opens of a kind have */

static const struct {
	const char *name;
	enum kind kind;
} names[] = {
    {"console", KIND_TTY}, {"tty", KIND_TTY}, {"in", KIND_IN},
    {"out", KIND_OUT},     {"err", KIND_ERR}, {"status", KIND_STATUS},
};

/* ---- the table ---------------------------------------------------------- */

struct open *open_at(int object)
{
	if (object < 0 || object >= room || !opens[object].used)
		return 0;
	return &opens[object];
}

static void put_free(int from, int to)
{
	for (int i = to - 1; i >= from; i--) {
		opens[i] = (struct open){.next = free_list};
		free_list = i;
	}
}

/* Twice as many, or the first ones; false: there is no memory. */
static bool grow(void)
{
	int more = room > 0 ? 2 * room : FIRST_ROOM;
	struct open *bigger = unix_map((uint32_t)more * sizeof(*opens));

	if (bigger == 0)
		return false;
	if (room > 0) {
		memcpy(bigger, opens, (uint32_t)room * sizeof(*opens));
		unix_unmap(opens, (uint32_t)room * sizeof(*opens));
	}
	opens = bigger;
	put_free(room, more);
	room = more;
	return true;
}

static int take_free(void)
{
	int object = free_list;

	if (object < 0 && !grow())
		return -ENFILE;
	object = free_list;
	free_list = opens[object].next;
	return object;
}

bool open_start(void)
{
	int root = take_free();

	if (root < 0)
		return false;
	opens[root] = (struct open){.used = true, .kind = KIND_ROOT};
	return true;
}

void open_close(int object)
{
	if (object > 0 && open_at(object) != 0)
		put_free(object, object + 1);
}

/* ---- readiness ---------------------------------------------------------- */

static uint32_t readiness(enum kind kind)
{
	switch (kind) {
	case KIND_TTY:
		return POLLOUT | (tty_readable() > 0 ? POLLIN : 0);
	case KIND_IN:
		return host_readable() > 0 ? POLLIN : 0;
	default:
		return POLLOUT;
	}
}

static void tell(enum kind kind, uint32_t word)
{
	told[kind] = word;
	for (int i = 1; i < room; i++)
		if (opens[i].used && opens[i].kind == kind)
			k_ready(opens[i].connection, word);
}

void open_update(void)
{
	for (int kind = 0; kind < KINDS; kind++) {
		uint32_t word = readiness((enum kind)kind);

		if (word != told[kind])
			tell((enum kind)kind, word);
	}
}

/* ---- open --------------------------------------------------------------- */

static const char *last_component(const char *path)
{
	const char *last = path;

	for (; *path != '\0'; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

static int find_name(const char *path)
{
	const char *last = last_component(path);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, last) == 0)
			return (int)names[i].kind;
	return -ENOENT;
}

/* The kind that a path names, and its access mode must suit. */
static int wanted_kind(const struct message *m, int flags)
{
	static char path[PATH_MAX];
	int argument = m->type == SYS_open ? 0 : 1;
	int length = k_lease_string(m->token, argument, path, sizeof(path));
	int kind = length < 0 ? length : find_name(path);
	int mode = flags & O_ACCMODE;

	if (kind < 0)
		return kind;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (kind == KIND_IN && mode != O_RDONLY)
		return -EACCES;
	if (kind > KIND_IN && mode != O_WRONLY)
		return -EACCES;
	return kind;
}

void open_call(const struct message *m)
{
	int flags = (int)m->args[m->type == SYS_open ? 1 : 2];
	struct reply reply = {.count = 1};
	int kind = wanted_kind(m, flags);
	int object = kind < 0 ? kind : take_free();
	int connection;

	if (object < 0) {
		k_reply(m->token, object, 0);
		return;
	}
	opens[object] = (struct open){
	    .used = true, .kind = (enum kind)kind, .flags = flags};
	reply.connection[0].descriptor = -1;
	reply.connection[0].object = object;
	reply.connection[0].readiness = told[kind];
	connection = k_reply(m->token, 0, &reply);
	opens[object].connection = connection;
	if (connection < 0) {
		open_close(object);
		k_reply(m->token, connection, 0);
	}
}
