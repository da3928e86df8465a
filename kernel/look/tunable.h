/*
 * kernel/look/tunable.h -- the limits that an administrator may set.
 *
 * By name on the kernel's command line, and by number through the servers'
 * door, which is what /proc/sys/kernel does.  One table for all.
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

/* 0, or -EINVAL with nothing changed. */
int tunable_set(uint32_t which, uint32_t value);

#endif
