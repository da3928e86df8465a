/*
 * kernel/machine.h -- the ends of the machine: off, restart, last words.
 */
#ifndef KERNEL_MACHINE_H
#define KERNEL_MACHINE_H

struct trapframe;

/*
 * Ends QEMU with (value << 1 | 1) through port 0xF4.  Elsewhere 0 switches off,
 * and any other value halts, so that the screen can be read.
 */
__attribute__((noreturn)) void machine_off(int value);
__attribute__((noreturn)) void machine_restart(void);

#define MACHINE_PANIC 0x7f /* machine_off's value when the kernel failed */

/*
 * One sentence on the screen, the serial line and the log, then halt: for
 * machines we cannot run on.
 */
__attribute__((noreturn, format(printf, 1, 2))) void
machine_refuse(const char *format, ...);

/* A line to the screen, COM1 (polled) and the log: for last words only. */
__attribute__((format(printf, 1, 2))) void machine_say(const char *format, ...);

/* panic() that shows the registers of a trap. */
__attribute__((noreturn, format(printf, 2, 3))) void
panic_with(const struct trapframe *tf, const char *format, ...);

#endif
