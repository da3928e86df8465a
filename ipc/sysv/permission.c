/*
 * ipc/sysv/permission.c -- who may do what to a System V object.
 *
 *	mode   rwx rwx rwx      A process belongs to the first class that
 *	       own grp oth      fits, and that class alone decides: an owner
 *	                        with 0066 may do nothing, though others may.
 *
 *	owner class   euid is the owner's uid or the creator's
 *	group class   egid or a supplementary group is the owner's or creator's
 *	other class   everybody else
 *
 * The creator stays the creator when it gives the ownership away.  (UnixWare:
 * "the creating process remains the creator until the facility is removed".)
 *
 * What is asked comes as mode bits too, because the flags of shmget carry it
 * so.  A bit of any class counts.  Asking for nothing is always granted: so
 * ipcrm finds, by its key, an object that it may not read.
 */
#include "permission.h"

#include "../../kernel/base/seldom.h"

bool in_group(const struct identity *cred, uint32_t gid)
{
	if (cred->egid == gid)
		return true;
	for (int i = 0; i < cred->ngroups; i++)
		if (cred->groups[i] == gid)
			return true;
	return false;
}

static bool is_owner(const struct ipc_perm *perm, uint32_t euid)
{
	return euid == perm->uid || euid == perm->cuid;
}

SELDOM static bool class_grants(const struct ipc_perm *perm,
                                const struct identity *cred, int asked)
{
	int wanted = (asked >> 6 | asked >> 3 | asked) & 7;
	int granted = perm->mode;

	if (is_owner(perm, cred->euid))
		granted >>= 6;
	else if (in_group(cred, perm->gid) || in_group(cred, perm->cgid))
		granted >>= 3;
	return (wanted & ~granted) == 0;
}

bool permission_grants(const struct ipc_perm *perm, const struct identity *cred,
                       int asked)
{
	return cred->euid == 0 || class_grants(perm, cred, asked);
}

bool permission_controls(const struct ipc_perm *perm,
                         const struct identity *cred)
{
	return cred->euid == 0 || is_owner(perm, cred->euid);
}
