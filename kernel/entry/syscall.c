/*
 * kernel/entry/syscall.c -- the two doors.
 *
 * int 0x80 is the Unix door.  As on Linux i386, eax is the call's number, and
 * ebx ecx edx esi edi ebp are its arguments.  The result, or -errno in
 * -4095..-1, goes back in eax; every other register keeps its value.  The table
 * (abi/syscalls.tbl) says who owns a call: a function of the kernel, or a
 * server, which is asked.  The kernel branches on a call's number nowhere else.
 *
 * int 0x81 is the kernel's own door, for servers (kernel/entry/native.c).
 */
#include "trap.h"

#include "../../abi/errno.h"
#include "../base/klog.h"
#include "../base/seldom.h"
#include "../base/trace.h"
#include "../process/process.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"
#include "../look/inspect.h"
#include "../unix/lifecycle.h"

/* Runs a call whose number is not in the table, or any while trace is on. */
SELDOM static int run_slowly(uint32_t number, const uint32_t *args)
{
	int result;

	trace(TRACE_CALL, number, args[0], args[1], args[2], args[3], args[4],
	      args[5]);
	result = number < SYSCALL_LIMIT ? syscall_run[number](number, args)
	                                : unknown_call(number, args);
	trace(TRACE_RETURN, number, result, trace_address);
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
