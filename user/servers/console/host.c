/*
 * user/servers/console/host.c -- the host line: COM2, to tools/run.
 *
 * Not a terminal: bytes go unchanged, in frames, so that input, output, error
 * and exit status keep apart on one line.
 *
 *	| channel | 0 | length, 2 bytes, low first | length bytes |
 *
 *	to us    0 standard input; length 0: it has ended
 *	from us  1 output   2 error   3 exit status, as wait4 gives it, and the
 *	         pid, 4 bytes each   4 the line is open
 *
 * Nothing is lost: we take bytes from the chip only while `input` has room.
 * After the end of input every read answers 0.
 */
#include "console.h"

#define HEADER        4
#define CHANNEL_READY 4

static struct ring input;
static uint32_t taking; /* what host_read() has shown to a reader */
static bool ended;

static uint8_t header[HEADER];
static uint32_t header_used; /* bytes of the header we have */
static uint32_t body;        /* bytes of the frame that are still to come */

static bool room(void)
{
	return ring_room(&input) > 0;
}

static void receive(uint8_t c)
{
	if (body > 0) {
		body--;
		if (!ended && header[0] == 0)
			ring_put(&input, c);
		return;
	}
	header[header_used++] = c;
	if (header_used < HEADER)
		return;
	header_used = 0;
	body = header[2] | (uint32_t)header[3] << 8;
	if (body == 0 && header[0] == 0)
		ended = true;
}

struct uart com2;

uint32_t host_readable(void)
{
	return ring_used(&input);
}

int host_read(uint8_t *to, uint32_t size)
{
	uint32_t piece = ring_piece(&input);

	taking = 0;
	if (piece == 0)
		return ended ? 0 : -EAGAIN;
	taking = piece < size ? piece : size;
	memcpy(to, input.bytes + input.out % RING, taking);
	return (int)taking;
}

void host_taken(void)
{
	input.out += taking;
	taking = 0;
}

void host_write(int channel, const uint8_t *from, uint32_t bytes)
{
	uint8_t head[HEADER] = {(uint8_t)channel, 0, (uint8_t)bytes,
	                        (uint8_t)(bytes >> 8)};

	for (uint32_t i = 0; i < HEADER; i++)
		ring_put(&com2.out, head[i]);
	for (uint32_t i = 0; i < bytes; i++)
		ring_put(&com2.out, from[i]);
}

void host_start(void)
{
	com2.port = 0x2F8;
	com2.line = 3;
	com2.room = room;
	com2.receive = receive;
	uart_start(&com2);
	host_write(CHANNEL_READY, 0, 0);
}
