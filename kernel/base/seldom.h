/*
 * kernel/base/seldom.h -- a word for the compiler that C does not have.
 */
#ifndef KERNEL_SELDOM_H
#define KERNEL_SELDOM_H

/*
 * A function that the usual way through its callers does not enter.  It stays a
 * function of its own, apart from them: as a part of them it would take their
 * registers, and a semop would cost a third more (`make bench`).
 */
#define SELDOM __attribute__((cold, noinline))

#endif
