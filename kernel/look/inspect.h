/*
 * kernel/look/inspect.h -- the inspection block's writer.  abi/inspect.h has
 * what a reader needs.
 */
#ifndef KERNEL_INSPECT_H
#define KERNEL_INSPECT_H

#include "../../abi/inspect.h"

extern struct inspection inspection;

void inspect_init(void);
/* Brings the numbers up to date: before anybody may look. */
void inspect_update(void);

/* report_inspect.c: a line in the log for each process; `now`: the NMI's. */
struct trapframe;
void report_processes(const struct trapframe *now);

#endif
