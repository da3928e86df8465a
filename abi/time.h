/*
 * abi/time.h -- clocks and times, as they cross the Unix door.
 *
 * Source: clock_gettime(2), clock_nanosleep(2).
 */
#ifndef ABI_TIME_H
#define ABI_TIME_H

#include "types.h"

#define CLOCK_REALTIME         0
#define CLOCK_MONOTONIC        1
#define CLOCK_PROCESS_CPUTIME  2
#define CLOCK_THREAD_CPUTIME   3
#define CLOCK_MONOTONIC_RAW    4
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME         7
#define CLOCK_REALTIME_ALARM   8 /* these two would wake a machine; root's */
#define CLOCK_BOOTTIME_ALARM   9
#define CLOCK_NONE             10
#define CLOCK_TAI              11
#define TIMER_ABSTIME          1

/*
 * The clocks of CPU time have negative numbers:
 *
 *	31 .. 3   2               1 .. 0
 *	~pid      of a thread     kind; pid 0: the caller
 */
#define CPU_CLOCK_SHIFT  3
#define CPU_CLOCK_THREAD 4
#define CPU_CLOCK_KIND   3 /* 0, 2: all time; 3: there is none */
#define CPU_CLOCK_DEVICE                                                       \
	3 /* in bits 2 .. 0: not of CPU time, but of a device */
#define CPU_CLOCK_USER  1
#define CPU_CLOCK_SCHED 2

/* sigevent.notify: how a timer is heard of */
#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2 /* of the C library; a signal to the kernel */
#define SIGEV_THREAD_ID 4

struct timespec32 {
	uint32_t seconds;
	uint32_t nanoseconds;
};

struct timespec64 {
	uint32_t seconds, seconds_high;
	uint32_t nanoseconds, pad;
};

#endif
