/*
 * user/servers/files/proc/process.c -- /proc/PID: what it says about a process.
 *
 * Each function makes a whole file.  The formats are Linux's where Linux has
 * the file (proc(5)).  If the process has gone, the file is empty.
 */
#include "made.h"

#include "../../../../abi/process.h"
#include "../../../../abi/signal.h"
#include "../../../lib/devices.h"

bool process_lets(int pid, const struct who *who)
{
	static struct row row;

	if (who->uid == 0 || who->pid == pid)
		return true;
	return process_read(&row, pid) && who->uid == row_get(&row, PROC_UID) &&
	       who->uid == row_get(&row, PROC_EUID) &&
	       who->uid == row_get(&row, PROC_SUID) &&
	       who->gid == row_get(&row, PROC_GID) &&
	       who->gid == row_get(&row, PROC_EGID) &&
	       who->gid == row_get(&row, PROC_SGID);
}

/* The letters are those of proc(5). */
static const struct {
	char letter;
	const char *says;
	bool peer; /* the peer's pid completes the sentence */
} states[] = {
    [PROC_FREE] = {'?', "", false},
    [PROC_NEW] = {'R', "new", false},
    [PROC_READY] = {'R', "ready", false},
    [PROC_RUNNING] = {'R', "running", false},
    [PROC_SENDING] = {'S', "send to ", true},
    [PROC_REPLY_WAIT] = {'S', "reply from ", true},
    [PROC_RECEIVING] = {'S', "receive", false},
    [PROC_WAITING] = {'S', "wait for a child", false},
    [PROC_IN_LINE] = {'S', "in line", false},
    [PROC_SLEEPING] = {'S', "sleeping", false},
    [PROC_PAUSED] = {'S', "paused", false},
    [PROC_POLLING] = {'S', "polling", false},
    [PROC_VFORK] = {'D', "vfork of ", true},
    [PROC_STOPPED] = {'T', "stopped", false},
    [PROC_ZOMBIE] = {'Z', "zombie", false},
};
#define STATES (sizeof(states) / sizeof(states[0]))

/* The pid of the row at this index, or 0. */
static uint32_t pid_at(uint32_t index)
{
	static struct row row;

	return row_read(&row, PROCS, (int)index) ? row_get(&row, PROC_PID) : 0;
}

/* A client of this server is running, as it sees itself, or it sleeps here. */
static uint32_t state_of(const struct row *row)
{
	uint32_t state = row_get(row, PROC_STATE);

	if (state == PROC_REPLY_WAIT &&
	    (int)pid_at(row_get(row, PROC_PEER)) == unix_getpid() &&
	    !turns_sleeps((int)row_get(row, PROC_PID)))
		return PROC_RUNNING;
	return state < STATES ? state : PROC_FREE;
}

/* A name and four ids: real, effective, saved, and the file system's. */
static void put_ids(struct text *text, const char *name, const struct row *row,
                    enum field real, enum field effective, enum field saved)
{
	text_add(text, "%s\t%u\t%u\t%u\t%u\n", name, row_get(row, real),
	         row_get(row, effective), row_get(row, saved),
	         row_get(row, effective));
}

/* How many descriptors there may be, and the supplementary groups. */
static void put_groups(struct text *text, const struct row *row)
{
	const uint32_t *groups = row_bytes(row, PROC_GROUPS);

	text_add(text, "FDSize:\t%u\nGroups:\t",
	         row_size(PROC_DESCRIPTORS) / (uint32_t)sizeof(int16_t));
	for (uint32_t i = 0; i < row_get(row, PROC_NGROUPS); i++)
		text_add(text, i > 0 ? " %u" : "%u", groups[i]);
	text_add(text, " \n");
}

/*
 * The news that are queued and the most that could be; and five sets, in which
 * signal 1 is bit 0.  Nothing is pending for one thread alone: there are none.
 */
static void put_signals(struct text *text, const struct row *row)
{
	static const struct {
		const char *name;
		enum field set;
	} lines[] = {{"SigPnd:", FIELDS},
	             {"ShdPnd:", PROC_PENDING},
	             {"SigBlk:", PROC_MASK},
	             {"SigIgn:", PROC_IGNORED},
	             {"SigCgt:", PROC_CAUGHT}};

	text_add(text, "SigQ:\t%u/%d\n", row_get(row, PROC_NEWS), NEWS_OF_ONE);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		uint32_t set[2] = {0, 0};

		if (lines[i].set != FIELDS)
			memcpy(set, row_bytes(row, lines[i].set), sizeof(set));
		text_add(text, "%s\t%08x%08x\n", lines[i].name, set[1], set[0]);
	}
}

/* proc(5), /proc/PID/status: some of its lines.  State names the peer. */
void make_status(struct text *text, int pid)
{
	static struct row row;
	uint32_t state, umask, bytes, pages;

	if (!process_read(&row, pid))
		return;
	umask = row_get(&row, PROC_UMASK);
	state = min(row_get(&row, PROC_STATE), PROC_ZOMBIE);
	text_add(text, "Name:\t%s\nUmask:\t0%u%u%u\nState:\t%c (%s",
	         (const char *)row_bytes(&row, PROC_NAME), umask >> 6 & 7,
	         umask >> 3 & 7, umask & 7, states[state_of(&row)].letter,
	         states[state].says);
	if (states[state].peer)
		text_add(text, "%u", pid_at(row_get(&row, PROC_PEER)));
	text_add(text, ")\nTgid:\t%d\nPid:\t%d\nPPid:\t%u\nTracerPid:\t0\n",
	         pid, pid, pid_at(row_get(&row, PROC_PARENT)));
	put_ids(text, "Uid:", &row, PROC_UID, PROC_EUID, PROC_SUID);
	put_ids(text, "Gid:", &row, PROC_GID, PROC_EGID, PROC_SGID);
	put_groups(text, &row);
	maps_measure(pid, &bytes, &pages);
	if (bytes > 0)
		text_add(text, "VmSize:\t%8u kB\nVmRSS:\t%8u kB\n",
		         bytes / 1024, pages * (PAGE_SIZE / 1024));
	text_add(text, "Threads:\t1\n");
	put_signals(text, &row);
}

/* proc(5), /proc/PID/stat: fields 4 to 52; 0 if the value is unknown. */
void make_stat(struct text *text, int pid)
{
	static struct row row, space;
	uint32_t values[53] = {
	    [20] = 1,          /* threads */
	    [25] = UINT32_MAX, /* no limit of memory */
	    [38] = SIGCHLD,    /* what the parent gets at its end */
	};
	int front; /* the group in the foreground of its terminal */

	if (!process_read(&row, pid))
		return;
	values[4] = pid_at(row_get(&row, PROC_PARENT));
	values[5] = row_get(&row, PROC_PGID);
	values[6] = row_get(&row, PROC_SID);
	front = k_foreground((int)values[6], 0);
	values[7] = front > 0 ? devices[DEVICE_TTY1].rdev : 0;
	values[8] = front > 0 ? (uint32_t)front : UINT32_MAX;
	values[14] = row_get(&row, PROC_USER);
	values[15] = row_get(&row, PROC_SYSTEM);
	memcpy(&values[16], row_bytes(&row, PROC_CHILDREN), 8);
	values[18] = 20 + row_get(&row, PROC_NICE); /* priority */
	values[19] = row_get(&row, PROC_NICE);
	values[22] = row_get(&row, PROC_START);
	maps_measure(pid, &values[23], &values[24]);
	if (row_read(&space, SPACES, (int)row_get(&row, PROC_SPACE)))
		values[47] = row_get(&space, SPACE_HEAP);
	values[52] = row_get(&row, PROC_STATUS);
	text_add(text, "%d (%s) %c", pid,
	         (const char *)row_bytes(&row, PROC_NAME),
	         states[state_of(&row)].letter);
	for (int i = 4; i <= 52; i++)
		text_add(text, i == 8 || i == 19 ? " %d" : " %u", values[i]);
	text_byte(text, '\n');
}

/* Pages: of the space, present, and five figures that nobody counts. */
void make_statm(struct text *text, int pid)
{
	uint32_t bytes, pages;

	maps_measure(pid, &bytes, &pages);
	text_add(text, "%u %u 0 0 0 0 0\n", bytes / PAGE_SIZE, pages);
}

void make_comm(struct text *text, int pid)
{
	static struct row row;

	if (process_read(&row, pid))
		text_add(text, "%s\n",
		         (const char *)row_bytes(&row, PROC_NAME));
}

static void put_limit(struct text *text, uint32_t value)
{
	if (value == RLIM_INFINITY)
		text_add(text, "%-20s ", "unlimited");
	else
		text_add(text, "%-20u ", value);
}

/* Each limit of getrlimit(2) with its unit, in the order of their numbers. */
void make_limits(struct text *text, int pid)
{
	static const char *const names[RLIM_NLIMITS][2] = {
	    {"cpu time", "seconds"},     {"file size", "bytes"},
	    {"data size", "bytes"},      {"stack size", "bytes"},
	    {"core file size", "bytes"}, {"resident set", "bytes"},
	    {"processes", "processes"},  {"open files", "files"},
	    {"locked memory", "bytes"},  {"address space", "bytes"},
	    {"file locks", "locks"},     {"pending signals", "signals"},
	    {"msgqueue size", "bytes"},  {"nice priority", ""},
	    {"realtime priority", ""},   {"realtime timeout", "us"},
	};
	static struct row row;
	const uint32_t *limits = row_bytes(&row, PROC_LIMITS);

	if (!process_read(&row, pid))
		return;
	text_add(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
	         "Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		text_add(text, "Max %-21s ", names[i][0]);
		put_limit(text, limits[2 * i]);
		put_limit(text, limits[2 * i + 1]);
		text_add(text, names[i][1][0] ? "%-10s\n" : "\n", names[i][1]);
	}
}

/* A process's memory, of which one page has been read. */
struct window {
	uint32_t directory, page; /* page: its address; 1: none was read */
	uint8_t bytes[PAGE_SIZE];
};

/* The byte at `va`; a page that is not present has zeroes. */
static char byte_at(struct window *w, uint32_t va)
{
	if (w->page != (va & -PAGE_SIZE)) {
		w->page = va & -PAGE_SIZE;
		if (!memory_read(w->directory, w->page, w->bytes, PAGE_SIZE))
			memset(w->bytes, 0, PAGE_SIZE);
	}
	return (char)w->bytes[va % PAGE_SIZE];
}

#define ALL_MADE UINT32_MAX

/*
 * The strings from one word of the process to another, each with its NUL, as
 * they are in its memory now.  A process may write a title over its arguments
 * and its environment, as setproctitle(3) does.  If the arguments do not end
 * with a NUL any more, they are that title, of which a page at most is shown.
 * making->at is the address of the byte that comes next.
 */
static void make_strings(struct making *making, enum field from, enum field to)
{
	static struct window w;
	static struct row row, space;
	uint32_t first, end;
	bool title;

	if (making->at == ALL_MADE || !process_read(&row, making->pid) ||
	    !row_read(&space, SPACES, (int)row_get(&row, PROC_SPACE)))
		return;
	first = row_get(&row, from);
	end = row_get(&row, to);
	w.directory = row_get(&space, SPACE_DIRECTORY);
	w.page = 1;
	title = from == PROC_ARGS && end > 0 && byte_at(&w, end - 1) != '\0';
	if (title)
		end =
		    min(first + PAGE_SIZE, row_get(&row, PROC_ENVIRONMENT_END));
	if (making->at == 0)
		making->at = first;
	while (making->at < end && making->text.used < making->enough) {
		char byte = byte_at(&w, making->at++);

		text_byte(&making->text, byte);
		if (title && byte == '\0')
			end = 0;
	}
	if (making->at >= end)
		making->at = ALL_MADE;
}

void make_cmdline(struct making *making)
{
	make_strings(making, PROC_ARGS, PROC_ENVIRONMENT);
}

void make_environ(struct making *making)
{
	make_strings(making, PROC_ENVIRONMENT, PROC_ENVIRONMENT_END);
}

/* What killed a zombie: proc_crime() of the kernel.  Empty: nothing did. */
void make_crime(struct text *text, int pid)
{
	static struct row row;
	uint32_t words[2]; /* vector and error code; address */

	if (!process_read(&row, pid))
		return;
	memcpy(words, row_bytes(&row, PROC_CRIME), sizeof(words));
	if (words[0] != 0)
		text_add(text, "vector %u error %u address %08x\n",
		         words[0] >> 16, words[0] & 0xffff, words[1]);
}

/* ---- the links ---------------------------------------------------------- */

/* As if the directory of the queues were the root: mq_overview(7). */
static void put_queue(struct text *text, const struct entry *entry)
{
	text_byte(text, '/');
	text_bytes(text, (const char *)arena_at(entry->name),
	           entry->name_bytes);
}

/* A path to a node, or what Linux says where there is none. */
static void put_node(struct text *text, int number)
{
	static char buffer[PATH_MAX];
	const char *path = node_path(number, buffer, buffer + sizeof(buffer));

	if (path != 0)
		text_add(text, "%s", path);
	else if (node_look(number)->kind == NODE_FIFO)
		text_add(text, "pipe:[%u]", node_look(number)->ino);
	else if (node_look(number)->kind == NODE_QUEUE &&
	         entry_of(number) != NO_ENTRY)
		put_queue(text, entry_at(entry_of(number)));
	else
		text_add(text, "/%u (deleted)", node_look(number)->ino);
}

/* The channel of this server, in the kernel's table: it never changes. */
static uint32_t own_channel(void)
{
	static uint32_t channel = UINT32_MAX;
	static struct row row;

	if (channel == UINT32_MAX && process_read(&row, unix_getpid()))
		channel = row_get(&row, PROC_CHANNEL);
	return channel;
}

int process_object(int connection)
{
	static struct row row;

	return row_read(&row, CONNECTIONS, connection) &&
	               row_get(&row, CONNECTION_CHANNEL) == own_channel()
	           ? (int)row_get(&row, CONNECTION_OBJECT)
	           : -1;
}

/* The node behind a connection, or NO_NODE: it leads to another server. */
static int node_behind(int connection)
{
	struct open *open = open_at(process_object(connection));

	return open == 0 ? NO_NODE : open->node;
}

int process_descriptor(int pid, int *fd)
{
	static struct row row;
	int16_t connection = -1;

	if (!process_read(&row, pid))
		return -1;
	for (; *fd < (int)(row_size(PROC_DESCRIPTORS) / sizeof(connection));
	     ++*fd) {
		memcpy(&connection,
		       (const int16_t *)row_bytes(&row, PROC_DESCRIPTORS) + *fd,
		       sizeof(connection));
		if (connection >= 0)
			return connection;
	}
	return -1;
}

/* The connection of the descriptor that a link is about, or -1. */
static int linked(int pid, int made)
{
	int fd = made - MADE_FD, connection = process_descriptor(pid, &fd);

	return fd == made - MADE_FD ? connection : -1;
}

/* What is open there, if this server knows it; else 0. */
static struct open *open_behind(int pid, int fd)
{
	return open_at(process_object(linked(pid, MADE_FD + fd)));
}

uint32_t process_link_mode(int pid, int fd)
{
	static const uint32_t rights[] = {0500, 0300, 0700, 0};
	const struct open *open = open_behind(pid, fd);

	if (open == 0)
		return S_IFLNK | 0700;
	return S_IFLNK |
	       (open->flags & O_PATH ? 0 : rights[open->flags & O_ACCMODE]);
}

/* F_GETFL's flags, with FD_CLOEXEC as O_CLOEXEC. */
static uint32_t flags_of(int pid, int fd, const struct open *open)
{
	uint32_t flags = (uint32_t)open->flags &
	                 ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
	static struct row row;
	uint32_t word;

	if (!process_read(&row, pid))
		return flags;
	memcpy(&word, (const uint32_t *)row_bytes(&row, PROC_CLOEXEC) + fd / 32,
	       sizeof(word));
	return word >> fd % 32 & 1 ? flags | O_CLOEXEC : flags;
}

/*
 * What another server has open has an offset and flags that only that server
 * knows: its file has the line of the mount alone.
 */
void make_fdinfo(struct making *making)
{
	const struct open *open = open_behind(making->pid, making->fd);
	bool in_proc = open != 0 && proc_has(open->node);

	if (making->at > 0)
		return;
	making->at = 1;
	if (open != 0)
		text_add(&making->text, "pos:\t%u\nflags:\t0%o\n", open->offset,
		         flags_of(making->pid, making->fd, open));
	text_add(&making->text, "mnt_id:\t%d\n", in_proc ? 3 : 2);
	if (open != 0)
		text_add(&making->text, "ino:\t%u\n",
		         node_look(open->node)->ino);
}

/* The device behind a connection to another server; -1 leads to none. */
static void put_device(struct text *text, int connection)
{
	static struct row row;
	const struct row *server;
	uint32_t channel, object;

	if (!row_read(&row, CONNECTIONS, connection))
		return;
	channel = row_get(&row, CONNECTION_CHANNEL);
	object = row_get(&row, CONNECTION_OBJECT);
	for (int i = 0; (server = row_ahead(PROCS, i)) != 0; i++) {
		const char *name = row_bytes(server, PROC_NAME);

		if (row_get(server, PROC_STATE) == PROC_FREE ||
		    row_get(server, PROC_CHANNEL) != channel)
			continue;
		if (strcmp(name, "console") == 0)
			text_add(text, "/%s", devices[object % DEVICES].path);
		else
			text_add(text, "/dev/%s", name);
		return;
	}
}

static bool has_ino(const struct node *node, uint32_t ino)
{
	return node->ino == ino;
}

int process_target(int pid, int made)
{
	static struct row row;
	int node = NO_NODE;

	if (!process_read(&row, pid))
		return NO_NODE;
	if (made == MADE_ROOT)
		node = ROOT;
	else if (made == MADE_CWD)
		node = node_behind((int)row_get(&row, PROC_CWD));
	else if (made == MADE_EXE)
		node = node_with(has_ino, row_get(&row, PROC_FILE));
	else if (made >= MADE_FD)
		node = node_behind(linked(pid, made));
	return node;
}

void process_link(struct text *text, int pid, int made)
{
	int node = process_target(pid, made);

	if (node != NO_NODE)
		put_node(text, node);
	else if (made >= MADE_FD)
		put_device(text, linked(pid, made));
}
