/*
 * user/servers/files/tree/node.h -- files, and the names that lead to them.
 *
 * A node is a file of any kind, and an entry is a name of one in a directory.
 * They are apart, because a file may have many names (link(2)) or none at all
 * (unlink(2) while it is open).
 *
 *	directory 7                      node 12
 *	  first -> entry "a" ----------> links 2, opens 1
 *	           entry "b" ----------^
 *	  last --> entry "c" ----------> node 15
 *
 * A node lives while it has a name or is held: `links` counts its names, and
 * `opens` those who hold it.  These are what is open, and who works on it.
 *
 *	archive.c   the boot archive's members become nodes
 *	node.c      files, directories, links, devices
 *	entry.c     names in directories, and how to find one
 *	moment.c    the time that a request writes into nodes
 *	path.c      from a path to a node, and back: path.h
 */
#ifndef FILES_NODE_H
#define FILES_NODE_H

#include "../bytes/bytes.h"

enum node_kind {
	NODE_DIRECTORY,
	NODE_FILE,
	NODE_LINK,
	NODE_FIFO,
	NODE_QUEUE, /* a message queue, whose number is `value` */
	NODE_NULL,
	NODE_ZERO,
	NODE_FULL,   /* zeroes to read, and no space to write */
	NODE_RANDOM, /* bytes of getrandom(2) */
	NODE_PASS, /* a device: object `device` of the server behind `value` */
	NODE_MADE, /* a file of /proc: `value` is an enum made */
};

#define DEVICE   1u /* st_dev of all that is stored here */
#define ROOT     0
#define NO_NODE  (-1)
#define NO_ENTRY (-1)
/* Numbers from here on are of /proc/PID and its files: they are not stored. */
#define DYNAMIC 0x40000000

struct node {
	struct object object; /* of the table of nodes */
	enum node_kind kind;
	uint32_t mode; /* kind (S_IFMT) and rights */
	uint32_t ino;  /* st_ino, which no other node of this boot has */
	uint32_t uid, gid;
	uint32_t links, opens; /* node.c and entry.c count them */
	struct moment atime, mtime, ctime, btime;
	int locks, lockers; /* open/lock.c: what is held, and who waits */
	struct bytes bytes; /* of a file; or the target of a link */
	uint32_t rdev;      /* of a device */
	uint8_t seals;      /* F_SEAL_*: calls/seal.c */
	int value;     /* a pipe, a descriptor, an enum made: by its kind */
	int pid;       /* of a file of /proc/PID; else 0 */
	int device;    /* of a device: the object of its server's */
	bool in_proc;  /* it is /proc, or in it */
	bool linkable; /* O_TMPFILE: it has had no name, and may get one */

	/* entry.c writes these.  All but the first are of a directory. */
	int entry; /* its newest name; NO_ENTRY: the root, or it has none */
	int parent;
	int first, last; /* its entries, or NO_ENTRY */
	uint32_t count;  /* of its entries */
	uint32_t cookie; /* of the next entry that is added */
};

/* ---- moment.c ----------------------------------------------------------- */

/* The time of this request; and the request is over. */
struct moment moment_now(void);
void moment_forget(void);
/*
 * A file's contents have been looked at.  Its time of access moves if it tells
 * anything: it is older than the last change, or than a day (mount(8),
 * relatime).
 */
void node_accessed(int node);

/* ---- archive.c ---------------------------------------------------------- */

/* Makes the tree.  False: there is no memory. */
bool archive_start(void);

/* ---- node.c ------------------------------------------------------------- */

/* Takes a row of a table of files, which may grow.  Its number or -ENOSPC. */
int row_take(struct objects *table, int token);
/* Makes the root.  False: there is no memory. */
bool node_start(void);
/*
 * The stored node that fits, or NO_NODE.  The search passes over node_room()
 * nodes at most.
 */
int node_with(bool (*fits)(const struct node *, uint32_t), uint32_t what);
int node_room(void);
/* Is `node` in /proc, where no file can be made? */
bool proc_has(int node);
/* The node of that number. */
struct node node_at(int node);
/* A stored node, to be changed.  Good until the next node is made. */
static inline struct node *node_edit(int node)
{
	extern struct objects nodes;

	return objects_at(&nodes, node);
}
/* The same in place, for a look at it: good until the next look. */
const struct node *node_dynamic(int node);
static inline const struct node *node_look(int node)
{
	return node < DYNAMIC ? node_edit(node) : node_dynamic(node);
}
/*
 * Makes a node without a name, of root's, for the client of `token`.  Its
 * maker holds it.  Its number, or -ENOSPC.
 */
int node_make(uint32_t mode, int token);
/* It is that user's and group's from now on, and so is its memory. */
void node_own(int node, uint32_t uid, uint32_t gid);
void node_hold(int node);
/* Lets go of a node.  It ends if it has no name and nobody holds it. */
void node_release(int node);
/* Are there nodes that end, but for which no time was left?  Some more end. */
static inline bool nodes_left(void)
{
	extern int nodes_ending;

	return nodes_ending != NO_NODE;
}
void nodes_next(void);

/*
 * Finds or adds a node by a path from the root without links; it adds
 * directories on the way.  NO_NODE: there is no room.
 */
int node_add_path(const char *path, uint32_t bytes, uint32_t mode);

/* ---- entry.c ------------------------------------------------------------ */

struct entry {
	struct object object; /* of the table of entries */
	uint32_t hash;
	int next; /* with the same bucket */
	int directory, node;
	int before, after;           /* in its directory */
	int twin_before, twin_after; /* another name of the node */
	uint32_t cookie; /* its place there: rises from entry to entry */
	int name;        /* a cell of the arena: entry_name() finds it */
	uint32_t name_bytes;
};

bool entry_start(void);
/* The entry of that number.  Good until the next one is added. */
const struct entry *entry_at(int entry);
/* The entry's name, without a NUL.  Good until the next one is added. */
const char *entry_name(int entry);
/* The entry of that name in a stored directory, or NO_ENTRY. */
int entry_find(int directory, const char *name, uint32_t bytes);
/* The node called `name` in any directory, or NO_NODE. */
int node_find(int directory, const char *name, uint32_t bytes);
/*
 * Gives a node a name.  Another entry of that name may be there until the
 * caller has removed it.  The entry or -ENOSPC.
 */
int entry_add(int directory, const char *name, uint32_t bytes, int node,
              int token);
/* Two entries exchange their nodes. */
void entry_exchange(int one, int other);
/* Removes an entry.  Its node ends if that was the last hold on it. */
void entry_remove(int entry);
/*
 * The first entry of the directory whose cookie is not below `cookie`, or
 * NO_ENTRY.  The search begins at the entry *hint if that is one of the
 * directory.  FURTHER: it is long, and goes on from *hint.
 */
#define FURTHER (-2)
int entry_from(int directory, uint32_t cookie, int *hint);
/* An entry of a node, or NO_ENTRY. */
int entry_of(int node);
/* Writes a directory's name.  Its length, without a NUL. */
uint32_t node_name(int directory, char name[NAME_MAX]);

/* ---- what the rooms above know of their nodes --------------------------- */

/* proc/proc.c: what is at a DYNAMIC number, and under which name. */
extern int proc_root;
struct node proc_node(int node);
/* Finds a name in /proc that is not stored.  A DYNAMIC number, or NO_NODE. */
int proc_find(int parent, const char *name, uint32_t bytes);
/* The name of a directory there; its length, without a NUL. */
uint32_t proc_name(int node, char name[16]);
/* pipes/pipe.c, mqueue/queue.c: the node of a pipe or of a queue ends. */
void pipe_end(int pipe);
void queue_end(int queue);

#endif
