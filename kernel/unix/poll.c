/*
 * kernel/unix/poll.c -- poll(2), select(2) and their kin.
 *
 * Each connection has a word of readiness, which its server writes.  To poll is
 * to look at the words behind some descriptors, and to sleep as long as none of
 * the bits is there that the caller wants.  The servers are not asked, so a
 * process can wait for objects of different servers.
 *
 *	look --> a bit is there: answer
 *	 ^  \--> none: mark the connections as watched, sleep in PROC_POLLING
 *	 |                                                        |
 *	 +---- a word that is watched has got a new bit, ---------+
 *	       or its server is dead: all who poll look again
 *
 * No list leads from a connection to those who watch it, so there is nothing to
 * take back when a wait ends.  Between a look and the sleep no server runs, so
 * no news is lost in between.
 *
 * A server clears a bit before it replies to the call that has made it untrue.
 * So a client that polls after its read does not see what it has taken itself.
 */
#include "lifecycle.h"

#include "../../abi/poll.h"
#include "../../ipc/message/message.h"

/* ---- looking ------------------------------------------------------------ */

#define SET_WORDS (OPEN_MAX / 32)

/* What a process waits for: struct pollfd in an array, or three sets. */
struct wish {
	int (*look)(struct wish *wish); /* how much is ready, or -errno */
	vaddr_t array;
	int count; /* of descriptors */
	uint32_t wanted[3][SET_WORDS], ready[3][SET_WORDS];
};

/* What is ready behind a descriptor; from now on its connection is watched. */
static uint32_t readiness(int fd)
{
	int connection = descriptor_connection(self(), fd);
	struct connection *c;

	if (connection < 0)
		return POLLNVAL;
	c = &connections[connection];
	if (channels[c->channel].server < 0)
		return POLLERR | POLLHUP;
	c->watched = true;
	return c->readiness | (c->readiness & POLLIN ? POLLRDNORM : 0) |
	       (c->readiness & POLLOUT ? POLLWRNORM : 0);
}

static int look_at_array(struct wish *wish)
{
	int ready = 0;

	for (int i = 0; i < wish->count; i++) {
		vaddr_t at = wish->array + i * sizeof(struct pollfd);
		struct pollfd one;
		uint16_t found = 0;

		if (copy_in(&one, at, sizeof(one)) < 0)
			return -EFAULT;
		if (one.fd >= 0)
			found = readiness(one.fd) &
			        (one.events | POLLERR | POLLHUP | POLLNVAL);
		at += offsetof(struct pollfd, revents);
		if (found != one.revents &&
		    copy_out(at, &found, sizeof(found)) < 0)
			return -EFAULT;
		ready += found != 0;
	}
	return ready;
}

static int look_at_sets(struct wish *wish)
{
	static const uint32_t meaning[3] = {POLLIN | POLLHUP | POLLERR,
	                                    POLLOUT | POLLERR, POLLPRI};
	int ready = 0;

	for (int fd = 0; fd < wish->count; fd++) {
		uint32_t bit = 1u << fd % 32, word = 0;

		for (int set = 0; set < 3; set++) {
			if (!(wish->wanted[set][fd / 32] & bit))
				continue;
			word = word ? word : readiness(fd);
			if (word & POLLNVAL)
				return -EBADF;
			if (word & meaning[set]) {
				wish->ready[set][fd / 32] |= bit;
				ready++;
			}
		}
	}
	return ready;
}

/* ---- waiting ------------------------------------------------------------ */

enum form { NARROW, WIDE, MICRO }; /* two struct timespec, struct timeval */

/* How long it may last. */
struct limit {
	vaddr_t at; /* where the process has it; 0: nowhere */
	enum form form;
	uint64_t until; /* 0: without a limit */
};

/* struct timeval, whose microseconds may be more than a second, on Linux too */
static struct timespec32 of_micro(struct timespec32 time)
{
	int micro = (int)time.nanoseconds;

	time.seconds += (uint32_t)(micro / 1000000);
	time.nanoseconds = (uint32_t)(micro % 1000000 * 1000);
	return time;
}

/* Reads the limit: 0, -EFAULT or -EINVAL. */
static int limit_in(struct limit *limit)
{
	struct timespec32 time;

	if (!limit->at)
		return 0;
	if (timespec_in(&time, limit->at, limit->form == WIDE) < 0)
		return -EFAULT;
	if (limit->form == MICRO)
		time = of_micro(time);
	if (!timespec_valid(time))
		return -EINVAL;
	limit->until = clock_deadline(time);
	return 0;
}

/* Says what is left of it.  Where that cannot be written, nobody hears. */
static void limit_out(const struct limit *limit)
{
	struct timespec32 left;

	if (!limit->at)
		return;
	left = clock_left(limit->until);
	if (limit->form == MICRO)
		left.nanoseconds /= 1000;
	timespec_out(limit->at, left, limit->form == WIDE);
}

/*
 * Looks until something is ready, and answers how much; 0: its time is up.
 * -EINTR: a signal has ended the wait.  Or what the look has answered.
 */
static int wait_for(struct wish *wish, const struct limit *limit)
{
	const uint64_t *until = limit->until ? &limit->until : 0;
	int ready;

	while ((ready = wish->look(wish)) == 0) {
		if (until && *until <= clock_counts)
			break;
		if (block_until(PROC_POLLING, until) != GO_ON) {
			ready = -EINTR;
			break;
		}
	}
	limit_out(limit);
	return ready;
}

/* ---- the calls ---------------------------------------------------------- */

/* The signals that are blocked during the wait: 0, -EINVAL or -EFAULT. */
static int mask_in(vaddr_t from, uint32_t size)
{
	uint64_t mask;

	if (!from)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	return copy_in(&mask, from, sizeof(mask));
}

static int poll_array(vaddr_t fds, uint32_t n, const struct limit *limit)
{
	struct wish wish = {.look = look_at_array, .array = fds};

	if (n > OPEN_MAX)
		return -EINVAL;
	wish.count = (int)n;
	return wait_for(&wish, limit);
}

int sys_poll(vaddr_t fds, uint32_t n, int milliseconds)
{
	struct limit limit = {0};

	if (milliseconds >= 0)
		limit.until = clock_deadline((struct timespec32){
		    milliseconds / 1000, milliseconds % 1000 * 1000000});
	return poll_array(fds, n, &limit);
}

int sys_timed_poll(vaddr_t fds, uint32_t n, vaddr_t timeout, vaddr_t mask,
                   uint32_t size, int form)
{
	struct limit limit = {.at = timeout, .form = (enum form)form};
	int error = limit_in(&limit);

	if (error == 0)
		error = mask_in(mask, size);
	return error < 0 ? error : poll_array(fds, n, &limit);
}

/* Descriptors from OPEN_MAX on are none, so their bits are not looked at. */
static int poll_sets(int n, const vaddr_t sets[3], const struct limit *limit)
{
	struct wish wish = {.look = look_at_sets,
	                    .count = (int)min((uint32_t)n, OPEN_MAX)};
	uint32_t bytes = ((uint32_t)wish.count + 31) / 32 * 4;
	int result;

	if (n < 0)
		return -EINVAL;
	for (int i = 0; i < 3; i++)
		if (sets[i] && copy_in(wish.wanted[i], sets[i], bytes) < 0)
			return -EFAULT;
	result = wait_for(&wish, limit);
	for (int i = 0; i < 3 && result >= 0; i++)
		if (sets[i] && copy_out(sets[i], wish.ready[i], bytes) < 0)
			return -EFAULT;
	return result;
}

int sys__newselect(int n, vaddr_t in, vaddr_t out, vaddr_t except,
                   vaddr_t timeout)
{
	struct limit limit = {.at = timeout, .form = MICRO};
	int error = limit_in(&limit);

	return error < 0 ? error
	                 : poll_sets(n, (vaddr_t[3]){in, out, except}, &limit);
}

/* The older form has its arguments in memory. */
int sys_select(vaddr_t arguments)
{
	uint32_t a[5];

	if (copy_in(a, arguments, sizeof(a)) < 0)
		return -EFAULT;
	return sys__newselect((int)a[0], a[1], a[2], a[3], a[4]);
}

/* A mask comes as a pair in memory: where it is, and its size. */
int sys_timed_select(int n, vaddr_t in, vaddr_t out, vaddr_t except,
                     vaddr_t timeout, vaddr_t pair, int form)
{
	struct limit limit = {.at = timeout, .form = (enum form)form};
	uint32_t mask[2] = {0, 0};
	int error = 0;

	if (pair && copy_in(mask, pair, sizeof(mask)) < 0)
		return -EFAULT;
	error = limit_in(&limit);
	if (error == 0)
		error = mask_in(mask[0], mask[1]);
	return error < 0 ? error
	                 : poll_sets(n, (vaddr_t[3]){in, out, except}, &limit);
}
