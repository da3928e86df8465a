/*
 * tests/guest/shm_limits.c -- the limits of System V shared memory.
 *
 * The tests say how many segments and attaches there may be, how large a
 * segment may be, and what the calls answer at each limit.  They change the
 * tunables through /proc/sys/kernel and restore them.  Lowering a limit does
 * not affect what exists.
 */
#include "test.h"

#define KEY 0x1117

static char text[64];

static unsigned long tunable(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);
	OK(read_file(path, text, sizeof text));
	return strtoul(text, NULL, 10);
}

static void set_tunable(const char *name, unsigned long value)
{
	char path[64];
	int fd, n;

	snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);
	n = snprintf(text, sizeof text, "%lu\n", value);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		FAIL("%s cannot be opened for writing: %s", path,
		     errno_name(errno));
	EQ(write(fd, text, n), n);
	close(fd);
	EQ(tunable(name), value);
}

/* A child runs the body with the tunable changed; then it is restored. */
#define WITH_TUNABLE(name, value)                                              \
	for (unsigned long old_ = tunable(name), go_ = 1;                      \
	     go_ && (set_tunable(name, value), 1);                             \
	     set_tunable(name, old_), go_ = 0)

static int ids[4100];

TEST("LIM-SHMMNI 4,096 segments exist at once, and not one more: ENOSPC")
{
	struct shm_totals totals;

	for (int i = 0; i < 4096; i++)
		ids[i] = OK(shm_get(IPC_PRIVATE, 1, 0600));
	ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
	ERR(shm_get(KEY, 1, IPC_CREAT | 0600), ENOSPC);
	OK(shm_ctl(0, SHM_INFO, &totals));
	EQ(totals.used_ids, 4096);
	EQ(totals.tot, 4096);
	removed(ids[1000]);
	ids[1000] = OK(shm_get(KEY, 1, IPC_CREAT | 0600));
	ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
	EQ(shm_get(KEY, 0, 0), ids[1000]);
	for (int i = 0; i < 4096; i++)
		removed(ids[i]);
}

TEST("LIM-SHMMNI at the limit a lookup works and a size of 0 is EINVAL")
{
	WITH_TUNABLE("shmmni", 2)
	{
		int a = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600)), b = make(1);

		ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		EQ(shm_get(KEY, 0, 0), a);
		EQ(shm_get(KEY, PAGE, IPC_CREAT | 0600), a);
		ERR(shm_get(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
		ERR(shm_get(IPC_PRIVATE, 0, 0600), EINVAL);
		ERR(shm_get(KEY + 1, 0, 0), ENOENT);
		removed(a);
		removed(b);
	}
}

TEST("LIM-SHMMNI a removed segment holds its slot until the last detach")
{
	WITH_TUNABLE("shmmni", 1)
	{
		int id = make(1);
		char *p = attach(id);

		removed(id);
		ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		OK(shm_dt(p));
		removed(make(1));
	}
}

TEST("LIM-SHMMNI lowered below what exists it removes nothing")
{
	int a = make(1), b = make(1);

	WITH_TUNABLE("shmmni", 1)
	{
		attach(a)[0] = 1;
		attach(b)[0] = 1;
		ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
	}
	removed(a);
	removed(b);
}

TEST("LIM-SHMMAX creating more is EINVAL, finding what exists is not")
{
	int id = OK(shm_get(KEY, 8192, IPC_CREAT | 0600));

	WITH_TUNABLE("shmmax", 100)
	{
		EQ(shm_get(KEY, 8192, 0), id);
		EQ(shm_get(KEY, 8192, IPC_CREAT | 0600), id);
		ERR(shm_get(IPC_PRIVATE, 101, 0600), EINVAL);
		removed(OK(shm_get(IPC_PRIVATE, 100, 0600)));
		attach(id)[0] = 1;
	}
	removed(id);
}

TEST("LIM-SHMMAX IPC_INFO reports the tunables")
{
	struct shm_limits limits;

	WITH_TUNABLE("shmmax", 123456)
	{
		OK(shm_ctl(0, IPC_INFO, &limits));
		EQ(limits.max, 123456);
	}
	WITH_TUNABLE("shmmni", 17)
	{
		OK(shm_ctl(0, IPC_INFO, &limits));
		EQ(limits.mni, 17);
	}
	WITH_TUNABLE("shmall", 99)
	{
		OK(shm_ctl(0, IPC_INFO, &limits));
		EQ(limits.all, 99);
	}
}

TEST("LIM-SHMALL more pages than SHMALL are ENOSPC")
{
	WITH_TUNABLE("shmall", 4)
	{
		int a = make(3 * PAGE), b;

		ERR(shm_get(IPC_PRIVATE, 2 * PAGE, 0600), ENOSPC);
		ERR(shm_get(IPC_PRIVATE, PAGE + 1, 0600), ENOSPC);
		b = make(PAGE);
		ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		removed(b);
		removed(make(1));
		removed(a);
	}
}

TEST("LIM-SHMALL a removed segment's pages count until the last detach")
{
	WITH_TUNABLE("shmall", 2)
	{
		int id = make(2 * PAGE);
		char *p = attach(id);

		removed(id);
		ERR(shm_get(IPC_PRIVATE, 1, 0600), ENOSPC);
		OK(shm_dt(p));
		removed(make(2 * PAGE));
	}
}

TEST("LIM-order size over SHMMAX and SHMALL is EINVAL")
{
	WITH_TUNABLE("shmall", 1)
	{
		WITH_TUNABLE("shmmax", PAGE)
		{
			ERR(shm_get(IPC_PRIVATE, 8 * PAGE, 0600), EINVAL);
		}
		ERR(shm_get(IPC_PRIVATE, 8 * PAGE, 0600), ENOSPC);
	}
}

TEST("LIM-tunable only root may write the tunables")
{
	AS(NOBODY, NOBODY)
	{
		TRUE(open("/proc/sys/kernel/shmmax", O_WRONLY) < 0);
		ERR(-errno, EACCES);
		OK(open("/proc/sys/kernel/shmmax", O_RDONLY));
	}
}

TEST("LIM-attach 600 attaches of different segments in one process")
{
	char *p[600];

	for (int i = 0; i < 600; i++) {
		ids[i] = make(1);
		p[i] = attach(ids[i]);
		p[i][0] = (char)i;
		p[i][1] = (char)(i >> 8);
	}
	for (int i = 0; i < 600; i++) {
		EQ(p[i][0], (char)i);
		EQ(p[i][1], (char)(i >> 8));
		EQ(nattch(ids[i]), 1);
	}
	for (int i = 0; i < 600; i += 2)
		OK(shm_dt(p[i]));
	for (int i = 1; i < 600; i += 2)
		EQ(p[i][0], (char)i);
	for (int i = 0; i < 600; i++) {
		EQ(nattch(ids[i]), i % 2);
		removed(ids[i]);
	}
}

TEST("LIM-attach 1,000 attaches of one segment: nattch is exact")
{
	static char *p[1000];
	int id = make(PAGE);

	for (int i = 0; i < 1000; i++) {
		p[i] = attach(id);
		if (i % 50 == 0)
			EQ(nattch(id), i + 1);
	}
	EQ(nattch(id), 1000);
	p[0][0] = 1;
	p[999][1] = 2;
	for (int i = 0; i < 1000; i++) {
		EQ(p[i][0], 1);
		EQ(p[i][1], 2);
	}
	for (int i = 0; i < 500; i++)
		OK(shm_dt(p[i]));
	EQ(nattch(id), 500);
	removed(id);
	EQ(nattch(id), 500);
}

TEST("LIM-attach a child inherits 300 attaches, and its death takes them off")
{
	int id = make(PAGE);
	pid_t pid;

	for (int i = 0; i < 300; i++)
		attach(id);
	BACKGROUND(pid)
	{
		await(1);
	}
	EQ(nattch(id), 600);
	reach(1);
	EXITS(pid, 0);
	EQ(nattch(id), 300);
	removed(id);
}

TEST("LIM-attach twenty processes attach one segment at once")
{
	int id = make(PAGE);
	pid_t pid[20];
	char *p = attach(id);

	for (int i = 0; i < 20; i++) {
		BACKGROUND(pid[i])
		{
			p[i] = 1;
			await(1);
		}
	}
	EQ(nattch(id), 21);
	for (int i = 0; i < 20; i++)
		while (!((volatile char *)p)[i])
			sched_yield();
	reach(1);
	for (int i = 0; i < 20; i++)
		EXITS(pid[i], 0);
	EQ(nattch(id), 1);
	removed(id);
}

TEST("LIM-size a segment of 16 MiB is zero and usable from end to end")
{
	int id = make(16 << 20);
	unsigned *p = ADDRESS(shm_at(id, NULL, 0));

	for (unsigned i = 0; i < 4 << 20; i += 1024) {
		EQ(p[i], 0);
		p[i] = i;
	}
	IN_CHILD
	{
		for (unsigned i = 0; i < 4 << 20; i += 1024)
			EQ(p[i], i);
	}
	removed(id);
}

TEST("DEV10 LIM-space attaches until the address space is full end in ENOMEM")
{
	int id, n = 0;
	long result;

	need_tessera();
	id = OK(shm_get(IPC_PRIVATE, 512 << 20, SHM_NORESERVE | 0600));
	while ((result = shm_at(id, NULL, 0)) > 0 || result < -4095) {
		n++;
		TRUE(n < 6);
	}
	ERR(result, ENOMEM);
	TRUE(n >= 3);
	EQ(nattch(id), n);
	removed(id);
}

/* ---- shm_rmid_forced ---------------------------------------------------- */

/* Runs the statement in a child, which must end well. */
#define IN_A_CHILD                                                             \
	for (int pid_ = fork(), once_ = 1; once_;                              \
	     once_ = 0, pid_ ? ended_well(pid_) : _exit(0))                    \
		if (pid_ == 0)

static void ended_well(int pid)
{
	int status;

	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
}

/* A child makes a segment under KEY, and ends. */
static int made_by_a_child(void)
{
	IN_A_CHILD
	{
		OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));
	}
	return OK(shm_get(KEY, 0, 0));
}

TEST("1.8-forced shm_rmid_forced destroys at the last detach")
{
	WITH_TUNABLE("shm_rmid_forced", 1)
	{
		int id = make(1);
		char *p = ADDRESS(shm_at(id, 0, 0));

		EQ(stat_of(id).mode & SHM_DEST_BIT, 0);
		OK(shm_dt(p));
		ERR(shm_at(id, 0, 0), EINVAL);
	}
}

TEST("1.8-forced a segment that is not attached ends with its creator")
{
	WITH_TUNABLE("shm_rmid_forced", 1)
	{
		int id = make(1);

		IN_A_CHILD
		{
			int own = OK(shm_get(KEY, PAGE, IPC_CREAT | 0600));

			EQ(nattch(own), 0);
		}
		ERR(shm_get(KEY, 0, 0), ENOENT);
		EQ(nattch(id), 0); /* its creator lives */
		removed(id);
	}
}

TEST("1.8-forced setting it ends the segments whose creators are gone")
{
	int other = make(1), id = made_by_a_child();

	WITH_TUNABLE("shm_rmid_forced", 1)
	{
		ERR(shm_at(id, 0, 0), EINVAL);
		removed(other);
	}
}

TEST("1.8-forced setting it leaves what is attached until the last detach")
{
	int id = made_by_a_child();
	char *p = ADDRESS(shm_at(id, 0, 0));

	WITH_TUNABLE("shm_rmid_forced", 1)
	{
		EQ(shm_get(KEY, 0, 0), id);
		OK(shm_dt(p));
		ERR(shm_get(KEY, 0, 0), ENOENT);
	}
}

TEST("1.8-forced it is 0 or 1, and without it a segment outlives its creator")
{
	int id = made_by_a_child();
	int fd = OK(open("/proc/sys/kernel/shm_rmid_forced", O_WRONLY));

	EQ(write(fd, "2\n", 2), -1);
	EQ(errno, EINVAL);
	EQ(tunable("shm_rmid_forced"), 0);
	removed(id);
}

/* ---- the next id -------------------------------------------------------- */

static int shm_new(void)
{
	return shmget(IPC_PRIVATE, PAGE, 0600);
}

static int sem_new(void)
{
	return semget(IPC_PRIVATE, 1, 0600);
}

static int msg_new(void)
{
	return msgget(IPC_PRIVATE, 0600);
}

static int sem_remove(int id)
{
	return semctl(id, 0, IPC_RMID);
}

static int msg_remove(int id)
{
	return msgctl(id, IPC_RMID, 0);
}

static int shm_remove(int id)
{
	return shmctl(id, IPC_RMID, 0);
}

static const struct {
	const char *next_id;
	int (*make)(void), (*remove)(int);
} kinds[] = {{"shm_next_id", shm_new, shm_remove},
             {"sem_next_id", sem_new, sem_remove},
             {"msg_next_id", msg_new, msg_remove}};

TEST("3.1-next sem_next_id, msg_next_id and shm_next_id choose the next id")
{
	static const int wanted[] = {1234, 40000, 3 * 32768 + 777,
	                             65535 * 32768 + 5, 32767};

	for (unsigned k = 0; k < ALL(kinds); k++) {
		for (unsigned i = 0; i < ALL(wanted); i++) {
			set_tunable(kinds[k].next_id, wanted[i]);
			EQ(kinds[k].make(), wanted[i]);
			OK(read_file("/proc/sys/kernel/shm_next_id", text,
			             sizeof text));
			EQ(strcmp(text, "-1\n"), 0);
			OK(kinds[k].remove(wanted[i]));
			EQ(kinds[k].remove(wanted[i]), -1);
		}
	}
}

TEST("3.1-next if the next id's place is taken, the next free one is used")
{
	for (unsigned k = 0; k < ALL(kinds); k++) {
		int first = OK(kinds[k].make()), second;

		set_tunable(kinds[k].next_id, first);
		second = OK(kinds[k].make());
		TRUE(second != first);
		EQ(second >> 15, first >> 15);
		TRUE(second % 32768 > first % 32768);
		OK(kinds[k].remove(first));
		OK(kinds[k].remove(second));
	}
}

TEST("3.1-next after a chosen id the places below are used again")
{
	for (unsigned k = 0; k < ALL(kinds); k++) {
		int id;

		set_tunable(kinds[k].next_id, 5 * 32768 + 3000);
		OK(kinds[k].remove(OK(kinds[k].make())));
		id = OK(kinds[k].make());
		TRUE(id % 32768 < 3000);
		OK(kinds[k].remove(id));
	}
}

TEST("3.1-next a negative id cannot be wished for, and only root may wish")
{
	for (unsigned k = 0; k < ALL(kinds); k++) {
		char path[64];
		int fd;

		snprintf(path, sizeof path, "/proc/sys/kernel/%s",
		         kinds[k].next_id);
		fd = OK(open(path, O_WRONLY));
		EQ(write(fd, "-1\n", 3), -1);
		EQ(errno, EINVAL);
		close(fd);
		OK(seteuid(NOBODY));
		EQ(open(path, O_WRONLY), -1);
		OK(seteuid(0));
	}
}
