/*
 * user/lib/native.h -- the kernel's own door, int 0x81, for servers.
 *
 * One inline stub k_NAME for each line of abi/native.tbl, written by
 * tools/mktables.  The contracts are in abi/message.h and abi/native.tbl.
 */
#ifndef USER_LIB_NATIVE_H
#define USER_LIB_NATIVE_H

#include "../../abi/errno.h"
#include "../../abi/message.h"
#include "../../build/gen/native_stubs.h"
#include "../../build/gen/syscall_numbers.h"

#endif
