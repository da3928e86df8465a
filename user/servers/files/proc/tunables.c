/*
 * user/servers/files/proc/tunables.c -- /proc/sys: the limits, as text.
 *
 * The limits in /proc/sys/kernel are the kernel's; those of message queues, in
 * /proc/sys/fs/mqueue, are this server's and have the numbers behind them.
 *
 * A file holds one number; `sem` holds four: SEMMSL SEMMNS SEMOPM SEMMNI.  A
 * write sets as many of them as it has numbers, from the first on, and returns
 * how many bytes it has used.  A write that does not begin at the start sets
 * nothing, and all of it is used.  So if a program writes "5 6" to a file of
 * one number, "5 " is used, and the write of the rest does not set 6.
 */
#include "made.h"

#define NUMBER_MAX 20 /* characters */

uint32_t queue_limits[QUEUE_LIMITS] = {[QUEUE_QUEUES_MAX] = 256,
                                       [QUEUE_MSG_MAX] = 10,
                                       [QUEUE_MSGSIZE_MAX] = 8192,
                                       [QUEUE_MSG_DEFAULT] = 10,
                                       [QUEUE_MSGSIZE_DEFAULT] = 8192};

/* From the least one to the greatest, as on Linux. */
static const uint32_t queue_ranges[QUEUE_LIMITS][2] = {
    [QUEUE_QUEUES_MAX] = {0, INT32_MAX},
    [QUEUE_MSG_MAX] = {1, QUEUE_HARD_MOST},
    [QUEUE_MSGSIZE_MAX] = {128, QUEUE_HARD_SIZE},
    [QUEUE_MSG_DEFAULT] = {1, QUEUE_HARD_MOST},
    [QUEUE_MSGSIZE_DEFAULT] = {128, QUEUE_HARD_SIZE}};

static uint32_t value_of(uint32_t limit)
{
	return limit < TUNABLES ? inspect_now()->tunables[limit]
	                        : queue_limits[limit - TUNABLES];
}

static int set_value(uint32_t limit, uint32_t value)
{
	const uint32_t *range;

	if (limit < TUNABLES)
		return k_tunable(limit, value);
	range = queue_ranges[limit - TUNABLES];
	if (value < range[0] || value > range[1])
		return -EINVAL;
	queue_limits[limit - TUNABLES] = value;
	return 0;
}

static uint32_t numbers_in(uint32_t first)
{
	return first == TUNABLE_SEMMSL ? TUNABLE_SEMMNI - TUNABLE_SEMMSL + 1
	                               : 1;
}

/* The wish for an id is -1 when there is none. */
static bool shows_sign(uint32_t first)
{
	return first >= TUNABLE_SHM_NEXT_ID && first <= TUNABLE_MSG_NEXT_ID;
}

void tunables_make(struct text *text, uint32_t first)
{
	for (uint32_t i = 0; i < numbers_in(first); i++)
		text_add(text,
		         shows_sign(first) ? "%d"
		         : i               ? "\t%u"
		                           : "%u",
		         value_of(first + i));
	text_byte(text, '\n');
}

/* The part of a write from `at` on. */
struct written {
	const char *at, *end;
};

static void skip_spaces(struct written *text)
{
	while (text->at < text->end &&
	       (*text->at == ' ' || (*text->at >= '\t' && *text->at <= '\r')))
		text->at++;
}

/*
 * Reads the number at text->at, in C's notation (10, 012, 0xa), and moves
 * text->at behind it.  False: there is none, or it does not fit in a word, or
 * it has too many characters.
 */
static bool number_next(struct written *text, uint32_t *value)
{
	const char *start = text->at, *at = start;
	uint32_t base = 10;
	uint64_t sum = 0;

	if (text->end - at > 1 && *at == '0')
		base = (at[1] | 32) == 'x' ? 16 : 8;
	if (base == 16)
		at += 2;
	for (; at < text->end && digit_value(*at) < base && sum <= UINT32_MAX;
	     at++)
		sum = sum * base + digit_value(*at);
	*value = (uint32_t)sum;
	text->at = at;
	return at > start + (base == 16 ? 2 : 0) && sum <= UINT32_MAX &&
	       at - start <= NUMBER_MAX &&
	       (at == text->end || *at == ' ' || *at == '\t' || *at == '\n');
}

/* Sets the limits that the text has numbers for.  0 or -errno. */
static int set_from(struct written *text, uint32_t first)
{
	uint32_t i, value;

	for (i = 0; i < numbers_in(first); i++) {
		int error;

		skip_spaces(text);
		if (text->at == text->end)
			break;
		if (!number_next(text, &value))
			return -EINVAL;
		error = set_value(first + i, value);
		if (error < 0)
			return error;
	}
	skip_spaces(text);
	return i > 0 ? 0 : -EINVAL;
}

int tunables_write(const struct message *m, uint32_t first, uint32_t offset)
{
	static char bytes[PAGE_SIZE - 1]; /* bytes after these are not used */
	int size = buffer_bytes(m), taken, error;
	struct written text;

	if (size <= 0)
		return size;
	taken = size < (int)sizeof(bytes) ? size : (int)sizeof(bytes);
	if (k_lease_read(m->token, BUFFER, 0, bytes, (uint32_t)taken) != taken)
		return -EFAULT;
	if (offset > 0)
		return size;
	text = (struct written){bytes, bytes + taken};
	error = set_from(&text, first);
	return error < 0 ? error : size - (int)(text.end - text.at);
}
