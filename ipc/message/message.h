/*
 * ipc/message/message.h -- channels, connections and descriptors; send, receive
 * and reply.
 *
 * What a process asks of a server is a message.  (The other meaning of "ipc",
 * System V's, is in ipc/sysv.)  A channel is where a server receives; it is not
 * the server's process, and it stays when that process has died.  A connection
 * is a counted hold on one object of one channel: POSIX calls it an open file
 * description.  A descriptor is a slot of a process, with a connection and
 * FD_CLOEXEC.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include "../../abi/fcntl.h"
#include "../../kernel/process/process.h"

#define CHANNELS 8

/* The kinds of news that a server hears of; they take turns. */
enum news { NEWS_INTERRUPTS, NEWS_CLOSES, NEWS_CLIENTS, NEWS };

struct channel {
	int server;          /* the process that receives; 0: none; -1: dead */
	int first;           /* the queue of clients, by message.next; -1 */
	uint32_t interrupts; /* a bit for each line that has fired */
	int closed;          /* connections without holds, by link; -1 */
	enum news heard;     /* the kind of news that was heard last */
	uint32_t round;      /* the round of the client that was heard last */
};

struct connection {
	int link;     /* the next free one, or the channel's next closed one */
	int channel;  /* -1: this row is free */
	int object;   /* a number that means something to the server */
	int count;    /* holds: C1 in connection.c */
	uint32_t uid; /* of the client that it was made for */
	uint32_t readiness; /* bits of poll(2); the server writes them */
	bool watched;       /* a process may wait for more of them */
};

#define INTERRUPT_LINES 16

extern struct channel channels[CHANNELS];
/* The channel that has asked for each line, or 0. */
extern struct channel *interrupt_channels[INTERRUPT_LINES];
extern struct connection connections[];
extern struct rows connection_rows;

/* ---- connection.c ------------------------------------------------------- */

/* Makes a channel at which the process receives.  Returns its index. */
int channel_make(struct proc *server);

/*
 * May a client have `count` connections more?  0 or -ENFILE: there is no room,
 * or the user, who is not root, has half of all.
 */
int connection_reserve(const struct proc *client, int count);
/* Makes a user's connection with one hold.  Its index or -ENFILE. */
int connection_make(int channel, int object, uint32_t readiness, uint32_t uid);
/*
 * Adds a hold, and takes one away.  The last one puts the connection into its
 * channel's closed list, and the server is told.  Both accept NO_CONNECTION.
 */
void connection_hold(int connection);
void connection_drop(int connection);
/* Frees the channel's first closed connection: its server has heard of it. */
void connection_forget(struct channel *channel);
/* Is there a connection of this number?  A closed one counts. */
bool connection_exists(int connection);

/* The connection behind a descriptor, or -EBADF. */
int descriptor_connection(const struct proc *p, int fd);
/*
 * Puts the connection into the lowest free slot from `from` on, and takes over
 * one hold.  Returns the descriptor, or -EMFILE with nothing changed.
 */
int descriptor_install(struct proc *p, int connection, int from, bool cloexec);
/* Empties the slot and drops its hold.  Returns 0 or -EBADF. */
int descriptor_close(struct proc *p, int fd);
/* The lowest free slot from `from` on, or -EMFILE. */
int descriptor_free(const struct proc *p, int from);
/* FD_CLOEXEC of a slot. */
bool descriptor_cloexec(const struct proc *p, int fd);
void descriptor_set_cloexec(struct proc *p, int fd, bool on);
/* Replaces the working directory; takes over one hold on the connection. */
void directory_install(struct proc *p, int connection);

/* Hooks of lifecycle.c and exec.c. */
void descriptors_fork(struct proc *child); /* holds what was copied */
void descriptors_exec(struct proc *p);     /* closes those with FD_CLOEXEC */
void descriptors_exit(struct proc *p);     /* closes all, and the directory */

/*
 * A server sets the readiness of its own connection; -EBADF otherwise.  A bit
 * that is new, of a connection that is watched, wakes all processes that poll.
 */
int native_ready(int connection, uint32_t word);
/* Every process in PROC_POLLING looks again at what it waits for. */
void pollers_wake(void);
/* Has a process looked at a connection, to poll, since they were all woken? */
extern bool pollers_look;

/* ---- message.c ---------------------------------------------------------- */

/*
 * Sends a call by the connection, and waits for the answer.  Returns the status
 * that the server gave; or -EIO: the server is dead; -EDEADLK: that would not
 * be upward in rank; -EINTR: the caller is to die; RESTART: a signal has cut it
 * short, and the message had no effect.
 */
int message_send(int number, const uint32_t args[6], int connection);

/* An interrupt line has fired.  The server that asked for it gets a pulse. */
void message_interrupt(int line);

/* There is news: wakes the channel's server, which lives, if it receives. */
void channel_tell(const struct channel *channel);

/* Does the process wait for an answer? */
static inline bool message_waits(const struct proc *p)
{
	return p->state == PROC_SENDING || p->state == PROC_REPLY_WAIT;
}

/*
 * The process, which waits in a message, wishes its wait to end soon: it is to
 * run a handler or to stop.  Its server gets PULSE_UNBLOCK, once for each
 * message, in the user's turn and never before the message itself.  It answers
 * with what is true: nothing here ends a call that would not have waited.
 */
void message_unblock(struct proc *p);

/*
 * The running process gives up its message: it leaves the queue, and drops the
 * connections that a reply has carried.  Cannot fail.
 */
void message_abandon(void);

/*
 * A hook of lifecycle.c.  If the process is a server, it is none any more: its
 * clients are answered -EIO, and so is every process that sends to its channel
 * from now on.
 */
void server_exit(struct proc *p);

/*
 * The client that a token names, if it waits for an answer of the running
 * process; otherwise 0.
 */
struct proc *token_client(int token);

/* Ends the client's call with `status`.  Its token is dead from now on. */
void message_answer(struct proc *client, int status);

/* The native calls.  The caller is a server, and has the client's message. */

/* Waits for news.  Returns 0; or -EFAULT: nothing was heard; or -EINTR. */
int native_receive(vaddr_t message);
/* The same, but it does not wait: -EAGAIN if there is no news. */
int native_poll(vaddr_t message);
/* The caller will hear of line 0, once: alarm.c.  0 */
int native_alarm(uint32_t microseconds);
/*
 * Answers the client.  Returns the numbers of the connections that the reply
 * carried, first + second * 65536, or 0 if it carried none.  Or -EINVAL: the
 * call's row does not allow such a reply; -EBADF, -ENFILE, -EFAULT.  After an
 * error nothing has changed, and the token lives on.
 */
int native_reply(struct proc *client, int status, vaddr_t reply);
/*
 * Hands the request on to the server behind the connection; its token is dead
 * for the caller.  A wish of the client's to wait no longer goes with it.
 * Returns 0, or what message_send() says of that server.
 */
int native_pass(struct proc *client, int connection, int object);
/*
 * Replies to the token's client, without connections, and then receives.  If
 * the client has died meanwhile, there is no reply.  If the reply fails, its
 * error is returned and nothing is received.
 */
int native_reply_receive(int token, int status, vaddr_t message);

extern uint32_t count_messages; /* since boot */

/* ---- lease.c ------------------------------------------------------------ */

#define LEASE_MAX 0x10000u /* bytes of one copy, with interrupts off */

/*
 * A use of a lease: the client's argument, from its byte `offset` on; and the
 * other side, which is the caller's or another owner's `buffer`, or kernel
 * memory if `kernel` is not 0.
 */
struct lease_use {
	struct proc *client;
	int argument;
	uint32_t offset, bytes;
	bool to_client;
	void *kernel;
	vaddr_t buffer;
	const struct proc *owner; /* of `buffer`; 0: the caller */
};

/*
 * Moves at most LEASE_MAX bytes, and none beyond the lease's end.  Returns how
 * many it has moved.  Or -EINVAL: there is no such lease, it has more than
 * 1,024 buffers, or one of negative length; -EPERM: not in that direction;
 * -EFAULT: the first buffer that it came to is not all there, and its bytes
 * before that place may have been moved.  An error in a later buffer ends the
 * move there.
 */
int lease_copy(const struct lease_use *use);
/*
 * Copies a `path` or a `str` with its NUL to the caller.  Returns its length;
 * -ENAMETOOLONG: it does not fit into `size` bytes; -EINVAL, -EFAULT.
 */
int native_lease_string(const struct proc *client, int argument, vaddr_t buf,
                        uint32_t size);
/* How many bytes a lease reaches; or -EINVAL, -EFAULT as lease_copy() does. */
int native_lease_size(const struct proc *client, int argument);

struct iovec {
	vaddr_t base;
	uint32_t length;
};

struct lease; /* syscall_table.h */

/* The lease of one of these kinds on an argument of the client; or 0. */
const struct lease *lease_find(const struct proc *client, int argument,
                               int kinds);
/*
 * Finds buffer `i` of a lease; one that is no iov has one buffer.  Returns 0;
 * -EINVAL: its length is negative; -EFAULT.
 */
int lease_element(const struct proc *client, const struct lease *lease,
                  uint32_t i, struct iovec *iov);

/* ---- lease_move.c ------------------------------------------------------- */

/*
 * Moves bytes of a lease to the first buffer of the same argument of `reader`:
 * a write goes to the read that waits for it.  If all of them were moved, the
 * reader is answered their number.  Returns what lease_copy() does.
 */
int native_lease_move(struct proc *reader, struct lease_use *use);
/* ---- handle.c: the segments that a server holds ------------------------- */

/* The calling server's segment of this handle, or -EINVAL. */
int segment_of(uint32_t handle);

/* The native calls: abi/native.tbl says what each one does. */
int native_segment_make(uint32_t kind, uint32_t a, uint32_t b,
                        const struct proc *whom);
int native_segment_resize(int segment, uint32_t bytes, const struct proc *whom);
int native_segment_drop(int segment);
int native_segment_load(int segment, uint32_t offset, vaddr_t buffer,
                        uint32_t bytes);
int native_segment_store(int segment, uint32_t offset, vaddr_t buffer,
                         uint32_t bytes);
/*
 * Moves bytes between a lease and a segment, from the segment's byte `offset`
 * on; the segment is the other side of `use`.  Returns what lease_copy() does,
 * and for the segment -ENXIO: beyond its end; -EINVAL: a device; -EACCES: an
 * archive cannot be written.
 */
int segment_lease(int segment, uint32_t offset, struct lease_use *use);

/* A hook of lifecycle.c: a server lets go of its segments. */
void handles_exit(const struct proc *server);

/* ---- message_check.c ---------------------------------------------------- */

/* Checks C1 to C3, M1 to M4, M7.  Returns how many breaches it has logged. */
int message_check(void);

#endif
