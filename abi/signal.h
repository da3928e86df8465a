/*
 * abi/signal.h -- signals: POSIX's names, Linux i386's numbers.
 *
 * Source: signal(7), sigaction(2), sigaltstack(2), sigprocmask(2).
 */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

#include "types.h"

/* clang-format off */
#define SIGHUP     1
#define SIGINT     2
#define SIGQUIT    3
#define SIGILL     4
#define SIGTRAP    5
#define SIGBUS     7
#define SIGFPE     8
#define SIGKILL    9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGRTMIN  32 /* from here on each one sent is kept, in order */
#define SIGNAL_MAX 64

/* The most news of pending signals that a process has: RLIMIT_SIGPENDING. */
#define NEWS_OF_ONE 128

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SIG_DFL 0u
#define SIG_IGN 1u

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO   0x00000004u
#define SA_RESTORER  0x04000000u
#define SA_ONSTACK   0x08000000u
#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u
#define SA_KNOWN     0xdc000007u /* other flags are forgotten */

#define SS_ONSTACK    0x00000001u
#define SS_DISABLE    0x00000002u
#define SS_AUTODISARM 0x80000000u
#define MINSIGSTKSZ   2048

/* siginfo.code: who has sent it.  Below 0: the sender says so itself. */
#define SI_USER    0
#define SI_KERNEL  0x80
#define SI_QUEUE   (-1)
#define SI_TIMER   (-2)
#define SI_MESGQ   (-3)
#define SI_TKILL   (-6)

/* And what has happened, by signal. */
#define ILL_ILLOPN    2
#define FPE_INTDIV    1
#define FPE_FLTDIV    3
#define FPE_FLTOVF    4
#define FPE_FLTUND    5
#define FPE_FLTRES    6
#define FPE_FLTINV    7
#define SEGV_MAPERR   1
#define SEGV_ACCERR   2
#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define TRAP_TRACE    2
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_STOPPED   5
#define CLD_CONTINUED 6
/* clang-format on */

/* rt_sigaction(2); and the older sigaction(2). */
struct sigaction {
	uint32_t handler, flags, restorer;
	uint64_t mask;
} __attribute__((packed, aligned(4)));
struct old_sigaction {
	uint32_t handler, mask, flags, restorer;
};
_Static_assert(sizeof(struct sigaction) == 20, "Linux i386 kernel_sigaction");

/* sigaltstack(2) */
struct sigstack {
	uint32_t sp, flags, size;
};

#endif
