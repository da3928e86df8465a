/*
 * ipc/sysv_ipc.c -- ipc(2), number 117: every System V call through one door.
 *
 * i386 had one number for all of them before each got its own, and every C
 * library still comes in here.  The low half of `call` says which one is meant,
 * the high half a version.  Here the words are only unpacked; the work is done
 * by the same functions as for the direct calls.
 *
 *	call       first   second    third    ptr       fifth
 *	SHMAT      shmid   shmflg    &result  shmaddr
 *	SHMDT                                 shmaddr
 *	SHMGET     key     size      shmflg
 *	SHMCTL     shmid   cmd                buf
 *
 * Two things are this door's own.  A command of SHMCTL that carries a structure
 * must say IPC_64: the layouts before it, with ids of 16 bits, are not offered.
 * And shmat's answer goes to memory: where it cannot be written, nothing is
 * attached.
 */
#include "../abi/errno.h"
#include "shm.h"

#define SHMAT  21
#define SHMDT  22
#define SHMGET 23
#define SHMCTL 24

/* Could the word at `address` be stored to?  Leaves it as it is. */
static int probe(vaddr_t address)
{
	uint32_t word;
	int error = copy_in(&word, address, sizeof(word));

	return error < 0 ? error : copy_out(address, &word, sizeof(word));
}

static int shmat(int id, vaddr_t address, int flags, vaddr_t result)
{
	vaddr_t base;
	int error = shm_may_attach(id, address, flags);

	if (error >= 0)
		error = probe(result);
	if (error >= 0)
		error = sys_shmat(id, address, flags, &base);
	if (error < 0)
		return error;

	error = copy_out(result, &base, sizeof(base));
	if (error < 0) /* `result` lay in what SHM_REMAP has just replaced */
		sys_shmdt(base);
	return error;
}

/* The commands that need no IPC_64: they have no structure, or always one. */
static bool has_one_layout(int command)
{
	return command == IPC_RMID || command == SHM_LOCK ||
	       command == SHM_UNLOCK || command == SHM_INFO;
}

static int shmctl(int id, int command, vaddr_t buf)
{
	if (!(command & IPC_64) && !has_one_layout(command))
		return -EINVAL;
	return sys_shmctl(id, command & ~IPC_64, buf);
}

int sys_ipc(uint32_t call, int first, int second, uint32_t third, vaddr_t ptr,
            uint32_t fifth)
{
	int version = call >> 16;

	(void)fifth;
	switch (call & 0xFFFF) {
	case SHMAT:
		if (version == 1)
			return -EINVAL;
		return shmat(first, ptr, second, third);
	case SHMDT:
		return sys_shmdt(ptr);
	case SHMGET:
		return sys_shmget(first, second, third);
	case SHMCTL:
		return shmctl(first, second, ptr);
	default:
		return -ENOSYS;
	}
}
