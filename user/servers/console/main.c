/*
 * user/servers/console/main.c -- the console server: screen, keyboard, lines.
 *
 * Rank 2, the highest: it asks nobody and so can wait for nobody.  It owns the
 * VGA text memory, the PS/2 keyboard (interrupt 1), COM1 (4), which is the
 * human terminal together with screen and keyboard, and COM2 (3), the host line
 * of tools/run.  Each of them is probed: in a browser some are absent.
 *
 * The loop: one event, then everybody who waits is looked at again, then the
 * lines send what has gathered, then readiness words tell who may go on.
 * One turn moves at most what the rings hold: a write of a megabyte goes in
 * many turns, each started by the line's own interrupt, and others get theirs
 * in between.
 */
#include "console.h"

#define LINE_KEYBOARD 1

static bool may(const struct message *m, bool writes)
{
	const struct open *open = &opens[m->object];
	int mode = open->flags & O_ACCMODE;

	return open->kind != KIND_ROOT &&
	       mode != (writes ? O_RDONLY : O_WRONLY);
}

static void transfer(const struct message *m, bool writes)
{
	if (may(m, writes))
		wait_add(m, writes);
	else
		k_reply(m->token, -EBADF, 0);
}

static int flags_call(const struct message *m)
{
	struct open *open = &opens[m->object];
	int settable = O_NONBLOCK | O_APPEND;

	if (m->args[1] == F_GETFL)
		return open->flags & (O_ACCMODE | settable | O_LARGEFILE);
	if (m->args[1] != F_SETFL)
		return -EINVAL;
	open->flags = (open->flags & ~settable) | ((int)m->args[2] & settable);
	return 0;
}

/* Calls that are answered at once. */
static int answer(const struct message *m)
{
	switch (m->type) {
	case SYS_ioctl:
		return opens[m->object].kind == KIND_TTY ? tty_ioctl(m)
		                                         : -ENOTTY;
	case SYS_fcntl64:
		return flags_call(m);
	case SYS_fstat64:
		return stat_call(m);
	case SYS_statx:
		return statx_call(m);
	case SYS_lseek:
	case SYS__llseek:
		return -ESPIPE;
	case SYS_mmap2:
		return -ENODEV;
	case SYS_fstatat64:
		return statat_call(m);
	case SYS_fchdir:
	case SYS_getdents64:
	case SYS_readlinkat:
	case SYS_faccessat:
		return -ENOTDIR;
	}
	return -ENOSYS;
}

static void request(const struct message *m)
{
	switch (m->type) {
	case SYS_open:
	case SYS_openat:
		if (m->object == 0)
			open_call(m);
		else
			k_reply(m->token, -ENOTDIR, 0);
		break;
	case SYS_read:
	case SYS_readv:
		transfer(m, false);
		break;
	case SYS_write:
	case SYS_writev:
		transfer(m, true);
		break;
	default:
		k_reply(m->token, answer(m), 0);
	}
}

static void interrupt(uint32_t lines)
{
	if (lines & 1u << LINE_KEYBOARD)
		keyboard_interrupt();
	if (lines & 1u << com1.line)
		uart_interrupt(&com1);
	if (lines & 1u << com2.line)
		uart_interrupt(&com2);
}

static void event(const struct message *m)
{
	if (m->type == PULSE_INTERRUPT)
		interrupt(m->args[0]);
	else if (m->type == PULSE_CLOSE)
		open_close(m->object);
	else if (m->type == PULSE_UNBLOCK)
		wait_unblock(m->token);
	else if (m->object < 0 || m->object >= OPENS || !opens[m->object].used)
		k_reply(m->token, -EBADF, 0);
	else
		request(m);
}

static void go_on(void)
{
	wait_serve();
	uart_pump(&com1, wait_writer(&com1));
	uart_pump(&com2, wait_writer(&com2));
	wait_serve(); /* a status whose last byte has just left */
	vga_show_cursor();
	open_update();
}

int main(int argc, char **argv, char **envp)
{
	struct message m;

	(void)argc, (void)argv, (void)envp;
	opens[0].used = true;
	vga_start();
	tty_start();
	keyboard_start();
	host_start();
	for (;;) {
		go_on();
		if (k_receive(&m) < 0)
			return 1;
		event(&m);
	}
}
