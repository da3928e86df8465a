/*
 * kernel/look/backtrace.h -- names for the addresses on a stack.  This header
 * declares what backtrace.c has, and the table of symbols.  tools/mksymbols.awk
 * makes the table from the linked kernel, which is then linked again with it.
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

/*
 * Says where the CPU was, and the callers that the stack shows from `esp` to
 * the end of its page, which must be mapped.
 */
void backtrace(uint32_t eip, uint32_t esp);

#endif
