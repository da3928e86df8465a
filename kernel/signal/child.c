/*
 * kernel/signal/child.c -- SIGCHLD: what a parent hears of its children.
 *
 * A child that ends, stops or goes on is news twice: its parent gets SIGCHLD,
 * and a parent that waits in wait4(2) is woken and looks.  A parent that does
 * not want to hear of stops sets SA_NOCLDSTOP.  One that wants no zombies
 * ignores SIGCHLD or sets SA_NOCLDWAIT: then kernel/unix/lifecycle.c gives the
 * dead child to init.
 */
#include "signal.h"

bool signal_no_zombies(const struct proc *parent)
{
	return (parent->signal.ignored & BIT(SIGCHLD)) ||
	       (signal_action(parent, SIGCHLD).flags & SA_NOCLDWAIT);
}

struct signal_news child_news(const struct proc *p)
{
	struct signal_news news = {.pid = p->life.pid, .uid = p->identity.uid};
	int status = p->signal.stop_report;

	news.code = status == STATUS_CONTINUED ? CLD_CONTINUED : CLD_STOPPED;
	news.value = status == STATUS_CONTINUED ? SIGCONT : status >> 8;
	if (p->state == PROC_ZOMBIE) {
		status = p->life.wait_status;
		news.code = status & 0x7f ? CLD_KILLED : CLD_EXITED;
		news.value = status & 0x7f ? status & 0x7f : status >> 8;
	}
	return news;
}

void proc_notify_parent(const struct proc *p)
{
	struct proc *parent = &procs[p->life.parent];

	if (p->life.parent < 0)
		return;
	if (p->state == PROC_ZOMBIE ||
	    !(signal_action(parent, SIGCHLD).flags & SA_NOCLDSTOP))
		signal_send(parent, SIGCHLD, child_news(p));
	if (parent->state == PROC_WAITING)
		wake(parent);
}
