/*
 * tests/guest/sysv_badptr.c -- every pointer argument of the calls of
 * semaphores and queues against the table of bad ones (bad_pointers.h).
 *
 * msgrcv is apart: an EFAULT loses the message, so each pointer needs a new
 * one.
 */
#include "sysv.h"
#include "bad_pointers.h"

static struct sembuf zero_wait; /* {0, 0, 0}: done at once */
static unsigned short values[8];

#define ROW(sentence, ...)                                                     \
	TEST("SEC-S10 " sentence)                                              \
	{                                                                      \
		struct row row = {__VA_ARGS__};                                \
		try_row(&row);                                                 \
	}

/* These rows have an object, id, which is removed afterwards. */
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

/* --- semop, semtimedop
 * -------------------------------------------------------- */

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

/* --- semctl
 * -------------------------------------------------------------------- */

/* Through ipc(117): the word that is the pointer, and the pointer to it. */
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
	row.null_is_ok = 1; /* it is EINVAL: semctl.c */
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

/* --- msgsnd, msgctl
 * -------------------------------------------------------------- */

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

/* --- msgrcv
 * ------------------------------------------------------------------------ */

/* For each bad pointer a message is sent; it must be lost, nothing more. */
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

/* --- structures across pages
 * -------------------------------------------------------- */

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
