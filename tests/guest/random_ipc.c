/*
 * tests/guest/random_ipc.c -- System V calls at random, as Linux answers them.
 *
 *	random_ipc [-v] [FIRST [SEEDS [CALLS]]]		50 seeds of 400 calls
 *
 * Each seed gives a sequence of calls.  A few actors make them: processes that
 * do what the driver orders, one order at a time.
 *
 *	driver -- order --> p3: semop(sem1, {0,-1,UNDO})
 *	       <-- DONE --  or it is seen asleep in /proc, and left there
 *
 * The program turns everything that happens into text: what a call returned,
 * which process fell asleep, woke or died, and now and then all that can be
 * seen of every object.  In the text an id is its place in the order of
 * creation, and a process its place in the order of birth; a time is set or
 * not; and an address is described by what it lies in.  So Linux writes the
 * same text.  The answer is a sum of the text for each hundred calls; -v shows
 * the text, one line for each call.
 *
 * Only the seed is chance: the next order comes when every actor is idle,
 * asleep or dead.  So nothing may depend on which process runs first.  What
 * Linux does in another way (tests/DEVIATIONS) is not tried or not told:
 *
 *	ids, and the order of indexes         DEV8: by creation
 *	nattch, lpid, dtime of a torn attach  DEV4: `blurred`
 *	mprotect that fails half-way          MEM-halfway: protect()
 *	otime after a refused undo            3.3-refused: `undo_tried`
 *	below 0x110000, old layouts, bad raddr  DEV7, DEV3, DEV9: never
 *	several senders in line, then room    3.5-fair: crowd()
 */
#define OWN_MAIN
#define TIME_OUT 100
#include "random.h"
#include "sysv.h"

#define ACTORS      90 /* in one seed */
#define OBJECTS     60 /* of one kind */
#define ATTACHES    8  /* of one actor */
#define BOARD       ((char *)0x70000000)
#define ARENA       0x50000000u /* where the actors attach and map */
#define ARENA_SLOTS 5

enum kind { SHM, SEM, MSG, KINDS };

struct object {
	int id, removed, gone;
	int members;      /* of a set */
	unsigned bytes;   /* of a segment */
	int operated;     /* a semop has succeeded: sem_otime is set */
	int undo_tried;   /* 3.3-refused: an exit may write sem_otime */
	int blurred;      /* DEV4: Linux counts pieces of mappings */
	int lpid_blurred; /* DEV4: Linux writes lpid when a piece is cut */
};

struct attach {
	unsigned base, bytes;
	int object, chosen; /* chosen: the address is ours, not the kernel's */
};

enum task { CALL, LOAD, STORE, LOOK, PROTECT, FORK, EXEC, EXIT };
enum state { IDLE, ORDERED, CALLING, DONE };
enum sleep { NOWHERE, OPERATING, SENDING, RECEIVING };

struct actor {
	/* Both write these. */
	volatile enum state state;
	volatile enum task task;
	volatile long words[7], result, address;
	volatile pid_t pid;
	/* Only the driver uses these. */
	int alive, parent, attached, asleep, stopped, doomed;
	enum sleep call; /* the call that it is in */
	int object;      /* the object of that call */
	int to_buffer;   /* whether a message comes to `message` */
	unsigned heap, heap_floor;
	struct attach attaches[ATTACHES];
	/* Arguments that lie in memory. */
	long pair[2], argument, narrow[2];
	struct span wide;
	struct sembuf ops[8];
	struct message message;
	union {
		struct shm_ds shm;
		struct sem_ds sem;
		struct msg_ds msg;
		int ids[3];
		unsigned words[30];
		unsigned short values[300];
	} buf;
};

/*
 * The room is a segment at BOARD in every process, so that a process finds it
 * again after exec.
 */
struct room {
	int id, control;
	char program[200];
	struct actor actors[ACTORS];
	struct object objects[KINDS][OBJECTS];
};

static const char *const kind_names[] = {"shm", "sem", "msg"};
static struct room *room;
static int born, alive, most_alive, made[KINDS], big_ones, file;
static unsigned weights[8]; /* how often step() chooses each kind of call */
static int removing, tearing, large, wild; /* what else is frequent */

/* --- the text ------------------------------------------------------------ */

/* The name of a process in the text. */
static const char *who(pid_t pid)
{
	static char names[4][12];
	static int turn;
	char *name = names[turn++ % 4];

	if (pid == 0)
		return "-";
	for (int i = born - 1; i >= 0; i--)
		if (room->actors[i].pid == pid) {
			snprintf(name, sizeof names[0], "p%d", i);
			return name;
		}
	return pid == getpid() ? "driver" : "?";
}

/* The number of the object with this id, or -1. */
static int object_of(int kind, long id)
{
	for (int i = made[kind] - 1; i >= 0; i--)
		if (room->objects[kind][i].id == id)
			return i;
	return -1;
}

static unsigned page_up(unsigned bytes)
{
	return (bytes + PAGE - 1) & ~(PAGE - 1);
}

/* --- an actor ------------------------------------------------------------ */

static struct actor *me;

/* A semop of set -1 reads the array before it looks at the id. */
static int readable(unsigned address)
{
	return SYS(NR_ipc, IPCOP_semop, -1, 1, 0, (long)address) == -EINVAL;
}

static unsigned look_at_page(unsigned at)
{
	unsigned s = 7;

	if (!readable(at) || !readable(at + PAGE - sizeof(struct sembuf)))
		return 1;
	for (int i = 0; i < 16; i++)
		s = s * 31 + *(volatile unsigned *)(at + i * 256);
	return s * 31 + *(volatile unsigned *)(at + PAGE - 4);
}

/* A sum of the bytes of all attaches, as far as they can be read. */
static unsigned look(void)
{
	unsigned s = 0;

	for (int i = 0; i < me->attached; i++) {
		unsigned pages = page_up(me->attaches[i].bytes) / PAGE;

		for (unsigned p = 0; p < pages; p++) {
			if (p == 3 && pages > 12)
				p = pages - 4; /* not all of 4 MiB */
			s = s * 31 +
			    look_at_page(me->attaches[i].base + p * PAGE);
		}
	}
	return s;
}

static void act(void);

/* Starts the program again; main sees these words and calls act_again(). */
static long exec_self(void)
{
	char number[12], id[12];
	char *words[] = {room->program, "actor", number, id, NULL};

	snprintf(number, sizeof number, "%d", (int)(me - room->actors));
	snprintf(id, sizeof id, "%d", room->id);
	return execv(words[0], words) ? -errno : 0;
}

static long perform(void)
{
	long words[7];
	pid_t pid;

	memcpy(words, (const void *)me->words, sizeof words);
	switch (me->task) {
	case LOAD:
		return *(volatile long *)words[0];
	case STORE:
		*(volatile long *)words[0] = words[1];
		return 0;
	case LOOK:
		return (long)look();
	case EXIT:
		_exit((int)words[0]);
	case PROTECT:
		for (long i = 0; i < words[1]; i += PAGE)
			SYS(NR_mprotect, words[0] + i, PAGE, words[2]);
		return 0;
	case EXEC:
		return exec_self();
	case FORK:
		pid = fork();
		if (pid == 0) {
			me = &room->actors[words[0]];
			act();
		}
		return pid;
	default:
		return raw_call(words);
	}
}

/* The loop of an actor. */
static void act(void)
{
	me->pid = getpid();
	for (;;) {
		while (SEMOP(room->control, {me - room->actors, -1, 0}) != 0)
			continue;
		me->state = CALLING;
		me->result = perform();
		me->state = DONE;
	}
}

/* --- the driver gives orders --------------------------------------------- */

/* The state in /proc: 'R', 'S', 'Z', ...; 0: there is no such process. */
static int seen(pid_t pid)
{
	char path[32], stat[400];
	const char *end;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if (read_file(path, stat, sizeof stat) <= 0)
		return 0;
	end = strrchr(stat, ')');
	return end ? end[2] : 0;
}

static int dead(pid_t pid)
{
	int state = seen(pid);

	return state == 0 || state == 'Z' || state == 'X';
}

/* Removes a dead actor from the model. */
static void bury(struct actor *a)
{
	int status = 0;

	a->alive = a->asleep = a->stopped = a->attached = 0;
	alive--;
	if (a->parent < 0)
		status = wait_status(a->pid);
	tell("  %s died: %x", who(a->pid), status);
}

enum fate { DIED, ASLEEP, READY };

/*
 * Gives a process time to die.  On Tessera a yield is enough; the shortest
 * sleep, a tick of 10 ms, would only take longer.
 */
static void rest(void)
{
	if (on_tessera())
		sched_yield();
	else
		sleep_ms(1);
}

/*
 * Waits until the actor has done its order, sleeps in it, or is dead.  On Linux
 * a process that reads the stat of a dying process may have to detach its
 * segments.  So the driver does not look before the actor has had the time to
 * die.
 */
static enum fate await_actor(struct actor *a, int may_sleep)
{
	for (int tries = 0;; tries++) {
		int state;

		if (a->state == DONE)
			return READY;
		if (tries < (may_sleep ? 3 : 20)) {
			sched_yield();
			continue;
		}
		if (!may_sleep || tries > 100)
			rest();
		state = seen(a->pid);
		if (a->state == DONE)
			continue;
		if (state == 0 || state == 'Z' || state == 'X')
			return DIED;
		if (may_sleep && state == 'S' && a->state == CALLING)
			return ASLEEP;
		sched_yield();
	}
}

/* Tells the result of a call that may have slept. */
static void tell_result(const char *verb, struct actor *a)
{
	struct object *o = a->object < 0 || a->call != OPERATING
	                       ? NULL
	                       : &room->objects[SEM][a->object];

	if (o && a->result == 0)
		o->operated = 1;
	if (a->call == RECEIVING && a->result >= 0 && a->to_buffer)
		tell("%s %ld, type %ld, text %x", verb, a->result,
		     a->message.type,
		     sum_of(a->message.text, (unsigned)a->result));
	else
		tell("%s %s", verb, outcome(a->result));
	a->asleep = 0;
	a->call = NOWHERE;
	a->state = IDLE;
}

/* Waits until each actor that slept sleeps again or has told its result. */
static void settle(void)
{
	char verb[40];

	for (int i = 0; i < born; i++) {
		struct actor *a = &room->actors[i];

		if (!a->alive || !a->asleep || a->stopped)
			continue;
		if (await_actor(a, 1) == READY) {
			snprintf(verb, sizeof verb, "  p%d woke:", i);
			tell_result(verb, a);
		}
	}
}

/* Has the actor do a task, and tells the result. */
static enum fate order(struct actor *a, enum task task, int may_sleep)
{
	char verb[700];
	enum fate fate;

	a->task = task;
	a->state = ORDERED;
	EQ(SEMOP(room->control, {a - room->actors, 1, 0}), 0);
	fate = await_actor(a, may_sleep);
	snprintf(verb, sizeof verb, "%s %s", who(a->pid), call_text);
	if (fate == READY) {
		strcat(verb, " =");
		if (task == CALL && a->words[0] == NR_ipc &&
		    (a->words[1] & 0xFFFF) == IPCOP_shmat && a->result == 0)
			a->result = a->address;
		if (task == CALL && a->call == NOWHERE)
			tell("%s%s", verb,
			     a->result < 0 && a->result >= -4095
			         ? outcome(a->result)
			         : "");
		else if (task == FORK)
			tell("%s%s", verb, a->result < 0 ? " none" : "");
		else
			tell_result(verb, a);
		a->state = IDLE;
	} else if (fate == ASLEEP) {
		tell("%s sleeps", verb);
		a->asleep = 1;
	} else {
		tell("%s ends it", verb);
		bury(a);
	}
	call_text[0] = '\0';
	return fate;
}

#define WORDS(a, ...)                                                          \
	memcpy((void *)(a)->words, (const long[7]){__VA_ARGS__},               \
	       sizeof(long[7]))

#define NO_RESULT (-0x7FFFFFFFL - 1) /* of a dead actor */

/* Has the actor make a call that does not sleep.  Returns its result. */
static long simple(struct actor *a)
{
	a->call = NOWHERE;
	return order(a, CALL, 0) == READY ? a->result : NO_RESULT;
}

static int failed(long result)
{
	return result < 0 && result >= -4095;
}

/* --- actors come and go -------------------------------------------------- */

/* The parent learns of a child's death, if it can take an order. */
static void reap(struct actor *child)
{
	struct actor *a;

	if (child->parent < 0)
		return;
	a = &room->actors[child->parent];
	if (!a->alive || a->asleep || a->stopped)
		return;
	WORDS(a, NR_wait4, child->pid, P(&a->argument), WNOHANG, 0);
	text("wait4(%s)", who(child->pid));
	if (simple(a) > 0)
		tell("  status %lx", a->argument);
}

/* The actor has been killed or was told to exit. */
static void await_death(struct actor *a)
{
	do
		rest();
	while (!dead(a->pid));
	bury(a);
	reap(a);
	settle();
}

static void newborn(int number, int parent)
{
	struct actor *a = &room->actors[number];

	while (a->pid == 0)
		sched_yield();
	a->alive = 1;
	a->parent = parent;
	alive++;
	born++;
}

static void change_ids(struct actor *a)
{
	static const int gids[2] = {100, 200};
	long r = ONE_OF(-1, 0, 1001, 1002, 1001), e = ONE_OF(-1, 1001, 1002, 0),
	     s = ONE_OF(-1, 0, 1001);

	if (chance(2)) {
		WORDS(a, NR_setgroups32, chance(3), P(gids));
		text("setgroups(%ld)", a->words[1]);
		simple(a);
	}
	if (chance(2)) {
		long g = ONE_OF(0, 100, 200, 300);

		WORDS(a, 210, chance(2) ? g : -1, g, -1);
		text("setresgid(%ld, %ld)", a->words[1], g);
		simple(a);
	}
	WORDS(a, 208, r, e, s);
	text("setresuid(%ld, %ld, %ld)", r, e, s);
	simple(a);
}

static struct actor *spawn(void)
{
	int number = born;
	struct actor *a = &room->actors[number];

	if (born == ACTORS)
		return NULL;
	a->heap = a->heap_floor = SYS(NR_brk, 0);
	if (fork() == 0) {
		me = a;
		act();
	}
	newborn(number, -1);
	tell("p%d is born", number);
	if (chance(3))
		change_ids(a);
	return a;
}

static void fork_actor(struct actor *a)
{
	int number = born;
	struct actor *child = &room->actors[number];

	if (born == ACTORS || alive >= most_alive)
		return;
	WORDS(a, number);
	text("fork");
	order(a, FORK, 0);
	if (a->result < 0)
		return;
	child->heap = a->heap;
	child->heap_floor = a->heap_floor;
	child->attached = a->attached;
	memcpy(child->attaches, a->attaches, sizeof a->attaches);
	newborn(number, (int)(a - room->actors));
}

static struct actor *some_actor(void)
{
	struct actor *a = &room->actors[0];

	for (int n = (int)chance(alive); !a->alive || n-- > 0;)
		do
			a++;
		while (!a->alive);
	return a;
}

static void kill_one(struct actor *killer, struct actor *victim)
{
	int signal =
	    (int)ONE_OF(SIGKILL, SIGKILL, SIGTERM, 0, SIGCHLD, SIGUSR1);

	if (killer == NULL) {
		tell("driver kills %s with %d", who(victim->pid), signal);
		OK(kill(victim->pid, signal));
	} else {
		WORDS(killer, NR_kill, victim->pid, signal);
		text("kill(%s, %d)", who(victim->pid), signal);
		if (simple(killer) < 0 || !victim->alive)
			signal = 0;
	}
	if (signal == 0 || signal == SIGCHLD)
		return;
	if (victim->stopped && signal != SIGKILL) {
		tell("  %s %c", who(victim->pid), seen(victim->pid));
		victim->doomed = 1;
	} else {
		await_death(victim);
	}
}

/* Sends SIGSTOP, or SIGCONT if it is stopped. */
static void stop_one(struct actor *a)
{
	int signal = a->stopped ? SIGCONT : SIGSTOP;

	tell("driver %s %s", a->stopped ? "continues" : "stops", who(a->pid));
	OK(kill(a->pid, signal));
	a->stopped = !a->stopped;
	if (a->stopped)
		while (seen(a->pid) != 'T')
			sched_yield();
	else if (a->doomed)
		await_death(a);
	else
		settle();
}

/* All attaches end; the undo of semaphores stays. */
static void exec_one(struct actor *a)
{
	text("exec");
	a->call = NOWHERE;
	if (order(a, EXEC, 0) == READY && a->result == 0)
		a->attached = 0;
}

static void end_one(struct actor *a)
{
	if (chance(3) == 0) {
		WORDS(a, chance(4));
		text("exit(%ld)", a->words[0]);
		order(a, EXIT, 0);
		reap(a);
		settle();
	} else {
		kill_one(chance(3) ? NULL : a, some_actor());
	}
}

static int is_idle(const struct actor *a)
{
	return a->alive && !a->asleep && !a->stopped;
}

/* An actor that waits for an order; makes room for a new one if need be. */
static struct actor *idle_actor(void)
{
	struct actor *idle[ACTORS];
	int count = 0;

	for (int i = 0; i < born; i++)
		if (is_idle(&room->actors[i]))
			idle[count++] = &room->actors[i];
	if (count == 0 && alive >= most_alive) {
		kill_one(NULL, some_actor());
		return idle_actor();
	}
	if (count == 0 || (alive < 3 && chance(2)))
		return spawn();
	return idle[chance(count)];
}

static int idle_count(void)
{
	int count = 0;

	for (int i = 0; i < born; i++)
		count += is_idle(&room->actors[i]);
	return count;
}

/* The number of actors that sleep in this call on this object. */
static int crowd(enum sleep call, int object)
{
	int count = 0;

	for (int i = 0; i < born; i++)
		count += room->actors[i].asleep &&
		         room->actors[i].call == call &&
		         room->actors[i].object == object;
	return count;
}

/* --- the arguments of calls ---------------------------------------------- */

/*
 * Chooses an id for a call.  Returns the number of its object, or -1 if the id
 * belongs to none.
 */
static int choose_object(int kind, long *id)
{
	struct object *all = room->objects[kind];
	int n = -1;

	if (made[kind] && chance(20)) {
		n = (int)chance(made[kind]);
		for (int tries = 0; tries < 8 && all[n].removed; tries++)
			n = (int)chance(made[kind]);
	}
	if (n < 0) {
		*id = ONE_OF(-1, 0x7FFFFFFF, -0x7FFFFFFF, 0x7FFFFFFE);
		text("%ld", *id);
	} else if (!all[n].removed && chance(25) == 0) {
		*id = all[n].id + 7 * 32768;
		text("%s%d+7", kind_names[kind], n);
		n = -1;
	} else {
		*id = all[n].id;
		text("%s%d", kind_names[kind], n);
	}
	return n;
}

#define EDGE      (BOARD - 0x4000) /* the second page is not mapped */
#define READ_ONLY (BOARD - 0x2000)

/* A pointer for a call: mostly `good`, and now and then a bad one. */
static long pointer(void *good)
{
	static const struct {
		long address;
		const char *name;
	} bad[] = {
	    {0, "null"},
	    {0xC0000000, "kernel"},
	    {0xFFFFF000, "top"},
	    {0x60000000, "hole"},
	    {(long)EDGE + PAGE - 8, "edge"},
	    {(long)EDGE + PAGE, "none"},
	    {(long)READ_ONLY, "readonly"},
	};
	int n = chance(wild ? 12 : 60);

	if (n >= (int)ALL(bad))
		return P(good);
	text(" @%s", bad[n].name);
	return bad[n].address;
}

/* A place in an attach of the actor with `bytes` bytes behind it, or 0. */
static long in_attach(struct actor *a, unsigned bytes)
{
	struct attach *t;
	unsigned at;

	if (a->attached == 0)
		return 0;
	t = &a->attaches[chance(a->attached)];
	at = chance(page_up(t->bytes) / PAGE) * PAGE +
	     (unsigned)ONE_OF(0, 256, 1024, 3840, 512);
	if (page_up(t->bytes) / PAGE > 12 && chance(2))
		at = (unsigned)ONE_OF(0, 1023, 1024) * PAGE;
	if (at + bytes > page_up(t->bytes))
		return 0;
	text(" @attach%d+%x", (int)(t - a->attaches), at);
	return (long)(t->base + at);
}

static unsigned arena_address(struct actor *a)
{
	unsigned slot = chance(ARENA_SLOTS);
	unsigned page =
	    chance(2) ? 0 : (unsigned)ONE_OF(1, 2, 3, 4, 1022, 1023);

	if (chance(12) == 0) {
		page = chance(5);
		text(" heap+%u", page);
		return page_up(a->heap) + page * PAGE;
	}
	text(" %u:%u", slot, page);
	return ARENA + slot * SLOT + page * PAGE;
}

static long flags_of_get(int kind)
{
	long flags = ONE_OF(0600, 0666, 0600, 0666, 0660, 0606, 0400, 0200,
	                    0777, 0644, 0, 0100, 0060, 0006, 0333);

	if (chance(4))
		flags |= IPC_CREAT;
	if (chance(5) == 0)
		flags |= IPC_EXCL;
	if (chance(20) == 0)
		flags |= ONE_OF(0x100000, IPC_NOWAIT, 0x40000, 0x40000000);
	if (kind == SHM && (flags & IPC_NOWAIT))
		flags = 04000 | IPC_CREAT | 0600; /* just SHM_HUGETLB */
	return flags;
}

static long size_of_get(int kind)
{
	if (kind == SEM)
		return ONE_OF(1, 2, 3, 4, 5, 3, 2, 0, -1, 32001, 200);
	if (large && big_ones < 3 && chance(4) == 0) {
		big_ones++;
		return ONE_OF(SLOT, SLOT + PAGE, 2 * SLOT, SLOT + 100);
	}
	return ONE_OF(1, 4096, 4097, 5000, 8192, 12288, 12293, 20480, 8192, 0,
	              -1, -4095, 100);
}

/* --- get ----------------------------------------------------------------- */

static void found(int kind, long id, long size)
{
	struct object *o;
	int n = object_of(kind, id);

	if (n < 0) {
		n = made[kind]++;
		o = &room->objects[kind][n];
		o->id = (int)id;
		if (kind == SHM)
			o->bytes = (unsigned)size;
		else
			o->members = (int)size;
	}
	tell("  %s%d", kind_names[kind], n);
}

static void get(struct actor *a, int kind)
{
	static const int direct[] = {NR_shmget, NR_semget, NR_msgget};
	static const int op[] = {IPCOP_shmget, IPCOP_semget, IPCOP_msgget};
	long key = ONE_OF(0, 0x5EED01, 0x5EED02, 0x5EED03, -1, 0x5EED04);
	long flags = flags_of_get(kind), size = size_of_get(kind), id;

	if (made[kind] == OBJECTS)
		return;
	text("%sget(%lx, %ld, %lo)", kind_names[kind], key, size, flags);
	if (kind != MSG && chance(2))
		WORDS(a, direct[kind], key, size, flags);
	else if (kind != MSG)
		WORDS(a, NR_ipc, op[kind], key, size, flags);
	else if (chance(2))
		WORDS(a, direct[kind], key, flags);
	else
		WORDS(a, NR_ipc, op[kind], key, flags);
	id = simple(a);
	if (id >= 0)
		found(kind, id, size);
}

/* --- shmat, shmdt, and mappings ------------------------------------------ */

/* Notes which attaches a change of the mappings in [from, to) tears. */
static void cover(struct actor *a, unsigned from, unsigned to, int ends)
{
	for (int i = 0; i < a->attached; i++) {
		struct attach *t = &a->attaches[i];
		unsigned end = t->base + page_up(t->bytes);

		if (from >= end || to <= t->base)
			continue;
		if (from > t->base || to < end) {
			room->objects[SHM][t->object].blurred = 1;
			room->objects[SHM][t->object].lpid_blurred = 1;
		} else if (ends) {
			*t = a->attaches[--a->attached];
			i--;
		}
	}
}

static void shmat_one(struct actor *a)
{
	long id, result, flags = 0, address = 0;
	int n, relative;

	if (a->attached == ATTACHES)
		return;
	text("shmat(");
	n = choose_object(SHM, &id);
	relative = chance(3) != 0;
	if (relative)
		address = (long)arena_address(a);
	if (chance(4) == 0)
		flags |= SHM_RDONLY;
	if (chance(tearing ? 3 : 12) == 0)
		flags |= SHM_REMAP;
	if (chance(8) == 0)
		flags |= SHM_EXEC;
	if (chance(30) == 0)
		flags |= ONE_OF(0x100000, 0777, 0200000, 01000);
	if (address && chance(6) == 0) {
		address += ONE_OF(1, 0x800, 4095);
		text("+%lx", address & 4095);
		if (chance(2))
			flags |= SHM_RND;
	}
	if (chance(60) == 0) {
		address = ONE_OF(0xC0000000, 0xFFFFF000, 0xE0000000);
		text(" %lx", address);
	}
	text(", %lo)", flags);
	if (chance(2)) {
		WORDS(a, NR_shmat, id, address, flags);
	} else {
		int version = chance(20) ? 0 : (int)ONE_OF(1, 2) << 16;

		if (version)
			text(" version %x", version);
		WORDS(a, NR_ipc, IPCOP_shmat | version, id, flags,
		      P(&a->address), address);
	}
	result = simple(a);
	if (result == NO_RESULT || failed(result))
		return;
	address &= ~4095;
	if (address)
		tell("  at %s", result == address ? "it" : "another");
	cover(a, (unsigned)result,
	      (unsigned)result + page_up(room->objects[SHM][n].bytes), 1);
	room->objects[SHM][n].lpid_blurred = 0;
	a->attaches[a->attached++] = (struct attach){
	    (unsigned)result, room->objects[SHM][n].bytes, n, address != 0};
}

static void shmdt_one(struct actor *a)
{
	int n = -1;
	long address;

	text("shmdt(");
	if (a->attached && chance(6)) {
		n = (int)chance(a->attached);
		address = (long)a->attaches[n].base;
		text("attach%d", n);
		if (chance(10) == 0) {
			long beside = a->attaches[n].chosen
			                  ? ONE_OF(1, 4096, 2048, 8192)
			                  : ONE_OF(1, 2048);

			address += beside;
			text("+%lx", beside);
			n = -1;
		}
	} else if (chance(2)) {
		address = (long)arena_address(a);
	} else {
		address = ONE_OF(0, 0xC0000000, 0xFFFFF000, 0x70000000, 4096);
		text("%lx", address);
	}
	text(")");
	if (chance(2))
		WORDS(a, NR_shmdt, address);
	else
		WORDS(a, NR_ipc, IPCOP_shmdt, 0, 0, 0, address);
	if (simple(a) != 0)
		return;
	for (int i = 0; i < a->attached; i++)
		if ((long)a->attaches[i].base == address) {
			int object = a->attaches[i].object;

			room->objects[SHM][object].lpid_blurred =
			    room->objects[SHM][object].blurred;
			a->attaches[i] = a->attaches[--a->attached];
			break;
		}
}

/*
 * Chooses a range to map, unmap or protect.  It does not go beyond an attach
 * whose address the kernel chose.  It makes no hole in one either, because the
 * kernel might place the next attach there.
 */
static unsigned choose_range(struct actor *a, int unmap, unsigned *bytes)
{
	unsigned from, pages;
	struct attach *t;

	if (a->attached == 0 || chance(3) == 0) {
		from = arena_address(a);
		*bytes = (unsigned)ONE_OF(1, 1, 2, 3, 8, 1024, 1025) * PAGE;
	} else {
		t = &a->attaches[chance(a->attached)];
		pages = page_up(t->bytes) / PAGE;
		from = chance(2) ? 0 : chance(pages);
		*bytes = chance(2) ? pages - from : 1 + chance(pages - from);
		if (unmap && !t->chosen) {
			from = 0;
			*bytes = pages;
		}
		text(" attach%d+%u", (int)(t - a->attaches), from);
		from = t->base + from * PAGE;
		*bytes *= PAGE;
	}
	if (!tearing) /* only whole attaches */
		for (int i = 0; i < a->attached; i++) {
			unsigned end;

			t = &a->attaches[i];
			end = t->base + page_up(t->bytes);
			if (from < end && from + *bytes > t->base) {
				from = t->base;
				*bytes = end - from;
			}
		}
	text(" %x", *bytes);
	return from;
}

static void move_heap(struct actor *a)
{
	long by = ONE_OF(PAGE, 2 * PAGE, 5 * PAGE, 100, -(long)PAGE, -5000);

	if (a->heap + by < a->heap_floor)
		by = 0;
	text("brk(%+ld)", by);
	WORDS(a, NR_brk, a->heap + by);
	simple(a);
	tell("  %+ld", a->result - (long)a->heap);
	a->heap = (unsigned)a->result;
}

/*
 * A call that fails half-way has done half of its work on Linux, and nothing on
 * Tessera.  So the rest is then done page by page.
 */
static void protect(struct actor *a, unsigned from, unsigned bytes, long prot)
{
	WORDS(a, NR_mprotect, from, bytes, prot);
	if (simple(a) == 0) {
		cover(a, from, from + bytes, 0);
		return;
	}
	for (unsigned i = 0; i < bytes; i += PAGE)
		cover(a, from + i, from + i + PAGE, 0);
	text("page by page");
	WORDS(a, from, bytes, prot);
	order(a, PROTECT, 0);
}

static void map_something(struct actor *a)
{
	unsigned from, bytes;
	long flags, prot, result;

	switch (chance(4)) {
	case 0:
		move_heap(a);
		return;
	case 1:
		text("munmap(");
		from = choose_range(a, 1, &bytes);
		WORDS(a, NR_munmap, from, bytes);
		result = simple(a);
		break;
	case 2:
		prot = ONE_OF(0, 1, 3, 5, 7, 3, 1, 0);
		text("mprotect(");
		from = choose_range(a, 0, &bytes);
		text(", %ld", prot);
		protect(a, from, bytes, prot);
		return;
	default:
		flags =
		    MAP_FIXED | MAP_ANONYMOUS | ONE_OF(MAP_PRIVATE, MAP_SHARED);
		prot = ONE_OF(1, 3, 3, 0);
		text("mmap(");
		from = choose_range(a, 0, &bytes);
		if (bytes > 64 * PAGE) { /* do not use that much memory */
			prot = 0;
			flags = MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE;
		}
		text(", %ld, %lx", prot, flags);
		WORDS(a, NR_mmap2, from, bytes, prot, flags, -1, 0);
		result = simple(a);
		break;
	}
	if (result != NO_RESULT && !failed(result))
		cover(a, from, from + bytes, 1);
}

static void touch(struct actor *a)
{
	enum task task = chance(2) ? LOAD : STORE;
	long address, value = ONE_OF(1, 0x10000, 2, 0x10001, 0, 0x41414141);

	text("%s", task == LOAD ? "load" : "store");
	address = in_attach(a, 4);
	if (chance(40) == 0) {
		text(" or");
		address = ONE_OF(0, 0xC0000000, (long)READ_ONLY,
		                 (long)EDGE + PAGE, 0xFFFFF000);
		text(" %lx", address);
	} else if (chance(address ? 25 : 3) == 0) {
		address = arena_address(a) + 256 * chance(16);
	}
	if (!address) {
		call_text[0] = '\0';
		return;
	}
	text(" %lx", task == LOAD ? 0 : value);
	WORDS(a, address, value);
	a->call = NOWHERE;
	if (order(a, task, 0) == DIED) {
		reap(a);
		settle();
	}
}

/* The kernel stores three ids in an attach, or elsewhere. */
static void kernel_store(struct actor *a)
{
	long address;

	text("getresuid");
	address = in_attach(a, 1024);
	if (!address)
		address = pointer(a->buf.ids);
	WORDS(a, NR_getresuid32, address, address + 512, address + 1020);
	if (address == P(a->buf.ids))
		WORDS(a, NR_getresuid32, address, address + 4, address + 8);
	simple(a);
}

/* Reads from a file into an attach: a server stores there. */
static void read_to_attach(struct actor *a)
{
	long to;

	WORDS(a, 19, file, chance(8), 0);
	text("lseek(%ld)", a->words[2]);
	simple(a);
	text("read");
	to = in_attach(a, 256);
	if (!to)
		to = ONE_OF(0, (long)READ_ONLY, 0xC0000000, (long)EDGE + PAGE);
	WORDS(a, NR_read, file, to, ONE_OF(4, 100, 200));
	text(" %ld", a->words[3]);
	simple(a);
}

static void look_around(struct actor *a)
{
	text("look");
	a->call = NOWHERE;
	if (order(a, LOOK, 0) == DIED)
		reap(a);
}

/* --- what can be seen of objects ----------------------------------------- */

static int there(int time)
{
	return time != 0;
}

/* The members that all three kinds begin with. */
static void tell_perm(const char *name, const struct shm_ds *ds, long id)
{
	text("  %s key %x owner %u.%u creator %u.%u mode %o", name,
	     (unsigned)ds->key, ds->uid, ds->gid, ds->cuid, ds->cgid, ds->mode);
	if (ds->seq != id / 32768)
		text(" seq %u", ds->seq);
	if (ds->pad1 || ds->pad2 || ds->unused1 || ds->unused2)
		text(" pads");
}

static void tell_shm(int n, const struct shm_ds *ds)
{
	const struct object *o = &room->objects[SHM][n];

	text(" size %u cpid %s lpid %s nattch %u", ds->segsz, who(ds->cpid),
	     o->lpid_blurred ? "*" : who(ds->lpid),
	     o->blurred ? ds->nattch != 0 : ds->nattch);
	text(" a%d d%d c%d", there(ds->atime),
	     o->blurred ? 2 : there(ds->dtime), there(ds->ctime));
}

static void tell_sem(int n, const struct sem_ds *ds)
{
	const struct object *o = &room->objects[SEM][n];

	text(" nsems %u o%d c%d", ds->nsems,
	     !o->operated && o->undo_tried ? 2 : there(ds->otime),
	     there(ds->ctime));
}

static void tell_msg(const struct msg_ds *ds)
{
	text(" qnum %u cbytes %u qbytes %u lspid %s lrpid %s", ds->qnum,
	     ds->cbytes, ds->qbytes, who(ds->lspid), who(ds->lrpid));
	text(" s%d r%d c%d", there(ds->stime), there(ds->rtime),
	     there(ds->ctime));
}

static void tell_ds(int kind, int n, const void *ds)
{
	char name[20];

	snprintf(name, sizeof name, "%s%d", kind_names[kind], n);
	call_text[0] = '\0';
	tell_perm(name, ds, room->objects[kind][n].id);
	if (kind == SHM)
		tell_shm(n, ds);
	else if (kind == SEM)
		tell_sem(n, ds);
	else
		tell_msg(ds);
	tell("%s", call_text);
	call_text[0] = '\0';
}

/* shmctl, semctl or msgctl, made by the driver itself. */
static long control_of(int kind, long id, int command, void *buf)
{
	if (kind == SEM)
		return SYS(NR_semctl, id, 0, command, P(buf));
	return SYS(kind == SHM ? NR_shmctl : NR_msgctl, id, command, P(buf));
}

/* The highest index in use. */
static int highest(int kind)
{
	int most = kind == SEM   ? room->control % 32768
	           : kind == SHM ? room->id % 32768
	                         : 0;
	struct shm_ds ds;

	for (int i = 0; i < made[kind]; i++) {
		struct object *o = &room->objects[kind][i];

		if (!o->gone && control_of(kind, o->id, IPC_STAT, &ds) != 0)
			o->gone = 1;
		if (!o->gone && o->id % 32768 > most)
			most = o->id % 32768;
	}
	return most;
}

static void see_semaphores(int n)
{
	struct object *o = &room->objects[SEM][n];

	call_text[0] = '\0';
	for (int i = 0; i < o->members; i++) {
		if (i == 5)
			i = o->members - 1 > 5 ? o->members - 1 : 5;
		text(" %ld/%s/%ld/%ld", SYS(NR_semctl, o->id, i, GETVAL),
		     who(SYS(NR_semctl, o->id, i, GETPID)),
		     SYS(NR_semctl, o->id, i, GETNCNT),
		     SYS(NR_semctl, o->id, i, GETZCNT));
	}
	tell("   %s", call_text);
	call_text[0] = '\0';
}

static void see_messages(int n)
{
	struct object *o = &room->objects[MSG][n];

	for (int i = 0; i < 12; i++) {
		long size = SYS(NR_msgrcv, o->id, P(&message), TEXT, i,
		                MSG_COPY | IPC_NOWAIT);

		if (size < 0)
			break;
		tell("    %ld type %ld %x", size, message.type,
		     sum_of(message.text, (unsigned)size));
	}
}

static void see_object(int kind, int n)
{
	struct object *o = &room->objects[kind][n];
	union {
		struct shm_ds shm;
		struct sem_ds sem;
		struct msg_ds msg;
	} ds;
	long result;

	if (o->gone)
		return;
	memset(&ds, 0xCC, sizeof ds);
	result = control_of(kind, o->id, IPC_STAT, &ds);
	if (result < 0) {
		o->gone = 1;
		tell("  %s%d gone: %s", kind_names[kind], n, outcome(result));
		return;
	}
	if (kind == SEM)
		o->members = (int)ds.sem.nsems;
	tell_ds(kind, n, &ds);
	if (kind == SEM)
		see_semaphores(n);
	else if (kind == MSG)
		see_messages(n);
}

/* Tells what SHM_INFO, SEM_INFO and MSG_INFO say, and the highest index. */
static void see_totals(void)
{
	struct shm_totals shm;
	struct sem_limits sem;
	struct msg_limits msg;
	int most[] = {highest(SHM), highest(SEM), highest(MSG)};
	long last[] = {control_of(SHM, 0, SHM_INFO, &shm),
	               control_of(SEM, 0, SEM_INFO, &sem),
	               control_of(MSG, 0, MSG_INFO, &msg)};

	tell("  segments %d pages %u resident %u, sets %d with %d, "
	     "queues %d with %d of %d bytes",
	     shm.used_ids, shm.tot, shm.rss, sem.usz, sem.aem, msg.pool,
	     msg.map, msg.tql);
	for (int i = 0; i < KINDS; i++)
		if (last[i] != most[i])
			tell("  highest %s %ld, not %d", kind_names[i], last[i],
			     most[i]);
}

/* Tells the numbers of a line of /proc/sysvipc; the second one is the id. */
static void tell_line(int kind, const char *line)
{
	static const char times[KINDS][4] = {
	    {11, 12, 13, 0}, {8, 9, 0}, {11, 12, 13, 0}};
	static const char pids[KINDS][3] = {{4, 5, 0}, {0}, {5, 6, 0}};
	long id = strtol(strchr(line, ' ') ? line + 11 : line, NULL, 10);
	int n = object_of(kind, id), column = 0;
	const char *at = line;
	char *end;

	if (n < 0)
		return;
	call_text[0] = '\0';
	for (;; column++, at = end) {
		long long value = strtoll(at, &end, 10);
		const struct object *o = &room->objects[kind][n];

		if (end == at)
			break;
		if (column == 1)
			text(" #%d", n);
		else if (column && strchr(times[kind], column))
			text(" %s", (kind == SEM && column == 8 &&
			             !o->operated && o->undo_tried) ||
			                    (o->blurred && column == 12)
			                ? "*"
			            : value ? "1"
			                    : "0");
		else if (column && strchr(pids[kind], column))
			text(" %s", o->lpid_blurred && column == 5
			                ? "*"
			                : who((pid_t)value));
		else if (kind == SHM && column == 6 && o->blurred)
			text(" %d", value != 0);
		else
			text(" %lld", value);
	}
	tell("   %s", call_text);
	call_text[0] = '\0';
}

/* Tells /proc/sysvipc/NAME: its title, and its lines by order of creation. */
static void see_file(int kind)
{
	static char all[20000];
	char path[32];
	char *lines[OBJECTS + 2], *line = all;
	int count = 0;

	snprintf(path, sizeof path, "/proc/sysvipc/%s", kind_names[kind]);
	if (read_file(path, all, sizeof all) < 0)
		FAIL("no %s", path);
	while (*line && count < OBJECTS + 2) {
		lines[count++] = line;
		line += strcspn(line, "\n");
		if (*line)
			*line++ = '\0';
	}
	tell("  %s", lines[0]);
	for (int n = 0; n < made[kind]; n++)
		for (int i = 1; i < count; i++)
			if (strtol(lines[i] + 11, NULL, 10) ==
			    room->objects[kind][n].id)
				tell_line(kind, lines[i]);
}

static void see_everything(int files)
{
	for (int kind = 0; kind < KINDS; kind++) {
		for (int i = 0; i < made[kind]; i++)
			see_object(kind, i);
		if (files)
			see_file(kind);
	}
	see_totals();
}

/* --- shmctl, semctl, msgctl ---------------------------------------------- */

static void prepare_set(struct actor *a, int kind)
{
	struct shm_ds *ds = &a->buf.shm;

	memset(&a->buf, 0x55, 128);
	ds->uid = (unsigned)ONE_OF(0, 1001, 1002, 65534, 1001, -1);
	ds->gid = (unsigned)ONE_OF(0, 100, 200, 0, 100, -1);
	ds->mode = (unsigned short)ONE_OF(0600, 0666, 0, 0660, 0606, 0177777,
	                                  0400, 0777, 0066);
	a->buf.msg.qbytes = (unsigned)ONE_OF(16384, 100, 0, 20000, 1000, 16384);
	text(" %u.%u %o", ds->uid, ds->gid, ds->mode);
	if (kind == MSG)
		text(" %u", a->buf.msg.qbytes);
}

static int choose_command(int kind)
{
	static const int stat[] = {SHM_STAT, SEM_STAT, MSG_STAT};
	static const int any[] = {SHM_STAT_ANY, SEM_STAT_ANY, MSG_STAT_ANY};
	static const int info[] = {SHM_INFO, SEM_INFO, MSG_INFO};
	int which = chance(24);

	if (which < 6)
		return IPC_STAT;
	if (which < 11)
		return IPC_SET;
	if (which < 14)
		return removing || chance(3) ? IPC_RMID : IPC_STAT;
	if (which == 14)
		return stat[kind];
	if (which == 15)
		return any[kind];
	if (which == 16)
		return chance(2) ? info[kind] : IPC_INFO;
	if (which == 17)
		return (int)ONE_OF(-1, 99, 10, 21, 16, 4, 0x7FFFFFFF);
	if (kind == SHM)
		return (int)ONE_OF(SHM_LOCK, SHM_UNLOCK, IPC_STAT);
	if (kind == MSG)
		return IPC_STAT;
	return (int)ONE_OF(GETVAL, SETVAL, SETVAL, GETALL, SETALL, SETALL,
	                   GETNCNT, GETZCNT, GETPID);
}

static int by_index(int kind, int command)
{
	return kind == SHM   ? command == SHM_STAT || command == SHM_STAT_ANY
	       : kind == SEM ? command == SEM_STAT || command == SEM_STAT_ANY
	                     : command == MSG_STAT || command == MSG_STAT_ANY;
}

/* Tells what a command has left in its buffer, or has returned. */
static void tell_buffer(struct actor *a, int kind, int n, int command)
{
	static const int info[] = {SHM_INFO, SEM_INFO, MSG_INFO};
	static const int words[] = {5, 10, 7};
	long result = a->result;

	if (kind == SEM && command == GETALL) {
		tell("  values %x",
		     sum_of(a->buf.values,
		            2 * (unsigned)room->objects[SEM][n].members));
	} else if (command == IPC_STAT && n >= 0) {
		tell_ds(kind, n, &a->buf);
	} else if (command == IPC_INFO) {
		call_text[0] = '\0';
		for (int i = 0; i < words[kind]; i++)
			text(" %u", a->buf.words[i]);
		tell(" %s, highest %d", call_text, result == highest(kind));
		call_text[0] = '\0';
	} else if (command == info[kind]) {
		tell("  highest %d", result == highest(kind));
	} else if (by_index(kind, command)) {
		n = object_of(kind, result);
		tell("  is %s%d", kind_names[kind], n);
		if (n >= 0)
			tell_ds(kind, n, &a->buf);
	} else {
		tell("  %s", kind == SEM && command == GETPID
		                 ? who((pid_t)result)
		                 : outcome(result));
	}
}

static void send_ctl(struct actor *a, int kind, long id, long number,
                     int command, long argument)
{
	int bit = chance(40) ? IPC_64 : 0, direct = chance(2);

	if (direct && chance(40) == 0) {
		text(" IPC_64");
		command |= IPC_64;
	}
	if (kind == SEM) {
		a->argument = argument;
		if (direct)
			WORDS(a, NR_semctl, id, number, command, argument);
		else
			WORDS(a, NR_ipc, IPCOP_semctl, id, number,
			      command | IPC_64,
			      chance(50) ? P(&a->argument) : pointer(NULL));
		return;
	}
	if (command != IPC_RMID) /* today's layouts */
		bit = IPC_64;
	if (direct)
		WORDS(a, kind == SHM ? NR_shmctl : NR_msgctl, id, command,
		      argument);
	else
		WORDS(a, NR_ipc, kind == SHM ? IPCOP_shmctl : IPCOP_msgctl, id,
		      command | bit, 0, argument);
}

static void ctl(struct actor *a, int kind)
{
	int command = choose_command(kind), n;
	long id, number = ONE_OF(0, 1, 0, 2, 4, -1, 0), argument, result;

	text("%sctl(", kind_names[kind]);
	n = choose_object(kind, &id);
	if (by_index(kind, command)) {
		if (n >= 0 && (room->objects[kind][n].removed ||
		               room->objects[kind][n].gone))
			id = n = -1;
		if (n >= 0 && chance(2))
			id %= 32768;
		text(" index");
	}
	text(", %d", command);
	if (kind == SEM)
		text(", %ld", number);
	if (kind == MSG && command == IPC_SET && n >= 0 &&
	    (crowd(SENDING, n) > 1 || crowd(RECEIVING, n) > 1))
		command = IPC_STAT;
	if (command == IPC_SET)
		prepare_set(a, kind);
	for (int i = 0; kind == SEM && command == SETALL && i < 300; i++)
		a->buf.values[i] = (unsigned short)chance(4);
	if (kind == SEM && command == SETALL && chance(10) == 0)
		a->buf.values[0] = (unsigned short)ONE_OF(32767, 32768, 65535);
	if (kind == SEM && command == SETVAL) {
		argument = ONE_OF(0, 1, 2, 3, 5, 32767, 32768, -1, 0, 1);
		text(", %ld", argument);
	} else {
		argument = pointer(&a->buf);
	}
	send_ctl(a, kind, id, number, command, argument);
	text(")");
	result = simple(a);
	if (failed(result) || result == NO_RESULT)
		return;
	if (command == IPC_RMID && n >= 0)
		room->objects[kind][n].removed = 1;
	if (argument == P(&a->buf) || command == SETVAL)
		tell_buffer(a, kind, n, command);
	settle();
}

/* --- semop, msgsnd, msgrcv ----------------------------------------------- */

static void fill_ops(struct actor *a, int count)
{
	for (int i = 0; i < count && i < 8; i++) {
		struct sembuf *op = &a->ops[i];

		op->sem_num = (unsigned short)ONE_OF(0, 1, 0, 1, 2, 0, 3, 1);
		if (chance(30) == 0)
			op->sem_num = (unsigned short)ONE_OF(5, 199, 65535);
		op->sem_op = (short)ONE_OF(-1, 1, 0, 2, -2, 1, -1, 3, 1);
		if (chance(25) == 0)
			op->sem_op =
			    (short)ONE_OF(32767, -32768, -32767, 20000);
		op->sem_flg = (short)ONE_OF(0, 0, SEM_UNDO, SEM_UNDO,
		                            IPC_NOWAIT, SEM_UNDO | IPC_NOWAIT);
		if (idle_count() < 3 && chance(3))
			op->sem_flg |= IPC_NOWAIT;
		if (chance(40) == 0)
			op->sem_flg |= 0x4321;
		text("{%u,%d,%x}", op->sem_num, op->sem_op,
		     (unsigned short)op->sem_flg);
	}
}

/*
 * Chooses the time of a semtimedop.  The driver waits until a short one has
 * passed, because Linux sleeps even if it is 0.
 */
static long timed(struct actor *a, int direct, int *short_time)
{
	static const long seconds[] = {0, 0, -1, 0, 1000, 0};
	static const long nanoseconds[] = {0, 2000000, 0, 1000000000, 5, -1};
	int n = chance(ALL(seconds));

	*short_time = n != 4;
	if (chance(20) == 0) {
		*short_time = 1;
		text(" time nowhere");
		return ONE_OF(0xC0000000, (long)EDGE + PAGE, (long)READ_ONLY);
	}
	text(" time %d", n);
	a->narrow[0] = seconds[n];
	a->narrow[1] = nanoseconds[n];
	a->wide = (struct span){seconds[n], nanoseconds[n]};
	return direct ? P(&a->wide) : P(a->narrow);
}

static void semop_one(struct actor *a)
{
	long id, ops, count = ONE_OF(1, 1, 1, 2, 2, 3, 6, 0, 1, 2);
	int n, direct = chance(2), short_time = 0;
	long time = 0;

	text("semop(");
	n = choose_object(SEM, &id);
	if (chance(50) == 0)
		count = ONE_OF(501, -1, 600, 8);
	text(", ");
	ops = chance(12) ? 0 : in_attach(a, 8 * sizeof(struct sembuf));
	if (ops) {
		count = 1;
	} else {
		fill_ops(a, (int)count);
		ops = pointer(a->ops);
	}
	text(", %ld)", count);
	if (chance(6) == 0)
		time = timed(a, direct, &short_time);
	if (direct)
		WORDS(a, NR_semtimedop64, id, ops, count, time);
	else if (time)
		WORDS(a, NR_ipc, IPCOP_semtimedop, id, count, 0, ops, time);
	else
		WORDS(a, NR_ipc, IPCOP_semop, id, count, 0, ops);
	a->call = OPERATING;
	a->object = n;
	for (int i = 0; n >= 0 && i < 8; i++)
		if (ops != P(a->ops) || (a->ops[i].sem_flg & SEM_UNDO))
			room->objects[SEM][n].undo_tried = 1;
	order(a, CALL, !short_time);
	settle();
}

static void msgsnd_one(struct actor *a)
{
	long id, from,
	    size = ONE_OF(0, 1, 5, 100, 100, 1000, 4000, 8000, 8192, 20, 4097);
	long flags = chance(3) ? 0 : IPC_NOWAIT;
	int n;

	if (chance(25) == 0)
		size = ONE_OF(8193, -1, 0x7FFFFFFF);
	if (idle_count() < 3 && chance(3))
		flags |= IPC_NOWAIT;
	if (chance(30) == 0)
		flags |= ONE_OF(0x10000, MSG_NOERROR, MSG_EXCEPT, 0777);
	text("msgsnd(");
	n = choose_object(MSG, &id);
	a->message.type = ONE_OF(1, 2, 3, 1, 2, 5, 0x7FFFFFFF);
	if (chance(25) == 0)
		a->message.type = ONE_OF(0, -1);
	memset(a->message.text, 'a' + calls % 26, sizeof a->message.text);
	text(", type %ld", a->message.type);
	from = chance(10) || size < 0 ? 0 : in_attach(a, 8);
	if (!from)
		from = pointer(&a->message);
	else if (size > 240)
		size = 240;
	text(", %ld, %lo)", size, flags);
	if (chance(2))
		WORDS(a, NR_msgsnd, id, from, size, flags);
	else
		WORDS(a, NR_ipc, IPCOP_msgsnd, id, size, flags, from);
	a->call = SENDING;
	a->object = n;
	order(a, CALL, 1);
	settle();
}

static void msgrcv_one(struct actor *a)
{
	long id, to, size = ONE_OF(8192, 8192, 100, 1000, 0, 8192, 5000);
	long type = ONE_OF(0, 1, 2, 0, 3, -2, -3, -0x7FFFFFFF - 1, 5, 0);
	long flags = chance(2) ? 0 : IPC_NOWAIT, pair = P(a->pair);
	int n;

	if (chance(25) == 0)
		size = ONE_OF(-1, 0x7FFFFFFF, 100000);
	if (idle_count() < 3 && chance(3))
		flags |= IPC_NOWAIT;
	flags |= ONE_OF(0, 0, MSG_NOERROR, MSG_NOERROR, MSG_EXCEPT,
	                MSG_EXCEPT | MSG_NOERROR);
	if (chance(15) == 0)
		flags |= MSG_COPY | (chance(4) ? IPC_NOWAIT : 0);
	text("msgrcv(");
	n = choose_object(MSG, &id);
	if (n >= 0 && crowd(SENDING, n) > 1 && !(flags & MSG_COPY)) {
		call_text[0] = '\0';
		return;
	}
	to = chance(10) || size < 0 ? 0 : in_attach(a, 1100);
	if (!to)
		to = pointer(&a->message);
	else if (size > 1000)
		size = 1000;
	if (chance(40) == 0) {
		pair = ONE_OF(0, 0xC0000000, (long)EDGE + PAGE - 4);
		text(" pair %lx", pair);
	}
	text(", %ld, %ld, %lo)", size, type, flags);
	a->to_buffer = to == P(&a->message);
	a->pair[0] = to;
	a->pair[1] = type;
	if (chance(2))
		WORDS(a, NR_msgrcv, id, to, size, type, flags);
	else if (chance(2))
		WORDS(a, NR_ipc, IPCOP_msgrcv, id, size, flags, pair);
	else
		WORDS(a, NR_ipc, IPCOP_msgrcv | 1 << 16, id, size, flags, to,
		      type);
	a->call = RECEIVING;
	a->object = n;
	order(a, CALL, 1);
	settle();
}

/* Calls ipc(2) with a number that does not exist, or with an odd version. */
static void odd_call(struct actor *a)
{
	long call = ONE_OF(0, 5, 10, 15, 20, 25, 0xFFFF, 13 | 7 << 16,
	                   IPCOP_semget | 1 << 16, IPCOP_msgget | 3 << 16);

	text("ipc(%lx)", call);
	WORDS(a, NR_ipc, call, 0x5EED05, 0, 0, 0, 0);
	simple(a);
}

/* --- a seed -------------------------------------------------------------- */

static void step(struct actor *a)
{
	unsigned all = 0, at, what = 0;

	for (int i = 0; i < 8; i++)
		all += weights[i];
	for (at = chance(all); at >= weights[what]; what++)
		at -= weights[what];
	switch (what) {
	case 0:
		if (chance(40))
			get(a, chance(KINDS));
		else
			odd_call(a);
		break;
	case 1:
		if (chance(3))
			shmat_one(a);
		else
			shmdt_one(a);
		break;
	case 2:
		ctl(a, chance(KINDS));
		break;
	case 3:
		semop_one(a);
		break;
	case 4:
		if (chance(2))
			msgsnd_one(a);
		else
			msgrcv_one(a);
		break;
	case 5:
		map_something(a);
		break;
	case 6:
		if (chance(5) == 0)
			kernel_store(a);
		else if (chance(6) == 0)
			read_to_attach(a);
		else
			touch(a);
		break;
	case 7:
		what = chance(7);
		if (what < 2)
			fork_actor(a);
		else if (what < 4)
			end_one(a);
		else if (what == 4)
			stop_one(some_actor());
		else if (what == 5)
			exec_one(a);
		else
			change_ids(a);
	}
}

static void checkers(void)
{
	char verdict[20];

	if (!on_tessera())
		return;
	TRUE(read_file("/proc/check", verdict, sizeof verdict) > 0);
	EQ(atoi(verdict), 0);
}

/* Maps the room and two more pages at addresses that all processes know. */
static void map_pages(int id)
{
	int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;

	room = ADDRESS(shm_at(id, BOARD, 0));
	TRUE(mmap(EDGE, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) == EDGE);
	TRUE(mmap(READ_ONLY, PAGE, PROT_READ, flags, -1, 0) == READ_ONLY);
}

static char program[200];

static void choose_weights(void)
{
	for (int i = 0; i < 8; i++)
		weights[i] = (unsigned)ONE_OF(1, 2, 4, 8, 4);
	for (int i = 3; i < 7; i++)
		weights[i] = (unsigned)ONE_OF(0, 1, 4, 8, 16, 4);
	removing = chance(3) == 0;
	tearing = chance(3) == 0;
	large = chance(3) == 0;
	wild = chance(3) == 0;
	if (weights[7] > 2)
		weights[7] = 2;
	most_alive = (int)ONE_OF(4, 6, 6, 10);
}

static void set_up(void)
{
	int id = (int)OK(shm_get(IPC_PRIVATE, sizeof *room, 0666));

	map_pages(id);
	room->id = id;
	strcpy(room->program, program);
	room->control = (int)OK(sem_get(IPC_PRIVATE, ACTORS, 0666));
	file = (int)OK(open("/etc/group", O_RDONLY));
	begin_seed();
	for (int i = 0; i < 8; i++)
		chance(2);
	choose_weights();
	for (int kind = 0; kind < KINDS; kind++)
		get(spawn(), kind);
}

/* What main does in an actor after exec. */
static void act_again(int number, int id)
{
	map_pages(id);
	me = &room->actors[number];
	me->heap = me->heap_floor = SYS(NR_brk, 0);
	me->result = 0;
	me->state = DONE;
	act();
}

static void clear_away(void)
{
	struct actor *a;
	struct shm_ds ds;

	while (alive) {
		a = some_actor();
		OK(kill(a->pid, SIGKILL));
		await_death(a);
	}
	see_everything(1);
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < made[kind]; i++) {
			struct object *o = &room->objects[kind][i];

			if (control_of(kind, o->id, IPC_STAT, &ds) == 0)
				OK(control_of(kind, o->id, IPC_RMID, NULL));
		}
	set_removed(room->control);
	removed(room->id);
	OK(shm_dt(room));
	close(file);
	checkers();
}

static void run_seed(void)
{
	struct actor *a;

	set_up();
	while (calls < calls_wanted && (born < ACTORS || idle_count())) {
		calls++;
		a = idle_actor();
		if (a)
			step(a);
		a = calls % 10 ? NULL : idle_actor();
		if (a)
			look_around(a);
		if (calls % 20 == 0)
			see_everything(calls % 60 == 0);
		answer_sum();
	}
	clear_away();
	ANSWER(text_sum & 0x7FFFFFFF);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "actor") == 0)
		act_again(atoi(argv[2]), atoi(argv[3]));
	snprintf(program, sizeof program, "%s", argv[0]);
	return run_seeds(argv, "calls", run_seed, 400);
}
