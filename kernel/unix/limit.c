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

/* A limit of one or two words; what does not fit into one is infinity. */
static uint32_t narrow(const uint32_t *given, uint32_t words)
{
	return words > 1 && given[1] ? RLIM_INFINITY : given[0];
}

/* Has `p` no ids but the caller's?  A set-user-id program has others. */
static bool is_like_self(const struct proc *p)
{
	const struct identity *mine = &self()->identity, *its = &p->identity;

	return its->uid == mine->uid && its->euid == mine->uid &&
	       its->suid == mine->uid && its->gid == mine->gid &&
	       its->egid == mine->gid && its->sgid == mine->gid;
}

/*
 * prlimit(2), and its elders, which are given one address.  A limit has so many
 * bits there; in the oldest form infinity was a smaller number.
 */
int sys_limit(int pid, uint32_t resource, vaddr_t wanted, vaddr_t old, int bits)
{
	struct proc *p = proc_find_or_self(pid);
	uint32_t words = bits == 64 ? 2 : 1, given[4], told[4];
	int error = 0;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if ((wanted || (!old && bits != 64)) &&
	    copy_in(given, wanted, 2 * words * sizeof(given[0])) < 0)
		return -EFAULT;
	if (!p)
		return -ESRCH;
	if (p != self() && self()->identity.euid != 0 && !is_like_self(p))
		return -EPERM;
	for (uint32_t k = 0; k < 2; k++) {
		uint32_t limit = p->limits.own[resource][k];

		told[2 * k + 1] = limit == RLIM_INFINITY ? RLIM_INFINITY : 0;
		told[words * k] = bits < 32 ? min(limit, OLD_INFINITY) : limit;
	}
	if (wanted)
		error = set(p, resource, narrow(given, words),
		            narrow(given + words, words));
	if (error || !old)
		return error;
	return copy_out(old, told, 2 * words * sizeof(told[0]));
}
