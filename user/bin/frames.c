/*
 * user/bin/frames.c -- where the frames of memory are.
 *
 * A frame is 4096 bytes.  The kernel's own text and data, the boot archive and
 * the table of frames were taken at boot, before the kernel began to hand out
 * the others.  Those are free or held.  A page is promised before it is
 * needed; so what is promised may be more than what is held, and never more
 * than there is.
 */
#include <stdio.h>
#include <string.h>

#include "look/command.h"
#include "look/screen.h"

#define KIB_A_FRAME 4u
#define FRAME_BYTES 4096ull

struct fact {
	const char *name; /* in /proc/meminfo */
	unsigned frames;
};

enum { TOTAL, FREE, PROMISED, KERNEL, ARCHIVE, BOOT, FACTS };

/* Reads the facts.  0, or -1 with errno set. */
static int facts_read(struct fact *facts)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128], name[32];
	unsigned kib;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		for (int i = 0; i < FACTS; i++)
			if (sscanf(line, "%31[^:]: %u", name, &kib) == 2 &&
			    strcmp(name, facts[i].name) == 0)
				facts[i].frames = kib / KIB_A_FRAME;
	fclose(file);
	return 0;
}

/* The frames of the segments' pages that have been touched, and of segments. */
static unsigned in_segments(unsigned *segments)
{
	FILE *file = fopen("/proc/sysvipc/shm", "r");
	unsigned long long bytes, frames = 0;
	char line[512];

	*segments = 0;
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line,
		           "%*d %*d %*o %*u %*u %*u %*u %*u %*u %*u %*u %*u "
		           "%*u %*u %llu",
		           &bytes) == 1) {
			frames += bytes / FRAME_BYTES;
			++*segments;
		}
	if (file)
		fclose(file);
	return (unsigned)frames;
}

static void line_print(const char *name, unsigned frames, const char *says)
{
	screen_lines(1);
	printf("%-14s %8u  %s\n", name, frames, says);
}

int main(int argc, char **argv)
{
	struct fact facts[FACTS] = {
	    [TOTAL] = {"MemTotal", 0},        [FREE] = {"MemFree", 0},
	    [PROMISED] = {"Committed_AS", 0}, [KERNEL] = {"KernelTables", 0},
	    [ARCHIVE] = {"Archive", 0},       [BOOT] = {"Boot", 0}};
	unsigned segments, shared, held;

	(void)argv;
	if (argc != 1)
		return usage("frames");
	if (facts_read(facts) < 0) {
		perror("frames: /proc/meminfo");
		return 1;
	}
	shared = in_segments(&segments);
	held = facts[TOTAL].frames - facts[FREE].frames;
	line_print("total", facts[TOTAL].frames, "handed out by the kernel");
	line_print("free", facts[FREE].frames, "nobody holds them");
	line_print("held", held, "total less free; of these:");
	line_print("  kernel", facts[KERNEL].frames,
	           "rows, page tables, kernel stacks");
	printf("%-14s %8u  pages touched in %u shared segment%s\n",
	       "  segments", shared, segments, segments == 1 ? "" : "s");
	line_print("  processes", held - facts[KERNEL].frames - shared,
	           "pages of programs, stacks and heaps");
	line_print("promised", facts[PROMISED].frames,
	           "at most so many can be held");
	line_print("at boot", facts[BOOT].frames,
	           "taken before, not in total; of these:");
	line_print("  archive", facts[ARCHIVE].frames,
	           "the programs, shared by all who run them");
	return 0;
}
