/*
 * abi/trace.h -- the events of the trace ring, 48 bytes each.
 *
 * While the trace is on, each event is written to port 0xE9 as it happens: the
 * byte 0x1E, then its 48 bytes.  Text of the log never contains 0x1E.  The word
 * `trace` on the kernel's command line turns it on, and so does
 * /proc/sys/kernel/trace.  tools/run --trace FILE asks for it, and tools/trace
 * turns events into text.
 *
 * An event is told after the fact: what it says is in memory when it is told.
 * So when a reader looks at memory at each event, every page-table word of a
 * user's slots that has changed since the event before has one cause, and this
 * event names it.  Two kinds of change have no event of their own.  The CPU
 * sets A and D by itself; and a call that changes a process's own memory (mmap,
 * brk, fork) writes entries of private tables before its TRACE_RETURN.
 *
 * After the event the kernel waits as long as port 0xE9 reads other than 0xE9.
 * A machine that wants to look at memory in peace can hold it there.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include "types.h"

/* The words of args[], by type.  Those that are not named are 0. */
enum trace_type {
	TRACE_CALL = 1, /* call, its six arguments */
	TRACE_RETURN,   /* call, result, address that ipc(2) stored for shmat */
	TRACE_FAULT,    /* address, error code, eip */
	TRACE_LINK,     /* first slot, slots, first PDE, directory */
	TRACE_UNLINK,   /* first slot, slots, first PDE, directory */
	TRACE_SWITCH,   /* pid from, pid to */
	TRACE_MESSAGE,  /* call, pid of client, pid of server */
	TRACE_RIGHTS,   /* first slot, slots, rights, directory */
	TRACE_FORK,     /* pid of child, directory of child */
	TRACE_SERVED,   /* address, 0 or -errno, directory: after a fault, or
	                   when the kernel copies to or from that space */
	TRACE_EXEC,     /* pid, directory */
	TRACE_EXIT,     /* wait status */
	TRACE_TYPES
};

#define TRACE_MARK    0x1E
#define TRACE_VERSION 3
#define TRACE_ARGS    7

struct trace_event {
	uint8_t type;
	uint8_t version;              /* TRACE_VERSION */
	uint16_t pid;                 /* of the process that runs */
	uint32_t time_low, time_high; /* the time-stamp counter */
	uint32_t where; /* in the kernel: behind the call that told the event */
	uint32_t args[TRACE_ARGS]; /* a directory is the frame of that table */
	uint32_t number;           /* of events since boot, with this one */
};

_Static_assert(sizeof(struct trace_event) == 48, "one trace event");

#endif
