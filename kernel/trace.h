/*
 * kernel/trace.h -- the trace ring: what happened, in order.  abi/trace.h has
 * the format.  Callers test trace_on first, so it costs nothing when off.
 */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "../abi/trace.h"

extern int trace_on;
extern int trace_pid; /* stamped on every event: of the process that runs */

void trace_event(int type, uint32_t a, uint32_t b, uint32_t c);

#endif
