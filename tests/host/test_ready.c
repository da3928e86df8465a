// with: kernel/process/ready.c
/*
 * tests/host/test_ready.c -- shares of the CPU: what kernel/process/ready.c
 * gives to users, to their processes and to servers, counted over many quanta.
 *
 * Time is counted in hundredths of a tick.  A process of the model does one
 * thing all the time:
 *
 *	SPIN    it computes
 *	WAITS   it computes for `work`, then waits for `pause`
 *	ASKS    it computes for `work`, then asks server 0, which works as long
 *	YIELDS  it computes for `work`, then calls sched_yield
 */
#include "../../kernel/process/schedule.h"
#include "fake_kernel.h"
#include "tap.h"

#define PROCS 64
#define TICK  100

static struct proc *const idle = &procs[PROCS - 1];

enum habit { SPIN, WAITS, ASKS, YIELDS, SERVES };

static struct habits {
	enum habit habit;
	int work, pause;
	int left;           /* time until it stops computing */
	int awake;          /* when it wakes up, 0: it is not asleep */
	long used, longest; /* time; the longest that it was kept waiting */
	int ready_since, runs;
	struct proc *client; /* the process that a server works for */
} model[PROCS];

static int now, count;
static struct proc *asking[PROCS];
static int askers;

uint64_t cpu_cycles(void)
{
	return now;
}

static struct habits *of(struct proc *p)
{
	return &model[p - procs];
}

static void start(void)
{
	fake_procs(PROCS);
	memset(model, 0, sizeof(model));
	for (int i = SERVERS + 1; i < run_queues_used; i++) {
		run_queues[i].first = 0;
		run_queues[i].end = &run_queues[i].first;
		run_queues[i].processes = 0;
	}
	run_queues[SERVERS].first = 0;
	ready_init();
	running = idle;
	while (ready_take())
		;
	now = count = askers = need_resched = 0;
}

static void make_ready(struct proc *p, bool first)
{
	of(p)->ready_since = now;
	p->state = PROC_READY;
	if (first)
		ready_join_first(p);
	else
		ready_join(p);
}

static int add(uint32_t uid, enum habit habit, int work, int pause)
{
	struct proc *p = &procs[count];

	model[count] = (struct habits){
	    .habit = habit, .work = work, .pause = pause, .left = work};
	p->identity.uid = uid;
	p->message.rank = habit == SERVES;
	user_join(p);
	if (habit == SERVES)
		p->state = PROC_RECEIVING;
	else
		make_ready(p, false);
	return count++;
}

/* The next process that is ready gets the CPU, if there is one. */
static void give_up(void)
{
	struct proc *p = ready_take();
	long waited;

	need_resched = 0;
	running = p ? p : idle;
	if (!p)
		return;
	EXPECT(p->state, PROC_READY);
	p->state = PROC_RUNNING;
	waited = now - of(p)->ready_since;
	if (waited > of(p)->longest)
		of(p)->longest = waited;
	of(p)->runs++;
}

static void preempted(void)
{
	if (running != idle) {
		running->state = PROC_READY;
		of(running)->ready_since = now;
		ready_rejoin(running);
	}
	give_up();
}

static void serve_next(struct proc *server)
{
	if (askers == 0) {
		server->state = PROC_RECEIVING;
		give_up();
		return;
	}
	server->message.generation++;
	of(server)->client = asking[0];
	of(server)->left = of(asking[0])->pause;
	askers--;
	memmove(asking, asking + 1, askers * sizeof(asking[0]));
}

/* The running process has done its work, and does what its habit is. */
static void act(void)
{
	struct proc *p = running;
	struct habits *h = of(p);

	h->left = h->work;
	switch (h->habit) {
	case SPIN:
		h->left = TICK;
		break;
	case YIELDS:
		if (!p->sched.queue->first)
			turn_yield();
		preempted();
		break;
	case WAITS:
		h->awake = now + h->pause;
		p->state = PROC_SLEEPING;
		give_up();
		break;
	case ASKS:
		asking[askers++] = p;
		p->state = PROC_SENDING;
		if (procs[0].state == PROC_RECEIVING) {
			make_ready(&procs[0], true);
			of(&procs[0])->left = 0;
			of(&procs[0])->client = 0;
		}
		give_up();
		break;
	case SERVES:
		if (h->client)
			make_ready(h->client, true);
		h->client = 0;
		serve_next(p);
		break;
	}
}

static void wake_sleepers(void)
{
	for (int i = 0; i < count; i++)
		if (model[i].awake && model[i].awake <= now) {
			model[i].awake = 0;
			make_ready(&procs[i], false);
		}
}

static void run(int ticks)
{
	for (now++; now < ticks * TICK; now++) {
		wake_sleepers();
		if (now % TICK == 0 && running != idle)
			quantum_ends(running);
		if (running == idle || need_resched)
			preempted();
		while (running != idle && of(running)->left <= 0)
			act();
		if (running != idle) {
			of(running)->left--;
			of(running)->used++;
		}
	}
}

/* The time that processes first..last used, in per cent. */
static int share(int first, int last)
{
	long used = 0;

	for (int i = first; i <= last; i++)
		used += model[i].used;
	return (int)(used * 100 / now);
}

#define BETWEEN(least, value, most)                                            \
	(EXPECT((value) >= (least), true), EXPECT((value) <= (most), true))

static void test_users(void)
{
	start();
	add(0, SPIN, 0, 0);
	for (int i = 0; i < 50; i++)
		add(1000, SPIN, 0, 0);
	run(2000);
	BETWEEN(49, share(0, 0), 51);
	BETWEEN(49, share(1, 50), 51);
	for (int i = 1; i <= 50; i++)
		BETWEEN(1900, model[i].used, 2100);
	tap("users share alike, whatever processes they have; so do these");
}

static void test_short_waits(void)
{
	for (int work = 2; work < 100; work++) {
		start();
		add(0, SPIN, 0, 0);
		add(1000, WAITS, work, 3);
		run(200);
		BETWEEN(48, share(0, 0), 100);
	}
	tap("who waits just before each tick gains nothing");
}

static void test_many_waits(void)
{
	start();
	add(0, SPIN, 0, 0);
	for (int i = 0; i < 20; i++)
		add(1000, WAITS, 7 * i % 90 + 5, 3 + i % 5);
	run(2000);
	BETWEEN(48, share(0, 0), 100);
	tap("nor do many who wait at all moments");
}

static void test_waking(void)
{
	start();
	for (int i = 0; i < 8; i++)
		add(1000 + i, SPIN, 0, 0);
	add(0, WAITS, 5, 200);
	run(2000);
	BETWEEN(0, model[8].longest, 9 * TICK);
	tap("who wakes up runs after one turn of each other user at most");
}

static void test_asking(void)
{
	start();
	add(0, SERVES, 0, 0);
	add(0, SPIN, 0, 0);
	for (int i = 0; i < 30; i++)
		add(1000, ASKS, 2, 20);
	run(2000);
	BETWEEN(30, share(1, 1), 55);
	tap("users who keep a server busy leave the others their turns");
}

static void test_server_loops(void)
{
	start();
	add(0, SERVES, 0, 0);
	add(0, SPIN, 0, 0);
	add(1000, SPIN, 0, 0);
	add(1001, ASKS, 1, 1000000000);
	run(2000);
	BETWEEN(32, share(0, 0), 35);
	BETWEEN(32, share(1, 1), 35);
	tap("a server that loops takes the share of a user");
}

/* How often all of processes first..last have asked. */
static int asked(int first, int last)
{
	int runs = 0;

	for (int i = first; i <= last; i++)
		runs += model[i].runs;
	return runs;
}

static void test_crowd_asks(void)
{
	int one, crowd;

	for (int work = 1; work < 50; work += 7) {
		start();
		add(0, SERVES, 0, 0);
		add(1001, ASKS, work, 30);
		for (int i = 0; i < 20; i++)
			add(1000, ASKS, work, 30);
		run(2000);
		one = asked(1, 1), crowd = asked(2, 21);
		BETWEEN(crowd * 9 / 10, one, crowd * 11 / 10);
	}
	tap("who asks a server gets as much as a crowd that asks it");
}

static void test_same_turn(void)
{
	start();
	add(0, SERVES, 0, 0);
	add(0, ASKS, 2, 3);
	add(1000, SPIN, 0, 0);
	run(2000);
	BETWEEN(40, share(0, 1), 52);
	tap("who waits for a server goes on in the same turn");
}

static void test_talking(void)
{
	start();
	add(0, SERVES, 0, 0);
	add(1000, ASKS, 1, 30);
	add(1000, ASKS, 1, 30);
	add(1000, SPIN, 0, 0);
	run(2000);
	BETWEEN(25, share(3, 3), 50);
	tap("two that talk to a server leave their user's third its time");
}

static void test_yield(void)
{
	start();
	add(1000, YIELDS, 1, 0);
	add(1001, YIELDS, 1, 0);
	run(100);
	BETWEEN(4000, model[0].runs, 5200);
	BETWEEN(4000, model[1].runs, 5200);
	BETWEEN(1, model[0].longest, 3);
	BETWEEN(1, model[1].longest, 3);
	tap("sched_yield of a user's only process lets another user run");
}

static void test_new_user(void)
{
	start();
	add(1000, SPIN, 0, 0);
	add(1000, WAITS, 1, 1);
	running = ready_take();
	procs[0].identity.uid = 1001;
	user_join(&procs[0]);
	EXPECT(procs[0].sched.queue->uid, 1001);
	ready_rejoin(&procs[0]);
	EXPECT(ready_take() == &procs[1], true);
	EXPECT(ready_take() == &procs[0], true);
	EXPECT(ready_take() == 0, true);
	tap("a process that changes its user is found in the other queue");
}

int main(void)
{
	test_users();
	test_short_waits();
	test_many_waits();
	test_waking();
	test_asking();
	test_server_loops();
	test_crowd_asks();
	test_same_turn();
	test_talking();
	test_yield();
	test_new_user();
	return tap_end();
}
