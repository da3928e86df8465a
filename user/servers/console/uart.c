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

/* Registers, by offset, with the names of the 16550 data sheet. */
#define RBR      0 /* receiver buffer, when it is read */
#define THR      0 /* transmitter holding, when it is written */
#define DLL      0 /* divisor latch, while LCR_DLAB is set */
#define DLM      1
#define IER      1    /* interrupt enable */
#define IER_RDA  0x01 /* received data available */
#define IER_THRE 0x02 /* transmitter holding register empty */
#define IIR      2    /* interrupt identification, when it is read */
#define IIR_NONE 0x01
#define FCR      2    /* FIFO control, when it is written */
#define FCR_ON   0xC7 /* empties both; 14 bytes of input interrupt */
#define LCR      3    /* line control */
#define LCR_8N1  0x03
#define LCR_DLAB 0x80
#define MCR      4    /* modem control */
#define MCR_ON   0x0B /* DTR, RTS, OUT2: interrupts reach the PIC */
#define LSR      5    /* line status */
#define LSR_DR   0x01 /* data ready */
#define LSR_THRE 0x20
#define LSR_TEMT 0x40 /* the shift register is empty, too */
#define MSR      6    /* modem status */
#define SCR      7    /* scratch */

#define FIFO_BYTES     16
#define SEND_MAX       4096 /* bytes of one turn: other clients wait meanwhile */
#define INPUT_PATIENCE 30   /* reads of the status: input comes in bursts */
#define PATIENCE       200  /* reads of a busy status before the rest is left */
#define LAST_PATIENCE  1000000 /* reads before the last byte is given up */

static bool probe(uint16_t port)
{
	out8(port + SCR, 0x5A);
	if (in8(port + SCR) != 0x5A)
		return false;
	out8(port + SCR, 0xA5);
	return in8(port + SCR) == 0xA5;
}

void uart_start(struct uart *uart)
{
	uint16_t port = uart->port;

	if (k_ports(port, port + 7) < 0 || !probe(port))
		return;
	uart->present = true;
	out8(port + IER, 0);
	out8(port + LCR, LCR_DLAB);
	out8(port + DLL, 1); /* 115200 */
	out8(port + DLM, 0);
	out8(port + LCR, LCR_8N1);
	out8(port + FCR, FCR_ON);
	out8(port + MCR, MCR_ON);
	k_interrupt(uart->line, 1);
}

static void enable(struct uart *uart, uint8_t interrupts)
{
	if (uart->enabled == interrupts)
		return;
	uart->enabled = interrupts;
	out8(uart->port + IER, interrupts);
}

static void take_input(struct uart *uart)
{
	int looks = 0;

	while (uart->room() && looks++ < INPUT_PATIENCE) {
		if (!(in8(uart->port + LSR) & LSR_DR))
			continue;
		uart->receive(in8(uart->port + RBR));
		looks = 0;
	}
	if (!uart->room())
		enable(uart, uart->enabled & ~IER_RDA);
}

/*
 * The interrupt line is edge-triggered at the PIC: it must go low once, or no
 * other interrupt comes.  So this goes on until the chip has no reason left.
 */
void uart_interrupt(struct uart *uart)
{
	if (!uart->present)
		return;
	while (!(in8(uart->port + IIR) & IIR_NONE)) {
		take_input(uart);
		in8(uart->port + MSR);
	}
}

static bool wait_empty(const struct uart *uart)
{
	for (int looks = 0; looks < PATIENCE; looks++)
		if (in8(uart->port + LSR) & LSR_THRE)
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
		out8_many(uart->port + THR, out->bytes + out->out % RING,
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
		interrupts |= IER_THRE;
	if (uart->room())
		interrupts |= IER_RDA;
	enable(uart, interrupts);
}

bool uart_drained(const struct uart *uart)
{
	if (!uart->present)
		return true;
	if (ring_used(&uart->out) > 0)
		return false; /* the transmitter-empty interrupt comes again */
	for (int looks = 0; looks < LAST_PATIENCE; looks++)
		if (in8(uart->port + LSR) & LSR_TEMT)
			break;
	return true;
}
