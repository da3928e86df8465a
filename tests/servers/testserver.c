/*
 * tests/servers/testserver.c -- a server that does right and wrong on order.
 *
 * It is started by server=PATH and appears as /dev/NAME.  It makes every call
 * of the native door, rightly and wrongly, and reports what the kernel
 * answered.  tests/guest/messages.c judges the answers.  On order the server
 * also stalls, loops, lies and dies, so that the tests see what happens to its
 * clients.
 *
 * read gives the bytes 0, 1, 2, ... once the server has tried to read there as
 * well.  write sums the bytes, and tries to write there; ORDER_TOLD tells the
 * sum.  Each open makes an object of its own.  One segment of two pages can be
 * mapped.
 */
#include "../../abi/inspect.h"
#include "../../user/lib/port.h"
#include "../../user/lib/server.h"
#include "../../user/lib/string.h"
#include "orders.h"

#define BYTES       (ORDER_WORDS * 4)
#define BAD_ADDRESS ((void *)0xC0000000u)
#define VGA_MEMORY  0xB8000u
#define RESET_PAGE  0xFF000u /* in the BIOS: the CPU starts at 0xFFFF0 */
#define KERNEL      0xC0100000u
#define CLOCK_LINE  8

/* MC146818: bit 6 of register B lets it interrupt; reading C acknowledges. */
#define CLOCK_INDEX    0x70
#define CLOCK_DATA     0x71
#define CLOCK_PERIODIC 0x40

static int words[ORDER_WORDS];
static int told[ORDER_WORDS];
static int stalled; /* the token of the stalled client */
static int opened, closed, interrupts, next_object = 1;
static int memory, reset_page; /* segment handles */
static int shown;              /* one of them */
static uint32_t rights = PROT_READ | PROT_WRITE;
static bool careless;

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
	stalled = told[0] = m->token;
	return ANSWERED;
}

static int use_token(const struct message *m)
{
	int token = words[0];

	(void)m;
	words[0] = k_lease_read(token, ARGUMENT, 0, told, BYTES);
	words[1] = k_lease_write(token, ARGUMENT, 0, told, BYTES);
	words[2] = k_lease_size(token, ARGUMENT);
	words[3] = k_lease_string(token, ARGUMENT, told, BYTES);
	words[4] = k_map(token, memory, 0, PROT_READ);
	words[5] = k_segment_read(memory, 0, token, ARGUMENT, 0, BYTES);
	words[6] = k_exec(token, BAD_ADDRESS);
	words[7] = k_pass(token, 0, 0);
	words[8] = k_reply(token, 0, 0);
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
	words[2] = k_pass(m->token, 99, 0);
	words[3] = k_exec(m->token, BAD_ADDRESS);
	words[4] = k_map(m->token, memory, 0, PROT_READ);
	words[5] = k_map(m->token, 9999, 0, PROT_READ);
	words[6] = k_lease_string(m->token, ARGUMENT, told, BYTES);
	words[7] = k_reply(m->token, -4096, 0);
	return 0;
}

static int twice(const struct message *m)
{
	told[0] = k_reply(m->token, 5, 0);
	told[1] = k_reply(m->token, 6, 0);
	told[2] = k_lease_read(m->token, ARGUMENT, 0, words, BYTES);
	told[3] = k_lease_write(m->token, ARGUMENT, 0, words, BYTES);
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
	int handle = k_segment_make(SEGMENT_OF_MEMORY, 5000, 0, TOKEN_SELF);
	char bytes[8] = "tessera";

	words[0] = handle > 0;
	words[1] = k_segment_store(handle, 4096, bytes, 8);
	memset(bytes, 0, sizeof(bytes));
	words[2] = k_segment_load(handle, 4096, bytes, 8);
	words[3] = strcmp(bytes, "tessera");
	words[4] = k_segment_read(handle, 4096, m->token, ARGUMENT, 0, 8);
	words[5] = k_segment_resize(handle, 100, TOKEN_SELF);
	words[6] = k_segment_resize(handle, 8192, TOKEN_SELF);
	k_segment_load(handle, 4096, bytes, 8);
	words[7] = bytes[0]; /* what was cut off comes back as zeroes */
	words[8] = k_segment_drop(handle);
	words[9] = k_segment_drop(handle);
	words[10] =
	    k_segment_make(SEGMENT_OF_MEMORY, 0x70000000, 0, TOKEN_SELF);
	words[11] = k_segment_make(99, 1, 1, TOKEN_SELF);
	words[12] = k_segment_make(SEGMENT_OF_MEMORY, 0, 0, TOKEN_SELF);
	handle = k_segment_make(SEGMENT_OF_MEMORY | SEGMENT_UNPROMISED,
	                        0x70000000, 0, TOKEN_SELF);
	words[13] = k_segment_store(handle, 0x6FFFFFFC, "abcdefgh", 8);
	words[14] = k_segment_store(handle, 0x70000000, bytes, 8);
	words[15] = k_segment_drop(handle);
	return 0;
}

static int kinds(const struct message *m)
{
	int archive =
	    k_segment_make(SEGMENT_OF_ARCHIVE, 0, PAGE_SIZE, TOKEN_SELF);
	int device = k_segment_make(SEGMENT_OF_DEVICE, VGA_MEMORY, PAGE_SIZE,
	                            TOKEN_SELF);
	int address = k_map_self(archive, 0, PAGE_SIZE, PROT_READ);
	char magic[6] = "";

	(void)m;
	words[0] = k_segment_load(archive, 0, magic, 6);
	words[1] = memcmp(magic, "070701", 6);
	words[2] = memcmp((void *)(uintptr_t)address, "070701", 6);
	words[3] = k_segment_store(archive, 0, magic, 6);
	words[4] = k_segment_resize(archive, 8192, TOKEN_SELF);
	words[5] = k_map_self(archive, 0, PAGE_SIZE, PROT_READ | PROT_WRITE);
	words[6] =
	    k_segment_make(SEGMENT_OF_ARCHIVE, 0, 0x70000000, TOKEN_SELF);
	words[7] = k_segment_make(SEGMENT_OF_ARCHIVE, 1, PAGE_SIZE, TOKEN_SELF);
	words[8] = device > 0;
	words[9] = k_segment_load(device, 0, magic, 6);
	words[10] =
	    k_segment_make(SEGMENT_OF_DEVICE, 0x100000, PAGE_SIZE, TOKEN_SELF);
	words[11] =
	    k_segment_make(SEGMENT_OF_DEVICE, VGA_MEMORY, 0x100000, TOKEN_SELF);
	words[12] =
	    k_segment_make(SEGMENT_OF_DEVICE, VGA_MEMORY + 1, 1, TOKEN_SELF);
	words[13] =
	    k_segment_make(SEGMENT_OF_DEVICE, 0xFFFFF000u, 8192, TOKEN_SELF);
	words[14] = k_segment_drop(archive);
	words[15] = k_segment_drop(device);
	unix_unmap((void *)(uintptr_t)address, PAGE_SIZE);
	return 0;
}

static int resize(const struct message *m)
{
	(void)m;
	words[1] = k_segment_resize(memory, (uint32_t)words[0], TOKEN_SELF);
	return 0;
}

static int peek(const struct message *m)
{
	int got = k_segment_read(memory, (uint32_t)words[0], m->token, ARGUMENT,
	                         0, BYTES);

	k_reply(m->token, got, 0);
	return ANSWERED;
}

static int poke(const struct message *m)
{
	return k_segment_write(memory, (uint32_t)words[0], m->token, ARGUMENT,
	                       4, BYTES - 4);
}

static int show(const struct message *m)
{
	(void)m;
	rights = (uint32_t)words[0];
	shown = words[1] ? reset_page : memory;
	return 0;
}

static int machine(const struct message *m)
{
	(void)m;
	words[0] = k_interrupt(0, 1); /* the kernel's own */
	words[1] = k_interrupt(16, 1);
	words[2] = k_interrupt(4, 1); /* the console's */
	words[3] = k_interrupt(5, 1);
	words[4] = k_interrupt(5, 0);
	words[5] = k_ports(0x300, 0x300);
	words[6] = k_ports(0xCFF, 0xD00);
	words[7] = k_ports(5, 4);
	words[8] = k_log("testserver: a line", 18);
	words[9] = k_log(BAD_ADDRESS, 18);
	words[10] = k_tunable(99, 1);
	words[11] = k_tunable(TUNABLE_SHMMNI, 32769);
	words[12] = k_check();
	words[13] = native(1000, 0, 0, 0, 0, 0, 0);
	words[14] = native(0xFFFFFFFFu, 0, 0, 0, 0, 0, 0);
	return 0;
}

static bool in_group(const struct client *client, uint32_t gid)
{
	for (int i = 0; i < client->ngroups; i++)
		if (client->groups[i] == gid)
			return true;
	return false;
}

static int counts(const struct message *m)
{
	struct client client;

	words[12] = k_client(m->token, BAD_ADDRESS);
	words[13] = k_client(m->token, &client);
	words[0] = opened;
	words[1] = closed;
	words[2] = m->object;
	words[3] = m->pid;
	words[4] = (int)m->uid;
	words[5] = (int)m->euid;
	words[6] = (int)client.gid;
	words[7] = (int)m->egid;
	words[8] = (int)client.umask;
	words[9] = interrupts;
	words[10] = in_group(&client, 77);
	words[11] = in_group(&client, 12);
	words[14] = m->pgid;
	words[15] = m->sid;
	return 0;
}

/* ---- what the inspection block says ------------------------------------- */

static struct inspection block;

/* Finds the inspection block in the kernel's memory, by its magic number. */
static uint32_t find_block(void)
{
	static uint32_t page[PAGE_SIZE / 4];

	for (uint32_t at = KERNEL; k_inspect(at, page, PAGE_SIZE) == 0;
	     at += PAGE_SIZE)
		for (uint32_t i = 0; i < PAGE_SIZE / 4; i++)
			if (page[i] == INSPECT_MAGIC &&
			    k_inspect(at + 4 * i, &block, sizeof(block)) == 0 &&
			    block.version == INSPECT_VERSION &&
			    block.bytes == sizeof(block))
				return at + 4 * i;
	return 0;
}

/*
 * A field of row `index` of `table`, at most a word of it.  `field` has the
 * form "proc.pid".
 */
static int field_of(const char *table, const char *field, int index)
{
	uint32_t address = 0;
	int value = 0;

	for (int i = 0; i < INSPECT_TABLES; i++)
		if (strcmp(block.tables[i].name, table) == 0)
			address = block.tables[i].address +
			          (uint32_t)index * block.tables[i].stride;
	for (int i = 0; i < INSPECT_FIELDS; i++)
		if (strncmp(block.fields[i].name, field,
		            sizeof(block.fields[i].name)) == 0)
			k_inspect(address + block.fields[i].offset, &value,
			          block.fields[i].size < 4
			              ? block.fields[i].size
			              : 4);
	return value;
}

static int inspect(const struct message *m)
{
	(void)m;
	words[0] = k_inspect(0, told, 4);
	words[1] = k_inspect(KERNEL, told, 4);
	words[2] = k_inspect(KERNEL, told, PAGE_SIZE + 1);
	words[3] = k_inspect(0xFFFFFFFEu, told, 4);
	words[4] = k_inspect(KERNEL, BAD_ADDRESS, 4);
	words[5] = find_block() != 0;
	words[6] = (int)block.hz;
	return 0;
}

static int look(const struct message *m)
{
	int pid = words[0], slot = 0, peer;

	if (find_block() == 0)
		return -ENOENT;
	while (field_of("procs", "proc.pid", slot) != pid ||
	       field_of("procs", "proc.state", slot) == 0)
		slot++;
	peer = field_of("procs", "proc.peer", slot);
	words[1] = field_of("procs", "proc.state", slot);
	words[2] = peer < 0 ? -1 : field_of("procs", "proc.pid", peer);
	words[3] = peer < 0 ? -1 : field_of("procs", "proc.rank", peer);
	words[4] =
	    field_of("connections", "connection.readiness", m->connection);
	words[5] = field_of("connections", "connection.count", m->connection);
	words[6] = field_of("connections", "connection.object", m->connection);
	words[7] = m->object;
	words[8] = slot;
	return 0;
}

/* ---- more orders -------------------------------------------------------- */

static uint8_t clock_register(int index)
{
	out8(CLOCK_INDEX, (uint8_t)index);
	return in8(CLOCK_DATA);
}

static int clock(const struct message *m)
{
	uint8_t periodic = words[0] ? CLOCK_PERIODIC : 0, b;

	(void)m;
	words[1] = k_interrupt(CLOCK_LINE, (uint32_t)words[0]);
	words[2] = k_ports(CLOCK_INDEX, CLOCK_DATA);
	if (words[1] < 0)
		return 0;
	b = (clock_register(0x0B) & ~CLOCK_PERIODIC) | periodic;
	out8(CLOCK_INDEX, 0x0B);
	out8(CLOCK_DATA, b);
	clock_register(0x0C);
	return 0;
}

static int send(const struct message *m)
{
	(void)m;
	words[0] = unix_open("/dev/null", O_RDONLY);
	words[1] = unix_read(3, told, 1);
	words[2] = unix_fork();
	return 0;
}

static int ready(const struct message *m)
{
	words[0] = k_ready(m->connection, (uint32_t)words[0]);
	words[1] = k_ready(-1, POLLIN);
	words[2] = k_ready(0x7FFFFFFF, POLLIN);
	words[3] = k_ready(0, POLLIN); /* the console's, not this server's */
	return 0;
}

static int bad_buffers(const struct message *m)
{
	words[0] = k_lease_read(m->token, ARGUMENT, 0, 0, 64);
	words[1] = k_lease_write(m->token, ARGUMENT, 0, BAD_ADDRESS, 64);
	words[2] = k_map_self(9999, 0, PAGE_SIZE, PROT_READ);
	words[3] = k_map_self(memory, 0, 0, PROT_READ);
	words[4] = k_map_self(memory, PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ);
	words[5] = k_map_self(memory, 1, PAGE_SIZE, PROT_READ);
	words[6] = k_map_self(memory, 0, PAGE_SIZE, 0xFFu);
	words[7] = k_segment_load(memory, 0, 0, 64);
	words[8] = k_segment_store(memory, 0, BAD_ADDRESS, 64);
	return 0;
}

static int be_careless(const struct message *m)
{
	(void)m;
	careless = words[0] != 0;
	return 0;
}

static uint32_t meant(const struct message *m, int word)
{
	static char page[PAGE_SIZE];

	switch (word) {
	case NATIVE_TOKEN:
		return (uint32_t)m->token;
	case NATIVE_HANDLE:
		return (uint32_t)memory;
	case NATIVE_BUFFER:
		return unix_address(page);
	}
	return (uint32_t)word;
}

static int call_native(const struct message *m)
{
	words[7] =
	    native((uint32_t)words[0], meant(m, words[1]), meant(m, words[2]),
	           meant(m, words[3]), meant(m, words[4]), meant(m, words[5]),
	           meant(m, words[6]));
	return 0;
}

/* Makes a segment, grows one and fills one, all at the level of `whom`. */
static void take_for(int whom, int result[3])
{
	int sparse = k_segment_make(SEGMENT_OF_MEMORY | SEGMENT_UNPROMISED,
	                            PAGE_SIZE, 0, TOKEN_SELF);
	int mine = k_segment_make(SEGMENT_OF_MEMORY, PAGE_SIZE, 0, TOKEN_SELF);
	int made =
	    k_segment_make(SEGMENT_OF_MEMORY, PAGE_SIZE, 0, (uint32_t)whom);

	result[0] = made > 0 ? 0 : made;
	result[1] = k_segment_resize(mine, 2 * PAGE_SIZE, (uint32_t)whom);
	result[2] = whom == TOKEN_SELF
	                ? k_segment_store(sparse, 0, told, 4)
	                : k_segment_write(sparse, 0, whom, ARGUMENT, 0, 4);
	k_segment_drop(sparse);
	k_segment_drop(mine);
	k_segment_drop(made);
}

static int take_memory(const struct message *m)
{
	take_for(m->token, words);
	take_for(TOKEN_SELF, words + 3);
	return 0;
}

/* Computes for some ticks, so that others run meanwhile. */
static void be_slow(void)
{
	for (volatile int i = 0; i < 40000000; i++)
		;
}

static int lower(const struct message *m)
{
	bool late = words[0] != 0;

	if (!late)
		k_ready(m->connection, POLLOUT);
	be_slow();
	k_reply(m->token, 0, 0);
	be_slow();
	if (late)
		k_ready(m->connection, POLLOUT);
	return ANSWERED;
}

/* ---- the calls ---------------------------------------------------------- */

static int order(const struct message *m)
{
	static int (*const orders[])(const struct message *) = {
	    add,         stall,       use_token,   answer_stalled, loop,
	    crash,       leave,       tokens,      twice,          tell,
	    carry,       leases,      segments,    kinds,          resize,
	    peek,        poke,        show,        machine,        inspect,
	    clock,       counts,      look,        send,           ready,
	    bad_buffers, be_careless, call_native, take_memory,    lower};
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

/* Sends replies that no open may have; `told` has the kernel's answers. */
static void reply_wrongly(const struct message *m)
{
	struct reply reply = {.count = 0};

	reply.connection[0].descriptor = reply.connection[1].descriptor = -1;
	told[0] = k_reply(m->token, 0, 0);
	told[1] = k_reply(m->token, 0, &reply);
	reply.count = 2;
	told[2] = k_reply(m->token, 0, &reply);
	reply.count = 1;
	reply.connection[0].descriptor = 99;
	told[3] = k_reply(m->token, 0, &reply);
	told[4] = k_reply(m->token, 0, BAD_ADDRESS);
}

static void learn_path(const struct message *m)
{
	static char path[PATH_MAX];
	int argument = m->type == SYS_open ? 0 : 1;

	told[0] = k_lease_string(m->token, argument, path, sizeof(path));
	told[1] = path[0];
	told[2] = k_lease_string(m->token, argument, path, 4);
	told[3] = k_lease_string(m->token, argument, BAD_ADDRESS, PATH_MAX);
	told[4] = k_lease_read(m->token, argument, 0, path, 4);
	told[5] = k_lease_size(m->token, argument);
	told[6] = k_lease_string(m->token, argument, path, 0);
}

static int open_object(const struct message *m)
{
	uint32_t flags = m->args[m->type == SYS_open ? 1 : 2];

	opened++;
	if (flags & OPEN_WRONG)
		reply_wrongly(m);
	if (flags & OPEN_PATH)
		learn_path(m);
	told[7] = reply_open(m->token, next_object++, POLLOUT);
	return ANSWERED;
}

static int read_bytes(const struct message *m)
{
	static uint8_t bytes[256];
	int size = k_lease_size(m->token, BUFFER);

	told[0] = size;
	told[1] = k_lease_read(m->token, BUFFER, 0, bytes, 1);
	for (int i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	if (size < 0)
		return size;
	return k_lease_write(m->token, BUFFER, 0, bytes,
	                     size < 256 ? (uint32_t)size : 256);
}

static int write_bytes(const struct message *m)
{
	static uint8_t bytes[65536];
	int size = k_lease_size(m->token, BUFFER), moved = 0;

	told[0] = size;
	told[1] = k_lease_write(m->token, BUFFER, 0, bytes, 1);
	told[2] = 0;
	for (int done = 0; done < size; done += moved) {
		moved = k_lease_read(m->token, BUFFER, (uint32_t)done, bytes,
		                     0x7FFFFFFF);
		if (moved <= 0)
			return done > 0 ? done : moved;
		for (int i = 0; i < moved; i++)
			told[2] += bytes[i];
		told[3] = moved;
	}
	return size;
}

static int map(const struct message *m)
{
	int error = k_map(m->token, shown, m->args[5], rights);

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
		return write_bytes(m);
	case SYS_mmap2:
		return map(m);
	}
	return -ENOSYS;
}

static int pulse(const struct message *m)
{
	if (m->type == PULSE_CLOSE)
		closed++;
	if (m->type == PULSE_INTERRUPT && m->args[0] == 1u << CLOCK_LINE) {
		interrupts++;
		clock_register(0x0C);
	}
	return ANSWERED;
}

int main(int argc, char **argv, char **envp)
{
	struct message m;
	int status = ANSWERED;

	(void)argc, (void)argv, (void)envp;
	memory = k_segment_make(SEGMENT_OF_MEMORY, MAPPED_BYTES, 0, TOKEN_SELF);
	reset_page = k_segment_make(SEGMENT_OF_DEVICE, RESET_PAGE, PAGE_SIZE,
	                            TOKEN_SELF);
	shown = memory;
	for (;;) {
		if (careless) {
			answer_client(&m, status);
			status = ANSWERED;
			if (k_receive(BAD_ADDRESS) != -EFAULT)
				return 2;
		}
		if (answer_and_receive(&m, status) < 0)
			return 1;
		status = m.type < 0 ? pulse(&m) : answer(&m);
	}
}
