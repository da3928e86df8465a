/*
 * user/servers/console/ask.c -- terminals of the host: their ioctls.
 *
 * Where a descriptor of tools/run is a terminal, the program's descriptor is
 * that terminal, too: the host does the echo and the line editing and knows
 * its settings and its size.  So the console asks tools/run to carry out the
 * ioctl; the structures are Linux's on both sides.  Only the requests in the
 * table are asked.  Every other one, and every one on a descriptor that is no
 * terminal, is ENOTTY.
 *
 *	ASK      | descriptor 4 | request 4 | argument 4 | bytes |
 *	ANSWER   | errno 4 | bytes |
 *
 * One question is out at a time; the other clients that have one wait for their
 * turn (wait.c, ASKERS).  A client that dies while its question is out is
 * noticed when it is answered, which does no harm.
 */
#include "console.h"

#define BYTES      sizeof(struct termios2) /* the longest of the structures */
#define BYTES_BACK 4                       /* of the head of an ANSWER */

struct question {
	uint32_t descriptor, request, argument;
	uint8_t bytes[BYTES];
};

#define T1    sizeof(struct termios)
#define T2    sizeof(struct termios2)
#define SIZE  sizeof(struct winsize)
#define COUNT sizeof(int)

static const struct {
	uint32_t request;
	uint32_t in, out; /* bytes to the host, and from it */
} known[] = {
    {TCGETS, 0, T1},      {TCSETS, T1, 0},      {TCSETSW, T1, 0},
    {TCSETSF, T1, 0},     {TCGETS2, 0, T2},     {TCSETS2, T2, 0},
    {TCSETSW2, T2, 0},    {TCSETSF2, T2, 0},    {TIOCGWINSZ, 0, SIZE},
    {FIONREAD, 0, COUNT}, {TIOCOUTQ, 0, COUNT}, {TCFLSH, 0, 0},
    {TCSBRK, 0, 0},
};

/* The client whose question is out: like its place in the room before. */
static struct wait asking;
static bool out; /* a question is out; its client may be dead */

static bool told; /* tools/run has said which descriptors are terminals */
static uint32_t terminals; /* one bit for each descriptor */

static int find(uint32_t request)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].request == request)
			return (int)i;
	return -ENOTTY;
}

void ask_ioctl(const struct message *m)
{
	struct wait asker = room_client(m);
	enum kind kind = open_at(m->object)->kind;
	int request = find(m->args[1]);

	if (request < 0 || kind < KIND_IN || kind > KIND_ERR) {
		k_reply(m->token, -ENOTTY, 0);
		return;
	}
	asker.what = ASKERS;
	asker.at = (int)kind - KIND_IN; /* the descriptor of tools/run */
	asker.from = m->args[2];        /* the ioctl's argument */
	asker.total = (uint32_t)request;
	room_join(&asker);
}

/* Sends the question of `asker` to tools/run.  Returns 0 or -errno. */
static int ask(const struct wait *asker)
{
	struct question question = {
	    (uint32_t)asker->at, known[asker->total].request, asker->from, {0}};
	uint32_t in = known[asker->total].in;
	int moved = 0;

	if (!(terminals >> asker->at & 1))
		return -ENOTTY;
	if (in > 0)
		moved =
		    k_lease_read(asker->token, ARGUMENT, 0, question.bytes, in);
	if (moved < 0)
		return moved;
	host_write(HOST_ASK, (const uint8_t *)&question,
	           (uint32_t)sizeof(question) - BYTES + in);
	asking = *asker;
	out = true;
	return 0;
}

void ask_serve(void)
{
	struct wait *asker;

	while (told && !out &&
	       ring_room(&com2.out) > 2 * sizeof(struct question) &&
	       (asker = wait_first(ASKERS)) != 0) {
		int status = ask(asker);

		if (status < 0)
			k_reply(asker->token, status, 0);
		room_leave(asker);
	}
}

void ask_terminals(uint32_t bits)
{
	terminals = bits;
	told = true;
}

void ask_answered(const uint8_t *answer, uint32_t bytes)
{
	uint32_t wanted = known[asking.total].out;
	int error = EIO, moved = 0;

	out = false;
	if (asking.token == 0)
		return;
	if (bytes >= BYTES_BACK)
		memcpy(&error, answer, BYTES_BACK);
	if (error == 0 && bytes != BYTES_BACK + wanted)
		error = EIO;
	if (error == 0 && wanted > 0)
		moved = k_lease_write(asking.token, ARGUMENT, 0,
		                      answer + BYTES_BACK, wanted);
	k_reply(asking.token, error > 0 ? -error : moved < 0 ? moved : 0, 0);
	asking.token = 0;
}

void ask_unblock(int token)
{
	if (asking.token != token)
		return;
	asking.token = 0;
	k_reply(token, -EINTR, 0);
}
