/*
 * ipc/semop.c -- semop(2): operations on a set, all of them or none.
 *
 * The operations are done in their order, each on what the one before has left.
 * The first that cannot be done stops them: what was done is taken back, and
 * the process either fails or stands in line with its operations.
 *
 *	sem_op > 0    adds                 never waits
 *	sem_op < 0    takes away           waits while there is too little
 *	sem_op = 0    changes nothing      waits until the value is 0
 *
 * Whoever changes a value serves two lines (ipc/wait.h): first all who only
 * wait for zeroes, since they change nothing, then the first of the changers
 * who can go on; and again, as long as there is one.
 *
 *	semop --> attempt --> 0 --> sem_serve
 *	             |
 *	             +-> WAITING --> in line ... sem_serve of others
 */
#include "sem.h"

#include "../abi/errno.h"
#include "../kernel/clock.h"
#include "../kernel/panic.h"
#include "permission.h"

#define FEW 16 /* operations that lie on the caller's stack while he sleeps */

/* ---- trying ------------------------------------------------------------- */

/* What the end of `p` takes back of this one: semop() has made the row. */
__attribute__((noinline)) static struct semadj *
adjustment(const struct sem_set *set, const struct proc *p,
           const struct sembuf *op)
{
	int id = ids_id(&sem_ids, (int)(set - sems));
	struct semadj *row = semadj_find(p, id, op->sem_num);

	assert(row);
	return row;
}

/* One operation of `p`: 0, -ERANGE, or WAITING. */
static inline int operate(const struct sem_set *set, const struct proc *p,
                          const struct sembuf *op)
{
	struct semaphore *s = sem_at(set, op->sem_num);
	int value = s->value + op->sem_op;

	if (value < 0 || (op->sem_op == 0 && value != 0))
		return WAITING;
	if (value > SEMVMX)
		return -ERANGE;
	if (op->sem_flg & SEM_UNDO) {
		struct semadj *row = adjustment(set, p, op);
		int adjust = row->value - op->sem_op;

		if (adjust < -SEMVMX - 1 || adjust > SEMVMX)
			return -ERANGE;
		row->value = adjust;
	}
	s->value = value;
	return 0;
}

static void take_back(const struct sem_set *set, const struct proc *p,
                      const struct sembuf *op)
{
	sem_at(set, op->sem_num)->value -= op->sem_op;
	if (op->sem_flg & SEM_UNDO)
		adjustment(set, p, op)->value += op->sem_op;
}

/* They cannot all be done: what was is taken back.  Of operation `at`. */
__attribute__((noinline)) static int give_up(const struct sem_set *set,
                                             struct proc *p, int at, int error)
{
	p->wait.which = at;
	for (int i = at - 1; i >= 0; i--)
		take_back(set, p, &p->wait.ops[i]);
	if (error == WAITING && (p->wait.ops[at].sem_flg & IPC_NOWAIT))
		return -EAGAIN;
	return error;
}

/* All of the operations of `p` or none: 0, WAITING (wait.which), or -errno. */
static int attempt(struct sem_set *set, struct proc *p)
{
	for (int i = 0; i < p->wait.count; i++) {
		int error = operate(set, p, &p->wait.ops[i]);

		if (error)
			return give_up(set, p, i, error);
	}
	for (int i = 0; i < p->wait.count; i++)
		sem_at(set, p->wait.ops[i].sem_num)->pid = p->pid;
	set->ds.sem_otime = clock_seconds();
	return 0;
}

/* ---- the lines ---------------------------------------------------------- */

/* Serves who can go on in this line; `one`: at most one.  Did anybody? */
static bool serve(struct sem_set *set, struct line *line, bool one)
{
	bool served = false;

	for (int proc = wait_next(line->first); proc >= 0;) {
		int next = procs[proc].wait.next;
		int result = attempt(set, &procs[proc]);

		if (result != WAITING)
			wait_serve(line, proc, result);
		served |= result == 0;
		proc = served && one ? -1 : wait_next(next);
	}
	return served;
}

void sem_serve(int index)
{
	struct sem_set *set = &sems[index];

	do {
		if (set->zeroes.first >= 0)
			serve(set, &set->zeroes, false);
	} while (set->changers.first >= 0 && serve(set, &set->changers, true));
}

void sem_dismiss(int index, int result)
{
	wait_dismiss(&sems[index].zeroes, result);
	wait_dismiss(&sems[index].changers, result);
}

static int count_line(const struct line *line, int num, bool zero)
{
	int count = 0;

	for (int proc = line->first; proc >= 0; proc = procs[proc].wait.next) {
		const struct sembuf *op =
		    &procs[proc].wait.ops[procs[proc].wait.which];

		count += op->sem_num == num && (op->sem_op == 0) == zero;
	}
	return count;
}

int sem_count_waiting(int index, int num, bool zero)
{
	return count_line(&sems[index].zeroes, num, zero) +
	       count_line(&sems[index].changers, num, zero);
}

/* ---- the call ----------------------------------------------------------- */

/* Each operation with SEM_UNDO has its row: 0, or -ENOMEM. */
__attribute__((noinline)) static int make_rows(int id, const struct sembuf *ops,
                                               uint32_t count)
{
	int error = 0;

	for (uint32_t i = 0; i < count && error == 0; i++)
		if (ops[i].sem_flg & SEM_UNDO)
			error = semadj_make(id, ops[i].sem_num);
	return error;
}

/* With the operations in `ops`; until tick `*until`, or 0: for ever. */
static int semop(int id, const struct sembuf *ops, uint32_t count,
                 const uint32_t *until)
{
	int index = ids_find(&sem_ids, id), result;
	struct sem_set *set = &sems[index];
	bool alters = false, undoes = false;
	struct line *line;

	if (index < 0)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		if (ops[i].sem_num >= set->ds.sem_nsems)
			return -EFBIG;
		alters |= ops[i].sem_op != 0;
		undoes |= ops[i].sem_flg & SEM_UNDO;
	}
	if (!object_grants(&sem_kind, index, alters ? ASK_WRITE : ASK_READ))
		return -EACCES;
	if (undoes && make_rows(id, ops, count) < 0)
		return -ENOMEM;

	self()->wait.ops = ops;
	self()->wait.count = (int)count;
	line = alters ? &set->changers : &set->zeroes;
	result = attempt(set, self());
	if (result == WAITING) {
		wait_join(line);
		return wait_sleep(line, until);
	}
	if (result == 0 && alters)
		sem_serve(index);
	return result;
}

/* A page for operations that are many: a segment, or -ENOMEM. */
__attribute__((noinline)) static int make_page(struct sembuf **page)
{
	int segment = segment_make(1, true, true, object_level());
	frame_t frame = NO_FRAME;

	if (segment >= 0) {
		segment_frame(segment, 0, object_level(), &frame);
		*page = frame_to_kernel(frame);
	}
	return segment;
}

/*
 * semtimedop(2); `timeout` is 0, or a struct timespec, `wide` or of 32 bits.
 * (flatten: the steps are apart for who reads them, not for the CPU.)
 */
__attribute__((flatten, noinline)) static int
semtimedop(int id, vaddr_t from, uint32_t count, vaddr_t timeout, bool wide)
{
	struct timespec32 time;
	struct sembuf few[FEW], *ops = few;
	int segment = -1, result;
	uint32_t until;

	if (timeout && timespec_in(&time, timeout, wide) < 0)
		return -EFAULT;
	if (count > sem_limits.semopm)
		return -E2BIG;
	if (count < 1)
		return -EINVAL;
	if (count > FEW && (segment = make_page(&ops)) < 0)
		return segment;
	result = copy_in(ops, from, count * sizeof(*ops));
	if (timeout) {
		until = clock_deadline(time);
		if (result == 0 && !timespec_valid(time))
			result = -EINVAL;
	}
	if (result == 0)
		result = semop(id, ops, count, timeout ? &until : 0);
	if (segment >= 0)
		segment_drop(segment);
	return result;
}

int sem_operate(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	return semtimedop(id, ops, count, timeout, false);
}

int sys_semtimedop_time64(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	return semtimedop(id, ops, count, timeout, true);
}
