/*
 * user/bin/ipcs.c -- segments, queues and semaphore sets, in the columns of
 * util-linux's ipcs(1).
 */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "look/command.h"
#include "look/look.h"
#include "look/screen.h"

int main(int argc, char **argv)
{
	bool queues = argc == 1, segments = argc == 1, sets = argc == 1;
	bool wrong = false;
	int result = 0, letter;

	while ((letter = getopt(argc, argv, "mqsa")) != -1) {
		queues |= letter == 'q' || letter == 'a';
		segments |= letter == 'm' || letter == 'a';
		sets |= letter == 's' || letter == 'a';
		wrong |= letter == '?';
	}
	if (wrong || optind != argc)
		return usage("ipcs [-m] [-q] [-s] [-a]");
	if (queues)
		result |= queues_show();
	if (segments)
		result |= segments_show();
	if (sets)
		result |= sets_show();
	screen_lines(1);
	printf("\n");
	return result == 0 ? 0 : 1;
}
