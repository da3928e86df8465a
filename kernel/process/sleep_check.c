/*
 * kernel/process/sleep_check.c -- self-check of the sleepers.
 *
 *	P6  a sleeper knows its place, and wakes no earlier than the one above
 */
#include "schedule.h"

#include "../base/klog.h"

int sleep_check(void)
{
	int breaches = 0;

	for (int i = 1; i <= sleepers; i++) {
		if (asleep[i]->sched.place == i &&
		    (i == 1 ||
		     asleep[i]->sched.wake_at >= asleep[i / 2]->sched.wake_at))
			continue;
		klog(KLOG_ERROR, "P6: sleeper %d, pid %d, place %d", i,
		     asleep[i]->life.pid, asleep[i]->sched.place);
		breaches++;
	}
	for (int i = 0; i < proc_rows.fresh; i++) {
		int place =
		    procs[i].state == PROC_FREE ? 0 : procs[i].sched.place;

		if (place == 0 ||
		    (place <= sleepers && asleep[place] == &procs[i]))
			continue;
		klog(KLOG_ERROR, "P6: pid %d does not sleep",
		     procs[i].life.pid);
		breaches++;
	}
	return breaches;
}
