/*
 * user/servers/files/tree/entry.c -- the names in directories.
 *
 * An entry is found by its directory and its name, through one hash table for
 * the whole tree.  The table grows with the entries, a bucket at a time (this
 * is linear hashing), so no client waits until a table is made anew:
 *
 *	buckets    0 1 2 3 | 4 5 .      bucket 6 is the next to be made:
 *	                ^ split         it takes its part of bucket 2
 *
 * The entries of a directory are a list too, in the order of their making.
 * Each has a cookie, a number that rises along the list.  A reader of the
 * directory remembers the cookie that comes next, so it passes over nobody when
 * entries are removed behind or before it.
 */
#include "node.h"

/* The last cookie: what a reader keeps, with the numbers of pids behind it. */
#define COOKIE_LIMIT 0x3FFFFFF0u

#define STEPS 20000 /* along a list in one turn */

struct bucket {
	struct object object;
	int first; /* an entry, or NO_ENTRY */
};

static struct objects entries = {.bytes = sizeof(struct entry)};
static struct objects buckets = {.bytes = sizeof(struct bucket)};

/* How many buckets there are; and the power of two that is not above it. */
static uint32_t bucket_count = 1, half = 1;

static uint32_t entry_count;

/* The hash's factors: a summand, the directory's, and one for each word. */
static uint64_t factors[2 + (NAME_MAX + 3) / 4];

static struct entry *edit(int entry)
{
	return objects_at(&entries, entry);
}

const struct entry *entry_at(int entry)
{
	return edit(entry);
}

const char *entry_name(int entry)
{
	return (const char *)arena_at(edit(entry)->name);
}

bool entry_start(void)
{
	struct bucket *bucket;

	if (!objects_start(&entries) || !objects_start(&buckets))
		return false;
	unix_call(SYS_getrandom, unix_address(factors), sizeof(factors), 0);
	bucket = objects_at(&buckets, 0);
	bucket->first = NO_ENTRY;
	return true;
}

/* ---- the hash table ----------------------------------------------------- */

/*
 * The words of a name, each times a number of its own, which is drawn at boot:
 * Lemire and Kaser, "Strongly universal string hashing is fast", 2014, 3.  With
 * a function that is known in advance, a program could choose thousands of
 * names that all fall into one bucket, and then each look-up would take long.
 */
static uint32_t hash_of(int directory, const char *name, uint32_t bytes)
{
	uint64_t sum = factors[0] + factors[1] * (uint32_t)directory;
	uint32_t at = 0, word;

	bytes = min(bytes, NAME_MAX);
	for (; at + sizeof(word) <= bytes; at += sizeof(word)) {
		memcpy(&word, name + at, sizeof(word));
		sum += factors[2 + at / sizeof(word)] * word;
	}
	word = 0;
	for (uint32_t i = bytes; i > at; i--)
		word = word << 8 | (uint8_t)name[i - 1];
	sum += factors[2 + at / sizeof(word)] * word;
	return (uint32_t)(sum >> 32);
}

/* The first entry of the bucket where that hash belongs. */
static int *bucket_for(uint32_t hash)
{
	uint32_t index = hash & (2 * half - 1);
	struct bucket *bucket;

	if (index >= bucket_count)
		index &= half - 1;
	bucket = objects_at(&buckets, (int)index);
	return &bucket->first;
}

/* Makes one more bucket, if there is memory, and moves there what belongs. */
static void split_bucket(int token)
{
	int made = row_take(&buckets, token);
	struct bucket *from, *to;
	int *link;

	if (made < 0)
		return;
	from = objects_at(&buckets, made - (int)half);
	to = objects_at(&buckets, made);
	to->first = NO_ENTRY;
	for (link = &from->first; *link != NO_ENTRY;) {
		int entry = *link;

		if (edit(entry)->hash & half) {
			*link = edit(entry)->next;
			edit(entry)->next = to->first;
			to->first = entry;
		} else {
			link = &edit(entry)->next;
		}
	}
	if (++bucket_count == 2 * half)
		half = bucket_count;
}

static void hash_add(int entry)
{
	int *first = bucket_for(edit(entry)->hash);

	edit(entry)->next = *first;
	*first = entry;
}

static void hash_remove(int entry)
{
	int *link = bucket_for(edit(entry)->hash);

	while (*link != entry)
		link = &edit(*link)->next;
	*link = edit(entry)->next;
}

int entry_find(int directory, const char *name, uint32_t bytes)
{
	uint32_t hash = hash_of(directory, name, bytes);

	for (int i = *bucket_for(hash); i != NO_ENTRY; i = edit(i)->next) {
		const struct entry *entry = edit(i);

		if (entry->hash == hash && entry->directory == directory &&
		    entry->name_bytes == bytes &&
		    memcmp(entry_name(i), name, bytes) == 0)
			return i;
	}
	return NO_ENTRY;
}

int node_find(int directory, const char *name, uint32_t bytes)
{
	int entry = NO_ENTRY;

	if (directory < DYNAMIC)
		entry = entry_find(directory, name, bytes);
	if (entry != NO_ENTRY)
		return edit(entry)->node;
	if (directory >= DYNAMIC || directory == proc_root)
		return proc_find(directory, name, bytes);
	return NO_NODE;
}

/* ---- the list of a directory -------------------------------------------- */

/* Numbers the entries anew, when a directory has seen a thousand million. */
static void renumber(struct node *directory)
{
	directory->cookie = 0;
	for (int i = directory->first; i != NO_ENTRY; i = edit(i)->after)
		edit(i)->cookie = directory->cookie++;
}

static void list_add(int number, int entry)
{
	struct node *directory = node_edit(number);

	if (directory->cookie == COOKIE_LIMIT)
		renumber(directory);
	edit(entry)->cookie = directory->cookie++;
	edit(entry)->before = directory->last;
	edit(entry)->after = NO_ENTRY;
	if (directory->last == NO_ENTRY)
		directory->first = entry;
	else
		edit(directory->last)->after = entry;
	directory->last = entry;
	directory->count++;
}

static void list_remove(const struct entry *entry)
{
	struct node *directory = node_edit(entry->directory);

	if (entry->before == NO_ENTRY)
		directory->first = entry->after;
	else
		edit(entry->before)->after = entry->after;
	if (entry->after == NO_ENTRY)
		directory->last = entry->before;
	else
		edit(entry->after)->before = entry->before;
	directory->count--;
}

/* Where the search for a cookie begins: at the hint, or at the nearer end. */
static int begin_at(const struct node *directory, int number, uint32_t cookie,
                    int hint)
{
	const struct entry *known = hint > 0 ? edit(hint) : 0;
	uint32_t first = edit(directory->first)->cookie;

	if (known != 0 && known->directory == number)
		return hint;
	if (cookie <= first || cookie - first < directory->cookie - cookie)
		return directory->first;
	return directory->last;
}

int entry_from(int directory, uint32_t cookie, int *hint)
{
	const struct node *node = node_edit(directory);
	int at;

	if (node->first == NO_ENTRY || edit(node->last)->cookie < cookie)
		return NO_ENTRY;
	at = begin_at(node, directory, cookie, *hint);
	for (int steps = 0; steps < STEPS; steps++) {
		int before = edit(at)->before;

		if (edit(at)->cookie < cookie)
			at = edit(at)->after;
		else if (before != NO_ENTRY && edit(before)->cookie >= cookie)
			at = before;
		else
			return at;
	}
	*hint = at;
	return FURTHER;
}

/* ---- names are given and taken away ------------------------------------- */

/* The names of a node are a list, the newest first. */
static void twin_add(struct node *node, int entry)
{
	edit(entry)->twin_before = NO_ENTRY;
	edit(entry)->twin_after = node->entry;
	if (node->entry != NO_ENTRY)
		edit(node->entry)->twin_before = entry;
	node->entry = entry;
}

static void twin_remove(struct node *node, const struct entry *gone)
{
	if (gone->twin_after != NO_ENTRY)
		edit(gone->twin_after)->twin_before = gone->twin_before;
	if (gone->twin_before != NO_ENTRY)
		edit(gone->twin_before)->twin_after = gone->twin_after;
	else
		node->entry = gone->twin_after;
}

/*
 * A directory has a link for its name, its own "." and each ".." in it.  It has
 * two names only while it is moved.
 */
static void count_name(int directory, int number, int entry)
{
	struct node *node = node_edit(number);

	node->in_proc |= node_edit(directory)->in_proc;
	if (node->kind != NODE_DIRECTORY) {
		node->links++;
	} else {
		if (node->entry == NO_ENTRY)
			node->links += 2;
		node->parent = directory;
		node_edit(directory)->links++;
	}
	twin_add(node, entry);
}

int entry_add(int directory, const char *name, uint32_t bytes, int node,
              int token)
{
	int kept, entry;

	if (entry_count >= bucket_count)
		split_bucket(token); /* without memory they just get fuller */
	kept = arena_take(bytes, token, account_of(token));
	if (kept < 0)
		return kept;
	entry = row_take(&entries, token);
	if (entry < 0) {
		arena_drop(kept);
		return entry;
	}
	memcpy(arena_at(kept), name, bytes);
	edit(entry)->hash = hash_of(directory, name, bytes);
	edit(entry)->directory = directory;
	edit(entry)->node = node;
	edit(entry)->name = kept;
	edit(entry)->name_bytes = bytes;
	entry_count++;
	hash_add(entry);
	list_add(directory, entry);
	count_name(directory, node, entry);
	return entry;
}

/*
 * A directory that is removed while it is held keeps its parent for "..", and
 * therefore holds it.
 */
static void forget_name(const struct entry *gone)
{
	struct node *node = node_edit(gone->node);

	twin_remove(node, gone);
	if (node->kind != NODE_DIRECTORY) {
		node->links--;
		return;
	}
	node_edit(gone->directory)->links--;
	if (node->entry != NO_ENTRY)
		return; /* it has a new name already */
	node->links = 0;
	node_hold(node->parent);
}

void entry_remove(int entry)
{
	struct entry gone = *edit(entry);

	hash_remove(entry);
	list_remove(&gone);
	node_hold(gone.node);
	forget_name(&gone);
	arena_drop(gone.name);
	objects_drop(&entries, entry);
	entry_count--;
	node_release(gone.node);
}

/* The entry names another node from now on; a directory moves by that. */
static void rename_to(int entry, int number)
{
	struct node *node = node_edit(number);

	edit(entry)->node = number;
	twin_add(node, entry);
	if (node->kind == NODE_DIRECTORY)
		node->parent = edit(entry)->directory;
}

void entry_exchange(int one, int other)
{
	int first = edit(one)->node, second = edit(other)->node;
	bool up = node_edit(first)->kind == NODE_DIRECTORY;
	bool down = node_edit(second)->kind == NODE_DIRECTORY;

	twin_remove(node_edit(first), edit(one));
	twin_remove(node_edit(second), edit(other));
	rename_to(one, second);
	rename_to(other, first);
	/* The ".." of a directory is a link of its parent. */
	node_edit(edit(one)->directory)->links += (uint32_t)down - up;
	node_edit(edit(other)->directory)->links += (uint32_t)up - down;
}

int entry_of(int node)
{
	return node_edit(node)->entry;
}

uint32_t node_name(int directory, char name[NAME_MAX])
{
	const struct entry *entry;

	if (directory >= DYNAMIC)
		return proc_name(directory, name);
	entry = edit(node_edit(directory)->entry);
	memcpy(name, entry_name(node_edit(directory)->entry),
	       entry->name_bytes);
	return entry->name_bytes;
}
