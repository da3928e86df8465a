/*
 * tests/programs/refused.c -- two processes store into a page that they share,
 * after the kernel has spoilt a word of the page tables as `provoke=` on its
 * command line says.  It prints how each of them ended.
 */
#include <stdio.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *who, pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s: killed by signal %d\n", who, WTERMSIG(status));
	else
		printf("%s: status %d\n", who, WEXITSTATUS(status));
	fflush(stdout);
}

/* A child that waits until *go is set, and then stores into *page. */
static pid_t writer(volatile int *page, const volatile int *go)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	while (!*go)
		usleep(10000);
	*page = 2;
	_exit(0);
}

int main(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	int signs = shmget(IPC_PRIVATE, 4096, 0600);
	volatile int *page = shmat(id, NULL, 0);
	volatile int *go = shmat(signs, NULL, 0);
	pid_t one, other;

	*page = 1;
	*go = 0;
	one = writer(page, go);
	other = writer(page, go + 1);
	if (fork() == 0) {
		syscall(SYS_reboot, 0xfee1deadu, 672274793u, 0, page);
		go[0] = 1;
		*page = 3;
		_exit(0);
	}
	tell("one", one);
	go[1] = 1;
	tell("the other", other);
	wait(NULL);
	shmctl(id, IPC_RMID, NULL);
	return shmctl(signs, IPC_RMID, NULL);
}
