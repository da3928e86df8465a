/*
 * user/bin/stage/puppet.c -- a process on a string.
 *
 * It sleeps in SIGSTOP until the director continues it, does the one call that
 * its string asks for, and stops again: so whoever waits in a call, waits in
 * that call and nowhere else, and nobody takes time from the others.
 *
 *	asked == done    nothing to do: it stops itself
 *	asked != done    it does the request, then done = asked
 *
 * The strings lie in memory that mmap shares, so they are no object of ipcs.
 * They are at an address of their own, far from where shmat and mmap choose
 * one, so the page-table words that people see there are theirs alone.  Pipes
 * would need page-table words, too, and Tessera has none; a file would do for
 * neither.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "stage.h"

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

struct string *strings;
static struct string *volatile mine;
extern char **environ;

bool strings_make(void)
{
	size_t bytes = STAGE_ACTORS * sizeof(struct string);

	strings = mmap((void *)STRINGS_AT, bytes, PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return strings == (void *)STRINGS_AT;
}

/* ---- what a fault was, on Linux ----------------------------------------- */

/* Notes it and lets the signal do what it does by default. */
static void note_fault(int number, siginfo_t *info, void *context)
{
#ifdef REG_ERR
	ucontext_t *registers = context;

	mine->fault_code = (unsigned long)registers->uc_mcontext.gregs[REG_ERR];
#endif
	mine->fault_address = (unsigned long)info->si_addr;
	/* Otherwise it is no page fault: #GP, for example. */
	mine->fault_vector =
	    info->si_code == SEGV_MAPERR || info->si_code == SEGV_ACCERR ? 14
	                                                                 : 13;
	signal(number, SIG_DFL);
}

static void notice_faults(void)
{
	struct sigaction action = {.sa_sigaction = note_fault,
	                           .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* ---- calls -------------------------------------------------------------- */

/* IPC_SET begins with what the object says of itself. */
static void perm_set(struct ipc_perm *perm, const long v[4])
{
	if (v[0] >= 0)
		perm->uid = (uid_t)v[0];
	if (v[1] >= 0)
		perm->gid = (gid_t)v[1];
	if (v[2] >= 0)
		perm->mode = (unsigned short)v[2];
}

static long do_shmctl(struct request *r)
{
	struct shmid_ds ds;
	struct shm_info info;
	long v[4];

	memset(&ds, 0, sizeof(ds));
	if (r->args[1] == SHM_INFO)
		return shmctl((int)r->args[0], SHM_INFO, (void *)&info);
	if (r->args[1] == IPC_SET) {
		memcpy(v, r->data, sizeof(v));
		if (shmctl((int)r->args[0], IPC_STAT, &ds) < 0)
			return -1;
		perm_set(&ds.shm_perm, v);
		return shmctl((int)r->args[0], IPC_SET, &ds);
	}
	if (shmctl((int)r->args[0], (int)r->args[1], &ds) < 0)
		return -1;
	memcpy(r->data, &ds, sizeof(ds));
	return 0;
}

static long do_semctl(struct request *r)
{
	int id = (int)r->args[0], number = (int)r->args[1];
	int command = (int)r->args[2];
	struct semid_ds ds;
	union semun arg = {.buf = &ds};
	long v[4], result;

	memset(&ds, 0, sizeof(ds));
	if (command == IPC_SET) {
		memcpy(v, r->data, sizeof(v));
		if (semctl(id, 0, IPC_STAT, arg) < 0)
			return -1;
		perm_set(&ds.sem_perm, v);
	} else if (command == SETVAL) {
		arg.val = (int)r->args[3];
	} else if (command == SETALL || command == GETALL) {
		if (semctl(id, 0, IPC_STAT, arg) == 0 &&
		    ds.sem_nsems * 2 > STAGE_DATA) {
			errno = ENOMEM; /* of the stage */
			return -1;
		}
		arg.array = (unsigned short *)r->data;
	}
	result = semctl(id, number, command, arg);
	if (result >= 0 && command == IPC_STAT)
		memcpy(r->data, &ds, sizeof(ds));
	if (result >= 0 && command == GETALL)
		r->bytes = (unsigned)ds.sem_nsems * 2;
	return result;
}

static long do_msgctl(struct request *r)
{
	struct msqid_ds ds;
	long v[4];

	memset(&ds, 0, sizeof(ds));
	if (r->args[1] == IPC_SET) {
		memcpy(v, r->data, sizeof(v));
		if (msgctl((int)r->args[0], IPC_STAT, &ds) < 0)
			return -1;
		perm_set(&ds.msg_perm, v);
		if (v[3] >= 0)
			ds.msg_qbytes = (msglen_t)v[3];
	}
	if (msgctl((int)r->args[0], (int)r->args[1], &ds) < 0)
		return -1;
	if (r->args[1] == IPC_STAT)
		memcpy(r->data, &ds, sizeof(ds));
	return 0;
}

struct note {
	long type;
	char text[STAGE_DATA];
};

static long do_msgsnd(struct request *r)
{
	struct note note = {.type = r->args[1]};

	memcpy(note.text, r->data, r->bytes);
	return msgsnd((int)r->args[0], &note, r->bytes, (int)r->args[2]);
}

static long do_msgrcv(struct request *r)
{
	struct note note;
	ssize_t bytes = msgrcv((int)r->args[0], &note, (size_t)r->args[1],
	                       r->args[2], (int)r->args[3]);

	if (bytes < 0)
		return -1;
	memcpy(r->data, note.text, (size_t)bytes);
	r->bytes = (unsigned)bytes;
	r->args[4] = note.type;
	return bytes;
}

static long do_semop(struct request *r)
{
	return semop((int)r->args[0], (struct sembuf *)r->data,
	             (size_t)r->args[1]);
}

static long do_semtimedop(struct request *r)
{
	struct timespec time = {r->args[2], r->args[3]};

	return semtimedop((int)r->args[0], (struct sembuf *)r->data,
	                  (size_t)r->args[1], &time);
}

/* The child lives on another string. */
static long do_fork(struct request *r)
{
	pid_t pid = fork();

	if (pid == 0)
		puppet_live((int)r->args[0], false);
	return pid;
}

static long do_exec(struct request *r)
{
	char *words[32], *at = r->data;
	char *rest[] = {"stage", "--rest", NULL};
	long i;

	if (r->args[0] == 0) {
		return execv(on_tessera ? "/bin/stage" : "/proc/self/exe",
		             rest);
	}
	for (i = 0; i < r->args[0]; i++, at += strlen(at) + 1)
		words[i] = at;
	words[i] = NULL;
	execve(words[0], words, environ);
	return -1;
}

/* Loads every byte, and keeps the first ones. */
static long do_peek(struct request *r)
{
	const volatile unsigned char *at =
	    (const volatile unsigned char *)r->args[0];
	unsigned long bytes = (unsigned long)r->args[1], i = 0;

	for (; i < bytes && i < 64; i++)
		r->data[i] = (char)at[i];
	r->bytes = (unsigned)i;
	for (; i + 4 <= bytes; i += 4)
		(void)*(const volatile unsigned *)(at + i);
	for (; i < bytes; i++)
		(void)at[i];
	return 0;
}

static void store(char *at, const char *from, unsigned long bytes)
{
	unsigned word;

	if (bytes == sizeof(word) && (unsigned long)at % sizeof(word) == 0) {
		memcpy(&word, from, sizeof(word));
		*(volatile unsigned *)at = word;
		return;
	}
	for (unsigned long i = 0; i < bytes; i++)
		((volatile char *)at)[i] = from[i];
}

static long do_poke(struct request *r)
{
	char *at = (char *)r->args[0], block[512];
	unsigned long left = (unsigned long)r->args[1];
	unsigned block_bytes = r->bytes;

	if (left <= r->bytes) {
		store(at, r->data, left);
		return 0;
	}
	if (r->bytes * 2 <= sizeof(block)) {
		block_bytes = 0;
		while (block_bytes + r->bytes <= sizeof(block)) {
			memcpy(block + block_bytes, r->data, r->bytes);
			block_bytes += r->bytes;
		}
	} else {
		memcpy(block, r->data, r->bytes);
	}
	for (; left >= block_bytes; left -= block_bytes, at += block_bytes)
		memcpy(at, block, block_bytes);
	store(at, block, left);
	return 0;
}

/* ---- spin: stores without a switch -------------------------------------- */

static unsigned long long ticks_now(void)
{
	unsigned low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long long)high << 32 | low;
}

/* How many ticks of the CPU's counter a second has, measured for 1/16 s. */
static unsigned long long ticks_a_second(void)
{
	unsigned long long start = ticks_now();
	struct timespec from, to;
	long passed;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		clock_gettime(CLOCK_MONOTONIC, &to);
		passed = (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec -
		         from.tv_nsec;
	} while (passed < 1000000000L / 16);
	return (ticks_now() - start) * 16;
}

/*
 * Adds 1 to a word again and again, for some seconds, in which the director
 * sleeps.  So no other process runs, nobody loads CR3, and the TLB keeps what
 * it has.  The time is the CPU's own: asking the kernel, or being told, would
 * be a switch.
 */
static long do_spin(struct request *r)
{
	volatile unsigned *word = (volatile unsigned *)r->args[0];
	unsigned long long end = ticks_a_second();

	end = ticks_now() + end * (unsigned long long)r->args[1];
	while (ticks_now() < end)
		(*word)++;
	return 0;
}

/* ---- processes ---------------------------------------------------------- */

static long do_wait(struct request *r)
{
	int status = 0;
	pid_t pid = waitpid((pid_t)r->args[0], &status, (int)r->args[1]);

	r->args[2] = status;
	return pid;
}

static long do_memory(struct request *r)
{
	void *at = (void *)r->args[0];
	size_t length = (size_t)r->args[1];

	switch (r->op) {
	case OP_SHMAT:
		return (long)shmat((int)r->args[0], (void *)r->args[1],
		                   (int)r->args[2]);
	case OP_SHMDT:
		return shmdt(at);
	case OP_MMAP:
		return (long)mmap(at, length, (int)r->args[2], (int)r->args[3],
		                  -1, 0);
	case OP_MUNMAP:
		return munmap(at, length);
	case OP_MPROTECT:
		return mprotect(at, length, (int)r->args[2]);
	case OP_BRK:
		return brk(at);
	default:
		return (long)sbrk(r->args[0]);
	}
}

static long do_ids(struct request *r)
{
	switch (r->op) {
	case OP_SETUID:
		return setuid((uid_t)r->args[0]);
	case OP_GETUID:
		return getuid();
	case OP_GETPID:
		return getpid();
	default:
		return getppid();
	}
}

static long do_kill(struct request *r)
{
	return kill((pid_t)r->args[0], (int)r->args[1]);
}

static long do_get(struct request *r)
{
	if (r->op == OP_SHMGET)
		return shmget((key_t)r->args[0], (size_t)r->args[1],
		              (int)r->args[2]);
	if (r->op == OP_SEMGET)
		return semget((key_t)r->args[0], (int)r->args[1],
		              (int)r->args[2]);
	return msgget((key_t)r->args[0], (int)r->args[1]);
}

static long do_exit(struct request *r)
{
	_exit((int)r->args[0]);
}

static long (*const calls[OPS])(struct request *) = {
    [OP_SHMGET] = do_get,
    [OP_SHMAT] = do_memory,
    [OP_SHMDT] = do_memory,
    [OP_SHMCTL] = do_shmctl,
    [OP_SEMGET] = do_get,
    [OP_SEMOP] = do_semop,
    [OP_SEMTIMEDOP] = do_semtimedop,
    [OP_SEMCTL] = do_semctl,
    [OP_MSGGET] = do_get,
    [OP_MSGSND] = do_msgsnd,
    [OP_MSGRCV] = do_msgrcv,
    [OP_MSGCTL] = do_msgctl,
    [OP_FORK] = do_fork,
    [OP_EXEC] = do_exec,
    [OP_EXIT] = do_exit,
    [OP_WAIT] = do_wait,
    [OP_KILL] = do_kill,
    [OP_MMAP] = do_memory,
    [OP_MUNMAP] = do_memory,
    [OP_MPROTECT] = do_memory,
    [OP_BRK] = do_memory,
    [OP_SBRK] = do_memory,
    [OP_PEEK] = do_peek,
    [OP_POKE] = do_poke,
    [OP_SPIN] = do_spin,
    [OP_SETUID] = do_ids,
    [OP_GETUID] = do_ids,
    [OP_GETPID] = do_ids,
    [OP_GETPPID] = do_ids,
};

/* ---- a life ------------------------------------------------------------- */

void puppet_live(int index, bool catch_faults)
{
	mine = &strings[index];
	if (catch_faults)
		notice_faults();
	mine->pid = getpid();
	for (;;) {
		struct request *r = &mine->request;

		while (mine->asked == mine->done)
			kill(mine->pid, SIGSTOP);
		errno = 0;
		mine->inside = true;
		mine->result = calls[r->op](r);
		mine->error = mine->result == -1 ? errno : 0;
		mine->inside = false;
		mine->done = mine->asked;
	}
}

int puppet_rest(void)
{
	kill(getpid(), SIGSTOP);
	return 0;
}
