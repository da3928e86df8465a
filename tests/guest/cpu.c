/*
 * tests/guest/cpu.c -- the state of the CPU that user mode can leave behind.
 *
 * A process may load any values into its selectors and flags, and then enter
 * the kernel: by a call, by a fault, or by the clock's interrupt.  The kernel
 * must survive every value, and give back what Linux gives back.  So these
 * tests are loops over all selectors and over all bits of EFLAGS.
 */
#include "test.h"

/* ---- selectors whose entry is emptied ----------------------------------- */

struct desc {
	int entry;
	unsigned base, limit, flags;
};

#define DATA_32  0x51 /* 32 bits, pages, usable */
#define NO_ENTRY 0x28 /* read-only, not present: emptied */

#define TLS_SELECTOR(desc, rpl) ((unsigned)(desc).entry << 3 | (rpl))

static struct desc data_entry(int entry)
{
	struct desc d = {entry, 0, 0xFFFFF, DATA_32};

	OK(SYS(NR_set_thread_area, P(&d)));
	return d;
}

/* Fills the thread area with data segments; libc has the first entry. */
static int fill_thread_area(void)
{
	struct desc d = data_entry(-1);

	data_entry(-1);
	return d.entry - 1;
}

struct held_call {
	long number, argument;
};

/*
 * Makes the calls, up to a number 0, while the register holds the selector.
 * Returns what the register holds then.  Memory is reached through %ss alone
 * meanwhile.
 */
#define HOLD(name, reg)                                                        \
	static unsigned hold_##name(unsigned selector,                         \
	                            const struct held_call *calls)             \
	{                                                                      \
		unsigned seen;                                                 \
                                                                               \
		__asm__ volatile("movl %%" reg ", %%edi\n\t"                   \
		                 "movl %%edx, %%" reg "\n"                     \
		                 "1:\tmovl %%ss:(%%esi), %%eax\n\t"            \
		                 "movl %%ss:4(%%esi), %%ebx\n\t"               \
		                 "testl %%eax, %%eax\n\t"                      \
		                 "jz 2f\n\t"                                   \
		                 "xorl %%ecx, %%ecx\n\t"                       \
		                 "int $0x80\n\t"                               \
		                 "addl $8, %%esi\n\t"                          \
		                 "jmp 1b\n"                                    \
		                 "2:\tmovl %%" reg ", %%edx\n\t"               \
		                 "movl %%edi, %%" reg                          \
		                 : "=d"(seen), "+S"(calls)                     \
		                 : "d"(selector)                               \
		                 : "eax", "ebx", "ecx", "edi", "memory");      \
		return seen & 0xFFFF;                                          \
	}

HOLD(ds, "ds")
HOLD(es, "es")
HOLD(fs, "fs")
HOLD(gs, "gs")

static unsigned (*const hold[])(unsigned, const struct held_call *) = {
    hold_ds, hold_es, hold_fs, hold_gs};

TEST("SEC-S8 a selector of a thread area's entry that is emptied becomes 0")
{
	struct timespec moment = {0, 1000000};
	struct desc empty = {0, 0, 0, NO_ENTRY};
	const struct held_call calls[] = {{NR_set_thread_area, P(&empty)},
	                                  {158, 0},
	                                  {NR_nanosleep, P(&moment)},
	                                  {0, 0}};

	for (unsigned i = 0; i < 4 * ALL(hold); i++) {
		struct desc d = data_entry(-1);

		empty.entry = d.entry;
		EQ(hold[i / 4](TLS_SELECTOR(d, i % 4), calls), 0);
	}
}

TEST("SEC-S8 a selector whose entry becomes another data segment stays")
{
	struct timespec moment = {0, 1000000};
	struct desc d = data_entry(-1);
	struct desc down = {d.entry, 0, 0, DATA_32 | 2};
	struct desc readonly = {d.entry, 0, 0xFFFFF, DATA_32 | 8};
	const struct held_call calls[] = {{NR_set_thread_area, P(&down)},
	                                  {158, 0},
	                                  {NR_set_thread_area, P(&readonly)},
	                                  {NR_nanosleep, P(&moment)},
	                                  {0, 0}};

	for (unsigned i = 0; i < 4 * ALL(hold); i++) {
		data_entry(d.entry);
		EQ(hold[i / 4](TLS_SELECTOR(d, i % 4), calls),
		   TLS_SELECTOR(d, i % 4));
	}
}

/* Changes the stack's own segment.  Without it user mode cannot go on. */
static void change_stack_segment(unsigned base, unsigned limit, unsigned flags)
{
	struct desc d = data_entry(-1), then = {d.entry, base, limit, flags};
	int status;
	pid_t pid;

	BACKGROUND(pid)
	{
		__asm__ volatile("movw %w2, %%ss\n\tint $0x80"
		                 :
		                 : "a"(NR_set_thread_area), "b"(&then),
		                   "r"(TLS_SELECTOR(d, 3))
		                 : "memory");
		for (;;)
			;
	}
	status = wait_status(pid);
	TRUE(WIFSIGNALED(status));
	ANSWER(WTERMSIG(status));
	then.flags = NO_ENTRY;
	then.base = then.limit = 0;
	OK(SYS(NR_set_thread_area, P(&then)));
}

TEST("SEC-S8 a stack segment that is emptied or made read-only kills")
{
	change_stack_segment(0, 0, NO_ENTRY);
	change_stack_segment(0, 0xFFFFF, DATA_32 | 8);
}

/* ESP after a call with a stack segment of these flags, or the errno. */
static long esp_after_call(unsigned limit, unsigned flags, unsigned esp)
{
	struct desc d = {-1, 0, limit, flags};
	long error = SYS(NR_set_thread_area, P(&d));
	unsigned seen;

	if (error < 0)
		return error;
	__asm__ volatile("movl %%esp, %%esi\n\tmovl %%ss, %%edi\n\t"
	                 "movw %w2, %%ss\n\tmovl %3, %%esp\n\t"
	                 "int $0x80\n\t"
	                 "movl %%esp, %1\n\t"
	                 "movw %%di, %%ss\n\tmovl %%esi, %%esp"
	                 : "+a"((int){20}), "=b"(seen)
	                 : "c"(TLS_SELECTOR(d, 3)), "d"(esp)
	                 : "esi", "edi", "memory");
	d = (struct desc){d.entry, 0, 0, NO_ENTRY};
	OK(SYS(NR_set_thread_area, P(&d)));
	return seen;
}

TEST("SEC-S26 a stack segment shows no kernel bits in ESP: 16 bits are EINVAL")
{
	EQ(esp_after_call(0xFFFFF, DATA_32, 0x12348000), 0x12348000);
	EQ(esp_after_call(0, DATA_32 | 2, 0x12348000), 0x12348000);
	ERR(esp_after_call(0xFFFFF, DATA_32 & ~1, 0x12348000), EINVAL);
	ERR(esp_after_call(0xFFFF, 0x40, 0x12348000), EINVAL);
	ERR(esp_after_call(0, 0x42, 0x12348000), EINVAL);
	ERR(esp_after_call(0xFFFF, 0x40 | 8, 0x12348000), EINVAL);
}

TEST("SEC-S8 set_thread_area makes neither code nor what is not present")
{
	for (unsigned flags = 1; flags < 0x80; flags++) {
		struct desc d = {-1, 0, 0xFFFFF, flags};
		long result = SYS(NR_set_thread_area, P(&d));

		ANSWER(result);
		if (result < 0)
			continue;
		TRUE((flags & 0x25) == 1); /* 32 bits, data, present */
		d = (struct desc){d.entry, 0, 0, NO_ENTRY};
		OK(SYS(NR_set_thread_area, P(&d)));
	}
}

TEST("SEC-S8 an entry is emptied by read-only, not present, or zeroes")
{
	struct desc d = data_entry(-1), again;
	int entry = d.entry;

	for (unsigned flags = 0; flags < 0x80; flags++) {
		d = (struct desc){entry, 0, 0, flags};
		if (SYS(NR_set_thread_area, P(&d)) < 0)
			continue;
		again = data_entry(-1);
		if (again.entry == entry)
			ANSWER(flags);
		else
			SYS(NR_set_thread_area,
			    P(&((struct desc){again.entry, 0, 0, NO_ENTRY})));
		data_entry(entry);
	}
}

/*
 * A child holds the selector while all entries of the thread area are emptied.
 */
static void hold_in_child(unsigned selector, int reg, int first)
{
	struct desc empty[3];
	struct held_call calls[] = {{NR_set_thread_area, P(&empty[0])},
	                            {NR_set_thread_area, P(&empty[1])},
	                            {158, 0},
	                            {NR_fork, 0},
	                            {158, 0},
	                            {0, 0}};
	int status;
	pid_t pid;

	BACKGROUND(pid)
	{
		unsigned seen;

		for (int i = 0; i < 2; i++)
			empty[i] = (struct desc){first + 1 + i, 0, 0, NO_ENTRY};
		seen = hold[reg](selector, calls);
		SYS(NR_waitpid, -1, P(&status), 0);
		_exit(seen == 0 || seen == selector ? 0 : 1);
	}
	status = wait_status(pid);
	if (WIFSIGNALED(status))
		TRUE(WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
	else
		EQ(WEXITSTATUS(status), 0);
}

TEST("SEC-S8 no selector that user mode can load harms the kernel later")
{
	int first = fill_thread_area();

	for (unsigned selector = 0; selector < 0x100; selector++)
		for (unsigned reg = 0; reg < ALL(hold); reg++)
			hold_in_child(selector, reg, first);
	for (unsigned high = 0x100; high < 0x10000; high <<= 1)
		for (unsigned low = 0; low < 8; low++)
			hold_in_child(high - 8 + low, low & 3, first);
}

/* ---- the bits of EFLAGS ------------------------------------------------- */

#define FLAG(bit) (1u << (bit))
#define FLAG_VM   FLAG(17)

/* The bits that might do harm together: TF IF DF IOPL NT RF AC VIF VIP ID. */
static const int system_bits[] = {8, 9, 10, 12, 13, 14, 16, 18, 19, 20, 21};

enum way { BY_POPF, BY_IRET };
enum trap { BY_CALL, BY_FAULT, BY_CLOCK };

/* Sets the flags, enters the kernel, and reads the flags after that. */
#define FLAGS_AFTER(set, enter)                                                \
	__asm__ volatile(set enter "\n\t"                                      \
	                           "pushfl\n\tpopl %%edi\n\t"                  \
	                           "pushl $0x202\n\tpopfl"                     \
	                 : "=D"(seen), "+a"(eax), "+c"(ecx)                    \
	                 : "b"(page), "d"(flags)                               \
	                 : "memory")
#define SET_BY_POPF "pushl %%edx\n\tpopfl\n\t"
#define SET_BY_IRET "pushl %%edx\n\tpushl %%cs\n\tpushl $9f\n\tiret\n9:\t"

static unsigned flags_after(unsigned flags, enum way way, enum trap trap)
{
	char *page = memory(PAGE, PROT_READ | PROT_WRITE);
	unsigned seen, eax = 20, ecx = 20000000;

	if (trap == BY_CALL && way == BY_POPF)
		FLAGS_AFTER(SET_BY_POPF, "int $0x80");
	else if (trap == BY_CALL)
		FLAGS_AFTER(SET_BY_IRET, "int $0x80");
	else if (trap == BY_FAULT && way == BY_POPF)
		FLAGS_AFTER(SET_BY_POPF, "movl %%edx, (%%ebx)");
	else if (trap == BY_FAULT)
		FLAGS_AFTER(SET_BY_IRET, "movl %%edx, (%%ebx)");
	else if (way == BY_POPF)
		FLAGS_AFTER(SET_BY_POPF, "1:\tloop 1b");
	else
		FLAGS_AFTER(SET_BY_IRET, "1:\tloop 1b");
	return seen;
}

/*
 * Runs flags_after in a child.  Returns the flags, or the negative number of
 * the signal that killed the child.
 */
static long flags_of_child(unsigned flags, enum way way, enum trap trap)
{
	int status;
	pid_t pid;

	BACKGROUND(pid)
	{
		shared->value[0] = (long)flags_after(flags, way, trap);
	}
	status = wait_status(pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : shared->value[0];
}

/* The feature bits of cpuid's leaf 7; 0 if there is no such leaf. */
static void cpu_features(unsigned *b, unsigned *c)
{
	unsigned a = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(*b), "=c"(*c), "=d"(d));
	*b = *c = 0;
	if (a < 7)
		return;
	a = 7;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(*b), "+c"(*c), "=d"(d));
}

static int has_smap(void)
{
	unsigned b, c;

	cpu_features(&b, &c);
	return b >> 20 & 1;
}

static int has_umip(void)
{
	unsigned b, c;

	cpu_features(&b, &c);
	return c >> 2 & 1;
}

/*
 * iret is left out where the CPU has SMAP.  QEMU 7.2 reads the user's stack
 * there as if the kernel read it, and faults.
 */
static void set_both_ways(unsigned flags, enum trap trap)
{
	long by_popf = flags_of_child(flags, BY_POPF, trap);

	ANSWER(by_popf < 0 ? -by_popf : by_popf);
	if (!(flags & FLAG_VM) && !has_smap())
		EQ(flags_of_child(flags, BY_IRET, trap), by_popf);
}

TEST("SEC-S6 each bit of EFLAGS, then a call: the kernel lives, the bit stays")
{
	for (int bit = 0; bit < 32; bit++)
		set_both_ways(FLAG(bit), BY_CALL);
}

TEST("SEC-S6 each bit of EFLAGS, then a page fault that is served")
{
	for (int bit = 0; bit < 32; bit++)
		set_both_ways(FLAG(bit), BY_FAULT);
}

TEST("SEC-S6 each bit of EFLAGS, then the clock's interrupts")
{
	for (int bit = 0; bit < 32; bit++)
		set_both_ways(FLAG(bit), BY_CLOCK);
}

TEST("SEC-S6 each pair of EFLAGS' system bits, then a call and a fault")
{
	for (unsigned i = 0; i < ALL(system_bits); i++)
		for (unsigned j = 0; j < i; j++)
			for (int trap = BY_CALL; trap <= BY_FAULT; trap++)
				set_both_ways(FLAG(system_bits[i]) |
				                  FLAG(system_bits[j]),
				              trap);
}

/*
 * A CPU in ring 3 ignores VM, and 0x1000 is no code segment.  QEMU 7.2 enters
 * virtual-8086 mode at 1000:0000, even with all of IOPL.
 */
static void enter_virtual_8086(unsigned more)
{
	DIES(SIGSEGV)
	{
		__asm__ volatile(
		    "pushl $0\n\tpushl $0\n\tpushl $0\n\tpushl $0\n\t"
		    "pushl $0x1000\n\tpushl $0xff0\n\t" /* ss esp */
		    "pushl %0\n\tpushl $0x1000\n\tpushl $0\n\t"
		    "iret"
		    :
		    : "r"(FLAG_VM | more)
		    : "memory");
	}
}

TEST("SEC-S6 virtual-8086 mode kills, whatever the other flags, IOPL as well")
{
	if (has_smap())
		return;
	for (unsigned i = 0; i < ALL(system_bits); i++)
		for (unsigned j = 0; j <= i; j++)
			enter_virtual_8086(FLAG(system_bits[i]) |
			                   FLAG(system_bits[j]));
	enter_virtual_8086(FLAG(12) | FLAG(13) | FLAG(9));
	enter_virtual_8086(FLAG(12) | FLAG(13));
}

TEST("DEV7 nothing is mapped where virtual-8086 code could lie, for root too")
{
	unsigned long hinted;

	need_tessera();
	for (unsigned long at = 0; at < 0x110000; at += PAGE)
		ERR(SYS(NR_mmap2, at, PAGE, PROT_READ | PROT_EXEC,
		        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		    EPERM);
	hinted = SYS(NR_mmap2, 0x10000, PAGE, PROT_READ | PROT_EXEC,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TRUE(hinted >= 0x110000 && hinted < 0xC0000000);
}

/* ---- what only the kernel may know -------------------------------------- */

#define SHOWS_NOTHING(text)                                                    \
	DIES(SIGSEGV)                                                          \
	{                                                                      \
		__asm__ volatile(text::: "eax", "memory");                     \
	}

TEST("SEC-S26 UMIP: sgdt, sidt, sldt, smsw and str are the kernel's alone")
{
	need_tessera();
	if (!has_umip())
		return;
	SHOWS_NOTHING("subl $16, %%esp\n\tsgdt (%%esp)");
	SHOWS_NOTHING("subl $16, %%esp\n\tsidt (%%esp)");
	SHOWS_NOTHING("sldt %%eax");
	SHOWS_NOTHING("smsw %%eax");
	SHOWS_NOTHING("str %%eax");
}
