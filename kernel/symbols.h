/*
 * kernel/symbols.h -- names for addresses, for the backtrace.  The table is
 * made from the linked kernel (tools/mksymbols.awk) and linked in.
 */
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H

#include "../abi/types.h"

struct symbol {
	uint32_t address;
	const char *name;
};

extern const struct symbol kernel_symbols[]; /* sorted by address */
extern const int kernel_symbol_count;

/* The function that holds `address`, and how far in it is. */
const char *symbol_find(uint32_t address, uint32_t *offset);

#endif
