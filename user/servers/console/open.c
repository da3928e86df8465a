/*
 * user/servers/console/open.c -- what clients have open, and by what name.
 *
 * `files` has seen that the client has the right to open a device, and passes
 * the call on: the last component of the path says which device it is.  Each
 * open is an object of its own, because its flags are its own; the object's
 * number is its index here.
 *
 * The table grows.  What bounds it is the kernel's table of connections: each
 * open has one, and the last 1/32 of them are root's.
 */
#include "console.h"

#include "../../lib/devices.h"

#define FIRST_ROOM 128

static struct open *opens;
static int room;
static int free_list = -1; /* of those not in use, by `next` */

static uint32_t told[KINDS]; /* the readiness that opens of a kind have */

static const enum kind kinds[DEVICES] = {
    [DEVICE_CONSOLE] = KIND_TTY,   [DEVICE_TTY] = KIND_TTY,
    [DEVICE_TTY1] = KIND_TTY,      [DEVICE_IN] = KIND_IN,
    [DEVICE_OUT] = KIND_OUT,       [DEVICE_ERR] = KIND_ERR,
    [DEVICE_STATUS] = KIND_STATUS,
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

/* ---- the controlling terminal ------------------------------------------- */

/*
 * The session whose controlling terminal this is, and when its leader was born:
 * a number that comes back names another session.  A session that has lost its
 * leader has no terminal; below 0: none ever had it.
 */
static int session, since = -1;

static bool session_lives(void)
{
	return since >= 0 && k_leader((uint32_t)session) == since;
}

/* Does an open of the terminal itself give it to the client's session? */
static bool takes_terminal(const struct message *m, const struct open *open)
{
	return open->device == DEVICE_TTY1 && !(open->flags & O_NOCTTY) &&
	       (open->flags & O_ACCMODE) != O_WRONLY &&
	       k_session(m->token) == m->pid && !session_lives();
}

static bool has_terminal(const struct message *m)
{
	return session_lives() && k_session(m->token) == session;
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

static int find_device(const char *path)
{
	const char *last = last_component(path);

	for (int i = 0; i < DEVICES; i++)
		if (strcmp(last_component(devices[i].path), last) == 0)
			return i;
	return -ENOENT;
}

/* The device that a path names, and its access mode must suit. */
static int wanted_device(const struct message *m, int flags)
{
	static char path[PATH_MAX];
	int argument = m->type == SYS_open ? 0 : 1;
	int length = k_lease_string(m->token, argument, path, sizeof(path));
	int device = length < 0 ? length : find_device(path);
	int mode = flags & O_ACCMODE;

	if (device < 0)
		return device;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (device == DEVICE_TTY && !has_terminal(m))
		return -ENXIO;
	if (device == DEVICE_IN && mode != O_RDONLY)
		return -EACCES;
	if (device > DEVICE_IN && mode != O_WRONLY)
		return -EACCES;
	return device;
}

static int answer_open(const struct message *m, int object, int device)
{
	enum kind kind = kinds[device];
	bool takes;

	opens[object] =
	    (struct open){.used = true,
	                  .kind = kind,
	                  .device = device,
	                  .flags = (int)m->args[m->type == SYS_open ? 1 : 2]};
	takes = takes_terminal(m, &opens[object]);
	opens[object].connection = reply_open(m->token, object, told[kind]);
	if (takes && opens[object].connection >= 0) {
		session = m->pid;
		since = k_leader((uint32_t)session);
	}
	return opens[object].connection;
}

void open_call(const struct message *m)
{
	int device =
	    wanted_device(m, (int)m->args[m->type == SYS_open ? 1 : 2]);
	int object = device < 0 ? device : take_free();
	int error = object < 0 ? object : answer_open(m, object, device);

	if (error >= 0)
		return;
	open_close(object);
	k_reply(m->token, error, 0);
}
