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
#include "trap.h"

#include "inspect.h"
#include "klog.h"
#include "lifecycle.h"
#include "panic.h"
#include "trace.h"
#include "../ipc/message.h"
#include "../ipc/syscall_table.h"

static int unknown(uint32_t number)
{
	klog(KLOG_INFO, "pid %d (%s): unknown system call %d", self()->pid,
	     self()->name, (int)number);
	return -ENOSYS;
}

static int dispatch(uint32_t number, const uint32_t *args)
{
	const struct syscall *row = &syscalls[number];
	int result = FORWARD;

	if (number >= SYSCALL_LIMIT || row->owner == OWNER_NONE) {
		return unknown(number);
	}
	if (row->run) {
		result = row->run(args);
	}
	return result == FORWARD ? forward(row, args) : result;
}

void syscall_unix(struct trapframe *tf)
{
	uint32_t number = tf->eax;
	int result;

	inspection.changes++;
	if (trace_on) {
		trace_event(TRACE_CALL, number, tf->ebx, tf->ecx);
	}
	result = dispatch(number, tf->args);
	tf->eax = result;
	if (trace_on) {
		trace_event(TRACE_RETURN, number, result, 0);
	}
}

void syscall_native(struct trapframe *tf)
{
	inspection.changes++;
	tf->eax = native_call(tf->eax, tf->args);
}
