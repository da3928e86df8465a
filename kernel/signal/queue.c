/*
 * kernel/signal/queue.c -- which signals are pending, and what siginfo will say
 * of them.
 *
 * A bit of signal.pending says that a signal has come.  Its news, who has sent
 * it and why, hang in the process's queue, in the order in which they came:
 *
 *	pending   17 34      queued --> 34: 1 --> 17: pid 8 ended --> 34: 2
 *
 * A process has at most NEWS_OF_ONE news.  Where there is no room or no memory,
 * a signal is pending without news, and its siginfo says SI_USER and pid 0.
 * Only sigqueue(3) of a signal that is kept in order, and a timer, are refused
 * then.
 */
#include "signal.h"

#define NEWS_MAX 16384

extern struct queued queued[];
struct rows queued_rows = ROWS_OF(queued, NEWS_MAX);

/* The link to the first news of one of these signals, or the queue's end. */
static struct queued **find(struct proc *p, uint64_t set)
{
	struct queued **link = &p->signal.queued;

	while (*link && !(BIT((*link)->signal) & set))
		link = &(*link)->next;
	return link;
}

static void take_out(struct proc *p, struct queued **link)
{
	struct queued *gone = *link;

	*link = gone->next;
	p->signal.news--;
	rows_put(&queued_rows, gone - queued);
}

bool signal_queue_full(const struct proc *p)
{
	return p->signal.news == NEWS_OF_ONE || p->life.space < 0 ||
	       rows_reserve(&queued_rows, 1, proc_level(p)) < 0;
}

void signal_queue(struct proc *p, int signal, struct signal_news news)
{
	bool once = signal < SIGRTMIN && (p->signal.pending & BIT(signal)) &&
	            news.code != SI_TIMER;
	struct queued **end = find(p, 0);

	if (!once && !signal_queue_full(p)) {
		*end = &queued[rows_pick(&queued_rows)];
		**end = (struct queued){.signal = signal, .news = news};
		p->signal.news++;
	}
	p->signal.pending |= BIT(signal);
	proc_review(p);
}

struct signal_news signal_take(struct proc *p, int signal)
{
	struct queued **link = find(p, BIT(signal));
	struct signal_news news = {.code = SI_USER};

	if (*link) {
		news = (*link)->news;
		take_out(p, link);
	}
	if (!*find(p, BIT(signal)))
		p->signal.pending &= ~BIT(signal);
	proc_review(p);
	return news;
}

bool signal_overrun(struct proc *p, uint32_t timer, uint32_t times)
{
	struct queued *q = p->signal.queued;

	while (q && !(q->news.code == SI_TIMER && q->news.pid == timer))
		q = q->next;
	if (q)
		q->news.uid += times;
	return q;
}

void signal_forget_timers(struct proc *p)
{
	struct queued **link = &p->signal.queued;

	while (*link) {
		int signal = (*link)->signal;

		if ((*link)->news.code != SI_TIMER) {
			link = &(*link)->next;
			continue;
		}
		take_out(p, link);
		if (!*find(p, BIT(signal)))
			p->signal.pending &= ~BIT(signal);
	}
	proc_review(p);
}

void signal_withdraw(struct proc *p, uint64_t set)
{
	struct queued **link;

	p->signal.pending &= ~set;
	while (*(link = find(p, set)))
		take_out(p, link);
	proc_review(p);
}
