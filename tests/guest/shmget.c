/*
 * tests/guest/shmget.c -- shmget(2): every row of 1.2, and permission, 1.1.
 *
 * The tests say what it finds and what it makes, when each errno comes, and
 * which of two errors comes first.  They check what a creation writes in the
 * segment's fields, and that a lookup writes nothing.
 */
#include "test.h"

#define KEY 0x5345

BOTH("1.2-private IPC_PRIVATE creates without IPC_CREAT")
{
	int id = OK(shm_get(IPC_PRIVATE, 1, 0));

	EQ(stat_of(id).key, IPC_PRIVATE);
	EQ(stat_of(id).mode, 0);
	removed(id);
}

BOTH("1.2-private a private segment is never found by its key")
{
	int a = OK(shm_get(IPC_PRIVATE, 1, 0600));
	int b = OK(shm_get(IPC_PRIVATE, 1, IPC_CREAT | 0600));
	int c = OK(shm_get(IPC_PRIVATE, 1, IPC_CREAT | IPC_EXCL | 0600));

	TRUE(a != b && b != c && a != c);
	removed(a);
	removed(b);
	removed(c);
}

BOTH("1.2-creat IPC_CREAT makes a segment where there is none")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | 0640));

	EQ(stat_of(id).key, KEY);
	EQ(stat_of(id).mode, 0640);
	removed(id);
}

BOTH("1.2-creat IPC_CREAT on an existing key is a plain lookup")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | 0600));

	EQ(shm_get(KEY, 100, IPC_CREAT | 0600), id);
	EQ(shm_get(KEY, 50, IPC_CREAT | 0600), id);
	EQ(shm_get(KEY, 0, 0), id);
	EQ(stat_of(id).segsz, 100);
	removed(id);
}

BOTH("1.2-excl IPC_CREAT with IPC_EXCL on an existing key is EEXIST")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | IPC_EXCL | 0600));

	ERR(shm_get(KEY, 100, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	removed(id);
}

BOTH("1.2-excl IPC_EXCL without IPC_CREAT is ignored")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | 0600));

	EQ(shm_get(KEY, 100, IPC_EXCL | 0600), id);
	removed(id);
	ERR(shm_get(KEY, 100, IPC_EXCL | 0600), ENOENT);
}

BOTH("1.2-enoent a key that nobody made is ENOENT, whatever the size")
{
	ERR(shm_get(KEY, 100, 0600), ENOENT);
	ERR(shm_get(KEY, 0, 0), ENOENT);
	ERR(shm_get(KEY, 0xFFFFFFFF, 0), ENOENT);
	ERR(shm_get(-1, 1, 0), ENOENT);
	ERR(shm_get(0x7FFFFFFF, 1, 0), ENOENT);
}

BOTH("1.2-keys every key but 0 is an ordinary key")
{
	static const int keys[] = {1, -1, 0x7FFFFFFF, (int)0x80000000, 0xFFFF};
	int id[ALL(keys)];

	for (unsigned i = 0; i < ALL(keys); i++)
		id[i] = OK(shm_get(keys[i], 1, IPC_CREAT | IPC_EXCL | 0600));
	for (unsigned i = 0; i < ALL(keys); i++) {
		EQ(shm_get(keys[i], 0, 0), id[i]);
		EQ(stat_of(id[i]).key, keys[i]);
		removed(id[i]);
	}
}

BOTH("1.2-size0 size 0 looks up a segment of any size")
{
	int id = OK(shm_get(KEY, 123456, IPC_CREAT | 0600));

	EQ(shm_get(KEY, 0, 0600), id);
	EQ(shm_get(KEY, 0, IPC_CREAT | 0600), id);
	removed(id);
}

BOTH("1.2-size a lookup compares with the exact size, not the pages")
{
	int id = OK(shm_get(KEY, 5000, IPC_CREAT | 0600));

	EQ(shm_get(KEY, 5000, 0), id);
	EQ(shm_get(KEY, 4999, 0), id);
	EQ(shm_get(KEY, 1, 0), id);
	ERR(shm_get(KEY, 5001, 0), EINVAL);
	ERR(shm_get(KEY, 8192, 0), EINVAL);
	ERR(shm_get(KEY, 0xFFFFFFFF, 0), EINVAL);
	removed(id);
}

BOTH("1.2-einval creating a segment of size 0 is EINVAL")
{
	ERR(shm_get(IPC_PRIVATE, 0, 0600), EINVAL);
	ERR(shm_get(KEY, 0, IPC_CREAT | 0600), EINVAL);
	ERR(shm_get(KEY, 0, 0), ENOENT);
}

BOTH("1.2-einval creating more than SHMMAX is EINVAL")
{
	ERR(shm_get(IPC_PRIVATE, 0xFFFFFFFF, 0600), EINVAL);
	ERR(shm_get(IPC_PRIVATE, 0xFFFFF001, 0600), EINVAL);
	ERR(shm_get(KEY, 0xFFFFF000, IPC_CREAT | 0600), EINVAL);
	ERR(shm_get(KEY, 0, 0), ENOENT);
}

BOTH("1.2-zero a new segment is zero, to the end of its last page")
{
	int id = make(3 * PAGE + 17);
	char *p = attach(id);

	for (unsigned i = 0; i < 4 * PAGE; i++)
		EQ(p[i], 0);
	OK(shm_dt(p));
	removed(id);
}

BOTH("1.2-order an existing key: EEXIST before EINVAL and EACCES")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | 0600));

	ERR(shm_get(KEY, 101, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	ERR(shm_get(KEY, 0, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	AS(NOBODY, NOBODY)
	{
		ERR(shm_get(KEY, 100, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
		ERR(shm_get(KEY, 101, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	}
	removed(id);
}

BOTH("1.2-order an existing key: EINVAL for the size before EACCES")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | 0600));

	AS(NOBODY, NOBODY)
	{
		ERR(shm_get(KEY, 101, 0600), EINVAL);
		ERR(shm_get(KEY, 100, 0600), EACCES);
		ERR(shm_get(KEY, 100, IPC_CREAT | 0600), EACCES);
	}
	removed(id);
}

BOTH("1.2-order a new key: ENOENT before EINVAL")
{
	ERR(shm_get(KEY, 0, 0600), ENOENT);
	ERR(shm_get(KEY, 0xFFFFFFFF, 0600), ENOENT);
	ERR(shm_get(KEY, 0, IPC_CREAT | 0600), EINVAL);
}

BOTH("1.2-fields a creation writes every field")
{
	long now = time(NULL);
	struct shm_ds ds;
	int id = OK(shm_get(KEY, 4097, IPC_CREAT | IPC_EXCL | 0751));

	memset(&ds, 0xCC, sizeof ds);
	OK(shm_ctl(id, IPC_STAT, &ds));
	EQ(ds.key, KEY);
	EQ(ds.uid, 0);
	EQ(ds.gid, 0);
	EQ(ds.cuid, 0);
	EQ(ds.cgid, 0);
	EQ(ds.mode, 0751);
	EQ(ds.segsz, 4097);
	EQ(ds.atime, 0);
	EQ(ds.dtime, 0);
	EQ(ds.cpid, getpid());
	EQ(ds.lpid, 0);
	EQ(ds.nattch, 0);
	TRUE(ds.ctime >= now && ds.ctime <= now + 1);
	removed(id);
}

BOTH("1.2-fields owner and creator are the effective ids")
{
	IN_CHILD
	{
		struct shm_ds ds;
		int id;

		OK(setgroups(0, NULL));
		OK(setresgid(11, 12, 13));
		OK(setresuid(21, 22, 23));
		id = OK(shm_get(IPC_PRIVATE, 1, 0600));
		ds = stat_of(id);
		EQ(ds.uid, 22);
		EQ(ds.cuid, 22);
		EQ(ds.gid, 12);
		EQ(ds.cgid, 12);
		removed(id);
	}
}

BOTH("1.2-fields every pad is zero, whatever the buffer held")
{
	int id = make(1);
	struct shm_ds ds;

	memset(&ds, 0xCC, sizeof ds);
	OK(shm_ctl(id, IPC_STAT, &ds));
	EQ(ds.pad1, 0);
	EQ(ds.pad2, 0);
	EQ(ds.unused1, 0);
	EQ(ds.unused2, 0);
	EQ(ds.atime_high, 0);
	EQ(ds.dtime_high, 0);
	EQ(ds.ctime_high, 0);
	EQ(ds.unused4, 0);
	EQ(ds.unused5, 0);
	removed(id);
}

BOTH("1.2-fields a lookup writes no field")
{
	int id = OK(shm_get(KEY, 100, IPC_CREAT | 0640));
	struct shm_ds before = stat_of(id), after;

	IN_CHILD
	{
		EQ(shm_get(KEY, 10, 0), id);
		EQ(shm_get(KEY, 10, IPC_CREAT | 0600), id);
		shm_get(KEY, 1000, 0);
	}
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof before), 0);
	removed(id);
}

BOTH("1.2-mode only the low nine bits of the flags become the mode")
{
	int id =
	    OK(shm_get(KEY, 1, IPC_CREAT | IPC_EXCL | IPC_NOWAIT * 0 | 0777));

	EQ(stat_of(id).mode, 0777);
	removed(id);
	id = OK(shm_get(KEY, 1, IPC_CREAT | SHM_NORESERVE | 0123));
	EQ(stat_of(id).mode, 0123);
	removed(id);
}

BOTH("1.2-id ids are no negative numbers, and differ")
{
	int id[32];

	for (int i = 0; i < 32; i++) {
		id[i] = make(1);
		TRUE(id[i] >= 0);
		for (int k = 0; k < i; k++)
			TRUE(id[i] != id[k]);
	}
	for (int i = 0; i < 32; i++)
		removed(id[i]);
}

BOTH("DEV8 ids are positive, 32768 times a sequence number plus an index")
{
	int id;

	need_tessera();
	id = make(1);
	TRUE(id > 0);
	TRUE(id / 32768 >= 1);
	EQ(id % 32768, 0);
	EQ(stat_of(id).seq, id / 32768);
	removed(id);
	EQ(make(1), id + 32768);
	removed(id + 32768);
}

BOTH("DEV8 the lowest free index is taken")
{
	int a, b, c;

	need_tessera();
	a = make(1);
	b = make(1);
	c = make(1);
	EQ(b % 32768, 1);
	EQ(c % 32768, 2);
	removed(b);
	EQ(make(1), b + 32768);
	removed(a);
	removed(b + 32768);
	removed(c);
}

BOTH("1.2-id the sequence number is that of the id")
{
	int id = make(1);

	EQ(stat_of(id).seq, id / 32768);
	removed(id);
}

BOTH("1.2-id a removed id is EINVAL in every call")
{
	int id = make(1);
	struct shm_ds ds = stat_of(id);

	removed(id);
	ERR(shm_at(id, NULL, 0), EINVAL);
	ERR(shm_ctl(id, IPC_STAT, &ds), EINVAL);
	ERR(shm_ctl(id, IPC_SET, &ds), EINVAL);
	ERR(shm_ctl(id, IPC_RMID, NULL), EINVAL);
	ERR(shm_ctl(id, SHM_LOCK, NULL), EINVAL);
	ERR(shm_ctl(id, SHM_UNLOCK, NULL), EINVAL);
}

BOTH("1.2-id a stale id stays EINVAL when its slot is used again")
{
	int id = make(1), other[80];

	removed(id);
	for (int i = 0; i < 80; i++)
		other[i] = make(1);
	ERR(shm_at(id, NULL, 0), EINVAL);
	ERR(shm_ctl(id, IPC_STAT, NULL), EINVAL);
	ERR(shm_ctl(id, IPC_RMID, NULL), EINVAL);
	for (int i = 0; i < 80; i++)
		removed(other[i]);
}

BOTH("1.2-persist a segment outlives its creator, with its contents")
{
	int id;

	IN_CHILD
	{
		shared->value[0] = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));
		strcpy(attach(shared->value[0]), "still here");
	}
	id = OK(shm_get(KEY, 0, 0));
	EQ(id, shared->value[0]);
	EQ(nattch(id), 0);
	EQ(strcmp(attach(id), "still here"), 0);
	removed(id);
}

BOTH("1.2-huge SHM_HUGETLB is ENOMEM for root and root's group, else EPERM")
{
	int flags = SHM_HUGETLB | 0600;

	ERR(shm_get(IPC_PRIVATE, PAGE, flags), ENOMEM);
	AS(1000, 0)
	{
		ERR(shm_get(IPC_PRIVATE, PAGE, flags), ENOMEM);
	}
	AS(1000, 1000)
	{
		ERR(shm_get(IPC_PRIVATE, PAGE, flags), EPERM);
	}
}

BOTH("1.2-huge a size of huge pages that does not exist is EINVAL, first")
{
	for (unsigned size = 0; size < 64; size++) {
		int flags = (int)(size << 26) | SHM_HUGETLB | 0600;

		ANSWER(shm_get(IPC_PRIVATE, PAGE, flags));
		AS(1000, 1000)
		{
			ANSWER(shm_get(IPC_PRIVATE, PAGE, flags));
		}
	}
	ERR(shm_get(IPC_PRIVATE, 0, SHM_HUGETLB | 5 << 26 | 0600), EINVAL);
	ERR(shm_get(IPC_PRIVATE, 0xFFFFF000, SHM_HUGETLB | 5 << 26 | 0600),
	    EINVAL);
}

/* --- permission, 1.1: which flag bits ask for what ----------------------- */

BOTH("1.1-flag0 flags 0 ask for no permission: anyone finds the id")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));

	AS(NOBODY, NOBODY)
	{
		EQ(shm_get(KEY, 0, 0), id);
		EQ(shm_get(KEY, PAGE, IPC_CREAT), id);
		ERR(shm_get(KEY, 0, 0400), EACCES);
	}
	removed(id);
}

BOTH("1.1-merge the bits of all three classes are asked of the one class")
{
	int id;

	AS(1000, 1000)
	{
		id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0400));
		EQ(shm_get(KEY, 0, 0400), id);
		EQ(shm_get(KEY, 0, 0040), id);
		EQ(shm_get(KEY, 0, 0004), id);
		ERR(shm_get(KEY, 0, 0002), EACCES);
		ERR(shm_get(KEY, 0, 0200), EACCES);
		ERR(shm_get(KEY, 0, 0020), EACCES);
		removed(id);
	}
}

BOTH("1.1-execute the x bits are compared, too")
{
	AS(1000, 1000)
	{
		int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0400));

		ERR(shm_get(KEY, 0, 0100), EACCES);
		removed(id);
		id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0500));
		EQ(shm_get(KEY, 0, 0100), id);
		EQ(shm_get(KEY, 0, 0001), id);
		removed(id);
	}
}

BOTH("1.1-first the first class that matches decides: the owner of 0066 has "
     "none")
{
	AS(1000, 1000)
	{
		int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0066));

		ERR(shm_get(KEY, 0, 0400), EACCES);
		ERR(shm_at(id, NULL, SHM_RDONLY), EACCES);
		removed(id);
	}
}

BOTH("1.1-root euid 0 is refused nothing")
{
	int id = OK(shm_get(KEY, PAGE, IPC_CREAT | 0));

	EQ(shm_get(KEY, 0, 0777), id);
	OK(shm_dt(ADDRESS(shm_at(id, NULL, 0))));
	OK(shm_dt(ADDRESS(shm_at(id, NULL, SHM_EXEC))));
	removed(id);
}
