/*
 * tests/labs/copy.c -- copy-on-write of a segment: lab 6.
 *
 * Player 0 shares the segment, and player 1 attaches it with SHM_COPY, which
 * abi/shm.h has in the tree of that lab alone.
 */
#include "lab.h"

#define SHM_COPY 0200000
#define SHARED   ((uint32_t)0x40000000)

static char *share(uint32_t bytes)
{
	return attach(segment(bytes), SHARED, 0);
}

/* In the segment are pages that were stored before it, and others. */
static void copy(uint32_t bytes, uint32_t address, uint32_t far)
{
	char *at = NULL;

	PART(0)
	{
		at = share(bytes);
		store(at, 1);
		store(at + far, 2);
	}
	PART(1)
	{
		at = attach(segment(bytes), address, SHM_COPY);
		load(at);
		load(at + far);
		load(at + far + PAGE); /* nobody has been there */
		store(at + far, 500);
		load(at + far);
	}
	PART(0)
	{
		load(at + far);
		store(at + far + 4, 3);
		store(at, 4);
	}
	PART(1)
	{
		load(at); /* what is not copied shows the segment */
		load(at + far);
		load(at + far + 4);
		store(at + far + PAGE, 501);
	}
	PART(0)
	{
		load(at + far + PAGE);
		detach(at);
	}
	PART(1)
	{
		load(at + far);
		detach(at);
		removed(segment(bytes));
	}
}

static void copy_small(int number)
{
	(void)number;
	copy(4 * PAGE, 0x50000000, PAGE);
}

static void copy_beside(int number)
{
	(void)number;
	copy(4 * PAGE, 0x58003000, PAGE);
}

static void copy_large(int number)
{
	(void)number;
	copy(THREE_TABLES, 0x50000000, 2 * SLOT + PAGE);
}

/* ---- fork --------------------------------------------------------------- */

static void change(char *at)
{
	load(at);
	store(at, 600);
	store(at + PAGE, 601);
	load(at);
}

static void fork_copies(int number)
{
	char *at = NULL;

	(void)number;
	PART(0)
	{
		at = share(4 * PAGE);
		store(at + PAGE, 1);
	}
	PART(1)
	{
		at = attach(segment(4 * PAGE), 0x50000000, SHM_COPY);
		store(at, 500);
		load(at + PAGE);
		in_a_copy(change, at, 0);
		load(at);
		load(at + PAGE);
		store(at, 501);
		detach(at);
	}
	PART(0)
	{
		load(at);
		load(at + PAGE);
		detach(at);
		removed(segment(4 * PAGE));
	}
}

/* ---- what is refused ---------------------------------------------------- */

static void refuse(int id, uint32_t address, int flags, int want)
{
	char *at = shmat(id, (void *)(uintptr_t)address, flags);

	moment(REFUSED, id, want, at == (void *)-1 ? errno : 0);
}

/* More pages than the machine has cannot be promised to the copy. */
static void promise_too_much(int number)
{
	int id;

	(void)number;
	PART(0)
	{
		id =
		    shmget(KEY, 20000 * PAGE, IPC_CREAT | SHM_NORESERVE | 0600);
		detach(attach(id, SHARED, 0)); /* it has its tables now */
		refuse(id, SHARED, SHM_COPY, ENOMEM);
		refuse(id, SHARED, SHM_COPY | SHM_RDONLY, EINVAL);
		removed(id);
	}
}

/* To change a copy, the right to read is enough. */
static void only_read(int number)
{
	int id, secret;
	char *at;

	(void)number;
	PART(0)
	{
		id = shmget(KEY, 2 * PAGE, IPC_CREAT | 0644);
		secret = shmget(KEY + 1, PAGE, IPC_CREAT | 0600);
	}
	PART(1)
	{
		id = shmget(KEY, 0, 0);
		secret = shmget(KEY + 1, 0, 0);
		if (setuid(1000) < 0)
			_exit(5);
		refuse(id, SHARED, 0, EACCES);
		refuse(secret, SHARED, SHM_COPY, EACCES);
		at = attach(id, SHARED, SHM_COPY);
		store(at + PAGE, 500);
		detach(at);
	}
	PART(0)
	{
		removed(id);
		removed(secret);
	}
}

/* ---- the end ------------------------------------------------------------ */

static void end_attached(int number)
{
	char *at = NULL;

	(void)number;
	PART(0)
	{
		at = share(4 * PAGE);
		store(at, 1);
	}
	PART(1)
	{
		at = attach(segment(4 * PAGE), 0x50000000, SHM_COPY);
		store(at, 500);
		removed(segment(4 * PAGE));
	}
	PART(0)
	{
		detach(at);
	}
	PART(1)
	{
		load(at);
		load(at + PAGE);
	}
}

int main(void)
{
	void (*const scenes[])(int) = {
	    copy_small,       copy_beside, copy_large,  fork_copies,
	    promise_too_much, only_read,   end_attached};

	for (int i = 0; i < (int)(sizeof(scenes) / sizeof(scenes[0])); i++)
		scene(i, scenes[i]);
	moment(FINISHED, 0, 0, 0);
	return 0;
}
