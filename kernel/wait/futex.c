/*
 * kernel/wait/futex.c -- futex(2): to wait until a word of memory is changed.
 *
 * A C library builds its semaphores and mutexes on words of memory.  It asks
 * the kernel only when one has to wait, or when others wait.  To the kernel the
 * word means nothing.  It compares it once, before the wait.  Between that and
 * the wait no other process runs, so no wake is lost in between.
 *
 * A process waits for a key, which says where the word is.  Two processes that
 * share memory see it at different addresses, so the region decides:
 *
 *	shared memory    (segment, byte in it)       the same for all who map it
 *	any other        (~space, linear address)    of this space alone
 *
 * The sleepers stand in 64 lines, each key in one of them (process/wait.h).
 */
#include "time.h"

#include "../../abi/errno.h"
#include "../../abi/futex.h"
#include "../process/schedule.h"
#include "../process/wait.h"

/*
 * Notes the key of the word at `at` in the caller's row: 0, -EINVAL or -EFAULT.
 * A private word need not be there, as on Linux: nobody can wait for it.
 */
static int find_key(vaddr_t at, uint32_t operation)
{
	struct proc *me = self();
	int r = region_at(me->life.space, at);

	if (at % sizeof(uint32_t))
		return -EINVAL;
	if (!in_user_space(at, sizeof(uint32_t)) ||
	    (r < 0 && !(operation & FUTEX_PRIVATE_FLAG)))
		return -EFAULT;
	me->wait.object = ~me->life.space;
	me->wait.place = at;
	if (r >= 0 && regions[r].kind == REGION_SHARED) {
		me->wait.object = regions[r].segment;
		me->wait.place =
		    page_bytes(region_page(&regions[r], at)) + at % PAGE_SIZE;
	}
	return 0;
}

static struct line *line_of(const struct proc *p)
{
	uint32_t hash = (uint32_t)p->wait.object * 31 + p->wait.place / 4;

	return &hashed_lines[hash % HASHED_LINES];
}

/* Waits as long as the word is `value`: 0, -EAGAIN, -ETIMEDOUT or -errno. */
static int wait_for(vaddr_t at, uint32_t operation, uint32_t value,
                    const uint64_t *until, uint32_t bits)
{
	struct proc *me = self();
	uint32_t word;
	int result;

	do {
		result = find_key(at, operation);
		if (result < 0)
			return result;
		if (copy_in_few(&word, at, sizeof(word)) < 0)
			return -EFAULT;
		if (word != value)
			return -EAGAIN;
		me->wait.bits = bits;
		wait_join(line_of(me));
		result = wait_sleep(line_of(me), until);
	} while (wait_again(result));
	if (result == -EINTR && !until)
		return RESTART;
	return result == -EAGAIN ? -ETIMEDOUT : result;
}

/* Wakes those who wait for one of `bits`, up to `most`; but 0 wakes one. */
static int wake_up(vaddr_t at, uint32_t operation, int most, uint32_t bits)
{
	struct proc *me = self(), *p, *next;
	int result = find_key(at, operation), woken = 0;

	if (result < 0)
		return result;
	for (p = line_of(me)->first; p; p = next) {
		next = p->wait.next;
		if (p->wait.object != me->wait.object ||
		    p->wait.place != me->wait.place || !(p->wait.bits & bits) ||
		    p->signal.killed)
			continue;
		wait_serve(line_of(me), p, 0);
		if (++woken >= most)
			break;
	}
	return woken;
}

/* A time of that clock; without one (-1), a duration. */
static int deadline_in(vaddr_t timeout, int clock, bool wide, uint64_t *until)
{
	struct timespec32 time;

	if (timespec_in(&time, timeout, wide) < 0)
		return -EFAULT;
	if (!timespec_valid(time))
		return -EINVAL;
	*until = clock < 0 ? clock_deadline(time) : deadline_at(clock, time);
	return 0;
}

/* futex(2), whose time has 32 or 64 bits of seconds. */
int sys_wait_on(vaddr_t at, uint32_t operation, uint32_t value, vaddr_t timeout,
                uint32_t bits, int wide)
{
	bool realtime = operation & FUTEX_CLOCK_REALTIME;
	uint32_t what =
	    operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	bool waits = what == FUTEX_WAIT || what == FUTEX_WAIT_BITSET;
	int clock = what == FUTEX_WAIT ? -1
	            : realtime         ? CLOCK_REALTIME
	                               : CLOCK_MONOTONIC;
	uint64_t until;
	int error = 0;

	if (waits && timeout)
		error = deadline_in(timeout, clock, wide, &until);
	if (error < 0)
		return error;
	if ((!waits && what != FUTEX_WAKE && what != FUTEX_WAKE_BITSET) ||
	    (realtime && what != FUTEX_WAIT_BITSET))
		return -ENOSYS;
	if (what == FUTEX_WAIT || what == FUTEX_WAKE)
		bits = ~0u;
	if (bits == 0)
		return -EINVAL;
	if (!waits)
		return wake_up(at, operation, (int)value, bits);
	return wait_for(at, operation, value, timeout ? &until : 0, bits);
}
