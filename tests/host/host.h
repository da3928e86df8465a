/*
 * tests/host/host.h -- the machine under the core, on the host.
 *
 * It is included before everything else (gcc -include), in place of
 * kernel/base/cpu.h.  Physical memory is an array.  CR3 and invlpg drive a
 * model of the TLB, which remembers every translation it was asked for and
 * forgets only what it is told to forget.
 *
 * With HOST_SMALL the machine is tiny: pages of 16 bytes, 3 slots for a user,
 * page tables of HOST_SMALL entries.  Its TLB is the worst that a real one may
 * be: it looks ahead, and remembers after each flush every page and every table
 * that can be reached at that moment.
 *
 *	HOST_SMALL 4	slot	0          1          2
 *			page	. . 2 3    4 5 6 7    8 9 S S
 *	HOST_SMALL 2	slot	0      1      2      3
 *			page	. .    2 3    4 5    6 7
 *
 *	. below USER_FIRST      S where the stack may be
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#define KERNEL_CPU_H /* kernel/base/cpu.h gives way to this file */

#ifdef HOST_SMALL
#define PAGE_SHIFT        4
#define USER_FIRST        32u
#define DIRECTORY_ENTRIES 4
#define HOST_FRAMES       64
#define LEVEL_ROOT        8
#if HOST_SMALL == 4
#define SLOT_SHIFT   6
#define USER_LIMIT   192u
#define ATTACH_FIRST 64u
#define STACK_LIMIT  32u
#else
#define SLOT_SHIFT   5
#define USER_LIMIT   128u
#define ATTACH_FIRST 32u
#define STACK_LIMIT  0u
#endif
#else
#define HOST_FRAMES 4096
#endif
#define HOST_OUTSIDE  8 /* frames beyond them, which no allocator knows */
#define WINDOW_START  0xF8000000u
#define WINDOW_TABLES 0

#include "../../abi/types.h"

#include <string.h>

void cpu_load_cr3(paddr_t directory);
void cpu_invlpg(vaddr_t va);
uint64_t cpu_cycles(void);
void preemption_point(void); /* there are no interrupts here */

static inline void cpu_zero_words(void *to, uint32_t words)
{
	memset(to, 0, (size_t)words * 4);
}

static inline void cpu_copy_words(void *to, const void *from, uint32_t words)
{
	memcpy(to, from, (size_t)words * 4);
}

static inline void cpu_fill_halves(void *to, uint16_t value, uint32_t count)
{
	while (count-- > 0)
		((uint16_t *)to)[count] = value;
}

/* ---- for the tests ------------------------------------------------------ */

/* Makes a machine with all its memory free, nothing loaded, no objects. */
void host_start(void);

/* A program's load and store: 0, or the error of a fault that is not served. */
int host_load(int space, vaddr_t va, uint32_t *value);
int host_store(int space, vaddr_t va, uint32_t value);

/* Maps `pages` private pages at `start`: 0, or the error of space_map(). */
int host_map(int space, vaddr_t start, int pages, int rights, bool promised);

/* How many translations are remembered that the tables no longer give. */
int host_stale(void);

#ifdef HOST_SMALL
/* Makes the TLB remember all that can be reached now. */
void host_look_ahead(void);
#endif

/* The whole machine is saved, and can be gone back to. */
struct host_state;
struct host_state *host_new_state(void);
void host_save(struct host_state *state);
void host_restore(const struct host_state *state);

extern int host_stale_free;    /* frames freed while the TLB still had them */
extern int host_tables_refuse; /* promise_fail_nth counts rows_reserve(), too */

#endif
