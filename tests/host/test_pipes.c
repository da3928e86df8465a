// with: user/servers/files/pipes/pipe.c user/servers/files/pipes/end.c
// with: user/lib/room.c -includetests/host/fake_native.h
// alone
/*
 * tests/host/test_pipes.c -- a pipe of the server of files, against a stream of
 * bytes.
 *
 * Clients read and write at random, wait, are killed, and wish to wait no
 * longer.  The model has the bytes that have come and those that were taken; a
 * byte follows from its place.  It looks at each answer: from then on the
 * client may run, before the server does anything more.
 *
 *	the bytes arrive in order, and none is lost or comes twice
 *	no readiness word promises a client what is not so (R1 in end.c)
 *	nobody waits who can go on, and then the words are exact
 *	a read waits for the first byte, a write for its last one
 */
#include "../../user/servers/files/pipes/pipe.h"
#include "tap.h"

#define ROWS    8
#define CELLS   40
#define CLIENTS 12
#define STEPS   200000

enum { READS, WRITES };

static struct caller {
	int token; /* 0: there is none */
	bool writes, dead, waits, hurried;
	bool splices; /* a file is its buffer */
	uint32_t total, moved;
} clients[CLIENTS];

static int ends[2], pipe_number;
static uint32_t told[2];         /* the words of both ends */
static uint32_t come, taken;     /* bytes */
static bool closed;              /* the end that writes */
static int generation, answered; /* how often a client was */
static uint32_t seed = 4711;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static uint8_t byte_at(uint32_t place)
{
	return (uint8_t)(place * 7 + place / 251);
}

static uint32_t room_left(void)
{
	return pipe_at(pipe_number)->capacity - (come - taken);
}

/* ---- the rooms below ---------------------------------------------------- */

struct objects opens = {.bytes = sizeof(struct open)};
struct objects nodes = {.bytes = sizeof(struct node)};
static uint8_t cells[CELLS][PAGE_SIZE];
static int cells_taken[CELLS], cells_used;

bool objects_start(struct objects *objects)
{
	objects->rows = calloc(ROWS, objects->bytes);
	objects->room = ROWS;
	objects_row(objects, 0)->used = true;
	return true;
}

int objects_take(struct objects *objects, int token)
{
	int i = 0;

	(void)token;
	while (objects_row(objects, i)->used)
		i++;
	memset(objects_row(objects, i), 0, objects->bytes);
	objects_row(objects, i)->used = true;
	return i;
}

void objects_drop(struct objects *objects, int object)
{
	objects_row(objects, object)->used = false;
}

int node_make(uint32_t mode, int token)
{
	(void)mode;
	return objects_take(&nodes, token);
}

void node_own(int node, uint32_t uid, uint32_t gid)
{
	(void)node, (void)uid, (void)gid;
}

void node_release(int node)
{
	(void)node;
}

struct node node_at(int node)
{
	return *node_edit(node);
}

int open_make(int node, int flags, int token)
{
	int object = objects_take(&opens, token);

	open_at(object)->node = node;
	open_at(object)->flags = flags;
	return object;
}

void open_close(int object)
{
	end_close(object);
	objects_drop(&opens, object);
}

int *room_queue(const struct wait *wait)
{
	return pipe_queue(wait->at, (enum what)wait->what);
}

int account_of(int whom)
{
	return whom * 0;
}

bool quota_take(struct quota *quota, uint32_t pages, int whom, int account)
{
	(void)quota, (void)pages, (void)whom, (void)account;
	return true;
}

void quota_give(struct quota *quota, uint32_t pages, int account)
{
	(void)quota, (void)pages, (void)account;
}

int arena_take(uint32_t bytes, int whom, int account)
{
	int i = 1;

	(void)bytes, (void)whom, (void)account;
	while (cells_taken[i])
		i++;
	cells_used++;
	cells_taken[i] = true;
	memset(cells[i], 0xEE, PAGE_SIZE);
	return i;
}

void arena_drop(int cell)
{
	REQUIRE(cells_taken[cell]);
	cells_used--;
	cells_taken[cell] = false;
}

uint8_t *arena_at(int cell)
{
	REQUIRE(cells_taken[cell]);
	return cells[cell];
}

const struct inspection *inspect_now(void)
{
	static const struct inspection now = {.frames_total = 4096};

	return &now;
}

int give(int token, int argument, const void *from, uint32_t bytes)
{
	(void)token, (void)argument, (void)from, (void)bytes;
	return 0;
}

int reply_open(int token, int object, uint32_t readiness)
{
	(void)token, (void)object, (void)readiness;
	REQUIRE(!"an open of a FIFO, where there is none");
	return -ENFILE;
}

/* ---- the kernel's door -------------------------------------------------- */

static struct caller *client_of(int token)
{
	struct caller *c = &clients[token % TOKEN_SLOTS];

	return c->token == token && !c->dead ? c : 0;
}

int k_ready(int connection, uint32_t word)
{
	REQUIRE(connection == READS || connection == WRITES);
	told[connection] = word;
	return 0;
}

/* A client runs from now on, and believes the words. */
static void runs(void)
{
	answered++;
	REQUIRE(!(told[READS] & POLLIN) || come > taken);
	REQUIRE(!(told[WRITES] & POLLOUT) || room_left() >= PIPE_BUF);
}

static void check_read(const struct caller *c, int status)
{
	if (status > 0) {
		REQUIRE((uint32_t)status <= c->total);
		taken += (uint32_t)status;
		REQUIRE(taken <= come);
	} else if (status == 0) {
		REQUIRE(closed && come == taken);
	} else {
		REQUIRE(status == -EINTR && c->hurried);
	}
}

static void check_write(const struct caller *c, int status)
{
	if (status > 0)
		EXPECT(status, c->moved);
	else
		REQUIRE(status == -EINTR && c->hurried && c->moved == 0);
	REQUIRE(c->moved == c->total || c->hurried || c->splices);
}

int k_reply(int token, int status, const struct reply *reply)
{
	struct caller *c = &clients[token % TOKEN_SLOTS];

	if (reply != 0) {
		for (int i = 0; i < 2; i++) {
			ends[i] = reply->connection[i].object;
			told[i] = reply->connection[i].readiness;
		}
		return READS | WRITES << 16;
	}
	if (!REQUIRE(c->token == token && c->waits))
		return -ESRCH;
	c->token = 0;
	if (c->dead)
		return -ESRCH;
	if (c->writes)
		check_write(c, status);
	else
		check_read(c, status);
	runs();
	return 0;
}

int k_lease_size(int token, int argument)
{
	(void)argument;
	return client_of(token) ? 1 : -ESRCH;
}

int k_lease_read(int token, int argument, uint32_t offset, void *to,
                 uint32_t bytes)
{
	struct caller *c = client_of(token);

	(void)argument;
	if (!c)
		return -ESRCH;
	REQUIRE(c->writes && offset == c->moved);
	REQUIRE(c->moved + bytes <= c->total);
	for (uint32_t i = 0; i < bytes; i++)
		((uint8_t *)to)[i] = byte_at(come++);
	c->moved += bytes;
	return (int)bytes;
}

int k_lease_write(int token, int argument, uint32_t offset, const void *from,
                  uint32_t bytes)
{
	struct caller *c = client_of(token);

	(void)argument;
	if (!c)
		return -ESRCH;
	REQUIRE(!c->writes && offset + bytes <= c->total);
	REQUIRE(taken + offset + bytes <= come);
	for (uint32_t i = 0; i < bytes; i++)
		EXPECT(((const uint8_t *)from)[i], byte_at(taken + offset + i));
	c->dead = chance(20) == 0; /* before it is answered */
	return (int)bytes;
}

/* A file moves as a client's memory does. */
int splice_move(const struct wait *client, uint8_t *memory, uint32_t done,
                uint32_t bytes, bool to_file)
{
	const struct caller *c = client_of(client->token);

	REQUIRE(!c || (c->splices && c->writes != to_file));
	return to_file ? k_lease_write(client->token, 0, done, memory, bytes)
	               : k_lease_read(client->token, 0, done, memory, bytes);
}

/* No byte passes the ring: all that came before were taken. */
int k_lease_move(int reader, int token, int argument, uint32_t offset,
                 uint32_t bytes)
{
	struct caller *r = client_of(reader), *w = client_of(token);

	(void)argument;
	if (!r || !w)
		return -ESRCH;
	REQUIRE(!r->splices && !w->splices);
	REQUIRE(come == taken && offset == w->moved);
	w->moved += bytes;
	come += bytes;
	check_read(r, (int)bytes);
	r->token = 0;
	runs();
	return (int)bytes;
}

/* ---- what happens ------------------------------------------------------- */

static void ask(int slot, bool writes, uint32_t bytes)
{
	struct caller *c = &clients[slot];
	struct message m = {.type = writes ? SYS_write : SYS_read,
	                    .token = ++generation * TOKEN_SLOTS + slot,
	                    .uid = chance(3),
	                    .args = {0, 0, bytes}};
	const struct open *open = open_at(ends[writes]);
	struct wait splice = room_client(&m);
	int status;

	*c = (struct caller){.token = m.token,
	                     .writes = writes,
	                     .waits = true,
	                     .splices = chance(4) == 0,
	                     .total = bytes};
	splice.partner = 1;
	splice.total = bytes;
	if (c->splices)
		status = writes ? pipe_put(&splice, pipe_number)
		                : pipe_take(&splice, pipe_number);
	else
		status = writes ? pipe_write(&m, open) : pipe_read(&m, open);
	if (status != ANSWERED)
		k_reply(m.token, status, 0);
}

static void hurry(struct caller *c)
{
	struct wait *wait = room_find(c->token);

	c->hurried = true;
	if (wait != 0)
		pipe_unblock(wait);
}

static void resize(void)
{
	struct message m = {.args = {0, F_SETPIPE_SZ, PAGE_SIZE << chance(5)}};

	pipe_fcntl(&m, open_at(ends[READS]));
}

static void step(void)
{
	static const uint32_t most[] = {10, PIPE_BUF, 3 * PIPE_BUF, 200000};
	int slot = (int)chance(CLIENTS - 1) + 1;
	struct caller *c = &clients[slot];
	uint32_t dice = chance(100);

	if (pipe_busy() && dice < 50)
		pipe_next();
	else if (dice >= 99)
		resize();
	else if (c->token == 0)
		ask(slot, chance(2), 1 + chance(most[chance(4)]));
	else if (dice < 5)
		c->dead = true;
	else if (dice < 20 && !c->dead)
		hurry(c);
}

/* ---- what must be true when the server receives ------------------------- */

static bool may_write(const struct caller *c)
{
	return room_left() >=
	       (c->splices ? 1 : min(c->total - c->moved, PIPE_BUF));
}

static void check(void)
{
	int writers = 0, stuck = 0;

	EXPECT(told[READS],
	       (come > taken ? POLLIN : 0) | (closed && told[READS] & POLLHUP));
	if (!closed)
		EXPECT(told[WRITES], room_left() >= PIPE_BUF ? POLLOUT : 0);
	if (pipe_busy())
		return;
	for (struct caller *c = clients; c < clients + CLIENTS; c++) {
		if (c->token == 0)
			continue;
		writers += c->writes;
		stuck += c->writes && !may_write(c);
		REQUIRE(c->writes || come == taken);
	}
	REQUIRE(writers == 0 || stuck > 0); /* the first one is */
}

/* The writers leave, and the readers find the end. */
static void end(void)
{
	for (struct caller *c = clients; c < clients + CLIENTS; c++)
		if (c->token != 0 && c->writes && !c->dead)
			hurry(c);
	closed = true;
	open_close(ends[WRITES]);
	while (pipe_busy())
		pipe_next();
	for (int i = 1; i < CLIENTS; i++)
		REQUIRE(clients[i].token == 0 || clients[i].dead);
	ask(0, false, PIPE_SIZE);
	EXPECT(clients[0].token, 0);
	ask(0, false, PIPE_SIZE);
	REQUIRE(come == taken && (told[READS] & POLLHUP));
	open_close(ends[READS]);
	EXPECT(cells_used, 0);
}

int main(int argc, char **argv, char **envp)
{
	struct message m = {.type = SYS_pipe, .token = TOKEN_SLOTS};

	(void)argc, (void)argv, (void)envp;
	objects_start(&opens);
	objects_start(&nodes);
	REQUIRE(pipe_start());
	EXPECT(pipe_call(&m), ANSWERED);
	pipe_number = open_at(ends[READS])->pipe;
	for (int i = 0; i < STEPS && tap_bad == 0; i++) {
		step();
		check();
	}
	REQUIRE(answered > STEPS / 8);
	tap("a pipe keeps its bytes in order, and each word is true when a "
	    "client is answered");
	end();
	tap("the last bytes can be read, and then the pipe leaves nothing");
	return tap_end();
}
