/*
 * user/lib/device.c -- what a device answers to calls that are for files.
 */
#include "server.h"

#include "../../build/gen/server_calls.h"

static const bool by_path[SYSCALL_LIMIT] = {
#define NAME                      true
#define FD                        false
#define CALL(number, name, owner) [number] = owner,
    SERVER_CALLS(CALL)
#undef CALL
#undef FD
#undef NAME
};

bool call_by_path(int type)
{
	return by_path[type];
}

int device_call(const struct message *m)
{
	switch (m->type) {
	case SYS_lseek:
	case SYS__llseek:
		return -ESPIPE;
	case SYS_mmap2:
		return -ENODEV;
	case SYS_mq_timedsend:
	case SYS_mq_timedreceive:
	case SYS_mq_timedsend_time64:
	case SYS_mq_timedreceive_time64:
	case SYS_mq_notify:
	case SYS_mq_getsetattr:
		return -EBADF; /* it is no queue */
	case SYS_sendfile:
	case SYS_sendfile64:
	case SYS_splice:
	case SYS_copy_file_range:
		return -EINVAL; /* a program then reads and writes */
	case SYS_fchdir:
	case SYS_getdents:
	case SYS_getdents64:
		return -ENOTDIR;
	case SYS_fchmod:
	case SYS_fchown:
	case SYS_fchown32:
		return -EPERM; /* user/lib/devices.h has the rights */
	case SYS_futimesat:
	case SYS_utimensat:
	case SYS_utimensat_time64:
		if (m->args[1] == 0)
			return 0; /* futimens: a device keeps no times */
	}
	return by_path[m->type] ? -ENOTDIR : -ENOSYS;
}
