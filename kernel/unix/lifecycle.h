/*
 * kernel/unix/lifecycle.h -- what the files of kernel/unix give to each other,
 * to kernel/entry and to boot.  This header declares what lifecycle.c,
 * memory.c, group.c, client.c, limit.c, random.c, forward.c and system.c have;
 * exec.h is for exec.c and elf.c.
 */
#ifndef KERNEL_LIFECYCLE_H
#define KERNEL_LIFECYCLE_H

#include "../../abi/errno.h"
#include "../base/cpu.h"
#include "../base/klog.h"
#include "../base/panic.h"
#include "../base/string.h"
#include "../process/clock.h"
#include "../process/process.h"
#include "../process/schedule.h"
#include "../process/trapframe.h"
#include "../signal/signal.h"
#include "../wait/time.h"

/* ---- lifecycle.c -------------------------------------------------------- */

/*
 * Prepares the kernel stack of `p`, so that its first switch leads to
 * trap_return.  Its trapframe is all zeroes.
 */
void proc_prepare_stack(struct proc *p);

/*
 * `p` has let go of the space that it had from its parent.  If the parent waits
 * for that in vfork(2), it goes on.
 */
void vfork_over(const struct proc *p);

/*
 * Ends the running process, which lets go of all that it holds and becomes a
 * zombie.  `wait_status` is what wait4(2) gives its parent.  The end of init is
 * a panic.
 */
__attribute__((noreturn)) void proc_exit(int wait_status);

/* ---- memory.c ----------------------------------------------------------- */

/*
 * Completes the client's mmap2, whose argument words are `args`, with `segment`
 * from page `offset` on.  No right of the memory is above `rights`.  Returns 0
 * and the address, or -errno with nothing changed.
 */
int mmap_segment(const struct proc *client, int segment, int offset, int rights,
                 const uint32_t args[6], vaddr_t *result);

/* ---- client.c: native calls, as abi/native.tbl describes them ----------- */

int native_client(struct proc *client, vaddr_t buffer);
int native_process(int pid);
int native_map(struct proc *client, int segment, uint32_t page,
               uint32_t rights);
int native_map_self(int segment, uint32_t offset, uint32_t len,
                    uint32_t rights);
int native_exec(struct proc *client, vaddr_t from);

/* ---- limit.c ------------------------------------------------------------- */

/* Gives `p` the limits of the first programs, which all others inherit. */
void limits_first(struct proc *p);

/* ---- random.c ----------------------------------------------------------- */

#define RANDOM_BLOCK 32u

/* Bytes that are hard to guess: random.c says how hard. */
void random_bytes(uint8_t bytes[RANDOM_BLOCK]);

/* ---- group.c: groups of processes, and native calls about them ---------- */

int native_leader(int pid);
int native_foreground(int sid, int pgid);
int native_background(struct proc *client, int signal);

/* `p` is no longer a child of `parent`: its group may be orphaned now. */
void group_parent_lost(const struct proc *p, const struct proc *parent);
/* A hook of lifecycle.c: `p` is a zombie now. */
void group_exit(struct proc *p);

/* ---- forward.c ---------------------------------------------------------- */

/* What the kernel's half of a call answers when the server is to be asked. */
#define FORWARD (-4096)

/* Sends a call to its row's owner and installs what the reply carries. */
int forward(uint32_t number, const uint32_t *args);

/* ---- system.c: calls that are not there --------------------------------- */

/*
 * A number that is no call's is -ENOSYS, with a line in the log when a process
 * uses it for the first time.
 */
int unknown_call(uint32_t number, const uint32_t *args);

#endif
