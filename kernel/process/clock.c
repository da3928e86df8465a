/*
 * kernel/process/clock.c -- the interval timer and the interrupt controllers.
 *
 * The PIT (8254) counts down at 1,193,182 Hz.  Its channel 2 goes round and
 * round and is the clock: it is read when the time is wanted, and never set
 * again.  Channel 0 counts down once and then interrupts.  That is an alarm: it
 * is set to the next tick while a process runs, and to the time at which the
 * first sleeper is to wake up.  So a sleep is exact to a tenth of a
 * millisecond, and an idle machine is disturbed twenty times a second.
 *
 * The two PICs (8259A) give lines 0..15 the vectors 32..47.  A line is closed
 * until it is asked for.
 */
#include "clock.h"

#include "../../abi/errno.h"
#include "../base/cpu.h"
#include "../../mm/usercopy.h"

#define PIC1         0x20
#define PIC2         0xA0
#define PIC_EOI      0x20
#define PIC_READ_ISR 0x0b
#define PIT_CHANNEL0 0x40
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define SPEAKER      0x61
#define SPEAKER_GATE 1 /* channel 2 counts */
#define SPEAKER_ON   2 /* the speaker is driven by it */

uint32_t ticks, clock_boot_time, clock_rest, clock_now;

/* ---- PIC ---------------------------------------------------------------- */

static uint16_t pic_mask = 0xfffb; /* only line 2 is open: the cascade */

static void write_mask(void)
{
	outb(PIC1 + 1, pic_mask & 0xff);
	outb(PIC2 + 1, pic_mask >> 8);
}

/* ICW1..ICW4: cascade, vector base, wiring, 8086 mode. */
static void pic_init(int port, int vector, int wiring)
{
	outb(port, 0x11);
	outb(port + 1, vector);
	outb(port + 1, wiring);
	outb(port + 1, 1);
}

void interrupts_init(void)
{
	pic_init(PIC1, VECTOR_IRQ, 4);
	pic_init(PIC2, VECTOR_IRQ + 8, 2);
	write_mask();
}

void interrupt_enable(int line, bool on)
{
	uint16_t bit = 1u << line;

	pic_mask = on ? pic_mask & ~bit : pic_mask | bit;
	write_mask();
}

/*
 * Lines 7 and 15 also fire for a request that went away.  The line is then not
 * in service, and must not be acknowledged.
 */
bool interrupt_take(int line)
{
	int port = line < 8 ? PIC1 : PIC2;
	bool real = true;

	if (line == 7 || line == 15) {
		outb(port, PIC_READ_ISR);
		real = inb(port) & 0x80;
	}
	if (real)
		outb(port, PIC_EOI);
	if (port == PIC2)
		outb(PIC1, PIC_EOI); /* the cascade was real in any case */
	return real;
}

/* ---- PIT ---------------------------------------------------------------- */

/*
 * Channel 2 must be read before it has come round, which takes 54.9 ms: so no
 * alarm is longer than 50 ms.  The shortest is 0.1 ms.
 */
#define LONGEST_ALARM  (PIT_HZ / 20)
#define SHORTEST_ALARM (PIT_HZ / 10000)

uint64_t clock_counts, clock_next_tick;
static uint64_t alarm = UINT64_MAX; /* when channel 0 will interrupt */

void clock_read(void)
{
	static uint16_t last;
	uint32_t seconds, rest;
	uint16_t count;

	outb(PIT_COMMAND, 0x80); /* latch channel 2 */
	count = inb(PIT_CHANNEL2);
	count |= inb(PIT_CHANNEL2) << 8;
	clock_counts += (uint16_t)(last - count); /* it counts down */
	last = count;
	seconds = cpu_divide(clock_counts, PIT_HZ, &rest);
	clock_now = clock_boot_time + seconds + (rest + clock_rest >= PIT_HZ);
	ticks = seconds * HZ + rest * HZ / PIT_HZ;
	/* The next tick is rest / HZ counts away. */
	rest = PIT_HZ - rest * HZ % PIT_HZ;
	clock_next_tick = clock_counts + rest / HZ + 1;
}

void clock_set(uint32_t seconds, uint32_t counts)
{
	uint64_t since_1970 = (uint64_t)seconds * PIT_HZ + counts;

	clock_read();
	clock_boot_time =
	    cpu_divide(since_1970 - clock_counts, PIT_HZ, &clock_rest);
	clock_read();
}

void clock_alarm(uint64_t at)
{
	uint32_t counts = LONGEST_ALARM;

	if (at >= alarm)
		return;
	clock_read();
	if (at < clock_counts + SHORTEST_ALARM)
		counts = SHORTEST_ALARM;
	else if (at < clock_counts + LONGEST_ALARM)
		counts = (uint32_t)(at - clock_counts) + 1;
	if (clock_counts + counts > alarm)
		return; /* an alarm is never put off */
	alarm = clock_counts + counts;
	outb(PIT_CHANNEL0, counts & 0xff);
	outb(PIT_CHANNEL0, counts >> 8);
}

void clock_alarm_over(void)
{
	alarm = UINT64_MAX;
}

void clock_init(uint32_t boot_time)
{
	outb(SPEAKER, (inb(SPEAKER) & ~SPEAKER_ON) | SPEAKER_GATE);
	outb(PIT_COMMAND, 0xb4); /* channel 2, both bytes, rate generator */
	outb(PIT_CHANNEL2, 0);   /* 65,536 */
	outb(PIT_CHANNEL2, 0);
	outb(PIT_COMMAND, 0x30); /* channel 0, both bytes, once */
	clock_boot_time = boot_time;
	clock_read();
	clock_alarm(clock_next_tick);
	interrupt_enable(0, true);
}

/* ---- a time that a process gives ---------------------------------------- */

int timespec_in(struct timespec32 *time, vaddr_t from, bool wide)
{
	struct timespec64 given;

	if (!wide)
		return copy_in(time, from, sizeof(*time));
	if (copy_in(&given, from, sizeof(given)) < 0)
		return -EFAULT;
	*time = (struct timespec32){given.seconds, given.nanoseconds};
	if ((int32_t)given.seconds_high < 0)
		time->seconds = -1u;
	else if (given.seconds_high || (int32_t)given.seconds < 0)
		time->seconds = INT32_MAX;
	return 0;
}

bool timespec_valid(struct timespec32 time)
{
	return (int32_t)time.seconds >= 0 && time.nanoseconds <= 999999999u;
}

/* Two counts more: neither the one that has begun nor the last is whole. */
uint64_t clock_deadline(struct timespec32 duration)
{
	uint64_t parts = (uint64_t)duration.nanoseconds * PIT_HZ;
	uint32_t counts, rest;

	clock_read();
	if (duration.seconds == 0 && duration.nanoseconds == 0)
		return clock_counts;
	counts = cpu_divide(parts, 1000000000u, &rest) + 2;
	return clock_counts + (uint64_t)duration.seconds * PIT_HZ + counts;
}
