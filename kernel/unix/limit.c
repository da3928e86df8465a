/*
 * kernel/unix/limit.c -- getrlimit(2), setrlimit(2), prlimit(2).
 *
 * Three limits may be set: how many processes a user may have when this process
 * forks, how much it may have locked by SHM_LOCK when this process locks more,
 * and below which number the new descriptors of this process are.  The others
 * say what is true anyway.  A call may set them to what they are; any other
 * value is refused, because nothing would enforce it.
 */
#include "lifecycle.h"

#define INFINITY     UINT32_MAX
#define OLD_INFINITY 0x7fffffffu /* of getrlimit(76) */
#define LIMITS       16
#define NPROC        6
#define NOFILE       7
#define MEMLOCK      8

/* By RLIMIT_CPU, RLIMIT_FSIZE and so on: the soft limit, and the hard one. */
static const uint32_t limits[LIMITS][2] = {
    [0 ... 2] = {INFINITY, INFINITY},  [3] = {STACK_LIMIT, STACK_LIMIT},
    [5] = {INFINITY, INFINITY},        [9 ... 10] = {INFINITY, INFINITY},
    [11] = {NEWS_OF_ONE, NEWS_OF_ONE}, /* signals that are pending */
    [15] = {INFINITY, INFINITY},
};

/* Which of the process's own limits it is; -1: nobody may set it. */
static int own_limit(uint32_t resource)
{
	return resource == NPROC     ? LIMIT_NPROC
	       : resource == NOFILE  ? LIMIT_NOFILE
	       : resource == MEMLOCK ? LIMIT_MEMLOCK
	                             : -1;
}

static const uint32_t *limit_of(const struct proc *p, uint32_t resource)
{
	int own = own_limit(resource);

	return own >= 0 ? p->limits.own[own] : limits[resource];
}

/* Sets the limit of `p` if the running process may: 0 or -errno. */
static int set(struct proc *p, uint32_t resource, uint32_t soft, uint32_t hard)
{
	const uint32_t *old = limit_of(p, resource);
	int own = own_limit(resource);

	if (soft > hard)
		return -EINVAL;
	if (hard > old[1] && self()->identity.euid != 0)
		return -EPERM;
	if (soft == old[0] && hard == old[1])
		return 0;
	if (own < 0)
		return hard > old[1] ? -EPERM : -EINVAL;
	if (resource == NOFILE && hard > OPEN_MAX)
		return -EPERM; /* not even root: there is no room for them */
	p->limits.own[own][0] = soft;
	p->limits.own[own][1] = hard;
	return 0;
}

int sys_setrlimit(uint32_t resource, vaddr_t from)
{
	uint32_t given[2];

	if (resource >= LIMITS)
		return -EINVAL;
	if (copy_in(given, from, sizeof(given)) < 0)
		return -EFAULT;
	return set(self(), resource, given[0], given[1]);
}

/* getrlimit(2).  In its old form (76) infinity was a smaller number. */
int sys_limit(uint32_t resource, vaddr_t to, int old)
{
	uint32_t told[2];

	if (resource >= LIMITS)
		return -EINVAL;
	for (int i = 0; i < 2; i++) {
		told[i] = limit_of(self(), resource)[i];
		if (old && told[i] > OLD_INFINITY)
			told[i] = OLD_INFINITY;
	}
	return copy_out(to, told, sizeof(told));
}

/* 64 bits as 32: what does not fit is infinity. */
static uint32_t narrow(const uint32_t wide[2])
{
	return wide[1] ? INFINITY : wide[0];
}

/* Has `p` no ids but the caller's?  A set-user-id program has others. */
static bool is_like_self(const struct proc *p)
{
	const struct identity *mine = &self()->identity, *its = &p->identity;

	return its->uid == mine->uid && its->euid == mine->uid &&
	       its->suid == mine->uid && its->gid == mine->gid &&
	       its->egid == mine->gid && its->sgid == mine->gid;
}

int sys_prlimit64(int pid, uint32_t resource, vaddr_t wanted, vaddr_t old)
{
	struct proc *p = proc_find_or_self(pid);
	uint32_t given[4], told[4];
	int error = 0;

	if (resource >= LIMITS)
		return -EINVAL;
	if (wanted && copy_in(given, wanted, sizeof(given)) < 0)
		return -EFAULT;
	if (!p)
		return -ESRCH;
	if (p != self() && self()->identity.euid != 0 && !is_like_self(p))
		return -EPERM;
	for (int k = 0; k < 2; k++) {
		told[2 * k] = limit_of(p, resource)[k];
		told[2 * k + 1] = told[2 * k] == INFINITY ? INFINITY : 0;
	}
	if (wanted)
		error = set(p, resource, narrow(given), narrow(given + 2));
	if (error || !old)
		return error;
	return copy_out(old, told, sizeof(told));
}
