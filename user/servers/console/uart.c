/*
 * user/servers/console/uart.c -- the serial lines, 16550 style.
 *
 * Bytes go out from a ring in bursts of as many as the chip's FIFO holds: the
 * line status is read once for sixteen bytes.  If the chip stays busy for a
 * while, the rest is left to the transmitter-empty interrupt, so that a slow
 * line never holds up the server.  Input is taken only while its owner has
 * room.  Without room the receive interrupt is off, the FIFO fills, and the
 * other end has to wait: no byte is lost.
 *
 * A chip is present if its scratch register remembers two values.  If there is
 * none, output is dropped.
 */
#include "console.h"
#include "../../lib/port.h"

/* Registers, by offset from the port; 16550 data sheet. */
#define DATA          0
#define ENABLE        1 /* which interrupts are on */
#define ENABLE_INPUT  1
#define ENABLE_EMPTY  2
#define IDENTIFY      2 /* when it is read: the reason of an interrupt */
#define IDENTIFY_NONE 1
#define FIFO          2    /* when it is written */
#define FIFO_ON       0xC7 /* empties both; 14 bytes of input interrupt */
#define LINE          3
#define LINE_8N1      0x03
#define LINE_DIVISOR  0x80
#define MODEM         4
#define MODEM_READY   0x0B /* DTR, RTS, OUT2: interrupts reach the PIC */
#define STATUS        5
#define STATUS_INPUT  0x01
#define STATUS_EMPTY  0x20
#define STATUS_IDLE   0x40 /* the shift register is empty, too */
#define MODEM_STATUS  6
#define SCRATCH       7

#define FIFO_BYTES     16
#define SEND_MAX       4096 /* bytes of one turn: other clients wait meanwhile */
#define INPUT_PATIENCE 30   /* reads of the status: input comes in bursts */
#define PATIENCE       200  /* reads of a busy status before the rest is left */
#define LAST_PATIENCE  1000000 /* reads before the last byte is given up */

static bool probe(uint16_t port)
{
	out8(port + SCRATCH, 0x5A);
	if (in8(port + SCRATCH) != 0x5A)
		return false;
	out8(port + SCRATCH, 0xA5);
	return in8(port + SCRATCH) == 0xA5;
}

void uart_start(struct uart *uart)
{
	uint16_t port = uart->port;

	if (k_ports(port, port + 7) < 0 || !probe(port))
		return;
	uart->present = true;
	out8(port + ENABLE, 0);
	out8(port + LINE, LINE_DIVISOR);
	out8(port + DATA, 1); /* 115200 */
	out8(port + ENABLE, 0);
	out8(port + LINE, LINE_8N1);
	out8(port + FIFO, FIFO_ON);
	out8(port + MODEM, MODEM_READY);
	k_interrupt(uart->line, 1);
}

static void enable(struct uart *uart, uint8_t interrupts)
{
	if (uart->enabled == interrupts)
		return;
	uart->enabled = interrupts;
	out8(uart->port + ENABLE, interrupts);
}

static void take_input(struct uart *uart)
{
	int looks = 0;

	while (uart->room() && looks++ < INPUT_PATIENCE) {
		if (!(in8(uart->port + STATUS) & STATUS_INPUT))
			continue;
		uart->receive(in8(uart->port + DATA));
		looks = 0;
	}
	if (!uart->room())
		enable(uart, uart->enabled & ~ENABLE_INPUT);
}

/*
 * The interrupt line is edge-triggered at the PIC: it must go low once, or no
 * other interrupt comes.  So this goes on until the chip has no reason left.
 */
void uart_interrupt(struct uart *uart)
{
	if (!uart->present)
		return;
	while (!(in8(uart->port + IDENTIFY) & IDENTIFY_NONE)) {
		take_input(uart);
		in8(uart->port + MODEM_STATUS);
	}
}

static bool wait_empty(const struct uart *uart)
{
	for (int looks = 0; looks < PATIENCE; looks++)
		if (in8(uart->port + STATUS) & STATUS_EMPTY)
			return true;
	return false;
}

static void send(struct uart *uart)
{
	struct ring *out = &uart->out;
	uint32_t burst;

	for (uint32_t sent = 0; sent < SEND_MAX; sent += burst) {
		burst = min(ring_piece(out), FIFO_BYTES);
		if (burst == 0 || !wait_empty(uart))
			return;
		out8_many(uart->port + DATA, out->bytes + out->out % RING,
		          burst);
		out->out += burst;
	}
}

void uart_pump(struct uart *uart)
{
	uint8_t interrupts = 0;

	if (!uart->present) {
		uart->out.out = uart->out.in;
		return;
	}
	send(uart);
	if (ring_used(&uart->out) > 0)
		interrupts |= ENABLE_EMPTY;
	if (uart->room())
		interrupts |= ENABLE_INPUT;
	enable(uart, interrupts);
}

bool uart_drained(const struct uart *uart)
{
	if (!uart->present)
		return true;
	if (ring_used(&uart->out) > 0)
		return false; /* the transmitter-empty interrupt comes again */
	for (int looks = 0; looks < LAST_PATIENCE; looks++)
		if (in8(uart->port + STATUS) & STATUS_IDLE)
			break;
	return true;
}
