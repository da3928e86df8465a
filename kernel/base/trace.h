/*
 * kernel/base/trace.h -- the trace ring: what happened, in order.  abi/trace.h
 * has the format.  Callers test trace_on first, so it costs nothing when off.
 */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "../../abi/trace.h"

extern int trace_on;
extern int trace_pid; /* of the process that runs; schedule.c keeps it */
/* Calls below this number need no events: all of the table, or none. */
extern uint32_t trace_no_call_below;

void trace_start(void);

void trace_event(int type, uint32_t a, uint32_t b, uint32_t c);
/* TRACE_CALL, with all six argument words. */
void trace_call(uint32_t number, const uint32_t args[6]);

#endif
