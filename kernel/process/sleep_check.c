/*
 * kernel/process/sleep_check.c -- self-check of the sleepers.
 *
 *	P6  a sleeper knows its place, and wakes no earlier than the one above
 */
#include "schedule.h"

#include "../base/klog.h"

static bool misplaced(const struct alarm *a)
{
	return a->place != 0 && (a->place > sleepers || asleep[a->place] != a);
}

int sleep_check(void)
{
	int breaches = 0;

	for (int i = 1; i <= sleepers; i++) {
		if (asleep[i]->place == i &&
		    (i == 1 || asleep[i]->at >= asleep[i / 2]->at))
			continue;
		klog(KLOG_ERROR, "P6: sleeper %d of %d, place %d", i, sleepers,
		     asleep[i]->place);
		breaches++;
	}
	for (int i = 0; i < proc_rows.fresh; i++) {
		if (procs[i].state == PROC_FREE ||
		    !misplaced(&procs[i].sched.sleep))
			continue;
		klog(KLOG_ERROR, "P6: pid %d does not sleep",
		     procs[i].life.pid);
		breaches++;
	}
	return breaches;
}
