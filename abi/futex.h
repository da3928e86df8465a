/*
 * abi/futex.h -- the operations of futex(2).
 */
#ifndef ABI_FUTEX_H
#define ABI_FUTEX_H

#define FUTEX_WAIT           0
#define FUTEX_WAKE           1
#define FUTEX_WAIT_BITSET    9
#define FUTEX_WAKE_BITSET    10
#define FUTEX_PRIVATE_FLAG   0x80u
#define FUTEX_CLOCK_REALTIME 0x100u

#endif
