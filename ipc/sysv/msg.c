/*
 * ipc/sysv/msg.c -- System V message queues.
 *
 * A queue holds messages in the order in which they were sent.  Each has a
 * type, by which a receiver may choose.  A queue is an object like a shared
 * segment (object.c); it ends when it is removed, with all that is in it.
 *
 *	senders --> [ type 1 | type 5 | type 1 ] --> receivers
 *	in line,     first                last        in line, for messages
 *	for room                                      that are not there
 *
 * A message lies in a chain of the pool (pool.h), its head in front.  It is
 * written there before anything is asked of the queue, and read from there
 * after everything is decided.  So no queue is half changed while a program's
 * page is touched, and a message changes hands by the number of its chain.
 *
 * A process that waits does not try again (kernel/process/wait.h).  A message
 * that comes is handed to the first receiver in line that wants it, and is
 * never in the queue.  When there is room, the senders in line are asked in
 * their order, and each message that fits comes in.
 *
 * ipc/sysv/msg_check.c recounts:
 *
 *	Q1  msg_qnum and msg_cbytes are those of the messages there
 *	Q2  a process stands in a line while it waits, and not else
 *	Q3  no sender stands in line whose message fits
 *	Q4  keys are unique, and every id and key finds its queue
 *	Q5  every cell of the pool belongs to a message, also to one that
 *	    waits for room, or is counted by sem_cells
 *
 *	sys_msgget   find or make            sys_msgctl   look, change, remove
 *	sys_msgsnd   send                    sys_msgrcv   receive
 */
#include "msg.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/cpu.h"
#include "../../kernel/base/seldom.h"
#include "pool.h"
#include "permission.h"

struct msginfo msg_limits = {.msgpool = 512000,
                             .msgmap = 16384,
                             .msgmax = 8192,
                             .msgmnb = 16384,
                             .msgmni = 32000,
                             .msgssz = 16,
                             .msgtql = 16384,
                             .msgseg = 0xFFFF};

struct ids msg_ids = IDS(msgs);

static const struct object_kind kind = {
    .ids = &msg_ids,
    .most = &msg_limits.msgmni,
    .ds_bytes = sizeof(struct msqid_ds),
    .ctime = offsetof(struct msqid_ds, msg_ctime),
    .stat = MSG_STAT};

_Static_assert(sizeof(struct msg_queue) <= 128 || sizeof(void *) > 4,
               "32,768 of them have 4 MiB");

static struct msg *msg_at(int chain)
{
	return pool_first(chain);
}

/* ---- birth and death ---------------------------------------------------- */

static int create(int key, int flags)
{
	int index = object_place(&kind), id;

	if (index < 0)
		return index;

	/* Nothing below can fail. */
	id = object_begin(&kind, index, key, flags);
	msgs[index].first = msgs[index].last = -1;
	msgs[index].senders = msgs[index].receivers = (struct line){0, 0};
	msgs[index].ds.msg_qbytes = msg_limits.msgmnb;
	return id;
}

int sys_msgget(int key, int flags)
{
	int index = object_lookup(&kind, key, flags);

	if (index == OBJECT_NEW)
		return create(key, flags);
	return index < 0 ? index : object_open(&kind, index, flags);
}

static int remove(int id)
{
	int index = object_find_to_change(&kind, id);
	struct msg_queue *q;

	if (index < 0)
		return index;
	q = &msgs[index];
	wait_dismiss(&q->receivers, -EIDRM);
	wait_dismiss(&q->senders, -EIDRM);
	while (q->first >= 0) {
		int next = msg_at(q->first)->next;

		pool_give(q->first);
		q->first = next;
		preemption_point(); /* the message is in no queue now */
	}
	ids_remove(&msg_ids, index);
	return 0;
}

#define PASSED_BY 65536 /* messages from one preemption point to the next */

/* ---- choosing ----------------------------------------------------------- */

/*
 * Does a receiver that asks for `type` want a message of the type `offered`?
 *
 *	 0       any            -n   up to n, the lowest first (choose())
 *	 n       n itself, or, with MSG_EXCEPT, any other
 */
static inline bool wants(int type, int flags, int offered)
{
	if (type <= 0)
		return type == 0 || offered + type <= 0;
	if (flags & MSG_EXCEPT)
		return offered != type;
	return offered == type;
}

/*
 * The message to be received, or -1; `*before` is the one before it, or -1.  A
 * queue whose msg_qbytes root has raised may be very long.
 */
static int choose(const struct msg_queue *q, int type, int flags, int *before)
{
	int best = -1, previous = -1, passed = 0;

	for (int chain = q->first; chain >= 0; chain = msg_at(chain)->next) {
		int offered = msg_at(chain)->type;

		if (wants(type, flags, offered)) {
			best = chain;
			*before = previous;
			if (type >= 0 || offered == 1)
				break;
			type = 1 - offered; /* only a lower one is better */
		}
		previous = chain;
		if (++passed % PASSED_BY == 0)
			preemption_point();
	}
	return best;
}

/* ---- moving ------------------------------------------------------------- */

static bool fits(const struct msg_queue *q, uint32_t size)
{
	/* The sum cannot wrap, because all these bytes lie in memory. */
	return q->ds.msg_cbytes + size <= q->ds.msg_qbytes &&
	       q->ds.msg_qnum < q->ds.msg_qbytes;
}

static void append(struct msg_queue *q, int chain)
{
	msg_at(chain)->next = -1;
	if (q->last < 0)
		q->first = chain;
	else
		msg_at(q->last)->next = chain;
	q->last = chain;
	q->ds.msg_qnum++;
	q->ds.msg_cbytes += msg_at(chain)->size;
}

static void take_out(struct msg_queue *q, int chain, int before)
{
	int next = msg_at(chain)->next;

	if (before < 0)
		q->first = next;
	else
		msg_at(before)->next = next;
	if (q->last == chain)
		q->last = before;
	q->ds.msg_qnum--;
	q->ds.msg_cbytes -= msg_at(chain)->size;
}

static void received(struct msg_queue *q, const struct proc *p)
{
	q->ds.msg_lrpid = p->life.pid;
	q->ds.msg_rtime = clock_now;
}

/* Gives it to the first receiver in line that wants it and has room, if any. */
static inline bool hand_over(struct msg_queue *q, int chain)
{
	const struct msg *m = msg_at(chain);
	struct proc *p = q->receivers.first;

	for (; p; p = p->wait.next) {
		if (p->signal.killed ||
		    !wants(p->wait.type, p->wait.flags, m->type))
			continue;
		if (m->size <= (uint32_t)p->wait.room ||
		    (p->wait.flags & MSG_NOERROR)) {
			p->wait.chain = chain;
			received(q, p);
			wait_serve(&q->receivers, p, 0);
			return true;
		}
		wait_serve(&q->receivers, p, -E2BIG);
	}
	return false;
}

/* A message that fits goes to a receiver in line, or into the queue. */
static void accept(struct msg_queue *q, const struct proc *sender, int chain)
{
	q->ds.msg_lspid = sender->life.pid;
	q->ds.msg_stime = clock_now;
	if (!hand_over(q, chain))
		append(q, chain);
}

/*
 * Accepts the message of a sender in line.  -EACCES: it has lost permission
 * since.
 */
static int let_in(struct msg_queue *q, struct proc *p)
{
	int chain = p->wait.chain;

	if (!permission_grants(&q->ds.msg_perm, &p->identity, ASK_WRITE))
		return -EACCES;
	p->wait.chain = -1; /* the message is no longer the sender's */
	accept(q, p, chain);
	return 0;
}

/* There may be room: accepts the messages of senders in line that fit. */
static void admit(struct msg_queue *q)
{
	struct proc *p = q->senders.first;

	for (; p; p = p->wait.next)
		if (!p->signal.killed && fits(q, msg_at(p->wait.chain)->size))
			wait_serve(&q->senders, p, let_in(q, p));
}

/* ---- msgsnd(2) ---------------------------------------------------------- */

/*
 * The message goes into the queue, or the caller sleeps until it is accepted.
 * When it fails, the chain is still the caller's.
 */
static int send(int id, int chain, int flags)
{
	struct msg_queue *q = ids_at(&msg_ids, id);
	struct proc *p = self();

	if (!q)
		return -EINVAL;
	if (!permission_grants(&q->ds.msg_perm, &p->identity, ASK_WRITE))
		return -EACCES;
	if (fits(q, msg_at(chain)->size)) {
		accept(q, p, chain);
		return 0;
	}
	if (flags & IPC_NOWAIT)
		return -EAGAIN;
	p->wait.chain = chain;
	wait_join(&q->senders);
	return wait_sleep(&q->senders, 0);
}

/* A chain with the program's message: or -ENOMEM, -EFAULT. */
static inline int compose(int type, vaddr_t text, uint32_t size)
{
	int chain = pool_take(sizeof(struct msg) + size, proc_level(self()));
	int error;

	if (chain < 0)
		return chain;
	*msg_at(chain) = (struct msg){.next = -1, .type = type, .size = size};
	error = pool_move(chain, sizeof(struct msg), size, text, false);
	if (error < 0) {
		pool_give(chain);
		return error;
	}
	return chain;
}

int sys_msgsnd(int id, vaddr_t message, uint32_t size, int flags)
{
	int type, chain, result;

	if (copy_in_few(&type, message, sizeof(type)) < 0)
		return -EFAULT;
	if (size > msg_limits.msgmax)
		return -EINVAL;
	if (id < 0 || type < 1)
		return -EINVAL;
	chain = compose(type, message + sizeof(type), size);
	if (chain < 0)
		return chain;
	while (wait_again(result = send(id, chain, flags)))
		self()->wait.chain = -1; /* where it lay while it stopped */
	if (result < 0) {
		self()->wait.chain = -1;
		pool_give(chain); /* it was not sent */
	}
	return result;
}

/* ---- msgrcv(2) ---------------------------------------------------------- */

/* The chain of a message, which is the caller's now; it sleeps until then. */
static int receive(int id, uint32_t size, int type, int flags)
{
	struct msg_queue *q = ids_at(&msg_ids, id);
	struct proc *p = self();
	int chain, before, result;

	if (!q)
		return -EINVAL;
	if (!permission_grants(&q->ds.msg_perm, &p->identity, ASK_READ))
		return -EACCES;
	chain = choose(q, type, flags, &before);
	if (chain >= 0) {
		if (msg_at(chain)->size > size && !(flags & MSG_NOERROR))
			return -E2BIG;
		take_out(q, chain, before);
		received(q, p);
		if (q->senders.first)
			admit(q);
		return chain;
	}
	if (flags & IPC_NOWAIT)
		return -ENOMSG;
	p->wait.type = type;
	p->wait.flags = flags;
	p->wait.room = (int)size;
	wait_join(&q->receivers);
	result = wait_sleep(&q->receivers, 0);
	chain = p->wait.chain;
	p->wait.chain = -1;
	return result < 0 ? result : chain;
}

/* Copies out the type and as much text as is wanted: its size, or -EFAULT. */
static int deliver(int chain, vaddr_t message, uint32_t size)
{
	const struct msg *m = msg_at(chain);

	if (size > m->size)
		size = m->size;
	if (pool_move(chain, offsetof(struct msg, type), sizeof(m->type) + size,
	              message, true) < 0)
		return -EFAULT; /* and the message is lost, as on Linux */
	return (int)size;
}

/*
 * As on Linux, MSG_COPY first reads what lies where the message is to go: 0,
 * -ENOMEM, -EFAULT.
 */
static int read_room(vaddr_t message, uint32_t size)
{
	int chain = compose(
	    0, message, size < msg_limits.msgmax ? size : msg_limits.msgmax);

	if (chain < 0)
		return chain;
	pool_give(chain);
	return 0;
}

/* The message in this place of the queue, from 0; or -1. */
static int in_place(const struct msg_queue *q, int place)
{
	int chain = place < 0 ? -1 : q->first;

	for (; chain >= 0 && place > 0; chain = msg_at(chain)->next)
		if (place-- % PASSED_BY == 0)
			preemption_point();
	return chain;
}

/* MSG_COPY: delivers the message in a place, never a part of it: its size. */
SELDOM static int copy(int id, vaddr_t message, uint32_t size, int place,
                       int flags)
{
	int error = read_room(message, size), index, chain;

	if (error < 0)
		return error;
	index = object_find(&kind, id, ASK_READ);
	if (index < 0)
		return index;
	chain = in_place(&msgs[index], place);
	if (chain < 0)
		return -ENOMSG;
	if (msg_at(chain)->size > size)
		return flags & MSG_NOERROR ? -EINVAL : -E2BIG;
	return deliver(chain, message, size);
}

int sys_msgrcv(int id, vaddr_t message, uint32_t size, int type, int flags)
{
	int chain, result;

	if ((int)size < 0 || id < 0)
		return -EINVAL;
	if (flags & MSG_COPY) {
		if ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT))
			return -EINVAL;
		return copy(id, message, size, type, flags);
	}
	do
		chain = receive(id, size, type, flags);
	while (wait_again(chain));
	if (chain < 0)
		return chain;
	result = deliver(chain, message, size);
	pool_give(chain);
	return result;
}

/* ---- msgctl(2) ---------------------------------------------------------- */

/* The mode has changed: a receiver that has lost permission leaves the line. */
static void check_receivers(struct msg_queue *q)
{
	for (struct proc *p = q->receivers.first; p; p = p->wait.next)
		if (!permission_grants(&q->ds.msg_perm, &p->identity, ASK_READ))
			wait_serve(&q->receivers, p, -EACCES);
}

/* IPC_SET: the owner, the mode, and how much may lie in the queue. */
static int set(int id, vaddr_t buf)
{
	struct msqid_ds new;
	int error = copy_in(&new, buf, sizeof(new));
	struct msg_queue *q;
	int index;

	if (error < 0)
		return error;
	index = object_find_to_change(&kind, id);
	if (index < 0)
		return index;
	if (new.msg_qbytes > msg_limits.msgmnb && self()->identity.euid != 0)
		return -EPERM;
	error = object_set(&kind, id, buf);
	if (error < 0)
		return error;

	/* Nothing below can fail. */
	q = &msgs[index];
	q->ds.msg_qbytes = new.msg_qbytes;
	check_receivers(q);
	admit(q); /* msg_qbytes may be more now */
	return 0;
}

/* IPC_INFO: the limits; MSG_INFO: three of them say what there is. */
static int tell_limits(vaddr_t buf, bool usage)
{
	struct msginfo info = msg_limits;

	if (usage) {
		info.msgpool = msg_ids.rows.live;
		info.msgmap = info.msgtql = 0;
	}
	for (int i = 0; usage && i < msg_ids.rows.fresh; i++) {
		if (ids_used(&msg_ids, i)) {
			info.msgmap += msgs[i].ds.msg_qnum;
			info.msgtql += msgs[i].ds.msg_cbytes;
		}
	}
	return object_tell(&kind, buf, &info, sizeof(info));
}

int sys_msgctl(int id, int command, vaddr_t buf)
{
	if (id < 0)
		return -EINVAL;
	switch (command) {
	case IPC_RMID:
		return remove(id);
	case IPC_SET:
		return set(id, buf);
	case IPC_INFO:
	case MSG_INFO:
		return tell_limits(buf, command == MSG_INFO);
	default:
		return object_control(&kind, id, command, buf);
	}
}
