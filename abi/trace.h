/*
 * abi/trace.h -- events of the trace ring, 24 bytes each, drained to port 0xE9
 * as they happen when `trace` is on the command line (tools/run --trace FILE).
 *
 * On the port an event is the byte 0x1E followed by its 24 bytes; text of the
 * log never contains 0x1E.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include "types.h"

enum trace_type {
	TRACE_CALL = 1, /* a: number, b, c: first two arguments */
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
};

_Static_assert(sizeof(struct trace_event) == 24, "one trace event");

#endif
