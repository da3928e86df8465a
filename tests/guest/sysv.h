/*
 * tests/guest/sysv.h -- semaphores and message queues through both doors.
 *
 * This is for semaphores and queues what test.h has for segments: sem_get,
 * sem_ops, sem_ctl, msg_get, msg_snd, msg_rcv and msg_ctl go through the door
 * of the test that runs.
 *
 *	                ipc(117)                      direct
 *	semop           1 SEMOP                       420 without a time
 *	semtimedop      4 SEMTIMEDOP, 32-bit time     420, 64-bit time
 *	semctl          3 SEMCTL, &argument           394, the argument
 *	msgrcv          12 MSGRCV, &{msgp, msgtyp}    401, both
 *
 * No test sleeps for a guessed time.  A process that waits on a semaphore is
 * seen in GETNCNT or GETZCNT (await_ncnt, await_zcnt); a process that waits on
 * a queue is seen asleep in /proc (await_asleep).
 */
#ifndef SYSV_H
#define SYSV_H

#include "test.h"

/* A length of time; sem_timed() converts it for the door. */
struct span {
	long long sec, nsec;
};

/* --- semaphores ---------------------------------------------------------- */

UNUSED static long sem_get(int key, int count, int flags)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_semget, key, count, flags);
	return SYS(NR_ipc, IPCOP_semget, key, count, flags);
}

UNUSED static long sem_ops(int id, const struct sembuf *ops, unsigned count)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_semtimedop64, id, P(ops), count, 0);
	return SYS(NR_ipc, IPCOP_semop, id, count, 0, P(ops));
}

UNUSED static long sem_timed(int id, const struct sembuf *ops, unsigned count,
                             struct span span)
{
	long narrow[2] = {(long)span.sec, (long)span.nsec};

	if (door == DOOR_DIRECT)
		return SYS(NR_semtimedop64, id, P(ops), count, P(&span));
	return SYS(NR_ipc, IPCOP_semtimedop, id, count, 0, P(ops), P(narrow));
}

UNUSED static long sem_ctl(int id, int number, int command, long argument)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_semctl, id, number, command, argument);
	return SYS(NR_ipc, IPCOP_semctl, id, number, command | IPC_64,
	           P(&argument));
}

/* SEMOP(id, {0, -1, 0}, {1, +1, SEM_UNDO}) is semop with these operations. */
#define OPS(...) ((struct sembuf[]){__VA_ARGS__})
#define SEMOP(id, ...)                                                         \
	sem_ops(id, OPS(__VA_ARGS__),                                          \
	        sizeof(OPS(__VA_ARGS__)) / sizeof(struct sembuf))

UNUSED static int make_set(int count)
{
	return (int)OK(sem_get(IPC_PRIVATE, count, 0600));
}

UNUSED static int value_of(int id, int number)
{
	return (int)OK(sem_ctl(id, number, GETVAL, 0));
}

UNUSED static void set_value(int id, int number, int value)
{
	OK(sem_ctl(id, number, SETVAL, value));
}

UNUSED static int ncnt(int id, int number)
{
	return (int)OK(sem_ctl(id, number, GETNCNT, 0));
}

UNUSED static int zcnt(int id, int number)
{
	return (int)OK(sem_ctl(id, number, GETZCNT, 0));
}

UNUSED static int sempid(int id, int number)
{
	return (int)OK(sem_ctl(id, number, GETPID, 0));
}

UNUSED static struct sem_ds set_stat(int id)
{
	struct sem_ds ds;

	memset(&ds, 0xCC, sizeof ds);
	OK(sem_ctl(id, 0, IPC_STAT, P(&ds)));
	return ds;
}

UNUSED static void set_set(int id, int uid, int gid, int mode)
{
	struct sem_ds ds = set_stat(id);

	ds.uid = uid;
	ds.gid = gid;
	ds.mode = mode;
	OK(sem_ctl(id, 0, IPC_SET, P(&ds)));
}

UNUSED static void set_removed(int id)
{
	OK(sem_ctl(id, 0, IPC_RMID, 0));
}

/* Waits until `command` of a semaphore gives `wanted`, for ten seconds. */
UNUSED static void await_count(int id, int number, int command, int wanted)
{
	long now = 0;

	for (int tries = 0; tries < 10000; tries++) {
		now = OK(sem_ctl(id, number, command, 0));
		if (now == wanted)
			return;
		if (tries < 100)
			sched_yield();
		else
			sleep_ms(1);
	}
	FAIL("%s of semaphore %d stays %ld, not %d",
	     command == GETNCNT ? "GETNCNT" : "GETZCNT", number, now, wanted);
}

#define await_ncnt(id, number, wanted) await_count(id, number, GETNCNT, wanted)
#define await_zcnt(id, number, wanted) await_count(id, number, GETZCNT, wanted)

/* --- message queues ------------------------------------------------------ */

#define TEXT 8192 /* MSGMAX */

struct message {
	long type;
	char text[TEXT];
};

static struct message message; /* what receive() got */

UNUSED static long msg_get(int key, int flags)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_msgget, key, flags);
	return SYS(NR_ipc, IPCOP_msgget, key, flags);
}

UNUSED static long msg_snd(int id, const void *from, long size, int flags)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_msgsnd, id, P(from), size, flags);
	return SYS(NR_ipc, IPCOP_msgsnd, id, size, flags, P(from));
}

UNUSED static long msg_rcv(int id, void *to, long size, long type, int flags)
{
	long kludge[2] = {P(to), type};

	if (door == DOOR_DIRECT)
		return SYS(NR_msgrcv, id, P(to), size, type, flags);
	return SYS(NR_ipc, IPCOP_msgrcv, id, size, flags, P(kludge));
}

UNUSED static long msg_ctl(int id, int command, void *buf)
{
	if (door == DOOR_DIRECT)
		return SYS(NR_msgctl, id, command, P(buf));
	return SYS(NR_ipc, IPCOP_msgctl, id, command | IPC_64, 0, P(buf));
}

UNUSED static int make_queue(void)
{
	return (int)OK(msg_get(IPC_PRIVATE, 0600));
}

/* Sends `text` without its NUL, without waiting. */
UNUSED static long send_text(int id, long type, const char *text)
{
	struct message m = {.type = type};

	memcpy(m.text, text, strlen(text));
	return msg_snd(id, &m, strlen(text), IPC_NOWAIT);
}

/* Sends `size` bytes of 's', waiting if need be. */
UNUSED static long send_bytes(int id, long type, int size, int flags)
{
	struct message m = {.type = type};

	memset(m.text, 's', sizeof m.text);
	return msg_snd(id, &m, size, flags);
}

/* Receives into `message`, without waiting.  Returns what msgrcv returned. */
UNUSED static long receive(int id, long type, int flags)
{
	memset(&message, 0xCC, sizeof message);
	return msg_rcv(id, &message, TEXT, type, flags | IPC_NOWAIT);
}

/* The next message of type `wanted` has text `words` and type `real`. */
#define RECEIVES(id, wanted, flags, real, words)                               \
	do {                                                                   \
		EQ(receive(id, wanted, flags), strlen(words));                 \
		EQ(message.type, real);                                        \
		EQ(memcmp(message.text, words, strlen(words)), 0);             \
	} while (0)

UNUSED static struct msg_ds queue_stat(int id)
{
	struct msg_ds ds;

	memset(&ds, 0xCC, sizeof ds);
	OK(msg_ctl(id, IPC_STAT, &ds));
	return ds;
}

UNUSED static void queue_set(int id, int uid, int gid, int mode, int qbytes)
{
	struct msg_ds ds = queue_stat(id);

	ds.uid = uid;
	ds.gid = gid;
	ds.mode = mode;
	ds.qbytes = qbytes;
	OK(msg_ctl(id, IPC_SET, &ds));
}

UNUSED static void queue_removed(int id)
{
	OK(msg_ctl(id, IPC_RMID, NULL));
}

/* --- both ---------------------------------------------------------------- */

/* The next child that ends is this one, and it exits with 0. */
#define NEXT_IS(pid)                                                           \
	do {                                                                   \
		int status_ = -1;                                              \
		EQ(waitpid(-1, &status_, 0), pid);                             \
		EQ(status_, 0);                                                \
	} while (0)

/* Stops a child.  The child has stopped when this returns. */
UNUSED static void stop(pid_t pid)
{
	int status = 0;

	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(status, SIGSTOP << 8 | 0x7f);
}

/* Waits for the next second, so that what is written next has another time. */
UNUSED static void next_tick(void)
{
	long start = time(NULL);

	while (time(NULL) == start)
		sleep_ms(10);
}

UNUSED static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), n = strlen(text);

	if (fd < 0)
		FAIL("%s cannot be opened for writing: %s", path,
		     errno_name(errno));
	if (write(fd, text, n) != n)
		FAIL("%s does not take '%s': %s", path, text,
		     errno_name(errno));
	close(fd);
}

static char old_limits[128];

UNUSED static int limits_begin(const char *path, const char *text)
{
	OK(read_file(path, old_limits, sizeof old_limits));
	write_file(path, text);
	return 1;
}

/* The body runs with another text in the file, which is restored after it. */
#define WITH_LIMITS(path, text)                                                \
	for (int go_ = limits_begin(path, text); go_;                          \
	     write_file(path, old_limits), go_ = 0)

/* The line of `path` whose second number is `id`, or NULL. */
UNUSED static const char *line_of(const char *path, int id)
{
	static char all[16384], *line, *next;
	int key, found;

	OK(read_file(path, all, sizeof all));
	for (line = all; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (sscanf(line, "%d %d", &key, &found) == 2 && found == id)
			return line;
	}
	return NULL;
}

#endif
