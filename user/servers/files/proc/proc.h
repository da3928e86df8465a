/*
 * user/servers/files/proc/proc.h -- /proc, for the other rooms.
 *
 * The server keeps no contents of these files: they are made from the kernel's
 * tables (user/lib/inspect.h) when they are read.
 *
 *	proc.c      which files there are
 *	made.c      their contents, a turn at a time
 *	machine.c   what /proc says about the machine
 *	load.c      how much work there is
 *	process.c   what /proc/PID says about a process
 *	maps.c      /proc/PID/maps and pt: address spaces
 *	sysvipc.c   /proc/sysvipc: the System V objects
 *	tunables.c  /proc/sys: the limits, which root may write
 */
#ifndef FILES_PROC_H
#define FILES_PROC_H

#include "../open/open.h"
#include "../tree/path.h"

/* The limits of message queues: /proc/sys/fs/mqueue. */
enum queue_limit {
	QUEUE_QUEUES_MAX,
	QUEUE_MSG_MAX,
	QUEUE_MSGSIZE_MAX,
	QUEUE_MSG_DEFAULT,
	QUEUE_MSGSIZE_DEFAULT,
	QUEUE_LIMITS
};
extern uint32_t queue_limits[QUEUE_LIMITS];

/* What root may give to one queue, as a limit and as an attribute. */
#define QUEUE_HARD_MOST 65536u
#define QUEUE_HARD_SIZE 0x100000u /* Linux: 16 MiB; a turn moves one */

/* Makes the names that are fixed.  False: there is no memory. */
bool proc_start(void);
/*
 * Each writes a name and returns its node, or NO_NODE: the file at `*index` in
 * /proc/PID, or the next one there is, and then moves *index to it; the
 * directory of the lowest pid from `pid` up.
 */
int proc_child(int parent, int *index, char name[16]);
int proc_next_pid(int pid, char name[16]);

/* May `who` open the file, besides what its mode says?  0 or -EACCES. */
int made_admits(const struct node *node, const struct who *who);
/* Is `node` a limit in /proc/sys? */
bool made_settable(const struct node *node);
/* A turn of a read at the object's offset.  The call's answer, or LATER. */
int made_read(const struct wait *reading, struct open *open);
/* The names of the system: uname(2), sethostname(2), setdomainname(2). */
int uname_call(const struct message *m);
int set_name_call(const struct message *m);
/*
 * Counts the load if it is time to: `now` is CLOCK_MONOTONIC in nanoseconds.
 * Answers when it will be time again.
 */
uint64_t load_look(uint64_t now);
int sysinfo_call(const struct message *m);
/* A write to a file of /proc, from that byte on.  Bytes or -errno. */
int made_write(const struct message *m, const struct open *open, uint32_t from);

#endif
