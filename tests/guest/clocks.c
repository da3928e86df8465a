/*
 * tests/guest/clocks.c -- timer_create and its kin (TIMER-), clocks of CPU
 * time, and clocks that are set (CLOCK-).
 *
 * Machines are slow: no test expects that something comes soon, only that it
 * comes, and not before its time.
 */
#define OWN_MAIN
#include "bad_pointers.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>

#define LONG        100 /* seconds: more than a test may take */
#define MS          1000000ll
#define SECOND      1000000000ll
#define CPU_OF(pid) (~(pid) * 8 + 2)

static volatile sig_atomic_t came;
static siginfo_t last;
static volatile long long overruns;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	came++;
	last = *info;
	overruns += info->si_overrun;
}

static void on(int signal)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};

	action.sa_sigaction = note;
	OK(sigaction(signal, &action, NULL));
}

static long long clock_ns(int clock)
{
	struct timespec t;

	OK(SYS(SYS_clock_gettime, clock, P(&t)));
	return t.tv_sec * SECOND + t.tv_nsec;
}

static struct itimerspec in(long long value, long long period)
{
	return (struct itimerspec){{period / SECOND, period % SECOND},
	                           {value / SECOND, value % SECOND}};
}

/* A timer of that clock, which sends `signal` with value 77. */
static int make_timer(int clock, int signal)
{
	struct sigevent event = {.sigev_signo = signal};
	int id = -1;

	event.sigev_value.sival_int = 77;
	OK(SYS(SYS_timer_create, clock, P(&event), P(&id)));
	return id;
}

static long set(int id, long long value, long long period)
{
	struct itimerspec time = in(value, period);

	return SYS(SYS_timer_settime, id, 0, P(&time), 0);
}

static long long left_of(int id)
{
	struct itimerspec time;

	OK(SYS(SYS_timer_gettime, id, P(&time)));
	return time.it_value.tv_sec * SECOND + time.it_value.tv_nsec;
}

static void block(int signal, int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	OK(sigprocmask(how, &set, NULL));
}

static void burn(long long until)
{
	while (clock_ns(CLOCK_MONOTONIC) < until)
		;
}

static const int waits_by[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
                               CLOCK_TAI};

TEST("TIMER-posix it fires once, says which and what value, and is off then")
{
	on(SIGUSR1);
	for (size_t i = 0; i < ALL(waits_by); i++) {
		int id = make_timer(waits_by[i], SIGUSR1);
		long long start = clock_ns(CLOCK_MONOTONIC);

		EQ(left_of(id), 0);
		came = 0;
		OK(set(id, 30 * MS, 0));
		while (!came)
			;
		TRUE(clock_ns(CLOCK_MONOTONIC) - start >= 30 * MS);
		EQ(last.si_code, SI_TIMER);
		EQ(last.si_timerid, id);
		EQ(last.si_overrun, 0);
		EQ(last.si_value.sival_int, 77);
		EQ(left_of(id), 0);
		EQ(SYS(SYS_timer_getoverrun, id), 0);
		sleep_ms(50);
		EQ(came, 1);
		OK(SYS(SYS_timer_delete, id));
		ERR(SYS(SYS_timer_delete, id), EINVAL);
	}
}

TEST("TIMER-posix with a period it fires again and again, until it is set to 0")
{
	long long start = clock_ns(CLOCK_MONOTONIC);
	int id = make_timer(CLOCK_MONOTONIC, SIGRTMIN + 3);
	struct itimerspec off = in(0, 10 * MS), old;

	on(SIGRTMIN + 3);
	OK(set(id, 20 * MS, 10 * MS));
	while (came < 10)
		pause();
	TRUE(clock_ns(CLOCK_MONOTONIC) - start >= 110 * MS);
	OK(SYS(SYS_timer_settime, id, 0, P(&off), P(&old)));
	EQ(old.it_interval.tv_nsec, 10 * MS);
	TRUE(old.it_value.tv_nsec <= 10 * MS && old.it_value.tv_nsec > 0);
	came = 0;
	sleep_ms(60);
	EQ(came, 0);
	OK(SYS(SYS_timer_gettime, id, P(&old)));
	EQ(old.it_interval.tv_nsec, 0); /* of one that is off */
	EQ(left_of(id), 0);
}

TEST("TIMER-posix without an event it sends SIGALRM, and its id is the value")
{
	int id = -1;

	on(SIGALRM);
	OK(SYS(SYS_timer_create, CLOCK_REALTIME, 0, P(&id)));
	OK(set(id, 1, 0));
	while (!came)
		;
	EQ(last.si_value.sival_int, id);
	EQ(last.si_code, SI_TIMER);
}

TEST("TIMER-event NONE only counts; a thread is one's own; others are EINVAL")
{
	struct sigevent event = {.sigev_notify = SIGEV_NONE, .sigev_signo = -5};
	int id = -1, other;

	OK(SYS(SYS_timer_create, CLOCK_MONOTONIC, P(&event), P(&id)));
	OK(set(id, 20 * MS, 0));
	TRUE(left_of(id) > 0);
	sleep_ms(50);
	EQ(left_of(id), 0);
	OK(set(id, 10 * MS, LONG * SECOND));
	sleep_ms(50);
	TRUE(left_of(id) > LONG / 2 * SECOND);
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGUSR2;
	event._sigev_un._tid = getpid();
	on(SIGUSR2);
	OK(SYS(SYS_timer_create, CLOCK_MONOTONIC, P(&event), P(&id)));
	OK(set(id, 1, 0));
	while (!came)
		;
	event._sigev_un._tid = getppid();
	ERR(SYS(SYS_timer_create, 0, P(&event), P(&other)), EINVAL);
	event._sigev_un._tid = 0;
	ERR(SYS(SYS_timer_create, 0, P(&event), P(&other)), EINVAL);
	for (int i = -1; i < 2; i++) {
		event = (struct sigevent){.sigev_signo = i < 1 ? i : 65};
		ERR(SYS(SYS_timer_create, 0, P(&event), P(&other)), EINVAL);
	}
	event = (struct sigevent){.sigev_notify = 3, .sigev_signo = 1};
	ERR(SYS(SYS_timer_create, 0, P(&event), P(&other)), EINVAL);
}

TEST("TIMER-clocks which clocks have timers")
{
	int id;

	AS(NOBODY, NOBODY)
	{
		ERR(SYS(SYS_timer_create, 8, 0, P(&id)), EPERM);
		ERR(SYS(SYS_timer_create, 9, 0, P(&id)), EPERM);
	}
	for (int clock = -1; clock <= 12; clock++)
		ANSWER(SYS(SYS_timer_create, clock, 0, P(&id)) < 0
		           ? SYS(SYS_timer_create, clock, 0, P(&id))
		           : 0);
}

TEST("TIMER-invalid no such timer, no such time")
{
	static const struct timespec wrong[] = {
	    {-1, 0}, {0, -1}, {0, 1000000000}, {INT32_MIN, 0}};
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	struct itimerspec time = in(SECOND, 0);

	ERR(SYS(SYS_timer_settime, id, 0, 0, 0), EINVAL);
	ERR(SYS(SYS_timer_settime, id + 1, 0, P(&time), 0), EINVAL);
	ERR(SYS(SYS_timer_settime, -1, 0, P(&time), 0), EINVAL);
	ERR(SYS(SYS_timer_gettime, id + 1, P(&time)), EINVAL);
	ERR(SYS(SYS_timer_gettime, id + 1, 1), EINVAL);
	ERR(SYS(SYS_timer_getoverrun, id + 1), EINVAL);
	ERR(SYS(SYS_timer_getoverrun, -1), EINVAL);
	ERR(SYS(SYS_timer_delete, INT32_MAX), EINVAL);
	for (size_t i = 0; i < ALL(wrong); i++) {
		time = (struct itimerspec){{0, 0}, wrong[i]};
		ERR(SYS(SYS_timer_settime, id, 0, P(&time), 0), EINVAL);
		time = (struct itimerspec){wrong[i], {0, 0}};
		ERR(SYS(SYS_timer_settime, id, 0, P(&time), 0), EINVAL);
	}
	time = (struct itimerspec){{INT32_MAX, 999999999}, {INT32_MAX, 1}};
	OK(SYS(SYS_timer_settime, id, 0, P(&time), 0));
	OK(SYS(SYS_timer_gettime, id, P(&time)));
	EQ(time.it_interval.tv_sec, INT32_MAX);
	TRUE(time.it_value.tv_sec > INT32_MAX - LONG);
}

TEST("TIMER-wide settime64 and gettime64 have 64 bits of seconds")
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	long long time[4] = {5, 7, 1ll << 33, 9}, old[4];

	OK(SYS(SYS_timer_settime64, id, 0, P(time), P(old)));
	EQ(old[0], 0);
	OK(SYS(SYS_timer_gettime64, id, P(old)));
	EQ(old[0], 5);
	EQ(old[1], 7);
	TRUE(old[2] > (1ll << 33) - LONG && old[2] <= 1ll << 33);
	time[2] = -1;
	ERR(SYS(SYS_timer_settime64, id, 0, P(time), 0), EINVAL);
	time[2] = 1ll << 62;
	OK(SYS(SYS_timer_settime64, id, 0, P(time), 0));
	OK(SYS(SYS_timer_gettime64, id, P(old)));
	TRUE(old[2] > 9000000000ll);
}

TEST("TIMER-abstime a time that is past fires at once, a time to come then")
{
	on(SIGUSR1);
	for (size_t i = 0; i < ALL(waits_by); i++) {
		int id = make_timer(waits_by[i], SIGUSR1);
		long long at = clock_ns(waits_by[i]) + 50 * MS;
		struct itimerspec time = in(at, 0);

		came = 0;
		OK(SYS(SYS_timer_settime, id, TIMER_ABSTIME, P(&time), 0));
		TRUE(left_of(id) <= 50 * MS);
		while (!came)
			;
		TRUE(clock_ns(waits_by[i]) >= at);
		OK(SYS(SYS_timer_settime, id, TIMER_ABSTIME, P(&time), 0));
		while (came < 2)
			;
		EQ(last.si_overrun, 0);
	}
}

TEST("TIMER-overrun one signal waits, and says what has come since")
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	on(SIGUSR1);
	block(SIGUSR1, SIG_BLOCK);
	OK(set(id, 20 * MS, 20 * MS));
	sleep_ms(210);
	EQ(SYS(SYS_timer_getoverrun, id), 0); /* none was taken */
	block(SIGUSR1, SIG_UNBLOCK);
	block(SIGUSR1, SIG_BLOCK);
	EQ(came, 1);
	TRUE(last.si_overrun >= 9);
	EQ(SYS(SYS_timer_getoverrun, id), last.si_overrun);
	OK(set(id, 0, 0));
	block(SIGUSR1, SIG_UNBLOCK);
	TRUE(came <= 2);
}

TEST("TIMER-overrun a past time with a period has missed many")
{
	int id = make_timer(CLOCK_REALTIME, SIGUSR1);
	struct itimerspec time = in(SECOND, 3600 * SECOND);

	on(SIGUSR1);
	OK(SYS(SYS_timer_settime, id, TIMER_ABSTIME, P(&time), 0));
	while (!came)
		;
	TRUE(last.si_overrun > 300000); /* since 1970 */
	EQ(SYS(SYS_timer_getoverrun, id), last.si_overrun);
	TRUE(left_of(id) <= 3600 * SECOND);
}

TEST("TIMER-overrun a period of a nanosecond starves nobody")
{
	int ids[20];
	long rounds = 0;
	pid_t pid;

	on(SIGUSR1);
	for (size_t i = 0; i < ALL(ids); i++) {
		ids[i] = make_timer(CLOCK_MONOTONIC, SIGUSR1);
		OK(set(ids[i], 1, HERE(20 * MS, 1)));
	}
	BACKGROUND(pid)
	{
		burn(clock_ns(CLOCK_MONOTONIC) + 300 * MS);
	}
	came = 0;
	while (came < 40)
		rounds++;
	while (waitpid(pid, NULL, 0) < 0)
		;
	TRUE(rounds > 0);
	for (size_t i = 0; i < ALL(ids); i++)
		OK(SYS(SYS_timer_delete, ids[i]));
	TRUE(on_tessera() ? overruns > 1000 : 1);
}

TEST("TIMER-same timers with one signal are each heard of")
{
	int a = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	int b = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	sigset_t set_of_it;
	siginfo_t first, second;

	block(SIGUSR1, SIG_BLOCK);
	OK(set(a, 10 * MS, 0));
	OK(set(b, 20 * MS, 0));
	sleep_ms(60);
	sigemptyset(&set_of_it);
	sigaddset(&set_of_it, SIGUSR1);
	EQ(sigwaitinfo(&set_of_it, &first), SIGUSR1);
	EQ(sigwaitinfo(&set_of_it, &second), SIGUSR1);
	EQ(first.si_timerid, a);
	EQ(second.si_timerid, b);
	EQ(second.si_value.sival_int, 77);
	sigpending(&set_of_it);
	TRUE(!sigismember(&set_of_it, SIGUSR1));
}

TEST("TIMER-ignore a timer whose signal is ignored goes on, and kills by "
     "default")
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	signal(SIGUSR1, SIG_IGN);
	OK(set(id, 10 * MS, 10 * MS));
	sleep_ms(50);
	TRUE(left_of(id) > 0);
	on(SIGUSR1);
	while (!came)
		pause();
	DIES(SIGRTMIN)
	{
		OK(set(make_timer(CLOCK_MONOTONIC, SIGRTMIN), 1, 0));
		for (;;)
			pause();
	}
}

TEST("TIMER-delete a signal that waits already is still delivered")
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	on(SIGUSR1);
	block(SIGUSR1, SIG_BLOCK);
	OK(set(id, 10 * MS, 0));
	sleep_ms(40);
	OK(SYS(SYS_timer_delete, id));
	block(SIGUSR1, SIG_UNBLOCK);
	EQ(came, 1);
}

static char *own_path;

TEST("TIMER-fork a child has none of them, and exec drops them with their "
     "signals")
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	char number[12];

	OK(set(id, LONG * SECOND, 0));
	IN_CHILD
	{
		int mine;

		ERR(SYS(SYS_timer_delete, id), EINVAL);
		mine = make_timer(CLOCK_MONOTONIC, SIGUSR1);
		block(SIGUSR1, SIG_BLOCK);
		OK(set(mine, 1, MS));
		sleep_ms(30);
		snprintf(number, sizeof number, "%d", mine);
		execl(own_path, "clocks", "look", number, NULL);
		FAIL("no exec");
	}
	OK(SYS(SYS_timer_delete, id));
}

/* The program that has been executed has no timers, and no signal waits. */
static int look(int id)
{
	sigset_t pending;

	sleep_ms(30);
	sigpending(&pending);
	if (sigismember(&pending, SIGUSR1))
		return 2;
	return SYS(SYS_timer_delete, id) == -EINVAL ? 0 : 3;
}

TEST("TIMER-limit a user has as many as RLIMIT_SIGPENDING, then it is EAGAIN")
{
	struct rlimit limit;

	OK(getrlimit(RLIMIT_SIGPENDING, &limit));
	if (!on_tessera()) {
		limit = (struct rlimit){128, 128};
		OK(setrlimit(RLIMIT_SIGPENDING, &limit));
	}
	AS(NOBODY, NOBODY)
	{
		int id = -1, first = make_timer(CLOCK_MONOTONIC, SIGUSR1);

		for (rlim_t i = 1; i < limit.rlim_cur; i++)
			make_timer(CLOCK_MONOTONIC, SIGUSR1);
		ERR(SYS(SYS_timer_create, 0, 0, P(&id)), EAGAIN);
		EQ(id, -1);
		OK(SYS(SYS_timer_delete, first));
		make_timer(CLOCK_REALTIME, SIGUSR1);
		ERR(SYS(SYS_timer_create, 0, 0, P(&id)), EAGAIN);
	}
	AS(NOBODY, NOBODY)
	{
		for (rlim_t i = 0; i < limit.rlim_cur; i++)
			make_timer(CLOCK_MONOTONIC, SIGUSR1);
	}
}

TEST("TIMER-kill processes with timers are killed at any time")
{
	for (int i = 0; i < 30; i++) {
		pid_t pid;

		BACKGROUND(pid)
		{
			on(SIGUSR1);
			for (int k = 0; k < 4; k++)
				OK(set(make_timer(k % 2 ? CLOCK_REALTIME
				                        : CPU_OF(0),
				                  SIGUSR1),
				       k + 1, MS));
			for (;;) {
				int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

				OK(set(id, MS, 0));
				OK(SYS(SYS_timer_delete, id));
			}
		}
		sleep_ms(i % 7);
		OK(kill(pid, SIGKILL));
		KILLED(pid, SIGKILL);
	}
}

/* ---- CPU time ----------------------------------------------------------- */

TEST("TIMER-cpu a timer of CPU time counts no sleep")
{
	static const int clocks[] = {CLOCK_PROCESS_CPUTIME_ID,
	                             CLOCK_THREAD_CPUTIME_ID};

	on(SIGUSR1);
	for (size_t i = 0; i < ALL(clocks); i++) {
		int id = make_timer(clocks[i], SIGUSR1);
		long long start = clock_ns(clocks[i]);

		came = 0;
		OK(set(id, 50 * MS, 20 * MS));
		sleep_ms(150);
		EQ(came, 0);
		TRUE(left_of(id) > 0 && left_of(id) <= 50 * MS);
		while (came < 3)
			;
		TRUE(clock_ns(clocks[i]) - start >= 90 * MS);
		EQ(last.si_code, SI_TIMER);
		OK(SYS(SYS_timer_delete, id));
	}
}

TEST("CLOCK-cpu the CPU clock of another process, of a dead one, of none")
{
	struct timespec time;
	pid_t pid;
	long long before, after;
	clockid_t clock;

	BACKGROUND(pid)
	{
		for (;;)
			;
	}
	EQ(clock_getcpuclockid(pid, &clock), 0);
	EQ(clock, CPU_OF(pid));
	before = clock_ns(CPU_OF(pid));
	sleep_ms(200);
	after = clock_ns(CPU_OF(pid));
	TRUE(after > before);
	OK(SYS(SYS_clock_gettime, CPU_OF(pid) - 2, P(&time))); /* all time */
	OK(SYS(SYS_clock_gettime, CPU_OF(pid) - 1, P(&time))); /* of the user */
	ERR(SYS(SYS_clock_gettime, CPU_OF(pid) + 1, P(&time)), EINVAL);
	ERR(SYS(SYS_clock_gettime, CPU_OF(pid) + 4, P(&time)), EINVAL);
	OK(SYS(SYS_clock_gettime, CPU_OF(0), P(&time)));
	OK(SYS(SYS_clock_gettime, CPU_OF(0) | 4, P(&time)));
	OK(SYS(SYS_clock_gettime, CPU_OF(getpid()) | 4, P(&time)));
	OK(SYS(SYS_clock_getres, CPU_OF(pid), P(&time)));
	ERR(SYS(SYS_clock_settime, CPU_OF(pid), P(&time)), EPERM);
	AS(NOBODY, NOBODY)
	{
		OK(SYS(SYS_clock_gettime, CPU_OF(pid), P(&time)));
	}
	/* A sleep by it ends when it has run so long. */
	time = (struct timespec){0, 50 * MS};
	before = clock_ns(CPU_OF(pid));
	OK(SYS(SYS_clock_nanosleep, CPU_OF(pid), 0, P(&time), 0));
	TRUE(clock_ns(CPU_OF(pid)) - before >= 50 * MS);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
	ERR(SYS(SYS_clock_gettime, CPU_OF(pid), P(&time)), EINVAL);
	ERR(SYS(SYS_clock_getres, CPU_OF(pid), P(&time)), EINVAL);
	ERR(SYS(SYS_clock_settime, CPU_OF(pid), P(&time)), EINVAL);
	ERR(SYS(SYS_timer_create, CPU_OF(pid), 0, P(&clock)), EINVAL);
	EQ(clock_getcpuclockid(pid, &clock), ESRCH);
}

TEST("CLOCK-sleep a sleep by one's own CPU time ends by a signal alone")
{
	struct timespec time = {1, 0}, rest = {-1, -1};
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	on(SIGUSR1);
	OK(set(id, 100 * MS, 0));
	ERR(SYS(SYS_clock_nanosleep, 2, 0, P(&time), P(&rest)), EINTR);
	TRUE(rest.tv_sec == 0 || (rest.tv_sec == 1 && rest.tv_nsec == 0));
	OK(set(id, 100 * MS, 0));
	time.tv_sec = LONG;
	ERR(SYS(SYS_clock_nanosleep, 2, TIMER_ABSTIME, P(&time), 0), EINTR);
	time.tv_sec = 0;
	OK(SYS(SYS_clock_nanosleep, 2, TIMER_ABSTIME, P(&time), 0));
	ERR(SYS(SYS_clock_nanosleep, 3, 0, P(&time), 0), EOPNOTSUPP);
	ERR(SYS(SYS_clock_nanosleep, CPU_OF(0) | 4, 0, P(&time), 0), EINVAL);
}

TEST("CLOCK-ids which clocks can be read, asked, slept by and set")
{
	struct timespec time, none = {0, 0};

	AS(NOBODY, NOBODY)
	{
		for (int clock = -10; clock <= 12; clock++) {
			ANSWER(SYS(SYS_clock_gettime, clock, P(&time)));
			ANSWER(SYS(SYS_clock_getres, clock, P(&time)));
			if (clock != 2 && clock != -2 && clock != -6)
				ANSWER(SYS(SYS_clock_nanosleep, clock, 0,
				           P(&none), 0));
			ANSWER(SYS(SYS_clock_settime, clock, P(&none)));
		}
	}
}

/* ---- a clock that is set ------------------------------------------------ */

/* Moves the clock by seconds, and says by how much that was. */
static void move_clock(int seconds)
{
	struct timespec time;

	OK(SYS(SYS_clock_gettime, 0, P(&time)));
	time.tv_sec += seconds;
	OK(SYS(SYS_clock_settime, 0, P(&time)));
}

TEST("CLOCK-set root sets the time of day, and no other clock moves")
{
	long long before = clock_ns(0), up = clock_ns(1);
	struct timespec time = {1500000000, 123456789};
	struct timeval tv;
	long long wide[2] = {1600000000, 5};
	int seconds = 1700000000;

	OK(SYS(SYS_clock_settime, 0, P(&time)));
	OK(SYS(SYS_clock_gettime, 0, P(&time)));
	EQ(time.tv_sec, 1500000000);
	TRUE(time.tv_nsec >= 123456789);
	OK(SYS(SYS_gettimeofday, P(&tv), 0));
	EQ(tv.tv_sec, 1500000000);
	OK(SYS(SYS_clock_gettime, CLOCK_TAI, P(&time)));
	EQ(time.tv_sec, 1500000000);
	OK(SYS(SYS_clock_settime64, 0, P(wide)));
	EQ(SYS(SYS_time, 0), 1600000000);
	OK(SYS(SYS_stime, P(&seconds)));
	EQ(SYS(SYS_time, 0), 1700000000);
	tv = (struct timeval){1400000000, 999999};
	OK(SYS(SYS_settimeofday, P(&tv), 0));
	OK(SYS(SYS_clock_gettime, 0, P(&time)));
	TRUE(time.tv_sec == 1400000000 || time.tv_sec == 1400000001);
	TRUE(clock_ns(1) - up < 20 * SECOND);
	before += clock_ns(1) - up;
	time = (struct timespec){before / SECOND, before % SECOND};
	OK(SYS(SYS_clock_settime, 0, P(&time)));
	TRUE(clock_ns(0) >= before);
}

TEST("CLOCK-set what is no time is EINVAL, and others than root get EPERM")
{
	struct timespec time, wrong[] = {{-1, 0}, {5, -1}, {5, 1000000000}};
	struct timeval tv = {5, 1000001}, good = {1700000000, 0};
	int zone[2] = {0, 0}, seconds = -5;

	for (size_t i = 0; i < ALL(wrong); i++) {
		ERR(SYS(SYS_clock_settime, 0, P(&wrong[i])), EINVAL);
		ERR(SYS(SYS_clock_settime, 1, P(&wrong[i])), EINVAL);
	}
	OK(SYS(SYS_stime, P(&seconds))); /* it does not say */
	TRUE(SYS(SYS_time, 0) > 1000000000);
	ERR(SYS(SYS_settimeofday, P(&tv), 0), EINVAL);
	time = (struct timespec){0, 5}; /* less than the uptime */
	ERR(SYS(SYS_clock_settime, 0, P(&time)), EINVAL);
	ERR(SYS(SYS_clock_settime, 1, 1), EINVAL);
	OK(SYS(SYS_settimeofday, 0, 0));
	OK(SYS(SYS_settimeofday, 0, P(zone)));
	AS(NOBODY, NOBODY)
	{
		ERR(SYS(SYS_clock_settime, 0, P(&wrong[0])), EINVAL);
		time = (struct timespec){1700000000, 0};
		ERR(SYS(SYS_clock_settime, 0, P(&time)), EPERM);
		ERR(SYS(SYS_settimeofday, P(&good), 0), EPERM);
		ERR(SYS(SYS_settimeofday, 0, 0), EPERM);
		ERR(SYS(SYS_settimeofday, P(&tv), 0), EINVAL);
		seconds = 1700000000;
		ERR(SYS(SYS_stime, P(&seconds)), EPERM);
	}
}

/* A child that does `what` ends when the clock is moved, and not before. */
static void until_clock_is_moved(int (*what)(void))
{
	pid_t pid;

	BACKGROUND(pid)
	{
		_exit(what());
	}
	await_asleep(pid);
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	move_clock(LONG);
	EXITS(pid, 0);
	move_clock(-LONG);
}

static int sleeps(void)
{
	struct timespec time = {clock_ns(0) / SECOND + LONG / 2, 0};

	return SYS(SYS_clock_nanosleep, 0, TIMER_ABSTIME, P(&time), 0) ? 2 : 0;
}

static int has_timer(void)
{
	struct itimerspec time = in(clock_ns(0) + LONG / 2 * SECOND, 0);
	int id = make_timer(CLOCK_REALTIME, SIGUSR1);

	on(SIGUSR1);
	OK(SYS(SYS_timer_settime, id, TIMER_ABSTIME, P(&time), 0));
	while (!came)
		sleep_ms(50);
	return 0;
}

TEST("CLOCK-set who sleeps until a time of day, or has a timer, follows it")
{
	until_clock_is_moved(sleeps);
	until_clock_is_moved(has_timer);
}

TEST("CLOCK-set a duration is as long as it was")
{
	struct timespec time = {0, 200 * MS};
	long long start = clock_ns(1);
	int id = make_timer(CLOCK_REALTIME, SIGUSR1);
	pid_t pid;

	on(SIGUSR1);
	OK(set(id, 300 * MS, 0));
	BACKGROUND(pid)
	{
		sleep_ms(50);
		move_clock(LONG);
	}
	OK(SYS(SYS_clock_nanosleep, 0, 0, P(&time), 0));
	TRUE(clock_ns(1) - start >= 200 * MS);
	EXITS(pid, 0);
	while (!came)
		;
	TRUE(clock_ns(1) - start >= 300 * MS);
	move_clock(-LONG);
}

TEST("CLOCK-adjtimex it tells of a clock that nobody keeps right")
{
	struct timex t = {0};
	long long now, start;

	AS(NOBODY, NOBODY)
	{
		EQ(SYS(SYS_adjtimex, P(&t)), TIME_ERROR);
		EQ(t.status & STA_UNSYNC, STA_UNSYNC);
		EQ(t.offset, 0);
		EQ(t.precision, 1);
		EQ(t.tolerance, 32768000);
		EQ(t.tick, 10000);
		TRUE(t.maxerror > 0);
		TRUE(t.time.tv_sec <= clock_ns(0) / SECOND);
		t.modes = ADJ_SETOFFSET;
		ERR(SYS(SYS_adjtimex, P(&t)), EPERM);
		t.modes = ADJ_OFFSET_SS_READ;
		EQ(SYS(SYS_adjtimex, P(&t)), TIME_ERROR);
		t.modes = 0;
		EQ(SYS(SYS_clock_adjtime, 0, P(&t)), TIME_ERROR);
		ERR(SYS(SYS_clock_adjtime, 1, P(&t)), EOPNOTSUPP);
		ERR(SYS(SYS_clock_adjtime, 99, P(&t)), EINVAL);
	}
	start = clock_ns(1);
	now = clock_ns(0);
	t = (struct timex){.modes = ADJ_SETOFFSET, .time = {LONG, 500000}};
	EQ(SYS(SYS_adjtimex, P(&t)), TIME_ERROR);
	TRUE(clock_ns(0) - now >= LONG * SECOND + 500 * MS);
	t = (struct timex){.modes = ADJ_SETOFFSET | ADJ_NANO,
	                   .time = {-LONG - 1, 500000000}};
	EQ(SYS(SYS_adjtimex, P(&t)), TIME_ERROR);
	TRUE(clock_ns(0) - now <= clock_ns(1) - start + 10 * MS);
	t = (struct timex){.modes = ADJ_SETOFFSET, .time = {0, 1000000}};
	ERR(SYS(SYS_adjtimex, P(&t)), EINVAL);
}

/* ---- bad pointers ------------------------------------------------------- */

BAD("timer_create event", IN, 64, 1, SYS_timer_create, 2, {0, 0, 0})
BAD("timer_create id", OUT, 4, 0, SYS_timer_create, 3, {0, 0, 0})
BAD("clock_settime", IN, 8, 0, SYS_clock_settime, 2, {0, 0})
BAD("clock_settime64", IN, 16, 0, SYS_clock_settime64, 2, {0, 0})
BAD("stime", IN, 4, 0, SYS_stime, 1, {0})
BAD("adjtimex", IN, 128, 0, SYS_adjtimex, 1, {0})
BAD("clock_adjtime64", IN, 208, 0, SYS_clock_adjtime64, 2, {0, 0})

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc == 3 && strcmp(argv[1], "look") == 0)
		return look(atoi(argv[2]));
	return test_main(argc, argv);
}
