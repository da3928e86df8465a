/*
 * user/bin/bench/longest_ipc.c -- the longest calls of semaphores and queues.
 *
 * As in longest.c, each case is the worst one known that processes without
 * privilege can arrange.  One case is left out: a thousand processes that
 * sleep at a set with hundreds of operations each.  A call that wakes them
 * takes long, but it lets interrupts in after each sleeper (ipc/sysv/semop.c),
 * so its sum is no waiting time.
 */
#include "../../../abi/msg.h"
#include "../../../abi/sem.h"
#include "bench.h"

#define ROWS     30000
#define MANY     32000 /* SEMMSL */
#define SETS     16000
#define SLEEPERS 40
#define OPS      500

static struct sembuf ops[OPS];
static uint16_t values[MANY];

static uint32_t made(int result)
{
	if (result < 0)
		give_up("a set, a queue, a fork or an operation");
	return (uint32_t)result;
}

static uint32_t make_set(uint32_t count)
{
	return made(unix_call(SYS_semget, IPC_PRIVATE, count, 0600));
}

static int control(uint32_t set, uint32_t number, uint32_t command)
{
	return unix_call5(SYS_semctl, set, number, command,
	                  unix_address(values), 0);
}

static void add(uint32_t set, uint32_t number, int by)
{
	struct sembuf op = {(uint16_t)number, (int16_t)by, 0};

	made(
	    unix_call5(SYS_semtimedop_time64, set, unix_address(&op), 1, 0, 0));
}

/* Adds one, with SEM_UNDO, to `count` semaphores from `first` on. */
static void undo(uint32_t set, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		ops[i] = (struct sembuf){(uint16_t)(first + i), 1, SEM_UNDO};
	made(unix_call5(SYS_semtimedop_time64, set, unix_address(ops), count, 0,
	                0));
}

static void await(uint32_t set, uint32_t number, int sleepers)
{
	while (control(set, number, GETNCNT) < sleepers)
		unix_call(SYS_sched_yield, 0, 0, 0);
}

static void note_end(const char *name, int pid)
{
	uint64_t from = rdtsc64();

	made(unix_call(SYS_kill, (uint32_t)pid, 9, 0));
	made(unix_call(SYS_waitpid, (uint32_t)pid, 0, 0));
	note_call(name, from);
}

static void note_control(const char *name, uint32_t set, uint32_t command)
{
	uint64_t from = rdtsc64();

	made(control(set, 0, command));
	note_call(name, from);
}

/* Gets undo rows for all of `big` and much of `set`, and sleeps at its end. */
static void hold(uint32_t big, uint32_t set)
{
	for (uint32_t i = 0; i < ROWS; i += OPS)
		undo(big, i, OPS);
	undo(set, 0, OPS - 1);
	ops[OPS - 1] = (struct sembuf){OPS, -1, 0};
	unix_call5(SYS_semtimedop_time64, set, unix_address(ops), OPS, 0, 0);
	unix_exit(0);
}

static void undo_of_many(void)
{
	uint32_t big = make_set(MANY), set = make_set(OPS + 2);
	int pids[SLEEPERS], holder = (int)made(unix_fork());
	uint64_t from;

	if (holder == 0)
		hold(big, set);
	await(set, OPS, 1);
	for (int i = 0; i < SLEEPERS; i++) {
		pids[i] = (int)made(unix_fork());
		if (pids[i] == 0) {
			add(set, OPS + 1, -1);
			unix_exit(0);
		}
	}
	await(set, OPS + 1, SLEEPERS);
	from = rdtsc64();
	add(set, OPS + 1, SLEEPERS);
	note_call("long_semop_undo", from);
	note_control("long_setall_undo", big, SETALL);
	note_end("long_exit_undo", holder);
	for (int i = 0; i < SLEEPERS; i++)
		made(unix_call(SYS_waitpid, (uint32_t)pids[i], 0, 0));
	note_control("long_getall_32000", big, GETALL);
	made(control(big, 0, IPC_RMID));
	made(control(set, 0, IPC_RMID));
}

/* A process has undo rows for many semaphores of a set, or in many sets. */
static void undo_of_one(void)
{
	static uint32_t sets[SETS];
	uint32_t set = make_set(MANY);
	int pid;

	for (uint32_t i = 0; i < SETS; i++)
		sets[i] = make_set(1);
	pid = (int)made(unix_fork());
	if (pid == 0) {
		for (uint32_t i = 0; i < SETS; i++)
			undo(sets[i], 0, 1);
		add(set, 0, -1);
	}
	await(set, 0, 1);
	note_end("long_exit_sets_16000", pid);
	pid = (int)made(unix_fork());
	if (pid == 0) {
		for (uint32_t i = 0; i < ROWS; i += OPS)
			undo(set, i, OPS);
		add(sets[0], 0, -1);
	}
	await(sets[0], 0, 1);
	note_control("long_rmid_undo", set, IPC_RMID);
	note_end("long_exit_nothing", pid);
	for (uint32_t i = 0; i < SETS; i++)
		made(control(sets[i], 0, IPC_RMID));
}

/* A queue is full of empty messages. */
static void full_queue(void)
{
	static struct {
		int type;
		char text[4];
	} message = {.type = 2};
	uint32_t queue = made(unix_call(SYS_msgget, IPC_PRIVATE, 0600, 0));
	uint64_t from;

	while (unix_call5(SYS_msgsnd, queue, unix_address(&message), 0,
	                  IPC_NOWAIT, 0) == 0)
		;
	from = rdtsc64();
	unix_call5(SYS_msgrcv, queue, unix_address(&message), 0, 1, IPC_NOWAIT);
	note_call("long_msgrcv_no_type", from);
	from = rdtsc64();
	made(unix_call(SYS_msgctl, queue, IPC_RMID, 0));
	note_call("long_rmid_queue", from);
}

void longest_ipc(void)
{
	undo_of_many();
	undo_of_one();
	full_queue();
}
