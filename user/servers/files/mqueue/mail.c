/*
 * user/servers/files/mqueue/mail.c -- the messages of a queue, in their order.
 *
 * The message of the highest priority comes first, and of one priority the
 * oldest.  A queue may have thousands, and whoever sends chooses the
 * priorities; so the order is a leftist heap, in which a message finds its
 * place, and the first one leaves, in a number of steps that grows as the
 * logarithm of the messages (Knuth, vol. 3, 5.2.3).
 *
 *	          [ 9, oldest ]          each comes before those below it
 *	           /         \
 *	       [ 9 ]        [ 4 ]        `distance`: the steps down to the right
 *	       /   \                     until there is none; never more than to
 *	    [ 7 ] [ 0 ]                  the left, so they are few
 *
 * A row keeps its slot among the queue's bytes for all of the queue's life.
 * The bytes are a file's: they take memory when they are first written, at the
 * level of their sender, and keep it until the queue ends.
 */
#include "mqueue.h"

#define PRIORITY 3 /* mq_timedreceive's pointer to one */

struct mail {
	struct object object;
	int next; /* of its queue's rows, or 0 */
	uint32_t slot;
	uint32_t priority, bytes;
	uint64_t number; /* of those sent to the queue */
	int left, right; /* what comes later, or 0 */
	uint32_t distance;
};

/* Row 0 is no message: its distance is 0. */
static struct objects mails = {.bytes = sizeof(struct mail)};

bool mail_start(void)
{
	return objects_start(&mails);
}

static struct mail *mail_at(int mail)
{
	return objects_at(&mails, mail);
}

/* ---- the heap ----------------------------------------------------------- */

static bool comes_before(const struct mail *a, const struct mail *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->number < b->number;
}

static void lean_left(struct mail *top)
{
	int left = top->left;

	if (mail_at(left)->distance < mail_at(top->right)->distance) {
		top->left = top->right;
		top->right = left;
	}
	top->distance = mail_at(top->right)->distance + 1;
}

/* One heap of two: it walks down on the right of both. */
static int merge(int a, int b)
{
	struct mail *top;

	if (a == 0 || b == 0)
		return a + b;
	if (comes_before(mail_at(b), mail_at(a)))
		return merge(b, a);
	top = mail_at(a);
	top->right = merge(top->right, b);
	lean_left(top);
	return a;
}

void mail_put(struct queue *q, int mail)
{
	struct mail *one = mail_at(mail);

	one->left = one->right = 0;
	one->distance = 1;
	q->first = merge(q->first, mail);
	q->count++;
	q->used += one->bytes;
}

int mail_take(struct queue *q)
{
	int mail = q->first;
	const struct mail *one = mail_at(mail);

	q->first = merge(one->left, one->right);
	q->count--;
	q->used -= one->bytes;
	return mail;
}

/* ---- rows --------------------------------------------------------------- */

/* A row for a message of that client, or -ENOMEM. */
static int row_for(struct queue *q, int token)
{
	int mail = q->spare;

	if (mail != 0) {
		q->spare = mail_at(mail)->left;
		return mail;
	}
	mail = row_take(&mails, token);
	if (mail < 0)
		return -ENOMEM;
	mail_at(mail)->slot = q->slots++;
	mail_at(mail)->next = q->rows;
	q->rows = mail;
	return mail;
}

void mail_forget(struct queue *q, int mail)
{
	mail_at(mail)->left = q->spare;
	q->spare = mail;
}

void mail_end(struct queue *q)
{
	while (q->rows != 0) {
		int mail = q->rows;

		q->rows = mail_at(mail)->next;
		objects_drop(&mails, mail);
	}
	bytes_drop(&q->bytes);
}

/* ---- to and from clients ------------------------------------------------ */

/* The message's slot, as bytes of its client's buffer. */
static struct span span_of(const struct queue *q, int mail, int token)
{
	return (struct span){.token = token,
	                     .argument = BUFFER,
	                     .offset = mail_at(mail)->slot * q->size,
	                     .bytes = mail_at(mail)->bytes};
}

int mail_probe(const struct wait *sender)
{
	static uint8_t page[PAGE_SIZE];

	for (uint32_t done = 0; done < sender->total; done += PAGE_SIZE) {
		uint32_t bytes = min(sender->total - done, PAGE_SIZE);
		int moved =
		    k_lease_read(sender->token, BUFFER, done, page, bytes);

		if (moved != (int)bytes)
			return moved < 0 ? moved : -EFAULT;
	}
	return 0;
}

/* Copies a sender's bytes.  If not all could be moved: what is it that ends? */
static int fetch_bytes(struct queue *q, int mail, const struct wait *sender)
{
	int error;

	if (sender->total == 0 ||
	    bytes_write(&q->bytes, span_of(q, mail, sender->token)) ==
	        (int)sender->total)
		return 0;
	error = mail_probe(sender);
	return error < 0 ? error : -ENOMEM;
}

int mail_fetch(struct queue *q, const struct wait *sender)
{
	int mail = row_for(q, sender->token), error;

	if (mail < 0)
		return mail;
	mail_at(mail)->priority = sender->from;
	mail_at(mail)->bytes = sender->total;
	mail_at(mail)->number = q->sent++;
	error = fetch_bytes(q, mail, sender);
	if (error == 0)
		return mail;
	mail_forget(q, mail);
	return error;
}

int mail_give(struct queue *q, int mail, const struct wait *receiver)
{
	const struct mail *one = mail_at(mail);
	int error = 0, moved = 0;

	if (receiver->from != 0)
		error = give(receiver->token, PRIORITY, &one->priority,
		             sizeof(one->priority));
	if (error == 0 && one->bytes > 0)
		moved =
		    bytes_read(&q->bytes, span_of(q, mail, receiver->token));
	if (error < 0 || moved < 0)
		return error < 0 ? error : moved;
	return moved == (int)one->bytes ? moved : -EFAULT;
}
