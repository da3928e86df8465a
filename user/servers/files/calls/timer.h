/*
 * user/servers/files/calls/timer.h -- a timer of a process.
 *
 * timer.c keeps all of them, and itimer.c and posix_timer.c have the calls. All
 * times here are in nanoseconds, and at most NEVER.
 */
#ifndef FILES_TIMER_H
#define FILES_TIMER_H

#include "../../../../abi/signal.h"
#include "../../../../abi/time.h"
#include "calls.h"

#define SECOND 1000000000u
#define NEVER  ((uint64_t)INT64_MAX)

struct timer {
	struct object object;
	int pid;
	uint32_t born; /* the process's first tick: a pid comes back */
	uint32_t uid;
	uint32_t id; /* 0: one of setitimer(2) */
	uint32_t notify, signal;
	uint32_t value;     /* sigev_value */
	int clock, base;    /* what it was made for; what `at` is a time of */
	uint64_t at;        /* when it expires next; 0: it is off */
	uint64_t period;    /* 0: once */
	uint64_t look;      /* CLOCK_MONOTONIC: when to look at it, or NEVER */
	uint64_t missed;    /* times that no signal has said yet */
	uint64_t waiting;   /* overruns of the signal that was sent last, */
	uint64_t delivered; /* and of the last one that was taken */
};

/* Period and value: what timers are set to, and what is left. */
struct setting {
	uint64_t period, value;
};

/* The CPU clock of a process, of a kind: abi/time.h. */
int cpu_clock(int pid, int kind);
/* The time of a clock; NEVER: there is none, or its process is gone. */
uint64_t clock_now(int clock);

/*
 * Makes a timer of the client's that is off.  It has no id yet.  0: there is no
 * room.
 */
struct timer *timer_make(const struct message *m);
void timer_drop(const struct timer *t);
/* The next timer from row *i on, and moves *i behind it; 0: there is none. */
struct timer *timer_next(int *i);
/* The client's timer of that id, and for id 0 of that clock; or 0. */
struct timer *timer_find(const struct message *m, uint32_t id, int clock);

/*
 * From now on, or with `until` at that time of its clock, it is set: a value of
 * 0 is off.  What has expired already is signalled at once.
 */
void timer_set(struct timer *t, bool until, struct setting setting);
/* What is left is not 0 if the timer is still to expire. */
struct setting timer_left(const struct timer *t);
/* Is its process still there? */
bool timer_lives(const struct timer *t);
/* Does its last signal still wait in the process's queue? */
bool timer_waits(const struct timer *t);

#endif
