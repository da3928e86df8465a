/*
 * kernel/entry/trap.c -- what every trap means.
 *
 *	exception, interrupt --> trap.asm ENTRY --> trap()            here
 *	int 0x80             --> trap.asm DOOR  --> syscall_unix()    syscall.c
 *	int 0x81             --> trap.asm DOOR  --> syscall_native()  syscall.c
 *
 * A system call does not pass through trap(): its door calls syscall.c.  The
 * two meet on the way back to user mode, where a trap that finds need_resched
 * set calls attend(), and a system call attend_call().
 *
 * THE RULE OF THE WHOLE KERNEL: there is one CPU.  Interrupts are off from a
 * trap to its iret, except at named preemption points.  There pending
 * interrupts are let in, and no other process runs.  A process gives up the CPU
 * only in block() (process.c), in preempt() on the way back to user mode, and
 * at its end (proc_exit).  As a result there are no locks: a function may rely
 * on nothing changing under it, and every invariant holds whenever the kernel
 * is left.
 *
 * No call keeps interrupts off for longer than 10 ms, or 25 million
 * instructions.  The preemption points (preemption_point() in cpu.h) are
 *
 *	schedule.c          the idle loop
 *	ipc/sysv/semop.c    a sleeper in line was asked whether it can go on
 *	ipc/sysv/semadj.c   a process's end has served one of its sets
 *	ipc/sysv/msg.c      some messages were passed by, or one was thrown away
 *	ipc/sysv/pool.c     a page of cells was taken, filled, read or freed
 *	ipc/sysv/shm.c      a segment was destroyed, as shm_rmid_forced asks
 *	mm/slot.c           a region's entries in one slot were visited
 *	mm/segment.c        a table of a segment that ends was given back
 *	mm/resize.c         a region forgot what a segment that shrinks lost
 *	kernel/signal/signal.c, kernel/unix/sigcall.c
 *	                    one of many was sent a signal
 *	kernel/unix/lifecycle.c
 *	                    a process that ends gave one of its children away
 *	mm/usercopy.c       a window moves to another page of an exec's strings
 *
 * There are three kinds of error, and they are never confused.  A caller's
 * mistake has been answered with -errno before it could get here.  A process's
 * crime is an exception in user mode that no region explains: its handler runs,
 * or it is killed, with one line in the log.  The kernel's mistake is an
 * exception in the kernel that no fix-up explains: it is a panic.
 *
 *	page fault --> space_page() --> 0             go on, if the words allow
 *	               user mode         -EFAULT      SIGSEGV
 *	               user mode         -EPERM       SIGSEGV: the words do not
 *	               user mode         -EACCES      SIGSEGV: the CPU does not
 *	               user mode         -ENXIO       SIGBUS
 *	               in a user copy    any of them  the copy answers -EFAULT
 *	               elsewhere                      panic
 *
 * Virtual-8086 mode is a crime.  A CPU enters it only from ring 0, but some
 * emulators enter it from ring 3, with the IOPL that the program wants; such a
 * program could turn interrupts off.  So nothing is mapped where its code would
 * lie (USER_FIRST): its first fetch faults, and the process dies of that trap.
 */
#include "trap.h"

#include "../base/cpu.h"
#include "../base/trace.h"
#include "../process/clock.h"
#include "../../build/gen/syscall_numbers.h"
#include "../../ipc/message/message.h"
#include "../unix/lifecycle.h"
#include "../look/inspect.h"
#include "../look/machine.h"

/* What an exception in user mode is, by vector.  SDM 3A table 6-1. */
static const struct {
	const char *name;
	int signal, code;
} exceptions[VECTOR_IRQ] = {
    [0] = {"#DE divide error", SIGFPE, FPE_INTDIV},
    [1] = {"#DB debug", SIGTRAP, TRAP_TRACE},
    [2] = {"NMI", 0, 0},
    [3] = {"#BP breakpoint", SIGTRAP, SI_KERNEL},
    [4] = {"#OF overflow", SIGSEGV, SI_KERNEL},
    [5] = {"#BR bound range exceeded", SIGSEGV, SI_KERNEL},
    [6] = {"#UD invalid opcode", SIGILL, ILL_ILLOPN},
    [7] = {"#NM no coprocessor", SIGFPE, SI_KERNEL},
    [8] = {"#DF double fault", 0, 0},
    [9] = {"coprocessor segment overrun", SIGFPE, SI_KERNEL},
    [10] = {"#TS invalid TSS", SIGSEGV, SI_KERNEL},
    [11] = {"#NP segment not present", SIGBUS, SI_KERNEL},
    [12] = {"#SS stack fault", SIGBUS, SI_KERNEL},
    [13] = {"#GP general protection", SIGSEGV, SI_KERNEL},
    [14] = {"#PF page fault", SIGSEGV, SEGV_MAPERR},
    [16] = {"#MF floating-point error", SIGFPE, FPE_FLTINV},
    [17] = {"#AC alignment check", SIGBUS, BUS_ADRALN},
    [18] = {"#MC machine check", 0, 0},
    [19] = {"#XM SIMD floating-point", SIGFPE, FPE_FLTINV},
};

static bool fault_between(const struct trapframe *tf, const char *start,
                          const char *end)
{
	return tf->eip >= (uintptr_t)start && tf->eip < (uintptr_t)end;
}

/*
 * Has a pop of one of the user's data selectors faulted?  Its entry in the GDT
 * is empty, or has changed since the process loaded it.  Then the word on the
 * stack becomes the null selector, and the pop is tried again.  The null
 * selector cannot fault, so this happens at most once for each selector.
 */
static bool forget_selector(struct trapframe *tf)
{
	uint32_t *popped = &tf->esp; /* from the kernel, none is pushed */
	bool ours = fault_between(tf, trap_pops_start, trap_pops_end) ||
	            fault_between(tf, switch_pops_start, switch_pops_end);

	if (!ours || *popped == 0)
		return false;
	*popped = 0;
	return true;
}

/* What siginfo says of an exception in user mode. */
static int code_of(uint32_t vector)
{
	bool fpu = exceptions[vector].code == FPE_FLTINV;

	return fpu ? fpu_fault_code(vector == VECTOR_SIMD)
	           : exceptions[vector].code;
}

static void exception(struct trapframe *tf)
{
	int signal = exceptions[tf->vector].signal;

	if (tf->vector == VECTOR_NMI) {
		report_processes(tf); /* it is asked from outside */
	} else if (trapframe_from_user(tf) && signal) {
		proc_crime(signal, code_of(tf->vector),
		           exceptions[tf->vector].name, tf->eip);
	} else if (signal && forget_selector(tf)) {
		return;
	} else if (signal && tf->eip == (uintptr_t)trap_iret) {
		/* The way back is gone, so the process ends here. */
		proc_dies_of(SIGILL, "its stack segment is gone",
		             proc_trapframe(self())->eip);
		proc_exit(SIGILL);
	} else {
		panic_trap(tf, exceptions[tf->vector].name, 0);
	}
}

static int segv_code(vaddr_t va)
{
	return va < USER_LIMIT && region_at(self()->life.space, va) >= 0
	           ? SEGV_ACCERR
	           : SEGV_MAPERR;
}

static void page_fault(struct trapframe *tf)
{
	vaddr_t va = cpu_cr2();
	bool user = trapframe_from_user(tf);
	int result = -EFAULT;
	frame_t frame;

	count_faults++;
	trace(TRACE_FAULT, va, tf->error, tf->eip);
	if (va < USER_LIMIT && (user || usercopy_fixup(tf->eip)))
		result = space_page(self()->life.space, va, tf->error & PF_WR,
		                    &frame);
	/* P, R/W and U/S have the same places in the error code as in a PTE. */
	if (result == 0 && (~page_walk(page_loaded, va) &
	                    (PTE_P | (tf->error & (PF_WR | PF_US)))))
		result = -EPERM;
	if (result == 0)
		result = fault_check(tf, va);
	trace(TRACE_SERVED, va, result, page_loaded);
	if (result == 0)
		return;
	if (user) {
		proc_crime(result == -ENXIO ? SIGBUS : SIGSEGV,
		           result == -ENXIO ? BUS_ADRERR : segv_code(va),
		           fault_reason(result, tf->error, va), va);
	} else if (va < USER_LIMIT && usercopy_fixup(tf->eip)) {
		tf->eip = usercopy_fixup(tf->eip);
		tf->eflags &= ~EFLAGS_AC;
	} else {
		panic_trap(tf, exceptions[tf->vector].name, va);
	}
}

static void interrupt(struct trapframe *tf, int line)
{
	if (!interrupt_take(line))
		return;
	if (line == 0)
		clock_tick(trapframe_from_user(tf));
	else
		message_interrupt(line);
}

void trap(struct trapframe *tf)
{
	assert(tf->vector < VECTOR_IRQ + 16);
	if (tf->vector >= VECTOR_IRQ)
		interrupt(tf, tf->vector - VECTOR_IRQ);
	if (tf->eflags & EFLAGS_VM)
		proc_dies_of(SIGSEGV, "virtual-8086 mode", tf->eip);
	else if (tf->vector == VECTOR_PAGE_FAULT)
		page_fault(tf);
	else if (tf->vector < VECTOR_IRQ)
		exception(tf);
}

/*
 * Signals are to be obeyed, and then somebody else may run.  A handler is no
 * reason to give up the CPU: who is sent signals all the time gets on, too.
 */
static void attend_to(struct trapframe *tf, bool again)
{
	bool others = need_resched & LET_OTHERS;

	assert(trapframe_from_user(tf));
	need_resched = 0;
	if (signal_attend(tf, again))
		proc_exit(self()->signal.killed);
	if (others)
		preempt();
}

void attend(struct trapframe *tf)
{
	attend_to(tf, false);
}

void attend_call(struct trapframe *tf, int answer)
{
	bool again;

	assert(tf->vector == VECTOR_UNIX || tf->vector == VECTOR_NATIVE);
	/* What sigreturn has put into eax may be equal to RESTART. */
	again = answer == RESTART && tf->eax < SYSCALL_LIMIT;
	if (!again)
		tf->eax = (uint32_t)answer;
	attend_to(tf, again);
}
