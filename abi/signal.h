/*
 * abi/signal.h -- signals: POSIX's names, Linux i386's numbers.
 *
 * There are no handlers yet, only default actions.  Source: signal(7).
 */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

/* clang-format off */
#define SIGHUP     1
#define SIGILL     4
#define SIGTRAP    5
#define SIGBUS     7
#define SIGFPE     8
#define SIGKILL    9
#define SIGSEGV   11
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGWINCH  28
#define SIGNAL_MAX 64

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
/* clang-format on */

#endif
