// with: user/servers/files/mqueue/mail.c -includetests/host/fake_native.h
// alone
/*
 * tests/host/test_mail.c -- the messages of a queue, against a list of them.
 *
 * Clients send messages of random priorities and lengths, and receive them.
 * Some are killed, and some have a buffer that ends too early: then a message
 * that was taken is put back.  The model is a list in which the next message is
 * looked for.
 *
 *	the first message has the highest priority, and of one it is the oldest
 *	each message arrives with its own bytes
 *	a message that was put back is where it was
 *	a queue has as many slots as it once had messages, and no more
 */
#include "../../user/servers/files/mqueue/mqueue.h"
#include "tap.h"

#define MOST  200 /* messages */
#define SIZE  64u /* bytes of one */
#define ROWS  (MOST + 2)
#define STEPS 300000

static struct mail_model {
	bool used;
	uint32_t priority, bytes, number;
} list[MOST];

static uint32_t count, sent;
static int rows_taken;
static uint8_t store[ROWS * SIZE]; /* the queue's bytes */
static struct queue q = {.most = MOST, .size = SIZE};
static uint32_t seed = 99;

/* The client of this call: what it sends, and what it has received. */
static struct {
	bool dead;
	uint32_t room; /* bytes of its buffer */
	uint8_t buffer[SIZE];
	uint32_t priority;
} client;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static uint8_t byte_at(uint32_t number, uint32_t place)
{
	return (uint8_t)(number * 31 + place);
}

/* ---- the rooms below ---------------------------------------------------- */

bool objects_start(struct objects *objects)
{
	objects->rows = calloc(ROWS, objects->bytes);
	objects->room = ROWS;
	objects_row(objects, 0)->used = true;
	return true;
}

int row_take(struct objects *objects, int token)
{
	int i = 0;

	(void)token;
	while (objects_row(objects, i)->used)
		i++;
	REQUIRE(i <= MOST);
	objects_row(objects, i)->used = true;
	rows_taken++;
	return i;
}

void objects_drop(struct objects *objects, int object)
{
	rows_taken--;
	objects_row(objects, object)->used = false;
}

static int moved(uint32_t bytes)
{
	if (client.dead)
		return -ESRCH;
	return client.room == 0 ? -EFAULT : (int)min(bytes, client.room);
}

int bytes_write(struct bytes *b, struct span span)
{
	int n = moved(span.bytes);

	(void)b;
	REQUIRE(span.offset % SIZE == 0 && span.bytes <= SIZE);
	if (n > 0)
		memcpy(store + span.offset, client.buffer, (size_t)n);
	return n;
}

int bytes_read(struct bytes *b, struct span span)
{
	int n = moved(span.bytes);

	(void)b;
	if (n > 0)
		memcpy(client.buffer, store + span.offset, (size_t)n);
	return n;
}

void bytes_drop(struct bytes *b)
{
	(void)b;
}

/* ---- the kernel's door -------------------------------------------------- */

int k_lease_read(int token, int argument, uint32_t offset, void *to,
                 uint32_t bytes)
{
	(void)token, (void)argument, (void)to;
	if (client.dead)
		return -ESRCH;
	return offset + bytes <= client.room ? (int)bytes : -EFAULT;
}

int give(int token, int argument, const void *from, uint32_t bytes)
{
	(void)token, (void)argument;
	if (client.dead)
		return -ESRCH;
	memcpy(&client.priority, from, bytes);
	return 0;
}

/* ---- the model ---------------------------------------------------------- */

static struct mail_model *next(void)
{
	struct mail_model *best = 0;

	for (struct mail_model *one = list; one < list + MOST; one++)
		if (one->used && (best == 0 || one->priority > best->priority ||
		                  (one->priority == best->priority &&
		                   one->number < best->number)))
			best = one;
	return best;
}

static void remember(uint32_t priority, uint32_t bytes)
{
	struct mail_model *one = list;

	while (one->used)
		one++;
	*one = (struct mail_model){true, priority, bytes, sent++};
	count++;
}

/* ---- what happens ------------------------------------------------------- */

static void new_client(uint32_t room)
{
	client.dead = chance(30) == 0;
	client.room = chance(10) == 0 ? chance(SIZE) : room;
}

static void send(void)
{
	static const uint32_t priorities[] = {1, 3, MQ_PRIO_MAX};
	uint32_t priority = chance(priorities[chance(3)]);
	uint32_t bytes = chance(SIZE + 1);
	struct wait sender = {.token = 5, .from = priority, .total = bytes};
	int mail;

	new_client(bytes);
	for (uint32_t i = 0; i < bytes; i++)
		client.buffer[i] = byte_at(sent, i);
	mail = mail_fetch(&q, &sender);
	if (bytes > 0 && (client.dead || client.room < bytes)) {
		EXPECT(mail, client.dead ? -ESRCH : -EFAULT);
		return;
	}
	if (!REQUIRE(mail > 0))
		return;
	mail_put(&q, mail);
	remember(priority, bytes);
}

static void check_received(const struct mail_model *wanted)
{
	EXPECT(client.priority, wanted->priority);
	for (uint32_t i = 0; i < wanted->bytes; i++)
		EXPECT(client.buffer[i], byte_at(wanted->number, i));
}

static void receive(void)
{
	struct wait receiver = {.token = 6, .from = 1};
	struct mail_model *wanted = next();
	int mail = mail_take(&q), result;

	new_client(SIZE);
	result = mail_give(&q, mail, &receiver);
	if (result < 0) {
		REQUIRE(client.dead || client.room < wanted->bytes);
		mail_put(&q, mail);
		return;
	}
	EXPECT(result, wanted->bytes);
	check_received(wanted);
	mail_forget(&q, mail);
	wanted->used = false;
	count--;
}

/* Long times of growing and of shrinking, so that it is full and empty. */
static void step(int number)
{
	bool grows = number / 1000 % 2 == 0;

	if (count == 0 || (count < MOST && (chance(3) > 0) == grows))
		send();
	else
		receive();
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	REQUIRE(mail_start());
	for (int i = 0; i < STEPS && tap_bad == 0; i++) {
		step(i);
		EXPECT(q.count, count);
		REQUIRE(q.slots <= MOST);
	}
	REQUIRE(sent > STEPS / 4 && q.slots == MOST);
	tap("messages come by their priority and age, with their own bytes");
	while (count > 0 && tap_bad == 0)
		receive();
	EXPECT(q.used, 0);
	tap("the last ones come, and then the queue has none");
	mail_end(&q);
	EXPECT(rows_taken, 0);
	tap("a queue that ends gives all rows back");
	return tap_end();
}
