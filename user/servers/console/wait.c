/*
 * user/servers/console/wait.c -- clients that wait for input or for room.
 *
 * Every read and write passes here: it joins the queue, and serve() lets each
 * do what it can.  A client that is done is answered and leaves.  The order
 * on one device is the order of asking.
 *
 * Input leaves its queue only when the client has it: copied, answered, and
 * only then taken.  So a dead token or a bad address loses nothing.
 */
#include "console.h"

#define WAITS  512   /* more than there are processes */
#define PIECE  4096u /* bytes that go through our hands at once */
#define BUFFER 1     /* the lease of read, write, readv, writev */

struct wait {
	int token;
	int object;
	int connection;
	bool writes;
	uint32_t done, total; /* bytes */
};

static struct wait waits[WAITS];
static int count;
static uint8_t piece[PIECE];

void wait_add(const struct message *m, bool writes)
{
	int total = k_lease_size(m->token, BUFFER);

	if (total <= 0 || count == WAITS) {
		k_reply(m->token, total <= 0 ? total : -ENOMEM, 0);
		return;
	}
	waits[count++] = (struct wait){.token = m->token,
	                               .object = m->object,
	                               .connection = m->connection,
	                               .writes = writes,
	                               .total = (uint32_t)total};
}

/* ---- reading ------------------------------------------------------------ */

/* True: answered. */
static bool read_some(const struct wait *wait)
{
	const struct open *open = &opens[wait->object];
	bool tty = open->kind == KIND_TTY;
	uint32_t want = wait->total < PIECE ? wait->total : PIECE;
	int got = tty ? tty_read(piece, want) : host_read(piece, want);

	if (got == -EAGAIN && !(open->flags & O_NONBLOCK))
		return false;
	if (got > 0) {
		int moved =
		    k_lease_write(wait->token, BUFFER, 0, piece, (uint32_t)got);

		if (moved < 0)
			got = moved;
	}
	if (k_reply(wait->token, got, 0) < 0 || got < 0)
		return true;
	if (tty)
		tty_taken();
	else
		host_taken();
	return true;
}

/* ---- writing ------------------------------------------------------------ */

static struct uart *uart_of(int object)
{
	return opens[object].kind == KIND_TTY ? &com1 : &com2;
}

/* Bytes of a client that surely fit: a newline takes two, a frame a header. */
static uint32_t room_for(int object)
{
	uint32_t room = ring_room(&uart_of(object)->out);

	room = room < 16 ? 0 : (room - 8) / 2;
	return room < PIECE ? room : PIECE;
}

static void emit(int object, uint32_t bytes)
{
	if (opens[object].kind != KIND_TTY) {
		host_write((int)opens[object].kind - KIND_OUT + 1, piece,
		           bytes);
		return;
	}
	for (uint32_t i = 0; i < bytes; i++)
		tty_output(piece[i]);
}

/* A whole line of text or a whole status is out before we say so. */
static bool must_drain(const struct wait *wait)
{
	return opens[wait->object].kind == KIND_STATUS && !uart_drained(&com2);
}

/* True: answered. */
static bool write_some(struct wait *wait)
{
	while (wait->done < wait->total) {
		uint32_t want = wait->total - wait->done;
		uint32_t room = room_for(wait->object);
		int got;

		if (room == 0)
			return false;
		got = k_lease_read(wait->token, BUFFER, wait->done, piece,
		                   want < room ? want : room);
		if (got <= 0) {
			k_reply(wait->token,
			        wait->done > 0 ? (int)wait->done : got, 0);
			return true;
		}
		emit(wait->object, (uint32_t)got);
		wait->done += (uint32_t)got;
	}
	if (must_drain(wait))
		return false;
	k_reply(wait->token, (int)wait->done, 0);
	return true;
}

/* ---- the queue ---------------------------------------------------------- */

static bool earlier_writer(int index)
{
	for (int i = 0; i < index; i++)
		if (waits[i].writes &&
		    uart_of(waits[i].object) == uart_of(waits[index].object))
			return true;
	return false;
}

static bool go_on(int index)
{
	struct wait *wait = &waits[index];

	if (!wait->writes)
		return read_some(wait);
	return !earlier_writer(index) && write_some(wait);
}

static void leave(int index)
{
	count--;
	memmove(&waits[index], &waits[index + 1],
	        (size_t)(count - index) * sizeof(waits[0]));
}

void wait_serve(void)
{
	for (int i = 0; i < count;)
		if (go_on(i))
			leave(i);
		else
			i++;
}

void wait_unblock(int token)
{
	for (int i = 0; i < count; i++) {
		if (waits[i].token != token)
			continue;
		k_reply(token, waits[i].done > 0 ? (int)waits[i].done : -EINTR,
		        0);
		leave(i);
		return;
	}
}

bool wait_writer(const struct uart *uart)
{
	for (int i = 0; i < count; i++)
		if (waits[i].writes && uart_of(waits[i].object) == uart)
			return true;
	return false;
}
