/*
 * kernel/wait/rtc.c -- the date, from the real-time clock.
 *
 * The MC146818 keeps the date in the machine's CMOS, with two digits for the
 * year.  It is read once, at boot, as seconds since 1970 in UTC; from then on
 * the interval timer counts.  An hour is one of 24, as a BIOS sets it.
 */
#include "time.h"

#include "../base/cpu.h"

#define RTC_INDEX 0x70
#define RTC_DATA  0x71

/* The registers, by index. */
enum { SECONDS, MINUTES = 2, HOURS = 4, DAY = 7, MONTH, YEAR, A, B };

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

/* Days from 1970-01-01 to this day, by the Gregorian calendar. */
static uint32_t days_until(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint16_t before[12] = {0,   31,  59,  90,  120, 151,
	                                    181, 212, 243, 273, 304, 334};
	uint32_t y = month > 2 ? year : year - 1;
	uint32_t leaps = y / 4 - y / 100 + y / 400 - 477; /* 477 to 1969 */

	return (year - 1970) * 365 + leaps + before[month - 1] + day - 1;
}

uint32_t rtc_time(void)
{
	bool binary = rtc_read(B) & 0x04; /* else in BCD */
	uint32_t month, days, minutes;

	for (int i = 0; i < 100000 && (rtc_read(A) & 0x80); i++)
		; /* an update is in progress, for at most 2 ms */
	month = rtc_value(MONTH, binary);
	if (month < 1 || month > 12)
		return 0; /* no clock there */
	days = days_until(2000 + rtc_value(YEAR, binary), month,
	                  rtc_value(DAY, binary));
	minutes = rtc_value(HOURS, binary) * 60 + rtc_value(MINUTES, binary);
	return (days * 24 * 60 + minutes) * 60 + rtc_value(SECONDS, binary);
}
