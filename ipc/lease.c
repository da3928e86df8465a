/*
 * ipc/lease.c -- what a server may reach of a client that waits for it.
 *
 *	read(fd, buf, len)                3 read fd fd buf:out[len] len
 *	         |                                     |
 *	         +-- argument 1: [buf, buf + len) -----+  a lease, to write only
 *
 * The row of the call says which buffers, and in which direction; the server
 * names one by its argument's position.  Nothing is looked up or pinned when
 * the message is sent: each use is checked when it happens, against the
 * client's own regions and rights (space_transfer).  So a lease never gives
 * more than the client itself has, and ends by itself with the token.
 *
 * An array of struct iovec is one lease of all its buffers in a row; an offset
 * counts through them.
 */
#include "message.h"

#include "syscall_table.h"
#include "../abi/errno.h"

#define COUNT_MAX 0x7ffff000u /* bytes of one read(2), as on Linux */
#define IOV_MAX   1024u
#define PATH_MAX  4096u
#define CHUNK     128u

struct iovec {
	vaddr_t base;
	uint32_t length;
};

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static const struct lease *find(int client, int argument)
{
	return syscall_lease(&syscalls[procs[client].message.call], argument);
}

static bool is_iov(const struct lease *lease)
{
	return lease->kind == LEASE_IN_IOV || lease->kind == LEASE_OUT_IOV;
}

static bool is_buffer(const struct lease *lease)
{
	return lease->kind == LEASE_IN || lease->kind == LEASE_OUT ||
	       lease->kind == LEASE_INOUT;
}

static bool allows(const struct lease *lease, bool to_client)
{
	if (to_client)
		return lease->kind == LEASE_OUT ||
		       lease->kind == LEASE_OUT_IOV ||
		       lease->kind == LEASE_INOUT;
	return lease->kind == LEASE_IN || lease->kind == LEASE_IN_IOV ||
	       lease->kind == LEASE_INOUT;
}

/* Bytes of a buffer, or elements of an iovec. */
static uint32_t length_of(int client, const struct lease *lease)
{
	if (lease->length_argument < 0)
		return lease->length;
	return procs[client].message.args[lease->length_argument];
}

/* `bytes` at `address` of the client; `done` were moved before: 0 or -EFAULT.
 */
static int move(const struct lease_use *use, vaddr_t address, uint32_t done,
                uint32_t bytes)
{
	int space = procs[use->client].space;
	uint8_t *kernel = use->kernel;
	vaddr_t buffer = use->buffer + done;

	if (address + bytes < address || buffer + bytes < buffer)
		return -EFAULT;
	if (kernel && use->to_client)
		return space_write(space, address, kernel + done, bytes);
	if (kernel)
		return space_read(space, kernel + done, address, bytes);
	if (use->to_client)
		return space_transfer(space, address, use->space, buffer,
		                      bytes);
	return space_transfer(use->space, buffer, space, address, bytes);
}

static int read_iov(int client, int argument, uint32_t i, struct iovec *iov)
{
	vaddr_t array = procs[client].message.args[argument];

	return space_read(procs[client].space, iov, array + i * sizeof(*iov),
	                  sizeof(*iov));
}

static int copy_iov(const struct lease_use *use, uint32_t n, uint32_t limit)
{
	uint32_t skip = use->offset, done = 0;
	struct iovec iov;

	if (n > IOV_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < n && done < limit; i++) {
		uint32_t bytes;

		if (read_iov(use->client, use->argument, i, &iov) < 0)
			return done ? (int)done : -EFAULT;
		bytes = min(iov.length - min(skip, iov.length), limit - done);
		if (iov.base + skip < iov.base ||
		    (bytes && move(use, iov.base + skip, done, bytes) < 0))
			return done ? (int)done : -EFAULT;
		skip -= min(skip, iov.length);
		done += bytes;
	}
	return (int)done;
}

int lease_copy(const struct lease_use *use)
{
	const struct lease *lease = find(use->client, use->argument);
	uint32_t bytes = min(use->bytes, LEASE_MAX);
	uint32_t length;
	vaddr_t start;

	if (!lease)
		return -EINVAL;
	if (!allows(lease, use->to_client))
		return -EPERM;
	length = length_of(use->client, lease);
	if (is_iov(lease))
		return copy_iov(use, length, bytes);
	bytes = min(bytes, length - min(use->offset, length));
	start = procs[use->client].message.args[use->argument] + use->offset;
	if (bytes == 0)
		return 0;
	if (start < use->offset || move(use, start, 0, bytes) < 0)
		return -EFAULT;
	return (int)bytes;
}

/* Of what was read, the bytes with the NUL; `bytes` + 1: there is none. */
static uint32_t string_bytes(const char *text, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++) {
		if (text[i] == '\0')
			return i + 1;
	}
	return bytes + 1;
}

/* Piece by piece, never across a page's end: a hole may follow the string. */
int lease_string(const struct lease_use *use)
{
	const struct lease *lease = find(use->client, use->argument);
	struct lease_use piece = *use;
	uint32_t limit = min(use->bytes, PATH_MAX), done = 0;
	char text[CHUNK];

	if (!lease || (lease->kind != LEASE_PATH && lease->kind != LEASE_STR))
		return -EINVAL;
	piece.kernel = text;
	while (done < limit) {
		vaddr_t from =
		    procs[use->client].message.args[use->argument] + done;
		uint32_t bytes =
		    min(min(CHUNK, limit - done), PAGE_SIZE - from % PAGE_SIZE);
		uint32_t found;

		if (move(&piece, from, 0, bytes) < 0)
			return -EFAULT;
		found = string_bytes(text, bytes);
		if (copy_out(use->buffer + done, text, min(found, bytes)) < 0)
			return -EFAULT;
		if (found <= bytes)
			return (int)(done + found - 1);
		done += bytes;
	}
	return -ENAMETOOLONG;
}

int lease_size(int client, int argument)
{
	const struct lease *lease = find(client, argument);
	uint32_t n, sum = 0;
	struct iovec iov;

	if (!lease || (!is_buffer(lease) && !is_iov(lease)))
		return -EINVAL;
	n = length_of(client, lease);
	if (is_buffer(lease))
		return (int)min(n, COUNT_MAX);
	if (n > IOV_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		if (read_iov(client, argument, i, &iov) < 0)
			return -EFAULT;
		if (iov.length > INT32_MAX - sum)
			return -EINVAL;
		sum += iov.length;
	}
	return (int)min(sum, COUNT_MAX);
}
