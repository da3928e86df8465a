/*
 * user/bin/poweroff.c -- ends the machine.
 */
#include <stdio.h>
#include <sys/reboot.h>

#include "look/command.h"

int main(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return usage("poweroff");
	reboot(RB_POWER_OFF);
	perror("poweroff");
	return 1;
}
