/*
 * kernel/look/panic.c -- the kernel's mistakes, and machines that cannot run
 * it.
 *
 * A panic says what happened, where (registers, and a backtrace by symbol
 * name), and what the checkers think of the tables; then it ends QEMU, or
 * halts.  The text is also left at `panic_epitaph` for a debugger.
 */
#include "machine.h"

#include "../base/cpu.h"
#include "../base/klog.h"
#include "../base/panic.h"
#include "../process/gdt.h"
#include "../process/process.h"
#include "backtrace.h"

char panic_epitaph[256];
static bool panicking;

/* ---- where the text goes ------------------------------------------------ */

#define SCREEN_WIDTH 80
#define SCREEN_CELLS (80 * 25)
#define WHITE_ON_RED 0x4f00
#define BLANK        (WHITE_ON_RED | ' ')
#define COM1         0x3F8
#define COM_EMPTY    0x20 /* of the status, COM1 + 5 */

static void serial_byte(char c)
{
	/* It is bounded, because a line that is absent may never get empty. */
	for (int i = 0; i < 100000 && !(inb(COM1 + 5) & COM_EMPTY); i++)
		;
	outb(COM1, c);
}

/* White on red.  The first byte makes the screen empty. */
static void screen_byte(char c)
{
	static volatile uint16_t *const screen =
	    (volatile uint16_t *)0xC00B8000u;
	static int at = -1;

	if (at < 0)
		for (at = SCREEN_CELLS; at > 0;)
			screen[--at] = BLANK;
	do
		screen[at++] = c == '\n' ? BLANK : WHITE_ON_RED | (uint8_t)c;
	while (c == '\n' && at % SCREEN_WIDTH);
	at %= SCREEN_CELLS;
}

static void print(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			serial_byte('\r');
		serial_byte(*text);
		screen_byte(*text);
	}
}

void machine_say(const char *text, ...)
{
	char line[160];
	va_list args;

	va_start(args, text);
	vformat(line, sizeof(line), text, args);
	va_end(args);
	klog(KLOG_ERROR, "%s", line);
	print(line);
	print("\n");
}

/* ---- panic -------------------------------------------------------------- */

static void say_registers(const struct trapframe *tf, uint32_t esp)
{
	machine_say("eax %08x ebx %08x ecx %08x edx %08x", tf->eax, tf->ebx,
	            tf->ecx, tf->edx);
	machine_say("esi %08x edi %08x ebp %08x esp %08x", tf->esi, tf->edi,
	            tf->ebp, esp);
	machine_say("eip %08x cs %04x eflags %08x", tf->eip, tf->cs,
	            tf->eflags);
	machine_say("cr0 %08x cr2 %08x cr3 %08x cr4 %08x", cpu_cr0(), cpu_cr2(),
	            cpu_cr3(), cpu_cr4());
}

__attribute__((noreturn)) static void die(const struct trapframe *tf,
                                          uint32_t eip, uint32_t esp)
{
	if (panicking) {
		machine_say("panic: %s (while in a panic)", panic_epitaph);
		machine_off(MACHINE_PANIC);
	}
	panicking = true;
	machine_say("panic: %s", panic_epitaph);
	machine_say("running: pid %d (%s)", self()->life.pid,
	            self()->program.name);
	if (tf)
		say_registers(tf, esp);
	if (!page_kernel_mapped(esp))
		esp = page_up(esp); /* it is in the hole below the stack */
	if (page_kernel_mapped(esp))
		backtrace(eip, esp & ~3u);
	machine_say("the checkers find %d broken invariants", check_all());
	machine_off(MACHINE_PANIC);
}

void panic(const char *text, ...)
{
	va_list args;

	va_start(args, text);
	vformat(panic_epitaph, sizeof(panic_epitaph), text, args);
	va_end(args);
	die(0, (uint32_t)__builtin_return_address(0),
	    (uint32_t)__builtin_frame_address(0) + 8);
}

void panic_trap(const struct trapframe *tf, const char *what, uint32_t address)
{
	format(panic_epitaph, sizeof(panic_epitaph),
	       "%s in the kernel at %08x, error %x, address %08x",
	       what ? what : "exception", tf->eip, tf->error, address);
	die(tf, tf->eip,
	    trapframe_from_user(tf) ? tf->esp : (uint32_t)&tf->esp);
}

void double_fault(void)
{
	uint32_t hole = proc_stack_top(self()) - 2 * PAGE_SIZE;
	struct trapframe tf;

	gdt_interrupted(&tf);
	format(panic_epitaph, sizeof(panic_epitaph), "%s of pid %d (%s)",
	       cpu_cr2() - hole < PAGE_SIZE ? "kernel stack overflow"
	                                    : "double fault",
	       self()->life.pid, self()->program.name);
	die(&tf, tf.eip, tf.esp);
}

/* ---- the ends of the machine -------------------------------------------- */

void machine_off(int value)
{
	outb(0xF4, value); /* QEMU's isa-debug-exit */
	if (value == 0) {
		/* ACPI power off, QEMU's i440FX */
		__asm__ volatile("outw %w0, %w1" : : "a"(0x2000), "d"(0x604));
		/* It goes off within a tenth of a second: 1 us a read. */
		for (int i = 0; i < 100000; i++)
			inb(0x80);
		machine_say("It is now safe to turn off your computer.");
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}
