/*
 * kernel/unix/forward.c -- a Unix call that a server owns becomes a message.
 *
 *	read(0, buf, 9)   row 3: by a descriptor, its argument 0
 *	  find_owner      the connection behind descriptor 0
 *	  reserve         slots for new descriptors; read needs none
 *	  translate       a second directory becomes an object; read has none
 *	  message_send    the message { 3, args }, and the wait for its answer
 *	  install         what the reply carried
 *
 * No call's number stands here, and there is no branch on one: the row says
 * all.  Slots for new descriptors are found before the message is sent, so that
 * no server opens an object that its client has no room for.  The slots stay
 * free because their process waits.
 */
#include "lifecycle.h"

#include "../../abi/fcntl.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"

/* Does the path start at the root?  No path means the descriptor (futimens). */
static bool is_absolute(vaddr_t path)
{
	char first = '/'; /* a path that cannot be read is the server's case */

	copy_in(&first, path, 1);
	return first == '/' && path != 0;
}

/* The connection behind an argument: a descriptor, or where a path starts. */
static int find_owner(const uint32_t args[6], int at, bool is_dir)
{
	if (at >= 0 && !(is_dir && ((int)args[at] == AT_FDCWD ||
	                            is_absolute(args[at + 1]))))
		return descriptor_connection(self(), (int)args[at]);
	/* Only a server has no directory; its path would lead down in rank. */
	return self()->files.cwd == NO_CONNECTION ? -EDEADLK
	                                          : self()->files.cwd;
}

/* In place of a second directory the server gets its object, one of its own. */
static int translate(const uint32_t args[6], int at, int owner, uint32_t to[6])
{
	int second = find_owner(args, at, true);

	if (second < 0)
		return second;
	if (connections[second].channel != connections[owner].channel)
		return -ENOTDIR;
	memcpy(to, args, 6 * sizeof(to[0]));
	to[at] = (uint32_t)connections[second].object;
	return 0;
}

/* Finds slots for the descriptors that a reply carries: 0 or -EMFILE. */
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

/* Puts what the reply carried where the row says.  Returns the result. */
static int install(const struct syscall *row, const uint32_t args[6],
                   int fds[2], int status)
{
	int *carried = self()->message.carried;
	bool cloexec = row->flags_argument >= 0 &&
	               (args[row->flags_argument] & row->cloexec);

	if (row->result == RESULT_FD2 &&
	    copy_out(args[0], fds, 2 * sizeof(int)) < 0) {
		message_abandon(); /* closes both ends again */
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
	int connection = find_owner(args, row->fd_argument, row->is_dir);
	uint32_t words[6];
	int fds[2], result;

	if (connection < 0)
		return connection;
	result = reserve(row, fds);
	if (result == 0 && row->second_dir)
		result = translate(args, row->second_dir, connection, words);
	if (result == 0)
		result = message_send(number, row->second_dir ? words : args,
		                      connection);
	if (result < 0)
		signal_of_error(result);
	return result < 0 ? result : install(row, args, fds, result);
}
