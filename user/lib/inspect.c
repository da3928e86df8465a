/*
 * user/lib/inspect.c -- the kernel's tables, by name.
 *
 * The block of abi/inspect.h says by name where each table is, and at which
 * offset each field of its rows, so no server knows a structure of the
 * kernel.  The names are looked up once.  A field that the kernel does not
 * offer reads as 0.
 */
#include "inspect.h"

/* clang-format off */
static const char *const field_names[FIELDS] = {
	[PROC_PID] = "proc.pid", [PROC_STATE] = "proc.state",
	[PROC_PEER] = "proc.peer",
	[PROC_PARENT] = "proc.parent", [PROC_SPACE] = "proc.space",
	[PROC_NAME] = "proc.name", [PROC_PGID] = "proc.pgid",
	[PROC_SID] = "proc.sid", [PROC_UID] = "proc.uid",
	[PROC_EUID] = "proc.euid", [PROC_GID] = "proc.gid",
	[PROC_EGID] = "proc.egid", [PROC_START] = "proc.start_tick",
	[PROC_USER] = "proc.user_ticks", [PROC_SYSTEM] = "proc.system_ticks",
	[PROC_CHILDREN] = "proc.children", [PROC_SUID] = "proc.suid",
	[PROC_SGID] = "proc.sgid", [PROC_FILE] = "proc.file",
	[PROC_ARGS] = "proc.args", [PROC_ENVIRONMENT] = "proc.environment",
	[PROC_ENVIRONMENT_END] = "proc.environment_end",
	[PROC_LIMITS] = "proc.limits",
	[PROC_NGROUPS] = "proc.ngroups", [PROC_GROUPS] = "proc.groups",
	[PROC_UMASK] = "proc.umask",
	[PROC_NICE] = "proc.nice", [PROC_MASK] = "proc.mask", [PROC_PENDING] = "proc.pending",
	[PROC_CAUGHT] = "proc.caught", [PROC_IGNORED] = "proc.ignored",
	[PROC_NEWS] = "proc.news",
	[PROC_CWD] = "proc.cwd", [PROC_DESCRIPTORS] = "proc.descriptors",
	[PROC_CLOEXEC] = "proc.cloexec", [PROC_CHANNEL] = "proc.channel",
	[CONNECTION_CHANNEL] = "connection.channel",
	[CONNECTION_OBJECT] = "connection.object",
	[PROC_STATUS] = "proc.wait_status", [PROC_CRIME] = "proc.crime",
	[SPACE_DIRECTORY] = "space.directory",
	[SPACE_HEAP] = "space.heap_start",
	[SPACE_SLOT_REGION] = "space.slot_region",
	[REGION_START] = "region.start", [REGION_END] = "region.end",
	[REGION_KIND] = "region.kind", [REGION_SEGMENT] = "region.segment",
	[REGION_OFFSET] = "region.offset", [REGION_RIGHTS] = "region.rights",
	[REGION_CEILING] = "region.ceiling",
	[REGION_TAG] = "region.tag", [REGION_NEXT] = "region.next",
	[REGION_SPACE] = "region.space",
	[SEGMENT_RESIDENT] = "segment.resident",
	[SEGMENT_HOLDERS] = "segment.holders",
	[SEGMENT_KIND] = "segment.kind", [SEGMENT_START] = "segment.start",
	[SHM_DS] = "shm.ds", [SHM_ID] = "shm.id", [SHM_SEGMENT] = "shm.segment",
	[SEM_DS] = "sem.ds", [SEM_ID] = "sem.id",
	[MSG_DS] = "msg.ds", [MSG_ID] = "msg.id",
};
static const char *const table_names[TABLES] = {
	[PROCS] = "procs", [SPACES] = "spaces", [REGIONS] = "regions",
	[SEGMENTS] = "segments", [SHMS] = "shms", [SEMS] = "sems",
	[MSGS] = "msgs", [CONNECTIONS] = "connections",
};
/* clang-format on */

static struct inspection block;
static uint32_t block_address;
static struct inspect_field fields[FIELDS];
static int table_index[TABLES];

/* The rows that row_ahead() has read together. */
static struct {
	enum table table;
	int first, count;
	uint8_t bytes[PAGE_SIZE];
} ahead;

const struct inspection *inspect_now(void)
{
	ahead.count = 0;
	k_inspect(block_address, &block, sizeof(block));
	return &block;
}

static void find_field(int field)
{
	for (int i = 0; i < INSPECT_FIELDS; i++)
		if (strncmp(block.fields[i].name, field_names[field],
		            sizeof(block.fields[i].name)) == 0)
			fields[field] = block.fields[i];
	if (fields[field].size == 0)
		log_line("no %s to inspect", field_names[field]);
}

static void find_table(int table)
{
	table_index[table] = -1;
	for (int i = 0; i < INSPECT_TABLES; i++)
		if (strncmp(block.tables[i].name, table_names[table],
		            sizeof(block.tables[i].name)) == 0)
			table_index[table] = i;
}

void inspect_start(uint32_t address)
{
	block_address = address;
	if (inspect_now()->magic != INSPECT_MAGIC ||
	    block.version != INSPECT_VERSION) {
		log_line("no inspection block");
		memset(&block, 0, sizeof(block));
	}
	for (int i = 0; i < FIELDS; i++)
		find_field(i);
	for (int i = 0; i < TABLES; i++)
		find_table(i);
}

int table_slots(enum table table)
{
	int i = table_index[table];

	return i < 0 ? 0 : (int)block.tables[i].slots;
}

bool row_read(struct row *row, enum table table, int index)
{
	const struct inspect_table *t;

	if (index >= table_slots(table))
		inspect_now(); /* a table grows */
	if (index < 0 || index >= table_slots(table))
		return false;
	t = &block.tables[table_index[table]];
	if (t->stride > sizeof(row->bytes))
		return false;
	return k_inspect(t->address + (uint32_t)index * t->stride, row->bytes,
	                 t->stride) >= 0;
}

const struct row *row_ahead(enum table table, int index)
{
	const struct inspect_table *t = &block.tables[table_index[table]];
	int count = table_slots(table) - index;

	if (index < 0 || count <= 0 || t->stride > sizeof(ahead.bytes))
		return 0;
	if (table != ahead.table || index < ahead.first ||
	    index >= ahead.first + ahead.count) {
		if (count > (int)(sizeof(ahead.bytes) / t->stride))
			count = (int)(sizeof(ahead.bytes) / t->stride);
		if (k_inspect(t->address + (uint32_t)index * t->stride,
		              ahead.bytes, (uint32_t)count * t->stride) < 0)
			return 0;
		ahead.table = table;
		ahead.first = index;
		ahead.count = count;
	}
	return (const struct row *)(ahead.bytes +
	                            (uint32_t)(index - ahead.first) *
	                                t->stride);
}

const void *row_bytes(const struct row *row, enum field field)
{
	return row->bytes + fields[field].offset;
}

uint32_t row_get(const struct row *row, enum field field)
{
	uint32_t value = 0;
	uint32_t bytes = fields[field].size;

	memcpy(&value, row_bytes(row, field), min(bytes, 4));
	return value;
}

uint32_t row_size(enum field field)
{
	return fields[field].size;
}

uint32_t table_live(enum table table)
{
	int i = table_index[table];

	return i < 0 ? 0 : block.tables[i].live;
}

bool physical_read(uint32_t address, void *to, uint32_t bytes)
{
	return k_inspect(block.direct_map + address, to, bytes) >= 0;
}

/* The word of a page table, whose place is a frame and an index; 0: none. */
static uint32_t table_word(uint32_t frame, uint32_t index)
{
	uint32_t word = 0;

	physical_read((frame << PAGE_SHIFT) + index % 1024 * sizeof(word),
	              &word, sizeof(word));
	return word;
}

bool memory_read(uint32_t directory, uint32_t va, void *to, uint32_t bytes)
{
	uint32_t pde = table_word(directory, va >> SLOT_SHIFT), pte;

	if (!(pde & 1)) /* P */
		return false;
	pte = table_word(pde >> PAGE_SHIFT, va >> PAGE_SHIFT);
	return (pte & 1) &&
	       physical_read((pte & -PAGE_SIZE) + va % PAGE_SIZE, to, bytes);
}

uint32_t inspect_switches(void)
{
	uint32_t switches = 0;

	k_inspect(block_address + offsetof(struct inspection,
	                                   counters[INSPECT_COUNT_SWITCHES]),
	          &switches, sizeof(switches));
	return switches;
}

/* ---- processes ---------------------------------------------------------- */

bool process_read(struct row *row, int pid)
{
	int index = k_process((uint32_t)pid);

	inspect_now();
	return row_read(row, PROCS, index) && row_get(row, PROC_STATE) != 0 &&
	       (int)row_get(row, PROC_PID) == pid;
}

struct running process_running(int pid)
{
	static struct row row;

	if (pid == 0 || !process_read(&row, pid))
		return (struct running){0};
	return (struct running){
	    row_get(&row, PROC_START), row_get(&row, PROC_FILE),
	    row_get(&row, PROC_EUID), row_get(&row, PROC_EGID)};
}

int process_from(int pid)
{
	int index = k_process((uint32_t)pid), found = -1;
	const struct inspect_table *t = &block.tables[table_index[PROCS]];

	if (index >= 0)
		k_inspect(t->address + (uint32_t)index * t->stride +
		              fields[PROC_PID].offset,
		          &found, sizeof(found));
	/* The row may have changed meanwhile. */
	return found >= pid ? found : -1;
}
