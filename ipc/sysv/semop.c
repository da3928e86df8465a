/*
 * ipc/sysv/semop.c -- semop(2): operations on a set, all of them or none.
 *
 * The operations are done in their order, each on what the one before has left.
 * The first that cannot be done stops them: what was done is taken back, and
 * the process either fails or stands in line with its operations.
 *
 *	sem_op > 0    adds                 never waits
 *	sem_op < 0    takes away           waits while there is too little
 *	sem_op = 0    changes nothing      waits until the value is 0
 *
 * A process that changes a value serves two lines (kernel/process/wait.h).  The
 * sleepers that wait for zeroes come first, because they change nothing: those
 * with one operation, then those with several (GETPID shows which was last).
 * Then the first changer that can go on does, and all of this begins again, as
 * long as there is one.
 *
 *	semop --> attempt --> 0 --> sem_serve
 *	             |
 *	             +-> UNSERVED --> in line ... sem_serve of others
 *
 * A sleeper that is asked tries all of its operations anew, in their order.  So
 * it may wait for another one afterwards (GETNCNT and GETZCNT show which), or
 * fail.  Therefore it matters which sleepers are asked when, and the answer is
 * Linux's.  Those that wait for zeroes are asked when one of the semaphores
 * that were operated on is zero now.  Changers are asked after every change,
 * but for those that it cannot concern: they would answer as before.
 *
 * With a thousand sleepers of 500 operations each, which go on one by one, all
 * of this takes seconds, as on any system.  So there is a preemption point
 * after each sleeper that was asked.  The values, the rows and the lines are
 * whole then.  An interrupt may wake a sleeper at the end of its time, but a
 * sleeper leaves the line itself, when it runs.
 */
#include "sem.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/cpu.h"
#include "../../kernel/base/panic.h"
#include "../../kernel/base/seldom.h"
#include "permission.h"

#define FEW 16 /* operations that lie on the stack */

/* ---- trying ------------------------------------------------------------- */

/* The row for what the end of `p` takes back: semop() has made it. */
static struct semadj *adjustment(const struct sem_set *set,
                                 const struct proc *p,
                                 const struct operation *op)
{
	struct semadj *row = semadj_find(p, (int)(set - sems), op->sem_num);

	assert(row);
	return row;
}

/* SEM_UNDO: counts the opposite.  False: it would be out of range. */
SELDOM static bool count_undo(const struct sem_set *set, const struct proc *p,
                              const struct operation *op)
{
	struct semadj *row = adjustment(set, p, op);
	int value = row->value - op->sem_op;

	if (value < -SEMVMX - 1 || value > SEMVMX)
		return false;
	row->value = (int16_t)value;
	return true;
}

/* One operation of `p`: 0, -ERANGE, or UNSERVED. */
static inline int operate(const struct sem_set *set, const struct proc *p,
                          struct operation *op)
{
	struct semaphore *s = sem_at(set, op->sem_num);
	int value = s->value + op->sem_op;

	if ((uint32_t)value > SEMVMX)
		return value < 0 ? UNSERVED : -ERANGE;
	if (op->sem_op == 0 && value != 0)
		return UNSERVED;
	if ((op->sem_flg & SEM_UNDO) && !count_undo(set, p, op))
		return -ERANGE;
	op->old_pid = s->pid;
	s->pid = p->life.pid;
	s->value = value;
	return 0;
}

/* What was done before wait.stuck is taken back, the last first. */
SELDOM static void take_back(const struct sem_set *set, const struct proc *p)
{
	const struct operation *op = p->wait.stuck;

	while (op-- > p->wait.ops) {
		struct semaphore *s = sem_at(set, op->sem_num);

		s->value -= op->sem_op;
		s->pid = op->old_pid;
		if (op->sem_flg & SEM_UNDO)
			adjustment(set, p, op)->value += op->sem_op;
	}
}

/* All of the operations of `p` or none: 0, UNSERVED (wait.stuck), or -errno. */
static inline int attempt(struct sem_set *set, struct proc *p)
{
	struct operation *op = p->wait.ops;

	do {
		int error = operate(set, p, op);

		if (error) {
			p->wait.stuck = op;
			if (op > p->wait.ops)
				take_back(set, p);
			if (error == UNSERVED && (op->sem_flg & IPC_NOWAIT))
				return -EAGAIN;
			return error;
		}
	} while (++op < p->wait.end);
	set->ds.sem_otime = clock_now;
	return 0;
}

/* ---- the lines ---------------------------------------------------------- */

/* Serves `p`, if it can go on now.  Its result, or UNSERVED. */
static inline int serve(struct sem_set *set, struct line *line, struct proc *p)
{
	int result = p->signal.killed ? UNSERVED : attempt(set, p);

	if (result != UNSERVED)
		wait_serve(line, p, result);
	return result;
}

static bool has_array(const struct proc *p)
{
	return p->wait.end - p->wait.ops > 1;
}

/* Serves those that can go on, of one operation each, or of `several`. */
static void serve_zeroes(struct sem_set *set, bool several)
{
	for (struct proc *p = set->zeroes.first; p; p = p->wait.next) {
		if (has_array(p) != several)
			continue;
		serve(set, &set->zeroes, p);
		preemption_point();
	}
}

/* Is one of the semaphores 0 that op..end operate on, or (op is 0) any? */
static bool any_is_zero(const struct sem_set *set, const struct operation *op,
                        const struct operation *end)
{
	for (; op && op < end; op++)
		if (sem_at(set, op->sem_num)->value == 0)
			return true;
	for (uint32_t i = 0; !op && i < set->ds.sem_nsems; i++)
		if (sem_at(set, i)->value == 0)
			return true;
	return false;
}

SELDOM static void look_for_zeroes(struct sem_set *set,
                                   const struct operation *op,
                                   const struct operation *end)
{
	if (any_is_zero(set, op, end)) {
		serve_zeroes(set, false);
		serve_zeroes(set, true);
	}
}

/*
 * Since op..end were done, or (op is 0) anything has changed: may `p` have
 * another answer?  Where that is not quickly seen, yes: to ask a process with
 * one operation takes no longer, and several are not compared with several.
 */
static inline bool concerns(const struct operation *op,
                            const struct operation *end, const struct proc *p)
{
	const struct operation *own = p->wait.ops;

	if (!has_array(p) || !op || end - op > 1)
		return true;
	while (own < p->wait.stuck && own->sem_num != op->sem_num)
		own++;
	return own->sem_num == op->sem_num;
}

/*
 * Asks the changers that op..end concern, and those that are marked
 * (wait.called), until one of them can go on.  Those behind it are marked for
 * the next round.  Returns the one that went on, or 0.
 */
static inline const struct proc *serve_changer(struct sem_set *set,
                                               const struct operation *op,
                                               const struct operation *end)
{
	const struct proc *served = 0;

	for (struct proc *p = set->changers.first; p; p = p->wait.next) {
		if (!p->wait.called && !concerns(op, end, p))
			continue;
		p->wait.called = served;
		if (!served && serve(set, &set->changers, p) == 0)
			served = p;
		preemption_point();
	}
	return served;
}

void sem_serve(struct sem_set *set, const struct operation *op,
               const struct operation *end)
{
	const struct proc *p;

	do {
		if (set->zeroes.first)
			look_for_zeroes(set, op, end);
		p = serve_changer(set, op, end);
		if (p) {
			op = p->wait.ops;
			end = p->wait.end;
		}
	} while (p);
}

static int count_line(const struct line *line, int num, bool zero)
{
	int count = 0;

	for (const struct proc *p = line->first; p; p = p->wait.next) {
		const struct operation *op = p->wait.stuck;

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

/* Gives each operation with SEM_UNDO its row: 0, or -ENOMEM. */
SELDOM static int make_rows(int set, const struct operation *op,
                            const struct operation *end)
{
	int error = 0;

	for (; op < end && error == 0; op++)
		if (op->sem_flg & SEM_UNDO)
			error = semadj_make(set, op->sem_num);
	return error;
}

/* What the operations of a call are together. */
struct summary {
	uint32_t highest; /* sem_num */
	int alters;       /* their sem_op together: 0 if none changes a value */
	int flags;        /* their sem_flg together */
};

/* Fetches the operations op..end, one at least: 0, or -EFAULT. */
static inline int fetch(struct operation *op, const struct operation *end,
                        vaddr_t from, struct summary *all)
{
	*all = (struct summary){.highest = 0};
	do {
		if (copy_in_few(op, from, sizeof(struct sembuf)) < 0)
			return -EFAULT;
		from += sizeof(struct sembuf);
		if (op->sem_num > all->highest)
			all->highest = op->sem_num;
		all->alters |= op->sem_op;
		all->flags |= op->sem_flg;
	} while (++op < end);
	return 0;
}

/*
 * semop(2) proper.  `ops` has room for `count` operations; without a timeout
 * (0) the call waits for as long as it takes.  It is a part of both its
 * callers: a call with five arguments would make a semop a sixth dearer.
 */
static inline __attribute__((always_inline)) int
semop(int id, vaddr_t from, uint32_t count, struct operation *ops,
      const struct timespec32 *timeout)
{
	struct operation *end = ops + count;
	struct proc *p = self();
	struct summary all;
	struct sem_set *set;
	struct line *line;
	uint64_t until;
	int result;

	if (fetch(ops, end, from, &all) < 0)
		return -EFAULT;
	if (timeout && !timespec_valid(*timeout))
		return -EINVAL;
	set = ids_at(&sem_ids, id);
	if (!set)
		return -EINVAL;
	if (all.highest >= set->ds.sem_nsems)
		return -EFBIG;
	if (!permission_grants(&set->ds.sem_perm, &p->identity,
	                       all.alters ? ASK_WRITE : ASK_READ))
		return -EACCES;
	if ((all.flags & SEM_UNDO) && make_rows(ids_index(id), ops, end) < 0)
		return -ENOMEM;

	p->wait.ops = ops;
	p->wait.end = end;
	if (timeout)
		until = clock_deadline(*timeout);
	result = attempt(set, p);
	if (result == 0 && all.alters)
		sem_serve(set, ops, end);
	if (result != UNSERVED)
		return result;
	line = all.alters ? &set->changers : &set->zeroes;
	wait_join(line);
	return wait_sleep(line, timeout ? &until : 0);
}

/* Memory for many operations: a segment of one page, or -ENOMEM. */
static int make_page(struct operation **ops)
{
	int segment = segment_make(1, true, true, proc_level(self()));
	frame_t frame = NO_FRAME;

	if (segment < 0)
		return segment;
	segment_frame(segment, 0, proc_level(self()), &frame);
	*ops = frame_to_kernel(frame);
	return segment;
}

int semtimedop(int id, vaddr_t from, uint32_t count, vaddr_t timeout, bool wide)
{
	struct operation few[FEW], *ops = few;
	struct timespec32 time;
	int page = -1, result;

	if (timeout && timespec_in(&time, timeout, wide) < 0)
		return -EFAULT;
	if (count > sem_limits.semopm)
		return -E2BIG;
	if (count < 1)
		return -EINVAL;
	if (count > FEW && (page = make_page(&ops)) < 0)
		return page;
	result = semop(id, from, count, ops, timeout ? &time : 0);
	if (page >= 0)
		segment_drop(page);
	return result;
}

/* The usual call has few operations and no timeout. */
int sys_semtimedop_time64(int id, vaddr_t ops, uint32_t count, vaddr_t timeout)
{
	struct operation few[FEW];

	if (!timeout && count - 1 < FEW && count <= sem_limits.semopm)
		return semop(id, ops, count, few, 0);
	return semtimedop(id, ops, count, timeout, true);
}
