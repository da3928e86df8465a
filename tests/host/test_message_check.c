// with: ipc/message/message_check.c
/*
 * tests/host/test_message_check.c -- the checker of messages sees each kind of
 * damage.
 *
 * There are two clients and two servers, as connection.c and message.c would
 * leave them.  One word after the other is spoilt.
 *
 *	client 1   received by FILES, by connection 0       channel 0
 *	           in FILES' queue: it wants its wait cut
 *	client 2   in FILES' queue, by connection 1
 *	           connection 2 is closed, and FILES is to hear of it
 *	both       have connection 3 as working directory   channel 1
 */
#include "../../ipc/message/message.h"
#include "sees.h"

#define FILES   3
#define CONSOLE 4
#define PROCS   5

struct channel channels[CHANNELS];
struct connection connections[5];
struct rows connection_rows = {.fresh = 5, .live = 4};

bool connection_exists(int connection)
{
	return connection >= 0 && connection < connection_rows.fresh &&
	       connections[connection].channel >= 0;
}

static void start_client(int i, enum proc_state state, int connection)
{
	procs[i].state = state;
	procs[i].peer = FILES;
	procs[i].files.cwd = 3;
	procs[i].files.descriptors[7] = (int16_t)connection;
	procs[i].files.bound = 8;
	procs[i].message.connection = connection;
	procs[i].message.generation = i;
}

static void start(void)
{
	fake_procs(PROCS);
	procs[0].state = PROC_FREE;
	start_client(1, PROC_REPLY_WAIT, 0);
	start_client(2, PROC_SENDING, 1);
	procs[CONSOLE].state = PROC_RECEIVING;
	procs[1].message.queued = procs[1].message.unblock = true;
	procs[1].message.next = 2;
	procs[1].message.round = 1;
	procs[2].message.queued = true;
	procs[2].message.round = 2;
	procs[FILES].message.channel = 0;
	procs[CONSOLE].message.channel = 1;
	channels[0] =
	    (struct channel){.server = FILES, .first = 1, .closed = 2};
	channels[1] =
	    (struct channel){.server = CONSOLE, .first = -1, .closed = -1};
	connections[0] = (struct connection){.channel = 0, .count = 2};
	connections[1] = (struct connection){.channel = 0, .count = 2};
	connections[2] = (struct connection){.channel = 0, .link = -1};
	connections[3] = (struct connection){.channel = 1, .count = 2};
	connections[4] = (struct connection){.channel = -1};
	EXPECT(message_check(), 0);
}

static void test_connections(void)
{
	SEES(message_check, "C1: a connection's", connections[0].count, 1);
	SEES(message_check, "C1: a connection's", connections[3].count, 3);
	SEES(message_check, "C1: a connection's", procs[1].files.cwd,
	     NO_CONNECTION);
	SEES(message_check, "C1: a connection's", procs[1].files.descriptors[8],
	     1);
	SEES(message_check, "C1: a connection's",
	     procs[FILES].message.carried[1], 3);
	SEES(message_check, "C1: connections are", connection_rows.live, 5);
	SEES(message_check, "C1: connections are", connections[4].channel, 0);
	SEES(message_check, "C1: a descriptor of",
	     procs[2].files.descriptors[255], 4);
	SEES(message_check, "C1: a message by", procs[1].message.connection, 4);
	SEES(message_check, "C3: a descriptor", procs[1].files.bound, 7);
	SEES(message_check, "C2: closed", channels[0].closed, -1);
	SEES(message_check, "C2: closed", connections[2].link, 1);
	SEES(message_check, "C2: closed", connections[3].count, 0);
	tap("message_check: sees each breach of C1 to C3: connections");
}

static void test_waits(void)
{
	SEES(message_check, "M1: not queued", procs[2].message.queued, false);
	SEES(message_check, "M1: not queued", procs[FILES].message.queued,
	     true);
	SEES(message_check, "M1: not queued", channels[0].first, -1);
	SEES(message_check, "M1: not queued", channels[1].first, 2);
	SEES(message_check, "M1: not queued", procs[2].message.next, 2);
	SEES(message_check, "M1: queued nowhere", procs[2].message.connection,
	     4);
	SEES(message_check, "M2, M3: waits", procs[1].peer, CONSOLE);
	SEES(message_check, "M2, M3: waits", procs[2].peer, -1);
	SEES(message_check, "M2, M3: waits", connections[0].channel, 1);
	SEES(message_check, "M2: sent and", procs[2].message.queued, false);
	SEES(message_check, "M2: a channel's", procs[FILES].message.channel, 1);
	SEES(message_check, "M3: received without", procs[1].message.generation,
	     0);
	SEES(message_check, "M3: received and", procs[1].message.unblock,
	     false);
	SEES(message_check, "M4: a server", procs[FILES].state, PROC_RECEIVING);
	SEES(message_check, "M4: a server", channels[1].interrupts, 8);
	SEES(message_check, "M4: a server", channels[1].closed, 3);
	SEES(message_check, "M4: a server", channels[1].first, 1);
	SEES(message_check, "M7: a round", channels[0].round, 2);
	SEES(message_check, "M7: a round", procs[1].message.round, 3);
	SEES(message_check, "M7: a user", procs[1].message.round, 2);
	tap("message_check: sees each breach of M1 to M4 and M7: who waits");
}

int main(void)
{
	start();
	test_connections();
	test_waits();
	return tap_end();
}
