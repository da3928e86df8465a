/*
 * kernel/look/inspect.c -- fills the inspection block: one schema for /proc,
 * gdb, the outside auditor and the browser page.  A reader outside may rely on
 * the fields that are published here by name, and on no others.
 */
#include "inspect.h"

#include "../base/string.h"
#include "../base/trace.h"
#include "../process/clock.h"
#include "../process/schedule.h"
#include "../../ipc/message/message.h"
#include "../../ipc/sysv/msg.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"
#include "tunable.h"

struct inspection inspection = {
    .magic = INSPECT_MAGIC,
    .version = INSPECT_VERSION,
    .bytes = sizeof(struct inspection),
};

/* PART publishes a member under a name, FIELD under the member's own. */
/* clang-format off */
#define PART(name, type, member)                                               \
	{name, offsetof(struct type, member),                                  \
	 sizeof(((struct type *)0)->member)}
#define FIELD(prefix, type, member) PART(prefix "." #member, type, member)
/* clang-format on */

static const struct inspect_field fields[] = {
    FIELD("proc", proc, state),
    FIELD("proc", proc, peer),
    PART("proc.pid", proc, life.pid),
    PART("proc.parent", proc, life.parent),
    PART("proc.pgid", proc, identity.pgid),
    PART("proc.sid", proc, identity.sid),
    PART("proc.space", proc, life.space),
    PART("proc.rank", proc, message.rank),
    PART("proc.wait_status", proc, life.wait_status),
    PART("proc.crime", proc, signal.crime),
    PART("proc.mask", proc, signal.mask),
    PART("proc.pending", proc, signal.pending),
    PART("proc.caught", proc, signal.caught),
    PART("proc.ignored", proc, signal.ignored),
    PART("proc.news", proc, signal.news),
    PART("proc.name", proc, program.name),
    PART("proc.file", proc, program.file),
    PART("proc.args", proc, program.arguments),
    PART("proc.environment", proc, program.environment),
    PART("proc.environment_end", proc, program.environment_end),
    PART("proc.start_tick", proc, sched.start_tick),
    PART("proc.user_ticks", proc, sched.used.user),
    PART("proc.system_ticks", proc, sched.used.system),
    PART("proc.nice", proc, sched.nice),
    PART("proc.suid", proc, identity.suid),
    PART("proc.sgid", proc, identity.sgid),
    PART("proc.channel", proc, message.channel),
    PART("proc.children", proc, sched.children),
    PART("proc.limits", proc, limits.own),
    PART("proc.cwd", proc, files.cwd),
    PART("proc.descriptors", proc, files.descriptors),
    PART("proc.cloexec", proc, files.cloexec),
    PART("proc.uid", proc, identity.uid),
    PART("proc.euid", proc, identity.euid),
    PART("proc.gid", proc, identity.gid),
    PART("proc.egid", proc, identity.egid),
    PART("proc.ngroups", proc, identity.ngroups),
    PART("proc.groups", proc, identity.groups),
    PART("proc.umask", proc, identity.umask),
    FIELD("space", space, holders),
    FIELD("space", space, directory),
    FIELD("space", space, attaches),
    FIELD("space", space, heap_start),
    FIELD("space", space, heap_break),
    FIELD("space", space, promised),
    FIELD("space", space, free_slots),
    FIELD("space", space, slot_region),
    FIELD("region", region, kind),
    FIELD("region", region, start),
    FIELD("region", region, end),
    FIELD("region", region, segment),
    FIELD("region", region, offset),
    FIELD("region", region, rights),
    FIELD("region", region, ceiling),
    FIELD("region", region, promised),
    FIELD("region", region, tag),
    FIELD("region", region, base),
    FIELD("region", region, part_before),
    FIELD("region", region, next),
    FIELD("region", region, space),
    FIELD("segment", segment, kind),
    FIELD("segment", segment, holders),
    FIELD("segment", segment, pages),
    FIELD("segment", segment, resizable),
    FIELD("segment", segment, promised),
    FIELD("segment", segment, resident),
    FIELD("segment", segment, word),
    FIELD("segment", segment, directory),
    FIELD("segment", segment, start),
    FIELD("segment", segment, bytes),
    FIELD("segment", segment, last_page),
    FIELD("segment", segment, channel),
    FIELD("shm", shm, ds),
    FIELD("shm", shm, segment),
    PART("shm.id", shm, slot.id),
    FIELD("sem", sem_set, ds),
    PART("sem.id", sem_set, slot.id),
    FIELD("sem", sem_set, all),
    FIELD("msg", msg_queue, ds),
    PART("msg.id", msg_queue, slot.id),
    FIELD("connection", connection, channel),
    FIELD("connection", connection, object),
    FIELD("connection", connection, count),
    FIELD("connection", connection, readiness),
};
_Static_assert(sizeof(fields) / sizeof(fields[0]) <= INSPECT_FIELDS, "room");

_Static_assert(TUNABLES <= sizeof(inspection.tunables) / 4, "room");

static const struct {
	const char *name;
	struct rows *rows;
} tables[] = {
    {"procs", &proc_rows},     {"spaces", &space_rows},
    {"regions", &region_rows}, {"segments", &segment_rows},
    {"shms", &shm_ids.rows},   {"sems", &sem_ids.rows},
    {"msgs", &msg_ids.rows},   {"connections", &connection_rows},
};
#define TABLES ((int)(sizeof(tables) / sizeof(tables[0])))

static void update_tables(void)
{
	for (int i = 0; i < TABLES; i++) {
		struct inspect_table *out = &inspection.tables[i];

		out->slots = tables[i].rows->fresh;
		out->live = tables[i].rows->live;
	}
}

void inspect_update(void)
{
	uint32_t *counters = inspection.counters;

	inspection.frames_free = frames_free;
	inspection.frames_promised = frames_promised;
	inspection.kernel_frames = kernel_frames;
	inspection.ticks = ticks;
	inspection.current = self_index();
	for (int i = 0; i < TUNABLES; i++)
		inspection.tunables[i] = *tunables[i].value;
	counters[INSPECT_COUNT_TRAPS] = inspection.changes;
	counters[INSPECT_COUNT_FAULTS] = count_faults;
	counters[INSPECT_COUNT_CR3] = count_cr3;
	counters[INSPECT_COUNT_ZEROED] = count_zeroed;
	counters[INSPECT_COUNT_COPIED] = count_copied;
	counters[INSPECT_COUNT_SWITCHES] = count_switches;
	counters[INSPECT_COUNT_MESSAGES] = count_messages;
	counters[INSPECT_COUNT_USER] = clock_used.user;
	counters[INSPECT_COUNT_SYSTEM] = clock_used.system;
	counters[INSPECT_COUNT_PROCESSES] = count_processes;
	counters[INSPECT_COUNT_SHM] = shm_pages;
	inspection.boot_time = clock_boot_time;
	update_tables();
}

static int look_for_trace(void)
{
	inspect_update();
	return self()->life.pid;
}

void inspect_init(void)
{
	inspection.direct_map = DIRECT_MAP;
	inspection.kernel_directory = page_bytes(page_loaded);
	inspection.frames = (uint32_t)frames;
	inspection.frame_limit = frame_limit;
	inspection.frames_total = frames_total;
	inspection.archive_start = archive_start;
	inspection.archive_bytes = archive_bytes;
	inspection.hz = HZ;
	memcpy(inspection.fields, fields, sizeof(fields));
	for (int i = 0; i < TABLES; i++) {
		struct inspect_table *out = &inspection.tables[i];

		memcpy(out->name, tables[i].name, strlen(tables[i].name));
		out->address = (uint32_t)tables[i].rows->base;
		out->stride = tables[i].rows->stride;
	}
	inspect_update();
	trace_look = look_for_trace;
}
