/*
 * tests/guest/random.h -- what tests at random share: chance, text, and seeds.
 *
 * A seed decides a series of calls.  All that happens becomes text, which is
 * the same on Linux, and the answer is a sum of the text so far, for each
 * hundred calls.
 *
 *	PROGRAM [-v] [FIRST [SEEDS [CALLS]]]
 *
 * runs that many seeds from FIRST on.  Without a number there are fifty.  -v
 * shows the text.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include "test.h"

#define SEEDS        50
#define ANSWER_CALLS 100

static int calls, calls_wanted; /* of this seed */
static int verbose;
static unsigned random_state;
static unsigned text_sum;   /* of all text of this seed */
static char call_text[600]; /* of the call that is being made */

/* --- chance -------------------------------------------------------------- */

/* A number from 0 to below - 1. */
static unsigned chance(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % below;
}

#define ONE_OF(...)                                                            \
	(((const long[]){__VA_ARGS__})[chance(                                 \
	    sizeof((const long[]){__VA_ARGS__}) / sizeof(long))])

/* --- text ---------------------------------------------------------------- */

#define SUM_OF_NOTHING 2166136261u

/* Goes on with a sum, by FNV-1a. */
static unsigned sum_on(unsigned sum, const void *from, unsigned bytes)
{
	const unsigned char *p = from;

	while (bytes--)
		sum = (sum ^ *p++) * 16777619u;
	return sum;
}

static unsigned sum_of(const void *from, unsigned bytes)
{
	return sum_on(SUM_OF_NOTHING, from, bytes);
}

/* Tells what has happened. */
__attribute__((format(printf, 1, 2))) static void tell(const char *form, ...)
{
	char line[800];
	va_list list;

	va_start(list, form);
	vsnprintf(line, sizeof line, form, list);
	va_end(list);
	text_sum = sum_on(text_sum, line, strlen(line));
	if (verbose)
		say("%d: %s\n", calls, line);
}

/* Adds to the text of a call. */
__attribute__((format(printf, 1, 2))) static void text(const char *form, ...)
{
	size_t used = strlen(call_text);
	va_list list;

	va_start(list, form);
	vsnprintf(call_text + used, sizeof call_text - used, form, list);
	va_end(list);
}

/* --- seeds --------------------------------------------------------------- */

/* Begins with the seed that the test's sentence ends with. */
static void begin_seed(void)
{
	unsigned seed = (unsigned)atoi(strrchr(test_sentence, ' '));

	random_state = seed * 2654435761u | 1;
	text_sum = SUM_OF_NOTHING;
}

/* The answer, after each hundred calls. */
static void answer_sum(void)
{
	if (calls % ANSWER_CALLS)
		return;
	ANSWER(text_sum & 0x7FFFFFFF);
	if (verbose)
		say("sum %d\n", text_sum & 0x7FFFFFFF);
}

/* The main() of a test whose seeds `run` plays, with `most` calls each. */
static int run_seeds(char **argv, const char *what, void (*run)(void), int most)
{
	static char sentences[MOST_TESTS][40];
	int numbers[3] = {1, argv[1] ? 1 : SEEDS, most};

	verbose = argv[1] && strcmp(argv[1], "-v") == 0;
	argv += verbose;
	for (int i = 0; i < 3 && argv[1 + i]; i++)
		numbers[i] = atoi(argv[1 + i]);
	calls_wanted = numbers[2];
	for (int i = 0; i < numbers[1] && i < MOST_TESTS; i++) {
		snprintf(sentences[i], sizeof sentences[i],
		         "SOAK %s at random, seed %d", what, numbers[0] + i);
		add_test(sentences[i], __BASE_FILE__, run, 1);
	}
	return test_main(1, argv);
}

#endif
