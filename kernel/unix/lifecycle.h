/*
 * kernel/unix/lifecycle.h -- birth, change and death of processes, and of the
 * machine: what the files of kernel/ share (ipc sees process.h alone).
 */
#ifndef KERNEL_LIFECYCLE_H
#define KERNEL_LIFECYCLE_H

#include "../../abi/errno.h"
#include "../../abi/signal.h"
#include "../base/klog.h"
#include "../base/panic.h"
#include "../base/string.h"
#include "../process/process.h"
#include "../entry/trap.h"

#define INIT_PID 1

/* linker.ld and boot/entry.asm: where things are. */
extern char kernel_start[], kernel_text_end[], kernel_readonly_end[],
    kernel_end[], kernel_stacks[];
extern uint32_t boot_directory[], boot_table[];

/* ---- process.c: states ----------------------------------------------- */

void proc_free(int proc);
/* Is it meant by `pid` as in kill(2): one, my group (0), all (-1), a group? */
bool proc_named(int proc, int pid);
uintptr_t proc_stack_top(const struct proc *p);
bool proc_blocked(const struct proc *p);
bool may_stop_in(enum proc_state state);
void proc_set_running(struct proc *p);
void proc_set_ready(struct proc *p);
void proc_set_zombie(struct proc *p);

/* ---- ready.c --------------------------------------------------------- */

/*
 * READY processes in the order they will run: the servers, or those of a user.
 * A server has a queue of its own, too, for when its quantum is used up.
 */
struct run_queue {
	struct proc *first;     /* or 0 */
	struct proc **end;      /* where the next to join goes */
	struct run_queue *next; /* whose turn is after this one's */
	bool in_ring;           /* it has the turn, or waits for it */
	bool ticked;   /* who next comes to its front goes to the end */
	uint32_t uid;  /* real uid of the user, or OF_A_SERVER */
	int processes; /* they have, zombies too; 0: a free row */
};
#define OF_A_SERVER UINT32_MAX /* nobody's uid */
enum { SERVERS, RUN_QUEUES = SERVERS + 1 + PROCS_MAX };
extern struct run_queue run_queues[RUN_QUEUES];
extern int run_queues_used;
/* Who has the turn, and by `next` who has it then, as far as `nobody`. */
extern struct run_queue *turn, nobody;

/* Not 0: attend() is called before the CPU returns to user mode. */
extern int need_resched;

void ready_init(void);

/* One that was woken joins its queue, at the end or at the front. */
void enqueue(struct proc *p);
void enqueue_first(struct proc *p);
/* One that ran, and is still ready, joins the queue where it was. */
void enqueue_again(struct proc *p);
/* The next to run, taken from its queue; 0: nobody is ready. */
struct proc *dequeue(void);

/* A tick has found the process at work. */
void quantum_ends(struct proc *p);
/* The current process, the only one of its user, wants others to run. */
void turn_yield(void);

/* The process, which is not READY, counts as its real uid's from now on. */
void user_join(struct proc *p);
void user_leave(struct proc *p);

/* ---- schedule.c ------------------------------------------------------ */

extern uint32_t count_switches;

/* The timer's interrupt, which found the CPU in user mode, or not. */
void clock_tick(bool user);

/* ---- lifecycle.c ----------------------------------------------------- */

/* Ends the current process; status as wait4(2) gives it. */
__attribute__((noreturn)) void proc_exit(int wait_status);

/* A process that starts at trap_return with an empty trapframe. */
void proc_prepare_stack(int proc);

/* Tells the parent that a child has ended, stopped or continued. */
void proc_notify_parent(int proc);

/* ---- panic.c: the ends of the machine -------------------------------- */

/*
 * Ends QEMU with (value << 1 | 1) through port 0xF4.  Elsewhere 0 switches off,
 * and any other value halts, so that the screen can be read.
 */
__attribute__((noreturn)) void machine_off(int value);

#define MACHINE_PANIC 0x7f /* machine_off's value when the kernel failed */

/* A line to the screen, COM1 (polled) and the log: for last words only. */
__attribute__((format(printf, 1, 2))) void machine_say(const char *format, ...);

/* For machines we cannot run on: one sentence, then the end. */
#define machine_refuse(sentence, ...)                                          \
	(machine_say("Tessera cannot run here: " sentence ".", ##__VA_ARGS__), \
	 machine_off(MACHINE_PANIC))

/* panic() that shows the registers of a trap. */
__attribute__((noreturn)) void panic_trap(const struct trapframe *tf,
                                          const char *what, uint32_t address);

/* ---- signal.c -------------------------------------------------------- */

/* What attend() does about signals before a process returns to user mode. */
void signal_attend(void);

/* The process's own crime: its last log line, and its end. */
void proc_crime(int signal, const char *reason, uint32_t address);

/* ---- archive.c ------------------------------------------------------- */

#define ARCHIVE_END "TRAILER!!!" /* the last one's name */

/*
 * Where the body of the file at `path` (without the leading slash) is, and its
 * length; 0 when it is not there, or something unsound is in front of it.  A
 * body whose sum is wrong ends the machine: nobody starts a damaged program.
 */
paddr_t archive_find(const char *path, uint32_t *bytes);

/* ---- cmdline.c ------------------------------------------------------- */

#define SERVERS_MAX 5
extern const char *cmdline_servers[SERVERS_MAX]; /* of rank 2: paths */
extern int cmdline_server_count;
extern char cmdline_words[]; /* "init" and all words, each with its NUL */
extern int cmdline_bytes;

void cmdline_parse(const char *text, bool first_is_file);

/* ---- provoke_check.c: a failure on order, for the tests -------------- */

bool provoke_arm(const char *word); /* false: no such failure */
void provoke(vaddr_t arg);

/* ---- main.c ---------------------------------------------------------- */

/* Where boot/entry.asm goes. */
__attribute__((noreturn)) void kmain(uint32_t magic, paddr_t info_address);

#endif
