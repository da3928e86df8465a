/*
 * kernel/entry/idt.c -- the interrupt descriptor table: which vector enters the
 * kernel where.
 *
 * Every gate is an interrupt gate, so that interrupts are off when the kernel
 * begins.  A program may raise #BP and #OF by its own instructions, and come in
 * by the two doors.  A double fault is a task of its own, because a kernel
 * stack that overflowed cannot be pushed to.  Intel SDM 3A 6.10 to 6.12.
 */
#include "trap.h"

#include "../process/gdt.h"

static uint64_t idt[256] __attribute__((aligned(8)));

/* Interrupt gate: interrupts off at entry.  SDM 3A figure 6-2. */
static uint64_t gate(uint32_t entry, uint32_t dpl)
{
	uint32_t low = KERNEL_CS << 16 | (entry & 0xffff);
	uint32_t high = (entry & 0xffff0000) | 0x8e00 | dpl << 13;

	return (uint64_t)high << 32 | low;
}

void idt_init(void)
{
	const struct table_register idtr = {sizeof(idt) - 1, (uint32_t)idt};

	for (int vector = 0; vector < VECTOR_IRQ + 16; vector++) {
		/* #BP and #OF are the process's to raise: int3, into. */
		int dpl = vector == 3 || vector == 4 ? 3 : 0;

		idt[vector] = gate(trap_entries[vector], dpl);
	}
	/* A task gate: no entry, the selector of a TSS. */
	idt[VECTOR_DOUBLE_FAULT] = 0x8500ull << 32 | GDT_DOUBLE_FAULT * 8 << 16;
	idt[VECTOR_UNIX] = gate((uint32_t)trap_unix, 3);
	idt[VECTOR_NATIVE] = gate((uint32_t)trap_native, 3);
	__asm__ volatile("lidt %0" : : "m"(idtr));
}
