/*
 * kernel/base/trace.c -- the trace ring.
 *
 * The last events stay in memory, for gdb.  Each is also written to port 0xE9
 * as it happens, behind a mark by which a reader tells it from the log's text.
 */
#include "trace.h"

#include "cpu.h"
#include "klog.h"
#include "../../build/gen/syscall_numbers.h"

#define TRACE_EVENTS 256

int trace_on;
int trace_pid;
uint32_t trace_no_call_below = SYSCALL_LIMIT;
struct trace_event trace_ring[TRACE_EVENTS];
uint32_t trace_count;

void trace_start(void)
{
	trace_on = 1;
	trace_no_call_below = 0;
}

/* The next place in the ring, for an event that happens now. */
static struct trace_event *begin(int type)
{
	struct trace_event *event = &trace_ring[trace_count++ % TRACE_EVENTS];
	uint64_t now = cpu_cycles();

	*event = (struct trace_event){.type = type, .pid = trace_pid};
	event->time_low = (uint32_t)now;
	event->time_high = now >> 32;
	return event;
}

/* Writes the event to port 0xE9. */
static void drain(const struct trace_event *event)
{
	const uint8_t mark = TRACE_MARK;

	klog_raw(&mark, 1);
	klog_raw(event, sizeof(*event));
}

void trace_event(int type, uint32_t a, uint32_t b, uint32_t c)
{
	struct trace_event *event = begin(type);

	event->a = a;
	event->b = b;
	event->c = c;
	drain(event);
}

void trace_call(uint32_t number, const uint32_t args[6])
{
	struct trace_event *event = begin(TRACE_CALL);

	event->a = number;
	event->b = args[0];
	event->c = args[1];
	for (int i = 0; i < 4; i++)
		event->more[i] = args[2 + i];
	drain(event);
}
