/*
 * user/servers/files/proc/proc.c -- /proc: which files there are.
 *
 * The fixed names are nodes of the tree.  Processes come and go, so the nodes
 * of /proc/PID and its files are made from their number:
 *
 *	DYNAMIC | pid << 10 | which       which 0: the directory itself
 *	                                  FDS + n: fd/n, of descriptor n
 *	                                  FDINFOS + n: fdinfo/n
 *
 * The contents of a file are made when it is read: made.c.
 */
#include "made.h"

/* clang-format off */
#define TUNABLE(name, number)                                                  \
	{                                                                      \
		"proc/sys/kernel/" name, S_IFREG | 0644,                       \
		    MADE_TUNABLES + (number)                                   \
	}
#define QUEUE(name, number)                                                    \
	{                                                                      \
		"proc/sys/fs/mqueue/" name, S_IFREG | 0644,                    \
		    MADE_TUNABLES + TUNABLES + (number)                        \
	}
/* clang-format on */

static const struct {
	const char *path;
	uint32_t mode;
	int made;
} files[] = {
    {"proc/version", S_IFREG | 0444, MADE_VERSION},
    {"proc/cmdline", S_IFREG | 0444, MADE_COMMAND_LINE},
    {"proc/cpuinfo", S_IFREG | 0444, MADE_CPUINFO},
    {"proc/stat", S_IFREG | 0444, MADE_MACHINE_STAT},
    {"proc/loadavg", S_IFREG | 0444, MADE_LOADAVG},
    {"proc/mounts", S_IFREG | 0444, MADE_MOUNTS},
    {"proc/filesystems", S_IFREG | 0444, MADE_FILESYSTEMS},
    {"proc/swaps", S_IFREG | 0444, MADE_SWAPS},
    {"proc/vmstat", S_IFREG | 0444, MADE_VMSTAT},
    {"proc/sys/fs/file-max", S_IFREG | 0444, MADE_FILE_MAX},
    {"proc/sys/fs/nr_open", S_IFREG | 0444, MADE_NR_OPEN},
    {"proc/sys/fs/pipe-max-size", S_IFREG | 0444, MADE_PIPE_MAX},
    {"proc/sys/kernel/ostype", S_IFREG | 0444, MADE_OSTYPE},
    {"proc/sys/kernel/osrelease", S_IFREG | 0444, MADE_OSRELEASE},
    {"proc/sys/kernel/version", S_IFREG | 0444, MADE_OSVERSION},
    {"proc/sys/kernel/hostname", S_IFREG | 0444, MADE_HOSTNAME},
    {"proc/sys/kernel/ngroups_max", S_IFREG | 0444, MADE_NGROUPS},
    {"proc/sys/vm/overcommit_memory", S_IFREG | 0444, MADE_OVERCOMMIT},
    {"proc/meminfo", S_IFREG | 0444, MADE_MEMINFO},
    {"proc/uptime", S_IFREG | 0444, MADE_UPTIME},
    {"proc/counters", S_IFREG | 0444, MADE_COUNTERS},
    {"proc/check", S_IFREG | 0400, MADE_CHECK},
    {"proc/sysvipc/shm", S_IFREG | 0444, MADE_SHM},
    {"proc/sysvipc/sem", S_IFREG | 0444, MADE_SEM},
    {"proc/sysvipc/msg", S_IFREG | 0444, MADE_MSG},
    TUNABLE("shmmax", TUNABLE_SHMMAX),
    TUNABLE("shmmin", TUNABLE_SHMMIN),
    TUNABLE("shmmni", TUNABLE_SHMMNI),
    TUNABLE("shmall", TUNABLE_SHMALL),
    TUNABLE("shmseg", TUNABLE_SHMSEG),
    TUNABLE("sem", TUNABLE_SEMMSL), /* with the three after it */
    TUNABLE("msgmax", TUNABLE_MSGMAX),
    TUNABLE("msgmnb", TUNABLE_MSGMNB),
    TUNABLE("msgmni", TUNABLE_MSGMNI),
    TUNABLE("shm_next_id", TUNABLE_SHM_NEXT_ID),
    TUNABLE("sem_next_id", TUNABLE_SEM_NEXT_ID),
    TUNABLE("msg_next_id", TUNABLE_MSG_NEXT_ID),
    TUNABLE("shm_rmid_forced", TUNABLE_SHM_RMID_FORCED),
    TUNABLE("pid_max", TUNABLE_PID_MAX),
    TUNABLE("threads-max", TUNABLE_THREADS_MAX),
    TUNABLE("trace", TUNABLE_TRACE),
    QUEUE("queues_max", QUEUE_QUEUES_MAX),
    QUEUE("msg_max", QUEUE_MSG_MAX),
    QUEUE("msgsize_max", QUEUE_MSGSIZE_MAX),
    QUEUE("msg_default", QUEUE_MSG_DEFAULT),
    QUEUE("msgsize_default", QUEUE_MSGSIZE_DEFAULT),
};

static const struct {
	const char *name;
	uint32_t mode;
	int made;
} children[] = {
    {"", S_IFDIR | 0555, 0},
    {"stat", S_IFREG | 0444, MADE_STAT},
    {"status", S_IFREG | 0444, MADE_STATUS},
    {"maps", S_IFREG | 0444, MADE_MAPS},
    {"smaps", S_IFREG | 0444, MADE_SMAPS},
    {"pt", S_IFREG | 0400, MADE_PT},
    {"crime", S_IFREG | 0444, MADE_CRIME},
    {"statm", S_IFREG | 0444, MADE_STATM},
    {"comm", S_IFREG | 0444, MADE_COMM},
    {"cmdline", S_IFREG | 0444, MADE_CMDLINE},
    {"limits", S_IFREG | 0444, MADE_LIMITS},
    {"environ", S_IFREG | 0400, MADE_ENVIRON},
    {"mounts", S_IFREG | 0444, MADE_MOUNTS},
    {"mountinfo", S_IFREG | 0444, MADE_MOUNTINFO},
    {"exe", S_IFLNK | 0777, MADE_EXE},
    {"cwd", S_IFLNK | 0777, MADE_CWD},
    {"root", S_IFLNK | 0777, MADE_ROOT},
    {"fdinfo", S_IFDIR | 0555, MADE_NOTHING}, /* these two are the last */
    {"fd", S_IFDIR | 0500, MADE_NOTHING},
};
#define CHILDREN ((int)(sizeof(children) / sizeof(children[0])))

#define FD_DIRECTORY     (CHILDREN - 1)
#define FDINFO_DIRECTORY (CHILDREN - 2)
#define FDS              0x100
#define FDINFOS          0x200
#define WHICH_BITS       10
#define LINK_BYTES       64 /* st_size of a link of fd, as on Linux */

int proc_root = NO_NODE;

bool proc_start(void)
{
	int self;

	proc_root = node_add_path("proc", 4, S_IFDIR | 0555);
	if (proc_root == NO_NODE)
		return false;
	node_edit(proc_root)->in_proc = true;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int at = node_add_path(files[i].path, strlen(files[i].path),
		                       files[i].mode);

		if (at == NO_NODE)
			return false;
		node_edit(at)->kind = NODE_MADE;
		node_edit(at)->value = files[i].made;
	}
	self = node_add_path("proc/self", 9, S_IFLNK | 0777);
	return self != NO_NODE;
}

static int number(int pid, int which)
{
	return DYNAMIC | pid << WHICH_BITS | which;
}

static int which_of(int node)
{
	return node & ((1 << WHICH_BITS) - 1);
}

/* Its files are its user's, or root's when it is gone. */
static void set_owner(struct node *node)
{
	static struct row row;

	if (!process_read(&row, node->pid))
		return;
	node->uid = row_get(&row, PROC_EUID);
	node->gid = row_get(&row, PROC_EGID);
}

/* A file of a descriptor: its link, or what is known about it. */
static void describe_descriptor(struct node *node, int which)
{
	int fd = which % FDS;

	node->parent = number(node->pid, which < FDINFOS ? FD_DIRECTORY
	                                                 : FDINFO_DIRECTORY);
	node->device = fd;
	if (which < FDINFOS) {
		node->mode = process_link_mode(node->pid, fd);
		node->value = MADE_FD + fd;
		node->bytes.size = LINK_BYTES;
	} else {
		node->mode = S_IFREG | 0444;
		node->value = MADE_FDINFO;
	}
}

struct node proc_node(int node)
{
	int pid = (node & ~DYNAMIC) >> WHICH_BITS, which = which_of(node);
	struct node result = {.kind = NODE_MADE,
	                      .ino = (uint32_t)node + 1,
	                      .links = 1,
	                      .pid = pid};

	if (which < CHILDREN) {
		result.mode = children[which].mode;
		result.parent = which ? number(pid, 0) : proc_root;
		result.value = children[which].made;
	} else {
		describe_descriptor(&result, which);
	}
	if ((result.mode & S_IFMT) == S_IFDIR) {
		result.kind = NODE_DIRECTORY;
		result.links = 2;
	} else if ((result.mode & S_IFMT) == S_IFLNK) {
		result.kind = NODE_LINK;
	}
	set_owner(&result);
	if (result.value == MADE_PT && inspect_now()->teach)
		result.mode |= 0444;
	return result;
}

uint32_t proc_name(int node, char name[16])
{
	struct text text = {name, 16, 0};

	if (which_of(node) == 0)
		text_add(&text, "%d", node_at(node).pid);
	else if (which_of(node) >= FDS)
		text_add(&text, "%d", which_of(node) % FDS);
	else
		text_add(&text, "%s", children[which_of(node)].name);
	return text.used;
}

int proc_target(int node, const struct who *who)
{
	struct node link;

	if (node < DYNAMIC)
		return NO_NODE;
	link = proc_node(node);
	if (!process_lets(link.pid, who))
		return -EACCES;
	return process_target(link.pid, link.value);
}

int proc_link(int node, const struct who *who, char *to, uint32_t size)
{
	struct text text = {to, size, 0};
	struct node link = proc_node(node);

	if (!process_lets(link.pid, who))
		return -EACCES;
	process_link(&text, link.pid, link.value);
	return text.used > 0 ? (int)text.used : -ENOENT;
}

/* A number without leading zeroes, or -1. */
static int parse(const char *name, uint32_t bytes)
{
	uint32_t value = 0;

	if (bytes == 0 || bytes > 7 || (name[0] == '0' && bytes > 1))
		return -1;
	for (uint32_t i = 0; i < bytes; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		value = value * 10 + (uint32_t)(name[i] - '0');
	}
	return (int)value;
}

static int find_pid(const char *name, uint32_t bytes)
{
	int pid = parse(name, bytes);

	return pid > 0 && process_from(pid) == pid ? number(pid, 0) : NO_NODE;
}

/* Is it fd, or fdinfo?  Then the first of its files' numbers; else 0. */
static int descriptors_in(int parent)
{
	return which_of(parent) == FD_DIRECTORY       ? FDS
	       : which_of(parent) == FDINFO_DIRECTORY ? FDINFOS
	                                              : 0;
}

static int find_fd(int parent, const char *name, uint32_t bytes)
{
	int fd = parse(name, bytes), open = fd, pid = node_at(parent).pid;

	return fd >= 0 && process_descriptor(pid, &open) >= 0 && open == fd
	           ? number(pid, descriptors_in(parent) + fd)
	           : NO_NODE;
}

int proc_find(int parent, const char *name, uint32_t bytes)
{
	int which = which_of(parent);

	if (parent == proc_root)
		return find_pid(name, bytes);
	if (descriptors_in(parent))
		return find_fd(parent, name, bytes);
	for (int i = 1; which == 0 && i < CHILDREN; i++)
		if (strlen(children[i].name) == bytes &&
		    memcmp(children[i].name, name, bytes) == 0)
			return parent | i;
	return NO_NODE;
}

/* The next open descriptor. */
static int fd_child(int parent, int *index, char name[16])
{
	struct text text = {name, 16, 0};
	int pid = node_at(parent).pid;

	if (process_descriptor(pid, index) < 0)
		return NO_NODE;
	text_add(&text, "%d", *index);
	text_byte(&text, '\0');
	return number(pid, descriptors_in(parent) + *index);
}

int proc_child(int parent, int *index, char name[16])
{
	if (descriptors_in(parent))
		return fd_child(parent, index, name);
	if (*index + 1 >= CHILDREN)
		return NO_NODE;
	memcpy(name, children[*index + 1].name,
	       strlen(children[*index + 1].name) + 1);
	return parent | (*index + 1);
}

int proc_next_pid(int pid, char name[16])
{
	struct text text = {name, 16, 0};
	int next = process_from(pid);

	if (next < 0)
		return NO_NODE;
	text_add(&text, "%d", next);
	text_byte(&text, '\0');
	return number(next, 0);
}
