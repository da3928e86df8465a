/*
 * tests/labs/lab.h -- what the programs of the labs share: scenes and moments.
 *
 * The grader believes nothing that is printed.  At a moment a program tells
 * what it has just done, by a call that nobody else uses, and the grader stops
 * the machine there and reads the page tables from outside
 * (tests/labs/model.py).  On Linux the call does nothing.
 *
 * A scene is played by two processes, which do their parts in turn, so that
 * each moment has one state.  The program itself only waits for them: if one
 * dies, the scene is over, and the next one begins with two new ones.
 */
#ifndef LABS_LAB_H
#define LABS_LAB_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE   4096u
#define SLOT   (4u << 20) /* what one page table maps */
#define KEY    0x1ab
#define UNUSED __attribute__((unused))
/* Two whole tables and a part of a third. */
#define THREE_TABLES (2 * SLOT + 5 * PAGE)

/* A page in each of the three tables. */
UNUSED static const uint32_t touched[] = {0, SLOT + PAGE, 2 * SLOT + 4 * PAGE};

/* Where the players attach: at a multiple of 4 MiB, and beside one. */
UNUSED static const uint32_t addresses[2][2] = {
    {0x40000000, 0x48001000},
    {0x50000000, 0x58003000},
};

/* What a program has just done.  tests/labs/model.py has the same numbers. */
enum moment {
	SCENE = 1, /* a scene begins: its number */
	OVER,      /* the scene is over, and its processes are gone */
	ATTACHED,  /* id, address, flags of shmat */
	DETACHED,  /* address */
	FORKED,    /* the child's pid: it has all that the caller has */
	GONE,    /* a pid, its wait status, the signal that it should die of */
	EXECED,  /* nothing: what was attached is no longer */
	STORED,  /* address, value */
	LOADED,  /* address, the value that was there */
	STORES,  /* address, value: the next thing is a store that must fail */
	REMOVED, /* id: IPC_RMID */
	PROTECTED, /* address, bytes, PROT_* */
	UNMAPPED,  /* address, bytes */
	REFUSED, /* id, flags, errno of a shmat that must fail; 0: it did not */
	POINT,   /* of the story of lab 1: its number */
	FINISHED, /* the program ends */
};

static long told; /* how many moments: under load, gdb may stop twice at one */

/* Nobody else asks for the session of a process whose number is negative. */
static inline void moment(enum moment what, long a, long b, long c)
{
	syscall(SYS_getsid, -(long)what, (long)getpid(), a, b, c, ++told);
}

static inline long number_of(const void *at)
{
	return (long)(uintptr_t)at;
}

/* ---- a scene and its two players ---------------------------------------- */

static int me = -1; /* 0 or 1; -1: the program itself */
static int turns;   /* a set: how often player 0, player 1, a copy may go on */

static inline void change_turn(int number, int by)
{
	struct sembuf change = {
	    .sem_num = (unsigned short)number, .sem_op = (short)by, 0};

	if (semop(turns, &change, 1) < 0)
		_exit(1); /* the scene is over */
}

static inline bool part_begins(int who)
{
	if (me != who)
		change_turn(me, -1);
	return me == who;
}

/* False: the part is over. */
static inline bool part_ends(void)
{
	change_turn(!me, 1);
	return false;
}

/* Only player `who` does what follows, and the other one waits for that. */
#define PART(who) for (bool mine = part_begins(who); mine; mine = part_ends())

static inline void reap(const pid_t *players)
{
	int status;
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		pid = waitpid(-1, &status, 0);
		if (status != 0)
			kill(players[pid == players[0]], SIGKILL);
		moment(GONE, pid, status, 0);
	}
}

/* Both players end after the last part of the scene. */
static inline void leave(void)
{
	for (int who = 0; who < 2; who++)
		PART(who)
		{
		}
	_exit(0);
}

/* Plays a scene.  What its segment's key still names is removed after it. */
static inline void scene(int number, void (*play)(int))
{
	pid_t players[2];
	int id;

	moment(SCENE, number, 0, 0);
	turns = semget(IPC_PRIVATE, 3, 0666);
	for (int i = 0; i < 2; i++) {
		players[i] = fork();
		if (players[i] == 0) {
			me = i;
			change_turn(2, -1); /* both are there */
			play(number);
			leave();
		}
	}
	change_turn(2, 2);
	reap(players);
	semctl(turns, 0, IPC_RMID);
	id = shmget(KEY, 0, 0);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	moment(OVER, number, 0, 0);
}

/* ---- what they do, and tell --------------------------------------------- */

static inline int segment(uint32_t bytes)
{
	int id = shmget(KEY, bytes, IPC_CREAT | 0666);

	if (id < 0)
		_exit(2);
	return id;
}

/* A refused attach ends the player, and with it the scene. */
static inline char *attach(int id, uint32_t address, int flags)
{
	char *at = shmat(id, (void *)(uintptr_t)address, flags);

	if (at == (void *)-1)
		_exit(3);
	moment(ATTACHED, id, number_of(at), flags);
	return at;
}

static inline void detach(const void *at)
{
	if (shmdt(at) < 0)
		_exit(4);
	moment(DETACHED, number_of(at), 0, 0);
}

static inline void removed(int id)
{
	shmctl(id, IPC_RMID, NULL);
	moment(REMOVED, id, 0, 0);
}

static inline void store(char *at, int value)
{
	*(volatile int *)at = value;
	moment(STORED, number_of(at), value, 0);
}

static inline void load(const char *at)
{
	moment(LOADED, number_of(at), *(const volatile int *)at, 0);
}

/*
 * A copy of this process, made by fork, does `act` and ends; or it dies of
 * `signal`, if that is not 0.
 */
static inline void in_a_copy(void (*act)(char *), char *at, int signal)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		change_turn(2, -1);
		act(at);
		_exit(0);
	}
	moment(FORKED, pid, 0, 0);
	change_turn(2, 1);
	waitpid(pid, &status, 0);
	moment(GONE, pid, status, signal);
}

/* A store that must kill. */
static inline void store_in_vain(char *at)
{
	moment(STORES, number_of(at), 66, 0);
	*(volatile int *)at = 66;
}

#endif
