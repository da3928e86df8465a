/*
 * abi/sigframe.h -- what lies on the stack when a handler begins.
 *
 * The handler returns to `restorer`, which calls sigreturn(2) or
 * rt_sigreturn(2): they take the registers and the mask back from here, with
 * what the handler has changed.  A handler with SA_SIGINFO has an rt_frame, any
 * other an old_frame.  The layouts are Linux i386's, as far as programs look:
 * of an old_frame behind its registers only the kernel knows.
 *
 *	high  what the program was doing with its stack
 *	      sig_fpu, whose `fx` is 64-byte aligned
 *	      rt_frame or old_frame
 *	low   <- esp: the address to return to, and the arguments
 */
#ifndef ABI_SIGFRAME_H
#define ABI_SIGFRAME_H

#include "signal.h"

/* siginfo_t: three words that mean something for each kind of signal. */
struct siginfo {
	int signo, error, code;
	uint32_t pid;   /* the sender's; or the address of a fault */
	uint32_t uid;   /* the sender's real one */
	uint32_t value; /* sigqueue(3)'s; or the status of a child */
	uint32_t rest[26];
};
_Static_assert(sizeof(struct siginfo) == 128, "Linux siginfo_t");

struct sigcontext {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	uint32_t vector, error, eip, cs, eflags, esp_at_signal, ss;
	uint32_t fpu; /* address of the sig_fpu; 0: a clean one */
	uint32_t mask_low, cr2;
};
_Static_assert(sizeof(struct sigcontext) == 88, "Linux i386 sigcontext");

struct old_frame {
	uint32_t restorer;
	int signal;
	struct sigcontext registers;
	uint32_t mask_high;
	uint8_t code[8]; /* a restorer, for a program that has none */
};

struct rt_frame {
	uint32_t restorer;
	int signal;
	uint32_t info_at, context_at;
	struct siginfo info;
	/* struct ucontext */
	uint32_t flags, link;
	struct sigstack stack;
	struct sigcontext registers;
	uint64_t mask;
	uint8_t code[8];
} __attribute__((packed, aligned(4)));
_Static_assert(__builtin_offsetof(struct rt_frame, info) == 16, "siginfo");
_Static_assert(__builtin_offsetof(struct rt_frame, flags) == 144, "ucontext");
_Static_assert(__builtin_offsetof(struct rt_frame, mask) == 252, "uc_sigmask");

/* The FPU twice: x87 in the form of FSAVE, and all in the form of FXSAVE. */
struct sig_fpu {
	uint8_t old[108];
	uint16_t status, magic; /* 0: `fx` follows */
	uint8_t fx[512];
} __attribute__((aligned(16)));
_Static_assert(__builtin_offsetof(struct sig_fpu, fx) == 112, "_fpstate_32");

#endif
