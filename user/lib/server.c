/*
 * user/lib/server.c -- what the servers share: objects, answers, the log.
 */
#include <stdarg.h>
#include "server.h"
#include "string.h"

#define BLOCK  4096u
#define GROWTH 0x10000u /* bytes that a table of objects grows at once */

void log_line(const char *format, ...)
{
	char buffer[120];
	struct text text = {buffer, sizeof(buffer), 0};
	va_list list;

	va_start(list, format);
	text_add_list(&text, format, list);
	va_end(list);
	k_log(buffer, min(text.used, text.size));
}

int map_new(uint32_t kind, uint32_t start, uint32_t bytes, uint32_t rights)
{
	int segment = k_segment_make(kind, start, bytes, TOKEN_SELF);
	int address;

	if (segment < 0)
		return segment;
	address = k_map_self(segment, 0, bytes, rights);
	k_segment_drop(segment);
	return address;
}

int give(int token, int argument, const void *from, uint32_t bytes)
{
	int moved = k_lease_write(token, argument, 0, from, bytes);

	return moved < 0 ? moved : 0;
}

/* ---- objects ------------------------------------------------------------ */

/* Maps the first `bytes` bytes of the segment in place of what was mapped. */
static bool look_at(struct objects *objects, uint32_t bytes)
{
	int address =
	    k_map_self(objects->segment, 0, bytes, PROT_READ | PROT_WRITE);

	if (unix_failed(address))
		return false;
	if (objects->rows != 0)
		unix_unmap(objects->rows,
		           (uint32_t)objects->room * objects->bytes);
	objects->rows = (uint8_t *)(uintptr_t)address;
	objects->room = (int)(bytes / objects->bytes);
	return true;
}

static uint32_t bytes_now(const struct objects *objects)
{
	return page_up((uint32_t)objects->room * objects->bytes);
}

uint32_t objects_growth(const struct objects *objects)
{
	if (objects->free != 0 || objects->fresh < objects->room)
		return 0;
	return min(bytes_now(objects), GROWTH);
}

/* Adds room: as much as there is, but at most GROWTH bytes. */
static bool grow(struct objects *objects, int token)
{
	uint32_t bytes = bytes_now(objects) + objects_growth(objects);

	return k_segment_resize(objects->segment, bytes, (uint32_t)token) >=
	           0 &&
	       look_at(objects, bytes);
}

bool objects_start(struct objects *objects)
{
	objects->segment =
	    k_segment_make(SEGMENT_OF_MEMORY, PAGE_SIZE, 0, TOKEN_SELF);
	if (objects->segment < 0 || !look_at(objects, PAGE_SIZE))
		return false;
	objects_row(objects, 0)->used = true;
	objects->fresh = 1;
	return true;
}

int objects_take(struct objects *objects, int token)
{
	int object = objects->free;

	if (object == 0 && objects->fresh == objects->room &&
	    !grow(objects, token))
		return -ENFILE;
	if (object != 0)
		objects->free = objects_row(objects, object)->next;
	else
		object = objects->fresh++;
	*objects_row(objects, object) = (struct object){.used = true};
	return object;
}

void objects_drop(struct objects *objects, int object)
{
	memset(objects_row(objects, object), 0, objects->bytes);
	objects_row(objects, object)->next = objects->free;
	objects->free = object;
}

/* ---- answers ------------------------------------------------------------ */

void answer_client(const struct message *m, int status)
{
	if (status != ANSWERED)
		k_reply(m->token, status, 0);
}

int answer_and_receive(struct message *m, int status)
{
	int error = status == ANSWERED ? k_receive(m)
	                               : k_reply_receive(m->token, status, m);

	/* The kernel refuses what is no status: the call fails. */
	if (error == -EINVAL)
		error = k_reply_receive(m->token, -EIO, m);
	return error;
}

int reply_open(int token, int object, uint32_t readiness)
{
	struct reply reply = {.count = 1};

	reply.connection[0].descriptor = -1;
	reply.connection[0].object = object;
	reply.connection[0].readiness = readiness;
	return k_reply(token, 0, &reply);
}

int flags_call(const struct message *m, int *flags)
{
	int settable = O_NONBLOCK | O_APPEND | O_NOATIME;
	int fixed =
	    O_ACCMODE | O_SYNC | O_LARGEFILE | O_TMPFILE | O_NOFOLLOW | O_PATH;

	if (m->args[1] == F_GETFL)
		return *flags & (settable | fixed);
	if (m->args[1] == F_GETPIPE_SZ || m->args[1] == F_SETPIPE_SZ)
		return -EBADF; /* it is no pipe */
	if (m->args[1] != F_SETFL)
		return -EINVAL;
	*flags = (*flags & ~settable) | ((int)m->args[2] & settable);
	return 0;
}

int nonblock_call(const struct message *m, int *flags)
{
	int wanted;
	int moved =
	    k_lease_read(m->token, ARGUMENT, 0, &wanted, sizeof(wanted));

	if (moved < 0)
		return moved;
	*flags = wanted ? *flags | O_NONBLOCK : *flags & ~O_NONBLOCK;
	return 0;
}

int give_stat(int token, int argument, const struct facts *facts)
{
	struct stat64 st = {.st_dev = facts->dev,
	                    .ino_low = facts->ino,
	                    .st_ino = facts->ino,
	                    .st_mode = facts->mode,
	                    .st_nlink = facts->nlink,
	                    .st_uid = facts->uid,
	                    .st_gid = facts->gid,
	                    .st_rdev = facts->rdev,
	                    .st_size = facts->bytes,
	                    .st_blksize = BLOCK,
	                    .st_blocks = facts->blocks,
	                    .st_atime = (uint32_t)facts->atime.seconds,
	                    .atime_nsec = facts->atime.nsec,
	                    .st_mtime = (uint32_t)facts->mtime.seconds,
	                    .mtime_nsec = facts->mtime.nsec,
	                    .st_ctime = (uint32_t)facts->ctime.seconds,
	                    .ctime_nsec = facts->ctime.nsec};

	return give(token, argument, &st, sizeof(st));
}

/* Numbers that are too big for it are cut, as those of inodes never are. */
int give_old_stat(int token, int argument, const struct facts *facts)
{
	struct old_stat st = {.st_dev = facts->dev,
	                      .st_ino = facts->ino,
	                      .st_mode = (uint16_t)facts->mode,
	                      .st_nlink = (uint16_t)facts->nlink,
	                      .st_uid = (uint16_t)min(facts->uid, 65534),
	                      .st_gid = (uint16_t)min(facts->gid, 65534),
	                      .st_rdev = facts->rdev,
	                      .st_size = facts->bytes,
	                      .st_blksize = BLOCK,
	                      .st_blocks = facts->blocks,
	                      .st_atime = (uint32_t)facts->atime.seconds,
	                      .atime_nsec = facts->atime.nsec,
	                      .st_mtime = (uint32_t)facts->mtime.seconds,
	                      .mtime_nsec = facts->mtime.nsec,
	                      .st_ctime = (uint32_t)facts->ctime.seconds,
	                      .ctime_nsec = facts->ctime.nsec};

	return give(token, argument, &st, sizeof(st));
}

static struct statx_time statx_time(struct moment moment)
{
	return (struct statx_time){(uint32_t)moment.seconds,
	                           (uint32_t)(moment.seconds >> 32),
	                           moment.nsec, 0};
}

int give_statx(int token, int argument, const struct facts *facts)
{
	struct statx stx = {.stx_mask = STATX_BASIC_STATS,
	                    .stx_blksize = BLOCK,
	                    .stx_nlink = facts->nlink,
	                    .stx_uid = facts->uid,
	                    .stx_gid = facts->gid,
	                    .stx_mode = (uint16_t)facts->mode,
	                    .stx_ino = facts->ino,
	                    .stx_size = facts->bytes,
	                    .stx_blocks = facts->blocks,
	                    .atime = statx_time(facts->atime),
	                    .btime = statx_time(facts->btime),
	                    .ctime = statx_time(facts->ctime),
	                    .mtime = statx_time(facts->mtime),
	                    .rdev_major = facts->rdev >> 8,
	                    .rdev_minor = facts->rdev & 0xFF,
	                    .dev_minor = facts->dev};

	return give(token, argument, &stx, sizeof(stx));
}
