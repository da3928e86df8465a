/*
 * kernel/panic.c -- the kernel's mistakes, and machines we cannot run on.
 *
 * A panic says what happened, where (registers, and a backtrace by symbol
 * name), and what the checkers think of the tables; then it ends QEMU, or
 * halts.  The text is also left at `panic_epitaph` for a debugger.
 */
#include "panic.h"

#include <stdarg.h>

#include "cpu.h"
#include "klog.h"
#include "lifecycle.h"
#include "machine.h"
#include "symbols.h"
#include "trap.h"

char panic_epitaph[256];
static bool panicking;

extern char kernel_start[], kernel_text_end[];

/* ---- where the text goes --------------------------------------------- */

#define SCREEN_WIDTH 80
#define SCREEN_LINES 25
#define COM1         0x3F8
#define COM1_STATUS  (COM1 + 5)
#define COM_EMPTY    0x20

static void serial_byte(char c)
{
	/* Bounded: a line that is not there reads 0xff or never gets empty. */
	for (int i = 0; i < 100000 && !(inb(COM1_STATUS) & COM_EMPTY); i++) {
	}
	outb(COM1, c);
}

static void screen_byte(char c)
{
	static volatile uint16_t *const screen =
	    (volatile uint16_t *)0xC00B8000u;
	static int at;

	if (c == '\n')
		at += SCREEN_WIDTH - at % SCREEN_WIDTH;
	else
		screen[at++] = 0x4f00 | (uint8_t)c; /* white on red */
	at %= SCREEN_WIDTH * SCREEN_LINES;
}

void machine_print(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			serial_byte('\r');
		serial_byte(*text);
		screen_byte(*text);
	}
}

__attribute__((format(printf, 1, 2))) static void say(const char *text, ...)
{
	char line[160];
	va_list args;

	va_start(args, text);
	vformat(line, sizeof(line), text, args);
	va_end(args);
	klog(KLOG_ERROR, "%s", line);
	machine_print(line);
	machine_print("\n");
}

/* ---- backtrace ------------------------------------------------------- */

static void say_address(uint32_t address)
{
	uint32_t offset;
	const char *name = symbol_find(address, &offset);

	say("  %08x %s+%x", address, name, offset);
}

/* Does a call instruction end just before `address`?  SDM 2A, CALL. */
static bool after_call(uint32_t address)
{
	const uint8_t *code = (const uint8_t *)address;

	return code[-5] == 0xe8 || (code[-2] == 0xff && code[-1] >> 4 == 0xd) ||
	       code[-3] == 0xff || code[-6] == 0xff || code[-7] == 0xff;
}

/*
 * The compiler keeps no chain of frames, so every word of the stack that is a
 * return address is shown; one left by an earlier call may be among them.
 */
static void backtrace(uint32_t esp)
{
	uint32_t end = (esp | (PAGE_SIZE - 1)) - 3;
	int shown = 0;

	for (; esp < end && shown < 16; esp += 4) {
		uint32_t word = *(const uint32_t *)esp;

		if (word > (uint32_t)kernel_start + 8 &&
		    word < (uint32_t)kernel_text_end && after_call(word)) {
			say_address(word);
			shown++;
		}
	}
}

static void say_registers(const struct trapframe *tf)
{
	bool user = trapframe_from_user(tf);

	say("eax %08x ebx %08x ecx %08x edx %08x", tf->eax, tf->ebx, tf->ecx,
	    tf->edx);
	say("esi %08x edi %08x ebp %08x esp %08x", tf->esi, tf->edi, tf->ebp,
	    user ? tf->esp : (uint32_t)&tf->esp);
	say("eip %08x cs %04x eflags %08x cr2 %08x cr3 %08x", tf->eip, tf->cs,
	    tf->eflags, cpu_cr2(), cpu_cr3());
	say_address(tf->eip);
}

/* ---- panic ----------------------------------------------------------- */

__attribute__((noreturn)) static void die(const struct trapframe *tf,
                                          uint32_t esp)
{
	cpu_disable_interrupts();
	if (panicking) {
		say("panic: %s (while in a panic)", panic_epitaph);
		machine_off(MACHINE_PANIC);
	}
	panicking = true;
	say("panic: %s", panic_epitaph);
	say("running: pid %d (%s)", self()->pid, self()->name);
	if (tf)
		say_registers(tf);
	backtrace(esp & ~3u);
	say("the checkers find %d broken invariants", check_all());
	machine_off(MACHINE_PANIC);
}

void panic(const char *text, ...)
{
	va_list args;

	va_start(args, text);
	vformat(panic_epitaph, sizeof(panic_epitaph), text, args);
	va_end(args);
	die(0, (uint32_t)__builtin_frame_address(0));
}

void panic_with(const struct trapframe *tf, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	vformat(panic_epitaph, sizeof(panic_epitaph), text, args);
	va_end(args);
	die(tf, (uint32_t)(tf + 1));
}

/* The task that a double fault switches to: the stack it had is no good. */
void double_fault(void)
{
	uint32_t hole = (cpu_cr2() - (uint32_t)kernel_stacks) / PAGE_SIZE;

	if (cpu_cr2() >= (uint32_t)kernel_stacks &&
	    hole / 2 < (uint32_t)proc_table.limit && hole % 2 == 0) {
		panic("kernel stack overflow of pid %d (%s)",
		      procs[hole / 2].pid, procs[hole / 2].name);
	}
	panic("double fault, address %08x", cpu_cr2());
}

/* ---- the ends of the machine ----------------------------------------- */

void machine_refuse(const char *text, ...)
{
	char line[160];
	va_list args;

	va_start(args, text);
	vformat(line, sizeof(line), text, args);
	va_end(args);
	say("Tessera cannot run here: %s.", line);
	outb(0xF4, MACHINE_PANIC); /* tools/run hears of it; elsewhere nothing
	                              is there */
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_off(int value)
{
	outb(0xF4, value);               /* QEMU's isa-debug-exit */
	__asm__ volatile("outw %w0, %w1" /* ACPI power off, QEMU's i440FX */
	                 :
	                 : "a"(0x2000), "d"(0x604));
	machine_print("It is now safe to turn off your computer.\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_restart(void)
{
	outb(0x64, 0xfe); /* the keyboard controller pulls the reset line */
	machine_off(0);
}
