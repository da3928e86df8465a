/*
 * kernel/base/klog.h -- the kernel's log: lines on port 0xE9, where it exists.
 *
 * Formats: %s; %d %u %x, and with at least so many digits, %08x.
 */
#ifndef KERNEL_KLOG_H
#define KERNEL_KLOG_H

#include <stdarg.h>

enum klog_level { KLOG_ERROR, KLOG_INFO };
extern enum klog_level klog_level; /* kernel command line: log=0|1 */

__attribute__((format(printf, 2, 3))) void klog(enum klog_level level,
                                                const char *format, ...);

/*
 * What any process can cause, as information: so many lines a second, then one
 * that says how many were left out.  klog_second() begins the next second.
 */
#define KLOG_CAUSED_LINES 100
__attribute__((format(printf, 1, 2))) void klog_caused(const char *format, ...);
void klog_second(void);

/* Onto port 0xE9 only, as they are: for the trace. */
void klog_raw(const void *bytes, int count);

/* Formats into `to`, at most `size` bytes with the NUL; the length made. */
__attribute__((format(printf, 3, 4))) int format(char *to, int size,
                                                 const char *text, ...);
int vformat(char *to, int size, const char *text, va_list args);

#endif
