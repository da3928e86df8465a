/*
 * kernel/look/fault_check.c -- page faults that come back.
 *
 * A fault that was served lets its instruction go on.  If the CPU still finds a
 * word that forbids the access, it faults again, and the machine would loop in
 * silence.  There are two nets.  trap.c reads the words as the CPU does, once
 * the fault was served: where they say no, the process dies, and fault_reason()
 * shows the words.  What that does not see is counted here: the same process
 * cannot fault at the same address and instruction many times in a row while
 * nobody makes a system call.  Then the kernel's own tables are broken.
 */
#include "machine.h"

#include "../base/klog.h"
#include "../base/panic.h"
#include "../process/process.h"
#include "inspect.h"

#define TIMES 1000

static uint32_t pde_of(vaddr_t va)
{
	return page_get(page_loaded, slot_of(va));
}

/* 0 where there is no table. */
static uint32_t pte_of(vaddr_t va)
{
	uint32_t pde = pde_of(va);

	return pde && !(pde & PTE_PS) ? page_get(word_frame(pde), entry_of(va))
	                              : 0;
}

const char *fault_reason(int result, uint32_t error, vaddr_t va)
{
	static char text[80];

	if (result == -EPERM)
		format(text, sizeof(text),
		       "the page table says no, PDE %08x PTE %08x, %s",
		       pde_of(va), pte_of(va),
		       error & PF_WR ? "write" : "read");
	else
		format(text, sizeof(text), "page fault, %s",
		       error & PF_WR ? "write" : "read");
	return text;
}

void fault_check(vaddr_t va, uint32_t eip)
{
	static struct {
		const struct proc *who;
		uint32_t va, eip, calls;
	} last;
	static int times;

	if (last.who != self() || last.va != va || last.eip != eip ||
	    last.calls != inspection.changes)
		times = 0;
	last.who = self();
	last.va = va;
	last.eip = eip;
	last.calls = inspection.changes;
	if (++times == TIMES)
		panic("a page fault at %08x was served %d times and comes "
		      "back: PDE %08x PTE %08x, eip %08x",
		      va, times, pde_of(va), pte_of(va), eip);
}
