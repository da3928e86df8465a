/*
 * kernel/signal/signal_check.c -- the checker of signals.
 *
 *	G1  signal.attention is what proc_review() would make it
 *	G2  a row of actions is held by as many processes as it says
 *	G3  a signal that is caught is not ignored, and has a handler in a row
 *	G4  each news in a queue is about a pending signal, one below SIGRTMIN
 *	    has one news at most, but for those of timers, and the queues have
 *	    all news that there are
 *	G5  SIGKILL and SIGSTOP are not blocked, caught or ignored
 *	G6  a process that is not stopped has no pending signal that would act
 *	    and has not: one without a handler, not blocked
 */
#include "signal.h"

#include "../base/klog.h"

static int breach(const struct proc *p, const char *text)
{
	klog(KLOG_ERROR, "%s: pid %d", text, p->life.pid);
	return 1;
}

static int holders_of(const struct actions *row)
{
	int holders = 0;

	for (int i = 0; i < proc_rows.fresh; i++)
		holders += procs[i].state != PROC_FREE &&
		           procs[i].signal.actions == row;
	return holders;
}

static int words_check(const struct proc *p)
{
	uint64_t due = p->signal.pending & ~p->signal.mask;
	uint64_t fixed = p->signal.mask | p->signal.caught | p->signal.ignored;
	int breaches = 0;

	if (p->signal.attention !=
	    (p->signal.killed || p->signal.stopping || p->signal.fault ||
	     (due & p->signal.caught)))
		breaches += breach(p, "G1: attention");
	if (p->signal.caught & p->signal.ignored)
		breaches += breach(p, "G3: caught and ignored");
	for (int signal = 1; signal <= SIGNAL_MAX; signal++)
		if ((p->signal.caught & BIT(signal)) &&
		    signal_action(p, signal).handler <= SIG_IGN)
			breaches += breach(p, "G3: caught without a handler");
	if (fixed & never_blocked)
		breaches += breach(p, "G5: SIGKILL or SIGSTOP");
	if (p->state != PROC_STOPPED && (due & ~p->signal.caught))
		breaches += breach(p, "G6: a signal was not delivered");
	return breaches;
}

static int queue_check(const struct proc *p, int *news)
{
	uint64_t seen = 0;
	int breaches = 0, count = 0;

	for (const struct queued *q = p->signal.queued; q; q = q->next) {
		if (!(p->signal.pending & BIT(q->signal)))
			breaches += breach(p, "G4: news of nothing");
		if (q->signal < SIGRTMIN && (seen & BIT(q->signal)))
			breaches += breach(p, "G4: news twice");
		if (q->news.code != SI_TIMER)
			seen |= BIT(q->signal);
		if (++count > queued_rows.live)
			break;
	}
	if (count != p->signal.news)
		breaches += breach(p, "G4: the number of news");
	*news += count;
	return breaches;
}

int signal_check(void)
{
	int breaches = 0, news = 0, holders = 0;

	for (int i = 0; i < proc_rows.fresh; i++) {
		const struct proc *p = &procs[i];

		if (p->state == PROC_FREE || p->state == PROC_NEW)
			continue;
		breaches += words_check(p) + queue_check(p, &news);
		if (!p->signal.actions)
			continue;
		holders++;
		if (holders_of(p->signal.actions) != p->signal.actions->holders)
			breaches += breach(p, "G2: holders of its actions");
	}
	if (news != queued_rows.live || action_rows.live > holders) {
		klog(KLOG_ERROR, "G4: %d news of %d, %d actions of %d", news,
		     queued_rows.live, holders, action_rows.live);
		breaches++;
	}
	return breaches;
}
