/*
 * ipc/native.c -- the second door: int 0x81, the kernel's own calls.
 *
 * One function for each line of abi/native.tbl, in the order of their numbers.
 * Each only checks and unpacks; the work is done in message.c, lease.c, and
 * the rooms below.  EPERM to all but the servers the kernel itself started.
 *
 * A segment's handle is its index + 1.  It is good while the segment is tagged
 * with the caller's channel (segment.owner = channel + 1); a server's death
 * lets go of all that it held (native_exit).
 */
#include "message.h"

#include "shm.h"
#include "syscall_table.h"
#include "../abi/errno.h"
#include "../kernel/klog.h"
#include "../kernel/string.h"
#include "../mm/page.h"

#define LOG_MAX         120
#define SEGMENT_KIND    0xf
#define SHMMNI_MAX      32768
#define INTERRUPT_LINES 16

#define PAGES(bytes) ((int)((bytes) / PAGE_SIZE + !!((bytes) % PAGE_SIZE)))

/* ---- messages and leases ------------------------------------------------- */

static int native_receive(const uint32_t *args)
{
	return message_receive(args[0]);
}

static int native_reply(const uint32_t *args)
{
	struct reply reply;

	if (args[2] == 0)
		return message_reply((int)args[0], (int)args[1], 0);
	if (copy_in(&reply, args[2], sizeof(reply)) < 0)
		return -EFAULT;
	return message_reply((int)args[0], (int)args[1], &reply);
}

static int native_pass(const uint32_t *args)
{
	return message_pass((int)args[0], (int)args[1]);
}

static int copy_lease(const uint32_t *args, bool to_client)
{
	const struct lease_use use = {.client = token_client((int)args[0]),
	                              .argument = (int)args[1],
	                              .offset = args[2],
	                              .space = self()->space,
	                              .buffer = args[3],
	                              .bytes = args[4],
	                              .to_client = to_client};

	return use.client < 0 ? -ESRCH : lease_copy(&use);
}

static int native_lease_read(const uint32_t *args)
{
	return copy_lease(args, false);
}

static int native_lease_write(const uint32_t *args)
{
	return copy_lease(args, true);
}

static int native_lease_string(const uint32_t *args)
{
	const struct lease_use use = {.client = token_client((int)args[0]),
	                              .argument = (int)args[1],
	                              .space = self()->space,
	                              .buffer = args[2],
	                              .bytes = args[3]};

	return use.client < 0 ? -ESRCH : lease_string(&use);
}

static int native_lease_size(const uint32_t *args)
{
	int client = token_client((int)args[0]);

	return client < 0 ? -ESRCH : lease_size(client, (int)args[1]);
}

static int native_ready(const uint32_t *args)
{
	int connection = (int)args[0];

	if (!connection_exists(connection) ||
	    connections[connection].channel != self()->message.channel)
		return -EBADF;
	connections[connection].readiness = args[1];
	return 0;
}

/* ---- segments by handle -------------------------------------------------- */

static int tag(void)
{
	return self()->message.channel + 1;
}

/* The segment of a handle of the caller's, or -EINVAL. */
static int segment_of(uint32_t handle)
{
	int segment = (int)handle - 1;

	if (segment < 0 || segment >= segment_table.fresh ||
	    segments[segment].kind == SEGMENT_FREE ||
	    segments[segment].owner != tag())
		return -EINVAL;
	return segment;
}

static int make_archive(uint32_t offset, uint32_t bytes)
{
	if (offset % PAGE_SIZE || bytes == 0 || offset >= archive_bytes ||
	    bytes > archive_bytes - offset)
		return -EINVAL;
	return segment_make_archive(archive_start + offset, bytes,
	                            LEVEL_SERVER);
}

/* Frames that the allocator has never had, and that do not wrap. */
static int make_device(paddr_t start, uint32_t bytes)
{
	int first = (int)(start >> PAGE_SHIFT);

	if (start % PAGE_SIZE || bytes == 0 || start + (bytes - 1) < start)
		return -EINVAL;
	for (int i = first; i < first + PAGES(bytes); i++)
		if (frame_is_ram(i))
			return -EPERM;
	return segment_make_device(start, PAGES(bytes), LEVEL_SERVER);
}

static int native_segment_make(const uint32_t *args)
{
	bool promised = !(args[0] & SEGMENT_UNPROMISED);
	int segment = -EINVAL;

	switch (args[0] & ~(uint32_t)SEGMENT_UNPROMISED) {
	case SEGMENT_OF_MEMORY:
		if (args[1] > 0)
			segment = segment_make(PAGES(args[1]), promised, true,
			                       LEVEL_SERVER);
		break;
	case SEGMENT_OF_ARCHIVE:
		segment = make_archive(args[1], args[2]);
		break;
	case SEGMENT_OF_DEVICE:
		segment = make_device(args[1], args[2]);
		break;
	}
	if (segment < 0)
		return segment;
	segments[segment].owner = tag();
	return segment + 1;
}

static int native_segment_resize(const uint32_t *args)
{
	int segment = segment_of(args[0]);

	if (segment < 0 || args[1] == 0)
		return -EINVAL;
	return segment_resize(segment, PAGES(args[1]), LEVEL_SERVER);
}

static void let_go(int segment)
{
	segments[segment].owner = 0;
	segment_drop(segment);
}

static int native_segment_drop(const uint32_t *args)
{
	int segment = segment_of(args[0]);

	if (segment < 0)
		return segment;
	let_go(segment);
	return 0;
}

void native_exit(int channel)
{
	for (int i = 0; i < segment_table.fresh; i++)
		if (segments[i].kind != SEGMENT_FREE &&
		    segments[i].owner == channel + 1)
			let_go(i);
}

/* Between frame memory and the caller (TOKEN_SELF) or a client: bytes moved. */
static int copy_frame(const struct lease_use *use)
{
	vaddr_t mine = (vaddr_t)use->argument + use->offset;
	int error;

	if (use->client >= 0)
		return lease_copy(use);
	error = use->to_client ? copy_out(mine, use->kernel, use->bytes)
	                       : copy_in(use->kernel, mine, use->bytes);
	return error ? error : (int)use->bytes;
}

/* args: handle offset token argument lease_offset len.  Bytes moved. */
static int copy_segment(int segment, const uint32_t *args, bool to_client)
{
	uint32_t end = (uint32_t)segments[segment].pages * PAGE_SIZE - 1;
	uint32_t offset = args[1], done = 0;
	struct lease_use use = {.argument = (int)args[3],
	                        .to_client = to_client};

	use.client = args[2] == TOKEN_SELF ? -1 : token_client((int)args[2]);
	if (use.client < 0 && args[2] != TOKEN_SELF)
		return -ESRCH;
	while (done < args[5] && done < LEASE_MAX && offset <= end) {
		uint32_t in_page = offset % PAGE_SIZE;
		uint32_t left = args[5] - done;
		frame_t frame;
		int moved;

		moved = segment_frame(segment, (int)(offset / PAGE_SIZE),
		                      LEVEL_SERVER, &frame);
		if (moved < 0)
			return done ? (int)done : moved;
		use.kernel =
		    (uint8_t *)phys_to_kernel((paddr_t)frame << PAGE_SHIFT) +
		    in_page;
		use.bytes = PAGE_SIZE - in_page;
		if (use.bytes > left)
			use.bytes = left;
		use.offset = args[4] + done;
		moved = copy_frame(&use);
		if (moved < 0)
			return done ? (int)done : moved;
		done += (uint32_t)moved;
		offset += (uint32_t)moved;
		if ((uint32_t)moved < use.bytes || offset == 0)
			break;
	}
	return (int)done;
}

static int native_segment_read(const uint32_t *args)
{
	int segment = segment_of(args[0]);

	if (segment < 0 || segments[segment].kind == SEGMENT_DEVICE)
		return -EINVAL;
	return copy_segment(segment, args, true);
}

static int native_segment_write(const uint32_t *args)
{
	int segment = segment_of(args[0]);

	if (segment < 0 || segments[segment].kind == SEGMENT_DEVICE)
		return -EINVAL;
	if (segments[segment].kind == SEGMENT_ARCHIVE)
		return -EACCES;
	return copy_segment(segment, args, false);
}

/* ---- map and exec: they complete a client's call ------------------------- */

/* The client of a token, if the call it waits in is `call`. */
static int client_in(uint32_t token, int call)
{
	int client = token_client((int)token);

	if (client < 0)
		return -ESRCH;
	return procs[client].message.call == call ? client : -EINVAL;
}

static int native_map(const uint32_t *args)
{
	int client = client_in(args[0], SYS_mmap2);
	int segment = segment_of(args[1]);
	vaddr_t address;
	int error;

	if (client < 0)
		return client;
	if (segment < 0 || args[2] % PAGE_SIZE)
		return -EINVAL;
	error =
	    mmap_segment(client, segment, (int)(args[2] / PAGE_SIZE),
	                 (int)args[3], procs[client].message.args, &address);
	if (error)
		return error;
	message_answer(client, (int)address);
	return 0;
}

static int native_map_self(const uint32_t *args)
{
	int segment = segment_of(args[0]);
	int space = self()->space, error;
	struct mapping mapping = {.kind = REGION_SHARED,
	                          .pages = PAGES(args[2]),
	                          .segment = segment,
	                          .offset = (int)(args[1] / PAGE_SIZE),
	                          .rights = (int)args[3],
	                          .ceiling = (int)args[3]};

	if (segment < 0 || args[1] % PAGE_SIZE || args[2] == 0 ||
	    mapping.pages > segments[segment].pages ||
	    mapping.offset > segments[segment].pages - mapping.pages ||
	    (args[3] & ~7u))
		return -EINVAL;
	if (segments[segment].kind == SEGMENT_ARCHIVE)
		mapping.kind = REGION_PRIVATE;
	if (mapping.kind == REGION_PRIVATE && (args[3] & RIGHT_WRITE))
		return -EACCES;
	mapping.start = mapping.kind == REGION_PRIVATE
	                    ? space_find_private(space, mapping.pages)
	                    : space_find_shared(space, mapping.pages);
	error = mapping.start ? space_map(space, &mapping) : -ENOMEM;
	return error ? error : (int)mapping.start;
}

/* The strings of an exec, in a page: first the path, then the prefix. */
static int gather_strings(const struct exec *exec, char *page,
                          struct exec_image *image)
{
	int length = string_in(page, exec->path, PAGE_SIZE);

	if (length < 0)
		return length;
	if (exec->prefix_bytes > PAGE_SIZE - 1 - (uint32_t)length)
		return -E2BIG;
	image->path = page;
	image->prefix = page + length + 1;
	image->prefix_bytes = exec->prefix_bytes;
	if (exec->prefix_bytes == 0)
		return 0;
	if (copy_in(page + length + 1, exec->prefix, exec->prefix_bytes) < 0)
		return -EFAULT;
	return image->prefix[exec->prefix_bytes - 1] ? -EINVAL : 0;
}

static int run_exec(int client, const struct exec *exec, char *page)
{
	const uint32_t *args = procs[client].message.args;
	struct exec_image image = {
	    .segment = segment_of((uint32_t)exec->image),
	    .bytes = exec->image_bytes,
	    .interpreter = -1,
	    .interpreter_bytes = exec->interpreter_bytes,
	};
	int error = gather_strings(exec, page, &image);

	if (exec->interpreter != -1) {
		image.interpreter = segment_of((uint32_t)exec->interpreter);
		if (image.interpreter < 0)
			return -EINVAL;
	}
	if (image.segment < 0)
		return -EINVAL;
	return error ? error : proc_exec(client, &image, args[1], args[2]);
}

static int native_exec(const uint32_t *args)
{
	int client = client_in(args[0], SYS_execve);
	struct exec exec;
	frame_t frame;
	int error;

	if (client < 0)
		return client;
	if (copy_in(&exec, args[1], sizeof(exec)) < 0)
		return -EFAULT;
	if (promise_take(1, LEVEL_SERVER) < 0)
		return -ENOMEM;
	frame = frame_alloc();
	error = run_exec(client, &exec,
	                 phys_to_kernel((paddr_t)frame << PAGE_SHIFT));
	frame_drop(frame);
	promise_give(1);
	if (error == 0)
		message_answer(client, 0);
	return error;
}

/* ---- the machine, and a look inside -------------------------------------- */

static int native_interrupt(const uint32_t *args)
{
	struct channel *channel = &channels[self()->message.channel];
	uint32_t bit = 1u << args[0] % INTERRUPT_LINES;

	if (args[0] >= INTERRUPT_LINES)
		return -EINVAL;
	for (int i = 0; i < CHANNELS; i++)
		if (&channels[i] != channel && (channels[i].lines & bit))
			return -EBUSY;
	channel->lines = args[1] ? channel->lines | bit : channel->lines & ~bit;
	interrupt_enable((int)args[0], args[1] != 0);
	return 0;
}

static int native_ports(const uint32_t *args)
{
	return proc_allow_ports(current, (int)args[0], (int)args[1]);
}

static int native_log(const uint32_t *args)
{
	char text[LOG_MAX + 1];
	uint32_t length = args[1] < LOG_MAX ? args[1] : LOG_MAX;

	if (copy_in(text, args[0], length) < 0)
		return -EFAULT;
	text[length] = '\0';
	for (uint32_t i = 0; i < length; i++)
		if ((uint8_t)text[i] < ' ')
			text[i] = ' '; /* one line, and no trace mark */
	klog(KLOG_INFO, "%s: %s", channels[self()->message.channel].name, text);
	return (int)length;
}

static int native_inspect(const uint32_t *args)
{
	uint32_t last = args[0] + (args[2] ? args[2] - 1 : 0);

	if (args[2] > PAGE_SIZE)
		return -EINVAL;
	if (args[0] < DIRECT_MAP || last < args[0] ||
	    !page_kernel_mapped(args[0]) || !page_kernel_mapped(last))
		return -EFAULT;
	inspect_update();
	return copy_out(args[1], (const void *)(uintptr_t)args[0], args[2]);
}

static int native_tunable(const uint32_t *args)
{
	uint32_t value = args[1];

	switch (args[0]) {
	case TUNABLE_SHMMAX:
		shm_limits.max = value;
		return 0;
	case TUNABLE_SHMMIN:
		shm_limits.min = value;
		return 0;
	case TUNABLE_SHMMNI:
		if (value > SHMMNI_MAX)
			return -EINVAL;
		shm_limits.mni = value;
		return 0;
	case TUNABLE_SHMALL:
		shm_limits.all = value;
		return 0;
	case TUNABLE_SHMSEG:
		shm_limits.seg = value;
		return 0;
	}
	return -EINVAL;
}

static int native_check(const uint32_t *args)
{
	(void)args;
	return check_all();
}

/* A Unix call of the server's own, to whoever is behind one descriptor. */
static int native_send(const uint32_t *args)
{
	int connection = descriptor_connection(current, (int)args[0]);
	uint32_t words[6];
	const struct syscall *row;

	if (connection < 0)
		return connection;
	if (args[1] >= SYSCALL_LIMIT)
		return -ENOSYS;
	row = &syscalls[args[1]];
	if (row->owner == OWNER_NONE ||
	    (row->owner == OWNER_KERNEL && row->second == OWNER_NONE))
		return -ENOSYS;
	if (copy_in(words, args[2], sizeof(words)) < 0)
		return -EFAULT;
	return forward_by(row, words, connection);
}

static int native_archive(const uint32_t *args)
{
	(void)args;
	return (int)archive_bytes;
}

/* clang-format off */
static int (*const calls[])(const uint32_t *args) = {
	native_receive, native_reply, native_pass,
	native_lease_read, native_lease_write, native_lease_string,
	native_lease_size, native_ready,
	native_segment_make, native_segment_resize, native_segment_drop,
	native_segment_read, native_segment_write,
	native_map, native_map_self, native_exec,
	native_interrupt, native_ports, native_log, native_inspect,
	native_tunable, native_check, native_send, native_archive,
};
/* clang-format on */

int native_call(int number, const uint32_t args[6])
{
	if (!proc_is_server(current))
		return -EPERM;
	if (number < 0 || number >= (int)(sizeof(calls) / sizeof(calls[0])))
		return -ENOSYS;
	return calls[number](args);
}
