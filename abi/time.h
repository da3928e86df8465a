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
#define CLOCK_TAI              11
#define TIMER_ABSTIME          1

struct timespec32 {
	uint32_t seconds;
	uint32_t nanoseconds;
};

struct timespec64 {
	uint32_t seconds, seconds_high;
	uint32_t nanoseconds, pad;
};

#endif
