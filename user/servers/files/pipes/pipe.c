/*
 * user/servers/files/pipes/pipe.c -- the bytes of a pipe, and who waits.
 *
 * A pipe is a ring of sixteen pages.  A page is there only while it has bytes;
 * one page always stays, so a write of PIPE_BUF bytes to an empty pipe never
 * lacks memory.  The pages of all pipes together are bounded (bytes/quota.c);
 * they count at the account of the client for whom the pipe was made.
 *
 *	pages   [ . | . | p7 | p3 | p9 | . | ... ]
 *	                  ^ out         ^ out + used
 *
 * A client that cannot go on waits in a queue of the pipe.  After each change,
 * pipe_go_on() serves those that can: readers when there are bytes or no more
 * writers, writers when there is room or no more readers.  It moves a megabyte
 * at most; if that was not all, the pipe is busy and has another turn when the
 * server has heard of the other clients.
 *
 * A reader is served in three steps: copy, answer, take.  The bytes leave the
 * ring only after the reply was accepted, so a reader that was killed takes
 * nothing with it.  A writer's bytes are in the ring before it is answered, and
 * a writer that is interrupted gets the number of those.
 *
 * A write of up to PIPE_BUF bytes waits for room for all of them.  A longer one
 * moves what fits, and waits for the rest.
 */
#include "pipe.h"

#include "../../../lib/inspect.h"

#define STEPS      16 /* of up to 64 KiB */
#define SHARE      16 /* pipes may have this part of the machine's memory */
#define ROOT_SHARE 8  /* and the last part of that is root's */

int pipes_busy; /* the first busy pipe, or 0 */

struct objects pipes = {.bytes = sizeof(struct pipe)};

static struct quota quota;

bool pipe_start(void)
{
	quota.limit = inspect_now()->frames_total / SHARE;
	quota.kept = quota.limit / ROOT_SHARE;
	return objects_start(&pipes);
}

/* A page for a client at the pipe's account, or 0: no page is left for it. */
static int page_take(int account, int whom)
{
	int page;

	if (!quota_take(&quota, 1, whom, account))
		return 0;
	page = arena_take(PAGE_SIZE, whom, account);
	if (page > 0)
		return page;
	quota_give(&quota, 1, account);
	return 0;
}

static void page_drop(int account, int page)
{
	quota_give(&quota, 1, account);
	arena_drop(page);
}

int pipe_make(int node, const struct message *m)
{
	int pipe = objects_take(&pipes, m->token);
	struct pipe *p = pipe_at(pipe);

	if (pipe < 0)
		return -ENFILE;
	p->node = node;
	p->account = account_of(m->token);
	p->pages[0] = page_take(p->account, m->token);
	p->held = 1;
	p->capacity = PIPE_SIZE;
	for (int i = 0; i < PIPE_QUEUES; i++)
		p->queues[i] = NOBODY;
	if (p->pages[0] != 0)
		return pipe;
	objects_drop(&pipes, pipe);
	return -ENFILE;
}

static void forget_busy(int pipe)
{
	int *link = &pipes_busy;

	while (*link != 0 && *link != pipe)
		link = &pipe_at(*link)->after;
	if (*link == pipe)
		*link = pipe_at(pipe)->after;
}

void pipe_end(int pipe)
{
	struct pipe *p = pipe_at(pipe);

	for (int i = 0; i < PIPE_QUEUES; i++)
		room_dismiss(&p->queues[i], -ENOENT);
	for (uint32_t i = 0; i < PIPE_PAGES; i++)
		if (p->pages[i] != 0)
			page_drop(p->account, p->pages[i]);
	forget_busy(pipe);
	objects_drop(&pipes, pipe);
}

int *pipe_queue(int pipe, enum what what)
{
	return &pipe_at(pipe)->queues[what - WAIT_PIPE];
}

/* ---- the ring ----------------------------------------------------------- */

static int *page_of(struct pipe *p, uint32_t at)
{
	return &p->pages[at / PAGE_SIZE % PIPE_PAGES];
}

/* Finds a page for the place `at`, behind all bytes.  False: there is none. */
static bool has_page(struct pipe *p, uint32_t at, int whom)
{
	int *page = page_of(p, at);
	uint32_t kept = 0;

	if (*page != 0)
		return true;
	if (at == p->out) { /* the ring is empty */
		while (p->pages[kept] == 0)
			kept++;
		*page = p->pages[kept];
		p->pages[kept] = 0;
		return true;
	}
	*page = page_take(p->account, whom);
	p->held += *page != 0;
	p->starved |= *page == 0;
	return *page != 0;
}

/* Copies bytes between the ring's byte `at` and a client's byte `offset`. */
static int copy(struct pipe *p, uint32_t at, const struct wait *client,
                uint32_t offset, uint32_t bytes, bool to_client)
{
	uint8_t *place = arena_at(*page_of(p, at)) + at % PAGE_SIZE;
	int token = client->token;

	bytes = min(bytes, PAGE_SIZE - at % PAGE_SIZE);
	if (client->partner != 0)
		return splice_move(client, place, offset, bytes, to_client);
	return to_client ? k_lease_write(token, BUFFER, offset, place, bytes)
	                 : k_lease_read(token, BUFFER, offset, place, bytes);
}

/* Copies the first bytes to a reader.  How many; or -errno. */
static int give_bytes(struct pipe *p, const struct wait *reader)
{
	uint32_t want = min(reader->total, p->used), done = 0;
	int moved = 0;

	while (done < want) {
		moved = copy(p, p->out + done, reader, done, want - done, true);
		if (moved <= 0)
			break;
		done += (uint32_t)moved;
	}
	return done > 0 ? (int)done : moved;
}

/*
 * Copies `want` bytes of a writer behind the others; they do not count yet.
 * How many; or -errno.
 */
static int fetch_bytes(struct pipe *p, const struct wait *writer, uint32_t want)
{
	uint32_t end = p->out + p->used, done = 0;
	int moved = 0;

	while (done < want && has_page(p, end + done, writer->token)) {
		moved = copy(p, end + done, writer, writer->done + done,
		             want - done, false);
		if (moved <= 0)
			break;
		done += (uint32_t)moved;
	}
	return done > 0 ? (int)done : moved;
}

/* Gives back the pages that the ring has left since `before`, but the last. */
static void tidy(struct pipe *p, uint32_t before)
{
	for (uint32_t at = before - before % PAGE_SIZE;
	     p->out - at >= PAGE_SIZE && p->held > 1; at += PAGE_SIZE) {
		if (p->out - at + p->used > PIPE_SIZE || *page_of(p, at) == 0)
			continue;
		page_drop(p->account, *page_of(p, at));
		*page_of(p, at) = 0;
		p->held--;
	}
	if (p->used == 0)
		p->out -= p->out % PAGE_SIZE;
}

/* ---- reading ------------------------------------------------------------ */

static struct wait *first(const struct pipe *p, int what)
{
	return room_first(&p->queues[what - WAIT_PIPE]);
}

/* Answers a reader with what there is.  Copy, answer, take. */
static void hand(struct pipe *p, const struct wait *reader)
{
	int moved = give_bytes(p, reader);
	uint32_t bytes = moved > 0 ? (uint32_t)moved : 0, before = p->out;

	p->out += bytes;
	p->used -= bytes;
	p->starved = false;
	ends_tell(p);
	if (k_reply(reader->token, moved, 0) < 0) {
		p->out -= bytes;
		p->used += bytes;
	}
	tidy(p, before);
}

static inline int take(struct wait *reader, int pipe)
{
	struct pipe *p = pipe_at(pipe);

	reader->what = WAIT_PIPE_READ;
	reader->at = pipe;
	if (p->used > 0) {
		hand(p, reader);
		pipe_go_on(pipe);
		return ANSWERED;
	}
	if (p->writers == 0)
		return 0;
	if (reader->now)
		return -EAGAIN;
	room_join(reader);
	return ANSWERED;
}

int pipe_take(struct wait *reader, int pipe)
{
	return take(reader, pipe);
}

int pipe_read(const struct message *m, const struct open *open)
{
	struct wait reader = room_client(m);
	int bytes = buffer_bytes(m);

	if ((open->flags & O_ACCMODE) == O_WRONLY)
		return -EBADF;
	if (bytes <= 0)
		return bytes;
	reader.total = (uint32_t)bytes;
	reader.now = open->flags & O_NONBLOCK;
	return take(&reader, open->pipe);
}

/* ---- writing ------------------------------------------------------------ */

/* Is there room for a writer's next bytes? */
static bool fits(const struct pipe *p, const struct wait *writer)
{
	uint32_t left = writer->total - writer->done;
	uint32_t least = min(left, PIPE_BUF);

	if (writer->partner != 0 || (writer->now && writer->total > PIPE_BUF))
		least = 1;
	return p->capacity - p->used >= least;
}

/*
 * Moves bytes straight to the first reader, who waits at an empty ring: one
 * copy, and no word changes.  The reader is answered if all arrived.  If not,
 * the ring finds out whose buffer is bad, or who is dead.
 */
static void move_directly(struct pipe *p, struct wait *writer)
{
	struct wait *reader = first(p, WAIT_PIPE_READ);
	uint32_t bytes;

	if (reader == 0 || p->used > 0 || reader->partner != 0 ||
	    writer->partner != 0)
		return;
	bytes =
	    min(min(reader->total, writer->total - writer->done), PIPE_SIZE);
	if (k_lease_move(reader->token, writer->token, BUFFER, writer->done,
	                 bytes) != (int)bytes)
		return;
	room_leave(reader);
	writer->done += bytes;
}

/*
 * Moves what can be moved of a write, for this turn.  0, or -errno: nothing of
 * the rest can be.
 */
static int push(struct pipe *p, struct wait *writer)
{
	uint32_t want =
	    min(writer->total - writer->done, p->capacity - p->used);
	int got;

	move_directly(p, writer);
	want = min(want, writer->total - writer->done);
	if (want == 0 || !fits(p, writer))
		return 0;
	got = fetch_bytes(p, writer, want);
	if (got < 0)
		return got;
	if (writer->partner != 0 && (got > 0 || !p->starved))
		writer->total = writer->done + (uint32_t)got;
	else if (writer->total <= PIPE_BUF && (uint32_t)got < want)
		return p->starved ? 0 : -EFAULT;
	p->used += (uint32_t)got;
	writer->done += (uint32_t)got;
	return 0;
}

static int answer_of(const struct wait *writer, int error)
{
	return writer->done > 0 ? (int)writer->done : error;
}

static inline int put(struct wait *writer, int pipe)
{
	struct pipe *p = pipe_at(pipe);
	int error = 0;

	if (p->readers == 0)
		return -EPIPE;
	writer->what = WAIT_PIPE_WRITE;
	writer->at = pipe;
	if (writer->now || first(p, WAIT_PIPE_WRITE) == 0)
		error = push(p, writer);
	if (error == 0 && writer->done < writer->total && !writer->now)
		room_join(writer);
	if (writer->done < writer->total || p->used > 0)
		pipe_go_on(pipe); /* else it went straight to a reader */
	if (error < 0 || writer->done == writer->total)
		return answer_of(writer, error);
	return writer->now ? answer_of(writer, -EAGAIN) : ANSWERED;
}

int pipe_put(struct wait *writer, int pipe)
{
	return put(writer, pipe);
}

int pipe_write(const struct message *m, const struct open *open)
{
	struct wait writer = room_client(m);
	int bytes = buffer_bytes(m);

	if ((open->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (bytes <= 0)
		return bytes;
	writer.total = (uint32_t)bytes;
	writer.now = open->flags & O_NONBLOCK;
	return put(&writer, open->pipe);
}

void pipe_unblock(struct wait *wait)
{
	int pipe = wait->at;

	room_answer(wait, room_interrupted(wait));
	pipe_go_on(pipe);
	end_if_unused(pipe); /* it was the only one that opened a FIFO */
}

/* ---- going on ----------------------------------------------------------- */

/* Serves the first writer.  False: it cannot go on. */
static bool write_on(struct pipe *p, struct wait *writer)
{
	uint32_t before = writer->done;
	int error = p->readers == 0 ? -EPIPE : push(p, writer);

	if (error == 0 && writer->done < writer->total) {
		if (writer->done > before)
			room_turn(room_queue(writer));
		return writer->done > before;
	}
	ends_tell(p);
	room_answer(writer, answer_of(writer, error));
	return true;
}

/* Serves one client.  False: nobody can go on. */
static bool step(struct pipe *p)
{
	struct wait *reader = first(p, WAIT_PIPE_READ);
	struct wait *writer = first(p, WAIT_PIPE_WRITE);

	if (reader != 0 && (p->used > 0 || p->writers == 0)) {
		hand(p, reader);
		room_leave(reader);
		return true;
	}
	return writer != 0 && write_on(p, writer);
}

void pipe_go_on(int pipe)
{
	struct pipe *p = pipe_at(pipe);
	int steps = 0;

	while (steps < STEPS && step(p))
		steps++;
	ends_tell(p);
	if (steps < STEPS || p->busy)
		return;
	p->busy = true;
	p->after = pipes_busy;
	pipes_busy = pipe;
}

void pipe_next(void)
{
	int pipe = pipes_busy;

	if (pipe == 0)
		return;
	pipes_busy = pipe_at(pipe)->after;
	pipe_at(pipe)->busy = false;
	pipe_go_on(pipe);
}
