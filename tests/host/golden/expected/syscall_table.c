/* The kernel's table of Unix calls: made by tools/mktables from abi/syscalls.tbl. */
#include "../../ipc/message/syscall_table.h"
#include "../../kernel/unix/lifecycle.h"
#include "calls.h"

static int run_pid(uint32_t number, const uint32_t *a)
{
	(void)number;
	(void)a;
	uint32_t word = self()->pid;

	return word;
}

static int run_end(uint32_t number, const uint32_t *a)
{
	(void)number;
	return sys_end(a[0]);
}

static int run_leave(uint32_t number, const uint32_t *a)
{
	(void)number;
	return sys_end(a[0]);
}

static int run_wide(uint32_t number, const uint32_t *a)
{
	(void)number;
	return sys_wide(a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int run_uid(uint32_t number, const uint32_t *a)
{
	(void)number;
	(void)a;
	uint32_t word = self()->cred.uid;

	return word > 0xffff ? 65534 : word;
}

static int run_setuid(uint32_t number, const uint32_t *a)
{
	(void)number;
	return sys_setid(0, a[0]);
}

static int run_setgid(uint32_t number, const uint32_t *a)
{
	(void)number;
	return sys_setid(a[0], 1);
}

static int run_nothing(uint32_t number, const uint32_t *a)
{
	(void)number;
	(void)a;
	return sys_nothing();
}

static int run_fork(uint32_t number, const uint32_t *a)
{
	(void)number;
	(void)a;
	return sys_start(17, 0);
}

static int run_brk(uint32_t number, const uint32_t *a)
{
	(void)number;
	vaddr_t address = 0;
	int result = sys_brk(a[0], &address);

	return result < 0 ? result : (int)address;
}

static int run_where(uint32_t number, const uint32_t *a)
{
	(void)number;
	(void)a;
	vaddr_t address = 0;
	int result = sys_where(&address);

	return result < 0 ? result : (int)address;
}

static int run_mmap(uint32_t number, const uint32_t *a)
{
	vaddr_t address = 0;
	int result = sys_mmap(a[0], a[1], a[2], &address);

	if (result == FORWARD)
		return forward(number, a);
	return result < 0 ? result : (int)address;
}

static int run_fcntl(uint32_t number, const uint32_t *a)
{
	int result = sys_fcntl(a[0], a[1], a[2]);

	if (result == FORWARD)
		return forward(number, a);
	return result;
}

static int run_always_EOPNOTSUPP(uint32_t number, const uint32_t *a)
{
	(void)number;
	(void)a;
	return -EOPNOTSUPP;
}

const struct syscall syscalls[SYSCALL_LIMIT] = {
	[20] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[1] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[2] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[4] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[5] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[6] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[7] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[8] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[9] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[10] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[11] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[12] = {.fd_argument = 2,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
	[13] = {.fd_argument = 0,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_INOUT, 2, -1, 64}}},
	[30] = {.fd_argument = 0,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_OUT, 1, 2, 0}}},
	[31] = {.fd_argument = 2,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_IN, 1, 0, 0}}},
	[32] = {.fd_argument = 0,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_OUT | LEASE_IOV, 1, 2, 0}}},
	[33] = {.fd_argument = 0,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_IN | LEASE_IOV, 1, 2, 0}}},
	[34] = {.fd_argument = 0,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_IN, 1, -1, 1}, {LEASE_OUT, 2, -1, 65535}, {LEASE_INOUT, 3, -1, 16}}},
	[35] = {.fd_argument = 2,
		.result = RESULT_FD2, .flags_argument = 1, .cloexec = 524288,
		.leases = {{LEASE_OUT, 0, -1, 8}}},
	[36] = {.fd_argument = 0,
		.result = RESULT_FD, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_STR, 1, -1, 0}}},
	[39] = {.fd_argument = -1,
		.result = RESULT_FD, .flags_argument = 0, .cloexec = 4294967295,
		.leases = {{LEASE_STR, 0, -1, 0}}},
	[37] = {.fd_argument = 0,
		.result = RESULT_CWD, .flags_argument = -1, .cloexec = 0},
	[40] = {.fd_argument = -1,
		.result = RESULT_FD, .flags_argument = 1, .cloexec = 524288,
		.leases = {{LEASE_STR, 0, -1, 0}}},
	[41] = {.fd_argument = 0, .is_dir = true,
		.result = RESULT_FD, .flags_argument = 2, .cloexec = 524288,
		.leases = {{LEASE_STR, 1, -1, 0}}},
	[42] = {.fd_argument = -1,
		.result = RESULT_FD2, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_OUT, 0, -1, 8}}},
	[43] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_STR, 0, -1, 0}, {LEASE_STR, 1, -1, 0}}},
	[44] = {.fd_argument = 0, .is_dir = true, .second_dir = 2,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_STR, 1, -1, 0}, {LEASE_STR, 3, -1, 0}}},
	[45] = {.fd_argument = 0, .is_dir = true, .second_dir = 2,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0,
		.leases = {{LEASE_STR, 1, -1, 0}, {LEASE_STR, 3, -1, 0}}},
	[51] = {.fd_argument = -1,
		.result = RESULT_STATUS, .flags_argument = -1, .cloexec = 0},
};

int (*const syscall_run[SYSCALL_LIMIT])(uint32_t, const uint32_t *) = {
	[0] = unknown_call,
	[1] = run_end,
	[2] = run_leave,
	[3] = unknown_call,
	[4] = run_wide,
	[5] = run_uid,
	[6] = run_setuid,
	[7] = run_setgid,
	[8] = run_nothing,
	[9] = run_fork,
	[10] = run_brk,
	[11] = run_where,
	[12] = run_mmap,
	[13] = run_fcntl,
	[14] = unknown_call,
	[15] = unknown_call,
	[16] = unknown_call,
	[17] = unknown_call,
	[18] = unknown_call,
	[19] = unknown_call,
	[20] = run_pid,
	[21] = unknown_call,
	[22] = unknown_call,
	[23] = unknown_call,
	[24] = unknown_call,
	[25] = unknown_call,
	[26] = unknown_call,
	[27] = unknown_call,
	[28] = unknown_call,
	[29] = unknown_call,
	[30] = forward,
	[31] = forward,
	[32] = forward,
	[33] = forward,
	[34] = forward,
	[35] = forward,
	[36] = forward,
	[37] = forward,
	[38] = unknown_call,
	[39] = forward,
	[40] = forward,
	[41] = forward,
	[42] = forward,
	[43] = forward,
	[44] = forward,
	[45] = forward,
	[46] = unknown_call,
	[47] = unknown_call,
	[48] = unknown_call,
	[49] = unknown_call,
	[50] = unknown_call,
	[51] = run_always_EOPNOTSUPP,
};
