/*
 * user/servers/console/console.h -- the parts of the console, and how bytes go.
 *
 *	keyboard.c --+                          +--> ansi.c --> vga.c
 *	             +--> tty.c <--> clients ---+
 *	uart.c COM1 -+                          +--> uart.c COM1
 *
 *	uart.c COM2 <--> host.c <--> clients       (the host line of tools/run)
 *	      window.c <--+  +--> ask.c
 *
 * wait.c keeps the clients that wait, open.c what they have open, and stat.c
 * says what that looks like.  settings.c has the terminal's settings and its
 * ioctls, session.c whose terminal it is.  main.c is the loop.  The server
 * sleeps in receive() and nowhere else: a client that cannot go on waits in
 * wait.c for its turn.
 *
 * Every table has a bound.  There is one place to wait for each process
 * (user/lib/room.h).  The kernel bounds the number of connections and so the
 * number of open objects (open.c).  Bytes that are typed, sent and received are
 * in rings of a fixed size; when a ring is full, the other end has to wait
 * (tty.c, host.c, uart.c).  A client that dies leaves nothing behind that fills
 * a table.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "../../lib/room.h"
#include "../../lib/string.h"

/* ---- ring: a queue of bytes --------------------------------------------- */

#define RING 16384u /* a power of two */

struct ring {
	uint32_t in, out; /* bytes put and taken since the start */
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

/* The number of bytes that can be taken in one piece, from `out` on. */
static inline uint32_t ring_piece(const struct ring *ring)
{
	return min(ring_used(ring), RING - ring->out % RING);
}

/* ---- uart.c: the serial lines ------------------------------------------- */

struct uart {
	uint16_t port;
	int line; /* the number of its interrupt */
	bool present;
	uint8_t enabled;    /* the value of the interrupt enable register */
	struct ring out;    /* bytes that are to be sent */
	bool (*room)(void); /* can its owner take another byte? */
	void (*receive)(uint8_t c); /* gives its owner a byte */
};

extern struct uart com1, com2;

void uart_start(struct uart *uart); /* probes it; sets 115200 8N1, FIFO on */
void uart_interrupt(struct uart *uart);
/*
 * Sends a part of the bytes in the ring, without waiting long.  Sets the
 * interrupts so that the server hears of room for the rest, and of input while
 * its owner has room for it.
 */
void uart_pump(struct uart *uart);
/*
 * Has the last byte left the chip?  It waits a while for that byte, because
 * the machine may be switched off next.
 */
bool uart_drained(const struct uart *uart);

/* ---- vga.c: the screen -------------------------------------------------- */

#define COLUMNS 80
#define ROWS    25
#define CELLS   (COLUMNS * ROWS)
#define PLAIN   0x0700 /* the colours of a cell: light grey on black */

void vga_start(void);
void vga_show(void); /* copies what has changed to the screen */
/* Shows the cursor in this cell; CELLS: nowhere. */
void vga_cursor(int at);
/* Looks at rows that have left the screen; below 0: at later ones again. */
void vga_look_back(int rows);

void cells_put(int at, uint16_t cell);
void cells_clear(int from, int to, uint16_t colours);
void cells_move(int to, int from, int count);
void cells_keep(int rows); /* the first rows are about to leave the screen */

/* ---- ansi.c: what output does to the screen ----------------------------- */

void ansi_put(uint8_t c);
int ansi_row(void); /* where the cursor is, from 1 on */
int ansi_column(void);

/* ---- keyboard.c --------------------------------------------------------- */

void keyboard_start(void);
void keyboard_interrupt(void); /* calls tty_input() for each byte typed */

/* ---- tty.c: the line discipline ----------------------------------------- */

void tty_start(void);
bool tty_room(void); /* can it take another byte of input? */
void tty_input(uint8_t c);
void tty_output(uint8_t c); /* writes to screen and COM1, after OPOST */
uint32_t tty_widest(void);  /* the bytes that one byte of output can become */
uint32_t tty_asked(void);   /* how often output has asked for the place */
bool tty_stopped(void);     /* output waits for ^Q */
/*
 * Copies what a read of `size` bytes gets now; if it has waited long enough,
 * whatever there is.  Returns the number of bytes, or -EAGAIN: the read has to
 * wait.  From now on tty_readable() says what is behind them.
 */
int tty_read(uint8_t *to, uint32_t size, bool enough);
/* How long a read may wait for a byte, in milliseconds; 0: without end. */
uint32_t tty_patience(void);
void tty_taken(void); /* takes what tty_read() copied out of the input */
void tty_kept(void);  /* or leaves it there */
uint32_t tty_readable(void);

/* ---- settings.c --------------------------------------------------------- */

int tty_ioctl(const struct message *m);

/* ---- session.c: whose terminal it is ------------------------------------ */

struct open;

bool session_has(const struct message *m); /* is it the client's? */
bool session_free(void);                   /* has no session it? */
void session_take(const struct message *m);
uint32_t session_turn(void); /* how many sessions have lost it */
/* Sends the signal to the group in the foreground. */
void session_signal(int signal);
/*
 * The client does what is the foreground's.  0: it may go on.  -EINTR: its
 * group was sent the signal, and its call begins again.  -EIO: it may not.
 */
int session_background(int token, int signal);
#define ADMITTED 1
/* May a read or write of the terminal go on?  ADMITTED, or its answer. */
int session_admits(const struct open *open, int token, bool writes);
int session_ioctl(const struct message *m);

/* ---- host.c: the host line ---------------------------------------------- */

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
 * Serves a read of `size` bytes.  True: the client has its answer.  False: it
 * has to wait, and tools/run has been asked or will be asked.  `now`:
 * O_NONBLOCK.
 */
bool host_read(int token, uint32_t size, bool now);
uint32_t host_readable(void);
/* The number of bytes that host_write() can take now, as one frame. */
uint32_t host_room(void);
void host_write(int channel, const uint8_t *from, uint32_t bytes);
/*
 * Sends what it can.  Without a `reader` that waits, it withdraws the WANT
 * that is out.
 */
void host_pump(bool reader);

/* ---- window.c: memory that is shared with tools/run --------------------- */

#define WINDOW_BYTES (1u << 20)
#define WINDOW_OUT   (1u << 18) /* of output, at the start; a power of two */
#define WINDOW_MAGIC "tessera: host line 1"

uint8_t *window_find(void); /* where it is mapped; 0: there is none */

/* ---- ask.c: terminals of the host --------------------------------------- */

/* An ioctl of standard input, output or error.  It replies, now or later. */
void ask_ioctl(const struct message *m);
void ask_serve(void);
void ask_unblock(int token);
void ask_terminals(uint32_t bits);
void ask_answered(const uint8_t *answer, uint32_t bytes);

/* ---- open.c: what clients have open ------------------------------------- */

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
	int device;     /* the name by which it was opened: enum device */
	int flags;      /* of open(2); F_SETFL changes some */
	int connection; /* for its readiness word */
	uint32_t turn;  /* of the session when it was opened */
};

bool open_start(void);
struct open *open_at(int object); /* 0: no such object; object 0 is the root */
void open_call(const struct message *m); /* open and openat; it replies */
void open_close(int object);
void open_update(void); /* tells the kernel which readiness has changed */
/* Has the session lost the terminal that had it then? */
bool open_hung_up(const struct open *open);
void open_hang_up(void); /* ... and it has just lost it */

/* ---- wait.c: clients that wait for input or for room -------------------- */

/* What they wait for; the last ones, to ask tools/run (ask.c). */
enum line {
	TTY_READERS,
	HOST_READERS,
	TTY_WRITERS,
	HOST_WRITERS,
	ASKERS,
	LINES
};

/* The client whose turn it is, or 0. */
struct wait *wait_first(enum line line);

/* A read or write of an open object joins its queue, or has its answer. */
void wait_add(const struct message *m, bool writes);
/* The client of tcdrain waits until COM1 has sent all. */
void wait_drain(const struct message *m);
/* Answers all reads that can be, and moves one piece of a write a line. */
void wait_serve(void);
/*
 * Receives an event: it waits for one, unless a write can go on at once, and no
 * longer than any client may.  0, -EAGAIN: there is none; -errno.
 */
int wait_first_event(struct message *m);
/* Does a living client wait for input of the host line? */
bool wait_reader(void);
/*
 * The client of `token` wants an answer soon: the bytes written so far, or
 * -EINTR.
 */
void wait_unblock(int token);

/* ---- stat.c ------------------------------------------------------------- */

int stat_call(const struct message *m);
int statat_call(const struct message *m);
int statx_call(const struct message *m);

#endif
