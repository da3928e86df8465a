/*
 * user/servers/files/made.c -- /proc: what stands in its files.
 *
 * A file is made when it is read at its start, into memory of its own size, and
 * a reader then reads that in peace, in pieces of any size.  First it is
 * measured: made into no room at all, where the text only counts.  Then the
 * memory is there, and it is made again; should it have grown meanwhile, or
 * should somebody else have run, once more.
 *
 * Linux's formats where Linux has the file (proc(5)).
 */
#include "files.h"
#include "made.h"

#define KIB_A_PAGE 4u
#define TRIES      8

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
	    {"KernelTables:", now->table_frames}};

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

/* The letter of proc(5). */
static char state_of(const struct row *row)
{
	static const char letters[] = {
	    [PROC_NEW] = 'R',        [PROC_READY] = 'R',
	    [PROC_RUNNING] = 'R',    [PROC_SENDING] = 'S',
	    [PROC_REPLY_WAIT] = 'S', [PROC_RECEIVING] = 'S',
	    [PROC_WAITING] = 'S',    [PROC_IN_LINE] = 'S',
	    [PROC_SLEEPING] = 'S',   [PROC_PAUSED] = 'S',
	    [PROC_STOPPED] = 'T',    [PROC_ZOMBIE] = 'Z'};
	static struct row peer;
	uint32_t state = row_get(row, PROC_STATE);
	bool ours = row_read(&peer, PROCS, (int)row_get(row, PROC_PEER)) &&
	            (int)row_get(&peer, PROC_PID) == unix_getpid();

	if (state >= sizeof(letters) || !letters[state])
		return '?';
	return ours ? 'R' : letters[state]; /* who asks us runs, to its mind */
}

/* proc(5), /proc/PID/stat: field 4 to 52.  What nobody knows here is 0. */
static void make_stat(struct text *text, int pid)
{
	static struct row row, parent, space;
	uint32_t values[53] = {
	    [18] = 20,         /* priority */
	    [20] = 1,          /* threads */
	    [25] = UINT32_MAX, /* no limit of memory */
	    [38] = 17,         /* SIGCHLD tells the parent of its end */
	};

	if (!process_read(&row, pid))
		return;
	if (row_read(&parent, PROCS, (int)row_get(&row, PROC_PARENT)))
		values[4] = row_get(&parent, PROC_PID);
	values[5] = row_get(&row, PROC_PGID);
	values[6] = row_get(&row, PROC_SID);
	values[8] = (uint32_t)-1; /* no terminal's foreground group */
	values[14] = row_get(&row, PROC_USER);
	values[15] = row_get(&row, PROC_SYSTEM);
	values[22] = row_get(&row, PROC_START);
	maps_measure(pid, &values[23], &values[24]);
	if (row_read(&space, SPACES, (int)row_get(&row, PROC_SPACE)))
		values[47] = row_get(&space, SPACE_HEAP);
	values[52] = row_get(&row, PROC_STATUS);
	text_add(text, "%d (%s) %c", pid,
	         (const char *)row_bytes(&row, PROC_NAME), state_of(&row));
	for (int i = 4; i <= 52; i++)
		text_add(text, i == 8 ? " %d" : " %u", values[i]);
	text_byte(text, '\n');
}

/* ---- made when read ----------------------------------------------------- */

static void (*const makers[MADE_TUNABLES])(struct text *, int) = {
    [MADE_MEMINFO] = make_meminfo,   [MADE_UPTIME] = make_uptime,
    [MADE_COUNTERS] = make_counters, [MADE_CHECK] = make_check,
    [MADE_SHM] = make_shm,           [MADE_SEM] = make_sem,
    [MADE_MSG] = make_msg,           [MADE_STAT] = make_stat,
    [MADE_MAPS] = make_maps,         [MADE_PT] = make_pt,
};

static uint32_t switches(void)
{
	return inspect_now()->counters[INSPECT_COUNT_SWITCHES];
}

static void make(struct text *text, const struct node *node)
{
	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t before = switches();

		text->used = 0;
		if (node->value >= MADE_TUNABLES)
			tunables_make(text, node->value - MADE_TUNABLES);
		else
			makers[node->value](text, node->pid);
		if (switches() == before)
			return;
	}
}

bool made_settable(const struct node *node)
{
	return node->kind == NODE_MADE && node->value >= MADE_TUNABLES;
}

static int make_whole(struct open *open, const struct node *node)
{
	struct text text = {open->made, open->made_room, 0};

	for (int tries = 0; tries < TRIES; tries++) {
		make(&text, node);
		if (text.used <= text.size)
			break;
		if (text.start != 0)
			unix_unmap(text.start, text.size);
		text.size = (text.used + PAGE_SIZE - 1) & -PAGE_SIZE;
		text.start = unix_map(text.size);
		open->made = text.start;
		open->made_room = text.size;
		if (text.start == 0)
			return -ENOMEM;
	}
	open->made_bytes = text.used < text.size ? text.used : text.size;
	return 0;
}

int made_read(struct open *open)
{
	static struct row row;
	struct node node = node_at(open->node);

	if (node.pid != 0 && !process_read(&row, node.pid))
		return -ESRCH;
	if (made_settable(&node) && open->offset > 0)
		open->made_bytes = 0;
	else if (open->offset == 0 || open->made == 0)
		return make_whole(open, &node);
	return 0;
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
