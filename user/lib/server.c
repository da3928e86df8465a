/*
 * user/lib/server.c -- what the servers share: answers in Linux's form.
 */
#include <stdarg.h>
#include "server.h"
#include "string.h"

#define BLOCK 4096u

void log_line(const char *format, ...)
{
	char buffer[120];
	struct text text = {buffer, sizeof(buffer), 0};
	va_list list;

	va_start(list, format);
	text_add_list(&text, format, list);
	va_end(list);
	if (text.used > text.size)
		text.used = text.size;
	k_log(buffer, text.used);
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
	int settable = O_NONBLOCK | O_APPEND;

	if (m->args[1] == F_GETFL)
		return *flags & (O_ACCMODE | settable | O_LARGEFILE |
		                 O_DIRECTORY | O_NOFOLLOW);
	if (m->args[1] != F_SETFL)
		return -EINVAL;
	*flags = (*flags & ~settable) | ((int)m->args[2] & settable);
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
	                    .st_atime = facts->mtime,
	                    .st_mtime = facts->mtime,
	                    .st_ctime = facts->mtime};

	return give(token, argument, &st, sizeof(st));
}

int give_statx(int token, int argument, const struct facts *facts)
{
	struct statx_time time = {.seconds = facts->mtime};
	struct statx stx = {.stx_mask = STATX_BASIC_STATS,
	                    .stx_blksize = BLOCK,
	                    .stx_nlink = facts->nlink,
	                    .stx_uid = facts->uid,
	                    .stx_gid = facts->gid,
	                    .stx_mode = (uint16_t)facts->mode,
	                    .stx_ino = facts->ino,
	                    .stx_size = facts->bytes,
	                    .stx_blocks = facts->blocks,
	                    .atime = time,
	                    .ctime = time,
	                    .mtime = time,
	                    .rdev_major = facts->rdev >> 8,
	                    .rdev_minor = facts->rdev & 0xFF,
	                    .dev_minor = facts->dev};

	return give(token, argument, &stx, sizeof(stx));
}
