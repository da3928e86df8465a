/*
 * kernel/base/cpu.c -- the one function of cpu.h that is not inline: the host
 * tests put their own in its place.
 */
#include "cpu.h"

void preemption_point(void)
{
	/* `sti` lets interrupts in only after the next instruction. */
	__asm__ volatile("sti; nop; cli" : : : "memory");
}
