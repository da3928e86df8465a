/*
 * kernel/process/ready.c -- which processes are ready, and which runs next.
 *
 * Servers run before clients.  Clients take turns by user, not by process: a
 * user with a thousand processes gets as much of the CPU as a user with one.
 * Each user has a queue, and those with something to run stand in a ring:
 *
 *	servers:  console                          before all others
 *	turn ---> uid 0      init, sh              the ring: its first queue has
 *	          uid 1000   a, a, a, a            the turn
 *	          files                            a server that ran too long
 *
 * A turn ends by time, at a tick, and not when a process waits for a server: a
 * server works in the turn of its client, which goes on with what is left of
 * it.  A turn also ends when no process of that user is ready.  The next turn
 * then begins between two ticks.  It ends at the tick that is nearer to its
 * full time, so a process gains nothing by waiting just before a tick.  Within
 * a user's queue processes take turns from tick to tick.
 *
 * A server that is at work on one request at two ticks in a row has used up its
 * quantum.  It stands in the ring like a user of its own until it next waits.
 * So a server that loops takes its share and no more.
 *
 * Everything here costs the same however many processes and users there are.
 * The exception is user_join(), which looks for a user's row when a process
 * changes its uid.
 */
#include "schedule.h"

#include "../base/panic.h"
#include "../base/cpu.h"

struct run_queue run_queues[RUN_QUEUES];
int run_queues_used = SERVERS + 1;

struct run_queue nobody; /* the end of the ring: always empty */
struct run_queue *turn = &nobody;
static struct run_queue **ring_end = &turn; /* where the next to join goes */
static uint32_t turn_began, last_tick;      /* in cycles of the CPU */

int need_resched;

/* ---- the ring ----------------------------------------------------------- */

static void ring_join(struct run_queue *q)
{
	q->in_ring = true;
	q->next = &nobody;
	*ring_end = q;
	ring_end = &q->next;
}

/* The queue that has the turn leaves the ring. */
static void ring_leave(void)
{
	turn->in_ring = false;
	turn = turn->next;
	if (turn == &nobody)
		ring_end = &turn;
}

/*
 * The turn goes to the next queue, and this one to the end of the ring.  If it
 * is empty when it has the turn again, turn_next() takes it out.
 */
static void turn_pass(void)
{
	struct run_queue *q = turn;

	turn_began = cpu_cycles();
	if (q != &nobody) {
		ring_leave();
		ring_join(q);
	}
}

void quantum_ends(struct proc *p)
{
	static const struct proc *last;
	static int request;
	uint32_t now = cpu_cycles();

	turn->ticked = p->message.rank > 0; /* it worked for a client there */
	if (p->message.rank > 0 && p == last &&
	    p->message.generation == request) {
		p->sched.queue = p->sched.user;
		if (!p->sched.user->in_ring)
			ring_join(p->sched.user);
	}
	if (now - turn_began >= (now - last_tick) / 2)
		turn_pass();
	last_tick = now;
	last = p;
	request = p->message.generation;
	need_resched |= LET_OTHERS;
}

void turn_yield(void)
{
	if (turn == self()->sched.queue)
		turn_pass();
}

void ready_init(void)
{
	run_queues[SERVERS].end = &run_queues[SERVERS].first;
	run_queues[SERVERS].in_ring = true;
}

/* ---- the queues --------------------------------------------------------- */

/*
 * The queue of a process that has just become ready.  A server that had used up
 * its quantum counts as a server again.
 */
static struct run_queue *choose_queue(struct proc *p)
{
	p->sched.queue = p->sched.user;
	if (p->message.rank > 0) {
		p->sched.queue = &run_queues[SERVERS];
		if (self()->message.rank == 0)
			need_resched |= LET_OTHERS; /* servers go first */
	}
	return p->sched.queue;
}

void ready_rejoin(struct proc *p)
{
	struct run_queue *q = p->sched.queue;

	p->sched.next = 0;
	*q->end = p;
	q->end = &p->sched.next;
}

void ready_join(struct proc *p)
{
	struct run_queue *q = choose_queue(p);

	ready_rejoin(p);
	if (!q->in_ring)
		ring_join(q);
}

void ready_join_first(struct proc *p)
{
	struct run_queue *q = choose_queue(p);

	if (q->ticked) {
		q->ticked = false;
		ready_join(p);
		return;
	}
	p->sched.next = q->first;
	if (!p->sched.next)
		q->end = &p->sched.next;
	q->first = p;
	if (!q->in_ring)
		ring_join(q);
}

/*
 * The queue that has the turn is empty: the turn goes to the next that is not.
 * Without one, `nobody` has the turn.
 */
static struct run_queue *turn_next(void)
{
	turn_began = cpu_cycles();
	while (!turn->first && turn != &nobody)
		ring_leave();
	return turn;
}

struct proc *ready_take(void)
{
	struct run_queue *q = &run_queues[SERVERS];
	struct proc *p;

	if (!q->first)
		q = turn;
	if (!q->first)
		q = turn_next();
	p = q->first;
	if (!p)
		return 0;
	q->first = p->sched.next;
	if (!p->sched.next)
		q->end = &q->first;
	return p;
}

/* ---- users -------------------------------------------------------------- */

/*
 * The row of `uid`, or a free one for it.  There is always one: no process has
 * more than one row, and there are as many rows as processes.
 */
static struct run_queue *find_row(uint32_t uid)
{
	struct run_queue *free = &run_queues[run_queues_used];

	for (int i = SERVERS + 1; i < run_queues_used; i++) {
		struct run_queue *q = &run_queues[i];

		if (q->processes == 0)
			free = q;
		else if (q->uid == uid && uid != OF_A_SERVER)
			return q;
	}
	if (free == &run_queues[run_queues_used]) {
		assert(run_queues_used < RUN_QUEUES);
		run_queues_used++;
		free->end = &free->first;
	}
	free->uid = uid;
	return free;
}

void user_leave(struct proc *p)
{
	if (p->sched.user)
		p->sched.user->processes--;
	p->sched.user = 0;
}

void user_join(struct proc *p)
{
	uint32_t uid = p->message.rank > 0 ? OF_A_SERVER : p->identity.uid;

	if (p->sched.user && p->sched.user->uid == uid)
		return;
	user_leave(p);
	p->sched.user = p->sched.queue = find_row(uid);
	p->sched.user->processes++;
	if (!p->sched.user->in_ring)
		ring_join(p->sched.user); /* p may be running */
}
