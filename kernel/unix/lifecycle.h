/*
 * kernel/unix/lifecycle.h -- what the files of kernel/unix give to each other,
 * to kernel/entry and to boot.  This header declares what lifecycle.c, pid.c,
 * signal.c and memory.c have; exec.h is for exec.c.
 */
#ifndef KERNEL_LIFECYCLE_H
#define KERNEL_LIFECYCLE_H

#include "../../abi/errno.h"
#include "../../abi/signal.h"
#include "../base/klog.h"
#include "../base/panic.h"
#include "../base/string.h"
#include "../process/process.h"
#include "../process/schedule.h"
#include "../process/trapframe.h"

/* ---- lifecycle.c -------------------------------------------------------- */

/*
 * Makes the stack of `p` that of a process which does not run: it will begin at
 * trap_return, with a trapframe of zeroes.
 */
void proc_prepare_stack(struct proc *p);

/*
 * Ends the running process, which lets go of all that it holds and becomes a
 * zombie.  `wait_status` is what wait4(2) gives its parent.  The end of init is
 * a panic.
 */
__attribute__((noreturn)) void proc_exit(int wait_status);

/* ---- pid.c -------------------------------------------------------------- */

/* A new pid: a number that no process, group or session has. */
int pid_next(void);

/* The process with this pid, alive or a zombie, or 0.  It looks at all rows. */
struct proc *proc_find(int pid);

/* proc_find(), for which 0 means the running process. */
struct proc *proc_find_or_self(int pid);

/*
 * Does `pid` mean this process, as in kill(2)?  Above 0: its pid; 0: it is of
 * the caller's group; -1: always; below: it is of the group -pid.
 */
bool proc_named(const struct proc *p, int pid);

/* ---- signal.c ----------------------------------------------------------- */

/*
 * On the way to user mode, when signal.attention: the running process stops, or
 * ends, as its signals ask.
 */
void signal_attend(void);

/*
 * The running process did what none may do: `reason`, at `address`.  It will be
 * killed by `signal` on its way to user mode, and the log says why.
 */
void proc_crime(int signal, const char *reason, uint32_t address);

/* ---- memory.c ----------------------------------------------------------- */

/*
 * Completes the client's mmap2, whose argument words are `args`, with `segment`
 * from page `offset` on.  The memory's rights are never above `rights`.  0 and
 * the address, or -errno with nothing changed.
 */
int mmap_segment(const struct proc *client, int segment, int offset, int rights,
                 const uint32_t args[6], vaddr_t *result);

#endif
