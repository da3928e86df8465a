/*
 * user/servers/files/mqueue/mqueue.h -- message queues: mq_overview(7).
 *
 * A queue belongs to a node of kind NODE_QUEUE, whose `value` is its number.
 * The names of these nodes are in a directory of their own, where mq_open(3)
 * looks, and to which no path leads.  So a queue has an owner, rights and times
 * as a file has, and what is open of it is a descriptor.
 *
 *	mail.c      what is in a queue: the order of its messages
 *	queue.c     queues are opened, made within their limits, and end
 *	transfer.c  sending, receiving, and who waits for either
 *	notice.c    mq_notify, mq_getsetattr, and the line that read(2) gives
 */
#ifndef FILES_MQUEUE_H
#define FILES_MQUEUE_H

#include "../open/open.h"

/* ---- for main.c --------------------------------------------------------- */

bool queues_start(void);
int mq_open_call(const struct message *m);
int mq_unlink_call(const struct message *m);
int mq_send_call(const struct message *m);
int mq_receive_call(const struct message *m);
int mq_notify_call(const struct message *m);
int mq_attributes_call(const struct message *m);

/* Does somebody wait in a queue with a limit?  Then, if the alarm moved: */
extern bool queues_timed;
/* How many milliseconds may pass until a limit is over. */
uint32_t queues_patience(void);
/* Answers those who have waited long enough. */
void queues_expire(void);

/* ---- between the files -------------------------------------------------- */

#define MQ_PRIO_MAX 32768u /* a priority is below it */

/* Flags of mq_open(3) that say nothing of what is open. */
#define QUEUE_NOT_KEPT (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)

/* struct mq_attr, as mq_open and mq_getsetattr have it. */
struct attributes {
	int flags, most, size, count, reserved[4];
};

/* Who is told that a message has come into the empty queue: mq_notify(3). */
struct notice {
	int pid;            /* 0: nobody */
	uint32_t started;   /* when that process did: pids come again */
	int fd, connection; /* the descriptor by which it has asked */
	int how;            /* SIGEV_SIGNAL or SIGEV_NONE */
	uint32_t signal, value;
};

struct queue {
	struct object object;
	int node;
	uint32_t most, size;    /* messages; bytes of each, at most */
	uint32_t uid, promised; /* its maker, and bytes of RLIMIT_MSGQUEUE */

	/* The messages; mail.c writes them. */
	struct bytes bytes;   /* of all messages: each has a slot of `size` */
	int first;            /* the one that comes next, or 0 */
	int spare;            /* the first row without a message, by `left` */
	int rows;             /* all rows, by `next` */
	uint32_t slots;       /* so many rows */
	uint32_t count, used; /* messages, and bytes in them */
	uint64_t sent;        /* so many messages were, ever */

	int waiters[2]; /* senders and receivers: lines of the room */
	int opens;      /* the first open object, by open.sibling; or 0 */
	uint32_t told;  /* the readiness word of those */
	struct notice notice;
};

extern struct objects queues;

static inline struct queue *queue_at(int queue)
{
	return objects_at(&queues, queue);
}

/* The queue that an object is open on, or 0. */
struct queue *queue_of(const struct open *open);
/* Says how ready the queue is.  See R1 in pipes/end.c. */
void queue_tell(struct queue *q);

/*
 * mail.c.  A message is a row; its slot in the queue's bytes is its own.
 *
 *	mail_probe   are all bytes of a sender there?  0; -EFAULT, -ESRCH
 *	mail_fetch   a row with the bytes of a sender; -EFAULT, -ENOMEM, -ESRCH
 *	mail_put     it is in the queue, behind those of its priority
 *	mail_take    the first one is not in the queue any more
 *	mail_give    copies it to a receiver: its bytes; -EFAULT, -ESRCH
 *	mail_put     it is in the queue again, where it was
 *	mail_forget  its row is free for another one
 */
bool mail_start(void);
int mail_probe(const struct wait *sender);
int mail_fetch(struct queue *q, const struct wait *sender);
void mail_put(struct queue *q, int mail);
int mail_take(struct queue *q);
int mail_give(struct queue *q, int mail, const struct wait *receiver);
void mail_forget(struct queue *q, int mail);
void mail_end(struct queue *q);

/* notice.c: a message has come into the empty queue, from this client. */
void notice_send(struct queue *q, int token);

#endif
