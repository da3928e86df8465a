/*
 * kernel/entry/native.c -- the second door: int 0x81, the kernel's own calls.
 *
 * Each line of abi/native.tbl is a function with a plain prototype.  Its name
 * is native_NAME, or what the line says (lease_copy).  The door itself is made
 * from the table.  It looks up what an argument stands for, and refuses what
 * stands for nothing, so that no function has to:
 *
 *	token    the client that waits for the caller     else ESRCH
 *	reader   another one                               else ESRCH
 *	whom     the same, or TOKEN_SELF: the caller       else ESRCH
 *	handle   a segment of the caller's                 else EINVAL
 *	fd       the connection behind its descriptor      else EBADF
 *
 * Messages, leases, readiness and the segments that a server holds are in
 * ipc/message, and what a server completes for a client is in
 * kernel/unix/client.c.  What is left is here: the machine, and a look inside.
 * Only the servers that the kernel itself has started may call; others get
 * EPERM.
 */
#include "trap.h"

#include "../../abi/errno.h"
#include "../base/klog.h"
#include "../base/string.h"
#include "../process/gdt.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"
#include "../unix/lifecycle.h"
#include "../look/inspect.h"
#include "../look/machine.h"
#include "../look/tunable.h"

#define LOG_MAX      120
#define KERNEL_LINES 0x5u /* the timer, and the second PIC */

/* ---- the machine, and a look inside ------------------------------------- */

static int native_interrupt(uint32_t line, bool on)
{
	struct channel *channel = &channels[self()->message.channel];
	const struct channel *other;

	if (line >= INTERRUPT_LINES)
		return -EINVAL;
	other = interrupt_channels[line];
	if ((KERNEL_LINES >> line & 1) || (other && other != channel))
		return -EBUSY;
	interrupt_channels[line] = on ? channel : 0;
	interrupt_enable((int)line, on);
	return 0;
}

/* For each server a bit for each port; a clear bit allows it. */
static uint8_t bitmaps[CHANNELS][IO_BITMAP_BYTES];

static int native_ports(int first, int last)
{
	struct proc *p = self();
	uint8_t *bitmap = bitmaps[p->message.channel];

	if (first < 0 || last < first || last >= IO_BITMAP_BYTES * 8)
		return -EINVAL;
	if (p->gdt.io_bitmap != bitmap) {
		memset(bitmap, 0xff, sizeof(bitmaps[0]));
		p->gdt.io_bitmap = bitmap;
	}
	for (int port = first; port <= last; port++)
		bitmap[port / 8] &= ~(1u << port % 8);
	p->gdt.used = true;
	gdt_load(p);
	return 0;
}

static int native_log(vaddr_t from, uint32_t len)
{
	char text[LOG_MAX + 1];
	uint32_t length = min(len, LOG_MAX);

	if (copy_in(text, from, length) < 0)
		return -EFAULT;
	text[length] = '\0';
	for (uint32_t i = 0; i < length; i++)
		if ((uint8_t)text[i] < ' ')
			text[i] = ' '; /* one line, and no trace mark */
	klog(KLOG_INFO, "%s: %s", self()->program.name, text);
	return (int)length;
}

static int native_nice(int pid, int nice)
{
	struct proc *p = proc_find(pid);

	if (!p)
		return -ESRCH;
	p->sched.nice = nice;
	return 0;
}

static int native_inspect(uint32_t address, vaddr_t buf, uint32_t len)
{
	uint32_t last = address + (len ? len - 1 : 0);

	if (len > PAGE_SIZE)
		return -EINVAL;
	if (address < DIRECT_MAP || last < address ||
	    !page_kernel_mapped(address) || !page_kernel_mapped(last))
		return -EFAULT;
	inspect_update();
	return copy_out(buf, (const void *)(uintptr_t)address, len);
}

/* ---- the door ----------------------------------------------------------- */

#include "../../build/gen/native_calls.h"

int native_call(uint32_t number, const uint32_t args[6])
{
	if (!proc_is_server(self()))
		return -EPERM;
	return number < NATIVE_LIMIT ? native_calls[number](args) : -ENOSYS;
}
