/*
 * kernel/base/cpu.c -- the one function of cpu.h that cannot be inline, because
 * the host tests have their own.
 */
#include "cpu.h"

void preemption_point(void)
{
	/* `sti` lets interrupts in only after the instruction behind it. */
	__asm__ volatile("sti; nop; cli" : : : "memory");
}
