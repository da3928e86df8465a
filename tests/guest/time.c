/*
 * tests/guest/time.c -- who gets the CPU (CPU-), and what time it is (TIME-).
 *
 * Shares are counted in rounds of a loop, not in seconds: on a slow machine the
 * shares are the same.
 */
#include "test.h"
#include <limits.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <time.h>

#define COUNTERS 60

/*
 * `n` processes of `uid` count their rounds in value[at], value[at + 1], ...
 * With `asks` each round also opens a file of /proc.
 */
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

/* Lets all of them count for a second. */
static void count_for_a_second(void)
{
	sleep_ms(200); /* until all have been made */
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

TEST("CPU-fair ten processes of a user get the same, to a factor of four")
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
	TRUE(most <= 4 * least);
}

TEST("CPU-server a user with twenty at one server leaves others a share")
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
	TRUE(half > all / 8);
}

TEST("CPU-asks one who asks a server is not kept behind another's twenty")
{
	pid_t many, one;
	long few, most;

	need_tessera();
	many = spin(NOBODY, 20, 0, 1);
	one = spin(NOBODY - 1, 1, 40, 1);
	count_for_a_second();
	few = sum(40, 40), most = sum(0, 19);
	end_group(many);
	end_group(one);
	TRUE(few > most / 10);
}

TEST("CPU-setuid a process that becomes another user has that user's share")
{
	pid_t many, one;

	need_tessera();
	many = spin(NOBODY, 20, 0, 0);
	one = spin(0, 1, 40, 0);
	count_for_a_second();
	TRUE(sum(40, 40) > sum(0, 19) / 2);
	end_group(many);
	end_group(one);
}

TEST("CPU-yield sched_yield always answers 0")
{
	answer(outcome(SYS(158)));
}

/* --- clocks -------------------------------------------------------------- */

static long long ns_of(struct timespec t)
{
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long now_of(int clock)
{
	struct timespec t;

	OK(SYS(NR_clock_gettime, clock, P(&t)));
	return ns_of(t);
}

TEST("TIME-clocks which clocks there are, to be read and to sleep by")
{
	for (int clock = -1; clock <= 16; clock++) {
		struct timespec t = {0, 1};

		if (clock == 8 || clock == 9)
			continue; /* alarms: machines differ */
		answer(outcome(SYS(NR_clock_gettime, clock, P(&t))));
		answer(outcome(SYS(NR_clock_getres, clock, P(&t))));
		if (clock == 2)
			continue; /* Linux sleeps until it has computed */
		t = (struct timespec){0, 1};
		answer(
		    outcome(SYS(NR_clock_nanosleep, clock, 0, P(&t), P(NULL))));
	}
}

TEST("TIME-getres a clock's resolution is the truth")
{
	static const int fine[] = {0, 1, 4, 7, 11}, coarse[] = {5, 6};
	struct timespec t;

	for (size_t i = 0; i < ALL(fine); i++) {
		OK(SYS(NR_clock_getres, fine[i], P(&t)));
		EQ(ns_of(t), HERE(1, 838));
	}
	for (size_t i = 0; i < ALL(coarse); i++) {
		OK(SYS(NR_clock_getres, coarse[i], P(&t)));
		EQ(ns_of(t), HERE(4000000, 10000000));
	}
}

TEST("TIME-forward a clock never goes back and moves in less than 1 ms")
{
	static const int clocks[] = {0, 1, 4, 7, 11};

	for (size_t i = 0; i < ALL(clocks); i++) {
		long long last = now_of(clocks[i]), step = 1000000000;

		for (int n = 0; n < 3000; n++) {
			long long now = now_of(clocks[i]);

			TRUE(now >= last);
			if (now > last && now - last < step)
				step = now - last;
			last = now;
		}
		TRUE(step < 1000000);
	}
}

TEST("TIME-coarse a coarse clock is a tick behind at most, and never ahead")
{
	long long least = 1000000000;

	for (int n = 0; n < 300; n++) {
		long long coarse = now_of(6), fine = now_of(1);

		TRUE(coarse <= fine);
		if (fine - coarse < least)
			least = fine - coarse;
		sched_yield();
	}
	TRUE(least <= 10000000);
	TRUE(now_of(5) <= now_of(0));
	TRUE(time(NULL) <= now_of(0) / 1000000000);
	TRUE(time(NULL) >= now_of(0) / 1000000000 - 1);
}

TEST("TIME-same TAI is the real time, and since boot is monotonic")
{
	TRUE(llabs(now_of(11) - now_of(0)) < 1000000000);
	TRUE(llabs(now_of(7) - now_of(1)) < 1000000000);
	TRUE(llabs(now_of(4) - now_of(1)) < 1000000000);
}

TEST("TIME-cpu a process that computes has used CPU time, one that sleeps none")
{
	long long start = now_of(1), used = now_of(2);

	while (now_of(1) - start < 300000000)
		;
	used = now_of(2) - used;
	TRUE(used >= HERE(1, 100000000) && used <= 1000000000);
	used = now_of(2);
	sleep_ms(200);
	TRUE(now_of(2) - used <= 30000000);
}

/* --- sleeping ------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return x < y ? -1 : x > y;
}

/* The median of how late the waits ended.  No wait may end early. */
static long long middle_of(long long wanted, void (*wait)(long long))
{
	long long late[15];

	for (int i = 0; i < 15; i++) {
		long long start = now_of(1);

		wait(wanted);
		late[i] = now_of(1) - start - wanted;
		TRUE(late[i] >= 0);
	}
	qsort(late, 15, sizeof late[0], by_value);
	return late[7];
}

static void sleep_for(long long ns)
{
	struct timespec t = {0, (long)ns};

	OK(SYS(NR_nanosleep, P(&t), P(NULL)));
}

static void sleep_until(long long ns)
{
	long long until = now_of(1) + ns;
	struct timespec t = {(time_t)(until / 1000000000),
	                     (long)(until % 1000000000)};

	OK(SYS(NR_clock_nanosleep, 1, TIMER_ABSTIME, P(&t), P(NULL)));
	TRUE(now_of(1) >= until);
}

static int set;

static void wait_for(long long ns)
{
	struct timespec t = {0, (long)ns};
	struct sembuf down = {0, -1, 0};

	ERR(SYS(NR_ipc, 4, set, 1, 0, P(&down), P(&t)), EAGAIN);
}

static const long long times[] = {1, 50000, 100000, 1000000, 5000000, 20000000};

TEST("TIME-sleep sleeps are never too short and, most of them, not 5 ms too "
     "long")
{
	for (size_t i = 0; i < ALL(times); i++)
		TRUE(middle_of(times[i], sleep_for) <
		     HERE(1000000000, 9000000));
}

TEST("TIME-until so are sleeps until a time, and one that is past is over")
{
	struct timespec past = {0, 1};

	for (size_t i = 0; i < ALL(times); i++)
		TRUE(middle_of(times[i], sleep_until) <
		     HERE(1000000000, 9000000));
	OK(SYS(NR_clock_nanosleep, 0, TIMER_ABSTIME, P(&past), P(NULL)));
	OK(SYS(NR_clock_nanosleep, 1, TIMER_ABSTIME, P(&past), P(NULL)));
}

TEST("TIME-semop so are the time-outs of semtimedop")
{
	set = (int)OK(semget(IPC_PRIVATE, 1, 0600));
	for (size_t i = 0; i < ALL(times); i++)
		TRUE(middle_of(times[i], wait_for) < HERE(1000000000, 9000000));
	OK(semctl(set, 0, IPC_RMID));
}

/* Wakes the other one, and waits for it for at most a microsecond. */
static void hand_over(int mine)
{
	struct timespec t = {0, 1000};
	struct sembuf up = {(unsigned short)!mine, 1, 0};
	struct sembuf down = {(unsigned short)mine, -1, 0};

	for (;;) {
		SYS(NR_ipc, 1, set, 1, 0, P(&up));
		SYS(NR_ipc, 4, set, 1, 0, P(&down), P(&t));
	}
}

TEST("TIME-alarm two who wait very shortly, very often, put off no alarm")
{
	pid_t players[2];

	set = (int)OK(semget(IPC_PRIVATE, 2, 0600));
	for (int i = 0; i < 2; i++) {
		BACKGROUND(players[i])
		{
			hand_over(i);
		}
	}
	for (int i = 0; i < 20; i++)
		sleep_ms(10);
	for (int i = 0; i < 2; i++) {
		OK(kill(players[i], SIGKILL));
		KILLED(players[i], SIGKILL);
	}
	OK(semctl(set, 0, IPC_RMID));
}

TEST("TIME-long a sleep of 68 years has not ended after 100 ms")
{
	struct timespec t = {2147483647, 999999999};
	pid_t pid;

	BACKGROUND(pid)
	{
		SYS(NR_nanosleep, P(&t), P(NULL));
	}
	sleep_ms(100);
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("TIME-crowd thirty sleepers wake at their times, others are killed")
{
	pid_t pids[30];

	for (int i = 0; i < 30; i++)
		BACKGROUND(pids[i])
		{
			int ms = (i * 7 + 3) % 40 + 1;

			for (int n = 0; n < 10; n++) {
				long long start = now_of(1);

				sleep_ms(ms);
				TRUE(now_of(1) - start >= ms * 1000000LL);
				TRUE(now_of(1) - start <
				     ms * 1000000LL + 500000000);
			}
			if (i % 3 == 0)
				sleep_ms(100000);
		}
	for (int i = 0; i < 30; i += 3) {
		sleep_ms(3);
		OK(kill(pids[i], SIGKILL));
		KILLED(pids[i], SIGKILL);
	}
	for (int i = 0; i < 30; i++)
		if (i % 3 != 0)
			EXITS(pids[i], 0);
}

TEST("TIME-yield two that spin on a flag meet a thousand times a second")
{
	pid_t pid;
	long long start = now_of(1);

	BACKGROUND(pid)
	{
		for (;;) {
			while (shared->value[0] != 1)
				sched_yield();
			shared->value[0] = 2;
			shared->value[1]++;
		}
	}
	while (now_of(1) - start < 500000000) {
		shared->value[0] = 1;
		while (shared->value[0] != 2)
			sched_yield();
	}
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	TRUE(shared->value[1] > HERE(1, 500));
}

/* --- limits -------------------------------------------------------------- */

TEST("CPU-nproc a user at the limit cannot fork, and root can")
{
	struct rlimit few = {6, 6};
	pid_t pid;

	BACKGROUND(pid)
	{
		OK(setpgid(0, 0));
		OK(setrlimit(RLIMIT_NPROC, &few));
		become(NOBODY - 7, NOBODY - 7);
		for (int i = 0; i < 5; i++)
			if (OK(fork()) == 0)
				for (;;)
					pause();
		ERR(SYS(NR_fork), EAGAIN);
		reach(1);
		for (;;)
			pause();
	}
	await(1);
	IN_CHILD
	{
	}
	end_group(pid);
}

TEST("CPU-limits what may be set: no more than there is, no soft above hard")
{
	struct rlimit limit, worse = {8, 7};

	OK(getrlimit(RLIMIT_NPROC, &limit));
	TRUE(limit.rlim_cur >= 100 && limit.rlim_cur <= limit.rlim_max);
	answer(outcome(SYS(75, RLIMIT_NPROC, P(&worse))));
	answer(outcome(SYS(75, 99, P(&worse))));
	answer(outcome(SYS(191, 99, P(&worse))));
	answer(outcome(SYS(340, 0, RLIMIT_NPROC, 0, 1)));
	AS(NOBODY, NOBODY)
	{
		unsigned long more[2] = {1, 0xfffffff0}, less[2] = {90, 90};

		OK(SYS(75, RLIMIT_NPROC, P(less)));
		answer(outcome(SYS(75, RLIMIT_NPROC, P(more))));
		OK(SYS(191, RLIMIT_NPROC, P(more)));
		EQ(more[0], 90);
		IN_CHILD
		{
			OK(SYS(76, RLIMIT_NPROC, P(more)));
			EQ(more[1], 90);
		}
	}
	OK(getrlimit(RLIMIT_STACK, &limit));
	EQ(limit.rlim_cur, 8 << 20);
	OK(setrlimit(RLIMIT_STACK, &limit));
}
