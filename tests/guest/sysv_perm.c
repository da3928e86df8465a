/*
 * tests/guest/sysv_perm.c -- who may do what to a set and to a queue: 1.1.
 *
 * The rule is that of segments (perm.c).  An object has an owner and a creator;
 * the first class that matches decides, and only that one.  Every call that
 * asks for a right is made under every mode of the caller's class, while the
 * other classes have the opposite bits.
 */
#define DIRECT_DOOR " [393..402 420]"
#include "sysv.h"

#define OWNER   1000
#define GROUP   1001
#define CREATOR 2000
#define CGROUP  2001

enum { NEEDS_W = 2, NEEDS_R = 4 };

/* --- the calls, and the right each needs --------------------------------- */

static long set_wait_zero(int id)
{
	return SEMOP(id, {0, 0, 0});
}

static long set_up_and_down(int id)
{
	return SEMOP(id, {0, 1, 0}, {0, -1, 0});
}

static long set_mixed(int id)
{
	return SEMOP(id, {0, 0, 0}, {0, 1, SEM_UNDO}, {0, -1, SEM_UNDO});
}

static long set_getval(int id)
{
	return sem_ctl(id, 0, GETVAL, 0);
}

static long set_getncnt(int id)
{
	return sem_ctl(id, 0, GETNCNT, 0);
}

static long set_getall(int id)
{
	unsigned short value;

	return sem_ctl(id, 0, GETALL, P(&value));
}

static long set_setval(int id)
{
	return sem_ctl(id, 0, SETVAL, 0);
}

static long set_setall(int id)
{
	unsigned short value = 0;

	return sem_ctl(id, 0, SETALL, P(&value));
}

static long set_ask_stat(int id)
{
	struct sem_ds ds;

	return sem_ctl(id, 0, IPC_STAT, P(&ds));
}

static long queue_send(int id)
{
	return send_text(id, 1, "x");
}

/* The queue may be empty.  Then the right has been checked, which is enough. */
static long queue_receive(int id)
{
	long result = receive(id, 0, 0);

	return result == -ENOMSG ? 0 : result;
}

static long queue_copy(int id)
{
	long result = receive(id, 0, MSG_COPY);

	return result == -ENOMSG ? 0 : result;
}

static long queue_ask_stat(int id)
{
	struct msg_ds ds;

	return msg_ctl(id, IPC_STAT, &ds);
}

struct act {
	const char *what;
	long (*call)(int id);
	int needs;
};

static const struct act set_acts[] = {
    {"wait for 0", set_wait_zero, NEEDS_R},
    {"up and down", set_up_and_down, NEEDS_W},
    {"wait for 0 and up", set_mixed, NEEDS_W},
    {"GETVAL", set_getval, NEEDS_R},
    {"GETNCNT", set_getncnt, NEEDS_R},
    {"GETALL", set_getall, NEEDS_R},
    {"SETVAL", set_setval, NEEDS_W},
    {"SETALL", set_setall, NEEDS_W},
    {"IPC_STAT", set_ask_stat, NEEDS_R},
    {NULL, NULL, 0},
};

static const struct act queue_acts[] = {
    {"msgsnd", queue_send, NEEDS_W},
    {"msgrcv", queue_receive, NEEDS_R},
    {"MSG_COPY", queue_copy, NEEDS_R},
    {"IPC_STAT", queue_ask_stat, NEEDS_R},
    {NULL, NULL, 0},
};

struct kind {
	long (*get)(int flags);
	void (*set)(int id, int mode);
	long (*control)(int id, int command, void *buf);
	const struct act *acts;
};

static long set_get(int flags)
{
	return sem_get(IPC_PRIVATE, 1, flags);
}

static long set_control(int id, int command, void *buf)
{
	return sem_ctl(id, 0, command, P(buf));
}

static void set_give(int id, int mode)
{
	set_set(id, OWNER, GROUP, mode);
}

static long queue_get(int flags)
{
	return msg_get(IPC_PRIVATE, flags);
}

static void queue_give(int id, int mode)
{
	queue_set(id, OWNER, GROUP, mode, 16384);
}

static const struct kind sets = {set_get, set_give, set_control, set_acts};
static const struct kind queues = {queue_get, queue_give, msg_ctl, queue_acts};
static const struct kind *const kinds[] = {&sets, &queues};

/* --- the matrix ---------------------------------------------------------- */

/* An object with all four ids different; its mode is 0777 at first. */
static int four_ids(const struct kind *kind)
{
	AS(CREATOR, CGROUP)
	{
		shared->value[0] = OK(kind->get(0777));
		kind->set(shared->value[0], 0777);
	}
	return shared->value[0];
}

/* Makes every call; `bits` are what the mode gives to the caller's class. */
static void try_acts(const struct kind *kind, int id, int bits)
{
	for (const struct act *act = kind->acts; act->call; act++) {
		long result = act->call(id);
		int allowed = (bits & act->needs) == act->needs;

		if (allowed ? result < 0 : result != -EACCES)
			FAIL("%s with the bits %o gives %s", act->what, bits,
			     outcome(result));
		ANSWER(allowed ? 0 : result);
	}
}

static void matrix_of(const struct kind *kind, const int who[3], int shift)
{
	int id = four_ids(kind);

	for (int bits = 0; bits < 8; bits++) {
		kind->set(id, (0777 & ~(7 << shift)) | bits << shift);
		IN_CHILD
		{
			gid_t group = who[2];

			OK(setgroups(who[2] ? 1 : 0, &group));
			OK(setresgid(who[1], who[1], who[1]));
			OK(setresuid(who[0], who[0], who[0]));
			try_acts(kind, id, bits);
		}
	}
	OK(kind->control(id, IPC_RMID, NULL));
}

/* A caller with these ids has the rights at bit `shift` of the mode. */
static void matrix(int uid, int gid, int extra, int shift)
{
	int who[3] = {uid, gid, extra};

	for (unsigned i = 0; i < ALL(kinds); i++)
		matrix_of(kinds[i], who, shift);
}

BOTH("1.1-sysv the owner of a set or queue has the user's bits, 8 modes")
{
	matrix(OWNER, 7, 0, 6);
}

BOTH("1.1-sysv the owner has only these, though in the group as well")
{
	matrix(OWNER, GROUP, 0, 6);
}

BOTH("1.1-sysv the creator has the user's bits")
{
	matrix(CREATOR, 7, 0, 6);
}

BOTH("1.1-sysv the owner's group has the group's bits")
{
	matrix(3000, GROUP, 0, 3);
}

BOTH("1.1-sysv the creator's group has the group's bits")
{
	matrix(3000, CGROUP, 0, 3);
}

BOTH("1.1-sysv a supplementary group counts as the owner's group")
{
	matrix(3000, 7, GROUP, 3);
}

BOTH("1.1-sysv a supplementary group counts as the creator's group")
{
	matrix(3000, 7, CGROUP, 3);
}

BOTH("1.1-sysv everyone else has the others' bits")
{
	matrix(3000, 3001, 4000, 0);
}

BOTH("1.1-sysv root may do everything under mode 0")
{
	for (unsigned i = 0; i < ALL(kinds); i++) {
		int id = four_ids(kinds[i]);

		kinds[i]->set(id, 0);
		try_acts(kinds[i], id, 7);
		OK(kinds[i]->control(id, IPC_RMID, NULL));
	}
}

BOTH("1.1-sysv the effective uid decides, not the real or the saved one")
{
	for (unsigned i = 0; i < ALL(kinds); i++) {
		int id = four_ids(kinds[i]);

		kinds[i]->set(id, 0600);
		IN_CHILD
		{
			OK(setgroups(0, NULL));
			OK(setresgid(7, 7, 7));
			OK(setresuid(OWNER, 3000, OWNER));
			try_acts(kinds[i], id, 0);
			ERR(kinds[i]->control(id, IPC_RMID, NULL), EPERM);
			OK(setresuid(-1, OWNER, -1));
			try_acts(kinds[i], id, 6);
		}
		OK(kinds[i]->control(id, IPC_RMID, NULL));
	}
}

BOTH("1.1-sysv control is the owner's and the creator's, whatever the mode")
{
	for (unsigned i = 0; i < ALL(kinds); i++) {
		char buf[128];
		int id = four_ids(kinds[i]);

		AS(3000, GROUP)
		{
			OK(kinds[i]->control(id, IPC_STAT, buf));
			ERR(kinds[i]->control(id, IPC_SET, buf), EPERM);
			ERR(kinds[i]->control(id, IPC_RMID, NULL), EPERM);
		}
		AS(3000, 3001)
		{
			OK(kinds[i]->control(id, IPC_STAT, buf));
			ERR(kinds[i]->control(id, IPC_SET, buf), EPERM);
			ERR(kinds[i]->control(id, IPC_RMID, NULL), EPERM);
		}
		kinds[i]->set(id, 0);
		OK(kinds[i]->control(id, IPC_STAT, buf));
		AS(CREATOR, 7)
		{
			OK(kinds[i]->control(id, IPC_SET, buf));
			ERR(kinds[i]->control(id, IPC_STAT, buf), EACCES);
		}
		AS(OWNER, 7)
		{
			OK(kinds[i]->control(id, IPC_RMID, NULL));
		}
	}
}
