/*
 * tests/guest/semget.c -- semget(2), 3.1.
 *
 * It is like shmget, but has a number of semaphores where shmget has a size.
 * The keys of the three kinds of System V IPC are independent of each other.
 */
#define DIRECT_DOOR " [393 394 420]"
#include "sysv.h"

#define KEY 0x5E3A

BOTH("3.1-private IPC_PRIVATE makes a new set each time")
{
	int a = OK(sem_get(IPC_PRIVATE, 1, 0600));
	int b = OK(sem_get(IPC_PRIVATE, 1, IPC_CREAT | 0600));
	int c = OK(sem_get(IPC_PRIVATE, 1, IPC_CREAT | IPC_EXCL | 0600));

	TRUE(a != b && b != c && a != c);
	ERR(sem_get(IPC_PRIVATE, 0, 0), EINVAL);
	set_removed(a);
	set_removed(b);
	set_removed(c);
}

BOTH("3.1-fields a new set: its maker's ids, otime 0, ctime now, values 0")
{
	long before = time(NULL);

	AS(1000, 1001)
	{
		int id = OK(sem_get(KEY, 3, IPC_CREAT | 0640));
		struct sem_ds ds = set_stat(id);

		EQ(ds.key, KEY);
		EQ(ds.uid, 1000);
		EQ(ds.cuid, 1000);
		EQ(ds.gid, 1001);
		EQ(ds.cgid, 1001);
		EQ(ds.mode, 0640);
		EQ(ds.nsems, 3);
		EQ(ds.otime, 0);
		TRUE(ds.ctime >= before && ds.ctime <= time(NULL));
		EQ(ds.pad1 | ds.pad2 | ds.unused1 | ds.unused2, 0);
		EQ(ds.otime_high | ds.ctime_high | ds.unused3 | ds.unused4, 0);
		EQ(ds.seq, id / 32768);
		for (int i = 0; i < 3; i++)
			EQ(value_of(id, i) | ncnt(id, i) | zcnt(id, i) |
			       sempid(id, i),
			   0);
		set_removed(id);
	}
}

BOTH("3.1-mode only the low nine bits of the flags become the mode")
{
	int id = OK(sem_get(IPC_PRIVATE, 1, 0177777 & ~IPC_EXCL));

	EQ(set_stat(id).mode, 0777);
	set_removed(id);
}

BOTH("3.1-creat makes, then finds; without it ENOENT")
{
	int id;

	ERR(sem_get(KEY, 1, 0600), ENOENT);
	ERR(sem_get(KEY, 1, IPC_EXCL | 0600), ENOENT);
	id = OK(sem_get(KEY, 1, IPC_CREAT | 0600));
	EQ(sem_get(KEY, 1, IPC_CREAT | 0600), id);
	EQ(sem_get(KEY, 1, 0600), id);
	EQ(sem_get(KEY, 1, IPC_EXCL | 0600), id);
	ERR(sem_get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	set_removed(id);
	ERR(sem_get(KEY, 1, 0600), ENOENT);
}

BOTH("3.1-nsems a lookup finds by as many or fewer, and 0 means any")
{
	int id = OK(sem_get(KEY, 5, IPC_CREAT | 0600));

	EQ(sem_get(KEY, 5, 0600), id);
	EQ(sem_get(KEY, 4, 0600), id);
	EQ(sem_get(KEY, 0, 0600), id);
	EQ(sem_get(KEY, 0, IPC_CREAT | 0600), id);
	ERR(sem_get(KEY, 6, 0600), EINVAL);
	ERR(sem_get(KEY, 6, IPC_CREAT | 0600), EINVAL);
	EQ(set_stat(id).nsems, 5);
	set_removed(id);
}

BOTH("3.1-nsems 0 and less cannot be made")
{
	ERR(sem_get(IPC_PRIVATE, 0, 0600), EINVAL);
	ERR(sem_get(KEY, 0, IPC_CREAT | 0600), EINVAL);
	ERR(sem_get(IPC_PRIVATE, -1, 0600), EINVAL);
	ERR(sem_get(IPC_PRIVATE, (int)0x80000000, 0600), EINVAL);
	ERR(sem_get(KEY, 0x7FFFFFFF, IPC_CREAT | 0600), EINVAL);
	ERR(sem_get(KEY, 0, 0), ENOENT);
}

BOTH("3.1-nsems 1,000 semaphores of a set are each their own")
{
	int id = make_set(1000);

	for (int i = 0; i < 1000; i++)
		set_value(id, i, i);
	for (int i = 0; i < 1000; i++)
		EQ(value_of(id, i), i);
	ERR(sem_ctl(id, 1000, GETVAL, 0), EINVAL);
	set_removed(id);
}

BOTH("3.1-order nsems out of bounds wins over everything")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0600));

	ERR(sem_get(KEY, -1, IPC_CREAT | IPC_EXCL | 0600), EINVAL);
	ERR(sem_get(KEY + 1, -1, 0), EINVAL);
	ERR(sem_get(KEY, 32001, IPC_CREAT | IPC_EXCL | 0600), EINVAL);
	ERR(sem_get(KEY + 1, 32001, 0), EINVAL);
	set_removed(id);
}

BOTH("3.1-order EEXIST, then EINVAL for too many, then EACCES")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0600));

	AS(NOBODY, NOBODY)
	{
		ERR(sem_get(KEY, 2, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
		ERR(sem_get(KEY, 2, 0600), EINVAL);
		ERR(sem_get(KEY, 1, 0600), EACCES);
		ERR(sem_get(KEY, 1, IPC_CREAT | 0600), EACCES);
	}
	set_removed(id);
}

BOTH("3.1-access flag bits ask: 0 asks nothing, others need their class's")
{
	int id = OK(sem_get(KEY, 1, IPC_CREAT | 0604));

	AS(NOBODY, NOBODY)
	{
		EQ(sem_get(KEY, 0, 0), id);
		EQ(sem_get(KEY, 0, 0400), id);
		EQ(sem_get(KEY, 0, 0040), id);
		EQ(sem_get(KEY, 0, 0004), id);
		ERR(sem_get(KEY, 0, 0002), EACCES);
		ERR(sem_get(KEY, 0, 0200), EACCES);
		ERR(sem_get(KEY, 0, 0600), EACCES);
	}
	EQ(sem_get(KEY, 0, 0777), id);
	set_removed(id);
}

BOTH("3.1-lookup changes nothing")
{
	int id = OK(sem_get(KEY, 2, IPC_CREAT | 0640));
	struct sem_ds before = set_stat(id), after;

	next_tick();
	EQ(sem_get(KEY, 1, IPC_CREAT | 0600), id);
	after = set_stat(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	set_removed(id);
}

BOTH("3.1-key one key names a segment, a set and a queue at once")
{
	int set = OK(sem_get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600));
	int segment = OK(shm_get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600));
	int queue = OK(msg_get(KEY, IPC_CREAT | IPC_EXCL | 0600));

	EQ(sem_get(KEY, 0, 0), set);
	EQ(shm_get(KEY, 0, 0), segment);
	EQ(msg_get(KEY, 0), queue);
	set_removed(set);
	ERR(sem_get(KEY, 0, 0), ENOENT);
	EQ(shm_get(KEY, 0, 0), segment);
	EQ(msg_get(KEY, 0), queue);
	removed(segment);
	queue_removed(queue);
}

BOTH("3.1-key a removed set's key is free, and the next id is another")
{
	int a = OK(sem_get(KEY, 1, IPC_CREAT | 0600)), b;

	set_removed(a);
	b = OK(sem_get(KEY, 1, IPC_CREAT | IPC_EXCL | 0600));
	TRUE(a != b);
	set_removed(b);
}

BOTH("3.1-stale a removed id is EINVAL in every call")
{
	int id = make_set(1), other;
	struct sem_ds ds;

	set_removed(id);
	other = make_set(1);
	ERR(SEMOP(id, {0, 1, 0}), EINVAL);
	ERR(SEMOP(id, {0, 0, SEM_UNDO}), EINVAL);
	ERR(sem_ctl(id, 0, GETVAL, 0), EINVAL);
	ERR(sem_ctl(id, 0, SETVAL, 1), EINVAL);
	ERR(sem_ctl(id, 0, GETALL, P(&ds)), EINVAL);
	ERR(sem_ctl(id, 0, SETALL, P(&ds)), EINVAL);
	ERR(sem_ctl(id, 0, IPC_STAT, P(&ds)), EINVAL);
	ERR(sem_ctl(id, 0, IPC_SET, P(&ds)), EINVAL);
	ERR(sem_ctl(id, 0, IPC_RMID, 0), EINVAL);
	ERR(sem_ctl(other + 32768, 0, IPC_RMID, 0), EINVAL);
	ERR(sem_ctl(0x7FFFFFFF, 0, IPC_RMID, 0), EINVAL);
	EQ(value_of(other, 0), 0);
	set_removed(other);
}

TEST("DEV8 ids of sets are positive, of the lowest free index")
{
	int a, b, c;

	need_tessera();
	a = make_set(1);
	b = make_set(1);
	TRUE(a > 0 && b > 0);
	EQ(a % 32768, 0);
	EQ(b % 32768, 1);
	set_removed(a);
	c = make_set(1);
	EQ(c % 32768, 0);
	EQ(c / 32768, a / 32768 + 1);
	set_removed(b);
	set_removed(c);
}
