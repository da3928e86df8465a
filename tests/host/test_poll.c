// with: kernel/wait/poll.c kernel/process/sleep.c kernel/process/sleep_check.c
// with: ipc/message/connection.c ipc/message/message.c ipc/message/alarm.c
// alone
/*
 * tests/host/test_poll.c -- who waits for readiness or for a time is woken by
 * it, and answers what is true: poll.c, and alarm.c for a server.
 *
 * Some processes poll or select, and a server writes words of readiness, or
 * waits for an interrupt for a while.  Meanwhile time passes and signals come,
 * all at random.  After each step
 *
 *	nobody sleeps for whom something is ready, whose time is up, or who is
 *	to run a handler
 *
 * and an answer says what is ready then.  It is 0 or EINTR only if nothing is.
 */
#include "../../abi/errno.h"
#include "../../abi/poll.h"
#include "../../ipc/message/message.h"
#include "../../ipc/message/syscall_table.h"
#include "../../kernel/process/schedule.h"
#include "../../kernel/signal/signal.h"
#include "../../kernel/wait/time.h"
#include "fake_kernel.h"
#include "fake_mm.h"
#include "tap.h"

#define POLLERS 4
#define SERVER  POLLERS
#define DRIVER  5 /* what happens, happens in its name */
#define PROCS   6
#define OBJECTS 4
#define MOST    4 /* descriptors that one waits for */
#define STEPS   100000
#define INBOX   0x90000u

struct connection connections[8192];
const struct syscall syscalls[SYSCALL_LIMIT];

static struct message inbox;

/* What a process has asked for, and with what answer it came back. */
static struct asked {
	bool busy, selects, timed;
	uint64_t until;
	int count;
	struct pollfd array[MOST];
	uint32_t sets[3]; /* as they were given */
	uint32_t words[3][OPEN_MAX / 32];
	int result;
} asked[PROCS];

static int answers[3]; /* ready, the time is up, EINTR */

static int chance(int below)
{
	return rand() % below;
}

/* ---- around the kernel's files ------------------------------------------ */

/* The array of a process is at its number, its sets are behind it. */
void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	uint32_t set = va >> 12 & 0xF, at = va & 0xFFF;
	struct asked *a;

	(void)bytes, (void)out;
	if (va == INBOX)
		return &inbox;
	a = &asked[va >> 16];
	return set > 0 ? (char *)a->words[set - 1] + at : (char *)a->array + at;
}

/* As process.c has it, for states that may end early. */
enum block_answer block(enum proc_state state, int peer)
{
	struct proc *p = self();

	if (p->signal.attention && wakes_early(state))
		return INTERRUPTED;
	p->state = state;
	p->peer = peer;
	fake_switch();
	return GO_ON;
}

/* A mask of signals has tests of its own. */
void signal_mask_for_wait(uint64_t mask)
{
	(void)mask;
}

int signal_mask_after_wait(int result)
{
	return result;
}

struct timespec32 clock_left(uint64_t deadline)
{
	return (struct timespec32){deadline > clock_counts, 0};
}

int timespec_out(vaddr_t to, struct timespec32 time, bool wide)
{
	(void)to, (void)time, (void)wide;
	return 0;
}

/* ---- the model ---------------------------------------------------------- */

/* What is ready behind the descriptor; object i is behind descriptor i. */
static uint32_t word_of(int fd)
{
	if (fd >= OBJECTS)
		return POLLNVAL;
	if (channels[0].server < 0)
		return POLLERR | POLLHUP;
	return connections[fd].readiness;
}

static uint32_t found(const struct pollfd *one)
{
	uint32_t always = POLLERR | POLLHUP | POLLNVAL;

	return one->fd < 0 ? 0 : word_of(one->fd) & (one->events | always);
}

static bool in_set(int set, int fd)
{
	static const uint32_t wanted[3] = {POLLIN | POLLHUP | POLLERR,
	                                   POLLOUT | POLLERR, POLLPRI};

	return word_of(fd) & wanted[set];
}

/* How much is ready of what it has asked for. */
static int ready(const struct asked *a)
{
	int count = 0;

	for (int i = 0; i < a->count && !a->selects; i++)
		count += found(&a->array[i]) != 0;
	for (int set = 0; set < 3 && a->selects; set++)
		for (int fd = 0; fd < OBJECTS; fd++)
			count += (a->sets[set] >> fd & 1) && in_set(set, fd);
	return count;
}

static bool time_is_up(const struct asked *a)
{
	return a->timed && a->until <= clock_counts;
}

static bool server_has_news(void)
{
	return channels[0].interrupts || channels[0].closed >= 0;
}

static void check_sleepers(void)
{
	for (int i = 0; i < POLLERS; i++) {
		if (procs[i].state != PROC_POLLING)
			continue;
		REQUIRE(ready(&asked[i]) == 0);
		REQUIRE(!time_is_up(&asked[i]));
		REQUIRE(!procs[i].signal.attention);
	}
	if (procs[SERVER].state == PROC_RECEIVING)
		REQUIRE(!server_has_news() && !time_is_up(&asked[SERVER]));
	EXPECT(sleep_check(), 0);
}

static void check_answer(int proc)
{
	struct asked *a = &asked[proc];
	int wanted = ready(a);

	if (a->result > 0)
		EXPECT(a->result, wanted);
	else
		EXPECT(wanted, 0);
	REQUIRE(a->result != 0 || time_is_up(a));
	REQUIRE(a->result >= 0 ||
	        (a->result == -EINTR && procs[proc].signal.attention));
	for (int i = 0; i < a->count && !a->selects; i++)
		EXPECT(a->array[i].revents, found(&a->array[i]));
	for (int set = 0; set < 3 && a->selects && a->result > 0; set++)
		for (int fd = 0; fd < OBJECTS; fd++)
			EXPECT(a->words[set][0] >> fd & 1,
			       (a->sets[set] >> fd & 1) && in_set(set, fd));
	answers[a->result > 0 ? 0 : a->result == 0 ? 1 : 2]++;
	procs[proc].signal.attention = false;
}

/* ---- what the processes do ---------------------------------------------- */

/* clock_deadline() of fake_kernel.c says the same of a time of no seconds. */
static void set_limit(struct asked *a)
{
	a->timed = chance(2);
	a->until = clock_counts + 10;
}

static void poll_some(struct asked *a, vaddr_t at)
{
	static const uint32_t events[] = {0, POLLIN, POLLOUT, POLLIN | POLLOUT};

	a->count = chance(MOST + 1);
	for (int i = 0; i < a->count; i++)
		a->array[i] = (struct pollfd){
		    chance(20) ? chance(OBJECTS + 1) - 1 : OBJECTS,
		    (uint16_t)events[chance(4)], (uint16_t)chance(9)};
	a->result = sys_poll(at, (uint32_t)a->count, a->timed ? 0 : -1);
}

static void select_some(struct asked *a, vaddr_t at)
{
	for (int set = 0; set < 3; set++)
		a->sets[set] = a->words[set][0] = chance(1 << OBJECTS);
	a->result = sys_timed_select(OBJECTS, at + 0x1000, at + 0x2000,
	                             at + 0x3000, a->timed ? INBOX : 0, 0, 0);
}

static void poller(void)
{
	struct asked *a = &asked[self_index()];
	vaddr_t at = (vaddr_t)self_index() << 16;

	a->selects = chance(2);
	set_limit(a);
	if (a->selects)
		select_some(a, at);
	else
		poll_some(a, at);
	a->busy = false;
	check_answer(self_index());
	fake_leave();
}

/* It hears of interrupts and its alarm; messages have an explorer. */
static void server(void)
{
	struct asked *a = &asked[SERVER];

	a->timed = true;
	a->until = clock_counts + 10;
	EXPECT(native_alarm(0), 0);
	a->result = native_receive(INBOX);
	a->busy = false;
	EXPECT(a->result, 0);
	EXPECT(inbox.type, PULSE_INTERRUPT);
	fake_leave();
}

static void go_on(int proc)
{
	if (procs[proc].state != PROC_READY)
		return;
	asked[proc].busy = true;
	fake_enter(&procs[proc]);
}

static void get_signal(int proc)
{
	if (!asked[proc].busy)
		return;
	procs[proc].signal.attention = true;
	if (procs[proc].state == PROC_POLLING)
		wake(&procs[proc]);
}

static void write_word(void)
{
	static const uint32_t words[] = {
	    0, POLLIN, POLLOUT, POLLIN | POLLOUT, POLLPRI, POLLHUP, POLLERR};
	int state = procs[SERVER].state;

	running = &procs[SERVER];
	EXPECT(native_ready(chance(OBJECTS), words[chance(7)]), 0);
	EXPECT(procs[SERVER].state, state);
}

static void step(void)
{
	int dice = chance(20);

	running = &procs[DRIVER];
	if (dice < 12) {
		go_on(chance(SERVER + 1));
	} else if (dice < 15) {
		write_word();
	} else if (dice < 18) {
		clock_counts += (unsigned)chance(4);
		sleep_wake();
	} else if (dice < 19) {
		get_signal(chance(POLLERS));
	} else {
		message_interrupt(1);
	}
	check_sleepers();
}

static void begin(void)
{
	connection_rows.free = -1;
	fake_procs(PROCS);
	for (int i = 0; i < POLLERS; i++)
		fake_life(&procs[i], poller);
	fake_life(&procs[SERVER], server);
	interrupt_channels[1] = &channels[channel_make(&procs[SERVER])];
	for (int i = 0; i < OBJECTS; i++)
		EXPECT(connection_make(0, i, 0, 0), i);
	for (int i = 0; i < POLLERS * OBJECTS; i++) {
		connection_hold(i % OBJECTS);
		EXPECT(descriptor_install(&procs[i / OBJECTS], i % OBJECTS, 0,
		                          false),
		       i % OBJECTS);
	}
}

int main(void)
{
	srand(1);
	begin();
	for (int i = 0; i < STEPS && tap_bad == 0; i++)
		step();
	for (int i = 0; i < 3; i++)
		REQUIRE(answers[i] > 500);
	tap("who polls sleeps as long as nothing is ready, and no longer");
	server_exit(&procs[SERVER]);
	procs[SERVER].state = PROC_ZOMBIE;
	check_sleepers();
	for (int i = 0; i < POLLERS; i++)
		go_on(i);
	tap("the death of the server is ready, too");
	return tap_end();
}
