/*
 * kernel/process/gdt.h -- the GDT and the TSS: selectors, and what of them
 * belongs to a process.  This header declares what gdt.c has.
 */
#ifndef KERNEL_GDT_H
#define KERNEL_GDT_H

#include "../../abi/types.h"

/* Selectors, as on native Linux i386.  SDM 3A 3.4.2. */
#define KERNEL_CS 0x60
#define KERNEL_DS 0x68
#define USER_CS   0x73
#define USER_DS   0x7b
#define TLS_FIRST 6 /* GDT entries 6..8 belong to the process */
#define TLS_COUNT 3

#define IO_BITMAP_BYTES 416

#define GDT_DOUBLE_FAULT 17 /* the entry of the double fault's TSS */

/* What lgdt and lidt load: SDM 3A 2.4. */
struct table_register {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

struct proc;
struct trapframe;

/*
 * Loads the GDT, its selectors and the TSS.  A double fault begins at
 * `double_fault`, in a task of its own with the CR3 that is loaded now.
 */
void gdt_init(void (*double_fault)(void));

/* The kernel stack that the CPU takes when it next comes from user mode. */
void gdt_set_stack(uintptr_t esp0);

/*
 * Loads what of the GDT and the TSS is the process's: its thread area, and the
 * I/O ports that it may use.  Selectors in fs and gs are not loaded anew.
 */
void gdt_load(const struct proc *p);

/* An entry of the GDT, from its four parts.  SDM 3A figure 3-8. */
uint64_t gdt_descriptor(uint32_t base, uint32_t limit, uint32_t access,
                        uint32_t flags);

/* The registers as the double fault found them: only in its task. */
void gdt_interrupted(struct trapframe *tf);

#endif
