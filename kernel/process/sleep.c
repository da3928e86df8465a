/*
 * kernel/process/sleep.c -- which process sleeps until when.
 *
 * Sleepers stand in a heap, and servers that have set an alarm.  None wakes up
 * later than the two below it.  So the first to wake up is on top, and a
 * thousand sleepers stand in ten rows:
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

struct alarm *asleep[1 + PROCS_MAX];
int sleepers;

/* ---- the heap ----------------------------------------------------------- */

static void put(int place, struct alarm *a)
{
	asleep[place] = a;
	a->place = place;
}

/* Puts `a` in the empty place, or in one above it. */
static void rise(int place, struct alarm *a)
{
	for (; place > 1 && asleep[place / 2]->at > a->at; place /= 2)
		put(place, asleep[place / 2]);
	put(place, a);
}

/* Puts `a` in the empty place, or in one below it. */
static void sink(int place, struct alarm *a)
{
	int below;

	while ((below = 2 * place) <= sleepers) {
		if (below < sleepers &&
		    asleep[below + 1]->at < asleep[below]->at)
			below++;
		if (asleep[below]->at >= a->at)
			break;
		put(place, asleep[below]);
		place = below;
	}
	put(place, a);
}

void sleep_join(struct alarm *a, uint64_t until)
{
	a->at = until;
	rise(++sleepers, a);
}

void sleep_leave(struct alarm *a)
{
	struct alarm *last = asleep[sleepers--];
	int place = a->place;

	a->place = 0;
	if (a == last)
		return;
	if (last->at < a->at)
		rise(place, last);
	else
		sink(place, last);
}

struct alarm *sleep_first(void)
{
	return sleepers > 0 ? asleep[1] : 0;
}

void sleep_wake(void)
{
	struct alarm *a;

	while ((a = sleep_first()) && a->at <= clock_counts) {
		/* An alarm lies in the row of its process. */
		struct proc *p =
		    &procs[((char *)a - (char *)procs) / (int)sizeof(*p)];

		sleep_leave(a);
		if (proc_is_server(p))
			server_alarm(p);
		else if (wakes_early(p->state))
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
	sleep_join(&p->sched.sleep, *until);
	clock_alarm(*until);
	answer = block(state, -1);
	if (p->sched.sleep.place)
		sleep_leave(&p->sched.sleep);
	return answer;
}
