// with: ipc/message/connection.c ipc/message/message.c
// with: kernel/unix/forward.c ipc/message/message_check.c
// with: kernel/unix/descriptor.c tests/host/explore.c -DOPEN_MAX=32
// with: kernel/process/process.c kernel/signal/signal.c kernel/signal/queue.c
// with: kernel/signal/action.c kernel/signal/child.c
// with: kernel/signal/signal_check.c kernel/signal/pid.c
// alone
// fast: 2000
/*
 * tests/host/explore_messages.c -- every order of events, on the real code.
 *
 * Two clients and two servers of different rank run the kernel's own
 * connection.c, message.c, forward.c and process.c, and the signals of
 * kernel/signal; where turns are taken there are four clients of three users.
 * Only the scheduler and user memory are fakes.  A process is a coroutine:
 * where the kernel would switch, the explorer chooses what happens next, which
 * is any step of any process, a kill, an interrupt, an unblock, a signal with a
 * handler, a stop or SIGCONT, within the bounds below.
 *
 * After every step
 *
 *	message_check() and signal_check() are 0
 *	a process that waits does so for one that can go on
 *	a failed reply has changed nothing
 *	a client gets exactly the answer that was given
 *	no last close is lost, or told twice, and each unblock is heard once
 *	no half of a pair of descriptors stays
 *	no kind of news is passed over more than twice while it waits (M6)
 *	nobody waits for more than its turn among the users (M7)
 *	a wait that a signal is to end goes on until its server answers, which
 *	is asked to, but not before it has received the message
 *
 * And at the end of each call
 *
 *	-EINTR is an answer that the server gave because it was asked
 *	RESTART does not reach the client: its call began again, or a handler
 *	without SA_RESTART has run and the answer is -EINTR
 *	every handler that was due has run, and no stop is left
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../abi/errno.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"
#include "../../abi/process.h"
#include "../../kernel/unix/lifecycle.h"
#include "../../kernel/base/string.h"
#include "../../kernel/process/schedule.h"
#include "explore.h"
#include "fake_kernel.h"
#include "fake_mm.h"

#define CLIENTS    4
#define FILES      4
#define CONSOLE    5
#define PROCS      6
#define USERS      3 /* of clients: the first two are of one */
#define OBJECTS    64
#define HELD       2
#define STATES_MAX 800000

#define CALL_PIPE 2 /* a row with two results, as a pipe has */
#define BAD       0xbad000
#define INBOX     0x10000
#define OUTBOX    0x30000
#define PAIR      0x20000

/* ---- what calls there are, and what programs have ----------------------- */

struct connection connections[8192];

const struct syscall syscalls[SYSCALL_LIMIT] = {
    [CALL_PIPE] = {.fd_argument = -1,
                   .result = RESULT_FD2,
                   .flags_argument = -1},
    [SYS_read] = {.flags_argument = -1},
    [SYS_open] = {.fd_argument = -1, .result = RESULT_FD, .flags_argument = 1},
    [SYS_chdir] = {.fd_argument = -1,
                   .result = RESULT_CWD,
                   .flags_argument = -1},
};

/* A handler with SA_RESTART, and one without. */
#define RESTARTS   10
#define INTERRUPTS 12

struct actions actions[2];
struct queued queued[64];

static struct message inbox;
static struct reply outbox;
static int pair[2];
static struct run_queue users[USERS];

void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	(void)bytes, (void)out;
	return va == BAD     ? 0
	       : va == INBOX ? (void *)&inbox
	       : va == PAIR  ? (void *)pair
	                     : (void *)&outbox;
}

/* ---- around process.c --------------------------------------------------- */

/* Nobody makes a process here, or commits a crime. */
char kernel_stacks[1];
uint32_t ticks;
int kernel_frames;

bool page_kernel_mapped(vaddr_t address)
{
	(void)address;
	return true;
}

void page_map_kernel(vaddr_t address, frame_t frame)
{
	(void)address, (void)frame;
}

int promise_take(int pages, int level, int payer)
{
	(void)pages, (void)level, (void)payer;
	return 0;
}

void space_set_level(int space, int level)
{
	spaces[space].level = level;
}

frame_t frame_alloc_zeroed(void)
{
	return 0;
}

/* A broken pipe or a file at its limit, where nobody has one. */
void signal_of_error(int error)
{
	REQUIRE(error != -EPIPE && error != -EFBIG);
}

void klog_caused(const char *format, ...)
{
	(void)format;
}

void schedule(void)
{
	fake_switch();
	need_resched = self()->signal.attention;
}

void ready_join(struct proc *p)
{
	(void)p;
}

void ready_join_first(struct proc *p)
{
	(void)p;
}

void user_join(struct proc *p)
{
	(void)p;
}

void user_leave(struct proc *p)
{
	(void)p;
}

/* ---- what happens ------------------------------------------------------- */

enum op {
	RESUME, /* goes on where it waited */
	READ,
	WRITE,
	OPEN,
	PIPE,
	PIPE_BAD,
	CHDIR,
	CLOSE,
	DUP, /* clients */
	RECEIVE,
	POLL,
	RECEIVE_BAD,
	REPLY,
	REPLY_SECOND,
	REPLY_HAND,
	REPLY_WRONG,
	REPLY_ERROR,
	REPLY_INTR,
	REPLY_STOLEN,
	REPLY_FULL,
	REPLY_BAD,
	REPLY_RECEIVE,
	PASS,
	SEND, /* servers */
	KILL,
	UNBLOCK,
	HANDLE_RESTART,
	HANDLE,
	STOP_IT,
	CONTINUE,
	INTERRUPT, /* to them */
	OPS
};

static const char *const op_names[] = {"goes on",
                                       "read",
                                       "write",
                                       "open",
                                       "pipe",
                                       "pipe(bad)",
                                       "chdir",
                                       "close",
                                       "dup",
                                       "receive",
                                       "poll",
                                       "receive(bad)",
                                       "reply",
                                       "reply(second)",
                                       "reply(handed on)",
                                       "reply(wrong)",
                                       "reply(error)",
                                       "reply(EINTR)",
                                       "reply(stolen token)",
                                       "reply(table full)",
                                       "reply(bad address)",
                                       "reply and receive",
                                       "pass",
                                       "send",
                                       "is killed",
                                       "is unblocked",
                                       "gets a signal that restarts",
                                       "gets a signal",
                                       "is to stop",
                                       "is continued",
                                       "gets an interrupt"};

/* What the model knows.  It starts anew with each replay. */
static struct {
	enum op op[PROCS];
	bool busy[PROCS];
	int calls_left[PROCS];
	int kills_left, unblocks_left, interrupts_left;
	int handlers_left, stops_left;
	bool asked[PROCS]; /* its server has heard that it is to wait no more */
	int held[PROCS][HELD];
	int expected[PROCS]; /* the answer given */
	bool answered[PROCS];
	int objects; /* given out so far */
	int8_t object_channel[OBJECTS];
	bool pulsed[OBJECTS];
	bool fired, unblock_due[PROCS];
	bool wishes[PROCS]; /* to wait no more, by what was not yet received */
	int passed_over[PROCS][NEWS]; /* while that kind of news waited */
	bool queued[PROCS];           /* since the last step */
	int ahead[PROCS];             /* then, of its user in the queue */
	int overtaken[PROCS][USERS];  /* since then: heard of each user */
} w;

static int new_object(int channel)
{
	assert(w.objects < OBJECTS);
	w.object_channel[w.objects] = channel;
	return w.objects++;
}

/* The index of the client that a token names, or -ESRCH. */
static int client_of(int token)
{
	const struct proc *client = token_client(token);

	return client ? proc_index(client) : -ESRCH;
}

static int used_descriptors(int proc)
{
	int used = 0;

	for (int fd = 0; fd < OPEN_MAX; fd++)
		used += procs[proc].files.descriptors[fd] != NO_CONNECTION;
	return used;
}

/* The way to user mode, as frame.c has it.  Is the call to begin again? */
static bool attend(bool again)
{
	struct proc *p = self();
	struct signal_news news;

	while (!p->signal.killed && p->signal.attention)
		if (p->signal.stopping)
			proc_stop();
		else if (signal_next(p, &news) == INTERRUPTS)
			again = false;
	return again;
}

/* Makes the call, as often as it begins again. */
static int call(int number, const uint32_t args[6])
{
	int me = self_index(), result;
	bool again;

	do {
		w.answered[me] = w.asked[me] = w.wishes[me] = false;
		need_resched = 0;
		result = forward(number, args);
		again = result == RESTART;
		if (again && !procs[me].signal.killed) {
			REQUIRE(need_resched);
			REQUIRE(w.answered[me] && w.expected[me] == -EINTR);
		}
		again = attend(again) && !procs[me].signal.killed;
	} while (again);
	REQUIRE(!procs[me].signal.stopping || procs[me].signal.killed);
	return result == RESTART ? -EINTR : result;
}

static void client_call(int number, uint32_t argument)
{
	uint32_t args[6] = {argument};
	int me = self_index(), before = used_descriptors(me);
	int result, gained;

	result = call(number, args);
	if (result == -EINTR && !procs[me].signal.killed)
		REQUIRE(w.answered[me] && w.expected[me] == -EINTR);
	if (me == CONSOLE && !procs[me].signal.killed) /* it leads downward */
		REQUIRE(result == -EDEADLK || result == -EIO);
	gained = used_descriptors(me) - before;
	if (procs[me].signal.killed)
		return;
	if (result >= 0)
		REQUIRE(w.answered[me]);
	if (w.answered[me] && number != SYS_open && argument != BAD)
		REQUIRE(result == w.expected[me]);
	if (result < 0)
		REQUIRE(gained == 0);
	else if (number == SYS_open)
		REQUIRE(gained == 1 &&
		        descriptor_connection(self(), result) >= 0);
	else if (number == CALL_PIPE)
		REQUIRE(gained == 2 && pair[0] != pair[1]);
}

static void hold_token(int token)
{
	for (int i = 0; i < HELD; i++) {
		if (w.held[self_index()][i] == 0) {
			w.held[self_index()][i] = token;
			return;
		}
	}
	REQUIRE(!"there is room for a token");
}

static bool client_waits(const struct channel *channel)
{
	int i = channel->first;

	while (i >= 0 && procs[i].state != PROC_SENDING &&
	       procs[i].state != PROC_REPLY_WAIT)
		i = procs[i].message.next;
	return i >= 0;
}

/* M6: nothing that waits now was passed over for the third time. */
static void count_passed_over(enum news heard)
{
	const struct channel *channel = &channels[self()->message.channel];
	bool waits[NEWS] = {channel->interrupts != 0, channel->closed >= 0,
	                    client_waits(channel)};

	for (int kind = 0; kind < NEWS; kind++) {
		int *passed_over = &w.passed_over[self_index()][kind];

		if (waits[kind] && kind != (int)heard)
			++*passed_over;
		else
			*passed_over = 0;
		REQUIRE(*passed_over < NEWS);
	}
}

static int user_of(int proc)
{
	return proc < 2 ? 0 : proc - 1;
}

/*
 * M7: a client that waits now has let pass at most two clients of each other
 * user, and as many more as there were of its own user ahead of it.
 */
static void count_overtaken(int heard)
{
	for (int i = 0; i < CLIENTS; i++) {
		int *overtaken = &w.overtaken[i][user_of(heard)];

		if (!w.queued[i] || !procs[i].message.queued ||
		    user_of(i) == user_of(heard))
			continue;
		++*overtaken;
		REQUIRE(*overtaken <= 2 + w.ahead[i]);
	}
}

/* After a step: notes which clients have come into a queue, and where. */
static void note_queues(void)
{
	for (int i = 0; i < CLIENTS; i++) {
		bool queued = procs[i].message.queued;

		if (queued && !w.queued[i]) {
			memset(w.overtaken[i], 0, sizeof(w.overtaken[i]));
			w.ahead[i] = 0;
			for (int k = 0; k < CLIENTS; k++)
				w.ahead[i] += k != i && w.queued[k] &&
				              user_of(k) == user_of(i);
		}
		w.queued[i] = queued;
	}
}

/* The message in the inbox is one that had to come. */
static void heard(void)
{
	int client;

	count_passed_over(inbox.type == PULSE_INTERRUPT ? NEWS_INTERRUPTS
	                  : inbox.type == PULSE_CLOSE   ? NEWS_CLOSES
	                                                : NEWS_CLIENTS);
	switch (inbox.type) {
	case PULSE_INTERRUPT:
		REQUIRE(w.fired);
		w.fired = false;
		break;
	case PULSE_CLOSE:
		REQUIRE(!w.pulsed[inbox.object]);
		w.pulsed[inbox.object] = true;
		break;
	case PULSE_UNBLOCK:
		client = client_of(inbox.token);
		REQUIRE(client >= 0 && w.unblock_due[client]);
		if (client < 0)
			break;
		w.asked[client] = true;
		w.unblock_due[client] = false;
		count_overtaken(client);
		break;
	default:
		client = client_of(inbox.token);
		REQUIRE(client >= 0);
		if (client >= 0 && client < CLIENTS)
			count_overtaken(client);
		if (client >= 0 && w.wishes[client]) {
			w.wishes[client] = false;
			w.unblock_due[client] = true;
		}
		hold_token(inbox.token);
	}
}

static void do_receive(vaddr_t buffer, bool poll)
{
	int result = poll ? native_poll(buffer) : native_receive(buffer);

	if (poll && result == -EAGAIN) {
		const struct channel *channel =
		    &channels[self()->message.channel];

		REQUIRE(channel->interrupts == 0 && channel->closed < 0);
		REQUIRE(!client_waits(channel));
	} else if (buffer == BAD || result < 0) {
		REQUIRE(buffer == BAD || running->signal.killed);
	} else {
		heard();
	}
}

static void forget(int i)
{
	for (; i + 1 < HELD; i++)
		w.held[self_index()][i] = w.held[self_index()][i + 1];
	w.held[self_index()][HELD - 1] = 0;
}

static int reply_count(int client, enum op op)
{
	static const int of[] = {
	    [RESULT_FD] = 1, [RESULT_FD2] = 2, [RESULT_CWD] = 1};
	int count = of[syscalls[procs[client].message.call].result];

	return op == REPLY_WRONG ? (count + 1) % 3 : count;
}

static void expect(int client, int status)
{
	w.answered[client] = true;
	w.expected[client] = status;
	w.unblock_due[client] = false;
}

/* A reply that carries nothing is refused where the call's row wants more. */
static void do_reply_receive(void)
{
	int token = w.held[self_index()][0], client = client_of(token);
	bool fits = client < 0 || reply_count(client, REPLY) == 0;
	int result;

	if (fits) {
		if (client >= 0)
			expect(client, 7);
		forget(0);
	}
	result = native_reply_receive(token, 7, INBOX);
	if (!fits) {
		REQUIRE(result == -EINVAL && client_of(token) == client);
		return;
	}
	REQUIRE(client_of(token) == -ESRCH);
	REQUIRE(result == 0 || running->signal.killed);
	if (result == 0)
		heard();
}

static void do_reply(enum op op)
{
	int i = op == REPLY_SECOND;
	int other = FILES + CONSOLE - self_index();
	int token = w.held[op == REPLY_STOLEN ? other : self_index()][i];
	int client = client_of(token), live = connection_rows.live;
	struct reply reply = {.count =
	                          client < 0 ? 1 : reply_count(client, op)};
	int status = op == REPLY_ERROR  ? -EIO - 100
	             : op == REPLY_INTR ? -EINTR
	                                : 7;
	int result;

	for (int k = 0; k < reply.count; k++) {
		reply.connection[k].descriptor = op == REPLY_HAND ? 0 : -1;
		reply.connection[k].object = w.objects + k;
	}
	refuse = op == REPLY_FULL && reply.count > 0;
	outbox = reply;
	result = client < 0 ? -ESRCH
	                    : native_reply(&procs[client], status,
	                                   op == REPLY_BAD    ? BAD
	                                   : reply.count == 0 ? 0
	                                                      : OUTBOX);
	refuse = 0;
	if (client < 0)
		REQUIRE(result == -ESRCH);
	if (op == REPLY_STOLEN)
		REQUIRE(client < 0);
	if (op == REPLY_WRONG || op == REPLY_BAD ||
	    (op == REPLY_FULL && reply.count > 0))
		REQUIRE(result < 0);
	if (result < 0) {
		REQUIRE(connection_rows.live == live);
		REQUIRE(client_of(token) == client);
	} else {
		REQUIRE(client_of(token) == -ESRCH);
		expect(client, status);
		for (int k = 0; k < reply.count && status >= 0; k++)
			if (op != REPLY_HAND)
				new_object(running->message.channel);
	}
	if ((result >= 0 || client < 0) && op != REPLY_STOLEN)
		forget(i);
}

static void do_pass(void)
{
	int token = w.held[self_index()][0], client = client_of(token);
	int result = client < 0 ? -ESRCH : descriptor_connection(self(), 0);

	if (result >= 0)
		result = native_pass(&procs[client], result, 0);

	if (client < 0)
		REQUIRE(result == -ESRCH);
	if (result == 0) {
		REQUIRE(client_of(token) == -ESRCH);
		w.wishes[client] = procs[client].message.unblock;
		w.unblock_due[client] = w.asked[client] = false;
	}
	if (result == 0 || client < 0)
		forget(0);
	else
		REQUIRE(client_of(token) == client);
}

static void run(enum op op)
{
	switch (op) {
	case READ:
		client_call(SYS_read, 0);
		break;
	case WRITE:
		client_call(SYS_read, 1);
		break;
	case SEND:
		client_call(SYS_read, 0);
		break;
	case OPEN:
		client_call(SYS_open, 0);
		break;
	case PIPE:
		client_call(CALL_PIPE, PAIR);
		break;
	case PIPE_BAD:
		client_call(CALL_PIPE, BAD);
		break;
	case CHDIR:
		client_call(SYS_chdir, 0);
		break;
	case CLOSE:
		sys_close(0);
		break;
	case DUP:
		sys_fcntl64(0, 0, 0); /* F_DUPFD */
		break;
	case RECEIVE:
	case POLL:
		do_receive(INBOX, op == POLL);
		break;
	case RECEIVE_BAD:
		do_receive(BAD, false);
		break;
	case REPLY_RECEIVE:
		do_reply_receive();
		break;
	case PASS:
		do_pass();
		break;
	default:
		do_reply(op);
	}
}

static void end(int proc)
{
	server_exit(&procs[proc]);
	descriptors_exit(&procs[proc]);
	procs[proc].state = PROC_ZOMBIE;
}

static void life(void)
{
	for (;;) {
		int me = self_index();

		run(w.op[me]);
		w.busy[me] = false;
		if (procs[me].signal.killed)
			end(me);
		fake_leave();
	}
}

/* ---- a fresh world ------------------------------------------------------ */

/* What a run may contain at the most.  The explorer tries every order of it. */
struct bounds {
	const char *name;
	int calls[PROCS];
	int kills, unblocks, interrupts, handlers, stops;
	bool few;   /* 0: read, open, a pair to a bad address, close; 1: read */
	bool polls; /* servers receive without waiting, too */
	bool turns; /* only read, receive, and a reply that receives */
};

static const struct bounds *bounds;

static void begin(void)
{
	int files, console;

	memset(channels, 0, sizeof(channels));
	memset(interrupt_channels, 0, sizeof(interrupt_channels));
	memset(connections, 0, sizeof(connections[0]) * 32);
	memset(&w, 0, sizeof(w));
	connection_rows.fresh = connection_rows.live = 0;
	connection_rows.free = -1;
	queued_rows.fresh = queued_rows.live = 0;
	queued_rows.free = -1;
	fake_procs(PROCS);
	for (int i = 0; i < PROCS; i++) {
		fake_life(&procs[i], life);
		procs[i].life.parent = -1;
		procs[i].life.space = 0;
	}
	action_rows.live = 0;
	if (bounds->handlers) {
		action_rows.live = 1;
		actions[0].holders = 1;
		actions[0].of[RESTARTS - 1].handler = 2;
		actions[0].of[INTERRUPTS - 1].handler = 2;
		procs[0].signal.actions = &actions[0];
		procs[0].signal.caught = BIT(RESTARTS) | BIT(INTERRUPTS);
	}
	files = channel_make(&procs[FILES]);
	console = channel_make(&procs[CONSOLE]);
	procs[FILES].message.rank = 1;
	procs[CONSOLE].message.rank = 2;
	interrupt_channels[1] = &channels[console];
	procs[0].files.cwd = connection_make(files, new_object(files), 0, 0);
	descriptor_install(&procs[0],
	                   connection_make(files, new_object(files), 0, 0), 0,
	                   false);
	descriptor_install(&procs[0],
	                   connection_make(console, new_object(console), 0, 0),
	                   1, false);
	memcpy(procs[1].files.descriptors, procs[0].files.descriptors,
	       sizeof(procs[0].files.descriptors));
	procs[1].files.bound = procs[0].files.bound;
	procs[1].files.cwd = procs[0].files.cwd;
	descriptors_fork(&procs[1]);
	for (int i = 0; i < CLIENTS; i++)
		procs[i].sched.user = &users[user_of(i)];
	for (int i = 2; i < CLIENTS; i++)
		if (bounds->calls[i] == 0)
			procs[i].state = PROC_ZOMBIE; /* not in this scene */
		else
			descriptor_install(
			    &procs[i],
			    connection_make(files, new_object(files), 0, 0), 0,
			    false);
	descriptor_install(&procs[FILES],
	                   connection_make(console, new_object(console), 0, 0),
	                   0, false);
	if (bounds->calls[CONSOLE] > 0)
		descriptor_install(
		    &procs[CONSOLE],
		    connection_make(files, new_object(files), 0, 0), 0, false);
	memcpy(w.calls_left, bounds->calls, sizeof(w.calls_left));
	w.kills_left = bounds->kills;
	w.unblocks_left = bounds->unblocks;
	w.interrupts_left = bounds->interrupts;
	w.handlers_left = bounds->handlers;
	w.stops_left = bounds->stops;
}

/* ---- which steps there are, and doing one ------------------------------- */

static bool idle(int proc)
{
	return procs[proc].state == PROC_READY && !w.busy[proc];
}

/* Has this server heard that the client wishes to wait no longer? */
static bool asked(int token)
{
	const struct proc *client = &procs[token % TOKEN_SLOTS];

	return (client->state == PROC_REPLY_WAIT && client->message.unblock &&
	        w.asked[proc_index(client)]);
}

static bool enabled(int proc, enum op op)
{
	enum proc_state state = procs[proc].state;

	if (state == PROC_ZOMBIE)
		return false;
	if (op == RESUME)
		return state == PROC_READY && w.busy[proc];
	if (op == KILL)
		return w.kills_left > 0 && !procs[proc].signal.killed;
	if (op == UNBLOCK)
		return w.unblocks_left > 0 &&
		       (state == PROC_SENDING || state == PROC_REPLY_WAIT);
	if (op == HANDLE || op == HANDLE_RESTART)
		return w.handlers_left > 0 && proc == 0 && w.busy[proc];
	if (op == STOP_IT)
		return w.stops_left > 0 && proc == 0 && w.busy[proc];
	if (op == CONTINUE)
		return state == PROC_STOPPED || procs[proc].signal.stopping;
	if (op == INTERRUPT)
		return w.interrupts_left > 0 && proc == CONSOLE;
	if (!idle(proc))
		return false;
	if (bounds->turns && op != READ && op != RECEIVE && op != REPLY_RECEIVE)
		return false;
	if (proc < CLIENTS && bounds->few && op != READ &&
	    (proc > 0 || (op != OPEN && op != PIPE_BAD && op != CLOSE)))
		return false;
	if (proc < CLIENTS)
		return op <= DUP && w.calls_left[proc] > 0;
	if (op == SEND)
		return w.calls_left[proc] > 0;
	if (op == REPLY_STOLEN)
		return w.held[FILES + CONSOLE - proc][0] != 0;
	if (op == POLL && !bounds->polls)
		return false;
	if (op == RECEIVE || op == RECEIVE_BAD || op == POLL)
		return w.held[proc][HELD - 1] == 0;
	if (op == REPLY_INTR)
		return w.held[proc][0] != 0 && asked(w.held[proc][0]);
	if (op == REPLY_SECOND)
		return w.held[proc][1] != 0;
	return op > DUP && w.held[proc][0] != 0;
}

/* A message under way will be asked for, once, when it was received. */
static void wish(int proc)
{
	w.wishes[proc] |= procs[proc].state == PROC_SENDING;
	w.unblock_due[proc] |= procs[proc].state == PROC_REPLY_WAIT;
}

static void send(int proc, int signal)
{
	struct proc *p = &procs[proc];
	bool was = p->message.unblock;

	running = &procs[PROCS];
	signal_send(p, signal, (struct signal_news){0});
	if (p->message.unblock && !was)
		wish(proc);
}

static void kill_proc(int proc)
{
	w.kills_left--;
	w.unblock_due[proc] = false;
	send(proc, SIGKILL);
	if (idle(proc))
		end(proc);
}

static void step(int proc, enum op op)
{
	if (op == KILL) {
		kill_proc(proc);
	} else if (op == UNBLOCK) {
		w.unblocks_left--;
		if (!procs[proc].message.unblock) /* once in each message */
			wish(proc);
		message_unblock(&procs[proc]);
	} else if (op == HANDLE || op == HANDLE_RESTART) {
		w.handlers_left--;
		send(proc, op == HANDLE ? INTERRUPTS : RESTARTS);
	} else if (op == STOP_IT) {
		w.stops_left--;
		send(proc, SIGSTOP);
	} else if (op == CONTINUE) {
		send(proc, SIGCONT);
	} else if (op == INTERRUPT) {
		w.interrupts_left--;
		w.fired = true;
		message_interrupt(1);
	} else {
		if (op != RESUME) {
			w.op[proc] = op;
			w.busy[proc] = true;
			if (proc < CLIENTS || op == SEND)
				w.calls_left[proc]--;
		}
		fake_enter(&procs[proc]);
	}
	note_queues();
}

/* ---- what must be true everywhere --------------------------------------- */

static bool object_alive(int object)
{
	for (int i = 0; i < connection_rows.fresh; i++)
		if (connection_exists(i) && connections[i].object == object)
			return true;
	return false;
}

static bool waits(int proc)
{
	return procs[proc].state == PROC_SENDING ||
	       procs[proc].state == PROC_REPLY_WAIT;
}

static void check_world(void)
{
	REQUIRE(message_check() == 0);
	REQUIRE(signal_check() == 0);
	for (int i = 0; i < w.objects; i++)
		if (channels[w.object_channel[i]].server >= 0)
			REQUIRE(object_alive(i) != w.pulsed[i]);
	for (int i = 0; i < PROCS; i++) {
		int peer = i, steps = 0;

		while (waits(peer) && steps++ < PROCS)
			peer = procs[peer].peer;
		REQUIRE(steps < PROCS);
		if (procs[i].state == PROC_SENDING)
			REQUIRE(procs[i].message.unblock == w.wishes[i]);
		if (procs[i].state == PROC_REPLY_WAIT)
			REQUIRE(procs[i].message.queued == w.unblock_due[i]);
		REQUIRE(!waits(i) || !procs[i].signal.attention ||
		        procs[i].message.unblock);
	}
	if (w.fired && channels[1].server >= 0)
		REQUIRE(channels[1].interrupts != 0);
}

/* ---- states, each once -------------------------------------------------- */

static uint32_t channel_round(int queued)
{
	return channels[connections[procs[queued].message.connection].channel]
	    .round;
}

static void mix_proc(int i)
{
	const struct proc *p = &procs[i];

	mix(p->state), mix(p->peer), mix(p->signal.killed), mix(p->files.cwd);
	mix(p->message.queued), mix(p->message.unblock);
	mix(p->message.call), mix(p->message.connection);
	mix(p->message.generation != 0);
	mix(p->message.queued ? p->message.next : -2);
	mix(p->state == PROC_READY ? p->message.status : 0);
	mix(w.op[i] * 2 + w.busy[i]), mix(w.calls_left[i]);
	mix(p->signal.pending), mix(p->signal.stopping);
	mix(w.asked[i] + 2 * w.wishes[i]);
	mix(w.answered[i]), mix(w.expected[i]), mix(w.unblock_due[i]);
	for (int k = 0; k < 2; k++)
		mix(p->message.carried[k]);
	for (int fd = 0; fd < 6; fd++)
		mix(p->files.descriptors[fd]);
	running = &procs[i];
	for (int k = 0; k < NEWS; k++)
		mix(w.passed_over[i][k]);
	for (int k = 0; k < HELD; k++)
		mix(w.held[i][k] ? client_of(w.held[i][k]) : -2);
	if (p->message.queued)
		mix(p->message.round - channel_round(i));
	if (!bounds->turns || !w.queued[i])
		return;
	mix(w.ahead[i]);
	for (int k = 0; k < USERS; k++)
		mix(w.overtaken[i][k]);
}

static uint64_t state_hash(void)
{
	explore_hash = HASH_OF_NOTHING;
	for (int i = 0; i < PROCS; i++)
		mix_proc(i);
	for (int c = 0; c < 2; c++) {
		mix(channels[c].server), mix(channels[c].first);
		mix(channels[c].closed), mix(channels[c].interrupts);
		mix(channels[c].heard);
	}
	for (int i = 0; i < connection_rows.fresh; i++) {
		if (!connection_exists(i)) /* free ones are alike */
			continue;
		mix(i), mix(connections[i].channel);
		mix(connections[i].object), mix(connections[i].count);
		mix(connections[i].count ? 0 : connections[i].link);
	}
	mix(w.objects), mix(w.fired);
	for (int i = 0; i < w.objects; i++)
		mix(w.pulsed[i]);
	mix(w.kills_left * 16 + w.unblocks_left * 4 + w.interrupts_left);
	mix(w.handlers_left * 4 + w.stops_left);
	return explore_hash;
}

/* ---- the moves: each step of each process ------------------------------- */

static bool possible(int move)
{
	return enabled(move / OPS, (enum op)(move % OPS));
}

static bool make(int move, int nth)
{
	(void)nth;
	step(move / OPS, (enum op)(move % OPS));
	return false;
}

static void print(int move)
{
	printf("%d %s", move / OPS, op_names[move % OPS]);
}

static const struct explorer explorer = {.moves = PROCS * OPS,
                                         .most = STATES_MAX,
                                         .possible = possible,
                                         .make = make,
                                         .judge = check_world,
                                         .print = print,
                                         .begin = begin,
                                         .hash = state_hash};

static const struct bounds all_bounds[] = {
    {"a kill at every step", {1, 1}, 1, 0, 0, .few = true},
    {"each call and answer, a kill", {1, [FILES] = 1}, .kills = 1},
    {"two calls in turn, a kill", {2}, 1, 0, 0, .few = true},
    {"servers send up and down",
     {1, [FILES] = 1, [CONSOLE] = 1},
     0,
     0,
     1,
     .few = true},
    {"an unblock at every step", {1, 1}, 0, 1, 0, .few = true},
    {"an unblock, an interrupt, a kill", {1}, 1, 1, 1, .few = true},
    {"a line that goes on interrupting",
     {1},
     0,
     0,
     4,
     .few = true,
     .polls = true},
    {"users take turns, two unblocks", {2, 1, 3, 0}, 0, 2, 0, .turns = true},
    {"three users take turns", {1, 1, 4, 3}, 0, 0, 0, .turns = true},
    {"a handler at every step", {1, 1}, .handlers = 1, .few = true},
    {"two handlers", {1}, .handlers = 2, .few = true},
    {"two stops", {1}, .stops = 2, .few = true},
    {"a stop, a handler", {1}, .handlers = 1, .stops = 1, .few = true},
    {"a stop, a kill", {1}, .kills = 1, .stops = 1, .few = true},
    {"each call and answer, a handler", {1, [FILES] = 1}, .handlers = 1},
    {"each call and answer, a stop", {1, [FILES] = 1}, .stops = 1},
};

int main(int argc, char **argv)
{
	int count = sizeof(all_bounds) / sizeof(all_bounds[0]);

	explore_words(argc, argv);
	for (int i = 0; i < count; i++) {
		if (!explore_wanted(i + 1))
			continue;
		bounds = &all_bounds[i];
		tap("messages: in every order of events: %s: %s%d states",
		    bounds->name, explore_limit ? "the first " : "all ",
		    explore(&explorer).from);
	}
	return tap_end();
}
