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
 * One question is out at a time.  Each client that waits to ask has a place of
 * its own: clients that wait at the same time differ in token % TOKEN_SLOTS,
 * so if a place is taken, the client of the old token has died.  A client that
 * dies while its question is out is noticed when it is answered, which does no
 * harm.
 */
#include "console.h"

#define BYTES      44 /* of the longest of these structures */
#define BYTES_BACK 4  /* of the head of an ANSWER */

struct question {
	uint32_t descriptor, request, argument;
	uint8_t bytes[BYTES];
};

static const struct {
	uint32_t request;
	uint32_t in, out; /* bytes to the host, and from it */
} known[] = {
    {TCGETS, 0, 36},    {TCSETS, 36, 0},  {TCSETSW, 36, 0},  {TCSETSF, 36, 0},
    {TCGETS2, 0, 44},   {TCSETS2, 44, 0}, {TCSETSW2, 44, 0}, {TCSETSF2, 44, 0},
    {TIOCGWINSZ, 0, 8}, {FIONREAD, 0, 4}, {TIOCOUTQ, 0, 4},  {TCFLSH, 0, 0},
    {TCSBRK, 0, 0},
};

static struct asker {
	int token; /* 0: no client waits here */
	uint32_t descriptor, argument;
	int request; /* its index in `known` */
} askers[TOKEN_SLOTS];

static int waiting;         /* the number of tokens in `askers` */
static uint32_t next;       /* the place whose turn it is */
static struct asker asking; /* the client whose question is out */
static bool out;            /* a question is out; its client may be dead */

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
	struct asker *asker = &askers[m->token % TOKEN_SLOTS];
	enum kind kind = open_at(m->object)->kind;
	int request = find(m->args[1]);

	if (request < 0 || kind < KIND_IN || kind > KIND_ERR) {
		k_reply(m->token, -ENOTTY, 0);
		return;
	}
	waiting += asker->token == 0;
	*asker = (struct asker){m->token, kind - KIND_IN, m->args[2], request};
}

/* Sends the question of `asker` to tools/run.  Returns 0 or -errno. */
static int ask(const struct asker *asker)
{
	struct question question = {asker->descriptor,
	                            known[asker->request].request,
	                            asker->argument,
	                            {0}};
	uint32_t in = known[asker->request].in;
	int moved = 0;

	if (!(terminals >> asker->descriptor & 1))
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
	while (told && waiting > 0 && !out &&
	       ring_room(&com2.out) > 2 * sizeof(struct question)) {
		struct asker *asker = &askers[next++ % TOKEN_SLOTS];
		int status;

		if (asker->token == 0)
			continue;
		status = ask(asker);
		if (status < 0)
			k_reply(asker->token, status, 0);
		asker->token = 0;
		waiting--;
	}
}

void ask_terminals(uint32_t bits)
{
	terminals = bits;
	told = true;
}

void ask_answered(const uint8_t *answer, uint32_t bytes)
{
	uint32_t wanted = known[asking.request].out;
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
	struct asker *asker = &askers[token % TOKEN_SLOTS];

	if (asker->token == token) {
		asker->token = 0;
		waiting--;
	} else if (asking.token == token) {
		asking.token = 0;
	} else {
		return;
	}
	k_reply(token, -EINTR, 0);
}
