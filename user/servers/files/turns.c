/*
 * user/servers/files/turns.c -- reads that are too long for one turn.
 *
 * A client waits for all of its read, but the other clients do not wait for
 * it.  A turn of a read moves a megabyte; then the server receives the next
 * request; then the read that has waited longest has its next turn.
 *
 *	[ A B C . . ]     A has its turn, and stands behind C or is done
 *
 * A read is known by the token of its client.  If the client was killed, the
 * read ends at its next turn, because its token is dead, or when its object is
 * closed.  The line has room for one read of each process; when it is full,
 * reads of dead clients are removed.
 */
#include "files.h"

static struct reading line[TOKEN_SLOTS];
static int count;

static bool is_dead(const struct reading *reading)
{
	return k_lease_size(reading->token, BUFFER) == -ESRCH;
}

/* Removes the reads of dead clients; the others keep their order. */
static void throw_out_dead(void)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		if (!is_dead(&line[i]))
			line[left++] = line[i];
	count = left;
}

void turns_forget(int object)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		if (line[i].object != object)
			line[left++] = line[i];
	count = left;
}

static int stand_last(const struct reading *reading)
{
	if (count == TOKEN_SLOTS)
		throw_out_dead();
	line[count++] = *reading;
	return ANSWERED;
}

int turns_begin(struct reading reading)
{
	int result = read_on(&reading);

	return result == LATER ? stand_last(&reading) : result;
}

bool turns_left(void)
{
	return count > 0;
}

void turns_next(void)
{
	struct reading reading;
	int result;

	if (count == 0)
		return;
	reading = line[0];
	memmove(line, line + 1, (uint32_t)--count * sizeof(line[0]));
	result = turns_begin(reading);
	if (result != ANSWERED)
		k_reply(reading.token, result, 0);
}

void turns_hurry(int token)
{
	for (int i = 0; i < count; i++)
		if (line[i].token == token)
			line[i].hurried = true;
}
