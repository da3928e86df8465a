/*
 * user/servers/files/mqueue/notice.c -- what is said about a queue: mq_notify,
 * mq_getsetattr, and the line that read(2) gives.
 *
 * One process may have a notice at a queue.  It is sent once, when a message
 * comes into the empty queue and nobody waits to receive it.  It ends with the
 * process, and when the process closes the descriptor by which it has asked.
 * This server hears only of the last close of what is open, so it looks when it
 * matters whether that descriptor is still there.
 */
#include "mqueue.h"

#include "../calls/calls.h"
#include "../proc/made.h"

#define SIGEV_SIGNAL 0
#define SIGEV_NONE   1
#define SIGEV_THREAD 2
#define SIGNAL_MAX   64u

/* struct sigevent */
struct event {
	uint32_t value, signal;
	int how;
	uint32_t rest[13];
};

/* Is there still somebody to be told? */
static bool is_awaited(struct queue *q)
{
	const struct notice *notice = &q->notice;
	int fd = notice->fd;

	if (notice->pid == 0)
		return false;
	if (process_running(notice->pid).started != notice->started ||
	    process_descriptor(notice->pid, &fd) != notice->connection ||
	    fd != notice->fd)
		q->notice.pid = 0;
	return notice->pid != 0;
}

void notice_send(struct queue *q, int token)
{
	const struct notice *notice = &q->notice;

	if (!is_awaited(q))
		return;
	if (notice->how == SIGEV_SIGNAL && notice->signal != 0)
		k_signal((uint32_t)notice->pid, notice->signal, notice->value,
		         (uint32_t)token);
	q->notice.pid = 0;
}

/* 0; -EINVAL; or what a thread's notice lacks, which comes by a socket. */
static int check(const struct event *event)
{
	if (event->how == SIGEV_THREAD)
		return -ENOTSOCK;
	if (event->how != SIGEV_SIGNAL && event->how != SIGEV_NONE)
		return -EINVAL;
	return event->how == SIGEV_SIGNAL && event->signal > SIGNAL_MAX
	           ? -EINVAL
	           : 0;
}

static void times_change(const struct queue *q)
{
	node_edit(q->node)->atime = node_edit(q->node)->ctime = moment_now();
}

int mq_notify_call(const struct message *m)
{
	struct queue *q = queue_of(open_at(m->object));
	struct event event;
	int error = 0;

	if (m->args[1] != 0)
		error = k_lease_read(m->token, 1, 0, &event, sizeof(event));
	if (error >= 0 && m->args[1] != 0)
		error = check(&event);
	if (error < 0 || q == 0)
		return error < 0 ? error : -EBADF;
	if (m->args[1] == 0) {
		if (is_awaited(q) && q->notice.pid == m->pid) {
			q->notice.pid = 0;
			times_change(q);
		}
		return 0;
	}
	if (is_awaited(q))
		return -EBUSY;
	q->notice = (struct notice){.pid = m->pid,
	                            .started = process_running(m->pid).started,
	                            .fd = (int)m->args[0],
	                            .connection = m->connection,
	                            .how = event.how,
	                            .signal = event.signal,
	                            .value = event.value};
	times_change(q);
	return 0;
}

/* Only O_NONBLOCK can be set, of what is open. */
int mq_attributes_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	const struct queue *q = queue_of(open);
	bool sets = m->args[1] != 0, tells = m->args[2] != 0;
	struct attributes new, old = {0};
	int error = 0;

	if (sets)
		error = k_lease_read(m->token, 1, 0, &new, sizeof(new));
	if (error < 0)
		return error;
	if (sets && (new.flags & ~O_NONBLOCK))
		return -EINVAL;
	if (q == 0)
		return -EBADF;
	old.flags = open->flags & O_NONBLOCK;
	old.most = (int)q->most;
	old.size = (int)q->size;
	old.count = (int)q->count;
	if (sets) {
		open->flags = (open->flags & ~O_NONBLOCK) | new.flags;
		times_change(q);
	}
	return tells ? give(m->token, 2, &old, sizeof(old)) : 0;
}

int queue_read(const struct wait *r, struct open *open)
{
	struct queue *q = queue_of(open);
	bool awaited = is_awaited(q);
	bool signal = awaited && q->notice.how == SIGEV_SIGNAL;
	char line[80];
	struct text text = {line, sizeof(line), 0};
	uint32_t bytes;
	int moved;

	text_add(&text, "QSIZE:%-10u NOTIFY:%-5d SIGNO:%-5u NOTIFY_PID:%-6d\n",
	         q->used, awaited ? q->notice.how : 0,
	         signal ? q->notice.signal : 0, q->notice.pid);
	bytes = r->from < text.used ? min(r->total, text.used - r->from) : 0;
	moved = k_lease_write(r->token, BUFFER, 0, line + r->from, bytes);
	if (moved > 0 && r->what == WAIT_READ)
		open->offset = r->from + (uint32_t)moved;
	return moved;
}
