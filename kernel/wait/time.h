/*
 * kernel/wait/time.h -- times that programs give and get.  This header declares
 * what time.c and rtc.c have; the calls themselves are in build/gen/calls.h.
 */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include "../process/clock.h"
#include "../process/process.h"

/* ---- time.c ------------------------------------------------------------- */

/* Writes a struct rusage, in which all but the CPU time is 0.  0 or -EFAULT. */
int give_rusage(struct cpu_time used, vaddr_t rusage);

/*
 * Gives the process a time, with 64 bits of seconds if `wide`: 0 or -EFAULT.
 * timespec_in() in process/clock.h does the opposite.
 */
int timespec_out(vaddr_t to, struct timespec32 time, bool wide);

/* The count at which that clock, one to sleep by, is at that time. */
uint64_t deadline_at(int clock, struct timespec32 time);

/* Reads the clock, and answers how long it is until `deadline`; 0: past. */
struct timespec32 clock_left(uint64_t deadline);

/* Native calls: abi/native.tbl.  The new time is not less than the uptime. */
int native_clock_set(uint32_t seconds, uint32_t nanoseconds);
int native_timer(int pid, uint32_t born, int signal, uint32_t id,
                 uint32_t value, uint32_t times);

/* So many counts as a time, and the time since boot: it reads the clock. */
struct timespec32 clock_duration(uint64_t counts);
struct timespec32 clock_uptime(void);

/* ---- rtc.c -------------------------------------------------------------- */

/* The date as seconds since 1970, or 0 where there is no clock.  For boot. */
uint32_t rtc_time(void);

#endif
