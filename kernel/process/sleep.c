/*
 * kernel/process/sleep.c -- which process sleeps until when.
 *
 * Sleepers stand in a heap.  None wakes up later than the two below it.  So the
 * first to wake up is on top, and a thousand sleepers stand in ten rows:
 *
 *	                1: 10.0 s
 *	      2: 10.3 s            3: 12.0 s          below n: 2n and 2n + 1
 *	4: 11.0 s  5: 10.3 s   6: 15.0 s
 *
 * To join and to leave costs a step for each row.  A process that is woken for
 * another reason leaves when it next runs.
 */
#include "schedule.h"

#include "../../abi/errno.h"
#include "clock.h"

struct proc *asleep[1 + PROCS_MAX];
int sleepers;

/* ---- the heap ----------------------------------------------------------- */

static void put(int place, struct proc *p)
{
	asleep[place] = p;
	p->sched.place = place;
}

/* Puts `p` in the empty place, or in one above it. */
static void rise(int place, struct proc *p)
{
	for (; place > 1 && asleep[place / 2]->sched.wake_at > p->sched.wake_at;
	     place /= 2)
		put(place, asleep[place / 2]);
	put(place, p);
}

/* Puts `p` in the empty place, or in one below it. */
static void sink(int place, struct proc *p)
{
	int below;

	while ((below = 2 * place) <= sleepers) {
		if (below < sleepers && asleep[below + 1]->sched.wake_at <
		                            asleep[below]->sched.wake_at)
			below++;
		if (asleep[below]->sched.wake_at >= p->sched.wake_at)
			break;
		put(place, asleep[below]);
		place = below;
	}
	put(place, p);
}

void sleep_join(struct proc *p, uint64_t until)
{
	p->sched.wake_at = until;
	rise(++sleepers, p);
}

void sleep_leave(struct proc *p)
{
	struct proc *last = asleep[sleepers--];
	int place = p->sched.place;

	p->sched.place = 0;
	if (p == last)
		return;
	if (last->sched.wake_at < p->sched.wake_at)
		rise(place, last);
	else
		sink(place, last);
}

struct proc *sleep_first(void)
{
	return sleepers > 0 ? asleep[1] : 0;
}

void sleep_wake(void)
{
	struct proc *p;

	while ((p = sleep_first()) && p->sched.wake_at <= clock_counts) {
		sleep_leave(p);
		if (wakes_early(p->state))
			wake(p);
	}
}

/* ---- going to sleep ----------------------------------------------------- */

enum block_answer block_until(enum proc_state state, const uint64_t *until)
{
	struct proc *p = self();
	enum block_answer answer;

	if (!until)
		return block(state, -1);
	sleep_join(p, *until);
	clock_alarm(*until);
	answer = block(state, -1);
	if (p->sched.place)
		sleep_leave(p);
	return answer;
}

int sleep_until(uint64_t until)
{
	while (until > clock_counts)
		if (block_until(PROC_SLEEPING, &until) != GO_ON)
			return -EINTR;
	return 0;
}
