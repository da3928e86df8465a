/*
 * kernel/process/clock.h -- time, in counts of the PIT and in nanoseconds, and
 * the PIC.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include "../../abi/time.h"

#define PIT_HZ               1193182u /* counts a second */
#define HZ                   100      /* ticks a second */
#define NANOSECONDS_PER_TICK (1000000000u / HZ)

extern uint32_t ticks; /* since boot */

/*
 * A struct timespec of the process, of 32 bits or `wide`; more seconds
 * than fit are as many as fit.  0 or -EFAULT.  Is it one?  ... The first count
 * at which it has surely passed.
 */
int timespec_in(struct timespec32 *time, vaddr_t from, bool wide);
bool timespec_valid(struct timespec32 time);
uint64_t clock_deadline(struct timespec32 time);

/*
 * Counts since boot, as they were when the clock was last read, and when the
 * next tick will be.  It is read at each alarm, and by who calls clock_read().
 */
extern uint64_t clock_counts, clock_next_tick;
void clock_read(void);
struct timespec32 clock_uptime(void); /* reads it */

/*
 * There will be an interrupt at count `at`, or before; it is not so soon that
 * who sleeps very often could keep the machine busy, and it puts off none that
 * was to come.  It has come: there is none.
 */
#define NEVER (UINT64_MAX - 1)
void clock_alarm(uint64_t at);
void clock_alarm_over(void);

void clock_init(void);

#define VECTOR_IRQ 32 /* the 16 lines of the PIC interrupt from here on */

/* The PIC: lets a line 0..15 through, or not. */
void interrupts_init(void);
void interrupt_enable(int line, bool on);
bool interrupt_take(int line); /* acknowledges it; false: it was none */

/* Seconds since 1970: at boot, from the RTC; and when the clock was read. */
extern uint32_t clock_boot_time, clock_now;

#endif
