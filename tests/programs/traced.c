/*
 * tests/programs/traced.c -- turns the kernel's trace on, attaches a segment,
 * turns it off, and detaches.  Then a process that is not root tries to turn it
 * on, and the program prints the errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACE  "/proc/sys/kernel/trace"
#define NOBODY 99

static int set(const char *value)
{
	int fd = open(TRACE, O_WRONLY);

	return fd < 0 ? errno : write(fd, value, 1) == 1 ? close(fd) : errno;
}

int main(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600), status, on, off;
	char *page;

	on = set("1");
	page = shmat(id, NULL, 0);
	*page = 1;
	off = set("0");
	shmdt(page);
	if (fork() == 0) {
		setuid(NOBODY);
		_exit(set("1"));
	}
	wait(&status);
	printf("on %d, off %d, not root %d\n", on, off, WEXITSTATUS(status));
	return shmctl(id, IPC_RMID, NULL);
}
