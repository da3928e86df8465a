/*
 * kernel/look/report_inspect.c -- what every process is doing, as lines of the
 * log.
 *
 * A non-maskable interrupt asks for it.  An NMI reaches the CPU even when
 * interrupts are off, so a machine that hangs can still say where.  QEMU's
 * monitor sends one by `inject-nmi`, and tools/run asks for that when a
 * program's time is over.  Nothing here changes the kernel's state.
 *
 *	process 6 (copy) parent 1 state 5 peer 1 call 4 1 8049000 1000 0 0 0
 *	process 7 (spin) parent 1 state 3 peer -1 eip 0804923c
 *
 * A blocked process waits in a system call, whose number and arguments are in
 * its trapframe.  (A stopped one may have its answer there already.)  For any
 * other process the line says where its user mode goes on.
 */
#include "inspect.h"

#include "../base/klog.h"
#include "../process/process.h"
#include "../process/trapframe.h"

static void report(const struct proc *p, const struct trapframe *tf)
{
	int parent = p->life.parent < 0 ? 0 : procs[p->life.parent].life.pid;
	int peer = p->peer < 0 ? -1 : procs[p->peer].life.pid;
	char head[80];

	format(head, sizeof(head), "process %d (%s) parent %d state %d peer %d",
	       p->life.pid, p->program.name, parent, p->state, peer);
	if (proc_blocked(p))
		klog(KLOG_ERROR, "%s call %d %x %x %x %x %x %x", head,
		     (int)tf->eax, tf->args[0], tf->args[1], tf->args[2],
		     tf->args[3], tf->args[4], tf->args[5]);
	else
		klog(KLOG_ERROR, "%s eip %08x", head, tf->eip);
}

void report_processes(const struct trapframe *now)
{
	for (int i = 1; i < proc_rows.fresh; i++) {
		const struct proc *p = &procs[i];

		if (p->state == PROC_FREE || p->state == PROC_NEW ||
		    p->state == PROC_ZOMBIE)
			continue;
		/* An NMI in the kernel leaves the process's own as it was. */
		if (p == self() && trapframe_from_user(now))
			report(p, now);
		else
			report(p, proc_trapframe(p));
	}
}
