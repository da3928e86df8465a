/*
 * tests/host/fake_kernel.h -- the kernel around the core, on the host: what is
 * logged, how processes wait, what time it is.
 *
 * Every host program is linked with fake_kernel.c.  Its functions are weak
 * symbols: where a program is linked with the kernel's own function, or has one
 * of its own, that one is called.
 */
#ifndef TESTS_HOST_FAKE_KERNEL_H
#define TESTS_HOST_FAKE_KERNEL_H

#include "../../kernel/process/process.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/klog.h"

/* ---- the log ------------------------------------------------------------ */

extern bool log_quiet; /* what is logged goes to log_text alone */
extern char log_text[1024];

/* ---- processes ---------------------------------------------------------- */

/*
 * `count` rows are in use: new processes, which are ready and have nothing; pid
 * 10 is the first.  It is the current process.
 */
void fake_procs(int count);

/* What happens while the current process has given up the CPU. */
extern void (*fake_switch)(void);

/*
 * How often in a row block() has told a process to stop or to die.  A thousand
 * times are a panic: the process does not listen.  An explorer that leaves its
 * calls by longjmp() sets it to 0.
 */
extern int told_in_vain;

/*
 * A process may have a stack of its own, on which it runs `life`.
 * fake_enter() lets it run until it waits or calls fake_leave(), which is what
 * fake_switch does then.  It is READY after that, unless it waits.
 */
void fake_life(struct proc *p, void (*life)(void));
void fake_enter(struct proc *p);
void fake_leave(void);

#endif
