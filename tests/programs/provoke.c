/*
 * tests/programs/provoke.c -- asks the kernel for the failure that `provoke=`
 * on its command line has armed.
 *
 * It prints "went on" if the kernel survives.  An argument is the command of
 * reboot(2).  The last argument of reboot(2) is a function in this program that
 * only returns.  The kernel must neither read nor run that page where the CPU
 * can prevent it.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void nothing(void)
{
}

int main(int argc, char **argv)
{
	unsigned long command = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	void (*volatile page)(void) = nothing;

	page(); /* so that the page is there */
	syscall(SYS_reboot, 0xfee1deadu, 672274793u, command, page);
	write(1, "went on\n", 8);
	return 0;
}
