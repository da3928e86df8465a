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
 *
 * There is one exception.  QEMU reads and writes the stack of a user's iret,
 * lret and lcall as the kernel would.  Where SMAP is on, that is refused,
 * whatever the words say.  A CPU does not do so.  The error code has no U/S
 * then, and it is the process that dies.  For this a few times are enough: the
 * page is mapped at the first, and copied at the second.  It may not take long
 * either.  Where each fault is traced, many of them would take longer than a
 * tick, and as soon as others make calls in between, the count begins again.
 */
#include "machine.h"

#include "../base/klog.h"
#include "../base/panic.h"
#include "../process/process.h"
#include "inspect.h"

#define TIMES         1000
#define TIMES_REFUSED 4 /* by the CPU: there is no U/S */

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
	const char *access = error & PF_WR ? "write" : "read";

	if (result == -EPERM || result == -EACCES)
		format(text, sizeof(text),
		       "the %s says no, PDE %08x PTE %08x, %s",
		       result == -EPERM ? "page table" : "CPU", pde_of(va),
		       pte_of(va), access);
	else
		format(text, sizeof(text), "page fault, %s", access);
	return text;
}

int fault_check(const struct trapframe *tf, vaddr_t va)
{
	static struct {
		const struct proc *who;
		uint32_t va, eip, calls;
	} last;
	static int times;

	if (last.who != self() || last.va != va || last.eip != tf->eip ||
	    last.calls != inspection.changes)
		times = 0;
	last.who = self();
	last.va = va;
	last.eip = tf->eip;
	last.calls = inspection.changes;
	times++;
	if (times >= TIMES_REFUSED && trapframe_from_user(tf) &&
	    !(tf->error & PF_US))
		return -EACCES;
	if (times < TIMES)
		return 0;
	panic("a page fault at %08x was served %d times and comes "
	      "back: PDE %08x PTE %08x, eip %08x",
	      va, times, pde_of(va), pte_of(va), tf->eip);
}
