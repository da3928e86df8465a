// with: user/lib/room.c -includetests/host/fake_native.h
// alone
/*
 * tests/host/test_room.c -- the waiting room of a server, against lists.
 *
 * Clients of a few parties join three queues, leave them at their turn or
 * before, take turns and die, at random.  The model keeps each queue as a row
 * of tokens in the order of ranks and of joining, and the parties' turns as a
 * row of their own.  After each step each queue must be as the model says, link
 * by link.
 */
#include "../../user/lib/room.h"
#include "tap.h"

#define QUEUES  3
#define PARTIES 4
#define SLOTS   24 /* so that dead clients' places are taken */
#define STEPS   200000
#define MOST    64

static int queues[QUEUES] = {NOBODY, NOBODY, NOBODY};

static struct line {
	int parties[PARTIES], count; /* whose turn it is, and who comes then */
	int tokens[PARTIES][MOST], ranks[PARTIES][MOST], waiting[PARTIES];
} lines[QUEUES];

static int generation, answers;
static uint32_t seed = 4711;

int *room_queue(const struct wait *wait)
{
	return &queues[wait->what];
}

int k_reply(int token, int status, const struct reply *reply)
{
	(void)token, (void)reply;
	answers++;
	return status == -ESRCH ? -ESRCH : 0;
}

int k_lease_size(int token, int argument)
{
	(void)token;
	return argument;
}

static uint32_t chance(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* ---- the model ---------------------------------------------------------- */

static int place_of(const struct line *line, int party)
{
	int at = 0;

	while (at < line->count && line->parties[at] != party)
		at++;
	return at;
}

static void model_join(struct line *line, int party, int token, int rank)
{
	int *tokens = line->tokens[party], *ranks = line->ranks[party];
	int i = line->waiting[party]++;

	if (place_of(line, party) == line->count)
		line->parties[line->count++] = party;
	for (; i > 0 && ranks[i - 1] > rank; i--) {
		tokens[i] = tokens[i - 1];
		ranks[i] = ranks[i - 1];
	}
	tokens[i] = token;
	ranks[i] = rank;
}

/* The party at place `at` goes to the end, or away. */
static void move_party(struct line *line, int at, bool away)
{
	int party = line->parties[at];

	for (; at + 1 < line->count; at++)
		line->parties[at] = line->parties[at + 1];
	if (away)
		line->count--;
	else
		line->parties[line->count - 1] = party;
}

static void model_leave(struct line *line, int party, int token)
{
	int *tokens = line->tokens[party], i = 0;
	int at = place_of(line, party);

	while (tokens[i] != token)
		i++;
	for (int j = i; j + 1 < line->waiting[party]; j++) {
		tokens[j] = tokens[j + 1];
		line->ranks[party][j] = line->ranks[party][j + 1];
	}
	line->waiting[party]--;
	if (line->waiting[party] == 0)
		move_party(line, at, true);
	else if (at == 0 && i == 0)
		move_party(line, 0, false);
}

/* ---- the comparison ----------------------------------------------------- */

static void compare(int queue)
{
	const struct line *line = &lines[queue];
	int first = queues[queue];

	for (int at = 0; at < line->count; at++) {
		int party = line->parties[at], slot = first;

		for (int i = 0; i < line->waiting[party]; i++) {
			const struct wait *wait = room_place(slot);

			if (!REQUIRE(wait != 0))
				return;
			EXPECT(wait->token, line->tokens[party][i]);
			EXPECT(wait->party, (uint32_t)party);
			slot = wait->behind;
		}
		EXPECT(slot, NOBODY);
		first = room_place(first)->next;
	}
	EXPECT(first, NOBODY);
}

/* ---- the steps ---------------------------------------------------------- */

static void forget(const struct wait *wait)
{
	model_leave(&lines[wait->what], (int)wait->party, wait->token);
}

/* A client joins; if its slot's place is taken, the one there is dead. */
static void join(int slot)
{
	struct message m = {.token = ++generation * TOKEN_SLOTS + slot,
	                    .uid = chance(PARTIES)};
	struct wait wait = room_client(&m);

	wait.what = (int)chance(QUEUES);
	wait.rank = (int)chance(3) - 1;
	if (room_place(slot) != 0)
		forget(room_place(slot));
	model_join(&lines[wait.what], (int)wait.party, wait.token, wait.rank);
	room_join(&wait);
	EXPECT(room_find(m.token)->token, m.token);
	EXPECT(room_find(m.token - TOKEN_SLOTS) == 0, true);
}

static void step(void)
{
	int queue = (int)chance(QUEUES), slot = (int)chance(SLOTS);
	struct wait *wait = room_first(&queues[queue]);

	switch (chance(5)) {
	case 0:
		if (wait != 0) {
			move_party(&lines[queue], 0, false);
			room_turn(&queues[queue]);
		}
		break;
	case 1:
		if (wait != 0) {
			forget(wait);
			EXPECT(room_answer(wait, 1), 0);
		}
		break;
	case 2:
		if (room_place(slot) != 0) {
			forget(room_place(slot));
			room_leave(room_place(slot));
		}
		break;
	default:
		join(slot);
	}
}

static void dismiss(void)
{
	int waiting = 0;

	for (int slot = 0; slot < SLOTS; slot++)
		waiting += room_place(slot) != 0;
	answers = 0;
	for (int queue = 0; queue < QUEUES; queue++) {
		room_dismiss(&queues[queue], 0);
		EXPECT(queues[queue], NOBODY);
	}
	EXPECT(answers, waiting);
	for (int slot = 0; slot < SLOTS; slot++)
		REQUIRE(room_place(slot) == 0);
}

int main(int argc, char **argv, char **envp)
{
	struct wait wait = {.done = 0};

	(void)argc, (void)argv, (void)envp;
	for (int i = 0; i < STEPS && tap_bad == 0; i++) {
		step();
		for (int queue = 0; queue < QUEUES; queue++)
			compare(queue);
	}
	tap("clients of all parties are served in turn, whoever leaves or "
	    "dies");
	dismiss();
	tap("all that wait can be dismissed, each with one answer");
	EXPECT(room_interrupted(&wait), -EINTR);
	wait.done = 3;
	EXPECT(room_interrupted(&wait), 3);
	tap("who waits no longer gets its bytes, or EINTR if there are none");
	return tap_end();
}
