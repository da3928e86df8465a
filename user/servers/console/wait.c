/*
 * user/servers/console/wait.c -- clients that wait for input or for room.
 *
 * Every read and write joins the queue of what it wants, and wait_serve() lets
 * the first in each queue go on.  There are four queues: for input of the
 * terminal and of the host line, for output to COM1 and to COM2.
 *
 * In a queue the users take turns, and the requests of one user are served in
 * the order in which they came, each to its end before the next one:
 *
 *	queue --> user 0's first --next--> user 65534's first
 *	               |                          |
 *	             behind                     behind
 *	               v                          v
 *	          its second                 its second
 *
 * A turn is one read, or one piece of a write.  So the writes of one user are
 * never mixed, as on Linux; and a long write holds up another user for one
 * piece only, where Linux lets the long write end first.
 *
 * No event says that a waiting client was killed.  It stays in its queue; when
 * its turn comes, every use of its token is ESRCH, and it leaves.  If another
 * client gets the slot of the dead one first (abi/message.h, TOKEN_SLOTS), it
 * takes over its place: there is one place for each slot, so there is always
 * one.  A token that is kept here cannot come to mean another client: the
 * slot's next message to this server replaces it if it has to wait, and is
 * answered before the next turn if not.
 *
 * Input is first copied to the client, then the client is answered, and only
 * then the input leaves its buffer.  So a dead token or a bad address loses no
 * input.
 */
#include "console.h"

#define PIECE     4096u /* bytes that are copied at once */
#define TTY_PIECE 512u  /* the same to the terminal, where each byte is work */

struct wait {
	int token;
	enum kind kind; /* of the object that it reads or writes */
	bool now;       /* O_NONBLOCK */
	uint32_t uid;
	uint32_t done, total;       /* bytes */
	struct queue *queue;        /* where it waits; 0: this place is free */
	struct wait *next, *behind; /* the next user's first; its own next */
};

struct queue {
	struct wait *first;
};

static struct queue tty_readers, host_readers, tty_writers, host_writers;
static struct wait waits[TOKEN_SLOTS];
static uint8_t piece[PIECE];

/* ---- the queues --------------------------------------------------------- */

static struct queue *queue_of(enum kind kind, bool writes)
{
	if (kind == KIND_TTY)
		return writes ? &tty_writers : &tty_readers;
	return writes ? &host_writers : &host_readers;
}

static void join(struct queue *queue, struct wait *wait)
{
	struct wait **link = &queue->first;

	while (*link != 0 && (*link)->uid != wait->uid)
		link = &(*link)->next;
	while (*link != 0)
		link = &(*link)->behind;
	*link = wait;
	wait->queue = queue;
}

/* The link of its queue that points at `wait`. */
static struct wait **link_to(struct wait *wait)
{
	struct wait **first = &wait->queue->first, **link;

	while ((*first)->uid != wait->uid)
		first = &(*first)->next;
	for (link = first; *link != wait;)
		link = &(*link)->behind;
	return link;
}

static void leave(struct wait *wait)
{
	struct wait **link = link_to(wait);
	struct wait *heir = wait->behind;

	if (heir != 0 && wait->next != 0)
		heir->next = wait->next;
	*link = heir != 0 ? heir : wait->next;
	wait->queue = 0;
}

/* The first user goes behind the others. */
static void turn_over(struct queue *queue)
{
	struct wait *first = queue->first, **link = &queue->first;

	while (*link != 0)
		link = &(*link)->next;
	*link = first;
	queue->first = first->next;
	first->next = 0;
}

/* ---- reading ------------------------------------------------------------ */

/* True: the client has its answer. */
static bool read_some(const struct wait *wait)
{
	uint32_t want = min(wait->total, PIECE);
	int got;

	if (wait->kind != KIND_TTY)
		return host_read(wait->token, wait->total, wait->now);
	got = tty_read(piece, want);
	if (got == -EAGAIN)
		return false;
	if (got > 0) {
		int moved =
		    k_lease_write(wait->token, BUFFER, 0, piece, (uint32_t)got);

		if (moved < 0)
			got = moved;
	}
	if (k_reply(wait->token, got, 0) < 0 || got < 0)
		return true;
	tty_taken();
	return true;
}

static void serve_readers(struct queue *queue)
{
	struct wait *wait;

	while ((wait = queue->first) != 0 && read_some(wait)) {
		turn_over(queue);
		leave(wait);
	}
}

/* ---- writing ------------------------------------------------------------ */

/*
 * The number of a client's bytes that surely fit: on the terminal a newline
 * takes two bytes.
 */
static uint32_t room_for(enum kind kind)
{
	uint32_t room = host_room(), most = PIECE;

	if (kind == KIND_TTY) {
		room = ring_room(&com1.out);
		room = room < 16 ? 0 : (room - 8) / 2;
		most = TTY_PIECE;
	}
	return min(room, most);
}

static void emit(enum kind kind, uint32_t bytes)
{
	if (kind != KIND_TTY) {
		host_write((int)kind - KIND_OUT + HOST_OUTPUT, piece, bytes);
		return;
	}
	for (uint32_t i = 0; i < bytes; i++)
		tty_output(piece[i]);
}

/* Is all of a write out?  The last byte of a status must have left the chip. */
static bool is_out(const struct wait *wait)
{
	return wait->done == wait->total &&
	       (wait->kind != KIND_STATUS || uart_drained(&com2));
}

/* Can the first write go on now? */
static bool can_go_on(const struct queue *queue)
{
	const struct wait *wait = queue->first;

	if (wait == 0)
		return false;
	return wait->done < wait->total ? room_for(wait->kind) > 0
	                                : is_out(wait);
}

/*
 * Writes one piece.  True: the client has its answer, the bytes that are
 * written or -errno.
 */
static bool write_piece(struct wait *wait)
{
	uint32_t want = wait->total - wait->done;
	uint32_t room = room_for(wait->kind);
	int got = 0;

	if (want > 0)
		got = k_lease_read(wait->token, BUFFER, wait->done, piece,
		                   min(want, room));
	if (got > 0) {
		emit(wait->kind, (uint32_t)got);
		wait->done += (uint32_t)got;
		if (!is_out(wait))
			return false;
	}
	k_reply(wait->token, wait->done > 0 ? (int)wait->done : got, 0);
	return true;
}

/* A status that is not out yet keeps its turn: no write may come behind it. */
static void serve_writer(struct queue *queue)
{
	struct wait *wait = queue->first;
	bool answered;

	if (!can_go_on(queue))
		return;
	answered = write_piece(wait);
	if (answered || wait->done < wait->total)
		turn_over(queue);
	if (answered)
		leave(wait);
}

/* ---- all of them -------------------------------------------------------- */

void wait_add(const struct message *m, bool writes)
{
	struct wait *wait = &waits[m->token % TOKEN_SLOTS];
	const struct open *open = open_at(m->object);
	int total = buffer_bytes(m);
	struct queue *queue = queue_of(open->kind, writes);

	if (wait->queue != 0)
		leave(wait); /* the client that had this slot before is dead */
	if (total <= 0) {
		k_reply(m->token, total, 0);
		return;
	}
	*wait = (struct wait){.token = m->token,
	                      .kind = open->kind,
	                      .now = open->flags & O_NONBLOCK,
	                      .uid = m->uid,
	                      .total = (uint32_t)total};
	if (!writes && wait->now && wait->kind == KIND_TTY) {
		serve_readers(queue);
		if (!read_some(wait))
			k_reply(m->token, -EAGAIN, 0);
		return;
	}
	join(queue, wait);
}

void wait_serve(void)
{
	serve_readers(&tty_readers);
	serve_readers(&host_readers);
	serve_writer(&tty_writers);
	serve_writer(&host_writers);
}

bool wait_more(void)
{
	return can_go_on(&tty_writers) || can_go_on(&host_writers);
}

void wait_unblock(int token)
{
	struct wait *wait = &waits[token % TOKEN_SLOTS];

	if (wait->queue == 0 || wait->token != token)
		return;
	k_reply(token, wait->done > 0 ? (int)wait->done : -EINTR, 0);
	leave(wait);
}

bool wait_reader(void)
{
	return host_readers.first != 0 &&
	       k_lease_size(host_readers.first->token, BUFFER) >= 0;
}
