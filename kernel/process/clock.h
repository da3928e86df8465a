/*
 * kernel/process/clock.h -- time, in counts of the PIT and in nanoseconds, and
 * the PIC.  This header declares what clock.c has.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include "../../abi/time.h"

#define PIT_HZ               1193182u /* counts a second */
#define HZ                   100      /* ticks a second */
#define NANOSECONDS_PER_TICK (1000000000u / HZ)

#define NEVER      (UINT64_MAX - 1) /* a count that does not come */
#define VECTOR_IRQ 32 /* line 0 of the PIC; 16 lines from here on */

/* ---- the PIC ------------------------------------------------------------ */

/* Gives the PIC's lines their vectors, and closes all of them. */
void interrupts_init(void);

/* Opens or closes a line, 0..15. */
void interrupt_enable(int line, bool on);

/*
 * Acknowledges the interrupt of a line.  False: there was none, the request
 * had gone away.
 */
bool interrupt_take(int line);

/* ---- the clock ---------------------------------------------------------- */

/* Starts the timer and opens its line.  `boot_time`: seconds since 1970. */
void clock_init(uint32_t boot_time);

/*
 * The time when the clock was last read, which was at the last alarm or later:
 * counts since boot, ticks since boot, and seconds since 1970.  clock_next_tick
 * is the count at which the next tick will be.
 */
extern uint64_t clock_counts, clock_next_tick;
extern uint32_t ticks, clock_now;

/*
 * Seconds since 1970 at boot, and counts; 0 if there is no real-time clock.
 * clock_set() changes them: it is so late now.
 */
extern uint32_t clock_boot_time, clock_rest;
void clock_set(uint32_t seconds, uint32_t counts);

/* Reads the clock.  It must be read every 54 ms; the alarms see to that. */
void clock_read(void);

/*
 * Makes sure that an interrupt comes before count `at`, or at most 0.1 ms after
 * it.  No alarm is shorter than that, so a process that sleeps very often
 * cannot keep the machine busy with alarms.  An alarm that is set already is
 * never put off.
 */
void clock_alarm(uint64_t at);

/* The alarm has come, so none is set. */
void clock_alarm_over(void);

/* ---- a time that a process gives ---------------------------------------- */

/*
 * Copies a struct timespec from the process, which has 64 bits of seconds if
 * `wide`, else 32.  Seconds that do not fit become the most that do, and below
 * 0 they become -1.  0 or -EFAULT.
 */
int timespec_in(struct timespec32 *time, vaddr_t from, bool wide);

/* Is it a time?  Its seconds are not negative, its nanoseconds below 10^9. */
bool timespec_valid(struct timespec32 time);

/*
 * Reads the clock, and answers the first count at which `duration`, which is
 * valid, has surely passed.
 */
uint64_t clock_deadline(struct timespec32 duration);

#endif
