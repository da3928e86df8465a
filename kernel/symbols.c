/*
 * kernel/symbols.c -- looks up an address in the table of symbols.
 */
#include "symbols.h"

const char *symbol_find(uint32_t address, uint32_t *offset)
{
	const char *name = "?";

	*offset = address;
	for (int i = 0; i < kernel_symbol_count; i++) {
		if (kernel_symbols[i].address > address)
			break;
		name = kernel_symbols[i].name;
		*offset = address - kernel_symbols[i].address;
	}
	return name;
}
