/*
 * kernel/signal/signal.h -- signals, and the pids that name who gets them.
 * This header declares what pid.c and signal.c have.
 */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include "../../abi/errno.h"
#include "../../abi/signal.h"
#include "../process/process.h"

/* ---- pid.c -------------------------------------------------------------- */

#define INIT_PID 1

/* A new pid is below pid_max: /proc/sys/kernel.  PID_LEAST are enough. */
#define PIDS       32768
#define PID_WINDOW (4 * PROCS_MAX)
#define PID_LEAST  (2 + PID_WINDOW)
extern int pid_max;

/* A new pid: a number that no process, group or session has. */
int pid_next(void);

/* The process with this pid, alive or a zombie, or 0.  It looks at all rows. */
struct proc *proc_find(int pid);

/* proc_find(), for which 0 means the running process. */
struct proc *proc_find_or_self(int pid);

/*
 * Does `pid` mean this process, as in kill(2)?  Above 0: its pid; 0: it is of
 * the caller's group; -1: always; below: it is of the group -pid.  No pid means
 * a row that is free or a process that is being made.
 */
bool proc_named(const struct proc *p, int pid);

/* ---- signal.c ----------------------------------------------------------- */

/*
 * Called on the way to user mode: if signal.attention is set, the running
 * process stops, as its signals ask.  The answer is the signal that ends it
 * now, or 0; the caller ends it.
 */
int signal_attend(void);

/*
 * The running process did what no process may do: `reason`, at `address`.  It
 * is killed by `signal` on its way to user mode, and the log says why.  So does
 * signal.crime, as long as it is a zombie:
 *
 *	63 .. 32   31 .. 16                    15 .. 0
 *	address    vector of its trap          error code of its trap
 *
 * A process that has committed no crime has 0 there.
 */
void proc_crime(int signal, const char *reason, uint32_t address);

#endif
