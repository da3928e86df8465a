/*
 * user/bin/look/look.h -- what the demonstrations share: a look at the machine.
 *
 * On Tessera a look shows the segment table and, for up to two processes, the
 * words of their page directories and page tables; on Linux, which does not
 * show its page tables, the segment table alone.  It fits a screen of 24 lines
 * with 80 columns.
 */
#ifndef LOOK_LOOK_H
#define LOOK_LOOK_H

#include <sys/types.h>

/*
 * Shows the moment called `moment` in processes `a` and `b` (0: none), as a
 * screen by itself.
 */
void look(const char *moment, pid_t a, pid_t b);

/* Shows the semaphore sets and the message queues, as a screen by itself. */
void look_objects(void);

/* Prints the segment table like ipcs -m.  0, or -1 after it has said why. */
int segments_show(void);
/* Print the semaphore sets like ipcs -s, the message queues like ipcs -q. */
int sets_show(void);
int queues_show(void);

/* Gives up the CPU until *word is `value`; another process will write it. */
void await(volatile int *word, int value);

/* Waits until segment `id` has `count` attaches, by its shm_nattch. */
void await_attaches(int id, unsigned count);

/* Waits for a child, says how it ended, and returns its status word. */
int child_report(const char *name, pid_t child);

/* Prints what failed, and why (errno), and exits. */
__attribute__((noreturn)) void fail(const char *what);

#endif
