/*
 * user/servers/console/open.c -- what clients have open, and by what name.
 *
 * `files` passes on opens of /dev/console, /dev/tty and /dev/host/...: the last
 * component of the path says which.  Each open is an object of its own, because
 * its flags are its own; the object's number is its index here.
 */
#include "console.h"

struct open opens[OPENS];

static const struct {
	const char *name;
	enum kind kind;
} names[] = {
    {"console", KIND_TTY}, {"tty", KIND_TTY}, {"in", KIND_IN},
    {"out", KIND_OUT},     {"err", KIND_ERR}, {"status", KIND_STATUS},
};

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

/* The last 1/32 are root's, as of every table of the kernel. */
static int free_slot(uint32_t euid)
{
	int most = euid == 0 ? OPENS : OPENS - OPENS / 32;

	for (int i = 1; i < most; i++)
		if (!opens[i].used)
			return i;
	return -ENFILE;
}

static uint32_t readiness(const struct open *open)
{
	switch (open->kind) {
	case KIND_TTY:
		return POLLOUT | (tty_readable() > 0 ? POLLIN : 0);
	case KIND_IN:
		return host_readable() > 0 ? POLLIN : 0;
	default:
		return POLLOUT;
	}
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
	int slot = kind < 0 ? kind : free_slot(m->euid);

	if (slot < 0) {
		k_reply(m->token, slot, 0);
		return;
	}
	opens[slot] = (struct open){
	    .used = true, .kind = (enum kind)kind, .flags = flags};
	opens[slot].readiness = readiness(&opens[slot]);
	reply.connection[0].descriptor = -1;
	reply.connection[0].object = slot;
	reply.connection[0].readiness = opens[slot].readiness;
	opens[slot].connection = k_reply(m->token, 0, &reply);
	if (opens[slot].connection < 0) {
		opens[slot].used = false;
		k_reply(m->token, opens[slot].connection, 0);
	}
}

void open_close(int object)
{
	if (object > 0 && object < OPENS)
		opens[object].used = false;
}

void open_update(void)
{
	for (int i = 1; i < OPENS; i++) {
		struct open *open = &opens[i];
		uint32_t word;

		if (!open->used)
			continue;
		word = readiness(open);
		if (word != open->readiness)
			k_ready(open->connection, word);
		open->readiness = word;
	}
}
