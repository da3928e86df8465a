/*
 * kernel/look/machine.h -- the machine's ends, the checkers, and failures on
 * order.
 */
#ifndef KERNEL_MACHINE_H
#define KERNEL_MACHINE_H

#include "../process/trapframe.h"

/*
 * Ends QEMU with (value << 1 | 1) through port 0xF4.  Elsewhere 0 switches off,
 * and any other value halts, so that the screen can be read.
 */
__attribute__((noreturn)) void machine_off(int value);

#define MACHINE_PANIC 0x7f /* machine_off's value when the kernel failed */

/* A line to the screen, COM1 (polled) and the log: for last words only. */
__attribute__((format(printf, 1, 2))) void machine_say(const char *format, ...);

/* For machines we cannot run on: one sentence, then the end. */
#define machine_refuse(sentence, ...)                                          \
	(machine_say("Tessera cannot run here: " sentence ".", ##__VA_ARGS__), \
	 machine_off(MACHINE_PANIC))

/* panic() that shows the registers of a trap. */
__attribute__((noreturn)) void panic_trap(const struct trapframe *tf,
                                          const char *what, uint32_t address);

/* Where a double fault ends: entered as a task, not as a function. */
void double_fault(void);

int check_all(void); /* runs every checker: how many breaches */

/* ---- provoke_check.c: a failure on order, for the tests -------------- */

bool provoke_arm(const char *word); /* false: no such failure */
void provoke(vaddr_t arg);

#endif
