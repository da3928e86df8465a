/*
 * kernel/unix/identity.c -- what a process is to the others: its ids, its umask
 * and what prctl(2) sets.
 *
 * Real, effective and saved ids are those of credentials(7).  An effective user
 * id of 0 stands for all privileges.  A call that sets several ids leaves one
 * as it is if it is given -1.
 */
#include "lifecycle.h"

#define KEEP UINT32_MAX

/* ---- pid, uid, gid ------------------------------------------------------ */

int sys_getppid(void)
{
	int parent = self()->life.parent;

	return parent < 0 ? 0 : procs[parent].life.pid;
}

static bool privileged(void)
{
	return self()->identity.euid == 0;
}

static bool one_of(const struct id_triple *ids, uint32_t id)
{
	return id == KEEP || id == ids->real || id == ids->effective ||
	       id == ids->saved;
}

static int set_ids(struct id_triple *ids, uint32_t real, uint32_t effective,
                   uint32_t saved)
{
	struct proc *p = self();

	if (effective != KEEP && effective != ids->effective) {
		p->program.hidden = true;
		p->life.parent_signal = 0;
	}
	ids->real = real == KEEP ? ids->real : real;
	ids->effective = effective == KEEP ? ids->effective : effective;
	ids->saved = saved == KEEP ? ids->saved : saved;
	proc_ids_changed(p);
	return 0;
}

/* The ids that a row of abi/syscalls.tbl means: 0 of users, 1 of groups. */
static struct id_triple *triple_of(int groups)
{
	return groups ? &self()->identity.group : &self()->identity.user;
}

/* setuid(2), setgid(2) */
int sys_setid(int groups, uint32_t id)
{
	struct id_triple *ids = triple_of(groups);

	if (id == KEEP)
		return -EINVAL;
	if (privileged())
		return set_ids(ids, id, id, id);
	if (id != ids->real && id != ids->saved)
		return -EPERM;
	return set_ids(ids, KEEP, id, KEEP);
}

/* setreuid(2), setregid(2) */
int sys_setreid(int groups, uint32_t real, uint32_t effective)
{
	struct id_triple *ids = triple_of(groups);
	bool saves =
	    real != KEEP || (effective != KEEP && effective != ids->real);
	bool may_real =
	    real == KEEP || real == ids->real || real == ids->effective;

	if (!privileged() && !(may_real && one_of(ids, effective)))
		return -EPERM;
	if (effective == KEEP)
		effective = ids->effective;
	return set_ids(ids, real, effective, saves ? effective : KEEP);
}

/* setresuid(2), setresgid(2) */
int sys_setresid(int groups, uint32_t real, uint32_t effective, uint32_t saved)
{
	struct id_triple *ids = triple_of(groups);

	if (!privileged() && !(one_of(ids, real) && one_of(ids, effective) &&
	                       one_of(ids, saved)))
		return -EPERM;
	return set_ids(ids, real, effective, saved);
}

/* getresuid(2), getresgid(2) */
int sys_getresid(int groups, vaddr_t real, vaddr_t effective, vaddr_t saved)
{
	const struct id_triple *ids = triple_of(groups);

	if (copy_out(real, &ids->real, sizeof(uint32_t)) < 0 ||
	    copy_out(effective, &ids->effective, sizeof(uint32_t)) < 0 ||
	    copy_out(saved, &ids->saved, sizeof(uint32_t)) < 0)
		return -EFAULT;
	return 0;
}

int sys_getgroups32(int size, vaddr_t list)
{
	const struct identity *c = &self()->identity;

	if (size < 0 || (size > 0 && size < c->ngroups))
		return -EINVAL;
	if (size > 0 &&
	    copy_out(list, c->groups, c->ngroups * sizeof(uint32_t)) < 0)
		return -EFAULT;
	return c->ngroups;
}

int sys_setgroups32(int size, vaddr_t list)
{
	uint32_t groups[GROUPS_MAX];

	if (!privileged())
		return -EPERM;
	if (size < 0 || size > GROUPS_MAX)
		return -EINVAL;
	if (copy_in(groups, list, size * sizeof(uint32_t)) < 0)
		return -EFAULT;
	for (int i = 1; i < size; i++) /* getgroups(2) gives them in order */
		for (int k = i; k > 0 && groups[k] < groups[k - 1]; k--) {
			uint32_t higher = groups[k - 1];

			groups[k - 1] = groups[k];
			groups[k] = higher;
		}
	memcpy(self()->identity.groups, groups, size * sizeof(uint32_t));
	self()->identity.ngroups = size;
	return 0;
}

int sys_umask(uint32_t mask)
{
	int old = self()->identity.umask;

	self()->identity.umask = mask & 0777;
	return old;
}

/* ---- prctl(2) ----------------------------------------------------------- */

/*
 * prctl(2): the name, as /proc/PID/comm and ps have it; what happens when its
 * parent ends; and a word that only tells, because nobody dumps a process.
 */
int sys_prctl(int option, vaddr_t arg)
{
	struct proc *p = self();
	char name[sizeof(p->program.name)] = {0};
	int bytes;

	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg > SIGNAL_MAX)
			return -EINVAL;
		p->life.parent_signal = (int)arg;
		return 0;
	case PR_GET_PDEATHSIG:
		return copy_out(arg, &p->life.parent_signal, sizeof(int));
	case PR_SET_CHILD_SUBREAPER:
		p->life.subreaper = arg != 0;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return copy_out(arg, &p->life.subreaper, sizeof(int));
	case PR_SET_DUMPABLE:
		if (arg > 1)
			return -EINVAL;
		p->program.hidden = !arg;
		return 0;
	case PR_GET_DUMPABLE:
		return !p->program.hidden;
	case PR_SET_NAME:
		bytes =
		    space_string_bytes(p->life.space, arg, sizeof(name) - 1);
		if (bytes < 0 ||
		    copy_in(name, arg, min(bytes, (int)sizeof(name) - 1)) < 0)
			return -EFAULT;
		memcpy(p->program.name, name, sizeof(name));
		return 0;
	case PR_GET_NAME:
		return copy_out(arg, p->program.name, sizeof(name));
	default:
		return -EINVAL;
	}
}
