/*
 * user/lib/unix.c -- mmap2, the call of the Unix door with six words.
 *
 * The sixth word travels in ebp, which a compiler may be using, so it is
 * exchanged by hand around the trap.
 */
#include "unix.h"

int unix_mmap(uint32_t at, uint32_t bytes, uint32_t rights, uint32_t flags)
{
	int result;

	__asm__ volatile("pushl %%ebp\n\t"
	                 "xorl %%ebp, %%ebp\n\t"
	                 "int $0x80\n\t"
	                 "popl %%ebp"
	                 : "=a"(result)
	                 : "a"(SYS_mmap2), "b"(at), "c"(bytes), "d"(rights),
	                   "S"(flags | MAP_ANONYMOUS), "D"(-1)
	                 : "memory");
	return result;
}

void *unix_map(uint32_t bytes)
{
	int address = unix_mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	return unix_failed(address) ? 0 : (void *)(uintptr_t)address;
}

void unix_unmap(void *start, uint32_t bytes)
{
	unix_call(SYS_munmap, unix_address(start), bytes, 0);
}
