/*
 * kernel/base/klog.h -- the kernel's log: lines on port 0xE9, where it exists.
 * This header declares what klog.c has.
 *
 * Formats know %s, %d, %u and %x, and a width: %08x has at least 8 digits.
 */
#ifndef KERNEL_KLOG_H
#define KERNEL_KLOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "seldom.h"

/* On the kernel's command line: log=0, errors alone; log=1, all. */
enum klog_level { KLOG_ERROR, KLOG_INFO };
extern enum klog_level klog_level;

/* One line, cut off at 158 characters.  The way to it is small, not fast. */
SELDOM __attribute__((format(printf, 2, 3))) void klog(enum klog_level level,
                                                       const char *format, ...);

/*
 * A line of information that any process can cause.  A second has at most
 * KLOG_CAUSED_LINES of them.  klog_second(), at the end of each second, says
 * how many were left out.
 */
#define KLOG_CAUSED_LINES 100
SELDOM __attribute__((format(printf, 1, 2))) void
klog_caused(const char *format, ...);
void klog_second(void);

/* Writes bytes to port 0xE9 as they are: the trace does.  Does it exist? */
#define LOG_PORT 0xE9
bool klog_raw(const void *bytes, int count);

/*
 * Formats into `to`, which has room for `size` bytes: longer text is cut off,
 * and a NUL ends it.  Returns the length without the NUL.
 */
__attribute__((format(printf, 3, 4))) int format(char *to, int size,
                                                 const char *text, ...);
int vformat(char *to, int size, const char *text, va_list args);

#endif
