/*
 * kernel/unix/limit.c -- getrlimit(2), setrlimit(2), prlimit(2).
 *
 * These limits may be set, because something keeps to them:
 *
 *	CPU      each tick: SIGXCPU every second from it on, SIGKILL at the hard
 *	FSIZE    the server of files, and SIGXFSZ where its answer arrives
 *	NPROC    fork(2): how many processes the user may have
 *	NOFILE   below which number the new descriptors are
 *	MEMLOCK  shmctl(2): how much the user may have locked
 *	MSGQUEUE the server of files: what the user's queues have room for
 *
 * The others say what is true anyway.  A call may set them to what they are;
 * any other value is refused, because nothing would enforce it.
 */
#include "lifecycle.h"

#define OLD_INFINITY 0x7fffffffu /* of getrlimit(76) */

/* What may be set, because something keeps to it. */
#define KEPT                                                                   \
	(1u << RLIMIT_CPU | 1u << RLIMIT_FSIZE | 1u << RLIMIT_NPROC |          \
	 1u << RLIMIT_NOFILE | 1u << RLIMIT_MEMLOCK | 1u << RLIMIT_MSGQUEUE)

void limits_first(struct proc *p)
{
	static const uint32_t limits[RLIM_NLIMITS] = {
	    [RLIMIT_CPU... RLIMIT_DATA] = RLIM_INFINITY,
	    [RLIMIT_STACK] = STACK_LIMIT,
	    [RLIMIT_RSS] = RLIM_INFINITY,
	    [RLIMIT_NPROC] = PROCS_MAX / 2,
	    [RLIMIT_NOFILE] = OPEN_MAX,
	    [RLIMIT_MEMLOCK] = MEMLOCK_LIMIT,
	    [RLIMIT_AS... RLIMIT_LOCKS] = RLIM_INFINITY,
	    [RLIMIT_SIGPENDING] = NEWS_OF_ONE,
	    [RLIMIT_MSGQUEUE] = 819200, /* bytes, as on Linux */
	    [RLIMIT_RTTIME] = RLIM_INFINITY,
	};

	for (int i = 0; i < RLIM_NLIMITS; i++)
		p->limits.own[i][0] = p->limits.own[i][1] = limits[i];
}

/* Sets the limit of `p` if the running process may: 0 or -errno. */
static int set(struct proc *p, uint32_t resource, uint32_t soft, uint32_t hard)
{
	uint32_t *limit = p->limits.own[resource];

	if (soft > hard)
		return -EINVAL;
	if (hard > limit[1] && self()->identity.euid != 0)
		return -EPERM;
	if (soft == limit[0] && hard == limit[1])
		return 0;
	if (!(KEPT >> resource & 1))
		return hard > limit[1] ? -EPERM : -EINVAL;
	if (resource == RLIMIT_NOFILE && hard > OPEN_MAX)
		return -EPERM; /* not even root: there is no room for them */
	limit[0] = soft;
	limit[1] = hard;
	return 0;
}

int sys_setrlimit(uint32_t resource, vaddr_t from)
{
	uint32_t given[2];

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_in(given, from, sizeof(given)) < 0)
		return -EFAULT;
	return set(self(), resource, given[0], given[1]);
}

/* getrlimit(2).  In its old form (76) infinity was a smaller number. */
int sys_limit(uint32_t resource, vaddr_t to, int old)
{
	uint32_t told[2];

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	for (int i = 0; i < 2; i++) {
		told[i] = self()->limits.own[resource][i];
		if (old && told[i] > OLD_INFINITY)
			told[i] = OLD_INFINITY;
	}
	return copy_out(to, told, sizeof(told));
}

/* 64 bits as 32: what does not fit is infinity. */
static uint32_t narrow(const uint32_t wide[2])
{
	return wide[1] ? RLIM_INFINITY : wide[0];
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

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (wanted && copy_in(given, wanted, sizeof(given)) < 0)
		return -EFAULT;
	if (!p)
		return -ESRCH;
	if (p != self() && self()->identity.euid != 0 && !is_like_self(p))
		return -EPERM;
	for (int k = 0; k < 2; k++) {
		told[2 * k] = p->limits.own[resource][k];
		told[2 * k + 1] =
		    told[2 * k] == RLIM_INFINITY ? RLIM_INFINITY : 0;
	}
	if (wanted)
		error = set(p, resource, narrow(given), narrow(given + 2));
	if (error || !old)
		return error;
	return copy_out(old, told, sizeof(told));
}
