/*
 * user/servers/console/settings.c -- the terminal's settings and its ioctls.
 *
 * What was written is on the screen when its write is answered.  So TCSETSW
 * has no output to wait for, and is TCSETS.  tcdrain (TCSBRK) waits for COM1
 * (wait.c).
 *
 * A change from the background first signals its group, as reads do
 * (session.c).
 */
#include "termios.h"

#define B115200_CS8_CREAD 0x10B2u
#define CBAUD             0x100Fu /* c_cflag: the bits of a speed's code */
#define CBAUDEX           0x1000u /* this bit of a code adds 15 */
#define BOTHER            0x1000u /* this code: the speed is in c_ospeed */
#define IBSHIFT           16      /* input's code; if it is 0: as output */

enum { TCOOFF, TCOON, TCIOFF, TCION };          /* TCXONC */
enum { FLUSH_INPUT, FLUSH_OUTPUT, FLUSH_BOTH }; /* TCFLSH */

struct termios settings = {
    .c_iflag = ICRNL | IXON,
    .c_oflag = OPOST | ONLCR,
    .c_cflag = B115200_CS8_CREAD,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    .c_cc = {[VINTR] = 3,
             [VQUIT] = 28,
             [VERASE] = 127,
             [VKILL] = 21,
             [VEOF] = 4,
             [VMIN] = 1,
             [VSTART] = 17,
             [VSTOP] = 19,
             [VSUSP] = 26,
             [VREPRINT] = 18,
             [VWERASE] = 23,
             [VLNEXT] = 22},
};

/* In bits a second, for TCGETS2. */
static uint32_t speed_in = 115200, speed_out = 115200;

static struct winsize size = {ROWS, COLUMNS, 0, 0};

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

/* ---- setting ------------------------------------------------------------ */

/* TCSETS and its variants: they set `bytes` bytes of a struct termios2. */
static int set(const struct message *m, uint32_t bytes, bool flush)
{
	struct termios2 wanted = {settings, speed_in, speed_out};
	bool canonical = local(ICANON);
	int moved = k_lease_read(m->token, ARGUMENT, 0, &wanted, bytes);

	if (moved < 0)
		return moved;
	settings = wanted.common;
	set_speeds(&wanted);
	if (flush)
		tty_flush();
	if (local(ICANON) != canonical)
		tty_canonical(!canonical);
	if (!(settings.c_iflag & IXON))
		tty_stop(false);
	return 0;
}

static int set_size(const struct message *m)
{
	struct winsize wanted;
	int moved =
	    k_lease_read(m->token, ARGUMENT, 0, &wanted, sizeof(wanted));

	if (moved < 0)
		return moved;
	if (memcmp(&wanted, &size, sizeof(size)) == 0)
		return 0;
	size = wanted;
	session_signal(SIGWINCH);
	return 0;
}

static int flush(uint32_t which)
{
	if (which > FLUSH_BOTH)
		return -EINVAL;
	if (which != FLUSH_OUTPUT)
		tty_flush();
	return 0;
}

/* TCXONC; TCIOFF and TCION send a character to the other end. */
static int flow(uint32_t how)
{
	if (how > TCION)
		return -EINVAL;
	if (how <= TCOON)
		tty_stop(how == TCOOFF);
	else if (settings.c_cc[how == TCIOFF ? VSTOP : VSTART] != 0)
		tty_output(settings.c_cc[how == TCIOFF ? VSTOP : VSTART]);
	return 0;
}

/* ---- ioctl -------------------------------------------------------------- */

static int change(const struct message *m)
{
	switch (m->args[1]) {
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set(m, sizeof(struct termios), m->args[1] == TCSETSF);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set(m, sizeof(struct termios2), m->args[1] == TCSETSF2);
	case TCFLSH:
		return flush(m->args[2]);
	case TCXONC:
		return flow(m->args[2]);
	}
	return -ENOTTY;
}

static int tell(const struct message *m)
{
	const struct termios2 now = {settings, speed_in, speed_out};
	uint32_t count;

	switch (m->args[1]) {
	case TCGETS:
		return give(m->token, ARGUMENT, &now, sizeof(now.common));
	case TCGETS2:
		return give(m->token, ARGUMENT, &now, sizeof(now));
	case TIOCGWINSZ:
		return give(m->token, ARGUMENT, &size, sizeof(size));
	case TIOCSWINSZ:
		return set_size(m);
	case FIONREAD:
		count = tty_readable();
		return give(m->token, ARGUMENT, &count, sizeof(count));
	case TIOCOUTQ:
		count = ring_used(&com1.out);
		return give(m->token, ARGUMENT, &count, sizeof(count));
	}
	return session_ioctl(m);
}

/* Does this request change what the foreground sees? */
static bool changes(uint32_t request)
{
	switch (request) {
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
	case TCFLSH:
	case TCXONC:
	case TCSBRK:
	case TCSBRKP:
		return true;
	}
	return false;
}

int tty_ioctl(const struct message *m)
{
	uint32_t request = m->args[1];
	int status = 0;

	if (!changes(request))
		return tell(m);
	status = session_background(m->token, SIGTTOU);
	if (status < 0)
		return status;
	if (request == TCSBRK || request == TCSBRKP) {
		wait_drain(m);
		return ANSWERED;
	}
	return change(m);
}
