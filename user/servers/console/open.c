/*
 * user/servers/console/open.c -- what clients have open, and by what name.
 *
 * `files` has checked that the client may open a device, and passes the call on
 * for the object that is the device.  Each open makes an object, because each
 * has flags of its own.
 */
#include "console.h"

#include "../../lib/devices.h"

static struct objects opens = {.bytes = sizeof(struct open)};

/* The readiness of the objects of each kind, as the kernel knows it. */
static uint32_t told[KINDS];

static const enum kind kinds[DEVICES] = {
    [DEVICE_CONSOLE] = KIND_TTY,   [DEVICE_TTY] = KIND_TTY,
    [DEVICE_TTY1] = KIND_TTY,      [DEVICE_IN] = KIND_IN,
    [DEVICE_OUT] = KIND_OUT,       [DEVICE_ERR] = KIND_ERR,
    [DEVICE_STATUS] = KIND_STATUS,
};

/* The row of an object is its number / DEVICES: user/lib/devices.h. */
struct open *open_at(int object)
{
	return objects_at(&opens, object / DEVICES);
}

bool open_start(void)
{
	if (!objects_start(&opens))
		return false;
	open_at(0)->kind = KIND_ROOT;
	return true;
}

void open_close(int object)
{
	if (object >= DEVICES && open_at(object) != 0)
		objects_drop(&opens, object / DEVICES);
}

/* ---- readiness ---------------------------------------------------------- */

static uint32_t readiness(enum kind kind)
{
	switch (kind) {
	case KIND_TTY:
		return (tty_readable() > 0 ? POLLIN : 0) |
		       (tty_stopped() ? 0 : POLLOUT);
	case KIND_IN:
		return host_readable() > 0 ? POLLIN : 0;
	default:
		return POLLOUT;
	}
}

static void tell(enum kind kind, uint32_t word)
{
	told[kind] = word;
	for (int i = 1; i < opens.room; i++) {
		const struct open *open = objects_at(&opens, i);

		if (open != 0 && open->kind == kind && !open_hung_up(open))
			k_ready(open->connection, word);
	}
}

bool open_hung_up(const struct open *open)
{
	return open->kind == KIND_TTY && open->device != DEVICE_CONSOLE &&
	       open->turn != session_turn();
}

void open_hang_up(void)
{
	for (int i = 1; i < opens.room; i++) {
		const struct open *open = objects_at(&opens, i);

		if (open != 0 && open_hung_up(open))
			k_ready(open->connection,
			        POLLIN | POLLOUT | POLLERR | POLLHUP);
	}
}

void open_update(void)
{
	for (int kind = 0; kind < KINDS; kind++) {
		uint32_t word = readiness((enum kind)kind);

		if (word != told[kind])
			tell((enum kind)kind, word);
	}
}

/* Does this open give the client's session a terminal that is free? */
static bool takes_terminal(const struct message *m, const struct open *open)
{
	return open->device == DEVICE_TTY1 && !(open->flags & O_NOCTTY) &&
	       (open->flags & O_ACCMODE) != O_WRONLY && m->sid == m->pid;
}

/* ---- open --------------------------------------------------------------- */

/* May that device be opened so?  0 or -errno. */
static int check(const struct message *m, int device, int flags)
{
	int mode = flags & O_ACCMODE;

	if (device < 0 || device >= DEVICES)
		return -ENOENT;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (device == DEVICE_TTY && !session_has(m))
		return -ENXIO;
	if (device == DEVICE_IN && mode != O_RDONLY)
		return -EACCES;
	if (device > DEVICE_IN && mode != O_WRONLY)
		return -EACCES;
	return 0;
}

static int answer_open(const struct message *m, int object, int device,
                       int flags)
{
	struct open *open = open_at(object);

	open->kind = kinds[device];
	open->device = device;
	open->flags = flags;
	if (session_free() && takes_terminal(m, open))
		session_take(m);
	open->turn = session_turn();
	open->connection = reply_open(m->token, object, told[open->kind]);
	return open->connection;
}

void open_call(const struct message *m)
{
	int flags = (int)m->args[m->type == SYS_open ? 1 : 2];
	int device = DEVICE_OBJECT(m->object); /* it is its own inverse */
	int error = check(m, device, flags);
	int row = error < 0 ? error : objects_take(&opens, m->token);
	int object = device + row * DEVICES;

	error = row < 0 ? row : answer_open(m, object, device, flags);
	if (error >= 0)
		return;
	if (row >= 0)
		open_close(object);
	k_reply(m->token, error, 0);
}
