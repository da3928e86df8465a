/*
 * kernel/signal/frame.c -- what signals do on the way to user mode: a process
 * stops, or the frames of its handlers are laid on its stack.
 *
 *	signal_attend         which is the next one?
 *	  push                eip = handler, esp = frame, eax = signal
 *	    handler runs, returns to the restorer
 *	sys_sigreturn         the registers, the FPU and the mask come back
 *
 * A frame lies in user memory, so a program may write what it likes into one
 * and take it back.  No selector comes from a frame, and of EFLAGS only what
 * user mode may change anyhow.  A bit of MXCSR that the CPU does not have would
 * be #GP in the kernel's fxrstor: the CPU's own mask says which there are.
 *
 * abi/sigframe.h draws the frame.
 */
#include "signal.h"

#include "../base/string.h"
#include "../process/gdt.h"
#include "../process/trapframe.h"
#include "../../abi/sigframe.h"

#define EFLAGS_USER    0x50dd5u /* AC RF OF DF TF SF ZF AF PF CF */
#define EFLAGS_HANDLER 0x10500u /* RF DF TF: clear when a handler begins */

#define MXCSR      6 /* words of fxsave's area */
#define MXCSR_MASK 7
#define MXCSR_OLD  0xffbfu /* of a CPU that does not say: SDM 1, 11.6.6 */

/* The control word, and MXCSR at byte 24. */
const uint16_t clean_fpu[256]
    __attribute__((aligned(16))) = {0x37f, [12] = 0x1f80};

/* Nobody comes in between, and it is too big for the kernel's stack. */
static struct sig_fpu fpu;

/* ---- the FPU ------------------------------------------------------------ */

/* Saves it in both forms, and leaves it as it is. */
static void save_fpu(void)
{
	__asm__ volatile("fxsave %0" : "=m"(fpu.fx));
	__asm__ volatile("fnsave %0" : "=m"(fpu.old));
	fpu.status = *(const uint16_t *)(fpu.old + 4);
	fpu.magic = 0;
	__asm__ volatile("fxrstor %0" : : "m"(fpu.fx));
}

/*
 * XMM and MXCSR come from `fx`, the x87 registers from `old`, which is where
 * programs change them.  frstor waits, so no exception may be pending before
 * it; one that it loads is the program's next.
 */
static int restore_fpu(vaddr_t from)
{
	uint32_t *words = (uint32_t *)fpu.fx, known;

	if (!from) {
		__asm__ volatile("fxrstor %0" : : "m"(clean_fpu));
		return 0;
	}
	__asm__ volatile("fxsave %0" : "=m"(fpu.fx));
	known = words[MXCSR_MASK] ? words[MXCSR_MASK] : MXCSR_OLD;
	if (copy_in(&fpu, from, sizeof(fpu)) < 0)
		return -EFAULT;
	words[MXCSR] &= known;
	__asm__ volatile("fxrstor %0" : : "m"(fpu.fx));
	__asm__ volatile("fnclex; frstor %0" : : "m"(fpu.old));
	return 0;
}

int fpu_fault_code(bool simd)
{
	/* Invalid, denormal, division, overflow, underflow, inexact. */
	static const uint8_t codes[] = {FPE_FLTINV, FPE_FLTUND, FPE_FLTDIV,
	                                FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES};
	uint16_t control, status;
	uint32_t mxcsr, raised;

	__asm__("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
	raised = status & ~control & 0x3f;
	if (simd) {
		__asm__("stmxcsr %0" : "=m"(mxcsr));
		raised = mxcsr & ~(mxcsr >> 7) & 0x3f;
	}
	return raised ? codes[__builtin_ctz(raised)] : 0;
}

/* ---- to the handler ----------------------------------------------------- */

void siginfo_make(struct siginfo *info, int signal,
                  const struct signal_news *news)
{
	memset(info, 0, sizeof(*info));
	info->signo = signal;
	info->code = news->code;
	info->pid = news->pid;
	info->uid = news->uid;
	info->value = news->value;
}

static struct sigcontext registers_of(const struct trapframe *tf, vaddr_t at,
                                      uint64_t mask)
{
	uint64_t crime = self()->signal.crime;
	uint32_t fs, gs;

	__asm__("mov %%fs, %0; mov %%gs, %1" : "=r"(fs), "=r"(gs));
	/* clang-format off */
	return (struct sigcontext){
	    gs & 0xffff, fs & 0xffff, tf->es, tf->ds,
	    tf->edi, tf->esi, tf->ebp, tf->esp,
	    tf->ebx, tf->edx, tf->ecx, tf->eax,
	    crime >> 16 & 0xffff, crime & 0xffff,
	    tf->eip, tf->cs, tf->eflags, tf->esp, tf->ss,
	    at, (uint32_t)mask, crime >> 32,
	};
	/* clang-format on */
}

/* Where the frame goes: below esp, or to the alternate stack. */
static vaddr_t top_of_stack(const struct sigaction *action, vaddr_t esp)
{
	const struct proc *p = self();

	if ((action->flags & SA_ONSTACK) && p->signal.stack.size &&
	    !sigstack_covers(p, esp))
		return p->signal.stack.sp + p->signal.stack.size;
	return esp;
}

/* Each writes a frame whose `registers` and `mask` are given. */
static int push_old(vaddr_t sp, int signal, struct rt_frame *f)
{
	/* pop eax; mov eax, 119; int 0x80 */
	static const uint8_t code[] = {0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80};
	struct old_frame old = {
	    f->restorer, signal, f->registers, f->mask >> 32, {0}};

	memcpy(old.code, code, sizeof(code));
	if (!f->restorer)
		old.restorer = sp + offsetof(struct old_frame, code);
	return copy_out(sp, &old, sizeof(old));
}

static int push_rt(vaddr_t sp, int signal, struct rt_frame *f,
                   const struct signal_news *news)
{
	/* mov eax, 173; int 0x80 */
	static const uint8_t code[] = {0xb8, 0xad, 0, 0, 0, 0xcd, 0x80};

	memcpy(f->code, code, sizeof(code));
	if (!f->restorer)
		f->restorer = sp + offsetof(struct rt_frame, code);
	f->signal = signal;
	f->info_at = sp + offsetof(struct rt_frame, info);
	f->context_at = sp + offsetof(struct rt_frame, flags);
	f->stack = self()->signal.stack;
	siginfo_make(&f->info, signal, news);
	return copy_out(sp, f, sizeof(*f));
}

/*
 * Lays the frame of a handler on the stack that the action asks for, and points
 * the registers at the handler.  `mask` comes back with the frame.  0, or
 * -EFAULT: the stack cannot be written or an alternate one is full, and the
 * registers are as they were.
 */
static int push(struct trapframe *tf, const struct sigaction *action,
                int signal, const struct signal_news *news, uint64_t mask)
{
	const struct sigstack *stack = &self()->signal.stack;
	bool rt = action->flags & SA_SIGINFO;
	uint32_t bytes =
	    rt ? sizeof(struct rt_frame) : sizeof(struct old_frame);
	vaddr_t top = top_of_stack(action, tf->esp);
	vaddr_t at =
	    ((top - sizeof(fpu.fx)) & ~63u) - offsetof(struct sig_fpu, fx);
	vaddr_t sp = ((at - bytes) & ~15u) - 4; /* as after a call */
	struct rt_frame f = {.registers = registers_of(tf, at, mask),
	                     .mask = mask};

	if (top - stack->sp - 1 < stack->size && sp <= stack->sp)
		return -EFAULT; /* what lies below it is the program's */
	if (action->flags & SA_RESTORER)
		f.restorer = action->restorer;
	save_fpu();
	if (copy_out(at, &fpu, sizeof(fpu)) < 0 ||
	    (rt ? push_rt(sp, signal, &f, news) : push_old(sp, signal, &f)) < 0)
		return -EFAULT;
	__asm__ volatile("fxrstor %0" : : "m"(clean_fpu));
	tf->eax = signal;
	tf->edx = f.info_at;
	tf->ecx = f.context_at;
	tf->eip = action->handler;
	tf->esp = sp;
	tf->eflags &= ~EFLAGS_HANDLER;
	tf->cs = USER_CS;
	tf->ds = tf->es = tf->ss = USER_DS;
	return 0;
}

/* The next handler gets its frame. */
static void run_handler(struct proc *p, struct trapframe *tf, bool again)
{
	struct signal_news news;
	int signal = signal_next(p, &news);
	struct sigaction action = signal_action(p, signal);
	uint64_t mask =
	    p->signal.mask_saved ? p->signal.saved_mask : p->signal.mask;

	if (again && (action.flags & SA_RESTART))
		tf->eip -= 2; /* the length of int 0x80 */
	else if (again)
		tf->eax = -EINTR;
	if (action.flags & SA_RESETHAND)
		signal_reset(p, signal);
	if (push(tf, &action, signal, &news, mask) < 0) {
		if (signal == SIGSEGV)
			signal_reset(p, signal);
		proc_crime(SIGSEGV, SI_KERNEL, "no stack for it", tf->esp);
		return;
	}
	if (p->signal.stack.flags & SS_AUTODISARM)
		p->signal.stack = (struct sigstack){0};
	if (!(action.flags & SA_NODEFER))
		action.mask |= BIT(signal);
	signal_set_mask(p->signal.mask | action.mask);
}

int signal_attend(struct trapframe *tf, bool again)
{
	struct proc *p = self();

	while (!p->signal.killed && p->signal.attention) {
		if (p->signal.stopping) {
			proc_stop();
		} else {
			run_handler(p, tf, again);
			again = false;
		}
	}
	if (again)
		tf->eip -= 2;
	if (p->signal.mask_saved)
		signal_mask_after_wait(0);
	return p->signal.killed;
}

/* ---- and back ----------------------------------------------------------- */

static int take_back(struct trapframe *tf, const struct sigcontext *c,
                     uint64_t mask)
{
	if (restore_fpu(c->fpu) < 0)
		return -EFAULT;
	tf->edi = c->edi;
	tf->esi = c->esi;
	tf->ebp = c->ebp;
	tf->ebx = c->ebx;
	tf->edx = c->edx;
	tf->ecx = c->ecx;
	tf->eip = c->eip;
	tf->esp = c->esp;
	tf->eflags = (tf->eflags & ~EFLAGS_USER) | (c->eflags & EFLAGS_USER);
	signal_set_mask(mask);
	return 0;
}

/* Each answers the eax of what the handler has interrupted. */
int sys_sigreturn(void)
{
	struct trapframe *tf = proc_trapframe(self());
	vaddr_t sp = tf->esp - 8; /* the restorer's address and the signal */
	struct old_frame f;

	if (copy_in(&f, sp, sizeof(f)) < 0 ||
	    take_back(tf, &f.registers,
	              (uint64_t)f.mask_high << 32 | f.registers.mask_low) < 0)
		proc_crime(SIGSEGV, SI_KERNEL, "no frame of a handler", sp);
	else
		tf->eax = f.registers.eax;
	return tf->eax;
}

int sys_rt_sigreturn(void)
{
	struct trapframe *tf = proc_trapframe(self());
	vaddr_t sp = tf->esp - 4; /* the restorer's address */
	struct rt_frame f;

	if (copy_in(&f, sp, sizeof(f)) < 0 ||
	    take_back(tf, &f.registers, f.mask) < 0) {
		proc_crime(SIGSEGV, SI_KERNEL, "no frame of a handler", sp);
		return tf->eax;
	}
	sigstack_set(&f.stack, tf->esp);
	return tf->eax = f.registers.eax;
}
