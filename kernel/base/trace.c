/*
 * kernel/base/trace.c -- the trace ring.
 *
 * The last events stay in memory, for gdb.  Each is also written to port 0xE9
 * as it happens, behind a mark by which a reader tells it from the log's text.
 */
#include "trace.h"

#include "cpu.h"
#include "klog.h"
#include "string.h"
#include "../../build/gen/syscall_numbers.h"

#define TRACE_EVENTS 256

uint32_t trace_on;
uint32_t trace_no_call_below = SYSCALL_LIMIT;
uint32_t trace_address;
int (*trace_look)(void);
struct trace_event trace_ring[TRACE_EVENTS];
uint32_t trace_count;
volatile uint32_t trace_told;

void trace_follow(void)
{
	trace_no_call_below = trace_on ? 0 : SYSCALL_LIMIT;
}

__attribute__((noipa)) void trace_tell(const struct trace_event *event)
{
	const uint8_t mark = TRACE_MARK;

	trace_told = event->number;
	klog_raw(&mark, 1);
	if (klog_raw(event, sizeof(*event)))
		while (inb(LOG_PORT) != LOG_PORT)
			; /* who listens there holds us */
}

void trace_event(int type, const uint32_t args[TRACE_ARGS])
{
	struct trace_event *event = &trace_ring[trace_count++ % TRACE_EVENTS];
	uint64_t now = cpu_cycles();

	*event = (struct trace_event){
	    .type = type,
	    .version = TRACE_VERSION,
	    .pid = trace_look ? trace_look() : 0,
	    .time_low = (uint32_t)now,
	    .time_high = now >> 32,
	    .where = (uint32_t)__builtin_return_address(0),
	    .number = trace_count,
	};
	memcpy(event->args, args, sizeof(event->args));
	if (type == TRACE_RETURN)
		trace_address = 0;
	trace_tell(event);
}
