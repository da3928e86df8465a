/*
 * user/lib/inspect.h -- the kernel's tables, by name.
 *
 * The inspection block (abi/inspect.h) says by name where each table of the
 * kernel is, and where each field of its rows.  A server whose words the kernel
 * lets inspect reads them here, and knows no structure of the kernel.
 */
#ifndef USER_LIB_INSPECT_H
#define USER_LIB_INSPECT_H

#include "../../abi/inspect.h"
#include "server.h"

/* clang-format off */
enum field {
	PROC_PID, PROC_STATE, PROC_PEER, PROC_PARENT, PROC_SPACE, PROC_NAME,
	PROC_PGID, PROC_SID, PROC_UID, PROC_EUID, PROC_GID, PROC_EGID, PROC_START, PROC_USER, PROC_SYSTEM, PROC_STATUS,
	PROC_CRIME, PROC_CHILDREN, PROC_SUID, PROC_SGID, PROC_FILE, PROC_ARGS, PROC_ENVIRONMENT, PROC_ENVIRONMENT_END,
	PROC_LIMITS, PROC_NGROUPS, PROC_GROUPS, PROC_UMASK,
	PROC_NICE, PROC_MASK, PROC_PENDING, PROC_CAUGHT, PROC_IGNORED, PROC_NEWS,
	PROC_CWD, PROC_DESCRIPTORS, PROC_CLOEXEC, PROC_CHANNEL, CONNECTION_CHANNEL, CONNECTION_OBJECT,
	SPACE_DIRECTORY, SPACE_HEAP, SPACE_SLOT_REGION, REGION_START, REGION_END,
	REGION_KIND, REGION_SEGMENT, REGION_OFFSET, REGION_RIGHTS, REGION_CEILING,
	REGION_TAG, REGION_NEXT, REGION_SPACE, SEGMENT_RESIDENT, SEGMENT_HOLDERS, SEGMENT_KIND, SEGMENT_START, SHM_DS, SHM_ID,
	SHM_SEGMENT, SEM_DS, SEM_ID, MSG_DS, MSG_ID,
	FIELDS
};
enum table { PROCS, SPACES, REGIONS, SEGMENTS, SHMS, SEMS, MSGS, CONNECTIONS, TABLES };
/* clang-format on */

#define ROW_MAX 2304

struct row {
	uint8_t bytes[ROW_MAX];
};

void inspect_start(uint32_t address);
/* The block as it is now: see abi/inspect.h. */
const struct inspection *inspect_now(void);
int table_slots(enum table table);
bool row_read(struct row *row, enum table table, int index);
/* A row for a walk through a table, valid until the next call; 0: none. */
const struct row *row_ahead(enum table table, int index);
uint32_t row_get(const struct row *row, enum field field);
const void *row_bytes(const struct row *row, enum field field);
uint32_t row_size(enum field field); /* bytes */
/* The rows of a table that are in use. */
uint32_t table_live(enum table table);
bool physical_read(uint32_t address, void *to, uint32_t bytes);
/*
 * Reads bytes of one page of a space, given by the frame of its directory.
 * False: the page is not present.
 */
bool memory_read(uint32_t directory, uint32_t va, void *to, uint32_t bytes);
/* Reads the row of process `pid`.  False: it is neither alive nor a zombie. */
bool process_read(struct row *row, int pid);
/* When process `pid` started, in ticks, what file it runs, and as whom. */
struct running {
	uint32_t started; /* 0: there is no process */
	uint32_t file, euid, egid;
};
struct running process_running(int pid);
/* The lowest pid that exists from `pid` up, or -1. */
int process_from(int pid);
/* The number of switches between processes since boot. */
uint32_t inspect_switches(void);

#endif
