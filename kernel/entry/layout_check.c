/*
 * kernel/entry/layout_check.c -- keeps C and assembly honest: what trap.inc and
 * the .asm files believe about structures is asserted here.
 */
#include "../process/gdt.h"
#include "../process/process.h"
#include "trap.h"

_Static_assert(offsetof(struct trapframe, cs) == 48, "TF_CS in trap.inc");
_Static_assert(offsetof(struct trapframe, eflags) + 2 == 54 &&
                   EFLAGS_VM >> 16 == 2,
               "TF_VM in trap.inc");
_Static_assert(KERNEL_DS == 0x68, "KERNEL_DS in trap.inc");
_Static_assert(sizeof(struct trapframe) == 64, "what trap.asm pushes");
_Static_assert(offsetof(struct trapframe, eax) == 24, "the number, skipped");
_Static_assert(offsetof(struct trapframe, vector) == 36, "two pushes before");
_Static_assert(VECTOR_UNIX == 0x80 && VECTOR_NATIVE == 0x81, "in trap.asm");
_Static_assert(sizeof(struct switch_frame) == 12, "what switch.asm pushes");
_Static_assert(offsetof(struct proc, fpu) % 16 == 0, "fxsave's operand");
