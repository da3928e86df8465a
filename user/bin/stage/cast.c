/*
 * user/bin/stage/cast.c -- who is on the stage, and what each one does.
 *
 *	ABSENT --> IDLE --> CALLING --> IDLE     its call has returned
 *	                       |------> WAITING  it sleeps in its call
 *	                       |------> FOREIGN  exec: it has no string now
 *	                       +------> DEAD     as from every other state
 *
 * What a process does is told by two things together: its string says whether
 * the request is done, and /proc/PID/stat whether it runs (R), sleeps (S), is
 * stopped (T) or is dead (Z).  After each line the director lets everybody run
 * until nobody is left who can: then the picture holds still.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

#define CAST_SHOWN 16
#define ASLEEP     (on_tessera ? 1 : 4) /* times seen, see asleep() */
#define EAGER      30                   /* looks without a pause */
#define PATIENT    400 /* looks in all at one that runs a foreign program */

struct actor *cast;
int cast_count;
bool on_tessera;
/* Somebody who was idle may be dead, or has a signal that waits for SIGCONT. */
static bool suspect;

/* Its processes would inherit this, and it would be promised to each. */
void cast_start(void)
{
	cast = arena(STAGE_ACTORS * sizeof(*cast));
}

/* ---- /proc -------------------------------------------------------------- */

int file_read(const char *path, char *to, int size)
{
	int file = open(path, O_RDONLY), used = 0, bytes = 0;

	if (file < 0)
		return -1;
	while (used < size - 1 &&
	       (bytes = (int)read(file, to + used, (size_t)(size - 1 - used))) >
	           0)
		used += bytes;
	close(file);
	to[used] = '\0';
	return bytes < 0 ? -1 : used;
}

struct look {
	char state; /* 0: it is gone */
	int status; /* of a zombie, as for wait(2) */
};

/* Reads the letter and the last field of /proc/PID/stat. */
static struct look look_at(pid_t pid)
{
	char path[32], text[1024], *at;
	struct look look = {0, 0};

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read(path, text, sizeof(text)) <= 0 ||
	    !(at = strrchr(text, ')')) || !at[1])
		return look;
	look.state = at[2];
	at = strrchr(at, ' ');
	look.status = at ? atoi(at) : 0;
	return look;
}

static bool dead(struct look look)
{
	return look.state == 0 || look.state == 'Z' || look.state == 'X';
}

/* Has it no string any more?  Then it has become another program. */
static bool has_left(pid_t pid)
{
	char path[32], text[4096], wanted[16];

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	snprintf(wanted, sizeof(wanted), "%08lx-", STRINGS_AT);
	return file_read(path, text, sizeof(text)) > 0 && !strstr(text, wanted);
}

/* ---- names -------------------------------------------------------------- */

int cast_find(const char *name)
{
	for (int i = 0; i < cast_count; i++)
		if (cast[i].state != ABSENT && strcmp(cast[i].name, name) == 0)
			return i;
	return -1;
}

int cast_find_pid(pid_t pid)
{
	for (int i = cast_count - 1; i >= 0; i--)
		if (cast[i].state != ABSENT && cast[i].pid == pid)
			return i;
	return -1;
}

const char *cast_pid(pid_t pid)
{
	static char text[2][32];
	static int turn;
	int index = cast_find_pid(pid);
	char *to = text[turn++ & 1];

	snprintf(to, sizeof(text[0]), index < 0 ? "%d" : "%d /* %s */",
	         (int)pid, index < 0 ? "" : cast[index].name);
	return to;
}

const char *cast_doing(const struct actor *actor)
{
	static char text[96];

	snprintf(text, sizeof(text),
	         actor->state == DEAD      ? "is dead: it %s"
	         : actor->state == WAITING ? "waits in %s"
	         : actor->state == CALLING ? "is busy in %s"
	         : actor->state == FOREIGN ? "runs another program"
	                                   : "is ready",
	         actor->state == DEAD ? actor->end
	                              : stage_calls[actor->request.op].name);
	return text;
}

void cast_show(void)
{
	int shown = 0, left = 0;

	suspect = true;
	cast_settle();
	for (int i = 0; i < cast_count; i++) {
		if (cast[i].state == ABSENT)
			continue;
		if (shown++ < CAST_SHOWN)
			say("    %-8s pid %-5d %s\n", cast[i].name,
			    (int)cast[i].pid, cast_doing(&cast[i]));
		else
			left++;
	}
	if (!shown)
		say("    nobody is on the stage yet\n");
	if (left)
		say("    ... and %d more\n", left);
}

/* ---- how it ends -------------------------------------------------------- */

/* What a trap has left of a process that it killed. */
struct crime {
	unsigned vector, error;
	unsigned long address;
};

static struct crime crime_of(const struct actor *actor)
{
	const struct string *string = &strings[actor - cast];
	struct crime crime = {0, 0, 0};
	char path[32], text[128];

	if (string->fault_vector) {
		crime.vector = (unsigned)string->fault_vector;
		crime.error = (unsigned)string->fault_code;
		crime.address = string->fault_address;
	}
	snprintf(path, sizeof(path), "/proc/%d/crime", (int)actor->pid);
	if (on_tessera && file_read(path, text, sizeof(text)) > 0)
		sscanf(text, "vector %u error %u address %lx", &crime.vector,
		       &crime.error, &crime.address);
	return crime;
}

/* Says what the error code of a page fault means: Intel SDM 3A 4.7. */
static void say_crime(const struct crime *crime)
{
	unsigned code = crime->error;

	if (crime->vector != 14) {
		say("    exception %u, error code %u, at %08lx\n",
		    crime->vector, code, crime->address);
		return;
	}
	say("    page fault at %08lx, error code %u: P=%u W=%u U=%u\n",
	    crime->address, code, code & 1, code >> 1 & 1, code >> 2 & 1);
	say("    (%s, by a %s in %s mode)\n",
	    code & 1 ? "the page is there, but its rights forbid it"
	             : "no page is there",
	    code & 2 ? "store" : "load", code & 4 ? "user" : "kernel");
}

/* Writes how it ended.  A status of -1: nobody could see it. */
static void set_end(struct actor *actor, int status)
{
	enum stage_op op = actor->request.op;
	bool memory = op == OP_PEEK || op == OP_POKE || op == OP_SPIN;

	if (status == -1)
		snprintf(actor->end, sizeof(actor->end),
		         "%s: init, its parent "
		         "now, took the reason",
		         memory ? "was killed by this" : "has ended");
	else if (WIFSIGNALED(status))
		snprintf(actor->end, sizeof(actor->end), "was killed by %s",
		         signal_name(WTERMSIG(status)));
	else
		snprintf(actor->end, sizeof(actor->end),
		         "ended with exit status %d", WEXITSTATUS(status));
}

/*
 * The status of one that is gone already.  Init has waited for it, because its
 * parent is dead; so only what the stage itself has done is known.
 */
static int gone_status(const struct actor *actor)
{
	if (actor->state == CALLING && actor->request.op == OP_EXIT)
		return (int)(actor->request.args[0] & 0xff) << 8;
	return actor->killed ? actor->killed : -1;
}

static void has_died(struct actor *actor, struct look look)
{
	struct crime crime = crime_of(actor);
	int status = look.state ? look.status : gone_status(actor);
	char text[512];

	if (actor->parent < 0)
		waitpid(actor->pid, &status, 0);
	if (actor->state == CALLING || actor->state == WAITING) {
		call_text(&actor->request, text, sizeof(text));
		say("%s: %s%s\n", actor->name, text,
		    actor->request.op == OP_EXIT ? "" : " does not return");
	}
	set_end(actor, status);
	actor->state = DEAD;
	say("%s %s\n", actor->name, actor->end);
	if (crime.vector && (status == -1 || WIFSIGNALED(status)))
		say_crime(&crime);
}

/* ---- how it goes on ----------------------------------------------------- */

/* What a call that has succeeded tells the stage of another process. */
static void note_effect(const struct request *request)
{
	int index = cast_find_pid((pid_t)request->args[0]);

	if (request->op != OP_KILL)
		return;
	suspect = true;
	if (index >= 0)
		cast[index].killed = (int)request->args[1];
}

static void has_returned(struct actor *actor)
{
	struct string *string = &strings[actor - cast];
	bool failed = string->result == -1 && string->error;

	actor->state = IDLE;
	actor->request = string->request;
	call_result(actor->name, &actor->request, string->result,
	            string->error);
	if (!failed)
		note_effect(&actor->request);
	if (actor->target[0] && !failed &&
	    !name_set(actor->target, string->result))
		say("    there are too many names: %s is not kept\n",
		    actor->target);
	actor->target[0] = '\0';
}

static void now_waits(struct actor *actor)
{
	char text[512];

	if (actor->state == WAITING)
		return;
	actor->state = WAITING;
	call_text(&actor->request, text, sizeof(text));
	say("%s: %s waits\n", actor->name, text);
}

static bool may_sleep(enum stage_op op)
{
	return op == OP_SEMOP || op == OP_SEMTIMEDOP || op == OP_MSGSND ||
	       op == OP_MSGRCV || op == OP_WAIT;
}

/* Has an exec succeeded?  Then it is another program, which has no string. */
static bool look_at_exec(struct actor *actor, char state, int round)
{
	if (actor->request.op != OP_EXEC || (state != 'T' && round < PATIENT) ||
	    !has_left(actor->pid))
		return false;
	say("%s: it is another program now, and has no string\n", actor->name);
	actor->state = FOREIGN;
	actor->heap = STRINGS_AT;
	return true;
}

/*
 * Does it sleep in its call?  On Tessera nobody else runs while we look.  On
 * Linux it may run on another CPU, and there wait4(2) says S while it still
 * looks for a child; so it must be seen asleep more than once.
 */
static bool asleep(struct actor *actor, char state)
{
	bool now = state == 'S' && strings[actor - cast].inside &&
	           may_sleep(actor->request.op);

	actor->asleep = now ? actor->asleep + 1 : 0;
	return actor->asleep >= ASLEEP;
}

/* Looks at one that is in a call.  Says whether it can still go on. */
static bool look_at_call(struct actor *actor, int round)
{
	struct string *string = &strings[actor - cast];
	struct look look = {'R', 0};

	if (string->done != string->asked)
		look = look_at(actor->pid);
	if (string->done == string->asked)
		has_returned(actor);
	else if (dead(look))
		has_died(actor, look);
	else if (look_at_exec(actor, look.state, round))
		return false;
	else if (asleep(actor, look.state))
		now_waits(actor);
	else if (look.state == 'T' && !actor->held)
		kill(actor->pid, SIGCONT); /* the last one came too early */
	return actor->state == CALLING ||
	       (actor->state == WAITING && actor->asleep < ASLEEP);
}

static void rest(int round)
{
	struct timespec moment = {0, round < EAGER ? 200000
	                             : round < 100 ? 1000000
	                                           : 5000000};

	sched_yield();
	if (round >= EAGER || !on_tessera)
		nanosleep(&moment, NULL);
}

static bool stopped(pid_t pid)
{
	struct look look = look_at(pid);

	return look.state == 'T' || dead(look);
}

/* Waits until it hangs on its string: then its words hold still. */
static void await_stop(pid_t pid)
{
	for (int round = 0; round < PATIENT && !stopped(pid); round++)
		rest(round);
}

/*
 * Looks at one that hangs on its string, or that has none any more.  A signal
 * does nothing to one that is stopped, but for SIGKILL; so one that hangs is
 * continued, and stops again if it still can.
 */
static void look_at_idle(struct actor *actor)
{
	struct look look;

	if (actor->state == IDLE) {
		kill(actor->pid, SIGCONT);
		await_stop(actor->pid);
	}
	look = look_at(actor->pid);
	if (dead(look))
		has_died(actor, look);
}

/* While one spins, nobody else is to run: see puppet.c. */
static void look_away(long seconds)
{
	struct timespec time = {seconds + seconds / 4, 500000000};

	say("    (for %ld s all others sleep)\n", seconds);
	say_flush();
	nanosleep(&time, NULL);
}

/* Lets one process run until it has nothing to do, waits or is dead. */
static void settle_one(struct actor *actor)
{
	if (actor->request.op == OP_SPIN)
		look_away(actor->request.args[1]);
	for (int round = 0;
	     actor->state == CALLING && look_at_call(actor, round); round++)
		rest(round);
}

/* Lets all run until nobody can who is not held. */
static void settle_all(void)
{
	bool busy = true;

	for (int i = 0; i < cast_count; i++)
		cast[i].asleep = 0;
	for (int round = 0; busy; round++) {
		busy = false;
		for (int i = 0; i < cast_count; i++)
			if ((cast[i].state == CALLING ||
			     cast[i].state == WAITING) &&
			    !cast[i].held)
				busy |= look_at_call(&cast[i], round);
		if (busy)
			rest(round);
	}
	for (int i = 0; i < cast_count; i++)
		if ((cast[i].state == IDLE && suspect) ||
		    cast[i].state == FOREIGN)
			look_at_idle(&cast[i]);
	suspect = false;
}

/*
 * Holds those who wait for a child.  Otherwise one of them could take a dead
 * child away before the director has read what it died of.  A stop does not
 * end their wait.
 */
static void hold_waiters(void)
{
	for (int i = 0; i < cast_count; i++)
		if (cast[i].state == WAITING && cast[i].request.op == OP_WAIT) {
			cast[i].held = true;
			kill(cast[i].pid, SIGSTOP);
			await_stop(cast[i].pid);
		}
}

static void release_waiters(void)
{
	for (int i = 0; i < cast_count; i++)
		if (cast[i].held) {
			cast[i].held = false;
			if (cast[i].state == WAITING)
				kill(cast[i].pid, SIGCONT);
		}
}

void cast_settle(void)
{
	hold_waiters();
	settle_all();
	release_waiters();
	settle_all();
}

/* ---- birth -------------------------------------------------------------- */

/* Is this a name for a process?  It begins with a capital letter. */
static bool good_name(struct line *line, const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]))
		n++;
	if (!isupper((unsigned char)name[0]) || name[n] || n > 8)
		return line_wrong(line,
		                  "%.20s cannot be a process: its name "
		                  "begins with a capital letter and has at "
		                  "most 8 letters and digits, such as A",
		                  name);
	return true;
}

static int place_for(struct line *line, const char *name)
{
	if (!good_name(line, name))
		return -1;
	if (cast_count == STAGE_ACTORS) {
		line_wrong(line,
		           "the stage is full: it has room for %d "
		           "processes",
		           STAGE_ACTORS);
		return -1;
	}
	return cast_count;
}

static void appear(int index, const char *name, pid_t pid, int parent)
{
	struct actor *actor = &cast[index];

	memset(actor, 0, sizeof(*actor));
	snprintf(actor->name, STAGE_NAME, "%.15s", name);
	actor->pid = pid;
	actor->parent = parent;
	actor->state = IDLE;
	actor->heap = parent < 0 ? (unsigned long)sbrk(0) : cast[parent].heap;
	if (index == cast_count)
		cast_count++;
}

static int give_birth(struct line *line, int index, const char *name)
{
	pid_t pid;

	say_flush();
	pid = fork();
	if (pid == 0) {
		munmap((void *)ARENA_AT, ARENA_SIZE);
		puppet_live(index, !on_tessera);
	}
	if (pid < 0) {
		line_wrong(line, "%s cannot be born: fork says %s", name,
		           error_name(errno));
		return -1;
	}
	appear(index, name, pid, -1);
	await_stop(pid);
	say("%s is born: process %d\n", name, (int)pid);
	words_born(index);
	return index;
}

int cast_expect(struct line *line, const char *name, int parent)
{
	int index = cast_find(name);

	(void)parent;
	if (index >= 0) {
		line_wrong(line,
		           "there is a process %s already; a child needs "
		           "a name of its own",
		           name);
		return -1;
	}
	if (strcmp(name, line->actor) == 0) {
		line_wrong(line, "%s cannot be its own child", name);
		return -1;
	}
	/* The parent itself may still have to be born, before its child. */
	index = place_for(line, name);
	if (index >= 0 && cast_find(line->actor) < 0)
		index++;
	return index;
}

bool cast_ready(struct line *line, int index)
{
	const struct actor *actor = &cast[index];

	if (actor->state == IDLE)
		return true;
	if (actor->state == WAITING || actor->state == CALLING)
		return line_wrong(line,
		                  "%s waits in %s, so it can do nothing "
		                  "else; another process can wake or kill it",
		                  actor->name,
		                  stage_calls[actor->request.op].name);
	if (actor->state == FOREIGN)
		return line_wrong(line,
		                  "%s runs another program now, which "
		                  "takes no lines; another process can kill it",
		                  actor->name);
	return line_wrong(line,
	                  "%s is dead: it %s; a new process needs a new "
	                  "name",
	                  actor->name, actor->end);
}

int cast_named(struct line *line)
{
	int index = cast_find(line->actor);

	if (index >= 0)
		return cast_ready(line, index) ? index : -1;
	index = place_for(line, line->actor);
	return index < 0 ? -1 : give_birth(line, index, line->actor);
}

/* ---- acting ------------------------------------------------------------- */

/* The child of a fork: it is there as soon as its string says so. */
static void child_appears(int parent, const struct request *request)
{
	int index = (int)request->args[0];
	const char *name = request->data;

	if (cast[parent].state != IDLE || strings[parent].result <= 0)
		return;
	appear(index, name, (pid_t)strings[parent].result, parent);
	await_stop(cast[index].pid);
	say("%s is born: process %d, a child of %s\n", name,
	    (int)cast[index].pid, cast[parent].name);
}

void cast_act(int index, const struct request *request, const char *target)
{
	struct actor *actor = &cast[index];
	struct string *string = &strings[index];
	actor->request = string->request = *request;
	snprintf(actor->target, STAGE_NAME, "%s", target);
	actor->state = CALLING;
	say_flush();
	hold_waiters();
	string->asked++;
	kill(actor->pid, SIGCONT);
	settle_one(actor);
	if (request->op == OP_FORK)
		child_appears(index, request);
	cast_settle();
}

void cast_clear(void)
{
	for (int i = 0; i < cast_count; i++)
		if (cast[i].state != ABSENT && cast[i].state != DEAD)
			kill(cast[i].pid, SIGKILL);
	for (int i = 0; i < cast_count; i++)
		if (cast[i].parent < 0 && cast[i].state != DEAD)
			waitpid(cast[i].pid, NULL, 0);
	memset(strings, 0, STAGE_ACTORS * sizeof(*strings));
	memset(cast, 0, STAGE_ACTORS * sizeof(*cast));
	cast_count = 0;
}
