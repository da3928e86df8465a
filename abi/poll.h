/*
 * abi/poll.h -- what can be ready behind a descriptor.
 *
 * Source: poll(2).  The words that servers write (native call `ready`) have
 * POLLIN, POLLOUT, POLLERR and POLLHUP, or are POLL_PATH; the kernel adds the
 * others.
 */
#ifndef ABI_POLL_H
#define ABI_POLL_H

#include "types.h"

#define POLLIN     0x001u
#define POLLPRI    0x002u
#define POLLOUT    0x004u
#define POLLERR    0x008u
#define POLLHUP    0x010u
#define POLLNVAL   0x020u
#define POLLRDNORM 0x040u
#define POLLWRNORM 0x100u

/* The word of a descriptor that is open for its name alone: O_PATH. */
#define POLL_PATH (0x10000u | POLLNVAL)

struct pollfd {
	int fd;
	uint16_t events, revents;
};

_Static_assert(sizeof(struct pollfd) == 8, "Linux i386");

#endif
