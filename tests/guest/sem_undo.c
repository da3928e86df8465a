/*
 * tests/guest/sem_undo.c -- SEM_UNDO, 3.3, and old bugs of sleepers and undo.
 *
 * When a process ends, in whatever way, its operations with SEM_UNDO are taken
 * back.  The adjustment belongs to the process: exec keeps it, and fork does
 * not give it to the child.  SETVAL, SETALL and the removal of the set clear
 * it.
 */
#define OWN_MAIN
#define DIRECT_DOOR " [393 394 420]"
#include "sysv.h"

#define KEY   0x0D00
#define WHOLE 32767 /* SEMVMX, and SEMAEM */

static char *own_path;

/* A child does these operations on `id` and ends by itself. */
#define CHILD_DOES(id, ...)                                                    \
	IN_CHILD                                                               \
	{                                                                      \
		EQ(SEMOP(id, __VA_ARGS__), 0);                                 \
	}

/* A child does these operations, reaches the stage, and waits to be killed. */
#define HOLDER(pid, stage, id, ...)                                            \
	do {                                                                   \
		BACKGROUND(pid)                                                \
		{                                                              \
			EQ(SEMOP(id, __VA_ARGS__), 0);                         \
			reach(stage);                                          \
			for (;;)                                               \
				pause();                                       \
		}                                                              \
		await(stage);                                                  \
	} while (0)

static void killed(pid_t pid)
{
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

BOTH("3.3-exit an exit takes back what was done with SEM_UNDO, and only that")
{
	int id = make_set(3);

	set_value(id, 0, 5);
	CHILD_DOES(id, {0, -2, SEM_UNDO}, {1, 3, SEM_UNDO}, {2, 4, 0});
	EQ(value_of(id, 0), 5);
	EQ(value_of(id, 1), 0);
	EQ(value_of(id, 2), 4);
	set_removed(id);
}

BOTH("3.3-exit many operations add up to one adjustment")
{
	int id = make_set(1);

	IN_CHILD
	{
		for (int i = 0; i < 10; i++)
			EQ(SEMOP(id, {0, 3, SEM_UNDO}, {0, -1, SEM_UNDO}), 0);
		EQ(SEMOP(id, {0, -5, 0}), 0);
		EQ(value_of(id, 0), 15);
		EQ(SEMOP(id, {0, 0, SEM_UNDO | IPC_NOWAIT}), -EAGAIN);
	}
	EQ(value_of(id, 0), 0);
	IN_CHILD
	{
		EQ(SEMOP(id, {0, 4, SEM_UNDO}), 0);
		EQ(SEMOP(id, {0, -4, SEM_UNDO}), 0);
		EQ(SEMOP(id, {0, 1, 0}), 0);
	}
	EQ(value_of(id, 0), 1);
	set_removed(id);
}

BOTH("3.3-exit SIGKILL and SIGSEGV take it back as an exit does")
{
	int id = make_set(1);
	pid_t pid;

	HOLDER(pid, 1, id, {0, 1, SEM_UNDO});
	EQ(value_of(id, 0), 1);
	killed(pid);
	EQ(value_of(id, 0), 0);
	DIES(SIGSEGV)
	{
		EQ(SEMOP(id, {0, 1, SEM_UNDO}), 0);
		*(volatile char *)hole(PAGE) = 1;
	}
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.3-exit several sets, several semaphores")
{
	int id[8];

	for (int i = 0; i < 8; i++)
		id[i] = make_set(40);
	IN_CHILD
	{
		for (int i = 0; i < 8; i++)
			EQ(SEMOP(id[i], {0, 1, SEM_UNDO}, {39, 2, SEM_UNDO},
			         {20 + i, 3, SEM_UNDO}),
			   0);
		for (int i = 0; i < 8; i++)
			EQ(value_of(id[i], 39), 2);
	}
	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 40; k++)
			EQ(value_of(id[i], k), 0);
		set_removed(id[i]);
	}
}

BOTH("3.3-exit writes the dead one's pid and otime, and wakes those that wait")
{
	int id = make_set(2);
	pid_t holder, waits;
	int otime;

	set_value(id, 0, 1);
	HOLDER(holder, 1, id, {0, -1, SEM_UNDO});
	BACKGROUND(waits)
	{
		EQ(SEMOP(id, {0, -1, 0}, {1, 0, 0}), 0);
		reach(2);
	}
	await_ncnt(id, 0, 1);
	otime = set_stat(id).otime;
	next_tick();
	killed(holder);
	EXITS(waits, 0);
	EQ(shared->stage, 2);
	EQ(value_of(id, 0), 0);
	EQ(sempid(id, 0), waits);
	TRUE(set_stat(id).otime > otime);
	CHILD_DOES(id, {1, 1, SEM_UNDO});
	EQ(value_of(id, 1), 0);
	TRUE(sempid(id, 1) != getpid() && sempid(id, 1) != waits);
	set_removed(id);
}

BOTH("3.3-exit writes otime where SEM_UNDO was used, though nothing is left")
{
	int id = make_set(1), refused = make_set(1), other = make_set(1);
	pid_t holder;
	int otime;

	OK(SEMOP(other, {0, 1, 0}));
	BACKGROUND(holder)
	{
		OK(SEMOP(id, {0, 1, SEM_UNDO}));
		OK(SEMOP(id, {0, -1, SEM_UNDO}));
		ERR(SEMOP(refused, {0, -1, SEM_UNDO | IPC_NOWAIT}), EAGAIN);
		OK(SEMOP(other, {0, 1, 0}));
		reach(1);
		await(2);
	}
	await(1);
	otime = set_stat(id).otime;
	EQ(set_stat(refused).otime, 0);
	next_tick();
	reach(2);
	EXITS(holder, 0);
	TRUE(set_stat(id).otime > otime);
	TRUE(set_stat(refused).otime > otime);
	TRUE(set_stat(other).otime <= otime);
	EQ(sempid(refused, 0), 0);
	set_removed(id);
	set_removed(refused);
	set_removed(other);
}

BOTH(
    "3.3-refused a semop with SEM_UNDO that is refused at once leaves no trace")
{
	int id = make_set(1);

	IN_CHILD
	{
		ERR(SEMOP(id, {1, 1, SEM_UNDO}), EFBIG);
	}
	answer(set_stat(id).otime ? "written" : "0");
	EQ(set_stat(id).otime != 0, HERE(1, 0));
	set_removed(id);
}

BOTH("3.3-exit a lock passes down a line of holders that are killed in turn")
{
	int id = make_set(1);
	pid_t pid[8];

	set_value(id, 0, 1);
	HOLDER(pid[0], 1, id, {0, -1, SEM_UNDO});
	for (int i = 1; i < 8; i++) {
		BACKGROUND(pid[i])
		{
			EQ(SEMOP(id, {0, -1, SEM_UNDO}), 0);
			reach(i + 1);
			for (;;)
				pause();
		}
		await_ncnt(id, 0, i);
	}
	for (int i = 0; i < 8; i++) {
		await(i + 1);
		EQ(shared->stage, i + 1);
		EQ(ncnt(id, 0), 7 - i);
		EQ(sempid(id, 0), pid[i]);
		killed(pid[i]);
	}
	EQ(value_of(id, 0), 1);
	set_removed(id);
}

BOTH("3.3-fork a child does not inherit the adjustment")
{
	int id = make_set(1);

	IN_CHILD
	{
		EQ(SEMOP(id, {0, 3, SEM_UNDO}), 0);
		IN_CHILD
		{
			EQ(value_of(id, 0), 3);
		}
		EQ(value_of(id, 0), 3);
		CHILD_DOES(id, {0, 2, SEM_UNDO});
		EQ(value_of(id, 0), 3);
	}
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.3-exec keeps the adjustment until the new program ends")
{
	int id = make_set(1);

	IN_CHILD
	{
		char number[16];
		char *argv[] = {own_path, "holds", number, NULL};

		snprintf(number, sizeof number, "%d", id);
		EQ(SEMOP(id, {0, 3, SEM_UNDO}), 0);
		execv(own_path, argv);
		FAIL("exec of %s gives %s", own_path, errno_name(errno));
	}
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

/* After exec the value is still there; a further undo joins the old one. */
static int holds(int id)
{
	if (sem_ctl(id, 0, GETVAL, 0) != 3)
		return 2;
	if (SEMOP(id, {0, 4, SEM_UNDO}) != 0)
		return 3;
	return sem_ctl(id, 0, GETVAL, 0) != 7;
}

BOTH("3.3-clamp what is taken back stops at 0, and never waits")
{
	int id = make_set(1);
	pid_t pid;

	HOLDER(pid, 1, id, {0, 5, SEM_UNDO});
	EQ(SEMOP(id, {0, -3, 0}), 0);
	killed(pid);
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.3-clamp what is given back stops at 32,767")
{
	int id = make_set(1);
	pid_t pid;

	set_value(id, 0, 5);
	HOLDER(pid, 1, id, {0, -5, SEM_UNDO});
	EQ(SEMOP(id, {0, WHOLE - 2, 0}), 0);
	killed(pid);
	EQ(value_of(id, 0), WHOLE);
	set_removed(id);
}

BOTH("3.3-setval forgets every process's adjustment of that semaphore alone")
{
	int id = make_set(2);
	pid_t a, b;

	HOLDER(a, 1, id, {0, 2, SEM_UNDO}, {1, 2, SEM_UNDO});
	HOLDER(b, 2, id, {0, 3, SEM_UNDO}, {1, 3, SEM_UNDO});
	set_value(id, 0, 9);
	killed(a);
	EQ(value_of(id, 0), 9);
	EQ(value_of(id, 1), 3);
	killed(b);
	EQ(value_of(id, 0), 9);
	EQ(value_of(id, 1), 0);
	set_removed(id);
}

BOTH("3.3-setval SETALL forgets the adjustments of the whole set")
{
	unsigned short values[2] = {7, 8};
	int id = make_set(2), other = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, 2, SEM_UNDO}, {1, 2, SEM_UNDO}), 0);
		EQ(SEMOP(other, {0, 2, SEM_UNDO}), 0);
		reach(1);
		await(2);
		EQ(SEMOP(id, {1, 1, SEM_UNDO}), 0);
	}
	await(1);
	OK(sem_ctl(id, 0, SETALL, P(values)));
	reach(2);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 7);
	EQ(value_of(id, 1), 8);
	EQ(value_of(other, 0), 0);
	set_removed(id);
	set_removed(other);
}

BOTH("3.3-setval to the value it has forgets as well; a refused one does not")
{
	int id = make_set(1);
	pid_t pid;

	HOLDER(pid, 1, id, {0, 2, SEM_UNDO});
	ERR(sem_ctl(id, 0, SETVAL, WHOLE + 1), ERANGE);
	killed(pid);
	EQ(value_of(id, 0), 0);
	HOLDER(pid, 2, id, {0, 2, SEM_UNDO});
	set_value(id, 0, 2);
	killed(pid);
	EQ(value_of(id, 0), 2);
	set_removed(id);
}

BOTH("3.3-rmid discards the adjustments, and the holder lives on")
{
	int id = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, 1, SEM_UNDO}), 0);
		reach(1);
		await(2);
		ERR(SEMOP(id, {0, -1, SEM_UNDO}), EINVAL);
	}
	await(1);
	set_removed(id);
	reach(2);
	EXITS(pid, 0);
}

BOTH("3.3-range an adjustment beyond 32,767 or under -32,768 is ERANGE")
{
	int id = make_set(2);

	IN_CHILD
	{
		EQ(SEMOP(id, {0, WHOLE, SEM_UNDO}), 0);
		EQ(SEMOP(id, {0, -WHOLE, 0}), 0);
		EQ(SEMOP(id, {0, 1, SEM_UNDO}), 0);
		ERR(SEMOP(id, {0, 1, SEM_UNDO}), ERANGE);
		ERR(SEMOP(id, {1, 1, SEM_UNDO}, {0, 1, SEM_UNDO}), ERANGE);
		EQ(value_of(id, 0), 1);
		EQ(value_of(id, 1), 0);
		EQ(SEMOP(id, {0, 1, 0}), 0);
		EQ(SEMOP(id, {0, -1, SEM_UNDO}), 0);
	}
	EQ(value_of(id, 0), 0);
	set_value(id, 0, WHOLE);
	IN_CHILD
	{
		EQ(SEMOP(id, {0, -WHOLE, SEM_UNDO}), 0);
		EQ(SEMOP(id, {0, 1, 0}), 0);
		ERR(SEMOP(id, {0, -1, SEM_UNDO}), ERANGE);
		EQ(value_of(id, 0), 1);
	}
	EQ(value_of(id, 0), WHOLE);
	set_removed(id);
}

BOTH("3.3-order of ERANGE for the undo and EAGAIN the first operation decides")
{
	int id = make_set(2);

	IN_CHILD
	{
		EQ(SEMOP(id, {0, WHOLE, SEM_UNDO}), 0);
		EQ(SEMOP(id, {0, -WHOLE, 0}), 0);
		EQ(SEMOP(id, {0, 1, SEM_UNDO}), 0);
		ERR(SEMOP(id, {0, 1, SEM_UNDO}, {1, -1, IPC_NOWAIT}), ERANGE);
		ERR(SEMOP(id, {1, -1, IPC_NOWAIT}, {0, 1, SEM_UNDO}), EAGAIN);
	}
	set_removed(id);
}

BOTH("3.3-failed an operation that is not done leaves no adjustment")
{
	struct span short_while = {0, 20000000};
	int id = make_set(2);

	set_value(id, 0, 5);
	IN_CHILD
	{
		ERR(SEMOP(id, {0, -1, SEM_UNDO},
		          {1, -1, SEM_UNDO | IPC_NOWAIT}),
		    EAGAIN);
		ERR(SEMOP(id, {0, -1, SEM_UNDO}, {0, -1, SEM_UNDO},
		          {0, -9, SEM_UNDO | IPC_NOWAIT}),
		    EAGAIN);
		ERR(sem_timed(id, OPS({0, -1, SEM_UNDO}, {1, -1, SEM_UNDO}), 2,
		              short_while),
		    EAGAIN);
		EQ(value_of(id, 0), 5);
	}
	EQ(value_of(id, 0), 5);
	EQ(value_of(id, 1), 0);
	set_removed(id);
}

BOTH("3.3-sleep an operation that had to wait is taken back too")
{
	int id = make_set(2);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, -1, SEM_UNDO}, {1, 2, SEM_UNDO}), 0);
		reach(1);
		await(2);
	}
	await_ncnt(id, 0, 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	await(1);
	EQ(value_of(id, 0), 0);
	EQ(value_of(id, 1), 2);
	reach(2);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 1);
	EQ(value_of(id, 1), 0);
	set_removed(id);
}

BOTH("3.3-sleep a killed sleeper takes back its past, not what it waited for")
{
	int id = make_set(2);
	pid_t pid;

	set_value(id, 1, 7);
	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {1, -3, SEM_UNDO}), 0);
		SEMOP(id, {1, -2, SEM_UNDO}, {0, -1, SEM_UNDO});
	}
	await_ncnt(id, 0, 1);
	EQ(value_of(id, 1), 4);
	killed(pid);
	EQ(ncnt(id, 0), 0);
	EQ(value_of(id, 0), 0);
	EQ(value_of(id, 1), 7);
	set_removed(id);
}

BOTH("3.3-sleep SETVAL while it sleeps does not touch what it has yet to do")
{
	int id = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, -2, SEM_UNDO}), 0);
		EQ(value_of(id, 0), 1);
	}
	await_ncnt(id, 0, 1);
	set_value(id, 0, 3);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 3);
	set_removed(id);
}

BOTH("3.3-access it is taken back also when the rights are gone")
{
	int id = OK(sem_get(IPC_PRIVATE, 1, 0666));
	pid_t pid;

	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		EQ(SEMOP(id, {0, 2, SEM_UNDO}), 0);
		reach(1);
		await(2);
		ERR(SEMOP(id, {0, -2, SEM_UNDO}), EACCES);
	}
	await(1);
	set_set(id, 0, 0, 0600);
	reach(2);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.3-many thirty processes hold at once, and all is taken back")
{
	int id = make_set(30);
	pid_t pid[30];

	for (int i = 0; i < 30; i++)
		HOLDER(pid[i], i + 1, id, {i, 1, SEM_UNDO}, {0, 2, SEM_UNDO});
	EQ(value_of(id, 0), 61);
	for (int i = 0; i < 30; i++)
		OK(kill(pid[(i * 7) % 30], SIGKILL));
	for (int i = 0; i < 30; i++)
		KILLED(pid[i], SIGKILL);
	for (int i = 0; i < 30; i++)
		EQ(value_of(id, i), 0);
	set_removed(id);
}

/* --- old bugs ------------------------------------------------------------ */

#define SLEEPERS 20
#define ROUNDS   60

/* Sleeps on one set after the other, and at the gate before each. */
static void sleep_and_be_removed(int gate, int which)
{
	for (int round = 0; round < ROUNDS; round++) {
		int undo = (which + round) & 1 ? SEM_UNDO : 0;

		EQ(SEMOP(gate, {which, -1, 0}), 0);
		EQ(SEMOP((int)shared->value[0], {0, 1, undo}, {1, -1, undo}),
		   -EIDRM);
	}
}

BOTH("B3 1,200 sleepers are woken by removals with EIDRM, and nothing is lost")
{
	struct sembuf open_gate[SLEEPERS];
	int gate = make_set(SLEEPERS);
	pid_t pid[SLEEPERS];

	for (int i = 0; i < SLEEPERS; i++) {
		open_gate[i] = (struct sembuf){i, 1, 0};
		BACKGROUND(pid[i])
		{
			sleep_and_be_removed(gate, i);
		}
	}
	for (int round = 0; round < ROUNDS; round++) {
		int id = make_set(2);

		shared->value[0] = id;
		EQ(sem_ops(gate, open_gate, SLEEPERS), 0);
		await_ncnt(id, 1, SLEEPERS);
		set_removed(id);
	}
	for (int i = 0; i < SLEEPERS; i++)
		EXITS(pid[i], 0);
	set_removed(gate);
}

BOTH("B3 1,000 sleepers run out of time, ten are killed: nothing is left")
{
	struct span moment = {0, 1000000};
	int id = make_set(2);
	pid_t pid[10], slow[10];

	for (int i = 0; i < 10; i++) {
		BACKGROUND(pid[i])
		{
			for (int k = 0; k < 100; k++)
				EQ(sem_timed(id, OPS({0, -1, SEM_UNDO}), 1,
				             moment),
				   -EAGAIN);
		}
		BACKGROUND(slow[i])
		{
			struct span day = {86400, 0};

			sem_timed(id, OPS({1, -1, SEM_UNDO}), 1, day);
		}
	}
	await_ncnt(id, 1, 10);
	for (int i = 0; i < 10; i++)
		killed(slow[i]);
	for (int i = 0; i < 10; i++)
		EXITS(pid[i], 0);
	EQ(ncnt(id, 0) | ncnt(id, 1), 0);
	EQ(value_of(id, 0) | value_of(id, 1), 0);
	set_removed(id);
}

BOTH("B12 a set made anew with the key of a removed one knows no old undo")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0600)), other;
	pid_t pid;

	HOLDER(pid, 1, id, {0, 3, SEM_UNDO});
	set_removed(id);
	other = OK(sem_get(KEY, 1, IPC_CREAT | 0600));
	set_value(other, 0, 5);
	killed(pid);
	EQ(value_of(other, 0), 5);
	EQ(sempid(other, 0), getpid());
	EQ(set_stat(other).otime, 0);
	set_removed(other);
}

BOTH("B12 undo of an old and of a new set of one key do not mix")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0600)), other;
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, 3, SEM_UNDO}), 0);
		reach(1);
		await(2);
		EQ(SEMOP(shared->value[0], {0, 1, SEM_UNDO}), 0);
	}
	await(1);
	set_removed(id);
	other = OK(sem_get(KEY, 1, IPC_CREAT | 0600));
	set_value(other, 0, 5);
	shared->value[0] = other;
	reach(2);
	EXITS(pid, 0);
	EQ(value_of(other, 0), 5);
	set_removed(other);
}

BOTH("B12 a hundred sets, each removed while a process holds undo for it")
{
	IN_CHILD
	{
		for (int i = 0; i < 100; i++) {
			int id = make_set(10);

			EQ(SEMOP(id, {9, 1, SEM_UNDO}), 0);
			set_removed(id);
		}
	}
}

#define HOLDERS  62
#define ROWS     512 /* of each holder; 62 * 512 = 31,744 */
#define RESERVED 1024

/*
 * Takes an undo row for each of `count` semaphores of a set, from `first` on.
 * Returns 0 or -errno.
 */
static long undo_rows(int id, int first, int count)
{
	long result = 0;

	for (int i = 0; i < count && result == 0; i++)
		result = SEMOP(id, {first + i, 1, SEM_UNDO});
	return result;
}

TEST("LIM-undo users have 31,744 rows, and root goes on with 1,024 more")
{
	pid_t pid[HOLDERS];
	int id;

	need_tessera();
	id = OK(sem_get(IPC_PRIVATE, 2 * RESERVED, 0666));
	for (int i = 0; i < HOLDERS; i++) {
		BACKGROUND(pid[i])
		{
			OK(setresgid(NOBODY, NOBODY, NOBODY));
			OK(setresuid(NOBODY, NOBODY, NOBODY));
			EQ(undo_rows(id, 0, ROWS), 0);
			reach(i + 1);
			await(HOLDERS + 1 + i);        /* one after the other */
			EQ(undo_rows(id, 0, ROWS), 0); /* no new rows */
			reach(HOLDERS + 2 + i);
			await(2 * HOLDERS + 2);
		}
		await(i + 1);
	}
	AS(NOBODY, NOBODY)
	{
		EQ(value_of(id, ROWS - 1), HOLDERS);
		ERR(undo_rows(id, 0, 1), ENOMEM);
		EQ(value_of(id, 0), HOLDERS);
		EQ(SEMOP(id, {0, 1, 0}), 0);
		EQ(SEMOP(id, {0, -1, IPC_NOWAIT}), 0);
	}
	reach(HOLDERS + 1);
	await(2 * HOLDERS + 1);
	IN_CHILD
	{
		EQ(undo_rows(id, RESERVED, RESERVED), 0);
		ERR(undo_rows(id, 0, 1), ENOMEM);
	}
	EQ(value_of(id, 2 * RESERVED - 1), 0);
	reach(2 * HOLDERS + 2);
	for (int i = 0; i < HOLDERS; i++)
		EXITS(pid[i], 0);
	EQ(value_of(id, 0), 0);
	AS(NOBODY, NOBODY)
	{
		EQ(undo_rows(id, 0, 1), 0);
	}
	set_removed(id);
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc == 3 && strcmp(argv[1], "holds") == 0)
		return holds(atoi(argv[2]));
	return test_main(argc, argv);
}
