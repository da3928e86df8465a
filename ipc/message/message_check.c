/*
 * ipc/message/message_check.c -- the checker of messages.
 *
 * It recomputes from the process table alone what connection.c and message.c
 * keep by increments, and reports each breach by the number of its invariant:
 * C1 to C3 (connection.c), M1 to M4 and M7 (message.c).  It changes nothing,
 * and it may be slow.
 */
#include "message.h"

#include "../../kernel/base/klog.h"

static int breaches;

static void breach(const char *what, int where)
{
	klog(KLOG_ERROR, "%s: at %d", what, where);
	breaches++;
}

/* ---- C1 to C3: counts ---------------------------------------------------- */

static int holds_of(const struct proc *p, int connection)
{
	int holds = (p->files.cwd == connection) +
	            (p->message.connection == connection);

	for (int fd = 0; fd < OPEN_MAX; fd++)
		holds += p->files.descriptors[fd] == connection;
	for (int i = 0; i < 2; i++)
		holds += p->message.carried[i] == connection;
	return holds;
}

static int count_holds(int connection)
{
	int holds = 0;

	for (int i = 0; i < proc_rows.fresh; i++)
		if (procs[i].state != PROC_FREE)
			holds += holds_of(&procs[i], connection);
	return holds;
}

static bool is_closed(int connection)
{
	int i = channels[connections[connection].channel].closed;

	for (int steps = connection_rows.fresh;
	     i >= 0 && i != connection && steps > 0; steps--)
		i = connections[i].link;
	return i == connection;
}

static void check_connections(void)
{
	int live = 0;

	for (int i = 0; i < connection_rows.fresh; i++) {
		if (!connection_exists(i))
			continue;
		live++;
		if (connections[i].count != count_holds(i))
			breach("C1: a connection's count is not its holds", i);
		if ((connections[i].count == 0) != is_closed(i))
			breach("C2: closed list and count differ", i);
	}
	if (live != connection_rows.live)
		breach("C1: connections are lost", live);
}

static void check_descriptors(const struct proc *p, int where)
{
	for (int fd = 0; fd < OPEN_MAX; fd++) {
		int connection = p->files.descriptors[fd];

		if (connection != NO_CONNECTION &&
		    !connection_exists(connection))
			breach("C1: a descriptor of nothing", where);
		if (connection != NO_CONNECTION && fd >= p->files.bound)
			breach("C3: a descriptor beyond the bound", where);
	}
}

/* ---- M1 to M4: who waits for whom --------------------------------------- */

static int times_queued(int proc)
{
	int times = 0, steps = 0;

	for (int c = 0; c < CHANNELS && channels[c].server != 0; c++) {
		for (int i = channels[c].first; i >= 0;
		     i = procs[i].message.next) {
			times += i == proc;
			if (++steps > proc_rows.fresh)
				return -1; /* the queue is a circle */
		}
	}
	return times;
}

static int server_of(int connection)
{
	return channels[connections[connection].channel].server;
}

static void check_wait(const struct proc *p, int where)
{
	int connection = p->message.connection;

	if (times_queued(where) != p->message.queued)
		breach("M1: not queued as it says", where);
	if (p->message.queued && !connection_exists(connection))
		breach("M1: queued nowhere", where);
	if (!message_waits(p))
		return;
	if (!connection_exists(connection))
		breach("C1: a message by no connection", where);
	else if (p->peer < 0 || p->peer != server_of(connection))
		breach("M2, M3: waits for nobody", where);
	if (p->state == PROC_SENDING && !p->message.queued)
		breach("M2: sent and not queued", where);
	if (p->state == PROC_REPLY_WAIT && p->message.generation == 0)
		breach("M3: received without a token", where);
	if (p->state == PROC_REPLY_WAIT && p->message.queued &&
	    !p->message.unblock)
		breach("M3: received and still queued", where);
}

static bool has_news(const struct channel *channel)
{
	for (int i = channel->first; i >= 0; i = procs[i].message.next)
		if (message_waits(&procs[i]))
			return true;
	return channel->interrupts || channel->closed >= 0;
}

static void check_servers(void)
{
	for (int c = 0; c < CHANNELS; c++) {
		int server = channels[c].server;

		if (server <= 0)
			continue;
		if (procs[server].message.channel != c)
			breach("M2: a channel's server is not its own", c);
		if (procs[server].state == PROC_RECEIVING &&
		    has_news(&channels[c]))
			breach("M4: a server sleeps beside its work", c);
	}
}

/* ---- M7: users take turns ----------------------------------------------- */

/* Is this the only waiting entry of its user in its round? */
static bool is_alone_in_round(int proc)
{
	const struct proc *p = &procs[proc];

	for (int i = p->message.next; i >= 0; i = procs[i].message.next)
		if (message_waits(&procs[i]) &&
		    procs[i].message.round == p->message.round &&
		    procs[i].sched.user == p->sched.user)
			return false;
	return true;
}

static void check_rounds(const struct channel *channel)
{
	uint32_t round = channel->round;

	for (int i = channel->first; i >= 0; i = procs[i].message.next) {
		if (!message_waits(&procs[i]))
			continue; /* killed: it will leave */
		if ((int32_t)(procs[i].message.round - round) < 0)
			breach("M7: a round comes too late", i);
		if (!is_alone_in_round(i))
			breach("M7: a user twice in a round", i);
		round = procs[i].message.round;
	}
}

int message_check(void)
{
	breaches = 0;
	check_connections();
	check_servers();
	for (int i = 0; i < proc_rows.fresh; i++) {
		if (procs[i].state == PROC_FREE)
			continue;
		check_descriptors(&procs[i], i);
		check_wait(&procs[i], i);
	}
	for (int c = 0; c < CHANNELS && breaches == 0; c++)
		if (channels[c].server != 0) /* by M1 its queue has an end */
			check_rounds(&channels[c]);
	return breaches;
}
