/*
 * tests/guest/msgop.c -- msgget(2), msgsnd(2) and msgrcv(2), 3.5.
 *
 * A message is a type and up to MSGMAX bytes.  A receiver says which types it
 * wants.  A receiver that finds no such message sleeps, and so does a sender
 * that finds the queue full.  The tests say which message is taken, what an
 * error leaves in place, and what wakes whom.
 */
#define DIRECT_DOOR " [399..402]"
#include "sysv.h"

#define KEY     0x4E56
#define NO_SUCH 12345
#define LOWEST  ((long)0x80000000)
#define KERNEL  ((void *)0xC0000000)

static struct msg_ds scratch;

/* --- msgget -------------------------------------------------------------- */

BOTH("3.5-get IPC_PRIVATE makes a new queue each time")
{
	int a = OK(msg_get(IPC_PRIVATE, 0600));
	int b = OK(msg_get(IPC_PRIVATE, IPC_CREAT | 0600));
	int c = OK(msg_get(IPC_PRIVATE, IPC_CREAT | IPC_EXCL | 0600));

	TRUE(a != b && b != c && a != c);
	queue_removed(a);
	queue_removed(b);
	queue_removed(c);
}

BOTH("3.5-get a new queue: its maker's ids, empty, qbytes 16,384, ctime now")
{
	long before = time(NULL);

	AS(1000, 1001)
	{
		int id = OK(msg_get(KEY, IPC_CREAT | 0177640));
		struct msg_ds ds = queue_stat(id);

		EQ(ds.key, KEY);
		EQ(ds.uid, 1000);
		EQ(ds.cuid, 1000);
		EQ(ds.gid, 1001);
		EQ(ds.cgid, 1001);
		EQ(ds.mode, 0640);
		EQ(ds.qbytes, 16384);
		EQ(ds.cbytes | ds.qnum, 0);
		EQ(ds.stime | ds.rtime | ds.lspid | ds.lrpid, 0);
		TRUE(ds.ctime >= before && ds.ctime <= time(NULL));
		EQ(ds.pad1 | ds.pad2 | ds.unused1 | ds.unused2, 0);
		EQ(ds.stime_high | ds.rtime_high | ds.ctime_high, 0);
		EQ(ds.unused4 | ds.unused5, 0);
		EQ(ds.seq, id / 32768);
		queue_removed(id);
	}
}

BOTH("3.5-get makes, then finds; ENOENT and EEXIST as shmget")
{
	int id;

	ERR(msg_get(KEY, 0600), ENOENT);
	ERR(msg_get(KEY, IPC_EXCL | 0600), ENOENT);
	id = OK(msg_get(KEY, IPC_CREAT | IPC_EXCL | 0600));
	EQ(msg_get(KEY, IPC_CREAT | 0600), id);
	EQ(msg_get(KEY, 0600), id);
	EQ(msg_get(KEY, IPC_EXCL), id);
	ERR(msg_get(KEY, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	queue_removed(id);
	ERR(msg_get(KEY, 0), ENOENT);
}

BOTH("3.5-get flag bits ask for rights; EEXIST wins over EACCES")
{
	int id = OK(msg_get(KEY, IPC_CREAT | 0604));

	AS(NOBODY, NOBODY)
	{
		EQ(msg_get(KEY, 0), id);
		EQ(msg_get(KEY, 0400), id);
		EQ(msg_get(KEY, 0004), id);
		ERR(msg_get(KEY, 0002), EACCES);
		ERR(msg_get(KEY, 0600), EACCES);
		ERR(msg_get(KEY, IPC_CREAT | 0200), EACCES);
		ERR(msg_get(KEY, IPC_CREAT | IPC_EXCL | 0200), EEXIST);
	}
	EQ(msg_get(KEY, 0777), id);
	queue_removed(id);
}

BOTH("3.5-stale a removed id is EINVAL in every call")
{
	int id = make_queue(), other;

	queue_removed(id);
	other = make_queue();
	TRUE(id != other);
	ERR(send_text(id, 1, "x"), EINVAL);
	ERR(receive(id, 0, 0), EINVAL);
	ERR(receive(id, 0, MSG_COPY), EINVAL);
	ERR(msg_ctl(id, IPC_STAT, &scratch), EINVAL);
	ERR(msg_ctl(id, IPC_SET, &scratch), EINVAL);
	ERR(msg_ctl(id, IPC_RMID, NULL), EINVAL);
	ERR(msg_ctl(other + 32768, IPC_RMID, NULL), EINVAL);
	ERR(msg_ctl(0x7FFFFFFF, IPC_RMID, NULL), EINVAL);
	EQ(queue_stat(other).qnum, 0);
	queue_removed(other);
}

TEST("DEV8 ids of queues are positive, of the lowest free index")
{
	int a, b, c;

	need_tessera();
	a = make_queue();
	b = make_queue();
	TRUE(a > 0 && b > 0);
	EQ(a % 32768, 0);
	EQ(b % 32768, 1);
	queue_removed(a);
	c = make_queue();
	EQ(c % 32768, 0);
	EQ(c / 32768, a / 32768 + 1);
	queue_removed(b);
	queue_removed(c);
}

/* --- msgsnd -------------------------------------------------------------- */

BOTH("3.5-snd a message goes in and comes out, with its type and length")
{
	int id = make_queue();

	EQ(send_text(id, 7, "hello"), 0);
	EQ(send_text(id, 0x7FFFFFFF, "largest type"), 0);
	EQ(queue_stat(id).qnum, 2);
	EQ(queue_stat(id).cbytes, 17);
	RECEIVES(id, 0, 0, 7, "hello");
	EQ(message.text[5], (char)0xCC);
	RECEIVES(id, 0, 0, 0x7FFFFFFF, "largest type");
	ERR(receive(id, 0, 0), ENOMSG);
	EQ(queue_stat(id).qnum, 0);
	EQ(queue_stat(id).cbytes, 0);
	queue_removed(id);
}

BOTH("3.5-snd every length from 0 to a page and a half, and 8,192")
{
	static struct message m = {.type = 3};
	int id = make_queue();

	for (int i = 0; i < TEXT; i++)
		m.text[i] = (char)(i * 7 + i / 256);
	for (int n = 0; n <= TEXT; n += n < 40 ? 1 : n < 6144 ? 61 : 1024) {
		EQ(msg_snd(id, &m, n, 0), 0);
		EQ(receive(id, 0, 0), n);
		EQ(memcmp(message.text, m.text, n), 0);
		if (n < TEXT)
			EQ(message.text[n], (char)0xCC);
	}
	EQ(msg_snd(id, &m, TEXT, 0), 0);
	EQ(receive(id, 0, 0), TEXT);
	EQ(memcmp(message.text, m.text, TEXT), 0);
	queue_removed(id);
}

BOTH("3.5-snd an empty message is one, and its type is told")
{
	int id = make_queue();

	EQ(send_text(id, 9, ""), 0);
	EQ(queue_stat(id).qnum, 1);
	EQ(queue_stat(id).cbytes, 0);
	EQ(msg_rcv(id, &message, 0, 0, IPC_NOWAIT), 0);
	EQ(message.type, 9);
	queue_removed(id);
}

BOTH("3.5-snd a length beyond 8,192 or below 0 is EINVAL")
{
	int id = make_queue();

	ERR(send_bytes(id, 1, 8193, IPC_NOWAIT), EINVAL);
	ERR(send_bytes(id, 1, -1, IPC_NOWAIT), EINVAL);
	ERR(send_bytes(id, 1, (int)0x80000000, IPC_NOWAIT), EINVAL);
	ERR(send_bytes(id, 1, 0x7FFFFFFF, IPC_NOWAIT), EINVAL);
	EQ(queue_stat(id).qnum, 0);
	queue_removed(id);
}

BOTH("3.5-snd a type below 1 is EINVAL")
{
	int id = make_queue();

	ERR(send_text(id, 0, "x"), EINVAL);
	ERR(send_text(id, -1, "x"), EINVAL);
	ERR(send_text(id, LOWEST, "x"), EINVAL);
	queue_removed(id);
}

/* A message of which only the type can be read. */
static void *type_only(long type)
{
	char *p = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	OK(munmap(p + PAGE, PAGE));
	memcpy(p + PAGE - 4, &type, 4);
	return p + PAGE - 4;
}

BOTH("3.5-snd order: EFAULT of the type, EINVAL size and id, type, EFAULT text")
{
	int id = make_queue();

	ERR(msg_snd(-1, NULL, 9000, 0), EFAULT);
	ERR(msg_snd(id, KERNEL, -1, 0), EFAULT);
	ERR(msg_snd(id, type_only(1), 9000, 0), EINVAL);
	ERR(msg_snd(-1, type_only(1), 1, 0), EINVAL);
	ERR(msg_snd(id, type_only(0), 1, 0), EINVAL);
	ERR(msg_snd(NO_SUCH, type_only(0), 1, 0), EINVAL);
	ERR(msg_snd(NO_SUCH, type_only(1), 1, 0), EFAULT);
	ERR(msg_snd(id, type_only(1), 1, 0), EFAULT);
	EQ(msg_snd(id, type_only(1), 0, 0), 0);
	queue_removed(id);
}

BOTH("3.5-snd order: EINVAL for the id, EACCES, EAGAIN")
{
	int id = OK(msg_get(IPC_PRIVATE, 0604));

	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 1, 8192, 0), 0);
	AS(NOBODY, NOBODY)
	{
		ERR(send_text(NO_SUCH, 1, "x"), EINVAL);
		ERR(send_text(id, 1, "x"), EACCES);
		ERR(msg_snd(id, type_only(1), 1, 0), EFAULT);
	}
	ERR(send_text(id, 1, "x"), EAGAIN);
	EQ(queue_stat(id).qnum, 2);
	queue_removed(id);
}

BOTH("3.5-full cbytes goes up to qbytes, and one more byte is EAGAIN")
{
	int id = make_queue();

	EQ(send_bytes(id, 1, 8192, IPC_NOWAIT), 0);
	EQ(send_bytes(id, 1, 8191, IPC_NOWAIT), 0);
	ERR(send_bytes(id, 1, 2, IPC_NOWAIT), EAGAIN);
	EQ(send_bytes(id, 1, 1, IPC_NOWAIT), 0);
	EQ(queue_stat(id).cbytes, 16384);
	ERR(send_bytes(id, 1, 1, IPC_NOWAIT), EAGAIN);
	EQ(send_bytes(id, 1, 0, IPC_NOWAIT), 0);
	EQ(queue_stat(id).qnum, 4);
	queue_removed(id);
}

BOTH("3.5-full empty messages are as many as qbytes, no more")
{
	int id = make_queue();

	queue_set(id, 0, 0, 0600, 100);
	for (int i = 0; i < 100; i++)
		EQ(send_bytes(id, i + 1, 0, IPC_NOWAIT), 0);
	ERR(send_bytes(id, 1, 0, IPC_NOWAIT), EAGAIN);
	EQ(queue_stat(id).qnum, 100);
	EQ(queue_stat(id).cbytes, 0);
	EQ(receive(id, 50, 0), 0);
	EQ(send_bytes(id, 1, 0, IPC_NOWAIT), 0);
	ERR(send_bytes(id, 1, 0, IPC_NOWAIT), EAGAIN);
	queue_removed(id);
}

/* --- msgrcv: which message ----------------------------------------------- */

BOTH("3.5-type 0 takes the first, a positive type the first of that type")
{
	int id = make_queue();

	OK(send_text(id, 2, "a"));
	OK(send_text(id, 1, "b"));
	OK(send_text(id, 2, "c"));
	OK(send_text(id, 3, "d"));
	RECEIVES(id, 1, 0, 1, "b");
	RECEIVES(id, 2, 0, 2, "a");
	RECEIVES(id, 0, 0, 2, "c");
	ERR(receive(id, 2, 0), ENOMSG);
	ERR(receive(id, 4, 0), ENOMSG);
	RECEIVES(id, 0, 0, 3, "d");
	ERR(receive(id, 0, 0), ENOMSG);
	queue_removed(id);
}

BOTH("3.5-type a negative one takes the lowest up to it, first come first")
{
	int id = make_queue();

	OK(send_text(id, 1, "1"));
	OK(send_text(id, 5, "5"));
	OK(send_text(id, 4, "4"));
	OK(send_text(id, 3, "3"));
	OK(send_text(id, 2, "2"));
	OK(send_text(id, 2, "2 again"));
	RECEIVES(id, -4, 0, 1, "1");
	RECEIVES(id, -4, 0, 2, "2");
	RECEIVES(id, -4, 0, 2, "2 again");
	ERR(receive(id, -2, 0), ENOMSG);
	RECEIVES(id, -3, 0, 3, "3");
	ERR(receive(id, -3, 0), ENOMSG);
	RECEIVES(id, -1000, 0, 4, "4");
	RECEIVES(id, -5, 0, 5, "5");
	queue_removed(id);
}

BOTH("3.5-type the lowest long takes any type, the lowest first")
{
	int id = make_queue();

	OK(send_text(id, 0x7FFFFFFF, "highest"));
	OK(send_text(id, 1000, "low"));
	RECEIVES(id, LOWEST, 0, 1000, "low");
	ERR(receive(id, LOWEST + 2, 0), ENOMSG);
	RECEIVES(id, LOWEST, 0, 0x7FFFFFFF, "highest");
	OK(send_text(id, 0x7FFFFFFF, "highest"));
	RECEIVES(id, LOWEST + 1, 0, 0x7FFFFFFF, "highest");
	queue_removed(id);
}

BOTH("3.5-except takes the first of another type, and only a positive excepts")
{
	int id = make_queue();

	OK(send_text(id, 2, "a"));
	OK(send_text(id, 2, "b"));
	OK(send_text(id, 3, "c"));
	OK(send_text(id, 1, "d"));
	RECEIVES(id, 2, MSG_EXCEPT, 3, "c");
	RECEIVES(id, 0, MSG_EXCEPT, 2, "a");
	RECEIVES(id, -2, MSG_EXCEPT, 1, "d");
	ERR(receive(id, 2, MSG_EXCEPT), ENOMSG);
	RECEIVES(id, 1, MSG_EXCEPT, 2, "b");
	queue_removed(id);
}

BOTH("3.5-e2big what is longer than the room stays, and is E2BIG")
{
	int id = make_queue();
	struct msg_ds before, after;

	OK(send_text(id, 1, "long one"));
	OK(send_text(id, 2, "x"));
	before = queue_stat(id);
	ERR(msg_rcv(id, &message, 7, 0, 0), E2BIG);
	ERR(msg_rcv(id, &message, 0, 1, IPC_NOWAIT), E2BIG);
	ERR(msg_rcv(id, &message, 3, -9, IPC_NOWAIT), E2BIG);
	after = queue_stat(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	EQ(msg_rcv(id, &message, 1, 2, IPC_NOWAIT), 1);
	EQ(msg_rcv(id, &message, 8, 0, IPC_NOWAIT), 8);
	queue_removed(id);
}

BOTH("3.5-noerror cuts what is too long, and the rest is lost")
{
	int id = make_queue();

	OK(send_text(id, 1, "abcdefgh"));
	OK(send_text(id, 1, "ijkl"));
	memset(&message, 0xCC, sizeof message);
	EQ(msg_rcv(id, &message, 3, 0, MSG_NOERROR), 3);
	EQ(memcmp(message.text, "abc\xCC", 4), 0);
	EQ(queue_stat(id).cbytes, 4);
	EQ(msg_rcv(id, &message, 0, 0, MSG_NOERROR), 0);
	EQ(message.type, 1);
	EQ(queue_stat(id).cbytes, 0);
	EQ(queue_stat(id).qnum, 0);
	queue_removed(id);
}

BOTH("3.5-room may be larger than any message")
{
	int id = make_queue();

	OK(send_text(id, 1, "abc"));
	EQ(msg_rcv(id, &message, 0x7FFFFFFF, 0, 0), 3);
	ERR(msg_rcv(id, &message, -1, 0, IPC_NOWAIT), EINVAL);
	ERR(msg_rcv(id, &message, LOWEST, 0, IPC_NOWAIT), EINVAL);
	queue_removed(id);
}

BOTH("3.5-rcv order: EINVAL, EACCES, E2BIG or ENOMSG, EFAULT")
{
	int id = OK(msg_get(IPC_PRIVATE, 0602));

	ERR(msg_rcv(-1, KERNEL, 1, 0, IPC_NOWAIT), EINVAL);
	ERR(msg_rcv(NO_SUCH, KERNEL, 1, 0, IPC_NOWAIT), EINVAL);
	ERR(msg_rcv(NO_SUCH, KERNEL, -1, 0, IPC_NOWAIT), EINVAL);
	ERR(msg_rcv(id, KERNEL, 1, 0, IPC_NOWAIT), ENOMSG);
	OK(send_text(id, 1, "abc"));
	ERR(msg_rcv(id, KERNEL, 1, 0, IPC_NOWAIT), E2BIG);
	AS(NOBODY, NOBODY)
	{
		ERR(msg_rcv(id, KERNEL, 1, 0, IPC_NOWAIT), EACCES);
		ERR(msg_rcv(id, KERNEL, -1, 0, IPC_NOWAIT), EINVAL);
	}
	EQ(queue_stat(id).qnum, 1);
	queue_removed(id);
}

BOTH("3.5-fault a message that cannot be written is lost: EFAULT")
{
	int id = make_queue();
	char *end = (char *)type_only(1) + 4;

	OK(send_text(id, 1, "abc"));
	OK(send_text(id, 2, "def"));
	OK(send_text(id, 3, "ghi"));
	ERR(msg_rcv(id, KERNEL, 3, 0, 0), EFAULT);
	EQ(queue_stat(id).qnum, 2);
	EQ(queue_stat(id).cbytes, 6);
	EQ(queue_stat(id).lrpid, getpid());
	ERR(msg_rcv(id, end - 6, 3, 0, 0), EFAULT);
	EQ(queue_stat(id).qnum, 1);
	EQ(msg_rcv(id, end - 7, 9, 0, 0), 3);
	EQ(memcmp(end - 3, "ghi", 3), 0);
	queue_removed(id);
}

/* --- MSG_COPY ------------------------------------------------------------ */

BOTH("3.5-copy gives the n-th message and leaves the queue as it was")
{
	int id = make_queue();
	struct msg_ds before, after;

	OK(send_text(id, 5, "zero"));
	OK(send_text(id, 3, "one"));
	OK(send_text(id, 5, "two!!"));
	before = queue_stat(id);
	next_tick();
	RECEIVES(id, 0, MSG_COPY, 5, "zero");
	RECEIVES(id, 2, MSG_COPY, 5, "two!!");
	RECEIVES(id, 1, MSG_COPY, 3, "one");
	RECEIVES(id, 1, MSG_COPY, 3, "one");
	ERR(receive(id, 3, MSG_COPY), ENOMSG);
	ERR(receive(id, -1, MSG_COPY), ENOMSG);
	after = queue_stat(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	RECEIVES(id, 0, 0, 5, "zero");
	queue_removed(id);
}

BOTH("3.5-copy needs IPC_NOWAIT and excludes MSG_EXCEPT, before the id")
{
	int id = make_queue();

	OK(send_text(id, 1, "x"));
	ERR(msg_rcv(id, &message, 9, 0, MSG_COPY), EINVAL);
	ERR(receive(id, 0, MSG_COPY | MSG_EXCEPT), EINVAL);
	ERR(msg_rcv(NO_SUCH, &message, 9, 0, MSG_COPY), EINVAL);
	ERR(receive(NO_SUCH, 0, MSG_COPY), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(msg_rcv(id, &message, 9, 0, MSG_COPY), EINVAL);
		ERR(receive(id, 0, MSG_COPY), EACCES);
	}
	queue_removed(id);
}

BOTH("3.5-copy reads the room first: a bad one is EFAULT before all else")
{
	int id = make_queue(), copy = MSG_COPY | IPC_NOWAIT;
	char *page = memory(2 * PAGE, PROT_READ | PROT_WRITE);

	OK(munmap(page + PAGE, PAGE));
	OK(send_text(id, 1, "abcd"));
	ERR(msg_rcv(NO_SUCH, KERNEL, 4, 0, copy), EFAULT);
	ERR(msg_rcv(id, KERNEL, 4, 9, copy), EFAULT);
	ERR(msg_rcv(id, KERNEL, 3, 0, copy), EFAULT);
	ERR(msg_rcv(id, KERNEL, 0, 9, copy), ENOMSG);
	ERR(msg_rcv(id, KERNEL, 4, 0, MSG_COPY), EINVAL);
	ERR(msg_rcv(-1, KERNEL, 4, 0, copy), EINVAL);
	ERR(msg_rcv(id, page + PAGE - 8, 9, 0, copy), EFAULT);
	EQ(msg_rcv(id, page + PAGE - 8, 8, 0, copy), 4);
	EQ(msg_rcv(id, &message, INT32_MAX, 0, copy), 4);
	EQ(queue_stat(id).qnum, 1);
	queue_removed(id);
}

BOTH("3.5-copy a message longer than the room is E2BIG, EINVAL with NOERROR")
{
	int id = make_queue(), copy = MSG_COPY | IPC_NOWAIT;

	OK(send_text(id, 1, "abcd"));
	ERR(msg_rcv(id, &message, 3, 0, copy), E2BIG);
	ERR(msg_rcv(id, &message, 3, 0, copy | MSG_NOERROR), EINVAL);
	EQ(msg_rcv(id, &message, 4, 0, copy | MSG_NOERROR), 4);
	ERR(msg_rcv(id, KERNEL, 4, 0, copy), EFAULT);
	EQ(queue_stat(id).qnum, 1);
	queue_removed(id);
}

/* --- sleeping receivers -------------------------------------------------- */

static int starts; /* how many receivers and senders this test has started */

/* A child that receives `type` into `room` bytes, with the result `wanted`. */
static pid_t receiver(int id, int room, long type, int flags, long wanted)
{
	int stage = ++starts;
	pid_t pid;

	BACKGROUND(pid)
	{
		reach(stage);
		EQ(msg_rcv(id, &message, room, type, flags), wanted);
		for (int i = 0; i < wanted; i++)
			EQ(message.text[i], 's');
	}
	await(stage);
	await_asleep(pid);
	return pid;
}

/* A child that sends `size` bytes, with the result `wanted`. */
static pid_t sender(int id, long type, int size, long wanted)
{
	int stage = ++starts;
	pid_t pid;

	BACKGROUND(pid)
	{
		reach(stage);
		EQ(send_bytes(id, type, size, 0), wanted);
	}
	await(stage);
	await_asleep(pid);
	return pid;
}

BOTH("3.5-direct a message goes to a waiting receiver, past the queue")
{
	int id = make_queue();
	pid_t pid = receiver(id, 100, 0, 0, 5);
	struct msg_ds ds;

	EQ(send_bytes(id, 1, 5, 0), 0);
	ds = queue_stat(id);
	EQ(ds.qnum, 0);
	EQ(ds.cbytes, 0);
	EQ(ds.lspid, getpid());
	EQ(ds.lrpid, pid);
	EQ(ds.rtime, ds.stime);
	EXITS(pid, 0);
	queue_removed(id);
}

BOTH("3.5-direct the first to wait is the first to be served")
{
	int id = make_queue();
	pid_t pid[4];

	for (int i = 0; i < 4; i++)
		pid[i] = receiver(id, 100, i % 2 ? 0 : 7, 0, i + 1);
	for (int i = 0; i < 4; i++) {
		EQ(send_bytes(id, 7, i + 1, 0), 0);
		EQ(queue_stat(id).lrpid, pid[i]);
		NEXT_IS(pid[i]);
	}
	queue_removed(id);
}

BOTH("3.5-direct it goes to the first receiver that wants that type")
{
	int id = make_queue();
	pid_t nine = receiver(id, 100, 9, 0, 1);
	pid_t low = receiver(id, 100, -3, 0, 2);
	pid_t other = receiver(id, 100, 3, MSG_EXCEPT, 3);

	EQ(send_bytes(id, 4, 3, 0), 0);
	NEXT_IS(other);
	EQ(send_bytes(id, 4, 4, 0), 0);
	EQ(queue_stat(id).qnum, 1);
	EQ(send_bytes(id, 3, 2, 0), 0);
	NEXT_IS(low);
	EQ(send_bytes(id, 9, 1, 0), 0);
	NEXT_IS(nine);
	EQ(queue_stat(id).qnum, 1);
	queue_removed(id);
}

BOTH("3.5-direct a receiver without room wakes with E2BIG, the next is served")
{
	int id = make_queue();
	pid_t small = receiver(id, 4, 0, 0, -E2BIG);
	pid_t cuts = receiver(id, 4, 0, MSG_NOERROR, 4);

	EQ(send_bytes(id, 1, 5, 0), 0);
	EXITS(small, 0);
	EXITS(cuts, 0);
	EQ(queue_stat(id).qnum, 0);
	EQ(queue_stat(id).lrpid, cuts);
	queue_removed(id);
}

BOTH("3.5-direct with no receiver left that has room it is queued")
{
	int id = make_queue();
	pid_t a = receiver(id, 4, 0, 0, -E2BIG);
	pid_t b = receiver(id, 0, 1, 0, -E2BIG);
	pid_t c = receiver(id, 0, 2, 0, 0);

	EQ(send_bytes(id, 1, 5, 0), 0);
	EXITS(a, 0);
	EXITS(b, 0);
	EQ(queue_stat(id).qnum, 1);
	EQ(queue_stat(id).lrpid, 0);
	EQ(send_bytes(id, 2, 0, 0), 0);
	EXITS(c, 0);
	EQ(receive(id, 0, 0), 5);
	queue_removed(id);
}

BOTH("3.5-direct a receiver with a bad buffer gets EFAULT, the message is lost")
{
	int id = make_queue();
	pid_t pid;

	BACKGROUND(pid)
	{
		reach(1);
		ERR(msg_rcv(id, KERNEL, 9, 0, 0), EFAULT);
	}
	await(1);
	await_asleep(pid);
	EQ(send_bytes(id, 1, 5, 0), 0);
	EXITS(pid, 0);
	EQ(queue_stat(id).qnum, 0);
	EQ(queue_stat(id).lrpid, pid);
	queue_removed(id);
}

BOTH("3.5-direct the longest message, to three waiting receivers")
{
	int id = make_queue();
	pid_t pid[3];

	for (int i = 0; i < 3; i++)
		pid[i] = receiver(id, TEXT, 0, 0, TEXT);
	for (int i = 0; i < 3; i++)
		EQ(send_bytes(id, 1, TEXT, IPC_NOWAIT), 0);
	for (int i = 0; i < 3; i++)
		EXITS(pid[i], 0);
	EQ(queue_stat(id).qnum, 0);
	queue_removed(id);
}

/* --- sleeping senders ---------------------------------------------------- */

static int full_queue(void)
{
	int id = make_queue();

	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 2, 8192, 0), 0);
	return id;
}

BOTH("3.5-full a sender to a full queue waits until there is room")
{
	int id = full_queue();
	pid_t pid = sender(id, 3, 100, 0);

	EQ(queue_stat(id).qnum, 2);
	EQ(receive(id, 1, 0), 8192);
	EXITS(pid, 0);
	EQ(queue_stat(id).qnum, 2);
	EQ(queue_stat(id).cbytes, 8292);
	EQ(queue_stat(id).lspid, pid);
	EQ(receive(id, 3, 0), 100);
	queue_removed(id);
}

BOTH("3.5-full what does not fit yet waits on, a smaller one passes")
{
	int id = make_queue();
	pid_t big, small;

	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 2, 4192, 0), 0);
	EQ(send_bytes(id, 3, 4000, 0), 0);
	big = sender(id, 4, 8000, 0);
	small = sender(id, 5, 4000, 0);
	EQ(receive(id, 3, 0), 4000);
	NEXT_IS(small);
	await_asleep(big);
	EQ(queue_stat(id).qnum, 3);
	EQ(receive(id, 1, 0), 8192);
	NEXT_IS(big);
	queue_removed(id);
}

BOTH("3.5-full one message that goes lets several small ones in")
{
	int id = full_queue();
	pid_t pid[5];

	for (int i = 0; i < 5; i++)
		pid[i] = sender(id, 10 + i, 1000, 0);
	EQ(receive(id, 1, 0), 8192);
	for (int i = 0; i < 5; i++)
		EXITS(pid[i], 0);
	EQ(queue_stat(id).qnum, 6);
	EQ(queue_stat(id).cbytes, 8192 + 5000);
	for (int i = 0; i < 5; i++)
		EQ(receive(id, 10 + i, 0), 1000);
	queue_removed(id);
}

BOTH("3.5-full all who wait get in at last, each message once")
{
	int id = full_queue();
	pid_t pid[6];

	for (int i = 0; i < 6; i++)
		pid[i] = sender(id, 10 + i, 8192, 0);
	for (int i = 0; i < 8; i++) {
		EQ(msg_rcv(id, &message, TEXT, 0, 0), 8192);
		shared->value[message.type]++;
	}
	for (int i = 0; i < 6; i++) {
		EXITS(pid[i], 0);
		EQ(shared->value[10 + i], 1);
	}
	EQ(queue_stat(id).qnum, 0);
	queue_removed(id);
}

BOTH("3.5-fair senders get in in the order in which they came")
{
	static const int order[] = {1, 2, 10, 11, 12, 13, 14, 15};
	pid_t pid[6];
	int id;

	need_tessera();
	id = full_queue();
	for (int i = 0; i < 6; i++)
		pid[i] = sender(id, 10 + i, 8192, 0);
	for (unsigned i = 0; i < ALL(order); i++) {
		EQ(msg_rcv(id, &message, TEXT, 0, 0), 8192);
		EQ(message.type, order[i]);
	}
	for (int i = 0; i < 6; i++)
		EXITS(pid[i], 0);
	queue_removed(id);
}

BOTH("3.5-full a sender waits, even if a receiver waits for that very type")
{
	int id = full_queue();
	pid_t wants = receiver(id, TEXT, 3, 0, 10), sends;

	ERR(send_bytes(id, 3, 10, IPC_NOWAIT), EAGAIN);
	sends = sender(id, 3, 10, 0);
	EQ(receive(id, 1, 0), 8192);
	EXITS(sends, 0);
	EXITS(wants, 0);
	EQ(queue_stat(id).qnum, 1);
	EQ(queue_stat(id).lrpid, wants);
	queue_removed(id);
}

BOTH("3.5-full a higher qbytes lets a waiting sender in")
{
	int id = make_queue();
	pid_t pid;

	queue_set(id, 0, 0, 0600, 100);
	EQ(send_bytes(id, 1, 100, 0), 0);
	pid = sender(id, 2, 50, 0);
	queue_set(id, 0, 0, 0600, 149);
	await_asleep(pid);
	EQ(queue_stat(id).qnum, 1);
	queue_set(id, 0, 0, 0600, 150);
	EXITS(pid, 0);
	EQ(queue_stat(id).cbytes, 150);
	queue_removed(id);
}

/* --- what ends a sleep --------------------------------------------------- */

BOTH("3.5-rmid the removal wakes receivers and senders with EIDRM")
{
	int empty = make_queue(), full = full_queue();
	pid_t pid[6];

	for (int i = 0; i < 3; i++) {
		pid[i] = receiver(empty, 100, i - 1, 0, -EIDRM);
		pid[3 + i] = sender(full, 1 + i, 1000, -EIDRM);
	}
	queue_removed(empty);
	queue_removed(full);
	for (int i = 0; i < 6; i++)
		EXITS(pid[i], 0);
}

BOTH("3.5-rmid a queue made anew under the sleepers is untouched by them")
{
	int id = OK(msg_get(KEY, IPC_CREAT | 0600)), other;
	pid_t pid[5];

	for (int i = 0; i < 5; i++)
		pid[i] = receiver(id, 100, 0, 0, -EIDRM);
	queue_removed(id);
	other = OK(msg_get(KEY, IPC_CREAT | IPC_EXCL | 0600));
	OK(send_text(other, 1, "mine"));
	for (int i = 0; i < 5; i++)
		EXITS(pid[i], 0);
	RECEIVES(other, 0, 0, 1, "mine");
	queue_removed(other);
}

BOTH("3.5-kill a killed receiver takes no message, a killed sender leaves none")
{
	int id = make_queue();
	pid_t pid = receiver(id, 100, 0, 0, 0), next;

	next = receiver(id, 100, 0, 0, 5);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(send_bytes(id, 1, 5, 0), 0);
	EXITS(next, 0);
	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 2, 8192, 0), 0);
	pid = sender(id, 3, 1000, 0);
	next = sender(id, 4, 1000, 0);
	OK(kill(pid, SIGTERM));
	KILLED(pid, SIGTERM);
	EQ(receive(id, 1, 0), 8192);
	EXITS(next, 0);
	EQ(queue_stat(id).qnum, 2);
	EQ(queue_stat(id).cbytes, 9192);
	queue_removed(id);
}

BOTH("3.5-stop a stopped receiver leaves the line, and asks again when "
     "continued")
{
	int id = make_queue();
	pid_t pid = receiver(id, 100, 0, 0, 2), late;

	stop(pid);
	EQ(send_bytes(id, 1, 1, 0), 0);
	EQ(queue_stat(id).qnum, 1);
	EQ(queue_stat(id).lrpid, 0);
	EQ(receive(id, 0, 0), 1);
	OK(kill(pid, SIGCONT));
	await_asleep(pid);
	EQ(send_bytes(id, 1, 2, 0), 0);
	EXITS(pid, 0);

	pid = receiver(id, 100, 0, 0, 4);
	late = receiver(id, 100, 0, 0, 3);
	stop(pid);
	EQ(send_bytes(id, 1, 3, 0), 0);
	EXITS(late, 0);
	EQ(send_bytes(id, 1, 4, 0), 0);
	OK(kill(pid, SIGCONT));
	EXITS(pid, 0);
	queue_removed(id);
}

/* Tessera's own verdict: every message belongs to a queue or to a process. */
static void check_accounts(void)
{
	char verdict[20];

	if (!on_tessera())
		return;
	TRUE(read_file("/proc/check", verdict, sizeof verdict) > 0);
	EQ(atoi(verdict), 0);
}

BOTH("3.5-stop a stopped sender has sent nothing, and sends when continued")
{
	int id = make_queue();
	pid_t pid;

	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 1, 8192, 0), 0);
	pid = sender(id, 3, 1000, 0);
	stop(pid);
	check_accounts();
	EQ(receive(id, 0, 0), 8192);
	EQ(queue_stat(id).qnum, 1);
	OK(kill(pid, SIGCONT));
	EXITS(pid, 0);
	EQ(queue_stat(id).qnum, 2);
	EQ(receive(id, 3, 0), 1000);
	EQ(send_bytes(id, 1, 8192, 0), 0);
	pid = sender(id, 3, 1000, 0);
	stop(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	EQ(queue_stat(id).qnum, 2);
	queue_removed(id);
}

BOTH("3.5-stop removed while they are stopped: EINVAL, and not EIDRM")
{
	int id = make_queue();
	pid_t waits = receiver(id, 100, 0, 0, -EINVAL), sends;

	stop(waits);
	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 1, 8192, 0), 0);
	sends = sender(id, 3, 1000, -EINVAL);
	stop(sends);
	queue_removed(id);
	OK(kill(waits, SIGCONT));
	OK(kill(sends, SIGCONT));
	EXITS(waits, 0);
	EXITS(sends, 0);
}

BOTH("3.5-kill when the last in line is killed, the next to come is in line")
{
	int id = make_queue();
	pid_t a = receiver(id, 100, 0, 0, 1), b = receiver(id, 100, 0, 0, 1), c;

	OK(kill(b, SIGKILL));
	KILLED(b, SIGKILL);
	c = receiver(id, 100, 0, 0, 2);
	EQ(send_bytes(id, 1, 1, 0), 0);
	NEXT_IS(a);
	EQ(send_bytes(id, 1, 2, 0), 0);
	NEXT_IS(c);
	queue_removed(id);
}

BOTH("3.5-dead a killed sleeper is given nothing, though it has not ended yet")
{
	pid_t a, b;
	int id;

	need_tessera();
	id = make_queue();
	a = receiver(id, 100, 0, 0, 5);
	b = receiver(id, 100, 0, 0, 5);
	OK(kill(a, SIGKILL));
	EQ(send_bytes(id, 1, 5, 0), 0);
	KILLED(a, SIGKILL);
	EXITS(b, 0);
	queue_removed(id);
}

BOTH("3.5-kill thirty receivers are killed, the thirty-first is served")
{
	int id = make_queue();
	pid_t pid[31];

	for (int i = 0; i < 31; i++)
		pid[i] = receiver(id, 100, 0, 0, 7);
	for (int i = 0; i < 30; i++)
		OK(kill(pid[(i * 7) % 30], SIGKILL));
	for (int i = 0; i < 30; i++)
		KILLED(pid[i], SIGKILL);
	EQ(send_bytes(id, 1, 7, 0), 0);
	EXITS(pid[30], 0);
	EQ(queue_stat(id).qnum, 0);
	queue_removed(id);
}

BOTH("3.5-access a waiting receiver is asked again when the mode changes")
{
	int id = OK(msg_get(IPC_PRIVATE, 0666));
	pid_t stays, goes;

	starts = 1;
	BACKGROUND(goes)
	{
		become(NOBODY, NOBODY);
		reach(1);
		ERR(msg_rcv(id, &message, 100, 0, 0), EACCES);
	}
	await(1);
	await_asleep(goes);
	stays = receiver(id, 100, 0, 0, 3);
	queue_set(id, 0, 0, 0660, 16384);
	EXITS(goes, 0);
	await_asleep(stays);
	EQ(send_bytes(id, 1, 3, 0), 0);
	EXITS(stays, 0);
	queue_removed(id);
}

BOTH("3.5-access a waiting sender is asked again when there is room")
{
	int id = OK(msg_get(IPC_PRIVATE, 0666));
	pid_t pid;

	EQ(send_bytes(id, 1, 8192, 0), 0);
	EQ(send_bytes(id, 2, 8192, 0), 0);
	BACKGROUND(pid)
	{
		become(NOBODY, NOBODY);
		reach(1);
		ERR(send_bytes(id, 3, 100, 0), EACCES);
	}
	await(1);
	await_asleep(pid);
	queue_set(id, 0, 0, 0600, 16384);
	await_asleep(pid);
	EQ(receive(id, 1, 0), 8192);
	EXITS(pid, 0);
	EQ(queue_stat(id).qnum, 1);
	queue_removed(id);
}

#define WAITING 20
#define ROUNDS  60

/* Waits at one queue after the other, and at the gate before each. */
static void wait_and_be_removed(int gate, int which)
{
	for (int round = 1; round <= ROUNDS; round++) {
		EQ(SEMOP(gate, {which, -1, 0}), 0);
		shared->value[1 + which] = round;
		EQ(msg_rcv((int)shared->value[0], &message, 9, 0, 0), -EIDRM);
	}
}

BOTH("B3 1,200 receivers are woken by removals with EIDRM, and nothing is lost")
{
	struct sembuf open_gate[WAITING];
	int gate = make_set(WAITING);
	pid_t pid[WAITING];

	for (int i = 0; i < WAITING; i++) {
		open_gate[i] = (struct sembuf){i, 1, 0};
		BACKGROUND(pid[i])
		{
			wait_and_be_removed(gate, i);
		}
	}
	for (int round = 1; round <= ROUNDS; round++) {
		int id = make_queue();

		shared->value[0] = id;
		EQ(sem_ops(gate, open_gate, WAITING), 0);
		for (int i = 0; i < WAITING; i++) {
			while (shared->value[1 + i] != round)
				sched_yield();
			await_asleep(pid[i]);
		}
		queue_removed(id);
	}
	for (int i = 0; i < WAITING; i++)
		EXITS(pid[i], 0);
	set_removed(gate);
}

BOTH("B3 a thousand messages still queued go with their queue")
{
	for (int i = 0; i < 10; i++) {
		int id = make_queue();

		for (int k = 0; k < 100; k++)
			EQ(send_bytes(id, 1, 150, IPC_NOWAIT), 0);
		queue_removed(id);
	}
}
