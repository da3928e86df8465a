/*
 * kernel/unix/lifecycle.c -- fork, exit and wait: what each room must do when a
 * process begins and when it ends.
 *
 * Each room offers a hook for what it keeps.  This file is the one visible list
 * that calls the hooks, in order; exec.c calls its own.  No room calls
 * another's hook, with one exception: mm tells ipc/sysv/shm.c of each attach
 * that ends, in whatever way it does (attach_ended).
 *
 *	          fork              exec              exit
 *	mm        space_copy        new space         space_drop
 *	sysv      shm_fork          (attach_ended)    (attach_ended)
 *	                                              shm_exit
 *	          (nothing)         (kept)            sem_exit
 *	signal    signals_fork      signals_exec      signals_exit
 *	message   descriptors_fork  descriptors_exec  descriptors_exit
 *	          (no server)       (no server)       handles_exit
 *	                                              server_exit
 *	process   (no server)       (no server)       sleep_leave
 *	unix      (nothing)         (kept)            group_exit
 *
 * vfork is a fork without mm's and sysv's part: the child has its parent's
 * space, which counts one holder more and no attach more.  The parent waits
 * until the child execs or ends, so only one of the two runs there.
 */
#include "lifecycle.h"

#include "../base/trace.h"
#include "../../ipc/message/message.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"

/* ---- fork --------------------------------------------------------------- */

void proc_prepare_stack(struct proc *p)
{
	struct trapframe *tf = proc_trapframe(p);
	struct switch_frame *frame = (struct switch_frame *)tf - 1;

	memset(tf, 0, sizeof(*tf));
	memset(frame, 0, sizeof(*frame));
	frame->eip = (uint32_t)trap_return;
	p->sched.kernel_esp = (uintptr_t)frame;
}

/* What a child inherits of each part, in the order of struct proc. */
static void inherit(struct proc *child, const struct proc *parent)
{
	child->sched.user = parent->sched.user;
	child->sched.user->processes++;
	child->sched.nice = parent->sched.nice;
	child->identity = parent->identity;
	signals_fork(child, parent);
	child->program = parent->program;
	child->program.executed = false;
	child->limits = parent->limits;
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

/*
 * A copy of the current process, not yet ready to run, which may share its
 * space: 0 or -errno.
 */
static int make_child(bool shared, struct proc **made)
{
	struct proc *parent = self(), *child;
	int level = proc_level(parent), error, space;

	if (parent->identity.euid != 0 &&
	    (uint32_t)parent->sched.user->processes >=
	        parent->limits.own[RLIMIT_NPROC][0])
		return -EAGAIN;
	error = proc_make(level, &child);
	if (error < 0)
		return error;
	space = parent->life.space;
	if (!shared)
		space = space_copy(space, level);
	if (space < 0) {
		proc_free(child);
		return space;
	}

	/* Nothing below can fail. */
	child->life.pid = pid_next();
	child->life.space = space;
	spaces[space].pid = child->life.pid;
	child->life.parent = self_index();
	inherit(child, parent);
	copy_registers(child);
	if (shared)
		space_hold(space);
	else
		shm_fork(space);
	descriptors_fork(child);
	trace(TRACE_FORK, child->life.pid, spaces[space].directory);
	*made = child;
	return 0;
}

/*
 * The parent's half of vfork(2).  The child had set the space's pid and level
 * to its own.
 */
static void vfork_wait(const struct proc *child)
{
	block(PROC_VFORK, proc_index(child));
	spaces[self()->life.space].pid = self()->life.pid;
	proc_ids_changed(self());
}

void vfork_over(const struct proc *p)
{
	int parent = p->life.parent;

	if (parent >= 0 && procs[parent].state == PROC_VFORK &&
	    procs[parent].peer == proc_index(p))
		wake(&procs[parent]);
}

/*
 * fork, or vfork.  There are no threads, so a child that shares its parent's
 * space must be waited for.  Nobody runs beside it there who could see a word
 * cleared at its end: CLEARTID is for threads.
 */
static bool clone_known(uint32_t flags)
{
	const uint32_t known = CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID |
	                       CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID;

	if (!(flags & CLONE_VM) || (flags & CLONE_VFORK))
		return (flags & ~known) == SIGCHLD;
	klog_caused("pid %d (%s): there are no threads: clone %x",
	            self()->life.pid, self()->program.name, flags);
	return false;
}

int sys_clone(uint32_t flags, vaddr_t stack, vaddr_t ptid, uint32_t tls,
              vaddr_t ctid)
{
	struct proc *child;
	int error, pid;

	(void)tls;
	if (!clone_known(flags))
		return -EINVAL;
	if (proc_is_server(self()))
		return -EPERM; /* two cannot serve one channel */
	error = make_child(flags & CLONE_VM, &child);
	if (error < 0)
		return error;
	pid = child->life.pid;
	if (stack)
		proc_trapframe(child)->esp = stack;
	if (flags & CLONE_PARENT_SETTID)
		copy_out(ptid, &pid, sizeof(pid));
	if (flags & CLONE_CHILD_SETTID)
		space_write(child->life.space, ctid, &pid, sizeof(pid));
	wake(child);
	if (flags & CLONE_VFORK)
		vfork_wait(child);
	return pid;
}

/* ---- exit --------------------------------------------------------------- */

/* The next one above that has asked for orphans, or init. */
static int reaper_of(const struct proc *p)
{
	do
		p = &procs[p->life.parent];
	while (p->life.pid != INIT_PID && !p->life.subreaper);
	return proc_index(p);
}

static void give_children_away(void)
{
	int reaper = self()->life.parent < 0 ? -1 : reaper_of(self());

	for (int i = 0; i < proc_rows.fresh; i++) {
		struct proc *p = &procs[i];

		if (p->state != PROC_FREE && p->life.parent == self_index()) {
			p->life.parent = reaper;
			if (p->state == PROC_ZOMBIE)
				proc_notify_parent(p);
			else
				group_parent_lost(p, self());
			signal_send(p, p->life.parent_signal,
			            (struct signal_news){.code = SI_USER});
			preemption_point();
		}
	}
}

/*
 * The parent hears of the zombie.  If it wants none, it cannot wait for this
 * one: init does.
 */
static void tell_of_end(struct proc *p)
{
	proc_notify_parent(p);
	if (!signal_no_zombies(&procs[p->life.parent]))
		return;
	p->life.parent = proc_index(proc_find(INIT_PID));
	proc_notify_parent(p);
}

void proc_exit(int wait_status)
{
	struct proc *p = self();

	if (p->life.pid == INIT_PID)
		panic("init has ended, status %x", (uint32_t)wait_status);
	handles_exit(p);
	server_exit(p);
	descriptors_exit(p);
	sem_exit();
	signals_exit(p);
	if (p->sched.sleep.place)
		sleep_leave(&p->sched.sleep); /* a server's alarm */
	space_drop(p->life.space);
	p->life.space = -1;
	vfork_over(p);
	shm_exit();
	give_children_away();
	p->life.wait_status = wait_status;
	proc_change(p, PROC_RUNNING, PROC_ZOMBIE);
	group_exit(p);
	trace(TRACE_EXIT, wait_status);
	if (p->life.parent < 0)
		klog(KLOG_ERROR, "server %s (pid %d) has died, status %x",
		     p->program.name, p->life.pid, (uint32_t)wait_status);
	else
		tell_of_end(p);
	schedule();
	panic("a dead process runs");
}

int sys_exit(int status)
{
	proc_exit((status & 0xff) << 8); /* exit_group(2) is the same */
}

/* ---- wait --------------------------------------------------------------- */

/* What this child has to tell, as a status of wait4(2); -1: nothing. */
static int to_tell(const struct proc *p, uint32_t options)
{
	if (p->state == PROC_ZOMBIE)
		return options & WEXITED ? p->life.wait_status : -1;
	if (p->signal.stop_report == STATUS_CONTINUED)
		return options & WCONTINUED ? STATUS_CONTINUED : -1;
	return p->signal.stop_report && (options & WUNTRACED)
	           ? p->signal.stop_report
	           : -1;
}

/*
 * Finds a child that `pid` means and that has something to tell: 0.  -EAGAIN:
 * there are such children, but none has.  -ECHILD: there is no such child.
 */
static int find_child(int pid, uint32_t options, struct proc **found)
{
	int result = -ECHILD;

	for (int i = 0; i < proc_rows.fresh; i++) {
		struct proc *p = &procs[i];

		if (p->life.parent == self_index() && proc_named(p, pid)) {
			*found = p;
			if (to_tell(p, options) >= 0)
				return 0;
			result = -EAGAIN;
		}
	}
	return result;
}

/* Waits for such a child.  -EAGAIN: none has anything to tell, and WNOHANG. */
static int await_child(int pid, uint32_t options, struct proc **found)
{
	int result;

	while ((result = find_child(pid, options, found)) == -EAGAIN &&
	       !(options & WNOHANG))
		if (block(PROC_WAITING, -1) != GO_ON)
			return RESTART;
	return result;
}

/* The CPU time of a child and of those that it has waited for. */
static struct cpu_time used_by(const struct proc *p)
{
	return (struct cpu_time){p->sched.used.user + p->sched.children.user,
	                         p->sched.used.system +
	                             p->sched.children.system};
}

/* What a child had to tell was told: a zombie is gone now. */
static void forget(struct proc *p)
{
	struct cpu_time *all = &self()->sched.children, used = used_by(p);

	p->signal.stop_report = 0;
	if (p->state != PROC_ZOMBIE)
		return;
	all->user += used.user;
	all->system += used.system;
	proc_free(p);
}

/* It is forgotten even if the parent gave a bad address, as on Linux. */
int sys_wait4(int pid, vaddr_t status, uint32_t options, vaddr_t rusage)
{
	struct proc *child;
	struct cpu_time used;
	int result, word;

	if (options & ~WAIT_KNOWN_OPTIONS)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	result = await_child(pid, options | WEXITED, &child);
	if (result < 0)
		return result == -EAGAIN ? 0 : result;
	word = to_tell(child, options | WEXITED);
	used = used_by(child);
	result = child->life.pid;
	forget(child);
	if (status && copy_out(status, &word, sizeof(word)) < 0)
		return -EFAULT;
	return rusage && give_rusage(used, rusage) < 0 ? -EFAULT : result;
}

/*
 * Whom waitid(2) means, as wait4(2) says it: 0, -EINVAL, -EBADF, or -ECHILD.
 * wait4 has no word for group 1 but from within it, where 0 means it.  No
 * descriptor is one of a process.
 */
static int waitid_pid(int which, int id, int *pid)
{
	*pid = -1;
	if (which == P_ALL)
		return 0;
	if (which == P_PID && id > 0)
		*pid = id;
	else if (which == P_PGID && id >= 0)
		*pid = id == self()->identity.pgid ? 0 : -id;
	else
		return which == P_PIDFD && id >= 0 ? -EBADF : -EINVAL;
	return *pid == -1 ? -ECHILD : 0;
}

/*
 * It tells in siginfo, of which it writes what concerns a child; all of that
 * is 0 if there is nothing to tell.
 */
int sys_waitid(int which, int id, vaddr_t info, uint32_t options,
               vaddr_t rusage)
{
	uint32_t words[6] = {0}; /* signal, errno, code, pid, uid, status */
	struct proc *child;
	int pid, result = waitid_pid(which, id, &pid);

	if (result == -EINVAL || (options & ~WAITID_OPTIONS) ||
	    !(options & (WEXITED | WUNTRACED | WCONTINUED)))
		return -EINVAL;
	if (result == 0)
		result = await_child(pid, options, &child);
	if (result == RESTART)
		return result;
	if (result == 0) {
		struct signal_news news = child_news(child);
		struct cpu_time used = used_by(child);

		words[0] = SIGCHLD;
		memcpy(words + 2, &news, sizeof(news));
		if (!(options & WNOWAIT))
			forget(child);
		if (rusage && give_rusage(used, rusage) < 0)
			return -EFAULT;
	}
	if (info && copy_out(info, words, sizeof(words)) < 0)
		return -EFAULT;
	return result == -EAGAIN ? 0 : result;
}
