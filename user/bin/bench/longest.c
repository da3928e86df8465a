/*
 * user/bin/bench/longest.c -- the longest call.
 *
 * Interrupts are off from a trap to its end, except at preemption points, so
 * the longest call is the longest that the other processes have to wait.  Each
 * case here is the worst one known that a process without privilege can
 * arrange for a call; a row has the instructions of the call.  Where a case
 * has two sizes, the cost must grow no faster than the size.  `longest_call`
 * is the greatest of all rows.
 */
#include "../../../abi/shm.h"
#include "bench.h"

#define AT          0x10000000u /* where the cases map memory */
#define GIB         0x40000000u
#define STRINGS     65000
#define STRING_PAGE 600 /* regions in the slot of the strings */

static uint32_t longest;
static const char *myself;

/* ---- measuring ---------------------------------------------------------- */

void note_call(const char *name, uint64_t from)
{
	uint32_t cost = (uint32_t)(rdtsc64() - from);

	say_value(name, cost);
	if (cost > longest)
		longest = cost;
}

static uint32_t checked(int result, const char *what)
{
	if (unix_failed(result))
		give_up(what);
	return (uint32_t)result;
}

static uint32_t map(uint32_t at, uint32_t bytes, uint32_t rights,
                    uint32_t flags)
{
	return checked(unix_mmap(at, bytes, rights, flags | MAP_FIXED), "mmap");
}

static void protect(uint32_t at, uint32_t bytes, uint32_t rights)
{
	checked(unix_call(SYS_mprotect, at, bytes, rights), "mprotect");
}

static void unmap(uint32_t at, uint32_t bytes)
{
	checked(unix_call(SYS_munmap, at, bytes, 0), "munmap");
}

static void touch(uint32_t from, uint32_t bytes, bool write)
{
	for (uint32_t at = from; at < from + bytes; at += PAGE_SIZE) {
		volatile char *byte = (volatile char *)(uintptr_t)at;

		if (write)
			*byte = 1;
		else
			(void)*byte;
	}
}

/* Maps regions of one page each; their rights keep neighbours from joining. */
static void map_many(uint32_t at, int regions)
{
	for (int i = 0; i < regions; i++)
		map(at + i * PAGE_SIZE, PAGE_SIZE, i & 1 ? PROT_READ : 0,
		    MAP_PRIVATE);
}

/* Measures the fork of a child that ends at once, and its end with the wait. */
static void note_fork(const char *fork, const char *end)
{
	uint64_t from = rdtsc64();
	int pid = unix_fork();

	if (pid == 0)
		unix_exit(0);
	note_call(fork, from);
	checked(pid, "fork");
	from = rdtsc64();
	checked(unix_call(SYS_waitpid, (uint32_t)pid, 0, 0), "waitpid");
	note_call(end, from);
}

static void note_protect(const char *name, uint32_t at, uint32_t bytes,
                         uint32_t rights)
{
	uint64_t from = rdtsc64();

	protect(at, bytes, rights);
	note_call(name, from);
}

static void note_unmap(const char *name, uint32_t at, uint32_t bytes)
{
	uint64_t from = rdtsc64();

	unmap(at, bytes);
	note_call(name, from);
}

/* ---- the cases ---------------------------------------------------------- */

static void regions_of_a_page(void)
{
	const int n = 14000;

	map_many(AT, n);
	note_fork("long_fork_regions", "long_exit_regions");
	note_protect("long_mprotect_regions", AT, n * PAGE_SIZE,
	             PROT_READ | PROT_WRITE);
	map_many(AT, n);
	note_unmap("long_munmap_regions", AT, n * PAGE_SIZE);
}

/* Makes an attach of `n` parts, above `n` pages that replace its lower half. */
static void attach_in_parts(int n, const char *fork, const char *end,
                            const char *unmap_it)
{
	uint32_t bytes = 2 * n * PAGE_SIZE, high = AT + n * PAGE_SIZE;
	int id = (int)checked(
	    unix_call(SYS_shmget, IPC_PRIVATE, bytes, 0600 | SHM_NORESERVE),
	    "shmget");

	checked(unix_call(SYS_shmat, (uint32_t)id, AT, 0), "shmat");
	checked(unix_call(SYS_shmctl, (uint32_t)id, IPC_RMID, 0), "IPC_RMID");
	map_many(AT, n);
	for (int i = 0; i < n; i += 2)
		protect(high + i * PAGE_SIZE, PAGE_SIZE, PROT_READ);
	note_fork(fork, end);
	note_unmap(unmap_it, high, n * PAGE_SIZE);
	unmap(AT, n * PAGE_SIZE);
}

/* Measures exec with empty strings, which cost most for each byte. */
static void strings(const char *name, int regions)
{
	uint32_t array = AT + regions * PAGE_SIZE;
	uint32_t bytes = (STRINGS + 2) * sizeof(char *);
	char **words = (char **)(uintptr_t)array;
	static char *const argv[] = {(char *)"bench", (char *)"-", 0};
	uint64_t from;
	int pid;

	map_many(AT, regions);
	map(array, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	for (int i = 0; i < STRINGS; i++)
		words[i] = (char *)&words[STRINGS];
	from = rdtsc64();
	pid = unix_fork();
	if (pid == 0)
		unix_exit(unix_execve(myself, argv, words) != 0);
	checked(unix_call(SYS_waitpid, (uint32_t)pid, 0, 0), "waitpid");
	note_call(name, from);
	unmap(AT, regions * PAGE_SIZE + bytes);
}

static void much_memory(void)
{
	uint32_t half = 64u << 20, all = 2 * half;
	uint64_t from;
	int id;

	map(AT, half, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	touch(AT, half, true);
	note_fork("long_fork_64m", "long_exit_64m");
	note_protect("long_mprotect_64m", AT, half, PROT_READ);
	note_unmap("long_munmap_64m", AT, half);

	id = (int)checked(unix_call(SYS_shmget, IPC_PRIVATE, all, 0600),
	                  "shmget");
	checked(unix_call(SYS_shmat, (uint32_t)id, AT, 0), "shmat");
	touch(AT, all, true);
	checked(unix_call(SYS_shmctl, (uint32_t)id, IPC_RMID, 0), "IPC_RMID");
	from = rdtsc64();
	checked(unix_call(SYS_shmdt, AT, 0, 0), "shmdt");
	note_call("long_last_shmdt_128m", from);
}

/* These cases use much address space and hardly any memory. */
static void much_space(void)
{
	uint32_t bytes = 2 * GIB + GIB / 2;
	uint64_t from = rdtsc64();

	map(AT, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE);
	note_call("long_mmap_2560m", from);
	note_unmap("long_munmap_2560m", AT, bytes);

	map(AT, GIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
	touch(AT, GIB, false);
	note_fork("long_fork_zeroes_1g", "long_exit_zeroes_1g");
	note_protect("long_mprotect_zeroes_1g", AT, GIB, PROT_READ);
	touch(AT, GIB, false);
	note_unmap("long_munmap_zeroes_1g", AT, GIB);
}

void measure_longest(const char *program)
{
	myself = program;
	regions_of_a_page();
	attach_in_parts(1500, "long_fork_parts_1500", "long_exit_parts_1500",
	                "long_munmap_parts_1500");
	attach_in_parts(7000, "long_fork_parts_7000", "long_exit_parts_7000",
	                "long_munmap_parts_7000");
	strings("long_exec_strings", 0);
	strings("long_exec_among_600", STRING_PAGE);
	much_memory();
	much_space();
	longest_ipc();
	longest_files();
	say_value("longest_call", longest);
}
