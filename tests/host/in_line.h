/*
 * tests/host/in_line.h -- what the explorers of semaphores and of message
 * queues share: processes that sleep in line.
 *
 * A call that sleeps is left by longjmp() at the moment when it gives up the
 * CPU.  By then all that it knows is in its row of `procs` and in the object.
 * When its turn comes, it goes on with wait_sleep(): the explorer's RUN.
 *
 *	RUNNING   in user mode: may make any call
 *	IN_LINE   asleep
 *	READY     served, or its time is up, or it is to die: has not run yet
 */
#ifndef TESTS_HOST_IN_LINE_H
#define TESTS_HOST_IN_LINE_H

#include "../../kernel/process/wait.h"
#include "explore.h"
#include "fake_kernel.h"

#include <setjmp.h>

#define OLD        1 /* every time and pid of a state that is known */
#define NOW        7
#define MOST_PROCS 4

/*
 * Makes `count` processes in user mode, all of one user, or each of a user of
 * its own.  The row behind them is free, and is filled with bytes that have no
 * meaning.
 */
void begin_procs(int count, bool strangers);

/* The calls that a scene adds are made by these processes. */
extern int first_caller, last_caller;

/*
 * Where a call that sleeps is left: setjmp(asleep) with may_sleep set.  The
 * explorer's keep_stack() keeps what the sleeper's row names on its stack.
 */
extern jmp_buf asleep;
extern bool may_sleep;
void keep_stack(void);

/* The process that was woken runs; `late`: its time is up. */
int go_on(int proc, struct line *line, bool late);

/*
 * Processes 0 to alike - 1 may be exchanged.  Of all states that differ only in
 * which of them is which, the one in which they stand in order is kept.
 * comes_before() is the explorer's.
 */
extern int alike;
extern int order[MOST_PROCS], place_of[MOST_PROCS];
bool comes_before(int a, int b);
void find_order(void);
struct proc *place(const struct proc *p);
struct line place_line(struct line line);

/*
 * A scene is a small world with its own menu of calls, numbered 0 to
 * calls_made - 1.
 */
extern int calls_made;

struct scene {
	const char *name;
	int at_least;   /* states; with fewer the scene has lost its sense */
	bool strangers; /* each process is another user */
	void (*add)(int id);
	int lives; /* of the first slot */
};

/*
 * Explores each wanted scene to its end, after begin(scene), and prints a
 * sentence for each, and one for the calls of all of them together.
 */
int explore_scenes(const char *what, const struct scene *scenes, int count,
                   struct explorer explorer,
                   void (*begin)(const struct scene *scene));

#endif
