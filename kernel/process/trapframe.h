/*
 * kernel/process/trapframe.h -- the registers of a process that is in the
 * kernel, and of one that does not run.  This header declares proc_trapframe()
 * of process.c, what switch.asm has, and trap_return() of
 * kernel/entry/trap.asm.
 */
#ifndef KERNEL_TRAPFRAME_H
#define KERNEL_TRAPFRAME_H

#include "../../abi/types.h"

#define EFLAGS_VM (1u << 17) /* virtual-8086 mode */
#define EFLAGS_AC (1u << 18) /* with SMAP: the kernel may reach user pages */

/*
 * What lies on the kernel stack while a trap is served, lowest address first.
 * The first six are the arguments of a system call, in order; eax is its number
 * while it runs, and `vector` its door's (0x80, 0x81).
 *
 *	  high  gs, fs, ds, es       only from virtual-8086 mode
 *	        ss, esp              only when the trap came from user mode
 *	        eflags, cs, eip      pushed by the CPU
 *	        error, vector        by the CPU, or 0; by the entry
 *	        es, ds, eax, ebp, edi, esi, edx, ecx, ebx
 *	  low   <- struct trapframe *
 */
struct trapframe {
	union {
		struct {
			uint32_t ebx, ecx, edx, esi, edi, ebp;
		};
		uint32_t args[6];
	};
	uint32_t eax;
	uint32_t ds, es;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
	uint32_t esp, ss;
};

static inline bool trapframe_from_user(const struct trapframe *tf)
{
	return (tf->cs & 3) == 3 || (tf->eflags & EFLAGS_VM);
}

struct proc;

/*
 * The trapframe of user mode at the top of the kernel stack of `p`.  It is the
 * process's while it is in the kernel, and is made anew at each entry.
 */
struct trapframe *proc_trapframe(const struct proc *p);

/*
 * Leaves the kernel for user mode, by the trapframe at esp.  It is where a new
 * process begins, and not a function that C calls.
 */
void trap_return(void);

/* ---- switch.asm --------------------------------------------------------- */

/* What switch_to leaves on the stack of a process that does not run. */
struct switch_frame {
	uint32_t gs, fs, eip;
};

/*
 * switch_to, which schedule.c alone calls, saves the stack pointer in *eax and
 * goes on where the process with the stack pointer edx left off.  It does not
 * keep to C's calling convention: every register but esp may have changed.
 */

/* Loads fs and gs again, when the entries that they name have changed. */
void reload_selectors(void);

/* The pops of switch_to, from start to end, may fault: trap.c mends that. */
extern char switch_pops_start[], switch_pops_end[];

#endif
