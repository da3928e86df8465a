/*
 * kernel/unix/descriptor.c -- close(2), close_range(2), dup(2), fcntl(2), and
 * the requests of ioctl(2) that are about a descriptor.
 *
 * A descriptor is a slot with a connection, and what these calls do to it is
 * the same for every kind of object.  So no server is asked.  What concerns the
 * object itself, as its status flags do, is forwarded to its server.
 */
#include "lifecycle.h"

#include "../../abi/fcntl.h"
#include "../../ipc/message/message.h"

int sys_close(int fd)
{
	return descriptor_close(self(), fd);
}

/* No table of descriptors is shared, so there is nothing to unshare. */
int sys_close_range(uint32_t first, uint32_t last, uint32_t flags)
{
	struct proc *p = self();

	if (first > last ||
	    (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
		return -EINVAL;
	last = min(last, OPEN_MAX - 1);
	for (uint32_t fd = first; fd <= last; fd++)
		if (flags & CLOSE_RANGE_CLOEXEC)
			descriptor_set_cloexec(p, (int)fd, true);
		else
			descriptor_close(p, (int)fd);
	return 0;
}

/*
 * Makes another descriptor for the connection of `fd`, which is one.  Returns
 * it, or -EMFILE.
 */
static int duplicate(int fd, int from, bool cloexec)
{
	int connection = descriptor_connection(self(), fd);
	int copy = descriptor_install(self(), connection, from, cloexec);

	if (copy >= 0)
		connection_hold(connection);
	return copy;
}

int sys_dup(int fd)
{
	if (descriptor_connection(self(), fd) < 0)
		return -EBADF;
	return duplicate(fd, 0, false);
}

int sys_dup2(int fd, int newfd)
{
	if (fd == newfd)
		return descriptor_connection(self(), fd) < 0 ? -EBADF : fd;
	return sys_dup3(fd, newfd, 0);
}

int sys_dup3(int fd, int newfd, int flags)
{
	if (((uint32_t)flags & ~O_CLOEXEC) || fd == newfd)
		return -EINVAL;
	if (descriptor_connection(self(), fd) < 0 ||
	    (uint32_t)newfd >= self()->limits.own[RLIMIT_NOFILE][0])
		return -EBADF;
	descriptor_close(self(), newfd);
	return duplicate(fd, newfd, flags != 0);
}

/* Does what concerns the descriptor.  The object's flags are the server's. */
int sys_fcntl64(int fd, int command, uint32_t arg)
{
	if (descriptor_connection(self(), fd) < 0)
		return -EBADF;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (arg >= self()->limits.own[RLIMIT_NOFILE][0])
			return -EINVAL;
		return duplicate(fd, (int)arg, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return descriptor_cloexec(self(), fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		descriptor_set_cloexec(self(), fd, arg & FD_CLOEXEC);
		return 0;
	default:
		return FORWARD;
	}
}

int sys_ioctl(int fd, uint32_t request, vaddr_t arg)
{
	(void)arg;
	if (request != FIOCLEX && request != FIONCLEX)
		return FORWARD;
	return sys_fcntl64(fd, F_SETFD, request == FIOCLEX ? FD_CLOEXEC : 0);
}
