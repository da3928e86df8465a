/*
 * kernel/base/trace.h -- the trace ring: what happened, in order.  This header
 * declares what trace.c has; abi/trace.h has the format.
 *
 * Callers test trace_on first, so that tracing costs nothing when it is off.
 */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "../../abi/trace.h"

extern int trace_on;
extern int trace_pid; /* of the running process; schedule.c keeps it */

/*
 * Calls below this number need no events.  It is the number of calls, or 0 when
 * trace_on: so the door asks one question for "known, and not traced".
 */
extern uint32_t trace_no_call_below;

/* Begins to trace: `trace` on the kernel's command line. */
void trace_start(void);

/* An event of this type, with what abi/trace.h says of a, b and c. */
void trace_event(int type, uint32_t a, uint32_t b, uint32_t c);

/* TRACE_CALL, with all six argument words. */
void trace_call(uint32_t number, const uint32_t args[6]);

#endif
