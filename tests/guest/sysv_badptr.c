/*
 * tests/guest/sysv_badptr.c -- bad pointers and numbers of sets and queues.
 *
 * Every pointer argument of the calls of semaphores and queues meets the table
 * of bad pointers (bad_pointers.h).  Then the numbers of these calls, and of
 * those of segments, are tried at the edges of what a word holds.
 *
 * msgrcv has a function of its own: an EFAULT loses the message, so each
 * pointer needs a new one.
 */
#include "sysv.h"
#include "bad_pointers.h"
#include <limits.h>

static struct sembuf zero_wait; /* {0, 0, 0}: done at once */
static unsigned short values[8];

#define ROW(sentence, ...)                                                     \
	TEST("SEC-S10 " sentence)                                              \
	{                                                                      \
		struct row row = {__VA_ARGS__};                                \
		try_row(&row);                                                 \
	}

/* These rows have an object, `id`, which is removed afterwards. */
#define SET_ROW(sentence, ...)                                                 \
	TEST("SEC-S10 " sentence)                                              \
	{                                                                      \
		int id = make_set(8);                                          \
		struct row row = {__VA_ARGS__};                                \
		try_row(&row);                                                 \
		set_removed(id);                                               \
	}

#define QUEUE_ROW(sentence, ...)                                               \
	TEST("SEC-S10 " sentence)                                              \
	{                                                                      \
		int id = make_queue();                                         \
		struct row row = {__VA_ARGS__};                                \
		try_row(&row);                                                 \
		queue_removed(id);                                             \
	}

/* --- semop, semtimedop --------------------------------------------------- */

SET_ROW("semop sops [ipc 117]", IN, 6, 0, NR_ipc, 5, {IPCOP_semop, id, 1, 0})
SET_ROW("semop a long sops [ipc 117]", IN, 3000, 0, NR_ipc, 5,
        {IPCOP_semop, id, 500, 0})
SET_ROW("semtimedop sops [ipc 117]", IN, 6, 0, NR_ipc, 5,
        {IPCOP_semtimedop, id, 1, 0, 0, 0})
SET_ROW("semtimedop timeout [ipc 117]", IN, 8, 1, NR_ipc, 6,
        {IPCOP_semtimedop, id, 1, 0, P(&zero_wait), 0})
SET_ROW("semtimedop sops [420]", IN, 6, 0, NR_semtimedop64, 2, {id, 0, 1, 0})
SET_ROW("semtimedop timeout [420]", IN, 16, 1, NR_semtimedop64, 4,
        {id, P(&zero_wait), 1, 0})

/* --- semctl -------------------------------------------------------------- */

/* Through ipc(117) the word can be bad, and so can the pointer to it. */
static void semctl_ipc(enum way way, int bytes, int command)
{
	struct bad bad[24];
	int id = make_set(8);
	struct row row = {
	    way, bytes, 0, NR_ipc, 5, {IPCOP_semctl, id, 0, command | IPC_64}};
	int n = bad_for_all(bad, &row);

	if (way == OUT)
		n += bad_for_writing(bad + n);
	for (int i = 0; i < n; i++) {
		long word = bad[i].address, result = call(&row, P(&word));

		if (result != -EFAULT)
			FAIL("pointer %s (%#lx) gives %s, not EFAULT",
			     bad[i].what, word, outcome(result));
		ANSWER(result);
	}
	row.bytes = 4;
	row.null_is_ok = 1; /* null is EINVAL: semctl.c */
	row.way = IN;
	try_row(&row);
	set_removed(id);
}

#define SEMCTL_ROW(command, size, way)                                         \
	TEST("SEC-S10 semctl " #command " [ipc 117]")                          \
	{                                                                      \
		semctl_ipc(way, size, command);                                \
	}                                                                      \
	TEST_AS("SEC-S10 semctl " #command " [394]", 1,                        \
	        TEST_NAME(__LINE__, d))                                        \
	{                                                                      \
		int id = make_set(8);                                          \
		struct row row = {                                             \
		    way, size, 0, NR_semctl, 4, {id, 0, command}};             \
		try_row(&row);                                                 \
		set_removed(id);                                               \
	}

SEMCTL_ROW(IPC_STAT, 64, OUT)
SEMCTL_ROW(IPC_SET, 64, IN)
SEMCTL_ROW(IPC_INFO, 40, OUT)
SEMCTL_ROW(SEM_INFO, 40, OUT)
SEMCTL_ROW(GETALL, 16, OUT)
SEMCTL_ROW(SETALL, 16, IN)

/* --- msgsnd, msgctl ------------------------------------------------------ */

static const struct message typed = {.type = 1}; /* its text may be anything */

QUEUE_ROW("msgsnd msgp, an empty message [ipc 117]", IN, 4, 0, NR_ipc, 5,
          {IPCOP_msgsnd, id, 0, IPC_NOWAIT})
QUEUE_ROW("msgsnd msgp [ipc 117]", IN, 104, 0, NR_ipc, 5,
          {IPCOP_msgsnd, id, 100, IPC_NOWAIT})
QUEUE_ROW("msgsnd msgp of 8,192 bytes [400]", IN, 8196, 0, NR_msgsnd, 2,
          {id, 0, 8192, IPC_NOWAIT})
QUEUE_ROW("msgctl IPC_STAT [ipc 117]", OUT, 88, 0, NR_ipc, 5,
          {IPCOP_msgctl, id, IPC_STAT | IPC_64, 0})
QUEUE_ROW("msgctl IPC_STAT [402]", OUT, 88, 0, NR_msgctl, 3, {id, IPC_STAT})
QUEUE_ROW("msgctl IPC_SET [ipc 117]", IN, 88, 0, NR_ipc, 5,
          {IPCOP_msgctl, id, IPC_SET | IPC_64, 0})
QUEUE_ROW("msgctl IPC_SET [402]", IN, 88, 0, NR_msgctl, 3, {id, IPC_SET})
ROW("msgctl IPC_INFO [402]", OUT, 32, 0, NR_msgctl, 3, {0, IPC_INFO})
ROW("msgctl MSG_INFO [ipc 117]", OUT, 32, 0, NR_ipc, 5,
    {IPCOP_msgctl, 0, MSG_INFO | IPC_64, 0})

/* --- msgrcv -------------------------------------------------------------- */

/* Sends a message for each bad pointer; just the message must be lost. */
static void msgrcv_row(struct row row, int id)
{
	struct bad bad[24];
	int n = bad_for_all(bad, &row);

	n += bad_for_writing(bad + n);
	for (int i = 0; i < n; i++) {
		long result;

		OK(msg_snd(id, &typed, row.bytes - 4, 0));
		result = call(&row, bad[i].address);
		if (result != -EFAULT)
			FAIL("pointer %s (%#lx) gives %s, not EFAULT",
			     bad[i].what, bad[i].address, outcome(result));
		ANSWER(result);
		EQ(queue_stat(id).qnum, 0);
	}
	OK(msg_snd(id, &typed, row.bytes - 4, 0));
	breaks_copy_on_write(&row);
	queue_removed(id);
}

TEST("SEC-S10 msgrcv msgp, an empty message [401]")
{
	int id = make_queue();

	msgrcv_row((struct row){OUT, 4, 0, NR_msgrcv, 2, {id, 0, 0}}, id);
}

TEST("SEC-S10 msgrcv msgp [401]")
{
	int id = make_queue();

	msgrcv_row((struct row){OUT, 84, 0, NR_msgrcv, 2, {id, 0, 80}}, id);
}

TEST("SEC-S10 msgrcv msgp of 4,000 bytes [ipc 117, version 1]")
{
	int id = make_queue();

	msgrcv_row(
	    (struct row){
	        OUT, 4004, 0, NR_ipc, 5, {1 << 16 | IPCOP_msgrcv, id, 4000, 0}},
	    id);
}

QUEUE_ROW("msgrcv {msgp, msgtyp} [ipc 117, version 0]", IN, 8, 1, NR_ipc, 5,
          {IPCOP_msgrcv, id, 0, IPC_NOWAIT})

/* --- structures across pages --------------------------------------------- */

TEST("SEC-S11 a set's structure whose second page is missing changes nothing")
{
	int id = make_set(2);
	char *end = page_before_hole();
	struct sem_ds before = set_stat(id), after;

	memset(end - 40, 0x11, 40);
	ERR(sem_ctl(id, 0, IPC_SET, P(end - 40)), EFAULT);
	ERR(sem_ctl(id, 0, IPC_STAT, P(end - 40)), EFAULT);
	memset(end - 2, 0, 2);
	ERR(sem_ctl(id, 0, SETALL, P(end - 2)), EFAULT);
	after = set_stat(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	EQ(value_of(id, 0), 0);
	EQ(sempid(id, 0), 0);
	set_removed(id);
}

TEST("SEC-S11 a queue's structure whose second page is missing, a message too")
{
	int id = make_queue();
	char *end = page_before_hole();
	struct msg_ds before = queue_stat(id), after;
	long one = 1;

	memset(end - 40, 0x11, 40);
	ERR(msg_ctl(id, IPC_SET, end - 40), EFAULT);
	ERR(msg_ctl(id, IPC_STAT, end - 40), EFAULT);
	memcpy(end - 40, &one, sizeof one);
	ERR(msg_snd(id, end - 40, 37, IPC_NOWAIT), EFAULT);
	after = queue_stat(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	EQ(msg_snd(id, end - 40, 36, IPC_NOWAIT), 0);
	queue_removed(id);
}

TEST("SEC-S11 a message from and to pages that were never touched")
{
	char *p = memory(4 * PAGE, PROT_READ | PROT_WRITE);
	char *q = memory(4 * PAGE, PROT_READ | PROT_WRITE);
	int id = make_queue();
	long one = 1;

	memcpy(p + PAGE - 10, &one, sizeof one);
	EQ(msg_snd(id, p + PAGE - 10, 8000, 0), 0);
	EQ(msg_rcv(id, q + PAGE - 10, 8000, 0, 0), 8000);
	for (int i = 0; i < 8000; i++)
		EQ(q[PAGE - 6 + i], 0);
	queue_removed(id);
}

TEST("SEC-S11 operations that lie across two pages are read whole")
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);
	struct sembuf *ops = (struct sembuf *)(p + PAGE - 9);
	int id = make_set(3);

	for (int i = 0; i < 3; i++)
		ops[i] = (struct sembuf){i, i + 1, 0};
	EQ(sem_ops(id, ops, 3), 0);
	for (int i = 0; i < 3; i++)
		EQ(value_of(id, i), i + 1);
	EQ(sem_ctl(id, 0, SETALL, P(values)), 0);
	set_removed(id);
}

/* --- numbers at their edges ---------------------------------------------- */

#define LEAST    INT_MIN
#define GREATEST INT_MAX
#define WRAPS    0x2AAAAAABl /* six times this is 2, in 32 bits */

struct edge {
	long call[7];
	int wanted;
};

static void ask_all(const struct edge *rows, int n)
{
	for (int i = 0; i < n; i++) {
		const long *call = rows[i].call;
		long result = raw_call(call);

		ANSWER(result);
		if (result != -rows[i].wanted)
			FAIL("call %ld(%#lx, %#lx, %#lx, %#lx) gives %s, not "
			     "%s",
			     call[0], call[1], call[2], call[3], call[4],
			     outcome(result), errno_name(rows[i].wanted));
	}
}

TEST("SEC-edge counts, numbers and ids of sets at their edges: a row each")
{
	struct sembuf up = {0, 1, 0}, far = {65535, 1, 0};
	struct sembuf low = {0, -32768, IPC_NOWAIT};
	long set = make_set(2), next = set + 32768, ops = P(&up);
	const struct edge rows[] = {
	    {{NR_semget, 0, -1, 0600}, EINVAL},
	    {{NR_semget, 0, LEAST, 0600}, EINVAL},
	    {{NR_semget, 0, GREATEST, 0600}, EINVAL},
	    {{NR_semget, 0, 32001, 0600}, EINVAL},
	    {{NR_semget, 0, 65536 + 1, 0600}, EINVAL},
	    {{NR_semtimedop64, set, ops, 0}, EINVAL},
	    {{NR_semtimedop64, set, ops, -1}, E2BIG},
	    {{NR_semtimedop64, set, ops, LEAST}, E2BIG},
	    {{NR_semtimedop64, set, ops, GREATEST}, E2BIG},
	    {{NR_semtimedop64, set, ops, WRAPS}, E2BIG},
	    {{NR_semtimedop64, set, ops, 65536 + 1}, E2BIG},
	    {{NR_semtimedop64, -1, ops, 1}, EINVAL},
	    {{NR_semtimedop64, LEAST, ops, 1}, EINVAL},
	    {{NR_semtimedop64, GREATEST, ops, 1}, EINVAL},
	    {{NR_semtimedop64, set | LEAST, ops, 1}, EINVAL},
	    {{NR_semtimedop64, next, ops, 1}, EINVAL},
	    {{NR_semtimedop64, ~set, ops, 1}, EINVAL},
	    {{NR_semtimedop64, set, P(&far), 1}, EFBIG},
	    {{NR_semtimedop64, set, P(&low), 1}, EAGAIN},
	    {{NR_semctl, set, -1, GETVAL}, EINVAL},
	    {{NR_semctl, set, 2, GETVAL}, EINVAL},
	    {{NR_semctl, set, 65536, GETVAL}, EINVAL},
	    {{NR_semctl, set, LEAST, GETNCNT}, EINVAL},
	    {{NR_semctl, set, GREATEST, GETZCNT}, EINVAL},
	    {{NR_semctl, set, LEAST, SETVAL, 1}, EINVAL},
	    {{NR_semctl, set, 0, SETVAL, -1}, ERANGE},
	    {{NR_semctl, set, 0, SETVAL, 32768}, ERANGE},
	    {{NR_semctl, set, 0, SETVAL, 65536 + 1}, ERANGE},
	    {{NR_semctl, set, 0, SETVAL, LEAST}, ERANGE},
	    {{NR_semctl, set, 0, LEAST}, EINVAL},
	    {{NR_semctl, set, 0, GREATEST}, EINVAL},
	    {{NR_semctl, next, 0, GETVAL}, EINVAL},
	    {{NR_semctl, LEAST, 0, IPC_RMID}, EINVAL},
	    {{NR_semctl, GREATEST, 0, IPC_RMID}, EINVAL},
	    {{NR_semctl, next, 0, IPC_RMID}, EINVAL},
	    {{NR_semctl, LEAST, 0, SEM_STAT, ops}, EINVAL},
	    {{NR_semctl, GREATEST, 0, SEM_STAT, ops}, EINVAL},
	};

	ask_all(rows, ALL(rows));
	EQ(value_of(set, 0), 0);
	EQ(value_of(set, 1), 0);
	set_removed(set);
}

TEST("SEC-edge lengths, types and ids of queues at their edges: a row each")
{
	static struct message m, none, least, below;
	long queue = make_queue(), next = queue + 32768, to = P(&m);
	const int copy = IPC_NOWAIT | MSG_COPY, now = IPC_NOWAIT;
	const struct edge rows[] = {
	    {{NR_msgsnd, queue, to, -1, now}, EINVAL},
	    {{NR_msgsnd, queue, to, LEAST, now}, EINVAL},
	    {{NR_msgsnd, queue, to, GREATEST, now}, EINVAL},
	    {{NR_msgsnd, queue, to, 8193, now}, EINVAL},
	    {{NR_msgsnd, queue, to, -8, now}, EINVAL},
	    {{NR_msgsnd, queue, P(&none), 0, now}, EINVAL},
	    {{NR_msgsnd, queue, P(&least), 0, now}, EINVAL},
	    {{NR_msgsnd, queue, P(&below), 0, now}, EINVAL},
	    {{NR_msgsnd, -1, to, 0, now}, EINVAL},
	    {{NR_msgsnd, LEAST, to, 0, now}, EINVAL},
	    {{NR_msgsnd, GREATEST, to, 0, now}, EINVAL},
	    {{NR_msgsnd, next, to, 0, now}, EINVAL},
	    {{NR_msgsnd, queue | LEAST, to, 0, now}, EINVAL},
	    {{NR_msgrcv, queue, to, -1, 0, now}, EINVAL},
	    {{NR_msgrcv, queue, to, LEAST, 0, now}, EINVAL},
	    {{NR_msgrcv, queue, to, GREATEST, 0, now}, ENOMSG},
	    {{NR_msgrcv, queue, to, 0, LEAST, now}, ENOMSG},
	    {{NR_msgrcv, queue, to, 0, LEAST + 1, now}, ENOMSG},
	    {{NR_msgrcv, queue, to, 0, GREATEST, now}, ENOMSG},
	    {{NR_msgrcv, queue, to, 0, GREATEST, copy}, ENOMSG},
	    {{NR_msgrcv, queue, to, 0, LEAST, copy}, ENOMSG},
	    {{NR_msgrcv, queue, to, 0, -1, copy}, ENOMSG},
	    {{NR_msgrcv, LEAST, to, 0, 0, now}, EINVAL},
	    {{NR_msgrcv, next, to, 0, 0, now}, EINVAL},
	    {{NR_msgctl, queue, LEAST}, EINVAL},
	    {{NR_msgctl, queue, GREATEST}, EINVAL},
	    {{NR_msgctl, LEAST, IPC_RMID}, EINVAL},
	    {{NR_msgctl, GREATEST, IPC_RMID}, EINVAL},
	    {{NR_msgctl, next, IPC_RMID}, EINVAL},
	    {{NR_msgctl, GREATEST, MSG_STAT, to}, EINVAL},
	};

	m.type = 1;
	least.type = LEAST;
	below.type = -1;
	ask_all(rows, ALL(rows));
	EQ(queue_stat(queue).qnum, 0);
	m.type = GREATEST;
	EQ(msg_snd(queue, &m, 3, now), 0);
	EQ(msg_snd(queue, &m, 4, now), 0);
	EQ(msg_snd(queue, &m, 5, now), 0);
	ERR(receive(queue, 1 - GREATEST, 0), ENOMSG);
	EQ(receive(queue, -GREATEST, 0), 3);
	EQ(receive(queue, LEAST, 0), 4);
	EQ(receive(queue, GREATEST, 0), 5);
	queue_removed(queue);
}

TEST("SEC-edge sizes, addresses and ids of segments at their edges: a row each")
{
	long id = make(PAGE), next = id + 32768, high = 0xFFFFF000;
	const struct edge rows[] = {
	    {{NR_shmget, 0, 0, 0600}, EINVAL},
	    {{NR_shmget, 0, -1, 0600}, EINVAL},
	    {{NR_shmget, 0, high, 0600}, EINVAL},
	    {{NR_shmget, 0, high + 1, 0600}, EINVAL},
	    {{NR_shmat, -1, 0, 0}, EINVAL},
	    {{NR_shmat, LEAST, 0, 0}, EINVAL},
	    {{NR_shmat, GREATEST, 0, 0}, EINVAL},
	    {{NR_shmat, next, 0, 0}, EINVAL},
	    {{NR_shmat, id | LEAST, 0, 0}, EINVAL},
	    {{NR_shmat, id, high, 0}, EINVAL},
	    {{NR_shmat, id, -1, 0}, EINVAL},
	    {{NR_shmat, id, -1, SHM_RND}, EINVAL},
	    {{NR_shmat, id, 0, SHM_REMAP}, EINVAL},
	    {{NR_shmdt, -1}, EINVAL},
	    {{NR_shmdt, high}, EINVAL},
	    {{NR_shmdt, LEAST}, EINVAL},
	    {{NR_shmctl, id, LEAST}, EINVAL},
	    {{NR_shmctl, id, GREATEST}, EINVAL},
	    {{NR_shmctl, LEAST, IPC_RMID}, EINVAL},
	    {{NR_shmctl, GREATEST, IPC_RMID}, EINVAL},
	    {{NR_shmctl, next, IPC_RMID}, EINVAL},
	    {{NR_shmctl, GREATEST, SHM_STAT, P(&next)}, EINVAL},
	};

	ask_all(rows, ALL(rows));
	removed(id);
}
