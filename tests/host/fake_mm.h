/*
 * tests/host/fake_mm.h -- memory in place of mm, for the programs that are
 * `alone`: a few rows, chains and segments, which an explorer can save.
 *
 * Whatever would need a promise asks promised().  As those of fake_kernel.c,
 * the functions give way to a program's own.
 */
#ifndef TESTS_HOST_FAKE_MM_H
#define TESTS_HOST_FAKE_MM_H

#include "../../ipc/sysv/pool.h"
#include "../../mm/segment.h"
#include "../../mm/usercopy.h"

/* Which promise will be broken, 1: the next, 0: none; and whether one was. */
extern int refuse;
extern bool refused;

/* False: memory is refused. */
bool promised(void);

/*
 * The program's, and no weak one: where `bytes` of user memory at `va` are, for
 * a copy out to it or in.  0: the copy is a fault.
 */
void *user_memory(vaddr_t va, uint32_t bytes, bool out);

/* The pool: each chain is one cell, here of any size up to CELL_BYTES. */
#define CHAINS 8
struct chain {
	uint32_t used; /* bytes that were asked for, 0: free */
	uint32_t words[CELL_BYTES / 4];
};
extern struct chain chains[CHAINS];

/*
 * Segments of one page: the table of segment s is frame 2s, its page 2s + 1.
 * segment_remake() makes one anew, as it was saved.
 */
#define SEGMENTS 3
extern struct segment segments[SEGMENTS];
extern uint32_t memory[2 * SEGMENTS][PAGE_SIZE / 4];
void segment_remake(int segment, int pages);

#endif
