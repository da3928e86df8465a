// with: kernel/look/check.c
/*
 * tests/host/test_process_check.c -- the checker of processes sees each kind of
 * damage; the checkers of the other rooms are silent here.
 */
#include "../../kernel/look/machine.h"
#include "../../kernel/process/schedule.h"
#include "sees.h"

#define PROCS 4

struct run_queue run_queues[RUN_QUEUES], *turn, nobody;
int run_queues_used = 4;

#define SILENT(check)                                                          \
	int check(void)                                                        \
	{                                                                      \
		return 0;                                                      \
	}

/* Each row has a kernel stack, of which the first words were used. */
static uint32_t stacks[PROCS][PAGE_SIZE / sizeof(uint32_t)];

uintptr_t proc_stack_top(const struct proc *p)
{
	return (uintptr_t)&stacks[proc_index(p) + 1];
}

SILENT(shm_check)
SILENT(sem_check)
SILENT(msg_check)
SILENT(wait_check)
SILENT(sleep_check)
SILENT(message_check)
SILENT(signal_check)

/*
 * Process 1 runs, 2 is ready, 3 is a zombie.  All are of user 1, whose turn it
 * is.
 */
static void start(void)
{
	static const enum proc_state states[PROCS] = {PROC_READY, PROC_RUNNING,
	                                              PROC_READY, PROC_ZOMBIE};

	host_start();
	fake_procs(PROCS);
	for (int i = 0; i < PROCS; i++) {
		procs[i].state = states[i];
		procs[i].life.pid = i;
		procs[i].life.space =
		    states[i] == PROC_ZOMBIE ? -1 : space_make(LEVEL_USER);
		procs[i].sched.user = &run_queues[1];
	}
	turn = &run_queues[1];
	run_queues[2].next = &nobody;
	run_queues[1] = (struct run_queue){.first = &procs[2],
	                                   .next = &nobody,
	                                   .in_ring = true,
	                                   .processes = 3};
	stacks[1][PAGE_SIZE / sizeof(uint32_t) / 2] = 1;
	EXPECT(check_all(), 0);
}

int main(void)
{
	start();
	SEES(check_all, "P1: pid 1", procs[2].life.pid, 1);
	SEES(check_all, "P2: pid 2", procs[2].life.space, -1);
	SEES(check_all, "P2: pid 3", procs[3].life.space, 3);
	SEES(check_all, "P3: pid 2", run_queues[1].first, 0);
	SEES(check_all, "P3: pid 2", run_queues[0].first, &procs[2]);
	SEES(check_all, "P3: pid 2", procs[2].state, PROC_SLEEPING);
	SEES(check_all, "P3: pid 1", procs[1].state, PROC_READY);
	SEES(check_all, "P3: pid 1", procs[2].sched.next, &procs[1]);
	SEES(check_all, "P3: pid 2", procs[2].sched.next, &procs[2]);
	SEES(check_all, "P4: uid 0", run_queues[1].processes, 2);
	SEES(check_all, "P4: uid 0", procs[3].sched.user, 0);
	SEES(check_all, "P5: uid 0", turn, &nobody);
	SEES(check_all, "P5: uid 0", run_queues[1].in_ring, false);
	SEES(check_all, "P5: uid 0", run_queues[1].next, &run_queues[1]);
	SEES(check_all, "P5: uid 0", run_queues[1].next, &run_queues[2]);
	SEES(check_all, "P7: space 1", spaces[1].holders, 2);
	SEES(check_all, "P7: space 1", procs[2].life.space, 1);
	SEES(check_all, "P8: row 3", stacks[3][PAGE_SIZE / 8 - 1], 1);
	tap("check_all: sees each breach of P1 to P8: processes and users");
	return tap_end();
}
