/*
 * kernel/look/tunable.c -- the table of what an administrator may set.
 */
#include "tunable.h"

#include "../../abi/errno.h"
#include "../base/klog.h"
#include "../base/trace.h"
#include "../process/schedule.h"
#include "../../ipc/sysv/msg.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"

/* clang-format off */
const struct tunable tunables[TUNABLES] = {
	[TUNABLE_SHMMAX]  = {"shmmax", &shm_limits.shmmax, 0, UINT32_MAX},
	[TUNABLE_SHMMIN]  = {"shmmin", &shm_limits.shmmin, 1, UINT32_MAX},
	[TUNABLE_SHMMNI]  = {"shmmni", &shm_limits.shmmni, 0, IDS_LIMIT},
	[TUNABLE_SHMALL]  = {"shmall", &shm_limits.shmall, 0, UINT32_MAX},
	[TUNABLE_SHMSEG]  = {"shmseg", &shm_limits.shmseg, 0, UINT32_MAX},
	[TUNABLE_SEMMSL]  = {"semmsl", &sem_limits.semmsl, 0, SEMMSL_MAX},
	[TUNABLE_SEMMNS]  = {"semmns", &sem_limits.semmns, 0, INT32_MAX},
	[TUNABLE_SEMOPM]  = {"semopm", &sem_limits.semopm, 0, SEMOPM_MAX},
	[TUNABLE_SEMMNI]  = {"semmni", &sem_limits.semmni, 0, IDS_LIMIT},
	[TUNABLE_MSGMAX]  = {"msgmax", &msg_limits.msgmax, 0, INT32_MAX},
	[TUNABLE_MSGMNB]  = {"msgmnb", &msg_limits.msgmnb, 0, INT32_MAX},
	[TUNABLE_MSGMNI]  = {"msgmni", &msg_limits.msgmni, 0, IDS_LIMIT},
	[TUNABLE_RESERVE] = {"reserve", (uint32_t *)&server_reserve, 0, 65536},
	[TUNABLE_LOG]     = {"log", (uint32_t *)&klog_level, 0, KLOG_INFO},
	[TUNABLE_TRACE]   = {"trace", &trace_on, 0, 1},
	[TUNABLE_QUANTUM] = {"quantum", &quantum, 1, 1000},
};
/* clang-format on */

int tunable_set(uint32_t which, uint32_t value)
{
	if (which >= TUNABLES || value < tunables[which].least ||
	    value > tunables[which].most)
		return -EINVAL;
	*tunables[which].value = value;
	trace_follow();
	return 0;
}
