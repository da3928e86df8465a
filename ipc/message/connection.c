/*
 * ipc/message/connection.c -- channels, connections, descriptors.
 *
 *	process            kernel                      server
 *	descriptor 0 --+
 *	descriptor 5 --+-> connection --+
 *	                   (count 2)    +-> channel -> (one process receives)
 *	descriptor 3 ----> connection --+   with an
 *	                   (count 1)        object number each
 *
 * The kernel knows nothing of files, paths or terminals: an object is a number
 * that means something to its server alone.  So what dup, fork, exec and exit
 * do to descriptors is the same work for all objects: counting.  The servers
 * keep their state by object and never by process, and they hear of one thing
 * only: that the last hold on a connection is gone.  That news takes no memory
 * and cannot be lost, because the connection itself stands in a list
 * (channel.closed) until its server has heard of it.
 *
 * C1  A connection's count is the number of descriptors, working directories
 *     and messages under way (sent, or carried by a reply) that hold it.
 * C2  A connection with count 0 is in the closed list of a channel whose server
 *     lives, and no other connection is.
 * C3  A process has no descriptor from its `bound` on, so that fork, exec and
 *     exit look at those below it only.
 *
 *	channel_make     for a server        descriptor_*    one slot
 *	connection_*     counted holds       descriptors_*   all slots: hooks
 */
#include "message.h"

#include "../../abi/errno.h"
#include "../../kernel/base/panic.h"
#include "../../kernel/base/string.h"

#define CONNECTIONS_MAX 8192

struct channel channels[CHANNELS];
struct channel *interrupt_channels[INTERRUPT_LINES];
struct rows connection_rows = ROWS_OF(connections, CONNECTIONS_MAX);

/* ---- channels ----------------------------------------------------------- */

int channel_make(struct proc *server)
{
	int i = 0;

	/* Process 0 boots and is no server: a channel of 0 is free. */
	while (i < CHANNELS && channels[i].server != 0)
		i++;
	assert(i < CHANNELS);
	channels[i] = (struct channel){
	    .server = proc_index(server), .first = -1, .closed = -1};
	server->message.channel = i;
	return i;
}

/* ---- connections -------------------------------------------------------- */

bool connection_exists(int connection)
{
	return connection >= 0 && connection < connection_rows.fresh &&
	       connections[connection].channel >= 0;
}

/*
 * A user's connections are counted when they could be half of all.  They are
 * the user's who opened them, whoever has them later.
 */
int connection_reserve(const struct proc *client, int count)
{
	int level = proc_level(client), its = count;

	if (rows_reserve(&connection_rows, count, level) < 0)
		return -ENFILE;
	if (level >= LEVEL_ROOT ||
	    connection_rows.live + count <= CONNECTIONS_MAX / 2)
		return 0;
	for (int i = 0; i < connection_rows.fresh; i++)
		its += connections[i].channel >= 0 &&
		       connections[i].uid == client->identity.uid;
	return its > CONNECTIONS_MAX / 2 ? -ENFILE : 0;
}

int connection_make(int channel, int object, uint32_t readiness, uint32_t uid)
{
	int i = rows_take(&connection_rows, LEVEL_SERVER);

	if (i < 0)
		return -ENFILE;
	connections[i].channel = channel;
	connections[i].object = object;
	connections[i].readiness = readiness;
	connections[i].uid = uid;
	connections[i].count = 1;
	return i;
}

void connection_hold(int connection)
{
	if (connection == NO_CONNECTION)
		return;
	assert(connections[connection].count > 0);
	connections[connection].count++;
}

void connection_drop(int connection)
{
	struct connection *c;
	struct channel *channel;

	if (connection == NO_CONNECTION)
		return;
	c = &connections[connection];
	assert(c->count > 0);
	if (--c->count > 0)
		return;
	channel = &channels[c->channel];
	c->link = channel->closed;
	channel->closed = connection;
	if (channel->server >= 0)
		channel_tell(channel);
	else
		connection_forget(channel);
}

void connection_forget(struct channel *channel)
{
	int connection = channel->closed;

	channel->closed = connections[connection].link;
	connections[connection].channel = -1;
	rows_put(&connection_rows, connection);
}

bool pollers_look;

/* A server may tell of thousands of connections in one turn. */
void pollers_wake(void)
{
	for (int i = 0; pollers_look && i < proc_rows.fresh; i++)
		if (procs[i].state == PROC_POLLING)
			wake(&procs[i]);
	pollers_look = false;
}

int native_ready(int connection, uint32_t word)
{
	struct connection *c = &connections[connection];
	bool rises;

	if (!connection_exists(connection) ||
	    c->channel != self()->message.channel)
		return -EBADF;
	rises = word & ~c->readiness;
	c->readiness = word;
	if (rises && c->watched) {
		c->watched = false;
		pollers_wake();
	}
	return 0;
}

/* ---- descriptors -------------------------------------------------------- */

int descriptor_connection(const struct proc *p, int fd)
{
	if (fd < 0 || fd >= OPEN_MAX || p->files.descriptors[fd] < 0)
		return -EBADF;
	return p->files.descriptors[fd];
}

int descriptor_free(const struct proc *p, int from)
{
	for (int fd = from; fd < (int)p->limits.own[RLIMIT_NOFILE][0]; fd++)
		if (p->files.descriptors[fd] == NO_CONNECTION)
			return fd;
	return -EMFILE;
}

bool descriptor_cloexec(const struct proc *p, int fd)
{
	return p->files.cloexec[fd / 32] >> fd % 32 & 1;
}

void descriptor_set_cloexec(struct proc *p, int fd, bool on)
{
	uint32_t bit = 1u << fd % 32, *word = &p->files.cloexec[fd / 32];

	*word = on ? *word | bit : *word & ~bit;
}

int descriptor_install(struct proc *p, int connection, int from, bool cloexec)
{
	int fd = descriptor_free(p, from);

	if (fd >= 0) {
		p->files.descriptors[fd] = connection;
		p->files.bound = max(p->files.bound, fd + 1);
		descriptor_set_cloexec(p, fd, cloexec);
	}
	return fd;
}

int descriptor_close(struct proc *p, int fd)
{
	int connection = descriptor_connection(p, fd);

	if (connection < 0)
		return connection;
	p->files.descriptors[fd] = NO_CONNECTION;
	connection_drop(connection);
	return 0;
}

void directory_install(struct proc *p, int connection)
{
	connection_drop(p->files.cwd);
	p->files.cwd = connection;
}

/* ---- fork, exec, exit --------------------------------------------------- */

void descriptors_fork(struct proc *child)
{
	for (int fd = 0; fd < child->files.bound; fd++)
		connection_hold(child->files.descriptors[fd]);
	connection_hold(child->files.cwd);
}

void descriptors_exec(struct proc *p)
{
	for (int fd = 0; fd < p->files.bound; fd++) {
		if (descriptor_cloexec(p, fd))
			descriptor_close(p, fd);
		descriptor_set_cloexec(p, fd, false);
	}
}

void descriptors_exit(struct proc *p)
{
	for (int fd = 0; fd < p->files.bound; fd++)
		descriptor_close(p, fd);
	p->files.bound = 0;
	directory_install(p, NO_CONNECTION);
}
