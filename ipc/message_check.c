/*
 * ipc/message_check.c -- recomputes what messages rest on: M1 to M4 of
 * message.c, and the count of every connection.
 *
 * M6  a connection's count is the descriptors, working directories and
 *     messages under way that hold it; one with count 0 is free or waits in
 *     its channel's list of closed ones.
 */
#include "message.h"

#include "../kernel/klog.h"

static int holds_of(int proc, int connection)
{
	const struct proc *p = &procs[proc];
	int n = p->cwd == connection;

	for (int fd = 0; fd < OPEN_MAX; fd++) {
		n += p->descriptors[fd] == connection;
	}
	n += p->message.connection == connection;
	for (int i = 0; i < 2; i++) {
		n += p->message.carried[i] == connection;
	}
	return n;
}

static int count_check(void)
{
	int breaches = 0;

	for (int c = 0; c < connection_table.fresh; c++) {
		int n = 0;

		if (connections[c].count == 0) {
			continue;
		}
		for (int i = 0; i < proc_table.fresh; i++) {
			if (procs[i].state != PROC_FREE) {
				n += holds_of(i, c);
			}
		}
		if (n != connections[c].count) {
			klog(KLOG_ERROR, "M6: connection %d counts %d, held %d",
			     c, connections[c].count, n);
			breaches++;
		}
	}
	return breaches;
}

static bool stands_in_queue(int proc)
{
	int i = channels[procs[proc].message.at].first;

	while (i >= 0 && i != proc) {
		i = procs[i].message.next;
	}
	return i == proc;
}

/* Is this waiting process where M1 to M4 say it must be? */
static bool state_is_right(int proc)
{
	const struct proc *p = &procs[proc];

	switch (p->state) {
	case PROC_SENDING:
		return p->message.at >= 0 && p->message.queued &&
		       p->peer == channels[p->message.at].server;
	case PROC_REPLY_WAIT:
		return p->message.at >= 0 && p->message.generation != 0 &&
		       p->peer == channels[p->message.at].server;
	case PROC_RECEIVING:
		return p->message.channel >= 0 &&
		       channels[p->message.channel].first < 0 &&
		       channels[p->message.channel].closed < 0;
	default:
		return true;
	}
}

int message_check(void)
{
	int breaches = count_check();

	for (int i = 1; i < proc_table.fresh; i++) {
		if (procs[i].state == PROC_FREE) {
			continue;
		}
		if (!state_is_right(i)) {
			klog(KLOG_ERROR, "M2-M4: pid %d, state %d, peer %d",
			     procs[i].pid, procs[i].state, procs[i].peer);
			breaches++;
		}
		if (procs[i].message.queued && !stands_in_queue(i)) {
			klog(KLOG_ERROR, "M1: pid %d is in no queue",
			     procs[i].pid);
			breaches++;
		}
	}
	return breaches;
}
