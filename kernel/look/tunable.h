/*
 * kernel/look/tunable.h -- what an administrator may set: the limits of System
 * V IPC, the reserve of memory, how much the log says, and the trace.  This
 * header declares what tunable.c has.
 *
 * Boot sets a value by its name, from the kernel's command line.  The file
 * server sets it by its number, through the servers' door: that is
 * /proc/sys/kernel.
 */
#ifndef KERNEL_TUNABLE_H
#define KERNEL_TUNABLE_H

#include "../../abi/message.h"

struct tunable {
	const char *name;
	uint32_t *value;
	uint32_t least, most;
};
extern const struct tunable tunables[TUNABLES];

/* Sets one.  0, or -EINVAL: there is none of that number, or out of range. */
int tunable_set(uint32_t which, uint32_t value);

#endif
