/*
 * user/servers/files/tree/path.h -- from a path to a node, for a client.
 *
 * The client's rights decide what may be walked through, so each walk begins
 * with a `struct who`: the ids and the groups of the client.
 */
#ifndef FILES_PATH_H
#define FILES_PATH_H

#include "node.h"

#define MAY_READ    4u
#define MAY_WRITE   2u
#define MAY_EXECUTE 1u

struct who {
	uint32_t uid, gid;
	int pid, token; /* the client; k_client knows its other groups */
};

struct who who_effective(const struct message *m);
struct who who_real(const struct message *m);

/* What the kernel knows of the client, until the request is over. */
const struct client *who_client(const struct who *who);
/* The next request begins: nothing is known of its client. */
void request_forget(void);
bool who_in_group(const struct who *who, uint32_t gid);

/* May `who` do all of `wanted` with `node`?  0 or -EACCES. */
int may(const struct who *who, const struct node *node, uint32_t wanted);

struct walk {
	struct who who;
	int start;     /* where a relative path begins */
	bool nofollow; /* do not follow a link in the last component */
	bool parent;   /* nor if slashes come after it: the name is wanted */
	bool creates;  /* EISDIR if slashes come after it: no file has them */

	/* Out: about the last component. */
	bool last_missing; /* the only one that is missing */
	int directory;     /* where it is looked up */
	const char *last;  /* the name itself, until the next walk */
	uint32_t last_bytes;
	bool slash; /* slashes come after it */
};

/* The node that `path` names, or -errno. */
int path_find(struct walk *walk, const char *path);

/*
 * Copies a link's target to `to`.  Its length, even if it does not fit.
 * -EACCES: it is a link of another user's process.
 */
int link_target(int node, const struct who *who, char *to, uint32_t size);

/*
 * Writes a path to a node so that it ends at `end`, with its NUL.  Where it
 * begins, or 0: the node has no name, or there is no room.
 */
char *node_path(int number, char *start, char *end);

/* ---- what proc/proc.c knows of its links -------------------------------- */

/*
 * The node that a link there leads to, whatever its path is: a pipe has none.
 * NO_NODE: it is to be found by its path; -EACCES: it is another user's.
 */
int proc_target(int node, const struct who *who);
/* Copies a link's target, as link_target() does. */
int proc_link(int node, const struct who *who, char *to, uint32_t size);

#endif
