/*
 * tests/guest/futex.c -- futex (FUTEX-), and what C libraries build on it.
 *
 * Semaphores and mutexes are shared by processes here: there are no threads.
 * Their memory is anonymous and shared, or a System V segment.
 */
#include "bad_pointers.h"
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>

#define EVERY 0xFFFFFFFF

struct wide {
	long long seconds, nanoseconds;
};

static int *words;

/* A page of shared memory. */
static int *shared_words(void)
{
	int *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	TRUE(p != MAP_FAILED);
	return p;
}

static long futex(const volatile void *at, int operation, unsigned value)
{
	return SYS(SYS_futex, P(at), operation, (long)value, 0, 0, 0);
}

static pid_t waiter(int *at, int operation, unsigned bits, int answer)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		EQ(SYS(SYS_futex, P(at), operation, *at, 0, 0, (long)bits),
		   answer);
	}
	await_asleep(pid);
	return pid;
}

TEST("FUTEX-again a word that has another value is EAGAIN, at once")
{
	words = shared_words();
	*words = 5;
	ERR(futex(words, FUTEX_WAIT, 4), EAGAIN);
	ERR(futex(words, FUTEX_WAIT_PRIVATE, 6), EAGAIN);
	ERR(SYS(SYS_futex, P(words), FUTEX_WAIT_BITSET, 4, 0, 0, 1), EAGAIN);
}

TEST("FUTEX-wake a wake lets the first go on, as many as it says")
{
	pid_t pids[4];

	words = shared_words();
	EQ(futex(words, FUTEX_WAKE, 1), 0);
	for (int i = 0; i < 4; i++)
		pids[i] = waiter(words, FUTEX_WAIT, 0, 0);
	EQ(futex(words + 1, FUTEX_WAKE, 9), 0);
	EQ(futex(words, FUTEX_WAKE, 1), 1);
	EXITS(pids[0], 0);
	EQ(futex(words, FUTEX_WAKE, 2), 2);
	EXITS(pids[1], 0);
	EXITS(pids[2], 0);
	await_asleep(pids[3]);
	EQ(futex(words, FUTEX_WAKE, INT32_MAX), 1);
	EXITS(pids[3], 0);
	EQ(futex(words, FUTEX_WAKE, INT32_MAX), 0);
}

TEST("FUTEX-none a wake of none, or of fewer, wakes one")
{
	pid_t first, second;

	words = shared_words();
	first = waiter(words, FUTEX_WAIT, 0, 0);
	second = waiter(words, FUTEX_WAIT, 0, 0);
	EQ(futex(words, FUTEX_WAKE, 0), 1);
	EXITS(first, 0);
	EQ(futex(words, FUTEX_WAKE, -1), 1);
	EXITS(second, 0);
}

TEST("FUTEX-bits a wake with bits wakes who waits for one of them")
{
	pid_t one, two, all;

	words = shared_words();
	one = waiter(words, FUTEX_WAIT_BITSET, 1, 0);
	two = waiter(words, FUTEX_WAIT_BITSET, 6, 0);
	all = waiter(words, FUTEX_WAIT, 0, 0);
	EQ(SYS(SYS_futex, P(words), FUTEX_WAKE_BITSET, 9, 0, 0, 8), 1);
	EXITS(all, 0);
	EQ(SYS(SYS_futex, P(words), FUTEX_WAKE_BITSET, 9, 0, 0, 4), 1);
	EXITS(two, 0);
	EQ(futex(words, FUTEX_WAKE, 9), 1);
	EXITS(one, 0);
	ERR(SYS(SYS_futex, P(words), FUTEX_WAKE_BITSET, 9, 0, 0, 0), EINVAL);
	ERR(SYS(SYS_futex, P(words), FUTEX_WAIT_BITSET, 0, 0, 0, 0), EINVAL);
}

TEST("FUTEX-key a word of a segment is one word, at whatever address")
{
	int id = make(2 * PAGE);
	char *p = attach(id), *copy;
	pid_t pid = waiter((int *)(p + PAGE + 4), FUTEX_WAIT, 0, 0);

	copy = attach(id);
	EQ(futex(copy + 4, FUTEX_WAKE, 9), 0);
	EQ(futex(copy + PAGE, FUTEX_WAKE, 9), 0);
	EQ(futex(copy + PAGE + 4, FUTEX_WAKE, 9), 1);
	EXITS(pid, 0);
	OK(munmap(p, PAGE));
	pid = waiter((int *)(p + PAGE), FUTEX_WAIT, 0, 0);
	EQ(futex(copy + PAGE, FUTEX_WAKE, 9), 1);
	EXITS(pid, 0);
	removed(id);
}

TEST("FUTEX-private private memory after a fork is two words")
{
	static int word;
	pid_t pid = waiter(&word, FUTEX_WAIT, 0, 0);

	EQ(futex(&word, FUTEX_WAKE, 9), 0);
	await_asleep(pid);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("FUTEX-private the flag hides no waiter at a word that is shared")
{
	pid_t pid;

	words = shared_words();
	pid = waiter(words, FUTEX_WAIT_PRIVATE, 0, 0);
	EQ(futex(words, FUTEX_WAKE, 9), HERE(0, 1));
	if (on_tessera()) {
		EXITS(pid, 0);
		return;
	}
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("FUTEX-killed a wake is not spent on a process that was killed")
{
	pid_t first, second;

	words = shared_words();
	first = waiter(words, FUTEX_WAIT, 0, 0);
	second = waiter(words, FUTEX_WAIT, 0, 0);
	OK(kill(first, SIGKILL));
	KILLED(first, SIGKILL);
	EQ(futex(words, FUTEX_WAKE, 1), 1);
	EXITS(second, 0);
}

TEST("FUTEX-stop a stopped process compares again when it goes on")
{
	pid_t pid;

	words = shared_words();
	pid = waiter(words, FUTEX_WAIT, 0, 0);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, NULL, WUNTRACED), pid);
	EQ(futex(words, FUTEX_WAKE, 1), 0);
	OK(kill(pid, SIGCONT));
	await_asleep(pid);
	EQ(futex(words, FUTEX_WAKE, 1), 1);
	EXITS(pid, 0);
	BACKGROUND(pid)
	{
		ERR(futex(words, FUTEX_WAIT, 0), EAGAIN);
	}
	await_asleep(pid);
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, NULL, WUNTRACED), pid);
	*words = 1;
	OK(kill(pid, SIGCONT));
	EXITS(pid, 0);
}

static long long now(int clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

TEST("FUTEX-time WAIT takes a duration")
{
	struct timespec time = {0, 20000000};
	struct wide wide = {0, 20000000}, past = {0, 0};
	long long start = now(CLOCK_MONOTONIC);

	words = shared_words();
	ERR(SYS(SYS_futex, P(words), FUTEX_WAIT, 0, P(&time)), ETIMEDOUT);
	ERR(SYS(SYS_futex_time64, P(words), FUTEX_WAIT, 0, P(&wide)),
	    ETIMEDOUT);
	TRUE(now(CLOCK_MONOTONIC) - start >= 40000000);
	EQ(time.tv_nsec, 20000000);
	ERR(SYS(SYS_futex_time64, P(words), FUTEX_WAIT, 0, P(&past)),
	    ETIMEDOUT);
	ERR(SYS(SYS_futex_time64, P(words), FUTEX_WAIT, 1, P(&past)), EAGAIN);
	EQ(futex(words, FUTEX_WAKE, 9), 0);
}

TEST("FUTEX-until WAIT_BITSET takes a time of one of two clocks")
{
	static const int operations[] = {
	    FUTEX_WAIT_BITSET, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME};
	static const int clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME};

	words = shared_words();
	for (int i = 0; i < 2; i++) {
		long long until = now(clocks[i]) + 20000000;
		struct timespec time = {(time_t)(until / 1000000000),
		                        (long)(until % 1000000000)};
		struct wide wide = {time.tv_sec, time.tv_nsec}, past = {0, 1};

		ERR(SYS(SYS_futex, P(words), operations[i], 0, P(&time), 0,
		        (long)EVERY),
		    ETIMEDOUT);
		TRUE(now(clocks[i]) >= until);
		ERR(SYS(SYS_futex_time64, P(words), operations[i], 0, P(&wide),
		        0, (long)EVERY),
		    ETIMEDOUT);
		ERR(SYS(SYS_futex_time64, P(words), operations[i], 0, P(&past),
		        0, (long)EVERY),
		    ETIMEDOUT);
	}
}

TEST("FUTEX-invalid times that are none are EINVAL, and the word is not read")
{
	static const struct timespec wrong[] = {
	    {-1, 0}, {0, -1}, {0, 1000000000}};

	words = shared_words();
	for (size_t i = 0; i < ALL(wrong); i++) {
		struct wide wide = {wrong[i].tv_sec, wrong[i].tv_nsec};

		ERR(SYS(SYS_futex, 1, FUTEX_WAIT, 0, P(&wrong[i])), EINVAL);
		ERR(SYS(SYS_futex_time64, 1, FUTEX_WAIT_BITSET, 0, P(&wide), 0,
		        0),
		    EINVAL);
	}
	/* A wake has no time. */
	EQ(SYS(SYS_futex, P(words), FUTEX_WAKE, 1, P(&wrong[0])), 0);
	EQ(SYS(SYS_futex, P(words), FUTEX_WAKE, 1, 1), 0);
}

TEST("FUTEX-ever the longest time is a long wait")
{
	struct wide most = {INT64_MAX, 999999999};
	pid_t pid;

	words = shared_words();
	BACKGROUND(pid)
	{
		EQ(SYS(SYS_futex_time64, P(words), FUTEX_WAIT, 0, P(&most)), 0);
	}
	await_asleep(pid);
	EQ(futex(words, FUTEX_WAKE, 1), 1);
	EXITS(pid, 0);
}

TEST("FUTEX-op operations that are none, and the wrong flag, are ENOSYS")
{
	static const int wrong[] = {2,     14,       0x7F, FUTEX_WAIT | 0x200,
	                            0x400, INT32_MIN};

	words = shared_words();
	for (size_t i = 0; i < ALL(wrong); i++)
		ERR(futex(words, wrong[i], 0), ENOSYS);
	ERR(futex(words, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 0), ENOSYS);
	ERR(futex(words, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0), ENOSYS);
}

TEST("FUTEX-address an odd address is EINVAL before it is looked at")
{
	for (int odd = 1; odd < 4; odd++) {
		ERR(futex((char *)0x30000000 + odd, FUTEX_WAIT, 0), EINVAL);
		ERR(futex((char *)0xC0000000 + odd, FUTEX_WAKE, 1), EINVAL);
	}
	ERR(futex((char *)0xC0000000, FUTEX_WAKE_PRIVATE, 1), EFAULT);
	EQ(futex((char *)0x30000000, FUTEX_WAKE_PRIVATE, 1), 0);
	ERR(futex((char *)0x30000000, FUTEX_WAIT_PRIVATE, 1), EFAULT);
}

/* ---- what is built on it ------------------------------------------------ */

#define ROUNDS 300

/* `count` processes add to a number under the semaphore or the mutex. */
static void add_under(void (*lock)(void *), void (*unlock)(void *), void *it,
                      volatile int *number)
{
	pid_t pids[4];

	for (int i = 0; i < 4; i++)
		BACKGROUND(pids[i])
		{
			for (int n = 0; n < ROUNDS; n++) {
				int was;

				lock(it);
				was = *number;
				if (n % 16 == 0)
					sched_yield();
				*number = was + 1;
				unlock(it);
			}
		}
	for (int i = 0; i < 4; i++)
		EXITS(pids[i], 0);
	EQ(*number, 4 * ROUNDS);
}

static void down(void *semaphore)
{
	EQ(sem_wait(semaphore), 0);
}

static void up(void *semaphore)
{
	EQ(sem_post(semaphore), 0);
}

TEST("FUTEX-sem a semaphore in shared memory lets one at a time go on")
{
	char *page = (char *)shared_words();
	sem_t *semaphore = (void *)page;

	OK(sem_init(semaphore, 1, 1));
	add_under(down, up, semaphore, (int *)(page + 64));
}

TEST("FUTEX-sem so does one in a System V segment")
{
	int id = make(PAGE);
	char *page = attach(id);
	sem_t *semaphore = (void *)page;

	OK(sem_init(semaphore, 1, 1));
	add_under(down, up, semaphore, (int *)(page + 64));
	removed(id);
}

TEST("FUTEX-sem sem_timedwait waits until its time, and no longer")
{
	sem_t *semaphore = (void *)shared_words();
	long long until = now(CLOCK_REALTIME) + 20000000;
	struct timespec time = {(time_t)(until / 1000000000),
	                        (long)(until % 1000000000)};

	OK(sem_init(semaphore, 1, 0));
	EQ(sem_timedwait(semaphore, &time), -1);
	EQ(errno, ETIMEDOUT);
	TRUE(now(CLOCK_REALTIME) >= until);
}

static void lock(void *mutex)
{
	EQ(pthread_mutex_lock(mutex), 0);
}

static void unlock(void *mutex)
{
	EQ(pthread_mutex_unlock(mutex), 0);
}

static pthread_mutex_t *shared_mutex(char *page)
{
	pthread_mutexattr_t attributes;

	EQ(pthread_mutexattr_init(&attributes), 0);
	EQ(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
	   0);
	EQ(pthread_mutex_init((void *)page, &attributes), 0);
	return (void *)page;
}

TEST("FUTEX-mutex a mutex that processes share lets one at a time go on")
{
	char *page = (char *)shared_words();

	add_under(lock, unlock, shared_mutex(page), (int *)(page + 64));
}

TEST("FUTEX-cond a condition that processes share wakes all who wait for it")
{
	char *page = (char *)shared_words();
	pthread_mutex_t *mutex = shared_mutex(page);
	pthread_cond_t *condition = (void *)(page + 128);
	volatile int *flag = (int *)(page + 256);
	pthread_condattr_t attributes;
	pid_t pids[3];

	EQ(pthread_condattr_init(&attributes), 0);
	EQ(pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED), 0);
	EQ(pthread_cond_init(condition, &attributes), 0);
	for (int i = 0; i < 3; i++) {
		BACKGROUND(pids[i])
		{
			lock(mutex);
			while (!*flag)
				EQ(pthread_cond_wait(condition, mutex), 0);
			unlock(mutex);
		}
		await_asleep(pids[i]);
	}
	lock(mutex);
	*flag = 1;
	EQ(pthread_cond_broadcast(condition), 0);
	unlock(mutex);
	for (int i = 0; i < 3; i++)
		EXITS(pids[i], 0);
}

TEST("FUTEX-file a word of a file is one word for all who map it")
{
	int fd = OK(shm_open("/futex-file", O_RDWR | O_CREAT | O_EXCL, 0600));
	int *p, *q, *copy;
	pid_t pid;

	OK(ftruncate(fd, 2 * PAGE));
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	TRUE(p != MAP_FAILED);
	pid = waiter(p + PAGE / 4 + 3, FUTEX_WAIT, 0, 0);
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	TRUE(q != MAP_FAILED && copy != MAP_FAILED);
	copy[3] = 0; /* now it is the process's own */
	EQ(futex(copy + 3, FUTEX_WAKE, 9), 0);
	EQ(futex(q + 2, FUTEX_WAKE, 9), 0);
	EQ(futex(q + 3, FUTEX_WAKE, 9), 1);
	EXITS(pid, 0);
	OK(shm_unlink("/futex-file"));
	pid = waiter(p, FUTEX_WAIT, 0, 0);
	EQ(futex(p, FUTEX_WAKE, 9), 1);
	EXITS(pid, 0);
}

TEST("FUTEX-named sem_open gives processes that share nothing one semaphore")
{
	sem_t *mine = sem_open("/futex-sem", O_CREAT | O_EXCL, 0600, 0);
	sem_t *back = sem_open("/futex-back", O_CREAT | O_EXCL, 0600, 0);
	pid_t pid;

	TRUE(mine != SEM_FAILED && back != SEM_FAILED);
	BACKGROUND(pid)
	{
		sem_t *its, *other;

		sem_close(mine);
		sem_close(back);
		its = sem_open("/futex-sem", 0);
		other = sem_open("/futex-back", 0);
		TRUE(its != SEM_FAILED && other != SEM_FAILED);
		for (int i = 0; i < 100; i++) {
			down(its);
			up(other);
		}
	}
	for (int i = 0; i < 100; i++) {
		up(mine);
		down(back);
	}
	EXITS(pid, 0);
	OK(sem_unlink("/futex-sem"));
	OK(sem_unlink("/futex-back"));
	TRUE(sem_open("/futex-sem", 0) == SEM_FAILED);
	EQ(errno, ENOENT);
}

TEST("FUTEX-crowd fifty that wait for one word are all woken, once each")
{
	pid_t pids[50];

	words = shared_words();
	for (int i = 0; i < 50; i++)
		pids[i] = waiter(words, FUTEX_WAIT, 0, 0);
	EQ(futex(words, FUTEX_WAKE, INT32_MAX), 50);
	for (int i = 0; i < 50; i++)
		EXITS(pids[i], 0);
}

/* ---- bad pointers ------------------------------------------------------- */

static int word;

BAD("futex timeout", IN, 8, 1, SYS_futex, 4, {P(&word), FUTEX_WAIT, 1, 0, 0, 0})
BAD("futex timeout of WAIT_BITSET", IN, 8, 1, SYS_futex, 4,
    {P(&word), FUTEX_WAIT_BITSET, 1, 0, 0, 1})
BAD("futex_time64 timeout", IN, 16, 1, SYS_futex_time64, 4,
    {P(&word), FUTEX_WAIT, 1, 0, 0, 0})

TEST("SEC-S10 futex words that are not there are EFAULT")
{
	unsigned long places[] = {0,
	                          0x30000000,
	                          0xC0000000,
	                          0xFFFFF000,
	                          0xFFFFFFFC,
	                          P(page_before_hole()),
	                          P(memory(PAGE, PROT_NONE))};

	for (size_t i = 0; i < ALL(places); i++)
		ERR(futex((void *)places[i], FUTEX_WAIT, 1), EFAULT);
}
