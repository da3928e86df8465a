/*
 * user/lib/devices.h -- the console's devices: their names, rights and numbers.
 *
 * `files` makes the devices under /dev and enforces their rights; the console
 * gives the same answers to a program that asks about an open device.  Numbers
 * and rights are those of Linux.  Linux has no host line: its devices have the
 * numbers 60:n and belong to root.
 *
 *	console   the terminal, for root alone
 *	tty1      the same; it becomes the terminal of a session (open.c)
 *	tty       the controlling terminal of the process that opens it
 *
 * A device is the same file by whichever server one asks: its st_dev is
 * DEVICE_FILES, its st_ino is its number here + 1.  And an object of the
 * console says by which name it was opened: its number % DEVICES.
 */
#ifndef USER_LIB_DEVICES_H
#define USER_LIB_DEVICES_H

#include "../../abi/types.h"

/*
 * `files` passes the open of a device on to the console for the object
 * DEVICE_OBJECT(device): only that says which device it is, because the path
 * may be a link's.
 */
#define DEVICE_OBJECT(device) (-1 - (int)(device))

#define GROUP_TTY    5
#define DEVICE_FILES 2u

enum device {
	DEVICE_CONSOLE,
	DEVICE_TTY,
	DEVICE_TTY1,
	DEVICE_IN,
	DEVICE_OUT,
	DEVICE_ERR,
	DEVICE_STATUS,
	DEVICES
};

static const struct {
	const char *path;
	uint32_t rights, gid, rdev;
} devices[DEVICES] = {
    [DEVICE_CONSOLE] = {"dev/console", 0600, 0, 0x0501},
    [DEVICE_TTY] = {"dev/tty", 0666, 0, 0x0500},
    [DEVICE_TTY1] = {"dev/tty1", 0620, GROUP_TTY, 0x0401},
    [DEVICE_IN] = {"dev/host/in", 0600, 0, 0x3C02},
    [DEVICE_OUT] = {"dev/host/out", 0600, 0, 0x3C03},
    [DEVICE_ERR] = {"dev/host/err", 0600, 0, 0x3C04},
    [DEVICE_STATUS] = {"dev/host/status", 0600, 0, 0x3C05},
};

#endif
