/*
 * kernel/look/inspect.h -- what lets the kernel be seen from outside.  This
 * header declares what inspect.c and report_inspect.c have; abi/inspect.h has
 * what a reader of the block needs.
 */
#ifndef KERNEL_INSPECT_H
#define KERNEL_INSPECT_H

#include "../../abi/inspect.h"

/* ---- inspect.c ---------------------------------------------------------- */

extern struct inspection inspection;

/* Writes what never changes: at boot, when memory and clock are there. */
void inspect_init(void);

/* Brings the numbers up to date.  It is called before each read of them. */
void inspect_update(void);

/* ---- report_inspect.c --------------------------------------------------- */

struct trapframe;

/*
 * Writes a line for each process into the log: what it is doing.  `now` is the
 * trapframe of the NMI that asked for it.
 */
void report_processes(const struct trapframe *now);

#endif
