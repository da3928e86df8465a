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
#include "unix.h"

/* The handler has replied or passed the call on, or will do so later. */
#define ANSWERED (-4096)

/* The lease of read, write, readv, writev and getdents64. */
#define BUFFER 1

/* The lease of ioctl. */
#define ARGUMENT 2

/* A line in the kernel's log, in the format of text_add(). */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Maps all of a new segment; `kind` and `start` are those of segment_make.
 * The address, or -errno: unix_failed() tells them apart.
 */
int map_new(uint32_t kind, uint32_t start, uint32_t bytes, uint32_t rights);

/* Writes `bytes` bytes to the start of a lease: 0 or -errno. */
int give(int token, int argument, const void *from, uint32_t bytes);

/*
 * What clients have open.  A row is a structure of the server, which begins
 * with a struct object; its index is the object's number in messages, and
 * object 0 is the server's root.  The rows lie in a segment that grows at the
 * level of the client that needs room in it, and stays.  Its bound is the
 * kernel's table of connections: each open object has one.
 */
struct object {
	bool used;
	int next; /* not used: the next one that is free, or 0 */
};

struct objects {
	uint32_t bytes; /* of a row */
	int segment, room;
	int free; /* the first one, or 0 */
	uint8_t *rows;
};

/* Makes room, and object 0; false: there is no memory. */
bool objects_start(struct objects *objects);
/* The row of an object that is used; 0: there is no such object. */
void *objects_at(const struct objects *objects, int object);
/* A new object for the client of `token`, all zeroes; or -ENFILE. */
int objects_take(struct objects *objects, int token);
/* An object that is used is free again. */
void objects_drop(struct objects *objects, int object);

/*
 * Replies to an open: the client has a descriptor of `object` from now on.  The
 * connection, or -errno, and then the client still waits.
 */
int reply_open(int token, int object, uint32_t readiness);

/* fcntl64 with F_GETFL or F_SETFL, on the flags of an open object. */
int flags_call(const struct message *m, int *flags);

/* What stat64 and statx say about a file or a device. */
struct facts {
	uint32_t dev, ino, mode, nlink, uid, gid, rdev, bytes, blocks, mtime;
};

/* Write the facts to a lease, in the layout of either call: 0 or -errno. */
int give_stat(int token, int argument, const struct facts *facts);
int give_statx(int token, int argument, const struct facts *facts);

#endif
