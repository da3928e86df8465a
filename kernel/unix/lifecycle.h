/*
 * kernel/unix/lifecycle.h -- birth, change and death of processes, and of the
 * machine: what the files of kernel/ share (ipc sees process.h alone).
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

/* Ends the current process; status as wait4(2) gives it. */
__attribute__((noreturn)) void proc_exit(int wait_status);

/* A process that starts at trap_return with an empty trapframe. */
void proc_prepare_stack(struct proc *p);

/* ---- pid.c ----------------------------------------------------------- */

/* A number that is no process's, no group's and no session's. */
int pid_next(void);

/* The process with this pid, alive or a zombie, or 0.  It looks at all rows. */
struct proc *proc_find(int pid);

/*
 * Does `pid` mean this process, as in kill(2)?  Above 0: its pid; 0: it is of
 * the caller's group; -1: always; below: it is of the group -pid.
 */
bool proc_named(const struct proc *p, int pid);

/* ---- identity.c --------------------------------------------------------- */

/* The process that has this pid (0: the current one), or 0. */
struct proc *find_or_self(int pid);

/* ---- signal.c ----------------------------------------------------------- */

/* What attend() does about signals before a process returns to user mode. */
void signal_attend(void);

/* The process's own crime: its last log line, and its end. */
void proc_crime(int signal, const char *reason, uint32_t address);

/* ---- memory.c ----------------------------------------------------------- */

/*
 * Completes the client's mmap2, whose argument words are `args`, with
 * `segment` from page `offset` on; its rights are never above `rights`.  0 and
 * the address, or -errno with nothing changed.
 */
int mmap_segment(const struct proc *client, int segment, int offset, int rights,
                 const uint32_t args[6], vaddr_t *result);

#endif
