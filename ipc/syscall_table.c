/*
 * ipc/syscall_table.c -- looks a lease up in a row of the table.
 */
#include "syscall_table.h"

const struct lease *syscall_lease(const struct syscall *row, int argument)
{
	for (int i = 0; i < 3; i++)
		if (row->leases[i].kind != LEASE_NONE &&
		    row->leases[i].argument == argument)
			return &row->leases[i];
	return 0;
}
