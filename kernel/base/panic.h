/*
 * kernel/base/panic.h -- the kernel's mistakes.
 *
 * Three kinds of error are never confused: the caller's mistake is answered
 * with -errno, the process's crime kills the process, and the kernel's own
 * mistake comes here and stops the machine.
 */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

__attribute__((noreturn, format(printf, 1, 2))) void panic(const char *format,
                                                           ...);

/* Stays in every build.  Say the invariant in the words of its comment. */
#define assert(condition)                                                      \
	((condition) ? (void)0                                                 \
	             : panic("%s:%d: %s", __FILE__, __LINE__, #condition))

#endif
