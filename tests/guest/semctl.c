/*
 * tests/guest/semctl.c -- semctl(2), 3.4; the limits of semaphores; /proc.
 *
 * The tests say for each command who may use it, what it changes and what it
 * leaves, and which of two errors comes first.  Through ipc(117) the call gets
 * a pointer to the fourth argument, through 394 the argument itself.
 */
#define DIRECT_DOOR " [393 394 420]"
#include "sysv.h"

#define KEY     0x5C71
#define WHOLE   32767 /* SEMVMX */
#define NO_SUCH 12345
#define KERNEL  ((long)0xC0000000)

#define SEM_LIMITS "/proc/sys/kernel/sem"

static struct sem_ds scratch;
static unsigned short values[32];

/* --- values -------------------------------------------------------------- */

BOTH("3.4-setval sets one value, its pid and ctime; GETVAL reads it")
{
	int id = make_set(3);

	EQ(sem_ctl(id, 1, SETVAL, 7), 0);
	EQ(sem_ctl(id, 0, GETVAL, 0), 0);
	EQ(sem_ctl(id, 1, GETVAL, 0), 7);
	EQ(sem_ctl(id, 2, GETVAL, 0), 0);
	EQ(sempid(id, 0), 0);
	EQ(sempid(id, 1), getpid());
	EQ(sem_ctl(id, 1, SETVAL, WHOLE), 0);
	EQ(sem_ctl(id, 1, GETVAL, 0), WHOLE);
	EQ(sem_ctl(id, 1, SETVAL, 0), 0);
	EQ(sem_ctl(id, 1, GETVAL, 0), 0);
	set_removed(id);
}

BOTH("3.4-setall sets all values and all pids; GETALL reads them")
{
	int id = make_set(5);
	pid_t pid;

	BACKGROUND(pid)
	{
		for (int i = 0; i < 5; i++)
			values[i] = 10 * i;
		values[4] = WHOLE;
		EQ(sem_ctl(id, 0, SETALL, P(values)), 0);
	}
	EXITS(pid, 0);
	memset(values, 0xCC, sizeof values);
	EQ(sem_ctl(id, 0, GETALL, P(values)), 0);
	for (int i = 0; i < 4; i++)
		EQ(values[i], 10 * i);
	EQ(values[4], WHOLE);
	EQ(values[5], 0xCCCC);
	for (int i = 0; i < 5; i++)
		EQ(sempid(id, i), pid);
	set_removed(id);
}

BOTH("3.4-setval beyond 0 to 32,767 is ERANGE, before the id is looked up")
{
	int id = make_set(1);

	set_value(id, 0, 3);
	ERR(sem_ctl(id, 0, SETVAL, -1), ERANGE);
	ERR(sem_ctl(id, 0, SETVAL, WHOLE + 1), ERANGE);
	ERR(sem_ctl(id, 0, SETVAL, 0x7FFFFFFF), ERANGE);
	ERR(sem_ctl(id, 0, SETVAL, 65536), ERANGE);
	ERR(sem_ctl(NO_SUCH, 0, SETVAL, -1), ERANGE);
	ERR(sem_ctl(-1, 0, SETVAL, -1), EINVAL);
	EQ(value_of(id, 0), 3);
	set_removed(id);
}

BOTH("3.4-setval order: ERANGE, EINVAL for the id, for the number, EACCES")
{
	int id = make_set(2);

	AS(NOBODY, NOBODY)
	{
		ERR(sem_ctl(id, 9, SETVAL, WHOLE + 1), ERANGE);
		ERR(sem_ctl(NO_SUCH, 0, SETVAL, 1), EINVAL);
		ERR(sem_ctl(id, 2, SETVAL, 1), EINVAL);
		ERR(sem_ctl(id, -1, SETVAL, 1), EINVAL);
		ERR(sem_ctl(id, 1, SETVAL, 1), EACCES);
	}
	ERR(sem_ctl(id, 2, SETVAL, 1), EINVAL);
	ERR(sem_ctl(id, -1, SETVAL, 1), EINVAL);
	ERR(sem_ctl(id, (int)0x80000000, SETVAL, 1), EINVAL);
	set_removed(id);
}

BOTH("3.4-getval order: EINVAL for the id, EACCES, EINVAL for the number")
{
	static const int commands[] = {GETVAL, GETPID, GETNCNT, GETZCNT};
	int id = make_set(2);

	for (unsigned i = 0; i < ALL(commands); i++) {
		AS(NOBODY, NOBODY)
		{
			ERR(sem_ctl(-1, 2, commands[i], 0), EINVAL);
			ERR(sem_ctl(NO_SUCH, 0, commands[i], 0), EINVAL);
			ERR(sem_ctl(id, 2, commands[i], 0), EACCES);
			ERR(sem_ctl(id, 0, commands[i], 0), EACCES);
		}
		ERR(sem_ctl(id, 2, commands[i], 0), EINVAL);
		ERR(sem_ctl(id, -1, commands[i], 0), EINVAL);
		ERR(sem_ctl(id, 0x7FFFFFFF, commands[i], 0), EINVAL);
		EQ(sem_ctl(id, 1, commands[i], KERNEL), 0);
	}
	set_removed(id);
}

BOTH("3.4-getall order: EINVAL, EACCES, EFAULT")
{
	int id = make_set(2);

	ERR(sem_ctl(-1, 0, GETALL, 0), EINVAL);
	ERR(sem_ctl(NO_SUCH, 0, GETALL, 0), EINVAL);
	ERR(sem_ctl(id, 0, GETALL, 0), EFAULT);
	ERR(sem_ctl(id, 0, GETALL, KERNEL), EFAULT);
	AS(NOBODY, NOBODY)
	{
		ERR(sem_ctl(id, 0, GETALL, 0), EACCES);
	}
	set_removed(id);
}

BOTH("3.4-setall order: EINVAL, EACCES, EFAULT, ERANGE; nothing is changed")
{
	int id = make_set(3);
	struct sem_ds before;

	set_value(id, 0, 5);
	before = set_stat(id);
	values[0] = 1;
	values[1] = WHOLE + 1;
	values[2] = 1;
	ERR(sem_ctl(-1, 0, SETALL, 0), EINVAL);
	ERR(sem_ctl(NO_SUCH, 0, SETALL, 0), EINVAL);
	ERR(sem_ctl(id, 0, SETALL, 0), EFAULT);
	ERR(sem_ctl(id, 0, SETALL, KERNEL), EFAULT);
	ERR(sem_ctl(id, 0, SETALL, P(values)), ERANGE);
	AS(NOBODY, NOBODY)
	{
		ERR(sem_ctl(id, 0, SETALL, 0), EACCES);
		ERR(sem_ctl(id, 0, SETALL, P(values)), EACCES);
	}
	values[1] = 1;
	values[2] = 65535;
	ERR(sem_ctl(id, 0, SETALL, P(values)), ERANGE);
	EQ(value_of(id, 0), 5);
	EQ(value_of(id, 1), 0);
	EQ(sempid(id, 2), 0);
	EQ(set_stat(id).ctime, before.ctime);
	set_removed(id);
}

BOTH("3.4-getall a large set goes through whole, 1,000 values")
{
	static unsigned short in[1000], out[1001];
	int id = make_set(1000);

	for (int i = 0; i < 1000; i++)
		in[i] = i * 31 % 32768;
	out[1000] = 0xCCCC;
	EQ(sem_ctl(id, 0, SETALL, P(in)), 0);
	EQ(sem_ctl(id, 0, GETALL, P(out)), 0);
	EQ(memcmp(in, out, sizeof in), 0);
	EQ(out[1000], 0xCCCC);
	set_removed(id);
}

BOTH("3.4-access reading needs r, changing w")
{
	static const int reads[] = {GETVAL, GETPID, GETNCNT, GETZCNT, GETALL};
	int id = OK(sem_get(IPC_PRIVATE, 1, 0604));

	AS(NOBODY, NOBODY)
	{
		for (unsigned i = 0; i < ALL(reads); i++)
			EQ(sem_ctl(id, 0, reads[i], P(values)), 0);
		ERR(sem_ctl(id, 0, SETVAL, 1), EACCES);
		ERR(sem_ctl(id, 0, SETALL, P(values)), EACCES);
	}
	set_set(id, 0, 0, 0602);
	AS(NOBODY, NOBODY)
	{
		for (unsigned i = 0; i < ALL(reads); i++)
			ERR(sem_ctl(id, 0, reads[i], P(values)), EACCES);
		EQ(sem_ctl(id, 0, SETVAL, 1), 0);
		EQ(sem_ctl(id, 0, SETALL, P(values)), 0);
	}
	set_removed(id);
}

BOTH("3.4-number is not looked at where the whole set is meant")
{
	int id = make_set(2);

	EQ(sem_ctl(id, -1, GETALL, P(values)), 0);
	EQ(sem_ctl(id, 999, SETALL, P(values)), 0);
	EQ(sem_ctl(id, -1, IPC_STAT, P(&scratch)), 0);
	EQ(sem_ctl(id, 999, IPC_SET, P(&scratch)), 0);
	EQ(sem_ctl(id, 0x7FFFFFFF, IPC_RMID, 0), 0);
}

/* --- IPC_RMID, IPC_SET, IPC_STAT ----------------------------------------- */

BOTH("3.4-rmid a set is gone at once, and its key")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0600));

	EQ(sem_ctl(id, 0, IPC_RMID, KERNEL), 0);
	ERR(sem_ctl(id, 0, IPC_STAT, P(&scratch)), EINVAL);
	ERR(sem_get(KEY, 0, 0), ENOENT);
	ERR(sem_ctl(id, 0, IPC_RMID, 0), EINVAL);
	ERR(sem_ctl(-1, 0, IPC_RMID, 0), EINVAL);
}

BOTH("3.4-rmid owner and creator may, others get EPERM")
{
	int id;

	AS(1000, 1000)
	{
		shared->value[0] = OK(sem_get(IPC_PRIVATE, 1, 0666));
		shared->value[1] = OK(sem_get(IPC_PRIVATE, 1, 0));
		set_set(shared->value[0], 2000, 2000, 0666);
	}
	id = shared->value[0];
	AS(3000, 2000)
	{
		ERR(sem_ctl(id, 0, IPC_RMID, 0), EPERM);
		ERR(sem_ctl(NO_SUCH, 0, IPC_RMID, 0), EINVAL);
	}
	AS(2000, 7)
	{
		EQ(sem_ctl(id, 0, IPC_RMID, 0), 0);
	}
	AS(1000, 7)
	{
		EQ(sem_ctl(shared->value[1], 0, IPC_RMID, 0), 0);
	}
}

BOTH("3.4-set changes owner, group and nine bits of the mode, nothing else")
{
	int id = OK(sem_get(KEY, 3, IPC_CREAT | 0600));
	struct sem_ds ds = set_stat(id), after;

	ds.uid = 1;
	ds.gid = 2;
	ds.cuid = 3;
	ds.cgid = 4;
	ds.mode = 0177451;
	ds.key = 99;
	ds.seq = 77;
	ds.otime = ds.ctime = 5;
	ds.nsems = 7;
	EQ(sem_ctl(id, 0, IPC_SET, P(&ds)), 0);
	after = set_stat(id);
	EQ(after.uid, 1);
	EQ(after.gid, 2);
	EQ(after.mode, 0451);
	EQ(after.cuid, 0);
	EQ(after.cgid, 0);
	EQ(after.key, KEY);
	EQ(after.seq, id / 32768);
	EQ(after.otime, 0);
	TRUE(after.ctime > 5);
	EQ(after.nsems, 3);
	EQ(sem_get(KEY, 0, 0), id);
	set_removed(id);
}

BOTH("3.4-set order: EINVAL below 0, EFAULT, EINVAL, EPERM, EINVAL for ids -1")
{
	int id = make_set(1);
	struct sem_ds ds = set_stat(id);

	ERR(sem_ctl(-1, 0, IPC_SET, 0), EINVAL);
	ERR(sem_ctl(NO_SUCH, 0, IPC_SET, KERNEL), EFAULT);
	ERR(sem_ctl(id, 0, IPC_SET, 0), EFAULT);
	ERR(sem_ctl(NO_SUCH, 0, IPC_SET, P(&ds)), EINVAL);
	ds.uid = (unsigned)-1;
	ds.mode = 0123;
	ERR(sem_ctl(id, 0, IPC_SET, P(&ds)), EINVAL);
	AS(NOBODY, NOBODY)
	{
		ERR(sem_ctl(id, 0, IPC_SET, 0), EFAULT);
		ERR(sem_ctl(id, 0, IPC_SET, P(&ds)), EPERM);
	}
	ds.uid = 7;
	ds.gid = (unsigned)-1;
	ERR(sem_ctl(id, 0, IPC_SET, P(&ds)), EINVAL);
	EQ(set_stat(id).mode, 0600);
	EQ(set_stat(id).uid, 0);
	set_removed(id);
}

BOTH("3.4-set owner and creator may though the mode is 0, the group may not")
{
	AS(1000, 1000)
	{
		shared->value[0] = OK(sem_get(IPC_PRIVATE, 1, 0));
		scratch.uid = 2000;
		scratch.gid = 2001;
		scratch.mode = 0;
		EQ(sem_ctl(shared->value[0], 0, IPC_SET, P(&scratch)), 0);
	}
	AS(2000, 7)
	{
		ERR(sem_ctl(shared->value[0], 0, IPC_STAT, P(&scratch)),
		    EACCES);
		scratch.uid = 2000;
		scratch.gid = 2001;
		scratch.mode = 0060;
		EQ(sem_ctl(shared->value[0], 0, IPC_SET, P(&scratch)), 0);
	}
	AS(3000, 2001)
	{
		scratch = set_stat(shared->value[0]);
		ERR(sem_ctl(shared->value[0], 0, IPC_SET, P(&scratch)), EPERM);
	}
	AS(1000, 7)
	{
		scratch.mode = 0400;
		scratch.uid = 2000;
		EQ(sem_ctl(shared->value[0], 0, IPC_SET, P(&scratch)), 0);
		EQ(set_stat(shared->value[0]).cuid, 1000);
		set_removed(shared->value[0]);
	}
}

BOTH("3.4-stat order: EINVAL, EACCES, EFAULT")
{
	int id = make_set(1);

	ERR(sem_ctl(-1, 0, IPC_STAT, 0), EINVAL);
	ERR(sem_ctl(NO_SUCH, 0, IPC_STAT, 0), EINVAL);
	ERR(sem_ctl(id, 0, IPC_STAT, 0), EFAULT);
	ERR(sem_ctl(id, 0, IPC_STAT, KERNEL), EFAULT);
	AS(NOBODY, NOBODY)
	{
		ERR(sem_ctl(id, 0, IPC_STAT, 0), EACCES);
	}
	EQ(sem_ctl(id, 0, IPC_STAT, P(&scratch)), 0);
	set_removed(id);
}

/* --- SEM_STAT, SEM_STAT_ANY, IPC_INFO, SEM_INFO -------------------------- */

static long index_of(int id)
{
	struct sem_limits totals;
	struct sem_ds ds;
	long last = OK(sem_ctl(0, 0, SEM_INFO, P(&totals)));

	for (long i = 0; i <= last; i++)
		if (sem_ctl(i, 0, SEM_STAT_ANY, P(&ds)) == id)
			return i;
	FAIL("id %d has no index up to %ld", id, last);
}

BOTH("3.4-sem_stat takes an index and returns the id")
{
	int id = OK(sem_get(KEY, 9, IPC_CREAT | 0640));
	struct sem_ds ds;

	EQ(index_of(id), id % 32768);
	memset(&ds, 0xCC, sizeof ds);
	EQ(sem_ctl(index_of(id), 0, SEM_STAT, P(&ds)), id);
	EQ(ds.key, KEY);
	EQ(ds.nsems, 9);
	EQ(ds.mode, 0640);
	EQ(ds.pad1 | ds.pad2 | ds.unused3 | ds.unused4, 0);
	set_removed(id);
}

BOTH("3.4-sem_stat needs reading, SEM_STAT_ANY nothing; EFAULT is last")
{
	int id = make_set(1), index = index_of(id);

	AS(NOBODY, NOBODY)
	{
		ERR(sem_ctl(index, 0, SEM_STAT, 0), EACCES);
		EQ(sem_ctl(index, 0, SEM_STAT_ANY, P(&scratch)), id);
		ERR(sem_ctl(index, 0, SEM_STAT_ANY, 0), EFAULT);
	}
	ERR(sem_ctl(index, 0, SEM_STAT, KERNEL), EFAULT);
	set_removed(id);
}

BOTH("3.4-sem_stat an index that is not used is EINVAL")
{
	ERR(sem_ctl(4095, 0, SEM_STAT, P(&scratch)), EINVAL);
	ERR(sem_ctl(32767, 0, SEM_STAT_ANY, P(&scratch)), EINVAL);
	ERR(sem_ctl(-1, 0, SEM_STAT, P(&scratch)), EINVAL);
	ERR(sem_ctl(-1, 0, SEM_STAT_ANY, P(&scratch)), EINVAL);
}

BOTH("3.4-ipc_info answers the limits, needs no right, and the highest index")
{
	struct sem_limits limits;
	int id = make_set(1);

	memset(&limits, 0xCC, sizeof limits);
	AS(NOBODY, NOBODY)
	{
		EQ(sem_ctl(0, 0, IPC_INFO, P(&limits)), id % 32768);
		EQ(limits.msl, 32000);
		EQ(limits.mns, 1024000000);
		EQ(limits.opm, 500);
		EQ(limits.mni, 32000);
		EQ(limits.vmx, WHOLE);
		EQ(limits.aem, WHOLE);
		EQ(limits.ume, 500);
		EQ(limits.mnu, 1024000000);
		EQ(limits.map, 1024000000);
		EQ(limits.usz, 20);
		EQ(sem_ctl(NO_SUCH, -1, IPC_INFO, P(&limits)), id % 32768);
	}
	ERR(sem_ctl(-1, 0, IPC_INFO, P(&limits)), EINVAL);
	ERR(sem_ctl(0, 0, IPC_INFO, 0), EFAULT);
	ERR(sem_ctl(-1, 0, SEM_INFO, 0), EINVAL);
	ERR(sem_ctl(0, 0, SEM_INFO, KERNEL), EFAULT);
	set_removed(id);
}

BOTH("3.4-sem_info counts sets and their semaphores")
{
	struct sem_limits totals;
	int a, b;

	EQ(sem_ctl(0, 0, SEM_INFO, P(&totals)), 0);
	EQ(totals.usz, 0);
	EQ(totals.aem, 0);
	a = make_set(3);
	b = make_set(39);
	TRUE(OK(sem_ctl(0, 0, SEM_INFO, P(&totals))) >= 1);
	EQ(totals.usz, 2);
	EQ(totals.aem, 42);
	EQ(totals.vmx, WHOLE);
	set_removed(a);
	OK(sem_ctl(0, 0, SEM_INFO, P(&totals)));
	EQ(totals.usz, 1);
	EQ(totals.aem, 39);
	set_removed(b);
}

/* --- commands, layouts, doors -------------------------------------------- */

BOTH("3.4-cmd other and negative commands are EINVAL")
{
	static const int bad[] = {4, 10, 21, 99, 10000, (int)0x80000002};
	int id = make_set(1);

	for (unsigned i = 0; i < ALL(bad); i++)
		ERR(sem_ctl(id, 0, bad[i] & ~IPC_64, P(&scratch)), EINVAL);
	ERR(sem_ctl(id, 0, -1, P(&scratch)), EINVAL);
	ERR(sem_ctl(-1, 0, 99, P(&scratch)), EINVAL);
	set_removed(id);
}

TEST("2.3-ipc64 394 does not know IPC_64: EINVAL")
{
	static const int commands[] = {GETVAL, SETVAL, IPC_STAT, IPC_RMID,
	                               SEM_INFO};
	int id = make_set(1);

	for (unsigned i = 0; i < ALL(commands); i++)
		ERR(SYS(NR_semctl, id, 0, commands[i] | IPC_64, P(&scratch)),
		    EINVAL);
	EQ(SYS(NR_semctl, id, 0, IPC_STAT, P(&scratch)), 0);
	set_removed(id);
}

TEST("2.2-semctl through ipc the pointer's word is the argument: NULL EINVAL")
{
	static const int commands[] = {GETVAL,   SETVAL,   GETALL, IPC_STAT,
	                               IPC_RMID, SEM_INFO, 99};
	int id = make_set(1);

	for (unsigned i = 0; i < ALL(commands); i++) {
		int command = commands[i] | IPC_64;

		ERR(SYS(NR_ipc, IPCOP_semctl, id, 0, command, 0), EINVAL);
		ERR(SYS(NR_ipc, IPCOP_semctl, id, 0, command, KERNEL), EFAULT);
		ERR(SYS(NR_ipc, IPCOP_semctl, id, 0, command, 4), EFAULT);
		ERR(SYS(NR_ipc, IPCOP_semctl, -1, 0, command, 4), EFAULT);
	}
	EQ(value_of(id, 0), 0);
	set_removed(id);
}

TEST("2.3-ipc64 through ipc what has no structure needs no IPC_64")
{
	int id = make_set(1);
	long seven = 7, nothing_more = 0;

	EQ(SYS(NR_ipc, IPCOP_semctl, id, 0, SETVAL, P(&seven)), 0);
	EQ(SYS(NR_ipc, IPCOP_semctl, id, 0, GETVAL, P(&nothing_more)), 7);
	EQ(SYS(NR_ipc, IPCOP_semctl, id, 0, IPC_RMID, P(&nothing_more)), 0);
}

TEST("DEV3 a set's layouts from before IPC_64 are not offered: EINVAL")
{
	static const int commands[] = {IPC_STAT, IPC_SET, SEM_STAT,
	                               SEM_STAT_ANY};
	long argument = P(&scratch);
	int id;

	need_tessera();
	id = make_set(1);
	for (unsigned i = 0; i < ALL(commands); i++)
		ERR(SYS(NR_ipc, IPCOP_semctl, i < 2 ? id : 0, 0, commands[i],
		        P(&argument)),
		    EINVAL);
	set_removed(id);
}

BOTH("2.4-width IPC_STAT writes 64 bytes, IPC_INFO and SEM_INFO 40, GETALL 2n")
{
	static const struct {
		int command, bytes;
	} rows[] = {
	    {IPC_STAT, 64}, {IPC_INFO, 40}, {SEM_INFO, 40}, {GETALL, 14}};
	unsigned char buf[128];
	int id = make_set(7);

	for (unsigned i = 0; i < ALL(rows); i++) {
		memset(buf, 0xA5, sizeof buf);
		OK(sem_ctl(id, 0, rows[i].command, P(buf)));
		for (unsigned k = rows[i].bytes; k < sizeof buf; k++)
			EQ(buf[k], 0xA5);
		TRUE(buf[rows[i].bytes - 1] != 0xA5);
	}
	set_removed(id);
}

TEST("B13 every byte of IPC_STAT that has no meaning is 0")
{
	static const int pads[][2] = {
	    {22, 24}, {26, 36}, {40, 44}, {48, 52}, {56, 64}};
	unsigned char buf[64];
	int id = make_set(1);

	memset(buf, 0xCC, sizeof buf);
	OK(sem_ctl(id, 0, IPC_STAT, P(buf)));
	for (unsigned i = 0; i < ALL(pads); i++)
		for (int k = pads[i][0]; k < pads[i][1]; k++)
			EQ(buf[k], 0);
	set_removed(id);
}

/* --- /proc --------------------------------------------------------------- */

TEST("1.8-proc /proc/sysvipc/sem has a heading and a line a set")
{
	int id = OK(sem_get(-2, 6, IPC_CREAT | 0641)), f[9];
	unsigned otime, ctime;
	char text[1024];

	EQ(SEMOP(id, {0, 1, 0}), 0);
	set_set(id, 7, 8, 0641);
	TRUE(line_of("/proc/sysvipc/sem", id) != NULL);
	EQ(sscanf(line_of("/proc/sysvipc/sem", id),
	          "%d %d %o %d %d %d %d %d %u %u", &f[0], &f[1], &f[2], &f[3],
	          &f[4], &f[5], &f[6], &f[7], &otime, &ctime),
	   10);
	EQ(f[0], -2);
	EQ(f[1], id);
	EQ(f[2], 0641);
	EQ(f[3], 6);
	EQ(f[4], 7);
	EQ(f[5], 8);
	EQ(f[6], 0);
	EQ(f[7], 0);
	EQ(otime, set_stat(id).otime);
	EQ(ctime, set_stat(id).ctime);
	OK(read_file("/proc/sysvipc/sem", text, sizeof text));
	EQ(strncmp(text,
	           "       key      semid perms      nsems   uid   gid  cuid  "
	           "cgid      otime      ctime\n",
	           83),
	   0);
	set_removed(id);
	EQ(line_of("/proc/sysvipc/sem", id) != NULL, 0);
}

TEST("1.8-proc everyone may read /proc/sysvipc/sem, unfiltered")
{
	int id = OK(sem_get(IPC_PRIVATE, 1, 0600));

	AS(NOBODY, NOBODY)
	{
		TRUE(line_of("/proc/sysvipc/sem", id) != NULL);
	}
	set_removed(id);
}

/* --- limits -------------------------------------------------------------- */

static void limits_are(int msl, int mns, int opm, int mni)
{
	struct sem_limits limits;
	int f[4];
	char text[128];

	OK(read_file(SEM_LIMITS, text, sizeof text));
	EQ(sscanf(text, "%d %d %d %d", &f[0], &f[1], &f[2], &f[3]), 4);
	OK(sem_ctl(0, 0, IPC_INFO, P(&limits)));
	EQ(f[0], msl);
	EQ(f[1], mns);
	EQ(f[2], opm);
	EQ(f[3], mni);
	EQ(limits.msl, msl);
	EQ(limits.mns, mns);
	EQ(limits.opm, opm);
	EQ(limits.mni, mni);
}

TEST("LIM-sem /proc/sys/kernel/sem is SEMMSL SEMMNS SEMOPM SEMMNI, as IPC_INFO")
{
	limits_are(32000, 1024000000, 500, 32000);
	WITH_LIMITS(SEM_LIMITS, "11\t1000\t7\t13\n")
	{
		limits_are(11, 1000, 7, 13);
	}
	limits_are(32000, 1024000000, 500, 32000);
}

/* The result of writing `text` to the file: 0 or -errno. */
static long limits_written(const char *text)
{
	int fd = OK(open(SEM_LIMITS, O_WRONLY));
	long result = write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return result;
}

TEST("LIM-sem fewer numbers set the first ones; what is no number is EINVAL")
{
	WITH_LIMITS(SEM_LIMITS, "11 1000 7 13\n")
	{
		EQ(limits_written("12 \n"), 0);
		limits_are(12, 1000, 7, 13);
		EQ(limits_written(" 13\t1001\n"), 0);
		limits_are(13, 1001, 7, 13);
		ERR(limits_written("x"), EINVAL);
		ERR(limits_written("14x 1"), EINVAL);
		limits_are(13, 1001, 7, 13);
		ERR(limits_written("14 1002 x 15"), EINVAL);
		ERR(limits_written("14 1002 8x"), EINVAL);
		limits_are(14, 1002, 7, 13);
	}
}

TEST("LIM-sem numbers are as in C; one that no word holds is EINVAL")
{
	WITH_LIMITS(SEM_LIMITS, "0x10 01750 0X7 0\n")
	{
		limits_are(16, 1000, 7, 0);
		ERR(limits_written("4294967307"), EINVAL);
		ERR(limits_written("99999999999999999999"), EINVAL);
		ERR(limits_written("0x"), EINVAL);
		ERR(limits_written("08"), EINVAL);
		ERR(limits_written("a"), EINVAL);
		limits_are(16, 1000, 7, 0);
	}
}

/* Linux accepts -1 and 70000, though no set can have them. */
TEST("LIM-range a limit that no set can have is EINVAL")
{
	WITH_LIMITS(SEM_LIMITS, "11 1000 7 13\n")
	{
		answer(limits_written("70000") ? "EINVAL" : "taken");
		EQ(limits_written("11"), 0);
		answer(limits_written("11 -5") ? "EINVAL" : "taken");
		EQ(limits_written("11 1000"), 0);
		EQ(limits_written("11 1000 7 32769") != 0, 1);
		limits_are(11, 1000, 7, 13);
	}
}

TEST("LIM-sem only root may write it")
{
	AS(NOBODY, NOBODY)
	{
		TRUE(open(SEM_LIMITS, O_WRONLY) < 0);
		ERR(-errno, EACCES);
		OK(open(SEM_LIMITS, O_RDONLY));
	}
}

BOTH("LIM-SEMMSL a larger set is EINVAL, a lookup by more than it too")
{
	int id = OK(sem_get(KEY, 12, IPC_CREAT | 0600)), other;

	WITH_LIMITS(SEM_LIMITS, "11 1024000000 500 32000\n")
	{
		ERR(sem_get(IPC_PRIVATE, 12, 0600), EINVAL);
		ERR(sem_get(KEY, 12, 0), EINVAL);
		EQ(sem_get(KEY, 11, 0), id);
		EQ(SEMOP(id, {11, 1, 0}), 0);
		other = make_set(11);
		set_removed(other);
	}
	set_removed(id);
}

BOTH("LIM-SEMOPM a longer array is E2BIG")
{
	static struct sembuf ops[8];
	int id = make_set(1);

	WITH_LIMITS(SEM_LIMITS, "32000 1024000000 7 32000\n")
	{
		EQ(sem_ops(id, ops, 7), 0);
		ERR(sem_ops(id, ops, 8), E2BIG);
	}
	EQ(sem_ops(id, ops, 8), 0);
	set_removed(id);
}

BOTH("LIM-SEMMNS more semaphores in all are ENOSPC, and EINVAL wins")
{
	int a = make_set(3), b;

	WITH_LIMITS(SEM_LIMITS, "8 10 500 32000\n")
	{
		ERR(sem_get(IPC_PRIVATE, 8, 0600), ENOSPC);
		ERR(sem_get(KEY, 8, IPC_CREAT | 0600), ENOSPC);
		ERR(sem_get(IPC_PRIVATE, 9, 0600), EINVAL);
		ERR(sem_get(IPC_PRIVATE, 0, 0600), EINVAL);
		b = make_set(7);
		ERR(sem_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		set_removed(a);
		a = make_set(3);
		set_removed(b);
	}
	set_removed(a);
}

BOTH("LIM-SEMMNI more sets are ENOSPC, a lookup works")
{
	WITH_LIMITS(SEM_LIMITS, "32000 1024000000 500 2\n")
	{
		int a = OK(sem_get(KEY, 1, IPC_CREAT | 0600)), b = make_set(1);

		ERR(sem_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		EQ(sem_get(KEY, 1, IPC_CREAT | 0600), a);
		ERR(sem_get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
		ERR(sem_get(IPC_PRIVATE, 0, 0600), EINVAL);
		ERR(sem_get(KEY + 1, 1, 0), ENOENT);
		set_removed(a);
		set_removed(make_set(1));
		set_removed(b);
	}
}

BOTH("LIM-lowered limits take nothing away")
{
	int a = make_set(9), b = make_set(9);

	WITH_LIMITS(SEM_LIMITS, "1 1 1 1\n")
	{
		EQ(SEMOP(a, {8, 1, 0}), 0);
		set_value(b, 8, 3);
		EQ(value_of(a, 8), 1);
		ERR(sem_get(IPC_PRIVATE, 1, 0600), ENOSPC);
	}
	set_removed(a);
	set_removed(b);
}

TEST("LIM-SEMMSL 32,000 semaphores make one set")
{
	int id = make_set(32000);

	EQ(SEMOP(id, {0, 1, SEM_UNDO}, {31999, 2, SEM_UNDO}), 0);
	EQ(value_of(id, 31999), 2);
	EQ(value_of(id, 16000), 0);
	set_removed(id);
}

static int ids[33000], queues[33000];

TEST("LIM-SEMMNI a user has 32,000 sets and 32,000 queues at once, no more")
{
	AS(NOBODY, NOBODY)
	{
		for (int i = 0; i < 32000; i++) {
			ids[i] = OK(sem_get(IPC_PRIVATE, 1 + i % 31, 0600));
			queues[i] = OK(msg_get(IPC_PRIVATE, 0600));
		}
		ERR(sem_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		ERR(msg_get(IPC_PRIVATE, 0600), ENOSPC);
		EQ(SEMOP(ids[30], {30, 7, 0}), 0);
		EQ(SEMOP(ids[31999], {0, 9, SEM_UNDO}), 0);
		EQ(value_of(ids[30], 30), 7);
		EQ(value_of(ids[31999], 0), 9);
		EQ(value_of(ids[31], 0), 0);
		EQ(send_text(queues[31999], 1, "last"), 0);
		set_removed(ids[30]);
		ids[30] = make_set(31);
		EQ(value_of(ids[30], 30), 0);
		for (int i = 0; i < 32000; i++) {
			set_removed(ids[i]);
			queue_removed(queues[i]);
		}
		set_removed(make_set(1));
		queue_removed(make_queue());
	}
}

TEST("LIM-SEMMNI a set of a few and of many semaphores: SETALL, GETALL, undo")
{
	const int counts[] = {1, 30, 31, 32, 33, 1023, 1024, 1025};
	static unsigned short values[1025], got[1025];

	for (int k = 0; k < (int)ALL(counts); k++) {
		int id = make_set(counts[k]), last = counts[k] - 1;

		for (int i = 0; i <= last; i++)
			values[i] = i + 1;
		OK(sem_ctl(id, 0, SETALL, P(values)));
		IN_CHILD
		{
			EQ(SEMOP(id, {last, 5, SEM_UNDO}), 0);
			EQ(value_of(id, last), last + 6);
		}
		memset(got, 0xCC, sizeof got);
		OK(sem_ctl(id, 0, GETALL, P(got)));
		EQ(memcmp(got, values, counts[k] * 2), 0);
		EQ(last == 1024 ? 0xCCCC : got[last + 1], 0xCCCC);
		ERR(SEMOP(id, {last + 1, 1, 0}), EFBIG);
		set_removed(id);
	}
}

TEST("B6 a user makes sets until an error; root lives, and all comes back")
{
	pid_t pid;

	BACKGROUND(pid)
	{
		long error;
		int n = 0;

		become(NOBODY, NOBODY);
		while ((error = sem_get(IPC_PRIVATE, 8, 0600)) >= 0)
			ids[n++] = error;
		TRUE(error == -ENOSPC || error == -ENOMEM);
		TRUE(n >= 100);
		reach(1);
		await(2);
		for (int i = 0; i < n; i++)
			set_removed(ids[i]);
		set_removed(make_set(8));
	}
	await(1);
	IN_CHILD
	{
		TRUE(getpid() > 0);
	}
	reach(2);
	EXITS(pid, 0);
}

TEST("B6 a user's adjustments fill memory until an error, and all comes back")
{
	AS(NOBODY, NOBODY)
	{
		long error = 0;
		int n = 0;

		for (; n < 100; n++) {
			error = sem_get(IPC_PRIVATE, 500, 0600);
			if (error < 0)
				break;
			ids[n] = error;
		}
		TRUE(error >= 0 || error == -ENOSPC || error == -ENOMEM);
		for (int k = 0; k < 4; k++)
			IN_CHILD
			{
				for (int i = 0; i < n; i++) {
					error =
					    SEMOP(ids[i], {499, 1, SEM_UNDO});
					TRUE(error == 0 || error == -ENOSPC ||
					     error == -ENOMEM);
				}
			}
		for (int i = 0; i < n; i++) {
			EQ(value_of(ids[i], 499), 0);
			set_removed(ids[i]);
		}
	}
}
