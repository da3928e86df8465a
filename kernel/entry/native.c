/*
 * kernel/entry/native.c -- the second door: int 0x81, the kernel's own calls.
 *
 * Each line of abi/native.tbl is a function with a plain prototype.  Its name
 * is native_NAME, or what the line says (lease_copy).  The door itself is made
 * from the table.  It looks up what an argument stands for, and refuses what
 * stands for nothing, so that no function has to:
 *
 *	token    the client that waits for the caller     else ESRCH
 *	whom     the same, or TOKEN_SELF: the caller       else ESRCH
 *	handle   a segment of the caller's                 else EINVAL
 *	fd       the connection behind its descriptor      else EBADF
 *
 * Messages, leases, readiness and the segments that a server holds are in
 * ipc/message; the rest is here.  Only the servers that the kernel itself has
 * started may call; others get EPERM.
 */
#include "trap.h"

#include "../../abi/errno.h"
#include "../../abi/mman.h"
#include "../base/klog.h"
#include "../base/string.h"
#include "../process/gdt.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"
#include "../unix/exec.h"
#include "../unix/lifecycle.h"
#include "../look/inspect.h"
#include "../look/machine.h"
#include "../look/tunable.h"

#define LOG_MAX      120
#define EXEC_STRINGS (2 * PAGE_SIZE)
#define KERNEL_LINES 0x5u /* the timer, and the second PIC */

/* ---- the client itself --------------------------------------------------- */

/* Says what a message has no room for. */
static int native_client(struct proc *client, vaddr_t buffer)
{
	const struct identity *who = &client->identity;
	struct client facts = {
	    .gid = who->gid, .umask = who->umask, .ngroups = who->ngroups};

	memcpy(facts.groups, who->groups, sizeof(facts.groups));
	return copy_out(buffer, &facts, sizeof(facts));
}

static int native_leader(uint32_t pid)
{
	const struct proc *p = proc_find((int)pid);

	if (!p || p->identity.sid != p->life.pid || p->state == PROC_ZOMBIE)
		return -ESRCH;
	return (int)(p->sched.start_tick & INT32_MAX);
}

/* The next process by pid, a zombie too. */
static int native_process(int pid)
{
	int best = -ESRCH;

	for (int i = 0; i < proc_rows.fresh; i++)
		if (procs[i].state != PROC_FREE && procs[i].life.pid >= pid &&
		    (best < 0 || procs[i].life.pid < procs[best].life.pid))
			best = i;
	return best;
}

/* ---- map and exec: they complete a client's call ------------------------- */

static int native_map(struct proc *client, int segment, uint32_t page,
                      uint32_t rights)
{
	vaddr_t address;
	int error;

	if (client->message.call != SYS_mmap2)
		return -EINVAL;
	error = mmap_segment(client, segment, (int)min(page, SEGMENT_PAGES),
	                     (int)rights, client->message.args, &address);
	if (error == 0)
		message_answer(client, (int)address);
	return error;
}

static int native_map_self(int segment, uint32_t offset, uint32_t len,
                           uint32_t rights)
{
	const uint32_t args[6] = {0, len, rights, MAP_SHARED};
	int first = pages_in(offset), error;
	vaddr_t address;

	if (offset % PAGE_SIZE || pages_for(len) > segments[segment].pages ||
	    first > segments[segment].pages - pages_for(len) ||
	    (rights & ~(uint32_t)RIGHT_ALL))
		return -EINVAL;
	error =
	    mmap_segment(self(), segment, first, (int)rights, args, &address);
	return error ? error : (int)address;
}

/* Copies the path and the prefix into `strings`.  Returns 0 or -errno. */
static int take_strings(const struct exec *exec, char strings[EXEC_STRINGS])
{
	uint32_t bytes = exec->strings_bytes;

	if (bytes > EXEC_STRINGS)
		return -E2BIG;
	if (copy_in(strings, exec->strings, bytes) < 0)
		return -EFAULT;
	return bytes > 0 && strings[bytes - 1] == '\0' ? 0 : -EINVAL;
}

static int native_exec(struct proc *client, vaddr_t from)
{
	static char strings[EXEC_STRINGS]; /* no other process runs meanwhile */
	const uint32_t *args = client->message.args;
	struct exec_image image;
	struct exec exec;
	int error;

	if (client->message.call != SYS_execve)
		return -EINVAL;
	if (copy_in(&exec, from, sizeof(exec)) < 0)
		return -EFAULT;
	if (exec.interpreter || exec.uid != ID_KEPT || exec.gid != ID_KEPT)
		return -EINVAL;
	error = take_strings(&exec, strings);
	if (error < 0)
		return error;
	image.segment = segment_of((uint32_t)exec.image);
	image.bytes = exec.image_bytes;
	image.path = strings;
	image.prefix = strings + strlen(strings) + 1;
	image.prefix_bytes = strings + exec.strings_bytes - image.prefix;
	if (image.segment < 0 || !segment_in_ram(image.segment))
		return -EINVAL;
	error = proc_exec(client, &image, args[1], args[2]);
	if (error == 0)
		message_answer(client, 0);
	return error;
}

/* ---- the machine, and a look inside -------------------------------------- */

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

/* ---- the door ------------------------------------------------------------ */

#include "../../build/gen/native_calls.h"

int native_call(uint32_t number, const uint32_t args[6])
{
	if (!proc_is_server(self()))
		return -EPERM;
	return number < NATIVE_LIMIT ? native_calls[number](args) : -ENOSYS;
}
