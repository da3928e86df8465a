/*
 * kernel/entry/trap.h -- traps: how the CPU enters the kernel and leaves it.
 *
 * The tables the CPU looks at (segments.c), the entries (trap.asm), the
 * decisions (trap.c, syscall.c).
 */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "../../abi/types.h"

/* Selectors, as on native Linux i386.  SDM 3A 3.4.2. */
#define KERNEL_CS 0x60
#define KERNEL_DS 0x68
#define USER_CS   0x73
#define USER_DS   0x7b
#define TLS_FIRST 6 /* GDT entries 6..8 belong to the process */
#define TLS_COUNT 3

#define VECTOR_NMI          2
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_PAGE_FAULT   14
#define VECTOR_IRQ          32 /* 16 interrupt lines from here */
#define VECTOR_UNIX         0x80
#define VECTOR_NATIVE       0x81

#define EFLAGS_VM (1u << 17) /* virtual-8086 mode */
#define EFLAGS_AC (1u << 18) /* with SMAP: the kernel may reach user pages */

/*
 * What lies on the kernel stack while a trap is served, lowest address first.
 * The first six are the arguments of a system call, in order.
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

/* ---- segments.c ------------------------------------------------------ */

void segments_init(void);
void segments_set_stack(uintptr_t esp0);
/* The registers as the double fault found them. */
void segments_interrupted(struct trapframe *tf);
/* The thread area of a process, and the ports it may use. */
struct proc;
void segments_load(const struct proc *p);

/* ---- trap.asm -------------------------------------------------------- */

extern uint32_t trap_entries[]; /* addresses, by vector 0..47 */
void trap_unix(void);
void trap_native(void);
void trap_return(void); /* leaves the kernel with the frame at esp */
/* Instructions that fault where the process has spoilt what they load. */
extern char trap_pops_start[], trap_pops_end[]; /* ds and es */
extern char trap_iret[];                        /* ss */

/* ---- switch.asm ------------------------------------------------------ */

/* What switch_to leaves on the stack of a process that does not run. */
struct switch_frame {
	uint32_t gs, fs, eip;
};

/*
 * switch_to: saves the stack pointer in *eax and goes on where the process with
 * stack pointer edx left off.  Called by schedule.c alone, not by C's rules:
 * no register but esp is what it was.
 */

/* fs and gs are loaded anew: the entries that they name have changed. */
void reload_selectors(void);
extern char switch_pops_start[], switch_pops_end[]; /* these may fault */

/* ---- trap.c, syscall.c ----------------------------------------------- */

void trap(struct trapframe *tf);
void double_fault(void); /* panic.c: entered as a task, not as a function */
void attend(struct trapframe *tf); /* need_resched was set: what is it? */
/* What goes back in eax. */
int syscall_unix(uint32_t number, const uint32_t *args);
int syscall_native(uint32_t number, const uint32_t *args);

/* The trapframe of a process that came from user mode: top of its stack. */
struct trapframe *proc_trapframe(int proc);

bool trapframe_from_user(const struct trapframe *tf);

#endif
