/*
 * user/servers/console/session.c -- whose terminal this is: job control.
 *
 * The kernel knows sessions, groups of processes and which group of a session
 * is in the foreground; the console knows bytes, and which session has the
 * terminal.  So this file asks and tells the kernel (abi/native.tbl):
 *
 *	^C ^\ ^Z, a new size    signal(-foreground(session), ...)
 *	a read, a change        background(token, SIGTTIN or SIGTTOU): 0, or the
 *	                        client is stopped and will ask again
 *	TIOCSPGRP               foreground(session, group)
 *
 * Nobody tells the console that a session's leader has died.  The kernel has
 * sent the signals; the console learns it when it next asks for the leader, and
 * then all that was open is hung up: reads give 0, writes EIO.  What was opened
 * as /dev/console stays, as on Linux.
 */
#include "termios.h"

static struct {
	int leader; /* of the session that has the terminal; 0: none has it */
	int since;  /* the tick at which it was born: its pid can come back */
	uint32_t turn; /* counts the sessions that have lost it */
} session;

/* ---- a session has it, and loses it ------------------------------------- */

static void lose(void)
{
	session.leader = 0;
	session.turn++;
	open_hang_up();
}

static bool session_lives(void)
{
	if (session.leader != 0 &&
	    k_leader((uint32_t)session.leader) != session.since)
		lose();
	return session.leader != 0;
}

bool session_has(const struct message *m)
{
	return session_lives() && m->sid == session.leader;
}

uint32_t session_turn(void)
{
	return session.turn;
}

bool session_free(void)
{
	return !session_lives();
}

void session_take(const struct message *m)
{
	session.leader = m->pid;
	session.since = k_leader((uint32_t)m->pid);
	k_foreground(m->sid, m->pgid);
}

/* ---- signals ------------------------------------------------------------ */

void session_signal(int signal)
{
	if (session_lives())
		k_signal(-k_foreground(session.leader, 0), signal, 0,
		         TOKEN_SELF);
}

int session_background(int token, int signal)
{
	session_lives();
	return k_background(token, signal);
}

int session_admits(const struct open *open, int token, bool writes)
{
	int status = 0;

	if (!writes || local(TOSTOP))
		status = session_background(token, writes ? SIGTTOU : SIGTTIN);
	if (open_hung_up(open))
		return writes ? -EIO : 0;
	return status < 0 ? status : ADMITTED;
}

/* ---- ioctl -------------------------------------------------------------- */

/* TIOCSCTTY.  Root may take it from another session, with 1 as argument. */
static int take(const struct message *m)
{
	bool reads = (open_at(m->object)->flags & O_ACCMODE) != O_WRONLY;

	if (m->pid != m->sid)
		return -EPERM;
	if (session_has(m))
		return 0;
	if (session_lives() && !(m->args[2] == 1 && m->euid == 0))
		return -EPERM;
	if (!reads && m->euid != 0)
		return -EPERM;
	if (session_lives())
		k_foreground(session.leader, NO_FOREGROUND);
	session_take(m);
	return 0;
}

/* TIOCNOTTY.  Only the leader can give it up, and then all its session does. */
static int give_up(const struct message *m)
{
	if (m->pid != m->sid)
		return 0;
	session_signal(SIGHUP);
	session_signal(SIGCONT);
	k_foreground(session.leader, NO_FOREGROUND);
	lose();
	return 0;
}

static int set_foreground(const struct message *m)
{
	int status = session_background(m->token, SIGTTOU), pgid;

	if (status < 0)
		return status == -EIO ? -ENOTTY : status;
	status = k_lease_read(m->token, ARGUMENT, 0, &pgid, sizeof(pgid));
	if (status < 0)
		return status;
	if (pgid < 0)
		return -EINVAL;
	return pgid == 0 ? -ESRCH : k_foreground(session.leader, pgid);
}

int session_ioctl(const struct message *m)
{
	int answer;

	if (m->args[1] == TIOCSCTTY)
		return take(m);
	if (!session_has(m))
		return -ENOTTY;
	switch (m->args[1]) {
	case TIOCNOTTY:
		return give_up(m);
	case TIOCGSID:
		return give(m->token, ARGUMENT, &session.leader, sizeof(int));
	case TIOCGPGRP:
		answer = k_foreground(session.leader, 0);
		return give(m->token, ARGUMENT, &answer, sizeof(answer));
	case TIOCSPGRP:
		return set_foreground(m);
	}
	return -ENOTTY;
}
