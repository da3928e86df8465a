/*
 * user/bin/multicall.c -- all programs of user/bin in one file.
 *
 * Each program is one file of user/bin, or one folder, with a main() of its
 * own, and it also builds as a program by itself.  In the boot archive all of
 * them are one file, so that the C library is there once:
 *
 *	/bin/multicall
 *	/bin/two_addresses -> multicall
 *	/bin/ipcs          -> multicall
 *
 * The build gives the main() of NAME the name NAME_main, this one too, and
 * lists the names in programs.h.  The name by which this program is called
 * says which of them is meant; or the first argument does, as in `multicall
 * ipcs`.
 */
#include <stdio.h>
#include <string.h>

/*
 * Some of them take no arguments.  They are called with two nevertheless, as
 * the start-up code of the C library calls every main() on the i386.
 */
#define PROGRAM(name, main) int main(int argc, char **argv);
#include "programs.h"
#undef PROGRAM

#define PROGRAM(name, main) {name, main},
static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} programs[] = {
#include "programs.h"
};
#define PROGRAMS (sizeof(programs) / sizeof(*programs))

int main(int argc, char **argv)
{
	for (int shift = 0; shift < 2 && shift < argc; shift++) {
		const char *slash = strrchr(argv[shift], '/');
		const char *name = slash ? slash + 1 : argv[shift];

		for (size_t i = 0; i < PROGRAMS; i++)
			if (strcmp(name, programs[i].name) == 0)
				return programs[i].main(argc - shift,
				                        argv + shift);
	}
	fprintf(stderr, "usage: multicall PROGRAM [ARGUMENT ...]\n");
	for (size_t i = 0; i < PROGRAMS; i++)
		fprintf(stderr, " %s", programs[i].name);
	fprintf(stderr, "\n");
	return 2;
}
