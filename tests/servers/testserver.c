/*
 * tests/servers/testserver.c -- a server that does right and wrong on order.
 *
 * Started by server=PATH, shown as /dev/NAME.  It uses every call of the native
 * door, and each of them wrongly as well, and reports what the kernel said; the
 * judge is tests/guest/messages.c.  It also stalls, loops, lies and dies, so
 * that the judge sees what becomes of its clients.
 *
 * read gives the bytes 0, 1, 2, ...; write swallows; each open is an object of
 * its own.  One segment of two pages can be mapped, shared or private.
 */
#include "../../user/lib/native.h"
#include "../../user/lib/string.h"
#include "../../user/lib/unix.h"
#include "orders.h"

#define BYTES       (ORDER_WORDS * 4)
#define ARGUMENT    2 /* ioctl's third word */
#define BUFFER      1 /* read's, write's */
#define ANSWERED    (-4096)
#define BAD_ADDRESS ((void *)0xC0000000u)

static int words[ORDER_WORDS];
static int told[ORDER_WORDS];
static int stalled; /* the token of the client that waits for nothing */
static int opened, closed, next_object = 1;
static int mapped; /* segment handle */

/* ---- each order --------------------------------------------------------- */

static int add(const struct message *m)
{
	(void)m;
	for (int i = 0; i < ORDER_WORDS; i++)
		words[i]++;
	return 0;
}

static int stall(const struct message *m)
{
	stalled = m->token;
	return ANSWERED;
}

static int try_stalled(const struct message *m)
{
	(void)m;
	words[0] = k_lease_read(stalled, ARGUMENT, 0, told, BYTES);
	words[1] = k_lease_write(stalled, ARGUMENT, 0, told, BYTES);
	words[2] = k_lease_size(stalled, ARGUMENT);
	words[3] = k_map(stalled, mapped, 0, PROT_READ);
	words[4] = k_reply(stalled, 0, 0);
	return 0;
}

static int answer_stalled(const struct message *m)
{
	(void)m;
	words[0] = k_reply(stalled, 7, 0);
	words[1] = k_reply(stalled, 8, 0);
	return 0;
}

static int loop(const struct message *m)
{
	(void)m;
	for (;;)
		__asm__ volatile("pause");
	return 0;
}

static int crash(const struct message *m)
{
	(void)m;
	return *(volatile int *)0;
}

static int leave(const struct message *m)
{
	(void)m;
	unix_exit(3);
}

static int tokens(const struct message *m)
{
	static const int wrong[] = {1, -1, 0x7FFFFFFF, (int)0x80000000};
	int bad = 0;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bad += k_reply(wrong[i], 0, 0) != -ESRCH;
		bad += k_lease_read(wrong[i], 0, 0, told, 4) != -ESRCH;
	}
	words[0] = bad;
	words[1] = k_reply(m->token ^ 0x10000, 0, 0);
	words[2] = k_pass(m->token, 99);
	words[3] = k_exec(m->token, BAD_ADDRESS);
	words[4] = k_map(m->token, 9999, 0, PROT_READ);
	return 0;
}

static int twice(const struct message *m)
{
	told[0] = k_reply(m->token, 5, 0);
	told[1] = k_reply(m->token, 6, 0);
	return ANSWERED;
}

static int tell(const struct message *m)
{
	(void)m;
	memcpy(words, told, sizeof(words));
	return 0;
}

static int carry(const struct message *m)
{
	struct reply reply = {.count = 3};

	words[0] = k_reply(m->token, 0, &reply);
	reply.count = -1;
	words[1] = k_reply(m->token, 0, &reply);
	reply.count = 1;
	reply.connection[0].descriptor = 99;
	words[2] = k_reply(m->token, 0, &reply);
	words[3] = k_reply(m->token, 0, BAD_ADDRESS);
	return 0;
}

static int leases(const struct message *m)
{
	static char buffer[256];

	words[0] = k_lease_size(m->token, ARGUMENT);
	words[1] = k_lease_read(m->token, ARGUMENT, 60, buffer, 100);
	words[2] = k_lease_read(m->token, ARGUMENT, 64, buffer, 4);
	words[3] = k_lease_read(m->token, ARGUMENT, 0xFFFFFFF0u, buffer, 64);
	words[4] = k_lease_read(m->token, 0, 0, buffer, 4);
	words[5] = k_lease_read(m->token, 5, 0, buffer, 4);
	words[6] = k_lease_read(m->token, -1, 0, buffer, 4);
	words[7] = k_lease_write(m->token, 3, 0, buffer, 4);
	words[8] = k_lease_read(m->token, ARGUMENT, 0, buffer, 0xFFFFFFFFu);
	words[9] = k_lease_read(m->token, ARGUMENT, 0, BAD_ADDRESS, 4);
	return 0;
}

static int segments(const struct message *m)
{
	int handle = k_segment_make(SEGMENT_OF_MEMORY, 5000, 0);
	char bytes[8] = "tessera";

	words[0] = handle > 0;
	words[1] = k_segment_write(handle, 4096, TOKEN_SELF, 0,
	                           unix_address(bytes), 8);
	memset(bytes, 0, sizeof(bytes));
	words[2] =
	    k_segment_read(handle, 4096, TOKEN_SELF, 0, unix_address(bytes), 8);
	words[3] = strcmp(bytes, "tessera");
	words[4] = k_segment_read(handle, 4096, m->token, ARGUMENT, 0, 8);
	words[5] = k_segment_resize(handle, 100);
	words[6] = k_segment_resize(handle, 8192);
	k_segment_read(handle, 4096, TOKEN_SELF, 0, unix_address(bytes), 8);
	words[7] = bytes[0]; /* what was cut off comes back as zeroes */
	words[8] = k_segment_drop(handle);
	words[9] = k_segment_drop(handle);
	words[10] = k_segment_make(SEGMENT_OF_MEMORY, 0x70000000, 0);
	words[11] = k_segment_make(99, 1, 1);
	words[12] = k_segment_make(SEGMENT_OF_ARCHIVE, 0, 0x70000000);
	words[13] = k_segment_make(SEGMENT_OF_DEVICE, 0x100000, 4096);
	words[14] = k_segment_make(SEGMENT_OF_ARCHIVE, 0, PAGE_SIZE);
	words[15] = k_segment_drop(words[14]);
	return 0;
}

static int resize(const struct message *m)
{
	(void)m;
	words[1] = k_segment_resize(mapped, (uint32_t)words[0]);
	return 0;
}

static int peek(const struct message *m)
{
	int got = k_segment_read(mapped, (uint32_t)words[0], m->token, ARGUMENT,
	                         0, BYTES);

	k_reply(m->token, got, 0);
	return ANSWERED;
}

static int poke(const struct message *m)
{
	return k_segment_write(mapped, (uint32_t)words[0], m->token, ARGUMENT,
	                       4, BYTES - 4);
}

static int machine(const struct message *m)
{
	(void)m;
	words[0] = k_interrupt(0, 1);
	words[1] = k_interrupt(16, 1);
	words[2] = k_interrupt(5, 1);
	words[3] = k_interrupt(5, 0);
	words[4] = k_ports(0x300, 0x300);
	words[5] = k_ports(0x3FF, 0x400);
	words[6] = k_log("testserver: a line", 18);
	words[7] = k_log(BAD_ADDRESS, 18);
	words[8] = k_inspect(0, told, 4);
	words[9] = k_inspect(0xC0000000u, told, 4);
	words[10] = k_inspect(0xC0000000u, told, 5000);
	words[11] = k_tunable(99, 1);
	words[12] = k_check();
	words[13] = k_inspect(0xFFFFFFFEu, told, 4);
	return 0;
}

static int counts(const struct message *m)
{
	words[0] = opened;
	words[1] = closed;
	words[2] = m->object;
	words[3] = m->pid;
	words[4] = (int)m->euid;
	words[5] = (int)m->umask;
	return 0;
}

static int send(const struct message *m)
{
	(void)m;
	words[0] = unix_read(3, told, 1);
	words[1] = unix_open("/dev/null", O_RDONLY);
	return 0;
}

static int ready(const struct message *m)
{
	words[0] = k_ready(m->connection, POLLIN | POLLOUT);
	words[1] = k_ready(-1, POLLIN);
	words[2] = k_ready(0x7FFFFFFF, POLLIN);
	words[3] = k_ready(0, POLLIN); /* the console's, not ours */
	return 0;
}

static int bad_buffers(const struct message *m)
{
	words[0] = k_lease_read(m->token, ARGUMENT, 0, 0, 64);
	words[1] = k_lease_write(m->token, ARGUMENT, 0, BAD_ADDRESS, 64);
	words[2] = k_map_self(9999, 0, PAGE_SIZE, PROT_READ);
	words[3] = k_map_self(mapped, 0, 0, PROT_READ);
	words[4] = k_inspect(0xC0000000u, BAD_ADDRESS, 4);
	words[5] = k_segment_read(mapped, 0, TOKEN_SELF, 0, 0, 64);
	return 0;
}

static int string(const struct message *m)
{
	words[0] = k_lease_string(m->token, ARGUMENT, told, BYTES);
	return 0;
}

/* ---- the calls ---------------------------------------------------------- */

static int order(const struct message *m)
{
	static int (*const orders[])(const struct message *) = {
	    add,      stall,  try_stalled, answer_stalled, loop,    crash,
	    leave,    tokens, twice,       tell,           carry,   leases,
	    segments, resize, peek,        poke,           machine, counts,
	    send,     ready,  bad_buffers, string};
	uint32_t index = m->args[1] - ORDER_ADD;
	int result;

	if (index >= sizeof(orders) / sizeof(orders[0]))
		return -ENOTTY;
	result = k_lease_read(m->token, ARGUMENT, 0, words, BYTES);
	if (result < 0)
		return result;
	result = orders[index](m);
	if (result == ANSWERED)
		return result;
	k_lease_write(m->token, ARGUMENT, 0, words, BYTES);
	return result;
}

static int open_object(const struct message *m)
{
	struct reply reply = {.count = 1};

	reply.connection[0].descriptor = -1;
	reply.connection[0].object = next_object++;
	reply.connection[0].readiness = POLLOUT;
	opened++;
	k_reply(m->token, 0, &reply);
	return ANSWERED;
}

static int read_bytes(const struct message *m)
{
	static uint8_t bytes[256];
	int size = k_lease_size(m->token, BUFFER);

	for (int i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	if (size < 0)
		return size;
	return k_lease_write(m->token, BUFFER, 0, bytes,
	                     size < 256 ? (uint32_t)size : 256);
}

static int map(const struct message *m)
{
	int error = k_map(m->token, mapped, m->args[5] << PAGE_SHIFT,
	                  PROT_READ | PROT_WRITE);

	return error < 0 ? error : ANSWERED;
}

static int answer(const struct message *m)
{
	switch (m->type) {
	case SYS_open:
	case SYS_openat:
		return open_object(m);
	case SYS_ioctl:
		return order(m);
	case SYS_read:
	case SYS_readv:
		return read_bytes(m);
	case SYS_write:
	case SYS_writev:
		return k_lease_size(m->token, BUFFER);
	case SYS_mmap2:
		return map(m);
	}
	return -ENOSYS;
}

int main(int argc, char **argv, char **envp)
{
	struct message m;
	int status;

	(void)argc, (void)argv, (void)envp;
	mapped = k_segment_make(SEGMENT_OF_MEMORY, MAPPED_BYTES, 0);
	for (;;) {
		if (k_receive(&m) < 0)
			return 1;
		if (m.type == PULSE_CLOSE)
			closed++;
		if (m.type < 0)
			continue;
		status = answer(&m);
		if (status != ANSWERED)
			k_reply(m.token, status, 0);
	}
}
