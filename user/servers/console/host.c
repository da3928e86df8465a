/*
 * user/servers/console/host.c -- the host line: COM2, to tools/run.
 *
 * It is no terminal.  Bytes go unchanged, in frames, so that input, output,
 * error, exit status and questions stay apart on one line.
 *
 *	| channel | n, 3 bytes, low first | n bytes |
 *
 *	from us  1 output     2 error
 *	         3 exit status, as wait4 gives it, and the pid, 4 bytes each
 *	         4 READY: the line is open; no bytes
 *	         5 ASK: an ioctl of a terminal (ask.c)
 *	         8 WANT: a read wants n bytes; n = 0: it wants none any more
 *	         9 WANT_NOW: the same, of those that are there already
 *	to us    0 input: what the read gets; n = 0: the end, for this read
 *	         1 ANSWER to an ASK
 *	         8 REFUSED: the read gets errno n
 *	         9 TAKEN: n bytes of output have left the window
 *	         10 TERMINALS: bit i of n: descriptor i of tools/run is one
 *
 * Channels from 8 on have no bytes: n says everything.  Bit 7 of a channel
 * says that the bytes do not follow on the line but are in the window
 * (window.c):
 *
 *	0            WINDOW_OUT                                 WINDOW_BYTES
 *	| output, error: a ring | input: what one WANT was given |
 *
 * READY with bit 7 says that the console has the window.  Then all output goes
 * through the window, in order, and so does all input.  Without it everything
 * goes over the line, which is slow but works with any QEMU.
 *
 * tools/run reads input only when a client here reads, and no more than that
 * read asks for: one WANT is out at a time, and it has one answer.  If the
 * client has gone when the answer comes, the next reader gets it.  Output is
 * bounded by the ring; TAKEN makes room again.
 */
#include "console.h"

#define HEADER    4
#define RESERVE   256 /* room on the line that output leaves free */
#define IN_WINDOW 0x80
#define NO_BYTES  8     /* the first of the channels without bytes */
#define SERIAL_IN 8192u /* what one WANT may ask for without a window */
#define BODY      64u   /* bytes of the longest ANSWER */

enum { IN_INPUT, IN_ANSWER, IN_REFUSED = NO_BYTES, IN_TAKEN, IN_TERMINALS };

static uint8_t *window;             /* 0: there is none */
static uint32_t out_put, out_taken; /* bytes of output since the start */

/* ---- what arrives ------------------------------------------------------- */

static uint8_t serial[SERIAL_IN];
static const uint8_t *in = serial; /* where input is */
static uint32_t in_at, in_end;     /* the part of it that has arrived */

static enum {
	IDLE,      /* nothing has been asked, and nothing has come */
	ASKED,     /* a WANT is out */
	ASKED_NOW, /* a WANT_NOW is out: it is answered soon */
	WITHDRAWN, /* a WANT and one of no bytes are: they are answered soon */
	ARRIVED,   /* in_at..in_end has come; nothing: the input has ended */
	REFUSED    /* `refusal` is the answer */
} state;
static int refusal;

static uint8_t header[HEADER];
static uint32_t header_used; /* bytes of the header that have come */
static uint32_t body;        /* bytes of the frame that are still to come */
static uint32_t stored;      /* bytes of the frame, in `serial` or `answer` */
static uint8_t answer[BODY];

static void order(uint8_t channel, uint32_t n)
{
	if (channel == IN_TAKEN) {
		out_taken += n;
	} else if (channel == IN_TERMINALS) {
		ask_terminals(n);
	} else if (channel == IN_REFUSED) {
		state = REFUSED;
		refusal = (int)n;
	}
}

/* The whole frame has come. */
static void arrived(uint8_t channel, uint32_t n)
{
	if (channel == IN_INPUT) {
		state = ARRIVED;
		in_at = 0;
		in_end = n;
	} else if (channel == IN_ANSWER) {
		ask_answered(answer, n);
	}
}

static void header_complete(void)
{
	uint8_t channel = header[0] & (uint8_t)~IN_WINDOW;
	uint32_t n =
	    header[1] | (uint32_t)header[2] << 8 | (uint32_t)header[3] << 16;

	if (channel >= NO_BYTES) {
		order(channel, n);
	} else if (n == 0 || (header[0] & IN_WINDOW)) {
		arrived(channel, n);
	} else {
		body = n;
		stored = 0;
	}
}

static void receive(uint8_t c)
{
	if (body > 0) {
		body--;
		if (header[0] == IN_INPUT && stored < SERIAL_IN)
			serial[stored++] = c;
		else if (header[0] == IN_ANSWER && stored < BODY)
			answer[stored++] = c;
		if (body == 0)
			arrived(header[0], stored);
		return;
	}
	header[header_used++] = c;
	if (header_used < HEADER)
		return;
	header_used = 0;
	header_complete();
}

/* There is always room: everything that comes was asked for. */
static bool room(void)
{
	return true;
}

/* ---- input -------------------------------------------------------------- */

static void frame(int channel, uint32_t n)
{
	ring_put(&com2.out, (uint8_t)channel);
	for (int i = 0; i < 3; i++)
		ring_put(&com2.out, (uint8_t)(n >> 8 * i));
}

static void want(uint32_t size, bool now)
{
	uint32_t most = window ? WINDOW_BYTES - WINDOW_OUT : SERIAL_IN;

	if (ring_room(&com2.out) < HEADER)
		return;
	frame(now ? HOST_WANT_NOW : HOST_WANT, min(size, most));
	state = now ? ASKED_NOW : ASKED;
}

/*
 * Copies what has arrived to the client.  Returns the number of bytes, or
 * -errno if none could be copied.
 */
static int give_arrived(int token, uint32_t size)
{
	/* A lease cannot be copied from device memory. */
	static uint8_t piece[4096];
	uint32_t done = 0;

	size = min(size, in_end - in_at);
	while (done < size) {
		uint32_t bytes = min(size - done, sizeof(piece));
		int moved;

		memcpy(piece, in + in_at + done, bytes);
		moved = k_lease_write(token, BUFFER, done, piece, bytes);
		if (moved <= 0)
			return done > 0 ? (int)done : moved;
		done += (uint32_t)moved;
	}
	return (int)done;
}

static bool give_input(int token, uint32_t size)
{
	int got = give_arrived(token, size);

	if (k_reply(token, got, 0) < 0 || got < 0)
		return true;
	in_at += (uint32_t)got;
	if (in_at == in_end)
		state = IDLE;
	return true;
}

/* False: the refusal was meant for a client that has gone, not for this one. */
static bool give_refusal(int token, bool now)
{
	state = IDLE;
	if (refusal == EINTR || (refusal == EAGAIN && !now))
		return false;
	k_reply(token, -refusal, 0);
	return true;
}

bool host_read(int token, uint32_t size, bool now)
{
	int leased;

	if (state == ARRIVED)
		return give_input(token, size);
	if (state == REFUSED && give_refusal(token, now))
		return true;
	if (state == ASKED && now) { /* another client waits for input */
		k_reply(token, -EAGAIN, 0);
		return true;
	}
	if (state != IDLE)
		return false;
	leased = k_lease_size(token, BUFFER);
	if (leased < 0) /* the client was killed, or its buffers have changed */
		k_reply(token, leased, 0);
	else
		want(size, now);
	return leased < 0;
}

uint32_t host_readable(void)
{
	return state == ARRIVED ? in_end - in_at : 0;
}

void host_pump(bool reader)
{
	if (!reader && state == REFUSED)
		state = IDLE;
	if (!reader && state == ASKED && ring_room(&com2.out) >= HEADER) {
		frame(HOST_WANT, 0);
		state = WITHDRAWN;
	}
	uart_pump(&com2);
}

/* ---- output ------------------------------------------------------------- */

uint32_t host_room(void)
{
	uint32_t line = ring_room(&com2.out);

	if (line <= RESERVE)
		return 0;
	if (window == 0)
		return line - RESERVE;
	return min(WINDOW_OUT - (out_put - out_taken), WINDOW_OUT);
}

static void put_in_window(const uint8_t *from, uint32_t bytes)
{
	uint32_t at = out_put % WINDOW_OUT;
	uint32_t first = min(WINDOW_OUT - at, bytes);

	memcpy(window + at, from, first);
	memcpy(window, from + first, bytes - first);
	out_put += bytes;
}

void host_write(int channel, const uint8_t *from, uint32_t bytes)
{
	bool apart = window != 0 && channel <= HOST_ERROR;

	frame(apart ? channel | IN_WINDOW : channel, bytes);
	if (apart)
		put_in_window(from, bytes);
	for (uint32_t i = 0; i < bytes && !apart; i++)
		ring_put(&com2.out, from[i]);
}

/* ---- the start ---------------------------------------------------------- */

struct uart com2;

void host_start(void)
{
	com2.port = 0x2F8;
	com2.line = 3;
	com2.room = room;
	com2.receive = receive;
	uart_start(&com2);
	if (!com2.present) {
		ask_terminals(0);
		return;
	}
	window = window_find();
	if (window != 0)
		in = window + WINDOW_OUT;
	frame(window ? HOST_READY | IN_WINDOW : HOST_READY, 0);
}
