/*
 * ipc/message/lease_move.c -- from one client's buffer to another's.
 *
 *	write(fd, buf, 3)    client 7, argument 1  --+  one copy, page by page
 *	read(fd, buf, 100)   client 9, argument 1  <-+  and 9 is answered 3
 *
 * Both wait for the same server, which keeps a pipe.  Each side is reached by
 * its own lease, so neither gives more than it has itself.
 */
#include "message.h"

#include "syscall_table.h"
#include "../../abi/errno.h"

int native_lease_move(struct proc *reader, struct lease_use *use)
{
	const struct lease *lease =
	    lease_find(reader, use->argument, LEASE_OUT);
	struct iovec iov;
	int moved = lease ? lease_element(reader, lease, 0, &iov) : -EINVAL;

	if (moved < 0 || iov.length < use->bytes)
		return moved;
	use->owner = reader;
	use->buffer = iov.base;
	moved = lease_copy(use);
	if (moved == (int)use->bytes)
		message_answer(reader, moved);
	return moved;
}
