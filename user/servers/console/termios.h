/*
 * user/servers/console/termios.h -- the terminal's settings: termios(3).
 *
 * The names are POSIX's, the values Linux i386's.  settings.c writes `settings`
 * and tty.c obeys them.
 */
#ifndef TERMIOS_H
#define TERMIOS_H

#include "console.h"

#include "../../../abi/signal.h"

/* clang-format off */
/* c_iflag */
#define ISTRIP  0000040u
#define INLCR   0000100u
#define IGNCR   0000200u
#define ICRNL   0000400u
#define IXON    0002000u
#define IXANY   0004000u
#define IUTF8   0040000u

/* c_oflag */
#define OPOST   0000001u
#define ONLCR   0000004u
#define OCRNL   0000010u
#define ONOCR   0000020u
#define ONLRET  0000040u
#define XTABS   0014000u

/* c_lflag */
#define ISIG    0000001u
#define ICANON  0000002u
#define ECHO    0000010u
#define ECHOE   0000020u
#define ECHOK   0000040u
#define ECHONL  0000100u
#define NOFLSH  0000200u
#define TOSTOP  0000400u
#define ECHOCTL 0001000u
#define ECHOKE  0004000u
#define IEXTEN  0100000u
/* clang-format on */

/* c_cc; a character of 0 is none. */
enum {
	VINTR,
	VQUIT,
	VERASE,
	VKILL,
	VEOF,
	VTIME,
	VMIN,
	VSTART = 8,
	VSTOP,
	VSUSP,
	VEOL,
	VREPRINT,
	VWERASE = 14,
	VLNEXT,
	VEOL2
};

extern struct termios settings;

static inline bool local(uint32_t flag) /* of c_lflag */
{
	return (settings.c_lflag & flag) != 0;
}

/* ---- tty.c, for settings.c ---------------------------------------------- */

/* Forgets what was typed and not read. */
void tty_flush(void);
/* ICANON has changed: what was typed is kept, and can be read. */
void tty_canonical(bool now);
/* Stops output, or lets it go on. */
void tty_stop(bool stop);

#endif
