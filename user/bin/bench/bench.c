/*
 * user/bin/bench/bench.c -- what things cost, in instructions.
 *
 * It is one program for two kernels: it uses no libc, only int 0x80 and
 * Linux's numbers, so the same ELF file can be /init on Linux.  measure.c says
 * how it measures, and tools/bench on which machine.  A row is
 *
 *	NAME VALUE traps faults cr3 zeroed copied
 *
 * and the names never change, because scripts look for them.
 */
#include "../../../abi/msg.h"
#include "../../../abi/sem.h"
#include "../../../abi/shm.h"
#include "bench.h"

#define KIB               1024u
#define MIB               (1024u * KIB)
#define BIG               (64 * MIB)
#define BIG_PAGES         (BIG / PAGE_SIZE)
#define KEY               0x7e55e1
#define MANY              4096
#define FIRST_TOUCH_PAGES 1024
#define CHECK(call, what)                                                      \
	do {                                                                   \
		if ((call) < 0)                                                \
			give_up(what);                                         \
	} while (0)

static int id_4k, id_1m, id_4m, id_64m, id_fresh;
static struct shmid_ds ds;
static volatile uint32_t sink;

static int shmget(int key, uint32_t size, int flags)
{
	return unix_call(SYS_shmget, (uint32_t)key, size, (uint32_t)flags);
}

static void remove_segment(int id)
{
	CHECK(unix_call(SYS_shmctl, (uint32_t)id, IPC_RMID, 0), "IPC_RMID");
}

static volatile char *attach(int id, int flags)
{
	int address = unix_call(SYS_shmat, (uint32_t)id, 0, (uint32_t)flags);

	if (unix_failed(address))
		give_up("shmat");
	return (volatile char *)(uintptr_t)address;
}

static void detach(volatile char *address)
{
	CHECK(unix_call(SYS_shmdt, unix_address((void *)address), 0, 0),
	      "shmdt");
}

static void read_pages(volatile char *from, uint32_t pages)
{
	for (uint32_t i = 0; i < pages; i++)
		sink = (uint32_t)from[i * PAGE_SIZE];
}

static void fill_pages(volatile char *from, uint32_t pages)
{
	for (uint32_t i = 0; i < pages; i++)
		from[i * PAGE_SIZE] = 1;
}

static int make(uint32_t bytes)
{
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);

	CHECK(id, "shmget");
	return id;
}

/* ---- calls -------------------------------------------------------------- */

static void null_call(void)
{
	unix_call(SYS_getppid, 0, 0, 0);
}

static void shmget_existing(void)
{
	shmget(KEY, 0, 0);
}

static void shmget_rmid(void)
{
	remove_segment(shmget(IPC_PRIVATE, 4 * KIB, IPC_CREAT | 0600));
}

static void ipc_stat(void)
{
	unix_call(SYS_shmctl, (uint32_t)id_4k, IPC_STAT, unix_address(&ds));
}

/* ---- attaching ---------------------------------------------------------- */

static void attach_4k(void)
{
	detach(attach(id_4k, 0));
}

static void attach_1m(void)
{
	detach(attach(id_1m, 0));
}

static void attach_4m(void)
{
	detach(attach(id_4m, 0));
}

static void attach_64m(void)
{
	detach(attach(id_64m, 0));
}

/* Attaches at an address that the program chooses. */
static void attach_there(int id)
{
	uint32_t at = 0x60000000;

	if ((uint32_t)unix_call(SYS_shmat, (uint32_t)id, at, 0) != at)
		give_up("shmat at an address");
	detach((volatile char *)(uintptr_t)at);
}

static void attach_4k_there(void)
{
	attach_there(id_4k);
}

static void attach_64m_there(void)
{
	attach_there(id_64m);
}

static volatile char *fresh;

static void fresh_make(void)
{
	id_fresh = make(FIRST_TOUCH_PAGES * PAGE_SIZE);
	fresh = attach(id_fresh, 0);
}

static void fresh_touch(void)
{
	fill_pages(fresh, FIRST_TOUCH_PAGES);
}

static void fresh_drop(void)
{
	detach(fresh);
	remove_segment(id_fresh);
}

static volatile char *big;

static void big_attach(void)
{
	big = attach(id_64m, 0);
	read_pages(big, BIG_PAGES);
}

static void big_detach(void)
{
	detach(big);
}

static void big_whole(void)
{
	big_attach();
	big_detach();
}

/* ---- processes ---------------------------------------------------------- */

static void reap(int pid)
{
	int status = 0;

	CHECK(pid, "fork");
	if (unix_call(SYS_waitpid, (uint32_t)pid, unix_address(&status), 0) !=
	    pid)
		give_up("waitpid");
	if (status != 0)
		give_up("a child failed");
}

static void fork_exit_wait(void)
{
	int pid = unix_fork();

	if (pid == 0)
		unix_exit(0);
	reap(pid);
}

static void fork_read_wait(void)
{
	int pid = unix_fork();

	if (pid == 0) {
		read_pages(big, BIG_PAGES);
		unix_exit(0);
	}
	reap(pid);
}

static int other;

static void end_child(int pid)
{
	unix_call(SYS_kill, (uint32_t)pid, 9, 0);
	unix_call(SYS_waitpid, (uint32_t)pid, 0, 0);
}

/* Starts the other half of a round trip, which only yields. */
static void yielder_start(void)
{
	other = unix_fork();
	CHECK(other, "fork");
	for (; other == 0;)
		unix_call(SYS_sched_yield, 0, 0, 0);
	for (int i = 0; i < 10; i++)
		unix_call(SYS_sched_yield, 0, 0, 0);
}

static void yield(void)
{
	unix_call(SYS_sched_yield, 0, 0, 0);
}

static void yielder_stop(void)
{
	end_child(other);
}

/* ---- semaphores and queues ---------------------------------------------- */

static int set, queue;

static int operate(int number, int by)
{
	struct sembuf op = {(uint16_t)number, (int16_t)by, 0};

	return unix_call5(SYS_semtimedop_time64, (uint32_t)set,
	                  unix_address(&op), 1, 0, 0);
}

/* Semaphore 0 is the partner's turn, semaphore 1 that of this process. */
static void semop_partner(void)
{
	while (operate(0, -1) == 0 && operate(1, 1) == 0)
		;
	unix_exit(0);
}

static void semop_ping_pong(void)
{
	operate(0, 1);
	operate(1, -1);
}

static void remove_set(void)
{
	CHECK(unix_call(SYS_semctl, (uint32_t)set, 0, IPC_RMID), "IPC_RMID");
}

static void remove_queue(void)
{
	CHECK(unix_call(SYS_msgctl, (uint32_t)queue, IPC_RMID, 0), "IPC_RMID");
}

static struct {
	int type;
	char text[64];
} message;

static int post(int type)
{
	message.type = type;
	return unix_call5(SYS_msgsnd, (uint32_t)queue, unix_address(&message),
	                  sizeof(message.text), 0, 0);
}

static int fetch(int type)
{
	return unix_call5(SYS_msgrcv, (uint32_t)queue, unix_address(&message),
	                  sizeof(message.text), (uint32_t)type, 0);
}

static void msg_partner(void)
{
	while (fetch(1) >= 0 && post(2) == 0)
		;
	unix_exit(0);
}

static void msg_ping_pong(void)
{
	post(1);
	fetch(2);
}

/* ---- pipes --------------------------------------------------------------- */

static int there[2], back[2]; /* the descriptors of two pipes */

static int byte_out(int fd)
{
	return unix_call(SYS_write, (uint32_t)fd, unix_address("x"), 1);
}

static int byte_in(int fd)
{
	char byte;

	return unix_call(SYS_read, (uint32_t)fd, unix_address(&byte), 1);
}

static void pipe_partner(void)
{
	unix_close(there[1]);
	while (byte_in(there[0]) == 1 && byte_out(back[1]) == 1)
		;
	unix_exit(0);
}

static void pipe_ping_pong(void)
{
	byte_out(there[1]);
	byte_in(back[0]);
}

static void make_pipes(void)
{
	CHECK(unix_call(SYS_pipe, unix_address(there), 0, 0), "pipe");
	CHECK(unix_call(SYS_pipe, unix_address(back), 0, 0), "pipe");
}

static void close_pipes(void)
{
	for (int i = 0; i < 2; i++) {
		unix_close(there[i]);
		unix_close(back[i]);
	}
}

/* ---- round trips --------------------------------------------------------- */

/* The partner waits for its object; when that is removed, it ends. */
static void measure_ping_pong(const struct row *row, void (*partner)(void),
                              void (*remove)(void))
{
	int pid = unix_fork();

	if (pid == 0)
		partner();
	CHECK(pid, "fork");
	for (int i = 0; i < 10; i++)
		row->operation();
	measure(row);
	remove();
	reap(pid);
}

/* ---- a server's call ---------------------------------------------------- */

/*
 * The shortest call that a server answers on Tessera: it looks at the flags of
 * an open object, and nothing is copied.
 */
static int root = -1;

static void server_call(void)
{
	CHECK(unix_call(SYS_fcntl64, (uint32_t)root, F_GETFL, 0), "F_GETFL");
}

/* ---- the second reader -------------------------------------------------- */

/*
 * A process that has never attached the segment attaches it and reads every
 * page.  The answer is the number of page faults beyond those of reading no
 * page.
 */
static void second_reader(volatile uint32_t *answer)
{
	volatile char *mine = attach(id_4m, SHM_RDONLY);
	uint32_t none, some;

	sink = 0;
	faults_now(); /* so that private pages are copied now */
	none = faults_now();
	none = faults_now() - none;
	some = faults_now();
	read_pages(mine, 4 * MIB / PAGE_SIZE);
	some = faults_now() - some;
	*answer = some - none;
	unix_exit(0);
}

static void measure_second_reader(void)
{
	volatile char *mine = attach(id_4m, 0);
	volatile uint32_t *answer;
	int pid, id = make(4 * KIB);

	answer = (volatile uint32_t *)attach(id, 0);
	*answer = UINT32_MAX;
	fill_pages(mine, 4 * MIB / PAGE_SIZE);
	detach(mine); /* so that the child does not inherit it */
	pid = unix_fork();
	if (pid == 0)
		second_reader(answer);
	reap(pid);
	say_value("second_reader_faults", *answer);
	detach((volatile char *)answer);
	remove_segment(id);
}

/* ---- all of them -------------------------------------------------------- */

static const struct row calls[] = {
    {"null", null_call, 0, 0, 100, 1},
    {"shmget_existing", shmget_existing, 0, 0, 100, 1},
    {"shmget_rmid_4k", shmget_rmid, 0, 0, 100, 1},
    {"ipc_stat", ipc_stat, 0, 0, 100, 1},
    {"shmat_shmdt_4k", attach_4k, 0, 0, 100, 1},
    {"shmat_shmdt_1m", attach_1m, 0, 0, 100, 1},
    {"shmat_shmdt_4m", attach_4m, 0, 0, 100, 1},
    {"shmat_shmdt_64m", attach_64m, 0, 0, 100, 1},
    {"shmat_there_4k", attach_4k_there, 0, 0, 100, 1},
    {"shmat_there_64m", attach_64m_there, 0, 0, 100, 1},
    {"first_touch", fresh_touch, fresh_make, fresh_drop, 5, FIRST_TOUCH_PAGES},
};

static const struct row touched[] = {
    {"attach_read_detach_64m", big_whole, 0, 0, 3, 1},
    {"shmdt_touched_64m", big_detach, big_attach, 0, 5, 1},
    {"fork_exit_wait", fork_exit_wait, 0, 0, 20, 1},
    {"fork_exit_wait_64m", fork_exit_wait, big_attach, big_detach, 5, 1},
    {"fork_read_64m", fork_read_wait, big_attach, big_detach, 3, 1},
};

static const struct row last[] = {
    {"yield_round_trip", yield, 0, 0, 100, 1},
    {"shmget_existing_4096", shmget_existing, 0, 0, 100, 1},
    {"semop_ping_pong", semop_ping_pong, 0, 0, 100, 1},
    {"msg_ping_pong_64", msg_ping_pong, 0, 0, 100, 1},
    {"send_receive_reply", server_call, 0, 0, 100, 1},
    {"pipe_ping_pong_1", pipe_ping_pong, 0, 0, 100, 1},
};

static void measure_all(const struct row *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		measure(&rows[i]);
}

static int many[MANY];

/* Measures shmget_existing among as many segments as there may be. */
static void measure_many(void)
{
	int n = 0;

	while (n < MANY - 5 &&
	       (many[n] = shmget(IPC_PRIVATE, 4 * KIB, 0600)) >= 0)
		n++;
	if (n == MANY - 5)
		measure(&last[1]);
	while (n > 0)
		remove_segment(many[--n]);
}

/* ---- how cost grows ----------------------------------------------------- */

#define MOST_ATTACHES 4000 /* of a process */
#define MOST_ASLEEP   248

static volatile char *attached[MOST_ATTACHES];
static int attaches;

/* Makes a segment of one page, which no process has touched. */
static void page_make(void)
{
	id_fresh = make(PAGE_SIZE);
	fresh = attach(id_fresh, 0);
}

static void page_touch(void)
{
	*fresh = 1;
}

/* The number in a row's name is that of the attaches of its process. */
static const struct {
	int beside;
	struct row row;
} grown[] = {
    {1, {"shmat_1", attach_4k, 0, 0, 100, 1}},
    {1, {"fault_1", page_touch, page_make, fresh_drop, 20, 1}},
    {1, {"fork_1", fork_exit_wait, 0, 0, 5, 1}},
    {600, {"shmat_600", attach_4k, 0, 0, 100, 1}},
    {600, {"fault_600", page_touch, page_make, fresh_drop, 20, 1}},
    {600, {"fork_600", fork_exit_wait, 0, 0, 5, 1}},
    {1000, {"shmat_1000", attach_4k, 0, 0, 100, 1}},
    {2000, {"shmat_2000", attach_4k, 0, 0, 100, 1}},
    {2000, {"fault_2000", page_touch, page_make, fresh_drop, 20, 1}},
    {4000, {"shmat_4000", attach_4k, 0, 0, 100, 1}},
};

static void measure_grown(void)
{
	for (uint32_t i = 0; i < sizeof(grown) / sizeof(*grown); i++) {
		while (attaches < grown[i].beside)
			attached[attaches++] = attach(id_4k, 0);
		measure(&grown[i].row);
	}
	while (attaches > 0)
		detach(attached[--attaches]);
}

static int asleep[MOST_ASLEEP];

/* Makes many processes that wait as `wait` does, and lets each begin. */
static void crowd_start(void (*wait)(int number))
{
	for (int i = 0; i < MOST_ASLEEP; i++) {
		asleep[i] = unix_fork();
		CHECK(asleep[i], "fork");
		if (asleep[i] == 0) {
			wait(i);
			unix_exit(1);
		}
	}
	for (int i = 0; i < 10; i++)
		unix_call(SYS_sched_yield, 0, 0, 0);
}

static void crowd_stop(void)
{
	for (int i = 0; i < MOST_ASLEEP; i++)
		end_child(asleep[i]);
}

static void wait_for_signal(int number)
{
	(void)number;
	unix_call(SYS_pause, 0, 0, 0);
}

/* All have a timer but the first, which waits for a message until 2038. */
static void wait_with_time(int number)
{
	uint32_t until[2] = {0x7fffffff, 0};
	char text[8192];
	int fd;

	if (number > 0) {
		unix_call(SYS_alarm, 1000000, 0, 0);
		wait_for_signal(number);
		return;
	}
	fd = unix_call5(SYS_mq_open, unix_address("bench"), O_CREAT | O_RDONLY,
	                0600, 0, 0);
	CHECK(fd, "mq_open");
	CHECK(unix_call(SYS_mq_unlink, unix_address("bench"), 0, 0),
	      "mq_unlink");
	unix_call5(SYS_mq_timedreceive, (uint32_t)fd, unix_address(text),
	           sizeof(text), 0, unix_address(until));
}

/*
 * Measures a round trip of two processes among many that sleep, and one through
 * the server of files among many for whom it keeps a time.
 */
static void measure_crowd(void)
{
	static const struct row yields = {
	    "yield_round_trip_250", yield, 0, 0, 100, 1};
	static const struct row pipes = {
	    "pipe_ping_pong_timers", pipe_ping_pong, 0, 0, 100, 1};

	crowd_start(wait_for_signal);
	yielder_start();
	measure(&yields);
	yielder_stop();
	crowd_stop();
	crowd_start(wait_with_time);
	make_pipes();
	measure_ping_pong(&pipes, pipe_partner, close_pipes);
	crowd_stop();
}

static void measure_everything(uint32_t started, const char *program)
{
	int id_key = shmget(KEY, 4 * KIB, IPC_CREAT | 0600);

	CHECK(id_key, "shmget");
	id_4k = make(4 * KIB);
	id_1m = make(MIB);
	id_4m = make(4 * MIB);
	id_64m = make(BIG);
	measure_nothing();
	say_value("boot_to_bench_thousands", started);
	measure_all(calls, sizeof(calls) / sizeof(*calls));
	measure_second_reader();
	big = attach(id_64m, 0);
	fill_pages(big, BIG_PAGES);
	detach(big);
	measure_all(touched, sizeof(touched) / sizeof(*touched));
	yielder_start();
	measure(&last[0]);
	yielder_stop();
	set = unix_call(SYS_semget, IPC_PRIVATE, 2, 0600);
	CHECK(set, "semget");
	measure_ping_pong(&last[2], semop_partner, remove_set);
	queue = unix_call(SYS_msgget, IPC_PRIVATE, 0600, 0);
	CHECK(queue, "msgget");
	measure_ping_pong(&last[3], msg_partner, remove_queue);
	make_pipes();
	measure_ping_pong(&last[5], pipe_partner, close_pipes);
	root = unix_open("/", O_RDONLY);
	CHECK(root, "open");
	measure(&last[4]);
	unix_close(root);
	remove_segment(id_64m);
	measure_many();
	measure_grown();
	measure_crowd();
	measure_longest(program);
	remove_segment(id_4m);
	remove_segment(id_1m);
	remove_segment(id_4k);
	remove_segment(id_key);
}

/* `bench off` switches the machine off at its end; so does bench as /init. */
int main(int argc, char **argv, char **envp)
{
	uint32_t started = (uint32_t)(rdtsc64() / 1000);

	(void)envp;
	if (argc > 1 && argv[1][0] == '-')
		return 0; /* longest.c has started it */
	measure_everything(started, argv[0]);
	if (argc > 1 || unix_call(SYS_getpid, 0, 0, 0) == 1)
		unix_reboot(REBOOT_POWER_OFF);
	return 0;
}
