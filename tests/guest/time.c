/*
 * tests/guest/time.c -- who gets the CPU (CPU-), and what time it is (TIME-).
 *
 * Shares are counted in rounds of a loop, never in seconds: a slow machine has
 * the same shares.
 */
#include "test.h"
#include <limits.h>
#include <sched.h>

#define COUNTERS 60

/* `n` processes of `uid` count rounds in value[at], at + 1, ...; or ask. */
static pid_t spin(int uid, int n, int at, int asks)
{
	pid_t group;

	BACKGROUND(group)
	{
		OK(setpgid(0, 0));
		if (uid)
			become(uid, uid);
		for (int i = 1; i < n; i++)
			if (fork() == 0) {
				at += i;
				break;
			}
		while (shared->stage < 1)
			sched_yield();
		for (;;) {
			int fd = asks ? open("/proc/self/maps", O_RDONLY) : -1;

			for (volatile int k = 0; k < 1000; k++)
				;
			if (fd >= 0)
				close(fd);
			shared->value[at]++;
		}
	}
	return group;
}

/* All count for a second. */
static void count_for_a_second(void)
{
	sleep_ms(200); /* they are made */
	reach(1);
	sleep_ms(200);
	for (int i = 0; i < COUNTERS; i++)
		shared->value[i] = 0;
	sleep_ms(1000);
	reach(2);
}

static long sum(int first, int last)
{
	long sum = 0;

	for (int i = first; i <= last; i++)
		sum += shared->value[i];
	return sum;
}

static void end_group(pid_t group)
{
	OK(kill(-group, SIGKILL));
	KILLED(group, SIGKILL);
	for (int i = 0; i < 1000 && kill(-group, 0) == 0; i++)
		sleep_ms(5);
}

TEST("CPU-users a user with one process gets as much as one with forty")
{
	pid_t many, one;
	long few, most;

	need_tessera();
	many = spin(NOBODY, 40, 0, 0);
	one = spin(NOBODY - 1, 1, 40, 0);
	count_for_a_second();
	few = sum(40, 40), most = sum(0, 39);
	end_group(many);
	end_group(one);
	TRUE(few > most / 2);
	TRUE(most > few / 2);
}

TEST("CPU-fair ten processes of a user get the same, to a factor of two")
{
	pid_t many = spin(NOBODY, 10, 0, 0);
	long least = LONG_MAX, most = 0;

	count_for_a_second();
	end_group(many);
	for (int i = 0; i < 10; i++) {
		least = shared->value[i] < least ? shared->value[i] : least;
		most = shared->value[i] > most ? shared->value[i] : most;
	}
	TRUE(least > 0);
	TRUE(most <= 2 * least);
}

TEST("CPU-server who keeps a server busy with twenty leaves others their half")
{
	pid_t alone, many, one;
	long all, half;

	need_tessera();
	alone = spin(NOBODY - 1, 1, 0, 0);
	count_for_a_second();
	all = sum(0, 0);
	end_group(alone);
	shared->stage = 0;
	many = spin(NOBODY, 20, 0, 1);
	one = spin(NOBODY - 1, 1, 40, 0);
	count_for_a_second();
	half = sum(40, 40);
	end_group(many);
	end_group(one);
	TRUE(half > all / 4);
}

TEST("CPU-asks one who asks a server is not kept behind another's twenty")
{
	pid_t alone, many, one;
	long all, half;

	need_tessera();
	alone = spin(NOBODY - 1, 1, 0, 1);
	count_for_a_second();
	all = sum(0, 0);
	end_group(alone);
	shared->stage = 0;
	many = spin(NOBODY, 20, 0, 1);
	one = spin(NOBODY - 1, 1, 40, 1);
	count_for_a_second();
	half = sum(40, 40);
	end_group(many);
	end_group(one);
	TRUE(half > all / 6);
}

TEST("CPU-setuid a process that becomes another user has that user's share")
{
	pid_t many = spin(NOBODY, 20, 0, 0), one = spin(0, 1, 40, 0);

	need_tessera();
	count_for_a_second();
	TRUE(sum(40, 40) > sum(0, 19) / 2);
	end_group(many);
	end_group(one);
}

TEST("CPU-yield sched_yield always answers 0")
{
	answer(outcome(SYS(158)));
}
