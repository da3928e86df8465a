/*
 * tests/guest/storms.c -- signals at random, in every wait (STORM-).
 *
 * Processes of an ordinary user wait in every way that there is, and another
 * process of that user stops and continues them at random.  Nothing may be
 * lost or come twice, none may hang, and no call may fail that does not fail on
 * Linux: of all of these only semop ends with EINTR after a stop (signal(7)).
 *
 * At the end, handlers run without SA_RESTART.  They end a wait for what may
 * never come.  A call about files waits for nobody but the server, and that is
 * no wait that a program may see.
 */
#include "sysv.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/time.h>

#define WORKERS 16
#define SIGNALS 300

static pid_t workers[WORKERS];
static int begun;

static int over(void)
{
	return shared->stage > 0;
}

/* Lets `work` run in a process of its own until the storm is over. */
static void begin(void (*work)(int which), int which)
{
	BACKGROUND(workers[begun])
	{
		become(NOBODY, NOBODY);
		shared->value[begun] = 1;
		work(which);
	}
	begun++;
}

/* ---- the breaker -------------------------------------------------------- */

static unsigned seed = 12345;

static unsigned any(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* The storm; then all go on, and must come to a good end. */
static void break_all(void)
{
	for (int i = 0; i < begun; i++)
		while (!shared->value[i])
			sched_yield();
	IN_CHILD
	{
		become(NOBODY, NOBODY);
		for (int i = 0; i < SIGNALS; i++) {
			pid_t victim = workers[any((unsigned)begun)];

			OK(kill(victim, any(5) < 2 ? SIGSTOP : SIGCONT));
			if (any(3) == 0)
				sleep_ms(any(3));
		}
		for (int i = 0; i < begun; i++)
			OK(kill(workers[i], SIGCONT));
	}
	reach(1);
	for (int i = 0; i < begun; i++)
		EXITS(workers[i], 0);
}

/* ---- pipes -------------------------------------------------------------- */

static int ends[2];

static void write_numbers(int which)
{
	unsigned number = 0;

	(void)which;
	close(ends[0]);
	while (!over() || number == 0) {
		number++;
		EQ(write(ends[1], &number, sizeof number), sizeof number);
	}
}

static void read_numbers(int polls)
{
	unsigned number, last = 0;
	struct pollfd one = {ends[0], POLLIN, 0};
	ssize_t n;

	close(ends[1]);
	do {
		if (polls)
			EQ(poll(&one, 1, -1), 1);
		n = read(ends[0], &number, sizeof number);
		if (n == 0)
			break;
		EQ(n, sizeof number);
		EQ(number, last + 1);
		last = number;
	} while (1);
	TRUE(last > 0);
}

static void pipes(int polls)
{
	OK(pipe(ends));
	begin(write_numbers, 0);
	begin(read_numbers, polls);
	close(ends[0]);
	close(ends[1]);
}

TEST("STORM-pipe a pipe loses nothing and doubles nothing")
{
	pipes(0);
	pipes(1);
	pipes(0);
	break_all();
}

/* ---- futex -------------------------------------------------------------- */

static volatile int *word;

/* Two take turns: one when the word is even, the other when it is odd. */
static void take_turns(int which)
{
	while (!over() || *word % 2 != which) {
		int now = *word;

		if (now % 2 == which) {
			*word = now + 1;
			OK(SYS(SYS_futex, P(word), FUTEX_WAKE, 9));
		} else {
			long result =
			    SYS(SYS_futex, P(word), FUTEX_WAIT, now, 0);

			TRUE(result == 0 || result == -EAGAIN);
		}
	}
	*word += 1;
	OK(SYS(SYS_futex, P(word), FUTEX_WAKE, 9));
}

TEST("STORM-futex nobody sleeps on when the word has changed")
{
	for (int i = 0; i < 3; i++) {
		word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		TRUE(word != MAP_FAILED);
		begin(take_turns, 0);
		begin(take_turns, 1);
	}
	break_all();
	TRUE(*word >= 2); /* each of the last two has added one */
}

/* ---- sets and queues ---------------------------------------------------- */

static int set, queue;

static void change(int number, int by)
{
	struct sembuf operation = {(unsigned short)number, (short)by, 0};

	while (semop(set, &operation, 1) != 0)
		EQ(errno, EINTR);
}

static void ping(int which)
{
	for (long rounds = 0; !over() || rounds == 0; rounds++) {
		if (which == 0)
			change(0, 1);
		change(which == 0 ? 1 : 0, -1);
		if (which == 1)
			change(1, 1);
	}
	change(0, 100); /* the other may still wait for one more */
	change(1, 100);
}

struct numbered {
	long type;
	unsigned number;
};

static void send_numbers(int which)
{
	struct numbered message = {which + 1, 0};

	while (!over() || message.number == 0) {
		message.number++;
		OK(msgsnd(queue, &message, sizeof message.number, 0));
	}
	message.number = 0;
	OK(msgsnd(queue, &message, sizeof message.number, 0));
}

static void receive_numbers(int which)
{
	struct numbered message;
	unsigned last = 0;

	for (;;) {
		EQ(msgrcv(queue, &message, sizeof message.number, which + 1, 0),
		   sizeof message.number);
		if (message.number == 0)
			break;
		EQ(message.number, last + 1);
		last = message.number;
	}
}

TEST("STORM-sysv semop ends with EINTR alone; no message is lost or doubled")
{
	set = OK(semget(IPC_PRIVATE, 2, 0666));
	queue = OK(msgget(IPC_PRIVATE, 0666));
	for (int i = 0; i < 2; i++) {
		begin(ping, i);
		begin(send_numbers, i);
		begin(receive_numbers, i);
	}
	break_all();
	OK(semctl(set, 0, IPC_RMID));
	OK(msgctl(queue, IPC_RMID, NULL));
}

/* ---- children and times ------------------------------------------------- */

static void have_children(int which)
{
	for (int i = which; !over() || i == which; i++) {
		pid_t pid = OK(fork());
		int status;

		if (pid == 0)
			_exit(i & 0x7F);
		EQ(waitpid(pid, &status, 0), pid);
		EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, i & 0x7F);
	}
}

static void sleep_often(int polls)
{
	struct timespec time = {0, 1000000};

	while (!over())
		EQ(polls ? poll(NULL, 0, 1) : nanosleep(&time, NULL), 0);
}

static void sleep_once(int polls)
{
	struct timespec time = {0, 700000000}, start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	EQ(polls ? poll(NULL, 0, 700) : nanosleep(&time, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	TRUE((end.tv_sec - start.tv_sec) * 1000000000ll + end.tv_nsec -
	         start.tv_nsec >=
	     700000000);
}

static volatile sig_atomic_t alarms;

static void note(int signal)
{
	(void)signal;
	alarms++;
}

static void hear_alarms(int which)
{
	struct timeval every = {0, 2000 + which};
	struct itimerval timer = {every, every};

	signal(SIGALRM, note);
	OK(setitimer(ITIMER_REAL, &timer, NULL));
	while (!over() || alarms < 3)
		EQ(pause() < 0 ? errno : 0, EINTR);
}

TEST("STORM-wait a child, a time and an alarm come, and nothing else")
{
	for (int i = 0; i < 2; i++) {
		begin(have_children, i);
		begin(sleep_often, i);
		begin(sleep_once, i);
		begin(hear_alarms, i);
	}
	break_all();
}

/* ---- handlers ----------------------------------------------------------- */

#define NAMERS 10
#define ROUNDS 50

static void with_alarms(void)
{
	struct itimerval timer = {{0, 3000}, {0, 3000}};
	struct sigaction action = {.sa_handler = note};

	OK(sigaction(SIGALRM, &action, NULL));
	OK(setitimer(ITIMER_REAL, &timer, NULL));
}

/* Bytes go to a file and come back, all at once. */
static void use_bytes(const char *name)
{
	char out[600], in[sizeof out];
	int fd = OK(open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
	struct stat st;

	memset(out, 'x', sizeof out);
	EQ(write(fd, out, sizeof out), sizeof out);
	EQ(pread(fd, in, sizeof in, 0), sizeof in);
	TRUE(memcmp(in, out, sizeof in) == 0);
	EQ(OK(lseek(fd, 0, SEEK_CUR)), sizeof out);
	OK(ftruncate(fd, 7));
	OK(fstat(fd, &st));
	EQ(st.st_size, 7);
	EQ(flock(fd, LOCK_EX), 0);
	OK(close(fd));
}

static void list_names(const char *name)
{
	char page[512];
	int fd = OK(open(name, O_RDONLY | O_DIRECTORY));

	while (OK(SYS(NR_getdents64, fd, P(page), sizeof page)) > 0)
		continue;
	OK(close(fd));
}

static void use_names(int which)
{
	char a[40], b[40], target[40];
	struct stat st;

	snprintf(a, sizeof a, "/tmp/storm-a%d", which);
	snprintf(b, sizeof b, "/tmp/storm-b%d", which);
	with_alarms();
	for (int i = 0; i < ROUNDS || alarms < 20; i++) {
		OK(mkdir(a, 0700));
		OK(rename(a, b));
		OK(lstat(b, &st));
		OK(chmod(b, 0755));
		ERR(access(a, F_OK) < 0 ? -errno : 0, ENOENT);
		list_names(b);
		OK(rmdir(b));
		OK(mkfifo(a, 0600));
		OK(stat(a, &st));
		OK(unlink(a));
		OK(symlink("nowhere", a));
		EQ(readlink(a, target, sizeof target), 7);
		OK(unlink(a));
		use_bytes(a);
		OK(link(a, b));
		OK(unlink(a));
		OK(unlink(b));
	}
}

#define LONG (4 << 20) /* bytes: no server gives them in one turn */

static void read_long(int fd)
{
	void *bytes = mmap(NULL, LONG, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	TRUE(bytes != MAP_FAILED);
	with_alarms();
	while (alarms < 20)
		EQ(pread(fd, bytes, LONG, 0), LONG);
}

TEST("STORM-files a handler without SA_RESTART ends no call about files")
{
	int fd = OK(open("/tmp/storm-long", O_RDWR | O_CREAT, 0600));

	OK(unlink("/tmp/storm-long"));
	OK(ftruncate(fd, LONG));
	for (int i = 0; i < NAMERS; i++)
		begin(use_names, i);
	begin(read_long, fd);
	begin(read_long, fd);
	for (int i = 0; i < begun; i++)
		EXITS(workers[i], 0);
}
