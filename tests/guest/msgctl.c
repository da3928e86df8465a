/*
 * tests/guest/msgctl.c -- msgctl(2), 3.5; the fields; the limits; /proc.
 *
 * The tests say for each command who may use it, what it changes and what it
 * leaves, and which of two errors comes first.  qbytes is the only field that
 * an owner may lower and raise; only root may raise it beyond MSGMNB.
 */
#define DIRECT_DOOR " [399..402]"
#include "sysv.h"

#define KEY     0x4D71
#define NO_SUCH 12345
#define KERNEL  ((void *)0xC0000000)

static struct msg_ds scratch;

/* --- IPC_RMID, IPC_SET, IPC_STAT ----------------------------------------- */

BOTH("3.5-rmid a queue is gone at once, with its key and its messages")
{
	int id = OK(msg_get(KEY, IPC_CREAT | 0600));

	OK(send_text(id, 1, "never read"));
	EQ(msg_ctl(id, IPC_RMID, KERNEL), 0);
	ERR(msg_ctl(id, IPC_STAT, &scratch), EINVAL);
	ERR(msg_get(KEY, 0), ENOENT);
	ERR(msg_ctl(id, IPC_RMID, NULL), EINVAL);
	ERR(msg_ctl(-1, IPC_RMID, NULL), EINVAL);
}

BOTH("3.5-rmid owner and creator may, others get EPERM")
{
	AS(1000, 1000)
	{
		shared->value[0] = OK(msg_get(IPC_PRIVATE, 0666));
		shared->value[1] = OK(msg_get(IPC_PRIVATE, 0));
		queue_set(shared->value[0], 2000, 2000, 0666, 16384);
	}
	AS(3000, 2000)
	{
		ERR(msg_ctl(shared->value[0], IPC_RMID, NULL), EPERM);
		ERR(msg_ctl(NO_SUCH, IPC_RMID, NULL), EINVAL);
	}
	AS(2000, 7)
	{
		EQ(msg_ctl(shared->value[0], IPC_RMID, NULL), 0);
	}
	AS(1000, 7)
	{
		EQ(msg_ctl(shared->value[1], IPC_RMID, NULL), 0);
	}
}

BOTH("3.5-set changes owner, group, nine bits of the mode, qbytes, no more")
{
	int id = OK(msg_get(KEY, IPC_CREAT | 0600));
	struct msg_ds ds = queue_stat(id), after;

	OK(send_text(id, 1, "abc"));
	ds.uid = 1;
	ds.gid = 2;
	ds.cuid = 3;
	ds.cgid = 4;
	ds.mode = 0177451;
	ds.key = 99;
	ds.seq = 77;
	ds.stime = ds.rtime = ds.ctime = 5;
	ds.cbytes = ds.qnum = 1000;
	ds.qbytes = 4321;
	ds.lspid = ds.lrpid = 6;
	EQ(msg_ctl(id, IPC_SET, &ds), 0);
	after = queue_stat(id);
	EQ(after.uid, 1);
	EQ(after.gid, 2);
	EQ(after.mode, 0451);
	EQ(after.cuid, 0);
	EQ(after.cgid, 0);
	EQ(after.key, KEY);
	EQ(after.seq, id / 32768);
	TRUE(after.stime > 5);
	EQ(after.rtime, 0);
	TRUE(after.ctime > 5);
	EQ(after.cbytes, 3);
	EQ(after.qnum, 1);
	EQ(after.qbytes, 4321);
	EQ(after.lspid, getpid());
	EQ(after.lrpid, 0);
	EQ(msg_get(KEY, 0), id);
	queue_removed(id);
}

BOTH("3.5-set order: EINVAL below 0, EFAULT, EINVAL, EPERM, EINVAL for ids -1")
{
	int id = make_queue();
	struct msg_ds ds = queue_stat(id);

	ERR(msg_ctl(-1, IPC_SET, NULL), EINVAL);
	ERR(msg_ctl(NO_SUCH, IPC_SET, KERNEL), EFAULT);
	ERR(msg_ctl(id, IPC_SET, NULL), EFAULT);
	ERR(msg_ctl(NO_SUCH, IPC_SET, &ds), EINVAL);
	ds.uid = (unsigned)-1;
	ds.qbytes = 100;
	ERR(msg_ctl(id, IPC_SET, &ds), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(msg_ctl(id, IPC_SET, NULL), EFAULT);
		ERR(msg_ctl(id, IPC_SET, &ds), EPERM);
	}
	ds.uid = 7;
	ds.gid = (unsigned)-1;
	ERR(msg_ctl(id, IPC_SET, &ds), EINVAL);
	EQ(queue_stat(id).qbytes, 16384);
	EQ(queue_stat(id).uid, 0);
	queue_removed(id);
}

BOTH("3.5-set the owner may lower qbytes, and raise it up to MSGMNB: EPERM")
{
	AS(1000, 1000)
	{
		int id = make_queue();
		struct msg_ds ds;

		queue_set(id, 1000, 1000, 0600, 10);
		ERR(send_bytes(id, 1, 11, IPC_NOWAIT), EAGAIN);
		queue_set(id, 1000, 1000, 0600, 16384);
		ds = queue_stat(id);
		ds.qbytes = 16385;
		ds.uid = (unsigned)-1;
		ERR(msg_ctl(id, IPC_SET, &ds), EPERM);
		ds.uid = 1000;
		ds.mode = 0640;
		ERR(msg_ctl(id, IPC_SET, &ds), EPERM);
		EQ(queue_stat(id).qbytes, 16384);
		EQ(queue_stat(id).mode, 0600);
		shared->value[0] = id;
	}
	queue_set(shared->value[0], 1000, 1000, 0600, 20000);
	AS(1000, 1000)
	{
		int id = shared->value[0];
		struct msg_ds ds = queue_stat(id);

		EQ(send_bytes(id, 1, 8192, IPC_NOWAIT), 0);
		EQ(send_bytes(id, 1, 8192, IPC_NOWAIT), 0);
		EQ(send_bytes(id, 1, 3616, IPC_NOWAIT), 0);
		ERR(send_bytes(id, 1, 1, IPC_NOWAIT), EAGAIN);
		ERR(msg_ctl(id, IPC_SET, &ds), EPERM);
		queue_removed(id);
	}
}

BOTH("3.5-set qbytes below what is queued loses nothing, and 0 takes no more")
{
	int id = make_queue();

	OK(send_text(id, 1, "kept"));
	queue_set(id, 0, 0, 0600, 0);
	ERR(send_text(id, 1, ""), EAGAIN);
	RECEIVES(id, 0, 0, 1, "kept");
	ERR(send_text(id, 1, ""), EAGAIN);
	queue_set(id, 0, 0, 0600, 1);
	EQ(send_text(id, 1, ""), 0);
	queue_removed(id);
}

BOTH(
    "3.5-set root may raise qbytes to the largest number, and sums do not wrap")
{
	int id = make_queue();

	queue_set(id, 0, 0, 0600, -1);
	EQ(queue_stat(id).qbytes, 0xFFFFFFFFu);
	EQ(send_bytes(id, 1, 8192, IPC_NOWAIT), 0);
	EQ(send_bytes(id, 1, 8192, IPC_NOWAIT), 0);
	EQ(send_bytes(id, 1, 8192, IPC_NOWAIT), 0);
	queue_set(id, 0, 0, 0600, 8192);
	ERR(send_bytes(id, 1, 0, IPC_NOWAIT), EAGAIN);
	EQ(receive(id, 0, 0), 8192);
	EQ(receive(id, 0, 0), 8192);
	EQ(send_bytes(id, 1, 0, IPC_NOWAIT), 0);
	ERR(send_bytes(id, 1, 1, IPC_NOWAIT), EAGAIN);
	queue_removed(id);
}

BOTH("3.5-set owner and creator may though the mode is 0, the group may not")
{
	AS(1000, 1000)
	{
		shared->value[0] = OK(msg_get(IPC_PRIVATE, 0600));
		queue_set(shared->value[0], 2000, 2001, 0, 16384);
	}
	AS(2000, 7)
	{
		ERR(msg_ctl(shared->value[0], IPC_STAT, &scratch), EACCES);
		scratch.uid = 2000;
		scratch.gid = 2001;
		scratch.mode = 0060;
		scratch.qbytes = 10;
		EQ(msg_ctl(shared->value[0], IPC_SET, &scratch), 0);
	}
	AS(3000, 2001)
	{
		scratch = queue_stat(shared->value[0]);
		ERR(msg_ctl(shared->value[0], IPC_SET, &scratch), EPERM);
	}
	AS(1000, 7)
	{
		scratch.uid = 2000;
		scratch.mode = 0400;
		EQ(msg_ctl(shared->value[0], IPC_SET, &scratch), 0);
		EQ(queue_stat(shared->value[0]).cuid, 1000);
		queue_removed(shared->value[0]);
	}
}

BOTH("3.5-stat needs reading; order: EINVAL, EACCES, EFAULT")
{
	int id = OK(msg_get(IPC_PRIVATE, 0602));

	ERR(msg_ctl(-1, IPC_STAT, NULL), EINVAL);
	ERR(msg_ctl(NO_SUCH, IPC_STAT, NULL), EINVAL);
	ERR(msg_ctl(id, IPC_STAT, NULL), EFAULT);
	ERR(msg_ctl(id, IPC_STAT, KERNEL), EFAULT);
	AS(NOBODY, NOBODY)
	{
		ERR(msg_ctl(id, IPC_STAT, NULL), EACCES);
	}
	queue_set(id, 0, 0, 0604, 16384);
	AS(NOBODY, NOBODY)
	{
		EQ(queue_stat(id).qnum, 0);
	}
	queue_removed(id);
}

/* --- MSG_STAT, MSG_STAT_ANY, IPC_INFO, MSG_INFO -------------------------- */

static long index_of(int id)
{
	struct msg_limits totals;
	struct msg_ds ds;
	long last = OK(msg_ctl(0, MSG_INFO, &totals));

	for (long i = 0; i <= last; i++)
		if (msg_ctl(i, MSG_STAT_ANY, &ds) == id)
			return i;
	FAIL("id %d has no index up to %ld", id, last);
}

BOTH("3.5-msg_stat takes an index and returns the id")
{
	int id = OK(msg_get(KEY, IPC_CREAT | 0640));
	struct msg_ds ds;

	OK(send_text(id, 1, "abc"));
	EQ(index_of(id), id % 32768);
	memset(&ds, 0xCC, sizeof ds);
	EQ(msg_ctl(index_of(id), MSG_STAT, &ds), id);
	EQ(ds.key, KEY);
	EQ(ds.mode, 0640);
	EQ(ds.cbytes, 3);
	EQ(ds.pad1 | ds.pad2 | ds.unused4 | ds.unused5, 0);
	queue_removed(id);
}

BOTH("3.5-msg_stat needs reading, MSG_STAT_ANY nothing; EFAULT is last")
{
	int id = make_queue(), index = index_of(id);

	AS(NOBODY, NOBODY)
	{
		ERR(msg_ctl(index, MSG_STAT, NULL), EACCES);
		EQ(msg_ctl(index, MSG_STAT_ANY, &scratch), id);
		ERR(msg_ctl(index, MSG_STAT_ANY, NULL), EFAULT);
	}
	ERR(msg_ctl(index, MSG_STAT, KERNEL), EFAULT);
	queue_removed(id);
}

BOTH("3.5-msg_stat an index that is not used is EINVAL")
{
	ERR(msg_ctl(4095, MSG_STAT, &scratch), EINVAL);
	ERR(msg_ctl(32767, MSG_STAT_ANY, &scratch), EINVAL);
	ERR(msg_ctl(-1, MSG_STAT, &scratch), EINVAL);
	ERR(msg_ctl(-1, MSG_STAT_ANY, &scratch), EINVAL);
}

BOTH("3.5-ipc_info answers the limits, needs no right, and the highest index")
{
	struct msg_limits limits;
	int id = make_queue();

	memset(&limits, 0xCC, sizeof limits);
	AS(NOBODY, NOBODY)
	{
		EQ(msg_ctl(0, IPC_INFO, &limits), id % 32768);
		EQ(limits.max, 8192);
		EQ(limits.mnb, 16384);
		EQ(limits.mni, 32000);
		EQ(limits.pool, 512000);
		EQ(limits.map, 16384);
		EQ(limits.ssz, 16);
		EQ(limits.tql, 16384);
		EQ(limits.seg, 65535);
		EQ(limits.pad, 0);
		EQ(msg_ctl(NO_SUCH, IPC_INFO, &limits), id % 32768);
	}
	ERR(msg_ctl(-1, IPC_INFO, &limits), EINVAL);
	ERR(msg_ctl(0, IPC_INFO, NULL), EFAULT);
	ERR(msg_ctl(-1, MSG_INFO, NULL), EINVAL);
	ERR(msg_ctl(0, MSG_INFO, KERNEL), EFAULT);
	queue_removed(id);
}

BOTH("3.5-msg_info counts queues, messages and their bytes")
{
	struct msg_limits totals;
	int a, b;

	EQ(msg_ctl(0, MSG_INFO, &totals), 0);
	EQ(totals.pool | totals.map | totals.tql, 0);
	a = make_queue();
	b = make_queue();
	EQ(send_bytes(a, 1, 100, 0), 0);
	EQ(send_bytes(a, 1, 0, 0), 0);
	EQ(send_bytes(b, 1, 11, 0), 0);
	TRUE(OK(msg_ctl(0, MSG_INFO, &totals)) >= 1);
	EQ(totals.pool, 2);
	EQ(totals.map, 3);
	EQ(totals.tql, 111);
	EQ(totals.max, 8192);
	queue_removed(a);
	OK(msg_ctl(0, MSG_INFO, &totals));
	EQ(totals.pool, 1);
	EQ(totals.map, 1);
	EQ(totals.tql, 11);
	EQ(receive(b, 0, 0), 11);
	OK(msg_ctl(0, MSG_INFO, &totals));
	EQ(totals.map, 0);
	queue_removed(b);
}

/* --- commands, layouts, doors -------------------------------------------- */

BOTH("3.5-cmd other and negative commands are EINVAL")
{
	static const int bad[] = {4, 10, 14, 99, 10000, (int)0x80000002};
	int id = make_queue();

	for (unsigned i = 0; i < ALL(bad); i++)
		ERR(msg_ctl(id, bad[i] & ~IPC_64, &scratch), EINVAL);
	ERR(msg_ctl(id, -1, &scratch), EINVAL);
	ERR(msg_ctl(-1, 99, &scratch), EINVAL);
	queue_removed(id);
}

TEST("2.3-ipc64 402 does not know IPC_64: EINVAL")
{
	static const int commands[] = {IPC_STAT, IPC_SET, IPC_RMID, MSG_INFO};
	int id = make_queue();

	for (unsigned i = 0; i < ALL(commands); i++)
		ERR(SYS(NR_msgctl, id, commands[i] | IPC_64, P(&scratch)),
		    EINVAL);
	EQ(SYS(NR_msgctl, id, IPC_STAT, P(&scratch)), 0);
	queue_removed(id);
}

TEST("2.3-ipc64 through ipc IPC_RMID needs no IPC_64")
{
	int id = make_queue();

	EQ(SYS(NR_ipc, IPCOP_msgctl, id, IPC_RMID), 0);
	ERR(SYS(NR_ipc, IPCOP_msgctl, id, IPC_RMID), EINVAL);
}

TEST("DEV3 a queue's layouts from before IPC_64 are not offered: EINVAL")
{
	static const int commands[] = {IPC_STAT, IPC_SET, MSG_STAT,
	                               MSG_STAT_ANY};
	int id;

	need_tessera();
	id = make_queue();
	for (unsigned i = 0; i < ALL(commands); i++)
		ERR(SYS(NR_ipc, IPCOP_msgctl, i < 2 ? id : 0, commands[i], 0,
		        P(&scratch)),
		    EINVAL);
	queue_removed(id);
}

TEST("2.2-msgrcv version 0 takes {msgp, msgtyp} by a pointer: NULL is EINVAL")
{
	long kludge[2] = {P(&message), 2};
	int id = make_queue(), nowait = IPC_NOWAIT;

	OK(send_text(id, 1, "one"));
	OK(send_text(id, 2, "two"));
	ERR(SYS(NR_ipc, IPCOP_msgrcv, id, 9, nowait, 0, 0), EINVAL);
	ERR(SYS(NR_ipc, IPCOP_msgrcv, -1, -1, nowait, 0, 0), EINVAL);
	ERR(SYS(NR_ipc, IPCOP_msgrcv, id, 9, nowait, P(KERNEL), 0), EFAULT);
	ERR(SYS(NR_ipc, IPCOP_msgrcv, -1, -1, nowait, P(KERNEL), 0), EFAULT);
	EQ(queue_stat(id).qnum, 2);
	EQ(SYS(NR_ipc, IPCOP_msgrcv, id, 9, nowait, P(kludge), 0), 3);
	EQ(message.type, 2);
	queue_removed(id);
}

TEST("2.2-msgrcv from version 1 on takes msgp, and msgtyp in the sixth")
{
	int id = make_queue(), nowait = IPC_NOWAIT;

	for (int version = 1; version < 4; version++) {
		int call = version << 16 | IPCOP_msgrcv;

		OK(send_text(id, 1, "one"));
		OK(send_text(id, 2, "two"));
		EQ(SYS(NR_ipc, call, id, 9, nowait, P(&message), 2), 3);
		EQ(message.type, 2);
		EQ(SYS(NR_ipc, call, id, 9, nowait, P(&message), 0), 3);
		EQ(message.type, 1);
		ERR(SYS(NR_ipc, call, id, 9, nowait, 0, 0), ENOMSG);
	}
	queue_removed(id);
}

BOTH("2.4-width IPC_STAT writes 88 bytes, IPC_INFO and MSG_INFO 32")
{
	static const struct {
		int command, bytes;
	} rows[] = {{IPC_STAT, 88}, {IPC_INFO, 32}, {MSG_INFO, 32}};
	unsigned char buf[128];
	int id = make_queue();

	for (unsigned i = 0; i < ALL(rows); i++) {
		memset(buf, 0xA5, sizeof buf);
		OK(msg_ctl(id, rows[i].command, buf));
		for (unsigned k = rows[i].bytes; k < sizeof buf; k++)
			EQ(buf[k], 0xA5);
		TRUE(buf[rows[i].bytes - 1] != 0xA5);
	}
	queue_removed(id);
}

TEST("B13 every byte of a queue's IPC_STAT that has no meaning is 0")
{
	static const int pads[][2] = {{22, 24}, {26, 36}, {40, 44},
	                              {48, 52}, {56, 60}, {80, 88}};
	unsigned char buf[88];
	int id = make_queue();

	memset(buf, 0xCC, sizeof buf);
	OK(msg_ctl(id, IPC_STAT, buf));
	for (unsigned i = 0; i < ALL(pads); i++)
		for (int k = pads[i][0]; k < pads[i][1]; k++)
			EQ(buf[k], 0);
	queue_removed(id);
}

/* --- which event writes which field -------------------------------------- */

enum { STIME = 1, RTIME = 2, CTIME = 4 };

static void times_moved(struct msg_ds a, struct msg_ds b, int mask)
{
	EQ(b.stime > a.stime, (mask & STIME) != 0);
	EQ(b.rtime > a.rtime, (mask & RTIME) != 0);
	EQ(b.ctime > a.ctime, (mask & CTIME) != 0);
}

TEST("3.5-events msgsnd writes stime and lspid, msgrcv rtime and lrpid")
{
	int id = make_queue();
	struct msg_ds a = queue_stat(id), b;
	pid_t pid;

	next_tick();
	BACKGROUND(pid)
	{
		OK(send_text(id, 1, "abc"));
	}
	EXITS(pid, 0);
	b = queue_stat(id);
	times_moved(a, b, STIME);
	EQ(b.lspid, pid);
	EQ(b.lrpid, 0);
	next_tick();
	OK(receive(id, 0, 0));
	a = queue_stat(id);
	times_moved(b, a, RTIME);
	EQ(a.lspid, pid);
	EQ(a.lrpid, getpid());
	next_tick();
	queue_set(id, 0, 0, 0640, 100);
	b = queue_stat(id);
	times_moved(a, b, CTIME);
	EQ(b.lspid, pid);
	queue_removed(id);
}

TEST("3.5-events what fails, and MSG_COPY, write nothing")
{
	int id = make_queue();
	struct msg_ds a, b;

	OK(send_text(id, 1, "abc"));
	queue_set(id, 0, 0, 0600, 3);
	a = queue_stat(id);
	next_tick();
	ERR(send_text(id, 1, "x"), EAGAIN);
	ERR(send_text(id, 0, "x"), EINVAL);
	ERR(receive(id, 2, 0), ENOMSG);
	ERR(msg_rcv(id, &message, 1, 0, IPC_NOWAIT), E2BIG);
	EQ(receive(id, 0, MSG_COPY), 3);
	a.qbytes = 16385;
	AS(NOBODY, NOBODY)
	{
		ERR(msg_ctl(id, IPC_SET, &a), EPERM);
		ERR(msg_rcv(id, &message, 9, 0, IPC_NOWAIT), EACCES);
	}
	a.qbytes = 3;
	b = queue_stat(id);
	EQ(memcmp(&a, &b, sizeof a), 0);
	queue_removed(id);
}

/* --- /proc --------------------------------------------------------------- */

TEST("1.8-proc /proc/sysvipc/msg has a heading and a line a queue")
{
	int id = OK(msg_get(-2, IPC_CREAT | 0641)), f[11];
	unsigned stime, rtime, ctime;
	char text[1024];

	OK(send_text(id, 1, "abc"));
	OK(send_text(id, 1, "de"));
	OK(send_text(id, 1, "fghi"));
	OK(receive(id, 0, 0));
	queue_set(id, 7, 8, 0641, 16384);
	TRUE(line_of("/proc/sysvipc/msg", id) != NULL);
	EQ(sscanf(line_of("/proc/sysvipc/msg", id),
	          "%d %d %o %d %d %d %d %d %d %d %d %u %u %u", &f[0], &f[1],
	          &f[2], &f[3], &f[4], &f[5], &f[6], &f[7], &f[8], &f[9],
	          &f[10], &stime, &rtime, &ctime),
	   14);
	EQ(f[0], -2);
	EQ(f[1], id);
	EQ(f[2], 0641);
	EQ(f[3], 6);
	EQ(f[4], 2);
	EQ(f[5], getpid());
	EQ(f[6], getpid());
	EQ(f[7], 7);
	EQ(f[8], 8);
	EQ(f[9], 0);
	EQ(f[10], 0);
	EQ(stime, queue_stat(id).stime);
	EQ(rtime, queue_stat(id).rtime);
	EQ(ctime, queue_stat(id).ctime);
	OK(read_file("/proc/sysvipc/msg", text, sizeof text));
	EQ(strncmp(text,
	           "       key      msqid perms      cbytes       qnum lspid "
	           "lrpid   uid   gid  cuid  cgid      stime      rtime      "
	           "ctime\n",
	           119),
	   0);
	queue_removed(id);
	EQ(line_of("/proc/sysvipc/msg", id) != NULL, 0);
}

TEST("1.8-proc everyone may read /proc/sysvipc/msg, unfiltered")
{
	int id = make_queue();

	AS(NOBODY, NOBODY)
	{
		TRUE(line_of("/proc/sysvipc/msg", id) != NULL);
	}
	queue_removed(id);
}

/* --- limits -------------------------------------------------------------- */

static int number_in(const char *path)
{
	char text[64];

	OK(read_file(path, text, sizeof text));
	EQ(text[strlen(text) - 1], '\n');
	return atoi(text);
}

TEST("LIM-msg msgmax, msgmnb and msgmni are in /proc/sys/kernel, as IPC_INFO")
{
	struct msg_limits limits;

	EQ(number_in("/proc/sys/kernel/msgmax"), 8192);
	EQ(number_in("/proc/sys/kernel/msgmnb"), 16384);
	EQ(number_in("/proc/sys/kernel/msgmni"), 32000);
	WITH_LIMITS("/proc/sys/kernel/msgmax", "123\n")
	{
		OK(msg_ctl(0, IPC_INFO, &limits));
		EQ(limits.max, 123);
	}
	WITH_LIMITS("/proc/sys/kernel/msgmnb", "456\n")
	{
		OK(msg_ctl(0, IPC_INFO, &limits));
		EQ(limits.mnb, 456);
	}
	WITH_LIMITS("/proc/sys/kernel/msgmni", "7\n")
	{
		OK(msg_ctl(0, IPC_INFO, &limits));
		EQ(limits.mni, 7);
	}
	EQ(number_in("/proc/sys/kernel/msgmni"), 32000);
}

TEST("LIM-msg only root may write them")
{
	AS(NOBODY, NOBODY)
	{
		TRUE(open("/proc/sys/kernel/msgmax", O_WRONLY) < 0);
		ERR(-errno, EACCES);
		OK(open("/proc/sys/kernel/msgmnb", O_RDONLY));
	}
}

BOTH("LIM-MSGMAX a longer message is EINVAL; one that is queued is received")
{
	int id = make_queue();

	EQ(send_bytes(id, 1, 200, 0), 0);
	WITH_LIMITS("/proc/sys/kernel/msgmax", "100\n")
	{
		ERR(send_bytes(id, 1, 101, IPC_NOWAIT), EINVAL);
		EQ(send_bytes(id, 2, 100, IPC_NOWAIT), 0);
		EQ(receive(id, 1, 0), 200);
	}
	queue_removed(id);
}

BOTH("LIM-MSGMNB is the qbytes of new queues, and of no old one")
{
	int old = make_queue();

	WITH_LIMITS("/proc/sys/kernel/msgmnb", "100\n")
	{
		AS(1000, 1000)
		{
			int id = make_queue();
			struct msg_ds ds = queue_stat(id);

			EQ(ds.qbytes, 100);
			ERR(send_bytes(id, 1, 101, IPC_NOWAIT), EAGAIN);
			ds.qbytes = 101;
			ERR(msg_ctl(id, IPC_SET, &ds), EPERM);
			queue_removed(id);
		}
		EQ(queue_stat(old).qbytes, 16384);
	}
	queue_removed(old);
}

BOTH("LIM-MSGMNI more queues are ENOSPC, a lookup works")
{
	WITH_LIMITS("/proc/sys/kernel/msgmni", "2\n")
	{
		int a = OK(msg_get(KEY, IPC_CREAT | 0600)), b = make_queue();

		ERR(msg_get(IPC_PRIVATE, 0600), ENOSPC);
		ERR(msg_get(KEY + 1, IPC_CREAT | 0600), ENOSPC);
		EQ(msg_get(KEY, IPC_CREAT | 0600), a);
		ERR(msg_get(KEY, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
		ERR(msg_get(KEY + 1, 0), ENOENT);
		queue_removed(a);
		queue_removed(make_queue());
		queue_removed(b);
	}
}

static int ids[33000];

TEST("B6 a user makes queues until an error; root lives, and all comes back")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		long error;
		int n = 0;

		become(NOBODY, NOBODY);
		while ((error = msg_get(IPC_PRIVATE, 0600)) >= 0)
			ids[n++] = error;
		TRUE(error == -ENOSPC || error == -ENOMEM);
		TRUE(n >= 100);
		reach(1);
		await(2);
		for (int i = 0; i < n; i++)
			queue_removed(ids[i]);
		queue_removed(make_queue());
	}
	await(1);
	IN_CHILD
	{
		TRUE(getpid() > 0);
	}
	reach(2);
	EXITS(pid, 0);
}

/* Fills one queue after the other until a call is refused. */
static int fill_queues(int most)
{
	long error = 0;
	int n = 0;

	while (n < most && (error = msg_get(IPC_PRIVATE, 0600)) >= 0) {
		ids[n++] = error;
		while ((error = send_bytes(ids[n - 1], 1, 1000, IPC_NOWAIT)) ==
		       0)
			continue;
		TRUE(error == -EAGAIN || error == -ENOMEM);
		if (error == -ENOMEM)
			break;
	}
	return n;
}

TEST("B6 a user fills queues until an error; root lives, and all comes back")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		int n;

		become(NOBODY, NOBODY);
		n = fill_queues(HERE(500, 33000));
		TRUE(n >= 10);
		reach(1);
		await(2);
		EQ(receive(ids[0], 0, 0), 1000);
		EQ(send_bytes(ids[0], 1, 1000, IPC_NOWAIT), 0);
		for (int i = 0; i < n; i++)
			queue_removed(ids[i]);
	}
	await(1);
	IN_CHILD
	{
		int id = make_queue();

		EQ(send_bytes(id, 1, 1000, IPC_NOWAIT), 0);
		EQ(receive(id, 1, 0), 1000);
		queue_removed(id);
	}
	reach(2);
	EXITS(pid, 0);
}

TEST("B6 empty messages cost a user no more than qbytes of them")
{
	AS(NOBODY, NOBODY)
	{
		int id = make_queue(), n = 0;
		long error;

		while ((error = send_bytes(id, 1, 0, IPC_NOWAIT)) == 0)
			n++;
		TRUE(error == -EAGAIN || error == -ENOMEM);
		TRUE(n >= 1000 && n <= 16384);
		EQ(queue_stat(id).qnum, n);
		EQ(receive(id, 0, 0), 0);
		queue_removed(id);
	}
}
