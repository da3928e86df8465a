/*
 * kernel/look/backtrace.h -- names for the addresses on a stack.  The table is
 * made from the linked kernel (tools/mksymbols.awk) and linked in.
 */
#ifndef KERNEL_BACKTRACE_H
#define KERNEL_BACKTRACE_H

#include "../../abi/types.h"

struct symbol {
	uint32_t address;
	const char *name;
};

extern const struct symbol kernel_symbols[]; /* sorted by address */
extern const int kernel_symbol_count;

/* Says where the CPU was, and the callers from `esp` to the end of its page. */
void backtrace(uint32_t eip, uint32_t esp);

#endif
