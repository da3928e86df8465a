/*
 * user/servers/files/calls/calls.h -- the calls of programs.
 *
 * Each handler is NAME_call.  It answers one message, for one call or for its
 * elders too, and its results are explained in user/lib/server.h: a number,
 * -errno, or ANSWERED.
 *
 *	open.c        open, creat
 *	stat.c        the stat family, access, readlink, getcwd, chdir
 *	dirops.c      mkdir, rmdir, unlink, link, symlink, rename, mknod
 *	attributes.c  chmod, chown, times
 *	transfer.c    read, write, lseek, fcntl, ioctl
 *	splice.c      sendfile, splice, copy_file_range
 *	directory.c   getdents64
 *	memory.c      files as memory: mmap2, memfd_create
 *	size.c        truncate, fallocate, fsync
 *	seal.c        what nobody may do to a file any more
 *	statfs.c      what the file system has, and what is left of it
 *	priority.c    getpriority, and the policies of scheduling
 *	exec.c        execve: finds the program; the kernel parses it
 */
#ifndef FILES_CALLS_H
#define FILES_CALLS_H

#include "../open/open.h"
#include "../tree/path.h"

/* ---- open.c ------------------------------------------------------------- */

int open_call(const struct message *m);

/* ---- transfer.c, memory.c, size.c, statfs.c: bytes ---------------------- */

int read_call(const struct message *m);
int write_call(const struct message *m);
int lseek_call(const struct message *m);
int llseek_call(const struct message *m);
int fcntl_call(const struct message *m);
int ioctl_call(const struct message *m);
/* What opens with the mode 3 needs both rights, and has neither: open(2). */
bool readable(const struct open *open);
bool writable(const struct open *open);

int sendfile_call(const struct message *m);
int splice_call(const struct message *m);
int copy_range_call(const struct message *m);

int mmap_call(const struct message *m);
int memfd_call(const struct message *m);
/* Does one turn of a hole.  0, -errno or LATER. */
int hole_on(struct wait *making);
/*
 * Makes the file of a node shorter.  0; ANSWERED: it takes more than one turn,
 * and the client is answered after the last one.  If `flags` are not 0, the
 * answer is a new object with them.
 */
int cut_begin(const struct message *m, int node, uint32_t size, int flags);
/* Does one turn of that.  0, -errno, ANSWERED or LATER. */
int cut_on(struct wait *cut);
/* RLIMIT_FSIZE of the client; 0: it has died. */
uint32_t file_limit(int token);
/*
 * Writes to a file within RLIMIT_FSIZE, and the file has changed.  Bytes, or
 * -errno as of bytes_write(); -EFBIG.
 */
int file_write(struct node *node, struct span span);
int truncate_call(const struct message *m);
int ftruncate_call(const struct message *m);
int fallocate_call(const struct message *m);
int statfs_call(const struct message *m);
int fstatfs_call(const struct message *m);
int sync_call(const struct message *m);
int fadvise_call(const struct message *m);
int fsync_call(const struct message *m);

/* ---- seal.c ------------------------------------------------------------- */

/* F_ADD_SEALS, F_GET_SEALS. */
int seals_call(const struct message *m, const struct open *open);
/* Has the file one of these? */
bool is_sealed(const struct node *node, uint32_t seals);
/*
 * What its seals say: to a write, which may become shorter; to a new size; to a
 * shared mapping with `prot`, which then has other rights at most.  0 or
 * -EPERM.
 */
int seals_of_write(const struct node *node, struct span *span);
int seals_of_resize(const struct node *node, uint32_t size);
int seals_of_map(const struct node *node, uint32_t prot, uint32_t *rights);

/* ---- directory.c -------------------------------------------------------- */

int getdents_call(const struct message *m);
/* Does a turn of it.  The call's answer, or LATER. */
int names_on(struct wait *reading);

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

/* ---- dirops.c ----------------------------------------------------------- */

/*
 * Makes a node called `name` in a directory, as its mode, the client's umask
 * and the directory want it.  The caller has checked that it may, and holds
 * the node.  Its number or -ENOSPC.
 */
int node_create(const struct who *who, int directory, const char *name,
                uint32_t bytes, uint32_t mode);
/* The same without a name: O_TMPFILE. */
int node_create_unnamed(const struct who *who, int directory, uint32_t mode);
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

/* Is `who` root, or the owner? */
bool owns(const struct who *who, const struct node *node);
int chmod_call(const struct message *m);
int fchmod_call(const struct message *m);
int chown_call(const struct message *m);
int fchown_call(const struct message *m);
int fchownat_call(const struct message *m);
int utime_call(const struct message *m);
/*
 * A file's contents have changed: its times move, and if it was not root who
 * has changed them, it is no set-id program any more.
 */
void node_changed(struct node *node, uint32_t euid);

/* ---- exec.c ------------------------------------------------------------- */

int execve_call(const struct message *m);

/* ---- priority.c: what processes are to the CPU --------------------------- */

int getpriority_call(const struct message *m);
int setpriority_call(const struct message *m);
int scheduler_call(const struct message *m);
int policy_call(const struct message *m);
int set_affinity_call(const struct message *m);
int get_affinity_call(const struct message *m);
int getcpu_call(const struct message *m);
int getrusage_call(const struct message *m);
int times_call(const struct message *m);

/* ---- timer.c ------------------------------------------------------------ */

/* Makes the table.  False: there is no memory. */
bool timers_start(void);
/*
 * Looks at what is due, and sets the next alarm, not later than `most`
 * nanoseconds from now.
 */
void timers_look(uint64_t most);
/*
 * The server's alarm was set for the timers alone, or somebody has an earlier
 * time: it is to be set for all.  Other turns do not ask, so they cost nothing.
 */
extern bool alarm_moved;
/* CLOCK_REALTIME was set. */
void timers_clock_set(void);
/* The process has become another program, which has no timers. */
void timers_exec(int pid);

/* ---- itimer.c, posix_timer.c --------------------------------------------- */

int alarm_call(const struct message *m);
int setitimer_call(const struct message *m);
int getitimer_call(const struct message *m);
int timer_create_call(const struct message *m);
int timer_settime_call(const struct message *m);
int timer_gettime_call(const struct message *m);
int timer_getoverrun_call(const struct message *m);
int timer_delete_call(const struct message *m);

/* ---- clock.c: the time of day is set ------------------------------------ */

int stime_call(const struct message *m);
int settimeofday_call(const struct message *m);
int clock_settime_call(const struct message *m);
int adjtimex_call(const struct message *m);
int clock_getres_call(const struct message *m);

#endif
