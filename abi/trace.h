/*
 * abi/trace.h -- the events of the trace ring, 40 bytes each.
 *
 * With `trace` on the kernel's command line each is written to port 0xE9 as it
 * happens: the byte 0x1E, then its 40 bytes.  Text of the log never contains
 * 0x1E.  tools/run --trace FILE asks for this, and tools/trace turns events
 * into text.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include "types.h"

enum trace_type {
	TRACE_CALL = 1, /* a: number; b, c and more: the six arguments */
	TRACE_RETURN,   /* a: number, b: result */
	TRACE_FAULT,    /* a: address, b: error code, c: eip */
	TRACE_LINK,     /* a: first slot, b: slots, c: PDE word */
	TRACE_UNLINK,   /* a: first slot, b: slots */
	TRACE_SWITCH,   /* a: pid from, b: pid to */
	TRACE_MESSAGE,  /* a: call, b: pid of client, c: pid of server */
};

#define TRACE_MARK 0x1E

struct trace_event {
	uint8_t type;
	uint8_t reserved;
	uint16_t pid;
	uint32_t time_low, time_high; /* the time-stamp counter */
	uint32_t a, b, c;
	uint32_t more[4]; /* TRACE_CALL: arguments 2 to 5; else 0 */
};

_Static_assert(sizeof(struct trace_event) == 40, "one trace event");

#endif
