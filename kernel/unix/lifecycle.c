/*
 * kernel/unix/lifecycle.c -- fork, exit, wait: what everybody must do at the
 * turns of a process's life.
 *
 * Each room offers a hook for what it keeps (space_copy, shm_fork,
 * message_fork, ...); this file is the one visible list that calls them, in
 * order.  No room calls another's hook, but that mm tells ipc/shm of each
 * attach that ends, by whatever way (attach_ended).
 *
 *	          fork            exec                exit
 *	mm        space_copy      new space           space_drop
 *	ipc/shm   shm_fork        (attach_ended)      (attach_ended)
 *	messages  message_fork    message_exec        message_exit
 *	ipc/sem   (nothing)       (kept)              sem_exit
 */
#include "lifecycle.h"

#include "../process/clock.h"
#include "../../abi/process.h"
#include "../../ipc/message/message.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"

#define MICROSECONDS_PER_TICK (1000000u / HZ)

/* ---- fork ------------------------------------------------------------ */

void proc_prepare_stack(struct proc *p)
{
	struct trapframe *tf = proc_trapframe(p);
	struct switch_frame *frame = (struct switch_frame *)tf - 1;

	memset(tf, 0, sizeof(*tf));
	memset(frame, 0, sizeof(*frame));
	frame->eip = (uint32_t)trap_return;
	p->sched.kernel_esp = (uintptr_t)frame;
}

/* Each part of a process that a child inherits, in the order of struct proc. */
static void inherit(struct proc *child, const struct proc *parent)
{
	child->sched.user = parent->sched.user;
	child->sched.user->processes++;
	child->identity = parent->identity;
	child->signal.mask = parent->signal.mask;
	child->limits = parent->limits;
	memcpy(child->program.name, parent->program.name,
	       sizeof(child->program.name));
	memcpy(child->gdt.tls, parent->gdt.tls, sizeof(child->gdt.tls));
	child->gdt.used = parent->gdt.used;
	child->files = parent->files;
	__asm__ volatile("fxsave %0" : "=m"(child->fpu));
}

static void copy_registers(struct proc *child)
{
	struct trapframe *tf = proc_trapframe(child);
	struct switch_frame *frame = (struct switch_frame *)tf - 1;

	proc_prepare_stack(child);
	*tf = *proc_trapframe(self());
	tf->eax = 0; /* fork answers 0 in the child */
	__asm__("mov %%fs, %0; mov %%gs, %1"
	        : "=r"(frame->fs), "=r"(frame->gs));
}

/* A copy of the current process, not yet ready to run: 0 or -errno. */
static int make_child(struct proc **made)
{
	struct proc *parent = self(), *child;
	int level = spaces[parent->life.space].level, error, space;

	if (parent->identity.euid != 0 &&
	    (uint32_t)parent->sched.user->processes >= parent->limits.nproc[0])
		return -EAGAIN;
	error = proc_make(level, &child);
	if (error < 0)
		return error;
	space = space_copy(parent->life.space, level);
	if (space < 0) {
		proc_free(child);
		return space;
	}

	/* Nothing below can fail. */
	child->life.pid = pid_next();
	child->life.space = space;
	spaces[space].owner = child->life.pid;
	child->life.parent = self_index();
	inherit(child, parent);
	copy_registers(child);
	shm_fork(space);
	message_fork(proc_index(child));
	*made = child;
	return 0;
}

int sys_clone(uint32_t flags, vaddr_t stack, vaddr_t ptid, uint32_t tls,
              vaddr_t ctid)
{
	/* CLEARTID is for those who share the memory of one who ends: nobody.
	 */
	const uint32_t known = CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |
	                       CLONE_CHILD_SETTID | CLONE_SIGNAL;
	struct proc *child;
	int error;

	(void)tls;
	if (flags & CLONE_VM) {
		klog_caused("pid %d (%s): no threads and no vfork: clone %x",
		            self()->life.pid, self()->program.name, flags);
		return -ENOSYS;
	}
	if ((flags & ~known) || (flags & CLONE_SIGNAL) != SIGCHLD)
		return -EINVAL; /* a fork only */
	if (proc_is_server(self()))
		return -EPERM; /* a server's clients are its own */
	error = make_child(&child);
	if (error < 0)
		return error;
	if (stack)
		proc_trapframe(child)->esp = stack;
	if (flags & CLONE_PARENT_SETTID)
		copy_out(ptid, &child->life.pid, sizeof(int));
	if (flags & CLONE_CHILD_SETTID)
		space_write(child->life.space, ctid, &child->life.pid,
		            sizeof(int));
	wake(child);
	return child->life.pid;
}

/* ---- exit ------------------------------------------------------------ */

static void give_children_to_init(void)
{
	int init = proc_index(proc_find(INIT_PID));

	for (int i = 0; i < proc_rows.fresh; i++) {
		struct proc *p = &procs[i];

		if (p->state != PROC_FREE && p->life.parent == self_index()) {
			p->life.parent = init;
			if (p->state == PROC_ZOMBIE)
				proc_notify_parent(p);
		}
	}
}

void proc_exit(int wait_status)
{
	struct proc *p = self();

	if (p->life.pid == INIT_PID)
		panic("init has ended, status %x", (uint32_t)wait_status);
	message_exit(self_index());
	sem_exit();
	space_drop(p->life.space);
	p->life.space = -1;
	give_children_to_init();
	p->life.wait_status = wait_status;
	proc_set_zombie(p);
	if (p->life.parent < 0)
		klog(KLOG_ERROR, "server %s (pid %d) has died, status %x",
		     p->program.name, p->life.pid, (uint32_t)wait_status);
	proc_notify_parent(p);
	schedule();
	panic("a dead process runs");
}

int sys_exit(int status)
{
	proc_exit((status & 0xff) << 8); /* one thread is the group */
}

/* ---- wait ------------------------------------------------------------ */

/* Has this child something to tell?  Its status, or -1. */
static int news(const struct proc *p, int options)
{
	if (p->state == PROC_ZOMBIE)
		return p->life.wait_status;
	if (p->signal.stop_report == STATUS_CONTINUED)
		return options & WCONTINUED ? STATUS_CONTINUED : -1;
	return p->signal.stop_report && (options & WUNTRACED)
	           ? p->signal.stop_report
	           : -1;
}

/* A wanted child with news: 0; -EAGAIN: there are some, none has; -ECHILD. */
static int find_child(int pid, int options, struct proc **found)
{
	int result = -ECHILD;

	for (int i = 0; i < proc_rows.fresh; i++) {
		struct proc *p = &procs[i];

		if (p->life.parent == self_index() && proc_named(p, pid)) {
			*found = p;
			if (news(p, options) >= 0)
				return 0;
			result = -EAGAIN;
		}
	}
	return result;
}

/* Forgets what is told of the child, then tells it, even to a bad address. */
static int report(struct proc *p, int options, vaddr_t status, vaddr_t rusage)
{
	uint32_t user = p->sched.user_ticks, system = p->sched.system_ticks;
	const uint32_t used[RUSAGE_WORDS] = {
	    user / HZ,
	    user % HZ * MICROSECONDS_PER_TICK,
	    system / HZ,
	    system % HZ * MICROSECONDS_PER_TICK,
	};
	int word = news(p, options), pid = p->life.pid;

	p->signal.stop_report = 0;
	if (p->state == PROC_ZOMBIE)
		proc_free(p);
	if (status && copy_out(status, &word, sizeof(word)) < 0)
		return -EFAULT;
	if (rusage && copy_out(rusage, used, sizeof(used)) < 0)
		return -EFAULT;
	return pid;
}

int sys_wait4(int pid, vaddr_t status, uint32_t options, vaddr_t rusage)
{
	struct proc *child;
	int result;

	if (options & ~WAIT_KNOWN_OPTIONS)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	while ((result = find_child(pid, options, &child)) == -EAGAIN) {
		if (options & WNOHANG)
			return 0;
		if (block(PROC_WAITING, -1) == DIE)
			return -EINTR;
	}
	return result < 0 ? result : report(child, options, status, rusage);
}
