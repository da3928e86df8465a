/*
 * user/servers/files/made.c -- /proc: the contents of its files.
 *
 * The server keeps no contents.  A read makes as many whole lines as it asks
 * for, a page at most.  The open file remembers where they end in the file,
 * and which row or address comes next.
 *
 *	                 offset
 *	                   v
 *	 read     | . . . .|rest| not made yet ...
 *	                        ^
 *	                   made, at
 *
 * A read that ends within a line leaves the rest of the line in a page that
 * counts at its client's level until the rest is read.  So each line shows one
 * moment, and the lines that several reads get show several moments.  All of a
 * short file (meminfo, stat, uptime) shows one moment, like a line.  Linux
 * promises the same (its seq_file), and no more.
 *
 * A read at the start begins anew.  After an lseek forward, a read makes and
 * drops the lines up to its offset, some pages in each turn; after an lseek
 * backward, it begins at the start for that.
 *
 * The formats are Linux's where Linux has the file (proc(5)).
 */
#include "files.h"
#include "made.h"

#define KIB_A_PAGE 4u
#define TRIES      3
#define SKIPS      16 /* pages made and dropped in one turn */

static void make_meminfo(struct text *text, int pid)
{
	const struct inspection *now = inspect_now();
	struct {
		const char *name;
		uint32_t pages;
	} lines[] = {
	    {"MemTotal:", now->frames_total},
	    {"MemFree:", now->frames_free},
	    {"MemAvailable:", now->frames_total > now->frames_promised
	                          ? now->frames_total - now->frames_promised
	                          : 0},
	    {"Buffers:", 0},
	    {"Cached:", 0},
	    {"SwapTotal:", 0},
	    {"SwapFree:", 0},
	    {"CommitLimit:", now->frames_total},
	    {"Committed_AS:", now->frames_promised},
	    {"KernelTables:", now->kernel_frames},
	    {"Archive:", (now->archive_bytes + PAGE_SIZE - 1) / PAGE_SIZE},
	    {"Boot:", now->boot_frames}};

	(void)pid;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		text_add(text, "%-15s %8u kB\n", lines[i].name,
		         lines[i].pages * KIB_A_PAGE);
}

static void make_uptime(struct text *text, int pid)
{
	const struct inspection *now = inspect_now();
	uint32_t hz = now->hz ? now->hz : 1;

	(void)pid;
	text_add(text, "%u.%02u 0.00\n", now->ticks / hz,
	         now->ticks % hz * 100 / hz);
}

static void make_counters(struct text *text, int pid)
{
	static const struct {
		const char *name;
		int index;
	} lines[] = {{"traps", INSPECT_COUNT_TRAPS},
	             {"faults", INSPECT_COUNT_FAULTS},
	             {"cr3", INSPECT_COUNT_CR3},
	             {"zeroed", INSPECT_COUNT_ZEROED},
	             {"copied", INSPECT_COUNT_COPIED},
	             {"switches", INSPECT_COUNT_SWITCHES},
	             {"messages", INSPECT_COUNT_MESSAGES}};
	const struct inspection *now = inspect_now();

	(void)pid;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		text_add(text, "%s %u\n", lines[i].name,
		         now->counters[lines[i].index]);
}

static void make_check(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%d\n", k_check());
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

/* proc(5), /proc/PID/status: some of its lines.  State names the peer. */
static void make_status(struct text *text, int pid)
{
	static struct row row;
	uint32_t state;

	if (!process_read(&row, pid))
		return;
	state = min(row_get(&row, PROC_STATE), PROC_ZOMBIE);
	text_add(text, "Name:\t%s\nState:\t%c (%s",
	         (const char *)row_bytes(&row, PROC_NAME),
	         states[state_of(&row)].letter, states[state].says);
	if (states[state].peer)
		text_add(text, "%u", pid_at(row_get(&row, PROC_PEER)));
	text_add(text, ")\nPid:\t%d\nPPid:\t%u\n", pid,
	         pid_at(row_get(&row, PROC_PARENT)));
	text_add(text, "Uid:\t%u\t%u\nGid:\t%u\t%u\n", row_get(&row, PROC_UID),
	         row_get(&row, PROC_EUID), row_get(&row, PROC_GID),
	         row_get(&row, PROC_EGID));
}

/* proc(5), /proc/PID/stat: fields 4 to 52; 0 if the value is unknown. */
static void make_stat(struct text *text, int pid)
{
	static struct row row, space;
	uint32_t values[53] = {
	    [18] = 20,         /* priority */
	    [20] = 1,          /* threads */
	    [25] = UINT32_MAX, /* no limit of memory */
	    [38] = 17,         /* SIGCHLD: what the parent gets at its end */
	};

	if (!process_read(&row, pid))
		return;
	values[4] = pid_at(row_get(&row, PROC_PARENT));
	values[5] = row_get(&row, PROC_PGID);
	values[6] = row_get(&row, PROC_SID);
	values[8] = (uint32_t)-1; /* the terminal's foreground group: none */
	values[14] = row_get(&row, PROC_USER);
	values[15] = row_get(&row, PROC_SYSTEM);
	values[22] = row_get(&row, PROC_START);
	maps_measure(pid, &values[23], &values[24]);
	if (row_read(&space, SPACES, (int)row_get(&row, PROC_SPACE)))
		values[47] = row_get(&space, SPACE_HEAP);
	values[52] = row_get(&row, PROC_STATUS);
	text_add(text, "%d (%s) %c", pid,
	         (const char *)row_bytes(&row, PROC_NAME),
	         states[state_of(&row)].letter);
	for (int i = 4; i <= 52; i++)
		text_add(text, i == 8 ? " %d" : " %u", values[i]);
	text_byte(text, '\n');
}

/* What killed a zombie: proc_crime() of the kernel.  Empty: nothing did. */
static void make_crime(struct text *text, int pid)
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

/* ---- made when read ----------------------------------------------------- */

/* The files that are made at once, and those that are made piece by piece. */
static void (*const whole[MADE_TUNABLES])(struct text *, int) = {
    [MADE_MEMINFO] = make_meminfo,   [MADE_UPTIME] = make_uptime,
    [MADE_COUNTERS] = make_counters, [MADE_CHECK] = make_check,
    [MADE_STATUS] = make_status,     [MADE_STAT] = make_stat,
    [MADE_CRIME] = make_crime,
};
static void (*const pieces[MADE_TUNABLES])(struct making *) = {
    [MADE_SHM] = make_shm,   [MADE_SEM] = make_sem, [MADE_MSG] = make_msg,
    [MADE_MAPS] = make_maps, [MADE_PT] = make_pt,
};

/*
 * Makes a file at once, and again if another process ran meanwhile, because
 * the file's parts must fit together.
 */
static void make_whole(struct making *making, int made)
{
	if (making->at > 0)
		return;
	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t before = inspect_switches();

		making->text.used = 0;
		whole[made](&making->text, making->pid);
		if (inspect_switches() == before)
			break;
	}
	making->at = 1;
}

/* Makes what comes next in the file, at the start of the text. */
static void make(struct making *making, int made)
{
	making->text.used = 0;
	inspect_now();
	if (whole[made] != 0)
		make_whole(making, made);
	else
		pieces[made](making);
	making->text.used = min(making->text.used, making->text.size);
}

bool made_settable(const struct node *node)
{
	return node->kind == NODE_MADE && node->value >= MADE_TUNABLES;
}

void made_forget(struct open *open)
{
	if (open->rest != 0)
		k_segment_drop(open->rest);
	open->rest = 0;
	open->rest_bytes = open->made = open->at = 0;
}

/* Where the rest begins in its page: it ends at the end of the page. */
static uint32_t rest_start(const struct open *open)
{
	return PAGE_SIZE - open->rest_bytes;
}

/* Keeps these bytes as the rest.  0 or -ENOMEM. */
static int keep_rest(int token, struct open *open, const char *from,
                     uint32_t bytes)
{
	int segment = open->rest;

	if (bytes == 0)
		return 0;
	if (segment == 0)
		segment = k_segment_make(SEGMENT_OF_MEMORY, PAGE_SIZE, 0,
		                         (uint32_t)token);
	if (segment < 0)
		return segment;
	open->rest = segment;
	return k_segment_store(segment, PAGE_SIZE - bytes, from, bytes);
}

static void drop_rest(struct open *open, uint32_t bytes)
{
	open->rest_bytes -= bytes;
	if (open->rest_bytes > 0 || open->rest == 0)
		return;
	k_segment_drop(open->rest);
	open->rest = 0;
}

/* Gives the client bytes of the rest.  Their number or -errno. */
static int give_rest(const struct wait *r, struct open *open, uint32_t wanted)
{
	uint32_t bytes = min(wanted, open->rest_bytes);
	int moved = bytes == 0 ? 0
	                       : k_segment_read(open->rest, rest_start(open),
	                                        r->token, BUFFER, 0, bytes);

	if (moved > 0) {
		drop_rest(open, (uint32_t)moved);
		open->offset += (uint32_t)moved;
	}
	return moved;
}

/* Makes text until some is behind the offset: 1.  0: the end.  Or LATER. */
static int make_to(struct making *making, struct open *open, int made,
                   uint32_t wanted)
{
	for (int i = 0; i < SKIPS; i++) {
		uint32_t skip = open->offset - open->made;

		making->enough = min(skip + wanted, PAGE_SIZE);
		making->at = open->at;
		make(making, made);
		if (making->text.used == 0)
			return 0;
		if (making->text.used > skip)
			return 1;
		open->made += making->text.used;
		open->at = making->at;
	}
	return LATER;
}

/* The number of these bytes that are whole lines. */
static uint32_t whole_lines(const char *text, uint32_t bytes)
{
	while (bytes > 0 && text[bytes - 1] != '\n')
		bytes--;
	return bytes;
}

/*
 * Makes text and gives the client up to `wanted` bytes of it, behind the bytes
 * that it has been `given`.  Their number, -errno or LATER.  If there is no
 * memory for the rest of a line, it gives only the lines before it.
 */
static int give_more(const struct wait *r, struct open *open, int made, int pid,
                     uint32_t given, uint32_t wanted)
{
	static char buffer[2 * PAGE_SIZE]; /* a page, and a line at its end */
	struct making making = {.text = {buffer, sizeof(buffer), 0},
	                        .pid = pid};
	int result = make_to(&making, open, made, wanted);
	uint32_t skip = open->offset - open->made, left, bytes, lines;

	if (result <= 0)
		return result;
	left = making.text.used - skip;
	bytes = min(wanted, left);
	result = keep_rest(r->token, open, buffer + skip + bytes, left - bytes);
	lines = whole_lines(buffer + skip, bytes);
	if (result == -ENOMEM && lines > 0 && lines < bytes)
		return give_more(r, open, made, pid, given, lines);
	if (result >= 0)
		result = k_lease_write(r->token, BUFFER, given, buffer + skip,
		                       bytes);
	if (result > 0)
		open->offset += (uint32_t)result;
	if (result != (int)bytes) {
		drop_rest(open, 0);
		return result;
	}
	open->made += making.text.used;
	open->at = making.at;
	open->rest_bytes = left - bytes;
	return result;
}

/* A limit is a short line, which only a read at the start gets, as on Linux. */
static int read_limit(const struct wait *r, struct open *open, int made)
{
	char line[64];
	struct text text = {line, sizeof(line), 0};
	int moved;

	if (open->offset > 0)
		return 0;
	tunables_make(&text, (uint32_t)made - MADE_TUNABLES);
	moved =
	    k_lease_write(r->token, BUFFER, 0, line, min(r->total, text.used));
	if (moved > 0)
		open->offset = (uint32_t)moved;
	return moved;
}

/* Drops what was made before the offset, so that the rest begins there. */
static void find_place(struct open *open)
{
	uint32_t rest = open->made - open->rest_bytes;

	if (open->offset == 0 || open->offset < rest)
		made_forget(open);
	else if (open->offset < open->made)
		drop_rest(open, open->offset - rest);
	else
		drop_rest(open, open->rest_bytes);
}

int made_read(const struct wait *r, struct open *open)
{
	struct node node = node_at(open->node);
	uint32_t wanted = min(r->total, PAGE_SIZE);
	int given, more;

	if (node.pid != 0 && (process_from(node.pid) != node.pid ||
	                      process_started(node.pid) != open->started))
		return -ESRCH;
	if (made_settable(&node))
		return read_limit(r, open, node.value);
	find_place(open);
	given = give_rest(r, open, wanted);
	if (given < 0 || given == (int)wanted || open->rest_bytes > 0)
		return given;
	more = give_more(r, open, node.value, node.pid, (uint32_t)given,
	                 wanted - (uint32_t)given);
	if (given == 0)
		return more;
	return more > 0 ? given + more : given;
}

int made_write(const struct message *m, struct open *open)
{
	struct node node = node_at(open->node);
	int written;

	if (!made_settable(&node))
		return node.pid != 0 ? -EINVAL : -EIO;
	written = tunables_write(m, (uint32_t)node.value - MADE_TUNABLES,
	                         open->offset);
	if (written > 0)
		open->offset += (uint32_t)written;
	return written;
}
