/*
 * user/servers/console/wait.c -- clients that wait for input or for room.
 *
 * Every read and write joins the queue of what it wants (user/lib/room.h), and
 * wait_serve() lets the first in each queue go on.  There are four queues: for
 * input of the terminal and of the host line, for output to COM1 and to COM2.
 *
 * The users take turns.  A turn is one read, or one piece of a write.  So the
 * writes of one user are never mixed, as on Linux; and a long write holds up
 * another user for one piece only, where Linux lets the long write end first.
 */
#include "console.h"

#include "../../../abi/time.h"

#define PIECE     4096u /* bytes that are copied at once */
#define TTY_PIECE 512u  /* the same to the terminal, where each byte is work */

/* The clients of each line, by enum line. */
static int queues[LINES] = {NOBODY, NOBODY, NOBODY, NOBODY, NOBODY};
static uint8_t piece[PIECE];

int *room_queue(const struct wait *wait)
{
	return &queues[wait->what];
}

struct wait *wait_first(enum line line)
{
	return room_first(&queues[line]);
}

/* ---- reading ------------------------------------------------------------ */

/*
 * The clock of VTIME: which read of the terminal has the turn, how many bytes
 * it has seen, and when it has waited long enough for more, in milliseconds.
 */
static struct {
	int token;
	uint32_t seen, patience, until;
} timed;

static uint32_t now(void)
{
	uint32_t time[2] = {0}; /* struct timespec of 32 bits */

	unix_call(SYS_clock_gettime, CLOCK_MONOTONIC, unix_address(time), 0);
	return time[0] * 1000 + time[1] / 1000000;
}

/* Each byte that comes, and each change of VTIME, starts the clock again. */
static bool time_is_up(const struct wait *wait)
{
	uint32_t seen = tty_readable(), patience = tty_patience();

	if (patience == 0 || wait->token != timed.token || seen != timed.seen ||
	    patience != timed.patience) {
		timed.token = patience == 0 ? 0 : wait->token;
		timed.seen = seen;
		timed.patience = patience;
		timed.until = patience == 0 ? 0 : now() + patience;
		return false;
	}
	return (int32_t)(now() - timed.until) >= 0;
}

/* What a read of the terminal gets, copied to its client; or -errno. */
static int copy_input(const struct wait *wait)
{
	bool enough = wait->now ? tty_readable() > 0 : time_is_up(wait);
	int got = tty_read(piece, min(wait->total, PIECE), enough), moved = 0;

	if (got > 0)
		moved =
		    k_lease_write(wait->token, BUFFER, 0, piece, (uint32_t)got);
	return moved < 0 ? moved : got;
}

/*
 * True: the client has its answer.  While it waited, its group may have left
 * the foreground, or its session the terminal.
 */
static bool read_terminal(const struct wait *wait)
{
	const struct open *open = open_at((int)wait->from);
	int status = ADMITTED;

	if (open == 0)
		status = -EBADF; /* its client is dead */
	else if (tty_readable() > 0 || open_hung_up(open))
		status = session_admits(open, wait->token, false);
	if (status == ADMITTED)
		status = copy_input(wait);
	if (status == -EAGAIN)
		return false;
	if (status < 0)
		tty_kept();
	open_update(); /* poll must know before the next read can wait */
	if (k_reply(wait->token, status, 0) == 0)
		tty_taken();
	else
		tty_kept();
	return true;
}

/* True: the client has its answer. */
static bool read_some(const struct wait *wait)
{
	if (wait->at == KIND_TTY)
		return read_terminal(wait);
	return host_read(wait->token, wait->total, wait->now);
}

static void serve_readers(enum line line)
{
	struct wait *wait;

	while ((wait = wait_first(line)) != 0 && read_some(wait))
		room_leave(wait);
}

/* ---- writing ------------------------------------------------------------ */

/*
 * The number of a client's bytes that surely fit: on the terminal a newline
 * takes two bytes.
 */
static uint32_t room_for(int kind)
{
	uint32_t room = host_room(), most = PIECE;

	if (kind == KIND_TTY) {
		room = tty_stopped() ? 0 : ring_room(&com1.out);
		room = room < 32 ? 0 : (room - 16) / tty_widest();
		most = TTY_PIECE;
	}
	return min(room, most);
}

/*
 * Returns how many bytes of the piece were written.  A piece for the terminal
 * ends behind a question: its answer is typed, and may edit a long line.
 */
static uint32_t emit(int kind, uint32_t bytes)
{
	uint32_t asked = tty_asked(), done = 0;

	if (kind != KIND_TTY) {
		host_write(kind - KIND_OUT + HOST_OUTPUT, piece, bytes);
		return bytes;
	}
	while (done < bytes && tty_asked() == asked)
		tty_output(piece[done++]);
	return done;
}

/*
 * Is all of a write out?  The last byte of a status must have left the chip,
 * and so must all bytes if there are none to write: tcdrain waits for that.
 */
static bool is_out(const struct wait *wait)
{
	if (wait->done < wait->total)
		return false;
	if (wait->at == KIND_STATUS)
		return uart_drained(&com2);
	return wait->total > 0 || uart_drained(&com1);
}

/* Can the first write go on now? */
static bool can_go_on(enum line line)
{
	const struct wait *wait = wait_first(line);

	if (wait == 0)
		return false;
	return wait->done < wait->total ? room_for(wait->at) > 0 : is_out(wait);
}

/*
 * Writes one piece.  True: the client has its answer, the bytes that are
 * written or -errno.
 */
static bool write_piece(struct wait *wait)
{
	uint32_t want = wait->total - wait->done;
	uint32_t room = room_for(wait->at);
	int got = 0;

	if (want > 0)
		got = k_lease_read(wait->token, BUFFER, wait->done, piece,
		                   min(want, room));
	if (got > 0) {
		wait->done += emit(wait->at, (uint32_t)got);
		if (!is_out(wait))
			return false;
	}
	k_reply(wait->token, wait->done > 0 ? (int)wait->done : got, 0);
	return true;
}

/* A status that is not out yet keeps its turn: no write may come behind it. */
static void serve_writer(enum line line)
{
	struct wait *wait = wait_first(line);
	bool answered;

	if (!can_go_on(line)) {
		if (wait != 0 && wait->now && wait->at == KIND_TTY)
			room_answer(wait,
			            wait->done > 0 ? (int)wait->done : -EAGAIN);
		return;
	}
	answered = write_piece(wait);
	if (answered)
		room_leave(wait);
	else if (wait->done < wait->total)
		room_turn(&queues[line]);
}

/* ---- all of them -------------------------------------------------------- */

static enum line line_of(enum kind kind, bool writes)
{
	if (kind == KIND_TTY)
		return writes ? TTY_WRITERS : TTY_READERS;
	return writes ? HOST_WRITERS : HOST_READERS;
}

void wait_add(const struct message *m, bool writes)
{
	const struct open *open = open_at(m->object);
	int total = buffer_bytes(m), status = ADMITTED;
	struct wait wait = room_client(m);

	if (total <= 0)
		status = total;
	else if (open->kind == KIND_TTY)
		status = session_admits(open, m->token, writes);
	if (status != ADMITTED) {
		k_reply(m->token, status, 0);
		return;
	}
	wait.what = line_of(open->kind, writes);
	wait.at = open->kind;
	wait.from = (uint32_t)m->object;
	wait.now = open->flags & O_NONBLOCK;
	wait.total = (uint32_t)total;
	if (!writes && wait.now && open->kind == KIND_TTY) {
		serve_readers(TTY_READERS);
		if (!read_some(&wait))
			k_reply(m->token, -EAGAIN, 0);
		return;
	}
	room_join(&wait);
}

void wait_drain(const struct message *m)
{
	struct wait wait = room_client(m);

	wait.what = TTY_WRITERS;
	wait.at = KIND_TTY;
	room_join(&wait);
}

/* What is written may ask where the cursor is: the answer is input. */
void wait_serve(void)
{
	serve_writer(TTY_WRITERS);
	serve_writer(HOST_WRITERS);
	serve_readers(TTY_READERS);
	serve_readers(HOST_READERS);
}

int wait_first_event(struct message *m)
{
	const struct wait *reader = wait_first(TTY_READERS);
	int32_t left;

	if (can_go_on(TTY_WRITERS) || can_go_on(HOST_WRITERS))
		return k_poll(m);
	if (reader == 0 || reader->token != timed.token)
		return k_receive(m);
	left = (int32_t)(timed.until - now());
	if (left <= 0)
		return k_poll(m);
	k_alarm((uint32_t)left * 1000);
	return k_receive(m);
}

void wait_unblock(int token)
{
	struct wait *wait = room_find(token);

	if (wait != 0)
		room_answer(wait, room_interrupted(wait));
}

bool wait_reader(void)
{
	const struct wait *wait = wait_first(HOST_READERS);

	return wait != 0 && k_lease_size(wait->token, BUFFER) >= 0;
}
