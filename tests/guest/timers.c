/*
 * tests/guest/timers.c -- alarm, setitimer, getitimer (TIMER-), and what a
 * handler does to a wait for a time.
 *
 * Machines are slow: no test expects that something comes soon, only that it
 * comes, and not before its time.
 */
#define OWN_MAIN
#include "bad_pointers.h"
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>

#define LONG 100 /* seconds: more than a test may take */

static volatile sig_atomic_t came, last_code;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	came++;
	last_code = info->si_code;
}

static void on(int signal, int flags)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO | flags};

	action.sa_sigaction = note;
	OK(sigaction(signal, &action, NULL));
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static struct itimerval in(long milliseconds, long every)
{
	return (struct itimerval){
	    {every / 1000, every % 1000 * 1000},
	    {milliseconds / 1000, milliseconds % 1000 * 1000}};
}

static long set(int which, long milliseconds, long every)
{
	struct itimerval timer = in(milliseconds, every);

	return SYS(SYS_setitimer, which, P(&timer), 0);
}

static struct itimerval get(int which)
{
	struct itimerval timer;

	memset(&timer, 0x55, sizeof timer);
	OK(SYS(SYS_getitimer, which, P(&timer)));
	return timer;
}

static int is_off(int which)
{
	struct itimerval timer = get(which);

	return !timer.it_value.tv_sec && !timer.it_value.tv_usec;
}

TEST("TIMER-alarm an alarm kills by default, when its time has come")
{
	long long start = now();

	DIES(SIGALRM)
	{
		EQ(SYS(SYS_alarm, 1), 0);
		for (;;)
			pause();
	}
	TRUE(now() - start >= 1000000000);
}

TEST("TIMER-alarm alarm answers what was left, to the nearest second, not 0")
{
	on(SIGALRM, 0);
	EQ(SYS(SYS_alarm, LONG), 0);
	TRUE(SYS(SYS_alarm, 0) > 50);
	EQ(SYS(SYS_alarm, 0), 0);
	OK(set(ITIMER_REAL, 60000, 0));
	EQ(SYS(SYS_alarm, 0xFFFFFFFF), 60);
	TRUE(SYS(SYS_alarm, 0) > INT32_MAX - LONG);
	OK(set(ITIMER_VIRTUAL, 60000, 0));
	EQ(SYS(SYS_alarm, 0), 0);
	EQ(came, 0);
}

TEST("TIMER-real it fires once, by the kernel, and is off then")
{
	long long start = now();

	on(SIGALRM, 0);
	OK(set(ITIMER_REAL, 30, 0));
	while (!came)
		;
	TRUE(now() - start >= 30000000);
	EQ(last_code, SI_KERNEL);
	TRUE(is_off(ITIMER_REAL));
	sleep_ms(70);
	EQ(came, 1);
}

TEST("TIMER-real it fires again and again, to a process that runs or waits")
{
	long long start = now();

	on(SIGALRM, 0);
	OK(set(ITIMER_REAL, 1, 10));
	while (came < 5)
		;
	while (came < 10)
		pause();
	TRUE(now() - start >= 91000000);
	EQ(get(ITIMER_REAL).it_interval.tv_usec, 10000);
	OK(set(ITIMER_REAL, 0, 10));
	EQ(get(ITIMER_REAL).it_interval.tv_usec, 0);
	TRUE(is_off(ITIMER_REAL));
	came = 0;
	sleep_ms(50);
	EQ(came, 0);
}

TEST("TIMER-get what is left is never more than what was set, and not 0")
{
	struct itimerval timer;

	on(SIGALRM, 0);
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		TRUE(is_off(which));
		OK(set(which, LONG * 1000, 3500));
		timer = get(which);
		EQ(timer.it_interval.tv_sec, 3);
		EQ(timer.it_interval.tv_usec, 500000);
		TRUE(timer.it_value.tv_sec >= LONG / 2);
		TRUE(timer.it_value.tv_sec <= LONG);
		timer = in(0, 0);
		OK(SYS(SYS_setitimer, which, P(&timer), P(&timer)));
		TRUE(timer.it_value.tv_sec >= LONG / 2);
		EQ(timer.it_interval.tv_sec, 3);
		TRUE(is_off(which));
	}
}

TEST("TIMER-virtual CPU time of the program, and that of its calls, fires")
{
	on(SIGVTALRM, 0);
	on(SIGPROF, 0);
	OK(set(ITIMER_VIRTUAL, 30, 0));
	while (came < 1)
		;
	TRUE(is_off(ITIMER_VIRTUAL));
	EQ(last_code, SI_KERNEL);
	OK(set(ITIMER_PROF, 30, 10));
	while (came < 4)
		getppid();
	EQ(get(ITIMER_PROF).it_interval.tv_usec, 10000);
	OK(set(ITIMER_PROF, 0, 0));
	came = 0;
	OK(set(ITIMER_VIRTUAL, 30, 10));
	OK(set(ITIMER_PROF, 30, 10));
	sleep_ms(100);
	EQ(came, 0); /* a sleep is no CPU time */
}

static char *own_path;

TEST("TIMER-fork a child has no timer, and exec's program keeps them")
{
	on(SIGALRM, 0);
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		OK(set(which, LONG * 1000, 1000));
	IN_CHILD
	{
		for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
			TRUE(is_off(which));
			EQ(get(which).it_interval.tv_sec, 0);
			OK(set(which, LONG * 1000, 1000));
		}
		execl(own_path, "timers", "look", NULL);
		FAIL("no exec");
	}
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		TRUE(!is_off(which));
}

/* The program that has been executed looks for its timers. */
static int look(void)
{
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		if (is_off(which) || get(which).it_interval.tv_sec != 1)
			return 2 + which;
	return 0;
}

TEST("TIMER-mask a blocked alarm is kept, once")
{
	sigset_t alarms;

	on(SIGALRM, 0);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	OK(sigprocmask(SIG_BLOCK, &alarms, NULL));
	OK(set(ITIMER_REAL, 10, 0));
	sleep_ms(50);
	OK(set(ITIMER_REAL, 10, 0));
	sleep_ms(50);
	EQ(came, 0);
	OK(sigprocmask(SIG_UNBLOCK, &alarms, NULL));
	EQ(came, 1);
}

TEST("TIMER-idle an alarm ends a pause when nothing else runs")
{
	on(SIGALRM, 0);
	for (int i = 1; i <= 30; i++) {
		OK(set(ITIMER_REAL, 7, 0));
		while (came < i) {
			sigset_t alarms, old;

			sigemptyset(&alarms);
			sigaddset(&alarms, SIGALRM);
			OK(sigprocmask(SIG_BLOCK, &alarms, &old));
			if (came < i)
				sigsuspend(&old);
			OK(sigprocmask(SIG_SETMASK, &old, NULL));
		}
	}
}

TEST("TIMER-end a process that ends leaves no timer behind")
{
	for (int i = 0; i < 50; i++) {
		IN_CHILD
		{
			signal(SIGALRM, SIG_IGN);
			OK(set(ITIMER_REAL, i % 2 ? 1 : LONG * 1000, 1000));
		}
	}
	sleep_ms(50);
}

TEST("TIMER-crowd sixty timers fire, each for its own process")
{
	pid_t pids[60];

	for (int i = 0; i < 60; i++)
		BACKGROUND(pids[i])
		{
			on(SIGALRM, 0);
			OK(set(ITIMER_REAL, 10 + i * 7 % 60, 5 + i % 7));
			while (came < 5)
				pause();
		}
	for (int i = 0; i < 60; i++)
		EXITS(pids[i], 0);
}

TEST("TIMER-invalid a timer that is none, and times that are none, are EINVAL")
{
	static const struct timeval wrong[] = {
	    {-1, 0}, {0, -1}, {0, 1000000}, {INT32_MIN, 0}, {0, INT32_MIN}};
	struct itimerval timer = in(0, 0);

	ERR(SYS(SYS_setitimer, 3, P(&timer), 0), EINVAL);
	ERR(SYS(SYS_setitimer, -1, P(&timer), 0), EINVAL);
	ERR(SYS(SYS_getitimer, 3, P(&timer)), EINVAL);
	ERR(SYS(SYS_getitimer, -1, 1), EINVAL);
	OK(set(ITIMER_REAL, LONG * 1000, 0));
	for (size_t i = 0; i < ALL(wrong); i++) {
		timer = (struct itimerval){{0, 0}, wrong[i]};
		ERR(SYS(SYS_setitimer, 0, P(&timer), 0), EINVAL);
		timer = (struct itimerval){wrong[i], {0, 0}};
		ERR(SYS(SYS_setitimer, 9, P(&timer), 0), EINVAL);
	}
	TRUE(!is_off(ITIMER_REAL));
	timer = (struct itimerval){{INT32_MAX, 999999}, {INT32_MAX - 9, 0}};
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		OK(SYS(SYS_setitimer, which, P(&timer), 0));
		TRUE(get(which).it_value.tv_sec > INT32_MAX - LONG);
		OK(SYS(SYS_setitimer, which, 0, 0)); /* no time: off */
		TRUE(is_off(which));
	}
}

/* ---- waits -------------------------------------------------------------- */

struct wide {
	long long seconds, nanoseconds;
};

/* An alarm ends the call, whatever its handler's flags. */
static void is_cut_short(const long words[7])
{
	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		on(SIGALRM, flags);
		came = 0;
		OK(set(ITIMER_REAL, 20, 0));
		ERR(raw_call(words), EINTR);
		EQ(came, 1);
	}
}

TEST("TIMER-eintr a handler ends a sleep, which says what was left")
{
	struct timespec time = {LONG, 0}, left = {-1, -1};
	struct wide wide = {LONG, 0}, left64 = {-1, -1};

	is_cut_short((long[7]){NR_nanosleep, P(&time), P(&left)});
	TRUE(left.tv_sec >= 0 && left.tv_sec < LONG && left.tv_nsec >= 0);
	left.tv_sec = -1;
	is_cut_short((long[7]){NR_clock_nanosleep, 1, 0, P(&time), P(&left)});
	TRUE(left.tv_sec >= 0 && left.tv_sec < LONG);
	is_cut_short(
	    (long[7]){NR_clock_nanosleep64, 0, 0, P(&wide), P(&left64)});
	TRUE(left64.seconds >= 0 && left64.seconds < LONG);
	is_cut_short((long[7]){NR_nanosleep, P(&time), 0});
	time.tv_sec = (time_t)(now() / 1000000000) + LONG;
	left.tv_sec = -5;
	is_cut_short((long[7]){NR_clock_nanosleep, 1, TIMER_ABSTIME, P(&time),
	                       P(&left)});
	EQ(left.tv_sec, -5);
}

TEST("TIMER-eintr where the rest cannot be written it is EFAULT")
{
	struct timespec time = {LONG, 0};

	on(SIGALRM, 0);
	OK(set(ITIMER_REAL, 20, 0));
	ERR(SYS(NR_nanosleep, P(&time), 1), EFAULT);
	EQ(came, 1);
}

TEST("TIMER-eintr a handler ends poll and select, which say what is left")
{
	struct timespec time = {LONG, 0};
	struct wide wide = {LONG, 0};
	struct timeval micro = {LONG, 0};

	is_cut_short((long[7]){SYS_poll, 0, 0, -1});
	is_cut_short((long[7]){SYS_poll, 0, 0, LONG * 1000});
	is_cut_short((long[7]){SYS_ppoll, 0, 0, P(&time), 0, 0});
	TRUE(time.tv_sec > 0 && time.tv_sec < LONG);
	is_cut_short((long[7]){SYS_ppoll_time64, 0, 0, P(&wide), 0, 0});
	TRUE(wide.seconds > 0 && wide.seconds < LONG);
	is_cut_short((long[7]){SYS__newselect, 0, 0, 0, 0, P(&micro)});
	TRUE(micro.tv_sec > 0 && micro.tv_sec < LONG);
	is_cut_short((long[7]){SYS_pselect6, 0, 0, 0, 0, P(&time), 0});
	is_cut_short((long[7]){SYS_pselect6_time64, 0, 0, 0, 0, 0, 0});
}

TEST("TIMER-eintr a handler ends a futex wait with a time, not one without")
{
	static int word, other;
	struct timespec time = {LONG, 0};
	pid_t pid;

	is_cut_short((long[7]){SYS_futex, P(&word), 0, 0, P(&time)});
	on(SIGALRM, 0);
	OK(set(ITIMER_REAL, 20, 0));
	ERR(SYS(SYS_futex, P(&word), 0, 0, 0), EINTR);
	BACKGROUND(pid)
	{
		on(SIGALRM, SA_RESTART);
		OK(set(ITIMER_REAL, 20, 20));
		SYS(SYS_futex, P(&other), 0, 0, 0);
		FAIL("a wait that begins again has ended");
	}
	sleep_ms(100);
	await_asleep(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST(
    "TIMER-mask ppoll and pselect wait with their mask, and bring back the old")
{
	struct timespec no_time = {0, 0}, some = {LONG, 0};
	unsigned none[2] = {0, 0};
	long pair[2] = {P(none), 8};
	struct pollfd ready = {OK(open("/dev/null", O_RDWR)), POLLIN, 0};
	sigset_t alarms, old;

	on(SIGALRM, SA_RESTART);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	OK(sigprocmask(SIG_BLOCK, &alarms, NULL));
	for (int i = 0; i < 2; i++) {
		came = 0;
		OK(raise(SIGALRM));
		EQ(SYS(SYS_ppoll, 0, 0, P(&no_time), 0, 0), 0);
		EQ(came, 0);
		/* What is ready comes before the signal. */
		EQ(SYS(SYS_ppoll, P(&ready), 1, 0, P(none), 8), 1);
		EQ(came, 0);
		if (i == 0)
			ERR(SYS(SYS_ppoll, 0, 0, P(&no_time), P(none), 8),
			    EINTR);
		else
			ERR(SYS(SYS_pselect6, 0, 0, 0, 0, P(&some), P(pair)),
			    EINTR);
		EQ(came, 1);
		OK(sigprocmask(SIG_BLOCK, NULL, &old));
		TRUE(sigismember(&old, SIGALRM));
	}
	OK(set(ITIMER_REAL, 20, 0));
	ERR(SYS(SYS_ppoll, 0, 0, 0, P(none), 8), EINTR);
	EQ(came, 2);
	ERR(SYS(SYS_ppoll, 1, 1, P(&no_time), P(none), 8), EFAULT);
	OK(sigprocmask(SIG_BLOCK, NULL, &old));
	TRUE(sigismember(&old, SIGALRM));
}

TEST("TIMER-storm a poll goes on to its end under alarms, by what is left")
{
	struct timespec left = {0, 300000000};
	long long start = now();
	long result;

	on(SIGALRM, 0);
	OK(set(ITIMER_REAL, 3, 3));
	while ((result = SYS(SYS_ppoll, 0, 0, P(&left), 0, 0)) == -EINTR)
		;
	EQ(result, 0);
	OK(set(ITIMER_REAL, 0, 0));
	TRUE(now() - start >= 290000000);
	TRUE(came > 3);
}

/* ---- bad pointers ------------------------------------------------------- */

static struct itimerval off;

BAD("setitimer new", IN, 16, 1, SYS_setitimer, 2, {0, 0, 0})
BAD("setitimer old", OUT, 16, 1, SYS_setitimer, 3, {0, P(&off), 0})
BAD("getitimer value", OUT, 16, 0, SYS_getitimer, 2, {0, 0})

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc == 2 && strcmp(argv[1], "look") == 0)
		return look();
	return test_main(argc, argv);
}
