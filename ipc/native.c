/*
 * ipc/native.c -- the second door, int 0x81: what only servers may ask.
 *
 * One function for each line of abi/native.tbl, in its order; each unpacks its
 * argument words and calls the room that knows.  A server names its clients by
 * tokens, their buffers by leases, its segments by handles; none of these can
 * name what is not its own.
 *
 *	handle = segment + 1, and segments[].owner = channel + 1
 */
#include "message.h"

#include "shm.h"
#include "syscall_table.h"
#include "../abi/errno.h"
#include "../kernel/klog.h"
#include "../kernel/string.h"

#define COPY_MAX 0x10000u /* bytes of one native copy call */
#define NO_TOKEN (-1)

/* ---- handles ------------------------------------------------------------- */

static int my_tag(void)
{
	return self()->message.channel + 1;
}

/* The segment of one of the caller's handles, or -EBADF. */
static int handle_segment(int handle)
{
	int segment = handle - 1;

	if (segment < 0 || segment >= segment_table.fresh ||
	    segments[segment].kind == SEGMENT_FREE ||
	    segments[segment].owner != my_tag())
		return -EBADF;
	return segment;
}

static int pages_of(uint32_t bytes)
{
	return (int)(bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0));
}

#define HOLE_START 0xA0000u /* video memory and ROMs lie here, never RAM */
#define HOLE_END 0x100000u

/* A server's devices must not be anybody's memory. */
static bool outside_ram(paddr_t start, uint32_t bytes)
{
	return (start >= HOLE_START && start + bytes <= HOLE_END) ||
	       start / PAGE_SIZE >= (uint32_t)frame_limit;
}

static int make(int kind, uint32_t a, uint32_t b, bool promised)
{
	switch (kind) {
	case SEGMENT_OF_MEMORY:
		return a ? segment_make(pages_of(a), promised, true,
					LEVEL_SERVER)
			 : -EINVAL;
	case SEGMENT_OF_ARCHIVE:
		if (b == 0 || a % PAGE_SIZE || a > archive_bytes ||
		    b > archive_bytes - a)
			return -EINVAL;
		return segment_make_archive(archive_start + a, b,
					    LEVEL_SERVER);
	case SEGMENT_OF_DEVICE:
		if (b == 0 || a % PAGE_SIZE || a + b < a ||
		    !outside_ram(a, b))
			return -EINVAL;
		return segment_make_device(a, pages_of(b), LEVEL_SERVER);
	default:
		return -EINVAL;
	}
}

static int native_segment_make(const uint32_t *args)
{
	int segment = make(args[0] & ~SEGMENT_UNPROMISED, args[1], args[2],
			   !(args[0] & SEGMENT_UNPROMISED));

	if (segment < 0)
		return segment;
	segments[segment].owner = my_tag();
	return segment + 1;
}

static int native_segment_resize(const uint32_t *args)
{
	int segment = handle_segment(args[0]);

	if (segment < 0)
		return segment;
	return args[1] ? segment_resize(segment, pages_of(args[1]),
					LEVEL_SERVER)
		       : -EINVAL;
}

static int native_segment_drop(const uint32_t *args)
{
	int segment = handle_segment(args[0]);

	if (segment < 0)
		return segment;
	segments[segment].owner = 0; /* regions may hold it on */
	segment_drop(segment);
	return 0;
}

/* ---- messages ------------------------------------------------------------ */

static int native_receive(const uint32_t *args)
{
	return message_receive(args[0]);
}

static int native_reply(const uint32_t *args)
{
	struct reply reply;

	if (!args[2])
		return message_reply(args[0], args[1], 0);
	if (copy_in(&reply, args[2], sizeof(reply)) < 0)
		return -EFAULT;
	return message_reply(args[0], args[1], &reply);
}

static int native_pass(const uint32_t *args)
{
	return message_pass(args[0], args[1]);
}

static int native_ready(const uint32_t *args)
{
	int i = args[0];

	if (i < 0 || i >= connection_table.fresh ||
	    connections[i].count == 0 ||
	    connections[i].channel != self()->message.channel)
		return -EBADF;
	connections[i].readiness = args[1];
	return 0;
}

static int native_send(const uint32_t *args)
{
	int connection = descriptor_connection(current, args[0]);
	const struct syscall *row = &syscalls[args[1]];
	uint32_t words[6];

	if (connection < 0)
		return connection;
	if (args[1] >= SYSCALL_LIMIT ||
	    (row->owner == OWNER_KERNEL && row->second == OWNER_NONE) ||
	    row->owner == OWNER_NONE)
		return -ENOSYS;
	if (copy_in(words, args[2], sizeof(words)) < 0)
		return -EFAULT;
	return forward_by(row, words, connection);
}

/* ---- leases -------------------------------------------------------------- */

static int copy_lease(const uint32_t *args, bool to_client)
{
	struct lease_use use = {.client = token_client(args[0]),
				.argument = args[1],
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
	struct lease_use use = {.client = token_client(args[0]),
				.argument = args[1],
				.space = self()->space,
				.buffer = args[2],
				.bytes = args[3]};

	return use.client < 0 ? -ESRCH : lease_string(&use);
}

static int native_lease_size(const uint32_t *args)
{
	int client = token_client(args[0]);

	return client < 0 ? -ESRCH : lease_size(client, args[1]);
}

/* ---- segments and leases ------------------------------------------------- */

/* Bytes of segment and other side in one go, within a page of the segment. */
static int copy_piece(int segment, uint32_t offset, struct lease_use *use,
		      bool to_other)
{
	frame_t frame;
	char *where;
	int error = segment_frame(segment, offset / PAGE_SIZE, LEVEL_SERVER,
				  &frame);

	if (error)
		return error;
	where = (char *)frame_to_kernel(frame) + offset % PAGE_SIZE;
	if (use->client != NO_TOKEN) {
		use->kernel = where;
		use->to_client = to_other;
		return lease_copy(use);
	}
	error = to_other ? copy_out(use->buffer, where, use->bytes)
			 : copy_in(where, use->buffer, use->bytes);
	return error ? error : (int)use->bytes;
}

/* args: handle offset token argument lease_offset len */
static int copy_segment(const uint32_t *args, bool to_other)
{
	int segment = handle_segment(args[0]);
	uint32_t offset = args[1], done = 0;
	uint32_t bytes = args[5] < COPY_MAX ? args[5] : COPY_MAX;
	struct lease_use use = {.client = NO_TOKEN, .argument = args[3]};

	if (segment < 0)
		return segment;
	if (!to_other && segments[segment].kind == SEGMENT_ARCHIVE)
		return -EACCES;
	if (args[2] != TOKEN_SELF) {
		use.client = token_client(args[2]);
		if (use.client < 0)
			return -ESRCH;
	}
	while (done < bytes) {
		uint32_t rest = PAGE_SIZE - (offset + done) % PAGE_SIZE;
		int n;

		use.offset = args[4] + done;
		use.buffer = args[3] + use.offset;
		use.bytes = rest < bytes - done ? rest : bytes - done;
		n = copy_piece(segment, offset + done, &use, to_other);
		if (n <= 0)
			return done ? (int)done : n;
		done += n;
	}
	return (int)done;
}

static int native_segment_read(const uint32_t *args)
{
	return copy_segment(args, true);
}

static int native_segment_write(const uint32_t *args)
{
	return copy_segment(args, false);
}

/* ---- mapping and exec ---------------------------------------------------- */

/* Completes the client's mmap2: the address is its answer. */
static int native_map(const uint32_t *args)
{
	int client = token_client(args[0]);
	int segment = handle_segment(args[1]);
	vaddr_t address;
	int error;

	if (client < 0)
		return -ESRCH;
	if (segment < 0)
		return segment;
	if (args[2] % PAGE_SIZE)
		return -EINVAL;
	error = mmap_segment(client, segment, args[2] / PAGE_SIZE, args[3],
			     procs[client].message.args, &address);
	if (error)
		return error;
	message_answer(client, address);
	return 0;
}

#define MAP_SHARED 1

static int native_map_self(const uint32_t *args)
{
	int segment = handle_segment(args[0]);
	const uint32_t words[6] = {0, args[2], args[3], MAP_SHARED};
	vaddr_t address;
	int error;

	if (segment < 0)
		return segment;
	if (args[1] % PAGE_SIZE)
		return -EINVAL;
	error = mmap_segment(current, segment, args[1] / PAGE_SIZE, args[3],
			     words, &address);
	return error ? error : (int)address;
}

/*
 * The image's names are copied into one page first: path, then the prefix.
 * -ENAMETOOLONG when they do not fit.
 */
static int copy_names(const struct exec *e, struct exec_image *image,
		      char *page)
{
	int length = string_in(page, e->path, PAGE_SIZE / 2);

	if (length < 0)
		return length;
	image->path = page;
	image->prefix = page + PAGE_SIZE / 2;
	image->prefix_bytes = e->prefix_bytes;
	if (e->prefix_bytes > PAGE_SIZE / 2)
		return -ENAMETOOLONG;
	if (e->prefix_bytes == 0)
		return 0;
	if (copy_in(page + PAGE_SIZE / 2, e->prefix, e->prefix_bytes) < 0)
		return -EFAULT;
	return image->prefix[e->prefix_bytes - 1] ? -EINVAL : 0;
}

static int exec_client(int client, const struct exec *e, char *page)
{
	const uint32_t *args = procs[client].message.args;
	struct exec_image image = {.segment = handle_segment(e->image),
				   .bytes = e->image_bytes,
				   .interpreter = -1};
	int error;

	if (image.segment < 0)
		return image.segment;
	if (e->interpreter != -1) {
		image.interpreter = handle_segment(e->interpreter);
		image.interpreter_bytes = e->interpreter_bytes;
		if (image.interpreter < 0)
			return image.interpreter;
	}
	if (pages_of(e->image_bytes) > segments[image.segment].pages)
		return -EINVAL;
	error = copy_names(e, &image, page);
	if (error)
		return error;
	error = proc_exec(client, &image, args[1], args[2]);
	if (error == 0)
		message_answer(client, 0);
	return error;
}

static int native_exec(const uint32_t *args)
{
	int client = token_client(args[0]);
	struct exec e;
	frame_t frame;
	int error;

	if (client < 0)
		return -ESRCH;
	if (copy_in(&e, args[1], sizeof(e)) < 0)
		return -EFAULT;
	if (promise_take(1, LEVEL_SERVER) < 0)
		return -ENOMEM;
	frame = frame_alloc();
	error = exec_client(client, &e, frame_to_kernel(frame));
	frame_drop(frame);
	promise_give(1);
	return error;
}

/* ---- the machine --------------------------------------------------------- */

static int native_interrupt(const uint32_t *args)
{
	struct channel *channel = &channels[self()->message.channel];
	uint32_t line = args[0];

	if (line == 0 || line == 2 || line > 15)
		return -EINVAL; /* the timer's, the cascade's, none */
	if (args[1])
		channel->lines |= 1u << line;
	else
		channel->lines &= ~(1u << line);
	interrupt_enable(line, args[1]);
	return 0;
}

static int native_ports(const uint32_t *args)
{
	return proc_allow_ports(current, args[0], args[1]);
}

static int native_log(const uint32_t *args)
{
	char line[128];
	uint32_t bytes =
	    args[1] < sizeof(line) - 1 ? args[1] : sizeof(line) - 1;

	if (copy_in(line, args[0], bytes) < 0)
		return -EFAULT;
	line[bytes] = 0;
	klog(KLOG_INFO, "%s: %s", self()->name, line);
	return 0;
}

/* Kernel memory that is there: the direct map of RAM, or a window's page. */
static bool readable(uint32_t address)
{
	if (address < DIRECT_MAP)
		return false;
	if (address < WINDOW_START)
		return (address - DIRECT_MAP) / PAGE_SIZE <
		       (uint32_t)frame_limit;
	return address < WINDOW_START + WINDOW_TABLES * SLOT_SIZE &&
	       page_kernel_mapped(address);
}

static int native_inspect(const uint32_t *args)
{
	uint32_t address = args[0], bytes = args[2];

	if (bytes == 0 || bytes > PAGE_SIZE || address + bytes < address)
		return -EINVAL;
	if (!readable(address) || !readable(address + bytes - 1))
		return -EFAULT;
	inspect_update();
	return copy_out(args[1], (const void *)(uintptr_t)address, bytes);
}

static int native_tunable(const uint32_t *args)
{
	uint32_t value = args[1];

	switch (args[0]) {
	case TUNABLE_SHMMAX:
		shm_limits.max = value;
		return 0;
	case TUNABLE_SHMMIN:
		shm_limits.min = value ? value : 1;
		return 0;
	case TUNABLE_SHMMNI:
		if (value > IDS_LIMIT)
			return -EINVAL;
		shm_limits.mni = value;
		return 0;
	case TUNABLE_SHMALL:
		shm_limits.all = value;
		return 0;
	case TUNABLE_SHMSEG:
		shm_limits.seg = value;
		return 0;
	default:
		return -EINVAL;
	}
}

static int native_check(const uint32_t *args)
{
	(void)args;
	return check_all();
}

static int native_archive(const uint32_t *args)
{
	(void)args;
	return (int)archive_bytes;
}

/* ---- the door ------------------------------------------------------------ */

static int (*const calls[])(const uint32_t *args) = {
    native_receive,	  native_reply,		native_pass,
    native_lease_read,	  native_lease_write,	native_lease_string,
    native_lease_size,	  native_ready,		native_segment_make,
    native_segment_resize, native_segment_drop, native_segment_read,
    native_segment_write, native_map,		native_map_self,
    native_exec,	  native_interrupt,	native_ports,
    native_log,		  native_inspect,	native_tunable,
    native_check,	  native_send,		native_archive,
};

int native_call(int number, const uint32_t args[6])
{
	if (!proc_is_server(current))
		return -EPERM;
	if (number < 0 || number >= (int)(sizeof(calls) / sizeof(calls[0])))
		return -ENOSYS;
	return calls[number](args);
}
