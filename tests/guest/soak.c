/*
 * tests/guest/soak.c -- ten processes at random; then everything is counted.
 *
 *	soak [SECONDS]		4 if not given; a minute is `soak 60`
 *
 * Seven workers and three victims share the objects below.  The victims are
 * killed every few milliseconds, wherever they are, and started again.  A
 * victim does only what the kernel can put in order without its help.
 *
 *	bank    a set; semop moves units from one account to another
 *	locks   a set; SEM_UNDO opens again what a victim held when it died
 *	rows    a segment; its words move under a lock, each row keeps its sum
 *	tokens  a set; victims add with SEM_UNDO, and all of it is taken back
 *	post    a queue; workers send each other money, every unit once
 *	noise   a queue; victims sleep at both its ends, and die there
 *	booths  sets and queues that are made, used and removed under sleepers
 *
 * At the end nothing may be missing: no sum, lock, attach or object.  test.h
 * counts the frames.
 */
#define OWN_MAIN
static int seconds = 4;
#define TIME_OUT (seconds + 40)
#include "sysv.h"

#define WORKERS  7
#define VICTIMS  3
#define ACCOUNTS 8
#define UNITS    1000 /* in each account, row word and purse */
#define ROWS     4
#define WORDS    16
#define BOOTHS   4

static struct {
	int bank, locks, rows, tokens, post, noise;
} objects;

/* What the processes tell each other, apart from what test.h has. */
struct board {
	volatile int stop, booth[BOOTHS], booth_queue[BOOTHS];
	volatile long purse[WORKERS], steps[WORKERS + VICTIMS];
};

static struct board *board;
static unsigned seed;

static unsigned chance(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/*
 * The call succeeded, or failed with -error or an error that a removal causes.
 */
static void may(long result, int error)
{
	if (result < 0 && result != -EAGAIN && result != -EIDRM &&
	    result != -EINVAL && result != -error)
		FAIL("a call gives %s", outcome(result));
}

static struct span moment(void)
{
	return (struct span){0, (long)chance(4) * 1000000};
}

/* --- what all of them do ------------------------------------------------- */

static void move_in_bank(void)
{
	int from = chance(ACCOUNTS), to = chance(ACCOUNTS), by = chance(60);
	struct sembuf ops[] = {{from, -by, 0}, {to, by, 0}};
	long result;

	if (chance(2))
		ops[0].sem_flg = IPC_NOWAIT;
	result = sem_timed(objects.bank, ops, 2, moment());
	TRUE(result == 0 || result == -EAGAIN);
}

static long row_sum(const volatile int *row)
{
	long sum = 0;

	for (int i = 0; i < WORDS; i++)
		sum += row[i];
	return sum;
}

/*
 * Attaches, locks one row, checks its sum, moves units (a victim does not) and
 * unlocks.
 */
static void visit_rows(int victim)
{
	int number = chance(ROWS), from = chance(WORDS), to = chance(WORDS);
	volatile int *all = ADDRESS(
	    shm_at(objects.rows, NULL, victim && chance(2) ? SHM_RDONLY : 0));
	volatile int *row = all + number * WORDS;

	EQ(SEMOP(objects.locks, {number, -1, SEM_UNDO}), 0);
	EQ(row_sum(row), WORDS * UNITS);
	if (!victim) {
		int by = chance(100);

		row[from] -= by;
		if (chance(4) == 0)
			sched_yield();
		row[to] += by;
	}
	EQ(SEMOP(objects.locks, {number, 1, SEM_UNDO}), 0);
	OK(shm_dt(all));
}

/* Uses a booth that may be removed at any time. */
static void visit_booth(void)
{
	int which = chance(BOOTHS), set = board->booth[which];
	int queue = board->booth_queue[which];

	may(sem_timed(set, OPS({0, -1, SEM_UNDO}, {1, 1, SEM_UNDO}), 2,
	              moment()),
	    0);
	may(SEMOP(set, {0, chance(2), IPC_NOWAIT}), ERANGE);
	may(send_bytes(queue, 1 + chance(3), chance(500), IPC_NOWAIT), 0);
	may(receive(queue, (long)chance(7) - 3, MSG_NOERROR), ENOMSG);
}

/* --- workers ------------------------------------------------------------- */

static void rebuild_booth(int which)
{
	may(sem_ctl(board->booth[which], 0, IPC_RMID, 0), 0);
	may(msg_ctl(board->booth_queue[which], IPC_RMID, NULL), 0);
	board->booth[which] = make_set(2 + chance(40));
	board->booth_queue[which] = make_queue();
}

struct money {
	long type, amount;
	unsigned char stuff[400];
};

static void send_money(int me)
{
	struct money m = {1 + chance(5), chance(50), {0}};
	int size = sizeof m.amount + chance(sizeof m.stuff);

	memset(m.stuff, (unsigned char)m.amount, sizeof m.stuff);
	board->purse[me] -= m.amount;
	if (msg_snd(objects.post, &m, size, IPC_NOWAIT) < 0)
		board->purse[me] += m.amount;
}

static long take_money(long type, int flags)
{
	struct money m;
	long size = msg_rcv(objects.post, &m, sizeof m - sizeof m.type, type,
	                    flags | IPC_NOWAIT);

	if (size == -ENOMSG)
		return -1;
	TRUE(size >= (long)sizeof m.amount);
	for (int i = 0; i < size - (int)sizeof m.amount; i++)
		EQ(m.stuff[i], (unsigned char)m.amount);
	return m.amount;
}

static void receive_money(int me)
{
	long got = take_money((long)chance(11) - 5, chance(2) ? MSG_EXCEPT : 0);

	if (got > 0)
		board->purse[me] += got;
}

static void work(int me)
{
	while (!board->stop) {
		switch (chance(8)) {
		case 0:
		case 1:
			move_in_bank();
			break;
		case 2:
			visit_rows(0);
			break;
		case 3:
			send_money(me);
			break;
		case 4:
			receive_money(me);
			break;
		case 5:
			visit_booth();
			break;
		case 6:
			if (me < BOOTHS && chance(4) == 0)
				rebuild_booth(me);
			break;
		case 7:
			may(receive(objects.noise, 0, MSG_NOERROR), ENOMSG);
		}
		board->steps[me]++;
	}
}

/* --- victims ------------------------------------------------------------- */

/*
 * Takes two tokens and gives one back; when the victim ends, the rest goes too.
 */
static void play_with_tokens(void)
{
	int which = chance(ACCOUNTS);

	EQ(SEMOP(objects.tokens, {which, 2, SEM_UNDO}), 0);
	EQ(SEMOP(objects.tokens, {which, -1, SEM_UNDO}), 0);
}

static void suffer(int me)
{
	for (;;) {
		switch (chance(6)) {
		case 0:
			move_in_bank();
			break;
		case 1:
			visit_rows(1);
			break;
		case 2:
			play_with_tokens();
			break;
		case 3:
			send_bytes(objects.noise, 1 + chance(3), chance(3000),
			           chance(2) ? 0 : IPC_NOWAIT);
			break;
		case 4:
			msg_rcv(objects.noise, &message, chance(3000),
			        (long)chance(7) - 3, 0);
			break;
		case 5:
			visit_booth();
		}
		board->steps[me]++;
	}
}

static pid_t start(int me, unsigned turn)
{
	pid_t pid;

	BACKGROUND(pid)
	{
		seed = 77 * me + 1000003 * turn;
		door = turn & 1 ? DOOR_DIRECT : DOOR_IPC;
		if (me < WORKERS)
			work(me);
		else
			suffer(me);
	}
	if (pid < 0)
		FAIL("fork gives %s", errno_name(errno));
	return pid;
}

/* --- the keeper ---------------------------------------------------------- */

static void set_up(void)
{
	int *rows;

	objects.bank = make_set(ACCOUNTS);
	objects.locks = make_set(ROWS);
	objects.tokens = make_set(ACCOUNTS);
	objects.rows = make(ROWS * WORDS * sizeof(int));
	objects.post = make_queue();
	objects.noise = make_queue();
	for (int i = 0; i < ACCOUNTS; i++)
		set_value(objects.bank, i, UNITS);
	for (int i = 0; i < ROWS; i++)
		set_value(objects.locks, i, 1);
	rows = (int *)attach(objects.rows);
	for (int i = 0; i < ROWS * WORDS; i++)
		rows[i] = UNITS;
	OK(shm_dt(rows));
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	TRUE(board != MAP_FAILED);
	for (int i = 0; i < BOOTHS; i++) {
		board->booth[i] = make_set(2);
		board->booth_queue[i] = make_queue();
	}
	for (int i = 0; i < WORKERS; i++)
		board->purse[i] = UNITS;
}

static void accounts(void)
{
	long money = 0, units = 0, got;
	int *rows = (int *)attach(objects.rows);

	for (int i = 0; i < ACCOUNTS; i++) {
		units += value_of(objects.bank, i);
		EQ(ncnt(objects.bank, i) + zcnt(objects.bank, i), 0);
		EQ(value_of(objects.tokens, i), 0);
	}
	EQ(units, ACCOUNTS * UNITS);
	for (int i = 0; i < ROWS; i++) {
		EQ(row_sum(rows + i * WORDS), WORDS * UNITS);
		EQ(value_of(objects.locks, i), 1);
		EQ(ncnt(objects.locks, i), 0);
	}
	EQ(nattch(objects.rows), 1);
	OK(shm_dt(rows));
	for (int i = 0; i < WORKERS; i++)
		money += board->purse[i];
	while ((got = take_money(0, 0)) >= 0)
		money += got;
	EQ(money, WORKERS * UNITS);
	EQ(queue_stat(objects.post).cbytes, 0);
}

static void clear_away(void)
{
	struct sem_limits sets;
	struct msg_limits queues;

	OK(sem_ctl(0, 0, SEM_INFO, P(&sets)));
	OK(msg_ctl(0, MSG_INFO, &queues));
	EQ(sets.usz, 3 + BOOTHS);
	EQ(queues.pool, 2 + BOOTHS);
	for (int i = 0; i < BOOTHS; i++) {
		set_removed(board->booth[i]);
		queue_removed(board->booth_queue[i]);
	}
	set_removed(objects.bank);
	set_removed(objects.locks);
	set_removed(objects.tokens);
	removed(objects.rows);
	queue_removed(objects.post);
	queue_removed(objects.noise);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Kills victims and starts them again until the time is over. */
static int kill_for(pid_t *pid, long ms)
{
	long end = now_ms() + ms;
	int kills = 0;

	while (now_ms() < end) {
		int which = WORKERS + chance(VICTIMS);

		sleep_ms(chance(12));
		OK(kill(pid[which], SIGKILL));
		KILLED(pid[which], SIGKILL);
		pid[which] = start(which, ++kills);
	}
	return kills;
}

/* The keeper runs everything for so many milliseconds, and then counts. */
static void soak(long ms)
{
	pid_t pid[WORKERS + VICTIMS];
	long steps = 0;
	int kills;

	set_up();
	for (int i = 0; i < WORKERS + VICTIMS; i++)
		pid[i] = start(i, i);
	kills = kill_for(pid, ms);
	for (int i = WORKERS; i < WORKERS + VICTIMS; i++) {
		OK(kill(pid[i], SIGKILL));
		KILLED(pid[i], SIGKILL);
	}
	board->stop = 1;
	for (int i = 0; i < WORKERS; i++)
		EXITS(pid[i], 0);
	for (int i = 0; i < WORKERS + VICTIMS; i++)
		steps += board->steps[i];
	accounts();
	clear_away();
	say("# took %ld ms, %ld steps, %d kills\n", ms, steps, kills);
	TRUE(steps > 100 && kills > ms / 100);
}

/* A short run comes first, so that tables that grow once have grown. */
TEST("SOAK ten processes at random for a moment: nothing is lost")
{
	soak(500);
}

TEST("SOAK ten processes at random: no sum, lock, attach or object is lost")
{
	soak(seconds * 1000L);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seconds = atoi(argv[1]);
	return test_main(1, argv);
}
