/*
 * tests/guest/suite.c -- what public suites assert of System V IPC.
 *
 * The functional tests of C libraries make one object of each kind with a key
 * from ftok(3).  They look at every field of its description, use it from a
 * second process, and remove it.  The tests here assert the same, with the
 * functions and structures of libc, whichever calls libc makes.
 */
#include "test.h"

#define TEXT "test message"

/* The key of a file that exists on every system. */
static key_t key_of(int letter)
{
	key_t key = ftok("/", letter);

	TRUE(key != -1);
	EQ(ftok("/", letter), key);
	TRUE(ftok("/", letter + 1) != key);
	return key;
}

/* The time is now, give or take five seconds. */
static void is_now(time_t when)
{
	time_t now = time(NULL);

	TRUE(when <= now + 5 && when >= now - 5);
}

static void is_mine(const struct ipc_perm *perm, key_t key)
{
	EQ(perm->__key, key);
	EQ(perm->uid, geteuid());
	EQ(perm->gid, getegid());
	EQ(perm->cuid, geteuid());
	EQ(perm->cgid, getegid());
	EQ(perm->mode & 0777, 0666);
}

TEST("SUITE-msg a queue's every field, before and after a message")
{
	key_t key = key_of('m');
	int id = msgget(key, IPC_CREAT | IPC_EXCL | 0666);
	struct {
		long type;
		char text[20];
	} message = {1, TEXT};
	struct msqid_ds ds;
	pid_t pid;

	TRUE(id >= 0);
	EQ(msgget(key, 0666), id);
	EQ(msgget(key, IPC_CREAT | IPC_EXCL | 0666), -1);
	ERR(-errno, EEXIST);
	EQ(msgctl(id, IPC_STAT, &ds), 0);
	is_mine(&ds.msg_perm, key);
	EQ(ds.msg_qnum, 0);
	EQ(ds.msg_lspid, 0);
	EQ(ds.msg_lrpid, 0);
	EQ(ds.msg_stime, 0);
	EQ(ds.msg_rtime, 0);
	TRUE(ds.msg_qbytes > 0);
	is_now(ds.msg_ctime);

	EQ(msgsnd(id, &message, sizeof(message.text), IPC_NOWAIT), 0);
	EQ(msgctl(id, IPC_STAT, &ds), 0);
	EQ(ds.msg_qnum, 1);
	EQ(ds.msg_lspid, getpid());
	is_now(ds.msg_stime);

	BACKGROUND(pid)
	{
		memset(&message, 0, sizeof(message));
		EQ(msgrcv(msgget(key, 0), &message, sizeof(message.text), 0, 0),
		   sizeof(message.text));
		EQ(message.type, 1);
		EQ(strcmp(message.text, TEXT), 0);
	}
	EXITS(pid, 0);
	EQ(msgctl(id, IPC_STAT, &ds), 0);
	EQ(ds.msg_qnum, 0);
	EQ(ds.msg_lrpid, pid);
	is_now(ds.msg_rtime);
	EQ(msgctl(id, IPC_RMID, 0), 0);
	EQ(msgget(key, 0), -1);
	EQ(errno, ENOENT);
}

TEST("SUITE-sem a set's every field, and a child that adds")
{
	key_t key = key_of('s');
	int id = semget(key, 1, IPC_CREAT | IPC_EXCL | 0666);
	struct sembuf add = {0, 1, 0}, take = {0, -1, SEM_UNDO};
	struct semid_ds ds;
	union {
		struct semid_ds *buf;
	} arg = {&ds};
	pid_t pid;

	TRUE(id >= 0);
	EQ(semctl(id, 0, IPC_STAT, arg), 0);
	is_mine(&ds.sem_perm, key);
	EQ(ds.sem_nsems, 1);
	EQ(ds.sem_otime, 0);
	is_now(ds.sem_ctime);
	EQ(semctl(id, 0, GETVAL), 0);
	EQ(semctl(id, 0, GETPID), 0);
	EQ(semctl(id, 0, GETNCNT), 0);
	EQ(semctl(id, 0, GETZCNT), 0);

	EQ(semop(id, &add, 1), 0);
	EQ(semctl(id, 0, GETVAL), 1);
	EQ(semctl(id, 0, GETPID), getpid());
	EQ(semop(id, &take, 1), 0);
	EQ(semctl(id, 0, IPC_STAT, arg), 0);
	is_now(ds.sem_otime);

	BACKGROUND(pid)
	{
		EQ(semop(semget(key, 0, 0666), &add, 1), 0);
	}
	EQ(semop(id, &take, 1), 0);
	EXITS(pid, 0);
	EQ(semctl(id, 0, GETVAL), 0);
	EQ(semctl(id, 0, IPC_RMID), 0);
	EQ(semop(id, &add, 1), -1);
	EQ(errno, EINVAL);
}

TEST("SUITE-shm a segment's every field, and a child that finds what was left")
{
	key_t key = key_of('h');
	int id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0666);
	struct shmid_ds ds;
	char *p;
	pid_t pid;

	TRUE(id >= 0);
	EQ(shmctl(id, IPC_STAT, &ds), 0);
	is_mine(&ds.shm_perm, key);
	EQ(ds.shm_segsz, 100);
	EQ(ds.shm_lpid, 0);
	EQ(ds.shm_cpid, getpid());
	EQ(ds.shm_nattch, 0);
	EQ(ds.shm_atime, 0);
	EQ(ds.shm_dtime, 0);
	is_now(ds.shm_ctime);

	p = shmat(id, NULL, 0);
	TRUE(p != (char *)-1);
	EQ(shmctl(id, IPC_STAT, &ds), 0);
	EQ(ds.shm_nattch, 1);
	EQ(ds.shm_lpid, getpid());
	is_now(ds.shm_atime);
	strcpy(p, TEXT);
	EQ(shmdt(p), 0);
	EQ(shmctl(id, IPC_STAT, &ds), 0);
	EQ(ds.shm_nattch, 0);
	is_now(ds.shm_dtime);

	BACKGROUND(pid)
	{
		p = shmat(shmget(key, 100, 0666), NULL, SHM_RDONLY);
		TRUE(p != (char *)-1);
		EQ(strcmp(p, TEXT), 0);
		EQ(shmdt(p), 0);
	}
	EXITS(pid, 0);
	EQ(shmctl(id, IPC_RMID, NULL), 0);
	EQ(shmget(key, 0, 0), -1);
	EQ(errno, ENOENT);
}
