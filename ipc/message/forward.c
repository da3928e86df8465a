/*
 * ipc/message/forward.c -- a Unix call that a server owns becomes a message.
 *
 *	read(0, buf, 9)   row 3: by a descriptor, its argument 0
 *	                  -> who is behind descriptor 0?   find_owner
 *	                  -> keep slots for new descriptors   reserve
 *	                  -> message { 3, args }, wait   message_send
 *	                  -> what the reply carried      install
 *
 * There is no call's number here and no branch on one: the row says all.  New
 * descriptors are kept before the message is sent, so that a server never
 * opens what its client has no room for; they stay free because their process
 * waits.
 */
#include "message.h"

#include "syscall_table.h"
#include "../../abi/errno.h"

/* A path that begins with '/' starts at the root, whatever it came with. */
static bool is_absolute(vaddr_t path)
{
	char first = '/'; /* of one that cannot be read the server says so */

	copy_in(&first, path, 1);
	return first == '/';
}

/*
 * The connection to ask by: of the descriptor that the row names, or what a
 * path starts from.  That is a directory of the name server, or an object of
 * another server, which knows that it is no directory (fstat asks so, too).
 */
static int find_owner(const struct syscall *row, const uint32_t args[6])
{
	int at = row->fd_argument;

	if (at >= 0 && !(row->is_dir && ((int)args[at] == AT_FDCWD ||
	                                 is_absolute(args[at + 1]))))
		return descriptor_connection(self(), (int)args[at]);
	/* Only a server has no directory: to it, names are further down. */
	return self()->files.cwd == NO_CONNECTION ? -EDEADLK
	                                          : self()->files.cwd;
}

/* Keeps the descriptors that the reply will need: 0 or -EMFILE. */
static int reserve(const struct syscall *row, int fds[2])
{
	int count = row->result == RESULT_CWD ? 0 : row->result;

	for (int i = 0; i < count; i++) {
		fds[i] = descriptor_free(self(), i > 0 ? fds[i - 1] + 1 : 0);
		if (fds[i] < 0)
			return -EMFILE;
	}
	return 0;
}

/* Puts what the reply carried where the row says.  The call's result. */
static int install(const struct syscall *row, const uint32_t args[6],
                   int fds[2], int status)
{
	int *carried = self()->message.carried;
	bool cloexec =
	    row->flags_argument >= 0 && (args[row->flags_argument] & O_CLOEXEC);

	if (row->result == RESULT_FD2 &&
	    copy_out(args[0], fds, 2 * sizeof(int)) < 0) {
		message_abandon(); /* both ends are closed again */
		return -EFAULT;
	}
	if (row->result == RESULT_CWD) {
		directory_install(self(), carried[0]);
		carried[0] = NO_CONNECTION;
	}
	for (int i = 0; i < 2 && carried[i] != NO_CONNECTION; i++) {
		descriptor_install(self(), carried[i], fds[i], cloexec);
		carried[i] = NO_CONNECTION;
	}
	return row->result == RESULT_FD ? fds[0] : status;
}

int forward(uint32_t number, const uint32_t *args)
{
	const struct syscall *row = &syscalls[number];
	int connection = find_owner(row, args);
	int fds[2], result;

	if (connection < 0)
		return connection;
	result = reserve(row, fds);
	if (result == 0)
		result = message_send(number, args, connection);
	return result < 0 ? result : install(row, args, fds, result);
}
