/*
 * user/servers/files/files.h -- the name space, and the parts of its server.
 *
 *	main.c      the loop, and which call goes where
 *	archive.c   the boot archive's members become nodes
 *	node.c      the tree: files, directories, links, devices
 *	entry.c     the tree: names in directories, and how to find one
 *	moment.c    the time that a request writes into nodes
 *	path.c      from a path to a node: links, "..", rights
 *	open.c      open, and what is open: objects with offset and flags
 *	dirops.c    mkdir, rmdir, unlink, link, symlink, rename, mknod
 *	attributes.c  chmod, chown, times
 *	transfer.c  read, write, lseek on objects
 *	directory.c getdents64
 *	memory.c    files as memory: mmap2, memfd_create
 *	size.c      truncate, fallocate, fsync
 *	statfs.c    what the file system has, and what is left of it
 *	bytes.c     the bytes of files: in the archive, in a cell, in a segment
 *	arena.c     cells for the bytes of small files
 *	quota.c     how much memory all files may take
 *	turns.c     reads that are too long for one turn
 *	pipe.c      pipes: their bytes, and who waits for them
 *	lock.c      flock(2)
 *	end.c       the ends of pipes: pipe(2), and FIFOs that are opened
 *	stat.c      the stat family, access, readlink, getcwd, chdir
 *	exec.c      execve: finds the program; the kernel parses it
 *	inspect.c   the kernel's tables, by name, through the inspection block
 *	proc.c      /proc: which files there are
 *	made.c      /proc: their contents, made when they are read
 *	machine.c   /proc: what it says about the machine
 *	process.c   /proc/PID: what it says about a process
 *	maps.c      /proc/PID/maps and pt: address spaces
 *	sysvipc.c   /proc/sysvipc: the System V objects
 *	tunables.c  /proc/sys/kernel: the limits, which root may write
 *
 * The handlers of calls are NAME_call; their answers are explained in
 * user/lib/server.h.
 */
#ifndef FILES_H
#define FILES_H

#include "../../../abi/inspect.h"
#include "../../lib/room.h"
#include "../../lib/string.h"
#include "node.h"

/* ---- moment.c ----------------------------------------------------------- */

/* The time of this request; and the request is over. */
struct moment moment_now(void);
void moment_forget(void);

/* ---- archive.c ---------------------------------------------------------- */

extern const uint8_t *archive; /* all of the boot archive, mapped read-only */
bool archive_start(void);

/* ---- path.c ------------------------------------------------------------- */

#define MAY_READ    4u
#define MAY_WRITE   2u
#define MAY_EXECUTE 1u

struct who {
	uint32_t uid, gid;
	int pid, token; /* the client; k_client knows its other groups */
};

struct who who_effective(const struct message *m);
struct who who_real(const struct message *m);

/* What the kernel knows of the client; and the request is over. */
const struct client *who_client(const struct who *who);
void who_forget(void);
bool who_in_group(const struct who *who, uint32_t gid);

/* May `who` do all of `wanted` with `node`?  0 or -EACCES. */
int may(const struct who *who, const struct node *node, uint32_t wanted);

struct walk {
	struct who who;
	int start;     /* where a relative path begins */
	bool nofollow; /* do not follow a link in the last component */
	bool parent;   /* nor if slashes come after it: the name is wanted */
	bool creates;  /* EISDIR if slashes come after it: no file has them */

	/* Out: about the last component. */
	bool last_missing; /* the only one that is missing */
	int directory;     /* where it is looked up */
	const char *last;  /* the name itself, until the next walk */
	uint32_t last_bytes;
	bool slash; /* slashes come after it */
};

/* The node that `path` names, or -errno. */
int path_find(struct walk *walk, const char *path);

/*
 * Copies a link's target to `to`.  Its length, even if it does not fit.
 * -EACCES: it is a link of another user's process.
 */
int link_target(int node, const struct who *who, char *to, uint32_t size);

/* ---- open.c ------------------------------------------------------------- */

struct open {
	struct object object;
	int node;
	int flags;
	uint32_t offset; /* of a directory: the cookie that comes next */
	int hint;        /* of a directory: perhaps the entry that comes next */
	/* Of an end of a pipe: see end.c. */
	int pipe; /* 0: it is no end */
	int lock; /* what it holds of flock(2): lock.c */
	int connection, sibling;
	uint32_t writers_before;
	/* The rest is about a file of /proc: see made.c. */
	uint32_t started; /* when its process did: pids come again */
	uint32_t made;    /* bytes made since the start */
	uint32_t at;      /* what comes next (struct making) */
	uint32_t rest_bytes;
	int rest; /* segment: bytes that are made but not read; 0: none */
};

bool open_start(void);
extern struct objects opens;

/* What is open; 0: there is no such object. */
static inline struct open *open_at(int object)
{
	return objects_at(&opens, object);
}

int open_call(const struct message *m);
void open_close(int object);
/* Is it an end of a pipe?  With O_PATH it is only the name of one. */
bool open_is_end(const struct open *open);
/* Makes an object on `node` for the client of `token`.  -ENFILE. */
int open_make(int node, int flags, int token);
/* Replies to `m` with a new object on `node`.  ANSWERED or -errno. */
int open_reply(const struct message *m, int node, int flags);
/*
 * The node of the message's object, or -EBADF.  A call with a path begins
 * there if the path is relative.
 */
int object_node(const struct message *m);
/*
 * Copies the path of a lease to a buffer that the next call overwrites.
 * Returns its length or -errno.
 */
int path_lease(const struct message *m, int argument, char **path);

/* ---- transfer.c --------------------------------------------------------- */

int read_call(const struct message *m);
int write_call(const struct message *m);
int lseek_call(const struct message *m);
int llseek_call(const struct message *m);
int fcntl_call(const struct message *m);
bool readable(const struct open *open);
bool writable(const struct open *open);

/* ---- memory.c, size.c, statfs.c ----------------------------------------- */

int mmap_call(const struct message *m);
int memfd_call(const struct message *m);
int truncate_call(const struct message *m);
int ftruncate_call(const struct message *m);
int fallocate_call(const struct message *m);
int statfs_call(const struct message *m);
int fstatfs_call(const struct message *m);
int sync_call(const struct message *m);
int fadvise_call(const struct message *m);
int fsync_call(const struct message *m);

/* ---- pipe.c, end.c: pipes ------------------------------------------------ */

bool pipe_start(void);
int pipe_call(const struct message *m);
int fifo_open(const struct message *m, int node, int flags);
void end_close(int object);
/* Reads and writes by an end, without an offset. */
int pipe_read(const struct message *m, const struct open *open);
int pipe_write(const struct message *m, const struct open *open);
int pipe_fcntl(const struct message *m, const struct open *open);
int pipe_ioctl(const struct message *m, const struct open *open);
/* The client waits no longer; it is answered. */
void pipe_unblock(struct wait *wait);
/* The pipe of a node that ends. */
void pipe_end(int pipe);
/* Can a pipe go on at once?  Gives one that can its turn. */
bool pipe_busy(void);
void pipe_next(void);

/* ---- lock.c ------------------------------------------------------------- */

int flock_call(const struct message *m);
/* An object is closed. */
void lock_drop(struct open *open);
/* The client waits no longer; it is answered. */
void lock_unblock(struct wait *wait);

/* ---- directory.c ------------------------------------------------------- */

int getdents_call(const struct message *m);

/* Does a turn of it.  The call's answer, or LATER. */
int names_on(struct wait *reading);

/* ---- turns.c ------------------------------------------------------------ */

#define LATER (-4097) /* the answer of a turn that is not the last one */

/* What a client waits for in the room, and `at` which object. */
enum what {
	WAIT_READ,       /* its turn of a read at an object's offset */
	WAIT_PREAD,      /* the same at a place of its own */
	WAIT_NAMES,      /* its turn of a read of a directory */
	WAIT_OLD_NAMES,  /* the same, in the older form */
	WAIT_PIPE_READ,  /* bytes of a pipe */
	WAIT_PIPE_WRITE, /* room in a pipe */
	WAIT_OPEN_READ,  /* that the FIFO of a pipe is opened for writing */
	WAIT_OPEN_WRITE,
	WAIT_LOCK, /* a lock of a node */
};

/* A pipe has a queue for each of the four waits from this one on. */
#define WAIT_PIPE   WAIT_PIPE_READ
#define PIPE_QUEUES 4

/*
 * Does one turn of a read (transfer.c).  The call's answer, or LATER.  `at` is
 * the open object, which is open; `from` the offset of the first byte.
 */
int read_on(struct wait *reading);

/* Does the first turn of a read.  The call's answer; ANSWERED: not yet. */
int turns_begin(struct wait *reading);
bool turns_left(void);
void turns_next(void); /* gives the first read in line its turn */
/* Does the process wait here for what may never come, as for bytes? */
bool turns_sleeps(int pid);
/* The client of that token wants an answer soon. */
void turns_hurry(int token);

/* ---- stat.c ------------------------------------------------------------- */

/*
 * The node that a call's path names, or -errno.  With AT_EMPTY_PATH, an empty
 * path names the call's object.
 */
int node_named(const struct message *m, int argument, uint32_t flags);
int stat_call(const struct message *m);
int fstat_call(const struct message *m);
int fstatat_call(const struct message *m);
int statx_call(const struct message *m);
int access_call(const struct message *m);
int readlink_call(const struct message *m);
int getcwd_call(const struct message *m);
int chdir_call(const struct message *m);
int fchdir_call(const struct message *m);

/*
 * Writes a path to a node so that it ends at `end`, with its NUL.  Where it
 * begins, or 0: the node has no name, or there is no room.
 */
char *node_path(int number, char *start, char *end);

/* ---- dirops.c ----------------------------------------------------------- */

/*
 * Makes a node called `name` in a directory, as its mode, the client's umask
 * and the directory want it.  The caller has checked that it may, and holds
 * the node.  Its number or -ENOSPC.
 */
int node_create(const struct who *who, int directory, const char *name,
                uint32_t bytes, uint32_t mode);
/* May `who` make a name in that directory?  0 or -errno. */
int may_create(const struct who *who, int directory);

int mkdir_call(const struct message *m);
int mknod_call(const struct message *m);
int symlink_call(const struct message *m);
int link_call(const struct message *m);
int rmdir_call(const struct message *m);
int unlink_call(const struct message *m);
int unlinkat_call(const struct message *m);
int rename_call(const struct message *m);

/* ---- attributes.c ------------------------------------------------------- */

int chmod_call(const struct message *m);
int fchmod_call(const struct message *m);
int chown_call(const struct message *m);
int fchown_call(const struct message *m);
int fchownat_call(const struct message *m);
int utime_call(const struct message *m);
/*
 * A file's contents have changed: its times move, and if `who` is not root, it
 * is no set-id program any more.
 */
void node_changed(struct node *node, const struct message *m);
/*
 * A file's contents have been looked at.  Its time of access moves if it tells
 * anything: it is older than the last change, or than a day (mount(8),
 * relatime).
 */
void node_accessed(int node);

/* ---- exec.c ------------------------------------------------------------- */

int execve_call(const struct message *m);

/* ---- inspect.c: the kernel's tables ------------------------------------- */

/* clang-format off */
enum field {
	PROC_PID, PROC_STATE, PROC_PEER, PROC_PARENT, PROC_SPACE, PROC_NAME,
	PROC_PGID, PROC_SID, PROC_UID, PROC_EUID, PROC_GID, PROC_EGID, PROC_START, PROC_USER, PROC_SYSTEM, PROC_STATUS,
	PROC_CRIME, PROC_CHILDREN, PROC_SUID, PROC_SGID, PROC_FILE, PROC_ARGS, PROC_ARGS_END,
	PROC_MASK, PROC_PENDING, PROC_CAUGHT, PROC_IGNORED, PROC_NEWS,
	PROC_CWD, PROC_DESCRIPTORS, PROC_CHANNEL, CONNECTION_CHANNEL, CONNECTION_OBJECT,
	SPACE_DIRECTORY, SPACE_HEAP, SPACE_SLOT_REGION, REGION_START, REGION_END,
	REGION_KIND, REGION_SEGMENT, REGION_OFFSET, REGION_RIGHTS,
	REGION_TAG, REGION_NEXT, REGION_SPACE, SEGMENT_RESIDENT, SHM_DS, SHM_ID,
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
/*
 * May `who` look at what a process has in memory and in its descriptors?
 * ptrace(2) asks so: it may be itself, it may have all of its ids, or be root.
 */
bool process_lets(int pid, const struct who *who);
/* When process `pid` started, in ticks; 0: there is none. */
uint32_t process_started(int pid);
/* The lowest pid that exists from `pid` up, or -1. */
int process_from(int pid);
/* The number of switches between processes since boot. */
uint32_t inspect_switches(void);

/* ---- proc.c, made.c, maps.c --------------------------------------------- */

bool proc_start(void);
struct node proc_node(int node); /* of a DYNAMIC number */
int proc_find(int parent, const char *name, uint32_t bytes);
/*
 * Each writes a name and returns its node, or NO_NODE: the file at `*index` in
 * /proc/PID, or the next one there is, and then moves *index to it; the
 * directory of the lowest pid from `pid` up.
 */
int proc_child(int parent, int *index, char name[16]);
int proc_next_pid(int pid, char name[16]);
extern int proc_root;
/* The name of a directory there; its length, without a NUL. */
uint32_t proc_name(int node, char name[16]);
/*
 * The node that a link there leads to, whatever its path is: a pipe has none.
 * NO_NODE: it is to be found by its path; -EACCES: it is another user's.
 */
int proc_target(int node, const struct who *who);
/* Copies a link's target, as link_target() does. */
int proc_link(int node, char *to, uint32_t size);

/* May `who` open the file, besides what its mode says?  0 or -EACCES. */
int made_admits(const struct node *node, const struct who *who);
/* Is `node` a limit in /proc/sys? */
bool made_settable(const struct node *node);
/* A turn of a read at the object's offset.  The call's answer, or LATER. */
int made_read(const struct wait *reading, struct open *open);
/* Forgets what was made, when the object is closed or read from its start. */
void made_forget(struct open *open);
/* A write to a file of /proc.  Bytes or -errno. */
int made_write(const struct message *m, struct open *open);

/* Is `node` in /proc, where no file can be made? */
bool proc_has(int node);
/*
 * The bytes that are mapped in a process's space, and the pages that are
 * present; 0 if it has no space.
 */
void maps_measure(int pid, uint32_t *bytes, uint32_t *pages);

#endif
