/*
 * kernel/base/trace.h -- the trace ring: what happened, in order.  This header
 * declares what trace.c has; abi/trace.h has the format.
 */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "../../abi/trace.h"
#include "seldom.h"

extern uint32_t trace_on;

/*
 * Calls below this number need no events.  It is the number of calls, or 0 when
 * trace_on: so the door asks one question for "known, and not traced".
 */
extern uint32_t trace_no_call_below;

/* trace_on has been set: what follows from it is set as well. */
void trace_follow(void);

/*
 * What a call returns besides its result, for the TRACE_RETURN that comes next:
 * the address that ipc(2) stores for shmat.
 */
extern uint32_t trace_address;

/*
 * Brings the inspection block up to date before an event is told.  Returns the
 * pid of the running process.  kernel/look/inspect.c sets it at boot.
 */
extern int (*trace_look)(void);

/*
 * Tells an event of this type, with the words that abi/trace.h names; nothing,
 * not even the words, is computed when the trace is off.
 *
 * The event names the place behind its call.  The asm keeps the call from being
 * the last thing that its function does: then it would be a jump, and would
 * name a place in another function.
 */
#define trace(type, ...)                                                       \
	do {                                                                   \
		if (__builtin_expect(trace_on, 0)) {                           \
			trace_event(                                           \
			    type, (const uint32_t[TRACE_ARGS]){__VA_ARGS__});  \
			__asm__ volatile("");                                  \
		}                                                              \
	} while (0)
SELDOM void trace_event(int type, const uint32_t args[TRACE_ARGS]);

/*
 * The event is complete: it goes to port 0xE9.  A debugger that wants each
 * event watches trace_told, which becomes the event's number here: after the
 * store there is nothing to step over, and the event is the last of the ring.
 */
void trace_tell(const struct trace_event *event);
extern volatile uint32_t trace_told;

#endif
