/*
 * kernel/clock.h -- time, in ticks of 10 ms and in nanoseconds.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include "../abi/time.h"

#define NANOSECONDS_PER_TICK (1000000000u / HZ) /* HZ: process.h */

/*
 * time.c: a struct timespec of the process, of 32 bits or `wide`; more seconds
 * than fit are as many as fit.  0 or -EFAULT.  Is it one?  ... The first tick
 * at which it has surely passed.
 */
int timespec_in(struct timespec32 *time, vaddr_t from, bool wide);
bool timespec_valid(struct timespec32 time);
uint32_t clock_deadline(struct timespec32 time);

struct timespec32 clock_uptime(void);

/* Seconds since 1970: at boot, from the RTC; and now, by the ticks since. */
extern uint32_t clock_boot_time, clock_now;

#endif
