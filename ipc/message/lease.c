/*
 * ipc/message/lease.c -- what a server can reach of a client that waits for it.
 *
 *	read(fd, buf, len)                3 read fd fd buf:out[len] len
 *	         |                                     |
 *	         +-- argument 1: [buf, buf + len) -----+  a lease, to write only
 *
 * The row of the call says which of its arguments are buffers, and in which
 * direction bytes may go.  A server names a lease by its argument's position.
 * Nothing is looked up when the message is sent: each use is checked when it
 * happens, against the client's own regions and rights (space_transfer).  So a
 * lease never gives more than the client itself has, and it ends when the token
 * does.
 *
 * An array of struct iovec is one lease of all its buffers, one after the
 * other, and an offset counts through them.  The message remembers where the
 * last use has stopped, so a server that goes on from there walks them once.
 */
#include "message.h"

#include "syscall_table.h"
#include "../../abi/errno.h"
#include "../../kernel/base/string.h"

#define IOV_MAX  1024u
#define PATH_MAX 4096u

const struct lease *lease_find(const struct proc *client, int argument,
                               int kinds)
{
	const struct syscall *row = &syscalls[client->message.call];

	for (int i = 0; i < 3; i++)
		if ((row->leases[i].kind & kinds) &&
		    row->leases[i].argument == argument)
			return &row->leases[i];
	return 0;
}

int lease_element(const struct proc *client, const struct lease *lease,
                  uint32_t i, struct iovec *iov)
{
	const uint32_t *args = client->message.args;
	uint32_t length = lease->length_argument < 0
	                      ? lease->length
	                      : args[lease->length_argument];
	int error = 0;

	*iov = (struct iovec){args[lease->argument], min(length, COUNT_MAX)};
	if (lease->kind & LEASE_IOV)
		error = space_read(client->life.space, iov,
		                   iov->base + i * sizeof(*iov), sizeof(*iov));
	if (error == 0 && iov->length > INT32_MAX)
		return -EINVAL;
	return iov->base + iov->length < iov->base ? -EFAULT : error;
}

/* How many buffers a lease has; -EINVAL: too many, or there is no lease. */
static int elements(const struct proc *client, const struct lease *lease)
{
	uint32_t n = 1;

	if (!lease)
		return -EINVAL;
	if (lease->kind & LEASE_IOV)
		n = client->message.args[lease->length_argument];
	return n > IOV_MAX ? -EINVAL : (int)n;
}

/*
 * Moves bytes between `address` of the client and the other side, where `done`
 * bytes come before them.  Returns 0 or -EFAULT.
 */
static int move(const struct lease_use *use, vaddr_t address, uint32_t done,
                uint32_t bytes)
{
	int space = use->client->life.space;
	int mine = (use->owner ? use->owner : self())->life.space;
	uint8_t *kernel = (uint8_t *)use->kernel + done;
	vaddr_t buffer = use->buffer + done;

	if (use->kernel && use->to_client)
		return space_write(space, address, kernel, bytes);
	if (use->kernel)
		return space_read(space, kernel, address, bytes);
	if (use->to_client)
		return space_transfer(space, address, mine, buffer, bytes);
	return space_transfer(mine, buffer, space, address, bytes);
}

int lease_copy(const struct lease_use *use)
{
	struct proc *client = use->client;
	const struct lease *lease =
	    lease_find(client, use->argument, LEASE_INOUT);
	uint32_t limit = min(use->bytes, LEASE_MAX), done = 0, before = 0;
	int i = 0, n = elements(client, lease);

	if (n < 0)
		return n;
	if (!(lease->kind & (use->to_client ? LEASE_OUT : LEASE_IN)))
		return -EPERM;
	if ((lease->kind & LEASE_IOV) &&
	    client->message.before <= use->offset) {
		i = client->message.element;
		before = client->message.before;
	}
	for (; i < n && done < limit && before < COUNT_MAX; i++) {
		struct iovec iov;
		int error = lease_element(client, lease, i, &iov);
		uint32_t skip = min(use->offset + done - before, iov.length);
		uint32_t bytes = min(iov.length - skip, limit - done);

		if (error == 0 && bytes > 0)
			error = move(use, iov.base + skip, done, bytes);
		if (error < 0)
			return done ? (int)done : error;
		client->message.element = i;
		client->message.before = before;
		before += iov.length;
		done += bytes;
	}
	return (int)done;
}

int native_lease_string(const struct proc *client, int argument, vaddr_t buf,
                        uint32_t size)
{
	const struct lease *lease = lease_find(client, argument, LEASE_STR);
	int space = client->life.space, limit = (int)min(size, PATH_MAX);
	vaddr_t text;
	int bytes;

	if (!lease)
		return -EINVAL;
	text = client->message.args[argument];
	bytes = space_string_bytes(space, text, limit);
	if (bytes > limit)
		return -ENAMETOOLONG;
	if (bytes < 0 ||
	    space_transfer(self()->life.space, buf, space, text, bytes) < 0)
		return -EFAULT;
	return bytes - 1;
}

int native_lease_size(const struct proc *client, int argument)
{
	const struct lease *lease = lease_find(client, argument, LEASE_INOUT);
	int n = elements(client, lease), error;
	uint32_t sum = 0;
	struct iovec iov;

	for (int i = 0; i < n; i++) {
		error = lease_element(client, lease, i, &iov);
		if (error)
			return error;
		sum = min(sum + iov.length, COUNT_MAX);
	}
	return n < 0 ? n : (int)sum;
}
