/*
 * abi/mman.h -- what mmap(2), mprotect(2), mremap(2), mlock(2), madvise(2) and
 * msync(2) are asked for.
 *
 * PROT_READ, PROT_WRITE and PROT_EXEC are the RIGHT_* of mm/page.h.
 */
#ifndef ABI_MMAN_H
#define ABI_MMAN_H

#include "types.h"

#define PROT_READ      1
#define PROT_WRITE     2
#define PROT_EXEC      4
#define PROT_SEM       8u
#define PROT_GROWSDOWN 0x1000000u /* mprotect: from the stack's lowest page */

#define MAP_SHARED          1u
#define MAP_PRIVATE         2u
#define MAP_SHARED_VALIDATE 3u
#define MAP_TYPE            0xfu
#define MAP_FIXED           0x10u
#define MAP_ANONYMOUS       0x20u
#define MAP_GROWSDOWN       0x100u
#define MAP_LOCKED          0x2000u
#define MAP_NORESERVE       0x4000u
#define MAP_POPULATE        0x8000u
#define MAP_FIXED_NOREPLACE 0x100000u

#define MREMAP_MAYMOVE 1u
#define MREMAP_FIXED   2u

#define MADV_DONTNEED 4

#define MCL_CURRENT 1u /* mlockall(2) */
#define MCL_FUTURE  2u

#define MS_ASYNC      1u /* msync(2) */
#define MS_INVALIDATE 2u
#define MS_SYNC       4u

#endif
