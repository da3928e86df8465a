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
#include "../mm/page.h"

char panic_epitaph[256];
static bool panicking;

extern char kernel_start[], kernel_text_end[];

/* ---- where the text goes --------------------------------------------- */

#define SCREEN_WIDTH 80
#define SCREEN_CELLS (80 * 25)
#define WHITE_ON_RED 0x4f00
#define BLANK        (WHITE_ON_RED | ' ')
#define COM1         0x3F8
#define COM1_STATUS  (COM1 + 5)
#define COM_EMPTY    0x20

#define BACKTRACE_LINES 16

static void serial_byte(char c)
{
	/* Bounded: a line that is not there reads 0xff or never gets empty. */
	for (int i = 0; i < 100000 && !(inb(COM1_STATUS) & COM_EMPTY); i++) {
	}
	outb(COM1, c);
}

/* White on red; the first byte finds, and leaves, an empty screen. */
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

#define ANYWHERE 1 /* where an indirect call may lead */

static bool in_text(uint32_t address)
{
	return address > (uint32_t)kernel_start + 8 &&
	       address < (uint32_t)kernel_text_end;
}

/*
 * Where the call instruction leads that ends just before `address`; 0: there is
 * none.  E8 rel32, or FF /2 with its operand.  SDM 2A, CALL.
 */
static uint32_t call_target(uint32_t address)
{
	static const uint8_t lengths[] = {2, 3, 4, 6, 7};
	const uint8_t *code = (const uint8_t *)address;
	uint32_t target = address + *(const uint32_t *)(code - 4);

	if (code[-5] == 0xe8 && in_text(target))
		return target;
	for (unsigned i = 0; i < sizeof(lengths); i++)
		if (code[-lengths[i]] == 0xff &&
		    (code[1 - lengths[i]] & 0x38) == 0x10)
			return ANYWHERE;
	return 0;
}

/* One line; the start of the function it names. */
static uint32_t say_address(uint32_t address, const char *mark)
{
	uint32_t offset;
	const char *name = symbol_find(address, &offset);

	say("  %08x %s+%x%s", address, name, offset, mark);
	return address - offset;
}

/*
 * The compiler keeps no chain of frames: every word of the stack that follows a
 * call instruction is shown.  It is sure when that call leads to the function
 * of a line above; else it has a "?": left there by an earlier call, or the
 * function it led to has jumped on.
 */
static void backtrace(uint32_t eip, uint32_t esp)
{
	uint32_t sure = say_address(eip, ""), last = sure, before = 0;
	uint32_t end = page_up(esp + 1);
	int repeated = 0;

	for (int lines = 0; esp < end && lines < BACKTRACE_LINES; esp += 4) {
		uint32_t word = *(const uint32_t *)esp, target;
		bool known;

		target = in_text(word) ? call_target(word) : 0;
		if (target == 0 || (word == before && ++repeated))
			continue;
		if (repeated)
			say("  ... %d times more", repeated);
		known = target == ANYWHERE || target == sure || target == last;
		last = say_address(word, known ? "" : " ?");
		sure = known ? last : sure;
		before = word;
		repeated = 0;
		lines++;
	}
}

static void say_registers(const struct trapframe *tf, uint32_t esp)
{
	say("eax %08x ebx %08x ecx %08x edx %08x", tf->eax, tf->ebx, tf->ecx,
	    tf->edx);
	say("esi %08x edi %08x ebp %08x esp %08x", tf->esi, tf->edi, tf->ebp,
	    esp);
	say("eip %08x cs %04x eflags %08x", tf->eip, tf->cs, tf->eflags);
	say("cr0 %08x cr2 %08x cr3 %08x cr4 %08x", cpu_cr0(), cpu_cr2(),
	    cpu_cr3(), cpu_cr4());
}

/* ---- panic ----------------------------------------------------------- */

__attribute__((noreturn)) static void die(const struct trapframe *tf,
                                          uint32_t eip, uint32_t esp)
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
		say_registers(tf, esp);
	if (!page_kernel_mapped(esp))
		esp = page_up(esp); /* in the hole below its stack */
	if (page_kernel_mapped(esp))
		backtrace(eip, esp & ~3u);
	say("the checkers find %d broken invariants", check_all());
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

/* From user mode the stack is the program's: no backtrace. */
void panic_with(const struct trapframe *tf, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	vformat(panic_epitaph, sizeof(panic_epitaph), text, args);
	va_end(args);
	die(tf, tf->eip,
	    trapframe_from_user(tf) ? tf->esp : (uint32_t)&tf->esp);
}

/* The task that a double fault switches to: the stack it had is no good. */
void double_fault(void)
{
	uint32_t hole = (cpu_cr2() - (uint32_t)kernel_stacks) / PAGE_SIZE;
	const struct proc *p = &procs[hole / 2];
	struct trapframe tf;

	segments_interrupted(&tf);
	if (cpu_cr2() >= (uint32_t)kernel_stacks &&
	    hole / 2 < (uint32_t)proc_table.limit && hole % 2 == 0)
		format(panic_epitaph, sizeof(panic_epitaph),
		       "kernel stack overflow of pid %d (%s)", p->pid, p->name);
	else
		format(panic_epitaph, sizeof(panic_epitaph),
		       "double fault, address %08x", cpu_cr2());
	die(&tf, tf.eip, tf.esp);
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
	outb(0xF4, MACHINE_PANIC); /* tools/run hears of it */
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_off(int value)
{
	outb(0xF4, value); /* QEMU's isa-debug-exit */
	if (value == 0)    /* ACPI power off, QEMU's i440FX */
		__asm__ volatile("outw %w0, %w1" : : "a"(0x2000), "d"(0x604));
	machine_print("It is now safe to turn off your computer.\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_restart(void)
{
	outb(0x64, 0xfe); /* the keyboard controller pulls the reset line */
	machine_off(0);
}
