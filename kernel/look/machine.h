/*
 * kernel/look/machine.h -- the ends of the machine, the checkers, and failures
 * on order.  This header declares what panic.c, check.c, fault_check.c and
 * provoke_check.c have; panic() itself is in kernel/base/panic.h.
 */
#ifndef KERNEL_MACHINE_H
#define KERNEL_MACHINE_H

#include "../process/trapframe.h"

/* ---- panic.c ------------------------------------------------------------ */

/*
 * Says a line on the screen and on COM1, which is polled, and puts it into the
 * log.  It is for last words only: it writes over what the console shows.
 */
__attribute__((format(printf, 1, 2))) void machine_say(const char *format, ...);

/*
 * Ends QEMU with (value << 1 | 1) through port 0xF4.  Without that port, 0 asks
 * QEMU's ACPI to switch off; a machine without either halts, and the screen
 * says that it can be switched off.  Any other value halts, so that the screen
 * can be read.
 */
__attribute__((noreturn)) void machine_off(int value);

#define MACHINE_PANIC 0x7f /* machine_off's value when the kernel failed */

/* The kernel cannot run on this machine: one sentence, then the end. */
#define machine_refuse(sentence, ...)                                          \
	(machine_say("Tessera cannot run here: " sentence ".", ##__VA_ARGS__), \
	 machine_off(MACHINE_PANIC))

/*
 * A panic for an exception, which shows the registers of its trapframe.  `what`
 * is the exception's name or 0, `address` the one that a page fault is about.
 * There is no backtrace of user mode, whose stack is the program's.
 */
__attribute__((noreturn)) void panic_trap(const struct trapframe *tf,
                                          const char *what, uint32_t address);

/* A panic for a double fault.  The CPU enters it as a task. */
void double_fault(void);

/* ---- check.c ------------------------------------------------------------ */

/* Runs every checker.  Returns how many breaches they have logged. */
int check_all(void);

/* ---- fault_check.c ------------------------------------------------------ */

/*
 * Why a page fault at `va` kills the process: the reason of proc_crime().  It
 * is valid until the next call.
 */
const char *fault_reason(int result, uint32_t error, vaddr_t va);

/*
 * A fault was served.  It is a panic if it has come back too often.  0, or
 * -EACCES if it has and the process is to die of it.
 */
int fault_check(const struct trapframe *tf, vaddr_t va);

/* ---- provoke_check.c ---------------------------------------------------- */

/* Arms the failure of this name for provoke().  False: there is none. */
bool provoke_arm(const char *word);

/* Fails as armed, if at all; `arg` is an address of the caller's. */
void provoke(vaddr_t arg);

#endif
