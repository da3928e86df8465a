/*
 * user/servers/files/open/turns.c -- reads that are too long for one turn.
 *
 * A client waits for all of its read, but the other clients do not wait for
 * it.  A turn of a read moves a megabyte; then the server receives the next
 * request; then the read that has waited longest has its next turn.
 *
 *	[ A B C . . ]     A has its turn, and stands behind C or is done
 *
 * The line is a queue of the waiting room (user/lib/room.h), in which each
 * client is a party of its own.  A read of a dead client leaves at its turn.
 * While a client lives, the object that it reads is open.  A file that becomes
 * shorter has such turns, too, and may be gone meanwhile (calls/size.c).
 */
#include "open.h"

int turns_line = NOBODY;

int *room_queue(const struct wait *wait)
{
	if (wait->what < WAIT_PIPE)
		return &turns_line;
	if (wait->what == WAIT_LOCK)
		return &node_edit(wait->at)->lockers;
	if (wait->what >= WAIT_SEND)
		return queue_waiters(wait);
	return pipe_queue(wait->at, (enum what)wait->what);
}

int turns_begin(struct wait *reading)
{
	int result = read_on(reading);

	if (result != LATER)
		return result;
	reading->party = (uint32_t)reading->token % TOKEN_SLOTS;
	room_join(reading);
	return ANSWERED;
}

void turns_next(void)
{
	struct wait *reading = room_first(&turns_line);
	int result;

	if (reading == 0)
		return;
	result = room_lives(reading) ? read_on(reading) : -ESRCH;
	if (result == LATER)
		room_turn(&turns_line);
	else if (result == ANSWERED)
		room_leave(reading);
	else
		room_answer(reading, result);
}

void turns_hurry(int token)
{
	struct wait *wait = room_find(token);

	if (wait == 0)
		return;
	if (wait->what < WAIT_PIPE)
		wait->hurried = true;
	else if (wait->what == WAIT_LOCK)
		lock_unblock(wait);
	else if (wait->what >= WAIT_SEND)
		room_answer(wait, -EINTR);
	else
		pipe_unblock(wait);
}

bool turns_sleeps(int pid)
{
	const struct wait *wait = room_place(k_process((uint32_t)pid));

	return wait != 0 && wait->what >= WAIT_PIPE && room_lives(wait);
}
