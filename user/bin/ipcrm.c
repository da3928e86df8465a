/*
 * user/bin/ipcrm.c -- removes segments, queues and semaphore sets.
 *
 *	ipcrm -m ID | -M KEY     a segment, by its id or by its key
 *	      -q ID | -Q KEY     a queue
 *	      -s ID | -S KEY     a set
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "look/command.h"

static int not_number(const char *text)
{
	fprintf(stderr, "ipcrm: %s: not a number\n", text);
	return 2;
}

static int find(char kind, key_t key)
{
	errno = EINVAL;
	if (key == IPC_PRIVATE)
		return -1; /* many objects have it, so it finds none */
	return kind == 'm'   ? shmget(key, 0, 0)
	       : kind == 'q' ? msgget(key, 0)
	                     : semget(key, 0, 0);
}

static int remove_by_id(char kind, int id)
{
	return kind == 'm'   ? shmctl(id, IPC_RMID, NULL)
	       : kind == 'q' ? msgctl(id, IPC_RMID, NULL)
	                     : semctl(id, 0, IPC_RMID);
}

/* Removes an object by its id or, after a capital letter, by its key. */
static int remove_object(int letter, long value)
{
	bool by_key = isupper(letter);
	char kind = (char)tolower(letter);
	const char *what = by_key ? "key" : "id";
	int id = by_key ? find(kind, (key_t)value) : (int)value;

	if (id >= 0 && remove_by_id(kind, id) == 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		fprintf(stderr, "ipcrm: permission denied for %s (%ld)\n", what,
		        value);
	else if (errno == EINVAL || errno == ENOENT || id < 0)
		fprintf(stderr, "ipcrm: invalid %s (%ld)\n", what, value);
	else
		fprintf(stderr, "ipcrm: %s (%ld): %s\n", what, value,
		        strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int failed = 0, letter = 0;

	while (letter != '?' &&
	       (letter = getopt(argc, argv, "m:M:q:Q:s:S:")) != -1) {
		long value;

		if (letter == '?')
			continue;
		if (!number(optarg, &value))
			return not_number(optarg);
		failed |= remove_object(letter, value);
	}
	if (argc == 1 || letter == '?' || optind != argc)
		return usage("ipcrm -m|-q|-s ID | -M|-Q|-S KEY ...");
	return failed;
}
