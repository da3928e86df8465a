/*
 * abi/process.h -- what the calls about processes take.
 *
 * Source: clone(2), wait4(2), set_thread_area(2), getrlimit(2), reboot(2).
 */
#ifndef ABI_PROCESS_H
#define ABI_PROCESS_H

#include "types.h"

#define CLONE_VM             0x00000100u
#define CLONE_VFORK          0x00004000u
#define CLONE_PARENT_SETTID  0x00100000u
#define CLONE_CHILD_CLEARTID 0x00200000u
#define CLONE_CHILD_SETTID   0x01000000u

/* prctl */
#define PR_SET_PDEATHSIG       1
#define PR_GET_PDEATHSIG       2
#define PR_GET_DUMPABLE        3
#define PR_SET_DUMPABLE        4
#define PR_SET_NAME            15
#define PR_GET_NAME            16
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37

#define WNOHANG            1
#define WUNTRACED          2 /* waitid(2) calls it WSTOPPED */
#define WEXITED            4
#define WCONTINUED         8
#define WNOWAIT            0x01000000u
#define WAIT_KNOWN_OPTIONS 0xe000000bu /* and __WNOTHREAD __WALL __WCLONE */
#define WAITID_OPTIONS     (WAIT_KNOWN_OPTIONS | WEXITED | WNOWAIT)

/* waitid(2): whom its second argument means. */
#define P_ALL   0
#define P_PID   1
#define P_PGID  2
#define P_PIDFD 3

#define STATUS_CONTINUED 0xffff /* a status of wait4(2) */

/* struct rusage: two times, in seconds and microseconds, and 14 counts. */
#define RUSAGE_WORDS    18
#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN -1
#define RUSAGE_THREAD   1

/* set_thread_area: a segment that begins at `base`. */
struct user_desc {
	uint32_t entry_number, base, limit;
	uint32_t flags;
};
#define DESC_32BIT       0x01u
#define DESC_CONTENTS    0x06u /* 0, 1: data, data growing down */
#define DESC_READ_ONLY   0x08u
#define DESC_PAGES       0x10u
#define DESC_NOT_PRESENT 0x20u
#define DESC_USEABLE     0x40u
#define DESC_ALL         0x7fu

/* sysinfo(2): memory in units of `unit` bytes. */
struct sysinfo {
	uint32_t uptime, loads[3];
	uint32_t total, free, shared, buffers, total_swap, free_swap;
	uint16_t processes, pad;
	uint32_t total_high, free_high, unit;
	uint8_t unused[8];
};
_Static_assert(sizeof(struct sysinfo) == 64, "Linux i386 sysinfo");

/* getrlimit(2).  Each limit is a soft one and a hard one. */
enum {
	RLIMIT_CPU, /* seconds */
	RLIMIT_FSIZE,
	RLIMIT_DATA,
	RLIMIT_STACK,
	RLIMIT_CORE,
	RLIMIT_RSS,
	RLIMIT_NPROC,
	RLIMIT_NOFILE,
	RLIMIT_MEMLOCK,
	RLIMIT_AS,
	RLIMIT_LOCKS,
	RLIMIT_SIGPENDING,
	RLIMIT_MSGQUEUE,
	RLIMIT_NICE,
	RLIMIT_RTPRIO,
	RLIMIT_RTTIME,
	RLIM_NLIMITS
};
#define RLIM_INFINITY UINT32_MAX

#define REBOOT_MAGIC1    0xfee1deadu
#define REBOOT_MAGIC2    672274793u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_HALT      0xcdef0123u
#define REBOOT_RESTART   0x01234567u

#endif
