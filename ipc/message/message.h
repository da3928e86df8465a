/*
 * ipc/message/message.h -- channels, connections, descriptors; send, receive,
 * reply.
 *
 * This is *message* IPC: everything that is asked is a message. (ipc/sysv/shm.h
 * is the other meaning of "ipc": System V's.)  A channel belongs to a server
 * and is not its process.  A connection is a counted hold on one object of one
 * channel: POSIX's open file description.  A descriptor is a process's slot:
 * a connection and FD_CLOEXEC.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include "../../abi/fcntl.h"
#include "../../kernel/process/process.h"

#define CHANNELS 8

/* What a server hears of, in turn. */
enum news { NEWS_INTERRUPTS, NEWS_CLOSES, NEWS_CLIENTS, NEWS };

struct channel {
	int server;          /* process that receives here; -1: dead; 0: none */
	int first;           /* who waits to be heard of, in order; -1 */
	uint32_t interrupts; /* lines that fired, not yet received */
	int closed;          /* connections whose last close it must hear of */
	enum news heard;     /* the kind that it heard of last */
	uint32_t round;      /* the round of the client that it heard last */
};

struct connection {
	int link; /* free list of the table, or its channel's closed ones */
	int channel;
	int object;
	int count; /* descriptors, working directories, messages under way */
	uint32_t readiness; /* poll(2) bits; only its server writes */
};

#define INTERRUPT_LINES 16

extern struct channel channels[CHANNELS];
/* Who asked for each line, or 0. */
extern struct channel *interrupt_channels[INTERRUPT_LINES];
extern struct connection connections[];
extern struct rows connection_rows;

/* ---- connection.c ---------------------------------------------------- */

/* A new channel, where process `server` receives.  Its index. */
int channel_make(int server);
/* A connection with a count of 1, or -ENFILE. */
int connection_make(int channel, int object, uint32_t readiness);
/* A hold more, a hold less; the last tells the server.  No connection: none. */
void connection_hold(int connection);
void connection_drop(int connection);
/* The first closed one has been heard of, or nobody will hear: it is free. */
void connection_forget(struct channel *channel);

/* Is it one, in use or waiting for its server to hear of its last close? */
bool connection_exists(int connection);

/* The connection behind a descriptor of `proc`, or -EBADF. */
int descriptor_connection(const struct proc *p, int fd);
/* Puts `connection` (whose count it takes over) in the lowest slot >= from. */
int descriptor_install(struct proc *p, int connection, int from, bool cloexec);
int descriptor_close(struct proc *p, int fd);
/* The lowest free slot >= from, or -EMFILE. */
int descriptor_free(const struct proc *p, int from);
/* ... and the working directory's connection, which replaces the old one. */
void directory_install(struct proc *p, int connection);

/* Hooks of lifecycle.c and exec.c. */
void descriptors_fork(struct proc *child); /* it has the parent's numbers */
void descriptors_exec(struct proc *p);     /* closes those with FD_CLOEXEC */
void descriptors_exit(struct proc *p);     /* closes all, and the directory */

/* A server writes its own connection's readiness word; else -EBADF. */
int native_ready(int connection, uint32_t word);

/* ---- message.c ------------------------------------------------------- */

/*
 * Sends call `number` with `args` by `connection` and waits for the answer: its
 * status, -EIO (server dead), -EDEADLK (not upward), -EINTR (the caller is to
 * die).
 */
int message_send(int number, const uint32_t args[6], int connection);

/* An interrupt line has fired; its server, if any, gets a pulse. */
void message_interrupt(int line);

/* There is something to be heard of: the server, if it sleeps, wakes up. */
void channel_tell(const struct channel *channel);

/* Does it wait for an answer? */
static inline bool message_waits(const struct proc *p)
{
	return p->state == PROC_SENDING || p->state == PROC_REPLY_WAIT;
}

/*
 * The process, which waits in a message, wishes its wait to end soon: a signal
 * with a handler has come for it.  If the message was not yet received, the
 * wait ends here with -EINTR.  Otherwise its server gets PULSE_UNBLOCK, once
 * for each message and in the user's turn, and answers with what is true.
 * Nobody calls it until there are handlers.
 */
void message_unblock(struct proc *p);

/* Undoes what the caller has under way, or has got.  Cannot fail. */
void message_abandon(void);

/*
 * A hook of lifecycle.c.  If the process is a server, it is none any more: its
 * clients are answered -EIO, and so is whoever sends to its channel from now
 * on.
 */
void server_exit(struct proc *p);

/* The process a token names, if the caller has its message; or -ESRCH. */
struct proc *token_client(int token);

/* The client's call is done: it goes on with `status`; its token is dead. */
void message_answer(struct proc *client, int status);

/*
 * For the second door: the caller is a server and has the client's message.
 * Of a reply -EINVAL (not what the call's row says), -EBADF, -ENFILE, -EFAULT:
 * nothing has changed and the token lives on.  Otherwise the numbers of the
 * connections it carried, first + second * 65536; 0 when it had none.
 */
int native_receive(vaddr_t message);
int native_poll(vaddr_t message); /* the same, or -EAGAIN: it never waits */
int native_reply(struct proc *client, int status, vaddr_t reply);
int native_pass(struct proc *client, int connection);
/*
 * Both in one call, for a reply that carries nothing.  The client may have died
 * since; that is no error, because it wants no answer.  When the reply is
 * refused, nothing is received.
 */
int native_reply_receive(int token, int status, vaddr_t message);

extern uint32_t count_messages; /* since boot */

/* ---- lease.c --------------------------------------------------------- */

#define LEASE_MAX 0x10000u /* bytes of one copy: the longest we are deaf */

/*
 * A use of a lease: the client's argument, from its byte `offset` on; and the
 * other side, which is the caller's `buffer`, or kernel memory if `kernel` is
 * not 0.
 */
struct lease_use {
	struct proc *client;
	int argument;
	uint32_t offset, bytes;
	bool to_client;
	void *kernel;
	vaddr_t buffer;
};

/*
 * Moves at most 64 KiB, and not beyond the lease's end: bytes moved.  -EINVAL
 * (no such lease), -EPERM (not in that direction), -EFAULT (the first byte).
 */
int lease_copy(const struct lease_use *use);
/* Of a path or str: its length, at most size - 1; -ENAMETOOLONG. */
int native_lease_string(const struct proc *client, int argument, vaddr_t buf,
                        uint32_t size);
/* Bytes that a lease reaches. */
int native_lease_size(const struct proc *client, int argument);

/* ---- forward.c ------------------------------------------------------- */

/* A kernel function's answer: now ask the second owner. */
#define FORWARD (-4096)

/* Sends a call to its row's owner, and installs what the reply carries. */
int forward(uint32_t number, const uint32_t *args);

/* ---- handle.c: the segments that a server holds ------------------------ */

/* The calling server's segment of this handle, or -EINVAL. */
int segment_of(uint32_t handle);

/* The native calls, each with what abi/native.tbl says of it. */
int native_segment_make(uint32_t kind, uint32_t a, uint32_t b,
                        const struct proc *whom);
int native_segment_resize(int segment, uint32_t bytes, const struct proc *whom);
int native_segment_drop(int segment);
int native_segment_load(int segment, uint32_t offset, vaddr_t buffer,
                        uint32_t bytes);
int native_segment_store(int segment, uint32_t offset, vaddr_t buffer,
                         uint32_t bytes);
/*
 * Between a segment, from its byte `offset` on, and a lease; the other side of
 * `use` is the segment.  Answers as lease_copy() does, and for the segment
 * -ENXIO (beyond its end), -EINVAL (a device), -EACCES (an archive is not
 * written).
 */
int segment_lease(int segment, uint32_t offset, struct lease_use *use);

/* A hook of lifecycle.c: a server lets go of its segments. */
void handles_exit(const struct proc *server);

int message_check(void); /* self-check: how many breaches */

#endif
