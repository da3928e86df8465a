// with: ipc/sysv/ids.c ipc/sysv/permission.c ipc/sysv/object.c
// with: kernel/process/wait.c kernel/process/wait_check.c ipc/sysv/sem.c
// with: ipc/sysv/semop.c ipc/sysv/semadj.c ipc/sysv/sem_check.c -DSEMVMX=2
// with: -DIDS_SEQ_MAX=2 -DSEMS_A_CELL=1
// with: tests/host/explore.c tests/host/few_ids.c tests/host/in_line.c
// alone
// fast: 10000
/*
 * tests/host/explore_sem.c -- every state that ipc/sysv/sem.c, semop.c and
 * semadj.c can reach, at a small scope: 2 sets of 2 semaphores, values 0 to 2,
 * 3 or 4 processes, 2 lives of a slot.
 *
 * The model (struct model) knows nothing of ids, chains or rows.  It has the
 * values, the processes in line in their order with their operations, and the
 * sum that the end of each process adds.  mm is fake_mm.c: a set of one
 * semaphore lies in a cell of the pool, one of two in a segment.  See in_line.h
 * for how a process sleeps.
 *
 * At a preemption point everything that an interrupt may touch is checked.  In
 * some calls the time of all sleepers is up at that moment.
 *
 * A scene is a small world with its own menu of calls.  Each is explored to its
 * end.
 */
#include "../../ipc/sysv/sem.h"
#include "../../kernel/base/cpu.h"

#define PROCS MOST_PROCS
#include "explore.h"
#include "fake_mm.h"
#include "few_ids.h"
#include "in_line.h"

#define SETS FEW
#define NUMS 2
#define OWN  (SETS * NUMS) /* rows of a process, at most */
#define ROWS (PROCS * OWN)
#define OPS  3

struct sem_set sems[IDS_LIMIT];
struct semadj semadjs[ROWS];

/* An array of operations, as semop(2) gets it. */
struct array {
	int count;
	struct sembuf ops[OPS];
};

struct picture {
	int count;
	int values[NUMS];
	int waiting, line[PROCS];
};

struct sleeper {
	const struct array *array; /* 0: it is in user mode */
	int set, which, result, killed, late;
};

/* Has the process asked for undo in this set?  Then its exit writes otime. */
#define ASKED   NUMS
#define PERHAPS 2 /* memory was refused in the middle of the call */

struct model {
	struct m_object objects[SETS];
	struct picture sets[SETS];
	struct sleeper procs[PROCS];
	int adjust[PROCS][SETS][NUMS + 1]; /* the last one: see ASKED */
};

static struct model model;

/* What else the call under way should write. */
static struct {
	int pid[SETS][NUMS]; /* 0: nobody */
	bool born[SETS], otime[SETS], ctime[SETS], perhaps[SETS];
} wrote;

/* ---- memory and what programs have -------------------------------------- */

/* Each process has rows of its own, so the order of calls leaves no trace. */
int rows_take(struct rows *rows, int level)
{
	int i = self_index() * OWN;

	(void)level;
	EXPECT(rows == &semadj_rows, true);
	if (!promised())
		return -1;
	while (semadjs[i].link)
		i++;
	semadjs[i] = (struct semadj){.link = 1};
	rows->live++;
	return i;
}

void rows_put(struct rows *rows, int index)
{
	EXPECT(semadjs[index].link, 1);
	memset(&semadjs[index], 0, sizeof(semadjs[index]));
	rows->live--;
}

#define GOOD 1 /* an address: `given` is there, and `got` will be */
static const void *given;
static uint16_t got[NUMS]; /* of GETALL */

/* Only the values of GETALL are kept of what is copied out. */
void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	static char unseen[PAGE_SIZE];

	if (va == 0)
		return 0;
	if (!out)
		return (char *)given + (va - GOOD);
	return bytes == sizeof(got[0]) ? (char *)got + (va - GOOD) : unseen;
}

/* ---- the model: values and lines ---------------------------------------- */

static bool m_alters(const struct array *a)
{
	for (int i = 0; i < a->count; i++)
		if (a->ops[i].sem_op)
			return true;
	return false;
}

/* Does the operations on a copy of the model, which is kept if all succeed. */
static int m_attempt(int proc, int set, const struct array *a, int *which)
{
	struct model next = model;

	for (int i = 0; i < a->count; i++) {
		const struct sembuf *op = &a->ops[i];
		int *value = &next.sets[set].values[op->sem_num];
		int *adjust = &next.adjust[proc][set][op->sem_num];

		*which = i;
		if (op->sem_op == 0 ? *value > 0 : *value < -op->sem_op)
			return op->sem_flg & IPC_NOWAIT ? -EAGAIN : UNSERVED;
		*value += op->sem_op;
		if (op->sem_flg & SEM_UNDO)
			*adjust -= op->sem_op;
		if (*value > SEMVMX || *adjust > SEMVMX ||
		    *adjust < -SEMVMX - 1)
			return -ERANGE;
	}
	model = next;
	for (int i = 0; i < a->count; i++)
		wrote.pid[set][a->ops[i].sem_num] = procs[proc].life.pid;
	wrote.otime[set] = true;
	return 0;
}

/* The process at this place in line goes on. */
static void m_leave(int set, int place, int result)
{
	struct picture *s = &model.sets[set];

	model.procs[s->line[place]].result = result;
	s->waiting--;
	for (int i = place; i < s->waiting; i++)
		s->line[i] = s->line[i + 1];
	s->line[s->waiting] = 0;
}

/* The three kinds of sleepers, in the order in which they are served. */
enum who { WAIT_FOR_ZERO, WAIT_FOR_ZEROES, ALTER };

static enum who m_who(const struct array *a)
{
	return m_alters(a)    ? ALTER
	       : a->count > 1 ? WAIT_FOR_ZEROES
	                      : WAIT_FOR_ZERO;
}

/* What a sleeper that fails has done. */
static const struct array nothing_done = {0, {{0, 0, 0}}};

/*
 * The first sleeper of this kind that can go on does.  Is there one?  *done is
 * its array, or, as it failed and changed nothing, an empty one.
 */
static bool m_serve_one(int set, enum who who, const struct array **done)
{
	struct picture *s = &model.sets[set];

	for (int i = 0; i < s->waiting; i++) {
		struct sleeper *p = &model.procs[s->line[i]];
		int result;

		if (p->killed || m_who(p->array) != who)
			continue;
		result = m_attempt(s->line[i], set, p->array, &p->which);
		if (result == UNSERVED)
			continue;
		*done = result == 0 ? p->array : &nothing_done;
		m_leave(set, i, result);
		return true;
	}
	return false;
}

/* Is one of the values 0 that `a` operates on?  Without `a`: one of all? */
static bool m_zero(int set, const struct array *a)
{
	int count = a ? a->count : model.sets[set].count;

	for (int i = 0; i < count; i++)
		if (model.sets[set].values[a ? a->ops[i].sem_num : i] == 0)
			return true;
	return false;
}

/* Serves the lines after `a` was done, or (0) after values were set. */
static void m_serve(int set, const struct array *a)
{
	const struct array *zero;

	do {
		while (m_zero(set, a) &&
		       (m_serve_one(set, WAIT_FOR_ZERO, &zero) ||
		        m_serve_one(set, WAIT_FOR_ZEROES, &zero)))
			;
	} while (m_serve_one(set, ALTER, &a));
}

static int m_count_waiting(int set, int num, bool zero)
{
	const struct picture *s = &model.sets[set];
	int count = 0;

	for (int i = 0; i < s->waiting; i++) {
		const struct sleeper *p = &model.procs[s->line[i]];
		const struct sembuf *op = &p->array->ops[p->which];

		count += op->sem_num == num && (op->sem_op == 0) == zero;
	}
	return count;
}

/* ---- the model: calls --------------------------------------------------- */

static int m_get(int key, int count, int flags)
{
	int set = m_lookup(key, flags);

	if (count < 0)
		return -EINVAL;
	if (set < 0)
		return set;
	if (set != M_NEW)
		return count > model.sets[set].count ? -EINVAL
		                                     : m_open(set, flags);
	if (count == 0)
		return -EINVAL;
	set = m_new(key, flags);
	if (set < 0)
		return set;
	model.sets[set].count = count;
	wrote.born[set] = wrote.ctime[set] = true;
	return m_id(set);
}

/* UNSERVED means that the process sleeps. */
static int m_semop(int id, const struct array *a)
{
	int set = m_find(id), which, result;

	if (a->count > 2)
		return -E2BIG;
	if (a->count < 1)
		return -EINVAL;
	if (set < 0)
		return -EINVAL;
	for (int i = 0; i < a->count; i++)
		if (a->ops[i].sem_num >= model.sets[set].count)
			return -EFBIG;
	if (!m_may(set, self_index(), m_alters(a) ? 2 : 4))
		return -EACCES;
	for (int i = 0; i < a->count; i++)
		if (a->ops[i].sem_flg & SEM_UNDO)
			model.adjust[self_index()][set][ASKED] = 1;
	result = m_attempt(self_index(), set, a, &which);
	if (result == UNSERVED) {
		struct picture *s = &model.sets[set];

		model.procs[self_index()] = (struct sleeper){
		    .array = a, .set = set, .which = which, .result = UNSERVED};
		s->line[s->waiting++] = self_index();
	}
	if (result == 0 && m_alters(a))
		m_serve(set, a);
	return result;
}

static void m_remove(int set)
{
	while (model.sets[set].waiting > 0)
		m_leave(set, 0, -EIDRM);
	for (int p = 0; p < PROCS; p++)
		memset(model.adjust[p][set], 0, sizeof(model.adjust[p][set]));
	model.sets[set] = (struct picture){0};
	m_bury(set);
}

static int m_owner_call(int id, int command, const struct ipc_perm *perm)
{
	int set = m_find(id);

	if (set < 0)
		return -EINVAL;
	if (!m_owns(set, self_index()))
		return -EPERM;
	if (command == IPC_RMID) {
		m_remove(set);
		return 0;
	}
	model.objects[set].owner = (int)perm->uid;
	model.objects[set].mode = perm->mode & 0777;
	wrote.ctime[set] = true;
	return 0;
}

static void m_new_value(int set, int num, int value)
{
	model.sets[set].values[num] = value;
	wrote.pid[set][num] = self()->life.pid;
	wrote.ctime[set] = true;
	for (int p = 0; p < PROCS; p++)
		model.adjust[p][set][num] = 0;
}

static int m_setval(int id, int num, int value)
{
	int set = m_find(id);

	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	if (set < 0 || num < 0 || num >= model.sets[set].count)
		return -EINVAL;
	if (!m_may(set, self_index(), 2))
		return -EACCES;
	m_new_value(set, num, value);
	m_serve(set, 0);
	return 0;
}

static int m_setall(int id, const uint16_t *values)
{
	int set = m_find(id);

	if (set < 0)
		return -EINVAL;
	if (!m_may(set, self_index(), 2))
		return -EACCES;
	for (int i = 0; i < model.sets[set].count; i++)
		if (values[i] > SEMVMX)
			return -ERANGE;
	for (int i = 0; i < model.sets[set].count; i++)
		m_new_value(set, i, values[i]);
	m_serve(set, 0);
	return 0;
}

static int m_look(int id, int num, int command)
{
	int set = m_find(id);

	if (set < 0)
		return -EINVAL;
	if (!m_may(set, self_index(), 4))
		return -EACCES;
	if (command == IPC_STAT || command == GETALL)
		return 0;
	if (num < 0 || num >= model.sets[set].count)
		return -EINVAL;
	switch (command) {
	case GETVAL:
		return model.sets[set].values[num];
	case GETPID:
		return OLD;
	default:
		return m_count_waiting(set, num, command == GETZCNT);
	}
}

/* Sets in which the process that ends has rows, even if memory was refused. */
static bool had_row[SETS];

/* All sums are added at once; then the sleepers that can go on do. */
static void m_exit(int proc)
{
	bool served[SETS] = {false};

	for (int set = 0; set < SETS; set++) {
		served[set] = had_row[set];
		wrote.otime[set] |= model.adjust[proc][set][ASKED] == 1;
		wrote.perhaps[set] |= model.adjust[proc][set][ASKED] == PERHAPS;
		model.adjust[proc][set][ASKED] = 0;
	}
	for (int i = 0; i < SETS * NUMS; i++) {
		int set = i / NUMS, num = i % NUMS;
		int *value = &model.sets[set].values[num];
		int *adjust = &model.adjust[proc][set][num];

		if (*adjust == 0)
			continue;
		*value += *adjust;
		*value = *value < 0 ? 0 : *value > SEMVMX ? SEMVMX : *value;
		*adjust = 0;
		wrote.pid[set][num] = procs[proc].life.pid;
		wrote.otime[set] = served[set] = true;
	}
	for (int i = 0; i < SETS; i++)
		if (served[i])
			m_serve(i, 0);
}

/* The sleeper runs.  What its call answers. */
static int m_run(int proc)
{
	struct sleeper *p = &model.procs[proc];
	const struct picture *s = &model.sets[p->set];
	int place = 0, result;

	if (p->result == UNSERVED) {
		while (s->line[place] != proc)
			place++;
		m_leave(p->set, place, p->late ? -EAGAIN : -EINTR);
	}
	result = p->result;
	*p = (struct sleeper){0};
	return result;
}

/* ---- the calls ---------------------------------------------------------- */

enum kind {
	GET,
	OPERATE,
	VALUE,
	ALL,
	LOOK,
	REMOVE,
	SET,
	EXIT,
	LATE,
	KILL,
	RUN
};

struct call {
	enum kind kind;
	int proc, a, b, c;
	const struct array *array;
};

static struct call calls[400];

static void add_call(struct call c)
{
	for (c.proc = first_caller; c.proc <= last_caller; c.proc++)
		calls[calls_made++] = c;
}

static void add(enum kind kind, int a, int b, int c)
{
	add_call((struct call){.kind = kind, .a = a, .b = b, .c = c});
}

static void add_semop(int id, const struct array *array)
{
	add_call((struct call){.kind = OPERATE, .a = id, .array = array});
}

/* A semop with a tick at its first preemption point. */
static void add_ticked(int id, const struct array *array)
{
	add_call(
	    (struct call){.kind = OPERATE, .a = id, .b = 1, .array = array});
}

static bool ticking; /* the time of all sleepers is up */

/* The lines, which interrupts work with, are whole at each such point. */
void preemption_point(void)
{
	int breaches = 0;

	for (int i = 0; i < SETS; i++)
		if (ids_used(&sem_ids, i))
			breaches += line_check(&sems[i].zeroes, "set", i) +
			            line_check(&sems[i].changers, "set", i);
	EXPECT(breaches + wait_check(), 0);
	for (int i = 0; ticking && i < PROCS; i++)
		if (procs[i].state == PROC_IN_LINE)
			wake(&procs[i]);
}

/* A sleeper is late if the tick has woken it and nobody serves it any more. */
static void tick_in_model(void)
{
	for (int i = 0; i < PROCS; i++)
		if (model.procs[i].array && model.procs[i].result == UNSERVED &&
		    !model.procs[i].killed && procs[i].state == PROC_READY)
			model.procs[i].late = 1;
}

/*
 * The operations of a sleeper lie here, as longjmp() gives up its stack.
 * They are those of the array, and it waits for `which` of them.
 */
static struct operation stacks[PROCS][OPS];

static void put_operations(struct proc *p, const struct array *a, int which)
{
	struct operation *stack = stacks[proc_index(p)];

	for (int i = 0; i < a->count; i++)
		stack[i] = (struct operation){.sem_num = a->ops[i].sem_num,
		                              .sem_op = a->ops[i].sem_op,
		                              .sem_flg = a->ops[i].sem_flg};
	p->wait.ops = stack;
	p->wait.end = stack + a->count;
	p->wait.stuck = stack + which;
}

static void compare_operations(const struct proc *p, const struct array *a)
{
	EXPECT(p->wait.end - p->wait.ops, a->count);
	for (int i = 0; i < a->count; i++) {
		EXPECT(p->wait.ops[i].sem_num, a->ops[i].sem_num);
		EXPECT(p->wait.ops[i].sem_op, a->ops[i].sem_op);
		EXPECT(p->wait.ops[i].sem_flg, a->ops[i].sem_flg);
	}
}

static const struct array *asked;

void keep_stack(void)
{
	struct proc *p = self();

	compare_operations(p, asked);
	put_operations(p, asked, (int)(p->wait.stuck - p->wait.ops));
}

static int real_call(const struct call *c)
{
	struct semid_ds ds = {.sem_perm = {.uid = c->b, .mode = c->c}};
	uint16_t values[NUMS] = {c->b, c->c};

	asked = c->array;
	may_sleep = true;
	if (setjmp(asleep))
		return UNSERVED;
	given = c->kind == OPERATE ? (const void *)c->array->ops
	        : c->kind == ALL   ? (const void *)values
	                           : (const void *)&ds;
	switch (c->kind) {
	case GET:
		return sys_semget(c->a, c->b, c->c);
	case OPERATE:
		return semtimedop(c->a, 1, c->array->count, 0, false);
	case VALUE:
		return sys_semctl(c->a, c->b, SETVAL, c->c);
	case ALL:
		return sys_semctl(c->a, 0, SETALL, 1);
	case LOOK:
		return sys_semctl(c->a, c->b, c->c, 1);
	case REMOVE:
		return sys_semctl(c->a, 0, IPC_RMID, 0);
	default:
		return sys_semctl(c->a, 0, IPC_SET, 1);
	}
}

static int model_call(const struct call *c)
{
	struct ipc_perm perm = {.uid = c->b, .mode = c->c};
	uint16_t values[NUMS] = {c->b, c->c};

	if (refused && c->kind == OPERATE &&
	    !model.adjust[c->proc][m_find(c->a)][ASKED])
		model.adjust[c->proc][m_find(c->a)][ASKED] = PERHAPS;
	if (refused)
		return -ENOMEM; /* and nothing has changed */
	switch (c->kind) {
	case GET:
		return m_get(c->a, c->b, c->c);
	case OPERATE:
		return m_semop(c->a, c->array);
	case VALUE:
		return m_setval(c->a, c->b, c->c);
	case ALL:
		return m_setall(c->a, values);
	case LOOK:
		return m_look(c->a, c->b, c->c);
	case REMOVE:
		return m_owner_call(c->a, IPC_RMID, 0);
	default:
		return m_owner_call(c->a, IPC_SET, &perm);
	}
}

/* The process ends, and another one begins in its row. */
static void end_process(int proc)
{
	for (int i = 0; i < SETS * NUMS; i++) {
		if (i % NUMS == 0)
			had_row[i / NUMS] = false;
		had_row[i / NUMS] |=
		    ids_used(&sem_ids, i / NUMS) &&
		    semadj_find(&procs[proc], i / NUMS, i % NUMS);
	}
	sem_exit();
	m_exit(proc);
	EXPECT(procs[proc].semadj, -1);
	procs[proc].signal.killed = 0;
}

/* A process in semop wakes up, and the rest of its call is done. */
static void run(int proc)
{
	struct sleeper *p = &model.procs[proc];
	struct sem_set *set = &sems[p->set];
	int result = go_on(
	    proc, m_alters(p->array) ? &set->changers : &set->zeroes, p->late);
	bool dies = p->killed;

	EXPECT(result, m_run(proc));
	if (dies)
		end_process(proc);
}

static bool possible(int call)
{
	const struct call *c = &calls[call];
	const struct sleeper *p = &model.procs[c->proc];
	bool sleeps = p->array && p->result == UNSERVED;

	switch (c->kind) {
	case LATE:
		return sleeps && !p->late && !p->killed;
	case KILL:
		return p->array && !p->killed;
	case RUN:
		return p->array && (!sleeps || p->late || p->killed);
	default:
		return !p->array;
	}
}

static void compare(const struct call *c, int answer);

static bool make(int call, int nth)
{
	const struct call *c = &calls[call];
	int is = 0;

	refuse = nth;
	refused = false;
	memset(&wrote, 0, sizeof(wrote));
	running = &procs[c->proc];
	switch (c->kind) {
	case LATE:
		model.procs[c->proc].late = 1;
		wake(running);
		break;
	case KILL:
		model.procs[c->proc].killed = procs[c->proc].signal.killed = 9;
		if (running->state == PROC_IN_LINE)
			wake(running);
		break;
	case RUN:
		run(c->proc);
		break;
	case EXIT:
		end_process(c->proc);
		break;
	default:
		ticking = c->kind == OPERATE && c->b;
		is = real_call(c);
		EXPECT(is, model_call(c));
		if (ticking)
			tick_in_model();
		ticking = false;
	}
	compare(c, is);
	return refused;
}

static void print(int call)
{
	const struct call *c = &calls[call];

	printf("process %d: call %d (%x, %x, %o)", c->proc, c->kind, c->a, c->b,
	       c->c);
	for (int i = 0; c->array && i < c->array->count; i++)
		printf(" {%d, %d, %x}", c->array->ops[i].sem_num,
		       c->array->ops[i].sem_op, c->array->ops[i].sem_flg);
	printf("\n");
}

/* ---- what must hold after each ------------------------------------------ */

static void compare_semaphore(int set, int num)
{
	int pid = wrote.pid[set][num];

	EXPECT(sem_at(&sems[set], num) ==
	           (model.sets[set].count > 1
	                ? sem_of(sems[set].all.segment, num)
	                : (struct semaphore *)chains[sems[set].all.cell].words +
	                      num),
	       true);
	EXPECT(sem_at(&sems[set], num)->value, model.sets[set].values[num]);
	EXPECT(sem_at(&sems[set], num)->pid, pid               ? pid
	                                     : wrote.born[set] ? 0
	                                                       : OLD);
	EXPECT(sem_count_waiting(set, num, false),
	       m_count_waiting(set, num, false));
	EXPECT(sem_count_waiting(set, num, true),
	       m_count_waiting(set, num, true));
	for (int p = 0; p < PROCS; p++) {
		const struct semadj *row = semadj_find(&procs[p], set, num);

		EXPECT(row ? row->value : 0, model.adjust[p][set][num]);
	}
}

/* A line has the sleepers that alter, or those that do not, in their order. */
static void compare_line(int set, const struct line *line, bool altering)
{
	const struct picture *s = &model.sets[set];
	const struct proc *p = line->first;

	for (int i = 0; i < s->waiting; i++) {
		if (m_alters(model.procs[s->line[i]].array) != altering)
			continue;
		EXPECT(p == &procs[s->line[i]], true);
		p = p ? p->wait.next : 0;
	}
	EXPECT(p == 0, true);
}

/* Both lines are right, and nobody in them could go on. */
static void compare_lines(int set)
{
	const struct picture *s = &model.sets[set];
	int which;

	compare_line(set, &sems[set].zeroes, false);
	compare_line(set, &sems[set].changers, true);
	for (int i = 0; i < s->waiting; i++) {
		const struct sleeper *p = &model.procs[s->line[i]];
		int result = UNSERVED;

		if (!p->killed)
			result = m_attempt(s->line[i], set, p->array, &which);
		/* One that waits for zeroes may fail when it is asked. */
		if (result == -EAGAIN && !m_alters(p->array))
			result = UNSERVED;
		EXPECT(result, UNSERVED);
	}
}

static void compare_set(int set)
{
	const struct picture *s = &model.sets[set];
	const struct semid_ds *ds = &sems[set].ds;

	if (!compare_object(&sem_ids, set, &ds->sem_perm))
		return;
	EXPECT(ds->sem_perm.mode, model.objects[set].mode);
	EXPECT(ds->sem_nsems, s->count);
	if (!wrote.perhaps[set] || wrote.otime[set])
		EXPECT(ds->sem_otime, wrote.otime[set]  ? NOW
		                      : wrote.born[set] ? 0
		                                        : OLD);
	EXPECT(ds->sem_ctime, wrote.ctime[set] ? NOW : OLD);
	if (wrote.born[set] && s->count > 1) {
		const struct segment *held = &segments[sems[set].all.segment];

		EXPECT(held->pages, 1);
		EXPECT(held->promised && held->resizable, true);
	}
	for (int i = 0; i < s->count; i++)
		compare_semaphore(set, i);
	compare_lines(set);
}

static void compare_proc(int proc)
{
	const struct sleeper *p = &model.procs[proc];

	if (!p->array) {
		EXPECT(procs[proc].state, PROC_RUNNING);
		return;
	}
	if (p->result == UNSERVED)
		compare_operations(&procs[proc], p->array);
	EXPECT(procs[proc].wait.result, p->result);
	EXPECT(procs[proc].state,
	       p->result == UNSERVED && !p->late && !p->killed ? PROC_IN_LINE
	                                                       : PROC_READY);
}

static void compare(const struct call *c, int answer)
{
	int alive = 0, few = 0, held = 0;

	for (int i = 0; i < SETS; i++) {
		compare_set(i);
		alive += model.objects[i].alive;
		few += model.objects[i].alive && model.sets[i].count == 1;
	}
	for (int i = 0; i <= SETS; i++)
		held += segments[i].kind == SEGMENT_MEMORY;
	for (int i = 0; i < PROCS; i++)
		compare_proc(i);
	EXPECT(held, alive - few);
	EXPECT(pool_cells, few);
	if (c->kind == LOOK && c->c == GETALL && answer == 0)
		for (int i = 0; i < model.sets[m_find(c->a)].count; i++)
			EXPECT(got[i], model.sets[m_find(c->a)].values[i]);
	EXPECT(sem_check(), 0);
	EXPECT(wait_check(), 0);
}

/* ---- states ------------------------------------------------------------- */

struct state {
	struct model model;
	struct sem_set sets[SETS];
	struct semaphore values[SETS + 1][NUMS];
	uint32_t words[SETS + 1];
	uint8_t segments[SETS + 1];
	struct semaphore cells[SETS + 1];
	uint32_t cell_used[SETS + 1];
	struct {
		struct proc *next, *before;
		int state, killed, result, which, semadj;
	} procs[PROCS];
	struct semadj rows[ROWS];
	struct few_ids ids;
	int rows_live;
	uint32_t count;
} __attribute__((aligned(STATE_ALIGNED)));

/*
 * The order that does not depend on which process is which: first those in
 * line, by their places; then by what the model has of them.
 */
bool comes_before(int a, int b)
{
	int place_a = PROCS, place_b = PROCS, differ;

	for (int i = 0; i < SETS * PROCS; i++) {
		const struct picture *s = &model.sets[i / PROCS];

		if (i % PROCS >= s->waiting)
			continue;
		if (s->line[i % PROCS] == a)
			place_a = i;
		if (s->line[i % PROCS] == b)
			place_b = i;
	}
	if (place_a != place_b)
		return place_a < place_b;
	differ =
	    memcmp(&model.procs[a], &model.procs[b], sizeof(model.procs[a]));
	if (differ == 0)
		differ = memcmp(model.adjust[a], model.adjust[b],
		                sizeof(model.adjust[a]));
	return differ < 0;
}

static int row_place(int row)
{
	return row < 0 ? -1 : place_of[row / OWN] * OWN + row % OWN;
}

static void save_model(struct model *m)
{
	*m = model;
	for (int i = 0; i < PROCS; i++) {
		m->procs[i] = model.procs[order[i]];
		memcpy(m->adjust[i], model.adjust[order[i]],
		       sizeof(m->adjust[i]));
	}
	for (int i = 0; i < SETS; i++)
		for (int k = 0; k < m->sets[i].waiting; k++)
			m->sets[i].line[k] = place_of[m->sets[i].line[k]];
}

/* Sets times and pids to OLD: the model has checked what was written. */
static void save_set(struct state *s, int i)
{
	if (!model.objects[i].alive) {
		s->sets[i].slot = sems[i].slot;
		return;
	}
	s->sets[i] = sems[i];
	s->sets[i].zeroes = place_line(sems[i].zeroes);
	s->sets[i].changers = place_line(sems[i].changers);
	s->sets[i].rows = -1; /* see save_lists() */
	s->sets[i].ds.sem_otime = s->sets[i].ds.sem_ctime = OLD;
	for (int num = 0; num < model.sets[i].count; num++)
		if (sems[i].all.cell >= 0)
			s->cells[sems[i].all.cell].pid = OLD;
		else
			s->values[sems[i].all.segment][num].pid = OLD;
}

static void save_row(struct semadj *row, int proc)
{
	if (!row->link)
		return;
	row->below[0] = row_place(row->below[0]);
	row->below[1] = row_place(row->below[1]);
	row->proc = (uint16_t)proc;
}

static void save_proc(struct state *s, int i)
{
	const struct proc *p = &procs[order[i]];
	const struct sleeper *sleeper = &model.procs[order[i]];
	bool waits = p->wait.result == UNSERVED && sleeper->array;

	s->procs[i].state = p->state;
	s->procs[i].killed = p->signal.killed;
	s->procs[i].semadj = row_place(p->semadj);
	for (int k = 0; k < OWN; k++) {
		s->rows[i * OWN + k] = semadjs[order[i] * OWN + k];
		save_row(&s->rows[i * OWN + k], i);
	}
	if (sleeper->array)
		s->procs[i].result = p->wait.result;
	if (waits) {
		s->procs[i].next = place(p->wait.next);
		s->procs[i].before = place(p->wait.before);
		s->procs[i].which = (int)(p->wait.stuck - p->wait.ops);
	}
}

/* The order of the rows of a set does not matter: they go by their numbers. */
static void save_lists(struct state *s)
{
	int last[SETS] = {-1, -1};

	for (int i = 0; i < ROWS; i++) {
		struct semadj *row = &s->rows[i];

		if (!row->link)
			continue;
		row->before = last[row->set];
		row->next = -1;
		if (last[row->set] < 0)
			s->sets[row->set].rows = i;
		else
			s->rows[last[row->set]].next = i;
		last[row->set] = i;
	}
}

static void save(void *state)
{
	struct state *s = state;

	memset(s, 0, sizeof(*s));
	find_order();
	save_model(&s->model);
	for (int i = 0; i <= SETS; i++) {
		memcpy(s->values[i], memory[2 * i + 1], sizeof(s->values[i]));
		s->words[i] = memory[2 * i][0];
		s->segments[i] = segments[i].kind;
	}
	for (int i = 0; i <= SETS; i++) {
		memcpy(&s->cells[i], chains[i].words, sizeof(s->cells[i]));
		s->cell_used[i] = chains[i].used;
	}
	for (int i = 0; i < SETS; i++)
		save_set(s, i);
	for (int i = 0; i < PROCS; i++)
		save_proc(s, i);
	save_lists(s);
	few_ids_save(&s->ids, &sem_ids);
	s->rows_live = semadj_rows.live;
	s->count = sem_count;
}

static void restore_procs(const struct state *s)
{
	for (int i = 0; i < PROCS; i++) {
		procs[i].state = s->procs[i].state;
		procs[i].signal.killed = s->procs[i].killed;
		procs[i].semadj = s->procs[i].semadj;
		procs[i].wait.next = s->procs[i].next;
		procs[i].wait.before = s->procs[i].before;
		procs[i].wait.result = s->procs[i].result;
		if (s->model.procs[i].array)
			put_operations(&procs[i], s->model.procs[i].array,
			               s->procs[i].which);
	}
}

static void restore(const void *state)
{
	const struct state *s = state;

	model = s->model;
	for (int i = 0; i <= SETS; i++) {
		memcpy(memory[2 * i + 1], s->values[i], sizeof(s->values[i]));
		memory[2 * i][0] = s->words[i];
		if (s->segments[i])
			segment_remake(i, 1);
		else
			segments[i] = (struct segment){0};
	}
	pool_cells = 0;
	for (int i = 0; i <= SETS; i++) {
		memcpy(chains[i].words, &s->cells[i], sizeof(s->cells[i]));
		chains[i].used = s->cell_used[i];
		pool_cells += chains[i].used > 0;
	}
	sem_cells = pool_cells;
	memcpy(sems, s->sets, sizeof(s->sets));
	restore_procs(s);
	memcpy(semadjs, s->rows, sizeof(s->rows));
	few_ids_restore(&sem_ids, &s->ids);
	semadj_rows.live = s->rows_live;
	sem_count = s->count;
}

/* ---- the scenes --------------------------------------------------------- */

#define ID(life, set) (32768 * (life) + (set))
#define U             SEM_UNDO
#define N             IPC_NOWAIT

/* clang-format off */
static const struct array
    P0 = {1, {{0, -1, 0}}},  V0 = {1, {{0, 1, 0}}},  Z0 = {1, {{0, 0, 0}}},
    P1 = {1, {{1, -1, 0}}},  V1 = {1, {{1, 1, 0}}},
    PP0 = {1, {{0, -2, 0}}}, VV0 = {1, {{0, 2, 0}}},
    PB = {2, {{0, -1, 0}, {1, -1, 0}}},       /* takes both */
    MOVE = {2, {{0, -1, 0}, {1, 1, 0}}},      /* from one to the other */
    BACK = {2, {{1, -1, 0}, {0, 1, 0}}},
    ZB = {2, {{1, 0, 0}, {0, 0, 0}}},
    ZBN = {2, {{1, 0, N}, {0, 0, 0}}},        /* EAGAIN when it is asked */
    TWICE = {2, {{0, -1, 0}, {0, 0, 0}}},     /* 1, and then 0 */
    LOCK = {2, {{0, 0, 0}, {0, 1, 0}}},       /* as in the manual: wait, take */
    OVER = {2, {{0, -1, 0}, {1, 2, 0}}},      /* ERANGE, from the line, too */
    SECOND = {2, {{0, -1, 0}, {1, -1, N}}},   /* EAGAIN, from the line, too */
    PN = {1, {{0, -1, N}}},  ZN = {1, {{0, 0, N}}},
    PU = {1, {{0, -1, U}}},  VU = {1, {{0, 1, U}}},
    PBU = {2, {{0, -1, U}, {1, -1, U}}},
    MOVEU = {2, {{1, -1, U}, {0, 1, 0}}},
    BACKU = {2, {{0, 1, U}, {1, -1, N}}},     /* taken back, the undo too */
    OUTSIDE = {2, {{0, -1, 0}, {2, 1, 0}}},
    NONE = {0, {{0, 0, 0}}},
    THREE = {3, {{0, 1, 0}, {0, 1, 0}, {0, 1, 0}}};
/* clang-format on */

static void add_semops(int id, const struct array *const *arrays)
{
	for (; *arrays; arrays++)
		add_semop(id, *arrays);
}

/* What can happen to a sleeper, and the one life of the set. */
static void add_fates(int id)
{
	add(LATE, 0, 0, 0);
	add(KILL, 0, 0, 0);
	add(RUN, 0, 0, 0);
	add(REMOVE, id, 0, 0);
	add(GET, KEY, NUMS, IPC_CREAT | IPC_EXCL | 0600);
}

static void scene_line(int id)
{
	const struct array *const arrays[] = {&P0, &V0, &Z0, &P1,
	                                      &V1, &PB, &ZB, 0};

	add_semops(id, arrays);
	add_fates(id);
}

/* The fourth process wakes three that wait for the same zero. */
static void scene_four(int id)
{
	const struct array *const arrays[] = {&V0, &V1, &Z0, &PB, &LOCK, 0};

	alike = 4;
	last_caller = 3;
	add_semops(id, arrays);
	add_ticked(id, &V0);
	add_ticked(id, &V1);
	add(RUN, 0, 0, 0);
	add(GET, KEY, NUMS, IPC_CREAT | IPC_EXCL | 0600);
}

/* One that waits for several zeroes is asked when one of them may be there. */
static void scene_zeroes(int id)
{
	const struct array *const arrays[] = {&ZB, &ZBN, &V0, &P0,
	                                      &V1, &P1,  &PB, 0};

	add_semops(id, arrays);
	add_ticked(id, &P0);
	add(VALUE, id, 0, 1);
	add(VALUE, id, 1, 1);
	add(RUN, 0, 0, 0);
	add(GET, KEY, NUMS, IPC_CREAT | IPC_EXCL | 0600);
}

/* Both are called at once, and the first that goes on does not concern both. */
static void scene_behind(int id)
{
	const struct array *const arrays[] = {&P0, &BACK, 0};

	add_semops(id, arrays);
	add(ALL, id, 1, 1);
	add(RUN, 0, 0, 0);
	add(GET, KEY, NUMS, IPC_CREAT | IPC_EXCL | 0600);
}

static void scene_arrays(int id)
{
	const struct array *const arrays[] = {
	    &VV0, &V1, &PP0, &TWICE, &LOCK, &OVER, &SECOND, &MOVE, 0};

	add_semops(id, arrays);
	add(ALL, id, 1, 2);
	add_fates(id);
}

/* Two processes that undo, and a third that waits. */
static void scene_undo(int id)
{
	const struct array *const arrays[] = {&PU, &VU, &P0, &Z0, 0};

	alike = 2;
	first_caller = 2;
	add_semop(id, &P0);
	add(RUN, 0, 0, 0);
	first_caller = 0;
	last_caller = 1;
	add_semops(id, arrays);
	add(VALUE, id, 0, 1);
	add(EXIT, 0, 0, 0);
	add_fates(id);
}

static void scene_undo_both(int id)
{
	const struct array *const arrays[] = {&PBU, &MOVEU, &BACKU, &VV0, 0};

	alike = 2;
	last_caller = 1;
	add_semops(id, arrays);
	add(ALL, id, 0, 1);
	add(VALUE, id, 1, 2);
	add(EXIT, 0, 0, 0);
	add_fates(id);
}

/* Two lives of one slot and one of another; owners, modes, every command. */
static void scene_sets(int id)
{
	const int ids[] = {ID(1, 0), ID(2, 0), ID(2, 1)};
	const int looks[] = {GETVAL, GETPID, GETNCNT, GETZCNT};

	last_caller = 1;
	add(GET, KEY, 1, IPC_CREAT | 0604);
	add(GET, KEY, 2, 0);
	add(GET, KEY, 0, 04);
	add(GET, KEY, -1, IPC_CREAT | IPC_EXCL | 0604);
	add(GET, KEY, 1, IPC_CREAT | IPC_EXCL | 0604);
	add(GET, 0, 2, 0606);
	add(GET, 0, 0, 0600);
	add(RUN, 0, 0, 0);
	for (int i = 0; i < 3; i++) {
		id = ids[i];
		add_semop(id, &PU);
		add(REMOVE, id, 0, 0);
		add(SET, id, 101, 0602);
		add(LOOK, id, 0, IPC_STAT);
		add(LOOK, id, 0, GETALL);
		add(VALUE, id, 1, 1);
		for (int k = 0; k < 4; k++)
			add(LOOK, id, k % 2, looks[k]);
	}
	id = ID(1, 0);
	add(VALUE, id, 0, 1);
	add_semop(id, &OUTSIDE);
	add_semop(id, &PN);
	add_semop(id, &ZN);
	add_semop(id, &NONE);
	add_semop(id, &THREE);
	add(VALUE, id, 0, SEMVMX + 1);
	add(VALUE, id, -1, 0);
	add(ALL, id, 2, SEMVMX + 1);
}

static const struct scene scenes[] = {
    {"three in line for two semaphores", 100000, false, scene_line, 0},
    {"one wakes three", 2000, false, scene_four, 0},
    {"arrays of operations", 400000, false, scene_arrays, 0},
    {"undo", 40000, false, scene_undo, 0},
    {"undo of two semaphores", 500000, false, scene_undo_both, 0},
    {"sets, their lives and their owners", 30000, true, scene_sets, 0},
    {"zeroes of several", 6000, false, scene_zeroes, 0},
    {"one goes on before another", 100, false, scene_behind, 0},
};

#define SCENES ((int)(sizeof(scenes) / sizeof(scenes[0])))
#define STATES 1000000

static void last_life(int slot)
{
	sem_ids.rows.fresh = slot + 1;
	model.objects[slot].next_seq = IDS_SEQ_MAX;
	for (int i = 0; i <= slot; i++)
		sems[i].slot.id = ~m_id(i);
}

static void begin(const struct scene *scene)
{
	memset(&model, 0, sizeof(model));
	begin_procs(PROCS, scene->strangers);
	few_ids_begin(&sem_ids, (struct ids)IDS(sems), model.objects);
	memset(sems, 0, sizeof(sems[0]) * SETS);
	sem_ids.rows.fresh = sem_ids.rows.live = 0;
	memset(semadjs, 0, sizeof(semadjs));
	semadj_rows.fresh = ROWS;
	semadj_rows.live = 0;
	memset(segments, 0, sizeof(segments));
	memset(memory, 0xEE, sizeof(memory));
	memset(chains, 0xEE, sizeof(chains));
	for (int i = 0; i < CHAINS; i++)
		chains[i].used = 0;
	sem_count = 0;
	sem_cells = pool_cells = 0;
	sem_limits.semopm = 2;
	if (scene->strangers) {
		last_life(1);
	} else { /* one slot, in its last life */
		last_life(0);
		sem_ids.taken[0] = ~1u;
		model.objects[1].next_seq = 0;
	}
}

int main(int argc, char **argv)
{
	const struct explorer explorer = {.most = STATES,
	                                  .possible = possible,
	                                  .make = make,
	                                  .print = print,
	                                  .bytes = sizeof(struct state),
	                                  .save = save,
	                                  .restore = restore};

	explore_words(argc, argv);
	return explore_scenes("semaphores", scenes, SCENES, explorer, begin);
}
