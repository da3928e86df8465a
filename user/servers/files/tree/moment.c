/*
 * user/servers/files/tree/moment.c -- the time that a request writes.
 *
 * The clock is read once a request at most, so all times that a request sets
 * are equal.
 */
#include "node.h"

#include "../../../../abi/time.h"

#define DAY 86400

static struct moment moment;
static bool known;

void moment_forget(void)
{
	known = false;
}

struct moment moment_now(void)
{
	uint64_t words[2] = {0, 0}; /* struct timespec of 64 bits */

	if (known)
		return moment;
	unix_call(SYS_clock_gettime64, CLOCK_REALTIME_COARSE,
	          unix_address(words), 0);
	moment.seconds = (int64_t)words[0];
	moment.nsec = (uint32_t)words[1];
	known = true;
	return moment;
}

static bool is_later(struct moment a, struct moment b)
{
	return a.seconds > b.seconds ||
	       (a.seconds == b.seconds && a.nsec > b.nsec);
}

void node_accessed(int number)
{
	struct node *node = number < DYNAMIC ? node_edit(number) : 0;

	if (node == 0)
		return;
	if (!is_later(node->atime, node->mtime) ||
	    !is_later(node->atime, node->ctime) ||
	    moment_now().seconds - node->atime.seconds >= DAY)
		node->atime = moment_now();
}
