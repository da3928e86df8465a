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
 * Only sigqueue(3) of a signal that is kept in order is refused then.
 */
#include "signal.h"

#define NEWS_MAX    16384
#define NEWS_OF_ONE 128

struct queued {
	int link;   /* mm/rows.c: the next free row */
	int signal; /* which it is about */
	struct queued *next;
	struct signal_news news;
};

extern struct queued queued[];
struct rows queued_rows = ROWS_OF(queued, NEWS_MAX);

/* The link at the end of the process's queue; 0: it is full. */
static struct queued **end_of(struct proc *p)
{
	struct queued **end = &p->signal.queued;
	int count = 0;

	while (*end && count++ < NEWS_OF_ONE)
		end = &(*end)->next;
	return *end ? 0 : end;
}

static int level_of(const struct proc *p)
{
	return spaces[p->life.space].level;
}

bool signal_queue_full(struct proc *p)
{
	return !end_of(p) || rows_reserve(&queued_rows, 1, level_of(p)) < 0;
}

void signal_queue(struct proc *p, int signal, struct signal_news news)
{
	bool once = signal < SIGRTMIN && (p->signal.pending & BIT(signal));
	struct queued **end = once ? 0 : end_of(p);
	int row = end ? rows_take(&queued_rows, level_of(p)) : -1;

	p->signal.pending |= BIT(signal);
	if (row < 0)
		return;
	*end = &queued[row];
	queued[row].signal = signal;
	queued[row].news = news;
}

/* Takes the news out of the queue. */
static void unlink_news(struct queued **link)
{
	struct queued *gone = *link;

	*link = gone->next;
	rows_put(&queued_rows, gone - queued);
}

/* The link to the first news of one of these signals, or 0. */
static struct queued **find(struct queued **link, uint64_t set)
{
	while (*link && !(BIT((*link)->signal) & set))
		link = &(*link)->next;
	return *link ? link : 0;
}

struct signal_news signal_take(struct proc *p, int signal)
{
	struct queued **link = find(&p->signal.queued, BIT(signal));
	struct signal_news news = {.code = SI_USER};

	if (link) {
		news = (*link)->news;
		unlink_news(link);
	}
	if (!find(&p->signal.queued, BIT(signal)))
		p->signal.pending &= ~BIT(signal);
	proc_review(p);
	return news;
}

void signal_withdraw(struct proc *p, uint64_t set)
{
	struct queued **link = &p->signal.queued;

	p->signal.pending &= ~set;
	while ((link = find(link, set)))
		unlink_news(link);
	proc_review(p);
}
