/*
 * tests/guest/semop.c -- semop(2) and semtimedop(2), 3.2.
 *
 * semop does a whole array of operations in order, or none of them; it sleeps
 * while one cannot be done yet.  The tests say which sleepers it wakes and in
 * which order, what ends a sleep, and what is left by a sleep that failed.
 * SEM_UNDO is in sem_undo.c.
 */
#define DIRECT_DOOR " [393 394 420]"
#include "sysv.h"

#define KEY   0x5E30
#define WHOLE 32767 /* SEMVMX */

/* --- semop: errors and their order --------------------------------------- */

static struct sembuf many[600]; /* all {0, 0, 0} */

BOTH("3.2-nsops none is EINVAL, 500 are done, 501 and negative are E2BIG")
{
	int id = make_set(1);

	ERR(sem_ops(id, many, 0), EINVAL);
	EQ(sem_ops(id, many, 500), 0);
	ERR(sem_ops(id, many, 501), E2BIG);
	ERR(sem_ops(id, many, 0x7FFFFFFF), E2BIG);
	ERR(sem_ops(id, many, -1), E2BIG);
	ERR(sem_ops(id, many, 0x80000001), E2BIG);
	ERR(sem_ops(id, many, 0x2AAAAAAB), E2BIG);
	set_removed(id);
}

BOTH("3.2-nsops 500 operations are one: all are done, or none")
{
	static struct sembuf up[500];
	int id = make_set(2);

	for (int i = 0; i < 500; i++)
		up[i] = (struct sembuf){i % 2, 1, 0};
	EQ(sem_ops(id, up, 500), 0);
	EQ(value_of(id, 0), 250);
	EQ(value_of(id, 1), 250);
	up[499] = (struct sembuf){0, -1000, IPC_NOWAIT};
	ERR(sem_ops(id, up, 500), EAGAIN);
	EQ(value_of(id, 0), 250);
	EQ(value_of(id, 1), 250);
	set_removed(id);
}

BOTH("3.2-order E2BIG, EINVAL for none, EFAULT, EINVAL for the id")
{
	ERR(sem_ops(-1, NULL, 501), E2BIG);
	ERR(sem_ops(-1, NULL, 0), EINVAL);
	ERR(sem_ops(-1, NULL, 1), EFAULT);
	ERR(sem_ops(12345, (void *)0xC0000000, 1), EFAULT);
	ERR(sem_ops(-1, many, 1), EINVAL);
	ERR(sem_ops(12345, many, 1), EINVAL);
}

BOTH("3.2-order EINVAL for the id, EFBIG, EACCES, and then the values")
{
	int id = make_set(2);

	ERR(SEMOP(12345, {9, 1, 0}), EINVAL);
	ERR(SEMOP(id, {2, 1, 0}), EFBIG);
	ERR(SEMOP(id, {2, 0, 0}), EFBIG);
	ERR(SEMOP(id, {65535, 1, 0}), EFBIG);
	ERR(SEMOP(id, {0, -1, IPC_NOWAIT}, {2, 1, 0}), EFBIG);
	AS(NOBODY, NOBODY)
	{
		ERR(SEMOP(id, {2, 1, 0}), EFBIG);
		ERR(SEMOP(id, {0, 1, 0}), EACCES);
		ERR(SEMOP(id, {0, 0, 0}), EACCES);
		ERR(SEMOP(id, {0, -1, IPC_NOWAIT}), EACCES);
		ERR(SEMOP(id, {0, WHOLE, 0}, {0, 1, 0}), EACCES);
		ERR(SEMOP(id, {0, 1, SEM_UNDO}), EACCES);
	}
	EQ(value_of(id, 0), 0);
	EQ(sempid(id, 0), 0);
	set_removed(id);
}

BOTH("3.2-access waiting for 0 needs reading, all else altering")
{
	int id = OK(sem_get(IPC_PRIVATE, 1, 0604));

	AS(NOBODY, NOBODY)
	{
		EQ(SEMOP(id, {0, 0, 0}), 0);
		ERR(SEMOP(id, {0, 1, 0}), EACCES);
		ERR(SEMOP(id, {0, 0, 0}, {0, 1, 0}), EACCES);
	}
	set_set(id, 0, 0, 0602);
	AS(NOBODY, NOBODY)
	{
		ERR(SEMOP(id, {0, 0, 0}), EACCES);
		EQ(SEMOP(id, {0, 1, 0}), 0);
		EQ(SEMOP(id, {0, -1, 0}, {0, 0, 0}), 0);
	}
	set_removed(id);
}

BOTH("3.2-range a value goes up to 32,767, and beyond is ERANGE")
{
	int id = make_set(2);

	EQ(SEMOP(id, {0, WHOLE, 0}), 0);
	EQ(value_of(id, 0), WHOLE);
	ERR(SEMOP(id, {0, 1, 0}), ERANGE);
	ERR(SEMOP(id, {0, WHOLE, IPC_NOWAIT}), ERANGE);
	ERR(SEMOP(id, {1, 1, 0}, {0, 1, 0}), ERANGE);
	EQ(value_of(id, 1), 0);
	EQ(sempid(id, 1), 0);
	EQ(SEMOP(id, {0, -WHOLE, 0}), 0);
	EQ(value_of(id, 0), 0);
	ERR(SEMOP(id, {0, -32768, IPC_NOWAIT}), EAGAIN);
	set_removed(id);
}

BOTH("3.2-range the sum is looked at after each operation, not at the end")
{
	int id = make_set(1);

	set_value(id, 0, WHOLE);
	ERR(SEMOP(id, {0, 1, 0}, {0, -1, 0}), ERANGE);
	EQ(SEMOP(id, {0, -1, 0}, {0, 1, 0}), 0);
	EQ(value_of(id, 0), WHOLE);
	set_removed(id);
}

BOTH("3.2-order of ERANGE and EAGAIN the first operation decides")
{
	int id = make_set(2);

	set_value(id, 0, WHOLE);
	ERR(SEMOP(id, {0, 1, 0}, {1, -1, IPC_NOWAIT}), ERANGE);
	ERR(SEMOP(id, {1, -1, IPC_NOWAIT}, {0, 1, 0}), EAGAIN);
	set_removed(id);
}

/* --- semop: arrays ------------------------------------------------------- */

BOTH("3.2-atomic an array is done whole or not at all")
{
	int id = make_set(3);

	set_value(id, 0, 5);
	ERR(SEMOP(id, {0, -2, 0}, {1, 4, 0}, {2, -1, IPC_NOWAIT}), EAGAIN);
	EQ(value_of(id, 0), 5);
	EQ(value_of(id, 1), 0);
	EQ(sempid(id, 0), getpid());
	EQ(sempid(id, 1), 0);
	EQ(SEMOP(id, {0, -2, 0}, {1, 4, 0}, {2, 1, 0}), 0);
	EQ(value_of(id, 0), 3);
	EQ(value_of(id, 1), 4);
	EQ(value_of(id, 2), 1);
	set_removed(id);
}

BOTH("3.2-array is evaluated in order, the same semaphore twice")
{
	int id = make_set(1);

	set_value(id, 0, 7);
	EQ(SEMOP(id, {0, -7, IPC_NOWAIT}, {0, 0, IPC_NOWAIT}), 0);
	EQ(value_of(id, 0), 0);
	set_value(id, 0, 7);
	ERR(SEMOP(id, {0, 0, IPC_NOWAIT}, {0, -7, IPC_NOWAIT}), EAGAIN);
	EQ(value_of(id, 0), 7);
	EQ(SEMOP(id, {0, -7, 0}, {0, 0, 0}, {0, 3, 0}, {0, -1, 0}), 0);
	EQ(value_of(id, 0), 2);
	ERR(SEMOP(id, {0, -1, IPC_NOWAIT}, {0, -1, IPC_NOWAIT},
	          {0, -1, IPC_NOWAIT}),
	    EAGAIN);
	EQ(value_of(id, 0), 2);
	EQ(SEMOP(id, {0, 3, 0}, {0, -5, 0}, {0, 0, 0}), 0);
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.2-array the lock that everybody writes: wait for 0, then up")
{
	int id = make_set(1);

	EQ(SEMOP(id, {0, 0, IPC_NOWAIT}, {0, 1, IPC_NOWAIT}), 0);
	ERR(SEMOP(id, {0, 0, IPC_NOWAIT}, {0, 1, IPC_NOWAIT}), EAGAIN);
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(SEMOP(id, {0, 0, IPC_NOWAIT}, {0, 1, IPC_NOWAIT}), 0);
	set_removed(id);
}

BOTH("3.2-array semaphores that equal each other modulo 32 are not the same")
{
	int id = make_set(65);

	set_value(id, 0, 1);
	set_value(id, 32, 2);
	set_value(id, 64, 3);
	EQ(SEMOP(id, {0, -1, IPC_NOWAIT}, {32, -2, IPC_NOWAIT},
	         {64, -3, IPC_NOWAIT}),
	   0);
	EQ(value_of(id, 0) | value_of(id, 32) | value_of(id, 64), 0);
	set_removed(id);
}

BOTH("3.2-nowait IPC_NOWAIT of the operation that blocks decides")
{
	int id = make_set(2);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, -1, 0}, {1, 1, IPC_NOWAIT}), 0);
	}
	await_ncnt(id, 0, 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(pid, 0);
	EQ(value_of(id, 1), 1);
	ERR(SEMOP(id, {1, -1, 0}, {0, -1, IPC_NOWAIT}), EAGAIN);
	EQ(value_of(id, 1), 1);
	set_removed(id);
}

BOTH("3.2-nowait a sleeper whose next operation would block with it: EAGAIN")
{
	int id = make_set(2);
	pid_t pid;

	BACKGROUND(pid)
	{
		ERR(SEMOP(id, {0, -1, 0}, {1, -1, IPC_NOWAIT}), EAGAIN);
	}
	await_ncnt(id, 0, 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 1);
	EQ(ncnt(id, 0), 0);
	EQ(ncnt(id, 1), 0);
	set_removed(id);
}

BOTH("3.2-range a sleeper whose next operation goes too far: ERANGE")
{
	int id = make_set(2);
	pid_t pid;

	set_value(id, 1, WHOLE);
	BACKGROUND(pid)
	{
		ERR(SEMOP(id, {0, -1, 0}, {1, 1, 0}), ERANGE);
	}
	await_ncnt(id, 0, 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 1);
	EQ(value_of(id, 1), WHOLE);
	set_removed(id);
}

/* --- semop: what ends a sleep -------------------------------------------- */

BOTH("3.2-wake a semaphore that is raised wakes those that wait for it")
{
	int id = make_set(2);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {1, -2, 0}), 0);
	}
	await_ncnt(id, 1, 1);
	EQ(ncnt(id, 0), 0);
	EQ(zcnt(id, 1), 0);
	EQ(SEMOP(id, {1, 1, 0}), 0);
	EQ(ncnt(id, 1), 1);
	EQ(value_of(id, 1), 1);
	EQ(SEMOP(id, {1, 1, 0}), 0);
	EQ(ncnt(id, 1), 0);
	EQ(value_of(id, 1), 0);
	EQ(sempid(id, 1), pid);
	EXITS(pid, 0);
	set_removed(id);
}

BOTH("3.2-wake a semaphore that reaches 0 wakes all who wait for 0")
{
	int id = make_set(1);
	pid_t pid[3];

	set_value(id, 0, 2);
	for (int i = 0; i < 3; i++) {
		BACKGROUND(pid[i])
		{
			EQ(SEMOP(id, {0, 0, 0}), 0);
		}
		await_zcnt(id, 0, i + 1);
	}
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(zcnt(id, 0), 3);
	EQ(ncnt(id, 0), 0);
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(zcnt(id, 0), 0);
	for (int i = 0; i < 3; i++)
		EXITS(pid[i], 0);
	set_removed(id);
}

/* Starts the count-th process that waits for -by on semaphore 0. */
static pid_t waiter(int id, int by, int count)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, -by, 0}), 0);
	}
	await_ncnt(id, 0, count);
	return pid;
}

BOTH("3.2-fifo the first to wait is the first to be served")
{
	int id = make_set(1);
	pid_t pid[5];

	for (int i = 0; i < 5; i++)
		pid[i] = waiter(id, 1, i + 1);
	for (int i = 0; i < 5; i++) {
		EQ(SEMOP(id, {0, 1, 0}), 0);
		EQ(ncnt(id, 0), 4 - i);
		EQ(sempid(id, 0), pid[i]);
		NEXT_IS(pid[i]);
	}
	set_removed(id);
}

BOTH("3.2-fifo one raise serves as many as it can, in their order")
{
	int id = make_set(1);
	pid_t a = waiter(id, 2, 1), b = waiter(id, 1, 2), c = waiter(id, 1, 3);

	EQ(SEMOP(id, {0, 3, 0}), 0);
	EQ(ncnt(id, 0), 1);
	EQ(value_of(id, 0), 0);
	EXITS(a, 0);
	EXITS(b, 0);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(c, 0);
	set_removed(id);
}

BOTH("3.2-fifo a sleeper that asks for less may pass one that asks for more")
{
	int id = make_set(1);
	pid_t big = waiter(id, 2, 1), small = waiter(id, 1, 2);

	EQ(SEMOP(id, {0, 1, 0}), 0);
	EQ(sempid(id, 0), small);
	NEXT_IS(small);
	EQ(ncnt(id, 0), 1);
	EQ(SEMOP(id, {0, 2, 0}), 0);
	NEXT_IS(big);
	set_removed(id);
}

BOTH("3.2-fifo an array and a single operation wait in one line")
{
	int id = make_set(2);
	pid_t array, single;

	BACKGROUND(array)
	{
		EQ(SEMOP(id, {0, -1, 0}, {1, -1, 0}), 0);
	}
	await_ncnt(id, 0, 1);
	single = waiter(id, 1, 2);
	EQ(SEMOP(id, {0, 1, 0}, {1, 1, 0}), 0);
	EQ(sempid(id, 0), array);
	NEXT_IS(array);
	EQ(ncnt(id, 0), 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	NEXT_IS(single);
	single = waiter(id, 1, 1);
	BACKGROUND(array)
	{
		EQ(SEMOP(id, {0, -1, 0}, {1, -1, 0}), 0);
	}
	await_ncnt(id, 0, 2);
	EQ(SEMOP(id, {0, 1, 0}, {1, 1, 0}), 0);
	EQ(sempid(id, 0), single);
	NEXT_IS(single);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	NEXT_IS(array);
	set_removed(id);
}

BOTH("3.2-chain a sleeper that is served may serve the next")
{
	int id = make_set(4);
	pid_t pid[3];

	for (int i = 0; i < 3; i++) {
		BACKGROUND(pid[i])
		{
			EQ(SEMOP(id, {i, -1, 0}, {i + 1, 1, 0}), 0);
		}
		await_ncnt(id, i, 1);
	}
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EQ(value_of(id, 3), 1);
	for (int i = 0; i < 3; i++) {
		EQ(value_of(id, i), 0);
		EQ(sempid(id, i), pid[i]);
		EXITS(pid[i], 0);
	}
	set_removed(id);
}

BOTH("3.2-chain a wait for 0 is served before the 0 is changed again")
{
	int id = make_set(2);
	pid_t raises, zero;

	set_value(id, 0, 1);
	BACKGROUND(raises)
	{
		EQ(SEMOP(id, {1, -1, 0}, {0, 1, 0}), 0);
	}
	await_ncnt(id, 1, 1);
	BACKGROUND(zero)
	{
		EQ(SEMOP(id, {0, 0, 0}), 0);
	}
	await_zcnt(id, 0, 1);
	EQ(SEMOP(id, {0, -1, 0}, {1, 1, 0}), 0);
	EQ(value_of(id, 0), 1);
	EQ(zcnt(id, 0), 0);
	EXITS(zero, 0);
	EXITS(raises, 0);
	set_removed(id);
}

BOTH("3.2-zeroes a wait for one zero goes on before a wait for several")
{
	int id = make_set(2);
	pid_t array, one;

	set_value(id, 0, 1);
	BACKGROUND(array)
	{
		EQ(SEMOP(id, {0, 0, 0}, {1, 0, 0}), 0);
	}
	await_zcnt(id, 0, 1);
	BACKGROUND(one)
	{
		EQ(SEMOP(id, {0, 0, 0}), 0);
	}
	await_zcnt(id, 0, 2);
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(sempid(id, 0), array);
	EXITS(one, 0);
	EXITS(array, 0);
	set_removed(id);
}

BOTH("3.2-count a sleeper counts where it waits now, and holds nothing")
{
	int id = make_set(2);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, -1, 0}, {1, -1, 0}), 0);
	}
	await_ncnt(id, 0, 1);
	EQ(ncnt(id, 1), 0);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EQ(ncnt(id, 0), 0);
	EQ(ncnt(id, 1), 1);
	EQ(value_of(id, 0), 1);
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(ncnt(id, 0), 1);
	EQ(ncnt(id, 1), 0);
	EQ(SEMOP(id, {0, 1, 0}, {1, 1, 0}), 0);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 0);
	EQ(value_of(id, 1), 0);
	set_removed(id);
}

BOTH("3.2-count an array that waits for 0 in its second operation")
{
	int id = make_set(2);
	pid_t pid;

	set_value(id, 1, 3);
	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, 1, 0}, {1, 0, 0}), 0);
	}
	await_zcnt(id, 1, 1);
	EQ(zcnt(id, 0), 0);
	EQ(ncnt(id, 1), 0);
	EQ(value_of(id, 0), 0);
	EQ(SEMOP(id, {1, -3, 0}), 0);
	EXITS(pid, 0);
	EQ(value_of(id, 0), 1);
	set_removed(id);
}

/*
 * Sleepers that wait only for zeroes are tried again when one of the changed
 * semaphores is 0.
 */
BOTH("3.2-zeroes an array of zeroes counts where it waited when it was asked")
{
	int id = make_set(3); /* the third one is always 0 */
	pid_t pid;

	set_value(id, 0, 1);
	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {1, 0, 0}, {0, 0, 0}), 0);
	}
	await_zcnt(id, 0, 1);
	ANSWER(zcnt(id, 1));
	EQ(SEMOP(id, {1, 1, 0}), 0); /* it is not 0: no sleeper is tried */
	EQ(zcnt(id, 0), 1);
	EQ(zcnt(id, 1), 0);
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(zcnt(id, 0), 0);
	EQ(zcnt(id, 1), 1);
	EQ(SEMOP(id, {1, -1, 0}), 0);
	EXITS(pid, 0);
	set_removed(id);
}

BOTH("3.2-zeroes a wait for 0 in the array that changes others asks them")
{
	int id = make_set(3);
	pid_t pid;

	set_value(id, 0, 1);
	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {1, 0, 0}, {0, 0, 0}), 0);
	}
	await_zcnt(id, 0, 1);
	EQ(SEMOP(id, {1, 1, 0}, {2, 0, 0}), 0);
	EQ(zcnt(id, 0), 0);
	EQ(zcnt(id, 1), 1);
	set_value(id, 1, 2); /* for SETVAL any zero of the set counts */
	EQ(zcnt(id, 1), 1);
	set_value(id, 0, 0);
	set_value(id, 1, 0);
	EXITS(pid, 0);
	set_removed(id);
}

BOTH("3.2-nowait an array of zeroes fails when it is asked, not before")
{
	int id = make_set(2);
	pid_t pid;

	set_value(id, 0, 1);
	BACKGROUND(pid)
	{
		ERR(SEMOP(id, {1, 0, IPC_NOWAIT}, {0, 0, 0}), EAGAIN);
	}
	await_zcnt(id, 0, 1);
	EQ(SEMOP(id, {1, 1, 0}), 0);
	EQ(zcnt(id, 0), 1); /* it sleeps on */
	EQ(SEMOP(id, {0, -1, 0}), 0);
	EQ(zcnt(id, 0), 0);
	EXITS(pid, 0);
	set_removed(id);
}

BOTH("3.2-count three operations of different semaphores, one after another")
{
	int id = make_set(3);
	pid_t takes, zero;

	set_value(id, 0, 1);
	BACKGROUND(takes)
	{
		EQ(SEMOP(id, {0, -1, 0}, {1, -1, 0}, {2, -1, 0}), 0);
	}
	await_ncnt(id, 1, 1);
	BACKGROUND(zero)
	{
		EQ(SEMOP(id, {1, 0, 0}, {0, 0, 0}), 0);
	}
	await_zcnt(id, 0, 1);
	EQ(ncnt(id, 0) + ncnt(id, 2) + zcnt(id, 1) + zcnt(id, 2), 0);
	EQ(SEMOP(id, {1, 1, 0}), 0);
	EQ(ncnt(id, 1), 0);
	EQ(ncnt(id, 2), 1);
	EQ(zcnt(id, 0), 1);
	EQ(SEMOP(id, {2, 1, 0}), 0);
	EXITS(takes, 0);
	EXITS(zero, 0);
	set_removed(id);
}

BOTH("3.2-rmid the removal wakes everyone with EIDRM")
{
	int id = make_set(2);
	pid_t pid[4];

	set_value(id, 1, 1);
	BACKGROUND(pid[0])
	{
		ERR(SEMOP(id, {0, -1, 0}), EIDRM);
	}
	BACKGROUND(pid[1])
	{
		ERR(SEMOP(id, {1, 0, 0}), EIDRM);
	}
	BACKGROUND(pid[2])
	{
		ERR(SEMOP(id, {1, -1, SEM_UNDO}, {0, -1, SEM_UNDO}), EIDRM);
	}
	BACKGROUND(pid[3])
	{
		struct span day = {86400, 0};

		ERR(sem_timed(id, OPS({0, -1, 0}), 1, day), EIDRM);
	}
	await_ncnt(id, 0, 3);
	await_zcnt(id, 1, 1);
	set_removed(id);
	for (int i = 0; i < 4; i++)
		EXITS(pid[i], 0);
}

BOTH("3.2-rmid a set made anew under the sleepers is untouched by them")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0600)), other;
	pid_t pid[10];

	for (int i = 0; i < 10; i++) {
		BACKGROUND(pid[i])
		{
			ERR(SEMOP(id, {0, -1, i & 1 ? SEM_UNDO : 0}), EIDRM);
		}
	}
	await_ncnt(id, 0, 10);
	set_removed(id);
	other = OK(sem_get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600));
	EQ(SEMOP(other, {0, 5, 0}), 0);
	EQ(ncnt(other, 0), 0);
	for (int i = 0; i < 10; i++)
		EXITS(pid[i], 0);
	EQ(value_of(other, 0), 5);
	EQ(sempid(other, 0), getpid());
	set_removed(other);
}

BOTH("3.2-setval SETVAL wakes those that can go on with the new value")
{
	int id = make_set(1);
	pid_t a = waiter(id, 2, 1), b = waiter(id, 2, 2), zero;

	set_value(id, 0, 3);
	EXITS(a, 0);
	EQ(value_of(id, 0), 1);
	BACKGROUND(zero)
	{
		EQ(SEMOP(id, {0, 0, 0}), 0);
	}
	await_zcnt(id, 0, 1);
	set_value(id, 0, 0);
	EXITS(zero, 0);
	EQ(ncnt(id, 0), 1);
	set_value(id, 0, 2);
	EXITS(b, 0);
	set_removed(id);
}

BOTH("3.2-setval SETALL wakes those that can go on with the new values")
{
	unsigned short values[3] = {1, 0, 1};
	int id = make_set(3);
	pid_t array, zero;

	set_value(id, 1, 1);
	BACKGROUND(array)
	{
		EQ(SEMOP(id, {0, -1, 0}, {2, -1, 0}), 0);
	}
	BACKGROUND(zero)
	{
		EQ(SEMOP(id, {1, 0, 0}), 0);
	}
	await_ncnt(id, 0, 1);
	await_zcnt(id, 1, 1);
	OK(sem_ctl(id, 0, SETALL, P(values)));
	EXITS(array, 0);
	EXITS(zero, 0);
	EQ(value_of(id, 0), 0);
	EQ(value_of(id, 2), 0);
	set_removed(id);
}

BOTH("3.2-kill a killed sleeper has done nothing and is not counted")
{
	int id = make_set(2);
	pid_t pid;

	set_value(id, 0, 4);
	BACKGROUND(pid)
	{
		SEMOP(id, {0, -1, 0}, {1, -1, 0});
		reach(1);
	}
	await_ncnt(id, 1, 1);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(shared->stage, 0);
	EQ(ncnt(id, 1), 0);
	EQ(value_of(id, 0), 4);
	EQ(sempid(id, 0), getpid());
	EQ(sempid(id, 1), 0);
	EQ(set_stat(id).otime, 0);
	EQ(SEMOP(id, {1, 1, 0}), 0);
	EQ(value_of(id, 1), 1);
	set_removed(id);
}

BOTH("3.2-kill the one in the middle leaves the others in their order")
{
	int id = make_set(1);
	pid_t a = waiter(id, 1, 1), b = waiter(id, 1, 2), c = waiter(id, 1, 3);

	OK(kill(b, SIGTERM));
	KILLED(b, SIGTERM);
	EQ(ncnt(id, 0), 2);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	NEXT_IS(a);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	NEXT_IS(c);
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.2-kill when the last in line is killed, the next to come is in line")
{
	int id = make_set(1);
	pid_t a = waiter(id, 1, 1), b = waiter(id, 1, 2), c;

	OK(kill(b, SIGKILL));
	KILLED(b, SIGKILL);
	c = waiter(id, 1, 2);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	NEXT_IS(a);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	NEXT_IS(c);
	set_removed(id);
}

BOTH("3.2-dead a killed sleeper is given nothing, though it has not ended yet")
{
	pid_t a, b;
	int id;

	need_tessera();
	id = make_set(1);
	a = waiter(id, 1, 1);
	b = waiter(id, 1, 2);
	OK(kill(a, SIGKILL));
	EQ(SEMOP(id, {0, 1, 0}), 0);
	KILLED(a, SIGKILL);
	EXITS(b, 0);
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

BOTH("3.2-kill thirty sleepers are killed, the thirty-first is served")
{
	int id = make_set(1);
	pid_t pid[31];

	for (int i = 0; i < 31; i++)
		pid[i] = waiter(id, 1, i + 1);
	for (int i = 29; i >= 0; i--)
		OK(kill(pid[i], SIGKILL));
	for (int i = 0; i < 30; i++)
		KILLED(pid[i], SIGKILL);
	EQ(ncnt(id, 0), 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(pid[30], 0);
	set_removed(id);
}

BOTH("3.2-stop a stopped sleeper leaves the line; continued, it gets EINTR")
{
	int id = make_set(1);
	pid_t pid;

	for (int timed = 0; timed < 2; timed++) {
		BACKGROUND(pid)
		{
			struct span span = {30, 0};

			if (timed)
				ERR(sem_timed(id, OPS({0, -1, 0}), 1, span),
				    EINTR);
			else
				ERR(SEMOP(id, {0, -1, 0}), EINTR);
		}
		await_ncnt(id, 0, 1);
		stop(pid);
		EQ(ncnt(id, 0), 0);
		OK(SEMOP(id, {0, 1, 0}));
		EQ(value_of(id, 0), 1);
		OK(kill(pid, SIGCONT));
		EXITS(pid, 0);
		EQ(value_of(id, 0), 1);
		set_value(id, 0, 0);
	}
	set_removed(id);
}

BOTH("3.2-stop removed while it is stopped: EINTR, and not EIDRM")
{
	int id = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		ERR(SEMOP(id, {0, -1, SEM_UNDO}), EINTR);
		ERR(SEMOP(id, {0, -1, SEM_UNDO}), EINVAL);
	}
	await_ncnt(id, 0, 1);
	stop(pid);
	set_removed(id);
	OK(kill(pid, SIGCONT));
	EXITS(pid, 0);
}

BOTH("3.2-stop what only continues, or is ignored, wakes no sleeper")
{
	int id = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SEMOP(id, {0, -1, 0}), 0);
	}
	await_ncnt(id, 0, 1);
	OK(kill(pid, SIGCONT));
	OK(kill(pid, SIGCHLD));
	OK(kill(pid, SIGWINCH));
	sleep_ms(20);
	EQ(ncnt(id, 0), 1);
	OK(SEMOP(id, {0, 1, 0}));
	EXITS(pid, 0);
	set_removed(id);
}

BOTH("3.2-access a sleeper is not asked again when the mode changes")
{
	int id = OK(sem_get(IPC_PRIVATE, 1, 0666));
	pid_t pid;

	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		EQ(SEMOP(id, {0, -1, 0}), 0);
		ERR(SEMOP(id, {0, 1, 0}), EACCES);
	}
	await_ncnt(id, 0, 1);
	set_set(id, 0, 0, 0600);
	EQ(ncnt(id, 0), 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(pid, 0);
	set_removed(id);
}

/* --- semtimedop ---------------------------------------------------------- */

static long ms_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

BOTH("3.2-time a wait that takes too long is EAGAIN, and nothing is done")
{
	struct span span = {0, 60000000};
	int id = make_set(2);
	long start = ms_now();

	set_value(id, 1, 1);
	ERR(sem_timed(id, OPS({1, -1, 0}, {0, -1, 0}), 2, span), EAGAIN);
	TRUE(ms_now() - start >= 59);
	EQ(value_of(id, 1), 1);
	EQ(ncnt(id, 0), 0);
	EQ(set_stat(id).otime, 0);
	start = ms_now();
	ERR(sem_timed(id, OPS({1, 0, 0}), 1, span), EAGAIN);
	TRUE(ms_now() - start >= 59);
	EQ(zcnt(id, 1), 0);
	set_removed(id);
}

BOTH("3.2-time no time at all is EAGAIN for what would wait, else done")
{
	struct span zero = {0, 0};
	int id = make_set(1);

	ERR(sem_timed(id, OPS({0, -1, 0}), 1, zero), EAGAIN);
	EQ(sem_timed(id, OPS({0, 1, 0}), 1, zero), 0);
	EQ(sem_timed(id, OPS({0, -1, 0}), 1, zero), 0);
	EQ(ncnt(id, 0), 0);
	set_removed(id);
}

BOTH("3.2-time a sleeper that is woken in time has done it")
{
	struct span day = {86400, 999999999};
	int id = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(sem_timed(id, OPS({0, -1, 0}), 1, day), 0);
	}
	await_ncnt(id, 0, 1);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	EXITS(pid, 0);
	ERR(sem_timed(id, OPS({0, -1, IPC_NOWAIT}), 1, day), EAGAIN);
	set_removed(id);
}

BOTH("3.2-time three sleepers with a time end in the order of their times")
{
	int id = make_set(1);
	long base = ms_now();
	pid_t pid[3];

	for (int i = 0; i < 3; i++) {
		BACKGROUND(pid[i])
		{
			long left = base + 1100 - 300 * i - ms_now();
			struct span span = {0, left * 1000000};

			if (left >= 1000)
				span =
				    (struct span){1, (left - 1000) * 1000000};
			if (left < 0)
				span.nsec = 0;
			ERR(sem_timed(id, OPS({0, -1, 0}), 1, span), EAGAIN);
		}
	}
	NEXT_IS(pid[2]);
	NEXT_IS(pid[1]);
	NEXT_IS(pid[0]);
	EQ(ncnt(id, 0), 0);
	set_removed(id);
}

BOTH("3.2-time a time that is none is EINVAL, though nothing would wait")
{
	static const struct span bad[] = {
	    {-1, 0}, {0, -1}, {0, 1000000000}, {-1, 999999999}};
	int id = make_set(1);

	for (unsigned i = 0; i < ALL(bad); i++)
		ERR(sem_timed(id, OPS({0, 1, 0}), 1, bad[i]), EINVAL);
	EQ(value_of(id, 0), 0);
	EQ(sem_timed(id, OPS({0, 1, 0}), 1, (struct span){0, 999999999}), 0);
	set_removed(id);
}

/* The call of this door, with a pointer to the time. */
static long timed_at(int id, const void *ops, unsigned count, const void *time)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_semtimedop64, id, P(ops), count, P(time));
	return SYS(NR_ipc, IPCOP_semtimedop, id, count, 0, P(ops), P(time));
}

BOTH("3.2-time order: EFAULT of the time first, E2BIG, EFAULT, EINVAL, EFBIG")
{
	struct span bad = {-1, -1};
	void *kernel = (void *)0xC0000000;
	int id = make_set(1);

	ERR(timed_at(id, NULL, 501, kernel), EFAULT);
	ERR(timed_at(-1, NULL, 0, kernel), EFAULT);
	ERR(sem_timed(id, NULL, 501, bad), E2BIG);
	ERR(sem_timed(id, NULL, 0, bad), EINVAL);
	ERR(sem_timed(id, NULL, 1, bad), EFAULT);
	ERR(sem_timed(id, OPS({9, 1, 0}), 1, bad), EINVAL);
	set_removed(id);
}

BOTH("3.2-time without a time it waits as semop does")
{
	int id = make_set(1);
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(timed_at(id, OPS({0, -1, 0}), 1, NULL), 0);
	}
	await_ncnt(id, 0, 1);
	EQ(timed_at(id, OPS({0, 1, 0}), 1, NULL), 0);
	EXITS(pid, 0);
	set_removed(id);
}

TEST("2.2-time 420 takes seconds beyond 31 bits, and drops the pad of tv_nsec")
{
	struct span far = {1LL << 40, 0}, padded = {0, 0x123400000000LL};
	int id = make_set(1);
	pid_t pid;

	door = DOOR_DIRECT;
	BACKGROUND(pid)
	{
		EQ(sem_timed(id, OPS({0, -1, 0}), 1, far), 0);
	}
	await_ncnt(id, 0, 1);
	EQ(sem_timed(id, OPS({0, 1, 0}), 1, padded), 0);
	EXITS(pid, 0);
	ERR(sem_timed(id, OPS({0, -1, 0}), 1, padded), EAGAIN);
	set_removed(id);
}

TEST("2.2-version a version in the number of ipc(SEMOP) makes no difference")
{
	int id = make_set(1);
	long arg = 3;

	EQ(SYS(NR_ipc, 1 << 16 | IPCOP_semctl, id, 0, SETVAL | IPC_64, P(&arg)),
	   0);
	EQ(SYS(NR_ipc, 1 << 16 | IPCOP_semop, id, 1, 0, P(OPS({0, -1, 0})),
	       0xC0000000),
	   0);
	EQ(SYS(NR_ipc, 2 << 16 | IPCOP_semtimedop, id, 1, 0, P(OPS({0, -1, 0})),
	       0),
	   0);
	EQ(value_of(id, 0), 1);
	set_removed(id);
}

/* --- fields -------------------------------------------------------------- */

BOTH("3.2-pid a semop that is done writes its pid to each semaphore it names")
{
	int id = make_set(4);
	pid_t pid;

	EQ(SEMOP(id, {0, 0, 0}, {1, 2, 0}), 0);
	BACKGROUND(pid)
	{
		ERR(SEMOP(id, {0, 1, 0}, {3, -1, IPC_NOWAIT}), EAGAIN);
		EQ(SEMOP(id, {1, -1, 0}, {2, 0, 0}), 0);
	}
	EXITS(pid, 0);
	EQ(sempid(id, 0), getpid());
	EQ(sempid(id, 1), pid);
	EQ(sempid(id, 2), pid);
	EQ(sempid(id, 3), 0);
	set_removed(id);
}

TEST("3.2-events semop writes otime, also to wait for 0, when it is done")
{
	int id = make_set(1);
	struct sem_ds a, b;

	EQ(SEMOP(id, {0, 0, 0}), 0);
	a = set_stat(id);
	TRUE(a.otime != 0);
	next_tick();
	ERR(SEMOP(id, {0, -1, IPC_NOWAIT}), EAGAIN);
	ERR(SEMOP(id, {1, 1, 0}), EFBIG);
	value_of(id, 0);
	EQ(set_stat(id).otime, a.otime);
	EQ(SEMOP(id, {0, 1, 0}), 0);
	b = set_stat(id);
	TRUE(b.otime > a.otime);
	EQ(b.ctime, a.ctime);
	set_removed(id);
}

TEST("3.2-events SETVAL, SETALL, IPC_SET write ctime; otime if someone woke")
{
	unsigned short one = 1;
	int id = make_set(1);
	struct sem_ds a = set_stat(id), b;
	pid_t pid;

	next_tick();
	set_value(id, 0, 0);
	b = set_stat(id);
	TRUE(b.ctime > a.ctime);
	EQ(b.otime, 0);
	next_tick();
	set_set(id, 0, 0, 0640);
	a = set_stat(id);
	TRUE(a.ctime > b.ctime);
	EQ(a.otime, 0);
	pid = waiter(id, 1, 1);
	next_tick();
	OK(sem_ctl(id, 0, SETALL, P(&one)));
	b = set_stat(id);
	TRUE(b.ctime > a.ctime);
	EQ(b.otime, b.ctime);
	EXITS(pid, 0);
	set_removed(id);
}

BOTH("B20 sem_otime is 0 until the first semop")
{
	unsigned short two[2] = {2, 2};
	int id = make_set(2);

	set_value(id, 0, 1);
	OK(sem_ctl(id, 0, SETALL, P(two)));
	value_of(id, 0);
	ERR(SEMOP(id, {0, -3, IPC_NOWAIT}), EAGAIN);
	EQ(set_stat(id).otime, 0);
	EQ(SEMOP(id, {1, -1, 0}), 0);
	TRUE(set_stat(id).otime != 0);
	set_removed(id);
}
