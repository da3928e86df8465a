// with: ipc/sysv/ids.c ipc/sysv/ids_check.c ipc/sysv/permission.c
// with: ipc/sysv/object.c kernel/process/wait.c
// with: kernel/process/wait_check.c ipc/sysv/sem.c ipc/sysv/semop.c
// with: ipc/sysv/semadj.c ipc/sysv/sem_check.c ipc/sysv/msg.c
// with: ipc/sysv/msg_check.c ipc/sysv/pool.c
/*
 * tests/host/test_line.c -- semop, msgsnd and msgrcv from their first line to
 * their last, sleeping in between, over the real mm; and what the checkers of
 * semaphores and message queues see.
 *
 * The explorers leave a call where it falls asleep.  Here it goes on: process 0
 * sleeps, and let_others() calls a function in which process 1 does what the
 * others do meanwhile.
 */
#include "../../abi/errno.h"
#include "../../abi/signal.h"
#include "../../ipc/sysv/msg.h"
#include "../../ipc/sysv/sem.h"
#include "../../kernel/process/clock.h"
#include "../../ipc/sysv/pool.h"
#include "fake_kernel.h"
#include "sees.h"

#define TEXT  0x08048000u /* a program's: 2 pages to send from */
#define BACK  (TEXT + 2 * PAGE_SIZE)
#define HOLE  (TEXT + 4 * PAGE_SIZE)
#define ALL   (RIGHT_READ | RIGHT_WRITE)
#define LONG  300 /* bytes of a message of several cells, and of a queue */
#define MANY  20  /* operations that have a page of their own */
#define PROCS 3
#define ROWS  600

struct sem_set sems[IDS_LIMIT];
struct semadj semadjs[ROWS];
struct msg_queue msgs[IDS_LIMIT];

static int set, queue, memory_at_start;
static void (*others)(void); /* what they do while process 0 sleeps */
static void (*while_stopped)(void);

static void run(int proc)
{
	running = &procs[proc];
	space_load(procs[proc].life.space);
}

static int check(void)
{
	int breaches = sem_check() + msg_check();

	return breaches + wait_check();
}

static void let_others(void)
{
	void (*now)(void) = others;

	if (!EXPECT(self_index() == 0 && now != 0, true))
		exit(1); /* it would never wake up */
	EXPECT(check(), 0);
	others = 0;
	run(1);
	now();
	run(0);
	procs[0].state = PROC_RUNNING;
}

/* Process 0 is continued, when the others have done what they do meanwhile. */
void proc_stop(void)
{
	void (*second)(void) = others;

	self()->signal.stopping = 0;
	others = while_stopped;
	while_stopped = 0;
	if (others)
		let_others();
	others = second;
}

/* ---- what programs have ------------------------------------------------- */

static void store(vaddr_t to, const void *from, uint32_t bytes)
{
	uint32_t word;

	for (uint32_t i = 0; i < bytes; i += 4) {
		memcpy(&word, (const char *)from + i, 4);
		EXPECT(host_store(running->life.space, to + i, word), 0);
	}
}

static bool same(vaddr_t a, vaddr_t b, uint32_t bytes)
{
	uint32_t one = 0, two = 1;

	for (uint32_t i = 0; i < bytes; i += 4) {
		host_load(running->life.space, a + i, &one);
		host_load(running->life.space, b + i, &two);
		if (one != two)
			return false;
	}
	return true;
}

static void start_proc(int i)
{
	int message[LONG] = {1};

	procs[i].state = PROC_RUNNING;
	procs[i].identity.euid = procs[i].identity.egid = 100;
	procs[i].life.space = space_make(LEVEL_USER);
	EXPECT(host_map(procs[i].life.space, TEXT, 4, ALL, true), 0);
	run(i);
	for (int k = 1; k < LONG; k++)
		message[k] = k * 1000003;
	store(TEXT, message, sizeof(message));
	store(BACK, (int[LONG]){0}, sizeof(message));
}

static void start(void)
{
	host_start();
	memset(sems, 0, sizeof(sems[0]) * 4);
	memset(msgs, 0, sizeof(msgs[0]) * 4);
	sem_ids = (struct ids)IDS(sems);
	msg_ids = (struct ids)IDS(msgs);
	semadj_rows = (struct rows)ROWS_OF(semadjs, ROWS);
	sem_count = 0;
	sem_cells = pool_cells = pool_fresh = 0;
	msg_limits.msgmnb = LONG;
	fake_procs(PROCS);
	fake_switch = let_others;
	for (int i = 0; i < PROCS; i++)
		start_proc(i);
	run(0);
	/* The tables of kernel objects grow once and stay. */
	EXPECT(sys_semctl(sys_semget(0, 1, 0600), 0, IPC_RMID, 0), 0);
	EXPECT(sys_msgctl(sys_msgget(0, 0600), IPC_RMID, 0), 0);
	memory_at_start = frames_free + kernel_frames;
	set = sys_semget(7, 2, IPC_CREAT | 0600);
	queue = sys_msgget(7, IPC_CREAT | 0600);
	others = 0;
}

/* So many cells are left in queues.  Then all ends, and all memory is back. */
static void end(int cells, const char *sentence)
{
	EXPECT(check(), 0);
	EXPECT(pool_cells - sem_cells, cells);
	EXPECT(procs[0].wait.chain, -1);
	sys_semctl(set, 0, IPC_RMID, 0);
	sys_msgctl(queue, IPC_RMID, 0);
	EXPECT(check(), 0);
	EXPECT(pool_cells, 0);
	EXPECT(frames_free + kernel_frames, memory_at_start);
	tap(sentence);
}

/* ---- semop -------------------------------------------------------------- */

/* A semop of `count` operations, with `op` on semaphore 0 the first. */
static int operate(int op, int count, int flags, vaddr_t timeout)
{
	struct sembuf ops[MANY + 2] = {{0, (short)op, (short)flags}};

	for (int i = 1; i < count; i++)
		ops[i] = (struct sembuf){1, 1, (short)flags};
	store(BACK, ops, sizeof(ops) & ~3u);
	return semtimedop(set, BACK, count, timeout, false);
}

static void others_v(void)
{
	EXPECT(sys_semctl(set, 0, GETNCNT, 0), 1);
	EXPECT(operate(1, 1, 0, 0), 0);
}

static void others_remove(void)
{
	EXPECT(sys_semctl(set, 0, IPC_RMID, 0), 0);
	EXPECT(sys_msgctl(queue, IPC_RMID, 0), 0);
}

static void others_kill(void)
{
	procs[0].signal.killed = SIGKILL;
	procs[0].state = PROC_READY;
}

static void others_stop(void)
{
	procs[0].signal.stopping = true;
	procs[0].state = PROC_READY;
}

static void others_wait(void)
{
	clock_counts += 10;
}

static void test_semop(void)
{
	static const int counts[] = {1, MANY};
	static const struct {
		void (*others)(void);
		int result;
	} cases[] = {{others_v, 0},
	             {others_remove, -EIDRM},
	             {others_kill, -EINTR},
	             {others_stop, -EINTR}};

	for (int i = 0; i < 2 * 4; i++) {
		start();
		others = cases[i / 2].others;
		EXPECT(operate(-1, counts[i % 2], 0, 0), cases[i / 2].result);
		EXPECT(sys_semctl(set, 1, GETVAL, 0), i / 2 == 1 ? -EINVAL
		                                      : i / 2 == 0
		                                          ? counts[i % 2] - 1
		                                          : 0);
		if (i < 7)
			continue;
		end(0,
		    "semop: served, removed, killed and stopped in its sleep");
	}

	start();
	others = others_wait;
	EXPECT(operate(-1, MANY, 0, BACK), -EAGAIN);
	EXPECT(sys_semctl(set, 0, GETNCNT, 0), 0);
	end(0, "semtimedop: when its time is up it is not in line any more");

	start();
	others = others_v;
	EXPECT(operate(-1, MANY, SEM_UNDO, 0), 0);
	sem_exit();
	EXPECT(sys_semctl(set, 0, GETVAL, 0), 1);
	EXPECT(sys_semctl(set, 1, GETVAL, 0), 0);
	EXPECT(semadj_rows.live, 0);
	end(0, "semop: undo of what was done by another in its name");
}

/* ---- rows of undo ------------------------------------------------------- */

#define HAVE 3 /* sets, of several semaphores each */
#define NUMS 60

static bool model_rows[PROCS][HAVE][NUMS];
static int have[HAVE];

static int count_rows(void)
{
	int rows = 0;

	for (int p = 0; p < PROCS; p++)
		for (int i = 0; i < HAVE * NUMS; i++) {
			int index = ids_index(have[i / NUMS]);
			struct semadj *row =
			    semadj_find(&procs[p], index, i % NUMS);

			EXPECT(row != 0, model_rows[p][i / NUMS][i % NUMS]);
			rows += row != 0;
		}
	return rows;
}

/* Does at random one of all things that can happen to a row. */
static void befall(uint32_t random)
{
	int p = (int)(random % PROCS), k = (int)(random / 8 % HAVE);
	int num = (int)(random / 64 % NUMS);

	run(p);
	if (random / 4096 % 64 == 0) {
		sem_exit();
		memset(model_rows[p], 0, sizeof(model_rows[p]));
		EXPECT(procs[p].semadj, -1);
	} else if (random / 4096 % 64 == 1) {
		EXPECT(sys_semctl(have[k], 0, IPC_RMID, 0), 0);
		have[k] = sys_semget(0, NUMS, 0600);
		for (int i = 0; i < PROCS; i++)
			memset(model_rows[i][k], 0, sizeof(model_rows[i][k]));
	} else {
		EXPECT(semadj_make(ids_index(have[k]), num), 0);
		EXPECT(semadj_find(&procs[p], ids_index(have[k]), num)->value,
		       0);
		model_rows[p][k][num] = true;
	}
}

static void test_rows(void)
{
	uint32_t random = 1;

	start();
	memset(model_rows, 0, sizeof(model_rows));
	for (int k = 0; k < HAVE; k++)
		have[k] = sys_semget(0, NUMS, 0600);
	for (int i = 0; i < 20000 && !tap_bad; i++) {
		random = random * 1664525 + 1013904223;
		befall(random >> 8);
		if (i % 20 == 0) {
			EXPECT(sem_check(), 0);
			EXPECT(count_rows(), semadj_rows.live);
		}
	}
	for (int p = 0; p < PROCS; p++) {
		run(p);
		sem_exit();
	}
	run(0);
	EXPECT(semadj_rows.live, 0);
	for (int k = 0; k < HAVE; k++)
		EXPECT(sys_semctl(have[k], 0, IPC_RMID, 0), 0);
	end(0, "undo: rows of three processes come and go, each is found");
}

/* ---- msgsnd, msgrcv ----------------------------------------------------- */

#define CELLS 3 /* of a message of LONG bytes */

static void others_receive(void)
{
	EXPECT(sys_msgrcv(queue, BACK, LONG, 0, 0), LONG);
	EXPECT(same(BACK, TEXT, 4 + LONG), true);
}

static void others_send(void)
{
	EXPECT(sys_msgsnd(queue, TEXT, LONG, 0), 0);
}

/* Process 0 stops, is continued, waits again, and gets what it wants. */
static void others_stop_and_receive(void)
{
	others_stop();
	others = others_receive;
}

/* There is room for it before it is continued. */
static void others_receive_while_stopped(void)
{
	others_stop();
	while_stopped = others_receive;
}

static void others_stop_and_send(void)
{
	others_stop();
	others = others_send;
}

static void test_msgsnd(void)
{
	static const struct {
		void (*others)(void);
		int result, cells;
		const char *sentence;
	} cases[] = {
	    {others_receive, 0, CELLS, "msgsnd: served in its sleep"},
	    {others_remove, -EIDRM, 0, "msgsnd: removed in its sleep"},
	    {others_kill, -EINTR, CELLS, "msgsnd: killed in its sleep"},
	    {others_stop_and_receive, 0, CELLS,
	     "msgsnd: stopped in its sleep, it begins again"},
	    {others_receive_while_stopped, 0, CELLS,
	     "msgsnd: stopped in its sleep, it finds room afterwards"}};

	for (int i = 0; i < 5; i++) {
		start();
		EXPECT(sys_msgsnd(queue, TEXT, LONG, 0), 0);
		others = cases[i].others;
		EXPECT(sys_msgsnd(queue, TEXT, LONG, 0), cases[i].result);
		EXPECT(others == 0, true);
		end(cases[i].cells, cases[i].sentence);
	}
}

static void test_msgrcv(void)
{
	static const struct {
		void (*others)(void);
		uint32_t room;
		vaddr_t to;
		int flags, result, cells;
		const char *sentence;
	} cases[] = {
	    {others_send, LONG, BACK, 0, LONG, 0,
	     "msgrcv: served in its sleep"},
	    {others_send, LONG - 4, BACK, MSG_NOERROR, LONG - 4, 0,
	     "msgrcv: served in its sleep with what it has room for"},
	    {others_send, LONG - 1, BACK, 0, -E2BIG, CELLS,
	     "msgrcv: too little room, seen in its sleep, leaves the message"},
	    {others_send, LONG, HOLE, 0, -EFAULT, 0,
	     "msgrcv: served in its sleep, but it cannot be given: it is gone"},
	    {others_remove, LONG, BACK, 0, -EIDRM, 0,
	     "msgrcv: removed in its sleep"},
	    {others_kill, LONG, BACK, 0, -EINTR, 0,
	     "msgrcv: killed in its sleep"},
	    {others_stop_and_send, LONG, BACK, 0, LONG, 0,
	     "msgrcv: stopped in its sleep, it begins again"}};

	for (int i = 0; i < 7; i++) {
		start();
		others = cases[i].others;
		EXPECT(sys_msgrcv(queue, cases[i].to, cases[i].room, 0,
		                  cases[i].flags),
		       cases[i].result);
		EXPECT(others == 0, true);
		if (cases[i].result > 0)
			EXPECT(same(BACK, TEXT, 4 + (uint32_t)cases[i].result),
			       true);
		end(cases[i].cells, cases[i].sentence);
	}
}

/* ---- what the checkers see ---------------------------------------------- */

/* Process 0 sleeps in line, and the others spoil the line. */
static void spoil_line(struct line *line)
{
	SEES(check, "W1: served", procs[0].wait.result, 0);
	SEES(check, "W1: dead", procs[0].state, PROC_ZOMBIE);
	SEES(check, "W1: dead", procs[0].state, PROC_FREE);
	SEES(check, "W2: the last", line->last, &procs[2]);
	SEES(check, "W2: the last", line->first, 0);
	SEES(check, "W2: before", procs[0].wait.before, &procs[2]);
	SEES(check, "W2: no end", procs[0].wait.next, &procs[0]);
	SEES(check, "W3: waiting", *line, ((struct line){0, 0}));
	SEES(check, "W3: waiting", procs[2].wait.result, UNSERVED);
}

static struct sem_set *set_at(void)
{
	return &sems[set % IDS_LIMIT];
}

static struct msg_queue *queue_at(void)
{
	return &msgs[queue % IDS_LIMIT];
}

static void others_spoil_changers(void)
{
	spoil_line(&set_at()->changers);
	SEES(check, "S6: a sleeper", procs[0].wait.called, true);
	EXPECT(operate(1, 1, 0, 0), 0);
}

static void others_spoil_zeroes(void)
{
	spoil_line(&set_at()->zeroes);
	EXPECT(operate(-1, 1, 0, 0), 0);
}

static void test_sem_check(void)
{
	struct semadj *row;
	struct sem_set *s;

	start();
	s = set_at();
	EXPECT(operate(1, 2, SEM_UNDO, 0), 0);
	SEES(check, "S1: a value", sem_at(s, 1)->value, SEMVMX + 1);
	row = &semadjs[procs[0].semadj];
	SEES(check, "S3: a row of another", row->set, row->set + 1);
	SEES(check, "S3: a row without", row->num, 2);
	SEES(check, "S3: a row that", row->num, 1 - row->num);
	SEES(check, "S3: a row that", row->key, row->key ^ 1);
	SEES(check, "S3: a row that", row->proc, 1);
	SEES(check, "S3: rows in trees", procs[0].semadj, -1);
	SEES(check, "S3: rows in trees", row->below[0], procs[0].semadj);
	SEES(check, "S3: rows in trees", procs[1].semadj, procs[0].semadj);
	SEES(check, "S3: rows in lists", s->rows, -1);
	SEES(check, "S3: rows in lists", row->next, procs[0].semadj);
	SEES(check, "S3: the row before", semadjs[s->rows].before, 5);
	SEES(check, "S5: a cell", s->all.cell, -1);
	SEES(check, "S5: a segment", s->all.segment, 0);
	SEES(check, "S5: seen", s->all.first, s->all.first + 1);
	SEES(check, "S5: cells", sem_cells, 2);
	SEES(check, "S6: not served", s->owed, s);
	SEES(check, "S4: key", s->ds.sem_perm.key, 8);
	SEES(check, "S4: seq", s->ds.sem_perm.seq, 9);
	SEES(check, "S4: semaphores", s->ds.sem_nsems, 1);
	SEES(check, "S4: semaphores", sem_count, 3);
	SEES(check, "I3: sem", sem_ids.rows.live, 2);
	sem_exit();
	others = others_spoil_changers;
	EXPECT(operate(-1, 1, 0, 0), 0);
	EXPECT(operate(1, 1, 0, 0), 0);
	others = others_spoil_zeroes;
	EXPECT(operate(0, 1, 0, 0), 0);
	end(0, "sem_check: sees each breach of S1 to S6 and W1 to W3");
}

static void others_spoil_senders(void)
{
	spoil_line(&queue_at()->senders);
	SEES(check, "Q3: a sender that", queue_at()->ds.msg_qbytes, 2 * LONG);
	SEES(check, "Q5: cells", procs[0].wait.chain, -1);
	for (int i = 0; i < 2; i++)
		EXPECT(sys_msgrcv(queue, BACK, LONG, 0, 0), LONG / 2);
}

static void others_spoil_receivers(void)
{
	spoil_line(&queue_at()->receivers);
	others_send();
}

static void test_msg_check(void)
{
	struct msg_queue *q;
	struct msg *first;

	start();
	q = queue_at();
	for (int i = 0; i < 2; i++)
		EXPECT(sys_msgsnd(queue, TEXT, LONG / 2, 0), 0);
	first = pool_first(q->first);
	SEES(check, "Q1: qnum", q->ds.msg_qnum, 1);
	SEES(check, "Q1: cbytes", q->ds.msg_cbytes, 0);
	SEES(check, "Q1: cbytes", first->size, 1);
	SEES(check, "Q1: last", q->last, -1);
	SEES(check, "Q1: last", first->next, -1);
	SEES(check, "Q1: qnum", first->next, q->first);
	SEES(check, "Q1: qnum", q->first, q->last);
	SEES(check, "Q4: key", q->ds.msg_perm.key, 8);
	SEES(check, "Q4: seq", q->ds.msg_perm.seq, 9);
	SEES(check, "Q5: cells", pool_cells, 6);
	SEES(check, "I3: msg", msg_ids.rows.live, 2);
	others = others_spoil_senders;
	EXPECT(sys_msgsnd(queue, TEXT, LONG, 0), 0);
	EXPECT(sys_msgrcv(queue, BACK, LONG, 0, 0), LONG);
	others = others_spoil_receivers;
	EXPECT(sys_msgrcv(queue, BACK, LONG, 0, 0), LONG);
	end(0, "msg_check: sees each breach of Q1 to Q5 and W1 to W3");
}

int main(void)
{
	test_semop();
	test_rows();
	test_msgsnd();
	test_msgrcv();
	test_sem_check();
	test_msg_check();
	return tap_end();
}
