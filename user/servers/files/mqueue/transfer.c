/*
 * user/servers/files/mqueue/transfer.c -- sending, receiving, and waiting.
 *
 *	mq_send ---> [ 9 9 4 0 ] ---> mq_receive
 *	senders wait while it is full      receivers wait while it is empty
 *
 * Whoever waits stands in a line of the queue: first the processes of the
 * lowest nice value, and of one value in the order in which they came.  After
 * each change queue_serve() lets everybody go on that can: a message goes to
 * the first receiver, and room to the first sender.  A receiver that has died,
 * or whose buffer is bad, takes nothing: the next one has the message.
 *
 * Of several clients the one that is answered last goes on first (wake_first()
 * in the kernel).  That is the caller, and not those that it lets go on: its
 * answer is the handler's result.
 *
 * The bytes of a sender that waits are copied when there is room for them.  But
 * a bad buffer is found before it waits.
 *
 * A wait may have an end, a time of CLOCK_REALTIME.  The server receives until
 * the earliest of these ends at most (main.c), and then looks through the
 * waiting room.  `earliest` may be the end of a wait that is over: then the
 * look finds nobody, and the next end.
 */
#include "mqueue.h"

#include "../../../../abi/time.h"
#include "../../../lib/inspect.h"
#include "../calls/calls.h"

#define TIMEOUT      4 /* which argument it is */
#define SECOND       1000000000u
#define MILLISECOND  1000000u
#define NEVER        UINT64_MAX
#define PATIENCE_MAX 1000u /* milliseconds: somebody may set the clock */

static uint64_t earliest = NEVER; /* milliseconds since 1970 */
bool queues_timed;                /* it is not NEVER */

/* ---- time --------------------------------------------------------------- */

static uint64_t now(void)
{
	struct timespec64 time = {0};

	unix_call(SYS_clock_gettime64, CLOCK_REALTIME, unix_address(&time), 0);
	return (((uint64_t)time.seconds_high << 32) + time.seconds) * 1000 +
	       time.nanoseconds / MILLISECOND;
}

uint32_t queues_patience(void)
{
	uint64_t time = now();

	if (time >= earliest)
		return 0;
	return earliest - time < PATIENCE_MAX ? (uint32_t)(earliest - time)
	                                      : PATIENCE_MAX;
}

/* Answers those whose wait is over.  When the next one is. */
static uint64_t look_through(uint64_t time)
{
	uint64_t next = NEVER;

	for (int slot = 0; slot < TOKEN_SLOTS; slot++) {
		struct wait *wait = room_place(slot);

		if (wait == 0 || wait->until == 0)
			continue;
		if (wait->until <= time)
			room_answer(wait, -ETIMEDOUT);
		else if (wait->until < next)
			next = wait->until;
	}
	return next;
}

void queues_expire(void)
{
	uint64_t time = now();

	if (time >= earliest)
		earliest = look_through(time);
	queues_timed = earliest != NEVER;
}

/*
 * The end of a wait, in milliseconds since 1970, at least 1; 0: there is none.
 * Returns 0, -EFAULT or -EINVAL.
 */
static int find_end(const struct message *m, uint64_t *until)
{
	bool wide = m->type == SYS_mq_timedsend_time64 ||
	            m->type == SYS_mq_timedreceive_time64;
	uint32_t words[4] = {0};
	int moved;

	*until = 0;
	if (m->args[TIMEOUT] == 0)
		return 0;
	moved = k_lease_read(m->token, TIMEOUT, 0, words,
	                     wide ? sizeof(words) : sizeof(words) / 2);
	if (moved < 0)
		return moved;
	if (!wide) {
		words[2] = words[1];
		words[1] = words[0] & 0x80000000u; /* its sign */
	}
	if ((int)words[1] < 0 || words[2] >= SECOND)
		return -EINVAL;
	/* What lies beyond 2^45 seconds never comes: no sum overflows. */
	*until = (((uint64_t)min(words[1], 0x1fffu) << 32) + words[0]) * 1000 +
	         (words[2] + MILLISECOND - 1) / MILLISECOND;
	*until += *until == 0;
	return 0;
}

/* ---- who waits ---------------------------------------------------------- */

static int nice_of(int pid)
{
	static struct row row;

	return process_read(&row, pid) ? (int)row_get(&row, PROC_NICE) : 0;
}

static int wait_in_line(const struct message *m, struct wait *wait, int what)
{
	wait->what = what;
	wait->at = node_look(open_at(m->object)->node)->value;
	wait->party = 0; /* all stand in one line */
	wait->rank = nice_of(m->pid);
	room_join(wait);
	if (wait->until != 0 && wait->until < earliest) {
		earliest = wait->until;
		alarm_moved = true;
	}
	queues_timed = earliest != NEVER;
	return ANSWERED;
}

/*
 * Takes the first message for a receiver that has not waited.  Its bytes; or
 * -errno: it is still there.
 */
static int take(struct queue *q, const struct wait *receiver)
{
	int mail = mail_take(q), result = mail_give(q, mail, receiver);

	if (result >= 0)
		mail_forget(q, mail);
	else
		mail_put(q, mail);
	return result;
}

/* Answers a receiver that has waited.  Copy, answer, take. */
static void hand(struct queue *q, const struct wait *receiver)
{
	int mail = mail_take(q), result = mail_give(q, mail, receiver);

	queue_tell(q);
	if (k_reply(receiver->token, result, 0) == 0 && result >= 0)
		mail_forget(q, mail);
	else
		mail_put(q, mail);
}

/* Puts a sender's message into the queue, which has room.  0 or -errno. */
static int post(struct queue *q, const struct wait *sender)
{
	int mail = mail_fetch(q, sender);

	if (mail < 0)
		return mail;
	mail_put(q, mail);
	return 0;
}

/* Serves one client.  False: nobody can go on. */
static bool step(struct queue *q)
{
	struct wait *sender = room_first(&q->waiters[0]);
	struct wait *receiver = room_first(&q->waiters[1]);
	int status;

	if (receiver != 0 && q->count > 0) {
		hand(q, receiver);
		room_leave(receiver);
		return true;
	}
	if (sender == 0 || q->count == q->most)
		return false;
	status = post(q, sender);
	queue_tell(q);
	room_answer(sender, status);
	return true;
}

static void queue_serve(struct queue *q)
{
	while (step(q)) {
	}
	queue_tell(q);
}

/* ---- the calls ---------------------------------------------------------- */

/* The times of a queue say when it was last used. */
static void used_now(const struct queue *q)
{
	struct node *node = node_edit(q->node);

	node->atime = node->mtime = node->ctime = moment_now();
}

int mq_send_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct queue *q = queue_of(open);
	struct wait sender = room_client(m);
	int error = find_end(m, &sender.until);
	bool empty;

	sender.from = m->args[3];
	sender.total = m->args[2];
	if (error < 0)
		return error;
	if (sender.from >= MQ_PRIO_MAX)
		return -EINVAL;
	if (q == 0 || !writable(open))
		return -EBADF;
	if (sender.total > q->size)
		return -EMSGSIZE;
	if (q->count == q->most) {
		error = mail_probe(&sender);
		if (error == 0 && (open->flags & O_NONBLOCK))
			error = -EAGAIN;
		return error < 0 ? error : wait_in_line(m, &sender, WAIT_SEND);
	}
	empty = q->count == 0;
	error = post(q, &sender);
	if (error < 0)
		return error;
	queue_serve(q);
	used_now(q);
	if (empty && q->count > 0)
		notice_send(q, m->token);
	return 0;
}

int mq_receive_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct queue *q = queue_of(open);
	struct wait receiver = room_client(m);
	int error = find_end(m, &receiver.until), result;

	receiver.from = m->args[3]; /* is its priority wanted? */
	if (error < 0)
		return error;
	if (q == 0 || !readable(open))
		return -EBADF;
	if (m->args[2] < q->size)
		return -EMSGSIZE;
	if (q->count == 0)
		return open->flags & O_NONBLOCK
		           ? -EAGAIN
		           : wait_in_line(m, &receiver, WAIT_RECEIVE);
	result = take(q, &receiver);
	used_now(q);
	queue_serve(q);
	return result;
}
