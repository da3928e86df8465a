/*
 * user/servers/console/main.c -- the console server: screen, keyboard, lines.
 *
 * It has rank 2, the highest: it sends requests to no server, so it can wait
 * for none.  It owns the VGA text memory, the PS/2 keyboard (interrupt 1),
 * COM1 (interrupt 4), which is one terminal together with screen and keyboard,
 * and COM2 (interrupt 3), the host line of tools/run.  Each of them is probed,
 * because some of them are absent in a browser.
 *
 * In each turn of the loop the server receives all events that are pending;
 * then each line moves one piece for one client.  A turn takes some
 * milliseconds at most, so that no client's request waits for the output of
 * another one.  A write of a megabyte takes many turns.
 */
#include "console.h"

#define LINE_KEYBOARD 1
#define HEARD_MAX     64 /* events of one turn; requests may come in floods */

static bool may(const struct message *m, bool writes)
{
	const struct open *open = open_at(m->object);
	int mode = open->flags & O_ACCMODE;

	return open->kind != KIND_ROOT &&
	       (mode == O_RDWR || mode == (writes ? O_WRONLY : O_RDONLY));
}

static void transfer(const struct message *m, bool writes)
{
	if (may(m, writes))
		wait_add(m, writes);
	else
		k_reply(m->token, -EBADF, 0);
}

/* The answer to a call that does not wait. */
static int answer(const struct message *m)
{
	switch (m->type) {
	case SYS_ioctl:
		if (m->args[1] == FIONBIO)
			return nonblock_call(m, &open_at(m->object)->flags);
		if (open_hung_up(open_at(m->object)))
			return m->args[1] == TIOCSPGRP ? -ENOTTY : -EIO;
		return tty_ioctl(m);
	case SYS_fcntl64:
		return flags_call(m, &open_at(m->object)->flags);
	case SYS_fstat64:
		return stat_call(m);
	case SYS_statx:
		return statx_call(m);
	case SYS_fstatat64:
		return statat_call(m);
	}
	return device_call(m);
}

static void request(const struct message *m)
{
	int status;

	switch (m->type) {
	case SYS_open:
	case SYS_openat:
		if (m->object < 0)
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
	case SYS_ioctl:
		if (open_at(m->object)->kind != KIND_TTY &&
		    m->args[1] != FIONBIO) {
			ask_ioctl(m);
			break;
		} /* fall through */
	default:
		status = answer(m);
		open_update(); /* a change may have taken input away */
		answer_client(m, status);
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

/* The client stands in one of the two lists, or was answered already. */
static void unblock(int token)
{
	wait_unblock(token);
	ask_unblock(token);
}

static void event(const struct message *m)
{
	if (m->type == PULSE_INTERRUPT)
		interrupt(m->args[0]);
	else if (m->type == PULSE_CLOSE)
		open_close(m->object);
	else if (m->type == PULSE_UNBLOCK)
		unblock(m->token);
	else if (m->object >= 0 && open_at(m->object) == 0)
		k_reply(m->token, -EBADF, 0);
	else
		request(m);
}

static void go_on(void)
{
	wait_serve();
	ask_serve();
	uart_pump(&com1);
	host_pump(wait_reader());
	vga_show();
	open_update();
}

/* Receives all events that are pending.  False: nothing can be received. */
static bool hear(void)
{
	struct message m;
	int error = wait_first_event(&m);

	for (int heard = 1; error == 0; heard++) {
		event(&m);
		error = heard < HEARD_MAX ? k_poll(&m) : -EAGAIN;
	}
	return error == -EAGAIN;
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	if (!open_start())
		return 1;
	vga_start();
	tty_start();
	keyboard_start();
	host_start();
	do
		go_on();
	while (hear());
	return 1;
}
