/*
 * kernel/process/process.h -- processes: who runs, who waits, who they are.
 * This header declares what process.c has.
 *
 * A process is a row of the table `procs`, named by its index (-1: none); its
 * pid is what user space calls it.  After boot, process.c alone writes `state`.
 *
 *	       make       wake                wake
 *	  FREE -----> NEW -----> READY <--------------------+
 *	   ^                     |   ^                      |
 *	   | free       schedule v   | preempt              |
 *	 ZOMBIE <-------------- RUNNING ------> SENDING REPLY_WAIT RECEIVING
 *	               exit              block  WAITING SLEEPING PAUSED IN_LINE
 *	                                        POLLING VFORK STOPPED
 */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include "../../abi/inspect.h"
#include "../../abi/message.h"
#include "../../abi/process.h"
#include "../../abi/signal.h"
#include "../../build/gen/calls.h" /* sys_NAME(): abi/syscalls.tbl */
#include "../../mm/space.h"
#include "../../mm/rows.h"

#ifndef OPEN_MAX     /* host tests make it small */
#define OPEN_MAX 256 /* descriptors of a process */
#endif
#define PROCS_MAX     4096
#define MEMLOCK_LIMIT 0x800000 /* 8 MiB, as on Linux */
#define NO_CONNECTION (-1)
#define UNKNOWN_MAX   480 /* numbers of calls that the log tells apart */

/* What waits for a time: sleep.c. */
struct alarm {
	int place;   /* among all of them, or 0 */
	uint64_t at; /* when that is: clock.h */
};

/* Three ids of one kind: what set*id(2) works on. */
struct id_triple {
	uint32_t real, effective, saved;
};

/* How long the CPU worked for a program, in ticks. */
struct cpu_time {
	uint32_t user, system;
};

/* What a process is to the others: its groups and its privileges. */
struct identity {
	int pgid, sid;
	union {
		struct id_triple user;
		struct {
			uint32_t uid, euid, suid;
		};
	};
	union {
		struct id_triple group;
		struct {
			uint32_t gid, egid, sgid;
		};
	};
	int ngroups;
	uint32_t groups[GROUPS_MAX];
	uint32_t umask;
};

/*
 * A process is made of parts.  Each part names the files that write it, and
 * tools/writers.txt holds them to it.  Beside these, proc_make() gives each
 * member its first value (mm/rows.c zeroes the row), and boot/main.c gives the
 * first processes what no parent has left them.
 */
struct proc {
	/* mm/rows.c: the next free row */
	int link;

	/* process.c: what it does now */
	enum proc_state state;
	int peer; /* the process that a blocked one waits for, or -1 */

	/* ready.c, sleep.c, schedule.c: when it runs */
	struct {
		struct run_queue *user;  /* its user's; a server's own */
		struct run_queue *queue; /* where it stands when READY */
		struct proc *next;       /* the one behind it there, or 0 */
		struct alarm sleep;      /* when its wait ends */
		uintptr_t kernel_esp;    /* while it does not run */
		int nice; /* native.c: what setpriority(2) has stored */
		uint32_t start_tick;
		struct cpu_time used;
		struct cpu_time children; /* that were waited for */
	} sched;

	/* lifecycle.c, its birth and end; exec.c the space; identity.c prctl */
	struct {
		int pid;
		int parent;      /* index, or -1 */
		int wait_status; /* of a zombie, as wait4 gives it */
		int space;
		int parent_signal; /* sent when its parent ends, or 0 */
		int subreaper;     /* 1: the parent of orphans below it */
	} life;

	/* identity.c, group.c; exec.c writes the saved ids */
	struct identity identity;

	/* group.c: of a session's leader: the terminal's group, or 0 */
	int foreground;

	/* kernel/signal; process.c writes it when the process stops */
	struct {
		bool attention;  /* derived: process.c alone, proc_review() */
		bool mask_saved; /* `saved_mask` is to come back */
		int killed;      /* the signal that will end it, or 0 */
		int stopping;    /* the signal that will stop it, or 0 */
		int stop_report; /* what wait4 has not yet told, or 0 */
		int fault;       /* of its own making, not yet taken, or 0 */
		int fault_code;  /* what siginfo says of it */
		uint64_t crime;  /* its last exception: see proc_crime() */
		uint64_t mask, pending;
		uint64_t saved_mask;      /* sigsuspend, ppoll, pselect */
		uint64_t awaited;         /* sigtimedwait: for these */
		uint64_t caught, ignored; /* they have a handler; SIG_IGN */
		struct actions *actions;  /* what it has set, or 0: action.c */
		struct queued *queued;    /* news of what is pending, or 0 */
		int news;                 /* how many */
		struct sigstack stack;    /* sigaltstack(2) */
	} signal;

	/* exec.c; identity.c: what prctl(2) sets */
	struct {
		bool executed; /* it has called exec since its fork */
		bool hidden;   /* not dumpable: prctl(2) */
		char name[16];
		int file; /* of its image, as its server says, or -1 */
		/* Where the strings of argv, and then of envp, began. */
		vaddr_t arguments, environment, environment_end;
	} program;

	/* limit.c */
	struct {
		uint32_t own[RLIM_NLIMITS][2]; /* each soft and hard */
	} limits;

	/* thread_area.c; native.c writes the ports.  gdt_load() loads it */
	struct {
		uint64_t tls[3];          /* entries of set_thread_area */
		const uint8_t *io_bitmap; /* bit clear: allowed; or 0 */
		bool used;                /* it has had one or the other */
	} gdt;

	/* unix/system.c: a bit for each unknown call that it tried */
	uint32_t unknown_told[UNKNOWN_MAX / 32];

	/* ipc/message: what it asks, or which clients it serves */
	struct {
		int channel;    /* of the server it is, or -1 */
		int rank;       /* 0 client, 1 files, 2 console */
		bool queued;    /* stands in the queue of its channel */
		bool unblock;   /* a signal wants the wait to end soon */
		int call;       /* while it waits: number of its call */
		int connection; /* its connection (a hold), or NO_CONNECTION */
		int object;     /* the one of the server's that is meant */
		uint32_t args[6];
		int generation;  /* of its token; a server: of what it does */
		int element;     /* of its buffers, where lease.c stands */
		uint32_t before; /* bytes of the elements before it */
		int next;        /* in the queue of its channel, or -1 */
		uint32_t round;  /* of that queue: its user's turn */
		int status;      /* the answer */
		int carried[2];  /* connections that came with it, or -1 */
	} message;

	/* wait.c, semop.c, msg.c, futex.c: what it stands in line for */
	struct {
		struct proc *next, *before; /* in line; 0: none */
		int result;                 /* of its call, or UNSERVED */
		union {
			struct {
				int room, type,
				    flags; /* msgrcv: what it asks */
			};
			struct {
				int object; /* futex: of what, and where */
				uint32_t place, bits;
			};
		};
		int chain; /* msgsnd, msgrcv: the message, or -1 */
		/* semop: its operations in the kernel; the one that waits */
		struct operation *ops, *end, *stuck;
		bool called; /* semop: a change may concern it, see semop.c */
	} wait;

	/* shm.c: it has made a segment */
	bool shm_creator;

	/* semadj.c: the root of what its end takes back, or -1 */
	int semadj;

	/* connection.c: its descriptors; all from `bound` on are free */
	struct {
		int bound;
		int cwd;                         /* connection, or -1 */
		int16_t descriptors[OPEN_MAX];   /* connection, or -1 */
		uint32_t cloexec[OPEN_MAX / 32]; /* a bit: FD_CLOEXEC */
	} files;

	/* schedule.c, at a switch; exec.c gives a clean one */
	uint8_t fpu[512] __attribute__((aligned(16)));
} __attribute__((aligned(2048))); /* so that &procs[i] is a shift */

extern struct proc procs[];
extern struct rows proc_rows;    /* of procs: mm/rows.h */
extern int threads_max;          /* rows in use at most: /proc/sys/kernel */
extern uint32_t count_processes; /* that were made since boot */
extern struct proc *running;     /* always valid after boot */

static inline struct proc *self(void)
{
	return running;
}

static inline int proc_index(const struct proc *p)
{
	return p - procs;
}

static inline int self_index(void)
{
	return proc_index(running);
}

/*
 * A function takes a process by its pointer.  An index is how a process is
 * named where the name is kept: in a member (parent, peer), in a message's
 * token, in the inspection.
 */

/* ---- a process comes and goes ------------------------------------------- */

/*
 * Makes a process that has no parent, user, space or pid yet.  It is in
 * PROC_NEW and in no queue: wake() lets it run.  Its row and its kernel stack
 * count at `level` (mm/frame.h).  Returns 0; -EAGAIN: there is no row for this
 * level; -ENOMEM.
 */
int proc_make(int level, struct proc **made);

/*
 * Gives the row back.  `p` is not the running process, and all that it held has
 * been let go.
 */
void proc_free(struct proc *p);

/* A server is a process that has a channel. */
bool proc_is_server(const struct proc *p);

/*
 * To be called when the user ids of `p` have changed, or its rank.  From now on
 * it counts as its real uid's process, and what is promised to its space, with
 * what was before, counts at the level of its effective uid, or of a server.
 * `p` is not READY.
 */
void proc_ids_changed(struct proc *p);

/* The level at which memory is promised for it (mm/frame.h): its space's. */
static inline int proc_level(const struct proc *p)
{
	return spaces[p->life.space].level;
}

/* The address above its kernel stack, which is one page with a hole below. */
uintptr_t proc_stack_top(const struct proc *p);

/* ---- a process waits and goes on ---------------------------------------- */

/*
 * How a wait goes on, or ends early.  A server in RECEIVING waits for work and
 * for nothing else.
 *
 *	            a handler        a signal that stops it    one that kills it
 *	SENDING     is received, and then as in REPLY_WAIT     leaves the queue
 *	REPLY_WAIT  its server is asked for an answer, then .. its token is dead
 *	RECEIVING   (nothing)        stops when work comes     ends
 *	WAITING     ends early       stops here, looks again   ends
 *	SLEEPING    ends early       stops here, looks again   ends
 *	PAUSED      ends early       stops here, looks again   ends
 *	POLLING     ends early       stops here, looks again   ends
 *	IN_LINE     leaves the line  leaves the line, stops    leaves the line
 *	VFORK       (nothing)        stops when its child lets ends
 *	                             go of the space
 *	STOPPED     (nothing)        is stopped already        ends
 */
enum block_answer {
	GO_ON, /* it was woken: look whether what it waited for is there */
	INTERRUPTED, /* it is to run a handler, or to stop, but not in here */
	DIE,         /* it is to die: undo what must be undone, and return */
};

/*
 * The answer of a call that a signal has cut short and that may begin again.
 * It never reaches user mode: a handler without SA_RESTART makes it -EINTR, and
 * after anything else the call is made once more.
 */
#define RESTART (-512)

/*
 * The one place where a process gives up the CPU of its own accord: it waits in
 * `state` for `peer` (an index, or -1) until wake() is called for it.  The way
 * back to user mode ends the process after DIE, and stops it or runs its
 * handler after INTERRUPTED.  A process that is to die already does not wait.
 * One that is to run a handler or to stop does not wait in a state that may end
 * early.  So whoever looks again after GO_ON takes what is there, even if a
 * signal has come as well.
 */
enum block_answer block(enum proc_state state, int peer);

/* Is the process in one of the states that block() takes? */
bool proc_blocked(const struct proc *p);

/* May a wait in this state end before what it waits for is there? */
bool wakes_early(enum proc_state state);

/*
 * Makes `p` READY.  It must be blocked, or new.  wake() puts it at the end of
 * its queue.  wake_first() puts it at the front, so it runs next among its
 * kind: message passing does this.
 */
void wake(struct proc *p);
void wake_first(struct proc *p);

/*
 * `p` is blocked and goes on waiting, but in `state` and for `peer`: its
 * message was received, or passed on to another server.
 */
void block_move(struct proc *p, enum proc_state state, int peer);

/* ---- a signal stops it or ends it --------------------------------------- */

/*
 * Recomputes signal.attention.  It is called wherever what the word depends on
 * has changed, and nowhere else is the word written.
 */
void proc_review(struct proc *p);

/*
 * Stops the running process, which signal.stopping asks for, and tells its
 * parent.  Returns when the process was continued or is to die.
 */
void proc_stop(void);

/*
 * `p` has something to tell: its parent gets SIGCHLD, and is woken if it waits
 * for a child.  kernel/signal has it.
 */
void proc_notify_parent(const struct proc *p);

/* ---- what schedule.c and lifecycle.c do to the state -------------------- */

/* READY to RUNNING, back, or RUNNING to ZOMBIE. */
void proc_change(struct proc *p, enum proc_state from, enum proc_state to);

#endif
