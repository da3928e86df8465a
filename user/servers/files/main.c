/*
 * user/servers/files/main.c -- the server of names.
 *
 * Its rooms, from the ground up.  A room includes only those below it:
 *
 *	bytes/   what is in files, and how much memory all may take
 *	tree/    nodes, their names, and the way from a path to a node
 *	open/    what is open, and who waits at it
 *	pipes/   what is in pipes; and their ends, with FIFOs
 *	proc/    the files that are made when they are read
 *	calls/   the calls, one handler for each
 *	mqueue/  message queues
 *	main.c   the loop, and which call goes where
 *
 * It has rank 1: it may send requests to servers of a higher rank, but it
 * never does.  It passes a call on to the server that owns the device, so that
 * no client waits for a server that waits for another one.  Its name space is
 * one tree in memory.  It begins as the boot archive, with /dev and /proc
 * beside it.
 *
 * A client may not use this server to take memory that is kept for root and
 * for the servers (mm/frame.h).  So each kind of memory that a request takes,
 * here or in the kernel, counts at the level of the client:
 *
 *	open        a connection                  client   message.c, reply
 *	            room for objects, stays       client   objects_take
 *	a new name  room for nodes, entries and
 *	            their table, stays            client   tree/entry.c
 *	            the name's bytes              client   bytes/arena.c
 *	pipe2, FIFO room for pipes, stays         client   pipes/pipe.c
 *	            a chunk of the arena          client   page_take
 *	mq_open     room for queues, stays        client   mqueue/queue.c
 *	mq_send     room for messages, stays      client   mqueue/mail.c
 *	            their bytes                   client   bytes/bytes.c
 *	write       a chunk of the arena          client   bytes/arena.c
 *	            a segment, and its pages      client   bytes/bytes.c
 *	mmap2       a segment, a file's last page client   bytes/bytes.c
 *	            regions, tables, pages        client   kernel/unix/memory.c
 *	execve      the image's segment           client   calls/exec.c
 *	            the new space, its stack      client   kernel/unix/exec.c
 *	timer_create room for timers, stays       client   calls/timer.c
 *	read /proc  the rest of a line: 2 pages   client   made.c, keep_rest
 *	/dev/zero   a touched page                client   mm/fault.c
 *	fork        process, stack, space         client kernel/unix/lifecycle.c
 *
 * Everything else is there from the start: paths, lines, the text of /proc,
 * and a place to wait for each process (user/lib/room.h).
 *
 * No client may keep the server from the others for long.  A turn of a request
 * moves a megabyte at most: then a read waits in line (open/turns.c), and a
 * write is answered.  A file that many processes show becomes shorter in turns.
 * A file of the archive is copied in one turn, for its first writer.  A read of
 * /proc makes a page at most, or passes over sixteen.  getdents64 gives a page
 * of entries, or looks for its place in a long directory for a while.  The
 * paths of a request have a limit together (tree/path.c), and nobody can choose
 * names that are hard to find (tree/entry.c).  The exception is /proc/check,
 * which runs all checkers of the kernel for as long as they take: only root can
 * read it.
 *
 * It starts with a connection to each server above it.  Its arguments name the
 * descriptors: "console=3", "test=4".  The console's devices are in
 * user/lib/devices.h; any other server is /dev/NAME.
 */
#include "../../lib/devices.h"
#include "../../lib/inspect.h"
#include "calls/calls.h"
#include "mqueue/mqueue.h"
#include "pipes/pipe.h"
#include "proc/proc.h"

#define TOLD_MAX 16 /* lines in the log about missing files */

/* The handlers; answer() has checked that the message's object is open. */
static int (*const calls[SYSCALL_LIMIT])(const struct message *) = {
    [SYS_read] = read_call,
    [SYS_readv] = read_call,
    [SYS_write] = write_call,
    [SYS_writev] = write_call,
    [SYS_open] = open_call,
    [SYS_openat] = open_call,
    [SYS_execve] = execve_call,
    [SYS_chdir] = chdir_call,
    [SYS_fchdir] = fchdir_call,
    [SYS_lseek] = lseek_call,
    [SYS__llseek] = llseek_call,
    [SYS_access] = access_call,
    [SYS_faccessat] = access_call,
    [SYS_ioctl] = ioctl_call,
    [SYS_readlink] = readlink_call,
    [SYS_readlinkat] = readlink_call,
    [SYS_getcwd] = getcwd_call,
    [SYS_mmap2] = mmap_call,
    [SYS_stat64] = stat_call,
    [SYS_lstat64] = stat_call,
    [SYS_fstat64] = fstat_call,
    [SYS_fstatat64] = fstatat_call,
    [SYS_statx] = statx_call,
    [SYS_getdents64] = getdents_call,
    [SYS_fcntl64] = fcntl_call,
    [SYS_pipe] = pipe_call,
    [SYS_pipe2] = pipe_call,
    [SYS_flock] = flock_call,
    [SYS_pread64] = read_call,
    [SYS_preadv] = read_call,
    [SYS_pwrite64] = write_call,
    [SYS_pwritev] = write_call,
    [SYS_preadv2] = read_call,
    [SYS_pwritev2] = write_call,
    [SYS_sendfile] = sendfile_call,
    [SYS_sendfile64] = sendfile_call,
    [SYS_splice] = splice_call,
    [SYS_copy_file_range] = copy_range_call,
    [SYS_truncate] = truncate_call,
    [SYS_truncate64] = truncate_call,
    [SYS_ftruncate] = ftruncate_call,
    [SYS_ftruncate64] = ftruncate_call,
    [SYS_fallocate] = fallocate_call,
    [SYS_memfd_create] = memfd_call,
    [SYS_sync] = sync_call,
    [SYS_syncfs] = sync_call,
    [SYS_fsync] = fsync_call,
    [SYS_fdatasync] = fsync_call,
    [SYS_fadvise64] = fadvise_call,
    [SYS_fadvise64_64] = fadvise_call,
    [SYS_statfs] = statfs_call,
    [SYS_statfs64] = statfs_call,
    [SYS_fstatfs] = fstatfs_call,
    [SYS_fstatfs64] = fstatfs_call,
    [SYS_creat] = open_call,
    [SYS_mkdir] = mkdir_call,
    [SYS_mkdirat] = mkdir_call,
    [SYS_mknod] = mknod_call,
    [SYS_mknodat] = mknod_call,
    [SYS_symlink] = symlink_call,
    [SYS_symlinkat] = symlink_call,
    [SYS_link] = link_call,
    [SYS_linkat] = link_call,
    [SYS_rmdir] = rmdir_call,
    [SYS_unlink] = unlink_call,
    [SYS_unlinkat] = unlinkat_call,
    [SYS_rename] = rename_call,
    [SYS_renameat] = rename_call,
    [SYS_renameat2] = rename_call,
    [SYS_chmod] = chmod_call,
    [SYS_fchmodat] = chmod_call,
    [SYS_fchmod] = fchmod_call,
    [SYS_chown] = chown_call,
    [SYS_lchown] = chown_call,
    [SYS_chown32] = chown_call,
    [SYS_lchown32] = chown_call,
    [SYS_fchown] = fchown_call,
    [SYS_fchown32] = fchown_call,
    [SYS_fchownat] = fchownat_call,
    [SYS_utime] = utime_call,
    [SYS_utimes] = utime_call,
    [SYS_futimesat] = utime_call,
    [SYS_utimensat] = utime_call,
    [SYS_utimensat_time64] = utime_call,
    [SYS_faccessat2] = access_call,
    [SYS_stat] = stat_call,
    [SYS_lstat] = stat_call,
    [SYS_fstat] = fstat_call,
    [SYS_getdents] = getdents_call,
    [SYS_getpriority] = getpriority_call,
    [SYS_setpriority] = setpriority_call,
    [SYS_uname] = uname_call,
    [SYS_sethostname] = set_name_call,
    [SYS_setdomainname] = set_name_call,
    [SYS_mq_open] = mq_open_call,
    [SYS_mq_unlink] = mq_unlink_call,
    [SYS_mq_timedsend] = mq_send_call,
    [SYS_mq_timedsend_time64] = mq_send_call,
    [SYS_mq_timedreceive] = mq_receive_call,
    [SYS_mq_timedreceive_time64] = mq_receive_call,
    [SYS_mq_notify] = mq_notify_call,
    [SYS_mq_getsetattr] = mq_attributes_call,
    [SYS_sched_setscheduler] = scheduler_call,
    [SYS_sched_getscheduler] = scheduler_call,
    [SYS_sched_setparam] = scheduler_call,
    [SYS_sched_getparam] = scheduler_call,
    [SYS_sched_rr_get_interval] = scheduler_call,
    [SYS_sched_rr_get_interval_time64] = scheduler_call,
    [SYS_sched_get_priority_max] = policy_call,
    [SYS_sched_setaffinity] = set_affinity_call,
    [SYS_sched_getaffinity] = get_affinity_call,
    [SYS_getcpu] = getcpu_call,
    [SYS_sysinfo] = sysinfo_call,
    [SYS_times] = times_call,
    [SYS_getrusage] = getrusage_call,
    [SYS_clock_getres] = clock_getres_call,
    [SYS_clock_getres64] = clock_getres_call,
    [SYS_alarm] = alarm_call,
    [SYS_setitimer] = setitimer_call,
    [SYS_getitimer] = getitimer_call,
    [SYS_timer_create] = timer_create_call,
    [SYS_timer_settime] = timer_settime_call,
    [SYS_timer_settime64] = timer_settime_call,
    [SYS_timer_gettime] = timer_gettime_call,
    [SYS_timer_gettime64] = timer_gettime_call,
    [SYS_timer_getoverrun] = timer_getoverrun_call,
    [SYS_timer_delete] = timer_delete_call,
    [SYS_stime] = stime_call,
    [SYS_settimeofday] = settimeofday_call,
    [SYS_clock_settime] = clock_settime_call,
    [SYS_clock_settime64] = clock_settime_call,
    [SYS_adjtimex] = adjtimex_call,
    [SYS_clock_adjtime] = adjtimex_call,
    [SYS_clock_adjtime64] = adjtimex_call,
    [SYS_sched_get_priority_min] = policy_call,
};

/* With O_PATH, an object can be looked at, and that is all. */
static bool good_for(const struct message *m)
{
	if (!(open_at(m->object)->flags & O_PATH) || call_by_path(m->type))
		return true;
	return m->type == SYS_fstat64 || m->type == SYS_fstat ||
	       m->type == SYS_fstatfs || m->type == SYS_fstatfs64 ||
	       m->type == SYS_fchdir ||
	       (m->type == SYS_fcntl64 && m->args[1] == F_GETFL);
}

static int answer(const struct message *m)
{
	if (m->type >= SYSCALL_LIMIT || calls[m->type] == 0)
		return -ENOSYS;
	if (open_at(m->object) == 0 || !good_for(m))
		return -EBADF;
	return calls[m->type](m);
}

/*
 * Logs the path of a file that does not exist, for the first few: tools/run
 * looks whether the host has such a file.
 */
static void tell_missing(const struct message *m)
{
	bool at = m->type == SYS_openat || m->type == SYS_statx ||
	          m->type == SYS_fstatat64 || m->type == SYS_faccessat;
	bool plain = m->type == SYS_open || m->type == SYS_stat64 ||
	             m->type == SYS_access;
	static int told;
	char *path;

	if ((at || plain) && told < TOLD_MAX &&
	    path_lease(m, at ? 1 : 0, &path) > 0) {
		told++;
		log_line("no such file: %s", path);
	}
}

static int pulse(const struct message *m)
{
	if (m->type == PULSE_CLOSE)
		open_close(m->object);
	if (m->type == PULSE_UNBLOCK)
		turns_hurry(m->token);
	if (m->type == PULSE_INTERRUPT)
		timers_look(UINT64_MAX); /* it has no line but its alarm */
	return ANSWERED;
}

/* What is to be replied, or ANSWERED. */
static int event(const struct message *m)
{
	int status;

	if (m->type < 0)
		return pulse(m);
	status = answer(m);
	if (status == -ENOENT)
		tell_missing(m);
	return status;
}

/* ---- /dev --------------------------------------------------------------- */

/* The node of a new device; 0: there is no memory. */
static struct node *add_device(const char *path, enum node_kind kind,
                               int descriptor, uint32_t rights, uint32_t rdev)
{
	int at = node_add_path(path, strlen(path), S_IFCHR | rights);
	struct node *node;

	if (at == NO_NODE)
		return 0;
	node = node_edit(at);
	node->kind = kind;
	node->value = descriptor;
	node->rdev = rdev;
	return node;
}

static bool add_console(int descriptor)
{
	for (int i = 0; i < DEVICES; i++) {
		struct node *node =
		    add_device(devices[i].path, NODE_PASS, descriptor,
		               devices[i].rights, devices[i].rdev);

		if (node == 0)
			return false;
		node->gid = devices[i].gid;
		node->device = DEVICE_OBJECT(i);
	}
	return true;
}

/* Adds the devices of the server that "NAME=FD" names. */
static bool add_server(const char *word)
{
	static char paths[4][32];
	static int used;
	const char *equals = strchr(word, '=');
	struct text text = {paths[used % 4], 31, 0};
	int descriptor;

	if (equals == 0 || used == 4)
		return true;
	descriptor = (int)number_parse(equals + 1, 10);
	if (strncmp(word, "inspect=", 8) == 0 || strncmp(word, "fs=", 3) == 0)
		return true;
	if (strncmp(word, "console=", 8) == 0)
		return add_console(descriptor);
	text_add(&text, "dev/");
	text_bytes(&text, word, (uint32_t)(equals - word));
	if (text.used > text.size)
		return true;
	paths[used++][text.used] = '\0';
	return add_device(text.start, NODE_PASS, descriptor, 0666,
	                  0x3D00 + (uint32_t)used) != 0;
}

static bool add_devices(char **argv)
{
	bool ok = add_device("dev/null", NODE_NULL, 0, 0666, 0x0103) &&
	          add_device("dev/zero", NODE_ZERO, 0, 0666, 0x0105) &&
	          add_device("dev/full", NODE_FULL, 0, 0666, 0x0107) &&
	          add_device("dev/random", NODE_RANDOM, 0, 0666, 0x0108) &&
	          add_device("dev/urandom", NODE_RANDOM, 0, 0666, 0x0109);

	for (argv++; *argv != 0; argv++)
		ok &= add_server(*argv);
	return ok;
}

/* ---- life --------------------------------------------------------------- */

/* The number behind `name` in the arguments; 0: it is not there. */
static uint32_t argument(char **argv, const char *name, uint32_t base)
{
	uint32_t bytes = strlen(name);

	for (argv++; *argv != 0; argv++)
		if (strncmp(*argv, name, bytes) == 0)
			return number_parse(*argv + bytes, base);
	return 0;
}

int main(int argc, char **argv, char **envp)
{
	struct message m;
	int status = ANSWERED, error;
	bool more = false; /* is there work that waits for no message? */

	(void)argc, (void)envp;
	inspect_start(argument(argv, "inspect=", 16));
	quota_start(inspect_now()->frames_total, argument(argv, "fs=", 10));
	if (!arena_start(files_quota.limit) || !archive_start() ||
	    !add_devices(argv) || !proc_start() || !open_start() ||
	    !pipe_start() || !queues_start() || !timers_start()) {
		log_line("no memory for the name space");
		return 1;
	}
	for (;;) {
		error = more ? k_poll(&m) : answer_and_receive(&m, status);
		if (error < 0 && error != -EAGAIN)
			return 1;
		moment_forget();
		request_forget();
		status = error == 0 ? event(&m) : ANSWERED;
		if (queues_timed && alarm_moved) {
			queues_expire();
			timers_look(queues_patience() * 1000000ull);
		}
		more = turns_left() || pipe_busy() || nodes_left();
		if (more) {
			/* No answer waits for another's turn. */
			answer_client(&m, status);
			status = ANSWERED;
			turns_next();
			pipe_next();
			nodes_next();
		}
	}
}
