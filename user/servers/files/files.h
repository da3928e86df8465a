/*
 * user/servers/files/files.h -- the name space, and the parts of its server.
 *
 *	main.c      the loop, and which call goes where
 *	archive.c   the boot archive's members become nodes
 *	node.c      the tree: files, directories, links, devices
 *	path.c      from a path to a node: links, "..", rights
 *	open.c      open, and what is open: objects with offset and flags
 *	transfer.c  read, write, lseek, getdents64, mmap2 on objects
 *	turns.c     reads that are too long for one turn
 *	stat.c      the stat family, access, readlink, getcwd, chdir
 *	exec.c      execve: finds the image, "#!" too; the kernel parses it
 *	inspect.c   the kernel's tables, by name, through the inspection block
 *	proc.c      /proc: which files there are
 *	made.c      /proc: what stands in them, made as it is read
 *	maps.c      ... in PID/maps and PID/pt
 *	sysvipc.c   ... in sysvipc: the System V objects
 *	tunables.c  ... in sys/kernel: the limits, which root may write
 *
 * A handler answers 0 or a positive result or -errno, which main.c replies; or
 * ANSWERED when it has replied, passed on or exec'd itself, or will.
 */
#ifndef FILES_H
#define FILES_H

#include "../../../abi/inspect.h"
#include "../../lib/server.h"
#include "../../lib/string.h"

/* ---- node.c: the tree -------------------------------------------------- */

enum node_kind {
	NODE_DIRECTORY,
	NODE_FILE, /* a member of the archive */
	NODE_LINK,
	NODE_NULL,
	NODE_ZERO,
	NODE_PASS, /* a device of the server behind `value` */
	NODE_MADE, /* a file of /proc: `value` says which, of process `pid` */
};

#define ROOT    0
#define NO_NODE (-1)
/* Node numbers from here up are /proc/PID and what is in it: never stored. */
#define DYNAMIC 0x40000000

struct node {
	enum node_kind kind;
	uint32_t mode; /* S_IFMT and rights */
	uint32_t uid, gid, mtime;
	int parent, child, next; /* the tree; NO_NODE */
	const char *name;        /* not terminated */
	uint32_t name_bytes;
	const uint8_t *body; /* file: its bytes; link: its target */
	uint32_t bytes;
	int value, pid;
};

/* Room for `count` more nodes in all; false: no memory. */
bool node_start(int count);
/* A node's facts. */
struct node node_at(int node);
/* `name` in directory `parent`, or NO_NODE. */
int node_find(int parent, const char *name, uint32_t bytes);
/* The child of `directory` behind its child `node`, ROOT: its first. */
int node_after(int directory, int node);
/* A new node in `parent`, with root's ids; NO_NODE when there is no room. */
int node_add(int parent, const char *name, uint32_t bytes, uint32_t mode);
struct node *node_edit(int node); /* of the stored ones */
/* By absolute path of plain components, directories made on the way. */
int node_add_path(const char *path, uint32_t bytes, uint32_t mode);

/* ---- archive.c --------------------------------------------------------- */

extern const uint8_t *archive; /* all of it, mapped read-only */
bool archive_start(void);

/* ---- path.c ------------------------------------------------------------ */

#define MAY_READ    4u
#define MAY_WRITE   2u
#define MAY_EXECUTE 1u

struct who {
	uint32_t uid, gid;
	int pid, token; /* the client: its other groups are asked for */
};

struct who who_effective(const struct message *m);
struct who who_real(const struct message *m);

/* 0 or -EACCES. */
int may(const struct who *who, const struct node *node, uint32_t wanted);

struct walk {
	struct who who;
	int start;         /* where a relative path begins */
	bool nofollow;     /* the last component: not through a link */
	bool last_missing; /* out: all but the last component is there */
	int directory;     /* out: where the last component was looked for */
};

/* The node that `path` names, or -errno. */
int path_find(struct walk *walk, const char *path);

/* The bytes of a link's target, copied into `to`, and their number. */
uint32_t link_target(int node, int pid, char *to, uint32_t size);

/* ---- open.c ------------------------------------------------------------ */

struct open {
	struct object object;
	int node;
	int flags;
	uint32_t offset;
	/* of a file of /proc, see made.c: */
	uint32_t made; /* so many bytes were made ... */
	uint32_t at;   /* ... and what comes next */
	uint32_t rest_bytes;
	int rest; /* segment: the last of the bytes made, not yet read; or 0 */
};

bool open_start(void);
struct open *open_at(int object); /* 0: no such object */
int open_call(const struct message *m);
void open_close(int object);
/* Replies to `m` with a new object on `node`; ANSWERED or -errno. */
int open_reply(const struct message *m, int node, int flags);
/* The node that a name call's object stands for: its directory. */
int object_node(const struct message *m);
/* The path lease at `argument`, in a buffer that the next call overwrites. */
int path_lease(const struct message *m, int argument, char **path);

/* ---- transfer.c -------------------------------------------------------- */

int read_call(const struct message *m);
int write_call(const struct message *m);
int lseek_call(const struct message *m);
int llseek_call(const struct message *m);
int getdents_call(const struct message *m);
int mmap_call(const struct message *m);
int fcntl_call(const struct message *m);

/* ---- turns.c ----------------------------------------------------------- */

#define LATER (-4097) /* what read_on answers: there is more to do */

/* A read under way.  One client has one at most: it waits. */
struct reading {
	int token, object;
	uint32_t from;         /* the offset of its first byte */
	uint32_t wanted, done; /* bytes */
	bool begun;            /* `from` is set */
	bool hurried;          /* its client wants an answer soon */
};

/* transfer.c: one turn of a read: its answer, or LATER. */
int read_on(struct reading *reading);

/* Its first turn: its answer; or ANSWERED, and others follow. */
int turns_begin(struct reading reading);
bool turns_left(void);
void turns_next(void); /* of the first in line, if there is one */
void turns_hurry(int token);
/* Nobody has the object open any more: all who read it are dead. */
void turns_forget(int object);

/* ---- stat.c ------------------------------------------------------------ */

int stat_call(const struct message *m);
int fstat_call(const struct message *m);
int fstatat_call(const struct message *m);
int statx_call(const struct message *m);
int access_call(const struct message *m);
int readlink_call(const struct message *m);
int getcwd_call(const struct message *m);
int chdir_call(const struct message *m);
int fchdir_call(const struct message *m);

/* ---- exec.c ------------------------------------------------------------ */

int execve_call(const struct message *m);

/* ---- inspect.c: the kernel's tables ------------------------------------- */

/* clang-format off */
enum field {
	PROC_PID, PROC_STATE, PROC_PEER, PROC_PARENT, PROC_SPACE, PROC_NAME,
	PROC_PGID, PROC_SID, PROC_START, PROC_USER, PROC_SYSTEM, PROC_STATUS,
	SPACE_DIRECTORY, SPACE_HEAP, SPACE_SLOT_REGION, REGION_START, REGION_END,
	REGION_KIND, REGION_SEGMENT, REGION_OFFSET, REGION_RIGHTS,
	REGION_TAG, REGION_NEXT, REGION_SPACE, SEGMENT_RESIDENT, SHM_DS, SHM_ID,
	SHM_SEGMENT, SEM_DS, SEM_ID, MSG_DS, MSG_ID,
	FIELDS
};
enum table { PROCS, SPACES, REGIONS, SEGMENTS, SHMS, SEMS, MSGS, TABLES };
/* clang-format on */

#define ROW_MAX 2304

struct row {
	uint8_t bytes[ROW_MAX];
};

void inspect_start(uint32_t address);
/* The block itself, as it is now: see abi/inspect.h. */
const struct inspection *inspect_now(void);
int table_slots(enum table table);
bool row_read(struct row *row, enum table table, int index);
/* The same, for a walk through all: good until the next call; 0: beyond. */
const struct row *row_ahead(enum table table, int index);
uint32_t row_get(const struct row *row, enum field field);
const void *row_bytes(const struct row *row, enum field field);
bool physical_read(uint32_t address, void *to, uint32_t bytes);
/* The process of that pid that is alive or a zombie, in `row`. */
bool process_read(struct row *row, int pid);
/* The lowest pid of all from `pid` up, or -1. */
int process_from(int pid);
/* How often processes were switched, since boot. */
uint32_t inspect_switches(void);

/* ---- proc.c, made.c, maps.c -------------------------------------------- */

bool proc_start(void);
struct node proc_node(int node); /* a DYNAMIC one */
int proc_find(int parent, const char *name, uint32_t bytes);
/* The name at `index` in /proc/PID, or of the lowest pid from `pid` up. */
int proc_child(int parent, int index, char name[16]);
int proc_next_pid(int pid, char name[16]);
extern int proc_root;

/* Is it a limit in /proc/sys, which can be written, and read at its start? */
bool made_settable(const struct node *node);
/* A read at its offset: bytes given, -errno or LATER. */
int made_read(const struct reading *reading, struct open *open);
/* It is closed, or read from its start. */
void made_forget(struct open *open);
/* A write to a file of /proc. */
int made_write(const struct message *m, struct open *open);

/* Is it in /proc?  Nothing can be made there. */
bool proc_has(int node);
/* Bytes mapped in a process's space, and pages present; 0 when it has none. */
void maps_measure(int pid, uint32_t *bytes, uint32_t *pages);

#endif
