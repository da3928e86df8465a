/*
 * kernel/entry/syscall.c -- the two doors.
 *
 * int 0x80, the Unix door: eax = number, ebx ecx edx esi edi ebp = arguments,
 * as on Linux i386; the result, or -errno in -4095..-1, goes back in eax, and
 * every other register is the caller's again.  The table (abi/syscalls.tbl)
 * says who owns the call: a function here, or a server that is asked.  There
 * is no other branch on a call's number in the kernel.
 *
 * int 0x81, the kernel's own door, is for servers (kernel/entry/native.c).
 */
#include "trap.h"

#include "../../abi/errno.h"
#include "../base/klog.h"
#include "../base/seldom.h"
#include "../process/process.h"

#include "../look/inspect.h"
#include "../base/trace.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"

/* Numbers from the last bit on share it: they are told once together. */
int unknown_call(uint32_t number, const uint32_t *args)
{
	struct proc *p = self();
	uint32_t at = number < UNKNOWN_MAX ? number : UNKNOWN_MAX - 1;
	uint32_t bit = 1u << at % 32;

	(void)args;
	if (!(p->unknown_told[at / 32] & bit))
		klog_caused("pid %d (%s): unknown system call %u", p->life.pid,
		            p->program.name, number);
	p->unknown_told[at / 32] |= bit;
	return -ENOSYS;
}

int missing_call(uint32_t number, const uint32_t *args)
{
	(void)number;
	(void)args;
	return -ENOSYS;
}

/* A number beyond the table, or any while the trace is on. */
SELDOM static int run_slowly(uint32_t number, const uint32_t *args)
{
	int result;

	if (!trace_on)
		return unknown_call(number, args);
	trace_call(number, args);
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
