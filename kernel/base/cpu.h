/*
 * kernel/base/cpu.h -- the instructions that C has no words for, by the Intel
 * manual's names, and the bits of the control registers.  Intel SDM volume 2
 * and 3A 2.5.  The host tests have a cpu.h of their own (tests/host/cpu.h).
 * cpu.c has what is not inline.
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include "../../abi/types.h"

#define CR0_MP         (1u << 1) /* with TS clear: wait traps like the FPU */
#define CR0_EM         (1u << 2) /* no FPU */
#define CR0_TS         (1u << 3)
#define CR0_NE         (1u << 5) /* FPU errors are #MF, not line 13 */
#define CR4_PSE        (1u << 4) /* 4 MiB pages */
#define CR4_PGE        (1u << 7) /* global pages survive a CR3 load */
#define CR4_OSFXSR     (1u << 9) /* fxsave saves SSE state */
#define CR4_OSXMMEXCPT (1u << 10)
#define CR4_UMIP       (1u << 11) /* sgdt and the like only in ring 0 */
#define CR4_SMEP       (1u << 20)
#define CR4_SMAP       (1u << 21)

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/*
 * cpu_cr0() reads CR0 and cpu_load_cr0() loads it; so do the others.  Loading
 * CR3 makes the CPU forget every translation that is not global.
 */
#define CONTROL_REGISTER(n)                                                    \
	static inline uint32_t cpu_cr##n(void)                                 \
	{                                                                      \
		uint32_t value;                                                \
		__asm__ volatile("mov %%cr" #n ", %0" : "=r"(value));          \
		return value;                                                  \
	}                                                                      \
	static inline void cpu_load_cr##n(uint32_t value)                      \
	{                                                                      \
		__asm__ volatile("mov %0, %%cr" #n : : "r"(value) : "memory"); \
	}

CONTROL_REGISTER(0)
CONTROL_REGISTER(2)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)

static inline void cpu_invlpg(vaddr_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static inline void cpu_cpuid(uint32_t leaf, uint32_t out[4])
{
	__asm__ volatile("cpuid"
	                 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]),
	                   "=d"(out[3])
	                 : "a"(leaf), "c"(0));
}

/* The time-stamp counter. */
static inline uint64_t cpu_cycles(void)
{
	uint64_t cycles;

	__asm__ volatile("rdtsc" : "=A"(cycles));
	return cycles;
}

/* `value` / `by`, which must fit in 32 bits, and the rest of the division. */
static inline uint32_t cpu_divide(uint64_t value, uint32_t by, uint32_t *rest)
{
	uint32_t quotient;

	__asm__("divl %4"
	        : "=a"(quotient), "=d"(*rest)
	        : "0"((uint32_t)value), "1"((uint32_t)(value >> 32)), "rm"(by)
	        : "cc");
	return quotient;
}

/* Sleeps until an interrupt.  None can come between `sti` and `hlt`. */
static inline void cpu_idle(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

/*
 * A preemption point lets pending interrupts in, and nothing else: no other
 * process runs.  A call that must be long comes here at least every 10 ms.  An
 * interrupt counts a tick and wakes processes, nothing more.  So the caller may
 * be in the middle of its work, as long as what clock_tick() and
 * message_interrupt() touch is whole: the states of processes, the run queues
 * and the sleepers (kernel/process), and the channels' pulses (ipc/message).
 * kernel/entry/trap.c lists all of these points.
 */
void preemption_point(void);

static inline void cpu_zero_words(void *to, uint32_t words)
{
	__asm__ volatile("rep stosl"
	                 : "+D"(to), "+c"(words)
	                 : "a"(0)
	                 : "memory");
}

static inline void cpu_copy_words(void *to, const void *from, uint32_t words)
{
	__asm__ volatile("rep movsl"
	                 : "+D"(to), "+S"(from), "+c"(words)
	                 :
	                 : "memory");
}

static inline void cpu_fill_halves(void *to, uint16_t value, uint32_t count)
{
	__asm__ volatile("rep stosw"
	                 : "+D"(to), "+c"(count)
	                 : "a"(value)
	                 : "memory");
}

#endif
