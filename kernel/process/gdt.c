/*
 * kernel/process/gdt.c -- the tables the CPU looks at: GDT, IDT, TSS.
 *
 * Segmentation is only used as far as the CPU insists: flat segments for the
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
 * Its bitmap covers ports 0..0xCFF and is live only while a process runs that
 * was allowed ports; for all others the bitmap's offset lies beyond the TSS.
 * A double fault has a task of its own: a kernel stack that overflowed cannot
 * be pushed to.  Intel SDM 3A 3.4.5, 6.11, 7.2.
 */
#include "../unix/lifecycle.h"

#include "../../abi/process.h"
#include "../../ipc/message/message.h"

#define GDT_ENTRIES      18
#define GDT_TSS          16
#define GDT_DOUBLE_FAULT 17
#define IO_BITMAP_BYTES  416

struct tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2;
	uint32_t cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_offset;
	uint8_t io_bitmap[IO_BITMAP_BYTES + 1]; /* ends with a byte of ones */
} __attribute__((packed));

struct table_register {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

/* Base 0, limit 4 GiB, 32-bit; the access byte.  SDM 3A figure 3-8. */
#define FLAT(access) (0x00cf00000000ffffull | (uint64_t)(access) << 40)

static uint64_t gdt[GDT_ENTRIES] __attribute__((aligned(8))) = {
    [KERNEL_CS / 8] = FLAT(0x9a), /* present, ring 0, execute and read */
    [KERNEL_DS / 8] = FLAT(0x92), /* read and write */
    [USER_CS / 8] = FLAT(0xfa),   /* the same in ring 3 */
    [USER_DS / 8] = FLAT(0xf2),
};
static uint64_t idt[256] __attribute__((aligned(8)));

static struct tss tss = {
    .ss0 = KERNEL_DS,
    .io_offset = sizeof(struct tss), /* beyond the limit: no ports at all */
    .io_bitmap[IO_BITMAP_BYTES] = 0xff,
};

static uint8_t double_fault_stack[4096] __attribute__((aligned(16)));

static struct tss double_fault_tss = {
    .cr3 = (uint32_t)boot_directory - DIRECT_MAP,
    .eip = (uint32_t)double_fault,
    .esp = (uint32_t)double_fault_stack + sizeof(double_fault_stack),
    .eflags = 2,
    .cs = KERNEL_CS,
    .ss = KERNEL_DS,
    .ds = KERNEL_DS,
    .es = KERNEL_DS,
    .io_offset = sizeof(struct tss),
};

/* SDM 3A figure 3-8. */
static uint64_t descriptor(uint32_t base, uint32_t limit, uint32_t access,
                           uint32_t flags)
{
	uint32_t low = (base << 16) | (limit & 0xffff);
	uint32_t high = (base & 0xff000000) | (flags << 20) |
	                (limit & 0xf0000) | (access << 8) |
	                ((base >> 16) & 0xff);

	return (uint64_t)high << 32 | low;
}

/* Interrupt gate: interrupts off at entry.  SDM 3A figure 6-2. */
static uint64_t gate(uint32_t entry, uint32_t dpl)
{
	uint32_t low = KERNEL_CS << 16 | (entry & 0xffff);
	uint32_t high = (entry & 0xffff0000) | 0x8e00 | dpl << 13;

	return (uint64_t)high << 32 | low;
}

static void fill_idt(void)
{
	for (int vector = 0; vector < VECTOR_IRQ + 16; vector++) {
		/* #BP and #OF are the process's to raise: int3, into. */
		int dpl = vector == 3 || vector == 4 ? 3 : 0;

		idt[vector] = gate(trap_entries[vector], dpl);
	}
	/* A task gate: no entry, the selector of a TSS. */
	idt[VECTOR_DOUBLE_FAULT] = 0x8500ull << 32 | GDT_DOUBLE_FAULT * 8 << 16;
	idt[VECTOR_UNIX] = gate((uint32_t)trap_unix, 3);
	idt[VECTOR_NATIVE] = gate((uint32_t)trap_native, 3);
}

static uint64_t tss_descriptor(const struct tss *t)
{
	return descriptor((uint32_t)t, sizeof(*t) - 1, 0x89, 0);
}

void segments_init(void)
{
	struct table_register gdtr = {sizeof(gdt) - 1, (uint32_t)gdt};
	struct table_register idtr = {sizeof(idt) - 1, (uint32_t)idt};

	gdt[GDT_TSS] = tss_descriptor(&tss);
	gdt[GDT_DOUBLE_FAULT] = tss_descriptor(&double_fault_tss);
	fill_idt();
	__asm__ volatile("lgdt %0; lidt %1; ljmp %2, $1f\n"
	                 "1:\tmov %3, %%ds; mov %3, %%es; mov %3, %%ss\n\t"
	                 "mov %4, %%fs; mov %4, %%gs; lldt %w4; ltr %w5"
	                 :
	                 : "m"(gdtr), "m"(idtr), "i"(KERNEL_CS), "r"(KERNEL_DS),
	                   "r"(0), "r"(GDT_TSS * 8)
	                 : "memory");
}

void segments_interrupted(struct trapframe *tf)
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

void segments_set_stack(uintptr_t esp0)
{
	tss.esp0 = esp0;
}

__attribute__((noinline)) void segments_load(const struct proc *p)
{
	memcpy(&gdt[TLS_FIRST], p->tls, sizeof(p->tls));
	tss.io_offset = sizeof(tss);
	if (p->io_bitmap) {
		memcpy(tss.io_bitmap, p->io_bitmap, IO_BITMAP_BYTES);
		tss.io_offset = offsetof(struct tss, io_bitmap);
	}
}

/* ---- I/O ports ------------------------------------------------------- */

/* Of each server: a bit for each port, clear where it is allowed. */
static uint8_t bitmaps[CHANNELS][IO_BITMAP_BYTES];

int proc_allow_ports(int first, int last)
{
	struct proc *p = self();
	uint8_t *bitmap = bitmaps[p->message.channel];

	if (first < 0 || last < first || last >= IO_BITMAP_BYTES * 8)
		return -EINVAL;
	if (p->io_bitmap != bitmap) {
		memset(bitmap, 0xff, sizeof(bitmaps[0]));
		p->io_bitmap = bitmap;
	}
	for (int port = first; port <= last; port++)
		bitmap[port / 8] &= ~(1u << port % 8);
	p->segments_used = true;
	segments_load(p);
	return 0;
}

/* ---- the thread area ------------------------------------------------- */

/* A data segment of ring 3.  SDM 3A table 3-1. */
static uint64_t data_descriptor(const struct user_desc *d)
{
	uint32_t type = (d->flags & DESC_READ_ONLY ? 0 : 2) |
	                ((d->flags & DESC_CONTENTS) == 2 ? 4 : 0);
	uint32_t flags = (d->flags & DESC_PAGES ? 8 : 0) |
	                 (d->flags & DESC_32BIT ? 4 : 0) |
	                 (d->flags & DESC_USEABLE ? 1 : 0);

	return descriptor(d->base, d->limit, 0xf0 | type, flags);
}

/* The two ways to say that an entry is to be emptied. */
static bool is_empty(const struct user_desc *d)
{
	uint32_t flags = d->flags & DESC_ALL;

	return d->base == 0 && d->limit == 0 &&
	       (flags == 0 || flags == (DESC_READ_ONLY | DESC_NOT_PRESENT));
}

/*
 * Data segments of 32 bits.  With one of 16 bits for a stack, iret would load
 * SP alone and leave the upper half of the kernel's ESP to be seen: SDM 3A
 * 5.8.5, and set_thread_area(2).
 */
static bool is_allowed(const struct user_desc *d)
{
	return (d->flags & DESC_32BIT) && (d->flags & DESC_CONTENTS) <= 2 &&
	       !(d->flags & DESC_NOT_PRESENT);
}

static int free_entry(void)
{
	for (int i = 0; i < TLS_COUNT; i++)
		if (self()->tls[i] == 0)
			return TLS_FIRST + i;
	return -ESRCH;
}

int sys_set_thread_area(vaddr_t desc)
{
	struct user_desc d;
	int entry;

	if (copy_in(&d, desc, sizeof(d)) < 0)
		return -EFAULT;
	if (!is_empty(&d) && !is_allowed(&d))
		return -EINVAL;
	entry = (int)d.entry_number;
	if (entry == -1) {
		entry = free_entry();
		if (entry < 0)
			return entry;
		if (copy_out(desc, &entry, sizeof(entry)) < 0)
			return -EFAULT;
	}
	if (entry < TLS_FIRST || entry >= TLS_FIRST + TLS_COUNT)
		return -EINVAL;

	/* Nothing below can fail. */
	self()->tls[entry - TLS_FIRST] = is_empty(&d) ? 0 : data_descriptor(&d);
	self()->segments_used = true;
	segments_load(self());
	reload_selectors(); /* ds and es are, on the way to user mode */
	return 0;
}
