/*
 * kernel/unix/sysv_ipc.c -- ipc(2), number 117: all System V calls by one
 * number.
 *
 * i386 had one number for all of them before each got its own, and every C
 * library still comes in here.  The low half of `call` says which one is meant,
 * the high half a version.  This file only unpacks the words; the functions of
 * the direct calls do the work.
 *
 *	call        first   second    third    ptr         fifth
 *	SEMOP       semid   nsops              sops
 *	SEMGET      key     nsems     semflg
 *	SEMCTL      semid   semnum    cmd      &semun
 *	SEMTIMEDOP  semid   nsops              sops        timespec
 *	MSGSND      msqid   msgsz     msgflg   msgp
 *	MSGRCV      msqid   msgsz     msgflg   msgp        msgtyp   version 1 on
 *	                                       &{msgp, msgtyp}      version 0
 *	MSGGET      key     msgflg
 *	MSGCTL      msqid   cmd                buf
 *	SHMAT       shmid   shmflg    &result  shmaddr
 *	SHMDT                                  shmaddr
 *	SHMGET      key     size      shmflg
 *	SHMCTL      shmid   cmd                buf
 *
 * Two things are different here.  A command that carries a structure must say
 * IPC_64, because older layouts, with ids of 16 bits, are not offered.  And the
 * answer of shmat goes to memory: where it cannot be written, nothing is
 * attached.
 */
#include "../../abi/errno.h"
#include "../base/trace.h"
#include "../../ipc/sysv/msg.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"

/* May the caller store a word at `address`?  The word stays.  0 or -EFAULT. */
static int probe(vaddr_t address)
{
	uint32_t word;
	int error = copy_in(&word, address, sizeof(word));

	return error < 0 ? error : copy_out(address, &word, sizeof(word));
}

static int shmat(int id, vaddr_t address, int flags, vaddr_t result)
{
	int index = shm_may_attach(id, address, flags), error;
	vaddr_t base;

	if (index < 0)
		return index;
	error = probe(result);
	if (error == 0)
		error = shm_attach(index, address, flags, &base);
	if (error < 0)
		return error;

	error = copy_out(result, &base, sizeof(base));
	trace_address = base;
	if (error < 0) /* `result` lay in what SHM_REMAP has just replaced */
		sys_shmdt(base);
	return error;
}

/*
 * The command without IPC_64.  A command whose structure has two layouts must
 * carry IPC_64; without it the answer is -1, which no kind knows.  `stat` is
 * the kind's own: SHM_STAT, SEM_STAT or MSG_STAT.  Of the structures of
 * IPC_INFO only struct shminfo has two layouts.
 */
static int command(int given, int stat)
{
	int plain = given & ~IPC_64;
	bool two_layouts = plain == IPC_SET || plain == IPC_STAT ||
	                   plain == stat || plain == stat + 2 ||
	                   (plain == IPC_INFO && stat == SHM_STAT);

	return two_layouts && !(given & IPC_64) ? -1 : plain;
}

/* semctl(2).  Its fourth argument is a word in memory here. */
static int semctl(int id, int num, int given, vaddr_t semun)
{
	uint32_t arg;

	if (semun == 0)
		return -EINVAL;
	if (copy_in(&arg, semun, sizeof(arg)) < 0)
		return -EFAULT;
	return sys_semctl(id, num, command(given, SEM_STAT), arg);
}

/* msgrcv(2) of version 0: the address and the type are in memory. */
static int msgrcv(int id, uint32_t size, int flags, vaddr_t pair)
{
	struct {
		vaddr_t message;
		int type;
	} both;

	if (pair == 0)
		return -EINVAL;
	if (copy_in(&both, pair, sizeof(both)) < 0)
		return -EFAULT;
	return sys_msgrcv(id, both.message, size, both.type, flags);
}

int sys_ipc(uint32_t call, int first, int second, uint32_t third, vaddr_t ptr,
            uint32_t fifth)
{
	int version = call >> 16;

	switch (call & 0xFFFF) {
	case SEMOP:
		return semtimedop(first, ptr, second, 0, false);
	case SEMTIMEDOP:
		return semtimedop(first, ptr, second, fifth, false);
	case SEMGET:
		return sys_semget(first, second, third);
	case SEMCTL:
		return semctl(first, second, third, ptr);
	case MSGSND:
		return sys_msgsnd(first, ptr, second, third);
	case MSGRCV:
		if (version == 0)
			return msgrcv(first, second, third, ptr);
		return sys_msgrcv(first, ptr, second, fifth, third);
	case MSGGET:
		return sys_msgget(first, second);
	case MSGCTL:
		return sys_msgctl(first, command(second, MSG_STAT), ptr);
	case SHMAT:
		if (version == 1)
			return -EINVAL;
		return shmat(first, ptr, second, third);
	case SHMDT:
		return sys_shmdt(ptr);
	case SHMGET:
		return sys_shmget(first, second, third);
	case SHMCTL:
		return sys_shmctl(first, command(second, SHM_STAT), ptr);
	default:
		return -ENOSYS;
	}
}
