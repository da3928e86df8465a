/*
 * abi/inspect.h -- the inspection block: where everything is, by name.
 *
 * It is one structure at the symbol `inspection`, and its magic finds it in
 * memory.  gdb, /proc, the outside auditor and a browser page read the kernel's
 * state from it.  It describes itself: tables by name, address and stride,
 * their fields by name, offset and size.  So a reader needs this file and no
 * other header.
 *
 * Addresses are kernel addresses.  Below `direct_map` + 896 MiB the physical
 * address is the address minus `direct_map`; above, walk `kernel_directory`.
 *
 * What is live, and what is of the last update:
 *
 *	live     every row of a table, and what it points at: processes, spaces,
 *	         regions, segments, the page tables; `changes`, which grows with
 *	         every system call; `teach`
 *	fixed    magic to bytes, direct_map to frames_total, archive_*, hz,
 *	         boot_frames, the fields; of a table its name, address, stride
 *	updated  frames_free, frames_promised, kernel_frames, ticks, current,
 *	         boot_time, counters, tunables; of a table `slots` and `live`
 *
 * An update is made before each read through the servers' door, and so before
 * each read of /proc.  While the trace is on, it is also made before each event
 * is told: then all is true at that moment.  A reader outside that stops the
 * machine elsewhere goes by the live rows, and not by `slots`, `live` and
 * `current`.  One that does not stop it must start again when it has seen
 * `changes` move.
 */
#ifndef ABI_INSPECT_H
#define ABI_INSPECT_H

#include "types.h"

#define INSPECT_MAGIC   0x53534554u /* "TESS" in memory */
#define INSPECT_VERSION 4
#define INSPECT_TABLES  12
#define INSPECT_FIELDS  128

struct inspect_table {
	char name[12];    /* "procs", "spaces", "regions" ... */
	uint32_t address; /* of slot 0 */
	uint32_t stride;  /* bytes */
	uint32_t slots;   /* in memory now: a reader must not go beyond */
	uint32_t live;    /* in use */
};

struct inspect_field {
	/* "proc.pid", "region.start"; one of 20 characters has no NUL. */
	char name[20] __attribute__((nonstring));
	uint16_t offset;
	uint16_t size;
};

/* proc.state: kernel/process/process.h draws how the states follow. */
enum proc_state {
	PROC_FREE,
	PROC_NEW, /* being made */
	PROC_READY,
	PROC_RUNNING,
	/* From here to PROC_STOPPED it is blocked. */
	PROC_SENDING,    /* its message waits to be received by `peer` */
	PROC_REPLY_WAIT, /* `peer` has its message */
	PROC_RECEIVING,  /* a server with nothing to do */
	PROC_WAITING,    /* wait4: for a child */
	PROC_IN_LINE,    /* semop, msgsnd, msgrcv, futex: until it is served */
	PROC_SLEEPING,   /* until wake_at */
	PROC_PAUSED,     /* until a signal */
	PROC_POLLING,    /* poll, select: until a readiness word rises */
	PROC_VFORK,      /* until `peer`, its child, execs or ends */
	PROC_STOPPED,    /* by SIGSTOP or another stop signal, until SIGCONT */
	PROC_ZOMBIE,     /* has ended; its parent has not yet waited for it */
};

/* region.kind: of what a part of a space is made */
enum region_kind {
	REGION_FREE,
	REGION_SHARED,  /* of a segment, the same for all who map it */
	REGION_PRIVATE, /* of a segment or (-1) of zeroes; copy-on-write */
	REGION_STACK,   /* private zeroes that grow down, up to STACK_LIMIT */
	REGION_HEAP,    /* private zeroes that brk moves */
};

/* segment.kind: where its frames come from */
enum segment_kind {
	SEGMENT_FREE,
	/* Frames of its own, filled with zeroes at the first touch. */
	SEGMENT_MEMORY,
	/* Pages of the boot archive, where it lies. */
	SEGMENT_ARCHIVE,
	/* Frames outside RAM, which are never counted, zeroed or freed. */
	SEGMENT_DEVICE,
};

struct inspection {
	uint32_t magic, version, bytes; /* bytes: of this structure */
	uint32_t changes;
	uint32_t direct_map;       /* 0xC0000000 */
	uint32_t kernel_directory; /* physical */
	uint32_t frames;      /* address of struct { int count, next; }[] */
	uint32_t frame_limit; /* entries there */
	uint32_t frames_total, frames_free, frames_promised, kernel_frames;
	uint32_t archive_start, archive_bytes; /* physical */
	uint32_t ticks, hz;
	uint32_t current;      /* index in procs */
	uint32_t boot_time;    /* seconds since 1970 */
	uint32_t boot_frames;  /* taken at boot, before the allocator began */
	uint32_t counters[12]; /* INSPECT_COUNT_* */
	struct inspect_table tables[INSPECT_TABLES];
	struct inspect_field fields[INSPECT_FIELDS];
	uint32_t teach; /* `teach` on the command line: /proc/PID/pt for all */
	uint32_t tunables[24]; /* by enum tunable_number of message.h */
	uint32_t cmdline;      /* address: init's name, then the words; NULs */
	uint32_t cmdline_bytes;
};

/* counters[]: since boot */
#define INSPECT_COUNT_TRAPS     0 /* system calls: `changes` */
#define INSPECT_COUNT_FAULTS    1 /* page faults */
#define INSPECT_COUNT_CR3       2 /* loads of CR3 */
#define INSPECT_COUNT_ZEROED    3 /* frames zeroed */
#define INSPECT_COUNT_COPIED    4 /* frames copied (copy-on-write) */
#define INSPECT_COUNT_SWITCHES  5
#define INSPECT_COUNT_MESSAGES  6
#define INSPECT_COUNT_USER      7  /* ticks in user mode */
#define INSPECT_COUNT_SYSTEM    8  /* ticks in the kernel */
#define INSPECT_COUNT_PROCESSES 9  /* processes made */
#define INSPECT_COUNT_SHM       10 /* now: pages of System V segments */

#endif
