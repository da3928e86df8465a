/*
 * ipc/message/message.c -- send, receive, reply: QNX's rendezvous.
 *
 *	client                      kernel                    server
 *	message_send --> SENDING, in the channel's queue
 *	                 REPLY_WAIT <------------------- native_receive
 *	                      | lease_copy ... as often as it likes
 *	goes on <-------------+------------------------- native_reply
 *
 * A message is never copied into a buffer: the client's row of `procs` *is*
 * the message, and the client waits as long as the message is needed.  As a
 * result, no message needs memory and no queue can overflow.
 *
 * A server names a message that it has received by a token: the client's row,
 * and a generation that is new for each message.  Once the client has died or
 * was answered, its token fits no process, and every use of it is ESRCH.
 *
 * A server hears of three kinds of news: interrupt lines that have fired,
 * connections that have lost their last hold, and the clients in its queue.  A
 * queued client in SENDING makes a request; one in REPLY_WAIT wishes its wait
 * to be cut short (PULSE_UNBLOCK).  The kinds take turns, so that a line that
 * interrupts without end shuts nobody out.  News is taken off only after it was
 * copied out, so that a server's bad buffer loses nothing.
 *
 * A message is under way from address() to finish().  During that time it has a
 * hold on its connection, and the connection's channel is where it is asked.
 *
 * M1  A queued process has a message under way, and stands exactly once in the
 *     queue of its channel.
 * M2  A process in SENDING is queued, and its `peer` is the channel's server.
 * M3  A process in REPLY_WAIT has a message under way and a generation, and its
 *     `peer` is the channel's server.
 * M4  There is no news for a server in RECEIVING.
 * M5  A send goes only upward in rank, so processes never wait in a circle.
 * M6  While news of one kind waits, each other kind is heard of at most once.
 * M7  From the front of a queue to its end the rounds never fall, the first is
 *     not below the round that was heard last, and a user has one entry in each
 *     round.  As a result a user's first entry waits for at most two entries of
 *     each other user.
 *
 * A client that is killed while it waits is READY at once, and its token is
 * dead.  It leaves the queue by itself when it next runs (message_abandon).
 */
#include "message.h"

#include "syscall_table.h"
#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/process/schedule.h"
#include "../../kernel/base/panic.h"
#include "../../kernel/base/string.h"
#include "../../kernel/base/trace.h"

/* A token is a positive int: generation * TOKEN_SLOTS + slot. */
#define GENERATIONS (INT32_MAX / TOKEN_SLOTS + 1)

uint32_t count_messages;

static int generation; /* the last one that was given out; never 0 */

/* ---- tokens ------------------------------------------------------------- */

static int token_of(const struct proc *client)
{
	return client->message.generation * TOKEN_SLOTS + proc_index(client);
}

struct proc *token_client(int token)
{
	struct proc *client;

	if (token <= 0 || token % TOKEN_SLOTS >= proc_rows.fresh)
		return 0;
	client = &procs[token % TOKEN_SLOTS];
	if (client->state != PROC_REPLY_WAIT || client->peer != self_index() ||
	    token_of(client) != token)
		return 0;
	return client;
}

/* ---- a channel's queue -------------------------------------------------- */

static struct channel *channel_of(const struct proc *p)
{
	return &channels[connections[p->message.connection].channel];
}

/* The link that leads to the process. */
static int *link_to(struct channel *channel, const struct proc *p)
{
	int *link = &channel->first;

	while (*link != proc_index(p))
		link = &procs[*link].message.next;
	return link;
}

/*
 * Where a process joins the queue, with a request or with a wish.  Users take
 * turns there, one entry in each round, so that nobody waits behind a crowd of
 * another user's.  A round is closed as soon as something of it was heard:
 * otherwise two users that come back at once would keep the next round waiting.
 */
static int *link_in_turn(struct channel *channel, struct proc *p)
{
	int *link = &channel->first;
	uint32_t round = channel->round + 1;

	while (*link >= 0) {
		struct proc *other = &procs[*link];

		if ((int32_t)(other->message.round - round) > 0)
			break;
		if (other->sched.user == p->sched.user)
			round = other->message.round + 1;
		link = &other->message.next;
	}
	p->message.round = round;
	return link;
}

static void enqueue(struct channel *channel, struct proc *p)
{
	int *link = link_in_turn(channel, p);

	p->message.next = *link;
	p->message.queued = true;
	*link = proc_index(p);
}

static void dequeue(struct proc *p)
{
	if (!p->message.queued)
		return;
	p->message.queued = false;
	*link_to(channel_of(p), p) = p->message.next;
}

/* The first client that still waits, or 0.  A killed one is yet to leave. */
static struct proc *first_waiting(const struct channel *channel)
{
	int i = channel->first;

	while (i >= 0 && !message_waits(&procs[i]))
		i = procs[i].message.next;
	return i < 0 ? 0 : &procs[i];
}

void channel_tell(const struct channel *channel)
{
	if (procs[channel->server].state == PROC_RECEIVING)
		wake_first(&procs[channel->server]);
}

/* ---- send --------------------------------------------------------------- */

/*
 * May the running process send to this channel?  -EIO: its server is dead.
 * -EDEADLK: that would not be upward in rank.
 */
static int refuse(const struct channel *channel)
{
	if (channel->server < 0)
		return -EIO;
	return procs[channel->server].message.rank > self()->message.rank
	           ? 0
	           : -EDEADLK;
}

/* The process's message now waits to be received, by way of `connection`. */
static void address(struct proc *p, int connection)
{
	struct channel *channel = &channels[connections[connection].channel];

	connection_hold(connection);
	p->message.connection = connection;
	p->message.object = connections[connection].object;
	p->message.generation = generation = generation % (GENERATIONS - 1) + 1;
	enqueue(channel, p);
	channel_tell(channel);
	count_messages++;
	trace(TRACE_MESSAGE, p->message.call, p->life.pid,
	      procs[channel->server].life.pid);
}

int message_send(int number, const uint32_t args[6], int connection)
{
	const struct channel *to = &channels[connections[connection].channel];
	struct proc *me = self();
	int error = refuse(to);

	if (error)
		return error;

	/* Nothing below can fail. */
	me->message.call = number;
	memcpy(me->message.args, args, sizeof(me->message.args));
	me->message.unblock = me->signal.attention;
	me->message.element = me->message.before = 0;
	address(me, connection);
	if (block(PROC_SENDING, to->server) == DIE) {
		message_abandon();
		return -EINTR;
	}
	if (me->message.status != -EINTR || !me->message.unblock)
		return me->message.status;
	need_resched = 1; /* even if the signal was withdrawn */
	return RESTART;
}

/* The process's message is no longer under way. */
static void finish(struct proc *p)
{
	dequeue(p);
	connection_drop(p->message.connection);
	p->message.connection = NO_CONNECTION;
}

void message_abandon(void)
{
	int *carried = self()->message.carried;

	finish(self());
	for (int i = 0; i < 2; i++) {
		connection_drop(carried[i]);
		carried[i] = NO_CONNECTION;
	}
}

void message_answer(struct proc *client, int status)
{
	finish(client);
	client->message.status = status;
	wake_first(client);
}

/* A client in REPLY_WAIT wishes its wait to be cut short. */
static void wish(struct proc *client)
{
	enqueue(channel_of(client), client);
	channel_tell(channel_of(client));
}

void message_unblock(struct proc *p)
{
	if (p->state == PROC_REPLY_WAIT && !p->message.unblock)
		wish(p);
	p->message.unblock = true;
}

/* ---- pulses ------------------------------------------------------------- */

void message_interrupt(int line)
{
	struct channel *channel = interrupt_channels[line];

	if (channel) {
		channel->interrupts |= 1u << line;
		channel_tell(channel);
	}
}

/* ---- receive ------------------------------------------------------------ */

/* Describes a client's request, or its wish to have its wait cut short. */
static void describe(const struct proc *p, struct message *m)
{
	m->type = p->state == PROC_SENDING ? p->message.call : PULSE_UNBLOCK;
	m->token = token_of(p);
	m->object = p->message.object;
	m->connection = p->message.connection;
	m->pid = p->life.pid;
	m->pgid = p->identity.pgid;
	m->sid = p->identity.sid;
	m->uid = p->identity.uid;
	m->euid = p->identity.euid;
	m->egid = p->identity.egid;
	memcpy(m->args, p->message.args, sizeof(m->args));
}

static bool is_there(const struct channel *channel, enum news kind,
                     const struct proc *client)
{
	return kind == NEWS_INTERRUPTS ? channel->interrupts != 0
	       : kind == NEWS_CLOSES   ? channel->closed >= 0
	                               : client != 0;
}

/* The first kind of news that there is, after the kind heard last; or NEWS. */
static enum news choose(const struct channel *channel,
                        const struct proc *client)
{
	enum news kind = channel->heard;

	for (int i = 0; i < NEWS; i++) {
		kind = kind + 1 < NEWS ? kind + 1 : 0;
		if (is_there(channel, kind, client))
			return kind;
	}
	return NEWS;
}

/*
 * What the server hears of next; NEWS: nothing.  `client` is the first client
 * that waits, or 0.  Nothing is changed.
 */
static enum news look(const struct channel *channel, const struct proc *client,
                      struct message *m)
{
	enum news kind = choose(channel, client);

	if (kind == NEWS_INTERRUPTS)
		*m = (struct message){.type = PULSE_INTERRUPT,
		                      .args = {channel->interrupts}};
	else if (kind == NEWS_CLOSES)
		*m = (struct message){.type = PULSE_CLOSE,
		                      .object =
		                          connections[channel->closed].object,
		                      .connection = channel->closed};
	else if (kind != NEWS)
		describe(client, m);
	return kind;
}

/*
 * The server has the client's request, or knows its wish.  A wish that came
 * before is heard after the request: one that need not wait is answered.
 */
static void receive_from(struct channel *channel, struct proc *client)
{
	channel->round = client->message.round;
	self()->message.generation = client->message.generation;
	dequeue(client);
	if (client->state != PROC_SENDING)
		return;
	block_move(client, PROC_REPLY_WAIT, self_index());
	if (client->message.unblock)
		wish(client);
}

/* The server has heard of what look() found. */
static void acknowledge(struct channel *channel, enum news kind,
                        struct proc *client)
{
	channel->heard = kind;
	if (kind == NEWS_INTERRUPTS)
		channel->interrupts = 0;
	else if (kind == NEWS_CLOSES)
		connection_forget(channel);
	else
		receive_from(channel, client);
}

int native_poll(vaddr_t buffer)
{
	struct channel *channel = &channels[self()->message.channel];
	struct proc *client = first_waiting(channel);
	struct message m;
	enum news kind = look(channel, client, &m);

	if (kind == NEWS)
		return -EAGAIN;
	if (copy_out(buffer, &m, sizeof(m)) < 0)
		return -EFAULT;
	acknowledge(channel, kind, client);
	return 0;
}

int native_receive(vaddr_t buffer)
{
	int result;

	while ((result = native_poll(buffer)) == -EAGAIN)
		if (block(PROC_RECEIVING, -1) == DIE)
			return -EINTR;
	return result;
}

/* ---- reply -------------------------------------------------------------- */

/* How many connections the answer carries; or -EINVAL, -EBADF. */
static int check_reply(const struct proc *client, int status,
                       const struct reply *reply)
{
	int result = syscalls[client->message.call].result;

	if (status < 0)
		return status < -4095 ? -EINVAL : 0;
	if (reply->count != (result == RESULT_CWD ? 1 : result))
		return -EINVAL;
	for (int i = 0; i < reply->count; i++) {
		int fd = reply->connection[i].descriptor;

		if (fd != -1 && descriptor_connection(self(), fd) < 0)
			return -EBADF;
	}
	return reply->count;
}

/* The reply's connection `i`, with one hold more.  There is room for it. */
static int carry(const struct proc *client, const struct reply *reply, int i)
{
	int fd = reply->connection[i].descriptor, connection;

	if (fd == -1)
		return connection_make(
		    self()->message.channel, reply->connection[i].object,
		    reply->connection[i].readiness, client->identity.uid);
	connection = descriptor_connection(self(), fd);
	connection_hold(connection);
	return connection;
}

int native_reply(struct proc *client, int status, vaddr_t buffer)
{
	int *carried = client->message.carried;
	struct reply reply;
	int count;

	reply.count = 0;
	if (buffer && copy_in(&reply, buffer, sizeof(reply)) < 0)
		return -EFAULT;
	count = check_reply(client, status, &reply);
	if (count < 0)
		return count;
	if (count > 0 && connection_reserve(client, count) < 0)
		return -ENFILE;

	/* Nothing below can fail. */
	for (int i = 0; i < count; i++)
		carried[i] = carry(client, &reply, i);
	message_answer(client, status);
	return (count > 0 ? carried[0] : 0) +
	       (count > 1 ? carried[1] << 16 : 0);
}

int native_reply_receive(int token, int status, vaddr_t message)
{
	struct proc *client = token_client(token);
	int error = client ? native_reply(client, status, 0) : 0;

	return error < 0 ? error : native_receive(message);
}

/* ---- pass --------------------------------------------------------------- */

int native_pass(struct proc *client, int to, int object)
{
	const struct channel *channel = &channels[connections[to].channel];
	int error = refuse(channel);

	if (error)
		return error;

	/* Nothing below can fail. */
	finish(client);
	block_move(client, PROC_SENDING, channel->server);
	address(client, to);
	client->message.object = object;
	return 0;
}

/* ---- death -------------------------------------------------------------- */

void server_exit(struct proc *p)
{
	struct channel *c;

	if (p->message.channel < 0)
		return;
	c = &channels[p->message.channel];
	for (int i = 0; i < proc_rows.fresh; i++)
		if (message_waits(&procs[i]) && procs[i].peer == c->server)
			message_answer(&procs[i], -EIO);
	c->server = -1;
	c->interrupts = 0;
	pollers_wake();
	while (c->closed >= 0)
		connection_forget(c);
	for (int line = 0; line < INTERRUPT_LINES; line++) {
		if (interrupt_channels[line] == c) {
			interrupt_channels[line] = 0;
			interrupt_enable(line, false);
		}
	}
	p->message.channel = -1;
}
