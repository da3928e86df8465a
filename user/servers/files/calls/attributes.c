/*
 * user/servers/files/calls/attributes.c -- rights, owners and times are set.
 *
 * Who may do it:
 *
 *	chmod      the owner; S_ISGID goes if the owner is not of the group
 *	chown      root; the owner may choose a group that it is of
 *	utime      the owner; anybody who may write, to set the present time
 *
 * A file that gets an owner, or bytes from somebody who is not root, is no
 * set-id program any more.
 */
#include "calls.h"

#define UTIME_NOW  0x3FFFFFFFu
#define UTIME_OMIT 0x3FFFFFFEu

bool owns(const struct who *who, const struct node *node)
{
	return who->uid == 0 || who->uid == node->uid;
}

/* A group's s-bit without its x is no program's. */
static uint32_t without_ids(uint32_t mode)
{
	uint32_t program = S_ISGID | S_IXGRP;

	if ((mode & S_IFMT) == S_IFDIR)
		return mode;
	if ((mode & program) == program)
		mode &= ~S_ISGID;
	return mode & ~S_ISUID;
}

void node_changed(struct node *node, uint32_t euid)
{
	node->mtime = node->ctime = moment_now();
	if (euid != 0)
		node->mode = without_ids(node->mode);
}

/* ---- rights ------------------------------------------------------------- */

static int set_mode(const struct message *m, int number, uint32_t mode)
{
	struct who who = who_effective(m);
	struct node node = node_at(number);

	if (!owns(&who, &node) || proc_has(number))
		return -EPERM;
	if (who.uid != 0 && !who_in_group(&who, node.gid))
		mode &= ~S_ISGID;
	node_edit(number)->mode = (node.mode & S_IFMT) | (mode & 07777);
	node_edit(number)->ctime = moment_now();
	return 0;
}

int chmod_call(const struct message *m)
{
	int at = m->type == SYS_chmod ? 0 : 1;
	int node = node_named(m, at, 0);

	return node < 0 ? node : set_mode(m, node, m->args[at + 1]);
}

int fchmod_call(const struct message *m)
{
	return set_mode(m, object_node(m), m->args[1]);
}

/* ---- owners ------------------------------------------------------------- */

/* In the calls of 16 bits, 0xFFFF says that the id is kept. */
static uint32_t id_of(const struct message *m, uint32_t id)
{
	bool narrow = m->type == SYS_lchown || m->type == SYS_chown ||
	              m->type == SYS_fchown;

	if (!narrow)
		return id;
	id &= 0xFFFF;
	return id == 0xFFFF ? ID_KEPT : id;
}

static int set_owner(const struct message *m, int number, uint32_t uid,
                     uint32_t gid)
{
	struct who who = who_effective(m);
	struct node node = node_at(number);
	uint32_t mode = without_ids(node.mode);

	uid = id_of(m, uid);
	gid = id_of(m, gid);
	if (!owns(&who, &node) &&
	    (uid != ID_KEPT || gid != ID_KEPT || mode != node.mode))
		return -EPERM;
	if (who.uid != 0 && uid != ID_KEPT && uid != node.uid)
		return -EPERM;
	if (who.uid != 0 && gid != ID_KEPT && gid != node.gid &&
	    !who_in_group(&who, gid))
		return -EPERM;
	if (proc_has(number))
		return -EPERM;
	node.uid = uid == ID_KEPT ? node.uid : uid;
	node.gid = gid == ID_KEPT ? node.gid : gid;
	node_own(number, node.uid, node.gid);
	node_edit(number)->mode = mode;
	node_edit(number)->ctime = moment_now();
	return 0;
}

int chown_call(const struct message *m)
{
	bool link = m->type == SYS_lchown || m->type == SYS_lchown32;
	int node = node_named(m, 0, link ? AT_SYMLINK_NOFOLLOW : 0);

	return node < 0 ? node : set_owner(m, node, m->args[1], m->args[2]);
}

int fchown_call(const struct message *m)
{
	return set_owner(m, object_node(m), m->args[1], m->args[2]);
}

int fchownat_call(const struct message *m)
{
	uint32_t flags = m->args[4];
	int node;

	if (flags & ~(uint32_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	node = node_named(m, 1, flags);
	return node < 0 ? node : set_owner(m, node, m->args[2], m->args[3]);
}

/* ---- times -------------------------------------------------------------- */

/* The times of the last access and of the last change; nsec may be UTIME_*. */
struct times {
	bool now; /* both, because no times were given */
	struct moment set[2];
};

/* Where the arguments of the calls are, and in which form times come. */
struct form {
	int path, times;
	uint32_t bytes; /* of one time */
	uint32_t unit;  /* of what is below a second, in nanoseconds; 0: none */
};

static struct form form_of(const struct message *m)
{
	switch (m->type) {
	case SYS_utime:
		return (struct form){0, 1, 4, 0};
	case SYS_utimes:
		return (struct form){0, 1, 8, 1000};
	case SYS_futimesat:
		return (struct form){1, 2, 8, 1000};
	case SYS_utimensat:
		return (struct form){1, 2, 8, 1};
	default:
		return (struct form){1, 2, 16, 1};
	}
}

/* One time of two, four or eight bytes a word.  False: it makes no sense. */
static bool parse(struct moment *moment, const struct form *form,
                  const uint8_t *from)
{
	uint32_t words[4] = {0};
	bool special;

	memcpy(words, from, form->bytes);
	if (form->bytes == 16) {
		moment->seconds =
		    (int64_t)((uint64_t)words[1] << 32 | words[0]);
		moment->nsec = words[2];
	} else {
		moment->seconds = (int32_t)words[0];
		moment->nsec = words[1] * form->unit;
	}
	special = form->unit == 1 &&
	          (moment->nsec == UTIME_NOW || moment->nsec == UTIME_OMIT);
	if (form->unit == 1000)
		return words[1] < 1000000;
	return special || moment->nsec < 1000000000;
}

static int read_times(struct times *times, const struct message *m,
                      const struct form *form)
{
	uint8_t bytes[32];
	int moved;

	times->now = m->args[form->times] == 0;
	if (times->now)
		return 0;
	moved = k_lease_read(m->token, form->times, 0, bytes, 2 * form->bytes);
	if (moved != (int)(2 * form->bytes))
		return moved < 0 ? moved : -EFAULT;
	for (uint32_t i = 0; i < 2; i++)
		if (!parse(&times->set[i], form, bytes + i * form->bytes))
			return -EINVAL;
	times->now = times->set[0].nsec == UTIME_NOW &&
	             times->set[1].nsec == UTIME_NOW && form->unit == 1;
	return 0;
}

static void set_time(struct moment *to, struct moment from)
{
	if (from.nsec == UTIME_NOW)
		*to = moment_now();
	else if (from.nsec != UTIME_OMIT)
		*to = from;
}

static int set_times(const struct message *m, int number,
                     const struct times *times)
{
	struct who who = who_effective(m);
	struct node node = node_at(number), *to;

	if (!owns(&who, &node) && !times->now)
		return -EPERM;
	if (!owns(&who, &node) && may(&who, &node, MAY_WRITE) < 0)
		return -EACCES;
	if (proc_has(number))
		return -EPERM;
	to = node_edit(number);
	to->ctime = moment_now();
	if (times->now) {
		to->atime = to->mtime = moment_now();
		return 0;
	}
	set_time(&to->atime, times->set[0]);
	set_time(&to->mtime, times->set[1]);
	return 0;
}

static bool omits_both(const struct times *times)
{
	return !times->now && times->set[0].nsec == UTIME_OMIT &&
	       times->set[1].nsec == UTIME_OMIT;
}

int utime_call(const struct message *m)
{
	struct form form = form_of(m);
	bool has_flags =
	    m->type == SYS_utimensat || m->type == SYS_utimensat_time64;
	uint32_t flags = has_flags ? m->args[3] : 0;
	struct times times = {0};
	int error = read_times(&times, m, &form), node;

	if (error < 0)
		return error;
	if (has_flags && omits_both(&times))
		return 0;
	if (flags & ~(uint32_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (m->args[form.path] != 0 || form.path == 0)
		node = node_named(m, form.path, flags);
	else if (flags != 0)
		return -EINVAL;
	else if ((int)m->args[0] == AT_FDCWD)
		return -EFAULT;
	else if (open_at(m->object)->flags & O_PATH)
		return -EBADF;
	else
		node = object_node(m); /* futimens: what is open */
	return node < 0 ? node : set_times(m, node, &times);
}
