/*
 * kernel/clock.c -- the interval timer, the interrupt controllers, the time.
 *
 * The PIT (8254) counts down from PIT_DIVISOR at 1,193,182 Hz and interrupts
 * HZ times a second; between two ticks its counter gives the fraction.  The
 * real-time clock (MC146818) is read once, at boot.  The two PICs (8259A) give
 * lines 0..15 to vectors 32..47; a line is open only when somebody asked.
 */
#include "clock.h"

#include "cpu.h"
#include "process.h"
#include "trap.h"

#define PIC1                  0x20
#define PIC2                  0xA0
#define PIC_EOI               0x20
#define PIC_READ_IRR          0x0a
#define PIC_READ_ISR          0x0b
#define PIT_CHANNEL0          0x40
#define PIT_COMMAND           0x43
#define PIT_HZ                1193182u
#define PIT_DIVISOR           ((PIT_HZ + HZ / 2) / HZ)
#define NANOSECONDS_PER_COUNT 838u
#define RTC_INDEX             0x70
#define RTC_DATA              0x71

uint32_t clock_boot_time, clock_now;

/* ---- PIC ------------------------------------------------------------- */

static uint16_t pic_mask = 0xfffb; /* all closed but the cascade, line 2 */

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

/* Lines 7 and 15 also fire for requests that went away: not in service then. */
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

/* ---- RTC ------------------------------------------------------------- */

static uint32_t rtc_read(int reg)
{
	outb(RTC_INDEX, reg);
	return inb(RTC_DATA);
}

static uint32_t rtc_value(int reg, bool binary)
{
	uint32_t value = rtc_read(reg);

	return binary ? value : (value >> 4) * 10 + (value & 15);
}

/* Days from 1970-01-01 to the first of the month, Gregorian. */
static uint32_t days_until(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint16_t before[12] = {0,   31,  59,  90,  120, 151,
	                                    181, 212, 243, 273, 304, 334};
	uint32_t y = month > 2 ? year : year - 1;
	uint32_t leaps = y / 4 - y / 100 + y / 400 - 477; /* 477 by 1969 */

	return (year - 1970) * 365 + leaps + before[month - 1] + day - 1;
}

static uint32_t rtc_time(void)
{
	bool binary = rtc_read(0x0b) & 4;
	uint32_t month, days, minutes;

	for (int i = 0; i < 100000 && (rtc_read(0x0a) & 0x80); i++)
		; /* an update is in progress: for at most 2 ms */
	month = rtc_value(8, binary);
	if (month < 1 || month > 12)
		return 0; /* no clock there */
	days = days_until(2000 + rtc_value(9, binary), month,
	                  rtc_value(7, binary));
	minutes = rtc_value(4, binary) * 60 + rtc_value(2, binary);
	return (days * 24 * 60 + minutes) * 60 + rtc_value(0, binary);
}

/* ---- PIT ------------------------------------------------------------- */

void clock_init(void)
{
	outb(PIT_COMMAND, 0x34); /* channel 0, both bytes, rate generator */
	outb(PIT_CHANNEL0, PIT_DIVISOR & 0xff);
	outb(PIT_CHANNEL0, PIT_DIVISOR >> 8);
	clock_now = clock_boot_time = rtc_time();
	interrupt_enable(0, true);
}

/* Counts since the last tick; adds a tick that has fired but waits for us. */
static uint32_t counts_into_tick(uint32_t *tick)
{
	uint32_t count;

	outb(PIT_COMMAND, 0); /* latch channel 0 */
	count = inb(PIT_CHANNEL0);
	count |= (uint32_t)inb(PIT_CHANNEL0) << 8;
	outb(PIC1, PIC_READ_IRR);
	if ((inb(PIC1) & 1) && count > PIT_DIVISOR / 2)
		*tick += 1;
	return count < PIT_DIVISOR ? PIT_DIVISOR - count : 0;
}

struct timespec32 clock_uptime(void)
{
	static struct timespec32 last;
	uint32_t tick = ticks;
	uint32_t counts = counts_into_tick(&tick);
	struct timespec32 now = {
	    tick / HZ,
	    tick % HZ * NANOSECONDS_PER_TICK + counts * NANOSECONDS_PER_COUNT,
	};

	if (now.nanoseconds > 999999999u)
		now.nanoseconds = 999999999u;
	if (now.seconds < last.seconds ||
	    (now.seconds == last.seconds && now.nanoseconds < last.nanoseconds))
		return last; /* time never goes back */
	last = now;
	return now;
}
