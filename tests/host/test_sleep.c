// with: kernel/process/sleep.c
/*
 * tests/host/test_sleep.c -- the heap of sleepers, against a plain list: joins,
 * leaves and wakes at random.
 */
#include "../../kernel/process/clock.h"
#include "../../kernel/process/schedule.h"
#include "tap.h"

#define PROCS 200

struct proc procs[PROCS];
struct rows proc_rows = {.fresh = PROCS};
struct proc *running = procs;
uint64_t clock_counts;
static int woken;

/* Nobody attaches here. */
void attach_ended(int in, int tag)
{
	(void)in, (void)tag;
}

bool wakes_early(enum proc_state state)
{
	return state == PROC_SLEEPING;
}

void wake(struct proc *p)
{
	EXPECT(p->sched.wake_at <= clock_counts, true);
	p->state = PROC_READY;
	woken++;
}

enum block_answer block(enum proc_state state, int peer)
{
	(void)state, (void)peer;
	abort();
}

void clock_alarm(uint64_t at)
{
	(void)at;
}

/* Who sleeps, and the earliest time; what the heap says is the same. */
static void compare(void)
{
	uint64_t earliest = UINT64_MAX;
	int asleep = 0;

	for (int i = 0; i < PROCS; i++) {
		EXPECT(procs[i].sched.place != 0,
		       procs[i].state == PROC_SLEEPING);
		if (procs[i].state == PROC_SLEEPING) {
			asleep++;
			if (procs[i].sched.wake_at < earliest)
				earliest = procs[i].sched.wake_at;
		}
	}
	EXPECT(sleep_first() != 0, asleep > 0);
	if (asleep > 0)
		EXPECT(sleep_first()->sched.wake_at, earliest);
	EXPECT(sleep_check(), 0);
}

int main(void)
{
	for (int i = 0; i < PROCS; i++)
		procs[i].state = PROC_READY;
	srand(1);
	for (int n = 0; n < 20000; n++) {
		struct proc *p = &procs[rand() % PROCS];

		if (p->state == PROC_READY) {
			p->state = PROC_SLEEPING;
			sleep_join(p, clock_counts + 1 + rand() % 500);
		} else if (rand() % 3 == 0) {
			p->state = PROC_READY;
			sleep_leave(p);
		}
		clock_counts += rand() % 3;
		sleep_wake();
		EXPECT(!sleep_first() ||
		           sleep_first()->sched.wake_at > clock_counts,
		       true);
		compare();
	}
	EXPECT(woken > 1000, true);
	tap("sleepers wake at their times, whoever joins and leaves");
	return tap_end();
}
