// with: kernel/process/sleep.c kernel/process/sleep_check.c
/*
 * tests/host/test_sleep.c -- the heap of sleepers, against a plain list: joins,
 * leaves and wakes at random.
 */
#include "../../kernel/process/schedule.h"
#include "fake_kernel.h"
#include "tap.h"

#define PROCS 200

/* The heap has the processes that sleep, and the earliest first. */
static void compare(void)
{
	uint64_t earliest = UINT64_MAX;
	int asleep = 0;

	for (int i = 0; i < PROCS; i++) {
		EXPECT(procs[i].sched.sleep.place != 0,
		       procs[i].state == PROC_SLEEPING);
		if (procs[i].state == PROC_SLEEPING) {
			asleep++;
			if (procs[i].sched.sleep.at < earliest)
				earliest = procs[i].sched.sleep.at;
		}
	}
	EXPECT(sleep_first() != 0, asleep > 0);
	if (asleep > 0)
		EXPECT(sleep_first()->at, earliest);
	EXPECT(sleep_check(), 0);
}

/* How many processes are to sleep beyond this count. */
static int asleep_beyond(uint64_t count)
{
	int asleep = 0;

	for (int i = 0; i < PROCS; i++)
		asleep += procs[i].state == PROC_SLEEPING &&
		          procs[i].sched.sleep.at > count;
	return asleep;
}

int main(void)
{
	int woken = 0;

	fake_procs(PROCS);
	srand(1);
	for (int n = 0; n < 20000; n++) {
		struct proc *p = &procs[rand() % PROCS];
		int later;

		if (p->state == PROC_READY) {
			p->state = PROC_SLEEPING;
			sleep_join(&p->sched.sleep,
			           clock_counts + 1 + rand() % 500);
		} else if (rand() % 3 == 0) {
			p->state = PROC_READY;
			sleep_leave(&p->sched.sleep);
		}
		clock_counts += rand() % 3;
		later = asleep_beyond(clock_counts);
		woken += asleep_beyond(0) - later;
		sleep_wake();
		EXPECT(asleep_beyond(0), later);
		EXPECT(!sleep_first() || sleep_first()->at > clock_counts,
		       true);
		compare();
	}
	EXPECT(woken > 1000, true);
	tap("sleepers wake at their times, whoever joins and leaves");
	return tap_end();
}
