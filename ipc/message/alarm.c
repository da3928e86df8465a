/*
 * ipc/message/alarm.c -- a server that has something to do at a time.
 *
 * A server sleeps where it receives and nowhere else, so it hears of a time
 * there: as of line 0, the PIT's, which no server can ask for.  It has one
 * alarm, and keeps by itself what is to be done when (files: the timers of
 * programs; console: a read with VTIME).
 */
#include "message.h"

#include "../../kernel/process/clock.h"
#include "../../kernel/process/schedule.h"

int native_alarm(uint32_t microseconds)
{
	struct alarm *mine = &self()->sched.sleep;
	uint64_t until = clock_deadline((struct timespec32){
	    microseconds / 1000000, microseconds % 1000000 * 1000});

	if (mine->place)
		sleep_leave(mine);
	sleep_join(mine, until);
	clock_alarm(until);
	return 0;
}

void server_alarm(const struct proc *p)
{
	channels[p->message.channel].interrupts |= 1;
	channel_tell(&channels[p->message.channel]);
}
