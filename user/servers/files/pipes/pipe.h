/*
 * user/servers/files/pipes/pipe.h -- pipes: bytes from those who write to
 * those who read.
 *
 * A pipe belongs to a node of kind NODE_FIFO, whose `value` is its number.
 * pipe(2) makes a node without a name, and with it two open objects; a FIFO is
 * a node with a name, which open(2) gives as many as are wanted.  From then on
 * both are the same.
 *
 *	pipe.c    the ring of bytes, reading and writing, who waits
 *	end.c     its ends: pipe(2), opening a FIFO, closing, readiness, fcntl
 */
#ifndef FILES_PIPE_H
#define FILES_PIPE_H

#include "../open/open.h"

#define PIPE_PAGES 16u
#define PIPE_SIZE  (PIPE_PAGES * PAGE_SIZE)
#define PIPE_BUF   PAGE_SIZE /* a write of so many bytes is atomic */

/* ---- for the other rooms ------------------------------------------------ */

bool pipe_start(void);
int pipe_call(const struct message *m);
int fifo_open(const struct message *m, int node, int flags);
/* Reads and writes by an end, without an offset. */
int pipe_read(const struct message *m, const struct open *open);
int pipe_write(const struct message *m, const struct open *open);
/*
 * The same for a client of splice(2), whose buffer is a file (wait.partner).
 * It moves what it can and does not wait for the rest.  `total` and `now` say
 * what it wants.
 */
int pipe_take(struct wait *reader, int pipe);
int pipe_put(struct wait *writer, int pipe);
int pipe_fcntl(const struct message *m, const struct open *open);
int pipe_ioctl(const struct message *m, const struct open *open);
/* Can a pipe go on at once?  Gives one that can its turn. */
static inline bool pipe_busy(void)
{
	extern int pipes_busy;

	return pipes_busy != 0;
}
void pipe_next(void);

/* ---- between the two files ---------------------------------------------- */

struct pipe {
	struct object object;
	int node;

	/* The ring; pipe.c writes it. */
	int account;                  /* its pages' */
	int pages[PIPE_PAGES];        /* 0: no page is there */
	int held;                     /* pages; at least 1 */
	uint32_t out, used, capacity; /* bytes */
	bool starved;                 /* no page was left for a write */
	int queues[PIPE_QUEUES];      /* of the room */
	bool busy; /* it can go on at once, but others wait */
	int after; /* the next busy pipe, or 0 */

	/* Its ends; end.c writes them. */
	int ends; /* the first open object, by open.sibling; or 0 */
	int readers, writers;
	uint32_t writers_ever;
	uint32_t told; /* the state that the ends' readiness words say */
};

extern struct objects pipes;

static inline struct pipe *pipe_at(int pipe)
{
	return objects_at(&pipes, pipe);
}

/* Makes the pipe of a node.  Its number, or -ENFILE: no page is left. */
int pipe_make(int node, const struct message *m);
/* Lets everybody go on that can, after something has changed. */
void pipe_go_on(int pipe);

/* Tells the kernel how ready the ends are.  See R1 in end.c. */
void ends_tell(struct pipe *p);
/* Ends a pipe that nobody has open, and nobody waits to open. */
void end_if_unused(int pipe);

#endif
