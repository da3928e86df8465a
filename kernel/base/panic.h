/*
 * kernel/base/panic.h -- the kernel's mistakes.  kernel/look/panic.c has
 * panic().
 *
 * Three kinds of error are never confused: the caller's mistake is answered
 * with -errno, the process's crime kills the process, and the kernel's own
 * mistake comes here and stops the machine.
 */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

/* Says what went wrong, what the checkers find, and stops the machine. */
__attribute__((noreturn, format(printf, 1, 2))) void panic(const char *format,
                                                           ...);

/* It stays in every build.  State the invariant in its comment's words. */
#define assert(condition)                                                      \
	((condition) ? (void)0                                                 \
	             : panic("%s:%d: %s", __FILE__, __LINE__, #condition))

#endif
