/*
 * user/servers/files/mqueue/queue.c -- queues are made, opened, and end.
 *
 *	mq_open("/a", O_CREAT, 0600, &attributes)       (the C library takes the
 *	  find          "a" in the directory of queues        slash away)
 *	  queue_make    within the limits of the machine and of the user
 *	  queue_open    one more object, which is ready as the queue is
 *
 * Three limits bound what one user takes of what all share.  queues_max bounds
 * the queues, msg_max and msgsize_max the attributes of each: root may go
 * beyond them.  RLIMIT_MSGQUEUE bounds the bytes that all queues of a user may
 * have room for, whether they have messages or not, and binds root as well.
 */
#include "mqueue.h"

#include "../../../../abi/process.h"
#include "../../../lib/inspect.h"
#include "../calls/calls.h"
#include "../proc/proc.h"

#define FILE_BYTES 80 /* st_size of a queue, as on Linux */

/* What Linux takes for a message and for a priority beside the bytes. */
#define OVERHEAD 24u

struct objects queues = {.bytes = sizeof(struct queue)};

static int directory; /* of the queues' names */
static uint32_t made; /* queues that there are */

bool queues_start(void)
{
	directory = node_make(S_IFDIR | S_ISVTX | 0777, TOKEN_SELF);
	return directory >= 0 && objects_start(&queues) && mail_start();
}

/* ---- what is open ------------------------------------------------------- */

struct queue *queue_of(const struct open *open)
{
	const struct node *node = node_look(open->node);

	if (node->kind != NODE_QUEUE || (open->flags & O_PATH))
		return 0;
	return queue_at(node->value);
}

static uint32_t word_of(const struct queue *q)
{
	return (q->count > 0 ? POLLIN : 0) | (q->count < q->most ? POLLOUT : 0);
}

void queue_tell(struct queue *q)
{
	if (q->told == word_of(q))
		return;
	q->told = word_of(q);
	for (int at = q->opens; at != 0; at = open_at(at)->sibling)
		k_ready(open_at(at)->connection, q->told);
}

int queue_open(const struct message *m, int node, int flags)
{
	int object = open_make(node, flags, m->token), connection;
	struct queue *q = queue_at(node_edit(node)->value);

	if (object < 0)
		return object;
	open_at(object)->connection = -1; /* until it is answered */
	open_at(object)->sibling = q->opens;
	q->opens = object;
	q->told = word_of(q);
	connection = reply_open(m->token, object, q->told);
	open_at(object)->connection = connection;
	if (connection >= 0)
		return ANSWERED;
	open_close(object);
	return connection;
}

void queue_close(int object)
{
	struct queue *q = queue_of(open_at(object));
	int *link = &q->opens;

	while (*link != object)
		link = &open_at(*link)->sibling;
	*link = open_at(object)->sibling;
	if (q->notice.connection == open_at(object)->connection)
		q->notice.pid = 0;
}

int *queue_waiters(const struct wait *wait)
{
	return &queue_at(wait->at)->waiters[wait->what - WAIT_SEND];
}

void queue_end(int queue)
{
	struct queue *q = queue_at(queue);

	for (int i = 0; i < 2; i++)
		room_dismiss(&q->waiters[i], -EINTR); /* all are dead */
	mail_end(q);
	objects_drop(&queues, queue);
	made--;
}

/* ---- making ------------------------------------------------------------- */

/* The bytes of RLIMIT_MSGQUEUE that a queue takes, as Linux counts them. */
static uint64_t price(uint32_t most, uint32_t size)
{
	return (uint64_t)most * (size + OVERHEAD) +
	       min(most, MQ_PRIO_MAX) * OVERHEAD;
}

/* What the queues of a user take together. */
static uint64_t spent(uint32_t uid)
{
	uint64_t bytes = 0;

	for (int i = 1; i < queues.fresh; i++) {
		const struct queue *q = queue_at(i);

		if (q != 0 && q->uid == uid)
			bytes += q->promised;
	}
	return bytes;
}

/* The limit of the client's own: RLIMIT_MSGQUEUE, soft and hard. */
static uint32_t allowance(const struct message *m)
{
	static struct row row;
	const uint32_t *limits = row_bytes(&row, PROC_LIMITS);

	return process_read(&row, m->pid) ? limits[2 * RLIMIT_MSGQUEUE] : 0;
}

/* May that client make such a queue?  0 or -errno. */
static int check_limits(const struct message *m, const struct attributes *a)
{
	bool root = m->euid == 0;
	uint32_t most = root ? QUEUE_HARD_MOST : queue_limits[QUEUE_MSG_MAX];
	uint32_t size =
	    root ? QUEUE_HARD_SIZE : queue_limits[QUEUE_MSGSIZE_MAX];
	uint64_t bytes;

	if (made >= queue_limits[QUEUE_QUEUES_MAX] && !root)
		return -ENOSPC;
	if (a->most <= 0 || a->size <= 0 || (uint32_t)a->most > most ||
	    (uint32_t)a->size > size)
		return -EINVAL;
	if ((uint64_t)a->most * (uint32_t)a->size > UINT32_MAX)
		return -EOVERFLOW;
	bytes = price((uint32_t)a->most, (uint32_t)a->size);
	return bytes > BYTES_MAX || spent(m->uid) + bytes > allowance(m)
	           ? -EMFILE
	           : 0;
}

/* Makes a queue; its number or -errno.  `wanted`: its attributes, or 0. */
static int queue_make(const struct message *m, const struct attributes *wanted)
{
	const uint32_t *limits = queue_limits;
	struct attributes a = {
	    .most = (int)min(limits[QUEUE_MSG_MAX], limits[QUEUE_MSG_DEFAULT]),
	    .size = (int)min(limits[QUEUE_MSGSIZE_MAX],
	                     limits[QUEUE_MSGSIZE_DEFAULT])};
	struct queue *q;
	int queue, error;

	if (wanted != 0)
		a = *wanted;
	error = check_limits(m, &a);
	if (error < 0)
		return error;
	queue = row_take(&queues, m->token);
	if (queue < 0)
		return -ENOMEM;
	q = queue_at(queue);
	q->most = (uint32_t)a.most;
	q->size = (uint32_t)a.size;
	q->uid = m->uid;
	q->promised = (uint32_t)price(q->most, q->size);
	q->bytes.account = (uint16_t)account_of(m->token);
	q->waiters[0] = q->waiters[1] = NOBODY;
	made++;
	return queue;
}

/* ---- mq_open, mq_unlink ------------------------------------------------- */

/* Fetches a queue's name, the call's first argument.  Its length, or -errno. */
static int name_of(const struct message *m, char **name)
{
	int bytes = path_lease(m, 0, name);

	if (bytes == 0)
		return -ENOENT;
	if (bytes < 0)
		return bytes;
	if (strchr(*name, '/') != 0 || strcmp(*name, ".") == 0 ||
	    strcmp(*name, "..") == 0)
		return -EACCES;
	return bytes > NAME_MAX ? -ENAMETOOLONG : bytes;
}

/* Makes a queue of that name, and opens it.  ANSWERED or -errno. */
static int open_new(const struct message *m, const struct who *who,
                    const char *name, uint32_t bytes,
                    const struct attributes *wanted)
{
	int queue = queue_make(m, wanted), node, error;

	if (queue < 0)
		return queue;
	node = node_create(who, directory, name, bytes,
	                   S_IFREG | (m->args[2] & 07777));
	if (node < 0) {
		queue_end(queue);
		return node;
	}
	node_edit(node)->kind = NODE_QUEUE;
	node_edit(node)->value = queue;
	node_edit(node)->bytes.size = FILE_BYTES;
	queue_at(queue)->node = node;
	error = queue_open(m, node, (int)m->args[1] & ~QUEUE_NOT_KEPT);
	if (error != ANSWERED)
		entry_remove(entry_find(directory, name, bytes));
	node_release(node);
	return error;
}

/* May the client open the queue?  0 or -errno, in Linux's order. */
static int check(const struct who *who, int node, int flags)
{
	static const uint32_t rights[] = {MAY_READ, MAY_WRITE,
	                                  MAY_READ | MAY_WRITE};

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	return may(who, node_look(node), rights[flags & O_ACCMODE]);
}

int mq_open_call(const struct message *m)
{
	struct who who = who_effective(m);
	int flags = (int)m->args[1], bytes, node, error = 0;
	bool wishes = m->args[3] != 0;
	struct attributes wanted;
	char *name;

	if (wishes)
		error = k_lease_read(m->token, 3, 0, &wanted, sizeof(wanted));
	bytes = error < 0 ? error : name_of(m, &name);
	if (bytes < 0)
		return bytes;
	node = node_find(directory, name, (uint32_t)bytes);
	if (node == NO_NODE)
		return flags & O_CREAT
		           ? open_new(m, &who, name, (uint32_t)bytes,
		                      wishes ? &wanted : 0)
		           : -ENOENT;
	error = check(&who, node, flags);
	return error < 0 ? error : queue_open(m, node, flags & ~QUEUE_NOT_KEPT);
}

/* Only the owner removes a name, as in a sticky directory. */
int mq_unlink_call(const struct message *m)
{
	struct who who = who_effective(m);
	char *name;
	int bytes = name_of(m, &name), node;

	if (bytes < 0)
		return bytes;
	node = node_find(directory, name, (uint32_t)bytes);
	if (node == NO_NODE)
		return -ENOENT;
	if (!owns(&who, node_look(node)))
		return -EPERM;
	node_edit(node)->ctime = moment_now();
	entry_remove(entry_find(directory, name, (uint32_t)bytes));
	return 0;
}
