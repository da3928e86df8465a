/*
 * kernel/ports.c -- which I/O ports a server may use.
 *
 * A bitmap for each channel, in the CPU's own format (SDM 1, 19.5.2): a bit for
 * each port 0..0x3FF, clear where access is allowed.  Ring 3 has no others.
 */
#include "lifecycle.h"

#include "../ipc/message.h"

#define PORTS 0x400

static uint8_t bitmaps[CHANNELS][PORTS / 8];

int proc_allow_ports(int proc, int first, int last)
{
	struct proc *p = &procs[proc];
	uint8_t *bitmap = bitmaps[p->message.channel];

	if (first < 0 || last < first || last >= PORTS)
		return -EINVAL;
	if (p->io_bitmap != bitmap) {
		memset(bitmap, 0xff, sizeof(bitmaps[0]));
		p->io_bitmap = bitmap;
	}
	for (int port = first; port <= last; port++)
		bitmap[port / 8] &= ~(1u << port % 8);
	if (proc == current)
		segments_set_ports(bitmap);
	return 0;
}
