// with: kernel/signal/signal.c kernel/signal/queue.c kernel/signal/action.c
// with: kernel/signal/child.c kernel/signal/signal_check.c
// with: kernel/signal/pid.c
// alone
/*
 * tests/host/test_signal.c -- what a signal does to a process in each state, by
 * kernel/signal's own files; and the checker sees each kind of damage.
 */
#include "../../abi/errno.h"
#include "../../abi/process.h"
#include "../../ipc/message/message.h"
#include "../../kernel/process/schedule.h"
#include "../../kernel/process/trapframe.h"
#include "../../kernel/signal/signal.h"
#include "fake_mm.h"
#include "sees.h"

struct actions actions[8];
struct queued queued[1024];

static bool unblocked;

void message_unblock(struct proc *p)
{
	(void)p;
	unblocked = true;
}

/* As in kernel/process/process.c. */
void proc_review(struct proc *p)
{
	p->signal.attention =
	    p->signal.killed || p->signal.stopping || p->signal.fault ||
	    (p->signal.pending & ~p->signal.mask & p->signal.caught);
}

bool proc_blocked(const struct proc *p)
{
	return p->state >= PROC_SENDING && p->state <= PROC_STOPPED;
}

struct trapframe *proc_trapframe(const struct proc *p)
{
	static struct trapframe tf = {.vector = 14, .error = 6};

	(void)p;
	return &tf;
}

void klog_caused(const char *format, ...)
{
	(void)format;
}

void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	(void)va, (void)bytes, (void)out;
	return 0;
}

#define CAUGHT  SIGINT
#define DEADLY  SIGHUP
#define MILD    SIGURG
#define BLOCKED SIGALRM

static struct proc *const it = &procs[1];

/* Process 1, child of process 2, is in this state; process 0 runs. */
static void start(enum proc_state state)
{
	struct sigaction action = {.handler = 2}, old;

	queued_rows.fresh = queued_rows.live = 0;
	queued_rows.free = -1;
	action_rows.fresh = action_rows.live = 0;
	action_rows.free = -1;
	fake_procs(3);
	for (int i = 0; i < 3; i++) {
		procs[i].life.space = 0;
		procs[i].life.parent = i == 1 ? 2 : -1;
	}
	running = it;
	EXPECT(signal_set_action(CAUGHT, &action, &old), 0);
	EXPECT(signal_set_action(BLOCKED, &action, &old), 0);
	it->signal.mask = BIT(BLOCKED);
	it->state = state;
	running = state == PROC_RUNNING ? it : &procs[0];
	procs[0].state = PROC_RUNNING;
	need_resched = 0;
	unblocked = false;
	EXPECT(signal_check(), 0);
}

static void send(int signal)
{
	signal_send(it, signal, (struct signal_news){.pid = 7});
	EXPECT(signal_check(), 0);
}

/* The table of kernel/process/process.h: what becomes of a process. */
enum { STAYS, WOKEN, ASKED, SOON };

static void becomes(enum proc_state state, int signal, int wanted)
{
	start(state);
	send(signal);
	EXPECT(it->state == PROC_READY && state != PROC_READY, wanted == WOKEN);
	EXPECT(unblocked, wanted == ASKED);
	EXPECT(need_resched, wanted == SOON);
}

static void test_states(void)
{
	static const struct {
		enum proc_state state;
		int handler, stop, kill;
	} table[] = {
	    {PROC_RUNNING, SOON, SOON, SOON},
	    {PROC_READY, STAYS, STAYS, STAYS},
	    {PROC_SENDING, ASKED, ASKED, WOKEN},
	    {PROC_REPLY_WAIT, ASKED, ASKED, WOKEN},
	    {PROC_RECEIVING, STAYS, STAYS, WOKEN},
	    {PROC_WAITING, WOKEN, WOKEN, WOKEN},
	    {PROC_SLEEPING, WOKEN, WOKEN, WOKEN},
	    {PROC_PAUSED, WOKEN, WOKEN, WOKEN},
	    {PROC_IN_LINE, WOKEN, WOKEN, WOKEN},
	};

	for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++) {
		becomes(table[i].state, CAUGHT, table[i].handler);
		EXPECT(it->signal.attention, true);
		becomes(table[i].state, SIGSTOP, table[i].stop);
		EXPECT(it->signal.stopping, SIGSTOP);
		becomes(table[i].state, DEADLY, table[i].kill);
		EXPECT(it->signal.killed, DEADLY);
		becomes(table[i].state, MILD, STAYS);
		EXPECT(it->signal.pending, 0);
		becomes(table[i].state, BLOCKED, STAYS);
		EXPECT(it->signal.attention, false);
		EXPECT(it->signal.pending, BIT(BLOCKED));
	}
	tap("signals: what each does to a process in each state");
}

static void test_stopped(void)
{
	becomes(PROC_STOPPED, CAUGHT, STAYS);
	becomes(PROC_STOPPED, DEADLY, STAYS);
	EXPECT(it->signal.killed, 0);
	becomes(PROC_STOPPED, SIGKILL, WOKEN);
	EXPECT(it->signal.killed, SIGKILL);
	becomes(PROC_STOPPED, SIGCONT, WOKEN);
	EXPECT(it->signal.stop_report, STATUS_CONTINUED);
	start(PROC_STOPPED);
	send(DEADLY);
	send(SIGCONT);
	EXPECT(it->signal.killed, DEADLY);
	start(PROC_READY);
	send(SIGSTOP);
	send(SIGCONT);
	EXPECT(it->signal.stopping, 0);
	EXPECT(it->signal.attention, false);
	start(PROC_ZOMBIE);
	it->life.space = -1; /* it has none */
	EXPECT(signal_queue_full(it), true);
	send(SIGKILL);
	EXPECT(it->signal.killed, 0);
	tap("signals: SIGCONT and SIGKILL reach a stopped process, others "
	    "wait");
}

static void test_order(void)
{
	struct signal_news news;

	start(PROC_RUNNING);
	send(CAUGHT);
	it->signal.caught |= BIT(SIGSEGV);
	actions[0].of[SIGSEGV - 1].handler = 2;
	proc_crime(SIGSEGV, SEGV_MAPERR, "it", 0x1000);
	EXPECT(it->signal.killed, 0);
	EXPECT(signal_next(it, &news), SIGSEGV);
	EXPECT(news.code, SEGV_MAPERR);
	EXPECT(news.pid, 0x1000);
	EXPECT(signal_next(it, &news), CAUGHT);
	EXPECT(news.pid, 7);
	EXPECT(it->signal.attention, false);
	it->signal.mask |= BIT(SIGSEGV);
	proc_crime(SIGSEGV, SEGV_MAPERR, "it", 0x1000);
	EXPECT(it->signal.killed, SIGSEGV);
	tap("signals: a fault comes first, and kills where it is blocked");
}

static void test_queue(void)
{
	start(PROC_RUNNING);
	it->signal.mask = ~never_blocked;
	for (int i = 0; i < NEWS_OF_ONE + 5; i++) {
		EXPECT(signal_queue_full(it), i >= NEWS_OF_ONE);
		signal_send(it, 40, (struct signal_news){.value = i});
		EXPECT(it->signal.news, i < NEWS_OF_ONE ? i + 1 : NEWS_OF_ONE);
	}
	for (int i = 0; i < NEWS_OF_ONE; i++) {
		EXPECT(it->signal.pending, BIT(40));
		EXPECT(signal_take(it, 40).value, i);
	}
	EXPECT(it->signal.pending, 0);
	refuse = 1; /* no memory for news: it is pending without */
	signal_send(it, 41, (struct signal_news){.value = 1});
	EXPECT(it->signal.pending, BIT(41));
	EXPECT(signal_take(it, 41).value, 0);
	EXPECT(it->signal.pending, 0);
	send(DEADLY);
	signal_send(it, DEADLY, (struct signal_news){.pid = 8});
	EXPECT(signal_take(it, DEADLY).pid, 7); /* of the first one */
	signals_exit(it);
	EXPECT(queued_rows.live + action_rows.live, 0);
	tap("signals: real-time ones keep their order, others come once");
}

static void test_checker(void)
{
	start(PROC_RUNNING);
	it->signal.mask |= BIT(33);
	send(33);
	SEES(signal_check, "G1", it->signal.attention, true);
	SEES(signal_check, "G2", actions[0].holders, 2);
	SEES(signal_check, "G3", it->signal.ignored, BIT(CAUGHT));
	SEES(signal_check, "G3", it->signal.caught, BIT(33));
	SEES(signal_check, "G4", it->signal.pending, 0);
	SEES(signal_check, "G4", it->signal.news, 0);
	SEES(signal_check, "G4", queued_rows.live, 2);
	SEES(signal_check, "G5", it->signal.mask, BIT(SIGKILL) | BIT(33));
	SEES(signal_check, "G6", it->signal.pending, BIT(DEADLY) | BIT(33));
	tap("signal_check: sees each breach of G1 to G6");
}

int main(void)
{
	test_states();
	test_stopped();
	test_order();
	test_queue();
	test_checker();
	return tap_end();
}
