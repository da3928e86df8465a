/*
 * user/lib/server.h -- what the servers share, and nothing else.
 *
 * A server's handler answers 0 or a positive result or -errno, which its loop
 * replies to the client; or ANSWERED.  An `argument` is the position of a
 * call's argument, by which a lease on the client's memory is named.
 */
#ifndef USER_LIB_SERVER_H
#define USER_LIB_SERVER_H

#include "native.h"
#include "string.h"
#include "unix.h"

/*
 * The result of a handler that has replied or has passed the call on, or that
 * will do so later.
 */
#define ANSWERED (-4096)

/* The buffer of read, write, readv, writev and getdents64, as a lease. */
#define BUFFER 1

/* The argument of ioctl, as a lease. */
#define ARGUMENT 2

/* Replies `status` to the client of `m`, unless it is ANSWERED. */
void answer_client(const struct message *m, int status);

/* The same, and then waits for the next message, in one call of the kernel. */
int answer_and_receive(struct message *m, int status);

/* Writes a line to the kernel's log, in the format of text_add(). */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes a segment and maps all of it; `kind` and `start` are those of
 * segment_make.  Returns the address or -errno: unix_failed().
 */
int map_new(uint32_t kind, uint32_t start, uint32_t bytes, uint32_t rights);

/*
 * The bytes of BUFFER in a read or a write, or -errno.  Only an array of
 * buffers has to be asked for: otherwise they are in the message.
 */
static inline int buffer_bytes(const struct message *m)
{
	uint32_t start = m->args[BUFFER];
	uint32_t bytes = min(m->args[BUFFER + 1], COUNT_MAX);

	if (m->type == SYS_readv || m->type == SYS_writev ||
	    m->type == SYS_preadv || m->type == SYS_pwritev ||
	    m->type == SYS_preadv2 || m->type == SYS_pwritev2)
		return k_lease_size(m->token, BUFFER);
	return start + bytes < start ? -EFAULT : (int)bytes;
}

/* `bytes`, rounded up to whole pages, and how many pages those are. */
static inline uint32_t page_up(uint32_t bytes)
{
	return (bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
}

static inline uint32_t pages_for(uint32_t bytes)
{
	return page_up(bytes) / PAGE_SIZE;
}

/* Writes `bytes` bytes to the start of a lease.  Returns 0 or -errno. */
int give(int token, int argument, const void *from, uint32_t bytes);

/*
 * A table that grows: what clients have open, files, names.  A row is a
 * structure of the server, which begins with a struct object.  Its index is the
 * row's name; of what is open it is the object's number in messages, and object
 * 0 is the server's root.  The rows lie in a segment that grows by 64 KiB at
 * most, at the level of the client that needs room in it, and stays.  When it
 * grows the rows move, so a pointer to a row is good until the next take.
 */
struct object {
	bool used;
	int next; /* not used: the next one that is free, or 0 */
};

struct objects {
	uint32_t bytes; /* of a row */
	int segment, room;
	int fresh; /* the first row that was never in use */
	int free;  /* the first one that was, or 0 */
	uint8_t *rows;
};

/* Makes the first rows and takes row 0.  False: there is no memory. */
bool objects_start(struct objects *objects);
static inline struct object *objects_row(const struct objects *objects,
                                         int object)
{
	return (struct object *)(objects->rows +
	                         (uint32_t)object * objects->bytes);
}

/* The row of an object that is in use; 0: there is no such object. */
static inline void *objects_at(const struct objects *objects, int object)
{
	if (object < 0 || object >= objects->room ||
	    !objects_row(objects, object)->used)
		return 0;
	return objects_row(objects, object);
}

/*
 * Takes a row for the client of `token`; it is all zeroes.  Returns the
 * object's number or -ENFILE.
 */
int objects_take(struct objects *objects, int token);
/* How many bytes the table will grow when the next row is taken: mostly 0. */
uint32_t objects_growth(const struct objects *objects);
/* Frees an object that is in use. */
void objects_drop(struct objects *objects, int object);

/*
 * Replies to an open: the client gets a descriptor of `object`.  Returns the
 * connection, or -errno; after an error the client still waits for a reply.
 */
int reply_open(int token, int object, uint32_t readiness);

/* Answers fcntl64 with F_GETFL or F_SETFL; `flags` are those of the object. */
int flags_call(const struct message *m, int *flags);
/* Answers ioctl with FIONBIO: O_NONBLOCK is set or cleared. */
int nonblock_call(const struct message *m, int *flags);

/* ---- device.c ----------------------------------------------------------- */

/* Does a call of this number take a path?  The others take a descriptor. */
bool call_by_path(int type);
/* What a device, which is no directory, answers to calls for files. */
int device_call(const struct message *m);

/* A moment: seconds since 1970, and what is beyond them. */
struct moment {
	int64_t seconds;
	uint32_t nsec;
};

/* What stat64 and statx say about a file or a device. */
struct facts {
	uint32_t dev, ino, mode, nlink, uid, gid, rdev, bytes, blocks;
	struct moment atime, mtime, ctime, btime;
};

/* Write the facts to a lease, in that call's layout.  Return 0 or -errno. */
int give_stat(int token, int argument, const struct facts *facts);
int give_old_stat(int token, int argument, const struct facts *facts);
int give_statx(int token, int argument, const struct facts *facts);

#endif
