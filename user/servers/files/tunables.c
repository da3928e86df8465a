/*
 * user/servers/files/tunables.c -- /proc/sys/kernel: the limits, as text.
 *
 * A file holds one number; `sem` holds four, SEMMSL SEMMNS SEMOPM SEMMNI.  As
 * many as are written are set, from the first on.
 */
#include "files.h"
#include "made.h"

static uint32_t numbers_in(uint32_t first)
{
	return first == TUNABLE_SEMMSL ? TUNABLE_SEMMNI - TUNABLE_SEMMSL + 1
	                               : 1;
}

void tunables_make(struct text *text, uint32_t first)
{
	const struct inspection *now = inspect_now();

	for (uint32_t i = 0; i < numbers_in(first); i++)
		text_add(text, i ? "\t%u" : "%u", now->tunables[first + i]);
	text_byte(text, '\n');
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* 99: none in any base. */
static uint32_t digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	c |= 32;
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 99;
}

/*
 * The number at *at, as C writes it (10, 012, 0xa), which moves behind it:
 * false when there is none, or one that a word does not hold.
 */
static bool number_next(const char **at, uint32_t *value)
{
	uint32_t base = 10;
	uint64_t sum = 0;
	const char *from;

	if (**at == '0')
		base = ((*at)[1] | 32) == 'x' ? 16 : 8;
	if (base == 16)
		*at += 2;
	for (from = *at; digit_of(**at) < base && sum <= UINT32_MAX; (*at)++)
		sum = sum * base + digit_of(**at);
	*value = (uint32_t)sum;
	return *at != from && sum <= UINT32_MAX &&
	       (**at == '\0' || is_space(**at));
}

int tunables_write(const struct message *m, uint32_t first)
{
	int size = k_lease_size(m->token, 1);
	const char *at;
	char text[64];
	int moved, error = -EINVAL;

	if (size <= 0 || size >= (int)sizeof(text))
		return size <= 0 ? size : -EINVAL;
	moved = k_lease_read(m->token, 1, 0, text, (uint32_t)size);
	if (moved < 0)
		return moved;
	text[moved] = '\0';
	at = text;
	for (uint32_t i = 0; i < numbers_in(first); i++) {
		uint32_t value;

		while (is_space(*at))
			at++;
		if (*at == '\0')
			break;
		if (!number_next(&at, &value))
			return -EINVAL;
		error = k_tunable((int)(first + i), value);
		if (error < 0)
			return error;
	}
	return error < 0 ? error : size;
}
