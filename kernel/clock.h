/*
 * kernel/clock.h -- time, in ticks of 10 ms and in nanoseconds.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include "../abi/types.h"

struct timespec32 {
	uint32_t seconds;
	uint32_t nanoseconds;
};

uint32_t clock_seconds(void); /* since 1970 */
struct timespec32 clock_uptime(void);
extern uint32_t clock_boot_time; /* seconds since 1970, from the RTC */

#endif
