/*
 * tests/host/in_line.h -- what the explorers of semaphores and of message
 *queues share: processes that sleep in line.
 *
 * A call that sleeps is left by longjmp() at the moment it gives up the CPU:
 * all it has to say by then is in its row of `procs` and in the object.  It
 * goes on, when its turn comes, with wait_sleep(): the explorer's RUN.
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
 * `count` processes in user mode, of one user or each of one of its own.  The
 * row behind them is nobody's: what lies in it has no meaning.
 */
void begin_procs(int count, bool strangers);

/* Which of them make the calls that are added. */
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
 * Processes 0 to alike - 1 may be exchanged: of all states that differ only in
 * who is who, the one is kept in which they stand in order.  comes_before() is
 * the explorer's.
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
	int at_least;   /* fewer states: it has lost what it was made for */
	bool strangers; /* each process is another user */
	void (*add)(int id);
	int lives; /* of the first slot */
};

/*
 * Explores each scene that is wanted to its end, after begin(scene), and says
 * so in a sentence; then one of all calls that agree with the model.
 */
int explore_scenes(const char *what, const struct scene *scenes, int count,
                   struct explorer explorer,
                   void (*begin)(const struct scene *scene));

#endif
