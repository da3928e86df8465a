/*
 * tests/host/sees.h -- a checker must be able to fail.
 *
 * SEES spoils one word, and the checker must complain by the name of the rule
 * that is broken.  The word is set back, and the checker must be silent.
 */
#ifndef TESTS_HOST_SEES_H
#define TESTS_HOST_SEES_H

#include "fake_kernel.h"
#include "tap.h"

static inline void sees_now(int (*check)(void), const char *rule,
                            const char *what)
{
	log_quiet = true;
	log_text[0] = '\0';
	EXPECT(check() > 0, true);
	if (!EXPECT(strstr(log_text, rule) != 0, true))
		printf("# of %s not %s, but: %s\n", what, rule, log_text);
	log_quiet = false;
}

#define SEES(check, rule, word, spoilt)                                        \
	do {                                                                   \
		__typeof__(word) kept_ = (word);                               \
		(word) = (spoilt);                                             \
		sees_now(check, rule, #word);                                  \
		(word) = kept_;                                                \
		EXPECT(check(), 0);                                            \
	} while (0)

#endif
