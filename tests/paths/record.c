/*
 * tests/paths/record.c -- writes down which functions the kernel enters.
 *
 * build/paths.elf is the kernel compiled with -finstrument-functions, and this
 * file, which is in no other kernel, holds the two functions that gcc then
 * calls at the beginning and at the end of every other one.  What they write
 * to RECORD_PORT is a row of 32-bit words, low byte first:
 *
 *	a function begins    its address
 *	a Unix call begins   ... and of syscall_unix: pid << 16 | number
 *	a Unix call ends     ... and of syscall_unix: END | pid
 *
 * Addresses are above 3 GiB and the other words are below, so that a reader
 * can tell them apart.  tests/jobs/paths.py is that reader.
 */
#include "../../kernel/base/cpu.h"
#include "../../kernel/process/process.h"
#include "../../kernel/process/trapframe.h"

#define RECORD_PORT 0x1E9
#define END         0x80000000u

void __cyg_profile_func_enter(void *function, void *caller);
void __cyg_profile_func_exit(void *function, void *caller);
int syscall_unix(uint32_t number, const uint32_t *args);

static void record(uint32_t word)
{
	for (int i = 0; i < 32; i += 8)
		outb(RECORD_PORT, word >> i);
}

/*
 * The number is still in the registers that the door has saved at the top of
 * the kernel stack, which is one page.
 */
static uint32_t call_number(void)
{
	uint32_t on_stack;
	const struct trapframe *top = (void *)page_up((uintptr_t)&on_stack);

	return top[-1].eax;
}

void __cyg_profile_func_enter(void *function, void *caller)
{
	(void)caller;
	record((uintptr_t)function);
	if (function == (void *)syscall_unix)
		record((uint32_t)self()->life.pid << 16 | call_number());
}

void __cyg_profile_func_exit(void *function, void *caller)
{
	(void)caller;
	if (function == (void *)syscall_unix)
		record(END | self()->life.pid);
}
