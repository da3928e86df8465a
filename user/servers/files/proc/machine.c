/*
 * user/servers/files/proc/machine.c -- /proc: what it says about the machine.
 *
 * Each function makes a whole file.  The formats are Linux's where Linux has
 * the file (proc(5)).  What nobody counts here is 0: the time of interrupts,
 * swap.
 */
#include "made.h"

#define KIB_A_PAGE 4u

/* ---- the names of the system -------------------------------------------- */

#define NAME_BYTES 64u

/* struct utsname, as uname(2) fills it. */
enum { SYSNAME, NODENAME, RELEASE, VERSION, MACHINE, DOMAIN, NAMES };

static char names[NAMES][NAME_BYTES + 1] = {
    "Tessera", "tessera", "6.1.0-tessera", "#1 a teaching microkernel",
    "i686",    "(none)"};

int uname_call(const struct message *m)
{
	return give(m->token, 0, names, sizeof(names));
}

/* sethostname(2), setdomainname(2): a name is cut off by a NUL in it. */
int set_name_call(const struct message *m)
{
	char name[NAME_BYTES + 1] = "";
	int error = 0;

	if (m->euid != 0)
		return -EPERM;
	if (m->args[1] > NAME_BYTES)
		return -EINVAL;
	if (m->args[1] > 0)
		error = k_lease_read(m->token, 0, 0, name, m->args[1]);
	if (error < 0)
		return error;
	memcpy(names[m->type == SYS_sethostname ? NODENAME : DOMAIN], name,
	       sizeof(name));
	return 0;
}

/* ---- files --------------------------------------------------------------- */

/* The name of uname(2) that a file has alone; NAMES: it has none. */
static int name_of(int made)
{
	return made == MADE_OSTYPE      ? SYSNAME
	       : made == MADE_OSRELEASE ? RELEASE
	       : made == MADE_OSVERSION ? VERSION
	       : made == MADE_HOSTNAME  ? NODENAME
	                                : NAMES;
}

/* The other files whose text never changes. */
static const char *const texts[] = {
    [MADE_FILESYSTEMS] = "nodev\ttmpfs\nnodev\tproc\n",
    [MADE_MOUNTS] = "files / tmpfs rw 0 0\nproc /proc proc rw 0 0\n",
    [MADE_MOUNTINFO] = "2 1 0:1 / / rw - tmpfs files rw\n"
                       "3 2 0:1 / /proc rw - proc proc rw\n",
    [MADE_SWAPS] = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
    [MADE_FILE_MAX] = "8192\n",
    [MADE_NR_OPEN] = "256\n",
    [MADE_PIPE_MAX] = "65536\n",
    /* Memory that is promised is there: proc(5) calls this mode 2. */
    [MADE_OVERCOMMIT] = "2\n",
};

bool made_is_text(int made)
{
	return made >= MADE_VERSION && made <= MADE_OVERCOMMIT;
}

void make_text(struct text *text, int made)
{
	if (made == MADE_VERSION)
		text_add(text, "%s version %s (%s) %s\n", names[SYSNAME],
		         names[RELEASE], names[NODENAME], names[VERSION]);
	else if (made == MADE_NGROUPS)
		text_add(text, "%d\n", GROUPS_MAX);
	else if (name_of(made) != NAMES)
		text_add(text, "%s\n", names[name_of(made)]);
	else
		text_add(text, "%s", texts[made]);
}

void make_meminfo(struct text *text, int pid)
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
	    {"Cached:", files_quota.used},
	    {"Shmem:", files_quota.used},
	    {"SwapTotal:", 0},
	    {"SwapFree:", 0},
	    {"CommitLimit:", now->frames_total},
	    {"Committed_AS:", now->frames_promised},
	    {"KernelTables:", now->kernel_frames},
	    {"Archive:", pages_for(now->archive_bytes)},
	    {"Boot:", now->boot_frames}};

	(void)pid;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		text_add(text, "%-15s %8u kB\n", lines[i].name,
		         lines[i].pages * KIB_A_PAGE);
}

/* There is no disk and no swap: so nothing comes in from there, or goes out. */
void make_vmstat(struct text *text, int pid)
{
	const struct inspection *now = inspect_now();

	(void)pid;
	text_add(text,
	         "nr_free_pages %u\nnr_shmem %u\npgpgin 0\npgpgout 0\n"
	         "pswpin 0\npswpout 0\npgfault %u\npgmajfault 0\n",
	         now->frames_free, files_quota.used,
	         now->counters[INSPECT_COUNT_FAULTS]);
}

/* The ticks in which no process has run. */
static uint32_t idle_ticks(const struct inspection *now)
{
	return now->ticks - now->counters[INSPECT_COUNT_USER] -
	       now->counters[INSPECT_COUNT_SYSTEM];
}

void make_uptime(struct text *text, int pid)
{
	const struct inspection *now = inspect_now();
	uint32_t hz = now->hz ? now->hz : 1, idle = idle_ticks(now);

	(void)pid;
	text_add(text, "%u.%02u %u.%02u\n", now->ticks / hz,
	         now->ticks % hz * 100 / hz, idle / hz, idle % hz * 100 / hz);
}

void make_counters(struct text *text, int pid)
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

void make_check(struct text *text, int pid)
{
	(void)pid;
	text_add(text, "%d\n", k_check());
}

uint32_t made_running(void)
{
	const struct row *row;
	uint32_t count = 0;

	for (int i = 0; (row = row_ahead(PROCS, i)) != 0; i++)
		count += row_get(row, PROC_STATE) == PROC_READY ||
		         row_get(row, PROC_STATE) == PROC_RUNNING;
	return count;
}

/* user, nice, system, idle, and six columns that nobody counts */
static void put_cpu(struct text *text, const char *name,
                    const struct inspection *now)
{
	text_add(text, "%s %u 0 %u %u 0 0 0 0 0 0\n", name,
	         now->counters[INSPECT_COUNT_USER],
	         now->counters[INSPECT_COUNT_SYSTEM], idle_ticks(now));
}

void make_machine_stat(struct text *text, int pid)
{
	const struct inspection *now = inspect_now();

	(void)pid;
	put_cpu(text, "cpu ", now);
	put_cpu(text, "cpu0", now);
	text_add(text,
	         "intr 0\nctxt %u\nbtime %u\nprocesses %u\n"
	         "procs_running %u\nprocs_blocked 0\n",
	         now->counters[INSPECT_COUNT_SWITCHES], now->boot_time,
	         now->counters[INSPECT_COUNT_PROCESSES], made_running());
}

/* The words of the kernel's command line, without init's name before them. */
void make_command_line(struct text *text, int pid)
{
	static char words[PAGE_SIZE / 2];
	const struct inspection *now = inspect_now();
	uint32_t bytes = min(now->cmdline_bytes, sizeof(words)), at;

	(void)pid;
	if (k_inspect(now->cmdline, words, bytes) < 0)
		return;
	for (at = 0; at < bytes && words[at] != '\0'; at++)
		;
	while (++at < bytes)
		text_byte(text, words[at] != '\0' ? words[at]
		                : at + 1 < bytes  ? ' '
		                                  : '\n');
	if (text->used == 0)
		text_byte(text, '\n');
}

/* ---- the CPU: CPUID, SDM 2A ---------------------------------------------- */

struct cpuid {
	uint32_t a, b, d, c; /* in the order of the vendor's name */
};

static struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid is;

	__asm__("cpuid"
	        : "=a"(is.a), "=b"(is.b), "=c"(is.c), "=d"(is.d)
	        : "a"(leaf), "c"(0));
	return is;
}

static void put_flags(struct text *text, uint32_t d)
{
	static const struct {
		int bit;
		const char *name;
	} flags[] = {{0, "fpu"},   {3, "pse"},  {4, "tsc"},   {5, "msr"},
	             {8, "cx8"},   {13, "pge"}, {15, "cmov"}, {23, "mmx"},
	             {24, "fxsr"}, {25, "sse"}, {26, "sse2"}};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (d >> flags[i].bit & 1)
			text_add(text, " %s", flags[i].name);
}

/* The name that the CPU gives itself: leaves 0x80000002 to 4, if it has any. */
static void put_model(struct text *text)
{
	char name[49] = "";

	if (cpuid(0x80000000).a >= 0x80000004)
		for (uint32_t i = 0; i < 3; i++) {
			struct cpuid is = cpuid(0x80000002 + i);
			uint32_t words[4] = {is.a, is.b, is.c, is.d};

			memcpy(name + 16 * i, words, sizeof(words));
		}
	text_add(text, "model name\t: %s\n", name);
}

void make_cpuinfo(struct text *text, int pid)
{
	struct cpuid vendor = cpuid(0), is = cpuid(1);
	uint32_t family = is.a >> 8 & 15, model = is.a >> 4 & 15;
	char name[13] = "";

	(void)pid;
	memcpy(name, &vendor.b, 12);
	if (family == 6 || family == 15)
		model += (is.a >> 16 & 15) << 4;
	if (family == 15)
		family += is.a >> 20 & 0xff;
	text_add(text,
	         "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\n"
	         "model\t\t: %u\n",
	         name, family, model);
	put_model(text);
	text_add(text, "stepping\t: %u\nflags\t\t:", is.a & 15);
	put_flags(text, is.d);
	text_add(text, "\n\n");
}
