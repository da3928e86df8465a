/*
 * tests/programs/provoke.c -- asks the kernel for the failure that `provoke=`
 * on its command line has armed; says "went on" when the kernel survives.  An
 * argument is reboot(2)'s command.
 *
 * reboot(2)'s last argument is a function of ours that only returns: a page
 * that the kernel must neither read nor run where the CPU can see to that.
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

	page(); /* so that it is there */
	syscall(SYS_reboot, 0xfee1deadu, 672274793u, command, page);
	write(1, "went on\n", 8);
	return 0;
}
