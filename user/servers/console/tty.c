/*
 * user/servers/console/tty.c -- the line discipline: POSIX's terminal.
 *
 * In canonical mode, typed bytes gather in `line`, where they can still be
 * erased; a newline or ^D moves the line to `input`.  Reads are served from
 * `input`, with one line at most.  Without ICANON bytes go to `input` at once.
 *
 *	typed --> line (edited, echoed) --> input --> read
 *	  |
 *	  +--> ^C ^\ ^Z: a signal (session.c)     ^S ^Q: output stops, goes on
 *
 * In `input` the last byte of a line has END beside it.  End of file (^D) is a
 * MARK: a read stops there, and a read that finds the mark first returns 0.  A
 * mark directly behind bytes that are read is taken with them.
 *
 * Screen and COM1 are one terminal: both get the output, both give input.
 * Output that was taken is on the screen already, so there is none to be
 * flushed.  "ESC [ 6 n" asks where the cursor is.  There are two terminals that
 * could tell, so the question is not sent: the console answers it, once.
 */
#include "termios.h"

#define LINE_MAX 4095
#define INPUT    8192u /* a power of two, above LINE_MAX */
#define MARK     0x100
#define END      0x200

static uint8_t line[LINE_MAX];
static uint32_t line_used;
static uint32_t line_column; /* where its echo begins */
static bool literally;       /* ^V: the next byte is no control character */

static uint16_t input[INPUT]; /* bytes, with END or not, and MARKs */
static uint32_t in, out; /* bytes and MARKs put and taken since the start */
static uint32_t taking;  /* how many of them tty_read() copied last */
static uint32_t whole;   /* ENDs and MARKs in `input` */

static uint32_t column;    /* where output is */
static uint32_t questions; /* that were answered since the start */
static bool stopped;       /* by ^S */

bool tty_room(void)
{
	return INPUT - (in - out) > line_used + 2;
}

uint32_t tty_readable(void)
{
	uint32_t ends = 0;

	for (uint32_t i = 0; i < taking; i++)
		ends += (input[(out + i) % INPUT] & (END | MARK)) != 0;
	return local(ICANON) && whole == ends ? 0 : in - out - taking;
}

bool tty_stopped(void)
{
	return stopped;
}

void tty_stop(bool stop)
{
	stopped = stop;
}

/* ---- output ------------------------------------------------------------- */

static void type_number(int number)
{
	if (number >= 10)
		tty_input((uint8_t)('0' + number / 10));
	tty_input((uint8_t)('0' + number % 10));
}

uint32_t tty_asked(void)
{
	return questions;
}

static void answer_place(void)
{
	questions++;
	tty_input('\033');
	tty_input('[');
	type_number(ansi_row());
	tty_input(';');
	type_number(ansi_column());
	tty_input('R');
}

static void send(uint8_t c)
{
	if (com1.present && ring_room(&com1.out) > 0)
		ring_put(&com1.out, c);
}

/* Everything goes to both terminals, but for the question. */
static void put(uint8_t c)
{
	static const char question[] = "\033[6n";
	static int asked; /* how much of it has come */

	ansi_put(c);
	if (c == question[asked]) {
		asked++;
		if (question[asked] == '\0') {
			asked = 0;
			answer_place();
		}
		return;
	}
	for (int i = 0; i < asked; i++)
		send((uint8_t)question[i]);
	asked = c == question[0];
	if (!asked)
		send(c);
}

static void put_tab(uint32_t to)
{
	if ((settings.c_oflag & (OPOST | XTABS)) != (OPOST | XTABS)) {
		put('\t');
		column = to;
	}
	for (; column < to; column++)
		put(' ');
}

/* `c`, and where output is behind it. */
static void put_counted(uint8_t c)
{
	if (c == '\t') {
		put_tab((column | 7) + 1);
		return;
	}
	if (c == '\r')
		column = 0;
	else if (c == '\b')
		column -= column > 0;
	else if (c >= ' ' && c != 127 && (c & 0xC0) != 0x80)
		column++;
	put(c);
}

void tty_output(uint8_t c)
{
	uint32_t how = settings.c_oflag;

	if (!(how & OPOST)) {
		put_counted(c);
		return;
	}
	if (c == '\r' && (how & ONOCR) && column == 0)
		return;
	if (c == '\r' && (how & OCRNL))
		c = '\n';
	else if (c == '\n' && (how & ONLCR))
		put_counted('\r');
	put_counted(c);
	if (c == '\n' && (how & ONLRET))
		column = 0;
}

uint32_t tty_widest(void)
{
	return (settings.c_oflag & XTABS) == XTABS ? 8 : 2;
}

static bool shown_as_two(uint8_t c)
{
	return (c < ' ' || c == 127) && c != '\t' && c != '\n' &&
	       local(ECHOCTL);
}

static void echo(uint8_t c)
{
	if (!local(ECHO) && !(c == '\n' && local(ECHONL)))
		return;
	if (shown_as_two(c)) {
		tty_output('^');
		c ^= 64;
	}
	tty_output(c);
}

/* ---- lines -------------------------------------------------------------- */

static void add(uint16_t c)
{
	input[in++ % INPUT] = c;
	if (c & (END | MARK))
		whole++;
}

static void hand_over(uint16_t end)
{
	for (uint32_t i = 0; i < line_used; i++)
		add(line[i]);
	line_used = 0;
	add(end);
}

void tty_flush(void)
{
	in = out = whole = line_used = taking = 0;
	literally = false;
}

void tty_canonical(bool now)
{
	uint32_t last = in - 1;

	if (!now) {
		for (uint32_t i = 0; i < line_used; i++)
			add(line[i]);
		line_used = 0;
	} else if (in != out && !(input[last % INPUT] & (END | MARK))) {
		input[last % INPUT] |= END;
		whole++;
	}
}

/* Where output would be behind the first `used` bytes of the line. */
static uint32_t column_behind(uint32_t used)
{
	uint32_t at = line_column;

	for (uint32_t i = 0; i < used; i++)
		if (line[i] == '\t')
			at = (at | 7) + 1;
		else if (shown_as_two(line[i]))
			at += 2;
		else if (line[i] >= ' ' && line[i] != 127 &&
		         (line[i] & 0xC0) != 0x80)
			at++;
	return at;
}

static bool continues(uint8_t c)
{
	return (settings.c_iflag & IUTF8) && (c & 0xC0) == 0x80;
}

/*
 * Erases the line as far as its first `used` bytes, in one go: it may have
 * thousands of bytes.  A tab alone is gone when the cursor is back.
 */
static void erase_to(uint32_t used)
{
	uint32_t old = line_used;
	bool blank = line[used] != '\t' || old - used > 1;
	uint32_t back = column_behind(old) - column_behind(used);

	line_used = used;
	if (!local(ECHO))
		return;
	for (; !local(ECHOE) && used < old; used++)
		if (!continues(line[used]))
			echo(settings.c_cc[VERASE]);
	for (; local(ECHOE) && back > 0; back--) {
		tty_output('\b');
		if (blank) {
			tty_output(' ');
			tty_output('\b');
		}
	}
}

static void erase(void)
{
	uint32_t used = line_used;

	if (used == 0)
		return;
	used--;
	while (used > 0 && continues(line[used]))
		used--;
	erase_to(used);
}

static bool in_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       c == '_' || c >= 128;
}

static void erase_word(void)
{
	uint32_t used = line_used;

	while (used > 0 && !in_word(line[used - 1]))
		used--;
	while (used > 0 && in_word(line[used - 1]))
		used--;
	if (used < line_used)
		erase_to(used);
}

static void erase_line(void)
{
	if (local(ECHO) && !(local(ECHOE) && local(ECHOK) && local(ECHOKE))) {
		echo(settings.c_cc[VKILL]);
		if (local(ECHOK))
			tty_output('\n');
		line_used = 0;
	}
	if (line_used > 0)
		erase_to(0);
}

static void show_again(void)
{
	echo(settings.c_cc[VREPRINT]);
	tty_output('\n');
	line_column = column;
	for (uint32_t i = 0; i < line_used; i++)
		echo(line[i]);
}

/* ---- control characters ------------------------------------------------- */

static bool is(uint8_t c, int which)
{
	return c != 0 && c == settings.c_cc[which];
}

static void take_literally(void)
{
	literally = true;
	if (local(ECHO) && local(ECHOCTL)) {
		tty_output('^');
		tty_output('\b');
	}
}

/* Carries out a control character of canonical mode.  False: it is none. */
static bool edit(uint8_t c)
{
	bool extended = local(IEXTEN);

	if (is(c, VERASE) || c == '\b')
		erase();
	else if (is(c, VKILL))
		erase_line();
	else if (is(c, VWERASE) && extended)
		erase_word();
	else if (is(c, VLNEXT) && extended)
		take_literally();
	else if (is(c, VREPRINT) && extended && local(ECHO))
		show_again();
	else if (is(c, VEOF))
		hand_over(MARK);
	else
		return false;
	return true;
}

/* IXON: ^S stops output, ^Q lets it go on. */
static bool stops(uint8_t c)
{
	if (!(settings.c_iflag & IXON))
		return false;
	if (is(c, VSTART))
		stopped = false;
	else if (is(c, VSTOP))
		stopped = true;
	else
		return false;
	return true;
}

/* ISIG: ^C ^\ ^Z are signals to the foreground. */
static bool interrupts(uint8_t c)
{
	int signal = is(c, VINTR)   ? SIGINT
	             : is(c, VQUIT) ? SIGQUIT
	             : is(c, VSUSP) ? SIGTSTP
	                            : 0;

	if (signal == 0 || !local(ISIG))
		return false;
	if (!local(NOFLSH))
		tty_flush();
	if (settings.c_iflag & IXON)
		stopped = false;
	echo(c);
	session_signal(signal);
	return true;
}

/* ---- input -------------------------------------------------------------- */

/* The byte is one of the line, or ends it. */
static void gather(uint8_t c)
{
	bool ends = !literally && (c == '\n' || is(c, VEOL) ||
	                           (is(c, VEOL2) && local(IEXTEN)));

	literally = false;
	if (local(ICANON) && !ends && line_used == LINE_MAX) {
		tty_output('\a');
		return;
	}
	if (line_used == 0)
		line_column = column;
	echo(c);
	if (!local(ICANON))
		add(c);
	else if (ends)
		hand_over(c | END);
	else
		line[line_used++] = c;
}

void tty_input(uint8_t c)
{
	uint32_t how = settings.c_iflag;

	if (how & ISTRIP)
		c &= 0x7F;
	if (!literally) {
		if (stops(c) || interrupts(c))
			return;
		if (stopped && (how & IXON) && (how & IXANY))
			stopped = false;
		if (c == '\r' && (how & IGNCR))
			return;
		if (c == '\r' && (how & ICRNL))
			c = '\n';
		else if (c == '\n' && (how & INLCR))
			c = '\r';
		if (local(ICANON) && edit(c))
			return;
	}
	gather(c);
}

/* ---- read --------------------------------------------------------------- */

/* The number of bytes that must be there before a read of `size` bytes ends. */
static uint32_t fewest(uint32_t size)
{
	uint32_t least = settings.c_cc[VMIN];

	if (local(ICANON) || (least == 0 && settings.c_cc[VTIME] > 0))
		return 1;
	return min(least, size);
}

/* VTIME is in tenths of a second.  With VMIN it begins at the first byte. */
uint32_t tty_patience(void)
{
	if (local(ICANON) || (settings.c_cc[VMIN] > 0 && tty_readable() == 0))
		return 0;
	return settings.c_cc[VTIME] * 100u;
}

int tty_read(uint8_t *to, uint32_t size, bool enough)
{
	uint32_t copied = 0;

	taking = 0;
	if (!enough && tty_readable() < fewest(size))
		return -EAGAIN;
	while (copied < size && taking < in - out) {
		uint16_t c = input[(out + taking++) % INPUT];

		if (c == MARK)
			return (int)copied;
		to[copied++] = (uint8_t)c;
		if ((c & END) && local(ICANON))
			return (int)copied;
	}
	if (taking < in - out && input[(out + taking) % INPUT] == MARK)
		taking++;
	return (int)copied;
}

void tty_kept(void)
{
	taking = 0;
}

void tty_taken(void)
{
	for (; taking > 0; taking--)
		if (input[out++ % INPUT] & (END | MARK))
			whole--;
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
