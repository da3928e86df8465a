/*
 * user/servers/files/open/open.h -- what is open, and who waits at it.
 *
 * An object is one open file description: a node, an offset and flags.  A call
 * that cannot be answered at once waits in the room (user/lib/room.h): in the
 * line of long reads, at a locked node, at a pipe, or at a message queue.
 *
 *	object.c   the objects, and the first steps of a call
 *	turns.c    reads that are too long for one turn
 *	lock.c     flock(2)
 */
#ifndef FILES_OPEN_H
#define FILES_OPEN_H

#include "../../../lib/inspect.h"
#include "../../../lib/room.h"
#include "../tree/node.h"

/* ---- object.c ----------------------------------------------------------- */

struct open {
	struct object object;
	int node;
	int flags;
	uint32_t offset; /* of a directory: the cookie that comes next */
	int hint;        /* of a directory: perhaps the entry that comes next */
	int lock;        /* what it holds of flock(2): lock.c */
	/* Of an end of a pipe, pipes/end.c, or of a queue, mqueue/queue.c. */
	int connection, sibling;
	int pipe; /* 0: it is no end */
	uint32_t writers_before;
	/* The rest is about a file of /proc: see proc/made.c. */
	struct running running; /* what its process ran when it was opened */
	uint32_t made;          /* bytes made since the start */
	uint32_t at;            /* what comes next (struct making) */
	uint32_t rest_bytes;
	int rest; /* segment: bytes that are made but not read; 0: none */
};

bool open_start(void);
extern struct objects opens;

/* What is open; 0: there is no such object. */
static inline struct open *open_at(int object)
{
	return objects_at(&opens, object);
}

void open_close(int object);
/* Somebody looks at what the file has: its time of access may move. */
void open_accessed(const struct open *open);
/* Is it an end of a pipe?  With O_PATH it is only the name of one. */
bool open_is_end(const struct open *open);
/* Makes an object on `node` for the client of `token`.  -ENFILE. */
int open_make(int node, int flags, int token);
/* Replies to `m` with a new object on `node`.  ANSWERED or -errno. */
int open_reply(const struct message *m, int node, int flags);
/*
 * The node of the message's object, or -EBADF.  A call with a path begins
 * there if the path is relative.
 */
int object_node(const struct message *m);
/*
 * Copies the path of a lease to a buffer that the next call overwrites.
 * Returns its length or -errno.
 */
int path_lease(const struct message *m, int argument, char **path);

/* ---- lock.c ------------------------------------------------------------- */

int flock_call(const struct message *m);
/* An object is closed. */
void lock_drop(struct open *open);
/* The client waits no longer; it is answered. */
void lock_unblock(struct wait *wait);

/* ---- turns.c ------------------------------------------------------------ */

#define TURN 0x100000u /* bytes that move in a turn, at most */

#define LATER (-4097) /* the answer of a turn that is not the last one */

/* What a client waits for in the room, and `at` which object. */
enum what {
	WAIT_READ,       /* its turn of a read at an object's offset */
	WAIT_PREAD,      /* the same at a place of its own */
	WAIT_NAMES,      /* its turn of a read of a directory */
	WAIT_OLD_NAMES,  /* the same, in the older form */
	WAIT_HOLE,       /* its turn of making a hole in a file */
	WAIT_CUT,        /* its turn of making a file shorter */
	WAIT_CUT_OPEN,   /* the same, and then it opens the file */
	WAIT_PIPE_READ,  /* bytes of a pipe */
	WAIT_PIPE_WRITE, /* room in a pipe */
	WAIT_OPEN_READ,  /* that the FIFO of a pipe is opened for writing */
	WAIT_OPEN_WRITE,
	WAIT_LOCK,    /* a lock of a node */
	WAIT_SEND,    /* room in a message queue */
	WAIT_RECEIVE, /* a message in one */
};

/* A pipe has a queue for each of the four waits from this one on. */
#define WAIT_PIPE   WAIT_PIPE_READ
#define PIPE_QUEUES 4

/* Does the first turn of a read.  The call's answer; ANSWERED: not yet. */
int turns_begin(struct wait *reading);
static inline bool turns_left(void)
{
	extern int turns_line;

	return turns_line != NOBODY;
}
void turns_next(void); /* gives the first read in line its turn */
/* Does the process wait here for what may never come, as for bytes? */
bool turns_sleeps(int pid);
/* The client of that token wants an answer soon. */
void turns_hurry(int token);

/* ---- what the rooms above do at an object ------------------------------- */

/*
 * calls/transfer.c: does one turn of a read.  The call's answer, or LATER.
 * `at` is the object, which is open; `from` the offset of the first byte.
 */
int read_on(struct wait *reading);
/*
 * calls/splice.c: moves bytes between our memory and the file that a client at
 * a pipe has in place of a buffer; `done` have moved before.  How many, which
 * is 0 at the end of the file; or -errno.
 */
int splice_move(const struct wait *client, uint8_t *memory, uint32_t done,
                uint32_t bytes, bool to_file);
/* proc/made.c: forgets what was made, when the object is closed. */
void made_forget(struct open *open);
/* pipes/end.c: an end is closed. */
void end_close(int object);
/*
 * mqueue/queue.c: opens a queue once more, ANSWERED or -errno; an object of a
 * queue is closed; the line of a wait.
 */
int queue_open(const struct message *m, int node, int flags);
void queue_close(int object);
int *queue_waiters(const struct wait *wait);
/* mqueue/notice.c: read(2) of a queue.  The call's answer. */
int queue_read(const struct wait *reading, struct open *open);
/* pipes/pipe.c: the queue of a wait; a client that waits no longer. */
int *pipe_queue(int pipe, enum what what);
void pipe_unblock(struct wait *wait);

#endif
