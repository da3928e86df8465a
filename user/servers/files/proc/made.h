/*
 * user/servers/files/proc/made.h -- the files of /proc, by what makes them.
 */
#ifndef FILES_MADE_H
#define FILES_MADE_H

#include "../../../lib/inspect.h"
#include "proc.h"

/* clang-format off */
enum made {
	MADE_NOTHING, MADE_MEMINFO, MADE_UPTIME, MADE_COUNTERS, MADE_CHECK,
	MADE_SHM, MADE_SEM, MADE_MSG, MADE_STAT, MADE_STATUS, MADE_MAPS, MADE_PT,
	MADE_ENVIRON, MADE_VMSTAT, MADE_LIMITS, MADE_FDINFO, MADE_SMAPS,
	MADE_CRIME, MADE_MACHINE_STAT, MADE_LOADAVG, MADE_COMMAND_LINE,
	MADE_CPUINFO, MADE_STATM, MADE_COMM, MADE_CMDLINE,
	MADE_VERSION, MADE_OSTYPE, MADE_OSRELEASE, MADE_OSVERSION, MADE_HOSTNAME,
	MADE_NGROUPS, MADE_FILESYSTEMS, MADE_MOUNTS, MADE_MOUNTINFO,
	MADE_SWAPS, MADE_FILE_MAX, MADE_NR_OPEN, MADE_PIPE_MAX, MADE_OVERCOMMIT,
	MADE_TUNABLES, /* plus the number of the file's first tunable */
	/* The links of /proc/PID. */
	MADE_EXE = 0x100, MADE_CWD, MADE_ROOT,
	MADE_FD /* plus the descriptor */
};
/* clang-format on */

/*
 * A file that is made piece by piece.  A maker adds whole lines, from `at` on,
 * until there are `enough` bytes, and moves `at` behind them.  `at` says which
 * row or which address comes next, 0 at the start, so lines that appear or
 * disappear elsewhere do not matter.
 */
struct making {
	struct text text;
	uint32_t enough, at;
	int pid;
	int fd; /* of MADE_FDINFO */
};

/* machine.c */
bool made_is_text(int made);
void make_text(struct text *text, int made);
void make_meminfo(struct text *text, int pid);
void make_uptime(struct text *text, int pid);
void make_counters(struct text *text, int pid);
void make_check(struct text *text, int pid);
void make_machine_stat(struct text *text, int pid);
void make_command_line(struct text *text, int pid);
void make_cpuinfo(struct text *text, int pid);
void make_vmstat(struct text *text, int pid);

/* The processes that run or could run, as of the last inspect_now(). */
uint32_t made_running(void);

/* load.c */
void make_loadavg(struct text *text, int pid);

/* process.c */
/*
 * May `who` look at what a process has in memory and in its descriptors?
 * ptrace(2) asks so: it may be itself, it may have all of its ids, or be root.
 */
bool process_lets(int pid, const struct who *who);
void make_status(struct text *text, int pid);
void make_stat(struct text *text, int pid);
void make_statm(struct text *text, int pid);
void make_comm(struct text *text, int pid);
void make_limits(struct text *text, int pid);
void make_crime(struct text *text, int pid);
void make_cmdline(struct making *making);
void make_environ(struct making *making);
void make_fdinfo(struct making *making);
/* The mode of the link of a descriptor, which says how it is open. */
uint32_t process_link_mode(int pid, int fd);
/* The node that a link leads to; NO_NODE: it has none in this server. */
int process_target(int pid, int made);
/* Adds the target of a link, as a path. */
void process_link(struct text *text, int pid, int made);
/*
 * The connection of the lowest open descriptor from *fd up, to which it moves
 * *fd; -1: none is open there.
 */
int process_descriptor(int pid, int *fd);
/* The object behind a connection; -1: it leads to another server. */
int process_object(int connection);

/* sysvipc.c */
void make_shm(struct making *making);
void make_sem(struct making *making);
void make_msg(struct making *making);

/* maps.c */
void make_maps(struct making *making);
void make_smaps(struct making *making);
void make_pt(struct making *making);
/*
 * The bytes that are mapped in a process's space, and the pages that are
 * present; 0 if it has no space.
 */
void maps_measure(int pid, uint32_t *bytes, uint32_t *pages);
/*
 * Has a process a shared mapping of that segment, to which it may write or may
 * get the right to?
 */
bool maps_writable(int segment);

/* tunables.c: from limits to text, and back.  Behind the kernel's are ours. */
void tunables_make(struct text *text, uint32_t first);
int tunables_write(const struct message *m, uint32_t first, uint32_t offset);

#endif
