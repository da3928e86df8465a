/*
 * kernel/syscall.c -- the two doors.
 *
 * int 0x80, the Unix door: eax = number, ebx ecx edx esi edi ebp = arguments,
 * as on Linux i386; the result, or -errno in -4095..-1, goes back in eax, and
 * every other register is the caller's again.  The table (abi/syscalls.tbl)
 * says who owns the call: a function here, or a server that is asked.  There
 * is no other branch on a call's number in the kernel.
 *
 * int 0x81, the kernel's own door, is for servers (ipc/native.c).
 */
#include "lifecycle.h"

#include "inspect.h"
#include "trace.h"
#include "../ipc/message.h"
#include "../ipc/syscall_table.h"

int unknown_call(uint32_t number, const uint32_t *args)
{
	(void)args;
	klog(KLOG_INFO, "pid %d (%s): unknown system call %d", self()->pid,
	     self()->name, (int)number);
	return -ENOSYS;
}

/* A number beyond the table, or any while the trace is on. */
__attribute__((noinline)) static int run_slowly(uint32_t number,
                                                const uint32_t *args)
{
	int result;

	if (!trace_on)
		return unknown_call(number, args);
	trace_event(TRACE_CALL, number, args[0], args[1]);
	result = number < SYSCALL_LIMIT ? syscall_run[number](number, args)
	                                : unknown_call(number, args);
	trace_event(TRACE_RETURN, number, result, 0);
	return result;
}

int syscall_unix(uint32_t number, const uint32_t *args)
{
	inspection.changes++;
	if (number < trace_no_call_below)
		return syscall_run[number](number, args);
	return run_slowly(number, args);
}

int syscall_native(uint32_t number, const uint32_t *args)
{
	inspection.changes++;
	return native_call(number, args);
}
