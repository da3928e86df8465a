// with: user/servers/files/tree/entry.c user/servers/files/tree/node.c
// with: user/servers/files/bytes/arena.c user/servers/files/bytes/quota.c
// with: user/lib/server.c -includetests/host/fake_native.h -fno-pie -no-pie
// alone
/*
 * tests/host/test_names.c -- the tree of names, against a table of them.
 *
 * Names are made, moved, exchanged and removed at random in a few directories,
 * while readers go through these.  The model is a table: which node has which
 * name in which directory.  After each step every name leads where the table
 * says, and every node has as many links as the table has names of it.  A
 * reader has seen each name that was there all the time once, and none that was
 * never there.
 */
#include "../../user/servers/files/tree/path.h"
#include "tap.h"

#define PLACES   8 /* directories; the first is the root */
#define NAMES    40
#define READERS  4
#define NODES    4096
#define SEGMENTS 512
#define RESERVE  (8u << 20) /* bytes of address space of a segment */
#define CLIENT   7

#define LOW_ADDRESS 0x40 /* MAP_32BIT: a server's address is an int */
#define NEW_MEMORY  0x22 /* MAP_PRIVATE | MAP_ANONYMOUS */

extern void *mmap(void *, size_t, int, int, int, long);

/* ---- the kernel and the rest of the server ------------------------------ */

static struct {
	uint8_t *start;
	uint32_t bytes; /* 0: it is free */
} segments_of[SEGMENTS];

static int pages_left = 1 << 20;
int proc_root = NO_NODE;

int k_segment_resize(int handle, uint32_t bytes, uint32_t whom)
{
	int more = (int)((bytes - segments_of[handle].bytes) / PAGE_SIZE);

	(void)whom;
	if (more > pages_left || bytes > RESERVE)
		return -ENOMEM;
	pages_left -= more;
	segments_of[handle].bytes = bytes;
	return 0;
}

int k_segment_make(uint32_t kind, uint32_t a, uint32_t b, uint32_t whom)
{
	int i = 1;

	(void)kind, (void)b;
	while (i < SEGMENTS && segments_of[i].bytes > 0)
		i++;
	if (i == SEGMENTS)
		return -ENOMEM;
	if (segments_of[i].start == 0)
		segments_of[i].start = mmap(0, RESERVE, PROT_READ | PROT_WRITE,
		                            NEW_MEMORY | LOW_ADDRESS, -1, 0);
	memset(segments_of[i].start, 0, a);
	return k_segment_resize(i, a, whom) == 0 ? i : -ENOMEM;
}

int k_segment_drop(int handle)
{
	return k_segment_resize(handle, 0, 0);
}

int k_map_self(int handle, uint32_t offset, uint32_t bytes, uint32_t rights)
{
	(void)offset, (void)rights;
	REQUIRE(bytes <= segments_of[handle].bytes);
	return (int)(uintptr_t)segments_of[handle].start;
}

void unix_unmap(void *start, uint32_t bytes)
{
	(void)start, (void)bytes;
}

/* clang-format off */
int k_client(int token, struct client *client)
{
	(void)token;
	client->euid = 1;
	return 0;
}
int k_receive(struct message *m) { (void)m; return -EINVAL; }
int k_reply(int t, int s, const struct reply *r) { (void)t, (void)s, (void)r; return 0; }
int k_reply_receive(int t, int s, struct message *m) { (void)t, (void)s, (void)m; return 0; }
int k_log(const char *text, uint32_t bytes) { (void)text, (void)bytes; return 0; }
int k_lease_size(int token, int argument) { (void)token, (void)argument; return 0; }
int k_lease_write(int t, int a, uint32_t o, const void *f, uint32_t n) { (void)t, (void)a, (void)o, (void)f; return (int)n; }
int k_lease_read(int t, int a, uint32_t o, void *to, uint32_t n) { (void)t, (void)a, (void)o, (void)to; return (int)n; }
void text_add(struct text *text, const char *format, ...) { (void)text, (void)format; }
void text_add_list(struct text *text, const char *format, va_list list) { (void)text, (void)format, (void)list; }
struct moment moment_now(void) { return (struct moment){1, 0}; }
struct node proc_node(int node) { (void)node; return (struct node){0}; }
int proc_find(int parent, const char *name, uint32_t bytes) { (void)parent, (void)name, (void)bytes; return NO_NODE; }
uint32_t proc_name(int node, char name[16]) { (void)node, (void)name; return 0; }
void bytes_drop(struct bytes *b) { (void)b; }
void bytes_own(struct bytes *b, int account) { (void)b, (void)account; }
void room_dismiss(int *queue, int status) { (void)queue, (void)status; }
void pipe_end(int pipe) { (void)pipe; }
void queue_end(int queue) { (void)queue; }
/* clang-format on */

/* ---- the model ---------------------------------------------------------- */

static int table[PLACES][NAMES]; /* the node of each name, or NO_NODE */
static int place_of[PLACES];     /* its node, or NO_NODE */
static int is_held[NODES];       /* by us, besides its names */

static struct {
	int place;
	uint32_t cookie;
	int hint;
	bool always[NAMES], ever[NAMES];
	int seen[NAMES];
} readers[READERS];

static uint32_t random_below(uint32_t limit)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % limit;
}

/* Names of all lengths, so that they lie in cells of every size. */
static uint32_t spell(int name, char text[NAME_MAX])
{
	uint32_t bytes = name % 7 == 0 ? NAME_MAX : 1 + (uint32_t)name * 3;

	memset(text, 'a' + name % 26, bytes);
	text[0] = (char)('A' + name);
	return bytes;
}

static int look_up(int place, int name)
{
	char text[NAME_MAX];
	uint32_t bytes = spell(name, text);

	return entry_find(place_of[place], text, bytes);
}

static bool give_name(int place, int name, int node)
{
	char text[NAME_MAX];
	uint32_t bytes = spell(name, text);

	return entry_add(place_of[place], text, bytes, node, CLIENT) >= 0;
}

static void note(int place, int name, int node)
{
	table[place][name] = node;
	for (int r = 0; r < READERS; r++)
		if (readers[r].place == place) {
			readers[r].always[name] &= node != NO_NODE;
			readers[r].ever[name] |= node != NO_NODE;
		}
}

static int place_with(int node)
{
	for (int p = 0; p < PLACES; p++)
		if (place_of[p] == node)
			return p;
	return -1;
}

static bool is_empty(int place)
{
	for (int n = 0; n < NAMES; n++)
		if (table[place][n] != NO_NODE)
			return false;
	return true;
}

static bool is_inside(int place, int above)
{
	int node = place_of[place];

	while (node != ROOT && node != place_of[above])
		node = node_at(node).parent;
	return node == place_of[above];
}

/* ---- what happens ------------------------------------------------------- */

static void make(int place, int name)
{
	int free_place = place_with(NO_NODE);
	bool directory = random_below(4) == 0 && free_place >= 0;
	int node = node_make(directory ? S_IFDIR : S_IFREG, CLIENT);

	if (node < 0)
		return;
	if (give_name(place, name, node)) {
		note(place, name, node);
		if (directory)
			place_of[free_place] = node;
		is_held[node] = 0;
	}
	node_release(node);
}

static void link_to(int place, int name, int node)
{
	if (place_with(node) < 0 && give_name(place, name, node))
		note(place, name, node);
}

static void remove_name(int place, int name)
{
	int node = table[place][name], gone = place_with(node);

	if (gone >= 0 && (!is_empty(gone) || is_held[node]))
		return;
	for (int r = 0; r < READERS && gone >= 0; r++)
		if (readers[r].place == gone)
			readers[r].place = -1;
	entry_remove(look_up(place, name));
	note(place, name, NO_NODE);
	if (gone >= 0)
		place_of[gone] = NO_NODE;
}

/* Two names exchange their nodes, but no directory comes into itself. */
static void exchange(int from, int name, int to, int new_name)
{
	int one = table[from][name], other = table[to][new_name];
	int up = place_with(one), down = place_with(other);

	if (one == other || (up >= 0 && is_inside(to, up)) ||
	    (down >= 0 && is_inside(from, down)))
		return;
	entry_exchange(look_up(from, name), look_up(to, new_name));
	note(from, name, other);
	note(to, new_name, one);
}

static void move(int from, int name, int to, int new_name)
{
	int node = table[from][name], old = look_up(from, name);
	int moved = place_with(node);

	if (table[to][new_name] != NO_NODE) {
		exchange(from, name, to, new_name);
		return;
	}
	if (moved >= 0 && is_inside(to, moved))
		return;
	if (!give_name(to, new_name, node))
		return;
	entry_remove(old);
	note(from, name, NO_NODE);
	note(to, new_name, node);
}

/* A file that is held lives without names. */
static void hold_or_release(int node)
{
	if (node < 0 || node >= NODES || place_with(node) >= 0)
		return;
	if (is_held[node]) {
		is_held[node]--;
		node_release(node);
	} else {
		is_held[node]++;
		node_hold(node);
	}
}

static void start_reader(int r)
{
	int place = (int)random_below(PLACES);

	if (place_of[place] == NO_NODE)
		return;
	memset(&readers[r], 0, sizeof(readers[r]));
	readers[r].place = place;
	for (int n = 0; n < NAMES; n++)
		readers[r].always[n] = readers[r].ever[n] =
		    table[place][n] != NO_NODE;
}

static void end_reader(int r)
{
	for (int n = 0; n < NAMES; n++) {
		REQUIRE(!readers[r].always[n] || readers[r].seen[n] == 1);
		REQUIRE(readers[r].ever[n] || readers[r].seen[n] == 0);
	}
	readers[r].place = -1;
}

static void read_on_with(int r)
{
	int directory = place_of[readers[r].place];
	int at = entry_from(directory, readers[r].cookie, &readers[r].hint);

	if (at == NO_ENTRY) {
		end_reader(r);
		return;
	}
	readers[r].seen[entry_name(at)[0] - 'A']++;
	readers[r].cookie = entry_at(at)->cookie + 1;
	readers[r].hint =
	    random_below(4) > 0 ? entry_at(at)->after : (int)random_below(50);
}

static void step(void)
{
	int place = (int)random_below(PLACES), to = (int)random_below(PLACES);
	int name = (int)random_below(NAMES), other = (int)random_below(NAMES);
	int r = (int)random_below(READERS), node;

	if (place_of[place] == NO_NODE || place_of[to] == NO_NODE)
		return;
	node = table[place][name];
	if (readers[r].place < 0)
		start_reader(r);
	else
		read_on_with(r);
	if (node == NO_NODE && table[to][other] != NO_NODE &&
	    random_below(2) == 0)
		link_to(place, name, table[to][other]);
	else if (node == NO_NODE)
		make(place, name);
	else if (random_below(3) == 0)
		move(place, name, to, other);
	else if (random_below(2) == 0)
		remove_name(place, name);
	else
		hold_or_release(node);
}

/* ---- what must hold ----------------------------------------------------- */

static uint32_t names_of(int node, bool directories)
{
	uint32_t count = 0;

	for (int p = 0; p < PLACES; p++)
		for (int n = 0; n < NAMES; n++)
			count += directories
			             ? place_of[p] == node &&
			                   place_with(table[p][n]) > 0 &&
			                   table[p][n] != NO_NODE
			             : table[p][n] == node;
	return count;
}

static void check_name(int place, int name)
{
	int entry = look_up(place, name), node = table[place][name];
	int inside = place_with(node);

	EXPECT(entry == NO_ENTRY, node == NO_NODE);
	if (entry == NO_ENTRY || node == NO_NODE)
		return;
	EXPECT(entry_at(entry)->node, node);
	EXPECT(entry_at(entry)->directory, place_of[place]);
	EXPECT(entry_at(entry_of(node))->node, node);
	EXPECT(node_at(node).opens, is_held[node]);
	if (inside < 0) {
		EXPECT(node_at(node).links, names_of(node, false));
		return;
	}
	EXPECT(node_at(node).parent, place_of[place]);
	EXPECT(node_at(node).links, 2 + names_of(node, true));
}

static void check(void)
{
	for (int p = 0; p < PLACES; p++)
		for (int n = 0; n < NAMES && place_of[p] != NO_NODE; n++)
			check_name(p, n);
}

static void start(void)
{
	for (int p = 0; p < PLACES; p++) {
		place_of[p] = p == 0 ? ROOT : NO_NODE;
		for (int n = 0; n < NAMES; n++)
			table[p][n] = NO_NODE;
	}
	for (int r = 0; r < READERS; r++)
		readers[r].place = -1;
}

/* Removes all names, and lets go of all nodes. */
static void clean(void)
{
	for (int node = 0; node < NODES; node++)
		while (is_held[node] > 0) {
			is_held[node]--;
			node_release(node);
		}
	for (int times = 0; times < PLACES; times++)
		for (int p = 0; p < PLACES; p++)
			for (int n = 0; n < NAMES; n++)
				if (place_of[p] != NO_NODE &&
				    table[p][n] != NO_NODE)
					remove_name(p, n);
	EXPECT(node_at(ROOT).count, 0);
	EXPECT(node_at(ROOT).links, 2);
	for (int node = 1; node < NODES; node++)
		REQUIRE(node_edit(node) == 0);
}

/* ---- the sentences ------------------------------------------------------ */

static void at_random(int steps, const char *sentence)
{
	for (int i = 0; i < steps; i++) {
		step();
		if (i % 16 == 0)
			check();
	}
	check();
	clean();
	tap("%s", sentence);
}

#define LONG 50000

/* In a long directory a place is found by some searches, each of them short. */
static void a_long_directory(void)
{
	uint32_t from = node_at(ROOT).cookie;
	int first = NO_ENTRY, searches = 0, hint = 0, at, node;
	char text[16];

	node = node_make(S_IFREG, CLIENT);
	for (int i = 0; i < LONG; i++) {
		snprintf(text, sizeof(text), "%d", i);
		at = entry_add(ROOT, text, strlen(text), node, CLIENT);
		REQUIRE(at >= 0);
		first = i == 0 ? at : first;
	}
	while ((at = entry_from(ROOT, from + LONG / 2, &hint)) == FURTHER)
		searches++;
	EXPECT(entry_at(at)->cookie, from + LONG / 2);
	EXPECT(searches, 1);
	hint = first;
	for (searches = 0; entry_from(ROOT, from + LONG - 1, &hint) == FURTHER;)
		searches++;
	EXPECT(searches, 2);
	for (int i = 0; i < LONG; i++) {
		snprintf(text, sizeof(text), "%d", i);
		at = entry_find(ROOT, text, strlen(text));
		REQUIRE(at >= 0 && entry_at(at)->cookie == from + (uint32_t)i);
		entry_remove(at);
	}
	node_release(node);
	tap("a place in a long directory is found in short turns");
}

/* A removed directory holds its parent, and that one its own. */
static void a_dead_chain(void)
{
	int at = ROOT, inner = NO_NODE;

	for (int i = 0; i < 100; i++) {
		inner = node_make(S_IFDIR, CLIENT);
		REQUIRE(entry_add(at, "d", 1, inner, CLIENT) >= 0);
		if (i < 99)
			node_release(inner);
		at = inner;
	}
	while (at != ROOT) {
		int parent = node_at(at).parent;

		entry_remove(entry_find(parent, "d", 1));
		EXPECT(node_at(at).links, 0);
		EXPECT(node_at(at).parent, parent);
		at = parent;
	}
	node_release(inner);
	for (int node = 1; node < NODES; node++)
		REQUIRE(node_edit(node) == 0);
	tap("removed directories live while the innermost is held, and no "
	    "longer");
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	quota_start(1 << 20, 0);
	REQUIRE(arena_start(1 << 12) && node_start());
	start();
	at_random(60000, "each name leads to its node, and no reader errs");
	a_long_directory();
	a_dead_chain();
	pages_left = 2;
	at_random(20000, "where the memory is full, nothing is torn");
	return tap_end();
}
