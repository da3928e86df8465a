/*
 * kernel/look/tunable.c -- the table of what an administrator may set.
 */
#include "tunable.h"

#include "../../abi/errno.h"
#include "../base/klog.h"
#include "../base/trace.h"
#include "../process/schedule.h"
#include "../signal/signal.h"
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
	[TUNABLE_SHM_NEXT_ID] = {"shm_next_id", (uint32_t *)&shm_ids.next_id, 0, INT32_MAX},
	[TUNABLE_SEM_NEXT_ID] = {"sem_next_id", (uint32_t *)&sem_ids.next_id, 0, INT32_MAX},
	[TUNABLE_MSG_NEXT_ID] = {"msg_next_id", (uint32_t *)&msg_ids.next_id, 0, INT32_MAX},
	[TUNABLE_SHM_RMID_FORCED] = {"shm_rmid_forced", &shm_rmid_forced, 0, 1},
	[TUNABLE_PID_MAX] = {"pid_max", (uint32_t *)&pid_max, PID_LEAST, PIDS},
	[TUNABLE_THREADS_MAX] = {"threads-max", (uint32_t *)&threads_max, 20, PROCS_MAX},
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
	shm_destroy_orphans();
	return 0;
}
