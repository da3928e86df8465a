/*
 * user/servers/files/made.c -- /proc: what stands in its files.
 *
 * A file is made when it is opened, into memory of its own size.  First it is
 * measured: made into no room at all, where the text only counts.  Then the
 * memory is there, and it is made again; should it have grown meanwhile, or
 * should somebody else have run, once more.
 *
 * Linux's formats where Linux has the file (proc(5)).
 */
#include "files.h"
#include "made.h"
#include "../../../abi/shm.h"

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

/* The letter of proc(5), by enum proc_state of kernel/process.h. */
static char state_of(const struct row *row)
{
	static const char letters[] = "?RRRSSSSSSSTZ";
	static struct row peer;
	uint32_t state = row_get(row, PROC_STATE);
	bool ours = row_read(&peer, PROCS, (int)row_get(row, PROC_PEER)) &&
	            (int)row_get(&peer, PROC_PID) == unix_getpid();

	if (state >= sizeof(letters) - 1)
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

/* ---- System V shared memory --------------------------------------------- */

#define ID_SHIFT 15 /* an id is sequence number and slot; ipc/ids.h */

static void shm_line(struct text *text, const struct row *row, int index)
{
	static struct row segment;
	struct shmid_ds ds;
	uint32_t resident = 0;

	memcpy(&ds, row_bytes(row, SHM_DS), sizeof(ds));
	if ((int)row_get(row, SHM_SEGMENT) < 0 || ds.shm_segsz == 0)
		return;
	if (row_read(&segment, SEGMENTS, (int)row_get(row, SHM_SEGMENT)))
		resident = row_get(&segment, SEGMENT_RESIDENT);
	text_add(text,
	         "%10d %10u  %4o %10u %5u %5u  %5u %5u %5u %5u %5u %10u %10u "
	         "%10u %10u %10u\n",
	         ds.shm_perm.key,
	         row_get(row, SHM_SEQ) << ID_SHIFT | (uint32_t)index,
	         ds.shm_perm.mode, ds.shm_segsz, ds.shm_cpid, ds.shm_lpid,
	         ds.shm_nattch, ds.shm_perm.uid, ds.shm_perm.gid,
	         ds.shm_perm.cuid, ds.shm_perm.cgid, ds.shm_atime, ds.shm_dtime,
	         ds.shm_ctime, resident * PAGE_SIZE, 0u);
}

static void make_shm(struct text *text, int pid)
{
	static struct row row;

	(void)pid;
	text_add(text, "       key      shmid perms       size  cpid  lpid "
	               "nattch   uid   gid  cuid  cgid      atime      dtime "
	               "     ctime        rss       swap\n");
	inspect_now();
	for (int i = 0; i < table_slots(SHMS); i++)
		if (row_read(&row, SHMS, i))
			shm_line(text, &row, i);
}

static void make_shmmax(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%u\n", inspect_now()->shmmax);
}

static void make_shmmin(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%u\n", inspect_now()->shmmin);
}

static void make_shmmni(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%u\n", inspect_now()->shmmni);
}

static void make_shmall(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%u\n", inspect_now()->shmall);
}

static void make_shmseg(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%u\n", inspect_now()->shmseg);
}

/* ---- made at open ------------------------------------------------------- */

static void (*const makers[MADE_KINDS])(struct text *, int) = {
    [MADE_MEMINFO] = make_meminfo,
    [MADE_UPTIME] = make_uptime,
    [MADE_COUNTERS] = make_counters,
    [MADE_CHECK] = make_check,
    [MADE_SHM] = make_shm,
    [MADE_SHMMAX] = make_shmmax,
    [MADE_SHMMIN] = make_shmmin,
    [MADE_SHMMNI] = make_shmmni,
    [MADE_SHMALL] = make_shmall,
    [MADE_SHMSEG] = make_shmseg,
    [MADE_STAT] = make_stat,
    [MADE_MAPS] = make_maps,
    [MADE_PT] = make_pt,
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
		makers[node->value](text, node->pid);
		if (switches() == before)
			return;
	}
}

int made_open(struct open *open)
{
	struct node node = node_at(open->node);
	struct text text = {0, 0, 0};

	open->made = 0;
	for (int tries = 0; tries < TRIES; tries++) {
		make(&text, &node);
		if (text.used <= text.size)
			break;
		if (text.start != 0)
			unix_unmap(text.start, text.size);
		text.size = (text.used + PAGE_SIZE - 1) & -PAGE_SIZE;
		text.start = unix_map(text.size);
		if (text.start == 0)
			return -ENOMEM;
	}
	open->made = text.start;
	open->made_room = text.size;
	open->made_bytes = text.used < text.size ? text.used : text.size;
	return 0;
}

/* ---- tunables ----------------------------------------------------------- */

static int tunable_of(int made)
{
	switch (made) {
	case MADE_SHMMAX:
		return TUNABLE_SHMMAX;
	case MADE_SHMMIN:
		return TUNABLE_SHMMIN;
	case MADE_SHMMNI:
		return TUNABLE_SHMMNI;
	case MADE_SHMALL:
		return TUNABLE_SHMALL;
	case MADE_SHMSEG:
		return TUNABLE_SHMSEG;
	}
	return -1;
}

int made_write(const struct message *m, const struct open *open)
{
	int tunable = tunable_of(node_at(open->node).value);
	int size = k_lease_size(m->token, 1);
	char text[16];
	int moved, error;

	if (tunable < 0)
		return -EINVAL;
	if (size <= 0 || size >= (int)sizeof(text))
		return size <= 0 ? size : -EINVAL;
	moved = k_lease_read(m->token, 1, 0, text, (uint32_t)size);
	if (moved < 0)
		return moved;
	text[moved] = '\0';
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	error = k_tunable(tunable, number_parse(text, 10));
	return error < 0 ? error : size;
}
