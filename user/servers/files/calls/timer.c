/*
 * user/servers/files/calls/timer.c -- the timers of all processes.
 *
 * A timer counts down by a clock, and then its process gets a signal; with a
 * period, again and again.  This server keeps the timers, and the kernel keeps
 * the signals.  k_timer() is all that lies between them:
 *
 *	                    expires: k_timer(times)
 *	timer  at 12.5 s   ------------------------->  the process's queue:
 *	       period 1 s  <-------------------------  SI_TIMER, id, overruns
 *	                    1: the last one still waits there
 *
 * A timer has one signal in the queue at most.  As long as that waits, the
 * timer goes on, and each time is one overrun more of the signal.  So a short
 * period fills no queue.  Nor does it fill the server's time: a user's timers
 * with a short period are looked at sixteen times a millisecond, all together.
 *
 * The server sleeps until the first of all timers by its alarm (k_alarm), or
 * until a wait for a message queue is over.
 * Nobody knows when a process will have used so much CPU time, but not before
 * as many ticks have passed: its timers are looked at then, and again.
 *
 *	fork    a child has none: a timer belongs to a pid and a tick of birth
 *	exec    keeps those of setitimer(2); timers_exec() drops the others
 *	exit    the kernel knows that process no more; sweep() finds out
 *
 * A signal that is in the queue when its timer goes is still delivered, as on
 * Linux.
 */
#include "timer.h"

#include "../../../lib/inspect.h"
#include "../proc/proc.h"

#define TICK        (SECOND / 100) /* how exactly CPU time is known */
#define RETRY       TICK           /* until there is room in a queue */
#define SHORT       TICK           /* a period that is held back */
#define MILLISECOND (SECOND / 1000)
#define A_TURN      (SECOND / 16000) /* for each timer of a user */
#define PAST        (SECOND / 10000) /* behind a tick, which is counted by then */
#define LONGEST     (1000ull * SECOND) /* of an alarm */

bool alarm_moved;

static struct objects timers = {.bytes = sizeof(struct timer)};

/* ---- rows --------------------------------------------------------------- */

struct timer *timer_next(int *i)
{
	struct timer *rows = (void *)timers.rows;

	while (++*i < timers.fresh)
		if (rows[*i].object.used)
			return &rows[*i];
	return 0;
}

void timer_drop(const struct timer *t)
{
	uint32_t at = (uint32_t)((const uint8_t *)t - timers.rows);

	objects_drop(&timers, (int)(at / sizeof(*t)));
}

/* 1: its last signal waits; 0; or -ESRCH. */
static int ask(const struct timer *t)
{
	return k_timer((uint32_t)t->pid, t->born, 0, t->id, 0, 0);
}

bool timer_waits(const struct timer *t)
{
	return ask(t) == 1;
}

bool timer_lives(const struct timer *t)
{
	return ask(t) >= 0;
}

/*
 * Drops the timers of processes that are gone, when as many were made as lived
 * at the last time: so not more than that are kept for nobody.
 */
static void sweep(void)
{
	static int made, alive;
	const struct timer *t;

	if (made++ < alive)
		return;
	made = alive = 0;
	for (int i = 0; (t = timer_next(&i)) != 0;)
		if (timer_lives(t))
			alive++;
		else
			timer_drop(t);
}

struct timer *timer_make(const struct message *m)
{
	struct timer *t;
	int row;

	sweep();
	row = row_take(&timers, m->token);
	if (row < 0)
		return 0;
	t = objects_at(&timers, row);
	t->pid = m->pid;
	t->born = process_running(m->pid).started;
	t->uid = m->uid;
	t->look = NEVER;
	return t;
}

struct timer *timer_find(const struct message *m, uint32_t id, int clock)
{
	struct timer *t;

	for (int i = 0; (t = timer_next(&i)) != 0;)
		if (t->pid == m->pid && t->id == id &&
		    (id != 0 || t->clock == clock) && timer_lives(t))
			return t;
	return 0;
}

/* ---- clocks ------------------------------------------------------------- */

int cpu_clock(int pid, int kind)
{
	return (int)(~(uint32_t)pid << CPU_CLOCK_SHIFT) | kind;
}

uint64_t clock_now(int clock)
{
	uint64_t words[2] = {0}; /* struct timespec of 64 bits */

	if (unix_call(SYS_clock_gettime64, (uint32_t)clock, unix_address(words),
	              0) < 0)
		return NEVER;
	return words[0] * SECOND + words[1];
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a + b < NEVER ? a + b : NEVER;
}

/* ---- when to look at a timer -------------------------------------------- */

static bool is_short(const struct timer *t)
{
	return t->period > 0 && t->period < SHORT;
}

/* How many timers with a short period a user has; asked again and again. */
static uint32_t shorts_of(uint32_t uid, uint64_t now)
{
	static uint64_t counted;
	static uint32_t of, count;
	const struct timer *t;

	if (counted == now && of == uid)
		return count;
	counted = now;
	of = uid;
	count = 0;
	for (int i = 0; (t = timer_next(&i)) != 0;)
		count += t->uid == uid && is_short(t);
	return count;
}

/*
 * When a timer with a short period may be looked at again: at a full
 * millisecond, with others, so that all are looked through once for them.
 */
static uint64_t after_pause(const struct timer *t, uint64_t now)
{
	uint64_t pause = MILLISECOND;

	if (!is_short(t))
		return 0;
	pause += shorts_of(t->uid, now) * A_TURN;
	return (now + pause) / MILLISECOND * MILLISECOND;
}

/* `left` of CPU time cannot be used up before this, in CLOCK_MONOTONIC. */
static uint64_t tick_of(uint64_t left)
{
	uint64_t ticks = (left + TICK - 1) / TICK;

	return sum(clock_now(CLOCK_MONOTONIC_COARSE) + PAST,
	           (ticks ? ticks : 1) * TICK);
}

/* It is looked at when it may have expired, but not before `first`. */
static void plan(struct timer *t, uint64_t first)
{
	uint64_t now = clock_now(CLOCK_MONOTONIC);
	uint64_t read = t->base == CLOCK_MONOTONIC ? now : clock_now(t->base);
	uint64_t left = t->at > read ? t->at - read : 0;

	t->look = t->base < 0 ? tick_of(left) : sum(now, left);
	if (t->missed > 0)
		t->look = now + RETRY;
	if (t->look < first)
		t->look = first;
	if (t->notify == SIGEV_NONE || (t->at == 0 && t->missed == 0))
		t->look = NEVER;
}

/* ---- it expires --------------------------------------------------------- */

/* False: its process is gone. */
static bool tell(struct timer *t)
{
	int queued = k_timer((uint32_t)t->pid, t->born, t->signal, t->id,
	                     t->value, (uint32_t)t->missed);

	if (queued == -EAGAIN)
		return true; /* there is no room: later */
	if (queued == 0)
		t->delivered = t->waiting;
	t->waiting = queued == 0 ? t->missed - 1 : t->waiting + t->missed;
	t->missed = 0;
	return queued >= 0;
}

/* How often it has expired until its clock was `read`. */
static uint64_t expirations(const struct timer *t, uint64_t read)
{
	if (t->at == 0 || read < t->at)
		return 0;
	return t->period ? 1 + (read - t->at) / t->period : 1;
}

static void look_at(struct timer *t, uint64_t now)
{
	uint64_t read = clock_now(t->base), times = expirations(t, read);

	if (times > 0)
		t->at = t->period ? sum(t->at, times * t->period) : 0;
	t->missed =
	    t->missed + times < INT32_MAX ? t->missed + times : INT32_MAX;
	if (read == NEVER || (t->missed > 0 && !tell(t)))
		timer_drop(t);
	else
		plan(t, after_pause(t, now));
}

void timers_look(uint64_t most)
{
	uint64_t now = clock_now(CLOCK_MONOTONIC), first = load_look(now);
	struct timer *t;

	for (int i = 0; (t = timer_next(&i)) != 0;) {
		if (t->look <= now)
			look_at(t, now);
		if (t->object.used && t->look < first)
			first = t->look;
	}
	first = first > now ? first - now : 0;
	if (first > most)
		first = most;
	k_alarm((uint32_t)((first < LONGEST ? first : LONGEST) / 1000) + 1);
	alarm_moved = most >= NEVER;
}

/* ---- setting and looking ------------------------------------------------ */

/*
 * A time of day follows the clock when that is set.  A duration does not, so it
 * is a time of CLOCK_MONOTONIC.
 */
void timer_set(struct timer *t, bool until, struct setting setting)
{
	bool of_day = t->clock == CLOCK_REALTIME || t->clock == CLOCK_TAI;

	t->base = of_day && !until ? CLOCK_MONOTONIC : t->clock;
	t->missed = t->waiting = t->delivered = t->at = 0;
	t->period = setting.value > 0 || t->clock < 0 ? setting.period : 0;
	if (setting.value > 0)
		t->at = until ? setting.value
		              : sum(clock_now(t->base), setting.value);
	plan(t, 0);
	timers_look(NEVER);
}

struct setting timer_left(const struct timer *t)
{
	uint64_t read = clock_now(t->base);
	struct setting left = {.period = t->period};

	if (t->at > read)
		left.value = t->at - read;
	else if (t->at > 0 && t->period > 0)
		left.value = t->period - (read - t->at) % t->period;
	else if (t->at > 0 && t->notify != SIGEV_NONE)
		left.value = 1;
	return left;
}

/* ---- for the other rooms ------------------------------------------------ */

bool timers_start(void)
{
	if (!objects_start(&timers))
		return false;
	timers_look(NEVER);
	return true;
}

void timers_clock_set(void)
{
	struct timer *t;

	for (int i = 0; (t = timer_next(&i)) != 0;)
		if (t->look != NEVER)
			t->look = 0;
	timers_look(NEVER);
}

void timers_exec(int pid)
{
	const struct timer *t;

	for (int i = 0; (t = timer_next(&i)) != 0;)
		if (t->pid == pid && t->id != 0)
			timer_drop(t);
}
