/*
 * kernel/wait/poll.c -- poll(2), select(2) and their kin; pause(2) and
 * sigsuspend(2), which wait for a signal and nothing else.
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
#include "time.h"

#include "../../abi/errno.h"
#include "../../abi/poll.h"
#include "../../ipc/message/message.h"
#include "../base/string.h"
#include "../process/schedule.h"
#include "../signal/signal.h"

/* ---- looking ------------------------------------------------------------ */

enum form { NARROW, WIDE, MICRO }; /* two struct timespec, struct timeval */

#define SET_WORDS (OPEN_MAX / 32)

/* What a process waits for, and how long. */
struct wish {
	int (*look)(struct wish *wish); /* how much is ready, or -errno */
	vaddr_t at[3];                  /* struct pollfd; or three sets */
	uint32_t count;                 /* of descriptors */
	uint32_t ready[3][SET_WORDS];
	vaddr_t timeout; /* where the process has it; 0: nowhere */
	enum form form;
	uint64_t until; /* 0: without a limit */
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
	c->watched = pollers_look = true;
	return c->readiness | (c->readiness & POLLIN ? POLLRDNORM : 0) |
	       (c->readiness & POLLOUT ? POLLWRNORM : 0);
}

static int look_at_array(struct wish *wish)
{
	vaddr_t at = wish->at[0];
	int ready = 0;

	if (wish->count > OPEN_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < wish->count;
	     i++, at += sizeof(struct pollfd)) {
		struct pollfd one;
		uint16_t found = 0;

		if (copy_in(&one, at, sizeof(one)) < 0)
			return -EFAULT;
		if (one.fd >= 0)
			found = readiness(one.fd) &
			        (one.events | POLLERR | POLLHUP | POLLNVAL);
		ready += found != 0;
		if (found == one.revents)
			continue;
		one.revents = found;
		if (copy_out(at, &one, sizeof(one)) < 0)
			return -EFAULT;
	}
	return ready;
}

/* Descriptors from OPEN_MAX on are none, so their bits are not looked at. */
static uint32_t set_bytes(uint32_t count)
{
	return (min(count, OPEN_MAX) + 31) / 32 * 4;
}

static int look_at_sets(struct wish *wish)
{
	static const uint32_t meaning[3] = {
	    POLLIN | POLLHUP | POLLERR | POLLNVAL, POLLOUT | POLLERR | POLLNVAL,
	    POLLPRI | POLLNVAL};
	int n = (int)min(wish->count, OPEN_MAX), ready = 0;
	uint32_t wanted[SET_WORDS], word;

	if ((int)wish->count < 0)
		return -EINVAL;
	for (int set = 0; set < 3; set++) {
		if (!wish->at[set])
			continue;
		if (copy_in(wanted, wish->at[set], set_bytes(wish->count)) < 0)
			return -EFAULT;
		for (int fd = 0; fd < n; fd++) {
			if (!(wanted[fd / 32] >> fd % 32 & 1))
				continue;
			word = readiness(fd);
			if (word == POLLNVAL)
				return -EBADF;
			if (word & meaning[set]) {
				wish->ready[set][fd / 32] |= 1u << fd % 32;
				ready++;
			}
		}
	}
	return ready;
}

/* ---- waiting ------------------------------------------------------------ */

/* Reads how long the wait may last: 0, -EFAULT or -EINVAL. */
static int limit_in(struct wish *wish)
{
	struct timespec32 time;
	int micro;

	if (!wish->timeout)
		return 0;
	if (timespec_in(&time, wish->timeout, wish->form == WIDE) < 0)
		return -EFAULT;
	if (wish->form == MICRO) { /* there may be more than a second of them */
		micro = (int)time.nanoseconds;
		time.seconds += (uint32_t)(micro / 1000000);
		time.nanoseconds = (uint32_t)(micro % 1000000 * 1000);
	}
	if (!timespec_valid(time))
		return -EINVAL;
	wish->until = clock_deadline(time);
	return 0;
}

/* Writes how much of it is left.  A bad address is no error here. */
static void limit_out(const struct wish *wish)
{
	struct timespec32 left;

	if (!wish->timeout)
		return;
	left = clock_left(wish->until);
	if (wish->form == MICRO)
		left.nanoseconds /= 1000;
	timespec_out(wish->timeout, left, wish->form == WIDE);
}

/* Reads a mask and blocks its signals meanwhile: 0, -EINVAL, -EFAULT. */
static int mask_in(vaddr_t from, uint32_t size)
{
	uint64_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_in(&mask, from, sizeof(mask)) < 0)
		return -EFAULT;
	signal_mask_for_wait(mask);
	return 0;
}

/*
 * Looks until something is ready, and answers how much; 0: its time is up.
 * -EINTR: a signal has ended the wait.  Or the error of the arguments, in
 * Linux's order.
 */
static int wait_for(struct wish *wish, vaddr_t mask, uint32_t size)
{
	int result = limit_in(wish);

	if (result == 0 && mask)
		result = mask_in(mask, size);
	if (result < 0)
		return result;
	while ((result = wish->look(wish)) == 0) {
		const uint64_t *until = wish->until ? &wish->until : 0;

		if (until && *until <= clock_counts &&
		    !self()->signal.attention)
			break; /* else the signal comes before the time */
		if (block_until(PROC_POLLING, until) == GO_ON)
			continue;
		result = -EINTR;
		break;
	}
	limit_out(wish);
	return mask ? signal_mask_after_wait(result) : result;
}

/* ---- the calls ---------------------------------------------------------- */

int sys_poll(vaddr_t fds, uint32_t n, int milliseconds)
{
	struct wish wish = {.look = look_at_array, .at = {fds}, .count = n};

	if (milliseconds >= 0)
		wish.until = clock_deadline((struct timespec32){
		    milliseconds / 1000, milliseconds % 1000 * 1000000});
	return wait_for(&wish, 0, 0);
}

int sys_timed_poll(vaddr_t fds, uint32_t n, vaddr_t timeout, vaddr_t mask,
                   uint32_t size, int form)
{
	struct wish wish = {
	    look_at_array, {fds}, n, .timeout = timeout, .form = form};

	return wait_for(&wish, mask, size);
}

/* A mask comes as a pair in memory: where it is, and its size. */
int sys_timed_select(int n, vaddr_t in, vaddr_t out, vaddr_t except,
                     vaddr_t timeout, vaddr_t pair, int form)
{
	struct wish wish = {look_at_sets,
	                    {in, out, except},
	                    (uint32_t)n,
	                    .timeout = timeout,
	                    .form = form};
	uint32_t mask[2] = {0, 0};
	int result;

	if (pair && copy_in(mask, pair, sizeof(mask)) < 0)
		return -EFAULT;
	result = wait_for(&wish, mask[0], mask[1]);
	for (int i = 0; i < 3 && result >= 0; i++)
		if (wish.at[i] && copy_out(wish.at[i], wish.ready[i],
		                           set_bytes(wish.count)) < 0)
			return -EFAULT;
	return result;
}

int sys__newselect(int n, vaddr_t in, vaddr_t out, vaddr_t except,
                   vaddr_t timeout)
{
	return sys_timed_select(n, in, out, except, timeout, 0, MICRO);
}

/* The older form has its arguments in memory. */
int sys_select(vaddr_t arguments)
{
	uint32_t a[5];

	if (copy_in(a, arguments, sizeof(a)) < 0)
		return -EFAULT;
	return sys__newselect((int)a[0], a[1], a[2], a[3], a[4]);
}

/* ---- signals that wait, and waiting for one ----------------------------- */

int sys_rt_sigpending(vaddr_t set, uint32_t size)
{
	uint64_t pending = self()->signal.pending & self()->signal.mask;

	if (size > sizeof(pending))
		return -EINVAL;
	return copy_out(set, &pending, size);
}

int sys_pause(void)
{
	while (block(PROC_PAUSED, -1) == GO_ON)
		;
	return -EINTR;
}

/* sigsuspend(2) as it was: the mask is its third argument */
int sys_sigsuspend(uint32_t unused1, uint32_t unused2, uint32_t mask)
{
	(void)unused1, (void)unused2;
	signal_mask_for_wait(mask);
	return signal_mask_after_wait(sys_pause());
}

int sys_rt_sigsuspend(vaddr_t set, uint32_t size)
{
	int error = mask_in(set, size);

	return error ? error : signal_mask_after_wait(sys_pause());
}
