/*
 * user/servers/files/proc/made.c -- /proc: the contents of its files.
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
#include "made.h"

#define TRIES 3
#define SKIPS 16 /* pages made and dropped in one turn */

/* The files that are made at once, and those that are made piece by piece. */
static void (*const whole[MADE_TUNABLES])(struct text *, int) = {
    [MADE_MEMINFO] = make_meminfo,   [MADE_UPTIME] = make_uptime,
    [MADE_COUNTERS] = make_counters, [MADE_CHECK] = make_check,
    [MADE_STATUS] = make_status,     [MADE_STAT] = make_stat,
    [MADE_CRIME] = make_crime,       [MADE_MACHINE_STAT] = make_machine_stat,
    [MADE_LOADAVG] = make_loadavg,   [MADE_COMMAND_LINE] = make_command_line,
    [MADE_CPUINFO] = make_cpuinfo,   [MADE_STATM] = make_statm,
    [MADE_LIMITS] = make_limits,     [MADE_COMM] = make_comm,
    [MADE_VMSTAT] = make_vmstat,
};
static void (*const pieces[MADE_TUNABLES])(struct making *) = {
    [MADE_SHM] = make_shm,         [MADE_SEM] = make_sem,
    [MADE_MSG] = make_msg,         [MADE_MAPS] = make_maps,
    [MADE_PT] = make_pt,           [MADE_CMDLINE] = make_cmdline,
    [MADE_ENVIRON] = make_environ, [MADE_FDINFO] = make_fdinfo,
    [MADE_SMAPS] = make_smaps,
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
		if (made_is_text(made))
			make_text(&making->text, made);
		else
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
	if (pieces[made] == 0)
		make_whole(making, made);
	else
		pieces[made](making);
	making->text.used = min(making->text.used, making->text.size);
}

/* Does it tell what is in a process's memory, or in its descriptors? */
static bool of_memory(const struct node *node)
{
	return node->value == MADE_MAPS || node->value == MADE_ENVIRON ||
	       node->value == MADE_FDINFO || node->value == MADE_SMAPS;
}

int made_admits(const struct node *node, const struct who *who)
{
	return !of_memory(node) || process_lets(node->pid, who) ? 0 : -EACCES;
}

/*
 * May a file go on to be read?  Pids come again; and a process may have run
 * another program since the file was opened, with more rights: then its memory
 * is not what the client was admitted to.  1, 0: the file has ended, or -ESRCH.
 */
static int check_process(const struct node *node, const struct open *open)
{
	struct running now = process_running(node->pid);

	if (now.started != open->running.started)
		return -ESRCH;
	return !of_memory(node) ||
	       memcmp(&now, &open->running, sizeof(now)) == 0;
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
static int give_more(const struct wait *r, struct open *open,
                     const struct node *node, uint32_t given, uint32_t wanted)
{
	static char buffer[2 * PAGE_SIZE]; /* a page, and a line at its end */
	struct making making = {.text = {buffer, sizeof(buffer), 0},
	                        .pid = node->pid,
	                        .fd = node->device};
	int result = make_to(&making, open, node->value, wanted);
	uint32_t skip = open->offset - open->made, left, bytes, lines;

	if (result <= 0)
		return result;
	left = making.text.used - skip;
	bytes = min(wanted, left);
	result = keep_rest(r->token, open, buffer + skip + bytes, left - bytes);
	lines = whole_lines(buffer + skip, bytes);
	if (result == -ENOMEM && lines > 0 && lines < bytes)
		return give_more(r, open, node, given, lines);
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
	int given = check_process(&node, open), more;

	if (given <= 0)
		return given;
	if (made_settable(&node))
		return read_limit(r, open, node.value);
	find_place(open);
	given = give_rest(r, open, wanted);
	if (given < 0 || given == (int)wanted || open->rest_bytes > 0)
		return given;
	more = give_more(r, open, &node, (uint32_t)given,
	                 wanted - (uint32_t)given);
	if (given == 0)
		return more;
	return more > 0 ? given + more : given;
}

int made_write(const struct message *m, const struct open *open, uint32_t from)
{
	struct node node = node_at(open->node);

	if (!made_settable(&node))
		return node.pid != 0 ? -EINVAL : -EIO;
	return tunables_write(m, (uint32_t)node.value - MADE_TUNABLES, from);
}
