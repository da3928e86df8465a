/*
 * user/servers/console/ask.c -- terminals of the host: their ioctls.
 *
 * Where a descriptor of tools/run is a terminal, the program's is one, too, and
 * it is the host's: its echo, its line editing, its settings and its size.  So
 * an ioctl of it is asked of tools/run, which carries it out; the structures
 * are Linux's on both sides.  Only what is in the table is asked; everything
 * else, and everything on a descriptor that is no terminal, is ENOTTY.
 *
 *	ASK      | descriptor 4 | request 4 | argument 4 | bytes |
 *	ANSWER   | errno 4 | bytes |
 *
 * One question is out at a time.  Clients that wait for theirs have a place
 * each: those that wait at the same time differ in token % TOKEN_SLOTS, so a
 * token that finds its place taken has outlived the one that is there.
 * A client whose token died meanwhile is noticed when it is answered: harmless.
 */
#include "console.h"

#define BYTES      44 /* of the longest structure */
#define BYTES_BACK 4  /* of the answer's head */

struct question {
	uint32_t descriptor, request, argument;
	uint8_t bytes[BYTES];
};

static const struct {
	uint32_t request;
	uint32_t in, out; /* bytes that go to the host, and come back */
} known[] = {
    {TCGETS, 0, 36},    {TCSETS, 36, 0},  {TCSETSW, 36, 0},  {TCSETSF, 36, 0},
    {TCGETS2, 0, 44},   {TCSETS2, 44, 0}, {TCSETSW2, 44, 0}, {TCSETSF2, 44, 0},
    {TIOCGWINSZ, 0, 8}, {FIONREAD, 0, 4}, {TIOCOUTQ, 0, 4},  {TCFLSH, 0, 0},
    {TCSBRK, 0, 0},
};

static struct asker {
	int token; /* 0: nobody waits here */
	uint32_t descriptor, argument;
	int request; /* in `known` */
} askers[TOKEN_SLOTS];

static int waiting;         /* tokens in `askers` */
static uint32_t next;       /* whose turn it is */
static struct asker asking; /* whose question is out */
static bool out;            /* one is: its client may have gone */

static bool told;          /* tools/run has said */
static uint32_t terminals; /* ... which descriptors are terminals */

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

/* Puts it on the line: 0, or why not. */
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
