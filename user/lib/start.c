/*
 * user/lib/start.c -- where a freestanding program starts.
 *
 * The kernel enters every program in the same way (System V ABI, i386
 * supplement): esp points at argc, and above it are argv, a null, envp, a null
 * and the auxiliary vector.
 *
 *	esp -> | argc | argv[0] ... | 0 | envp[0] ... | 0 | auxv ... |
 *
 * _start passes the address of argc to start(), which calls main() and then
 * exit_group.  The value of edx is ignored, because there is no dynamic
 * linker.
 */
#include "unix.h"

__attribute__((used, noreturn)) static void start(char **stack)
{
	int argc = (int)(uintptr_t)stack[0];

	unix_exit(main(argc, stack + 1, stack + argc + 2));
}

/* The stack is aligned in the way that the ABI promises to start(). */
__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "	xorl %ebp, %ebp\n"
        "	movl %esp, %eax\n"
        "	andl $-16, %esp\n"
        "	subl $12, %esp\n"
        "	pushl %eax\n"
        "	call start\n"
        "	hlt\n");
