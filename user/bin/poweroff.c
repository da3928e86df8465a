/*
 * user/bin/poweroff.c -- ends the machine.
 *
 * It asks the kernel itself, as busybox's `poweroff -f` does, and so it works
 * without an init that listens.  -f and -n are taken for the sake of fingers.
 */
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>

#include "look/command.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-f") != 0 && strcmp(argv[i], "-n") != 0)
			return usage("poweroff [-f] [-n]");
	reboot(RB_POWER_OFF);
	perror("poweroff");
	return 1;
}
