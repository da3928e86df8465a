// with: ipc/sysv/ids.c ipc/sysv/ids_check.c ipc/sysv/permission.c
// with: ipc/sysv/object.c ipc/sysv/shm.c ipc/sysv/shm_check.c
// with: -DIDS_SEQ_MAX=2
// with: tests/host/explore.c tests/host/few_ids.c
// alone
// fast: 3000
/*
 * tests/host/explore_shm.c -- every state that ipc/sysv/shm.c can reach, at a
 * small scope: 2 slots of 2 lives, 2 users with a process each, 3 places to
 * attach.
 *
 * From each state every call is made, with every promise kept and with the next
 * one broken.  The answer and the state must be the model's.  The model (struct
 * model) knows nothing of ids, chains or stored counts.  It has a list of
 * objects and a picture of what each user shows at each place, and reads System
 * V from them.  mm is fake_mm.c, and a space is three places.
 *
 * Times and pids would make the states endless.  So every state is stored with
 * all of them set to OLD, a call is made at NOW, and the model says what the
 * call may have written.
 */
#include "../../abi/errno.h"
#include "../../ipc/sysv/shm.h"
#include "explore.h"
#include "fake_kernel.h"
#include "fake_mm.h"
#include "few_ids.h"
#include "tap.h"

#define OBJECTS      FEW
#define USERS        2
#define PLACES       3
#define ATTACHES     (USERS * PLACES)
#define MAX_ATTACHED 3
#define OLD          1
#define NOW          7
#define STATES       400000

struct shm shms[IDS_LIMIT];
struct region regions[ATTACHES]; /* attaches, in this mm */
static int first_attach[USERS];

struct picture {
	int removed, locked;
	uint32_t size;
};

struct model {
	struct m_object objects[OBJECTS];
	struct picture segments[OBJECTS];
	int shows[USERS][PLACES]; /* object, or -1 */
};

static struct model model;
static struct shmid_ds given, user; /* what copy_in gives, copy_out got */

/* ---- attaches: three places of each user -------------------------------- */

#define PLACE(i) (ATTACH_FIRST + SLOT_SIZE * (uint32_t)(i))

static int find(int space, vaddr_t base)
{
	int i = first_attach[space];

	while (i >= 0 && regions[i].base != base)
		i = regions[i].next;
	return i;
}

static void insert(int space, vaddr_t base, int tag)
{
	int i = space * PLACES + (base - ATTACH_FIRST) / SLOT_SIZE;
	int *place = &first_attach[space];

	/* They are in order of address, so that one picture is one state. */
	while (*place >= 0 && *place < i)
		place = &regions[*place].next;
	regions[i] = (struct region){.base = base, .tag = tag, .next = *place};
	*place = i;
	spaces[space].attaches++;
	segments[shms[tag].segment].holders++;
}

static void end(int space, int attach)
{
	int *place = &first_attach[space], tag;

	while (*place != attach)
		place = &regions[*place].next;
	*place = regions[attach].next;
	spaces[space].attaches--;
	tag = regions[attach].tag;
	regions[attach] = (struct region){0};
	segment_drop(shms[tag].segment);
	attach_ended(space, tag);
}

static int attached(void)
{
	return spaces[0].attaches + spaces[1].attaches;
}

int space_attach(int space, int segment, vaddr_t *base, int rights, bool remap,
                 int tag)
{
	int old;

	(void)segment, (void)rights;
	for (int i = 0; *base == 0 && i < PLACES; i++)
		if (find(space, PLACE(i)) < 0)
			*base = PLACE(i);
	old = find(space, *base);
	if (old >= 0 && !remap)
		return -EINVAL;
	if (!promised() || *base == 0 ||
	    attached() - (old >= 0) >= MAX_ATTACHED)
		return -ENOMEM;
	if (old >= 0)
		end(space, old);
	insert(space, *base, tag);
	return 0;
}

int space_detach(int space, vaddr_t base)
{
	int i = find(space, base);

	if (i < 0)
		return -EINVAL;
	end(space, i);
	return 0;
}

int attach_first(int space)
{
	return first_attach[space];
}

int attach_next(int attach)
{
	return regions[attach].next;
}

void *user_memory(vaddr_t va, uint32_t bytes, bool out)
{
	(void)bytes;
	return va == 0 ? 0 : out ? &user : &given;
}

/* ---- the model ---------------------------------------------------------- */

static int m_nattch(int object)
{
	int count = 0;

	for (int i = 0; i < USERS * PLACES; i++)
		count += model.shows[i / PLACES][i % PLACES] == object;
	return count;
}

static int m_total(void)
{
	int count = 0;

	for (int i = 0; i < OBJECTS; i++)
		count += m_nattch(i);
	return count;
}

static void m_bury_unused(int object)
{
	if (!model.objects[object].alive || !model.segments[object].removed ||
	    m_nattch(object) > 0)
		return;
	model.segments[object] = (struct picture){0};
	m_bury(object);
}

static int m_get(int key, uint32_t size, int flags)
{
	int object = m_lookup(key, flags);

	if (object < 0)
		return object;
	if (object != M_NEW)
		return size > model.segments[object].size
		           ? -EINVAL
		           : m_open(object, flags);
	if (size == 0)
		return -EINVAL;
	if (refused)
		return -ENOMEM;
	object = m_new(key, flags);
	if (object < 0)
		return object;
	model.segments[object].size = size;
	return m_id(object);
}

static int m_at(int id, vaddr_t address, int flags)
{
	int object = m_find(id), place = -1, old = -1;
	int *row = model.shows[self_index()];

	if (address % 4096 != 0 && !(flags & SHM_RND))
		return -EINVAL;
	if (object < 0)
		return -EINVAL;
	if (!m_may(object, self_index(), flags & SHM_RDONLY ? 4 : 6))
		return -EACCES;
	if (address)
		place = (address - ATTACH_FIRST) / SLOT_SIZE;
	for (int i = PLACES - 1; address == 0 && i >= 0; i--)
		place = row[i] < 0 ? i : place;
	if (place >= 0)
		old = row[place];
	if (old >= 0 && !(flags & SHM_REMAP))
		return -EINVAL;
	if (refused || place < 0 || m_total() - (old >= 0) >= MAX_ATTACHED)
		return -ENOMEM;
	row[place] = object;
	if (old >= 0)
		m_bury_unused(old);
	return PLACE(place);
}

static int m_dt(vaddr_t address)
{
	int place = (address - ATTACH_FIRST) / SLOT_SIZE;
	int object = model.shows[self_index()][place];

	if (object < 0)
		return -EINVAL;
	model.shows[self_index()][place] = -1;
	m_bury_unused(object);
	return 0;
}

static int m_ctl(int id, int command)
{
	int object = m_find(id);

	if (object < 0)
		return -EINVAL;
	if (command == IPC_STAT)
		return m_may(object, self_index(), 4) ? 0 : -EACCES;
	if (!m_owns(object, self_index()))
		return -EPERM;
	if (command == IPC_RMID) {
		model.segments[object].removed = 1;
		model.objects[object].key = 0;
		m_bury_unused(object);
	}
	if (command == IPC_SET) {
		model.objects[object].owner = given.shm_perm.uid;
		model.objects[object].mode = given.shm_perm.mode & 0777;
	}
	if (command == SHM_LOCK || command == SHM_UNLOCK)
		model.segments[object].locked = command == SHM_LOCK;
	return 0;
}

/* ---- the calls ---------------------------------------------------------- */

enum kind { GET, AT, DT, CTL, FORK, EXIT };

struct call {
	enum kind kind;
	int user, fail, a, c;
	uint32_t b;
};

static struct call calls[512];
static int calls_made;

static void add(enum kind kind, int a, uint32_t b, int c)
{
	bool promises = kind == GET || kind == AT;

	for (int i = 0; i < USERS * (promises ? 2 : 1); i++)
		calls[calls_made++] =
		    (struct call){kind, i % USERS, i / USERS, a, c, b};
}

static void make_calls(void)
{
	const int flags[] = {0, 06, IPC_CREAT | 0604,
	                     IPC_CREAT | IPC_EXCL | 0604};

	for (int i = 0; i < 4; i++)
		add(GET, KEY, i == 0 ? 5001 : 5000, flags[i]);
	add(GET, KEY, 5000, 0);
	add(GET, KEY, 0, IPC_CREAT);
	add(GET, 0, 5000, 0604);
	for (int i = 0; i < OBJECTS * IDS_SEQ_MAX; i++) {
		int id = (i / OBJECTS + 1) * 32768 + i % OBJECTS;

		add(AT, id, 0, 0);
		add(AT, id, PLACE(1), SHM_RDONLY);
		add(AT, id, PLACE(1), SHM_REMAP);
		add(AT, id, PLACE(2) + 5, SHM_RND | SHM_RDONLY | SHM_REMAP);
		add(AT, id, PLACE(0) + 5, 0);
		add(CTL, id, 0, IPC_STAT);
		add(CTL, id, 101, IPC_SET);
		add(CTL, id, 0, IPC_RMID);
	}
	for (int i = 0; i < PLACES; i++)
		add(DT, 0, PLACE(i), 0);
	add(FORK, 0, 0, 0);
	add(EXIT, 0, 0, 0);
}

/* A fork, whose child is the other process if that has nothing attached. */
static int fork_other(void)
{
	int child = !self_index();

	if (spaces[child].attaches > 0 ||
	    spaces[self_index()].attaches * 2 > MAX_ATTACHED)
		return -EAGAIN;
	for (int i = 0; i < PLACES; i++) {
		int each = find(self_index(), PLACE(i));

		if (each >= 0)
			insert(child, PLACE(i), regions[each].tag);
		model.shows[child][i] = model.shows[self_index()][i];
	}
	shm_fork(child);
	return 0;
}

static int leave(void)
{
	while (first_attach[self_index()] >= 0)
		end(self_index(), first_attach[self_index()]);
	for (int i = 0; i < PLACES; i++) {
		int object = model.shows[self_index()][i];

		model.shows[self_index()][i] = -1;
		if (object >= 0)
			m_bury_unused(object);
	}
	return 0;
}

static int do_call(const struct call *c, int *wanted)
{
	vaddr_t where = 0;
	int is;

	running = &procs[c->user];
	refuse = c->fail;
	refused = false;
	given.shm_perm.uid = c->b;
	given.shm_perm.mode = 0177600 & 0xFFFF;
	switch (c->kind) {
	case GET:
		is = sys_shmget(c->a, c->b, c->c);
		*wanted = m_get(c->a, c->b, c->c);
		return is;
	case AT:
		is = sys_shmat(c->a, c->b, c->c, &where);
		*wanted = m_at(c->a, c->b, c->c);
		return is < 0 ? is : (int)where;
	case DT:
		is = sys_shmdt(c->b);
		*wanted = m_dt(c->b);
		return is;
	case CTL:
		is = sys_shmctl(c->a, c->c, 1);
		*wanted = m_ctl(c->a, c->c);
		return is;
	case FORK:
		is = fork_other();
		*wanted = is;
		return is;
	case EXIT:
		*wanted = 0;
		return leave();
	}
	return 0;
}

/* ---- what must hold after each ------------------------------------------ */

static void compare_segment(int i)
{
	const struct m_object *o = &model.objects[i];
	const struct picture *s = &model.segments[i];
	const struct shmid_ds *ds = &shms[i].ds;

	if (!compare_object(&shm_ids, i, &ds->shm_perm))
		return;
	EXPECT(ds->shm_nattch, m_nattch(i));
	EXPECT(ds->shm_perm.mode, o->mode | (s->removed ? SHM_DEST : 0) |
	                              (s->locked ? SHM_LOCKED : 0));
	EXPECT(ds->shm_segsz, s->size);
	EXPECT(segments[shms[i].segment].holders, 1 + m_nattch(i));
	if (o->key)
		EXPECT(ids_find_key(&shm_ids, o->key), i);
}

/* Each event has written its own times, and no other. */
static void compare_times(const struct call *c, const struct model *before,
                          int answer, int i)
{
	const struct shmid_ds *ds = &shms[i].ds;
	bool born = !before->objects[i].alive, came = false, went = false;

	if (!model.objects[i].alive)
		return;
	for (int p = 0; p < USERS * PLACES && !born; p++) {
		int was = before->shows[p / PLACES][p % PLACES];
		int is = model.shows[p / PLACES][p % PLACES];

		came |= is == i && was != i;
		went |= was == i && is != i;
	}
	if (c->kind == AT &&
	    answer > 0) { /* one attach of it replaced by another */
		int p = (answer - ATTACH_FIRST) / SLOT_SIZE;

		came |= model.shows[c->user][p] == i;
		went |= came && before->shows[c->user][p] == i;
	}
	EXPECT(ds->shm_atime, born ? 0 : came ? NOW : OLD);
	EXPECT(ds->shm_dtime, born ? 0 : went ? NOW : OLD);
	EXPECT(ds->shm_lpid, born           ? 0
	                     : came || went ? procs[c->user].life.pid
	                                    : OLD);
	EXPECT(ds->shm_ctime, born || (c->kind == CTL && c->c == IPC_SET &&
	                               answer == 0 && m_find(c->a) == i)
	                          ? NOW
	                          : OLD);
}

static void compare(const struct call *c, const struct model *before,
                    int answer)
{
	uint32_t pages = 0;

	for (int i = 0; i < OBJECTS; i++) {
		compare_segment(i);
		compare_times(c, before, answer, i);
		if (model.objects[i].alive)
			pages += (model.segments[i].size + 4095) / 4096;
	}
	EXPECT(shm_pages, pages);
	if (answer < 0)
		EXPECT(memcmp(before, &model, sizeof(model)), 0);
}

/* ---- states ------------------------------------------------------------- */

struct state {
	struct model model;
	struct shm shms[OBJECTS];
	struct segment segments[OBJECTS + 1];
	struct region regions[ATTACHES];
	int first[USERS], attaches_of[USERS];
	struct few_ids ids;
	uint32_t pages;
} __attribute__((aligned(STATE_ALIGNED)));

/* All that calls can change, with every time and pid set to OLD. */
static void save(void *state)
{
	struct state *s = state;

	memset(s, 0, sizeof(*s));
	s->model = model;
	memcpy(s->shms, shms, sizeof(s->shms));
	for (int i = 0; i < OBJECTS; i++) {
		struct shmid_ds *ds = &s->shms[i].ds;

		if (!model.objects[i].alive)
			*ds = (struct shmid_ds){0};
		else
			ds->shm_atime = ds->shm_dtime = ds->shm_ctime =
			    ds->shm_lpid = ds->shm_cpid = OLD;
	}
	memcpy(s->segments, segments, sizeof(segments));
	memcpy(s->regions, regions, sizeof(regions));
	for (int i = 0; i < USERS; i++) {
		s->first[i] = first_attach[i];
		s->attaches_of[i] = spaces[i].attaches;
	}
	few_ids_save(&s->ids, &shm_ids);
	s->pages = shm_pages;
}

static void restore(const void *state)
{
	const struct state *s = state;

	model = s->model;
	memcpy(shms, s->shms, sizeof(s->shms));
	memcpy(segments, s->segments, sizeof(segments));
	memcpy(regions, s->regions, sizeof(regions));
	for (int i = 0; i < USERS; i++) {
		first_attach[i] = s->first[i];
		spaces[i].attaches = s->attaches_of[i];
	}
	few_ids_restore(&shm_ids, &s->ids);
	shm_pages = s->pages;
}

static void begin(void)
{
	fake_procs(USERS);
	clock_now = NOW;
	space_rows.fresh = USERS;
	for (int i = 0; i < USERS; i++) {
		procs[i].identity.euid = procs[i].identity.egid = 100 + i;
		procs[i].life.space = i;
		spaces[i] =
		    (struct space){.holders = 1, .pid = procs[i].life.pid};
		first_attach[i] = -1;
		for (int p = 0; p < PLACES; p++)
			model.shows[i][p] = -1;
	}
	few_ids_begin(&shm_ids, (struct ids)IDS(shms), model.objects);
}

/* ---- the moves: calls --------------------------------------------------- */

static long refusals;

static bool possible(int call)
{
	(void)call;
	return true;
}

static bool make(int call, int nth)
{
	const struct model before = model;
	int wanted = 0, is;

	(void)nth; /* each call says itself whether it is refused */
	is = do_call(&calls[call], &wanted);
	EXPECT(is, wanted);
	compare(&calls[call], &before, is);
	refusals += is < 0;
	return false;
}

static void print(int call)
{
	const struct call *c = &calls[call];

	printf("user %d%s: call %d(%d, %x, %o)", c->user,
	       c->fail ? ", refused" : "", c->kind, c->a, c->b, c->c);
}

int main(int argc, char **argv)
{
	struct explorer explorer = {.most = STATES,
	                            .possible = possible,
	                            .make = make,
	                            .print = print,
	                            .bytes = sizeof(struct state),
	                            .save = save,
	                            .restore = restore};
	struct explored found;

	explore_words(argc, argv);
	make_calls();
	begin();
	explorer.moves = calls_made;
	found = explore(&explorer);
	tap("shm: %d states, %ld calls (%ld refused) agree with the model",
	    found.states, found.made, refusals);
	EXPECT(explore_limit || found.states > 10000, true);
	EXPECT(refusals > found.made / 10, true);
	tap("shm: the exploration was no empty one");
	return tap_end();
}
