/*
 * kernel/process/process.c -- the process table, and after boot the only writer
 * of p->state.
 *
 * A process gives up the CPU in block(), because it must wait; in preempt(), on
 * the way back to user mode; and at its end, for good.  A blocked process names
 * the process that it waits for (`peer`), so that a reader of the table, the
 * checkers and the debugger can follow which process holds up which.
 *
 *	proc_make   a row, a stack         block   wait here
 *	proc_free   give it back           wake    go on
 *	                                   proc_change  ... and the rest
 */
#include "process.h"

#include "../../abi/errno.h"
#include "../base/image.h"
#include "../base/panic.h"
#include "../base/string.h"
#include "clock.h"
#include "schedule.h"
#include "trapframe.h"

struct rows proc_rows = ROWS_OF(procs, PROCS_MAX);
int threads_max = PROCS_MAX;
uint32_t count_processes;
struct proc *running;

_Static_assert(sizeof(struct proc) == 2048, "an index becomes a shift");
_Static_assert(PROCS_MAX <= TOKEN_SLOTS, "a token has room for an index");

/*
 * A kernel stack stays with its row: it is made at the row's first use.  It
 * begins with zeroes, so that stacks_check() sees how deep it was used.
 */
static int make_stack(const struct proc *p, int level)
{
	uintptr_t top = proc_stack_top(p);

	if (page_kernel_mapped(top - PAGE_SIZE))
		return 0;
	if (promise_take(1, level, level) < 0)
		return -ENOMEM;
	page_map_kernel(top - PAGE_SIZE, frame_alloc_zeroed());
	kernel_frames++;
	return 0;
}

int proc_make(int level, struct proc **made)
{
	struct proc *p;
	int i;

	if (rows_full(&proc_rows, 1, level) || proc_rows.live >= threads_max)
		return -EAGAIN;
	i = rows_take(&proc_rows, level);
	if (i < 0)
		return -ENOMEM;
	if (make_stack(&procs[i], level) < 0) {
		rows_put(&proc_rows, i);
		return -ENOMEM;
	}
	p = &procs[i];
	p->sched.start_tick = ticks;
	p->life.parent = p->peer = -1;
	p->life.space = p->semadj = p->wait.chain = -1;
	p->message.channel = -1;
	p->message.connection = NO_CONNECTION;
	p->message.carried[0] = p->message.carried[1] = NO_CONNECTION;
	p->files.cwd = NO_CONNECTION;
	memset(p->files.descriptors, 0xff, sizeof(p->files.descriptors));
	p->state = PROC_NEW;
	count_processes++;
	*made = p;
	return 0;
}

void proc_free(struct proc *p)
{
	assert(p != self());
	user_leave(p);
	p->state = PROC_FREE;
	rows_put(&proc_rows, proc_index(p));
}

uintptr_t proc_stack_top(const struct proc *p)
{
	uint32_t rows = (char *)(p + 1) - (char *)procs;

	/* Each row has a page, and a hole below it. */
	return (uintptr_t)kernel_stacks + rows * (2 * PAGE_SIZE / sizeof(*p));
}

struct trapframe *proc_trapframe(const struct proc *p)
{
	return (struct trapframe *)proc_stack_top(p) - 1;
}

bool proc_is_server(const struct proc *p)
{
	return p->message.channel >= 0;
}

void proc_ids_changed(struct proc *p)
{
	uint32_t euid = p->identity.euid;
	int level = euid ? (int)(euid % LEVEL_ROOT) : LEVEL_ROOT;

	user_join(p);
	if (p->life.space >= 0)
		space_set_level(p->life.space,
		                proc_is_server(p) ? LEVEL_SERVER : level);
}

/* ---- states ------------------------------------------------------------- */

bool proc_blocked(const struct proc *p)
{
	return p->state >= PROC_SENDING && p->state <= PROC_STOPPED;
}

/* process.h draws this table, and says what follows from it. */
static const struct {
	bool ends_early; /* its caller loops around block() and looks again */
	bool stops_here;
} waits[] = {
    [PROC_SENDING] = {false, false},   [PROC_REPLY_WAIT] = {false, false},
    [PROC_RECEIVING] = {false, false}, [PROC_WAITING] = {true, true},
    [PROC_IN_LINE] = {true, false},    [PROC_SLEEPING] = {true, true},
    [PROC_PAUSED] = {true, true},      [PROC_POLLING] = {true, true},
    [PROC_VFORK] = {false, false},     [PROC_STOPPED] = {false, false},
};

bool wakes_early(enum proc_state state)
{
	return state < PROC_ZOMBIE && waits[state].ends_early;
}

void proc_review(struct proc *p)
{
	uint64_t handlers =
	    p->signal.pending & ~p->signal.mask & p->signal.caught;

	p->signal.attention = p->signal.killed || p->signal.stopping ||
	                      p->signal.fault || handlers;
}

void proc_stop(void)
{
	struct proc *p = self();

	p->signal.stop_report = p->signal.stopping << 8 | 0x7f;
	p->signal.stopping = 0;
	proc_review(p);
	proc_notify_parent(p);
	block(PROC_STOPPED, -1);
}

/* A signal is to be obeyed before the process may wait in `state`. */
static enum block_answer answer_signal(struct proc *p, enum proc_state state)
{
	if (p->signal.killed)
		return DIE;
	if (!p->signal.stopping || !waits[state].stops_here)
		return INTERRUPTED;
	proc_stop();
	return p->signal.killed ? DIE : GO_ON;
}

/* It is inline, because every process that waits passes here. */
inline enum block_answer block(enum proc_state state, int peer)
{
	struct proc *p = self();

	assert(p->state == PROC_RUNNING);
	if (p->signal.attention && (p->signal.killed || wakes_early(state)))
		return answer_signal(p, state);
	p->state = state;
	p->peer = peer;
	schedule();
	p->peer = -1;
	return p->signal.killed ? DIE : GO_ON;
}

void block_move(struct proc *p, enum proc_state state, int peer)
{
	assert(proc_blocked(p));
	p->state = state;
	p->peer = peer;
}

static void make_ready(struct proc *p)
{
	assert(proc_blocked(p) || p->state == PROC_NEW);
	p->state = PROC_READY;
}

void wake(struct proc *p)
{
	make_ready(p);
	ready_join(p);
}

void wake_first(struct proc *p)
{
	make_ready(p);
	ready_join_first(p);
}

void proc_change(struct proc *p, enum proc_state from, enum proc_state to)
{
	assert(p->state == from);
	p->state = to;
}
