/*
 * user/servers/console/console.h -- the parts of the console, and how bytes go.
 *
 *	keyboard.c --+                          +--> vga.c
 *	             +--> tty.c <--> clients ---+
 *	uart.c COM1 -+                          +--> uart.c COM1
 *
 *	uart.c COM2 <--> host.c <--> clients       (the host line of tools/run)
 *	      window.c <--+  +--> ask.c
 *
 * wait.c keeps the clients that wait, open.c what they have open, stat.c says
 * what that looks like, and main.c is the loop.  The server sleeps in receive()
 * and nowhere else: a client that cannot go on waits in wait.c for its turn.
 *
 * Every table has its bound.  Clients that wait: one place for each process
 * (wait.c).  What is open: the kernel's connections (open.c).  Bytes typed,
 * sent and received: rings of a fixed size, of which a full one makes the other
 * end wait (tty.c, host.c, uart.c).  None is filled by what a client has left.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "../../lib/server.h"
#include "../../lib/string.h"

/* ---- ring: a queue of bytes ------------------------------------------- */

#define RING 16384u /* a power of two */

struct ring {
	uint32_t in, out; /* bytes ever put and taken; in - out are there */
	uint8_t bytes[RING];
};

static inline uint32_t ring_used(const struct ring *ring)
{
	return ring->in - ring->out;
}

static inline uint32_t ring_room(const struct ring *ring)
{
	return RING - ring_used(ring);
}

static inline void ring_put(struct ring *ring, uint8_t byte)
{
	ring->bytes[ring->in++ % RING] = byte;
}

/* The bytes that can be taken in one piece from `out`. */
static inline uint32_t ring_piece(const struct ring *ring)
{
	uint32_t to_end = RING - ring->out % RING;

	return ring_used(ring) < to_end ? ring_used(ring) : to_end;
}

/* ---- uart.c: the serial lines ----------------------------------------- */

struct uart {
	uint16_t port;
	int line; /* its interrupt */
	bool present;
	uint8_t enabled;    /* what the interrupt enable register says */
	struct ring out;    /* waits to be sent */
	bool (*room)(void); /* may another byte be received? */
	void (*receive)(uint8_t c); /* one has been */
};

extern struct uart com1, com2;

void uart_start(struct uart *uart); /* probes; sets 115200 8N1, FIFO on */
void uart_interrupt(struct uart *uart);
/*
 * Sends a piece of what waits, without waiting long; sets the interrupts so
 * that we hear of room for the rest, and of input that we can hold.
 */
void uart_pump(struct uart *uart);
/* Has all left the chip?  Waits for its last byte: before the machine ends. */
bool uart_drained(const struct uart *uart);

/* ---- vga.c: the screen ------------------------------------------------ */

void vga_start(void);
void vga_put(uint8_t c); /* understands the common ANSI sequences */
void vga_show(void);     /* the screen and its cursor, as they are now */

/* ---- keyboard.c ------------------------------------------------------- */

void keyboard_start(void);
void keyboard_interrupt(void); /* calls tty_input() for each byte typed */

/* ---- tty.c: the line discipline --------------------------------------- */

void tty_start(void);
bool tty_room(void); /* can it take another byte of input? */
void tty_input(uint8_t c);
void tty_output(uint8_t c); /* to screen and COM1, after OPOST */
/* What a read of `size` bytes gets now: bytes copied, or -EAGAIN: it waits. */
int tty_read(uint8_t *to, uint32_t size);
void tty_taken(void); /* what tty_read() copied last has reached its reader */
uint32_t tty_readable(void);
int tty_ioctl(const struct message *m);

/* ---- host.c: the host line -------------------------------------------- */

enum {
	HOST_OUTPUT = 1,
	HOST_ERROR,
	HOST_STATUS,
	HOST_READY,
	HOST_ASK,
	HOST_WANT = 8,
	HOST_WANT_NOW
};

void host_start(void);
/*
 * Serves a client's read of `size` bytes: true, it has its answer; false, it
 * waits, and tools/run has been or will be asked.  `now`: O_NONBLOCK.
 */
bool host_read(int token, uint32_t size, bool now);
uint32_t host_readable(void);
/* How many bytes host_write() takes now, as one frame. */
uint32_t host_room(void);
void host_write(int channel, const uint8_t *from, uint32_t bytes);
/* Sends what it can.  Unless a `reader` waits, nothing is wanted any more. */
void host_pump(bool reader);

/* ---- window.c: memory that tools/run and we share ---------------------- */

#define WINDOW_BYTES (1u << 20)
#define WINDOW_OUT   (1u << 18) /* its first part is output's, a power of two */
#define WINDOW_MAGIC "tessera: host line 1"

uint8_t *window_find(void); /* mapped; 0: there is none */

/* ---- ask.c: terminals of the host --------------------------------------- */

/* An ioctl of standard input, output or error: replies, now or later. */
void ask_ioctl(const struct message *m);
void ask_serve(void);
void ask_unblock(int token);
void ask_terminals(uint32_t bits);
void ask_answered(const uint8_t *answer, uint32_t bytes);

/* ---- open.c: what clients have open ----------------------------------- */

enum kind {
	KIND_ROOT,
	KIND_TTY,
	KIND_IN,
	KIND_OUT,
	KIND_ERR,
	KIND_STATUS,
	KINDS
};

struct open {
	struct object object;
	enum kind kind;
	int device;     /* by which name: user/lib/devices.h */
	int flags;      /* of open(2); F_SETFL changes some */
	int connection; /* for its readiness word */
};

bool open_start(void);
struct open *open_at(int object); /* 0: no such object; object 0 is the root */
void open_call(const struct message *m); /* open, openat: replies */
void open_close(int object);
void open_update(void); /* readiness words that have changed */

/* ---- wait.c: clients that wait for input or for room ------------------- */

/* A read or write of an open object joins the queue. */
void wait_add(const struct message *m, bool writes);
/* Those that read get what is there; on each line a piece of one write goes. */
void wait_serve(void);
/* Could a write go on at once? */
bool wait_more(void);
/* Does a reader that lives wait for the host? */
bool wait_reader(void);
/* The client of `token` wants an answer soon: what is done, or -EINTR. */
void wait_unblock(int token);

/* ---- stat.c ------------------------------------------------------------ */

int stat_call(const struct message *m);
int statat_call(const struct message *m);
int statx_call(const struct message *m);

#endif
