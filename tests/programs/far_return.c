/*
 * tests/programs/far_return.c -- a child returns by lret, iret and lcall, which
 * some emulators refuse where SMAP is on, while its parent makes calls.  Each
 * child must end: by itself, or by SIGSEGV.  It prints how many did.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum way { LRET, IRET, LCALL, WAYS };

/* Goes to `landed` by that instruction, with a stack of its own. */
static void go(enum way way, unsigned *stack)
{
	unsigned cs;

	__asm__("movl %%cs, %0" : "=r"(cs));
	stack[0] = (unsigned)&&landed;
	stack[1] = cs;
	stack[2] = 0x202;
	if (way == LRET)
		__asm__ goto("movl %0, %%esp\n\tlret" ::"r"(stack)
		             : "memory"
		             : landed);
	else if (way == IRET)
		__asm__ goto("movl %0, %%esp\n\tiret" ::"r"(stack)
		             : "memory"
		             : landed);
	else
		__asm__ goto("leal 1024(%0), %%esp\n\tlcall *(%0)" ::"r"(stack)
		             : "memory"
		             : landed);
landed:
	_exit(0);
}

/* Has the child ended within five seconds of the guest's time? */
static int has_ended(pid_t pid)
{
	const struct timespec moment = {0, 1000000};
	int status;

	for (time_t end = time(NULL) + 6; time(NULL) < end;) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status == 0 || WTERMSIG(status) == SIGSEGV;
		nanosleep(&moment, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return 0;
}

int main(void)
{
	int ended = 0;

	for (enum way way = LRET; way < WAYS; way++) {
		unsigned *stack = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		pid_t pid = fork();

		if (pid == 0) {
			setuid(1000);
			go(way, stack);
		}
		ended += has_ended(pid);
	}
	printf("%d of %d have ended\n", ended, WAYS);
	return ended != WAYS;
}
