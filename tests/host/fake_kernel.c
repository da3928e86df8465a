/*
 * tests/host/fake_kernel.c -- the kernel around the core, on the host.
 */
#undef _FORTIFY_SOURCE /* it takes a jump to another stack for a mistake */
#include "fake_kernel.h"

#include "../../ipc/message/message.h"
#include "../../kernel/base/panic.h"
#include "../../kernel/base/trace.h"
#include "../../kernel/base/cpu.h"
#include "../../kernel/look/inspect.h"
#include "../../kernel/process/gdt.h"
#include "../../kernel/process/schedule.h"
#include "tap.h"

#include <setjmp.h>
#include <ucontext.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define __asan_unpoison_memory_region(start, bytes) ((void)(start))
#endif

#define FAKE  __attribute__((weak))
#define PROCS 200 /* rows there are */
#define LIVES 6   /* processes with a stack of their own */
#define STACK 65536

/* ---- the log ------------------------------------------------------------ */

bool log_quiet;
char log_text[1024];
enum klog_level klog_level;
uint32_t trace_on, trace_address;

void panic(const char *format, ...)
{
	va_list args;

	printf("# panic: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (tap_explain)
		tap_explain();
	fflush(stdout);
	abort();
}

void klog(enum klog_level level, const char *format, ...)
{
	size_t used = strlen(log_text);
	va_list args;

	(void)level;
	va_start(args, format);
	if (log_quiet) {
		vsnprintf(log_text + used, sizeof(log_text) - used, format,
		          args);
	} else {
		printf("# ");
		vprintf(format, args);
		printf("\n");
	}
	va_end(args);
}

void trace_event(int type, const uint32_t args[TRACE_ARGS])
{
	(void)type, (void)args;
}

/* ---- processes ---------------------------------------------------------- */

struct proc procs[PROCS];
FAKE struct rows proc_rows = ROWS_OF(procs, PROCS);
FAKE struct proc *running = procs;

static void nobody_waits(void)
{
	panic("process %d waits, where nobody does", self_index());
}

void (*fake_switch)(void) = nobody_waits;

void fake_procs(int count)
{
	memset(procs, 0, (size_t)count * sizeof(procs[0]));
	for (struct proc *p = procs; p < procs + count; p++) {
		p->state = PROC_READY;
		p->peer = p->life.space = p->semadj = p->wait.chain = -1;
		p->life.pid = 10 + proc_index(p);
		p->files.cwd = p->message.connection = NO_CONNECTION;
		p->message.carried[0] = p->message.carried[1] = NO_CONNECTION;
		p->message.channel = p->message.next = -1;
		p->limits.own[RLIMIT_NOFILE][0] = OPEN_MAX;
		for (int fd = 0; fd < OPEN_MAX; fd++)
			p->files.descriptors[fd] = NO_CONNECTION;
	}
	proc_rows.fresh = proc_rows.live = count;
	running = procs;
}

FAKE struct proc *proc_find(int pid)
{
	for (struct proc *p = procs; p < procs + proc_rows.fresh; p++)
		if (p->state != PROC_FREE && p->life.pid == pid)
			return p;
	return 0;
}

FAKE bool proc_is_server(const struct proc *p)
{
	return p->message.channel >= 0;
}

int told_in_vain;
FAKE int need_resched;

static enum block_answer told(enum block_answer answer)
{
	told_in_vain = answer == GO_ON ? 0 : told_in_vain + 1;
	assert(told_in_vain < 1000);
	return answer;
}

/* Nobody here is to stop or to run a handler but in line. */
FAKE enum block_answer block(enum proc_state state, int peer)
{
	struct proc *p = self();

	if (p->signal.killed)
		return told(DIE);
	if ((p->signal.stopping || p->signal.attention) &&
	    state == PROC_IN_LINE)
		return told(INTERRUPTED);
	p->state = state;
	p->peer = peer;
	fake_switch();
	p->peer = -1;
	return told(p->signal.killed ? DIE : GO_ON);
}

FAKE enum block_answer block_until(enum proc_state state, const uint64_t *until)
{
	(void)until;
	return block(state, -1);
}

FAKE void block_move(struct proc *p, enum proc_state state, int peer)
{
	assert(p->state == PROC_SENDING || p->state == PROC_REPLY_WAIT);
	p->state = state;
	p->peer = peer;
}

FAKE bool wakes_early(enum proc_state state)
{
	return state >= PROC_WAITING && state <= PROC_POLLING;
}

FAKE void proc_change(struct proc *p, enum proc_state from, enum proc_state to)
{
	assert(p->state == from);
	p->state = to;
}

FAKE void ready_join(struct proc *p)
{
	(void)p;
}

FAKE void wake(struct proc *p)
{
	assert(p->state >= PROC_SENDING && p->state <= PROC_STOPPED);
	p->state = PROC_READY;
}

FAKE void wake_first(struct proc *p)
{
	wake(p);
}

/* No server answers an error that a signal tells as well. */
FAKE void signal_of_error(int error)
{
	(void)error;
}

/* No server has an alarm here. */
FAKE void server_alarm(const struct proc *p)
{
	(void)p;
}

/* It is continued at once. */
FAKE void proc_stop(void)
{
	assert(self()->signal.stopping);
	self()->signal.stopping = 0;
}

/* ---- stacks of their own ------------------------------------------------ */

/*
 * Who leaves a stack notes in a place where it goes on there.  swapcontext()
 * would set the signal mask each time, which takes longer than all the rest.
 */
static struct life {
	void (*life)(void);
	jmp_buf begins, goes_on;
	bool made;
	char stack[STACK] __attribute__((aligned(16)));
} lives[LIVES];
static jmp_buf outside;

static void top(int i)
{
	if (!_setjmp(lives[i].begins))
		_longjmp(outside, 1);
	for (;;) /* so that the frame stays, which is returned to */
		lives[self_index()].life();
}

static void make_stack(int i)
{
	ucontext_t context;

	lives[i].made = true;
	getcontext(&context);
	context.uc_stack.ss_sp = lives[i].stack;
	context.uc_stack.ss_size = STACK;
	context.uc_link = 0;
	makecontext(&context, (void (*)(void))top, 1, i);
	if (!_setjmp(outside))
		setcontext(&context);
}

void fake_life(struct proc *p, void (*life)(void))
{
	int i = proc_index(p);

	assert(i < LIVES);
	fake_switch = fake_leave;
	__asan_unpoison_memory_region(lives[i].stack, STACK);
	if (!lives[i].made)
		make_stack(i);
	lives[i].life = life;
	memcpy(lives[i].goes_on, lives[i].begins, sizeof(jmp_buf));
}

static void go_on(int i)
{
	if (!_setjmp(outside))
		_longjmp(lives[i].goes_on, 1);
}

void fake_enter(struct proc *p)
{
	running = p;
	p->state = PROC_RUNNING;
	go_on(proc_index(p));
	if (p->state == PROC_RUNNING)
		p->state = PROC_READY;
}

void fake_leave(void)
{
	if (!_setjmp(lives[self_index()].goes_on))
		_longjmp(outside, 1);
}

/* ---- time --------------------------------------------------------------- */

uint64_t clock_counts = 1000;
uint32_t clock_now = 1000;

FAKE void clock_alarm(uint64_t at)
{
	(void)at;
}

/* A time that is named is over in ten counts. */
FAKE int timespec_in(struct timespec32 *time, vaddr_t from, bool wide)
{
	(void)from, (void)wide;
	*time = (struct timespec32){0, 0};
	return 0;
}

FAKE bool timespec_valid(struct timespec32 time)
{
	return time.nanoseconds < 1000000000;
}

FAKE uint64_t clock_deadline(struct timespec32 time)
{
	return clock_counts + 10 + time.seconds;
}

/* ---- what nothing here depends on --------------------------------------- */

FAKE void preemption_point(void)
{
}

FAKE void preempt(void)
{
}

FAKE void attach_ended(int space, int tag)
{
	(void)space, (void)tag;
}

FAKE void interrupt_enable(int line, bool on)
{
	(void)line, (void)on;
}

FAKE void gdt_load(const struct proc *p)
{
	(void)p;
}

FAKE void inspect_update(void)
{
}
