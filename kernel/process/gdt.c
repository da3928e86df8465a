/*
 * kernel/process/gdt.c -- the global descriptor table and the TSS.
 *
 * Segmentation is used only as far as the CPU insists: flat segments for the
 * two rings, three entries that belong to the process (set_thread_area), and
 * two task-state segments.  There is no LDT: LDTR is null, so a selector with
 * the table bit is #GP.
 *
 *	GDT entry    6..8         set_thread_area: the process's own
 *	            12, 13        kernel code, data
 *	            14, 15        user code, data
 *	            16, 17        TSS, and the double fault's
 *
 * The TSS says where the kernel stack is and which I/O ports ring 3 may use.
 * Its bitmap covers ports 0..0xCFF.  It counts only while a process runs that
 * was allowed ports; for all others the bitmap's offset lies beyond the TSS.
 * A double fault has a task of its own, because nothing can be pushed onto a
 * kernel stack that has overflowed.  Intel SDM 3A 3.4.5, 6.11, 7.2.
 */
#include "gdt.h"

#include "../base/cpu.h"
#include "../base/seldom.h"
#include "../base/string.h"
#include "process.h"
#include "trapframe.h"

#define GDT_TSS     16
#define GDT_ENTRIES 18

struct tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2;
	uint32_t cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_offset;
	uint8_t io_bitmap[IO_BITMAP_BYTES + 1]; /* ends with a byte of ones */
} __attribute__((packed));

/* A segment of 32 bits, base 0, limit 4 GiB.  SDM 3A figure 3-8. */
#define FLAT(access) (0x00cf00000000ffffull | (uint64_t)(access) << 40)

static uint64_t gdt[GDT_ENTRIES] __attribute__((aligned(8))) = {
    [KERNEL_CS / 8] = FLAT(0x9a), /* present, ring 0, execute and read */
    [KERNEL_DS / 8] = FLAT(0x92), /* read and write */
    [USER_CS / 8] = FLAT(0xfa),   /* as these, in ring 3 */
    [USER_DS / 8] = FLAT(0xf2),
};

static struct tss tss = {
    .ss0 = KERNEL_DS,
    .io_offset = sizeof(struct tss), /* beyond the limit: no ports at all */
    .io_bitmap[IO_BITMAP_BYTES] = 0xff,
};

static uint8_t double_fault_stack[4096] __attribute__((aligned(16)));

static struct tss double_fault_tss = {
    .esp = (uint32_t)double_fault_stack + sizeof(double_fault_stack),
    .eflags = 2,
    .cs = KERNEL_CS,
    .ss = KERNEL_DS,
    .ds = KERNEL_DS,
    .es = KERNEL_DS,
    .io_offset = sizeof(struct tss),
};

uint64_t gdt_descriptor(uint32_t base, uint32_t limit, uint32_t access,
                        uint32_t flags)
{
	uint32_t low = (base << 16) | (limit & 0xffff);
	uint32_t high = (base & 0xff000000) | (flags << 20) |
	                (limit & 0xf0000) | (access << 8) |
	                ((base >> 16) & 0xff);

	return (uint64_t)high << 32 | low;
}

static uint64_t tss_descriptor(const struct tss *t)
{
	return gdt_descriptor((uint32_t)t, sizeof(*t) - 1, 0x89, 0);
}

void gdt_init(void (*double_fault)(void))
{
	struct table_register gdtr = {sizeof(gdt) - 1, (uint32_t)gdt};

	gdt[GDT_TSS] = tss_descriptor(&tss);
	gdt[GDT_DOUBLE_FAULT] = tss_descriptor(&double_fault_tss);
	double_fault_tss.cr3 = cpu_cr3();
	double_fault_tss.eip = (uint32_t)double_fault;
	__asm__ volatile("lgdt %0; ljmp %1, $1f\n"
	                 "1:\tmov %2, %%ds; mov %2, %%es; mov %2, %%ss\n\t"
	                 "mov %3, %%fs; mov %3, %%gs; lldt %w3; ltr %w4"
	                 :
	                 : "m"(gdtr), "i"(KERNEL_CS), "r"(KERNEL_DS), "r"(0),
	                   "r"(GDT_TSS * 8)
	                 : "memory");
}

void gdt_interrupted(struct trapframe *tf)
{
	*tf = (struct trapframe){
	    {{tss.ebx, tss.ecx, tss.edx, tss.esi, tss.edi, tss.ebp}},
	    .eax = tss.eax,
	    .eip = tss.eip,
	    .cs = tss.cs,
	    .eflags = tss.eflags,
	    .esp = tss.esp,
	};
}

void gdt_set_stack(uintptr_t esp0)
{
	tss.esp0 = esp0;
}

SELDOM void gdt_load(const struct proc *p)
{
	memcpy(&gdt[TLS_FIRST], p->gdt.tls, sizeof(p->gdt.tls));
	tss.io_offset = sizeof(tss);
	if (p->gdt.io_bitmap) {
		memcpy(tss.io_bitmap, p->gdt.io_bitmap, IO_BITMAP_BYTES);
		tss.io_offset = offsetof(struct tss, io_bitmap);
	}
}
