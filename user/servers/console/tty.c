/*
 * user/servers/console/tty.c -- the line discipline: POSIX's terminal.
 *
 * In canonical mode, typed bytes gather in `line`, where they can still be
 * erased; a newline or ^D moves the line to `input`.  Reads are served from
 * `input`, with one line at most.  Without ICANON bytes go to `input` at once.
 *
 *	typed --> line (edited, echoed) --> input --> read
 *
 * End of file (^D) is a mark in `input`: a read stops there, and a read that
 * finds the mark first returns 0.  A mark directly behind bytes that are read
 * is taken with them.
 *
 * Screen and COM1 are one terminal: both get the output, both give input.
 */
#include "console.h"

#define LINE_MAX 4095
#define INPUT    8192u /* a power of two, above LINE_MAX */
#define MARK     0x100

/* c_iflag, c_oflag, c_lflag; termios(3), Linux i386 values. */
#define INLCR             0000100u
#define IGNCR             0000200u
#define ICRNL             0000400u
#define OPOST             0000001u
#define ONLCR             0000004u
#define ISIG              0000001u
#define ICANON            0000002u
#define ECHO              0000010u
#define ECHOE             0000020u
#define ECHOK             0000040u
#define ECHONL            0000100u
#define ECHOCTL           0001000u
#define IEXTEN            0100000u
#define B115200_CS8_CREAD 0x10B2u
#define CBAUD             0x100Fu /* c_cflag: the bits of a speed's code */
#define CBAUDEX           0x1000u /* this bit of a code adds 15 */
#define BOTHER            0x1000u /* this code: the speed is in c_ospeed */
#define IBSHIFT           16      /* input's code; if it is 0: as output */
#define TCOFLUSH          1u
#define TCIOFLUSH         2u

enum { VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VWERASE = 14 };

static struct termios tty = {
    .c_iflag = ICRNL,
    .c_oflag = OPOST | ONLCR,
    .c_cflag = B115200_CS8_CREAD,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | IEXTEN,
    .c_cc = {[VINTR] = 3,
             [VQUIT] = 28,
             [VERASE] = 127,
             [VKILL] = 21,
             [VEOF] = 4,
             [VMIN] = 1,
             [VWERASE] = 23},
};

/* In bits a second, for TCGETS2. */
static uint32_t speed_in = 115200, speed_out = 115200;

static uint8_t line[LINE_MAX];
static uint32_t line_used;

static uint16_t input[INPUT]; /* bytes and MARKs */
static uint32_t in, out; /* bytes and MARKs put and taken since the start */
static uint32_t taking;  /* how many of them tty_read() copied last */
static uint32_t whole;   /* lines and marks in `input` */

static bool has(uint32_t flag)
{
	return (tty.c_lflag & flag) != 0;
}

bool tty_room(void)
{
	return INPUT - (in - out) > line_used + 2;
}

uint32_t tty_readable(void)
{
	return has(ICANON) && whole == 0 ? 0 : in - out;
}

/* ---- output ------------------------------------------------------------- */

static void put(uint8_t c)
{
	ansi_put(c);
	if (com1.present && ring_room(&com1.out) > 0)
		ring_put(&com1.out, c);
}

void tty_output(uint8_t c)
{
	if (c == '\n' && (tty.c_oflag & OPOST) && (tty.c_oflag & ONLCR))
		put('\r');
	put(c);
}

static bool shown_as_two(uint8_t c)
{
	return (c < ' ' || c == 127) && c != '\t' && c != '\n' && has(ECHOCTL);
}

static void echo(uint8_t c)
{
	if (!has(ECHO) && !(c == '\n' && has(ECHONL)))
		return;
	if (shown_as_two(c)) {
		tty_output('^');
		c ^= 64;
	}
	tty_output(c);
}

/* ---- input -------------------------------------------------------------- */

static void add(uint16_t c)
{
	input[in++ % INPUT] = c;
	if (c == '\n' || c == MARK)
		whole++;
}

static void hand_over(uint16_t end)
{
	for (uint32_t i = 0; i < line_used; i++)
		add(line[i]);
	line_used = 0;
	add(end);
}

static void erase(void)
{
	uint8_t c = line[--line_used];

	if (!has(ECHO) || !has(ECHOE))
		return;
	for (int i = shown_as_two(c) ? 2 : 1; i > 0; i--) {
		tty_output('\b');
		tty_output(' ');
		tty_output('\b');
	}
}

static void erase_word(void)
{
	while (line_used > 0 && line[line_used - 1] == ' ')
		erase();
	while (line_used > 0 && line[line_used - 1] != ' ')
		erase();
}

static void erase_line(void)
{
	while (line_used > 0)
		erase();
}

/* Carries out a control character of canonical mode.  False: it is none. */
static bool edit(uint8_t c)
{
	const uint8_t *cc = tty.c_cc;

	if (c == 0)
		return false;
	if (c == cc[VERASE] || c == '\b') {
		if (line_used > 0)
			erase();
	} else if (c == cc[VKILL]) {
		erase_line();
	} else if (c == cc[VWERASE] && has(IEXTEN)) {
		erase_word();
	} else if (c == cc[VEOF]) {
		hand_over(MARK);
	} else {
		return false;
	}
	return true;
}

/* ^C and ^\ drop the line.  They send no signal yet. */
static bool interrupts(uint8_t c)
{
	if (c == 0 || !has(ISIG) ||
	    (c != tty.c_cc[VINTR] && c != tty.c_cc[VQUIT]))
		return false;
	echo(c);
	tty_output('\n');
	line_used = 0;
	return true;
}

void tty_input(uint8_t c)
{
	if (c == '\r' && (tty.c_iflag & IGNCR))
		return;
	if (c == '\r' && (tty.c_iflag & ICRNL))
		c = '\n';
	else if (c == '\n' && (tty.c_iflag & INLCR))
		c = '\r';
	if (interrupts(c) || (has(ICANON) && edit(c)))
		return;
	if (has(ICANON) && c != '\n' && line_used == LINE_MAX) {
		tty_output('\a');
		return;
	}
	echo(c);
	if (!has(ICANON))
		add(c);
	else if (c == '\n')
		hand_over('\n');
	else
		line[line_used++] = c;
}

/* ---- speeds ------------------------------------------------------------- */

/* The bits a second of a code of c_cflag; `other` is the answer for BOTHER. */
static uint32_t speed(uint32_t code, uint32_t other)
{
	static const uint32_t speeds[] = {
	    0,       50,      75,      110,     134,     150,     200,
	    300,     600,     1200,    1800,    2400,    4800,    9600,
	    19200,   38400,   57600,   115200,  230400,  460800,  500000,
	    576000,  921600,  1000000, 1152000, 1500000, 2000000, 2500000,
	    3000000, 3500000, 4000000};

	if (code == BOTHER)
		return other;
	if (code & CBAUDEX)
		code = code - CBAUDEX + 15;
	return code < sizeof(speeds) / sizeof(speeds[0]) ? speeds[code] : 0;
}

static void set_speeds(const struct termios2 *wanted)
{
	uint32_t out_code = wanted->common.c_cflag & CBAUD;
	uint32_t in_code = wanted->common.c_cflag >> IBSHIFT & CBAUD;

	speed_out = speed(out_code, wanted->c_ospeed);
	speed_in = in_code == 0 ? speed_out : speed(in_code, wanted->c_ispeed);
}

/* ---- read --------------------------------------------------------------- */

/* The number of bytes that must be there before a read of `size` bytes ends. */
static uint32_t fewest(uint32_t size)
{
	uint32_t least = tty.c_cc[VMIN];

	if (has(ICANON) || (least > 0 && tty.c_cc[VTIME] > 0))
		return 1; /* VTIME begins with the first byte, and is over */
	return min(least, size);
}

int tty_read(uint8_t *to, uint32_t size)
{
	uint32_t copied = 0;

	taking = 0;
	if (tty_readable() < fewest(size))
		return -EAGAIN;
	while (copied < size && taking < in - out) {
		uint16_t c = input[(out + taking++) % INPUT];

		if (c == MARK)
			return (int)copied;
		to[copied++] = (uint8_t)c;
		if (c == '\n' && has(ICANON))
			return (int)copied;
	}
	if (taking < in - out && input[(out + taking) % INPUT] == MARK)
		taking++;
	return (int)copied;
}

void tty_taken(void)
{
	for (; taking > 0; taking--) {
		uint16_t c = input[out++ % INPUT];

		if (c == '\n' || c == MARK)
			whole--;
	}
}

/* ---- ioctl -------------------------------------------------------------- */

/* TCSETS and its variants: they set `bytes` bytes of a struct termios2. */
static int set(const struct message *m, uint32_t bytes, bool flush)
{
	struct termios2 wanted = {tty, speed_in, speed_out};
	int moved = k_lease_read(m->token, ARGUMENT, 0, &wanted, bytes);

	if (moved < 0)
		return moved;
	if (flush)
		in = out = whole = line_used = 0;
	if (has(ICANON) && !(wanted.common.c_lflag & ICANON))
		for (uint32_t i = 0; i < line_used; i++)
			add(line[i]);
	if (!(wanted.common.c_lflag & ICANON))
		line_used = 0;
	tty = wanted.common;
	set_speeds(&wanted);
	return 0;
}

static int flush(uint32_t which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH)
		in = out = whole = line_used = 0;
	return 0;
}

int tty_ioctl(const struct message *m)
{
	static const struct winsize size = {25, 80, 0, 0};
	const struct termios2 now = {tty, speed_in, speed_out};
	uint32_t count;

	switch (m->args[1]) {
	case TCGETS:
		return give(m->token, ARGUMENT, &now, sizeof(now.common));
	case TCGETS2:
		return give(m->token, ARGUMENT, &now, sizeof(now));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set(m, sizeof(struct termios), m->args[1] == TCSETSF);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set(m, sizeof(struct termios2), m->args[1] == TCSETSF2);
	case TIOCGWINSZ:
		return give(m->token, ARGUMENT, &size, sizeof(size));
	case FIONREAD:
		count = tty_readable();
		return give(m->token, ARGUMENT, &count, sizeof(count));
	case TIOCOUTQ:
		count = ring_used(&com1.out);
		return give(m->token, ARGUMENT, &count, sizeof(count));
	case TCFLSH:
		return flush(m->args[2]);
	case TCSBRK:
		return 0;
	}
	return -ENOTTY;
}

/* ---- where COM1 comes in ------------------------------------------------ */

struct uart com1;

void tty_start(void)
{
	com1.port = 0x3F8;
	com1.line = 4;
	com1.room = tty_room;
	com1.receive = tty_input;
	uart_start(&com1);
}
