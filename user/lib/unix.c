/*
 * user/lib/unix.c -- the calls of the Unix door that want six words.
 *
 * The sixth argument travels in ebp, which a compiler may be using: it is
 * exchanged by hand around the trap.
 */
#include "unix.h"

static int map_anonymous(uint32_t bytes)
{
	int result;

	__asm__ volatile("pushl %%ebp\n\t"
	                 "xorl %%ebp, %%ebp\n\t"
	                 "int $0x80\n\t"
	                 "popl %%ebp"
	                 : "=a"(result)
	                 : "a"(SYS_mmap2), "b"(0), "c"(bytes),
	                   "d"(PROT_READ | PROT_WRITE),
	                   "S"(MAP_PRIVATE | MAP_ANONYMOUS), "D"(-1)
	                 : "memory");
	return result;
}

void *unix_map(uint32_t bytes)
{
	int address = map_anonymous(bytes);

	return unix_failed(address) ? 0 : (void *)(uintptr_t)address;
}

void unix_unmap(void *start, uint32_t bytes)
{
	unix_call(SYS_munmap, unix_address(start), bytes, 0);
}
