/*
 * tests/guest/signals.c -- handlers: how they are set, run and return.
 *
 * Who may be signalled and what signals do by default is asked in lifecycle.c.
 * The calls that a handler cuts short are asked in interrupts.c.
 */
#include "handlers.h"

#include <setjmp.h>
#include <ucontext.h>

/* Nothing that FAULT's body changes is read after it. */
#pragma GCC diagnostic ignored "-Wclobbered"

enum {
	NR_pause = 29,
	NR_signal = 48,
	NR_sigaction = 67,
	NR_sigsuspend = 72,
	NR_sigpending = 73,
	NR_sigreturn = 119,
	NR_sigprocmask = 126,
	NR_rt_sigreturn = 173,
	NR_rt_sigaction = 174,
	NR_rt_sigpending = 176,
	NR_rt_sigtimedwait = 177,
	NR_rt_sigqueueinfo = 178,
	NR_rt_sigsuspend = 179,
	NR_sigaltstack = 186,
	NR_rt_tgsigqueueinfo = 335,
	NR_rt_sigtimedwait64 = 421,
};

/* What the kernel keeps of an action. */
struct action {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned long mask[2];
};

static int is_pending(int signal)
{
	sigset_t set;

	OK(sigpending(&set));
	return sigismember(&set, signal);
}

/* --- a handler runs ------------------------------------------------------ */

TEST("SIG-handler raise runs it before it returns, and the program goes on")
{
	set_plain(SIGUSR1, count_run, 0);
	OK(raise(SIGUSR1));
	EQ(runs, 1);
	EQ(last_signal, SIGUSR1);
	OK(raise(SIGUSR1));
	EQ(runs, 2);
}

TEST("SIG-handler siginfo says who has sent it: kill, tgkill, sigqueue")
{
	union sigval value = {.sival_int = 4711};

	set(SIGUSR1, keep_info, 0);
	OK(kill(getpid(), SIGUSR1));
	EQ(last_info.si_signo, SIGUSR1);
	EQ(last_info.si_errno, 0);
	EQ(last_info.si_code, SI_USER);
	EQ(last_info.si_pid, getpid());
	EQ(last_info.si_uid, getuid());
	OK(raise(SIGUSR1));
	EQ(last_info.si_code, SI_TKILL);
	EQ(last_info.si_pid, getpid());
	OK(sigqueue(getpid(), SIGUSR1, value));
	EQ(last_info.si_code, SI_QUEUE);
	EQ(last_info.si_value.sival_int, 4711);
	EQ(last_info.si_pid, getpid());
	EQ(runs, 3);
}

TEST("SIG-mask a blocked signal waits, and runs when it is let in")
{
	set_plain(SIGUSR1, count_run, 0);
	mask(SIG_BLOCK, SIGUSR1);
	OK(raise(SIGUSR1));
	OK(raise(SIGUSR1));
	EQ(runs, 0);
	EQ(is_pending(SIGUSR1), 1);
	mask(SIG_UNBLOCK, SIGUSR1);
	EQ(runs, 1);
	EQ(is_pending(SIGUSR1), 0);
}

static volatile sigset_t inside;

static void look_at_mask(int signal)
{
	count_run(signal);
	OK(sigprocmask(SIG_BLOCK, NULL, (sigset_t *)&inside));
}

TEST("SIG-mask a handler runs with its own mask, and the old one comes back")
{
	struct sigaction action = {.sa_handler = look_at_mask};
	sigset_t after;

	mask(SIG_BLOCK, SIGUSR2);
	action.sa_mask = only(SIGHUP);
	sigaddset(&action.sa_mask, SIGKILL);
	OK(sigaction(SIGUSR1, &action, NULL));
	OK(raise(SIGUSR1));
	EQ(sigismember((sigset_t *)&inside, SIGUSR1), 1);
	EQ(sigismember((sigset_t *)&inside, SIGUSR2), 1);
	EQ(sigismember((sigset_t *)&inside, SIGHUP), 1);
	EQ(sigismember((sigset_t *)&inside, SIGKILL), 0);
	EQ(sigismember((sigset_t *)&inside, SIGTERM), 0);
	OK(sigprocmask(SIG_BLOCK, NULL, &after));
	EQ(sigismember(&after, SIGUSR1), 0);
	EQ(sigismember(&after, SIGUSR2), 1);
	EQ(sigismember(&after, SIGHUP), 0);
	set_plain(SIGUSR1, look_at_mask, SA_NODEFER);
	OK(raise(SIGUSR1));
	EQ(sigismember((sigset_t *)&inside, SIGUSR1), 0);
}

static volatile int depth, deepest;

static void raise_again(int signal)
{
	if (++depth > deepest)
		deepest = depth;
	if (++runs < 5)
		raise(signal);
	depth--;
}

TEST("SIG-flags SA_NODEFER nests, without it the next one comes afterwards")
{
	set_plain(SIGUSR1, raise_again, 0);
	OK(raise(SIGUSR1));
	EQ(deepest, 1);
	EQ(runs, 5);
	runs = deepest = 0;
	set_plain(SIGUSR1, raise_again, SA_NODEFER);
	OK(raise(SIGUSR1));
	EQ(deepest, 5);
	EQ(runs, 5);
}

TEST("SIG-flags SA_RESETHAND runs once, and the default action follows")
{
	struct sigaction now;

	set_plain(SIGUSR1, count_run, SA_RESETHAND | SA_NODEFER);
	OK(raise(SIGUSR1));
	EQ(runs, 1);
	OK(sigaction(SIGUSR1, NULL, &now));
	TRUE(now.sa_handler == SIG_DFL);
	DIES(SIGUSR1)
	{
		raise(SIGUSR1);
	}
}

TEST("SIG-flags a parent's SA_RESETHAND does not reset its child's handler")
{
	pid_t pid;

	set_plain(SIGUSR1, count_run, SA_RESETHAND);
	pid = OK(fork());
	if (pid == 0) {
		await(1);
		raise(SIGUSR1);
		_exit(runs);
	}
	OK(raise(SIGUSR1));
	reach(1);
	EXITS(pid, 1);
}

TEST("SIG-action sigaction answers what was set, and signal(2) as well")
{
	struct sigaction old, set = {.sa_handler = count_run};

	OK(sigaction(SIGUSR1, NULL, &old));
	TRUE(old.sa_handler == SIG_DFL);
	set.sa_flags = SA_RESTART | SA_NOCLDSTOP;
	set.sa_mask = only(SIGHUP);
	sigaddset(&set.sa_mask, SIGRTMAX);
	OK(sigaction(SIGUSR1, &set, NULL));
	set.sa_handler = SIG_IGN;
	OK(sigaction(SIGUSR1, &set, &old));
	TRUE(old.sa_handler == count_run);
	EQ(old.sa_flags & ~0x04000000, SA_RESTART | SA_NOCLDSTOP);
	EQ(sigismember(&old.sa_mask, SIGHUP), 1);
	EQ(sigismember(&old.sa_mask, SIGRTMAX), 1);
	EQ(sigismember(&old.sa_mask, SIGTERM), 0);
	TRUE(signal(SIGUSR1, count_run) == SIG_IGN);
	TRUE(signal(SIGUSR1, SIG_DFL) == count_run);
}

TEST("SIG-action flags that nobody knows are forgotten")
{
	struct action set = {.handler = (void *)count_run, .flags = 0x003f0bf8};
	struct action old = {0};

	EQ(SYS(NR_rt_sigaction, SIGUSR1, P(&set), 0, 8), 0);
	EQ(SYS(NR_rt_sigaction, SIGUSR1, 0, P(&old), 8), 0);
	EQ(old.flags & ~0x00000800, 0); /* Linux 5.11 knows SA_EXPOSE_TAGBITS */
}

TEST("SIG-action errors: no such signal, SIGKILL and SIGSTOP, size, address")
{
	struct action set = {.handler = (void *)count_run};

	ERR(SYS(NR_rt_sigaction, 0, P(&set), 0, 8), EINVAL);
	ERR(SYS(NR_rt_sigaction, 65, P(&set), 0, 8), EINVAL);
	ERR(SYS(NR_rt_sigaction, -1, 0, 0, 8), EINVAL);
	ERR(SYS(NR_rt_sigaction, SIGKILL, P(&set), 0, 8), EINVAL);
	ERR(SYS(NR_rt_sigaction, SIGSTOP, P(&set), 0, 8), EINVAL);
	EQ(SYS(NR_rt_sigaction, SIGKILL, 0, P(&set), 8), 0);
	ERR(SYS(NR_rt_sigaction, SIGUSR1, P(&set), 0, 4), EINVAL);
	ERR(SYS(NR_rt_sigaction, SIGUSR1, 0xc0000000, 0, 8), EFAULT);
	ERR(SYS(NR_rt_sigaction, SIGUSR1, 0, 8, 8), EFAULT);
	ERR(SYS(NR_sigaction, SIGKILL, P(&set), 0), EINVAL);
	ERR(SYS(NR_sigaction, SIGUSR1, 0xc0000000, 0), EFAULT);
	ERR(SYS(NR_signal, SIGKILL, P(count_run)), EINVAL);
	ERR(SYS(NR_signal, 65, P(count_run)), EINVAL);
}

TEST("SIG-action the older calls: sigaction, signal, and no restorer at all")
{
	struct {
		void (*handler)(int);
		unsigned long mask, flags;
		void *restorer;
	} set = {count_run, 1ul << (SIGHUP - 1), 0, NULL}, old;
	struct action rt;

	EQ(SYS(NR_sigaction, SIGUSR1, P(&set), 0), 0);
	OK(raise(SIGUSR1));
	EQ(runs, 1);
	EQ(SYS(NR_sigaction, SIGUSR1, 0, P(&old)), 0);
	TRUE(old.handler == count_run && old.mask == set.mask);
	EQ(SYS(NR_signal, SIGUSR1, P(look_at_mask)), P(count_run));
	EQ(SYS(NR_rt_sigaction, SIGUSR1, 0, P(&rt), 8), 0);
	EQ(rt.flags, SA_RESETHAND | SA_NODEFER);
	OK(raise(SIGUSR1));
	EQ(runs, 2);
	EQ(sigismember((sigset_t *)&inside, SIGUSR1), 0);
	EQ(SYS(NR_signal, SIGUSR1, 0), 0);
	rt = (struct action){(void *)keep_info, SA_SIGINFO, NULL, {0, 0}};
	EQ(SYS(NR_rt_sigaction, SIGUSR1, P(&rt), 0, 8), 0);
	OK(raise(SIGUSR1));
	EQ(runs, 3);
	EQ(last_info.si_code, SI_TKILL);
}

TEST("SIG-ignore an ignored signal does nothing, and a pending one is lost")
{
	set_plain(SIGUSR1, SIG_IGN, 0);
	OK(raise(SIGUSR1));
	mask(SIG_BLOCK, SIGUSR1);
	OK(raise(SIGUSR1)); /* kept, though it is ignored: for sigwait */
	EQ(is_pending(SIGUSR1), 1);
	set_plain(SIGUSR1, SIG_IGN, 0);
	EQ(is_pending(SIGUSR1), 0);
	set_plain(SIGUSR1, count_run, 0);
	mask(SIG_UNBLOCK, SIGUSR1);
	EQ(runs, 0);
	mask(SIG_BLOCK, SIGCHLD);
	OK(raise(SIGCHLD));
	EQ(is_pending(SIGCHLD), 1);
	set_plain(SIGCHLD, SIG_DFL, 0); /* it is ignored by default */
	EQ(is_pending(SIGCHLD), 0);
}

TEST("SIG-order of two that wait the lower runs last: its frame is below")
{
	sigset_t both = only(SIGUSR1);

	sigaddset(&both, SIGUSR2);
	set_plain(SIGUSR1, count_run, 0);
	set_plain(SIGUSR2, count_run, 0);
	OK(sigprocmask(SIG_BLOCK, &both, NULL));
	OK(raise(SIGUSR2));
	OK(raise(SIGUSR1));
	OK(sigprocmask(SIG_UNBLOCK, &both, NULL));
	EQ(runs, 2);
	EQ(last_signal, SIGUSR1);
}

/* --- fork and exec ------------------------------------------------------- */

TEST("SIG-fork a child has the handlers, and no signal that is pending")
{
	pid_t pid;

	set_plain(SIGUSR1, count_run, 0);
	mask(SIG_BLOCK, SIGUSR1);
	OK(raise(SIGUSR1));
	pid = OK(fork());
	if (pid == 0) {
		if (is_pending(SIGUSR1))
			_exit(9);
		mask(SIG_UNBLOCK, SIGUSR1);
		raise(SIGUSR1);
		set_plain(SIGUSR1, SIG_IGN, 0);
		raise(SIGUSR1);
		_exit(runs);
	}
	EXITS(pid, 1);
	mask(SIG_UNBLOCK, SIGUSR1);
	EQ(runs, 1); /* the child's change was its own */
}

/* --- sigsuspend, sigwait ------------------------------------------------- */

TEST("SIG-suspend sigsuspend waits with its mask, and the old one comes back")
{
	pid_t parent = getpid(), pid;
	sigset_t none, now;

	sigemptyset(&none);
	set_plain(SIGUSR1, look_at_mask, 0);
	mask(SIG_BLOCK, SIGUSR1);
	mask(SIG_BLOCK, SIGUSR2);
	pid = OK(fork());
	if (pid == 0) {
		await_asleep(parent);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	ERR(SYS(NR_rt_sigsuspend, P(&none), 8), EINTR);
	EQ(runs, 1);
	EQ(sigismember((sigset_t *)&inside, SIGUSR2), 0);
	OK(sigprocmask(SIG_BLOCK, NULL, &now));
	EQ(sigismember(&now, SIGUSR1), 1);
	EQ(sigismember(&now, SIGUSR2), 1);
	EXITS(pid, 0);
	OK(raise(SIGUSR1));
	ERR(SYS(NR_sigsuspend, 0, 0, 0), EINTR);
	EQ(runs, 2);
	ERR(SYS(NR_rt_sigsuspend, P(&none), 4), EINVAL);
	ERR(SYS(NR_rt_sigsuspend, 0, 8), EFAULT);
}

TEST("SIG-wait sigwait takes a blocked signal, and no handler runs")
{
	struct timespec soon = {0, 20000000}, bad = {0, 1000000000};
	sigset_t set = only(SIGUSR1);
	siginfo_t info;
	int signal;

	set_plain(SIGUSR1, count_run, 0);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(raise(SIGUSR1));
	EQ(sigwait(&set, &signal), 0);
	EQ(signal, SIGUSR1);
	EQ(runs, 0);
	EQ(is_pending(SIGUSR1), 0);
	ERR(SYS(NR_rt_sigtimedwait, P(&set), 0, P(&soon), 8), EAGAIN);
	ERR(SYS(NR_rt_sigtimedwait, P(&set), 0, P(&bad), 8), EINVAL);
	ERR(SYS(NR_rt_sigtimedwait, P(&set), 0, P(&soon), 4), EINVAL);
	ERR(SYS(NR_rt_sigtimedwait, 8, 0, P(&soon), 8), EFAULT);
	ERR(SYS(NR_rt_sigtimedwait, P(&set), 0, 8, 8), EFAULT);
	OK(raise(SIGUSR1));
	EQ(SYS(NR_rt_sigtimedwait64, P(&set), P(&info), 0, 8), SIGUSR1);
	EQ(info.si_code, SI_TKILL);
	EQ(info.si_pid, getpid());
}

TEST("SIG-wait a signal that comes while it waits, another with a handler")
{
	pid_t parent = getpid(), pid;
	sigset_t set = only(SIGUSR1);

	set_plain(SIGUSR2, count_run, SA_RESTART);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	pid = OK(fork());
	if (pid == 0) {
		await_asleep(parent);
		kill(parent, SIGUSR1);
		await(1);
		await_asleep(parent);
		kill(parent, SIGUSR2);
		_exit(0);
	}
	EQ(SYS(NR_rt_sigtimedwait, P(&set), 0, 0, 8), SIGUSR1);
	reach(1);
	ERR(SYS(NR_rt_sigtimedwait, P(&set), 0, 0, 8), EINTR);
	EQ(runs, 1);
	EXITS(pid, 0);
}

/* --- signals that are kept in order -------------------------------------- */

static volatile int values[8];

static void keep_value(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	if (runs < 8)
		values[runs] = info->si_value.sival_int;
	runs++;
}

TEST("SIG-turn who is sent signals without end gets on nevertheless")
{
	volatile int *steps = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec begin, now;
	pid_t pid;

	TRUE(steps != MAP_FAILED);
	set_plain(SIGUSR1, count_run, 0);
	pid = OK(fork());
	while (pid == 0)
		++*steps;
	OK(clock_gettime(CLOCK_MONOTONIC, &begin));
	do {
		OK(kill(pid, SIGUSR1));
		OK(clock_gettime(CLOCK_MONOTONIC, &now));
	} while (now.tv_sec - begin.tv_sec < 2 && *steps < 1000);
	TRUE(*steps >= 1000);
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

TEST("SIG-queue real-time signals come as often as sent, in order")
{
	set(SIGRTMIN + 3, keep_value, 0);
	mask(SIG_BLOCK, SIGRTMIN + 3);
	for (int i = 0; i < 5; i++)
		OK(sigqueue(getpid(), SIGRTMIN + 3,
		            (union sigval){.sival_int = 100 + i}));
	mask(SIG_UNBLOCK, SIGRTMIN + 3);
	EQ(runs, 5);
	for (int i = 0; i < 5; i++)
		EQ(values[i], 100 + i);
}

TEST("SIG-queue sigwaitinfo takes them one by one, the lowest number first")
{
	sigset_t set = only(SIGRTMIN + 1);
	siginfo_t info;

	sigaddset(&set, SIGRTMIN + 2);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < 3; i++) {
		OK(sigqueue(getpid(), SIGRTMIN + 2,
		            (union sigval){.sival_int = 20 + i}));
		OK(sigqueue(getpid(), SIGRTMIN + 1,
		            (union sigval){.sival_int = 10 + i}));
	}
	for (int i = 0; i < 3; i++) {
		EQ(sigwaitinfo(&set, &info), SIGRTMIN + 1);
		EQ(info.si_value.sival_int, 10 + i);
	}
	for (int i = 0; i < 3; i++) {
		EQ(sigwaitinfo(&set, &info), SIGRTMIN + 2);
		EQ(info.si_value.sival_int, 20 + i);
	}
	EQ(is_pending(SIGRTMIN + 2), 0);
}

TEST("SIG-queue nobody speaks for the kernel, or with a kill's voice")
{
	siginfo_t info = {.si_code = SI_USER};
	pid_t child = OK(fork());

	if (child == 0) {
		pause();
		_exit(0);
	}
	ERR(SYS(NR_rt_sigqueueinfo, child, SIGUSR1, P(&info)), EPERM);
	info.si_code = SI_TKILL;
	ERR(SYS(NR_rt_sigqueueinfo, child, SIGUSR1, P(&info)), EPERM);
	info.si_code = SI_KERNEL;
	ERR(SYS(NR_rt_tgsigqueueinfo, child, child, SIGUSR1, P(&info)), EPERM);
	info.si_code = SI_QUEUE;
	ERR(SYS(NR_rt_sigqueueinfo, child, 65, P(&info)), EINVAL);
	ERR(SYS(NR_rt_sigqueueinfo, 999999, SIGUSR1, P(&info)), ESRCH);
	ERR(SYS(NR_rt_sigqueueinfo, child, SIGUSR1, 8), EFAULT);
	ERR(SYS(NR_rt_tgsigqueueinfo, 0, child, SIGUSR1, P(&info)), EINVAL);
	ERR(SYS(NR_rt_tgsigqueueinfo, getpid(), child, SIGUSR1, P(&info)),
	    ESRCH);
	EQ(SYS(NR_rt_sigqueueinfo, child, 0, P(&info)), 0);
	AS(1000, 1000)
	{
		ERR(SYS(NR_rt_sigqueueinfo, child, SIGUSR1, P(&info)), EPERM);
	}
	EQ(SYS(NR_rt_tgsigqueueinfo, child, child, SIGUSR1, P(&info)), 0);
	KILLED(child, SIGUSR1);
}

TEST("SIG-queue a zombie takes every signal, and nothing comes of it")
{
	pid_t pid = OK(fork());
	char path[32], text[400] = "";

	if (pid == 0)
		_exit(4);
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	while (!strstr(text, ") Z"))
		OK(read_file(path, text, sizeof text));
	for (int s = 0; s < 65; s++) {
		OK(SYS(NR_kill, pid, s));
		if (s != 32 && s != 33)
			OK(sigqueue(pid, s, (union sigval){.sival_int = 1}));
	}
	EXITS(pid, 4);
}

TEST("SIG-queue what does not fit is EAGAIN, and kill comes without news")
{
	int sent = 0;
	sigset_t set = only(SIGRTMAX);
	siginfo_t info;

	need_tessera();
	mask(SIG_BLOCK, SIGRTMAX);
	while (sigqueue(getpid(), SIGRTMAX, (union sigval){.sival_int = 1}) ==
	       0)
		sent++;
	EQ(errno, EAGAIN);
	EQ(sent, 128);
	for (int i = 0; i < sent; i++)
		EQ(sigwaitinfo(&set, &info), SIGRTMAX);
	EQ(is_pending(SIGRTMAX), 0);
}

/* --- faults -------------------------------------------------------------- */

static sigjmp_buf back;

static void jump_back(int signal, siginfo_t *info, void *context)
{
	keep_info(signal, info, context);
	siglongjmp(back, 1);
}

/* Runs a body that faults; last_info says how. */
#define FAULT(body)                                                            \
	do {                                                                   \
		memset((void *)&last_info, 0xcc, sizeof last_info);            \
		if (!sigsetjmp(back, 1)) {                                     \
			body;                                                  \
			FAIL("no fault");                                      \
		}                                                              \
	} while (0)

TEST("LIFE-handler a fault can be caught and the program goes on")
{
	char *fixed = memory(PAGE, PROT_READ), *none = hole(PAGE);

	set(SIGSEGV, jump_back, 0);
	FAULT(*(volatile char *)none);
	EQ(last_info.si_code, SEGV_MAPERR);
	TRUE(last_info.si_addr == none);
	FAULT(*(volatile char *)fixed = 1);
	EQ(last_info.si_code, SEGV_ACCERR);
	TRUE(last_info.si_addr == fixed);
	FAULT(*(volatile char *)0xfffff000u = 1);
	EQ(last_info.si_signo, SIGSEGV);
	EQ(last_info.si_code, SEGV_MAPERR);
	FAULT(__asm__ volatile("hlt"));
	EQ(last_info.si_code, SI_KERNEL);
	TRUE(last_info.si_addr == NULL);
	EQ(runs, 4);
}

TEST("SIG-fault SIGFPE, SIGILL, SIGTRAP and SIGBUS say what happened")
{
	volatile int zero = 0, one = 1;
	int id = make(PAGE);
	char *p = attach(id);

	set(SIGFPE, jump_back, 0);
	set(SIGILL, jump_back, 0);
	set(SIGTRAP, jump_back, 0);
	FAULT(zero = one / zero);
	EQ(last_info.si_signo, SIGFPE);
	EQ(last_info.si_code, FPE_INTDIV);
	FAULT(__asm__ volatile("ud2"));
	EQ(last_info.si_signo, SIGILL);
	EQ(last_info.si_code, ILL_ILLOPN);
	FAULT(__asm__ volatile("int3"));
	EQ(last_info.si_signo, SIGTRAP);
	EQ(last_info.si_code, SI_KERNEL);
	FAULT(__asm__ volatile("pushf; orl $0x100, (%esp); popf; nop; nop"));
	EQ(last_info.si_signo, SIGTRAP);
	EQ(last_info.si_code, TRAP_TRACE);
	OK(shm_dt(p));
	removed(id);
}

/* QEMU's emulation raises no exception of SSE. */
TEST("SIG-fault x87 exceptions say which it was")
{
	static const double big = 1e300, one = 1, zero = 0;
	unsigned short control = 0x37f & ~0x0d;
	double result;

	set(SIGFPE, jump_back, 0);
	FAULT(__asm__ volatile(
	    "fldcw %0; fldl %1; fdivl %2; fwait" : : "m"(control), "m"(one),
	    "m"(zero)));
	EQ(last_info.si_code, FPE_FLTDIV);
	FAULT(__asm__ volatile("fninit; fldcw %1; fldl %2; fmull %2; fstpl %0; "
	                       "fwait" : "=m"(result) : "m"(control),
	                       "m"(big)));
	EQ(last_info.si_code, FPE_FLTOVF);
	FAULT(__asm__ volatile(
	    "fninit; fldcw %0; fldl %1; fdivl %1; fwait" : : "m"(control),
	    "m"(zero)));
	EQ(last_info.si_code, FPE_FLTINV);
}

static volatile char *page;

static void mend(int signal, siginfo_t *info, void *context)
{
	keep_info(signal, info, context);
	mprotect((char *)page, PAGE, PROT_READ | PROT_WRITE);
}

TEST("SIG-fault a handler that mends the memory lets the program go on")
{
	page = memory(PAGE, PROT_NONE);
	set(SIGSEGV, mend, 0);
	page[5] = 7;
	EQ(page[5], 7);
	EQ(runs, 1);
	TRUE(last_info.si_addr == page + 5);
}

static void touch_page(int signal)
{
	(void)signal;
	*page = 1;
}

TEST("SIG-fault one that is blocked or ignored kills")
{
	page = hole(PAGE);

	DIES(SIGSEGV)
	{
		set(SIGSEGV, jump_back, 0);
		mask(SIG_BLOCK, SIGSEGV);
		touch_page(0);
	}
	DIES(SIGSEGV)
	{
		set_plain(SIGSEGV, SIG_IGN, 0);
		touch_page(0);
	}
	DIES(SIGSEGV)
	{
		set_plain(SIGSEGV, touch_page, 0); /* it faults again */
		touch_page(0);
	}
}

TEST("SIG-abort abort runs a handler of SIGABRT, and kills though it returns")
{
	DIES(SIGABRT)
	{
		set_plain(SIGABRT, count_run, 0);
		abort();
	}
	set(SIGABRT, jump_back, 0);
	FAULT(abort());
	EQ(runs, 1);
}

/* --- the alternate stack ------------------------------------------------- */

static char other_stack[16384] __attribute__((aligned(16)));
static volatile stack_t seen_stack;
static volatile int on_it;

static void look_at_stack(int signal, siginfo_t *info, void *context)
{
	stack_t none = {.ss_flags = SS_DISABLE};
	char here;

	keep_info(signal, info, context);
	on_it = &here >= other_stack && &here < other_stack + 16384;
	OK(sigaltstack(NULL, (stack_t *)&seen_stack));
	if (on_it)
		ERR(SYS(NR_sigaltstack, P(&none), 0), EPERM);
}

static void use_stack(int flags)
{
	stack_t stack = {other_stack, flags, sizeof other_stack};

	OK(sigaltstack(&stack, NULL));
}

TEST("SIG-altstack a handler runs there if it asks for it")
{
	stack_t now;

	OK(sigaltstack(NULL, &now));
	EQ(now.ss_flags, SS_DISABLE);
	use_stack(0);
	OK(sigaltstack(NULL, &now));
	TRUE(now.ss_sp == other_stack && now.ss_size == sizeof other_stack);
	EQ(now.ss_flags, 0);
	set(SIGUSR1, look_at_stack, SA_ONSTACK);
	OK(raise(SIGUSR1));
	EQ(on_it, 1);
	EQ(seen_stack.ss_flags, SS_ONSTACK);
	set(SIGUSR1, look_at_stack, 0);
	OK(raise(SIGUSR1));
	EQ(on_it, 0);
	EQ(seen_stack.ss_flags, 0);
}

TEST("SIG-altstack errors: too small, flags, address; and SS_DISABLE")
{
	stack_t stack = {other_stack, 0, 2047}, now;

	ERR(SYS(NR_sigaltstack, P(&stack), 0), ENOMEM);
	stack.ss_size = 2048;
	EQ(SYS(NR_sigaltstack, P(&stack), 0), 0);
	stack.ss_flags = 4;
	ERR(SYS(NR_sigaltstack, P(&stack), 0), EINVAL);
	ERR(SYS(NR_sigaltstack, 8, 0), EFAULT);
	ERR(SYS(NR_sigaltstack, 0, 8), EFAULT);
	stack.ss_flags = SS_DISABLE;
	EQ(SYS(NR_sigaltstack, P(&stack), P(&now)), 0);
	EQ(now.ss_size, 2048);
	EQ(SYS(NR_sigaltstack, 0, P(&now)), 0);
	EQ(now.ss_flags, SS_DISABLE);
	EQ(now.ss_size, 0);
}

static void look_again(int signal, siginfo_t *info, void *context)
{
	keep_info(signal, info, context);
	OK(sigaltstack(NULL, (stack_t *)&seen_stack));
}

TEST("SIG-altstack SS_AUTODISARM leaves it free while the handler runs")
{
	stack_t now;

	use_stack(1u << 31);
	set(SIGUSR1, look_again, SA_ONSTACK);
	OK(raise(SIGUSR1));
	EQ(seen_stack.ss_flags, SS_DISABLE);
	OK(sigaltstack(NULL, &now));
	EQ(now.ss_flags, (int)(1u << 31));
	TRUE(now.ss_sp == other_stack);
}

TEST("SIG-altstack a fault with a broken stack pointer is caught there")
{
	use_stack(0);
	set(SIGSEGV, jump_back, SA_ONSTACK);
	FAULT(__asm__ volatile("movl $8, %%esp; pushl $1" : : : "memory"));
	EQ(last_info.si_signo, SIGSEGV);
	DIES(SIGSEGV) /* without SA_ONSTACK there is no room for a frame */
	{
		set(SIGSEGV, jump_back, 0);
		__asm__ volatile("movl $8, %%esp; pushl $1" : : : "memory");
	}
	DIES(SIGSEGV)
	{
		set(SIGUSR1, keep_info, 0);
		set_plain(SIGSEGV, SIG_DFL, 0);
		__asm__ volatile("movl $8, %%esp; int $0x80"
		                 :
		                 : "a"(NR_kill), "b"(getpid()), "c"(SIGUSR1)
		                 : "memory");
	}
}

TEST("SIG-altstack no stack for one handler is a fault for another")
{
	use_stack(0);
	set(SIGSEGV, jump_back, SA_ONSTACK);
	set(SIGUSR1, keep_info, 0);
	FAULT(__asm__ volatile("movl $8, %%esp; int $0x80" : : "a"(NR_kill),
	                       "b"(getpid()), "c"(SIGUSR1) : "memory"));
	EQ(last_info.si_signo, SIGSEGV);
	EQ(last_info.si_code, SI_KERNEL);
}
