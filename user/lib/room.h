/*
 * user/lib/room.h -- the waiting room of a server: clients that wait.
 *
 * A request that cannot be answered at once waits here, and its server goes on
 * with the next one.  Each thing that clients wait for has a queue of its own,
 * so an event looks at those clients only that it can help.
 *
 *	room_client(m)     a client; the server adds for what it waits
 *	room_join(&wait)   it stands in its queue
 *	room_first(&queue) whose turn it is
 *	room_answer(w, s)  it has its answer, and leaves
 *
 * A queue is an int of the server's: the number of its first place, or -1.  In
 * a queue the parties take turns, and the requests of one party are served in
 * the order of their rank, mostly 0, and of one rank in the order in which they
 * came, each to its end before the next one:
 *
 *	queue --> party A's first --next--> party B's first
 *	               |                          |
 *	             behind                     behind
 *	               v                          v
 *	          its second                 its second
 *
 * The server says what a party is: a user, or each client for itself.
 *
 * No event says that a waiting client was killed.  It stays in its queue; when
 * its turn comes, every use of its token is ESRCH, and the server lets it
 * leave.  If another client gets the slot of the dead one first (TOKEN_SLOTS in
 * abi/message.h), it takes over its place: there is one place for each slot, so
 * there is always one.  A token that is kept here cannot come to mean another
 * client: the slot's next message to this server replaces it if it has to wait,
 * and is answered before the next turn if not.
 *
 * The rule of all servers is "copy, answer, then take".  Bytes are first copied
 * to the client, then the client is answered, and only then do they leave their
 * queue.  A client that wishes to wait no longer (PULSE_UNBLOCK) has its answer
 * at once: the bytes that were moved, or -EINTR if there are none.  So a signal
 * neither loses bytes nor doubles them.
 */
#ifndef USER_LIB_ROOM_H
#define USER_LIB_ROOM_H

#include "server.h"

#define NOBODY (-1) /* a queue without clients */

struct wait {
	int token;            /* 0: this place is free */
	int what;             /* the server's word for what it waits for */
	int at;               /* the number of the object, in the same sense */
	bool now;             /* O_NONBLOCK */
	bool hurried;         /* it wishes to wait no longer */
	uint8_t place;        /* the argument with the partner's offset, or 0 */
	uint8_t place_bytes;  /* of that offset: 4 or 8 */
	uint32_t party;       /* whose turn it takes */
	int rank;             /* in its party the lower ones come first */
	uint32_t from;        /* the offset of its first byte in a file */
	uint32_t done, total; /* bytes */
	int partner;          /* the object in place of its buffer, or 0 */
	uint64_t until;       /* the server's word for when its wait ends */
	int next, behind;     /* the next party's first; its own next; or -1 */
};

/*
 * The queue in which a client stands.  Each server that has a room defines this
 * function, from `what` and `at` alone; a program without a room need not.
 */
__attribute__((weak)) int *room_queue(const struct wait *wait);

/* A client in no queue: its token, and its user as the party. */
static inline struct wait room_client(const struct message *m)
{
	return (struct wait){.token = m->token, .party = m->uid};
}

/*
 * Gives the client its place: at the end of its queue, but before those of its
 * party that have a higher rank.
 */
void room_join(const struct wait *client);
/*
 * Leaves the queue: the place is free.  If it was its turn, the rest of its
 * party goes behind the others.
 */
void room_leave(struct wait *wait);
/* Leaves with an answer.  Returns 0; or -errno: the client is dead. */
int room_answer(struct wait *wait, int status);
/* The first in a queue, or 0. */
struct wait *room_first(const int *queue);
/* The first party goes behind the others. */
void room_turn(int *queue);
/* Does the client live, and wait? */
bool room_lives(const struct wait *wait);
/* The place in which the client of that token waits, or 0. */
struct wait *room_find(int token);
/* What the place of a slot (token % TOKEN_SLOTS) has, or 0; it may be dead. */
struct wait *room_place(int slot);
/* The answer to a client that waits no longer: its bytes, or -EINTR. */
int room_interrupted(const struct wait *wait);
/* Lets everybody leave, with an answer. */
void room_dismiss(int *queue, int status);

#endif
