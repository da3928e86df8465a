/*
 * kernel/signal/signal.h -- signals, and the pids that name who gets them.
 * This header declares what the room has.
 */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include "../../abi/errno.h"
#include "../../abi/signal.h"
#include "../process/process.h"

/* ---- pid.c -------------------------------------------------------------- */

#define INIT_PID 1

/* A new pid is below pid_max: /proc/sys/kernel.  PID_LEAST are enough. */
#define PIDS       32768
#define PID_WINDOW (4 * PROCS_MAX)
#define PID_LEAST  (2 + PID_WINDOW)
extern int pid_max;

/* A new pid: a number that no process, group or session has. */
int pid_next(void);

/* The process with this pid, alive or a zombie, or 0.  It looks at all rows. */
struct proc *proc_find(int pid);

/* proc_find(), for which 0 means the running process. */
struct proc *proc_find_or_self(int pid);

/*
 * Is it the process `pid`, or, if that is not above 0, one of the group -pid? A
 * row that is free, or a process that is being made, is neither.
 */
bool proc_is(const struct proc *p, int pid);

/*
 * Does `pid` mean this process, as in kill(2)?  The same, but 0 means the
 * caller's group, and -1 all processes, so no word means group 1.
 */
bool proc_named(const struct proc *p, int pid);

/*
 * Has no living member of the group a parent in another group of its session?
 * Then nobody is left who would continue what a terminal stops.  0: there is
 * one; else 1, and the number of members that are stopped.
 */
int group_orphaned(int pgid);

/* ---- signal.c: what signals do ------------------------------------------ */

#define BIT(signal) (1ull << (-1 + (signal)))

extern const uint64_t never_blocked; /* SIGKILL, SIGSTOP */

/* The lowest signal of a set that is not empty. */
static inline int signal_lowest(uint64_t set)
{
	uint32_t low = (uint32_t)set, high = set >> 32;

	return 1 + (low ? __builtin_ctz(low) : 32 + __builtin_ctz(high));
}

/* What siginfo says of a signal: abi/sigframe.h. */
struct signal_news {
	int code;                 /* SI_*; or what has happened, by signal */
	uint32_t pid, uid, value; /* SI_TIMER: which one, overruns, value */
};

/* What the running process sends. */
static inline struct signal_news signal_from_me(int code)
{
	return (struct signal_news){
	    .code = code, .pid = self()->life.pid, .uid = self()->identity.uid};
}

/*
 * Sends a signal; 0 is none.  `p` is no row that is free or being made.  A
 * signal that would do nothing is forgotten at once and wakes nobody, one that
 * is blocked waits.  Else a process that waits stops waiting, as the table of
 * block() says (process.h).
 */
void signal_send(struct proc *p, int signal, struct signal_news news);

/* The same for all that proc_is() of `pid`: 0, or -ESRCH if there is none. */
int signal_send_to(int pid, int signal, struct signal_news news);

/*
 * A native call: a server sends a signal to a process, or below 0 to a group.
 * It comes from the kernel, or if `whom` is a client from that, with a value.
 */
int native_signal(int pid, int signal, uint32_t value, const struct proc *whom);

/* Would it do something: is it neither blocked nor ignored? */
bool signal_acts(const struct proc *p, int signal);

/* Would it do nothing, even if it is not blocked? */
bool signal_ignored(const struct proc *p, int signal);

/* Delivers what is pending and not blocked: its actions have changed. */
void signal_deliver(struct proc *p);

/*
 * The running process blocks these signals from now on, and no others.  A mask
 * that was to come back does not.
 */
void signal_set_mask(uint64_t mask);

/*
 * A wait with a mask of its own, as sigsuspend, ppoll and pselect have it: the
 * first is called before the wait, the second with the call's answer, which it
 * returns.  After -EINTR the old mask comes back by the handler's frame, else
 * at once.
 */
void signal_mask_for_wait(uint64_t mask);
int signal_mask_after_wait(int result);

/*
 * Takes the next signal that has a handler: signal.attention is set, and the
 * process is neither to end nor to stop.
 */
int signal_next(struct proc *p, struct signal_news *news);

/*
 * The running process did what no process may do: `reason`, at `address`.  If
 * it has a handler for `signal` and does not block it, the handler will run,
 * and siginfo says `code`.  Otherwise the signal kills it on its way to user
 * mode, and the log says why.  signal.crime describes the last such trap, also
 * as long as the process is a zombie:
 *
 *	63 .. 32   31 .. 16                    15 .. 0
 *	address    vector of its trap          error code of its trap
 *
 * A process that has committed no crime has 0 there.
 */
void proc_crime(int signal, int code, const char *reason, uint32_t address);

/* The same, but no handler helps. */
void proc_dies_of(int signal, const char *reason, uint32_t address);

/* A server has answered an error: is there a signal that tells it as well? */
void signal_of_error(int error);

/* ---- child.c: SIGCHLD --------------------------------------------------- */

/* Does the process want its children to leave no zombies? */
bool signal_no_zombies(const struct proc *parent);

/* What siginfo says of a child: the status of wait4(2) in other words. */
struct signal_news child_news(const struct proc *p);

/* ---- action.c: what a process wants to be done -------------------------- */

/* The action of a signal. */
struct sigaction signal_action(const struct proc *p, int signal);

/*
 * Sets an action of the running process, if there is a new one, and answers the
 * old one.  0, -EINVAL, -ENOMEM.
 */
int signal_set_action(int signal, const struct sigaction *new,
                      struct sigaction *old);

/* The default action, from now on. */
void signal_reset(struct proc *p, int signal);

/*
 * sigaltstack(2) for a process whose stack pointer is `esp`: 0; -EPERM: it
 * stands on that stack; -EINVAL, -ENOMEM.  `sigstack_covers`: is it standing
 * there?
 */
int sigstack_set(const struct sigstack *new, vaddr_t esp);
bool sigstack_covers(const struct proc *p, vaddr_t esp);

/* Hooks of lifecycle.c and exec.c. */
void signals_fork(struct proc *child, const struct proc *parent);
void signals_exec(struct proc *p);
void signals_exit(struct proc *p);

/* Rows of `actions`, each shared by all who have not changed it: action.c. */
struct actions {
	int link; /* mm/rows.c: the next free row */
	int holders;
	struct sigaction of[SIGNAL_MAX];
};
extern struct rows action_rows;

/* ---- queue.c: the news of pending signals ------------------------------- */

/*
 * Makes a signal pending.  One below SIGRTMIN is pending once, with the first
 * one's news; of the others, and from timers, each one is kept.  Where there is
 * no room for news, the signal is pending without.
 */
void signal_queue(struct proc *p, int signal, struct signal_news news);
struct queued {
	int link;   /* mm/rows.c: the next free row */
	int signal; /* which it is about */
	struct queued *next;
	struct signal_news news;
};
extern struct rows queued_rows;

/* Is there no room for one more news of this process? */
bool signal_queue_full(const struct proc *p);

/*
 * Does a signal of that timer wait?  It has had `times` overruns more.  And: no
 * signal of any timer waits any longer.
 */
bool signal_overrun(struct proc *p, uint32_t timer, uint32_t times);
void signal_forget_timers(struct proc *p);

/* Takes the first pending one of this signal, and answers its news. */
struct signal_news signal_take(struct proc *p, int signal);

/* No signal of this set is pending any more. */
void signal_withdraw(struct proc *p, uint64_t set);

/* ---- frame.c: on the way to user mode ----------------------------------- */

/*
 * Called on the way to user mode if signal.attention is set: the running
 * process stops, and the frames of its handlers are laid on its stack.  `again`
 * says that its call has answered RESTART; the frame's eax is then the call's
 * number.  Returns the signal that ends it now, or 0; the caller ends it.
 */
struct trapframe;
int signal_attend(struct trapframe *tf, bool again);

extern const uint16_t clean_fpu[256]; /* fxsave's area as a program begins */

/* siginfo, as a frame and sigtimedwait(2) give it. */
struct siginfo;
void siginfo_make(struct siginfo *info, int signal,
                  const struct signal_news *news);

/* siginfo.code of an exception #MF, or #XM if `simd`. */
int fpu_fault_code(bool simd);

/* ---- signal_check.c ----------------------------------------------------- */

int signal_check(void); /* how many breaches it has logged */

#endif
