/*
 * tests/host/tap.c -- counts sentences, and cases that fail.
 */
#include "tap.h"

#include <stdarg.h>

int tap_bad;
void (*tap_explain)(void);

static int sentences, failures;

void tap_failed(long long is, long long wanted, const char *what,
                const char *file, int line)
{
	if (tap_bad++ > 0)
		return;
	printf("# %s:%d: %s is %lld, wanted %lld\n", file, line, what, is,
	       wanted);
	if (tap_explain)
		tap_explain();
}

void tap(const char *sentence, ...)
{
	va_list args;

	printf("%sok %d - ", tap_bad ? "not " : "", ++sentences);
	va_start(args, sentence);
	vprintf(sentence, args);
	va_end(args);
	printf("\n");
	if (tap_bad > 1)
		printf("# %d cases failed\n", tap_bad);
	fflush(stdout);
	failures += tap_bad != 0;
	tap_bad = 0;
}

int tap_end(void)
{
	printf("1..%d\n", sentences);
	return failures != 0;
}
