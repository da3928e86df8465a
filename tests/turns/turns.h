/*
 * tests/turns/turns.h -- measures the turns of a server.
 *
 * A turn goes from one receive to the next: so long no other client is heard.
 * tests/jobs/turns.py puts this file behind user/lib/native.h of a copy, and
 * builds the servers there.  So the servers that people use pay nothing.
 *
 *	receive -> turn_begin ... turn_end -> receive -> ...
 *
 * QEMU counts instructions (-icount), and the time-stamp counter has the count.
 * The log is told of each turn that is the longest so far of all that began
 * with such a message; -EAGAIN: with none.
 *
 *	turn TYPE INSTRUCTIONS
 *
 * With "switched" in place of "turn" other processes ran meanwhile, because the
 * server's slice was over: then the count has their instructions, too.
 *
 * TURNS_INSPECTION is the address of the kernel's inspection block.
 */
#ifndef TESTS_TURNS_H
#define TESTS_TURNS_H

#include "../../abi/inspect.h"
#include "../../user/lib/string.h"

#define TURN_TOLD  1000000u /* instructions; shorter turns are not told */
#define TURN_KINDS 512      /* by the type of their message */

struct turns {
	uint64_t from;
	uint32_t switches, longest[TURN_KINDS];
	int type;
	bool any; /* a turn has begun */
};

/* All files of a server have one together. */
__attribute__((weak)) struct turns turns;

static inline uint64_t turn_clock(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint32_t turn_switches(void)
{
	uint32_t at = TURNS_INSPECTION, count = 0;

	k_inspect(
	    at + offsetof(struct inspection, counters[INSPECT_COUNT_SWITCHES]),
	    &count, sizeof(count));
	return count;
}

static inline void turn_end(void)
{
	uint64_t cost = turn_clock() - turns.from;
	uint32_t *longest = &turns.longest[(uint32_t)turns.type % TURN_KINDS];
	char line[40];
	struct text text = {line, sizeof(line), 0};

	if (!turns.any || cost <= TURN_TOLD || cost <= *longest)
		return;
	if (turn_switches() != turns.switches) {
		text_add(&text, "switched %d %u", turns.type, (uint32_t)cost);
		k_log(line, text.used);
		return;
	}
	*longest = (uint32_t)cost;
	text_add(&text, "turn %d %u", turns.type, *longest);
	k_log(line, text.used);
}

static inline int turn_begin(const struct message *m, int error)
{
	turns.any = true;
	turns.type = error == 0 ? m->type : error;
	turns.switches = turn_switches();
	turns.from = turn_clock();
	return error;
}

#define k_receive(m) (turn_end(), turn_begin(m, (k_receive)(m)))
#define k_poll(m)    (turn_end(), turn_begin(m, (k_poll)(m)))
#define k_reply_receive(token, status, m)                                      \
	(turn_end(), turn_begin(m, (k_reply_receive)(token, status, m)))

#endif
