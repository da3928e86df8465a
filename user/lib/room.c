/*
 * user/lib/room.c -- the waiting room of a server.
 */
#include "room.h"

static struct {
	struct wait waits[TOKEN_SLOTS];
} room;

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
	while (*link != NOBODY && room.waits[*link].rank <= wait->rank)
		link = &room.waits[*link].behind;
	wait->next = NOBODY;
	wait->behind = *link;
	*link = index;
	if (wait->behind == NOBODY)
		return;
	wait->next = room.waits[wait->behind].next; /* if it was the first */
	room.waits[wait->behind].next = NOBODY;
}

/* The link of its queue that leads to `wait`. */
static int *link_to(int *queue, const struct wait *wait)
{
	int *link = queue, index = (int)(wait - room.waits);

	while (room.waits[*link].party != wait->party)
		link = &room.waits[*link].next;
	while (*link != index)
		link = &room.waits[*link].behind;
	return link;
}

/* A party joins the list behind `link`, at the end. */
static void append(int *link, int party)
{
	while (*link != NOBODY)
		link = &room.waits[*link].next;
	*link = party;
}

void room_turn(int *queue)
{
	int first = *queue;

	*queue = room.waits[first].next;
	room.waits[first].next = NOBODY;
	append(queue, first);
}

void room_leave(struct wait *wait)
{
	int *queue = room_queue(wait), *link = link_to(queue, wait);
	int heir = wait->behind;

	wait->token = 0;
	if (heir == NOBODY || wait->next == NOBODY) {
		*link = heir == NOBODY ? wait->next : heir;
	} else if (link == queue) {
		*link = wait->next;
		append(link, heir);
	} else {
		*link = heir;
		room.waits[heir].next = wait->next;
	}
}

int room_answer(struct wait *wait, int status)
{
	int token = wait->token;

	room_leave(wait);
	return k_reply(token, status, 0);
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
