/*
 * ipc/semop.c -- semop(2): operations on a set, all of them or none.
 *
 * The operations are done in their order, each on what the one before has left.
 * The first that cannot be done stops them: what was done is taken back, and
 * the process either fails or stands in line with its operations.
 *
 *	sem_op > 0    adds                        never waits
 *	sem_op < 0    takes away                  waits while there is too
 *little sem_op = 0    changes nothing             waits until the value is 0
 *
 * Whoever changes a value serves the line (ipc/wait.h): first all who only wait
 * for a zero, since they change nothing, then the first of the others; as long
 * as somebody can go on.
 *
 *	semop --> sem_start --> attempt --> 0 --> sem_serve
 *	                          |
 *	                          +-> WAITING --> in line ...  sem_serve of
 *others
 */
#include "sem.h"

#include "../abi/errno.h"
#include "../kernel/clock.h"
#include "../kernel/panic.h"
#include "permission.h"

#define FEW 16 /* operations that lie on the caller's stack while he sleeps */

/* ---- trying ------------------------------------------------------------- */

/* What the end of `proc` takes back of this one: sem_start() has made the row.
 */
static struct semadj *adjustment(int index, int proc, const struct sembuf *op)
{
	struct semadj *row =
	    semadj_find(proc, ids_id(&sem_ids, index), op->sem_num);

	assert(row);
	return row;
}

/* One operation of `proc`: 0, -ERANGE, or WAITING. */
static int operate(int index, int proc, const struct sembuf *op)
{
	struct semaphore *s = sem_at(index, op->sem_num);
	int value = s->value + op->sem_op;

	if (value < 0 || (op->sem_op == 0 && value != 0))
		return WAITING;
	if (value > SEMVMX)
		return -ERANGE;
	if (op->sem_flg & SEM_UNDO) {
		struct semadj *row = adjustment(index, proc, op);
		int adjust = row->value - op->sem_op;

		if (adjust < -SEMVMX - 1 || adjust > SEMVMX)
			return -ERANGE;
		row->value = adjust;
	}
	s->value = value;
	return 0;
}

static void take_back(int index, int proc, const struct sembuf *op)
{
	sem_at(index, op->sem_num)->value -= op->sem_op;
	if (op->sem_flg & SEM_UNDO)
		adjustment(index, proc, op)->value += op->sem_op;
}

/* All of `proc`'s operations or none: 0, WAITING (wait.which), or -errno. */
static int attempt(int index, int proc)
{
	const struct sembuf *ops = procs[proc].wait.ops;
	int count = procs[proc].wait.count, done = 0, result = 0;

	while (done < count && result == 0) {
		result = operate(index, proc, &ops[done]);
		done += result == 0;
	}
	if (result == 0) {
		for (int i = 0; i < count; i++)
			sem_at(index, ops[i].sem_num)->pid = procs[proc].pid;
		sems[index].ds.sem_otime = clock_seconds();
		return 0;
	}
	procs[proc].wait.which = done;
	if (result == WAITING && (ops[done].sem_flg & IPC_NOWAIT))
		result = -EAGAIN;
	while (done > 0)
		take_back(index, proc, &ops[--done]);
	return result;
}

static bool alter(const struct sembuf *ops, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (ops[i].sem_op != 0)
			return true;
	return false;
}

/* ---- the line ----------------------------------------------------------- */

/* Serves all who can go on of those who alter, or do not: did one alter? */
static bool serve(int index, bool altering)
{
	int proc = wait_next(sems[index].line.first);

	while (proc >= 0) {
		int next = procs[proc].wait.next, result = WAITING;

		if (procs[proc].wait.mode == altering)
			result = attempt(index, proc);
		if (result != WAITING)
			wait_serve(&sems[index].line, proc, result);
		if (result == 0 && altering)
			return true;
		proc = wait_next(next);
	}
	return false;
}

void sem_serve(int index)
{
	do {
		serve(index, false);
	} while (serve(index, true));
}

void sem_dismiss(int index, int result)
{
	struct line *line = &sems[index].line;

	while (line->first >= 0)
		wait_serve(line, line->first, result);
}

int sem_count_waiting(int index, int num, bool zero)
{
	int proc = sems[index].line.first, count = 0;

	for (; proc >= 0; proc = procs[proc].wait.next) {
		const struct sembuf *op =
		    &procs[proc].wait.ops[procs[proc].wait.which];

		count += op->sem_num == num && (op->sem_op == 0) == zero;
	}
	return count;
}

/* ---- the call ----------------------------------------------------------- */

int sem_start(int index, const struct sembuf *ops, uint32_t count)
{
	int result;

	for (uint32_t i = 0; i < count; i++)
		if ((ops[i].sem_flg & SEM_UNDO) &&
		    semadj_make(ids_id(&sem_ids, index), ops[i].sem_num) < 0)
			return -ENOMEM;
	self()->wait.ops = ops;
	self()->wait.count = (int)count;
	self()->wait.mode = alter(ops, count);
	result = attempt(index, current);
	if (result == WAITING)
		wait_join(&sems[index].line);
	else if (result == 0 && self()->wait.mode)
		sem_serve(index);
	return result;
}

static bool numbers_fit(int index, const struct sembuf *ops, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (ops[i].sem_num >= sems[index].ds.sem_nsems)
			return false;
	return true;
}

/* semop(2) with its operations in `ops`; until tick `*until`, 0: for ever. */
static int semop(int id, struct sembuf *ops, uint32_t count,
                 const uint32_t *until)
{
	int index = ids_find(&sem_ids, id), result;

	if (index < 0)
		return -EINVAL;
	if (!numbers_fit(index, ops, count))
		return -EFBIG;
	if (!object_grants(&sem_kind, index,
	                   alter(ops, count) ? ASK_WRITE : ASK_READ))
		return -EACCES;
	result = sem_start(index, ops, count);
	if (result == WAITING)
		result = wait_sleep(&sems[index].line, until);
	return result;
}

/* ... with `timeout` 0, or a struct timespec that is no time yet. */
static int semop_until(int id, struct sembuf *ops, uint32_t count,
                       const struct timespec32 *timeout)
{
	uint32_t until;

	if (!timeout)
		return semop(id, ops, count, 0);
	if (!timespec_valid(*timeout))
		return -EINVAL;
	until = clock_deadline(*timeout);
	return semop(id, ops, count, &until);
}

/* Many operations lie in a page of their own. */
static int semop_many(int id, vaddr_t from, uint32_t count,
                      const struct timespec32 *timeout)
{
	int segment = segment_make(1, true, true, object_level()), result;
	frame_t frame;

	if (segment < 0)
		return segment;
	segment_frame(segment, 0, object_level(), &frame);
	result = copy_in(frame_to_kernel(frame), from,
	                 count * sizeof(struct sembuf));
	if (result == 0)
		result =
		    semop_until(id, frame_to_kernel(frame), count, timeout);
	segment_drop(segment);
	return result;
}

static int semop_few(int id, vaddr_t from, uint32_t count,
                     const struct timespec32 *timeout)
{
	struct sembuf ops[FEW];

	if (copy_in(ops, from, count * sizeof(*ops)) < 0)
		return -EFAULT;
	return semop_until(id, ops, count, timeout);
}

/* semtimedop(2); `timeout` is 0, or a struct timespec, `wide` or of 32 bits. */
static int semtimedop(int id, vaddr_t ops, uint32_t count, vaddr_t timeout,
                      bool wide)
{
	struct timespec32 time;

	if (timeout && timespec_in(&time, timeout, wide) < 0)
		return -EFAULT;
	if (count > sem_limits.opm)
		return -E2BIG;
	if (count < 1)
		return -EINVAL;
	return count <= FEW ? semop_few(id, ops, count, timeout ? &time : 0)
	                    : semop_many(id, ops, count, timeout ? &time : 0);
}

int sem_operate(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	return semtimedop(id, ops, count, timeout, false);
}

int sys_semtimedop_time64(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	return semtimedop(id, ops, count, timeout, true);
}
