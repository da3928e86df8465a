// with: ipc/message/lease.c ipc/message/lease_move.c ipc/message/handle.c
// with: kernel/entry/native.c
// with: kernel/unix/client.c
// with: ipc/message/message.c ipc/message/connection.c
// with: kernel/unix/forward.c ipc/message/message_check.c
// with: kernel/unix/memory.c tests/host/explore.c
// small: 4
// fast: 300
/*
 * tests/host/explore_leases.c -- leases and segments by handle, in every order.
 *
 * A client and two servers run the kernel's own second door, messages and mm.
 * The client makes one of some calls.  Its server receives it and does with its
 * token all that a token is good for, with each promise refused in turn.  The
 * client may be killed at any moment, and the servers may die.
 *
 * In each state every use of a lease is tried: both directions; offsets and
 * lengths that cross a page, a buffer, a hole; a token that lives, one that is
 * dead, and one of another server.  Bytes and answers must be those of the
 * model, which knows what the client may read and write, page by page.  Nothing
 * else may change.  At the end of each way all processes die, and nothing may
 * be left.
 */
#include "../../abi/errno.h"
#include "../../build/gen/native_numbers.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"
#include "../../kernel/signal/signal.h"
#include "../../kernel/unix/lifecycle.h"
#include "../../kernel/look/tunable.h"
#include "../../kernel/entry/trap.h"
#include "../../kernel/unix/exec.h"
#include "../../mm/region.h"
#include "explore.h"
#include "fake_kernel.h"

#include <stdio.h>
#include <stdlib.h>

#define CLIENT     0
#define SERVER     1
#define THIEF      2
#define PROCS      3
#define PAGES      ((int)(USER_LIMIT / PAGE_SIZE))
#define RW         (RIGHT_READ | RIGHT_WRITE)
#define INBOX      48u  /* a struct message fills 4 pages of the server */
#define BUFFER     112u /* its buffer is 3 more, before a hole */
#define BUFFER_END 160u
#define STATES_MAX 100000

/* ---- the machine below -------------------------------------------------- */

struct connection connections[8192];

const struct syscall syscalls[SYSCALL_LIMIT] = {
    [SYS_read] = {.flags_argument = -1, .leases = {{LEASE_OUT, 1, 2, 0}}},
    [SYS_write] = {.flags_argument = -1, .leases = {{LEASE_IN, 1, 2, 0}}},
    [SYS_readv] = {.flags_argument = -1,
                   .leases = {{LEASE_OUT | LEASE_IOV, 1, 2, 0}}},
    [SYS_mmap2] = {.fd_argument = 4, .flags_argument = -1},
    [SYS_execve] = {.fd_argument = -1,
                    .flags_argument = -1,
                    .leases = {{LEASE_STR, 0, -1, 0}}},
};

/* No operation here sets a limit. */
int tunable_set(uint32_t which, uint32_t value)
{
	return which + value > 0 ? -EINVAL : 0;
}

int check_all(void)
{
	return mm_check() + message_check();
}

void attach_ended(int space, int tag)
{
	(void)space, (void)tag;
	REQUIRE(!"an attach, where nobody makes one");
}

/* Sessions and groups have an explorer of their own; nobody asks for a time. */
static int unasked(void)
{
	REQUIRE(!"a question about sessions, groups or time");
	return -EINVAL;
}

int native_alarm(uint32_t microseconds)
{
	return (void)microseconds, unasked();
}

int native_clock_set(uint32_t seconds, uint32_t nanoseconds)
{
	return (void)seconds, (void)nanoseconds, unasked();
}

int native_timer(int pid, uint32_t born, int signal, uint32_t id,
                 uint32_t value, uint32_t times)
{
	return (void)pid, (void)born, (void)signal, (void)id, (void)value,
	       (void)times, unasked();
}

int native_leader(int pid)
{
	return (void)pid, unasked();
}

int native_foreground(int sid, int pgid)
{
	return (void)sid, (void)pgid, unasked();
}

int native_signal(int pid, int signal, uint32_t value, const struct proc *whom)
{
	return (void)pid, (void)signal, (void)value, (void)whom, unasked();
}

int native_background(struct proc *client, int signal)
{
	return (void)client, (void)signal, unasked();
}

/* A broken pipe or a file at its limit, where nobody has one. */
void signal_of_error(int error)
{
	REQUIRE(error != -EPIPE && error != -EFBIG);
}

void signal_send(struct proc *p, int signal, struct signal_news news)
{
	(void)p, (void)signal, (void)news;
	REQUIRE(!"a broken pipe, where nobody has one");
}

/* The client keeps its space here: replacing it is the work of exec.c. */
int proc_exec(struct proc *p, const struct exec_image *image, vaddr_t argv,
              vaddr_t envp)
{
	REQUIRE(p == &procs[CLIENT] && image->program.segment >= 0 &&
	        image->path[0] == 'p');
	REQUIRE(argv == 3 && envp == 4);
	return image->program.bytes ? 0 : -ENOEXEC;
}

/* ---- the client's memory and its calls ---------------------------------- */

#define NOTHING 144u /* a hole in the client */

struct buffer {
	vaddr_t base;
	uint32_t bytes;
};

/*
 * Pages 2 and 3 may be written and 4 only read; 5 is without a promise.  mmap2
 * puts a segment at 6 and 7.  Page 8 has the iovecs, and 9 is always a hole.
 */
static const uint8_t client_rights[PAGES] = {
    [2] = RW, [3] = RW, [4] = RIGHT_READ, [5] = RW, [8] = RW};

#define IOVECS 128u /* page 8 */

static const struct call {
	int number;
	uint32_t args[6];
	struct buffer buffers[2]; /* of the lease, argument 1 */
	bool from, to;
} calls[] = {
    {SYS_read, {0, 43, 9}, {{43, 9}}, false, true},
    {SYS_read, {0, 60, 20}, {{60, 20}}, false, true},
    {SYS_read, {0, 90, 3}, {{90, 3}}, false, true},
    {SYS_read, {0, 180, 20}, {{180, 20}}, false, true},
    {SYS_write, {0, 40, 40}, {{40, 40}}, true, false},
    {SYS_write, {0, 140, 9}, {{140, 9}}, true, false},
    {SYS_readv, {0, IOVECS, 2}, {{50, 5}, {38, 7}}, false, true},
    {SYS_mmap2, {0, 32, RW, 1, 0, 0}, {{0, 0}}, false, false},
    {SYS_mmap2, {0, 32, RW, 2, 0, 0}, {{0, 0}}, false, false},
    {SYS_execve, {32, 3, 4}, {{0, 0}}, false, false},
    {SYS_execve,
     {57, 3, 4},
     {{0, 0}},
     false,
     false}, /* across the end of a page */
    {SYS_execve, {NOTHING, 3, 4}, {{0, 0}}, false, false},
};

#define CALLS ((int)(sizeof(calls) / sizeof(calls[0])))

static struct {
	const struct call *call;
	bool busy;
	int calls_left, token, old_token, answers, expected;
	bool live; /* is the token good, for its server? */
	int handle[2];
	int dropped;
	bool mapped; /* a segment is in the client; there is room for one */
	int free_frames, promised; /* before there were processes */
} w;

static uint8_t image[2][192], was[2][192]; /* client, server */

/* Reads all that can be read of a process, except mapped segments. */
static void look(int proc, uint8_t *to)
{
	memset(to, 0, USER_LIMIT);
	for (int p = 2; procs[proc].life.space >= 0 && p < PAGES; p++)
		if (proc == CLIENT ? p != 6 && p != 7 : p > 2)
			space_read(procs[proc].life.space, to + p * PAGE_SIZE,
			           (vaddr_t)p * PAGE_SIZE, PAGE_SIZE);
}

static void look_at_both(uint8_t to[2][192])
{
	look(CLIENT, to[0]);
	look(SERVER, to[1]);
}

/* ---- the model of a lease ----------------------------------------------- */

static bool client_may(vaddr_t va, bool write)
{
	return va < USER_LIMIT && (client_rights[va / PAGE_SIZE] &
	                           (write ? RIGHT_WRITE : RIGHT_READ));
}

/* How many bytes of one buffer arrive before the first that cannot. */
static uint32_t arriving(vaddr_t client, vaddr_t server, uint32_t bytes,
                         bool to_client)
{
	uint32_t n = 0;

	if (client + bytes > USER_LIMIT || server + bytes > USER_LIMIT)
		return 0;
	while (n < bytes && client_may(client + n, to_client) &&
	       (server == 0 || server + n < BUFFER_END))
		n++;
	return n;
}

/*
 * Moves in `was` what should move: between the lease, from `offset` on, and
 * `mine`.  These are the server's bytes at `server`, or, where `server` is 0, a
 * segment's.
 */
static int model_copy(uint32_t offset, uint8_t *mine, vaddr_t server,
                      uint32_t bytes, bool to_client)
{
	uint32_t done = 0;

	if (w.call->buffers[0].base == 0)
		return -EINVAL;
	if (to_client ? !w.call->to : !w.call->from)
		return -EPERM;
	for (int i = 0; i < 2; i++) {
		struct buffer b = w.call->buffers[i];
		uint32_t skip = offset < b.bytes ? offset : b.bytes;
		uint32_t want = b.bytes - skip, n;

		offset -= skip;
		want = want < bytes - done ? want : bytes - done;
		n = arriving(b.base + skip, server ? server + done : 0, want,
		             to_client);
		if (to_client)
			memcpy(was[0] + b.base + skip, mine + done, n);
		else
			memcpy(mine + done, was[0] + b.base + skip, n);
		if (n < want)
			return done ? (int)done : -EFAULT;
		done += want;
	}
	return (int)done;
}

static int native(int number, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                  uint32_t e, uint32_t f)
{
	const uint32_t args[6] = {a, b, c, d, e, f};

	return native_call((uint32_t)number, args);
}

static const uint8_t offsets[] = {0, 3, 8, 12, 40};
static const uint8_t lengths[] = {0, 1, 4, 9, 30};

/* Every byte of both processes is as foretold. */
static void compare_both(void)
{
	look_at_both(image);
	REQUIRE(memcmp(image[0], was[0], USER_LIMIT) == 0);
	REQUIRE(memcmp(image[1], was[1], USER_LIMIT) == 0);
}

static void use_lease(int offset, int length, vaddr_t buffer, bool to_client)
{
	int wanted, result;

	look_at_both(was);
	wanted = w.live ? model_copy((uint32_t)offset, was[1] + buffer, buffer,
	                             (uint32_t)length, to_client)
	                : -ESRCH;
	result = native(to_client ? NATIVE_lease_write : NATIVE_lease_read,
	                (uint32_t)w.token, 1, (uint32_t)offset, buffer,
	                (uint32_t)length, 0);
	REQUIRE(result == wanted);
	compare_both();
}

/* Makes all uses, one after the other, because they only move bytes. */
static void use_leases(void)
{
	for (int i = 0; i < 5; i++) {
		for (int j = 0; j < 5; j++) {
			for (int to = 0; to < 2; to++) {
				use_lease(offsets[i], lengths[j], BUFFER, to);
				use_lease(offsets[i], lengths[j],
				          BUFFER_END - 5, to);
			}
		}
	}
}

/* What asking for the string of the call's first argument should answer. */
static int model_string(int size)
{
	vaddr_t text;
	int length;

	if (!w.live || w.call->number != SYS_execve)
		return w.live ? -EINVAL : -ESRCH;
	text = w.call->args[0];
	if (text == NOTHING)
		return -EFAULT;
	length = (int)strlen((char *)was[0] + text);
	if (length >= size)
		return -ENAMETOOLONG;
	memcpy(was[1] + BUFFER, was[0] + text, (size_t)length + 1);
	return length;
}

static int model_size(void)
{
	if (!w.live)
		return -ESRCH;
	if (w.call->buffers[0].base == 0)
		return -EINVAL;
	return (int)(w.call->buffers[0].bytes + w.call->buffers[1].bytes);
}

static void use_strings(void)
{
	static const uint8_t sizes[] = {1, 4, 5, 20};
	uint32_t token = (uint32_t)w.token;

	for (int i = 0; i < 4; i++) {
		int wanted;

		look_at_both(was);
		wanted = model_string(sizes[i]);
		REQUIRE(native(NATIVE_lease_string, token, 0, BUFFER, sizes[i],
		               0, 0) == wanted);
		compare_both();
	}
	look_at_both(was);
	REQUIRE(native(NATIVE_lease_size, token, 1, 0, 0, 0, 0) ==
	        model_size());
	compare_both();
}

/* ---- segments: filled by their handle, read by it ----------------------- */

/* A page of a segment is one piece to a lease, so it goes page by page. */
static int model_segment_copy(uint8_t *bytes, uint32_t size, uint32_t offset,
                              uint32_t length, bool to_client)
{
	uint32_t done = 0;
	int moved = 0;

	do {
		uint32_t at = offset + done, part = PAGE_SIZE - at % PAGE_SIZE;

		if (at >= size)
			return done ? (int)done : -ENXIO;
		part = part < length - done ? part : length - done;
		moved = model_copy(done, bytes + at, 0, part, to_client);
		if (moved < 0)
			return done ? (int)done : moved;
		done += (uint32_t)moved;
	} while (moved > 0 && done < length);
	return (int)done;
}

static void use_segment(int which, int offset, int length, bool to_client)
{
	int handle = w.handle[which], segment = handle - 1, wanted, result;
	bool archive = which == 1;
	uint8_t bytes[64] = {0}, now[64] = {0};
	uint32_t size = 0;

	look_at_both(was);
	if (handle > 0) {
		size = (uint32_t)segments[segment].pages * PAGE_SIZE;
		native(NATIVE_segment_load, (uint32_t)handle, 0, INBOX, 64, 0,
		       0);
		look(SERVER, image[1]);
		memcpy(bytes, image[1] + INBOX, size);
		memcpy(was[1], image[1], USER_LIMIT);
	}
	wanted = handle <= 0 ? -EINVAL
	         : !w.live   ? -ESRCH
	         : archive && !to_client
	             ? -EACCES
	             : model_segment_copy(bytes, size, (uint32_t)offset,
	                                  (uint32_t)length, to_client);
	result = native(to_client ? NATIVE_segment_read : NATIVE_segment_write,
	                (uint32_t)handle, (uint32_t)offset, (uint32_t)w.token,
	                1, 0, (uint32_t)length);
	REQUIRE(result == wanted);
	compare_both();
	if (handle > 0) {
		native(NATIVE_segment_load, (uint32_t)handle, 0, INBOX, 64, 0,
		       0);
		look(SERVER, image[1]);
		memcpy(now, image[1] + INBOX, size);
		REQUIRE(memcmp(now, bytes, sizeof(now)) == 0);
	}
}

static void use_segments(void)
{
	for (int which = 0; which < 2; which++)
		for (int i = 0; i < 5; i += 2)
			for (int j = 0; j < 5; j += 2)
				for (int to = 0; to < 2; to++)
					use_segment(which, offsets[i],
					            lengths[j], to);
}

/* `t` is a token of another server, or of the call before. */
static void use_dead(uint32_t t, uint32_t h)
{
	REQUIRE(native(NATIVE_lease_read, t, 1, 0, BUFFER, 9, 0) == -ESRCH);
	REQUIRE(native(NATIVE_lease_write, t, 1, 0, BUFFER, 9, 0) == -ESRCH);
	REQUIRE(native(NATIVE_lease_string, t, 0, BUFFER, 9, 0, 0) == -ESRCH);
	REQUIRE(native(NATIVE_lease_size, t, 1, 0, 0, 0, 0) == -ESRCH);
	REQUIRE(native(NATIVE_map, t, h, 0, RW, 0, 0) < 0);
	REQUIRE(native(NATIVE_exec, t, BUFFER, 0, 0, 0, 0) == -ESRCH);
	REQUIRE(native(NATIVE_reply, t, 0, 0, 0, 0, 0) == -ESRCH);
}

/* Another server has learnt the numbers, and they are of no use to it. */
static void use_stolen(void)
{
	uint32_t h = (uint32_t)w.handle[0];

	look_at_both(was);
	if (w.old_token)
		use_dead((uint32_t)w.old_token, h);
	running = &procs[THIEF];
	use_dead((uint32_t)w.token, h);
	REQUIRE(native(NATIVE_segment_resize, h, 16, 0, 0, 0, 0) == -EINVAL);
	REQUIRE(native(NATIVE_segment_drop, h, 0, 0, 0, 0, 0) == -EINVAL);
	REQUIRE(native(NATIVE_segment_store, h, 0, BUFFER, 9, 0, 0) == -EINVAL);
	REQUIRE(native(NATIVE_map_self, h, 0, 16, RW, 0, 0) == -EINVAL);
	running = &procs[SERVER];
	compare_both();
}

/* ---- steps -------------------------------------------------------------- */

enum op {
	CALL,
	RESUME,
	KILL,
	RECEIVE,
	REPLY,
	MAP,
	MAP_READ,
	MAP_ARCHIVE,
	MAP_BEYOND,
	MAP_SELF,
	EXEC,
	EXEC_BAD,
	MAKE,
	MAKE_ARCHIVE,
	GROW,
	SHRINK,
	DROP,
	SERVER_DIES,
	USE_LEASES, /* these leave the state as it is */
	USE_STRINGS,
	USE_SEGMENTS,
	USE_STOLEN,
	ALL_DIE,
	OPS
};

static const char *const op_names[] = {"call",        "client goes on",
                                       "kill",        "receive",
                                       "reply",       "map",
                                       "map to read", "map the archive",
                                       "map beyond",  "map self",
                                       "exec",        "exec of nothing",
                                       "make",        "make archive",
                                       "grow",        "shrink",
                                       "drop",        "server dies",
                                       "use leases",  "use strings",
                                       "use segment", "use stolen",
                                       "all die"};

static void exit_process(int proc)
{
	running = &procs[proc];
	handles_exit(&procs[proc]);
	server_exit(&procs[proc]);
	descriptors_exit(&procs[proc]);
	space_drop(procs[proc].life.space);
	procs[proc].life.space = -1;
	procs[proc].state = PROC_ZOMBIE;
}

static void life(void)
{
	for (;;) {
		int result = forward(w.call->number, w.call->args);

		w.busy = false;
		if (procs[CLIENT].signal.killed) {
			exit_process(CLIENT);
		} else {
			REQUIRE(w.answers == 1 || result == -EIO);
			REQUIRE(w.answers == 0 || result == w.expected);
		}
		w.answers = 0;
		fake_leave();
	}
}

static void run_client(void)
{
	fake_enter(&procs[CLIENT]);
	running = &procs[SERVER];
}

static void answered(int status)
{
	REQUIRE(w.live);
	REQUIRE(!token_client(w.token));
	w.live = false;
	w.answers++;
	w.expected = status;
}

/* The client sees the segment from `page` on, and a hole beyond its end. */
static void check_mapped(int segment, int page, vaddr_t address)
{
	uint8_t bytes[PAGE_SIZE];
	frame_t frame;

	for (int p = 0; p < 2; p++) {
		int result =
		    space_read(procs[CLIENT].life.space, bytes,
		               address + (vaddr_t)p * PAGE_SIZE, PAGE_SIZE);

		if (page + p >= segments[segment].pages) {
			REQUIRE(result == -EFAULT);
			continue;
		}
		REQUIRE(result == 0);
		segment_frame(segment, page + p, LEVEL_SERVER, &frame);
		REQUIRE(memcmp(bytes, frame_to_kernel(frame), PAGE_SIZE) == 0);
	}
}

static void do_map(enum op op)
{
	int which = op == MAP_ARCHIVE, page = op == MAP_BEYOND ? -1 : 0, result;
	uint32_t rights = op == MAP_READ || which ? RIGHT_READ : RW;
	bool mmap = w.live && w.call->number == SYS_mmap2;
	bool shared = mmap && w.call->args[3] == 1;
	int wanted = w.handle[which] <= 0 && !w.live ? -ESRCH : 0;

	result =
	    native(NATIVE_map, (uint32_t)w.token, (uint32_t)w.handle[which],
	           (uint32_t)page, rights, 0, 0);
	if (!w.live)
		wanted = -ESRCH;
	else if (w.handle[which] <= 0 || !mmap)
		wanted = -EINVAL;
	else if (shared && rights == RIGHT_READ)
		wanted = -EACCES;
	else if (w.mapped)
		wanted = -ENOMEM;
	REQUIRE(result == wanted ||
	        (promise_fail_nth == 0 && result == -ENOMEM));
	if (result == 0) {
		w.mapped = true;
		answered(procs[CLIENT].message.status);
		REQUIRE(w.expected == 96);
		check_mapped(w.handle[which] - 1, page ? SEGMENT_PAGES : 0, 96);
	} else if (w.live)
		REQUIRE(token_client(w.token) == &procs[CLIENT]);
}

/* A file by a bad handle is refused, and the client waits on. */
static void refuse_exec(struct exec exec)
{
	space_write(procs[SERVER].life.space, INBOX, &exec, sizeof(exec));
	REQUIRE(native(NATIVE_exec, (uint32_t)w.token, INBOX, 0, 0, 0, 0) ==
	        (w.live ? -EINVAL : -ESRCH));
}

static void do_exec(uint32_t bytes)
{
	struct exec exec = {.image = w.handle[0],
	                    .image_bytes = bytes,
	                    .interpreter = 77,
	                    .uid = ID_KEPT,
	                    .gid = ID_KEPT,
	                    .strings = BUFFER,
	                    .strings_bytes = 4};
	int wanted = !w.live                        ? -ESRCH
	             : w.call->number != SYS_execve ? -EINVAL
	             : w.handle[0] <= 0             ? -EINVAL
	             : bytes == 0                   ? -ENOEXEC
	                                            : 0;
	int result;

	space_write(procs[SERVER].life.space, exec.strings, "pp\0", 4);
	refuse_exec(exec);
	exec.image = 0;
	exec.interpreter = 0;
	refuse_exec(exec);
	exec.image = w.handle[0];
	space_write(procs[SERVER].life.space, INBOX, &exec, sizeof(exec));
	result = native(NATIVE_exec, (uint32_t)w.token, INBOX, 0, 0, 0, 0);
	REQUIRE(result == wanted ||
	        (promise_fail_nth == 0 && result == -ENOMEM));
	if (result == 0)
		answered(0);
}

/* A call that gives 0 or a handle, or is refused. */
static int may_fail(int result)
{
	if (promise_fail_nth == 0)
		REQUIRE(result == -ENOMEM);
	else
		REQUIRE(result >= 0);
	return result;
}

static void do_make(int which)
{
	uint32_t kind = which ? SEGMENT_OF_ARCHIVE : SEGMENT_OF_MEMORY;
	int result = may_fail(
	    native(NATIVE_segment_make, kind, which ? 0 : 32, 37, 0, 0, 0));

	if (result > 0)
		w.handle[which] = result;
}

static void do_kill(void)
{
	procs[CLIENT].signal.killed = 9;
	w.live = false;
	if (procs[CLIENT].state != PROC_READY)
		wake(&procs[CLIENT]);
}

/* Whatever was under way, nothing may be left of it. */
static void all_die(void)
{
	if (procs[CLIENT].state != PROC_ZOMBIE) {
		if (w.busy && !procs[CLIENT].signal.killed)
			do_kill();
		if (w.busy)
			run_client();
		else
			exit_process(CLIENT);
	}
	for (int proc = SERVER; proc <= THIEF; proc++)
		if (procs[proc].state != PROC_ZOMBIE)
			exit_process(proc);
	REQUIRE(space_rows.live == 0 && segment_rows.live == 0);
	REQUIRE(region_rows.live == 0 && connection_rows.live == 0);
	REQUIRE(frames_promised == w.promised);
	REQUIRE(frames_free == w.free_frames);
}

static void step_segment(enum op op)
{
	uint32_t handle = (uint32_t)w.handle[0];

	switch (op) {
	case MAP:
	case MAP_READ:
	case MAP_ARCHIVE:
	case MAP_BEYOND:
		do_map(op);
		break;
	case MAP_SELF:
		may_fail(native(NATIVE_map_self, handle, 0, 16, RW, 0, 0));
		break;
	case EXEC:
	case EXEC_BAD:
		do_exec(op == EXEC);
		break;
	case MAKE:
	case MAKE_ARCHIVE:
		do_make(op == MAKE_ARCHIVE);
		break;
	case GROW:
	case SHRINK:
		may_fail(native(NATIVE_segment_resize, handle,
		                op == GROW ? 48 : 16, 0, 0, 0, 0));
		break;
	default: /* DROP */
		REQUIRE(native(NATIVE_segment_drop, handle, 0, 0, 0, 0, 0) ==
		        0);
		w.handle[0] = 0;
		w.dropped++;
	}
}

static void step(enum op op, int which)
{
	switch (op) {
	case CALL:
		w.call = &calls[which];
		w.busy = true;
		w.calls_left--;
		run_client();
		break;
	case RESUME:
		run_client();
		break;
	case KILL:
		do_kill();
		break;
	case RECEIVE:
		REQUIRE(native(NATIVE_receive, INBOX, 0, 0, 0, 0, 0) == 0);
		look(SERVER, image[1]);
		w.old_token = w.token;
		w.token = ((struct message *)(image[1] + INBOX))->token;
		w.live = true;
		break;
	case REPLY:
		if (native(NATIVE_reply, (uint32_t)w.token, 5, 0, 0, 0, 0) == 0)
			answered(5);
		else
			REQUIRE(!w.live);
		break;
	case SERVER_DIES:
		w.live = false;
		w.handle[0] = w.handle[1] = 0;
		exit_process(SERVER);
		break;
	case USE_LEASES:
		use_leases();
		break;
	case USE_STRINGS:
		use_strings();
		break;
	case USE_SEGMENTS:
		use_segments();
		break;
	case USE_STOLEN:
		use_stolen();
		break;
	case ALL_DIE:
		all_die();
		break;
	default:
		step_segment(op);
	}
}

static bool has_room(int space)
{
	return space_find_shared(space, 1) != 0;
}

static bool enabled(enum op op)
{
	enum proc_state client = procs[CLIENT].state;
	bool server = procs[SERVER].state != PROC_ZOMBIE;

	switch (op) {
	case CALL:
		return client == PROC_READY && !w.busy && w.calls_left > 0;
	case RESUME:
		return client == PROC_READY && w.busy;
	case KILL:
		return w.busy && !procs[CLIENT].signal.killed;
	case RECEIVE:
		return server && client == PROC_SENDING;
	case ALL_DIE:
		return true;
	case REPLY:
	case MAP:
	case MAP_READ:
	case MAP_ARCHIVE:
	case MAP_BEYOND:
	case EXEC:
	case EXEC_BAD:
		return server && w.token;
	case USE_LEASES:
	case USE_STRINGS:
	case USE_SEGMENTS:
	case USE_STOLEN:
		return server && w.token;
	case MAKE:
		return server && w.handle[0] == 0 && w.dropped == 0;
	case MAKE_ARCHIVE:
		return server && w.handle[1] == 0;
	case MAP_SELF:
		return server && w.handle[0] > 0 &&
		       has_room(procs[SERVER].life.space);
	case GROW: /* it grows once, and shrinks again */
		return server && w.handle[0] > 0 &&
		       segments[w.handle[0] - 1].pages == 2;
	case SHRINK:
		return server && w.handle[0] > 0 &&
		       segments[w.handle[0] - 1].pages == 3;
	case DROP:
		return server && w.handle[0] > 0;
	default:
		return server;
	}
}

/* ---- a fresh world ------------------------------------------------------ */

static void map_pages(int proc, int page, int pages, int rights, bool promised)
{
	REQUIRE(host_map(procs[proc].life.space, (vaddr_t)page * PAGE_SIZE,
	                 pages, rights, promised) == 0);
}

static void make_proc(int i)
{
	procs[i].life.space = space_make(LEVEL_USER);
	if (i != CLIENT) {
		map_pages(i, 3, 7, RW, true);
		return;
	}
	map_pages(i, 2, 2, RW, true);
	map_pages(i, 4, 1, RIGHT_READ, true);
	map_pages(i, 5, 1, RW, false);
	map_pages(i, 8, 1, RW, true);
}

/* All bytes are different, except those of the strings and iovecs. */
static void fill_memory(void)
{
	static const struct buffer iovecs[2] = {{50, 5}, {38, 7}};
	int client = procs[CLIENT].life.space,
	    server = procs[SERVER].life.space;

	for (vaddr_t va = 32; va < 64; va++) {
		uint8_t byte = (uint8_t)(va + 100);

		space_write(client, va, &byte, 1);
	}
	space_write(client, 32, "path", 5);
	for (vaddr_t va = INBOX; va < BUFFER_END; va++) {
		uint8_t byte = (uint8_t)(255 - va);

		space_write(server, va, &byte, 1);
	}
	space_write(client, IOVECS, iovecs, sizeof(iovecs));
}

static void begin(void)
{
	int files, other;

	fake_procs(PROCS);
	memset(channels, 0, sizeof(channels));
	memset(connections, 0, sizeof(connections[0]) * 16);
	memset(&w, 0, sizeof(w));
	host_start();
	archive_start = HOST_FRAMES * PAGE_SIZE;
	archive_bytes = 37;
	memset((char *)phys_to_kernel(archive_start), 0xaa, 48);
	connection_rows.fresh = connection_rows.live = 0;
	connection_rows.free = -1;
	w.promised = frames_promised;
	w.free_frames = frames_free;
	for (int i = 0; i < PROCS; i++)
		make_proc(i);
	files = channel_make(&procs[SERVER]);
	other = channel_make(&procs[THIEF]);
	procs[SERVER].message.rank = 1;
	procs[THIEF].message.rank = 2;
	REQUIRE(files == 0 && other == 1);
	procs[CLIENT].files.cwd = connection_make(files, 1, 0, 0);
	descriptor_install(&procs[CLIENT], connection_make(files, 2, 0, 0), 0,
	                   false);
	fill_memory();
	w.calls_left = 2;
	running = &procs[SERVER];
	space_load(procs[SERVER].life.space);
	fake_life(&procs[CLIENT], life);
}

/* ---- states, each once -------------------------------------------------- */

static void mix_space(int proc)
{
	int space = procs[proc].life.space;

	if (procs[proc].state == PROC_ZOMBIE)
		return;
	for (int r = region_from(space, 0); r >= 0; r = region_after(r)) {
		mix(regions[r].start + 256 * regions[r].end);
		mix(regions[r].kind + 16 * regions[r].rights);
		mix(regions[r].segment + 1 == w.handle[0]);
		mix(regions[r].segment);
	}
	for (int slot = 0; slot < USER_SLOTS; slot++)
		mix(page_get(spaces[space].directory, slot) & 0xfff);
}

static uint64_t state_hash(void)
{
	explore_hash = HASH_OF_NOTHING;
	for (int i = 0; i < PROCS; i++)
		mix(procs[i].state + 32 * (procs[i].signal.killed != 0));
	mix(w.call ? w.call - calls : -1);
	mix(w.busy + 2 * w.live + 4 * w.calls_left + 16 * (w.token != 0));
	mix(w.answers + 16 * (w.expected & 0xff) + 4096 * w.dropped);
	mix_space(CLIENT), mix_space(SERVER);
	for (int i = 0; i < segment_rows.fresh; i++)
		if (segments[i].kind != SEGMENT_FREE) {
			mix(i + 64 * segments[i].pages +
			    1024 * segments[i].kind);
			mix(segments[i].resident + 32 * segments[i].channel);
		}
	return explore_hash;
}

/* ---- the moves ---------------------------------------------------------- */

/* CALL has a move for each call; every other operation has one. */
static bool possible(int move)
{
	enum op op = (enum op)(move / CALLS);

	return (op == CALL || move % CALLS == 0) && enabled(op);
}

/* A use of a lease is made without refusals: its loops have no model of one. */
static bool asks(enum op op)
{
	return (op >= MAP && op <= GROW) || op == SHRINK;
}

static bool make(int move, int nth)
{
	enum op op = (enum op)(move / CALLS);
	bool broken;

	promise_fail_nth = nth && asks(op) ? nth : -1;
	step(op, move % CALLS);
	broken = promise_fail_nth == 0;
	promise_fail_nth = 0;
	return broken;
}

static void judge(void)
{
	REQUIRE(message_check() == 0);
	REQUIRE(mm_check() == 0);
	REQUIRE(host_stale() == 0 && host_stale_free == 0);
}

static bool is_leaf(int move)
{
	return move / CALLS >= USE_LEASES;
}

static void print(int move)
{
	printf("%s %d", op_names[move / CALLS], move % CALLS);
}

static const struct explorer explorer = {.moves = OPS * CALLS,
                                         .most = STATES_MAX,
                                         .possible = possible,
                                         .make = make,
                                         .judge = judge,
                                         .is_leaf = is_leaf,
                                         .print = print,
                                         .begin = begin,
                                         .hash = state_hash};

int main(int argc, char **argv)
{
	struct explored found;

	explore_words(argc, argv);
	found = explore(&explorer);
	REQUIRE(explore_limit || found.from > 5000);
	tap("leases: in every order, a kill at every step: as the model: "
	    "%s%d states, %ld transitions",
	    explore_limit ? "the first " : "all ", found.from, found.made);
	return tap_end();
}
