/*
 * ipc/sysv/permission.h -- who may do what to a System V object.
 *
 * Two questions, by svipc(7) and shmget(2): may this process read or write it
 * (the nine mode bits), and may it change or remove it (owner, creator, root).
 */
#ifndef IPC_PERMISSION_H
#define IPC_PERMISSION_H

#include "../../abi/shm.h"
#include "../../kernel/process/process.h"

/* What may be asked, as any of the three classes of mode bits. */
#define ASK_NOTHING 0
#define ASK_READ    0444
#define ASK_WRITE   0222
#define ASK_EXEC    0111

/* Is `gid` the effective group, or one of the supplementary ones? */
bool in_group(const struct identity *cred, uint32_t gid);

/* Does the mode grant all that `asked` names?  Euid 0 may do anything. */
bool permission_grants(const struct ipc_perm *perm, const struct identity *cred,
                       int asked);

/* May the process change or remove the object? */
bool permission_controls(const struct ipc_perm *perm,
                         const struct identity *cred);

#endif
