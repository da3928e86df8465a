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
#include "../mm/pool.h"
#include "permission.h"

/* The operations that are being tried; nobody else runs meanwhile. */
static struct sembuf work[SEMOPM_MAX];

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

/* All operations of `proc` or none: 0, WAITING (procs[].wait.which), -errno. */
static int attempt(int index, int proc, const struct sembuf *ops, int count)
{
	int done = 0, result = 0;

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

/* What `proc`, in line, wants: in `work`. */
static void recall(int proc)
{
	pool_move(procs[proc].wait.chain, 0,
	          procs[proc].wait.count * sizeof(struct sembuf),
	          pool_to_kernel, (uintptr_t)work);
}

/* Serves all who can go on of those who alter, or do not: did one alter? */
static bool serve(int index, bool altering)
{
	int proc = wait_next(sems[index].line.first);

	while (proc >= 0) {
		int next = procs[proc].wait.next, result = WAITING;

		if (procs[proc].wait.mode == altering) {
			recall(proc);
			result =
			    attempt(index, proc, work, procs[proc].wait.count);
		}
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
	int count = 0;

	for (int proc = sems[index].line.first; proc >= 0;
	     proc = procs[proc].wait.next) {
		const struct sembuf *op = &work[procs[proc].wait.which];

		recall(proc);
		count += op->sem_num == num && (op->sem_op == 0) == zero;
	}
	return count;
}

/* The caller stands in line with his operations: WAITING, or -ENOMEM. */
static int stand(int index, const struct sembuf *ops, uint32_t count)
{
	uint32_t bytes = count * sizeof(*ops);
	int chain = pool_take(bytes, object_level());

	if (chain < 0)
		return chain;
	pool_move(chain, 0, bytes, pool_from_kernel, (uintptr_t)ops);
	self()->wait.chain = chain;
	self()->wait.count = (int)count;
	self()->wait.mode = alter(ops, count);
	wait_join(&sems[index].line);
	return WAITING;
}

/* ---- the call ----------------------------------------------------------- */

int sem_start(int index, const struct sembuf *ops, uint32_t count)
{
	int result;

	for (uint32_t i = 0; i < count; i++)
		if ((ops[i].sem_flg & SEM_UNDO) &&
		    semadj_make(ids_id(&sem_ids, index), ops[i].sem_num) < 0)
			return -ENOMEM;
	result = attempt(index, current, ops, (int)count);
	if (result == WAITING)
		return stand(index, ops, count);
	if (result == 0 && alter(ops, count))
		sem_serve(index);
	return result;
}

static bool numbers_fit(int index, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (work[i].sem_num >= sems[index].ds.sem_nsems)
			return false;
	return true;
}

/* With the operations in `work`; until tick `*until`, or 0: for ever. */
static int semop(int id, uint32_t count, const uint32_t *until)
{
	int asked = alter(work, count) ? ASK_WRITE : ASK_READ;
	int index = object_find(&sem_kind, id, ASK_NOTHING);
	int result;

	if (index < 0)
		return index;
	if (!numbers_fit(index, count))
		return -EFBIG;
	index = object_find(&sem_kind, id, asked);
	if (index < 0)
		return index;
	result = sem_start(index, work, count);
	if (result == WAITING) {
		result = wait_sleep(&sems[index].line, until);
		pool_give(self()->wait.chain);
		self()->wait.chain = -1;
	}
	return result;
}

/* semtimedop(2); `timeout` is 0, or a struct timespec, `wide` or of 32 bits. */
static int semtimedop(int id, vaddr_t ops, uint32_t count, vaddr_t timeout,
                      bool wide)
{
	struct timespec32 time;
	uint32_t until;

	if (timeout && timespec_in(&time, timeout, wide) < 0)
		return -EFAULT;
	if (count > sem_limits.opm)
		return -E2BIG;
	if (count < 1)
		return -EINVAL;
	if (copy_in(work, ops, count * sizeof(*work)) < 0)
		return -EFAULT;
	if (!timeout)
		return semop(id, count, 0);
	if (!timespec_valid(time))
		return -EINVAL;
	until = clock_deadline(time);
	return semop(id, count, &until);
}

int sem_operate(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	return semtimedop(id, ops, count, timeout, false);
}

int sys_semtimedop_time64(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	return semtimedop(id, ops, count, timeout, true);
}
