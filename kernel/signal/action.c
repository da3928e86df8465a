/*
 * kernel/signal/action.c -- what a process wants its signals to do.
 *
 * The 64 actions of a process are a row of `actions`.  A process that has never
 * called sigaction(2) has none; a child shares its parent's until one of them
 * makes a change, and then has a copy:
 *
 *	parent  actions --.      [ holders 2 | 1: ... | 2: ... | ... ]
 *	child   actions ---`-------^
 *
 * Two words of struct proc say what of it matters, so that nobody else looks
 * into a row: `caught` has a bit for each signal with a handler, and `ignored`
 * one for each that was set to SIG_IGN.  They outlive the row: exec leaves the
 * ignored ones ignored and drops the rest.
 */
#include "signal.h"

#include "../base/string.h"

extern struct actions actions[];
struct rows action_rows = ROWS_OF(actions, PROCS_MAX);

struct sigaction signal_action(const struct proc *p, int signal)
{
	struct sigaction action = {0};

	if (p->signal.actions)
		action = p->signal.actions->of[signal - 1];
	if (!(p->signal.caught & BIT(signal)))
		action.handler =
		    p->signal.ignored & BIT(signal) ? SIG_IGN : SIG_DFL;
	return action;
}

static void drop(struct actions *row)
{
	if (row && --row->holders == 0)
		rows_put(&action_rows, row - actions);
}

/* Makes sure that the process has a row, which is its own: 0 or -ENOMEM. */
static int own_row(struct proc *p)
{
	struct actions *shared = p->signal.actions;
	int row;

	if (shared && shared->holders == 1)
		return 0;
	row = rows_take(&action_rows, proc_level(p));
	if (row < 0)
		return -ENOMEM;
	if (shared)
		memcpy(actions[row].of, shared->of, sizeof(shared->of));
	actions[row].holders = 1;
	p->signal.actions = &actions[row];
	drop(shared);
	return 0;
}

static void set_bits(struct proc *p, int signal, uint32_t handler)
{
	p->signal.caught &= ~BIT(signal);
	p->signal.ignored &= ~BIT(signal);
	if (handler == SIG_IGN)
		p->signal.ignored |= BIT(signal);
	else if (handler != SIG_DFL)
		p->signal.caught |= BIT(signal);
	if (signal_ignored(p, signal))
		signal_withdraw(p, BIT(signal));
	proc_review(p);
}

void signal_reset(struct proc *p, int signal)
{
	set_bits(p, signal, SIG_DFL);
}

int signal_set_action(int signal, const struct sigaction *new,
                      struct sigaction *old)
{
	struct proc *p = self();
	struct sigaction *action;

	if (signal < 1 || signal > SIGNAL_MAX ||
	    (new && (never_blocked & BIT(signal))))
		return -EINVAL;
	*old = signal_action(p, signal);
	if (!new)
		return 0;
	if (own_row(p) < 0)
		return -ENOMEM;
	action = &p->signal.actions->of[signal - 1];
	*action = *new;
	action->mask &= ~never_blocked;
	action->flags &= SA_KNOWN;
	set_bits(p, signal, new->handler);
	return 0;
}

/* ---- the alternate stack ------------------------------------------------ */

bool sigstack_covers(const struct proc *p, vaddr_t esp)
{
	const struct sigstack *stack = &p->signal.stack;

	return !(stack->flags & SS_AUTODISARM) && esp > stack->sp &&
	       esp - stack->sp <= stack->size;
}

int sigstack_set(const struct sigstack *new, vaddr_t esp)
{
	uint32_t mode = new->flags & ~SS_AUTODISARM;
	struct sigstack set = {.flags = new->flags - mode};

	if (sigstack_covers(self(), esp))
		return -EPERM;
	if (mode > SS_DISABLE)
		return -EINVAL;
	if (mode != SS_DISABLE && new->size < MINSIGSTKSZ)
		return -ENOMEM;
	if (mode != SS_DISABLE) {
		set.sp = new->sp;
		set.size = new->size;
	}
	self()->signal.stack = set;
	return 0;
}

/* ---- fork, exec, exit --------------------------------------------------- */

void signals_fork(struct proc *child, const struct proc *parent)
{
	child->signal.mask = parent->signal.mask;
	child->signal.caught = parent->signal.caught;
	child->signal.ignored = parent->signal.ignored;
	child->signal.stack = parent->signal.stack;
	child->signal.actions = parent->signal.actions;
	if (child->signal.actions)
		child->signal.actions->holders++;
}

/* Handlers were code of the old program. */
void signals_exec(struct proc *p)
{
	drop(p->signal.actions);
	p->signal.actions = 0;
	p->signal.caught = 0;
	p->signal.stack = (struct sigstack){0};
	signal_forget_timers(p);
	signal_deliver(p);
}

void signals_exit(struct proc *p)
{
	drop(p->signal.actions);
	p->signal.actions = 0;
	p->signal.caught = 0;
	signal_withdraw(p, ~0ull);
}
