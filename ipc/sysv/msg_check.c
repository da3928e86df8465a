/*
 * ipc/sysv/msg_check.c -- self-check of System V message queues.
 *
 * Recomputes from scratch what msg.c keeps.  The invariants Q1 to Q5 are listed
 * at the top of ipc/sysv/msg.c.
 */
#include "msg.h"

#include "../../kernel/base/klog.h"
#include "pool.h"
#include "sem.h"

static int breaches;

static void expect(const char *what, int index, uint32_t is, uint32_t should)
{
	if (is == should)
		return;
	klog(KLOG_ERROR, "%s: queue %d has %u, should have %u", what, index, is,
	     should);
	breaches++;
}

/* Q3: a message shorter than `room` would fit. */
static void check_senders(const struct line *line, int index, uint64_t room)
{
	int end = line_check(line, "senders", index);

	breaches += end;
	for (struct proc *p = line->first; p && !end; p = p->wait.next) {
		int chain = p->wait.chain;
		const struct msg *m = chain < 0 ? 0 : pool_first(chain);

		if (m && !p->signal.killed)
			expect("Q3: a sender that fits", index, m->size < room,
			       0);
	}
}

static int length(int chain)
{
	int cells = 0;

	for (; chain >= 0 && cells <= pool_cells; chain = pool_next(chain))
		cells++;
	return cells;
}

/* Checks one queue: how many cells its messages have. */
static int check_queue(int index)
{
	const struct msg_queue *q = &msgs[index];
	uint32_t number = 0, bytes = 0;
	uint64_t room = 0;
	int cells = 0, last = -1;

	for (int chain = q->first;
	     chain >= 0 && number <= (uint32_t)pool_cells;) {
		const struct msg *m = pool_first(chain);

		number++;
		bytes += m->size;
		cells += length(chain);
		last = chain;
		chain = m->next;
	}
	expect("Q4: key shown", index, (uint32_t)q->ds.msg_perm.key,
	       (uint32_t)q->slot.key);
	expect("Q4: seq shown", index, q->ds.msg_perm.seq,
	       q->slot.id >> IDS_SHIFT);
	expect("Q1: qnum", index, q->ds.msg_qnum, number);
	expect("Q1: cbytes", index, q->ds.msg_cbytes, bytes);
	expect("Q1: last", index, q->last, last);
	if (q->ds.msg_qnum < q->ds.msg_qbytes && bytes <= q->ds.msg_qbytes)
		room = (uint64_t)q->ds.msg_qbytes - bytes + 1;
	check_senders(&q->senders, index, room);
	breaches += line_check(&q->receivers, "receivers", index);
	return cells;
}

int msg_check(void)
{
	int cells = 0;

	breaches = ids_check(&msg_ids, "msg");
	for (int i = 0; i < msg_ids.rows.fresh; i++)
		if (ids_used(&msg_ids, i))
			cells += check_queue(i);
	/* A message that waits for room is in no queue. */
	for (int i = 0; i < proc_rows.fresh; i++)
		if (procs[i].state != PROC_FREE && procs[i].wait.chain >= 0)
			cells += length(procs[i].wait.chain);
	expect("Q5: cells of all messages", -1,
	       (uint32_t)(pool_cells - sem_cells), (uint32_t)cells);
	return breaches;
}
