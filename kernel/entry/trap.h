/*
 * kernel/entry/trap.h -- traps: how the CPU enters the kernel and leaves it.
 *
 * The CPU looks into a table (idt.c) and comes in by an entry (trap.asm); what
 * the trap means is decided in trap.c and syscall.c.
 */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "../process/clock.h"
#include "../process/trapframe.h"

#define VECTOR_NMI          2
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_PAGE_FAULT   14
#define VECTOR_SIMD         19
#define VECTOR_UNIX         0x80
#define VECTOR_NATIVE       0x81

/* ---- idt.c -------------------------------------------------------------- */

/* Fills the table of gates and loads it.  To be called once, at boot. */
void idt_init(void);

/* ---- trap.asm ----------------------------------------------------------- */

extern uint32_t trap_entries[]; /* addresses, by vector 0..47 */
void trap_unix(void);
void trap_native(void);
/* These instructions fault if a process has spoilt the selectors they load. */
extern char trap_pops_start[], trap_pops_end[]; /* ds and es */
extern char trap_iret[];                        /* ss */

/* ---- trap.c, syscall.c -------------------------------------------------- */

/* Serves an exception or an interrupt. */
void trap(struct trapframe *tf);
/* Called on the way back to user mode when need_resched is set. */
void attend(struct trapframe *tf);
/* The same after a system call.  The frame's eax is still the call's number. */
void attend_call(struct trapframe *tf, int answer);
/* Run a system call.  The answer goes back in eax. */
int syscall_unix(uint32_t number, const uint32_t *args);
int syscall_native(uint32_t number, const uint32_t *args);

/* ---- native.c ----------------------------------------------------------- */

/* Runs a native call.  -EPERM: the caller is no server; -ENOSYS. */
int native_call(uint32_t number, const uint32_t args[6]);

#endif
