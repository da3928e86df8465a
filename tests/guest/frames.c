/*
 * tests/guest/frames.c -- a handler's frame: what lies in it, what comes back
 * from it, and what a forged one cannot do.
 *
 * The frame is the program's own memory, so every word of it may be wrong when
 * it is taken back.  The last part sends signals at random to processes that
 * are busy in every kind of call.
 */
#define OWN_MAIN
#include "test.h"

#include <setjmp.h>
#include <ucontext.h>

enum { NR_sigreturn = 119, NR_rt_sigreturn = 173 };

#define EFLAGS_IF   0x200u
#define EFLAGS_DF   0x400u
#define EFLAGS_IOPL 0x3000u
#define EFLAGS_NT   0x4000u
#define EFLAGS_VM   0x20000u
#define EFLAGS_AC   0x40000u

static volatile int runs;
static char *own_path;

static void handle(int signal, void (*handler)(int, siginfo_t *, void *),
                   int flags)
{
	struct sigaction action = {.sa_sigaction = handler,
	                           .sa_flags = flags | SA_SIGINFO};

	OK(sigaction(signal, &action, NULL));
}

static void count_run(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	runs++;
}

static unsigned flags_now(void)
{
	unsigned flags;

	__asm__ volatile("pushf; popl %0" : "=r"(flags));
	return flags;
}

/* --- the registers ------------------------------------------------------- */

static volatile greg_t seen[NGREG];
static volatile unsigned seen_flags, seen_esp;

static void look(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal, (void)info;
	runs++;
	seen_flags = flags_now();
	for (int i = 0; i < NGREG; i++)
		seen[i] = c->uc_mcontext.gregs[i];
	seen_esp = (unsigned)&signal;
}

TEST("SIG-frame it holds the registers, and all of them come back")
{
	unsigned a, b, c, d, s, t, pid = getpid();

	handle(SIGUSR1, look, 0);
	__asm__ volatile("int $0x80"
	                 : "=a"(a), "=b"(b), "=c"(c), "=d"(d), "=S"(s), "=D"(t)
	                 : "0"(NR_kill), "1"(pid), "2"(SIGUSR1),
	                   "3"(0x33333333), "4"(0x44444444), "5"(0x55555555)
	                 : "memory");
	EQ(runs, 1);
	EQ(a, 0);
	TRUE(b == pid && c == SIGUSR1 && d == 0x33333333);
	TRUE(s == 0x44444444 && t == 0x55555555);
	EQ(seen[REG_EAX], 0);
	EQ(seen[REG_EBX], (int)pid);
	EQ(seen[REG_EDX], 0x33333333);
	EQ(seen[REG_ESI], 0x44444444);
	EQ(seen[REG_EDI], 0x55555555);
	EQ(seen[REG_UESP], seen[REG_ESP]);
	EQ(seen_esp % 16, 0); /* the first argument of a call */
}

TEST("SIG-frame a handler begins with DF clear, and DF comes back")
{
	unsigned after, unused;

	handle(SIGUSR1, look, 0);
	__asm__ volatile("std; int $0x80; pushf; popl %0; cld"
	                 : "=r"(after), "=a"(unused)
	                 : "1"(NR_kill), "b"(getpid()), "c"(SIGUSR1)
	                 : "memory");
	EQ(seen_flags & EFLAGS_DF, 0);
	EQ(after & EFLAGS_DF, EFLAGS_DF);
	EQ((unsigned)seen[REG_EFL] & EFLAGS_DF, EFLAGS_DF);
}

static void change(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal, (void)info;
	c->uc_mcontext.gregs[REG_EAX] = 4711;
	c->uc_mcontext.gregs[REG_ESI] = 815;
	sigaddset(&c->uc_sigmask, SIGUSR2);
}

TEST("SIG-frame what a handler changes there comes back: registers and mask")
{
	sigset_t now;
	int a, s;

	handle(SIGUSR1, change, 0);
	__asm__ volatile("int $0x80"
	                 : "=a"(a), "=S"(s)
	                 : "0"(NR_kill), "b"(getpid()), "c"(SIGUSR1), "1"(0)
	                 : "memory");
	EQ(a, 4711);
	EQ(s, 815);
	OK(sigprocmask(SIG_BLOCK, NULL, &now));
	EQ(sigismember(&now, SIGUSR2), 1);
	EQ(sigismember(&now, SIGUSR1), 0);
}

static void skip_2(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal, (void)info;
	runs++;
	c->uc_mcontext.gregs[REG_EIP] += 2;
}

TEST("SIG-frame a handler of SIGILL steps over the instruction")
{
	handle(SIGILL, skip_2, 0);
	__asm__ volatile("ud2; ud2; ud2");
	EQ(runs, 3);
	EQ(runs, 3);
}

static void fault_words(int signal, siginfo_t *info, void *context)
{
	look(signal, info, context);
	skip_2(signal, info, context);
}

TEST("SIG-frame a fault's frame has its trap number, error code and cr2")
{
	unsigned *none = (unsigned *)hole(PAGE);

	handle(SIGSEGV, fault_words, 0);
	__asm__ volatile("movl %%ecx, (%%eax)" : : "a"(none), "c"(1));
	EQ(seen[REG_TRAPNO], 14);
	EQ(seen[REG_ERR], 6); /* a write, in user mode, to no page */
	handle(SIGFPE, fault_words, 0);
	__asm__ volatile("divl %%ecx" : : "a"(1), "d"(0), "c"(0));
	EQ(seen[REG_TRAPNO], 0);
}

/* --- the FPU ------------------------------------------------------------- */

static const double eight[8] = {1.5, -2.25, 3e100, 4, 5e-30, 6, -7, 8.125};
static unsigned char patterns[8][16] __attribute__((aligned(16)));
static unsigned char kept[8][16] __attribute__((aligned(16)));

static void fill_patterns(void)
{
	for (int i = 0; i < 8 * 16; i++)
		patterns[i / 16][i % 16] = i * 37 + 11;
}

/* Uses all that the FPU has. */
static void spoil(int signal, siginfo_t *info, void *context)
{
	static const unsigned short control = 0x127f;
	static const unsigned mxcsr = 0x3f80;
	static char zeroes[16] __attribute__((aligned(16)));

	count_run(signal, info, context);
	__asm__ volatile("fninit; fldcw %0; fldpi; fldpi; fldz; ldmxcsr %1\n\t"
	                 "movaps %2, %%xmm0; movaps %2, %%xmm1\n\t"
	                 "movaps %2, %%xmm2; movaps %2, %%xmm3\n\t"
	                 "movaps %2, %%xmm4; movaps %2, %%xmm5\n\t"
	                 "movaps %2, %%xmm6; movaps %2, %%xmm7"
	                 :
	                 : "m"(control), "m"(mxcsr), "m"(zeroes));
}

/* Loads the FPU, lets `during` happen, and reads it.  Is it as it was? */
static int fpu_is_kept(int times, int signal)
{
	unsigned short control = 0xe7f, control_after;
	unsigned mxcsr = 0x5f80, mxcsr_after;
	double after[8];

	__asm__ volatile(
	    "fninit; fldcw %[cw]; ldmxcsr %[mx]\n\t"
	    "fldl 56(%[e]); fldl 48(%[e]); fldl 40(%[e]); fldl 32(%[e])\n\t"
	    "fldl 24(%[e]); fldl 16(%[e]); fldl 8(%[e]); fldl (%[e])\n\t"
	    "movaps (%[p]), %%xmm0; movaps 16(%[p]), %%xmm1\n\t"
	    "movaps 32(%[p]), %%xmm2; movaps 48(%[p]), %%xmm3\n\t"
	    "movaps 64(%[p]), %%xmm4; movaps 80(%[p]), %%xmm5\n\t"
	    "movaps 96(%[p]), %%xmm6; movaps 112(%[p]), %%xmm7"
	    :
	    : [e] "r"(eight), [p] "r"(patterns), [cw] "m"(control),
	      [mx] "m"(mxcsr));
	if (signal)
		__asm__ volatile("int $0x80"
		                 :
		                 : "a"(NR_kill), "b"(getpid()), "c"(signal)
		                 : "memory");
	else
		for (int from = runs; runs < from + times;)
			__asm__ volatile("" : : : "memory");
	__asm__ volatile(
	    "movaps %%xmm0, (%[p]); movaps %%xmm1, 16(%[p])\n\t"
	    "movaps %%xmm2, 32(%[p]); movaps %%xmm3, 48(%[p])\n\t"
	    "movaps %%xmm4, 64(%[p]); movaps %%xmm5, 80(%[p])\n\t"
	    "movaps %%xmm6, 96(%[p]); movaps %%xmm7, 112(%[p])\n\t"
	    "fstpl (%[a]); fstpl 8(%[a]); fstpl 16(%[a]); fstpl 24(%[a])\n\t"
	    "fstpl 32(%[a]); fstpl 40(%[a]); fstpl 48(%[a]); fstpl 56(%[a])\n\t"
	    "fnstcw %[cw]; stmxcsr %[mx]"
	    : [cw] "=m"(control_after), [mx] "=m"(mxcsr_after)
	    : [a] "r"(after), [p] "r"(kept)
	    : "memory");
	__asm__ volatile("fninit");
	return control_after == control && (mxcsr_after & ~0x3fu) == mxcsr &&
	       memcmp(after, eight, sizeof after) == 0 &&
	       memcmp(kept, patterns, sizeof kept) == 0;
}

TEST("SIG-fpu x87 and SSE registers are what they were before the handler")
{
	fill_patterns();
	handle(SIGUSR1, spoil, 0);
	TRUE(fpu_is_kept(0, SIGUSR1));
	EQ(runs, 1);
}

/* Sends signals to its parent without a pause, until it is killed. */
static pid_t storm(const int *signals, int count)
{
	pid_t parent = getpid(), pid = OK(fork());

	for (unsigned i = 0; pid == 0; i++) {
		kill(parent, signals[i % count]);
		sched_yield();
	}
	return pid;
}

TEST("SIG-fpu they are kept through a storm of signals that nest")
{
	static const int signals[] = {SIGUSR1, SIGUSR2, SIGALRM, 34, 35};
	pid_t pid;

	fill_patterns();
	for (unsigned i = 0; i < ALL(signals); i++)
		handle(signals[i], spoil, 0);
	pid = storm(signals, ALL(signals));
	for (int i = 0; i < 20; i++)
		TRUE(fpu_is_kept(20, 0));
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

static void round_down(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal, (void)info;
	c->uc_mcontext.fpregs->cw = 0xffff0000 | 0x77f;
}

TEST("SIG-fpu a control word that a handler changes there comes back")
{
	unsigned short control;

	handle(SIGUSR1, round_down, 0);
	OK(kill(getpid(), SIGUSR1));
	__asm__ volatile("fnstcw %0" : "=m"(control));
	EQ(control, 0x77f);
}

static void no_fpu(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info;
	((ucontext_t *)context)->uc_mcontext.fpregs = NULL;
}

TEST("SIG-fpu a frame without an FPU state gives a clean one")
{
	unsigned short control = 0x127f;

	handle(SIGUSR1, no_fpu, 0);
	__asm__ volatile("fldcw %0" : : "m"(control));
	OK(kill(getpid(), SIGUSR1));
	__asm__ volatile("fnstcw %0" : "=m"(control));
	EQ(control, 0x37f);
}

static void clear_fault(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	count_run(signal, info, context);
	c->uc_mcontext.fpregs->sw &= ~0xffu;
	c->uc_mcontext.fpregs->cw |= 0x3f;
}

TEST("SIG-fpu a handler of SIGFPE clears the flags, and the program goes on")
{
	static const double one = 1, zero = 0;
	unsigned short control = 0x37f & ~4;

	handle(SIGFPE, clear_fault, 0);
	__asm__ volatile("fldcw %0; fldl %1; fdivl %2; fwait; fstp %%st"
	                 :
	                 : "m"(control), "m"(one), "m"(zero));
	EQ(runs, 1);
}

/* --- forged frames ------------------------------------------------------- */

static unsigned forged;

static void forge_flags(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal, (void)info;
	c->uc_mcontext.gregs[REG_EFL] = (int)forged;
}

TEST("SEC-frame no frame gives IOPL, clears IF, or enters virtual-8086 mode")
{
	static const unsigned bad[] = {EFLAGS_IOPL | EFLAGS_IF, 0,
	                               EFLAGS_VM | EFLAGS_IF, EFLAGS_NT,
	                               ~(EFLAGS_IF | 0x100u | EFLAGS_AC)};

	handle(SIGUSR1, forge_flags, 0);
	for (unsigned i = 0; i < ALL(bad); i++) {
		unsigned after;

		forged = bad[i];
		OK(kill(getpid(), SIGUSR1));
		after = flags_now();
		EQ(after & (EFLAGS_IF | EFLAGS_IOPL | EFLAGS_VM), EFLAGS_IF);
		__asm__ volatile("cld");
	}
}

static void forge_selectors(int signal, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)signal, (void)info;
	c->uc_mcontext.gregs[REG_CS] = 0x08;
	c->uc_mcontext.gregs[REG_SS] = 0x10;
	c->uc_mcontext.gregs[REG_DS] = 0x10;
	c->uc_mcontext.gregs[REG_ES] = 0x10;
	c->uc_mcontext.gregs[REG_GS] = 0xffff;
	c->uc_mcontext.gregs[REG_FS] = 0x10;
}

TEST("SEC-frame Tessera takes no selector from a frame")
{
	unsigned cs, ss, ds;

	need_tessera();
	handle(SIGUSR1, forge_selectors, 0);
	OK(kill(getpid(), SIGUSR1));
	__asm__("movl %%cs, %0; movl %%ss, %1; movl %%ds, %2"
	        : "=r"(cs), "=r"(ss), "=r"(ds));
	EQ(cs & 3, 3);
	EQ(ss & 3, 3);
	EQ(ds & 3, 3);
}

static unsigned long forged_fpu;

static void forge_fpu(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info;
	((ucontext_t *)context)->uc_mcontext.fpregs = (void *)forged_fpu;
}

TEST("SEC-frame an FPU state at a bad address is SIGSEGV")
{
	static const unsigned long bad[] = {8, 0xc0000000, 0xfffffff0,
	                                    0xbfffffc0};

	handle(SIGUSR1, forge_fpu, 0);
	for (unsigned i = 0; i < ALL(bad); i++) {
		forged_fpu = bad[i];
		DIES(SIGSEGV)
		{
			kill(getpid(), SIGUSR1);
		}
	}
}

static void forge_fpu_words(int signal, siginfo_t *info, void *context)
{
	unsigned *state =
	    (unsigned *)((ucontext_t *)context)->uc_mcontext.fpregs;

	count_run(signal, info, context);
	memset(state, 0xff, 108);
	memset(state + 28, 0xff, 512);
	state[0] = 0xffff037f; /* no exception: it would be the next */
	state[1] = 0xffff0000;
}

TEST("SEC-frame an FPU state of ones only is taken as far as the CPU has it")
{
	handle(SIGUSR1, forge_fpu_words, 0);
	OK(kill(getpid(), SIGUSR1));
	__asm__ volatile("fninit");
	EQ(runs, 1);
}

/* Calls sigreturn or rt_sigreturn with the stack pointer at a place. */
static void __attribute__((noreturn)) return_from(int call, unsigned long at)
{
	__asm__ volatile("movl %1, %%esp; int $0x80; ud2"
	                 :
	                 : "a"(call), "r"(at)
	                 : "memory");
	__builtin_unreachable();
}

TEST("SEC-frame sigreturn where there is no frame is SIGSEGV")
{
	static const unsigned long bad[] = {0,          4,          8,
	                                    0xc0000000, 0xbffffffc, 0xffffffff,
	                                    0xfffffff8, 0xf8800000};

	for (unsigned i = 0; i < ALL(bad) * 2; i++)
		DIES(SIGSEGV)
		{
			return_from(i % 2 ? NR_sigreturn : NR_rt_sigreturn,
			            bad[i / 2]);
		}
}

static unsigned random_state = 1;

static unsigned random_word(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8 ^ random_state << 12;
}

TEST("SEC-frame four hundred random frames harm nobody but their program")
{
	static unsigned words[256] __attribute__((aligned(64)));

	for (int i = 0; i < 400; i++) {
		pid_t pid = OK(fork());

		random_state = i + 1;
		if (pid > 0) {
			wait_status(pid);
			continue;
		}
		for (unsigned k = 0; k < ALL(words); k++)
			words[k] = random_word();
		if (i % 4 == 1) /* the FPU state is there */
			words[(i % 8 < 4 ? 21 : 60) + 1] = P(words + 64);
		if (i % 4 == 2)
			words[(i % 8 < 4 ? 21 : 60) + 1] = 0;
		alarm(1);
		return_from(i % 2 ? NR_sigreturn : NR_rt_sigreturn,
		            P(words + 2));
	}
}

static void raise_itself(int signal, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	kill(getpid(), signal);
}

TEST("SEC-frame handlers that nest without an end fill the stack: SIGSEGV")
{
	DIES(SIGSEGV)
	{
		handle(SIGUSR1, raise_itself, SA_NODEFER);
		kill(getpid(), SIGUSR1);
	}
}

static int own_pid;

/* Raises its signal again, and needs next to no stack for that itself. */
static void raise_on_it(int signal)
{
	if (++runs > 1000)
		_exit(1);
	__asm__ volatile("int $0x80"
	                 :
	                 : "a"(NR_kill), "b"(own_pid), "c"(signal)
	                 : "memory");
}

TEST("SEC-frame an alternate stack that is full is SIGSEGV, and no byte below "
     "it")
{
	const int below = 16384, size = 12288;
	unsigned char *bytes = mmap(NULL, below + size, PROT_READ | PROT_WRITE,
	                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	TRUE(bytes != MAP_FAILED);
	memset(bytes, 0x5a, below);
	DIES(SIGSEGV)
	{
		stack_t stack = {bytes + below, 0, size};
		struct sigaction action = {.sa_handler = raise_on_it,
		                           .sa_flags = SA_ONSTACK | SA_NODEFER};

		own_pid = getpid();
		OK(sigaltstack(&stack, NULL));
		OK(sigaction(SIGUSR1, &action, NULL));
		kill(own_pid, SIGUSR1);
	}
	for (int i = 0; i < below; i++)
		EQ(bytes[i], 0x5a);
}

TEST("SEC-frame an alternate stack that is not there is SIGSEGV")
{
	DIES(SIGSEGV)
	{
		stack_t stack = {hole(16384), 0, 16384};

		OK(sigaltstack(&stack, NULL));
		handle(SIGUSR1, count_run, SA_ONSTACK);
		handle(SIGSEGV, count_run, SA_ONSTACK);
		kill(getpid(), SIGUSR1);
	}
	DIES(SIGSEGV)
	{
		stack_t stack = {memory(16384, PROT_READ), 0, 16384};

		OK(sigaltstack(&stack, NULL));
		handle(SIGUSR1, count_run, SA_ONSTACK);
		kill(getpid(), SIGUSR1);
	}
	DIES(SIGSEGV)
	{
		stack_t stack = {(void *)0xc0000000, 0, 16384};

		OK(sigaltstack(&stack, NULL));
		handle(SIGUSR1, count_run, SA_ONSTACK);
		kill(getpid(), SIGUSR1);
	}
}

/* --- exec ---------------------------------------------------------------- */

TEST("SIG-exec an ignored signal stays ignored, a caught one is default again")
{
	static char stack[8192];
	stack_t other = {stack, 0, sizeof stack};
	char *argv[] = {own_path, "helper", NULL};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGHUP);
	signal(SIGUSR1, SIG_IGN);
	handle(SIGUSR2, count_run, SA_NODEFER);
	handle(SIGCHLD, count_run, 0);
	OK(sigaltstack(&other, NULL));
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(kill(getpid(), SIGHUP));
	execv(own_path, argv);
	FAIL("exec of %s gives %s", own_path, errno_name(errno));
}

static int helper(void)
{
	struct sigaction now;
	sigset_t set;
	stack_t stack;

	sigaction(SIGUSR1, NULL, &now);
	if (now.sa_handler != SIG_IGN)
		return 1;
	sigaction(SIGUSR2, NULL, &now);
	if (now.sa_handler != SIG_DFL || now.sa_flags & SA_NODEFER)
		return 2;
	sigaction(SIGCHLD, NULL, &now);
	if (now.sa_handler != SIG_DFL)
		return 3;
	sigprocmask(SIG_BLOCK, NULL, &set);
	if (!sigismember(&set, SIGUSR2) || sigismember(&set, SIGUSR1))
		return 4;
	sigpending(&set);
	if (!sigismember(&set, SIGHUP))
		return 5;
	sigaltstack(NULL, &stack);
	return stack.ss_flags == SS_DISABLE ? 0 : 6;
}

/* --- at random ----------------------------------------------------------- */

TEST("SIG-random a program that ignores all it can is killed by SIGKILL")
{
	for (int way = 0; way < 4; way++) {
		pid_t pid = OK(fork());

		if (pid == 0) {
			sigset_t all;

			sigfillset(&all);
			if (way % 2)
				sigprocmask(SIG_BLOCK, &all, NULL);
			for (int s = 1; s < 65; s++)
				signal(s, SIG_IGN);
			reach(way + 1);
			for (;;)
				if (way < 2)
					pause();
		}
		await(way + 1);
		for (int s = 1; s < 65; s++)
			if (s != SIGKILL && s != SIGSTOP && s != 32 && s != 33)
				OK(SYS(NR_kill, pid, s));
		sleep_ms(5);
		EQ(waitpid(pid, NULL, WNOHANG), 0);
		OK(kill(pid, SIGKILL));
		KILLED(pid, SIGKILL);
	}
}

static void do_little(int signal, siginfo_t *info, void *context)
{
	int id;

	count_run(signal, info, context);
	if (runs % 3 == 0 && (id = shmget(IPC_PRIVATE, PAGE, 0600)) >= 0)
		shmctl(id, IPC_RMID, NULL);
}

/* Does a bit of everything, for ever, with handlers for most signals. */
static void __attribute__((noreturn)) work(int kind, int set, int queue,
                                           int ends[2])
{
	static struct {
		long type;
		char text[100];
	} message = {1, ""};
	struct sembuf up = {0, 1, 0}, down = {0, -1, SEM_UNDO};
	struct timespec moment = {0, 1000000};
	sigset_t none;
	char byte = 0;

	for (int s = 1; s < 40; s++)
		if (s != SIGKILL && s != SIGSTOP && s != SIGTERM &&
		    s != SIGTSTP && s != 32 && s != 33)
			handle(s, do_little, s % 2 ? SA_RESTART : SA_NODEFER);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 0;; i++) {
		switch ((kind + i) % 8) {
		case 0:
			semop(set, &down, 1);
			semop(set, &up, 1);
			break;
		case 1:
			msgrcv(queue, &message, 100, 0, IPC_NOWAIT);
			msgsnd(queue, &message, 100, i % 2 ? IPC_NOWAIT : 0);
			break;
		case 2:
			nanosleep(&moment, NULL);
			break;
		case 3:
			if (write(ends[1], &byte, 1) != 1)
				break;
			break;
		case 4:
			if (read(ends[0], &byte, 1) != 1)
				break;
			break;
		case 5: {
			pid_t pid = fork();

			if (pid == 0)
				_exit(0);
			waitpid(pid, NULL, 0);
			break;
		}
		case 6: {
			int id = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
			char *p = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

			if (id >= 0)
				shmctl(id, IPC_RMID, NULL);
			if (p != (char *)-1) {
				p[PAGE] = 1;
				shmdt(p);
			}
			break;
		}
		default:
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
		}
	}
}

static const int hail[] = {SIGUSR1, SIGSTOP, SIGCONT, SIGUSR2, SIGCONT,
                           SIGTSTP, SIGCONT, SIGALRM, 34,      36,
                           SIGCHLD, SIGCONT, SIGHUP,  SIGCONT, SIGWINCH};

TEST("SIG-random handlers, stops and kills at random leave all accounts right")
{
	enum { WORKERS = 8 };
	pid_t workers[WORKERS] = {0};
	int set = OK(SYS(NR_semget, IPC_PRIVATE, 1, 0600));
	int queue = OK(SYS(NR_msgget, IPC_PRIVATE, 0600)), ends[2], killed = 0;
	char answer[8];
	sigset_t all; /* blocked, until a worker has its handlers */

	sigfillset(&all);
	OK(sigprocmask(SIG_BLOCK, &all, NULL));
	OK(SYS(NR_semctl, set, 0, SETVAL, 2));
	OK(pipe(ends));
	random_state = 12345;
	for (int i = 0; i < 6000; i++) {
		int at = random_word() % WORKERS;

		if (workers[at] == 0) {
			workers[at] = OK(fork());
			if (workers[at] == 0)
				work(at, set, queue, ends);
		} else if (random_word() % 60 == 0) {
			OK(kill(workers[at], SIGKILL));
			KILLED(workers[at], SIGKILL);
			workers[at] = 0;
			killed++;
		} else {
			OK(kill(workers[at], hail[random_word() % ALL(hail)]));
		}
		if (random_word() % 4 == 0)
			sched_yield();
	}
	for (int at = 0; at < WORKERS; at++)
		if (workers[at]) {
			OK(kill(workers[at], SIGKILL));
			KILLED(workers[at], SIGKILL);
		}
	TRUE(killed > 20);
	sweep_segments(); /* of those that were killed before they removed one
	                   */
	OK(SYS(NR_semctl, set, 0, IPC_RMID));
	OK(SYS(NR_msgctl, queue, IPC_RMID));
	close(ends[0]);
	close(ends[1]);
	if (on_tessera() && read_file("/proc/check", answer, sizeof answer) > 0)
		EQ(answer[0], '0');
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc > 1 && strcmp(argv[1], "helper") == 0)
		return helper();
	return test_main(argc, argv);
}
