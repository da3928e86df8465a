// with: ipc/sysv/ids.c ipc/sysv/permission.c ipc/sysv/object.c
// with: kernel/process/wait.c kernel/process/wait_check.c ipc/sysv/msg.c
// with: ipc/sysv/msg_check.c -DIDS_SEQ_MAX=2
// with: tests/host/explore.c tests/host/few_ids.c tests/host/in_line.c
// alone
// fast: 10000
/*
 * tests/host/explore_msg.c -- every state that ipc/sysv/msg.c can reach, at a
 * small scope: 2 queues of 2 bytes and so of 2 messages, 3 types, sizes 0 to 2,
 * 3 processes, 2 lives of each slot.
 *
 * The model (struct model) knows nothing of ids, chains or pools.  It has the
 * messages in their order, and the processes in line with what each sends or
 * wants.  The text of a message follows from its type and size, and is compared
 * when it is received.  The pool is that of fake_mm.c, where each chain has one
 * cell.  See in_line.h for how a process sleeps.
 *
 * A scene is a small world with its own menu of calls.  Each is explored to its
 * end.
 */
#include "../../ipc/sysv/msg.h"
#include "explore.h"
#include "fake_mm.h"
#include "few_ids.h"
#include "in_line.h"

#define PROCS   3
#define QUEUES  FEW
#define ROOM    2 /* msg_qbytes, at most */
#define LONGEST 2 /* of all messages */

struct msg_queue msgs[IDS_LIMIT];

struct letter {
	int type, size;
};

/* The processes that stand in line, in their order. */
struct m_line {
	int count, procs[PROCS];
};

struct picture {
	int room;
	int count;
	struct letter messages[ROOM];
	struct m_line senders, receivers;
};

enum what { NOTHING, SENDS, RECEIVES };

struct sleeper {
	enum what what;
	int queue, result, killed;
	struct letter message; /* the one that it sends, or has received */
	int size, type, flags; /* what it wants */
};

struct model {
	struct m_object objects[QUEUES];
	struct picture queues[QUEUES];
	struct sleeper procs[PROCS];
};

static struct model model;

/* What else the call under way should write. */
static struct {
	int sender[QUEUES], receiver[QUEUES]; /* pid; 0: nobody */
	bool born[QUEUES], ctime[QUEUES];
} wrote;

int sem_cells; /* no sets here */

/* The lines, which interrupts work with, are whole at each such point. */
void preemption_point(void)
{
	int breaches = 0;

	for (int i = 0; i < QUEUES; i++)
		if (ids_used(&msg_ids, i))
			breaches += line_check(&msgs[i].senders, "queue", i) +
			            line_check(&msgs[i].receivers, "queue", i);
	EXPECT(breaches + wait_check(), 0);
}

/* ---- what programs have ------------------------------------------------- */

#define GOOD     1   /* a good address */
#define BAD      0   /* an address where nothing is */
#define BAD_TEXT 100 /* the type is there, the text is not */

/* What a program sends and what it gets: the type, then the text. */
static struct {
	int type;
	uint8_t text[4];
} sent, got;

static uint8_t byte_of(struct letter m, int place)
{
	return (uint8_t)((uint32_t)m.type * 16 + m.size * 4 + place);
}

static struct msqid_ds given; /* for IPC_SET */

void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	static struct msqid_ds status; /* of IPC_STAT */

	if (va == BAD || va == BAD_TEXT + sizeof(sent.type) ||
	    (va == BAD_TEXT && bytes > sizeof(got.type)))
		return 0;
	if (bytes == sizeof(given))
		return out ? &status : &given;
	if (out)
		return &got; /* the type and the text in one piece */
	return va == GOOD ? (void *)&sent.type : sent.text;
}

static struct msg *message_at(int chain)
{
	return pool_first(chain);
}

static uint8_t *text_at(int chain)
{
	return (uint8_t *)(message_at(chain) + 1);
}

/* ---- the model: lines and messages -------------------------------------- */

static void m_join(struct m_line *line)
{
	line->procs[line->count++] = self_index();
}

/* The process at this place in line goes on. */
static void m_leave(struct m_line *line, int place, int result)
{
	model.procs[line->procs[place]].result = result;
	line->count--;
	for (int i = place; i < line->count; i++)
		line->procs[i] = line->procs[i + 1];
	line->procs[line->count] = 0;
}

static void m_dismiss(struct m_line *line)
{
	while (line->count > 0)
		m_leave(line, 0, -EIDRM);
}

static bool m_wants(int type, int flags, struct letter m)
{
	if (type == 0)
		return true;
	if (type < 0)
		return m.type <= -(long long)type;
	return flags & MSG_EXCEPT ? m.type != type : m.type == type;
}

/* The place of the message that is chosen, or -1. */
static int m_choose(const struct picture *q, int type, int flags)
{
	int best = -1;

	if (flags & MSG_COPY)
		return type >= 0 && type < q->count ? type : -1;
	for (int i = q->count - 1; i >= 0; i--)
		if (m_wants(type, flags, q->messages[i]) &&
		    (best < 0 || type >= 0 ||
		     q->messages[i].type <= q->messages[best].type))
			best = i;
	return best;
}

static bool m_fits(const struct picture *q, int size)
{
	for (int i = 0; i < q->count; i++)
		size += q->messages[i].size;
	return size <= q->room && q->count + 1 <= q->room;
}

/*
 * Sends a message: to the first in line that wants it and can have it, or into
 * the queue.
 */
static void m_deposit(int queue, struct letter m, int sender)
{
	struct picture *q = &model.queues[queue];

	wrote.sender[queue] = procs[sender].life.pid;
	for (int i = 0; i < q->receivers.count;) {
		int proc = q->receivers.procs[i];
		struct sleeper *p = &model.procs[proc];

		if (p->killed || !m_wants(p->type, p->flags, m)) {
			i++;
		} else if (m.size > p->size && !(p->flags & MSG_NOERROR)) {
			m_leave(&q->receivers, i, -E2BIG);
		} else {
			p->message = m;
			m_leave(&q->receivers, i, 0);
			wrote.receiver[queue] = procs[proc].life.pid;
			return;
		}
	}
	q->messages[q->count++] = m;
}

/* The first sender in line whose message fits goes on, until none fits. */
static void m_admit(int queue)
{
	struct picture *q = &model.queues[queue];

	for (int i = 0; i < q->senders.count;) {
		int proc = q->senders.procs[i];

		if (model.procs[proc].killed ||
		    !m_fits(q, model.procs[proc].message.size)) {
			i++;
		} else {
			bool may = m_may(queue, proc, 2);

			m_leave(&q->senders, i, may ? 0 : -EACCES);
			if (may)
				m_deposit(queue, model.procs[proc].message,
				          proc);
			i = 0;
		}
	}
}

/* ---- the model: calls --------------------------------------------------- */

static int m_get(int key, int flags)
{
	int queue = m_lookup(key, flags);

	if (queue < 0)
		return queue;
	if (queue != M_NEW)
		return m_open(queue, flags);
	queue = m_new(key, flags);
	if (queue < 0)
		return queue;
	model.queues[queue].room = ROOM;
	wrote.born[queue] = wrote.ctime[queue] = true;
	return m_id(queue);
}

static int m_send(int id, struct letter m, vaddr_t address, int flags)
{
	int queue = m_find(id);
	struct picture *q = &model.queues[queue < 0 ? 0 : queue];

	if (address == BAD)
		return -EFAULT;
	if (m.size > LONGEST || m.size < 0 || id < 0 || m.type < 1)
		return -EINVAL;
	if (address == BAD_TEXT && m.size > 0)
		return -EFAULT;
	if (queue < 0)
		return -EINVAL;
	if (!m_may(queue, self_index(), 2))
		return -EACCES;
	if (m_fits(q, m.size)) {
		m_deposit(queue, m, self_index());
		return 0;
	}
	if (flags & IPC_NOWAIT)
		return -EAGAIN;
	model.procs[self_index()] = (struct sleeper){
	    .what = SENDS, .queue = queue, .result = UNSERVED, .message = m};
	m_join(&q->senders);
	return UNSERVED;
}

/* The bytes that the program finds, cut to `size`, or -EFAULT. */
static int m_deliver(struct letter m, int size, vaddr_t address)
{
	int text = m.size < size ? m.size : size;

	if (address == BAD || (address == BAD_TEXT && text > 0))
		return -EFAULT;
	EXPECT(got.type, m.type);
	for (int i = 0; i < text && address == GOOD; i++)
		EXPECT(got.text[i], byte_of(m, i));
	for (int i = text; i < (int)sizeof(got.text); i++)
		EXPECT(got.text[i], 0);
	return text;
}

static int m_receive(int id, int size, int type, int flags, vaddr_t address)
{
	int queue = m_find(id), place;
	struct picture *q = &model.queues[queue < 0 ? 0 : queue];
	struct letter m;

	if (size < 0 || id < 0)
		return -EINVAL;
	if ((flags & MSG_COPY) &&
	    ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT)))
		return -EINVAL;
	if (queue < 0)
		return -EINVAL;
	if (!m_may(queue, self_index(), 4))
		return -EACCES;
	place = m_choose(q, type, flags);
	if (place < 0 && (flags & IPC_NOWAIT))
		return -ENOMSG;
	if (place < 0) {
		model.procs[self_index()] = (struct sleeper){.what = RECEIVES,
		                                             .queue = queue,
		                                             .result = UNSERVED,
		                                             .size = size,
		                                             .type = type,
		                                             .flags = flags};
		m_join(&q->receivers);
		return UNSERVED;
	}
	m = q->messages[place];
	if (m.size > size && !(flags & MSG_NOERROR))
		return -E2BIG;
	if (flags & MSG_COPY)
		return m.size > size ? -EINVAL : m_deliver(m, size, address);
	q->count--;
	for (int i = place; i < q->count; i++)
		q->messages[i] = q->messages[i + 1];
	q->messages[q->count] = (struct letter){0, 0};
	wrote.receiver[queue] = self()->life.pid;
	m_admit(queue);
	return m_deliver(m, size, address);
}

static void m_remove(int queue)
{
	struct picture *q = &model.queues[queue];

	m_dismiss(&q->senders);
	m_dismiss(&q->receivers);
	*q = (struct picture){0};
	m_bury(queue);
}

/* A process that has lost the right to wait goes. */
static void m_recheck(int queue, struct m_line *line, int rw)
{
	for (int i = 0; i < line->count;)
		if (m_may(queue, line->procs[i], rw))
			i++;
		else
			m_leave(line, i, -EACCES);
}

static int m_set(int id, int owner, int mode, int room)
{
	int queue = m_find(id);
	struct picture *q = &model.queues[queue < 0 ? 0 : queue];

	if (queue < 0)
		return -EINVAL;
	if (!m_owns(queue, self_index()) || room > ROOM)
		return -EPERM;
	if (owner < 0)
		return -EINVAL;
	model.objects[queue].owner = owner;
	model.objects[queue].mode = mode & 0777;
	q->room = room;
	wrote.ctime[queue] = true;
	m_recheck(queue, &q->receivers, 4);
	m_admit(queue);
	return 0;
}

static int m_owner_call(int id)
{
	int queue = m_find(id);

	if (queue < 0)
		return -EINVAL;
	if (!m_owns(queue, self_index()))
		return -EPERM;
	m_remove(queue);
	return 0;
}

static int m_look(int id)
{
	int queue = m_find(id);

	if (queue < 0)
		return -EINVAL;
	return m_may(queue, self_index(), 4) ? 0 : -EACCES;
}

/* All that a sleeper needs lies in the pool. */
void keep_stack(void)
{
}

/* ---- the calls ---------------------------------------------------------- */

enum kind { GET, SEND, RECEIVE, LOOK, REMOVE, SET, KILL, RUN };

struct call {
	enum kind kind;
	int proc, id;
	int a, b, flags; /* type, size; owner, room */
	vaddr_t address;
};

static struct call calls[400];

static void add(enum kind kind, int id, int a, int b, int flags,
                vaddr_t address)
{
	for (int i = first_caller; i <= last_caller; i++)
		calls[calls_made++] =
		    (struct call){kind, i, id, a, b, flags, address};
}

static void add_send(int id, int type, int size, int flags)
{
	add(SEND, id, type, size, flags, GOOD);
}

static void add_receive(int id, int type, int size, int flags)
{
	add(RECEIVE, id, type, size, flags, GOOD);
}

static int real_call(const struct call *c)
{
	may_sleep = true;
	if (setjmp(asleep))
		return UNSERVED;
	switch (c->kind) {
	case GET:
		return sys_msgget(c->a, c->flags);
	case SEND:
		return sys_msgsnd(c->id, c->address, c->b, c->flags);
	case RECEIVE:
		return sys_msgrcv(c->id, c->address, c->b, c->a, c->flags);
	case LOOK:
		return sys_msgctl(c->id, IPC_STAT, 50);
	case REMOVE:
		return sys_msgctl(c->id, IPC_RMID, 0);
	default:
		return sys_msgctl(c->id, IPC_SET, 50);
	}
}

static int model_call(const struct call *c)
{
	if (refused)
		return -ENOMEM; /* and nothing has changed */
	switch (c->kind) {
	case GET:
		return m_get(c->a, c->flags);
	case SEND:
		return m_send(c->id, (struct letter){c->a, c->b}, c->address,
		              c->flags);
	case RECEIVE:
		return m_receive(c->id, c->b, c->a, c->flags, c->address);
	case LOOK:
		return m_look(c->id);
	case REMOVE:
		return m_owner_call(c->id);
	default:
		return m_set(c->id, c->a, c->flags, c->b);
	}
}

/* Puts into the program what it has ready before the call. */
static void prepare(const struct call *c)
{
	struct letter m = {c->a, c->b};

	memset(&got, 0, sizeof(got));
	sent.type = c->a;
	for (int i = 0; i < LONGEST; i++)
		sent.text[i] = byte_of(m, i);
	given.msg_perm.uid = c->a;
	given.msg_perm.mode = c->flags;
	given.msg_qbytes = c->b;
}

/* The receiver has a message that was handed over to it. */
static void take_message(int chain, struct letter m)
{
	EXPECT(message_at(chain)->type, m.type);
	EXPECT(message_at(chain)->size, m.size);
	for (int i = 0; i < m.size; i++)
		EXPECT(text_at(chain)[i], byte_of(m, i));
	pool_give(chain);
}

/* A process in msgsnd or msgrcv wakes up, and the rest of its call is done. */
static void run(int proc)
{
	struct sleeper *p = &model.procs[proc];
	struct picture *q = &model.queues[p->queue];
	struct m_line *line = p->what == SENDS ? &q->senders : &q->receivers;
	struct msg_queue *real = &msgs[p->queue];
	int result = go_on(
	    proc, p->what == SENDS ? &real->senders : &real->receivers, false);
	int chain = procs[proc].wait.chain, place = 0;

	procs[proc].wait.chain = -1;
	if (p->result == UNSERVED) {
		while (line->procs[place] != proc)
			place++;
		m_leave(line, place, -EINTR);
	}
	EXPECT(result, p->result);
	EXPECT(chain >= 0, (p->what == SENDS) == (result < 0));
	if (p->what == SENDS && result < 0)
		pool_give(chain);
	if (p->what == RECEIVES && result == 0)
		take_message(chain, p->message);
	*p = (struct sleeper){0};
	procs[proc].signal.killed =
	    0; /* and another process begins in its row */
}

static bool possible(int call)
{
	const struct call *c = &calls[call];
	const struct sleeper *p = &model.procs[c->proc];

	switch (c->kind) {
	case KILL:
		return p->what && !p->killed;
	case RUN:
		return p->what && (p->result != UNSERVED || p->killed);
	default:
		return !p->what;
	}
}

static void compare(void);

static bool make(int call, int nth)
{
	const struct call *c = &calls[call];
	int proc = c->proc;

	refuse = nth;
	refused = false;
	memset(&wrote, 0, sizeof(wrote));
	running = &procs[proc];
	switch (c->kind) {
	case KILL:
		model.procs[proc].killed = procs[proc].signal.killed = 9;
		if (procs[proc].state == PROC_IN_LINE)
			wake(running);
		break;
	case RUN:
		run(proc);
		break;
	default:
		prepare(c);
		int is = real_call(c);

		EXPECT(is, model_call(c));
	}
	compare();
	return refused;
}

static void print(int call)
{
	const struct call *c = &calls[call];

	printf("process %d: call %d of %x (%d, %d, %o)\n", c->proc, c->kind,
	       c->id, c->a, c->b, c->flags);
}

/* ---- what must hold after each ------------------------------------------ */

static void compare_line(const struct line *is, const struct m_line *line)
{
	int place = 0;

	for (struct proc *p = is->first; p && place <= line->count;
	     p = p->wait.next) {
		EXPECT(place < line->count ? line->procs[place] : -1,
		       proc_index(p));
		place++;
	}
	EXPECT(place, line->count);
}

/* No process stands in line that could go on. */
static void compare_lines(int queue)
{
	const struct picture *q = &model.queues[queue];

	compare_line(&msgs[queue].senders, &q->senders);
	compare_line(&msgs[queue].receivers, &q->receivers);
	for (int i = 0; i < q->senders.count; i++) {
		const struct sleeper *p = &model.procs[q->senders.procs[i]];

		EXPECT(!p->killed && m_fits(q, p->message.size), false);
	}
	for (int i = 0; i < q->receivers.count; i++) {
		const struct sleeper *p = &model.procs[q->receivers.procs[i]];

		EXPECT(p->killed ? -1 : m_choose(q, p->type, p->flags), -1);
	}
}

static void compare_messages(int queue)
{
	const struct picture *q = &model.queues[queue];
	int chain = msgs[queue].first, bytes = 0;

	for (int i = 0; i < q->count && EXPECT(chain >= 0, true); i++) {
		EXPECT(chains[chain].used,
		       (int)sizeof(struct msg) + q->messages[i].size);
		EXPECT(message_at(chain)->type, q->messages[i].type);
		EXPECT(message_at(chain)->size, q->messages[i].size);
		bytes += q->messages[i].size;
		chain = message_at(chain)->next;
	}
	EXPECT(chain, -1);
	EXPECT(msgs[queue].ds.msg_qnum, q->count);
	EXPECT(msgs[queue].ds.msg_cbytes, bytes);
	EXPECT(msgs[queue].ds.msg_qbytes, q->room);
}

static void compare_queue(int queue)
{
	const struct msqid_ds *ds = &msgs[queue].ds;
	int old = wrote.born[queue] ? 0 : OLD;

	if (!compare_object(&msg_ids, queue, &ds->msg_perm))
		return;
	EXPECT(ds->msg_perm.mode, model.objects[queue].mode);
	EXPECT(ds->msg_ctime, wrote.ctime[queue] ? NOW : OLD);
	EXPECT(ds->msg_stime, wrote.sender[queue] ? NOW : old);
	EXPECT(ds->msg_rtime, wrote.receiver[queue] ? NOW : old);
	EXPECT(ds->msg_lspid, wrote.sender[queue] ? wrote.sender[queue] : old);
	EXPECT(ds->msg_lrpid,
	       wrote.receiver[queue] ? wrote.receiver[queue] : old);
	compare_messages(queue);
	compare_lines(queue);
}

static void compare_proc(int proc)
{
	const struct sleeper *p = &model.procs[proc];

	if (!p->what) {
		EXPECT(procs[proc].state, PROC_RUNNING);
		EXPECT(procs[proc].wait.chain, -1);
		return;
	}
	EXPECT(procs[proc].wait.result, p->result);
	EXPECT(procs[proc].state,
	       p->result == UNSERVED && !p->killed ? PROC_IN_LINE : PROC_READY);
}

static void compare(void)
{
	for (int i = 0; i < QUEUES; i++)
		compare_queue(i);
	for (int i = 0; i < PROCS; i++)
		compare_proc(i);
	if (tap_bad)
		return; /* a line that is broken need not end */
	EXPECT(msg_check(), 0);
	EXPECT(wait_check(), 0);
}

/* ---- states ------------------------------------------------------------- */

struct letter_in_pool {
	uint32_t used;
	struct msg head;
	uint8_t text[4];
};

struct state {
	struct model model;
	struct msg_queue queues[QUEUES];
	struct {
		struct proc *next, *before;
		int state, killed, result, chain, count, which, mode;
	} procs[PROCS];
	struct letter_in_pool chains[CHAINS];
	struct few_ids ids;
	int cells;
} __attribute__((aligned(STATE_ALIGNED)));

/*
 * The order that does not depend on which process is which: first those in
 * line, by their places; then by what the model has of them.
 */
bool comes_before(int a, int b)
{
	int place_a = 2 * PROCS * QUEUES, place_b = place_a;

	for (int i = 0; i < 2 * QUEUES; i++) {
		const struct picture *q = &model.queues[i / 2];
		const struct m_line *line = i % 2 ? &q->senders : &q->receivers;

		for (int k = 0; k < line->count; k++) {
			if (line->procs[k] == a)
				place_a = i * PROCS + k;
			if (line->procs[k] == b)
				place_b = i * PROCS + k;
		}
	}
	if (place_a != place_b)
		return place_a < place_b;
	return memcmp(&model.procs[a], &model.procs[b],
	              sizeof(model.procs[a])) < 0;
}

/* In each state chains stand in the order of their holders. */
static int chains_placed;

static int save_chain(struct state *s, int chain)
{
	struct letter_in_pool *to;

	if (chain < 0)
		return -1;
	to = &s->chains[chains_placed++];
	to->used = chains[chain].used;
	to->head = *message_at(chain);
	memcpy(to->text, text_at(chain), to->head.size);
	return chains_placed - 1;
}

/* Sets times and pids to OLD: the model has checked what was written. */
static void save_queue(struct state *s, int i)
{
	struct msg_queue *q = &s->queues[i];
	int first = chains_placed;

	q->slot = msgs[i].slot;
	if (!model.objects[i].alive)
		return;
	*q = msgs[i];
	q->ds.msg_stime = q->ds.msg_rtime = q->ds.msg_ctime = OLD;
	q->ds.msg_lspid = q->ds.msg_lrpid = OLD;
	q->senders = place_line(q->senders);
	q->receivers = place_line(q->receivers);
	for (int chain = msgs[i].first; chain >= 0 && !tap_bad;) {
		int next = message_at(chain)->next;

		save_chain(s, chain);
		s->chains[chains_placed - 1].head.next =
		    next < 0 ? -1 : chains_placed;
		chain = next;
	}
	q->first = chains_placed > first ? first : -1;
	q->last = chains_placed > first ? chains_placed - 1 : -1;
}

static void save_proc(struct state *s, int i)
{
	const struct proc *p = &procs[order[i]];
	const struct sleeper *sleeper = &model.procs[order[i]];

	s->procs[i].state = p->state;
	s->procs[i].killed = p->signal.killed;
	s->procs[i].chain = save_chain(s, p->wait.chain);
	if (p->wait.chain >= 0)
		s->chains[s->procs[i].chain].head.next = -1;
	if (!sleeper->what)
		return;
	s->procs[i].result = p->wait.result;
	if (p->wait.result != UNSERVED)
		return;
	s->procs[i].next = place(p->wait.next);
	s->procs[i].before = place(p->wait.before);
	if (sleeper->what == RECEIVES) {
		s->procs[i].count = p->wait.room;
		s->procs[i].which = p->wait.type;
		s->procs[i].mode = p->wait.flags;
	}
}

static void save_model(struct model *m)
{
	*m = model;
	for (int i = 0; i < PROCS; i++)
		m->procs[i] = model.procs[order[i]];
	for (int i = 0; i < 2 * QUEUES; i++) {
		struct picture *q = &m->queues[i / 2];
		struct m_line *line = i % 2 ? &q->senders : &q->receivers;

		for (int k = 0; k < line->count; k++)
			line->procs[k] = place_of[line->procs[k]];
	}
}

static void save(void *state)
{
	struct state *s = state;

	memset(s, 0, sizeof(*s));
	find_order();
	save_model(&s->model);
	chains_placed = 0;
	for (int i = 0; i < QUEUES && !tap_bad; i++)
		save_queue(s, i);
	for (int i = 0; i < PROCS && !tap_bad; i++)
		save_proc(s, i);
	s->cells = pool_cells;
	few_ids_save(&s->ids, &msg_ids);
}

static void restore(const void *state)
{
	const struct state *s = state;

	model = s->model;
	memcpy(msgs, s->queues, sizeof(s->queues));
	for (int i = 0; i < CHAINS; i++) {
		chains[i].used = s->chains[i].used;
		memcpy(chains[i].words, &s->chains[i].head,
		       sizeof(struct msg) + sizeof(s->chains[i].text));
	}
	pool_cells = s->cells;
	for (int i = 0; i < PROCS; i++) {
		procs[i].state = s->procs[i].state;
		procs[i].signal.killed = s->procs[i].killed;
		procs[i].wait.next = s->procs[i].next;
		procs[i].wait.before = s->procs[i].before;
		procs[i].wait.result = s->procs[i].result;
		procs[i].wait.chain = s->procs[i].chain;
		procs[i].wait.room = s->procs[i].count;
		procs[i].wait.type = s->procs[i].which;
		procs[i].wait.flags = s->procs[i].mode;
	}
	few_ids_restore(&msg_ids, &s->ids);
}

/* ---- the scenes --------------------------------------------------------- */

#define ID(life, queue) (32768 * (life) + (queue))

/* The one life of the queue, and what can happen to a sleeper. */
static void add_fates(int id)
{
	add(GET, 0, KEY, 0, IPC_CREAT | IPC_EXCL | 0600, 0);
	add(REMOVE, id, 0, 0, 0, 0);
	add(KILL, 0, 0, 0, 0, 0);
	add(RUN, 0, 0, 0, 0, 0);
}

/* All ways to choose a message, from all that can lie in a queue. */
static void scene_choice(int id)
{
	for (int type = 1; type <= 3; type++)
		add_send(id, type, type == 2 ? 0 : 1, 0);
	add_send(id, 3, 0, 0);
	for (int type = -3; type <= 3; type++)
		add_receive(id, type, 2, IPC_NOWAIT);
	add_receive(id, INT32_MIN, 2, IPC_NOWAIT);
	for (int type = 0; type <= 2; type++)
		add_receive(id, type, 2, MSG_EXCEPT | IPC_NOWAIT);
	for (int type = -1; type <= 2; type++)
		add_receive(id, type, 2, MSG_COPY | IPC_NOWAIT);
	add_receive(id, 1, 2, 0);
	add_receive(id, -2, 2, 0);
	add_receive(id, 2, 2, MSG_EXCEPT);
	add_fates(id);
}

/* Messages that are too long for the receiver, or for the queue. */
static void scene_sizes(int id)
{
	for (int size = 0; size <= 2; size++)
		add_send(id, 1, size, 0);
	add_send(id, 2, 1, IPC_NOWAIT);
	for (int size = 0; size <= 2; size++)
		add_receive(id, 1, size, 0);
	add_receive(id, 0, 0, MSG_NOERROR);
	add_receive(id, 1, 1, MSG_NOERROR | IPC_NOWAIT);
	add_receive(id, 0, 1, MSG_COPY | MSG_NOERROR | IPC_NOWAIT);
	add_receive(id, 0, 1, MSG_COPY | IPC_NOWAIT);
	add(RECEIVE, id, 0, 2, IPC_NOWAIT, BAD);
	add(RECEIVE, id, 0, 2, IPC_NOWAIT, BAD_TEXT);
	add(SET, id, 100, 0, 0600, 0);
	add(SET, id, 100, 1, 0600, 0);
	add(SET, id, 100, 2, 0600, 0);
	add_fates(id);
}

/* Other users: what they may do, and what they may no longer wait for. */
static void scene_strangers(int id)
{
	add(GET, 0, KEY, 0, 04, 0);
	add(GET, 0, KEY, 0, 02, 0);
	add(LOOK, id, 0, 0, 0, 0);
	add_send(id, 1, 2, 0);
	add_send(id, 2, 1, 0);
	add_receive(id, 1, 2, 0);
	add_receive(id, -2, 2, 0);
	for (int mode = 0600; mode <= 0606; mode += 2)
		add(SET, id, 100, mode == 0604 ? 1 : 2, mode, 0);
	add(SET, id, 102, 2, 0666, 0);
	add(SET, id, -1, 2, 0600, 0);
	add(SET, id, 101, ROOM + 1, 0600, 0);
	add_fates(id);
}

/* Two lives of one slot and one of another; every call with every old id. */
static void scene_lives(int id)
{
	const int ids[] = {ID(1, 0), ID(2, 0), ID(1, 1), ID(2, 1), -1};

	add(GET, 0, KEY, 0, IPC_CREAT | 0606, 0);
	add(GET, 0, KEY, 0, IPC_CREAT | IPC_EXCL | 0604, 0);
	add(GET, 0, KEY, 0, 0, 0);
	add(GET, 0, IPC_PRIVATE, 0, 0600, 0);
	add(RUN, 0, 0, 0, 0, 0);
	for (int i = 0; i < 5; i++) {
		id = ids[i];
		add_send(id, 1, 2, 0);
		add_receive(id, 1, 2, 0);
		add(LOOK, id, 0, 0, 0, 0);
		add(REMOVE, id, 0, 0, 0, 0);
	}
	id = ID(2, 0);
	add_send(id, 0, 1, 0);
	add_send(id, -1, 1, 0);
	add_send(id, 1, LONGEST + 1, 0);
	add_send(id, 1, -1, 0);
	add(SEND, id, 1, 1, 0, BAD);
	add(SEND, id, 1, 1, 0, BAD_TEXT);
	add_receive(id, 0, -1, 0);
	add_receive(id, 0, 1, MSG_COPY);
	add_receive(id, 0, 1, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT);
}

static const struct scene scenes[] = {
    {"all ways to choose a message", 90000, false, scene_choice, 1},
    {"sizes and room", 350000, false, scene_sizes, 1},
    {"three users of a queue", 250000, true, scene_strangers, 1},
    {"queues and their lives", 35000, true, scene_lives, 2},
};

#define SCENES ((int)(sizeof(scenes) / sizeof(scenes[0])))
#define STATES 1000000

/* Each slot is used for the last time, or is retired already. */
static void begin_queues(int lives)
{
	few_ids_begin(&msg_ids, (struct ids)IDS(msgs), model.objects);
	memset(msgs, 0, sizeof(msgs[0]) * QUEUES);
	msg_ids.rows.fresh = QUEUES;
	msg_ids.rows.live = 0;
	for (int i = 0; i < QUEUES; i++) {
		int seq = lives == 2 && i == 0 ? 1 : IDS_SEQ_MAX;

		model.objects[i].next_seq = seq;
		msgs[i].slot.id = ~m_id(i);
	}
	if (lives == 2)
		return;
	msg_ids.taken[0] |= 2; /* retired */
	model.objects[1].next_seq = 0;
	msgs[1].slot.id = ~1;
}

static void begin(const struct scene *scene)
{
	memset(&model, 0, sizeof(model));
	memset(chains, 0, sizeof(chains));
	pool_cells = 0;
	begin_procs(PROCS, scene->strangers);
	begin_queues(scene->lives);
	msg_limits =
	    (struct msginfo){.msgmax = LONGEST, .msgmnb = ROOM, .msgmni = 9};
	first_caller = 0;
	last_caller = PROCS - 1;
}

int main(int argc, char **argv)
{
	const struct explorer explorer = {.most = STATES,
	                                  .possible = possible,
	                                  .make = make,
	                                  .print = print,
	                                  .bytes = sizeof(struct state),
	                                  .save = save,
	                                  .restore = restore};

	explore_words(argc, argv);
	return explore_scenes("message queues", scenes, SCENES, explorer,
	                      begin);
}
