/*
 * user/lib/room.c -- the waiting room of a server.
 */
#include "room.h"

static struct {
	struct wait waits[TOKEN_SLOTS];
} room;

struct wait room_client(const struct message *m)
{
	return (struct wait){.token = m->token, .party = m->uid};
}

struct wait *room_find(int token)
{
	struct wait *wait = &room.waits[token % TOKEN_SLOTS];

	return wait->token == token ? wait : 0;
}

struct wait *room_first(const int *queue)
{
	return *queue == NOBODY ? 0 : &room.waits[*queue];
}

void room_join(const struct wait *client)
{
	int index = client->token % TOKEN_SLOTS, *link;
	struct wait *wait = &room.waits[index];

	if (wait->token != 0)
		room_leave(wait); /* the client that it was for is dead */
	*wait = *client;
	link = room_queue(wait);
	while (*link != NOBODY && room.waits[*link].party != wait->party)
		link = &room.waits[*link].next;
	while (*link != NOBODY)
		link = &room.waits[*link].behind;
	*link = index;
	wait->next = wait->behind = NOBODY;
}

/* The link of its queue that leads to `wait`. */
static int *link_to(const struct wait *wait)
{
	int *link = room_queue(wait), index = (int)(wait - room.waits);

	while (room.waits[*link].party != wait->party)
		link = &room.waits[*link].next;
	while (*link != index)
		link = &room.waits[*link].behind;
	return link;
}

void room_leave(struct wait *wait)
{
	int *link = link_to(wait), heir = wait->behind;

	if (heir != NOBODY && wait->next != NOBODY)
		room.waits[heir].next = wait->next;
	*link = heir != NOBODY ? heir : wait->next;
	wait->token = 0;
}

int room_answer(struct wait *wait, int status)
{
	int token = wait->token;

	room_leave(wait);
	return k_reply(token, status, 0);
}

void room_turn(int *queue)
{
	int first = *queue, *link = queue;

	while (*link != NOBODY)
		link = &room.waits[*link].next;
	*link = first;
	*queue = room.waits[first].next;
	room.waits[first].next = NOBODY;
}

struct wait *room_place(int slot)
{
	return room.waits[slot].token == 0 ? 0 : &room.waits[slot];
}

bool room_lives(const struct wait *wait)
{
	return k_lease_size(wait->token, BUFFER) != -ESRCH;
}

int room_interrupted(const struct wait *wait)
{
	return wait->done > 0 ? (int)wait->done : -EINTR;
}

void room_dismiss(int *queue, int status)
{
	struct wait *wait;

	while ((wait = room_first(queue)) != 0)
		room_answer(wait, status);
}
