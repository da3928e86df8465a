/*
 * tests/host/in_line.c -- processes that sleep in line.
 */
#include "in_line.h"

#include "../../ipc/sysv/ids.h"

int first_caller, last_caller;
jmp_buf asleep;
bool may_sleep;
int alike;
int calls_made;
int order[MOST_PROCS], place_of[MOST_PROCS];

static int procs_here;

static void fall_asleep(void)
{
	EXPECT(may_sleep, true);
	keep_stack();
	longjmp(asleep, 1);
}

void begin_procs(int count, bool strangers)
{
	procs_here = count;
	fake_procs(count + 1);
	fake_switch = fall_asleep;
	clock_now = NOW;
	for (int i = 0; i < count; i++) {
		procs[i].state = PROC_RUNNING;
		procs[i].identity.euid = 100 + (strangers ? i : 0);
		procs[i].identity.egid = 200 + (strangers ? i : 0);
	}
	memset(&procs[count], 0x5A, sizeof(procs[count]));
	procs[count].state = PROC_FREE;
	alike = strangers ? 0 : 3; /* a scene may ask for more */
	first_caller = 0;
	last_caller = 2;
}

int go_on(int proc, struct line *line, bool late)
{
	uint64_t until = clock_counts;

	running = &procs[proc];
	may_sleep = false;
	told_in_vain = 0;
	procs[proc].state = PROC_RUNNING;
	return wait_sleep(line, late ? &until : 0);
}

void find_order(void)
{
	for (int i = 0; i < procs_here; i++) {
		int at = i;

		for (; i < alike && at > 0 && comes_before(i, order[at - 1]);
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (int i = 0; i < procs_here; i++)
		place_of[order[i]] = i;
}

struct proc *place(const struct proc *p)
{
	return p ? &procs[place_of[proc_index(p)]] : 0;
}

struct line place_line(struct line line)
{
	return (struct line){place(line.first), place(line.last)};
}

int explore_scenes(const char *what, const struct scene *scenes, int count,
                   struct explorer explorer,
                   void (*begin)(const struct scene *scene))
{
	long calls = 0;

	for (const struct scene *s = scenes; s < scenes + count; s++) {
		struct explored found;

		if (!explore_wanted((int)(s - scenes) + 1))
			continue;
		begin(s);
		calls_made = 0;
		s->add(32768 * IDS_SEQ_MAX);
		explorer.moves = calls_made;
		found = explore(&explorer);
		EXPECT(explore_limit || found.states >= s->at_least, true);
		tap("%s: each call from %d of %d states, %ld promises broken",
		    s->name, found.from, found.states, found.broken);
		calls += (long)found.from * calls_made;
	}
	tap("%s: %ld calls agree with the model", what, calls);
	return tap_end();
}
