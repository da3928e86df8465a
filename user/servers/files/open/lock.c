/*
 * user/servers/files/open/lock.c -- flock(2): locks on files, by agreement.
 *
 *	open 4  LOCK_SH --+
 *	open 9  LOCK_SH --+--> node: 2 shared locks     queue: open 6, LOCK_EX
 *
 * A lock belongs to an open object.  It ends with LOCK_UN or at the object's
 * last close; dup and fork share it.  A node counts its locks: how many shared
 * ones, or one exclusive one.  A client that cannot have its lock waits at the
 * node, and those that wait are served in the order in which they came.
 *
 * As on Linux, an object that changes its lock gives up the old one first.  So
 * two that hold LOCK_SH and want LOCK_EX do not both wait for each other.
 *
 * The files of processes in /proc have no node that is kept, and no locks.
 */
#include "open.h"

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8

#define EXCLUSIVE (-1) /* node.locks */

static bool is_free(const struct node *node, int kind)
{
	return kind == LOCK_EX ? node->locks == 0 : node->locks != EXCLUSIVE;
}

static void take(struct node *node, struct open *open, int kind)
{
	node->locks = kind == LOCK_EX ? EXCLUSIVE : node->locks + 1;
	open->lock = kind;
}

/* Gives the lock to those who wait, as long as the next one can have it. */
static void serve(struct node *node)
{
	struct wait *wait;

	while ((wait = room_first(&node->lockers)) != 0 &&
	       is_free(node, (int)wait->total)) {
		int object = (int)wait->from, kind = (int)wait->total;

		if (room_answer(wait, 0) >= 0)
			take(node, open_at(object), kind);
	}
}

void lock_drop(struct open *open)
{
	struct node *node = node_edit(open->node);

	if (open->lock == 0)
		return;
	node->locks = open->lock == LOCK_EX ? 0 : node->locks - 1;
	open->lock = 0;
	serve(node);
}

void lock_unblock(struct wait *wait)
{
	struct node *node = node_edit(wait->at);

	room_answer(wait, -EINTR);
	serve(node);
}

static int wait_for_lock(const struct message *m, int node, int kind)
{
	struct wait wait = room_client(m);

	wait.what = WAIT_LOCK;
	wait.at = node;
	wait.party = 0; /* first come, first served */
	wait.from = (uint32_t)m->object;
	wait.total = (uint32_t)kind;
	room_join(&wait);
	return ANSWERED;
}

int flock_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	int kind = (int)m->args[1] & ~LOCK_NB;

	if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
		return -EINVAL;
	if (open->node >= DYNAMIC)
		return -EINVAL;
	if (open->lock == kind)
		return 0;
	lock_drop(open);
	if (kind == LOCK_UN)
		return 0;
	if (is_free(node_edit(open->node), kind)) {
		take(node_edit(open->node), open, kind);
		return 0;
	}
	return m->args[1] & LOCK_NB ? -EAGAIN
	                            : wait_for_lock(m, open->node, kind);
}
